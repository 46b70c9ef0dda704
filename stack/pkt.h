/* SPDX-License-Identifier: MIT */
#ifndef STACK_PKT_H
#define STACK_PKT_H
/*
 * A packet: a private head, where headers are pushed and pulled, then shared
 * read-only body fragments.  pkt_clone() copies the head and counts the body,
 * so flooding a hub and retransmitting a segment move no payload.
 *
 * *_input, *_output, *_enqueue, *_xmit, *_drop and *_free consume a packet,
 * whatever happens.  Every other function borrows it.
 *
 * Packets and blocks come from a pool that the caller hands to stack_new();
 * many stacks share one, but only within one thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/cc.h"
#include "stack/util/err.h"
#include "stack/util/ns.h"
#include "stack/util/poison.h"

struct netdev;
struct pkt_pool;

/* Ethernet, a tunnel's IP and UDP, and Ethernet, IP and TCP with all options
 * inside it: 14 + 28 + 14 + 60 + 60, and so many more that struct pkt is in rows. */
#define PKT_HEAD 226
#define PKT_FENCE (POISON_WORKS ? 14 : 0) /* bytes behind it that nobody touches */
#define PKT_INLINE 136                    /* a received frame's bytes kept in head */
#define PKT_NFRAG 2
#define PKT_MAX 65549                     /* the longest frame: 65535 and Ethernet */

struct sk_mem;

/* Shared bytes.  Written only by who allocated it, before it is shared. */
struct blk {
	uint32_t refs;
	uint32_t size;                    /* of data; what was asked for, or more */
	struct blk *next;                 /* in its pool's free list; else its owner's */
	uint8_t *data;                    /* right behind this, unless ... */
	struct sk_mem *mem;               /* ... it is in there: lend.c; holds a reference */
};

struct frag {
	struct blk *blk;                  /* holds a reference */
	uint32_t off, len;
};

enum pkt_flag {
	PKT_LINK_BCAST = 1,               /* arrived as a link-layer broadcast */
	PKT_LINK_MCAST = 2,               /* ... or multicast */
	PKT_OTHERHOST  = 4,               /* for another MAC: promiscuous mode */
	PKT_LOCAL      = 8,               /* was made by this host */
	PKT_IN_PLACE   = 16,              /* a capture has the frame already */
};

/* In rows of PKT_ALIGN bytes, as caches have them: the first is the link's, the last but
 * one has the headers of a segment, all but two bytes, and the last has them and all that is
 * asked of a packet that waits. */
#define PKT_ALIGN 64
struct pkt {
	ns_t at;                          /* the link's: when it arrives */
	union {
		ns_t start_at;            /* the link's: when it starts onto the wire */
		struct { uint32_t mem, used; };   /* of a buffer it waits in: tcp/rcvbuf.h */
	};
	uint64_t seq;                     /* the link's: given when it was accepted */
	struct netdev *dev;               /* where it arrived; NULL: made here */
	uint8_t head[PKT_HEAD];
	uint8_t fence[PKT_FENCE];
	uint8_t hops;                     /* hubs passed */
	uint32_t body;                    /* bytes in all frags */
	uint16_t off, len;                /* live header bytes: head[off, off + len) */
	uint16_t l2;                      /* offset of the Ethernet header in head */
	uint8_t nfrag;
	uint8_t flags;                    /* enum pkt_flag */
	struct pkt *next;                 /* in one queue, or none */
	struct pkt_pool *pool;
	struct frag frag[PKT_NFRAG];
};

struct pkt_pool_stats {
	uint64_t pkts, blks;              /* in use now */
	uint64_t pkts_max;                /* most ever in use */
	uint64_t mallocs;                 /* times the pool asked libc for memory */
	uint64_t failed;                  /* allocations refused */
};

/* limit: packets in use at most, 0 for no limit.  NULL: no memory. */
struct pkt_pool *pkt_pool_new(uint64_t limit);
void pkt_pool_free(struct pkt_pool *pool);       /* asserts that all came back */
void pkt_pool_stats(const struct pkt_pool *pool, struct pkt_pool_stats *out);
/* For tests: let n more allocations succeed, then none; UINT64_MAX turns it
 * off. */
void pkt_pool_fail_after(struct pkt_pool *pool, uint64_t n);

/* An empty packet, all headroom; NULL: none left. */
struct pkt *pkt_new(struct pkt_pool *pool);
/* Many, one after the other: returns how many there are, up to n, that cost little.  Then
 * so many may be taken, of hlen bytes each, content undefined; nothing else is asked of the
 * pool meanwhile.  At the end so many of them were left. */
uint32_t must_check pkt_claim(struct pkt_pool *pool, uint32_t n);
struct pkt *pkt_claimed(struct pkt_pool *pool, uint32_t hlen);
void pkt_claim_end(struct pkt_pool *pool, uint32_t left);
/* A packet that holds a copy of n bytes, the first PKT_INLINE in its head.
 * n <= PKT_MAX.  NULL: none left. */
struct pkt *pkt_from_bytes(struct pkt_pool *pool, const void *bytes, size_t n);
void pkt_free(struct pkt *p);                    /* NULL is fine */
/* Same head, same body by reference; NULL: none left. */
struct pkt *pkt_clone(const struct pkt *p);

/* One reference, size bytes to write, content undefined. */
struct blk *blk_new(struct pkt_pool *pool, uint32_t size);
void blk_put(struct pkt_pool *pool, struct blk *b);
/* n references, at least one.  b NULL is fine. */
static inline void blk_put_many(struct pkt_pool *pool, struct blk *b, uint32_t n)
{
	if (!b)
		return;
	assert(b->refs >= n);
	b->refs -= n - 1;
	blk_put(pool, b);
}
/* n bytes of somebody's memory, at most BLK_LENT_MAX: one reference, and one to m.
 * They may change whenever he likes. */
#define BLK_LENT_MAX 65536
struct blk *blk_lend(struct pkt_pool *pool, struct sk_mem *m, const uint8_t *bytes, uint32_t n);
/* He wants them back: who else refers to b has a copy from now on.  1: somebody
 * does; 0: nobody; ERR_NOBUFS: no memory, and nothing has changed. */
int must_check blk_call_in(struct blk *b);
void blk_lent_end(struct blk *b);                /* pkt.c: it is a plain one again */
/* Appends a slice of b to the body; takes a reference of its own.
 * ERR_NOBUFS when all PKT_NFRAG are used. */
static inline int must_check pkt_add_frag(struct pkt *p, struct blk *b, uint32_t off, uint32_t len)
{
	assert(off <= b->size && len <= b->size - off);
	if (unlikely(p->nfrag == PKT_NFRAG))
		return ERR_NOBUFS;
	b->refs++;
	p->frag[p->nfrag++] = (struct frag){ b, off, len };
	p->body += len;
	return OK;
}
/* The same of a packet that has no body. */
static inline void pkt_set_body(struct pkt *p, struct blk *b, uint32_t off, uint32_t len)
{
	assert(off <= b->size && len <= b->size - off);
	b->refs++;
	p->nfrag = 1;
	p->frag[0] = (struct frag){ b, off, len };
	p->body = len;
}
/* Appends a copy of n bytes: to the head if few and the packet has no headers
 * yet, else as a new fragment.  OK or ERR_NOBUFS. */
int must_check pkt_add_bytes(struct pkt *p, const void *bytes, uint32_t n);

/* Bytes of memory that p holds while it waits behind `before`, or NULL; a
 * block that both share is charged to the first. */
uint32_t pkt_mem(const struct pkt *p, const struct pkt *before);

static inline uint32_t pkt_len(const struct pkt *p) { return p->len + p->body; }
static inline uint8_t *pkt_data(struct pkt *p) { return p->head + p->off; }

/* n bytes in front, content undefined: the caller writes all of them. */
static inline uint8_t *pkt_push(struct pkt *p, size_t n)
{
	assert(n <= p->off);
	p->off = (uint16_t)(p->off - n);
	p->len = (uint16_t)(p->len + n);
	return p->head + p->off;
}

/* Takes n bytes off the front of the head; n <= p->len. */
static inline void pkt_pull(struct pkt *p, size_t n)
{
	assert(n <= p->len);
	p->off = (uint16_t)(p->off + n);
	p->len = (uint16_t)(p->len - n);
}

bool must_check pkt_pullup_from_body(struct pkt *p, size_t n);

/* Makes the first n bytes contiguous in the head.  False if the packet is
 * shorter, or n does not fit the head. */
static inline bool must_check pkt_pullup(struct pkt *p, size_t n)
{
	return likely(n <= p->len) || pkt_pullup_from_body(p, n);
}

/* Keeps the first n bytes; n <= pkt_len(p). */
void pkt_trim(struct pkt *p, uint32_t n);
/* Moves the live bytes to the end of the head: what was pulled is forgotten,
 * and there is all the room in front that there can be. */
void pkt_make_room(struct pkt *p);
/* Drops the first n bytes, from head and body; n <= pkt_len(p). */
void pkt_skip(struct pkt *p, uint32_t n);
/* Where the byte at offset off lies, and how many, *n, with it; off < pkt_len(p). */
const uint8_t *pkt_row(const struct pkt *p, uint32_t off, size_t *n);
/* Copies up to n bytes from offset off; returns how many there were. */
size_t pkt_copy_out(const struct pkt *p, uint32_t off, void *to, size_t n);
/* Unfolded checksum of all bytes from offset off; see stack/util/csum.h. */
uint64_t pkt_csum(const struct pkt *p, uint32_t off);
/* The whole frame from its Ethernet header, as it was received or will be
 * sent, whatever was pulled since; returns its length. */
size_t pkt_frame(const struct pkt *p, uint8_t *to, size_t n);

/* A queue of packets, first in first out. */
struct pkt_queue { struct pkt *head, *tail; uint32_t count; uint32_t bytes; };

/* n of them, linked by next, of so many bytes in all. */
static inline void pkt_queue_push_row(struct pkt_queue *q, struct pkt *first, struct pkt *last,
				      uint32_t n, uint32_t bytes)
{
	last->next = NULL;
	if (q->tail)
		q->tail->next = first;
	else
		q->head = first;
	q->tail = last;
	q->count += n;
	q->bytes += bytes;
}

static inline void pkt_queue_push(struct pkt_queue *q, struct pkt *p)
{
	pkt_queue_push_row(q, p, p, 1, pkt_len(p));
}

static inline struct pkt *pkt_queue_pop(struct pkt_queue *q)
{
	struct pkt *p = q->head;

	if (!p)
		return NULL;
	q->head = p->next;
	if (!q->head)
		q->tail = NULL;
	q->count--;
	q->bytes -= pkt_len(p);
	p->next = NULL;
	return p;
}

void pkt_queue_free(struct pkt_queue *q);        /* frees all that wait */
/* Frees the first n, up to last, of so many bytes in all: each of them is a slice of
 * the same block, and nothing else. */
void pkt_queue_free_row(struct pkt_queue *q, struct pkt *last, uint32_t n, uint32_t bytes);

#endif
