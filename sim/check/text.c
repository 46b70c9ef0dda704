// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* n in units of 10^-digits, without trailing zeros. */
static void put_decimal(struct buf *out, uint64_t whole, uint64_t frac, int digits)
{
	buf_printf(out, "%" PRIu64, whole);
	if (!frac)
		return;
	for (; frac % 10 == 0; digits--)
		frac /= 10;
	buf_printf(out, ".%0*" PRIu64, digits, frac);
}

void text_points(struct buf *out, uint64_t milli)
{
	put_decimal(out, milli / 1000, milli % 1000, 3);
}

json_t *text_points_json(uint64_t milli)
{
	if (milli % 1000 == 0)
		return json_integer((json_int_t)(milli / 1000));
	return json_real((double)milli / 1000.0);
}

void text_seconds(struct buf *out, ns_t at)
{
	uint64_t t = at < 0 ? 0 - (uint64_t)at : (uint64_t)at;

	if (at < 0)
		buf_putc(out, '-');
	put_decimal(out, t / 1000000000, t % 1000000000, 9);
}

/* RFC 3629 4: lengths by first byte, no overlong forms, no surrogates. */
size_t text_char_len(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t len = n == 0 ? 0 : u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 :
		u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
	    (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
		return 0;
	return len;
}

void text_utf8(struct buf *out, const char *s, size_t n)
{
	while (n) {
		size_t len = text_char_len(s, n);

		if (len && *s)
			buf_add(out, s, len);
		else
			buf_printf(out, "\\x%02x", (unsigned char)*s);
		s += len ? len : 1;
		n -= len ? len : 1;
	}
}

void text_cut(struct buf *out, const char *s, size_t max)
{
	size_t left = strlen(s), used = 0;

	for (; max && used < left; max--) {
		size_t len = text_char_len(s + used, left - used);

		used += len ? len : 1;
	}
	buf_add(out, s, used);
	if (used < left)
		buf_str(out, "...");
}

void text_quote(struct buf *out, const char *s)
{
	struct buf clean = { 0 };
	json_t *v;
	char *quoted;

	text_utf8(&clean, s, strlen(s));
	v = json_string(clean.s ? clean.s : "");
	quoted = json_dumps(v, JSON_ENCODE_ANY);
	if (quoted)
		buf_str(out, quoted);
	else
		out->bad = true;
	free(quoted);
	json_decref(v);
	buf_free(&clean);
}

void text_visible(struct buf *out, const char *s, size_t n)
{
	for (; n; s++, n--) {
		unsigned char c = (unsigned char)*s;

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, *s);
	}
}

void text_indent(struct buf *out, const char *indent, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\n");

		buf_str(out, indent);
		text_visible(out, s, n);
		buf_putc(out, '\n');
		s += n + (s[n] == '\n');
	}
}

json_t *text_seed_json(uint64_t seed)
{
	char text[24];

	if (seed <= INT64_MAX)
		return json_integer((json_int_t)seed);
	snprintf(text, sizeof(text), "%" PRIu64, seed);
	return json_string(text);
}

char *text_compact(const json_t *v)
{
	return json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}
