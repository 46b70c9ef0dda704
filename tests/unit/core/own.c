// SPDX-License-Identifier: GPL-3.0-or-later
/* Which sources are ours: exact, and cheap to say no for all others. */
#include "stack/core/core.h"
#include "stack/util/rng.h"
#include "tests/unit/harness.h"

#define OURS IP4(10, 0, 0, 1)

struct scene { struct net *net; struct stack *st; struct netdev *dev; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_router(s.net, "r");
	s.dev = net_dev(s.st, "eth0", "10.0.0.1/24");
	return s;
}

static void addr_change(struct scene *s, ip4_t a, bool add)
{
	struct prefix p = { addr_ip4(a), 24 };

	CHECK_EQ(add ? stack_addr_add(s->st, s->dev, &p) : stack_addr_del(s->st, s->dev, &p), OK);
}

TEST(own, addresses_and_broadcast_addresses_are)
{
	static const struct { ip4_t a; bool ours; } rows[] = {
		{ OURS, true }, { IP4(10, 0, 0, 255), true }, { IP4(10, 0, 0, 0), true },
		{ IP4(10, 0, 0, 2), false }, { IP4(10, 0, 1, 1), false }, { 0, false },
	};
	struct scene s = scene_new();

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		CHECK_EQ(own_has(s.st, rows[i].a), rows[i].ours);
		CHECK(!rows[i].ours || own_may_be(s.st->suspects, rows[i].a));
	}
	net_free(s.net);
}

TEST(own, addresses_come_and_go)
{
	struct scene s = scene_new();
	ip4_t a = IP4(192, 0, 2, 7);

	CHECK(!own_has(s.st, a));
	addr_change(&s, a, true);
	CHECK(own_has(s.st, a));
	CHECK(own_has(s.st, IP4(192, 0, 2, 255)));
	addr_change(&s, a, false);
	CHECK(!own_has(s.st, a));
	CHECK(!own_has(s.st, IP4(192, 0, 2, 255)));
	CHECK(own_has(s.st, OURS));
	netdev_set_up(s.dev, false);              /* ours still; its subnet's no longer */
	CHECK(own_has(s.st, OURS));
	CHECK(!own_has(s.st, IP4(10, 0, 0, 255)));
	net_free(s.net);
}

/* Bits and tags collide then. */
TEST(own, however_many_there_are_none_is_missed)
{
	struct scene s = scene_new();
	ip4_t all[200];
	struct rng rng;

	rng_init(&rng, 3, "own");
	for (size_t i = 0; i < N_ELEM(all); i++) {
		all[i] = IP4(11, 0, 0, 1) + ((uint32_t)i << 16 | rng_below(&rng, 200) << 8);
		addr_change(&s, all[i], true);
		for (size_t k = 0; k <= i; k++)
			CHECK(own_has(s.st, all[k]) && own_may_be(s.st->suspects, all[k]));
	}
	for (unsigned i = 0; i < 10000; i++) {
		ip4_t a = IP4(172, 16, 0, 0) + rng_below(&rng, 1 << 20);

		CHECK(!own_has(s.st, a));
	}
	net_free(s.net);
}

TEST(own, few_others_are_suspected_and_hardly_one_is_looked_up)
{
	struct scene s = scene_new();
	unsigned suspected = 0, looked_up = 0;
	struct rng rng;

	rng_init(&rng, 4, "own");
	for (unsigned i = 0; i < 10000; i++) {
		ip4_t a = rng_u32(&rng);

		suspected += own_may_be(s.st->suspects, a);
		looked_up += own_may_be(s.st->suspects, a) && own_tag_fits(&s.st->own, a);
	}
	CHECK(suspected > 0 && suspected < 10000 * 3 / 32);       /* 3 of 64 bits */
	CHECK(looked_up < 20);
	net_free(s.net);
}

TEST(own, a_whole_prefix_may_be)                  /* "ip route add local" */
{
	struct scene s = scene_new();
	struct route_spec r = { .type = RT_LOCAL, .proto = RP_STATIC, .n_hops = 1,
				.hops = { { .dev = s.st->lo } } };

	REQUIRE(prefix_parse(&r.to, "198.18.0.0/15"));
	CHECK_EQ(stack_route_set(s.st, ROUTE_ADD, &r), OK);
	CHECK(own_has(s.st, IP4(198, 19, 77, 1)));
	CHECK(own_may_be(s.st->suspects, IP4(198, 19, 77, 1)));
	CHECK(own_has(s.st, OURS));
	CHECK(!own_has(s.st, IP4(10, 0, 0, 2)));
	net_free(s.net);
}

TEST(own, all_are_suspects_where_each_packet_is_looked_at_anyway)
{
	struct scene s = scene_new();

	CHECK_EQ(s.st->suspects, s.st->own.bits);
	CHECK_EQ(stack_set_option(s.st, OPT_RP_FILTER, 2), OK);
	CHECK(s.st->suspects == UINT64_MAX);
	CHECK_EQ(stack_set_option(s.st, OPT_RP_FILTER, 0), OK);
	CHECK_EQ(s.st->suspects, s.st->own.bits);
	CHECK_EQ(stack_set_option(s.st, OPT_FORWARDING, 0), OK);
	CHECK(s.st->suspects == UINT64_MAX);
	net_free(s.net);
}
