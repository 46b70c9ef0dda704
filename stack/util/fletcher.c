// SPDX-License-Identifier: MIT
/*
 * The sums over bytes b[0] to b[n - 1] are
 *
 *	c0 = b[0] + b[1] + ... + b[n - 1]
 *	c1 = n b[0] + (n - 1) b[1] + ... + b[n - 1]
 *
 * modulo 255.  In 64 bits they may wait for that until the end: c1 is below
 * 2^63 for every n below 2^28.
 */
#include "stack/util/fletcher.h"

#include <assert.h>

#include "stack/util/be.h"

#define LEN_MAX ((size_t)1 << 28)         /* bytes */

struct sums { uint64_t c0, c1; };

/* Four lanes of 16 bits.  A product's top lane is the sum of all four, each
 * times the factor in the lane that mirrors its own. */
#define LANES(a, b, c, d) \
	((uint64_t)(a) << 48 | (uint64_t)(b) << 32 | (uint64_t)(c) << 16 | (uint64_t)(d))
#define LOW_BYTES LANES(0xff, 0xff, 0xff, 0xff)

/* Eight more bytes: no lane exceeds 255 * 36, so none carries into the next. */
static inline struct sums add8(struct sums s, const uint8_t *p)
{
	uint64_t w = (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
	uint64_t odd = w & LOW_BYTES, even = w >> 8 & LOW_BYTES;

	s.c1 += 8 * s.c0 + ((even * LANES(2, 4, 6, 8) + odd * LANES(1, 3, 5, 7)) >> 48);
	s.c0 += ((even + odd) * LANES(1, 1, 1, 1)) >> 48;
	return s;
}

static struct sums sums_of(const uint8_t *p, size_t n)
{
	struct sums s = { 0, 0 };

	assert(n < LEN_MAX);
	for (; n >= 8; n -= 8, p += 8)
		s = add8(s, p);
	for (; n; n--, p++) {
		s.c0 += *p;
		s.c1 += s.c0;
	}
	return s;
}

/* x modulo 255, with 255 for 0. */
static unsigned nonzero(int64_t x)
{
	int64_t m = x % 255;

	return (unsigned)(m > 0 ? m : m + 255);
}

/* With x and y at weights w + 1 and w, the sums without them being c0 and c1:
 * x + y = -c0 and (w + 1) x + w y = -c1, hence x = w c0 - c1. */
uint16_t fletcher_make(const uint8_t *p, size_t n, size_t at)
{
	int64_t w = (int64_t)n - (int64_t)at - 1, c0, c1;
	struct sums s = sums_of(p, n);
	unsigned x, y;

	assert(at + 2 <= n);
	c0 = (int64_t)s.c0 - p[at] - p[at + 1];
	c1 = (int64_t)s.c1 - (w + 1) * p[at] - w * p[at + 1];
	x = nonzero(w * (c0 % 255) - c1);
	y = nonzero(-c0 - (int64_t)x);
	return (uint16_t)(x << 8 | y);
}

bool fletcher_ok(const uint8_t *p, size_t n)
{
	struct sums s = sums_of(p, n);

	return s.c0 % 255 == 0 && s.c1 % 255 == 0;
}
