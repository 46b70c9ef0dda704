// SPDX-License-Identifier: GPL-3.0-or-later
/* Reassembly, seen through the echo server: a whole datagram is answered. */
#include "stack/ip4/ip4.h"

#include <stdlib.h>

#include "tests/unit/harness.h"

#define US IP4(10, 0, 0, 1)
#define THEM IP4(10, 0, 0, 2)

/* A host with one interface of ours, and an echo request to cut into pieces. */
struct bench {
	struct net *net;
	struct stack *st;
	struct netdev *dev;
	struct ip4_hdr h;                 /* of the next fragment */
	struct frame f;
	size_t n;
	uint8_t data[PKT_MAX], msg[PKT_MAX];
};

static struct bench *bench_new(size_t n_data)
{
	struct bench *b = calloc(1, sizeof(*b));

	REQUIRE(b != NULL);
	b->net = net_new();
	b->st = net_host(b->net, "h1");
	b->dev = net_dev(b->st, "eth0", "10.0.0.1/24");
	net_peer(b->dev, "10.0.0.2");
	b->h = (struct ip4_hdr){ .id = 77, .ttl = 64, .proto = IP_PROTO_ICMP,
				 .src = THEM, .dst = US };
	frame_fill(b->data, n_data);
	b->n = frame_icmp(b->msg, ICMP4_ECHO, 0, 0x00070001, b->data, n_data);
	return b;
}

static void bench_free(struct bench *b)
{
	net_free(b->net);
	free(b);
}

/* Bytes [from, to) of the message arrive; the last piece says so. */
static void piece(struct bench *b, size_t from, size_t to)
{
	b->h.frag_off = (uint16_t)from;
	b->h.mf = to < b->n;
	b->h.total_len = 0;
	frame_ip4(&b->f, b->dev, &b->h, NULL, b->msg + from, to - from);
	net_inject_frame(b->dev, &b->f);
}

/* A fragment that has nothing to do with the message. */
static void bogus(struct bench *b, uint16_t off, size_t n, bool mf)
{
	b->h.frag_off = off;
	b->h.mf = mf;
	frame_ip4(&b->f, b->dev, &b->h, NULL, b->msg, n);
	net_inject_frame(b->dev, &b->f);
}

/* The answer leaves the interface in frames that carry the same data. */
static void check_answered(struct bench *b)
{
	size_t done = 0, n_data = b->n - ICMP4_HLEN;
	struct seen *s = malloc(sizeof(*s));

	for (unsigned i = 0; i < net_sent(b->dev); i++) {
		if (!net_seen(b->dev, i, s))
			break;
		if (i == 0)
			CHECK_EQ(s->icmp.type, ICMP4_ECHO_REPLY);
		if (done + s->n <= n_data)
			CHECK_MEM(s->data, b->data + done, s->n);
		done += s->n;
	}
	CHECK_EQ(done, n_data);
	free(s);
}

static uint64_t drops(const struct bench *b, enum drop why) { return show_drops(b->st, why); }

/* Packets and memory are gone but for what was sent. */
static void check_nothing_waits(const struct bench *b)
{
	struct pkt_pool_stats s;

	pkt_pool_stats(net_pool(b->net), &s);
	CHECK_EQ(s.pkts, net_sent(b->dev));
	CHECK_EQ(stack_next_at(b->st), NS_NEVER);
}

TEST(reass, two_fragments_make_one_datagram)
{
	struct bench *b = bench_new(1000);

	piece(b, 0, 504);
	CHECK_EQ(net_sent(b->dev), 0);
	piece(b, 504, b->n);
	check_answered(b);
	check_nothing_waits(b);
	CHECK_EQ(show_stat(b->st, ST_IP_REASM_REQDS), 2);
	CHECK_EQ(show_stat(b->st, ST_IP_REASM_OKS), 1);
	CHECK_EQ(show_stat(b->st, ST_IP_REASM_FAILS), 0);
	CHECK_EQ(show_stat(b->st, ST_IP_IN_DELIVERS), 1);
	bench_free(b);
}

TEST(reass, order_does_not_matter)
{
	static const unsigned orders[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 }, { 1, 3, 0, 2 }, { 3, 0, 2, 1 },
	};

	for (size_t i = 0; i < N_ELEM(orders); i++) {
		struct bench *b = bench_new(1400);

		for (unsigned k = 0; k < 4; k++) {
			size_t from = orders[i][k] * 400u, to = from + 400;

			piece(b, from, to < b->n ? to : b->n);
		}
		check_answered(b);
		check_nothing_waits(b);
		bench_free(b);
	}
}

TEST(reass, a_tiny_first_fragment_that_splits_the_transport_header_is_put_right)
{
	struct bench *b = bench_new(100);

	piece(b, 8, b->n);
	piece(b, 0, 8);
	check_answered(b);
	bench_free(b);
}

TEST(reass, eight_bytes_at_a_time_backwards)
{
	struct bench *b = bench_new(8000);

	for (size_t at = b->n; at > 0;) {
		size_t from = (at - 1) & ~(size_t)7;

		piece(b, from, at);
		at = from;
	}
	check_answered(b);
	check_nothing_waits(b);
	bench_free(b);
}

TEST(reass, the_longest_datagram_there_is)
{
	struct bench *b = bench_new(65507);

	for (size_t from = 0; from < b->n; from += 1480)
		piece(b, from, from + 1480 < b->n ? from + 1480 : b->n);
	check_answered(b);
	check_nothing_waits(b);
	bench_free(b);
}

TEST(reass, result_has_one_header_and_one_block)
{
	struct bench *b = bench_new(1000);
	struct ip4_hdr whole;
	struct pkt *p[2], *out;

	for (unsigned i = 0; i < 2; i++) {
		struct ip4_hdr h = b->h;

		h.frag_off = (uint16_t)(i * 504);
		h.mf = i == 0;
		h.tos = i ? 0x02 : 0x03;          /* one of them met congestion */
		frame_ip4(&b->f, b->dev, &h, NULL, b->msg + i * 504, i ? b->n - 504 : 504);
		p[i] = pkt_from_bytes(net_pool(b->net), b->f.b + ETH_HLEN, b->f.n - ETH_HLEN);
		REQUIRE(p[i] != NULL);
		CHECK_EQ(ip4_hdr_parse(&h, pkt_data(p[i]), p[i]->len, pkt_len(p[i])), DROP_NONE);
		out = reass_input(b->st, p[i], &h);
		CHECK((out != NULL) == (i == 1));
	}
	REQUIRE(out != NULL);
	CHECK_EQ(ip4_hdr_parse(&whole, pkt_data(out), out->len, pkt_len(out)), DROP_NONE);
	CHECK_EQ(whole.total_len, IP4_HLEN + b->n);
	CHECK_EQ(whole.id, 77);
	CHECK(!whole.mf && whole.frag_off == 0);
	CHECK_EQ(IP4_ECN(whole.tos), 3);
	CHECK_EQ(out->nfrag, 1);
	CHECK_EQ(out->len, IP4_HLEN + 60);
	CHECK_EQ(csum_fold(pkt_csum(out, IP4_HLEN)), 0);
	pkt_free(out);
	bench_free(b);
}

TEST(reass, options_of_the_first_fragment_are_kept)
{
	static const uint8_t rr[8] = { 7, 7, 8, 192, 0, 2, 1, 0 };
	struct bench *b = bench_new(64);
	struct seen s;

	b->h.hlen = 28;
	b->h.mf = true;
	frame_ip4(&b->f, b->dev, &b->h, rr, b->msg, 40);
	net_inject_frame(b->dev, &b->f);
	b->h.hlen = 20;
	piece(b, 40, b->n);
	REQUIRE(net_seen(b->dev, 0, &s));
	CHECK_EQ(s.ip.hlen, 28);
	CHECK_MEM(s.opt, rr, 7);
	bench_free(b);
}

TEST(reass, datagrams_that_differ_in_one_part_of_the_key_are_kept_apart)
{
	struct bench *b = bench_new(100);

	piece(b, 0, 56);
	b->h.id++;
	piece(b, 56, b->n);
	b->h.id--;
	b->h.proto = IP_PROTO_UDP;
	piece(b, 56, b->n);
	b->h.proto = IP_PROTO_ICMP;
	b->h.src = IP4(10, 0, 0, 3);
	piece(b, 56, b->n);
	b->h.src = THEM;
	CHECK_EQ(net_sent(b->dev), 0);
	piece(b, 56, b->n);
	CHECK_EQ(net_sent(b->dev), 1);
	bench_free(b);
}

TEST(reass, a_copy_of_a_fragment_changes_nothing)
{
	struct bench *b = bench_new(1400);

	piece(b, 0, 400);
	piece(b, 0, 400);
	piece(b, 800, b->n);
	piece(b, 800, b->n);
	CHECK_EQ(drops(b, DROP_FRAG_DUPLICATE), 2);
	piece(b, 400, 800);
	check_answered(b);
	CHECK_EQ(drops(b, DROP_FRAG_OVERLAP), 0);
	bench_free(b);
}

TEST(reass, any_other_overlap_kills_the_datagram)
{
	static const struct { size_t from, to; } second[] = {
		{ 392, 800 }, { 0, 800 }, { 0, 392 }, { 8, 400 }, { 8, 392 }, { 200, 600 },
	};

	for (size_t i = 0; i < N_ELEM(second); i++) {
		struct bench *b = bench_new(1400);

		piece(b, 0, 400);
		piece(b, second[i].from, second[i].to);
		CHECK_EQ(drops(b, DROP_FRAG_OVERLAP), 2);
		check_nothing_waits(b);
		piece(b, 400, b->n);              /* starts anew, and never ends */
		CHECK_EQ(net_sent(b->dev), 0);
		bench_free(b);
	}
}

TEST(reass, two_fragments_where_one_was_is_an_overlap)
{
	struct bench *b = bench_new(1400);

	piece(b, 0, 200);
	piece(b, 200, 400);
	piece(b, 0, 400);
	CHECK_EQ(drops(b, DROP_FRAG_OVERLAP), 3);
	bench_free(b);
}

TEST(reass, fragments_that_no_datagram_can_have_are_malformed)
{
	static const struct { const char *what; uint16_t off; size_t n; bool mf; } bad[] = {
		{ "ping of death: past 65535", 65528, 100, false },
		{ "past 65535 by the header", 65512, 8, false },
		{ "zero length, last", 800, 0, false },
		{ "zero length, more", 0, 0, true },
		{ "not a multiple of 8, more to come", 0, 401, true },
	};

	for (size_t i = 0; i < N_ELEM(bad); i++) {
		struct bench *b = bench_new(1400);

		bogus(b, bad[i].off, bad[i].n, bad[i].mf);
		if (!CHECK_EQ(drops(b, DROP_FRAG_MALFORMED), 1))
			printf("     %s\n", bad[i].what);
		check_nothing_waits(b);
		bench_free(b);
	}
}

TEST(reass, the_end_may_not_move)
{
	struct bench *b = bench_new(1400);

	bogus(b, 800, 100, false);
	bogus(b, 1000, 100, false);               /* ends twice */
	CHECK_EQ(drops(b, DROP_FRAG_MALFORMED), 2);
	bogus(b, 800, 100, false);
	bogus(b, 1000, 104, true);                /* goes on behind the end */
	CHECK_EQ(drops(b, DROP_FRAG_MALFORMED), 4);
	bogus(b, 1000, 104, true);
	bogus(b, 800, 100, false);                /* ends before what is there */
	CHECK_EQ(drops(b, DROP_FRAG_MALFORMED), 6);
	check_nothing_waits(b);
	bench_free(b);
}

TEST(reass, a_datagram_too_long_with_the_options_of_its_first_fragment)
{
	static const uint8_t nops[40] = { 1, 1, 1, 1 };
	struct bench *b = bench_new(65507);

	for (size_t from = 1440; from < b->n; from += 1440)
		piece(b, from, from + 1440 < b->n ? from + 1440 : b->n);
	b->h.hlen = 60;
	b->h.frag_off = 0;
	b->h.mf = true;
	b->h.total_len = 0;
	frame_ip4(&b->f, b->dev, &b->h, nops, b->msg, 1440);
	net_inject_frame(b->dev, &b->f);
	CHECK_EQ(drops(b, DROP_FRAG_MALFORMED), 46);
	CHECK_EQ(net_sent(b->dev), 0);
	bench_free(b);
}

TEST(reass, time_exceeded_goes_back_if_the_first_fragment_came)
{
	struct bench *b = bench_new(1400);
	struct seen s;

	piece(b, 0, 400);
	piece(b, 400, 800);
	net_run(b->net, SEC(29));
	CHECK_EQ(net_sent(b->dev), 0);
	net_run(b->net, SEC(2));
	CHECK_EQ(drops(b, DROP_FRAG_TIMEOUT), 2);
	CHECK_EQ(show_stat(b->st, ST_IP_REASM_FAILS), 1);
	CHECK_EQ(net_sent(b->dev), 1);
	REQUIRE(net_seen(b->dev, 0, &s));
	CHECK_EQ(s.icmp.type, ICMP4_TIME_EXCEEDED);
	CHECK_EQ(s.icmp.code, ICMP4_TIME_REASSEMBLY);
	CHECK_EQ(s.ip.src, US);
	CHECK_EQ(s.ip.dst, THEM);
	CHECK_MEM(s.data + IP4_HLEN, b->msg, 400);
	check_nothing_waits(b);
	bench_free(b);
}

TEST(reass, nobody_is_told_if_the_first_fragment_did_not_come)
{
	struct bench *b = bench_new(1400);

	CHECK_EQ(stack_set_option(b->st, OPT_FRAG_TIME, 5000), OK);
	piece(b, 400, 800);
	net_run(b->net, SEC(6));
	CHECK_EQ(drops(b, DROP_FRAG_TIMEOUT), 1);
	CHECK_EQ(net_sent(b->dev), 0);
	bench_free(b);
}

TEST(reass, later_fragments_do_not_put_off_the_end)
{
	struct bench *b = bench_new(1400);

	piece(b, 0, 400);
	net_run(b->net, SEC(20));
	piece(b, 400, 800);
	net_run(b->net, SEC(11));                 /* RFC 1122 3.3.2: a fixed timeout */
	CHECK_EQ(drops(b, DROP_FRAG_TIMEOUT), 2);
	bench_free(b);
}

TEST(reass, ten_thousand_datagrams_at_once_stay_within_the_limit)
{
	struct bench *b = bench_new(1400);
	struct pkt_pool_stats s;

	for (unsigned i = 0; i < 10000; i++) {
		b->h.id = (uint16_t)i;
		piece(b, 0, 800);
	}
	pkt_pool_stats(net_pool(b->net), &s);
	CHECK(s.pkts > 1000);
	CHECK(s.pkts * (sizeof(struct pkt) + 800 - PKT_INLINE) <= 4194304);
	CHECK_EQ(drops(b, DROP_FRAG_LIMIT), 10000 - s.pkts);
	b->h.id = 9999;                           /* the newest are still there */
	piece(b, 800, b->n);
	CHECK_EQ(net_sent(b->dev), 1);
	bench_free(b);
}

TEST(reass, the_oldest_makes_room)
{
	struct bench *b = bench_new(1400);

	CHECK_EQ(stack_set_option(b->st, OPT_FRAG_MEM, 8192), OK);
	for (b->h.id = 0; drops(b, DROP_FRAG_LIMIT) == 0 && b->h.id < 100; b->h.id++)
		piece(b, 0, 800);
	CHECK(b->h.id > 2 && b->h.id < 10);
	b->h.id--;
	piece(b, 800, b->n);                      /* the newest was kept */
	CHECK_EQ(net_sent(b->dev), 1);
	b->h.id = 0;
	piece(b, 800, b->n);                      /* the oldest has lost its other half */
	CHECK_EQ(net_sent(b->dev), 1);
	bench_free(b);
}

TEST(reass, fifty_thousand_overlapping_fragments_leave_nothing_behind)
{
	struct bench *b = bench_new(60000);
	struct pkt_pool_stats s;
	uint64_t most = 0;

	for (unsigned i = 0; i < 50000; i++) {
		size_t from = i % 5000 * 8;

		piece(b, from, from + 24);
		pkt_pool_stats(net_pool(b->net), &s);
		most = s.pkts > most ? s.pkts : most;
	}
	CHECK(most <= 4);                         /* every second one overlaps the first */
	CHECK(drops(b, DROP_FRAG_OVERLAP) >= 49998);
	bench_free(b);
}

TEST(reass, fragments_of_one_datagram_are_counted)
{
	struct bench *b = bench_new(60000);
	struct pkt_pool_stats s;
	uint64_t most = 0;

	for (unsigned i = 0; i < 50000; i++) {    /* every second unit, backwards: no overlap */
		size_t from = 59968 - i % 3749 * 16;

		piece(b, from, from + 8);
		pkt_pool_stats(net_pool(b->net), &s);
		most = s.pkts > most ? s.pkts : most;
	}
	CHECK(most <= 2048);
	CHECK(drops(b, DROP_FRAG_LIMIT) > 0);
	bench_free(b);
}

TEST(reass, pieces_that_share_a_block_are_charged_for_it_once)
{
	struct net *net = net_new();
	struct stack *h1 = net_host(net, "h1"), *h2 = net_host(net, "h2");
	struct netdev *d1 = net_dev(h1, "eth0", "10.0.0.1/24");
	struct netdev *d2 = net_dev(h2, "eth0", "10.0.0.2/24");

	net_join(d1, d2);
	CHECK(net_ping(h1, "10.0.0.2", 56));      /* neighbours know each other */
	CHECK_EQ(stack_set_option(h2, OPT_FRAG_MEM, 100000), OK);
	CHECK(net_ping(h1, "10.0.0.2", 65507));
	CHECK_EQ(show_drops(h2, DROP_FRAG_LIMIT), 0);
	net_free(net);
}

TEST(reass, a_device_may_go_while_its_fragments_wait)
{
	struct bench *b = bench_new(1400);

	piece(b, 0, 400);
	stack_detach(b->st, b->dev);
	net_run(b->net, SEC(40));
	CHECK_EQ(drops(b, DROP_FRAG_TIMEOUT), 1);
	bench_free(b);
}
