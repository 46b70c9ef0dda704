// SPDX-License-Identifier: GPL-3.0-or-later
/* SO_MAX_PACING_RATE: when segments leave. */
#include "tests/unit/tcp/fixture.h"

#define RATE 1460000                      /* bytes/s: a full segment a millisecond */

/* An accepted connection whose free segments were sent and acknowledged. */
static struct peer *paced(int rate)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	REQUIRE(sk_setopt(t->sk, SKO_MAX_PACING_RATE, rate) == OK);
	CHECK_EQ(peer_write(t, 14600), 14600);
	CHECK_EQ(peer_waiting(t), 10);
	peer_skip(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 14601);
	return t;
}

TEST(pace, without_a_rate_a_window_leaves_at_once)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	CHECK_EQ(tcp_pace_rate(peer_conn(t)), 0);
	CHECK_EQ(peer_write(t, 14600), 14600);
	CHECK_EQ(peer_waiting(t), 10);
	CHECK(peer_conn(t)->pace == NULL);
	peer_free(t);
}

TEST(pace, segments_leave_at_the_rate)
{
	struct peer *t = paced(RATE);

	CHECK_EQ(peer_write(t, 14600), 14600);
	CHECK_EQ(peer_waiting(t), 1);
	CHECK_EQ(tcp_limit(peer_conn(t)), LIMIT_PACING);
	for (unsigned i = 1; i < 10; i++) {
		peer_wait(t, USEC(998));
		CHECK(peer_waiting(t) <= i);
		peer_wait(t, USEC(2));
		CHECK_EQ(peer_waiting(t), i + 1);
	}
	peer_free(t);
}

TEST(pace, time_that_was_not_used_is_worth_half_a_segment_at_most)
{
	struct peer *t = paced(RATE);

	peer_wait(t, MSEC(100));
	CHECK_EQ(peer_write(t, 4380), 4380);
	CHECK_EQ(peer_waiting(t), 1);
	peer_wait(t, USEC(490));
	CHECK_EQ(peer_waiting(t), 1);
	peer_wait(t, USEC(20));
	CHECK_EQ(peer_waiting(t), 2);
	peer_wait(t, USEC(900));
	CHECK_EQ(peer_waiting(t), 2);
	peer_wait(t, USEC(100));
	CHECK_EQ(peer_waiting(t), 3);
	peer_free(t);
}

TEST(pace, a_window_a_round_trip_is_the_limit_if_that_is_less)
{
	struct peer *t = paced(INT32_MAX);
	struct tcp_conn *tc = peer_conn(t);

	tc->srtt = MSEC(100);
	tc->cc.cwnd = 20 * 1460;
	tc->cc.ssthresh = CC_INFINITE;            /* slow start: twice the window */
	CHECK_EQ(tcp_pace_rate(tc) / 1000, 583);
	tc->cc.ssthresh = tc->cc.cwnd;
	CHECK_EQ(tcp_pace_rate(tc) / 1000, 350);
	CHECK_EQ(sk_setopt(t->sk, SKO_MAX_PACING_RATE, 1000), OK);
	CHECK_EQ(tcp_pace_rate(tc), 1000);
	peer_free(t);
}

TEST(pace, what_is_accepted_has_its_listener_s_rate)
{
	struct peer *t = peer_new(PEER_PLAIN);
	int rate = 0;

	peer_listen(t, 1);
	REQUIRE(sk_setopt(t->listener, SKO_MAX_PACING_RATE, RATE) == OK);
	peer_say_syn(t, TCP_SYN, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	CHECK_EQ(sk_getopt(t->sk, SKO_MAX_PACING_RATE, &rate), OK);
	CHECK_EQ(rate, RATE);
	peer_free(t);
}

TEST(pace, closing_while_segments_wait_sends_them_and_the_fin)
{
	struct peer *t = paced(RATE);

	CHECK_EQ(peer_write(t, 2920), 2920);
	sk_close(t->sk);
	t->sk = NULL;
	HEAR(t, TCP_ACK, 14601, 1, 1460);
	peer_wait(t, MSEC(2));
	HEAR(t, TCP_ACK | TCP_PSH | TCP_FIN, 16061, 1, 1460);
	peer_free(t);
}
