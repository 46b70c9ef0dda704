// SPDX-License-Identifier: GPL-3.0-or-later
/* Which of several ways out of the AS is taken (RFC 2328 16.4, RFC 3101 2.5). */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "stack/ospf/spf.h"
#include "tests/unit/ospf/fixture.h"
#include "tests/unit/ospf/images.h"

#define OUTSIDE IP4(192, 0, 2, 0)         /* /24 */

static struct onet *routers(bool rfc1583, struct stack **r, unsigned n)
{
	struct onet *on = onet_new();

	on->conf.rfc1583 = rfc1583;
	for (unsigned i = 0; i < n; i++)
		r[i] = onet_router(on);
	return on;
}

static struct olink link_in(struct onet *on, uint32_t area, uint16_t cost, struct stack *a,
			    struct stack *b)
{
	on->if_conf.area = area;
	on->if_conf.cost = cost;
	return onet_link(on, a, b);
}

/* Tells of OUTSIDE, at a cost of 5. */
static void tell(struct stack *st, bool type1)
{
	struct route_spec r = { .to = { addr_ip4(OUTSIDE), 24 }, .proto = RP_STATIC,
				.type = RT_BLACKHOLE };

	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
	REQUIRE(stack_ospf_redistribute(st, RP_STATIC, &(struct ospf_redistribute){
		.on = true, .type1 = type1, .metric = 5 }) == OK);
}

static struct learned_route route(struct stack *st)
{
	struct learned_route l = { 0 };

	CHECK(route_learned(st, RP_OSPF, OUTSIDE, 24, &l));
	return l;
}

static bool is_by(struct stack *st, const struct netdev *dev)
{
	const struct nexthops *nh = nexthops_of(st, route(st).nexthops);

	return nh->n_hops == 1 && nh->hops[0].dev == dev;
}

/* --- 16.4.1 --------------------------------------------------------------------------- */

/* One ASBR by two areas, nearer by the backbone. */
static void check_areas_to_an_asbr(bool rfc1583)
{
	struct stack *r[2];
	struct onet *on = routers(rfc1583, r, 2);
	struct olink backbone = link_in(on, 0, 10, r[0], r[1]);
	struct olink other = link_in(on, 1, 20, r[0], r[1]);

	tell(r[1], true);
	REQUIRE(onet_settle(on, SEC(60)));
	onet_run(on, SEC(20));
	CHECK_EQ(route(r[0]).metric, rfc1583 ? 15 : 25);
	CHECK(is_by(r[0], rfc1583 ? backbone.a : other.a));
	onet_free(on);
}

TEST(ospf_table_ext, an_asbr_is_reached_by_an_area_that_is_not_the_backbone_though_farther)
{
	check_areas_to_an_asbr(false);
}

TEST(ospf_table_ext, with_rfc1583_compatibility_by_the_least_cost)
{
	check_areas_to_an_asbr(true);
}

/* Of areas that are as near, the one with the largest area ID. */
static void check_largest_area(uint32_t a, uint32_t b, unsigned want, bool rfc1583)
{
	struct stack *r[2];
	struct onet *on = routers(rfc1583, r, 2);
	struct olink l[] = { link_in(on, 0, 10, r[0], r[1]), link_in(on, a, 10, r[0], r[1]),
			     link_in(on, b, 10, r[0], r[1]) };

	tell(r[1], true);
	REQUIRE(onet_settle(on, SEC(60)));
	onet_run(on, SEC(20));
	CHECK(is_by(r[0], l[want].a));
	onet_free(on);
}

TEST(ospf_table_ext, of_equal_areas_to_an_asbr_the_one_with_the_largest_id)
{
	check_largest_area(1, 2, 2, false);
	check_largest_area(2, 1, 1, false);
	check_largest_area(1, 2, 2, true);
	check_largest_area(2, 1, 1, true);
}

/* Two ASBRs, r2 in the backbone, r3 in area 1 and farther. */
static void check_areas_of_asbrs(bool rfc1583, bool type1)
{
	struct stack *r[3];
	struct onet *on = routers(rfc1583, r, 3);
	struct olink backbone = link_in(on, 0, 10, r[0], r[1]);
	struct olink other = link_in(on, 1, 20, r[0], r[2]);

	tell(r[1], type1);
	tell(r[2], type1);
	REQUIRE(onet_settle(on, SEC(60)));
	onet_run(on, SEC(20));
	CHECK_EQ(route(r[0]).metric, !type1 ? 5 : rfc1583 ? 15 : 25);
	CHECK(is_by(r[0], rfc1583 ? backbone.a : other.a));
	onet_free(on);
}

TEST(ospf_table_ext, of_two_asbrs_the_one_in_an_area_that_is_not_the_backbone_is_preferred)
{
	check_areas_of_asbrs(false, true);
	check_areas_of_asbrs(false, false);
}

TEST(ospf_table_ext, with_rfc1583_compatibility_the_nearer_one)
{
	check_areas_of_asbrs(true, true);
	check_areas_of_asbrs(true, false);
}

/* Of one type 2 cost more, the better area does not count (16.4 (6) (b)). */
TEST(ospf_table_ext, the_type_2_cost_comes_before_the_area)
{
	struct stack *r[3];
	struct onet *on = routers(false, r, 3);
	struct olink backbone = link_in(on, 0, 10, r[0], r[1]);

	link_in(on, 1, 10, r[0], r[2]);
	tell(r[1], false);
	tell(r[2], false);
	REQUIRE(stack_ospf_redistribute(r[2], RP_STATIC, &(struct ospf_redistribute){
		.on = true, .metric = 6 }) == OK);
	REQUIRE(onet_settle(on, SEC(60)));
	onet_run(on, SEC(20));
	CHECK_EQ(route(r[0]).metric, 5);
	CHECK(is_by(r[0], backbone.a));
	onet_free(on);
}

/* --- 16.2 (7) --------------------------------------------------------------------------- */

/* r2 is an ASBR in the backbone and in area 1; r3, between the two areas and near both,
 * tells r1 of a shorter way in the backbone. */
static void check_within_an_area(bool rfc1583, uint32_t metric)
{
	struct stack *r[3];
	struct onet *on = routers(rfc1583, r, 3);

	link_in(on, 0, 10, r[0], r[1]);
	link_in(on, 1, 30, r[0], r[1]);
	link_in(on, 0, 1, r[0], r[2]);
	link_in(on, 1, 1, r[2], r[1]);
	tell(r[1], true);
	REQUIRE(onet_settle(on, SEC(60)));
	onet_run(on, SEC(20));
	CHECK(r[2]->ospf->is_abr);
	CHECK_EQ(route(r[0]).metric, metric);
	onet_free(on);
}

TEST(ospf_table_ext, an_asbr_within_an_area_is_not_reached_by_a_summary_in_it)
{
	check_within_an_area(true, 15);
	check_within_an_area(false, 35);
}

/* --- RFC 3101 2.5 (6) (e) --------------------------------------------------------------------- */

/* r1, with r2 and r3 as ASBRs of an NSSA; a network of r3 has the forwarding address.  What
 * r1 has in its database of OUTSIDE is what the test puts there. */
struct nssa { struct onet *on; struct stack *r[3]; };

static struct nssa nssa_new(void)
{
	struct nssa n;
	struct ospf_area_config nssa = { .type = OSPF_AREA_NSSA };

	n.on = routers(false, n.r, 3);
	for (unsigned i = 0; i < 3; i++)
		REQUIRE(stack_ospf_area(n.r[i], 1, &nssa) == OK);
	link_in(n.on, 1, 10, n.r[0], n.r[1]);
	link_in(n.on, 1, 10, n.r[0], n.r[2]);
	onet_if(n.on, n.r[2], "10.9.3.1/24", OSPF_NET_P2P);
	for (unsigned i = 1; i < 3; i++)
		REQUIRE(stack_ospf_redistribute(n.r[i], RP_STATIC, &(struct ospf_redistribute){
			.on = true, .metric = 5 }) == OK);
	REQUIRE(onet_settle(n.on, SEC(60)));
	return n;
}

/* The tag is the router's number. */
static void says(struct nssa *n, unsigned k, bool p_bit)
{
	struct ospf_external x = { .metric = 5, .e2 = true, .fwd = IP4(10, 9, 3, 7), .tag = k + 1 };
	struct image i = image_external(OSPF_LSA_NSSA, OUTSIDE, 24, onet_id(n->r[k]), 1, &x);
	struct ospf *o = n->r[0]->ospf;
	enum ospf_lsa_fault bad;

	i.b[2] = p_bit ? OSPF_OPT_NP : 0;                 /* Options */
	ospf_lsa_finish(i.b, i.n);
	REQUIRE(lsdb_install(o, ospf_lsa_get(o->pool, 1, i.b, i.n, &bad), 1) == OK);
}

/* Of which router's LSA is the route? */
static uint32_t tag(struct nssa *n)
{
	size_t n_rows;
	struct table_row *rows = table_rows(n->r[0]->ospf, &n_rows);
	uint32_t found = 0;

	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].to.key == OUTSIDE && rows[i].to.len == 24)
			found = rows[i].r.tag;
	free(rows);
	return found;
}

static void check_preferred(bool p_bit_of_2, bool p_bit_of_3, uint32_t want)
{
	for (unsigned first = 1; first < 3; first++) {   /* in whatever order they came */
		struct nssa n = nssa_new();

		for (unsigned i = 0; i < 2; i++) {
			unsigned k = i ? 3 - first : first;

			says(&n, k, k == 1 ? p_bit_of_2 : p_bit_of_3);
		}
		CHECK_EQ(tag(&n), want);
		onet_free(n.on);
	}
}

TEST(ospf_table_ext, of_type_7_lsas_that_say_the_same_one_with_the_p_bit_is_preferred)
{
	check_preferred(true, false, 2);
	check_preferred(false, true, 3);
}

TEST(ospf_table_ext, then_that_of_the_higher_router_id)
{
	check_preferred(true, true, 3);
	check_preferred(false, false, 3);
}
