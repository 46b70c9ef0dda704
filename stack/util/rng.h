/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_RNG_H
#define STACK_UTIL_RNG_H
/*
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel
 * random numbers: as easy as 1, 2, 3", SC 2011), through Random123.  A stream
 * is named by the lab's seed and a text such as "h1:eth0 tx loss", so what
 * one stream draws never depends on another, on order or on threads.
 */
#include <stdint.h>

struct rng {
	uint32_t key[2];
	uint64_t ctr;                     /* next block */
	uint32_t out[4];
	unsigned left;                    /* words of out not yet drawn */
};

void rng_init(struct rng *r, uint64_t seed, const char *stream);
uint32_t rng_u32(struct rng *r);
uint64_t rng_u64(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);   /* uniform in [0, n); n > 0 */

/* Block number n of the stream, whatever was drawn before: word i of frame n
 * is the same in every run.  Does not move the stream. */
void rng_block(const struct rng *r, uint64_t n, uint32_t out[4]);

#endif
