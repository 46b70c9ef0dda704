// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/ip4.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* The header of an echo request that Linux sent to itself. */
static const uint8_t captured[IP4_HLEN] = {
	0x45, 0x00, 0x00, 0x2c, 0xb0, 0xd2, 0x40, 0x00, 0x40, 0x01, 0x8b, 0xfc,
	0x7f, 0x00, 0x00, 0x01, 0x7f, 0x00, 0x00, 0x01,
};

/* A random header; its options, if any, are in opts. */
static struct ip4_hdr some_hdr(struct rng *r, uint8_t opts[40])
{
	struct ip4_hdr h = {
		.hlen = (uint8_t)(IP4_HLEN + (rng_below(r, 2) ? 4 * rng_below(r, 11) : 0)),
		.tos = (uint8_t)rng_u32(r), .id = (uint16_t)rng_u32(r),
		.df = rng_below(r, 2), .mf = rng_below(r, 2),
		.frag_off = (uint16_t)(rng_below(r, 0x2000) * 8),
		.ttl = (uint8_t)rng_u32(r), .proto = (uint8_t)rng_u32(r),
		.src = rng_u32(r), .dst = rng_u32(r),
	};

	h.total_len = (uint16_t)(h.hlen + rng_below(r, IP4_LEN_MAX - h.hlen + 1u));
	for (int i = 0; i < 40; i++)
		opts[i] = (uint8_t)rng_u32(r);
	return h;
}

static void emit(uint8_t b[IP4_HLEN_MAX], const struct ip4_hdr *h, const uint8_t *opts)
{
	struct wr w = wr_init(b, IP4_HLEN);

	memcpy(b + IP4_HLEN, opts, h->hlen - (size_t)IP4_HLEN);
	ip4_hdr_emit(h, h->hlen > IP4_HLEN ? opts : NULL, &w);
	CHECK(wr_ok(&w) && wr_len(&w) == IP4_HLEN);
}

static bool same(const struct ip4_hdr *a, const struct ip4_hdr *b)
{
	return a->hlen == b->hlen && a->tos == b->tos && a->total_len == b->total_len &&
	       a->id == b->id && a->df == b->df && a->mf == b->mf &&
	       a->frag_off == b->frag_off && a->ttl == b->ttl && a->proto == b->proto &&
	       a->src == b->src && a->dst == b->dst;
}

TEST(ip4, a_captured_header_reads_as_its_fields)
{
	struct ip4_hdr h;

	REQUIRE(ip4_hdr_parse(&h, captured, 20, 46) == DROP_NONE);    /* two bytes of padding */
	CHECK_EQ(h.hlen, 20);
	CHECK_EQ(h.tos, 0);
	CHECK_EQ(h.total_len, 44);
	CHECK_EQ(h.id, 0xb0d2);
	CHECK(h.df && !h.mf);
	CHECK_EQ(h.frag_off, 0);
	CHECK_EQ(h.ttl, 64);
	CHECK_EQ(h.proto, IP_PROTO_ICMP);
	CHECK_EQ(h.csum, 0x8bfc);
	CHECK_EQ(h.src, IP4_LOOPBACK);
	CHECK_EQ(h.dst, IP4_LOOPBACK);
}

TEST(ip4, and_is_emitted_byte_for_byte)
{
	struct ip4_hdr h;
	uint8_t b[IP4_HLEN];
	struct wr w = wr_init(b, sizeof(b));

	REQUIRE(ip4_hdr_parse(&h, captured, 20, 44) == DROP_NONE);
	ip4_hdr_emit(&h, NULL, &w);
	CHECK_MEM(b, captured, sizeof(b));
}

TEST(ip4, what_is_emitted_parses_to_the_same)
{
	uint8_t opts[40], b[IP4_HLEN_MAX];
	struct ip4_hdr h, got;
	struct rng r;

	rng_init(&r, 1, "ip4");
	for (int i = 0; i < 20000; i++) {
		h = some_hdr(&r, opts);
		emit(b, &h, opts);
		REQUIRE(ip4_hdr_parse(&got, b, h.hlen, h.total_len) == DROP_NONE);
		REQUIRE(same(&h, &got) && csum(b, h.hlen) == 0);
		REQUIRE(ip4_is_frag(&got) == (h.mf || h.frag_off));
	}
}

/* The verdict on the captured header with one byte changed and, unless the
 * checksum is the point, its checksum made right again. */
static enum drop verdict(size_t at, uint8_t value, size_t avail, size_t total, bool seal)
{
	uint8_t *b = malloc(avail ? avail : 1);
	struct ip4_hdr h;
	enum drop why;

	memset(b, 0, avail);
	memcpy(b, captured, avail < IP4_HLEN ? avail : IP4_HLEN);
	if (at < avail)
		b[at] = value;
	if (seal && avail >= IP4_HLEN)
		ip4_hdr_seal(b, (b[0] & 15u) * 4 <= avail ? (b[0] & 15u) * 4 : IP4_HLEN);
	why = ip4_hdr_parse(&h, b, avail, total);
	free(b);
	return why;
}

TEST(ip4, each_fault_has_its_reason)
{
	CHECK_EQ(verdict(99, 0, 20, 44, true), DROP_NONE);
	CHECK_EQ(verdict(99, 0, 19, 44, true), DROP_IP4_SHORT);
	CHECK_EQ(verdict(99, 0, 0, 0, true), DROP_IP4_SHORT);
	CHECK_EQ(verdict(99, 0, 20, 19, true), DROP_IP4_SHORT);
	CHECK_EQ(verdict(0, 0x65, 20, 44, true), DROP_IP4_VERSION);
	CHECK_EQ(verdict(0, 0x44, 20, 44, true), DROP_IP4_HLEN);
	CHECK_EQ(verdict(0, 0x40, 20, 44, true), DROP_IP4_HLEN);
	CHECK_EQ(verdict(3, 19, 20, 44, true), DROP_IP4_LENGTH);         /* below the header */
	CHECK_EQ(verdict(99, 0, 20, 43, true), DROP_IP4_LENGTH);         /* cut off */
	CHECK_EQ(verdict(0, 0x4f, 60, 60, true), DROP_IP4_LENGTH);       /* hlen 60, length 44 */
	CHECK_EQ(verdict(0, 0x46, 20, 44, true), DROP_IP4_SHORT);        /* options are elsewhere */
	CHECK_EQ(verdict(0, 0x46, 24, 44, true), DROP_NONE);
	CHECK_EQ(verdict(8, 63, 20, 44, false), DROP_IP4_CHECKSUM);
	CHECK_EQ(verdict(0, 0x46, 24, 44, false), DROP_IP4_CHECKSUM);
}

TEST(ip4, every_flipped_bit_is_noticed)
{
	struct ip4_hdr h;

	for (unsigned bit = 0; bit < 160; bit++) {
		uint8_t b[IP4_HLEN];

		memcpy(b, captured, sizeof(b));
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(ip4_hdr_parse(&h, b, sizeof(b), 44) != DROP_NONE);
	}
}

TEST(ip4, a_ttl_counted_down_in_place_equals_a_new_header)
{
	uint8_t opts[40], b[IP4_HLEN_MAX], again[IP4_HLEN_MAX];
	struct ip4_hdr h;
	struct rng r;

	rng_init(&r, 2, "ttl");
	for (int i = 0; i < 20000; i++) {
		h = some_hdr(&r, opts);
		h.ttl |= !h.ttl;
		emit(b, &h, opts);
		ip4_dec_ttl(b);
		h.ttl--;
		emit(again, &h, opts);
		REQUIRE(memcmp(b, again, h.hlen) == 0);
	}
}

TEST(ip4, a_quoted_header_needs_neither_its_packet_nor_its_checksum)
{
	uint8_t b[28] = { 0 };
	struct ip4_hdr h;

	memcpy(b, captured, sizeof(captured));
	b[8] = 1;                                 /* TTL, checksum left alone */
	CHECK(ip4_quote_parse(&h, b, sizeof(b)));
	CHECK_EQ(h.ttl, 1);
	CHECK_EQ(h.total_len, 44);
	CHECK(!ip4_quote_parse(&h, b, 19));
	b[0] = 0x4f;
	CHECK(!ip4_quote_parse(&h, b, sizeof(b)));
	b[0] = 0x44;
	CHECK(!ip4_quote_parse(&h, b, sizeof(b)));
	b[0] = 0x65;
	CHECK(!ip4_quote_parse(&h, b, sizeof(b)));
}

TEST(ip4, random_bytes_are_never_read_past_their_end)
{
	struct ip4_hdr h;
	struct rng r;

	rng_init(&r, 3, "ip4 fuzz");
	for (int i = 0; i < 50000; i++) {
		size_t n = rng_below(&r, 70);
		uint8_t *b = malloc(n ? n : 1);
		enum drop why;

		for (size_t k = 0; k < n; k++)
			b[k] = (uint8_t)rng_u32(&r);
		if (n && i % 2)
			b[0] = (uint8_t)(0x40 | rng_below(&r, 16));
		if (n > 3 && i % 4)
			b[2] = 0, b[3] = (uint8_t)rng_below(&r, 80);
		why = ip4_hdr_parse(&h, b, n, n + rng_below(&r, 20));
		if (why == DROP_NONE)
			REQUIRE(h.hlen >= IP4_HLEN && h.hlen <= n && h.total_len >= h.hlen);
		if (ip4_quote_parse(&h, b, n))
			REQUIRE(h.hlen >= IP4_HLEN && h.hlen <= n);
		free(b);
	}
}

TEST(ip4, no_room_writes_nothing)
{
	struct ip4_hdr h = { .hlen = 20, .total_len = 20 };
	uint8_t b[IP4_HLEN] = { 7 };
	struct wr w = wr_init(b, sizeof(b) - 1);

	ip4_hdr_emit(&h, NULL, &w);
	CHECK(!wr_ok(&w));
	CHECK_EQ(b[0], 7);
}

TEST(ip4, it_shows_as_one_phrase)
{
	struct ip4_hdr h = { .hlen = 20, .total_len = 48, .id = 7, .ttl = 64, .proto = 17,
			     .src = IP4(192, 0, 2, 1), .dst = IP4(192, 0, 2, 9) };
	struct buf b = { 0 };

	ip4_hdr_show(&h, &b);
	CHECK_STR(b.s, "192.0.2.1 > 192.0.2.9: proto 17, ttl 64, id 7, length 48");
	buf_reset(&b);
	h.mf = true, h.frag_off = 1480;
	ip4_hdr_show(&h, &b);
	CHECK_STR(b.s, "192.0.2.1 > 192.0.2.9: proto 17, ttl 64, id 7, offset 1480+, length 48");
	buf_free(&b);
}

TEST(ip4, the_pseudo_header_is_the_sum_of_its_words)
{
	/* 0x0a00 0x0102 0x0a00 0x0203 0x0011 0x000d */
	CHECK_EQ(csum_pseudo4(IP4(10, 0, 1, 2), IP4(10, 0, 2, 3), IP_PROTO_UDP, 13),
		 0x0a00 + 0x0102 + 0x0a00 + 0x0203 + 0x11 + 0x0d);
	CHECK_EQ(csum_fold(csum_pseudo4(IP4_BROADCAST, IP4_BROADCAST, 255, 65535)),
		 (uint16_t)~255);
}
