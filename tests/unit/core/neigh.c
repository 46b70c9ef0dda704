// SPDX-License-Identifier: GPL-3.0-or-later
/* The neighbour cache: RFC 4861 7.3 with ARP, to the nanosecond. */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/wire/arp.h"
#include "tests/unit/harness.h"

#define THEM IP4(10, 0, 0, 2)
#define PROTO 253                         /* for experiments: nobody answers */

struct scene { struct net *net; struct stack *st; struct netdev *dev; };

static struct scene scene_new(void)
{
	struct scene s = { .net = net_new() };

	s.st = net_host(s.net, "h");
	s.dev = net_dev(s.st, "eth0", "10.0.0.1/8");
	return s;
}

static int send_to(struct scene *s, ip4_t to, size_t n)
{
	struct ip4_tx tx = { .dst = to, .proto = PROTO };
	uint8_t *data = calloc(1, n);
	struct pkt *p;

	REQUIRE(data != NULL);
	p = pkt_from_bytes(net_pool(s->net), data, n);
	free(data);
	REQUIRE(p != NULL);
	return ip4_output(s->st, p, &tx);
}

static const struct mac other_mac = { { 0x02, 0, 0, 0, 0, 0x77 } };

static void arp_from(struct scene *s, unsigned op, ip4_t from, const struct mac *mac)
{
	struct arp a = { .op = (uint16_t)op, .sha = *mac, .spa = from, .tha = s->dev->mac,
			 .tpa = IP4(10, 0, 0, 1) };
	uint8_t b[ARP_LEN];
	struct wr w = wr_init(b, sizeof(b));
	struct frame f;

	arp_emit(&a, &w);
	frame_eth(&f, s->dev, ETHERTYPE_ARP, b, sizeof(b));
	net_inject_frame(s->dev, &f);
}

static int state_of(const struct scene *s, ip4_t a)
{
	const struct neigh *n = neigh_find(s->st, s->dev, a);

	return n ? (int)neigh_state_now(s->st, n) : -1;
}

/* Is the i-th frame sent an ARP request, and to whom? */
static bool is_request(const struct scene *s, unsigned i, const struct mac *to)
{
	uint8_t b[ETH_HLEN + ARP_LEN];
	struct rd r = rd_init(b, net_sent_bytes(s->dev, i, b, sizeof(b)));
	struct eth_hdr eth;
	struct arp a;

	return eth_hdr_parse(&eth, &r) && eth.type == ETHERTYPE_ARP && arp_parse(&a, &r) &&
	       a.op == ARP_REQUEST && mac_eq(eth.dst, *to);
}

static uint32_t mem_of(const struct neigh *n)
{
	const struct pkt *before = NULL;
	uint32_t mem = 0;

	for (const struct pkt *p = n->queue.head; p; before = p, p = p->next)
		mem += pkt_mem(p, before);
	return mem;
}

/* --- states -------------------------------------------------------------------- */

TEST(neigh, who_does_not_answer_three_requests_a_second_apart_has_failed)
{
	struct scene s = scene_new();

	CHECK_EQ(send_to(&s, THEM, 10), OK);
	CHECK_EQ(state_of(&s, THEM), NUD_INCOMPLETE);
	for (unsigned i = 1; i <= 3; i++) {
		CHECK_EQ(net_sent(s.dev), i);
		CHECK(is_request(&s, i - 1, &mac_broadcast));
		net_run(s.net, SEC(1) - 1);
		CHECK_EQ(net_sent(s.dev), i);
		CHECK_EQ(state_of(&s, THEM), NUD_INCOMPLETE);
		net_run(s.net, 1);
	}
	CHECK_EQ(state_of(&s, THEM), NUD_FAILED);
	CHECK_EQ(net_sent(s.dev), 3);
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_FAILED), 1);
	CHECK_EQ(send_to(&s, THEM, 10), OK);      /* the next packet asks again */
	CHECK_EQ(state_of(&s, THEM), NUD_INCOMPLETE);
	CHECK_EQ(net_sent(s.dev), 4);
	net_free(s.net);
}

TEST(neigh, an_answer_makes_it_reachable_for_thirty_seconds)
{
	struct scene s = scene_new();

	CHECK_EQ(send_to(&s, THEM, 10), OK);
	net_run(s.net, MSEC(1));
	arp_from(&s, ARP_REPLY, THEM, &net_peer_mac);
	CHECK_EQ(state_of(&s, THEM), NUD_REACHABLE);
	CHECK_EQ(net_sent(s.dev), 2);             /* the request, and what waited */
	net_run(s.net, SEC(30) - 1);
	CHECK_EQ(state_of(&s, THEM), NUD_REACHABLE);
	net_run(s.net, 1);
	CHECK_EQ(state_of(&s, THEM), NUD_STALE);
	CHECK_EQ(stack_next_at(s.st), NS_NEVER);  /* and no timer told it so */
	net_free(s.net);
}

/* A scene in which THEM was reachable, and is STALE; nothing was sent. */
static struct scene scene_stale(void)
{
	struct scene s = scene_new();

	arp_from(&s, ARP_REQUEST, THEM, &net_peer_mac);
	net_forget(s.dev);
	CHECK_EQ(state_of(&s, THEM), NUD_STALE);
	return s;
}

TEST(neigh, a_stale_one_is_used_at_once_and_asked_by_itself_five_seconds_later)
{
	struct scene s = scene_stale();

	CHECK_EQ(send_to(&s, THEM, 10), OK);
	CHECK_EQ(net_sent(s.dev), 1);
	CHECK_EQ(state_of(&s, THEM), NUD_DELAY);
	net_run(s.net, SEC(5) - 1);
	CHECK_EQ(state_of(&s, THEM), NUD_DELAY);
	for (unsigned i = 1; i <= 3; i++) {
		net_run(s.net, 1);
		CHECK_EQ(state_of(&s, THEM), NUD_PROBE);
		CHECK_EQ(net_sent(s.dev), 1 + i);
		CHECK(is_request(&s, i, &net_peer_mac));
		net_run(s.net, SEC(1) - 1);
	}
	CHECK_EQ(state_of(&s, THEM), NUD_PROBE);
	net_run(s.net, 1);
	CHECK_EQ(state_of(&s, THEM), NUD_FAILED);
	CHECK_EQ(net_sent(s.dev), 4);
	net_free(s.net);
}

TEST(neigh, an_answer_to_a_probe_makes_it_reachable_again)
{
	struct scene s = scene_stale();

	CHECK_EQ(send_to(&s, THEM, 10), OK);
	net_run(s.net, SEC(6));
	CHECK_EQ(state_of(&s, THEM), NUD_PROBE);
	arp_from(&s, ARP_REPLY, THEM, &net_peer_mac);
	CHECK_EQ(state_of(&s, THEM), NUD_REACHABLE);
	CHECK_EQ(stack_next_at(s.st), NS_NEVER);
	net_free(s.net);
}

TEST(neigh, a_confirmation_from_above_spares_the_probe)
{
	struct scene s = scene_stale();

	CHECK_EQ(send_to(&s, THEM, 10), OK);
	net_run(s.net, SEC(2));
	neigh_confirm(s.st, neigh_find(s.st, s.dev, THEM));
	CHECK_EQ(state_of(&s, THEM), NUD_REACHABLE);
	net_run(s.net, SEC(20));
	CHECK_EQ(net_sent(s.dev), 1);
	net_free(s.net);
}

TEST(neigh, what_waited_starts_the_delay_when_a_request_tells_the_mac)
{
	struct scene s = scene_new();

	CHECK_EQ(send_to(&s, THEM, 10), OK);
	arp_from(&s, ARP_REQUEST, THEM, &net_peer_mac);
	CHECK_EQ(net_sent(s.dev), 3);             /* request, packet, our answer */
	CHECK_EQ(state_of(&s, THEM), NUD_DELAY);  /* a request confirms nothing */
	net_free(s.net);
}

TEST(neigh, another_mac_makes_a_reachable_one_stale)
{
	struct scene s = scene_new();

	CHECK_EQ(send_to(&s, THEM, 10), OK);
	arp_from(&s, ARP_REPLY, THEM, &net_peer_mac);
	arp_from(&s, ARP_REQUEST, THEM, &other_mac);
	CHECK_EQ(state_of(&s, THEM), NUD_STALE);
	CHECK(mac_eq(neigh_find(s.st, s.dev, THEM)->mac, other_mac));
	net_free(s.net);
}

TEST(neigh, a_permanent_one_is_neither_asked_nor_changed_nor_flushed)
{
	struct scene s = scene_new();

	net_peer(s.dev, "10.0.0.2");
	arp_from(&s, ARP_REQUEST, THEM, &other_mac);
	net_forget(s.dev);
	stack_neigh_flush(s.st, NULL);
	net_run(s.net, SEC(3600));
	CHECK_EQ(send_to(&s, THEM, 10), OK);
	CHECK_EQ(net_sent(s.dev), 1);
	CHECK_EQ(state_of(&s, THEM), NUD_PERMANENT);
	CHECK(mac_eq(neigh_find(s.st, s.dev, THEM)->mac, net_peer_mac));
	net_free(s.net);
}

TEST(neigh, the_smallest_wait_and_the_most_requests_still_end)
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_RETRANS, 0), ERR_INVAL);
	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_PROBES, INT32_MAX), ERR_INVAL);
	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_RETRANS, 1), OK);
	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_PROBES, 100), OK);
	CHECK_EQ(send_to(&s, THEM, 10), OK);
	net_run(s.net, MSEC(100) - 1);
	CHECK_EQ(state_of(&s, THEM), NUD_INCOMPLETE);
	net_run(s.net, 1);
	CHECK_EQ(state_of(&s, THEM), NUD_FAILED);
	CHECK_EQ(net_sent(s.dev), 100);
	net_free(s.net);
}

/* --- what waits ------------------------------------------------------------------ */

TEST(neigh, waiting_packets_leave_in_order)
{
	struct scene s = scene_new();
	struct seen seen;

	for (size_t n = 1; n <= 50; n++)
		CHECK_EQ(send_to(&s, THEM, n), OK);
	net_forget(s.dev);
	arp_from(&s, ARP_REPLY, THEM, &net_peer_mac);
	REQUIRE(net_sent(s.dev) == 50);
	for (unsigned i = 0; i < 50; i++)
		CHECK(net_seen(s.dev, i, &seen) && seen.n == i + 1);
	CHECK_EQ(neigh_find(s.st, s.dev, THEM)->queue_mem, 0);
	net_free(s.net);
}

TEST(neigh, a_packet_counts_for_the_memory_it_holds_and_the_oldest_goes)
{
	struct scene s = scene_new();
	struct seen seen;

	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_QUEUE, 3 * sizeof(struct pkt)), OK);
	for (size_t n = 1; n <= 5; n++)
		CHECK_EQ(send_to(&s, THEM, n), OK);
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_QUEUE), 2);
	CHECK_EQ(neigh_find(s.st, s.dev, THEM)->queue_mem, 3 * sizeof(struct pkt));
	net_forget(s.dev);
	arp_from(&s, ARP_REPLY, THEM, &net_peer_mac);
	REQUIRE(net_sent(s.dev) == 3);
	for (unsigned i = 0; i < 3; i++)
		CHECK(net_seen(s.dev, i, &seen) && seen.n == i + 3);
	net_free(s.net);
}

TEST(neigh, as_many_go_as_the_new_one_needs)
{
	int64_t room = 2 * sizeof(struct pkt) + sizeof(struct blk) + 1480;
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_QUEUE, room), OK);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(send_to(&s, THEM, 10), OK);
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_QUEUE), 0);
	CHECK_EQ(send_to(&s, THEM, 1400), OK);    /* a block of 1480 bytes, with its head */
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_QUEUE), 4);
	CHECK_EQ(neigh_find(s.st, s.dev, THEM)->queue_mem, room);
	CHECK_EQ(neigh_find(s.st, s.dev, THEM)->queue.count, 2);
	net_free(s.net);
}

TEST(neigh, the_latest_packet_may_always_wait)        /* RFC 1122 2.3.2.2 */
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_QUEUE, 0), OK);
	CHECK_EQ(send_to(&s, THEM, 10), OK);
	CHECK_EQ(send_to(&s, THEM, 1400), OK);
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_QUEUE), 1);
	CHECK_EQ(neigh_find(s.st, s.dev, THEM)->queue.count, 1);
	net_free(s.net);
}

TEST(neigh, fragments_share_their_block_and_the_whole_datagram_waits)
{
	struct scene s = scene_new();
	const struct neigh *n;

	CHECK_EQ(send_to(&s, THEM, 60000), OK);
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_QUEUE), 0);
	n = neigh_find(s.st, s.dev, THEM);
	CHECK_EQ(n->queue.count, 41);             /* of 1480 bytes each */
	CHECK_EQ(n->queue_mem, mem_of(n));
	for (int i = 0; i < 8; i++) {             /* now some make room for others */
		CHECK_EQ(send_to(&s, THEM, 50000), OK);
		CHECK_EQ(n->queue_mem, mem_of(n));
		CHECK(n->queue_mem <= 212992);
	}
	CHECK(show_drops(s.st, DROP_NEIGH_QUEUE) > 0);
	net_free(s.net);
}

static int swallow(struct netdev *dev, struct pkt *p)
{
	(void)dev;
	pkt_free(p);
	return OK;
}

TEST(neigh, a_packet_outlives_the_interface_it_came_by)
{
	static const struct netdev_ops ops = { .xmit = swallow };
	struct net *net = net_new();
	struct stack *r = net_router(net, "r");
	struct netdev *out = net_dev(r, "eth1", "10.0.1.1/24");
	struct netdev *in = calloc(1, sizeof(*in));
	struct prefix p = { addr_ip4(IP4(10, 0, 0, 1)), 24 };
	struct ip4_hdr h = { .ttl = 9, .proto = PROTO, .src = THEM, .dst = IP4(10, 0, 1, 2) };
	struct frame f;
	struct pkt *pkt;

	REQUIRE(in != NULL);
	netdev_init(in, &ops, "eth0", other_mac, DEV_UP | DEV_CARRIER | DEV_BROADCAST);
	REQUIRE(stack_attach(r, in) == OK && stack_addr_add(r, in, &p) == OK);
	frame_ip4(&f, in, &h, NULL, "data", 4);
	pkt = pkt_from_bytes(net_pool(net), f.b, f.n);
	REQUIRE(pkt != NULL);
	stack_input(r, 0, in, pkt);
	CHECK_EQ(net_sent(out), 1);               /* the ARP request */
	stack_detach(r, in);
	free(in);
	net_run(net, SEC(10));
	CHECK_EQ(show_drops(r, DROP_NEIGH_FAILED), 1);
	net_free(net);
}

/* --- the table ----------------------------------------------------------------------- */

/* n stale entries, 10.0.1.0 and on. */
static void learn(struct scene *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct neigh *e = neigh_get(s->st, s->dev, IP4(10, 0, 1, 0) + i);

		REQUIRE(e != NULL);
		neigh_update(s->st, e, net_peer_mac, false, true);
	}
}

TEST(neigh, a_small_table_keeps_what_it_knows)
{
	struct scene s = scene_new();

	learn(&s, NEIGH_GC_MIN - 1);
	net_run(s.net, SEC(3600));
	CHECK(neigh_get(s.st, s.dev, THEM) != NULL);
	CHECK_EQ(s.st->neigh.count, NEIGH_GC_MIN);
	net_free(s.net);
}

TEST(neigh, in_a_large_one_the_unused_go_when_another_comes)
{
	struct scene s = scene_new();
	ip4_t used = IP4(10, 0, 1, 7);

	learn(&s, NEIGH_GC_MIN);
	net_peer(s.dev, "10.0.1.9");
	CHECK_EQ(send_to(&s, IP4(10, 0, 2, 1), 10), OK);      /* and this one fails */
	net_run(s.net, SEC(30));
	neigh_find(s.st, s.dev, used)->used_at = net_now(s.net);
	net_run(s.net, SEC(30) - 1);
	CHECK(neigh_get(s.st, s.dev, IP4(10, 0, 3, 1)) != NULL);
	CHECK_EQ(s.st->neigh.count, NEIGH_GC_MIN + 2);
	net_run(s.net, SEC(20));
	CHECK(neigh_get(s.st, s.dev, IP4(10, 0, 3, 2)) != NULL);
	CHECK_EQ(s.st->neigh.count, 4);           /* used, permanent, and both new ones */
	CHECK_EQ(state_of(&s, used), NUD_STALE);
	CHECK_EQ(state_of(&s, IP4(10, 0, 1, 9)), NUD_PERMANENT);
	net_free(s.net);
}

TEST(neigh, a_full_table_gives_up_whom_it_used_longest_ago)
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_MAX, 4), OK);
	for (unsigned i = 0; i < 4; i++) {
		arp_from(&s, ARP_REQUEST, IP4(10, 0, 1, i + 1), &net_peer_mac);
		net_run(s.net, MSEC(1));
	}
	CHECK_EQ(send_to(&s, IP4(10, 0, 1, 1), 10), OK);
	CHECK_EQ(send_to(&s, THEM, 10), OK);
	CHECK_EQ(state_of(&s, IP4(10, 0, 1, 2)), -1);
	CHECK_EQ(state_of(&s, IP4(10, 0, 1, 1)), NUD_DELAY);
	CHECK_EQ(s.st->neigh.count, 4);
	net_free(s.net);
}

TEST(neigh, nobody_gives_way_while_he_is_asked_for)
{
	struct scene s = scene_new();

	CHECK_EQ(stack_set_option(s.st, OPT_NEIGH_MAX, 4), OK);
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(send_to(&s, IP4(10, 0, 1, i + 1), 10), OK);
	CHECK_EQ(send_to(&s, THEM, 10), ERR_NOBUFS);
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_FULL), 1);
	CHECK_EQ(state_of(&s, THEM), -1);
	net_free(s.net);
}

TEST(neigh, the_same_address_on_two_links_is_two_neighbours)
{
	struct scene s = scene_new();
	struct netdev *eth1 = net_dev(s.st, "eth1", "192.168.0.1/24");

	learn(&s, 300);                           /* and the table grows on the way */
	CHECK(neigh_get(s.st, eth1, IP4(10, 0, 1, 5)) != neigh_find(s.st, s.dev, IP4(10, 0, 1, 5)));
	CHECK_EQ(s.st->neigh.count, 301);
	for (unsigned i = 0; i < 300; i++)
		CHECK(neigh_find(s.st, s.dev, IP4(10, 0, 1, 0) + i) != NULL);
	netdev_set_carrier(s.dev, false);         /* what was learned there is forgotten */
	CHECK_EQ(s.st->neigh.count, 1);
	net_free(s.net);
}

TEST(neigh, set_delete_and_flush_as_ip_neighbour_does)
{
	struct scene s = scene_new();
	struct addr a = addr_ip4(THEM);

	CHECK_EQ(stack_neigh_del(s.st, s.dev, &a), ERR_NOENT);
	CHECK_EQ(send_to(&s, THEM, 10), OK);
	net_forget(s.dev);
	CHECK_EQ(stack_neigh_set(s.st, s.dev, &a, other_mac), OK);
	CHECK_EQ(net_sent(s.dev), 1);             /* what waited */
	CHECK_EQ(stack_next_at(s.st), NS_NEVER);
	CHECK_EQ(stack_neigh_del(s.st, s.dev, &a), OK);
	CHECK_EQ(s.st->neigh.count, 0);
	CHECK_EQ(send_to(&s, THEM, 10), OK);
	stack_neigh_flush(s.st, s.dev);
	CHECK_EQ(s.st->neigh.count, 0);
	CHECK_EQ(show_drops(s.st, DROP_NEIGH_FAILED), 1);
	net_free(s.net);
}
