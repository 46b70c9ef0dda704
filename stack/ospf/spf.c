// SPDX-License-Identifier: MIT
/* RFC 2328 16.1: the shortest-path tree of an area, from nothing. */
#include "stack/ospf/spf.h"

#include <stdlib.h>
#include <string.h>

#include "stack/core/core.h"
#include "stack/ospf/spf_queue.h"

/* --- the database as a graph -------------------------------------------------------- */

/* Several routers may have had a DR's address: the lowest of them is believed, until
 * 13.4 flushes what the others said. */
const struct ospf_lsa *spf_lsa(const struct ospf *o, ospf_vnum v)
{
	const struct ospf_lsa *best = NULL, *l;
	const ospf_knum *keys;
	size_t n;

	keys = ospf_vertex_keys(o->pool, v, &n);
	if (n == 1)
		return spf_lsa_of(o, keys[0]);
	for (size_t i = 0; i < n; i++) {
		l = spf_lsa_of(o, keys[i]);
		if (l && (!best || l->h.adv < best->h.adv))
			best = l;
	}
	return best;
}

ospf_vnum spf_root(const struct ospf_area *a)
{
	ospf_vnum v = ospf_vertex_find(a->ospf->pool, a->id, false, a->ospf->router_id);

	return v != OSPF_NUM_NONE && spf_lsa(a->ospf, v) ? v : OSPF_NUM_NONE;
}

/* --- working memory ---------------------------------------------------------------------- */

/* Stands before the cells; when the caps grow, all begins anew at zero. */
struct scratch_head { uint64_t cap_v, cap_p; };

static uint64_t cap_for(uint64_t n)
{
	uint64_t cap = 256;

	while (cap < n)
		cap *= 2;
	return cap;
}

bool spf_scratch_open(struct ospf *o, struct spf_scratch *s)
{
	uint64_t cap_v = cap_for(ospf_n_vertices(o->pool));
	uint64_t cap_p = cap_for(ospf_n_prefixes(o->pool));
	size_t size = sizeof(struct scratch_head) + cap_v * (sizeof(*s->v) + sizeof(*s->vlist)) +
		      cap_p * (sizeof(*s->p) + sizeof(*s->plist));
	struct scratch_head *h = ospf_pool_scratch(o->pool, size);

	if (!h)
		return false;
	if (h->cap_v != cap_v || h->cap_p != cap_p) {
		memset(h, 0, size);
		*h = (struct scratch_head){ cap_v, cap_p };
	}
	s->v = (struct spf_v *)(h + 1);
	s->p = (struct spf_p *)(s->v + cap_v);
	s->vlist = (ospf_vnum *)(s->p + cap_p);
	s->plist = s->vlist + cap_v;
	s->n_v = s->n_p = 0;
	s->cap_p = cap_p;
	return true;
}

bool spf_scratch_has(const struct spf_scratch *s, ospf_pnum p)
{
	return p < s->cap_p;
}

void spf_scratch_close(struct spf_scratch *s)
{
	for (uint32_t i = 0; i < s->n_v; i++)
		memset(&s->v[s->vlist[i]], 0, sizeof(*s->v));
	s->n_v = 0;
}

/* --- results ------------------------------------------------------------------------------ */

static int pages_grow(struct spf_area *s, uint32_t n)
{
	struct spf_page **pages = realloc(s->pages, n * sizeof(*pages));

	if (!pages)
		return ERR_NOMEM;
	memset(pages + s->n_pages, 0, (n - s->n_pages) * sizeof(*pages));
	s->pages = pages;
	s->n_pages = n;
	return OK;
}

/* Has v a place?  False: no memory. */
static outlined bool page_new(struct spf_area *s, ospf_vnum v)
{
	uint32_t i = v / SPF_PAGE;

	if (i >= s->n_pages && pages_grow(s, i + 1))
		return false;
	s->pages[i] = calloc(1, sizeof(*s->pages[i]));
	if (s->pages[i])
		memset(s->pages[i]->dist, 0xff, sizeof(s->pages[i]->dist));
	return s->pages[i] != NULL;
}

bool spf_page_ready(struct spf_area *s, ospf_vnum v)
{
	return (v / SPF_PAGE < s->n_pages && s->pages[v / SPF_PAGE]) || page_new(s, v);
}

void ospf_spf_area_fini(struct ospf_area *a)
{
	struct spf_area *s = a->spf;

	if (!s)
		return;
	for (uint32_t i = 0; i < s->n_pages; i++)
		free(s->pages[i]);
	free(s->pages);
	free(s);
	a->spf = NULL;
}

/* --- 16.1.1: next hops -------------------------------------------------------------------- */

static struct ospf_if *if_of_arc(const struct ospf_area *a, const struct ospf_arc *arc)
{
	struct ospf_if *oi;

	list_for_each(&a->ifs, oi, node)
		if (oi->addr.addr.v4 == arc->link_data && oi->addr.addr.family == ADDR_IP4)
			return oi;
	return NULL;
}

nexthops_id spf_root_hops(struct ospf *o, const struct ospf_area *a, const struct ospf_arc *arc,
			  const struct ospf_lsa *to)
{
	const struct ospf_if *oi = if_of_arc(a, arc);
	const struct ospf_nbr *n;
	struct nexthop h;

	if (!oi)
		return 0;
	h = (struct nexthop){ .dev = oi->dev };
	if (to->h.type == OSPF_LSA_NETWORK)
		return spf_hops_get(o, &h, 1);
	list_for_each(&oi->nbrs, n, node) {
		if (n->id == to->h.adv && n->state == OSPF_NBR_FULL) {
			h.via = n->addr;
			return spf_hops_get(o, &h, 1);
		}
	}
	return 0;
}

nexthops_id spf_next_hops(struct spf_run *r, const struct spf_v *v, ospf_vnum vn,
			  const struct ospf_arc *arc, const struct spf_v *w,
			  const struct ospf_arc *back)
{
	if (vn == r->root)
		return spf_root_hops(r->o, r->area, arc, w->lsa);
	if (v->lsa->h.type == OSPF_LSA_NETWORK)
		return spf_hops_behind(r->o, v->hops, back->link_data);
	return v->hops;
}

/* --- 16.1 (1) to (4) -------------------------------------------------------------------------- */

static uint32_t key_of(const struct spf_v *v)
{
	return spf_key(v->dist, v);
}

/* The least block of the area's vertices from this one on; or none: the end. */
static uint32_t block_from(const struct spf_run *r, uint32_t b)
{
	while (b < r->n_blocks && !ospf_vertices_are_of(r->o->pool, b, r->area->id))
		b++;
	return b;
}

/* Next hops of what is behind the root, or a network. */
static nexthops_id hops_over(struct spf_run *r, ospf_vnum vn, const struct spf_arc *at)
{
	const struct spf_v *v = &r->s->v[vn], *w = &r->s->v[at->to];
	const struct ospf_arc *arc = &v->lsa->arcs[at - (r->g->arcs + r->g->node[vn].at)];
	const struct ospf_arc *back = w->lsa->arcs;

	while (back->to != vn)            /* the first, though the graph may know another */
		back++;
	return spf_next_hops(r, v, vn, arc, w, back);
}

/* 16.1 (2) (b) to (d): W may be reached by V at this distance; hops are V's, or 0. */
static void relax(struct spf_run *r, ospf_vnum vn, struct spf_arc *arc, uint32_t dist,
		  nexthops_id hops)
{
	struct spf_v *w = &r->s->v[arc->to];

	if (w->state != SPF_CANDIDATE || dist > SPF_DIST_MAX ||
	    !spf_graph_links_back(r->g, arc, vn))
		return;
	if (!hops)
		hops = hops_over(r, vn, arc);
	if (!hops)
		return;
	if (dist == w->dist) {
		w->hops = spf_hops_union(r->o, r->memo, w->hops, hops);
		return;
	}
	if (spf_is_queued(w))
		spf_unlink(&r->q, r->s->v, arc->to);
	w->dist = dist;
	w->hops = hops;
	w->parent = vn;
	spf_push(&r->q, r->s->v, arc->to, spf_key(dist, w));
}

/* 16.1 (2): the links of a vertex that has joined the tree. */
static void examine(struct spf_run *r, ospf_vnum vn)
{
	const struct spf_node *node = &r->g->node[vn];
	struct spf_arc *arc = r->g->arcs + node->at, *const end = arc + node->n_arcs;
	const struct spf_v *const v = r->s->v;
	const nexthops_id hops = node->router ? v[vn].hops : 0;   /* 0, too, if it is the root */
	const uint32_t from = v[vn].dist;

	if (v[vn].next != OSPF_NUM_NONE)                          /* its turn is next, most times */
		prefetch(&r->g->arcs[r->g->node[v[vn].next].at]);
	for (; arc < end; arc++) {
		const struct spf_v *w = &v[arc->to];
		uint32_t dist = from + arc->cost;

		if (dist < w->dist || (dist == w->dist && hops != w->hops))
			relax(r, vn, arc, dist, hops);
	}
}

/* The area's vertices as the database has them. */
static bool load(struct spf_run *r)
{
	bool ok = spf_graph_open(r->g, r->o->pool);
	int n;

	for (uint32_t b = block_from(r, 0); ok && b < r->n_blocks; b = block_from(r, b + 1)) {
		n = spf_graph_load(r->g, r->o, b, &r->s->v[b * SPF_PAGE]);
		ok = n == 0 || (n > 0 && (r->joined || spf_page_ready(r->area->spf, b * SPF_PAGE)));
	}
	r->o->spf->nomem |= !ok;
	return ok;
}

bool spf_tree(struct spf_run *r)
{
	struct spf_v *v = r->s->v;
	ospf_vnum n = r->root;

	r->g = ospf_pool_graph(r->o->pool);
	r->n_blocks = ospf_n_vertices(r->o->pool) / SPF_PAGE;
	spf_queue_init(&r->q);
	memset(r->memo, 0, sizeof(r->memo));
	if (!load(r))
		return false;
	if (n == OSPF_NUM_NONE)
		return true;
	v[n].dist = 0;
	v[n].parent = n;
	do {
		v[n].state = SPF_IN_TREE;
		if (r->joined && !r->joined(r, n))
			return false;
		examine(r, n);
		n = spf_pop(&r->q, v, key_of);
	} while (n != OSPF_NUM_NONE && !r->o->spf->nomem);
	return !r->o->spf->nomem;
}

void spf_tree_clear(struct spf_run *r)
{
	for (uint32_t b = block_from(r, 0); b < r->n_blocks; b = block_from(r, b + 1))
		memset(&r->s->v[b * SPF_PAGE], 0, SPF_PAGE * sizeof(*r->s->v));
}

/* --- the results --------------------------------------------------------------------------- */

bool spf_keep_one(struct spf_area *a, ospf_vnum n, uint32_t dist, nexthops_id hops)
{
	struct spf_page *p = a->pages[n / SPF_PAGE];
	unsigned i = n % SPF_PAGE;

	if (p->dist[i] == dist && (p->hops[i] == hops || dist == SPF_UNREACHABLE))
		return false;
	p->dist[i] = dist;
	p->hops[i] = hops;
	return true;
}

/* What is kept of a block becomes what the tree has; cells of vertices that changed say so. */
static void keep(struct spf_run *r, uint32_t block)
{
	const ospf_vnum first = block * SPF_PAGE;

	for (ospf_vnum n = first; n < first + SPF_PAGE; n++) {
		struct spf_v *v = &r->s->v[n];
		bool changed = spf_keep_one(r->area->spf, n, v->lsa ? v->dist : SPF_UNREACHABLE,
					    v->hops);

		*v = (struct spf_v){ 0 };
		if (changed) {
			v->state = SPF_CHANGED;
			r->s->vlist[r->s->n_v++] = n;
		}
	}
}

static bool has_page(const struct spf_area *s, uint32_t block)
{
	return block < s->n_pages && s->pages[block];
}

bool spf_area_ready(struct ospf_area *a)
{
	if (!a->spf)
		a->spf = calloc(1, sizeof(*a->spf));
	return a->spf != NULL;
}

bool spf_full(struct ospf_area *a, struct spf_scratch *s)
{
	struct spf_run r = { .o = a->ospf, .area = a, .s = s, .root = spf_root(a) };

	if (!spf_area_ready(a))
		return false;
	if (!spf_tree(&r)) {
		spf_tree_clear(&r);
		return false;
	}
	for (uint32_t b = block_from(&r, 0); b < r.n_blocks; b = block_from(&r, b + 1))
		if (has_page(a->spf, b))
			keep(&r, b);
	a->n_spf++;
	return true;
}
