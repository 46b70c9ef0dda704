// SPDX-License-Identifier: MIT
#include "stack/core/timer.h"

#include "stack/util/cc.h"

static bool before(const struct timer *a, const struct timer *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

/* Both roots without siblings; either may be NULL. */
static struct timer *meld(struct timer *a, struct timer *b)
{
	struct timer *t;

	if (!a || !b)
		return a ? a : b;
	if (before(b, a))
		t = a, a = b, b = t;
	b->prev = a;
	b->next = a->child;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	return a;
}

/* Two-pass pairing of a list of siblings into one heap. */
static struct timer *pair_up(struct timer *first)
{
	struct timer *done = NULL, *all = NULL;

	while (first) {
		struct timer *a = first, *b = a->next;

		first = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		a = meld(a, b);
		a->next = done;
		done = a;
	}
	while (done) {
		struct timer *a = done;

		done = a->next;
		a->next = NULL;
		all = meld(all, a);
	}
	return all;
}

/* With all that is below it; t is not the root. */
static void cut(struct timer *t)
{
	if (t->prev->child == t)
		t->prev->child = t->next;
	else
		t->prev->next = t->next;
	if (t->next)
		t->next->prev = t->prev;
	t->next = t->prev = NULL;
}

static void unlink_timer(struct timerq *q, struct timer *t)
{
	struct timer *kids = pair_up(t->child);

	t->child = NULL;
	if (t == q->root) {
		q->root = kids;
	} else {
		cut(t);
		q->root = meld(q->root, kids);
	}
	t->seq = 0;
}

void timer_set(struct timerq *q, struct timer *t, ns_t at)
{
	ns_t first = timerq_next_at(q);

	if (timer_armed(t) && at >= t->at)
		unlink_timer(q, t);
	else if (timer_armed(t) && t != q->root)
		cut(t);                           /* what is below it stays there */
	t->at = at;
	t->seq = ++q->seq;
	if (t != q->root)
		q->root = meld(q->root, t);
	if (at < first && q->earlier)
		q->earlier(q);
}

void timer_stop(struct timerq *q, struct timer *t)
{
	if (timer_armed(t))
		unlink_timer(q, t);
}

void timerq_run(struct timerq *q, ns_t now)
{
	while (q->root && q->root->at <= now) {
		struct timer *t = q->root;

		unlink_timer(q, t);
		t->fire(t);
	}
}
