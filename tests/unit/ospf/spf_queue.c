// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/ospf/spf_queue.h"

#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define CANDIDATES 300

/* The same as rows without order. */
struct model { uint32_t key[CANDIDATES]; unsigned since[CANDIDATES], now; bool in[CANDIDATES]; };

static struct { struct spf_queue q; struct spf_v v[CANDIDATES]; struct model m; } s;

static uint32_t key_of(const struct spf_v *v)
{
	return spf_key(v->dist, v);
}

static void begin(void)
{
	memset(&s, 0, sizeof(s));
	spf_queue_init(&s.q);
	for (unsigned i = 0; i < CANDIDATES; i++) {
		s.v[i].bucket = SPF_UNQUEUED;
		s.v[i].router = i % 4 != 0;
	}
}

static void put(ospf_vnum n, uint32_t dist)
{
	CHECK_EQ(spf_is_queued(&s.v[n]), s.m.in[n]);
	if (spf_is_queued(&s.v[n]))
		spf_unlink(&s.q, s.v, n);
	s.v[n].dist = dist;
	spf_push(&s.q, s.v, n, key_of(&s.v[n]));
	s.m.key[n] = key_of(&s.v[n]);
	s.m.since[n] = s.m.now++;
	s.m.in[n] = true;
}

static void drop(ospf_vnum n)
{
	spf_unlink(&s.q, s.v, n);
	s.m.in[n] = false;
}

static ospf_vnum first_of_model(void)
{
	ospf_vnum best = OSPF_NUM_NONE;

	for (ospf_vnum i = 0; i < CANDIDATES; i++)
		if (s.m.in[i] && (best == OSPF_NUM_NONE || s.m.key[i] < s.m.key[best] ||
				  (s.m.key[i] == s.m.key[best] && s.m.since[i] < s.m.since[best])))
			best = i;
	return best;
}

static ospf_vnum take(void)
{
	ospf_vnum want = first_of_model(), got = spf_pop(&s.q, s.v, key_of);

	CHECK_EQ(got, want);
	if (got != OSPF_NUM_NONE) {
		s.m.in[got] = false;
		CHECK(!spf_is_queued(&s.v[got]));
	}
	return got;
}

TEST(ospf_spf_queue, the_least_comes_first_and_of_equals_the_one_that_came_first)
{
	static const uint32_t spread[] = { 1, 4, 100, 65536, 1u << 24 };
	struct rng r;

	rng_init(&r, 3, "ospf spf queue");
	for (unsigned k = 0; k < 10 * N_ELEM(spread); k++) {
		uint32_t at = 0;
		ospf_vnum n;

		begin();
		for (unsigned i = 0; i < 4000 && at < SPF_DIST_MAX - (1u << 25); i++) {
			n = rng_below(&r, CANDIDATES);
			switch (rng_below(&r, 4)) {
			case 0:                   /* its network may be as near as it is */
				n = take();
				at = n == OSPF_NUM_NONE ? at : s.v[n].dist + s.v[n].router;
				break;
			case 1:
				if (s.m.in[n])
					drop(n);
				break;
			default:
				put(n, at + rng_below(&r, spread[k % N_ELEM(spread)]));
			}
		}
		while (take() != OSPF_NUM_NONE)
			;
	}
}

TEST(ospf_spf_queue, keys_may_be_of_any_size)
{
	begin();
	put(1, SPF_DIST_MAX);
	put(2, 0);
	put(3, 1u << 30);
	put(4, 0);
	CHECK_EQ(take(), 4);
	CHECK_EQ(take(), 2);
	CHECK_EQ(take(), 3);
	CHECK_EQ(take(), 1);
	CHECK_EQ(take(), OSPF_NUM_NONE);
}
