// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/shell/tcp_pair.h"

TEST(cmd_nstat, what_rose_is_shown_as_nstat_has_it)
{
	struct tcp_pair p;

	pair_open(&p);
	pair_connect(&p);
	CHECK_EQ(bench_do(&p.b, "h2 nstat"), 0);
	CHECK(strstr(p.b.out, "#kernel\n") == p.b.out);
	CHECK(strstr(p.b.out, "\nTcpActiveOpens                  1                  0.0\n"));
	CHECK(!strstr(p.b.out, "TcpPassiveOpens"));
	bench_wants(&p.b, "h2 nstat", "#kernel\n");
	bench_wants(&p.b, "h2 nstat -as tcpactive*",
		    "#kernel\nTcpActiveOpens                  1                  0.0\n");
	bench_wants(&p.b, "h2 nstat -z TcpExtTCPTimeouts",
		    "#kernel\nTcpExtTCPTimeouts               0                  0.0\n");
	bench_close(&p.b);
}

TEST(cmd_nstat, each_node_has_a_history)
{
	struct tcp_pair p;

	pair_open(&p);
	pair_connect(&p);
	bench_wants(&p.b, "h2 nstat -n", "");
	bench_wants(&p.b, "h1 nstat TcpPassiveOpens",
		    "#kernel\nTcpPassiveOpens                 1                  0.0\n");
	bench_wants(&p.b, "h2 nstat TcpActiveOpens", "#kernel\n");
	bench_wants(&p.b, "h2 nstat -r TcpActiveOpens",
		    "#kernel\nTcpActiveOpens                  1                  0.0\n");
	bench_close(&p.b);
}

TEST(cmd_nstat, what_it_does_not_know_is_named)
{
	struct tcp_pair p;

	pair_open(&p);
	CHECK(bench_do(&p.b, "h2 nstat -q") != 0);
	CHECK(strstr(p.b.err, "nstat: expected -a, -n, -r, -s or -z, found '-q'\n"));
	bench_close(&p.b);
}
