/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_RATE_H
#define STACK_TCP_RATE_H
/*
 * How fast data arrives, and what it waits for (rate.c).
 */
#include "stack/tcp/conn.h"

static inline uint32_t tcp_rate_ticks(ns_t t) { return (uint32_t)(t >> 10); }
static inline struct tcp_rate_mark tcp_rate_mark(const struct tcp_conn *tc)
{
	return (struct tcp_rate_mark){ tc->delivered, tc->rate.delivered_at, tc->rate.first_at };
}
static inline uint8_t tcp_rate_limit(const struct tcp_conn *tc)   /* a bit for s->marks */
{
	return tc->rate.limited_to ? SEG_USER_LIMITED : 0;
}
static inline void tcp_rate_sent(struct tcp_conn *tc, struct tcp_seg *s)  /* before n_out knows */
{
	if (!tc->n_out)
		tc->rate.first_at = tc->rate.delivered_at = tcp_rate_ticks(tcp_now(tc));
	s->rate = tcp_rate_mark(tc);
	s->marks |= tcp_rate_limit(tc);
}
static inline uint32_t tcp_wait_ticks(const struct tcp_conn *tc)
{
	return (uint32_t)(tcp_now(tc) >> 16);
}
/* Data is written when none waits. */
static inline void tcp_rate_begin(struct tcp_conn *tc)
{
	tc->rate.limited_to = tc->delivered ? tc->delivered : 1;
	tc->rate.waits_since = tcp_wait_ticks(tc);
	tc->waits = WAIT_ACK;
}
/* Before more is: did it come too late to keep the path busy? */
static inline void tcp_rate_wrote(struct tcp_conn *tc)
{
	uint32_t segs = tc->n_out - tc->n_sacked - tc->n_lost + tc->n_retrans;

	if ((!tc->unsent || tc->unsent->len < tc->snd_mss) && tc->n_lost <= tc->n_retrans &&
	    segs * (uint64_t)tc->cc.mss < tc->cc.cwnd)
		tc->rate.limited_to = tc->delivered + segs ? tc->delivered + segs : 1;
}
/* All of a is known but how the window grows. */
static hot_inline void tcp_rate_acked(struct tcp_conn *tc, const struct tcp_acked *a)
{
	struct tcp_rate *r = &tc->rate;
	uint32_t took, sending, n;

	if (r->limited_to && (int32_t)(tc->delivered - r->limited_to) > 0)
		r->limited_to = 0;
	if (!a->delivered)
		return;
	r->delivered_at = tcp_rate_ticks(tcp_now(tc));
	if (!a->sampled)
		return;
	r->first_at = tcp_rate_ticks(tc->rack.xmit_ts);
	sending = r->first_at - a->rate.first_at;
	took = r->delivered_at - a->rate.delivered_at;
	if (took < sending)
		took = sending;
	n = tc->delivered - a->rate.delivered;
	if (took + 1 < tcp_rate_ticks(tc->min_rtt))       /* ACKs were compressed */
		return;
	if (!a->user_limited || (uint64_t)n * r->took >= (uint64_t)r->n * took) {
		r->n = n;
		r->took = took;
		tc->rate_limited = a->user_limited;
	}
}
uint64_t tcp_rate(const struct tcp_conn *tc);     /* bytes/s; 0: no sample */
static inline void tcp_wait_set(struct tcp_conn *tc, enum tcp_wait w)
{
	uint32_t now = tcp_wait_ticks(tc);

	if (tc->waits)
		tc->rate.waited[tc->waits - 1] += now - tc->rate.waits_since;
	tc->rate.waits_since = now;
	tc->waits = (uint8_t)w;
}
void tcp_wait_space(struct tcp_conn *tc);         /* the user's write was cut short */
void tcp_wait_room(struct tcp_conn *tc);          /* no_space: is it over? */
void tcp_waited(const struct tcp_conn *tc, ns_t *busy, ns_t *rwnd, ns_t *sndbuf);

#endif
