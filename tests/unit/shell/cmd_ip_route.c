// SPDX-License-Identifier: GPL-3.0-or-later
/* The text is what ip(8) of iproute2 6.1 prints for the same state. */
#include "shell/cmd.h"

#include <stdlib.h>

#include "stack/core/learn.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

TEST(cmd_ip_route, routes_are_added_shown_and_deleted)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "r1 ip route add 10.9.0.0/16 via 10.0.2.2 metric 20", "");
	bench_wants(&b, "r1 ip route add blackhole 10.8.0.0/16", "");
	bench_wants(&b, "r1 ip route add 10.7.0.0/16 nexthop via 10.0.1.1 weight 2 "
		    "nexthop via 10.0.2.2 dev eth1", "");
	bench_wants(&b, "r1 ip route",
		    "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.2 \n"
		    "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.1 \n"
		    "10.7.0.0/16 \n"
		    "\tnexthop via 10.0.1.1 dev eth0 weight 2 \n"
		    "\tnexthop via 10.0.2.2 dev eth1 weight 1 \n"
		    "blackhole 10.8.0.0/16 \n"
		    "10.9.0.0/16 via 10.0.2.2 dev eth1 metric 20 \n");
	bench_wants(&b, "r1 ip -j route show 10.9.0.0/16",
		    "[{\"dst\":\"10.9.0.0/16\",\"gateway\":\"10.0.2.2\",\"dev\":\"eth1\","
		    "\"metric\":20,\"flags\":[]}]\n");
	bench_wants(&b, "r1 show ip route",
		    "Codes: K - kernel route, C - connected, S - static, R - RIP,\n"
		    "       O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,\n"
		    "       T - Table, v - VNC, V - VNC-Direct, A - Babel, F - PBR,\n"
		    "       f - OpenFabric,\n"
		    "       > - selected route, * - FIB route, q - queued, r - rejected, "
		    "b - backup\n"
		    "       t - trapped, o - offload failure\n\n"
		    "C>* 10.0.1.0/24 is directly connected, eth0, 00:00:00\n"
		    "C>* 10.0.2.0/24 is directly connected, eth1, 00:00:00\n"
		    "K>* 10.7.0.0/16 [0/0] via 10.0.1.1, eth0, weight 2, 00:00:00\n"
		    "  *                   via 10.0.2.2, eth1, weight 1, 00:00:00\n"
		    "K>* 10.8.0.0/16 [0/0] unreachable (blackhole), weight 1, 00:00:00\n"
		    "K>* 10.9.0.0/16 [0/20] via 10.0.2.2, eth1, weight 1, 00:00:00\n");
	bench_refuses(&b, "r1 ip route add 10.9.0.0/16 via 10.0.2.2 metric 20",
		      "RTNETLINK answers: File exists\n");
	bench_refuses(&b, "r1 ip route add 10.6.0.0/16 via 99.1.2.3",
		      "Error: Nexthop has invalid gateway.\n");
	bench_refuses(&b, "r1 ip route add 10.6.0.1/16 via 10.0.2.2",
		      "Error: Invalid prefix for given prefix length.\n");
	bench_refuses(&b, "r1 ip route get 10.8.0.1", "RTNETLINK answers: Invalid argument\n");
	bench_refuses(&b, "r1 ip route add 10.6.0.0/16 nexthop via 10.0.2.2 weight 0 "
		      "nexthop via 10.0.1.1 weight 1",
		      "Error: argument \"0\" is wrong: \"weight\" is from 1 to 256\n");
	bench_wants(&b, "r1 ip route del 10.9.0.0/16", "");
	bench_refuses(&b, "r1 ip route del 10.9.0.0/16", "RTNETLINK answers: No such process\n");
	bench_refuses(&b, "r1 ip route get 10.9.0.1",
		      "RTNETLINK answers: Network is unreachable\n");
	bench_close(&b);
}

TEST(cmd_ip_route, routes_are_chosen_by_prefix_changed_and_flushed)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ip route add 10.9.0.0/16 via 10.0.1.2"), 0);
	bench_refuses(&b, "h1 ip route change 10.8.0.0/16 via 10.0.1.2",
		      "RTNETLINK answers: No such file or directory\n");
	CHECK_EQ(bench_do(&b, "h1 ip route change 10.9.0.0/16 via 10.0.3.2"), 0);
	bench_wants(&b, "h1 ip route show root 10.9.0.0/16",
		    "10.9.0.0/16 via 10.0.3.2 dev eth1 \n");
	bench_wants(&b, "h1 ip route show match 10.9.7.0/24",
		    "default via 10.0.1.2 dev eth0 proto static \n"
		    "10.9.0.0/16 via 10.0.3.2 dev eth1 \n");
	bench_wants(&b, "h1 ip route show exact 10.9.7.0/24", "");
	CHECK_EQ(bench_do(&b, "h1 ip route flush root 10.9.0.0/16"), 0);
	bench_wants(&b, "h1 ip route show root 10.9.0.0/16", "");
	bench_close(&b);
}

TEST(cmd_ip_route, get_names_the_prefix_that_won_and_the_one_it_beat)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.0.0.0/16 via 10.0.1.1"), 0);
	bench_wants(&b, "r1 ip route get h2",
		    "10.0.2.2 dev eth1 src 10.0.2.1 uid 0 \n    cache \n");
	bench_wants(&b, "r1 ip route get h2 -j",
		    "[{\"dst\":\"10.0.2.2\",\"dev\":\"eth1\",\"prefsrc\":\"10.0.2.1\",\"flags\":[],"
		    "\"uid\":0,\"cache\":[],\"matched\":\"10.0.2.0/24\","
		    "\"beaten\":\"10.0.0.0/16\"}]\n");
	bench_wants(&b, "r1 ip route get 10.0.2.1",
		    "local 10.0.2.1 dev lo src 10.0.2.1 uid 0 \n    cache <local> \n");
	bench_close(&b);
}

TEST(cmd_ip_route, whoever_made_a_route_is_named_but_not_the_user)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.7.0.0/16 via 10.0.2.2"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.8.0.0/16 via 10.0.2.2 proto static"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.9.0.0/16 via 10.0.2.2 protocol dhcp"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.10.0.0/16 dev eth1 proto 77"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add prohibit 10.11.0.0/16 proto 188"), 0);
	bench_wants(&b, "r1 ip route show root 10.0.0.0/8",
		    "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.2 \n"
		    "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.1 \n"
		    "10.7.0.0/16 via 10.0.2.2 dev eth1 \n"
		    "10.8.0.0/16 via 10.0.2.2 dev eth1 proto static \n"
		    "10.9.0.0/16 via 10.0.2.2 dev eth1 proto dhcp \n"
		    "10.10.0.0/16 dev eth1 proto 77 scope link \n"
		    "prohibit 10.11.0.0/16 proto ospf \n");
	bench_wants(&b, "r1 ip -d route show root 10.8.0.0/13",
		    "unicast 10.8.0.0/16 via 10.0.2.2 dev eth1 proto static scope global \n"
		    "unicast 10.9.0.0/16 via 10.0.2.2 dev eth1 proto dhcp scope global \n"
		    "unicast 10.10.0.0/16 dev eth1 proto 77 scope link \n"
		    "prohibit 10.11.0.0/16 proto ospf scope global \n");
	bench_wants(&b, "r1 ip -d -j route show 10.7.0.0/16",
		    "[{\"type\":\"unicast\",\"dst\":\"10.7.0.0/16\",\"gateway\":\"10.0.2.2\","
		    "\"dev\":\"eth1\",\"protocol\":\"boot\",\"scope\":\"global\",\"flags\":[]}]\n");
	bench_wants(&b, "r1 ip -j route show proto 77",
		    "[{\"dst\":\"10.10.0.0/16\",\"dev\":\"eth1\",\"scope\":\"link\","
		    "\"flags\":[]}]\n");
	bench_refuses(&b, "r1 ip route show proto bogus",
		      "Error: argument \"bogus\" is wrong: invalid \"protocol\"\n");
	bench_wants(&b, "h1 ip route show default",
		    "default via 10.0.1.2 dev eth0 proto static \n");
	bench_close(&b);
}

TEST(cmd_ip_route, what_was_asked_for_is_not_repeated)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.7.0.0/16 via 10.0.2.2 metric 5"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.8.0.0/16 nexthop via 10.0.2.2 nexthop via "
			  "10.0.1.1"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route add blackhole 10.9.0.0/16"), 0);
	bench_wants(&b, "r1 ip route show via 10.0.2.2", "10.7.0.0/16 dev eth1 metric 5 \n");
	bench_wants(&b, "r1 ip route show dev eth1",
		    "10.0.2.0/24 proto kernel scope link src 10.0.2.1 \n"
		    "10.7.0.0/16 via 10.0.2.2 metric 5 \n");
	bench_wants(&b, "r1 ip route show scope link dev eth0",
		    "10.0.1.0/24 proto kernel src 10.0.1.2 \n");
	bench_wants(&b, "r1 ip route show type blackhole", "blackhole 10.9.0.0/16 \n");
	bench_wants(&b, "r1 ip -j route show proto kernel dev eth1",
		    "[{\"dst\":\"10.0.2.0/24\",\"scope\":\"link\",\"prefsrc\":\"10.0.2.1\","
		    "\"flags\":[]}]\n");
	bench_wants(&b, "r1 ip -o route show 10.8.0.0/16",
		    "10.8.0.0/16 \\\tnexthop via 10.0.2.2 dev eth1 weight 1 "
		    "\\\tnexthop via 10.0.1.1 dev eth0 weight 1 \n");
	bench_close(&b);
}

TEST(cmd_ip_route, tables_are_main_local_and_no_other)
{
	struct bench b;
	char *main_table;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h2 ip route"), 0);
	main_table = strdup(b.out);
	REQUIRE(main_table != NULL);
	bench_wants(&b, "h2 ip route show table main", main_table);
	bench_wants(&b, "h2 ip route show table 254", main_table);
	CHECK_EQ(bench_do(&b, "h2 ip route show table local"), 0);
	CHECK(strstr(b.out, "local 10.0.2.2 dev eth0 proto kernel scope host src 10.0.2.2 \n"));
	CHECK(!strstr(b.out, "default"));
	CHECK_EQ(bench_do(&b, "h2 ip route show table all"), 0);
	CHECK(strstr(b.out, main_table) == b.out);
	CHECK(strstr(b.out, "\nlocal 10.0.2.2 dev eth0 table local proto kernel scope host "
		     "src 10.0.2.2 \n"));
	bench_refuses(&b, "h2 ip route show table 5",
		      "Error: ipv4: FIB table does not exist.\nDump terminated\n");
	bench_refuses(&b, "h2 ip route show table bogus",
		      "Error: argument \"bogus\" is wrong: table id value is invalid\n");
	free(main_table);
	bench_close(&b);
}

TEST(cmd_ip_route, what_an_address_brought_goes_with_its_interface)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.7.0.0/16 via 10.0.2.2"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip link set eth1 down"), 0);
	bench_wants(&b, "r1 ip route",
		    "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.2 \n"
		    "10.7.0.0/16 via 10.0.2.2 dev eth1 dead linkdown \n");
	CHECK_EQ(bench_do(&b, "r1 ip link set eth1 up"), 0);
	bench_wants(&b, "r1 ip route show dev eth1",
		    "10.0.2.0/24 proto kernel scope link src 10.0.2.1 \n"
		    "10.7.0.0/16 via 10.0.2.2 \n");
	bench_close(&b);
}

TEST(cmd_ip_route, get_of_groups_and_broadcasts)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h1 ip route get 224.0.0.5",
		    "multicast 224.0.0.5 dev eth0 src 10.0.1.1 uid 0 \n    cache <mc> \n");
	bench_wants(&b, "h1 ip route get 224.0.0.1 oif eth1",
		    "multicast 224.0.0.1 dev eth1 src 10.0.3.1 uid 0 \n    cache <local,mc> \n");
	bench_wants(&b, "h1 ip route get 255.255.255.255",
		    "broadcast 255.255.255.255 dev eth0 src 10.0.1.1 uid 0 \n"
		    "    cache <local,brd> \n");
	bench_wants(&b, "h1 ip route get 255.255.255.255 from 10.0.3.1 oif eth1",
		    "broadcast 255.255.255.255 from 10.0.3.1 dev eth1 uid 0 \n"
		    "    cache <local,brd> \n");
	bench_wants(&b, "h1 ip route get 10.0.1.255 -j",
		    "[{\"type\":\"broadcast\",\"dst\":\"10.0.1.255\",\"dev\":\"eth0\","
		    "\"prefsrc\":\"10.0.1.1\",\"flags\":[],\"uid\":0,\"cache\":[\"local\",\"brd\"],"
		    "\"matched\":\"10.0.1.255/32\",\"beaten\":\"10.0.1.0/24\"}]\n");
	bench_wants(&b, "h1 ip route get 127.9.9.9",
		    "local 127.9.9.9 dev lo src 127.0.0.1 uid 0 \n    cache <local> \n");
	bench_wants(&b, "h1 ip route get 0.0.0.0",
		    "local 0.0.0.0 dev lo src 127.0.0.1 uid 0 \n    cache <local> \n");
	bench_close(&b);
}

TEST(cmd_ip_route, get_takes_a_source_a_device_and_an_mtu)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ip route add 99.0.0.0/8 via 10.0.1.2 mtu 1400"), 0);
	bench_wants(&b, "h1 ip route get to 99.1.1.1",
		    "99.1.1.1 via 10.0.1.2 dev eth0 src 10.0.1.1 uid 0 \n    cache mtu 1400 \n");
	bench_wants(&b, "h1 ip -j route get 99.1.1.1",
		    "[{\"dst\":\"99.1.1.1\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth0\","
		    "\"prefsrc\":\"10.0.1.1\",\"flags\":[],\"uid\":0,\"cache\":[],"
		    "\"metrics\":[{\"mtu\":1400}],\"matched\":\"99.0.0.0/8\","
		    "\"beaten\":\"0.0.0.0/0\"}]\n");
	bench_wants(&b, "h1 ip route get 10.0.2.2 from 10.0.3.1 oif eth1",
		    "10.0.2.2 from 10.0.3.1 dev eth1 uid 0 \n    cache \n");
	bench_refuses(&b, "h1 ip route get 10.0.2.2 from 9.9.9.9",
		      "RTNETLINK answers: Network is unreachable\n");
	bench_refuses(&b, "h1 ip route get 10.0.2.2 oif nope", "Cannot find device \"nope\"\n");
	bench_close(&b);
}

TEST(cmd_ip_route, a_path_mtu_that_icmp_told_of_is_shown_until_it_is_flushed)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "r1 ip link set eth1 mtu 1000"), 0);
	bench_wants(&b, "h1 ip route show cache", "");
	CHECK_EQ(bench_do(&b, "h1 ping -M do -s 1200 -c 1 -W 1 h2"), 1);
	bench_wants(&b, "h1 ip route get h2",
		    "10.0.2.2 via 10.0.1.2 dev eth0 src 10.0.1.1 uid 0 \n"
		    "    cache expires 600sec mtu 1000 \n");
	bench_wants(&b, "h1 ip -j route get h2",
		    "[{\"dst\":\"10.0.2.2\",\"gateway\":\"10.0.1.2\",\"dev\":\"eth0\","
		    "\"prefsrc\":\"10.0.1.1\",\"flags\":[],\"uid\":0,\"cache\":[],"
		    "\"expires\":600,\"metrics\":[{\"mtu\":1000}],"
		    "\"matched\":\"0.0.0.0/0\"}]\n");
	bench_wants(&b, "h1 ip route show cache",
		    "10.0.2.2 via 10.0.1.2 dev eth0 \n    cache expires 600sec mtu 1000 \n");
	CHECK_EQ(bench_do(&b, "r1 ip link set eth1 mtu 500"), 0);
	CHECK_EQ(bench_do(&b, "h1 ping -M do -s 900 -c 1 -W 1 h2"), 1);
	bench_wants(&b, "h1 ip route list cache",
		    "10.0.2.2 via 10.0.1.2 dev eth0 \n    cache expires 600sec mtu lock 552 \n");
	bench_wants(&b, "h1 ip route flush cache", "");
	bench_wants(&b, "h1 ip route get h2",
		    "10.0.2.2 via 10.0.1.2 dev eth0 src 10.0.1.1 uid 0 \n    cache \n");
	bench_wants(&b, "h1 ip route show cache", "");
	bench_close(&b);
}

static void learn(struct stack *st, const char *to, uint32_t metric, const struct nexthop *h,
		  unsigned n)
{
	struct prefix p;
	nexthops_id id = 0;

	REQUIRE(prefix_parse(&p, to) && nexthops_get(st, h, n, &id) == OK);
	CHECK_EQ(route_learn(st, RP_OSPF, p.addr.v4, p.len, metric, id), 1);
	nexthops_put(st, id);
}

TEST(cmd_ip_route, a_learned_route_that_another_beats_is_only_in_the_routers_table)
{
	struct bench b;
	struct stack *st;
	struct nexthop h;

	REQUIRE(bench_open(&b));
	st = node_stack(lab_find_node(b.lab, "r1"));
	h = (struct nexthop){ .dev = stack_dev(st, "eth1"), .via = IP4(10, 0, 2, 2) };
	learn(st, "10.9.0.0/16", 20, &h, 1);
	CHECK_EQ(bench_do(&b, "r1 ip route add 10.9.0.0/16 via 10.0.1.1 metric 50"), 0);
	bench_wants(&b, "r1 ip route show root 10.9.0.0/16",
		    "10.9.0.0/16 via 10.0.1.1 dev eth0 metric 50 \n");
	bench_wants(&b, "r1 ip route show proto ospf", "");
	bench_wants(&b, "r1 ip route flush proto ospf", "");
	CHECK_EQ(bench_do(&b, "r1 show ip route"), 0);
	CHECK(strstr(b.out, "K>* 10.9.0.0/16 [0/50] via 10.0.1.1, eth0, weight 1, 00:00:00\n"
		     "O   10.9.0.0/16 [110/20] via 10.0.2.2, eth1, weight 1, 00:00:00\n") != NULL);
	CHECK_EQ(bench_do(&b, "r1 ip route del 10.9.0.0/16 metric 50"), 0);
	bench_wants(&b, "r1 ip route show root 10.9.0.0/16",
		    "10.9.0.0/16 via 10.0.2.2 dev eth1 proto ospf metric 20 \n");
	bench_close(&b);
}

TEST(cmd_ip_route, routes_that_a_protocol_learned_are_shown_and_deleted_like_others)
{
	struct bench b;
	struct stack *st;
	struct nexthop h[2];

	REQUIRE(bench_open(&b));
	st = node_stack(lab_find_node(b.lab, "r1"));
	h[0] = (struct nexthop){ .dev = stack_dev(st, "eth1"), .via = IP4(10, 0, 2, 2) };
	h[1] = (struct nexthop){ .dev = stack_dev(st, "eth0"), .via = IP4(10, 0, 1, 1) };
	learn(st, "10.9.0.0/16", 20, h, 1);
	learn(st, "10.0.1.128/25", 30, h, 2);
	bench_wants(&b, "r1 ip route",
		    "10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.2 \n"
		    "10.0.1.128/25 proto ospf metric 30 \n"
		    "\tnexthop via 10.0.1.1 dev eth0 weight 1 \n"
		    "\tnexthop via 10.0.2.2 dev eth1 weight 1 \n"
		    "10.0.2.0/24 dev eth1 proto kernel scope link src 10.0.2.1 \n"
		    "10.9.0.0/16 via 10.0.2.2 dev eth1 proto ospf metric 20 \n");
	bench_wants(&b, "r1 ip -j route show 10.9.0.0/16",
		    "[{\"dst\":\"10.9.0.0/16\",\"gateway\":\"10.0.2.2\",\"dev\":\"eth1\","
		    "\"protocol\":\"ospf\",\"metric\":20,\"flags\":[]}]\n");
	CHECK_EQ(bench_do(&b, "r1 show ip route"), 0);
	CHECK(strstr(b.out, "C>* 10.0.1.0/24 is directly connected, eth0, 00:00:00\n"
		     "O>* 10.0.1.128/25 [110/30] via 10.0.1.1, eth0, weight 1, 00:00:00\n"
		     "  *                        via 10.0.2.2, eth1, weight 1, 00:00:00\n"
		     "C>* 10.0.2.0/24 is directly connected, eth1, 00:00:00\n"
		     "O>* 10.9.0.0/16 [110/20] via 10.0.2.2, eth1, weight 1, 00:00:00\n") != NULL);
	bench_wants(&b, "r1 ip route get 10.9.0.1",
		    "10.9.0.1 via 10.0.2.2 dev eth1 src 10.0.2.1 uid 0 \n    cache \n");
	bench_refuses(&b, "r1 ip route change 10.9.0.0/16 via 10.0.1.1 metric 20",
		      "RTNETLINK answers: No such file or directory\n");
	bench_wants(&b, "r1 ip route del 10.0.1.128/25 proto ospf", "");
	bench_wants(&b, "r1 ip route flush root 10.9.0.0/16", "");
	bench_wants(&b, "r1 ip route show proto ospf", "");
	bench_close(&b);
}
