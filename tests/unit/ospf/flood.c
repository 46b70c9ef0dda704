// SPDX-License-Identifier: GPL-3.0-or-later
/* Flooding (RFC 2328 13): what becomes of LSAs that come in, and who gets what. */
#include "stack/ospf/ospf.h"

#include <stdlib.h>

#include "stack/util/be.h"
#include "stack/util/rng.h"
#include "tests/unit/ospf/say.h"

#define RX IP4(9, 9, 9, 9)

TEST(flood, two_routers_have_both_router_lsas)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on), *b = onet_router(on);

	onet_link(on, a, b);
	CHECK(onet_settle(on, SEC(3)));
	CHECK_EQ(db_count(a), 2);
	CHECK_EQ(db_digest(a), db_digest(b));
	REQUIRE(db_router(a, onet_id(b)) != NULL);
	CHECK_EQ(db_router(a, onet_id(b))->lsa->n_arcs, 1);
	CHECK_EQ(db_seq(a, OSPF_LSA_ROUTER, onet_id(b), onet_id(b)), 1);  /* said once */
	onet_free(on);
}

TEST(flood, a_ring_floods_each_lsa_about_once_over_each_link)
{
	enum { N = 12 };
	struct onet *on = onet_new();
	struct stack *r[N];
	uint64_t lsus = 0;

	for (unsigned i = 0; i < N; i++)
		r[i] = onet_router(on);
	for (unsigned i = 0; i < N; i++)
		onet_link(on, r[i], r[(i + 1) % N]);
	CHECK(onet_settle(on, SEC(5)));
	for (unsigned i = 0; i < N; i++) {
		CHECK_EQ(db_count(r[i]), N);
		CHECK_EQ(db_digest(r[i]), db_digest(r[0]));
		lsus += r[i]->ospf->tx[OSPF_LSU];
	}
	CHECK(lsus <= N * N + N);
	onet_free(on);
}

TEST(flood, a_new_lsa_is_installed_and_acknowledged_shortly_after)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1);

	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(2));
	speaker_skip(y.s);
	say_lsu(&y, &i, 1);
	REQUIRE(db_router(y.st, RX) != NULL);
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 0);          /* 13.5: delayed ... */
	onet_run(y.on, MSEC(25));
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 1);          /* ... but shortly */
	say_free(&y);
}

TEST(flood, a_duplicate_is_acknowledged_at_once)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1);

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	onet_run(y.on, SEC(2));
	speaker_skip(y.s);
	say_lsu(&y, &i, 1);
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 1);
	say_free(&y);
}

TEST(flood, duplicates_of_one_update_are_acknowledged_in_one_packet)
{
	struct say y = say_new();
	struct image i[20];
	uint64_t acks;

	for (unsigned k = 0; k < N_ELEM(i); k++)
		i[k] = say_router(RX + k, 1);
	say_full(&y, NULL, 0);
	say_lsu(&y, i, N_ELEM(i));
	onet_run(y.on, SEC(2));
	acks = y.o->tx[OSPF_LSACK];
	say_lsu(&y, i, N_ELEM(i));
	CHECK_EQ(y.o->tx[OSPF_LSACK], acks + 1);
	say_free(&y);
}

TEST(flood, a_newer_instance_replaces_the_old)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1), j = say_router(RX, 2);

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	onet_run(y.on, SEC(2));
	say_lsu(&y, &j, 1);
	CHECK_EQ(db_seq(y.st, OSPF_LSA_ROUTER, RX, RX), 2);
	CHECK_EQ(db_count(y.st), 2);
	say_free(&y);
}

TEST(flood, min_ls_arrival_discards_what_comes_too_fast)         /* 13 (5)(a) */
{
	struct say y = say_new();
	struct image i = say_router(RX, 1), j = say_router(RX, 2);

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	onet_run(y.on, MSEC(700));
	say_lsu(&y, &j, 1);
	CHECK_EQ(db_seq(y.st, OSPF_LSA_ROUTER, RX, RX), 1);
	onet_run(y.on, SEC(3));
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 1);          /* of the first alone */
	say_lsu(&y, &j, 1);
	CHECK_EQ(db_seq(y.st, OSPF_LSA_ROUTER, RX, RX), 2);
	say_free(&y);
}

/* To the millisecond, whatever the instant was. */
TEST(flood, min_ls_arrival_is_a_second)
{
	struct say y = say_new();
	struct image i[] = { say_router(RX, 1), say_router(RX, 2) };

	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(2) + MSEC(99) - net_now(y.on->net) % MSEC(100));
	say_lsu(&y, &i[0], 1);
	onet_run(y.on, MSEC(999));
	say_lsu(&y, &i[1], 1);
	CHECK_EQ(db_seq(y.st, OSPF_LSA_ROUTER, RX, RX), 1);
	onet_run(y.on, MSEC(1));
	say_lsu(&y, &i[1], 1);
	CHECK_EQ(db_seq(y.st, OSPF_LSA_ROUTER, RX, RX), 2);
	say_free(&y);
}

/* One who is told of an LSA while its flush is on its way gets both at once, and
 * FRR does not say the second again. */
TEST(flood, min_ls_arrival_does_not_keep_the_flush_of_what_came)
{
	struct say y = say_new();
	struct image i = say_router(RX, 2), late = say_router(RX, 3), gone;

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	onet_run(y.on, MSEC(300));
	gone = image_with_age(&late, OSPF_MAX_AGE);
	say_lsu(&y, &gone, 1);                    /* another instance */
	CHECK(db_router(y.st, RX) && !(db_router(y.st, RX)->flags & LSDB_MAXAGE));
	gone = image_with_age(&i, OSPF_MAX_AGE);
	say_lsu(&y, &gone, 1);
	CHECK(db_router(y.st, RX) && db_router(y.st, RX)->flags & LSDB_MAXAGE);
	onet_run(y.on, SEC(4));
	CHECK(db_router(y.st, RX) == NULL);
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 2);
	say_free(&y);
}

TEST(flood, an_older_instance_is_answered_with_the_newer)        /* 13 (8) */
{
	struct say y = say_new();
	struct image i = say_router(RX, 1), j = say_router(RX, 5), got;

	say_full(&y, NULL, 0);
	say_lsu(&y, &j, 1);
	onet_run(y.on, SEC(2));
	speaker_skip(y.s);
	say_lsu(&y, &i, 1);
	CHECK_EQ(db_seq(y.st, OSPF_LSA_ROUTER, RX, RX), 5);
	REQUIRE(say_hears(&y, OSPF_LSA_ROUTER, RX, &got));
	CHECK_MEM(got.b + 2, j.b + 2, j.n - 2);
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 0);
	CHECK(!y.o->by_ifindex[y.s->dev->ifindex]->flood.n);      /* to the sender alone */
	say_free(&y);
}

TEST(flood, what_is_older_is_answered_once_within_min_ls_arrival)        /* 13 (8) */
{
	struct say y = say_new();
	struct image old[2] = { say_router(RX, 1), say_router(RX + 1, 1) };
	struct image new[2] = { say_router(RX, 5), say_router(RX + 1, 5) }, got;
	uint64_t before;

	say_full(&y, NULL, 0);
	say_lsu(&y, new, 2);
	onet_run(y.on, SEC(2));
	before = y.o->tx[OSPF_LSU];
	speaker_skip(y.s);
	for (int i = 0; i < 3; i++) {
		say_lsu(&y, old, 2);
		onet_run(y.on, MSEC(100));
	}
	CHECK_EQ(y.o->tx[OSPF_LSU], before + 1);  /* both in one packet */
	CHECK(say_hears(&y, OSPF_LSA_ROUTER, RX + 1, &got));
	onet_run(y.on, SEC(1));
	say_lsu(&y, old, 2);
	CHECK_EQ(y.o->tx[OSPF_LSU], before + 2);
	say_free(&y);
}

TEST(flood, what_has_just_come_is_not_sent_back)        /* 13 (8) */
{
	struct say y = say_new();
	struct image old = say_router(RX, 1), new = say_router(RX, 5);
	uint64_t before;

	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(8));
	before = y.o->tx[OSPF_LSU];
	say_lsu(&y, &new, 1);
	say_lsu(&y, &old, 1);
	onet_run(y.on, SEC(2));
	CHECK_EQ(y.o->tx[OSPF_LSU], before);
	say_free(&y);
}

TEST(flood, the_last_number_at_maxage_is_not_defended)   /* 13 (8) */
{
	struct say y = say_new();
	struct image old = say_router(RX, 1), last = old, gone;
	uint64_t before;

	put_be32(last.b + 12, INT32_MAX);
	ospf_lsa_finish(last.b, last.n);
	gone = image_with_age(&last, OSPF_MAX_AGE);
	say_full(&y, NULL, 0);
	say_lsu(&y, &last, 1);
	onet_run(y.on, SEC(8));
	say_lsu(&y, &gone, 1);
	onet_run(y.on, MSEC(1500));
	REQUIRE(db_router(y.st, RX) != NULL);
	before = y.o->tx[OSPF_LSU];
	say_lsu(&y, &old, 1);
	CHECK_EQ(y.o->tx[OSPF_LSU], before);
	say_free(&y);
}

TEST(flood, an_age_above_maxage_is_refused_of_a_known_lsa_too)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1), j = image_with_age(&i, OSPF_MAX_AGE + 1);

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	onet_run(y.on, SEC(2));
	speaker_skip(y.s);
	say_lsu(&y, &j, 1);
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 0);
	CHECK_EQ(onet_problems(y.on, y.st, "age above MaxAge"), 1);
	say_free(&y);
}

static struct ospf_lsa_hdr first_hdr(struct speaker *s, size_t at)
{
	struct rd r = rd_init(s->body + at, s->n - at);
	struct ospf_lsa_hdr h;

	REQUIRE(ospf_lsa_hdr_parse(&h, &r));
	return h;
}

TEST(flood, acknowledgments_and_descriptions_have_the_age)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1);
	const struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .seq = 100,
				    .flags = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };

	i = image_with_age(&i, 500);
	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(2));
	speaker_skip(y.s);
	say_lsu(&y, &i, 1);
	onet_run(y.on, SEC(2));
	REQUIRE(speaker_hears(y.s, OSPF_LSACK));
	CHECK_EQ(first_hdr(y.s, 0).age, 500);
	onet_run(y.on, SEC(8));
	speaker_meet(y.s);
	speaker_skip(y.s);
	speak_dd(y.s, &dd, NULL, 0);
	REQUIRE(speaker_hears(y.s, OSPF_DD));
	CHECK_EQ(y.s->body[3], 0);                /* no M: this is all */
	CHECK_EQ(first_hdr(y.s, OSPF_DD_LEN + OSPF_LSA_HLEN).age, 510);   /* behind our own */
	say_free(&y);
}

/* Another neighbour, which is Loading: it has described i, and will not send it. */
static struct say loading(const struct say *y, const struct image *i)
{
	struct netdev *dev = onet_if(y->on, y->st, "10.0.1.0/31", OSPF_NET_P2P);
	struct say z = { y->on, y->st, y->o, NULL };

	z.s = speaker_new(dev, SAY_ID + 1, IP4(10, 0, 1, 1));
	say_full(&z, i, 1);
	return z;
}

static void lists_are(const struct say *z, uint32_t requests, uint32_t retransmissions)
{
	struct show_ospf_nbr n;

	REQUIRE(onet_find_nbr(z->st, z->s->id, &n));
	CHECK_EQ(n.request_len, requests);
	CHECK_EQ(n.rxmt_len, retransmissions);
}

TEST(flood, who_has_it_or_a_newer_one_is_not_sent_it)   /* 13.3 (1) (b) */
{
	for (int seq = 4; seq <= 6; seq++) {
		struct say y = say_new(), z;
		struct image five = say_router(RX, 5), i = say_router(RX, seq);

		say_full(&y, NULL, 0);
		z = loading(&y, &five);
		lists_are(&z, 1, 0);
		say_lsu(&y, &i, 1);
		lists_are(&z, seq < 5, seq > 5);
		speaker_free(z.s);
		say_free(&y);
	}
}

TEST(flood, updates_are_filled_up_to_the_mtu)
{
	struct image none = say_router(RX, 1), i[60];
	struct say y = say_new(), z;
	uint64_t before;

	for (unsigned k = 0; k < N_ELEM(i); k++)
		i[k] = say_router(RX + 1 + k, 1);
	say_full(&y, NULL, 0);
	z = loading(&y, &none);
	say_lsu(&z, &none, 1);
	onet_run(y.on, SEC(8));
	say_ack(&y, &none, 1);
	before = y.o->tx[OSPF_LSU];
	speaker_skip(z.s);
	say_lsu(&y, i, 30);
	say_lsu(&y, i + 30, 30);
	onet_run(y.on, MSEC(10));
	CHECK_EQ(y.o->tx[OSPF_LSU], before + 2);
	REQUIRE(speaker_hears(z.s, OSPF_LSU));
	CHECK_EQ(z.s->n, OSPF_LSU_LEN + (1500 - IP4_HLEN - OSPF_HLEN - OSPF_LSU_LEN) /
		 i[0].n * i[0].n);
	speaker_free(z.s);
	say_free(&y);
}

TEST(flood, maxage_of_an_unknown_lsa_is_kept_while_a_neighbour_is_loading)       /* 13 (4) */
{
	struct image five = say_router(RX, 5), gone = say_router(RX + 1, 1);
	struct say y = say_new(), z;

	gone = image_with_age(&gone, OSPF_MAX_AGE);
	say_full(&y, NULL, 0);
	z = loading(&y, &five);
	say_lsu(&y, &gone, 1);
	CHECK(db_router(y.st, RX + 1) != NULL);
	speaker_free(z.s);
	say_free(&y);
}

/* 13 (5) (c): the neighbour has a newer one by now. */
TEST(flood, what_a_neighbour_has_newer_is_no_more_sent_it)
{
	const struct ospf_external x = { .metric = 1 };
	struct image i[2] = { say_router(RX, 1),
			      image_external(OSPF_LSA_EXTERNAL, IP4(10, 7, 0, 0), 16, RX, 1, &x) };
	struct image none = say_router(RX + 1, 1);
	struct say y = say_new(), z;

	say_full(&y, NULL, 0);
	z = loading(&y, &none);
	say_lsu(&z, &none, 1);
	onet_run(y.on, SEC(8));
	say_ack(&y, &none, 1);
	say_lsu(&y, i, 2);
	onet_run(y.on, SEC(2));
	for (int k = 0; k < 2; k++) {
		struct show_ospf_nbr n;
		uint32_t before;

		REQUIRE(onet_find_nbr(z.st, z.s->id, &n));
		before = n.rxmt_len;
		i[k] = image_with_seq(&i[k], 2);
		say_lsu(&z, &i[k], 1);
		lists_are(&z, 0, before - 1);
	}
	speaker_free(z.s);
	say_free(&y);
}

TEST(flood, an_older_one_than_was_described_restarts_the_exchange)       /* 13 (6) */
{
	struct say y = say_new();
	struct image five = say_router(RX, 5), i = say_router(RX, 3);
	struct show_ospf_nbr n;

	say_full(&y, &five, 1);
	say_lsu(&y, &i, 1);                       /* newer than nothing */
	REQUIRE(onet_find_nbr(y.st, SAY_ID, &n));
	CHECK_EQ(n.state, OSPF_NBR_LOADING);
	say_lsu(&y, &i, 1);
	REQUIRE(onet_find_nbr(y.st, SAY_ID, &n));
	CHECK_EQ(n.state, OSPF_NBR_EXSTART);
	say_free(&y);
}

TEST(flood, maxage_of_an_unknown_lsa_is_acknowledged_and_forgotten)      /* 13 (4) */
{
	struct say y = say_new();
	struct image i = say_router(RX, 3), dead = image_with_age(&i, OSPF_MAX_AGE);

	say_full(&y, NULL, 0);
	speaker_skip(y.s);
	say_lsu(&y, &dead, 1);
	CHECK(!db_router(y.st, RX));
	CHECK_EQ(say_acked(&y, OSPF_LSA_ROUTER, RX), 1);
	say_free(&y);
}

TEST(flood, maxage_takes_an_lsa_out_of_the_database)
{
	struct say y = say_new();
	struct image i = say_router(RX, 3), dead = image_with_age(&i, OSPF_MAX_AGE);
	uint64_t before;

	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(1));
	before = db_digest(y.st);
	say_lsu(&y, &i, 1);
	CHECK(db_digest(y.st) != before);
	onet_run(y.on, SEC(2));
	say_lsu(&y, &dead, 1);
	CHECK_EQ(db_digest(y.st), before);        /* what dies does not count */
	CHECK(db_router(y.st, RX) != NULL);
	onet_run(y.on, SEC(4));
	CHECK(!db_router(y.st, RX));
	say_free(&y);
}

TEST(flood, who_is_still_being_asked_for_it_hears_that_it_is_flushed)     /* 13.3 (1)(b) */
{
	struct say y = say_new(), other = y;
	struct image i = say_router(RX, 3), dead = image_with_age(&i, OSPF_MAX_AGE), heard;
	struct netdev *dev = onet_if(y.on, y.st, "10.0.1.0/31", OSPF_NET_P2P);

	net_peer(dev, "10.0.1.1");
	other.s = speaker_new(dev, IP4(201, 0, 0, 1), IP4(10, 0, 1, 1));
	say_full(&other, NULL, 0);
	say_full(&y, &i, 1);                      /* Loading: it has not sent it yet */
	say_lsu(&other, &dead, 1);
	onet_run(y.on, MSEC(10));
	REQUIRE(say_hears(&y, OSPF_LSA_ROUTER, RX, &heard));
	CHECK_EQ(image_hdr(&heard).age, OSPF_MAX_AGE);
	speaker_free(other.s);
	say_free(&y);
}

TEST(flood, an_lsa_is_as_old_as_it_says)
{
	struct say y = say_new();
	struct image i = say_router(RX, 3), old = image_with_age(&i, 3590), got;

	say_full(&y, NULL, 0);
	say_lsu(&y, &old, 1);
	onet_run(y.on, SEC(5));
	REQUIRE(db_router(y.st, RX) != NULL);
	CHECK_EQ(lsdb_age(y.o, db_router(y.st, RX)), 3595);
	onet_run(y.on, SEC(6));
	REQUIRE(db_router(y.st, RX) != NULL);
	CHECK(db_router(y.st, RX)->flags & LSDB_MAXAGE);
	onet_run(y.on, SEC(20));
	CHECK(db_router(y.st, RX) != NULL);       /* until we acknowledge its end */
	REQUIRE(say_hears(&y, OSPF_LSA_ROUTER, RX, &got));
	CHECK_EQ(ospf_lsa_get_age(got.b), OSPF_MAX_AGE);
	say_ack(&y, &got, 1);
	onet_run(y.on, SEC(2));
	CHECK(!db_router(y.st, RX));
	say_free(&y);
}

TEST(flood, what_may_not_be_believed_is_left_out_and_told_of)
{
	struct say y = say_new();
	struct image i[3] = { say_router(RX, 1), say_router(RX + 1, 1), say_router(RX + 2, 1) };

	say_full(&y, NULL, 0);
	i[1].b[30] ^= 4;
	say_lsu(&y, i, 3);
	CHECK(db_router(y.st, RX) && !db_router(y.st, RX + 1) && db_router(y.st, RX + 2));
	CHECK_EQ(onet_problems(y.on, y.st, "Router-LSA 9.9.9.10 of 9.9.9.10: bad checksum"), 1);
	i[1] = image_with_age(&i[0], 3601);
	say_lsu(&y, &i[1], 1);
	say_free(&y);
}

TEST(flood, an_update_that_ends_inside_an_lsa_is_taken_up_to_there)
{
	struct say y = say_new();
	struct image i[2] = { say_router(RX, 1), say_router(RX + 1, 1) };

	say_full(&y, NULL, 0);
	i[1].n -= 4;
	say_lsu(&y, i, 2);
	CHECK(db_router(y.st, RX) && !db_router(y.st, RX + 1));
	CHECK_EQ(y.st->drop[DROP_OSPF_LENGTH], 1);
	say_free(&y);
}

TEST(flood, before_exchange_updates_are_dropped)
{
	struct say y = say_new();
	struct image i = say_router(RX, 1);

	speaker_meet(y.s);
	say_lsu(&y, &i, 1);
	CHECK(!db_router(y.st, RX));
	CHECK_EQ(y.st->drop[DROP_OSPF_STATE], 1);
	say_free(&y);
}

TEST(flood, types_that_do_not_fit_the_area_are_discarded)        /* 13 (2), (3) */
{
	struct say y = say_new();
	struct ospf_external x = { .metric = 1 };
	struct image i = image_external(OSPF_LSA_NSSA, IP4(10, 5, 0, 0), 16, RX, 1, &x);
	struct image j = image_external(OSPF_LSA_EXTERNAL, IP4(10, 5, 0, 0), 16, RX, 1, &x);

	say_full(&y, NULL, 0);
	say_lsu(&y, &i, 1);
	say_lsu(&y, &j, 1);
	i.b[3] = 10;                              /* opaque */
	ospf_lsa_finish(i.b, i.n);
	say_lsu(&y, &i, 1);
	CHECK_EQ(db_seq(y.st, OSPF_LSA_EXTERNAL, IP4(10, 5, 0, 0), RX), 1);
	CHECK_EQ(y.o->n_external, 1);
	CHECK_EQ(db_count(y.st), 1);
	CHECK(show_ospf_external_digest(y.st) != 0);
	say_free(&y);
}

TEST(flood, what_the_other_side_floods_too_is_only_acknowledged)
{
	struct onet *on = onet_new();
	struct stack *r[4];
	uint64_t lsus = 0;

	for (unsigned i = 0; i < 4; i++)
		r[i] = onet_router(on);
	for (unsigned i = 0; i < 4; i++)          /* a square: two ways to the opposite one */
		onet_link(on, r[i], r[(i + 1) % 4]);
	CHECK(onet_settle(on, SEC(3)));
	onet_run(on, SEC(10));
	for (unsigned i = 0; i < 4; i++)
		lsus -= r[i]->ospf->tx[OSPF_LSU];
	ospf_refresh(r[0]->ospf, db_router(r[0], onet_id(r[0]))->lsa->key);
	CHECK(onet_settle(on, SEC(3)));
	for (unsigned i = 0; i < 4; i++) {
		lsus += r[i]->ospf->tx[OSPF_LSU];
		CHECK_EQ(db_seq(r[i], OSPF_LSA_ROUTER, onet_id(r[0]), onet_id(r[0])), 2);
	}
	CHECK_EQ(lsus, 4);                        /* two ways to the third, both arrive at once */
	onet_free(on);
}

TEST(flood, on_a_lan_it_goes_by_the_designated_router)
{
	enum { N = 5 };
	struct onet *on = onet_new();
	struct stack *r[N], *far;
	uint64_t lsus[N];

	for (unsigned i = 0; i < N; i++)
		r[i] = onet_router(on);
	far = onet_router(on);
	onet_lan(on, r, N);
	onet_link(on, r[0], far);                 /* r1 has the lowest id: a DROther */
	CHECK(onet_settle(on, SEC(100)));
	for (unsigned i = 0; i < N; i++) {
		CHECK_EQ(db_count(r[i]), N + 2);  /* and the network-LSA */
		CHECK_EQ(db_digest(r[i]), db_digest(far));
		lsus[i] = r[i]->ospf->tx[OSPF_LSU];
	}
	ospf_refresh(far->ospf, db_router(far, onet_id(far))->lsa->key);
	CHECK(onet_settle(on, SEC(3)));
	for (unsigned i = 0; i < N; i++) {
		CHECK_EQ(db_seq(r[i], OSPF_LSA_ROUTER, onet_id(far), onet_id(far)),
			 db_seq(far, OSPF_LSA_ROUTER, onet_id(far), onet_id(far)));
		CHECK_EQ(r[i]->ospf->tx[OSPF_LSU] - lsus[i], i == 0 || i == N - 1);
	}
	onet_free(on);
}

TEST(flood, the_dr_dies_and_the_lan_agrees_again)
{
	enum { N = 4 };
	struct onet *on = onet_new();
	struct stack *r[N];

	for (unsigned i = 0; i < N; i++)
		r[i] = onet_router(on);
	onet_lan(on, r, N);
	CHECK(onet_settle(on, SEC(100)));
	stack_ospf_stop(r[N - 1]);                /* the highest id */
	onet_run(on, SEC(60));
	CHECK(onet_settle(on, SEC(60)));
	for (unsigned i = 0; i + 1 < N; i++) {
		CHECK_EQ(db_digest(r[i]), db_digest(r[0]));
		/* The old network-LSA stays, unreachable, until it is too old. */
		CHECK_EQ(db_count(r[i]), N + 2);
	}
	onet_run(on, SEC(3700));
	for (unsigned i = 0; i + 1 < N; i++)
		CHECK_EQ(db_count(r[i]), N);      /* three routers, one network */
	onet_free(on);
}

/* Whatever is lost, all databases are equal in the end. */
TEST(flood, databases_are_equal_however_much_is_lost)
{
	enum { N = 9 };

	for (unsigned seed = 1; seed <= 6; seed++) {
		struct onet *on = onet_new();
		struct stack *r[N];
		struct olink l[2 * N];
		struct rng rng;
		unsigned n = 0;

		rng_init(&rng, seed, "flood");
		for (unsigned i = 0; i < N; i++)
			r[i] = onet_router(on);
		for (unsigned i = 0; i < N; i++) {
			l[n++] = onet_link(on, r[i], r[(i + 1) % N]);
			if (rng_below(&rng, 2))
				l[n++] = onet_link(on, r[i], r[(i + 4) % N]);
		}
		for (unsigned k = 0; k < 60; k++) {
			struct olink *at = &l[rng_below(&rng, n)];

			net_lose_nth(rng_below(&rng, 2) ? at->a : at->b, 1 + rng_below(&rng, 3));
			onet_run(on, MSEC(20));
		}
		CHECK(onet_settle(on, SEC(60)));
		for (unsigned i = 0; i < N; i++) {
			CHECK_EQ(db_count(r[i]), N);
			CHECK_EQ(db_digest(r[i]), db_digest(r[0]));
		}
		onet_free(on);
	}
}
