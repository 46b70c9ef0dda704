// SPDX-License-Identifier: MIT
/*
 * RFC 2328 16.4 and RFC 3101 2.5: routes to destinations outside of the
 * autonomous system, by type 5 and type 7 LSAs.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/spf.h"

#define FIRST_PATHS 8

/* --- ways to ASBRs ------------------------------------------------------------------- */

/* An ASBR-summary-LSA (16.2, type 4). */
static bool path_of_summary(struct table *t, const struct ospf_lsa *l, struct asbr_path *out)
{
	const struct ospf_area *a = ospf_area_find(t->o, l->area);
	struct rd r = ospf_lsa_body(l->image, l->len);
	struct ospf_summary sum;

	if (!a || !ospf_summary_parse(&sum, &r) || sum.metric >= OSPF_LS_INFINITY)
		return false;
	if (l->h.adv == t->o->router_id || l->h.id == t->o->router_id ||
	    (t->o->is_abr && a->id != 0))
		return false;
	if (!table_router(a, l->h.adv, OSPF_ROUTER_B, out))
		return false;
	out->id = l->h.id;
	out->inter = true;
	out->abr = false;
	out->cost += sum.metric;
	return true;
}

static bool paths_room(struct ospf_spf *s)
{
	uint32_t cap = s->cap_paths ? 2 * s->cap_paths : FIRST_PATHS;
	struct asbr_path *paths;

	if (s->n_paths < s->cap_paths)
		return true;
	paths = realloc(s->paths, cap * sizeof(*paths));
	if (!paths)
		return false;
	s->paths = paths;
	s->cap_paths = cap;
	return true;
}

static void add_path(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct table *t = arg;
	struct asbr_path p;

	if (e->lsa->h.type != OSPF_LSA_ASBR || e->flags & LSDB_MAXAGE ||
	    !path_of_summary(t, e->lsa, &p))
		return;
	if (paths_room(o->spf))
		o->spf->paths[o->spf->n_paths++] = p;
	else
		o->spf->nomem = true;
}

static int by_id(const void *pa, const void *pb)
{
	const struct asbr_path *a = pa, *b = pb;

	return a->id < b->id ? -1 : a->id > b->id;
}

static void paths_ready(struct table *t)
{
	struct ospf_spf *s = t->o->spf;

	if (t->paths)
		return;
	t->paths = true;
	s->n_paths = 0;
	lsdb_each(t->o, add_path, t);
	if (s->n_paths)
		qsort(s->paths, s->n_paths, sizeof(*s->paths), by_id);
}

/* 16.4.1: a path that does not touch the backbone is preferred. */
static bool is_other(const struct ospf *o, bool intra, uint32_t area)
{
	return !o->conf.rfc1583 && !(intra && area != 0);
}

/* 16.4 (3) */
static void choose(struct table *t, struct asbr_path *best, const struct asbr_path *p)
{
	bool p_other = is_other(t->o, !p->inter, p->area);
	bool best_other = is_other(t->o, !best->inter, best->area);

	if (!best->hops || (best_other && !p_other)) {
		*best = *p;
	} else if (p_other == best_other) {
		if (p->cost < best->cost || (p->cost == best->cost && p->area > best->area))
			*best = *p;
		else if (p->cost == best->cost && p->area == best->area)
			best->hops = spf_hops_union(t->o, t->memo, best->hops, p->hops);
	}
}

static bool is_within(const struct ospf_area *a, uint32_t id, struct asbr_path *out)
{
	return a && a->conf.type == OSPF_AREA_NORMAL && table_router(a, id, OSPF_ROUTER_E, out);
}

bool asbr_path(struct table *t, uint32_t id, struct asbr_path *out)
{
	const struct ospf_spf *s = t->o->spf;
	const struct ospf_area *a;
	struct asbr_path p;
	uint32_t lo = 0, hi;

	paths_ready(t);
	*out = (struct asbr_path){ .id = id };
	list_for_each(&t->o->areas, a, node)
		if (is_within(a, id, &p))
			choose(t, out, &p);
	for (hi = s->n_paths; lo < hi; ) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->paths[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < s->n_paths && s->paths[lo].id == id; lo++)       /* 16.2 (7), by area */
		if (!is_within(ospf_area_find(t->o, s->paths[lo].area), id, &p))
			choose(t, out, &s->paths[lo]);
	return out->hops != 0;
}

/* --- LSAs ---------------------------------------------------------------------------------- */

struct ext {                              /* an LSA at work */
	const struct ospf_lsa *l;
	const struct ospf_area *nssa;     /* of a type 7; else NULL */
	struct ospf_external x;
	struct asbr_path path;            /* to the ASBR, then to where packets go */
};

/* RFC 3101 2.5 (3): default routes that NSSA border routers made for the others. */
static bool is_for_others(const struct ospf *o, const struct ext *e)
{
	return e->nssa && o->is_abr && e->x.mask == 0 &&
	       (!(e->l->h.options & OSPF_OPT_NP) || e->nssa->conf.no_summary);
}

static bool read_lsa(struct table *t, const struct ospf_lsa *l, struct ext *e)
{
	struct rd r = ospf_lsa_body(l->image, l->len);

	*e = (struct ext){ .l = l };
	if (!ospf_external_parse(&e->x, &r))
		return false;
	if (l->h.type == OSPF_LSA_NSSA) {
		e->nssa = ospf_area_find(t->o, l->area);
		if (!e->nssa || e->nssa->conf.type != OSPF_AREA_NSSA)
			return false;
	}
	return e->x.metric < OSPF_LS_INFINITY &&            /* (1) */
	       l->h.adv != t->o->router_id &&               /* (2) */
	       !is_for_others(t->o, e);
}

/* (3): the way to the forwarding address, if there is one. */
static bool by_forwarding(struct table *t, struct ext *e)
{
	const struct spf_p *r = table_internal(t, e->x.fwd);
	const struct ospf_area *a;

	if (!r || ifaddr_find(t->o->st, NULL, e->x.fwd))
		return false;
	a = ospf_area_find(t->o, r->area);
	if (e->nssa ? a != e->nssa || spf_rank_class(r->rank) != SPF_INTRA :
	    !a || a->conf.type != OSPF_AREA_NORMAL)
		return false;
	e->path.area = r->area;
	e->path.inter = spf_rank_class(r->rank) == SPF_INTER;
	e->path.cost = spf_rank_cost(r->rank);
	e->path.hops = spf_hops_behind(t->o, r->hops, e->x.fwd);
	return e->path.hops != 0;
}

static bool find_path(struct table *t, struct ext *e)
{
	bool found = e->nssa ? table_router(e->nssa, e->l->h.adv, OSPF_ROUTER_E, &e->path) :
			       asbr_path(t, e->l->h.adv, &e->path);

	return found && (e->x.fwd == 0 || by_forwarding(t, e));
}

void table_offer_external(struct table *t, const struct ospf_lsa *l)
{
	struct spf_p c;
	struct ext e;
	bool other;

	if (!table_is_asked(t, l->dests[0].prefix) || !read_lsa(t, l, &e) || !find_path(t, &e))
		return;
	other = is_other(t->o, !e.path.inter, e.path.area);
	c = (struct spf_p){ .area = e.path.area, .tag = e.x.tag, .adv = l->h.adv,
			    .hops = e.path.hops };
	if (e.nssa)
		c.flags = SPF_P_NSSA | (l->h.options & OSPF_OPT_NP ? SPF_P_PBIT : 0);
	c.rank = e.x.e2 ? spf_rank(SPF_EXT2, e.x.metric, other, e.path.cost) :
			  spf_rank(SPF_EXT1, 0, other, e.path.cost + e.x.metric);
	table_offer(t, l->dests[0].prefix, &c);
}
