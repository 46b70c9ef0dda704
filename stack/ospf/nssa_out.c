// SPDX-License-Identifier: MIT
/*
 * RFC 3101 3: what routers of an NSSA tell of external destinations goes out to
 * the other areas.  Left out: ranges of type 7 LSAs (3.2 (2), (3)).
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

/* We say it ourselves. */
static bool is_told(const struct ext_list *l, size_t n, struct ospf_pnet to)
{
	for (size_t i = 0; i < n; i++)
		if (l->rows[i].to.key == to.key && l->rows[i].to.len == to.len)
			return true;
	return false;
}

static void translate(struct ext_list *l, const struct ospf *o, const struct table_row *row)
{
	const struct ospf_area *a = ospf_area_find(o, row->r.area);
	const struct ospf_lsa *lsa = a && a->translator ? source_of(o, row) : NULL;
	struct ospf_external x;
	struct rd r;

	if (!lsa)
		return;
	r = ospf_lsa_body(lsa->image, lsa->len);
	if (ospf_external_parse(&x, &r) && x.fwd != 0)
		ext_add(l, &(struct ext_row){ .to = row->to, .fwd = x.fwd, .conf = {
			.on = true, .type1 = !x.e2, .metric = x.metric, .tag = x.tag } });
}

void nssa_translate(struct ospf *o, struct ext_list *l)
{
	struct table_row *rows;
	struct ospf_area *a;
	size_t n, own = l->n;
	bool any = false;

	list_for_each(&o->areas, a, node) {
		translator_update(a);
		any |= a->translator;
	}
	if (!any)
		return;
	rows = table_rows(o, &n);
	l->failed |= o->spf->nomem;
	for (size_t i = 0; i < n; i++)
		if (rows[i].r.flags & SPF_P_NSSA && rows[i].r.flags & SPF_P_PBIT &&
		    !is_told(l, own, rows[i].to))
			translate(l, o, &rows[i]);
	free(rows);
}
