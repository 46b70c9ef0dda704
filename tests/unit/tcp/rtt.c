// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 6298, and which round trips count (Karn; RFC 7323 4). */
#include "tests/unit/tcp/flight.h"

TEST(rtt, the_first_sample_sets_both_estimates)
{
	struct peer *t = peer_new(PEER_SACK);
	struct tcp_conn *tc;

	peer_listen(t, 1);
	peer_say_syn(t, TCP_SYN, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	peer_wait(t, MSEC(100));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	tc = peer_conn(t);
	CHECK_EQ(tc->srtt, MSEC(100));
	CHECK_EQ(tc->rttvar, MSEC(50));
	CHECK_EQ(tc->rto, MSEC(300));
	peer_free(t);
}

TEST(rtt, the_timeout_is_never_below_its_minimum_beyond_the_round_trip)
{
	struct peer *t = flight(0);

	CHECK_EQ(peer_conn(t)->rto, peer_conn(t)->srtt + MSEC(200));
	peer_free(t);
}

TEST(rtt, a_segment_that_was_sent_twice_gives_no_sample)
{
	struct peer *t = flight(1);
	ns_t srtt = peer_conn(t)->srtt;

	peer_wait(t, MSEC(300));                  /* sent again, by the probe */
	flight_ack(t, 1);
	CHECK_EQ(peer_conn(t)->srtt, srtt);
	peer_free(t);
}

TEST(rtt, timeouts_double_until_an_ack_of_new_data)
{
	struct peer *t = flight(1);
	struct tcp_conn *tc = peer_conn(t);

	peer_wait(t, SEC(4));
	CHECK(tc->backoff >= 3);
	CHECK(tc->xmit_at - tcp_now(tc) <= tc->rto << tc->backoff);
	flight_ack(t, 1);
	CHECK_EQ(tc->backoff, 0);
	peer_free(t);
}

TEST(rtt, the_least_round_trip_is_remembered)
{
	struct peer *t = flight(1);

	CHECK_EQ(peer_conn(t)->min_rtt, RTT);
	peer_wait(t, MSEC(15));
	flight_ack(t, 1);
	CHECK_EQ(peer_conn(t)->min_rtt, MSEC(15));
	flight_write(t, 1);
	peer_wait(t, MSEC(35));
	flight_ack(t, 2);
	CHECK_EQ(peer_conn(t)->min_rtt, MSEC(15));
	peer_free(t);
}
