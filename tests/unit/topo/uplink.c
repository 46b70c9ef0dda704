// SPDX-License-Identifier: GPL-3.0-or-later
/* This machine as a node: what becomes of the lab; nothing here opens a port. */
#include "sim/topo/topo.h"
#include "tests/unit/test.h"

static struct topo *parse(const char *text)
{
	struct buf errs = { 0 };
	struct topo *t = topo_parse("lab", text, strlen(text), &errs);

	if (!t)
		printf("%s", errs.s);
	buf_free(&errs);
	return t;
}

static void check_refused(const char *text, const char *name, const char *want)
{
	struct topo *t = parse(text);
	char err[256] = "";

	REQUIRE(t != NULL);
	CHECK(!topo_uplink(t, name, err));
	CHECK_STR(err, want);
	CHECK(t->uplink == NULL);
	topo_free(t);
}

#define LAB \
	"nodes:\n" \
	"  ns0: {kind: host, gateway: 10.0.1.2, loopback: 10.9.9.9/24,\n" \
	"        routes: [{to: 10.0.8.0/22, via: 10.0.1.2, metric: 7},\n" \
	"                 {to: 10.0.2.0/24, dev: to-b}]}\n" \
	"  a: {}\n" \
	"  b: {}\n" \
	"  hub: {kind: hub}\n" \
	"  alone: {kind: host}\n" \
	"links:\n" \
	"  - {endpoints: [\"ns0:to-a\", \"a:e\"], ipv4: 10.0.1.0/24,\n" \
	"     mac: [02:00:00:00:00:0a, 02:00:00:00:00:0b], rate: 1mbit, delay: 3ms}\n" \
	"  - {endpoints: [\"b:e\", \"ns0:to-b\"], ipv4: [10.0.3.0/31, 10.0.3.1/31],\n" \
	"     mac: [02:00:00:00:00:0c, 02:00:00:00:00:0d]}\n"

TEST(uplink, a_node_becomes_taps_of_its_interfaces_names)
{
	struct topo *t = parse(LAB);
	char err[256];

	REQUIRE(t != NULL);
	REQUIRE(topo_uplink(t, NULL, err));
	CHECK_EQ(t->nodes[0].kind, NODE_EXTERNAL);
	CHECK_STR(t->nodes[0].port, "tap:%i");
	CHECK_EQ(t->nodes[0].n_routes, 0);
	CHECK_EQ(t->nodes[0].n_loopback, 0);
	CHECK_EQ(t->nodes[1].kind, NODE_ROUTER);
	CHECK_EQ(t->links[0].end[0].rate_bps, 1000000);       /* the link is as it was */
	CHECK_EQ(t->links[0].end[0].addrs[0].addr.v4, IP4(10, 0, 1, 1));
	topo_free(t);
}

TEST(uplink, the_kernel_is_told_what_leaves_by_the_taps_and_nothing_else)
{
	struct topo *t = parse(LAB);
	char err[256];

	REQUIRE(t != NULL);
	buf_reset(&t->notes);
	REQUIRE(topo_uplink(t, "ns0", err));
	CHECK_STR(t->uplink->batch.s,
		  "link set dev to-a address 02:00:00:00:00:0a\n"
		  "addr add 10.0.1.1/24 brd + dev to-a\n"
		  "link set dev to-b address 02:00:00:00:00:0d\n"
		  "addr add 10.0.3.1/31 dev to-b\n"
		  "addr add 10.9.9.9/32 dev to-a\n"
		  "route add 10.0.8.0/22 via 10.0.1.2 dev to-a metric 7\n"
		  "route add 10.0.2.0/24 dev to-b\n");
	CHECK_STR(t->notes.s,
		  "lab:2:30: warning: ns0 is this machine, which keeps its own default route\n");
	REQUIRE(t->uplink->n_nets == 5);
	CHECK_EQ(t->uplink->nets[0].addr.v4, IP4(10, 0, 1, 0));
	CHECK_EQ(t->uplink->nets[1].addr.v4, IP4(10, 0, 3, 0));
	CHECK_EQ(t->uplink->nets[2].len, 32);
	CHECK_EQ(t->uplink->nets[3].addr.v4, IP4(10, 0, 8, 0));
	topo_free(t);
}

TEST(uplink, saved_the_lab_loads_again_with_the_door)
{
	struct topo *t = parse(LAB), *again;
	struct buf saved = { 0 };
	char err[256];

	REQUIRE(t != NULL);
	REQUIRE(topo_uplink(t, NULL, err));
	topo_dump_yaml(t, &saved);
	REQUIRE(saved.s != NULL);
	again = parse(saved.s);
	REQUIRE(again != NULL);
	CHECK_EQ(again->nodes[0].kind, NODE_EXTERNAL);
	CHECK(again->uplink == NULL);
	topo_free(again);
	topo_free(t);
	buf_free(&saved);
}

TEST(uplink, of_a_vnet_file_it_is_host_0_whatever_its_prefix)
{
	struct topo *t = parse("x-\n2\n0 1 10.1.1\n1 2 10.1.2\n\n0 10.1.2.0/24 1\n");
	char err[256];

	REQUIRE(t != NULL);
	REQUIRE(topo_uplink(t, NULL, err));
	CHECK_EQ(t->uplink->node, 0);
	CHECK_EQ(t->nodes[0].kind, NODE_EXTERNAL);
	CHECK(strstr(t->uplink->batch.s, "route add 10.1.2.0/24 via 10.1.1.2 dev x-veth0-1\n"));
	topo_free(t);
}

TEST(uplink, a_node_that_cannot_be_this_machine_is_refused_and_stays)
{
	check_refused("nodes: {a: {}, b: {}}\nlinks:\n  - {endpoints: [a, b]}\n", NULL,
		      "--uplink: there is no node 'ns0'; expected --uplink=NODE");
	check_refused(LAB, "nobody", "--uplink: there is no node 'nobody'");
	check_refused(LAB, "hub", "--uplink: hub is neither a router nor a host");
	check_refused(LAB, "alone", "--uplink: alone has no interface");
}
