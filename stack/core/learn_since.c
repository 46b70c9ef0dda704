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
	const struct learned *r;

	for (prefix_num n = 0; (r = learn_table_next(t, &n)); n++)
		used[r->since] = true;
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
	struct learned *r;
	uint32_t n = 0;
	bool many;

	mark_used(t, used);
	for (uint32_t i = 0; i < s->n; i++)
		n += used[i];
	many = n > s->cap / 2u;
	if (many && grow(s))
		return;
	renumber(s, used, many ? n / 4 : 0, to);
	for (prefix_num i = 0; (r = learn_table_next(t, &i)); i++)
		r->since = to[r->since] & (LEARN_INSTANTS - 1);
}

static uint32_t coarse(ns_t at)
{
	return at / LEARN_SINCE > UINT32_MAX ? UINT32_MAX : (uint32_t)(at / LEARN_SINCE);
}

uint16_t learn_since_number(struct learn_table *t, ns_t at)
{
	struct learn_instants *s = &t->instants;

	if (likely(s->last == at && s->n))
		return (uint16_t)(s->n - 1);
	s->last = at;
	if (s->n && s->at[s->n - 1] == coarse(at))
		return (uint16_t)(s->n - 1);
	if (s->n == s->cap)
		make_room(t);
	s->at[s->n] = coarse(at);
	return s->n++;
}
