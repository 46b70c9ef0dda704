// SPDX-License-Identifier: GPL-3.0-or-later
/* The rows of what is learned, against a list; how much memory they take. */
#include "stack/core/learn_table.h"

#include <malloc.h>
#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* The caller has no reference of the prefix afterwards. */
static bool add(struct learn_table *t, ip4_t key, unsigned len, uint32_t metric)
{
	prefix_num n = prefix_pool_get(t->prefixes, key, len);
	struct learned *r = n == PREFIX_NONE ? NULL : learn_table_place(t, n);

	if (r) {
		learn_table_add(t, n, r);
		r->metric = metric;
		r->nexthops = (nexthops_id)(1 + metric % 7);
	}
	if (n != PREFIX_NONE)
		prefix_pool_put(t->prefixes, n);
	return r != NULL;
}

static struct learned *find(const struct learn_table *t, ip4_t key, unsigned len)
{
	prefix_num n = prefix_pool_find(t->prefixes, key, len);

	return n == PREFIX_NONE ? NULL : learn_table_at(t, n);
}

static void del(struct learn_table *t, ip4_t key, unsigned len)
{
	learn_table_del(t, prefix_pool_find(t->prefixes, key, len));
}

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

static void random_change(struct learn_table *t, struct model *m, struct rng *rng, unsigned i)
{
	unsigned len = rng_below(rng, 33), most = i / 2000 % 2 ? 40 : MODEL_MAX;
	ip4_t key = random_addr(rng) & ip4_mask(len);
	struct model_row *r = model_find(m, key, len);
	struct learned *l = find(t, key, len);

	CHECK_EQ(l != NULL, r != NULL);
	if (r) {
		CHECK_EQ(l->metric, r->metric);
		del(t, key, len);
		*r = m->r[--m->n];
	} else if (m->n < most) {
		REQUIRE(add(t, key, len, i));
		m->r[m->n++] = (struct model_row){ key, len, i };
	} else {
		r = &m->r[rng_below(rng, m->n)];
		del(t, r->key, r->len);
		*r = m->r[--m->n];
	}
}

static unsigned count_rows(const struct learn_table *t)
{
	unsigned n = 0;

	for (prefix_num i = 0; learn_table_next(t, &i); i++)
		n++;
	return n;
}

static bool matches(const struct learn_table *t, const struct model *m, struct rng *rng)
{
	ip4_t a = random_addr(rng);
	unsigned min = rng_below(rng, 33), max = min + rng_below(rng, 33 - min);
	const struct model_row *want = model_match(m, a, min, max);
	prefix_num n;
	const struct learned *got = learn_table_match(t, a, min, max, &n);

	if (!want || !got)
		return !want && !got;
	return prefix_pool_at(t->prefixes, n)->key == want->key && got == learn_table_at(t, n) &&
	       prefix_pool_at(t->prefixes, n)->len == want->len && got->metric == want->metric;
}

/* Two stacks, of which each has half of the prefixes; the first changes after the second. */
TEST(learn_table, tables_of_one_pool_agree_with_lists)
{
	struct model *m = calloc(2, sizeof(*m));
	struct prefix_pool pool;
	struct learn_table t[2];
	unsigned wrong = 0;
	struct rng rng;

	REQUIRE(m != NULL);
	prefix_pool_init(&pool);
	learn_table_init(&t[0], &pool);
	learn_table_init(&t[1], &pool);
	rng_init(&rng, 7, "rows");
	for (unsigned i = 0; i < 20000; i++) {
		random_change(&t[i % 2], &m[i % 2], &rng, i);
		for (unsigned k = 0; k < 4; k++)
			wrong += !matches(&t[k % 2], &m[k % 2], &rng);
		if (i % 100 == 0)
			learn_table_trim(&t[i / 100 % 2]);
		for (unsigned k = 0; k < 2; k++)
			wrong += t[k].count != m[k].n ||
				 (i % 100 == 0 && count_rows(&t[k]) != m[k].n);
	}
	CHECK_EQ(wrong, 0);
	CHECK(m[0].n > 20 && m[1].n > 20);
	CHECK(prefix_pool_end(&pool) <= 2 * MODEL_MAX);
	while (m[0].n--)
		del(&t[0], m[0].r[m[0].n].key, m[0].r[m[0].n].len);
	CHECK_EQ(t[0].count, 0);
	CHECK_EQ(t[0].lens, 0);
	CHECK_EQ(pool.n, m[1].n);                 /* the other's are there */
	learn_table_fini(&t[0]);
	learn_table_fini(&t[1]);
	CHECK_EQ(pool.n, 0);
	prefix_pool_fini(&pool);
	free(m);
}

TEST(learn_table, all_lengths_of_one_address_are_apart)
{
	struct prefix_pool pool;
	struct learn_table t;
	prefix_num n;

	prefix_pool_init(&pool);
	learn_table_init(&t, &pool);
	for (unsigned len = 0; len <= 32; len++)
		REQUIRE(add(&t, 0, len, len));
	for (unsigned len = 0; len <= 32; len++) {
		REQUIRE(find(&t, 0, len) != NULL);
		CHECK_EQ(find(&t, 0, len)->metric, len);
		REQUIRE(learn_table_match(&t, ~ip4_mask(len), 0, 32, &n));
		CHECK_EQ(prefix_pool_at(&pool, n)->len, len);
		REQUIRE(learn_table_match(&t, 0, 0, len, &n));
		CHECK_EQ(prefix_pool_at(&pool, n)->len, len);
	}
	CHECK(learn_table_match(&t, UINT32_MAX, 1, 32, &n) == NULL);
	learn_table_fini(&t);
	prefix_pool_fini(&pool);
}

/* --- size ------------------------------------------------------------------------------ */

static ip4_t nth(unsigned i) { return IP4(10, 0, 0, 0) + 2 * i; }

TEST(learn_table, a_hundred_thousand_rows)
{
	unsigned n = 100000, wrong = 0;
	struct prefix_pool pool;
	struct learn_table t;
	prefix_num at;

	prefix_pool_init(&pool);
	learn_table_init(&t, &pool);
	for (unsigned i = 0; i < n; i++)
		REQUIRE(add(&t, nth(i), 31, i));
	CHECK_EQ(t.count, n);
	for (unsigned i = 0; i < n; i++) {
		const struct learned *r = learn_table_match(&t, nth(i) + 1, 0, 32, &at);

		wrong += !r || r->metric != i;
	}
	CHECK(learn_table_match(&t, nth(n), 0, 32, &at) == NULL);
	for (unsigned i = 0; i < n; i += 2)
		del(&t, nth(i), 31);
	for (unsigned i = 0; i < n; i++)
		wrong += !find(&t, nth(i), 31) != (i % 2 == 0);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(t.count, n / 2);
	learn_table_fini(&t);
	prefix_pool_fini(&pool);
}

/* With what the allocator adds. */
static size_t bytes_of(const struct learn_table *t)
{
	size_t n = sizeof(*t) + malloc_usable_size(t->pages) +
		   malloc_usable_size(t->instants.at) + 3 * sizeof(size_t);

	for (uint32_t i = 0; i < t->n_pages; i++)
		if (t->pages[i])
			n += malloc_usable_size(t->pages[i]) + sizeof(size_t);
	return n;
}

/* From 1,900 on: a lab of 1,000 routers has that many prefixes. */
TEST(learn_table, a_row_takes_at_most_nine_bytes)
{
	struct prefix_pool pool;
	struct learn_table t;
	unsigned over = 0;

	prefix_pool_init(&pool);
	learn_table_init(&t, &pool);
	for (unsigned i = 0; i < 32000; i++) {
		REQUIRE(add(&t, nth(i), 31, i));
		over += i >= 1900 && bytes_of(&t) > 9 * t.count;
	}
	CHECK_EQ(over, 0);
	learn_table_fini(&t);
	prefix_pool_fini(&pool);
}

/* Of the prefixes of many others, a stack pays for its own. */
TEST(learn_table, a_stack_with_few_routes_has_few_pages)
{
	struct learn_table all, few;
	struct prefix_pool pool;
	unsigned pages = 0;

	prefix_pool_init(&pool);
	learn_table_init(&all, &pool);
	learn_table_init(&few, &pool);
	for (unsigned i = 0; i < 20000; i++)
		REQUIRE(add(&all, nth(i), 31, i));
	for (unsigned i = 10000; i < 10500; i++)
		REQUIRE(add(&few, nth(i), 31, i));
	for (uint32_t i = 0; i < few.n_pages; i++)
		pages += few.pages[i] != NULL;
	CHECK_EQ(pages, 500 / LEARN_PAGE + 2);
	CHECK(bytes_of(&few) < 16 * 500);
	for (unsigned i = 10010; i < 10500; i++)
		del(&few, nth(i), 31);
	learn_table_trim(&few);
	pages = 0;
	for (uint32_t i = 0; i < few.n_pages; i++)
		pages += few.pages[i] != NULL;
	CHECK_EQ(pages, 1);
	CHECK(find(&few, nth(10009), 31) && !find(&few, nth(10010), 31));
	CHECK_EQ(count_rows(&few), 10);
	learn_table_fini(&few);
	learn_table_fini(&all);
	prefix_pool_fini(&pool);
}
