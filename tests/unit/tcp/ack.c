// SPDX-License-Identifier: GPL-3.0-or-later
/* What ACKs tell: without SACK, around the end of the sequence space, and after
 * a pause. */
#define FLIGHT_KIND PEER_PLAIN
#include "tests/unit/tcp/flight.h"

TEST(ack, three_duplicates_send_the_first_again_and_partial_acks_the_next)
{
	struct peer *t = flight(10);

	peer_wait(t, RTT);
	flight_ack(t, 0);
	flight_ack(t, 0);
	SILENCE(t);
	flight_ack(t, 0);
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	CHECK_EQ(peer_conn(t)->ca_state, CA_RECOVERY);
	peer_wait(t, RTT);
	flight_ack(t, 4);                         /* RFC 6582 3.2 */
	HEAR(t, TCP_ACK, AT(4), 1, MSS);
	flight_ack(t, 10);
	SILENCE(t);
	CHECK_EQ(peer_conn(t)->n_out, 0);
	peer_free(t);
}

/* RFC 3042 */
/* RFC 5682 2.1: one ACK of all, with what was sent again, says that it was lost. */
TEST(ack, a_timeout_that_filled_a_gap_was_none_too_many)
{
	struct peer *t = flight(4);

	peer_wait(t, MSEC(300));
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	flight_ack(t, 4);
	CHECK_EQ(peer_conn(t)->ca_state, CA_LOSS);
	CHECK(peer_conn(t)->cc.ssthresh != CC_INFINITE);
	CHECK(peer_conn(t)->cc.cwnd < 10 * MSS);
	peer_free(t);
}

TEST(ack, duplicates_of_a_timeout_begin_nothing)        /* RFC 6582 3.2, 1 and 4 */
{
	struct peer *t = flight(4);

	peer_wait(t, MSEC(300));
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	flight_ack(t, 1);
	peer_skip(t);                             /* two more, sent in vain */
	flight_ack(t, 4);
	flight_write(t, 4);
	CHECK(peer_waiting(t) >= 3);
	peer_skip(t);
	for (unsigned i = 0; i < 3; i++)
		flight_ack(t, 4);
	while (peer_next(t))
		CHECK(t->got.seq > AT(4));        /* limited transmit, at most */
	flight_ack(t, 8);
	CHECK_EQ(peer_conn(t)->ca_state, CA_OPEN);
	peer_free(t);
}

TEST(ack, each_of_two_duplicates_lets_a_new_segment_out)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t nxt;

	flight_write(t, 40);
	peer_skip(t);
	peer_wait(t, RTT);
	nxt = tc->snd_nxt.v - tc->iss.v;
	flight_ack(t, 0);
	HEAR(t, TCP_ACK, nxt, 1, MSS);
	flight_ack(t, 0);
	HEAR(t, TCP_ACK, nxt + MSS, 1, MSS);
	SILENCE(t);
	peer_free(t);
}

TEST(ack, an_ack_of_what_was_not_sent_is_answered_and_changes_nothing)
{
	struct peer *t = flight(2);

	flight_ack(t, 3);
	HEAR(t, TCP_ACK, AT(2), 1, 0);
	CHECK_EQ(peer_conn(t)->n_out, 2);
	peer_free(t);
}

TEST(ack, a_window_that_shrinks_takes_nothing_back)     /* MUST-34, SHLD-15 */
{
	struct peer *t = flight(4);
	struct tcp_conn *tc = peer_conn(t);

	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(1), .wnd = 100);
	CHECK_EQ(tc->snd_wnd, 100);
	CHECK_EQ(tc->n_out, 3);
	flight_write(t, 1);
	SILENCE(t);
	flight_ack(t, 4);
	HEAR(t, TCP_ACK | TCP_PSH, AT(4), 1, MSS);
	peer_free(t);
}

/* RFC 5681 4.1 */
TEST(ack, after_a_pause_the_window_is_the_initial_one_again)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, RTT);
	flight_ack(t, 10);
	flight_write(t, 20);
	peer_skip(t);
	peer_wait(t, RTT);
	flight_ack(t, 30);
	CHECK(tc->cc.cwnd > 20 * MSS);
	peer_wait(t, SEC(10));
	flight_write(t, 30);
	CHECK_EQ(peer_waiting(t), 10);
	CHECK_EQ(tc->cc.cwnd, 10 * MSS);
	peer_free(t);
}

/* What a duplicate stands for may be what is lost, after all. */
TEST(ack, a_duplicate_does_not_stop_what_was_too_long_for_the_path)
{
	struct peer *t = flight(2);
	struct tcp_conn *tc = peer_conn(t);

	flight_ack(t, 0);
	flight_ack(t, 0);
	CHECK_EQ(tc->n_sacked, 1);                /* one is missing */
	peer_icmp(t, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, 1000, AT(0));
	CHECK_EQ(tc->n_sacked + tc->n_lost, tc->n_out);
	CHECK(tcp_in_flight(tc) <= tc->n_out);
	CHECK_EQ(peer_waiting(t), 4);             /* at once, in pieces */
	peer_free(t);
}

/* --- many at once, or one by one ------------------------------------------------------- */

/* A hint at the first of them, though none is lost, keeps an ACK from taking many at once. */
static void hinted(struct peer *t)
{
	struct tcp_conn *tc = peer_conn(t);

	tc->lost_hint = list_first(&tc->sendq, struct tcp_seg, node);
}

static void same_after(const struct tcp_conn *a, const struct tcp_conn *b)
{
	CHECK_EQ(a->snd_una.v, b->snd_una.v);
	CHECK_EQ(a->n_out, b->n_out);
	CHECK_EQ(a->sendq_bytes, b->sendq_bytes);
	CHECK_EQ(a->delivered, b->delivered);
	CHECK_EQ(a->bytes_acked, b->bytes_acked);
	CHECK_EQ(a->cc.cwnd, b->cc.cwnd);
	CHECK_EQ(a->srtt, b->srtt);
	CHECK_EQ(a->min_rtt, b->min_rtt);
	CHECK_EQ(a->xmit_at, b->xmit_at);
	CHECK_EQ(a->rack.xmit_ts, b->rack.xmit_ts);
	CHECK_EQ(a->rack.rtt, b->rack.rtt);
	CHECK_EQ(a->rack.end_seq.v, b->rack.end_seq.v);
	CHECK_EQ(a->rate.n, b->rate.n);
	CHECK_EQ(a->rate.took, b->rate.took);
	CHECK_EQ(a->rate_limited, b->rate_limited);
	CHECK_EQ(list_empty(&a->sendq), list_empty(&b->sendq));
	CHECK_EQ(list_empty(&a->sent_order), list_empty(&b->sent_order));
}

static void same_heard(struct peer *t, struct peer *u)
{
	CHECK_EQ(peer_waiting(t), peer_waiting(u));
	while (peer_next(t) && peer_next(u))
		CHECK_EQ(t->got.seq, u->got.seq);
}

TEST(ack, of_many_tells_what_each_of_them_does)
{
	/* Bytes of ten segments, in ACKs one after another; the windows send more. */
	static const uint32_t acks[][3] = {
		{ 10 * MSS }, { 2 * MSS, 10 * MSS }, { 3 * MSS, 7 * MSS + 100, 10 * MSS },
		{ 1, 4 * MSS, 9 * MSS }, { MSS, MSS + 1, 10 * MSS },
	};

	for (unsigned i = 0; i < N_ELEM(acks); i++) {
		struct peer *t = flight(10), *u = flight(10);

		CHECK_EQ(peer_write(t, 20 * MSS), 20 * MSS);
		CHECK_EQ(peer_write(u, 20 * MSS), 20 * MSS);
		for (unsigned k = 0; k < 3 && acks[i][k]; k++) {
			peer_wait(t, RTT);
			peer_wait(u, RTT);
			hinted(u);
			SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0) + acks[i][k]);
			SAY(u, .flags = TCP_ACK, .seq = 1, .ack = AT(0) + acks[i][k]);
			same_after(peer_conn(t), peer_conn(u));
			same_heard(t, u);
		}
		peer_free(t);
		peer_free(u);
	}
}
