// SPDX-License-Identifier: GPL-3.0-or-later
/* What ICMP says of a path's MTU: who is believed, for how long, and how much
 * is kept. */
#include "stack/core/pmtu.h"

#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "tests/unit/harness.h"

#define FAR IP4(10, 9, 0, 1)
#define FAR2 IP4(10, 9, 0, 2)
#define OTHER IP4(10, 8, 0, 1)

/* A host behind a router; its link takes 1500 bytes. */
struct scene { struct net *net; struct stack *st; struct netdev *dev; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_host(s.net, "h1");
	s.dev = net_dev(s.st, "eth0", "10.0.0.1/24");
	net_route(s.st, "10.9.0.0/16", "10.0.0.9");
	net_route(s.st, "10.8.0.0/16", "10.0.0.9");
	return s;
}

/* A packet of len bytes to dst was too long for a link that takes mtu. */
static void report(struct scene *s, ip4_t dst, uint32_t mtu, uint16_t len)
{
	struct icmp_err e = { .type = ICMP4_UNREACH, .code = ICMP4_UNREACH_FRAG, .info = mtu,
			      .dst = dst, .len = len, .hlen = IP4_HLEN };

	pmtu_learn(s->st, &e);
}

static uint32_t mtu_of(struct scene *s, ip4_t dst) { return ip4_path_mtu(s->st, dst); }

static bool locked(struct scene *s, ip4_t dst)
{
	struct ip4_path path = { 0 };

	CHECK_EQ(ip4_path(s->st, dst, 0, NULL, 0, &path), OK);
	return path.mtu_locked;
}

/* --- who is believed ------------------------------------------------------------ */

TEST(pmtu, a_report_counts_for_that_destination_alone)
{
	struct scene s = scene_new();

	CHECK_EQ(mtu_of(&s, FAR), 1500);
	report(&s, FAR, 1400, 1500);
	CHECK_EQ(mtu_of(&s, FAR), 1400);
	CHECK_EQ(mtu_of(&s, FAR2), 1500);
	CHECK_EQ(mtu_of(&s, IP4(192, 0, 2, 1)), 0);       /* no route */
	net_free(s.net);
}

TEST(pmtu, it_falls_and_never_rises)              /* RFC 1191 3 */
{
	static const struct { uint32_t told, then; } rows[] = {
		{ 1500, 1500 }, { 9000, 1500 }, { 1400, 1400 }, { 1450, 1400 }, { 1006, 1006 },
		{ 1499, 1006 }, { 65535, 1006 },
	};
	struct scene s = scene_new();

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		report(&s, FAR, rows[i].told, 1500);
		CHECK_EQ(mtu_of(&s, FAR), rows[i].then);
	}
	net_free(s.net);
}

TEST(pmtu, no_more_than_link_and_route_take)
{
	struct scene s = scene_new();
	struct route_spec r = { .type = RT_UNICAST, .proto = RP_STATIC, .mtu = 1300, .n_hops = 1,
				.hops = { { .via = addr_ip4(IP4(10, 0, 0, 9)) } } };
	struct ip4_path path = { 0 };

	report(&s, FAR, 1400, 1500);
	CHECK_EQ(netdev_set_mtu(s.dev, 1350), OK);
	CHECK_EQ(ip4_path(s.st, FAR, 0, NULL, 0, &path), OK);
	CHECK_EQ(path.mtu, 1350);
	CHECK_EQ(path.mtu_expires, 0);            /* it is the link's */
	REQUIRE(prefix_parse(&r.to, "10.9.0.0/16"));
	CHECK_EQ(stack_route_set(s.st, ROUTE_REPLACE, &r), OK);
	report(&s, FAR, 1400, 1500);
	CHECK_EQ(mtu_of(&s, FAR), 1300);
	report(&s, FAR, 1200, 1300);
	CHECK_EQ(mtu_of(&s, FAR), 1200);
	net_free(s.net);
}

TEST(pmtu, other_errors_teach_nothing)
{
	struct scene s = scene_new();
	struct icmp_err e = { .info = 1000, .dst = FAR, .len = 1500, .hlen = IP4_HLEN };

	for (unsigned type = 0; type < 256; type++) {
		for (unsigned code = 0; code < 16; code++) {
			e.type = (uint8_t)type;
			e.code = (uint8_t)code;
			if (type != ICMP4_UNREACH || code != ICMP4_UNREACH_FRAG)
				pmtu_learn(s.st, &e);
		}
	}
	CHECK_EQ(mtu_of(&s, FAR), 1500);
	CHECK(s.st->pmtu == NULL);
	net_free(s.net);
}

TEST(pmtu, packets_to_ourselves_do_not_care)
{
	struct scene s = scene_new();

	report(&s, IP4(10, 0, 0, 1), 1000, 1500);
	report(&s, IP4_LOOPBACK, 1000, 1500);
	CHECK_EQ(mtu_of(&s, IP4(10, 0, 0, 1)), 65535);
	CHECK_EQ(mtu_of(&s, IP4_LOOPBACK), 65535);
	net_free(s.net);
}

/* --- routers that do not say how much ------------------------------------------- */

TEST(pmtu, without_a_number_it_is_the_next_plateau)       /* RFC 1191 5, 7 */
{
	static const struct { uint16_t len; uint32_t mtu; } rows[] = {
		{ 1400, 1006 }, { 1493, 1492 }, { 1492, 1006 },
		{ 1500, 1006 },                   /* perhaps 20 too much, as 4.2BSD has it */
		{ 1520, 1492 }, { 1007, 1006 }, { 600, 552 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct scene s = scene_new();

		report(&s, FAR, 0, rows[i].len);
		if (!CHECK_EQ(mtu_of(&s, FAR), rows[i].mtu))
			printf("     of %u bytes\n", rows[i].len);
		net_free(s.net);
	}
}

TEST(pmtu, what_was_on_its_way_already_does_not_count_twice)
{
	struct scene s = scene_new();

	for (int i = 0; i < 5; i++)
		report(&s, FAR, 0, 1500);
	CHECK_EQ(mtu_of(&s, FAR), 1006);
	CHECK(!locked(&s, FAR));
	net_free(s.net);
}

/* --- less than min_pmtu --------------------------------------------------------- */

TEST(pmtu, below_the_least_routers_are_left_to_cut)
{
	static const uint32_t told[] = { 1, 67, 68, 296, 551 };

	for (size_t i = 0; i < N_ELEM(told); i++) {
		struct scene s = scene_new();

		report(&s, FAR, told[i], 1500);
		CHECK_EQ(mtu_of(&s, FAR), 552);
		CHECK(locked(&s, FAR));
		net_run(s.net, SEC(300));
		report(&s, FAR, told[i], 552);            /* is not asked again */
		net_run(s.net, SEC(300));
		CHECK_EQ(mtu_of(&s, FAR), 1500);
		CHECK(!locked(&s, FAR));
		report(&s, FAR, 552, 1500);
		CHECK_EQ(mtu_of(&s, FAR), 552);
		CHECK(!locked(&s, FAR));
		net_free(s.net);
	}
}

TEST(pmtu, the_least_can_be_set_and_is_no_more_than_the_link_s)
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_MIN_PMTU, 68), OK);
	report(&s, FAR, 100, 1500);
	CHECK_EQ(mtu_of(&s, FAR), 100);
	report(&s, FAR2, 67, 1500);
	CHECK_EQ(mtu_of(&s, FAR2), 68);
	CHECK(locked(&s, FAR2));
	CHECK_EQ(netdev_set_mtu(s.dev, 296), OK);
	CHECK_EQ(stack_set_option(s.st, OPT_MIN_PMTU, 552), OK);
	report(&s, OTHER, 200, 296);
	CHECK_EQ(mtu_of(&s, OTHER), 296);
	CHECK_EQ(netdev_set_mtu(s.dev, 1500), OK);
	CHECK(locked(&s, OTHER));
	net_free(s.net);
}

/* --- for how long --------------------------------------------------------------- */

TEST(pmtu, it_is_forgotten_after_ten_minutes_without_a_timer)     /* RFC 1191 6.3 */
{
	struct scene s = scene_new();
	struct ip4_path path = { 0 };

	report(&s, FAR, 1400, 1500);
	CHECK_EQ(stack_next_at(s.st), NS_NEVER);
	net_run(s.net, SEC(600) - 1);
	CHECK_EQ(ip4_path(s.st, FAR, 0, NULL, 0, &path), OK);
	CHECK_EQ(path.mtu, 1400);
	CHECK_EQ(path.mtu_expires, 1);
	net_run(s.net, 1);
	CHECK_EQ(ip4_path(s.st, FAR, 0, NULL, 0, &path), OK);
	CHECK_EQ(path.mtu, 1500);
	CHECK_EQ(path.mtu_expires, 0);
	net_free(s.net);
}

TEST(pmtu, the_same_again_keeps_it_and_more_does_not)
{
	struct scene s = scene_new();

	report(&s, FAR, 1400, 1500);
	report(&s, FAR2, 1400, 1500);
	net_run(s.net, SEC(500));
	report(&s, FAR, 1400, 1500);
	report(&s, FAR2, 1450, 1500);
	net_run(s.net, SEC(100));
	CHECK_EQ(mtu_of(&s, FAR), 1400);
	CHECK_EQ(mtu_of(&s, FAR2), 1500);
	net_run(s.net, SEC(500));
	CHECK_EQ(mtu_of(&s, FAR), 1500);
	net_free(s.net);
}

TEST(pmtu, the_time_can_be_set)
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_MTU_EXPIRES, 2000), OK);
	report(&s, FAR, 1400, 1500);
	net_run(s.net, SEC(2) - 1);
	CHECK_EQ(mtu_of(&s, FAR), 1400);
	net_run(s.net, 1);
	CHECK_EQ(mtu_of(&s, FAR), 1500);
	net_free(s.net);
}

TEST(pmtu, another_route_is_another_path)
{
	struct scene s = scene_new();
	struct route_spec r = { .type = RT_UNICAST, .proto = RP_STATIC, .n_hops = 1,
				.hops = { { .via = addr_ip4(IP4(10, 0, 0, 8)) } } };

	report(&s, FAR, 1400, 1500);
	report(&s, FAR2, 1400, 1500);
	report(&s, OTHER, 1400, 1500);
	REQUIRE(prefix_parse(&r.to, "10.9.0.1/32"));
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	CHECK_EQ(mtu_of(&s, FAR), 1500);
	CHECK_EQ(mtu_of(&s, FAR2), 1400);
	REQUIRE(prefix_parse(&r.to, "10.9.0.0/16"));
	CHECK_EQ(stack_route_set(s.st, ROUTE_REPLACE, &r), OK);
	CHECK_EQ(mtu_of(&s, FAR2), 1500);
	CHECK_EQ(mtu_of(&s, OTHER), 1400);
	netdev_set_carrier(s.dev, false);
	netdev_set_carrier(s.dev, true);
	CHECK_EQ(mtu_of(&s, OTHER), 1500);
	net_free(s.net);
}

TEST(pmtu, a_flush_forgets_all)
{
	struct scene s = scene_new();

	stack_pmtu_flush(s.st);
	report(&s, FAR, 1400, 1500);
	report(&s, OTHER, 1400, 1500);
	stack_pmtu_flush(s.st);
	CHECK_EQ(mtu_of(&s, FAR), 1500);
	CHECK_EQ(mtu_of(&s, OTHER), 1500);
	report(&s, FAR, 1400, 1500);
	CHECK_EQ(mtu_of(&s, FAR), 1400);
	net_free(s.net);
}

/* --- how much is kept ----------------------------------------------------------- */

struct list_of { unsigned n, stop_at; ip4_t last; struct pmtu_info row; };

static bool collect(void *arg, const struct pmtu_info *m)
{
	struct list_of *l = arg;

	CHECK(m->dst.v4 > l->last);
	l->last = m->dst.v4;
	l->row = *m;
	return ++l->n != l->stop_at;
}

TEST(pmtu, they_are_shown_by_address_with_what_is_left_of_their_time)
{
	struct scene s = scene_new();
	struct list_of l = { 0 };

	show_pmtus(s.st, collect, &l);
	CHECK_EQ(l.n, 0);
	report(&s, FAR2, 1400, 1500);
	report(&s, OTHER, 1, 1500);
	report(&s, FAR, 1300, 1500);
	net_run(s.net, SEC(1));
	show_pmtus(s.st, collect, &l);
	CHECK_EQ(l.n, 3);
	CHECK_EQ(l.row.dst.v4, FAR2);
	CHECK_EQ(l.row.mtu, 1400);
	CHECK_EQ(l.row.expires, SEC(599));
	CHECK(!l.row.locked);
	l = (struct list_of){ .stop_at = 1 };
	show_pmtus(s.st, collect, &l);
	CHECK_EQ(l.n, 1);
	CHECK_EQ(l.row.dst.v4, OTHER);
	CHECK_EQ(l.row.mtu, 552);
	CHECK(l.row.locked);
	net_run(s.net, SEC(599));
	l = (struct list_of){ 0 };
	show_pmtus(s.st, collect, &l);
	CHECK_EQ(l.n, 0);
	net_free(s.net);
}

TEST(pmtu, route_get_says_it)
{
	struct scene s = scene_new();
	struct addr far = addr_ip4(FAR), far2 = addr_ip4(FAR2);
	struct route_answer a;

	report(&s, FAR, 1400, 1500);
	report(&s, FAR2, 0, 100);
	net_run(s.net, SEC(1));
	CHECK_EQ(show_route_get(s.st, &far, NULL, &a), OK);
	CHECK_EQ(a.mtu, 1400);
	CHECK_EQ(a.mtu_expires, SEC(599));
	CHECK(!a.mtu_locked);
	CHECK_EQ(show_route_get(s.st, &far2, NULL, &a), OK);
	CHECK_EQ(a.mtu, 552);
	CHECK(a.mtu_locked);
	net_run(s.net, SEC(599));
	CHECK_EQ(show_route_get(s.st, &far, NULL, &a), OK);
	CHECK_EQ(a.mtu, 1500);
	CHECK_EQ(a.mtu_expires, 0);
	net_free(s.net);
}

TEST(pmtu, however_many_report_the_table_is_bounded_and_keeps_what_is_used)
{
	struct scene s = scene_new();
	struct list_of l = { 0 };
	unsigned kept = 0;

	report(&s, FAR, 1400, 1500);
	for (uint32_t i = 0; i < 5000; i++) {
		net_run(s.net, USEC(1));
		CHECK_EQ(mtu_of(&s, FAR), 1400);
		report(&s, OTHER + i, 1300, 1500);
		CHECK_EQ(mtu_of(&s, OTHER + i), 1300);
	}
	for (uint32_t i = 4800; i < 5000; i++)
		kept += mtu_of(&s, OTHER + i) == 1300;
	show_pmtus(s.st, collect, &l);
	CHECK(l.n > 200 && l.n <= 256);
	CHECK(kept > 120);
	net_free(s.net);
}
