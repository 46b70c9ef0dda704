// SPDX-License-Identifier: GPL-3.0-or-later
/* Sets of sockets: what epoll(7) cannot be asked (like_set.c has the rest). */
#include "stack/socket.h"
#include "tests/unit/harness.h"

static struct sock *dgram(struct stack *st, uint16_t port)
{
	struct endpoint at = { addr_ip4(IP4_LOOPBACK), port };
	struct sock *sk = NULL;

	REQUIRE(sk_open(st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	if (port)
		REQUIRE(sk_bind(sk, &at) == OK);
	return sk;
}

static void woken(void *arg) { ++*(unsigned *)arg; }

TEST(set, whoever_waits_is_woken_once_for_the_first_that_is_ready)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct sock *a = dgram(st, 1000), *b = dgram(st, 1001), *tx = dgram(st, 0);
	struct endpoint to_a = { addr_ip4(IP4_LOOPBACK), 1000 };
	struct endpoint to_b = { addr_ip4(IP4_LOOPBACK), 1001 };
	struct sk_set *set = sk_set_new();
	struct sk_event ev[4];
	unsigned n = 0;
	char c;

	REQUIRE(set != NULL);
	sk_set_on_ready(set, woken, &n);
	CHECK_EQ(sk_set_add(set, a, SK_IN, 1), OK);
	CHECK_EQ(sk_set_add(set, b, SK_IN, 2), OK);
	CHECK_EQ(n, 0);
	CHECK_EQ(sk_send(tx, "x", 1, &to_a), 1);
	CHECK_EQ(sk_send(tx, "x", 1, &to_b), 1);
	net_run(net, MSEC(1));
	CHECK_EQ(n, 1);
	CHECK_EQ(sk_set_wait(set, ev, 4), 2);
	CHECK_EQ(ev[0].data, 1);
	CHECK_EQ(ev[1].data, 2);
	CHECK_EQ(sk_recv(a, &c, 1, NULL), 1);
	CHECK_EQ(sk_recv(b, &c, 1, NULL), 1);
	CHECK_EQ(sk_set_wait(set, ev, 4), 0);
	CHECK_EQ(sk_send(tx, "x", 1, &to_b), 1);
	net_run(net, MSEC(1));
	CHECK_EQ(n, 2);
	sk_close(b);                              /* leaves the set, ready or not */
	CHECK_EQ(sk_set_wait(set, ev, 4), 0);
	sk_close(tx);
	sk_set_free(set);
	sk_close(a);
	sk_set_free(NULL);
	net_free(net);
}

TEST(set, a_stack_may_go_before_the_sets_of_its_sockets)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct sk_set *set = sk_set_new();
	struct sk_event ev;

	REQUIRE(set != NULL);
	CHECK_EQ(sk_set_add(set, dgram(st, 0), SK_OUT, 1), OK);
	CHECK_EQ(sk_set_wait(set, &ev, 1), 1);
	net_free(net);
	CHECK_EQ(sk_set_wait(set, &ev, 1), 0);
	sk_set_free(set);
}

TEST(set, those_that_are_not_ready_cost_nothing)
{
	enum { MANY = 20000 };
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct sock *one = dgram(st, 1000), *tx = dgram(st, 0);
	struct endpoint to = { addr_ip4(IP4_LOOPBACK), 1000 };
	struct sk_set *set = sk_set_new();
	struct sk_event ev[4];

	REQUIRE(set != NULL);
	for (unsigned i = 0; i < MANY; i++)
		REQUIRE(sk_set_add(set, dgram(st, 0), SK_IN, 7) == OK);
	CHECK_EQ(sk_set_add(set, one, SK_IN | SK_EDGE, 1), OK);
	for (unsigned i = 0; i < MANY; i++) {     /* by members it would take minutes */
		REQUIRE(sk_send(tx, "", 1, &to) == 1);
		net_run(net, USEC(20));
		REQUIRE(sk_set_wait(set, ev, 4) == 1);
		REQUIRE(sk_recv(one, &(char){ 0 }, 1, NULL) == 1);
	}
	sk_set_free(set);
	net_free(net);
}
