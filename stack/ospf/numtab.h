/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_NUMTAB_H
#define STACK_OSPF_NUMTAB_H
/*
 * Small numbers for 128-bit names, for good.  A number leads to an item, which
 * begins with its name and never moves.
 *
 * Numbers come in blocks of NUMTAB_BLOCK that belong to one group (an area):
 * a table by number that a router of one area has is dense, though areas come
 * to know of their names in turns.  So some numbers below the highest are
 * nobody's yet.
 */
#include <stddef.h>
#include <stdint.h>

#include "stack/util/cc.h"

#define NUMTAB_BLOCK 64                   /* numbers; a power of two */
#define NUMTAB_NONE UINT32_MAX

struct num_name { uint64_t hi, lo; };

struct numtab {
	size_t item;                      /* bytes of one, its name included */
	uint8_t **blocks;
	uint32_t n_blocks, cap_blocks;
	uint32_t *index;                  /* open addressing: number + 1; 0: free */
	uint32_t cap, n;                  /* of the index, a power of two; used */
	struct numtab_group *groups;
	uint32_t n_groups;
	uint32_t most;                    /* names; UINT32_MAX at first */
};

void numtab_init(struct numtab *t, size_t item);
void numtab_fini(struct numtab *t);       /* what items own is their owner's */

/* NUMTAB_NONE: not there; from get: no memory, or as many as may be.  A new item is
 * zero but for its name. */
uint32_t numtab_find(const struct numtab *t, struct num_name name);
uint32_t numtab_get(struct numtab *t, struct num_name name, uint32_t group);

static inline void *numtab_item(const struct numtab *t, uint32_t num)
{
	assert(num / NUMTAB_BLOCK < t->n_blocks);
	return t->blocks[num / NUMTAB_BLOCK] + num % NUMTAB_BLOCK * t->item;
}

/* Above every number. */
static inline uint32_t numtab_end(const struct numtab *t) { return t->n_blocks * NUMTAB_BLOCK; }

#endif
