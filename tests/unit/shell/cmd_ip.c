// SPDX-License-Identifier: GPL-3.0-or-later
/* The text is what ip(8) of iproute2 6.1 prints for the same state. */
#include "shell/cmd.h"

#include <stdlib.h>

#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

TEST(cmd_ip, addr_shows_what_iproute2_shows)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h2 ip -4 addr show eth0",
		    "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc netem state UP "
		    "group default qlen 1000\n"
		    "    inet 10.0.2.2/24 brd 10.0.2.255 scope global eth0\n"
		    "       valid_lft forever preferred_lft forever\n");
	bench_wants(&b, "h2 ip addr add 10.0.2.9/24 dev eth0", "");
	bench_wants(&b, "h2 ip -br addr show eth0",
		    "eth0             UP             10.0.2.2/24 10.0.2.9/24 \n");
	bench_wants(&b, "h2 ip a s eth0 -br -j",
		    "[{\"ifname\":\"eth0\",\"operstate\":\"UP\",\"addr_info\":["
		    "{\"local\":\"10.0.2.2\",\"prefixlen\":24},"
		    "{\"local\":\"10.0.2.9\",\"prefixlen\":24}]}]\n");
	bench_wants(&b, "h2 ip addr del 10.0.2.9/24 dev eth0", "");
	bench_refuses(&b, "h2 ip addr del 10.0.2.9/24 dev eth0",
		      "Error: ipv4: Address not found.\n");
	bench_refuses(&b, "h2 ip addr add 10.0.2.2/24 dev eth0",
		      "Error: ipv4: Address already assigned.\n");
	bench_refuses(&b, "h2 ip addr add 10.0.2.300/24 dev eth0",
		      "Error: any valid prefix is expected rather than \"10.0.2.300/24\".\n");
	bench_refuses(&b, "h2 ip addr add 10.0.2.3/24 dev nope", "Cannot find device \"nope\"\n");
	bench_refuses(&b, "h2 ip addr add 10.0.2.3/24",
		      "Not enough information: \"dev\" argument is required.\n");
	bench_refuses(&b, "h2 ip addr show nope", "Device \"nope\" does not exist.\n");
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
	bench_refuses(&b, "h2 ip link set eth0 mtu 10", "Error: mtu less than device minimum.\n");
	bench_refuses(&b, "h2 ip link set nope up", "Cannot find device \"nope\"\n");
	bench_close(&b);
}

TEST(cmd_ip, sysctl_shows_and_sets)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h1 sysctl net.ipv4.ip_forward", "net.ipv4.ip_forward = 0\n");
	bench_wants(&b, "h1 sysctl -w net.ipv4.ip_forward=1", "net.ipv4.ip_forward = 1\n");
	bench_wants(&b, "h1 sysctl ip_forward", "net.ipv4.ip_forward = 1\n");
	bench_wants(&b, "h1 sysctl tcp_fastopen=0x403", "net.ipv4.tcp_fastopen = 1027\n");
	bench_wants(&b, "h1 sysctl net.ipv4.tcp_fastopen_key=00000001-2-3-ffffffff",
		    "net.ipv4.tcp_fastopen_key = 00000001-00000002-00000003-ffffffff\n");
	CHECK(bench_do(&b, "h1 sysctl tcp_fastopen_key=1-2-3-4,5") != 0);
	CHECK(bench_do(&b, "h1 sysctl bogus") != 0);
	bench_refuses(&b, "h1 sysctl net.ipv4.ip_forward=7",
		      "sysctl: setting key \"net.ipv4.ip_forward\": Invalid argument: "
		      "expected a number from 0 to 1\n");
	CHECK(bench_do(&b, "h1 sysctl ip_forward=x") != 0);
	bench_close(&b);
}

/* Only the path that Linux has a key under is one; no interface has values of its own. */
TEST(cmd_ip, sysctl_reads_the_whole_name)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h1 sysctl net/ipv4/conf/all/rp_filter=1",
		    "net.ipv4.conf.all.rp_filter = 1\n");
	bench_wants(&b, "h1 sysctl net.ipv4.conf.default.rp_filter",
		    "net.ipv4.conf.all.rp_filter = 1\n");
	bench_wants(&b, "h1 sysctl net.ipv4.conf.all.forwarding",
		    "net.ipv4.conf.all.forwarding = 0\n");
	bench_wants(&b, "h1 sysctl net.core.rmem_default net.ipv4.neigh.default.retrans_time_ms",
		    "net.core.rmem_default = 212992\n"
		    "net.ipv4.neigh.default.retrans_time_ms = 1000\n");
	bench_refuses(&b, "h1 sysctl net.ipv4.conf.eth9.rp_filter", "sysctl: net.ipv4.conf.eth9."
		      "rp_filter: there is no interface 'eth9'\n");
	bench_refuses(&b, "h1 sysctl -w net.ipv4.conf.eth0.rp_filter=2", "sysctl: net.ipv4.conf."
		      "eth0.rp_filter: no interface has one of its own, expected "
		      "net.ipv4.conf.all.rp_filter for all\n");
	bench_refuses(&b, "h1 sysctl net.ipv6.ip_forward", "sysctl: there is no key 'net.ipv6."
		      "ip_forward'; 'sysctl -a' lists them\n");
	bench_refuses(&b, "h1 sysctl net.ipv4.conf.all.tcp_ecn=1", "sysctl: there is no key "
		      "'net.ipv4.conf.all.tcp_ecn'; 'sysctl -a' lists them\n");
	bench_refuses(&b, "h1 sysctl x.tcp_fastopen_key", "sysctl: there is no key "
		      "'x.tcp_fastopen_key'; 'sysctl -a' lists them\n");
	bench_wants(&b, "h1 sysctl rp_filter", "net.ipv4.conf.all.rp_filter = 1\n");
	bench_close(&b);
}

TEST(cmd_ip, sysctl_has_linux_s_several_numbers_words_and_flags)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h1 sysctl -w net.ipv4.tcp_rmem='4096 87380 16777216'",
		    "net.ipv4.tcp_rmem = 4096\t87380\t16777216\n");
	bench_wants(&b, "h1 sysctl -n tcp_rmem tcp_congestion_control",
		    "4096\t87380\t16777216\ncubic\n");
	bench_wants(&b, "h1 sysctl -qw net.ipv4.tcp_congestion_control=reno", "");
	bench_wants(&b, "h1 sysctl -n net.ipv4.tcp_congestion_control", "reno\n");
	bench_refuses(&b, "h1 sysctl tcp_congestion_control=vegas", "sysctl: setting key \"net.ipv4."
		      "tcp_congestion_control\": Invalid argument: expected one of: cubic reno\n");
	bench_refuses(&b, "h1 sysctl ip_local_port_range='2000 1000'", "sysctl: setting key "
		      "\"net.ipv4.ip_local_port_range\": Invalid argument: expected the last "
		      "number from 2000 to 65535\n");
	bench_refuses(&b, "h1 sysctl -z", "sysctl: expected -a, -n, -q or -w, found '-z'\n");
	bench_refuses(&b, "h1 sysctl -n -ay", "sysctl: expected -a, -n, -q or -w, found '-ay'\n");
	bench_close(&b);
}

TEST(cmd_ip, errors_are_worded_as_iproute2_words_them)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_refuses(&b, "h1 ip bogus", "Object \"bogus\" is unknown, try \"ip help\".\n");
	bench_refuses(&b, "h1 ip addr bogus",
		      "Command \"bogus\" is unknown, try \"ip address help\".\n");
	bench_refuses(&b, "h1 ip neigh bogus",
		      "Command \"bogus\" is unknown, try \"ip neigh help\".\n");
	bench_refuses(&b, "h1 ip route 10.0.0.0/8",
		      "Command \"10.0.0.0/8\" is unknown, try \"ip route help\".\n");
	bench_refuses(&b, "h1 ip addr add bogus dev eth0",
		      "Error: any valid prefix is expected rather than \"bogus\".\n");
	bench_refuses(&b, "h1 ip route add 10.0.0.0/8 via bogus",
		      "Error: inet address is expected rather than \"bogus\".\n");
	bench_refuses(&b, "h1 ip neigh add 10.0.1.9 lladdr zz dev eth0",
		      "\"zz\" is invalid lladdr.\n");
	bench_refuses(&b, "h1 ip neigh add 10.0.1.9 dev eth0",
		      "Error: No link layer address given.\n");
	bench_refuses(&b, "h1 ip neigh flush", "Flush requires arguments.\n");
	bench_refuses(&b, "h1 ip route flush", "\"ip route flush\" requires arguments.\n");
	bench_close(&b);
}

TEST(cmd_ip, addresses_are_chosen_and_each_is_one_line_with_o)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h2 ip addr add 10.0.2.9/24 brd + dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h2 ip addr add 10.0.9.1/32 dev eth0"), 0);
	bench_wants(&b, "h2 ip -br addr show secondary",
		    "eth0             UP             10.0.2.9/24 \n");
	bench_wants(&b, "h2 ip -br addr show scope host",
		    "lo               UNKNOWN        127.0.0.1/8 \n");
	bench_wants(&b, "h2 ip addr show to 10.0.9.0/24",
		    "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc netem state UP "
		    "group default qlen 1000\n"
		    "    inet 10.0.9.1/32 scope global eth0\n"
		    "       valid_lft forever preferred_lft forever\n");
	bench_wants(&b, "h2 ip -o -4 addr show dev eth0 primary",
		    "2: eth0    inet 10.0.2.2/24 brd 10.0.2.255 scope global eth0\\"
		    "       valid_lft forever preferred_lft forever\n"
		    "2: eth0    inet 10.0.9.1/32 scope global eth0\\"
		    "       valid_lft forever preferred_lft forever\n");
	bench_wants(&b, "h2 ip -o link show lo",
		    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65535 qdisc noqueue state UNKNOWN mode "
		    "DEFAULT group default qlen 1000\\    link/loopback 00:00:00:00:00:00 brd "
		    "00:00:00:00:00:00\n");
	bench_wants(&b, "h2 ip -j addr show to 1.2.3.4", "[]\n");
	bench_refuses(&b, "h2 ip addr show type veth",
		      "Error: either \"dev\" is duplicate, or \"veth\" is a garbage.\n");
	bench_close(&b);
}

TEST(cmd_ip, addresses_are_replaced_and_deleted_without_their_length)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h2 ip addr replace 10.0.2.2/24 dev eth0", "");
	bench_wants(&b, "h2 ip addr change 10.0.2.9/24 broadcast 10.0.2.255 dev eth0", "");
	CHECK_EQ(bench_do(&b, "h2 ip addr del 10.0.2.9 dev eth0"), 0);
	CHECK_STR(b.err,
		  "Warning: Executing wildcard deletion to stay compatible with old scripts.\n"
		  "         Explicitly specify the prefix length (10.0.2.9/32) to avoid this "
		  "warning.\n"
		  "         This special behaviour is likely to disappear in further releases,\n"
		  "         fix your scripts!\n");
	bench_wants(&b, "h2 ip -br addr show eth0",
		    "eth0             UP             10.0.2.2/24 \n");
	bench_refuses(&b, "h2 ip addr del 10.0.2.9 dev eth0", "Error: ipv4: Address not found.\n");
	bench_refuses(&b, "h2 ip addr add 10.0.2.9/24 brd 10.0.2.7 dev eth0",
		      "brd 10.0.2.7: only the subnet's own broadcast address can be\n");
	bench_refuses(&b, "h2 ip addr add 10.0.2.9/24 dev eth0 label eth0:1",
		      "label eth0:1: an address has its interface's name and no other\n");
	bench_refuses(&b, "h2 ip addr flush", "Flush requires arguments.\n");
	bench_refuses(&b, "h2 ip addr flush dev nope", "Device \"nope\" does not exist.\n");
	bench_wants(&b, "h2 ip addr flush dev eth0", "");
	bench_wants(&b, "h2 ip -br addr show eth0", "eth0             UP             \n");
	bench_wants(&b, "h2 ip -4 -br addr show eth0", "");
	bench_refuses(&b, "h2 ip link set",
		      "Not enough information: \"dev\" argument is required.\n");
	bench_close(&b);
}

TEST(cmd_ip, a_loopback_set_down_says_so)
{
	struct bench b;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "h2 ip -br link show lo",
		    "lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> \n");
	CHECK_EQ(bench_do(&b, "h2 ip link set lo down"), 0);
	bench_wants(&b, "h2 ip -br link show lo",
		    "lo               DOWN           00:00:00:00:00:00 <LOOPBACK> \n");
	bench_close(&b);
}

TEST(cmd_ip, short_words_mean_what_they_mean_to_iproute2)
{
	static const struct { const char *brief, *full; } rows[] = {
		{ "h1 ip a", "h1 ip address show" }, { "h1 ip ad sh eth0", "h1 ip addr show eth0" },
		{ "h1 ip addr ls dev lo", "h1 ip addr show lo" },
		{ "h1 ip addr lst lo", "h1 ip addr list lo" },
		{ "h1 ip l", "h1 ip link show" }, { "h1 ip li ls lo", "h1 ip link show lo" },
		{ "h1 ip r", "h1 ip route show" }, { "h1 ip ro", "h1 ip route list" },
		{ "h1 ip rou s", "h1 ip route" }, { "h1 ip ro l", "h1 ip route" },
		{ "h1 ip ro ls", "h1 ip route" },
		{ "h1 ip ro g 10.0.2.2", "h1 ip route get 10.0.2.2" },
		{ "h1 ip n", "h1 ip neigh" }, { "h1 ip ne", "h1 ip neigh show" },
		{ "h1 ip nei ls", "h1 ip neighbour list" },
		{ "h1 ip neighbor show", "h1 ip neigh" }, { "h1 ip -c a", "h1 ip a" },
		{ "h1 ip ro help", "h1 ip route help" },
	};
	struct bench b;

	REQUIRE(bench_open(&b));
	CHECK_EQ(bench_do(&b, "h1 ip n a 10.0.1.9 lladdr 02:00:00:00:00:09 dev eth0"), 0);
	for (size_t i = 0; i < N_ELEM(rows); i++) {
		char *full;

		CHECK_EQ(bench_do(&b, rows[i].full), 0);
		full = strdup(b.out);
		CHECK(full && full[0]);
		bench_wants(&b, rows[i].brief, full ? full : "");
		free(full);
	}
	CHECK_EQ(bench_do(&b, "h1 ip a a 10.0.7.1/24 dev eth1"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip a d 10.0.7.1/24 dev eth1"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip r a 10.7.0.0/16 via 10.0.1.2"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip r c 10.7.0.0/16 via 10.0.3.2"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip r r 10.7.0.0/16 via 10.0.1.2"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip r d 10.7.0.0/16"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip l s eth1 down"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip n d 10.0.1.9 dev eth0"), 0);
	CHECK_EQ(bench_do(&b, "h1 ip r f all"), 0);
	bench_close(&b);
}
