// SPDX-License-Identifier: GPL-3.0-or-later
/* What is a martian, what is for this host, what a router sends on and how. */
#include "stack/socket.h"
#include "stack/wire/ip4opt.h"
#include "tests/unit/ip4/fixture.h"

#define FRIEND IP4(10, 0, 0, 3)
#define GROUP IP4(239, 1, 2, 3)

/* --- martians (RFC 1812 5.3.7, RFC 1122 3.2.1.3) ------------------------------------ */

static const struct { ip4_t src, dst; enum drop why; } martians[] = {
	{ IP4(224, 0, 0, 1),     FAR,               DROP_IP4_MARTIAN_SRC },
	{ IP4(240, 0, 0, 1),     FAR,               DROP_IP4_MARTIAN_SRC },
	{ IP4_BROADCAST,         FAR,               DROP_IP4_MARTIAN_SRC },
	{ IP4(127, 0, 0, 1),     FAR,               DROP_IP4_MARTIAN_SRC },
	{ IP4(127, 0, 0, 1),     US,                DROP_IP4_MARTIAN_SRC },
	{ 0,                     FAR,               DROP_IP4_MARTIAN_SRC },
	{ 0,                     US,                DROP_IP4_MARTIAN_SRC },
	{ IP4(0, 1, 2, 3),       IP4_BROADCAST,     DROP_IP4_MARTIAN_SRC },
	{ THEM,                  0,                 DROP_IP4_MARTIAN_DST },
	{ THEM,                  IP4(0, 0, 0, 9),   DROP_IP4_MARTIAN_DST },
	{ THEM,                  IP4(127, 0, 0, 1), DROP_IP4_MARTIAN_DST },
	{ THEM,                  IP4(127, 9, 9, 9), DROP_IP4_MARTIAN_DST },
	{ THEM,                  IP4(240, 0, 0, 1), DROP_IP4_MARTIAN_DST },
	{ THEM,                  IP4(255, 255, 255, 254), DROP_IP4_MARTIAN_DST },
	/* For us, and from us or from all: nobody can be that. */
	{ US,                    US,                DROP_IP4_MARTIAN_SRC },
	{ US_OUT,                US,                DROP_IP4_MARTIAN_SRC },
	{ IP4(10, 0, 0, 255),    US,                DROP_IP4_MARTIAN_SRC },
	{ IP4(10, 0, 1, 0),      US,                DROP_IP4_MARTIAN_SRC },
	{ US,                    IP4_BROADCAST,     DROP_IP4_MARTIAN_SRC },
};

TEST(in, martians_die_at_routers_and_at_hosts_without_a_word)
{
	for (size_t i = 0; i < 2 * N_ELEM(martians); i++) {
		struct bench *b = bench_new(i & 1);
		char src[ADDR_STRLEN], dst[ADDR_STRLEN];

		b->h.src = martians[i / 2].src;
		b->h.dst = martians[i / 2].dst;
		bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
		if (!CHECK_EQ(bench_drops(b, martians[i / 2].why), 1) ||
		    !CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0))
			printf("     %s > %s\n", ip4_fmt(b->h.src, src), ip4_fmt(b->h.dst, dst));
		CHECK_EQ(show_dev_drops(b->in, martians[i / 2].why), 1);
		CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 0);
		bench_free(b);
	}
}

/* RFC 1812 5.3.7, 4.2.2.11; Linux drops the first two, too. */
TEST(in, a_router_sends_nothing_on_that_claims_to_be_its_own)
{
	static const ip4_t srcs[] = {
		US, US_OUT, IP4(10, 0, 0, 255), IP4(10, 0, 0, 0), IP4(10, 0, 1, 255),
		IP4(10, 0, 1, 0),
	};
	struct bench *b = bench_new(true);

	b->h.dst = FAR;
	for (size_t i = 0; i < N_ELEM(srcs); i++) {
		b->h.src = srcs[i];
		bench_udp(b, 8);
		CHECK_EQ(bench_drops(b, DROP_IP4_MARTIAN_SRC), i + 1);
		CHECK_EQ(show_dev_drops(b->in, DROP_IP4_MARTIAN_SRC), i + 1);
	}
	CHECK_EQ(bench_all_drops(b), N_ELEM(srcs));
	CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);
	CHECK_EQ(stack_set_option(b->st, OPT_FORWARDING, 0), OK);
	bench_udp(b, 8);                          /* a host does not care whose it is */
	CHECK_EQ(bench_drops(b, DROP_IP4_NOT_US), 1);
	bench_free(b);
}

TEST(in, what_was_ours_passes_once_it_is_another_s)
{
	struct prefix p = { addr_ip4(FRIEND), 24 };
	struct bench *b = bench_new(true);

	b->h.dst = FAR;
	b->h.src = FRIEND;
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->out), 1);
	CHECK_EQ(stack_addr_add(b->st, b->in, &p), OK);
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->out), 1);
	CHECK_EQ(bench_drops(b, DROP_IP4_MARTIAN_SRC), 1);
	CHECK_EQ(stack_addr_del(b->st, b->in, &p), OK);
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->out), 2);
	bench_free(b);
}

/* DHCP is how a host without an address speaks (RFC 1122 3.2.1.3 a). */
TEST(in, a_host_that_has_no_address_yet_may_speak_to_all)
{
	static const ip4_t to[] = { IP4_BROADCAST, IP4_ALL_HOSTS };
	struct bench *b = bench_new(false);

	b->h.src = 0;
	for (size_t i = 0; i < N_ELEM(to); i++) {
		b->h.dst = to[i];
		bench_udp(b, 8);
	}
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 2);
	CHECK_EQ(bench_drops(b, DROP_UDP_NO_PORT), 2);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

/* --- for this host ------------------------------------------------------------------ */

/* Is an echo to dst delivered, on `in`?  link: PKT_ flags to arrive with. */
static bool delivered(bool router, ip4_t dst, uint8_t link)
{
	struct bench *b = bench_new(router);
	uint8_t msg[9];
	bool yes;

	b->h.dst = dst;
	b->h.proto = IP_PROTO_ICMP;
	frame_ip4(&b->f, b->in, &b->h, NULL, msg, frame_icmp(msg, ICMP4_ECHO, 0, 1, "x", 1));
	if (link & PKT_LINK_BCAST)
		memcpy(b->f.b, mac_broadcast.b, 6);
	if (link & PKT_LINK_MCAST)
		memcpy(b->f.b, "\x01\0\x5e\0\0\x01", 6);
	net_inject_frame(b->in, &b->f);
	yes = show_stat(b->st, ST_IP_IN_DELIVERS);
	bench_free(b);
	return yes;
}

TEST(in, what_is_for_a_host_and_what_is_not)
{
	CHECK(delivered(false, US, 0));
	CHECK(delivered(false, US_OUT, 0));               /* weak host model */
	CHECK(delivered(false, IP4_BROADCAST, PKT_LINK_BCAST));
	CHECK(delivered(false, IP4(10, 0, 0, 255), PKT_LINK_BCAST));
	CHECK(delivered(false, IP4(10, 0, 0, 0), PKT_LINK_BCAST));        /* RFC 1122 3.3.6 */
	CHECK(delivered(false, IP4_ALL_HOSTS, PKT_LINK_MCAST));
	CHECK(!delivered(false, GROUP, PKT_LINK_MCAST));
	CHECK(!delivered(false, US, PKT_LINK_BCAST));     /* one host's, yet for all */
	CHECK(!delivered(false, US, PKT_LINK_MCAST));
	CHECK(!delivered(false, THEM, 0));
	CHECK(!delivered(false, FAR, 0));
	CHECK(!delivered(false, IP4(10, 0, 1, 255), 0));
}

TEST(in, a_router_receives_what_is_for_all_of_any_of_its_subnets)
{
	CHECK(delivered(true, IP4(10, 0, 0, 255), PKT_LINK_BCAST));
	CHECK(delivered(true, IP4(10, 0, 1, 255), 0));    /* RFC 1812 4.2.2.11 d */
	CHECK(delivered(true, IP4(10, 0, 1, 0), 0));
	CHECK(!delivered(true, FAR, 0));
}

TEST(in, a_group_is_heard_where_it_was_joined)
{
	struct bench *b = bench_new(false);
	struct sock *sk;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	CHECK_EQ(sk_join(sk, GROUP, b->out->ifindex), OK);
	b->h.dst = GROUP;
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_MCAST), 1);
	CHECK_EQ(sk_join(sk, GROUP, b->in->ifindex), OK);
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_MCAST), 1);
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 1);
	sk_close(sk);
	bench_free(b);
}

TEST(in, a_router_does_not_send_multicasts_on)
{
	struct bench *b = bench_new(true);

	b->h.dst = GROUP;
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_MCAST), 1);
	CHECK_EQ(net_sent(b->out), 0);
	bench_free(b);
}

/* --- forwarding --------------------------------------------------------------------- */

TEST(in, a_forwarded_packet_changes_in_its_ttl_alone)
{
	struct bench *b = bench_new(true);
	uint8_t sent[IP4_HLEN];

	b->h.dst = FAR;
	b->h.tos = 0xfd;
	b->h.id = 0xabcd;
	b->h.df = true;
	b->h.ttl = 2;
	bench_udp(b, 100);
	memcpy(sent, b->f.b + ETH_HLEN, sizeof(sent));
	REQUIRE(bench_only(b, b->out));
	CHECK(mac_eq(b->s.eth.dst, net_peer_mac));
	CHECK(mac_eq(b->s.eth.src, b->out->mac));
	CHECK_EQ(b->s.ip.ttl, 1);
	CHECK_EQ(b->s.ip.tos, 0xfd);
	CHECK_EQ(b->s.ip.id, 0xabcd);
	CHECK(b->s.ip.df);
	CHECK_EQ(b->s.ip.src, THEM);
	CHECK_EQ(b->s.ip.dst, FAR);
	CHECK_EQ(b->s.n, b->n);
	CHECK_MEM(b->s.data, b->msg, b->n);
	CHECK_EQ(show_stat(b->st, ST_IP_FORWARDED), 1);
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 0);
	CHECK_EQ(bench_all_drops(b), 0);
	bench_free(b);
}

TEST(in, link_padding_is_not_forwarded)
{
	struct bench *b = bench_new(true);
	uint8_t got[100];

	b->h.dst = FAR;
	b->h.proto = 200;
	frame_ip4(&b->f, b->in, &b->h, NULL, "1234", 4);
	memset(b->f.b + b->f.n, 0xee, 60 - b->f.n);
	b->f.n = 60;
	net_inject_frame(b->in, &b->f);
	CHECK_EQ(net_sent_bytes(b->out, 0, got, sizeof(got)), ETH_HLEN + IP4_HLEN + 4);
	bench_free(b);
}

static void route_of_type(struct bench *b, const char *to, enum route_type type)
{
	struct route_spec r = { .type = type, .proto = RP_STATIC };

	REQUIRE(prefix_parse(&r.to, to) && stack_route_set(b->st, ROUTE_ADD, &r) == OK);
}

/* What a router does not forward, and the answer, type 0 for none. */
static const struct {
	const char *what;
	ip4_t dst;
	uint8_t ttl, type, code;
	enum drop why;
} refusals[] = {
	{ "no route",      IP4(203, 0, 113, 1),  9, 3, ICMP4_UNREACH_NET,   DROP_IP4_NO_ROUTE },
	{ "no route, too late", IP4(203, 0, 113, 1), 1, 3, ICMP4_UNREACH_NET, DROP_IP4_NO_ROUTE },
	{ "blackhole",     IP4(198, 51, 0, 1),   9, 0, 0,                   DROP_IP4_BLACKHOLE },
	{ "unreachable",   IP4(198, 51, 1, 1),   9, 3, ICMP4_UNREACH_HOST,  DROP_IP4_NO_ROUTE },
	{ "prohibit",      IP4(198, 51, 2, 1),   9, 3, ICMP4_UNREACH_ADMIN, DROP_IP4_PROHIBIT },
	{ "TTL 1",         FAR,                  1, 11, ICMP4_TIME_TTL,     DROP_IP4_TTL },
	{ "TTL 0",         FAR,                  0, 11, ICMP4_TIME_TTL,     DROP_IP4_TTL },
};

TEST(in, a_router_says_what_it_does_not_forward)
{
	for (size_t i = 0; i < N_ELEM(refusals); i++) {
		struct bench *b = bench_new(true);
		bool ok;

		route_of_type(b, "198.51.0.0/24", RT_BLACKHOLE);
		route_of_type(b, "198.51.1.0/24", RT_UNREACHABLE);
		route_of_type(b, "198.51.2.0/24", RT_PROHIBIT);
		b->h.dst = refusals[i].dst;
		b->h.ttl = refusals[i].ttl;
		bench_udp(b, 8);
		ok = CHECK_EQ(bench_drops(b, refusals[i].why), 1) &
		     CHECK_EQ(bench_all_drops(b), 1) & CHECK_EQ(net_sent(b->out), 0) &
		     CHECK_EQ(show_stat(b->st, ST_IP_FORWARDED), 0) &
		     CHECK_EQ(net_sent(b->in), refusals[i].type != 0);
		if (refusals[i].type && net_seen(b->in, 0, &b->s))
			ok &= CHECK_EQ(b->s.icmp.type, refusals[i].type) &
			      CHECK_EQ(b->s.icmp.code, refusals[i].code);
		if (!ok)
			printf("     %s\n", refusals[i].what);
		bench_free(b);
	}
}

TEST(in, a_packet_for_us_may_have_come_to_the_end_of_its_life)
{
	struct bench *b = bench_new(true);

	b->h.ttl = 1;
	bench_icmp(b, ICMP4_ECHO, 0, 1, "x", 1);
	CHECK_EQ(net_sent(b->in), 1);
	CHECK_EQ(bench_all_drops(b), 0);
	bench_free(b);
}

TEST(in, a_host_forwards_nothing_and_says_nothing)
{
	struct bench *b = bench_new(false);

	b->h.dst = FAR;
	bench_udp(b, 8);
	b->h.dst = IP4(203, 0, 113, 1);           /* whether it has a route or not */
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_NOT_US), 2);
	CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);
	CHECK_EQ(stack_set_option(b->st, OPT_FORWARDING, 1), OK);
	b->h.dst = FAR;
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->out), 1);
	bench_free(b);
}

/* RFC 1812 5.3.4: else everyone who heard it would forward it. */
TEST(in, what_came_to_all_on_the_link_is_not_forwarded)
{
	struct bench *b = bench_new(true);

	b->h.dst = FAR;
	b->h.proto = 200;
	frame_ip4(&b->f, b->in, &b->h, NULL, "1234", 4);
	memcpy(b->f.b, mac_broadcast.b, 6);
	net_inject_frame(b->in, &b->f);
	memcpy(b->f.b, "\x01\0\x5e\0\0\x01", 6);
	net_inject_frame(b->in, &b->f);
	CHECK_EQ(bench_drops(b, DROP_IP4_LINK_BCAST), 2);
	CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);
	bench_free(b);
}

TEST(in, reverse_path_filter)
{
	static const struct { ip4_t src; bool strict, loose; } rows[] = {
		{ THEM,                true,  true },
		{ IP4(172, 16, 1, 1),  true,  true },     /* behind `in` */
		{ IP4(10, 0, 1, 3),    false, true },     /* on the link of `out` */
		{ FAR,                 false, true },
		{ IP4(203, 0, 113, 1), false, false },    /* no way back */
	};

	for (size_t i = 0; i < N_ELEM(rows) * 3; i++) {
		bool pass = i % 3 == 0 || (i % 3 == 1 ? rows[i / 3].strict : rows[i / 3].loose);
		struct bench *b = bench_new(true);
		char text[ADDR_STRLEN];

		CHECK_EQ(stack_set_option(b->st, OPT_RP_FILTER, (int64_t)(i % 3)), OK);
		b->h.src = rows[i / 3].src;
		b->h.dst = IP4(192, 168, 1, 1);
		bench_udp(b, 8);
		if (!CHECK_EQ(net_sent(b->out), pass) ||
		    !CHECK_EQ(bench_drops(b, DROP_IP4_RPF), !pass))
			printf("     rp_filter %zu, %s\n", i % 3, ip4_fmt(b->h.src, text));
		bench_free(b);
	}
}

TEST(in, the_reverse_path_counts_for_what_is_delivered_here_too)
{
	for (int filter = 0; filter < 2; filter++) {
		struct bench *b = bench_new(true);

		CHECK_EQ(stack_set_option(b->st, OPT_RP_FILTER, filter), OK);
		b->h.src = IP4(10, 0, 1, 77);     /* from the subnet on the other side */
		b->h.dst = US;
		bench_udp(b, 8);
		CHECK_EQ(bench_drops(b, DROP_IP4_RPF), filter);
		CHECK_EQ(bench_drops(b, DROP_UDP_NO_PORT), !filter);
		bench_free(b);
	}
}

/* --- directed broadcasts (RFC 1812 5.3.5.2, RFC 2644) ------------------------------- */

static struct bench *bc_router(void)
{
	struct bench *b = bench_new(true);

	CHECK_EQ(stack_set_option(b->st, OPT_BC_FORWARDING, 1), OK);
	b->h.dst = IP4(10, 0, 1, 255);
	return b;
}

TEST(in, a_directed_broadcast_becomes_one_on_its_own_link)
{
	struct bench *b = bc_router();

	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK(mac_eq(b->s.eth.dst, mac_broadcast));
	CHECK_EQ(b->s.ip.dst, IP4(10, 0, 1, 255));
	CHECK_EQ(b->s.ip.ttl, 63);
	CHECK_EQ(show_stat(b->st, ST_IP_FORWARDED), 1);
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 0);
	CHECK_EQ(bench_all_drops(b), 0);
	bench_free(b);
}

TEST(in, a_directed_broadcast_passes_the_checks_of_every_forwarded_packet)
{
	struct bench *b = bc_router();

	b->h.ttl = 1;
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_TTL), 1);
	b->h.ttl = 64;
	CHECK_EQ(netdev_set_mtu(b->out, 600), OK);
	b->h.df = true;
	bench_udp(b, 1000);
	CHECK_EQ(bench_drops(b, DROP_IP4_DF), 1);
	b->h.df = false;
	memcpy(b->f.b, mac_broadcast.b, 6);
	net_inject_frame(b->in, &b->f);
	CHECK_EQ(bench_drops(b, DROP_IP4_LINK_BCAST), 1);
	CHECK_EQ(stack_set_option(b->st, OPT_RP_FILTER, 1), OK);
	b->h.src = FAR;
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_IP4_RPF), 1);
	CHECK_EQ(bench_all_drops(b), 4);
	CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);  /* nor is any answered */
	b->h.src = THEM;
	bench_udp(b, 1000);                       /* without DF it is cut */
	CHECK_EQ(net_sent(b->out), 2);
	bench_free(b);
}

TEST(in, a_directed_broadcast_is_recorded)
{
	struct bench *b = bc_router();

	memcpy(b->opt, "\7\7\4\0\0\0\0\0", 8);
	b->h.hlen = 28;
	bench_udp(b, 8);
	REQUIRE(bench_only(b, b->out));
	CHECK_MEM(b->s.opt, "\7\7\10\12\0\1\1", 7);
	bench_free(b);
}

TEST(in, a_directed_broadcast_for_the_link_it_came_from_is_not_sent_back)
{
	struct bench *b = bc_router();

	b->h.dst = IP4(10, 0, 0, 255);
	bench_udp(b, 8);
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 1);
	CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);
	bench_free(b);
}

/* --- too long for the next link ----------------------------------------------------- */

static void route_mtu(struct bench *b, uint32_t mtu)
{
	struct route_spec r = {
		.type = RT_UNICAST, .proto = RP_STATIC, .mtu = mtu, .n_hops = 1,
		.hops = { { .via = addr_ip4(IP4(10, 0, 1, 2)) } },
	};

	REQUIRE(prefix_parse(&r.to, "192.168.0.0/16"));
	REQUIRE(stack_route_set(b->st, ROUTE_REPLACE, &r) == OK);
}

TEST(in, what_is_longer_than_the_route_takes_is_cut_or_refused)
{
	struct bench *b = bench_new(true);

	route_mtu(b, 600);
	b->h.dst = FAR;
	bench_udp(b, 1000);
	REQUIRE(CHECK_EQ(net_sent(b->out), 2));
	REQUIRE(net_seen(b->out, 0, &b->s));
	CHECK(b->s.ip.total_len <= 600);
	CHECK(b->s.ip.mf);
	CHECK_EQ(b->s.ip.ttl, 63);
	net_forget(b->out);
	b->h.df = true;
	bench_udp(b, 1000);
	CHECK_EQ(bench_drops(b, DROP_IP4_DF), 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_FRAG);
	CHECK_EQ(b->s.icmp.u.mtu, 600);
	route_mtu(b, 9000);                       /* no more than the link takes */
	b->h.df = false;
	bench_udp(b, 1400);
	CHECK_EQ(net_sent(b->out), 1);
	bench_free(b);
}

/* --- several ways ------------------------------------------------------------------- */

TEST(in, the_packets_of_a_flow_stay_together)
{
	struct bench *b = bench_new(true);
	struct netdev *third = net_dev(b->st, "third", "10.0.2.1/24");
	struct route_spec r = {
		.to = { addr_ip4(IP4(192, 168, 0, 0)), 16 }, .type = RT_UNICAST, .proto = RP_STATIC,
		.n_hops = 1, .hops = { { .via = addr_ip4(IP4(10, 0, 2, 2)) } },
	};

	net_peer(third, "10.0.2.2");
	REQUIRE(stack_route_set(b->st, ROUTE_APPEND, &r) == OK);
	b->h.dst = FAR;
	for (unsigned i = 0; i < 20; i++)
		bench_udp(b, 8);
	CHECK(net_sent(b->out) == 20 || net_sent(third) == 20);
	net_forget(b->out);
	net_forget(third);
	for (unsigned i = 0; i < 100; i++) {
		b->h.dst = FAR + i;
		bench_udp(b, 8);
	}
	CHECK_EQ(net_sent(b->out) + net_sent(third), 100);
	CHECK(net_sent(b->out) > 25 && net_sent(third) > 25);
	bench_free(b);
}

TEST(in, no_redirect_where_the_sender_could_not_follow_it)
{
	struct bench *b = bench_new(true);

	b->h.dst = IP4(172, 16, 1, 1);            /* back out of `in`, by 10.0.0.2 */
	b->h.src = FAR;                           /* not on that link */
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 1);
	b->h.src = FRIEND;
	memset(b->opt, IP4OPT_NOP, 4);
	b->h.hlen = 24;                           /* it may have chosen the way itself */
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 2);
	b->h.hlen = IP4_HLEN;
	b->h.dst = FAR;                           /* by another link */
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 2);
	CHECK_EQ(show_stat(b->st, ST_ICMP_OUT_MSGS), 0);
	bench_free(b);
}

TEST(in, without_room_for_a_neighbour_a_packet_is_dropped_where_it_would_leave)
{
	struct bench *b = bench_new(true);

	CHECK_EQ(stack_set_option(b->st, OPT_NEIGH_MAX, 1), OK);
	b->h.dst = IP4(10, 0, 1, 77);
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, DROP_NEIGH_FULL), 1);
	CHECK_EQ(show_dev_drops(b->out, DROP_NEIGH_FULL), 1);
	CHECK_EQ(show_stat(b->st, ST_IP_FORWARDED), 0);
	bench_free(b);
}
