// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/keysort.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

static struct rng rng;

static int key_cmp(const void *a, const void *b)
{
	return key_before(a, b) ? -1 : key_before(b, a);
}

/* n keys of a window of 2^shift ns, of which only every `step` ns is used. */
static void check_sort(size_t n, unsigned shift, uint64_t step)
{
	struct event_key in[KEYSORT_MAX], want[KEYSORT_MAX];
	ns_t base = (ns_t)((rng_u64(&rng) >> 1) >> shift << shift);

	for (size_t i = 0; i < n; i++) {
		uint64_t in_window = rng_u64(&rng) & ((UINT64_C(1) << shift) - 1);

		in[i] = (struct event_key){ base + (ns_t)(in_window / step * step),
					    rng_u64(&rng) >> rng_below(&rng, 64) };
	}
	memcpy(want, in, sizeof(in));
	qsort(want, n, sizeof(want[0]), key_cmp);
	keys_sort(in, n, base, shift);
	CHECK_MEM(in, want, n * sizeof(in[0]));
}

TEST(keysort, sorts_every_number_of_keys_at_every_width)
{
	rng_init(&rng, 1, "keysort");
	for (size_t n = 1; n <= KEYSORT_MAX; n++)
		for (unsigned shift = 0; shift <= 40; shift++)
			check_sort(n, shift, 1);
}

TEST(keysort, keys_of_one_instant_go_by_their_ids)
{
	rng_init(&rng, 2, "keysort");
	for (size_t n = 1; n <= KEYSORT_MAX; n++)
		for (unsigned shift = 4; shift <= 40; shift += 4)
			check_sort(n, shift, UINT64_C(1) << (shift - 2));
}
