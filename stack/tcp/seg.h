/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_SEG_H
#define STACK_TCP_SEG_H
/*
 * A segment of the send queue, and what is known of its fate.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/pkt.h"
#include "stack/util/list.h"
#include "stack/util/ns.h"
#include "stack/util/seq.h"
#include "stack/wire/tcp.h"

/* Bits of seg->marks: the SACK scoreboard (RFC 6675). */
enum seg_mark {
	SEG_SACKED = 1,                   /* the peer has it */
	SEG_LOST = 2,                     /* deemed lost */
	SEG_RETRANS = 4,                  /* sent again, and that is under way */
	SEG_EVER_RETRANS = 8,             /* Karn: no round trip from this one */
	SEG_USER_LIMITED = 16,            /* sent while the user wrote too little */
	SEG_EOR = 32,                     /* the user wants nothing to join it (SK_EOR) */
	SEG_STAMP = 64,                   /* and asks when its last byte leaves and arrives */
};

/* When a segment was sent (rate.c); times in units of 1.024 us. */
struct tcp_rate_mark {
	uint32_t delivered;               /* tc->delivered ... */
	uint32_t delivered_at, first_at;  /* ... and of tc->rate */
};

/* Why a segment is deemed lost, and so is sent again. */
enum tcp_cause {
	RTX_NONE,
	RTX_TIMEOUT,                      /* RFC 6298 */
	RTX_RACK,                         /* RFC 8985 6: later ones were delivered */
	RTX_DUPACKS,                      /* RFC 5681 3.2, without SACK */
	RTX_PARTIAL,                      /* RFC 6582 3.2, without SACK */
	RTX_PROBE,                        /* RFC 8985 7: of the tail */
	RTX_RENEGED,                      /* RFC 2018 8: SACKed, and then not */
	RTX_MTU,                          /* RFC 1191: too long for the path */
	RTX_N
};

/* A piece of the send queue: one segment, sent or not. */
struct tcp_seg {
	struct list_node node;
	struct list_node by_time;         /* in tc->sent_order, or in none */
	seq_t seq;
	uint32_t len;                     /* bytes of data */
	uint8_t flags;                    /* TCP_SYN, TCP_FIN, TCP_PSH */
	uint8_t marks;                    /* enum seg_mark */
	uint8_t cause;                    /* enum tcp_cause: of SEG_LOST, or sent again for */
	bool sent;
	uint32_t off;                     /* of the data in blk */
	ns_t sent_at;
	uint64_t sum;                     /* of the data, unfolded (csum.h) */
	struct blk *blk;                  /* holds a reference; NULL: no data */
	struct tcp_rate_mark rate;        /* once it was sent; unknown before */
};

static inline uint32_t seg_span(const struct tcp_seg *s)  /* sequence numbers it takes */
{
	return s->len + !!(s->flags & (TCP_SYN | TCP_FIN));       /* never both */
}
static inline seq_t seg_end(const struct tcp_seg *s) { return seq_add(s->seq, seg_span(s)); }

#endif
