/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_SPF_GRAPH_H
#define STACK_OSPF_SPF_GRAPH_H
/*
 * The graphs of the areas, packed for 16.1: 8 bytes an arc, those of a vertex in
 * a row.  It is the pool's, and remembers of each vertex the instance of its LSA that
 * whoever computed last had in his database; the next one, whichever router it is,
 * has the same of nearly all, and packs the others anew.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/ospf/pool.h"

struct ospf;
struct spf_v;

/* back: of the arcs of its end, the one that leads back here (16.1 (2) (b)), where it
 * was when it was last looked for. */
struct spf_arc { ospf_vnum to; uint16_t cost, back; };

struct spf_node {                         /* its arcs are as many from arcs[at] on */
	uint32_t at;
	uint16_t n_arcs;
	bool router;
};

struct spf_source {
	const struct ospf_lsa *lsa;       /* whose arcs the node has; NULL: of none */
	ospf_knum key;                    /* the one that is this vertex, or a SPF_KEY_* */
};
#define SPF_KEY_NONE OSPF_NUM_NONE
#define SPF_KEY_SEVERAL (OSPF_NUM_NONE - 1)

struct spf_graph {
	struct spf_source *source;        /* by vertex */
	struct spf_node *node;
	uint32_t n, cap;                  /* vertices */
	struct spf_arc *arcs;
	uint32_t n_arcs, cap_arcs, n_idle;        /* idle: of no node any more */
};

void spf_graph_fini(struct spf_graph *g);
/* An instance, of any type, that nobody has any more. */
static inline void spf_graph_forget(struct spf_graph *g, const struct ospf_lsa *l)
{
	if (l->vertex < g->n && g->source[l->vertex].lsa == l)
		g->source[l->vertex].lsa = NULL;
}
/* v may have a key more than it had. */
void spf_graph_keys(struct spf_graph *g, const struct ospf_pool *pool, ospf_vnum v);

/* Room for all vertices that the pool has.  False: no memory. */
bool must_check spf_graph_open(struct spf_graph *g, const struct ospf_pool *pool);
/* A block of vertices as o's database has them, into cells that were zero: those that
 * have an LSA become candidates out of reach.  How many, or ERR_NOMEM. */
int must_check spf_graph_load(struct spf_graph *g, const struct ospf *o, uint32_t block,
			      struct spf_v *cells);
/* Does the arc's end link back to v? */
bool spf_graph_find_back(const struct spf_graph *g, struct spf_arc *arc, ospf_vnum v);
static inline bool spf_graph_links_back(const struct spf_graph *g, struct spf_arc *arc, ospf_vnum v)
{
	const struct spf_node *w = &g->node[arc->to];

	return (arc->back < w->n_arcs && g->arcs[w->at + arc->back].to == v) ||
	       spf_graph_find_back(g, arc, v);
}

#endif
