// SPDX-License-Identifier: MIT
/*
 * Data that was written and is not acknowledged, cut into segments as it
 * comes.  A block of data is filled before the segment is first sent; then
 * packets share it, and only references move.
 */
#include <string.h>

#include "stack/tcp/conn.h"
#include "stack/tcp/zerocopy.h"
#include "stack/util/csum.h"
#include "stack/util/poison.h"

static struct tcp_seg *last(const struct tcp_conn *tc)
{
	return list_empty(&tc->sendq) ? NULL :
	       container_of(tc->sendq.head.prev, struct tcp_seg, node);
}

seq_t tcp_sendq_end(const struct tcp_conn *tc)
{
	return last(tc) ? seg_end(last(tc)) : tc->snd_nxt;
}

static hot_inline struct tcp_seg *seg_append(struct tcp_conn *tc)
{
	struct tcp_seg *s = tcp_seg_alloc(tcp_stack(tc));

	if (!s)
		return NULL;
	s->seq = tcp_sendq_end(tc);
	list_push_back(&tc->sendq, &s->node);
	if (!tc->unsent)
		tc->unsent = s;
	return s;
}

void tcp_seg_free(struct tcp_conn *tc, struct tcp_seg *s)
{
	struct tcp_seg *next = tcp_seg_next(tc, s);

	if (tc->unsent == s)
		tc->unsent = next;
	if (tc->lost_hint == s)
		tc->lost_hint = next;
	if (unlikely(tc->n_sacked) && tc->blocks)
		tcp_sack_forget(tc, s);
	if (list_linked(&s->by_time))
		list_remove(&s->by_time);
	list_remove(&s->node);
	tc->sendq_bytes -= s->len;
	if (s->blk)
		blk_put(tcp_stack(tc)->pool, s->blk);
	tcp_seg_release(tcp_stack(tc), s);
}

void tcp_seg_free_only(struct tcp_conn *tc, struct tcp_seg *s)
{
	tc->lost_hint = NULL;
	tc->sendq_bytes = 0;
	list_init(&tc->sendq);
	list_init(&tc->sent_order);
	if (s->blk)
		blk_put(tcp_stack(tc)->pool, s->blk);
	tcp_seg_release(tcp_stack(tc), s);
}

static void list_cut(struct list_node *first, struct list_node *last)
{
	first->prev->next = last->next;
	last->next->prev = first->prev;
}

void tcp_segs_free(struct tcp_conn *tc, struct tcp_seg *first, struct tcp_seg *last, uint32_t n,
		   uint32_t bytes)
{
	struct pkt_pool *pool = tcp_stack(tc)->pool;
	struct blk *b = first->blk;
	struct tcp_seg *s = first;
	uint32_t refs = 0;                        /* to b, of those before s */

	list_cut(&first->by_time, &last->by_time);
	list_cut(&first->node, &last->node);
	tc->sendq_bytes -= bytes;
	for (uint32_t i = 0; i < n; i++, refs++) {
		if (s->blk != b) {
			blk_put_many(pool, b, refs);
			b = s->blk;
			refs = 0;
		}
		s = container_of(s->node.next, struct tcp_seg, node);
	}
	blk_put_many(pool, b, refs);
	tcp_segs_release(tcp_stack(tc), first, last, n);
}

void tcp_sendq_fini(struct tcp_conn *tc)
{
	struct tcp_seg *s;

	while ((s = list_first(&tc->sendq, struct tcp_seg, node)))
		tcp_seg_free(tc, s);
	if (unlikely(tc->sk.rare != NULL))
		tcp_zc_all_over(tc);
	tc->n_out = tc->n_sacked = tc->n_lost = tc->n_retrans = 0;
}

/* A segment that more data may join: not sent, and not full. */
static struct tcp_seg *open_seg(const struct tcp_conn *tc)
{
	struct tcp_seg *s = last(tc);

	if (!s || s->sent || !s->blk || (s->flags & ~TCP_PSH) || (s->marks & SEG_EOR) ||
	    s->len >= tc->snd_mss || s->off + s->len >= s->blk->size)
		return NULL;
	return s;
}

static hot_inline struct tcp_seg *data_seg(struct tcp_conn *tc)
{
	struct tcp_seg *s = open_seg(tc);

	if (s) {
		s->flags = 0;                     /* what pushed is not the last any more */
		return s;
	}
	s = seg_append(tc);
	if (!s)
		return NULL;
	s->blk = blk_new(tcp_stack(tc)->pool, tc->snd_mss);
	if (!s->blk) {
		tcp_seg_free(tc, s);
		return NULL;
	}
	unpoison(s->blk->data, s->blk->size);     /* all of it, if the MSS grows meanwhile */
	return s;
}

static uint32_t seg_room(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	uint32_t in_blk = s->blk->size - s->off - s->len, in_seg = tc->snd_mss - s->len;

	return in_blk < in_seg ? in_blk : in_seg;
}

/* Into the block, with its sum if anybody wants to know it.  Sums of odd lengths
 * do not add up: then all of it is summed again. */
static hot_inline void put(struct tcp_conn *tc, struct tcp_seg *s, const uint8_t *from, size_t n)
{
	uint8_t *data = s->blk->data + s->off, *to = data + s->len;

	if (likely(tcp_stack(tc)->opt[OPT_TCP_CHECKSUMS]) && likely(s->len % 2 == 0)) {
		s->sum = csum_copy(s->sum, to, from, n);
		return;
	}
	memcpy(to, from, n);
	if (tcp_stack(tc)->opt[OPT_TCP_CHECKSUMS])
		s->sum = csum_add(0, data, s->len + n);
}

/* --- a long write ------------------------------------------------------------------- */

/* Full segments share a block of this size, if they fill it about as well as each
 * its own: where they follow each other, they are copied as one. */
#define MANY_BYTES 16384
#define MANY_MIN 8

/* So many full segments of `bytes` fit one block; 0: each has its own. */
static uint32_t many_in(const struct tcp_conn *tc, size_t bytes)
{
	if (bytes < MANY_MIN * (size_t)tc->snd_mss || MANY_BYTES < MANY_MIN * tc->snd_mss ||
	    open_seg(tc))
		return 0;
	return (uint32_t)((bytes < MANY_BYTES ? bytes : MANY_BYTES) / tc->snd_mss);
}

static void many_copy(struct tcp_conn *tc, struct tcp_seg *first, const uint8_t *from, size_t n)
{
	struct blk *b = first->blk;

	if (!tcp_stack(tc)->opt[OPT_TCP_CHECKSUMS]) {
		memcpy(b->data, from, n);
		return;
	}
	for (struct tcp_seg *s = first; s; s = tcp_seg_next(tc, s))
		s->sum = csum_copy(0, b->data + s->off, from + s->off, s->len);
}

/* n full segments of b, one behind the other; *first: of them, or NULL.  Returns
 * their bytes: there may be fewer. */
static uint32_t segs_of(struct tcp_conn *tc, struct blk *b, uint32_t n, struct tcp_seg **first)
{
	const seq_t at = tcp_sendq_end(tc);
	const uint32_t len = tc->snd_mss;
	struct stack *st = tcp_stack(tc);
	struct tcp_seg *s, *head = NULL;
	uint32_t off = 0;

	for (; n && (s = tcp_seg_alloc(st)) != NULL; n--) {
		s->seq = seq_add(at, off);
		s->blk = b;
		s->off = off;
		s->len = len;
		list_push_back(&tc->sendq, &s->node);
		head = head ? head : s;
		off += len;
		b->refs++;
	}
	if (!tc->unsent)
		tc->unsent = head;
	*first = head;
	tc->sendq_bytes += off;
	return off;
}

/* Returns how many bytes it took: a whole number of segments. */
static size_t add_many(struct tcp_conn *tc, const uint8_t *from, uint32_t n)
{
	struct blk *b = blk_new(tcp_stack(tc)->pool, n * (uint32_t)tc->snd_mss);
	struct tcp_seg *first;
	uint32_t done;

	if (!b)
		return 0;
	unpoison(b->data, b->size);               /* as data_seg() */
	done = segs_of(tc, b, n, &first);
	if (first)
		many_copy(tc, first, from, done);
	blk_put(tcp_stack(tc)->pool, b);
	return done;
}

/* The same by reference; 0: what is open is filled first, or it is less than one. */
static size_t add_lent(struct tcp_conn *tc, struct tcp_write *w, const uint8_t *from, size_t n)
{
	uint32_t many = (n < BLK_LENT_MAX ? (uint32_t)n : BLK_LENT_MAX) / tc->snd_mss, done;
	struct tcp_seg *first;
	struct blk *b;

	if (!many || open_seg(tc))
		return 0;
	b = blk_lend(tcp_stack(tc)->pool, w->mem, from, many * tc->snd_mss);
	if (!b)
		return 0;
	done = segs_of(tc, b, many, &first);
	if (done && w->notice)
		tcp_zc_lent(w->notice, b);
	blk_put(tcp_stack(tc)->pool, b);
	return done;
}

/* Whole segments at once, of what is long or lent; 0: none. */
static outlined size_t add_whole(struct tcp_conn *tc, struct tcp_write *w, const uint8_t *from,
				 size_t n)
{
	uint32_t many;

	if (w->mem)
		return add_lent(tc, w, from, n);
	many = many_in(tc, n);
	return many ? add_many(tc, from, many) : 0;
}

/* To the segment that is open, or into a new one; 0: no memory. */
static hot_inline size_t add_part(struct tcp_conn *tc, const uint8_t *from, size_t n)
{
	struct tcp_seg *s = data_seg(tc);
	uint32_t room;

	if (!s)
		return 0;
	room = seg_room(tc, s);
	if (n > room)
		n = room;
	put(tc, s, from, n);
	s->len += (uint32_t)n;
	tc->sendq_bytes += (uint32_t)n;
	return n;
}

ssize_t tcp_sendq_add(struct tcp_conn *tc, struct tcp_write *w, size_t n)
{
	size_t done = 0, part;

	while (done < n) {
		part = 0;
		if (unlikely(w->mem != NULL) || n - done >= MANY_MIN * (size_t)tc->snd_mss)
			part = add_whole(tc, w, w->buf + done, n - done);
		if (!part)
			part = add_part(tc, w->buf + done, n - done);
		if (!part)
			break;
		done += part;
	}
	return done || !n ? (ssize_t)done : ERR_NOBUFS;
}

void tcp_sendq_push(struct tcp_conn *tc)
{
	struct tcp_seg *s = last(tc);

	if (s && !s->sent)
		s->flags |= TCP_PSH;
}

void tcp_sendq_mark(struct tcp_conn *tc, enum seg_mark m) { last(tc)->marks |= (uint8_t)m; }

bool tcp_sendq_flag(struct tcp_conn *tc, uint8_t flag)
{
	struct tcp_seg *s = last(tc);

	if (flag != TCP_FIN || !s || s->sent)     /* else it joins the last data */
		s = seg_append(tc);
	if (s)
		s->flags |= flag;
	return s != NULL;
}

/* So that a segment ends n bytes behind the beginning of the first unsent, and none
 * before it wants to be alone. */
static bool cut_at(struct tcp_conn *tc, uint32_t n)
{
	struct tcp_seg *s = tc->unsent;

	for (; s->len < n; s = tcp_seg_next(tc, s)) {
		if (s->marks & SEG_EOR)
			return false;
		n -= s->len;
	}
	return s->len == n || tcp_seg_split(tc, s, n);
}

bool tcp_sendq_join(struct tcp_conn *tc, uint32_t n)
{
	struct tcp_seg *s = tc->unsent, *next;
	struct pkt_pool *pool = tcp_stack(tc)->pool;
	struct blk *b = blk_new(pool, n);

	if (!b)
		return false;
	if (!cut_at(tc, n)) {
		blk_put(pool, b);
		return false;
	}
	unpoison(b->data, b->size);
	memcpy(b->data, s->blk->data + s->off, s->len);
	while (s->len < n) {
		next = tcp_seg_next(tc, s);
		memcpy(b->data + s->len, next->blk->data + next->off, next->len);
		s->len += next->len;
		s->flags |= next->flags;
		s->marks |= next->marks;
		tc->sendq_bytes += next->len;     /* it takes them away */
		tcp_seg_free(tc, next);
	}
	blk_put(pool, s->blk);
	s->blk = b;
	s->off = 0;
	s->sum = csum_add(0, b->data, n);
	return true;
}

bool tcp_seg_split(struct tcp_conn *tc, struct tcp_seg *s, uint32_t len)
{
	struct tcp_seg *rest = tcp_seg_alloc(tcp_stack(tc));

	assert(len > 0 && len < seg_span(s));     /* the FIN may be all of the rest */
	if (!rest)
		return false;
	*rest = *s;
	rest->seq = seq_add(s->seq, len);
	rest->off += len;
	rest->len -= len;
	s->len = len;
	s->flags &= (uint8_t)~(TCP_FIN | TCP_PSH);
	s->marks &= (uint8_t)~(SEG_EOR | SEG_STAMP);
	if (!rest->len) {                         /* a FIN pushes the data, not itself */
		s->flags |= TCP_PSH;
		rest->flags &= (uint8_t)~TCP_PSH;
	}
	rest->blk->refs++;
	s->sum = csum_add(0, s->blk->data + s->off, s->len);
	rest->sum = csum_add(0, rest->blk->data + rest->off, rest->len);
	list_insert_before(s->node.next, &rest->node);
	rest->by_time = (struct list_node){ NULL, NULL };
	if (list_linked(&s->by_time))             /* sent together, and s ends first */
		list_insert_before(s->by_time.next, &rest->by_time);
	if (s->sent) {
		tc->n_out++;
		tc->n_sacked += !!(s->marks & SEG_SACKED);
		tc->n_lost += !!(s->marks & SEG_LOST);
		tc->n_retrans += !!(s->marks & SEG_RETRANS);
	}
	return true;
}
