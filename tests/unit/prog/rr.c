// SPDX-License-Identifier: GPL-3.0-or-later
/* Requests and responses over TCP. */
#include "tests/unit/prog/fixture.h"

TEST(rr, a_byte_takes_a_round_trip)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "echo");

	trial_run(t, "h1", "rr -n 50 h2");
	CHECK_STR(t->text.s, "50 transactions of 1 bytes, min/avg/max/mdev = "
		  "12.000/12.000/12.000/0.000 ms\n");
	CHECK_EQ(t->status, 0);
	prog_free(server);
	trial_free(t);
}

TEST(rr, an_echo_of_146000_bytes_written_before_any_read_does_not_stall)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "echo");

	trial_run(t, "h1", "rr -n 5 -s 146000 h2");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "transactions"), 5);
	/* A few round trips of 12 ms, and no timer in between. */
	CHECK(trial_int(t, "min_ns") < MSEC(12) + MSEC(40));
	prog_free(server);
	trial_free(t);
}

TEST(rr, nobody_there)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "rr h2 99");
	CHECK_STR(t->text.s, "rr: connect: Connection refused\n");
	CHECK_EQ(t->status, 1);
	trial_free(t);
}
