// SPDX-License-Identifier: MIT
/*
 * Memory of a user that packets refer to.  A block of it is one of the pool's that
 * points there instead of at its own bytes, which say what it was.  Since all who
 * refer to it look where it points, it can be pointed at a copy at any time.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/pkt.h"
#include "stack/socket.h"
#include "stack/util/poison.h"

struct sk_mem {
	uint32_t refs;
	size_t n;
	uint8_t bytes[];
};

struct sk_mem *sk_mem_new(size_t n)
{
	struct sk_mem *m = n < SIZE_MAX - sizeof(*m) ? malloc(sizeof(*m) + n) : NULL;

	if (m) {
		m->refs = 1;
		m->n = n;
	}
	return m;
}

uint8_t *sk_mem_bytes(struct sk_mem *m) { return m->bytes; }

void sk_mem_put(struct sk_mem *m)
{
	if (m && --m->refs == 0)
		free(m);
}

static uint8_t *own_bytes(struct blk *b) { return (uint8_t *)(b + 1); }

struct blk *blk_lend(struct pkt_pool *pool, struct sk_mem *m, const uint8_t *bytes, uint32_t n)
{
	struct blk *b;

	assert(bytes >= m->bytes && n <= BLK_LENT_MAX && n <= m->n &&
	       (size_t)(bytes - m->bytes) <= m->n - n);
	b = blk_new(pool, sizeof(b->size));
	if (!b)
		return NULL;
	memcpy(own_bytes(b), &b->size, sizeof(b->size));
	b->size = n;
	b->data = m->bytes + (bytes - m->bytes);
	b->mem = m;
	m->refs++;
	return b;
}

int blk_call_in(struct blk *b)
{
	struct sk_mem *copy;

	if (b->refs == 1)
		return 0;
	copy = sk_mem_new(b->size);
	if (!copy)
		return ERR_NOBUFS;
	memcpy(copy->bytes, b->data, b->size);
	sk_mem_put(b->mem);
	b->mem = copy;
	b->data = copy->bytes;
	return 1;
}

void blk_lent_end(struct blk *b)
{
	sk_mem_put(b->mem);
	b->mem = NULL;
	b->data = own_bytes(b);
	memcpy(&b->size, b->data, sizeof(b->size));
}
