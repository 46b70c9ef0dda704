// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 2328 8.1: how a packet leaves. */
#include "tests/unit/ospf/fixture.h"

struct one { struct onet *on; struct stack *r1; struct netdev *dev; struct speaker *s; };

static struct one one_new(enum ospf_net_type type)
{
	struct one o = { .on = onet_new() };

	o.r1 = onet_router(o.on);
	o.dev = onet_if(o.on, o.r1, "10.0.0.1/24", type);
	o.s = speaker_new(o.dev, IP4(9, 9, 9, 9), IP4(10, 0, 0, 2));
	onet_run(o.on, MSEC(1));
	speaker_skip(o.s);
	return o;
}

static void one_free(struct one *o)
{
	speaker_free(o->s);
	onet_free(o->on);
}

static void send_n(struct one *o, enum ospf_type type, size_t n, ip4_t dst)
{
	struct ospf_tx tx;
	uint8_t *body;

	REQUIRE(ospf_tx_begin_for(&tx, ospf_if_of(o->r1->ospf, o->dev), (uint8_t)type, n) == OK);
	body = wr_take(&tx.w, n);
	REQUIRE(body != NULL);
	for (size_t i = 0; i < n; i++)
		body[i] = (uint8_t)i;
	ospf_tx_end(&tx, dst);
}

/* In the head of a pkt, half in a fragment, longer than any of these. */
TEST(out, any_length_arrives_whole)
{
	struct one o = one_new(OSPF_NET_P2P);

	for (size_t n = 0; n <= 1456; n += n < 120 ? 1 : 100) {
		speaker_skip(o.s);
		send_n(&o, OSPF_LSU, n, 0);
		REQUIRE(speaker_hears(o.s, OSPF_LSU));
		CHECK_EQ(o.s->n, n);
		for (size_t i = 0; i < n; i++)
			CHECK(o.s->body[i] == (uint8_t)i);
	}
	one_free(&o);
}

TEST(out, the_destination_is_that_of_the_network)
{
	struct one p2p = one_new(OSPF_NET_P2P), p2mp = one_new(OSPF_NET_P2MP);

	send_n(&p2p, OSPF_DD, 8, IP4(10, 0, 0, 2));
	REQUIRE(speaker_hears(p2p.s, OSPF_DD));
	CHECK_EQ(p2p.s->dst, OSPF_ALL_SPF_ROUTERS);
	send_n(&p2mp, OSPF_DD, 8, IP4(10, 0, 0, 2));
	REQUIRE(speaker_hears(p2mp.s, OSPF_DD));
	CHECK_EQ(p2mp.s->dst, IP4(10, 0, 0, 2));
	send_n(&p2mp, OSPF_LSU, 8, 0);
	REQUIRE(speaker_hears(p2mp.s, OSPF_LSU));
	CHECK_EQ(p2mp.s->dst, OSPF_ALL_SPF_ROUTERS);
	one_free(&p2p);
	one_free(&p2mp);
}

/* 13.3 (5): who is neither DR nor Backup speaks to these. */
TEST(out, floods_go_to_those_that_flood)
{
	struct onet *on = onet_new();
	struct stack *r1;
	struct netdev *dev;
	struct one o;

	on->if_conf.priority = 0;
	r1 = onet_router(on);
	dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	o = (struct one){ on, r1, dev, speaker_new(dev, IP4(9, 9, 9, 9), IP4(10, 0, 0, 2)) };
	CHECK_EQ(onet_if_state(dev), OSPF_IF_DROTHER);
	send_n(&o, OSPF_LSU, 8, 0);
	REQUIRE(speaker_hears(o.s, OSPF_LSU));
	CHECK_EQ(o.s->dst, OSPF_ALL_D_ROUTERS);
	send_n(&o, OSPF_LSACK, 0, 0);
	REQUIRE(speaker_hears(o.s, OSPF_LSACK));
	CHECK_EQ(o.s->dst, OSPF_ALL_D_ROUTERS);
	send_n(&o, OSPF_HELLO, 20, 0);
	REQUIRE(speaker_hears(o.s, OSPF_HELLO));
	CHECK_EQ(o.s->dst, OSPF_ALL_SPF_ROUTERS);
	one_free(&o);
}

TEST(out, what_is_above_the_mtu_is_fragmented)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	struct one o = { on, r1, l.a, NULL };
	uint64_t before;

	onet_run(on, SEC(1));
	before = show_drops(r2, DROP_OSPF_LENGTH);
	send_n(&o, OSPF_LSACK, 5001, 0);          /* no whole items */
	onet_run(on, SEC(1));
	CHECK_EQ(show_drops(r2, DROP_OSPF_LENGTH), before + 1);
	CHECK_EQ(show_drops(r2, DROP_OSPF_CHECKSUM), 0);
	onet_free(on);
}

TEST(out, room_ends_with_the_mtu_or_what_was_asked_for)
{
	struct one o = one_new(OSPF_NET_P2P);
	struct ospf_if *oi = ospf_if_of(o.r1->ospf, o.dev);
	struct ospf_tx tx;

	REQUIRE(ospf_tx_begin(&tx, oi, OSPF_LSU) == OK);
	CHECK_EQ(ospf_tx_room(&tx), 1500 - 20 - 24);
	ospf_tx_end(&tx, 0);
	REQUIRE(ospf_tx_begin_for(&tx, oi, OSPF_LSU, 3000) == OK);
	CHECK_EQ(ospf_tx_room(&tx), 3000);
	ospf_tx_end(&tx, 0);
	CHECK_EQ(ospf_tx_begin_for(&tx, oi, OSPF_LSU, 65536), ERR_NOBUFS);
	CHECK_EQ(netdev_set_mtu(o.dev, 68), OK);
	REQUIRE(ospf_tx_begin(&tx, oi, OSPF_LSU) == OK);
	CHECK_EQ(ospf_tx_room(&tx), 68 - 20 - 24);
	ospf_tx_end(&tx, 0);
	one_free(&o);
}

/* The least MTU there is: databases are described one LSA at a time. */
TEST(out, adjacencies_come_up_with_any_mtu)
{
	static const uint32_t mtus[] = { 68, 72, 100, 576, 65535 };

	for (size_t i = 0; i < N_ELEM(mtus); i++) {
		struct onet *on = onet_new();
		struct stack *r1 = onet_router(on), *r2 = onet_router(on), *r3 = onet_router(on);
		struct olink l = onet_link(on, r1, r2);

		onet_link(on, r2, r3);
		CHECK_EQ(netdev_set_mtu(l.a, mtus[i]), OK);
		CHECK_EQ(netdev_set_mtu(l.b, mtus[i]), OK);
		onet_run(on, SEC(10));
		netdev_set_carrier(l.a, false);   /* and again, with databases */
		onet_run(on, SEC(1));
		netdev_set_carrier(l.a, true);
		onet_run(on, SEC(60));
		CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
		CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
		onet_free(on);
	}
}
