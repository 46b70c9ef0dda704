// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/place.h"

#include <stdlib.h>
#include <string.h>

#include "sim/topo/place_order.h"

#define GRID 64                           /* cells a side; the first node is in the middle */
#define REACH 5                           /* cells between neighbours at most, and one more */
#define SPARE 3                           /* columns that a bar may have above its need */
#define TRIES 3000                        /* nodes put down until there is a picture ... */
#define TRIES_MORE 1000                   /* ... and after that, for a cheaper one */
#define CANDIDATES_MAX 512

#define COST_CELL 3                       /* of an edge, a cell of its length */
#define COST_COL 4                        /* of a bar, a column above its need */
#define COST_NEW_COL 0                    /* of the picture, a column more: the width */
#define COST_NEW_ROW 4                    /* has a limit anyway; a row takes more room */
#define COST_HUB_ACROSS 5                 /* of an edge of a hub that goes across */

enum { FREE = -1, LINE = -2 };            /* what is in a cell: or a node */

struct box { int top, bottom, left, right; };     /* of what is placed */

struct spot { int row, col, span, cost; };

struct search {
	struct place_node *node;
	struct place_edge *edge;
	size_t n_nodes, n_edges;
	int max_cols;
	int need[PLACE_NODES_MAX];        /* columns of each bar at least */
	unsigned degree[PLACE_NODES_MAX];
	bool placed[PLACE_NODES_MAX];
	unsigned order[PLACE_NODES_MAX];  /* of one part: whom to place when */
	size_t n_order;
	struct box box;
	int cost, best_cost;
	unsigned tries;                   /* that are left */
	struct place_node best_node[PLACE_NODES_MAX];
	struct place_edge best_edge[PLACE_EDGES_MAX];
	signed char cell[GRID][GRID];
};

/* ---- the grid ---- */

static int right_of(const struct place_node *n)
{
	return n->col + n->span - 1;
}

static void fill_row(struct search *s, int row, int from, int to, int what)
{
	for (int c = from; c <= to; c++)
		s->cell[row][c] = (signed char)what;
}

static void fill_col(struct search *s, int col, int from, int to, int what)
{
	for (int r = from; r <= to; r++)
		s->cell[r][col] = (signed char)what;
}

static bool row_free(const struct search *s, int row, int from, int to)
{
	for (int c = from; c <= to; c++)
		if (s->cell[row][c] != FREE)
			return false;
	return true;
}

static bool col_free(const struct search *s, int col, int from, int to)
{
	for (int r = from; r <= to; r++)
		if (s->cell[r][col] != FREE)
			return false;
	return true;
}

static void edge_mark(struct search *s, const struct place_edge *e, int what)
{
	const struct place_node *a = &s->node[e->a], *b = &s->node[e->b];

	if (e->across)
		fill_row(s, a->row, (a->col < b->col ? right_of(a) : right_of(b)) + 1,
			 (a->col < b->col ? b->col : a->col) - 1, what);
	else
		fill_col(s, e->col, (a->row < b->row ? a->row : b->row) + 1,
			 (a->row < b->row ? b->row : a->row) - 1, what);
}

/* Draws an edge between two nodes that are placed: its cost, or -1. */
static int edge_draw(struct search *s, struct place_edge *e)
{
	const struct place_node *a = &s->node[e->a], *b = &s->node[e->b];
	int from, to;

	if (a->row == b->row) {
		const struct place_node *l = a->col < b->col ? a : b, *r = l == a ? b : a;

		if (!row_free(s, a->row, right_of(l) + 1, r->col - 1))
			return -1;
		e->across = true;
		edge_mark(s, e, LINE);
		return (r->col - right_of(l)) * COST_CELL +
		       (a->hub || b->hub ? COST_HUB_ACROSS : 0);
	}
	if (e->width > 1)
		return -1;
	e->across = false;
	from = (a->row < b->row ? a->row : b->row) + 1;
	to = (a->row < b->row ? b->row : a->row) - 1;
	for (e->col = a->col > b->col ? a->col : b->col;
	     e->col <= right_of(a) && e->col <= right_of(b); e->col++) {
		if (!col_free(s, e->col, from, to))
			continue;
		edge_mark(s, e, LINE);
		return (to - from + 2) * COST_CELL;
	}
	return -1;
}

static struct box box_with(const struct search *s, const struct place_node *n)
{
	struct box b = s->box;

	if (b.top > b.bottom)
		return (struct box){ n->row, n->row, n->col, right_of(n) };
	b.top = n->row < b.top ? n->row : b.top;
	b.bottom = n->row > b.bottom ? n->row : b.bottom;
	b.left = n->col < b.left ? n->col : b.left;
	b.right = right_of(n) > b.right ? right_of(n) : b.right;
	return b;
}

static int box_cost(const struct box *b)
{
	return b->top > b->bottom ? 0 : (b->bottom - b->top) * COST_NEW_ROW +
					(b->right - b->left) * COST_NEW_COL;
}

/* Takes node n and the edges below `upto` that end at it off the grid. */
static void lift(struct search *s, unsigned n, size_t upto)
{
	for (size_t i = 0; i < upto; i++)
		if (place_touches(&s->edge[i], n) && s->placed[place_other(&s->edge[i], n)])
			edge_mark(s, &s->edge[i], FREE);
	fill_row(s, s->node[n].row, s->node[n].col, right_of(&s->node[n]), FREE);
	s->placed[n] = false;
}

/* Puts n on a spot and draws its edges to what is there: what that costs,
 * or -1 and nothing has changed. */
static int put(struct search *s, unsigned n, const struct spot *at)
{
	struct place_node *me = &s->node[n];
	struct box box;
	int cost = (at->span - s->need[n]) * COST_COL, one;

	me->row = at->row, me->col = at->col, me->span = at->span;
	box = box_with(s, me);
	if (box.right - box.left >= s->max_cols || box.left < REACH || box.top < REACH ||
	    box.right >= GRID - REACH || box.bottom >= GRID - REACH ||
	    !row_free(s, me->row, me->col, right_of(me)))
		return -1;
	fill_row(s, me->row, me->col, right_of(me), (int)n);
	s->placed[n] = true;
	for (size_t i = 0; i < s->n_edges; i++) {
		if (!place_touches(&s->edge[i], n) || !s->placed[place_other(&s->edge[i], n)])
			continue;
		one = edge_draw(s, &s->edge[i]);
		if (one < 0) {
			lift(s, n, i);
			return -1;
		}
		cost += one;
	}
	return cost + box_cost(&box) - box_cost(&s->box);
}

/* ---- the search ---- */

struct spots { struct spot v[CANDIDATES_MAX]; size_t n; };

/* In the order of preference among equals; cheaper ones first. */
static void spots_try(struct search *s, unsigned n, struct spots *sp, int row, int col,
		      int span)
{
	struct spot at = { row, col, span, 0 };
	size_t i = sp->n;

	if (i == CANDIDATES_MAX || row < 0 || col < 0 || row >= GRID || col + span > GRID)
		return;
	at.cost = put(s, n, &at);
	if (at.cost < 0)
		return;
	lift(s, n, s->n_edges);
	for (; i > 0 && sp->v[i - 1].cost > at.cost; i--)
		sp->v[i] = sp->v[i - 1];
	sp->v[i] = at;
	sp->n++;
}

/* Right of a neighbour, below, left, above; near before far. */
static void spots_around(struct search *s, unsigned n, const struct place_node *p, int span,
			 struct spots *sp)
{
	for (int d = 1; d < REACH; d++) {
		spots_try(s, n, sp, p->row, right_of(p) + d, span);
		for (int c = p->col - span + 1; c <= right_of(p); c++)
			spots_try(s, n, sp, p->row + d, c, span);
		spots_try(s, n, sp, p->row, p->col - d - span + 1, span);
		for (int c = p->col - span + 1; c <= right_of(p); c++)
			spots_try(s, n, sp, p->row - d, c, span);
	}
}

static void spots_find(struct search *s, unsigned n, struct spots *sp)
{
	sp->n = 0;
	for (size_t i = 0; i < s->n_edges; i++) {
		unsigned p = place_other(&s->edge[i], n);

		if (!place_touches(&s->edge[i], n) || !s->placed[p])
			continue;
		for (int more = 0; more <= SPARE; more++)
			spots_around(s, n, &s->node[p], s->need[n] + more, sp);
		return;
	}
	spots_try(s, n, sp, GRID / 2, GRID / 2, s->need[n]);
}

/* Edges from the `from`-th node of the order on cost a cell each at least. */
static int cost_to_come(const struct search *s, size_t from)
{
	int cost = 0;

	for (size_t i = 0; i < s->n_edges; i++)
		for (size_t k = from; k < s->n_order; k++)
			if (place_touches(&s->edge[i], s->order[k])) {
				cost += COST_CELL;
				break;
			}
	return cost;
}

static void keep_best(struct search *s)
{
	if (s->tries > TRIES_MORE)
		s->tries = TRIES_MORE;
	s->best_cost = s->cost;
	memcpy(s->best_node, s->node, s->n_nodes * sizeof(*s->node));
	memcpy(s->best_edge, s->edge, s->n_edges * sizeof(*s->edge));
}

static void search(struct search *s, size_t at)
{
	struct box box = s->box;
	int cost = s->cost, to_come;
	struct spots *sp;
	unsigned n;

	if (at == s->n_order) {
		keep_best(s);
		return;
	}
	sp = malloc(sizeof(*sp));
	if (!sp)
		return;
	n = s->order[at];
	spots_find(s, n, sp);
	to_come = cost_to_come(s, at + 1);
	for (size_t i = 0; i < sp->n && s->tries; i++) {
		if (cost + sp->v[i].cost + to_come >= s->best_cost)
			break;                    /* the others cost no less */
		s->tries--;
		if (put(s, n, &sp->v[i]) < 0)
			continue;
		s->box = box_with(s, &s->node[n]);
		s->cost = cost + sp->v[i].cost;
		search(s, at + 1);
		lift(s, n, s->n_edges);
		s->box = box;
		s->cost = cost;
	}
	free(sp);
}

#define NOT_FOUND 1000000

static const struct box no_box = { GRID, -1, GRID, -1 };

static bool search_part(struct search *s, unsigned first, bool by_way)
{
	memset(s->cell, FREE, sizeof(s->cell));
	memset(s->placed, 0, sizeof(s->placed));
	s->box = no_box;
	s->cost = 0;
	s->tries = TRIES;
	s->best_cost = NOT_FOUND;
	s->n_order = place_order(s->n_nodes, s->edge, s->n_edges, first, by_way,
				 s->order);
	search(s, 0);
	return s->best_cost != NOT_FOUND;
}

/* One part of the graph, its upper left corner at row `top`; the rows it
 * takes, or 0: it cannot be drawn. */
static int place_part(struct search *s, unsigned first, int top)
{
	if (!search_part(s, first, true) && !search_part(s, first, false))
		return 0;
	s->box = no_box;
	for (size_t i = 0; i < s->n_order; i++) {
		const struct place_node *n = &s->best_node[s->order[i]];

		s->node[s->order[i]] = *n;
		s->box = box_with(s, n);
	}
	for (size_t i = 0; i < s->n_order; i++) {
		s->node[s->order[i]].row += top - s->box.top;
		s->node[s->order[i]].col -= s->box.left;
	}
	for (size_t i = 0; i < s->n_edges; i++)
		for (size_t k = 0; k < s->n_order; k++)
			if (s->edge[i].a == s->order[k]) {
				s->edge[i] = s->best_edge[i];
				s->edge[i].col -= s->box.left;
			}
	return s->box.bottom - s->box.top + 1;
}

/* ---- afterwards ---- */

struct leaf { unsigned node; size_t edge; };

static bool is_leaf(const struct search *s, size_t edge, unsigned n, unsigned bar)
{
	const struct place_edge *e = &s->edge[edge];

	return place_touches(e, bar) && place_other(e, bar) == n && s->degree[n] == 1 &&
	       !e->across && s->node[n].span == 1;
}

static bool spot_before(const struct place_node *a, const struct place_node *b)
{
	return a->row != b->row ? a->row < b->row : a->col < b->col;
}

static void leaves_swap(struct search *s, const struct leaf *a, const struct leaf *b)
{
	struct place_node *x = &s->node[a->node], *y = &s->node[b->node];
	struct place_node spot = *x;

	x->row = y->row, x->col = y->col;
	y->row = spot.row, y->col = spot.col;
	s->edge[a->edge].col = x->col;
	s->edge[b->edge].col = y->col;
}

/* The leaves above and below a bar, in the order of the nodes: it makes no
 * difference but to the reader. */
static void sort_leaves(struct search *s, unsigned bar)
{
	struct leaf leaf[PLACE_NODES_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < s->n_nodes; i++)
		for (size_t k = 0; k < s->n_edges; k++)
			if (is_leaf(s, k, i, bar))
				leaf[n++] = (struct leaf){ i, k };
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (spot_before(&s->node[leaf[k].node], &s->node[leaf[i].node]))
				leaves_swap(s, &leaf[i], &leaf[k]);
}

/* Nodes without an edge stand in rows of their own, at the end. */
static void place_lone(struct search *s, int top)
{
	int col = 0;

	for (size_t i = 0; i < s->n_nodes; i++) {
		if (s->degree[i])
			continue;
		if (col == s->max_cols)
			col = 0, top++;
		s->node[i].row = top;
		s->node[i].col = col++;
		s->node[i].span = 1;
	}
}

/* A bar has edges above and below and one at each side; a hub's had better
 * not go there. */
static void find_needs(struct search *s)
{
	for (size_t i = 0; i < s->n_nodes; i++) {
		int deg = 0;

		for (size_t k = 0; k < s->n_edges; k++)
			deg += place_touches(&s->edge[k], (unsigned)i);
		s->degree[i] = (unsigned)deg;
		s->need[i] = s->node[i].hub ? (deg + 1) / 2 : (deg - 1) / 2;
		if (s->need[i] < 1)
			s->need[i] = 1;
		if (s->need[i] > s->max_cols)
			s->need[i] = s->max_cols;
	}
}

static bool place_parts(struct search *s)
{
	bool done[PLACE_NODES_MAX] = { false };
	int top = 0;

	find_needs(s);
	for (unsigned i = 0; i < s->n_nodes; i++) {
		int rows;

		if (done[i] || !s->degree[i])
			continue;
		rows = place_part(s, i, top);
		if (!rows)
			return false;
		top += rows;
		for (size_t k = 0; k < s->n_order; k++)
			done[s->order[k]] = true;
	}
	for (unsigned i = 0; i < s->n_nodes; i++)
		sort_leaves(s, i);
	place_lone(s, top);
	return true;
}

/* Euler: a plane graph has no more edges than that. */
static bool may_be_plane(size_t n_nodes, size_t n_edges)
{
	return n_nodes < 3 || n_edges <= 3 * n_nodes - 6;
}

bool place_graph(struct place_node *nodes, size_t n_nodes, struct place_edge *edges,
		 size_t n_edges, int max_cols)
{
	struct search *s;
	bool ok;

	if (n_nodes > PLACE_NODES_MAX || n_edges > PLACE_EDGES_MAX ||
	    !may_be_plane(n_nodes, n_edges))
		return false;
	s = calloc(1, sizeof(*s));
	if (!s)
		return false;
	s->node = nodes;
	s->edge = edges;
	s->n_nodes = n_nodes;
	s->n_edges = n_edges;
	s->max_cols = max_cols;
	ok = place_parts(s);
	free(s);
	return ok;
}
