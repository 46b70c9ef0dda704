// SPDX-License-Identifier: GPL-3.0-or-later
/* What border routers and others say into an NSSA and out of it (RFC 3101). */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "tests/unit/ospf/fixture.h"

/* r1 -area 0- r2 -NSSA 1- r3; each has a LAN of its own, 10.9.n.0/24, in its area, r2 in
 * the NSSA, and one more in the backbone, 10.8.2.0/24. */
struct chain { struct onet *on; struct stack *r[3]; };

static void area_1(struct stack *st, struct ospf_area_config c)
{
	c.type = OSPF_AREA_NSSA;
	REQUIRE(stack_ospf_area(st, 1, &c) == OK);
}

static void stub_in(struct onet *on, uint32_t area, struct stack *st, const char *addr)
{
	on->if_conf.area = area;
	on->if_conf.passive = true;
	onet_if(on, st, addr, OSPF_NET_P2P);
	on->if_conf.passive = false;
}

static struct chain chain_new(struct ospf_area_config of_border)
{
	struct chain c = { .on = onet_new() };

	for (unsigned i = 0; i < 3; i++)
		c.r[i] = onet_router(c.on);
	area_1(c.r[1], of_border);
	area_1(c.r[2], (struct ospf_area_config){ 0 });
	onet_link(c.on, c.r[0], c.r[1]);
	c.on->if_conf.area = 1;
	onet_link(c.on, c.r[1], c.r[2]);
	stub_in(c.on, 0, c.r[0], "10.9.1.1/24");
	stub_in(c.on, 0, c.r[1], "10.8.2.1/24");
	stub_in(c.on, 1, c.r[1], "10.9.2.1/24");
	stub_in(c.on, 1, c.r[2], "10.9.3.1/24");
	return c;
}

/* A static route, which is told of. */
static void tell(struct stack *st, const char *to, const char *via)
{
	struct route_spec r = { .proto = RP_STATIC, .n_hops = 1 };

	REQUIRE(prefix_parse(&r.to, to));
	REQUIRE(addr_parse(&r.hops[0].via, via));
	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
	REQUIRE(stack_ospf_redistribute(st, RP_STATIC, &(struct ospf_redistribute){
		.on = true, .metric = 20 }) == OK);
}

static bool has(struct stack *st, const char *to)
{
	struct learned_route r;
	struct prefix p;

	REQUIRE(prefix_parse(&p, to));
	return route_learned(st, RP_OSPF, p.addr.v4, p.len, &r);
}

struct search { uint8_t type; uint32_t adv; struct ospf_external x; uint8_t options; bool found; };

static void look(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct search *s = arg;
	struct rd r = ospf_lsa_body(e->lsa->image, e->lsa->len);

	(void)o;
	if (e->lsa->h.type != s->type || e->lsa->h.adv != s->adv || e->flags & LSDB_MAXAGE)
		return;
	s->found = ospf_external_parse(&s->x, &r);
	s->options = e->lsa->h.options;
}

/* The LSA of this type (5, 7) that one router has of another, who says no more than one. */
static struct search said(struct stack *at, uint8_t type, struct stack *by)
{
	struct search s = { .type = type, .adv = onet_id(by) };

	lsdb_each(at->ospf, look, &s);
	return s;
}

/* What the router-LSA of a router says of it in an area. */
static uint8_t flags_of(struct stack *st, uint32_t area)
{
	uint32_t id = onet_id(st);
	const struct lsdb_entry *e = lsdb_find3(st->ospf, area, OSPF_LSA_ROUTER, id, id);
	struct ospf_router rt;
	struct rd r;

	REQUIRE(e != NULL);
	r = ospf_lsa_body(e->lsa->image, e->lsa->len);
	REQUIRE(ospf_router_parse(&rt, &r));
	return rt.flags;
}

TEST(ospf_nssa, a_border_routers_default_is_taken_though_it_does_not_translate)
{
	struct chain c = chain_new((struct ospf_area_config){
		.nssa_default = true, .default_cost = 7, .translate = OSPF_NSSA_NEVER });

	REQUIRE(onet_settle(c.on, SEC(60)));
	onet_run(c.on, SEC(10));
	CHECK(flags_of(c.r[1], 1) & OSPF_ROUTER_E);    /* RFC 3101 3.1 */
	CHECK(!(flags_of(c.r[1], 0) & OSPF_ROUTER_E));    /* for it is not elected */
	CHECK(!(flags_of(c.r[2], 1) & OSPF_ROUTER_E));
	CHECK(has(c.r[2], "0.0.0.0/0"));
	CHECK(!has(c.r[0], "0.0.0.0/0"));
	onet_free(c.on);
}

TEST(ospf_nssa, a_next_hop_of_another_area_is_no_forwarding_address_in_it)
{
	struct chain c = chain_new((struct ospf_area_config){ 0 });
	struct search s;

	tell(c.r[1], "192.0.2.0/24", "10.8.2.9");
	REQUIRE(onet_settle(c.on, SEC(60)));
	onet_run(c.on, SEC(10));
	s = said(c.r[2], OSPF_LSA_NSSA, c.r[1]);
	CHECK(s.found && s.x.fwd == 0);
	CHECK(has(c.r[2], "192.0.2.0/24"));
	s = said(c.r[0], OSPF_LSA_EXTERNAL, c.r[1]);
	CHECK(s.found && s.x.fwd == IP4(10, 8, 2, 9));
	CHECK(has(c.r[0], "192.0.2.0/24"));
	onet_free(c.on);
}

TEST(ospf_nssa, a_next_hop_of_the_area_is)
{
	struct chain c = chain_new((struct ospf_area_config){ 0 });
	struct search s;

	tell(c.r[1], "192.0.2.0/24", "10.9.2.9");
	tell(c.r[2], "198.51.100.0/24", "10.9.3.9");
	REQUIRE(onet_settle(c.on, SEC(60)));
	onet_run(c.on, SEC(10));
	s = said(c.r[2], OSPF_LSA_NSSA, c.r[1]);
	CHECK(s.found && s.x.fwd == IP4(10, 9, 2, 9) && !(s.options & OSPF_OPT_NP));
	s = said(c.r[1], OSPF_LSA_NSSA, c.r[2]);
	CHECK(s.found && s.x.fwd == IP4(10, 9, 3, 9) && s.options & OSPF_OPT_NP);
	CHECK(has(c.r[2], "192.0.2.0/24"));
	CHECK(has(c.r[0], "192.0.2.0/24"));
	CHECK(has(c.r[0], "198.51.100.0/24"));
	onet_free(c.on);
}

/* RFC 3101 2.3: with the P-bit there is always a forwarding address. */
TEST(ospf_nssa, else_a_router_inside_gives_an_address_of_its_own)
{
	struct chain c = chain_new((struct ospf_area_config){ 0 });
	struct search s;

	onet_if(c.on, c.r[2], "10.7.3.1/24", OSPF_NET_P2P);
	stack_ospf_if_del(c.r[2], stack_dev(c.r[2], "eth2"));
	tell(c.r[2], "192.0.2.0/24", "10.7.3.9");
	REQUIRE(onet_settle(c.on, SEC(60)));
	onet_run(c.on, SEC(10));
	s = said(c.r[1], OSPF_LSA_NSSA, c.r[2]);
	CHECK(s.found && s.options & OSPF_OPT_NP);
	CHECK(ifaddr_find(c.r[2], NULL, s.x.fwd) != NULL);
	CHECK(has(c.r[0], "192.0.2.0/24"));
	onet_free(c.on);
}

/* Of networks that begin alike, one takes over the other's Link State ID (RFC 2328 E). */
TEST(ospf_nssa, a_translation_is_of_the_lsa_that_names_the_network_now)
{
	struct chain c = chain_new((struct ospf_area_config){ 0 });
	struct ospf_external x;
	const struct ospf_lsa *l;
	struct rd r;

	tell(c.r[2], "192.0.0.0/16", "10.9.3.9");
	REQUIRE(onet_settle(c.on, SEC(60)));
	tell(c.r[2], "192.0.0.0/8", "10.9.3.8");
	onet_run(c.on, SEC(20));
	l = lsdb_find3(c.r[0]->ospf, OSPF_AREA_AS, OSPF_LSA_EXTERNAL, IP4(192, 0, 255, 255),
		       onet_id(c.r[1]))->lsa;
	r = ospf_lsa_body(l->image, l->len);
	REQUIRE(ospf_external_parse(&x, &r));
	CHECK_EQ(x.mask, ip4_mask(16));
	CHECK_EQ(x.fwd, IP4(10, 9, 3, 9));
	onet_free(c.on);
}

struct options { uint32_t area; uint8_t seen, n_types; };

static void collect(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct options *s = arg;

	(void)o;
	if (e->lsa->area != s->area || e->lsa->h.type == OSPF_LSA_NSSA)
		return;
	s->seen |= e->lsa->h.options;
	s->n_types |= (uint8_t)(1u << e->lsa->h.type);
}

/* RFC 3101 A: N is said in hellos, P in type 7 LSAs; E is of normal areas. */
TEST(ospf_nssa, other_lsas_of_it_have_no_options)
{
	struct chain c = chain_new((struct ospf_area_config){ 0 });
	struct options in = { .area = 1 }, out = { .area = 0 };
	struct show_ospf_nbr n;

	c.on->if_conf.area = 1;
	onet_lan(c.on, (struct stack *[]){ c.r[1], c.r[2] }, 2);
	REQUIRE(onet_settle(c.on, SEC(120)));
	lsdb_each(c.r[2]->ospf, collect, &in);
	lsdb_each(c.r[1]->ospf, collect, &out);
	CHECK_EQ(in.seen, 0);
	CHECK_EQ(in.n_types, 1 << OSPF_LSA_ROUTER | 1 << OSPF_LSA_NETWORK | 1 << OSPF_LSA_SUMMARY);
	CHECK_EQ(out.seen, OSPF_OPT_E);
	REQUIRE(onet_find_nbr(c.r[1], onet_id(c.r[2]), &n));
	CHECK_EQ(n.options, OSPF_OPT_NP);
	onet_free(c.on);
}
