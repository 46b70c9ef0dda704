// SPDX-License-Identifier: GPL-3.0-or-later
/* Addresses of interfaces and what follows from them. */
#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/wire/arp.h"
#include "tests/unit/harness.h"

struct scene { struct net *net; struct stack *st; struct netdev *eth0, *eth1; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_host(s.net, "h");
	s.eth0 = net_dev(s.st, "eth0", NULL);
	s.eth1 = net_dev(s.st, "eth1", NULL);
	return s;
}

static int add(struct scene *s, struct netdev *dev, const char *text)
{
	struct prefix p;

	REQUIRE(prefix_parse(&p, text));
	return stack_addr_add(s->st, dev, &p);
}

static int del(struct scene *s, struct netdev *dev, const char *text)
{
	struct prefix p;

	REQUIRE(prefix_parse(&p, text));
	return stack_addr_del(s->st, dev, &p);
}

static int type_of(struct scene *s, ip4_t a)
{
	const struct nexthops *nh = route_lookup(s->st, a);

	return nh ? nh->type : -1;
}

/* The source of packets to a by the route to it. */
static ip4_t src_to(struct scene *s, ip4_t a)
{
	const struct nexthops *nh = route_lookup(s->st, a);

	return nh ? nh->src : 0;
}

static bool count(void *arg, const struct route_info *r)
{
	(void)r;
	++*(unsigned *)arg;
	return true;
}

static unsigned routes(struct scene *s)
{
	unsigned n = 0;

	show_routes(s->st, count, &n);
	return n;
}

static const struct ifaddr *nth(const struct netdev *dev, unsigned i)
{
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (i-- == 0)
			return ia;
	return NULL;
}

/* --- routes --------------------------------------------------------------------------- */

TEST(ifaddr, an_address_brings_four_routes_and_takes_them_along)
{
	struct scene s = scene_new();
	unsigned before = routes(&s);

	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(routes(&s), before + 4);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), RT_LOCAL);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 2)), RT_UNICAST);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 255)), RT_BROADCAST);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 0)), RT_BROADCAST);
	CHECK_EQ(src_to(&s, IP4(10, 0, 0, 2)), IP4(10, 0, 0, 1));
	CHECK(ifaddr_is_broadcast(s.eth0, IP4(10, 0, 0, 255)));
	CHECK(ifaddr_is_broadcast(s.eth0, IP4(10, 0, 0, 0)));
	CHECK(!ifaddr_is_broadcast(s.eth1, IP4(10, 0, 0, 255)));
	CHECK_EQ(del(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(routes(&s), before);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), -1);
	net_free(s.net);
}

TEST(ifaddr, two_hosts_on_a_31_have_no_broadcast)     /* RFC 3021 */
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, s.eth0, "10.0.0.0/31"), OK);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 0)), RT_LOCAL);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), RT_UNICAST);
	CHECK(!ifaddr_is_broadcast(s.eth0, IP4(10, 0, 0, 1)));
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 2)), -1);
	net_free(s.net);
}

TEST(ifaddr, a_32_is_local_and_nothing_more)
{
	struct scene s = scene_new();
	unsigned before = routes(&s);

	CHECK_EQ(add(&s, s.eth0, "10.0.0.5/32"), OK);
	CHECK_EQ(routes(&s), before + 1);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 5)), RT_LOCAL);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 4)), -1);
	net_free(s.net);
}

TEST(ifaddr, impossible_addresses_are_refused)
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, s.eth0, "0.0.0.0/8"), ERR_INVAL);
	CHECK_EQ(add(&s, s.eth0, "224.0.0.1/24"), ERR_INVAL);
	CHECK_EQ(add(&s, s.eth0, "255.255.255.255/32"), ERR_INVAL);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/0"), ERR_INVAL);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/16"), ERR_EXIST);
	CHECK_EQ(add(&s, s.eth1, "10.0.0.1/24"), OK);         /* Linux allows it, too */
	CHECK_EQ(del(&s, s.eth0, "10.0.0.1/16"), ERR_NOTAVAIL);
	CHECK_EQ(del(&s, s.eth0, "10.0.0.2/24"), ERR_NOTAVAIL);
	net_free(s.net);
}

TEST(ifaddr, without_the_primary_the_next_one_is_it)  /* RFC 1122 3.2.1.3 */
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.3/25"), OK);         /* another subnet */
	CHECK_EQ(add(&s, s.eth0, "10.0.0.11/24"), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.12/24"), OK);
	CHECK(!nth(s.eth0, 1)->secondary && nth(s.eth0, 2)->secondary && nth(s.eth0, 3)->secondary);
	CHECK_EQ(src_to(&s, IP4(10, 0, 0, 200)), IP4(10, 0, 0, 1));
	CHECK_EQ(del(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK(!nth(s.eth0, 1)->secondary && nth(s.eth0, 2)->secondary);
	CHECK_EQ(src_to(&s, IP4(10, 0, 0, 200)), IP4(10, 0, 0, 11));
	CHECK_EQ(src_to(&s, IP4(10, 0, 0, 255)), IP4(10, 0, 0, 11));
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 0)), RT_BROADCAST);
	CHECK_EQ(src_to(&s, IP4(10, 0, 0, 0)), IP4(10, 0, 0, 3));     /* of both subnets */
	CHECK_EQ(ifaddr_select(s.st, s.eth0, IP4(10, 0, 0, 200)), IP4(10, 0, 0, 11));
	CHECK_EQ(del(&s, s.eth0, "10.0.0.12/24"), OK);        /* of a secondary: no change */
	CHECK_EQ(src_to(&s, IP4(10, 0, 0, 200)), IP4(10, 0, 0, 11));
	CHECK_EQ(del(&s, s.eth0, "10.0.0.11/24"), OK);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 200)), -1);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 0)), RT_BROADCAST);
	net_free(s.net);
}

TEST(ifaddr, a_deleted_secondary_leaves_the_others_what_they_were)
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.11/24"), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.12/24"), OK);
	CHECK_EQ(del(&s, s.eth0, "10.0.0.11/24"), OK);
	CHECK(!nth(s.eth0, 0)->secondary && nth(s.eth0, 1)->secondary);
	CHECK_EQ(src_to(&s, IP4(10, 0, 0, 200)), IP4(10, 0, 0, 1));
	net_free(s.net);
}

TEST(ifaddr, an_address_stays_ours_while_its_interface_is_down)       /* as in Linux */
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	netdev_set_up(s.eth0, false);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), RT_LOCAL);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 2)), -1);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 255)), -1);
	CHECK(net_ping(s.st, "10.0.0.1", 10));
	CHECK_EQ(add(&s, s.eth0, "10.0.2.1/24"), OK);         /* set while it is down */
	CHECK_EQ(type_of(&s, IP4(10, 0, 2, 1)), RT_LOCAL);
	CHECK_EQ(type_of(&s, IP4(10, 0, 2, 2)), -1);
	netdev_set_up(s.eth0, true);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 2)), RT_UNICAST);
	CHECK_EQ(type_of(&s, IP4(10, 0, 2, 2)), RT_UNICAST);
	CHECK_EQ(type_of(&s, IP4(10, 0, 2, 255)), RT_BROADCAST);
	netdev_set_up(s.eth0, false);
	CHECK_EQ(del(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), -1);
	net_free(s.net);
}

TEST(ifaddr, a_ping_from_outside_reaches_the_address_of_a_downed_interface)
{
	struct net *net = net_new();
	struct stack *h1 = net_host(net, "h1"), *h2 = net_host(net, "h2");
	struct netdev *d1 = net_dev(h1, "eth0", "10.0.0.1/24");
	struct netdev *d2 = net_dev(h2, "eth0", "10.0.0.2/24");
	struct netdev *far = net_dev(h2, "eth1", "10.0.1.2/24");

	net_join(d1, d2);
	net_route(h1, "10.0.1.0/24", "10.0.0.2");
	CHECK(net_ping(h1, "10.0.1.2", 10));
	netdev_set_up(far, false);
	CHECK(net_ping(h1, "10.0.1.2", 10));
	net_free(net);
}

TEST(ifaddr, the_source_is_of_the_same_subnet_else_the_primary)
{
	struct scene s = scene_new();
	struct addr a;

	CHECK(stack_primary_addr(s.st, &a) == false);
	CHECK_EQ(add(&s, s.eth1, "10.0.1.1/24"), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.5.1/24"), OK);
	CHECK_EQ(ifaddr_select(s.st, s.eth0, IP4(10, 0, 5, 9)), IP4(10, 0, 5, 1));
	CHECK_EQ(ifaddr_select(s.st, s.eth0, IP4(172, 16, 0, 1)), IP4(10, 0, 0, 1));
	CHECK_EQ(ifaddr_select(s.st, NULL, IP4(127, 0, 0, 9)), IP4_LOOPBACK);
	REQUIRE(stack_primary_addr(s.st, &a));
	CHECK_EQ(a.v4, IP4(10, 0, 0, 1));         /* of the lowest interface */
	CHECK_EQ(del(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(del(&s, s.eth0, "10.0.5.1/24"), OK);
	CHECK_EQ(ifaddr_select(s.st, s.eth0, IP4(172, 16, 0, 1)), IP4(10, 0, 1, 1));
	net_free(s.net);
}

/* --- probing ---------------------------------------------------------------------------- */

/* ARP from another host: a probe (from 0) or a claim. */
static void arp_from_other(struct netdev *dev, ip4_t spa, ip4_t tpa)
{
	struct arp a = { .op = ARP_REQUEST, .sha = net_peer_mac, .spa = spa, .tpa = tpa };
	uint8_t b[ARP_LEN];
	struct wr w = wr_init(b, sizeof(b));
	struct frame f;

	arp_emit(&a, &w);
	frame_eth(&f, dev, ETHERTYPE_ARP, b, sizeof(b));
	net_inject_frame(dev, &f);
}

static ip4_t sent_spa(struct netdev *dev, unsigned i)
{
	uint8_t b[ETH_HLEN + ARP_LEN];
	struct rd r = rd_init(b, net_sent_bytes(dev, i, b, sizeof(b)));
	struct eth_hdr eth;
	struct arp a;

	return eth_hdr_parse(&eth, &r) && arp_parse(&a, &r) ? a.spa : IP4_BROADCAST;
}

TEST(ifaddr, an_address_is_probed_for_then_used_and_announced)        /* RFC 5227 2.1, 2.3 */
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_ARP_PROBE, 1), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK(nth(s.eth0, 0)->tentative);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), -1);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 2)), -1);
	CHECK_EQ(ifaddr_select(s.st, s.eth0, IP4(10, 0, 0, 2)), 0);
	arp_from_other(s.eth0, IP4(10, 0, 0, 2), IP4(10, 0, 0, 1));
	CHECK_EQ(net_sent(s.eth0), 0);            /* it is not ours to answer for */
	net_run(s.net, SEC(7));
	CHECK(!nth(s.eth0, 0)->tentative);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), RT_LOCAL);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 2)), RT_UNICAST);
	net_run(s.net, SEC(3));
	REQUIRE(net_sent(s.eth0) == 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(sent_spa(s.eth0, i), i < 3 ? 0 : IP4(10, 0, 0, 1));
	net_free(s.net);
}

static void on_conflict(void *ctx, struct netdev *dev, ip4_t a, struct mac by)
{
	(void)dev;
	*(bool *)ctx = a == IP4(10, 0, 0, 1) && mac_eq(by, net_peer_mac);
}

static int swallow(struct netdev *dev, struct pkt *p)
{
	(void)dev;
	pkt_free(p);
	return OK;
}

TEST(ifaddr, an_address_that_another_host_uses_stays_tentative)
{
	static const struct stack_hooks hooks = { .conflict = on_conflict };
	static const struct netdev_ops ops = { .xmit = swallow };
	struct pkt_pool *pool = pkt_pool_new(0);
	bool told = false;
	struct stack_config cfg = { .name = "h", .pool = pool, .hooks = &hooks, .ctx = &told };
	struct stack *st = stack_new(&cfg);
	struct prefix p = { addr_ip4(IP4(10, 0, 0, 1)), 24 };
	struct arp a = { .op = ARP_REPLY, .sha = net_peer_mac, .spa = IP4(10, 0, 0, 1) };
	uint8_t b[ARP_LEN];
	struct wr w = wr_init(b, sizeof(b));
	struct netdev dev;
	struct frame f;

	REQUIRE(st != NULL);
	netdev_init(&dev, &ops, "eth0", (struct mac){ { 2, 0, 0, 0, 0, 1 } },
		    DEV_UP | DEV_CARRIER | DEV_BROADCAST);
	REQUIRE(stack_attach(st, &dev) == OK);
	CHECK_EQ(stack_set_option(st, OPT_ARP_PROBE, 1), OK);
	CHECK_EQ(stack_addr_add(st, &dev, &p), OK);
	stack_run(st, SEC(2));
	arp_emit(&a, &w);
	frame_eth(&f, &dev, ETHERTYPE_ARP, b, sizeof(b));
	stack_input(st, SEC(2), &dev, pkt_from_bytes(pool, f.b, f.n));
	CHECK(told);
	stack_run(st, SEC(100));
	CHECK(nth(&dev, 0)->tentative);
	CHECK(!ifaddr_find(st, NULL, p.addr.v4));
	CHECK_EQ(stack_addr_del(st, &dev, &p), OK);
	stack_free(st);
	pkt_pool_free(pool);
}

TEST(ifaddr, a_link_that_comes_back_is_probed_anew)
{
	struct scene s = scene_new();

	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(stack_set_option(s.st, OPT_ARP_PROBE, 1), OK);
	netdev_set_carrier(s.eth0, false);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), RT_LOCAL);
	netdev_set_carrier(s.eth0, true);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), -1);
	net_run(s.net, SEC(2));
	netdev_set_carrier(s.eth0, false);        /* and again before that was over */
	netdev_set_carrier(s.eth0, true);
	CHECK_EQ(nth(s.eth0, 0)->probes, 2);
	net_run(s.net, SEC(3));
	CHECK(nth(s.eth0, 0)->tentative);         /* the first one does not count */
	net_run(s.net, SEC(7));
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), RT_LOCAL);
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 2)), RT_UNICAST);
	net_free(s.net);
}

TEST(ifaddr, what_is_deleted_or_detached_while_probed_for_is_not_missed)
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_ARP_PROBE, 1), OK);
	CHECK_EQ(add(&s, s.eth0, "10.0.0.1/24"), OK);
	CHECK_EQ(add(&s, s.eth1, "10.0.1.1/24"), OK);
	CHECK_EQ(del(&s, s.eth0, "10.0.0.1/24"), OK);
	stack_detach(s.st, s.eth1);
	net_run(s.net, SEC(20));
	CHECK_EQ(type_of(&s, IP4(10, 0, 0, 1)), -1);
	net_free(s.net);
}

/* --- groups ------------------------------------------------------------------------------- */

TEST(ifaddr, a_group_is_left_when_its_last_user_leaves)       /* RFC 1112 */
{
	struct scene s = scene_new();
	ip4_t group = IP4(224, 0, 0, 5);

	CHECK(mcast_member(s.eth0, IP4_ALL_HOSTS));
	CHECK_EQ(mcast_join(s.eth0, IP4(10, 0, 0, 1)), ERR_INVAL);
	CHECK_EQ(mcast_join(s.eth0, group), OK);
	CHECK_EQ(mcast_join(s.eth0, group), OK);
	CHECK(!mcast_member(s.eth1, group));
	mcast_leave(s.eth0, group);
	CHECK(mcast_member(s.eth0, group));
	mcast_leave(s.eth0, group);
	CHECK(!mcast_member(s.eth0, group));
	mcast_leave(s.eth0, group);
	net_free(s.net);
}
