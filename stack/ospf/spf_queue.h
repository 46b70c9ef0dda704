/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_SPF_QUEUE_H
#define STACK_OSPF_SPF_QUEUE_H
/*
 * The candidate list of RFC 2328 16.1: a radix heap (Ahuja, Mehlhorn, Orlin
 * and Tarjan, 1990) of digits of six bits.  What is put in is never before what
 * was taken last, so a bucket for each value of the highest digit in which a key
 * differs from that suffices, and a word of bits says which of the 64 are in
 * use.  A candidate moves at most five times, about once in practice,
 * whatever the costs are.  Among equals the first come is the first served: no
 * number of the pool decides.
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
	q->levels = 0;
	for (unsigned i = 0; i < SPF_LEVELS; i++)
		q->used[i] = 0;
}

static inline bool spf_is_queued(const struct spf_v *v)
{
	return v->bucket != SPF_UNQUEUED;
}

/* By the highest digit in which the key is other than the last one taken. */
static inline unsigned spf_bucket(const struct spf_queue *q, uint32_t key)
{
	unsigned level;

	if (key < q->last)
		key = q->last;
	level = (31 - (unsigned)__builtin_clz((key ^ q->last) | 1)) / SPF_DIGIT;
	return level * SPF_FAN + (key >> level * SPF_DIGIT) % SPF_FAN;
}

static inline void spf_push(struct spf_queue *q, struct spf_v *v, ospf_vnum n, uint32_t key)
{
	unsigned b = spf_bucket(q, key);
	uint64_t bit = UINT64_C(1) << b % SPF_FAN;

	v[n].bucket = (uint16_t)b;
	v[n].next = OSPF_NUM_NONE;
	if (q->used[b / SPF_FAN] & bit) {
		v[n].prev = q->tail[b];
		v[q->tail[b]].next = n;
	} else {
		v[n].prev = OSPF_NUM_NONE;
		q->head[b] = n;
		q->used[b / SPF_FAN] |= bit;
		q->levels |= 1u << b / SPF_FAN;
	}
	q->tail[b] = n;
}

static inline void spf_bucket_empty(struct spf_queue *q, unsigned b)
{
	q->used[b / SPF_FAN] &= ~(UINT64_C(1) << b % SPF_FAN);
	if (!q->used[b / SPF_FAN])
		q->levels &= ~(1u << b / SPF_FAN);
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
	v[n].bucket = SPF_UNQUEUED;
	if (q->head[b] == OSPF_NUM_NONE)
		spf_bucket_empty(q, b);
}

/* A bucket of a higher digit whose turn it is: from its least key on there is a digit
 * less to tell by. */
static inline void spf_spread(struct spf_queue *q, struct spf_v *v, unsigned b,
			      uint32_t (*key_of)(const struct spf_v *w))
{
	ospf_vnum n = q->head[b], next;
	unsigned shift = b / SPF_FAN * SPF_DIGIT;

	q->last = key_of(&v[n]) >> shift << shift;
	spf_bucket_empty(q, b);
	for (; n != OSPF_NUM_NONE; n = next) {
		next = v[n].next;
		spf_push(q, v, n, key_of(&v[n]));
	}
}

/* The first; OSPF_NUM_NONE: there is none.  key_of(): that of a vertex in the queue. */
static inline ospf_vnum spf_pop(struct spf_queue *q, struct spf_v *v,
				uint32_t (*key_of)(const struct spf_v *w))
{
	ospf_vnum n, next;
	unsigned b, level;

	for (;;) {
		if (!q->levels)
			return OSPF_NUM_NONE;
		level = (unsigned)__builtin_ctz(q->levels);
		b = level * SPF_FAN + (unsigned)__builtin_ctzll(q->used[level]);
		n = q->head[b];
		next = v[n].next;
		if (level == 0 || next == OSPF_NUM_NONE)
			break;
		spf_spread(q, v, b, key_of);
	}
	q->last = level ? key_of(&v[n]) : (q->last & ~(SPF_FAN - 1)) | b;
	v[n].bucket = SPF_UNQUEUED;
	q->head[b] = next;
	if (next == OSPF_NUM_NONE)
		spf_bucket_empty(q, b);
	else
		v[next].prev = OSPF_NUM_NONE;
	return n;
}

#endif
