// SPDX-License-Identifier: GPL-3.0-or-later
/* Losses that were none: RFC 3522 and 4015 (timestamps), RFC 3708 (D-SACK). */
#define FLIGHT_KIND PEER_FULL
#include "tests/unit/tcp/flight.h"

/* The ACK of the first copy, which was only late. */
TEST(undo, an_echo_older_than_the_retransmission_brings_the_window_back)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t cwnd = tc->cc.cwnd, ts = t->tsecr;

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 5);
	CHECK_EQ(tc->ca_state, CA_RECOVERY);
	CHECK(tc->cc.cwnd < cwnd);
	t->tsecr = ts;                            /* of the first flight */
	flight_ack(t, 10);
	CHECK_EQ(tc->ca_state, CA_OPEN);
	CHECK(tc->cc.cwnd >= cwnd);
	peer_free(t);
}

/* RACK looks at what was sent first, first (RFC 8985 6.2, step 5). */
TEST(undo, what_is_not_lost_after_all_is_in_the_order_of_its_sending)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t ts = t->tsecr, n = 0;
	const struct tcp_seg *s;
	seq_t last = tc->snd_una;

	peer_wait(t, SEC(1));                     /* a timeout */
	CHECK_EQ(tc->ca_state, CA_LOSS);
	CHECK_EQ(tc->n_lost, 10);
	t->tsecr = ts;
	flight_ack(t, 2);                         /* of the first copies */
	CHECK_EQ(show_tcp_ext(t->st, EXT_LOSS_UNDO), 1);
	CHECK_EQ(show_tcp_ext(t->st, EXT_SPURIOUS_RTOS), 0);      /* F-RTO was not needed */
	CHECK_EQ(tc->n_lost, 0);
	list_for_each(&tc->sent_order, s, by_time) {
		CHECK(seq_lt(last, s->seq));
		last = s->seq;
		n++;
	}
	CHECK_EQ(n, 8);
	peer_free(t);
}

TEST(undo, an_echo_of_the_retransmission_does_not)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t cwnd = tc->cc.cwnd;

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 5);
	peer_skip(t);                             /* tsecr is of the last that was heard */
	peer_wait(t, RTT);
	t->tsecr = tcp_ts_now(tc);
	flight_ack(t, 10);
	CHECK_EQ(tc->ca_state, CA_OPEN);
	CHECK(tc->cc.cwnd < cwnd);
	peer_free(t);
}

TEST(undo, a_dsack_of_all_that_was_sent_again_brings_it_back_later)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t cwnd = tc->cc.cwnd;

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 5);
	peer_wait(t, MSEC(1));
	t->tsecr = tcp_ts_now(tc);
	flight_ack(t, 10);
	CHECK(tc->cc.cwnd < cwnd);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(10), .n_sack = 1, .sack = { { AT(0), AT(1) } });
	CHECK(tc->cc.cwnd >= cwnd);
	peer_free(t);
}

TEST(undo, a_dsack_may_tell_of_several_that_were_sent_again)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t cwnd = tc->cc.cwnd;

	peer_wait(t, RTT);
	flight_sack(t, 0, 2, 8);
	peer_wait(t, MSEC(1));
	CHECK_EQ(tc->undo.retrans, 2);
	t->tsecr = tcp_ts_now(tc);
	flight_ack(t, 10);
	CHECK(tc->cc.cwnd < cwnd);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(10), .n_sack = 1, .sack = { { AT(0), AT(2) } });
	CHECK(tc->cc.cwnd >= cwnd);
	CHECK_EQ(show_tcp_ext(t->st, EXT_DSACK_UNDO), 1);
	peer_free(t);
}
