// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define N_DST 20
#define N_SRC 200

/* What fired, in order. */
static struct { ns_t at; uint32_t dst, src; } fired[200000];
static size_t n_fired;

static void note(struct event *ev, ns_t now)
{
	if (n_fired == N_ELEM(fired))
		return;
	fired[n_fired].at = now;
	fired[n_fired].dst = event_dst(ev);
	fired[n_fired++].src = event_src(ev);
}

static struct engine engine;
static struct rng rng;
static struct event dst_ev[N_DST], src_ev[N_SRC];

static struct event *any_event(void)
{
	uint32_t i = rng_below(&rng, N_DST + N_SRC);

	return i < N_DST ? &dst_ev[i] : &src_ev[i - N_DST];
}

/* As a link or a host does: arms itself again, and sometimes others. */
static void busy(struct event *ev, ns_t now)
{
	note(ev, now);
	if (rng_below(&rng, 4))
		engine_set(&engine, ev, now + 1 + rng_below(&rng, 50));
	for (uint32_t k = rng_below(&rng, 3); k; k--)
		engine_set(&engine, any_event(), now + 1 + rng_below(&rng, 50));
	if (rng_below(&rng, 10) == 0)
		engine_set(&engine, any_event(), NS_NEVER);
}

static void engine_make(void (*fire)(struct event *, ns_t))
{
	engine_init(&engine);
	rng_init(&rng, 1, "engine");
	n_fired = 0;
	for (int i = 0; i < N_DST; i++)
		engine_add_dst(&engine, &dst_ev[i], fire);
	for (int i = 0; i < N_SRC; i++)
		engine_add_src(&engine, &src_ev[i], 1 + (uint32_t)i % N_DST, fire);
}

static bool before(size_t a, size_t b)
{
	if (fired[a].at != fired[b].at)
		return fired[a].at < fired[b].at;
	if (fired[a].dst != fired[b].dst)
		return fired[a].dst < fired[b].dst;
	return fired[a].src < fired[b].src;
}

/* A long run in which events arm themselves and each other by `fire`. */
static void check_order(void (*fire)(struct event *, ns_t))
{
	bool ordered = true;

	engine_make(fire);
	for (int i = 0; i < N_SRC; i++)
		engine_set(&engine, &src_ev[i], 1 + rng_below(&rng, 50));
	while (n_fired < N_ELEM(fired) && engine_step(&engine, NS_NEVER - 1))
		;
	CHECK_EQ(n_fired, N_ELEM(fired));
	for (size_t i = 1; i < n_fired; i++)
		ordered &= before(i - 1, i);
	CHECK(ordered);
	engine_fini(&engine);
}

TEST(engine, pops_in_the_order_of_time_destination_source)
{
	engine_make(note);
	for (int i = 0; i < N_DST; i++)
		engine_set(&engine, &dst_ev[i], rng_below(&rng, 7));
	for (int i = 0; i < N_SRC; i++)
		engine_set(&engine, &src_ev[i], rng_below(&rng, 7));
	while (engine_step(&engine, NS_NEVER - 1))
		;
	CHECK_EQ(n_fired, N_DST + N_SRC);
	for (size_t i = 1; i < n_fired; i++)
		CHECK(before(i - 1, i));
	engine_fini(&engine);
}

TEST(engine, order_holds_while_events_are_moved_and_stopped)
{
	check_order(busy);
}

/* From nanoseconds to an hour, with bursts of one instant: windows of any
 * width, jumps over empty ones, few events and many. */
static void uneven(struct event *ev, ns_t now)
{
	unsigned scale = rng_below(&rng, 42);

	note(ev, now);
	if (n_fired % 20000 < 10000 || rng_below(&rng, 8) == 0)
		engine_set(&engine, any_event(), now + 1 + (ns_t)(rng_u64(&rng) >> (63 - scale)));
	engine_set(&engine, ev, rng_below(&rng, 2) ? (now / SEC(1) + 1) * SEC(1) :
		   now + 1 + (ns_t)(rng_u64(&rng) >> (63 - scale)));
}

TEST(engine, order_holds_at_every_scale_of_time)
{
	check_order(uneven);
}

/* A few busy sources make the windows narrow; what the others armed long
 * before meets their events in one window, with empty windows before it. */
static void meet(struct event *ev, ns_t now)
{
	ns_t beats = event_src(ev) && event_src(ev) <= 20 ? 1 : 1000 + rng_below(&rng, 1000);

	note(ev, now);
	engine_set(&engine, ev, (now / USEC(50) + beats) * USEC(50) + rng_below(&rng, 100));
}

TEST(engine, far_and_near_events_of_one_window_come_in_order)
{
	check_order(meet);
}

/* Idle for most of the time: what a step costs must not follow the gaps. */
TEST(engine, sparse_events_cost_few_steps)
{
	uint64_t spent;

	engine_make(note);
	for (int i = 0; i < N_SRC; i++)
		engine_set(&engine, &src_ev[i], 1 + i);
	while (engine_step(&engine, NS_NEVER - 1))
		;
	for (int k = 1; k <= 20000; k++) {
		engine_set(&engine, &src_ev[k % N_SRC], engine.now + MSEC(10));
		engine_set(&engine, &src_ev[(k + 7) % N_SRC], engine.now + SEC(1));
		engine_step(&engine, NS_NEVER - 1);
	}
	spent = engine.queue.spent_all;
	CHECK(spent < 20000 * 20);
	engine_fini(&engine);
}

/* One event far away, and the others busy long before it: the window that was
 * jumped to must not make a heap of all that comes. */
static void often(struct event *ev, ns_t now)
{
	n_fired++;
	engine_set(&engine, ev, now + 1000);
}

TEST(engine, a_far_event_does_not_make_near_ones_dear)
{
	engine_make(often);
	engine_set(&engine, &dst_ev[0], SEC(1000));
	CHECK_EQ(engine_next_at(&engine), SEC(1000));
	for (int i = 0; i < N_SRC; i++)
		engine_set(&engine, &src_ev[i], 1 + 5 * i);
	while (n_fired < 20000)
		engine_step(&engine, NS_NEVER - 1);
	CHECK(engine.queue.near.n < N_SRC / 4);
	engine_fini(&engine);
}

TEST(engine, an_event_fires_once_at_its_last_instant)
{
	engine_make(note);
	engine_set(&engine, &dst_ev[3], 10);
	engine_set(&engine, &dst_ev[3], 5);
	engine_set(&engine, &dst_ev[3], 10);
	engine_set(&engine, &dst_ev[4], 7);
	engine_set(&engine, &dst_ev[4], NS_NEVER);
	while (engine_step(&engine, NS_NEVER - 1))
		;
	CHECK_EQ(n_fired, 1);
	CHECK_EQ(fired[0].at, 10);
	CHECK_EQ(engine_next_at(&engine), NS_NEVER);
	engine_fini(&engine);
}

TEST(engine, nothing_fires_before_its_time)
{
	engine_make(note);
	engine_set(&engine, &dst_ev[0], 100);
	CHECK(!engine_step(&engine, 99));
	CHECK_EQ(engine_next_at(&engine), 100);
	CHECK(engine_step(&engine, 100));
	CHECK_EQ(engine.now, 100);
	engine_fini(&engine);
}

TEST(engine, the_lab_comes_before_every_host_and_timers_before_frames)
{
	struct event script;

	engine_init(&engine);             /* in the order a lab does it */
	n_fired = 0;
	engine_set_lab_event(&engine, &script, note);
	engine_add_dst(&engine, &dst_ev[0], note);
	engine_add_src(&engine, &src_ev[0], 1, note);
	engine_set(&engine, &src_ev[0], 5);
	engine_set(&engine, &dst_ev[0], 5);
	engine_set(&engine, &script, 5);
	while (engine_step(&engine, NS_NEVER - 1))
		;
	CHECK_EQ(fired[0].dst, 0);
	CHECK_EQ(fired[1].src, 0);
	CHECK_EQ(fired[2].src, event_src(&src_ev[0]));
	engine_fini(&engine);
}
