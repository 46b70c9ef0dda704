/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_STREAM_H
#define SIM_PROG_STREAM_H
/*
 * A TCP connection as programs like it: what is written waits until it can be
 * sent, and what arrives is handed over piece by piece.  And a server, which
 * accepts such connections and keeps a list of them.
 *
 * From within any callback a program may write, close the stream, or end.
 * Callbacks of one stream never nest.
 */
#include <stdbool.h>
#include <stddef.h>

#include "sim/prog/prog.h"
#include "stack/socket.h"
#include "stack/util/buf.h"
#include "stack/util/list.h"

struct stream;

/* Each is optional. */
struct stream_ops {
	void (*up)(struct stream *s);             /* connected, or accepted */
	void (*data)(struct stream *s, const char *bytes, size_t n);      /* n > 0 */
	void (*room)(struct stream *s);           /* all is sent that was written */
	void (*eof)(struct stream *s);            /* the peer sends no more; else: closes */
	void (*failed)(struct stream *s, int err);        /* and it is closed after this */
	void (*gone)(struct stream *s);           /* closed: last call, may free it */
};

struct stream {
	struct prog *prog;
	const struct stream_ops *ops;
	struct sock *sk;                  /* NULL: closed */
	struct sk_watch watch;
	struct list_node node;            /* of its server */
	struct server *server;            /* that accepted it, or NULL */
	struct buf out;                   /* waits; out_off bytes of it are gone */
	size_t out_off;
	int err;                          /* that sending met, and failed() is to be told of */
	int64_t n_in, n_out;              /* bytes that the socket gave and took */
	bool up, eof, held, shut;
	bool busy, again;                 /* within a callback; look again after it */
	bool blind;                       /* data() is told of lengths alone: bytes is NULL */
};

/* A socket to set options of, bound if addr or port are given; OK or an error. */
int must_check stream_open(struct stream *s, struct prog *p, const struct stream_ops *ops,
			   ip4_t addr, uint16_t port);
/* OK: on its way, up() or failed() follow.  An error: it cannot begin. */
int must_check stream_connect(struct stream *s, const struct endpoint *to);
void stream_close(struct stream *s);      /* twice is fine; gone() follows */

/* All of it, now or later. */
void stream_write(struct stream *s, const void *bytes, size_t n);
/* Bytes that the socket takes now; 0 if others wait to leave before.  For
 * room(); from elsewhere it may find an error and close the stream. */
size_t stream_send(struct stream *s, const void *bytes, size_t n);
/* The same of bytes in mem that never change: they are not copied. */
size_t stream_send_mem(struct stream *s, struct sk_mem *mem, const void *bytes, size_t n);
size_t stream_waiting(const struct stream *s);    /* written, and not taken by the socket */
/* No more will be written: the FIN follows what waits. */
void stream_shut(struct stream *s);
/* No data() until it is let go: the peer is slowed down by its window. */
void stream_hold(struct stream *s, bool hold);

struct server {
	struct prog *prog;
	const struct stream_ops *ops;
	size_t size;                      /* of what begins with struct stream, zeroed */
	struct sock *sk;
	struct sk_watch watch;
	struct list conns;                /* struct stream */
	int64_t n;                        /* accepted so far */
};

/* Listens, and calls ops->up() with each new connection; OK or an error. */
int must_check server_open(struct server *sv, struct prog *p, const struct stream_ops *ops,
			   size_t size, ip4_t addr, uint16_t port);
/* Listens no more; connections stay.  Twice is fine. */
void server_deafen(struct server *sv);
void server_close(struct server *sv);     /* with its connections; never opened is fine */

#endif
