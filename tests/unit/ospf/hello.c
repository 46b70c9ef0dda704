// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/fixture.h"

TEST(hello, two_routers_hear_each_other_at_once)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);

	onet_link(on, r1, r2);
	onet_run(on, MSEC(10));
	CHECK(onet_nbr(r1, r2) >= OSPF_NBR_2WAY);
	CHECK(onet_nbr(r2, r1) >= OSPF_NBR_2WAY);
	onet_free(on);
}
