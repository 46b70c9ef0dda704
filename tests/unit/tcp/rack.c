// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 8985 6: what is lost, by time. */
#include "tests/unit/tcp/flight.h"

TEST(rack, three_later_segments_make_one_lost_at_once)
{
	struct peer *t = flight(10);

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 2);
	flight_sack(t, 0, 1, 3);
	SILENCE(t);
	CHECK_EQ(peer_conn(t)->ca_state, CA_DISORDER);
	flight_sack(t, 0, 1, 4);
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	CHECK_EQ(peer_conn(t)->ca_state, CA_RECOVERY);
	CHECK_EQ(t->st->stat[ST_TCP_RETRANS], 1);
	SILENCE(t);
	peer_free(t);
}

TEST(rack, one_later_segment_is_enough_after_a_quarter_of_the_round_trip)
{
	struct peer *t = flight(3);

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 2);
	peer_wait(t, MSEC(4));
	SILENCE(t);
	peer_wait(t, MSEC(2));
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	CHECK_EQ(peer_conn(t)->ca_state, CA_RECOVERY);
	peer_free(t);
}

/* The same when an ACK before it, of the same instant, left its work for later. */
TEST(rack, a_burst_keeps_the_timer_of_the_reordering_window)
{
	struct peer *t = flight(4);

	peer_wait(t, RTT);
	stack_burst_begin(t->st);
	flight_ack(t, 1);
	flight_sack(t, 1, 2, 3);
	stack_burst_end(t->st);
	peer_wait(t, MSEC(4));
	SILENCE(t);
	peer_wait(t, MSEC(2));
	HEAR(t, TCP_ACK, AT(1), 1, MSS);
	peer_free(t);
}

TEST(rack, what_only_was_overtaken_is_not_sent_again)
{
	struct peer *t = flight(3);

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 2);
	peer_wait(t, MSEC(3));
	flight_ack(t, 2);
	peer_wait(t, MSEC(10));
	SILENCE(t);
	CHECK_EQ(peer_conn(t)->ca_state, CA_OPEN);
	CHECK_EQ(peer_conn(t)->n_out, 1);
	peer_free(t);
}

TEST(rack, a_retransmission_that_is_lost_is_sent_again_without_timeout)
{
	struct peer *t = flight(10);

	peer_wait(t, RTT);
	CHECK_EQ(peer_write(t, 10 * MSS), 10 * MSS);
	peer_skip(t);
	flight_sack(t, 0, 1, 6);
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	peer_wait(t, MSEC(20));
	flight_sack(t, 0, 1, 10);                 /* of the same flight: cwnd lets new data out */
	CHECK(peer_waiting(t) > 0);
	HEAR(t, TCP_ACK, AT(10), 1, MSS);
	peer_skip(t);
	peer_wait(t, MSEC(21));
	flight_sack(t, 0, 1, 11);                           /* sent after the retransmission */
	peer_wait(t, MSEC(6));
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	CHECK_EQ(t->st->stat[ST_TCP_RETRANS], 2);
	CHECK_EQ(peer_conn(t)->backoff, 0);
	peer_free(t);
}

TEST(rack, a_retransmission_has_its_cause)
{
	struct peer *t = flight(5);
	struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 5);
	CHECK_STR(tcp_cause_name(list_first(&tc->sendq, struct tcp_seg, node)->cause), "rack");
	peer_wait(t, SEC(1));
	CHECK_STR(tcp_cause_name(list_first(&tc->sendq, struct tcp_seg, node)->cause), "timeout");
	peer_free(t);
}
