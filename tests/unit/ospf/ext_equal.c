// SPDX-License-Identifier: GPL-3.0-or-later
/* Routers that tell the same of an external destination (RFC 2328 12.4.4.1, RFC 3101 2.4). */
#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "tests/unit/ospf/fixture.h"

#define NET "192.0.2.0/24"

/* r1, r2 and r3 on a LAN, 192.168.0.0/24, of an area; r4 joins r3 and the backbone if the
 * area is an NSSA. */
struct ring { struct onet *on; struct stack *r[4]; };

static struct ring ring_new(void)
{
	struct ring g = { .on = onet_new() };

	for (unsigned i = 0; i < 3; i++)
		g.r[i] = onet_router(g.on);
	onet_lan(g.on, g.r, 3);
	return g;
}

/* The same with r3 a border router of the NSSA 1. */
static struct ring nssa_new(void)
{
	struct ospf_area_config nssa = { .type = OSPF_AREA_NSSA };
	struct ring g = { .on = onet_new() };

	for (unsigned i = 0; i < 4; i++) {
		g.r[i] = onet_router(g.on);
		if (i < 3)
			REQUIRE(stack_ospf_area(g.r[i], 1, &nssa) == OK);
	}
	g.on->if_conf.area = 1;
	onet_lan(g.on, g.r, 3);
	g.on->if_conf.area = 0;
	onet_link(g.on, g.r[2], g.r[3]);
	return g;
}

/* A static route to NET by a host of the LAN, which is told of at this cost. */
static void tell(struct stack *st, const char *via, uint32_t metric)
{
	struct route_spec r = { .proto = RP_STATIC, .n_hops = 1 };

	REQUIRE(prefix_parse(&r.to, NET));
	REQUIRE(addr_parse(&r.hops[0].via, via));
	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
	REQUIRE(stack_ospf_redistribute(st, RP_STATIC, &(struct ospf_redistribute){
		.on = true, .metric = metric }) == OK);
}

static void be_silent(struct stack *st)
{
	REQUIRE(stack_ospf_redistribute(st, RP_STATIC, &(struct ospf_redistribute){ 0 }) == OK);
}

struct search { uint8_t type; uint32_t adv; unsigned n; };

static void look(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct search *s = arg;

	(void)o;
	s->n += e->lsa->h.type == s->type && e->lsa->h.adv == s->adv && !(e->flags & LSDB_MAXAGE);
}

/* Does it have an LSA of this type of the other? */
static bool has_of(struct stack *at, uint8_t type, struct stack *by)
{
	struct search s = { .type = type, .adv = onet_id(by) };

	lsdb_each(at->ospf, look, &s);
	return s.n > 0;
}

static bool has_route(struct stack *st)
{
	struct learned_route r;

	return route_learned(st, RP_OSPF, IP4(192, 0, 2, 0), 24, &r);
}

TEST(ospf_ext_equal, the_higher_router_id_says_it_alone)
{
	struct ring g = ring_new();

	tell(g.r[0], "192.168.0.9", 20);
	tell(g.r[1], "192.168.0.9", 20);
	REQUIRE(onet_settle(g.on, SEC(120)));
	onet_run(g.on, SEC(20));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[1]));
	CHECK(!has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[0]));
	CHECK(!has_of(g.r[0], OSPF_LSA_EXTERNAL, g.r[0]));
	be_silent(g.r[1]);
	onet_run(g.on, SEC(20));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[0]));
	CHECK(has_route(g.r[2]));
	onet_free(g.on);
}

TEST(ospf_ext_equal, at_another_cost_both_say_it)
{
	struct ring g = ring_new();

	tell(g.r[0], "192.168.0.9", 20);
	tell(g.r[1], "192.168.0.9", 21);
	REQUIRE(onet_settle(g.on, SEC(120)));
	onet_run(g.on, SEC(20));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[0]));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[1]));
	REQUIRE(stack_ospf_redistribute(g.r[1], RP_STATIC, &(struct ospf_redistribute){
		.on = true, .type1 = true, .metric = 20 }) == OK);
	onet_run(g.on, SEC(20));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[0]));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[1]));
	onet_free(g.on);
}

TEST(ospf_ext_equal, by_another_next_hop_or_none_both_say_it)
{
	struct ring g = ring_new();
	struct route_spec out = { .proto = RP_STATIC, .type = RT_BLACKHOLE };

	tell(g.r[0], "192.168.0.9", 20);
	tell(g.r[1], "192.168.0.8", 20);
	REQUIRE(prefix_parse(&out.to, "198.51.100.0/24"));
	REQUIRE(stack_route_set(g.r[0], ROUTE_ADD, &out) == OK);
	REQUIRE(stack_route_set(g.r[2], ROUTE_ADD, &out) == OK);
	REQUIRE(stack_ospf_redistribute(g.r[2], RP_STATIC, &(struct ospf_redistribute){
		.on = true, .metric = 20 }) == OK);
	REQUIRE(onet_settle(g.on, SEC(120)));
	onet_run(g.on, SEC(20));
	for (unsigned i = 0; i < 3; i++)
		CHECK(has_of(g.r[1], OSPF_LSA_EXTERNAL, g.r[i]));
	CHECK(lsdb_find3(g.r[1]->ospf, OSPF_AREA_AS, OSPF_LSA_EXTERNAL, out.to.addr.v4,
			 onet_id(g.r[0])) != NULL);
	onet_free(g.on);
}

/* Its LSA stays for an hour. */
TEST(ospf_ext_equal, when_the_other_is_not_there_any_more_it_is_said_again)
{
	struct ring g = ring_new();

	tell(g.r[0], "192.168.0.9", 20);
	tell(g.r[1], "192.168.0.9", 20);
	REQUIRE(onet_settle(g.on, SEC(120)));
	onet_run(g.on, SEC(20));
	CHECK(!has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[0]));
	stack_ospf_stop(g.r[1]);
	onet_run(g.on, SEC(60));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[0]));
	CHECK(has_of(g.r[2], OSPF_LSA_EXTERNAL, g.r[1]));
	CHECK(has_route(g.r[2]));
	onet_free(g.on);
}

TEST(ospf_ext_equal, so_do_routers_of_an_nssa)
{
	struct ring g = nssa_new();

	tell(g.r[0], "192.168.0.9", 20);
	tell(g.r[1], "192.168.0.9", 20);
	REQUIRE(onet_settle(g.on, SEC(120)));
	onet_run(g.on, SEC(20));
	CHECK(has_of(g.r[2], OSPF_LSA_NSSA, g.r[1]));
	CHECK(!has_of(g.r[2], OSPF_LSA_NSSA, g.r[0]));
	CHECK(has_of(g.r[3], OSPF_LSA_EXTERNAL, g.r[2]));
	stack_ospf_stop(g.r[1]);
	onet_run(g.on, SEC(60));
	CHECK(has_of(g.r[2], OSPF_LSA_NSSA, g.r[0]));
	CHECK(has_route(g.r[3]));
	onet_free(g.on);
}

/* A border router's has no P-bit (2.4), so its higher ID does not count. */
TEST(ospf_ext_equal, in_an_nssa_the_one_to_be_translated_comes_first)
{
	struct ring g = nssa_new();

	tell(g.r[0], "192.168.0.9", 20);
	tell(g.r[2], "192.168.0.9", 20);
	REQUIRE(onet_settle(g.on, SEC(120)));
	onet_run(g.on, SEC(20));
	CHECK(has_of(g.r[1], OSPF_LSA_NSSA, g.r[0]));
	CHECK(!has_of(g.r[1], OSPF_LSA_NSSA, g.r[2]));
	CHECK(has_of(g.r[3], OSPF_LSA_EXTERNAL, g.r[2]));
	onet_free(g.on);
}
