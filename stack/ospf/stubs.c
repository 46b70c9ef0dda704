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

void ospf_externals_update(struct ospf *o)
{
}

void ospf_ext_fini(struct ospf *o)
{
}
