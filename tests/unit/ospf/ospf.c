// SPDX-License-Identifier: GPL-3.0-or-later
/* The instance. */
#include "tests/unit/ospf/fixture.h"

static uint32_t id_of(struct stack *st)
{
	struct ospf_config c;
	struct show_ospf s = { 0 };

	ospf_config_init(&c);
	CHECK_EQ(stack_ospf_start(st, &c), OK);
	CHECK(show_ospf(st, &s));
	stack_ospf_stop(st);
	return s.router_id;
}

TEST(ospf, the_router_id_is_the_lowest_address_of_lo_or_of_all)
{
	struct net *net = net_new();
	struct stack *st = net_router(net, "r1");
	struct prefix lo;
	struct ospf_config c;

	ospf_config_init(&c);
	CHECK_EQ(stack_ospf_start(st, &c), ERR_NOTAVAIL);
	net_dev(st, "eth0", "10.0.0.9/24");
	net_dev(st, "eth1", "10.0.0.3/32");
	CHECK_EQ(id_of(st), IP4(10, 0, 0, 3));
	REQUIRE(prefix_parse(&lo, "99.9.9.9/32"));
	REQUIRE(stack_addr_add(st, stack_dev(st, "lo"), &lo) == OK);
	CHECK_EQ(id_of(st), IP4(99, 9, 9, 9));
	net_free(net);
}

/* RI-8: one router, whatever addresses come and go. */
TEST(ospf, the_router_id_stays)
{
	struct net *net = net_new();
	struct stack *st = net_router(net, "r1");
	struct show_ospf s;
	struct ospf_config c;

	ospf_config_init(&c);
	net_dev(st, "eth0", "10.0.0.9/24");
	CHECK_EQ(stack_ospf_start(st, &c), OK);
	net_dev(st, "eth1", "10.0.0.1/32");
	c.router_id = IP4(5, 5, 5, 5);
	c.spf_delay = MSEC(1);
	CHECK_EQ(stack_ospf_set(st, &c), OK);
	REQUIRE(show_ospf(st, &s));
	CHECK_EQ(s.router_id, IP4(10, 0, 0, 9));
	CHECK_EQ(s.config.router_id, IP4(10, 0, 0, 9));
	CHECK_EQ(s.config.spf_delay, MSEC(1));
	CHECK_EQ(s.config.distance, OSPF_DISTANCE);
	CHECK_EQ(s.config.max_paths, ROUTE_HOPS_MAX);
	CHECK_EQ(stack_ospf_start(st, &c), ERR_EXIST);
	net_free(net);
}

TEST(ospf, a_pool_of_its_own_will_do)
{
	struct net *net = net_new();
	struct stack *st[2];
	struct netdev *dev[2];
	struct ospf_if_config ic;
	struct show_ospf_nbr n;
	struct ospf_config c;

	ospf_config_init(&c);
	ospf_if_config_init(&ic);
	ic.type = OSPF_NET_P2P;
	for (int i = 0; i < 2; i++) {
		st[i] = net_router(net, i ? "r2" : "r1");
		dev[i] = net_dev(st[i], "eth0", i ? "10.0.0.2/24" : "10.0.0.1/24");
		CHECK_EQ(stack_ospf_start(st[i], &c), OK);
		CHECK_EQ(stack_ospf_if(st[i], dev[i], &ic), OK);
	}
	net_join(dev[0], dev[1]);
	net_run(net, SEC(11));
	REQUIRE(onet_find_nbr(st[0], IP4(10, 0, 0, 2), &n));
	CHECK_EQ(n.state, OSPF_NBR_FULL);
	net_free(net);
}

/* LSAs name prefixes by the numbers that the stack's routes have. */
TEST(ospf, lsas_and_routes_are_of_one_pool_of_prefixes)
{
	struct prefix_pool *prefixes = prefix_pool_new();
	struct ospf_pool *lsas = ospf_pool_new(prefixes);
	struct stack_config cfg = { .name = "r1", .lsas = lsas, .forwarding = true };
	struct net *net = net_new();
	struct ospf_config c;
	struct stack *st;

	REQUIRE(prefixes && lsas);
	ospf_config_init(&c);
	c.router_id = 1;
	CHECK_EQ(stack_ospf_start(net_stack(net, &cfg), &c), ERR_INVAL);
	cfg.prefixes = prefixes;
	st = net_stack(net, &cfg);
	CHECK_EQ(stack_ospf_start(st, &c), OK);
	net_free(net);
	ospf_pool_free(lsas);
	prefix_pool_free(prefixes);
}

TEST(ospf, stopped_it_is_silent_and_has_nothing)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	struct show_ospf s;
	uint64_t sent;

	onet_run(on, SEC(3));
	onet_forget(on);
	stack_ospf_stop(r1);
	CHECK_EQ(on->n_events, 0);
	CHECK(!show_ospf(r1, &s));
	CHECK(!mcast_member(l.a, OSPF_ALL_SPF_ROUTERS));
	CHECK(show_ospf_settled(r1, NULL));
	sent = l.a->stats.tx_packets;
	onet_run(on, SEC(100));
	CHECK_EQ(l.a->stats.tx_packets, sent);
	onet_free(on);
}

TEST(ospf, packets_are_counted)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	struct show_ospf a, b;
	struct show_ospf_if i;

	onet_run(on, SEC(35));
	REQUIRE(show_ospf(r1, &a) && show_ospf(r2, &b) && onet_find_if(r1, l.a, &i));
	for (int t = OSPF_HELLO; t < OSPF_TYPE_N; t++) {
		CHECK(a.tx[t] > 0 || t == OSPF_LSR);
		CHECK_EQ(a.tx[t], b.rx[t]);
		CHECK_EQ(a.rx[t], i.rx[t]);
		CHECK_EQ(a.tx[t], i.tx[t]);
	}
	CHECK_EQ(i.errors, 0);
	onet_free(on);
}

/* Two lives of one lab are the same to the packet. */
TEST(ospf, a_lab_is_the_same_each_time)
{
	uint64_t sent[2];

	for (int k = 0; k < 2; k++) {
		struct onet *on = onet_new();
		struct stack *r1 = onet_router(on), *r2 = onet_router(on);
		struct olink l = onet_link(on, r1, r2);

		onet_run(on, SEC(100));
		sent[k] = l.a->stats.tx_bytes << 20 | l.a->stats.tx_packets;
		onet_free(on);
	}
	CHECK_EQ(sent[0], sent[1]);
}

/* What an interface and a neighbour cost, with their timers. */
TEST(ospf, an_adjacency_is_small)
{
	CHECK(sizeof(struct ospf_if) + sizeof(struct ospf_nbr) <= 900);
}
