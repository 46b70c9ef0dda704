// SPDX-License-Identifier: GPL-3.0-or-later
/* Sets of next hops: kept once, counted, and what becomes of them with a device. */
#include "stack/core/nexthop.h"

#include "stack/core/core.h"
#include "tests/unit/harness.h"

/* A router with four links, 10.0.N.1/24 on ethN. */
struct scene { struct net *net; struct stack *st; struct netdev *dev[4]; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_router(s.net, "r");
	for (unsigned i = 0; i < 4; i++) {
		char name[8], addr[24];

		snprintf(name, sizeof(name), "eth%u", i);
		snprintf(addr, sizeof(addr), "10.0.%u.1/24", i);
		s.dev[i] = net_dev(s.st, name, addr);
	}
	return s;
}

static struct nexthop to(struct scene *s, unsigned dev, unsigned host)
{
	return (struct nexthop){ .dev = s->dev[dev], .via = IP4(10, 0, dev, host) };
}

static nexthops_id get(struct scene *s, const struct nexthop *hops, unsigned n)
{
	nexthops_id id;

	REQUIRE(nexthops_get(s->st, hops, n, &id) == OK);
	REQUIRE(id != 0);
	return id;
}

static nexthops_id get1(struct scene *s, unsigned dev, unsigned host)
{
	struct nexthop h = to(s, dev, host);

	return get(s, &h, 1);
}

TEST(nexthop, equal_sets_are_one_whatever_their_order)
{
	struct scene s = scene_new();
	struct nexthop ab[] = { to(&s, 2, 9), to(&s, 0, 2) };
	struct nexthop ba[] = { to(&s, 0, 2), to(&s, 2, 9), to(&s, 0, 2) };
	nexthops_id id = get(&s, ab, 2);
	const struct nexthops *nh = nexthops_of(s.st, id);

	CHECK_EQ(get(&s, ba, 3), id);
	CHECK_EQ(nh->refs, 2);
	REQUIRE(nh->n_hops == 2);
	CHECK(nh->hops[0].dev == s.dev[0] && nh->hops[0].via == IP4(10, 0, 0, 2));
	CHECK(nh->hops[1].dev == s.dev[2] && nh->hops[1].weight == 1);
	CHECK(get(&s, ab, 1) != id);
	ab[0].weight = 2;
	CHECK(get(&s, ab, 2) != id);
	ab[0].weight = 0;
	ab[0].onlink = true;
	CHECK(get(&s, ab, 2) != id);
	net_free(s.net);
}

TEST(nexthop, the_last_reference_frees_a_set_and_its_id)
{
	struct scene s = scene_new();
	nexthops_id a = get1(&s, 0, 2), b = get1(&s, 1, 2);

	nexthops_hold(s.st, a);
	nexthops_put(s.st, a);
	CHECK_EQ(get1(&s, 0, 2), a);
	nexthops_put(s.st, a);
	nexthops_put(s.st, a);
	CHECK(nexthops_of(s.st, a) == NULL);
	CHECK_EQ(s.st->nexthops.count, 1);
	CHECK_EQ(get1(&s, 3, 3), a);              /* the id is used again */
	nexthops_put(s.st, 0);
	CHECK_EQ(nexthops_of(s.st, b)->refs, 1);
	net_free(s.net);
}

TEST(nexthop, impossible_sets_are_refused)
{
	struct scene s = scene_new();
	struct stack *other = net_router(s.net, "o");
	struct nexthop h[ROUTE_HOPS_MAX + 1] = { to(&s, 0, 2) };
	nexthops_id id = 7;

	CHECK_EQ(nexthops_get(s.st, h, 2, &id), ERR_INVAL);           /* no device */
	CHECK_EQ(id, 0);
	h[1].dev = net_dev(other, "eth0", NULL);
	CHECK_EQ(nexthops_get(s.st, h, 2, &id), ERR_INVAL);
	for (unsigned i = 0; i < N_ELEM(h); i++)
		h[i] = to(&s, 0, i);
	CHECK_EQ(nexthops_get(s.st, h, ROUTE_HOPS_MAX + 1, &id), ERR_INVAL);
	CHECK_EQ(nexthops_get(s.st, h, ROUTE_HOPS_MAX, &id), OK);
	CHECK_EQ(nexthops_of(s.st, id)->n_hops, ROUTE_HOPS_MAX);
	net_free(s.net);
}

TEST(nexthop, there_may_be_65535_sets)
{
	struct scene s = scene_new();
	struct nexthop h = to(&s, 0, 0);
	nexthops_id id, first = get1(&s, 1, 2);

	for (unsigned i = 1; i < UINT16_MAX; i++) {
		h.via++;
		id = get(&s, &h, 1);
		REQUIRE(id == first + i);
	}
	h.via++;
	CHECK_EQ(nexthops_get(s.st, &h, 1, &id), ERR_RANGE);
	CHECK_EQ(get1(&s, 1, 2), first);
	h.via = IP4(10, 0, 0, 0) + 1000;
	id = get(&s, &h, 1);
	CHECK_EQ(id, first + 1000);
	nexthops_put(s.st, id);
	nexthops_put(s.st, id);
	h.via = IP4(9, 9, 9, 9);
	CHECK_EQ(get(&s, &h, 1), id);
	net_free(s.net);
}

TEST(nexthop, a_set_lives_while_a_device_of_it_runs)
{
	struct scene s = scene_new();
	struct nexthop h[] = { to(&s, 0, 2), to(&s, 1, 2) };
	const struct nexthops *both = nexthops_of(s.st, get(&s, h, 2));
	const struct nexthops *none = nexthops_of(s.st, get(&s, NULL, 0));

	CHECK_EQ(both->n_alive, 2);
	netdev_set_carrier(s.dev[0], false);
	CHECK_EQ(both->n_alive, 1);
	CHECK(both->hops[0].dead && !both->hops[1].dead);
	netdev_set_up(s.dev[1], false);
	CHECK_EQ(both->n_alive, 0);
	CHECK_EQ(nexthops_of(s.st, get(&s, h, 1))->n_alive, 0);
	netdev_set_carrier(s.dev[0], true);
	CHECK_EQ(both->n_alive, 1);
	CHECK_EQ(none->n_hops, 0);
	CHECK_EQ(none->n_alive, 1);
	net_free(s.net);
}

TEST(nexthop, a_set_without_one_of_its_devices_is_of_no_use)
{
	struct scene s = scene_new();
	struct nexthop h[] = { to(&s, 0, 2), to(&s, 1, 2) };
	nexthops_id both = get(&s, h, 2), one = get(&s, h + 1, 1);

	stack_detach(s.st, s.dev[0]);
	CHECK(nexthops_of(s.st, both)->gone);
	CHECK_EQ(nexthops_of(s.st, both)->n_hops, 0);
	CHECK_EQ(nexthops_of(s.st, both)->n_alive, 0);
	CHECK(!nexthops_of(s.st, one)->gone);
	CHECK_EQ(get(&s, h + 1, 1), one);
	CHECK(get(&s, NULL, 0) != both);
	nexthops_put(s.st, both);
	CHECK(nexthops_of(s.st, both) == NULL);
	net_free(s.net);
}
