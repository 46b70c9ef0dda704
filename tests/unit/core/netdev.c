// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/core/core.h"
#include "tests/unit/harness.h"

struct tap { struct netdev dev; unsigned ups, downs; };

static int swallow(struct netdev *dev, struct pkt *p)
{
	(void)dev;
	pkt_free(p);
	return OK;
}

static void on_up(struct netdev *dev, bool up)
{
	struct tap *t = container_of(dev, struct tap, dev);

	t->ups += up;
	t->downs += !up;
}

static const struct netdev_ops ops = { .xmit = swallow, .up = on_up };

static void tap_init(struct tap *t, uint32_t flags)
{
	*t = (struct tap){ .ups = 0 };
	netdev_init(&t->dev, &ops, "a-name-that-is-too-long", net_peer_mac, flags);
}

TEST(netdev, runs_when_it_is_up_and_has_a_carrier)
{
	struct tap t;

	tap_init(&t, DEV_BROADCAST);
	CHECK_EQ(strlen(t.dev.name), IFNAME_MAX - 1);
	CHECK(!netdev_running(&t.dev));
	netdev_set_up(&t.dev, true);
	CHECK(!netdev_running(&t.dev));
	netdev_set_carrier(&t.dev, true);
	CHECK(netdev_running(&t.dev));
	netdev_set_up(&t.dev, true);              /* no change: its driver is not told */
	netdev_set_up(&t.dev, false);
	CHECK(!netdev_running(&t.dev));
	CHECK_EQ(t.ups, 1);
	CHECK_EQ(t.downs, 1);
	CHECK_EQ(t.dev.flags, DEV_BROADCAST | DEV_CARRIER);
}

TEST(netdev, what_was_learned_on_a_link_is_forgotten_with_it)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h");
	struct netdev *dev = net_dev(st, "eth0", "10.0.0.1/24");

	neigh_update(st, neigh_get(st, dev, IP4(10, 0, 0, 2)), net_peer_mac, true, true);
	net_peer(dev, "10.0.0.3");
	netdev_set_carrier(dev, true);            /* it had one */
	CHECK_EQ(st->neigh.count, 2);
	netdev_set_carrier(dev, false);
	CHECK(!neigh_find(st, dev, IP4(10, 0, 0, 2)));
	CHECK(neigh_find(st, dev, IP4(10, 0, 0, 3)) != NULL);
	net_free(net);
}

TEST(netdev, an_mtu_is_from_68_to_65535)
{
	struct tap t;

	tap_init(&t, 0);
	CHECK_EQ(t.dev.mtu, 1500);
	CHECK_EQ(netdev_set_mtu(&t.dev, 67), ERR_INVAL);
	CHECK_EQ(netdev_set_mtu(&t.dev, 65536), ERR_INVAL);
	CHECK_EQ(t.dev.mtu, 1500);
	CHECK_EQ(netdev_set_mtu(&t.dev, 68), OK);
	CHECK_EQ(netdev_set_mtu(&t.dev, 65535), OK);
	CHECK_EQ(t.dev.mtu, 65535);
}

TEST(netdev, addresses_are_probed_for_only_where_arp_is_spoken)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h");
	struct prefix p = { addr_ip4(IP4(10, 0, 0, 1)), 24 };
	struct tap t;

	tap_init(&t, DEV_UP | DEV_CARRIER | DEV_NOARP);
	REQUIRE(stack_attach(st, &t.dev) == OK);
	CHECK_EQ(stack_set_option(st, OPT_ARP_PROBE, 1), OK);
	CHECK_EQ(stack_addr_add(st, &t.dev, &p), OK);
	CHECK(ifaddr_find(st, &t.dev, p.addr.v4) != NULL);
	netdev_set_up(&t.dev, false);
	netdev_set_up(&t.dev, true);
	CHECK(ifaddr_find(st, &t.dev, p.addr.v4) != NULL);
	CHECK(list_empty(&st->arp_jobs));
	stack_detach(st, &t.dev);
	net_free(net);
}
