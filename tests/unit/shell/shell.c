// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/shell.h"

#include <stdlib.h>

#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

static void check_fails(struct bench *b, const char *line, const char *err)
{
	CHECK(bench_do(b, line) != 0);
	CHECK_STR(b->err, err);
	CHECK_STR(b->out, "");
}

TEST(shell, a_wrong_line_says_what_is_wrong)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_fails(&b, "bogus", "unknown command: 'bogus'\n");
	check_fails(&b, "ndoes", "unknown command: 'ndoes'; did you mean nodes?\n");
	check_fails(&b, "r2 ping h1", "unknown command: 'r2'; did you mean r1?\n");
	check_fails(&b, "li", "ambiguous: 'li': link, links\n");
	check_fails(&b, "link h1", "incomplete: expected B (a node or NODE:INTERFACE)\n");
	check_fails(&b, "link h1 r1", "incomplete: expected down or up\n");
	check_fails(&b, "h1 ls", "incomplete: ls is short for lsdb; expected show\n");
	check_fails(&b, "link h1 h3 up",
		    "'h3' is not a node or NODE:INTERFACE; did you mean h1?\n");
	check_fails(&b, "link h1 h2 up", "no link between h1 and h2\n");
	check_fails(&b, "link h1 r1 dwon", "unexpected 'dwon': expected down or up; "
		    "did you mean down?\n");
	check_fails(&b, "ping h1",
		    "ping runs on a node: NODE ping ..., or enter a node by its name\n");
	check_fails(&b, "h1 pingall", "pingall is a command of the lab, not of a node\n");
	check_fails(&b, "@h9 ping h1", "no node is called 'h9'\n");
	check_fails(&b, "say 'x", "a quote is not closed\n");
	check_fails(&b, "nodes &", "only a program on a node runs in the background\n");
	bench_close(&b);
}

TEST(shell, a_lab_word_hides_a_node_and_the_at_sign_finds_it)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK(bench_do(&b, "link ip -br link") != 0);
	CHECK_EQ(bench_do(&b, "@link ip -br -4 addr"), 0);
	CHECK(strstr(b.out, "10.0.3.2/24") != NULL);
	bench_close(&b);
}

TEST(shell, time_moves_only_with_commands_and_stops_at_the_limit)
{
	struct bench b;
	bool timed_out = false;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "nodes"), 0);
	CHECK_EQ(lab_now(b.lab), 0);
	CHECK_EQ(bench_do(&b, "run 2.5s"), 0);
	CHECK_EQ(lab_now(b.lab), MSEC(2500));
	CHECK(bench_do(&b, "run until 1s") != 0);
	CHECK_STR(b.err, "it is 2.500s already: time never goes back\n");
	CHECK(shell_exec(b.sh, "run 10s", SEC(4), NULL, &timed_out) != 0);
	CHECK(timed_out);
	CHECK_EQ(lab_now(b.lab), SEC(4));
	CHECK_EQ(shell_exec(b.sh, "run 1s", SEC(9), NULL, &timed_out), 0);
	CHECK(!timed_out);
	CHECK_EQ(lab_now(b.lab), SEC(5));
	CHECK_EQ(shell_exec(b.sh, "h1 ping h2", SEC(8), NULL, &timed_out), 124);
	CHECK(timed_out);
	CHECK_EQ(lab_now(b.lab), SEC(8));
	bench_close(&b);
}

TEST(shell, a_program_gives_its_status_its_text_and_its_json)
{
	struct bench b;
	json_t *r = NULL;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ping -c 2 h2"), 0);
	CHECK(strstr(b.out, "2 packets transmitted, 2 received, 0% packet loss") != NULL);
	CHECK_EQ(shell_exec(b.sh, "h1 ping -c 1 h2 --json", NS_NEVER, &r, NULL), 0);
	CHECK_EQ(json_integer_value(json_object_get(r, "received")), 1);
	json_decref(r);
	CHECK_EQ(bench_do(&b, "h1 ping -c 1 -W 1 10.9.9.9"), 1);
	CHECK(bench_do(&b, "h1 ping") != 0);
	bench_close(&b);
}

TEST(shell, inside_a_node_its_commands_need_no_name)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1"), 0);
	CHECK_EQ(bench_do(&b, "ping -c 1 h2"), 0);
	CHECK_EQ(bench_do(&b, "ip route get h2"), 0);
	CHECK_STR(b.out, "10.0.2.2 via 10.0.1.2 dev eth0 src 10.0.1.1 uid 0 \n    cache \n");
	CHECK_EQ(bench_do(&b, "h2 ip route get h1"), 0);
	CHECK_STR(b.out, "10.0.1.1 via 10.0.2.1 dev eth0 src 10.0.2.2 uid 0 \n    cache \n");
	CHECK_EQ(bench_do(&b, "exit"), 0);
	CHECK(!shell_quit_asked(b.sh));
	CHECK(bench_do(&b, "ping -c 1 h2") != 0);
	CHECK_EQ(bench_do(&b, "exit"), 0);
	CHECK(shell_quit_asked(b.sh));
	bench_close(&b);
}

TEST(shell, a_job_moves_only_while_time_does)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ping -c 2 h2 &"), 0);
	CHECK(strstr(b.out, "bytes from") == NULL);
	CHECK_EQ(bench_do(&b, "jobs"), 0);
	CHECK(strstr(b.out, "[1] frozen   h1 ping -c 2 h2\n") == b.out);
	CHECK_EQ(bench_do(&b, "run 100ms"), 0);
	CHECK(strstr(b.out, "[1] 64 bytes from 10.0.2.2: icmp_seq=1") != NULL);
	CHECK_EQ(bench_do(&b, "fg"), 0);
	CHECK(strstr(b.out, "2 received") != NULL);
	CHECK(bench_do(&b, "fg") != 0);
	CHECK_STR(b.err, "there are no jobs\n");
	CHECK_EQ(bench_do(&b, "h1 ping h2 &"), 0);
	CHECK_EQ(bench_do(&b, "kill 2"), 0);
	CHECK(strstr(b.out, "ping statistics") != NULL);
	bench_close(&b);
}

TEST(shell, a_scheduled_command_runs_at_its_time_and_may_not_move_it)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "run 150s"), 0);
	CHECK(strstr(b.out, "[100.000s] ") != NULL);
	CHECK_EQ(bench_do(&b, "links"), 0);
	CHECK_STR(b.out,
		"h1-eth0<->r1-eth0 (OK OK) \nr1-eth1<->h2-eth0 (DOWN DOWN) \n"
		"h1-eth1<->link-eth0 (OK OK) \n");
	CHECK_EQ(bench_do(&b, "run 100s"), 0);
	CHECK_EQ(lab_now(b.lab), SEC(250));
	CHECK_STR(b.err, "a scheduled command cannot move the time\n");
	bench_close(&b);
}

TEST(shell, a_script_runs_to_its_end_and_names_the_lines_that_failed)
{
	static char script[] = "# a script\nnodes\nbogus\n\nrun 1s";
	struct bench b;
	FILE *f;

	REQUIRE(bench_open(&b));
	f = fmemopen(script, sizeof(script) - 1, "r");
	CHECK_EQ(shell_source(b.sh, f, "s.nl", false), 1);
	fflush(b.err_file);
	CHECK_STR(b.err, "s.nl:3: unknown command: 'bogus'\n");
	CHECK_EQ(lab_now(b.lab), SEC(1));
	rewind(f);
	CHECK_EQ(shell_source(b.sh, f, "s.nl", true), 1);
	CHECK_EQ(lab_now(b.lab), SEC(1));
	fclose(f);
	bench_close(&b);
}

TEST(shell, instants_are_printed_in_whole_groups_of_digits)
{
	char t[40];

	shell_fmt_instant(0, t);
	CHECK_STR(t, "0.000s");
	shell_fmt_instant(MSEC(500), t);
	CHECK_STR(t, "0.500s");
	shell_fmt_instant(SEC(1) + 203000, t);
	CHECK_STR(t, "1.000203s");
	shell_fmt_instant(1, t);
	CHECK_STR(t, "0.000000001s");
	shell_fmt_time(MSEC(12500), 3, t);
	CHECK_STR(t, "12.5s");
	shell_fmt_time(SEC(3600), 3, t);
	CHECK_STR(t, "3600s");
	shell_fmt_time(SEC(1) + 1, 9, t);
	CHECK_STR(t, "1.000000001s");
}

TEST(shell, many_steps_stop_at_the_limit_too)
{
	struct bench b;
	bool timed_out = false;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ping h2 &"), 0);
	CHECK(shell_exec(b.sh, "step 1000000000", SEC(4), NULL, &timed_out) != 0);
	CHECK(timed_out);
	CHECK(lab_now(b.lab) > SEC(3) && lab_now(b.lab) <= SEC(4));
	CHECK_EQ(shell_exec(b.sh, "step 3", SEC(9), NULL, &timed_out), 0);
	CHECK(!timed_out);
	bench_close(&b);
}

TEST(shell, a_wait_that_never_moves_the_time_is_refused)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "wait every 0s until nothing"), 1);
	CHECK_STR(b.err, "every 0s would wait for ever: lab time would not pass\n");
	bench_close(&b);
}

TEST(shell, a_line_that_is_no_utf8_is_refused_for_what_it_is)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ping \xff &"), 1);
	CHECK_STR(b.err, "the line is not UTF-8 text\n");
	CHECK_EQ(bench_do(&b, "capture start /nowhere/caf\xe9"), 1);
	CHECK_STR(b.err, "the line is not UTF-8 text\n");
	CHECK_EQ(bench_do(&b, "h1 ping caf\u00e9"), 2);
	CHECK_STR(b.err, "ping: caf\u00e9: Name or service not known\n");
	bench_close(&b);
}

TEST(shell, a_wait_for_a_wrong_line_stops_at_once_and_shows_one_attempt)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "wait 9s until show routes xx"), 1);
	CHECK_STR(b.err, "'xx' is not a node\n");
	CHECK_EQ(lab_now(b.lab), 0);
	CHECK_EQ(bench_do(&b, "wait 2s until h1 ping -q -c 1 -W 1 10.0.1.99"), 1);
	CHECK_STR(b.out, "PING 10.0.1.99 (10.0.1.99) 56(84) bytes of data.\n\n"
		  "--- 10.0.1.99 ping statistics ---\n"
		  "1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n");
	CHECK_STR(b.err, "it did not come true in time\n");
	lab_interrupt(b.lab);
	CHECK_EQ(bench_do(&b, "wait every 1ns until h1 sysctl bogus"), 1);
	bench_close(&b);
}

TEST(shell, notices_never_mix_with_json)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "run 101s -j"), 0);
	CHECK_STR(b.out, "{\"now\":101000000000,\"moved\":101000000000,"
		  "\"stopped_by\":\"done\"}\n");
	CHECK(strstr(b.err, "[100.000s] r1 eth1: carrier lost\n") != NULL);
	bench_close(&b);
}

TEST(shell, help_is_asked_for_behind_any_command)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ping -c 4 --help"), 0);
	CHECK(strncmp(b.out, "NODE ping ", 10) == 0);
	CHECK(strstr(b.out, "pingall") == NULL);
	CHECK_EQ(bench_do(&b, "step --help"), 0);
	CHECK(strncmp(b.out, "step [N]\n", 9) == 0);
	check_fails(&b, "bogus --help", "unknown command: 'bogus'\n");
	bench_close(&b);
}

TEST(shell, programs_have_whole_names_and_prefixes_two_letters)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_fails(&b, "h1 arp r1", "unknown command: 'arp'; here it is NODE ip neigh\n");
	check_fails(&b, "h1 arpin r1", "unknown command: 'arpin'; did you mean arping?\n");
	check_fails(&b, "h1 tcpdump -i eth0", "unknown command: 'tcpdump'; here it is capture start "
		    "NODE:INTERFACE FILE\n");
	check_fails(&b, "h1 tc qdisc show", "unknown command: 'tc'; here it is set link A B delay 5ms "
		    "loss 1%\n");
	check_fails(&b, "vtysh", "unknown command: 'vtysh'; here it is what follows it, as in NODE "
		    "show ip ospf neighbor\n");
	check_fails(&b, "n", "unknown command: 'n'\n");
	CHECK_EQ(bench_do(&b, "ti"), 0);
	check_fails(&b, "step 99999999999999999999", "'99999999999999999999' is too large\n");
	check_fails(&b, "run 99999999999999999999s", "'99999999999999999999s' is too large\n");
	bench_close(&b);
}

TEST(shell, a_capture_of_nobody_or_to_a_full_disk_is_refused)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_fails(&b, "capture start bogus x.pcapng", "no node is called 'bogus'\n");
	check_fails(&b, "capture start all /dev/full",
		    "cannot write /dev/full: No space left on device\n");
	CHECK_EQ(bench_do(&b, "capture start h1 /dev/null"), 0);
	check_fails(&b, "capture start r1 /dev/null", "capture 2 writes to /dev/null already\n");
	bench_close(&b);
}

TEST(shell, a_folder_is_no_script)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_fails(&b, "source /", "/: Is a directory\n");
	bench_close(&b);
}

TEST(shell, link_settings_are_told_with_all_their_words_and_none_takes_the_delay_too)
{
	struct link_end_info i;
	struct bench b;

	REQUIRE(bench_open(&b));
	check_fails(&b, "set link h1 r1 rte 5mbit", "found 'rte', expected rate, queue, mtu, none, "
		    "limit, delay, jitter, loss, duplicate, reorder, corrupt, gap ...; "
		    "did you mean rate?\n");
	check_fails(&b, "set link h1 r1 gap 5",
		    "gap: found no reorder, expected one too, such as reorder 25%\n");
	check_fails(&b, "set link h1 r1 distribution normal",
		    "distribution: found no jitter, expected one too, such as delay 10ms 1ms\n");
	check_fails(&b, "set link h1 r1 loss 1% none",
		    "none: expected in front of the other settings\n");
	CHECK_EQ(bench_do(&b, "set link h1 r1 none rate 5mbit"), 0);
	link_info(lab_link(b.lab, 0), SIDE_A, &i);
	CHECK_STR(i.netem, "");
	CHECK_EQ(i.rate_bps, 5000000);
	bench_close(&b);
}
