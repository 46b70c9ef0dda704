// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/tcp/info.h"

#include "tests/unit/tcp/fixture.h"

static int64_t value(const struct sock *sk, const char *name)
{
	struct sk_tcp_info i;
	int64_t v = -1;

	CHECK_EQ(sk_tcp_info(sk, &i), OK);
	CHECK(sk_tcp_info_find(&i, name, &v));
	return v;
}

TEST(tcp_info, an_established_connection_has_linuxs_numbers)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	CHECK_EQ(value(t->sk, "state"), 1);
	CHECK_EQ(value(t->sk, "options"), 7);
	CHECK_EQ(value(t->sk, "snd_wscale"), 7);
	CHECK_EQ(value(t->sk, "snd_mss"), 1448);
	CHECK_EQ(value(t->sk, "advmss"), 1448);
	CHECK_EQ(value(t->sk, "snd_cwnd"), 10);
	CHECK_EQ(value(t->sk, "snd_ssthresh"), 0x7fffffff);
	CHECK_EQ(value(t->sk, "ca_state"), 0);
	CHECK_EQ(value(t->sk, "unacked"), 0);
	peer_free(t);
}

TEST(tcp_info, what_is_under_way_is_counted_in_segments)
{
	struct peer *t = peer_new(PEER_PLAIN);
	char data[4380] = { 0 };

	peer_accept(t);
	CHECK_EQ(sk_send(t->sk, data, sizeof(data), NULL), 4380);
	CHECK_EQ(value(t->sk, "unacked"), 3);
	CHECK_EQ(value(t->sk, "notsent_bytes"), 0);
	peer_skip(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1461);
	CHECK_EQ(value(t->sk, "unacked"), 2);
	CHECK_EQ(value(t->sk, "bytes_acked"), 1460);
	peer_free(t);
}

TEST(tcp_info, bytes_are_counted_beyond_the_sequence_numbers)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_accept(t);
	peer_conn(t)->bytes_acked = UINT64_C(5) << 32;
	peer_conn(t)->bytes_received = UINT64_C(6) << 32;
	CHECK_EQ(value(t->sk, "bytes_acked"), INT64_C(5) << 32);
	CHECK_EQ(value(t->sk, "bytes_received"), INT64_C(6) << 32);
	peer_free(t);
}

TEST(tcp_info, the_syn_stays_acknowledged_when_the_numbers_wrap)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct tcp_conn *tc;

	peer_connect(t);
	tc = peer_conn(t);
	CHECK_EQ(value(t->sk, "bytes_acked"), 1);
	tc->bytes_acked = UINT64_C(1) << 31;
	tc->iss = seq_sub(tc->snd_una, (uint32_t)tc->bytes_acked + 1);
	CHECK_EQ(value(t->sk, "bytes_acked"), (INT64_C(1) << 31) + 1);
	tc->bytes_acked = UINT32_MAX;
	tc->iss = tc->snd_una;
	CHECK_EQ(value(t->sk, "bytes_acked"), INT64_C(1) << 32);
	peer_free(t);
}

TEST(tcp_info, names_are_linuxs_and_no_others)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sk_tcp_info i;
	struct sock *udp;
	int64_t v;

	peer_accept(t);
	CHECK_EQ(sk_tcp_info(t->sk, &i), OK);
	CHECK(!sk_tcp_info_find(&i, "cwnd", &v));
	CHECK(!sk_tcp_info_find(&i, "rcv_rtt", &v));      /* nobody measures it */
	CHECK_EQ(value(t->sk, "rcv_space"), 14600);
	CHECK_EQ(sk_open(t->st, ADDR_IP4, SK_DGRAM, 0, &udp), OK);
	CHECK_EQ(sk_tcp_info(udp, &i), ERR_OPNOTSUP);
	sk_close(udp);
	peer_free(t);
}
