// SPDX-License-Identifier: GPL-3.0-or-later
/* The text is what ip(8) of iproute2 6.1 prints for the same state. */
#include "shell/cmd.h"

#include <stdlib.h>

#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

TEST(cmd_ip_neigh, neighbours_are_learnt_set_and_flushed)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h2 ip neigh", "");
	CHECK_EQ(bench_do(&b, "h2 ping -c 1 10.0.2.1"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip neigh"), 0);
	CHECK(strstr(b.out, "10.0.2.1 dev eth0 lladdr ") == b.out);
	bench_wants(&b, "h2 ip neigh flush dev eth0", "");
	bench_wants(&b, "h2 ip neigh add 10.0.2.7 lladdr 02:00:00:00:00:07 dev eth0", "");
	bench_refuses(&b, "h2 ip neigh add 10.0.2.7 lladdr 02:00:00:00:00:08 dev eth0",
		      "RTNETLINK answers: File exists\n");
	bench_wants(&b, "h2 ip neigh replace 10.0.2.7 lladdr 02:00:00:00:00:08 dev eth0", "");
	bench_wants(&b, "h2 ip neigh show dev eth0",
		    "10.0.2.7 lladdr 02:00:00:00:00:08 PERMANENT \n");
	bench_refuses(&b, "h2 ip neigh del 10.0.2.8 dev eth0",
		      "RTNETLINK answers: No such file or directory\n");
	bench_refuses(&b, "h2 ip neigh add 10.0.2.9",
		      "Device and destination are required arguments.\n");
	bench_close(&b);
}

static void fill(struct bench *b)
{
	CHECK_EQ(bench_do(b, "h1 ip neigh flush all nud permanent"), 0);
	CHECK_EQ(bench_do(b, "h1 ip neigh add 10.0.1.8 lladdr 02:00:00:00:00:08 dev eth0"), 0);
	CHECK_EQ(bench_do(b, "h1 ip neigh add 10.0.3.9 lladdr 02:00:00:00:00:09 nud permanent "
			  "dev eth1"), 0);
	CHECK_EQ(bench_do(b, "h1 ping -c 1 10.0.1.2"), 0);
}

TEST(cmd_ip_neigh, entries_are_chosen_by_device_prefix_and_state)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	fill(&b);
	bench_wants(&b, "h1 ip neigh show 10.0.3.0/24",
		    "10.0.3.9 dev eth1 lladdr 02:00:00:00:00:09 PERMANENT \n");
	bench_wants(&b, "h1 ip neigh show to 10.0.1.8 nud permanent",
		    "10.0.1.8 dev eth0 lladdr 02:00:00:00:00:08 PERMANENT \n");
	bench_wants(&b, "h1 ip neigh show nud failed", "");
	bench_wants(&b, "h1 ip -j neigh show dev eth1",
		    "[{\"dst\":\"10.0.3.9\",\"lladdr\":\"02:00:00:00:00:09\","
		    "\"state\":[\"PERMANENT\"]}]\n");
	bench_wants(&b, "h1 ip -j neigh show 10.0.9.0/24", "[]\n");
	bench_wants(&b, "h1 ip neigh get 10.0.3.9 dev eth1",
		    "10.0.3.9 dev eth1 lladdr 02:00:00:00:00:09 PERMANENT \n");
	bench_refuses(&b, "h1 ip neigh get 10.0.3.77 dev eth1",
		      "Error: Neighbour entry not found.\n");
	bench_refuses(&b, "h1 ip neigh get 10.0.3.9",
		      "Device and address are required arguments.\n");
	bench_refuses(&b, "h1 ip neigh show nud bogus",
		      "Error: argument \"bogus\" is wrong: nud state is bad\n");
	bench_close(&b);
}

TEST(cmd_ip_neigh, a_flush_spares_what_is_permanent_unless_it_is_asked_for)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	fill(&b);
	CHECK_EQ(bench_do(&b, "h1 ip neigh flush to 10.0.1.0/24"), 0);
	bench_wants(&b, "h1 ip -br neigh",
		    "10.0.1.8 dev eth0 lladdr 02:00:00:00:00:08 PERMANENT \n"
		    "10.0.3.9 dev eth1 lladdr 02:00:00:00:00:09 PERMANENT \n");
	fill(&b);
	CHECK_EQ(bench_do(&b, "h1 ip neigh flush nud permanent dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip neigh"), 0);
	CHECK(strstr(b.out, "10.0.1.2 dev eth0 lladdr ") == b.out);
	CHECK(!strstr(b.out, "10.0.1.8"));
	CHECK(strstr(b.out, "10.0.3.9"));
	bench_refuses(&b, "h1 ip neigh flush dev nope", "Cannot find device \"nope\"\n");
	bench_close(&b);
}

TEST(cmd_ip_neigh, change_needs_one_that_is_there)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_refuses(&b, "h1 ip neigh change 10.0.1.8 lladdr 02:00:00:00:00:08 dev eth0",
		      "RTNETLINK answers: No such file or directory\n");
	fill(&b);
	bench_wants(&b, "h1 ip neigh change 10.0.1.8 lladdr 02:00:00:00:00:88 dev eth0", "");
	bench_wants(&b, "h1 ip neigh show 10.0.1.8",
		    "10.0.1.8 dev eth0 lladdr 02:00:00:00:00:88 PERMANENT \n");
	bench_refuses(&b, "h1 ip neigh add 10.0.1.9 lladdr 02:00:00:00:00:09 dev eth0 nud stale",
		      "nud stale: what is set by hand is permanent here\n");
	bench_close(&b);
}
