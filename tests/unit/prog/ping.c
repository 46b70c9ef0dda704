// SPDX-License-Identifier: GPL-3.0-or-later
/* ping, against the text that iputils 20221126 printed on such a line of hosts. */
#include "sim/prog/ping.h"
#include "tests/unit/prog/fixture.h"

TEST(ping, prints_what_the_real_one_prints)
{
	struct trial *t = trial_new(false);

	trial_run(t, "h1", "ping -c 3 h2");
	CHECK_STR(t->text.s,
		  "PING h2 (10.0.2.10) 56(84) bytes of data.\n"
		  "64 bytes from 10.0.2.10: icmp_seq=1 ttl=63 time=24.0 ms\n"     /* with ARP */
		  "64 bytes from 10.0.2.10: icmp_seq=2 ttl=63 time=12.0 ms\n"
		  "64 bytes from 10.0.2.10: icmp_seq=3 ttl=63 time=12.0 ms\n"
		  "\n"
		  "--- h2 ping statistics ---\n"
		  "3 packets transmitted, 3 received, 0% packet loss, time 2000ms\n"
		  "rtt min/avg/max/mdev = 12.000/16.000/24.000/5.656 ms\n");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(lab_now(t->lab), SEC(2) + MSEC(12));     /* and not a moment longer */
	trial_free(t);
}

TEST(ping, tells_all_of_it_in_json)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "ping -c 2 -i 0.2 -s 100 10.0.2.10");
	CHECK_STR(trial_str(t, "dst"), "10.0.2.10");
	CHECK_STR(trial_str(t, "address"), "10.0.2.10");
	CHECK_EQ(trial_int(t, "transmitted"), 2);
	CHECK_EQ(trial_int(t, "received"), 2);
	CHECK_EQ(trial_int(t, "errors"), 0);
	CHECK_EQ(trial_int(t, "duplicates"), 0);
	CHECK_EQ(trial_int(t, "loss_percent"), 0);
	CHECK_EQ(trial_int(t, "time_ms"), 200);
	CHECK_EQ(trial_int(t, "rtt_ns.min"), MSEC(12));
	CHECK_EQ(trial_int(t, "rtt_ns.mdev"), 0);
	CHECK_EQ(trial_int(t, "replies.1.seq"), 2);
	CHECK_EQ(trial_int(t, "replies.1.ttl"), 63);
	CHECK_EQ(trial_int(t, "replies.1.time_ns"), MSEC(12));
	CHECK_EQ(trial_int(t, "replies.1.bytes"), 108);
	CHECK_STR(trial_str(t, "replies.1.from"), "10.0.2.10");
	CHECK(json_real_value(json_object_get(json_object_get(t->json, "rtt_ms"), "avg")) == 12.0);
	CHECK(json_object_get(t->json, "error") == NULL);
	trial_free(t);
}

TEST(ping, host_unreachable_comes_from_who_found_out)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "ping -c 2 10.0.1.99");
	CHECK_STR(t->text.s,
		  "PING 10.0.1.99 (10.0.1.99) 56(84) bytes of data.\n"
		  "From 10.0.1.10 icmp_seq=1 Destination Host Unreachable\n"
		  "From 10.0.1.10 icmp_seq=2 Destination Host Unreachable\n"
		  "\n"
		  "--- 10.0.1.99 ping statistics ---\n"
		  "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1000ms\n"
		  "pipe 2\n");
	CHECK_EQ(t->status, 1);
	trial_run(t, "h1", "ping -q -c 1 10.0.2.99");
	CHECK_STR(t->text.s,
		  "PING 10.0.2.99 (10.0.2.99) 56(84) bytes of data.\n"
		  "\n"
		  "--- 10.0.2.99 ping statistics ---\n"
		  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n"
		  "\n");
	CHECK_EQ(trial_int(t, "errors_list.0.seq"), 1);
	CHECK_EQ(trial_int(t, "errors_list.0.type"), 3);
	CHECK_EQ(trial_int(t, "errors_list.0.code"), 1);
	CHECK_STR(trial_str(t, "errors_list.0.from"), "10.0.1.1");
	CHECK_STR(trial_str(t, "errors_list.0.text"), "Destination Host Unreachable");
	trial_free(t);
}

TEST(ping, other_errors_on_the_way_have_their_words)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "ping -c 1 -t 1 10.0.2.10");
	CHECK_STR(t->text.s,
		  "PING 10.0.2.10 (10.0.2.10) 56(84) bytes of data.\n"
		  "From 10.0.1.1 icmp_seq=1 Time to live exceeded\n"
		  "\n"
		  "--- 10.0.2.10 ping statistics ---\n"
		  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n"
		  "\n");
	trial_run(t, "h1", "ping -c 1 10.3.0.1");
	CHECK(strstr(t->text.s, "From 10.0.1.1 icmp_seq=1 Destination Net Unreachable\n") != NULL);
	trial_free(t);
}

TEST(ping, too_long_for_the_link_and_for_the_path)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "ping -c 1 -M do -s 1473 10.0.2.10");
	CHECK_STR(t->text.s,
		  "PING 10.0.2.10 (10.0.2.10) 1473(1501) bytes of data.\n"
		  "ping: local error: message too long, mtu=1500\n"
		  "\n"
		  "--- 10.0.2.10 ping statistics ---\n"
		  "1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n"
		  "\n");
	CHECK_EQ(t->status, 1);
	CHECK_EQ(lab_now(t->lab), SEC(1));        /* nothing to wait for */
	CHECK_EQ(trial_int(t, "errors_list.0.seq"), 1);
	trial_link(t, "r", "h2", "mtu 1400");
	trial_run(t, "h1", "ping -c 2 -M do -s 1400 10.0.2.10");
	CHECK_STR(t->text.s,
		  "PING 10.0.2.10 (10.0.2.10) 1400(1428) bytes of data.\n"
		  "From 10.0.1.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n"
		  "ping: local error: message too long, mtu=1400\n"
		  "\n"
		  "--- 10.0.2.10 ping statistics ---\n"
		  "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1000ms\n"
		  "\n");
	trial_run(t, "h1", "ping -q -c 1 -M dont -s 1400 10.0.2.10");
	CHECK_EQ(t->status, 0);
	trial_free(t);
}

TEST(ping, without_an_answer_it_waits_as_long_as_told)
{
	struct trial *t = trial_new(true);
	ns_t at = lab_now(t->lab);

	trial_link(t, "r", "h2", "loss 100%");
	trial_run(t, "h1", "ping -c 2 -W 3 h2");
	CHECK_STR(t->text.s,
		  "PING h2 (10.0.2.10) 56(84) bytes of data.\n"
		  "\n"
		  "--- h2 ping statistics ---\n"
		  "2 packets transmitted, 0 received, 100% packet loss, time 1000ms\n"
		  "\n");
	CHECK_EQ(t->status, 1);
	CHECK_EQ(lab_now(t->lab), at + SEC(4));
	at = lab_now(t->lab);
	trial_run(t, "h1", "ping -q -c 1 h2");
	CHECK_EQ(lab_now(t->lab), at + SEC(10));  /* iputils' MAXWAIT */
	at = lab_now(t->lab);
	trial_run(t, "h1", "ping -w 2 -i 0.5 -O h2");
	CHECK(strstr(t->text.s, "no answer yet for icmp_seq=1\n") != NULL);
	CHECK_EQ(lab_now(t->lab), at + SEC(2));
	trial_free(t);
}

TEST(ping, after_an_answer_it_waits_for_twice_the_longest)
{
	struct trial *t = trial_new(true);
	ns_t at = lab_now(t->lab);
	struct prog *p;

	trial_link(t, "r", "h2", "delay 999ms");
	p = trial_start(t, "h1", "ping -q -c 2 -i 0.5 h2");
	trial_wait(t, MSEC(2400));                /* one answer came; then cut */
	link_set_up(lab_find_link(t->lab, lab_find_node(t->lab, "r"),
				  lab_find_node(t->lab, "h2"), 0), false);
	trial_wait(t, SEC(20));
	CHECK(prog_done(p));
	CHECK_EQ(prog_status(p), 0);
	CHECK_EQ(at, SEC(1));
	prog_free(p);
	trial_free(t);
}

TEST(ping, duplicates_are_marked_and_counted_apart)
{
	struct trial *t = trial_new(true);

	trial_link(t, "h1", "r", "duplicate 100%");
	trial_run(t, "h1", "ping -c 2 -i 0.2 h2");
	CHECK_STR(t->text.s,
		  "PING h2 (10.0.2.10) 56(84) bytes of data.\n"
		  "64 bytes from 10.0.2.10: icmp_seq=1 ttl=63 time=12.0 ms\n"
		  "64 bytes from 10.0.2.10: icmp_seq=1 ttl=63 time=12.0 ms (DUP!)\n"
		  "64 bytes from 10.0.2.10: icmp_seq=1 ttl=63 time=12.0 ms (DUP!)\n"
		  "64 bytes from 10.0.2.10: icmp_seq=1 ttl=63 time=12.0 ms (DUP!)\n"
		  "64 bytes from 10.0.2.10: icmp_seq=2 ttl=63 time=12.0 ms\n"
		  "\n"
		  "--- h2 ping statistics ---\n"
		  "2 packets transmitted, 2 received, +3 duplicates, 0% packet loss, time 200ms\n"
		  "rtt min/avg/max/mdev = 12.000/12.000/12.000/0.000 ms\n");
	CHECK_EQ(trial_int(t, "duplicates"), 3);
	trial_free(t);
}

TEST(ping, corrupted_answers_are_shown_but_do_not_count)
{
	struct trial *t = trial_new(true);
	struct link *l = lab_find_link(t->lab, lab_find_node(t->lab, "h1"),
				       lab_find_node(t->lab, "r"), 0);
	char corrupt[] = "corrupt", all[] = "100%", err[160];
	char *const words[] = { corrupt, all };

	CHECK_EQ(link_set(l, SIDE_B, 2, words, err), 0);          /* towards h1 alone */
	trial_run(t, "h1", "ping -c 100 -i 0.01 -s 1000 -W 1 10.0.1.1");
	CHECK(trial_int(t, "received") < 5);      /* a bit of 1042 bytes: six do not matter, */
	CHECK(trial_int(t, "corrupted") > 80);    /* 28 lose the frame */
	CHECK(strstr(t->text.s, " (BAD CHECKSUM!)\nwrong data byte #") != NULL);
	CHECK(strstr(t->text.s, " corrupted, ") != NULL);
	CHECK_EQ(json_array_size(json_object_get(t->json, "replies")), trial_int(t, "received"));
	trial_free(t);
}

TEST(ping, a_flood_shows_dots_and_takes_ten_milliseconds_or_an_answer)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "ping -f -c 3 10.0.1.1");
	CHECK_STR(t->text.s,
		  "PING 10.0.1.1 (10.0.1.1) 56(84) bytes of data.\n"
		  ".\b \b.\b \b.\b \b\n"
		  "--- 10.0.1.1 ping statistics ---\n"
		  "3 packets transmitted, 3 received, 0% packet loss, time 4ms\n"
		  "rtt min/avg/max/mdev = 2.000/2.000/2.000/0.000 ms, ipg/ewma 2.000/2.000 ms\n");
	trial_link(t, "h1", "r", "loss 100%");
	trial_run(t, "h1", "ping -f -c 3 -W 1 10.0.1.1");
	CHECK(strstr(t->text.s, "data.\n...\n--- ") != NULL);
	CHECK_EQ(trial_int(t, "time_ms"), 20);
	trial_free(t);
}

TEST(ping, sources_sizes_and_patterns_stand_in_the_first_line)
{
	static const struct { const char *line, *first; } rows[] = {
		{ "ping -c 1 -I eth0 h2",
		  "PING h2 (10.0.2.10) from 10.0.1.10 eth0: 56(84) bytes of data.\n" },
		{ "ping -c 1 -I 10.0.1.10 h2",
		  "PING h2 (10.0.2.10) from 10.0.1.10 : 56(84) bytes of data.\n" },
		{ "ping -c 1 -s 16 -p ff0 h2",
		  "PATTERN: 0xff00\nPING h2 (10.0.2.10) 16(44) bytes of data.\n" },
		{ "ping -c 1 -s 0 h2",
		  "PING h2 (10.0.2.10) 0(28) bytes of data.\n"
		  "8 bytes from 10.0.2.10: icmp_seq=1 ttl=63\n" },
	};
	struct trial *t = trial_new(true);

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_EQ(t->status, 0);
		CHECK(strncmp(t->text.s, rows[i].first, strlen(rows[i].first)) == 0);
	}
	trial_free(t);
}

TEST(ping, refusals_have_the_real_one_s_words_and_status)
{
	static const struct { const char *line, *text; int status; } rows[] = {
		{ "ping", "ping: usage error: Destination address required\n", 1 },
		{ "ping nosuch", "ping: nosuch: Name or service not known\n", 2 },
		{ "ping -c 0 h2", "ping: invalid argument: '0': out of range: 1 <= value <= "
		  "9223372036854775807\n", 1 },
		{ "ping -c x h2", "ping: invalid argument: 'x'\n", 1 },
		{ "ping -M foo h2", "ping: invalid -M argument: foo\n", 2 },
		{ "ping -I nodev h2", "ping: SO_BINDTODEVICE nodev: No such device\n", 2 },
		{ "ping -I 9.9.9.9 h2", "ping: bind: Cannot assign requested address\n", 2 },
		{ "ping -t 0 h2", "ping: cannot set unicast time-to-live: Invalid argument\n", 2 },
		{ "ping -t 256 h2", "ping: invalid argument: '256': out of range: "
		  "0 <= value <= 255\n", 1 },
		{ "ping -p zz h2", "ping: patterns must be specified as hex digits: zz\n", 2 },
		{ "ping 10.0.1.255", "ping: Do you want to ping broadcast? Then -b. "
		  "If not, check your local firewall rules\n", 2 },
	};
	struct trial *t = trial_new(false);

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
		CHECK_EQ(t->status, rows[i].status);
		CHECK(trial_str(t, "error") != NULL);
	}
	trial_run(t, "r", "ping 192.0.2.1");
	CHECK_STR(t->text.s, "ping: connect: Network is unreachable\n");
	CHECK_EQ(t->status, 2);
	CHECK_EQ(trial_int(t, "loss_percent"), 100);
	trial_free(t);
}

TEST(ping, an_interrupt_sums_up_and_a_stopped_node_kills)
{
	struct trial *t = trial_new(true);
	struct prog *p = trial_start(t, "h1", "ping h2"), *q = trial_start(t, "h1", "ping -q h2");

	trial_wait(t, MSEC(2500));
	CHECK(!prog_done(p));
	prog_interrupt(p);
	CHECK(prog_done(p));
	CHECK_EQ(prog_status(p), 0);
	CHECK(strstr(t->text.s, "3 packets transmitted, 3 received, 0% packet loss, "
		     "time 2000ms\n") != NULL);
	CHECK_EQ(node_stop(lab_find_node(t->lab, "h1")), 0);
	CHECK(prog_done(q));
	CHECK_EQ(prog_status(q), 137);
	prog_free(p);
	prog_free(q);
	p = trial_start(t, "h1", "ping h2");      /* on a node that does not run */
	CHECK_EQ(prog_status(p), 1);
	prog_free(p);
	trial_free(t);
}

TEST(ping, two_at_once_do_not_take_each_other_s_answers)
{
	struct trial *t = trial_new(true);
	struct prog *p = trial_start(t, "h1", "ping -q -c 3 h2");
	json_t *o;

	trial_run(t, "h1", "ping -q -c 3 h2");
	CHECK_EQ(trial_int(t, "received"), 3);
	CHECK_EQ(trial_int(t, "duplicates"), 0);
	o = prog_json(p);
	CHECK_EQ(json_integer_value(json_object_get(o, "received")), 3);
	CHECK_EQ(json_integer_value(json_object_get(o, "duplicates")), 0);
	json_decref(o);
	prog_free(p);
	trial_free(t);
}

TEST(ping, more_than_65536_probes_keep_their_numbers)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "ping -q -i 0.001 -c 66000 10.0.1.1");
	CHECK_EQ(trial_int(t, "received"), 66000);
	CHECK_EQ(trial_int(t, "duplicates"), 0);
	CHECK_EQ(trial_int(t, "replies.65999.seq"), 66000);
	CHECK_EQ(trial_int(t, "rtt_ns.max"), MSEC(2));
	trial_free(t);
}

TEST(ping, the_root_is_whole)
{
	static const struct { uint64_t v, root; } rows[] = {
		{ 0, 0 }, { 1, 1 }, { 3, 1 }, { 4, 2 }, { 99, 9 }, { 100, 10 },
		{ UINT64_MAX, 4294967295u },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++)
		CHECK_EQ(ping_isqrt(rows[i].v), rows[i].root);
	CHECK_EQ(ping_isqrt((unsigned __int128)SEC(1000) * SEC(1000)), SEC(1000));
}

TEST(ping, with_no_time_to_wait_it_waits_for_ever)
{
	struct trial *t = trial_new(true);
	struct prog *p;

	trial_link(t, "r", "h2", "loss 100%");
	p = trial_start(t, "h1", "ping -c 1 -W 0 h2");
	trial_wait(t, SEC(1000));
	CHECK(!prog_done(p));
	prog_interrupt(p);
	CHECK_EQ(prog_status(p), 1);
	prog_free(p);
	trial_free(t);
}

TEST(ping, the_longest_packet_says_its_length_and_nobody_is_this_host)
{
	struct trial *t = trial_new(true);

	trial_run(t, "h1", "ping -c 1 -s 65507 h2");
	CHECK(strstr(t->text.s, "\n65515 bytes from 10.0.2.10: icmp_seq=1 ttl=63") != NULL);
	trial_run(t, "h1", "ping -v -c 1 0.0.0.0");
	CHECK(strncmp(t->text.s, "PING 0.0.0.0 (127.0.0.1) ", 25) == 0);
	CHECK(strstr(t->text.s, "icmp_seq=1 ident=") != NULL);
	trial_free(t);
}
