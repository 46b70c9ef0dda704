// SPDX-License-Identifier: GPL-3.0-or-later
/* ICMP messages for a host: answers, errors for its sockets, redirects. */
#include "stack/socket.h"
#include "tests/unit/ip4/fixture.h"

/* --- echo --------------------------------------------------------------------------- */

TEST(icmp_in, echo_is_answered_with_the_same_data)
{
	struct bench *b = bench_new(false);
	uint8_t data[1000];

	frame_fill(data, sizeof(data));
	b->h.tos = 0xb8;
	b->h.ttl = 3;
	bench_icmp(b, ICMP4_ECHO, 0, 0x12345678, data, sizeof(data));
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.type, ICMP4_ECHO_REPLY);
	CHECK_EQ(b->s.icmp.u.echo.id, 0x1234);
	CHECK_EQ(b->s.icmp.u.echo.seq, 0x5678);
	CHECK_EQ(b->s.n, sizeof(data));
	CHECK_MEM(b->s.data, data, sizeof(data));
	CHECK_EQ(b->s.ip.src, US);
	CHECK_EQ(b->s.ip.dst, THEM);
	CHECK_EQ(b->s.ip.tos, 0xb8);              /* RFC 1812 4.3.2.5 */
	CHECK_EQ(b->s.ip.ttl, 64);
	CHECK_EQ(show_stat(b->st, ST_ICMP_IN_ECHOS), 1);
	CHECK_EQ(show_stat(b->st, ST_ICMP_OUT_ECHO_REPS), 1);
	bench_free(b);
}

TEST(icmp_in, echo_data_is_not_copied)
{
	struct bench *b = bench_new(false);
	struct pkt_pool_stats before, after;

	bench_icmp(b, ICMP4_ECHO, 0, 1, b->msg, 1000);
	pkt_pool_stats(net_pool(b->net), &before);
	bench_icmp(b, ICMP4_ECHO, 0, 2, b->msg, 1000);
	pkt_pool_stats(net_pool(b->net), &after);
	CHECK_EQ(after.pkts - before.pkts, 1);    /* the frame that came is the one that leaves */
	CHECK_EQ(after.blks - before.blks, 1);
	bench_free(b);
}

TEST(icmp_in, echo_of_any_length_is_answered)
{
	struct bench *b = bench_new(false);

	for (size_t n = 0; n < 200; n++) {
		bench_icmp(b, ICMP4_ECHO, 0, 1, b->f.b, n);
		REQUIRE(bench_only(b, b->in));
		CHECK_EQ(b->s.n, n);
	}
	bench_free(b);
}

TEST(icmp_in, an_answer_of_zeros_alone_has_a_true_checksum)
{
	struct bench *b = bench_new(false);

	for (size_t n = 0; n < 70; n++) {         /* ~0 is no zero: RFC 1624 3 */
		memset(b->f.b, 0, n);
		bench_icmp(b, ICMP4_ECHO, 0, 0, b->f.b, n);
		REQUIRE(bench_only(b, b->in));
		CHECK_EQ(b->s.icmp.csum, 0xffff);
	}
	bench_free(b);
}

TEST(icmp_in, the_answer_comes_from_the_address_that_was_asked)
{
	struct bench *b = bench_new(false);

	b->h.dst = US_OUT;                        /* weak host model: on any interface */
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.ip.src, US_OUT);
	bench_free(b);
}

TEST(icmp_in, an_answer_that_finds_no_route_is_a_drop)
{
	struct bench *b = bench_new(false);

	b->h.src = IP4(203, 0, 113, 1);
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	bench_udp(b, 8);                          /* the error about it, too */
	CHECK_EQ(bench_drops(b, DROP_IP4_NO_ROUTE), 2);
	CHECK_EQ(show_stat(b->st, ST_IP_OUT_NO_ROUTES), 2);
	CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);
	bench_free(b);
}

TEST(icmp_in, broadcast_echo_is_ignored_unless_switched_on)
{
	static const ip4_t to[] = { IP4_BROADCAST, IP4(10, 0, 0, 255), IP4_ALL_HOSTS };

	for (size_t i = 0; i < N_ELEM(to); i++) {
		struct bench *b = bench_new(false);

		b->h.dst = to[i];
		bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
		bench_icmp(b, ICMP4_TIMESTAMP, 0, 1, "123456789012", 12);
		CHECK_EQ(bench_drops(b, DROP_ICMP_BCAST), 2);
		CHECK_EQ(net_sent(b->in), 0);
		CHECK_EQ(stack_set_option(b->st, OPT_ECHO_IGNORE_BC, 0), OK);
		bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
		REQUIRE(bench_only(b, b->in));
		CHECK_EQ(b->s.ip.src, US);
		CHECK_EQ(b->s.ip.dst, THEM);
		bench_free(b);
	}
}

TEST(icmp_in, an_echo_of_65507_bytes_crosses_links_of_1500)
{
	struct net *net = net_new();
	struct stack *h1 = net_host(net, "h1"), *r = net_router(net, "r");
	struct stack *h2 = net_host(net, "h2");
	struct netdev *d1 = net_dev(h1, "eth0", "10.0.1.2/24");
	struct netdev *r1 = net_dev(r, "eth0", "10.0.1.1/24");
	struct netdev *r2 = net_dev(r, "eth1", "10.0.2.1/24");
	struct netdev *d2 = net_dev(h2, "eth0", "10.0.2.2/24");

	net_join(d1, r1);
	net_join(r2, d2);
	net_route(h1, "0.0.0.0/0", "10.0.1.1");
	net_route(h2, "0.0.0.0/0", "10.0.2.1");
	CHECK_EQ(netdev_set_mtu(r2, 576), OK);    /* fragments are cut again */
	CHECK(net_ping(h1, "10.0.2.2", 65507));
	CHECK_EQ(show_stat(r, ST_IP_REASM_REQDS), 0);
	CHECK_EQ(show_stat(h2, ST_IP_REASM_OKS), 1);
	CHECK_EQ(show_stat(h1, ST_IP_REASM_OKS), 1);
	CHECK(net_ping(h1, "10.0.2.2", 0));
	net_lose_nth(d2, 7);
	CHECK(!net_ping(h1, "10.0.2.2", 20000));  /* one fragment is lost: all is */
	net_run(net, SEC(31));
	CHECK_EQ(show_stat(h1, ST_IP_REASM_FAILS), 1);
	net_free(net);
}

TEST(icmp_in, a_host_pings_itself)
{
	struct net *net = net_new();
	struct stack *h1 = net_host(net, "h1");

	net_dev(h1, "eth0", "10.0.1.2/24");
	CHECK(net_ping(h1, "127.0.0.1", 56));
	CHECK(net_ping(h1, "10.0.1.2", 56));
	CHECK(net_ping(h1, "127.9.9.9", 3000));
	net_free(net);
}

/* --- other requests ---------------------------------------------------------------- */

TEST(icmp_in, timestamp_is_answered_in_milliseconds_since_midnight)
{
	static const uint8_t stamps[12] = { 0, 1, 2, 3, 9, 9, 9, 9, 9, 9, 9, 9 };
	struct bench *b = bench_new(false);

	net_run(b->net, SEC(25 * 3600) + MSEC(1234));
	bench_icmp(b, ICMP4_TIMESTAMP, 0, 0x00010002, stamps, 12);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.type, ICMP4_TIMESTAMP_REPLY);
	CHECK_EQ(b->s.icmp.u.echo.seq, 2);
	CHECK_EQ(b->s.n, 12);
	CHECK_EQ(get_be32(b->s.data), 0x00010203);
	CHECK_EQ(get_be32(b->s.data + 4), 3600 * 1000 + 1234);
	CHECK_EQ(get_be32(b->s.data + 8), 3600 * 1000 + 1234);
	bench_icmp(b, ICMP4_TIMESTAMP, 0, 1, stamps, 11);
	CHECK_EQ(bench_drops(b, DROP_ICMP_SHORT), 1);
	bench_free(b);
}

TEST(icmp_in, what_is_not_spoken_is_dropped_without_an_answer)
{
	static const uint8_t types[] = {
		1, 2, 6, 7, 19, 42, 255, ICMP4_SOURCE_QUENCH, ICMP4_ROUTER_ADVERT,
		ICMP4_ROUTER_SOLICIT, ICMP4_INFO, ICMP4_INFO_REPLY, ICMP4_MASK, ICMP4_MASK_REPLY,
	};
	struct bench *b = bench_new(false);

	for (size_t i = 0; i < N_ELEM(types); i++) {
		bench_icmp(b, types[i], 0, 0, "1234567890123456789012345678901234567890", 40);
		CHECK_EQ(bench_drops(b, DROP_ICMP_TYPE), i + 1);
	}
	CHECK_EQ(net_sent(b->in), 0);
	CHECK_EQ(bench_all_drops(b), N_ELEM(types));
	bench_free(b);
}

static void close_it(struct sk_watch *w, uint32_t events)
{
	(void)events;
	sk_close(w->sk);
}

TEST(icmp_in, an_answer_whose_reader_closes_at_once_is_not_a_drop)
{
	struct bench *b = bench_new(false);
	struct sk_watch w = { .ready = close_it };

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_RAW, IP_PROTO_ICMP, &w.sk) == OK);
	sk_watch(w.sk, &w);
	bench_icmp(b, ICMP4_ECHO_REPLY, 0, 1, "x", 1);
	CHECK_EQ(bench_drops(b, DROP_ICMP_NO_SOCKET), 0);
	bench_free(b);
}

TEST(icmp_in, an_answer_is_dropped_if_nobody_listens)
{
	struct bench *b = bench_new(false);
	struct sock *sk;

	bench_icmp(b, ICMP4_ECHO_REPLY, 0, 1, "x", 1);
	bench_icmp(b, ICMP4_TIMESTAMP_REPLY, 0, 1, "123456789012", 12);
	CHECK_EQ(bench_drops(b, DROP_ICMP_NO_SOCKET), 2);
	REQUIRE(sk_open(b->st, ADDR_IP4, SK_RAW, IP_PROTO_ICMP, &sk) == OK);
	bench_icmp(b, ICMP4_ECHO_REPLY, 0, 1, "x", 1);
	CHECK_EQ(bench_all_drops(b), 2);
	CHECK(sk_ready(sk) & SK_IN);
	sk_close(sk);
	bench_free(b);
}

/* RFC 1122 3.2.2: who sent a packet is one host, and so is who asked. */
TEST(icmp_in, only_requests_may_be_for_many)
{
	static const ip4_t to[] = { IP4_BROADCAST, IP4(10, 0, 0, 255), IP4_ALL_HOSTS };
	static const uint8_t types[] = {
		ICMP4_ECHO_REPLY, ICMP4_TIMESTAMP_REPLY, ICMP4_UNREACH, ICMP4_TIME_EXCEEDED,
		ICMP4_PARAM_PROBLEM, ICMP4_REDIRECT,
	};
	struct bench *b = bench_new(false);

	for (size_t i = 0; i < N_ELEM(to) * N_ELEM(types); i++) {
		b->h.dst = to[i / N_ELEM(types)];
		bench_error(b, types[i % N_ELEM(types)], 0, 0, IP_PROTO_UDP, FAR, "12345678", 8);
		CHECK_EQ(bench_drops(b, DROP_ICMP_BCAST), i + 1);
	}
	CHECK_EQ(show_stat(b->st, ST_ICMP_IN_ERRORS), 0);
	bench_free(b);
}

/* --- errors --------------------------------------------------------------------------- */

/* A UDP socket on port 2222 that asked for errors. */
static struct sock *listener(struct bench *b)
{
	struct endpoint at = { .port = 2222 };
	struct sock *sk = NULL;

	at.addr = addr_ip4(0);
	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	REQUIRE(sk_bind(sk, &at) == OK && sk_setopt(sk, SKO_RECVERR, 1) == OK);
	return sk;
}

static const uint8_t udp_quote[8] = { 2222 >> 8, 2222 & 255, 0, 53, 0, 180, 0, 0 };

TEST(icmp_in, errors_reach_the_socket_that_sent_the_packet)
{
	static const struct { uint8_t type, code; int err; } rows[] = {
		{ 3, 0, ERR_NETUNREACH }, { 3, 1, ERR_NOROUTE }, { 3, 2, ERR_NOPROTOOPT },
		{ 3, 3, ERR_REFUSED }, { 3, 4, ERR_MSGSIZE }, { 3, 6, ERR_NETUNREACH },
		{ 3, 7, ERR_HOSTDOWN }, { 3, 9, ERR_NETUNREACH }, { 3, 10, ERR_NOROUTE },
		{ 3, 11, ERR_NETUNREACH }, { 3, 12, ERR_NOROUTE }, { 3, 13, ERR_NOROUTE },
		{ 3, 15, ERR_NOROUTE }, { 3, 99, ERR_NOROUTE }, { 11, 0, ERR_NOROUTE },
		{ 11, 1, ERR_NOROUTE }, { 12, 0, ERR_PROTO },
	};
	struct bench *b = bench_new(false);
	struct sock *sk = listener(b);
	struct sk_err e;

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		bench_error(b, rows[i].type, rows[i].code, 0, IP_PROTO_UDP, FAR, udp_quote, 8);
		REQUIRE(sk_recverr(sk, &e));
		CHECK_EQ(e.err, rows[i].err);
		CHECK_EQ(e.type, rows[i].type);
		CHECK_EQ(e.code, rows[i].code);
		CHECK_EQ(e.from.v4, THEM);
		CHECK_EQ(e.to.addr.v4, FAR);
		CHECK_EQ(e.to.port, 53);
		CHECK_EQ(e.n, 8);
		CHECK_EQ(e.ttl, 64);
		CHECK_MEM(e.data, udp_quote, 8);
	}
	CHECK_EQ(bench_all_drops(b), 0);
	CHECK_EQ(show_stat(b->st, ST_ICMP_IN_ERRORS), N_ELEM(rows));
	sk_close(sk);
	bench_free(b);
}

TEST(icmp_in, the_mtu_and_the_pointer_are_passed_on)
{
	static const uint16_t mtus[] = { 0, 1, 67, 68, 1400, 65535 };
	struct bench *b = bench_new(false);
	struct sock *sk = listener(b);
	struct sk_err e;

	for (size_t i = 0; i < N_ELEM(mtus); i++) {       /* none of them is a crash */
		bench_error(b, 3, 4, mtus[i], IP_PROTO_UDP, FAR, udp_quote, 8);
		REQUIRE(sk_recverr(sk, &e));
		CHECK_EQ(e.info, mtus[i]);
	}
	bench_error(b, 12, 0, 22u << 24, IP_PROTO_UDP, FAR, udp_quote, 8);
	REQUIRE(sk_recverr(sk, &e));
	CHECK_EQ(e.info, 22);
	sk_close(sk);
	bench_free(b);
}

/* Who has a socket that may have sent the packet is told, and so is the host
 * (RFC 5927 4). */
TEST(icmp_in, only_an_error_about_a_packet_of_a_socket_tells_the_path_s_mtu)
{
	static const uint8_t other_quote[8] = { 8, 0xaf, 0, 53, 0, 180, 0, 0 };
	struct bench *b = bench_new(false);
	struct sock *sk = listener(b), *raw;

	bench_error(b, 3, 4, 1400, IP_PROTO_UDP, FAR, other_quote, 8);    /* port 2223 */
	bench_error(b, 3, 4, 1400, 89, FAR, udp_quote, 8);
	bench_error(b, 3, 4, 1400, IP_PROTO_ICMP, FAR, udp_quote, 8);
	CHECK_EQ(ip4_path_mtu(b->st, FAR), 1500);
	bench_error(b, 3, 4, 1400, IP_PROTO_UDP, FAR, udp_quote, 8);
	CHECK_EQ(ip4_path_mtu(b->st, FAR), 1400);
	REQUIRE(sk_open(b->st, ADDR_IP4, SK_RAW, 89, &raw) == OK);
	bench_error(b, 3, 4, 1300, 89, FAR, udp_quote, 8);
	CHECK_EQ(ip4_path_mtu(b->st, FAR), 1300);
	bench_error(b, 3, 4, 0, 89, FAR + 1, udp_quote, 8);       /* of 200 bytes */
	CHECK_EQ(ip4_path_mtu(b->st, FAR + 1), 552);
	sk_close(sk);
	sk_close(raw);
	bench_free(b);
}

TEST(icmp_in, answers_are_cut_to_what_the_path_takes)
{
	static uint8_t data[1400];
	struct bench *b = bench_new(false);
	struct sock *sk = listener(b);

	bench_error(b, 3, 4, 600, IP_PROTO_UDP, IP4(172, 16, 1, 1), udp_quote, 8);
	b->h.src = IP4(172, 16, 1, 1);
	bench_icmp(b, ICMP4_ECHO, 0, 1, data, sizeof(data));
	CHECK_EQ(net_sent(b->in), 3);
	REQUIRE(net_seen(b->in, 0, &b->s));
	CHECK(b->s.ip.mf && b->s.ip.total_len <= 600);
	net_forget(b->in);
	b->h.src = THEM;
	bench_icmp(b, ICMP4_ECHO, 0, 1, data, sizeof(data));
	CHECK_EQ(net_sent(b->in), 1);
	sk_close(sk);
	bench_free(b);
}

/* RFC 1812 5.3.1: a router looks at the next link, not at what it was told. */
TEST(icmp_in, what_is_forwarded_is_not_cut_to_it)
{
	struct bench *b = bench_new(true);
	struct sock *sk = listener(b);

	bench_error(b, 3, 4, 600, IP_PROTO_UDP, FAR, udp_quote, 8);
	CHECK_EQ(ip4_path_mtu(b->st, FAR), 600);
	b->h.dst = FAR;
	bench_udp(b, 1400);
	CHECK_EQ(net_sent(b->out), 1);
	sk_close(sk);
	bench_free(b);
}

TEST(icmp_in, only_hard_errors_reach_a_socket_that_did_not_ask)
{
	static const struct { uint8_t code; bool hard; } rows[] = {
		{ 0, false }, { 1, false }, { 2, true }, { 3, true }, { 5, false }, { 6, true },
		{ 7, true }, { 8, true }, { 9, true }, { 10, true }, { 11, false }, { 12, false },
		{ 13, true }, { 14, true }, { 15, true }, { 16, false },
	};
	struct bench *b = bench_new(false);
	struct sock *sk = listener(b);
	struct endpoint to = { addr_ip4(FAR), 53 };
	uint8_t got[10];

	CHECK_EQ(sk_setopt(sk, SKO_RECVERR, 0), OK);
	CHECK_EQ(sk_connect(sk, &to), OK);
	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct ip4_hdr q = { .hlen = IP4_HLEN, .ttl = 60, .proto = IP_PROTO_UDP,
				     .src = US_OUT, .dst = FAR, .total_len = 200 };
		uint8_t quote[IP4_HLEN + 8];
		struct wr w = wr_init(quote, sizeof(quote));
		ssize_t n;

		ip4_hdr_emit(&q, NULL, &w);
		wr_bytes(&w, udp_quote, 8);
		bench_icmp(b, ICMP4_UNREACH, rows[i].code, 0, quote, sizeof(quote));
		n = sk_recv(sk, got, sizeof(got), NULL);
		CHECK_EQ(n != ERR_AGAIN, rows[i].hard);
	}
	sk_close(sk);
	bench_free(b);
}

TEST(icmp_in, a_raw_socket_hears_of_errors_of_its_protocol)
{
	struct bench *b = bench_new(false);
	struct sock *sk;
	struct sk_err e;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_RAW, IP_PROTO_ICMP, &sk) == OK);
	CHECK_EQ(sk_setopt(sk, SKO_RECVERR, 1), OK);
	bench_error(b, 11, 0, 0, IP_PROTO_UDP, FAR, udp_quote, 8);
	CHECK(!sk_recverr(sk, &e));
	bench_error(b, 11, 0, 0, IP_PROTO_ICMP, FAR, "\x8\0\0\0\0\7\0\1", 8);
	REQUIRE(sk_recverr(sk, &e));
	CHECK_EQ(e.err, ERR_NOROUTE);
	CHECK_EQ(e.data[7], 1);
	sk_close(sk);
	bench_free(b);
}

TEST(icmp_in, a_long_quote_is_kept_to_64_bytes)
{
	struct bench *b = bench_new(false);
	struct sock *sk = listener(b);
	uint8_t quote[500] = { 0 };
	struct sk_err e;

	memcpy(quote, udp_quote, 8);
	bench_error(b, 3, 3, 0, IP_PROTO_UDP, FAR, quote, sizeof(quote));
	REQUIRE(sk_recverr(sk, &e));
	CHECK_EQ(e.n, 64);
	sk_close(sk);
	bench_free(b);
}

TEST(icmp_in, a_quote_that_is_not_ours_or_not_whole_is_dropped)
{
	struct bench *b = bench_new(false);
	struct sock *sk = listener(b);
	uint8_t quote[28] = { 0x45, [9] = IP_PROTO_UDP, [12] = 10, 0, 0, 1, 192, 168, 7, 7 };
	struct sk_err e;
	unsigned n = 0;

	memcpy(quote + IP4_HLEN, udp_quote, 8);
	for (size_t len = 0; len < sizeof(quote); len++) {        /* truncated */
		bench_icmp(b, 3, 3, 0, quote, len);
		CHECK_EQ(bench_drops(b, DROP_ICMP_QUOTE), ++n);
	}
	quote[0] = 0x65;                          /* version */
	bench_icmp(b, 3, 3, 0, quote, sizeof(quote));
	quote[0] = 0x44;                          /* header shorter than there is */
	bench_icmp(b, 3, 3, 0, quote, sizeof(quote));
	quote[0] = 0x4f;                          /* header longer than the quote */
	bench_icmp(b, 3, 3, 0, quote, sizeof(quote));
	quote[0] = 0x45;
	quote[7] = 1;                             /* a later fragment has no ports */
	bench_icmp(b, 3, 3, 0, quote, sizeof(quote));
	quote[7] = 0;
	quote[12] = 11;                           /* somebody else's packet */
	bench_icmp(b, 3, 3, 0, quote, sizeof(quote));
	CHECK_EQ(bench_drops(b, DROP_ICMP_QUOTE), n + 5);
	CHECK(!sk_recverr(sk, &e));
	quote[12] = 10;
	bench_icmp(b, 3, 3, 0, quote, sizeof(quote));
	CHECK(sk_recverr(sk, &e));
	CHECK_EQ(net_sent(b->in), 0);
	sk_close(sk);
	bench_free(b);
}

/* --- redirects ------------------------------------------------------------------------ */

/* The gateway a packet to FAR would take: bench_new() has 10.0.1.2. */
static ip4_t gateway(struct bench *b, ip4_t dst)
{
	struct route_answer ans;
	struct addr a = addr_ip4(dst);

	CHECK_EQ(show_route_get(b->st, &a, NULL, &ans), OK);
	return ans.via.family ? ans.via.v4 : 0;
}

#define WAY IP4(172, 16, 1, 1)            /* by 10.0.0.2 */

static void redirect(struct bench *b, uint8_t code, ip4_t from, ip4_t dst, ip4_t to)
{
	b->h.src = from;
	bench_error(b, ICMP4_REDIRECT, code, to, IP_PROTO_UDP, dst, udp_quote, 8);
}

TEST(icmp_in, a_redirect_from_the_gateway_is_followed_for_that_host_alone)
{
	for (uint8_t code = 0; code < 4; code++) {        /* RFC 1122 3.2.2.2: all the same */
		struct bench *b = bench_new(false);

		CHECK_EQ(gateway(b, WAY), THEM);
		redirect(b, code, THEM, WAY, IP4(10, 0, 0, 3));
		CHECK_EQ(gateway(b, WAY), IP4(10, 0, 0, 3));
		CHECK_EQ(gateway(b, WAY + 1), THEM);
		redirect(b, code, IP4(10, 0, 0, 3), WAY, IP4(10, 0, 0, 4));
		CHECK_EQ(gateway(b, WAY), IP4(10, 0, 0, 4));
		CHECK_EQ(bench_all_drops(b), 0);
		CHECK_EQ(net_sent(b->in), 0);
		bench_free(b);
	}
}

TEST(icmp_in, redirects_are_refused)
{
	static const struct { const char *why; uint8_t code; ip4_t from, dst, to; } rows[] = {
		{ "not from the gateway", 1, IP4(10, 0, 0, 4), WAY, IP4(10, 0, 0, 3) },
		{ "of another destination's gateway", 1, THEM, FAR, IP4(10, 0, 0, 3) },
		{ "gateway on no link", 1, THEM, WAY, IP4(203, 0, 113, 1) },
		{ "gateway on another link", 1, THEM, WAY, IP4(10, 0, 1, 3) },
		{ "to ourselves", 1, THEM, WAY, US },
		{ "to all", 1, THEM, WAY, IP4(10, 0, 0, 255) },
		{ "to nobody", 1, THEM, WAY, 0 },
		{ "to a group", 1, THEM, WAY, IP4(224, 0, 0, 5) },
		{ "unknown code", 4, THEM, WAY, IP4(10, 0, 0, 3) },
		{ "destination on the link", 1, THEM, IP4(10, 0, 0, 9), IP4(10, 0, 0, 3) },
		{ "destination is us", 1, THEM, US, IP4(10, 0, 0, 3) },
		{ "no route at all", 1, THEM, IP4(203, 0, 113, 1), IP4(10, 0, 0, 3) },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct bench *b = bench_new(false);

		redirect(b, rows[i].code, rows[i].from, rows[i].dst, rows[i].to);
		if (!CHECK_EQ(bench_drops(b, DROP_ICMP_REDIRECT), 1))
			printf("     %s\n", rows[i].why);
		CHECK_EQ(gateway(b, WAY), THEM);
		bench_free(b);
	}
}

TEST(icmp_in, routers_and_hosts_that_do_not_want_any_refuse_redirects)
{
	struct bench *b = bench_new(true);

	redirect(b, 1, THEM, WAY, IP4(10, 0, 0, 3));
	CHECK_EQ(stack_set_option(b->st, OPT_FORWARDING, 0), OK);
	CHECK_EQ(stack_set_option(b->st, OPT_ACCEPT_REDIRECTS, 0), OK);
	redirect(b, 1, THEM, WAY, IP4(10, 0, 0, 3));
	CHECK_EQ(bench_drops(b, DROP_ICMP_REDIRECT), 2);
	CHECK_EQ(gateway(b, WAY), THEM);
	bench_free(b);
}

TEST(icmp_in, a_gateway_cannot_fill_the_table)
{
	struct bench *b = bench_new(false);

	for (unsigned i = 0; i < 1100; i++)
		redirect(b, 1, THEM, WAY + i, IP4(10, 0, 0, 3));
	CHECK_EQ(bench_drops(b, DROP_ICMP_REDIRECT), 1100 - 1024);
	CHECK_EQ(gateway(b, WAY), IP4(10, 0, 0, 3));
	bench_free(b);
}
