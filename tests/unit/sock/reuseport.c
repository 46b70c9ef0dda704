// SPDX-License-Identifier: GPL-3.0-or-later
/* SO_REUSEPORT: who of several gets what comes. */
#include "stack/socket.h"
#include "tests/unit/harness.h"

#define N 4

struct group { struct net *net; struct stack *st; struct sock *sk[N]; };

static struct group group_new(int type, int backlog)
{
	struct endpoint at = { addr_ip4(IP4_LOOPBACK), 1000 };
	struct group g = { .net = net_new() };

	g.st = net_host(g.net, "h1");
	for (int i = 0; i < N; i++) {
		REQUIRE(sk_open(g.st, ADDR_IP4, type, 0, &g.sk[i]) == OK);
		CHECK_EQ(sk_setopt(g.sk[i], SKO_REUSEPORT, 1), OK);
		CHECK_EQ(sk_bind(g.sk[i], &at), OK);
		if (type == SK_STREAM)
			CHECK_EQ(sk_listen(g.sk[i], backlog), OK);
	}
	return g;
}

static struct sock *client(struct group *g, int type)
{
	struct endpoint to = { addr_ip4(IP4_LOOPBACK), 1000 };
	struct sock *sk = NULL;

	REQUIRE(sk_open(g->st, ADDR_IP4, type, 0, &sk) == OK);
	CHECK_EQ(sk_connect(sk, &to), type == SK_STREAM ? ERR_INPROGRESS : OK);
	return sk;
}

/* As Linux: the pair's hash chooses, whoever had the one before. */
TEST(reuseport, peers_are_spread_over_all_listeners)
{
	struct group g = group_new(SK_STREAM, 100);
	struct endpoint peer;
	struct sock *sk;
	int n[N] = { 0 }, all = 0;

	for (int i = 0; i < 40 * N; i++)
		(void)client(&g, SK_STREAM);
	net_run(g.net, MSEC(1));
	for (int i = 0; i < N; i++) {
		for (; sk_accept(g.sk[i], &sk) == OK; n[i]++)
			CHECK_EQ(sk_peer(sk, &peer), OK);
		CHECK(n[i] > 20 && n[i] < 60);
		all += n[i];
	}
	CHECK_EQ(all, 40 * N);
	net_free(g.net);
}

/* The same peer port again, and again while others come. */
TEST(reuseport, one_pair_has_always_the_same_listener)
{
	struct endpoint from = { addr_ip4(IP4_LOOPBACK), 2000 };
	struct endpoint to = { addr_ip4(IP4_LOOPBACK), 1000 };
	struct group g = group_new(SK_STREAM, 100);
	int who = -1;

	for (int round = 0; round < 8; round++) {
		struct sock *c = NULL, *sk, *ours = NULL;
		struct endpoint peer;

		REQUIRE(sk_open(g.st, ADDR_IP4, SK_STREAM, 0, &c) == OK);
		CHECK_EQ(sk_bind(c, &from), OK);
		CHECK_EQ(sk_connect(c, &to), ERR_INPROGRESS);
		for (int i = 0; i < round; i++)
			(void)client(&g, SK_STREAM);
		net_run(g.net, MSEC(1));
		for (int i = 0; i < N; i++) {
			while (sk_accept(g.sk[i], &sk) == OK) {
				CHECK_EQ(sk_peer(sk, &peer), OK);
				if (peer.port != from.port)
					continue;
				CHECK(who < 0 || who == i);
				who = i;
				ours = sk;
			}
		}
		REQUIRE(ours);
		CHECK_EQ(sk_setopt(c, SKO_LINGER, 0), OK);
		sk_close(c);
		sk_close(ours);
		net_run(g.net, MSEC(1));
	}
	net_free(g.net);
}

/* With cookies nobody knows which listener answered the SYN. */
TEST(reuseport, a_cookie_is_good_for_any_of_them)
{
	enum { HALF_OPEN = 6 * N, COOKIES = 2 * N, GONE = 4 * N };
	struct group g = group_new(SK_STREAM, 5);
	struct sock *c[HALF_OPEN + COOKIES], *sk;
	int accepted = 0;

	for (int i = 0; i < HALF_OPEN + COOKIES; i++)
		c[i] = client(&g, SK_STREAM);
	net_run(g.net, USEC(15));                 /* the SYNs are there, the answers under way */
	for (int i = 0; i < GONE; i++)
		sk_close(c[i]);
	net_run(g.net, MSEC(1));
	for (int i = GONE; i < HALF_OPEN + COOKIES; i++)
		CHECK_EQ(sk_ready(c[i]), SK_OUT);
	for (int i = 0; i < N; i++)
		while (sk_accept(g.sk[i], &sk) == OK)
			accepted++;
	CHECK_EQ(accepted, HALF_OPEN + COOKIES - GONE);
	net_free(g.net);
}

TEST(reuseport, datagrams_of_one_flow_go_to_one_and_flows_to_all)
{
	struct group g = group_new(SK_DGRAM, 0);
	bool heard[N] = { false };
	char c;

	for (int i = 0; i < 64; i++) {
		struct sock *tx = client(&g, SK_DGRAM);
		int who = -1;

		for (int n = 0; n < 3; n++)
			CHECK_EQ(sk_send(tx, "x", 1, NULL), 1);
		net_run(g.net, MSEC(1));
		for (int k = 0; k < N; k++) {
			if (sk_recv(g.sk[k], &c, 1, NULL) != 1)
				continue;
			CHECK_EQ(who, -1);
			who = k;
			CHECK_EQ(sk_recv(g.sk[k], &c, 1, NULL), 1);
			CHECK_EQ(sk_recv(g.sk[k], &c, 1, NULL), 1);
			heard[k] = true;
		}
		CHECK(who >= 0);
	}
	for (int k = 0; k < N; k++)
		CHECK(heard[k]);
	net_free(g.net);
}
