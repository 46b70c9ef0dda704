// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/overtake.h"

#include <stdlib.h>

#include "stack/pkt.h"

static bool before(const struct overtaker *a, const struct overtaker *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

bool overtake_push(struct overtakers *o, struct pkt *p)
{
	struct overtaker new = { p->at, p->seq, p };
	uint32_t i;

	if (o->n == o->cap) {
		uint32_t cap = o->cap ? o->cap * 2 : 16;
		struct overtaker *heap = reallocarray(o->heap, cap, sizeof(*heap));

		if (!heap)
			return false;
		o->heap = heap;
		o->cap = cap;
	}
	for (i = o->n++; i > 0 && before(&new, &o->heap[(i - 1) / 2]); i = (i - 1) / 2)
		o->heap[i] = o->heap[(i - 1) / 2];
	o->heap[i] = new;
	return true;
}

struct pkt *overtake_pop(struct overtakers *o)
{
	struct pkt *first = o->heap[0].p;
	struct overtaker last = o->heap[--o->n];
	uint32_t i = 0, c;

	while ((c = 2 * i + 1) < o->n) {
		if (c + 1 < o->n && before(&o->heap[c + 1], &o->heap[c]))
			c++;
		if (!before(&o->heap[c], &last))
			break;
		o->heap[i] = o->heap[c];
		i = c;
	}
	o->heap[i] = last;
	return first;
}

void overtake_fini(struct overtakers *o)
{
	free(o->heap);
	*o = (struct overtakers){ 0 };
}
