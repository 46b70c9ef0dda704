// SPDX-License-Identifier: GPL-3.0-or-later
/* What show says of the routing table and of the trees. */
#include "stack/core/core.h"
#include "tests/unit/ospf/fixture.h"

/* r1 -0- r2 -1- r3, and r1 tells of a static route. */
struct scene { struct onet *on; struct stack *r[3]; };

static struct scene scene_new(void)
{
	struct scene s = { .on = onet_new() };
	struct route_spec out = { .proto = RP_STATIC, .type = RT_BLACKHOLE };

	for (unsigned i = 0; i < 3; i++)
		s.r[i] = onet_router(s.on);
	onet_link(s.on, s.r[0], s.r[1]);
	s.on->if_conf.area = 1;
	onet_link(s.on, s.r[1], s.r[2]);
	REQUIRE(prefix_parse(&out.to, "192.0.2.0/24"));
	REQUIRE(stack_route_set(s.r[0], ROUTE_ADD, &out) == OK);
	REQUIRE(stack_ospf_redistribute(s.r[0], RP_STATIC, &(struct ospf_redistribute){
		.on = true, .metric = 20, .tag = 5 }) == OK);
	REQUIRE(onet_settle(s.on, SEC(60)));
	return s;
}

struct rows { unsigned n; struct show_ospf_route at[16]; };

static bool take(void *arg, const struct show_ospf_route *r)
{
	struct rows *rows = arg;

	if (rows->n < 16)
		rows->at[rows->n] = *r;
	rows->n++;
	return true;
}

TEST(ospf_show_route, networks_by_prefix_then_border_routers)
{
	struct scene s = scene_new();
	struct rows rows = { 0 };

	show_ospf_routes(s.r[2], take, &rows);
	REQUIRE(rows.n == 5);
	CHECK_EQ(rows.at[0].to.addr.v4, IP4(10, 0, 0, 0));
	CHECK_EQ(rows.at[0].path, OSPF_INTER);
	CHECK_EQ(rows.at[0].cost, 20);
	CHECK_EQ(rows.at[0].hops[0].via.v4, IP4(10, 0, 0, 2));
	CHECK_EQ(rows.at[1].to.addr.v4, IP4(10, 0, 0, 2));
	CHECK_EQ(rows.at[1].path, OSPF_INTRA);
	CHECK_EQ(rows.at[1].n_hops, 1);           /* directly attached */
	CHECK_EQ(rows.at[1].hops[0].via.family, ADDR_NONE);
	CHECK_EQ(rows.at[2].path, OSPF_EXT2);
	CHECK_EQ(rows.at[2].cost, 20);
	CHECK_EQ(rows.at[2].cost2, 20);
	CHECK_EQ(rows.at[2].tag, 5);
	CHECK(rows.at[3].router && rows.at[3].asbr && !rows.at[3].abr);
	CHECK_EQ(rows.at[3].path, OSPF_INTER);
	CHECK_EQ(rows.at[3].cost, 20);
	CHECK(rows.at[4].router && rows.at[4].abr && !rows.at[4].asbr);
	CHECK_EQ(rows.at[4].to.addr.v4, IP4(2, 2, 2, 2));
	CHECK_EQ(rows.at[4].cost, 10);
	onet_free(s.on);
}

static bool take_one(void *arg, const struct show_ospf_route *r)
{
	(void)r;
	++*(unsigned *)arg;
	return false;
}

TEST(ospf_show_route, a_walk_ends_when_it_is_told_to)
{
	struct scene s = scene_new();
	unsigned n = 0;

	show_ospf_routes(s.r[2], take_one, &n);
	CHECK_EQ(n, 1);
	onet_free(s.on);
}

struct tree { unsigned n; struct show_ospf_vertex at[8]; };

static bool take_vertex(void *arg, const struct show_ospf_vertex *v)
{
	struct tree *t = arg;

	if (t->n < 8)
		t->at[t->n] = *v;
	t->n++;
	return true;
}

TEST(ospf_show_route, a_tree_begins_with_its_root_and_goes_by_cost)
{
	struct onet *on = onet_new();
	struct stack *r[3];
	struct tree t = { 0 };

	for (unsigned i = 0; i < 3; i++)
		r[i] = onet_router(on);
	onet_lan(on, r, 2);
	onet_link(on, r[1], r[2]);
	REQUIRE(onet_settle(on, SEC(120)));
	show_ospf_tree(r[0], 0, take_vertex, &t);
	REQUIRE(t.n == 4);
	CHECK(!t.at[0].network && t.at[0].id == IP4(1, 1, 1, 1) && t.at[0].parent == t.at[0].id);
	CHECK_EQ(t.at[0].n_hops, 0);
	CHECK(t.at[1].network && t.at[1].cost == 10 && t.at[1].mask == ip4_mask(24));
	CHECK(!t.at[2].network && t.at[2].cost == 10 && t.at[2].parent == t.at[1].id);
	CHECK(t.at[3].id == IP4(3, 3, 3, 3) && t.at[3].cost == 20);
	CHECK_EQ(t.at[3].parent, IP4(2, 2, 2, 2));
	CHECK_EQ(t.at[3].hops[0].via.v4, t.at[2].hops[0].via.v4);
	t.n = 0;
	show_ospf_tree(r[0], 7, take_vertex, &t);         /* no such area */
	CHECK_EQ(t.n, 0);
	onet_free(on);
}
