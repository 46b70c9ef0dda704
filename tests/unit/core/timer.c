// SPDX-License-Identifier: GPL-3.0-or-later
/* A host's timers: a total order, and freedom inside fire(). */
#include "stack/core/timer.h"
#include "stack/util/cc.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define N 500

struct bell {
	struct timer t;
	struct tower *tower;
	unsigned id;
	ns_t want;                        /* of the model; NS_NEVER: not armed */
	uint64_t order;
	void (*act)(struct bell *b);
};

struct tower {
	struct timerq q;
	struct bell bell[N];
	unsigned rung[N], n;
	unsigned earlier;
	ns_t now;
};

static void ring(struct timer *t)
{
	struct bell *b = container_of(t, struct bell, t);
	struct tower *tw = b->tower;

	if (tw->n < N)
		tw->rung[tw->n++] = b->id;
	if (b->act)
		b->act(b);
}

static void on_earlier(struct timerq *q) { container_of(q, struct tower, q)->earlier++; }

static void tower_init(struct tower *tw)
{
	memset(tw, 0, sizeof(*tw));
	tw->q.earlier = on_earlier;
	for (unsigned i = 0; i < N; i++) {
		tw->bell[i] = (struct bell){ .tower = tw, .id = i, .want = NS_NEVER };
		timer_init(&tw->bell[i].t, ring);
	}
}

static void set(struct tower *tw, unsigned i, ns_t at) { timer_set(&tw->q, &tw->bell[i].t, at); }
static void stop(struct tower *tw, unsigned i) { timer_stop(&tw->q, &tw->bell[i].t); }

static void check_rung(const struct tower *tw, const char *want)
{
	char got[64] = "";

	for (unsigned i = 0; i < tw->n && strlen(got) < sizeof(got) - 4; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%u ", tw->rung[i]);
	CHECK_STR(got, want);
}

TEST(timer, fires_what_is_due_in_order_and_no_more)
{
	struct tower tw;

	tower_init(&tw);
	CHECK_EQ(timerq_next_at(&tw.q), NS_NEVER);
	set(&tw, 1, 30);
	set(&tw, 2, 10);
	set(&tw, 3, 20);
	CHECK_EQ(timerq_next_at(&tw.q), 10);
	timerq_run(&tw.q, 9);
	check_rung(&tw, "");
	timerq_run(&tw.q, 20);
	check_rung(&tw, "2 3 ");
	CHECK(!timer_armed(&tw.bell[2].t) && timer_armed(&tw.bell[1].t));
	CHECK_EQ(timerq_next_at(&tw.q), 30);
	timerq_run(&tw.q, NS_NEVER);
	check_rung(&tw, "2 3 1 ");
}

TEST(timer, ties_are_broken_by_arming_order)
{
	struct tower tw;

	tower_init(&tw);
	for (unsigned i = 9; i > 0; i--)
		set(&tw, i, 5);
	set(&tw, 7, 4);
	set(&tw, 7, 5);                           /* armed anew: the last */
	stop(&tw, 3);
	stop(&tw, 3);
	timerq_run(&tw.q, 5);
	check_rung(&tw, "9 8 6 5 4 2 1 7 ");
}

TEST(timer, earlier_tells_when_the_first_instant_moves_forward)
{
	struct tower tw;

	tower_init(&tw);
	set(&tw, 1, 10);
	CHECK_EQ(tw.earlier, 1);
	set(&tw, 2, 10);
	set(&tw, 3, 20);
	CHECK_EQ(tw.earlier, 1);
	set(&tw, 3, 5);
	CHECK_EQ(tw.earlier, 2);
	set(&tw, 3, 7);                           /* later: the driver looks when it wakes */
	stop(&tw, 3);
	CHECK_EQ(tw.earlier, 2);
}

static void again_now(struct bell *b)
{
	if (b->tower->n < 4)
		timer_set(&b->tower->q, &b->t, 10);
}

static void move_others(struct bell *b)
{
	set(b->tower, 2, 40);                     /* was due now */
	set(b->tower, 4, 10);                     /* was due later */
	stop(b->tower, 3);
}

TEST(timer, may_be_armed_again_while_it_fires)
{
	struct tower tw;

	tower_init(&tw);
	tw.bell[1].act = again_now;
	set(&tw, 1, 10);
	set(&tw, 2, 10);
	timerq_run(&tw.q, 10);
	check_rung(&tw, "1 2 1 1 ");              /* behind what was armed before */
	CHECK_EQ(timerq_next_at(&tw.q), NS_NEVER);
}

TEST(timer, fire_may_stop_and_move_the_others)
{
	struct tower tw;

	tower_init(&tw);
	tw.bell[1].act = move_others;
	for (unsigned i = 1; i <= 3; i++)
		set(&tw, i, 10);
	set(&tw, 4, 30);
	set(&tw, 5, 10);
	timerq_run(&tw.q, 10);
	check_rung(&tw, "1 5 4 ");
	CHECK_EQ(timerq_next_at(&tw.q), 40);
}

/* --- against a list ------------------------------------------------------------- */

static struct bell *model_first(struct tower *tw)
{
	struct bell *best = NULL;

	for (unsigned i = 0; i < N; i++) {
		struct bell *b = &tw->bell[i];

		if (b->want != NS_NEVER && (!best || b->want < best->want ||
					    (b->want == best->want && b->order < best->order)))
			best = b;
	}
	return best;
}

/* Fires the first and all that are due with it; returns how many, and counts
 * what differs from the list. */
static unsigned fire_first(struct tower *tw, unsigned *wrong)
{
	struct bell *first = model_first(tw);
	unsigned n = 0;

	if (!first)
		return 0;
	tw->now = first->want + 3;
	tw->n = 0;
	*wrong += timerq_next_at(&tw->q) != first->want;
	timerq_run(&tw->q, tw->now);
	for (; first && first->want <= tw->now; first = model_first(tw)) {
		*wrong += n >= tw->n || tw->rung[n] != first->id;
		first->want = NS_NEVER;
		n++;
	}
	*wrong += n != tw->n;
	return n;
}

TEST(timer, twenty_thousand_changes_agree_with_a_list)
{
	unsigned wrong = 0, fired = 0;
	uint64_t order = 0;
	struct tower tw;
	struct rng rng;

	tower_init(&tw);
	rng_init(&rng, 3, "timers");
	for (unsigned k = 0; k < 20000; k++) {
		struct bell *b = &tw.bell[rng_below(&rng, N)];

		switch (rng_below(&rng, 40)) {
		case 0:
			fired += fire_first(&tw, &wrong);
			break;
		case 1: case 2: case 3: case 4: case 5:
			timer_stop(&tw.q, &b->t);
			b->want = NS_NEVER;
			break;
		default:
			b->want = tw.now + 1 + rng_below(&rng, 50);
			b->order = ++order;
			timer_set(&tw.q, &b->t, b->want);
		}
	}
	CHECK_EQ(wrong, 0);
	CHECK(fired > 5000);
}
