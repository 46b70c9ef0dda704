/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_ENGINE_H
#define SIM_ENGINE_H
/*
 * The event engine.  Its order is total: an event's key is (time, destination,
 * source), and a source holds at most one entry in the queue, its head; what
 * waits behind that is ordered by the source's own sequence.  So a link has
 * one entry for its first frame, a host one for its first timer, however much
 * they hold.  Source 0 is the destination itself: timers of a host come before
 * frames of the same instant, and destination 0, the lab, before all hosts.
 *
 * The queue (evq.h) holds 16-byte keys; the key alone finds its event, so
 * ordering touches no event.  Moving an event leaves its old key behind, to be
 * recognised as stale when it comes up.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/evq.h"
#include "stack/util/cc.h"
#include "stack/util/ns.h"

struct event {
	ns_t at;                          /* NS_NEVER: not in the queue */
	uint64_t id;                      /* dst << 32 | src, as in a key */
	void (*fire)(struct event *ev, ns_t now);
};

struct engine {
	ns_t now;
	uint64_t fired;
	struct evq queue;
	struct event **by_src, **by_dst;  /* by_dst: those with src 0 */
	uint32_t n_src, n_dst, cap_src, cap_dst;
};

static inline uint32_t event_dst(const struct event *ev) { return (uint32_t)(ev->id >> 32); }
static inline uint32_t event_src(const struct event *ev) { return (uint32_t)ev->id; }

void engine_init(struct engine *e);
void engine_fini(struct engine *e);

/* A new destination (a node), from 1, with its own event; and a new source (a
 * direction of a link), from 1, whose events go to dst.  Never reused. */
uint32_t engine_add_dst(struct engine *e, struct event *ev, void (*fire)(struct event *, ns_t));
uint32_t engine_add_src(struct engine *e, struct event *ev, uint32_t dst,
			void (*fire)(struct event *, ns_t));
/* Source 0 of destination 0: comes first at its instant. */
void engine_set_lab_event(struct engine *e, struct event *ev, void (*fire)(struct event *, ns_t));

/* Arms or moves; at >= now.  NS_NEVER disarms. */
void engine_set(struct engine *e, struct event *ev, ns_t at);

/* Key of the next event that is not stale; NS_NEVER if none. */
ns_t engine_next_at(struct engine *e);

/* Fires the next event if it is due at or before `until`; false if not. */
bool engine_step(struct engine *e, ns_t until);
/* All that are, one after another; false: *stop was set meanwhile, the rest waits. */
bool engine_run(struct engine *e, ns_t until, const volatile int *stop);

#endif
