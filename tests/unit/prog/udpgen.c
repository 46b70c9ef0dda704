// SPDX-License-Identifier: GPL-3.0-or-later
/* udpgen and udpsink: what was lost, reordered and duplicated is found out. */
#include "tests/unit/prog/fixture.h"

static int64_t number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

TEST(udpgen, a_perfect_link_loses_nothing)
{
	struct trial *t = trial_new(true);
	struct prog *sink = trial_start(t, "h2", "udpsink 6000");
	ns_t at = lab_now(t->lab);
	json_t *o;

	trial_run(t, "h1", "udpgen h2 6000 -c 100 -s 200 -i 1ms");
	CHECK_STR(t->text.s, "100 datagrams sent, 20000 bytes, 0 errors\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "sent"), 100);
	CHECK_EQ(lab_now(t->lab), at + MSEC(99));
	trial_wait(t, MSEC(10));
	CHECK(prog_done(sink));                   /* it knew how many there would be */
	o = prog_json(sink);
	CHECK_EQ(number(o, "received"), 100);
	CHECK_EQ(number(o, "bytes"), 20000);
	CHECK_EQ(number(o, "lost"), 0);
	CHECK_EQ(number(o, "reordered"), 0);
	CHECK_EQ(number(o, "duplicates"), 0);
	CHECK_EQ(number(json_object_get(o, "delay_ns"), "max"), MSEC(6));
	json_decref(o);
	prog_free(sink);
	trial_free(t);
}

TEST(udpgen, a_bad_link_is_accounted_for_to_the_last_datagram)
{
	struct trial *t = trial_new(true);
	struct prog *sink = trial_start(t, "h2", "udpsink -w 1 6000");
	int64_t received, lost, dups;
	json_t *o;

	trial_link(t, "r", "h2", "loss 10% duplicate 5% reorder 20% delay 5ms");
	trial_run(t, "h1", "udpgen -c 2000 -i 0.5ms h2 6000");
	trial_wait(t, SEC(2));
	CHECK(prog_done(sink));
	o = prog_json(sink);
	received = number(o, "received");
	lost = number(o, "lost");
	dups = number(o, "duplicates");
	CHECK_EQ(received - dups + lost, 2000);
	CHECK(lost > 140 && lost < 260);
	CHECK(dups > 50 && dups < 150);
	CHECK(number(o, "reordered") > 200);
	json_decref(o);
	prog_free(sink);
	trial_free(t);
}

TEST(udpgen, a_tail_that_never_came_is_lost_too)
{
	struct trial *t = trial_new(true);
	struct prog *sink = trial_start(t, "h2", "udpsink -w 1 6000");
	struct prog *gen = trial_start(t, "h1", "udpgen -c 100 -i 1ms h2 6000");
	json_t *o;

	trial_wait(t, USEC(49500));               /* the 50th was just sent */
	trial_link(t, "h1", "r", "loss 100%");
	trial_wait(t, SEC(2));
	CHECK(prog_done(gen) && prog_done(sink));
	o = prog_json(sink);
	CHECK_EQ(number(o, "received"), 50);
	CHECK_EQ(number(o, "lost"), 50);
	json_decref(o);
	prog_free(gen);
	prog_free(sink);
	trial_free(t);
}

TEST(udpgen, short_datagrams_carry_their_number_alone)
{
	struct trial *t = trial_new(true);
	struct prog *sink = trial_start(t, "h2", "udpsink -c 10 6000");
	json_t *o;

	trial_run(t, "h1", "udpgen -c 10 -s 8 h2 6000");
	trial_wait(t, SEC(1));
	CHECK(prog_done(sink));
	o = prog_json(sink);
	CHECK_EQ(number(o, "received"), 10);
	CHECK(json_object_get(o, "delay_ns") == NULL);
	json_decref(o);
	trial_run(t, "h1", "udpgen -s 7 h2 6000");
	CHECK_EQ(t->status, 1);
	trial_run(t, "h1", "udpgen h2");
	CHECK_EQ(t->status, 2);
	prog_free(sink);
	trial_free(t);
}
