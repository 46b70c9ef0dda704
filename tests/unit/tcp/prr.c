// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 9937: what leaves in recovery, and cwnd at its end. */
#include "tests/unit/tcp/flight.h"

/* The first of ten is lost; the others are SACKed one by one. */
TEST(prr, half_as_many_leave_as_arrive_and_the_window_ends_at_ssthresh)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t ssthresh;
	unsigned sent;

	flight_write(t, 40);
	peer_wait(t, RTT);
	peer_skip(t);
	sent = tc->n_out;
	for (unsigned i = 2; i <= 10; i++)
		flight_sack(t, 0, 1, i);
	ssthresh = tc->cc.ssthresh;
	CHECK_EQ(tc->ca_state, CA_RECOVERY);
	CHECK(ssthresh < sent * MSS);
	CHECK_EQ(tc->prr_delivered, 9 - 2);       /* since it began, with the third */
	CHECK(tc->prr_out >= 1 && tc->prr_out <= tc->prr_delivered);
	CHECK(tcp_in_flight(tc) * MSS <= tc->cc.cwnd);
	peer_skip(t);
	peer_wait(t, RTT);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = tc->snd_nxt.v - tc->iss.v);
	CHECK_EQ(tc->ca_state, CA_OPEN);
	CHECK(tc->cc.cwnd >= ssthresh && tc->cc.cwnd <= ssthresh + MSS);
	peer_free(t);
}

TEST(prr, the_first_retransmission_leaves_at_once)
{
	struct peer *t = flight(10);

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 4);                  /* in flight is more than ssthresh */
	CHECK_EQ(peer_waiting(t), 1);
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	CHECK_EQ(peer_conn(t)->prr_out, 1);
	peer_free(t);
}

TEST(prr, an_ack_that_delivers_nothing_lets_nothing_out)
{
	struct peer *t = flight(10);
	uint32_t cwnd;

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 4);
	peer_skip(t);
	cwnd = peer_conn(t)->cc.cwnd;
	for (int i = 0; i < 5; i++)
		flight_sack(t, 0, 1, 4);
	CHECK_EQ(peer_conn(t)->cc.cwnd, cwnd);
	SILENCE(t);
	peer_free(t);
}
