/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_PREFIX_POOL_H
#define STACK_CORE_PREFIX_POOL_H
/*
 * Interned prefixes.  The routers of a lab know almost the same ones, so each is
 * kept once for all stacks that share a pool (stack_config.prefixes), and what a
 * stack has of its own for a prefix stands in a table by the prefix's number
 * (core/learn_table.h).
 *
 * Who keeps a number holds a reference; a prefix that nobody holds is gone, and its
 * number is given to another.  So the pool is as large as it had to be at one time,
 * however many prefixes come and go.  Which number a prefix has depends on what
 * others did: it must never be seen.
 *
 * The index is open addressing with linear probing: a slot has all of the prefix, so
 * a search is one multiplication and, as a rule, one cache line.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/cc.h"

typedef uint32_t prefix_num;
#define PREFIX_NONE UINT32_MAX
#define PREFIX_NUM_BITS 26                /* of a number + 1, and of what counts references */

struct prefix_item {
	ip4_t key;                        /* of a free number: the next such, + 1 */
	uint32_t len : 6;
	uint32_t refs : PREFIX_NUM_BITS;  /* 0: the number is free */
};
#define PREFIX_REFS_MAX ((1u << PREFIX_NUM_BITS) - 1)
static_assert(sizeof(struct prefix_item) == 8, "a lab may have hundreds of thousands");

struct prefix_pool {
	struct prefix_item *items;        /* by number */
	uint64_t *slots;                  /* prefix_name() | number + 1; 0: free */
	uint32_t n_items, cap_items;      /* numbers given so far; room for */
	uint32_t free;                    /* first free number + 1; 0: none */
	uint32_t n;                       /* prefixes */
	uint32_t mask;                    /* slots - 1 */
	uint8_t shift;                    /* of a hash: its highest bits are a slot */
};

void prefix_pool_init(struct prefix_pool *pool);
void prefix_pool_fini(struct prefix_pool *pool);          /* nobody holds one of its prefixes */

static inline uint64_t prefix_name(ip4_t key, unsigned len)
{
	return (uint64_t)key << 32 | (uint64_t)len << PREFIX_NUM_BITS;
}

static inline uint32_t prefix_slot(const struct prefix_pool *pool, uint64_t name)
{
	return (uint32_t)((name >> PREFIX_NUM_BITS) * 0x9e3779b97f4a7c15u >> pool->shift);
}

/* Host bits of key are zero here and below.  PREFIX_NONE: it is not there. */
static inline prefix_num prefix_pool_find(const struct prefix_pool *pool, ip4_t key, unsigned len)
{
	uint64_t name = prefix_name(key, len), slot;

	if (!pool->n)
		return PREFIX_NONE;
	for (uint32_t i = prefix_slot(pool, name); (slot = pool->slots[i]); i = (i + 1) & pool->mask)
		if ((slot ^ name) >> PREFIX_NUM_BITS == 0)
			return (prefix_num)(slot ^ name) - 1;
	return PREFIX_NONE;
}

/* The prefix, with one more reference; made if it is new.  PREFIX_NONE: no memory. */
prefix_num prefix_pool_get(struct prefix_pool *pool, ip4_t key, unsigned len) must_check;
void prefix_pool_release(struct prefix_pool *pool, prefix_num n);         /* put's */

static inline const struct prefix_item *prefix_pool_at(const struct prefix_pool *pool, prefix_num n)
{
	assert(n < pool->n_items && pool->items[n].refs);
	return &pool->items[n];
}

static inline const struct prefix_item *prefix_pool_hold(struct prefix_pool *pool, prefix_num n)
{
	assert(n < pool->n_items && pool->items[n].refs && pool->items[n].refs < PREFIX_REFS_MAX);
	pool->items[n].refs++;
	return &pool->items[n];
}

static inline void prefix_pool_put(struct prefix_pool *pool, prefix_num n)
{
	assert(n < pool->n_items && pool->items[n].refs);
	if (--pool->items[n].refs == 0)
		prefix_pool_release(pool, n);
}

/* Above every number given so far. */
static inline uint32_t prefix_pool_end(const struct prefix_pool *pool) { return pool->n_items; }

#endif
