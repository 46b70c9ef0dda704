// SPDX-License-Identifier: GPL-3.0-or-later
/* Hubs: flooding, storms in loops of them, and group traffic over a LAN. */
#include <stdlib.h>

#include "sim/link.h"
#include "sim/node.h"
#include "stack/show.h"
#include "stack/util/err.h"
#include "tests/unit/sim/rig.h"

#define LAN \
	"nodes: {hub: {kind: hub}, a: {kind: host}, b: {kind: host}, c: {kind: host}}\n" \
	"defaults: {link: {rate: 1mbit, delay: 1ms}}\nlinks:\n" \
	"  - {endpoints: [hub, {node: a, ipv4: 10.0.0.1/24}]}\n" \
	"  - {endpoints: [hub, {node: b, ipv4: 10.0.0.2/24}]}\n" \
	"  - {endpoints: [hub, {node: c, ipv4: 10.0.0.3/24}]}\n"

/* --- flooding --------------------------------------------------------------------- */

TEST(hub, a_frame_leaves_by_every_port_but_the_one_it_came_by)
{
	struct lab *lab = rig_lab(LAN);
	struct rig_ear *a = rig_ear(lab, "a:eth0"), *b = rig_ear(lab, "b:eth0");
	struct rig_ear *c = rig_ear(lab, "c:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(a->n, 0);
	CHECK_EQ(b->n, 1);
	CHECK_EQ(c->n, 1);
	CHECK_EQ(b->got[0].at, MSEC(18)); /* stored and forwarded: twice 8 + 1 */
	CHECK_EQ(c->got[0].at, MSEC(18));
	CHECK_EQ(b->got[0].len, 1000);
	CHECK_EQ(rig_info(lab, "hub:eth0").tx_packets, 0);
	rig_deaf(a);
	rig_deaf(b);
	rig_deaf(c);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(hub, a_frame_for_one_is_not_for_the_others)
{
	struct lab *lab = rig_lab(LAN);
	struct sock *a = rig_udp(lab, "a", 0), *b = rig_udp(lab, "b", 9);
	uint8_t got[100];

	rig_udp_send(lab, "a", a, "b", 9, 50);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(sk_recv(b, got, sizeof(got), NULL), 50);
	/* The answer to ARP, and the datagram; c saw both. */
	CHECK_EQ(show_drops(node_stack(rig_node(lab, "c")), DROP_ETH_NOT_US), 2);
	CHECK_EQ(show_drops(node_stack(rig_node(lab, "b")), DROP_ETH_NOT_US), 0);
	CHECK_EQ(lab_drops(lab, DROP_ETH_NOT_US), 2);
	sk_close(a);
	sk_close(b);
	lab_free(lab);
}

TEST(hub, a_hub_with_one_port_swallows_frames)
{
	struct lab *lab = rig_lab("nodes: {hub: {kind: hub}, a: {}}\nlinks:\n"
				  "  - {endpoints: [hub, a]}\n");

	rig_send(lab, "a:eth0", 1000, 1);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(rig_info(lab, "a:eth0").delivered_packets, 1);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(hub, a_cut_port_gets_nothing_and_the_others_all)
{
	struct lab *lab = rig_lab(LAN);
	struct rig_ear *b = rig_ear(lab, "b:eth0"), *c = rig_ear(lab, "c:eth0");

	link_set_up(lab_link(lab, 1), false);
	rig_send(lab, "a:eth0", 100, 1);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 0);
	CHECK_EQ(c->n, 1);
	CHECK_EQ(lab_drops(lab, DROP_LINK_DOWN), 0);
	rig_deaf(b);
	rig_deaf(c);
	lab_free(lab);
}

/* --- chains ----------------------------------------------------------------------- */

/* a - h0 - h1 ... - hN - b */
static struct lab *chain(unsigned hubs)
{
	struct buf y = { 0 };
	struct lab *lab;

	buf_str(&y, "nodes: {a: {}, b: {}");
	for (unsigned i = 0; i < hubs; i++)
		buf_printf(&y, ", h%u: {kind: hub}", i);
	buf_printf(&y, "}\nlinks:\n  - {endpoints: [a, h0]}\n  - {endpoints: [b, h%u]}\n", hubs - 1);
	for (unsigned i = 1; i < hubs; i++)
		buf_printf(&y, "  - {endpoints: [h%u, h%u]}\n", i - 1, i);
	lab = rig_lab(y.s);
	buf_free(&y);
	return lab;
}

/* Thirty thousand frames a second through forty hubs. */
TEST(hub, any_number_of_hubs_in_a_row_is_no_loop)
{
	struct lab *lab = chain(40);
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send_train(lab, "a:eth0", 3000, 1000, USEC(33));
	CHECK_EQ(b->n, 3000);
	CHECK_EQ(lab_drops(lab, DROP_HUB_STORM), 0);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

/* Twenty LANs between routers, each with a loop: what loops there stays there. */
TEST(hub, a_router_between_hubs_starts_the_count_again)
{
	struct buf y = { 0 };
	struct rig_prog ping;
	struct lab *lab;

	buf_str(&y, "nodes:\n");
	for (int i = 0; i <= 20; i++) {
		buf_printf(&y, "  n%d: {routes: [", i);
		if (i < 20)
			buf_printf(&y, "{to: 10.0.19.0/24, via: 10.0.%d.2}, ", i);
		if (i > 0)
			buf_printf(&y, "{to: 10.0.0.0/24, via: 10.0.%d.1}", i - 1);
		buf_str(&y, "]}\n");
	}
	for (int i = 0; i < 20; i++)
		buf_printf(&y, "  h%d: {kind: hub}\n  g%d: {kind: hub}\n", i, i);
	buf_str(&y, "links:\n");
	for (int i = 0; i < 20; i++)
		buf_printf(&y, "  - {endpoints: [h%d, {node: n%d, ipv4: 10.0.%d.1/24}]}\n"
			   "  - {endpoints: [h%d, {node: n%d, ipv4: 10.0.%d.2/24}]}\n"
			   "  - {endpoints: [h%d, g%d]}\n  - {endpoints: [h%d, g%d], down: true}\n",
			   i, i, i, i, i + 1, i, i, i, i, i);
	lab = rig_lab(y.s);
	buf_free(&y);
	rig_start(&ping, lab, "n0", "ping -c 30 -i 0.01 10.0.19.2");
	lab_run_until(lab, SEC(10));
	CHECK(prog_done(ping.p));
	CHECK_EQ(prog_status(ping.p), 0);
	CHECK(strstr(ping.out.s, "30 received") != NULL);
	CHECK_EQ(lab_drops(lab, DROP_HUB_STORM), 0);
	rig_end_prog(&ping);
	lab_free(lab);
}

/* --- storms ----------------------------------------------------------------------- */

/* n hubs, each joined to every other, or in a ring; a host on the first. */
static struct lab *loop(unsigned n, bool mesh, const char *link)
{
	struct buf y = { 0 };
	struct lab *lab;

	buf_printf(&y, "defaults: {link: {%s}}\nnodes: {a: {kind: host}", link);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&y, ", h%u: {kind: hub}", i);
	buf_str(&y, "}\nlinks:\n  - {endpoints: [a, h0]}\n");
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = i + 1; k < n; k++)
			if (mesh || k == i + 1 || (i == 0 && k == n - 1))
				buf_printf(&y, "  - {endpoints: [h%u, h%u]}\n", i, k);
	lab = rig_lab(y.s);
	buf_free(&y);
	return lab;
}

static unsigned lines_with(const char *text, const char *words)
{
	unsigned n = 0;

	for (const char *at = text; at && (at = strstr(at, words)); at++)
		n++;
	return n;
}

/* One broadcast into a loop; it must be over soon, after at most
 * `most` events, and each hub complains at most once. */
static void storm(unsigned n, bool mesh, const char *link, uint64_t most)
{
	struct lab *lab = loop(n, mesh, link);
	struct pkt_pool_stats pool;
	struct buf events = { 0 };
	char line[100];

	rig_hear_events(lab, &events);
	rig_send(lab, "a:eth0", 100, 1);
	lab_run_until(lab, SEC(100));
	CHECK(lab_events(lab) <= most);
	CHECK(lab_events(lab) > 16);
	CHECK(lab_drops(lab, DROP_HUB_STORM) > 0);
	CHECK_EQ(lab_next_at(lab), NS_NEVER);
	CHECK(lines_with(events.s, "broadcast storm") >= 1);
	for (unsigned i = 0; i < n; i++) {
		snprintf(line, sizeof(line),
			 "broadcast storm: frames go around a loop of hubs at h%u\n", i);
		CHECK(lines_with(events.s, line) <= 1);
	}
	pkt_pool_stats(lab->pool, &pool);
	CHECK(pool.pkts_max <= most);
	rig_check_empty(lab);
	buf_free(&events);
	lab_free(lab);
}

/* In a ring a frame runs both ways around, 16 hubs far, and a copy of each
 * comes back to the host at every turn: 2 x 16 and 2 x 6. */
TEST(hub, a_ring_of_three_hubs_lets_a_frame_around_five_times) {
	storm(3, false, "rate: 1gbit, delay: 1ms", 50);
}

/* In a mesh of n each hub makes n - 2 of one; the limits of hops and of
 * copies in a second end that: 16 generations of n x 1000 at the very most. */
TEST(hub, a_mesh_of_five_hubs_is_bounded) { storm(5, true, "rate: 1gbit, delay: 1ms", 80000); }
TEST(hub, also_over_infinite_rates) { storm(5, true, "rate: 0, delay: 1us", 80000); }
TEST(hub, also_without_any_delay) { storm(5, true, "rate: 0, delay: 0ms", 80000); }
TEST(hub, also_over_slow_links) { storm(5, true, "rate: 1mbit, delay: 10ms", 80000); }
TEST(hub, also_when_each_generation_has_a_window_of_its_own) {
	storm(5, true, "rate: 0, delay: 2s", 80000);
}

/* A frame that a link corrupts keeps its count of hubs. */
TEST(hub, also_of_frames_that_change_on_the_way)
{
	storm(5, true, "rate: 1gbit, delay: 1ms, corrupt: 100%", 80000);
}
TEST(hub, eight_hubs_in_a_mesh_stay_within_their_share)
{
	storm(8, true, "rate: 0, delay: 100us", 8 * 16 * 1000);
}

/* The storm of one frame does not take the next one's place. */
TEST(hub, traffic_goes_on_after_a_storm)
{
	struct lab *lab = rig_lab("nodes: {a: {kind: host}, b: {kind: host}, h0: {kind: hub}, "
		"h1: {kind: hub}, h2: {kind: hub}}\nlinks:\n"
		"  - {endpoints: [h0, {node: a, ipv4: 10.0.0.1/24}]}\n"
		"  - {endpoints: [h1, {node: b, ipv4: 10.0.0.2/24}]}\n"
		"  - {endpoints: [h0, h1]}\n  - {endpoints: [h1, h2]}\n  - {endpoints: [h2, h0]}\n");
	struct buf events = { 0 };
	struct rig_prog ping;

	rig_hear_events(lab, &events);
	rig_start(&ping, lab, "a", "ping -c 3 -i 0.2 b");
	lab_run_until(lab, SEC(10));
	CHECK(prog_done(ping.p));
	CHECK(strstr(ping.out.s, "3 packets transmitted, 3 received") != NULL);
	CHECK(strstr(ping.out.s, "duplicates") != NULL);
	CHECK(lines_with(events.s, "broadcast storm") <= 3);      /* in spite of eight storms */
	rig_end_prog(&ping);
	buf_free(&events);
	lab_free(lab);
}

/* --- one to many ------------------------------------------------------------------ */

static int received(struct sock *sk)
{
	uint8_t b[100];
	int n = 0;

	while (sk_recv(sk, b, sizeof(b), NULL) >= 0)
		n++;
	return n;
}

TEST(hub, a_broadcast_reaches_every_host_and_the_sender)
{
	static const char *const to[] = { "255.255.255.255", "10.0.0.255" };

	for (unsigned i = 0; i < N_ELEM(to); i++) {
		struct lab *lab = rig_lab(LAN);
		struct sock *a = rig_udp(lab, "a", 9), *b = rig_udp(lab, "b", 9);
		struct sock *c = rig_udp(lab, "c", 8);

		CHECK_EQ(rig_udp_send(lab, "a", a, to[i], 9, 50), ERR_ACCES);
		CHECK_EQ(sk_setopt(a, SKO_BROADCAST, 1), OK);
		CHECK_EQ(rig_udp_send(lab, "a", a, to[i], 9, 50), 50);
		lab_run_until(lab, SEC(1));
		CHECK_EQ(received(a), 1);
		CHECK_EQ(received(b), 1);
		CHECK_EQ(received(c), 0);
		/* c has no such socket, and says nothing to a broadcast (RFC 1122 3.2.2). */
		CHECK_EQ(lab_drops(lab, DROP_UDP_NO_PORT), 1);
		CHECK_EQ(show_stat(node_stack(rig_node(lab, "c")), ST_ICMP_OUT_MSGS), 0);
		sk_close(a);
		sk_close(b);
		sk_close(c);
		lab_free(lab);
	}
}

TEST(hub, a_multicast_reaches_the_members_only)
{
	struct lab *lab = rig_lab(LAN);
	struct sock *a = rig_udp(lab, "a", 0), *b = rig_udp(lab, "b", 9), *c = rig_udp(lab, "c", 9);
	unsigned ifindex = rig_end(lab, "b:eth0")->dev.ifindex;

	CHECK_EQ(sk_join(b, IP4(239, 1, 2, 3), ifindex), OK);
	rig_udp_send(lab, "a", a, "239.1.2.3", 9, 50);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(received(b), 1);
	CHECK_EQ(received(c), 0);
	CHECK_EQ(show_drops(node_stack(rig_node(lab, "c")), DROP_IP4_MCAST), 1);
	CHECK_EQ(sk_leave(b, IP4(239, 1, 2, 3), ifindex), OK);
	rig_udp_send(lab, "a", a, "239.1.2.3", 9, 50);
	lab_run_until(lab, SEC(2));
	CHECK_EQ(received(b), 0);
	sk_close(a);
	sk_close(b);
	sk_close(c);
	lab_free(lab);
}

/* far - r - LAN: RFC 2644, off unless it is asked for. */
TEST(hub, a_directed_broadcast_crosses_a_router_only_if_it_may)
{
	struct lab *lab = rig_lab("nodes: {far: {kind: host, gateway: 10.1.0.1}, r: {}, "
		"hub: {kind: hub}, b: {kind: host}, c: {kind: host}}\nlinks:\n"
		"  - {endpoints: [r, far], ipv4: 10.1.0.0/24}\n"
		"  - {endpoints: [hub, {node: r, ipv4: 10.0.0.1/24}]}\n"
		"  - {endpoints: [hub, {node: b, ipv4: 10.0.0.2/24}]}\n"
		"  - {endpoints: [hub, {node: c, ipv4: 10.0.0.3/24}]}\n");
	struct sock *far = rig_udp(lab, "far", 0), *b = rig_udp(lab, "b", 9);
	struct sock *c = rig_udp(lab, "c", 9);

	CHECK_EQ(rig_udp_send(lab, "far", far, "10.0.0.255", 9, 50), 50);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(received(b) + received(c), 0);
	CHECK_EQ(lab_drops(lab, DROP_UDP_NO_PORT), 1);
	CHECK_EQ(stack_set_option(node_stack(rig_node(lab, "r")), OPT_BC_FORWARDING, 1), OK);
	CHECK_EQ(rig_udp_send(lab, "far", far, "10.0.0.255", 9, 50), 50);
	lab_run_until(lab, SEC(2));
	CHECK_EQ(received(b), 1);
	CHECK_EQ(received(c), 1);
	sk_close(far);
	sk_close(b);
	sk_close(c);
	lab_free(lab);
}
