/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_BE_H
#define STACK_UTIL_BE_H
/*
 * Unchecked big-endian loads and stores at any alignment, for codecs that
 * have already checked their bounds: each one instruction and a byte swap.
 * (Compilers do not always see that in bytes that are shifted and stored one
 * by one.)
 */
#include <stdint.h>
#include <string.h>

/* A value between the machine's order and the wire's: either way the same. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint16_t be_swap16(uint16_t v) { return __builtin_bswap16(v); }
static inline uint32_t be_swap32(uint32_t v) { return __builtin_bswap32(v); }
#else
static inline uint16_t be_swap16(uint16_t v) { return v; }
static inline uint32_t be_swap32(uint32_t v) { return v; }
#endif

static inline uint16_t get_be16(const uint8_t *b)
{
	uint16_t v;

	memcpy(&v, b, sizeof(v));
	return be_swap16(v);
}

static inline uint32_t get_be32(const uint8_t *b)
{
	uint32_t v;

	memcpy(&v, b, sizeof(v));
	return be_swap32(v);
}

static inline void put_be16(uint8_t *b, uint16_t v)
{
	v = be_swap16(v);
	memcpy(b, &v, sizeof(v));
}

static inline void put_be32(uint8_t *b, uint32_t v)
{
	v = be_swap32(v);
	memcpy(b, &v, sizeof(v));
}

#endif
