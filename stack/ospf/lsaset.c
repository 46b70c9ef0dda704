// SPDX-License-Identifier: MIT
/*
 * Sets of LSA keys in the order in which they were put in.  Rows and their
 * index are one piece of memory; few rows need no index.  What is taken out
 * leaves a gap, which goes when a row finds no room; so the index, of two slots
 * a row, is never more than half full.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/ospf/ospf.h"

#define FEW 8                             /* rows that are searched one by one */

static inline bool has_index(const struct lsa_set *s) { return s->cap > FEW && !s->bare; }

/* Of the index: a power of two. */
static inline uint32_t slots(const struct lsa_set *s) { return 2 * s->cap; }

static inline uint32_t home(const struct lsa_set *s, ospf_knum k)
{
	return (k * 0x9e3779b1u) >> (32 - (unsigned)__builtin_ctz(slots(s)));
}

/* The slot that leads to k's row, or the free one where it belongs. */
static inline uint32_t slot_of(const struct lsa_set *s, ospf_knum k)
{
	uint32_t i = home(s, k), mask = slots(s) - 1;

	while (s->index[i] && s->rows[s->index[i] - 1].key != k)
		i = (i + 1) & mask;
	return i;
}

/* The row of k, or UINT32_MAX. */
static inline uint32_t row_of(const struct lsa_set *s, ospf_knum k)
{
	if (has_index(s))
		return s->index[slot_of(s, k)] - 1;
	for (uint32_t r = s->first; r < s->n_rows; r++)
		if (s->rows[r].key == k)
			return r;
	return UINT32_MAX;
}

bool lsa_set_has(const struct lsa_set *s, ospf_knum k)
{
	return s->n && row_of(s, k) != UINT32_MAX;
}

const struct lsa_set_row *lsa_set_find(const struct lsa_set *s, ospf_knum k)
{
	uint32_t r = s->n ? row_of(s, k) : UINT32_MAX;

	return r == UINT32_MAX ? NULL : &s->rows[r];
}

void lsa_set_prefetch(const struct lsa_set *s, ospf_knum k)
{
	if (has_index(s))
		prefetch(&s->index[home(s, k)]);
}

void lsa_set_clear(struct lsa_set *s)
{
	free(s->rows);
	*s = (struct lsa_set){ .bare = s->bare };
}

/* The row becomes a gap; the index still leads there, to no key. */
static inline void gap(struct lsa_set *s, uint32_t r)
{
	s->rows[r].key = OSPF_NUM_NONE;
	s->n--;
	while (s->first < s->n_rows && s->rows[s->first].key == OSPF_NUM_NONE)
		s->first++;
}

bool lsa_set_take(struct lsa_set *s, ospf_knum k, bool *was_new)
{
	uint32_t r = s->n ? row_of(s, k) : UINT32_MAX;

	if (r == UINT32_MAX)
		return false;
	*was_new = r >= s->mark;
	gap(s, r);
	if (!s->n)
		lsa_set_clear(s);
	return true;
}

bool lsa_set_del(struct lsa_set *s, ospf_knum k)
{
	bool was_new;

	return lsa_set_take(s, k, &was_new);
}

/* Without an index to fill it may be fuller. */
bool lsa_set_must_grow(const struct lsa_set *s)
{
	return s->bare ? 8 * s->n >= 7 * s->cap : 4 * s->n >= 3 * s->cap;
}

/* Rows after the next lack of room: as many, if that came of gaps. */
static uint32_t next_cap(const struct lsa_set *s)
{
	if (!s->cap)
		return FEW;
	if (!lsa_set_must_grow(s))
		return s->cap;
	if (s->bare)                      /* no index to fill: it grows less */
		return s->cap + s->cap / 2;
	return s->cap == FEW ? 4 * FEW : 2 * s->cap;
}

static outlined int make_room(struct lsa_set *s)
{
	uint32_t cap = next_cap(s);
	size_t rows = cap * sizeof(*s->rows);
	uint32_t n = 0, mark = 0;
	struct lsa_set_row *to = s->rows;

	if (cap != s->cap) {
		to = malloc(rows + (cap > FEW && !s->bare ? 2 * cap * sizeof(*s->index) : 0));
		if (!to)
			return ERR_NOMEM;
	}
	for (uint32_t r = s->first; r < s->n_rows; r++) {
		if (s->rows[r].key == OSPF_NUM_NONE)
			continue;
		mark += r < s->mark;
		to[n++] = s->rows[r];
	}
	if (to != s->rows)
		free(s->rows);
	*s = (struct lsa_set){ .rows = to, .index = (uint32_t *)(void *)((uint8_t *)to + rows),
			       .n_rows = n, .cap = cap, .n = s->bare ? s->n : n,
			       .mark = mark, .bare = s->bare };
	if (!has_index(s))
		return OK;
	memset(s->index, 0, slots(s) * sizeof(*s->index));
	for (uint32_t r = 0; r < n; r++)
		s->index[slot_of(s, to[r].key)] = r + 1;
	return OK;
}

/* No memory: nothing was added, and what was there stays where it was. */
int lsa_set_add(struct lsa_set *s, ospf_knum k, uint32_t at_ms)
{
	uint32_t slot = 0, r;

	if (unlikely(s->n_rows == s->cap) && make_room(s))
		return ERR_NOMEM;
	if (has_index(s)) {
		slot = slot_of(s, k);
		r = s->index[slot] - 1;
		s->index[slot] = s->n_rows + 1;
	} else {
		r = row_of(s, k);
	}
	s->rows[s->n_rows++] = (struct lsa_set_row){ k, at_ms };
	s->n++;
	if (r != UINT32_MAX)
		gap(s, r);
	return OK;
}

int lsa_set_append(struct lsa_set *s, ospf_knum k, uint32_t at_ms)
{
	if (unlikely(s->n_rows == s->cap) && make_room(s))
		return ERR_NOMEM;
	if (has_index(s))
		s->index[slot_of(s, k)] = s->n_rows + 1;
	s->rows[s->n_rows++] = (struct lsa_set_row){ k, at_ms };
	s->n++;
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
