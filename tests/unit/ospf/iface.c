// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 2328 9.1-9.3: what becomes of an interface. */
#include "stack/util/be.h"
#include "tests/unit/ospf/fixture.h"

static struct prefix prefix_of(const char *text)
{
	struct prefix p;

	REQUIRE(prefix_parse(&p, text));
	return p;
}

TEST(iface, states_by_the_type_of_network)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *p2p = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2P);
	struct netdev *p2mp = onet_if(on, r1, "10.0.1.1/24", OSPF_NET_P2MP);
	struct netdev *lan = onet_if(on, r1, "10.0.2.1/24", OSPF_NET_BROADCAST);
	struct netdev *lo = stack_dev(r1, "lo"), *low;
	struct prefix addr = prefix_of("7.7.7.7/32");

	on->if_conf.priority = 0;
	low = onet_if(on, r1, "10.0.3.1/24", OSPF_NET_BROADCAST);
	onet_if_on(on, lo, OSPF_NET_BROADCAST);
	CHECK_EQ(onet_if_state(lo), OSPF_IF_DOWN);        /* 127.0.0.1 is nobody's */
	REQUIRE(stack_addr_add(r1, lo, &addr) == OK);
	CHECK_EQ(onet_if_state(lo), OSPF_IF_LOOPBACK);
	CHECK_EQ(onet_if_state(p2p), OSPF_IF_P2P);
	CHECK_EQ(onet_if_state(p2mp), OSPF_IF_P2P);
	CHECK_EQ(onet_if_state(lan), OSPF_IF_WAITING);
	CHECK_EQ(onet_if_state(low), OSPF_IF_DROTHER);
	onet_run(on, SEC(41));
	CHECK_EQ(onet_if_state(lan), OSPF_IF_DR);
	CHECK_EQ(onet_if_state(low), OSPF_IF_DROTHER);
	CHECK_STR(ospf_if_state_name(OSPF_IF_P2P), "Point-To-Point");
	onet_free(on);
}

TEST(iface, without_carrier_all_is_over_at_once)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);

	onet_run(on, SEC(1));
	netdev_set_carrier(l.a, false);
	CHECK_EQ(onet_if_state(l.a), OSPF_IF_DOWN);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
	CHECK(!mcast_member(l.a, OSPF_ALL_SPF_ROUTERS));
	netdev_set_carrier(l.a, true);
	CHECK_EQ(onet_if_state(l.a), OSPF_IF_P2P);
	CHECK(mcast_member(l.a, OSPF_ALL_SPF_ROUTERS));
	onet_run(on, MSEC(10));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
	onet_free(on);
}

TEST(iface, a_dr_without_carrier_leaves_its_groups)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	struct show_ospf_if i;

	onet_run(on, SEC(41));
	CHECK(mcast_member(dev, OSPF_ALL_D_ROUTERS));
	netdev_set_carrier(dev, false);
	CHECK(!mcast_member(dev, OSPF_ALL_D_ROUTERS));
	CHECK(!mcast_member(dev, OSPF_ALL_SPF_ROUTERS));
	REQUIRE(onet_find_if(r1, dev, &i));
	CHECK_EQ(i.dr, 0);
	CHECK_EQ(i.dr_id, 0);
	CHECK_EQ(i.hello_due_at, NS_NEVER);
	netdev_set_carrier(dev, true);
	CHECK_EQ(onet_if_state(dev), OSPF_IF_WAITING);
	onet_free(on);
}

TEST(iface, another_address_begins_anew)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct netdev *a = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2P);
	struct netdev *b = onet_if(on, r2, "10.0.0.2/24", OSPF_NET_P2P);
	struct prefix was = prefix_of("10.0.0.1/24"), is = prefix_of("10.0.0.9/24");
	struct prefix second = prefix_of("10.9.0.1/24");
	struct show_ospf_nbr n;

	net_join(a, b);
	onet_run(on, SEC(1));
	REQUIRE(stack_addr_add(r1, a, &second) == OK);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);        /* another one is no concern */
	REQUIRE(stack_addr_del(r1, a, &second) == OK);
	REQUIRE(stack_addr_del(r1, a, &was) == OK);
	CHECK_EQ(onet_if_state(a), OSPF_IF_DOWN);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	REQUIRE(stack_addr_add(r1, a, &is) == OK);
	onet_run(on, MSEC(10));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	REQUIRE(onet_find_nbr(r2, onet_id(r1), &n));
	CHECK_EQ(n.addr, IP4(10, 0, 0, 9));
	CHECK_EQ(n.state, OSPF_NBR_FULL);
	onet_free(on);
}

TEST(iface, the_same_address_with_another_mask_begins_anew)
{
	struct prefix was = prefix_of("10.0.0.1/24"), is = prefix_of("10.0.0.1/25");
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *a = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	struct show_ospf_if i;

	onet_run(on, SEC(50));
	CHECK_EQ(onet_if_state(a), OSPF_IF_DR);
	REQUIRE(stack_addr_del(r1, a, &was) == OK);
	REQUIRE(stack_addr_add(r1, a, &is) == OK);
	REQUIRE(onet_find_if(r1, a, &i));
	CHECK_EQ(i.addr.len, 25);
	CHECK_EQ(i.state, OSPF_IF_WAITING);
	onet_free(on);
}

/* 9.3, InterfaceDown: what waits there is nobody's any more. */
TEST(iface, what_waits_to_be_sent_goes_with_it)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct netdev *a = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2MP);
	struct netdev *b = onet_if(on, r2, "10.0.0.2/24", OSPF_NET_P2MP);
	struct ospf_if *oi = ospf_if_of(r1->ospf, a);
	struct lsdb_entry *e;

	net_join(a, b);
	REQUIRE(onet_settle(on, SEC(10)));
	e = lsdb_find3(r1->ospf, 0, OSPF_LSA_ROUTER, onet_id(r2), onet_id(r2));
	REQUIRE(e && lsa_set_add(&oi->flood, e->lsa->key, 0) == OK);
	ospf_ack_delayed(oi, e);
	netdev_set_carrier(a, false);
	CHECK_EQ(oi->flood.n, 0);
	CHECK_EQ(oi->n_acks, 0);
	CHECK(!oi->acks && !timer_armed(&oi->ack_timer));
	onet_free(on);
}

TEST(iface, an_address_is_not_used_while_it_is_tentative)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev;

	REQUIRE(stack_set_option(r1, OPT_ARP_PROBE, 1) == OK);
	dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2P);
	CHECK_EQ(onet_if_state(dev), OSPF_IF_DOWN);
	onet_run(on, SEC(10));
	CHECK_EQ(onet_if_state(dev), OSPF_IF_P2P);
	onet_free(on);
}

static bool to_nowhere(void *arg, const struct pkt *p)
{
	(void)arg, (void)p;
	return false;
}

TEST(iface, a_device_that_goes_takes_its_interface_along)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	struct show_ospf_if i;

	onet_run(on, SEC(1));
	net_tap(l.b, to_nowhere, NULL);
	stack_detach(r1, l.a);
	CHECK(!onet_find_if(r1, l.a, &i));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	onet_run(on, SEC(60));
	CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_DOWN);
	onet_free(on);
}

TEST(iface, passive_is_said_and_says_nothing)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev;

	on->if_conf.passive = true;
	dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	onet_run(on, SEC(100));
	CHECK_EQ(net_sent(dev), 0);
	CHECK_EQ(onet_if_state(dev), OSPF_IF_DR); /* of nobody; nothing to wait for */
	CHECK(!mcast_member(dev, OSPF_ALL_SPF_ROUTERS));
	on->if_conf.passive = false;
	onet_if_on(on, dev, OSPF_NET_BROADCAST);
	CHECK_EQ(onet_if_state(dev), OSPF_IF_WAITING);
	onet_run(on, SEC(1));
	CHECK_EQ(net_sent(dev), 1);
	on->if_conf.passive = true;
	onet_if_on(on, dev, OSPF_NET_BROADCAST);
	CHECK(!mcast_member(dev, OSPF_ALL_SPF_ROUTERS));
	onet_free(on);
}

/* Three in a row on one wire, of which the middle one hears both. */
/* OSPF packets by type, to a group and to a router. */
struct sent { unsigned mcast[OSPF_TYPE_N], ucast[OSPF_TYPE_N]; };

static bool count_sent(void *arg, const struct pkt *p)
{
	struct sent *s = arg;
	uint8_t b[IP4_HLEN + 2] = { 0 };

	if (pkt_len(p) < ETH_HLEN + sizeof(b))
		return true;
	pkt_copy_out(p, ETH_HLEN, b, sizeof(b));
	if (b[9] == IP_PROTO_OSPF)
		(ip4_is_mcast(get_be32(b + 16)) ? s->mcast : s->ucast)[b[IP4_HLEN + 1]]++;
	return true;
}

TEST(iface, point_to_multipoint_has_an_adjacency_with_each)
{
	struct onet *on = onet_new();
	struct sent s = { 0 };
	struct stack *r[3];
	struct netdev *devs[3];
	char addr[PREFIX_STRLEN];

	for (unsigned i = 0; i < 3; i++) {
		r[i] = onet_router(on);
		snprintf(addr, sizeof(addr), "10.0.0.%u/24", i + 1);
		devs[i] = onet_if(on, r[i], addr, OSPF_NET_P2MP);
	}
	net_hub(devs, 3);
	net_tap(devs[1], count_sent, &s);
	onet_run(on, SEC(12));
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			if (i != k)
				CHECK_EQ(onet_nbr(r[i], r[k]), OSPF_NBR_FULL);
	CHECK(s.mcast[OSPF_HELLO] > 0);
	CHECK_EQ(s.ucast[OSPF_HELLO], 0);
	for (int t = OSPF_DD; t <= OSPF_LSACK; t++) {     /* 8.1 */
		CHECK_EQ(s.mcast[t], 0);
		CHECK(s.ucast[t] > 0 || t == OSPF_LSR);
	}
	onet_free(on);
}

/* 13.3 (5), 13.5: one packet to each, and one acknowledgment from each. */
TEST(iface, point_to_multipoint_is_flooded_by_unicasts)
{
	struct onet *on = onet_new();
	struct sent s[3] = { 0 };
	struct stack *r[3];
	struct netdev *devs[3];
	char addr[PREFIX_STRLEN];

	for (unsigned i = 0; i < 3; i++) {
		r[i] = onet_router(on);
		snprintf(addr, sizeof(addr), "10.0.0.%u/24", i + 1);
		devs[i] = onet_if(on, r[i], addr, OSPF_NET_P2MP);
	}
	net_hub(devs, 3);
	REQUIRE(onet_settle(on, SEC(60)));
	onet_run(on, SEC(10));
	for (unsigned i = 0; i < 3; i++)
		net_tap(devs[i], count_sent, &s[i]);
	onet_if(on, r[0], "10.1.0.1/24", OSPF_NET_P2P);
	onet_run(on, SEC(30));
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQ(s[i].mcast[OSPF_LSU] + s[i].mcast[OSPF_LSACK], 0);
	}
	CHECK_EQ(s[0].ucast[OSPF_LSU], 2);
	CHECK_EQ(s[1].ucast[OSPF_LSU] + s[2].ucast[OSPF_LSU], 2);  /* to each other */
	CHECK(s[1].ucast[OSPF_LSACK] > 0 && s[2].ucast[OSPF_LSACK] > 0);
	onet_free(on);
}

TEST(iface, changes_are_told_with_their_cause)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_BROADCAST);
	static const struct { uint8_t from, to; const char *cause; } told[] = {
		{ OSPF_IF_DOWN, OSPF_IF_WAITING, "InterfaceUp" },
		{ OSPF_IF_WAITING, OSPF_IF_DR, "WaitTimer" },
		{ OSPF_IF_DR, OSPF_IF_DOWN, "InterfaceDown" },
	};
	unsigned k = 0;

	onet_run(on, SEC(41));
	netdev_set_up(dev, false);
	for (unsigned i = 0; i < on->n_events; i++) {
		const struct oevent *e = &on->events[i];

		if (e->e.kind != OSPF_EV_IF)
			continue;
		REQUIRE(k < N_ELEM(told));
		CHECK_EQ(e->e.old_state, told[k].from);
		CHECK_EQ(e->e.new_state, told[k].to);
		CHECK_STR(e->text, told[k].cause);
		k++;
	}
	CHECK_EQ(k, N_ELEM(told));
	onet_free(on);
}
