/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_LEARN_TABLE_H
#define STACK_CORE_LEARN_TABLE_H
/*
 * What one protocol of a stack learned: a row of 8 bytes a prefix, at the prefix's
 * number in the pool that stacks share (core/prefix_pool.h).  Rows are in pages, which
 * are made when they are first used, so that a stack pays for what it has, not
 * for what others have.
 *
 * The longest match asks the pool for each prefix length that there is here; a
 * network has few.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/learn_since.h"
#include "stack/core/nexthop.h"
#include "stack/core/prefix_pool.h"
#include "stack/util/addr.h"
#include "stack/util/cc.h"

struct learned {
	uint32_t metric;
	nexthops_id nexthops;             /* 0: there is no such route */
	uint16_t round : 1;               /* the table's, when it was learned */
	uint16_t since : LEARN_INSTANTS_BITS;     /* learn_table_since() */
};
static_assert(sizeof(struct learned) == 8, "there are millions of them");

#define LEARN_PAGE 32                     /* rows */

struct learn_table {
	struct prefix_pool *prefixes;     /* the stack's; each row holds its prefix */
	struct learned **pages;           /* by number / LEARN_PAGE; NULL: no row was used */
	uint32_t n_pages;
	uint32_t count;
	uint32_t fresh;                   /* rows of this round */
	bool round;                       /* of the two, see route_relearn_begin() */
	struct learn_instants instants;
	uint64_t lens;                    /* bit n: there is a prefix of length n */
	uint32_t n_of_len[33];
};

void learn_table_init(struct learn_table *t, struct prefix_pool *prefixes);
void learn_table_fini(struct learn_table *t);             /* ready for use again */

static inline ns_t learn_table_since(const struct learn_table *t, const struct learned *r)
{
	return t->instants.at[r->since] * LEARN_SINCE;
}

/* NULL: there is none. */
static inline struct learned *learn_table_at(const struct learn_table *t, prefix_num n)
{
	struct learned *page = n / LEARN_PAGE < t->n_pages ? t->pages[n / LEARN_PAGE] : NULL;

	return page && page[n % LEARN_PAGE].nexthops ? &page[n % LEARN_PAGE] : NULL;
}

/* The row of number *n or of the next one that there is, which *n is then; or NULL. */
struct learned *learn_table_next(const struct learn_table *t, prefix_num *n);

struct learned *learn_table_page(struct learn_table *t, uint32_t page) must_check; /* place's */

/* A place for the row, which stays there.  NULL: no memory. */
static inline struct learned *learn_table_place(struct learn_table *t, prefix_num n)
{
	struct learned *page = n / LEARN_PAGE < t->n_pages ? t->pages[n / LEARN_PAGE] : NULL;

	if (unlikely(!page))
		page = learn_table_page(t, n / LEARN_PAGE);
	return page ? &page[n % LEARN_PAGE] : NULL;
}
/* n, which has none yet, gets a row in its place: the caller sets all but round, and nexthops
 * not to 0.  The caller has a reference of n; the row takes another. */
static inline void learn_table_add(struct learn_table *t, prefix_num n, struct learned *place)
{
	unsigned len = prefix_pool_hold(t->prefixes, n)->len;

	place->round = t->round;
	t->fresh++;
	t->count++;
	if (t->n_of_len[len]++ == 0)
		t->lens |= (uint64_t)1 << len;
}
/* The row was learned again. */
static inline void learn_table_renew(struct learn_table *t, struct learned *row)
{
	t->fresh += row->round != t->round;
	row->round = t->round;
}
/* Its place stays.  The prefix may be gone with it. */
void learn_table_del(struct learn_table *t, prefix_num n);
/* Gives back pages that have no rows. */
void learn_table_trim(struct learn_table *t);

/* The longest prefix that holds a, of at least min and at most max bits, and its number;
 * or NULL. */
struct learned *learn_table_match(const struct learn_table *t, ip4_t a, unsigned min,
				  unsigned max, prefix_num *n);

#endif
