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

	for (int i = 0; i < 100 && tc->snd_mss == MSS; i++)
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
	peer_free(t);
}

/* --- RFC 4821 7.3 to 7.6 -------------------------------------------------------------- */

#define BASE 1024u                        /* tcp_base_mss */
#define FIRST 1242u                       /* (1064 + 1500) / 2, less headers */

/* With tcp_mtu_probing 2 and cwnd for 30 segments; nothing is out. */
static struct peer *searching(void)
{
	struct peer *t = peer_new(PEER_SACK);

	t->st->opt[OPT_TCP_MTU_PROBING] = 2;
	t->st->opt[OPT_TCP_IDLE_RESTART] = 0;
	peer_accept(t);
	CHECK_EQ(peer_conn(t)->snd_mss, BASE);
	peer_conn(t)->cc.cwnd = 30 * BASE;
	return t;
}

static void ack_all(struct peer *t)
{
	const struct tcp_conn *tc = peer_conn(t);

	while (tc->n_out) {
		peer_wait(t, MSEC(1));
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = (uint32_t)seq_diff(tc->snd_nxt, tc->iss));
	}
	peer_skip(t);
}

/* Writes, and says of the first segment how long it is. */
static uint32_t first_of(struct peer *t, size_t n)
{
	const struct tcp_conn *tc = peer_conn(t);
	uint32_t at = (uint32_t)seq_diff(tcp_sendq_end(tc), tc->iss), len;
	uint8_t data[20 * MSS];

	for (uint32_t i = 0; i < n; i++)
		data[i] = peer_byte(at + i);
	CHECK_EQ(sk_send(t->sk, data, n, NULL), (ssize_t)n);
	CHECK(peer_next(t));
	len = t->got.len;
	for (uint32_t i = 0; i < len; i++)
		CHECK_EQ(t->got.data[i], peer_byte(t->got.seq + i));
	peer_skip(t);
	return len;
}

TEST(pmtud, the_search_narrows_until_it_is_not_worth_it)
{
	static const uint32_t probes[] = { FIRST, 1351, 1405, 1432, 1446, 1453 };
	struct peer *t = searching();
	const struct tcp_conn *tc = peer_conn(t);

	for (size_t i = 0; i < N_ELEM(probes); i++) {
		CHECK_EQ(first_of(t, 10 * MSS), probes[i]);
		ack_all(t);
		CHECK_EQ(tc->snd_mss, probes[i]);
	}
	CHECK_EQ(first_of(t, 10 * MSS), 1453);    /* 1460 is less than 8 above */
	ack_all(t);
	CHECK_EQ(t->st->stat[ST_TCP_MTUP_SUCCESS], 6);
	CHECK_EQ(t->st->stat[ST_TCP_MTUP_FAIL], 0);
	peer_free(t);
}

TEST(pmtud, too_little_data_or_window_is_not_probed_with)
{
	struct peer *t = searching();

	CHECK_EQ(first_of(t, FIRST + 4 * BASE - 1), BASE);
	ack_all(t);
	peer_window(t, FIRST + 4 * BASE - 1);
	CHECK_EQ(first_of(t, FIRST + 4 * BASE), BASE);
	peer_free(t);
}

TEST(pmtud, only_one_is_out_and_none_without_dont_fragment)
{
	struct peer *t = searching();

	CHECK_EQ(first_of(t, 6 * BASE), FIRST);
	CHECK_EQ(first_of(t, 6 * BASE), BASE);
	ack_all(t);
	CHECK_EQ(sk_setopt(t->sk, SKO_PMTUDISC, PMTU_DONT), OK);
	CHECK_EQ(first_of(t, 6 * BASE), FIRST);
	CHECK_EQ(peer_conn(t)->snd_mss, FIRST);
	ack_all(t);
	CHECK_EQ(t->st->stat[ST_TCP_MTUP_SUCCESS], 1);
	peer_free(t);
}

TEST(pmtud, a_probe_waits_for_the_windows_that_it_needs)
{
	struct peer *t = searching();
	struct tcp_conn *tc = peer_conn(t);

	tc->cc.cwnd = 11 * BASE;
	CHECK_EQ(first_of(t, 4 * BASE), BASE);    /* too little to probe with */
	peer_window(t, 9 * BASE);
	CHECK_EQ(peer_write(t, 10 * BASE), 10 * BASE);
	SILENCE(t);                               /* though there is room for some */
	peer_wait(t, MSEC(1));
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1 + 4 * BASE);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.len, FIRST);
	peer_free(t);
}

TEST(pmtud, after_ten_minutes_the_search_begins_again)
{
	struct peer *t = searching();
	const struct tcp_conn *tc = peer_conn(t);

	t->st->opt[OPT_TCP_PROBE_THRESHOLD] = 600;
	CHECK_EQ(first_of(t, 10 * BASE), BASE);
	ack_all(t);
	t->st->opt[OPT_TCP_PROBE_THRESHOLD] = 200;
	CHECK_EQ(first_of(t, 10 * BASE), FIRST);
	peer_icmp(t, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, 1200, 1 + 10 * BASE);
	CHECK_EQ(t->st->stat[ST_TCP_MTUP_FAIL], 1);
	CHECK_EQ(peer_waiting(t), 2);             /* in two pieces */
	peer_skip(t);
	ack_all(t);
	CHECK_EQ(first_of(t, 10 * BASE), BASE);
	ack_all(t);
	peer_wait(t, SEC(601));                   /* and 1200 is not believed any more */
	CHECK_EQ(first_of(t, 10 * BASE), BASE);
	ack_all(t);
	CHECK_EQ(first_of(t, 10 * BASE), FIRST);
	ack_all(t);
	CHECK_EQ(tc->snd_mss, FIRST);
	peer_free(t);
}

TEST(pmtud, a_timeout_meanwhile_tells_nothing_of_the_probe)
{
	struct peer *t = searching();
	const struct tcp_conn *tc = peer_conn(t);

	CHECK_EQ(first_of(t, 6 * BASE), FIRST);
	peer_wait(t, MSEC(400));
	peer_skip(t);
	ack_all(t);
	CHECK_EQ(tc->snd_mss, BASE);
	CHECK_EQ(t->st->stat[ST_TCP_MTUP_SUCCESS] + t->st->stat[ST_TCP_MTUP_FAIL], 0);
	peer_free(t);
}

/* Its block was made for the short ones. */
TEST(pmtud, what_was_begun_when_segments_were_short_is_filled_when_they_are_long)
{
	struct peer *t = searching();
	struct tcp_conn *tc = peer_conn(t);
	uint32_t sent = 0;

	CHECK_EQ(first_of(t, 6 * BASE), FIRST);
	CHECK_EQ(sk_setopt(t->sk, SKO_CORK, 1), OK);
	CHECK_EQ(peer_write(t, 10), 10);
	SILENCE(t);
	ack_all(t);
	CHECK_EQ(tc->snd_mss, FIRST);
	CHECK_EQ(peer_write(t, FIRST), FIRST);
	CHECK_EQ(sk_setopt(t->sk, SKO_NODELAY, 1), OK);
	CHECK_EQ(sk_setopt(t->sk, SKO_CORK, 0), OK);
	while (peer_next(t))
		sent += t->got.len;
	CHECK_EQ(sent, 10 + FIRST);
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
