// SPDX-License-Identifier: MIT
/*
 * Sends of which the user wants to know when they are over (MSG_ZEROCOPY), so that
 * his memory is his again: once all of it is acknowledged, or nothing of it will be
 * sent any more.  As in Linux they end in order, whether their bytes were copied
 * or not; and who still looks at the memory then, the peer's queue on another host
 * for instance, gets a copy, so that no reader can keep a writer waiting.
 */
#include <stdlib.h>

#include "stack/tcp/zerocopy.h"

#define ZC_MAX 1024                       /* sends, and notices that nobody read */

struct tcp_zc {
	struct list sends;                /* struct tcp_zc_send, by number */
	uint32_t n, next;                 /* of them; number of the next */
};

struct tcp_zc_send {
	struct list_node node;
	uint32_t number;
	seq_t end;
	bool copied;
	struct blk *lent;                 /* by next; each holds a reference */
};

static struct tcp_zc *zc_of(const struct tcp_conn *tc)
{
	return tc->sk.rare ? tc->sk.rare->zc : NULL;
}

static bool too_many(const struct tcp_conn *tc)
{
	const struct sk_err_item *it;
	uint32_t n = zc_of(tc)->n;

	list_for_each(&tc->sk.errq, it, node)
		n++;
	return n >= ZC_MAX;
}

/* For one send; NULL: no memory, or too many. */
static struct tcp_zc_send *send_begin(struct tcp_conn *tc)
{
	struct tcp_zc *zc = zc_of(tc);
	struct tcp_zc_send *z;

	if (!zc) {
		zc = calloc(1, sizeof(*zc));
		if (!zc)
			return NULL;
		list_init(&zc->sends);
		tc->sk.rare->zc = zc;             /* SKO_ZEROCOPY is there, too */
	}
	z = too_many(tc) ? NULL : calloc(1, sizeof(*z));
	if (!z)
		return NULL;
	z->number = zc->next++;
	list_push_back(&zc->sends, &z->node);
	zc->n++;
	return z;
}

void tcp_zc_lent(struct tcp_zc_send *z, struct blk *b)
{
	b->refs++;
	b->next = z->lent;
	z->lent = b;
}

static void send_free(struct tcp_conn *tc, struct tcp_zc_send *z)
{
	struct blk *b;

	while ((b = z->lent)) {
		z->lent = b->next;
		b->next = NULL;
		blk_put(tcp_stack(tc)->pool, b);
	}
	list_remove(&z->node);
	zc_of(tc)->n--;
	free(z);
}

/* All of it is queued; took 0: nothing was, and there was none. */
static void send_end(struct tcp_conn *tc, struct tcp_zc_send *z, size_t took)
{
	z->copied = !z->lent;
	z->end = tcp_sendq_end(tc);
	if (took)
		return;
	zc_of(tc)->next--;
	send_free(tc, z);
}

ssize_t tcp_zc_add(struct tcp_conn *tc, struct tcp_write *w, size_t n)
{
	ssize_t done;

	if (!sock_opt(&tc->sk, SKO_ZEROCOPY) || !n)
		return tcp_sendq_add(tc, w, n);
	w->notice = send_begin(tc);
	if (!w->notice)
		return ERR_NOBUFS;
	done = tcp_sendq_add(tc, w, n);
	send_end(tc, w->notice, done > 0 ? (size_t)done : 0);
	return done;
}

/* Whoever refers to its memory has a copy then; false: no memory for that, so it
 * is not over yet. */
static bool call_in(struct tcp_conn *tc, struct tcp_zc_send *z)
{
	struct blk *b;
	int copied;

	while ((b = z->lent)) {
		copied = blk_call_in(b);
		if (copied < 0)
			return false;
		z->copied |= copied > 0;
		z->lent = b->next;
		b->next = NULL;
		blk_put(tcp_stack(tc)->pool, b);
	}
	return sock_zerocopy_over(&tc->sk, z->number, z->copied) == OK;
}

static struct tcp_zc_send *first(const struct tcp_conn *tc)
{
	struct tcp_zc *zc = zc_of(tc);

	return zc ? list_first(&zc->sends, struct tcp_zc_send, node) : NULL;
}

void tcp_zc_acked(struct tcp_conn *tc)
{
	struct tcp_zc_send *z;

	while ((z = first(tc)) && seq_le(z->end, tc->snd_una) && call_in(tc, z))
		send_free(tc, z);
}

void tcp_zc_all_over(struct tcp_conn *tc)
{
	struct tcp_zc_send *z;

	while ((z = first(tc)) && call_in(tc, z))
		send_free(tc, z);
}

void tcp_zc_fini(struct tcp_conn *tc)
{
	struct tcp_zc_send *z;

	if (!zc_of(tc))
		return;
	while ((z = first(tc)))
		send_free(tc, z);
	free(tc->sk.rare->zc);
	tc->sk.rare->zc = NULL;
}
