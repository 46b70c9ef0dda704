// SPDX-License-Identifier: GPL-3.0-or-later
/* iperf3, both ends of it ours. */
#include "stack/socket.h"
#include "stack/util/err.h"
#include "tests/unit/prog/fixture.h"

static bool has(const struct trial *t, const char *text) { return strstr(t->text.s, text); }

static double real(const struct trial *t, const char *sum)
{
	const json_t *end = json_object_get(t->json, "end");

	return json_number_value(json_object_get(json_object_get(end, sum), "bits_per_second"));
}

/* Does the report say so of an interval, of its first flow and of all? */
static bool is_omitted(const struct trial *t, size_t i)
{
	const json_t *o = json_array_get(json_object_get(t->json, "intervals"), i);
	const json_t *flow = json_array_get(json_object_get(o, "streams"), 0);
	bool all = json_is_true(json_object_get(json_object_get(o, "sum"), "omitted"));

	CHECK_EQ(json_is_true(json_object_get(flow, "omitted")), all);
	return all;
}

TEST(iperf3, tcp_fills_the_link)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");
	ns_t at;

	trial_link(t, "r", "h2", "rate 20mbit limit 1000");
	at = lab_now(t->lab);
	trial_run(t, "h1", "iperf3 -c h2 -t 5");
	CHECK_EQ(t->status, 0);
	CHECK(has(t, "Connecting to host h2, port 5201\n"));
	CHECK(has(t, "Accepted connection from 10.0.1.10, port "));
	CHECK(has(t, "[ ID] Interval           Transfer     Bitrate         Retr  Cwnd\n"));
	CHECK(has(t, "[  5]   4.00-5.00   sec  "));
	CHECK(has(t, "\niperf Done.\n"));
	CHECK(lab_now(t->lab) - at > SEC(5));
	/* 1448 of the 1514 bytes of a frame are payload: 19.13 Mbit/s at best. */
	CHECK(real(t, "sum_received") > 18e6);
	CHECK(real(t, "sum_received") < 19.13e6);
	/* A real server resets who comes before it listens again: the client waits. */
	CHECK(has(t, "Server listening on 5201 (test #2)\n"));
	CHECK(!prog_done(server));
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, n_ends_after_so_many_bytes)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s -1");

	trial_run(t, "h1", "iperf3 -c h2 -n 1M --json");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "end.sum_sent.bytes"), 1 << 20);
	CHECK_EQ(trial_int(t, "start.test_start.bytes"), 1 << 20);
	CHECK_STR(trial_str(t, "start.test_start.protocol"), "TCP");
	CHECK_STR(trial_str(t, "start.connected.0.remote_host"), "10.0.2.10");
	trial_wait(t, MSEC(100));
	CHECK(prog_done(server));
	CHECK_EQ(prog_status(server), 0);
	prog_free(server);
	trial_free(t);
}

/* A processor copies 20 Gbit a second, or a second of it would last for ever. */
TEST(iperf3, a_host_measures_itself)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h1", "iperf3 -s");

	trial_run(t, "h1", "iperf3 -c h1 -n 100M");
	CHECK_EQ(t->status, 0);
	CHECK(real(t, "sum_received") > 10e9);
	CHECK(real(t, "sum_received") < 20e9);
	trial_run(t, "h1", "iperf3 -c h1 -u -b 100G -t 1 -O 0 -l 65000");
	CHECK_EQ(t->status, 0);
	CHECK(real(t, "sum_received") < 20.3e9);  /* the rest is dropped, */
	CHECK(trial_int(t, "end.sum_received.lost_packets") > 100000);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, o_omits_the_first_seconds)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");

	trial_link(t, "r", "h2", "rate 20mbit limit 20");
	trial_run(t, "h1", "iperf3 -c h2 -O 2 -t 3 -P 2");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "start.test_start.omit"), 2);
	CHECK_EQ(trial_int(t, "start.test_start.duration"), 3);
	for (size_t i = 0; i < 5; i++)
		CHECK_EQ(is_omitted(t, i), i < 2);
	CHECK(trial_int(t, "intervals.0.sum.retransmits") > 0);
	CHECK_EQ(trial_int(t, "end.sum_sent.bytes"),
		 trial_int(t, "intervals.2.sum.bytes") + trial_int(t, "intervals.3.sum.bytes") +
		 trial_int(t, "intervals.4.sum.bytes"));
	CHECK_EQ(trial_int(t, "end.sum_sent.retransmits"),
		 trial_int(t, "intervals.2.sum.retransmits") +
		 trial_int(t, "intervals.3.sum.retransmits") +
		 trial_int(t, "intervals.4.sum.retransmits"));
	CHECK(has(t, "[SUM]   1.00-2.00   sec  "));
	CHECK(has(t, "             (omitted)\n"));        /* client, of all */
	CHECK(has(t, "                  (omitted)\n"));   /* server */
	CHECK(has(t, "[SUM]   2.00-3.00   sec  "));
	CHECK(has(t, "[SUM]   0.00-3.00   sec  "));
	CHECK(real(t, "sum_received") > 17e6);    /* and what waited behind a hole before: */
	CHECK(real(t, "sum_received") < 19.5e6);  /* a little more than the link has */
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, what_is_omitted_is_not_of_the_bytes_or_datagrams)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");

	trial_run(t, "h1", "iperf3 -c h2 -O 1 -n 500K -b 4M -l 1000");
	CHECK_EQ(trial_int(t, "end.sum_sent.bytes"), 512000);
	trial_run(t, "h1", "iperf3 -c h2 --omit=1 -k 100 -b 800K -l 1000");
	CHECK_EQ(trial_int(t, "end.sum_sent.bytes"), 100000);
	trial_run(t, "h1", "iperf3 -c h2 -u -O 1 -t 1 -b 800K -l 1000");
	CHECK_EQ(trial_int(t, "end.sum_sent.packets"), 100);
	CHECK_EQ(trial_int(t, "end.sum_received.packets"), 100);
	CHECK(has(t, "  100  \n"));
	CHECK(has(t, "  100  (omitted)\n") || has(t, "  101  (omitted)\n"));
	CHECK_EQ(trial_int(t, "end.sum_received.lost_packets"), 0);
	trial_run(t, "h1", "iperf3 -c h2 -O 61");
	CHECK_EQ(t->status, 1);
	CHECK(has(t, "iperf3: parameter error - bogus value for --omit\n"));
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, flows_side_by_side_and_the_other_way)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");

	trial_link(t, "r", "h2", "rate 10mbit limit 1000");
	trial_run(t, "h1", "iperf3 -c h2 -P 3 -R -t 2");
	CHECK_EQ(t->status, 0);
	CHECK(has(t, "Reverse mode, remote host h2 is sending\n"));
	CHECK(has(t, "[  9]   1.00-2.00   sec  "));
	CHECK(has(t, "[SUM]   0.00-2.00   sec  "));
	CHECK(real(t, "sum_received") > 7e6);
	CHECK(real(t, "sum_received") < 9.57e6);
	prog_free(server);
	trial_free(t);
}

/* Real ones' lines and keys; the link is full in both directions. */
TEST(iperf3, both_ways_at_once)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");
	int64_t sent;

	trial_link(t, "r", "h2", "rate 10mbit limit 20");
	trial_run(t, "h1", "iperf3 -c h2 --bidir -t 2");
	CHECK_EQ(t->status, 0);
	CHECK(has(t, "[ ID][Role] Interval           Transfer     Bitrate         Retr  Cwnd\n"));
	CHECK(has(t, "[  5][TX-C]   1.00-2.00   sec  "));
	CHECK(has(t, "[  7][RX-C]   1.00-2.00   sec  "));
	CHECK(has(t, "[  5][RX-S]   1.00-2.00   sec  "));
	CHECK(has(t, "[  8][TX-S]   1.00-2.00   sec  "));
	CHECK(real(t, "sum_received") > 6e6);
	CHECK(real(t, "sum_received_bidir_reverse") > 6e6);
	CHECK(real(t, "sum_received") < 9.57e6);
	CHECK(real(t, "sum_received_bidir_reverse") < 9.57e6);
	CHECK(trial_int(t, "end.sum_sent_bidir_reverse.retransmits") > 0);
	CHECK_EQ(trial_int(t, "intervals.0.sum_bidir_reverse.bytes"),
		 trial_int(t, "intervals.0.streams.1.bytes"));
	trial_run(t, "h1", "iperf3 -c h2 --bidir -P 2 -n 200K");
	CHECK_EQ(t->status, 0);
	sent = trial_int(t, "end.sum_sent.bytes");
	CHECK(sent >= 204800 || trial_int(t, "end.sum_received_bidir_reverse.bytes") >= 204800);
	CHECK(has(t, "[SUM][RX-C]   0.00-"));
	CHECK_EQ(trial_int(t, "start.connected.3.socket"), 11);
	trial_run(t, "h1", "iperf3 -c h2 --bidir -u -b 800K -l 1000 -t 1");
	CHECK_EQ(trial_int(t, "end.sum_sent.packets"), 100);
	CHECK_EQ(trial_int(t, "end.sum_received_bidir_reverse.packets"), 100);
	CHECK(has(t, " Kbits/sec            100  \n"));
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, v_tells_more)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s -V");

	trial_run(t, "h1", "iperf3 -c h2 -V -n 1M -M 1000 -S 16");
	CHECK_EQ(t->status, 0);
	CHECK(has(t, "iperf 3.12\nnetloom\nControl connection MSS "));
	CHECK(has(t, "\nTime: Sat, 01 Jan 2000 00:00:"));
	CHECK(has(t, "      TCP MSS: 1000\n"));
	CHECK(!has(t, "Target Bitrate"));
	CHECK(has(t, "Starting Test: protocol: TCP, 1 streams, 131072 byte blocks, omitting 0 "
		  "seconds, 1048576 bytes to send, tos 16\n"));
	CHECK(has(t, "Test Complete. Summary Results:\n"));
	CHECK(has(t, "snd_tcp_congestion cubic\nrcv_tcp_congestion cubic\n"));
	CHECK(has(t, "[  5] (sender statistics not available)\n"));
	trial_run(t, "h1", "iperf3 -c h2 -V -u -R -b 1M -t 1");
	CHECK(has(t, "Setting UDP block size to 1448\n"));
	CHECK(has(t, "      Target Bitrate: 1000000\n"));
	CHECK(has(t, ", 1 second test, tos 0\n"));
	CHECK(has(t, "[  5] (receiver statistics not available)\nCPU Utilization: local/sender 0.0%"));
	prog_free(server);
	trial_free(t);
}

/* The data is there before the word that the test begins. */
TEST(iperf3, a_number_of_bytes_the_other_way_comes_to_its_end)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");

	trial_run(t, "h1", "iperf3 -c h2 -R -n 100000");
	CHECK_EQ(t->status, 0);
	CHECK(trial_int(t, "end.sum_received.bytes") >= 100000);
	trial_run(t, "h1", "iperf3 -c h2 -R -k 3 -l 10000");
	CHECK_EQ(t->status, 0);
	CHECK(trial_int(t, "end.sum_received.bytes") >= 30000);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, retransmissions_are_counted_where_they_happen)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");
	int64_t n;

	trial_link(t, "r", "h2", "rate 20mbit limit 20");
	trial_run(t, "h1", "iperf3 -c h2 -t 3 -C reno");
	n = trial_int(t, "end.sum_sent.retransmits");
	CHECK(n > 0);
	CHECK_EQ(trial_int(t, "intervals.0.sum.retransmits") +
		 trial_int(t, "intervals.1.sum.retransmits") +
		 trial_int(t, "intervals.2.sum.retransmits"), n);
	CHECK(trial_int(t, "intervals.0.streams.0.snd_cwnd") >= 1448);
	CHECK(trial_int(t, "intervals.0.streams.0.rtt") >= 12000);
	CHECK_EQ(trial_int(t, "intervals.0.streams.0.pmtu"), 1500);
	CHECK(trial_int(t, "end.streams.0.sender.min_rtt") >= 12000);
	CHECK_STR(trial_str(t, "end.sender_tcp_congestion"), "reno");
	CHECK_STR(trial_str(t, "end.receiver_tcp_congestion"), "reno");
	trial_run(t, "h1", "iperf3 -c h2 -t 3 -R");
	CHECK(has(t, "[ ID] Interval           Transfer     Bitrate         Retr\n"));
	CHECK(trial_int(t, "end.sum_sent.retransmits") > 0);
	CHECK_EQ(trial_int(t, "intervals.0.sum.retransmits"), -1);
	CHECK_STR(trial_str(t, "end.sender_tcp_congestion"), "cubic");
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, long_options_and_a_shorter_name)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf --server --port=99");

	trial_run(t, "h1", "iperf --client h2 --port 99 --time=1 --bitrate=8M -f k");
	CHECK_EQ(t->status, 0);
	CHECK(has(t, " Kbits/sec"));
	CHECK(!has(t, " Mbits/sec    0"));
	prog_free(server);
	trial_free(t);
}

/* What both ends counted, on a link that loses some. */
static int64_t counted(const char *options)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");
	char line[80];
	int64_t n;

	trial_link(t, "r", "h2", "rate 20mbit limit 20");
	snprintf(line, sizeof(line), "iperf3 -c h2 -t 2 --json %s", options);
	trial_run(t, "h1", line);
	CHECK_EQ(t->status, 0);
	CHECK(trial_int(t, "end.sum_sent.retransmits") > 0);
	n = trial_int(t, "end.sum_sent.bytes") ^ trial_int(t, "end.sum_received.bytes") << 32;
	prog_free(server);
	trial_free(t);
	return n;
}

TEST(iperf3, without_copies_it_measures_the_same)
{
	int64_t n = counted("");

	CHECK_EQ(counted("-Z"), n);
	CHECK_EQ(counted("--zerocopy --skip-rx-copy"), n);
	n = counted("-R");
	CHECK_EQ(counted("-R -Z --skip-rx-copy"), n);
}

TEST(iperf3, udp_keeps_its_rate_and_counts_what_is_lost)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");

	trial_run(t, "h1", "iperf3 -c h2 -u -b 8M -l 1000 -t 2");
	CHECK_EQ(t->status, 0);
	CHECK_EQ(trial_int(t, "end.sum_sent.packets"), 2000);
	CHECK_EQ(trial_int(t, "end.sum_sent.bytes"), 2000000);
	CHECK_EQ(trial_int(t, "end.sum_received.lost_packets"), 0);
	CHECK(has(t, "  0.000 ms  0/2000 (0%)  sender\n"));
	trial_link(t, "r", "h2", "rate 4mbit limit 20");  /* half of it */
	trial_run(t, "h1", "iperf3 -c h2 -u -b 8M -l 1000 -t 2");
	CHECK(trial_int(t, "end.sum_received.lost_packets") > 900);
	CHECK(trial_int(t, "end.sum_received.lost_packets") < 1100);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, b_paces_tcp)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");

	trial_run(t, "h1", "iperf3 -c h2 -b 5M -l 10K -t 4");
	CHECK(real(t, "sum_received") > 4.9e6);
	CHECK(real(t, "sum_received") < 5.1e6);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, a_server_that_is_busy_says_so)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s"), *first;

	trial_link(t, "r", "h2", "rate 10mbit limit 1000");
	first = trial_start(t, "h1", "iperf3 -c h2 -t 5");
	trial_wait(t, SEC(1));
	trial_run(t, "r", "iperf3 -c h2 -t 1");
	CHECK(has(t, "iperf3: error - the server is busy running a test. try again later\n"));
	CHECK_EQ(t->status, 1);
	trial_wait(t, SEC(10));
	CHECK(prog_done(first));
	CHECK_EQ(prog_status(first), 0);
	prog_free(first);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, a_cookie_without_an_end_is_cut)
{
	static const char params[] = "{\"tcp\":true,\"time\":1,\"parallel\":1,\"len\":1000}";
	const char size[4] = { 0, 0, 0, sizeof(params) - 1 };
	const struct endpoint to = { addr_ip4(IP4(10, 0, 2, 10)), 5201 };
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s -V");
	struct sock *sk;
	char cookie[37];

	memset(cookie, 'x', sizeof(cookie));
	REQUIRE(sk_open(node_stack(lab_find_node(t->lab, "h1")), ADDR_IP4, SK_STREAM, 0, &sk) == OK);
	CHECK_EQ(sk_connect(sk, &to), ERR_INPROGRESS);
	trial_wait(t, SEC(1));
	CHECK_EQ(sk_send(sk, cookie, sizeof(cookie), NULL), sizeof(cookie));
	CHECK_EQ(sk_send(sk, size, sizeof(size), NULL), sizeof(size));
	CHECK_EQ(sk_send(sk, params, sizeof(params) - 1, NULL), sizeof(params) - 1);
	trial_wait(t, SEC(1));
	CHECK(has(t, "Cookie: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"));        /* 36 */
	sk_close(sk);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, an_interrupted_client_frees_its_server)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s"), *client;

	client = trial_start(t, "h1", "iperf3 -c h2 -b 1M");
	trial_wait(t, SEC(2));
	prog_interrupt(client);
	trial_wait(t, SEC(1));
	CHECK(has(t, "iperf3: error - the client has terminated\n"));
	CHECK(has(t, "iperf3: interrupt - the client has terminated\n"));
	CHECK(!has(t, "iperf Done."));
	trial_run(t, "h1", "iperf3 -c h2 -b 1M -t 1");
	CHECK_EQ(t->status, 0);
	prog_free(client);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, a_congestion_control_that_does_not_exist)
{
	struct trial *t = trial_new(true);
	struct prog *server = trial_start(t, "h2", "iperf3 -s");

	trial_run(t, "h1", "iperf3 -c h2 -C westwood");
	CHECK(has(t, "iperf3: error - unable to set TCP_CONGESTION: Supplied congestion control "
		  "algorithm not supported on this host\n"));
	CHECK_EQ(t->status, 1);
	trial_run(t, "h1", "iperf3 -c h2 -n 1K");
	CHECK_EQ(t->status, 0);
	prog_free(server);
	trial_free(t);
}

TEST(iperf3, refusals)
{
	static const struct { const char *line, *text; } rows[] = {
		{ "iperf3 -c h2", "iperf3: error - unable to connect to server: "
		  "Connection refused\n" },
		{ "iperf3", "iperf3: parameter error - must either be a client (-c) or server (-s)\n" },
		{ "iperf3 -s -c h2", "iperf3: parameter error - cannot be both server and client\n" },
		{ "iperf3 -c h2 -u -b 0", "iperf3: parameter error - -u needs a rate (-b): "
		  "lab time would not pass\n" },
		{ "iperf3 -c h2 -t 1 -n 1M", "iperf3: parameter error - only one test end condition "
		  "(-t, -n, -k) may be specified\n" },
		{ "iperf3 -s -c nobody", "iperf3: parameter error - cannot be both server and client\n" },
		{ "iperf3 -c h2 -R --bidir", "iperf3: parameter error - cannot be both reverse "
		  "and bidirectional\n" },
		{ "iperf3 -s --bidir", "iperf3: parameter error - some option you are trying to "
		  "set is client only\n" },
		{ "iperf3 -c h2 -1", "iperf3: parameter error - some option you are trying to "
		  "set is server only\n" },
		{ "iperf3 -c nobody", "iperf3: error - unable to connect to server: Name or service "
		  "not known\n" },
		{ "iperf3 -c h2 -t 100000", "iperf3: parameter error - test duration too long "
		  "(maximum = 86400 seconds)\n" },
		{ "iperf3 -c h2 -P 200", "iperf3: parameter error - number of parallel streams too "
		  "large (maximum = 128)\n" },
		{ "iperf3 -c h2 -l 2M", "iperf3: parameter error - block size too large "
		  "(maximum = 1048576 bytes)\n" },
		{ "iperf3 -c h2 -f x", "iperf3: parameter error - bad format specifier (valid "
		  "formats are in the set [kmgtKMGT])\n" },
		{ "iperf3 -c h2 -b 1X", "iperf3: parameter error - invalid number: 1X\n" },
	};
	struct trial *t = trial_new(true);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		trial_run(t, "h1", rows[i].line);
		CHECK_STR(t->text.s, rows[i].text);
		CHECK_EQ(t->status, 1);
	}
	trial_free(t);
}
