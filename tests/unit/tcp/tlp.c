// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 8985 7: probes of the tail. */
#include "tests/unit/tcp/flight.h"

TEST(tlp, after_two_round_trips_the_last_segment_is_sent_again)
{
	struct peer *t = flight(4);

	peer_wait(t, MSEC(39));
	SILENCE(t);
	peer_wait(t, MSEC(4));
	HEAR(t, TCP_ACK | TCP_PSH, AT(3), 1, MSS);
	SILENCE(t);
	CHECK_EQ(peer_conn(t)->ca_state, CA_OPEN);
	CHECK_EQ(peer_conn(t)->backoff, 0);
	peer_free(t);
}

TEST(tlp, switched_off_the_tail_waits_for_the_timeout)
{
	for (int mode = 0; mode <= 4; mode++) {
		struct peer *t = peer_new(PEER_SACK);
		uint32_t at = 1;

		CHECK_EQ(stack_set_option(t->st, OPT_TCP_EARLY_RETRANS, mode), OK);
		peer_accept(t);
		for (; at < 30; at++) {           /* SRTT settles at 20 ms */
			CHECK_EQ(peer_write(t, 1), 1);
			peer_wait(t, RTT);
			SAY(t, .flags = TCP_ACK, .seq = 1, .ack = at + 1);
		}
		CHECK_EQ(peer_write(t, 5 * MSS), 5 * MSS);
		peer_skip(t);
		peer_wait(t, MSEC(100));          /* a probe after 42 ms, the RTO after 220 */
		CHECK_EQ(peer_waiting(t), mode >= 3);
		peer_wait(t, mode >= 3 ? MSEC(170) : MSEC(150));  /* the RTO, from the probe on */
		CHECK_EQ(peer_conn(t)->ca_state, CA_LOSS);
		peer_free(t);
	}
}

TEST(tlp, the_answer_starts_recovery_of_what_is_lost)
{
	struct peer *t = flight(4);

	peer_wait(t, MSEC(43));
	peer_skip(t);
	peer_wait(t, MSEC(20));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0), .n_sack = 1,
	    .sack = { { AT(3), AT(4) } });
	peer_wait(t, MSEC(6));
	HEAR(t, TCP_ACK, AT(0), 1, MSS);
	CHECK_EQ(peer_conn(t)->ca_state, CA_RECOVERY);
	peer_free(t);
}

TEST(tlp, a_lone_segment_waits_for_the_delayed_acknowledgment)
{
	struct peer *t = flight(1);

	peer_wait(t, MSEC(200));
	SILENCE(t);
	peer_wait(t, MSEC(41));
	HEAR(t, TCP_ACK | TCP_PSH, AT(0), 1, MSS);
	peer_free(t);
}

TEST(tlp, a_probe_that_repaired_a_loss_halves_the_window)
{
	struct peer *t = flight(4);
	uint32_t cwnd = peer_conn(t)->cc.cwnd;

	peer_wait(t, MSEC(43));
	peer_skip(t);
	flight_ack(t, 4);
	(void)peer_write(t, MSS);
	peer_skip(t);
	peer_wait(t, MSEC(20));
	flight_ack(t, 5);
	CHECK(peer_conn(t)->cc.cwnd < cwnd);
	CHECK_EQ(peer_conn(t)->ca_state, CA_OPEN);
	peer_free(t);
}

TEST(tlp, a_probe_that_was_a_duplicate_does_not)
{
	struct peer *t = flight(4);
	uint32_t cwnd = peer_conn(t)->cc.cwnd;

	peer_wait(t, MSEC(43));
	peer_skip(t);
	flight_ack(t, 4);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(4), .n_sack = 1,
	    .sack = { { AT(3), AT(4) } });
	(void)peer_write(t, MSS);
	peer_skip(t);
	flight_ack(t, 5);
	CHECK(peer_conn(t)->cc.cwnd >= cwnd);
	peer_free(t);
}

TEST(tlp, a_probe_is_new_data_if_there_is_any_whatever_nagle_says)      /* 7.3 */
{
	struct peer *t = flight(0);

	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, AT(0), 1, 100);
	CHECK_EQ(peer_write(t, 100), 100);
	SILENCE(t);
	peer_wait(t, MSEC(245));
	HEAR(t, TCP_ACK | TCP_PSH, AT(0) + 100, 1, 100);
	peer_free(t);
}

TEST(tlp, a_reordering_timer_of_before_does_not_keep_it_off)
{
	struct peer *t = flight(4);

	peer_wait(t, RTT);
	flight_sack(t, 0, 1, 2);
	CHECK_EQ(peer_conn(t)->xmit_for, XMIT_REO);
	flight_ack(t, 4);
	flight_write(t, 2);
	peer_skip(t);
	peer_wait(t, 2 * RTT + MSEC(3));
	HEAR(t, TCP_ACK | TCP_PSH, AT(5), 1, MSS);
	peer_free(t);
}
