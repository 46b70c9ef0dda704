// SPDX-License-Identifier: MIT
/*
 * When what was written left and was acknowledged (SO_TIMESTAMPING of Linux): of the
 * last byte of each write, whose segment is marked.  A segment that others join has
 * one stamp, of its end.
 */
#include "stack/tcp/zerocopy.h"

int tcp_stamp_set(struct sock *sk, int v)
{
	const struct tcp_conn *tc = tcp_conn(sk);
	bool counts = v & ~sock_opt(sk, SKO_TIMESTAMPING) & SK_STAMPING_ID;
	int err;

	if ((v & ~SK_STAMPING_ALL) || (counts && tcp_is_closed(sk)) ||
	    (counts && tc->state == TCP_LISTEN))
		return ERR_INVAL;
	err = sock_opt_set(sk, SKO_TIMESTAMPING, v);
	if (!err && counts)
		sk->rare->stamp_from = tc->snd_una;
	return err;
}

void tcp_stamp_wrote(struct tcp_conn *tc)
{
	if (sock_opt(&tc->sk, SKO_TIMESTAMPING) & SK_STAMPING_ASK)
		tcp_sendq_mark(tc, SEG_STAMP);
}

static void stamp(struct tcp_conn *tc, const struct tcp_seg *s, unsigned asked, enum sk_stamp what)
{
	unsigned v = (unsigned)sock_opt(&tc->sk, SKO_TIMESTAMPING);
	uint32_t at = (uint32_t)seq_diff(seq_add(s->seq, s->len), tc->sk.rare->stamp_from) - 1;

	if (v & asked)
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
