// SPDX-License-Identifier: GPL-3.0-or-later
/* How lab time moves, and what happens in which order. */
#include "sim/link.h"
#include "stack/socket.h"
#include "stack/util/err.h"
#include "tests/unit/sim/rig.h"

/* --- until, while, step ----------------------------------------------------------- */

TEST(run, time_goes_where_it_is_told_and_never_back)
{
	struct lab *lab = rig_lab(RIG_PAIR(""));

	CHECK_EQ(lab_now(lab), 0);
	CHECK_EQ(lab_run_until(lab, SEC(3)), LAB_REACHED);
	CHECK_EQ(lab_now(lab), SEC(3));
	CHECK_EQ(lab_run_until(lab, SEC(2)), LAB_REACHED);
	CHECK_EQ(lab_now(lab), SEC(3));
	CHECK_EQ(lab_next_at(lab), NS_NEVER);
	CHECK_EQ(lab_events(lab), 0);
	lab_free(lab);
}

TEST(run, an_event_at_the_instant_asked_for_still_happens)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 100, 1);
	CHECK_EQ(lab_next_at(lab), MSEC(10));
	CHECK_EQ(lab_run_until(lab, MSEC(10)), LAB_REACHED);
	CHECK_EQ(b->n, 1);
	CHECK_EQ(lab_next_at(lab), NS_NEVER);
	rig_deaf(b);
	lab_free(lab);
}

struct wish { struct rig_ear *ear; unsigned want, asked; };

static bool heard_enough(void *arg)
{
	struct wish *w = arg;

	w->asked++;
	return w->ear->n >= w->want;
}

TEST(run, a_run_ends_at_the_instant_at_which_a_wish_comes_true)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct wish w = { .ear = rig_ear(lab, "b:eth0"), .want = 2 };

	for (uint32_t i = 1; i <= 4; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK_EQ(lab_run_while(lab, heard_enough, &w, SEC(1)), LAB_DONE);
	CHECK_EQ(lab_now(lab), MSEC(26));
	CHECK_EQ(w.asked, 3);             /* before, and after each instant */
	CHECK_EQ(lab_run_while(lab, heard_enough, &w, SEC(1)), LAB_DONE);
	CHECK_EQ(lab_now(lab), MSEC(26)); /* true already */
	w.want = 9;
	CHECK_EQ(lab_run_while(lab, heard_enough, &w, MSEC(30)), LAB_REACHED);
	CHECK_EQ(lab_now(lab), MSEC(30));
	CHECK_EQ(lab_run_while(lab, heard_enough, &w, MSEC(20)), LAB_REACHED);
	CHECK_EQ(lab_now(lab), MSEC(30)); /* no way back */
	CHECK_EQ(lab_run_while(lab, heard_enough, &w, SEC(1)), LAB_IDLE);
	CHECK_EQ(lab_now(lab), MSEC(42)); /* of the last event */
	rig_deaf(w.ear);
	lab_free(lab);
}

TEST(run, a_wish_sees_whole_instants_only)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms"));
	struct wish w = { .ear = rig_ear(lab, "b:eth0"), .want = 1 };

	for (uint32_t i = 1; i <= 5; i++)
		rig_send(lab, "a:eth0", 100, i);
	CHECK_EQ(lab_run_while(lab, heard_enough, &w, SEC(1)), LAB_DONE);
	CHECK_EQ(w.ear->n, 5);
	rig_deaf(w.ear);
	lab_free(lab);
}

TEST(run, steps_are_single_events)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK_EQ(lab_step(lab, 0), 0);
	CHECK_EQ(lab_step(lab, 1), 1);
	CHECK_EQ(lab_now(lab), MSEC(18));
	CHECK_EQ(b->n, 1);
	CHECK_EQ(lab_step(lab, 10), 2);
	CHECK_EQ(lab_now(lab), MSEC(34));
	CHECK_EQ(lab_events(lab), 3);
	CHECK_EQ(lab_step(lab, 10), 0);
	CHECK_EQ(lab_now(lab), MSEC(34));
	rig_deaf(b);
	lab_free(lab);
}

TEST(run, quiet_means_that_no_packet_is_anywhere)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms"));

	CHECK(lab_is_quiet(lab));
	rig_send(lab, "a:eth0", 100, 1);
	CHECK(!lab_is_quiet(lab));
	lab_run_until(lab, MSEC(9));
	CHECK(!lab_is_quiet(lab));
	lab_run_until(lab, MSEC(10));
	CHECK(lab_is_quiet(lab));
	lab_free(lab);
}

/* --- interrupts ------------------------------------------------------------------- */

/* Interrupts the lab when the second frame arrives, of five at each instant. */
struct spoiler { struct sk_watch w; struct lab *lab; unsigned n, at; };

static void spoil(struct sk_watch *w, uint32_t events)
{
	struct spoiler *s = container_of(w, struct spoiler, w);
	uint8_t b[100];

	(void)events;
	while (sk_recv(w->sk, b, sizeof(b), NULL) >= 0)
		if (++s->n == s->at)
			lab_interrupt(s->lab);
}

static void spoiler_start(struct spoiler *s, struct lab *lab, unsigned at)
{
	struct sock *sk;

	*s = (struct spoiler){ .w = { .ready = spoil }, .lab = lab, .at = at };
	REQUIRE(sk_open(node_stack(rig_node(lab, "b")), ADDR_IP4, SK_PACKET, 0, &sk) == OK);
	sk_watch(sk, &s->w);
	for (uint32_t i = 0; i < 10; i++) {
		rig_send(lab, "a:eth0", 100, i);
		if (i == 4)
			lab_run_until(lab, MSEC(1));
	}
}

TEST(run, an_interrupt_ends_the_run_when_its_instant_is_over)
{
	for (int paced = 0; paced < 2; paced++) {
		struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms"));
		struct spoiler s;

		lab_set_pace(lab, paced ? 4000000000u : 0);
		spoiler_start(&s, lab, 2);
		CHECK_EQ(lab_run_until(lab, SEC(1)), LAB_INTERRUPTED);
		CHECK_EQ(lab_now(lab), MSEC(10));
		CHECK_EQ(s.n, 5);         /* a replay of "run until 10ms" sees the same */
		CHECK_EQ(lab_run_until(lab, SEC(1)), LAB_INTERRUPTED);
		CHECK_EQ(lab_step(lab, 1), 0);
		CHECK_EQ(lab_now(lab), MSEC(10));
		CHECK_EQ(s.n, 5);
		lab_clear_interrupt(lab);
		CHECK_EQ(lab_run_until(lab, SEC(1)), LAB_REACHED);
		CHECK_EQ(lab_now(lab), SEC(1));
		CHECK_EQ(s.n, 10);
		lab_free(lab);
	}
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

TEST(run, an_interrupt_ends_a_wait_too)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms"));
	struct spoiler s;

	spoiler_start(&s, lab, 7);
	CHECK_EQ(lab_run_while(lab, never, NULL, SEC(1)), LAB_INTERRUPTED);
	CHECK_EQ(lab_now(lab), MSEC(11));
	CHECK_EQ(s.n, 10);
	lab_free(lab);
}

/* --- pace ------------------------------------------------------------------------- */

/* Only what is the same on a fast and on a slow machine. */
TEST(run, a_paced_lab_does_the_same_as_one_in_virtual_time)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	CHECK_EQ(lab_pace(lab), 0);
	lab_set_pace(lab, 100000);        /* a hundred times real time */
	CHECK_EQ(lab_pace(lab), 100000);
	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK_EQ(lab_run_until(lab, MSEC(20)), LAB_REACHED);
	CHECK_EQ(lab_now(lab), MSEC(20));
	CHECK_EQ(lab_run_while(lab, never, NULL, MSEC(30)), LAB_REACHED);
	CHECK_EQ(lab_now(lab), MSEC(30));
	CHECK(lab_lag(lab) <= lab_lag_max(lab));
	lab_set_pace(lab, 0);
	CHECK_EQ(lab_lag(lab), 0);
	CHECK_EQ(lab_run_until(lab, SEC(1000000)), LAB_REACHED);
	CHECK_EQ(b->n, 3);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(b->got[i].at, MSEC(18) + MSEC(8) * i);
	rig_deaf(b);
	lab_free(lab);
}

/* --- scheduled events ------------------------------------------------------------- */

struct diary { struct lab *lab; struct rig_ear *ear; struct buf text; };

static void on_command(void *ctx, const char *cmd, uint32_t line)
{
	struct diary *d = ctx;

	buf_printf(&d->text, "%" PRIns " %s (line %u, %u heard)\n", lab_now(d->lab) / MSEC(1), cmd,
		   line, d->ear->n);
	if (strcmp(cmd, "send") == 0)
		rig_send(d->lab, "a:eth0", 100, 9);
	else if (strcmp(cmd, "cut") == 0)
		link_set_up(lab_link(d->lab, 0), false);
}

TEST(run, scheduled_events_come_at_their_instant_before_its_frames)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms")
		"events:\n"
		"  - {at: 30ms, do: later}\n"
		"  - {at: 10ms, do: one}\n"
		"  - {at: 10ms, do: two}\n"
		"  - {at: 0s, do: first}\n"
		"  - {at: 30ms, do: send}\n"
		"  - {at: 40ms, do: cut}\n"
		"  - {at: 2s, do: last}\n");
	struct diary d = { .lab = lab, .ear = rig_ear(lab, "b:eth0") };
	struct lab_hooks hooks = { .command = on_command, .ctx = &d };

	lab_set_hooks(lab, &hooks);
	rig_send(lab, "a:eth0", 100, 1);
	CHECK_EQ(lab_next_at(lab), 0);
	lab_run_until(lab, MSEC(1));
	lab_run_until(lab, SEC(1));
	CHECK_STR(d.text.s, "0 first (line 8, 0 heard)\n10 one (line 6, 0 heard)\n"
		  "10 two (line 7, 0 heard)\n30 later (line 5, 1 heard)\n"
		  "30 send (line 9, 1 heard)\n40 cut (line 10, 1 heard)\n");
	CHECK_EQ(d.ear->n, 1);            /* the one of 30 ms was due at 40 ms */
	CHECK_EQ(lab_drops(lab, DROP_LINK_CUT), 1);
	CHECK_EQ(lab_next_at(lab), SEC(2));
	lab_run_until(lab, SEC(3));
	CHECK(strstr(d.text.s, "2000 last (line 11, 1 heard)\n") != NULL);
	buf_free(&d.text);
	rig_deaf(d.ear);
	lab_free(lab);
}
