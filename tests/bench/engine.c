// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The hold model (Jones, "An empirical comparison of priority-queue and
 * event-set implementations", 1986): n events pending, each, as it fires, is
 * armed again an exponential-like time later.
 */
#include <stdlib.h>

#include "sim/engine.h"
#include "sim/mem.h"
#include "tests/bench/bench.h"

static struct engine engine;
static uint64_t state = 88172645463325252u;

static inline uint64_t xorshift(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

/* Exponential-like, mean about 1.5 ms: a geometric number of half
 * milliseconds and a uniform part of one. */
static inline ns_t increment(void)
{
	uint64_t r = xorshift();

	return 1 + (ns_t)(r >> 44) + ((ns_t)__builtin_ctzll(r | 1ull << 40) << 19);
}

static void hold(struct event *ev, ns_t now)
{
	engine_set(&engine, ev, now + increment());
}

static void run(size_t n, const char *name, double budget)
{
	struct event *evs = xcalloc(n, sizeof(*evs));
	size_t holds = n < 100000 ? 5000000 : 4 * n;
	double t;

	engine_init(&engine);
	engine_add_dst(&engine, &evs[0], hold);
	for (size_t i = 1; i < n; i++)
		engine_add_src(&engine, &evs[i], 1, hold);
	for (size_t i = 0; i < n; i++)
		engine_set(&engine, &evs[i], increment());
	for (size_t i = 0; i < 2 * n; i++)
		engine_step(&engine, NS_NEVER - 1);
	t = bench_now();
	for (size_t i = 0; i < holds; i++)
		engine_step(&engine, NS_NEVER - 1);
	bench_line(name, (bench_now() - t) * 1e9 / (double)holds, "ns", "lower", budget);
	engine_fini(&engine);
	free(evs);
}

int main(void)
{
	run(1000, "engine_hold_1k_ns", 40);
	run(100000, "engine_hold_100k_ns", 60);
	run(1000000, "engine_hold_1m_ns", 250);
	return 0;
}
