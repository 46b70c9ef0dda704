// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/ospf_lsa.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "stack/wire/ospf.h"
#include "tests/unit/test.h"
#include "tests/unit/wire/ospf_captured.h"

#define IMAGE_MAX 400                     /* bytes */
#define ME IP4(1, 1, 1, 1)

static const uint8_t all_types[] = { 1, 2, 3, 4, 5, 7, 9, 10, 11 };

struct image { uint8_t b[IMAGE_MAX]; size_t n; };

static ip4_t random_mask(struct rng *r)
{
	return ip4_mask(rng_below(r, 33));
}

static struct ospf_lsa_hdr random_hdr(struct rng *r, uint8_t type)
{
	struct ospf_lsa_hdr h = {
		.age = (uint16_t)rng_below(r, OSPF_MAX_AGE + 1), .options = (uint8_t)rng_u32(r),
		.type = type, .id = rng_u32(r), .adv = rng_u32(r), .seq = ospf_seq(rng_u32(r)),
		.csum = (uint16_t)rng_u32(r), .len = (uint16_t)rng_u32(r),
	};

	if (type == OSPF_LSA_ROUTER)
		h.id = h.adv;
	if (ospf_seq_eq(h.seq, OSPF_SEQ_RESERVED))
		h.seq = OSPF_SEQ_INITIAL;
	return h;
}

/* The items of a body; they can be drawn again from an equal stream. */
static struct ospf_link random_link(struct rng *r)
{
	struct ospf_link l = {
		.id = rng_u32(r), .data = rng_u32(r), .type = (uint8_t)(1 + rng_below(r, 4)),
		.metric = (uint16_t)rng_u32(r),
	};

	if (l.type == OSPF_LINK_STUB)
		l.data = random_mask(r);
	return l;
}

static struct ospf_external random_external(struct rng *r)
{
	struct ospf_external x = { .mask = random_mask(r) };

	x.e2 = rng_below(r, 2);
	x.metric = rng_u32(r) & OSPF_LS_INFINITY;
	x.fwd = rng_u32(r);
	x.tag = rng_u32(r);
	return x;
}

static void emit_router(struct rng *r, struct wr *w)
{
	struct ospf_router rt = { .flags = (uint8_t)rng_u32(r), .n_links = 0xeeee };
	unsigned n = rng_below(r, 12);

	ospf_router_emit(&rt, w);
	for (unsigned i = 0; i < n; i++) {
		struct ospf_link l = random_link(r);

		ospf_link_emit(&l, w);
	}
	ospf_router_put_n_links(w->start, (uint16_t)n);
}

static void emit_network(struct rng *r, struct wr *w)
{
	unsigned n = 1 + rng_below(r, 12);

	ospf_network_emit(ip4_mask(1 + rng_below(r, 32)), w);
	for (unsigned i = 0; i < n; i++)
		ospf_id_emit(rng_u32(r), w);
}

static void emit_body(uint8_t type, struct rng *r, struct wr *w)
{
	struct ospf_summary s;
	struct ospf_external x;

	switch (type) {
	case OSPF_LSA_ROUTER:
		emit_router(r, w);
		return;
	case OSPF_LSA_NETWORK:
		emit_network(r, w);
		return;
	case OSPF_LSA_SUMMARY:
	case OSPF_LSA_ASBR:
		s = (struct ospf_summary){ random_mask(r), rng_u32(r) };
		ospf_summary_emit(&s, w);
		return;
	case OSPF_LSA_EXTERNAL:
	case OSPF_LSA_NSSA:
		x = random_external(r);
		ospf_external_emit(&x, w);
		return;
	}
	for (unsigned n = rng_below(r, 50); n; n--)
		wr_u8(w, (uint8_t)rng_u32(r));
}

static void random_lsa(struct image *im, uint8_t type, struct rng *r)
{
	struct ospf_lsa_hdr h = random_hdr(r, type);
	struct wr w = wr_init(im->b, sizeof(im->b));

	ospf_lsa_hdr_emit(&h, &w);
	emit_body(type, r, &w);
	REQUIRE(wr_ok(&w));
	im->n = wr_len(&w);
	ospf_lsa_finish(im->b, im->n);
}

/* In memory of exactly that size. */
static enum ospf_lsa_fault fault_of(const uint8_t *p, size_t n)
{
	uint8_t *exact = malloc(n ? n : 1);
	enum ospf_lsa_fault f;

	memcpy(exact, p, n);
	f = ospf_lsa_check(exact, n);
	CHECK_EQ(ospf_lsa_valid(exact, n), f == OSPF_LSA_OK);
	free(exact);
	return f;
}

/* --- round trips ----------------------------------------------------------------------- */

TEST(ospf_lsa, a_header_that_is_emitted_parses_to_the_same)
{
	struct rng r;

	rng_init(&r, 1, "lsa");
	for (int i = 0; i < 5000; i++) {
		struct ospf_lsa_hdr h = random_hdr(&r, (uint8_t)rng_u32(&r)), got;
		uint8_t b[OSPF_LSA_HLEN];
		struct wr w = wr_init(b, sizeof(b));
		struct rd rd = rd_init(b, sizeof(b));

		ospf_lsa_hdr_emit(&h, &w);
		REQUIRE(wr_ok(&w) && ospf_lsa_hdr_parse(&got, &rd) && rd_left(&rd) == 0);
		REQUIRE(got.age == h.age && got.options == h.options && got.type == h.type &&
			got.id == h.id && got.adv == h.adv && ospf_seq_eq(got.seq, h.seq) &&
			got.csum == h.csum && got.len == h.len);
		REQUIRE(ospf_lsa_get_age(b) == h.age && ospf_lsa_get_type(b) == h.type &&
			ospf_lsa_get_len(b) == h.len);
	}
}

TEST(ospf_lsa, a_router_lsa_parses_to_the_links_it_was_made_of)
{
	struct rng r, again;

	rng_init(&r, 2, "lsa");
	for (int i = 0; i < 2000; i++) {
		struct ospf_router rt;
		struct ospf_link l, want;
		struct image im;
		struct rd rd;
		unsigned n = 0;

		again = r;
		random_lsa(&im, OSPF_LSA_ROUTER, &r);
		(void)random_hdr(&again, OSPF_LSA_ROUTER);
		rd = ospf_lsa_body(im.b, im.n);
		REQUIRE(ospf_router_parse(&rt, &rd) && rt.flags == (uint8_t)rng_u32(&again));
		REQUIRE(rt.n_links == rng_below(&again, 12));
		for (; ospf_link_parse(&l, &rd); n++) {
			want = random_link(&again);
			REQUIRE(l.id == want.id && l.data == want.data && l.type == want.type &&
				l.n_tos == 0 && l.metric == want.metric);
		}
		REQUIRE(n == rt.n_links);
	}
}

TEST(ospf_lsa, other_bodies_that_are_emitted_parse_to_the_same)
{
	struct rng r;

	rng_init(&r, 3, "lsa");
	for (int i = 0; i < 5000; i++) {
		struct ospf_external x = random_external(&r), x2;
		struct ospf_summary s = { rng_u32(&r), rng_u32(&r) & OSPF_LS_INFINITY }, s2;
		ip4_t mask = rng_u32(&r), mask2, id;
		uint8_t b[16 + 8 + 8];
		struct wr w = wr_init(b, sizeof(b));
		struct rd rd = rd_init(b, 16);

		ospf_external_emit(&x, &w);
		ospf_summary_emit(&s, &w);
		ospf_network_emit(mask, &w);
		ospf_id_emit(~mask, &w);
		REQUIRE(wr_ok(&w));
		REQUIRE(ospf_external_parse(&x2, &rd) && x2.mask == x.mask && x2.e2 == x.e2 &&
			x2.metric == x.metric && x2.fwd == x.fwd && x2.tag == x.tag);
		rd = rd_init(b + 16, 8);
		REQUIRE(ospf_summary_parse(&s2, &rd) && s2.mask == s.mask && s2.metric == s.metric);
		rd = rd_init(b + 24, 8);
		REQUIRE(ospf_network_parse(&mask2, &rd) && mask2 == mask);
		REQUIRE(ospf_id_parse(&id, &rd) && id == ~mask && !ospf_id_parse(&id, &rd));
	}
}

/* RFC 2328 A.4.2, A.4.4, A.4.5: metrics of other TOS are from older routers. */
TEST(ospf_lsa, tos_metrics_are_stepped_over)
{
	static const uint8_t links[] = {
		2, 2, 2, 2, 10, 0, 0, 1, OSPF_LINK_P2P, 2, 0, 10,
		8, 0, 0, 5, 16, 0, 0, 6,
		10, 0, 0, 0, 255, 255, 255, 0, OSPF_LINK_STUB, 0, 0, 7,
	};
	struct ospf_lsa_hdr h = { .type = OSPF_LSA_ROUTER, .id = ME, .adv = ME };
	struct ospf_router rt = { .n_links = 2 };
	struct ospf_external x;
	struct ospf_summary s;
	struct ospf_link l;
	uint8_t b[100] = { 0 };
	struct wr w = wr_init(b, sizeof(b));
	struct rd r = rd_init(links, sizeof(links));

	CHECK(ospf_link_parse(&l, &r) && l.metric == 10 && l.n_tos == 2);
	CHECK(ospf_link_parse(&l, &r) && l.metric == 7 && l.type == OSPF_LINK_STUB);
	ospf_lsa_hdr_emit(&h, &w);
	ospf_router_emit(&rt, &w);
	wr_bytes(&w, links, sizeof(links));
	ospf_lsa_finish(b, wr_len(&w));
	CHECK_EQ(fault_of(b, wr_len(&w)), OSPF_LSA_OK);
	memset(b, 0, sizeof(b));
	for (size_t n = 0; n < 60; n++) {
		r = rd_init(b, n);
		CHECK_EQ(ospf_summary_parse(&s, &r), n >= 8 && n % 4 == 0);
		r = rd_init(b, n);
		CHECK_EQ(ospf_external_parse(&x, &r), n >= 16 && (n - 16) % 12 == 0);
	}
}

/* --- sequence numbers --------------------------------------------------------------------- */

/* RFC 2328 12.1.6: they are signed, and end. */
TEST(ospf_lsa, sequence_numbers_rise_from_the_initial_to_the_last)
{
	CHECK_EQ((uint32_t)OSPF_SEQ_INITIAL.v, 0x80000001);
	CHECK_EQ((uint32_t)OSPF_SEQ_MAX.v, 0x7fffffff);
	CHECK(ospf_seq_lt(OSPF_SEQ_INITIAL, ospf_seq(0)));
	CHECK(ospf_seq_lt(ospf_seq(0xffffffff), ospf_seq(0)));
	CHECK(ospf_seq_lt(ospf_seq(0), OSPF_SEQ_MAX));
	CHECK(!ospf_seq_lt(OSPF_SEQ_MAX, OSPF_SEQ_INITIAL));
	CHECK(!ospf_seq_lt(ospf_seq(5), ospf_seq(5)));
	CHECK(ospf_seq_lt(OSPF_SEQ_RESERVED, OSPF_SEQ_INITIAL));
	CHECK(ospf_seq_eq(ospf_seq_next(ospf_seq(0xffffffff)), ospf_seq(0)));
}

/* --- LSAs of other routers ------------------------------------------------------------------ */

/* Each LSA of an update is valid, and made again it is the same. */
static void check_captured(const uint8_t *p, size_t n, unsigned want)
{
	struct ospf_lsa_hdr h;
	struct ospf_hdr pkt;
	unsigned lsas = 0;
	uint32_t count;
	struct rd r;

	REQUIRE(ospf_hdr_parse(&pkt, p, n) == DROP_NONE);
	r = ospf_body(&pkt, p);
	REQUIRE(ospf_lsu_parse(&count, &r));
	for (const uint8_t *b; (b = ospf_lsa_take(&h, &r)); lsas++) {
		uint8_t copy[IMAGE_MAX];

		CHECK_EQ(fault_of(b, h.len), OSPF_LSA_OK);
		memcpy(copy, b, h.len);
		copy[16] = copy[17] = copy[18] = copy[19] = 0xee;
		ospf_lsa_finish(copy, h.len);
		CHECK_MEM(copy, b, h.len);
	}
	CHECK_EQ(lsas, want);
	CHECK_EQ(count, want);
}

TEST(ospf_lsa, what_bird_and_frr_originate_is_valid)
{
	check_captured(bird_lsu, sizeof(bird_lsu), 4);
	check_captured(bird_lsu_network, sizeof(bird_lsu_network), 1);
	check_captured(frr_lsu, sizeof(frr_lsu), 1);
}

TEST(ospf_lsa, a_router_lsa_of_frr_says_what_it_said)
{
	struct rd r = ospf_lsa_body(frr_lsu + 28, sizeof(frr_lsu) - 28);
	struct ospf_router rt;
	struct ospf_link l;

	REQUIRE(ospf_router_parse(&rt, &r));
	CHECK_EQ(rt.flags, OSPF_ROUTER_E);
	CHECK_EQ(rt.n_links, 3);
	CHECK(ospf_link_parse(&l, &r) && l.type == OSPF_LINK_STUB);
	REQUIRE(ospf_link_parse(&l, &r));
	CHECK_EQ(l.type, OSPF_LINK_P2P);
	CHECK_EQ(l.id, IP4(2, 2, 2, 2));
	CHECK_EQ(l.data, IP4(10, 0, 1, 1));
	CHECK_EQ(l.metric, 10);
}

TEST(ospf_lsa, an_external_lsa_of_bird_says_what_it_said)
{
	const uint8_t *p = bird_lsu + sizeof(bird_lsu) - 36;
	struct rd r = ospf_lsa_body(p, 36);
	struct ospf_external x;

	REQUIRE(ospf_external_parse(&x, &r));
	CHECK_EQ(x.mask, ip4_mask(24));
	CHECK(x.e2);
	CHECK_EQ(x.metric, 20);
	CHECK_EQ(x.fwd, IP4_ANY);
	CHECK_EQ(x.tag, 7);
}

/* --- validity ----------------------------------------------------------------------------- */

TEST(ospf_lsa, every_lsa_that_is_made_here_is_valid)
{
	struct rng r;

	rng_init(&r, 4, "lsa");
	for (int i = 0; i < 10000; i++) {
		struct image im;

		random_lsa(&im, all_types[rng_below(&r, sizeof(all_types))], &r);
		REQUIRE(fault_of(im.b, im.n) == OSPF_LSA_OK);
		REQUIRE(get_be16(im.b + 16) == ospf_lsa_csum(im.b, im.n));
	}
}

/* RFC 2328 12.1.7 */
TEST(ospf_lsa, the_checksum_covers_all_but_the_age)
{
	struct image im;
	struct rng r;

	rng_init(&r, 5, "lsa");
	random_lsa(&im, OSPF_LSA_ROUTER, &r);
	for (size_t bit = 0; bit < 8 * im.n; bit++) {
		im.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK_EQ(ospf_lsa_csum_ok(im.b, im.n), bit < 16);
		im.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (unsigned age = 0; age < 0x10000; age += 7) {
		ospf_lsa_put_age(im.b, (uint16_t)age);
		CHECK_EQ(fault_of(im.b, im.n), age > 3600 ? OSPF_LSA_BAD_AGE : OSPF_LSA_OK);
	}
}

/* RFC 2328 12.1.7: "considered a checksum failure".  To the sums 0 is 255. */
TEST(ospf_lsa, a_checksum_of_zero_is_wrong_even_where_the_sums_are_right)
{
	uint8_t b[36] = { 0, 0, 0, 9, 3, [16] = 255, [17] = 255 };
	unsigned found = 0;

	for (unsigned x = 0; x < 0x10000; x++) {
		put_be16(b + 20, (uint16_t)x);
		if (!ospf_lsa_csum_ok(b, sizeof(b)))
			continue;
		found++;
		b[16] = b[17] = 0;
		CHECK(!ospf_lsa_csum_ok(b, sizeof(b)));
		b[16] = 255;
		CHECK(ospf_lsa_csum_ok(b, sizeof(b)));
		b[17] = 255;
	}
	CHECK(found > 0);
}

/* A change of an LSA of this type, with the checksum right again. */
static enum ospf_lsa_fault changed(uint8_t type, size_t at, uint32_t v)
{
	struct image im;
	struct rng r;

	rng_init(&r, 6, "lsa");
	do
		random_lsa(&im, type, &r);
	while (im.n < 28);                        /* with a body that holds something */
	put_be32(im.b + at, v);
	ospf_lsa_finish(im.b, im.n);
	return fault_of(im.b, im.n);
}

TEST(ospf_lsa, an_unknown_type_is_refused)
{
	uint8_t b[36] = { 0 };

	for (unsigned t = 0; t < 256; t++) {
		bool known = t && strchr("\1\2\3\4\5\7\x9\xa\xb", (int)t);

		memset(b, 0, sizeof(b));
		b[3] = (uint8_t)t;
		b[20] = t == 1 ? 0 : 0x80, b[23] = t == 1;
		b[32] = t == 1 ? OSPF_LINK_P2P : 0;
		ospf_lsa_finish(b, sizeof(b));
		CHECK_EQ(fault_of(b, sizeof(b)), known ? OSPF_LSA_OK : OSPF_LSA_BAD_TYPE);
		CHECK_EQ(ospf_lsa_scope((uint8_t)t) != OSPF_SCOPE_NONE, known);
	}
}

TEST(ospf_lsa, the_reserved_sequence_number_is_refused)
{
	CHECK_EQ(changed(OSPF_LSA_AREA_OPAQUE, 12, 0x80000000), OSPF_LSA_BAD_SEQ);
	CHECK_EQ(changed(OSPF_LSA_AREA_OPAQUE, 12, 0x80000001), OSPF_LSA_OK);
	CHECK_EQ(changed(OSPF_LSA_AREA_OPAQUE, 12, 0x7fffffff), OSPF_LSA_OK);
}

TEST(ospf_lsa, a_router_lsa_has_its_routers_id)
{
	CHECK_EQ(changed(OSPF_LSA_ROUTER, 4, 0x01020304), OSPF_LSA_BAD_ID);
}

TEST(ospf_lsa, a_mask_is_contiguous)
{
	static const uint8_t types[] = { 3, 5, 7 };

	for (size_t i = 0; i < sizeof(types); i++) {
		CHECK_EQ(changed(types[i], 20, 0), OSPF_LSA_OK);
		CHECK_EQ(changed(types[i], 20, 0xffffffff), OSPF_LSA_OK);
		CHECK_EQ(changed(types[i], 20, 0xff00ff00), OSPF_LSA_BAD_MASK);
		CHECK_EQ(changed(types[i], 20, 0x7fffffff), OSPF_LSA_BAD_MASK);
		CHECK_EQ(changed(types[i], 20, 1), OSPF_LSA_BAD_MASK);
	}
	CHECK_EQ(changed(OSPF_LSA_ASBR, 20, 0xff00ff00), OSPF_LSA_OK);
	CHECK_EQ(changed(OSPF_LSA_NETWORK, 20, 0), OSPF_LSA_BAD_MASK);
	CHECK_EQ(changed(OSPF_LSA_NETWORK, 20, 0x00ffffff), OSPF_LSA_BAD_MASK);
	CHECK_EQ(changed(OSPF_LSA_NETWORK, 20, 0x80000000), OSPF_LSA_OK);
}

/* Of one link, with this count; its type, its data. */
static enum ospf_lsa_fault router_fault(unsigned count, uint8_t type, ip4_t data, size_t cut)
{
	struct ospf_lsa_hdr h = { .type = OSPF_LSA_ROUTER, .id = ME, .adv = ME };
	struct ospf_router rt = { .n_links = (uint16_t)count };
	struct ospf_link l = { .id = ME, .data = data, .type = type };
	uint8_t b[36];
	struct wr w = wr_init(b, sizeof(b));

	ospf_lsa_hdr_emit(&h, &w);
	ospf_router_emit(&rt, &w);
	ospf_link_emit(&l, &w);
	ospf_lsa_finish(b, sizeof(b) - cut);
	return fault_of(b, sizeof(b) - cut);
}

TEST(ospf_lsa, a_router_lsa_holds_the_links_it_says_and_no_others)
{
	CHECK_EQ(router_fault(1, OSPF_LINK_P2P, ME, 0), OSPF_LSA_OK);
	CHECK_EQ(router_fault(0, OSPF_LINK_P2P, ME, 0), OSPF_LSA_BAD_COUNT);
	CHECK_EQ(router_fault(2, OSPF_LINK_P2P, ME, 0), OSPF_LSA_BAD_COUNT);
	CHECK_EQ(router_fault(0xffff, OSPF_LINK_P2P, ME, 0), OSPF_LSA_BAD_COUNT);
	CHECK_EQ(router_fault(0, OSPF_LINK_P2P, ME, 12), OSPF_LSA_OK);
	for (unsigned cut = 1; cut < 12; cut++)
		CHECK_EQ(router_fault(1, OSPF_LINK_P2P, ME, cut), OSPF_LSA_BAD_COUNT);
	for (unsigned cut = 13; cut <= 16; cut++)
		CHECK_EQ(router_fault(0, OSPF_LINK_P2P, ME, cut), OSPF_LSA_BAD_LENGTH);
	for (unsigned type = 0; type < 256; type++)
		CHECK_EQ(router_fault(1, (uint8_t)type, ip4_mask(9), 0),
			 type >= 1 && type <= 4 ? OSPF_LSA_OK : OSPF_LSA_BAD_LINK);
	CHECK_EQ(router_fault(1, OSPF_LINK_STUB, 0xff00ff00, 0), OSPF_LSA_BAD_MASK);
	CHECK_EQ(router_fault(1, OSPF_LINK_TRANSIT, 0xff00ff00, 0), OSPF_LSA_OK);
}

TEST(ospf_lsa, a_length_that_is_not_the_images_or_not_the_types_is_refused)
{
	struct rng r;

	rng_init(&r, 7, "lsa");
	for (size_t i = 0; i < sizeof(all_types); i++) {
		uint8_t type = all_types[i], b[60] = { 0 };

		for (size_t n = 0; n < sizeof(b); n++) {
			size_t body = n < 20 ? 0 : n - 20;
			bool ok = n >= 20 && (type == 1 ? body == 4 : type == 2 ? body >= 8 :
				  type <= 4 ? body >= 8 : type <= 7 ? body >= 16 : true);

			if (ok && type != 1 && type <= 7)
				ok = (body - (type <= 4 ? 0 : 16)) % (type <= 4 ? 4 : 12) == 0;
			memset(b, 0, sizeof(b));
			b[3] = type;
			b[20] = type == 2 ? 0x80 : 0;
			if (n >= 20)
				ospf_lsa_finish(b, n);
			CHECK_EQ(fault_of(b, n) == OSPF_LSA_OK, ok);
			CHECK_EQ(fault_of(b, n + 1) == OSPF_LSA_OK, false);
		}
	}
}

TEST(ospf_lsa, every_fault_has_its_text)
{
	for (int f = OSPF_LSA_OK; f <= OSPF_LSA_BAD_MASK; f++)
		CHECK(strlen(ospf_lsa_fault_text((enum ospf_lsa_fault)f)) > 5);
	CHECK_STR(ospf_lsa_fault_text(OSPF_LSA_BAD_CSUM), "bad checksum");
	CHECK_STR(ospf_lsa_fault_text((enum ospf_lsa_fault)99), "unknown fault");
}

TEST(ospf_lsa, every_type_is_flooded_as_far_as_it_must)
{
	CHECK_EQ(ospf_lsa_scope(OSPF_LSA_ROUTER), OSPF_SCOPE_AREA);
	CHECK_EQ(ospf_lsa_scope(OSPF_LSA_NSSA), OSPF_SCOPE_AREA);
	CHECK_EQ(ospf_lsa_scope(OSPF_LSA_EXTERNAL), OSPF_SCOPE_AS);
	CHECK_EQ(ospf_lsa_scope(OSPF_LSA_LINK_OPAQUE), OSPF_SCOPE_LINK);
	CHECK_EQ(ospf_lsa_scope(OSPF_LSA_AREA_OPAQUE), OSPF_SCOPE_AREA);
	CHECK_EQ(ospf_lsa_scope(OSPF_LSA_AS_OPAQUE), OSPF_SCOPE_AS);
	CHECK_EQ(ospf_lsa_scope(6), OSPF_SCOPE_NONE);
}

/* --- any bytes --------------------------------------------------------------------------- */

/* What is valid can be read to its end: what ospf_lsa_check() is for. */
static void check_readable(const uint8_t *p, size_t n)
{
	struct rd r = ospf_lsa_body(p, n);
	struct ospf_external x;
	struct ospf_summary s;
	struct ospf_router rt;
	struct ospf_link l;
	ip4_t id;

	switch (ospf_lsa_get_type(p)) {
	case OSPF_LSA_ROUTER:
		REQUIRE(ospf_router_parse(&rt, &r));
		for (unsigned i = 0; i < rt.n_links; i++)
			REQUIRE(ospf_link_parse(&l, &r));
		REQUIRE(rd_left(&r) == 0);
		return;
	case OSPF_LSA_NETWORK:
		REQUIRE(ospf_network_parse(&id, &r) && ip4_is_mask(id));
		while (rd_left(&r))
			REQUIRE(ospf_id_parse(&id, &r));
		return;
	case OSPF_LSA_SUMMARY:
	case OSPF_LSA_ASBR:
		REQUIRE(ospf_summary_parse(&s, &r));
		return;
	case OSPF_LSA_EXTERNAL:
	case OSPF_LSA_NSSA:
		REQUIRE(ospf_external_parse(&x, &r) && ip4_is_mask(x.mask));
		return;
	}
}

TEST(ospf_lsa, any_bytes_are_judged_within_their_bounds)
{
	unsigned valid = 0;
	struct rng r;

	rng_init(&r, 8, "lsa fuzz");
	for (int i = 0; i < 100000; i++) {
		struct image im;

		random_lsa(&im, all_types[rng_below(&r, sizeof(all_types))], &r);
		for (unsigned k = rng_below(&r, 4); k; k--)
			im.b[2 + rng_below(&r, (uint32_t)im.n - 2)] = (uint8_t)rng_u32(&r);
		if (rng_below(&r, 4) == 0 && im.n > 20)
			im.n -= rng_below(&r, (uint32_t)im.n - 20);
		if (rng_below(&r, 4))
			ospf_lsa_finish(im.b, im.n);
		if (fault_of(im.b, im.n) == OSPF_LSA_OK) {
			check_readable(im.b, im.n);
			valid++;
		}
	}
	CHECK(valid > 10000 && valid < 90000);
}
