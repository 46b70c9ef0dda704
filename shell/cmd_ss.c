// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "shell/ss_filter.h"
#include "shell/state.h"
#include "shell/table.h"
#include "stack/show.h"

/* ss: a node's sockets in the words of iproute2's ss(8), always numeric. */

/* What the words ask for. */
struct ask {
	bool tcp, udp, raw, packet;       /* none of them: all */
	bool all, listening, info, timers, details, memory, no_header, numeric, oneline, summary;
	bool processes;
	bool nothing;                     /* families that a node has not */
	struct ss_filter filter;
};

struct list_of {
	const struct ask *ask;
	struct node *node;
	struct stack *st;
	json_t *all;
	unsigned id;
};

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
	case 'n': k->numeric = true; return true;
	case 'O': k->oneline = true; return true;
	case 's': k->summary = true; return true;
	case 'x': case '6': k->nothing = true; return true;
	case 'p': k->processes = true; return true;
	case 'r': case '4': return true;        /* as it is in any case */
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
		{ "--ipv4", '4' }, { "--ipv6", '6' }, { "--unix", 'x' }, { "--oneline", 'O' },
		{ "--summary", 's' }, { "--resolve", 'r' },
	};

	for (size_t i = 0; i < N_ELEM(words); i++)
		if (strcmp(w, words[i].word) == 0)
			return words[i].c;
	return '\0';
}

/* -f inet, -A tcp,udp: families and kinds by name; false: there is none such. */
static bool kinds(struct ask *k, const char *list)
{
	static const struct { const char *word; const char *letters; } words[] = {
		{ "all", "tuw0" }, { "inet", "tuw" }, { "tcp", "t" }, { "udp", "u" },
		{ "raw", "w" }, { "packet", "0" }, { "link", "0" }, { "inet6", "x" },
		{ "unix", "x" }, { "netlink", "x" },
	};
	char copy[64], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", list);
	for (char *w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		size_t i = 0;

		while (i < N_ELEM(words) && strcmp(w, words[i].word) != 0)
			i++;
		if (i == N_ELEM(words))
			return false;
		for (const char *c = words[i].letters; *c; c++)
			(void)letter(k, *c);
	}
	return true;
}

/* One option at v[0]; the words it took, 0: it is none. */
static int take_option(struct ask *k, char *const *v, int n)
{
	const char *w = v[0];

	if (n >= 2 && (strcmp(w, "-f") == 0 || strcmp(w, "-A") == 0))
		return kinds(k, v[1]) ? 2 : 0;
	if (w[0] == '-' && w[1] == '-')
		return long_letter(w) && letter(k, long_letter(w)) ? 1 : 0;
	while (*++w)
		if (!letter(k, *w))
			return 0;
	return 1;
}

/* Options may stand before and behind a filter.  False, and err. */
static bool ask_parse(struct ask *k, const struct args *a, char err[256])
{
	int n;
	char *const *v = args_rest(a, &n);
	char *filter[64];
	int n_filter = 0, took;

	*k = (struct ask){ 0 };
	for (; n; v += took, n -= took) {
		took = 1;
		if (v[0][0] == '-' && v[0][1])
			took = take_option(k, v, n);
		else if (n_filter < (int)N_ELEM(filter))
			filter[n_filter++] = v[0];
		if (!took) {
			snprintf(err, 256, "ss: '%s' is no option of it here", v[0]);
			return false;
		}
	}
	if (!k->tcp && !k->udp && !k->raw && !k->packet && !k->nothing)
		k->tcp = k->udp = k->raw = k->packet = true;
	return ss_filter_parse(&k->filter, a->lab, filter, n_filter, err);
}

/* --- rows -------------------------------------------------------------------------------- */

#define BIT(s) (1u << (s))
#define IDLE (BIT(SS_LISTEN) | BIT(SS_UNCONN))

/* Those that are shown unless a filter says which. */
static uint32_t states_shown(const struct ask *k)
{
	if (k->filter.states)
		return k->filter.states;
	if (k->all)
		return UINT32_MAX;
	return k->listening ? IDLE : ~(IDLE | BIT(SS_TIME_WAIT) | BIT(SS_SYN_RECV));
}

static bool wanted(const struct list_of *l, enum ss_state state, const struct show_sock *s)
{
	const struct netdev *dev = s->ifindex ? stack_dev_index(l->st, s->ifindex) : NULL;

	return (states_shown(l->ask) & BIT(state)) &&
	       ss_filter_takes(&l->ask->filter, s, dev ? dev->name : "");
}

static json_t *row(struct list_of *l, const char *netid, enum ss_state state,
		   const struct show_sock *s)
{
	char a[ADDR_STRLEN];
	json_t *o = json_object();
	struct sock_user user;

	jset_str(o, "netid", netid);
	jset_str(o, "state", ss_state_word(state));
	jset_int(o, "recv-q", s->recv_q);
	jset_int(o, "send-q", s->send_q);
	jset_str(o, "local", s->local.addr.family ? addr_fmt(&s->local.addr, a) : "0.0.0.0");
	jset_int(o, "local-port", s->local.port);
	jset_str(o, "peer", s->peer.addr.family ? addr_fmt(&s->peer.addr, a) : "0.0.0.0");
	jset_int(o, "peer-port", s->peer.port);
	jset_int(o, "id", ++l->id);
	if (l->ask->processes && node_sock_user(l->node, s->sk, &user))
		json_object_set_new(o, "users", json_pack("[{s:s,s:i,s:i}]", "name", user.name,
							  "pid", user.pid, "fd", user.fd));
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
	enum ss_state state = s->connected ? SS_ESTAB : SS_UNCONN;
	json_t *o;

	if (s->type == SK_DGRAM ? !k->udp : s->type == SK_RAW ? !k->raw : !k->packet)
		return true;
	if (!wanted(l, state, s) || (s->type == SK_DGRAM && !s->local.port))
		return true;
	o = row(l, s->type == SK_DGRAM ? "udp" : s->type == SK_RAW ? "raw" : "p_raw", state, s);
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

/* Of microseconds. */
static void share_text(struct buf *out, const char *name, int64_t part, int64_t all)
{
	if (part)
		buf_printf(out, " %s:%" PRId64 "ms(%.1f%%)", name, part / 1000,
			   100.0 * (double)part / (double)all);
}

static double ms_of(ns_t t) { return (double)(t / USEC(1)) / 1000; }

/* Bits a second; without -n as ss shortens them. */
static void rate_text(struct buf *out, const char *name, double bytes, bool numeric)
{
	static const struct { double from; const char *unit; } units[] = {
		{ 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" },
	};
	double bps = bytes * 8;

	if (bps < 1)
		return;
	buf_printf(out, " %s ", name);
	if (numeric) {
		buf_printf(out, "%.0fbps", bps);
		return;
	}
	for (size_t i = 0; i < N_ELEM(units); i++) {
		if (bps >= units[i].from) {
			buf_printf(out, "%.3g%sbps", bps / units[i].from, units[i].unit);
			return;
		}
	}
	buf_printf(out, "%.0fbps", bps);
}

static void info_windows(const struct show_tcp *t, bool numeric, struct buf *out)
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
		rate_text(out, "send", (double)(t->cwnd / mss) * mss * 1e9 / (double)t->srtt,
			  numeric);
}

static void info_state(const struct show_tcp *t, bool numeric, struct buf *out)
{
	if (t->last_send / MSEC(1))
		buf_printf(out, " lastsnd:%" PRIns, t->last_send / MSEC(1));
	if (t->last_recv / MSEC(1))
		buf_printf(out, " lastrcv:%" PRIns, t->last_recv / MSEC(1));
	if (t->last_ack / MSEC(1))
		buf_printf(out, " lastack:%" PRIns, t->last_ack / MSEC(1));
	rate_text(out, "pacing_rate", (double)t->pacing_rate, numeric);
	rate_text(out, "delivery_rate", (double)t->info.delivery_rate, numeric);
	count_text(out, "delivered", (uint64_t)t->info.delivered);
	count_text(out, "delivered_ce", (uint64_t)t->info.delivered_ce);
	if (t->info.delivery_rate_app_limited)
		buf_str(out, " app_limited");
	if (t->info.busy_time) {
		buf_printf(out, " busy:%" PRId64 "ms", t->info.busy_time / 1000);
		share_text(out, "rwnd_limited", t->info.rwnd_limited, t->info.busy_time);
		share_text(out, "sndbuf_limited", t->info.sndbuf_limited, t->info.busy_time);
	}
	count_text(out, "unacked", t->out_segs);
	if (t->retrans_segs || t->total_retrans)
		buf_printf(out, " retrans:%u/%" PRIu64, t->retrans_segs, t->total_retrans);
	count_text(out, "lost", t->lost_segs);
	count_text(out, "sacked", t->sacked_segs);
}

static void info_receiver(const struct show_tcp *t, struct buf *out)
{
	if (t->info.reordering != 3)
		count_text(out, "reordering", (uint64_t)t->info.reordering);
	if (t->info.rcv_rtt)
		buf_printf(out, " rcv_rtt:%g", (double)t->info.rcv_rtt / 1000);
	count_text(out, "rcv_space", (uint64_t)t->info.rcv_space);
	count_text(out, "rcv_ssthresh", (uint64_t)t->info.rcv_ssthresh);
	count_text(out, "notsent", t->unsent);
	if (t->min_rtt)
		buf_printf(out, " minrtt:%g", ms_of(t->min_rtt));
	count_text(out, "snd_wnd", t->snd_wnd);
}

static void info_text(const struct show_tcp *t, const struct ask *k, struct buf *out)
{
	if (k->timers || k->details)
		buf_printf(out, "%s%s%s", t->ts_ok ? " ts" : "", t->sack_ok ? " sack" : "",
			   t->syn_data ? " fastopen" : "");
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
	if (t->info.ato)
		buf_printf(out, " ato:%g", (double)t->info.ato / 1000);
	info_windows(t, k->numeric, out);
	info_state(t, k->numeric, out);
	info_receiver(t, out);
}

static bool add_tcp(void *arg, const struct show_tcp *t)
{
	struct list_of *l = arg;
	const struct ask *k = l->ask;
	enum ss_state state = ss_state_of(t->state);
	struct buf b = { 0 };
	json_t *o;

	if (!wanted(l, state, &t->sk))
		return true;
	o = row(l, "tcp", state, &t->sk);
	if (k->memory)
		memory(o, &t->sk);
	if ((k->timers || k->details) && t->timer != SHOW_T_OFF) {
		timer_text(t, &b);
		jset_str(o, "timer", b.s);
		b.len = 0;
	}
	if (k->info && state != SS_TIME_WAIT) {   /* Linux has forgotten it then */
		info_text(t, k, &b);
		jset_str(o, "info", b.len ? b.s + 1 : "");
	}
	buf_free(&b);
	return true;
}

/* --- -s ---------------------------------------------------------------------------------- */

struct totals { unsigned tcp, udp, raw, packet, estab, closed, orphaned, timewait; };

static bool count_tcp(void *arg, const struct show_tcp *t)
{
	struct totals *n = arg;
	enum ss_state s = ss_state_of(t->state);

	n->tcp++;
	n->estab += s == SS_ESTAB;
	n->timewait += s == SS_TIME_WAIT;
	n->closed += s == SS_TIME_WAIT || s == SS_UNCONN;
	n->orphaned += t->sk.orphan && s != SS_TIME_WAIT;
	return true;
}

static bool count_other(void *arg, const struct show_sock *s)
{
	struct totals *n = arg;

	*(s->type == SK_DGRAM ? &n->udp : s->type == SK_RAW ? &n->raw : &n->packet) += 1;
	return true;
}

static json_t *summary(struct stack *st)
{
	struct totals n = { 0 };
	unsigned open;

	show_tcps(st, count_tcp, &n);
	show_socks(st, count_other, &n);
	open = n.tcp - n.timewait;
	return json_pack("[{s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}]",
			 "total", (int)(open + n.udp + n.raw + n.packet), "tcp", (int)n.tcp,
			 "estab", (int)n.estab, "closed", (int)n.closed,
			 "orphaned", (int)n.orphaned, "timewait", (int)n.timewait,
			 "raw", (int)n.raw, "udp", (int)n.udp, "tcp-open", (int)open);
}

static void summary_line(struct shell *sh, const char *name, long long n)
{
	shell_printf(sh, "%s\t  %-9lld %-9lld %-9d\n", name, n, n, 0);
}

static void summary_print(struct shell *sh, const json_t *o)
{
	long long raw = jint(o, "raw"), udp = jint(o, "udp"), tcp = jint(o, "tcp-open");

	shell_printf(sh, "Total: %lld\n", (long long)jint(o, "total"));
	shell_printf(sh, "TCP:   %lld (estab %lld, closed %lld, orphaned %lld, timewait %lld)\n\n",
		     (long long)jint(o, "tcp"), (long long)jint(o, "estab"),
		     (long long)jint(o, "closed"), (long long)jint(o, "orphaned"),
		     (long long)jint(o, "timewait"));
	shell_printf(sh, "Transport Total     IP        IPv6\n");
	summary_line(sh, "RAW", raw);
	summary_line(sh, "UDP", udp);
	summary_line(sh, "TCP", tcp);
	summary_line(sh, "INET", raw + udp + tcp);
	summary_line(sh, "FRAG", 0);
	shell_printf(sh, "\n");
}

/* --- ss ------------------------------------------------------------------------------------ */

static int ss_run(struct shell *sh, const struct args *a)
{
	struct stack *st = shell_stack(sh, a->node);
	struct ask k;
	struct list_of l = { .ask = &k, .node = a->node, .st = st };
	char err[256];

	if (!ask_parse(&k, a, err))
		return shell_error(sh, "%s", err);
	if (!st)
		return 1;
	if (k.summary)
		return shell_result(sh, summary(st));
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

/* hide: bits of columns that all rows have in common. */
static void line_print(struct shell *sh, const struct line *l, const int *width, unsigned hide)
{
	for (int c = 0; c < N_COLS; c++)
		if (!(hide & 1u << c))
			shell_printf(sh, "%*s%s", c == 4 || c == 6 ? width[c] : -width[c],
				     l->cell[c], c == 4 || c == 6 || c == 7 ? "" : " ");
}

static void extras_print(struct shell *sh, const struct ask *k, const json_t *o)
{
	const json_t *user = json_array_get(jget(o, "users"), 0);

	if (user)
		shell_printf(sh, " users:((\"%s\",pid=%lld,fd=%lld))", jstr(user, "name"),
			     (long long)jint(user, "pid"), (long long)jint(user, "fd"));
	if (jget(o, "timer"))
		shell_printf(sh, " %s", jstr(o, "timer"));
	if (k->details)
		shell_printf(sh, " ino:0 sk:%llx <->", (unsigned long long)jint(o, "id"));
	if (!jget(o, "timer") && !k->details && !jget(o, "skmem") && !jget(o, "info") &&
	    !user && !k->no_header)
		shell_printf(sh, "%*s", (int)strlen("Process"), "");
	if (jget(o, "skmem") || jget(o, "info"))
		shell_printf(sh, "%s%s%s%s%s", k->oneline ? "" : "\n\t",
			     jget(o, "skmem") ? " " : "", jstr(o, "skmem"),
			     jget(o, "info") ? " " : "", jstr(o, "info"));
	shell_printf(sh, "\n");
}

/* What is one for all that is asked for has no column, as in ss. */
static unsigned hidden(const struct ask *k)
{
	uint32_t states = k->filter.states;

	return (k->tcp + k->udp + k->raw + k->packet == 1 ? 1u << 0 : 0) |
	       (states && !(states & (states - 1)) ? 1u << 1 : 0);
}

static void list_print(struct shell *sh, const struct ask *k, const json_t *all)
{
	int width[N_COLS] = { 0 };
	const json_t *o;
	struct line l;
	size_t i;

	if (!k->no_header)
		widen(width, &head);
	json_array_foreach(all, i, o) {
		line_of(o, &l);
		widen(width, &l);
	}
	if (!k->no_header) {
		line_print(sh, &head, width, hidden(k));
		shell_printf(sh, "Process\n");
	}
	json_array_foreach(all, i, o) {
		line_of(o, &l);
		line_print(sh, &l, width, hidden(k));
		extras_print(sh, k, o);
	}
}

static void ss_print(struct shell *sh, const struct args *a, const json_t *all)
{
	struct ask k;
	char err[256];

	if (!ask_parse(&k, a, err))
		return;
	if (k.summary)
		summary_print(sh, json_array_get(all, 0));
	else
		list_print(sh, &k, all);
}

const struct cmd cmds_ss[] = {
	{ .name = "ss", .args = "[WORDS:rest]", .flags = CMD_NODE, .run = ss_run, .print = ss_print,
	  .rest_words = "-t -u -a -l -n -i -p -e -m -o -s -O -H -4 -f -A state exclude sport dport "
			"src dst dev and or not",
	  .help = "sockets, as iproute2's ss shows them",
	  .text = "ss [-tuw0alniemopsOHr4] [-A|-f KINDS] [state|exclude STATE]... [FILTER]\n"
		  "FILTER: src|dst ADDR[/LEN][:PORT], sport|dport OP :PORT, dev NAME, joined by\n"
		  "and, or, not and ( ); OP is = != > < >= <=.  Numbers are never turned into\n"
		  "names.  The pid of -p is the number of the job, as kill takes it; 0: of the\n"
		  "program in the foreground." },
	{ 0 },
};
