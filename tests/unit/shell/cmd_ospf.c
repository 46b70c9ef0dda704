// SPDX-License-Identifier: GPL-3.0-or-later
/* OSPF in the shell: FRR's words, and what the lab as a whole shows. */
#include <stdlib.h>
#include <string.h>

#include "stack/ospf.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

#define LAB \
	"defaults: {routing: ospf, ospf: {cost: 10}}\n" \
	"nodes:\n" \
	"  r1: {loopback: 1.1.1.1}\n  r2: {loopback: 2.2.2.2}\n  r3: {loopback: 3.3.3.3}\n" \
	"  h: {kind: host, gateway: 10.0.3.1}\n" \
	"links:\n" \
	"  - {endpoints: [r1, r2], ipv4: 10.0.1.0/30}\n" \
	"  - {endpoints: [r2, r3], ipv4: 10.0.2.0/30}\n" \
	"  - {endpoints: [r3, h], ipv4: 10.0.3.0/24}\n"

static void open_lab(struct bench *b, const char *text)
{
	struct buf errs = { 0 };
	struct lab *lab = lab_parse("lab.yaml", text, NULL, &errs);

	REQUIRE(lab != NULL);
	REQUIRE(bench_open_on(b, lab));
	CHECK_EQ(bench_do(b, "wait converged"), 0);
}

/* What a line reports. */
static json_t *report(struct bench *b, const char *line)
{
	json_t *v = NULL;

	CHECK_EQ(shell_exec(b->sh, line, NS_NEVER, &v, NULL), 0);
	return v;
}

TEST(cmd_ospf, neighbours_stand_in_columns_as_frr_has_them)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 show ip ospf neighbor"), 0);
	CHECK(strstr(b.out, "\nNeighbor ID     Pri State           Up Time         Dead Time "
		     "Address         Interface                        RXmtL RqstL DBsmL\n"
		     "2.2.2.2           1 Full/-          ") == b.out);
	CHECK(strstr(b.out, " 10.0.1.2        eth0:10.0.1.1                        0     0     0\n\n"));
	CHECK_EQ(bench_do(&b, "r2 show ip ospf neighbor eth1"), 0);
	CHECK(strstr(b.out, "3.3.3.3 ") && !strstr(b.out, "1.1.1.1 "));
	CHECK_EQ(bench_do(&b, "r1 show ip ospf neighbor detail"), 0);
	CHECK(strstr(b.out, " Neighbor 2.2.2.2, interface address 10.0.1.2\n"
		     "    In the area 0.0.0.0 via interface eth0\n"
		     "    Neighbor priority is 1, State is Full/-, ") == b.out);
	bench_refuses(&b, "h show ip ospf neighbor", "h: OSPF does not run here\n");
	bench_close(&b);
}

TEST(cmd_ospf, a_lab_without_ospf_says_so)
{
	struct bench b;
	json_t *v;

	REQUIRE(bench_open(&b));
	bench_wants(&b, "show ip ospf", "% OSPF is not enabled on any node\n");
	bench_wants(&b, "show ip ospf neighbor", "% OSPF is not enabled on any node\n");
	bench_wants(&b, "show ip ospf interface", "% OSPF is not enabled on any node\n");
	bench_wants(&b, "show ip ospf json", "{}\n");
	bench_refuses(&b, "r1 show ip ospf", "r1: OSPF does not run here\n");
	v = report(&b, "show ip ospf database");
	CHECK(json_is_object(v) && !json_object_size(v));
	json_decref(v);
	bench_close(&b);
}

/* Interfaces are often called after the node at the other end. */
TEST(cmd_ospf, an_interface_that_is_called_as_a_node_is_an_interface)
{
	struct bench b;

	open_lab(&b, "defaults: {routing: ospf}\nnodes: {a: {}, b: {}, c: {}}\nlinks:\n"
		     "  - {endpoints: [\"a:b\", \"b:a\"], ipv4: 10.0.1.0/30}\n"
		     "  - {endpoints: [\"b:c\", \"c:b\"], ipv4: 10.0.2.0/30}\n");
	CHECK_EQ(bench_do(&b, "a show ip ospf interface b"), 0);
	CHECK(strstr(b.out, "b is up\n") == b.out && strstr(b.out, "10.0.1.1/30"));
	CHECK_EQ(bench_do(&b, "b show ip ospf neighbor c"), 0);
	CHECK(strstr(b.out, "c:10.0.2.1") && !strstr(b.out, "a:10.0.1.2"));
	CHECK_EQ(bench_do(&b, "show ip ospf interface b c"), 0);
	CHECK(strstr(b.out, "10.0.2.1/30") && !strstr(b.out, "10.0.1.2/30"));
	bench_refuses(&b, "a show ip route b",
		      "unexpected 'b': expected PREFIX (A.B.C.D/LEN, or default), connected, "
		      "json, kernel, ospf, static or the end of the line\n");
	CHECK_EQ(bench_do(&b, "a"), 0);
	CHECK_EQ(bench_do(&b, "show ip ospf interface b"), 0);
	CHECK(strstr(b.out, "10.0.1.1/30"));
	bench_close(&b);
}

TEST(cmd_ospf, the_state_machines_are_shown_with_who_is_where)
{
	struct bench b;

	open_lab(&b, LAB);
	bench_wants(&b, "ospf fsm interface",
		"Interface state machine (RFC 2328 9.3)\n"
		"STATE               EVENT          ACTION   NEXT STATE\n"
		"Down                InterfaceUp    if up    (by the action)\n"
		"Waiting             BackupSeen     if elect (by the action)\n"
		"Waiting             WaitTimer      if elect (by the action)\n"
		"DROther, Backup, DR NeighborChange if elect (by the action)\n"
		"any but Down        InterfaceDown  if down  Down\n"
		"any but Loopback    LoopInd        if loop  Loopback\n"
		"Loopback            UnloopInd      -        Down\n");
	CHECK_EQ(bench_do(&b, "r2 ospf fsm"), 0);
	CHECK(strstr(b.out, "\nany but Down        InterfaceDown  if down  Down            "
		     "lo eth0 eth1\n"));
	CHECK(strstr(b.out, "\n\nNeighbor state machine (RFC 2328 10.3)\n"));
	CHECK(strstr(b.out, "\nExStart             NegotiationDone   -               "
		     "Exchange        -\n"));
	CHECK(strstr(b.out, "\n2-Way or greater    1-WayReceived     end adjacency   Init "));
	CHECK(strstr(b.out, "1.1.1.1 3.3.3.3\n"));
	CHECK_EQ(bench_do(&b, "ospf fsm neighbor r1"), 0);
	CHECK(!strstr(b.out, "Interface state machine") && strstr(b.out, " 2.2.2.2\n"));
	bench_refuses(&b, "ospf fsm h", "h: OSPF does not run here\n");
	bench_close(&b);
}

/* Two ways of one cost, the interface with the higher address first. */
#define TWO_WAYS \
	"defaults: {routing: ospf}\n" \
	"nodes:\n  r1: {loopback: 1.1.1.1}\n  r2: {loopback: 2.2.2.2}\n" \
	"links:\n  - {endpoints: [r1, r2], ipv4: 10.0.2.0/30}\n" \
	"  - {endpoints: [r1, r2], ipv4: 10.0.1.0/30}\n"

TEST(cmd_ospf, equal_ways_stand_by_address_as_frr_has_them_and_by_interface_in_ip_route)
{
	struct bench b;

	open_lab(&b, TWO_WAYS);
	CHECK_EQ(bench_do(&b, "r1 show ip route 2.2.2.2/32"), 0);
	CHECK(strstr(b.out, "\n  * 10.0.1.2, via eth1, weight 1\n"
		     "  * 10.0.2.2, via eth0, weight 1\n"));
	CHECK_EQ(bench_do(&b, "r1 show ip ospf route"), 0);
	CHECK(strstr(b.out, "N    2.2.2.2/32            [1] area: 0.0.0.0\n"
		     "                           via 10.0.1.2, eth1\n"
		     "                           via 10.0.2.2, eth0\n"));
	bench_wants(&b, "r1 ip route show 2.2.2.2", "2.2.2.2 proto ospf metric 1 \n"
		    "\tnexthop via 10.0.2.2 dev eth0 weight 1 \n"
		    "\tnexthop via 10.0.1.2 dev eth1 weight 1 \n");
	bench_close(&b);
}

TEST(cmd_ospf, a_shorter_way_to_a_connected_network_is_shown_beside_it)
{
	struct bench b;

	open_lab(&b,
		"defaults: {routing: ospf}\n"
		"nodes:\n  r1: {loopback: 1.1.1.1}\n  r2: {loopback: 2.2.2.2}\n"
		"links:\n  - {endpoints: [{node: r1, ospf: {cost: 20}}, r2], ipv4: 10.0.1.0/30}\n"
		"  - {endpoints: [r1, r2], ipv4: 10.0.2.0/30}\n");
	CHECK_EQ(bench_do(&b, "r1 show ip route"), 0);
	CHECK(strstr(b.out, "\nO   10.0.1.0/30 [110/2] via 10.0.2.2, eth1, weight 1, "));
	CHECK(strstr(b.out, "\nC>* 10.0.1.0/30 is directly connected, eth0, "));
	CHECK(strstr(b.out, "\nO   10.0.2.0/30 [110/1] is directly connected, eth1, weight 1, "));
	CHECK(strstr(b.out, "\nO>* 2.2.2.2/32 [110/1] via 10.0.2.2, eth1, weight 1, "));
	bench_close(&b);
}

TEST(cmd_ospf, lo_is_last_in_the_router_lsa_as_frr_has_it)
{
	struct bench b;

	open_lab(&b, TWO_WAYS);
	CHECK_EQ(bench_do(&b, "r1 show ip ospf database router 1.1.1.1"), 0);
	CHECK(strstr(b.out, "Net: 1.1.1.1") > strstr(b.out, "Net: 10.0.1.0"));
	bench_close(&b);
}

static bool has_dist(void *arg, const struct show_ospf_vertex *v)
{
	json_t *row = arg;
	const char *name = v->id == IP4(1, 1, 1, 1) ? "r1" : v->id == IP4(2, 2, 2, 2) ? "r2" : "r3";

	if (v->cost)
		CHECK_EQ(json_integer_value(json_object_get(row, name)), v->cost);
	return true;
}

/* The straight way is not the shortest, there and back differ, and loopbacks and
 * the networks at a node's far side add nothing. */
TEST(cmd_ospf, distances_are_those_of_the_shortest_path_tree)
{
	static const char *const names[] = { "r1", "r2", "r3" };
	struct bench b;
	json_t *all;

	open_lab(&b, "defaults: {routing: ospf}\n"
		 "nodes:\n  r1: {loopback: 1.1.1.1}\n  r2: {loopback: 2.2.2.2}\n"
		 "  r3: {loopback: 3.3.3.3}\n  h: {kind: host, gateway: 10.0.4.1}\n"
		 "links:\n  - {endpoints: [r1, r2], ipv4: 10.0.1.0/30, ospf: {cost: 10}}\n"
		 "  - {endpoints: [r2, {node: r3, ospf: {cost: 5}}], ipv4: 10.0.2.0/30}\n"
		 "  - {endpoints: [r1, r3], ipv4: 10.0.3.0/30, ospf: {cost: 3}}\n"
		 "  - {endpoints: [r2, h], ipv4: 10.0.4.0/24, ospf: {cost: 50}}\n");
	all = report(&b, "route dist");
	for (size_t i = 0; i < N_ELEM(names); i++)
		show_ospf_tree(node_stack(lab_find_node(b.lab, names[i])), 0, has_dist,
			       json_object_get(all, names[i]));
	CHECK_EQ(json_integer_value(json_object_get(json_object_get(all, "r1"), "r2")), 8);
	CHECK_EQ(json_integer_value(json_object_get(json_object_get(all, "r2"), "r1")), 4);
	CHECK_EQ(json_integer_value(json_object_get(json_object_get(all, "r1"), "h")), 58);
	json_decref(all);
	bench_close(&b);
}

TEST(cmd_ospf, a_convergence_is_measured_from_what_was_configured_too)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "run 10s"), 0);
	CHECK_EQ(bench_do(&b, "r1 ospf interface eth0 cost 20"), 0);
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	CHECK_EQ(bench_do(&b, "convergence"), 0);
	CHECK(strncmp(b.out, "r1 ospf interface eth0 cost 20 at ", 34) == 0);
	CHECK(strstr(b.out, "; converged\n") != NULL);
	CHECK(bench_do(&b, "r1 ospf interface eth0 cost 70000") != 0);
	CHECK_EQ(bench_do(&b, "r2 ospf interface eth1 disable"), 0);
	CHECK_EQ(bench_do(&b, "convergence"), 0);
	CHECK(strncmp(b.out, "r2 ospf interface eth1 disable at ", 34) == 0);
	bench_close(&b);
}

TEST(cmd_ospf, what_beginners_type_is_answered_by_what_they_meant)
{
	struct bench b;

	open_lab(&b, LAB);
	bench_refuses(&b, "show ip ospf neighbor r9",
		      "'r9' is neither a node nor an interface of one\n");
	bench_refuses(&b, "r1 show ip ospf neighbor r9", "No such interface name\n");
	CHECK_EQ(bench_do(&b, "show ip ospf neighbor eth1"), 0);
	CHECK(bench_do(&b, "r1 show ospf neighbor") != 0);
	CHECK(strstr(b.err, "; did you mean ip ospf?\n") != NULL);
	bench_close(&b);
}

TEST(cmd_ospf, one_neighbour_by_its_id_without_a_title_as_frr_has_it)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r2 show ip ospf neighbor 3.3.3.3"), 0);
	CHECK(strstr(b.out, "3.3.3.3           1 Full/-          ") == b.out);
	CHECK(!strstr(b.out, "1.1.1.1 "));
	CHECK_EQ(bench_do(&b, "r2 show ip ospf neighbor 9.9.9.9"), 0);
	CHECK_STR(b.out, "\n");
	bench_refuses(&b, "r2 show ip ospf neighbor eth7", "No such interface name\n");
	/* A router stands for its id, which is not always its first address. */
	bench_wants(&b, "r3 ip addr add 0.0.0.9/32 dev lo", "");
	CHECK_EQ(bench_do(&b, "show ip ospf neighbor r2 r3"), 0);
	CHECK(strstr(b.out, "3.3.3.3           1 Full/-          ") == b.out);
	CHECK_EQ(bench_do(&b, "show ip ospf database r1 adv-router r3"), 0);
	CHECK(strstr(b.out, "\n3.3.3.3        3.3.3.3 ") && !strstr(b.out, "\n2.2.2.2 "));
	bench_close(&b);
}

TEST(cmd_ospf, packets_are_counted_by_interface_and_type)
{
	struct bench b;
	json_t *all, *o;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 show ip ospf interface traffic"), 0);
	CHECK(strstr(b.out,
		     "\nInterface       HELLO            DB-Desc         LS-Req           LS-Update   "
		     "     LS-Ack            Packets      \n"
		     "                Rx/Tx            Rx/Tx            Rx/Tx            Rx/Tx       "
		     "     Rx/Tx            Queued       \n"
		     "-----------------------------------------------------------------------------"
		     "--------------------------------\neth0       ") == b.out);
	CHECK(strstr(b.out, "\nlo                0/0              0/0             0/0             "
		     "0/0             0/0                  0\n\n"));
	all = report(&b, "show ip ospf interface traffic r1 eth0");
	CHECK_EQ(json_object_size(all), 1);
	o = json_object_get(all, "eth0");
	CHECK(json_integer_value(json_object_get(o, "helloIn")) > 0);
	CHECK(json_integer_value(json_object_get(o, "lsUpdOut")) > 0);
	json_decref(all);
	bench_close(&b);
}

TEST(cmd_ospf, an_interface_says_how_it_authenticates)
{
	struct bench b;

	open_lab(&b, "defaults: {routing: ospf}\nnodes: {a: {}, b: {}}\nlinks:\n"
		 "  - endpoints: [a, b]\n    ospf: {auth: {type: md5, key: sesame}}\n"
		 "  - endpoints: [a, b]\n    ospf: {auth: {type: text, key: sesame}}\n");
	CHECK_EQ(bench_do(&b, "a show ip ospf interface eth0"), 0);
	CHECK(strstr(b.out, "count is 1\n  Cryptographic authentication enabled\n"
		     "  Algorithm:MD5\n"));
	CHECK_EQ(bench_do(&b, "a show ip ospf interface eth1"), 0);
	CHECK(strstr(b.out, "count is 1\n  Simple password authentication enabled\n"));
	bench_close(&b);
}

/* zebra shows OSPF's route to a connected network, too, and lo's addresses. */
TEST(cmd_ospf, show_ip_route_has_what_is_not_selected)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 show ip route"), 0);
	CHECK(strstr(b.out, "\n\nO   1.1.1.1/32 [110/0] is directly connected, lo, weight 1, 00:00:00\n"
		     "C>* 1.1.1.1/32 is directly connected, lo, 00:00:00\n"
		     "O>* 2.2.2.2/32 [110/10] via 10.0.1.2, eth0, weight 1, 00:00:00\n"));
	CHECK(strstr(b.out, "\nO   10.0.1.0/30 [110/10] is directly connected, eth0, weight 1, 00:00:00\n"
		     "C>* 10.0.1.0/30 is directly connected, eth0, 00:00:00\n"));
	CHECK_EQ(bench_do(&b, "r1 show ip route ospf"), 0);
	CHECK(strstr(b.out, "\nO   10.0.1.0/30 ") && !strstr(b.out, "\nC>* "));
	CHECK_EQ(bench_do(&b, "r1 show ip route connected"), 0);
	CHECK(strstr(b.out, "\nC>* 10.0.1.0/30 ") && !strstr(b.out, "\nO"));
	bench_close(&b);
}

TEST(cmd_ospf, show_ip_route_tells_of_one_network_or_of_what_holds_an_address)
{
	static const char entry[] =
		"Routing entry for 10.0.2.0/30\n"
		"  Known via \"ospf\", distance 110, metric 20, best\n"
		"  Last update 00:00:00 ago\n"
		"  * 10.0.1.2, via eth0, weight 1\n\n";
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 show ip route 10.0.2.0/30"), 0);
	CHECK_STR(b.out, entry);
	CHECK_EQ(bench_do(&b, "r1 show ip route 10.0.2.3"), 0);
	CHECK_STR(b.out, entry);
	bench_refuses(&b, "r1 show ip route 10.0.2.0/29", "Network not in table\n");
	bench_refuses(&b, "r1 show ip route 99.9.9.9", "Network not in table\n");
	bench_close(&b);
}

/* As FRR 8.4 prints it; its JSON has the last of the paths alone. */
TEST(cmd_ospf, a_border_router_of_two_areas_has_a_path_in_each)
{
	struct bench b;
	json_t *all, *o;

	open_lab(&b, "defaults: {routing: ospf}\n"
		 "nodes: {a: {loopback: 1.1.1.1}, b: {loopback: 2.2.2.2}}\nlinks:\n"
		 "  - {endpoints: [a, b], ipv4: 10.0.1.0/30, ospf: {cost: 10}}\n"
		 "  - {endpoints: [a, b], ipv4: 10.1.2.0/30, ospf: {area: 1, cost: 7}}\n");
	CHECK_EQ(bench_do(&b, "a show ip ospf border-routers"), 0);
	CHECK_STR(b.out, "============ OSPF router routing table =============\n"
		  "R    2.2.2.2               [7] area: 0.0.0.1, ABR\n"
		  "                           via 10.1.2.2, eth1\n"
		  "                           [10] area: 0.0.0.0, ABR\n"
		  "                           via 10.0.1.2, eth0\n\n\n");
	all = report(&b, "a show ip ospf border-routers");
	o = json_object_get(all, "2.2.2.2");
	CHECK_EQ(json_integer_value(json_object_get(o, "cost")), 10);
	o = json_object_get(o, "paths");
	CHECK_EQ(json_array_size(o), 2);
	CHECK_EQ(json_integer_value(json_object_get(json_array_get(o, 0), "cost")), 7);
	json_decref(all);
	bench_close(&b);
}

TEST(cmd_ospf, routers_of_other_areas_stand_as_frr_has_them)
{
	struct bench b;
	json_t *all, *o;

	open_lab(&b, "defaults: {routing: ospf}\n"
		 "nodes:\n  x: {loopback: 1.1.1.1, ospf: {redistribute: [static]}}\n"
		 "  y: {loopback: 2.2.2.2}\n  z: {loopback: 3.3.3.3, ospf: {area: 1}}\n"
		 "links:\n  - {endpoints: [z, y], ospf: {area: 1}}\n  - {endpoints: [x, y]}\n");
	CHECK_EQ(bench_do(&b, "z show ip ospf border-routers"), 0);
	CHECK(strstr(b.out, "\nR    1.1.1.1            IA [2] area: 0.0.0.1, ASBR\n"));
	CHECK(strstr(b.out, "\nR    2.2.2.2               [1] area: 0.0.0.1, ABR\n"));
	all = report(&b, "z show ip ospf route");
	o = json_object_get(all, "1.1.1.1");
	CHECK_STR(json_string_value(json_object_get(o, "routeType")), "R ");
	CHECK(json_is_true(json_object_get(o, "ia")));
	json_decref(all);
	/* lo of a border router is in the backbone, whichever link comes first. */
	all = report(&b, "y show ip ospf interface lo");
	o = json_object_get(json_object_get(all, "interfaces"), "lo");
	CHECK_STR(json_string_value(json_object_get(o, "area")), "0.0.0.0");
	json_decref(all);
	bench_close(&b);
}

/* Until the neighbours have acknowledged it (RFC 2328 14). */
TEST(cmd_ospf, what_is_flushed_stands_among_max_age)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 show ip ospf database max-age"), 0);
	CHECK_STR(b.out, "\n       OSPF Router with ID (1.1.1.1)\n\n\n"
		  "                MaxAge Link States:\n\n");
	bench_wants(&b, "r3 ospf default originate always", "");
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	CHECK_EQ(bench_do(&b, "run 10s"), 0);
	bench_wants(&b, "r3 ospf no default originate", "");
	CHECK_EQ(bench_do(&b, "run 5ms"), 0);
	CHECK_EQ(bench_do(&b, "r3 show ip ospf database max-age"), 0);
	CHECK(strstr(b.out, "MaxAge Link States:\n\nLink type: 5\nLink State ID: 0.0.0.0\n"
		     "Advertising Router: 3.3.3.3\n\n") != NULL);
	CHECK_EQ(bench_do(&b, "run 10s"), 0);
	CHECK_EQ(bench_do(&b, "show ip ospf database max-age"), 0);
	CHECK(!strstr(b.out, "Link type"));
	bench_close(&b);
}

TEST(cmd_ospf, values_out_of_range_are_refused)
{
	struct bench b;

	open_lab(&b, LAB);
	bench_refuses(&b, "r1 ospf redistribute static metric-type 3",
		      "'3' is not a number from 1 to 2\n");
	bench_refuses(&b, "r1 ospf redistribute static metric 16777215",
		      "'16777215' is not a number from 0 to 16777214\n");
	bench_refuses(&b, "r1 ospf default originate metric-type 0",
		      "'0' is not a number from 1 to 2\n");
	bench_refuses(&b, "r1 ospf area 5 default-cost 4294967297",
		      "'4294967297' is not a number from 0 to 16777214\n");
	bench_refuses(&b, "r1 ospf area 5 nssa range 10.0.0.0/8", "the area is not an NSSA\n");
	bench_refuses(&b, "r1 ospf area 5 range 10.0.0.0/8 cost 16777215",
		      "'16777215' is not a number from 0 to 16777214\n");
	bench_refuses(&b, "r1 ospf area 0 nssa",
		      "area 0 is the backbone, which cannot be a stub or NSSA\n");
	bench_close(&b);
}

TEST(cmd_ospf, interfaces_say_their_network_type)
{
	struct bench b;
	json_t *all, *o;

	open_lab(&b, LAB);
	all = report(&b, "r3 show ip ospf interface");
	o = json_object_get(json_object_get(all, "interfaces"), "eth0");
	CHECK_STR(json_string_value(json_object_get(o, "networkType")), "POINTOPOINT");
	CHECK_STR(json_string_value(json_object_get(o, "area")), "0.0.0.0");
	CHECK_EQ(json_integer_value(json_object_get(o, "cost")), 10);
	CHECK_EQ(json_integer_value(json_object_get(o, "nbrAdjacentCount")), 1);
	o = json_object_get(json_object_get(all, "interfaces"), "eth1");
	CHECK(json_is_true(json_object_get(o, "timerPassiveIface")));
	json_decref(all);
	bench_refuses(&b, "r3 show ip ospf interface eth7", "No such interface name\n");
	bench_close(&b);
}

TEST(cmd_ospf, the_database_as_a_list_and_an_lsa_at_full_length)
{
	struct bench b;
	json_t *all, *list, *l;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 show ip ospf database"), 0);
	CHECK(strstr(b.out, "\n       OSPF Router with ID (1.1.1.1)\n\n"
		     "                Router Link States (Area 0.0.0.0)\n\n"
		     "Link ID         ADV Router      Age  Seq#       CkSum  Link count\n"
		     "1.1.1.1        1.1.1.1 ") == b.out);
	CHECK_EQ(bench_do(&b, "r1 show ip ospf database router 2.2.2.2"), 0);
	CHECK(strstr(b.out, "    Link connected to: another Router (point-to-point)\n"
		     "     (Link ID) Neighboring Router ID: 3.3.3.3\n"
		     "     (Link Data) Router Interface address: 10.0.2.1\n"
		     "      Number of TOS metrics: 0\n       TOS 0 Metric: 10\n"));
	all = report(&b, "r1 show ip ospf database router self-originate");
	list = json_object_get(json_object_get(json_object_get(all, "routerLinkStates"), "areas"),
			       "0.0.0.0");
	CHECK_EQ(json_array_size(list), 1);
	l = json_array_get(list, 0);
	CHECK_STR(json_string_value(json_object_get(l, "linkStateId")), "1.1.1.1");
	CHECK_EQ(json_integer_value(json_object_get(l, "numOfLinks")), 3);
	json_decref(all);
	all = report(&b, "r1 show ip ospf database adv-router 3.3.3.3");
	list = json_object_get(json_object_get(json_object_get(all, "areas"), "0.0.0.0"),
			       "routerLinkStates");
	CHECK_EQ(json_array_size(list), 1);
	json_decref(all);
	bench_close(&b);
}

TEST(cmd_ospf, databases_differ_until_they_have_converged)
{
	struct bench b;

	open_lab(&b, LAB);
	bench_wants(&b, "lsdb diff", "");
	CHECK_EQ(bench_do(&b, "link r1 r2 down"), 0);
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	CHECK_EQ(bench_do(&b, "lsdb diff r2 r3"), 0);
	CHECK_STR(b.out, "");                     /* in one part of the lab */
	CHECK_EQ(bench_do(&b, "lsdb diff"), 0);
	CHECK(strstr(b.out, "area 0.0.0.0 router 1.1.1.1 of 1.1.1.1: r1 8000000") == b.out);
	CHECK_EQ(bench_do(&b, "lsdb show r1"), 0);
	CHECK(strstr(b.out, "NODE AREA") == b.out);
	bench_close(&b);
}

TEST(cmd_ospf, distances_and_ways)
{
	struct bench b;

	open_lab(&b, LAB);
	bench_wants(&b, "route dist",
		    "       r1   r2   r3    h\n"
		    "r1      -   10   20   30\n"
		    "r2     10    -   10   20\n"
		    "r3     20   10    -   10\n"
		    "h      21   11    1    -\n");
	bench_wants(&b, "route path r1 h",
		    " 0  r1 eth0 via 10.0.1.2 metric 30\n"
		    " 1  r2 eth1 via 10.0.2.2 metric 20\n"
		    " 2  r3 eth1 metric 0\n"
		    " 3  h\n");
	CHECK_EQ(bench_do(&b, "node r2 stop"), 0);
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	CHECK_EQ(bench_do(&b, "route path r1 h"), 1);
	CHECK_STR(b.out, " 0  r1\nno route\n");
	CHECK_EQ(bench_do(&b, "route dist"), 0);
	CHECK(strstr(b.out, "r1      -    -    -    -\n") != NULL);
	bench_close(&b);
}

TEST(cmd_ospf, a_loop_is_named)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 ip route add 9.9.9.9/32 via 10.0.1.2"), 0);
	CHECK_EQ(bench_do(&b, "r2 ip route add 9.9.9.9/32 via 10.0.1.1"), 0);
	CHECK_EQ(bench_do(&b, "route path r1 9.9.9.9"), 1);
	CHECK_STR(b.out, " 0  r1 eth0 via 10.0.1.2 metric 0\n 1  r2 eth0 via 10.0.1.1 metric 0\n"
		  " 2  r1\nloop\n");
	bench_close(&b);
}

TEST(cmd_ospf, what_a_command_sets_holds_at_once_and_is_exported)
{
	struct bench b;

	open_lab(&b, LAB);
	bench_wants(&b, "r1 ospf interface eth0 cost 55 priority 0", "");
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route show 3.3.3.3"), 0);
	CHECK(strstr(b.out, "metric 65 ") != NULL);
	CHECK_EQ(bench_do(&b, "topo export yaml"), 0);
	CHECK(strstr(b.out, "[{node: \"r1\", interface: \"eth0\", ipv4: [10.0.1.1/30], "
		     "ospf: {cost: 55, priority: 0}}") != NULL);
	bench_refuses(&b, "r1 ospf interface eth0 cost 0", "'0' is not a number from 1 to 65535\n");
	bench_refuses(&b, "r1 ospf interface eth5 cost 1", "r1 has no interface 'eth5'\n");
	bench_refuses(&b, "h ospf interface eth0 cost 1", "OSPF does not run here\n");
	CHECK_EQ(bench_do(&b, "r1 ospf interface eth0 disable"), 0);
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	CHECK_EQ(bench_do(&b, "r1 ip route show 3.3.3.3"), 0);
	CHECK_STR(b.out, "");
	bench_close(&b);
}

TEST(cmd_ospf, what_a_command_says_of_the_router_is_exported)
{
	static const char said[] =
		"ospf: {areas: [{id: 0, ranges: [{prefix: 10.0.0.0/8, hide: true}]}, "
		"{id: 5, type: stub, no_summary: true}, {id: 6, type: nssa, translate: never, "
		"ranges: [{prefix: 10.0.0.0/8, cost: 7, nssa: true}, {prefix: 10.0.0.0/8}, "
		"{prefix: 11.0.0.0/8, hide: true, nssa: true}]}], redistribute: [{from: static, metric: 9, "
		"type: 1}, {from: connected}], default_information: {originate: always}, "
		"spf: {delay: 1ms, hold: 2ms, max_hold: 3ms}, stub_router: true, cost: 10}\n";
	struct bench b, again;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "topo export yaml"), 0);
	CHECK(!strstr(b.out, "areas:") && !strstr(b.out, "redistribute:") &&
	      !strstr(b.out, "{delay:") && !strstr(b.out, "stub_router:"));
	bench_wants(&b, "r1 ospf area 5 stub no-summary", "");
	bench_wants(&b, "r1 ospf area 0 range 10.0.0.0/8 not-advertise", "");
	bench_wants(&b, "r1 ospf area 6 nssa translate-never", "");
	bench_wants(&b, "r1 ospf area 6 nssa range 10.0.0.0/8", "");
	bench_wants(&b, "r1 ospf area 6 range 10.0.0.0/8", "");
	bench_wants(&b, "r1 ospf area 6 nssa range 11.0.0.0/8 not-advertise", "");
	bench_wants(&b, "r1 ospf area 6 nssa range 10.0.0.0/8 cost 7", "");
	bench_wants(&b, "r1 ospf redistribute static metric 9 metric-type 1", "");
	bench_wants(&b, "r1 ospf redistribute connected", "");
	bench_wants(&b, "r1 ospf default originate always", "");
	bench_wants(&b, "r1 ospf timers spf 1ms 2ms 3ms", "");
	bench_wants(&b, "r1 ospf max-metric", "");
	CHECK_EQ(bench_do(&b, "topo export yaml"), 0);
	CHECK(strstr(b.out, said) != NULL);
	open_lab(&again, b.out);
	CHECK_EQ(bench_do(&again, "topo export yaml"), 0);
	CHECK_STR(again.out, b.out);
	bench_close(&again);
	bench_wants(&b, "r1 ospf no max-metric", "");
	bench_wants(&b, "r1 ospf no redistribute connected", "");
	bench_wants(&b, "r1 ospf no default originate", "");
	CHECK_EQ(bench_do(&b, "topo export yaml"), 0);
	CHECK(!strstr(b.out, "stub_router:") && !strstr(b.out, "connected") &&
	      !strstr(b.out, "default_information:"));
	bench_close(&b);
}

TEST(cmd_ospf, who_translates_of_an_nssa_is_shown_as_frr_does)
{
	static const struct { const char *role, *node, *text; } rows[] = {
		{ "candidate", "r3", "It is not ABR, therefore not Translator." },
		{ "candidate", "r2", "We are an ABR and the NSSA Elected Translator." },
		{ "candidate", "r1", "We are an ABR, but not the NSSA Elected Translator." },
		{ "always", "r2", "We are an ABR and always an NSSA Translator." },
		{ "never", "r2", "We are an ABR, but never an NSSA Translator." },
	};
	struct bench b;
	char line[64];

	open_lab(&b, "defaults: {routing: ospf}\n"
		     "nodes:\n  r1: {ospf: {areas: [{id: 1, type: nssa}]}}\n"
		     "  r2: {ospf: {areas: [{id: 1, type: nssa}]}}\n"
		     "  r3: {ospf: {areas: [{id: 1, type: nssa}]}}\n"
		     "links:\n  - {endpoints: [r1, r2]}\n"
		     "  - {endpoints: [r1, r3], ospf: {area: 1}}\n"
		     "  - {endpoints: [r2, r3], ospf: {area: 1}}\n");
	for (size_t i = 0; i < N_ELEM(rows); i++) {
		snprintf(line, sizeof(line), "r2 ospf area 1 nssa translate-%s", rows[i].role);
		bench_wants(&b, line, "");
		CHECK_EQ(bench_do(&b, "sleep 50"), 0);
		snprintf(line, sizeof(line), "%s show ip ospf", rows[i].node);
		CHECK_EQ(bench_do(&b, line), 0);
		CHECK(strstr(b.out, rows[i].text) != NULL);
	}
	bench_close(&b);
}

TEST(cmd_ospf, convergence_is_measured_from_the_last_change)
{
	struct bench b;
	json_t *o;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "run until 20s"), 0);
	CHECK_EQ(bench_do(&b, "link r2 r3 down"), 0);
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	o = report(&b, "convergence");
	CHECK_STR(json_string_value(json_object_get(o, "change")), "link r2 r3 down");
	CHECK_EQ(json_integer_value(json_object_get(o, "at")), SEC(20));
	CHECK(json_integer_value(json_object_get(o, "took")) > 0);
	CHECK(json_is_true(json_object_get(o, "converged")));
	CHECK_EQ(json_array_size(json_object_get(o, "routers")), 3);
	json_decref(o);
	bench_close(&b);
}

/* Its neighbour has it still, and will for a while: they are not done. */
TEST(cmd_ospf, who_is_made_passive_is_waited_for)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 ospf interface eth0 passive"), 0);
	CHECK_EQ(bench_do(&b, "wait converged 20"), 1);
	CHECK(strstr(b.err, ", who is not adjacent to it, for there for another ") != NULL);
	CHECK_EQ(bench_do(&b, "wait converged"), 0);
	CHECK(lab_now(b.sh->lab) >= SEC(35));
	CHECK_EQ(bench_do(&b, "r2 show ip ospf neighbor"), 0);
	CHECK(strstr(b.out, "1.1.1.1") == NULL);
	bench_close(&b);
}

TEST(cmd_ospf, what_cannot_converge_ends_with_the_reason)
{
	struct bench b;

	open_lab(&b, LAB);
	CHECK_EQ(bench_do(&b, "r1 ospf interface eth0 hello 3"), 0);
	CHECK_EQ(bench_do(&b, "run 60s"), 0);     /* their neighbourhood dies */
	CHECK_EQ(bench_do(&b, "wait converged 200"), 1);
	CHECK(strstr(b.err, "not converged: ") == b.err);
	CHECK(strstr(b.err, "r1 eth0 hears no neighbour that it can take") != NULL);
	CHECK(strstr(b.err, "r1 and r2 have different databases of area 0.0.0.0") != NULL);
	bench_refuses(&b, "run", "OSPF says hello for ever, so the lab is never idle; try run 10s, or "
		      "run until converged\n");
	bench_close(&b);
}
