// SPDX-License-Identifier: GPL-3.0-or-later
/* The report, with the keys of `iperf3 --json`. */
#include "sim/prog/iperf3.h"

double iperf3_seconds(ns_t ns) { return (double)ns / (double)SEC(1); }

double iperf3_rate(int64_t bytes, double seconds)
{
	return seconds > 0 ? (double)bytes * 8 / seconds : 0;
}

/* One row of numbers: of a flow or of all. */
static json_t *row(const struct iperf3 *t, int64_t bytes, double from, double to)
{
	json_t *o = json_pack("{s:f, s:f, s:f, s:I, s:f}", "start", from, "end", to,
			      "seconds", to - from, "bytes", (json_int_t)bytes,
			      "bits_per_second", iperf3_rate(bytes, to - from));

	json_object_set_new(o, "sender", json_boolean(t->sender));
	return o;
}

static json_t *flow_row(const struct iperf3 *t, const struct iperf3_flow *f, int64_t bytes,
			double from, double to)
{
	json_t *o = row(t, bytes, from, to);

	json_object_set_new(o, "socket", json_integer(f->fd));
	return o;
}

static void udp_keys(json_t *o, const struct iperf3_count *n, double jitter_s)
{
	json_object_set_new(o, "jitter_ms", json_real(jitter_s * 1000));
	json_object_set_new(o, "lost_packets", json_integer(n->lost));
	json_object_set_new(o, "packets", json_integer(n->packets));
	json_object_set_new(o, "lost_percent",
			    json_real(n->packets ? 100.0 * (double)n->lost / (double)n->packets : 0));
}

static void interval_keys(const struct iperf3 *t, json_t *o, const struct iperf3_count *n,
			  double jitter_s)
{
	if (t->p.udp && !t->sender)
		udp_keys(o, n, jitter_s);
	else if (t->p.udp)
		json_object_set_new(o, "packets", json_integer(n->packets));
	json_object_set_new(o, "omitted", json_false());
}

void iperf3_json_interval(struct iperf3 *t, double from, double to)
{
	json_t *flows = json_array(), *o;
	struct iperf3_count sum = { 0 };
	double jitter = 0;

	for (int64_t i = 0; i < t->p.flows; i++) {
		const struct iperf3_flow *f = &t->flow[i];
		struct iperf3_count n = {
			.bytes = f->now.bytes - f->mark.bytes,
			.packets = f->now.packets - f->mark.packets,
			.lost = f->now.lost - f->mark.lost,
		};

		o = flow_row(t, f, n.bytes, from, to);
		interval_keys(t, o, &n, iperf3_seconds(f->jitter));
		json_array_append_new(flows, o);
		sum.bytes += n.bytes;
		sum.packets += n.packets;
		sum.lost += n.lost;
		jitter += iperf3_seconds(f->jitter) / (double)t->p.flows;
	}
	o = row(t, sum.bytes, from, to);
	interval_keys(t, o, &sum, jitter);
	json_array_append_new(t->intervals, json_pack("{s:o, s:o}", "streams", flows, "sum", o));
}

/* --- the beginning --------------------------------------------------------------------- */

static json_t *connected(const struct iperf3 *t)
{
	char a[ADDR_STRLEN], b[ADDR_STRLEN];
	json_t *list = json_array();

	for (int64_t i = 0; t->flow && i < t->p.flows && t->flow[i].ready; i++) {
		const struct iperf3_flow *f = &t->flow[i];

		json_array_append_new(list, json_pack("{s:i, s:s, s:i, s:s, s:i}",
			"socket", f->fd, "local_host", addr_fmt(&f->local.addr, a),
			"local_port", f->local.port, "remote_host", addr_fmt(&f->peer.addr, b),
			"remote_port", f->peer.port));
	}
	return list;
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
	json_object_set_new(o, "cookie", json_string(t->cookie));
	json_object_set_new(o, "target_bitrate", json_integer(p->bps > 0 ? p->bps : 0));
	json_object_set_new(o, "sock_bufsize", json_integer(p->window));
	json_object_set_new(o, "test_start", json_pack(
		"{s:s, s:I, s:I, s:i, s:I, s:I, s:I, s:i, s:I, s:I}",
		"protocol", p->udp ? "UDP" : "TCP", "num_streams", (json_int_t)p->flows,
		"blksize", (json_int_t)p->len, "omit", 0,
		"duration", (json_int_t)(p->bytes || p->blocks ? 0 : p->seconds),
		"bytes", (json_int_t)p->bytes, "blocks", (json_int_t)p->blocks,
		"reverse", (int)p->reverse, "tos", (json_int_t)p->tos,
		"target_bitrate", (json_int_t)(p->bps > 0 ? p->bps : 0)));
	return o;
}

/* --- the end --------------------------------------------------------------------------------- */

struct totals { struct iperf3_count sent, got; double sent_s, got_s, jitter; };

/* Both ends' counts of a flow, or of one more flow added to a sum. */
static void totals_add(const struct iperf3 *t, const struct iperf3_flow *f, struct totals *to)
{
	const struct iperf3_count *sent = t->sender ? &f->now : &f->other.n;
	const struct iperf3_count *got = t->sender ? &f->other.n : &f->now;
	double here = iperf3_seconds(t->end_at - t->start_at);
	double there = f->other.seconds > 0 ? f->other.seconds : here;

	to->sent.bytes += sent->bytes;
	to->sent.packets += sent->packets;
	to->got.bytes += got->bytes;
	to->got.packets += got->packets;
	to->got.lost += got->lost;
	to->got.late += got->late;
	to->sent_s = t->sender ? here : there;
	to->got_s = t->sender ? there : here;
	to->jitter += (t->sender ? f->other.jitter : iperf3_seconds(f->jitter));
}

static json_t *flow_end(const struct iperf3 *t, const struct iperf3_flow *f)
{
	struct totals n = { 0 };
	json_t *o;

	totals_add(t, f, &n);
	if (!t->p.udp)
		return json_pack("{s:o, s:o}",
				 "sender", flow_row(t, f, n.sent.bytes, 0, n.sent_s),
				 "receiver", flow_row(t, f, n.got.bytes, 0, n.got_s));
	o = flow_row(t, f, n.sent.bytes, 0, n.sent_s);
	udp_keys(o, &n.got, n.jitter);
	json_object_set_new(o, "out_of_order", json_integer(n.got.late));
	return json_pack("{s:o}", "udp", o);
}

void iperf3_json_end(struct iperf3 *t)
{
	json_t *end = json_object(), *flows = json_array(), *sent, *got;
	struct totals n = { 0 };

	for (int64_t i = 0; i < t->p.flows; i++) {
		json_array_append_new(flows, flow_end(t, &t->flow[i]));
		totals_add(t, &t->flow[i], &n);
	}
	n.jitter /= (double)t->p.flows;
	sent = row(t, n.sent.bytes, 0, n.sent_s);
	got = row(t, n.got.bytes, 0, n.got_s);
	json_object_set_new(end, "streams", flows);
	if (t->p.udp) {
		struct iperf3_count none = { .packets = n.sent.packets };
		json_t *sum = row(t, n.sent.bytes, 0, n.got_s);

		udp_keys(sum, &n.got, n.jitter);
		json_object_set_new(end, "sum", sum);
		udp_keys(sent, &none, 0);
		udp_keys(got, &n.got, n.jitter);
	}
	json_object_set_new(end, "sum_sent", sent);
	json_object_set_new(end, "sum_received", got);
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
