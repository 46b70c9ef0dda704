// SPDX-License-Identifier: MIT
/*
 * What of the routing table the stack forwards by.  A change is one step
 * (core/learn.h), and routes come before others go.  What is directly attached
 * is the stack's own already.
 */
#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "stack/ospf/spf.h"

/* What the router says of itself, and the networks it is on. */
static void mark_own(struct table *t)
{
	const struct ospf_area *a;

	list_for_each(&t->o->areas, a, node) {
		ospf_vnum root = spf_root(a);
		const struct ospf_lsa *l = root == OSPF_NUM_NONE ? NULL : spf_lsa(t->o, root), *net;

		for (unsigned i = 0; l && i < l->n_dests; i++)
			table_own(t, l->dests[i].prefix);
		for (unsigned i = 0; l && i < l->n_arcs; i++) {
			net = spf_lsa(t->o, l->arcs[i].to);
			if (net && net->h.type == OSPF_LSA_NETWORK)
				table_own(t, net->dests[0].prefix);
		}
	}
}

/* The last set of next hops that was asked for: few sets lead to many prefixes. */
struct direct { nexthops_id hops; bool yes; };

static bool is_direct(const struct ospf *o, struct direct *d, nexthops_id hops)
{
	if (d->hops != hops)
		*d = (struct direct){ hops, spf_hops_direct(o, hops) };
	return d->yes;
}

static bool is_for_stack(const struct ospf *o, struct direct *d, const struct spf_p *r)
{
	if (!r->rank || r->flags & SPF_P_OWN)
		return false;
	return spf_rank_class(r->rank) == SPF_DISCARD || !is_direct(o, d, r->hops);
}

static uint32_t metric_of(const struct spf_p *r)
{
	return spf_rank_class(r->rank) == SPF_EXT2 ? spf_rank_cost2(r->rank) :
							     spf_rank_cost(r->rank);
}

/* Is it asked for, and a route that the stack forwards by? */
static bool is_to_learn(const struct table *t, struct direct *d, const struct spf_p *r)
{
	return (t->all || r->flags & SPF_P_WANTED) && is_for_stack(t->o, d, r);
}

bool fib_update(struct table *t)
{
	const struct spf_p *cells = t->s->p;
	const ospf_pnum *list, *end;
	struct stack *st = t->o->st;
	struct direct d = { 0 };
	bool changed = false, nomem = false;

	mark_own(t);
	list = t->s->plist;
	end = list + t->s->n_p;
	if (t->all)
		route_relearn_begin(st, RP_OSPF);
	for (const ospf_pnum *to = list; to < end; to++) {
		const struct spf_p *r = &cells[*to];
		int n;

		if (!is_to_learn(t, &d, r))
			continue;
		n = route_learn_at(st, RP_OSPF, *to, metric_of(r), r->hops);
		changed |= n > 0;
		nomem |= n == ERR_NOMEM;
	}
	t->o->spf->nomem |= nomem;
	if (t->all)
		return route_relearn_end(st, RP_OSPF) || changed;
	for (const ospf_pnum *to = list; to < end; to++)
		if (cells[*to].flags & SPF_P_WANTED && !is_for_stack(t->o, &d, &cells[*to]))
			changed |= route_unlearn_at(st, RP_OSPF, *to);
	return changed;
}
