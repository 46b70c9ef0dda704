// SPDX-License-Identifier: GPL-3.0-or-later
/* Prefixes that stacks share, against a list; what those take that have come and gone. */
#include "stack/core/prefix_pool.h"

#include <stdlib.h>

#include "stack/stack.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* --- against a list ------------------------------------------------------------------ */

#define MODEL_MAX 400
struct model_row { ip4_t key; unsigned len, refs; prefix_num n; };
struct model { struct model_row r[MODEL_MAX]; unsigned n, most; };

static struct model_row *model_find(struct model *m, ip4_t key, unsigned len)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->r[i].key == key && m->r[i].len == len)
			return &m->r[i];
	return NULL;
}

static bool number_is_taken(const struct model *m, prefix_num n)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->r[i].n == n)
			return true;
	return false;
}

static void get(struct prefix_pool *pool, struct model *m, ip4_t key, unsigned len)
{
	struct model_row *r = model_find(m, key, len);
	prefix_num n;

	if (!r && m->n == m->most)
		return;
	n = prefix_pool_get(pool, key, len);
	REQUIRE(n != PREFIX_NONE && n < prefix_pool_end(pool));
	if (r) {
		CHECK_EQ(n, r->n);
		r->refs++;
		return;
	}
	CHECK(!number_is_taken(m, n));
	m->r[m->n++] = (struct model_row){ key, len, 1, n };
}

static void put(struct prefix_pool *pool, struct model *m, struct model_row *r)
{
	prefix_pool_put(pool, r->n);
	if (--r->refs == 0)
		*r = m->r[--m->n];
}

static unsigned count_wrong(const struct prefix_pool *pool, struct model *m)
{
	unsigned wrong = pool->n != m->n;

	for (unsigned i = 0; i < m->n; i++) {
		const struct model_row *r = &m->r[i];
		const struct prefix_item *it = prefix_pool_at(pool, r->n);

		wrong += it->key != r->key || it->len != r->len || it->refs != r->refs ||
			 prefix_pool_find(pool, r->key, r->len) != r->n;
	}
	return wrong;
}

/* There are few slots at first, so that many prefixes stand beside their own. */
TEST(prefix_pool, thirty_thousand_changes_agree_with_a_list)
{
	struct model *m = calloc(1, sizeof(*m));
	struct prefix_pool *pool = prefix_pool_new();
	unsigned wrong = 0;
	struct rng rng;

	REQUIRE(m && pool);
	rng_init(&rng, 7, "prefixes");
	for (unsigned i = 0; i < 30000; i++) {
		unsigned len = rng_below(&rng, 33);
		ip4_t key = (IP4(10, 0, 0, 0) | (rng_u32(&rng) & 0x00c0071f)) & ip4_mask(len);

		m->most = i < 10000 ? 12 : MODEL_MAX;
		if (m->n && rng_below(&rng, 5) < 2 + (m->n == m->most))
			put(pool, m, &m->r[rng_below(&rng, m->n)]);
		else
			get(pool, m, key, len);
		wrong += !model_find(m, key, len) != (prefix_pool_find(pool, key, len) == PREFIX_NONE);
		wrong += i % 50 == 0 ? count_wrong(pool, m) : 0;
	}
	CHECK_EQ(wrong, 0);
	CHECK(m->n > 100);
	CHECK(prefix_pool_end(pool) <= MODEL_MAX);        /* numbers are used again */
	while (m->n)
		put(pool, m, &m->r[0]);
	CHECK_EQ(pool->n, 0);
	CHECK_EQ(prefix_pool_find(pool, IP4(10, 0, 0, 0), 8), PREFIX_NONE);
	prefix_pool_free(pool);
	free(m);
}

TEST(prefix_pool, an_empty_pool_has_nothing)
{
	struct prefix_pool *pool = prefix_pool_new();

	REQUIRE(pool);
	CHECK_EQ(prefix_pool_find(pool, 0, 0), PREFIX_NONE);
	CHECK_EQ(prefix_pool_end(pool), 0);
	prefix_pool_free(pool);
	prefix_pool_free(NULL);
}

TEST(prefix_pool, all_lengths_of_one_address_are_apart)
{
	struct prefix_pool *pool = prefix_pool_new();

	REQUIRE(pool);
	for (unsigned len = 0; len <= 32; len++)
		CHECK_EQ(prefix_pool_get(pool, 0, len), len);
	for (unsigned len = 0; len <= 32; len++) {
		CHECK_EQ(prefix_pool_find(pool, 0, len), len);
		CHECK_EQ(prefix_pool_at(pool, len)->len, len);
	}
	for (unsigned len = 0; len <= 32; len++)
		prefix_pool_put(pool, len);
	prefix_pool_free(pool);
}

/* --- size ------------------------------------------------------------------------------ */

#define MANY 100000u

static ip4_t nth(unsigned i) { return IP4(10, 0, 0, 0) + 2 * i; }

static void get_many(struct prefix_pool *pool, unsigned first)
{
	for (unsigned i = first; i < first + MANY; i++)
		REQUIRE(prefix_pool_get(pool, nth(i), 31) != PREFIX_NONE);
}

/* Each tenth stays. */
static unsigned put_most(struct prefix_pool *pool, unsigned first)
{
	unsigned wrong = 0;

	for (unsigned i = first; i < first + MANY; i++)
		if (i % 10)
			prefix_pool_put(pool, prefix_pool_find(pool, nth(i), 31));
	for (unsigned i = first; i < first + MANY; i++)
		wrong += (prefix_pool_find(pool, nth(i), 31) == PREFIX_NONE) != (i % 10 != 0);
	for (unsigned i = first; i < first + MANY; i += 10)
		prefix_pool_put(pool, prefix_pool_find(pool, nth(i), 31));
	return wrong;
}

TEST(prefix_pool, others_that_come_and_go_take_no_more_memory)
{
	struct prefix_pool *pool = prefix_pool_new();
	uint32_t slots;

	REQUIRE(pool);
	get_many(pool, 0);
	slots = pool->mask;
	CHECK_EQ(put_most(pool, 0), 0);
	for (unsigned round = 1; round < 5; round++) {
		get_many(pool, round * MANY);
		CHECK_EQ(prefix_pool_find(pool, nth(round * MANY - 1), 31), PREFIX_NONE);
		CHECK_EQ(put_most(pool, round * MANY), 0);
	}
	CHECK_EQ(prefix_pool_end(pool), MANY);
	CHECK_EQ(pool->mask, slots);
	CHECK_EQ(pool->n, 0);
	prefix_pool_free(pool);
}
