// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/place_order.h"

#include "stack/util/buf.h"
#include "stack/util/cc.h"
#include "tests/unit/test.h"

static void check_order(size_t n_nodes, const unsigned (*pairs)[2], size_t n_pairs, unsigned first,
			bool by_way, const char *want)
{
	struct place_edge edge[PLACE_EDGES_MAX] = { { 0 } };
	unsigned order[PLACE_NODES_MAX];
	struct buf got = { 0 };
	size_t n;

	for (size_t i = 0; i < n_pairs; i++)
		edge[i] = (struct place_edge){ .a = pairs[i][0], .b = pairs[i][1], .width = 1 };
	n = place_order(n_nodes, edge, n_pairs, first, by_way, order);
	for (size_t i = 0; i < n; i++)
		buf_printf(&got, "%s%u", i ? " " : "", order[i]);
	CHECK_STR(got.s, want);
	buf_free(&got);
}

/* Host 0 hangs off 3: 1 2 3 4 and 0 3 2 1 are equally long. */
static const unsigned example[][2] = { { 1, 2 }, { 2, 3 }, { 3, 4 }, { 0, 3 } };

TEST(place_order, of_the_longest_ways_that_which_people_count_along_comes_first)
{
	check_order(5, example, N_ELEM(example), 0, true, "1 2 3 4 0");
}

TEST(place_order, without_a_way_it_grows_from_the_first_node)
{
	check_order(5, example, N_ELEM(example), 0, false, "0 3 2 1 4");
}

TEST(place_order, only_one_part_of_the_graph_is_taken)
{
	static const unsigned pairs[][2] = { { 0, 2 }, { 1, 3 }, { 3, 4 } };

	check_order(6, pairs, N_ELEM(pairs), 0, true, "0 2");
	check_order(6, pairs, N_ELEM(pairs), 1, true, "1 3 4");
	check_order(6, pairs, N_ELEM(pairs), 5, true, "5");
}

TEST(place_order, who_closes_most_rings_is_next)
{
	/* A square 0 1 2 3 with 4 in its middle and 5 on a corner. */
	static const unsigned pairs[][2] = {
		{ 0, 1 }, { 1, 2 }, { 2, 3 }, { 3, 0 }, { 4, 0 }, { 4, 1 }, { 4, 2 }, { 4, 3 },
		{ 5, 0 },
	};

	check_order(6, pairs, N_ELEM(pairs), 0, false, "0 1 4 2 3 5");
}
