// SPDX-License-Identifier: MIT
/*
 * One's complement addition is commutative, associative and blind to byte
 * order (RFC 1071 2), so the bytes are added in the machine's own order,
 * eight or more at a time, and only the 16-bit result is swapped.
 */
#include "stack/util/csum.h"

#include <stdbool.h>
#include <string.h>

#include "stack/util/be.h"
#include "stack/util/cc.h"

#define CSUM_WIDE_MIN 128         /* bytes; below, setting up costs more */

/* 32 bytes as four lanes. */
typedef uint64_t lanes_t __attribute__((vector_size(32)));

/*
 * Whole 64-byte blocks; returns what it added, in the machine's order.  A lane
 * adds whole words, which wrap, and their high halves, which do not: what the
 * low halves add up to is the difference, modulo 2^64, and fits too.  copies: to
 * `to` on the way; known where it is inlined, so that nothing asks in the loop.
 */
static inline __attribute__((always_inline))
uint64_t add_blocks(bool copies, uint8_t *to, const uint8_t *p, size_t blocks)
{
	lanes_t all0 = { 0 }, high0 = { 0 }, all1 = { 0 }, high1 = { 0 };
	uint64_t sum = 0;

	for (; blocks; blocks--, p += 64) {
		lanes_t a, b;

		memcpy(&a, p, sizeof(a));
		memcpy(&b, p + 32, sizeof(b));
		if (copies) {
			memcpy(to, &a, sizeof(a));
			memcpy(to + 32, &b, sizeof(b));
			to += 64;
		}
		all0 += a;
		high0 += a >> 32;
		all1 += b;
		high1 += b >> 32;
	}
	all0 += all1;
	high0 += high1;
	all0 -= high0 << 32;
	for (int i = 0; i < 4; i++)
		sum += all0[i] + high0[i];
	return sum;
}

#if defined(__x86_64__)
__attribute__((target("avx2")))
static uint64_t add_blocks_avx2(const uint8_t *p, size_t blocks)
{
	return add_blocks(false, NULL, p, blocks);
}

__attribute__((target("avx2")))
static uint64_t copy_blocks_avx2(uint8_t *to, const uint8_t *p, size_t blocks)
{
	return add_blocks(true, to, p, blocks);
}
#endif

static outlined uint64_t add_blocks_any(const uint8_t *p, size_t blocks)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return add_blocks_avx2(p, blocks);
#endif
	return add_blocks(false, NULL, p, blocks);
}

static outlined uint64_t copy_blocks_any(uint8_t *to, const uint8_t *p, size_t blocks)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return copy_blocks_avx2(to, p, blocks);
#endif
	return add_blocks(true, to, p, blocks);
}

static uint16_t native_to_be(uint16_t v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (uint16_t)(v << 8 | v >> 8);
#else
	return v;
#endif
}

/* n bytes more, in the machine's order. */
static hot_inline uint64_t add_raw(uint64_t s, const uint8_t *b, size_t n)
{
	if (n >= CSUM_WIDE_MIN) {
		size_t blocks = n / 64;

		s = csum_raw_add(s, add_blocks_any(b, blocks));
		b += blocks * 64;
		n %= 64;
	}
	for (; n >= 8; n -= 8, b += 8)
		s = csum_raw_word(s, b);
	if (n)
		s = csum_raw_add(s, csum_raw_tail(b, n));
	return s;
}

static inline uint64_t raw_to_be(uint64_t s) { return native_to_be((uint16_t)~csum_fold(s)); }

/* Mostly of little data, behind a header that the caller has summed. */
outlined uint64_t csum_raw(uint64_t raw, const void *p, size_t n) { return add_raw(raw, p, n); }

uint64_t csum_add(uint64_t sum, const void *p, size_t n)
{
	return sum + raw_to_be(add_raw(0, p, n));
}

uint64_t csum_two(const void *a, size_t n_a, const void *b, size_t n_b)
{
	return raw_to_be(add_raw(add_raw(0, a, n_a), b, n_b));
}

/* Fewer than eight bytes; returns their sum, with nothing to fold. */
static hot_inline uint64_t copy_few(uint8_t *to, const uint8_t *b, size_t n)
{
	uint64_t s = 0;

	if (n & 4) {
		s = get_be32(b);
		memcpy(to, b, 4);
		b += 4, to += 4;
	}
	if (n & 2) {
		s += get_be16(b);
		memcpy(to, b, 2);
		b += 2, to += 2;
	}
	if (n & 1) {
		s += (uint32_t)*b << 8;
		*to = *b;
	}
	return s;
}

/* The rest, less than a block, is in the cache by then: a second pass is cheap. */
static outlined uint64_t copy_many(uint64_t sum, uint8_t *out, const uint8_t *b, size_t n)
{
	size_t blocks = n >= CSUM_WIDE_MIN ? n / 64 : 0, whole = blocks * 64;
	uint64_t raw;

	raw = blocks ? copy_blocks_any(out, b, blocks) : 0;
	if (n > whole)
		memcpy(out + whole, b + whole, n - whole);
	return sum + raw_to_be(add_raw(raw, b + whole, n - whole));
}

uint64_t csum_copy(uint64_t sum, void *to, const void *p, size_t n)
{
	return n < 8 ? sum + copy_few(to, p, n) : copy_many(sum, to, p, n);
}
