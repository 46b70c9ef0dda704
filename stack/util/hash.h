/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_HASH_H
#define STACK_UTIL_HASH_H
/*
 * Mixers for hash tables, flow hashes and random stream names.  They spread
 * well and are the same on every machine; they do not resist an attacker who
 * may choose the keys and time the lookups.  Tables sized by a power of two
 * may take the low bits.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_FNV64_BASIS 0xcbf29ce484222325u
#define HASH_FNV64_PRIME 0x00000100000001b3u

/* A bijection: the finaliser of splitmix64 (Steele, Lea, Flood, 2014). */
static inline uint64_t hash_u64(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* One multiplication, high half folded in: enough for addresses and ports. */
static inline uint32_t hash_u32(uint32_t x)
{
	uint64_t m = (x ^ 0x5bd1e995u) * 0x9e3779b97f4a7c15u;

	return (uint32_t)(m >> 32) ^ (uint32_t)(m >> 15);
}

/* Fibonacci hashing (Knuth, TAOCP 6.4), whose high bits are the good ones: for small caches
 * of addresses. */
static inline uint32_t hash_slot(uint32_t x, unsigned bits)
{
	return x * 0x9e3779b1u >> (32 - bits);
}

static inline uint64_t hash_pair(uint64_t a, uint64_t b)      /* ordered */
{
	return hash_u64(hash_u64(a) + b);
}

/* A flow by its five values; seed keeps the choices of routers in a row
 * apart.  Not symmetric: a flow and its answers hash differently. */
static inline uint32_t hash_flow4(uint32_t src, uint32_t dst, uint8_t proto,
				  uint16_t sport, uint16_t dport, uint32_t seed)
{
	uint64_t ends = (uint64_t)src << 32 | dst;
	uint64_t ports = (uint64_t)sport << 16 | dport;
	uint64_t h = hash_pair(ends, (ports << 8 | proto) ^ (uint64_t)seed << 32);

	return (uint32_t)(h >> 32);
}

/* The product of both, its halves folded. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t hash_load64(const uint8_t *p)          /* little-endian */
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v : __builtin_bswap64(v);
}

/* A byte string, 16 bytes a multiplication. */
static inline uint64_t hash_bytes(const void *p, size_t n)
{
	const uint8_t *b = p, *end = b + n;
	uint64_t h = 0x9e3779b97f4a7c15u ^ n;
	uint8_t tail[16] = { 0 };

	for (; end - b >= 16; b += 16)
		h = hash_fold(hash_load64(b) ^ h, hash_load64(b + 8) ^ 0xe7037ed1a0b428dbu);
	if (n >= 16) {
		b = end - 16;             /* the last 16, some of them again */
	} else {
		if (n)
			memcpy(tail, b, n);
		b = tail;
	}
	return hash_fold(hash_load64(b) ^ h, hash_load64(b + 8) ^ 0x8ebc6af09c88c6e3u);
}

/* FNV-1a over a byte string, from h on: HASH_FNV64_BASIS to begin. */
static inline uint64_t hash_fnv64(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * HASH_FNV64_PRIME;
	return h;
}

#endif
