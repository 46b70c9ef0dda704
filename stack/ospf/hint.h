/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_HINT_H
#define STACK_OSPF_HINT_H
/*
 * What the maker of an update knows of its bytes, which stays with them in the process:
 * which instances they are, and that the checksum is right.  A hint stands in front of the
 * packet in its block, which is not written to any more once it was sent; whoever alters a
 * packet makes another block.  So a receiver that has the very block would find out the same
 * by reading it, and from memory that he has not seen.  The bytes are what counts: with no
 * hint, or one that does not fit, they are read.
 */
#include "stack/ospf/pool.h"
#include "stack/pkt.h"

#define OSPF_HINT_LSAS 20                 /* most in a hint; of more these are the first */

struct ospf_hint {
	const struct ospf_pool *pool;     /* whose numbers they are */
	uint32_t n;
	struct ospf_hint_lsa {
		ospf_knum key;
		uint32_t serial;          /* of its instance: ospf_lsa.serial */
		uint16_t age;             /* as it stands there */
	} of[OSPF_HINT_LSAS];             /* in the order of the packet */
};

/* A block that begins with one leads to itself, as none does that has another owner. */
static inline void ospf_hint_begin(struct blk *b, const struct ospf_pool *pool)
{
	struct ospf_hint *x = (struct ospf_hint *)(void *)b->data;

	x->pool = pool;
	x->n = 0;
	b->next = b;
}

static inline struct ospf_hint *ospf_hint_of(const struct blk *b)         /* or NULL */
{
	return b->next == b ? (struct ospf_hint *)(void *)b->data : NULL;
}

static inline void ospf_hint_add(struct ospf_hint *x, const struct ospf_lsa *l, uint16_t age)
{
	if (x->n < OSPF_HINT_LSAS)
		x->of[x->n++] = (struct ospf_hint_lsa){ l->key, l->serial, age };
}

#endif
