// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>

#include "stack/ip4/ip4.h"
#include "stack/util/rng.h"
#include "stack/wire/ip4opt.h"
#include "tests/unit/harness.h"

/* A stack, and what ip4_fragment() handed to its send function. */
struct cutter {
	struct net *net;
	struct stack *st;
	struct pkt_queue out;
	unsigned fail_at;                 /* the n-th send fails, from 1; 0: none */
	unsigned sends;
	uint8_t data[PKT_MAX];
};

static struct cutter *cutter_new(void)
{
	struct cutter *c = calloc(1, sizeof(*c));

	REQUIRE(c != NULL);
	c->net = net_new();
	c->st = net_host(c->net, "h1");
	frame_fill(c->data, sizeof(c->data));
	return c;
}

static void cutter_free(struct cutter *c)
{
	pkt_queue_free(&c->out);
	net_free(c->net);
	free(c);
}

static int collect(struct stack *st, struct pkt *p, void *arg)
{
	struct cutter *c = arg;

	CHECK(st == c->st);
	if (++c->sends == c->fail_at) {
		pkt_free(p);
		return ERR_NETDOWN;
	}
	pkt_queue_push(&c->out, p);
	return OK;
}

/* A packet with in_head payload bytes in its head and others in its body. */
static struct pkt *packet(struct cutter *c, struct ip4_hdr *h, const uint8_t *opt,
			  size_t in_head, size_t n)
{
	struct pkt *p = pkt_new(net_pool(c->net));
	size_t n_opt;
	struct wr w;

	REQUIRE(p != NULL);
	if (!h->hlen)
		h->hlen = IP4_HLEN;
	n_opt = h->hlen - (size_t)IP4_HLEN;
	h->total_len = (uint16_t)(h->hlen + n);
	memcpy(pkt_push(p, in_head), c->data, in_head);
	memcpy(pkt_push(p, n_opt), opt ? opt : c->data, n_opt);
	w = wr_init(pkt_push(p, IP4_HLEN), IP4_HLEN);
	ip4_hdr_emit(h, opt, &w);
	if (n > in_head)
		REQUIRE(pkt_add_bytes(p, c->data + in_head, (uint32_t)(n - in_head)) == OK);
	return p;
}

static struct ip4_hdr header_of(const struct pkt *p)
{
	struct ip4_hdr h = { 0 };

	CHECK_EQ(ip4_hdr_parse(&h, p->head + p->off, p->len, pkt_len(p)), DROP_NONE);
	CHECK_EQ(h.total_len, pkt_len(p));
	return h;
}

/* The pieces cover the n bytes once, in order, from offset `off`. */
static void check_covers(const struct cutter *c, uint32_t off, size_t n, uint32_t mtu, bool more)
{
	uint8_t *got = malloc(PKT_MAX);
	size_t done = 0;

	REQUIRE(got != NULL);
	for (const struct pkt *p = c->out.head; p; p = p->next) {
		struct ip4_hdr h = header_of(p);
		size_t k = pkt_copy_out(p, h.hlen, got + done, PKT_MAX - done);

		CHECK(pkt_len(p) <= mtu);
		CHECK_EQ(h.frag_off, off + done);
		done += k;
		CHECK_EQ(h.mf, more || p->next != NULL);
		CHECK(!h.mf || k % 8 == 0);
		CHECK(!h.df);
	}
	CHECK_EQ(done, n);
	CHECK_MEM(got, c->data, n);
	free(got);
}

TEST(frag, pieces_cover_the_payload_and_keep_the_header)
{
	struct cutter *c = cutter_new();
	struct ip4_hdr h = { .id = 4711, .tos = 0x10, .ttl = 9, .proto = 17, .df = true,
			     .src = IP4(10, 0, 0, 1), .dst = IP4(10, 0, 0, 2) };

	CHECK_EQ(ip4_fragment(c->st, packet(c, &h, NULL, 8, 4000), 1500, collect, c), OK);
	CHECK_EQ(c->out.count, 3);
	check_covers(c, 0, 4000, 1500, false);
	for (const struct pkt *p = c->out.head; p; p = p->next) {
		struct ip4_hdr f = header_of(p);

		CHECK(f.id == 4711 && f.tos == 0x10 && f.ttl == 9 && f.proto == 17);
		CHECK(f.src == h.src && f.dst == h.dst && f.hlen == IP4_HLEN);
	}
	CHECK_EQ(show_stat(c->st, ST_IP_FRAG_OKS), 1);
	CHECK_EQ(show_stat(c->st, ST_IP_FRAG_CREATES), 3);
	cutter_free(c);
}

TEST(frag, the_body_is_shared_and_not_copied)
{
	struct cutter *c = cutter_new();
	struct ip4_hdr h = { .ttl = 9 };
	struct pkt *p = packet(c, &h, NULL, 8, 9000);
	const struct blk *blk = p->frag[0].blk;
	struct pkt_pool_stats s;

	CHECK_EQ(ip4_fragment(c->st, p, 1500, collect, c), OK);
	for (p = c->out.head; p; p = p->next)
		CHECK(p->nfrag == 1 && p->frag[0].blk == blk);
	pkt_pool_stats(net_pool(c->net), &s);
	CHECK_EQ(s.blks, 1);
	CHECK_EQ(s.pkts, c->out.count);
	cutter_free(c);
}

TEST(frag, a_fragment_is_cut_again)
{
	struct cutter *c = cutter_new();
	struct ip4_hdr h = { .ttl = 9, .mf = true, .frag_off = 2960 };

	CHECK_EQ(ip4_fragment(c->st, packet(c, &h, NULL, 0, 1480), 576, collect, c), OK);
	CHECK_EQ(c->out.count, 3);
	check_covers(c, 2960, 1480, 576, true);
	pkt_queue_free(&c->out);
	h = (struct ip4_hdr){ .ttl = 9, .frag_off = 2960 };
	CHECK_EQ(ip4_fragment(c->st, packet(c, &h, NULL, 0, 1480), 576, collect, c), OK);
	check_covers(c, 2960, 1480, 576, false);
	cutter_free(c);
}

TEST(frag, any_packet_and_any_mtu)
{
	struct cutter *c = cutter_new();
	struct rng rng;

	rng_init(&rng, 7, "frag");
	for (unsigned i = 0; i < 300; i++) {
		uint32_t mtu = IP4_MIN_MTU + rng_below(&rng, 1500);
		uint32_t n = mtu + rng_below(&rng, 6000), in_head = rng_below(&rng, 100);
		struct ip4_hdr h = { .ttl = 9 };
		struct pkt *p = packet(c, &h, NULL, in_head, n);
		struct blk *more = blk_new(net_pool(c->net), 500);

		REQUIRE(more != NULL);            /* a second piece of body */
		memcpy(more->data, c->data + n, 500);
		CHECK_EQ(pkt_add_frag(p, more, 0, 500), OK);
		blk_put(net_pool(c->net), more);
		CHECK_EQ(ip4_fragment(c->st, p, mtu, collect, c), OK);
		check_covers(c, 0, n + 500, mtu, false);
		pkt_queue_free(&c->out);
	}
	cutter_free(c);
}

TEST(frag, the_reserved_flag_is_passed_on)        /* RFC 1812 5.2.5 */
{
	for (unsigned flag = 0; flag <= 0x80; flag += 0x80) {
		struct cutter *c = cutter_new();
		struct ip4_hdr h = { .ttl = 9 };
		struct pkt *p = packet(c, &h, NULL, 8, 4000);

		pkt_data(p)[6] |= (uint8_t)flag;
		ip4_hdr_seal(pkt_data(p), IP4_HLEN);
		CHECK_EQ(ip4_fragment(c->st, p, 1500, collect, c), OK);
		CHECK_EQ(c->out.count, 3);
		for (p = c->out.head; p; p = p->next)
			CHECK_EQ(pkt_data(p)[6] & 0x80, flag);
		check_covers(c, 0, 4000, 1500, false);
		cutter_free(c);
	}
}

TEST(frag, only_options_with_the_copied_bit_go_into_every_fragment)
{
	static const uint8_t opt[12] = { 7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0, 0 };
	static const uint8_t alert[4] = { 148, 4, 0, 0 };
	struct cutter *c = cutter_new();
	struct ip4_hdr h = { .hlen = 32, .ttl = 9 };
	const struct pkt *p;

	CHECK_EQ(ip4_fragment(c->st, packet(c, &h, opt, 0, 200), 100, collect, c), OK);
	check_covers(c, 0, 200, 100, false);
	p = c->out.head;
	CHECK_EQ(header_of(p).hlen, 32);
	CHECK_MEM(p->head + p->off + IP4_HLEN, opt, 12);
	for (p = p->next; p; p = p->next) {
		CHECK_EQ(header_of(p).hlen, 24);
		CHECK_MEM(p->head + p->off + IP4_HLEN, alert, 4);
	}
	cutter_free(c);
}

TEST(frag, without_memory_nothing_is_sent)
{
	struct cutter *c = cutter_new();

	for (unsigned n = 0; n < 3; n++) {
		struct ip4_hdr h = { .ttl = 9 };
		struct pkt *p = packet(c, &h, NULL, 8, 4000);

		pkt_pool_fail_after(net_pool(c->net), n);
		CHECK_EQ(ip4_fragment(c->st, p, 1500, collect, c), ERR_NOBUFS);
		pkt_pool_fail_after(net_pool(c->net), UINT64_MAX);
		CHECK_EQ(c->sends, 0);
		CHECK_EQ(show_drops(c->st, DROP_NO_MEMORY), n + 1);
	}
	CHECK_EQ(show_stat(c->st, ST_IP_FRAG_OKS), 0);
	cutter_free(c);
}

TEST(frag, after_an_error_the_others_are_dropped)
{
	struct cutter *c = cutter_new();
	struct ip4_hdr h = { .ttl = 9 };

	c->fail_at = 2;
	CHECK_EQ(ip4_fragment(c->st, packet(c, &h, NULL, 8, 7000), 1500, collect, c), ERR_NETDOWN);
	CHECK_EQ(c->sends, 2);
	CHECK_EQ(c->out.count, 1);
	CHECK_EQ(show_drops(c->st, DROP_FRAG_FAIL), 3);
	cutter_free(c);
}

TEST(frag, what_cannot_be_cut_is_dropped)
{
	static const uint8_t nops[40] = { 1 };
	struct cutter *c = cutter_new();
	struct ip4_hdr h = { .hlen = 60, .ttl = 9 };

	CHECK_EQ(ip4_fragment(c->st, packet(c, &h, nops, 0, 40), 67, collect, c), ERR_MSGSIZE);
	h = (struct ip4_hdr){ .ttl = 9, .frag_off = 65528 };      /* past any datagram's end */
	CHECK_EQ(ip4_fragment(c->st, packet(c, &h, NULL, 0, 2000), 576, collect, c), ERR_INVAL);
	CHECK_EQ(show_drops(c->st, DROP_FRAG_FAIL), 2);
	CHECK_EQ(c->sends, 0);
	cutter_free(c);
}
