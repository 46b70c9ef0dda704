// SPDX-License-Identifier: MIT
/*
 * When what was written left and was acknowledged (SO_TIMESTAMPING of Linux): of the
 * last byte of each write, whose segment is marked.  A segment that others join has
 * one stamp, of its end.
 */
#include "stack/tcp/conn.h"

bool tcp_stamp_from(struct sock *sk, unsigned v)
{
	struct tcp_conn *tc = tcp_conn(sk);
	unsigned was = (unsigned)sock_opt(sk, SKO_TIMESTAMPING);

	if (!(v & ~was & SK_STAMPING_ID))
		return true;
	if (tc->state == TCP_CLOSED || tc->state == TCP_LISTEN)
		return false;
	tc->stamp_from = tc->snd_una;
	return true;
}

void tcp_stamp_wrote(struct tcp_conn *tc)
{
	if (sock_opt(&tc->sk, SKO_TIMESTAMPING) & SK_STAMPING_ASK)
		tcp_sendq_mark(tc, SEG_STAMP);
}

static void stamp(struct tcp_conn *tc, const struct tcp_seg *s, unsigned asked, enum sk_stamp what)
{
	unsigned v = (unsigned)sock_opt(&tc->sk, SKO_TIMESTAMPING);
	uint32_t at = (uint32_t)seq_diff(seq_add(s->seq, s->len), tc->stamp_from) - 1;

	if ((v & asked) && !tc->orphan)
		sock_stamp(&tc->sk, what, v & SK_STAMPING_ID ? at : 0);
}

/* There is nothing between the queue of a card and its wire here. */
void tcp_stamp_sent(struct tcp_conn *tc, const struct tcp_seg *s)
{
	stamp(tc, s, SK_STAMPING_QUEUED, SK_STAMP_QUEUED);
	stamp(tc, s, SK_STAMPING_SENT, SK_STAMP_SENT);
}

void tcp_stamp_acked(struct tcp_conn *tc, const struct tcp_seg *s)
{
	stamp(tc, s, SK_STAMPING_ACKED, SK_STAMP_ACKED);
}
