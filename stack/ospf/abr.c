// SPDX-License-Identifier: MIT
/*
 * An area border router: which one is it (RFC 2328 3.3), and what it tells one
 * area of the others (12.4.3).  Virtual links are left out, so no area is a
 * transit area, and a border router that is not in the backbone tells what is within
 * its areas and nothing of what lies behind them (16.2).
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/lsaid.h"
#include "stack/ospf/spf.h"

static bool is_attached(const struct ospf_area *a)
{
	const struct ospf_if *oi;

	list_for_each(&a->ifs, oi, node)
		if (oi->state != OSPF_IF_DOWN)
			return true;
	return false;
}

bool abr_changed(struct ospf *o)
{
	struct ospf_area *a;
	unsigned n = 0;

	list_for_each(&o->areas, a, node)
		n += is_attached(a);
	if (o->is_abr == (n > 1))
		return false;
	o->is_abr = n > 1;
	list_for_each(&o->areas, a, node)
		ospf_router_lsa_dirty(a);
	return true;
}

/* --- ranges (C.2) ----------------------------------------------------------------------- */

bool abr_has_ranges(const struct ospf *o)
{
	const struct ospf_area *a;

	list_for_each(&o->areas, a, node)
		if (a->conf.n_ranges)
			return true;
	return false;
}

static bool range_has(const struct ospf_range *g, struct ospf_pnet p)
{
	return g->prefix.len <= p.len && ip4_in(p.key, g->prefix.addr.v4, g->prefix.len);
}

const struct ospf_range *abr_range_of(const struct ospf_area *a, struct ospf_pnet p, bool nssa)
{
	const struct ospf_range *best = NULL;

	for (size_t i = 0; i < a->conf.n_ranges; i++) {
		const struct ospf_range *g = &a->conf.ranges[i];

		if (g->nssa == nssa && range_has(g, p) &&
		    (!best || g->prefix.len > best->prefix.len))
			best = g;
	}
	return best;
}

struct ospf_pnet abr_range_net(const struct ospf_range *g)
{
	return (struct ospf_pnet){ g->prefix.addr.v4 & ip4_mask(g->prefix.len), g->prefix.len };
}

static bool table_has_in(const struct table *t, const struct ospf_area *a,
			 const struct ospf_range *g)
{
	for (uint32_t i = 0; i < t->s->n_p; i++) {
		const struct spf_p *p = &t->s->p[t->s->plist[i]];

		if (spf_rank_class(p->rank) == SPF_INTRA && p->area == a->id &&
		    abr_range_of(a, ospf_prefix(t->o->pool, t->s->plist[i]), false) == g)
			return true;
	}
	return false;
}

void abr_offer_discard(struct table *t, const struct ospf_area *a, const struct ospf_range *g)
{
	struct spf_p c = { .rank = spf_rank(SPF_DISCARD, 0, false, 0), .area = a->id };
	struct ospf_pnet to = abr_range_net(g);
	ospf_pnum p = ospf_prefix_num(t->o->pool, to.key, to.len);

	c.hops = spf_hops_get(t->o, NULL, 0);
	if (p != OSPF_NUM_NONE && c.hops && spf_scratch_has(t->s, p))
		table_offer(t, p, &c);
	else
		t->o->spf->nomem = true;
}

/* What is in an active range but has no route of its own is discarded: the range as
 * others hear of it leads here (12.4.3, RFC 1812 5.2.4.4). */
void abr_offer_discards(struct table *t)
{
	const struct ospf_area *a;

	if (!t->o->is_abr)
		return;
	list_for_each(&t->o->areas, a, node)
		for (size_t i = 0; i < a->conf.n_ranges; i++)
			if (table_has_in(t, a, &a->conf.ranges[i]))
				abr_offer_discard(t, a, &a->conf.ranges[i]);
}

/* --- what an area is told (12.4.3) ------------------------------------------------------ */

static void tell_summary(struct lsaid_list *out, const struct ospf_area *to, uint8_t type,
			 struct ospf_pnet p, uint32_t cost)
{
	struct wr w;

	if (cost >= OSPF_LS_INFINITY)
		return;
	w = lsaid_add(out, type, p, ospf_lsa_options(to));
	ospf_summary_emit(&(struct ospf_summary){
		.mask = type == OSPF_LSA_SUMMARY ? ip4_mask(p.len) : 0, .metric = cost }, &w);
}

/* Is this route for others to hear of by itself? */
static bool is_told(const struct ospf *o, const struct ospf_area *to, const struct table_row *row)
{
	const struct ospf_area *from = ospf_area_find(o, row->r.area);

	if (!from || from == to)
		return false;
	if (spf_rank_class(row->r.rank) == SPF_INTER)
		return to->id != 0;
	return spf_rank_class(row->r.rank) == SPF_INTRA && !abr_range_of(from, row->to, false);
}

static void tell_range(struct lsaid_list *out, const struct ospf_area *to,
		       const struct ospf_area *from, const struct ospf_range *g,
		       const struct table_row *rows, size_t n)
{
	uint32_t cost = 0;
	bool active = false;

	for (size_t i = 0; i < n; i++) {
		if (spf_rank_class(rows[i].r.rank) != SPF_INTRA || rows[i].r.area != from->id ||
		    abr_range_of(from, rows[i].to, false) != g)
			continue;
		active = true;
		if (spf_rank_cost(rows[i].r.rank) > cost)
			cost = spf_rank_cost(rows[i].r.rank);
	}
	if (active && !g->hide)
		tell_summary(out, to, OSPF_LSA_SUMMARY, abr_range_net(g),
			     g->has_cost ? g->cost : cost);
}

static void tell_networks(struct lsaid_list *out, const struct ospf_area *to,
			  const struct table_row *rows, size_t n)
{
	const struct ospf *o = to->ospf;
	const struct ospf_area *from;

	for (size_t i = 0; i < n; i++)
		if (is_told(o, to, &rows[i]))
			tell_summary(out, to, OSPF_LSA_SUMMARY, rows[i].to,
				     spf_rank_cost(rows[i].r.rank));
	list_for_each(&o->areas, from, node)
		for (size_t i = 0; from != to && i < from->conf.n_ranges; i++)
			tell_range(out, to, from, &from->conf.ranges[i], rows, n);
}

/* Type 4: of each ASBR that type 5 LSAs may name. */
static void tell_asbrs(struct lsaid_list *out, struct ospf_area *to)
{
	struct router_row *rows;
	size_t n;

	rows = table_routers(to->ospf, &n);
	for (size_t i = 0; i < n; i++) {
		const struct asbr_path *p = &rows[i].path;

		if (rows[i].asbr && rows[i].best && p->area != to->id && (!p->inter || to->id != 0))
			tell_summary(out, to, OSPF_LSA_ASBR, (struct ospf_pnet){ p->id, 32 },
				     p->cost);
	}
	free(rows);
}

static void tell_area(struct ospf_area *to, const struct table_row *rows, size_t n)
{
	struct lsaid_list out = { .o = to->ospf, .area = to->id };
	const struct ospf_area_config *c = &to->conf;

	if (to->ospf->is_abr) {
		if (c->type == OSPF_AREA_STUB || (c->type == OSPF_AREA_NSSA && c->no_summary))
			tell_summary(&out, to, OSPF_LSA_SUMMARY, (struct ospf_pnet){ 0, 0 },
				     c->default_cost ? c->default_cost : 1);
		if (c->type == OSPF_AREA_NORMAL || !c->no_summary)
			tell_networks(&out, to, rows, n);
		if (c->type == OSPF_AREA_NORMAL)
			tell_asbrs(&out, to);
	}
	out.failed |= to->ospf->spf->nomem;
	lsaid_originate(&out, 1u << OSPF_LSA_SUMMARY | 1u << OSPF_LSA_ASBR);
}

void ospf_summaries_update(struct ospf *o)
{
	struct table_row *rows;
	struct ospf_area *a;
	size_t n;

	if (!o->is_abr && !o->spf->says_summaries)
		return;
	rows = table_rows(o, &n);
	list_for_each(&o->areas, a, node)
		if (!o->spf->nomem)
			tell_area(a, rows, n);
	free(rows);
	o->spf->says_summaries = o->is_abr;
}
