// SPDX-License-Identifier: GPL-3.0-or-later
/* Nodes that come and go while the lab runs. */
#include <stdlib.h>
#include <string.h>

#include "stack/ospf.h"
#include "stack/show.h"
#include "stack/stack.h"
#include "tests/unit/sim/rig.h"

#define LINE \
	"nodes: {a: {}, b: {}, c: {}}\nlinks:\n" \
	"  - {endpoints: [a, b], ipv4: 10.0.1.0/24, delay: 10ms}\n" \
	"  - {endpoints: [b, c], ipv4: 10.0.2.0/24}\n"
#define ROUTERS "defaults: {routing: ospf}\n" LINE

/* "" for OK, else the sentence, until the next call. */
static const char *add(struct lab *lab, const char *name, const char *words)
{
	static char said[400];
	struct buf notes = { 0 }, err = { 0 };
	char text[200], *argv[20];

	snprintf(text, sizeof(text), "%s", words);
	said[0] = '\0';
	if (!lab_node_add(lab, name, rig_split(text, argv, 20), argv, &notes, &err))
		snprintf(said, sizeof(said), "%s", err.s ? err.s : "?");
	else
		CHECK(!err.len);
	buf_free(&notes);
	buf_free(&err);
	return said;
}

static bool join(struct lab *lab, const char *a, const char *b, const char *words)
{
	return !*rig_link_add(lab, a, b, words);
}

static const char *del(struct lab *lab, const char *name)
{
	static char said[400];
	struct buf err = { 0 };

	said[0] = '\0';
	if (!lab_node_del(lab, rig_node(lab, name), &err))
		snprintf(said, sizeof(said), "%s", err.s ? err.s : "?");
	buf_free(&err);
	return said;
}

static bool is_converged(void *lab) { return lab_is_converged(lab); }

static bool converges(struct lab *lab)
{
	return lab_run_while(lab, is_converged, lab, lab_now(lab) + SEC(300)) == LAB_DONE;
}

static bool knows(struct lab *lab, const char *node, ip4_t to)
{
	struct addr dst = addr_ip4(to);
	struct route_answer a;

	return show_route_get(node_stack(rig_node(lab, node)), &dst, NULL, &a) == OK;
}

TEST(node_add, a_router_that_comes_later_runs_as_one_of_the_file)
{
	struct lab *lab = rig_lab(ROUTERS);

	REQUIRE(converges(lab));
	CHECK_STR(add(lab, "r9", "loopback 9.9.9.9/32"), "");
	CHECK_EQ(lab_n_nodes(lab), 4);
	CHECK(lab_find_node(lab, "r9") == lab_node(lab, 3));
	CHECK_STR(node_kind(rig_node(lab, "r9")), "router");
	CHECK(join(lab, "c", "r9", "ipv4 10.9.0.0/30 area 0"));
	REQUIRE(converges(lab));
	CHECK(knows(lab, "a", IP4(9, 9, 9, 9)));
	CHECK(knows(lab, "r9", IP4(10, 0, 1, 1)));
	lab_free(lab);
}

TEST(node_add, its_loopback_is_in_the_area_of_its_first_link)
{
	struct lab *lab = rig_lab("nodes: {a: {routing: ospf, ospf: {area: 3}}}\n");
	struct show_ospf_if i;
	struct stack *st;

	CHECK_STR(add(lab, "r9", "loopback 9.9.9.9/32"), "");
	CHECK(join(lab, "a", "r9", "area 3"));
	st = node_stack(rig_node(lab, "r9"));
	REQUIRE(show_ospf_if(st, stack_dev(st, "lo"), &i));
	CHECK_EQ(i.config.area, 3);
	lab_free(lab);
}

TEST(node_add, what_it_inherits_is_of_the_file)
{
	struct lab *lab = rig_lab("defaults: {routing: static}\n"
				  "kinds: {host: {forwarding: true}}\n"
				  "groups: {g: {kind: host, routing: ospf}}\nnodes: {a: {}}\n");
	const struct topo *t = lab_topo(lab);

	CHECK_STR(add(lab, "b", ""), "");
	CHECK_STR(add(lab, "c", "kind host"), "");
	CHECK_STR(add(lab, "d", "group g"), "");
	CHECK_STR(add(lab, "e", "group x"), "group: no group 'x' in groups");
	CHECK_EQ(t->nodes[1].routing, ROUTING_STATIC);
	CHECK(t->nodes[2].forward && t->nodes[2].kind == NODE_HOST);
	CHECK_EQ(t->nodes[3].routing, ROUTING_OSPF);
	CHECK_EQ(t->nodes[3].kind, NODE_HOST);
	lab_free(lab);
}

TEST(node_add, a_file_may_say_nothing_to_inherit)
{
	struct lab *lab = rig_lab("defaults:\nkinds: {}\ngroups: ~\nnodes: {a: {}}\n");

	CHECK_STR(add(lab, "b", ""), "");
	CHECK_STR(add(lab, "c", "group x"), "group: no group 'x' in groups");
	lab_free(lab);
}

TEST(node_add, routes_wait_for_the_link_that_they_leave_by)
{
	struct lab *lab = rig_lab(LINE);
	struct buf yaml = { 0 };

	CHECK_STR(add(lab, "h", "kind host gateway 10.9.0.1"), "");
	CHECK(!knows(lab, "h", IP4(10, 0, 1, 1)));
	lab_dump(lab, &yaml);
	CHECK(strstr(yaml.s, "# Not in this file: h: the route to 0.0.0.0/0, which waits for a "
		     "link\n"));
	buf_free(&yaml);
	CHECK(join(lab, "h", "a", "ipv4 10.8.0.0/24"));
	CHECK(!knows(lab, "h", IP4(10, 0, 1, 1)));
	CHECK(join(lab, "h", "a", "ipv4 10.9.0.9/24 10.9.0.1/24"));
	CHECK(knows(lab, "h", IP4(10, 0, 1, 1)));
	CHECK_EQ(node_stop(rig_node(lab, "h")), OK);
	CHECK_EQ(node_start(rig_node(lab, "h")), OK);
	CHECK(knows(lab, "h", IP4(10, 0, 1, 1)));
	lab_dump(lab, &yaml);
	CHECK(!strstr(yaml.s, "Not in this file"));
	buf_free(&yaml);
	lab_free(lab);
}

TEST(node_add, a_link_by_which_a_waiting_route_cannot_leave_is_refused)
{
	struct lab *lab = rig_lab(LINE);

	CHECK_STR(add(lab, "h", "kind host gateway 10.9.0.1"), "");
	CHECK_STR(rig_link_add(lab, "h", "a", "ipv4 10.9.0.1/24 10.9.0.9/24"),
		  "the next router 10.9.0.1 is h itself");
	CHECK_STR(add(lab, "i", "kind host routes [{to: 1.0.0.0/8, via: 10.8.0.1, dev: w}]"), "");
	CHECK_STR(rig_link_add(lab, "i:w", "a", "ipv4 10.9.0.0/24"), "the next router 10.8.0.1 is in "
		  "no network of i:w; expected one in 10.9.0.0/24");
	CHECK_EQ(lab_n_links(lab), 2);
	CHECK(join(lab, "i:w", "a", "ipv4 10.8.0.2/24 10.8.0.1/24"));
	CHECK(knows(lab, "i", IP4(1, 2, 3, 4)));
	CHECK_EQ(node_stop(rig_node(lab, "h")), OK);
	CHECK_EQ(node_start(rig_node(lab, "h")), OK);
	lab_free(lab);
}

TEST(node_add, an_error_is_told_as_of_a_lab_file_and_changes_nothing)
{
	struct lab *lab = rig_lab(LINE);
	static const char *const wrong[][3] = {
		{ "b", "", "there is a node 'b' already" },
		{ "b:eth0", "", "'b:eth0' is no node name; expected letters, digits and . _ -" },
		{ "x", "kind server", "kind: 'server' is unknown; expected router, host, hub, "
		  "netns or external" },
		{ "x", "kind switch", "kind: 'switch' is not available yet; expected router, host, "
		  "hub, netns or external" },
		{ "x", "kind netns", "a node of kind netns is outside the lab; expected it in the "
		  "lab file" },
		{ "x", "kind external", "a node of kind external is outside the lab; expected it "
		  "in the lab file" },
		{ "x", "kind", "kind: expected a value after it" },
		{ "x", "kind host kind hub", "kind: given twice" },
		{ "x", "knid host", "found 'knid', expected a setting of the node; did you mean "
		  "'kind'?" },
		{ "x", "loopback 10.0.1.2/32", "address 10.0.1.2 of x is used already by b, in "
		  "line 3" },
		{ "x", "kind hub loopback 1.1.1.1/32", "loopback: a hub has no addresses and no "
		  "routes" },
		{ "x", "routes [{to: default}]", "a route needs 'via' (the next router) or 'dev' "
		  "(the interface)" },
	};

	for (size_t i = 0; i < N_ELEM(wrong); i++)
		CHECK_STR(add(lab, wrong[i][0], wrong[i][1]), wrong[i][2]);
	CHECK_EQ(lab_n_nodes(lab), 3);
	CHECK(!lab_find_node(lab, "x"));
	lab_free(lab);
}

TEST(node_add, a_lab_that_has_grown_and_shrunk_is_saved_and_comes_again)
{
	struct lab *lab = rig_lab(ROUTERS "events:\n  - {at: 5s, do: link a b down}\n"
				  "  - {at: 6s, do: link a:eth0 x down}\n"
				  "  - {at: 7s, do: node add y kind hub}\n"
				  "checks:\n  - {name: k, run: a ping x}\n"
				  "  - {name: l, run: a ping c}\n"
				  "  - {name: m, run: a ping x.c}\n");
	struct buf yaml = { 0 }, again = { 0 }, errs = { 0 };
	struct lab *other;

	CHECK_STR(add(lab, "x", ""), "");
	CHECK_STR(add(lab, "y", "loopback 9.9.9.9/32 1.1.1.1/32 area 2 cost 7"), "");
	CHECK_STR(add(lab, "z", "kind host gateway 10.9.0.1"), "");
	CHECK(join(lab, "z", "y", "ipv4 10.9.0.9/24 10.9.0.1/24 delay 5ms 1ms"));
	CHECK(join(lab, "x", "a", ""));
	CHECK_STR(del(lab, "x"), "");
	CHECK_STR(del(lab, "b"), "");
	lab_dump(lab, &yaml);
#define LACKS(text) CHECK(strstr(yaml.s, "# Not in this file: " text "\n"))
	LACKS("the event 'link a b down': b was deleted");
	LACKS("the event 'link a:eth0 x down': x was deleted");
	LACKS("the event 'node add y kind hub', which has been");
	LACKS("the check 'k': x was deleted");
	CHECK(!strstr(yaml.s, "name: \"k\"") && strstr(yaml.s, "name: \"m\""));
	other = lab_parse("again.yaml", yaml.s, NULL, &errs);
	REQUIRE(other != NULL);
	CHECK_EQ(lab_n_nodes(other), 4);
	lab_dump(other, &again);
	CHECK(again.s && strcmp(strstr(yaml.s, "version:"), again.s) == 0);
	CHECK_EQ(lab_topo(lab)->n_events, 3);     /* it has them still */
	lab_free(other);
	lab_free(lab);
	buf_free(&yaml);
	buf_free(&again);
	buf_free(&errs);
}

TEST(node_del, what_is_outside_stays_and_so_does_who_is_linked_to_it)
{
	struct lab *lab = rig_lab("nodes: {a: {}, b: {}, "
				  "x: {kind: external, port: 'unix:/nowhere'}}\n"
				  "links: [{endpoints: [a, x]}, {endpoints: [a, b]}]\n");

	CHECK_STR(del(lab, "x"), "x is outside the lab, and stays as in the lab file");
	CHECK_STR(del(lab, "a"), "a has a link to x, which is outside the lab and keeps its links");
	CHECK_STR(del(lab, "b"), "");
	CHECK_STR(add(lab, "b", ""), "");
	CHECK(!join(lab, "b", "x", ""));
	lab_free(lab);
}

TEST(node_del, nothing_is_left_of_it)
{
	struct lab *lab = rig_lab(ROUTERS);
	struct node *b = rig_node(lab, "b");

	REQUIRE(converges(lab));
	rig_send(lab, "a:eth0", 1000, 7);
	CHECK_STR(del(lab, "b"), "");
	CHECK(lab_drops(lab, DROP_LINK_CUT) > 0);
	CHECK_EQ(lab_n_nodes(lab), 2);
	CHECK_EQ(lab_n_links(lab), 0);
	CHECK(!lab_find_node(lab, "b"));
	CHECK(lab_find_node(lab, "c") == lab_node(lab, 1));
	CHECK_STR(node_name(lab_node(lab, 1)), "c");
	CHECK_STR(node_name(b), "b");             /* for who still holds it */
	CHECK(!node_is_up(b) && !node_stack(b));
	REQUIRE(converges(lab));
	CHECK(!knows(lab, "a", IP4(10, 0, 2, 1)));
	CHECK_STR(del(lab, "c"), "");
	CHECK_STR(del(lab, "a"), "a is the lab's only node, and a lab needs nodes");
	lab_free(lab);
}

/* Names may come again, MACs and streams of others do not. */
TEST(node_del, a_name_is_free_for_another_node)
{
	struct lab *lab = rig_lab(ROUTERS);
	const struct topo *t = lab_topo(lab);
	struct mac was;

	REQUIRE(converges(lab));
	for (int i = 0; i < 50; i++) {
		CHECK_STR(add(lab, "x", i % 3 ? "" : "kind hub"), "");
		CHECK(join(lab, "x", "a", ""));
		CHECK(join(lab, "b", "x", ""));
		CHECK(!i || !mac_eq(was, t->links[2].end[0].mac));
		was = t->links[2].end[0].mac;
		lab_run_until(lab, lab_now(lab) + SEC(3));
		CHECK_STR(del(lab, "x"), "");
	}
	REQUIRE(converges(lab));
	CHECK_EQ(lab_n_nodes(lab), 3);
	CHECK_EQ(lab_n_links(lab), 2);
	lab_free(lab);
}

/* No carrier tells of a node that went behind a hub: its neighbour waits for it. */
TEST(node_del, behind_a_hub_the_dead_interval_notices)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf}\n"
				  "nodes: {a: {}, b: {}, s: {kind: hub}}\n"
				  "links: [{endpoints: [a, s]}, {endpoints: [b, s]}]\n");
	ns_t at;

	REQUIRE(converges(lab));
	at = lab_now(lab);
	CHECK_STR(del(lab, "b"), "");
	CHECK(!lab_is_converged(lab));
	REQUIRE(converges(lab));
	CHECK(lab_now(lab) - at > SEC(29) && lab_now(lab) - at < SEC(46));
	lab_free(lab);
}
