/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_PLACE_ORDER_H
#define SIM_TOPO_PLACE_ORDER_H
/* Whom place.c puts down when; private to it. */
#include "sim/topo/place.h"

static inline unsigned place_other(const struct place_edge *e, unsigned n)
{
	return e->a == n ? e->b : e->a;
}

static inline bool place_touches(const struct place_edge *e, unsigned n)
{
	return e->a == n || e->b == n;
}

/*
 * The nodes of the part that `first`, its lowest node, is in; how many they
 * are.  by_way: first the longest of the shortest ways through it; otherwise
 * first alone.  After that always the node with most neighbours among those.
 */
size_t place_order(size_t n_nodes, const struct place_edge *edges, size_t n_edges, unsigned first,
		   bool by_way, unsigned order[PLACE_NODES_MAX]);

#endif
