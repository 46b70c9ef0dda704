// SPDX-License-Identifier: GPL-3.0-or-later
/* Ageing (RFC 2328 14) and refreshes (12.4). */
#include "stack/ospf/ospf.h"

#include "tests/unit/ospf/say.h"

#define RX IP4(9, 9, 9, 9)

static int own_seq(const struct stack *st)
{
	uint32_t id = st->ospf->router_id;

	return db_seq(st, OSPF_LSA_ROUTER, id, id);
}

TEST(age, own_lsas_are_refreshed_each_half_hour)
{
	struct onet *on = onet_new();
	struct stack *r[3];
	uint64_t digest;

	for (unsigned i = 0; i < 3; i++)
		r[i] = onet_router(on);
	onet_link(on, r[0], r[1]);
	onet_link(on, r[1], r[2]);
	CHECK(onet_settle(on, SEC(3)));
	digest = db_digest(r[0]);
	for (unsigned t = 1; t <= 5; t++) {
		onet_run(on, SEC(OSPF_LS_REFRESH_TIME));
		for (unsigned i = 0; i < 3; i++) {
			CHECK_EQ(own_seq(r[i]), 1 + t);
			CHECK_EQ(db_count(r[i]), 3);
			CHECK_EQ(db_digest(r[i]), db_digest(r[0]));
		}
	}
	CHECK(db_digest(r[0]) != digest);         /* the sequence numbers are in it */
	onet_free(on);
}

TEST(age, without_refresh_an_lsa_dies_at_maxage)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1), j = say_router(RX + 1, 1);
	struct image own;

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	onet_run(y.on, SEC(1000));                /* dead by then: we said no hello */
	CHECK(db_router(y.st, RX) != NULL);
	say_full(&y, NULL, 0);
	say_lsu(&y, &j, 1);
	onet_run(y.on, SEC(2598));
	CHECK(db_router(y.st, RX) != NULL);
	CHECK_EQ(lsdb_age(y.o, db_router(y.st, RX)), 3598);
	onet_run(y.on, SEC(6));
	CHECK(!db_router(y.st, RX));
	CHECK(db_router(y.st, RX + 1) != NULL);
	onet_run(y.on, SEC(1000));
	CHECK(!db_router(y.st, RX + 1));
	CHECK(!say_hears(&y, OSPF_LSA_ROUTER, RX, &own));
	CHECK(db_router(y.st, y.o->router_id) != NULL);
	say_free(&y);
}

TEST(age, a_lab_at_the_end_of_time_has_no_later_age)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1);
	ns_t now = y.st->now;
	struct lsdb_entry e;

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	REQUIRE(db_router(y.st, RX) != NULL);
	y.st->now = NS_NEVER - SEC(1);
	y.o->scan_at = 0;
	e = *db_router(y.st, RX);
	e.born_ms = ospf_now_ms(y.o);
	ospf_age_arm(y.o, &e);
	CHECK_EQ(y.o->scan_at, NS_NEVER);
	y.st->now = now;
	say_free(&y);
}

TEST(age, maxage_stays_while_a_neighbour_exchanges)      /* 14 */
{
	struct say y = say_new();
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .seq = 100,
			      .flags = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };
	struct image i = say_router(RX, 1), dead = image_with_age(&i, OSPF_MAX_AGE);

	speaker_meet(y.s);
	speak_dd(y.s, &dd, NULL, 0);              /* Exchange, and it goes no further */
	say_lsu(&y, &dead, 1);
	CHECK(db_router(y.st, RX) != NULL);
	for (unsigned k = 0; k < 6; k++) {
		onet_run(y.on, SEC(5));
		speak_hello(y.s, 1, y.o->router_id);
	}
	CHECK(db_router(y.st, RX) != NULL);
	onet_run(y.on, SEC(100));                 /* the neighbour is dead */
	CHECK(!db_router(y.st, RX));
	say_free(&y);
}

TEST(age, ages_are_whole_seconds_up_to_maxage)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1), old = image_with_age(&i, 1790);
	struct lsdb_entry e;

	say_full(&y, NULL, 0);
	say_lsu(&y, &old, 1);
	e = *db_router(y.st, RX);
	CHECK_EQ(lsdb_age(y.o, &e), 1790);
	onet_run(y.on, MSEC(999));
	CHECK_EQ(lsdb_age(y.o, &e), 1790);
	onet_run(y.on, MSEC(1));
	CHECK_EQ(lsdb_age(y.o, &e), 1791);
	onet_run(y.on, SEC(100000));
	CHECK_EQ(lsdb_age(y.o, &e), OSPF_MAX_AGE);
	say_free(&y);
}
