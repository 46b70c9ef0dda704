// SPDX-License-Identifier: GPL-3.0-or-later
/* What is configured while it runs. */
#include "tests/unit/ospf/fixture.h"

TEST(config, values_that_cannot_be_are_refused)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct netdev *dev = net_dev(r1, "eth0", "10.0.0.1/24");
	struct ospf_auth none = { .type = OSPF_AUTH_MD5 };
	struct ospf_if_config c;

	ospf_if_config_init(&c);
	CHECK_EQ(stack_ospf_if(r1, dev, &c), OK);
#define REFUSED(field, value) do { \
		ospf_if_config_init(&c); \
		c.field = value; \
		CHECK_EQ(stack_ospf_if(r1, dev, &c), ERR_INVAL); \
	} while (0)
	REFUSED(area, OSPF_AREA_AS);
	REFUSED(type, (enum ospf_net_type)3);
	REFUSED(cost, 0);
	REFUSED(hello, 0);
	REFUSED(dead, 0);
	REFUSED(rxmt, 0);
	REFUSED(transmit_delay, 0);
	REFUSED(auth, &none);
#undef REFUSED
	CHECK_EQ(onet_if_state(dev), OSPF_IF_WAITING);
	onet_free(on);
}

TEST(config, areas_that_cannot_be_are_refused)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct ospf_area_config stub = { .type = OSPF_AREA_STUB }, c = { 0 };
	struct ospf_range bad = { .prefix = { addr_ip4(1), 33 } };

	CHECK_EQ(stack_ospf_area(r1, 0, &stub), ERR_INVAL);
	CHECK_EQ(stack_ospf_area(r1, OSPF_AREA_AS, &c), ERR_INVAL);
	CHECK_EQ(stack_ospf_area(r1, 0, &c), OK);
	CHECK_EQ(stack_ospf_area(r1, 1, &stub), OK);
	c.type = (enum ospf_area_type)3;
	CHECK_EQ(stack_ospf_area(r1, 1, &c), ERR_INVAL);
	c = (struct ospf_area_config){ .default_cost = OSPF_LS_INFINITY };
	CHECK_EQ(stack_ospf_area(r1, 1, &c), ERR_INVAL);
	c = (struct ospf_area_config){ .ranges = &bad, .n_ranges = 1 };
	CHECK_EQ(stack_ospf_area(r1, 1, &c), ERR_INVAL);
	onet_free(on);
}

TEST(config, without_ospf_there_is_nothing_to_configure)
{
	struct net *net = net_new();
	struct stack *st = net_router(net, "r1");
	struct netdev *dev = net_dev(st, "eth0", "10.0.0.1/24");
	struct ospf_area_config a = { 0 };
	struct ospf_if_config c;
	struct ospf_config o;

	ospf_if_config_init(&c);
	ospf_config_init(&o);
	CHECK_EQ(stack_ospf_if(st, dev, &c), ERR_NOENT);
	CHECK_EQ(stack_ospf_area(st, 0, &a), ERR_NOENT);
	CHECK_EQ(stack_ospf_set(st, &o), ERR_NOENT);
	stack_ospf_if_del(st, dev);
	stack_ospf_stop(st);
	net_free(net);
}

/* Cost, timers, priority: no adjacency is lost. */
TEST(config, most_values_change_without_a_restart)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	struct show_ospf_if i;

	onet_run(on, SEC(1));
	on->if_conf.cost = 77;
	on->if_conf.priority = 5;
	on->if_conf.rxmt = 9;
	onet_if_on(on, l.a, OSPF_NET_P2P);
	REQUIRE(onet_find_if(r1, l.a, &i));
	CHECK_EQ(i.config.cost, 77);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_run(on, SEC(60));
	CHECK_EQ(onet_changes(on, r1, OSPF_NBR_FULL), 1);
	onet_free(on);
}

/* Both sides within the dead interval of the other. */
TEST(config, hello_interval_changes_at_once)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	struct show_ospf_nbr n;
	uint64_t before;

	onet_run(on, SEC(15));
	before = r1->ospf->tx[OSPF_HELLO];
	on->if_conf.hello = 1;
	on->if_conf.dead = 4;
	onet_if_on(on, l.a, OSPF_NET_P2P);
	onet_if_on(on, l.b, OSPF_NET_P2P);
	onet_run(on, MSEC(1));
	CHECK_EQ(r1->ospf->tx[OSPF_HELLO], before + 1);
	onet_run(on, SEC(60));
	CHECK_EQ(onet_changes(on, r1, OSPF_NBR_FULL), 1);
	REQUIRE(onet_find_nbr(r1, onet_id(r2), &n));
	CHECK(n.dead_at <= net_now(on->net) + SEC(4));
	stack_ospf_stop(r2);
	onet_run(on, SEC(5));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	onet_free(on);
}

static bool count_area(void *arg, const struct show_ospf_area *a)
{
	(void)a;
	++*(unsigned *)arg;
	return true;
}

static unsigned areas(struct stack *st)
{
	unsigned n = 0;

	show_ospf_areas(st, count_area, &n);
	return n;
}

TEST(config, an_area_is_there_while_it_has_interfaces)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);
	struct show_ospf s;

	onet_run(on, SEC(1));
	CHECK_EQ(areas(r1), 1);
	on->if_conf.area = 5;
	onet_if_on(on, l.a, OSPF_NET_P2P);
	CHECK_EQ(areas(r1), 1);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	onet_run(on, SEC(11));
	CHECK_EQ(onet_problems(on, r1, "area 0.0.0.0, expected 0.0.0.5"), 1);
	onet_if_on(on, l.b, OSPF_NET_P2P);
	onet_run(on, SEC(1));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	stack_ospf_if_del(r1, l.a);
	CHECK_EQ(areas(r1), 0);
	REQUIRE(show_ospf(r1, &s));
	CHECK_EQ(s.n_areas, 0);
	onet_free(on);
}

TEST(config, an_interface_may_come_and_go)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);

	for (int i = 0; i < 3; i++) {
		onet_run(on, SEC(1));
		CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
		stack_ospf_if_del(r1, l.a);
		CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
		onet_if_on(on, l.a, OSPF_NET_P2P);
	}
	onet_run(on, SEC(1));
	CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
	onet_free(on);
}

TEST(config, the_type_of_network_may_change)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct netdev *a = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2P);
	struct netdev *b = onet_if(on, r2, "10.0.0.2/24", OSPF_NET_P2P);

	net_join(a, b);
	onet_run(on, SEC(1));
	onet_if_on(on, a, OSPF_NET_BROADCAST);
	onet_if_on(on, b, OSPF_NET_BROADCAST);
	CHECK_EQ(onet_if_state(a), OSPF_IF_WAITING);
	onet_run(on, SEC(60));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(onet_if_state(b), OSPF_IF_DR);
	onet_free(on);
}

struct count { uint8_t type; uint32_t adv; unsigned n; };

static bool count_type(void *arg, const struct show_ospf_lsa *l)
{
	struct count *c = arg;
	struct ospf_lsa_hdr h;

	ospf_lsa_hdr_get(&h, l->image);
	c->n += h.type == c->type && h.adv == c->adv;
	return true;
}

static unsigned n_lsas(struct stack *st, uint8_t type, const struct stack *from)
{
	struct count c = { .type = type, .adv = onet_id(from) };

	show_ospf_lsas(st, count_type, &c);
	return c.n;
}

/* Of an area that became a stub area its routers have no AS-external LSAs. */
TEST(config, an_area_that_changes_keeps_what_fits)
{
	struct ospf_area_config stub = { .type = OSPF_AREA_STUB };
	struct ospf_redistribute on_static = { .on = true, .metric = 20 };
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);

	net_dev(r2, "out", "10.99.0.1/24");
	on->if_conf.area = 1;
	onet_link(on, r1, r2);
	net_route(r2, "99.0.0.0/8", "10.99.0.2");
	CHECK_EQ(stack_ospf_redistribute(r2, RP_STATIC, &on_static), OK);
	onet_run(on, SEC(10));
	CHECK_EQ(n_lsas(r1, OSPF_LSA_EXTERNAL, r2), 1);
	CHECK_EQ(stack_ospf_area(r1, 1, &stub), OK);
	CHECK_EQ(stack_ospf_area(r2, 1, &stub), OK);
	onet_run(on, SEC(10));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(n_lsas(r1, OSPF_LSA_EXTERNAL, r2), 0);
	CHECK_EQ(n_lsas(r1, OSPF_LSA_ROUTER, r2), 1);
	onet_free(on);
}

/* Its own type 7 LSAs would be flushed to neighbors that do not take such any more, and
 * so never acknowledge them. */
TEST(config, an_area_that_is_no_nssa_any_more_has_forgotten_its_type_7_lsas)
{
	struct ospf_area_config c = { .type = OSPF_AREA_NSSA };
	struct ospf_redistribute on_static = { .on = true, .metric = 20 };
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);

	net_dev(r2, "out", "10.99.0.1/24");
	on->if_conf.area = 1;
	CHECK(stack_ospf_area(r1, 1, &c) == OK && stack_ospf_area(r2, 1, &c) == OK);
	onet_link(on, r1, r2);
	net_route(r2, "99.0.0.0/8", "10.99.0.2");
	CHECK_EQ(stack_ospf_redistribute(r2, RP_STATIC, &on_static), OK);
	onet_run(on, SEC(10));
	CHECK_EQ(n_lsas(r1, OSPF_LSA_NSSA, r2), 1);
	c.type = OSPF_AREA_NORMAL;
	CHECK(stack_ospf_area(r1, 1, &c) == OK && stack_ospf_area(r2, 1, &c) == OK);
	CHECK(onet_settle(on, SEC(30)));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(n_lsas(r2, OSPF_LSA_NSSA, r2), 0);
	CHECK_EQ(n_lsas(r1, OSPF_LSA_EXTERNAL, r2), 1);
	onet_free(on);
}

TEST(config, a_device_of_another_stack_is_refused)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct netdev *dev = net_dev(r2, "eth0", "10.0.0.1/24");

	CHECK_EQ(stack_ospf_if(r1, dev, &on->if_conf), ERR_INVAL);
	onet_free(on);
}

TEST(config, an_area_without_interfaces_is_empty)
{
	const struct ospf_area_config c = { .type = OSPF_AREA_STUB };
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l;

	REQUIRE(stack_ospf_area(r1, 5, &c) == OK && stack_ospf_area(r2, 5, &c) == OK);
	on->if_conf.area = 5;
	l = onet_link(on, r1, r2);
	onet_run(on, SEC(1));
	CHECK_EQ(r1->ospf->lsdb.n, 2);
	stack_ospf_if_del(r1, l.a);
	CHECK_EQ(areas(r1), 1);
	CHECK_EQ(r1->ospf->lsdb.n, 0);
	onet_if_on(on, l.a, OSPF_NET_P2P);
	onet_run(on, SEC(1));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_free(on);
}
