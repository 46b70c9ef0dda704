// SPDX-License-Identifier: GPL-3.0-or-later
/* Border routers of an NSSA: who translates, and what (RFC 3101 3). */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "tests/unit/ospf/fixture.h"

#define NSSA 1
#define STABILITY 40                      /* s */

/* r1 is in the backbone, r4 in the NSSA, r2 and r3 are in both:
 *
 *	   r2
 *	 /    \
 *	r1    r4
 *	 \    /
 *	   r3
 *
 * in[i], out[i]: the links of r2, r3 to r4, to r1.  r3 has one more network in the
 * backbone. */
struct square { struct onet *on; struct stack *r[4]; struct olink in[2], out[2]; };

static void area_is(struct stack *st, struct ospf_area_config c)
{
	c.type = OSPF_AREA_NSSA;
	REQUIRE(stack_ospf_area(st, NSSA, &c) == OK);
}

static void link_is(struct olink l, bool up)
{
	netdev_set_carrier(l.a, up);
	netdev_set_carrier(l.b, up);
}

static struct square square_new(void)
{
	struct square q = { .on = onet_new() };

	for (unsigned i = 0; i < 4; i++)
		q.r[i] = onet_router(q.on);
	for (unsigned i = 1; i < 4; i++)
		area_is(q.r[i], (struct ospf_area_config){ 0 });
	for (unsigned i = 0; i < 2; i++) {
		q.on->if_conf.area = NSSA;
		q.in[i] = onet_link(q.on, q.r[1 + i], q.r[3]);
		q.on->if_conf.area = 0;
		q.out[i] = onet_link(q.on, q.r[0], q.r[1 + i]);
	}
	q.on->if_conf.passive = true;
	onet_if(q.on, q.r[2], "10.8.3.1/24", OSPF_NET_P2P);
	q.on->if_conf.area = NSSA;
	onet_if(q.on, q.r[3], "10.9.4.1/24", OSPF_NET_P2P);
	return q;
}

/* A static route. */
static void tell(struct stack *st, const char *to, const char *via)
{
	struct route_spec r = { .proto = RP_STATIC, .n_hops = 1 };

	REQUIRE(prefix_parse(&r.to, to));
	REQUIRE(addr_parse(&r.hops[0].via, via));
	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
}

/* They are told of at this cost. */
static void redistribute(struct stack *st, bool type1, uint32_t metric)
{
	REQUIRE(stack_ospf_redistribute(st, RP_STATIC, &(struct ospf_redistribute){
		.on = true, .type1 = type1, .metric = metric, .tag = 7 }) == OK);
}

static bool translates(struct stack *st)
{
	return ospf_area_find(st->ospf, NSSA)->translator;
}

struct search { struct prefix to; uint32_t adv; struct ospf_external x; unsigned found; };

static void look(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct rd r = ospf_lsa_body(e->lsa->image, e->lsa->len);
	struct search *s = arg;
	struct ospf_external x;

	(void)o;
	if (e->lsa->h.type != OSPF_LSA_EXTERNAL || e->lsa->h.adv != s->adv ||
	    e->flags & LSDB_MAXAGE || !ospf_external_parse(&x, &r) ||
	    x.mask != ip4_mask(s->to.len) || (e->lsa->h.id & x.mask) != s->to.addr.v4)
		return;
	s->found++;
	s->x = x;
}

/* What one router has as type 5 of another about a network. */
static struct search said(struct stack *at, struct stack *by, const char *to)
{
	struct search s = { .adv = onet_id(by) };

	REQUIRE(prefix_parse(&s.to, to));
	lsdb_each(at->ospf, look, &s);
	return s;
}

/* --- 3.1 ------------------------------------------------------------------------------------ */

TEST(ospf_nssa_out, the_border_router_with_the_highest_id_translates)
{
	struct square q = square_new();

	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(STABILITY + 10));
	CHECK(translates(q.r[2]));
	CHECK(!translates(q.r[1]));
	CHECK(said(q.r[0], q.r[2], "192.0.2.0/24").found);
	CHECK(!said(q.r[0], q.r[1], "192.0.2.0/24").found);
	onet_free(q.on);
}

TEST(ospf_nssa_out, who_is_deposed_goes_on_for_a_while)
{
	struct square q = square_new();

	link_is(q.in[1], false);
	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(60));
	CHECK(translates(q.r[1]));
	link_is(q.in[1], true);
	onet_run(q.on, SEC(STABILITY));
	CHECK(translates(q.r[2]));
	CHECK(translates(q.r[1]));
	onet_run(q.on, SEC(10));
	CHECK(translates(q.r[2]));
	CHECK(!translates(q.r[1]));
	onet_free(q.on);
}

TEST(ospf_nssa_out, who_is_elected_again_meanwhile_stays)
{
	struct square q = square_new();

	link_is(q.in[1], false);
	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(60));
	link_is(q.in[1], true);
	onet_run(q.on, SEC(20));
	link_is(q.in[1], false);
	onet_run(q.on, SEC(10));
	link_is(q.in[1], true);                   /* the whole time from now */
	onet_run(q.on, SEC(30));
	CHECK(translates(q.r[1]));
	onet_run(q.on, SEC(STABILITY - 20));
	CHECK(!translates(q.r[1]));
	onet_free(q.on);
}

TEST(ospf_nssa_out, who_may_not_translate_ceases_at_once)
{
	struct square q = square_new();

	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(60));
	area_is(q.r[2], (struct ospf_area_config){ .translate = OSPF_NSSA_NEVER });
	onet_run(q.on, SEC(10));
	CHECK(!translates(q.r[2]));
	onet_free(q.on);
}

TEST(ospf_nssa_out, who_never_translates_is_not_elected)
{
	struct square q = square_new();

	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	area_is(q.r[2], (struct ospf_area_config){ .translate = OSPF_NSSA_NEVER });
	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(STABILITY + 10));
	CHECK(translates(q.r[1]));
	CHECK(said(q.r[0], q.r[1], "192.0.2.0/24").found);
	area_is(q.r[2], (struct ospf_area_config){ 0 });
	onet_run(q.on, SEC(STABILITY + 10));
	CHECK(translates(q.r[2]));
	CHECK(!translates(q.r[1]));
	onet_free(q.on);
}

/* It says so by the Nt bit; others that have not been told to are deposed. */
TEST(ospf_nssa_out, who_always_translates_wins_over_any_id)
{
	struct square q = square_new();
	struct rd r;
	struct ospf_router rt;
	const struct ospf_lsa *l;

	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	area_is(q.r[1], (struct ospf_area_config){ .translate = OSPF_NSSA_ALWAYS });
	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(STABILITY + 10));
	CHECK(translates(q.r[1]));
	CHECK(!translates(q.r[2]));
	CHECK(said(q.r[0], q.r[1], "192.0.2.0/24").found);
	l = lsdb_find3(q.r[3]->ospf, NSSA, OSPF_LSA_ROUTER, onet_id(q.r[1]), onet_id(q.r[1]))->lsa;
	r = ospf_lsa_body(l->image, l->len);
	REQUIRE(ospf_router_parse(&rt, &r));
	CHECK(rt.flags & OSPF_ROUTER_NT);
	onet_free(q.on);
}

/* 3.2 (2): both could say the same. */
TEST(ospf_nssa_out, of_two_who_translate_always_the_higher_id_says_it)
{
	struct square q = square_new();

	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	for (unsigned i = 1; i < 3; i++)
		area_is(q.r[i], (struct ospf_area_config){ .translate = OSPF_NSSA_ALWAYS });
	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(20));
	CHECK(translates(q.r[1]));
	CHECK(translates(q.r[2]));
	CHECK(!said(q.r[0], q.r[1], "192.0.2.0/24").found);
	CHECK(said(q.r[0], q.r[2], "192.0.2.0/24").found);
	onet_free(q.on);
}

/* r3 stays a border router, of a backbone that nobody else is in. */
TEST(ospf_nssa_out, who_is_cut_off_from_the_backbone_does_not_count)
{
	struct square q = square_new();

	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	REQUIRE(onet_settle(q.on, SEC(60)));
	onet_run(q.on, SEC(60));
	CHECK(!translates(q.r[1]));
	link_is(q.out[1], false);
	onet_run(q.on, SEC(60));
	CHECK(q.r[2]->ospf->is_abr);
	CHECK(translates(q.r[1]));
	CHECK(said(q.r[0], q.r[1], "192.0.2.0/24").found);
	onet_free(q.on);
}

/* --- 3.2 (3): ranges ------------------------------------------------------------------------ */

/* The square where r3 alone translates, with these ranges; r4 tells of networks. */
static struct square ranges_new(const struct ospf_range *ranges, size_t n)
{
	struct square q = square_new();

	area_is(q.r[1], (struct ospf_area_config){ .translate = OSPF_NSSA_NEVER });
	area_is(q.r[2], (struct ospf_area_config){ .ranges = ranges, .n_ranges = n });
	return q;
}

static struct ospf_range range(const char *text)
{
	struct ospf_range r = { .nssa = true };

	REQUIRE(prefix_parse(&r.prefix, text));
	return r;
}

static void settle(struct square *q)
{
	REQUIRE(onet_settle(q->on, SEC(60)));
	onet_run(q->on, SEC(20));
}

/* By type 2, the largest cost and one; by type 1, that of the way to it. */
TEST(ospf_nssa_out, what_is_in_a_range_is_told_of_as_one)
{
	struct ospf_range g = range("192.0.0.0/16");
	struct square q;
	struct search s;

	g.tag = 99;
	q = ranges_new(&g, 1);
	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	tell(q.r[3], "192.0.3.0/24", "10.9.4.9");
	tell(q.r[3], "198.51.100.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	settle(&q);
	s = said(q.r[0], q.r[2], "192.0.0.0/16");
	CHECK(s.found && s.x.e2);
	CHECK_EQ(s.x.metric, 21);
	CHECK_EQ(s.x.tag, 99);
	CHECK_EQ(s.x.fwd, 0);
	CHECK(!said(q.r[0], q.r[2], "192.0.2.0/24").found);
	CHECK(!said(q.r[0], q.r[2], "192.0.3.0/24").found);
	s = said(q.r[0], q.r[2], "198.51.100.0/24");
	CHECK(s.found && s.x.fwd == IP4(10, 9, 4, 9) && s.x.tag == 7 && s.x.metric == 20);
	redistribute(q.r[3], true, 20);
	onet_run(q.on, SEC(20));
	s = said(q.r[0], q.r[2], "192.0.0.0/16");
	CHECK(s.found && !s.x.e2);
	CHECK_EQ(s.x.metric, 40);                 /* 10 and 10 to the forwarding address */
	onet_free(q.on);
}

TEST(ospf_nssa_out, ranges_of_networks_are_others)
{
	struct ospf_range g[] = { range("192.0.0.0/16"), range("10.9.0.0/16") };
	struct learned_route r;
	struct square q;

	g[0].nssa = false;
	q = ranges_new(g, 2);
	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	settle(&q);
	CHECK(said(q.r[0], q.r[2], "192.0.2.0/24").found);
	CHECK(route_learned(q.r[0], RP_OSPF, IP4(10, 9, 4, 0), 24, &r));
	link_is(q.in[0], false);                  /* by r3 alone */
	onet_run(q.on, SEC(20));
	CHECK(route_learned(q.r[0], RP_OSPF, IP4(10, 9, 4, 0), 24, &r));
	onet_free(q.on);
}

TEST(ospf_nssa_out, a_range_of_both_types_is_of_type_2)
{
	struct ospf_range g = range("192.0.0.0/16");
	struct square q = ranges_new(&g, 1);
	struct search s;

	onet_if(q.on, q.r[3], "192.0.3.1/24", OSPF_NET_P2P);
	stack_ospf_if_del(q.r[3], stack_dev(q.r[3], "eth3"));
	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], true, 1000);
	REQUIRE(stack_ospf_redistribute(q.r[3], RP_KERNEL, &(struct ospf_redistribute){
		.on = true, .metric = 5 }) == OK);
	settle(&q);
	s = said(q.r[0], q.r[2], "192.0.0.0/16");
	CHECK(s.found && s.x.e2);
	CHECK_EQ(s.x.metric, 6);
	onet_free(q.on);
}

TEST(ospf_nssa_out, the_most_specific_range_counts_and_may_hide)
{
	struct ospf_range g[] = { range("192.0.0.0/8"), range("192.0.2.0/23"),
				  range("198.51.0.0/16") };
	struct square q;
	struct search s;

	g[1].hide = true;
	g[2].has_cost = true;
	g[2].cost = 77;
	q = ranges_new(g, 3);
	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	tell(q.r[3], "192.0.3.0/24", "10.9.4.9");
	tell(q.r[3], "198.51.100.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	settle(&q);
	CHECK(!said(q.r[0], q.r[2], "192.0.0.0/8").found);
	CHECK(!said(q.r[0], q.r[2], "192.0.2.0/23").found);
	CHECK(!said(q.r[0], q.r[2], "192.0.2.0/24").found);
	s = said(q.r[0], q.r[2], "198.51.0.0/16");
	CHECK(s.found && s.x.metric == 77);
	tell(q.r[3], "192.77.0.0/24", "10.9.4.9");
	onet_run(q.on, SEC(20));
	CHECK(said(q.r[0], q.r[2], "192.0.0.0/8").found);
	onet_free(q.on);
}

/* And not one that is in it: then it is the range's. */
TEST(ospf_nssa_out, a_range_that_is_one_lsa_is_told_of_as_that)
{
	struct ospf_range g = range("192.0.0.0/16");
	struct square q = ranges_new(&g, 1);
	struct search s;

	tell(q.r[3], "192.0.0.0/16", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	settle(&q);
	s = said(q.r[0], q.r[2], "192.0.0.0/16");
	CHECK(s.found && s.x.fwd == IP4(10, 9, 4, 9) && s.x.metric == 20);
	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	onet_run(q.on, SEC(20));
	s = said(q.r[0], q.r[2], "192.0.0.0/16");
	CHECK(s.found && s.x.fwd == 0 && s.x.metric == 21);
	CHECK(!said(q.r[0], q.r[2], "192.0.2.0/24").found);
	onet_free(q.on);
}

TEST(ospf_nssa_out, a_route_of_the_translators_own_counts_for_the_range)
{
	struct ospf_range g = range("192.0.0.0/16");
	struct square q = ranges_new(&g, 1);
	struct search s;

	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	tell(q.r[2], "192.0.0.0/16", "10.8.3.9");
	redistribute(q.r[2], false, 30);
	settle(&q);
	s = said(q.r[0], q.r[2], "192.0.0.0/16");
	CHECK(s.found == 1 && s.x.fwd == 0 && s.x.metric == 31);
	onet_free(q.on);
}

/* 3.2 (2): our own is told unless it is worse. */
TEST(ospf_nssa_out, the_better_of_our_own_and_the_translated_is_told)
{
	struct square q = ranges_new(NULL, 0);

	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	tell(q.r[2], "192.0.2.0/24", "10.8.3.9");
	redistribute(q.r[2], false, 20);
	settle(&q);
	CHECK_EQ(said(q.r[0], q.r[2], "192.0.2.0/24").x.fwd, IP4(10, 8, 3, 9));
	redistribute(q.r[2], false, 21);
	onet_run(q.on, SEC(20));
	CHECK_EQ(said(q.r[0], q.r[2], "192.0.2.0/24").x.fwd, IP4(10, 9, 4, 9));
	redistribute(q.r[2], true, 50);
	onet_run(q.on, SEC(20));
	CHECK_EQ(said(q.r[0], q.r[2], "192.0.2.0/24").x.fwd, IP4(10, 8, 3, 9));
	onet_free(q.on);
}

/* What a lookup finds there: OK, or why not. */
static int forwards(struct stack *st, const char *to)
{
	struct route_answer a;
	struct addr addr;

	REQUIRE(addr_parse(&addr, to));
	return show_route_get(st, &addr, NULL, &a);
}

TEST(ospf_nssa_out, the_rest_of_a_range_is_discarded_by_who_tells_of_it)
{
	struct ospf_range g = range("192.0.0.0/16");
	struct square q = ranges_new(&g, 1);

	area_is(q.r[1], (struct ospf_area_config){ .ranges = &g, .n_ranges = 1 });
	tell(q.r[3], "192.0.2.0/24", "10.9.4.9");
	redistribute(q.r[3], false, 20);
	settle(&q);
	onet_run(q.on, SEC(STABILITY));
	CHECK_EQ(forwards(q.r[2], "192.0.2.1"), OK);
	CHECK_EQ(forwards(q.r[2], "192.0.3.1"), ERR_INVAL);       /* a blackhole */
	CHECK_EQ(forwards(q.r[1], "192.0.3.1"), OK);              /* by r1 to r3 */
	link_is(q.in[1], false);                  /* r2 translates now */
	onet_run(q.on, SEC(60));
	CHECK_EQ(forwards(q.r[1], "192.0.3.1"), ERR_INVAL);
	link_is(q.in[1], true);
	onet_run(q.on, SEC(20));                  /* both: neither believes the other */
	CHECK_EQ(forwards(q.r[1], "192.0.3.1"), ERR_INVAL);
	CHECK_EQ(forwards(q.r[2], "192.0.3.1"), ERR_INVAL);
	onet_run(q.on, SEC(STABILITY));
	CHECK_EQ(forwards(q.r[1], "192.0.3.1"), OK);
	tell(q.r[3], "192.0.0.0/16", "10.9.4.9");
	onet_run(q.on, SEC(20));
	CHECK_EQ(forwards(q.r[2], "192.0.3.1"), OK);
	onet_free(q.on);
}
