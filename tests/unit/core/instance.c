// SPDX-License-Identifier: GPL-3.0-or-later
/* The life of a stack, its interfaces and its tunables. */
#include "stack/core/core.h"
#include "tests/unit/harness.h"

static int swallow(struct netdev *dev, struct pkt *p)
{
	(void)dev;
	pkt_free(p);
	return OK;
}

static const struct netdev_ops swallow_ops = { .xmit = swallow };

static void dev_init(struct netdev *dev, const char *name)
{
	netdev_init(dev, &swallow_ops, name, net_peer_mac, DEV_UP | DEV_CARRIER | DEV_BROADCAST);
}

/* --- tunables --------------------------------------------------------------------------- */

static const struct { enum stack_option o; int64_t def, min, max; } rows[] = {
#define X(name, str, def, min, max, help) { name, def, min, max },
	STACK_OPTIONS(X)
#undef X
};

TEST(instance, every_option_has_its_default_within_its_bounds)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h");

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		CHECK_EQ(stack_option(st, rows[i].o), rows[i].def);
		CHECK(rows[i].min <= rows[i].def && rows[i].def <= rows[i].max);
		CHECK(rows[i].min >= 0 && rows[i].max <= INT32_MAX);
	}
	net_free(net);
}

TEST(instance, an_option_is_refused_outside_its_bounds)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h");

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		CHECK_EQ(stack_set_option(st, rows[i].o, rows[i].min - 1), ERR_INVAL);
		CHECK_EQ(stack_set_option(st, rows[i].o, rows[i].max + 1), ERR_INVAL);
		CHECK_EQ(stack_set_option(st, rows[i].o, INT64_MIN), ERR_INVAL);
		CHECK_EQ(stack_option(st, rows[i].o), rows[i].def);
		CHECK_EQ(stack_set_option(st, rows[i].o, rows[i].min), OK);
		CHECK_EQ(stack_set_option(st, rows[i].o, rows[i].max), OK);
		CHECK_EQ(stack_option(st, rows[i].o), rows[i].max);
	}
	CHECK_EQ(stack_set_option(st, OPT_N, 1), ERR_INVAL);
	CHECK(st->forwarding);                    /* the fast path's copy follows */
	CHECK_EQ(stack_set_option(st, OPT_FORWARDING, 0), OK);
	CHECK(!st->forwarding);
	net_free(net);
}

/* --- life -------------------------------------------------------------------------------- */

TEST(instance, a_stack_is_born_with_lo_its_name_and_its_context)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	char name[] = "h1";
	int ctx = 0;
	struct stack_config cfg = { .name = name, .pool = pool, .ctx = &ctx, .forwarding = true };
	struct stack *st = stack_new(&cfg);
	struct netdev *lo;

	REQUIRE(st != NULL);
	name[0] = 'x';
	CHECK_STR(stack_name(st), "h1");          /* a copy */
	CHECK(stack_ctx(st) == &ctx);
	CHECK_EQ(stack_option(st, OPT_FORWARDING), 1);
	lo = stack_dev(st, "lo");
	REQUIRE(lo != NULL);
	CHECK_EQ(lo->ifindex, 1);
	CHECK(stack_dev_index(st, 1) == lo);
	CHECK(ifaddr_find(st, lo, IP4_LOOPBACK) != NULL);
	CHECK_EQ(stack_next_at(st), NS_NEVER);
	stack_free(st);
	stack_free(NULL);
	pkt_pool_free(pool);
}

TEST(instance, interfaces_have_names_and_numbers_of_their_own)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h");
	struct netdev a, b, twin;

	dev_init(&a, "eth0");
	dev_init(&b, "eth1");
	dev_init(&twin, "eth0");
	CHECK_EQ(stack_attach(st, &a), OK);
	CHECK_EQ(stack_attach(st, &b), OK);
	CHECK_EQ(stack_attach(st, &twin), ERR_EXIST);
	CHECK(twin.stack == NULL);
	CHECK_EQ(a.ifindex, 2);
	CHECK_EQ(b.ifindex, 3);
	CHECK(stack_dev(st, "eth1") == &b);
	stack_detach(st, &a);
	CHECK(stack_dev(st, "eth0") == NULL);
	CHECK(stack_dev_index(st, 2) == NULL);
	CHECK_EQ(stack_attach(st, &twin), OK);    /* a number is not given twice */
	CHECK_EQ(twin.ifindex, 4);
	stack_detach(st, &twin);
	stack_detach(st, &b);
	net_free(net);
}

TEST(instance, a_detached_interface_leaves_nothing_behind)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h");
	struct netdev dev;
	struct prefix p;

	dev_init(&dev, "eth0");
	REQUIRE(stack_attach(st, &dev) == OK && prefix_parse(&p, "10.0.0.1/24"));
	CHECK_EQ(stack_addr_add(st, &dev, &p), OK);
	CHECK_EQ(mcast_join(&dev, IP4(224, 0, 0, 5)), OK);
	net_peer(&dev, "10.0.0.2");
	net_route(st, "0.0.0.0/0", "10.0.0.2");
	netdev_count_drop(&dev, DROP_ARP_BAD);
	stack_detach(st, &dev);
	memset(&dev, 0xa5, sizeof(dev));          /* its memory is somebody else's */
	CHECK(!ifaddr_find(st, NULL, p.addr.v4));
	CHECK(route_lookup(st, IP4(10, 0, 0, 2)) == NULL);
	CHECK(route_lookup(st, IP4(8, 8, 8, 8)) == NULL);
	CHECK_EQ(st->neigh.count, 0);
	net_free(net);
}

/* --- time ---------------------------------------------------------------------------------- */

struct clock { ns_t wake_at; unsigned wakes; };

static void on_wake(void *ctx, ns_t at)
{
	struct clock *c = ctx;

	c->wake_at = at;
	c->wakes++;
}

static void nothing(struct timer *t) { (void)t; }

TEST(instance, the_driver_hears_when_it_must_come_sooner)
{
	static const struct stack_hooks hooks = { .wake = on_wake };
	struct pkt_pool *pool = pkt_pool_new(0);
	struct clock c = { 0 };
	struct stack_config cfg = { .name = "h", .pool = pool, .hooks = &hooks, .ctx = &c };
	struct stack *st = stack_new(&cfg);
	struct timer a, b;

	REQUIRE(st != NULL);
	timer_init(&a, nothing);
	timer_init(&b, nothing);
	timer_set(&st->timers, &a, SEC(2));
	CHECK_EQ(c.wake_at, SEC(2));
	timer_set(&st->timers, &b, SEC(3));
	CHECK_EQ(c.wakes, 1);
	timer_set(&st->timers, &b, SEC(1));
	CHECK_EQ(c.wake_at, SEC(1));
	CHECK_EQ(stack_next_at(st), SEC(1));
	stack_run(st, SEC(1));
	CHECK_EQ(stack_next_at(st), SEC(2));
	stack_enter(st, SEC(5));                  /* what was due by then comes first */
	CHECK_EQ(stack_next_at(st), NS_NEVER);
	CHECK_EQ(st->now, SEC(5));
	stack_free(st);
	pkt_pool_free(pool);
}

/* --- drops ----------------------------------------------------------------------------------- */

static void on_drop(void *ctx, struct netdev *dev, const struct pkt *p, enum drop why)
{
	*(int *)ctx += dev && pkt_len(p) == 3 && why == DROP_ARP_BAD;
}

TEST(instance, a_drop_is_counted_at_the_host_and_the_interface_and_told_of)
{
	static const struct stack_hooks hooks = { .drop = on_drop };
	struct pkt_pool *pool = pkt_pool_new(0);
	int told = 0;
	struct stack_config cfg = { .name = "h", .pool = pool, .hooks = &hooks, .ctx = &told };
	struct stack *st = stack_new(&cfg);
	struct netdev *lo = stack_dev(st, "lo");

	REQUIRE(st && lo);
	CHECK_EQ(show_dev_drops(lo, DROP_ARP_BAD), 0);
	pkt_drop_at(st, lo, pkt_from_bytes(pool, "abc", 3), DROP_ARP_BAD);
	pkt_drop_at(st, NULL, pkt_from_bytes(pool, "abc", 3), DROP_ARP_BAD);
	CHECK_EQ(told, 1);
	CHECK_EQ(show_drops(st, DROP_ARP_BAD), 2);
	CHECK_EQ(show_dev_drops(lo, DROP_ARP_BAD), 1);
	CHECK_EQ(show_dev_drops(lo, DROP_ARP_NOT_US), 0);
	stack_free(st);
	pkt_pool_free(pool);
}
