// SPDX-License-Identifier: GPL-3.0-or-later
/* Nodes that stop and start, and what is lost with them. */
#include "sim/node.h"

#include <stdlib.h>

#include "sim/link.h"
#include "stack/show.h"
#include "stack/util/err.h"
#include "tests/unit/sim/rig.h"

/* h1 - r - h2; the links take 1 ms, and 8 ms for 1000 bytes. */
#define LINE \
	"nodes:\n  h1: {kind: host, gateway: 10.0.1.1}\n  r: {}\n" \
	"  h2: {kind: host, gateway: 10.0.2.1}\n" \
	"defaults: {link: {rate: 1mbit, delay: 1ms}}\nlinks:\n" \
	"  - {endpoints: [r, h1], ipv4: 10.0.1.0/24}\n" \
	"  - {endpoints: [r, h2], ipv4: 10.0.2.0/24}\n"

/* How many of count echoes h1 gets from h2 within ten seconds. */
static int pings(struct lab *lab, const char *words)
{
	struct rig_prog ping;
	const char *at;
	int sent = 0, got = -1;

	rig_start(&ping, lab, "h1", words);
	lab_run_until(lab, lab_now(lab) + SEC(10));
	CHECK(prog_done(ping.p));
	at = ping.out.s ? strstr(ping.out.s, " packets transmitted") : NULL;
	while (at && at > ping.out.s && at[-1] != '\n')
		at--;
	if (at)
		CHECK_EQ(sscanf(at, "%d packets transmitted, %d received", &sent, &got), 2);
	rig_end_prog(&ping);
	return got;
}

/* --- stop and start --------------------------------------------------------------- */

TEST(node, a_stopped_node_has_no_stack_and_its_neighbours_no_carrier)
{
	struct lab *lab = rig_lab(LINE);
	struct node *r = rig_node(lab, "r");
	struct buf events = { 0 };

	rig_hear_events(lab, &events);
	CHECK_EQ(node_stop(r), OK);
	CHECK(!node_is_up(r));
	CHECK(node_stack(r) == NULL);
	CHECK(node_has_stack(r));         /* it is no hub */
	CHECK(rig_info(lab, "r:eth0").dev == NULL);
	CHECK(!rig_info(lab, "r:eth0").up);
	CHECK(!rig_info(lab, "h1:eth0").carrier);
	CHECK(!rig_info(lab, "h2:eth0").carrier);
	CHECK(rig_info(lab, "h1:eth0").up);
	CHECK(link_is_up(lab_link(lab, 0)));      /* the cable is there */
	CHECK_EQ(node_stop(r), ERR_EXIST);
	CHECK_EQ(pings(lab, "ping -c 1 h2"), 0);  /* host unreachable */
	CHECK_EQ(node_start(r), OK);
	CHECK_EQ(node_start(r), ERR_EXIST);
	CHECK(rig_info(lab, "h1:eth0").carrier && rig_info(lab, "h2:eth0").carrier);
	CHECK_STR(events.s,
		  "r eth0: carrier lost\nh1 eth0: carrier lost\n"
		  "r eth1: carrier lost\nh2 eth0: carrier lost\nr: stopped\n"
		  "r eth0: carrier on\nh1 eth0: carrier on\n"
		  "r eth1: carrier on\nh2 eth0: carrier on\nr: started\n");
	buf_free(&events);
	lab_free(lab);
}

TEST(node, a_stopped_node_still_has_a_name_and_an_address)
{
	struct lab *lab = rig_lab(LINE);
	struct addr before, after;

	CHECK(lab_resolve(lab, "r", &before));
	CHECK_EQ(before.v4, IP4(10, 0, 1, 1));
	node_stop(rig_node(lab, "r"));
	CHECK(lab_resolve(lab, "@r", &after));
	CHECK(addr_eq(&before, &after));
	CHECK_STR(lab_owner(lab, &after), "r");
	lab_free(lab);
}

static bool count_neigh(void *arg, const struct neigh_info *n)
{
	*(unsigned *)arg += n->has_mac;
	return true;
}

static unsigned neighbours(struct lab *lab, const char *node)
{
	unsigned n = 0;

	show_neighs(node_stack(rig_node(lab, node)), count_neigh, &n);
	return n;
}

TEST(node, what_a_node_learned_and_was_told_is_gone_after_a_stop)
{
	struct lab *lab = rig_lab(LINE);
	struct node *r = rig_node(lab, "r");
	struct prefix extra = { addr_ip4(IP4(10, 77, 0, 1)), 24 };
	struct addr a = addr_ip4(IP4(10, 77, 0, 1));
	struct route_answer answer;

	CHECK_EQ(pings(lab, "ping -c 1 h2"), 1);
	CHECK_EQ(neighbours(lab, "r"), 2);
	CHECK_EQ(stack_addr_add(node_stack(r), stack_dev(node_stack(r), "eth0"), &extra), OK);
	CHECK_EQ(stack_set_option(node_stack(r), OPT_TTL, 9), OK);
	CHECK(rig_info(lab, "r:eth0").tx_packets > 0);
	node_stop(r);
	CHECK_EQ(neighbours(lab, "h1"), 0);       /* forgotten with the carrier */
	CHECK_EQ(node_start(r), OK);
	CHECK_EQ(neighbours(lab, "r"), 0);
	CHECK_EQ(stack_option(node_stack(r), OPT_TTL), 64);
	CHECK_EQ(rig_info(lab, "r:eth0").tx_packets, 0);
	CHECK(show_route_get(node_stack(r), &a, NULL, &answer) != OK);
	CHECK_EQ(show_stat(node_stack(r), ST_IP_FORWARDED), 0);
	CHECK_EQ(pings(lab, "ping -c 2 h2"), 2);  /* with ARP on both sides */
	CHECK_EQ(neighbours(lab, "r"), 2);
	CHECK_EQ(show_stat(node_stack(r), ST_IP_FORWARDED), 4);
	lab_free(lab);
}

TEST(node, frames_to_and_from_a_node_die_with_it)
{
	struct lab *lab = rig_lab(LINE);

	for (uint32_t i = 0; i < 3; i++) {
		rig_send(lab, "r:eth0", 1000, i);
		rig_send(lab, "h1:eth0", 1000, i);
		rig_send(lab, "h2:eth0", 1000, i);
	}
	lab_run_until(lab, MSEC(10));     /* one of each arrived at 9 ms */
	node_stop(rig_node(lab, "r"));
	CHECK_EQ(rig_info(lab, "r:eth0").drops[DROP_LINK_CUT], 2);
	CHECK_EQ(rig_info(lab, "h1:eth0").drops[DROP_LINK_CUT], 2);
	CHECK_EQ(rig_info(lab, "h2:eth0").drops[DROP_LINK_CUT], 2);
	CHECK_EQ(lab_drops(lab, DROP_LINK_CUT), 6);
	CHECK_EQ(rig_send(lab, "h1:eth0", 100, 9), ERR_NETDOWN);
	CHECK_EQ(lab_next_at(lab), NS_NEVER);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(node, a_hub_stops_and_starts_too)
{
	struct lab *lab = rig_lab("nodes: {a: {}, b: {}, hub: {kind: hub}}\nlinks:\n"
				  "  - {endpoints: [hub, a], rate: 1mbit, delay: 1ms}\n"
				  "  - {endpoints: [hub, b], rate: 1mbit, delay: 1ms}\n");
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	lab_run_until(lab, MSEC(5));
	CHECK_EQ(node_stop(rig_node(lab, "hub")), OK);
	CHECK_EQ(lab_drops(lab, DROP_LINK_CUT), 1);
	CHECK(!rig_info(lab, "b:eth0").carrier);
	CHECK_EQ(rig_send(lab, "a:eth0", 1000, 2), ERR_NETDOWN);
	CHECK_EQ(node_start(rig_node(lab, "hub")), OK);
	rig_send(lab, "a:eth0", 1000, 3);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 1);
	CHECK_EQ(b->got[0].tag, 3);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

/* --- programs --------------------------------------------------------------------- */

TEST(node, a_stop_kills_the_programs_of_the_node)
{
	struct lab *lab = rig_lab(LINE);
	struct rig_prog ping, echo, gen;

	rig_start(&ping, lab, "h1", "ping h2");
	rig_start(&echo, lab, "h1", "echo -u 7");
	rig_start(&gen, lab, "h2", "udpgen -c 0 -i 0.001 h1 7");
	lab_run_until(lab, SEC(2));
	CHECK(!prog_done(ping.p) && !prog_done(echo.p) && !prog_done(gen.p));
	node_stop(rig_node(lab, "h1"));
	CHECK(prog_done(ping.p));
	CHECK_EQ(prog_status(ping.p), 137);
	CHECK_EQ(prog_status(echo.p), 137);
	CHECK(!prog_done(gen.p));         /* it runs elsewhere */
	lab_run_until(lab, SEC(4));
	node_start(rig_node(lab, "h1"));
	lab_run_until(lab, SEC(6));
	CHECK(!prog_done(gen.p));
	prog_interrupt(gen.p);
	CHECK(prog_done(gen.p));
	rig_end_prog(&ping);
	rig_end_prog(&echo);
	rig_end_prog(&gen);
	lab_free(lab);
}

TEST(node, nothing_starts_on_a_stopped_node)
{
	struct lab *lab = rig_lab(LINE);
	struct rig_prog ping;

	node_stop(rig_node(lab, "h1"));
	rig_start(&ping, lab, "h1", "ping h2");
	CHECK(prog_done(ping.p));
	CHECK_EQ(prog_status(ping.p), 1);
	CHECK_STR(ping.out.s, "ping: the node is not running\n");
	rig_end_prog(&ping);
	lab_free(lab);
}

/* --- at every event of a busy exchange -------------------------------------------- */

/* ARP, echoes in fragments, datagrams both ways, an ICMP error: all in 200 ms. */
struct busy { struct lab *lab; struct rig_prog ping, gen, back, echo; };

static void busy_start(struct busy *b)
{
	b->lab = rig_lab(LINE);
	rig_start(&b->echo, b->lab, "h2", "echo -u 7");
	rig_start(&b->ping, b->lab, "h1", "ping -c 3 -i 0.04 -s 2000 -W 1 h2");
	rig_start(&b->gen, b->lab, "h1", "udpgen -c 5 -i 0.01 -s 1800 h2 7");
	rig_start(&b->back, b->lab, "h2", "udpgen -c 3 -i 0.02 h1 9");
}

static void busy_end(struct busy *b)
{
	prog_interrupt(b->ping.p);
	prog_interrupt(b->gen.p);
	prog_interrupt(b->back.p);
	prog_interrupt(b->echo.p);
	rig_end_prog(&b->ping);
	rig_end_prog(&b->gen);
	rig_end_prog(&b->back);
	rig_end_prog(&b->echo);
	lab_run_until(b->lab, lab_now(b->lab) + SEC(60));
	rig_check_empty(b->lab);
	lab_free(b->lab);
}

static void cut(struct lab *lab) { link_set_up(lab_link(lab, 0), false); }
static void join(struct lab *lab) { link_set_up(lab_link(lab, 0), true); }
static void stop_router(struct lab *lab) { CHECK_EQ(node_stop(rig_node(lab, "r")), OK); }
static void start_router(struct lab *lab) { CHECK_EQ(node_start(rig_node(lab, "r")), OK); }
static void stop_host(struct lab *lab) { CHECK_EQ(node_stop(rig_node(lab, "h2")), OK); }
static void start_host(struct lab *lab) { CHECK_EQ(node_start(rig_node(lab, "h2")), OK); }

static void dev_set(struct lab *lab, bool up)
{
	struct stack *st = node_stack(rig_node(lab, "r"));

	netdev_set_up(stack_dev(st, "eth1"), up);
}

static void dev_down(struct lab *lab) { dev_set(lab, false); }
static void dev_up(struct lab *lab) { dev_set(lab, true); }

/* For every k: k events, the mishap, as long again as it takes for frames to
 * arrive that should not, the repair, and on to the end. */
static void at_every_event(void (*mishap)(struct lab *), void (*repair)(struct lab *))
{
	uint64_t events = 0;

	for (uint64_t k = 0; k <= events; k++) {
		struct busy b;

		busy_start(&b);
		if (k == 0) {             /* once undisturbed, to count */
			lab_run_until(b.lab, MSEC(400));
			events = lab_events(b.lab);
			CHECK(events > 50);
			CHECK(prog_done(b.ping.p) && prog_status(b.ping.p) == 0);
			busy_end(&b);
			busy_start(&b);
		}
		lab_step(b.lab, k);
		mishap(b.lab);
		lab_run_until(b.lab, lab_now(b.lab) + MSEC(15));
		repair(b.lab);
		lab_run_until(b.lab, lab_now(b.lab) + SEC(3));
		CHECK_EQ(pings(b.lab, "ping -c 1 10.0.2.2"), 1);
		busy_end(&b);
	}
}

TEST(node, a_link_may_be_cut_at_any_event) { at_every_event(cut, join); }
TEST(node, a_router_may_stop_at_any_event) { at_every_event(stop_router, start_router); }
TEST(node, a_host_may_stop_at_any_event) { at_every_event(stop_host, start_host); }
TEST(node, an_interface_may_go_down_at_any_event) { at_every_event(dev_down, dev_up); }

TEST(node, a_lab_may_end_at_any_event)
{
	for (uint64_t k = 0; k < 200; k++) {
		struct busy b;

		busy_start(&b);
		lab_step(b.lab, k);
		if (k & 1) {              /* programs outlive their lab's nodes */
			node_stop(rig_node(b.lab, "h1"));
			node_stop(rig_node(b.lab, "h2"));
		}
		prog_free(b.ping.p);
		prog_free(b.gen.p);
		prog_free(b.back.p);
		prog_free(b.echo.p);
		buf_free(&b.ping.out);
		buf_free(&b.gen.out);
		buf_free(&b.back.out);
		buf_free(&b.echo.out);
		lab_free(b.lab);
	}
	CHECK(true);
}
