// SPDX-License-Identifier: GPL-3.0-or-later
/* OSPF on the nodes of a lab: when it has converged, and what changes it. */
#include "sim/ospf.h"

#include <string.h>

#include "stack/ospf.h"
#include "stack/show.h"
#include "tests/unit/sim/rig.h"

#define CHAIN \
	"defaults: {routing: ospf}\n" \
	"nodes: {r1: {loopback: 1.1.1.1}, r2: {loopback: 2.2.2.2}, r3: {loopback: 3.3.3.3}}\n" \
	"links:\n" \
	"  - {endpoints: [r1, r2], ipv4: 10.0.1.0/30}\n" \
	"  - {endpoints: [r2, r3], ipv4: 10.0.2.0/30, ospf: {cost: delay}}\n"

static bool done(void *lab)
{
	return lab_is_converged(lab);
}

static bool converge(struct lab *lab, ns_t within)
{
	return lab_run_while(lab, done, lab, lab_now(lab) + within) == LAB_DONE;
}

/* The metric of r1's route to r3, or -1. */
static int64_t metric(struct lab *lab)
{
	struct addr to = addr_ip4(IP4(3, 3, 3, 3));
	struct route_answer r;

	if (show_route_get(node_stack(rig_node(lab, "r1")), &to, NULL, &r) != OK)
		return -1;
	return r.metric;
}

static const char *why(struct lab *lab)
{
	static char text[1000];
	struct buf b = { 0 };

	lab_why_not_converged(lab, &b);
	snprintf(text, sizeof(text), "%s", b.s ? b.s : "");
	buf_free(&b);
	return text;
}

TEST(ospf, a_lab_that_has_not_begun_has_not_converged)
{
	struct lab *lab = rig_lab(CHAIN);

	CHECK(lab_has_ospf(lab));
	CHECK(!lab_is_converged(lab));
	CHECK(strstr(why(lab), "r1 eth0 hears no neighbour that it can take") != NULL);
	CHECK(converge(lab, SEC(10)));
	CHECK_STR(why(lab), "");
	CHECK_EQ(metric(lab), 1 + 1000);
	lab_free(lab);
}

TEST(ospf, without_ospf_converged_is_quiet)
{
	struct lab *lab = rig_lab("defaults: {routing: none}\n" RIG_PAIR("delay: 1ms"));

	CHECK(!lab_has_ospf(lab));
	CHECK(lab_is_converged(lab));
	rig_send(lab, "a:eth0", 100, 1);
	CHECK(!lab_is_converged(lab));
	CHECK(converge(lab, SEC(1)));
	CHECK(lab_now(lab) < MSEC(2));
	lab_free(lab);
}

TEST(ospf, each_part_of_a_lab_that_was_cut_converges_by_itself)
{
	struct lab *lab = rig_lab(CHAIN);
	struct change_info c;

	CHECK(converge(lab, SEC(10)));
	CHECK_EQ(link_set_up(lab_link(lab, 1), false), OK);
	CHECK(converge(lab, SEC(10)));
	CHECK_EQ(metric(lab), -1);
	lab_last_change(lab, &c);
	REQUIRE(c.what != NULL);
	CHECK_STR(c.what, "link r2 r3 down");
	CHECK_EQ(link_set_up(lab_link(lab, 1), true), OK);
	CHECK(!lab_is_converged(lab));
	CHECK(converge(lab, SEC(20)));
	CHECK_EQ(metric(lab), 1001);
	lab_free(lab);
}

TEST(ospf, a_router_that_restarts_has_lost_what_it_knew_and_is_believed)
{
	struct lab *lab = rig_lab(CHAIN);
	struct node *r2 = rig_node(lab, "r2");
	struct show_ospf s;

	CHECK(converge(lab, SEC(10)));
	CHECK_EQ(node_stop(r2), OK);
	CHECK(!node_runs_ospf(r2));
	CHECK(converge(lab, SEC(10)));
	CHECK_EQ(metric(lab), -1);
	CHECK_EQ(node_start(r2), OK);
	CHECK(node_runs_ospf(r2));
	REQUIRE(show_ospf(node_stack(r2), &s));
	CHECK_EQ(s.started_at, lab_now(lab));
	CHECK(converge(lab, SEC(20)));
	CHECK_EQ(metric(lab), 1001);
	lab_free(lab);
}

/* A hub keeps carrier: a crash on it is a silence until the dead interval is over. */
TEST(ospf, who_crashed_on_a_lan_is_waited_for)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf, ospf: {hello: 1}}\n"
				  "nodes: {a: {ospf: {priority: 9}}, b: {ospf: {priority: 8}}, "
				  "c: {}, d: {}, x: {kind: hub}}\n"
				  "links: [{endpoints: [a, x]}, {endpoints: [b, x]}, "
				  "{endpoints: [c, x]}, {endpoints: [d, x]}]\n");
	ns_t at;

	REQUIRE(converge(lab, SEC(20)));
	lab_run_until(lab, SEC(20));
	at = lab_now(lab);
	CHECK_EQ(node_stop(lab_find_node(lab, "d")), OK);
	CHECK(!lab_is_converged(lab));
	CHECK(strstr(why(lab), "a eth0 takes 10.1.1.4, who is gone, for there for another 4 s"));
	CHECK(converge(lab, SEC(10)));
	CHECK(lab_now(lab) >= at + SEC(3));
	/* The same of the designated router. */
	lab_run_until(lab, SEC(40));
	at = lab_now(lab);
	CHECK_EQ(node_stop(lab_find_node(lab, "a")), OK);
	CHECK(!lab_is_converged(lab));
	CHECK(converge(lab, SEC(15)));
	CHECK(lab_now(lab) >= at + SEC(3));
	lab_free(lab);
}

/* They stay 2-Way, and nobody waits for more. */
TEST(ospf, a_lan_where_nobody_may_be_dr_has_converged_without_adjacencies)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf, ospf: {priority: 0}}\n"
				  "nodes: {a: {}, b: {}, c: {}, x: {kind: hub}}\n"
				  "links: [{endpoints: [a, x]}, {endpoints: [b, x]}, "
				  "{endpoints: [c, x]}]\n");

	CHECK(!lab_is_converged(lab));
	CHECK(strstr(why(lab), "a eth0 hears no neighbour that it can take") != NULL);
	CHECK(converge(lab, SEC(5)));
	CHECK_STR(why(lab), "");
	CHECK_EQ(node_stop(lab_find_node(lab, "c")), OK);
	CHECK(converge(lab, SEC(60)));            /* a and b know each other */
	lab_free(lab);
}

/* One has other values: the reason is told. */
TEST(ospf, who_is_not_2way_on_such_a_lan_is_named)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf, ospf: {priority: 0}}\n"
				  "nodes: {a: {}, b: {}, c: {ospf: {hello: 5}}, x: {kind: hub}}\n"
				  "links: [{endpoints: [a, x]}, {endpoints: [b, x]}, "
				  "{endpoints: [c, x]}]\n");
	struct stack *c = node_stack(rig_node(lab, "c"));
	struct netdev *dev = stack_dev(c, "eth0");
	struct show_ospf_if i;

	CHECK(!converge(lab, SEC(60)));
	CHECK(strstr(why(lab), "c eth0 hears no neighbour that it can take") != NULL);
	CHECK(strstr(why(lab), "a eth0 has no full neighbour (2-Way)") != NULL);
	REQUIRE(show_ospf_if(c, dev, &i));
	i.config.hello = 10;
	i.config.dead = 40;
	REQUIRE(stack_ospf_if(c, dev, &i.config) == OK);
	CHECK(converge(lab, SEC(60)));
	lab_free(lab);
}

TEST(ospf, a_cost_that_follows_the_delay_does_so_while_the_lab_runs)
{
	struct lab *lab = rig_lab(CHAIN);
	char *words[] = { (char[]){ "delay" }, (char[]){ "7ms" } };
	char err[160];

	CHECK(converge(lab, SEC(10)));
	CHECK_EQ(link_set(lab_link(lab, 1), -1, 2, words, err), OK);
	CHECK(!lab_is_converged(lab));
	CHECK(converge(lab, SEC(20)));
	CHECK_EQ(metric(lab), 1 + 7000);
	CHECK_EQ(link_set(lab_link(lab, 0), -1, 2, words, err), OK);      /* this one is 1 */
	CHECK(converge(lab, SEC(20)));
	CHECK_EQ(metric(lab), 1 + 7000);
	lab_free(lab);
}

TEST(ospf, a_mistake_is_told_once_and_named_as_the_reason)
{
	struct lab *lab = rig_lab(
		"defaults: {routing: ospf}\nnodes: {a: , b: }\nlinks:\n"
		"  - endpoints: [{node: a, ospf: {hello: 5}}, {node: b, ospf: {dead: 40}}]\n"
		"    ipv4: 10.0.0.0/30\n");
	struct buf lines = { 0 };
	char *first;

	rig_hear_events(lab, &lines);
	CHECK(!converge(lab, SEC(120)));
	CHECK(strstr(why(lab), "a and b have different databases of area 0.0.0.0") != NULL);
	REQUIRE(lines.s != NULL);
	first = strstr(lines.s, "b ospf eth0: hello interval 5 s, expected 10 s, from 10.0.0.1 "
		       "(10.0.0.1)");
	REQUIRE(first != NULL);
	CHECK(strstr(first + 1, "b ospf eth0: hello interval") == NULL);
	buf_free(&lines);
	lab_free(lab);
}

static void count_events(void *ctx, const struct ospf_record *r)
{
	unsigned *full = ctx;

	*full += r->event->kind == OSPF_EV_NBR && r->event->new_state == OSPF_NBR_FULL;
}

TEST(ospf, a_database_takes_as_many_lsas_as_the_file_says)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf}\n"
				  "nodes: {r1: {}, r2: {}, r3: {ospf: {max_lsas: 2}}}\nlinks:\n"
				  "  - {endpoints: [r1, r2], ipv4: 10.0.1.0/30}\n"
				  "  - {endpoints: [r2, r3], ipv4: 10.0.2.0/30}\n");
	struct buf lines = { 0 };

	rig_hear_events(lab, &lines);
	lab_run_until(lab, SEC(10));
	CHECK(strstr(lines.s ? lines.s : "", "r3 ospf eth0: sends more LSAs than the 2 that the "
		     "database takes, from 10.0.2.1 (10.0.1.2)\n") != NULL);
	buf_free(&lines);
	lab_free(lab);
}

TEST(ospf, a_trace_tells_of_each_neighbour)
{
	struct lab *lab = rig_lab(CHAIN);
	unsigned full = 0;

	lab_trace_ospf(lab, count_events, &full);
	CHECK(converge(lab, SEC(10)));
	CHECK_EQ(full, 4);
	lab_free(lab);
}
