// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One router on a broadcast network with speakers (RFC 2328 9.4, 10.5, 13): it is
 * DR, Backup or neither, and what it floods and acknowledges goes by that.
 */
#include "stack/ospf/ospf.h"
#include "tests/unit/ospf/say.h"

#define N 3
#define US IP4(10, 0, 0, 1)
#define ADDR(k) (US + 1 + (k))            /* of speaker k; its ID: */
#define ID(k) IP4(200, 0, 0, 1 + (k))
#define RX IP4(9, 9, 9, 9)

struct lan {
	struct onet *on;
	struct stack *st;
	struct ospf *o;
	struct netdev *dev;
	struct say y[N];
};

static struct lan lan_new(uint8_t priority)
{
	struct lan l = { .on = onet_new() };

	l.on->if_conf.priority = priority;
	l.st = onet_router(l.on);
	l.o = l.st->ospf;
	l.dev = onet_if(l.on, l.st, "10.0.0.1/24", OSPF_NET_BROADCAST);
	for (unsigned k = 0; k < N; k++)
		l.y[k] = (struct say){ l.on, l.st, l.o, speaker_new(l.dev, ID(k), ADDR(k)) };
	return l;
}

static void lan_free(struct lan *l)
{
	for (unsigned k = 0; k < N; k++)
		speaker_free(l->y[k].s);
	onet_free(l->on);
}

/* What was sent so far is forgotten by all. */
static void lan_skip(struct lan *l)
{
	for (unsigned k = 0; k < N; k++)
		speaker_skip(l->y[k].s);
}

/* Speaker k says so, and that it hears us. */
static void says(struct lan *l, unsigned k, uint8_t priority, ip4_t dr, ip4_t bdr)
{
	struct speaker *s = l->y[k].s;

	s->hello.priority = priority;
	s->hello.dr = dr;
	s->hello.bdr = bdr;
	speak_hello(s, 1, l->o->router_id);
}

/* ... and is Full. */
static void joins(struct lan *l, unsigned k, uint8_t priority, ip4_t dr, ip4_t bdr)
{
	struct show_ospf_nbr n;

	l->y[k].s->hello.priority = priority;
	l->y[k].s->hello.dr = dr;
	l->y[k].s->hello.bdr = bdr;
	say_full(&l->y[k], NULL, 0);
	REQUIRE(onet_find_nbr(l->st, ID(k), &n));
	CHECK_EQ(n.state, OSPF_NBR_FULL);
}

static struct show_ospf_if the_if(const struct lan *l)
{
	struct show_ospf_if i;

	REQUIRE(onet_find_if(l->st, l->dev, &i));
	return i;
}

static struct show_ospf_nbr nbr(const struct lan *l, unsigned k)
{
	struct show_ospf_nbr n;

	REQUIRE(onet_find_nbr(l->st, ID(k), &n));
	return n;
}

/* --- the election (9.4, 10.5) ----------------------------------------------------------- */

TEST(lan, a_dr_without_a_backup_ends_the_waiting)
{
	struct lan l = lan_new(1);

	says(&l, 0, 1, ADDR(0), ADDR(1));         /* the Backup itself would have to say so */
	CHECK_EQ(the_if(&l).state, OSPF_IF_WAITING);
	says(&l, 0, 1, ADDR(0), 0);
	CHECK_EQ(the_if(&l).state, OSPF_IF_BACKUP);
	CHECK_EQ(the_if(&l).dr, ADDR(0));
	lan_free(&l);
}

TEST(lan, the_backup_ends_the_waiting)
{
	struct lan l = lan_new(1);

	says(&l, 0, 1, 0, ADDR(0));
	CHECK(the_if(&l).state != OSPF_IF_WAITING);
	lan_free(&l);
}

TEST(lan, a_neighbours_new_priority_is_another_election)
{
	struct lan l = lan_new(0);

	says(&l, 0, 0, 0, 0);
	CHECK_EQ(the_if(&l).dr, 0);
	says(&l, 0, 1, 0, 0);
	CHECK_EQ(the_if(&l).dr, ADDR(0));
	lan_free(&l);
}

TEST(lan, a_neighbour_that_declares_itself_backup_is_another_election)
{
	struct lan l = lan_new(1);

	onet_run(l.on, SEC(45));
	CHECK_EQ(the_if(&l).state, OSPF_IF_DR);
	says(&l, 0, 1, US, 0);
	CHECK_EQ(the_if(&l).bdr, ADDR(0));
	says(&l, 1, 1, US, 0);                    /* nobody says yet that it is Backup */
	CHECK_EQ(the_if(&l).bdr, ADDR(1));
	says(&l, 0, 1, US, ADDR(0));
	CHECK_EQ(the_if(&l).bdr, ADDR(0));
	lan_free(&l);
}

TEST(lan, our_own_new_priority_is_another_election)
{
	struct lan l = lan_new(1);

	onet_run(l.on, SEC(45));
	CHECK_EQ(the_if(&l).state, OSPF_IF_DR);
	l.on->if_conf.priority = 0;
	onet_if_on(l.on, l.dev, OSPF_NET_BROADCAST);
	CHECK_EQ(the_if(&l).state, OSPF_IF_DROTHER);
	CHECK_EQ(the_if(&l).dr, 0);
	lan_free(&l);
}

TEST(lan, a_neighbour_in_2way_that_hears_us_no_more_is_in_init)
{
	struct lan l = lan_new(0);

	says(&l, 0, 0, 0, 0);
	CHECK_EQ(nbr(&l, 0).state, OSPF_NBR_2WAY);
	speak_hello(l.y[0].s, 0);
	CHECK_EQ(nbr(&l, 0).state, OSPF_NBR_INIT);
	lan_free(&l);
}

/* 10.3, AdjOK?: with neither DR nor Backup there is nothing to go on with. */
TEST(lan, who_ceases_to_be_backup_loses_its_adjacencies)
{
	struct lan l = lan_new(0);

	joins(&l, 0, 1, ADDR(0), 0);
	joins(&l, 1, 1, ADDR(0), ADDR(1));
	says(&l, 2, 0, ADDR(0), ADDR(1));
	CHECK_EQ(nbr(&l, 2).state, OSPF_NBR_2WAY);
	says(&l, 1, 0, ADDR(0), 0);
	CHECK_EQ(nbr(&l, 1).state, OSPF_NBR_2WAY);
	says(&l, 1, 1, ADDR(0), ADDR(1));
	CHECK_EQ(nbr(&l, 1).state, OSPF_NBR_EXSTART);
	says(&l, 1, 0, ADDR(0), 0);               /* in ExStart, too */
	CHECK_EQ(nbr(&l, 1).state, OSPF_NBR_2WAY);
	lan_free(&l);
}

TEST(lan, the_network_is_a_transit_once_the_dr_is_adjacent)     /* 12.4.1.2 */
{
	struct lan l = lan_new(0);

	says(&l, 0, 1, ADDR(0), ADDR(1));
	joins(&l, 1, 1, ADDR(0), ADDR(1));
	onet_run(l.on, SEC(7));
	CHECK_EQ(nbr(&l, 0).state, OSPF_NBR_EXSTART);
	REQUIRE(db_router(l.st, l.o->router_id) != NULL);
	CHECK_EQ(db_router(l.st, l.o->router_id)->lsa->n_arcs, 0);
	joins(&l, 0, 1, ADDR(0), ADDR(1));
	onet_run(l.on, SEC(7));
	CHECK_EQ(db_router(l.st, l.o->router_id)->lsa->n_arcs, 1);
	lan_free(&l);
}

/* The Backup succeeds at once, and is still Full: nothing else tells of the change. */
TEST(lan, who_is_no_longer_dr_flushes_the_network_lsa)
{
	struct lan l = lan_new(1);
	const struct lsdb_entry *e;

	onet_run(l.on, SEC(45));
	joins(&l, 0, 1, US, ADDR(0));
	onet_run(l.on, SEC(7));
	e = lsdb_find3(l.o, 0, OSPF_LSA_NETWORK, US, l.o->router_id);
	REQUIRE(e != NULL);
	l.on->if_conf.priority = 0;
	onet_if_on(l.on, l.dev, OSPF_NET_BROADCAST);
	CHECK_EQ(the_if(&l).dr, ADDR(0));
	CHECK_EQ(nbr(&l, 0).state, OSPF_NBR_FULL);
	CHECK(e->flags & LSDB_MAXAGE);
	lan_free(&l);
}

/* --- flooding (13.3) and acknowledgments (Table 19) ----------------------------------------- */

TEST(lan, the_dr_floods_back_instead_of_acknowledging)
{
	struct lan l = lan_new(1);
	struct image i = say_router(RX, 1), got;

	onet_run(l.on, SEC(45));
	joins(&l, 0, 0, US, 0);
	joins(&l, 1, 0, US, 0);
	lan_skip(&l);
	say_lsu(&l.y[0], &i, 1);
	onet_run(l.on, SEC(1));
	CHECK_EQ(say_acked(&l.y[0], OSPF_LSA_ROUTER, RX), 0);
	REQUIRE(say_hears(&l.y[1], OSPF_LSA_ROUTER, RX, &got));
	CHECK_EQ(l.y[1].s->dst, OSPF_ALL_SPF_ROUTERS);
	lan_free(&l);
}

TEST(lan, a_flood_that_one_has_already_goes_to_the_others)
{
	struct lan l = lan_new(1);
	struct image i = say_router(RX, 1), got;

	onet_run(l.on, SEC(45));
	for (unsigned k = 0; k < N; k++)
		joins(&l, k, 0, US, 0);
	lan_skip(&l);
	say_lsu(&l.y[0], &i, 1);
	say_lsu(&l.y[1], &i, 1);                  /* before it left for 1 and 2 */
	onet_run(l.on, SEC(1));
	CHECK(say_hears(&l.y[2], OSPF_LSA_ROUTER, RX, &got));
	lan_free(&l);
}

TEST(lan, the_backup_acknowledges_what_the_dr_sends)
{
	struct lan l = lan_new(1);
	struct image i = say_router(RX, 1), got;

	joins(&l, 0, 1, ADDR(0), 0);
	CHECK_EQ(the_if(&l).state, OSPF_IF_BACKUP);
	joins(&l, 1, 0, ADDR(0), US);
	lan_skip(&l);
	say_lsu(&l.y[1], &i, 1);                  /* the DR will flood it */
	onet_run(l.on, SEC(1));
	CHECK_EQ(say_acked(&l.y[0], OSPF_LSA_ROUTER, RX), 0);
	CHECK(!say_hears(&l.y[1], OSPF_LSA_ROUTER, RX, &got));
	CHECK(nbr(&l, 0).rxmt_len > 0);
	say_lsu(&l.y[0], &i, 1);
	onet_run(l.on, SEC(1));
	CHECK_EQ(say_acked(&l.y[0], OSPF_LSA_ROUTER, RX), 1);
	lan_free(&l);
}

TEST(lan, neither_dr_nor_backup_floods_back)
{
	struct lan l = lan_new(0);
	struct image i[2] = { say_router(RX, 1), say_router(RX + 1, 1) }, got;

	joins(&l, 0, 1, ADDR(0), 0);
	joins(&l, 1, 1, ADDR(0), ADDR(1));
	lan_skip(&l);
	for (unsigned k = 0; k < 2; k++)
		say_lsu(&l.y[k], &i[k], 1);
	onet_run(l.on, SEC(1));
	CHECK(!say_hears(&l.y[0], OSPF_LSA_ROUTER, RX, &got));
	CHECK(!say_hears(&l.y[1], OSPF_LSA_ROUTER, RX + 1, &got));
	lan_free(&l);
}

TEST(lan, what_was_requested_goes_to_who_requested_it)  /* 10.7 */
{
	struct ospf_lsr_item it = { .type = OSPF_LSA_ROUTER };
	struct lan l = lan_new(0);
	uint8_t body[OSPF_LSR_ITEM_LEN];
	struct wr w = wr_init(body, sizeof(body));
	struct image got;

	joins(&l, 0, 1, ADDR(0), 0);
	onet_run(l.on, SEC(1));
	lan_skip(&l);
	it.id = it.adv = l.o->router_id;
	ospf_lsr_item_emit(&it, &w);
	speak(l.y[0].s, OSPF_LSR, body, sizeof(body), 0);
	REQUIRE(say_hears(&l.y[0], OSPF_LSA_ROUTER, l.o->router_id, &got));
	CHECK_EQ(l.y[0].s->dst, ADDR(0));
	lan_free(&l);
}

TEST(lan, retransmissions_go_to_the_neighbour_alone)    /* 13.6 */
{
	struct lan l = lan_new(0);
	struct image i = say_router(RX, 1), got;

	joins(&l, 0, 1, ADDR(0), 0);
	joins(&l, 1, 1, ADDR(0), ADDR(1));
	lan_skip(&l);
	say_lsu(&l.y[0], &i, 1);
	say_ack(&l.y[0], &i, 1);
	onet_run(l.on, SEC(6));
	REQUIRE(say_hears(&l.y[1], OSPF_LSA_ROUTER, RX, &got));
	CHECK_EQ(l.y[1].s->dst, ADDR(1));
	lan_free(&l);
}
