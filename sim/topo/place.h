/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_PLACE_H
#define SIM_TOPO_PLACE_H
/*
 * Where the nodes of a small graph stand so that each of its edges is one
 * straight line, across or down, and no two of them cross.
 *
 * A node is a bar in one row of a grid, one column wide or more; bars make
 * room for any number of edges, and every plane graph can be drawn so.  A
 * backtracking search puts the nodes down one after another, the longest way
 * through the graph first, and keeps the cheapest picture (short edges, few
 * rows and columns, narrow bars) that it finds within a fixed number of tries:
 * the same graph always gives the same picture.
 */
#include <stdbool.h>
#include <stddef.h>

#define PLACE_NODES_MAX 24                /* more are too many for a picture */
#define PLACE_EDGES_MAX 96

struct place_node {
	bool hub;                         /* in: its edges had better go down */
	int row, col, span;               /* out: from 0; columns it covers */
};

struct place_edge {
	unsigned a, b;                    /* in: two nodes, in no other edge */
	unsigned width;                   /* in: links that it stands for; > 1 goes across */
	bool across;                      /* out: a horizontal line ... */
	int col;                          /* out: ... or a vertical one in this column */
};

/* False if there are too many, or no picture was found.  Parts of the graph
 * that nothing joins stand below one another. */
bool place_graph(struct place_node *nodes, size_t n_nodes, struct place_edge *edges,
		 size_t n_edges, int max_cols);

#endif
