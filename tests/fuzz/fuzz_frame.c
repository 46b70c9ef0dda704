// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Frames of any bytes into a running router and a running host.  An input is
 * a list of frames, each behind two bytes: which interface it arrives on
 * (0x8000), whether five seconds pass before it (0x4000), and its length.
 * What the stacks send must be well-formed, and all memory must come back.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>

#include "stack/netdev.h"
#include "stack/pkt.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/util/be.h"
#include "stack/util/err.h"
#include "stack/wire/eth.h"
#include "stack/wire/ip4.h"

#define SECOND_IF 0x8000u
#define TIME_PASSES 0x4000u
#define LEN_MASK 0x3fffu
#define PASSES SEC(5)
#define PKTS_MAX 20000                    /* far above what all limits together allow */

struct node {
	struct stack *st;
	struct netdev dev[2];
	struct sock *socks[4];
};

static int check_sent(struct netdev *dev, struct pkt *p)
{
	uint8_t b[ETH_HLEN + IP4_HLEN_MAX];
	size_t n = pkt_copy_out(p, 0, b, sizeof(b));
	struct ip4_hdr h;

	assert(n >= ETH_HLEN && pkt_len(p) <= dev->mtu + ETH_HLEN);
	if (get_be16(b + 12) == ETHERTYPE_IP4) {
		size_t len = pkt_len(p) - ETH_HLEN;
		enum drop bad = ip4_hdr_parse(&h, b + ETH_HLEN, n - ETH_HLEN, len);

		assert(bad == DROP_NONE && h.total_len == len);
	}
	pkt_free(p);
	return OK;
}

static struct sock *sock_make(struct stack *st, int type, int proto, uint16_t port)
{
	struct endpoint at = { addr_ip4(0), port };
	struct sock *sk = NULL;
	int err = sk_open(st, ADDR_IP4, type, proto, &sk);

	assert(err == OK);
	if (port)
		err = sk_bind(sk, &at);
	assert(err == OK);
	err = sk_setopt(sk, SKO_RECVERR, 1);
	assert(err == OK || type == SK_PACKET);
	return sk;
}

/* Sends what waits for ARP, so that answers and errors have something to find. */
static void speak(struct node *nd)
{
	struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), 53 };
	static const uint8_t data[2000];

	(void)sk_send(nd->socks[0], data, sizeof(data), &to);
	to.addr.v4 = IP4(172, 16, 0, 1);
	(void)sk_send(nd->socks[0], data, 10, &to);
}

static void node_init(struct node *nd, struct pkt_pool *pool, bool forwarding)
{
	static const struct netdev_ops ops = { .xmit = check_sent };
	struct stack_config cfg = { .name = "n", .pool = pool, .seed = 1,
				    .forwarding = forwarding };
	struct route_spec r = { .to = { addr_ip4(IP4(172, 16, 0, 0)), 12 }, .proto = RP_STATIC,
				.n_hops = 1, .hops = { { .via = addr_ip4(IP4(10, 0, 0, 2)) } } };
	int err = OK;

	nd->st = stack_new(&cfg);
	assert(nd->st);
	for (unsigned i = 0; i < 2; i++) {
		struct mac mac = { { 2, 0, 0, 0, 0, (uint8_t)(1 + i) } };
		struct prefix p = { addr_ip4(IP4(10, 0, i, 1)), 24 };

		netdev_init(&nd->dev[i], &ops, i ? "eth1" : "eth0", mac,
			    DEV_UP | DEV_CARRIER | DEV_BROADCAST | DEV_MULTICAST);
		err |= stack_attach(nd->st, &nd->dev[i]);
		err |= stack_addr_add(nd->st, &nd->dev[i], &p);
	}
	err |= stack_route_set(nd->st, ROUTE_ADD, &r);
	err |= netdev_set_mtu(&nd->dev[1], 576);
	err |= stack_set_option(nd->st, OPT_ACCEPT_SRCROUTE, 1);
	err |= stack_set_option(nd->st, OPT_ECHO_IGNORE_BC, 0);
	err |= stack_set_option(nd->st, OPT_BC_FORWARDING, 1);
	assert(err == OK);
	nd->socks[0] = sock_make(nd->st, SK_DGRAM, 0, 7);
	nd->socks[1] = sock_make(nd->st, SK_RAW, IP_PROTO_ICMP, 0);
	nd->socks[2] = sock_make(nd->st, SK_RAW, IP_PROTO_UDP, 0);
	nd->socks[3] = sock_make(nd->st, SK_PACKET, 0, 0);
	speak(nd);
}

static void drain(struct sock *sk)
{
	uint8_t got[300];
	struct sk_msg m = { .buf = got, .n = sizeof(got) };
	struct sk_err e;

	while (sk_recverr(sk, &e))
		assert(e.n <= sizeof(e.data) && e.err < 0);
	for (int left = 1000; left && sk_recvmsg(sk, &m) != ERR_AGAIN; left--)
		assert(m.n_opt <= sizeof(m.opt));
}

static void node_feed(struct node *nd, struct pkt_pool *pool, ns_t now, unsigned dev,
		      const uint8_t *frame, size_t n)
{
	struct pkt *p = pkt_from_bytes(pool, frame, n);

	assert(p);
	stack_enter(nd->st, now);
	stack_input(nd->st, now, &nd->dev[dev], p);
	for (unsigned i = 0; i < 4; i++)
		drain(nd->socks[i]);
}

static void node_fini(struct node *nd, ns_t now)
{
	stack_enter(nd->st, now + SEC(60));
	stack_free(nd->st);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pkt_pool *pool = pkt_pool_new(0);
	struct pkt_pool_stats s;
	struct node nodes[2];
	ns_t now = 0;

	assert(pool);
	for (unsigned i = 0; i < 2; i++)
		node_init(&nodes[i], pool, i == 0);
	while (size >= 2) {
		unsigned head = get_be16(data);
		size_t n = head & LEN_MASK;

		data += 2, size -= 2;
		n = n < size ? n : size;
		now += head & TIME_PASSES ? PASSES : USEC(100);
		for (unsigned i = 0; i < 2; i++)
			node_feed(&nodes[i], pool, now, head & SECOND_IF ? 1 : 0, data, n);
		data += n, size -= n;
	}
	pkt_pool_stats(pool, &s);
	assert(s.pkts < PKTS_MAX);
	for (unsigned i = 0; i < 2; i++)
		node_fini(&nodes[i], now);
	pkt_pool_stats(pool, &s);
	assert(s.pkts == 0 && s.blks == 0);
	pkt_pool_free(pool);
	return 0;
}
