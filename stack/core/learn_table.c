// SPDX-License-Identifier: MIT
#include "stack/core/learn_table.h"

#include <stdlib.h>
#include <string.h>

#define PAGES_STEP 8
#define BUCKETS_FIRST 4
#define SHORT_ROW_BITS 15                 /* most in a place of 16 bits: one is of the hash then */
#define KICKS_MAX 100

void learn_table_init(struct learn_table *t)
{
	*t = (struct learn_table){ 0 };
}

void learn_table_fini(struct learn_table *t)
{
	for (uint32_t i = 0; i < t->n_pages; i++)
		free(t->pages[i]);
	free(t->pages);
	free(t->index.buckets);
	free(t->instants.at);
	learn_table_init(t);
}

/* --- the index ------------------------------------------------------------------ */

/* Where a prefix may be, and its hash bits in each place of a bucket (and others
 * in the row's). */
struct spot { uint32_t bucket[2]; uint64_t tags; };

static inline uint64_t hash_of(ip4_t key, unsigned len)
{
	unsigned __int128 m = (unsigned __int128)(key | (uint64_t)len << 32) * 0x9e3779b97f4a7c15u;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* The buckets are of the high bits of both halves, the tag of others. */
static inline struct spot spot_of(const struct learn_index *x, ip4_t key, unsigned len)
{
	uint64_t h = hash_of(key, len);

	return (struct spot){
		.bucket = { (uint32_t)((h >> 32) * x->n_buckets >> 32),
			    (uint32_t)((uint64_t)(uint32_t)h * x->n_buckets >> 32) },
		.tags = (h >> x->tag_shift & x->place) * x->ones,
	};
}

/* The highest bit of each place of w that is 0. */
static inline uint64_t zero_places(const struct learn_index *x, uint64_t w)
{
	return ~(((w & ~x->high) + ~x->high) | w) & x->high;
}

static inline uint32_t place_row(const struct learn_index *x, uint64_t place)
{
	return (uint32_t)(place & x->place & ~x->tags);
}

static inline unsigned place_shift(const struct learn_index *x, uint64_t zeros)
{
	return (unsigned)__builtin_ctzll(zeros) + 1 - x->bits;
}

/* The prefix in one of its two buckets: its row + 1, or 0; and how far up it is. */
static inline uint32_t bucket_find(const struct learn_table *t, uint64_t bucket, uint64_t tags,
				   ip4_t key, unsigned len, unsigned *shift)
{
	const struct learn_index *x = &t->index;
	uint64_t fit = zero_places(x, (bucket ^ tags) & x->tags);

	for (; fit; fit &= fit - 1) {
		unsigned at = place_shift(x, fit);
		uint32_t row = place_row(x, bucket >> at);
		const struct learned *r = row ? learn_table_row(t, row - 1) : NULL;

		if (!r || r->key != key || r->len != len)
			continue;
		*shift = at;
		return row;
	}
	return 0;
}

static inline uint32_t index_find(const struct learn_table *t, ip4_t key, unsigned len,
				  uint32_t *bucket, unsigned *shift)
{
	const struct learn_index *x = &t->index;
	struct spot s = spot_of(x, key, len);
	uint32_t row;

	*bucket = s.bucket[0];
	row = bucket_find(t, x->buckets[*bucket], s.tags, key, len, shift);
	if (row)
		return row;
	*bucket = s.bucket[1];
	return bucket_find(t, x->buckets[*bucket], s.tags, key, len, shift);
}

static inline struct learned *find(const struct learn_table *t, ip4_t key, unsigned len)
{
	uint32_t bucket, row;
	unsigned shift;

	row = index_find(t, key, len, &bucket, &shift);
	return row ? learn_table_row(t, row - 1) : NULL;
}

/* Into a free place of a bucket, if there is one. */
static bool bucket_put(struct learn_index *x, uint32_t bucket, uint64_t place)
{
	uint64_t *b = &x->buckets[bucket];
	uint64_t zeros = zero_places(x, *b & ~x->tags);

	if (zeros)
		*b |= place << place_shift(x, zeros);
	return zeros != 0;
}

static uint64_t bucket_swap(struct learn_index *x, uint32_t bucket, unsigned shift, uint64_t place)
{
	uint64_t *b = &x->buckets[bucket], was = *b >> shift & x->place;

	*b ^= (was ^ place) << shift;
	return was;
}

static uint32_t other_bucket(const struct learn_table *t, uint32_t bucket, uint64_t place)
{
	const struct learned *r = learn_table_row(t, place_row(&t->index, place) - 1);
	struct spot s = spot_of(&t->index, r->key, r->len);

	return s.bucket[0] == bucket ? s.bucket[1] : s.bucket[0];
}

/* Takes a place from another, which goes to its other bucket, and so on.  False:
 * that does not end, and all is as it was. */
static bool index_kick(struct learn_table *t, uint32_t bucket, uint64_t place)
{
	struct learn_index *x = &t->index;
	uint32_t path[KICKS_MAX];
	unsigned k;

	for (k = 0; k < KICKS_MAX; k++) {
		path[k] = bucket;
		place = bucket_swap(x, bucket, k * x->bits % 64, place);
		bucket = other_bucket(t, bucket, place);
		if (bucket_put(x, bucket, place))
			return true;
	}
	while (k-- > 0)
		place = bucket_swap(x, path[k], k * x->bits % 64, place);
	return false;
}

static bool index_put(struct learn_table *t, uint32_t row)
{
	const struct learned *r = learn_table_row(t, row);
	struct spot s = spot_of(&t->index, r->key, r->len);
	uint64_t place = (s.tags & t->index.tags & t->index.place) | (row + 1);

	return bucket_put(&t->index, s.bucket[0], place) ||
	       bucket_put(&t->index, s.bucket[1], place) || index_kick(t, s.bucket[1], place);
}

/* Hundredths of a row in a bucket for which it pays to look for a place; with two
 * places in a bucket, fewer.  Many rows at once find theirs sooner where more is left. */
static uint32_t bucket_room(const struct learn_index *x)
{
	return (x->bits == 16 ? 92 : 80) * (64u / x->bits);
}

static uint32_t bucket_room_at_once(const struct learn_index *x)
{
	return (x->bits == 16 ? 86 : 76) * (64u / x->bits);
}

static uint32_t index_larger(const struct learn_index *x)
{
	return x->n_buckets + x->n_buckets / 8 + BUCKETS_FIRST;
}

/* Of n buckets, with numbers of rows up to this one. */
static void index_shape(struct learn_index *x, uint32_t n, uint32_t row)
{
	unsigned row_bits = 32 - (unsigned)__builtin_clz(row + 1);
	bool wide = row_bits > SHORT_ROW_BITS;

	x->n_buckets = n;
	x->bits = wide ? 32 : 16;
	x->room = (uint32_t)((uint64_t)n * bucket_room(x) / 100);
	x->tag_shift = wide ? 16 : 32;
	x->ones = wide ? 0x0000000100000001u : 0x0001000100010001u;
	x->high = x->ones << (x->bits - 1);
	x->place = ((uint64_t)1 << x->bits) - 1;
	x->tags = ~((((uint64_t)1 << row_bits) - 1) * x->ones);
}

/* False: no memory (*full is false), or not all rows have a place in it; all is
 * as it was. */
static bool index_make(struct learn_table *t, uint32_t n, uint32_t row, bool *full)
{
	struct learn_index was = t->index;
	bool ok = true;

	index_shape(&t->index, n, row);
	t->index.buckets = calloc(n, sizeof(uint64_t));
	*full = t->index.buckets != NULL;
	for (uint32_t i = 0; *full && ok && i < t->n_rows; i++)
		if (learn_table_row(t, i)->nexthops)
			ok = index_put(t, i);
	if (*full && ok) {
		free(was.buckets);
		return true;
	}
	free(t->index.buckets);
	t->index = was;
	return false;
}

/* Of n buckets or as many more as it takes.  False: no memory. */
static bool index_grow(struct learn_table *t, uint32_t n, uint32_t row)
{
	bool full = true;

	while (full && !index_make(t, n, row, &full))
		n += n / 8 + 1;
	return full;
}

/* Room for one more row, this one. */
static bool index_reserve(struct learn_table *t, uint32_t row)
{
	const struct learn_index *x = &t->index;

	if (!x->n_buckets || t->count >= x->room)
		return index_grow(t, index_larger(x), row);
	return row + 1 == place_row(x, row + 1) || index_grow(t, x->n_buckets, row);
}

void learn_table_expect(struct learn_table *t, uint32_t n)
{
	uint32_t row = (n > t->n_rows ? n : t->n_rows) - 1;
	struct learn_index x;
	uint64_t buckets;

	if (!n)
		return;
	index_shape(&x, 0, row);
	buckets = (n * (uint64_t)100 + bucket_room_at_once(&x) - 1) / bucket_room_at_once(&x);
	if (!t->index.n_buckets || n > t->index.room ||
	    row + 1 != place_row(&t->index, row + 1))
		(void)index_grow(t, (uint32_t)buckets, row);      /* no memory: in steps, later */
}

/* --- rows ------------------------------------------------------------------------ */

/* A page for this row. */
static bool page_reserve(struct learn_table *t, uint32_t row)
{
	uint32_t n = row / LEARN_PAGE;

	if (n == t->n_pages) {
		struct learned **pages = realloc(t->pages, (n + PAGES_STEP) * sizeof(*pages));

		if (!pages)
			return false;
		memset(pages + n, 0, PAGES_STEP * sizeof(*pages));
		t->pages = pages;
		t->n_pages = n + PAGES_STEP;
	}
	if (!t->pages[n])
		t->pages[n] = calloc(LEARN_PAGE, sizeof(struct learned));
	return t->pages[n] != NULL;
}

/* The row that is taken next. */
static uint32_t row_next(const struct learn_table *t)
{
	return t->free ? t->free - 1 : t->n_rows;
}

/* False: there is no place for it. */
static bool row_put(struct learn_table *t, uint32_t row, ip4_t key, unsigned len)
{
	struct learned *r = learn_table_row(t, row), was = *r;

	*r = (struct learned){ .key = key, .len = len & 63 };
	if (!index_put(t, row)) {
		*r = was;
		return false;
	}
	if (t->free)
		t->free = was.metric;
	else
		t->n_rows++;
	return true;
}

struct learned *learn_table_add(struct learn_table *t, ip4_t key, unsigned len)
{
	uint32_t row = row_next(t);

	if (!learn_since_reserve(t) || !page_reserve(t, row) || !index_reserve(t, row))
		return NULL;
	while (!row_put(t, row, key, len))
		if (!index_grow(t, index_larger(&t->index), row))
			return NULL;
	t->count++;
	t->n_of_len[len]++;
	t->lens |= (uint64_t)1 << len;
	return learn_table_row(t, row);
}

void learn_table_del(struct learn_table *t, struct learned *r)
{
	unsigned shift = 0;
	uint32_t bucket, row = index_find(t, r->key, r->len, &bucket, &shift);

	(void)bucket_swap(&t->index, bucket, shift, 0);
	t->count--;
	if (--t->n_of_len[r->len] == 0)
		t->lens &= ~((uint64_t)1 << r->len);
	r->nexthops = 0;
	r->metric = t->free;
	t->free = row;
}

struct learned *learn_table_find(const struct learn_table *t, ip4_t key, unsigned len)
{
	return t->lens >> len & 1 ? find(t, key, len) : NULL;
}

struct learned *learn_table_seek(struct learn_table *t, ip4_t key, unsigned len)
{
	struct learned *r = t->next < t->n_rows ? learn_table_row(t, t->next) : NULL;
	uint32_t bucket, row;
	unsigned shift;

	if (r && r->key == key && r->len == len && r->nexthops) {
		t->next++;
		return r;
	}
	row = t->lens >> len & 1 ? index_find(t, key, len, &bucket, &shift) : 0;
	if (!row)
		return NULL;
	t->next = row;                    /* its number + 1 */
	return learn_table_row(t, row - 1);
}

struct learned *learn_table_match(const struct learn_table *t, ip4_t a, unsigned min,
				  unsigned max)
{
	uint64_t lens = t->lens & (((uint64_t)2 << max) - ((uint64_t)1 << min));
	struct learned *r = NULL;

	while (lens && !r) {
		unsigned len = 63 - (unsigned)__builtin_clzll(lens);

		r = find(t, a & ip4_mask(len), len);
		lens &= ~((uint64_t)1 << len);
	}
	return r;
}
