// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/evq.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"
#include "stack/util/cc.h"

#define ROOT 3                            /* so that four children share a cache line */
#define NEAR_MAX 32                       /* above this the heap spills into windows */
#define PER_WINDOW 48                     /* keys that a window has at most, about, */
#define PER_WINDOW_MIN 8                  /* of a queue that has few */
#define CHUNKS_AT_ONCE 64
#define RING_MIN 64
#define RING_MAX (1u << 17)
#define SHIFT_START 17                    /* 131 us */
#define SHIFT_MAX 40                      /* 18 minutes */
#define MANY 1024                         /* keys, whose events are out of the nearest caches */

/* Behind all others, where there is none. */
static const struct event_key never = { NS_NEVER, UINT64_MAX };

static inline size_t first_child(size_t i) { return 4 * (i - ROOT) + ROOT + 1; }
static inline size_t parent(size_t i) { return (i - ROOT - 1) / 4 + ROOT; }

static inline uint64_t window(const struct evq *q, ns_t at) { return (uint64_t)at >> q->shift; }

/* Room for n keys and, in a heap, the unused ones before the root. */
static slow_path void keys_grow(struct keys *v, size_t n)
{
	size_t cap = v->cap ? v->cap * 2 : 32;
	struct event_key *k;

	while (cap < n)
		cap *= 2;
	k = xaligned(64, cap * sizeof(*k));
	if (v->k)
		memcpy(k, v->k, v->cap * sizeof(*k));
	free(v->k);
	v->k = k;
	v->cap = cap;
}

static inline void keys_add(struct keys *v, struct event_key k)
{
	if (unlikely(v->n == v->cap))
		keys_grow(v, v->n + 1);
	v->k[v->n++] = k;
}

/* --- buckets ------------------------------------------------------------------- */

static_assert(sizeof(struct key_chunk) == 256, "a power of two");

static inline bool is_between_chunks(const struct event_key *end)
{
	return (uintptr_t)end % sizeof(struct key_chunk) == 0;
}

/* The one in which the next key before `end` is. */
static inline struct key_chunk *chunk_of(struct event_key *end)
{
	char *last = (char *)end - 1;

	return (struct key_chunk *)(void *)(last - (uintptr_t)last % sizeof(struct key_chunk));
}

static slow_path void chunks_make(struct evq *q)
{
	struct key_chunk *c = xaligned(sizeof(*c), (CHUNKS_AT_ONCE + 1) * sizeof(*c));

	c->next = q->slabs;               /* the first of a slab only links the slabs */
	q->slabs = c;
	for (int i = CHUNKS_AT_ONCE; i > 0; i--) {
		c[i].next = q->spare;
		q->spare = &c[i];
	}
}

/* Into a chunk of its own, before the others. */
static outlined void bucket_add_chunk(struct evq *q, struct bucket *b, struct event_key k)
{
	struct key_chunk *c;

	if (unlikely(!q->spare))
		chunks_make(q);
	c = q->spare;
	q->spare = c->next;
	c->next = b->end ? chunk_of(b->end) : NULL;
	c->k[0] = k;
	b->end = &c->k[1];
}

static inline void bucket_add(struct evq *q, struct bucket *b, struct event_key k)
{
	q->in_ring++;
	if (unlikely(is_between_chunks(b->end)))
		bucket_add_chunk(q, b, k);
	else
		*b->end++ = k;
}

/* Takes the first chunk, which becomes a spare one but is not yet used again: its
 * keys, and in *n how many. */
static inline const struct event_key *bucket_take_chunk(struct evq *q, struct bucket *b, size_t *n)
{
	struct key_chunk *c = chunk_of(b->end);

	*n = (size_t)(b->end - c->k);
	b->end = c->next ? c->next->k + KEY_CHUNK : NULL;
	c->next = q->spare;
	q->spare = c;
	q->in_ring -= *n;
	return c->k;
}

/* Empties a bucket into v, behind what is there. */
static void bucket_take(struct evq *q, struct bucket *b, struct keys *v, size_t base)
{
	while (b->end) {
		size_t n;
		const struct event_key *k = bucket_take_chunk(q, b, &n);

		if (base + v->n + n > v->cap)
			keys_grow(v, base + v->n + n);
		memcpy(v->k + base + v->n, k, n * sizeof(*k));
		v->n += n;
	}
}

/* --- the heap of near keys --------------------------------------------------- */

static void sift_up(struct event_key *h, size_t i, struct event_key k)
{
	while (i > ROOT) {
		size_t up = parent(i);

		if (!key_before(&k, &h[up]))
			break;
		h[i] = h[up];
		i = up;
	}
	h[i] = k;
}

/* The least of some children. */
static size_t least_of(const struct event_key *h, size_t c, size_t end)
{
	size_t best = c;

	for (size_t i = c + 1; i < end; i++)
		if (key_before(&h[i], &h[best]))
			best = i;
	return best;
}

/* The least of the four from c on, without a branch: nobody could predict it. */
static inline size_t least_of_four(const struct event_key *h, size_t c)
{
	size_t a = c + key_before(&h[c + 1], &h[c]);
	size_t b = c + 2 + key_before(&h[c + 3], &h[c + 2]);

	return a + ((b - a) & -(size_t)key_before(&h[b], &h[a]));
}

/* Puts k into the free place i of a heap that ends before `end`. */
static inline void sift_down(struct event_key *h, size_t i, size_t end, struct event_key k)
{
	for (;;) {
		size_t c = first_child(i);

		if (likely(c + 4 <= end))
			c = least_of_four(h, c);
		else if (c < end)
			c = least_of(h, c, end);
		else
			break;
		if (!key_before(&h[c], &k))
			break;
		h[i] = h[c];
		i = c;
	}
	h[i] = k;
}

/* It is empty: front() looks at the root of it nevertheless. */
static void near_clear(struct evq *q)
{
	q->near.n = 0;
	q->near.k[ROOT] = never;
}

/* Into the place of the one that was taken. */
static outlined void near_replace(struct evq *q, struct event_key k)
{
	q->hole = false;
	sift_down(q->near.k, ROOT, ROOT + q->near.n, k);
}

static void near_push(struct evq *q, struct event_key k)
{
	struct keys *v = &q->near;

	if (q->hole) {
		near_replace(q, k);
		return;
	}
	if (unlikely(ROOT + v->n + 1 > v->cap))
		keys_grow(v, ROOT + v->n + 1);
	v->n++;
	sift_up(v->k, ROOT + v->n - 1, k);
}

/* Gives back the place of a key that was taken and not replaced. */
static outlined void close_hole(struct evq *q)
{
	struct keys *v = &q->near;

	q->hole = false;
	if (--v->n)
		sift_down(v->k, ROOT, ROOT + v->n, v->k[ROOT + v->n]);
	else
		near_clear(q);
}

/* --- windows --------------------------------------------------------------------- */

static inline bool in_reach(const struct evq *q, uint64_t w) { return w - q->cur <= q->mask; }

static void put_aside(struct evq *q, struct event_key k)
{
	if (window(q, k.at) < q->cur) {
		near_push(q, k);
	} else {
		keys_add(&q->far, k);
		if (k.at < q->far_min)
			q->far_min = k.at;
	}
}

static void put(struct evq *q, struct event_key k)
{
	uint64_t w = window(q, k.at);

	if (in_reach(q, w))
		bucket_add(q, &q->ring[w & q->mask], k);
	else
		put_aside(q, k);
}

static inline size_t run_left(const struct evq *q) { return (size_t)(q->run.end - q->run.next); }

/* Keys in all. */
static size_t size(const struct evq *q)
{
	return run_left(q) + q->near.n - q->hole + q->in_ring + q->far.n;
}

/* What came within reach of the ring leaves far. */
static void far_migrate(struct evq *q)
{
	size_t keep = 0, n = q->far.n;

	q->spent += n;
	q->spent_all += n;
	q->far_min = NS_NEVER;
	for (size_t i = 0; i < n; i++) {
		struct event_key k = q->far.k[i];

		if (in_reach(q, window(q, k.at))) {
			put(q, k);
			continue;
		}
		q->far.k[keep++] = k;
		if (k.at < q->far_min)
			q->far_min = k.at;
	}
	q->far.n = keep;
}

static void ring_resize(struct evq *q, size_t n)
{
	free(q->ring);                    /* its buckets are empty */
	q->ring = xcalloc(n, sizeof(*q->ring));
	q->mask = n - 1;
}

static size_t ring_size_for(size_t keys)
{
	size_t n = RING_MIN;

	while (n < keys / PER_WINDOW * 2 && n < RING_MAX)
		n *= 2;
	return n;
}

/* All keys into one array; the queue is empty but keeps its memory. */
static struct keys take_all(struct evq *q)
{
	struct keys all = { 0 };

	if (q->hole)
		close_hole(q);
	keys_grow(&all, size(q) + 1);
	while (q->run.next < q->run.end)
		keys_add(&all, *q->run.next++);
	for (size_t i = 0; i < q->near.n; i++)
		keys_add(&all, q->near.k[ROOT + i]);
	for (size_t i = 0; q->ring && i <= q->mask; i++)
		bucket_take(q, &q->ring[i], &all, 0);
	for (size_t i = 0; i < q->far.n; i++)
		keys_add(&all, q->far.k[i]);
	near_clear(q);
	q->far.n = 0;
	q->far_min = NS_NEVER;
	return all;
}

/* Deals all keys anew over windows of 2^shift ns. */
static void deal(struct evq *q, unsigned shift)
{
	struct keys all = take_all(q);
	size_t want = ring_size_for(all.n);
	ns_t first = NS_NEVER;

	if (!q->ring || want > q->mask + 1 || want * 4 < q->mask + 1)
		ring_resize(q, want);
	for (size_t i = 0; i < all.n; i++)
		if (all.k[i].at < first)
			first = all.k[i].at;
	q->shift = shift;
	q->cur = window(q, first);
	q->taken = q->spent = 0;
	q->judged_at = first;
	for (size_t i = 0; i < all.n; i++)
		put(q, all.k[i]);
	free(all.k);
}

/* Of a small queue a quarter: else what fires would mostly be armed again
 * within its own window, which is then the slower heap. */
static uint64_t per_window(const struct evq *q)
{
	uint64_t n = size(q) / 4;

	return n < PER_WINDOW_MIN ? PER_WINDOW_MIN : n < PER_WINDOW ? n : PER_WINDOW;
}

/* The widest window that holds so many keys at the density since the width was
 * judged last. */
static unsigned ideal_shift(const struct evq *q)
{
	uint64_t passed = (uint64_t)(q->now - q->judged_at);
	uint64_t width = passed / (q->taken + 1) * per_window(q);
	unsigned shift = 0;

	while (shift < SHIFT_MAX && width >> (shift + 1))
		shift++;
	return shift;
}

/* Other windows, if what was spent on stepping says that these do not fit, or
 * if enough keys passed to tell.  An average over all: bursts of one instant
 * do not make windows narrow. */
static bool judge_width(struct evq *q)
{
	size_t n = size(q);
	unsigned shift;

	if (q->taken < 2 * n + 1024 && q->spent < 4 * (q->taken + n) + 1024)
		return false;
	shift = ideal_shift(q);
	if (shift == q->shift || shift == q->shift + 1) {
		q->taken = q->spent = 0;
		q->judged_at = q->now;
		return false;
	}
	deal(q, shift);
	return true;
}

/* How many keys a bucket has; there is one. */
static size_t bucket_count(const struct bucket *b)
{
	const struct key_chunk *c = chunk_of(b->end);
	size_t n = (size_t)(b->end - c->k);

	while ((c = c->next))
		n += KEY_CHUNK;
	return n;
}

/* Of these n keys the queue will soon be asked. */
static void tell(const struct evq *q, const struct event_key *k, size_t n)
{
	if (q->soon && size(q) >= MANY)
		q->soon(q->ctx, k, n);
}

/* A bucket of n keys becomes the run.  The last chunk comes first: filled from
 * the end, keys that were pushed in order are in order. */
static void load_run(struct evq *q, struct bucket *b, size_t n)
{
	struct run *r = &q->run;
	struct event_key *to = r->k + n;

	while (b->end) {
		size_t part;
		const struct event_key *k = bucket_take_chunk(q, b, &part);

		to -= part;
		memcpy(to, k, part * sizeof(*k));
	}
	tell(q, r->k, n);
	keys_sort(r->k, n, (ns_t)(q->cur << q->shift), q->shift);
	r->next = r->k;
	r->end = r->k + n;
	*r->end = never;
	q->taken += n;
	q->now = r->end[-1].at;
}

static void load_heap(struct evq *q, struct bucket *b)
{
	struct keys *v = &q->near;

	bucket_take(q, b, v, ROOT);
	tell(q, v->k + ROOT, v->n);
	for (size_t i = v->n / 4 + 1; i-- > 0;)
		if (i < v->n)
			sift_down(v->k, ROOT + i, ROOT + v->n, v->k[ROOT + i]);
}

/* The bucket of window cur comes up; there is one. */
static void load(struct evq *q)
{
	struct bucket *b = &q->ring[q->cur & q->mask];
	size_t n = bucket_count(b);

	if (likely(n <= KEYSORT_MAX))
		load_run(q, b, n);
	else
		load_heap(q, b);
	q->cur++;
}

/* Run and heap are empty: on to the next window that has keys. */
static void advance(struct evq *q)
{
	while (run_left(q) + q->near.n == 0) {
		if (q->in_ring + q->far.n == 0) {
			q->cur = EVQ_NO_WINDOW;   /* few keys or none: the heap alone */
			return;
		}
		if (judge_width(q))
			continue;
		if (q->in_ring == 0)
			q->cur = window(q, q->far_min);
		if (window(q, q->far_min) <= q->cur)
			far_migrate(q);
		while (!q->ring[q->cur & q->mask].end && window(q, q->far_min) > q->cur) {
			q->cur++;
			q->spent++;
			q->spent_all++;
		}
		if (window(q, q->far_min) > q->cur)       /* else far has keys of this one, too */
			load(q);
	}
}

/* Keys that belong in windows: there were few until now, or the next window
 * was a distant one when they came.  (A window that is too full for a run is a
 * heap, too; to deal that anew now and then costs little.) */
static outlined void heap_too_full(struct evq *q)
{
	if (q->cur == EVQ_NO_WINDOW)
		deal(q, q->shift);
	else if (q->taken > 2 * size(q) + 64)
		deal(q, ideal_shift(q));
}

/* --- public ------------------------------------------------------------------------ */

void evq_init(struct evq *q)
{
	*q = (struct evq){ .cur = EVQ_NO_WINDOW, .shift = SHIFT_START, .far_min = NS_NEVER };
	q->run.next = q->run.end = q->run.k;
	*q->run.end = never;
	keys_grow(&q->near, ROOT + 1);
	near_clear(q);
}

void evq_fini(struct evq *q)
{
	struct key_chunk *slab;

	while ((slab = q->slabs)) {
		q->slabs = slab->next;
		free(slab);
	}
	free(q->ring);
	free(q->near.k);
	free(q->far.k);
}

static outlined void push_aside(struct evq *q, struct event_key k)
{
	put_aside(q, k);
	if (unlikely(q->near.n > NEAR_MAX))
		heap_too_full(q);
}

void evq_push(struct evq *q, struct event_key k)
{
	uint64_t w = window(q, k.at);

	if (likely(in_reach(q, w)))
		bucket_add(q, &q->ring[w & q->mask], k);
	else if (q->hole && w < q->cur && q->near.n <= NEAR_MAX)
		near_replace(q, k);               /* as push_aside() would in the end */
	else
		push_aside(q, k);
}

/* Run and heap are empty: what comes first after another window came up. */
static outlined const struct event_key *front_far(struct evq *q)
{
	if (size(q) == 0)
		return NULL;
	advance(q);
	return key_before(&q->near.k[ROOT], q->run.next) ? &q->near.k[ROOT] : q->run.next;
}

const struct event_key *evq_front(struct evq *q)
{
	const struct event_key *k = q->run.next, *root;

	if (unlikely(q->hole))
		close_hole(q);
	root = &q->near.k[ROOT];
	if (key_before(root, k))
		k = root;
	return likely(k->at != NS_NEVER) ? k : front_far(q);
}

void evq_take(struct evq *q, const struct event_key *front)
{
	if (front == q->run.next) {
		q->run.next++;
	} else {
		q->now = front->at;
		q->taken++;
		q->hole = true;
	}
}
