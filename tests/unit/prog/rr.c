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
	CHECK(trial_int(t, "max_ns") < MSEC(12) + MSEC(40));
	CHECK(trial_int(t, "gap_max_ns") < MSEC(40));
	prog_free(server);
	trial_free(t);
}

/* The delayed ACK of the one and the Nagle of the other are never waited for,
 * at any rate and whatever the last segment holds. */
TEST(rr, no_gap_of_40_ms_in_an_echo)
{
	static const char *const rates[] = { "rate 1gbit", "rate 100mbit", "rate 20mbit" };
	static const char *const lines[] = {
		"rr -n 10 -s 146000 h2", "rr -n 10 -s 146001 h2", "rr -n 10 -s 1449 h2",
		"rr -n 10 -s 2896 h2", "rr -n 10 -s 4345 h2", "rr -n 3 -s 100 h2",
	};

	for (size_t i = 0; i < N_ELEM(rates); i++) {
		struct trial *t = trial_new(true);
		struct prog *server = trial_start(t, "h2", "echo");

		trial_link(t, "r", "h2", rates[i]);
		for (size_t k = 0; k < N_ELEM(lines); k++) {
			trial_run(t, "h1", lines[k]);
			CHECK_EQ(t->status, 0);
			CHECK(trial_int(t, "gap_max_ns") >= MSEC(12));
			CHECK(trial_int(t, "gap_max_ns") < MSEC(40));
		}
		prog_free(server);
		trial_free(t);
	}
}

TEST(rr, t_ends_after_a_time)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "echo");

	trial_run(t, "h1", "rr -t 1 h2");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "transactions"), 84);       /* the 84th goes past the second */
	CHECK_EQ(trial_int(t, "elapsed_ns"), 84 * MSEC(12));
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
