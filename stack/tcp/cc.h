/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_CC_H
#define STACK_TCP_CC_H
/*
 * Congestion control: a table of five functions over plain values, so that an
 * algorithm can be tested against its curve without a connection.  Windows are
 * in bytes, times in ns.  Adding one touches one file, and one line of cc.c.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"
#include "stack/util/seq.h"

struct tcp_cc;

struct cc_ack {
	uint32_t acked;                   /* bytes newly acknowledged or SACKed */
	uint32_t in_flight;               /* bytes, before this ACK */
	ns_t rtt;                         /* of this ACK, or 0 */
	ns_t srtt, now;
	seq_t una, nxt;                   /* SND.UNA after this ACK, SND.NXT: to count rounds */
};

struct tcp_cc_ops {
	const char *name;                 /* as Linux's TCP_CONGESTION has it */
	void (*init)(struct tcp_cc *cc);  /* optional */
	/* Only when the window was in the way of sending. */
	void (*on_ack)(struct tcp_cc *cc, const struct cc_ack *a);
	/* Once a loss episode, or an ECN echo: a new ssthresh; cwnd follows it. */
	void (*on_loss)(struct tcp_cc *cc, uint32_t in_flight, ns_t now);
	void (*on_rto)(struct tcp_cc *cc, uint32_t in_flight, ns_t now);
	void (*undo)(struct tcp_cc *cc);          /* RFC 5682, RFC 3522: it was spurious */
};

struct tcp_cc {
	const struct tcp_cc_ops *ops;
	uint32_t mss;
	uint32_t cwnd, ssthresh;
	uint32_t prior_cwnd, prior_ssthresh;      /* before the last loss, for undo */
	uint32_t bytes_acked;             /* RFC 3465, in congestion avoidance */
	uint64_t priv[10];                /* the algorithm's own */
};

#define CC_INITIAL_SEGS 10                /* RFC 6928: the initial window */
#define CC_INFINITE UINT32_MAX            /* ssthresh at first */

extern const struct tcp_cc_ops cc_reno;   /* RFC 5681 */
extern const struct tcp_cc_ops cc_cubic;  /* RFC 9438 */

void cc_init(struct tcp_cc *cc, const struct tcp_cc_ops *ops, uint32_t mss);
const struct tcp_cc_ops *cc_default(void);
const struct tcp_cc_ops *cc_find(const char *name);       /* or NULL */
/* All there are, from 0; NULL: no more. */
const struct tcp_cc_ops *cc_nth(unsigned i);

/* --- what algorithms share --- */
/* RFC 5681 3.1 (2): grows by what was acknowledged, up to ssthresh; returns
 * the bytes that are left for congestion avoidance.  Deviation, as Linux: by
 * all of it, not by one segment an ACK (RFC 3465 has two). */
uint32_t cc_slow_start(struct tcp_cc *cc, uint32_t acked);
/* Remembers what undo brings back, and sets ssthresh, of two segments at least. */
void cc_reduce(struct tcp_cc *cc, uint32_t ssthresh);
void cc_undo(struct tcp_cc *cc);

static inline bool cc_in_slow_start(const struct tcp_cc *cc) { return cc->cwnd < cc->ssthresh; }

/* RFC 7661 2, as Linux's tcp_is_cwnd_limited(): is the window what holds the
 * sender, so that it may grow?  hit: sending stopped at it.  In slow start half
 * of it is enough, so that it can double. */
static inline bool cc_is_limited(const struct tcp_cc *cc, uint32_t in_flight, bool hit)
{
	return hit || (cc_in_slow_start(cc) && cc->cwnd < 2 * (uint64_t)in_flight);
}

#endif
