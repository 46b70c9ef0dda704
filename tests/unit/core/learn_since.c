// SPDX-License-Identifier: GPL-3.0-or-later
/* When rows changed last. */
#include "stack/core/learn_since.h"

#include "stack/core/learn_table.h"
#include "tests/unit/test.h"

static ip4_t nth(unsigned i) { return IP4(10, 0, 0, 0) + 2 * i; }

static void change(struct learn_table *t, struct learned *r, uint32_t at)
{
	uint16_t since = learn_since_number(t, at);

	r->nexthops = 1;
	r->since = since & (LEARN_INSTANTS - 1);
}

static struct learned *add(struct learn_table *t, unsigned i, uint32_t at)
{
	struct learned *r = learn_table_add(t, nth(i), 31);

	REQUIRE(r != NULL);
	change(t, r, at);
	return r;
}

TEST(learn_since, as_many_instants_as_there_is_room_for_are_exact)
{
	unsigned wrong = 0;
	struct learn_table t;

	learn_table_init(&t);
	for (unsigned i = 0; i < 3 * LEARN_INSTANTS; i++)
		(void)add(&t, i, i / 3);
	for (unsigned i = 0; i < 3 * LEARN_INSTANTS; i++)
		wrong += learn_table_since(&t, learn_table_find(&t, nth(i), 31)) != i / 3;
	CHECK_EQ(wrong, 0);
	CHECK_EQ(t.instants.n, LEARN_INSTANTS);
	learn_table_fini(&t);
}

/* Told later than it was, never earlier, and nothing of the last ones. */
TEST(learn_since, of_more_the_older_ones_are_told_less_exactly)
{
	enum { N = 5000 };
	unsigned wrong = 0, late = 0;
	struct learn_table t;

	learn_table_init(&t);
	for (unsigned i = 0; i < N; i++)
		(void)add(&t, i, 10 * i);
	for (unsigned i = 0; i < N; i++) {
		uint32_t since = learn_table_since(&t, learn_table_find(&t, nth(i), 31));

		wrong += since < 10 * i || since > 10 * N;
		wrong += i >= N - LEARN_INSTANTS / 4 && since != 10 * i;
		wrong += i && since < learn_table_since(&t, learn_table_find(&t, nth(i - 1), 31));
		late += since > 10 * i;
	}
	CHECK_EQ(wrong, 0);
	CHECK(late > 0);
	learn_table_fini(&t);
}

TEST(learn_since, an_instant_that_no_row_has_any_more_takes_no_room)
{
	struct learn_table t;
	struct learned *old, *r;

	learn_table_init(&t);
	old = add(&t, 0, 7);
	r = add(&t, 1, 8);
	for (uint32_t at = 9; at < 10000; at++)
		change(&t, r, at);
	CHECK_EQ(t.instants.cap, 16);
	CHECK_EQ(learn_table_since(&t, old), 7);
	CHECK_EQ(learn_table_since(&t, r), 9999);
	learn_table_fini(&t);
}
