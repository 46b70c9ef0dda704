// SPDX-License-Identifier: GPL-3.0-or-later
/* Frames that a router sends on without a second look are sent as with one. */
#include "stack/core/core.h"
#include "stack/socket.h"
#include "stack/util/rng.h"
#include "tests/unit/ip4/fixture.h"

#define FRAMES 40000

/* A socket that wants none of the frames has each looked at in full. */
static void look_closer(struct bench *b)
{
	struct sock *sk;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_PACKET, ETHERTYPE_LLDP, &sk) == OK);
}

static void frame_far(struct bench *b, struct frame *f)
{
	uint8_t data[64];

	frame_fill(data, sizeof(data));
	b->h.dst = FAR;
	b->h.proto = IP_PROTO_UDP;
	frame_ip4(f, b->in, &b->h, NULL, data, sizeof(data));
}

static void mangle(struct frame *f, struct rng *rng, unsigned i)
{
	static const ip4_t odd[] = {
		THEM, US, US_OUT, FAR, 0, IP4_BROADCAST, IP4(127, 0, 0, 1), IP4(224, 0, 0, 5),
		IP4(240, 0, 0, 1), IP4(10, 0, 1, 255), IP4(10, 0, 1, 2), IP4(172, 16, 1, 1),
	};

	for (unsigned n = rng_below(rng, 3); n; n--)
		f->b[rng_below(rng, 50)] ^= (uint8_t)(1u << rng_below(rng, 8));
	if (i % 4 == 0)
		ip4_put_dst(f->b + ETH_HLEN, odd[rng_below(rng, N_ELEM(odd))]);
	if (i % 4 == 1)
		ip4_put_src(f->b + ETH_HLEN, odd[rng_below(rng, N_ELEM(odd))]);
	if (i % 8 == 2)
		f->n -= rng_below(rng, (uint32_t)f->n - ETH_HLEN);
	if (i % 8 == 3)                           /* padding */
		f->n += 1 + rng_below(rng, 16);
	if (i % 16)
		ip4_hdr_seal(f->b + ETH_HLEN, IP4_HLEN);
}

static bool same_frames(struct netdev *a, struct netdev *b)
{
	static uint8_t x[PKT_MAX], y[PKT_MAX];
	bool same = CHECK_EQ(net_sent(a), net_sent(b));

	for (unsigned i = 0; same && i < net_sent(a); i++) {
		size_t n = net_sent_bytes(a, i, x, sizeof(x));

		same = CHECK_EQ(net_sent_bytes(b, i, y, sizeof(y)), n) &&
		       CHECK_EQ(memcmp(x, y, n), 0);
	}
	net_forget(a);
	net_forget(b);
	return same;
}

static void same_counters(const struct bench *a, const struct bench *b)
{
	for (unsigned i = 0; i < ST_N; i++)
		CHECK_EQ(a->st->stat[i], b->st->stat[i]);
	for (unsigned i = 0; i < DROP_N; i++)
		CHECK_EQ(a->st->drop[i], b->st->drop[i]);
	CHECK_EQ(memcmp(&a->in->stats, &b->in->stats, sizeof(a->in->stats)), 0);
	CHECK_EQ(memcmp(&a->out->stats, &b->out->stats, sizeof(a->out->stats)), 0);
}

TEST(plain, whatever_arrives_goes_on_as_ever)
{
	struct bench *quick = bench_new(true), *full = bench_new(true);
	static struct frame first, f;
	struct rng rng;
	bool same = true;

	rng_init(&rng, 1, "plain");
	look_closer(full);
	frame_far(quick, &first);
	for (unsigned i = 0; same && i < FRAMES; i++) {
		f = first;
		mangle(&f, &rng, i);
		if (i == FRAMES / 2) {            /* some are too long from now on */
			REQUIRE(netdev_set_mtu(quick->out, 80) == OK);
			REQUIRE(netdev_set_mtu(full->out, 80) == OK);
		}
		net_inject_frame(quick->in, &f);
		net_inject_frame(full->in, &f);
		same = same_frames(quick->in, full->in) && same_frames(quick->out, full->out);
	}
	same_counters(quick, full);
	CHECK(show_stat(quick->st, ST_IP_FORWARDED) > FRAMES / 4);
	bench_free(quick);
	bench_free(full);
}

/* What a frame meets as things change, with nothing of it remembered too long. */
TEST(plain, a_change_counts_from_the_next_frame_on)
{
	struct bench *b = bench_new(true);
	static struct frame f;

	frame_far(b, &f);
	net_inject_frame(b->in, &f);
	CHECK_EQ(net_sent(b->out), 1);
	REQUIRE(netdev_set_mtu(b->out, 83) == OK);        /* cut in two */
	net_inject_frame(b->in, &f);
	CHECK_EQ(net_sent(b->out), 3);
	net_route(b->st, "192.168.7.0/24", "10.0.0.3");   /* back where it came from */
	net_inject_frame(b->in, &f);
	CHECK_EQ(net_sent(b->out), 3);
	CHECK_EQ(net_sent(b->in), 2);                     /* ... and a redirect */
	REQUIRE(stack_set_option(b->st, OPT_FORWARDING, 0) == OK);
	net_inject_frame(b->in, &f);
	CHECK_EQ(net_sent(b->in), 2);
	CHECK_EQ(bench_drops(b, DROP_IP4_NOT_US), 1);
	bench_free(b);
}
