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

void ospf_externals_update(struct ospf *o)
{
}

void ospf_ext_fini(struct ospf *o)
{
}
