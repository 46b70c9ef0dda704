// SPDX-License-Identifier: GPL-3.0-or-later
/* When rows changed last. */
#include "stack/core/learn_since.h"

#include "stack/core/learn_table.h"
#include "tests/unit/test.h"

static ip4_t nth(unsigned i) { return IP4(10, 0, 0, 0) + 2 * i; }

/* at: in units of LEARN_SINCE. */
static void change(struct learn_table *t, struct learned *r, uint32_t at)
{
	uint16_t since = learn_since_number(t, at * LEARN_SINCE);

	r->nexthops = 1;
	r->since = since & (LEARN_INSTANTS - 1);
}

static struct learned *add(struct learn_table *t, unsigned i, uint32_t at)
{
	prefix_num n = prefix_pool_get(t->prefixes, nth(i), 31);
	struct learned *r = n == PREFIX_NONE ? NULL : learn_table_place(t, n);

	REQUIRE(r != NULL);
	learn_table_add(t, n, r);
	prefix_pool_put(t->prefixes, n);
	change(t, r, at);
	return r;
}

static uint32_t since_of(const struct learn_table *t, unsigned i)
{
	prefix_num n = prefix_pool_find(t->prefixes, nth(i), 31);
	ns_t since = n == PREFIX_NONE ? -1 : learn_table_since(t, learn_table_at(t, n));

	CHECK(since >= 0 && since % LEARN_SINCE == 0);
	return (uint32_t)(since / LEARN_SINCE);
}

struct rows { struct prefix_pool pool; struct learn_table t; };

static void rows_init(struct rows *r)
{
	prefix_pool_init(&r->pool);
	learn_table_init(&r->t, &r->pool);
	REQUIRE(learn_since_reserve(&r->t));
}

static void rows_fini(struct rows *r)
{
	learn_table_fini(&r->t);
	prefix_pool_fini(&r->pool);
}

TEST(learn_since, as_many_instants_as_there_is_room_for_are_exact)
{
	unsigned wrong = 0;
	struct rows r;

	rows_init(&r);
	for (unsigned i = 0; i < 3 * LEARN_INSTANTS; i++)
		(void)add(&r.t, i, i / 3);
	for (unsigned i = 0; i < 3 * LEARN_INSTANTS; i++)
		wrong += since_of(&r.t, i) != i / 3;
	CHECK_EQ(wrong, 0);
	CHECK_EQ(r.t.instants.n, LEARN_INSTANTS);
	rows_fini(&r);
}

/* Told later than it was, never earlier, and nothing of the last ones. */
TEST(learn_since, of_more_the_older_ones_are_told_less_exactly)
{
	enum { N = 5000 };
	unsigned wrong = 0, late = 0;
	struct rows r;

	rows_init(&r);
	for (unsigned i = 0; i < N; i++)
		(void)add(&r.t, i, 10 * i);
	for (unsigned i = 0; i < N; i++) {
		uint32_t since = since_of(&r.t, i);

		wrong += since < 10 * i || since > 10 * N;
		wrong += i >= N - LEARN_INSTANTS / 4 && since != 10 * i;
		wrong += i && since < since_of(&r.t, i - 1);
		late += since > 10 * i;
	}
	CHECK_EQ(wrong, 0);
	CHECK(late > 0);
	rows_fini(&r);
}

TEST(learn_since, an_instant_that_no_row_has_any_more_takes_no_room)
{
	struct rows r;
	struct learned *old, *row;

	rows_init(&r);
	old = add(&r.t, 0, 7);
	row = add(&r.t, 1, 8);
	for (uint32_t at = 9; at < 10000; at++)
		change(&r.t, row, at);
	CHECK_EQ(r.t.instants.cap, 16);
	CHECK_EQ(learn_table_since(&r.t, old), 7 * LEARN_SINCE);
	CHECK_EQ(learn_table_since(&r.t, row), 9999 * LEARN_SINCE);
	rows_fini(&r);
}
