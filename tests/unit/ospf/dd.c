// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 2328 10.6, 10.8: r1 against a router that the test plays. */
#include "tests/unit/ospf/fixture.h"

#define THEM IP4(10, 0, 0, 2)
#define I OSPF_DD_I
#define M OSPF_DD_M
#define MS OSPF_DD_MS

struct pair { struct onet *on; struct stack *r1; struct netdev *dev; struct speaker *s;
	      uint32_t seq; };

/* In ExStart, with p.seq the number of r1's first packet.  r1's ID is 1.1.1.1. */
static struct pair pair_new(uint32_t id)
{
	struct pair p = { .on = onet_new() };
	struct rd r;
	struct ospf_dd dd;

	p.r1 = onet_router(p.on);
	p.dev = onet_if(p.on, p.r1, "10.0.0.1/24", OSPF_NET_P2P);
	p.s = speaker_new(p.dev, id, THEM);
	onet_run(p.on, MSEC(1));
	speaker_meet(p.s);
	REQUIRE(speaker_hears(p.s, OSPF_DD));
	r = rd_init(p.s->body, p.s->n);
	REQUIRE(ospf_dd_parse(&dd, &r));
	CHECK_EQ(dd.flags, I | M | MS);
	CHECK_EQ(dd.mtu, 1500);
	CHECK_EQ(dd.options, OSPF_OPT_E);
	CHECK_EQ(rd_left(&r), 0);
	p.seq = dd.seq;
	return p;
}

static void pair_free(struct pair *p)
{
	speaker_free(p->s);
	onet_free(p->on);
}

static enum ospf_nbr_state them(const struct pair *p)
{
	struct show_ospf_nbr n;

	return onet_find_nbr(p->r1, p->s->id, &n) ? n.state : OSPF_NBR_DOWN;
}

static void say(struct pair *p, uint8_t flags, uint32_t seq)
{
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = flags, .seq = seq };

	speak_dd(p->s, &dd, NULL, 0);
}

/* The next DD packet of r1; n: LSA headers, or -1 for any. */
static bool hears(struct pair *p, uint8_t flags, uint32_t seq)
{
	struct ospf_dd dd;
	struct rd r;

	if (!CHECK(speaker_hears(p->s, OSPF_DD)))
		return false;
	r = rd_init(p->s->body, p->s->n);
	REQUIRE(ospf_dd_parse(&dd, &r));
	return CHECK_EQ(dd.flags, flags) && CHECK_EQ(dd.seq, seq);
}

static bool silent(struct pair *p) { return CHECK(!speaker_hears(p->s, OSPF_DD)); }

/* The higher ID, played by the test, is master; r1 answers each packet. */
TEST(dd, the_lower_id_is_slave)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));
	struct show_ospf_nbr n;

	say(&p, I | M | MS, 1000);
	CHECK_EQ(them(&p), OSPF_NBR_EXCHANGE);
	hears(&p, 0, 1000);
	say(&p, M | MS, 1001);
	hears(&p, 0, 1001);
	CHECK_EQ(them(&p), OSPF_NBR_EXCHANGE);
	say(&p, MS, 1002);
	hears(&p, 0, 1002);
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	REQUIRE(onet_find_nbr(p.r1, p.s->id, &n));
	CHECK(!n.master);
	CHECK_EQ(n.dd_seq, 1002);
	pair_free(&p);
}

TEST(dd, the_higher_id_is_master)
{
	struct pair p = pair_new(IP4(0, 0, 0, 9));
	struct show_ospf_nbr n;

	say(&p, I | M | MS, 1000);                /* its first one is ignored */
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	silent(&p);
	say(&p, M, p.seq);
	CHECK_EQ(them(&p), OSPF_NBR_EXCHANGE);
	hears(&p, MS, p.seq + 1);
	say(&p, M, p.seq + 1);                    /* the slave has more than we */
	hears(&p, MS, p.seq + 2);
	say(&p, 0, p.seq + 2);
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	silent(&p);
	REQUIRE(onet_find_nbr(p.r1, p.s->id, &n));
	CHECK(n.master);
	pair_free(&p);
}

TEST(dd, what_does_not_negotiate_is_ignored)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));

	say(&p, M | MS, 1000);                    /* no I */
	say(&p, I | MS, 1000);                    /* no M */
	say(&p, 0, p.seq);                        /* a slave with the higher ID */
	speak_dd(p.s, &(struct ospf_dd){ .mtu = 1500, .options = OSPF_OPT_E, .seq = 1000,
		 .flags = I | M | MS }, &(struct ospf_lsa_hdr){ .type = 1 }, 1);  /* not empty */
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	silent(&p);
	pair_free(&p);
}

TEST(dd, a_slave_that_confirms_another_number_is_ignored)
{
	struct pair p = pair_new(IP4(0, 0, 0, 9));

	say(&p, 0, p.seq + 1);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	pair_free(&p);
}

TEST(dd, the_first_packet_is_repeated_until_answered)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));

	onet_run(p.on, MSEC(4999));
	silent(&p);
	onet_run(p.on, MSEC(1));
	hears(&p, I | M | MS, p.seq);
	onet_run(p.on, SEC(5));
	hears(&p, I | M | MS, p.seq);
	pair_free(&p);
}

TEST(dd, the_master_repeats_and_the_slave_does_not)
{
	struct pair p = pair_new(IP4(0, 0, 0, 9)), q = pair_new(IP4(9, 9, 9, 9));

	say(&p, M, p.seq);
	hears(&p, MS, p.seq + 1);
	onet_run(p.on, SEC(5));
	hears(&p, MS, p.seq + 1);
	say(&p, 0, p.seq + 1);
	onet_run(p.on, SEC(20));
	silent(&p);
	say(&q, I | M | MS, 7);
	hears(&q, 0, 7);
	onet_run(q.on, SEC(20));
	silent(&q);
	pair_free(&p);
	pair_free(&q);
}

TEST(dd, the_slave_answers_a_repetition_again)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));

	say(&p, I | M | MS, 7);
	hears(&p, 0, 7);
	say(&p, I | M | MS, 7);
	hears(&p, 0, 7);
	say(&p, MS, 8);
	hears(&p, 0, 8);
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	say(&p, MS, 8);                           /* our last packet was lost */
	hears(&p, 0, 8);
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DD_DUP), 2);
	pair_free(&p);
}

/* 10.8: after RouterDeadInterval the slave remembers nothing, and begins anew. */
TEST(dd, the_slave_forgets_its_last_packet)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));

	say(&p, I | M | MS, 7);
	say(&p, MS, 8);
	speaker_skip(p.s);
	for (int i = 0; i < 5; i++) {
		onet_run(p.on, SEC(9));
		speak_hello(p.s, 1, onet_id(p.r1));
	}
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	say(&p, MS, 8);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DD_SEQ), 1);
	pair_free(&p);
}

TEST(dd, the_master_ignores_a_repetition)
{
	struct pair p = pair_new(IP4(0, 0, 0, 9));

	say(&p, M, p.seq);
	hears(&p, MS, p.seq + 1);
	say(&p, M, p.seq);
	silent(&p);
	CHECK_EQ(them(&p), OSPF_NBR_EXCHANGE);
	say(&p, 0, p.seq + 1);
	say(&p, 0, p.seq + 1);
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DD_DUP), 2);
	pair_free(&p);
}

/* In Exchange, with the test as master; the next number is 8. */
static struct pair exchanging(void)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));

	say(&p, I | M | MS, 7);
	CHECK_EQ(them(&p), OSPF_NBR_EXCHANGE);
	speaker_skip(p.s);
	return p;
}

/* It restarts the exchange, with a first packet whose number is new. */
static void restarted(struct pair *p)
{
	CHECK_EQ(them(p), OSPF_NBR_EXSTART);
	hears(p, I | M | MS, 8);
	CHECK_EQ(show_drops(p->r1, DROP_OSPF_DD_SEQ), 1);
	pair_free(p);
}

TEST(dd, a_wrong_number_restarts_the_exchange)
{
	struct pair p = exchanging();

	say(&p, M | MS, 10);
	restarted(&p);
}

TEST(dd, a_wrong_number_from_the_slave_restarts_the_exchange)
{
	struct pair p = pair_new(IP4(0, 0, 0, 9));

	say(&p, M, p.seq);
	CHECK_EQ(them(&p), OSPF_NBR_EXCHANGE);
	say(&p, M, p.seq + 7);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_DD_SEQ), 1);
	pair_free(&p);
}

TEST(dd, a_second_master_restarts_the_exchange)
{
	struct pair p = exchanging();

	say(&p, M, 8);
	restarted(&p);
}

TEST(dd, a_second_beginning_restarts_the_exchange)
{
	struct pair p = exchanging();

	say(&p, I | M | MS, 8);
	restarted(&p);
}

TEST(dd, other_options_restart_the_exchange)
{
	struct pair p = exchanging();
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E | OSPF_OPT_DC, .flags = M | MS,
			      .seq = 8 };

	speak_dd(p.s, &dd, NULL, 0);
	restarted(&p);
}

TEST(dd, an_lsa_of_no_known_type_restarts_the_exchange)
{
	struct pair p = exchanging();
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = M | MS, .seq = 8 };
	struct ospf_lsa_hdr h = { .type = 77, .id = 1, .adv = 1, .seq = OSPF_SEQ_INITIAL,
				  .len = 24 };

	speak_dd(p.s, &dd, &h, 1);
	restarted(&p);
}

/* 10.6: only a repetition may come once the exchange is over. */
TEST(dd, anything_new_in_full_restarts_the_exchange)
{
	struct pair p = exchanging();

	say(&p, MS, 8);
	CHECK_EQ(them(&p), OSPF_NBR_FULL);
	speaker_skip(p.s);
	say(&p, MS, 9);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	hears(&p, I | M | MS, 9);
	pair_free(&p);
}

/* --- MTU (10.6) ----------------------------------------------------------------------- */

TEST(dd, a_larger_mtu_is_refused_and_named)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));
	struct ospf_dd dd = { .mtu = 1501, .options = OSPF_OPT_E, .flags = I | M | MS, .seq = 7 };

	speak_dd(p.s, &dd, NULL, 0);
	speak_dd(p.s, &dd, NULL, 0);
	speak_hello(p.s, 1, onet_id(p.r1));       /* which is right, and changes nothing */
	speak_dd(p.s, &dd, NULL, 0);
	CHECK_EQ(them(&p), OSPF_NBR_EXSTART);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_MTU), 3);
	CHECK_EQ(onet_problems(p.on, p.r1, "MTU 1501, expected at most 1500"), 1);
	dd.mtu = 576;
	speak_dd(p.s, &dd, NULL, 0);
	CHECK_EQ(them(&p), OSPF_NBR_EXCHANGE);
	pair_free(&p);
}

TEST(dd, mtu_ignore_takes_any)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);

	CHECK_EQ(netdev_set_mtu(l.b, 9000), OK);
	onet_run(on, SEC(30));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_EXSTART);
	CHECK_EQ(onet_problems(on, r1, "MTU 9000, expected at most 1500"), 1);
	on->if_conf.mtu_ignore = true;
	onet_if_on(on, l.a, OSPF_NET_P2P);
	onet_run(on, SEC(10));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_free(on);
}

/* Without a restart: the repetition of the first packet has the new MTU. */
TEST(dd, an_mtu_that_is_mended_lets_the_exchange_begin)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);

	CHECK_EQ(netdev_set_mtu(l.b, 9000), OK);
	onet_run(on, SEC(30));
	CHECK_EQ(netdev_set_mtu(l.a, 9000), OK);
	onet_run(on, SEC(6));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_free(on);
}

TEST(dd, one_in_init_is_as_good_as_a_hello)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2P);
	struct speaker *s = speaker_new(dev, IP4(9, 9, 9, 9), THEM);
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = I | M | MS, .seq = 7 };
	struct show_ospf_nbr n;

	speak_hello(s, 0);
	speak_dd(s, &dd, NULL, 0);
	REQUIRE(onet_find_nbr(r1, s->id, &n));
	CHECK_EQ(n.state, OSPF_NBR_EXCHANGE);
	speaker_free(s);
	onet_free(on);
}

TEST(dd, one_in_2way_is_ignored)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	struct speaker *s = speaker_new(dev, IP4(9, 9, 9, 9), THEM);
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = I | M | MS, .seq = 7 };
	struct show_ospf_nbr n;

	speaker_meet(s);
	speak_dd(s, &dd, NULL, 0);
	REQUIRE(onet_find_nbr(r1, s->id, &n));
	CHECK_EQ(n.state, OSPF_NBR_2WAY);
	CHECK_EQ(show_drops(r1, DROP_OSPF_STATE), 1);
	speaker_free(s);
	onet_free(on);
}

TEST(dd, one_that_ends_inside_a_header_is_refused)
{
	struct pair p = pair_new(IP4(9, 9, 9, 9));
	uint8_t body[OSPF_DD_LEN + 19] = { 0 };

	speak(p.s, OSPF_DD, body, sizeof(body), 0);
	speak(p.s, OSPF_DD, body, OSPF_DD_LEN - 1, 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_LENGTH), 2);
	pair_free(&p);
}
