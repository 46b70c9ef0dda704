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

/* A static route, which is told of at this cost. */
static void tell(struct stack *st, const char *to, const char *via)
{
	struct route_spec r = { .proto = RP_STATIC, .n_hops = 1 };

	REQUIRE(prefix_parse(&r.to, to));
	REQUIRE(addr_parse(&r.hops[0].via, via));
	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
}

static void redistribute(struct stack *st, bool type1, uint32_t metric)
{
	REQUIRE(stack_ospf_redistribute(st, RP_STATIC, &(struct ospf_redistribute){
		.on = true, .type1 = type1, .metric = metric, .tag = 7 }) == OK);
}

static bool translates(struct stack *st)
{
	return ospf_area_find(st->ospf, NSSA)->translator;
}

struct search { struct prefix to; uint32_t adv; struct ospf_external x; bool found; };

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
	s->found = true;
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
