// SPDX-License-Identifier: MIT
/*
 * A host's segments that are not in use are kept for the next, so that a
 * stream that has warmed up asks libc for nothing; and so are a few of its
 * connections, the one that ended last first.  Not under AddressSanitizer,
 * which is to see who uses one that is gone.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/tcp/conn.h"
#include "stack/util/poison.h"

#define SPARE_MAX 8192                    /* of a host */
#define SPARE_CONNS_MAX 64

struct tcp_seg *tcp_seg_alloc(struct stack *st)
{
	struct tcp_table *t = st->tcp;
	struct list_node *n = t->spare_segs;
	struct tcp_seg *s;

	if (!n)
		return calloc(1, sizeof(*s));
	t->spare_segs = n->next;
	prefetch(n->next);
	t->n_spare_segs--;
	s = container_of(n, struct tcp_seg, node);
	memset(s, 0, offsetof(struct tcp_seg, rate));
	return s;
}

void tcp_segs_release(struct stack *st, struct tcp_seg *first, struct tcp_seg *last, uint32_t n)
{
	struct list_node *node = &first->node, *next;
	struct tcp_table *t = st->tcp;

	if (!POISON_WORKS && t->n_spare_segs + n <= SPARE_MAX) {
		last->node.next = t->spare_segs;
		t->spare_segs = node;
		t->n_spare_segs += n;
		return;
	}
	for (; n; n--, node = next) {
		next = node->next;
		free(container_of(node, struct tcp_seg, node));
	}
}

void tcp_seg_release(struct stack *st, struct tcp_seg *s)
{
	tcp_segs_release(st, s, s, 1);
}

struct tcp_conn *tcp_conn_alloc(struct tcp_table *t)
{
	struct tcp_conn *tc = t->spare_conns;
	size_t n = sizeof(*tc);

	if (!tc)
		return calloc(1, n);
	t->spare_conns = tc->hash_next;
	t->n_spare_conns--;
	/* Not a constant any more: gcc would take rep stos, and libc half of its time. */
	__asm__("" : "+r"(n));
	memset(tc, 0, n);
	return tc;
}

void tcp_conn_release(struct tcp_table *t, struct tcp_conn *tc)
{
	if (POISON_WORKS || t->n_spare_conns >= SPARE_CONNS_MAX) {
		free(tc);
		return;
	}
	tc->hash_next = t->spare_conns;
	t->spare_conns = tc;
	t->n_spare_conns++;
}

void tcp_segpool_fini(struct tcp_table *t)
{
	struct list_node *n;
	struct tcp_conn *tc;

	while ((tc = t->spare_conns)) {
		t->spare_conns = tc->hash_next;
		free(tc);
	}
	t->n_spare_conns = 0;
	while ((n = t->spare_segs)) {
		t->spare_segs = n->next;
		free(container_of(n, struct tcp_seg, node));
	}
	t->n_spare_segs = 0;
}
