// SPDX-License-Identifier: MIT
/*
 * Sets of LSA keys in the order in which they were put in.  Rows and their
 * index are one piece of memory; few rows need no index.  What is taken out
 * leaves a gap, which goes when the next row finds no room.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/ospf/ospf.h"

#define FEW 8                             /* rows that are searched one by one */

static bool has_index(const struct lsa_set *s) { return s->cap > FEW; }

/* Slots of the index: a power of two, at most half full. */
static uint32_t slots(const struct lsa_set *s) { return 2 * s->cap; }

static uint32_t home(const struct lsa_set *s, ospf_knum k)
{
	return (k * 0x9e3779b1u) >> (32 - (unsigned)__builtin_ctz(slots(s)));
}

static void index_put(struct lsa_set *s, uint32_t row)
{
	uint32_t i = home(s, s->rows[row].key), mask = slots(s) - 1;

	while (s->index[i])
		i = (i + 1) & mask;
	s->index[i] = row + 1;
}

/* Slot i is free again: what had to step over it moves up. */
static void index_del(struct lsa_set *s, uint32_t i)
{
	uint32_t mask = slots(s) - 1, j = i;

	for (;;) {
		uint32_t h;

		j = (j + 1) & mask;
		if (!s->index[j])
			break;
		h = home(s, s->rows[s->index[j] - 1].key);
		if (((j - h) & mask) >= ((j - i) & mask)) {
			s->index[i] = s->index[j];
			i = j;
		}
	}
	s->index[i] = 0;
}

/* The row of k, and the slot that leads there; or UINT32_MAX. */
static uint32_t row_of(const struct lsa_set *s, ospf_knum k, uint32_t *slot)
{
	if (!s->n)
		return UINT32_MAX;
	if (!has_index(s)) {
		for (uint32_t r = s->first; r < s->n_rows; r++)
			if (s->rows[r].key == k)
				return r;
		return UINT32_MAX;
	}
	for (uint32_t i = home(s, k);; i = (i + 1) & (slots(s) - 1)) {
		uint32_t r = s->index[i] - 1;

		if (r == UINT32_MAX || s->rows[r].key == k) {
			*slot = i;
			return r;
		}
	}
}

bool lsa_set_has(const struct lsa_set *s, ospf_knum k)
{
	uint32_t slot;

	return row_of(s, k, &slot) != UINT32_MAX;
}

const struct lsa_set_row *lsa_set_find(const struct lsa_set *s, ospf_knum k)
{
	uint32_t slot, r = row_of(s, k, &slot);

	return r == UINT32_MAX ? NULL : &s->rows[r];
}

void lsa_set_clear(struct lsa_set *s)
{
	free(s->rows);
	*s = (struct lsa_set){ 0 };
}

bool lsa_set_del(struct lsa_set *s, ospf_knum k)
{
	uint32_t slot, r = row_of(s, k, &slot);

	if (r == UINT32_MAX)
		return false;
	if (s->n == 1) {
		lsa_set_clear(s);
		return true;
	}
	if (has_index(s))
		index_del(s, slot);
	s->rows[r].key = OSPF_NUM_NONE;
	s->n--;
	while (s->rows[s->first].key == OSPF_NUM_NONE)
		s->first++;
	return true;
}

/* Room for one more: without the gaps, or in twice the memory. */
static int make_room(struct lsa_set *s)
{
	uint32_t cap = !s->cap ? FEW : 4 * s->n < 3 * s->cap ? s->cap : 2 * s->cap;
	size_t rows = cap * sizeof(*s->rows), n = 0;
	struct lsa_set_row *to = s->rows;

	if (cap != s->cap) {
		to = malloc(rows + (cap > FEW ? 2 * cap * sizeof(*s->index) : 0));
		if (!to)
			return ERR_NOMEM;
	}
	for (uint32_t r = s->first; r < s->n_rows; r++)
		if (s->rows[r].key != OSPF_NUM_NONE)
			to[n++] = s->rows[r];
	if (to != s->rows)
		free(s->rows);
	s->rows = to;
	s->cap = cap;
	s->first = 0;
	s->n_rows = (uint32_t)n;
	s->index = (uint32_t *)(void *)((uint8_t *)to + rows);
	if (!has_index(s))
		return OK;
	memset(s->index, 0, slots(s) * sizeof(*s->index));
	for (uint32_t r = 0; r < s->n_rows; r++)
		index_put(s, r);
	return OK;
}

/* Nothing was added, as there was no memory: it stays where it was. */
int lsa_set_add(struct lsa_set *s, ospf_knum k, uint32_t at_ms)
{
	uint32_t slot, r = row_of(s, k, &slot);

	if (r != UINT32_MAX && r == s->n_rows - 1) {
		s->rows[r].at_ms = at_ms;
		return OK;
	}
	if (s->n_rows == s->cap) {
		if (make_room(s))
			return ERR_NOMEM;
		r = r == UINT32_MAX ? r : row_of(s, k, &slot);
	}
	s->rows[s->n_rows] = (struct lsa_set_row){ k, at_ms };
	if (r != UINT32_MAX) {
		if (has_index(s))
			s->index[slot] = s->n_rows + 1;
		s->rows[r].key = OSPF_NUM_NONE;
		s->n--;
	} else if (has_index(s)) {
		index_put(s, s->n_rows);
	}
	s->n_rows++;
	s->n++;
	while (s->rows[s->first].key == OSPF_NUM_NONE)
		s->first++;
	return OK;
}

const struct lsa_set_row *lsa_set_next(const struct lsa_set *s, uint32_t *i)
{
	uint32_t r = *i < s->first ? s->first : *i;

	while (r < s->n_rows && s->rows[r].key == OSPF_NUM_NONE)
		r++;
	*i = r + 1;
	return r < s->n_rows ? &s->rows[r] : NULL;
}
