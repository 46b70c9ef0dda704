// SPDX-License-Identifier: GPL-3.0-or-later
/* draft-cheng-iccrg-delivery-rate-estimation, and what a connection waited for. */
#include "tests/unit/tcp/flight.h"

#define TICK 66                           /* us: times are of this grain */
#define CLOSE_TO(got, want, by) CHECK((got) >= (want) - (by) && (got) <= (want) + (by))

static struct sk_tcp_info info(struct peer *t)
{
	struct sk_tcp_info i;

	CHECK_EQ(sk_tcp_info(t->sk, &i), OK);
	return i;
}

/* Ten segments in one round trip of 20 ms. */
TEST(rate, what_a_round_trip_delivers_is_the_rate)
{
	struct peer *t = flight(10);

	peer_wait(t, RTT);
	flight_ack(t, 10);
	CLOSE_TO(info(t).delivery_rate, 10 * MSS * 50, MSS);
	CHECK_EQ(info(t).delivery_rate_app_limited, 1);   /* before it wrote a byte at a time */
	peer_free(t);
}

/* More than the window takes is always there. */
TEST(rate, a_busy_user_does_not_limit_it)
{
	struct peer *t = flight(10);
	struct tcp_conn *tc = peer_conn(t);

	tc->cc.cwnd = 10 * MSS;
	flight_write(t, 20);
	for (unsigned n = 10; n <= 20; n += 10) {
		peer_wait(t, RTT);
		tc->cc.ssthresh = tc->cc.cwnd;    /* it grows slowly */
		flight_ack(t, n);
	}
	CLOSE_TO(info(t).delivery_rate, 10 * MSS * 50, 2 * MSS * 50);
	CHECK_EQ(info(t).delivery_rate_app_limited, 0);
	peer_free(t);
}

TEST(rate, all_that_leaves_in_a_row_has_the_same_mark)
{
	struct peer *t = flight(10);
	const struct tcp_conn *tc = peer_conn(t);
	const struct tcp_seg *s;

	list_for_each(&tc->sendq, s, node) {
		CHECK_EQ(s->rate.delivered, tc->delivered);
		CHECK_EQ(s->rate.delivered_at, tc->rate.delivered_at);
		CHECK_EQ(s->rate.first_at, tc->rate.first_at);
	}
	peer_free(t);
}

TEST(rate, a_fresh_connection_has_none)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	CHECK_EQ(info(t).delivery_rate, 0);
	CHECK_EQ(info(t).delivery_rate_app_limited, 1);
	CHECK_EQ(info(t).busy_time, 0);
	peer_free(t);
}

/* The user's pauses say nothing of the path, ... */
TEST(rate, a_user_that_writes_little_does_not_lower_it)
{
	struct peer *t = flight(10);
	int64_t fast;

	peer_wait(t, RTT);
	flight_ack(t, 10);
	fast = info(t).delivery_rate;
	flight_write(t, 1);
	peer_wait(t, RTT);
	flight_ack(t, 11);
	CHECK_EQ(info(t).delivery_rate, fast);
	peer_free(t);
}

/* ... unless nothing faster is known. */
TEST(rate, the_best_of_what_little_was_written_counts)
{
	struct peer *t = flight(0);

	CLOSE_TO(info(t).delivery_rate, 50 * MSS, MSS);   /* as if they were full, like Linux */
	CHECK_EQ(info(t).delivery_rate_app_limited, 1);
	flight_write(t, 2);
	peer_wait(t, RTT);
	flight_ack(t, 2);
	CLOSE_TO(info(t).delivery_rate, 2 * 50 * MSS, MSS);
	CHECK_EQ(info(t).delivery_rate_app_limited, 1);
	peer_free(t);
}

/* Acknowledged in 1 ms, but sent in 20: the longer counts. */
TEST(rate, compressed_acks_are_not_faster_than_what_was_sent)
{
	struct peer *t = flight(2);

	peer_wait(t, RTT / 2);
	flight_write(t, 2);
	peer_wait(t, RTT / 2);
	flight_ack(t, 2);
	peer_wait(t, RTT / 2);
	flight_ack(t, 4);
	CHECK(info(t).delivery_rate <= 4 * 50 * MSS);
	CHECK(info(t).delivery_rate >= 2 * 50 * MSS - MSS);
	peer_free(t);
}

TEST(rate, busy_is_while_data_waits_for_its_ack)
{
	struct peer *t = flight(0);
	int64_t busy = info(t).busy_time;

	CLOSE_TO(busy, 30 * 20000, 30 * TICK);    /* to become one, a byte at a time */
	peer_wait(t, SEC(5));
	CHECK_EQ(info(t).busy_time, busy);
	flight_write(t, 1);
	peer_wait(t, MSEC(7));
	CLOSE_TO(info(t).busy_time, busy + 7000, TICK);
	peer_wait(t, MSEC(7));
	flight_ack(t, 1);
	peer_wait(t, MSEC(7));
	CLOSE_TO(info(t).busy_time, busy + 14000, 2 * TICK);
	CHECK_EQ(info(t).rwnd_limited, 0);
	CHECK_EQ(info(t).sndbuf_limited, 0);
	peer_free(t);
}

TEST(rate, rwnd_limited_is_while_the_peers_window_holds_data)
{
	struct peer *t = flight(0);
	int64_t busy = info(t).busy_time;

	peer_window(t, 2 * MSS);
	flight_write(t, 4);
	peer_wait(t, MSEC(10));
	CLOSE_TO(info(t).rwnd_limited, 10000, TICK);
	flight_ack(t, 2);
	peer_wait(t, MSEC(10));
	CLOSE_TO(info(t).rwnd_limited, 10000, TICK);
	CLOSE_TO(info(t).busy_time, busy + 20000, 2 * TICK);
	peer_free(t);
}

TEST(rate, sndbuf_limited_is_while_a_full_buffer_keeps_the_user_from_more)
{
	struct peer *t = flight(0);
	static const char data[200 * MSS];
	uint32_t n;

	CHECK_EQ(sk_setopt(t->sk, SKO_SNDBUF, 4 * (int)MSS), OK);
	n = (uint32_t)(sk_send(t->sk, data, sizeof(data), NULL) / (ssize_t)MSS);
	CHECK_EQ(n, 32);                          /* all that leaves is made up for: sndbuf.c */
	peer_wait(t, MSEC(10));
	CHECK_EQ(info(t).sndbuf_limited, 0);      /* some waits for the window of congestion */
	flight_ack(t, 10);
	flight_ack(t, 12);
	peer_wait(t, MSEC(10));
	CLOSE_TO(info(t).sndbuf_limited, 10000, TICK);
	flight_ack(t, n);
	peer_wait(t, MSEC(10));
	CLOSE_TO(info(t).sndbuf_limited, 10000, TICK);
	peer_free(t);
}
