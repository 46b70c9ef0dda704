// SPDX-License-Identifier: MIT
/* Bodies of contracts that nobody has implemented yet; empty, this file goes. */
#include "stack/ospf/ospf.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

int stack_ospf_redistribute(struct stack *st, enum route_proto from, const struct ospf_redistribute *r)
{
	return 0;
}

int stack_ospf_default(struct stack *st, const struct ospf_redistribute *r, bool always)
{
	return 0;
}

void show_ospf_routes(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_route *r), void *arg)
{
}

void show_ospf_tree(struct stack *st, uint32_t area, bool (*fn)(void *arg, const struct show_ospf_vertex *v), void *arg)
{
}

void ospf_lsa_changed(struct ospf *o, const struct ospf_lsa *was, const struct ospf_lsa *is)
{
}

void ospf_spf_run(struct ospf *o)
{
}

bool ospf_router_reachable(struct ospf_area *a, uint32_t router_id, uint32_t *cost)
{
	return false;
}

void ospf_summaries_update(struct ospf *o)
{
}

void ospf_externals_update(struct ospf *o)
{
}

void ospf_routes_withdraw(struct ospf *o)
{
}

void ospf_recompute(struct ospf *o)
{
}

void ospf_spf_show(const struct ospf *o, struct show_ospf *out)
{
}

void ospf_spf_fini(struct ospf *o)
{
}

void ospf_spf_area_fini(struct ospf_area *a)
{
}

void ospf_ext_fini(struct ospf *o)
{
}

