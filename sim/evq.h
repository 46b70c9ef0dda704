/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_EVQ_H
#define SIM_EVQ_H
/*
 * The queue of pending events: a lazy queue (Ronngren, Riboe and Ayani, "Lazy
 * queue: an efficient implementation of the pending-event set", 1991).  Lab
 * time is cut into windows.  Each of the next windows is an unsorted bucket;
 * what lies beyond them waits in one unsorted array, far.  A bucket is only put
 * in order when its window comes, and then it is small and in the first-level
 * cache: it becomes the run, a sorted array.  What is pushed later into time
 * before the first bucket waits beside the run in a 4-ary heap, near; so do
 * the keys of a window that is too full to sort.  A queue of few events is
 * only the heap.
 *
 * The width of a window follows the density of events.  Whatever it is, keys
 * come out in full order: keys of one instant are always in one window.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/keysort.h"
#include "stack/util/ns.h"

#define EVQ_NO_WINDOW ((uint64_t)1 << 63)         /* no key is in a later one */

struct keys { struct event_key *k; size_t n, cap; };

/* A window in order: next .. end - 1; *end is a key that never comes. */
struct run { struct event_key k[KEYSORT_MAX + 1], *next, *end; };

/* Keys of one window: a list of chunks, all full but the first.  A bucket is where the
 * next key goes.  Chunks lie at multiples of their size, so that this also tells which
 * chunk it is and that it is full, or that there is none (NULL). */
#define KEY_CHUNK 15
struct key_chunk {
	struct key_chunk *next;
	uint64_t unused;
	struct event_key k[KEY_CHUNK];
};
struct bucket { struct event_key *end; };

struct evq {
	struct keys near;                 /* a heap; its root is k[3], see evq.c */
	bool hole;                        /* the root was taken and not replaced */
	unsigned shift;                   /* a window is 2^shift ns */
	uint64_t cur;                     /* first window in a bucket; EVQ_NO_WINDOW: all is near */
	struct bucket *ring;              /* buckets of windows cur .. cur + mask */
	struct key_chunk *spare;          /* chunks to use again, the last used first */
	struct key_chunk *slabs;          /* what chunks are cut from */
	size_t mask, in_ring;
	struct keys far;
	ns_t far_min;
	struct run run;
	ns_t now;                         /* of the keys that came up last, about */
	ns_t judged_at;                   /* now, when the width was judged, */
	uint64_t taken, spent;            /* keys since then, and steps past empty windows */
	uint64_t spent_all;               /* ... since the beginning, for tests */
	/* Tells the owner of many keys that these will come up soon, all together. */
	void (*soon)(void *ctx, const struct event_key *k, size_t n);
	void *ctx;
};

void evq_init(struct evq *q);
void evq_fini(struct evq *q);
void evq_push(struct evq *q, struct event_key k);
/* The least key, or NULL; valid until the next call. */
const struct event_key *evq_front(struct evq *q);
/* Takes it, which evq_front() has returned.  The next push may take its place. */
void evq_take(struct evq *q, const struct event_key *front);

#endif
