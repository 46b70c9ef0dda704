// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/state.h"
#include "shell/table.h"
#include "stack/show.h"

/* ss: a node's sockets in the words of iproute2's ss(8), always numeric. */

/* What the words ask for. */
struct ask {
	bool tcp, udp, raw, packet;       /* none of them: all */
	bool all, listening, info, timers, details, memory, no_header;
	const char *state;                /* ss's word for it, or NULL */
	uint16_t sport, dport;            /* 0: any */
};

struct list_of { const struct ask *ask; json_t *all; unsigned id; };

/* --- words ----------------------------------------------------------------------------- */

static bool letter(struct ask *k, char c)
{
	switch (c) {
	case 't': k->tcp = true; return true;
	case 'u': k->udp = true; return true;
	case 'w': k->raw = true; return true;
	case '0': k->packet = true; return true;
	case 'a': k->all = true; return true;
	case 'l': k->listening = true; return true;
	case 'i': k->info = true; return true;
	case 'o': k->timers = true; return true;
	case 'e': k->details = true; return true;
	case 'm': k->memory = true; return true;
	case 'H': k->no_header = true; return true;
	case 'n': case 'p': case '4': return true;        /* as it is in any case */
	default: return false;
	}
}

static char long_letter(const char *w)
{
	static const struct { const char *word; char c; } words[] = {
		{ "--tcp", 't' }, { "--udp", 'u' }, { "--raw", 'w' }, { "--packet", '0' },
		{ "--all", 'a' }, { "--listening", 'l' }, { "--info", 'i' },
		{ "--options", 'o' }, { "--extended", 'e' }, { "--memory", 'm' },
		{ "--no-header", 'H' }, { "--numeric", 'n' }, { "--processes", 'p' },
		{ "--ipv4", '4' },
	};

	for (size_t i = 0; i < N_ELEM(words); i++)
		if (strcmp(w, words[i].word) == 0)
			return words[i].c;
	return '\0';
}

static bool port_word(const char *w, uint16_t *out)
{
	char *end;
	unsigned long v;

	w += *w == ':';
	v = strtoul(w, &end, 10);
	*out = (uint16_t)v;
	return *w && !*end && v > 0 && v <= UINT16_MAX;
}

/* One option or filter at v[0]; the words it took, 0: it is none. */
static int take(struct ask *k, char *const *v, int n)
{
	const char *w = v[0];

	if (w[0] == '-' && w[1] == '-')
		return long_letter(w) && letter(k, long_letter(w)) ? 1 : 0;
	if (w[0] == '-' && w[1]) {
		while (*++w)
			if (!letter(k, *w))
				return 0;
		return 1;
	}
	if (strcmp(w, "state") == 0 && n >= 2) {
		k->state = v[1];
		return 2;
	}
	if (strcmp(w, "sport") == 0 || strcmp(w, "dport") == 0) {
		int eq = n >= 2 && (strcmp(v[1], "=") == 0 || strcmp(v[1], "eq") == 0);

		return n >= 2 + eq && port_word(v[1 + eq], w[0] == 's' ? &k->sport : &k->dport) ?
			2 + eq : 0;
	}
	return 0;
}

/* --- rows -------------------------------------------------------------------------------- */

static const char *state_word(const char *rfc)
{
	static const char *const words[][2] = {
		{ "CLOSED", "UNCONN" }, { "LISTEN", "LISTEN" }, { "SYN-SENT", "SYN-SENT" },
		{ "SYN-RECEIVED", "SYN-RECV" }, { "ESTABLISHED", "ESTAB" },
	};

	for (size_t i = 0; i < N_ELEM(words); i++)
		if (strcmp(words[i][0], rfc) == 0)
			return words[i][1];
	return rfc;                               /* the others are the same */
}

/* A word behind "state": ss takes many spellings. */
static bool state_asked(const char *word, const char *state)
{
	static const char *const other[][2] = {
		{ "established", "ESTAB" }, { "listening", "LISTEN" }, { "syn-recv", "SYN-RECV" },
		{ "closed", "UNCONN" }, { "close", "UNCONN" }, { "unconnected", "UNCONN" },
	};

	if (strcasecmp(word, "all") == 0)
		return true;
	if (strcasecmp(word, "connected") == 0)
		return strcmp(state, "LISTEN") != 0 && strcmp(state, "UNCONN") != 0;
	if (strcasecmp(word, "synchronized") == 0)
		return strcmp(state, "LISTEN") != 0 && strcmp(state, "UNCONN") != 0 &&
			strcmp(state, "SYN-SENT") != 0;
	for (size_t i = 0; i < N_ELEM(other); i++)
		if (strcasecmp(word, other[i][0]) == 0)
			return strcmp(state, other[i][1]) == 0;
	return strcasecmp(word, state) == 0;
}

static bool wanted(const struct ask *k, const char *state, const struct show_sock *s)
{
	bool idle = strcmp(state, "LISTEN") == 0 || strcmp(state, "UNCONN") == 0;

	if ((k->sport && s->local.port != k->sport) || (k->dport && s->peer.port != k->dport))
		return false;
	if (k->state)
		return state_asked(k->state, state);
	if (k->all)
		return true;
	if (k->listening)
		return idle;
	return !idle && strcmp(state, "TIME-WAIT") != 0 && strcmp(state, "SYN-RECV") != 0;
}

static json_t *row(struct list_of *l, const char *netid, const char *state,
		   const struct show_sock *s)
{
	char a[ADDR_STRLEN];
	json_t *o = json_object();

	jset_str(o, "netid", netid);
	jset_str(o, "state", state);
	jset_int(o, "recv-q", s->recv_q);
	jset_int(o, "send-q", s->send_q);
	jset_str(o, "local", s->local.addr.family ? addr_fmt(&s->local.addr, a) : "0.0.0.0");
	jset_int(o, "local-port", s->local.port);
	jset_str(o, "peer", s->peer.addr.family ? addr_fmt(&s->peer.addr, a) : "0.0.0.0");
	jset_int(o, "peer-port", s->peer.port);
	jset_int(o, "id", ++l->id);
	json_array_append_new(l->all, o);
	return o;
}

static void memory(json_t *o, const struct show_sock *s)
{
	char text[120];

	snprintf(text, sizeof(text), "skmem:(r%u,rb%u,t0,tb%u,f0,w%u,o0,bl0,d0)", s->recv_q,
		 s->rcvbuf, s->sndbuf, s->send_q);
	jset_str(o, "skmem", text);
}

static bool add_other(void *arg, const struct show_sock *s)
{
	struct list_of *l = arg;
	const struct ask *k = l->ask;
	const char *state = s->connected ? "ESTAB" : "UNCONN";
	json_t *o;

	/* by enum sk_type: 2 datagrams, 3 raw, 4 packets */
	if (s->type == 2 ? !k->udp : s->type == 3 ? !k->raw : !k->packet)
		return true;
	if (!wanted(k, state, s) || (s->type == 2 && !s->local.port))
		return true;
	o = row(l, s->type == 2 ? "udp" : s->type == 3 ? "raw" : "p_raw", state, s);
	if (k->memory)
		memory(o, s);
	return true;
}

/* --- a stream's details --------------------------------------------------------------------- */

/* As ss's print_ms_timer(). */
static void timer_text(const struct show_tcp *t, struct buf *out)
{
	static const char *const names[] = {
		[SHOW_T_ON] = "on", [SHOW_T_KEEPALIVE] = "keepalive",
		[SHOW_T_TIMEWAIT] = "timewait", [SHOW_T_PERSIST] = "persist",
	};
	ns_t ms = t->timer_in / MSEC(1), secs = ms / 1000, mins = secs / 60;

	ms %= 1000;
	secs %= 60;
	buf_printf(out, "timer:(%s,", names[t->timer]);
	if (mins) {
		ms = 0;
		buf_printf(out, "%" PRIns "min", mins);
		if (mins > 9)
			secs = 0;
	}
	if (secs) {
		ms = secs > 9 ? 0 : ms;
		buf_printf(out, "%" PRIns "%s", secs, ms ? "." : "sec");
	}
	if (ms)
		buf_printf(out, "%03" PRIns "ms", ms);
	buf_printf(out, ",%u)", t->timer == SHOW_T_ON ? t->timeouts : t->probes);
}

static void count_text(struct buf *out, const char *name, uint64_t v)
{
	if (v)
		buf_printf(out, " %s:%" PRIu64, name, v);
}

static double ms_of(ns_t t) { return (double)(t / USEC(1)) / 1000; }

static void info_windows(const struct show_tcp *t, struct buf *out)
{
	uint32_t mss = t->eff_snd_mss ? t->eff_snd_mss : 1;

	buf_printf(out, " mss:%u pmtu:%u rcvmss:%u advmss:%u cwnd:%u", t->eff_snd_mss, t->path_mtu,
		   t->rcv_mss, t->adv_mss, t->cwnd / mss);
	if (t->ssthresh != UINT32_MAX)
		buf_printf(out, " ssthresh:%u", t->ssthresh / mss);
	count_text(out, "bytes_sent", t->bytes_sent);
	count_text(out, "bytes_retrans", t->bytes_retrans);
	count_text(out, "bytes_acked", t->bytes_acked);
	count_text(out, "bytes_received", t->bytes_received);
	count_text(out, "segs_out", t->segs_out);
	count_text(out, "segs_in", t->segs_in);
	count_text(out, "data_segs_out", t->data_segs_out);
	count_text(out, "data_segs_in", t->data_segs_in);
	if (t->srtt)
		buf_printf(out, " send %.0fbps",
			   (double)(t->cwnd / mss) * mss * 8e9 / (double)t->srtt);
}

static void info_state(const struct show_tcp *t, struct buf *out)
{
	if (t->last_send)
		buf_printf(out, " lastsnd:%" PRIns, t->last_send / MSEC(1));
	if (t->last_recv)
		buf_printf(out, " lastrcv:%" PRIns, t->last_recv / MSEC(1));
	if (t->last_ack)
		buf_printf(out, " lastack:%" PRIns, t->last_ack / MSEC(1));
	if (t->limit == LIMIT_APP)
		buf_str(out, " app_limited");
	count_text(out, "unacked", t->out_segs);
	if (t->retrans_segs || t->total_retrans)
		buf_printf(out, " retrans:%u/%" PRIu64, t->retrans_segs, t->total_retrans);
	count_text(out, "lost", t->lost_segs);
	count_text(out, "sacked", t->sacked_segs);
	count_text(out, "notsent", t->unsent);
	count_text(out, "snd_wnd", t->snd_wnd);
}

static void info_text(const struct show_tcp *t, bool options, struct buf *out)
{
	if (options)
		buf_printf(out, "%s%s", t->ts_ok ? " ts" : "", t->sack_ok ? " sack" : "");
	if (t->cc[0])
		buf_printf(out, " %s", t->cc);
	if (t->listens)
		return;
	if (t->snd_wscale || t->rcv_wscale)
		buf_printf(out, " wscale:%u,%u", t->snd_wscale, t->rcv_wscale);
	buf_printf(out, " rto:%g", ms_of(t->rto));
	count_text(out, "backoff", t->backoff);
	if (t->srtt)
		buf_printf(out, " rtt:%g/%g", ms_of(t->srtt), ms_of(t->rttvar));
	info_windows(t, out);
	info_state(t, out);
}

static bool add_tcp(void *arg, const struct show_tcp *t)
{
	struct list_of *l = arg;
	const struct ask *k = l->ask;
	const char *state = state_word(t->state);
	struct buf b = { 0 };
	json_t *o;

	if (!wanted(k, state, &t->sk))
		return true;
	o = row(l, "tcp", state, &t->sk);
	if (k->memory)
		memory(o, &t->sk);
	if ((k->timers || k->details) && t->timer != SHOW_T_OFF) {
		timer_text(t, &b);
		jset_str(o, "timer", b.s);
		b.len = 0;
	}
	if (k->info) {
		info_text(t, k->timers || k->details, &b);
		jset_str(o, "info", b.len ? b.s + 1 : "");
	}
	buf_free(&b);
	return true;
}

static int ss_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct ask k = { .tcp = false };
	struct list_of l = { &k, NULL, 0 };
	char *const *v;
	int n, took;

	v = args_rest(a, &n);
	for (; n; v += took, n -= took) {
		took = take(&k, v, n);
		if (!took)
			return shell_error(sh, "ss: '%s' is no option of it here", v[0]);
	}
	if (!st)
		return 1;
	if (!k.tcp && !k.udp && !k.raw && !k.packet)
		k.tcp = k.udp = k.raw = k.packet = true;
	l.all = json_array();
	show_socks(st, add_other, &l);
	if (k.tcp)
		show_tcps(st, add_tcp, &l);
	return shell_result(sh, l.all);
}

/* --- text --------------------------------------------------------------------------------- */

#define N_COLS 8

/* Netid, State, Recv-Q, Send-Q, and the two ends, an address and a port each. */
struct line { char cell[N_COLS][40]; };

static const struct line head = {
	{ "Netid", "State", "Recv-Q", "Send-Q", "Local Address:", "Port", "Peer Address:", "Port" },
};

static void port_text(const json_t *o, const char *key, char *out, size_t room)
{
	if (jint(o, key))
		snprintf(out, room, "%lld", (long long)jint(o, key));
	else
		snprintf(out, room, "*");
}

static void line_of(const json_t *o, struct line *l)
{
	snprintf(l->cell[0], sizeof(l->cell[0]), "%s", jstr(o, "netid"));
	snprintf(l->cell[1], sizeof(l->cell[1]), "%s", jstr(o, "state"));
	snprintf(l->cell[2], sizeof(l->cell[2]), "%lld", (long long)jint(o, "recv-q"));
	snprintf(l->cell[3], sizeof(l->cell[3]), "%lld", (long long)jint(o, "send-q"));
	snprintf(l->cell[4], sizeof(l->cell[4]), "%s:", jstr(o, "local"));
	snprintf(l->cell[6], sizeof(l->cell[6]), "%s:", jstr(o, "peer"));
	port_text(o, "local-port", l->cell[5], sizeof(l->cell[5]));
	port_text(o, "peer-port", l->cell[7], sizeof(l->cell[7]));
}

static void widen(int *width, const struct line *l)
{
	for (int c = 0; c < N_COLS; c++)
		if ((int)strlen(l->cell[c]) > width[c])
			width[c] = (int)strlen(l->cell[c]);
}

static void line_print(struct shell *sh, const struct line *l, const int *width, int from)
{
	for (int c = from; c < N_COLS; c++)
		shell_printf(sh, "%*s%s", c == 4 || c == 6 ? width[c] : -width[c], l->cell[c],
			     c == 4 || c == 6 || c == 7 ? "" : " ");
}

static void extras_print(struct shell *sh, const struct ask *k, const json_t *o)
{
	if (jget(o, "timer"))
		shell_printf(sh, " %s", jstr(o, "timer"));
	if (k->details)
		shell_printf(sh, " ino:0 sk:%llx <->", (unsigned long long)jint(o, "id"));
	if (!jget(o, "timer") && !k->details && !jget(o, "skmem") && !jget(o, "info") &&
	    !k->no_header)
		shell_printf(sh, "%*s", (int)strlen("Process"), "");
	if (jget(o, "skmem") || jget(o, "info"))
		shell_printf(sh, "\n\t%s%s%s%s", jget(o, "skmem") ? " " : "", jstr(o, "skmem"),
			     jget(o, "info") ? " " : "", jstr(o, "info"));
	shell_printf(sh, "\n");
}

static void ss_print(struct shell *sh, const struct args *a, const json_t *all)
{
	struct ask k = { .tcp = false };
	int width[N_COLS] = { 0 }, from, n;
	char *const *v = args_rest(a, &n);
	const json_t *o;
	struct line l;
	size_t i;

	for (int took = 1; n && took; v += took, n -= took)
		took = take(&k, v, n);
	from = k.tcp + k.udp + k.raw + k.packet == 1 ? 1 : 0;
	if (!k.no_header)
		widen(width, &head);
	json_array_foreach(all, i, o) {
		line_of(o, &l);
		widen(width, &l);
	}
	if (!k.no_header) {
		line_print(sh, &head, width, from);
		shell_printf(sh, "Process\n");
	}
	json_array_foreach(all, i, o) {
		line_of(o, &l);
		line_print(sh, &l, width, from);
		extras_print(sh, &k, o);
	}
}

const struct cmd cmds_ss[] = {
	{ .name = "ss", .args = "[WORDS:rest]", .flags = CMD_NODE, .run = ss_run, .print = ss_print,
	  .rest_words = "-t -u -a -l -n -i -p -e -m -o -H -4 state sport dport",
	  .help = "sockets, as iproute2's ss shows them",
	  .text = "ss [-tuw0alnipemoH4] [state STATE] [sport = :PORT] [dport = :PORT]\n"
		  "Numbers are never turned into names; -p is taken and shows nothing." },
	{ 0 },
};
