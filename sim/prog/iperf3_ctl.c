// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/prog/iperf3.h"
#include "stack/util/be.h"
#include "stack/util/err.h"

#define JSON_MAX 65536

void iperf3_say(struct iperf3 *t, enum iperf3_state s)
{
	uint8_t b = (uint8_t)s;

	if (t->ctl)
		stream_write(&t->ctl->s, &b, 1);
}

/* In one piece: a real iperf 3 does not wait for the rest. */
static void say_json(struct iperf3 *t, json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT);
	struct buf b = { 0 };
	uint8_t len[4];

	json_decref(o);
	if (text && t->ctl) {
		put_be32(len, (uint32_t)strlen(text));
		buf_add(&b, len, sizeof(len));
		buf_str(&b, text);
		stream_write(&t->ctl->s, b.s, b.len);
	}
	buf_free(&b);
	free(text);
}

static int64_t number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? (int64_t)json_number_value(v) : json_is_true(v);
}

/* --- parameters ------------------------------- */

static void params_say(struct iperf3 *t)
{
	const struct iperf3_params *p = &t->p;
	json_t *o = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:s}",
			      p->udp ? "udp" : "tcp", 1, "omit", (json_int_t)p->omit,
			      "time", (json_int_t)(p->bytes || p->blocks ? 0 : p->seconds),
			      "num", (json_int_t)p->bytes, "blockcount", (json_int_t)p->blocks,
			      "parallel", (json_int_t)p->flows, "len", (json_int_t)p->len,
			      "pacing_timer", 1000, "client_version", "3.12");

	if (p->reverse)
		json_object_set_new(o, "reverse", json_true());
	if (p->bidir)
		json_object_set_new(o, "bidirectional", json_true());
	if (p->window)
		json_object_set_new(o, "window", json_integer(p->window));
	if (p->mss)
		json_object_set_new(o, "MSS", json_integer(p->mss));
	if (p->no_delay)
		json_object_set_new(o, "nodelay", json_true());
	if (p->zerocopy)
		json_object_set_new(o, "zerocopy", json_integer(1));
	if (p->skip_rx_copy)
		json_object_set_new(o, "skip_rx_copy", json_integer(1));
	if (p->bps)
		json_object_set_new(o, "bandwidth", json_integer(p->bps));
	if (p->tos)
		json_object_set_new(o, "TOS", json_integer(p->tos));
	if (p->congestion[0])
		json_object_set_new(o, "congestion", json_string(p->congestion));
	say_json(t, o);
}

/* A client's word is checked like a command line. */
static bool params_take(struct iperf3 *t, const json_t *o)
{
	struct iperf3_params p = {
		.udp = number(o, "udp"), .reverse = number(o, "reverse"),
		.no_delay = number(o, "nodelay"), .zerocopy = number(o, "zerocopy"),
		.skip_rx_copy = number(o, "skip_rx_copy"), .seconds = number(o, "time"),
		.bytes = number(o, "num"), .blocks = number(o, "blockcount"),
		.flows = number(o, "parallel"), .len = number(o, "len"),
		.bps = number(o, "bandwidth"), .mss = number(o, "MSS"),
		.window = number(o, "window"), .tos = number(o, "TOS"),
		.omit = number(o, "omit"), .bidir = number(o, "bidirectional"),
	};
	const char *name = json_string_value(json_object_get(o, "congestion"));

	if (p.flows < 1 || p.flows > IPERF3_FLOWS || p.len < (p.udp ? 16 : 1) ||
	    p.len > (p.udp ? 65507 : IPERF3_BLOCK_MAX) || p.bytes < 0 || p.blocks < 0 ||
	    p.bps < 0 || p.bps > INT64_C(1000000000000) ||
	    (p.udp && (p.reverse || p.bidir) && !p.bps) ||
	    p.window < 0 || p.window > INT64_C(512) << 20 || p.tos < 0 || p.tos > 255 ||
	    p.omit < 0 || p.omit > IPERF3_OMIT || p.mss < 0 || p.mss > 9216 ||
	    (p.bidir && p.reverse))
		return false;
	t->p = p;
	if (name)
		snprintf(t->p.congestion, sizeof(t->p.congestion), "%s", name);
	return true;
}

static void server_params(struct iperf3 *t, const json_t *o)
{
	int err = params_take(t, o) ? OK : ERR_INVAL;

	t->sender = t->p.reverse;
	if (!err && !iperf3_flows_new(t))
		err = ERR_NOMEM;
	if (!err && t->p.udp)
		err = iperf3_udp_listen(t);
	if (err) {
		iperf3_say(t, IP3_SERVER_TERMINATE);
		iperf3_fail(t, err, "unable to receive parameters from client");
		return;
	}
	iperf3_show_params(t);
	iperf3_say(t, IP3_CREATE_STREAMS);
}

/* --- results ------------------------------- */

static void results_say(struct iperf3 *t)
{
	double seconds = iperf3_seconds(t->end_at - t->start_at);
	json_t *flows = json_array(), *o;
	bool sends = t->sender || t->p.bidir;

	for (int64_t i = 0; i < iperf3_flows(t); i++) {
		const struct iperf3_flow *f = &t->flow[i];
		struct iperf3_count n = iperf3_flow_counted(f);

		/* Of packets the other end takes away what it omitted itself. */
		json_array_append_new(flows, json_pack("{s:i, s:I, s:I, s:f, s:I, s:I, s:i, s:f}",
			"id", f->id, "bytes", (json_int_t)n.bytes,
			"retransmits", (json_int_t)(f->sender && !t->p.udp ? n.retrans : -1),
			"jitter", iperf3_seconds(f->jitter), "errors", (json_int_t)n.lost,
			"packets", (json_int_t)f->now.packets, "start_time", 0,
			"end_time", seconds));
	}
	o = json_pack("{s:f, s:f, s:f, s:i, s:o}", "cpu_util_total", 0.0, "cpu_util_user", 0.0,
		      "cpu_util_system", 0.0, "sender_has_retransmits",
		      sends ? !t->p.udp : -1, "streams", flows);
	if (t->congestion[0])
		json_object_set_new(o, "congestion_used", json_string(t->congestion));
	say_json(t, o);
}

static void results_take(struct iperf3 *t, const json_t *o)
{
	static const char *const cpu[] = { "cpu_util_total", "cpu_util_user", "cpu_util_system" };
	const json_t *flows = json_object_get(o, "streams"), *r;
	const char *name = json_string_value(json_object_get(o, "congestion_used"));
	size_t i;

	for (i = 0; i < N_ELEM(cpu); i++)
		t->other_cpu[i] = json_number_value(json_object_get(o, cpu[i]));
	snprintf(t->other_congestion, sizeof(t->other_congestion), "%s", name ? name : "");
	t->other_counts = number(o, "sender_has_retransmits") > 0;

	json_array_foreach(flows, i, r) {
		struct iperf3_flow *f = (int64_t)i < iperf3_flows(t) ? &t->flow[i] : NULL;

		if (!f)
			break;
		f->other.n.bytes = number(r, "bytes");
		f->other.n.packets = number(r, "packets") - f->omitted.packets;
		f->other.n.lost = number(r, "errors");
		f->other.n.retrans = t->other_counts && !f->sender ? number(r, "retransmits") : 0;
		f->other.jitter = json_number_value(json_object_get(r, "jitter"));
		f->other.seconds = json_number_value(json_object_get(r, "end_time"));
	}
}

static void server_results(struct iperf3 *t, const json_t *o)
{
	results_take(t, o);
	results_say(t);
	iperf3_say(t, IP3_DISPLAY_RESULTS);
	iperf3_show_end(t);
}

/* --- what is heard ------------------------------- */

/* Flows one after the other: a UDP server has one ear. */
void iperf3_flow_up(struct iperf3_flow *f)
{
	struct iperf3 *t = f->t;
	struct sock *sk = f->sk ? f->sk : f->conn->s.sk;

	f->ready = true;
	if (sk_getopt(sk, SKO_SNDBUF, &t->sndbuf) != OK)
		t->sndbuf = 0;
	if (sk_getopt(sk, SKO_RCVBUF, &t->rcvbuf) != OK)
		t->rcvbuf = 0;
	snprintf(t->congestion, sizeof(t->congestion), "%s", f->conn ? sk_get_congestion(sk) : "");
	if (!t->ctl || sk_getopt(t->ctl->s.sk, SKO_MAXSEG, &t->mss) != OK)
		t->mss = 0;
	sk_local(sk, &f->local);
	(void)!sk_peer(sk, &f->peer);
	t->n_flows++;
	iperf3_show_flow(t, f);
	if (!t->server && t->n_flows < iperf3_flows(t)) {
		iperf3_flow_open(&t->flow[t->n_flows]);
	} else if (t->server && t->n_flows == iperf3_flows(t)) {
		iperf3_say(t, IP3_TEST_START);
		iperf3_say(t, IP3_TEST_RUNNING);
		iperf3_begin(t);
	}
}

static void client_create(struct iperf3 *t)
{
	if (!iperf3_flows_new(t))
		iperf3_fail(t, ERR_NOMEM, "unable to create a new stream");
	else
		iperf3_flow_open(&t->flow[0]);
}

static void client_hears(struct iperf3 *t, uint8_t state)
{
	switch (state) {
	case IP3_PARAM_EXCHANGE: params_say(t); break;
	case IP3_CREATE_STREAMS: client_create(t); break;
	case IP3_TEST_START: break;
	case IP3_TEST_RUNNING:
		if (t->flow && t->n_flows == iperf3_flows(t))
			iperf3_begin(t);
		break;
	case IP3_EXCHANGE_RESULTS:
		t->want_json = true;
		results_say(t);
		break;
	case IP3_DISPLAY_RESULTS:
		iperf3_show_end(t);
		if (!t->json_out)
			prog_printf(&t->prog, "\niperf Done.\n");
		iperf3_say(t, IP3_DONE);
		iperf3_leave(t);
		break;
	case IP3_ACCESS_DENIED:
		iperf3_fail(t, OK, "the server is busy running a test. try again later");
		break;
	case IP3_SERVER_TERMINATE: iperf3_fail(t, OK, "the server has terminated"); break;
	case IP3_SERVER_ERROR: iperf3_fail(t, OK, "the server reports an error"); break;
	default: iperf3_fail(t, OK, "received an unknown control message"); break;
	}
}

static void server_hears(struct iperf3 *t, uint8_t state)
{
	switch (state) {
	case IP3_TEST_END:
		iperf3_end(t);
		/* A real client that receives reads on in whole blocks, deaf to all
		 * else, until it meets the end of the stream. */
		iperf3_flows_shut(t);
		iperf3_say(t, IP3_EXCHANGE_RESULTS);
		t->want_json = true;
		break;
	case IP3_DONE: iperf3_reset(t); break;
	case IP3_CLIENT_TERMINATE: iperf3_fail(t, OK, "the client has terminated"); break;
	default: iperf3_fail(t, OK, "received an unknown control message"); break;
	}
}

static void json_heard(struct iperf3 *t, const char *text, size_t n)
{
	/* Real ones write -1 as 2^64 - 1, which is no integer here. */
	json_t *o = json_loadb(text, n, JSON_DECODE_INT_AS_REAL, NULL);

	t->want_json = false;
	if (!json_is_object(o) || (!t->flow && !t->server))
		iperf3_fail(t, OK, "unable to read from control connection");
	else if (!t->server)
		results_take(t, o);
	else if (t->running || t->reported || !t->n_flows)
		server_params(t, o);
	else
		server_results(t, o);
	json_decref(o);
}

/* Takes one message out of t->in; false: it is not whole yet. */
static bool hear(struct iperf3 *t)
{
	char *s = t->in.s;
	size_t n = 1, len = t->in.len;
	struct buf msg = { 0 };

	if (t->want_json) {
		if (len < 4)
			return false;
		n = 4 + (size_t)get_be32((const uint8_t *)s);
		if (n > JSON_MAX) {
			iperf3_fail(t, OK, (uint8_t)s[0] == IP3_SERVER_ERROR
				    ? "the server reports an error"
				    : "unable to read from control connection");
			return false;
		}
	}
	if (len < n)
		return false;
	buf_add(&msg, s, n);
	memmove(s, s + n, len - n);
	t->in.len -= n;
	if (t->want_json)
		json_heard(t, msg.s + 4, n - 4);
	else if (t->server)
		server_hears(t, (uint8_t)msg.s[0]);
	else
		client_hears(t, (uint8_t)msg.s[0]);
	buf_free(&msg);
	return true;
}

static void ctl_data(struct iperf3 *t, const char *bytes, size_t n)
{
	buf_add(&t->in, bytes, n);
	while (t->ctl && hear(t))
		;
}

/* --- the client's control connection ------------------------------- */

static void client_up(struct stream *s)
{
	struct iperf3 *t = (struct iperf3 *)s->prog;
	int mss = 0;

	sk_local(s->sk, &t->ctl_local);
	t->ctl_peer = t->to;
	if (!t->p.len && t->p.udp)
		t->p.len = sk_getopt(s->sk, SKO_MAXSEG, &mss) == OK && mss > 0 ? mss : 1460;
	else if (!t->p.len)
		t->p.len = IPERF3_TCP_BLOCK;
	iperf3_show_control(t);
	iperf3_show_date(t);
	if (!t->json_out)
		prog_printf(&t->prog, "Connecting to host %s, port %" PRId64 "\n", t->host,
			    t->port);
	if (!t->json_out && t->p.reverse)
		prog_printf(&t->prog, "Reverse mode, remote host %s is sending\n", t->host);
	iperf3_show_params(t);
	stream_write(s, t->cookie, IPERF3_COOKIE);
}

static void client_data(struct stream *s, const char *bytes, size_t n)
{
	ctl_data((struct iperf3 *)s->prog, bytes, n);
}

static void client_eof(struct stream *s)
{
	struct iperf3 *t = (struct iperf3 *)s->prog;

	if (t->leaving)
		iperf3_left(t);
	else
		iperf3_fail(t, OK, "control socket has closed unexpectedly");
}

static void client_failed(struct stream *s, int err)
{
	struct iperf3 *t = (struct iperf3 *)s->prog;

	if (t->leaving)
		iperf3_left(t);
	else
		iperf3_fail(t, err, s->up ? "unable to receive control message"
						: "unable to connect to server");
}

const struct stream_ops iperf3_ctl_ops = {
	.up = client_up, .data = client_data, .eof = client_eof, .failed = client_failed,
};

/* --- who connects to a server ------------------------------- */

static void control_new(struct iperf3 *t, struct iperf3_conn *c)
{
	char a[ADDR_STRLEN];

	if (t->ctl) {
		uint8_t denied = IP3_ACCESS_DENIED;

		stream_write(&c->s, &denied, 1);
		stream_shut(&c->s);
		return;
	}
	t->ctl = c;
	(void)!sk_setopt(c->s.sk, SKO_NODELAY, 1);        /* words do not wait for each other */
	t->other_congestion[0] = '\0';
	memcpy(t->cookie, c->cookie, IPERF3_COOKIE);
	sk_local(c->s.sk, &t->ctl_local);
	(void)!sk_peer(c->s.sk, &t->ctl_peer);
	buf_reset(&t->in);
	t->reported = true;                       /* parameters are next */
	iperf3_show_date(t);
	if (!t->json_out)
		prog_printf(&t->prog, "Accepted connection from %s, port %u\n",
			    addr_fmt(&t->ctl_peer.addr, a), t->ctl_peer.port);
	iperf3_say(t, IP3_PARAM_EXCHANGE);
	t->want_json = true;
}

static void known(struct iperf3 *t, struct iperf3_conn *c)
{
	struct iperf3_flow *f;

	if (!t->ctl || memcmp(c->cookie, t->cookie, IPERF3_COOKIE) != 0 || !t->flow ||
	    t->p.udp || t->n_flows >= iperf3_flows(t)) {
		control_new(t, c);
		return;
	}
	f = &t->flow[t->n_flows];
	f->conn = c;
	c->flow = f;
	c->s.blind = true;
	if (iperf3_flow_options(t, c->s.sk) != OK)
		iperf3_fail(t, ERR_INVAL, "unable to set socket options");
	else
		iperf3_flow_up(f);
}

static void conn_data(struct stream *s, const char *bytes, size_t n)
{
	struct iperf3_conn *c = (struct iperf3_conn *)s;
	struct iperf3 *t = (struct iperf3 *)s->prog;
	size_t part = IPERF3_COOKIE - c->n_cookie;

	if (part > n)
		part = n;
	if (part) {
		memcpy(c->cookie + c->n_cookie, bytes, part);
		c->n_cookie += part;
		if (c->n_cookie == IPERF3_COOKIE) {
			c->cookie[IPERF3_COOKIE - 1] = '\0';      /* whatever came */
			known(t, c);
		}
	}
	if (n == part)
		return;
	if (c == t->ctl)
		ctl_data(t, bytes + part, n - part);
	else if (c->flow)
		iperf3_flow_data(c->flow, n - part);
}

static void conn_room(struct stream *s)
{
	struct iperf3_conn *c = (struct iperf3_conn *)s;

	if (c->flow)
		iperf3_flow_send(c->flow);
}

static void conn_eof(struct stream *s)
{
	struct iperf3_conn *c = (struct iperf3_conn *)s;
	struct iperf3 *t = (struct iperf3 *)s->prog;

	if (c == t->ctl)
		iperf3_fail(t, OK, "the client has unexpectedly closed the connection");
	else
		stream_close(s);
}

static void conn_failed(struct stream *s, int err)
{
	struct iperf3 *t = (struct iperf3 *)s->prog;

	if ((struct iperf3_conn *)s == t->ctl)
		iperf3_fail(t, err, "unable to receive control message");
}

static void conn_gone(struct stream *s)
{
	struct iperf3_conn *c = (struct iperf3_conn *)s;
	struct iperf3 *t = (struct iperf3 *)s->prog;

	if (c->flow)
		c->flow->conn = NULL;
	if (t->ctl == c)
		t->ctl = NULL;
}

const struct stream_ops iperf3_conn_ops = {
	.data = conn_data, .room = conn_room, .eof = conn_eof, .failed = conn_failed,
	.gone = conn_gone,
};
