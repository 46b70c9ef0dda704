// SPDX-License-Identifier: GPL-3.0-or-later
/* The text that iperf3 prints. */
#include <stdio.h>
#include <string.h>

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

/* unit: -f's, of bits if it is small and of bytes if it is not; 0: what fits. */
static const char *rate_text(int64_t bytes, double seconds, char unit, char text[UNIT])
{
	static const char *const units[] = { "bits", "Kbits", "Mbits", "Gbits", "Tbits" };
	static const char *const of_bytes[] = { "Bytes", "KBytes", "MBytes", "GBytes", "TBytes" };
	const char *letters = "kmgt", *at = unit ? strchr(letters, unit | 0x20) : NULL;
	bool bits = !unit || (unit & 0x20);
	double v = iperf3_rate(bytes, seconds) / (bits ? 1 : 8), kilo = bits ? 1000 : 1024;
	size_t u = 0, want = at ? (size_t)(at - letters) + 1 : 0;

	while (at ? u < want : v >= kilo && u < N_ELEM(units) - 1)
		v /= kilo, u++;
	snprintf(text, UNIT, v < 9.995 ? "%4.2f %s" : v < 99.95 ? "%4.1f %s" : "%4.0f %s", v,
		 bits ? units[u] : of_bytes[u]);
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

/* Are retransmissions known?  TCP's sender counts them, and tells at the end. */
static bool counts(const struct iperf3 *t, bool end)
{
	return !t->p.udp && (t->sender || (end && !t->server && t->other_counts));
}

static void header(struct iperf3 *t, bool end)
{
	const char *more = counts(t, end) ? end ? "         Retr" : "         Retr  Cwnd" :
			   !t->p.udp ? "" : end || !t->sender ?
			   "         Jitter    Lost/Total Datagrams" : "         Total Datagrams";

	prog_printf(&t->prog, "[ ID] Interval           Transfer     Bitrate%s\n", more);
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
		    bytes_text(bytes, n), rate_text(bytes, to - from, t->unit, r));
}

static void udp_tail(struct iperf3 *t, const struct iperf3_count *n, double jitter, const char *who)
{
	double pct = n->packets ? 100.0 * (double)n->lost / (double)n->packets : 0;

	prog_printf(&t->prog, "  %5.3f ms  %" PRId64 "/%" PRId64 " (%.2g%%)  %s\n",
		    jitter * 1000, n->lost, n->packets, pct, who);
}

/* cwnd < 0: of all. */
static void interval_tail(struct iperf3 *t, const struct iperf3_count *n, double jitter,
			  int64_t cwnd)
{
	const char *omitted = t->omitting ? "(omitted)" : "";
	char text[UNIT];

	if (t->p.udp && t->sender)
		prog_printf(&t->prog, "  %" PRId64 "  %s\n", n->packets, omitted);
	else if (t->p.udp)
		udp_tail(t, n, jitter, omitted);
	else if (!t->sender)
		prog_printf(&t->prog, "                  %s\n", omitted);
	else if (cwnd < 0)
		prog_printf(&t->prog, "  %3" PRId64 "             %s\n", n->retrans, omitted);
	else
		prog_printf(&t->prog, "  %3" PRId64 "   %s       %s\n", n->retrans,
			    bytes_text(cwnd, text), omitted);
}

void iperf3_show_interval(struct iperf3 *t)
{
	ns_t now = node_now(t->prog.node);
	double from = iperf3_seconds(t->mark_at - t->start_at);
	double to = iperf3_seconds(now - t->start_at), jitter = 0;
	struct iperf3_count sum = { 0 };

	for (int64_t i = 0; i < t->p.flows; i++)
		iperf3_flow_sample(&t->flow[i]);
	iperf3_json_interval(t, from, to);
	if (t->p.flows > 1 && t->mark_at > t->begun_at && !t->json_out)
		dashes(t);
	for (int64_t i = 0; i < t->p.flows; i++) {
		struct iperf3_flow *f = &t->flow[i];
		struct iperf3_count n = iperf3_flow_interval(f);

		f->mark = f->now;
		iperf3_count_add(&sum, &n);
		jitter += iperf3_seconds(f->jitter) / (double)t->p.flows;
		if (t->json_out)
			continue;
		line(t, f->fd, from, to, n.bytes);
		interval_tail(t, &n, iperf3_seconds(f->jitter), iperf3_flow_cwnd(f));
	}
	t->mark_at = now;
	if (t->p.flows > 1 && !t->json_out) {
		line(t, 0, from, to, sum.bytes);
		interval_tail(t, &sum, jitter, -1);
	}
}

/* --- the end --------------------------------------------------------------------------- */

static void end_line(struct iperf3 *t, int fd, bool sender, const struct iperf3_count *n,
		     double seconds, double jitter)
{
	const char *who = sender ? "sender" : "receiver";

	line(t, fd, 0, seconds, n->bytes);
	if (t->p.udp)
		udp_tail(t, n, jitter, who);
	else if (sender && counts(t, true))
		prog_printf(&t->prog, "  %3" PRId64 "             %s\n", n->retrans, who);
	else
		prog_printf(&t->prog, "                  %s\n", who);
}

/* Both ends' lines; a server shows only what it did itself. */
static void end_lines(struct iperf3 *t, int fd, const struct iperf3_count n[2],
		      const double seconds[2], double jitter)
{
	for (int i = 0; i < 2; i++)
		if (!t->server || t->sender == (i == 0))
			end_line(t, fd, i == 0, &n[i], seconds[i], i ? jitter : 0);
}

void iperf3_show_end(struct iperf3 *t)
{
	struct iperf3_count sum[2] = { { 0 } }, n[2];
	double seconds[2], jitter, all = 0;

	if (t->reported)
		return;
	t->reported = true;
	iperf3_json_end(t);
	if (t->json_out)
		return;
	dashes(t);
	header(t, true);
	for (int64_t i = 0; i < t->p.flows; i++) {
		const struct iperf3_flow *f = &t->flow[i];

		iperf3_flow_ends(f, n, seconds);
		jitter = t->sender ? f->other.jitter : iperf3_seconds(f->jitter);
		all += jitter / (double)t->p.flows;
		iperf3_count_add(&sum[0], &n[0]);
		iperf3_count_add(&sum[1], &n[1]);
		end_lines(t, f->fd, n, seconds, jitter);
	}
	if (t->p.flows > 1)
		end_lines(t, 0, sum, seconds, all);
}
