// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/place.h"

#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define SIDE 80

struct graph {
	struct place_node node[PLACE_NODES_MAX];
	struct place_edge edge[PLACE_EDGES_MAX];
	size_t n_nodes, n_edges;
};

static void join(struct graph *g, unsigned a, unsigned b)
{
	g->edge[g->n_edges++] = (struct place_edge){ .a = a, .b = b, .width = 1 };
}

static bool has_edge(const struct graph *g, unsigned a, unsigned b)
{
	for (size_t i = 0; i < g->n_edges; i++)
		if ((g->edge[i].a == a && g->edge[i].b == b) ||
		    (g->edge[i].a == b && g->edge[i].b == a))
			return true;
	return false;
}

static void take(char cell[SIDE][SIDE], int row, int col)
{
	REQUIRE(row >= 0 && col >= 0 && row < SIDE && col < SIDE);
	CHECK_EQ(cell[row][col], 0);
	cell[row][col] = 1;
}

/* Nodes and lines never share a cell, and every line ends at its nodes. */
static void check_picture(const struct graph *g, int max_cols)
{
	char cell[SIDE][SIDE] = { { 0 } };

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct place_node *n = &g->node[i];

		CHECK(n->span >= 1 && n->col >= 0 && n->col + n->span <= max_cols);
		for (int c = n->col; c < n->col + n->span; c++)
			take(cell, n->row, c);
	}
	for (size_t i = 0; i < g->n_edges; i++) {
		const struct place_edge *e = &g->edge[i];
		const struct place_node *a = &g->node[e->a], *b = &g->node[e->b];

		if (e->across) {
			CHECK_EQ(a->row, b->row);
			if (a->col > b->col)
				b = a, a = &g->node[e->b];
			for (int c = a->col + a->span; c < b->col; c++)
				take(cell, a->row, c);
			continue;
		}
		CHECK_EQ(e->width, 1);
		CHECK(e->col >= a->col && e->col < a->col + a->span);
		CHECK(e->col >= b->col && e->col < b->col + b->span);
		if (a->row > b->row)
			b = a, a = &g->node[e->b];
		for (int r = a->row + 1; r < b->row; r++)
			take(cell, r, e->col);
	}
}

static bool place(struct graph *g, int max_cols)
{
	bool ok = place_graph(g->node, g->n_nodes, g->edge, g->n_edges, max_cols);

	if (ok)
		check_picture(g, max_cols);
	return ok;
}

TEST(place, a_line_stands_in_one_row_in_its_order)
{
	struct graph g = { .n_nodes = 4 };

	join(&g, 1, 2), join(&g, 0, 1), join(&g, 2, 3);
	REQUIRE(place(&g, 6));
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(g.node[i].row, 0);
		CHECK_EQ(g.node[i].col, i);
	}
}

TEST(place, a_line_longer_than_the_width_turns_back)
{
	struct graph g = { .n_nodes = 8 };

	for (unsigned i = 0; i + 1 < 8; i++)
		join(&g, i, i + 1);
	REQUIRE(place(&g, 4));
	CHECK_EQ(g.node[3].row, 0);
	CHECK_EQ(g.node[4].row, 1);
	CHECK_EQ(g.node[7].row, 1);
	CHECK_EQ(g.node[7].col, 0);
}

TEST(place, a_ring_is_two_rows)
{
	struct graph g = { .n_nodes = 6 };

	for (unsigned i = 0; i < 6; i++)
		join(&g, i, (i + 1) % 6);
	REQUIRE(place(&g, 6));
	for (int i = 0; i < 6; i++)
		CHECK(g.node[i].row <= 1);
}

TEST(place, a_triangle_needs_a_bar)
{
	struct graph g = { .n_nodes = 3 };

	join(&g, 0, 1), join(&g, 1, 2), join(&g, 0, 2);
	REQUIRE(place(&g, 6));
	CHECK_EQ(g.node[0].span + g.node[1].span + g.node[2].span, 4);
}

TEST(place, the_leaves_of_a_hub_stand_in_their_order)
{
	struct graph g = { .n_nodes = 6 };

	g.node[0].hub = true;
	for (unsigned i = 1; i < 6; i++)
		join(&g, 0, i);
	REQUIRE(place(&g, 6));
	CHECK_EQ(g.node[0].row, 1);
	CHECK_EQ(g.node[0].span, 3);
	for (int i = 1; i < 6; i++) {
		CHECK_EQ(g.node[i].row, i <= 3 ? 0 : 2);
		CHECK_EQ(g.node[i].col, (i - 1) % 3);
	}
}

TEST(place, parts_and_lone_nodes_stand_below_one_another)
{
	struct graph g = { .n_nodes = 6 };

	join(&g, 1, 2), join(&g, 4, 5);
	REQUIRE(place(&g, 4));
	CHECK_EQ(g.node[1].row, 0);
	CHECK_EQ(g.node[4].row, 1);
	CHECK_EQ(g.node[0].row, 2);
	CHECK_EQ(g.node[3].row, 2);
	CHECK_EQ(g.node[3].col, 1);
}

TEST(place, links_in_parallel_go_across)
{
	struct graph g = { .n_nodes = 3 };

	join(&g, 0, 1), join(&g, 1, 2);
	g.edge[0].width = 2;
	REQUIRE(place(&g, 2));
	CHECK(g.edge[0].across);
	CHECK(!g.edge[1].across);
}

TEST(place, a_graph_that_is_not_plane_has_no_picture)
{
	struct graph k5 = { .n_nodes = 5 }, k33 = { .n_nodes = 6 };

	for (unsigned i = 0; i < 5; i++)
		for (unsigned k = 0; k < i; k++)
			join(&k5, i, k);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned k = 3; k < 6; k++)
			join(&k33, i, k);
	CHECK(!place(&k5, 8));
	CHECK(!place(&k33, 8));
}

TEST(place, too_many_nodes_have_no_picture)
{
	static struct place_node many[PLACE_NODES_MAX + 1];

	CHECK(!place_graph(many, PLACE_NODES_MAX + 1, NULL, 0, 4));
	CHECK(place_graph(many, PLACE_NODES_MAX, NULL, 0, 4));
}

/* A tree with some edges more. */
static void random_graph(struct graph *g, struct rng *r)
{
	*g = (struct graph){ .n_nodes = 2 + rng_below(r, 9) };
	for (unsigned i = 1; i < g->n_nodes; i++)
		join(g, i, rng_below(r, i));
	for (unsigned more = rng_below(r, 4); more > 0; more--) {
		unsigned a = rng_below(r, (uint32_t)g->n_nodes);
		unsigned b = rng_below(r, (uint32_t)g->n_nodes);

		if (a != b && !has_edge(g, a, b))
			join(g, a, b);
	}
	for (size_t i = 0; i < g->n_nodes; i++)
		g->node[i].hub = rng_below(r, 5) == 0;
}

TEST(place, random_graphs_are_drawn_right_twice_the_same_and_seldom_not_at_all)
{
	unsigned drawn = 0;
	struct rng r;

	rng_init(&r, 11, "place");
	for (int round = 0; round < 60; round++) {
		struct graph g, again;

		random_graph(&g, &r);
		again = g;
		if (!place(&g, 5)) {
			CHECK(!place(&again, 5));
			continue;
		}
		drawn++;
		CHECK(place(&again, 5));
		CHECK_MEM(g.node, again.node, g.n_nodes * sizeof(g.node[0]));
	}
	CHECK(drawn >= 50);
}
