// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/udp.h"

#include <stdlib.h>

#include "stack/util/csum.h"
#include "stack/util/rng.h"
#include "stack/wire/ip4.h"
#include "tests/unit/test.h"

static bool parse(struct udp_hdr *h, const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);

	return udp_hdr_parse(h, &r);
}

TEST(udp, what_is_emitted_parses_to_the_same)
{
	struct rng r;

	rng_init(&r, 1, "udp");
	for (int i = 0; i < 5000; i++) {
		struct udp_hdr h = {
			.sport = (uint16_t)rng_u32(&r), .dport = (uint16_t)rng_u32(&r),
			.len = (uint16_t)(8 + rng_below(&r, 65528)), .csum = (uint16_t)rng_u32(&r),
		}, got;
		uint8_t b[UDP_HLEN];
		struct wr w = wr_init(b, sizeof(b));

		udp_hdr_emit(&h, &w);
		REQUIRE(wr_ok(&w) && parse(&got, b, sizeof(b)));
		REQUIRE(got.sport == h.sport && got.dport == h.dport && got.len == h.len &&
			got.csum == h.csum);
	}
}

TEST(udp, a_short_header_or_length_is_refused)
{
	static const uint8_t seven[8] = { 0, 1, 0, 2, 0, 7, 0, 0 };
	struct udp_hdr h;

	CHECK(!parse(&h, seven, 8));
	for (size_t n = 0; n < UDP_HLEN; n++) {
		uint8_t *b = malloc(n ? n : 1);

		memset(b, 0xff, n);
		CHECK(!parse(&h, b, n));
		free(b);
	}
}

TEST(udp, the_checksum_covers_pseudo_header_header_and_data)
{
	/* hello from 127.0.0.1:45169 to 127.0.0.1:5353, summed by hand:
	 * 7f00+0001+7f00+0001+0011+000d + b071+14e9+000d + 6865+6c6c+6f00 */
	struct udp_hdr h = { .sport = 45169, .dport = 5353, .len = 13 };
	uint64_t data = csum_add(0, "hello", 5);
	uint16_t want = csum_fold(0x7f00u + 0x0001 + 0x7f00 + 0x0001 + 0x0011 + 0x000d + 0xb071 +
				  0x14e9 + 0x000d + 0x6865 + 0x6c6c + 0x6f00);

	h.csum = udp_csum4(&h, IP4_LOOPBACK, IP4_LOOPBACK, data);
	CHECK_EQ(h.csum, want);
	CHECK_EQ(h.csum, 0xf8a4);
	CHECK(udp_csum4_ok(&h, IP4_LOOPBACK, IP4_LOOPBACK, data));
	CHECK(!udp_csum4_ok(&h, IP4_LOOPBACK, IP4_LOOPBACK + 1, data));
	CHECK(!udp_csum4_ok(&h, IP4_LOOPBACK, IP4_LOOPBACK, data + 1));
	h.sport++;
	CHECK(!udp_csum4_ok(&h, IP4_LOOPBACK, IP4_LOOPBACK, data));
}

TEST(udp, it_agrees_with_the_sum_over_the_bytes)
{
	struct rng r;

	rng_init(&r, 2, "udp sums");
	for (int i = 0; i < 5000; i++) {
		uint8_t b[UDP_HLEN + 100];
		size_t n = rng_below(&r, 101);
		ip4_t src = rng_u32(&r), dst = rng_u32(&r);
		struct udp_hdr h = { .sport = (uint16_t)rng_u32(&r), .dport = (uint16_t)rng_u32(&r),
				     .len = (uint16_t)(UDP_HLEN + n) };
		struct wr w = wr_init(b, sizeof(b));
		uint64_t pseudo = csum_pseudo4(src, dst, IP_PROTO_UDP, h.len);

		for (size_t k = 0; k < n; k++)
			b[UDP_HLEN + k] = (uint8_t)rng_u32(&r);
		h.csum = udp_csum4(&h, src, dst, csum_add(0, b + UDP_HLEN, n));
		udp_hdr_emit(&h, &w);
		REQUIRE(csum_fold(csum_add(pseudo, b, h.len)) == 0);
	}
}

TEST(udp, no_checksum_is_believed_and_a_sum_of_zero_is_sent_as_ones)
{
	struct udp_hdr h = { .sport = 1, .dport = 2, .len = 8, .csum = 0 };
	uint64_t rest = csum_pseudo4(1, 2, IP_PROTO_UDP, 8) + 1 + 2 + 8;

	CHECK(udp_csum4_ok(&h, 1, 2, 0x1234));
	h.csum = udp_csum4(&h, 1, 2, 0xffff - rest);
	CHECK_EQ(h.csum, 0xffff);
	CHECK(udp_csum4_ok(&h, 1, 2, 0xffff - rest));
}

TEST(udp, it_shows_its_ports_and_data_length)
{
	struct udp_hdr h = { .sport = 40000, .dport = 7, .len = 13 };
	struct buf b = { 0 };

	udp_hdr_show(&h, &b);
	CHECK_STR(b.s, "40000 > 7: UDP, length 5");
	buf_free(&b);
}
