// SPDX-License-Identifier: GPL-3.0-or-later
/* Several areas, and destinations outside of the AS: routers that talk to each other. */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "tests/unit/ospf/fixture.h"

#define STUB_OF(k) IP4(10, 9, k, 0)       /* /24 behind router k */

static struct olink link_in(struct onet *on, uint32_t area, struct stack *a, struct stack *b)
{
	on->if_conf.area = area;
	return onet_link(on, a, b);
}

/* A passive network of its own. */
static void stub_in(struct onet *on, uint32_t area, struct stack *st, const char *addr)
{
	on->if_conf.area = area;
	on->if_conf.passive = true;
	onet_if(on, st, addr, OSPF_NET_P2P);
	on->if_conf.passive = false;
}

static struct ospf_area *area_of(struct stack *st, uint32_t id)
{
	return ospf_area_find(st->ospf, id);
}

static void area_is(struct stack *st, uint32_t id, struct ospf_area_config c)
{
	REQUIRE(stack_ospf_area(st, id, &c) == OK);
}

static struct prefix prefix(const char *text)
{
	struct prefix p;

	REQUIRE(prefix_parse(&p, text));
	return p;
}

/* Its metric; -1: no route. */
static int64_t metric(struct stack *st, const char *to)
{
	struct prefix p = prefix(to);
	struct learned_route r;

	return route_learned(st, RP_OSPF, p.addr.v4, p.len, &r) ? (int64_t)r.metric : -1;
}

static void static_route(struct stack *st, const char *to)
{
	struct route_spec r = { .to = prefix(to), .proto = RP_STATIC, .type = RT_BLACKHOLE };

	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
}

static void redistribute(struct stack *st, bool type1, uint32_t cost)
{
	REQUIRE(stack_ospf_redistribute(st, RP_STATIC, &(struct ospf_redistribute){
		.on = true, .type1 = type1, .metric = cost, .tag = 7 }) == OK);
}

/* r1 -0- r2 -1- r3, with a stub network each. */
struct chain { struct onet *on; struct stack *r[4]; struct olink l[4]; };

static struct chain chain_new(enum ospf_area_type type, bool no_summary)
{
	struct chain c = { .on = onet_new() };

	for (unsigned i = 0; i < 3; i++)
		c.r[i] = onet_router(c.on);
	if (type != OSPF_AREA_NORMAL)
		for (unsigned i = 1; i < 3; i++)
			area_is(c.r[i], 1, (struct ospf_area_config){
				.type = type, .no_summary = i == 1 && no_summary });
	c.l[0] = link_in(c.on, 0, c.r[0], c.r[1]);
	c.l[1] = link_in(c.on, 1, c.r[1], c.r[2]);
	stub_in(c.on, 0, c.r[0], "10.9.1.1/24");
	stub_in(c.on, 1, c.r[2], "10.9.3.1/24");
	return c;
}

TEST(ospf_areas, a_border_router_tells_areas_of_each_other)
{
	struct chain c = chain_new(OSPF_AREA_NORMAL, false);

	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK(c.r[1]->ospf->is_abr);
	CHECK(!c.r[0]->ospf->is_abr);
	CHECK_EQ(metric(c.r[0], "10.9.3.0/24"), 30);
	CHECK_EQ(metric(c.r[2], "10.9.1.0/24"), 30);
	CHECK_EQ(metric(c.r[1], "10.9.1.0/24"), 20);
	netdev_set_carrier(c.l[1].a, false);
	netdev_set_carrier(c.l[1].b, false);
	onet_run(c.on, SEC(60));
	CHECK_EQ(metric(c.r[0], "10.9.3.0/24"), -1);
	CHECK_EQ(metric(c.r[2], "10.9.1.0/24"), -1);
	CHECK(!c.r[1]->ospf->is_abr);
	onet_free(c.on);
}

/* FRR's "abr-type standard" does the same. */
TEST(ospf_areas, without_the_backbone_nothing_is_told_beyond_the_next_area)
{
	struct onet *on = onet_new();
	struct stack *r[4];

	for (unsigned i = 0; i < 4; i++)
		r[i] = onet_router(on);
	for (unsigned i = 0; i < 3; i++)
		link_in(on, i + 1, r[i], r[i + 1]);
	stub_in(on, 2, r[2], "10.9.3.1/24");
	stub_in(on, 3, r[3], "10.9.4.1/24");
	REQUIRE(onet_settle(on, SEC(60)));
	CHECK(r[1]->ospf->is_abr && r[2]->ospf->is_abr);
	CHECK_EQ(metric(r[0], "10.9.3.0/24"), 30);
	CHECK_EQ(metric(r[0], "10.9.4.0/24"), -1);
	CHECK_EQ(metric(r[3], "10.9.3.0/24"), 20);
	onet_free(on);
}

TEST(ospf_areas, a_range_is_told_of_as_one_and_discards_the_rest)
{
	struct chain c = chain_new(OSPF_AREA_NORMAL, false);
	struct ospf_range range = { .prefix = prefix("10.9.0.0/16") };
	struct route_answer a;
	struct addr nowhere = addr_ip4(IP4(10, 9, 77, 1));

	stub_in(c.on, 1, c.r[2], "10.9.4.1/24");
	area_is(c.r[1], 1, (struct ospf_area_config){ .ranges = &range, .n_ranges = 1 });
	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK_EQ(metric(c.r[0], "10.9.0.0/16"), 30);
	CHECK_EQ(metric(c.r[0], "10.9.3.0/24"), -1);
	CHECK_EQ(metric(c.r[0], "10.9.4.0/24"), -1);
	CHECK_EQ(metric(c.r[1], "10.9.0.0/16"), 0);
	CHECK_EQ(show_route_get(c.r[1], &nowhere, NULL, &a), ERR_INVAL);  /* a blackhole */
	range.hide = true;
	area_is(c.r[1], 1, (struct ospf_area_config){ .ranges = &range, .n_ranges = 1 });
	onet_run(c.on, SEC(60));
	CHECK_EQ(metric(c.r[0], "10.9.0.0/16"), -1);
	CHECK_EQ(metric(c.r[0], "10.9.3.0/24"), -1);
	onet_free(c.on);
}

/* How long until a range is discarded, its prefix the pool's 257th or one of the first. */
static ns_t range_takes(bool many)
{
	struct chain c = chain_new(OSPF_AREA_NORMAL, false);
	struct ospf_range range = { .prefix = prefix("10.9.0.0/16") };
	prefix_num held[256];
	unsigned n = 0;
	ns_t took = 0;

	REQUIRE(onet_settle(c.on, SEC(60)));
	while (many && prefix_pool_end(c.on->prefixes) < 256) {
		held[n] = prefix_pool_get(c.on->prefixes, IP4(172, 16, n, 0), 24);
		REQUIRE(held[n++] != PREFIX_NONE);
	}
	area_is(c.r[1], 1, (struct ospf_area_config){ .ranges = &range, .n_ranges = 1 });
	for (; metric(c.r[1], "10.9.0.0/16") != 0 && took < SEC(60); took += MSEC(10))
		onet_run(c.on, MSEC(10));
	CHECK_EQ(metric(c.r[1], "10.9.1.0/24"), 20);
	CHECK_EQ(metric(c.r[1], "10.9.3.0/24"), 20);
	while (n > 0)
		prefix_pool_put(c.on->prefixes, held[--n]);
	onet_free(c.on);
	return took;
}

TEST(ospf_areas, a_range_takes_no_longer_where_others_know_many_prefixes)
{
	ns_t few = range_takes(false);

	CHECK(few < SEC(60));
	CHECK_EQ(range_takes(true), few);
}

TEST(ospf_areas, a_stub_area_has_a_default_route_instead_of_externals)
{
	struct chain c = chain_new(OSPF_AREA_STUB, false);

	static_route(c.r[0], "192.0.2.0/24");
	redistribute(c.r[0], false, 20);
	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK_EQ(metric(c.r[1], "192.0.2.0/24"), 20);
	CHECK_EQ(metric(c.r[2], "192.0.2.0/24"), -1);
	CHECK_EQ(metric(c.r[2], "0.0.0.0/0"), 11);
	CHECK_EQ(metric(c.r[2], "10.9.1.0/24"), 30);
	onet_free(c.on);
}

/* 10.3: AS-external-LSAs are not described in a stub area. */
TEST(ospf_areas, a_neighbour_in_a_stub_area_comes_back_when_there_are_externals)
{
	struct chain c = chain_new(OSPF_AREA_STUB, false);

	static_route(c.r[0], "192.0.2.0/24");
	redistribute(c.r[0], false, 20);
	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK_EQ(metric(c.r[1], "192.0.2.0/24"), 20);
	netdev_set_carrier(c.l[1].a, false);
	onet_run(c.on, SEC(1));
	netdev_set_carrier(c.l[1].a, true);
	onet_run(c.on, SEC(30));
	CHECK_EQ(onet_nbr(c.r[1], c.r[2]), OSPF_NBR_FULL);
	CHECK_EQ(show_drops(c.r[2], DROP_OSPF_DD_SEQ), 0);
	onet_free(c.on);
}

TEST(ospf_areas, a_totally_stubby_area_has_the_default_route_alone)
{
	struct chain c = chain_new(OSPF_AREA_STUB, true);

	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK_EQ(metric(c.r[2], "0.0.0.0/0"), 11);
	CHECK_EQ(metric(c.r[2], "10.9.1.0/24"), -1);
	onet_free(c.on);
}

TEST(ospf_areas, externals_reach_other_areas_through_the_border_router)
{
	struct chain c = chain_new(OSPF_AREA_NORMAL, false);
	struct ospf_redistribute off = { 0 };

	static_route(c.r[0], "192.0.2.0/24");
	static_route(c.r[0], "192.0.0.0/16");
	redistribute(c.r[0], true, 20);
	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK_EQ(metric(c.r[1], "192.0.2.0/24"), 30);
	CHECK_EQ(metric(c.r[2], "192.0.2.0/24"), 40);
	CHECK_EQ(metric(c.r[2], "192.0.0.0/16"), 40);
	redistribute(c.r[0], false, 5);
	onet_run(c.on, SEC(60));
	CHECK_EQ(metric(c.r[2], "192.0.2.0/24"), 5);
	REQUIRE(stack_ospf_redistribute(c.r[0], RP_STATIC, &off) == OK);
	onet_run(c.on, SEC(60));
	CHECK_EQ(metric(c.r[2], "192.0.2.0/24"), -1);
	onet_free(c.on);
}

TEST(ospf_areas, networks_that_begin_alike_have_link_state_ids_of_their_own)
{
	struct chain c = chain_new(OSPF_AREA_NORMAL, false);

	static_route(c.r[0], "192.0.0.0/8");
	static_route(c.r[0], "192.0.0.0/16");
	static_route(c.r[0], "192.0.0.0/24");
	static_route(c.r[0], "192.0.0.0/32");
	redistribute(c.r[0], false, 20);
	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK_EQ(metric(c.r[2], "192.0.0.0/8"), 20);
	CHECK_EQ(metric(c.r[2], "192.0.0.0/16"), 20);
	CHECK_EQ(metric(c.r[2], "192.0.0.0/24"), 20);
	CHECK_EQ(metric(c.r[2], "192.0.0.0/32"), 20);
	onet_free(c.on);
}

TEST(ospf_areas, packets_go_straight_to_a_forwarding_address)
{
	struct onet *on = onet_new();
	struct stack *r[3];
	struct route_spec out = { .to = prefix("192.0.2.0/24"), .proto = RP_STATIC, .n_hops = 1 };
	struct learned_route got;
	struct prefix to = prefix("192.0.2.0/24");
	ip4_t host;

	for (unsigned i = 0; i < 3; i++)
		r[i] = onet_router(on);
	onet_lan(on, r, 2);
	onet_link(on, r[1], r[2]);
	out.hops[0].dev = stack_dev(r[0], "eth0");
	host = list_first(&out.hops[0].dev->addrs, struct ifaddr, node)->prefix.addr.v4 + 8;
	out.hops[0].via = addr_ip4(host);
	REQUIRE(stack_route_set(r[0], ROUTE_ADD, &out) == OK);
	redistribute(r[0], false, 20);
	REQUIRE(onet_settle(on, SEC(120)));
	REQUIRE(route_learned(r[1], RP_OSPF, to.addr.v4, to.len, &got));
	CHECK_EQ(nexthops_of(r[1], got.nexthops)->hops[0].via, host);
	CHECK_EQ(metric(r[2], "192.0.2.0/24"), 20);
	onet_free(on);
}

/* Two border routers between the backbone and area 1. */
TEST(ospf_areas, two_border_routers_share_and_replace_each_other)
{
	struct onet *on = onet_new();
	struct stack *r[4];
	struct olink l[4];
	struct learned_route got;
	struct prefix to = prefix("10.9.4.0/24");

	for (unsigned i = 0; i < 4; i++)
		r[i] = onet_router(on);
	l[0] = link_in(on, 0, r[0], r[1]);
	l[1] = link_in(on, 0, r[0], r[2]);
	l[2] = link_in(on, 1, r[1], r[3]);
	l[3] = link_in(on, 1, r[2], r[3]);
	stub_in(on, 1, r[3], "10.9.4.1/24");
	static_route(r[3], "192.0.2.0/24");
	redistribute(r[3], true, 1);
	REQUIRE(onet_settle(on, SEC(60)));
	REQUIRE(route_learned(r[0], RP_OSPF, to.addr.v4, to.len, &got));
	CHECK_EQ(nexthops_of(r[0], got.nexthops)->n_hops, 2);
	CHECK_EQ(metric(r[0], "192.0.2.0/24"), 21);
	netdev_set_carrier(l[2].a, false);
	netdev_set_carrier(l[2].b, false);
	onet_run(on, SEC(60));
	REQUIRE(route_learned(r[0], RP_OSPF, to.addr.v4, to.len, &got));
	CHECK_EQ(nexthops_of(r[0], got.nexthops)->n_hops, 1);
	CHECK_EQ(nexthops_of(r[0], got.nexthops)->hops[0].dev->ifindex, l[1].a->ifindex);
	CHECK_EQ(metric(r[0], "192.0.2.0/24"), 21);
	CHECK_EQ(metric(r[1], "10.9.4.0/24"), 40);
	onet_free(on);
}

TEST(ospf_areas, a_default_route_is_told_of_while_there_is_one_or_always)
{
	struct chain c = chain_new(OSPF_AREA_NORMAL, false);
	struct ospf_redistribute r = { .on = true, .metric = 3 };
	struct route_spec out = { .to = prefix("0.0.0.0/0"), .proto = RP_STATIC, .n_hops = 1 };

	REQUIRE(stack_ospf_default(c.r[0], &r, false) == OK);
	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK_EQ(metric(c.r[2], "0.0.0.0/0"), -1);
	REQUIRE(addr_parse(&out.hops[0].via, "10.9.1.9"));
	REQUIRE(stack_route_set(c.r[0], ROUTE_ADD, &out) == OK);
	onet_run(c.on, SEC(60));
	CHECK_EQ(metric(c.r[2], "0.0.0.0/0"), 3);
	REQUIRE(stack_route_del(c.r[0], &out) == OK);
	onet_run(c.on, SEC(60));
	CHECK_EQ(metric(c.r[2], "0.0.0.0/0"), -1);
	REQUIRE(stack_ospf_default(c.r[0], &r, true) == OK);
	onet_run(c.on, SEC(60));
	CHECK_EQ(metric(c.r[2], "0.0.0.0/0"), 3);
	onet_free(c.on);
}

TEST(ospf_areas, what_an_nssa_says_is_translated_for_the_others)
{
	struct chain c = chain_new(OSPF_AREA_NSSA, false);

	static_route(c.r[2], "192.0.2.0/24");
	redistribute(c.r[2], false, 20);
	static_route(c.r[0], "198.51.100.0/24");
	redistribute(c.r[0], false, 20);
	REQUIRE(onet_settle(c.on, SEC(60)));
	onet_run(c.on, SEC(60));
	CHECK(area_of(c.r[1], 1)->translator);
	CHECK_EQ(metric(c.r[1], "192.0.2.0/24"), 20);
	CHECK_EQ(metric(c.r[0], "192.0.2.0/24"), 20);
	CHECK_EQ(metric(c.r[2], "198.51.100.0/24"), -1);
	onet_free(c.on);
}

TEST(ospf_areas, what_was_learned_goes_when_ospf_stops)
{
	struct chain c = chain_new(OSPF_AREA_NORMAL, false);

	REQUIRE(onet_settle(c.on, SEC(60)));
	CHECK(route_learned_count(c.r[0], RP_OSPF) > 0);
	stack_ospf_stop(c.r[0]);
	CHECK_EQ(route_learned_count(c.r[0], RP_OSPF), 0);
	onet_free(c.on);
}
