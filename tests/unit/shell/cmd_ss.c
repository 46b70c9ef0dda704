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
	bench_wants(&p.b, "h1 ss -taH state listening", "LISTEN 0 5 0.0.0.0:80 0.0.0.0:*\n");
	bench_wants(&p.b, "h1 ss -taH state established", "");
	bench_refuses(&p.b, "h1 ss -z", "ss: '-z' is no option of it here\n");
	sk_close(udp);
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
	CHECK(strstr(p.b.out, " bytes_sent:5 bytes_acked:5 "));
	CHECK(strstr(p.b.out, " data_segs_out:1 "));
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
