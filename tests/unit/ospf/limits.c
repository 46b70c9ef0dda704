// SPDX-License-Identifier: GPL-3.0-or-later
/* What others may make a router keep: its limits, and what it says of them. */
#include <stdlib.h>

#include "stack/util/be.h"
#include "tests/unit/ospf/fixture.h"

#define THEM IP4(10, 0, 0, 2)
#define THEM_ID IP4(9, 9, 9, 9)

struct pair { struct onet *on; struct stack *r1; struct speaker *s; };

/* r1, Full with a speaker on a point-to-point network. */
static struct pair pair_new(uint32_t max_lsas)
{
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .seq = 7,
			      .flags = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };
	struct pair p = { .on = onet_new() };

	p.on->conf.max_lsas = max_lsas;
	p.r1 = onet_router(p.on);
	p.s = speaker_new(onet_if(p.on, p.r1, "10.0.0.1/24", OSPF_NET_P2P), THEM_ID, THEM);
	onet_run(p.on, SEC(1));
	speaker_meet(p.s);
	speak_dd(p.s, &dd, NULL, 0);
	dd.flags = OSPF_DD_MS;
	dd.seq = 8;
	speak_dd(p.s, &dd, NULL, 0);
	onet_run(p.on, SEC(2));
	return p;
}

static void pair_free(struct pair *p)
{
	speaker_free(p->s);
	onet_free(p->on);
}

/* The k-th external LSA, of 20.k.0.0/24 (k < 65536). */
static void external(struct pair *p, uint32_t k, uint32_t seq)
{
	struct ospf_lsa_hdr h = { .options = OSPF_OPT_E, .type = OSPF_LSA_EXTERNAL,
				  .id = IP4(20, 0, 0, 0) + (k << 8), .adv = THEM_ID,
				  .seq = ospf_seq(seq) };
	struct ospf_external x = { .mask = IP4(255, 255, 255, 0), .metric = 1 };
	uint8_t body[64];
	struct wr w = wr_init(body, sizeof(body));

	ospf_lsu_emit(1, &w);
	ospf_lsa_hdr_emit(&h, &w);
	ospf_external_emit(&x, &w);
	ospf_lsa_finish(body + OSPF_LSU_LEN, wr_len(&w) - OSPF_LSU_LEN);
	speak(p->s, OSPF_LSU, body, wr_len(&w), 0);
}

TEST(limits, the_database_takes_no_more_lsas_than_it_may)
{
	struct pair p = pair_new(100);
	struct show_ospf o;

	for (uint32_t k = 0; k < 200; k++)
		external(&p, k, 0x80000001);
	REQUIRE(show_ospf(p.r1, &o));
	CHECK_EQ(o.n_external, 99);               /* and its own router-LSA */
	CHECK_EQ(onet_problems(p.on, p.r1, "more LSAs than the 100 that the database takes"), 1);
	onet_run(p.on, SEC(2));
	external(&p, 5, 0x80000002);              /* a newer one of what is there is taken */
	CHECK_EQ(lsdb_find3(p.r1->ospf, OSPF_AREA_AS, OSPF_LSA_EXTERNAL, IP4(20, 0, 5, 0), THEM_ID)
			 ->lsa->h.seq.v, (int32_t)0x80000002);
	pair_free(&p);
}

/* Else it would be in Loading for good. */
TEST(limits, what_the_database_will_not_take_is_not_asked_for)
{
	struct pair p = pair_new(10);
	struct ospf_dd dd = { .mtu = 1500, .options = OSPF_OPT_E, .seq = 20,
			      .flags = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS };
	struct ospf_lsa_hdr h[60] = { 0 };
	struct show_ospf_nbr n;

	speak_dd(p.s, &dd, NULL, 0);              /* anew, from ExStart */
	speak_dd(p.s, &dd, NULL, 0);
	for (uint32_t k = 0; k < N_ELEM(h); k++)
		h[k] = (struct ospf_lsa_hdr){ .type = OSPF_LSA_EXTERNAL, .id = k << 8,
					      .adv = THEM_ID, .seq = OSPF_SEQ_INITIAL, .len = 36 };
	dd.flags = OSPF_DD_MS;
	dd.seq = 21;
	speak_dd(p.s, &dd, h, N_ELEM(h));
	REQUIRE(onet_find_nbr(p.r1, THEM_ID, &n));
	CHECK_EQ(n.state, OSPF_NBR_LOADING);
	CHECK_EQ(n.request_len, 9);
	pair_free(&p);
}

TEST(limits, a_pool_has_no_more_numbers_than_it_may)
{
	struct pair p = pair_new(0);
	struct show_ospf o;

	ospf_pool_limit(p.on->pool, 50);
	for (uint32_t k = 0; k < 1000; k++)
		external(&p, k, 0x80000001);
	REQUIRE(show_ospf(p.r1, &o));
	CHECK(o.n_external > 40 && o.n_external < 50);
	CHECK(ospf_n_keys(p.on->pool) <= 128);    /* a block of the area and one of the AS */
	onet_run(p.on, SEC(2));
	external(&p, 5, 0x80000002);              /* it names nothing new */
	CHECK_EQ(lsdb_find3(p.r1->ospf, OSPF_AREA_AS, OSPF_LSA_EXTERNAL, IP4(20, 0, 5, 0), THEM_ID)
			 ->lsa->h.seq.v, (int32_t)0x80000002);
	CHECK(ospf_pool_full(p.on->pool));
	CHECK_EQ(onet_problems(p.on, p.r1, "names more routers and networks than"), 1);
	pair_free(&p);
}

TEST(limits, an_interface_has_no_more_neighbors_than_it_may)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/16", OSPF_NET_BROADCAST);
	struct speaker *s = speaker_new(dev, IP4(9, 0, 0, 0), IP4(10, 0, 1, 0));
	struct show_ospf_if i;

	for (uint32_t k = 0; k < OSPF_MAX_NBRS + 10; k++, s->id++, s->addr++) {
		if (k == OSPF_MAX_NBRS)
			onet_forget(on);
		speak_hello(s, 0);
	}
	speaker_free(s);
	REQUIRE(onet_find_if(r1, dev, &i));
	CHECK_EQ(i.n_nbrs, OSPF_MAX_NBRS);
	CHECK_EQ(onet_problems(on, r1, "one neighbor more than the 1024"), 1);
	onet_run(on, SEC(100));                   /* they are silent, and gone */
	REQUIRE(onet_find_if(r1, dev, &i));
	CHECK_EQ(i.n_nbrs, 0);
	onet_free(on);
}

/* 12 bytes a link, and no packet has more than 65,535: it is told, not sent. */
TEST(limits, a_router_lsa_that_no_packet_holds)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);

	onet_run(on, SEC(2));
	for (uint32_t k = 0; k < 5500; k++) {
		struct prefix p = { addr_ip4(IP4(20, 0, 0, 1) + (k << 8)), 24 };

		REQUIRE(stack_addr_add(r1, dev, &p) == OK);
	}
	onet_run(on, SEC(10));
	CHECK_EQ(onet_problems(on, r1, "5501 links are more than a router-LSA has room for"), 1);
	for (uint32_t k = 0; k < 1000; k++) {
		struct prefix p = { addr_ip4(IP4(20, 0, 0, 1) + (k << 8)), 24 };

		REQUIRE(stack_addr_del(r1, dev, &p) == OK);
	}
	onet_run(on, SEC(10));
	CHECK_EQ(lsdb_find3(r1->ospf, 0, OSPF_LSA_ROUTER, onet_id(r1), onet_id(r1))->lsa->len,
		 24 + 12 * 4501);
	onet_free(on);
}
