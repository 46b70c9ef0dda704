/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_RACK_H
#define STACK_TCP_RACK_H
/*
 * RACK (rack.c): what it has to do for every segment that is delivered.
 */
#include "stack/tcp/conn.h"

/* RACK_sent_after() */
static inline bool tcp_sent_after(ns_t t1, seq_t end1, ns_t t2, seq_t end2)
{
	return t1 > t2 || (t1 == t2 && seq_lt(end2, end1));
}
/* Step 2, of one that came the way it was sent last; and the sample of the rate. */
static hot_inline void tcp_rack_latest(struct tcp_conn *tc, const struct tcp_seg *s,
				       struct tcp_acked *a)
{
	struct tcp_rack *r = &tc->rack;

	r->rtt = tcp_now(tc) - s->sent_at;
	r->moved = true;
	if (r->some && !tcp_sent_after(s->sent_at, seg_end(s), r->xmit_ts, r->end_seq))
		return;
	r->some = true;
	r->xmit_ts = s->sent_at;
	r->end_seq = seg_end(s);
	a->sampled = true;
	a->user_limited = s->marks & SEG_USER_LIMITED;
	a->rate = s->rate;
}
/* tcp_rack_delivered() of one that was sent once. */
static hot_inline void tcp_rack_delivered_once(struct tcp_conn *tc, const struct tcp_seg *s,
					       struct tcp_acked *a)
{
	ns_t rtt = tcp_now(tc) - s->sent_at;

	a->delivered++;
	tc->delivered++;
	a->last_rtt = rtt > 0 ? rtt : 1;
	if (!a->rtt)
		a->rtt = a->last_rtt;
	if (seq_le(seg_end(s), tc->high_seq))
		a->orig_acked = true;
	tcp_rack_latest(tc, s, a);
}
/* Is the round trip over in which a D-SACK came? */
static inline void tcp_rack_round(struct tcp_conn *tc)
{
	if (tc->rack.round && seq_le(tc->rack.dsack_round, tc->snd_una))
		tc->rack.round = false;
}

#endif
