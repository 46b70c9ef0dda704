// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/export.h"

#include "tests/unit/test.h"

static struct topo *lab_of(const char *file, const char *text)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse(file, text, strlen(text), &errs);

	if (!t)
		printf("%s", errs.s);
	buf_free(&errs);
	return t;
}

/* The same names, addresses and routes: the steps that make the two labs. */
static void check_same(const struct topo *a, const struct topo *b)
{
	struct buf x = { 0 }, y = { 0 };

	topo_steps_print(a, &x);
	topo_steps_print(b, &y);
	CHECK_STR(x.s, y.s);
	buf_free(&x);
	buf_free(&y);
}

/* Written, read and written again. */
static void check_round_trip(const char *text, const char *want)
{
	struct topo *t = lab_of("lab.txt", text), *u;
	struct buf out = { 0 }, why = { 0 };

	REQUIRE(t != NULL);
	if (!CHECK(topo_export_vnet(t, &out, &why)))
		printf("     %s\n", why.s);
	REQUIRE(out.s != NULL);
	if (want)
		CHECK_STR(out.s, want);
	u = lab_of("lab.txt", out.s);
	REQUIRE(u != NULL);
	check_same(t, u);
	topo_free(t);
	topo_free(u);
	buf_free(&out);
	buf_free(&why);
}

static void check_cannot(const char *text, const char *want)
{
	struct topo *t = lab_of("lab.yaml", text);
	struct buf out = { 0 }, why = { 0 };

	REQUIRE(t != NULL);
	buf_str(&out, "before");
	CHECK(!topo_export_vnet(t, &out, &why));
	CHECK_STR(out.s, "before");
	CHECK(why.s && strncmp(why.s, "vnetUtils files cannot say this: ", 33) == 0);
	CHECK_STR(why.s ? why.s + 33 : "", want);
	topo_free(t);
	buf_free(&out);
	buf_free(&why);
}

TEST(export_vnet, the_course_example_is_written_as_the_scripts_read_it)
{
	check_round_trip("\n4\n1 2 10.100.1\n2 3 10.100.2\n3 4 10.100.3\n0 3 10.100.4\n\n"
			 "1 default 2\n3 10.100.1.0/24 2\n3 default 0\n0 10.100.1.0/24 3\n",
			 "\n4\n1 2 10.100.1\n2 3 10.100.2\n3 4 10.100.3\n0 3 10.100.4\n\n"
			 "0 10.100.1.0/24 3\n1 default 2\n3 10.100.1.0/24 2\n3 default 0\n\n");
}

TEST(export_vnet, a_prefix_other_lengths_and_links_in_parallel_come_back)
{
	check_round_trip("lab\n11\n11 1 192.24.0.0/19\n1 11 10.0.1\n2 1 10.0.2.128/25\n\n"
			 "1 10.9.9.9 11\n1 10.8.0.0/13 2\n",
			 "lab\n11\n1 11 192.24.0.0/19\n1 11 10.0.1\n1 2 10.0.2.128/25\n\n"
			 "1 10.9.9.9/32 11\n1 10.8.0.0/13 2\n\n");
}

TEST(export_vnet, a_lab_without_links_or_routes_comes_back)
{
	check_round_trip("\n0\n", "\n0\n\n\n");
	check_round_trip("x\n3\n", "x\n3\n\n\n");
}

#define PAIR "version: 1\nnodes: {ns1: {}, ns2: {}}\nlinks:\n"
#define LINK "  - {endpoints: [\"ns1:veth1-2\", \"ns2:veth2-1\"], ipv4: 10.0.0.0/24"

/* Host 0 is the machine itself to the scripts: it is always there. */
TEST(export_vnet, a_lab_file_that_says_no_more_can_be_written_also_without_ns0)
{
	struct topo *t = lab_of("lab.yaml",
		"version: 1\nnodes:\n"
		"  ns2: {routes: [{to: 10.5.0.0/16, via: 10.0.0.1}]}\n"
		"  ns1: {gateway: 10.0.0.2}\n"
		"links:\n  - {endpoints: [\"ns2:veth2-1\", \"ns1:veth1-2\"], "
		"ipv4: [10.0.0.2/24, 10.0.0.1/24]}\n");
	struct buf out = { 0 }, why = { 0 };

	REQUIRE(t != NULL);
	CHECK(topo_export_vnet(t, &out, &why));
	CHECK_STR(out.s, "\n2\n1 2 10.0.0\n\n2 10.5.0.0/16 1\n1 default 2\n\n");
	topo_free(t);
	buf_free(&out);
	buf_free(&why);
}

TEST(export_vnet, nodes_that_the_format_does_not_have_are_told)
{
	check_cannot("version: 1\nnodes: {ns1: {kind: hub}}\n", "ns1 is of kind hub");
	check_cannot("version: 1\nnodes: {ns1: {kind: host}}\n", "ns1 does not forward");
	check_cannot("version: 1\nnodes: {ns1: {loopback: [10.0.0.1/32]}}\n",
		     "ns1 has addresses on lo");
	check_cannot("version: 1\nnodes: {r1: {}}\n", "node 'r1' is not called ns<number>");
	check_cannot("version: 1\nnodes: {ns01: {}}\n", "node 'ns01' is not called ns<number>");
	check_cannot("version: 1\nnodes: {ns: {}}\n", "node 'ns' is not called ns<number>");
	check_cannot("version: 1\nnodes: {ns1: {}, xns2: {}}\n",
		     "the names ns1 and xns2 begin differently");
	check_cannot("version: 1\nnodes: {ns0: {}, ns1: {}, ns3: {}}\n",
		     "there is a ns3 but no ns2");
	check_cannot("version: 1\nnodes: {ninelongsns1: {}}\n",
		     "'ninelongsns1' has more than 8 characters before ns");
}

TEST(export_vnet, links_that_the_format_does_not_have_are_told)
{
	check_cannot(PAIR "  - {endpoints: [ns1, ns2]}\n",
		     "interface ns1:eth0 is not called veth1-2");
	check_cannot(PAIR LINK "}\n  - {endpoints: [\"ns1:veth1-2.2\", \"ns2:x\"]}\n",
		     "interface ns1:veth1-2.2 is not called veth1-2.1");
	check_cannot(PAIR LINK ", delay: 5ms}\n",
		     "ns1:veth1-2 sends with rate 1gbit queue 256kb delay 5ms");
	check_cannot(PAIR LINK ", reverse: {loss: 1%}}\n",
		     "ns2:veth2-1 sends with rate 1gbit queue 256kb delay 1ms loss 1%");
	check_cannot(PAIR LINK ", mtu: 1400}\n", "ns1:veth1-2 has an MTU of 1400");
	check_cannot(PAIR LINK ", down: true}\n", "the link at ns1:veth1-2 starts cut");
	check_cannot(PAIR LINK ", mac: [\"02:00:00:00:00:01\", \"02:00:00:00:00:02\"]}\n",
		     "ns1:veth1-2 has a MAC address of its own");
}

#define ADDRS(a, b) PAIR "  - {endpoints: [\"ns1:veth1-2\", \"ns2:veth2-1\"], " \
	"ipv4: [" a ", " b "]}\n"

TEST(export_vnet, addresses_that_the_format_does_not_have_are_told)
{
	check_cannot(ADDRS("none", "10.0.0.2/24"), "ns1:veth1-2 has 0 addresses, not one");
	check_cannot(ADDRS("10.0.0.2/24", "10.0.0.1/24"), "ns1:veth1-2 has 10.0.0.2/24, and the "
		     "lower host of a link is number 1 of its network");
	check_cannot(ADDRS("10.0.0.1/24", "10.0.0.3/24"), "ns2:veth2-1 has 10.0.0.3/24, and the "
		     "higher host of a link is number 2 of its network");
	check_cannot(ADDRS("10.0.0.0/31", "10.0.0.1/31"), "ns1:veth1-2 has 10.0.0.0/31, and a "
		     "network is a /30 or larger");
	check_cannot(ADDRS("10.0.0.1/24", "10.0.1.2/24"),
		     "ns1:veth1-2 and ns2:veth2-1 are in different networks");
}

#define ROUTE(r) \
	"version: 1\nnodes: {ns1: {routes: [" r "]}, ns2: {}}\nlinks:\n" LINK "}\n" \
	"  - {endpoints: [\"ns1:veth1-2.1\", \"ns2:veth2-1.1\"], ipv4: 10.0.1.0/24}\n"

TEST(export_vnet, routes_that_the_format_does_not_have_are_told)
{
	check_cannot(ROUTE("{to: 10.5.0.0/16, dev: veth1-2}"),
		     "the route of ns1 to 10.5.0.0/16 has no next router");
	check_cannot(ROUTE("{to: default, via: 10.0.0.2, metric: 3}"),
		     "the route of ns1 to default has a metric");
	check_cannot(ROUTE("{to: default, via: 10.0.0.9}"), "the route of ns1 to default goes by "
		     "way of an address that is no neighbour's");
	check_cannot(ROUTE("{to: default, via: 10.0.1.2}"), "the route of ns1 to default takes "
		     "another link than the first to its next router");
}
