// SPDX-License-Identifier: GPL-3.0-or-later
/* What is remembered of the graph from one computation to the next. */
#include "stack/ospf/spf_graph.h"

#include "stack/util/be.h"
#include "tests/unit/ospf/graph.h"

#define MOST_ARCS 10000                   /* of which few are in use */

static struct ospf_area *area_of(struct graph *g, unsigned r)
{
	return list_first(&g->o[r]->areas, struct ospf_area, node);
}

static void compute(struct graph *g, unsigned r)
{
	struct spf_scratch s;

	REQUIRE(spf_scratch_open(g->o[r], &s));
	CHECK(spf_full(area_of(g, r), &s));
	spf_scratch_close(&s);
}

static uint32_t dist(struct graph *g, unsigned from, unsigned to)
{
	return spf_dist(area_of(g, from), ospf_vertex_find(g->pool, 0, false, graph_id(to)));
}

static struct graph *a_ring(unsigned n)
{
	struct graph *g = graph_new(n);

	for (unsigned i = 0; i < n; i++)
		graph_link(g, i, (i + 1) % n, 10, 10);
	return g;
}

/* What changed is said to one router alone. */
static void say_to(struct graph *g, unsigned r)
{
	struct ospf *all[GRAPH_ROUTERS];

	memcpy(all, g->o, sizeof(all));
	memset(g->o, 0, sizeof(g->o));
	g->o[r] = all[r];
	graph_put(g);
	memcpy(g->o, all, sizeof(all));
}

TEST(ospf_spf_graph, routers_that_know_other_instances_take_turns)
{
	struct graph *g = a_ring(6);

	graph_computes(g, 0);
	graph_computes(g, 1);
	graph_flood(g);
	g->link[3].cost = 4;              /* 3 to 4 */
	g->link[4].down = true;           /* 4 to 5 */
	say_to(g, 0);
	for (unsigned i = 0; i < 3; i++) {
		compute(g, 0);
		CHECK_EQ(dist(g, 0, 4), 34);
		CHECK_EQ(dist(g, 0, 5), 10);
		compute(g, 1);
		CHECK_EQ(dist(g, 1, 4), 30);
		CHECK_EQ(dist(g, 1, 5), 20);
	}
	graph_free(g);
}

/* C has no sum of a null pointer and an index, though that be 0. */
TEST(ospf_spf_graph, a_router_alone_has_a_place_for_the_arcs_that_it_has_not)
{
	struct graph *g = graph_new(1);
	const struct spf_graph *packed;

	graph_computes(g, 0);
	graph_flood(g);
	packed = ospf_pool_graph(g->pool);
	CHECK_EQ(packed->n_arcs, 0);
	CHECK(packed->n && packed->arcs);
	graph_free(g);
}

TEST(ospf_spf_graph, a_router_that_does_not_know_of_another_has_no_way_through_it)
{
	struct graph *g = a_ring(6);

	graph_computes(g, 0);
	graph_computes(g, 1);
	graph_flood(g);
	g->silent[5] = true;
	say_to(g, 0);
	for (unsigned i = 0; i < 2; i++) {
		compute(g, 0);
		CHECK_EQ(dist(g, 0, 5), SPF_UNREACHABLE);
		CHECK_EQ(dist(g, 0, 4), 40);
		compute(g, 1);
		CHECK_EQ(dist(g, 1, 4), 30);
	}
	graph_free(g);
}

/* A new one may be where it was. */
TEST(ospf_spf_graph, an_instance_that_is_gone_is_remembered_no_more)
{
	struct graph *g = a_ring(4);
	struct spf_graph *packed;
	unsigned n = 0;

	graph_computes(g, 0);
	graph_flood(g);
	g->link[2].cost = 7;
	graph_put(g);
	packed = ospf_pool_graph(g->pool);
	graph_run(g, SEC(10));            /* until the change is computed, it is held */
	for (ospf_vnum v = 0; v < packed->n; v++) {
		const struct ospf_lsa *l = packed->source[v].lsa;

		CHECK(!l || l == spf_lsa(g->o[0], v));
		n += l != NULL;
	}
	CHECK_EQ(n, 3);
	graph_free(g);
}

TEST(ospf_spf_graph, a_link_back_is_found_wherever_it_is)
{
	struct graph *g = graph_new(4);

	graph_link(g, 2, 1, 1, 1);        /* of 1, that to 0 is the second, then the first */
	graph_link(g, 0, 1, 1, 1);
	graph_link(g, 1, 3, 1, 1);
	graph_computes(g, 0);
	graph_flood(g);
	compute(g, 0);
	CHECK_EQ(dist(g, 0, 2), 2);
	g->link[0].down = true;
	graph_put(g);
	compute(g, 0);
	CHECK_EQ(dist(g, 0, 2), SPF_UNREACHABLE);
	CHECK_EQ(dist(g, 0, 3), 2);
	graph_flood(g);
	graph_check(g);
	graph_free(g);
}

TEST(ospf_spf_graph, a_link_that_one_end_alone_tells_of_is_no_way)
{
	struct graph *g = a_ring(4);
	uint8_t image[sizeof(g->said[1])];
	size_t n;

	g->link[3].back = 50;             /* 0 to 3 */
	graph_computes(g, 0);
	graph_flood(g);
	compute(g, 0);
	CHECK_EQ(dist(g, 0, 2), 20);
	n = g->said_n[1];
	memcpy(image, g->said[1], n);
	g->link[1].down = true;           /* 1 to 2: says 2 */
	graph_put(g);
	graph_install(g, g->o[0], 0, image, n, 1);
	compute(g, 0);
	CHECK_EQ(dist(g, 0, 2), 60);
	graph_free(g);
}

/* A DR's address that another router had is said to be a network by both. */
TEST(ospf_spf_graph, of_two_that_say_what_a_network_is_the_lower_is_believed)
{
	struct graph *g = graph_new(4);
	unsigned lan = graph_lan(g);
	uint8_t image[sizeof(g->said[4])];
	size_t n;

	graph_join(g, lan, 2, 10);
	graph_join(g, lan, 1, 10);
	graph_join(g, lan, 3, 10);
	graph_link(g, 0, 1, 10, 10);
	graph_computes(g, 0);
	graph_flood(g);
	compute(g, 0);
	CHECK_EQ(dist(g, 0, 3), 20);
	n = g->said_n[4] - 4;             /* without the last: 3 */
	memcpy(image, g->said[4], n);
	put_be32(image + 8, graph_id(1));    /* Advertising Router */
	ospf_lsa_finish(image, n);
	graph_install(g, g->o[0], 0, image, n, 1);
	compute(g, 0);
	CHECK_EQ(dist(g, 0, 2), 20);
	CHECK_EQ(dist(g, 0, 3), SPF_UNREACHABLE);
	graph_free(g);
}

static ip4_t via_of(struct graph *g, unsigned from, unsigned to)
{
	nexthops_id h = spf_hops(area_of(g, from),
				 ospf_vertex_find(g->pool, 0, false, graph_id(to)));

	return nexthops_of(g->o[from]->st, h)->hops[0].via;
}

/* The first of its links to the network has the next hop's address (16.1.1), whatever
 * was there before. */
TEST(ospf_spf_graph, a_router_that_is_twice_in_a_network_is_reached_by_its_first_link)
{
	struct graph *g = graph_new(2);
	unsigned lan = graph_lan(g);
	uint8_t *image = g->said[1], *first = image + 24, *second = first + 12;

	graph_join(g, lan, 0, 10);
	graph_join(g, lan, 1, 10);
	graph_join(g, lan, 1, 10);
	graph_computes(g, 0);
	graph_flood(g);
	put_be32(first, IP4(1, 2, 3, 4));    /* its Link ID: of no network */
	put_be32(second + 4, graph_lan_addr(lan, 8));        /* Link Data */
	ospf_lsa_finish(image, g->said_n[1]);
	graph_install(g, g->o[0], 0, image, g->said_n[1], 1);
	compute(g, 0);
	CHECK_EQ(via_of(g, 0, 1), graph_lan_addr(lan, 8));
	memcpy(first, second, 12);
	put_be32(first + 4, graph_lan_addr(lan, 7));
	ospf_lsa_finish(image, g->said_n[1]);
	graph_install(g, g->o[0], 0, image, g->said_n[1], 1);
	compute(g, 0);
	CHECK_EQ(via_of(g, 0, 1), graph_lan_addr(lan, 7));
	graph_free(g);
}

TEST(ospf_spf_graph, room_of_arcs_that_are_gone_is_used_again)
{
	struct graph *g = graph_new(8);
	uint32_t most = 0;

	for (unsigned i = 0; i < 8; i++)
		for (unsigned j = i + 1; j < 8; j++)
			graph_link(g, i, j, 10, 10);
	graph_computes(g, 0);
	graph_flood(g);
	for (unsigned i = 0; i < 4000; i++) {
		const struct spf_graph *packed = ospf_pool_graph(g->pool);

		g->link[20].down = !g->link[20].down;     /* 3 to 6 */
		graph_put(g);
		compute(g, 0);
		most = packed->n_arcs > most ? packed->n_arcs : most;
		CHECK_EQ(dist(g, 0, 6), 10);
	}
	CHECK(most < MOST_ARCS);
	graph_free(g);
}
