// SPDX-License-Identifier: MIT
/*
 * RFC 3101 3: what routers of an NSSA tell of external destinations goes out to
 * the other areas, each by itself or as a range.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/ext.h"
#include "stack/ospf/spf.h"

#define TRANSLATOR_STABILITY SEC(40)      /* D: TranslatorStabilityInterval */

/* --- the translator (3.1) ----------------------------------------------------------------- */

struct election { struct table t; const struct ospf_area *a; bool lost; };

/* Who is a border router of the NSSA, and an ASBR to the other areas; an Nt bit wins over
 * any router ID. */
static void compete(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	struct election *el = arg;
	const struct ospf_lsa_hdr *h = &e->lsa->h;
	struct asbr_path p;

	if (h->type != OSPF_LSA_ROUTER || e->lsa->area != el->a->id || e->flags & LSDB_MAXAGE)
		return;
	if (h->adv < o->router_id && !(e->lsa->image[OSPF_LSA_HLEN] & OSPF_ROUTER_NT))
		return;
	el->lost |= table_router(el->a, h->adv, OSPF_ROUTER_B, &p) &&
		    asbr_path(&el->t, h->adv, &p);
}

static bool may_translate(const struct ospf_area *a)
{
	return a->conf.type == OSPF_AREA_NSSA && a->ospf->is_abr &&
	       a->conf.translate != OSPF_NSSA_NEVER;
}

static bool is_elected(const struct ospf_area *a)
{
	struct election el = { .a = a };

	if (a->conf.translate == OSPF_NSSA_ALWAYS)
		return true;
	table_init(&el.t, a->ospf, NULL);
	lsdb_each(a->ospf, compete, &el);
	return !el.lost;
}

static void stability_fire(struct timer *t)
{
	struct ospf_area *a = container_of(t, struct ospf_area, stability);

	a->translator = false;
	ext_update(a->ospf);
}

/* Who is deposed goes on for a while, so that LSAs are not flushed for nothing. */
static void translator_update(struct ospf_area *a)
{
	struct timerq *q = &a->ospf->st->timers;
	bool able = may_translate(a), elected = able && is_elected(a);

	if (able && !elected && a->translator) {
		if (timer_armed(&a->stability))
			return;
		timer_init(&a->stability, stability_fire);
		timer_set(q, &a->stability, ospf_now(a->ospf) + TRANSLATOR_STABILITY);
		return;
	}
	timer_stop(q, &a->stability);
	a->translator = elected;
}

void nssa_area_fini(struct ospf_area *a)
{
	timer_stop(&a->ospf->st->timers, &a->stability);
}

/* --- translation (3.2) ---------------------------------------------------------------------- */

/* (1): the type 7 LSA that a route is by. */
static const struct ospf_lsa *source_of(const struct ospf *o, const struct table_row *row)
{
	ospf_pnum p = ospf_prefix_find(o->pool, row->to.key, row->to.len);
	const ospf_knum *keys;
	size_t n;

	if (p == OSPF_NUM_NONE)
		return NULL;
	for (keys = ospf_prefix_keys(o->pool, p, &n); n > 0; n--, keys++) {
		const struct ospf_lsa *l = spf_lsa_of(o, *keys);

		if (l && l->h.type == OSPF_LSA_NSSA && l->area == row->r.area &&
		    l->h.adv == row->r.adv && l->dests[0].prefix == p)
			return l;
	}
	return NULL;
}

struct translation {
	struct ospf *o;
	struct ext_list *l;
	size_t n_own;                     /* first rows of l: what we tell anyway */
	const struct table_row *rows;     /* the routing table */
	size_t n;
};

/* (1): is this route by an LSA that may be told of outside of its area? */
static bool is_translatable(const struct translation *t, const struct ospf_area *a,
			    const struct table_row *row, struct ospf_external *x)
{
	const uint8_t flags = SPF_P_NSSA | SPF_P_PBIT;
	const struct ospf_lsa *lsa;
	struct rd r;

	if ((row->r.flags & flags) != flags || row->r.area != a->id)
		return false;
	lsa = source_of(t->o, row);
	if (!lsa)
		return false;
	r = ospf_lsa_body(lsa->image, lsa->len);
	return ospf_external_parse(x, &r) && x->fwd != 0;
}

/* The row of l, of its first n, with this network; NULL: none has. */
static struct ext_row *row_of(const struct ext_list *l, size_t n, struct ospf_pnet to)
{
	for (size_t i = 0; i < n; i++)
		if (l->rows[i].to.key == to.key && l->rows[i].to.len == to.len)
			return &l->rows[i];
	return NULL;
}

/* RFC 3101 2.5 (6) (a), (b): the less, the better. */
static uint64_t preference(bool type1, uint32_t cost)
{
	return type1 ? spf_rank(SPF_EXT1, 0, false, cost) : spf_rank(SPF_EXT2, cost, false, 0);
}

static uint32_t cost_of(const struct table_row *row)
{
	return spf_rank_class(row->r.rank) == SPF_EXT1 ? spf_rank_cost(row->r.rank) :
	       spf_rank_cost2(row->r.rank);
}

/* (2): as it is, unless we tell of that network ourselves and no worse. */
static void translate(struct translation *t, const struct table_row *row,
		      const struct ospf_external *x)
{
	struct ext_row *own = row_of(t->l, t->n_own, row->to);
	struct ext_row to = { .to = row->to, .fwd = x->fwd, .conf = {
		.on = true, .type1 = !x->e2, .metric = x->metric, .tag = x->tag } };

	if (!own)
		ext_add(t->l, &to);
	else if (preference(own->conf.type1, own->conf.metric) >
		 preference(!x->e2, cost_of(row)))
		*own = to;
}

static void translate_each(struct translation *t, const struct ospf_area *a)
{
	struct ospf_external x;

	for (size_t i = 0; i < t->n; i++)
		if (!abr_range_of(a, t->rows[i].to, true) &&
		    is_translatable(t, a, &t->rows[i], &x))
			translate(t, &t->rows[i], &x);
}

/* What lies in a range; costs: the largest of each type, -1: there is none. */
struct sum { const struct table_row *only; struct ospf_external x; size_t n; int64_t cost[2]; };

static void sum_add(struct sum *s, bool type1, uint32_t cost)
{
	if (cost > s->cost[!type1])
		s->cost[!type1] = cost;
}

static bool is_net(const struct ospf_range *g, struct ospf_pnet to)
{
	struct ospf_pnet net = abr_range_net(g);

	return net.key == to.key && net.len == to.len;
}

/* A type 2 cost is one more, so that nobody prefers it to an LSA that is in the range. */
static struct ext_row range_row(const struct ospf_range *g, const struct sum *s)
{
	bool type1 = s->cost[1] < 0;

	return (struct ext_row){ .to = abr_range_net(g), .conf = {
		.on = true, .type1 = type1, .tag = g->tag,
		.metric = g->has_cost ? g->cost : (uint32_t)(s->cost[!type1] + !type1) } };
}

/* (3): a range that is active, or its one LSA if that is the range itself. */
static void translate_range(struct translation *t, const struct ospf_area *a,
			    const struct ospf_range *g)
{
	struct sum s = { .cost = { -1, -1 } };
	struct ext_row *own = row_of(t->l, t->l->n, abr_range_net(g)), row;
	struct ospf_external x;

	for (size_t i = 0; i < t->n; i++) {
		if (abr_range_of(a, t->rows[i].to, true) != g ||
		    !is_translatable(t, a, &t->rows[i], &x))
			continue;
		s.n++;
		s.only = &t->rows[i];
		s.x = x;
		sum_add(&s, !x.e2, cost_of(s.only));
	}
	if (s.n == 0)
		return;
	if (s.n == 1 && is_net(g, s.only->to)) {
		translate(t, s.only, &s.x);
		return;
	}
	if (own)
		sum_add(&s, own->conf.type1, own->conf.metric);
	row = range_row(g, &s);
	if (row.conf.metric >= OSPF_LS_INFINITY)
		return;
	if (own)
		*own = row;
	else
		ext_add(t->l, &row);
}

static void translate_ranges(struct translation *t, const struct ospf_area *a)
{
	for (size_t i = 0; i < a->conf.n_ranges; i++)
		if (a->conf.ranges[i].nssa && !a->conf.ranges[i].hide)
			translate_range(t, a, &a->conf.ranges[i]);
}

void nssa_translate(struct ospf *o, struct ext_list *l)
{
	struct translation t = { .o = o, .l = l, .n_own = l->n };
	struct table_row *rows;
	struct ospf_area *a;
	bool any = false;

	list_for_each(&o->areas, a, node) {
		translator_update(a);
		any |= a->translator;
	}
	if (!any)
		return;
	t.rows = rows = table_rows(o, &t.n);
	l->failed |= o->spf->nomem;
	list_for_each(&o->areas, a, node)
		if (a->translator)
			translate_each(&t, a);
	list_for_each(&o->areas, a, node)
		if (a->translator)
			translate_ranges(&t, a);
	free(rows);
}

/* --- ranges lead here (RFC 1812 5.2.4.4) ------------------------------------------------------ */

static bool is_active(const struct table *t, const struct ospf_area *a, const struct ospf_range *g)
{
	const uint8_t flags = SPF_P_NSSA | SPF_P_PBIT;

	for (uint32_t i = 0; i < t->s->n_p; i++) {
		const struct spf_p *p = &t->s->p[t->s->plist[i]];
		struct ospf_pnet to = ospf_prefix(t->o->pool, t->s->plist[i]);

		if ((p->flags & flags) == flags && p->area == a->id && !is_net(g, to) &&
		    abr_range_of(a, to, true) == g)
			return true;
	}
	return false;
}

/* Within the AS there is a way to just this network, or the NSSA has one. */
static bool is_known(const struct table *t, const struct ospf_area *a, const struct ospf_range *g)
{
	struct ospf_pnet to = abr_range_net(g);
	ospf_pnum n = ospf_prefix_find(t->o->pool, to.key, to.len);
	const struct spf_p *p = n != OSPF_NUM_NONE && spf_scratch_has(t->s, n) ? &t->s->p[n] : NULL;

	return p && p->rank && (spf_rank_class(p->rank) <= SPF_INTER ||
				(p->flags & SPF_P_NSSA && p->area == a->id));
}

void nssa_offer_discards(struct table *t)
{
	const struct ospf_area *a;

	list_for_each(&t->o->areas, a, node) {
		for (size_t i = 0; a->translator && i < a->conf.n_ranges; i++) {
			const struct ospf_range *g = &a->conf.ranges[i];

			if (g->nssa && !g->hide && is_active(t, a, g) && !is_known(t, a, g))
				abr_offer_discard(t, a, g);
		}
	}
}
