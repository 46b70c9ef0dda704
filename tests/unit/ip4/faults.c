// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The n-th packet allocation fails, for every n: whatever it was for, nothing
 * crashes, nothing leaks, and once memory is there again all works.
 */
#include "stack/socket.h"
#include "tests/unit/harness.h"

struct line { struct net *net; struct stack *h1, *r, *h2; };

/* h1 -- r -- h2, with a short MTU behind the router. */
static struct line line_new(void)
{
	struct line l = { .net = net_new() };
	struct netdev *d1, *d2, *r1, *r2;

	l.h1 = net_host(l.net, "h1");
	l.r = net_router(l.net, "r");
	l.h2 = net_host(l.net, "h2");
	d1 = net_dev(l.h1, "eth0", "10.0.1.2/24");
	r1 = net_dev(l.r, "eth0", "10.0.1.1/24");
	r2 = net_dev(l.r, "eth1", "10.0.2.1/24");
	d2 = net_dev(l.h2, "eth0", "10.0.2.2/24");
	net_join(d1, r1);
	net_join(r2, d2);
	net_route(l.h1, "0.0.0.0/0", "10.0.1.1");
	net_route(l.h2, "0.0.0.0/0", "10.0.2.1");
	CHECK_EQ(netdev_set_mtu(r2, 1000), OK);
	CHECK_EQ(netdev_set_mtu(d2, 1000), OK);
	return l;
}

static bool exchange_pings(struct line *l) { return net_ping(l->h1, "10.0.2.2", 3000); }

/* A datagram to a closed port, and the error that answers it. */
static bool exchange_udp(struct line *l)
{
	struct endpoint to = { .port = 9 };
	uint8_t data[2000] = { 0 };
	struct sk_err e;
	struct sock *sk = NULL;
	bool ok = false;

	REQUIRE(addr_parse(&to.addr, "10.0.2.2"));
	if (sk_open(l->h1, ADDR_IP4, SK_DGRAM, 0, &sk) == OK &&
	    sk_setopt(sk, SKO_RECVERR, 1) == OK &&
	    sk_send(sk, data, sizeof(data), &to) == (ssize_t)sizeof(data)) {
		net_run(l->net, SEC(5));
		ok = sk_recverr(sk, &e) && e.err == ERR_REFUSED;
	}
	sk_close(sk);
	return ok;
}

static void sweep(bool (*exchange)(struct line *l))
{
	struct pkt_pool_stats s;
	uint64_t n = 0;

	do {
		struct line l = line_new();
		struct pkt_pool *pool = net_pool(l.net);
		bool ok;

		pkt_pool_fail_after(pool, n++);
		ok = exchange(&l);
		pkt_pool_stats(pool, &s);
		CHECK(ok || s.failed > 0);
		pkt_pool_fail_after(pool, UINT64_MAX);
		net_run(l.net, SEC(40));          /* half a datagram times out */
		CHECK(exchange(&l));
		net_free(l.net);
	} while (s.failed && n < 1000);
	CHECK(n > 10 && n < 1000);
}

TEST(faults, a_fragmented_ping_through_a_router) { sweep(exchange_pings); }
TEST(faults, a_datagram_to_a_closed_port) { sweep(exchange_udp); }
