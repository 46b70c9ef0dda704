// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * nc, for UDP: sends its text as one datagram (with a newline behind it, as
 * `echo TEXT | nc -u` would) and prints what comes back; or listens.  There
 * is no standard input.  It ends after -w seconds without traffic: without
 * -w, a sender after one second and a listener never.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/prog/opts.h"
#include "sim/prog/prog.h"
#include "stack/util/err.h"

#define TEXT_MAX 65536                    /* received bytes kept for JSON */

struct nc {
	struct prog prog;

	bool udp, listen, keep, verbose, bcast, idle_given;
	ns_t idle;                        /* 0: never */
	int64_t count;                    /* listener: datagrams, 0: no end */
	int64_t lport;
	ip4_t src;

	struct sock *sk;
	struct sk_watch watch;
	struct node_timer timer;
	struct endpoint peer;
	int64_t n_sent, n_received, bytes_sent, bytes_received;
	struct buf text;                  /* to send, then what was received */
};

static void nc_stop(struct prog *p)
{
	struct nc *nc = (struct nc *)p;

	prog_sock_close(&nc->sk, &nc->watch);
	if (nc->timer.fire)
		node_timer_stop(&nc->timer);
}

static void nc_free(struct prog *p)
{
	buf_free(&((struct nc *)p)->text);
}

static void idle_start(struct nc *nc)
{
	if (nc->idle)
		node_timer_set(&nc->timer, node_now(nc->prog.node) + nc->idle);
}

static void on_idle(struct node_timer *t)
{
	prog_exit(&container_of(t, struct nc, timer)->prog, 0);
}

static void received(struct nc *nc, const char *bytes, size_t n, const struct endpoint *from)
{
	char text[ADDR_STRLEN];

	if (nc->listen && !nc->keep && nc->n_received == 0) {
		/* As the real one: from now on, this peer alone. */
		if (sk_connect(nc->sk, from) != OK)
			return;
		if (nc->verbose)
			prog_note(&nc->prog, "Connection received on %s %u\n",
				  addr_fmt(&from->addr, text), from->port);
	}
	nc->peer = *from;
	nc->n_received++;
	nc->bytes_received += (int64_t)n;
	prog_write(&nc->prog, bytes, n);
	if (nc->text.len + n <= TEXT_MAX)
		buf_add(&nc->text, bytes, n);
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	struct nc *nc = container_of(w, struct nc, watch);
	char *bytes = malloc(65536);

	(void)events;
	while (bytes) {
		struct endpoint from;
		ssize_t n = sk_recv(nc->sk, bytes, 65536, &from);

		if (n == ERR_AGAIN)
			break;
		if (n < 0) {
			prog_fail(&nc->prog, 1, (int)n, "read");
			break;
		}
		received(nc, bytes, (size_t)n, &from);
		if (nc->count && nc->n_received >= nc->count) {
			prog_exit(&nc->prog, 0);
			break;
		}
		idle_start(nc);
	}
	free(bytes);
}

/* --- starting -------------------------------------------------------------------------- */

static bool option(struct nc *nc, int c, const char *arg)
{
	struct prog *p = &nc->prog;

	switch (c) {
	case 'b': nc->bcast = true; break;
	case 'c': return opts_int(p, arg, 1, INT64_MAX, &nc->count);
	case 'k': nc->keep = true; break;
	case 'l': nc->listen = true; break;
	case 'p': return opts_int(p, arg, 1, 65535, &nc->lport);
	case 's':
		if (prog_resolve(p, arg, &nc->src))
			return true;
		prog_fail(p, 1, 0, "%s: Name or service not known", arg);
		return false;
	case 'u': nc->udp = true; break;
	case 'v': nc->verbose = true; break;
	case 'w':
		nc->idle_given = true;
		return opts_ns(p, arg, &nc->idle);
	}
	return true;
}

static bool port(struct nc *nc, const char *text, int64_t *out)
{
	char *end;
	long long v = strtoll(text, &end, 10);

	if (end != text && *end == '\0' && v >= 1 && v <= 65535) {
		*out = v;
		return true;
	}
	prog_fail(&nc->prog, 1, 0, "port number invalid: %s", text);
	return false;
}

static bool operands(struct nc *nc, const struct opts *o)
{
	struct prog *p = &nc->prog;
	int64_t v;

	if (nc->listen) {
		if (o->n == 0 && nc->lport)
			return true;
		if (o->n == 1)
			return port(nc, o->operand[0], &nc->lport);
	} else if (o->n >= 2) {
		if (!port(nc, o->operand[1], &v))
			return false;
		nc->peer.port = (uint16_t)v;
		if (!prog_resolve(p, o->operand[0], &nc->peer.addr.v4)) {
			prog_fail(p, 1, 0, "getaddrinfo for host \"%s\" port %s: "
				  "Name or service not known", o->operand[0], o->operand[1]);
			return false;
		}
		nc->peer.addr.family = ADDR_IP4;
		for (int i = 2; i < o->n; i++)
			buf_printf(&nc->text, "%s%s", i > 2 ? " " : "", o->operand[i]);
		if (o->n > 2)
			buf_putc(&nc->text, '\n');
		return true;
	}
	opts_usage(p);
	prog_exit(p, 1);
	return false;
}

static bool options(struct nc *nc, int argc, char *const *argv)
{
	struct opts o;
	int c;

	opts_init(&o, argc, argv);
	o.in_order = true;                        /* text may begin with '-' */
	while ((c = opts_next(&o, "4bc:klnp:s:uvw:")) != -1) {
		if (c == '?' || c == ':') {
			opts_bad(&nc->prog, &o, c);
			return false;
		}
		if (!option(nc, c, o.arg))
			return false;
		o.in_order = !nc->listen;
	}
	if (!nc->udp) {
		prog_fail(&nc->prog, 1, 0, "only UDP is spoken here: use -u");
		return false;
	}
	if (!nc->idle_given && !nc->listen)
		nc->idle = SEC(1);
	return operands(nc, &o);
}

static bool open_socket(struct nc *nc)
{
	struct endpoint ep = { addr_ip4(nc->src), (uint16_t)nc->lport };
	const char *what = "socket";
	int err = prog_sock_open(&nc->prog, SK_DGRAM, 0, &nc->sk, &nc->watch, on_ready);

	if (!err)
		err = sk_setopt(nc->sk, SKO_BROADCAST, nc->bcast);
	if (!err)
		what = "bind", err = sk_bind(nc->sk, &ep);
	if (!err && !nc->listen)
		what = "connect", err = sk_connect(nc->sk, &nc->peer);
	if (err)
		prog_fail(&nc->prog, 1, err, "%s", what);
	return !err;
}

static void send_text(struct nc *nc)
{
	ssize_t n = sk_send(nc->sk, nc->text.s, nc->text.len, NULL);

	buf_free(&nc->text);
	if (n < 0) {
		prog_fail(&nc->prog, 1, (int)n, "write");
		return;
	}
	nc->n_sent++;
	nc->bytes_sent += n;
}

static void nc_start(struct prog *p, int argc, char *const *argv)
{
	struct nc *nc = (struct nc *)p;

	if (!options(nc, argc, argv) || !open_socket(nc))
		return;
	node_timer_init(&nc->timer, p->node, on_idle);
	if (nc->listen && nc->verbose)
		prog_note(p, "Bound on 0.0.0.0 %" PRId64 "\n", nc->lport);
	idle_start(nc);
	if (!nc->listen && nc->text.len)
		send_text(nc);
}

static json_t *nc_json(const struct prog *p)
{
	const struct nc *nc = (const struct nc *)p;
	json_t *o = json_object(), *text = NULL;
	bool received_any = nc->n_received > 0;

	json_object_set_new(o, "sent", json_integer(nc->n_sent));
	json_object_set_new(o, "sent_bytes", json_integer(nc->bytes_sent));
	json_object_set_new(o, "received", json_integer(nc->n_received));
	json_object_set_new(o, "received_bytes", json_integer(nc->bytes_received));
	json_object_set_new(o, "peer", nc->peer.addr.family ? prog_json_addr(nc->peer.addr.v4)
							    : json_null());
	json_object_set_new(o, "peer_port", json_integer(nc->peer.port));
	if (received_any)                         /* NULL if it is not UTF-8 */
		text = json_stringn(nc->text.s ? nc->text.s : "", nc->text.len);
	json_object_set_new(o, "text", text ? text : received_any ? json_null() : json_string(""));
	return o;
}

const struct prog_ops nc_prog = {
	.name = "nc", .size = sizeof(struct nc), .start = nc_start, .stop = nc_stop,
	.json = nc_json, .free = nc_free,
};
