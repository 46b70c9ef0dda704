/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_LAB_FLOW_H
#define TESTS_LAB_FLOW_H
/*
 * A stream between two hosts of a lab, driven by what its sockets say.  Each
 * end sends so many bytes and then its FIN, and reads to the other's.  What was
 * sent and what was received are summed on their own, in order.
 *
 *	struct flow f = { .lab = lab, .from = "a", .to = "b", .there = 1000000 };
 *
 *	flow_begin(&f);
 *	flow_run(&f, SEC(60));            false: not done by then
 *	flow_check(&f);                   whole, both ways
 *	flow_end(&f);
 */
#include "sim/lab.h"
#include "stack/socket.h"
#include "tests/unit/test.h"

#define FLOW_FOR_EVER UINT64_MAX          /* never ends, and is not summed */

/* The stream that every side sends: n bytes of it, at most a chunk, in c. */
#define FLOW_CHUNK 65536
struct flow_chunk { uint8_t b[FLOW_CHUNK + 8]; };
const uint8_t *flow_bytes(struct flow_chunk *c, uint64_t at, size_t n);

/* Two FNV-1a over the bytes, with two beginnings. */
struct flow_sum { uint64_t h[2]; };

struct flow_side {
	struct sk_watch w;
	struct flow *flow;
	uint64_t to_send, sent, got;
	struct flow_sum sent_sum, got_sum;
	bool shut, eof;                   /* its FIN is queued; the other's was read */
	int err;                          /* OK, or how it ended */
};

struct flow {
	struct lab *lab;
	const char *from, *to;            /* nodes */
	uint16_t port;                    /* 0: 80 */
	uint64_t there, back;             /* bytes */
	const char *cc;                   /* NULL: the default */
	int sndbuf, rcvbuf;               /* 0: as they are */
	struct sock *listener;
	struct sk_watch listening;
	struct flow_side client, server;
	ns_t began_at, done_at;
};

void flow_begin(struct flow *f);
bool flow_is_done(const struct flow *f);
/* On until it is done, or `at`. */
bool flow_run(struct flow *f, ns_t at);
void flow_check(const struct flow *f);
void flow_end(struct flow *f);            /* closes all three sockets */
/* A side alone, of which the other is no socket of a lab. */
void flow_side_init(struct flow_side *s, struct flow *f, uint64_t to_send);
void flow_watch(struct flow_side *s, struct sock *sk);
int64_t flow_info(const struct flow_side *s, const char *name);   /* of struct sk_tcp_info */

#endif
