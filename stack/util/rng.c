// SPDX-License-Identifier: MIT
#include "stack/util/rng.h"

#include <Random123/philox.h>
#include <string.h>

#include "stack/util/hash.h"

/* The key hashes seed and name: for one name it is a bijection of the seed. */
void rng_init(struct rng *r, uint64_t seed, const char *stream)
{
	uint64_t basis = HASH_FNV64_BASIS ^ hash_u64(seed);
	uint64_t key = hash_u64(hash_fnv64(basis, stream, strlen(stream)));

	*r = (struct rng){ .key = { (uint32_t)key, (uint32_t)(key >> 32) } };
}

void rng_block(const struct rng *r, uint64_t n, uint32_t out[4])
{
	philox4x32_ctr_t ctr = { { (uint32_t)n, (uint32_t)(n >> 32), 0, 0 } };
	philox4x32_key_t key = { { r->key[0], r->key[1] } };

	ctr = philox4x32(ctr, key);
	memcpy(out, ctr.v, sizeof(ctr.v));
}

/* The words of blocks 0, 1, 2... in order. */
uint32_t rng_u32(struct rng *r)
{
	if (r->left == 0) {
		rng_block(r, r->ctr++, r->out);
		r->left = 4;
	}
	return r->out[4 - r->left--];
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t high = rng_u32(r);

	return high << 32 | rng_u32(r);
}

/*
 * The high half of word * n is in [0, n).  Some results have one more word
 * that leads to them than others; the surplus, 2^32 mod n words, is drawn
 * again (Lemire, "Fast random integer generation in an interval", 2019).
 */
uint32_t rng_below(struct rng *r, uint32_t n)
{
	uint64_t m = (uint64_t)rng_u32(r) * n;

	if ((uint32_t)m < n) {
		uint32_t surplus = (uint32_t)-n % n;

		while ((uint32_t)m < surplus)
			m = (uint64_t)rng_u32(r) * n;
	}
	return (uint32_t)(m >> 32);
}
