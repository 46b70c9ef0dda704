// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 3168 6.1. */
#include "tests/unit/tcp/fixture.h"

#define SETUP (TCP_ECE | TCP_CWR)
#define ECT0 2
#define CE 3
#define MSS 1460u

/* A peer that asked for it, and got it. */
static struct peer *agreed(void)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_listen(t, 1);
	peer_say_syn(t, TCP_SYN | SETUP, 0);
	HEAR(t, TCP_SYN | TCP_ACK | TCP_ECE, 0, 1, 0);
	CHECK_EQ(t->got.ip.tos & 3, 0);           /* 6.1.1: no ECT in a SYN-ACK */
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(sk_accept(t->listener, &t->sk), OK);
	CHECK(peer_conn(t)->ecn.ok);
	return t;
}

TEST(ecn, it_is_agreed_on_when_the_peer_asks)
{
	peer_free(agreed());
}

TEST(ecn, a_peer_that_does_not_ask_does_not_get_it)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	CHECK(!peer_conn(t)->ecn.ok);
	(void)peer_write(t, MSS);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, MSS);
	CHECK_EQ(t->got.ip.tos & 3, 0);
	peer_free(t);
}

TEST(ecn, our_syn_asks_only_if_told_to_and_only_once)
{
	struct peer *t = peer_new(PEER_SACK);

	t->st->opt[OPT_TCP_ECN] = 1;
	peer_listen(t, 1);
	CHECK_EQ(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk), OK);
	CHECK_EQ(sk_connect(t->sk, &(struct endpoint){ addr_ip4(PEER_THEM), 1000 }), ERR_INPROGRESS);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags, TCP_SYN | SETUP);
	peer_wait(t, MSEC(1100));
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags, TCP_SYN);
	peer_free(t);
}

TEST(ecn, new_data_is_ect_and_what_is_sent_again_is_not)
{
	struct peer *t = agreed();

	(void)peer_write(t, MSS);
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, MSS);
	CHECK_EQ(t->got.ip.tos & 3, ECT0);
	peer_wait(t, SEC(1));
	HEAR(t, TCP_ACK | TCP_PSH, 1, 1, MSS);
	CHECK_EQ(t->got.ip.tos & 3, 0);
	peer_free(t);
}

TEST(ecn, congestion_experienced_is_echoed_until_the_peer_slowed_down)
{
	struct peer *t = agreed();

	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 100, .tos = CE);
	HEAR(t, TCP_ACK | TCP_ECE, 1, 101, 0);
	CHECK_EQ(t->got.ip.tos & 3, 0);           /* 6.1.4: a pure ACK */
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 101, .ack = 1, .len = 100, .tos = ECT0);
	HEAR(t, TCP_ACK | TCP_ECE, 1, 201, 0);
	SAY(t, .flags = TCP_ACK | TCP_PSH | TCP_CWR, .seq = 201, .ack = 1, .len = 100, .tos = ECT0);
	HEAR(t, TCP_ACK, 1, 301, 0);
	peer_free(t);
}

TEST(ecn, an_echo_reduces_the_window_once_a_round_trip_and_cwr_says_so)
{
	struct peer *t = agreed();
	struct tcp_conn *tc = peer_conn(t);
	uint32_t cwnd = tc->cc.cwnd, ssthresh;

	(void)peer_write(t, 10 * MSS);
	peer_skip(t);
	SAY(t, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 1 + MSS);
	CHECK_EQ(tc->ca_state, CA_CWR);
	ssthresh = tc->cc.ssthresh;
	CHECK(ssthresh < cwnd);
	SAY(t, .flags = TCP_ACK | TCP_ECE, .seq = 1, .ack = 1 + 2 * MSS);
	CHECK_EQ(tc->cc.ssthresh, ssthresh);
	(void)peer_write(t, MSS);
	for (uint32_t i = 3; i <= 10; i++)
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1 + i * MSS);
	CHECK(peer_next(t));
	CHECK_EQ(t->got.h.flags & TCP_CWR, TCP_CWR);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1 + 11 * MSS);
	CHECK_EQ(tc->ca_state, CA_OPEN);
	CHECK(tc->cc.cwnd >= ssthresh && tc->cc.cwnd <= ssthresh + MSS);
	CHECK_EQ(t->st->stat[ST_TCP_RETRANS], 0);
	peer_free(t);
}
