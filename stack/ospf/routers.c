// SPDX-License-Identifier: MIT
/* Routes to border routers (RFC 2328 11: the routing table's other half). */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/spf.h"

struct rows { struct table *t; struct router_row *at; size_t n, cap; };

static void add(struct rows *r, const struct asbr_path *p, bool asbr)
{
	size_t cap = r->cap ? 2 * r->cap : 16;
	struct router_row *at;
	struct asbr_path best;

	if (r->n == r->cap) {
		at = realloc(r->at, cap * sizeof(*at));
		if (!at) {
			r->t->o->spf->nomem = true;
			return;
		}
		r->at = at;
		r->cap = cap;
	}
	r->at[r->n++] = (struct router_row){
		.path = *p, .asbr = asbr,
		.best = asbr && asbr_path(r->t, p->id, &best) && best.area == p->area &&
			best.inter == p->inter };
}

static void add_router(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	const struct ospf_area *a = ospf_area_find(o, e->lsa->area);
	struct asbr_path p;

	if (e->lsa->h.type == OSPF_LSA_ROUTER && !(e->flags & LSDB_MAXAGE) && a &&
	    table_router(a, e->lsa->h.adv, OSPF_ROUTER_B | OSPF_ROUTER_E, &p))
		add(arg, &p, e->lsa->image[OSPF_LSA_HLEN] & OSPF_ROUTER_E);
}

static void add_inter(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct rows *r = arg;
	struct asbr_path p;

	(void)o;
	if (e->lsa->h.type != OSPF_LSA_ASBR || e->flags & LSDB_MAXAGE ||
	    !asbr_path(r->t, e->lsa->h.id, &p) || !p.inter)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (r->at[i].path.id == p.id && r->at[i].path.inter)
			return;
	add(r, &p, true);
}

/* The backbone comes last of areas, as with FRR. */
static int by_id(const void *pa, const void *pb)
{
	const struct router_row *a = pa, *b = pb;
	uint32_t in_a = a->path.area - 1, in_b = b->path.area - 1;

	if (a->path.id != b->path.id)
		return a->path.id < b->path.id ? -1 : 1;
	return in_a < in_b ? -1 : in_a > in_b;
}

struct router_row *table_routers(struct ospf *o, size_t *n)
{
	struct spf_scratch s;
	struct table t;
	struct rows r = { .t = &t };

	*n = 0;
	if (!o->spf || !table_open(&t, o, &s))
		return NULL;
	lsdb_each(o, add_router, &r);
	lsdb_each(o, add_inter, &r);
	if (r.n)
		qsort(r.at, r.n, sizeof(*r.at), by_id);
	*n = r.n;
	return r.at;
}
