// SPDX-License-Identifier: GPL-3.0-or-later
/* ICMP messages: "icmp unreachable port_unreachable [udp (100)]". */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/wire/icmp4.h"

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
	{ "unreachable", "source_host_isolated", ICMP4_UNREACH, 8 },
	{ "unreachable", "net_unreachable_for_tos", ICMP4_UNREACH, 11 },
	{ "unreachable", "host_unreachable_for_tos", ICMP4_UNREACH, 12 },
	{ "unreachable", "packet_filtered", ICMP4_UNREACH, ICMP4_UNREACH_ADMIN },
	{ "unreachable", "admin_prohibited", ICMP4_UNREACH, ICMP4_UNREACH_ADMIN },
	{ "unreachable", "precedence_violation", ICMP4_UNREACH, 14 },
	{ "unreachable", "precedence_cutoff", ICMP4_UNREACH, 15 },
	{ "source_quench", "", ICMP4_SOURCE_QUENCH, 0 },
	{ "time_exceeded", "exceeded_in_transit", ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL },
	{ "time_exceeded", "exceeded_reassembly", ICMP4_TIME_EXCEEDED, ICMP4_TIME_REASSEMBLY },
	{ "parameter_problem", "", ICMP4_PARAM_PROBLEM, 0 },
	{ "echo_reply", "", 0, 0 }, { "redirect", "", 5, 0 }, { "echo_request", "", 8, 0 },
	{ "timestamp_request", "", 13, 0 }, { "timestamp_reply", "", 14, 0 },
	{ "information_request", "", 15, 0 }, { "information_reply", "", 16, 0 },
	{ "address_mask_request", "", 17, 0 }, { "address_mask_reply", "", 18, 0 },
};

/* "type_3", "code_4"; false: it is a word. */
static bool icmp_numbered(const char *word, const char *prefix, uint8_t *v)
{
	size_t n = strlen(prefix);
	long long num;
	char *end;

	if (!word || strncmp(word, prefix, n) != 0 || !isdigit((unsigned char)word[n]))
		return false;
	num = strtoll(word + n, &end, 10);
	*v = (uint8_t)num;
	return !*end && num <= UINT8_MAX;
}

static bool icmp_code(struct pd_lex *lx, struct pd_icmp *ic)
{
	struct pd_lex at = (pd_skip(lx), *lx);
	char *word;

	if (!pd_is_name(lx) || pd_looks(lx, "mtu ") || pd_looks(lx, "id "))
		return true;
	word = pd_name(lx);
	if (icmp_numbered(word, "code_", &ic->code))
		return true;
	for (size_t i = 0; word && i < N_ELEM(icmp_words); i++)
		if (icmp_words[i].t == ic->type && strcmp(word, icmp_words[i].code) == 0) {
			ic->code = icmp_words[i].c;
			return true;
		}
	return pd_unsupported(&at, "the code of an ICMP message", word);
}

static bool icmp_names(struct pd_lex *lx, struct pd_icmp *ic)
{
	struct pd_lex at = (pd_skip(lx), *lx);
	char *type = pd_name(lx);
	size_t i = 0;
	int64_t v;

	if (!type)
		return pd_fail(lx, "an ICMP type");
	if (!icmp_numbered(type, "type_", &ic->type)) {
		while (i < N_ELEM(icmp_words) && strcmp(type, icmp_words[i].type) != 0)
			i++;
		if (i == N_ELEM(icmp_words))
			return pd_unsupported(&at, "the ICMP message", type);
		ic->type = icmp_words[i].t;
		ic->code = icmp_words[i].c;
	}
	if (!icmp_code(lx, ic))
		return false;
	if (pd_take(lx, "mtu ")) {
		if (!pd_want_number(lx, 0, UINT16_MAX, &v))
			return false;
		ic->mtu = (uint32_t)v;
	}
	if (pd_take(lx, "id ")) {
		if (!pd_want_number(lx, 0, UINT16_MAX, &v))
			return false;
		ic->id = (uint16_t)v;
	}
	return true;
}

/* The packet quoted: "[1:1001(1000)]", "[udp (100)]". */
bool pd_parse_quote(struct pd_lex *lx, struct pd_icmp *ic)
{
	int64_t n;

	if (ic->about || !pd_take(lx, "["))
		return true;
	ic->about = true;
	if (pd_looks(lx, "raw"))
		return pd_unsupported(lx, "a packet quoted that is neither of TCP nor of UDP",
				      NULL);
	if (!pd_take_word(lx, "udp"))
		return pd_parse_seq(lx, &ic->seq, &ic->len) && pd_want(lx, "]");
	ic->about_udp = true;
	if (!pd_want(lx, "(") || !pd_want_number(lx, 0, UINT16_MAX, &n) || !pd_want(lx, ")"))
		return false;
	ic->len = (uint32_t)n;
	return pd_want(lx, "]");
}

bool pd_parse_icmp(struct pd_lex *lx, struct pd_packet *p)
{
	p->proto = PD_ICMP;
	return icmp_names(lx, &p->icmp) && pd_parse_quote(lx, &p->icmp);
}

/* "unreachable port_unreachable", or numbers where there are no words. */
static void show_names(const struct pd_icmp *ic, struct buf *b)
{
	const char *type = NULL, *code = NULL;

	for (size_t i = 0; i < N_ELEM(icmp_words); i++) {
		if (icmp_words[i].t != ic->type)
			continue;
		type = icmp_words[i].type;
		if (icmp_words[i].c == ic->code && !code)
			code = icmp_words[i].code;
	}
	if (type)
		buf_printf(b, "icmp %s", type);
	else
		buf_printf(b, "icmp type_%u", ic->type);
	if (!code)
		buf_printf(b, " code_%u", ic->code);
	else if (*code)
		buf_printf(b, " %s", code);
}

void pd_icmp_show(const struct pd_icmp *ic, struct buf *b)
{
	show_names(ic, b);
	if (ic->mtu)
		buf_printf(b, " mtu %u", ic->mtu);
	if (ic->id)
		buf_printf(b, " id %u", ic->id);
	if (ic->about_udp)
		buf_printf(b, " [udp (%u)]", ic->len);
	else if (ic->about)
		buf_printf(b, " [%u:%u(%u)]", ic->seq, ic->seq + ic->len, ic->len);
}
