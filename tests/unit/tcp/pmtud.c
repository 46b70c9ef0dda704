// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 1191 6.4, RFC 4821 7.7. */
#include "tests/unit/tcp/flight.h"

TEST(pmtud, what_was_too_long_is_sent_again_at_once_in_pieces)
{
	struct peer *t = flight(3);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t cwnd = tc->cc.cwnd, sent = 0;

	peer_icmp(t, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, 1000, AT(0));
	CHECK_EQ(tc->snd_mss, 960);
	CHECK_EQ(peer_waiting(t), 6);
	while (peer_waiting(t)) {
		CHECK(peer_next(t));
		CHECK(t->got.len <= 960);
		sent += t->got.len;
	}
	CHECK_EQ(sent, 3 * MSS);
	CHECK_EQ(tc->cc.cwnd, cwnd);
	flight_ack(t, 3);
	CHECK_EQ(tc->ca_state, CA_OPEN);
	CHECK(tc->cc.cwnd >= cwnd);
	peer_free(t);
}

TEST(pmtud, a_path_that_swallows_long_segments_gets_shorter_ones)
{
	struct peer *t = flight(1);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t least = MSS;

	CHECK_EQ(stack_set_option(t->st, OPT_TCP_MTU_PROBING, 1), OK);

	for (int i = 0; i < 100 && !tc->mss_cap; i++)
		peer_wait(t, MSEC(100));
	CHECK_EQ(tc->snd_mss, 1024);
	while (peer_waiting(t)) {
		CHECK(peer_next(t));
		CHECK(t->got.len == MSS || t->got.len == 1024);
		if (t->got.len < least)
			least = t->got.len;
	}
	CHECK_EQ(least, 1024);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(0) + 1024);
	HEAR(t, TCP_ACK | TCP_PSH, AT(0) + 1024, 1, MSS - 1024);
	flight_ack(t, 1);
	CHECK_EQ(tc->n_out, 0);
	peer_wait(t, SEC(601));                   /* the path may have changed */
	flight_write(t, 1);
	peer_skip(t);
	flight_ack(t, 2);
	CHECK_EQ(tc->snd_mss, MSS);
	peer_free(t);
}

/* Its block was made for the short ones. */
TEST(pmtud, what_was_begun_when_segments_were_short_is_filled_when_they_are_long)
{
	struct peer *t = flight(1);
	struct tcp_conn *tc = peer_conn(t);
	uint32_t sent = 0;

	t->st->opt[OPT_TCP_MTU_PROBING] = 1;
	for (int i = 0; i < 100 && !tc->mss_cap; i++)
		peer_wait(t, MSEC(100));
	flight_ack(t, 1);
	CHECK_EQ(tc->snd_mss, 1024);
	peer_skip(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_CORK, 1), OK);
	peer_wait(t, SEC(600));
	CHECK_EQ(peer_write(t, 1024 + 10), 1024 + 10);
	HEAR(t, TCP_ACK, AT(1), 1, 1024);
	peer_wait(t, MSEC(20));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = AT(1) + 1024);
	CHECK_EQ(tc->snd_mss, MSS);
	CHECK_EQ(peer_write(t, MSS), MSS);
	CHECK_EQ(sk_setopt(t->sk, SKO_NODELAY, 1), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_CORK, 0), OK);
	while (peer_next(t))
		sent += t->got.len;
	CHECK_EQ(sent, 10 + MSS);
	peer_free(t);
}

TEST(pmtud, a_short_segment_that_times_out_is_no_sign_of_it)
{
	struct peer *t = flight(0);

	(void)peer_write(t, 100);
	peer_wait(t, SEC(20));
	CHECK(peer_conn(t)->backoff > 3);
	CHECK_EQ(peer_conn(t)->snd_mss, MSS);
	peer_free(t);
}
