// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/place_order.h"

struct graph {
	const struct place_edge *edge;
	size_t n_nodes, n_edges;
};

/* Hops from a node to every other; -1: none. */
static void hops_from(const struct graph *g, unsigned from, int hops[PLACE_NODES_MAX])
{
	unsigned queue[PLACE_NODES_MAX];
	size_t head = 0, tail = 0;

	for (size_t i = 0; i < g->n_nodes; i++)
		hops[i] = -1;
	hops[from] = 0;
	queue[tail++] = from;
	while (head < tail) {
		unsigned n = queue[head++];

		for (size_t i = 0; i < g->n_edges; i++) {
			unsigned next = place_other(&g->edge[i], n);

			if (!place_touches(&g->edge[i], n) || hops[next] >= 0)
				continue;
			hops[next] = hops[n] + 1;
			queue[tail++] = next;
		}
	}
}

/* A way through the graph: of the longest shortest ones that which goes up
 * most often in the order of the nodes, for people count so. */
struct way { unsigned node[PLACE_NODES_MAX]; int n, ups; };

/* From the end of the way by the nodes that are one hop nearer each time. */
static void way_walk(const struct graph *g, const int hops[], struct way *w, struct way *best)
{
	unsigned last = w->node[w->n - 1];

	if (hops[last] == 0) {
		if (w->n > best->n || (w->n == best->n && w->ups > best->ups))
			*best = *w;
		return;
	}
	for (unsigned next = 0; next < g->n_nodes; next++) {
		bool joined = false;

		for (size_t i = 0; i < g->n_edges && !joined; i++)
			joined = place_touches(&g->edge[i], last) &&
				 place_other(&g->edge[i], last) == next;
		if (!joined || hops[next] != hops[last] - 1)
			continue;
		w->node[w->n++] = next;
		w->ups += next > last;
		way_walk(g, hops, w, best);
		w->ups -= next > last;
		w->n--;
		if (best->n == hops[w->node[0]] + 1 && best->ups == best->n - 1)
			return;                   /* none can be better */
	}
}

/* The part that `first`, its lowest node, is in. */
static void find_way(const struct graph *g, unsigned first, struct way *best)
{
	int hops[PLACE_NODES_MAX], from_first[PLACE_NODES_MAX], most = 0;

	*best = (struct way){ .node = { first }, .n = 1 };
	hops_from(g, first, from_first);
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned to = 0; to < g->n_nodes; to++) {
			if (from_first[to] < 0)
				continue;
			hops_from(g, to, hops);
			for (unsigned from = 0; from < g->n_nodes; from++) {
				struct way w = { .node = { from }, .n = 1 };

				if (pass == 0 && hops[from] > most)
					most = hops[from];
				else if (pass == 1 && hops[from] == most && most > 0)
					way_walk(g, hops, &w, best);
			}
		}
	}
}

static unsigned placed_neighbours(const struct graph *g, unsigned n, const bool *in)
{
	unsigned count = 0;

	for (size_t i = 0; i < g->n_edges; i++)
		count += place_touches(&g->edge[i], n) && in[place_other(&g->edge[i], n)];
	return count;
}

size_t place_order(size_t n_nodes, const struct place_edge *edges, size_t n_edges, unsigned first,
		   bool by_way, unsigned order[PLACE_NODES_MAX])
{
	const struct graph g = { edges, n_nodes, n_edges };
	struct way way = { .node = { first }, .n = 1 };
	bool in[PLACE_NODES_MAX] = { false };
	size_t n = 0;

	if (by_way)
		find_way(&g, first, &way);
	for (int i = 0; i < way.n; i++) {
		order[n++] = way.node[i];
		in[way.node[i]] = true;
	}
	for (;;) {
		unsigned best = 0, most = 0;

		for (unsigned i = 0; i < n_nodes; i++) {
			unsigned count = in[i] ? 0 : placed_neighbours(&g, i, in);

			if (count > most)
				best = i, most = count;
		}
		if (most == 0)
			return n;
		order[n++] = best;
		in[best] = true;
	}
}
