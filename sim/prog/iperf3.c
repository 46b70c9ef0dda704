// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/iperf3.h"

#include <stdlib.h>

#include "stack/util/err.h"

#define LEAVE_MAX SEC(1)                  /* a client waits for its server's end, */
#define LEAVE_PAUSE MSEC(100)             /* and until it listens again */

static void rule(struct iperf3 *t)
{
	if (!t->json_out)
		prog_printf(&t->prog,
			    "-----------------------------------------------------------\n");
}

static void listening(struct iperf3 *t)
{
	rule(t);
	if (!t->json_out)
		prog_printf(&t->prog, "Server listening on %" PRId64 " (test #%d)\n", t->port,
			    ++t->n_tests);
	rule(t);
}

static void clocks_stop(struct iperf3 *t)
{
	t->running = false;
	if (t->tick.fire) {
		node_timer_stop(&t->tick);
		node_timer_stop(&t->stop);
		node_timer_stop(&t->omit);
	}
}

static void all_close(struct iperf3 *t)
{
	struct iperf3_conn *ctl = t->ctl;

	clocks_stop(t);
	iperf3_flows_close(t);
	prog_sock_close(&t->prog, &t->udp_sk, &t->udp_watch);
	t->ctl = NULL;
	t->want_json = false;
	if (ctl)
		stream_close(&ctl->s);
}

/* A real server listens anew after each test and resets who came in between:
 * the next client is safe a moment after the server has closed this connection. */
void iperf3_leave(struct iperf3 *t)
{
	t->leaving = true;
	iperf3_flows_close(t);
	node_timer_set(&t->stop, node_now(t->prog.node) + LEAVE_MAX);
}

void iperf3_left(struct iperf3 *t)
{
	stream_close(&t->own.s);
	node_timer_set(&t->stop, node_now(t->prog.node) + LEAVE_PAUSE);
}

void iperf3_reset(struct iperf3 *t)
{
	all_close(t);
	if (!t->server || t->one_off)
		prog_exit(&t->prog, 0);
	else
		listening(t);
}

void iperf3_fail(struct iperf3 *t, int err, const char *text)
{
	if (t->prog.done)
		return;
	all_close(t);
	prog_eprintf(&t->prog, "iperf3: error - %s%s%s\n", text, err ? ": " : "",
		     err ? prog_strerror(err) : "");
	if (!t->server || t->one_off)
		prog_exit(&t->prog, 1);
	else
		listening(t);
}

/* --- the test ------------------------------------------------------------------------------ */

static void on_tick(struct node_timer *tm)
{
	struct iperf3 *t = container_of(tm, struct iperf3, tick);

	iperf3_show_interval(t);
	node_timer_set(tm, node_now(t->prog.node) + t->interval);
}

/* What counts begins; with an interval of its own. */
static void on_omitted(struct node_timer *tm)
{
	struct iperf3 *t = container_of(tm, struct iperf3, omit);
	ns_t now = node_now(t->prog.node);

	if (t->interval && now - t->mark_at >= t->interval)
		iperf3_show_interval(t);          /* the tick of this instant */
	for (int64_t i = 0; i < iperf3_flows(t); i++)
		iperf3_flow_omit(&t->flow[i]);
	t->omitting = false;
	t->start_at = t->mark_at = now;
	if (t->interval)
		node_timer_set(&t->tick, now + t->interval);
}

/* The client's: time is up, or all is sent; or the server lets it wait for its end. */
static void on_stop(struct node_timer *tm)
{
	struct iperf3 *t = container_of(tm, struct iperf3, stop);

	if (t->leaving) {
		iperf3_reset(t);
		return;
	}
	iperf3_end(t);
	iperf3_say(t, IP3_TEST_END);
}

void iperf3_begin(struct iperf3 *t)
{
	t->running = true;
	t->reported = false;
	t->begun_at = t->start_at = t->mark_at = t->end_at = node_now(t->prog.node);
	t->omitting = t->p.omit > 0;
	json_decref(t->intervals);
	t->intervals = json_array();
	iperf3_show_header(t);
	if (t->interval)
		node_timer_set(&t->tick, t->start_at + t->interval);
	if (!t->server && !t->p.bytes && !t->p.blocks)
		node_timer_set(&t->stop, t->start_at + SEC(t->p.omit + t->p.seconds));
	if (t->omitting)
		node_timer_set(&t->omit, t->start_at + SEC(t->p.omit));
	for (int64_t i = 0; i < iperf3_flows(t) && t->running; i++)
		iperf3_flow_start(&t->flow[i]);
}

/* The last interval: one without data is shown if it is not very short. */
static bool is_shown(const struct iperf3 *t)
{
	ns_t len = t->end_at - t->mark_at;

	for (int64_t i = 0; i < iperf3_flows(t); i++)
		if (len && iperf3_flow_interval(&t->flow[i]).bytes)
			return true;
	return len && len >= t->interval / 10;
}

void iperf3_end(struct iperf3 *t)
{
	if (!t->running)
		return;
	clocks_stop(t);
	for (int64_t i = 0; i < iperf3_flows(t); i++)
		iperf3_flow_sample(&t->flow[i]);
	t->end_at = node_now(t->prog.node);
	if (is_shown(t))
		iperf3_show_interval(t);
}

/* --- life ------------------------------------------------------------------------------------ */

static void cookie_make(struct iperf3 *t)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint64_t x = (uint64_t)node_now(t->prog.node) + 88172645463325252u;

	for (int i = 0; i < IPERF3_COOKIE - 1; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		t->cookie[i] = letters[x >> 59];
	}
}

static void client_start(struct iperf3 *t)
{
	int err;

	cookie_make(t);
	iperf3_show_start(t);
	t->reported = true;
	t->ctl = &t->own;
	t->sender = !t->p.reverse;
	err = stream_open(&t->own.s, &t->prog, &iperf3_ctl_ops, t->src, 0);
	if (!err && t->p.mss)
		err = sk_setopt(t->own.s.sk, SKO_MAXSEG, (int)t->p.mss);
	if (!err)
		err = stream_connect(&t->own.s, &t->to);
	if (err)
		iperf3_fail(t, err, "unable to connect to server");
}

static void iperf3_start(struct prog *p, int argc, char *const *argv)
{
	struct iperf3 *t = (struct iperf3 *)p;
	int err;

	node_timer_init(&t->tick, p->node, on_tick);
	node_timer_init(&t->stop, p->node, on_stop);
	node_timer_init(&t->omit, p->node, on_omitted);
	if (!iperf3_options(t, argc, argv))
		return;
	if (!t->server) {
		client_start(t);
		return;
	}
	err = server_open(&t->listener, p, &iperf3_conn_ops, sizeof(struct iperf3_conn), t->src,
			  (uint16_t)t->port);
	if (err) {
		iperf3_fail(t, err, "unable to start listener for connections");
		return;
	}
	iperf3_show_start(t);
	listening(t);
}

static void iperf3_stop(struct prog *p)
{
	struct iperf3 *t = (struct iperf3 *)p;

	if (t->json_out) {
		json_t *o = iperf3_json(p);
		char *text = json_dumps(o, JSON_INDENT(8));

		prog_printf(p, "%s\n", text ? text : "{}");
		free(text);
		json_decref(o);
	}
	all_close(t);
	server_close(&t->listener);
}

static void iperf3_interrupt(struct prog *p)
{
	struct iperf3 *t = (struct iperf3 *)p;

	iperf3_end(t);
	iperf3_say(t, t->server ? IP3_SERVER_TERMINATE : IP3_CLIENT_TERMINATE);
	if (!t->server)
		iperf3_show_end(t);
	prog_eprintf(p, "iperf3: interrupt - the %s has terminated\n",
		     t->server ? "server" : "client");
	prog_exit(p, 1);
}

static void iperf3_free(struct prog *p)
{
	struct iperf3 *t = (struct iperf3 *)p;

	free(t->flow);
	sk_mem_put(t->mem);
	free(t->host);
	buf_free(&t->in);
	json_decref(t->intervals);
	json_decref(t->report);
}

const struct prog_ops iperf3_prog = {
	.name = "iperf3", .size = sizeof(struct iperf3), .start = iperf3_start,
	.interrupt = iperf3_interrupt, .stop = iperf3_stop, .json = iperf3_json,
	.free = iperf3_free,
};
