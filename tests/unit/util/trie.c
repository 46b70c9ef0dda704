// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/util/trie.h"

#include <stdlib.h>

#include "stack/util/err.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* The same table as a list, searched from end to end. */
struct row { ip4_t key; unsigned len; uint32_t value; };
struct model { struct row rows[512]; unsigned n; };

static struct row *model_find(struct model *m, ip4_t key, unsigned len)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->rows[i].len == len && m->rows[i].key == (key & ip4_mask(len)))
			return &m->rows[i];
	return NULL;
}

static uint32_t model_del(struct model *m, ip4_t key, unsigned len)
{
	struct row *row = model_find(m, key, len);
	uint32_t value = row ? row->value : 0;

	if (row)
		*row = m->rows[--m->n];
	return value;
}

static void model_set(struct model *m, ip4_t key, unsigned len, uint32_t value)
{
	struct row *row = model_find(m, key, len);

	if (!row)
		row = &m->rows[m->n++];
	*row = (struct row){ key & ip4_mask(len), len, value };
}

static struct row model_lookup(const struct model *m, ip4_t a)
{
	struct row best = { 0, 0, 0 };

	for (unsigned i = 0; i < m->n; i++) {
		const struct row *row = &m->rows[i];

		if (ip4_in(a, row->key, row->len) && (!best.value || row->len > best.len))
			best = *row;
	}
	return best;
}

static int by_prefix(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (int)x->len - (int)y->len;
}

/* What holds between any two calls, whatever was set and removed. */
static bool is_sound(const struct trie *t)
{
	uint32_t freed = 0, values = 0;

	for (uint32_t i = t->free; i; i = t->nodes[i].child[0])
		freed++;
	for (struct trie_iter it = trie_iter_init(t); trie_iter_next(&it);)
		values++;
	return values == t->count && (t->n ? t->n - freed : 0) <= 2 * t->count + 1;
}

static bool same_walk(const struct trie *t, struct model *m)
{
	struct trie_iter it = trie_iter_init(t);
	unsigned i = 0;

	qsort(m->rows, m->n, sizeof(m->rows[0]), by_prefix);
	while (trie_iter_next(&it)) {
		const struct row *row = &m->rows[i];

		if (i++ >= m->n || it.key != row->key || it.len != row->len ||
		    it.value != row->value)
			return false;
	}
	return i == m->n && is_sound(t);
}

static uint32_t lookup_len(const struct trie *t, ip4_t a, unsigned *len)
{
	*len = 99;
	return trie_lookup(t, a, len);
}

TEST(trie, an_empty_one_finds_nothing_and_owns_nothing)
{
	struct trie t;
	struct trie_iter it;
	unsigned len = 99;

	trie_init(&t);
	it = trie_iter_init(&t);
	CHECK_EQ(trie_lookup(&t, IP4(10, 0, 0, 1), &len), 0);
	CHECK_EQ(len, 99);
	CHECK_EQ(trie_get(&t, 0, 0), 0);
	CHECK_EQ(trie_del(&t, 0, 0), 0);
	CHECK(!trie_iter_next(&it));
	CHECK(!t.nodes);
	trie_fini(&t);
}

TEST(trie, the_default_route_takes_what_nothing_else_does)
{
	struct trie t;
	unsigned len;

	trie_init(&t);
	CHECK_EQ(trie_set(&t, IP4(1, 2, 3, 4), 0, 5), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 0, 0, 0), 8, 6), OK);
	CHECK_EQ(lookup_len(&t, IP4(10, 1, 1, 1), &len), 6);
	CHECK_EQ(len, 8);
	CHECK_EQ(lookup_len(&t, IP4(11, 1, 1, 1), &len), 5);
	CHECK_EQ(len, 0);
	CHECK_EQ(trie_lookup(&t, IP4_BROADCAST, NULL), 5);
	trie_fini(&t);
}

TEST(trie, same_address_different_lengths_are_different_prefixes)
{
	struct trie t;
	unsigned len;

	trie_init(&t);
	CHECK_EQ(trie_set(&t, IP4(10, 100, 0, 0), 24, 24), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 100, 0, 0), 16, 16), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 100, 0, 0), 32, 32), OK);
	CHECK_EQ(lookup_len(&t, IP4(10, 100, 0, 0), &len), 32);
	CHECK_EQ(lookup_len(&t, IP4(10, 100, 0, 1), &len), 24);
	CHECK_EQ(len, 24);
	CHECK_EQ(lookup_len(&t, IP4(10, 100, 1, 0), &len), 16);
	CHECK_EQ(len, 16);
	CHECK_EQ(lookup_len(&t, IP4(10, 101, 0, 0), &len), 0);
	CHECK_EQ(trie_get(&t, IP4(10, 100, 0, 0), 17), 0);
	CHECK_EQ(trie_get(&t, IP4(10, 100, 0, 0), 24), 24);
	CHECK_EQ(t.count, 3);
	trie_fini(&t);
}

TEST(trie, host_routes_of_both_ends_of_the_space)
{
	struct trie t;

	trie_init(&t);
	CHECK_EQ(trie_set(&t, IP4_ANY, 32, 1), OK);
	CHECK_EQ(trie_set(&t, IP4_BROADCAST, 32, TRIE_VALUE_MAX), OK);
	CHECK_EQ(trie_lookup(&t, IP4_ANY, NULL), 1);
	CHECK_EQ(trie_lookup(&t, 1, NULL), 0);
	CHECK_EQ(trie_lookup(&t, IP4_BROADCAST, NULL), TRIE_VALUE_MAX);
	CHECK_EQ(trie_lookup(&t, IP4_BROADCAST - 1, NULL), 0);
	trie_fini(&t);
}

TEST(trie, setting_again_replaces)
{
	struct trie t;

	trie_init(&t);
	CHECK_EQ(trie_set(&t, IP4(10, 0, 0, 0), 8, 1), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 9, 9, 9), 8, 2), OK);      /* host bits are ignored */
	CHECK_EQ(t.count, 1);
	CHECK_EQ(trie_get(&t, IP4(10, 7, 7, 7), 8), 2);
	trie_fini(&t);
}

TEST(trie, removing_an_inner_prefix_leaves_those_below)
{
	struct trie t;

	trie_init(&t);
	CHECK_EQ(trie_set(&t, IP4(10, 0, 0, 0), 8, 8), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 1, 0, 0), 16, 16), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 1, 2, 0), 24, 24), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 1, 3, 0), 24, 25), OK);
	CHECK_EQ(trie_del(&t, IP4(10, 1, 0, 0), 16), 16);
	CHECK_EQ(trie_lookup(&t, IP4(10, 1, 2, 1), NULL), 24);
	CHECK_EQ(trie_lookup(&t, IP4(10, 1, 3, 1), NULL), 25);
	CHECK_EQ(trie_lookup(&t, IP4(10, 1, 4, 1), NULL), 8);
	CHECK_EQ(trie_del(&t, IP4(10, 1, 0, 0), 16), 0);
	CHECK(is_sound(&t));
	CHECK_EQ(trie_del(&t, IP4(10, 1, 2, 0), 24), 24);
	CHECK_EQ(trie_lookup(&t, IP4(10, 1, 3, 1), NULL), 25);
	CHECK(is_sound(&t));
	trie_fini(&t);
}

TEST(trie, a_branch_without_a_value_is_no_match)
{
	struct trie t;
	unsigned len;

	trie_init(&t);
	CHECK_EQ(trie_set(&t, IP4(10, 0, 0, 0), 24, 1), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 0, 1, 0), 24, 2), OK);
	CHECK_EQ(lookup_len(&t, IP4(10, 0, 0, 9), &len), 1);
	CHECK_EQ(lookup_len(&t, IP4(10, 0, 2, 9), &len), 0);
	CHECK_EQ(len, 99);
	CHECK_EQ(trie_get(&t, IP4(10, 0, 0, 0), 23), 0);
	CHECK_EQ(trie_del(&t, IP4(10, 0, 0, 0), 23), 0);
	CHECK_EQ(t.count, 2);
	trie_fini(&t);
}

TEST(trie, the_walk_is_by_address_then_length)
{
	static const struct row want[] = {
		{ IP4(0, 0, 0, 0), 0, 1 }, { IP4(10, 0, 0, 0), 8, 2 }, { IP4(10, 0, 0, 0), 24, 3 },
		{ IP4(10, 0, 0, 1), 32, 4 }, { IP4(10, 0, 1, 0), 24, 5 },
		{ IP4(192, 168, 0, 0), 16, 6 }, { IP4_BROADCAST, 32, 7 },
	};
	static const unsigned order[] = { 3, 6, 1, 0, 4, 2, 5 };
	struct trie t;
	struct trie_iter it;

	trie_init(&t);
	for (unsigned i = 0; i < 7; i++) {
		const struct row *r = &want[order[i]];

		CHECK_EQ(trie_set(&t, r->key, r->len, r->value), OK);
	}
	it = trie_iter_init(&t);
	for (unsigned i = 0; i < 7; i++) {
		REQUIRE(trie_iter_next(&it));
		CHECK_EQ(it.value, want[i].value);
		CHECK_EQ(it.key, want[i].key);
		CHECK_EQ(it.len, want[i].len);
	}
	CHECK(!trie_iter_next(&it));
	trie_fini(&t);
}

TEST(trie, the_deepest_nesting_walks_and_matches)
{
	struct trie t;
	struct trie_iter it;
	unsigned len;

	/* All ones at every length, and the sibling of each. */
	trie_init(&t);
	for (unsigned l = 0; l <= 32; l++) {
		CHECK_EQ(trie_set(&t, IP4_BROADCAST, l, l + 1), OK);
		if (l)
			CHECK_EQ(trie_set(&t, IP4_BROADCAST ^ 1u << (32 - l), l, l + 100), OK);
	}
	it = trie_iter_init(&t);
	for (unsigned i = 0; i < 65; i++)
		CHECK(trie_iter_next(&it));
	CHECK(!trie_iter_next(&it));
	for (unsigned l = 1; l <= 32; l++) {
		CHECK_EQ(lookup_len(&t, IP4_BROADCAST ^ 1u << (32 - l), &len), l + 100);
		CHECK_EQ(len, l);
	}
	CHECK_EQ(lookup_len(&t, IP4_BROADCAST, &len), 33);
	trie_fini(&t);
}

TEST(trie, an_idle_host_spends_a_few_hundred_bytes)
{
	struct trie t;

	trie_init(&t);
	CHECK_EQ(trie_set(&t, 0, 0, 1), OK);
	CHECK_EQ(trie_set(&t, IP4(127, 0, 0, 0), 8, 2), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 0, 1, 0), 24, 3), OK);
	CHECK_EQ(trie_set(&t, IP4(10, 0, 2, 0), 24, 4), OK);
	CHECK_EQ(sizeof(struct trie_node), 16);
	CHECK(t.cap * sizeof(struct trie_node) <= 256);
	trie_fini(&t);
}

TEST(trie, freed_nodes_are_used_again)
{
	struct trie t;
	uint32_t cap;

	trie_init(&t);
	for (uint32_t i = 0; i < 100; i++)
		CHECK_EQ(trie_set(&t, IP4(10, 0, i, 0), 24, i + 1), OK);
	cap = t.cap;
	for (uint32_t round = 0; round < 50; round++) {
		for (uint32_t i = 0; i < 100; i += 2)
			CHECK_EQ(trie_del(&t, IP4(10, 0, i, 0), 24), i + 1);
		for (uint32_t i = 0; i < 100; i += 2)
			CHECK_EQ(trie_set(&t, IP4(10, 0, i, 0), 24, i + 1), OK);
	}
	CHECK_EQ(t.cap, cap);
	for (uint32_t i = 0; i < 100; i++)
		CHECK_EQ(trie_del(&t, IP4(10, 0, i, 0), 24), i + 1);
	CHECK_EQ(t.count, 0);
	CHECK(is_sound(&t));
	CHECK_EQ(trie_lookup(&t, IP4(10, 0, 0, 1), NULL), 0);
	trie_fini(&t);
}

/* Few enough distinct prefixes that they nest, meet and are removed again. */
static ip4_t some_key(struct rng *r, unsigned style)
{
	uint32_t v = rng_u32(r);

	switch (style) {
	case 0:  return IP4(10, 100, v & 3, v >> 8 & 7);
	case 1:  return v & 0x80808080;                  /* bits far apart */
	case 2:  return v & 1 ? 0xffffffffu << (v >> 8 & 31) : ~(0xffffffffu << (v >> 8 & 31));
	default: return v;
	}
}

static void run_against_model(unsigned style, int ops)
{
	static struct model m;
	struct trie t;
	struct rng r;

	m.n = 0;
	trie_init(&t);
	rng_init(&r, style, "trie ops");
	for (int i = 0; i < ops; i++) {
		ip4_t key = some_key(&r, style);
		unsigned len = rng_below(&r, 33), got = 99;
		uint32_t value = 1 + rng_below(&r, TRIE_VALUE_MAX);
		bool grow = i / 1000 % 4 != 3;           /* every fourth stretch shrinks */
		struct row best;

		if (rng_below(&r, 8) < (grow ? 4u : 1u) && m.n < 500) {
			REQUIRE(trie_set(&t, key, len, value) == OK);
			model_set(&m, key, len, value);
		} else if (m.n && rng_below(&r, 2)) {
			struct row victim = m.rows[rng_below(&r, m.n)];

			REQUIRE(trie_del(&t, victim.key, victim.len) == victim.value);
			model_del(&m, victim.key, victim.len);
		} else {
			REQUIRE(trie_del(&t, key, len) == model_del(&m, key, len));
		}
		key = some_key(&r, style);
		best = model_lookup(&m, key);
		REQUIRE(trie_lookup(&t, key, &got) == best.value);
		REQUIRE(got == (best.value ? best.len : 99));
		REQUIRE(t.count == m.n);
		if (i % 97 == 0)
			REQUIRE(same_walk(&t, &m));
	}
	while (m.n) {
		struct row last = m.rows[m.n - 1];

		REQUIRE(trie_get(&t, last.key, last.len) == last.value);
		REQUIRE(trie_del(&t, last.key, last.len) == last.value);
		m.n--;
		REQUIRE(is_sound(&t));
	}
	trie_fini(&t);
}

TEST(trie, random_ops_on_close_prefixes_agree_with_a_linear_scan)
{
	run_against_model(0, 40000);
}

TEST(trie, random_ops_on_far_bits_agree_with_a_linear_scan)
{
	run_against_model(1, 20000);
}

TEST(trie, random_ops_on_runs_of_ones_agree_with_a_linear_scan)
{
	run_against_model(2, 20000);
}

TEST(trie, random_ops_anywhere_agree_with_a_linear_scan)
{
	run_against_model(3, 20000);
}
