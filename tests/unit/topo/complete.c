// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/topo.h"
#include "tests/unit/test.h"

static struct topo *parse(const char *text, struct buf *errs)
{
	buf_str(errs, "");
	return topo_parse("lab.yaml", text, strlen(text), errs);
}

static void check_errors(const char *text, const char *want)
{
	struct buf errs = { 0 };
	struct topo *t = parse(text, &errs);

	CHECK(t == NULL);
	CHECK_STR(errs.s, want);
	topo_free(t);
	buf_free(&errs);
}

static void check_notes(const char *text, const char *want)
{
	struct buf errs = { 0 };
	struct topo *t = parse(text, &errs);

	if (!t)
		printf("%s", errs.s);
	REQUIRE(t != NULL);
	CHECK_STR(t->notes.s ? t->notes.s : "", want);
	topo_free(t);
	buf_free(&errs);
}

#define THREE "nodes: {a: , b: , c: }\nlinks:\n"

TEST(complete, an_interface_has_one_link)
{
	check_errors(THREE "  - endpoints: [\"a:x\", \"b:x\"]\n  - endpoints: [\"c:x\", \"a:x\"]\n",
		     "lab.yaml:4:24: interface 'a:x' has a link already, in line 3\n");
}

TEST(complete, an_address_is_used_once)
{
	check_errors(THREE "  - {endpoints: [a, b], ipv4: 10.0.0.0/24}\n"
		     "  - {endpoints: [b, c], ipv4: [10.0.1.1/24, 10.0.0.1/24]}\n",
		     "lab.yaml:4:45: address 10.0.0.1 of c is used already by a, in line 3\n");
	check_errors("nodes:\n  a: {loopback: [1.1.1.1]}\n  b: {loopback: 1.1.1.1/32}\n",
		     "lab.yaml:3:3: address 1.1.1.1 of b is used already by a, in line 2\n");
}

TEST(complete, a_mac_is_used_once)
{
	check_errors(THREE
		     "  - {endpoints: [a, b], mac: [02:00:00:00:00:77, 02:00:00:00:00:78]}\n"
		     "  - {endpoints: [b, c], mac: [~, 02-00-00-00-00-77]}\n",
		     "lab.yaml:4:21: MAC address 02:00:00:00:00:77 is used already, in line 3\n");
	check_errors(THREE "  - {endpoints: [a, b], mac: [01:00:00:00:00:01, 1]}\n",
		     "lab.yaml:3:31: mac: '01:00:00:00:00:01' is the address of a group; expected "
		     "one such as 02:00:00:00:00:01\n"
		     "lab.yaml:3:50: mac: '1' is not a MAC address; expected one such as "
		     "02:00:00:00:00:01\n");
}

TEST(complete, a_gateway_stands_in_a_connected_network)
{
	check_errors("nodes: {a: {gateway: 10.0.1.2}, b: {gateway: 10.0.0.2}, c: {gateway: "
		     "1.2.3.4}}\n"
		     "links:\n  - {endpoints: [a, b], ipv4: 10.0.0.0/24}\n",
		     "lab.yaml:1:22: the next router 10.0.1.2 is in no network of a; expected one "
		     "in 10.0.0.0/24\n"
		     "lab.yaml:1:46: the next router 10.0.0.2 is b itself\n"
		     "lab.yaml:1:70: the next router 1.2.3.4 is in no network of c, which has "
		     "none\n");
	check_errors("nodes: {a: {routes: [{to: default, via: 10.0.0.2, dev: eth7},\n"
		     "  {to: 10.9.0.0/16, dev: eth1}, {to: 10.8.0.0/16, via: 10.0.1.9, dev: x}]}, "
		     "b: }\n"
		     "links:\n  - {endpoints: [\"a:x\", b], ipv4: 10.0.0.0/24}\n",
		     "lab.yaml:1:22: a has no interface 'eth7'\n"
		     "lab.yaml:2:3: a has no interface 'eth1'\n"
		     "lab.yaml:2:33: the next router 10.0.1.9 is in no network of a:x; expected "
		     "one in 10.0.0.0/24\n");
}

TEST(complete, an_error_in_a_link_is_not_reported_again_as_a_bad_route)
{
	check_errors("nodes: {a: {gateway: 10.0.0.2}, b: {gateway: 10.0.0.1}}\n"
		     "links:\n  - {endpoints: [a, b], ipv4: 10.0.0.0/245}\n",
		     "lab.yaml:3:31: ipv4: '10.0.0.0/245' is not A.B.C.D/LEN\n");
	check_errors("nodes: {alice: {gateway: 10.0.0.2}, bob: {gateway: 10.0.0.1}}\n"
		     "links:\n  - {endpoints: [alcie, bob], ipv4: 10.0.0.0/24}\n",
		     "lab.yaml:3:18: endpoints: no node 'alcie'; did you mean 'alice'?\n");
}

TEST(complete, a_route_is_given_once)
{
	check_errors("nodes:\n  a:\n    gateway: 10.0.0.2\n    routes:\n"
		     "      - {to: 10.5.0.0/16, via: 10.0.0.2}\n"
		     "      - {to: 10.5.0.0/16, via: 10.0.0.2, metric: 5}\n"
		     "      - {to: 0.0.0.0/0, via: 10.0.0.2}\n"
		     "  b:\nlinks:\n  - {endpoints: [a, b], ipv4: 10.0.0.0/24}\n",
		     "lab.yaml:7:9: a has a route to 0.0.0.0/0 already, in line 3\n");
}

TEST(complete, a_hub_has_no_ip)
{
	check_errors("nodes: {h: {kind: hub, gateway: 10.0.0.1}, a: }\n"
		     "links:\n  - {endpoints: [h, a], ipv4: [10.0.0.1/24, 10.0.0.2/24]}\n",
		     "lab.yaml:1:33: gateway: a hub has no addresses and no routes\n"
		     "lab.yaml:3:32: 'h' is a hub; a hub has no addresses\n");
}

TEST(complete, loops_of_hubs_are_noted)
{
	check_notes("defaults: {kind: hub}\nnodes: {h1: , h2: , h3: }\nlinks:\n"
		    "  - endpoints: [h1, h2]\n  - endpoints: [h2, h3]\n  - endpoints: [h3, h1]\n",
		    "lab.yaml:6:5: warning: broadcast loop via hub h3 (the link to h1 closes it)\n");
	check_notes("defaults: {kind: hub}\nnodes: {h1: , h2: , h3: }\nlinks:\n"
		    "  - endpoints: [h1, h2]\n  - endpoints: [h2, h3]\n", "");
}

TEST(complete, joined_ends_in_different_networks_are_noted)
{
	check_notes(THREE "  - {endpoints: [\"a:x\", \"b:y\"], ipv4: [10.0.0.1/24, 10.0.1.1/24]}\n",
		    "lab.yaml:3:5: warning: a:x and b:y are joined but in different networks\n");
}

TEST(complete, names_that_no_node_or_interface_may_have)
{
	check_errors("nodes: {1a: , \"a b\": , a23456789012345678901234567890123: , a: , b: "
		     "}\nlinks:\n"
		     "  - endpoints: [\"a:lo\", \"b:0\"]\n  - endpoints: [\"a:a234567890123456\", "
		     "b]\n",
		     "lab.yaml:1:9: '1a' is no node name; expected a letter first\n"
		     "lab.yaml:1:15: 'a b' is no node name; expected letters, digits and . _ -\n"
		     "lab.yaml:1:24: 'a23456789012345678901234567890123' is no node name; "
		     "expected 1 to 31 characters\n"
		     "lab.yaml:3:17: endpoints: 'lo' is the loopback interface; expected another "
		     "name\n"
		     "lab.yaml:3:25: endpoints: '0' is no interface name; expected a letter first\n"
		     "lab.yaml:4:17: endpoints: 'a234567890123456' is no interface name; expected "
		     "1 to 15 characters\n");
}

TEST(complete, networks_of_one_node_that_overlap_are_noted)
{
	check_notes("nodes: {a: , b: , c: }\nlinks:\n"
		    "  - {endpoints: [\"a:x\", \"b:x\"], ipv4: 10.0.0.0/16}\n"
		    "  - {endpoints: [\"a:y\", \"c:y\"], ipv4: 10.0.1.0/24}\n",
		    "lab.yaml:4:39: warning: 10.0.1.1/24 on a:y overlaps 10.0.0.1/16 on a:x\n");
	check_notes("nodes: {a: , b: , c: }\nlinks:\n"
		    "  - {endpoints: [\"a:x\", \"b:x\"], ipv4: 10.0.0.0/24}\n"
		    "  - {endpoints: [\"a:y\", \"c:y\"], ipv4: 10.0.1.0/24}\n", "");
}
