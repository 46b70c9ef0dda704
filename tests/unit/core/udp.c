// SPDX-License-Identifier: GPL-3.0-or-later
/* UDP: which socket gets a datagram, and what happens to those that none gets. */
#include "stack/core/core.h"
#include "stack/socket.h"
#include "stack/util/be.h"
#include "tests/unit/harness.h"

#define H1 IP4(10, 0, 0, 1)
#define H2 IP4(10, 0, 0, 2)
#define PEER IP4(10, 0, 0, 9)

/* h1 and h2 on one wire. */
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

static struct endpoint ep(ip4_t a, uint16_t port)
{
	return (struct endpoint){ addr_ip4(a), port };
}

static struct sock *sock_at(struct stack *st, ip4_t a, uint16_t port)
{
	struct endpoint at = ep(a, port);
	struct sock *sk = NULL;

	REQUIRE(sk_open(st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	REQUIRE(sk_bind(sk, &at) == OK);
	return sk;
}

static struct sock *sock_to(struct stack *st, ip4_t a, uint16_t port)
{
	struct endpoint to = ep(a, port);
	struct sock *sk = NULL;

	REQUIRE(sk_open(st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	REQUIRE(sk_connect(sk, &to) == OK);
	return sk;
}

/* The datagrams that wait, as one string; each ends in a '.'. */
static const char *drain(struct sock *sk)
{
	static char text[256];
	size_t n = 0;
	ssize_t got;

	while ((got = sk_recv(sk, text + n, sizeof(text) - n - 2, NULL)) >= 0) {
		n += (size_t)got;
		text[n++] = '.';
	}
	CHECK_EQ(got, ERR_AGAIN);
	text[n] = '\0';
	return text;
}

TEST(udp, a_datagram_arrives_with_what_ip_says_about_it)
{
	struct pair n = pair_new();
	struct sock *a = sock_at(n.h1, 0, 1000), *b = sock_at(n.h2, 0, 2000);
	struct endpoint to = ep(H2, 2000), from;
	char text[20];
	struct sk_msg m = { .buf = text, .n = sizeof(text) };

	CHECK_EQ(sk_setopt(a, SKO_TTL, 7), OK);
	CHECK_EQ(sk_setopt(a, SKO_TOS, 0x10), OK);
	CHECK_EQ(sk_send(a, "hello", 5, &to), 5);
	CHECK_EQ(sk_recvmsg(b, &m), ERR_AGAIN);
	net_run(n.net, SEC(1));
	CHECK_EQ(sk_recvmsg(b, &m), 5);
	CHECK_MEM(text, "hello", 5);
	CHECK_EQ(m.full, 5);
	CHECK_EQ(m.peer.addr.v4, H1);
	CHECK_EQ(m.peer.port, 1000);
	CHECK_EQ(m.local.v4, H2);
	CHECK_EQ(m.ttl, 7);
	CHECK_EQ(m.tos, 0x10);
	CHECK_EQ(m.ifindex, n.e2->ifindex);
	CHECK(m.at > 0 && m.at < MSEC(1));
	from = m.peer;
	CHECK_EQ(sk_send(b, "", 0, &from), 0);
	net_run(n.net, SEC(1));
	CHECK_STR(drain(a), ".");
	sk_close(a);
	sk_close(b);
	net_free(n.net);
}

/* --- what arrives, byte by byte ------------------------------------------------- */

/* h1 with a socket on port 7, on an interface where the test is the link. */
struct solo { struct net *net; struct stack *st; struct netdev *dev; struct sock *sk; };

static struct solo solo_new(void)
{
	struct solo n = { .net = net_new() };

	n.st = net_host(n.net, "h1");
	n.dev = net_dev(n.st, "eth0", "10.0.0.1/24");
	net_peer(n.dev, "10.0.0.9");
	n.sk = sock_at(n.st, 0, 7);
	return n;
}

static void solo_free(struct solo *n)
{
	sk_close(n->sk);
	net_free(n->net);
}

/* A datagram from PEER port 99, changed by the test before it is sent. */
struct dgram { struct ip4_hdr ip; size_t n; uint8_t b[200]; };

static struct dgram dgram_to(ip4_t dst, uint16_t port, const char *text)
{
	struct dgram d = { .ip = { .hlen = IP4_HLEN, .ttl = 64, .proto = IP_PROTO_UDP,
				   .src = PEER, .dst = dst } };

	d.n = frame_udp(d.b, &d.ip, 99, port, text, strlen(text));
	return d;
}

static void arrive(struct solo *n, const struct dgram *d)
{
	static struct frame f;

	frame_ip4(&f, n->dev, &d->ip, NULL, d->b, d->n);
	if (d->ip.dst == IP4(10, 0, 0, 255) || d->ip.dst == IP4_BROADCAST)
		memset(f.b, 0xff, 6);
	net_inject_frame(n->dev, &f);
}

TEST(udp, a_bad_checksum_is_dropped_and_none_is_accepted)
{
	struct solo n = solo_new();
	struct dgram d = dgram_to(H1, 7, "abc");

	d.b[6] ^= 0x40;
	arrive(&n, &d);
	CHECK_EQ(show_drops(n.st, DROP_UDP_CHECKSUM), 1);
	put_be16(d.b + 6, 0);                     /* RFC 768: none was computed */
	arrive(&n, &d);
	CHECK_STR(drain(n.sk), "abc.");
	CHECK_EQ(show_stat(n.st, ST_UDP_IN), 1);
	CHECK_EQ(net_sent(n.dev), 0);
	solo_free(&n);
}

TEST(udp, the_length_field_is_checked_and_padding_is_cut_off)
{
	struct solo n = solo_new();
	struct dgram d = dgram_to(H1, 7, "abc");

	memset(d.b + d.n, 0xee, 5);               /* inside the IP packet, behind the datagram */
	d.n += 5;
	arrive(&n, &d);
	CHECK_STR(drain(n.sk), "abc.");
	put_be16(d.b + 4, (uint16_t)(d.n + 1));   /* more than there is */
	arrive(&n, &d);
	put_be16(d.b + 4, 7);                     /* less than a header */
	arrive(&n, &d);
	CHECK_EQ(show_drops(n.st, DROP_UDP_LENGTH), 2);
	d.n = 7;
	arrive(&n, &d);
	CHECK_EQ(show_drops(n.st, DROP_UDP_SHORT), 1);
	CHECK_STR(drain(n.sk), "");
	CHECK_EQ(net_sent(n.dev), 0);
	solo_free(&n);
}

TEST(udp, a_closed_port_is_unreachable_but_not_for_broadcasts)
{
	struct solo n = solo_new();
	struct dgram d = dgram_to(H1, 8, "abc");
	static struct seen s;

	arrive(&n, &d);
	CHECK_EQ(net_sent(n.dev), 1);
	if (net_seen(n.dev, 0, &s)) {
		CHECK_EQ(s.ip.dst, PEER);
		CHECK_EQ(s.icmp.type, ICMP4_UNREACH);
		CHECK_EQ(s.icmp.code, ICMP4_UNREACH_PORT);
		CHECK(s.n >= IP4_HLEN + d.n);
		CHECK_MEM(s.data + IP4_HLEN, d.b, d.n);
	}
	d = dgram_to(IP4(10, 0, 0, 255), 8, "abc");
	arrive(&n, &d);
	CHECK_EQ(net_sent(n.dev), 1);
	CHECK_EQ(show_drops(n.st, DROP_UDP_NO_PORT), 2);
	CHECK_EQ(show_stat(n.st, ST_UDP_NO_PORTS), 2);
	solo_free(&n);
}

TEST(udp, the_most_specific_socket_gets_the_datagram)
{
	struct solo n = solo_new();
	struct endpoint peer = ep(PEER, 99), other = ep(PEER, 98);
	struct dgram d = dgram_to(H1, 7, "x");
	struct sock *bound, *connected;

	CHECK_EQ(sk_setopt(n.sk, SKO_REUSEADDR, 1), OK);
	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &bound) == OK);
	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &connected) == OK);
	CHECK_EQ(sk_setopt(bound, SKO_REUSEADDR, 1), OK);
	CHECK_EQ(sk_setopt(connected, SKO_REUSEADDR, 1), OK);

	arrive(&n, &d);
	CHECK_STR(drain(n.sk), "x.");

	CHECK_EQ(sk_bind(bound, &(struct endpoint){ addr_ip4(H1), 7 }), OK);
	arrive(&n, &d);
	CHECK_STR(drain(bound), "x.");

	CHECK_EQ(sk_bind(connected, &(struct endpoint){ addr_ip4(0), 7 }), OK);
	CHECK_EQ(sk_connect(connected, &peer), OK);
	arrive(&n, &d);
	CHECK_STR(drain(connected), "x.");

	CHECK_EQ(sk_connect(connected, &other), OK);      /* of another peer: not its */
	arrive(&n, &d);
	CHECK_STR(drain(connected), "");
	CHECK_STR(drain(bound), "x.");
	CHECK_STR(drain(n.sk), "");
	sk_close(bound);
	sk_close(connected);
	solo_free(&n);
}

TEST(udp, a_broadcast_goes_to_all_that_match)
{
	struct solo n = solo_new();
	struct sock *second, *elsewhere = sock_at(n.st, 0, 8);
	struct dgram d = dgram_to(IP4_BROADCAST, 7, "b");

	CHECK_EQ(sk_setopt(n.sk, SKO_REUSEADDR, 1), OK);
	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &second) == OK);
	CHECK_EQ(sk_setopt(second, SKO_REUSEADDR, 1), OK);
	CHECK_EQ(sk_bind(second, &(struct endpoint){ addr_ip4(0), 7 }), OK);
	arrive(&n, &d);
	CHECK_STR(drain(n.sk), "b.");
	CHECK_STR(drain(second), "b.");
	CHECK_STR(drain(elsewhere), "");
	sk_close(second);
	sk_close(elsewhere);
	solo_free(&n);
}

/* Frames that died for want of memory, as the lab hears of them. */
struct deaths { unsigned n; const struct netdev *dev; size_t len; };

static void on_death(void *ctx, struct netdev *dev, const struct pkt *p, enum drop why)
{
	struct deaths *d = ctx;
	uint8_t b[200];

	if (why != DROP_NO_MEMORY)
		return;
	d->n++;
	d->dev = dev;
	d->len = pkt_frame(p, b, sizeof(b));
}

TEST(udp, who_gets_no_copy_of_a_broadcast_for_want_of_memory_is_counted)
{
	static const struct stack_hooks hooks = { .drop = on_death };

	for (unsigned room = 0; room <= 3; room++) {
		struct solo n = solo_new();
		struct dgram d = dgram_to(IP4_BROADCAST, 7, "b");
		struct deaths dead = { 0 };
		struct sock *sk[2];
		unsigned got;

		CHECK_EQ(sk_setopt(n.sk, SKO_REUSEADDR, 1), OK);
		for (int i = 0; i < 2; i++) {
			REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &sk[i]) == OK);
			CHECK_EQ(sk_setopt(sk[i], SKO_REUSEADDR, 1), OK);
			CHECK_EQ(sk_bind(sk[i], &(struct endpoint){ addr_ip4(0), 7 }), OK);
		}
		n.st->hooks = &hooks;
		n.st->ctx = &dead;
		pkt_pool_fail_after(net_pool(n.net), 1 + room);   /* 1: the frame itself */
		arrive(&n, &d);
		pkt_pool_fail_after(net_pool(n.net), UINT64_MAX);
		got = (unsigned)(sk_ready(n.sk) + sk_ready(sk[0]) + sk_ready(sk[1]) - 3 * SK_OUT);
		CHECK_EQ(got, room * SK_IN);
		CHECK_EQ(show_drops(n.st, DROP_NO_MEMORY), 3 - room);
		CHECK_EQ(show_dev_drops(n.dev, DROP_NO_MEMORY), 3 - room);
		CHECK_EQ(dead.n, 3 - room);
		if (dead.n) {
			CHECK(dead.dev == n.dev);
			CHECK_EQ(dead.len, ETH_HLEN + IP4_HLEN + UDP_HLEN + 1);
		}
		CHECK_EQ(show_drops(n.st, DROP_UDP_NO_PORT), 0);
		sk_close(sk[0]);
		sk_close(sk[1]);
		solo_free(&n);
	}
}

TEST(udp, a_socket_bound_to_a_device_hears_only_it)
{
	struct solo n = solo_new();
	struct netdev *other = net_dev(n.st, "eth1", "10.0.1.1/24");
	struct dgram d = dgram_to(H1, 7, "x");

	CHECK_EQ(sk_setopt(n.sk, SKO_BINDTODEVICE, other->ifindex), OK);
	arrive(&n, &d);
	CHECK_EQ(show_drops(n.st, DROP_UDP_NO_PORT), 1);
	CHECK_EQ(sk_setopt(n.sk, SKO_BINDTODEVICE, n.dev->ifindex), OK);
	arrive(&n, &d);
	CHECK_STR(drain(n.sk), "x.");
	solo_free(&n);
}

TEST(udp, what_is_sent_has_a_right_checksum_unless_told_not_to)
{
	struct solo n = solo_new();
	struct endpoint to = ep(PEER, 99);
	static struct seen s;
	struct udp_hdr h;
	struct rd r;

	CHECK_EQ(sk_send(n.sk, "odd", 3, &to), 3);
	CHECK_EQ(sk_setopt(n.sk, SKO_CHECKSUM, 0), OK);
	CHECK_EQ(sk_send(n.sk, "odd", 3, &to), 3);
	REQUIRE(net_seen(n.dev, 0, &s));
	CHECK_EQ(s.ip.src, H1);
	r = rd_init(s.data, s.n);
	CHECK(udp_hdr_parse(&h, &r));
	CHECK_EQ(h.sport, 7);
	CHECK_EQ(h.dport, 99);
	CHECK_EQ(h.len, 11);
	CHECK(h.csum != 0);
	CHECK(udp_csum4_ok(&h, s.ip.src, s.ip.dst, csum_add(0, s.data + 8, 3)));
	REQUIRE(net_seen(n.dev, 1, &s));
	CHECK_EQ(get_be16(s.data + 6), 0);
	CHECK_EQ(show_stat(n.st, ST_UDP_OUT), 2);
	solo_free(&n);
}

TEST(udp, ip_options_pass_both_ways)
{
	struct solo n = solo_new();
	struct dgram d = dgram_to(H1, 7, "x");
	const uint8_t rr[8] = { 7, 7, 8, 10, 1, 1, 1, 0 };        /* full: nothing is added */
	char text[8];
	struct sk_msg m = { .buf = text, .n = sizeof(text) };
	static struct frame f;
	static struct seen s;

	d.ip.hlen = 28;
	frame_ip4(&f, n.dev, &d.ip, rr, d.b, d.n);
	net_inject_frame(n.dev, &f);
	CHECK_EQ(sk_recvmsg(n.sk, &m), 1);
	CHECK_EQ(m.n_opt, 8);
	CHECK_MEM(m.opt, rr, 8);
	m.n = 1;
	m.ttl = m.tos = -1;
	CHECK_EQ(sk_sendmsg(n.sk, &m), 1);        /* back to its peer, with the same options */
	REQUIRE(net_seen(n.dev, 0, &s));
	CHECK_EQ(s.ip.hlen, 28);
	CHECK_MEM(s.opt, rr, 8);
	m.n_opt = 3;
	CHECK_EQ(sk_sendmsg(n.sk, &m), ERR_INVAL);
	solo_free(&n);
}

TEST(udp, without_packet_buffers_a_send_fails_and_nothing_leaks)
{
	struct pair n = pair_new();
	struct sock *a = sock_to(n.h1, H2, 2000), *b = sock_at(n.h2, 0, 2000);
	char big[4000] = { 0 };

	CHECK_EQ(sk_send(a, "x", 1, NULL), 1);
	net_run(n.net, SEC(1));
	for (uint64_t i = 0; i < 12; i++) {
		ssize_t got;

		pkt_pool_fail_after(net_pool(n.net), i);
		got = sk_send(a, big, sizeof(big), NULL);
		CHECK(got == (ssize_t)sizeof(big) || got == ERR_NOBUFS);
		pkt_pool_fail_after(net_pool(n.net), UINT64_MAX);
		net_run(n.net, SEC(1));
	}
	sk_close(a);
	sk_close(b);
	net_free(n.net);
}

/* --- errors ---------------------------------------------------------------------- */

TEST(udp, port_unreachable_refuses_a_connected_socket)
{
	struct pair n = pair_new();
	struct sock *a = sock_to(n.h1, H2, 2000);
	int err;

	CHECK_EQ(sk_send(a, "x", 1, NULL), 1);
	net_run(n.net, SEC(1));
	CHECK(sk_ready(a) & SK_ERR);
	CHECK_EQ(sk_recv(a, &err, sizeof(err), NULL), ERR_REFUSED);
	CHECK(!(sk_ready(a) & SK_ERR));
	CHECK_EQ(sk_recv(a, &err, sizeof(err), NULL), ERR_AGAIN);
	CHECK_EQ(sk_send(a, "x", 1, NULL), 1);
	net_run(n.net, SEC(1));
	CHECK_EQ(sk_send(a, "x", 1, NULL), ERR_REFUSED);  /* and is not sent */
	CHECK_EQ(sk_getopt(a, SKO_ERROR, &err), OK);
	CHECK_EQ(err, OK);
	sk_close(a);
	net_free(n.net);
}

TEST(udp, an_unconnected_socket_hears_of_errors_only_if_it_asked)
{
	struct pair n = pair_new();
	struct sock *deaf = sock_at(n.h1, 0, 1000), *keen = sock_at(n.h1, 0, 1001);
	struct endpoint to = ep(H2, 2000);
	struct sk_err e;
	char c;

	CHECK_EQ(sk_setopt(keen, SKO_RECVERR, 1), OK);
	CHECK_EQ(sk_send(deaf, "x", 1, &to), 1);
	CHECK_EQ(sk_send(keen, "x", 1, &to), 1);
	net_run(n.net, SEC(1));
	CHECK_EQ(sk_recv(deaf, &c, 1, NULL), ERR_AGAIN);
	CHECK(!sk_recverr(deaf, &e));
	CHECK(!(sk_ready(deaf) & SK_ERR));
	CHECK(sk_ready(keen) & SK_ERR);
	REQUIRE(sk_recverr(keen, &e));
	CHECK_EQ(e.err, ERR_REFUSED);
	CHECK_EQ(e.type, ICMP4_UNREACH);
	CHECK_EQ(e.code, ICMP4_UNREACH_PORT);
	CHECK_EQ(e.from.v4, H2);
	CHECK_EQ(e.to.addr.v4, H2);
	CHECK_EQ(e.to.port, 2000);
	CHECK_EQ(get_be16(e.data), 1001);
	CHECK(!sk_recverr(keen, &e));
	CHECK_EQ(sk_recv(keen, &c, 1, NULL), ERR_AGAIN);          /* it was told */
	sk_close(deaf);
	sk_close(keen);
	net_free(n.net);
}

TEST(udp, an_error_about_another_port_is_nobody_s)
{
	struct pair n = pair_new();
	struct sock *a = sock_to(n.h1, H2, 2000), *b = sock_to(n.h1, H2, 2001);
	struct sock *server = sock_at(n.h2, 0, 2001);
	char c;

	CHECK_EQ(sk_send(a, "x", 1, NULL), 1);    /* refused */
	CHECK_EQ(sk_send(b, "x", 1, NULL), 1);
	net_run(n.net, SEC(1));
	CHECK_EQ(sk_recv(b, &c, 1, NULL), ERR_AGAIN);
	CHECK_EQ(sk_recv(a, &c, 1, NULL), ERR_REFUSED);
	CHECK_STR(drain(server), "x.");
	sk_close(a);
	sk_close(b);
	sk_close(server);
	net_free(n.net);
}

/* --- ports ------------------------------------------------------------------------ */

TEST(udp, ephemeral_ports_come_from_the_range_until_it_is_used_up)
{
	struct solo n = solo_new();
	struct endpoint any = ep(0, 0), at, to = ep(PEER, 9);
	struct sock *sk[4];
	uint32_t used = 0;

	CHECK_EQ(stack_set_option(n.st, OPT_PORT_MIN, 5000), OK);
	CHECK_EQ(stack_set_option(n.st, OPT_PORT_MAX, 5002), OK);
	for (int i = 0; i < 4; i++)
		REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &sk[i]) == OK);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(sk_bind(sk[i], &any), OK);
		sk_local(sk[i], &at);
		CHECK(at.port >= 5000 && at.port <= 5002);
		used |= 1u << (at.port - 5000);
	}
	CHECK_EQ(used, 7);
	CHECK_EQ(sk_bind(sk[3], &any), ERR_INUSE);        /* as Linux: EADDRINUSE */
	CHECK_EQ(sk_connect(sk[3], &to), ERR_AGAIN);      /* ... but EAGAIN when implicit */
	CHECK_EQ(sk_send(sk[3], "x", 1, &to), ERR_AGAIN);
	sk_close(sk[1]);
	CHECK_EQ(sk_connect(sk[3], &to), OK);
	sk_close(sk[0]);
	sk_close(sk[2]);
	sk_close(sk[3]);
	solo_free(&n);
}

TEST(udp, ephemeral_ports_are_not_one_after_the_other)
{
	struct solo n = solo_new();
	struct endpoint at, to = ep(PEER, 9);
	uint16_t last = 0;
	int steps = 0;

	for (int i = 0; i < 50; i++) {
		struct sock *sk = sock_to(n.st, PEER, 9);

		CHECK_EQ(sk_connect(sk, &to), OK);
		sk_local(sk, &at);
		CHECK(at.port >= 49152);
		steps += at.port == last + 1;
		last = at.port;
		sk_close(sk);
	}
	CHECK(steps < 3);                         /* RFC 6056 3.3.1 */
	solo_free(&n);
}

TEST(udp, two_sockets_share_a_port_only_if_both_agree_or_their_addresses_differ)
{
	struct solo n = solo_new();               /* has 0.0.0.0:7 */
	struct endpoint own = ep(H1, 7), own8 = ep(H1, 8), lo8 = ep(IP4_LOOPBACK, 8);
	struct sock *a, *b, *c;

	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &a) == OK);
	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &b) == OK);
	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &c) == OK);
	CHECK_EQ(sk_bind(a, &own), ERR_INUSE);
	CHECK_EQ(sk_setopt(a, SKO_REUSEADDR, 1), OK);
	CHECK_EQ(sk_bind(a, &own), ERR_INUSE);
	CHECK_EQ(sk_setopt(n.sk, SKO_REUSEADDR, 1), OK);
	CHECK_EQ(sk_bind(a, &own), OK);
	CHECK_EQ(sk_bind(b, &own8), OK);
	CHECK_EQ(sk_bind(c, &own8), ERR_INUSE);
	CHECK_EQ(sk_bind(c, &lo8), OK);
	sk_close(a);
	sk_close(b);
	sk_close(c);
	solo_free(&n);
}

TEST(udp, the_longest_datagram_passes_in_fragments_and_none_is_longer)
{
	struct pair n = pair_new();
	struct sock *a = sock_to(n.h1, H2, 2000), *b = sock_at(n.h2, 0, 2000);
	static uint8_t out[65508], in[65508];

	frame_fill(out, sizeof(out));
	CHECK_EQ(sk_send(a, out, 65508, NULL), ERR_MSGSIZE);
	CHECK_EQ(sk_send(a, out, 65507, NULL), 65507);
	net_run(n.net, SEC(1));
	CHECK_EQ(sk_recv(b, in, sizeof(in), NULL), 65507);
	CHECK_MEM(in, out, 65507);
	sk_close(a);
	sk_close(b);
	net_free(n.net);
}
