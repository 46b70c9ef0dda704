// SPDX-License-Identifier: GPL-3.0-or-later
/* What traceroute prints, with the spaces of Debian's. */
#include <stdio.h>

#include "sim/prog/traceroute.h"
#include "stack/wire/icmp4.h"

void trace_header(struct trace *tr)
{
	char dst[ADDR_STRLEN];

	prog_printf(&tr->prog, "traceroute to %s (%s), %" PRId64 " hops max, %" PRId64
		    " byte packets", tr->host, ip4_fmt(tr->dst, dst), tr->max, tr->length);
}

static const char *unreach_flag(uint8_t code)
{
	switch (code) {
	case ICMP4_UNREACH_PORT:
		return "";                        /* we are there */
	case ICMP4_UNREACH_NET:
	case ICMP4_UNREACH_NET_UNKNOWN:
	case ICMP4_UNREACH_ISOLATED:
	case ICMP4_UNREACH_NET_TOS:
		return "!N";
	case ICMP4_UNREACH_HOST:
	case ICMP4_UNREACH_HOST_UNKNOWN:
	case ICMP4_UNREACH_HOST_TOS:
		return "!H";
	case ICMP4_UNREACH_NET_PROHIB:
	case ICMP4_UNREACH_HOST_PROHIB:
	case ICMP4_UNREACH_ADMIN:
		return "!X";
	case ICMP4_UNREACH_PROTO:
		return "!P";
	case ICMP4_UNREACH_SRCROUTE:
		return "!S";
	case ICMP4_UNREACH_PRECEDENCE:
		return "!V";
	case ICMP4_UNREACH_CUTOFF:
		return "!C";
	}
	return NULL;
}

/* What the answer to a probe says beside that it came. */
void trace_flag(struct trace_probe *pb, uint8_t type, uint8_t code, uint32_t info)
{
	const char *flag = type == ICMP4_UNREACH ? unreach_flag(code) : NULL;

	if (type == ICMP4_TIME_EXCEEDED && code == ICMP4_TIME_TTL)
		return;
	pb->final = true;
	if (flag)
		snprintf(pb->flag, sizeof(pb->flag), "%s", flag);
	else if (type == ICMP4_UNREACH && code == ICMP4_UNREACH_FRAG)
		snprintf(pb->flag, sizeof(pb->flag), "!F-%" PRIu32, info);
	else if (type == ICMP4_UNREACH)
		snprintf(pb->flag, sizeof(pb->flag), "!<%u>", code);
	else
		snprintf(pb->flag, sizeof(pb->flag), "!<%u-%u>", type, code);
}

/* Did an earlier probe of the hop get the latest answer from the same? */
static bool same_from(const struct trace *tr, int64_t i)
{
	for (int64_t k = i - 1; k >= i - i % tr->queries; k--)
		if (tr->probes[k].from)
			return tr->probes[k].from == tr->probes[i].from;
	return false;
}

void trace_print(struct trace *tr, int64_t i)
{
	const struct trace_probe *pb = &tr->probes[i];
	char from[ADDR_STRLEN];

	if (i % tr->queries == 0)
		prog_printf(&tr->prog, "\n%2" PRId64 " ", i / tr->queries + 1);
	if (!pb->from)
		prog_printf(&tr->prog, " *");
	else if (!same_from(tr, i)) {
		prog_printf(&tr->prog, " %s", ip4_fmt(pb->from, from));
		if (!tr->numeric)
			prog_printf(&tr->prog, " (%s)", from);
	}
	if (pb->got_at >= 0) {
		int64_t us = (pb->got_at - pb->sent_at + 500) / 1000;

		prog_printf(&tr->prog, "  %" PRId64 ".%03d ms", us / 1000, (int)(us % 1000));
	}
	if (pb->flag[0])
		prog_printf(&tr->prog, " %s", pb->flag);
}

/* --- JSON ------------------------------------------------------------------------------ */

static json_t *probe_json(const struct trace_probe *pb)
{
	json_t *o;

	if (!pb->from)
		return json_null();
	o = json_pack("{s:o, s:o}", "from", prog_json_addr(pb->from), "rtt_ns",
		      pb->got_at >= 0 ? json_integer(pb->got_at - pb->sent_at) : json_null());
	if (pb->flag[0])
		json_object_set_new(o, "flag", json_string(pb->flag));
	return o;
}

static json_t *hop_json(const struct trace *tr, int64_t first)
{
	json_t *probes = json_array(), *o = json_object();
	ip4_t from = 0;

	for (int64_t i = first; i < first + tr->queries && i < tr->start; i++) {
		if (!from)
			from = tr->probes[i].from;
		json_array_append_new(probes, probe_json(&tr->probes[i]));
	}
	json_object_set_new(o, "ttl", json_integer(first / tr->queries + 1));
	json_object_set_new(o, "from", from ? prog_json_addr(from) : json_null());
	json_object_set_new(o, "probes", probes);
	return o;
}

json_t *trace_json(const struct prog *p)
{
	const struct trace *tr = (const struct trace *)p;
	json_t *o = json_object(), *hops = json_array();
	bool reached = false;

	for (int64_t i = (tr->first - 1) * tr->queries; tr->probes && i < tr->start;
	     i += tr->queries)
		json_array_append_new(hops, hop_json(tr, i));
	for (int64_t i = 0; tr->probes && i < tr->start; i++)
		reached |= tr->probes[i].final && !tr->probes[i].flag[0];
	json_object_set_new(o, "dst", tr->host ? json_string(tr->host) : json_null());
	json_object_set_new(o, "address", tr->dst ? prog_json_addr(tr->dst) : json_null());
	json_object_set_new(o, "hops", hops);
	json_object_set_new(o, "reached", json_boolean(reached));
	return o;
}
