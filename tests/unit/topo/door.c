// SPDX-License-Identifier: GPL-3.0-or-later
/* Nodes of kind netns and external in a lab file; nothing here opens a port. */
#include "tests/unit/topo/text.h"

#define EXT "{kind: external, port: \"unix:/tmp/s\"}"

TEST(door, a_netns_has_the_addresses_and_routes_of_a_host)
{
	struct topo *t = text_good(
		"nodes:\n"
		"  a: {}\n"
		"  n: {kind: netns, gateway: 10.0.0.1, loopback: 10.9.9.9,\n"
		"      routes: [{to: 10.8.0.0/16, dev: eth0}]}\n"
		"  m: {kind: netns, forwarding: true}\n"
		"links:\n"
		"  - {endpoints: [a, n], ipv4: 10.0.0.0/24}\n"
		"  - {endpoints: [a, m]}\n");
	const struct topo_node *n;

	REQUIRE(t != NULL);
	n = &t->nodes[1];
	CHECK_EQ(n->kind, NODE_NETNS);
	CHECK(!n->forward);
	CHECK(t->nodes[2].forward);
	CHECK_EQ(n->n_loopback, 1);
	REQUIRE(n->n_routes == 2);
	CHECK_EQ(n->routes[1].via.v4, IP4(10, 0, 0, 1));
	CHECK_EQ(t->links[0].end[1].addrs[0].addr.v4, IP4(10, 0, 0, 2));
	CHECK_EQ(t->links[1].end[1].addrs[0].addr.v4, IP4(10, 1, 1, 2));
	topo_free(t);
}

TEST(door, an_external_node_is_addressed_like_others_unless_the_file_says_none)
{
	struct topo *t = text_good(
		"nodes: {a: , x: " EXT ", y: " EXT "}\n"
		"links:\n  - endpoints: [a, x]\n"
		"  - {endpoints: [a, y], ipv4: [10.5.0.1/24, none]}\n");

	REQUIRE(t != NULL);
	CHECK_STR(t->nodes[1].port, "unix:/tmp/s");
	REQUIRE(t->links[0].end[1].n_addrs == 1);
	CHECK_EQ(t->links[0].end[1].addrs[0].addr.v4, IP4(10, 1, 1, 2));
	CHECK_EQ(t->links[1].end[1].n_addrs, 0);
	topo_free(t);
}

TEST(door, each_kind_is_told_which_keys_are_not_its_own)
{
	text_errors(
		"nodes:\n"
		"  a: {kind: host, port: \"unix:s\"}\n"
		"  b: {kind: netns, port: \"unix:s\"}\n"
		"  c: {kind: external}\n"
		"  d: {kind: external, port: \"unix:s\", gateway: 10.0.0.1, forwarding: no,\n"
		"      loopback: 1.1.1.1, routes: []}\n"
		"  e: {kind: external, port: \"netns:\"}\n"
		"  f: {kind: external, port: \"\"}\n"
		"  g: {kind: netns, routing: ospf}\n",
		"lab.yaml:2:25: port: only a node of kind external has one\n"
		"lab.yaml:3:26: port: only a node of kind external has one\n"
		"lab.yaml:4:3: c: a node of kind external needs 'port', such as unix:PATH\n"
		"lab.yaml:5:48: gateway: not of an external node: what is behind its port sees to "
		"that itself\n"
		"lab.yaml:5:70: forwarding: not of an external node: what is behind its port sees "
		"to that itself\n"
		"lab.yaml:6:17: loopback: not of an external node: what is behind its port sees to "
		"that itself\n"
		"lab.yaml:6:34: routes: not of an external node: what is behind its port sees to "
		"that itself\n"
		"lab.yaml:7:29: port: a network namespace is a node of kind netns, and needs no "
		"port\n"
		"lab.yaml:8:29: port: expected a text, found an empty one\n"
		"lab.yaml:9:29: routing: ospf is for routers and hosts of the lab\n");
}

TEST(door, an_unknown_kind_of_port_is_told_those_there_are)
{
	static const char *const specs[] = { "unyx:/tmp/s", "unix", "/tmp/s", ":s" };

	for (size_t i = 0; i < N_ELEM(specs); i++) {
		struct buf text = { 0 }, errs = { 0 };
		struct topo *t;

		buf_printf(&text, "nodes: {x: {kind: external, port: \"%s\"}}\n", specs[i]);
		t = text_parse(text.s, &errs);
		CHECK(t == NULL);
		CHECK(strstr(errs.s, "lab.yaml:1:35: port: '") == errs.s);
		CHECK(strstr(errs.s, "is no kind of port: expected ") != NULL);
		CHECK(strstr(errs.s, "unix:") != NULL && strstr(errs.s, "netns") == NULL);
		topo_free(t);
		buf_free(&text);
		buf_free(&errs);
	}
}

TEST(door, what_an_external_node_inherits_of_ip_is_nothing)
{
	struct topo *t = text_good(
		"defaults: {gateway: 10.0.0.1, forwarding: true}\n"
		"groups: {g: {kind: external, routes: [{to: 10.1.0.0/16, via: 10.0.0.9}]}}\n"
		"nodes: {a: {kind: hub}, x: {group: g, port: \"unix:s\"}}\n"
		"links: [endpoints: [a, x]]\n");

	REQUIRE(t != NULL);
	CHECK_EQ(t->nodes[1].n_routes, 0);
	CHECK(!t->nodes[1].forward);
	topo_free(t);
}

TEST(door, several_interfaces_need_the_mark_in_the_port)
{
	struct topo *t = text_good("nodes: {a: , x: {kind: external, port: \"unix:/tmp/%i\"}}\n"
			      "links:\n  - endpoints: [a, x]\n  - endpoints: [a, x]\n");

	CHECK(t != NULL);
	topo_free(t);
	text_errors("nodes:\n  a:\n  x:\n    kind: external\n    port: \"unix:/tmp/s\"\n"
		     "links:\n  - endpoints: [a, x]\n  - endpoints: [a, x]\n",
		     "lab.yaml:5:11: port: x has 2 interfaces; expected %i, which stands for the "
		     "interface's name, in 'unix:/tmp/s'\n");
}

TEST(door, names_that_linux_keeps_are_refused_on_a_netns_only)
{
	struct topo *t = text_good("nodes: {a: , x: " EXT "}\n"
			      "links: [endpoints: [\"a:all\", \"x:default\"]]\n");

	CHECK(t != NULL);
	topo_free(t);
	text_errors("nodes: {a: , n: {kind: netns}}\nlinks:\n"
		     "  - endpoints: [\"a:x\", \"n:all\"]\n  - endpoints: [a, \"n:default\"]\n"
		     "  - endpoints: [a, \"n:lo\"]\n",
		     "lab.yaml:3:24: Linux has no interface named 'all'; expected another name\n"
		     "lab.yaml:4:20: Linux has no interface named 'default'; expected another "
		     "name\n"
		     "lab.yaml:5:20: endpoints: 'lo' is the loopback interface; expected another "
		     "name\n");
}

TEST(door, a_route_leads_over_a_door_that_has_the_address)
{
	struct topo *t = text_good(
		"nodes: {a: {routes: [{to: 10.9.0.0/16, via: 10.0.0.2}]}, x: " EXT "}\n"
		"links: [{endpoints: [a, x], ipv4: 10.0.0.0/24}]\n");

	CHECK(t != NULL);
	topo_free(t);
	text_errors("nodes: {a: , n: {kind: netns, gateway: 10.7.0.1}}\n"
		     "links: [{endpoints: [a, n], ipv4: 10.0.0.0/24}]\n",
		     "lab.yaml:1:40: the next router 10.7.0.1 is in no network of n; expected one "
		     "in 10.0.0.0/24\n");
}

/* ---- links ---- */

static void check_side(const struct topo_link *l, int side, uint64_t rate_bps, ns_t delay)
{
	CHECK_EQ(l->end[side].rate_bps, rate_bps);
	CHECK_EQ(l->end[side].netem.delay, delay);
}

TEST(door, a_link_to_a_door_has_neither_rate_nor_delay_of_its_own)
{
	struct topo *t = text_good(
		"nodes: {a: , b: , n: {kind: netns}, x: {kind: external, port: \"unix:%i\"}}\n"
		"links:\n"
		"  - endpoints: [a, b]\n"
		"  - endpoints: [a, n]\n"
		"  - endpoints: [x, a]\n"
		"  - {endpoints: [a, n], rate: 1gbit, delay: 1ms}\n"
		"  - {endpoints: [a, n], forward: {delay: 5ms 1ms}, reverse: {rate: 10mbit}}\n"
		"  - {endpoints: [n, x], jitter: 2ms}\n");

	REQUIRE(t != NULL);
	for (int side = 0; side < 2; side++) {
		check_side(&t->links[0], side, 1000000000, MSEC(1));
		check_side(&t->links[1], side, 0, 0);
		check_side(&t->links[2], side, 0, 0);
		check_side(&t->links[3], side, 1000000000, MSEC(1));
		check_side(&t->links[5], side, 0, 0);
		CHECK_EQ(t->links[5].end[side].netem.jitter, MSEC(2));
	}
	check_side(&t->links[4], 0, 0, MSEC(5));
	check_side(&t->links[4], 1, 10000000, 0);
	topo_free(t);
}

TEST(door, what_defaults_say_of_links_holds_for_doors_too)
{
	struct topo *t = text_good(
		"defaults: {link: {delay: 3ms, forward: {rate: 5mbit}}}\n"
		"nodes: {a: , n: {kind: netns}}\n"
		"links:\n  - endpoints: [a, n]\n  - {endpoints: [a, n], delay: 0}\n");

	REQUIRE(t != NULL);
	check_side(&t->links[0], 0, 5000000, MSEC(3));
	check_side(&t->links[0], 1, 0, MSEC(3));
	check_side(&t->links[1], 0, 5000000, 0);
	topo_free(t);
}

TEST(door, reordering_on_a_link_to_a_door_needs_a_delay_of_the_file)
{
	text_errors("nodes: {a: , n: {kind: netns}}\n"
		     "links:\n  - {endpoints: [a, n], reorder: 25%}\n",
		     "lab.yaml:3:5: reorder: found no delay, expected one that other frames can "
		     "overtake, such as delay 10ms\n");
}

TEST(door, a_dump_leaves_out_what_is_default_on_a_link_to_a_door)
{
	struct topo *t = text_good("nodes: {a: , n: {kind: netns}}\n"
			      "links:\n  - endpoints: [a, n]\n"
			      "  - {endpoints: [a, n], rate: 1gbit, delay: 1ms}\n");
	struct buf text = { 0 };

	REQUIRE(t != NULL);
	topo_dump_yaml(t, &text);
	CHECK_STR(text.s,
		  "version: 1\n"
		  "name: \"lab\"\n"
		  "nodes:\n"
		  "  a: {}\n"
		  "  n:\n"
		  "    kind: netns\n"
		  "links:\n"
		  "  - endpoints: [\"a:eth0\", \"n:eth0\"]\n"
		  "    ipv4: [10.1.1.1/24, 10.1.1.2/24]\n"
		  "    mac: [\"02:00:00:00:00:00\", \"02:00:00:01:00:00\"]\n"
		  "    ospf: {type: broadcast}\n"
		  "  - endpoints: [\"a:eth1\", \"n:eth1\"]\n"
		  "    ipv4: [10.2.2.1/24, 10.2.2.2/24]\n"
		  "    mac: [\"02:00:00:00:00:01\", \"02:00:00:01:00:01\"]\n"
		  "    ospf: {type: broadcast}\n"
		  "    rate: 1gbit\n"
		  "    delay: 1ms\n");
	topo_free(t);
	buf_free(&text);
}
