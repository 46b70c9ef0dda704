// SPDX-License-Identifier: GPL-3.0-or-later
/* Frames of flows that were delivered before take a shorter way to the same end. */
#include "stack/core/core.h"
#include "stack/socket.h"
#include "stack/util/rng.h"
#include "tests/unit/ip4/fixture.h"

#define FRIEND IP4(10, 0, 0, 3)

static bool is_known(const struct bench *b)
{
	for (unsigned i = 0; i < RX_KNOWN; i++)
		if (b->st->known[i].dev)
			return true;
	return false;
}

/* A host to which one datagram of the flow was delivered. */
static struct bench *bench_known(void)
{
	struct bench *b = bench_new(false);

	bench_udp(b, 32);
	CHECK(is_known(b));
	CHECK_EQ(bench_drops(b, DROP_UDP_NO_PORT), 1);
	return b;
}

static struct sock *raw_open(struct stack *st, int type, int proto)
{
	struct sock *sk;

	REQUIRE(sk_open(st, ADDR_IP4, type, proto, &sk) == OK);
	return sk;
}

/* A socket that wants none of it has each frame looked at in full. */
TEST(known, whatever_differs_is_judged_as_ever)
{
	struct bench *quick = bench_known(), *full = bench_new(false);
	struct rng rng;

	rng_init(&rng, 1, "known");
	(void)raw_open(full->st, SK_RAW, IP_PROTO_GRE);
	bench_udp(full, 32);
	CHECK(!is_known(full));
	for (unsigned i = 0; i < 20000; i++) {
		struct frame f = full->f;

		for (unsigned n = rng_below(&rng, 3); n; n--)
			f.b[rng_below(&rng, 50)] ^= (uint8_t)(1u << rng_below(&rng, 8));
		if (i % 8 == 0)
			f.n -= rng_below(&rng, (uint32_t)f.n - ETH_HLEN);
		if (i % 8 == 1)                   /* padding */
			f.n += 1 + rng_below(&rng, 16);
		if (i % 2)
			ip4_hdr_seal(f.b + ETH_HLEN, IP4_HLEN);
		net_inject_frame(quick->in, &f);
		net_inject_frame(full->in, &f);
	}
	for (unsigned i = 0; i < ST_N; i++)
		CHECK_EQ(quick->st->stat[i], full->st->stat[i]);
	for (unsigned i = 0; i < DROP_N; i++)
		CHECK_EQ(quick->st->drop[i], full->st->drop[i]);
	CHECK_EQ(memcmp(&quick->in->stats, &full->in->stats, sizeof(quick->in->stats)), 0);
	CHECK(is_known(quick));
	bench_free(quick);
	bench_free(full);
}

TEST(known, a_socket_that_wants_copies_gets_them_from_its_first_instant)
{
	static const struct { int type, proto; } kinds[] = {
		{ SK_RAW, IP_PROTO_UDP }, { SK_PACKET, ETHERTYPE_IP4 },
	};

	for (size_t i = 0; i < N_ELEM(kinds); i++) {
		struct bench *b = bench_known();
		struct sock *sk = raw_open(b->st, kinds[i].type, kinds[i].proto);

		bench_udp(b, 32);
		CHECK(sk_ready(sk) & SK_IN);
		CHECK(!is_known(b));
		sk_close(sk);
		bench_udp(b, 32);
		CHECK(is_known(b));
		bench_free(b);
	}
}

TEST(known, an_address_that_was_deleted_takes_nothing)
{
	struct prefix p = { addr_ip4(US), 24 };
	struct bench *b = bench_known();

	CHECK_EQ(stack_addr_del(b->st, b->in, &p), OK);
	bench_udp(b, 32);
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 1);
	bench_free(b);
}

TEST(known, a_source_that_becomes_ours_is_a_martian)
{
	struct prefix p = { addr_ip4(THEM), 24 };
	struct bench *b = bench_known();

	CHECK_EQ(stack_addr_add(b->st, b->in, &p), OK);
	bench_udp(b, 32);
	CHECK_EQ(bench_drops(b, DROP_IP4_MARTIAN_SRC), 1);
	bench_free(b);
}

TEST(known, a_check_of_the_reverse_path_is_made_once_it_is_asked_for)
{
	struct bench *b = bench_new(false);

	b->h.src = FAR;                           /* which is behind the other interface */
	bench_udp(b, 32);
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 1);
	CHECK_EQ(stack_set_option(b->st, OPT_RP_FILTER, 1), OK);
	bench_udp(b, 32);
	CHECK_EQ(bench_drops(b, DROP_IP4_RPF), 1);
	bench_free(b);
}

TEST(known, an_interface_that_is_down_or_gone_delivers_nothing)
{
	struct bench *b = bench_known();

	netdev_set_up(b->in, false);
	bench_udp(b, 32);
	CHECK_EQ(bench_drops(b, DROP_DEV_DOWN), 1);
	bench_free(b);
}
