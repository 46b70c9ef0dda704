// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/nc.h"

#include <string.h>

#include "stack/util/err.h"

static struct nc *nc_of(const struct stream *s) { return (struct nc *)s->prog; }

/* As /etc/services has them; the ones that labs meet. */
static const char *service_name(uint16_t port)
{
	static const struct { uint16_t port; const char *name; } rows[] = {
		{ 7, "echo" }, { 9, "discard" }, { 13, "daytime" }, { 19, "chargen" },
		{ 21, "ftp" }, { 22, "ssh" }, { 23, "telnet" }, { 25, "smtp" },
		{ 53, "domain" }, { 80, "http" }, { 179, "bgp" }, { 443, "https" },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++)
		if (rows[i].port == port)
			return rows[i].name;
	return "*";
}

/* "h2 (10.0.2.10)", or an address that was given as one. */
static void host_text(const struct nc *nc, struct buf *b)
{
	char a[ADDR_STRLEN];

	addr_fmt(&nc->peer.addr, a);
	buf_str(b, nc->host);
	if (strcmp(nc->host, a) != 0)
		buf_printf(b, " (%s)", a);
}

void nc_succeeded(struct nc *nc)
{
	struct buf b = { 0 };

	nc->found = true;
	if (nc->verbose || nc->scan)
		json_array_append_new(nc->open, json_integer(nc->peer.port));
	host_text(nc, &b);
	if (nc->verbose)
		prog_note(&nc->prog, "Connection to %s %u port [%s/%s] succeeded!\n", b.s,
			  nc->peer.port, nc->udp ? "udp" : "tcp",
			  nc->numeric ? "*" : service_name(nc->peer.port));
	buf_free(&b);
}

/* --- one connection: the client's, or a listener's -------------------------------------- */

static void on_data(struct stream *s, const char *bytes, size_t n)
{
	struct nc *nc = nc_of(s);

	nc->n_received++;
	nc_received(nc, bytes, n);
	if (!nc->quit_given)
		nc_idle_start(nc);
}

/* A client that has more to send goes on; a listener does not, as OpenBSD's. */
static void on_eof(struct stream *s)
{
	struct nc *nc = nc_of(s);

	if (nc->listen && nc->keep)
		stream_close(s);
	else if (nc->listen || (nc->in_done && !stream_waiting(s)))
		prog_exit(&nc->prog, 0);
}

static void on_lost(struct stream *s, int err)
{
	struct nc *nc = nc_of(s);

	if (nc->listen && nc->keep)
		prog_error(&nc->prog, err, "read");
	else
		prog_fail(&nc->prog, 1, err, "read");
}

/* As much as it takes now; true: all of it is written. */
static bool send_input(struct stream *s)
{
	struct nc *nc = nc_of(s);
	char room[NC_PIECE];
	size_t n;

	while (s->sk && !stream_waiting(s)) {
		n = nc_read(nc, room, sizeof(room));
		if (!n)
			return true;
		nc->n_sent++;
		nc->bytes_sent += (int64_t)n;
		stream_write(s, room, n);
	}
	return false;
}

/* --- the client --------------------------------------------------------------------------- */

static void dial(struct nc *nc);

/* The next port of a range, if there is one. */
static void next_port(struct nc *nc)
{
	stream_close(&nc->stream);
	if (nc->prog.done)
		return;
	if (nc->peer.port >= nc->last_port) {
		prog_exit(&nc->prog, !nc->found);
		return;
	}
	nc->peer.port++;
	/* By the clock, since this may be within a callback of the old one. */
	node_timer_set(&nc->timer, node_now(nc->prog.node));
}

static void not_connected(struct nc *nc, const char *how, int err)
{
	struct buf b = { 0 };

	host_text(nc, &b);
	if (nc->verbose)
		prog_error(&nc->prog, err, "connect to %s port %u (tcp) %s", b.s, nc->peer.port,
			   how);
	buf_free(&b);
	next_port(nc);
}

/* All that was to be sent is written. */
static void sent(struct nc *nc)
{
	if (nc->stream.eof) {
		prog_exit(&nc->prog, 0);
		return;
	}
	if (nc->shut && nc->stream.sk)
		stream_shut(&nc->stream);
	if (nc->quit_given)
		node_timer_set(&nc->timer, node_now(nc->prog.node) + nc->quit);
	else if (!nc->idle_given && !nc->shut)
		nc->idle = SEC(1);
	if (!nc->quit_given)
		nc_idle_start(nc);
}

static void send_text(struct nc *nc)
{
	if (!nc->text.len)
		return;
	nc->n_sent++;
	nc->bytes_sent += (int64_t)nc->text.len;
	stream_write(&nc->stream, nc->text.s, nc->text.len);
	buf_reset(&nc->text);
}

static void on_up(struct stream *s)
{
	struct nc *nc = nc_of(s);

	node_timer_stop(&nc->timer);
	nc_succeeded(nc);
	if (nc->scan) {
		next_port(nc);
		return;
	}
	send_text(nc);
	if (send_input(s) && !nc->prog.done)
		sent(nc);
}

static void on_room(struct stream *s)
{
	struct nc *nc = nc_of(s);

	if (nc->in_done ? s->eof : send_input(s) && !nc->prog.done)
		sent(nc);
}

static void on_failed(struct stream *s, int err)
{
	if (s->up)
		on_lost(s, err);
	else
		not_connected(nc_of(s), "failed", err);
}

static const struct stream_ops client_ops = {
	.up = on_up, .data = on_data, .room = on_room, .eof = on_eof, .failed = on_failed,
};

static void dial(struct nc *nc)
{
	int err = stream_open(&nc->stream, &nc->prog, &client_ops, nc->src, (uint16_t)nc->lport);

	if (err) {
		prog_fail(&nc->prog, 1, err, "bind failed");
		return;
	}
	err = stream_connect(&nc->stream, &nc->peer);
	if (err)
		not_connected(nc, "failed", err);
	else if (nc->idle_given)
		nc_idle_start(nc);
}

void nc_tcp_timer(struct nc *nc)
{
	if (!nc->listen && !nc->stream.sk)
		dial(nc);
	else if (!nc->listen && !nc->stream.up)
		not_connected(nc, "timed out", ERR_INPROGRESS);
	else if (!nc->quit_given && stream_waiting(&nc->stream))
		nc_idle_start(nc);
	else
		prog_exit(&nc->prog, 0);
}

/* --- the listener --------------------------------------------------------------------------- */

/* Standard input is for the first who calls; -N ends behind it. */
static void on_answer_room(struct stream *s)
{
	struct nc *nc = nc_of(s);

	if (nc->prog.io.in && !nc->in_done && send_input(s) && nc->shut && s->sk)
		stream_shut(s);
}

static void on_accept(struct stream *s)
{
	struct nc *nc = nc_of(s);
	char text[ADDR_STRLEN];

	if (!nc->keep)
		server_deafen(&nc->server);
	if (sk_peer(s->sk, &nc->peer) == OK && nc->verbose)
		prog_note(&nc->prog, "Connection received on %s %u\n",
			  addr_fmt(&nc->peer.addr, text), nc->peer.port);
	nc_idle_start(nc);
	if (nc->prog.io.in)
		on_answer_room(s);
}

static const struct stream_ops listener_ops = {
	.up = on_accept, .data = on_data, .room = on_answer_room, .eof = on_eof, .failed = on_lost,
};

void nc_tcp_start(struct nc *nc)
{
	char text[ADDR_STRLEN];
	int err;

	if (!nc->listen) {
		dial(nc);
		return;
	}
	err = server_open(&nc->server, &nc->prog, &listener_ops, sizeof(struct stream), nc->src,
			  (uint16_t)nc->lport);
	if (err)
		prog_fail(&nc->prog, 1, 0, "%s", prog_strerror(err));
	else if (nc->verbose)
		prog_note(&nc->prog, "Listening on %s %" PRId64 "\n", ip4_fmt(nc->src, text),
			  nc->lport);
}

void nc_tcp_stop(struct nc *nc)
{
	stream_close(&nc->stream);
	server_close(&nc->server);
}
