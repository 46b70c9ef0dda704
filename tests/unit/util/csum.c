// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/util/csum.h"

#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* RFC 1071 4.1, as slow and as plain as it gets. */
static uint16_t reference(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return (uint16_t)~sum;
}

static void fill(uint8_t *p, size_t n, const char *stream)
{
	struct rng r;

	rng_init(&r, 1, stream);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)rng_u32(&r);
}

TEST(csum, the_example_of_rfc_1071)
{
	static const uint8_t b[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	CHECK_EQ(csum(b, sizeof(b)), (uint16_t)~0xddf2);
}

TEST(csum, nothing_sums_to_zero)
{
	CHECK_EQ(csum_add(0, "", 0), 0);
	CHECK_EQ(csum("", 0), 0xffff);
	CHECK_EQ(csum_add(77, "", 0), 77);
}

TEST(csum, an_odd_last_byte_is_a_high_byte)
{
	static const uint8_t b[] = { 0x12, 0x34, 0x56 };

	CHECK_EQ(csum(b, 3), (uint16_t)~(0x1234 + 0x5600));
}

TEST(csum, every_length_at_every_alignment_agrees_with_the_reference)
{
	uint8_t b[400 + 32];

	fill(b, sizeof(b), "lengths");
	for (size_t at = 0; at < 32; at++)
		for (size_t n = 0; n <= 400; n++)
			REQUIRE(csum(b + at, n) == reference(b + at, n));
}

TEST(csum, copying_on_the_way_gives_the_same_sum_and_the_same_bytes)
{
	uint8_t from[1700], to[1702];

	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (uint8_t)(i * 167 >> 3);
	for (size_t n = 0; n < 1600; n += n < 300 ? 1 : 37) {
		size_t at = n % 7;

		memset(to, 0xee, sizeof(to));
		CHECK_EQ(csum_fold(csum_copy(12345, to + 1, from + at, n)),
			 csum_fold(csum_add(12345, from + at, n)));
		CHECK_MEM(to + 1, from + at, n);
		CHECK_EQ(to[0], 0xee);
		CHECK_EQ(to[n + 1], 0xee);
	}
}

TEST(csum, all_ones_and_all_zeros_stay_apart)
{
	uint8_t ones[1500], zeros[1500];

	memset(ones, 0xff, sizeof(ones));
	memset(zeros, 0, sizeof(zeros));
	for (size_t n = 2; n <= sizeof(ones); n += 2) {
		REQUIRE(csum(ones, n) == 0);
		REQUIRE(csum(zeros, n) == 0xffff);
	}
}

TEST(csum, a_whole_64_kilobyte_packet_of_ones_does_not_overflow)
{
	static uint8_t b[65535];

	memset(b, 0xff, sizeof(b));
	CHECK_EQ(csum(b, sizeof(b)), reference(b, sizeof(b)));
}

TEST(csum, even_pieces_add_up_to_the_whole)
{
	uint8_t b[2000];
	struct rng r;

	fill(b, sizeof(b), "pieces");
	rng_init(&r, 2, "cuts");
	for (int i = 0; i < 1000; i++) {
		size_t n = rng_below(&r, 2001), cut = rng_below(&r, (uint32_t)n / 2 + 1) * 2;
		uint64_t sum = csum_add(0, b, cut);

		REQUIRE(csum_fold(csum_add(sum, b + cut, n - cut)) == reference(b, n));
	}
}

TEST(csum, a_message_with_its_checksum_sums_to_zero)
{
	uint8_t b[64];
	uint16_t c;

	fill(b, sizeof(b), "message");
	b[10] = b[11] = 0;
	c = csum(b, sizeof(b));
	b[10] = (uint8_t)(c >> 8);
	b[11] = (uint8_t)c;
	CHECK_EQ(csum(b, sizeof(b)), 0);
}

TEST(csum, an_update_equals_a_new_computation)
{
	uint8_t b[20];
	struct rng r;

	rng_init(&r, 3, "update");
	for (int i = 0; i < 20000; i++) {
		uint16_t was, is, old;

		for (size_t k = 0; k < sizeof(b); k++)
			b[k] = (uint8_t)rng_u32(&r);
		b[0] = 0x45;                      /* never all zero, as in a header */
		old = csum(b, sizeof(b));
		was = (uint16_t)(b[8] << 8 | b[9]);
		is = (uint16_t)rng_u32(&r);
		b[8] = (uint8_t)(is >> 8);
		b[9] = (uint8_t)is;
		REQUIRE(csum_update16(old, was, is) == csum(b, sizeof(b)));
	}
}

TEST(csum, the_example_of_rfc_1624)
{
	CHECK_EQ(csum_update16(0xdd2f, 0x5555, 0x3285), 0x0000);
}
