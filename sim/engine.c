// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

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

void engine_set(struct engine *e, struct event *ev, ns_t at)
{
	struct event_key k = { at, (uint64_t)ev->dst << 32 | ev->src };

	if (ev->at == at)
		return;
	ev->at = at;
	if (at == NS_NEVER)
		return;
	assert(at >= e->now);
	evq_push(&e->queue, k);
}

/* Drops stale keys from the front; NULL: the queue is empty. */
static hot_inline struct event *front(struct engine *e)
{
	const struct event_key *k;

	while ((k = evq_front(&e->queue))) {
		struct event *ev = event_of(e, k->id);

		if (likely(ev->at == k->at))
			return ev;
		evq_take(&e->queue);
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
	assert(ev->at >= e->now);
	e->now = ev->at;
	ev->at = NS_NEVER;
	evq_take(&e->queue);
	e->fired++;
	ev->fire(ev, e->now);
	return true;
}
