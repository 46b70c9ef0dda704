/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_TABLE_H
#define STACK_TCP_TABLE_H
/* One host's TCP: what its connections share. */
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/timer.h"
#include "stack/core/train.h"
#include "stack/show.h"
#include "stack/util/list.h"
#include "stack/util/ns.h"
#include "stack/util/rng.h"
#include "stack/wire/tcp.h"

struct tcp_conn;
struct tcp_fo_host;

/* The way of the segment that left last, from and to there with such options. */
struct tcp_way {
	ip4_t local, peer;
	int ttl, pmtudisc;                /* SKO_TTL, SKO_PMTUDISC */
	uint32_t tried;                   /* ways_gen when it was looked for last; ... */
	uint8_t fails;                    /* ... so often in vain */
	bool known;
	struct ip4_train ip;
	uint64_t sum;                     /* of the pseudo header, without the length */
};

/* RFC 6056 3.3.4: F and G of whom a port was wanted to last. */
struct tcp_port_hash {
	ip4_t local, dst;
	uint16_t dport;
	bool known;
	uint32_t f, g;
};

/* One host's TCP; made by the first socket. */
struct tcp_table {
	struct tcp_conn **conns;          /* hash of connections */
	uint32_t size, n;
	struct tcp_conn *last;            /* found last, or NULL */
	struct tcp_conn *burst;           /* of which frames of this instant came, or NULL; ... */
	uint8_t like_len;                 /* ... if not 0, the last was data with such a header */
	uint8_t like[TCP_HLEN_TS];
	struct list ports[256];           /* hash of bound sockets, by port */
	struct rng secret;                /* RFC 6528, RFC 6056 */
	uint16_t port_steps[16];          /* RFC 6056 3.3.4: its table, by destination */
	struct tcp_port_hash port_hash;
	struct tcp_way way;
	struct list_node *spare_segs;     /* of struct tcp_seg, by next: segpool.c */
	uint32_t n_spare_segs, n_spare_conns;
	struct tcp_conn *spare_conns;     /* by hash_next */
	struct list time_wait;            /* struct sock: without an owner, in order of life_at */
	struct timer time_wait_timer;     /* due with the first of them, or before */
	struct tcp_fo_host *fo;           /* fastopen.c's own; NULL: not used yet */
	uint32_t n_orphans;               /* that wait for their peers */
	uint32_t challenges;              /* RFC 5961 7: left for this second ... */
	ns_t challenge_at;                /* ... of which this is an instant */
	uint64_t ext[EXT_N];              /* show_tcp_ext() */
};

#endif
