// SPDX-License-Identifier: MIT
/* RFC 2328 16.1: the shortest-path tree of an area, from nothing. */
#include "stack/ospf/spf.h"

#include <stdlib.h>
#include <string.h>

#include "stack/core/core.h"
#include "stack/ospf/spf_queue.h"

/* --- the database as a graph -------------------------------------------------------- */

const struct ospf_lsa *spf_lsa_of(const struct ospf *o, ospf_knum k)
{
	const struct lsdb_entry *e = lsdb_find(o, k);

	return e && e->lsa && !(e->flags & LSDB_MAXAGE) ? e->lsa : NULL;
}

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
	uint64_t cap_v = cap_for(ospf_n_vertices(o->pool)), cap_p = cap_for(ospf_n_prefixes(o->pool));
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

static bool page_ready(struct spf_area *s, ospf_vnum v)
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

/* The first time that a vertex is met.  Its LSA is on its way from memory. */
static void touch(struct spf_run *r, ospf_vnum n)
{
	struct spf_v *v = &r->s->v[n];

	r->s->vlist[r->s->n_v++] = n;
	v->lsa = spf_lsa(r->o, n);
	v->dist = v->lsa ? SPF_UNREACHABLE : 0;
	v->state = v->lsa ? SPF_CANDIDATE : SPF_ABSENT;
	v->bucket = SPF_UNQUEUED;
	if (v->lsa) {
		prefetch(&v->lsa->n_arcs);
		prefetch(v->lsa->arcs);
	}
}

/* 16.1 (2) (b): does W link back to V? */
static const struct ospf_arc *link_back(const struct ospf_lsa *w, ospf_vnum v)
{
	for (unsigned i = 0; i < w->n_arcs; i++)
		if (w->arcs[i].to == v)
			return &w->arcs[i];
	return NULL;
}

/* 16.1 (2) (c), (d): W may be reached by V at this distance. */
static void relax(struct spf_run *r, ospf_vnum vn, const struct ospf_arc *arc, uint32_t dist)
{
	struct spf_v *w = &r->s->v[arc->to];
	const struct ospf_arc *back = link_back(w->lsa, vn);
	nexthops_id hops;

	if (!back)
		return;
	hops = spf_next_hops(r, &r->s->v[vn], vn, arc, w, back);
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
	w->router = w->lsa->h.type == OSPF_LSA_ROUTER;
	spf_push(&r->q, r->s->v, arc->to, spf_key(dist, w));
}

/* 16.1 (2): the links of a vertex that has joined the tree. */
static void examine(struct spf_run *r, ospf_vnum vn)
{
	const struct spf_v *v = &r->s->v[vn];
	const struct ospf_arc *arc = v->lsa->arcs, *end = arc + v->lsa->n_arcs;

	for (; arc < end; arc++)
		if (!r->s->v[arc->to].state)
			touch(r, arc->to);
	for (arc = v->lsa->arcs; arc < end; arc++) {
		const struct spf_v *w = &r->s->v[arc->to];
		uint32_t dist = v->dist + arc->cost;

		if (dist <= w->dist && w->state == SPF_CANDIDATE && dist <= SPF_DIST_MAX)
			relax(r, vn, arc, dist);
	}
}

void spf_tree(struct spf_run *r)
{
	struct spf_v *v = r->s->v;
	ospf_vnum n = r->root;

	spf_queue_init(&r->q);
	memset(r->memo, 0, sizeof(r->memo));
	if (n == OSPF_NUM_NONE)
		return;
	touch(r, n);
	v[n].dist = 0;
	v[n].parent = n;
	do {
		v[n].state = SPF_IN_TREE;
		if (r->joined && !r->joined(r, n))
			return;
		examine(r, n);
		n = spf_pop(&r->q, v, key_of);
	} while (n != OSPF_NUM_NONE && !r->o->spf->nomem);
}

/* --- the results --------------------------------------------------------------------------- */

/* Memory for all that is to be kept, before anything is changed. */
static bool pages_ready(struct spf_run *r, uint32_t first)
{
	const ospf_vnum *at = r->s->vlist + first, *end = r->s->vlist + r->s->n_v;

	for (; at < end; at++)
		if (r->s->v[*at].state == SPF_IN_TREE && !page_ready(r->area->spf, *at))
			return false;
	return true;
}

/* Vertices of the last run that are in the tree no more. */
static void find_lost(struct spf_run *r)
{
	struct spf_area *a = r->area->spf;

	for (uint32_t i = 0; i < a->n_pages; i++) {
		struct spf_page *p = a->pages[i];

		for (unsigned j = 0; p && j < SPF_PAGE; j++) {
			struct spf_v *v = &r->s->v[i * SPF_PAGE + j];

			if (p->dist[j] == SPF_UNREACHABLE || v->state == SPF_IN_TREE)
				continue;
			p->dist[j] = SPF_UNREACHABLE;
			if (!v->state)
				r->s->vlist[r->s->n_v++] = i * SPF_PAGE + j;
			v->state = SPF_CHANGED;
		}
	}
}

/* Of those in the tree: is it other than it was? */
static bool keep_one(struct spf_run *r, ospf_vnum n)
{
	const struct spf_v *v = &r->s->v[n];
	struct spf_page *p = r->area->spf->pages[n / SPF_PAGE];
	unsigned i = n % SPF_PAGE;

	if (p->dist[i] == v->dist && (p->hops[i] == v->hops || n == r->root))
		return false;
	p->dist[i] = v->dist;
	p->hops[i] = v->hops;
	return true;
}

bool spf_keep(struct spf_run *r, uint32_t first, bool whole)
{
	uint32_t n_v = first;

	if (!pages_ready(r, first))
		return false;
	if (whole)
		find_lost(r);
	for (uint32_t i = first; i < r->s->n_v; i++) {
		ospf_vnum n = r->s->vlist[i];
		struct spf_v *v = &r->s->v[n];
		bool changed = v->state == SPF_CHANGED ||
			       (v->state == SPF_IN_TREE && keep_one(r, n));

		memset(v, 0, sizeof(*v));
		if (changed) {
			v->state = SPF_CHANGED;
			r->s->vlist[n_v++] = n;
		}
	}
	r->s->n_v = n_v;
	return true;
}

void spf_clear(struct spf_run *r, uint32_t first)
{
	for (uint32_t i = first; i < r->s->n_v; i++)
		memset(&r->s->v[r->s->vlist[i]], 0, sizeof(*r->s->v));
	r->s->n_v = first;
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
	uint32_t first = s->n_v;

	if (!spf_area_ready(a))
		return false;
	spf_tree(&r);
	if (a->ospf->spf->nomem || !spf_keep(&r, first, true)) {
		spf_clear(&r, first);
		return false;
	}
	a->n_spf++;
	return true;
}
