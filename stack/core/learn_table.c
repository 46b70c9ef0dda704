// SPDX-License-Identifier: MIT
#include "stack/core/learn_table.h"

#include <stdlib.h>
#include <string.h>

#define PAGES_STEP 8

void learn_table_init(struct learn_table *t, struct prefix_pool *prefixes)
{
	*t = (struct learn_table){ .prefixes = prefixes };
}

void learn_table_fini(struct learn_table *t)
{
	for (prefix_num n = 0; learn_table_next(t, &n); n++)
		prefix_pool_put(t->prefixes, n);
	for (uint32_t i = 0; i < t->n_pages; i++)
		free(t->pages[i]);
	free(t->pages);
	free(t->instants.at);
	learn_table_init(t, t->prefixes);
}

struct learned *learn_table_next(const struct learn_table *t, prefix_num *n)
{
	while (*n / LEARN_PAGE < t->n_pages) {
		struct learned *page = t->pages[*n / LEARN_PAGE];

		if (page && page[*n % LEARN_PAGE].nexthops)
			return &page[*n % LEARN_PAGE];
		*n = page ? *n + 1 : (*n / LEARN_PAGE + 1) * LEARN_PAGE;
	}
	return NULL;
}

/* --- rows ------------------------------------------------------------------------ */

struct learned *learn_table_page(struct learn_table *t, uint32_t page)
{
	if (page >= t->n_pages) {
		uint32_t n = page + PAGES_STEP;
		struct learned **pages = realloc(t->pages, n * sizeof(*pages));

		if (!pages)
			return NULL;
		memset(pages + t->n_pages, 0, (n - t->n_pages) * sizeof(*pages));
		t->pages = pages;
		t->n_pages = n;
	}
	t->pages[page] = calloc(LEARN_PAGE, sizeof(struct learned));
	return t->pages[page];
}

void learn_table_del(struct learn_table *t, prefix_num n)
{
	struct learned *row = learn_table_at(t, n);
	unsigned len = prefix_pool_at(t->prefixes, n)->len;

	row->nexthops = 0;
	t->fresh -= row->round == t->round;
	t->count--;
	if (--t->n_of_len[len] == 0)
		t->lens &= ~((uint64_t)1 << len);
	prefix_pool_put(t->prefixes, n);
}

static bool page_is_used(const struct learned *page)
{
	unsigned used = 0;

	for (unsigned i = 0; i < LEARN_PAGE; i++)
		used |= page[i].nexthops;
	return used != 0;
}

void learn_table_trim(struct learn_table *t)
{
	for (uint32_t i = 0; i < t->n_pages; i++) {
		if (!t->pages[i] || page_is_used(t->pages[i]))
			continue;
		free(t->pages[i]);
		t->pages[i] = NULL;
	}
}

/* --- the longest match ------------------------------------------------------------- */

struct learned *learn_table_match(const struct learn_table *t, ip4_t a, unsigned min,
				  unsigned max, prefix_num *n)
{
	uint64_t lens = t->lens & (((uint64_t)2 << max) - ((uint64_t)1 << min));
	struct learned *r = NULL;

	while (lens && !r) {
		unsigned len = 63 - (unsigned)__builtin_clzll(lens);

		*n = prefix_pool_find(t->prefixes, a & ip4_mask(len), len);
		r = *n == PREFIX_NONE ? NULL : learn_table_at(t, *n);
		lens &= ~((uint64_t)1 << len);
	}
	return r;
}
