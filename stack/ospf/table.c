// SPDX-License-Identifier: MIT
/*
 * RFC 2328 16.1 and 16.2: the routes to prefixes.  Each LSA offers ways to the
 * prefixes that it names, and the best stay; equal ones share.  What an LSA
 * offers depends on itself and on the tree alone, so the order does not count.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/core/core.h"
#include "stack/ospf/spf.h"

#define ABR_OR_ASBR (OSPF_ROUTER_B | OSPF_ROUTER_E)
#define WORK_PER_LSA 16                   /* destinations: if more, computing all is quicker */

void table_init(struct table *t, struct ospf *o, struct spf_scratch *s)
{
	memset(t, 0, sizeof(*t));
	t->o = o;
	t->s = s;
}

bool table_open(struct table *t, struct ospf *o, struct spf_scratch *s)
{
	if (!spf_scratch_open(o, s)) {
		o->spf->nomem = true;
		return false;
	}
	table_init(t, o, s);
	return true;
}

/* --- which ones are asked for ------------------------------------------------------ */

static inline void list_cell(struct spf_scratch *s, ospf_pnum p, struct spf_p *c)
{
	if (!(c->flags & SPF_P_LISTED)) {
		c->flags |= SPF_P_LISTED;
		s->plist[s->n_p++] = p;
	}
}

static struct spf_p *list(struct table *t, ospf_pnum p)
{
	list_cell(t->s, p, &t->s->p[p]);
	return &t->s->p[p];
}

/* One more prefix whose route is asked for. */
static void table_want(struct table *t, ospf_pnum p)
{
	list(t, p)->flags |= SPF_P_WANTED;
}

void table_own(struct table *t, ospf_pnum p)
{
	list(t, p)->flags |= SPF_P_OWN;
}

static void want_dests(struct table *t, const struct ospf_lsa *l)
{
	for (unsigned i = 0; l && i < l->n_dests; i++)
		table_want(t, l->dests[i].prefix);
}

static uint8_t router_flags(const struct ospf_lsa *l)
{
	return l && l->h.type == OSPF_LSA_ROUTER ? l->image[OSPF_LSA_HLEN] : 0;
}

static bool vertex_is_changed(const struct table *t, ospf_vnum v)
{
	return v != OSPF_NUM_NONE && t->s->v[v].state == SPF_CHANGED;
}

static void vertex_changed(struct table *t, ospf_vnum v)
{
	if (vertex_is_changed(t, v))
		return;
	t->s->v[v].state = SPF_CHANGED;
	t->s->vlist[t->s->n_v++] = v;
}

/* What depends on routers, not on the prefix alone. */
struct ripple { struct table *t; bool routers, asbrs; };

static void want_logged(struct table *t, struct ripple *rp)
{
	const struct ospf_spf *s = t->o->spf;

	for (uint32_t i = 0; i < s->n_changes; i++) {
		const struct ospf_lsa *was = s->changes[i].was;
		const struct ospf_lsa *is = spf_lsa_of(t->o, s->changes[i].key);
		uint8_t flags = router_flags(was) | router_flags(is);

		want_dests(t, was);
		want_dests(t, is);
		rp->asbrs |= ospf_key(t->o->pool, s->changes[i].key)->type == OSPF_LSA_ASBR;
		if ((flags & ABR_OR_ASBR) && router_flags(was) != router_flags(is)) {
			rp->routers = true;
			vertex_changed(t, (is ? is : was)->vertex);
		}
	}
}

static void want_of_vertices(struct table *t, struct ripple *rp)
{
	for (uint32_t i = 0; i < t->s->n_v; i++) {
		size_t n;
		const ospf_knum *keys = ospf_vertex_keys(t->o->pool, t->s->vlist[i], &n);

		while (n--) {
			const struct ospf_lsa *l = spf_lsa_of(t->o, *keys++);

			want_dests(t, l);
			rp->routers |= (router_flags(l) & ABR_OR_ASBR) != 0;
		}
	}
}

/* Has this external LSA a forwarding address? */
static bool forwarded(const struct ospf_lsa *l)
{
	struct rd r = ospf_lsa_body(l->image, l->len);
	struct ospf_external x;

	return ospf_external_parse(&x, &r) && x.fwd != 0;
}

static void want_by_router(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	const struct ripple *rp = arg;
	const struct ospf_lsa *l = e->lsa;

	if (l->h.type == OSPF_LSA_SUMMARY && rp->routers) {
		if (vertex_is_changed(rp->t, ospf_vertex_find(o->pool, l->area, false, l->h.adv)))
			want_dests(rp->t, l);
	} else if (l->h.type == OSPF_LSA_EXTERNAL || l->h.type == OSPF_LSA_NSSA) {
		if (rp->routers || rp->asbrs || forwarded(l))
			want_dests(rp->t, l);
	}
}

static bool has_externals(const struct ospf *o)
{
	const struct ospf_area *a;

	list_for_each(&o->areas, a, node)
		if (a->n_lsas[OSPF_LSA_NSSA])
			return true;
	return o->n_external > 0;
}

void table_want_changed(struct table *t)
{
	struct ripple rp = { .t = t };

	want_logged(t, &rp);
	want_of_vertices(t, &rp);
	if (rp.routers || (has_externals(t->o) && (rp.asbrs || t->s->n_p)))
		lsdb_each(t->o, want_by_router, &rp);
}

/* --- offers ------------------------------------------------------------------------------ */

bool table_is_asked(const struct table *t, ospf_pnum p)
{
	return t->all || t->s->p[p].flags & (SPF_P_WANTED | SPF_P_INTERNAL);
}

/* RFC 3101 2.5 (6) (e), for paths that are otherwise equal. */
static uint64_t preference(const struct spf_p *c)
{
	unsigned type = c->flags & SPF_P_NSSA ? (c->flags & SPF_P_PBIT ? 2 : 0) : 1;

	return (uint64_t)type << 32 | c->adv;
}

static void take(struct spf_p *best, const struct spf_p *c, nexthops_id hops)
{
	uint8_t flags = best->flags & ~(SPF_P_NSSA | SPF_P_PBIT);

	*best = *c;
	best->flags |= flags;
	best->hops = hops;
}

static hot_inline void offer(struct table *t, ospf_pnum p, const struct spf_p *c)
{
	struct spf_p *best = list(t, p);

	if (!best->rank || c->rank < best->rank) {
		take(best, c, c->hops);
	} else if (c->rank == best->rank) {
		nexthops_id both = spf_hops_union(t->o, t->memo, best->hops, c->hops);

		if (preference(c) > preference(best) ||
		    (preference(c) == preference(best) && c->area > best->area))
			take(best, c, both);
		best->hops = both;
	}
}

void table_offer(struct table *t, ospf_pnum p, const struct spf_p *c)
{
	offer(t, p, c);
}

bool table_router(const struct ospf_area *a, uint32_t id, uint8_t flag, struct asbr_path *out)
{
	ospf_vnum v = ospf_vertex_find(a->ospf->pool, a->id, false, id);
	uint32_t dist = v == OSPF_NUM_NONE ? SPF_UNREACHABLE : spf_dist(a, v);
	uint8_t flags;

	if (dist == SPF_UNREACHABLE || id == a->ospf->router_id)
		return false;
	flags = router_flags(spf_lsa(a->ospf, v));
	out->id = id;
	out->area = a->id;
	out->cost = dist;
	out->inter = false;
	out->abr = flags & OSPF_ROUTER_B;
	out->hops = spf_hops(a, v);
	return flags & flag;
}

/* The way to what an LSA names: to the vertex that it is, or to its border router. */
struct way {
	const struct ospf_area *a;
	enum spf_class class;
	uint32_t cost;
	nexthops_id hops;
	bool own;                         /* the LSA is this router's */
};

/* 16.1 (4): stub networks of a router, and the network that a transit vertex is. */
static bool way_to_vertex(const struct table *t, const struct ospf_lsa *l, struct way *w)
{
	if (l->h.type == OSPF_LSA_NETWORK && spf_lsa(t->o, l->vertex) != l)
		return false;
	w->cost = spf_dist(w->a, l->vertex);
	if (w->cost == SPF_UNREACHABLE)
		return false;
	w->class = SPF_INTRA;
	w->own = l->h.type == OSPF_LSA_ROUTER && l->h.adv == t->o->router_id;
	w->hops = spf_hops(w->a, l->vertex);
	return true;
}

/* 16.2 (2), (4); a border router looks at the backbone's summaries alone. */
static bool way_to_border(const struct table *t, const struct ospf_lsa *l, struct way *w)
{
	struct asbr_path p;

	if (l->h.adv == t->o->router_id || (t->o->is_abr && w->a->id != 0) ||
	    !table_router(w->a, l->h.adv, OSPF_ROUTER_B, &p))
		return false;
	w->class = SPF_INTER;
	w->own = false;
	w->cost = p.cost;
	w->hops = p.hops;
	return true;
}

static bool way_of(const struct table *t, const struct ospf_lsa *l, struct way *w)
{
	if (l->h.type > OSPF_LSA_SUMMARY)
		return false;
	w->a = ospf_area_find(t->o, l->area);
	if (!w->a)
		return false;
	return l->h.type == OSPF_LSA_SUMMARY ? way_to_border(t, l, w) : way_to_vertex(t, l, w);
}

/* As offer(), of paths within the AS: those of equal rank have nothing else to be told by. */
static hot_inline void offer_internal(struct table *t, struct spf_scratch *s, const struct way *w,
				      const struct ospf_dest *d)
{
	uint64_t rank = spf_rank(w->class, 0, false, w->cost + d->cost);
	struct spf_p *best = &s->p[d->prefix];
	nexthops_id hops = w->hops;

	if (best->rank && best->rank < rank)
		return;
	if (w->class == SPF_INTER && d->cost >= OSPF_LS_INFINITY)          /* 16.2 (1) */
		return;
	if (unlikely(w->own)) {
		struct ospf_pnet to = ospf_prefix(t->o->pool, d->prefix);

		hops = spf_hops_own(t->o, w->a, to.key, to.len);
	}
	if (!hops)
		return;
	if (best->rank == rank) {
		best->hops = spf_hops_union(t->o, t->memo, best->hops, hops);
		if (w->a->id > best->area)
			best->area = w->a->id;
		return;
	}
	list_cell(s, d->prefix, best);
	best->rank = rank;
	best->area = w->a->id;
	best->tag = best->adv = 0;
	best->hops = hops;
	best->flags &= ~(SPF_P_NSSA | SPF_P_PBIT);
}

static bool is_external(const struct ospf_lsa *l)
{
	return l->h.type == OSPF_LSA_EXTERNAL || l->h.type == OSPF_LSA_NSSA;
}

/* --- all prefixes --------------------------------------------------------------------------- */

static void all_internal(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	const struct ospf_lsa *l = e->lsa;
	const struct ospf_dest *d = l->dests, *end = d + l->n_dests;
	struct table *t = arg;
	struct way w;

	(void)o;
	if (e->flags & LSDB_MAXAGE || !way_of(t, l, &w))
		return;
	for (; d < end; d++)
		offer_internal(t, t->s, &w, d);
}

static void all_external(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	(void)o;
	if (!(e->flags & LSDB_MAXAGE) && is_external(e->lsa))
		table_offer_external(arg, e->lsa);
}

static void compute_all(struct table *t)
{
	lsdb_each(t->o, all_internal, t);
	abr_offer_discards(t);
	if (!has_externals(t->o))
		return;
	lsdb_each(t->o, all_external, t);
	nssa_offer_discards(t);
}

/* --- those that are asked for -------------------------------------------------------------- */

/* What LSAs of this prefix offer, of those outside of the AS or of the others. */
static void offers_of(struct table *t, ospf_pnum p, bool external)
{
	size_t n;
	const ospf_knum *keys = ospf_prefix_keys(t->o->pool, p, &n);

	while (n--) {
		const struct ospf_lsa *l = spf_lsa_of(t->o, *keys++);
		struct way w;

		if (!l || is_external(l) != external || !(external || way_of(t, l, &w)))
			continue;
		t->work += l->n_dests;
		for (unsigned i = 0; i < l->n_dests; i++) {
			if (l->dests[i].prefix != p)
				continue;
			if (external)
				table_offer_external(t, l);
			else
				offer_internal(t, t->s, &w, &l->dests[i]);
		}
	}
}

/* False: there is so much of it that computing all is quicker. */
static bool compute_some(struct table *t)
{
	size_t most = (size_t)WORK_PER_LSA * t->o->lsdb.n;
	uint32_t n = t->s->n_p;

	for (uint32_t i = 0; i < n && t->work <= most; i++)
		offers_of(t, t->s->plist[i], false);
	if (t->work > most)
		return false;
	for (uint32_t i = 0; i < n && has_externals(t->o); i++)
		offers_of(t, t->s->plist[i], true);
	return true;
}

static void forget_offers(struct table *t)
{
	struct spf_scratch *s = t->s;

	for (const ospf_pnum *p = s->plist, *end = p + s->n_p; p < end; p++)
		s->p[*p] = (struct spf_p){ 0 };
	s->n_p = 0;
}

void table_compute(struct table *t)
{
	if (!t->all && !compute_some(t)) {
		forget_offers(t);
		t->all = true;
	}
	if (t->all)
		compute_all(t);
}

void table_done(struct table *t)
{
	forget_offers(t);
}

/* --- reading it ------------------------------------------------------------------------------ */

const struct spf_p *table_internal(struct table *t, ip4_t addr)
{
	for (int len = 32; len >= 0; len--) {
		ospf_pnum p = ospf_prefix_find(t->o->pool, addr & ip4_mask((unsigned)len),
					       (unsigned)len);
		struct spf_p *c;

		if (p == OSPF_NUM_NONE || !spf_scratch_has(t->s, p))
			continue;
		c = &t->s->p[p];
		if (!table_is_asked(t, p)) {
			list(t, p)->flags |= SPF_P_INTERNAL;
			offers_of(t, p, false);
		}
		switch (spf_rank_class(c->rank)) {
		case SPF_INTRA:
		case SPF_INTER:
			return c;
		case SPF_DISCARD:
			return NULL;
		default:
			break;
		}
	}
	return NULL;
}

static int by_prefix(const void *pa, const void *pb)
{
	const struct table_row *a = pa, *b = pb;

	if (a->to.key != b->to.key)
		return a->to.key < b->to.key ? -1 : 1;
	return (int)a->to.len - (int)b->to.len;
}

struct table_row *table_rows(struct ospf *o, size_t *n)
{
	struct spf_scratch s;
	struct table_row *rows;
	struct table t;

	*n = 0;
	if (!o->spf || !table_open(&t, o, &s))
		return NULL;
	t.all = true;
	table_compute(&t);
	rows = s.n_p ? malloc(s.n_p * sizeof(*rows)) : NULL;
	o->spf->nomem |= s.n_p && !rows;
	for (uint32_t i = 0; rows && i < s.n_p; i++) {
		const struct spf_p *p = &s.p[s.plist[i]];

		if (p->rank)
			rows[(*n)++] = (struct table_row){ ospf_prefix(o->pool, s.plist[i]), *p };
	}
	table_done(&t);
	if (rows)
		qsort(rows, *n, sizeof(*rows), by_prefix);
	return rows;
}
