/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_CSUM_H
#define STACK_UTIL_CSUM_H
/*
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 * A sum is an unfolded one's complement sum of big-endian 16-bit words; an
 * odd byte counts as the high byte of a word that ends in zero.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Adds n bytes to sum.  Every call but the last must have an even n. */
uint64_t csum_add(uint64_t sum, const void *p, size_t n);

/* Of two pieces, the first of an even n. */
uint64_t csum_two(const void *a, size_t n_a, const void *b, size_t n_b);

/* n bytes more to a sum of words as they lie in memory, for who asks only whether
 * a checksum is right: then the sum, which has it among its words, is a multiple
 * of 0xffff.  Every call but the last must have an even n. */
uint64_t csum_raw(uint64_t raw, const void *p, size_t n);

static inline uint64_t csum_raw_add(uint64_t raw, uint64_t v)
{
	raw += v;
	return raw + (raw < v);                   /* 2^64 is 1 modulo 0xffff */
}
/* The same of eight bytes. */
static inline uint64_t csum_raw_word(uint64_t raw, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return csum_raw_add(raw, v);
}

/* Fewer than eight bytes as such a word: zeros follow them in memory. */
static inline uint64_t csum_raw_tail(const uint8_t *b, size_t n)
{
	uint64_t s = 0;
	uint32_t word;
	uint16_t half = 0;

	if (n & 4) {
		memcpy(&word, b, 4);
		s = word;
		b += 4;
	}
	if (n & 2) {
		memcpy(&half, b, 2);
		s += half;
		b += 2;
		half = 0;
	}
	if (n & 1)
		memcpy(&half, b, 1);
	return s + half;
}

/* As csum_add(), and copies them to `to`, which does not overlap. */
uint64_t csum_copy(uint64_t sum, void *to, const void *p, size_t n);

/* Folds a sum and complements it: the value for the header field. */
static inline uint16_t csum_fold(uint64_t sum)
{
	uint32_t s = (uint32_t)sum + (uint32_t)(sum >> 32);

	s += s < (uint32_t)sum;                   /* 2^32 is 1 modulo 0xffff ... */
	s += s >> 16 | s << 16;                   /* ... and the low halves carry into the high */
	return (uint16_t)~(s >> 16);
}

static inline uint16_t csum(const void *p, size_t n)
{
	return csum_fold(csum_add(0, p, n));
}

/* RFC 1624 eqn. 3: HC' = ~(~HC + ~m + m'). */
static inline uint16_t csum_update16(uint16_t hc, uint16_t m, uint16_t m2)
{
	return csum_fold((uint64_t)(uint16_t)~hc + (uint16_t)~m + m2);
}

#endif
