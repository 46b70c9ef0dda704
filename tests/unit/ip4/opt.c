// SPDX-License-Identifier: GPL-3.0-or-later
/* IPv4 options through a router, and in answers. */
#include "stack/socket.h"
#include "stack/wire/ip4opt.h"
#include "tests/unit/ip4/fixture.h"

#define HOP IP4(10, 0, 1, 2)
#define NOON_ISH ((12 * 3600 + 34 * 60 + 56) * 1000u + 789)

/* The packets of a test carry these options, padded with end-of-list. */
static void set_opt(struct bench *b, const uint8_t *opt, size_t n)
{
	memset(b->opt, 0, sizeof(b->opt));
	memcpy(b->opt, opt, n);
	b->h.hlen = (uint8_t)(IP4_HLEN + (n + 3) / 4 * 4);
}
#define SET_OPT(b, ...) \
	do { \
		const uint8_t o_[] = { __VA_ARGS__ }; \
		set_opt(b, o_, sizeof(o_)); \
	} while (0)

/* What came out has exactly these options. */
#define CHECK_OPT(b, ...) \
	do { \
		const uint8_t o_[] = { __VA_ARGS__ }; \
		CHECK_EQ((b)->s.ip.hlen, IP4_HLEN + (sizeof(o_) + 3) / 4 * 4); \
		CHECK_MEM((b)->s.opt, o_, sizeof(o_)); \
	} while (0)
#define BYTES4(v) (uint8_t)((v) >> 24), (uint8_t)((v) >> 16), (uint8_t)((v) >> 8), (uint8_t)(v)

static struct bench *router(void)
{
	struct bench *b = bench_new(true);

	net_run(b->net, MSEC(NOON_ISH));
	b->h.dst = FAR;
	return b;
}

TEST(opt, a_router_records_the_address_a_packet_leaves_by)
{
	struct bench *b = router();

	SET_OPT(b, 7, 11, 8, 1, 2, 3, 4, 0, 0, 0, 0);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 7, 11, 12, 1, 2, 3, 4, 10, 0, 1, 1);
	bench_free(b);
}

TEST(opt, a_full_record_passes_unchanged)
{
	struct bench *b = router();

	SET_OPT(b, 7, 7, 8, 1, 2, 3, 4);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 7, 7, 8, 1, 2, 3, 4);
	bench_free(b);
}

TEST(opt, timestamps_are_milliseconds_since_midnight)
{
	struct bench *b = router();

	SET_OPT(b, 68, 12, 5, IP4OPT_TS_ONLY, 0, 0, 0, 0, 0, 0, 0, 0);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 68, 12, 9, IP4OPT_TS_ONLY, BYTES4(NOON_ISH), 0, 0, 0, 0);
	net_run(b->net, SEC(24 * 3600));          /* the same time tomorrow */
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 68, 12, 9, IP4OPT_TS_ONLY, BYTES4(NOON_ISH), 0, 0, 0, 0);
	bench_free(b);
}

TEST(opt, timestamps_with_addresses)
{
	struct bench *b = router();

	SET_OPT(b, 68, 12, 5, IP4OPT_TS_ADDR, 0, 0, 0, 0, 0, 0, 0, 0);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 68, 12, 13, IP4OPT_TS_ADDR, 10, 0, 1, 1, BYTES4(NOON_ISH));
	bench_free(b);
}

TEST(opt, a_prespecified_timestamp_is_filled_by_the_one_who_is_named)
{
	struct bench *b = router();

	SET_OPT(b, 68, 12, 5, IP4OPT_TS_PRESPEC, 10, 0, 0, 1, 0, 0, 0, 0);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 68, 12, 13, IP4OPT_TS_PRESPEC, 10, 0, 0, 1, BYTES4(NOON_ISH));
	SET_OPT(b, 68, 12, 5, IP4OPT_TS_PRESPEC, 10, 9, 9, 9, 0, 0, 0, 0);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 68, 12, 5, IP4OPT_TS_PRESPEC, 10, 9, 9, 9, 0, 0, 0, 0);
	bench_free(b);
}

TEST(opt, hosts_without_room_are_counted_until_the_count_overflows)
{
	struct bench *b = router();

	SET_OPT(b, 68, 8, 9, 0x20 | IP4OPT_TS_ONLY, 1, 2, 3, 4);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 68, 8, 9, 0x30 | IP4OPT_TS_ONLY, 1, 2, 3, 4);
	SET_OPT(b, 68, 8, 9, 0xf0 | IP4OPT_TS_ONLY, 1, 2, 3, 4);
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->out), 0);
	CHECK_EQ(bench_drops(b, DROP_IP4_OPTIONS), 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.type, ICMP4_PARAM_PROBLEM);
	CHECK_EQ(b->s.icmp.u.pointer, IP4_HLEN + 3);
	bench_free(b);
}

TEST(opt, unknown_options_pass_unchanged)
{
	struct bench *b = router();

	SET_OPT(b, 1, 94, 5, 1, 2, 3, 1);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_OPT(b, 1, 94, 5, 1, 2, 3, 1);
	bench_free(b);
}

TEST(opt, a_malformed_option_is_pointed_at)
{
	static const struct { uint8_t opt[8]; uint8_t n, pointer; } bad[] = {
		{ { 7 }, 1, 21 },
		{ { 1, 1, 7, 0 }, 4, 23 },
		{ { 7, 1, 4 }, 3, 21 },
		{ { 7, 9, 4, 0, 0, 0, 0 }, 7, 21 },
		{ { 7, 7, 3, 0, 0, 0, 0 }, 7, 22 },
		{ { 7, 7, 5, 0, 0, 0, 0 }, 7, 22 },
		{ { 137, 7, 2, 0, 0, 0, 0 }, 7, 22 },
		{ { 68, 8, 5, 2, 0, 0, 0, 0 }, 8, 23 },
		{ { 131, 3, 4, 137, 3, 4 }, 6, 23 },
	};

	for (size_t i = 0; i < N_ELEM(bad); i++) {
		struct bench *b = router();

		set_opt(b, bad[i].opt, bad[i].n);
		bench_udp(b, 8);
		CHECK_EQ(bench_drops(b, DROP_IP4_OPTIONS), 1);
		REQUIRE(bench_only(b, b->in));
		CHECK_EQ(b->s.icmp.type, ICMP4_PARAM_PROBLEM);
		CHECK_EQ(b->s.icmp.u.pointer, bad[i].pointer);
		CHECK_MEM(b->s.data + IP4_HLEN, bad[i].opt, bad[i].n);
		bench_free(b);
	}
}

TEST(opt, a_loose_source_route_leads_on)
{
	struct bench *b = router();

	CHECK_EQ(stack_set_option(b->st, OPT_ACCEPT_SRCROUTE, 1), OK);
	b->h.dst = US;
	SET_OPT(b, 131, 11, 4, 10, 0, 1, 2, 192, 168, 7, 7);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.dst, HOP);
	CHECK_EQ(b->s.ip.ttl, 63);
	CHECK_OPT(b, 131, 11, 8, 10, 0, 1, 1, 192, 168, 7, 7);
	bench_free(b);
}

TEST(opt, a_source_route_that_leads_on_is_refused_unless_switched_on)
{
	struct bench *b = router();

	b->h.dst = US;
	SET_OPT(b, 131, 7, 4, 10, 0, 1, 2);
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_SRCROUTE), 1);
	CHECK_EQ(net_sent(b->out), 0);
	REQUIRE(bench_only(b, b->in));            /* RFC 1122 3.3.5: code 5 */
	CHECK_EQ(b->s.icmp.type, ICMP4_UNREACH);
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_SRCROUTE);
	bench_free(b);
}

TEST(opt, a_strict_route_must_not_pass_a_gateway)
{
	struct bench *b = router();

	CHECK_EQ(stack_set_option(b->st, OPT_ACCEPT_SRCROUTE, 1), OK);
	b->h.dst = US;
	SET_OPT(b, 137, 7, 4, 192, 168, 7, 7);
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_SRCROUTE), 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_SRCROUTE);
	SET_OPT(b, 137, 7, 4, 10, 0, 1, 2);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.dst, HOP);
	CHECK_OPT(b, 137, 7, 8, 10, 0, 1, 1);
	bench_free(b);
}

/* Where a source route that names next leads: nowhere, for this reason. */
static void check_refused(ip4_t next, enum drop why, int code)
{
	struct bench *b = router();
	char text[ADDR_STRLEN];
	bool ok;

	CHECK_EQ(stack_set_option(b->st, OPT_ACCEPT_SRCROUTE, 1), OK);
	for (unsigned i = 0; i < 3; i++) {
		struct route_spec r = { .to = { addr_ip4(IP4(198, 51, i, 0)), 24 },
					.type = RT_BLACKHOLE + i, .proto = RP_STATIC };

		REQUIRE(stack_route_set(b->st, ROUTE_ADD, &r) == OK);
	}
	b->h.dst = US;
	SET_OPT(b, 131, 7, 4, BYTES4(next));
	bench_udp(b, 8);
	ok = CHECK_EQ(bench_drops(b, why), 1) & CHECK_EQ(bench_all_drops(b), 1) &
	     CHECK_EQ(net_sent(b->out), 0) & CHECK_EQ(net_sent(b->in), code >= 0);
	if (ok && code >= 0 && bench_only(b, b->in)) {
		CHECK_EQ(b->s.icmp.type, ICMP4_UNREACH);
		CHECK_EQ(b->s.icmp.code, code);
	}
	if (!ok)
		printf("     %s\n", ip4_fmt(next, text));
	bench_free(b);
}

TEST(opt, a_source_route_leads_only_to_one_host_that_can_be_reached)
{
	check_refused(IP4(198, 51, 0, 1), DROP_IP4_BLACKHOLE, -1);
	check_refused(IP4(198, 51, 1, 1), DROP_IP4_NO_ROUTE, ICMP4_UNREACH_HOST);
	check_refused(IP4(198, 51, 2, 1), DROP_IP4_PROHIBIT, ICMP4_UNREACH_ADMIN);
	check_refused(IP4(203, 0, 113, 1), DROP_IP4_NO_ROUTE,
		      ICMP4_UNREACH_SRCROUTE);            /* RFC 1812 5.2.4.3 */
	check_refused(0, DROP_IP4_MARTIAN_DST, -1);
	check_refused(IP4(127, 0, 0, 1), DROP_IP4_MARTIAN_DST, -1);
	check_refused(IP4(240, 0, 0, 1), DROP_IP4_MARTIAN_DST, -1);
	check_refused(IP4_ALL_HOSTS, DROP_IP4_MARTIAN_DST, -1);
	check_refused(IP4_BROADCAST, DROP_IP4_MARTIAN_DST, -1);
	check_refused(IP4(10, 0, 0, 255), DROP_IP4_MARTIAN_DST, -1);
	check_refused(IP4(10, 0, 1, 255), DROP_IP4_MARTIAN_DST, -1);
	check_refused(IP4(10, 0, 1, 0), DROP_IP4_MARTIAN_DST, -1);
}

TEST(opt, a_source_route_may_name_our_addresses_one_after_the_other)
{
	struct bench *b = router();

	CHECK_EQ(stack_set_option(b->st, OPT_ACCEPT_SRCROUTE, 1), OK);
	b->h.dst = US;
	SET_OPT(b, 131, 15, 4, 10, 0, 1, 1, 10, 0, 0, 1, 10, 0, 1, 2);
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_EQ(b->s.ip.dst, HOP);
	CHECK_OPT(b, 131, 15, 16, 10, 0, 1, 1, 10, 0, 0, 1, 10, 0, 1, 1);
	SET_OPT(b, 131, 7, 4, 10, 0, 1, 1);       /* and end at one */
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	net_run(b->net, SEC(1));                  /* the answer passes us again, by lo */
	CHECK_EQ(net_sent(b->out), 0);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.type, ICMP4_ECHO_REPLY);
	CHECK_EQ(b->s.ip.src, US_OUT);
	CHECK_EQ(bench_all_drops(b), 0);
	bench_free(b);
}

TEST(opt, a_completed_source_route_is_for_us)
{
	struct bench *b = bench_new(false);

	SET_OPT(b, 131, 7, 8, 10, 0, 0, 2);
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	CHECK_EQ(bench_drops(b, DROP_IP4_SRCROUTE), 0);
	CHECK_EQ(net_sent(b->in), 1);
	bench_free(b);
}

TEST(opt, an_echo_reply_goes_back_by_the_reversed_route)
{
	struct bench *b = bench_new(false);

	b->h.src = IP4(172, 16, 1, 1);            /* came by 10.0.0.4, then 10.0.0.3 */
	SET_OPT(b, 1, 131, 11, 12, 10, 0, 0, 4, 10, 0, 0, 3);
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.ip.src, US);
	CHECK_EQ(b->s.ip.dst, IP4(10, 0, 0, 3));
	CHECK_OPT(b, 131, 11, 4, 10, 0, 0, 4, 172, 16, 1, 1);
	bench_free(b);
}

TEST(opt, a_source_that_listed_itself_is_not_visited_twice)
{
	struct ip_meta m = { .src = IP4(172, 16, 1, 1), .n_opt = 12,
			     .opt = { 131, 11, 12, 172, 16, 1, 1, 10, 0, 0, 3 } };
	static const uint8_t want[8] = { 131, 7, 4, 172, 16, 1, 1, 0 };
	uint8_t out[40];
	ip4_t hop;

	CHECK_EQ(ip4_opt_reply(&m, out, &hop), 8);
	CHECK_EQ(hop, IP4(10, 0, 0, 3));
	CHECK_MEM(out, want, 8);
}

TEST(opt, a_route_of_which_nothing_was_travelled_needs_no_way_back)
{
	struct ip_meta m = { .src = THEM, .n_opt = 8, .opt = { 131, 7, 4, 10, 0, 0, 3 } };
	uint8_t out[40];
	ip4_t hop = 1;

	CHECK_EQ(ip4_opt_reply(&m, out, &hop), 0);
	CHECK_EQ(hop, 0);
}

/* RFC 1122 3.2.2.6; twice, as in Linux: as the request arrives, as the reply leaves. */
TEST(opt, an_echo_is_recorded_where_it_turns_round)
{
	struct bench *b = bench_new(false);

	net_run(b->net, MSEC(NOON_ISH));
	b->h.dst = US_OUT;
	SET_OPT(b, 7, 15, 8, 10, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0,
		68, 20, 5, IP4OPT_TS_ADDR, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_OPT(b, 7, 15, 16, 10, 0, 0, 9, 10, 0, 1, 1, 10, 0, 1, 1,
		  68, 20, 21, IP4OPT_TS_ADDR, 10, 0, 1, 1, BYTES4(NOON_ISH),
		  10, 0, 1, 1, BYTES4(NOON_ISH));
	bench_free(b);
}

TEST(opt, a_host_without_room_counts_itself_once)
{
	struct bench *b = bench_new(false);

	SET_OPT(b, 68, 8, 9, IP4OPT_TS_ONLY, 1, 2, 3, 4);
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_OPT(b, 68, 8, 9, 0x10 | IP4OPT_TS_ONLY, 1, 2, 3, 4);
	bench_free(b);
}

TEST(opt, a_broadcast_is_recorded_with_the_address_of_the_interface)
{
	struct bench *b = bench_new(false);
	struct endpoint at = { addr_ip4(0), 2222 };
	uint8_t got[40];
	struct sk_msg m = { .buf = got, .n = sizeof(got) };
	struct sock *sk;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK && sk_bind(sk, &at) == OK);
	b->h.dst = IP4_BROADCAST;
	SET_OPT(b, 7, 7, 4, 0, 0, 0, 0);
	bench_udp(b, 8);
	CHECK_EQ(sk_recvmsg(sk, &m), 8);
	CHECK_EQ(m.n_opt, 8);
	CHECK_MEM(m.opt, "\7\7\10\12\0\0\1", 7);
	sk_close(sk);
	bench_free(b);
}

/* ping -R over h1 - r1 - r2 - h2: each way out of each, and each end. */
TEST(opt, a_ping_over_two_routers_records_eight_addresses)
{
	static const ip4_t want[9] = {
		IP4(10, 0, 1, 1), IP4(10, 0, 2, 1), IP4(10, 0, 3, 1), IP4(10, 0, 3, 2),
		IP4(10, 0, 3, 2), IP4(10, 0, 2, 2), IP4(10, 0, 1, 2), IP4(10, 0, 1, 1), 0,
	};
	struct net *net = net_new();
	struct stack *h1 = net_host(net, "h1"), *r1 = net_router(net, "r1");
	struct stack *r2 = net_router(net, "r2"), *h2 = net_host(net, "h2");
	uint8_t msg[8], got[200];
	struct sk_msg m = { .buf = msg, .ttl = -1, .tos = -1, .n_opt = 40, .opt = { 7, 39, 4 },
			    .peer = { addr_ip4(IP4(10, 0, 3, 2)), 0 } };
	struct sock *sk;

	net_join(net_dev(h1, "a", "10.0.1.1/24"), net_dev(r1, "a", "10.0.1.2/24"));
	net_join(net_dev(r1, "b", "10.0.2.1/24"), net_dev(r2, "b", "10.0.2.2/24"));
	net_join(net_dev(r2, "c", "10.0.3.1/24"), net_dev(h2, "c", "10.0.3.2/24"));
	net_route(h1, "0.0.0.0/0", "10.0.1.2");
	net_route(r1, "10.0.3.0/24", "10.0.2.2");
	net_route(r2, "10.0.1.0/24", "10.0.2.1");
	net_route(h2, "0.0.0.0/0", "10.0.3.1");
	REQUIRE(sk_open(h1, ADDR_IP4, SK_RAW, IP_PROTO_ICMP, &sk) == OK);
	m.n = frame_icmp(msg, ICMP4_ECHO, 0, 1, NULL, 0);
	CHECK_EQ(sk_sendmsg(sk, &m), 8);
	net_run(net, SEC(1));
	m.buf = got, m.n = sizeof(got);
	REQUIRE(sk_recvmsg(sk, &m) == 60 + 8);
	CHECK_EQ(m.opt[2], 4 + 8 * 4);
	for (unsigned i = 0; i < N_ELEM(want); i++)
		CHECK_EQ(get_be32(m.opt + 3 + 4 * i), want[i]);
	CHECK_MEM(got + IP4_HLEN, m.opt, 40);     /* and its checksum was mended */
	CHECK_EQ(csum(got, 60), 0);
	sk_close(sk);
	net_free(net);
}

TEST(opt, replies_to_any_bytes_stay_within_forty)
{
	uint8_t out[40];
	struct ip_meta m = { .src = THEM };
	struct rng rng;
	ip4_t hop;

	rng_init(&rng, 3, "opt");
	for (unsigned i = 0; i < 20000; i++) {
		static const uint8_t types[] = { 0, 1, 7, 68, 131, 137, 130, 200 };
		size_t n;

		m.n_opt = (uint8_t)(4 * rng_below(&rng, 11));
		for (unsigned k = 0; k < m.n_opt; k++)
			m.opt[k] = (uint8_t)(rng_below(&rng, 3) ? rng_below(&rng, 45)
								: types[rng_below(&rng, 8)]);
		n = ip4_opt_reply(&m, out, &hop);
		CHECK(n <= 40 && n % 4 == 0);
	}
}
