// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

#define ROOT 3

/* Children of i (counted from ROOT) are 4i-8 .. 4i-5; of the root 4 .. 7. */
static inline size_t first_child(size_t i) { return 4 * (i - ROOT) + ROOT + 1; }
static inline size_t parent(size_t i) { return (i - ROOT - 1) / 4 + ROOT; }

static inline bool key_before(const struct event_key *a, const struct event_key *b)
{
	unsigned __int128 ka = (unsigned __int128)(uint64_t)a->at << 64 | a->id;
	unsigned __int128 kb = (unsigned __int128)(uint64_t)b->at << 64 | b->id;

	return ka < kb;
}

void engine_init(struct engine *e)
{
	*e = (struct engine){ .cap_src = 64, .cap_dst = 64 };
	e->by_src = xcalloc(e->cap_src, sizeof(struct event *));
	e->by_dst = xcalloc(e->cap_dst, sizeof(struct event *));
}

void engine_fini(struct engine *e)
{
	free(e->heap);
	free(e->by_src);
	free(e->by_dst);
}

/* --- events and their numbers ---------------------------------------------- */

static uint32_t table_add(struct event ***table, uint32_t *n, uint32_t *cap, struct event *ev)
{
	if (*n + 1 >= *cap) {
		*cap *= 2;
		*table = xrealloc(*table, *cap * sizeof(struct event *));
	}
	(*table)[++*n] = ev;
	return *n;
}

uint32_t engine_add_dst(struct engine *e, struct event *ev, void (*fire)(struct event *, ns_t))
{
	uint32_t id = table_add(&e->by_dst, &e->n_dst, &e->cap_dst, ev);

	*ev = (struct event){ .at = NS_NEVER, .dst = id, .fire = fire };
	return id;
}

uint32_t engine_add_src(struct engine *e, struct event *ev, uint32_t dst,
			void (*fire)(struct event *, ns_t))
{
	uint32_t id = table_add(&e->by_src, &e->n_src, &e->cap_src, ev);

	*ev = (struct event){ .at = NS_NEVER, .dst = dst, .src = id, .fire = fire };
	return id;
}

void engine_set_lab_event(struct engine *e, struct event *ev, void (*fire)(struct event *, ns_t))
{
	e->by_dst[0] = ev;
	*ev = (struct event){ .at = NS_NEVER, .fire = fire };
}

static inline struct event *event_of(const struct engine *e, uint64_t id)
{
	uint32_t src = (uint32_t)id;

	return src ? e->by_src[src] : e->by_dst[id >> 32];
}

/* --- the heap ---------------------------------------------------------------- */

static void heap_grow(struct engine *e)
{
	size_t cap = e->cap ? e->cap * 2 : 256;
	struct event_key *heap = xaligned(64, cap * sizeof(*heap));

	if (e->heap)
		memcpy(heap, e->heap, (ROOT + e->n) * sizeof(*heap));
	free(e->heap);
	e->heap = heap;
	e->cap = cap;
}

static void sift_up(struct engine *e, size_t i, struct event_key k)
{
	while (i > ROOT) {
		size_t up = parent(i);

		if (!key_before(&k, &e->heap[up]))
			break;
		e->heap[i] = e->heap[up];
		i = up;
	}
	e->heap[i] = k;
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

/* Below this the heap is in the first-level cache. */
#define PREFETCH_MIN 2048

static void sift_down(struct engine *e, struct event_key k)
{
	struct event_key *h = e->heap;
	size_t i = ROOT, end = ROOT + e->n;

	for (;;) {
		size_t c = first_child(i);

		if (unlikely(c + 4 > end)) {
			if (c >= end)
				break;
			c = least_of(h, c, end);
		} else {
			const struct event_key *below = &h[first_child(c)];

			if (e->n >= PREFETCH_MIN) {               /* the next level */
				prefetch(below);
				prefetch(below + 4);
				prefetch(below + 8);
				prefetch(below + 12);
			}
			c = least_of_four(h, c);
		}
		if (!key_before(&h[c], &k))
			break;
		h[i] = h[c];
		i = c;
	}
	h[i] = k;
}

/* Gives back the place of an event that was taken and not replaced. */
static void close_hole(struct engine *e)
{
	if (!e->hole)
		return;
	e->hole = false;
	e->n--;
	if (e->n)
		sift_down(e, e->heap[ROOT + e->n]);
}

void engine_set(struct engine *e, struct event *ev, ns_t at)
{
	struct event_key k = { at, (uint64_t)ev->dst << 32 | ev->src };

	if (ev->at == at)
		return;
	ev->at = at;
	if (at == NS_NEVER)
		return;
	assert(at >= e->now);
	if (e->hole) {
		e->hole = false;
		sift_down(e, k);
		return;
	}
	if (unlikely(ROOT + e->n + 1 > e->cap))
		heap_grow(e);
	e->n++;
	sift_up(e, ROOT + e->n - 1, k);
}

/* Drops stale keys from the front; NULL: the queue is empty. */
static struct event *front(struct engine *e)
{
	close_hole(e);
	while (e->n) {
		struct event *ev = event_of(e, e->heap[ROOT].id);

		if (likely(ev->at == e->heap[ROOT].at))
			return ev;
		e->hole = true;
		close_hole(e);
	}
	return NULL;
}

ns_t engine_next_at(struct engine *e)
{
	struct event *ev = front(e);

	return ev ? ev->at : NS_NEVER;
}

bool engine_step(struct engine *e, ns_t until)
{
	struct event *ev = front(e);

	if (!ev || ev->at > until)
		return false;
	e->now = ev->at;
	ev->at = NS_NEVER;
	e->hole = true;
	e->fired++;
	ev->fire(ev, e->now);
	return true;
}
