// SPDX-License-Identifier: GPL-3.0-or-later
/* The text is what ip(8) of iproute2 6.1 prints for the same state. */
#include "shell/cmd.h"

#include <stdlib.h>

#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

static void check_out(struct bench *b, const char *line, const char *out)
{
	if (!CHECK_EQ(bench_do(b, line), 0))
		printf("     %s: %s", line, b->err);
	if (!CHECK_STR(b->out, out))
		printf("     %s\n", line);
}

static void check_err(struct bench *b, const char *line, const char *err)
{
	CHECK(bench_do(b, line) != 0);
	if (!CHECK_STR(b->err, err))
		printf("     %s\n", line);
}

TEST(cmd_ip, addr_shows_what_iproute2_shows)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_out(&b, "h2 ip -4 addr show eth0",
		  "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc netem state UP "
		  "group default qlen 1000\n"
		  "    inet 10.0.2.2/24 brd 10.0.2.255 scope global eth0\n"
		  "       valid_lft forever preferred_lft forever\n");
	check_out(&b, "h2 ip addr add 10.0.2.9/24 dev eth0", "");
	check_out(&b, "h2 ip -br addr show eth0",
		  "eth0             UP             10.0.2.2/24 10.0.2.9/24 \n");
	check_out(&b, "h2 ip a s eth0 -br -j",
		  "[{\"ifname\":\"eth0\",\"operstate\":\"UP\",\"addr_info\":["
		  "{\"local\":\"10.0.2.2\",\"prefixlen\":24},"
		  "{\"local\":\"10.0.2.9\",\"prefixlen\":24}]}]\n");
	check_out(&b, "h2 ip addr del 10.0.2.9/24 dev eth0", "");
	check_err(&b, "h2 ip addr del 10.0.2.9/24 dev eth0", "Error: ipv4: Address not found.\n");
	check_err(&b, "h2 ip addr add 10.0.2.2/24 dev eth0",
		  "Error: ipv4: Address already assigned.\n");
	check_err(&b, "h2 ip addr add 10.0.2.300/24 dev eth0",
		  "Error: any valid prefix is expected rather than \"10.0.2.300/24\".\n");
	check_err(&b, "h2 ip addr add 10.0.2.3/24 dev nope", "Cannot find device \"nope\"\n");
	check_err(&b, "h2 ip addr add 10.0.2.3/24",
		  "Not enough information: \"dev\" argument is required.\n");
	check_err(&b, "h2 ip addr show nope", "Device \"nope\" does not exist.\n");
	bench_close(&b);
}

TEST(cmd_ip, a_link_set_down_is_down_and_its_peer_has_no_carrier)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h2 ip link set eth0 down"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip -br link show eth0"), 0);
	CHECK(strstr(b.out, "eth0             DOWN ") == b.out);
	CHECK(strstr(b.out, "<BROADCAST,MULTICAST> \n") != NULL);
	CHECK_EQ(bench_do(&b, "r1 ip link show eth1"), 0);
	CHECK(strstr(b.out, "<NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc netem state DOWN "
		     "mode DEFAULT group default qlen 1000\n") != NULL);
	CHECK_EQ(bench_do(&b, "r1 ip route show dev eth1"), 0);
	CHECK_STR(b.out, "10.0.2.0/24 proto kernel scope link src 10.0.2.1 linkdown \n");
	CHECK_EQ(bench_do(&b, "links"), 0);
	CHECK(strstr(b.out, "r1-eth1<->h2-eth0 (DOWN DOWN) \n") != NULL);
	check_err(&b, "h2 ip link set eth0 mtu 10", "Error: mtu less than device minimum.\n");
	check_err(&b, "h2 ip link set nope up", "Cannot find device \"nope\"\n");
	bench_close(&b);
}

TEST(cmd_ip, routes_are_added_shown_and_deleted)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_out(&b, "r1 ip route add 10.9.0.0/16 via 10.0.2.2 metric 20", "");
	check_out(&b, "r1 ip route add blackhole 10.8.0.0/16", "");
	check_out(&b, "r1 ip route add 10.7.0.0/16 nexthop via 10.0.1.1 weight 2 "
		  "nexthop via 10.0.2.2 dev eth1", "");
	check_out(&b, "r1 ip route",
		  "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.2 \n"
		  "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.1 \n"
		  "10.7.0.0/16 proto static \n"
		  "\tnexthop via 10.0.1.1 dev eth0 weight 2 \n"
		  "\tnexthop via 10.0.2.2 dev eth1 weight 1 \n"
		  "blackhole 10.8.0.0/16 proto static \n"
		  "10.9.0.0/16 via 10.0.2.2 dev eth1 proto static metric 20 \n");
	check_out(&b, "r1 ip -j route show 10.9.0.0/16",
		  "[{\"dst\":\"10.9.0.0/16\",\"gateway\":\"10.0.2.2\",\"dev\":\"eth1\","
		  "\"protocol\":\"static\",\"metric\":20,\"flags\":[]}]\n");
	check_out(&b, "r1 show ip route",
		  "Codes: K - kernel route, C - connected, S - static, R - RIP,\n"
		  "       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,\n"
		  "       T - Table, v - VNC, V - VNC-Direct, A - Babel, F - PBR,\n"
		  "       f - OpenFabric,\n"
		  "       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n"
		  "       t - trapped, o - offload failure\n\n"
		  "C>* 10.0.1.0/24 is directly connected, eth0, 00:00:00\n"
		  "C>* 10.0.2.0/24 is directly connected, eth1, 00:00:00\n"
		  "S>* 10.7.0.0/16 [1/0] via 10.0.1.1, eth0, weight 2, 00:00:00\n"
		  "  *                   via 10.0.2.2, eth1, weight 1, 00:00:00\n"
		  "S>* 10.8.0.0/16 [1/0] unreachable (blackhole), weight 1, 00:00:00\n"
		  "S>* 10.9.0.0/16 [1/20] via 10.0.2.2, eth1, weight 1, 00:00:00\n");
	check_err(&b, "r1 ip route add 10.9.0.0/16 via 10.0.2.2 metric 20",
		  "RTNETLINK answers: File exists\n");
	check_err(&b, "r1 ip route add 10.6.0.0/16 via 99.1.2.3",
		  "Error: Nexthop has invalid gateway.\n");
	check_err(&b, "r1 ip route add 10.6.0.1/16 via 10.0.2.2",
		  "Error: Invalid prefix for given prefix length.\n");
	check_err(&b, "r1 ip route get 10.8.0.1", "RTNETLINK answers: Invalid argument\n");
	check_err(&b, "r1 ip route add 10.6.0.0/16 nexthop via 10.0.2.2 weight 0 "
		  "nexthop via 10.0.1.1 weight 1",
		  "Error: argument \"0\" is wrong: \"weight\" is from 1 to 256\n");
	check_out(&b, "r1 ip route del 10.9.0.0/16", "");
	check_err(&b, "r1 ip route del 10.9.0.0/16", "RTNETLINK answers: No such process\n");
	check_err(&b, "r1 ip route get 10.9.0.1", "RTNETLINK answers: Network is unreachable\n");
	bench_close(&b);
}

TEST(cmd_ip, get_names_the_prefix_that_won_and_the_one_it_beat)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.0.0.0/16 via 10.0.1.1"), 0);
	check_out(&b, "r1 ip route get h2", "10.0.2.2 dev eth1 src 10.0.2.1 uid 0 \n    cache \n");
	check_out(&b, "r1 ip route get h2 -j",
		  "[{\"dst\":\"10.0.2.2\",\"dev\":\"eth1\",\"prefsrc\":\"10.0.2.1\",\"flags\":[],"
		  "\"uid\":0,\"cache\":[],\"matched\":\"10.0.2.0/24\","
		  "\"beaten\":\"10.0.0.0/16\"}]\n");
	check_out(&b, "r1 ip route get 10.0.2.1",
		  "local 10.0.2.1 dev lo src 10.0.2.1 uid 0 \n    cache <local> \n");
	bench_close(&b);
}

TEST(cmd_ip, neighbours_are_learnt_set_and_flushed)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_out(&b, "h2 ip neigh", "");
	CHECK_EQ(bench_do(&b, "h2 ping -c 1 10.0.2.1"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip neigh"), 0);
	CHECK(strstr(b.out, "10.0.2.1 dev eth0 lladdr ") == b.out);
	check_out(&b, "h2 ip neigh flush dev eth0", "");
	check_out(&b, "h2 ip neigh add 10.0.2.7 lladdr 02:00:00:00:00:07 dev eth0", "");
	check_err(&b, "h2 ip neigh add 10.0.2.7 lladdr 02:00:00:00:00:08 dev eth0",
		  "RTNETLINK answers: File exists\n");
	check_out(&b, "h2 ip neigh replace 10.0.2.7 lladdr 02:00:00:00:00:08 dev eth0", "");
	check_out(&b, "h2 ip neigh show dev eth0",
		  "10.0.2.7 lladdr 02:00:00:00:00:08 PERMANENT \n");
	check_err(&b, "h2 ip neigh del 10.0.2.8 dev eth0",
		  "RTNETLINK answers: No such file or directory\n");
	check_err(&b, "h2 ip neigh add 10.0.2.9",
		  "Device and destination are required arguments.\n");
	bench_close(&b);
}

TEST(cmd_ip, sysctl_shows_and_sets)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_out(&b, "h1 sysctl net.ipv4.ip_forward", "net.ipv4.ip_forward = 0\n");
	check_out(&b, "h1 sysctl -w net.ipv4.ip_forward=1", "net.ipv4.ip_forward = 1\n");
	check_out(&b, "h1 sysctl ip_forward", "net.ipv4.ip_forward = 1\n");
	CHECK(bench_do(&b, "h1 sysctl bogus") != 0);
	CHECK(bench_do(&b, "h1 sysctl ip_forward=x") != 0);
	bench_close(&b);
}

TEST(cmd_ip, errors_are_worded_as_iproute2_words_them)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	check_err(&b, "h1 ip bogus", "Object \"bogus\" is unknown, try \"ip help\".\n");
	check_err(&b, "h1 ip addr bogus",
		  "Command \"bogus\" is unknown, try \"ip address help\".\n");
	check_err(&b, "h1 ip neigh bogus",
		  "Command \"bogus\" is unknown, try \"ip neigh help\".\n");
	check_err(&b, "h1 ip route 10.0.0.0/8",
		  "Command \"10.0.0.0/8\" is unknown, try \"ip route help\".\n");
	check_err(&b, "h1 ip addr add bogus dev eth0",
		  "Error: any valid prefix is expected rather than \"bogus\".\n");
	check_err(&b, "h1 ip route add 10.0.0.0/8 via bogus",
		  "Error: inet address is expected rather than \"bogus\".\n");
	check_err(&b, "h1 ip neigh add 10.0.1.9 lladdr zz dev eth0",
		  "\"zz\" is invalid lladdr.\n");
	check_err(&b, "h1 ip neigh add 10.0.1.9 dev eth0",
		  "Error: No link layer address given.\n");
	check_err(&b, "h1 ip neigh flush", "Flush requires arguments.\n");
	check_err(&b, "h1 ip route flush", "\"ip route flush\" requires arguments.\n");
	bench_close(&b);
}

TEST(cmd_ip, routes_are_chosen_by_prefix_changed_and_flushed)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ip route add 10.9.0.0/16 via 10.0.1.2"), 0);
	check_err(&b, "h1 ip route change 10.8.0.0/16 via 10.0.1.2",
		  "RTNETLINK answers: No such file or directory\n");
	CHECK_EQ(bench_do(&b, "h1 ip route change 10.9.0.0/16 via 10.0.3.2"), 0);
	check_out(&b, "h1 ip route show root 10.9.0.0/16",
		  "10.9.0.0/16 via 10.0.3.2 dev eth1 proto static \n");
	check_out(&b, "h1 ip route show match 10.9.7.0/24",
		  "default via 10.0.1.2 dev eth0 proto static \n"
		  "10.9.0.0/16 via 10.0.3.2 dev eth1 proto static \n");
	check_out(&b, "h1 ip route show exact 10.9.7.0/24", "");
	CHECK_EQ(bench_do(&b, "h1 ip route flush root 10.9.0.0/16"), 0);
	check_out(&b, "h1 ip route show root 10.9.0.0/16", "");
	bench_close(&b);
}
