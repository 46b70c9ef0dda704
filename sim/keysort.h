/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_KEYSORT_H
#define SIM_KEYSORT_H
/* Keys of events and their order. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct event_key { ns_t at; uint64_t id; };

static inline bool key_before(const struct event_key *a, const struct event_key *b)
{
	unsigned __int128 ka = (unsigned __int128)(uint64_t)a->at << 64 | a->id;
	unsigned __int128 kb = (unsigned __int128)(uint64_t)b->at << 64 | b->id;

	return ka < kb;
}

#define KEYSORT_MAX 64

/* Puts n <= KEYSORT_MAX keys of one window, base .. base + 2^shift - 1, into
 * full key order. */
void keys_sort(struct event_key *k, size_t n, ns_t base, unsigned shift);

#endif
