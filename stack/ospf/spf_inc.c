// SPDX-License-Identifier: MIT
/*
 * The tree repaired where LSAs changed, at a cost that follows the vertices
 * whose distance or next hops become other, not the area's size.  Distances
 * as Ramalingam and Reps have it ("An incremental algorithm for a
 * generalization of the shortest-path problem", 1996): the vertices where the
 * recorded distance differs from what the neighbours' distances say are dealt
 * with in the order of the lower of both.  Then next hops, parents first.
 *
 * It gives up where an arc of a router costs nothing: there the order of
 * parents and children is not that of distances.
 */
#include <string.h>

#include "stack/core/core.h"
#include "stack/ospf/spf_queue.h"

struct repair {
	struct spf_run r;
	bool odd;                         /* given up */
};

static struct spf_v *load(struct repair *x, ospf_vnum n)
{
	struct spf_v *v = &x->r.s->v[n];

	if (v->state)
		return v;
	x->r.s->vlist[x->r.s->n_v++] = n;
	v->state = SPF_CANDIDATE;
	v->bucket = SPF_UNQUEUED;
	v->lsa = spf_lsa(x->r.o, n);
	v->router = !v->lsa || v->lsa->h.type == OSPF_LSA_ROUTER;
	v->dist = v->says = spf_dist(x->r.area, n);
	if (v->dist != SPF_UNREACHABLE)
		v->hops = spf_hops(x->r.area, n);
	return v;
}

/* The next arc from u to n, of those that may be used; NULL: no more. */
static const struct ospf_arc *next_arc(struct repair *x, ospf_vnum un, const struct spf_v *u,
				       ospf_vnum n, const struct spf_v *v,
				       const struct ospf_arc *after)
{
	const struct ospf_arc *arc = after ? after + 1 : u->lsa->arcs;

	for (; arc < u->lsa->arcs + u->lsa->n_arcs; arc++) {
		if (arc->to != n)
			continue;
		x->odd |= arc->cost == 0 && u->lsa->h.type == OSPF_LSA_ROUTER;
		if (un != x->r.root || spf_root_hops(x->r.o, x->r.area, arc, v->lsa))
			return arc;
	}
	return NULL;
}

/* --- distances ---------------------------------------------------------------------------- */

static uint32_t lower(const struct spf_v *v)
{
	return v->dist < v->says ? v->dist : v->says;
}

static uint32_t key_of(const struct spf_v *v)
{
	return spf_key(lower(v), v);
}

/* In the queue if the two differ. */
static void place(struct repair *x, ospf_vnum n)
{
	struct spf_v *v = &x->r.s->v[n];

	if (spf_is_queued(v))
		spf_unlink(&x->r.q, x->r.s->v, n);
	if (v->dist != v->says)
		spf_push(&x->r.q, x->r.s->v, n, key_of(v));
}

/* What the neighbours of n say, of those that it links back to. */
static void ask(struct repair *x, ospf_vnum n)
{
	struct spf_v *v = load(x, n), *u;
	uint32_t best = n == x->r.root ? 0 : SPF_UNREACHABLE;

	for (unsigned i = 0; n != x->r.root && v->lsa && i < v->lsa->n_arcs; i++) {
		ospf_vnum un = v->lsa->arcs[i].to;
		const struct ospf_arc *arc = NULL;

		u = load(x, un);
		if (!u->lsa || u->dist == SPF_UNREACHABLE)
			continue;
		while ((arc = next_arc(x, un, u, n, v, arc)))
			if (u->dist + arc->cost < best && u->dist + arc->cost <= SPF_DIST_MAX)
				best = u->dist + arc->cost;
	}
	v->says = best;
	place(x, n);
}

static bool links_to(const struct ospf_lsa *l, ospf_vnum n)
{
	for (unsigned i = 0; i < l->n_arcs; i++)
		if (l->arcs[i].to == n)
			return true;
	return false;
}

/* v came nearer: those behind it may, too. */
static void nearer(struct repair *x, ospf_vnum n)
{
	struct spf_v *v = &x->r.s->v[n], *w;
	const struct ospf_arc *arc = v->lsa->arcs;

	for (unsigned i = 0; i < v->lsa->n_arcs; i++, arc++) {
		uint32_t dist = v->dist + arc->cost;

		w = load(x, arc->to);
		if (!w->lsa || dist >= w->says || dist > SPF_DIST_MAX || !links_to(w->lsa, n))
			continue;
		x->odd |= arc->cost == 0 && v->lsa->h.type == OSPF_LSA_ROUTER;
		if (n == x->r.root && !spf_root_hops(x->r.o, x->r.area, arc, w->lsa))
			continue;
		w->says = dist;
		place(x, arc->to);
	}
}

/* v was at this distance and is not: those that were behind it look elsewhere. */
static void farther(struct repair *x, ospf_vnum n, uint32_t was)
{
	struct spf_v *v = &x->r.s->v[n], *w;

	for (unsigned i = 0; v->lsa && i < v->lsa->n_arcs; i++) {
		w = load(x, v->lsa->arcs[i].to);
		if (w->says == was + v->lsa->arcs[i].cost)
			ask(x, v->lsa->arcs[i].to);
	}
}

static void settle_distances(struct repair *x)
{
	struct spf_v *v = x->r.s->v;
	ospf_vnum n;

	while (!x->odd && (n = spf_pop(&x->r.q, v, key_of)) != OSPF_NUM_NONE) {
		uint32_t was = v[n].dist;

		if (was > v[n].says) {
			v[n].dist = v[n].says;
			nearer(x, n);
		} else {
			v[n].dist = SPF_UNREACHABLE;
			place(x, n);
			farther(x, n, was);
		}
	}
}

/* --- next hops ------------------------------------------------------------------------------- */

static void hops_due(struct repair *x, ospf_vnum n)
{
	struct spf_v *v = load(x, n);

	if (!spf_is_queued(v) && v->dist != SPF_UNREACHABLE && v->lsa && n != x->r.root)
		spf_push(&x->r.q, x->r.s->v, n, key_of(v));
}

/* 16.1.1, of all that are as near as it gets. */
static nexthops_id hops_of(struct repair *x, ospf_vnum n)
{
	const struct spf_v *v = &x->r.s->v[n], *u;
	nexthops_id all = 0, some;

	for (unsigned i = 0; i < v->lsa->n_arcs; i++) {
		const struct ospf_arc *back = &v->lsa->arcs[i], *arc = NULL;

		u = load(x, back->to);
		if (!u->lsa || u->dist == SPF_UNREACHABLE)
			continue;
		while ((arc = next_arc(x, back->to, u, n, v, arc))) {
			if (u->dist + arc->cost != v->dist)
				continue;
			some = spf_next_hops(&x->r, u, back->to, arc, v, back);
			all = all && some ? spf_hops_union(x->r.o, x->r.memo, all, some) :
					    all | some;
		}
	}
	return all;
}

static void settle_hops(struct repair *x, uint32_t first)
{
	struct spf_v *v = x->r.s->v;
	uint32_t seen = x->r.s->n_v;
	ospf_vnum n;

	spf_queue_init(&x->r.q);
	for (uint32_t i = first; i < seen; i++) {
		n = x->r.s->vlist[i];
		if (v[n].dist == spf_dist(x->r.area, n))
			continue;
		hops_due(x, n);
		for (unsigned k = 0; v[n].lsa && k < v[n].lsa->n_arcs; k++)
			hops_due(x, v[n].lsa->arcs[k].to);
	}
	for (uint32_t i = first; i < seen; i++)
		if (v[x->r.s->vlist[i]].state & SPF_IN_TREE)      /* where arcs changed */
			hops_due(x, x->r.s->vlist[i]);
	while (!x->odd && (n = spf_pop(&x->r.q, v, key_of)) != OSPF_NUM_NONE) {
		nexthops_id hops = hops_of(x, n);

		/* By our own router-LSA alone, which may still name who is not Full: the whole
		 * tree leaves that out. */
		x->odd |= !hops;
		if (hops == v[n].hops)
			continue;
		v[n].hops = hops;
		for (unsigned k = 0; k < v[n].lsa->n_arcs; k++)
			if (load(x, v[n].lsa->arcs[k].to)->dist > v[n].dist ||
			    v[n].lsa->h.type == OSPF_LSA_NETWORK)
				hops_due(x, v[n].lsa->arcs[k].to);
	}
}

/* --- where to begin ------------------------------------------------------------------------- */

static void begin_at(struct repair *x, ospf_vnum n)
{
	load(x, n)->state |= SPF_IN_TREE;
}

static void begin_at_lsa(struct repair *x, const struct ospf_lsa *l)
{
	if (!l)
		return;
	begin_at(x, l->vertex);
	for (unsigned i = 0; i < l->n_arcs; i++)
		begin_at(x, l->arcs[i].to);
}

/* Arcs of these LSAs come and go, and with them those back: both ends of all. */
static void begin(struct repair *x)
{
	const struct ospf *o = x->r.o;

	for (uint32_t i = 0; i < o->spf->n_changes; i++) {
		const struct spf_change *c = &o->spf->changes[i];
		const struct ospf_lsa *l = c->was ? c->was : spf_lsa_of(o, c->key);
		const ospf_knum *keys;
		size_t n;

		if (!l || l->area != x->r.area->id || l->vertex == OSPF_NUM_NONE)
			continue;
		begin_at_lsa(x, l);
		for (keys = ospf_vertex_keys(o->pool, l->vertex, &n); n > 0; n--)
			begin_at_lsa(x, spf_lsa_of(o, *keys++));
	}
}

/* --- the results ------------------------------------------------------------------------------ */

static bool within_reach(const struct repair *x, ospf_vnum n)            /* now, or before */
{
	return x->r.s->v[n].dist != SPF_UNREACHABLE || spf_dist(x->r.area, n) != SPF_UNREACHABLE;
}

/* Memory for all that is to be kept, before anything is changed. */
static bool pages_ready(struct repair *x, uint32_t first)
{
	for (uint32_t i = first; i < x->r.s->n_v; i++) {
		ospf_vnum n = x->r.s->vlist[i];

		if (within_reach(x, n) && !spf_page_ready(x->r.area->spf, n))
			return false;
	}
	return true;
}

/* The vertices from first on in vlist become those that changed, and what is kept of them
 * is brought up to date. */
static void keep(struct repair *x, uint32_t first)
{
	struct spf_scratch *s = x->r.s;
	uint32_t n_v = first;

	for (uint32_t i = first; i < s->n_v; i++) {
		ospf_vnum n = s->vlist[i];
		struct spf_v *v = &s->v[n];
		bool changed = within_reach(x, n) &&
			       spf_keep_one(x->r.area->spf, n, v->dist, v->hops);

		*v = (struct spf_v){ 0 };
		if (changed) {
			v->state = SPF_CHANGED;
			s->vlist[n_v++] = n;
		}
	}
	s->n_v = n_v;
}

static void clear(struct repair *x, uint32_t first)
{
	for (uint32_t i = first; i < x->r.s->n_v; i++)
		x->r.s->v[x->r.s->vlist[i]] = (struct spf_v){ 0 };
	x->r.s->n_v = first;
}

bool spf_incremental(struct ospf_area *a, struct spf_scratch *s)
{
	struct repair x = { .r = { .o = a->ospf, .area = a, .s = s, .root = spf_root(a) } };
	uint32_t first = s->n_v, seeds;

	if (x.r.root == OSPF_NUM_NONE || spf_dist(a, x.r.root) != 0)
		return false;
	spf_queue_init(&x.r.q);
	begin(&x);
	seeds = s->n_v;
	for (uint32_t i = first; i < seeds; i++)
		ask(&x, s->vlist[i]);
	settle_distances(&x);
	if (!x.odd)
		settle_hops(&x, first);
	if (x.odd || a->ospf->spf->nomem || !pages_ready(&x, first)) {
		clear(&x, first);
		return false;
	}
	keep(&x, first);
	return true;
}
