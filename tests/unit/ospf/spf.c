// SPDX-License-Identifier: GPL-3.0-or-later
/* The routing table within an area, against distances computed by other means. */
#include "stack/ospf/spf.h"

#include <stdlib.h>

#include "stack/core/learn.h"
#include "stack/util/rng.h"
#include "tests/unit/ospf/graph.h"

static void all_compute(struct graph *g)
{
	for (unsigned i = 0; i < g->n; i++)
		graph_computes(g, i);
}

TEST(ospf_spf, neighbours_know_each_others_loopbacks)
{
	struct graph *g = graph_new(2);

	graph_link(g, 0, 1, 10, 10);
	all_compute(g);
	graph_flood(g);
	graph_check(g);
	graph_free(g);
}

TEST(ospf_spf, a_square_has_two_ways)
{
	struct graph *g = graph_new(4);

	for (unsigned i = 0; i < 4; i++)
		graph_link(g, i, (i + 1) % 4, 10, 10);
	all_compute(g);
	graph_flood(g);
	graph_check(g);
	g->link[0].down = true;
	graph_flood(g);
	graph_check(g);
	g->link[0].down = false;
	g->link[1].cost = 11;
	graph_flood(g);
	graph_check(g);
	graph_free(g);
}

TEST(ospf_spf, a_network_leads_to_all_of_its_routers)
{
	struct graph *g = graph_new(5);
	unsigned lan = graph_lan(g);

	for (unsigned i = 0; i < 4; i++)
		graph_join(g, lan, i, (uint16_t)(1 + i));
	graph_link(g, 3, 4, 7, 9);
	all_compute(g);
	graph_flood(g);
	graph_check(g);
	g->silent[2] = true;
	graph_flood(g);
	graph_check(g);
	graph_free(g);
}

/* --- random networks with random changes ------------------------------------------------ */

static uint16_t some_cost(struct rng *r, unsigned kind)
{
	return (uint16_t)(kind == 0 ? 10 : kind == 1 ? 1 + rng_below(r, 4) :
			  1 + rng_below(r, 65535));
}

static struct graph *some_graph(struct rng *r, unsigned kind)
{
	unsigned n = 2 + rng_below(r, 14), links = n + rng_below(r, 2 * n), lans = rng_below(r, 4);
	struct graph *g = graph_new(n);

	for (unsigned i = 0; i < links; i++) {
		unsigned a = rng_below(r, n), b = rng_below(r, n);

		if (a != b)
			graph_link(g, a, b, some_cost(r, kind), some_cost(r, kind));
	}
	for (unsigned i = 0; i < lans; i++) {
		unsigned lan = graph_lan(g);

		for (unsigned j = 0; j < n; j++)
			if (rng_below(r, 3) == 0)
				graph_join(g, lan, j, some_cost(r, kind));
		if (g->lan[lan].n == 0)
			g->n_lans--;
	}
	for (unsigned i = 0; i < n; i++)
		g->stub[i] = (uint16_t)rng_below(r, 3);
	return g;
}

static void some_change(struct rng *r, struct graph *g, unsigned kind)
{
	struct graph_link *l = g->n_links ? &g->link[rng_below(r, g->n_links)] : NULL;

	switch (rng_below(r, 5)) {
	case 0:
	case 1:
		if (l)
			l->down = !l->down;
		break;
	case 2:
		if (l)
			l->cost = some_cost(r, kind);
		break;
	case 3:
		g->stub[rng_below(r, g->n)] = (uint16_t)rng_below(r, 5);
		break;
	default:
		if (rng_below(r, 3) == 0)
			g->silent[1 + rng_below(r, g->n - 1)] ^= true;
		else if (g->n_lans)
			g->lan[rng_below(r, g->n_lans)].cost[0] = some_cost(r, kind);
	}
}

TEST(ospf_spf, routes_are_right_in_random_networks_with_random_changes)
{
	struct rng r;

	rng_init(&r, 1, "ospf spf");
	for (unsigned round = 0; round < 60; round++) {
		struct graph *g = some_graph(&r, round % 3);

		all_compute(g);
		graph_flood(g);
		graph_check(g);
		for (unsigned i = 0; i < 20; i++) {
			for (unsigned k = 1 + rng_below(&r, 3); k > 0; k--)
				some_change(&r, g, round % 3);
			graph_flood(g);
			graph_check(g);
		}
		graph_free(g);
	}
}

/* A tree from nothing finds no vertex other than the repaired one has it. */
static void check_repaired(struct ospf *o)
{
	struct ospf_area *a = list_first(&o->areas, struct ospf_area, node);
	struct spf_scratch s;

	REQUIRE(spf_scratch_open(o, &s));
	CHECK(spf_full(a, &s));
	CHECK_EQ(s.n_v, 0);
	spf_scratch_close(&s);
}

TEST(ospf_spf, a_repaired_tree_is_the_one_from_nothing)
{
	struct rng r;
	uint64_t n_repaired = 0, n_full = 0;

	rng_init(&r, 2, "ospf spf");
	for (unsigned round = 0; round < 30; round++) {
		struct graph *g = some_graph(&r, round % 3);

		graph_computes(g, 0);
		graph_flood(g);
		for (unsigned i = 0; i < 60; i++) {
			for (unsigned k = 1 + rng_below(&r, 3); k > 0; k--)
				some_change(&r, g, round % 3);
			graph_flood(g);
			check_repaired(g->o[0]);
		}
		n_repaired += g->o[0]->spf->n_incremental;
		n_full += g->o[0]->spf->n_full;
		graph_free(g);
	}
	CHECK(n_repaired > n_full);
}

TEST(ospf_spf, an_arc_that_costs_nothing_is_left_to_the_tree_from_nothing)
{
	struct graph *g = graph_new(4);

	graph_link(g, 0, 1, 1, 1);
	graph_link(g, 1, 2, 0, 0);
	graph_link(g, 2, 3, 5, 5);
	graph_computes(g, 0);
	graph_flood(g);
	graph_check(g);
	g->link[2].cost = 4;
	graph_flood(g);
	graph_check(g);
	g->link[1].back = 3;
	graph_flood(g);
	graph_check(g);
	graph_free(g);
}

TEST(ospf_spf, other_stubs_alone_make_no_tree)
{
	struct graph *g = graph_new(3);
	struct ospf_spf *s;

	graph_link(g, 0, 1, 1, 1);
	graph_link(g, 1, 2, 1, 1);
	graph_computes(g, 0);
	graph_flood(g);
	s = g->o[0]->spf;
	CHECK_EQ(s->n_full, 1);
	g->stub[2] = 9;
	graph_flood(g);
	graph_check(g);
	CHECK_EQ(s->n_full, 1);
	CHECK_EQ(s->n_incremental, 0);
	graph_free(g);
}

/* Of so many changes no log is kept: all is computed anew. */
TEST(ospf_spf, a_cold_start_leaves_no_long_log)
{
	struct graph *g = graph_new(GRAPH_ROUTERS);
	struct ospf_spf *s;

	for (unsigned i = 0; i < GRAPH_ROUTERS - 1; i++)
		graph_link(g, i, i + 1, 1, 1);
	graph_computes(g, 0);
	graph_flood(g);
	s = g->o[0]->spf;
	for (unsigned i = 0; i < GRAPH_ROUTERS; i++)
		g->stub[i] = 9;
	graph_put(g);
	CHECK(s->all);
	CHECK_EQ(s->n_changes, 0);
	CHECK(s->cap_changes <= 16);
	graph_run(g, SEC(10));
	graph_check(g);
	g->stub[9]++;                             /* and a few are */
	graph_put(g);
	CHECK(!s->all);
	CHECK_EQ(s->n_changes, 1);
	graph_run(g, SEC(10));
	graph_check(g);
	graph_free(g);
}

TEST(ospf_spf, runs_in_a_row_wait_longer_and_longer)
{
	struct graph *g = graph_new(2);
	ns_t at[4];

	graph_link(g, 0, 1, 1, 1);
	graph_computes(g, 0);
	graph_put(g);
	for (unsigned i = 0; i < 4; i++) {        /* at once, then 50, 100 and 150 ms later */
		while (timer_armed(&g->o[0]->spf_timer))
			graph_run(g, MSEC(1));
		at[i] = g->o[0]->spf->at;
		g->link[0].cost++;
		graph_put(g);
	}
	CHECK_EQ(at[1] - at[0], MSEC(50));
	CHECK_EQ(at[2] - at[1], MSEC(100));
	CHECK_EQ(at[3] - at[2], MSEC(150));
	graph_run(g, SEC(10));
	g->link[0].cost++;
	graph_put(g);
	CHECK_EQ(g->o[0]->spf_timer.at, g->o[0]->st->now);
	graph_run(g, SEC(1));
	graph_free(g);
}

TEST(ospf_spf, more_equal_paths_than_allowed_are_cut_the_same_way_each_time)
{
	struct graph *g = graph_new(5);
	struct learned_route got;

	for (unsigned i = 1; i < 4; i++) {
		graph_link(g, 0, i, 1, 1);
		graph_link(g, i, 4, 1, 1);
	}
	graph_computes(g, 0);
	g->o[0]->conf.max_paths = 2;
	graph_flood(g);
	REQUIRE(route_learned(g->o[0]->st, RP_OSPF, graph_id(4), 32, &got));
	const struct nexthops *nh = nexthops_of(g->o[0]->st, got.nexthops);

	CHECK_EQ(nh->n_hops, 2);
	CHECK_EQ(nh->hops[0].via, graph_addr(0, true));
	CHECK_EQ(nh->hops[1].via, graph_addr(2, true));
	graph_free(g);
}
