// SPDX-License-Identifier: MIT
#include "stack/ospf/spf_graph.h"

#include <stdlib.h>
#include <string.h>

#include "stack/ospf/numtab.h"
#include "stack/ospf/spf.h"

#define FIRST_ARCS 1024
#define MUCH_IDLE 4096                    /* arcs, and more than half of all */

_Static_assert(SPF_PAGE == NUMTAB_BLOCK, "a page is of one area");

void spf_graph_fini(struct spf_graph *g)
{
	free(g->source);
	free(g->node);
	free(g->arcs);
	*g = (struct spf_graph){ 0 };
}

/* --- vertices --------------------------------------------------------------------- */

void spf_graph_keys(struct spf_graph *g, const struct ospf_pool *pool, ospf_vnum v)
{
	const ospf_knum *keys;
	size_t n;

	if (v >= g->n)
		return;
	keys = ospf_vertex_keys(pool, v, &n);
	g->source[v].key = n == 0 ? SPF_KEY_NONE : n == 1 ? keys[0] : SPF_KEY_SEVERAL;
}

static int room_for(struct spf_graph *g, uint32_t n)
{
	uint32_t cap = n > 2 * g->cap ? n : 2 * g->cap;
	struct spf_source *source = realloc(g->source, cap * sizeof(*source));
	struct spf_node *node;

	if (!source)
		return ERR_NOMEM;
	g->source = source;
	node = realloc(g->node, cap * sizeof(*node));
	if (!node)
		return ERR_NOMEM;
	g->node = node;
	g->cap = cap;
	return OK;
}

/* All is packed anew when it is looked at. */
static void forget_all(struct spf_graph *g)
{
	for (uint32_t v = 0; v < g->n; v++) {
		g->source[v].lsa = NULL;
		g->node[v] = (struct spf_node){ 0 };
	}
	g->n_arcs = g->n_idle = 0;
}

/* --- arcs -------------------------------------------------------------------------- */

static int arcs_grow(struct spf_graph *g, uint32_t n)
{
	uint64_t cap = 2 * (uint64_t)g->cap_arcs + FIRST_ARCS + n;
	struct spf_arc *arcs = cap <= UINT32_MAX ? realloc(g->arcs, cap * sizeof(*arcs)) : NULL;

	if (!arcs)
		return ERR_NOMEM;
	g->arcs = arcs;
	g->cap_arcs = (uint32_t)cap;
	return OK;
}

/* Where its arcs were, if there are no more of them now. */
static int place(struct spf_graph *g, struct spf_node *node, uint16_t n)
{
	if (n <= node->n_arcs) {
		g->n_idle += node->n_arcs - (uint32_t)n;
	} else {
		if (g->cap_arcs - g->n_arcs < n && arcs_grow(g, n))
			return ERR_NOMEM;
		g->n_idle += node->n_arcs;
		node->at = g->n_arcs;
		g->n_arcs += n;
	}
	node->n_arcs = n;
	return OK;
}

static outlined int pack(struct spf_graph *g, ospf_vnum v, const struct ospf_lsa *l)
{
	struct spf_node *node = &g->node[v];
	struct spf_arc *arc;

	if (place(g, node, l->n_arcs))
		return ERR_NOMEM;
	node->router = l->h.type == OSPF_LSA_ROUTER;
	arc = g->arcs + node->at;
	for (unsigned i = 0; i < l->n_arcs; i++)
		arc[i] = (struct spf_arc){ l->arcs[i].to, l->arcs[i].cost, 0 };
	g->source[v].lsa = l;
	return OK;
}

bool spf_graph_find_back(const struct spf_graph *g, struct spf_arc *arc, ospf_vnum v)
{
	const struct spf_node *w = &g->node[arc->to];

	for (uint16_t i = 0; i < w->n_arcs; i++) {
		if (g->arcs[w->at + i].to == v) {
			arc->back = i;
			return true;
		}
	}
	return false;
}

/* --- the database of a router ---------------------------------------------------------- */

bool spf_graph_open(struct spf_graph *g, const struct ospf_pool *pool)
{
	uint32_t n = ospf_n_vertices(pool);

	if (g->n_idle > MUCH_IDLE && g->n_idle > g->n_arcs / 2)
		forget_all(g);
	if (n > g->cap && room_for(g, n))
		return false;
	if (!g->arcs && arcs_grow(g, 0))          /* a vertex without arcs has its place, too */
		return false;
	while (g->n < n) {
		ospf_vnum v = g->n++;

		g->source[v].lsa = NULL;
		g->node[v] = (struct spf_node){ 0 };
		spf_graph_keys(g, pool, v);
	}
	return true;
}

int spf_graph_load(struct spf_graph *g, const struct ospf *o, uint32_t block, struct spf_v *cells)
{
	const ospf_vnum first = block * SPF_PAGE;
	int n = 0;

	for (unsigned i = 0; i < SPF_PAGE; i++) {
		const struct spf_source *s = &g->source[first + i];
		const struct ospf_lsa *l;

		if (s->key == SPF_KEY_NONE)
			continue;
		l = s->key == SPF_KEY_SEVERAL ? spf_lsa(o, first + i) : spf_lsa_of(o, s->key);
		if (!l)
			continue;
		if (l != s->lsa && pack(g, first + i, l))
			return ERR_NOMEM;
		cells[i] = (struct spf_v){ .lsa = l, .dist = SPF_UNREACHABLE,
					   .bucket = SPF_UNQUEUED, .state = SPF_CANDIDATE,
					   .router = g->node[first + i].router };
		n++;
	}
	return n;
}
