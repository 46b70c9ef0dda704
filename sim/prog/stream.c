// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/stream.h"

#include <stdlib.h>

#include "stack/util/err.h"

#define ROOM 65536                        /* bytes read at a time */
#define BACKLOG 128

size_t stream_waiting(const struct stream *s) { return s->out.len - s->out_off; }

/* --- the end ------------------------------------------------------------------------ */

/* Only a server's stream is an allocation of its own.  Inlined where a stream lies
 * inside something else, gcc cannot know that there is no server then, and warns. */
static outlined void gone(struct stream *s)
{
	if (s->server) {
		list_remove(&s->node);
		s->server = NULL;
		if (s->ops->gone)
			s->ops->gone(s);
		free(s);
	} else if (s->ops->gone) {
		s->ops->gone(s);
	}
}

void stream_close(struct stream *s)
{
	if (!s->sk)
		return;
	prog_sock_close(s->prog, &s->sk, &s->watch);
	buf_free(&s->out);
	s->out_off = 0;
	if (!s->busy)                             /* else what called us does it */
		gone(s);
}

static void fail(struct stream *s, int err)
{
	if (s->ops->failed)
		s->ops->failed(s, err);
	stream_close(s);
}

/* --- what its socket can do now ------------------------------------------------------- */

/* Steps return false if there is nothing more to do now. */

static bool step_up(struct stream *s)
{
	uint32_t ev = sk_ready(s->sk);
	int err = OK;

	if (s->err) {
		fail(s, s->err);
		return false;
	}
	if (s->up)
		return true;
	if (ev & (SK_ERR | SK_HUP)) {
		if (sk_getopt(s->sk, SKO_ERROR, &err) != OK || !err)
			err = ERR_CONNRESET;
		fail(s, err);
		return false;
	}
	s->up = ev & SK_OUT;
	if (s->up && s->ops->up)
		s->ops->up(s);
	return s->up && s->sk;
}

static bool step_flush(struct stream *s)
{
	while (stream_waiting(s)) {
		ssize_t n = sk_send(s->sk, s->out.s + s->out_off, stream_waiting(s), NULL);

		if (n == ERR_AGAIN)
			return true;
		if (n < 0) {
			fail(s, (int)n);
			return false;
		}
		s->n_out += n;
		s->out_off += (size_t)n;
	}
	buf_reset(&s->out);
	s->out_off = 0;
	if (s->shut && sk_shutdown(s->sk, SK_SHUT_WR) == OK)
		s->shut = false;
	return true;
}

static bool step_eof(struct stream *s)
{
	s->eof = true;
	if (s->ops->eof)
		s->ops->eof(s);
	else
		stream_close(s);
	return s->sk;
}

static bool step_read(struct stream *s)
{
	char room[ROOM];
	struct sk_msg m = { .buf = room };

	while (s->sk && !s->held && !s->eof) {
		ssize_t n;

		m.n = sizeof(room);
		m.flags = s->blind || !s->ops->data ? SK_TRUNC : 0;
		n = sk_recvmsg(s->sk, &m);

		if (n == ERR_AGAIN)
			break;
		if (n == 0)
			return step_eof(s);
		if (n < 0) {
			fail(s, (int)n);
			return false;
		}
		s->n_in += n;
		if (s->ops->data)
			s->ops->data(s, m.flags ? NULL : room, (size_t)n);
	}
	return s->sk;
}

static void step_room(struct stream *s)
{
	if (s->ops->room && !stream_waiting(s) && (sk_ready(s->sk) & SK_OUT))
		s->ops->room(s);
}

static void pump(struct stream *s)
{
	s->again = true;
	if (s->busy || !s->sk)
		return;
	s->busy = true;
	while (s->again && s->sk) {
		s->again = false;
		if (step_up(s) && step_flush(s) && step_read(s))
			step_room(s);
	}
	s->busy = false;
	if (!s->sk)
		gone(s);
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	(void)events;
	pump(container_of(w, struct stream, watch));
}

/* --- use ---------------------------------------------------------------------------------- */

int stream_open(struct stream *s, struct prog *p, const struct stream_ops *ops, ip4_t addr,
		uint16_t port)
{
	struct endpoint ep = { addr_ip4(addr), port };
	int err;

	*s = (struct stream){ .prog = p, .ops = ops };
	err = prog_sock_open(p, SK_STREAM, 0, &s->sk, &s->watch, on_ready);
	if (!err && port)
		err = sk_setopt(s->sk, SKO_REUSEADDR, 1);
	if (!err && (addr || port))
		err = sk_bind(s->sk, &ep);
	if (err)
		prog_sock_close(s->prog, &s->sk, &s->watch);
	return err;
}

int stream_connect(struct stream *s, const struct endpoint *to)
{
	int err = sk_connect(s->sk, to);

	if (err == ERR_INPROGRESS)
		err = OK;
	if (err)
		prog_sock_close(s->prog, &s->sk, &s->watch);
	return err;
}

/* An error stays in s->err, for a pump(), after which s may be gone. */
static size_t send_some(struct stream *s, struct sk_mem *mem, const void *bytes, size_t n)
{
	/* sk_msg serves both ways, so its buffer is not const. */
	struct sk_msg m = { .buf = (void *)(uintptr_t)bytes, .n = n, .mem = mem };
	ssize_t done;

	if (!s->sk || stream_waiting(s))
		return 0;
	done = sk_sendmsg(s->sk, &m);
	if (done < 0) {
		if (done != ERR_AGAIN)
			s->err = (int)done;
		return 0;
	}
	s->n_out += done;
	return (size_t)done;
}

size_t stream_send_mem(struct stream *s, struct sk_mem *mem, const void *bytes, size_t n)
{
	size_t done = send_some(s, mem, bytes, n);

	if (s->err)
		pump(s);
	return done;
}

size_t stream_send(struct stream *s, const void *bytes, size_t n)
{
	return stream_send_mem(s, NULL, bytes, n);
}

void stream_write(struct stream *s, const void *bytes, size_t n)
{
	size_t done = s->up && n ? send_some(s, NULL, bytes, n) : 0;

	if (s->err)
		pump(s);
	else if (s->sk && done < n)
		buf_add(&s->out, (const char *)bytes + done, n - done);
}

void stream_shut(struct stream *s)
{
	s->shut = true;
	pump(s);
}

void stream_hold(struct stream *s, bool hold)
{
	bool was = s->held;

	s->held = hold;
	if (was && !hold)
		pump(s);
}

/* --- servers --------------------------------------------------------------------------------- */

static void adopt(struct server *sv, struct sock *sk)
{
	struct stream *s = calloc(1, sv->size);

	if (!s || !prog_sock_take(sv->prog, sk)) {
		free(s);
		sk_close(sk);
		return;
	}
	s->prog = sv->prog;
	s->ops = sv->ops;
	s->server = sv;
	s->sk = sk;
	s->watch.ready = on_ready;
	sk_watch(sk, &s->watch);
	list_push_back(&sv->conns, &s->node);
	sv->n++;
	pump(s);
}

static void on_knock(struct sk_watch *w, uint32_t events)
{
	struct server *sv = container_of(w, struct server, watch);
	struct sock *sk;

	(void)events;
	while (sv->sk && sk_accept(sv->sk, &sk) == OK)
		adopt(sv, sk);
}

int server_open(struct server *sv, struct prog *p, const struct stream_ops *ops, size_t size,
		ip4_t addr, uint16_t port)
{
	struct endpoint ep = { addr_ip4(addr), port };
	int err;

	*sv = (struct server){ .prog = p, .ops = ops, .size = size };
	list_init(&sv->conns);
	err = prog_sock_open(p, SK_STREAM, 0, &sv->sk, &sv->watch, on_knock);
	if (!err)
		err = sk_setopt(sv->sk, SKO_REUSEADDR, 1);
	if (!err)
		err = sk_bind(sv->sk, &ep);
	if (!err)
		err = sk_listen(sv->sk, BACKLOG);
	if (err)
		server_deafen(sv);
	return err;
}

void server_deafen(struct server *sv)
{
	prog_sock_close(sv->prog, &sv->sk, &sv->watch);
}

void server_close(struct server *sv)
{
	struct stream *s, *tmp;

	server_deafen(sv);
	if (!sv->prog)
		return;
	list_for_each_safe(&sv->conns, s, tmp, node)
		stream_close(s);
}
