// SPDX-License-Identifier: GPL-3.0-or-later
/* Links that come and go while the lab runs. */
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

static void del(struct lab *lab, const char *a, const char *b)
{
	struct link *l = lab_find_link(lab, rig_node(lab, a), rig_node(lab, b), 0);
	struct buf err = { 0 };

	REQUIRE(l != NULL);
	CHECK(lab_link_del(lab, l, &err));
	CHECK(!err.len);
	buf_free(&err);
}

TEST(link_add, it_carries_frames_as_one_of_the_lab_file_does)
{
	struct lab *lab = rig_lab(LINE);
	struct rig_ear *ear;

	CHECK_STR(rig_link_add(lab, "a", "c:west", "delay 30ms rate 1mbit mtu 1400"), "");
	CHECK_EQ(lab_n_links(lab), 3);
	CHECK_STR(rig_end(lab, "a:eth1")->dev.name, "eth1");
	CHECK_EQ(rig_end(lab, "c:west")->dev.mtu, 1400);
	ear = rig_ear(lab, "c:west");
	rig_send(lab, "a:eth1", 1000, 7);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(ear->n, 1);
	CHECK_EQ(ear->got[0].at, MSEC(38));
	rig_deaf(ear);
	lab_free(lab);
}

TEST(link_add, what_links_start_from_in_the_file_holds_for_it)
{
	struct lab *lab = rig_lab("defaults: {link: {delay: 7ms, mtu: 900}}\n" LINE);

	CHECK_STR(rig_link_add(lab, "a", "c", ""), "");
	CHECK_EQ(rig_end(lab, "a:eth1")->delay, MSEC(7));
	CHECK_EQ(rig_end(lab, "a:eth1")->dev.mtu, 900);
	lab_free(lab);
}

TEST(link_add, an_address_that_a_command_took_is_not_assigned)
{
	struct lab *lab = rig_lab(LINE);
	struct prefix p;

	REQUIRE(prefix_parse(&p, "10.1.1.9/24"));
	CHECK_EQ(stack_addr_add(node_stack(rig_node(lab, "b")), &rig_end(lab, "b:eth0")->dev, &p),
		 OK);
	CHECK_STR(rig_link_add(lab, "a", "c", ""), "");
	CHECK_EQ(lab_topo(lab)->links[2].end[0].addrs[0].addr.v4, IP4(10, 2, 2, 1));
	CHECK_EQ(lab_topo(lab)->links[2].end[1].addrs[0].addr.v4, IP4(10, 2, 2, 2));
	CHECK_STR(rig_link_add(lab, "a", "c", "ipv4 10.1.1.9/24 10.1.1.10/24"),
		  "address 10.1.1.9 of a is used already by b, in line 3");
	CHECK_EQ(lab_n_links(lab), 3);
	lab_free(lab);
}

TEST(link_add, names_and_macs_are_not_given_twice)
{
	struct lab *lab = rig_lab(LINE);
	struct mac mac;

	CHECK_STR(rig_link_add(lab, "a", "c", ""), "");
	mac = rig_end(lab, "a:eth1")->dev.mac;
	del(lab, "a", "c");
	CHECK_STR(rig_link_add(lab, "a", "c", ""), "");
	CHECK(!lab_link_at(lab, rig_node(lab, "a"), "eth1", NULL));
	CHECK(!mac_eq(rig_end(lab, "a:eth2")->dev.mac, mac));
	CHECK_STR(rig_link_add(lab, "a:eth3", "c", ""), "");
	CHECK_STR(rig_link_add(lab, "a", "c", ""), "");    /* eth4, the next that nobody took */
	CHECK(lab_link_at(lab, rig_node(lab, "a"), "eth4", NULL) != NULL);
	CHECK_STR(rig_link_add(lab, "a:eth3", "c", ""), "interface 'a:eth3' has a link already");
	lab_free(lab);
}

TEST(link_add, a_deleted_link_loses_its_frames_with_a_reason)
{
	struct lab *lab = rig_lab(LINE);
	struct buf lines = { 0 };
	struct rig_ear *ear = rig_ear(lab, "b:eth0");

	rig_hear_events(lab, &lines);
	for (uint32_t i = 0; i < 5; i++)
		rig_send(lab, "a:eth0", 1000, i);
	lab_run_until(lab, MSEC(5));
	del(lab, "a", "b");
	CHECK_EQ(lab_drops(lab, DROP_LINK_CUT), 5);
	CHECK_STR(lines.s, "a eth0: carrier lost\nb eth0: carrier lost\n");
	CHECK_EQ(lab_n_links(lab), 1);
	CHECK_STR(link_ifname(lab_link(lab, 0), SIDE_A), "eth1");
	lab_run_until(lab, SEC(1));
	CHECK_EQ(ear->n, 0);
	rig_deaf(ear);
	rig_check_empty(lab);
	buf_free(&lines);
	lab_free(lab);
}

TEST(link_add, routes_by_a_deleted_link_go_and_the_node_starts_without_them)
{
	struct lab *lab = rig_lab("nodes: {a: {gateway: 10.0.1.2}, b: {}, c: {}}\nlinks:\n"
				  "  - {endpoints: [a, b], ipv4: 10.0.1.0/24}\n"
				  "  - {endpoints: [b, c], ipv4: 10.0.2.0/24}\n");
	struct node *a = rig_node(lab, "a");

	CHECK_STR(rig_link_add(lab, "a", "c", ""), "");
	del(lab, "a", "b");
	CHECK_EQ(node_stop(a), OK);
	CHECK_EQ(node_start(a), OK);
	CHECK(node_is_up(a) && stack_dev(node_stack(a), "eth1") &&
	      !stack_dev(node_stack(a), "eth0"));
	lab_free(lab);
}

TEST(link_add, a_hub_sends_by_a_new_link_and_hub_loops_are_found_anew)
{
	struct lab *lab = rig_lab("nodes: {x: {kind: hub}, y: {kind: hub}, a: {}, b: {}}\nlinks:\n"
				  "  - {endpoints: [a, x], ipv4: 10.0.1.0/24}\n"
				  "  - {endpoints: [x, y]}\n");
	struct rig_ear *ear;

	CHECK_STR(rig_link_add(lab, "b", "y", ""), "");
	CHECK_EQ(lab_topo(lab)->links[2].end[0].addrs[0].addr.v4, IP4(10, 0, 1, 2));
	ear = rig_ear(lab, "b:eth0");
	rig_send(lab, "a:eth0", 100, 1);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(ear->n, 1);
	CHECK(!rig_node(lab, "x")->may_loop);
	CHECK_STR(rig_link_add(lab, "x", "y", ""), "");
	CHECK(rig_node(lab, "x")->may_loop && rig_node(lab, "y")->may_loop);
	del(lab, "x", "y");
	CHECK(!rig_node(lab, "x")->may_loop && !rig_node(lab, "y")->may_loop);
	rig_deaf(ear);
	lab_free(lab);
}

TEST(link_add, what_the_words_get_wrong_is_one_sentence_and_changes_nothing)
{
	static const struct { const char *a, *b, *words, *err; } all[] = {
		{ "a", "a", "", "a link from 'a' to itself" },
		{ "a", "c", "dleay 5ms", "found 'dleay', expected a setting of the link; did you mean 'delay'?" },
		{ "a", "c", "delay", "delay: expected a value after it" },
		{ "a", "c", "delay mtu 900", "delay: expected a value after it" },
		{ "a", "c", "delay 5", "delay: '5' has no unit; expected a time such as 10ns, 5us, "
		  "1.5ms, 10s or 2m" },
		{ "a", "c", "mtu 20", "mtu: '20' is not a whole number from 68 to 65535" },
		{ "a", "c:", "", "endpoints: '' is no interface name; expected 1 to 15 characters" },
		{ "a", "c", "endpoints [a,b]", "endpoints: given twice" },
		{ "a", "c", "ipv4 ]", "this is not YAML" },
		{ "a", "c", "cost 5 cost 6", "cost: given twice" },
		{ "a:eth0", "c", "", "interface 'a:eth0' has a link already, in line 3" },
	};
	struct lab *lab = rig_lab(LINE);

	for (size_t i = 0; i < N_ELEM(all); i++) {
		const char *said = rig_link_add(lab, all[i].a, all[i].b, all[i].words);

		if (!CHECK(strncmp(said, all[i].err, strlen(all[i].err)) == 0))
			printf("     %s: %s\n", all[i].words, said);
		CHECK(!strchr(said, '\n'));
	}
	CHECK_EQ(lab_n_links(lab), 2);
	lab_free(lab);
}

TEST(link_add, links_to_the_outside_stay_as_they_are)
{
	struct lab *lab = rig_lab("nodes: {a: {}, x: {kind: external, port: \"unix:/none/x\"}}\n"
				  "links:\n  - {endpoints: [a, x], ipv4: 10.0.1.0/24}\n");
	struct buf err = { 0 };

	CHECK_STR(rig_link_add(lab, "a", "x", ""), "x is outside the lab; expected its links in the "
		  "lab file");
	CHECK(!lab_link_del(lab, lab_link(lab, 0), &err));
	CHECK_STR(err.s, "x is outside the lab; its links stay as in the lab file");
	CHECK_EQ(lab_n_links(lab), 1);
	buf_free(&err);
	lab_free(lab);
}

/* --- OSPF --------------------------------------------------------------------------- */

static bool converged(void *lab)
{
	return lab_is_converged(lab);
}

static bool count_full(void *arg, const struct show_ospf_nbr *n)
{
	*(unsigned *)arg += n->state == OSPF_NBR_FULL;
	return true;
}

static unsigned n_full(struct lab *lab, const char *node)
{
	unsigned n = 0;

	show_ospf_nbrs(node_stack(rig_node(lab, node)), count_full, &n);
	return n;
}

TEST(link_add, ospf_is_adjacent_within_a_hello_and_gone_at_once)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf}\n" LINE);
	ns_t at;

	lab_run_while(lab, converged, lab, SEC(100));
	CHECK_EQ(n_full(lab, "a"), 1);
	at = lab_now(lab);
	CHECK_STR(rig_link_add(lab, "a", "c", "cost 3"), "");
	CHECK_EQ(lab_run_until(lab, at + SEC(10)), LAB_REACHED);
	CHECK_EQ(n_full(lab, "a"), 2);
	CHECK_EQ(n_full(lab, "c"), 2);
	del(lab, "a", "c");
	CHECK_EQ(n_full(lab, "a"), 1);
	lab_run_while(lab, converged, lab, lab_now(lab) + SEC(100));
	CHECK(lab_is_converged(lab));
	lab_free(lab);
}

TEST(link_add, a_router_whose_first_link_it_is_begins_to_speak)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf}\n"
				  "nodes: {a: {}, b: {}, c: {}}\nlinks:\n"
				  "  - {endpoints: [a, b], ipv4: 10.0.1.0/24}\n");

	CHECK_STR(rig_link_add(lab, "b", "c", ""), "");
	lab_run_until(lab, SEC(20));
	CHECK_EQ(n_full(lab, "c"), 1);
	CHECK_EQ(n_full(lab, "b"), 2);
	lab_free(lab);
}

/* --- anything at any time ------------------------------------------------------------- */

static void one_step(struct lab *lab, unsigned *seed)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	const char *a = names[rand_r(seed) % 4], *b = names[rand_r(seed) % 4];
	struct node *n = rig_node(lab, a);
	struct buf err = { 0 };

	switch (rand_r(seed) % 5) {
	case 0:
	case 1:
		(void)rig_link_add(lab, a, b, rand_r(seed) % 2 ? "delay 3ms 1ms loss 5%" : "");
		break;
	case 2:
		if (lab_n_links(lab))
			CHECK(lab_link_del(lab, lab_link(lab, (unsigned)rand_r(seed) %
							 lab_n_links(lab)), &err));
		break;
	case 3:
		CHECK_EQ(node_is_up(n) ? node_stop(n) : node_start(n), OK);
		break;
	default:
		if (lab_n_links(lab))
			CHECK_EQ(link_set_up(lab_link(lab, 0), rand_r(seed) % 2), OK);
	}
	lab_run_until(lab, lab_now(lab) + rand_r(seed) % MSEC(400));
}

TEST(link_add, links_come_and_go_under_traffic_and_nothing_is_left)
{
	struct lab *lab = rig_lab("defaults: {routing: ospf}\n"
				  "nodes: {a: {}, b: {}, c: {}, d: {loopback: 9.9.9.9}}\nlinks:\n"
				  "  - {endpoints: [a, b]}\n  - {endpoints: [b, c]}\n"
				  "  - {endpoints: [c, d]}\n");
	struct rig_prog ping, server, tcp;
	unsigned seed = 1;

	lab_run_until(lab, SEC(1));
	rig_start(&ping, lab, "a", "ping -i 0.01 9.9.9.9");
	rig_start(&server, lab, "d", "iperf3 -s");
	rig_start(&tcp, lab, "a", "iperf3 -c 9.9.9.9 -t 100");
	for (int i = 0; i < 300; i++)
		one_step(lab, &seed);
	rig_end_prog(&ping);
	rig_end_prog(&tcp);
	rig_end_prog(&server);
	while (lab_n_links(lab)) {
		struct buf err = { 0 };

		CHECK(lab_link_del(lab, lab_link(lab, 0), &err));
	}
	lab_run_until(lab, lab_now(lab) + SEC(100));
	lab_free(lab);
}
