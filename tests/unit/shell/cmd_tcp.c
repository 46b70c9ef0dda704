// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/shell/tcp_pair.h"

TEST(cmd_tcp, show_tcp_names_every_variable_as_the_rfc_does)
{
	static const char *const names[] = {
		"ISS", "SND.UNA", "SND.NXT", "SND.WND", "SND.WL1", "SND.WL2", "IRS", "RCV.NXT",
		"RCV.WND", "Eff.snd.MSS", "Snd.Wind.Shift", "TS.Recent", "cwnd", "ssthresh",
		"FlightSize", "RecoveryPoint", "SRTT", "RTTVAR", "RTO",
	};
	struct tcp_pair p;
	json_t *all = NULL;

	pair_open(&p);
	pair_connect(&p);
	CHECK_EQ(bench_do(&p.b, "show tcp h2"), 0);
	CHECK(strstr(p.b.out, "h2 10.0.2.2:50000 > 10.0.1.1:80 ESTABLISHED\n") == p.b.out);
	for (size_t i = 0; i < N_ELEM(names); i++)
		CHECK(strstr(p.b.out, names[i]) != NULL);
	CHECK_EQ(shell_exec(p.b.sh, "show tcp h2", NS_NEVER, &all, NULL), 0);
	REQUIRE(json_array_size(all) == 1);
	for (size_t i = 0; i < N_ELEM(names); i++)
		CHECK(json_object_get(json_array_get(all, 0), names[i]) != NULL);
	json_decref(all);
	bench_close(&p.b);
}

TEST(cmd_tcp, show_sockets_has_streams_and_others)
{
	struct tcp_pair p;

	pair_open(&p);
	CHECK_EQ(bench_do(&p.b, "show sockets h1"), 0);
	CHECK(strstr(p.b.out, "LISTEN") && strstr(p.b.out, "*:80"));
	bench_close(&p.b);
}

TEST(cmd_tcp, why_says_what_limits)
{
	static const uint8_t data[100000];
	struct tcp_pair p;

	pair_open(&p);
	bench_wants(&p.b, "tcp why h2", "no connections\n");
	pair_connect(&p);
	bench_wants(&p.b, "h2 tcp why", "h2 10.0.2.2:50000 > 10.0.1.1:80 ESTABLISHED: application: "
		    "nothing is left to send (in flight 0, unsent 0)\n");
	(void)pair_stack(&p, "h2");
	CHECK(sk_send(p.client, data, sizeof(data), NULL) > 0);
	CHECK_EQ(bench_do(&p.b, "tcp why h2 50000"), 0);
	CHECK(strstr(p.b.out, ": congestion window: ") != NULL);
	CHECK_EQ(bench_do(&p.b, "link r1 h2 down"), 0);
	CHECK_EQ(bench_do(&p.b, "run 2s"), 0);
	CHECK_EQ(bench_do(&p.b, "tcp why h2 80"), 0);
	CHECK(strstr(p.b.out, ": waiting for RTO: ") != NULL);
	bench_wants(&p.b, "tcp why h2 81", "no connections\n");
	CHECK_EQ(bench_do(&p.b, "tcp why"), 0);           /* of all nodes */
	CHECK(strstr(p.b.out, "h1 10.0.1.1:80 > ") && strstr(p.b.out, "h2 10.0.2.2:50000 > "));
	bench_close(&p.b);
}

TEST(cmd_tcp, trace_tells_of_states_and_of_what_is_sent_again)
{
	struct tcp_pair p;

	pair_open(&p);
	CHECK_EQ(bench_do(&p.b, "tcp trace"), 0);
	(void)pair_stack(&p, "h2");
	CHECK_EQ(sk_connect(p.client, &(struct endpoint){ addr_ip4(IP4(10, 0, 1, 1)), 80 }),
		 ERR_INPROGRESS);
	CHECK_EQ(bench_do(&p.b, "run 100ms"), 0);
	CHECK(strstr(p.b.out, " h1 tcp 10.0.1.1:80 > 10.0.2.2:50000 SYN-RECEIVED -> ESTABLISHED\n"));
	CHECK(strstr(p.b.out, " h2 tcp 10.0.2.2:50000 > 10.0.1.1:80 SYN-SENT -> ESTABLISHED\n"));
	CHECK_EQ(bench_do(&p.b, "link r1 h2 down"), 0);
	(void)pair_stack(&p, "h2");
	CHECK_EQ(sk_send(p.client, "hello", 5, NULL), 5);
	CHECK_EQ(bench_do(&p.b, "run 1s"), 0);
	CHECK(strstr(p.b.out, " h2 tcp 10.0.2.2:50000 > 10.0.1.1:80 sends again ") != NULL);
	CHECK_EQ(bench_do(&p.b, "tcp trace off"), 0);
	bench_wants(&p.b, "run 5s", "");
	bench_close(&p.b);
}

TEST(cmd_tcp, a_series_has_a_row_for_each_change)
{
	char path[] = "/tmp/tcp-series-XXXXXX", line[120], text[4000];
	struct tcp_pair p;
	FILE *f;
	size_t n;

	close(mkstemp(path));
	pair_open(&p);
	snprintf(line, sizeof(line), "tcp series start %s h2", path);
	CHECK_EQ(bench_do(&p.b, line), 0);
	bench_refuses(&p.b, line, "a series is written already: tcp series stop\n");
	pair_connect(&p);
	(void)pair_stack(&p, "h2");
	CHECK_EQ(sk_send(p.client, "hello", 5, NULL), 5);
	CHECK_EQ(bench_do(&p.b, "run 100ms"), 0);
	CHECK_EQ(bench_do(&p.b, "tcp series stop"), 0);
	bench_refuses(&p.b, "tcp series stop", "no series is written\n");
	f = fopen(path, "r");
	REQUIRE(f != NULL);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	unlink(path);
	CHECK(strstr(text, "time_s,node,local,peer,cwnd_bytes,ssthresh_bytes,srtt_us,"
		     "inflight_bytes\n") == text);
	CHECK(strstr(text, ",h2,10.0.2.2:50000,10.0.1.1:80,14480,,") != NULL);
	CHECK(strstr(text, ",5\n") != NULL);
	CHECK(strstr(text, ",h1,") == NULL);
	bench_close(&p.b);
}
