// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/util/fletcher.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define LONGEST 65535                     /* bytes: the longest LSA there could be */

/* RFC 905 B.3, as slow and as plain as it gets. */
static bool reference_ok(const uint8_t *p, size_t n)
{
	unsigned c0 = 0, c1 = 0;

	for (size_t i = 0; i < n; i++) {
		c0 = (c0 + p[i]) % 255;
		c1 = (c1 + c0) % 255;
	}
	return c0 == 0 && c1 == 0;
}

static void fill(uint8_t *p, size_t n, struct rng *r)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)rng_u32(r);
}

static void seal(uint8_t *p, size_t n, size_t at)
{
	uint16_t sum = fletcher_make(p, n, at);

	p[at] = (uint8_t)(sum >> 8);
	p[at + 1] = (uint8_t)sum;
}

TEST(fletcher, every_length_at_every_place_is_what_the_reference_takes)
{
	uint8_t b[120];
	struct rng r;

	rng_init(&r, 1, "fletcher");
	for (size_t n = 2; n <= sizeof(b); n++) {
		for (size_t at = 0; at + 2 <= n; at++) {
			fill(b, n, &r);
			seal(b, n, at);
			REQUIRE(reference_ok(b, n) && fletcher_ok(b, n));
			REQUIRE(b[at] && b[at + 1]);
		}
	}
}

TEST(fletcher, the_bytes_that_stand_there_do_not_count)
{
	uint8_t b[40] = { 1, 2, 3 };
	uint16_t sum = fletcher_make(b, sizeof(b), 14);

	for (unsigned v = 0; v < 0x10000; v += 0x101) {
		b[14] = (uint8_t)(v >> 8), b[15] = (uint8_t)~v;
		REQUIRE(fletcher_make(b, sizeof(b), 14) == sum);
	}
}

/* Also those that are wrong. */
TEST(fletcher, any_bytes_are_judged_as_the_reference_does)
{
	uint8_t b[24];
	struct rng r;
	unsigned ok = 0;

	rng_init(&r, 2, "fletcher");
	for (int i = 0; i < 300000; i++) {
		size_t n = rng_below(&r, sizeof(b) + 1);

		for (size_t k = 0; k < n; k++)    /* 0 and 255 are the same to it */
			b[k] = (uint8_t)(rng_below(&r, 2) ? 0 - rng_below(&r, 2) : rng_u32(&r));
		REQUIRE(fletcher_ok(b, n) == reference_ok(b, n));
		ok += fletcher_ok(b, n);
	}
	CHECK(ok > 1000);
}

/* The sums wait for their modulo: nothing may overflow on the way. */
TEST(fletcher, the_longest_block_of_the_largest_bytes_is_summed_right)
{
	uint8_t *b = malloc(LONGEST);

	for (unsigned v = 0; v < 256; v += 51) {
		memset(b, (int)v, LONGEST);
		CHECK_EQ(fletcher_ok(b, LONGEST), reference_ok(b, LONGEST));
		seal(b, LONGEST, 14);
		CHECK(reference_ok(b, LONGEST) && fletcher_ok(b, LONGEST));
		seal(b, LONGEST, LONGEST - 2);
		CHECK(reference_ok(b, LONGEST));
	}
	free(b);
}

TEST(fletcher, a_changed_bit_and_two_swapped_bytes_are_seen)
{
	uint8_t b[64];
	struct rng r;

	rng_init(&r, 3, "fletcher");
	fill(b, sizeof(b), &r);
	seal(b, sizeof(b), 20);
	for (size_t bit = 0; bit < 8 * sizeof(b); bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK(!fletcher_ok(b, sizeof(b)));
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	b[3] = 7, b[40] = 9;
	seal(b, sizeof(b), 20);
	b[3] = 9, b[40] = 7;
	CHECK(!fletcher_ok(b, sizeof(b)));
}
