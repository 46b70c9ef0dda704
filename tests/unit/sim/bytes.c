// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Broken bytes at a router of a running lab.  Whatever comes, each frame is
 * delivered, sent on or dropped for a reason that is counted.
 */
#include "sim/link.h"
#include "stack/show.h"
#include "stack/util/be.h"
#include "stack/util/csum.h"
#include "stack/util/rng.h"
#include "stack/wire/eth.h"
#include "tests/unit/sim/rig.h"

#define FRAMES 20000
#define LEN_MAX 700

/* The enemy is a hub's port: it can send anything. */
#define YAML \
	"nodes:\n  x: {kind: hub}\n  r: {}\n  h: {kind: host, gateway: 10.0.2.1}\n" \
	"defaults: {link: {rate: 0, delay: 1us}}\nlinks:\n" \
	"  - {endpoints: [x, {node: r, ipv4: 10.0.1.1/24}]}\n" \
	"  - {endpoints: [r, h], ipv4: 10.0.2.0/24, mtu: 400}\n"

struct frame { size_t n; uint8_t b[LEN_MAX]; };

static struct rng rng;

static uint32_t below(uint32_t n) { return rng_below(&rng, n); }

static void put_mac(struct frame *f, const struct netdev *dev)
{
	memcpy(f->b, below(20) ? dev->mac.b : mac_broadcast.b, 6);
	memcpy(f->b + 6, (const uint8_t[6]){ 2, 0, 0, 0, 0, (uint8_t)below(4) }, 6);
}

/* The whole header is right; checksums of what is in it mostly too. */
static void make_ip(struct frame *f)
{
	static const uint8_t protos[] = { 1, 1, 1, 17, 17, 6, 2, 89, 255 };
	static const uint32_t dsts[] = { IP4(10, 0, 1, 1), IP4(10, 0, 2, 1), IP4(10, 0, 2, 2),
		IP4(10, 0, 2, 9), IP4(10, 0, 1, 7), IP4(10, 0, 2, 255), IP4(255, 255, 255, 255),
		IP4(224, 0, 0, 1), IP4(192, 0, 2, 1), IP4(127, 0, 0, 1) };
	uint8_t *ip = f->b + 14;
	uint8_t hlen = (uint8_t)(below(4) ? 20 : 24 + 4 * below(9));
	uint16_t len = (uint16_t)(f->n - 14);

	ip[0] = (uint8_t)(0x40 | hlen / 4);
	put_be16(ip + 2, len);
	put_be16(ip + 6, below(3) ? (below(2) ? 0x4000 : 0) :
		 (uint16_t)(below(2) << 13 | below(60)));
	ip[8] = (uint8_t)(below(5) ? 64 : below(3));
	ip[9] = protos[below(sizeof(protos))];
	put_be32(ip + 12, below(10) ? IP4(10, 0, 1, 2 + below(8)) : rng_u32(&rng));
	put_be32(ip + 16, dsts[below(N_ELEM(dsts))]);
	if (ip[9] == 1 && len > hlen + 8 && below(4)) {
		ip[hlen] = (uint8_t)below(20);
		ip[hlen + 1] = (uint8_t)below(3);
		put_be16(ip + hlen + 2, 0);
		put_be16(ip + hlen + 2, csum(ip + hlen, (size_t)(len - hlen)));
	}
	if (ip[9] == 17 && len > hlen + 8) {
		put_be16(ip + hlen + 2, (uint16_t)(7 + below(3)));
		put_be16(ip + hlen + 4, (uint16_t)(len - hlen));
		put_be16(ip + hlen + 6, 0);       /* none */
	}
	put_be16(ip + 10, 0);
	put_be16(ip + 10, csum(ip, hlen));
}

static void make_arp(struct frame *f)
{
	uint8_t *a = f->b + 14;

	memcpy(a, (const uint8_t[8]){ 0, 1, 8, 0, 6, 4, 0, (uint8_t)(1 + below(3)) }, 8);
	put_be32(a + 14, IP4(10, 0, 1, below(10)));
	put_be32(a + 24, IP4(10, 0, 1, below(10)));
}

/* Noise; or a frame that is right but for some bytes, or cut short. */
static void make(struct frame *f, const struct netdev *dev)
{
	f->n = below(10) ? 42 + below(LEN_MAX - 42) : below(42);
	for (size_t i = 0; i < f->n; i++)
		f->b[i] = (uint8_t)rng_u32(&rng);
	if (f->n < 42 || below(10) == 0)
		return;
	put_mac(f, dev);
	put_be16(f->b + 12, (uint16_t)(below(8) ? 0x0800 : below(2) ? 0x0806 : rng_u32(&rng)));
	if (f->b[12] == 8 && f->b[13] == 0 && f->n >= 14 + 60)
		make_ip(f);
	else if (f->b[12] == 8 && f->b[13] == 6)
		make_arp(f);
	if (below(2))
		return;
	for (uint32_t k = below(4); k; k--)
		f->b[below((uint32_t)f->n)] = (uint8_t)rng_u32(&rng);
	if (below(4) == 0)
		f->n = below((uint32_t)f->n + 1);
}

static uint64_t stack_drops(const struct stack *st)
{
	uint64_t n = 0;

	for (int i = 0; i < DROP_N; i++)
		n += show_drops(st, (enum drop)i);
	return n;
}

static uint64_t all_drops(const struct lab *lab)
{
	uint64_t n = 0;

	for (int i = 0; i < DROP_N; i++)
		n += lab_drops(lab, (enum drop)i);
	return n;
}

/* All that can become of a frame at a router; each moves one of these. */
static uint64_t ends(const struct stack *r, const struct link_end *out)
{
	return stack_drops(r) + show_stat(r, ST_IP_FORWARDED) + show_stat(r, ST_IP_IN_DELIVERS) +
	       show_stat(r, ST_IP_REASM_REQDS) + show_stat(r, ST_ARP_IN_REQUESTS) +
	       show_stat(r, ST_ARP_IN_REPLIES) + out->dev.stats.tx_packets;
}

TEST(bytes, every_broken_frame_has_a_known_end)
{
	struct lab *lab = rig_lab(YAML);
	struct link_end *x = rig_end(lab, "x:eth0"), *out = rig_end(lab, "r:eth1");
	struct stack *r = node_stack(rig_node(lab, "r")), *h = node_stack(rig_node(lab, "h"));
	struct sock *sk[3] = { rig_udp(lab, "r", 7), rig_udp(lab, "h", 8), NULL };
	uint64_t unexplained = 0, before = 0;
	struct frame f;

	REQUIRE(sk_open(r, ADDR_IP4, SK_RAW, 89, &sk[2]) == OK);
	CHECK_EQ(stack_set_option(r, OPT_BC_FORWARDING, 1), OK);
	rng_init(&rng, 1, "bytes");
	for (int i = 0; i < FRAMES; i++) {
		make(&f, &x->peer->dev);
		before = ends(r, out);
		rig_send_bytes(lab, "x:eth0", f.b, f.n);
		lab_run_until(lab, lab_now(lab) + USEC(1));
		unexplained += ends(r, out) == before;
		if (i % 64 == 0)
			lab_run_until(lab, lab_now(lab) + MSEC(500));
	}
	CHECK_EQ(unexplained, 0);
	CHECK_EQ(rig_info(lab, "x:eth0").delivered_packets, FRAMES);
	CHECK_EQ(rig_end(lab, "r:eth0")->dev.stats.rx_packets, FRAMES);
	lab_run_until(lab, lab_now(lab) + SEC(60));       /* reassembly, ARP: all give up */
	CHECK_EQ(all_drops(lab), stack_drops(r) + stack_drops(h));
	CHECK(show_stat(r, ST_IP_FORWARDED) > 500);
	CHECK(lab_drops(lab, DROP_IP4_CHECKSUM) > 100);
	CHECK(lab_drops(lab, DROP_UDP_NO_PORT) > 100);
	CHECK(lab_drops(lab, DROP_FRAG_TIMEOUT) > 100);
	CHECK(lab_drops(lab, DROP_IP4_OPTIONS) > 100);
	for (int i = 0; i < 3; i++)
		sk_close(sk[i]);
	rig_check_empty(lab);
	lab_free(lab);
}

/* The same in one burst, through a link that breaks more. */
TEST(bytes, a_burst_of_broken_frames_leaves_nothing_behind)
{
	struct lab *lab = rig_lab(YAML);
	struct link_end *x = rig_end(lab, "x:eth0");
	struct frame f;

	CHECK_STR(rig_set(lab, SIDE_A, "corrupt 50% duplicate 30% delay 1ms jitter 1ms"), "");
	rng_init(&rng, 2, "bytes");
	for (int i = 0; i < FRAMES; i++) {
		make(&f, &x->peer->dev);
		rig_send_bytes(lab, "x:eth0", f.b, f.n);
		if (i % 1000 == 0)
			lab_run_until(lab, lab_now(lab) + USEC(100));
	}
	lab_run_until(lab, lab_now(lab) + SEC(60));
	CHECK(rig_info(lab, "x:eth0").delivered_packets > FRAMES + FRAMES / 4);
	rig_check_empty(lab);
	lab_free(lab);
}
