// SPDX-License-Identifier: MIT
/*
 * What is sent, and when: RFC 9293 3.7.4 (Nagle, as Minshall has it and Linux
 * does) and 3.8.6.2.1 (silly windows), RFC 5681, RFC 6675.
 */
#include "stack/tcp/conn.h"

/* Bytes of the peer's window from `at` on. */
static uint32_t window_left(const struct tcp_conn *tc, seq_t at)
{
	int32_t left = seq_diff(seq_add(tc->snd_una, tc->snd_wnd), at);

	return left > 0 ? (uint32_t)left : 0;
}

static bool cwnd_allows(const struct tcp_conn *tc)
{
	uint32_t segs = tc->cc.cwnd / tc->cc.mss;

	return tcp_in_flight(tc) < (segs ? segs : 1);
}

/* A segment below MSS waits for more data, or for ACKs. */
static bool nagle_holds(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	const struct sock *sk = &tc->sk;
	bool small_out = tc->n_out && seq_lt(tc->snd_una, tc->small_end);

	if (s->len >= tc->snd_mss || (s->flags & TCP_FIN) || tcp_seg_next(tc, s))
		return false;
	if (sk->opt[SKO_CORK] || tc->more)
		return true;
	return !sk->opt[SKO_NODELAY] && small_out;
}

/* RFC 9293 3.8.6.2.1: a part of a segment is worth sending only if it is half
 * of the largest window there ever was. */
static bool part_is_worth_it(const struct tcp_conn *tc, uint32_t part)
{
	return part && 2 * (uint64_t)part >= tc->max_snd_wnd;
}

static bool may_send(struct tcp_conn *tc, struct tcp_seg *s)
{
	uint32_t left = window_left(tc, s->seq);

	if (!cwnd_allows(tc)) {
		tc->limited = true;
		return false;
	}
	if (nagle_holds(tc, s))
		return false;
	if (seg_span(s) <= left)
		return true;
	if (left >= s->len || !part_is_worth_it(tc, left))
		return false;
	return tcp_seg_split(tc, s, left);
}

static bool send_new(struct tcp_conn *tc, struct tcp_seg *s)
{
	if (s->len > tc->snd_mss && !tcp_seg_split(tc, s, tc->snd_mss))
		return false;
	if (!tcp_seg_xmit(tc, s))
		return false;
	if (!tc->n_out)
		tc->stuck_at = tcp_now(tc);
	s->sent = true;
	s->sent_at = tc->sent_at = tcp_now(tc);
	tc->unsent = tcp_seg_next(tc, s);
	tc->snd_nxt = seg_end(s);
	tc->n_out++;
	if (s->len < tc->snd_mss)
		tc->small_end = tc->snd_nxt;
	return true;
}

bool tcp_retransmit(struct tcp_conn *tc, struct tcp_seg *s)
{
	if (s->len > tc->snd_mss && !tcp_seg_split(tc, s, tc->snd_mss))
		return false;
	if (!tcp_seg_xmit(tc, s))
		return false;
	tcp_stack(tc)->stat[ST_TCP_RETRANS]++;
	tc->total_retrans++;
	if (!(s->marks & SEG_RETRANS))
		tc->n_retrans++;
	s->marks |= SEG_RETRANS | SEG_EVER_RETRANS;
	s->sent_at = tcp_now(tc);
	return true;
}

/* RFC 6675 5 (4.1), (4.2): first what was lost, oldest first. */
static void send_lost(struct tcp_conn *tc)
{
	struct tcp_seg *s;

	if (tc->n_lost <= tc->n_retrans)
		return;
	list_for_each(&tc->sendq, s, node) {
		if (s == tc->unsent || !cwnd_allows(tc))
			return;
		if ((s->marks & (SEG_LOST | SEG_RETRANS | SEG_SACKED)) == SEG_LOST &&
		    !tcp_retransmit(tc, s))
			return;
	}
}

bool tcp_waits_for_window(const struct tcp_conn *tc)
{
	return tc->unsent && !tc->n_out &&
	       window_left(tc, tc->unsent->seq) < seg_span(tc->unsent) &&
	       !part_is_worth_it(tc, window_left(tc, tc->unsent->seq));
}

void tcp_output(struct tcp_conn *tc)
{
	if (tc->state >= TCP_ESTABLISHED && tc->state != TCP_TIME_WAIT) {
		send_lost(tc);
		while (tc->unsent && may_send(tc, tc->unsent) && send_new(tc, tc->unsent))
			;
	}
	if (tc->ack_now)
		tcp_send_ack(tc);
	tcp_xmit_timer_set(tc);
}
