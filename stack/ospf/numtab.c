// SPDX-License-Identifier: MIT
#include "stack/ospf/numtab.h"

#include <stdlib.h>
#include <string.h>

#include "stack/util/err.h"
#include "stack/util/hash.h"

#define FIRST_CAP 256                     /* slots of the index */

struct numtab_group { uint32_t group, next, end; };       /* of its block: next free, behind it */

void numtab_init(struct numtab *t, size_t item)
{
	assert(item >= sizeof(struct num_name));
	*t = (struct numtab){ .item = item, .most = UINT32_MAX };
}

void numtab_fini(struct numtab *t)
{
	for (uint32_t i = 0; i < t->n_blocks; i++)
		free(t->blocks[i]);
	free(t->blocks);
	free(t->index);
	free(t->groups);
	numtab_init(t, t->item);
}

static const struct num_name *name_of(const struct numtab *t, uint32_t num)
{
	return numtab_item(t, num);
}

/* Where the name is, or the free slot where it belongs. */
static uint32_t slot_of(const struct numtab *t, struct num_name name)
{
	uint32_t i = (uint32_t)hash_pair(name.hi, name.lo);

	for (;; i++) {
		uint32_t v = t->index[i & (t->cap - 1)];
		const struct num_name *at = v ? name_of(t, v - 1) : NULL;

		if (!at || (at->lo == name.lo && at->hi == name.hi))
			return i & (t->cap - 1);
	}
}

uint32_t numtab_find(const struct numtab *t, struct num_name name)
{
	return t->cap ? t->index[slot_of(t, name)] - 1 : NUMTAB_NONE;
}

/* The index twice as large; the numbers stay. */
static int index_grow(struct numtab *t)
{
	uint32_t cap = t->cap, *old = t->index;
	uint32_t *index = calloc(cap ? 2 * (size_t)cap : FIRST_CAP, sizeof(*index));

	if (!index)
		return ERR_NOMEM;
	t->index = index;
	t->cap = cap ? 2 * cap : FIRST_CAP;
	for (uint32_t i = 0; i < cap; i++)
		if (old[i])
			index[slot_of(t, *name_of(t, old[i] - 1))] = old[i];
	free(old);
	return OK;
}

static int block_add(struct numtab *t)
{
	if (t->n_blocks == t->cap_blocks) {
		uint32_t cap = t->cap_blocks ? 2 * t->cap_blocks : 16;
		uint8_t **blocks = realloc(t->blocks, cap * sizeof(*blocks));

		if (!blocks)
			return ERR_NOMEM;
		t->blocks = blocks;
		t->cap_blocks = cap;
	}
	t->blocks[t->n_blocks] = calloc(NUMTAB_BLOCK, t->item);
	if (!t->blocks[t->n_blocks])
		return ERR_NOMEM;
	t->n_blocks++;
	return OK;
}

/* The group's next number; groups are few. */
static uint32_t number_take(struct numtab *t, uint32_t group)
{
	struct numtab_group *g;
	uint32_t i = 0;

	while (i < t->n_groups && t->groups[i].group != group)
		i++;
	if (i == t->n_groups) {
		g = realloc(t->groups, (t->n_groups + 1) * sizeof(*g));
		if (!g)
			return NUMTAB_NONE;
		t->groups = g;
		t->groups[t->n_groups++] = (struct numtab_group){ .group = group };
	}
	g = &t->groups[i];
	if (g->next == g->end) {
		if (block_add(t))
			return NUMTAB_NONE;
		g->end = numtab_end(t);
		g->next = g->end - NUMTAB_BLOCK;
	}
	return g->next++;
}

uint32_t numtab_get(struct numtab *t, struct num_name name, uint32_t group)
{
	uint32_t num = numtab_find(t, name);

	if (num != NUMTAB_NONE)
		return num;
	if (t->n >= t->most || (4 * (uint64_t)t->n >= 3 * (uint64_t)t->cap && index_grow(t)))
		return NUMTAB_NONE;
	num = number_take(t, group);
	if (num == NUMTAB_NONE)
		return num;
	*(struct num_name *)numtab_item(t, num) = name;
	t->index[slot_of(t, name)] = num + 1;
	t->n++;
	return num;
}
