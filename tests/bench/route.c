// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Routes that a protocol learns: 100 routers with the 1,937 prefixes of a lab of
 * 1,000.  What one takes, how long a change lasts, and a lookup that no cache
 * answers, each on a router whose tables are in the processor's cache.  As in a lab,
 * the routers share a pool of prefixes.
 */
#include <malloc.h>
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "stack/util/rng.h"
#include "tests/bench/bench.h"

#define ROUTERS 100
#define PREFIXES 1937
#define SETS 8
#define ROUNDS 2000

static int xmit_nothing(struct netdev *dev, struct pkt *p)
{
	(void)dev;
	pkt_free(p);
	return OK;
}

static const struct netdev_ops ops = { .xmit = xmit_nothing };

struct router { struct stack *st; struct netdev dev[4]; nexthops_id id[SETS]; };

static void must(bool ok)
{
	if (!ok)
		exit(1);
}

static void router_init(struct router *r, struct prefix_pool *prefixes)
{
	struct stack_config cfg = { .name = "r", .prefixes = prefixes, .forwarding = true };

	r->st = stack_new(&cfg);
	must(r->st);
	for (unsigned i = 0; i < 4; i++) {
		struct prefix p = { addr_ip4(IP4(192, 168, i, 0)), 31 };
		char name[8];

		snprintf(name, sizeof(name), "eth%u", i);
		netdev_init(&r->dev[i], &ops, name, mac_zero, DEV_BROADCAST);
		must(stack_attach(r->st, &r->dev[i]) == OK);
		netdev_set_carrier(&r->dev[i], true);
		netdev_set_up(&r->dev[i], true);
		must(stack_addr_add(r->st, &r->dev[i], &p) == OK);
	}
	for (unsigned i = 0; i < SETS; i++) {
		struct nexthop h[2] = {
			{ .dev = &r->dev[i % 4], .via = IP4(192, 168, i % 4, 1) },
			{ .dev = &r->dev[(i + 1) % 4], .via = IP4(192, 168, (i + 1) % 4, 1) },
		};

		must(nexthops_get(r->st, h, 1 + i / 4, &r->id[i]) == OK);
	}
}

static ip4_t key_of(unsigned i) { return IP4(10, 0, 0, 0) + 2 * i; }

/* By number, as OSPF learns. */
static void learn_all(struct router *r, const prefix_num *to, unsigned round)
{
	for (unsigned i = 0; i < PREFIXES; i++)
		must(route_learn_at(r->st, RP_OSPF, to[i], 10 + round,
				    r->id[(i + round) % SETS]) == 1);
}

/* With the router's share of the pool. */
static void bench_memory(struct router *r, struct prefix_pool *prefixes, prefix_num *to)
{
	size_t before = mallinfo2().uordblks;

	for (unsigned i = 0; i < PREFIXES; i++)
		must((to[i] = prefix_pool_get(prefixes, key_of(i), 31)) != PREFIX_NONE);
	for (unsigned i = 0; i < ROUTERS; i++)
		learn_all(&r[i], to, 0);
	bench_line("route_learned_bytes",
		   (double)(mallinfo2().uordblks - before) / ROUTERS / PREFIXES, "B", "lower", 20);
}

static void bench_change(struct router *r, const prefix_num *to)
{
	double t = bench_now();

	for (unsigned round = 1; round <= ROUNDS; round++)
		learn_all(r, to, round);
	bench_line("route_learn_ns", (bench_now() - t) / ROUNDS / PREFIXES * 1e9, "ns", "lower",
		   50);
}

static void bench_lookup(struct router *r)
{
	enum { N = 65536 };
	ip4_t *dst = malloc(N * sizeof(*dst));
	struct rng rng;
	double t;

	must(dst);
	rng_init(&rng, 1, "destinations");
	for (unsigned i = 0; i < N; i++)
		dst[i] = key_of(0) + rng_below(&rng, 2 * PREFIXES);
	t = bench_now();
	for (unsigned k = 0; k < 20; k++)
		for (unsigned i = 0; i < N; i++)
			must(route_lookup(r->st, dst[i]));
	bench_part("route_lookup_ns", (bench_now() - t) / 20 / N * 1e9, "ns", "lower");
	free(dst);
}

int main(void)
{
	struct router *r = calloc(ROUTERS, sizeof(*r));
	struct prefix_pool *prefixes = prefix_pool_new();
	prefix_num to[PREFIXES];

	must(r && prefixes);
	for (unsigned i = 0; i < ROUTERS; i++)
		router_init(&r[i], prefixes);
	bench_memory(r, prefixes, to);
	bench_change(r, to);
	bench_lookup(r);
	for (unsigned i = 0; i < ROUTERS; i++)
		stack_free(r[i].st);
	for (unsigned i = 0; i < PREFIXES; i++)
		prefix_pool_put(prefixes, to[i]);
	prefix_pool_free(prefixes);
	free(r);
	return 0;
}
