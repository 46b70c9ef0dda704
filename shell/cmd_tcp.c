// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/rows.h"
#include "shell/state.h"
#include "shell/table.h"
#include "shell/tcp_vars.h"
#include "stack/show.h"

/* show tcp, show sockets, tcp why, tcp trace and tcp series: streams from inside. */

static void end_text(const struct endpoint *ep, char out[64])
{
	char a[ADDR_STRLEN];

	if (ep->port)
		snprintf(out, 64, "%s:%u", ep->addr.family ? addr_fmt(&ep->addr, a) : "*",
			 ep->port);
	else
		snprintf(out, 64, "%s:*", ep->addr.family ? addr_fmt(&ep->addr, a) : "*");
}

static json_t *ends_json(const struct show_sock *s)
{
	char local[64], peer[64];
	json_t *o = json_object();

	end_text(&s->local, local);
	end_text(&s->peer, peer);
	jset_str(o, "local", local);
	jset_str(o, "peer", peer);
	return o;
}

/* --- show tcp ---------------------------------------------------------------------------- */

static bool add_tcp(void *arg, const struct show_tcp *t)
{
	json_t *o = ends_json(&t->sk), *vars;

	jset_str(o, "state", t->state);
	jset_bool(o, "orphan", t->sk.orphan);
	if (t->listens) {
		jset_int(o, "backlog", t->backlog);
		jset_int(o, "syn_queue", t->syn_queue);
		jset_int(o, "accept_queue", t->accept_queue);
	} else {
		vars = tcp_vars_json(t);
		json_object_update(o, vars);
		json_decref(vars);
		jset_str(o, "limit", show_limit_word(t->limit));
	}
	rows_add(arg, o);
	return true;
}

static void add_tcps(struct rows *r, struct stack *st) { show_tcps(st, add_tcp, r); }

static int tcp_run(struct shell *sh, const struct args *a)
{
	return rows_report(sh, a, add_tcps);
}

static void tcp_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *o;
	size_t i;

	(void)a;
	json_array_foreach(all, i, o) {
		struct buf text = { 0 };

		shell_printf(sh, "%s %s > %s %s%s\n", jstr(o, "node"), jstr(o, "local"),
			     jstr(o, "peer"), jstr(o, "state"),
			     jtrue(o, "orphan") ? ", closed by its owner" : "");
		if (jget(o, "backlog")) {
			shell_printf(sh, "  backlog %lld syn_queue %lld accept_queue %lld\n",
				     (long long)jint(o, "backlog"), (long long)jint(o, "syn_queue"),
				     (long long)jint(o, "accept_queue"));
			continue;
		}
		tcp_vars_text(o, &text);
		shell_printf(sh, "%s  %-11s %s\n", text.s, "limit", jstr(o, "limit"));
		buf_free(&text);
	}
}

/* --- show sockets ------------------------------------------------------------------------- */

static void add_socket(struct rows *r, const struct show_sock *s, const char *kind,
		       const char *state)
{
	json_t *o = ends_json(s);

	jset_str(o, "kind", kind);
	jset_str(o, "state", state);
	jset_int(o, "recv_q", s->recv_q);
	jset_int(o, "send_q", s->send_q);
	jset_int(o, "rcvbuf", s->rcvbuf);
	jset_int(o, "sndbuf", s->sndbuf);
	rows_add(r, o);
}

static bool add_stream(void *arg, const struct show_tcp *t)
{
	add_socket(arg, &t->sk, "tcp", t->state);
	return true;
}

static bool add_other(void *arg, const struct show_sock *s)
{
	static const char *const kinds[] = { "?", "tcp", "udp", "raw", "packet" };

	add_socket(arg, s, s->type < N_ELEM(kinds) ? kinds[s->type] : "?",
		   s->connected ? "CONNECTED" : "OPEN");
	return true;
}

static void add_sockets(struct rows *r, struct stack *st)
{
	show_socks(st, add_other, r);
	show_tcps(st, add_stream, r);
}

static int sockets_run(struct shell *sh, const struct args *a)
{
	return rows_report(sh, a, add_sockets);
}

static void sockets_print(struct shell *sh, const struct args *a, const json_t *all)
{
	static const struct table_col cols[] = {
		{ "node", "NODE", false }, { "kind", "KIND", false }, { "state", "STATE", false },
		{ "recv_q", "RECV-Q", true }, { "send_q", "SEND-Q", true },
		{ "local", "LOCAL", false }, { "peer", "PEER", false }, { 0 },
	};

	(void)a;
	table_print(sh, all, cols);
}

/* --- tcp why ------------------------------------------------------------------------------- */

/* The numbers behind the word. */
static void why_detail(const struct show_tcp *t, char *out, size_t room)
{
	double rto = (double)t->timer_in / 1e6;

	switch (t->limit) {
	case LIMIT_RWND:
		snprintf(out, room, "SND.WND %u, in flight %u, unsent %u", t->snd_wnd,
			 t->flight_size, t->unsent);
		break;
	case LIMIT_CWND: case LIMIT_RECOVERY:
		snprintf(out, room, "cwnd %u, in flight %u, lost %u segments, unsent %u", t->cwnd,
			 t->flight_size, t->lost_segs, t->unsent);
		break;
	case LIMIT_RTO: case LIMIT_HANDSHAKE:
		snprintf(out, room, "%u timeouts so far, the next in %.3gms", t->timeouts,
			 t->timer_in == NS_NEVER ? 0 : rto);
		break;
	default:
		snprintf(out, room, "in flight %u, unsent %u", t->flight_size, t->unsent);
	}
}

static bool add_why(void *arg, const struct show_tcp *t)
{
	struct rows *r = arg;
	uint64_t port = args_count(r->args, "PORT", 0);
	char detail[128];
	json_t *o;

	if (port ? t->sk.local.port != port && t->sk.peer.port != port : t->listens)
		return true;
	o = ends_json(&t->sk);
	why_detail(t, detail, sizeof(detail));
	jset_str(o, "state", t->state);
	jset_str(o, "limit", show_limit_word(t->limit));
	jset_str(o, "why", show_limit_text(t->limit));
	jset_str(o, "detail", detail);
	rows_add(r, o);
	return true;
}

static void add_whys(struct rows *r, struct stack *st) { show_tcps(st, add_why, r); }

static int why_run(struct shell *sh, const struct args *a)
{
	return rows_report(sh, a, add_whys);
}

static void why_print(struct shell *sh, const struct args *a, const json_t *all)
{
	const json_t *o;
	size_t i;

	(void)a;
	if (!json_array_size(all))
		shell_printf(sh, "no connections\n");
	json_array_foreach(all, i, o)
		shell_printf(sh, "%s %s > %s %s: %s: %s (%s)\n", jstr(o, "node"), jstr(o, "local"),
			     jstr(o, "peer"), jstr(o, "state"), jstr(o, "limit"), jstr(o, "why"),
			     jstr(o, "detail"));
}

/* --- tcp trace ------------------------------------------------------------------------------ */

static void on_tcp(void *ctx, const struct tcp_record *r)
{
	const struct tcp_event *e = r->event;
	const struct show_tcp *t = e->tcp;
	char local[64], peer[64], what[160];

	end_text(&t->sk.local, local);
	end_text(&t->sk.peer, peer);
	if (e->kind == TCP_EV_STATE)
		snprintf(what, sizeof(what), "%s -> %s", e->from, t->state);
	else
		snprintf(what, sizeof(what),
			 "sends again %u:%u: %s; cwnd %u, in flight %u, RTO %.6gms", e->seq,
			 e->seq + e->len, e->cause, t->cwnd, t->flight_size, (double)t->rto / 1e6);
	shell_line(ctx, "t=%" PRIns ".%09" PRIns " %s tcp %s > %s %s", r->at / SEC(1),
		   r->at % SEC(1), r->node, local, peer, what);
}

static int trace_run(struct shell *sh, const struct args *a)
{
	bool on = !args_has(a, "off");

	lab_trace_tcp(sh->lab, on ? on_tcp : NULL, on ? sh : NULL);
	return shell_result(sh, json_pack("{s:b}", "tcp_trace", on));
}

/* --- tcp series ------------------------------------------------------------------------------ */

static int series_start_run(struct shell *sh, const struct args *a)
{
	struct node *n = args_node(a, "NODE");
	const char *path = args_word(a, "FILE");
	char err[256];

	n = n ? n : a->node;
	if (!lab_tcp_series_start(sh->lab, path, n, err))
		return shell_error(sh, "%s", err);
	return shell_result(sh, json_pack("{s:s}", "file", path));
}

static int series_stop_run(struct shell *sh, const struct args *a)
{
	uint64_t rows = 0;
	int err = lab_tcp_series_stop(sh->lab, &rows);

	(void)a;
	if (err == ERR_NOENT)
		return shell_error(sh, "no series is written");
	if (err)
		return shell_error(sh, "the series is not whole: %s", err_text(err));
	shell_printf(sh, "%" PRIu64 " rows\n", rows);
	return shell_result(sh, json_pack("{s:I}", "rows", (json_int_t)rows));
}

#define BOTH (CMD_LAB | CMD_NODE)

const struct cmd cmds_tcp[] = {
	{ .name = "show tcp", .args = "[NODE:node]", .flags = BOTH, .run = tcp_run,
	  .print = tcp_print, .help = "TCP connections, every variable by its RFC name" },
	{ .name = "show sockets", .args = "[NODE:node]", .flags = BOTH, .run = sockets_run,
	  .print = sockets_print, .help = "sockets of every kind" },
	{ .name = "tcp why", .args = "[NODE:node] [PORT:count]", .flags = BOTH, .run = why_run,
	  .print = why_print, .help = "what keeps connections from sending more now",
	  .text = "PORT chooses connections by a port of either end." },
	{ .name = "tcp trace", .args = "[on|off]", .flags = CMD_LAB, .run = trace_run,
	  .help = "show each change of state and each retransmission, with its cause" },
	{ .name = "tcp series start", .args = "FILE:file [NODE:node]", .flags = BOTH,
	  .run = series_start_run,
	  .help = "write cwnd, ssthresh, RTT and bytes in flight as CSV, a row a change" },
	{ .name = "tcp series stop", .flags = BOTH, .run = series_stop_run,
	  .help = "end the series" },
	{ 0 },
};
