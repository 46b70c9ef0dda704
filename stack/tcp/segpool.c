// SPDX-License-Identifier: MIT
/*
 * A host's segments that are not in use are kept for the next, so that a
 * stream that has warmed up asks libc for nothing.  Not under
 * AddressSanitizer, which is to see who uses one that is gone.
 */
#include <stdlib.h>

#include "stack/tcp/conn.h"
#include "stack/util/poison.h"

#define SPARE_MAX 8192                    /* of a host */

struct tcp_seg *tcp_seg_alloc(struct stack *st)
{
	struct tcp_table *t = st->tcp;
	struct tcp_seg *s = list_first(&t->spare_segs, struct tcp_seg, node);

	if (!s)
		return calloc(1, sizeof(*s));
	list_remove(&s->node);
	t->n_spare_segs--;
	*s = (struct tcp_seg){ 0 };
	return s;
}

void tcp_seg_release(struct stack *st, struct tcp_seg *s)
{
	struct tcp_table *t = st->tcp;

	if (POISON_WORKS || t->n_spare_segs >= SPARE_MAX) {
		free(s);
		return;
	}
	list_push_front(&t->spare_segs, &s->node);
	t->n_spare_segs++;
}

void tcp_segs_release(struct stack *st, struct tcp_seg *first, struct tcp_seg *last, uint32_t n)
{
	struct tcp_table *t = st->tcp;
	struct list_node *old = t->spare_segs.head.next;
	struct tcp_seg *next;

	if (POISON_WORKS || t->n_spare_segs + n > SPARE_MAX) {
		for (; n; n--, first = next) {
			next = container_of(first->node.next, struct tcp_seg, node);
			tcp_seg_release(st, first);
		}
		return;
	}
	first->node.prev = &t->spare_segs.head;
	last->node.next = old;
	old->prev = &last->node;
	t->spare_segs.head.next = &first->node;
	t->n_spare_segs += n;
}

void tcp_segpool_fini(struct tcp_table *t)
{
	struct tcp_seg *s;

	while ((s = list_first(&t->spare_segs, struct tcp_seg, node))) {
		list_remove(&s->node);
		free(s);
	}
	t->n_spare_segs = 0;
}
