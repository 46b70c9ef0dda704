// SPDX-License-Identifier: GPL-3.0-or-later
/* The routing table within an area, against distances computed by other means. */
#include "stack/ospf/spf.h"

#include <stdlib.h>

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
