// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * nc, with the options and texts of OpenBSD's.  What is sent is the text of the
 * command line (with a newline behind it, as `echo TEXT | nc` would), then
 * standard input if there is one; what comes back is printed.  It ends after -w seconds
 * without traffic: without -w, a sender after one second (over TCP unless -N
 * or -q say when) and a listener never.
 */
#include "sim/prog/nc.h"

#include <stdlib.h>
#include <string.h>

#include "sim/prog/opts.h"
#include "stack/util/err.h"

#define TEXT_MAX 65536                    /* received bytes kept for JSON */
#define INPUT_MAX (16 << 20)              /* bytes of standard input that leave over UDP */

static void nc_stop(struct prog *p)
{
	struct nc *nc = (struct nc *)p;

	prog_sock_close(&nc->prog, &nc->sk, &nc->watch);
	nc_tcp_stop(nc);
	if (nc->timer.fire)
		node_timer_stop(&nc->timer);
}

static void nc_free(struct prog *p)
{
	struct nc *nc = (struct nc *)p;

	buf_free(&nc->text);
	free(nc->host);
	json_decref(nc->open);
}

void nc_idle_start(struct nc *nc)
{
	if (nc->idle)
		node_timer_set(&nc->timer, node_now(nc->prog.node) + nc->idle);
}

static void on_idle(struct node_timer *t)
{
	struct nc *nc = container_of(t, struct nc, timer);

	if (nc->udp && nc->scan)                  /* no ICMP error came back */
		nc_succeeded(nc);
	if (nc->udp)
		prog_exit(&nc->prog, 0);
	else
		nc_tcp_timer(nc);
}

void nc_received(struct nc *nc, const char *bytes, size_t n)
{
	nc->bytes_received += (int64_t)n;
	prog_write(&nc->prog, bytes, n);
	if (nc->text.len + n <= TEXT_MAX)
		buf_add(&nc->text, bytes, n);
}

size_t nc_read(struct nc *nc, char *room, size_t n)
{
	size_t got = nc->in_done || !nc->prog.io.in ? 0 : fread(room, 1, n, nc->prog.io.in);

	if (!got && nc->prog.io.in && ferror(nc->prog.io.in))
		prog_eprintf(&nc->prog, "nc: standard input cannot be read\n");
	nc->in_done |= !got;
	return got;
}

/* A datagram for each piece that is read, all of them now: UDP has no pace. */
static void send_input(struct nc *nc)
{
	char *room = malloc(NC_PIECE);
	ssize_t done = 0;
	size_t n, all = 0;

	while (room && done >= 0 && all < INPUT_MAX && (n = nc_read(nc, room, NC_PIECE))) {
		done = sk_send(nc->sk, room, n, NULL);
		nc->n_sent += done >= 0;
		nc->bytes_sent += done > 0 ? done : 0;
		all += n;
	}
	free(room);
	if (done < 0)
		prog_fail(&nc->prog, 1, (int)done, "write");
	else if (all >= INPUT_MAX)
		prog_fail(&nc->prog, 1, 0, "standard input is too long for UDP");
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
	nc_received(nc, bytes, n);
	if (nc->listen && !nc->keep)
		send_input(nc);
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
		if (n < 0 && nc->scan) {
			prog_exit(&nc->prog, 1);
			break;
		}
		if (n < 0) {
			prog_fail(&nc->prog, 1, (int)n, "read");
			break;
		}
		received(nc, bytes, (size_t)n, &from);
		if (nc->prog.done)
			break;
		if (nc->count && nc->n_received >= nc->count) {
			prog_exit(&nc->prog, 0);
			break;
		}
		nc_idle_start(nc);
	}
	free(bytes);
}

/* A span of time, or the real one's complaint. */
static bool span(struct nc *nc, const char *what, const char *text, ns_t *out)
{
	const char *end = text;
	bool negative;

	if (opts_parse_ns(text, out, &end) && !*end)
		return true;
	negative = text[0] == '-' && text[1] >= '0' && text[1] <= '9';
	prog_fail(&nc->prog, 1, 0, "%s %s: %s", what, negative ? "too small" : "invalid", text);
	return false;
}

/* --- starting -------------------------------------------------------------------------- */

static bool option(struct nc *nc, int c, const char *arg)
{
	struct prog *p = &nc->prog;

	switch (c) {
	case 'b': nc->bcast = true; break;
	case 'c': return opts_int(p, arg, 1, INT64_MAX, &nc->count);
	case 'd': nc->prog.io.in = NULL; break;
	case 'k': nc->keep = true; break;
	case 'l': nc->listen = true; break;
	case 'N': nc->shut = true; break;
	case 'n': nc->numeric = true; break;
	case 'p': return opts_int(p, arg, 1, 65535, &nc->lport);
	case 'q':
		nc->shut = nc->quit_given = true;
		return span(nc, "quit timer", arg, &nc->quit);
	case 's':
		if (prog_resolve(p, arg, &nc->src))
			return true;
		prog_fail(p, 1, 0, "%s: Name or service not known", arg);
		return false;
	case 'u': nc->udp = true; break;
	case 'v': nc->verbose = true; break;
	case 'w':
		nc->idle_given = true;
		return span(nc, "timeout", arg, &nc->idle);
	case 'z': nc->scan = true; break;
	}
	return true;
}

/* "80", or with last "20-25". */
static bool port(struct nc *nc, const char *text, int64_t *out, int64_t *last)
{
	char *end;
	long long v = strtoll(text, &end, 10), w = v;
	bool ok = end != text;

	if (ok && last && *end == '-') {
		const char *second = end + 1;

		w = strtoll(second, &end, 10);
		ok = end != second;
	}
	if (ok && *end == '\0' && v >= 1 && v <= 65535 && w >= 1 && w <= 65535) {
		*out = v < w ? v : w;             /* "90-80" is the same range */
		if (last)
			*last = v < w ? w : v;
		return true;
	}
	prog_fail(&nc->prog, 1, 0, "port number %s: %s",
		  ok && *end == '\0' && (v > 65535 || w > 65535) ? "too large" :
		  ok && *end == '\0' && (v < 1 || w < 1) ? "too small" : "invalid", text);
	return false;
}

static bool destination(struct nc *nc, const struct opts *o)
{
	struct prog *p = &nc->prog;
	int64_t first, last;

	if (!port(nc, o->operand[1], &first, &last))
		return false;
	nc->host = strdup(o->operand[0]);
	if (!nc->host) {
		prog_fail(p, 1, ERR_NOMEM, "start");
		return false;
	}
	nc->peer.port = (uint16_t)first;
	nc->last_port = (uint16_t)last;
	if (!prog_resolve(p, nc->host, &nc->peer.addr.v4)) {
		prog_fail(p, 1, 0, "getaddrinfo for host \"%s\" port %s: "
			  "Name or service not known", nc->host, o->operand[1]);
		return false;
	}
	nc->peer.addr.family = ADDR_IP4;
	for (int i = 2; i < o->n; i++)
		buf_printf(&nc->text, "%s%s", i > 2 ? " " : "", o->operand[i]);
	if (o->n > 2)
		buf_putc(&nc->text, '\n');
	return true;
}

static bool operands(struct nc *nc, const struct opts *o)
{
	struct prog *p = &nc->prog;

	if (nc->listen && nc->scan) {
		prog_fail(p, 1, 0, "cannot use -z and -l");
		return false;
	}
	if (!nc->listen && nc->keep) {
		prog_fail(p, 1, 0, "must use -l with -k");
		return false;
	}
	if (o->n == (nc->listen ? 0 : 1) && !(nc->listen && nc->lport)) {
		prog_fail(p, 1, 0, "missing port number");
		return false;
	}
	if (nc->listen) {
		if (o->n == 0)
			return true;
		if (o->n == 1 && !nc->lport)
			return port(nc, o->operand[0], &nc->lport, NULL);
	} else if (o->n >= 2) {
		return destination(nc, o);
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
	while ((c = opts_next(&o, "4bc:dklNnp:q:s:uvw:z")) != -1) {
		if (c == '?' || c == ':') {
			opts_bad(&nc->prog, &o, c);
			return false;
		}
		if (!option(nc, c, o.arg))
			return false;
		o.in_order = !nc->listen;
	}
	if (nc->udp && !nc->idle_given && !nc->listen)
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
		what = "bind failed", err = sk_bind(nc->sk, &ep);
	if (!err && !nc->listen)
		what = "connect", err = sk_connect(nc->sk, &nc->peer);
	if (err && nc->listen)                    /* as the real one words it */
		prog_fail(&nc->prog, 1, 0, "%s", prog_strerror(err));
	else if (err)
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

	node_timer_init(&nc->timer, p->node, on_idle);
	nc->open = json_array();
	if (!options(nc, argc, argv))
		return;
	if (!nc->udp) {
		nc_tcp_start(nc);
		return;
	}
	if (!open_socket(nc))
		return;
	if (nc->listen && nc->verbose)
		prog_note(p, "Bound on 0.0.0.0 %" PRId64 "\n", nc->lport);
	nc_idle_start(nc);
	if (!nc->listen && nc->scan) {
		buf_reset(&nc->text);
		buf_putc(&nc->text, 'X');
	}
	if (!nc->listen && nc->text.len)
		send_text(nc);
	if (!nc->listen && !nc->scan && !nc->prog.done)
		send_input(nc);
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
	if (nc->scan)
		json_object_set(o, "open", nc->open);
	return o;
}

const struct prog_ops nc_prog = {
	.name = "nc", .reads = true, .size = sizeof(struct nc), .start = nc_start, .stop = nc_stop,
	.json = nc_json, .free = nc_free,
};
