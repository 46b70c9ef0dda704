// SPDX-License-Identifier: GPL-3.0-or-later
/* Sockets: opening, naming, watching, closing. */
#include "stack/socket.h"
#include "tests/unit/harness.h"

#define H1 IP4(10, 0, 0, 1)
#define H2 IP4(10, 0, 0, 2)

struct pair { struct net *net; struct stack *h1, *h2; struct netdev *e1, *e2; };

static struct pair pair_new(void)
{
	struct pair n = { .net = net_new() };

	n.h1 = net_host(n.net, "h1");
	n.h2 = net_host(n.net, "h2");
	n.e1 = net_dev(n.h1, "eth0", "10.0.0.1/24");
	n.e2 = net_dev(n.h2, "eth0", "10.0.0.2/24");
	net_join(n.e1, n.e2);
	return n;
}

static struct sock *dgram(struct stack *st)
{
	struct sock *sk = NULL;

	REQUIRE(sk_open(st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	return sk;
}

static struct endpoint ep(ip4_t a, uint16_t port)
{
	return (struct endpoint){ addr_ip4(a), port };
}

TEST(sock, open_knows_families_and_types)
{
	struct pair n = pair_new();
	struct sock *sk = NULL;

	CHECK_EQ(sk_open(n.h1, ADDR_IP6, SK_DGRAM, 0, &sk), ERR_AFNOSUP);
	CHECK_EQ(sk_open(n.h1, ADDR_IP4, SK_DGRAM, 6, &sk), ERR_PROTONOSUP);
	CHECK_EQ(sk_open(n.h1, ADDR_IP4, SK_RAW, 0, &sk), ERR_PROTONOSUP);
	CHECK_EQ(sk_open(n.h1, ADDR_IP4, SK_RAW, 256, &sk), ERR_PROTONOSUP);
	CHECK_EQ(sk_open(n.h1, ADDR_IP4, 9, 0, &sk), ERR_SOCKTNOSUP);
	CHECK(sk == NULL);
	CHECK_EQ(sk_open(n.h1, ADDR_IP4, SK_DGRAM, 17, &sk), OK);
	CHECK(sk_stack(sk) == n.h1);
	CHECK_EQ(sk_ready(sk), SK_OUT);
	sk_close(sk);
	sk_close(NULL);
	net_free(n.net);
}

TEST(sock, bind_takes_addresses_of_this_host_and_shared_ones)
{
	static const struct { ip4_t a; int err; } rows[] = {
		{ IP4_ANY, OK }, { H1, OK }, { IP4(127, 1, 2, 3), OK }, { IP4(224, 0, 0, 5), OK },
		{ IP4(10, 0, 0, 255), OK }, { IP4_BROADCAST, OK },
		{ H2, ERR_NOTAVAIL }, { IP4(10, 0, 0, 77), ERR_NOTAVAIL },
	};
	struct pair n = pair_new();

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct sock *sk = dgram(n.h1);
		struct endpoint at = ep(rows[i].a, 5);

		CHECK_EQ(sk_bind(sk, &at), rows[i].err);
		if (rows[i].err == OK)
			CHECK_EQ(sk_bind(sk, &at), ERR_INVAL);    /* only once */
		sk_close(sk);
	}
	net_free(n.net);
}

TEST(sock, connect_chooses_the_source_and_disconnect_takes_it_back)
{
	struct pair n = pair_new();
	struct sock *sk = dgram(n.h1), *fixed = dgram(n.h1);
	struct endpoint to = ep(H2, 9), none = { .port = 0 }, got, at = ep(0, 1234);

	CHECK_EQ(sk_peer(sk, &got), ERR_NOTCONN);
	CHECK_EQ(sk_connect(sk, &to), OK);
	sk_local(sk, &got);
	CHECK_EQ(got.addr.v4, H1);
	CHECK(got.port != 0);
	CHECK_EQ(sk_peer(sk, &got), OK);
	CHECK_EQ(got.addr.v4, H2);
	CHECK_EQ(got.port, 9);
	to = ep(IP4_LOOPBACK, 9);                 /* a new peer: a new source */
	CHECK_EQ(sk_connect(sk, &to), OK);
	sk_local(sk, &got);
	CHECK_EQ(got.addr.v4, IP4_LOOPBACK);
	CHECK_EQ(sk_connect(sk, &none), OK);
	CHECK_EQ(sk_peer(sk, &got), ERR_NOTCONN);
	sk_local(sk, &got);
	CHECK_EQ(got.addr.v4, 0);
	CHECK_EQ(got.port, 0);

	CHECK_EQ(sk_bind(fixed, &at), OK);
	CHECK_EQ(sk_connect(fixed, &to), OK);
	CHECK_EQ(sk_connect(fixed, &none), OK);
	sk_local(fixed, &got);
	CHECK_EQ(got.addr.v4, 0);
	CHECK_EQ(got.port, 1234);                 /* what bind() gave stays */
	sk_close(sk);
	sk_close(fixed);
	net_free(n.net);
}

TEST(sock, a_transparent_one_speaks_for_another)
{
	struct endpoint another = ep(IP4(10, 0, 0, 77), 5), from = { .port = 0 }, h2 = ep(H2, 9);
	struct pair n = pair_new();
	struct sock *in = dgram(n.h2), *out = dgram(n.h1);
	char c = 'x';

	REQUIRE(sk_bind(in, &h2) == OK && sk_setopt(out, SKO_TRANSPARENT, 1) == OK &&
		sk_bind(out, &another) == OK);
	CHECK_EQ(sk_send(out, &c, 1, &h2), 1);
	net_run(n.net, MSEC(1));
	CHECK_EQ(sk_recv(in, &c, 1, &from), 1);
	CHECK_EQ(from.addr.v4, another.addr.v4);
	CHECK_EQ(sk_connect(out, &h2), OK);
	CHECK_EQ(sk_send(out, &c, 1, NULL), 1);
	net_run(n.net, MSEC(1));
	CHECK_EQ(sk_recv(in, &c, 1, &from), 1);
	CHECK_EQ(from.addr.v4, another.addr.v4);
	net_free(n.net);
}

TEST(sock, connect_says_why_it_cannot)
{
	struct pair n = pair_new();
	struct sock *sk = dgram(n.h1);
	struct endpoint far = ep(IP4(192, 0, 2, 1), 9), bcast = ep(IP4(10, 0, 0, 255), 9);
	struct endpoint six = { .addr = { .family = ADDR_IP6 } };

	CHECK_EQ(sk_connect(sk, &six), ERR_AFNOSUP);
	CHECK_EQ(sk_connect(sk, &far), ERR_NETUNREACH);
	CHECK_EQ(sk_connect(sk, &bcast), ERR_ACCES);
	CHECK_EQ(sk_setopt(sk, SKO_BROADCAST, 1), OK);
	CHECK_EQ(sk_connect(sk, &bcast), OK);
	sk_close(sk);
	net_free(n.net);
}

/* --- watches -------------------------------------------------------------------------- */

struct ear {
	struct sk_watch watch;
	unsigned calls;
	uint32_t events;
	struct sock *close;               /* closed by the call, and set to NULL */
	struct sock *own;
	struct ear *unwatch;
	bool again;                       /* watches again from within */
};

static void heard(struct sk_watch *w, uint32_t events)
{
	struct ear *e = container_of(w, struct ear, watch);

	e->calls++;
	e->events |= events;
	if (e->unwatch)
		sk_unwatch(&e->unwatch->watch);
	if (e->again) {
		sk_unwatch(&e->watch);
		sk_watch(e->own, &e->watch);
	}
	sk_close(e->close);
	e->close = NULL;
}

static struct ear ear_new(void)
{
	return (struct ear){ .watch = { .ready = heard } };
}

/* h1 sends to port 7 of h2, where two sockets may listen. */
struct talk { struct pair n; struct sock *from, *a, *b; };

static struct talk talk_new(void)
{
	struct talk t = { .n = pair_new() };
	struct endpoint to = ep(H2, 7), at = ep(H2, 7), group = ep(0, 7);

	t.from = dgram(t.n.h1);
	t.a = dgram(t.n.h2);
	t.b = dgram(t.n.h2);
	CHECK_EQ(sk_setopt(t.a, SKO_REUSEADDR, 1), OK);
	CHECK_EQ(sk_setopt(t.b, SKO_REUSEADDR, 1), OK);
	CHECK_EQ(sk_bind(t.a, &at), OK);
	CHECK_EQ(sk_bind(t.b, &group), OK);
	CHECK_EQ(sk_connect(t.from, &to), OK);
	return t;
}

static void say(struct talk *t)
{
	CHECK_EQ(sk_send(t->from, "x", 1, NULL), 1);
	net_run(t->n.net, SEC(1));
}

static void talk_free(struct talk *t)
{
	sk_close(t->from);
	sk_close(t->a);
	sk_close(t->b);
	net_free(t->n.net);
}

TEST(watch, is_told_of_rising_edges_only)
{
	struct talk t = talk_new();
	struct ear e = ear_new();
	char c;

	sk_watch(t.a, &e.watch);
	say(&t);
	CHECK_EQ(e.calls, 1);
	CHECK_EQ(e.events, SK_IN);
	say(&t);                                  /* still readable: no edge */
	CHECK_EQ(e.calls, 1);
	CHECK_EQ(sk_recv(t.a, &c, 1, NULL), 1);
	say(&t);
	CHECK_EQ(e.calls, 1);                     /* one was left */
	CHECK_EQ(sk_recv(t.a, &c, 1, NULL), 1);
	CHECK_EQ(sk_recv(t.a, &c, 1, NULL), 1);
	say(&t);
	CHECK_EQ(e.calls, 2);
	sk_unwatch(&e.watch);
	sk_unwatch(&e.watch);
	CHECK_EQ(sk_recv(t.a, &c, 1, NULL), 1);
	say(&t);
	CHECK_EQ(e.calls, 2);
	talk_free(&t);
}

TEST(watch, may_close_its_own_socket)
{
	struct talk t = talk_new();
	struct ear first = ear_new(), second = ear_new();

	first.close = t.a;
	sk_watch(t.a, &first.watch);
	sk_watch(t.a, &second.watch);
	t.a = NULL;
	say(&t);
	CHECK_EQ(first.calls, 1);
	CHECK_EQ(second.calls, 0);                /* went with the socket */
	CHECK(first.watch.sk == NULL && second.watch.sk == NULL);
	sk_unwatch(&second.watch);
	CHECK_EQ(show_drops(t.n.h2, DROP_SOCK_CLOSED), 1);
	talk_free(&t);
}

TEST(watch, may_close_another_that_the_same_packet_woke)
{
	struct talk t = talk_new();
	struct ear a = ear_new(), b = ear_new();
	struct endpoint to = ep(IP4(10, 0, 0, 255), 7);

	/* Both are bound to any address now, so that a broadcast wakes both. */
	sk_close(t.a);
	t.a = dgram(t.n.h2);
	CHECK_EQ(sk_setopt(t.a, SKO_REUSEADDR, 1), OK);
	CHECK_EQ(sk_bind(t.a, &(struct endpoint){ addr_ip4(0), 7 }), OK);
	sk_watch(t.a, &a.watch);
	sk_watch(t.b, &b.watch);
	a.close = t.b;
	b.close = t.a;
	CHECK_EQ(sk_setopt(t.from, SKO_BROADCAST, 1), OK);
	CHECK_EQ(sk_send(t.from, "x", 1, &to), 1);
	net_run(t.n.net, SEC(1));
	CHECK_EQ(a.calls + b.calls, 1);           /* who came first closed the other */
	if (a.calls)
		t.b = NULL;
	else
		t.a = NULL;
	talk_free(&t);
}

TEST(watch, may_take_another_watch_away)
{
	struct talk t = talk_new();
	struct ear first = ear_new(), second = ear_new(), third = ear_new();

	first.unwatch = &second;
	sk_watch(t.a, &first.watch);
	sk_watch(t.a, &second.watch);
	sk_watch(t.a, &third.watch);
	say(&t);
	CHECK_EQ(first.calls, 1);
	CHECK_EQ(second.calls, 0);
	CHECK_EQ(third.calls, 1);
	talk_free(&t);
}

TEST(watch, may_watch_again_from_within)
{
	struct talk t = talk_new();
	struct ear first = ear_new(), second = ear_new();

	first.own = t.a;
	first.again = true;
	sk_watch(t.a, &first.watch);
	sk_watch(t.a, &second.watch);
	say(&t);
	CHECK_EQ(first.calls, 1);
	CHECK_EQ(second.calls, 1);
	talk_free(&t);
}

TEST(sock, a_stack_that_goes_away_takes_its_sockets_along)
{
	struct talk t = talk_new();
	struct ear e = ear_new();
	struct sock *sk;

	CHECK_EQ(sk_open(t.n.h2, ADDR_NONE, SK_PACKET, 0, &sk), OK);
	CHECK_EQ(sk_open(t.n.h2, ADDR_IP4, SK_RAW, 1, &sk), OK);
	CHECK_EQ(sk_join(t.a, IP4(224, 1, 1, 1), 0), OK);
	sk_watch(t.a, &e.watch);
	say(&t);
	net_free(t.n.net);                        /* with a datagram unread */
	CHECK(e.watch.sk == NULL);
}

TEST(sock, raw_and_packet_sockets_stand_before_the_others)
{
	struct pair n = pair_new();
	struct sock *udp = dgram(n.h1), *raw, *udp2 = dgram(n.h1), *pkt;
	uint8_t buf[2000];

	CHECK_EQ(sk_open(n.h1, ADDR_IP4, SK_RAW, IP_PROTO_ICMP, &raw), OK);
	CHECK_EQ(sk_open(n.h1, ADDR_NONE, SK_PACKET, 0, &pkt), OK);
	CHECK(net_ping(n.h2, "10.0.0.1", 10));
	CHECK(sk_recv(raw, buf, sizeof(buf), NULL) > 0);
	CHECK(sk_recv(pkt, buf, sizeof(buf), NULL) > 0);
	sk_close(udp);
	sk_close(raw);
	sk_close(udp2);
	sk_close(pkt);
	net_free(n.net);
}
