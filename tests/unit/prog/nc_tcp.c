// SPDX-License-Identifier: GPL-3.0-or-later
/* nc over TCP, with the texts of OpenBSD's. */
#include "tests/unit/prog/fixture.h"

TEST(nc_tcp, a_listener_prints_what_it_gets_and_ends_with_its_peer)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "nc -l -v 5000");

	trial_run(t, "h1", "nc -v -N -p 4000 h2 5000 hello");
	CHECK_STR(t->text.s, "Connection to h2 (10.0.2.10) 5000 port [tcp/*] succeeded!\n"
		  "Connection received on 10.0.1.10 4000\nhello\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "sent_bytes"), 6);
	CHECK(prog_done(server));
	CHECK_EQ(prog_status(server), 0);
	trial_run(t, "h1", "nc -z h2 5000");              /* it listens no more */
	CHECK_EQ(t->status, 1);
	prog_free(server);
	trial_free(t);
}

TEST(nc_tcp, a_listener_that_is_kept_takes_one_after_the_other)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "nc -lk 5000");

	trial_run(t, "h1", "nc -N h2 5000 one");
	CHECK_STR(t->text.s, "one\n");
	trial_run(t, "h1", "nc -N h2 5000 two");
	CHECK_STR(t->text.s, "two\n");
	CHECK(!prog_done(server));
	prog_free(server);
	trial_free(t);
}

TEST(nc_tcp, a_sender_without_further_word_ends_after_a_silent_second)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "echo");
	ns_t at = lab_now(t->lab);

	trial_run(t, "h1", "nc h2 7 hello");
	CHECK_STR(t->text.s, "hello\n");
	CHECK_EQ(lab_now(t->lab), at + 2 * MSEC(12) + SEC(1));
	trial_run(t, "h1", "nc -d h2 7 hello");   /* no standard input, in any case */
	CHECK_STR(t->text.s, "hello\n");
	prog_free(server);
	trial_free(t);
}

TEST(nc_tcp, a_scan_reports_the_ports_that_answer)
{
	struct trial *t = trial_new(true);
	struct prog *a = trial_start(t, "h2", "nc -lk 21"), *b = trial_start(t, "h2", "nc -lk 23");

	trial_run(t, "h1", "nc -zv 10.0.2.10 20-23");
	CHECK_STR(t->text.s,
		  "nc: connect to 10.0.2.10 port 20 (tcp) failed: Connection refused\n"
		  "Connection to 10.0.2.10 21 port [tcp/ftp] succeeded!\n"
		  "nc: connect to 10.0.2.10 port 22 (tcp) failed: Connection refused\n"
		  "Connection to 10.0.2.10 23 port [tcp/telnet] succeeded!\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "open.0"), 21);
	CHECK_EQ(trial_int(t, "open.1"), 23);
	CHECK_EQ(trial_int(t, "open.2"), -1);
	prog_free(a);
	prog_free(b);
	trial_free(t);
}

TEST(nc_tcp, w_limits_the_time_to_connect)
{
	struct trial *t = trial_new(true);
	ns_t at = lab_now(t->lab);

	trial_link(t, "r", "h2", "loss 100%");
	trial_run(t, "h1", "nc -v -w 3 h2 7");
	CHECK_STR(t->text.s, "nc: connect to h2 (10.0.2.10) port 7 (tcp) timed out: "
		  "Operation now in progress\n");
	CHECK_EQ(t->status, 1);
	CHECK_EQ(lab_now(t->lab), at + SEC(3));
	trial_free(t);
}

TEST(nc_tcp, refusals)
{
	static const struct { const char *line, *text; } rows[] = {
		{ "nc h2 99999", "nc: port number too large: 99999\n" },
		{ "nc h2 0", "nc: port number too small: 0\n" },
		{ "nc h2 9-x", "nc: port number invalid: 9-x\n" },
		{ "nc h2", "nc: missing port number\n" },
		{ "nc -l", "nc: missing port number\n" },
		{ "nc -k h2 7", "nc: must use -l with -k\n" },
		{ "nc -z -l 7", "nc: cannot use -z and -l\n" },
		{ "nc -w x h2 7", "nc: timeout invalid: x\n" },
		{ "nc -w -1 h2 7", "nc: timeout too small: -1\n" },
		{ "nc -q x h2 7", "nc: quit timer invalid: x\n" },
		{ "nc -s 1.2.3.4 h2 7", "nc: bind failed: Cannot assign requested address\n" },
		{ "nc nosuch 7", "nc: getaddrinfo for host \"nosuch\" port 7: "
		  "Name or service not known\n" },
		{ "nc -l 7", "nc: Address already in use\n" },
		{ "nc h2 9", "" },                        /* refused: only -v says so */
	};
	struct trial *t = trial_new(true);
	struct prog *p = trial_start(t, "h1", "nc -l 7");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
		CHECK_EQ(t->status, 1);
	}
	prog_free(p);
	trial_free(t);
}
