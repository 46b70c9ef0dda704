// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Memory runs out while routes are learned, at the n-th allocation and for every
 * n: what cannot be learned is told, what was learned before stays as it was,
 * and once there is memory again all can be learned.
 */
#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "tests/unit/alloc.h"
#include "tests/unit/harness.h"

#define PREFIXES 300
#define SETS 40

struct life {
	struct net *net;
	struct stack *st;
	struct netdev *dev;
	uint32_t metric[PREFIXES];        /* as learned; 0: not */
	unsigned failed, wrong;
};

static ip4_t key_of(unsigned i) { return IP4(172, 16, 0, 0) + 2 * i; }

/* True: learned. */
static bool learn(struct life *l, unsigned i, uint32_t metric)
{
	struct nexthop h = { .dev = l->dev, .via = IP4(10, 0, 0, 2) + (i + metric) % SETS };
	nexthops_id id;
	int err = nexthops_get(l->st, &h, 1, &id);

	if (!err)
		err = route_learn(l->st, RP_OSPF, key_of(i), 31, metric, id);
	nexthops_put(l->st, id);
	l->wrong += err != 1 && err != ERR_NOMEM;
	l->failed += err == ERR_NOMEM;
	if (err == 1)
		l->metric[i] = metric;
	return err == 1;
}

static void compare(struct life *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PREFIXES; i++) {
		struct learned_route r;
		bool there = route_learned(l->st, RP_OSPF, key_of(i), 31, &r);
		struct nexthops *nh = route_lookup(l->st, key_of(i) + 1);

		n += there;
		l->wrong += there ? r.metric != l->metric[i] || !nh ||
				    nh->hops[0].via != IP4(10, 0, 0, 2) + (i + r.metric) % SETS
				  : l->metric[i] != 0 || nh;
	}
	l->wrong += n != route_learned_count(l->st, RP_OSPF);
}

static void count(void *arg) { ++*(unsigned *)arg; }

static bool shown(void *arg, const struct route_info *r)
{
	if (r->spec.proto == RP_OSPF)
		count(arg);
	return true;
}

static void run(struct life *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PREFIXES; i++)
		(void)learn(l, i, 1 + i % 3);
	compare(l);
	for (unsigned i = 0; i < PREFIXES; i += 3)
		(void)learn(l, i, 7);
	for (unsigned i = 0; i < PREFIXES; i += 5)
		if (route_unlearn(l->st, RP_OSPF, key_of(i), 31))
			l->metric[i] = 0;
	compare(l);
	show_routes(l->st, shown, &n);
	l->wrong += n != 0 && n != route_learned_count(l->st, RP_OSPF);
}

/* True: something failed in it. */
static bool live(uint64_t n, bool and_after)
{
	struct life l = { .net = net_new() };
	bool failed;

	l.st = net_router(l.net, "r");
	l.dev = net_dev(l.st, "eth0", "10.0.0.1/24");
	*state = (struct state){ .fail_at = n, .and_after = and_after };
	run(&l);
	failed = state->calls >= n;
	state->fail_at = 0;
	l.failed = 0;
	for (unsigned i = 0; i < PREFIXES; i++)
		l.wrong += !learn(&l, i, 9);
	compare(&l);
	if (l.wrong || l.failed)
		printf("life %" PRIu64 ": %u wrong, %u failed\n", n, l.wrong, l.failed);
	CHECK_EQ(l.wrong, 0);
	CHECK_EQ(l.failed, 0);
	CHECK_EQ(route_unlearn_all(l.st, RP_OSPF), PREFIXES);
	CHECK_EQ(l.st->nexthops.count, 0);
	net_free(l.net);
	return failed;
}

TEST(learn_alloc, any_one_allocation_fails)
{
	uint64_t n = 1;

	while (live(n, false))
		n++;
	CHECK(n > 50);
}

TEST(learn_alloc, any_one_and_all_after_it_fail)
{
	uint64_t n = 1;

	while (live(n, true))
		n++;
	CHECK(n > 50);
}

/* Once all is learned a change takes no memory, and none is left over. */
TEST(learn_alloc, changes_of_what_is_there_allocate_nothing)
{
	struct life l = { .net = net_new() };
	nexthops_id id[SETS];
	uint64_t calls;

	l.st = net_router(l.net, "r");
	l.dev = net_dev(l.st, "eth0", "10.0.0.1/24");
	for (unsigned i = 0; i < SETS; i++) {
		struct nexthop h = { .dev = l.dev, .via = IP4(10, 0, 0, 2) + i };

		REQUIRE(nexthops_get(l.st, &h, 1, &id[i]) == OK);
	}
	for (unsigned i = 0; i < PREFIXES; i++)
		REQUIRE(learn(&l, i, 1));
	calls = state->calls;
	for (unsigned round = 2; round < 20; round++) {
		for (unsigned i = 0; i < PREFIXES; i++)
			REQUIRE(route_learn(l.st, RP_OSPF, key_of(i), 31, round,
					    id[(i + round) % SETS]) == 1);
		for (unsigned i = 0; i < PREFIXES; i += 2)
			REQUIRE(route_unlearn(l.st, RP_OSPF, key_of(i), 31));
		for (unsigned i = 0; i < PREFIXES; i += 2)
			REQUIRE(route_learn(l.st, RP_OSPF, key_of(i), 31, 1, id[i % SETS]) == 1);
	}
	CHECK_EQ(state->calls, calls);
	net_free(l.net);
}
