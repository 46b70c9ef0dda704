// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/tcp_vars.h"

#include <stddef.h>
#include <string.h>

#include "shell/table.h"
#include "stack/show.h"
#include "stack/util/buf.h"
#include "stack/util/cc.h"

enum kind { V_U8, V_U16, V_U32, V_U64, V_BOOL, V_NS, V_STR };

struct var { const char *group, *name; enum kind kind; size_t off; };

#define V(group, name, kind, field) { group, name, kind, offsetof(struct show_tcp, field) }

/* RFC 9293 3.3.1, RFC 7323, RFC 5681, RFC 6675, RFC 6298; what has no name
 * there has Linux's. */
static const struct var vars[] = {
	V("send", "ISS", V_U32, iss), V("send", "SND.UNA", V_U32, snd_una),
	V("send", "SND.NXT", V_U32, snd_nxt), V("send", "SND.WND", V_U32, snd_wnd),
	V("send", "SND.UP", V_U32, snd_up),
	V("send", "SND.WL1", V_U32, snd_wl1), V("send", "SND.WL2", V_U32, snd_wl2),
	V("send", "Max.SND.WND", V_U32, max_snd_wnd), V("send", "Eff.snd.MSS", V_U16, eff_snd_mss),
	V("send", "SendMSS", V_U16, send_mss), V("send", "unsent", V_U32, unsent),
	V("receive", "IRS", V_U32, irs), V("receive", "RCV.NXT", V_U32, rcv_nxt),
	V("receive", "RCV.WND", V_U32, rcv_wnd), V("receive", "RCV.UP", V_U32, rcv_up),
	V("receive", "Last.ACK.sent", V_U32, last_ack_sent),
	V("receive", "RecvMSS", V_U16, adv_mss), V("receive", "rcv_mss", V_U16, rcv_mss),
	V("receive", "unread", V_U32, unread), V("receive", "out_of_order", V_U32, out_of_order),
	V("options", "Snd.WS.OK", V_BOOL, wscale_ok), V("options", "Snd.Wind.Shift", V_U8, snd_wscale),
	V("options", "Rcv.Wind.Shift", V_U8, rcv_wscale), V("options", "Snd.TS.OK", V_BOOL, ts_ok),
	V("options", "TS.Recent", V_U32, ts_recent), V("options", "SACK", V_BOOL, sack_ok),
	V("options", "MTU", V_U32, path_mtu), V("options", "nodelay", V_BOOL, nodelay),
	V("options", "cork", V_BOOL, cork), V("options", "keepalive", V_BOOL, keepalive),
	V("options", "fastopen", V_BOOL, syn_data),
	V("congestion", "algorithm", V_STR, cc), V("congestion", "ca_state", V_STR, ca_state),
	V("congestion", "cwnd", V_U32, cwnd), V("congestion", "ssthresh", V_U32, ssthresh),
	V("congestion", "FlightSize", V_U32, flight_size), V("congestion", "pipe_segs", V_U32, pipe_segs),
	V("congestion", "out_segs", V_U32, out_segs), V("congestion", "sacked_segs", V_U32, sacked_segs),
	V("congestion", "lost_segs", V_U32, lost_segs),
	V("congestion", "retrans_segs", V_U32, retrans_segs),
	V("congestion", "RecoveryPoint", V_U32, recovery_point),
	V("congestion", "HighSacked", V_U32, high_sacked), V("congestion", "DupAcks", V_U8, dup_acks),
	V("time", "SRTT", V_NS, srtt), V("time", "RTTVAR", V_NS, rttvar), V("time", "RTO", V_NS, rto),
	V("time", "backoff", V_U8, backoff), V("time", "probes", V_U8, probes),
	V("time", "last_send", V_NS, last_send), V("time", "last_recv", V_NS, last_recv),
	V("time", "last_ack", V_NS, last_ack),
	V("counters", "bytes_sent", V_U64, bytes_sent),
	V("counters", "bytes_retrans", V_U64, bytes_retrans),
	V("counters", "bytes_acked", V_U64, bytes_acked),
	V("counters", "bytes_received", V_U64, bytes_received),
	V("counters", "segs_out", V_U32, segs_out), V("counters", "segs_in", V_U32, segs_in),
	V("counters", "data_segs_out", V_U32, data_segs_out),
	V("counters", "data_segs_in", V_U32, data_segs_in),
	V("counters", "total_retrans", V_U64, total_retrans),
};

static json_t *value(const struct show_tcp *t, const struct var *v)
{
	const void *at = (const char *)t + v->off;

	switch (v->kind) {
	case V_U8:   return json_integer(*(const uint8_t *)at);
	case V_U16:  return json_integer(*(const uint16_t *)at);
	case V_U32:  return json_integer(*(const uint32_t *)at);
	case V_U64:  return json_integer((json_int_t)*(const uint64_t *)at);
	case V_BOOL: return json_boolean(*(const bool *)at);
	case V_NS:   return json_integer(*(const ns_t *)at);
	case V_STR:  return json_string(*(const char *const *)at);
	}
	return NULL;
}

json_t *tcp_vars_json(const struct show_tcp *t)
{
	json_t *o = json_object();

	for (size_t i = 0; i < N_ELEM(vars); i++)
		jset(o, vars[i].name, value(t, &vars[i]));
	return o;
}

static void var_text(const struct var *v, const json_t *o, struct buf *out)
{
	json_int_t n = jint(o, v->name);

	if (v->kind == V_NS)
		buf_printf(out, "%lld.%06lldms", (long long)(n / MSEC(1)),
			   (long long)(n % MSEC(1)));
	else if (v->kind == V_STR)
		buf_str(out, jstr(o, v->name));
	else if (v->kind == V_BOOL)
		buf_str(out, jtrue(o, v->name) ? "yes" : "no");
	else if (v->off == offsetof(struct show_tcp, ssthresh) && n == UINT32_MAX)
		buf_str(out, "none");
	else
		buf_printf(out, "%lld", (long long)n);
}

void tcp_vars_text(const json_t *o, struct buf *out)
{
	const char *group = "";

	for (size_t i = 0; i < N_ELEM(vars); i++) {
		if (strcmp(group, vars[i].group) != 0)
			buf_printf(out, "%s  %-11s", i ? "\n" : "", vars[i].group);
		group = vars[i].group;
		buf_printf(out, " %s ", vars[i].name);
		var_text(&vars[i], o, out);
	}
	buf_str(out, "\n");
}
