// SPDX-License-Identifier: GPL-3.0-or-later
/* The rows of what is learned, against a list; how much memory they take. */
#include "stack/core/learn_table.h"

#include <malloc.h>
#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* --- against a list ------------------------------------------------------------------ */

#define MODEL_MAX 600
struct model_row { ip4_t key; unsigned len; uint32_t metric; };
struct model { struct model_row r[MODEL_MAX]; unsigned n; };

static struct model_row *model_find(struct model *m, ip4_t key, unsigned len)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->r[i].key == key && m->r[i].len == len)
			return &m->r[i];
	return NULL;
}

static const struct model_row *model_match(const struct model *m, ip4_t a, unsigned min,
					   unsigned max)
{
	const struct model_row *best = NULL;

	for (unsigned i = 0; i < m->n; i++) {
		const struct model_row *r = &m->r[i];

		if (r->len >= min && r->len <= max && ip4_in(a, r->key, r->len) &&
		    (!best || r->len > best->len))
			best = r;
	}
	return best;
}

static ip4_t random_addr(struct rng *rng)
{
	return IP4(10, 0, 0, 0) | (rng_u32(rng) & 0x00c0071f);
}

static bool add(struct learn_table *t, ip4_t key, unsigned len, uint32_t metric)
{
	struct learned *r = learn_table_add(t, key, len);

	if (!r)
		return false;
	r->metric = metric;
	r->nexthops = (nexthops_id)(1 + metric % 7);
	return true;
}

static void random_change(struct learn_table *t, struct model *m, struct rng *rng, unsigned i)
{
	unsigned len = rng_below(rng, 33), most = i / 2000 % 2 ? 40 : MODEL_MAX;
	ip4_t key = random_addr(rng) & ip4_mask(len);
	struct model_row *r = model_find(m, key, len);
	struct learned *l = learn_table_find(t, key, len);

	CHECK_EQ(l != NULL, r != NULL);
	CHECK(learn_table_seek(t, key, len) == l);
	if (r) {
		CHECK_EQ(l->metric, r->metric);
		learn_table_del(t, l);
		*r = m->r[--m->n];
	} else if (m->n < most) {
		REQUIRE(add(t, key, len, i));
		m->r[m->n++] = (struct model_row){ key, len, i };
	} else {
		r = &m->r[rng_below(rng, m->n)];
		learn_table_del(t, learn_table_find(t, r->key, r->len));
		*r = m->r[--m->n];
	}
}

static unsigned count_rows(const struct learn_table *t)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < t->n_rows; i++)
		n += learn_table_row(t, i)->nexthops != 0;
	return n;
}

TEST(learn_table, twenty_thousand_changes_agree_with_a_list)
{
	struct learn_table t;
	struct model *m = calloc(1, sizeof(*m));
	unsigned wrong = 0, found = 0;
	struct rng rng;

	REQUIRE(m != NULL);
	learn_table_init(&t);
	rng_init(&rng, 7, "rows");
	for (unsigned i = 0; i < 20000; i++) {
		random_change(&t, m, &rng, i);
		for (unsigned k = 0; k < 5; k++) {
			ip4_t a = random_addr(&rng);
			unsigned min = rng_below(&rng, 33), max = min + rng_below(&rng, 33 - min);
			const struct model_row *want = model_match(m, a, min, max);
			const struct learned *got = learn_table_match(&t, a, min, max);

			found += want != NULL;
			wrong += want ? !got || got->key != want->key || got->len != want->len ||
					got->metric != want->metric : got != NULL;
		}
		if (t.count != m->n || (i % 100 == 0 && count_rows(&t) != m->n))
			wrong++;
	}
	CHECK_EQ(wrong, 0);
	CHECK(found > 20000);
	CHECK(t.n_rows <= MODEL_MAX);             /* rows are used again */
	while (m->n--)
		learn_table_del(&t, learn_table_find(&t, m->r[m->n].key, m->r[m->n].len));
	CHECK_EQ(t.count, 0);
	CHECK_EQ(t.lens, 0);
	CHECK(learn_table_match(&t, IP4(10, 0, 0, 1), 0, 32) == NULL);
	learn_table_fini(&t);
	free(m);
}

TEST(learn_table, all_lengths_of_one_address_are_apart)
{
	struct learn_table t;

	learn_table_init(&t);
	for (unsigned len = 0; len <= 32; len++)
		REQUIRE(add(&t, 0, len, len));
	for (unsigned len = 0; len <= 32; len++) {
		REQUIRE(learn_table_find(&t, 0, len) != NULL);
		CHECK_EQ(learn_table_find(&t, 0, len)->metric, len);
		CHECK_EQ(learn_table_match(&t, ~ip4_mask(len), 0, 32)->len, len);
		CHECK_EQ(learn_table_match(&t, 0, 0, len)->len, len);
	}
	CHECK(learn_table_match(&t, UINT32_MAX, 1, 32) == NULL);
	learn_table_fini(&t);
}

/* Behind what is found first stands the next one; but not what has gone, or came in its place. */
TEST(learn_table, rows_that_are_sought_in_their_order)
{
	struct learn_table t;

	learn_table_init(&t);
	CHECK(learn_table_seek(&t, IP4(10, 0, 0, 0), 24) == NULL);
	for (unsigned i = 0; i < 4; i++)
		REQUIRE(add(&t, IP4(10, 0, i, 0), 24, i));
	for (unsigned i = 0; i < 4; i++) {
		CHECK(learn_table_seek(&t, IP4(10, 0, i, 0), 24) == learn_table_row(&t, i));
		CHECK(learn_table_seek(&t, IP4(10, 1, i, 0), 24) == NULL);
		CHECK(learn_table_seek(&t, IP4(10, 0, i, 0), 25) == NULL);
	}
	learn_table_del(&t, learn_table_row(&t, 1));
	CHECK(learn_table_seek(&t, IP4(10, 0, 0, 0), 24) == learn_table_row(&t, 0));
	CHECK(learn_table_seek(&t, IP4(10, 0, 1, 0), 24) == NULL);
	REQUIRE(add(&t, IP4(10, 0, 1, 0), 25, 1));
	CHECK(learn_table_seek(&t, IP4(10, 0, 1, 0), 24) == NULL);
	CHECK(learn_table_seek(&t, IP4(10, 0, 1, 0), 25) == learn_table_row(&t, 1));
	CHECK(learn_table_seek(&t, IP4(10, 0, 3, 0), 24) == learn_table_row(&t, 3));
	learn_table_fini(&t);
}

/* --- size ------------------------------------------------------------------------------ */

static ip4_t nth(unsigned i) { return IP4(10, 0, 0, 0) + 2 * i; }

/* Places of 16 bits end at 32,767 rows; nothing else does. */
TEST(learn_table, a_hundred_thousand_rows)
{
	unsigned n = 100000, wrong = 0;
	struct learn_table t;

	learn_table_init(&t);
	for (unsigned i = 0; i < n; i++)
		REQUIRE(add(&t, nth(i), 31, i));
	CHECK_EQ(t.count, n);
	for (unsigned i = 0; i < n; i++) {
		const struct learned *r = learn_table_match(&t, nth(i) + 1, 0, 32);

		wrong += !r || r->metric != i;
	}
	CHECK(learn_table_match(&t, nth(n), 0, 32) == NULL);
	for (unsigned i = 0; i < n; i += 2)
		learn_table_del(&t, learn_table_find(&t, nth(i), 31));
	for (unsigned i = 0; i < n; i++)
		wrong += !learn_table_find(&t, nth(i), 31) != (i % 2 == 0);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(t.count, n / 2);
	learn_table_fini(&t);
}

/* With what the allocator adds. */
static size_t bytes_of(const struct learn_table *t)
{
	size_t n = sizeof(*t) + malloc_usable_size(t->pages) +
		   malloc_usable_size(t->index.buckets) +
		   malloc_usable_size(t->instants.at) + 4 * sizeof(size_t);

	for (uint32_t i = 0; i * LEARN_PAGE < t->n_rows; i++)
		n += malloc_usable_size(t->pages[i]) + sizeof(size_t);
	return n;
}

/* From 1,900 on: a lab of 1,000 routers has that many prefixes. */
TEST(learn_table, a_row_takes_at_most_sixteen_bytes)
{
	struct learn_table t;
	unsigned over = 0;

	learn_table_init(&t);
	for (unsigned i = 0; i < 32000; i++) {
		REQUIRE(add(&t, nth(i), 31, i));
		over += i >= 1900 && bytes_of(&t) > 16 * t.count;
	}
	CHECK_EQ(over, 0);
	learn_table_fini(&t);
}

/* --- what is expected -------------------------------------------------------------------- */

/* n rows more, from the first on; the index stays where it is. */
static void add_expected(struct learn_table *t, unsigned first, unsigned n)
{
	const uint64_t *buckets;
	unsigned moved = 0;

	learn_table_expect(t, first + n);
	buckets = t->index.buckets;
	for (unsigned i = first; i < first + n; i++) {
		REQUIRE(add(t, nth(i), 31, i));
		moved += t->index.buckets != buckets;
	}
	CHECK_EQ(moved, 0);
}

TEST(learn_table, expected_rows_make_the_index_once)
{
	struct learn_table t;
	unsigned wrong = 0;

	learn_table_init(&t);
	learn_table_expect(&t, 0);
	CHECK(t.index.buckets == NULL);
	add_expected(&t, 0, 5);
	add_expected(&t, 5, 1932);
	CHECK(bytes_of(&t) <= 16 * t.count);
	add_expected(&t, 1937, 30000);
	add_expected(&t, 31937, 8000);            /* places of 32 bits */
	for (unsigned i = 0; i < t.count; i++) {
		const struct learned *r = learn_table_find(&t, nth(i), 31);

		wrong += !r || r->metric != i;
	}
	CHECK_EQ(wrong, 0);
	learn_table_fini(&t);
}

/* Nor do fewer than there are, or as many, change a thing. */
TEST(learn_table, fewer_than_expected_take_nothing_away)
{
	struct learn_table t;
	const uint64_t *buckets;

	learn_table_init(&t);
	add_expected(&t, 0, 1000);
	buckets = t.index.buckets;
	learn_table_expect(&t, 3);
	learn_table_expect(&t, 1000);
	CHECK(t.index.buckets == buckets);
	CHECK(learn_table_find(&t, nth(999), 31) != NULL);
	learn_table_fini(&t);
}
