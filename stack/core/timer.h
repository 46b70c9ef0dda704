/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_TIMER_H
#define STACK_CORE_TIMER_H
/*
 * A host's timers: an intrusive pairing heap (Fredman, Sedgewick, Sleator and
 * Tarjan, 1986) ordered by instant and then by arming order.  Chosen over an
 * array heap because arming then never allocates, and so never fails.
 *
 * The rest of the stack reports what happened; each protocol's own file arms
 * what follows from it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct timer {
	ns_t at;
	uint64_t seq;                     /* arming order, breaks ties */
	struct timer *child, *next, *prev;/* prev: left sibling, or the parent */
	void (*fire)(struct timer *t);
};

struct timerq {
	struct timer *root;
	uint64_t seq;
	void (*earlier)(struct timerq *q);/* optional: the first instant moved forward */
};

static inline void timer_init(struct timer *t, void (*fire)(struct timer *t))
{
	*t = (struct timer){ .at = NS_NEVER, .fire = fire };
}

static inline bool timer_armed(const struct timer *t) { return t->seq != 0; }

void timer_set(struct timerq *q, struct timer *t, ns_t at);   /* arm or move */
void timer_stop(struct timerq *q, struct timer *t);           /* if armed */

static inline ns_t timerq_next_at(const struct timerq *q)
{
	return q->root ? q->root->at : NS_NEVER;
}

/* Fires all that are due at or before now, in order. */
void timerq_run(struct timerq *q, ns_t now);

#endif
