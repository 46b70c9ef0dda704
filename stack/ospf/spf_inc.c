// SPDX-License-Identifier: MIT
#include "stack/ospf/spf.h"

bool spf_incremental(struct ospf_area *a, struct spf_scratch *s)
{
	(void)a;
	(void)s;
	return false;
}
