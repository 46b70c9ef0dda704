// SPDX-License-Identifier: GPL-3.0-or-later
/* Router-LSAs and network-LSAs (RFC 2328 12.4.1, 12.4.2), as text. */
#include "stack/ospf/ospf.h"

#include "tests/unit/ospf/say.h"

/* "p2p 2.2.2.2 10.0.0.0 10" a link, one behind the other, as id, data and metric. */
static const char *links(const struct lsdb_entry *e, char *to)
{
	static const char *const types[] = { "?", "p2p", "transit", "stub", "virtual" };
	struct ospf_router rt;
	struct ospf_link k;
	struct rd r;
	char *at = to, id[ADDR_STRLEN], data[ADDR_STRLEN];

	*at = '\0';
	if (!e)
		return "none";
	r = ospf_lsa_body(e->lsa->image, e->lsa->len);
	ospf_router_parse(&rt, &r);
	if (rt.flags)
		at += sprintf(at, "flags %u, ", rt.flags);
	while (ospf_link_parse(&k, &r))
		at += sprintf(at, "%s %s %s %u, ", types[k.type], ip4_fmt(k.id, id),
			      ip4_fmt(k.data, data), k.metric);
	return to;
}

#define CHECK_LINKS(st, text) \
	CHECK_STR(links(db_router(st, onet_id(st)), (char[2048]){ 0 }), text)

TEST(origin_router, a_point_to_point_link_is_two_links)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on), *b = onet_router(on);

	on->if_conf.cost = 7;
	onet_link(on, a, b);
	CHECK(onet_settle(on, SEC(3)));
	CHECK_LINKS(a, "p2p 2.2.2.2 10.0.0.0 7, stub 10.0.0.0 255.255.255.254 7, ");
	CHECK_LINKS(b, "p2p 1.1.1.1 10.0.0.1 7, stub 10.0.0.0 255.255.255.254 7, ");
	CHECK_EQ(db_router(a, onet_id(a))->lsa->h.options, OSPF_OPT_E);
	onet_free(on);
}

TEST(origin_router, without_a_neighbour_the_subnet_is_a_stub)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on);

	onet_if(on, a, "10.1.2.3/24", OSPF_NET_P2P);
	on->if_conf.passive = true;
	onet_if(on, a, "10.2.2.3/16", OSPF_NET_BROADCAST);
	CHECK(onet_settle(on, SEC(60)));
	CHECK_LINKS(a, "stub 10.1.2.0 255.255.255.0 10, stub 10.2.0.0 255.255.0.0 10, ");
	onet_free(on);
}

TEST(origin_router, a_neighbour_that_is_not_full_is_no_link)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on);
	struct netdev *dev = onet_if(on, a, "10.0.0.1/24", OSPF_NET_P2P);
	struct speaker *s = speaker_new(dev, IP4(9, 9, 9, 9), IP4(10, 0, 0, 2));

	speaker_meet(s);
	onet_run(on, SEC(10));
	CHECK_LINKS(a, "stub 10.0.0.0 255.255.255.0 10, ");
	speaker_free(s);
	onet_free(on);
}

TEST(origin_router, a_loopback_is_hosts_that_cost_nothing)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on);
	struct netdev *lo = stack_dev(a, "lo");
	struct prefix p = { addr_ip4(IP4(10, 255, 0, 1)), 32 };

	REQUIRE(stack_addr_add(a, lo, &p) == OK);
	onet_if_on(on, lo, OSPF_NET_BROADCAST);
	onet_if(on, a, "10.1.2.3/24", OSPF_NET_P2P);
	CHECK(onet_settle(on, SEC(60)));
	CHECK_LINKS(a, "stub 10.1.2.0 255.255.255.0 10, stub 10.255.0.1 255.255.255.255 0, ");
	onet_free(on);
}

TEST(origin_router, other_addresses_of_an_interface_are_stubs)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on);
	struct netdev *dev = onet_if(on, a, "10.1.2.3/24", OSPF_NET_P2P);
	struct prefix same = { addr_ip4(IP4(10, 1, 2, 4)), 24 };
	struct prefix p = { addr_ip4(IP4(10, 5, 0, 1)), 16 };

	REQUIRE(stack_addr_add(a, dev, &same) == OK);
	REQUIRE(stack_addr_add(a, dev, &p) == OK);
	p.addr = addr_ip4(IP4(10, 5, 0, 2));      /* a secondary one: the same subnet */
	REQUIRE(stack_addr_add(a, dev, &p) == OK);
	onet_run(on, SEC(1));
	CHECK_LINKS(a, "stub 10.1.2.0 255.255.255.0 10, stub 10.5.0.0 255.255.0.0 10, ");
	onet_free(on);
}

TEST(origin_router, point_to_multipoint_is_a_host_and_its_neighbours)
{
	struct onet *on = onet_new();
	struct stack *r[3];
	struct netdev *dev[3];
	static const char *const addr[] = { "10.3.0.1/24", "10.3.0.2/24", "10.3.0.3/24" };

	for (unsigned i = 0; i < 3; i++) {
		r[i] = onet_router(on);
		dev[i] = onet_if(on, r[i], addr[i], OSPF_NET_P2MP);
	}
	net_hub(dev, 3);
	onet_run(on, SEC(60));
	CHECK_LINKS(r[0], "stub 10.3.0.1 255.255.255.255 0, p2p 2.2.2.2 10.3.0.1 10, "
			  "p2p 3.3.3.3 10.3.0.1 10, ");
	onet_free(on);
}

TEST(origin_router, a_lan_is_a_transit_network_once_there_is_an_adjacency)
{
	struct onet *on = onet_new();
	struct stack *r[3];
	const struct lsdb_entry *e;
	uint32_t id[3];
	struct rd rd;
	ip4_t mask;

	for (unsigned i = 0; i < 3; i++)
		r[i] = onet_router(on);
	onet_lan(on, r, 3);
	onet_run(on, SEC(10));                    /* Waiting */
	CHECK_LINKS(r[0], "stub 192.168.0.0 255.255.255.0 10, ");
	CHECK(onet_settle(on, SEC(100)));
	CHECK_LINKS(r[0], "transit 192.168.0.3 192.168.0.1 10, ");
	CHECK_LINKS(r[2], "transit 192.168.0.3 192.168.0.3 10, ");
	e = lsdb_find3(r[0]->ospf, 0, OSPF_LSA_NETWORK, IP4(192, 168, 0, 3), onet_id(r[2]));
	REQUIRE(e != NULL);
	rd = ospf_lsa_body(e->lsa->image, e->lsa->len);
	REQUIRE(ospf_network_parse(&mask, &rd) && rd_left(&rd) == 12);
	CHECK_EQ(mask, ip4_mask(24));
	for (unsigned i = 0; i < 3; i++) {
		ospf_id_parse(&id[i], &rd);
		CHECK_EQ(id[i], onet_id(r[i]));   /* by address */
	}
	onet_free(on);
}

TEST(origin_router, a_dr_without_neighbours_says_nothing_of_its_network)
{
	struct onet *on = onet_new();
	struct stack *r[2];

	for (unsigned i = 0; i < 2; i++)
		r[i] = onet_router(on);
	onet_lan(on, r, 2);
	CHECK(onet_settle(on, SEC(100)));
	CHECK_EQ(db_seq(r[1], OSPF_LSA_NETWORK, IP4(192, 168, 0, 2), onet_id(r[1])), 1);
	stack_ospf_stop(r[0]);
	onet_run(on, SEC(60));
	CHECK_EQ(db_seq(r[1], OSPF_LSA_NETWORK, IP4(192, 168, 0, 2), onet_id(r[1])), 0);
	CHECK_LINKS(r[1], "stub 192.168.0.0 255.255.255.0 10, ");
	onet_free(on);
}

TEST(origin_router, a_stub_router_costs_the_most_but_for_its_stubs)      /* RFC 6987 */
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on), *b = onet_router(on);
	struct ospf_config c = on->conf;

	onet_link(on, a, b);
	CHECK(onet_settle(on, SEC(3)));
	onet_run(on, SEC(5));
	c.router_id = onet_id(a);
	c.stub_router = true;
	REQUIRE(stack_ospf_set(a, &c) == OK);
	CHECK(onet_settle(on, SEC(3)));
	CHECK_LINKS(a, "p2p 2.2.2.2 10.0.0.0 65535, stub 10.0.0.0 255.255.255.254 10, ");
	onet_free(on);
}

TEST(origin_router, bits_tell_of_border_routers)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on);
	struct ospf_area_config nssa = { .type = OSPF_AREA_NSSA, .translate = OSPF_NSSA_ALWAYS };
	struct ospf_area_config stub = { .type = OSPF_AREA_STUB };
	struct ospf_area *area;
	const struct lsdb_entry *e;
	static const uint8_t flags[] = { OSPF_ROUTER_B | OSPF_ROUTER_E,
					 OSPF_ROUTER_B | OSPF_ROUTER_E | OSPF_ROUTER_NT,
					 OSPF_ROUTER_B };

	REQUIRE(stack_ospf_area(a, 1, &nssa) == OK && stack_ospf_area(a, 2, &stub) == OK);
	onet_if(on, a, "10.1.0.1/24", OSPF_NET_P2P);
	on->if_conf.area = 1;
	onet_if(on, a, "10.2.0.1/24", OSPF_NET_P2P);
	on->if_conf.area = 2;
	onet_if(on, a, "10.3.0.1/24", OSPF_NET_P2P);
	onet_run(on, SEC(6));
	a->ospf->is_abr = a->ospf->is_asbr = true;
	list_for_each(&a->ospf->areas, area, node)
		ospf_router_lsa_dirty(area);
	onet_run(on, MSEC(10));
	for (uint32_t i = 0; i < 3; i++) {
		e = lsdb_find3(a->ospf, i, OSPF_LSA_ROUTER, onet_id(a), onet_id(a));
		REQUIRE(e != NULL);
		CHECK_EQ(e->lsa->image[OSPF_LSA_HLEN], flags[i]);
	}
	onet_free(on);
}

TEST(origin_router, an_area_without_interfaces_has_none)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on);
	struct ospf_area_config normal = { .type = OSPF_AREA_NORMAL };
	struct netdev *dev;

	onet_if(on, a, "10.1.2.3/24", OSPF_NET_P2P);
	on->if_conf.area = 5;
	dev = onet_if(on, a, "10.2.2.3/24", OSPF_NET_P2P);
	REQUIRE(stack_ospf_area(a, 5, &normal) == OK);
	onet_run(on, SEC(6));
	CHECK(lsdb_find3(a->ospf, 5, OSPF_LSA_ROUTER, onet_id(a), onet_id(a)) != NULL);
	stack_ospf_if_del(a, dev);
	onet_run(on, SEC(6));
	CHECK(!lsdb_find3(a->ospf, 5, OSPF_LSA_ROUTER, onet_id(a), onet_id(a)));
	onet_free(on);
}

TEST(origin_router, a_link_that_goes_down_is_no_more_in_it)
{
	struct onet *on = onet_new();
	struct stack *a = onet_router(on), *b = onet_router(on);
	struct olink l;

	onet_link(on, a, b);
	l = onet_link(on, a, b);
	CHECK(onet_settle(on, SEC(3)));
	onet_run(on, SEC(6));
	netdev_set_carrier(l.a, false);
	onet_run(on, MSEC(100));
	CHECK_LINKS(a, "p2p 2.2.2.2 10.0.0.0 10, stub 10.0.0.0 255.255.255.254 10, ");
	onet_free(on);
}
