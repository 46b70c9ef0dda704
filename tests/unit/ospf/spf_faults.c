// SPDX-License-Identifier: GPL-3.0-or-later
/* A routing table calculation that lacks memory changes nothing, and is made again. */
#include "tests/unit/alloc.h"
#include "tests/unit/ospf/graph.h"

#define CALLS 60                          /* a run of these makes fewer allocations */

static struct graph *a_ring(void)
{
	struct graph *g = graph_new(6);
	unsigned lan;

	for (unsigned i = 0; i < 6; i++)
		graph_link(g, i, (i + 1) % 6, 10, 10);
	lan = graph_lan(g);
	graph_join(g, lan, 1, 3);
	graph_join(g, lan, 4, 3);
	graph_computes(g, 0);
	return g;
}

/* The k-th allocation from now on fails; with more, all after it. */
static void run_without(struct graph *g, unsigned k, bool and_after)
{
	state->and_after = and_after;
	state->fail_at = state->calls + k;
	graph_run(g, MSEC(60));
	state->fail_at = 0;
	state->and_after = false;
}

TEST(ospf_spf_faults, the_first_run)
{
	for (unsigned k = 1; k < 2 * CALLS; k++) {
		struct graph *g = a_ring();

		graph_put(g);
		run_without(g, k / 2 + 1, k & 1);
		graph_run(g, SEC(10));
		graph_check(g);
		graph_free(g);
	}
}

TEST(ospf_spf_faults, later_runs)
{
	for (unsigned k = 1; k < CALLS; k++) {
		struct graph *g = a_ring();

		graph_flood(g);
		g->link[0].down = true;
		g->stub[3] = 7;
		graph_put(g);
		run_without(g, k / 2 + 1, k & 1);
		graph_run(g, SEC(10));
		graph_check(g);
		graph_free(g);
	}
}
