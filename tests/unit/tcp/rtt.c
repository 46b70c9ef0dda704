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

/* A connection whose handshake took 100 ms. */
static struct peer *slow_handshake(int rfc6298)
{
	struct peer *t = peer_new(PEER_SACK);

	CHECK_EQ(stack_set_option(t->st, OPT_TCP_RTO_RFC6298, rfc6298), OK);
	peer_listen(t, 1);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	peer_wait(t, MSEC(100));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	return t;
}

/* One byte more is acknowledged after so long. */
static void sample(struct peer *t, uint32_t *at, ns_t rtt)
{
	CHECK_EQ(peer_write(t, 1), 1);
	peer_wait(t, rtt);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = ++*at);
}

TEST(rtt, a_shorter_round_trip_widens_the_timeout_little)        /* Linux's mdev */
{
	static const struct { int rfc; ns_t rttvar; } rows[] = {
		{ 0, USEC(51250) },               /* 50 + (90 - 50) / 8 / 4 */
		{ 1, MSEC(60) },                  /* RFC 6298 2.3 */
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct peer *t = slow_handshake(rows[i].rfc);
		struct sk_tcp_info info;
		uint32_t at = 1;
		int64_t us = 0;

		sample(t, &at, MSEC(10));
		CHECK_EQ(peer_conn(t)->srtt, USEC(88750));
		CHECK_EQ(peer_conn(t)->rttvar, rows[i].rttvar);
		CHECK_EQ(peer_conn(t)->rto, USEC(88750) + 4 * rows[i].rttvar);
		CHECK_EQ(sk_tcp_info(t->sk, &info), OK);
		CHECK(sk_tcp_info_find(&info, "rttvar", &us));
		CHECK_EQ(us, rows[i].rttvar / USEC(1));
		peer_free(t);
	}
}

TEST(rtt, the_widest_of_a_round_trip_counts_and_sinks_by_a_quarter)      /* Linux's rttvar */
{
	struct peer *t = slow_handshake(0);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t at = 1;
	ns_t var;

	sample(t, &at, MSEC(100));
	sample(t, &at, MSEC(250));
	var = tc->rto_var;
	CHECK_EQ(var, 4 * tc->rttvar);
	CHECK_EQ(var, USEC(262500));              /* 4 * (37.5 + (150 - 37.5) / 4) */
	for (unsigned i = 0; i < 8; i++) {        /* it sinks, but not at once */
		ns_t before = tc->rto_var, widest = 4 * tc->rttvar;

		sample(t, &at, tc->srtt);
		CHECK(tc->rto_var <= before);
		CHECK(tc->rto_var >= before - before / 4);
		CHECK(tc->rto_var >= 4 * tc->rttvar && widest >= 4 * tc->rttvar);
	}
	CHECK(tc->rto_var < var - (var - MSEC(200)) * 3 / 4);
	peer_free(t);
}

TEST(rtt, the_timeout_is_never_below_its_minimum_beyond_the_round_trip)
{
	struct peer *t = flight(0);

	CHECK_EQ(peer_conn(t)->rto, peer_conn(t)->srtt + MSEC(200));
	peer_free(t);
}

TEST(rtt, a_segment_that_was_sent_twice_gives_no_sample)        /* MUST-18 */
{
	struct peer *t = flight(1);
	ns_t srtt = peer_conn(t)->srtt;

	peer_wait(t, MSEC(300));                  /* sent again, by the probe */
	flight_ack(t, 1);
	CHECK_EQ(peer_conn(t)->srtt, srtt);
	peer_free(t);
}

/* MUST-19, RFC 6298 5.5; the first time it is a probe of the tail (RFC 8985). */
TEST(rtt, timeouts_double_until_an_ack_of_new_data)
{
	struct peer *t = flight(0);
	struct tcp_conn *tc = peer_conn(t);
	ns_t rto = tc->rto, last = 0;

	CHECK_EQ(peer_write(t, 100), 100);
	HEAR(t, TCP_ACK | TCP_PSH, AT(0), 1, 100);
	for (int i = -1; i < 8; i++) {
		while (!peer_waiting(t))
			peer_wait(t, MSEC(1));
		HEAR(t, TCP_ACK | TCP_PSH, AT(0), 1, 100);
		CHECK(i < 1 || (net_now(t->net) - last - (rto << i)) / MSEC(2) == 0);
		last = net_now(t->net);
	}
	CHECK_EQ(tc->timeouts, 8);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0) + 100);
	CHECK_EQ(tc->timeouts, 0);
	peer_free(t);
}

/* Karn (MUST-18): an ACK of what was sent twice ends the timeouts, but not the
 * patience that they taught; a round trip that is timed does. */
TEST(rtt, timeouts_double_until_a_round_trip_is_timed)
{
	struct peer *t = flight(1);
	struct tcp_conn *tc = peer_conn(t);
	uint8_t backoff;

	peer_wait(t, SEC(4));
	backoff = tc->backoff;
	CHECK(backoff >= 3);
	CHECK_EQ(tc->timeouts, backoff);
	CHECK(tc->xmit_at - tcp_now(tc) <= tc->rto << backoff);
	flight_ack(t, 1);
	CHECK_EQ(tc->timeouts, 0);
	CHECK_EQ(tc->backoff, backoff);
	peer_skip(t);
	CHECK_EQ(peer_write(t, 100), 100);
	CHECK(peer_next(t));
	CHECK_EQ(tcp_rto_at(tc) - tcp_now(tc), tc->rto << backoff);
	peer_wait(t, MSEC(10));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = t->got.seq + 100);
	CHECK_EQ(tc->backoff, 0);
	peer_free(t);
}

/* 5.7; and RFC 5681 3.1, from the second SYN that was lost on. */
TEST(rtt, a_syn_sent_again_makes_data_patient)
{
	static const struct { uint8_t lost; ns_t rto; unsigned iw; } cases[] = {
		{ 1, SEC(3), 10 }, { 2, SEC(3), 1 },
	};

	for (unsigned i = 0; i < N_ELEM(cases); i++) {
		struct peer *t = peer_new(PEER_PLAIN);
		struct tcp_conn *tc;

		peer_connect_start(t);
		while (peer_waiting(t) < cases[i].lost)
			peer_wait(t, MSEC(100));
		peer_skip(t);
		peer_say_syn(t, TCP_ACK, 1);
		HEAR(t, TCP_ACK, 1, 1, 0);
		tc = peer_conn(t);
		CHECK_EQ(tc->state, TCP_ESTABLISHED);
		CHECK_EQ(tc->rto, cases[i].rto);
		CHECK_EQ(tc->cc.cwnd, cases[i].iw * tc->snd_mss);
		CHECK_EQ(tc->backoff, 0);
		CHECK_EQ(peer_write(t, 100), 100);
		CHECK_EQ(tcp_rto_at(tc) - tcp_now(tc), cases[i].rto);
		peer_free(t);
	}
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

/* The ACK of a retransmission was lost; that of the next one, which came for
 * nothing, echoes what came before it.  That is no round trip: with many lost
 * ACKs the timeout would grow and grow. */
TEST(rtt, an_echo_in_the_ack_of_a_duplicate_gives_no_sample)
{
	struct peer *t = peer_new(PEER_FULL);
	struct tcp_conn *tc;
	ns_t srtt;

	peer_accept(t);
	tc = peer_conn(t);
	for (uint32_t i = 0; i < 2; i++) {
		CHECK_EQ(peer_write(t, 100), 100);
		CHECK(peer_next(t));
		srtt = tc->srtt;
		peer_wait(t, SEC(5));             /* sent again and again */
		CHECK(tc->backoff >= 1);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 101 + 100 * i, .n_sack = !i,
		    .sack = { { 1, 101 } });
		CHECK_EQ(tc->n_out, 0);
		peer_skip(t);
		CHECK_EQ(tc->srtt == srtt, !i);   /* without a D-SACK it may be one */
	}
	peer_free(t);
}
