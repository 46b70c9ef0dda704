// SPDX-License-Identifier: GPL-3.0-or-later
/* What a router says, how often, and what of its own comes back (RFC 2328 12.4, 13.4). */
#include "stack/ospf/ospf.h"

#include "stack/core/learn.h"
#include "tests/unit/ospf/say.h"

#define NET IP4(10, 99, 0, 0)

/* A summary of NET/16, which nobody else here makes. */
static int summary(struct ospf *o, uint32_t metric)
{
	uint8_t body[8];
	struct wr w = wr_init(body, sizeof(body));
	struct ospf_summary s = { .mask = ip4_mask(16), .metric = metric };

	ospf_summary_emit(&s, &w);
	return ospf_originate(o, 0, OSPF_LSA_SUMMARY, NET, OSPF_OPT_E, body, sizeof(body));
}

static int summary_seq(const struct stack *st)
{
	return db_seq(st, OSPF_LSA_SUMMARY, NET, st->ospf->router_id);
}

static uint32_t summary_metric(const struct stack *st)
{
	const struct lsdb_entry *e = lsdb_find3(st->ospf, 0, OSPF_LSA_SUMMARY, NET,
						st->ospf->router_id);

	return e ? e->lsa->dests[0].cost : 0;
}

/* A router and a Full speaker that has acknowledged what was said. */
static struct say at_rest(void)
{
	struct say y = say_new();
	struct image own;

	say_full(&y, NULL, 0);
	onet_run(y.on, SEC(6));
	REQUIRE(say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, &own));
	say_ack(&y, &own, 1);
	speaker_skip(y.s);
	REQUIRE(show_ospf_settled(y.st, NULL));
	return y;
}

TEST(originate, the_same_content_is_said_once)
{
	struct say y = at_rest();

	REQUIRE(summary(y.o, 7) == OK);
	CHECK_EQ(summary_seq(y.st), 1);
	onet_run(y.on, SEC(10));
	REQUIRE(summary(y.o, 7) == OK);
	CHECK_EQ(summary_seq(y.st), 1);
	REQUIRE(summary(y.o, 8) == OK);
	CHECK_EQ(summary_seq(y.st), 2);
	say_free(&y);
}

TEST(originate, min_ls_interval_keeps_the_last_of_many_changes)
{
	struct say y = at_rest();

	for (uint32_t m = 1; m <= 9; m++)
		REQUIRE(summary(y.o, m) == OK);
	CHECK_EQ(summary_metric(y.st), 1);
	CHECK(!show_ospf_settled(y.st, NULL));
	onet_run(y.on, MSEC(4990));
	CHECK_EQ(summary_metric(y.st), 1);
	onet_run(y.on, MSEC(20));
	CHECK_EQ(summary_metric(y.st), 9);
	CHECK_EQ(summary_seq(y.st), 2);
	say_free(&y);
}

TEST(originate, a_change_that_is_taken_back_is_never_said)
{
	struct say y = at_rest();

	REQUIRE(summary(y.o, 1) == OK);
	REQUIRE(summary(y.o, 2) == OK);
	REQUIRE(summary(y.o, 1) == OK);
	onet_run(y.on, SEC(10));
	CHECK_EQ(summary_seq(y.st), 1);
	say_free(&y);
}

TEST(originate, what_is_flushed_goes_with_maxage)        /* 14.1 */
{
	struct say y = at_rest();
	struct image got;

	REQUIRE(summary(y.o, 1) == OK);
	onet_run(y.on, MSEC(10));
	REQUIRE(say_hears(&y, OSPF_LSA_SUMMARY, y.o->router_id, &got));
	say_ack(&y, &got, 1);
	ospf_flush(y.o, 0, OSPF_LSA_SUMMARY, NET);
	onet_run(y.on, MSEC(10));
	REQUIRE(say_hears(&y, OSPF_LSA_SUMMARY, y.o->router_id, &got));
	CHECK_EQ(ospf_lsa_get_age(got.b), OSPF_MAX_AGE);
	CHECK_EQ(summary_seq(y.st), 1);
	say_ack(&y, &got, 1);
	onet_run(y.on, SEC(4));
	CHECK_EQ(summary_seq(y.st), 0);
	ospf_flush(y.o, 0, OSPF_LSA_SUMMARY, NET);        /* nothing is there */
	REQUIRE(summary(y.o, 1) == OK);
	CHECK_EQ(summary_seq(y.st), 1);
	say_free(&y);
}

TEST(originate, what_is_said_again_while_it_dies_has_the_next_number)
{
	struct say y = at_rest();

	REQUIRE(summary(y.o, 1) == OK);
	onet_run(y.on, SEC(6));
	ospf_flush(y.o, 0, OSPF_LSA_SUMMARY, NET);
	REQUIRE(summary(y.o, 1) == OK);
	CHECK_EQ(summary_seq(y.st), 2);
	CHECK_EQ(summary_metric(y.st), 1);
	onet_run(y.on, SEC(60));
	CHECK_EQ(summary_seq(y.st), 2);
	say_free(&y);
}

TEST(originate, a_flush_forgets_what_waits)
{
	struct say y = at_rest();

	REQUIRE(summary(y.o, 1) == OK);
	REQUIRE(summary(y.o, 2) == OK);
	ospf_flush(y.o, 0, OSPF_LSA_SUMMARY, NET);
	onet_run(y.on, SEC(20));
	CHECK_EQ(summary_metric(y.st), 1);        /* dying, as nobody acknowledges */
	CHECK(lsdb_find3(y.o, 0, OSPF_LSA_SUMMARY, NET, y.o->router_id)->flags & LSDB_MAXAGE);
	say_free(&y);
}

/* --- 13.4 ---------------------------------------------------------------------------------- */

/* RI-7: a router restarts, its LSA of seq 40 is still with the neighbour. */
TEST(originate, a_former_lifes_number_is_exceeded)
{
	struct say y = say_new();
	struct image old = say_router(y.o->router_id, 40), got;

	say_full(&y, &old, 1);
	CHECK_EQ(onet_nbr(y.st, y.st), OSPF_NBR_DOWN);
	say_lsu(&y, &old, 1);                     /* it asked for it */
	onet_run(y.on, MSEC(500));
	REQUIRE(say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, &got));
	while (say_hears(&y, OSPF_LSA_ROUTER, y.o->router_id, &got))
		;
	CHECK_EQ(db_seq(y.st, OSPF_LSA_ROUTER, y.o->router_id, y.o->router_id), 41);
	CHECK_EQ(image_hdr(&got).seq.v, INT32_MIN + 41);
	CHECK_EQ(onet_problems(y.on, y.st, NULL), 0);
	say_free(&y);
}

TEST(originate, what_a_former_life_said_and_we_do_not_is_flushed)
{
	struct say y = say_new();
	struct image old = image_summary(OSPF_LSA_SUMMARY, NET, 16, y.o->router_id, 17, 5), got;

	say_full(&y, &old, 1);
	say_lsu(&y, &old, 1);
	CHECK_EQ(summary_seq(y.st), 17);
	onet_run(y.on, MSEC(4900));
	CHECK(!(lsdb_find3(y.o, 0, OSPF_LSA_SUMMARY, NET, y.o->router_id)->flags & LSDB_MAXAGE));
	speak_hello(y.s, 1, y.o->router_id);
	CHECK(!show_ospf_settled(y.st, NULL));
	speaker_skip(y.s);
	onet_run(y.on, MSEC(200));
	REQUIRE(say_hears(&y, OSPF_LSA_SUMMARY, y.o->router_id, &got));
	CHECK_EQ(ospf_lsa_get_age(got.b), OSPF_MAX_AGE);
	say_ack(&y, &got, 1);
	onet_run(y.on, SEC(5));
	CHECK_EQ(summary_seq(y.st), 0);
	say_free(&y);
}

TEST(originate, what_a_former_life_said_and_we_say_too_goes_on)
{
	struct say y = say_new();
	struct image old = image_summary(OSPF_LSA_SUMMARY, NET, 16, y.o->router_id, 17, 5), got;

	say_full(&y, &old, 1);
	say_lsu(&y, &old, 1);
	onet_run(y.on, SEC(2));
	REQUIRE(summary(y.o, 6) == OK);
	CHECK_EQ(summary_seq(y.st), 18);
	speaker_skip(y.s);
	onet_run(y.on, SEC(20));
	CHECK(say_hears(&y, OSPF_LSA_SUMMARY, y.o->router_id, &got));
	CHECK(ospf_lsa_get_age(got.b) < OSPF_MAX_AGE);
	CHECK_EQ(summary_seq(y.st), 18);
	CHECK(!(lsdb_find3(y.o, 0, OSPF_LSA_SUMMARY, NET, y.o->router_id)->flags & LSDB_MAXAGE));
	say_free(&y);
}

TEST(originate, lies_in_our_name_are_taken_back_and_told_of)
{
	struct say y = at_rest();
	struct image lie = image_summary(OSPF_LSA_SUMMARY, NET, 16, y.o->router_id, 100, 1);

	REQUIRE(summary(y.o, 50) == OK);
	say_lsu(&y, &lie, 1);
	CHECK_EQ(summary_seq(y.st), 101);
	CHECK_EQ(summary_metric(y.st), 50);
	CHECK_EQ(onet_problems(y.on, y.st, NULL), 0);     /* it may have been our own */
	onet_run(y.on, SEC(2));
	lie = image_with_seq(&lie, 200);
	say_lsu(&y, &lie, 1);
	CHECK_EQ(onet_problems(y.on, y.st, "another router floods Summary-LSAs with our router ID"),
		 1);
	CHECK_EQ(summary_metric(y.st), 1);        /* not more often than MinLSInterval */
	onet_run(y.on, SEC(4));
	CHECK_EQ(summary_seq(y.st), 201);
	CHECK_EQ(summary_metric(y.st), 50);
	say_free(&y);
}

/* What is to be said stays to be said, though it is what we said. */
TEST(originate, a_lie_that_waits_is_taken_back_after_a_change_that_was_none)
{
	struct say y = at_rest();
	struct image lie = image_summary(OSPF_LSA_SUMMARY, NET, 16, y.o->router_id, 100, 1);

	REQUIRE(summary(y.o, 50) == OK);
	say_lsu(&y, &lie, 1);
	onet_run(y.on, SEC(2));
	lie = image_with_seq(&lie, 200);
	say_lsu(&y, &lie, 1);
	REQUIRE(summary(y.o, 50) == OK);
	onet_run(y.on, SEC(4));
	CHECK_EQ(summary_metric(y.st), 50);
	say_free(&y);
}

TEST(originate, who_flushes_ours_is_contradicted)
{
	struct say y = at_rest();
	struct image lie = image_summary(OSPF_LSA_SUMMARY, NET, 16, y.o->router_id, 30, 1);

	REQUIRE(summary(y.o, 50) == OK);
	lie = image_with_age(&lie, OSPF_MAX_AGE);
	say_lsu(&y, &lie, 1);
	CHECK_EQ(summary_seq(y.st), 31);
	CHECK_EQ(summary_metric(y.st), 50);
	onet_run(y.on, SEC(100));
	CHECK_EQ(summary_seq(y.st), 31);
	say_free(&y);
}

TEST(originate, a_network_lsa_of_our_address_and_another_router_is_flushed)
{
	struct say y = at_rest();
	uint32_t ids[] = { SAY_ID, IP4(7, 7, 7, 7) };
	struct image net = image_network(IP4(10, 0, 0, 0), 24, IP4(7, 7, 7, 7), 3, ids, 2), got;

	say_lsu(&y, &net, 1);
	onet_run(y.on, MSEC(10));
	REQUIRE(say_hears(&y, OSPF_LSA_NETWORK, IP4(7, 7, 7, 7), &got));
	CHECK_EQ(ospf_lsa_get_age(got.b), OSPF_MAX_AGE);
	say_free(&y);
}

/* --- 12.1.6 ---------------------------------------------------------------------------------- */

TEST(originate, behind_the_last_number_the_lsa_is_flushed_and_begins_anew)
{
	struct say y = at_rest();
	struct image last = image_summary(OSPF_LSA_SUMMARY, NET, 16, y.o->router_id, 1, 5), got;

	put_be32(last.b + 12, INT32_MAX);
	ospf_lsa_finish(last.b, last.n);
	REQUIRE(summary(y.o, 50) == OK);
	onet_run(y.on, SEC(6));
	speaker_skip(y.s);
	say_lsu(&y, &last, 1);
	onet_run(y.on, MSEC(10));
	REQUIRE(say_hears(&y, OSPF_LSA_SUMMARY, y.o->router_id, &got));
	CHECK_EQ(ospf_lsa_get_age(got.b), OSPF_MAX_AGE);
	CHECK_EQ(image_hdr(&got).seq.v, INT32_MAX);
	onet_run(y.on, SEC(4));
	CHECK(lsdb_find3(y.o, 0, OSPF_LSA_SUMMARY, NET, y.o->router_id)->flags & LSDB_MAXAGE);
	say_ack(&y, &got, 1);
	onet_run(y.on, SEC(2));
	CHECK_EQ(summary_seq(y.st), 1);
	CHECK_EQ(summary_metric(y.st), 50);
	say_free(&y);
}

/* --- RI-7, whole ------------------------------------------------------------------------------ */

TEST(originate, a_router_that_restarts_within_a_flood_is_believed_again)
{
	enum { N = 5 };
	struct onet *on = onet_new();
	struct stack *r[N];
	struct olink l[N];

	for (unsigned i = 0; i < N; i++)
		r[i] = onet_router(on);
	for (unsigned i = 0; i < N; i++)
		l[i] = onet_link(on, r[i], r[(i + 1) % N]);
	CHECK(onet_settle(on, SEC(5)));
	onet_run(on, SEC(OSPF_LS_REFRESH_TIME * 3));      /* its number is 4 */
	stack_ospf_stop(r[0]);
	onet_run(on, SEC(2));
	onet_start(on, r[0]);
	onet_if_on(on, l[0].a, OSPF_NET_P2P);
	onet_if_on(on, l[N - 1].b, OSPF_NET_P2P);
	CHECK(onet_settle(on, SEC(20)));
	for (unsigned i = 0; i < N; i++) {
		CHECK(db_seq(r[i], OSPF_LSA_ROUTER, onet_id(r[0]), onet_id(r[0])) >= 5);
		CHECK_EQ(db_router(r[i], onet_id(r[0]))->lsa->n_arcs, 2);
		CHECK_EQ(db_count(r[i]), N);
		CHECK_EQ(db_digest(r[i]), db_digest(r[0]));
	}
	onet_free(on);
}

TEST(originate, two_routers_of_one_id_do_not_flood_without_end)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on), *mid = onet_router(on), *b;
	uint64_t lsus;

	on->conf.router_id = onet_id(a);
	b = onet_router(on);
	onet_link(on, a, mid);
	onet_link(on, mid, b);
	onet_run(on, SEC(60));
	lsus = mid->ospf->tx[OSPF_LSU];
	onet_run(on, SEC(60));
	CHECK(mid->ospf->tx[OSPF_LSU] - lsus < 100);
	CHECK(onet_problems(on, a, "with our router ID 1.1.1.1") +
	      onet_problems(on, b, "with our router ID 1.1.1.1") > 0);
	onet_free(on);
}

/* r1's router-LSA comes to r1 with this number, by way of r2. */
static void say_in_its_name(struct onet *on, struct stack *r1, struct stack *r2, uint32_t seq)
{
	struct lsdb_entry *e = lsdb_find3(r2->ospf, 0, OSPF_LSA_ROUTER, onet_id(r1), onet_id(r1));
	enum ospf_lsa_fault bad;
	uint8_t image[256];
	size_t len = e->lsa->len;
	struct ospf_lsa *l;

	REQUIRE(len <= sizeof(image));
	memcpy(image, e->lsa->image, len);
	put_be32(image + 12, seq);
	ospf_lsa_finish(image, len);
	l = ospf_lsa_get(on->pool, 0, image, len, &bad);
	REQUIRE(l && lsdb_install(r2->ospf, l, 1) == OK);
	ospf_flood(r2->ospf, lsdb_find(r2->ospf, l->key), NULL);
}

TEST(originate, a_number_at_its_end_begins_anew_in_every_database)
{
	struct onet *on = onet_new();
	struct stack *r[3] = { onet_router(on), onet_router(on), onet_router(on) };
	struct ospf_if_config c = on->if_conf;
	struct olink l = onet_link(on, r[0], r[1]);

	onet_link(on, r[1], r[2]);
	onet_run(on, SEC(60));
	say_in_its_name(on, r[0], r[1], 0x7ffffffd);
	onet_run(on, SEC(30));
	for (int i = 0; i < 3; i++)
		CHECK_EQ(db_seq(r[i], OSPF_LSA_ROUTER, onet_id(r[0]), onet_id(r[0])),
			 (int)(0x7ffffffeu - 0x80000000u));
	c.type = OSPF_NET_P2P;
	for (uint16_t cost = 1; cost <= 3; cost++) {      /* the last, then the first and second */
		c.cost = cost;
		REQUIRE(stack_ospf_if(r[0], l.a, &c) == OK);
		onet_run(on, SEC(30));
	}
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(db_seq(r[i], OSPF_LSA_ROUTER, onet_id(r[0]), onet_id(r[0])), 2);
		CHECK(db_digest(r[i]) == db_digest(r[0]));
		CHECK(show_ospf_settled(r[i], NULL));
	}
	onet_free(on);
}

static bool has_route(struct stack *st, ip4_t key, unsigned len)
{
	struct learned_route r;

	return route_learned(st, RP_OSPF, key, len, &r);
}

/* The router-LSA without the neighbour is held back, and never said.  A tree that was made
 * meanwhile went without it, too. */
TEST(originate, a_neighbour_that_is_back_before_anybody_heard_of_it_has_its_routes)
{
	struct onet *on = onet_new();
	struct stack *r[3];
	struct ospf_config c;
	struct olink l;
	int seq;

	for (unsigned i = 0; i < 3; i++)
		r[i] = onet_router(on);
	l = onet_link(on, r[0], r[1]);
	onet_link(on, r[1], r[2]);                /* 10.0.0.2/31 */
	REQUIRE(onet_settle(on, SEC(60)));
	REQUIRE(net_now(on->net) < SEC(3));
	seq = db_seq(r[0], OSPF_LSA_ROUTER, onet_id(r[0]), onet_id(r[0]));
	CHECK(has_route(r[0], IP4(10, 0, 0, 2), 31));
	netdev_set_carrier(l.a, false);
	c = r[0]->ospf->conf;
	REQUIRE(stack_ospf_set(r[0], &c) == OK);  /* routes are computed anew */
	onet_run(on, MSEC(500));
	CHECK(!has_route(r[0], IP4(10, 0, 0, 2), 31));
	netdev_set_carrier(l.a, true);
	onet_run(on, SEC(1));
	CHECK_EQ(onet_nbr(r[0], r[1]), OSPF_NBR_FULL);
	CHECK_EQ(db_seq(r[0], OSPF_LSA_ROUTER, onet_id(r[0]), onet_id(r[0])), seq);
	CHECK(has_route(r[0], IP4(10, 0, 0, 2), 31));
	onet_free(on);
}

static void static_route(struct stack *st, ip4_t key)
{
	struct route_spec r = { .to = { addr_ip4(key), 24 }, .proto = RP_STATIC,
				.type = RT_BLACKHOLE };

	REQUIRE(stack_route_set(st, ROUTE_ADD, &r) == OK);
}

/* Not in that in which the pool knew of them: another pool may have another. */
TEST(originate, what_is_withdrawn_together_is_flushed_in_the_order_of_ids)
{
	struct ospf_redistribute conf = { .on = true, .metric = 20 };
	struct say y = say_new();
	struct ospf_lsa_hdr h;
	uint32_t last = 0, n, seen = 0;

	say_full(&y, NULL, 0);
	REQUIRE(stack_ospf_redistribute(y.st, RP_STATIC, &conf) == OK);
	for (uint32_t i = 9; i > 0; i--) {
		static_route(y.st, IP4(192, 0, i * 7 % 10, 0));
		onet_run(y.on, SEC(1));
	}
	speaker_skip(y.s);
	conf.on = false;
	REQUIRE(stack_ospf_redistribute(y.st, RP_STATIC, &conf) == OK);
	onet_run(y.on, MSEC(10));
	while (speaker_hears(y.s, OSPF_LSU)) {
		struct rd r = rd_init(y.s->body, y.s->n);

		for (REQUIRE(ospf_lsu_parse(&n, &r)); n && ospf_lsa_take(&h, &r); n--) {
			if (h.type != OSPF_LSA_EXTERNAL || h.age != OSPF_MAX_AGE)
				continue;
			CHECK(h.id > last);
			last = h.id;
			seen++;
		}
	}
	CHECK_EQ(seen, 9);
	say_free(&y);
}

/* Said, flushed, to be said again when MinLSInterval allows it, and then not at all;
 * acked: by then the flush has left the database, too. */
static void withdraw_what_waits(bool acked)
{
	struct ospf_redistribute conf = { .on = true, .metric = 20 };
	struct say y = at_rest();
	struct lsdb_entry *e;
	struct image i;

	static_route(y.st, IP4(192, 0, 2, 0));
	for (unsigned n = 0; n < 4; n++) {
		conf.on = n % 2 == 0;
		REQUIRE(stack_ospf_redistribute(y.st, RP_STATIC, &conf) == OK);
		onet_run(y.on, MSEC(100));
		while (acked && n == 2 && say_hears(&y, OSPF_LSA_EXTERNAL, y.o->router_id, &i))
			say_ack(&y, &i, 1);
		onet_run(y.on, MSEC(100));
	}
	onet_run(y.on, SEC(10));
	e = lsdb_find3(y.o, OSPF_AREA_AS, OSPF_LSA_EXTERNAL, IP4(192, 0, 2, 0), y.o->router_id);
	CHECK(!e || e->flags & LSDB_MAXAGE);
	say_free(&y);
}

TEST(originate, what_waits_to_be_said_again_while_it_dies_is_withdrawn)
{
	withdraw_what_waits(false);
	withdraw_what_waits(true);
}

/* r1's router-LSA still names r2, who is not Full.  The rest of the ring comes nearer, so r2's
 * next hops are looked for, and then those behind it:
 *
 *	r1 -- r2 -- LAN -- r3
 *	 |     |
 *	r4    r5
 *	  \  /
 *	   r6
 */
TEST(originate, a_tree_is_repaired_while_our_own_lsa_is_held_back)
{
	struct onet *on = onet_new();
	struct stack *r[6];
	struct olink l, near;

	for (unsigned i = 0; i < 6; i++)
		r[i] = onet_router(on);
	l = onet_link(on, r[0], r[1]);
	onet_lan(on, (struct stack *[]){ r[1], r[2] }, 2);
	onet_link(on, r[0], r[3]);
	near = onet_link(on, r[3], r[5]);
	onet_link(on, r[5], r[4]);
	on->if_conf.cost = 100;
	onet_link(on, r[4], r[1]);
	REQUIRE(onet_settle(on, SEC(120)));
	onet_run(on, SEC(10));
	onet_if(on, r[0], "10.1.0.1/24", OSPF_NET_P2P);           /* it is said now */
	onet_run(on, SEC(1));
	netdev_set_carrier(l.a, false);
	onet_run(on, MSEC(500));
	on->if_conf.cost = 5;
	onet_if_on(on, near.a, OSPF_NET_P2P);
	onet_run(on, MSEC(500));
	onet_run(on, SEC(10));
	CHECK(has_route(r[0], IP4(192, 168, 1, 0), 24));          /* by r4 */
	onet_free(on);
}
