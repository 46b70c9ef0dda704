/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_LEARN_TABLE_H
#define STACK_CORE_LEARN_TABLE_H
/*
 * What one protocol learned: a row of 12 bytes a prefix, in pages, and over the
 * rows an index by cuckoo hashing (Pagh and Rodler, 2004) with four places in a
 * bucket (Dietzfelbinger and Weidling, 2007), which fills up to 92 %.  A place
 * has the row's number and, in the bits left over, some of the hash, so that a
 * prefix that is not there costs two words of 64 bits and seldom a look at a
 * row.  Places are 16 bits wide up to 32,767 rows and 32 above.  The index
 * grows by an eighth: a prefix takes 12 + 2.2 to 2.5 bytes, and its share of
 * the last page's spare rows.
 *
 * The longest match asks for each prefix length that there is; a network has
 * few.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/learn_since.h"
#include "stack/core/nexthop.h"
#include "stack/util/addr.h"
#include "stack/util/cc.h"

struct learned {
	ip4_t key;
	uint32_t metric;
	nexthops_id nexthops;             /* 0: the row is free; metric is the next such */
	uint16_t len : 6;
	uint16_t round : 1;               /* the table's, when it was learned */
	uint16_t since : LEARN_INSTANTS_BITS;     /* learn_table_since() */
};
static_assert(sizeof(struct learned) == 12, "there are millions of them");

#define LEARN_SINCE ((ns_t)1 << 24)       /* 16.8 ms: 2.3 years fit; longer is shown as so much */
#define LEARN_PAGE 32                     /* rows */

struct learn_index {
	uint64_t *buckets;                /* of places: hash bits, row + 1; or 0 */
	uint64_t ones, high;              /* the lowest, the highest bit of each place */
	uint64_t tags;                    /* the hash bits of each place; the rest is the row's */
	uint64_t place;                   /* all bits of the first place */
	uint32_t n_buckets;
	uint32_t room;                    /* rows; it grows before there are more */
	uint8_t bits;                     /* of a place */
	uint8_t tag_shift;                /* hash bits from here on make the first place */
};

struct learn_table {
	struct learned **pages;
	uint32_t n_pages;
	uint32_t n_rows;                  /* used so far, free ones included */
	uint32_t free;                    /* first free row + 1; 0: none */
	uint32_t count;
	struct learn_index index;
	struct learn_instants instants;
	uint64_t lens;                    /* bit n: there is a prefix of length n */
	uint32_t n_of_len[33];
	uint32_t next;                    /* the row behind the one that was sought last */
	bool round;                       /* of the two, see route_relearn_begin() */
};

void learn_table_init(struct learn_table *t);
void learn_table_fini(struct learn_table *t);             /* ready for use again */

static inline struct learned *learn_table_row(const struct learn_table *t, uint32_t row)
{
	return &t->pages[row / LEARN_PAGE][row % LEARN_PAGE];
}

/* In units of LEARN_SINCE. */
static inline uint32_t learn_table_since(const struct learn_table *t, const struct learned *r)
{
	return t->instants.at[r->since];
}

/* Host bits of key are zero here and below.  NULL: there is none. */
struct learned *learn_table_find(const struct learn_table *t, ip4_t key, unsigned len);
/* The same, quicker where prefixes are sought in the order in which they were added. */
struct learned *learn_table_seek(struct learn_table *t, ip4_t key, unsigned len);
/* A new row, which must not be there yet and stays where it is: the caller sets
 * all but its prefix, and nexthops not to 0.  NULL: no memory, and nothing
 * changed. */
struct learned *learn_table_add(struct learn_table *t, ip4_t key, unsigned len) must_check;
/* There will be n prefixes in all, or more: the index is made for them at once.  Only a hint. */
void learn_table_expect(struct learn_table *t, uint32_t n);
void learn_table_del(struct learn_table *t, struct learned *row); /* never allocates */

/* The longest prefix that holds a, of at least min and at most max bits; or
 * NULL. */
struct learned *learn_table_match(const struct learn_table *t, ip4_t a, unsigned min,
				  unsigned max);

#endif
