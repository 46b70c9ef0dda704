// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Mistakes that students make with OSPF, each a lab of its own: the user reads
 * which router found what, and reads it once, not with each packet.
 */
#include <string.h>

#include "sim/ospf.h"
#include "stack/netdev.h"
#include "stack/stack.h"
#include "tests/unit/sim/rig.h"

#define PAIR(a_if, b_if) \
	"defaults: {routing: ospf}\n" \
	"nodes: {a: {loopback: 1.1.1.1}, b: {loopback: 2.2.2.2}}\nlinks:\n" \
	"  - endpoints: [{node: a, " a_if "}, {node: b, " b_if "}]\n    ipv4: 10.0.0.0/30\n"
/* The other end has a normal area 1. */
#define AREA_1(what) \
	"defaults: {routing: ospf}\nnodes:\n" \
	"  a: {loopback: 1.1.1.1, ospf: {areas: [{id: 1, " what "}]}}\n" \
	"  b: {loopback: 2.2.2.2}\nlinks:\n" \
	"  - {endpoints: [a, b], ipv4: 10.0.0.0/30, ospf: {area: 1}}\n"

static const struct trap { const char *yaml, *at_a, *at_b; } traps[] = {
	{ PAIR("ospf: {hello: 5, dead: 40}", "ospf: {hello: 10}"),
	  "a ospf eth0: hello interval 10 s, expected 5 s, from 10.0.0.2 (2.2.2.2)",
	  "b ospf eth0: hello interval 5 s, expected 10 s, from 10.0.0.1 (1.1.1.1)" },
	{ PAIR("ospf: {dead: 20}", "ospf: {dead: 40}"),
	  "a ospf eth0: dead interval 40 s, expected 20 s",
	  "b ospf eth0: dead interval 20 s, expected 40 s" },
	{ PAIR("ospf: {area: 1}", "ospf: {area: 0}"),
	  "a ospf eth0: area 0.0.0.0, expected 0.0.0.1",
	  "b ospf eth0: area 0.0.0.1, expected 0.0.0.0" },
	{ PAIR("ospf: {auth: {type: md5, key: sesame}}", "ospf: {auth: {type: md5, key: semola}}"),
	  "a ospf eth0: a wrong digest: another key, or damaged, from 10.0.0.2 (2.2.2.2)",
	  "b ospf eth0: a wrong digest: another key, or damaged, from 10.0.0.1 (1.1.1.1)" },
	{ PAIR("ospf: {auth: {type: text, key: sesame}}", "ospf: {priority: 1}"),
	  "a ospf eth0: authentication: none, expected a password",
	  "b ospf eth0: authentication: a password, expected none" },
	{ PAIR("ospf: {type: p2p}", "ospf: {type: broadcast}"),
	  "a ospf eth0: takes the network for broadcast", "b ospf eth0: knows no DR" },
	{ AREA_1("type: stub"),
	  "a ospf eth0: takes the area for a normal area, expected a stub area",
	  "b ospf eth0: takes the area for a stub area, expected a normal area" },
	{ AREA_1("type: nssa"),
	  "a ospf eth0: takes the area for a normal area, expected an NSSA",
	  "b ospf eth0: takes the area for an NSSA, expected a normal area" },
	{ "defaults: {routing: ospf, ospf: {router_id: 7.7.7.7}}\nnodes: {a: {}, b: {}}\n"
	  "links: [{endpoints: [a, b], ipv4: 10.0.0.0/30}]\n",
	  "a ospf eth0: has our own router ID 7.7.7.7",
	  "b ospf eth0: has our own router ID 7.7.7.7" },
};

/* How often it stands there. */
static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;

	for (; text && (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static void check_line(const struct trap *t, const char *lines, const char *what)
{
	if (!CHECK_EQ(times(lines, what), 1))
		fprintf(stderr, "%s%s", t->yaml, lines ? lines : "");
}

TEST(ospf_traps, each_is_told_once_at_both_ends)
{
	for (size_t i = 0; i < N_ELEM(traps); i++) {
		struct lab *lab = rig_lab(traps[i].yaml);
		struct buf lines = { 0 };

		rig_hear_events(lab, &lines);
		lab_run_until(lab, SEC(600));
		check_line(&traps[i], lines.s, traps[i].at_a);
		check_line(&traps[i], lines.s, traps[i].at_b);
		CHECK_EQ(times(lines.s, "\n"), 2);
		buf_free(&lines);
		lab_free(lab);
	}
}

TEST(ospf_traps, a_larger_mtu_is_told_once_by_who_has_the_smaller)
{
	struct lab *lab = rig_lab(PAIR("ospf: {cost: 1}", "ospf: {cost: 1}"));
	struct buf lines = { 0 };

	rig_hear_events(lab, &lines);
	REQUIRE(netdev_set_mtu(stack_dev(node_stack(rig_node(lab, "a")), "eth0"), 1400) == OK);
	lab_run_until(lab, SEC(600));
	CHECK_EQ(times(lines.s, "a ospf eth0: MTU 1500, expected at most 1400, from 10.0.0.2"), 1);
	CHECK_EQ(times(lines.s, "\n"), 1);
	buf_free(&lines);
	lab_free(lab);
}

/* Two of one name, with one or more others between: each takes its LSAs back again and
 * again, and their neighbours hear of it once. */
TEST(ospf_traps, two_routers_of_one_id_that_do_not_hear_each_other)
{
	struct lab *lab = rig_lab(
		"defaults: {routing: ospf}\nnodes:\n"
		"  a: {ospf: {router_id: 7.7.7.7}}\n  b: {loopback: 2.2.2.2}\n"
		"  c: {loopback: 3.3.3.3}\n  d: {ospf: {router_id: 7.7.7.7}}\nlinks:\n"
		"  - {endpoints: [a, b], ipv4: 10.0.1.0/30}\n"
		"  - {endpoints: [b, c], ipv4: 10.0.2.0/30}\n"
		"  - {endpoints: [c, d], ipv4: 10.0.3.0/30}\n");
	struct buf lines = { 0 };
	unsigned told;

	rig_hear_events(lab, &lines);
	lab_run_until(lab, SEC(3600));
	told = times(lines.s, "another router floods Router-LSAs with our router ID 7.7.7.7");
	if (!CHECK(told >= 1 && told <= 2))
		fprintf(stderr, "%s\n", lines.s ? lines.s : "");
	buf_free(&lines);
	lab_free(lab);
}
