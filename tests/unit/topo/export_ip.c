// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/export.h"

#include "tests/unit/test.h"

static void script_of(const char *file, const char *text, struct buf *out)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse(file, text, strlen(text), &errs);

	if (!t)
		printf("%s", errs.s);
	REQUIRE(t != NULL);
	topo_export_ip(t, out);
	topo_free(t);
	buf_free(&errs);
}

#define SYSCTL(node, fwd) \
	"ip netns exec " node " sysctl -qw net.ipv4.ip_forward=" fwd \
	" net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0\n"

TEST(export_ip, a_course_file_is_namespaces_pairs_addresses_and_routes)
{
	struct buf b = { 0 };

	script_of("lab.txt", "\n1\n0 1 10.0.0\n\n1 default 0\n", &b);
	CHECK_STR(b.s,
		  "#!/bin/sh\n"
		  "# Lab lab (lab.txt) on a Linux machine, for root; ip netns exec NODE COMMAND "
		  "runs a\n"
		  "# program there.  Links with netloom's usual rate, queue and delay get no tc.\n"
		  "set -e\n"
		  "\n"
		  "ip netns add ns0\n"
		  "ip -n ns0 link set lo up\n"
		  SYSCTL("ns0", "1")
		  "\n"
		  "ip netns add ns1\n"
		  "ip -n ns1 link set lo up\n"
		  SYSCTL("ns1", "1")
		  "\n"
		  "ip link add veth0-1 netns ns0 type veth peer name veth1-0 netns ns1\n"
		  "ip -n ns0 link set veth0-1 up\n"
		  "ip -n ns1 link set veth1-0 up\n"
		  "ip -n ns0 addr add 10.0.0.1/24 dev veth0-1\n"
		  "ip -n ns1 addr add 10.0.0.2/24 dev veth1-0\n"
		  "ip -n ns1 route add default via 10.0.0.1 dev veth1-0\n"
		  "\n"
		  "# To undo it: for n in ns0 ns1; do ip netns del $n; done\n");
	buf_free(&b);
}

static const char hub_lab[] =
	"version: 1\nname: \"two\\nlines\"\n"
	"nodes:\n"
	"  w: {kind: hub}\n"
	"  h: {kind: host, loopback: [10.9.9.9/32],\n"
	"      routes: [{to: 10.0.0.0/24, via: 10.0.0.9}]}\n"
	"links:\n"
	"  - {endpoints: [\"h:eth0\", \"w:br0\"], ipv4: [10.0.0.1/24, none], mtu: 1400,\n"
	"     down: true, mac: [\"02:00:00:00:00:07\", \"02:00:00:00:00:08\"]}\n"
	"events: [{at: 1s, do: nodes}]\n";

static void check_has(const struct buf *b, const char *line)
{
	if (!CHECK(b->s && strstr(b->s, line)))
		printf("     lacks: %s", line);
}

TEST(export_ip, a_hub_is_a_bridge_that_learns_nothing_with_a_name_of_its_own)
{
	struct buf b = { 0 };

	script_of("lab.yaml", hub_lab, &b);
	check_has(&b, "ip -n w link add br1 type bridge ageing_time 0 mcast_snooping 0 "
		  "stp_state 0\nip -n w link set br1 up\n");
	check_has(&b, "ip -n w link set br0 master br1\n");
	CHECK(!strstr(b.s, "ip netns exec w"));
	buf_free(&b);
}

TEST(export_ip, what_differs_from_linux_is_set)
{
	struct buf b = { 0 };

	script_of("lab.yaml", hub_lab, &b);
	check_has(&b, SYSCTL("h", "0"));
	check_has(&b, "ip -n h addr add 10.9.9.9/32 dev lo\n");
	check_has(&b, "ip -n h link set eth0 mtu 1400\n");
	check_has(&b, "ip -n h link set eth0 address 02:00:00:00:00:07\n");
	CHECK(!strstr(b.s, "02:00:00:00:00:08"));
	buf_free(&b);
}

/* A route to a connected network: "add" says File exists. */
TEST(export_ip, a_sysctl_is_set_if_a_namespace_has_it)
{
	struct buf b = { 0 };

	script_of("lab.yaml", "nodes: {h: {kind: host, sysctls: {tcp_sack: 0, rmem_max: 4096, "
		  "gc_stale_time: 9, gro: 0}}}\nlinks: []\n", &b);
	check_has(&b, "ip netns exec h sysctl -qw net.ipv4.tcp_sack=\"0\"\n"
		  "# No namespace has a net.core.rmem_max of its own: 4096 of h is not set.\n"
		  "# No namespace has a net.ipv4.neigh.default.gc_stale_time of its own: 9 of h is "
		  "not set.\n"
		  "# No namespace has a net.ipv4.gro of its own: 0 of h is not set.\n");
	buf_free(&b);
}

TEST(export_ip, a_route_to_a_network_of_ones_own_is_appended)
{
	struct buf b = { 0 };

	script_of("lab.yaml", hub_lab, &b);
	check_has(&b, "ip -n h route append 10.0.0.0/24 via 10.0.0.9\n");
	buf_free(&b);
}

TEST(export_ip, links_that_start_cut_are_cut_last)
{
	struct buf b = { 0 };
	const char *route, *cut;

	script_of("lab.yaml", hub_lab, &b);
	route = strstr(b.s, "route append");
	cut = strstr(b.s, "ip -n h link set eth0 down\n");
	CHECK(route && cut && route < cut);
	check_has(&b, "ip -n w link set br0 down\n");
	buf_free(&b);
}

TEST(export_ip, no_text_of_the_file_leaves_its_comment)
{
	struct buf b = { 0 };

	script_of("lab.yaml", hub_lab, &b);
	check_has(&b, "# Lab two lines (lab.yaml) on");
	check_has(&b, "# The lab's events and checks are not in it.\n");
	buf_free(&b);
}

TEST(export_ip, a_loop_of_hubs_gets_spanning_tree)
{
	struct buf b = { 0 };

	script_of("lab.yaml", "version: 1\nnodes: {a: {kind: hub}, b: {kind: hub}, h: {}}\nlinks:\n"
		  "  - {endpoints: [a, b]}\n  - {endpoints: [a, b]}\n"
		  "  - {endpoints: [h, a]}\n", &b);
	check_has(&b, "stp_state 1");
	check_has(&b, "# The hubs form a loop");
	buf_free(&b);
}
