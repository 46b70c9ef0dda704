// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ospf/fixture.h"

static struct show_ospf_if the_if(struct stack *st)
{
	struct show_ospf_if i;

	REQUIRE(onet_find_if(st, stack_dev(st, "eth0"), &i));
	return i;
}

TEST(elect, the_highest_ids_are_dr_and_backup)
{
	struct onet *on = onet_new();
	struct stack *r[4];

	for (int i = 0; i < 4; i++)
		r[i] = onet_router(on);
	onet_lan(on, r, 4);
	onet_run(on, SEC(39));
	for (int i = 0; i < 4; i++)
		CHECK_EQ(the_if(r[i]).state, OSPF_IF_WAITING);
	onet_run(on, SEC(12));
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(the_if(r[i]).dr_id, onet_id(r[3]));
		CHECK_EQ(the_if(r[i]).bdr_id, onet_id(r[2]));
	}
	CHECK_EQ(the_if(r[3]).state, OSPF_IF_DR);
	CHECK_EQ(the_if(r[2]).state, OSPF_IF_BACKUP);
	CHECK_EQ(the_if(r[1]).state, OSPF_IF_DROTHER);
	CHECK_EQ(onet_nbr(r[0], r[3]), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(r[0], r[2]), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(r[0], r[1]), OSPF_NBR_2WAY);
	CHECK_EQ(onet_nbr(r[2], r[3]), OSPF_NBR_FULL);
	onet_free(on);
}
