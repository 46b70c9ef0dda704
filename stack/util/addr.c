// SPDX-License-Identifier: MIT
#include "stack/util/addr.h"

#include <stdio.h>

const struct mac mac_broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
const struct mac mac_zero = { { 0 } };

bool addr_eq(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return false;
	switch (a->family) {
	case ADDR_IP4: return a->v4 == b->v4;
	case ADDR_IP6: return memcmp(a->v6, b->v6, sizeof(a->v6)) == 0;
	}
	return true;
}

/* Host bits count: 10.0.0.1/24 and 10.0.0.2/24 are two interface addresses. */
bool prefix_eq(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && addr_eq(&a->addr, &b->addr);
}

static bool ip6_in(const uint8_t a[16], const uint8_t net[16], unsigned len)
{
	unsigned whole = len / 8, rest = len % 8;

	if (memcmp(a, net, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ net[whole]) >> (8 - rest) == 0;
}

bool prefix_has(const struct prefix *p, const struct addr *a)
{
	if (p->addr.family != a->family)
		return false;
	switch (a->family) {
	case ADDR_IP4: return ip4_in(a->v4, p->addr.v4, p->len);
	case ADDR_IP6: return ip6_in(a->v6, p->addr.v6, p->len);
	}
	return false;
}

/* A decimal number up to max without leading zeros at *s, which moves past it. */
static bool number_parse(unsigned *v, const char **s, unsigned max)
{
	const char *p = *s;
	unsigned n = 0;

	if (*p < '0' || *p > '9' || (*p == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (unsigned)(*p - '0');
		if (n > max)
			return false;
	}
	*v = n;
	*s = p;
	return true;
}

/* Moves *s past the address; what follows is the caller's. */
static bool quad_parse(ip4_t *a, const char **s)
{
	const char *p = *s;
	ip4_t v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned byte;

		if (i > 0 && *p++ != '.')
			return false;
		if (!number_parse(&byte, &p, 255))
			return false;
		v = v << 8 | byte;
	}
	*a = v;
	*s = p;
	return true;
}

bool ip4_parse(ip4_t *a, const char *s)
{
	ip4_t v;

	if (!quad_parse(&v, &s) || *s)
		return false;
	*a = v;
	return true;
}

bool addr_parse(struct addr *a, const char *s)
{
	ip4_t v;

	if (!ip4_parse(&v, s))
		return false;
	*a = addr_ip4(v);
	return true;
}

bool prefix_parse(struct prefix *p, const char *s)
{
	unsigned len = 32;
	ip4_t v;

	if (!quad_parse(&v, &s))
		return false;
	if (*s == '/') {
		s++;
		if (!number_parse(&len, &s, 32))
			return false;
	}
	if (*s)
		return false;
	*p = (struct prefix){ .addr = addr_ip4(v), .len = (uint8_t)len };
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool mac_parse(struct mac *m, const char *s)
{
	struct mac v;
	char sep = 0;

	for (int i = 0; i < 6; i++) {
		int high, low;

		if (i == 1)
			sep = *s;             /* ':' or '-', all the way */
		if (i > 0 && (*s++ != sep || (sep != ':' && sep != '-')))
			return false;
		high = hex_digit(*s);
		low = high < 0 ? -1 : hex_digit(s[1]);
		if (low < 0)
			return false;
		v.b[i] = (uint8_t)(high << 4 | low);
		s += 2;
	}
	if (*s)
		return false;
	*m = v;
	return true;
}

static char *byte_fmt(char *p, unsigned v)
{
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

char *ip4_fmt(ip4_t a, char buf[ADDR_STRLEN])
{
	char *p = buf;

	for (int shift = 24; shift >= 0; shift -= 8) {
		p = byte_fmt(p, a >> shift & 0xff);
		*p++ = shift ? '.' : '\0';
	}
	return buf;
}

/* The first of the longest runs of zero groups; fewer than two is no run
 * (RFC 5952 4.2). */
static int zero_run(const uint8_t b[16], int *len)
{
	int start = -1;

	*len = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && !b[2 * (i + n)] && !b[2 * (i + n) + 1])
			n++;
		if (n > *len)
			start = i, *len = n;
		if (n)
			i += n - 1;
	}
	return start;
}

static char *ip6_fmt(const uint8_t b[16], char buf[ADDR_STRLEN])
{
	int len, run = zero_run(b, &len), n = 0;

	for (int i = 0; i < 8; i++) {
		if (i == run) {
			n += snprintf(buf + n, ADDR_STRLEN - (size_t)n, i + len == 8 ? "::" : ":");
			i += len - 1;
			continue;
		}
		n += snprintf(buf + n, ADDR_STRLEN - (size_t)n, "%s%x", i ? ":" : "",
			      (unsigned)(b[2 * i] << 8 | b[2 * i + 1]));
	}
	return buf;
}

char *addr_fmt(const struct addr *a, char buf[ADDR_STRLEN])
{
	switch (a->family) {
	case ADDR_IP4: return ip4_fmt(a->v4, buf);
	case ADDR_IP6: return ip6_fmt(a->v6, buf);
	}
	memcpy(buf, "none", 5);
	return buf;
}

char *prefix_fmt(const struct prefix *p, char buf[PREFIX_STRLEN])
{
	size_t n = strlen(addr_fmt(&p->addr, buf));

	snprintf(buf + n, PREFIX_STRLEN - n, "/%u", p->len);
	return buf;
}

char *mac_fmt(struct mac m, char buf[MAC_STRLEN])
{
	static const char digits[] = "0123456789abcdef";
	char *p = buf;

	for (int i = 0; i < 6; i++) {
		*p++ = digits[m.b[i] >> 4];
		*p++ = digits[m.b[i] & 15];
		*p++ = i < 5 ? ':' : '\0';
	}
	return buf;
}
