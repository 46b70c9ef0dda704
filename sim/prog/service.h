/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_SERVICE_H
#define SIM_PROG_SERVICE_H
/*
 * A small server of the first days (echo, discard, chargen): a port, open for
 * TCP and UDP unless an option names one of them, until it is ended.
 */
#include "sim/prog/stream.h"

struct service;

struct service_kind {
	int64_t port;                     /* unless one is given */
	const struct stream_ops *stream;
	/* A datagram of m->full bytes came.  True: m->n bytes of m->buf, which has
	 * room for SERVICE_DATAGRAM, are the answer. */
	bool (*datagram)(struct service *sv, struct sk_msg *m);
};

#define SERVICE_DATAGRAM 65507

struct service {
	struct prog prog;
	const struct service_kind *kind;
	bool tcp, udp, verbose;
	int64_t port;
	struct server server;
	struct sock *sk;                  /* UDP's */
	struct sk_watch watch;
	uint8_t *room;
	int64_t n, bytes;                 /* datagrams */
	int64_t tcp_bytes;                /* that streams brought or took away */
};

void service_start(struct prog *p, int argc, char *const *argv, const struct service_kind *kind);
void service_stop(struct prog *p);
void service_free(struct prog *p);
json_t *service_json(const struct prog *p);
/* With -v: "N bytes from A:P". */
void service_told(struct service *sv, int64_t n, const struct endpoint *from);

#endif
