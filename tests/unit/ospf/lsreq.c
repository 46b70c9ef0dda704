// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 2328 10.7, 10.9: requests, r1 against a router that the test plays. */
#include "stack/util/be.h"
#include "tests/unit/ospf/say.h"

#define THEM IP4(10, 0, 0, 2)
#define I OSPF_DD_I
#define M OSPF_DD_M
#define MS OSPF_DD_MS

struct pair { struct onet *on; struct stack *r1; struct netdev *dev; struct speaker *s; };

/* In Exchange, with the test as master whose next number is 8. */
static struct pair pair_new(void)
{
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = I | M | MS, .seq = 7 };
	struct pair p = { .on = onet_new() };

	p.r1 = onet_router(p.on);
	p.dev = onet_if(p.on, p.r1, "10.0.0.1/24", OSPF_NET_P2P);
	p.s = speaker_new(p.dev, IP4(9, 9, 9, 9), THEM);
	onet_run(p.on, SEC(1));                   /* it says its own LSA first */
	speaker_meet(p.s);
	speak_dd(p.s, &dd, NULL, 0);
	speaker_skip(p.s);
	return p;
}

static void pair_free(struct pair *p)
{
	speaker_free(p->s);
	onet_free(p->on);
}

static struct show_ospf_nbr them(const struct pair *p)
{
	struct show_ospf_nbr n = { .state = OSPF_NBR_DOWN };

	(void)onet_find_nbr(p->r1, p->s->id, &n);
	return n;
}

/* Summary-LSAs k = 0, 1, ... of the test; returns the image's length. */
static size_t lsa(uint8_t *to, uint32_t k, ospf_seq_t seq)
{
	struct ospf_lsa_hdr h = {
		.options = OSPF_OPT_E, .type = OSPF_LSA_SUMMARY, .id = IP4(20, 0, 0, 0) + (k << 8),
		.adv = IP4(9, 9, 9, 9), .seq = seq,
	};
	struct ospf_summary s = { .mask = IP4(255, 255, 255, 0), .metric = 5 };
	struct wr w = wr_init(to, 64);

	ospf_lsa_hdr_emit(&h, &w);
	ospf_summary_emit(&s, &w);
	ospf_lsa_finish(to, wr_len(&w));
	return wr_len(&w);
}

static void describe(struct pair *p, uint8_t flags, uint32_t seq, uint32_t from, uint32_t n)
{
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = flags, .seq = seq };
	struct ospf_lsa_hdr h[64];
	uint8_t image[64];

	REQUIRE(n <= N_ELEM(h));
	for (uint32_t k = 0; k < n; k++) {
		(void)lsa(image, from + k, ospf_seq(0x80000005));
		ospf_lsa_hdr_get(&h[k], image);
	}
	speak_dd(p->s, &dd, h, n);
}

/* An update with LSAs from, from + 1, ... of this sequence number. */
static void update(struct pair *p, uint32_t from, uint32_t n, ospf_seq_t seq)
{
	uint8_t body[1400];
	size_t len = OSPF_LSU_LEN;

	put_be32(body, n);
	for (uint32_t k = 0; k < n; k++)
		len += lsa(body + len, from + k, seq);
	REQUIRE(len <= sizeof(body));
	speak(p->s, OSPF_LSU, body, len, 0);
	onet_run(p->on, 0);
}

/* Requests in the next packet of them, beginning with this LSA. */
static unsigned asked(struct pair *p, uint32_t from)
{
	struct ospf_lsr_item it;
	unsigned n = 0;
	struct rd r;

	if (!speaker_hears(p->s, OSPF_LSR))
		return 0;
	r = rd_init(p->s->body, p->s->n);
	while (ospf_lsr_item_parse(&it, &r)) {
		CHECK_EQ(it.type, OSPF_LSA_SUMMARY);
		CHECK_EQ(it.id, IP4(20, 0, 0, 0) + ((from + n) << 8));
		CHECK_EQ(it.adv, IP4(9, 9, 9, 9));
		n++;
	}
	return n;
}

TEST(lsreq, what_is_described_and_not_here_is_asked_for)
{
	struct pair p = pair_new();

	describe(&p, MS, 8, 0, 3);
	CHECK_EQ(them(&p).state, OSPF_NBR_LOADING);
	CHECK_EQ(them(&p).request_len, 3);
	CHECK_EQ(asked(&p, 0), 3);
	CHECK_EQ(asked(&p, 0), 0);
	update(&p, 0, 2, ospf_seq(0x80000005));
	CHECK_EQ(them(&p).request_len, 1);
	CHECK_EQ(asked(&p, 0), 0);                /* one is still to come */
	update(&p, 2, 1, ospf_seq(0x80000005));
	CHECK_EQ(them(&p).state, OSPF_NBR_FULL);
	pair_free(&p);
}

TEST(lsreq, what_is_here_is_not_asked_for)
{
	struct pair p = pair_new();
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .flags = MS, .seq = 8 };
	const struct lsdb_entry *e = lsdb_find3(p.r1->ospf, 0, OSPF_LSA_ROUTER, onet_id(p.r1),
						onet_id(p.r1));

	REQUIRE(e != NULL);
	speak_dd(p.s, &dd, &e->lsa->h, 1);
	CHECK_EQ(them(&p).state, OSPF_NBR_FULL);
	CHECK_EQ(asked(&p, 0), 0);
	pair_free(&p);
}

TEST(lsreq, requests_begin_during_the_exchange)
{
	struct pair p = pair_new();

	describe(&p, M | MS, 8, 0, 2);
	CHECK_EQ(them(&p).state, OSPF_NBR_EXCHANGE);
	CHECK_EQ(asked(&p, 0), 2);
	update(&p, 0, 2, ospf_seq(0x80000005));
	CHECK_EQ(them(&p).state, OSPF_NBR_EXCHANGE);
	describe(&p, MS, 9, 2, 1);
	CHECK_EQ(them(&p).state, OSPF_NBR_LOADING);
	CHECK_EQ(asked(&p, 2), 1);
	update(&p, 2, 1, ospf_seq(0x80000005));
	CHECK_EQ(them(&p).state, OSPF_NBR_FULL);
	pair_free(&p);
}

/* One packet of them at a time: 121 items in an MTU of 1500. */
TEST(lsreq, a_long_list_is_asked_for_in_packets)
{
	struct pair p = pair_new();

	describe(&p, M | MS, 8, 0, 60);
	CHECK_EQ(asked(&p, 0), 60);
	describe(&p, M | MS, 9, 60, 60);
	describe(&p, M | MS, 10, 120, 60);
	describe(&p, MS, 11, 180, 20);
	CHECK_EQ(asked(&p, 0), 0);
	for (uint32_t k = 0; k < 60; k += 20)
		update(&p, k, 20, ospf_seq(0x80000005));
	CHECK_EQ(asked(&p, 60), 121);
	for (uint32_t k = 60; k < 180; k += 20)
		update(&p, k, 20, ospf_seq(0x80000005));
	CHECK_EQ(asked(&p, 0), 0);
	update(&p, 180, 1, ospf_seq(0x80000005));
	CHECK_EQ(asked(&p, 181), 19);
	update(&p, 181, 19, ospf_seq(0x80000005));
	CHECK_EQ(them(&p).state, OSPF_NBR_FULL);
	pair_free(&p);
}

TEST(lsreq, they_are_repeated_until_answered)
{
	struct pair p = pair_new();

	describe(&p, MS, 8, 0, 3);
	CHECK_EQ(asked(&p, 0), 3);
	onet_run(p.on, MSEC(4999));
	CHECK_EQ(asked(&p, 0), 0);
	onet_run(p.on, MSEC(1));
	CHECK_EQ(asked(&p, 0), 3);
	update(&p, 0, 1, ospf_seq(0x80000005));
	onet_run(p.on, SEC(5));
	CHECK_EQ(asked(&p, 1), 2);                /* the rest */
	pair_free(&p);
}

TEST(lsreq, an_older_one_is_no_answer)
{
	struct pair p = pair_new();

	describe(&p, MS, 8, 0, 1);
	update(&p, 0, 1, ospf_seq(0x80000004));
	CHECK_EQ(them(&p).state, OSPF_NBR_LOADING);
	CHECK_EQ(them(&p).request_len, 1);
	onet_run(p.on, SEC(2));                   /* MinLSArrival */
	update(&p, 0, 1, ospf_seq(0x80000006));
	CHECK_EQ(them(&p).state, OSPF_NBR_FULL);
	pair_free(&p);
}

TEST(lsreq, behind_a_bad_request_nothing_of_an_update_is_read)    /* 13 (6) */
{
	struct pair p = pair_new();
	uint32_t n;

	describe(&p, MS, 8, 0, 1);
	update(&p, 0, 1, ospf_seq(0x80000004));
	n = p.r1->ospf->lsdb.n;
	onet_run(p.on, SEC(2));
	update(&p, 0, 5, ospf_seq(0x80000004));
	CHECK_EQ(them(&p).state, OSPF_NBR_EXSTART);
	CHECK_EQ(p.r1->ospf->lsdb.n, n);
	pair_free(&p);
}

/* --- theirs ---------------------------------------------------------------------------- */

static void request(struct pair *p, uint32_t type, ip4_t id, ip4_t adv)
{
	struct ospf_lsr_item it = { .type = type, .id = id, .adv = adv };
	uint8_t body[OSPF_LSR_ITEM_LEN];
	struct wr w = wr_init(body, sizeof(body));

	ospf_lsr_item_emit(&it, &w);
	speak(p->s, OSPF_LSR, body, sizeof(body), 0);
}

TEST(lsreq, what_is_here_is_sent)
{
	struct pair p = pair_new();
	struct ospf_lsa_hdr h;
	const uint8_t *image;
	struct rd r;
	uint32_t n;

	onet_run(p.on, MSEC(500));
	request(&p, OSPF_LSA_ROUTER, onet_id(p.r1), onet_id(p.r1));
	REQUIRE(speaker_hears(p.s, OSPF_LSU));
	r = rd_init(p.s->body, p.s->n);
	REQUIRE(ospf_lsu_parse(&n, &r));
	CHECK_EQ(n, 1);
	image = ospf_lsa_take(&h, &r);
	REQUIRE(image != NULL);
	CHECK(ospf_lsa_valid(image, h.len));
	CHECK_EQ(h.adv, onet_id(p.r1));
	CHECK_EQ(h.age, 2);                       /* a second old, and InfTransDelay */
	CHECK_EQ(rd_left(&r), 0);
	CHECK_EQ(p.s->dst, OSPF_ALL_SPF_ROUTERS);
	pair_free(&p);
}

TEST(lsreq, what_is_not_here_restarts_the_exchange)
{
	static const struct { uint32_t type; ip4_t id; } bad[] = {
		{ OSPF_LSA_ROUTER, IP4(7, 7, 7, 7) }, { OSPF_LSA_NSSA, IP4(1, 1, 1, 1) },
		{ 0x101, IP4(1, 1, 1, 1) }, { 0, 0 }, { 99, 0 },
	};

	for (size_t i = 0; i < N_ELEM(bad); i++) {
		struct pair p = pair_new();

		request(&p, bad[i].type, bad[i].id, bad[i].id);
		CHECK_EQ(show_drops(p.r1, DROP_OSPF_LSREQ), 1);
		CHECK_EQ(them(&p).state, OSPF_NBR_EXSTART);
		pair_free(&p);
	}
}

TEST(lsreq, what_is_not_here_restarts_a_full_adjacency_too)
{
	struct say y = say_new();
	struct pair p = { .s = y.s };
	struct show_ospf_nbr n;

	say_full(&y, NULL, 0);
	request(&p, OSPF_LSA_ROUTER, IP4(7, 7, 7, 7), IP4(7, 7, 7, 7));
	REQUIRE(onet_find_nbr(y.st, SAY_ID, &n));
	CHECK_EQ(n.state, OSPF_NBR_EXSTART);
	say_free(&y);
}

TEST(lsreq, before_the_exchange_they_are_ignored)
{
	struct pair p = pair_new();

	speak_hello(p.s, 0);
	request(&p, OSPF_LSA_ROUTER, onet_id(p.r1), onet_id(p.r1));
	CHECK(!speaker_hears(p.s, OSPF_LSU));
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_STATE), 1);
	pair_free(&p);
}

TEST(lsreq, one_that_ends_inside_an_item_is_refused)
{
	struct pair p = pair_new();
	uint8_t body[13] = { 0 };

	speak(p.s, OSPF_LSR, body, sizeof(body), 0);
	CHECK_EQ(show_drops(p.r1, DROP_OSPF_LENGTH), 1);
	CHECK_EQ(them(&p).state, OSPF_NBR_EXCHANGE);
	pair_free(&p);
}
