// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/eth.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

static void fill(struct rng *r, void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)rng_u32(r);
}

TEST(eth, header_bytes_are_destination_source_type)
{
	static const uint8_t b[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x06 };
	struct rd r = rd_init(b, sizeof(b));
	struct eth_hdr h;

	REQUIRE(eth_hdr_parse(&h, &r));
	CHECK_MEM(h.dst.b, b, 6);
	CHECK_MEM(h.src.b, b + 6, 6);
	CHECK_EQ(h.type, ETHERTYPE_ARP);
	CHECK_EQ(rd_left(&r), 0);
}

TEST(eth, what_is_emitted_parses_to_the_same)
{
	struct rng rng;

	rng_init(&rng, 1, "eth");
	for (int i = 0; i < 2000; i++) {
		uint8_t b[ETH_HLEN];
		struct eth_hdr h, got;
		struct wr w = wr_init(b, sizeof(b));
		struct rd r = rd_init(b, sizeof(b));

		fill(&rng, h.dst.b, 6);
		fill(&rng, h.src.b, 6);
		h.type = (uint16_t)rng_u32(&rng);
		eth_hdr_emit(&h, &w);
		REQUIRE(wr_ok(&w) && wr_len(&w) == ETH_HLEN && eth_hdr_parse(&got, &r));
		REQUIRE(mac_eq(got.dst, h.dst) && mac_eq(got.src, h.src) && got.type == h.type);
	}
}

TEST(eth, short_memory_is_refused_both_ways)
{
	struct eth_hdr h = { .type = 1 };

	for (size_t n = 0; n < ETH_HLEN; n++) {
		uint8_t *b = calloc(1, n ? n : 1);
		struct wr w = wr_init(b, n);
		struct rd r = rd_init(b, n);

		eth_hdr_emit(&h, &w);
		CHECK(!wr_ok(&w));
		CHECK(!eth_hdr_parse(&h, &r));
		free(b);
	}
}

TEST(eth, a_snap_frame_carries_an_ethertype_and_loses_its_padding)
{
	uint8_t b[46] = { 0 };
	struct wr w = wr_init(b, sizeof(b));
	struct rd r = rd_init(b, sizeof(b));
	uint16_t type = 0;

	eth_snap_emit(ETHERTYPE_IP4, &w);
	CHECK_EQ(wr_len(&w), ETH_SNAP_LEN);
	CHECK_EQ(eth_llc_parse(&type, ETH_SNAP_LEN + 28, &r), DROP_NONE);
	CHECK_EQ(type, ETHERTYPE_IP4);
	CHECK_EQ(rd_left(&r), 28);
	CHECK(r.p == b + ETH_SNAP_LEN);
}

static enum drop llc(const void *bytes, size_t n, uint16_t len)
{
	uint8_t *b = calloc(1, n ? n : 1);
	struct rd r = rd_init(b, n);
	uint16_t type;
	enum drop why;

	memcpy(b, bytes, n);
	why = eth_llc_parse(&type, len, &r);
	free(b);
	return why;
}

TEST(eth, an_llc_length_must_fit_the_frame)
{
	CHECK_EQ(llc("\xaa\xaa\3\0\0\0\x08\0", 8, 9), DROP_ETH_LENGTH);
	CHECK_EQ(llc("\xaa\xaa\3\0\0\0\x08\0", 8, 1500), DROP_ETH_LENGTH);
	CHECK_EQ(llc("\xaa\xaa\3\0\0\0\x08\0", 8, 2), DROP_ETH_LENGTH);
	CHECK_EQ(llc("\xaa\xaa\3\0\0\0\x08\0", 8, 0), DROP_ETH_LENGTH);
	CHECK_EQ(llc("", 0, 3), DROP_ETH_LENGTH);
	CHECK_EQ(llc("\xaa\xaa\3\0\0\0\x08\0", 8, 8), DROP_NONE);
}

TEST(eth, other_llc_is_named_as_such)
{
	CHECK_EQ(llc("\x42\x42\3\0\0\0\0\0", 8, 8), DROP_ETH_LLC);        /* spanning tree */
	CHECK_EQ(llc("\xaa\xaa\3\0\0\x0c\x20\0", 8, 8), DROP_ETH_LLC);    /* a vendor's SNAP */
	CHECK_EQ(llc("\xaa\xaa\3\0\0\0\x08\0", 8, 7), DROP_ETH_LLC);      /* SNAP cut short */
	CHECK_EQ(llc("\x42\x42\3", 3, 3), DROP_ETH_LLC);
}

TEST(eth, types_up_to_1500_are_lengths)
{
	CHECK(eth_is_llc(0));
	CHECK(eth_is_llc(1500));
	CHECK(!eth_is_llc(1501));
	CHECK(!eth_is_llc(ETHERTYPE_IP4));
}

TEST(eth, random_bytes_are_never_read_past_their_end)
{
	struct rng rng;

	rng_init(&rng, 1, "eth fuzz");
	for (int i = 0; i < 20000; i++) {
		uint8_t bytes[40];
		size_t n = rng_below(&rng, sizeof(bytes) + 1);
		enum drop why;

		fill(&rng, bytes, sizeof(bytes));
		if (i % 2)
			memcpy(bytes, "\xaa\xaa\3\0\0\0", 6);
		why = llc(bytes, n, (uint16_t)rng_below(&rng, 48));
		REQUIRE(why == DROP_NONE || why == DROP_ETH_LENGTH || why == DROP_ETH_LLC);
	}
}
