// SPDX-License-Identifier: MIT
/*
 * The sums over bytes b[0] to b[n - 1] are
 *
 *	c0 = b[0] + b[1] + ... + b[n - 1]
 *	c1 = n b[0] + (n - 1) b[1] + ... + b[n - 1]
 *
 * modulo 255.  In 64 bits they may wait for that until the end: c1 is below
 * 2^63 for every n below 2^28.  Bytes are added eight at a time in lanes of 16
 * bits, whose contents are put into c0 and c1 every RUN_MAX words.
 */
#include "stack/util/fletcher.h"

#include <assert.h>

#include "stack/util/be.h"

#define LEN_MAX ((size_t)1 << 28)         /* bytes */
/* Words until a lane could overflow: a word adds up to 255 * (2 + 4 + 6 + 8). */
#define RUN_MAX 12

struct sums { uint64_t c0, c1; };

/* Four lanes of 16 bits.  A product's top lane is the sum of all four, each
 * times the factor in the lane that mirrors its own. */
#define LANES(a, b, c, d) \
	((uint64_t)(a) << 48 | (uint64_t)(b) << 32 | (uint64_t)(c) << 16 | (uint64_t)(d))
#define LOW_BYTES LANES(0xff, 0xff, 0xff, 0xff)
#define LOW_HALVES LANES(0, 0xffff, 0, 0xffff)

static inline uint64_t word(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

/* Bytes 0, 2, 4 and 6 of each word, bytes 1, 3, 5 and 7, and for each word
 * the sum of those before it. */
struct run { uint64_t even, odd, before; };

static inline struct run run_add(struct run r, uint64_t w)
{
	r.before += r.even + r.odd;
	r.even += w >> 8 & LOW_BYTES;
	r.odd += w & LOW_BYTES;
	return r;
}

/* All that a run of so many words adds. */
static inline struct sums run_end(struct sums s, struct run r, size_t words)
{
	uint64_t before = (r.before & LOW_HALVES) + (r.before >> 16 & LOW_HALVES);

	s.c1 += 8 * (words * s.c0 + (uint32_t)before + (before >> 32)) +
		(r.even * LANES(2, 4, 6, 8) >> 48) + (r.odd * LANES(1, 3, 5, 7) >> 48);
	s.c0 += (r.even + r.odd) * LANES(1, 1, 1, 1) >> 48;
	return s;
}

/* The last word, of fewer than eight bytes: zeros fill it up, which give each
 * byte that many times too much weight. */
static struct sums add_rest(struct sums s, const uint8_t *p, size_t n)
{
	uint64_t w = 0;

	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)p[i] << (56 - 8 * i);
	s = run_end(s, run_add((struct run){ 0 }, w), 1);
	s.c1 -= (8 - n) * s.c0;
	return s;
}

static struct sums sums_of(const uint8_t *p, size_t n)
{
	struct sums s = { 0, 0 };

	assert(n < LEN_MAX);
	while (n >= 8) {
		size_t words = n / 8 < RUN_MAX ? n / 8 : RUN_MAX;
		struct run r = { 0, 0, 0 };

		n -= 8 * words;
		for (const uint8_t *end = p + 8 * words; p < end; p += 8)
			r = run_add(r, word(p));
		s = run_end(s, r, words);
	}
	return n ? add_rest(s, p, n) : s;
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
