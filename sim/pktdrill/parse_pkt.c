// SPDX-License-Identifier: GPL-3.0-or-later
/* Packets: "< [ect0] S. 0:0(0) ack 1 win 100 <mss 1460,sackOK>", "> udp (100)". */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "stack/util/be.h"
#include "stack/util/cc.h"

enum { TCP_OPT_MD5 = 19 };                /* which our TCP does not speak */

/* --- options ------------------------------------------------------------------------- */

static uint8_t *opt_room(struct pd_lex *lx, struct pd_opts *o, uint8_t kind, unsigned n)
{
	uint8_t *b = o->b + o->n;

	if (o->n + n > TCP_OPT_MAX) {
		pd_fail(lx, "options of 40 bytes at most");
		return NULL;
	}
	o->n = (uint8_t)(o->n + n);
	b[0] = kind;
	if (n > 1)
		b[1] = (uint8_t)n;
	return b;
}

static bool opt_number(struct pd_lex *lx, struct pd_opts *o, uint8_t kind, unsigned bytes)
{
	uint8_t *b = opt_room(lx, o, kind, 2 + bytes);
	int64_t v;

	if (!b || !pd_want_number(lx, 0, bytes == 1 ? UINT8_MAX : UINT16_MAX, &v))
		return false;
	if (bytes == 1)
		b[2] = (uint8_t)v;
	else
		put_be16(b + 2, (uint16_t)v);
	return true;
}

/* Others have "..." here. */
static bool ts_number(struct pd_lex *lx, int64_t *v)
{
	if (pd_looks(lx, "..."))
		return pd_unsupported(lx, "a timestamp of any value", NULL);
	return pd_want_number(lx, 0, UINT32_MAX, v);
}

static bool opt_ts(struct pd_lex *lx, struct pd_opts *o)
{
	uint8_t *b = opt_room(lx, o, TCP_OPT_TS, 10);
	int64_t val, ecr;

	if (!b || !pd_want(lx, "val") || !ts_number(lx, &val) || !pd_want(lx, "ecr") ||
	    !ts_number(lx, &ecr))
		return false;
	put_be32(b + 2, (uint32_t)val);
	put_be32(b + 6, (uint32_t)ecr);
	return true;
}

static bool opt_sack(struct pd_lex *lx, struct pd_opts *o)
{
	uint8_t *b = opt_room(lx, o, TCP_OPT_SACK, 2), *block;
	int64_t from, to;

	if (!b)
		return false;
	while (pd_number(lx, &from)) {
		if (!pd_want(lx, ":") || !pd_want_number(lx, INT32_MIN, UINT32_MAX, &to))
			return false;
		block = opt_room(lx, o, 0, 8);
		if (!block)
			return false;
		put_be32(block, (uint32_t)from);
		put_be32(block + 4, (uint32_t)to);
		b[1] = (uint8_t)(b[1] + 8);
	}
	return true;
}

/* Hexadecimal digits, an even number of them, that end there; -1: it is a name. */
static int hex_digits(const char *s)
{
	int n = 0;

	while (isxdigit((unsigned char)s[n]))
		n++;
	return n % 2 || isalnum((unsigned char)s[n]) || s[n] == '_' ? -1 : n;
}

/* Digits, which may be none, or what a name stands for. */
static const char *hex(struct pd_lex *lx, int *n)
{
	const char *at, *name = (pd_skip(lx), lx->p), *end = name;

	*n = hex_digits(name);
	if (*n >= 0) {
		lx->p += *n;
		return name;
	}
	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	at = pd_defined(lx->script, name, (size_t)(end - name));
	*n = at ? hex_digits(at) : -1;
	if (*n >= 0)
		lx->p = end;
	return at;
}

/* A cookie or a digest in hexadecimal, or none; magic: of RFC 6994, or 0. */
static bool opt_hex(struct pd_lex *lx, struct pd_opts *o, uint8_t kind, uint16_t magic)
{
	unsigned head = magic ? 4 : 2;
	uint8_t *b = opt_room(lx, o, kind, head);
	const char *digits;
	int n;

	if (!b)
		return false;
	if (magic)
		put_be16(b + 2, magic);
	digits = hex(lx, &n);
	if (n < 0)
		return pd_unsupported(lx, "bytes of a TCP option under a name that is not defined",
				      NULL);
	if (!opt_room(lx, o, 0, (unsigned)n / 2))
		return false;
	for (int i = 0; i < n / 2; i++, digits += 2) {
		const char pair[3] = { digits[0], digits[1], '\0' };

		b[head + (unsigned)i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	b[0] = kind;
	b[1] = (uint8_t)(head + (unsigned)n / 2);
	return true;
}

static bool parse_opt(struct pd_lex *lx, struct pd_opts *o)
{
	struct pd_lex at = (pd_skip(lx), *lx);
	char *name = pd_name(lx);

	if (!name)
		return pd_fail(lx, "a TCP option");
	if (strcmp(name, "mss") == 0)
		return opt_number(lx, o, TCP_OPT_MSS, 2);
	if (strcmp(name, "wscale") == 0)
		return opt_number(lx, o, TCP_OPT_WSCALE, 1);
	if (strcmp(name, "sackOK") == 0)
		return opt_room(lx, o, TCP_OPT_SACK_OK, 2) != NULL;
	if (strcmp(name, "nop") == 0)
		return opt_room(lx, o, TCP_OPT_NOP, 1) != NULL;
	if (strcmp(name, "eol") == 0)
		return opt_room(lx, o, TCP_OPT_EOL, 1) != NULL;
	if (strcmp(name, "TS") == 0)
		return opt_ts(lx, o);
	if (strcmp(name, "sack") == 0)
		return opt_sack(lx, o);
	if (strcmp(name, "md5") == 0)
		return opt_hex(lx, o, TCP_OPT_MD5, 0);
	if (strcmp(name, "FO") == 0)
		return opt_hex(lx, o, TCP_OPT_FASTOPEN, 0);
	if (strcmp(name, "FOEXP") == 0)
		return opt_hex(lx, o, TCP_OPT_EXP, TCP_EXP_FASTOPEN);
	return pd_unsupported(&at, "TCP option", name);
}

static bool parse_opts(struct pd_lex *lx, struct pd_opts *o)
{
	if (!pd_take(lx, "<"))
		return true;
	if (pd_take(lx, "...")) {
		o->any = true;
		return pd_want(lx, ">");
	}
	if (pd_take(lx, ">"))
		return true;
	do {
		if (!parse_opt(lx, o))
			return false;
	} while (pd_take(lx, ","));
	while (o->n % 4)
		o->b[o->n++] = TCP_OPT_EOL;       /* the header is whole words */
	return pd_want(lx, ">");
}

/* --- headers -------------------------------------------------------------------------- */

/* "ect0", "tos 0x28" and "ttl 64", of which [] or () hold a list. */
static bool ip_word(struct pd_lex *lx, struct pd_packet *p)
{
	static const struct { const char *name; int ecn; } words[] = {
		{ "noecn", 0 }, { "ect1", 1 }, { "ect01", PD_ECN_ECT }, { "ect0", 2 }, { "ce", 3 },
	};
	struct pd_lex at = (pd_skip(lx), *lx);
	char *name = pd_name(lx);
	int64_t v;

	for (size_t i = 0; name && i < N_ELEM(words); i++) {
		if (strcmp(name, words[i].name) == 0) {
			p->ecn = words[i].ecn;
			return true;
		}
	}
	if (name && (strcmp(name, "tos") == 0 || strcmp(name, "ttl") == 0)) {
		if (!pd_want_number(lx, 0, UINT8_MAX, &v))
			return false;
		*(name[1] == 'o' ? &p->tos : &p->ttl) = (int)v;
		return true;
	}
	return name ? pd_unsupported(&at, "the IP field", name) : pd_fail(lx, "an IP field");
}

static bool parse_ip_info(struct pd_lex *lx, struct pd_packet *p)
{
	const char *close = pd_looks(lx, "(") ? ")" : "]";

	if (!pd_take(lx, "[") && !pd_take(lx, "("))
		return true;
	do {
		if (!ip_word(lx, p))
			return false;
	} while (pd_take(lx, ","));
	return pd_want(lx, close);
}

/* "1234 > 80": ports that are not those of the connection. */
static bool parse_ports(struct pd_lex *lx, struct pd_packet *p)
{
	int64_t from, to;

	pd_skip(lx);
	if (!isdigit((unsigned char)*lx->p))
		return true;
	if (!pd_want_number(lx, 0, UINT16_MAX, &from) || !pd_want(lx, ">") ||
	    !pd_want_number(lx, 0, UINT16_MAX, &to))
		return false;
	p->sport = (uint16_t)from;
	p->dport = (uint16_t)to;
	return true;
}

static bool parse_flags(struct pd_lex *lx, struct pd_packet *p)
{
	static const char letters[] = "FSRP.UEW";         /* enum tcp_flag, from bit 0 */
	const char *at;

	if (!parse_ports(lx, p))
		return false;
	pd_skip(lx);
	if (*lx->p == '-') {
		lx->p++;
		return true;
	}
	for (; *lx->p && (at = strchr(letters, *lx->p)); lx->p++)
		p->flags |= (uint8_t)(1 << (at - letters));
	if (isdigit((unsigned char)*lx->p) || *lx->p == 'A')
		return pd_unsupported(lx, "AccECN", NULL);
	if (islower((unsigned char)*lx->p)) {
		struct pd_lex from = *lx;

		return pd_unsupported(&from, "a packet of", pd_name(lx));
	}
	return (p->flags && !isupper((unsigned char)*lx->p)) || pd_fail(lx, "TCP flags");
}

bool pd_parse_seq(struct pd_lex *lx, uint32_t *seq, uint32_t *len)
{
	int64_t from, to, n;

	if (!pd_want_number(lx, INT32_MIN, UINT32_MAX, &from))
		return false;
	to = from;
	if (pd_take(lx, ":") && !pd_want_number(lx, INT32_MIN, UINT32_MAX, &to))
		return false;
	if (!pd_want(lx, "(") || !pd_want_number(lx, 0, UINT16_MAX, &n) || !pd_want(lx, ")"))
		return false;
	*seq = (uint32_t)from;
	*len = (uint32_t)n;
	if ((uint32_t)(to - from) != *len && to != from)
		return pd_fail(lx, "a length that is the difference of the sequence numbers");
	return true;
}

static bool parse_tcp(struct pd_lex *lx, struct pd_packet *p)
{
	int64_t v;

	if (!parse_flags(lx, p) || !pd_parse_seq(lx, &p->seq, &p->len))
		return false;
	if (pd_take(lx, "ack")) {
		if (!pd_want_number(lx, INT32_MIN, UINT32_MAX, &v))
			return false;
		p->ack = (uint32_t)v;
	}
	if (pd_take(lx, "win")) {
		if (!pd_want_number(lx, 0, UINT16_MAX, &v))
			return false;
		p->has_wnd = true;
		p->wnd = (uint16_t)v;
	}
	if (pd_take(lx, "urg")) {
		if (!pd_want_number(lx, 0, UINT16_MAX, &v))
			return false;
		p->has_urg = true;
		p->urg = (uint16_t)v;
	}
	return parse_opts(lx, &p->opts);
}

/* --- UDP --------------------------------------------------------------------------------- */

/* "udp (100)", "udp 1234 > 80 (100)". */
static bool parse_udp(struct pd_lex *lx, struct pd_packet *p)
{
	int64_t n;

	p->proto = PD_UDP;
	if (!parse_ports(lx, p) || !pd_want(lx, "(") || !pd_want_number(lx, 0, UINT16_MAX, &n) ||
	    !pd_want(lx, ")"))
		return false;
	p->len = (uint32_t)n;
	return true;
}

/* Old scripts have the packet first: "< [1:1001(1000)] icmp ...". */
static bool quotes_first(struct pd_lex *lx)
{
	const char *at = (pd_skip(lx), lx->p);

	return *at == '[' && (isdigit((unsigned char)at[1]) || strncmp(at + 1, "udp", 3) == 0);
}

static bool parse_any(struct pd_lex *lx, struct pd_packet *p)
{
	p->ecn = p->out ? PD_ECN_ANY : 0;
	p->tos = p->ttl = -1;
	if (quotes_first(lx) ? !pd_parse_quote(lx, &p->icmp) : !parse_ip_info(lx, p))
		return false;
	if (pd_take_word(lx, "udp"))
		return parse_udp(lx, p);
	if (pd_take_word(lx, "icmp"))
		return pd_parse_icmp(lx, p);
	return parse_tcp(lx, p);
}

bool pd_parse_packet(struct pd_lex *lx, struct pd_packet *p)
{
	struct pd_lex from = (pd_skip(lx), *lx);

	if (!parse_any(lx, p))
		return false;
	if (!p->out && p->ecn == PD_ECN_ECT)
		return pd_wrong(&from, "[ect01] can only be used with outbound packets");
	if (!p->out && p->opts.any)
		return pd_wrong(&from, "<...> for TCP options can only be used with outbound "
					"packets");
	return true;
}
