// SPDX-License-Identifier: GPL-3.0-or-later
/* The text that iperf3 prints. */
#include <stdio.h>
#include <string.h>

#include "sim/prog/date.h"
#include "sim/prog/iperf3.h"
#include "stack/util/err.h"

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

/* --- the beginning ------------------------------------------------------------------- */

static bool verbose(const struct iperf3 *t) { return t->verbose && !t->json_out; }

void iperf3_show_start(struct iperf3 *t)
{
	if (verbose(t))
		prog_printf(&t->prog, "iperf 3.12\nnetloom\n");
}

void iperf3_show_date(struct iperf3 *t)
{
	char text[DATE_LEN];

	if (verbose(t))
		prog_printf(&t->prog, "Time: %s\n", date_fmt(node_now(t->prog.node), text));
}

static int control_mss(const struct iperf3 *t)
{
	int mss = 0;

	return t->ctl && sk_getopt(t->ctl->s.sk, SKO_MAXSEG, &mss) == OK ? mss : 0;
}

void iperf3_show_control(struct iperf3 *t)
{
	if (!verbose(t))
		return;
	prog_printf(&t->prog, "Control connection MSS %d\n", control_mss(t));
	if (t->p.udp && t->p.len == control_mss(t))
		prog_printf(&t->prog, "Setting UDP block size to %" PRId64 "\n", t->p.len);
}

void iperf3_show_params(struct iperf3 *t)
{
	if (!verbose(t))
		return;
	prog_printf(&t->prog, "      Cookie: %s\n", t->cookie);
	if (!t->p.udp && t->p.mss)
		prog_printf(&t->prog, "      TCP MSS: %" PRId64 "\n", t->p.mss);
	else if (!t->p.udp)
		prog_printf(&t->prog, "      TCP MSS: %d (default)\n", control_mss(t));
	if (t->p.bps > 0)
		prog_printf(&t->prog, "      Target Bitrate: %" PRId64 "\n", t->p.bps);
}

void iperf3_show_flow(struct iperf3 *t, const struct iperf3_flow *f)
{
	char a[ADDR_STRLEN], b[ADDR_STRLEN];

	if (!t->json_out)
		prog_printf(&t->prog, "[%3d] local %s port %u connected to %s port %u\n", f->fd,
			    addr_fmt(&f->local.addr, a), f->local.port,
			    addr_fmt(&f->peer.addr, b), f->peer.port);
}

static void starting(struct iperf3 *t)
{
	const struct iperf3_params *p = &t->p;

	prog_printf(&t->prog, "Starting Test: protocol: %s, %" PRId64 " streams, %" PRId64
		    " byte blocks, omitting %" PRId64 " seconds, ", p->udp ? "UDP" : "TCP",
		    p->flows, p->len, p->omit);
	if (p->bytes)
		prog_printf(&t->prog, "%" PRId64 " bytes to send", p->bytes);
	else if (p->blocks)
		prog_printf(&t->prog, "%" PRId64 " blocks to send", p->blocks);
	else
		prog_printf(&t->prog, "%" PRId64 " second test", p->seconds);
	prog_printf(&t->prog, ", tos %" PRId64 "\n", p->tos);
}

/* --- lines ----------------------------------------------------------------------------- */

/* Are retransmissions known?  TCP's sender counts them, and tells at the end; a
 * client's intervals have the columns in any case. */
static bool counts(const struct iperf3 *t, bool end)
{
	return !t->p.udp && (t->sender || t->p.bidir ||
			     (!t->server && (!end || t->other_counts)));
}

static void header(struct iperf3 *t, bool end)
{
	bool lost = end || t->p.bidir || !t->sender;
	const char *more = counts(t, end) ? end ? "         Retr" : "         Retr  Cwnd" :
			   !t->p.udp ? "" : lost ? "         Jitter    Lost/Total Datagrams" :
			   "         Total Datagrams";

	prog_printf(&t->prog, "[ ID]%s Interval           Transfer     Bitrate%s\n",
		    t->p.bidir ? "[Role]" : "", more);
}

void iperf3_show_header(struct iperf3 *t)
{
	if (verbose(t))
		starting(t);
	if (!t->json_out)
		header(t, false);
}

static const char *fd_text(int fd, char text[8])
{
	snprintf(text, 8, fd ? "%3d" : "SUM", fd);
	return text;
}

/* fd 0: of all.  What follows the rate is the caller's. */
static void line(struct iperf3 *t, int fd, bool sender, double from, double to, int64_t bytes)
{
	char n[UNIT], r[UNIT], id[8], role[8] = "";

	if (t->p.bidir)
		snprintf(role, sizeof(role), "[%s-%c]", sender ? "TX" : "RX", t->server ? 'S' : 'C');
	prog_printf(&t->prog, "[%s]%s %6.2f-%-6.2f sec  %s  %s/sec", fd_text(fd, id), role, from,
		    to, bytes_text(bytes, n), rate_text(bytes, to - from, t->unit, r));
}

static void udp_tail(struct iperf3 *t, const struct iperf3_count *n, double jitter, const char *who)
{
	double pct = n->packets ? 100.0 * (double)n->lost / (double)n->packets : 0;

	prog_printf(&t->prog, "  %5.3f ms  %" PRId64 "/%" PRId64 " (%.2g%%)  %s\n",
		    jitter * 1000, n->lost, n->packets, pct, who);
}

/* cwnd < 0: of all. */
static void interval_tail(struct iperf3 *t, bool sender, const struct iperf3_count *n,
			  double jitter, int64_t cwnd)
{
	const char *omitted = t->omitting ? "(omitted)" : "";
	char text[UNIT];

	if (t->p.udp && sender)
		prog_printf(&t->prog, "  %s%" PRId64 "  %s\n", t->p.bidir ? "          " : "",
			    n->packets, omitted);
	else if (t->p.udp)
		udp_tail(t, n, jitter, omitted);
	else if (!sender)
		prog_printf(&t->prog, "                  %s\n", omitted);
	else if (cwnd < 0)
		prog_printf(&t->prog, "  %3" PRId64 "             %s\n", n->retrans, omitted);
	else
		prog_printf(&t->prog, "  %3" PRId64 "   %s       %s\n", n->retrans,
			    bytes_text(cwnd, text), omitted);
}

static void show_half(struct iperf3 *t, int half, double from, double to)
{
	bool sender = iperf3_half_sends(t, half);
	struct iperf3_count sum = { 0 };
	double jitter = 0;

	for (int64_t i = 0; i < t->p.flows; i++) {
		struct iperf3_flow *f = &t->flow[half * t->p.flows + i];
		struct iperf3_count n = iperf3_flow_interval(f);

		f->mark = f->now;
		iperf3_count_add(&sum, &n);
		jitter += iperf3_seconds(f->jitter) / (double)t->p.flows;
		if (t->json_out)
			continue;
		line(t, f->fd, sender, from, to, n.bytes);
		interval_tail(t, sender, &n, iperf3_seconds(f->jitter), iperf3_flow_cwnd(f));
	}
	if (t->p.flows > 1 && !t->json_out) {
		line(t, 0, sender, from, to, sum.bytes);
		interval_tail(t, sender, &sum, jitter, -1);
	}
}

void iperf3_show_interval(struct iperf3 *t)
{
	ns_t now = node_now(t->prog.node);
	double from = iperf3_seconds(t->mark_at - t->start_at);
	double to = iperf3_seconds(now - t->start_at);

	for (int64_t i = 0; i < iperf3_flows(t); i++)
		iperf3_flow_sample(&t->flow[i]);
	iperf3_json_interval(t, from, to);
	if (t->p.flows > 1 && t->mark_at > t->begun_at && !t->json_out)
		dashes(t);
	for (int half = 0; half < iperf3_halves(t); half++)
		show_half(t, half, from, to);
	t->mark_at = now;
}

/* --- the end --------------------------------------------------------------------------- */

static void end_line(struct iperf3 *t, int fd, bool sender, bool sent,
		     const struct iperf3_count *n, double seconds, double jitter)
{
	const char *who = sent ? "sender" : "receiver";

	line(t, fd, sender, 0, seconds, n->bytes);
	if (t->p.udp)
		udp_tail(t, n, jitter, who);
	else if (sent && counts(t, true))
		prog_printf(&t->prog, "  %3" PRId64 "             %s\n", n->retrans, who);
	else
		prog_printf(&t->prog, "                  %s\n", who);
}

/* Both ends' lines; a server shows only what it did itself. */
static void end_lines(struct iperf3 *t, int fd, bool sender, const struct iperf3_count n[2],
		      const double seconds[2], double jitter)
{
	char id[8];

	for (int i = 0; i < 2; i++)
		if (!t->server || sender == (i == 0))
			end_line(t, fd, sender, i == 0, &n[i], seconds[i], i ? jitter : 0);
		else if (verbose(t) && (fd || !t->p.udp))
			prog_printf(&t->prog, "[%s] (%s statistics not available)\n",
				    fd_text(fd, id), i ? "receiver" : "sender");
}

static void cpu(struct iperf3 *t, const char *here, const char *there)
{
	prog_printf(&t->prog, "CPU Utilization: local/%s 0.0%% (0.0%%u/0.0%%s), remote/%s %.1f%% "
		    "(%.1f%%u/%.1f%%s)\n", here, there, t->other_cpu[0], t->other_cpu[1],
		    t->other_cpu[2]);
}

static void congestion(struct iperf3 *t, const char *who, const char *name)
{
	if (name[0] && !t->p.udp)
		prog_printf(&t->prog, "%s_tcp_congestion %s\n", who, name);
}

/* -V: what it took.  Work costs no lab time, so ours is 0. */
static void end_words(struct iperf3 *t, bool sender)
{
	const char *theirs = t->server ? "" : t->other_congestion;

	if (sender)
		cpu(t, "sender", "receiver");
	if (sender && t->p.bidir)
		cpu(t, "receiver", "sender");
	congestion(t, "snd", sender ? t->congestion : theirs);
	congestion(t, "rcv", sender ? theirs : t->congestion);
}

static void end_half(struct iperf3 *t, int half)
{
	struct iperf3_count sum[2] = { { 0 } }, n[2];
	bool sender = iperf3_half_sends(t, half);
	double seconds[2], jitter, all = 0;

	for (int64_t i = 0; i < t->p.flows; i++) {
		const struct iperf3_flow *f = &t->flow[half * t->p.flows + i];

		iperf3_flow_ends(f, n, seconds);
		jitter = sender ? f->other.jitter : iperf3_seconds(f->jitter);
		all += jitter / (double)t->p.flows;
		iperf3_count_add(&sum[0], &n[0]);
		iperf3_count_add(&sum[1], &n[1]);
		end_lines(t, f->fd, sender, n, seconds, jitter);
	}
	if (t->p.flows > 1)
		end_lines(t, 0, sender, sum, seconds, all);
	if (verbose(t))
		end_words(t, sender);
}

void iperf3_show_end(struct iperf3 *t)
{
	if (t->reported)
		return;
	t->reported = true;
	iperf3_json_end(t);
	if (t->json_out)
		return;
	dashes(t);
	if (t->verbose)
		prog_printf(&t->prog, "Test Complete. Summary Results:\n");
	header(t, true);
	for (int half = 0; half < iperf3_halves(t); half++)
		end_half(t, half);
}
