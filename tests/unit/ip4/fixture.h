/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_IP4_FIXTURE_H
#define TESTS_UNIT_IP4_FIXTURE_H
/*
 * One stack between two links of the test's own:
 *
 *	10.0.0.2 .. 10.0.0.9 -- in 10.0.0.1/24 [st] 10.0.1.1/24 out -- 10.0.1.2, .3
 *
 * All that is further away is behind 10.0.0.2 (172.16.0.0/12) or 10.0.1.2
 * (192.168.0.0/16).
 */
#include <stdlib.h>

#include "stack/ip4/ip4.h"
#include "stack/util/be.h"
#include "tests/unit/harness.h"

#define US IP4(10, 0, 0, 1)
#define US_OUT IP4(10, 0, 1, 1)
#define THEM IP4(10, 0, 0, 2)
#define FAR IP4(192, 168, 7, 7)

struct bench {
	struct net *net;
	struct stack *st;
	struct netdev *in, *out;
	struct ip4_hdr h;                 /* of what bench_send() sends: THEM to US */
	uint8_t opt[40];                  /* h.hlen tells how many */
	struct frame f;
	struct seen s;
	uint8_t msg[PKT_MAX];             /* payload of the last frame */
	size_t n;
};

static inline struct bench *bench_new(bool forwarding)
{
	struct bench *b = calloc(1, sizeof(*b));
	char text[ADDR_STRLEN];

	REQUIRE(b != NULL);
	b->net = net_new();
	b->st = forwarding ? net_router(b->net, "st") : net_host(b->net, "st");
	b->in = net_dev(b->st, "in", "10.0.0.1/24");
	b->out = net_dev(b->st, "out", "10.0.1.1/24");
	for (unsigned i = 2; i < 10; i++)
		net_peer(b->in, ip4_fmt(IP4(10, 0, 0, i), text));
	net_peer(b->out, "10.0.1.2");
	net_peer(b->out, "10.0.1.3");
	net_route(b->st, "172.16.0.0/12", "10.0.0.2");
	net_route(b->st, "192.168.0.0/16", "10.0.1.2");
	b->h = (struct ip4_hdr){ .hlen = IP4_HLEN, .id = 5, .ttl = 64, .src = THEM, .dst = US };
	return b;
}

static inline void bench_free(struct bench *b)
{
	net_free(b->net);
	free(b);
}

/* A packet with b->h and b->opt arrives on `in`; payload may be b->msg. */
static inline void bench_send(struct bench *b, uint8_t proto, const void *payload, size_t n)
{
	b->h.proto = proto;
	b->h.total_len = 0;
	memmove(b->msg, payload, n);
	b->n = n;
	frame_ip4(&b->f, b->in, &b->h, b->opt, b->msg, n);
	net_inject_frame(b->in, &b->f);
}

static inline void bench_icmp(struct bench *b, uint8_t type, uint8_t code, uint32_t rest,
			      const void *data, size_t n)
{
	uint8_t msg[2000];

	REQUIRE(n + ICMP4_HLEN <= sizeof(msg));
	bench_send(b, IP_PROTO_ICMP, msg, frame_icmp(msg, type, code, rest, data, n));
}

/* To a port nobody listens on, unless the test does. */
static inline void bench_udp(struct bench *b, size_t n)
{
	uint8_t data[1400], msg[1408];

	REQUIRE(n <= sizeof(data));
	frame_fill(data, n);
	b->h.proto = IP_PROTO_UDP;
	bench_send(b, IP_PROTO_UDP, msg, frame_udp(msg, &b->h, 1111, 2222, data, n));
}

/* An ICMP error of `type` about a packet from us to dst with proto and the
 * first n bytes behind its header. */
static inline void bench_error(struct bench *b, uint8_t type, uint8_t code, uint32_t rest,
			       uint8_t proto, ip4_t dst, const void *data, size_t n)
{
	struct ip4_hdr q = { .hlen = IP4_HLEN, .id = 9, .ttl = 60, .proto = proto,
			     .src = US, .dst = dst, .total_len = 200 };
	uint8_t quote[IP4_HLEN + 600];
	struct wr w = wr_init(quote, sizeof(quote));

	ip4_hdr_emit(&q, NULL, &w);
	wr_bytes(&w, data, n);
	REQUIRE(wr_ok(&w));
	bench_icmp(b, type, code, rest, quote, wr_len(&w));
}

static inline uint64_t bench_drops(const struct bench *b, enum drop why)
{
	return show_drops(b->st, why);
}

/* Every drop there was, of any reason. */
static inline uint64_t bench_all_drops(const struct bench *b)
{
	uint64_t n = 0;

	for (int i = 0; i < DROP_N; i++)
		n += show_drops(b->st, (enum drop)i);
	return n;
}

/* The only frame that `dev` sent, in b->s; forgotten at once. */
static inline bool bench_only(struct bench *b, struct netdev *dev)
{
	bool ok = CHECK_EQ(net_sent(dev), 1) && net_seen(dev, 0, &b->s);

	net_forget(dev);
	return ok;
}

#endif
