// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 2328 9.4. */
#include "tests/unit/ospf/fixture.h"

#define N 4

struct lan { struct onet *on; struct stack *r[N]; };

/* Routers r1, r2, ... with these priorities on one network. */
static struct lan lan_new(const uint8_t priorities[N])
{
	struct lan l = { .on = onet_new() };
	struct netdev *devs[N];
	char addr[PREFIX_STRLEN];

	for (unsigned i = 0; i < N; i++) {
		l.r[i] = onet_router(l.on);
		l.on->if_conf.priority = priorities[i];
		snprintf(addr, sizeof(addr), "10.0.0.%u/24", i + 1);
		devs[i] = onet_if(l.on, l.r[i], addr, OSPF_NET_BROADCAST);
	}
	net_hub(devs, N);
	return l;
}

static struct show_ospf_if the_if(struct stack *st)
{
	struct show_ospf_if i;

	REQUIRE(onet_find_if(st, stack_dev(st, "eth0"), &i));
	return i;
}

/* All that run agree on these two; 0: nobody. */
static void elected(const struct lan *l, unsigned dr, unsigned bdr)
{
	for (unsigned i = 0; i < N; i++) {
		struct show_ospf_if s;

		if (!l->r[i]->ospf)
			continue;
		s = the_if(l->r[i]);
		CHECK_EQ(s.dr_id, dr * 0x01010101u);
		CHECK_EQ(s.bdr_id, bdr * 0x01010101u);
		CHECK_EQ(s.dr, dr ? IP4(10, 0, 0, dr) : 0);
		CHECK_EQ(s.bdr, bdr ? IP4(10, 0, 0, bdr) : 0);
		CHECK_EQ(s.state, i + 1 == dr ? OSPF_IF_DR :
				  i + 1 == bdr ? OSPF_IF_BACKUP : OSPF_IF_DROTHER);
	}
}

static void restart(struct lan *l, unsigned i)
{
	onet_start(l->on, l->r[i]);
	onet_if_on(l->on, stack_dev(l->r[i], "eth0"), OSPF_NET_BROADCAST);
}

TEST(elect, the_highest_ids_are_dr_and_backup)
{
	struct lan l = lan_new((const uint8_t[]){ 1, 1, 1, 1 });

	onet_run(l.on, SEC(39));
	for (int i = 0; i < N; i++)
		CHECK_EQ(the_if(l.r[i]).state, OSPF_IF_WAITING);
	onet_run(l.on, SEC(12));
	elected(&l, 4, 3);
	onet_free(l.on);
}

TEST(elect, priority_comes_before_the_id)
{
	struct lan l = lan_new((const uint8_t[]){ 9, 1, 2, 1 });

	onet_run(l.on, SEC(60));
	elected(&l, 1, 3);
	onet_free(l.on);
}

TEST(elect, who_has_priority_0_is_never_elected)
{
	struct lan l = lan_new((const uint8_t[]){ 0, 0, 1, 0 });

	onet_run(l.on, SEC(60));
	elected(&l, 3, 0);
	CHECK_EQ(onet_nbr(l.r[0], l.r[2]), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(l.r[0], l.r[1]), OSPF_NBR_2WAY);
	onet_free(l.on);
}

TEST(elect, without_anybody_to_elect_there_is_nobody)
{
	struct lan l = lan_new((const uint8_t[]){ 0, 0, 0, 0 });

	onet_run(l.on, SEC(60));
	elected(&l, 0, 0);
	CHECK_EQ(onet_nbr(l.r[0], l.r[1]), OSPF_NBR_2WAY);
	CHECK_EQ(onet_problems(l.on, l.r[0], NULL), 1);    /* no more than that */
	onet_free(l.on);
}

TEST(elect, only_dr_and_backup_have_adjacencies_with_all)
{
	struct lan l = lan_new((const uint8_t[]){ 1, 1, 1, 1 });

	onet_run(l.on, SEC(60));
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++)
			if (i != k)
				CHECK_EQ(onet_nbr(l.r[i], l.r[k]),
					 i >= 2 || k >= 2 ? OSPF_NBR_FULL : OSPF_NBR_2WAY);
	onet_free(l.on);
}

TEST(elect, the_backup_succeeds_a_dr_that_dies)
{
	struct lan l = lan_new((const uint8_t[]){ 1, 1, 1, 1 });

	onet_run(l.on, SEC(60));
	stack_ospf_stop(l.r[3]);
	onet_run(l.on, SEC(41));
	elected(&l, 3, 2);
	CHECK_EQ(onet_nbr(l.r[0], l.r[1]), OSPF_NBR_FULL);
	onet_free(l.on);
}

/* And what came back finds at once who is DR, by BackupSeen. */
TEST(elect, a_better_router_does_not_preempt)
{
	struct lan l = lan_new((const uint8_t[]){ 1, 1, 1, 1 });

	onet_run(l.on, SEC(60));
	stack_ospf_stop(l.r[3]);
	onet_run(l.on, SEC(60));
	restart(&l, 3);
	onet_run(l.on, MSEC(100));
	elected(&l, 3, 2);
	onet_run(l.on, SEC(60));
	elected(&l, 3, 2);
	CHECK_EQ(onet_nbr(l.r[3], l.r[2]), OSPF_NBR_FULL);
	onet_free(l.on);
}

TEST(elect, a_dr_that_restarts_at_once_is_no_longer_dr)
{
	struct lan l = lan_new((const uint8_t[]){ 1, 1, 1, 1 });

	onet_run(l.on, SEC(60));
	stack_ospf_stop(l.r[3]);
	restart(&l, 3);
	onet_run(l.on, SEC(50));
	CHECK_EQ(onet_nbr(l.r[0], l.r[3]) >= OSPF_NBR_2WAY, true);
	CHECK_EQ(the_if(l.r[0]).dr_id, the_if(l.r[3]).dr_id);
	CHECK_EQ(the_if(l.r[0]).bdr_id, the_if(l.r[3]).bdr_id);
	CHECK_EQ(the_if(l.r[0]).dr_id, onet_id(l.r[2]));
	onet_free(l.on);
}

TEST(elect, priority_0_at_run_time_gives_the_office_up)
{
	struct lan l = lan_new((const uint8_t[]){ 1, 1, 1, 1 });

	onet_run(l.on, SEC(60));
	l.on->if_conf.priority = 0;
	onet_if_on(l.on, stack_dev(l.r[3], "eth0"), OSPF_NET_BROADCAST);
	onet_run(l.on, SEC(20));
	elected(&l, 3, 2);
	onet_free(l.on);
}

static bool to_nowhere(void *arg, const struct pkt *p)
{
	(void)arg, (void)p;
	return false;
}

/* Two that elected each other's peers apart: the better DR stays. */
TEST(elect, two_halves_that_meet_agree)
{
	struct lan l = lan_new((const uint8_t[]){ 1, 1, 1, 1 });

	for (int i = 0; i < N; i++)
		net_tap(stack_dev(l.r[i], "eth0"), to_nowhere, NULL);
	onet_run(l.on, SEC(60));
	for (int i = 0; i < N; i++) {
		CHECK_EQ(the_if(l.r[i]).state, OSPF_IF_DR);
		net_tap(stack_dev(l.r[i], "eth0"), NULL, NULL);
	}
	onet_run(l.on, SEC(60));
	elected(&l, 4, the_if(l.r[0]).bdr_id & 0xff);
	onet_free(l.on);
}

#define HOPELESS "no router of the network may be its designated router: all have priority 0"

TEST(elect, who_finds_that_all_have_priority_0_tells_the_user)
{
	struct lan l = lan_new((uint8_t[N]){ 0, 0, 0, 0 });

	onet_run(l.on, MSEC(900));
	CHECK(!show_ospf_settled(l.r[0], NULL));  /* who comes up at the same time may be DR */
	CHECK_EQ(onet_problems(l.on, l.r[0], NULL), 0);
	onet_run(l.on, MSEC(100));
	CHECK(show_ospf_settled(l.r[0], NULL));
	for (unsigned i = 0; i < N; i++)
		CHECK_EQ(onet_problems(l.on, l.r[i], HOPELESS), 1);
	onet_free(l.on);
}

TEST(elect, not_where_one_may_be_dr_until_that_is_gone)
{
	struct lan l = lan_new((uint8_t[N]){ 0, 0, 0, 1 });

	onet_run(l.on, SEC(100));
	CHECK_EQ(onet_nbr(l.r[0], l.r[3]), OSPF_NBR_FULL);
	CHECK_EQ(onet_problems(l.on, l.r[0], NULL), 0);
	stack_ospf_stop(l.r[3]);
	onet_run(l.on, SEC(60));
	CHECK_EQ(onet_problems(l.on, l.r[0], HOPELESS), 1);
	onet_free(l.on);
}
