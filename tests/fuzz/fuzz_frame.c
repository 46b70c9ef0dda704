// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Frames of any bytes into a running router and a running host.  An input is
 * a list of frames, each behind two bytes: which interface it arrives on
 * (0x8000), whether five seconds pass before it (0x4000), whether its length
 * (0x2000) and its sums (0x1000) stand or are put right, and how long it is.
 * What the stacks send must be well-formed and agree with what they took, and
 * all memory must come back.
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
#include "tests/fuzz/ip4_frame.h"

#define SECOND_IF 0x8000u
#define TIME_PASSES 0x4000u
#define LENGTH_STANDS 0x2000u
#define SUMS_STAND 0x1000u
#define LEN_MASK 0x0fffu
#define MTU_MAX 1500
#define PASSES SEC(5)
#define PKTS_MAX 20000                    /* far above what all limits together allow */

struct port {
	struct netdev dev;
	struct node *node;
};

struct node {
	struct stack *st;
	struct port port[2];
	struct sock *socks[4];
	const struct ip4_frame *in;       /* what it takes now, or NULL */
};

static bool is_ours(const uint8_t *ip)
{
	ip4_t src = ip4_get_src(ip);

	return src == IP4(10, 0, 0, 1) || src == IP4(10, 0, 1, 1);
}

static int check_sent(struct netdev *dev, struct pkt *p)
{
	struct node *nd = container_of(dev, struct port, dev)->node;
	uint8_t b[ETH_HLEN + MTU_MAX];
	size_t n = pkt_copy_out(p, 0, b, sizeof(b));
	struct ip4_frame f;

	assert(n >= ETH_HLEN && n == pkt_len(p) && n <= dev->mtu + ETH_HLEN);
	if (get_be16(b + 12) == ETHERTYPE_IP4) {
		bool ok = ip4_frame_read(&f, b, n);

		assert(ok && f.hlen + f.n == n - ETH_HLEN);
		ip4_frame_check_sent(nd->in, &f, is_ours(f.ip));
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

	nd->in = NULL;
	nd->st = stack_new(&cfg);
	assert(nd->st);
	for (unsigned i = 0; i < 2; i++) {
		struct mac mac = { { 2, 0, 0, 0, 0, (uint8_t)(1 + i) } };
		struct prefix p = { addr_ip4(IP4(10, 0, i, 1)), 24 };

		nd->port[i].node = nd;
		netdev_init(&nd->port[i].dev, &ops, i ? "eth1" : "eth0", mac,
			    DEV_UP | DEV_CARRIER | DEV_BROADCAST | DEV_MULTICAST);
		err |= stack_attach(nd->st, &nd->port[i].dev);
		err |= stack_addr_add(nd->st, &nd->port[i].dev, &p);
	}
	err |= stack_route_set(nd->st, ROUTE_ADD, &r);
	err |= netdev_set_mtu(&nd->port[1].dev, 576);
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
	struct ip4_frame in;

	assert(p);
	stack_enter(nd->st, now);
	nd->in = ip4_frame_read(&in, frame, n) ? &in : NULL;
	stack_input(nd->st, now, &nd->port[dev].dev, p);
	nd->in = NULL;
	for (unsigned i = 0; i < 4; i++)
		drain(nd->socks[i]);
}

static void node_fini(struct node *nd, ns_t now)
{
	stack_enter(nd->st, now + SEC(60));
	stack_free(nd->st);
}

static void nodes_feed(struct node *nodes, struct pkt_pool *pool, ns_t now, unsigned head,
		       const uint8_t *bytes, size_t n)
{
	uint8_t frame[LEN_MASK];

	memcpy(frame, bytes, n);
	if (!(head & LENGTH_STANDS))
		ip4_frame_fit(frame, n);
	if (!(head & SUMS_STAND))
		ip4_frame_seal(frame, n);
	for (unsigned i = 0; i < 2; i++)
		node_feed(&nodes[i], pool, now, head & SECOND_IF ? 1 : 0, frame, n);
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
		nodes_feed(nodes, pool, now, head, data, n);
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
