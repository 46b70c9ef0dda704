// SPDX-License-Identifier: MIT
#include "stack/core/prefix_pool.h"

#include <stdlib.h>

#include "stack/stack.h"

#define FIRST_SLOTS 16                    /* a power of two */
#define FIRST_ITEMS 8
#define ITEMS_MAX ((1u << PREFIX_NUM_BITS) - 1)

void prefix_pool_init(struct prefix_pool *pool)
{
	*pool = (struct prefix_pool){ 0 };
}

void prefix_pool_fini(struct prefix_pool *pool)
{
	assert(pool->n == 0);
	free(pool->items);
	free(pool->slots);
	prefix_pool_init(pool);
}

struct prefix_pool *prefix_pool_new(void)
{
	struct prefix_pool *pool = malloc(sizeof(*pool));

	if (pool)
		prefix_pool_init(pool);
	return pool;
}

void prefix_pool_free(struct prefix_pool *pool)
{
	if (pool)
		prefix_pool_fini(pool);
	free(pool);
}

/* --- the index ------------------------------------------------------------------ */

static void slot_put(struct prefix_pool *pool, uint64_t slot)
{
	uint32_t i = prefix_slot(pool, slot);

	while (pool->slots[i])
		i = (i + 1) & pool->mask;
	pool->slots[i] = slot;
}

/* Three slots of four are taken at most. */
static bool slots_reserve(struct prefix_pool *pool)
{
	uint32_t n = pool->slots ? pool->mask + 1 : 0, to = n ? 2 * n : FIRST_SLOTS;
	uint64_t *was = pool->slots, *slots;

	if (4 * ((uint64_t)pool->n + 1) <= 3 * (uint64_t)n)
		return true;
	slots = calloc(to, sizeof(*slots));
	if (!slots)
		return false;
	pool->slots = slots;
	pool->mask = to - 1;
	pool->shift = (uint8_t)(64 - __builtin_ctz(to));
	for (uint32_t i = 0; i < n; i++)
		if (was[i])
			slot_put(pool, was[i]);
	free(was);
	return true;
}

static uint32_t slot_of(const struct prefix_pool *pool, uint64_t slot)
{
	uint32_t i = prefix_slot(pool, slot);

	while (pool->slots[i] != slot)
		i = (i + 1) & pool->mask;
	return i;
}

/* What stands behind it, up to a free slot, moves up to where a search would look
 * for it (Knuth, TAOCP 6.4, algorithm R). */
static void slot_del(struct prefix_pool *pool, uint64_t slot)
{
	uint32_t hole = slot_of(pool, slot), i = hole;

	for (;;) {
		i = (i + 1) & pool->mask;
		if (!pool->slots[i])
			break;
		if (((i - prefix_slot(pool, pool->slots[i])) & pool->mask) >=
		    ((i - hole) & pool->mask)) {
			pool->slots[hole] = pool->slots[i];
			hole = i;
		}
	}
	pool->slots[hole] = 0;
}

/* --- numbers --------------------------------------------------------------------- */

static bool item_reserve(struct prefix_pool *pool)
{
	uint32_t cap = pool->cap_items ? 2 * pool->cap_items : FIRST_ITEMS;
	struct prefix_item *items;

	if (pool->free || pool->n_items < pool->cap_items)
		return true;
	if (pool->n_items == ITEMS_MAX)
		return false;
	if (cap > ITEMS_MAX)
		cap = ITEMS_MAX;
	items = realloc(pool->items, cap * sizeof(*items));
	if (!items)
		return false;
	pool->items = items;
	pool->cap_items = cap;
	return true;
}

static prefix_num item_take(struct prefix_pool *pool)
{
	prefix_num n = pool->free - 1;

	if (!pool->free)
		return pool->n_items++;
	pool->free = pool->items[n].key;
	return n;
}

prefix_num prefix_pool_get(struct prefix_pool *pool, ip4_t key, unsigned len)
{
	prefix_num n = prefix_pool_find(pool, key, len);

	if (n != PREFIX_NONE) {
		prefix_pool_hold(pool, n);
		return n;
	}
	if (!slots_reserve(pool) || !item_reserve(pool))
		return PREFIX_NONE;
	n = item_take(pool);
	pool->items[n] = (struct prefix_item){ .key = key, .len = len & 63, .refs = 1 };
	slot_put(pool, prefix_name(key, len) | (n + 1));
	pool->n++;
	return n;
}

void prefix_pool_release(struct prefix_pool *pool, prefix_num n)
{
	struct prefix_item *it = &pool->items[n];

	slot_del(pool, prefix_name(it->key, it->len) | (n + 1));
	it->key = pool->free;
	pool->free = n + 1;
	pool->n--;
}
