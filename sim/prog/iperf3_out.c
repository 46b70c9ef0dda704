// SPDX-License-Identifier: GPL-3.0-or-later
/* The text that iperf3 prints. */
#include <stdio.h>

#include "sim/prog/iperf3.h"

#define UNIT 24

/* "1.11 GBytes", " 640 KBytes": three digits, and bytes by 1024. */
static const char *bytes_text(int64_t n, char text[UNIT])
{
	static const char *const units[] = { "Bytes", "KBytes", "MBytes", "GBytes", "TBytes" };
	double v = (double)n;
	size_t u = 0;

	while (v >= 1024 && u < N_ELEM(units) - 1)
		v /= 1024, u++;
	snprintf(text, UNIT, v < 9.995 ? "%4.2f %s" : v < 99.95 ? "%4.1f %s" : "%4.0f %s", v,
		 units[u]);
	return text;
}

static const char *rate_text(int64_t bytes, double seconds, char text[UNIT])
{
	static const char *const units[] = { "bits", "Kbits", "Mbits", "Gbits", "Tbits" };
	double v = iperf3_rate(bytes, seconds);
	size_t u = 0;

	while (v >= 1000 && u < N_ELEM(units) - 1)
		v /= 1000, u++;
	snprintf(text, UNIT, v < 9.995 ? "%4.2f %s" : v < 99.95 ? "%4.1f %s" : "%4.0f %s", v,
		 units[u]);
	return text;
}

static void dashes(struct iperf3 *t)
{
	prog_printf(&t->prog, "- - - - - - - - - - - - - - - - - - - - - - - - -\n");
}

void iperf3_show_flow(struct iperf3 *t, const struct iperf3_flow *f)
{
	char a[ADDR_STRLEN], b[ADDR_STRLEN];

	if (!t->json_out)
		prog_printf(&t->prog, "[%3d] local %s port %u connected to %s port %u\n", f->fd,
			    addr_fmt(&f->local.addr, a), f->local.port,
			    addr_fmt(&f->peer.addr, b), f->peer.port);
}

static void header(struct iperf3 *t, bool end)
{
	prog_printf(&t->prog, "[ ID] Interval           Transfer     Bitrate%s\n",
		    !t->p.udp ? "" : end || !t->sender ?
		    "         Jitter    Lost/Total Datagrams" : "         Total Datagrams");
}

void iperf3_show_header(struct iperf3 *t)
{
	if (!t->json_out)
		header(t, false);
}

/* fd 0: of all.  What follows the rate is the caller's. */
static void line(struct iperf3 *t, int fd, double from, double to, int64_t bytes)
{
	char n[UNIT], r[UNIT], id[8] = "SUM";

	if (fd)
		snprintf(id, sizeof(id), "%3d", fd);
	prog_printf(&t->prog, "[%s] %6.2f-%-6.2f sec  %s  %s/sec", id, from, to,
		    bytes_text(bytes, n), rate_text(bytes, to - from, r));
}

static void udp_tail(struct iperf3 *t, const struct iperf3_count *n, double jitter, const char *who)
{
	double pct = n->packets ? 100.0 * (double)n->lost / (double)n->packets : 0;

	prog_printf(&t->prog, "  %5.3f ms  %" PRId64 "/%" PRId64 " (%.2g%%)  %s\n",
		    jitter * 1000, n->lost, n->packets, pct, who);
}

static void interval_tail(struct iperf3 *t, const struct iperf3_count *n, double jitter)
{
	if (!t->p.udp)
		prog_printf(&t->prog, "                  \n");
	else if (t->sender)
		prog_printf(&t->prog, "  %" PRId64 "  \n", n->packets);
	else
		udp_tail(t, n, jitter, "");
}

void iperf3_show_interval(struct iperf3 *t)
{
	ns_t now = node_now(t->prog.node);
	double from = iperf3_seconds(t->mark_at - t->start_at);
	double to = iperf3_seconds(now - t->start_at), jitter = 0;
	struct iperf3_count sum = { 0 };

	iperf3_json_interval(t, from, to);
	if (t->p.flows > 1 && t->mark_at > t->start_at && !t->json_out)
		dashes(t);
	for (int64_t i = 0; i < t->p.flows; i++) {
		struct iperf3_flow *f = &t->flow[i];
		struct iperf3_count n = { .bytes = f->now.bytes - f->mark.bytes,
			.packets = f->now.packets - f->mark.packets,
			.lost = f->now.lost - f->mark.lost };

		f->mark = f->now;
		sum.bytes += n.bytes, sum.packets += n.packets, sum.lost += n.lost;
		jitter += iperf3_seconds(f->jitter) / (double)t->p.flows;
		if (t->json_out)
			continue;
		line(t, f->fd, from, to, n.bytes);
		interval_tail(t, &n, iperf3_seconds(f->jitter));
	}
	t->mark_at = now;
	if (t->p.flows > 1 && !t->json_out) {
		line(t, 0, from, to, sum.bytes);
		interval_tail(t, &sum, jitter);
	}
}

/* --- the end --------------------------------------------------------------------------- */

static void end_line(struct iperf3 *t, int fd, bool sender, const struct iperf3_count *n,
		     double seconds, double jitter)
{
	line(t, fd, 0, seconds, n->bytes);
	if (t->p.udp)
		udp_tail(t, n, jitter, sender ? "sender" : "receiver");
	else
		prog_printf(&t->prog, "                  %s\n", sender ? "sender" : "receiver");
}

static void add(struct iperf3_count *sum, const struct iperf3_count *n)
{
	sum->bytes += n->bytes;
	sum->packets += n->packets;
	sum->lost += n->lost;
}

/* A flow's two lines; a server shows only what it did itself. */
static void flow_end(struct iperf3 *t, const struct iperf3_flow *f, struct iperf3_count sums[2])
{
	double here = iperf3_seconds(t->end_at - t->start_at);
	double there = f->other.seconds > 0 ? f->other.seconds : here;
	struct iperf3_count sent = t->sender ? f->now : f->other.n;
	struct iperf3_count got = t->sender ? f->other.n : f->now;
	double jitter = t->sender ? f->other.jitter : iperf3_seconds(f->jitter);

	sent.lost = 0;
	add(&sums[0], &sent);
	add(&sums[1], &got);
	if (!t->server || t->sender)
		end_line(t, f->fd, true, &sent, t->sender ? here : there, 0);
	if (!t->server || !t->sender)
		end_line(t, f->fd, false, &got, t->sender ? there : here, jitter);
}

void iperf3_show_end(struct iperf3 *t)
{
	double here = iperf3_seconds(t->end_at - t->start_at);
	double there = t->flow && t->flow[0].other.seconds > 0 ? t->flow[0].other.seconds : here;
	struct iperf3_count sums[2] = { { 0 } };

	if (t->reported)
		return;
	t->reported = true;
	iperf3_json_end(t);
	if (t->json_out)
		return;
	dashes(t);
	header(t, true);
	for (int64_t i = 0; i < t->p.flows; i++)
		flow_end(t, &t->flow[i], sums);
	for (int i = 0; i < 2 && t->p.flows > 1; i++)
		if (!t->server || t->sender == (i == 0))
			end_line(t, 0, i == 0, &sums[i], t->sender == (i == 0) ? here : there, 0);
	if (!t->server)
		prog_printf(&t->prog, "\niperf Done.\n");
}
