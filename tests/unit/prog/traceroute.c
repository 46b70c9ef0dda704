// SPDX-License-Identifier: GPL-3.0-or-later
/* traceroute, against the text of Debian's. */
#include "tests/unit/prog/fixture.h"

TEST(traceroute, prints_the_routers_on_the_way)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "traceroute -n h2");
	CHECK_STR(t->text.s,
		  "traceroute to h2 (10.0.2.10), 30 hops max, 60 byte packets\n"
		  " 1  10.0.1.1  2.000 ms  2.000 ms  2.000 ms\n"
		  " 2  10.0.2.10  12.000 ms  12.000 ms  12.000 ms\n");
	CHECK_EQ(t->status, 0);
	CHECK(json_is_true(json_object_get(t->json, "reached")));
	CHECK_EQ(json_array_size(json_object_get(t->json, "hops")), 2);
	CHECK_EQ(trial_int(t, "hops.0.ttl"), 1);
	CHECK_STR(trial_str(t, "hops.0.from"), "10.0.1.1");
	CHECK_EQ(trial_int(t, "hops.1.probes.2.rtt_ns"), MSEC(12));
	CHECK_STR(trial_str(t, "hops.1.probes.2.from"), "10.0.2.10");
	trial_free(t);
}

TEST(traceroute, icmp_sizes_and_counts)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "traceroute -I -q 1 -m 5 h2 1000");
	CHECK_STR(t->text.s,
		  "traceroute to h2 (10.0.2.10), 5 hops max, 1000 byte packets\n"
		  " 1  10.0.1.1 (10.0.1.1)  2.000 ms\n"
		  " 2  10.0.2.10 (10.0.2.10)  12.000 ms\n");
	trial_run(t, "h1", "traceroute -n -f 2 -q 2 -N 1 h2 20");
	CHECK_STR(t->text.s,
		  "traceroute to h2 (10.0.2.10), 30 hops max, 28 byte packets\n"
		  " 2  10.0.2.10  12.000 ms  12.000 ms\n");
	trial_free(t);
}

TEST(traceroute, who_does_not_answer_is_a_star)
{
	struct trial *t = trial_new(true);
	ns_t at = lab_now(t->lab);

	trial_link(t, "r", "h2", "loss 100%");
	trial_run(t, "h1", "traceroute -n -m 3 -w 2 h2");
	CHECK_STR(t->text.s,
		  "traceroute to h2 (10.0.2.10), 3 hops max, 60 byte packets\n"
		  " 1  10.0.1.1  2.000 ms  2.000 ms  2.000 ms\n"
		  " 2  * * *\n"
		  " 3  * * *\n");
	CHECK_EQ(t->status, 0);
	CHECK(json_is_false(json_object_get(t->json, "reached")));
	CHECK(json_is_null(json_array_get(json_object_get(json_array_get(
		json_object_get(t->json, "hops"), 1), "probes"), 0)));
	CHECK_EQ(lab_now(t->lab), at + MSEC(2) + SEC(4));
	trial_free(t);
}

TEST(traceroute, errors_are_flags_and_end_it)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "traceroute -n 10.0.1.99");
	CHECK_STR(t->text.s,
		  "traceroute to 10.0.1.99 (10.0.1.99), 30 hops max, 60 byte packets\n"
		  " 1  10.0.1.10  3000.010 ms !H  3000.010 ms !H  3000.010 ms !H\n");
	CHECK_STR(trial_str(t, "hops.0.probes.0.flag"), "!H");
	CHECK(json_is_false(json_object_get(t->json, "reached")));
	trial_run(t, "h1", "traceroute -n -q 1 10.9.9.9");
	CHECK_STR(t->text.s,
		  "traceroute to 10.9.9.9 (10.9.9.9), 30 hops max, 60 byte packets\n"
		  " 1  10.0.1.1  2.000 ms !N\n");
	trial_link(t, "r", "h2", "mtu 1400");
	trial_run(t, "h1", "traceroute -n -F -q 1 h2 1450");
	CHECK_STR(t->text.s,
		  "traceroute to h2 (10.0.2.10), 30 hops max, 1450 byte packets\n"
		  " 1  10.0.1.1  2.000 ms\n"
		  " 2  10.0.1.1  2.000 ms !F-1400\n");
	trial_run(t, "h1", "traceroute -n -F -q 1 h2 2000");
	CHECK_STR(t->text.s,
		  "traceroute to h2 (10.0.2.10), 30 hops max, 2000 byte packets\n"
		  " 1  10.0.1.10  0.000 ms !F-1500\n");
	trial_free(t);
}

TEST(traceroute, a_listener_on_the_port_is_the_end_too)
{
	struct trial *t = trial_new(true);
	struct prog *p = trial_start(t, "h2", "echo 33437");

	trial_run(t, "h1", "traceroute -n h2");
	CHECK(strstr(t->text.s, " 2  10.0.2.10  12.000 ms  12.000 ms  12.000 ms\n") != NULL);
	prog_free(p);
	trial_free(t);
}

TEST(traceroute, refusals_have_the_real_one_s_words_and_status)
{
	static const struct { const char *line, *text; int status; } rows[] = {
		{ "traceroute nosuch", "nosuch: Name or service not known\n"
		  "Cannot handle \"host\" cmdline arg `nosuch' on position 1 (argc 1)\n", 2 },
		{ "traceroute -m 300 h2", "max hops cannot be more than 255\n", 2 },
		{ "traceroute -q 11 h2", "no more than 10 probes per hop\n", 2 },
		{ "traceroute -f 31 h2", "first hop out of range\n", 2 },
		{ "traceroute -q x h2", "Cannot handle `-q' option with arg `x'\n", 2 },
		{ "traceroute -w 1,x h2", "Cannot handle `-w' option with arg `1,x'\n", 2 },
		{ "traceroute h2 x",
		  "Cannot handle \"packetlen\" cmdline arg `x' on position 2 (argc 2)\n", 2 },
	};
	struct trial *t = trial_new(false);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
		CHECK_EQ(t->status, rows[i].status);
	}
	trial_run(t, "r", "traceroute 192.0.2.1");
	CHECK_STR(t->text.s, "traceroute to 192.0.2.1 (192.0.2.1), 30 hops max, 60 byte packets\n"
		  "connect: Network is unreachable\n");
	CHECK_EQ(t->status, 1);
	CHECK_STR(trial_str(t, "error"), "connect: Network is unreachable");
	trial_free(t);
}
