// SPDX-License-Identifier: GPL-3.0-or-later
/* Errors and text are those of ip(8) of iproute2 6.1. */
#include "shell/cmd.h"

#include <stdlib.h>

#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

TEST(cmd_ip_route_set, onlink_reaches_what_no_route_does)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_refuses(&b, "r1 ip route add 99.0.0.0/8 via 77.7.7.7 dev eth1",
		      "Error: Nexthop has invalid gateway.\n");
	bench_refuses(&b, "r1 ip route add 99.0.0.0/8 via 77.7.7.7 onlink",
		      "Error: Nexthop device required for onlink.\n");
	bench_refuses(&b, "r1 ip route add 99.0.0.0/8 via 10.0.2.255 dev eth1 onlink",
		      "Error: Nexthop has invalid gateway.\n");
	bench_wants(&b, "r1 ip route add 99.0.0.0/8 via 77.7.7.7 dev eth1 onlink", "");
	bench_wants(&b, "r1 ip route add 98.0.0.0/8 nexthop via 77.7.7.7 dev eth1 onlink "
		    "nexthop via 10.0.1.1", "");
	bench_wants(&b, "r1 ip route show root 96.0.0.0/6",
		    "98.0.0.0/8 \n"
		    "\tnexthop via 77.7.7.7 dev eth1 weight 1 onlink \n"
		    "\tnexthop via 10.0.1.1 dev eth0 weight 1 \n"
		    "99.0.0.0/8 via 77.7.7.7 dev eth1 onlink \n");
	bench_wants(&b, "r1 ip -j route show 99.0.0.0/8",
		    "[{\"dst\":\"99.0.0.0/8\",\"gateway\":\"77.7.7.7\",\"dev\":\"eth1\","
		    "\"flags\":[\"onlink\"]}]\n");
	bench_wants(&b, "r1 ip route get 99.1.1.1",
		    "99.1.1.1 via 77.7.7.7 dev eth1 src 10.0.2.1 uid 0 \n    cache \n");
	bench_wants(&b, "r1 ip route del 99.0.0.0/8 via 77.7.7.7 dev eth1 onlink", "");
	bench_wants(&b, "r1 ip route show 99.0.0.0/8", "");
	CHECK_EQ(bench_do(&b, "r1 ip link set eth1 down"), 0);
	bench_refuses(&b, "r1 ip route add 99.0.0.0/8 via 77.7.7.7 dev eth1 onlink",
		      "Error: Nexthop device is not up.\n");
	bench_refuses(&b, "r1 ip route add 99.0.0.0/8 dev eth1",
		      "Error: Device for nexthop is not up.\n");
	bench_refuses(&b, "r1 ip route add 99.0.0.0/8 via 10.0.2.2",
		      "Error: Nexthop has invalid gateway.\n");
	bench_close(&b);
}

TEST(cmd_ip_route_set, a_wrong_word_is_complained_of_as_iproute2_does)
{
	static const struct { const char *line, *err; } rows[] = {
		{ "via 10.0.2.2 src 1.2.3.4", "Error: Invalid prefsrc address." },
		{ "via 224.0.0.1", "Error: Nexthop has invalid gateway." },
		{ "via 10.0.2.255", "Error: Nexthop has invalid gateway." },
		{ "via 10.0.2.2 dev eth0", "Error: Nexthop has invalid gateway." },
		{ "via 10.0.2.2 scope link", "Error: Nexthop has invalid gateway." },
		{ "via 10.0.2.2 dev nope", "Cannot find device \"nope\"" },
		{ "dev nope", "Cannot find device \"nope\"" },
		{ "", "RTNETLINK answers: No such device" },
		{ "via 10.0.2.2 proto bogus",
		  "Error: argument \"bogus\" is wrong: \"protocol\" value is invalid" },
		{ "via 10.0.2.2 proto 300",
		  "Error: argument \"300\" is wrong: \"protocol\" value is invalid" },
		{ "via 10.0.2.2 metric 5000000000",
		  "Error: argument \"5000000000\" is wrong: \"metric\" value is invalid" },
		{ "via 10.0.2.2 table 5", "table 5: there is main and no other" },
	};
	struct bench b;
	char line[160], err[160];

	REQUIRE(bench_open(&b));
	for (size_t i = 0; i < N_ELEM(rows); i++) {
		snprintf(line, sizeof(line), "r1 ip route add 10.9.0.0/16 %s", rows[i].line);
		snprintf(err, sizeof(err), "%s\n", rows[i].err);
		bench_refuses(&b, line, err);
	}
	bench_wants(&b, "r1 ip route show 10.9.0.0/16", "");
	bench_close(&b);
}

TEST(cmd_ip_route_set, a_route_is_its_prefix_and_metric_whoever_made_it)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_refuses(&b, "h1 ip route add default via 10.0.3.2",
		      "RTNETLINK answers: File exists\n");
	bench_refuses(&b, "h1 ip route add default via 99.9.9.9",
		      "Error: Nexthop has invalid gateway.\n");
	bench_refuses(&b, "h1 ip route add 10.0.1.0/24 via 10.0.3.2",
		      "RTNETLINK answers: File exists\n");
	bench_wants(&b, "h1 ip route add default via 10.0.3.2 metric 20", "");
	bench_wants(&b, "h1 ip route show default",
		    "default via 10.0.1.2 dev eth0 proto static \n"
		    "default via 10.0.3.2 dev eth1 metric 20 \n");
	bench_wants(&b, "h1 ip route change default via 10.0.3.2", "");
	bench_wants(&b, "h1 ip route replace default via 10.0.1.2 proto dhcp metric 20", "");
	bench_wants(&b, "h1 ip route show default",
		    "default via 10.0.3.2 dev eth1 \n"
		    "default via 10.0.1.2 dev eth0 proto dhcp metric 20 \n");
	bench_refuses(&b, "h1 ip route del default proto static",
		      "RTNETLINK answers: No such process\n");
	bench_wants(&b, "h1 ip route del default proto dhcp", "");
	bench_wants(&b, "h1 ip route show default", "default via 10.0.3.2 dev eth1 \n");
	bench_wants(&b, "h1 ip route replace 10.0.1.0/24 via 10.0.3.2", "");
	bench_wants(&b, "h1 ip route show 10.0.1.0/24", "10.0.1.0/24 via 10.0.3.2 dev eth1 \n");
	bench_close(&b);
}

TEST(cmd_ip_route_set, a_replacement_that_is_refused_leaves_the_old_route)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_refuses(&b, "h1 ip route replace default via 99.9.9.9",
		      "Error: Nexthop has invalid gateway.\n");
	bench_refuses(&b, "h1 ip route change default via 10.0.3.2 src 1.2.3.4",
		      "Error: Invalid prefsrc address.\n");
	bench_wants(&b, "h1 ip route show default",
		    "default via 10.0.1.2 dev eth0 proto static \n");
	bench_close(&b);
}

TEST(cmd_ip_route_set, a_flush_takes_what_its_words_select)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ip route add 10.7.0.0/16 via 10.0.3.2 proto dhcp"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip route add 10.8.0.0/16 via 10.0.3.2"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip route add blackhole 10.9.0.0/16"), 0);
	bench_wants(&b, "h1 ip route flush proto dhcp", "");
	bench_wants(&b, "h1 ip route flush type blackhole", "");
	bench_wants(&b, "h1 ip route",
		    "default via 10.0.1.2 dev eth0 proto static \n"
		    "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.1 \n"
		    "10.0.3.0/24 dev eth1 proto kernel scope link src 10.0.3.1 \n"
		    "10.8.0.0/16 via 10.0.3.2 dev eth1 \n");
	bench_wants(&b, "h1 ip route flush scope link dev eth0", "");
	bench_wants(&b, "h1 ip route flush via 10.0.3.2", "");
	bench_wants(&b, "h1 ip route",
		    "default via 10.0.1.2 dev eth0 proto static \n"
		    "10.0.3.0/24 dev eth1 proto kernel scope link src 10.0.3.1 \n");
	bench_refuses(&b, "h1 ip route flush proto bogus",
		      "Error: argument \"bogus\" is wrong: invalid \"protocol\"\n");
	bench_refuses(&b, "h1 ip route flush dev nope", "Cannot find device \"nope\"\n");
	bench_wants(&b, "h1 ip route flush table main", "");
	bench_wants(&b, "h1 ip route", "");
	bench_close(&b);
}
