// SPDX-License-Identifier: GPL-3.0-or-later
/* Packets: "< [ect0] S. 0:0(0) ack 1 win 100 <mss 1460,sackOK>", and ICMP. */
#include <ctype.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "stack/util/be.h"
#include "stack/util/cc.h"
#include "stack/wire/icmp4.h"

static bool unsupported(struct pd_lex *lx, const char *what)
{
	pd_say(lx->says, PD_SKIPPED, lx->line, "%s", what);
	return false;
}

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

static bool opt_ts(struct pd_lex *lx, struct pd_opts *o)
{
	uint8_t *b = opt_room(lx, o, TCP_OPT_TS, 10);
	int64_t val, ecr;

	if (!b || !pd_want(lx, "val") || !pd_want_number(lx, 0, UINT32_MAX, &val) ||
	    !pd_want(lx, "ecr") || !pd_want_number(lx, 0, UINT32_MAX, &ecr))
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

static bool parse_opt(struct pd_lex *lx, struct pd_opts *o)
{
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
	pd_say(lx->says, PD_SKIPPED, lx->line, "TCP option %s", name);
	return false;
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

/* "[ect0]" and its like, before the flags. */
static bool parse_ip_info(struct pd_lex *lx, struct pd_packet *p)
{
	static const struct { const char *name; int ecn; } words[] = {
		{ "noecn", 0 }, { "ect1", 1 }, { "ect01", PD_ECN_ANY }, { "ect0", 2 }, { "ce", 3 },
	};
	char *name;

	p->ecn = p->out ? PD_ECN_ANY : 0;
	if (!pd_take(lx, "["))
		return true;
	name = pd_name(lx);
	for (size_t i = 0; name && i < N_ELEM(words); i++) {
		if (strcmp(name, words[i].name) == 0) {
			p->ecn = words[i].ecn;
			return pd_want(lx, "]");
		}
	}
	return unsupported(lx, "an IP field in []");
}

static bool parse_flags(struct pd_lex *lx, struct pd_packet *p)
{
	static const char letters[] = "FSRP.UEW";         /* enum tcp_flag, from bit 0 */
	const char *at;

	pd_skip(lx);
	if (*lx->p == '-') {
		lx->p++;
		return true;
	}
	for (; *lx->p && (at = strchr(letters, *lx->p)); lx->p++)
		p->flags |= (uint8_t)(1 << (at - letters));
	if (!isspace((unsigned char)*lx->p))
		return unsupported(lx, "a packet that is no TCP segment, or AccECN");
	return p->flags || pd_fail(lx, "TCP flags");
}

static bool parse_seq(struct pd_lex *lx, uint32_t *seq, uint32_t *len)
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

	if (!parse_flags(lx, p) || !parse_seq(lx, &p->seq, &p->len))
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

/* --- ICMP ------------------------------------------------------------------------------ */

static const struct { const char *type, *code; uint8_t t, c; } icmp_words[] = {
	{ "unreachable", "net_unreachable", ICMP4_UNREACH, ICMP4_UNREACH_NET },
	{ "unreachable", "host_unreachable", ICMP4_UNREACH, ICMP4_UNREACH_HOST },
	{ "unreachable", "protocol_unreachable", ICMP4_UNREACH, ICMP4_UNREACH_PROTO },
	{ "unreachable", "port_unreachable", ICMP4_UNREACH, ICMP4_UNREACH_PORT },
	{ "unreachable", "frag_needed", ICMP4_UNREACH, ICMP4_UNREACH_FRAG },
	{ "unreachable", "source_route_failed", ICMP4_UNREACH, ICMP4_UNREACH_SRCROUTE },
	{ "unreachable", "net_unknown", ICMP4_UNREACH, ICMP4_UNREACH_NET_UNKNOWN },
	{ "unreachable", "host_unknown", ICMP4_UNREACH, ICMP4_UNREACH_HOST_UNKNOWN },
	{ "unreachable", "net_prohibited", ICMP4_UNREACH, ICMP4_UNREACH_NET_PROHIB },
	{ "unreachable", "host_prohibited", ICMP4_UNREACH, ICMP4_UNREACH_HOST_PROHIB },
	{ "unreachable", "admin_prohibited", ICMP4_UNREACH, ICMP4_UNREACH_ADMIN },
	{ "source_quench", "", ICMP4_SOURCE_QUENCH, 0 },
	{ "time_exceeded", "exceeded_in_transit", ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL },
	{ "time_exceeded", "exceeded_reassembly", ICMP4_TIME_EXCEEDED, ICMP4_TIME_REASSEMBLY },
	{ "parameter_problem", "", ICMP4_PARAM_PROBLEM, 0 },
};

static bool icmp_names(struct pd_lex *lx, struct pd_icmp *ic)
{
	char *type = pd_name(lx), *code = NULL;
	int64_t v;

	if (!type)
		return pd_fail(lx, "an ICMP type");
	if (pd_is_name(lx) && !pd_looks(lx, "mtu "))
		code = pd_name(lx);
	for (size_t i = 0; i < N_ELEM(icmp_words); i++) {
		if (strcmp(type, icmp_words[i].type) != 0 ||
		    (code && strcmp(code, icmp_words[i].code) != 0))
			continue;
		ic->type = icmp_words[i].t;
		ic->code = icmp_words[i].c;
		if (!pd_take(lx, "mtu"))
			return true;
		if (!pd_want_number(lx, 0, UINT16_MAX, &v))
			return false;
		ic->mtu = (uint32_t)v;
		return true;
	}
	return unsupported(lx, "this ICMP message");
}

static bool parse_icmp(struct pd_lex *lx, struct pd_packet *p)
{
	p->is_icmp = true;
	if (p->out)
		return unsupported(lx, "an outbound ICMP message");
	if (!icmp_names(lx, &p->icmp) || !pd_want(lx, "["))
		return false;
	if (pd_looks(lx, "udp"))
		return unsupported(lx, "UDP");
	return parse_seq(lx, &p->icmp.seq, &p->icmp.len) && pd_want(lx, "]");
}

bool pd_parse_packet(struct pd_lex *lx, struct pd_packet *p)
{
	if (!parse_ip_info(lx, p))
		return false;
	if (pd_take(lx, "icmp "))
		return parse_icmp(lx, p);
	return parse_tcp(lx, p);
}
