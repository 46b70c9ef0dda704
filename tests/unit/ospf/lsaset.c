// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/ospf/ospf.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* The keys in order, as decimal digits. */
static const char *keys(const struct lsa_set *s, char *to)
{
	const struct lsa_set_row *row;
	char *at = to;

	for (uint32_t i = 0; (row = lsa_set_next(s, &i));)
		at += sprintf(at, "%" PRIu32 " ", row->key);
	*at = '\0';
	return to;
}

static void add(struct lsa_set *s, ospf_knum k) { REQUIRE(lsa_set_add(s, k, k) == OK); }

TEST(lsaset, keeps_the_order_of_insertion)
{
	struct lsa_set s = { 0 };
	char text[100];

	for (ospf_knum k = 5; k; k--)
		add(&s, k);
	CHECK_STR(keys(&s, text), "5 4 3 2 1 ");
	CHECK(lsa_set_del(&s, 4));
	CHECK(!lsa_set_del(&s, 4));
	CHECK(!lsa_set_has(&s, 4) && lsa_set_has(&s, 3));
	CHECK_STR(keys(&s, text), "5 3 2 1 ");
	CHECK_EQ(s.n, 4);
	lsa_set_clear(&s);
	CHECK_STR(keys(&s, text), "");
}

TEST(lsaset, adding_again_moves_to_the_end)
{
	struct lsa_set s = { 0 };
	char text[100];
	uint32_t i = 0;

	for (ospf_knum k = 1; k <= 3; k++)
		add(&s, k);
	REQUIRE(lsa_set_add(&s, 1, 77) == OK);
	CHECK_STR(keys(&s, text), "2 3 1 ");
	CHECK_EQ(s.n, 3);
	REQUIRE(lsa_set_add(&s, 1, 88) == OK);
	i = 3;                                    /* behind a gap and two others */
	CHECK_EQ(lsa_set_next(&s, &i)->at_ms, 88);
	lsa_set_clear(&s);
}

TEST(lsaset, empty_it_has_no_memory)
{
	struct lsa_set s = { 0 };

	for (ospf_knum k = 0; k < 100; k++)
		add(&s, k);
	for (ospf_knum k = 0; k < 100; k++)
		CHECK(lsa_set_del(&s, k));
	CHECK(!s.rows && !s.cap);
}

TEST(lsaset, all_may_be_deleted_during_a_walk)
{
	struct lsa_set s = { 0 };
	const struct lsa_set_row *row;
	unsigned n = 0;

	for (ospf_knum k = 0; k < 50; k++)
		add(&s, k);
	for (uint32_t i = 0; (row = lsa_set_next(&s, &i)); n++)
		CHECK(lsa_set_del(&s, row->key));
	CHECK_EQ(n, 50);
	CHECK(!s.rows);
}

/* Against an array in which everything is searched for. */
TEST(lsaset, behaves_as_an_array_would)
{
	enum { KEYS = 300 };
	struct lsa_set s = { 0 };
	struct lsa_set_row model[KEYS];
	struct rng rng;
	size_t n = 0;

	rng_init(&rng, 1, "lsaset");
	for (uint32_t t = 0; t < 60000; t++) {
		/* grows, shrinks to nothing, and again */
		bool adding = rng_below(&rng, 10) < ((t / 2000) % 2 ? 3u : 7u);
		ospf_knum k = rng_below(&rng, KEYS) * 64;
		const struct lsa_set_row *row;
		size_t at = 0;

		while (at < n && model[at].key != k)
			at++;
		CHECK_EQ(lsa_set_has(&s, k), at < n);
		if (!adding)
			CHECK_EQ(lsa_set_del(&s, k), at < n);
		else
			REQUIRE(lsa_set_add(&s, k, t) == OK);
		if (at < n)
			memmove(&model[at], &model[at + 1], (--n - at) * sizeof(*model));
		if (adding)
			model[n++] = (struct lsa_set_row){ k, t };
		REQUIRE(s.n == n);
		if (t % 50)
			continue;
		at = 0;
		for (uint32_t i = 0; (row = lsa_set_next(&s, &i)); at++) {
			REQUIRE(at < n);
			REQUIRE(row->key == model[at].key && row->at_ms == model[at].at_ms);
		}
		REQUIRE(at == n);
	}
	lsa_set_clear(&s);
}

TEST(lsaset, tells_what_was_added_since_the_mark)
{
	struct lsa_set s = { 0 };
	bool was_new = true;

	for (ospf_knum k = 0; k < 20; k++)
		add(&s, k);
	CHECK(lsa_set_take(&s, 3, &was_new) && was_new);
	lsa_set_mark(&s);
	add(&s, 7);                               /* again: it is new again */
	for (ospf_knum k = 100; k < 300; k++)     /* memory moves, gaps go */
		add(&s, k);
	CHECK(lsa_set_take(&s, 5, &was_new) && !was_new);
	CHECK(lsa_set_take(&s, 7, &was_new) && was_new);
	CHECK(lsa_set_take(&s, 250, &was_new) && was_new);
	CHECK(!lsa_set_take(&s, 250, &was_new));
	lsa_set_mark(&s);
	CHECK(lsa_set_take(&s, 251, &was_new) && !was_new);
	lsa_set_clear(&s);
}
