// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Sorts a few keys by counting, for each, how many come before it.  That is
 * n^2 comparisons, but eight at a time and without a branch that nobody could
 * predict: for some sixteen keys it is the fastest way.
 *
 * What is compared so are sixteen bits: the first ten of a key's place in its
 * window and, to make all different, its index.  They put most keys where they
 * belong; a pass of insertion by the full key does the rest.
 */
#include "sim/keysort.h"

#include <string.h>

#define LANES 8
#define INDEX_BITS 6
#define TIME_BITS (16 - INDEX_BITS)

typedef int16_t lanes __attribute__((vector_size(2 * LANES)));

union blocks {
	lanes v[KEYSORT_MAX / LANES];
	int16_t s[KEYSORT_MAX];
};

static void coarse(union blocks *c, const struct event_key *in, size_t n, ns_t base,
		   unsigned shift)
{
	unsigned drop = shift > TIME_BITS ? shift - TIME_BITS : 0;

	for (size_t i = 0; i < n; i++)
		c->s[i] = (int16_t)((((uint64_t)(in[i].at - base) >> drop) << INDEX_BITS | i) -
				    0x8000);
	for (size_t i = n; i % LANES; i++)
		c->s[i] = INT16_MAX;
}

static void ranks(union blocks *rank, const union blocks *c, size_t n)
{
	size_t blocks = (n + LANES - 1) / LANES;

	for (size_t b = 0; b < blocks; b++)
		rank->v[b] = (lanes){ 0 };
	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; b < blocks; b++)
			rank->v[b] -= c->s[i] < c->v[b];
}

static bool in_order(const struct event_key *k, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (key_before(&k[i], &k[i - 1]))
			return false;
	return true;
}

static void by_ranks(struct event_key *k, size_t n, ns_t base, unsigned shift)
{
	struct event_key out[KEYSORT_MAX];
	union blocks c, rank;

	coarse(&c, k, n, base, shift);
	ranks(&rank, &c, n);
	for (size_t i = 0; i < n; i++)
		out[rank.s[i]] = k[i];
	memcpy(k, out, n * sizeof(*k));
}

void keys_sort(struct event_key *k, size_t n, ns_t base, unsigned shift)
{
	if (in_order(k, n))               /* as when all links are alike */
		return;
	by_ranks(k, n, base, shift);
	for (size_t i = 1; i < n; i++) {
		struct event_key one = k[i];
		size_t to = i;

		for (; to > 0 && key_before(&one, &k[to - 1]); to--)
			k[to] = k[to - 1];
		k[to] = one;
	}
}
