// SPDX-License-Identifier: MIT
#include "stack/core/learn_since.h"

#include <stdlib.h>

#include "stack/core/learn_table.h"
#include "stack/util/cc.h"

#define FIRST_CAP 16                      /* a power of two */

static bool grow(struct learn_instants *s)
{
	uint32_t cap = s->cap ? 2u * s->cap : FIRST_CAP;
	uint32_t *at = cap <= LEARN_INSTANTS ? realloc(s->at, cap * sizeof(*at)) : NULL;

	if (!at)
		return false;
	s->at = at;
	s->cap = (uint16_t)cap;
	return true;
}

bool learn_since_reserve(struct learn_table *t)
{
	return t->instants.cap || grow(&t->instants);
}

/* Which instants does a row have? */
static void mark_used(const struct learn_table *t, bool *used)
{
	for (uint32_t i = 0; i < t->n_rows; i++)
		if (learn_table_row(t, i)->nexthops)
			used[learn_table_row(t, i)->since] = true;
}

/* New numbers, of those that are used alone; two of the first `pairs` pairs become one. */
static void renumber(struct learn_instants *s, const bool *used, uint32_t pairs, uint16_t *to)
{
	uint32_t rank = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		if (!used[i])
			continue;
		to[i] = (uint16_t)(rank < 2 * pairs ? rank / 2 : rank - pairs);
		s->at[to[i]] = s->at[i];
		rank++;
	}
	s->n = (uint16_t)(rank - pairs);
}

/* For another instant: what no row has goes, and if that is little, there will be more room. */
static outlined void make_room(struct learn_table *t)
{
	struct learn_instants *s = &t->instants;
	bool used[LEARN_INSTANTS] = { false };
	uint16_t to[LEARN_INSTANTS] = { 0 };
	uint32_t n = 0;
	bool many;

	mark_used(t, used);
	for (uint32_t i = 0; i < s->n; i++)
		n += used[i];
	many = n > s->cap / 2u;
	if (many && grow(s))
		return;
	renumber(s, used, many ? n / 4 : 0, to);
	for (uint32_t i = 0; i < t->n_rows; i++) {
		struct learned *r = learn_table_row(t, i);

		if (r->nexthops)
			r->since = to[r->since] & (LEARN_INSTANTS - 1);
	}
}

uint16_t learn_since_number(struct learn_table *t, uint32_t at)
{
	struct learn_instants *s = &t->instants;

	if (likely(s->n && s->at[s->n - 1] == at))
		return (uint16_t)(s->n - 1);
	if (s->n == s->cap)
		make_room(t);
	s->at[s->n] = at;
	return s->n++;
}
