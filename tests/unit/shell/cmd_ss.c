// SPDX-License-Identifier: GPL-3.0-or-later
/* The layout is what ss(8) of iproute2 6.1 prints for the same sockets. */
#include "tests/unit/shell/tcp_pair.h"

TEST(cmd_ss, connections_are_listed_and_listeners_with_a_or_l)
{
	struct tcp_pair p;

	pair_open(&p);
	pair_connect(&p);
	bench_wants(&p.b, "h1 ss -tn",
		    "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
		    "ESTAB 0      0           10.0.1.1:80       10.0.2.2:50000       \n");
	bench_wants(&p.b, "h1 ss -tan",
		    "State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
		    "LISTEN 0      5            0.0.0.0:80        0.0.0.0:*           \n"
		    "ESTAB  0      0           10.0.1.1:80       10.0.2.2:50000       \n");
	bench_wants(&p.b, "h1 ss -tln",
		    "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
		    "LISTEN 0      5            0.0.0.0:80        0.0.0.0:*          \n");
	bench_wants(&p.b, "h2 ss -tanH", "ESTAB 0 0 10.0.2.2:50000 10.0.1.1:80\n");
	bench_wants(&p.b, "h2 ss -tln",
		    "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n");
	bench_close(&p.b);
}

/* A SYN without answer is in Send-Q. */
TEST(cmd_ss, a_syn_waits_to_be_acknowledged)
{
	struct tcp_pair p;

	pair_open(&p);
	CHECK_EQ(bench_do(&p.b, "h2 nc 10.0.1.99 80 &"), 0);
	CHECK_EQ(bench_do(&p.b, "run 10ms"), 0);
	CHECK_EQ(bench_do(&p.b, "h2 ss -tanH"), 0);
	CHECK(strncmp(p.b.out, "SYN-SENT 0 1 10.0.2.2:", 22) == 0);
	bench_close(&p.b);
}

TEST(cmd_ss, kinds_are_told_apart_and_filtered)
{
	struct endpoint at = { addr_ip4(0), 53 };
	struct tcp_pair p;
	struct sock *udp;

	pair_open(&p);
	REQUIRE(sk_open(pair_stack(&p, "h1"), ADDR_IP4, SK_DGRAM, 0, &udp) == OK);
	CHECK_EQ(sk_bind(udp, &at), OK);
	bench_wants(&p.b, "h1 ss -tuanH", "udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*\n"
		    "tcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:*\n");
	bench_wants(&p.b, "h1 ss -uaH sport = :53", "UNCONN 0 0 0.0.0.0:53 0.0.0.0:*\n");
	bench_wants(&p.b, "h1 ss -uaH sport = :54", "");
	bench_wants(&p.b, "h1 ss -taH state listening", "0 5 0.0.0.0:80 0.0.0.0:*\n");
	bench_wants(&p.b, "h1 ss -taH state established", "");
	bench_refuses(&p.b, "h1 ss -z", "ss: '-z' is no option of it here\n");
	sk_close(udp);
	bench_close(&p.b);
}

/* The pid is the job's number: what kill takes. */
TEST(cmd_ss, p_names_the_program_its_job_and_the_descriptor)
{
	struct tcp_pair p;

	pair_open(&p);
	CHECK_EQ(bench_do(&p.b, "h2 nc -l 5000 &"), 0);
	CHECK_EQ(bench_do(&p.b, "h2 echo -t &"), 0);
	CHECK_EQ(bench_do(&p.b, "h1 nc h2 7 &"), 0);
	CHECK_EQ(bench_do(&p.b, "run 100ms"), 0);
	bench_wants(&p.b, "h2 ss -tlnp",
		    "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
		    "LISTEN 0      128          0.0.0.0:7         0.0.0.0:*    "
		    "users:((\"echo\",pid=2,fd=3))\n"
		    "LISTEN 0      128          0.0.0.0:5000      0.0.0.0:*    "
		    "users:((\"nc\",pid=1,fd=3))\n");
	CHECK_EQ(bench_do(&p.b, "h2 ss -tpHO state connected"), 0);
	CHECK(strstr(p.b.out, " users:((\"echo\",pid=2,fd=4))\n"));
	CHECK_EQ(bench_do(&p.b, "h1 ss -tpe sport != :80"), 0);
	CHECK(strstr(p.b.out, " users:((\"nc\",pid=3,fd=3)) ino:0 sk:"));
	CHECK_EQ(bench_do(&p.b, "h1 ss -tpn --json sport != :80"), 0);
	CHECK(strstr(p.b.out, "\"users\":[{\"name\":\"nc\",\"pid\":3,\"fd\":3}]"));
	CHECK_EQ(bench_do(&p.b, "kill 2"), 0);
	bench_wants(&p.b, "h2 ss -tlnHp", "LISTEN 0 128 0.0.0.0:5000 0.0.0.0:* "
		    "users:((\"nc\",pid=1,fd=3))\n");
	bench_wants(&p.b, "h1 ss -tlnHp", "LISTEN 0 5 0.0.0.0:80 0.0.0.0:*\n");   /* nobody's */
	bench_close(&p.b);
}

TEST(cmd_ss, details_follow_on_a_line_of_their_own)
{
	struct tcp_pair p;

	pair_open(&p);
	pair_connect(&p);
	(void)pair_stack(&p, "h2");
	CHECK_EQ(sk_send(p.client, "hello", 5, NULL), 5);
	CHECK_EQ(bench_do(&p.b, "run 100ms"), 0);
	CHECK_EQ(bench_do(&p.b, "h2 ss -tin"), 0);
	CHECK(strstr(p.b.out, "10.0.1.1:80  \n\t cubic wscale:7,7 rto:2") != NULL);
	CHECK(strstr(p.b.out, " rtt:") != NULL);
	CHECK(strstr(p.b.out, " mss:1448 pmtu:1500 ") && strstr(p.b.out, " cwnd:1"));
	CHECK(strstr(p.b.out, " bytes_sent:5 bytes_acked:6 "));
	CHECK(strstr(p.b.out, " data_segs_out:1 "));
	CHECK(strstr(p.b.out, "bps lastsnd:") && strstr(p.b.out, " pacing_rate "));
	CHECK(strstr(p.b.out, " delivery_rate 2") && strstr(p.b.out, " minrtt:4"));
	CHECK(strstr(p.b.out, " app_limited busy:"));
	CHECK_EQ(bench_do(&p.b, "h2 ss -tiO"), 0);        /* without -n rates are short */
	CHECK(strstr(p.b.out, "10.0.1.1:80   cubic ") && strstr(p.b.out, "Mbps lastsnd:"));
	CHECK_EQ(bench_do(&p.b, "h1 ss -tmn"), 0);
	CHECK(strstr(p.b.out, "\n\t skmem:(r5,rb"));
	bench_close(&p.b);
}

TEST(cmd_ss, o_names_the_timer)
{
	struct tcp_pair p;

	pair_open(&p);
	pair_connect(&p);
	CHECK_EQ(sk_setopt(p.client, SKO_KEEPALIVE, 1), OK);
	CHECK_EQ(bench_do(&p.b, "h2 ss -tno"), 0);
	CHECK(strstr(p.b.out, " timer:(keepalive,119min,0)"));
	(void)pair_stack(&p, "h2");
	CHECK_EQ(sk_send(p.client, "hello", 5, NULL), 5);
	CHECK_EQ(bench_do(&p.b, "h2 ss -tno"), 0);
	CHECK(strstr(p.b.out, " timer:(on,2"));
	bench_close(&p.b);
}

TEST(cmd_ss, filters_are_those_of_ss)
{
	static const struct { const char *filter; bool shown; } rows[] = {
		{ "dport = :80", true }, { "dport eq 80", true }, { "dport != :80", false },
		{ "dport gt :79", true }, { "dport > 80", false }, { "dport>=80", true },
		{ "dport le 80", true }, { "dport lt 80", false }, { "sport = :50000", true },
		{ "sport = 80", false }, { "dst 10.0.1.1", true }, { "dst 10.0.0.0/8", true },
		{ "dst = 10.0.1.0/24", true }, { "dst 10.0.2.0/24", false },
		{ "dst != 10.0.2.0/24", true }, { "src 10.0.2.2", true },
		{ "dst 10.0.1.1:80", true }, { "dst 10.0.1.1:81", false }, { "dst :80", true },
		{ "dst *:80", true }, { "dst h1", true }, { "dst h2", false },
		{ "dst h1:80", true }, { "src != h1", true }, { "not dport = :80", false }, { "! dport = :81", true },
		{ "dport = :81 or sport = :50000", true }, { "dport = :80 and sport = :1", false },
		{ "dport = :80 sport = :50000", true },
		{ "dport = :1 and dport = :2 or dport = :80", true },
		{ "dport = :80 or dport = :2 and dport = :1", true },
		{ "( dport = :80 or dport = :2 ) and dport = :1", false },
		{ "'( dport = :22 or (sport = :50000) )'", true }, { "dev eth0", false },
		{ "state established", true }, { "state syn-sent", false },
		{ "state connected", true }, { "exclude established", false },
		{ "exclude listening exclude closed", true },
		{ "state established state listening dport = :80", true },
		{ "state established ( dport = :81 )", false },
	};
	struct tcp_pair p;
	char line[160];

	pair_open(&p);
	pair_connect(&p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "h2 ss -tnH %s", rows[i].filter);
		CHECK_EQ(bench_do(&p.b, line), 0);
		if (!CHECK_EQ(strstr(p.b.out, "10.0.2.2:50000") != NULL, rows[i].shown))
			printf("     %s\n", line);
	}
	bench_close(&p.b);
}

TEST(cmd_ss, a_filter_that_cannot_be_read_is_refused)
{
	static const struct { const char *filter, *err; } rows[] = {
		{ "sport", "ss: bad filter: expected a port at ''\n" },
		{ "sport = http", "ss: bad filter: expected a port at 'http'\n" },
		{ "sport = :70000", "ss: bad filter: expected a port at ':70000'\n" },
		{ "dst 10.0.0.0/99", "ss: bad filter: expected an address at '10.0.0.0/99'\n" },
		{ "dst nobody", "ss: bad filter: expected an address at 'nobody'\n" },
		{ "dst > 10.0.0.1", "ss: bad filter: expected an address at '10.0.0.1'\n" },
		{ "( sport = :1", "ss: bad filter: expected ) at ''\n" },
		{ "sport = :1 )", "ss: bad filter: unexpected word at ')'\n" },
		{ "not", "ss: bad filter: expected more at ''\n" },
		{ "sport = :1 or", "ss: bad filter: expected more at ''\n" },
		{ "port 80", "ss: bad filter: expected src, dst, sport, dport or dev at 'port'\n" },
		{ "state open", "ss: wrong state name: open\n" },
		{ "state", "ss: bad filter: expected src, dst, sport, dport or dev at 'state'\n" },
		{ "-A bogus", "ss: '-A' is no option of it here\n" },
	};
	struct tcp_pair p;
	char line[160];

	pair_open(&p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "h2 ss -tn %s", rows[i].filter);
		bench_refuses(&p.b, line, rows[i].err);
	}
	bench_close(&p.b);
}

TEST(cmd_ss, one_state_needs_no_column_and_s_counts)
{
	struct tcp_pair p;

	pair_open(&p);
	pair_connect(&p);
	bench_wants(&p.b, "h1 ss -tan state established",
		    "Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n"
		    "0      0           10.0.1.1:80       10.0.2.2:50000       \n");
	bench_wants(&p.b, "h1 ss -s",
		    "Total: 2\n"
		    "TCP:   2 (estab 1, closed 0, orphaned 0, timewait 0)\n\n"
		    "Transport Total     IP        IPv6\n"
		    "RAW\t  0         0         0        \n"
		    "UDP\t  0         0         0        \n"
		    "TCP\t  2         2         0        \n"
		    "INET\t  2         2         0        \n"
		    "FRAG\t  0         0         0        \n\n");
	(void)pair_stack(&p, "h1");
	sk_close(p.server);
	CHECK_EQ(bench_do(&p.b, "run 100ms"), 0);
	CHECK_EQ(bench_do(&p.b, "h1 ss -tinO"), 0);       /* Linux: SYN and FIN are bytes */
	CHECK(strstr(p.b.out, "FIN-WAIT-2") && strstr(p.b.out, " bytes_acked:1 segs_out:"));
	CHECK_EQ(bench_do(&p.b, "h2 ss -tinO"), 0);
	CHECK(strstr(p.b.out, " bytes_acked:1 bytes_received:1 segs_out:"));
	(void)pair_stack(&p, "h2");
	sk_close(p.client);
	CHECK_EQ(bench_do(&p.b, "run 100ms"), 0);
	CHECK_EQ(bench_do(&p.b, "h1 ss -s"), 0);
	CHECK(strstr(p.b.out, "TCP:   2 (estab 0, closed 1, orphaned 0, timewait 1)\n"));
	bench_wants(&p.b, "h1 ss -tainH state time-wait", "0 0 10.0.1.1:80 10.0.2.2:50000\n");
	bench_wants(&p.b, "h1 ss -6a",
		    "Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n");
	bench_wants(&p.b, "h1 ss -A udp -aH", "");
	bench_close(&p.b);
}
