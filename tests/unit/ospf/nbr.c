// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/fixture.h"

/* With nothing to describe, an adjacency takes a few round trips. */
TEST(nbr, an_adjacency_is_full_in_milliseconds)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);

	onet_link(on, r1, r2);
	onet_run(on, MSEC(10));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
	onet_free(on);
}

TEST(nbr, a_silent_neighbour_is_dead_after_the_dead_interval)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct show_ospf_nbr n;

	onet_link(on, r1, r2);
	onet_run(on, SEC(15));
	REQUIRE(onet_find_nbr(r1, onet_id(r2), &n));
	CHECK_EQ(n.dead_at / MSEC(1), SEC(50) / MSEC(1));         /* heard at 10 s */
	stack_ospf_stop(r2);
	onet_run(on, SEC(34));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_run(on, SEC(2));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	CHECK_EQ(onet_changes(on, r1, OSPF_NBR_DOWN), 1);
	onet_free(on);
}

TEST(nbr, a_restart_within_the_dead_interval_is_seen_at_once)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);

	onet_run(on, SEC(15));
	stack_ospf_stop(r2);
	onet_run(on, SEC(3));
	onet_start(on, r2);
	onet_if_on(on, l.b, OSPF_NET_P2P);
	onet_run(on, MSEC(10));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
	CHECK_EQ(onet_changes(on, r1, OSPF_NBR_INIT), 2);
	onet_free(on);
}
