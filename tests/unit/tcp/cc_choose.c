// SPDX-License-Identifier: GPL-3.0-or-later
/* TCP_CONGESTION: by name, before, during and through a listener. */
#include "tests/unit/tcp/fixture.h"

TEST(cc_choose, cubic_is_the_default_and_names_are_checked)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	CHECK_STR(sk_get_congestion(t->sk), "cubic");
	CHECK_EQ(sk_set_congestion(t->sk, "bbr"), ERR_NOENT);
	CHECK_STR(sk_get_congestion(t->sk), "cubic");
	peer_free(t);
}

TEST(cc_choose, a_connection_changes_over_and_keeps_its_window)
{
	struct peer *t = peer_new(PEER_SACK);
	uint32_t cwnd;

	peer_accept(t);
	cwnd = peer_conn(t)->cc.cwnd;
	CHECK_EQ(sk_set_congestion(t->sk, "reno"), OK);
	CHECK_STR(sk_get_congestion(t->sk), "reno");
	CHECK_EQ(peer_conn(t)->cc.cwnd, cwnd);
	CHECK_EQ(sk_set_congestion(t->sk, "cubic"), OK);
	CHECK_EQ(peer_conn(t)->cc.cwnd, cwnd);
	peer_free(t);
}

TEST(cc_choose, what_is_accepted_has_its_listener_s)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_listen(t, 1);
	CHECK_EQ(sk_set_congestion(t->listener, "reno"), OK);
	peer_say_syn(t, TCP_SYN, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	CHECK_EQ(sk_accept(t->listener, &t->sk), OK);
	CHECK_STR(sk_get_congestion(t->sk), "reno");
	CHECK(peer_conn(t)->cc.ops == &cc_reno);
	peer_free(t);
}

TEST(cc_choose, only_streams_have_one)
{
	struct peer *t = peer_new(PEER_SACK);
	struct sock *sk;

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	CHECK_EQ(sk_set_congestion(sk, "reno"), ERR_NOPROTOOPT);
	CHECK(sk_get_congestion(sk) == NULL);
	sk_close(sk);
	peer_free(t);
}
