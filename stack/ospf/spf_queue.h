/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_SPF_QUEUE_H
#define STACK_OSPF_SPF_QUEUE_H
/*
 * The candidate list of RFC 2328 16.1: a radix heap (Ahuja, Mehlhorn, Orlin
 * and Tarjan, 1990).  What is put in is never before what was taken last, so
 * a bucket for each highest bit in which a key differs from that suffices; a
 * candidate moves at most 32 times, a few in practice, whatever the costs are.
 * Among equals the first come is the first served: no number of the pool
 * decides.
 *
 * Keys are twice the distance, plus one for routers: of equal distance,
 * networks come first (16.1 (3)).
 */
#include "stack/ospf/spf.h"

static inline uint32_t spf_key(uint32_t dist, const struct spf_v *v)
{
	return 2 * dist + v->router;
}

static inline void spf_queue_init(struct spf_queue *q)
{
	q->last = 0;
	q->used = 0;
}

static inline unsigned spf_bucket(const struct spf_queue *q, uint32_t key)
{
	return key <= q->last ? 0 : 32 - (unsigned)__builtin_clz(key ^ q->last);
}

static inline void spf_push(struct spf_queue *q, struct spf_v *v, ospf_vnum n, uint32_t key)
{
	unsigned b = spf_bucket(q, key);

	v[n].bucket = (uint8_t)b;
	v[n].next = OSPF_NUM_NONE;
	if (q->used & UINT64_C(1) << b) {
		v[n].prev = q->tail[b];
		v[q->tail[b]].next = n;
	} else {
		v[n].prev = OSPF_NUM_NONE;
		q->head[b] = n;
		q->used |= UINT64_C(1) << b;
	}
	q->tail[b] = n;
}

static inline void spf_unlink(struct spf_queue *q, struct spf_v *v, ospf_vnum n)
{
	unsigned b = v[n].bucket;

	if (v[n].next != OSPF_NUM_NONE)
		v[v[n].next].prev = v[n].prev;
	else
		q->tail[b] = v[n].prev;
	if (v[n].prev != OSPF_NUM_NONE)
		v[v[n].prev].next = v[n].next;
	else
		q->head[b] = v[n].next;
	if (q->head[b] == OSPF_NUM_NONE)
		q->used &= ~(UINT64_C(1) << b);
}

/* A bucket whose turn it is: its least key becomes the last one, and all of it moves down. */
static inline void spf_spread(struct spf_queue *q, struct spf_v *v, unsigned b,
			      uint32_t (*key_of)(const struct spf_v *w))
{
	ospf_vnum list = q->head[b], n, next;
	uint32_t least = key_of(&v[list]), key;

	for (n = v[list].next; n != OSPF_NUM_NONE; n = v[n].next) {
		key = key_of(&v[n]);
		least = key < least ? key : least;
	}
	q->last = least;
	q->used &= ~(UINT64_C(1) << b);
	for (n = list; n != OSPF_NUM_NONE; n = next) {
		next = v[n].next;
		spf_push(q, v, n, key_of(&v[n]));
	}
}

/* The first; its key is in q->last.  OSPF_NUM_NONE: there is none.  key_of():
 * that of a vertex in the queue. */
static inline ospf_vnum spf_pop(struct spf_queue *q, struct spf_v *v,
				uint32_t (*key_of)(const struct spf_v *w))
{
	ospf_vnum n, next;

	if (!q->used)
		return OSPF_NUM_NONE;
	if (!(q->used & 1))
		spf_spread(q, v, (unsigned)__builtin_ctzll(q->used), key_of);
	n = q->head[0];
	next = v[n].next;
	q->head[0] = next;
	if (next == OSPF_NUM_NONE)
		q->used &= ~UINT64_C(1);
	else
		v[next].prev = OSPF_NUM_NONE;
	return n;
}

#endif
