// SPDX-License-Identifier: MIT
/*
 * Packets and their pool.  Freed packets and blocks go back to free lists, so
 * that a lab that has warmed up asks libc for nothing; after a rush, what was
 * not in use again for a while goes back to libc.  Under AddressSanitizer what
 * is free, and what lies behind a packet's last byte, is poisoned.
 */
#include "stack/pkt.h"

#include <stdlib.h>
#include <string.h>

#include "stack/util/csum.h"
#include "stack/util/poison.h"

#define PKT_ROWS ((sizeof(struct pkt) + PKT_ALIGN - 1) / PKT_ALIGN)
static_assert(POISON_WORKS || (sizeof(struct pkt) == PKT_ROWS * PKT_ALIGN &&
			       offsetof(struct pkt, hops) == (PKT_ROWS - 1) * PKT_ALIGN + 2),
	      "a packet is in rows");

/* Blocks come in a few sizes, so that one freed serves the next of its kind. */
static const uint32_t blk_sizes[] = { 256, 704, 1152, 1480, 1736, 2048, 16384, 66048 };
#define N_CLASS N_ELEM(blk_sizes)
#define CLASS_FRAME 3                     /* of most of them, where most are */
/*
 * Of packets and of blocks of a size: how many there are, how many of them are free, and were
 * at least in the present while.  That is over when half as many again were asked for as were
 * in use at most: not within a rush, and if rushes come again and again, there was one in it.
 */
#define WHILE_LEAST 1024
struct usage { uint32_t total, n_free, least_free, asked, left; };   /* left: to ask for yet */

static uint32_t in_use(const struct usage *n) { return n->total - n->n_free; }
static uint32_t most_in_use(const struct usage *n) { return n->total - n->least_free; }

/* The blocks of one size. */
struct blk_class { struct blk *free; struct usage n; };

struct pkt_pool {
	struct pkt *free;
	struct usage n;                   /* of packets */
	struct blk_class blks[N_CLASS];
	uint64_t limit;
	uint64_t fail_after;              /* UINT64_MAX: never */
	struct pkt_pool_stats stats;      /* but what is in use; pkts_max: before this while */
};

struct pkt_pool *pkt_pool_new(uint64_t limit)
{
	struct pkt_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	pool->limit = limit ? limit : UINT64_MAX;
	pool->fail_after = UINT64_MAX;
	return pool;
}

void pkt_pool_free(struct pkt_pool *pool)
{
	struct pkt *p;
	struct blk *b;

	if (!pool)
		return;
	assert(in_use(&pool->n) == 0);
	while ((p = pool->free)) {
		pool->free = p->next;
		free(p);
	}
	for (size_t i = 0; i < N_CLASS; i++) {
		assert(in_use(&pool->blks[i].n) == 0);
		while ((b = pool->blks[i].free)) {
			pool->blks[i].free = b->next;
			free(b);
		}
	}
	free(pool);
}

void pkt_pool_stats(const struct pkt_pool *pool, struct pkt_pool_stats *out)
{
	*out = pool->stats;
	out->pkts = in_use(&pool->n);
	if (out->pkts_max < most_in_use(&pool->n))
		out->pkts_max = most_in_use(&pool->n);
	for (size_t i = 0; i < N_CLASS; i++)
		out->blks += in_use(&pool->blks[i].n);
}

void pkt_pool_fail_after(struct pkt_pool *pool, uint64_t n)
{
	pool->fail_after = n;
}

/* May one more thing be handed out? */
static bool pool_allows(struct pkt_pool *pool)
{
	if (likely(pool->fail_after == UINT64_MAX))
		return true;
	if (pool->fail_after > 0) {
		pool->fail_after--;
		return true;
	}
	pool->stats.failed++;
	return false;
}

/* --- how many are kept --------------------------------------------------------- */

/* One is taken into use.  True: usage_look() is to be asked. */
static inline bool usage_up(struct usage *n, bool was_free)
{
	if (likely(was_free))
		n->n_free--;
	else
		n->total++;
	if (n->n_free < n->least_free)
		n->least_free = n->n_free;
	return unlikely(n->left-- == 0);
}

/* May one of the free ones be taken without a look at anything? */
static inline bool pool_is_plain(const struct pkt_pool *pool, const struct usage *n)
{
	return likely(n->left && pool->fail_after == UINT64_MAX);
}

static inline void usage_down(struct usage *n) { n->n_free++; }

/* How many of the free ones nobody needed, if a while is over; another one begins then. */
static uint32_t usage_look(struct usage *n)
{
	uint64_t enough = (3 * (uint64_t)most_in_use(n) + 1) / 2;
	uint32_t spare = n->least_free;

	if (n->asked < WHILE_LEAST)               /* the first of all */
		enough = WHILE_LEAST;
	if (enough > n->asked) {
		n->left = (uint32_t)(enough - n->asked);
		n->asked += n->left;
		return 0;
	}
	n->total -= spare;
	n->n_free -= spare;
	n->least_free = n->n_free;
	n->left = n->asked = WHILE_LEAST;
	return spare;
}

/* --- packets and blocks ------------------------------------------------------------ */

/* A packet in the free list is touched at its link only. */
static void close_pkt(struct pkt *p)
{
	poison(p, offsetof(struct pkt, next));
	poison(&p->next + 1, sizeof(*p) - offsetof(struct pkt, next) - sizeof(p->next));
}

/* Behind the head's live bytes there is nothing. */
static void close_tail(struct pkt *p)
{
	poison(p->head + p->off + p->len, PKT_HEAD + PKT_FENCE - (size_t)p->off - p->len);
}

static outlined void pkts_trim(struct pkt_pool *pool)
{
	uint32_t n;

	if (pool->stats.pkts_max < most_in_use(&pool->n))
		pool->stats.pkts_max = most_in_use(&pool->n);
	for (n = usage_look(&pool->n); n > 0; n--) {
		struct pkt *p = pool->free;

		pool->free = p->next;
		free(p);
	}
}

/* One of the free ones, or a new one; NULL: no memory. */
static struct pkt *pkt_take(struct pkt_pool *pool)
{
	struct pkt *p = pool->free;
	bool was_free = p != NULL;

	if (p) {
		pool->free = p->next;
	} else {
		p = aligned_alloc(PKT_ALIGN, PKT_ROWS * PKT_ALIGN);
		if (!p)
			return NULL;
		pool->stats.mallocs++;
	}
	if (usage_up(&pool->n, was_free))
		pkts_trim(pool);
	return p;
}

/* It is wanted soon, with its headers. */
static inline void pkt_prefetch(const struct pkt *p)
{
	prefetch(p);
	prefetch(p->head + PKT_HEAD - PKT_ALIGN);
	prefetch(&p->next);
}

static inline struct pkt *pkt_init(struct pkt_pool *pool, struct pkt *p)
{
	unpoison(p, sizeof(*p));
	memset(p, 0, offsetof(struct pkt, head));
	memset(&p->hops, 0, offsetof(struct pkt, pool) - offsetof(struct pkt, hops));
	p->pool = pool;
	p->off = PKT_HEAD;
	p->l2 = PKT_HEAD;
	close_tail(p);
	return p;
}

static outlined struct pkt *pkt_new_any(struct pkt_pool *pool)
{
	struct pkt *p;

	if (!pool_allows(pool))
		return NULL;
	p = in_use(&pool->n) < pool->limit ? pkt_take(pool) : NULL;
	if (p)
		return pkt_init(pool, p);
	pool->stats.failed++;
	return NULL;
}

struct pkt *pkt_new(struct pkt_pool *pool)
{
	struct pkt *p = pool->free;

	if (unlikely(!p || !pool_is_plain(pool, &pool->n) || in_use(&pool->n) >= pool->limit))
		return pkt_new_any(pool);
	pool->free = p->next;
	if (likely(pool->free))
		pkt_prefetch(pool->free);
	(void)usage_up(&pool->n, true);
	return pkt_init(pool, p);
}

uint32_t pkt_claim(struct pkt_pool *pool, uint32_t n)
{
	uint64_t room = pool->limit - in_use(&pool->n);
	struct usage *u = &pool->n;

	if (!pool_is_plain(pool, u))
		return 0;
	n = n < u->n_free ? n : u->n_free;
	n = n < room ? n : (uint32_t)room;
	u->left -= n < u->left ? n : u->left;     /* a while may be a few longer */
	u->n_free -= n;
	return n;
}

struct pkt *pkt_claimed(struct pkt_pool *pool, uint32_t hlen)
{
	struct pkt *p = pool->free;

	assert(hlen <= PKT_HEAD);
	pool->free = p->next;
	if (likely(pool->free))
		pkt_prefetch(pool->free);
	(void)pkt_init(pool, p);
	p->off = (uint16_t)(PKT_HEAD - hlen);
	p->len = (uint16_t)hlen;
	return p;
}

void pkt_claim_end(struct pkt_pool *pool, uint32_t left)
{
	struct usage *u = &pool->n;

	u->n_free += left;
	if (u->n_free < u->least_free)
		u->least_free = u->n_free;
}

static size_t blk_class(uint32_t size)
{
	size_t i = size > blk_sizes[CLASS_FRAME - 1] ? CLASS_FRAME : 0;

	while (unlikely(blk_sizes[i] < size))
		i++;
	return i;
}

static outlined void class_trim(struct blk_class *c)
{
	for (uint32_t n = usage_look(&c->n); n > 0; n--) {
		struct blk *b = c->free;

		c->free = b->next;
		free(b);
	}
}

/* One of the free ones, or a new one; NULL: no memory. */
static struct blk *class_take(struct pkt_pool *pool, struct blk_class *c, uint32_t size)
{
	struct blk *b = c->free;
	bool was_free = b != NULL;

	if (likely(b)) {
		c->free = b->next;
	} else {
		b = malloc(sizeof(*b) + size);
		if (!b)
			return NULL;
		pool->stats.mallocs++;
		b->size = size;
		b->data = (uint8_t *)(b + 1);
		b->mem = NULL;
	}
	if (usage_up(&c->n, was_free))
		class_trim(c);
	return b;
}

static inline struct blk *blk_init(struct blk *b, uint32_t size)
{
	unpoison(b->data, size);
	poison(b->data + size, b->size - size);
	b->next = NULL;
	b->refs = 1;
	return b;
}

/* size: of class i. */
static outlined struct blk *blk_new_any(struct pkt_pool *pool, size_t i, uint32_t size)
{
	struct blk *b;

	if (!pool_allows(pool))
		return NULL;
	b = class_take(pool, &pool->blks[i], blk_sizes[i]);
	if (b)
		return blk_init(b, size);
	pool->stats.failed++;
	return NULL;
}

struct blk *blk_new(struct pkt_pool *pool, uint32_t size)
{
	struct blk_class *c;
	struct blk *b;
	size_t i;

	assert(size <= blk_sizes[N_CLASS - 1]);
	i = blk_class(size);
	c = &pool->blks[i];
	b = c->free;
	if (unlikely(!b || !pool_is_plain(pool, &c->n)))
		return blk_new_any(pool, i, size);
	c->free = b->next;
	(void)usage_up(&c->n, true);
	return blk_init(b, size);
}

static hot_inline void to_pool(struct pkt_pool *pool, struct blk *b)
{
	struct blk_class *c = &pool->blks[blk_class(b->size)];

	b->next = c->free;
	c->free = b;
	usage_down(&c->n);
	poison(b->data, b->size);
}

static outlined void lent_to_pool(struct pkt_pool *pool, struct blk *b)
{
	blk_lent_end(b);
	to_pool(pool, b);
}

/* Best the last thing that is done: then nothing is kept for after a call. */
static hot_inline void put(struct pkt_pool *pool, struct blk *b)
{
	assert(b->refs > 0);
	if (--b->refs)
		return;
	if (unlikely(b->mem != NULL))
		lent_to_pool(pool, b);
	else
		to_pool(pool, b);
}

void blk_put(struct pkt_pool *pool, struct blk *b)
{
	put(pool, b);
}

static outlined void free_parts(struct pkt *p)
{
	for (; p->nfrag > 1; p->nfrag--)
		put(p->pool, p->frag[p->nfrag - 1].blk);
	pkt_free(p);
}

void pkt_free(struct pkt *p)
{
	struct pkt_pool *pool;
	struct blk *b;

	if (!p)
		return;
	if (unlikely(p->nfrag > 1)) {
		free_parts(p);
		return;
	}
	pool = p->pool;
	b = p->nfrag ? p->frag[0].blk : NULL;
	p->next = pool->free;
	close_pkt(p);
	pool->free = p;
	usage_down(&pool->n);
	if (likely(b != NULL))
		put(pool, b);
}

struct pkt *pkt_clone(const struct pkt *p)
{
	struct pkt *q = pkt_new(p->pool);

	if (!q)
		return NULL;
	memcpy(q, p, offsetof(struct pkt, head) + p->off + p->len);
	memcpy(&q->hops, &p->hops, sizeof(*q) - offsetof(struct pkt, hops));
	close_tail(q);
	q->next = NULL;
	for (unsigned i = 0; i < q->nfrag; i++)
		q->frag[i].blk->refs++;
	return q;
}

uint32_t pkt_mem(const struct pkt *p, const struct pkt *before)
{
	const struct blk *paid = NULL;
	uint32_t mem = sizeof(*p);

	if (before && before->nfrag)
		paid = before->frag[before->nfrag - 1].blk;
	for (unsigned i = 0; i < p->nfrag; i++) {
		const struct blk *b = p->frag[i].blk;

		if (b != paid)
			mem += (uint32_t)sizeof(*b) + (b->mem ? 0 : b->size);
		paid = b;
	}
	return mem;
}

int pkt_add_bytes(struct pkt *p, const void *bytes, uint32_t n)
{
	struct blk *b;
	int err;

	if (p->len == 0 && p->nfrag == 0 && n <= PKT_INLINE / 2) {
		if (n)
			memcpy(pkt_push(p, n), bytes, n);
		return OK;
	}
	b = blk_new(p->pool, n);
	if (!b)
		return ERR_NOBUFS;
	memcpy(b->data, bytes, n);
	err = pkt_add_frag(p, b, 0, n);
	blk_put(p->pool, b);
	return err;
}

struct pkt *pkt_from_bytes(struct pkt_pool *pool, const void *bytes, size_t n)
{
	size_t head = n < PKT_INLINE ? n : PKT_INLINE;
	const uint8_t *from = bytes;
	struct pkt *p;
	struct blk *b;

	assert(n <= PKT_MAX);
	p = pkt_new(pool);
	if (!p)
		return NULL;
	if (head)
		memcpy(pkt_push(p, head), from, head);
	p->l2 = p->off;
	if (n == head)
		return p;
	b = blk_new(pool, (uint32_t)(n - head));
	if (!b) {
		pkt_free(p);
		return NULL;
	}
	memcpy(b->data, from + head, n - head);
	p->frag[0] = (struct frag){ b, 0, (uint32_t)(n - head) };
	p->nfrag = 1;
	p->body = (uint32_t)(n - head);
	return p;
}

/* Takes n bytes off the front of the body; n <= p->body. */
static void body_skip(struct pkt *p, uint32_t n)
{
	p->body -= n;
	while (n) {
		struct frag *f = &p->frag[0];
		uint32_t part = n < f->len ? n : f->len;

		f->off += part;
		f->len -= part;
		n -= part;
		if (f->len)
			break;
		blk_put(p->pool, f->blk);
		p->nfrag--;
		memmove(&p->frag[0], &p->frag[1], p->nfrag * sizeof(p->frag[0]));
	}
}

bool pkt_pullup_from_body(struct pkt *p, size_t n)
{
	size_t need = n - p->len;

	if (n > PKT_HEAD || need > p->body)
		return false;
	if ((size_t)p->off + n > PKT_HEAD) {      /* no room behind: move forward */
		size_t shift = (size_t)p->off + n - PKT_HEAD;
		size_t keep = p->l2 < p->off ? p->l2 : p->off;

		if (keep < shift)                 /* what was pulled is given up */
			keep = p->off, p->l2 = (uint16_t)(p->off - shift);
		else
			p->l2 = (uint16_t)(p->l2 - shift);
		memmove(p->head + keep - shift, p->head + keep, (size_t)p->off + p->len - keep);
		p->off = (uint16_t)(p->off - shift);
	}
	unpoison(p, sizeof(*p));
	pkt_copy_out(p, p->len, p->head + p->off + p->len, need);
	p->len = (uint16_t)n;
	close_tail(p);
	body_skip(p, (uint32_t)need);
	return true;
}

void pkt_trim(struct pkt *p, uint32_t n)
{
	uint32_t cut;

	assert(n <= pkt_len(p));
	cut = pkt_len(p) - n;
	while (cut && p->nfrag) {
		struct frag *f = &p->frag[p->nfrag - 1];
		uint32_t part = cut < f->len ? cut : f->len;

		f->len -= part;
		p->body -= part;
		cut -= part;
		if (f->len == 0) {
			blk_put(p->pool, f->blk);
			p->nfrag--;
		}
	}
	p->len = (uint16_t)(p->len - cut);
	close_tail(p);
}

void pkt_make_room(struct pkt *p)
{
	unpoison(p, sizeof(*p));
	memmove(p->head + PKT_HEAD - p->len, pkt_data(p), p->len);
	p->off = (uint16_t)(PKT_HEAD - p->len);
	p->l2 = p->off;
	close_tail(p);
}

void pkt_skip(struct pkt *p, uint32_t n)
{
	uint32_t head = n < p->len ? n : p->len;

	assert(n <= pkt_len(p));
	pkt_pull(p, head);
	if (n > head)
		body_skip(p, n - head);
}

const uint8_t *pkt_row(const struct pkt *p, uint32_t off, size_t *n)
{
	const struct frag *f = p->frag;

	if (off < p->len) {
		*n = p->len - off;
		return p->head + p->off + off;
	}
	for (off -= p->len; off >= f->len; f++)
		off -= f->len;
	*n = f->len - off;
	return f->blk->data + f->off + off;
}

static outlined size_t copy_out_any(const struct pkt *p, uint32_t off, uint8_t *out, size_t n)
{
	size_t done = 0;

	if (off < p->len) {
		done = (size_t)(p->len - off) < n ? (size_t)(p->len - off) : n;
		memcpy(out, p->head + p->off + off, done);
		off = p->len;
	}
	off -= p->len;
	for (unsigned i = 0; i < p->nfrag && done < n; i++) {
		const struct frag *f = &p->frag[i];
		size_t part;

		if (off >= f->len) {
			off -= f->len;
			continue;
		}
		part = f->len - off < n - done ? f->len - off : n - done;
		memcpy(out + done, f->blk->data + f->off + off, part);
		done += part;
		off = 0;
	}
	return done;
}

size_t pkt_copy_out(const struct pkt *p, uint32_t off, void *to, size_t n)
{
	if (unlikely(p->len || p->nfrag != 1 || off >= p->body))  /* data, mostly */
		return copy_out_any(p, off, to, n);
	if (n > p->body - off)
		n = p->body - off;
	memcpy(to, p->frag[0].blk->data + p->frag[0].off + off, n);
	return n;
}

/* csum_add() of a piece that begins at an odd offset of the whole. */
static uint64_t csum_add_odd(uint64_t sum, const uint8_t *b, size_t n)
{
	if (n == 0)
		return sum;
	return csum_add(sum + b[0], b + 1, n - 1);
}

uint64_t pkt_csum(const struct pkt *p, uint32_t off)
{
	uint64_t sum = 0;
	bool odd = false;

	if (likely(p->nfrag <= 1 && off <= p->len && (p->len - off) % 2 == 0)) {
		const struct frag *f = &p->frag[0];

		return csum_two(p->head + p->off + off, p->len - off,
				p->nfrag ? f->blk->data + f->off : NULL, p->nfrag ? f->len : 0);
	}
	if (off < p->len) {
		sum = csum_add(0, p->head + p->off + off, p->len - off);
		odd = (p->len - off) & 1;
		off = p->len;
	}
	off -= p->len;
	for (unsigned i = 0; i < p->nfrag; i++) {
		const struct frag *f = &p->frag[i];
		const uint8_t *b = f->blk->data + f->off;

		if (off >= f->len) {
			off -= f->len;
			continue;
		}
		sum = odd ? csum_add_odd(sum, b + off, f->len - off)
			  : csum_add(sum, b + off, f->len - off);
		odd ^= (f->len - off) & 1;
		off = 0;
	}
	return sum;
}

size_t pkt_frame(const struct pkt *p, uint8_t *to, size_t n)
{
	size_t pulled = p->l2 < p->off ? (size_t)(p->off - p->l2) : 0;
	size_t head = pulled < n ? pulled : n;

	memcpy(to, p->head + p->off - pulled, head);
	return head + pkt_copy_out(p, 0, to + head, n - head);
}

void pkt_queue_free(struct pkt_queue *q)
{
	struct pkt *p;

	while ((p = pkt_queue_pop(q)))
		pkt_free(p);
}

void pkt_queue_free_row(struct pkt_queue *q, struct pkt *last, uint32_t n, uint32_t bytes)
{
	struct pkt *first = q->head, *p = first;
	struct pkt_pool *pool = first->pool;
	struct blk *b = first->frag[0].blk;

	q->head = last->next;
	if (!q->head)
		q->tail = NULL;
	q->count -= n;
	q->bytes -= bytes;
	for (uint32_t i = 0; POISON_WORKS && i < n; i++, p = p->next)
		close_pkt(p);
	pool->n.n_free += n;
	last->next = pool->free;
	pool->free = first;
	blk_put_many(pool, b, n);
}
