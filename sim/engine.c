// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

static inline uint64_t event_id(uint32_t dst, uint32_t src) { return (uint64_t)dst << 32 | src; }

static inline struct event *event_of(const struct engine *e, uint64_t id)
{
	uint32_t src = (uint32_t)id;

	return src ? e->by_src[src] : e->by_dst[id >> 32];
}

/* A window of events comes up: their memory is fetched while the first fire. */
static void events_soon(void *ctx, const struct event_key *k, size_t n)
{
	const struct engine *e = ctx;

	for (size_t i = 0; i < n; i++)
		prefetch(event_of(e, k[i].id));
}

void engine_init(struct engine *e)
{
	*e = (struct engine){ .cap_src = 64, .cap_dst = 64 };
	e->by_src = xcalloc(e->cap_src, sizeof(struct event *));
	e->by_dst = xcalloc(e->cap_dst, sizeof(struct event *));
	evq_init(&e->queue);
	e->queue.soon = events_soon;
	e->queue.ctx = e;
}

void engine_fini(struct engine *e)
{
	evq_fini(&e->queue);
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

	*ev = (struct event){ .at = NS_NEVER, .id = event_id(id, 0), .fire = fire };
	return id;
}

uint32_t engine_add_src(struct engine *e, struct event *ev, uint32_t dst,
			void (*fire)(struct event *, ns_t))
{
	uint32_t id = table_add(&e->by_src, &e->n_src, &e->cap_src, ev);

	*ev = (struct event){ .at = NS_NEVER, .id = event_id(dst, id), .fire = fire };
	return id;
}

void engine_set_lab_event(struct engine *e, struct event *ev, void (*fire)(struct event *, ns_t))
{
	e->by_dst[0] = ev;
	*ev = (struct event){ .at = NS_NEVER, .fire = fire };
}

void engine_set(struct engine *e, struct event *ev, ns_t at)
{
	if (ev->at == at)
		return;
	ev->at = at;
	if (at == NS_NEVER)
		return;
	assert(at >= e->now);
	evq_push(&e->queue, (struct event_key){ at, ev->id });
}

/* The next event; NULL: there is none.  Drops stale keys before it.  *key: its own,
 * for evq_take(). */
static hot_inline struct event *front(struct engine *e, const struct event_key **key)
{
	while ((*key = evq_front(&e->queue))) {
		struct event *ev = event_of(e, (*key)->id);

		if (likely(ev->at == (*key)->at))
			return ev;
		evq_take(&e->queue, *key);
	}
	return NULL;
}

ns_t engine_next_at(struct engine *e)
{
	const struct event_key *k;
	struct event *ev = front(e, &k);

	return ev ? ev->at : NS_NEVER;
}

static hot_inline bool step(struct engine *e, ns_t until)
{
	const struct event_key *k;
	struct event *ev = front(e, &k);

	if (!ev || ev->at > until)
		return false;
	assert(ev->at >= e->now);
	e->now = ev->at;
	ev->at = NS_NEVER;
	evq_take(&e->queue, k);
	e->fired++;
	ev->fire(ev, e->now);
	return true;
}

bool engine_step(struct engine *e, ns_t until)
{
	return step(e, until);
}

bool engine_run(struct engine *e, ns_t until, const volatile int *stop)
{
	while (step(e, until))
		if (unlikely(*stop))
			return false;
	return true;
}
