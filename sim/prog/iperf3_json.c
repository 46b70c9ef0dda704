// SPDX-License-Identifier: GPL-3.0-or-later
/* The report, with the keys of `iperf3 --json`. */
#include <stdio.h>

#include "sim/prog/date.h"
#include "sim/prog/iperf3.h"

double iperf3_seconds(ns_t ns) { return (double)ns / (double)SEC(1); }

double iperf3_rate(int64_t bytes, double seconds)
{
	return seconds > 0 ? (double)bytes * 8 / seconds : 0;
}

/* One row of numbers: of a flow or of all. */
static json_t *row(bool sender, int64_t bytes, double from, double to)
{
	json_t *o = json_pack("{s:f, s:f, s:f, s:I, s:f}", "start", from, "end", to,
			      "seconds", to - from, "bytes", (json_int_t)bytes,
			      "bits_per_second", iperf3_rate(bytes, to - from));

	json_object_set_new(o, "sender", json_boolean(sender));
	return o;
}

static json_t *flow_row(const struct iperf3_flow *f, int64_t bytes, double from, double to)
{
	json_t *o = row(f->sender, bytes, from, to);

	json_object_set_new(o, "socket", json_integer(f->fd));
	return o;
}

static void udp_keys(json_t *o, const struct iperf3_count *n, double jitter_s)
{
	json_object_set_new(o, "jitter_ms", json_real(jitter_s * 1000));
	json_object_set_new(o, "lost_packets", json_integer(n->lost));
	json_object_set_new(o, "packets", json_integer(n->packets));
	json_object_set_new(o, "lost_percent",
			    json_real(n->packets ?
				      100.0 * (double)n->lost / (double)n->packets : 0));
}

/* f NULL: of all. */
static void interval_keys(const struct iperf3 *t, json_t *o, bool sender,
			  const struct iperf3_count *n, double jitter_s,
			  const struct iperf3_flow *f)
{
	const struct sk_tcp_info *i = f ? &f->info : NULL;

	if (t->p.udp && !sender)
		udp_keys(o, n, jitter_s);
	else if (t->p.udp)
		json_object_set_new(o, "packets", json_integer(n->packets));
	else if (sender)
		json_object_set_new(o, "retransmits", json_integer(n->retrans));
	if (i && sender && !t->p.udp) {
		json_object_set_new(o, "snd_cwnd", json_integer(iperf3_flow_cwnd(f)));
		json_object_set_new(o, "snd_wnd", json_integer(i->snd_wnd));
		json_object_set_new(o, "rtt", json_integer(i->rtt));
		json_object_set_new(o, "rttvar", json_integer(i->rttvar));
		json_object_set_new(o, "pmtu", json_integer(i->pmtu));
	}
	json_object_set_new(o, "omitted", json_boolean(t->omitting));
}

/* Rows of its flows to the list; the row of all. */
static json_t *interval_half(const struct iperf3 *t, int half, json_t *flows, double from,
			     double to)
{
	bool sender = iperf3_half_sends(t, half);
	struct iperf3_count sum = { 0 };
	double jitter = 0;
	json_t *o;

	for (int64_t i = 0; i < t->p.flows; i++) {
		const struct iperf3_flow *f = &t->flow[half * t->p.flows + i];
		struct iperf3_count n = iperf3_flow_interval(f);

		o = flow_row(f, n.bytes, from, to);
		interval_keys(t, o, sender, &n, iperf3_seconds(f->jitter), f);
		json_array_append_new(flows, o);
		iperf3_count_add(&sum, &n);
		jitter += iperf3_seconds(f->jitter) / (double)t->p.flows;
	}
	o = row(sender, sum.bytes, from, to);
	interval_keys(t, o, sender, &sum, jitter, NULL);
	return o;
}

/* The key of a sum; of the second half it has a longer name. */
static void set_sum(json_t *o, const char *key, int half, json_t *sum)
{
	char name[40];

	snprintf(name, sizeof(name), "%s%s", key, half ? "_bidir_reverse" : "");
	json_object_set_new(o, name, sum);
}

void iperf3_json_interval(struct iperf3 *t, double from, double to)
{
	json_t *flows = json_array(), *o = json_pack("{s:o}", "streams", flows);

	for (int half = 0; half < iperf3_halves(t); half++)
		set_sum(o, "sum", half, interval_half(t, half, flows, from, to));
	json_array_append_new(t->intervals, o);
}

/* --- the beginning --------------------------------------------------------------------- */

static json_t *connected(const struct iperf3 *t)
{
	char a[ADDR_STRLEN], b[ADDR_STRLEN];
	json_t *list = json_array();

	for (int64_t i = 0; t->flow && i < iperf3_flows(t) && t->flow[i].ready; i++) {
		const struct iperf3_flow *f = &t->flow[i];

		json_array_append_new(list, json_pack("{s:i, s:s, s:i, s:s, s:i}",
			"socket", f->fd, "local_host", addr_fmt(&f->local.addr, a),
			"local_port", f->local.port, "remote_host", addr_fmt(&f->peer.addr, b),
			"remote_port", f->peer.port));
	}
	return list;
}

static json_t *timestamp(const struct iperf3 *t)
{
	char text[DATE_LEN];

	return json_pack("{s:s, s:I}", "time", date_fmt(t->begun_at, text), "timesecs",
			 (json_int_t)((LAB_EPOCH_UNIX_NS + t->begun_at) / SEC(1)));
}

static json_t *start_json(const struct iperf3 *t)
{
	const struct iperf3_params *p = &t->p;
	char a[ADDR_STRLEN];
	json_t *o = json_pack("{s:o, s:s, s:s}", "connected", connected(t),
			      "version", "iperf 3.12", "system_info", "netloom");

	if (!t->server)
		json_object_set_new(o, "connecting_to", json_pack("{s:s, s:I}", "host", t->host,
				    "port", (json_int_t)t->port));
	else
		json_object_set_new(o, "accepted_connection", json_pack("{s:s, s:i}", "host",
				    addr_fmt(&t->ctl_peer.addr, a), "port", t->ctl_peer.port));
	json_object_set_new(o, "timestamp", timestamp(t));
	json_object_set_new(o, "cookie", json_string(t->cookie));
	if (!p->udp)
		json_object_set_new(o, "tcp_mss_default", json_integer(p->mss ? p->mss : t->mss));
	json_object_set_new(o, "target_bitrate", json_integer(p->bps > 0 ? p->bps : 0));
	json_object_set_new(o, "sock_bufsize", json_integer(p->window));
	json_object_set_new(o, "sndbuf_actual", json_integer(t->sndbuf));
	json_object_set_new(o, "rcvbuf_actual", json_integer(t->rcvbuf));
	json_object_set_new(o, "test_start", json_pack(
		"{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I}",
		"protocol", p->udp ? "UDP" : "TCP", "num_streams", (json_int_t)p->flows,
		"blksize", (json_int_t)p->len, "omit", (json_int_t)p->omit,
		"duration", (json_int_t)(p->bytes || p->blocks ? 0 : p->seconds),
		"bytes", (json_int_t)p->bytes, "blocks", (json_int_t)p->blocks,
		"reverse", (int)p->reverse, "tos", (json_int_t)p->tos,
		"target_bitrate", (json_int_t)(p->bps > 0 ? p->bps : 0)));
	return o;
}

/* --- the end --------------------------------------------------------------------------------- */

struct totals { struct iperf3_count n[2]; double seconds[2], jitter; };   /* sent, received */

/* Both ends' counts of a flow, or of one more flow added to a sum. */
static void totals_add(const struct iperf3_flow *f, struct totals *to)
{
	struct iperf3_count n[2];

	iperf3_flow_ends(f, n, to->seconds);
	iperf3_count_add(&to->n[0], &n[0]);
	iperf3_count_add(&to->n[1], &n[1]);
	to->jitter += (f->sender ? f->other.jitter : iperf3_seconds(f->jitter));
}

/* Retransmissions are TCP's sender's, or what it told the client. */
static bool counts(const struct iperf3 *t, bool sender)
{
	return sender || (!t->server && t->other_counts);
}

static json_t *sender_end(const struct iperf3_flow *f, const struct totals *n)
{
	json_t *o = flow_row(f, n->n[0].bytes, 0, n->seconds[0]);

	if (!counts(f->t, f->sender))
		return o;
	json_object_set_new(o, "retransmits", json_integer(n->n[0].retrans));
	json_object_set_new(o, "max_snd_cwnd", json_integer(f->tcp.max_cwnd));
	json_object_set_new(o, "max_snd_wnd", json_integer(f->tcp.max_wnd));
	json_object_set_new(o, "max_rtt", json_integer(f->tcp.max_rtt));
	json_object_set_new(o, "min_rtt", json_integer(f->tcp.min_rtt));
	json_object_set_new(o, "mean_rtt", json_integer(f->tcp.n ? f->tcp.sum_rtt / f->tcp.n : 0));
	return o;
}

static json_t *flow_end(const struct iperf3_flow *f)
{
	struct totals n = { 0 };
	json_t *o;

	totals_add(f, &n);
	if (!f->t->p.udp)
		return json_pack("{s:o, s:o}", "sender", sender_end(f, &n), "receiver",
				 flow_row(f, n.n[1].bytes, 0, n.seconds[1]));
	o = flow_row(f, n.n[0].bytes, 0, n.seconds[0]);
	udp_keys(o, &n.n[1], n.jitter);
	json_object_set_new(o, "out_of_order", json_integer(n.n[1].late));
	return json_pack("{s:o}", "udp", o);
}

/* Work costs no lab time, so ours is 0. */
static json_t *cpu(const struct iperf3 *t)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "host_total", 0.0, "host_user", 0.0,
			 "host_system", 0.0, "remote_total", t->other_cpu[0], "remote_user",
			 t->other_cpu[1], "remote_system", t->other_cpu[2]);
}

/* A server knows its own alone, as the real one. */
static void congestion(const struct iperf3 *t, json_t *end)
{
	const char *ours = t->congestion[0] ? t->congestion : NULL;
	const char *theirs = !t->server && t->other_congestion[0] ? t->other_congestion : NULL;
	bool sends = t->sender || t->p.bidir;

	if (sends ? ours : theirs)
		json_object_set_new(end, "sender_tcp_congestion",
				    json_string(sends ? ours : theirs));
	if (sends ? theirs : ours)
		json_object_set_new(end, "receiver_tcp_congestion",
				    json_string(sends ? theirs : ours));
}

/* What all flows of a half sent and received. */
static void end_half(const struct iperf3 *t, int half, json_t *end)
{
	bool sender = iperf3_half_sends(t, half), udp = t->p.udp;
	struct totals n = { 0 };
	json_t *sent, *got;

	for (int64_t i = 0; i < t->p.flows; i++)
		totals_add(&t->flow[half * t->p.flows + i], &n);
	n.jitter /= (double)t->p.flows;
	sent = row(udp || sender, n.n[0].bytes, 0, n.seconds[0]);
	got = row(!udp && sender, n.n[1].bytes, 0, n.seconds[1]);
	if (udp) {
		struct iperf3_count none = { .packets = n.n[0].packets };
		json_t *sum = row(sender, n.n[0].bytes, 0, n.seconds[1]);

		udp_keys(sum, &n.n[1], n.jitter);
		set_sum(end, "sum", half, sum);
		udp_keys(sent, &none, 0);
		udp_keys(got, &n.n[1], n.jitter);
	} else if (counts(t, sender)) {
		json_object_set_new(sent, "retransmits", json_integer(n.n[0].retrans));
	}
	set_sum(end, "sum_sent", half, sent);
	set_sum(end, "sum_received", half, got);
}

void iperf3_json_end(struct iperf3 *t)
{
	json_t *end = json_object(), *flows = json_array();

	for (int64_t i = 0; i < iperf3_flows(t); i++)
		json_array_append_new(flows, flow_end(&t->flow[i]));
	json_object_set_new(end, "streams", flows);
	for (int half = 0; half < iperf3_halves(t); half++)
		end_half(t, half, end);
	json_object_set_new(end, "cpu_utilization_percent", cpu(t));
	congestion(t, end);
	json_decref(t->report);
	t->report = json_pack("{s:o, s:O, s:o}", "start", start_json(t), "intervals", t->intervals,
			      "end", end);
}

json_t *iperf3_json(const struct prog *p)
{
	const struct iperf3 *t = (const struct iperf3 *)p;
	json_t *o;

	if (t->report)
		return json_copy(t->report);
	o = json_pack("{s:{s:[], s:s}, s:[], s:{}}", "start", "connected", "version", "iperf 3.12",
		      "intervals", "end");
	return o;
}
