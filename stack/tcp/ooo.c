// SPDX-License-Identifier: MIT
/*
 * What arrives out of order, and what is told of it: RFC 2018 4, RFC 2883 4.
 *
 * It waits in runs, each without a gap, in the order of their numbers: the cost
 * of a segment grows with the gaps, not with the window.  Of bytes that come
 * twice the first ones are kept, but for a run that a longer segment covers.
 */
#include "stack/tcp/ooo.h"
#include "stack/tcp/rcvbuf.h"

#include <stdlib.h>
#include <string.h>

#define RUNS_FIRST 4

/* Where SO_RCVBUF counts bytes, what a packet costs here beside them, so that many small
 * ones do not fill the memory (CVE-2018-5390).  In the queue it does not. */
#define PKT_COST 512

struct run {
	seq_t start, end;
	struct pkt *first, *last;         /* by pkt->next */
};

/* tc->ooo; there while it holds something. */
struct tcp_ooo {
	uint32_t n, cap;
	struct run run[];
};

/* --- SACK blocks ------------------------------------------------------------------------- */

void tcp_sack_remove(struct tcp_conn *tc, unsigned i)
{
	struct tcp_sack *b = tc->blocks->ours;

	tc->n_sacks--;
	memmove(b + i, b + i + 1, (tc->n_sacks - i) * sizeof(*b));
}

/* In front of the others, but for a D-SACK; the last of them may go. */
static void sack_push(struct tcp_conn *tc, seq_t start, seq_t end)
{
	struct tcp_sack *b = tc->blocks->ours + tc->dsack;

	if (tc->n_sacks == TCP_SACK_MAX)
		tc->n_sacks--;
	memmove(b + 1, b, (tc->n_sacks - (size_t)tc->dsack) * sizeof(*b));
	*b = (struct tcp_sack){ start, end };
	tc->n_sacks++;
}

/* RFC 2018 4: the run that has what came last is the first block; those that are
 * in it now were parts of it. */
static void sack_add(struct tcp_conn *tc, const struct run *r)
{
	bool fin = tc->fin_seen && seq_eq(r->end, tc->fin_seq);   /* it has a number, too */
	seq_t end = seq_add(r->end, fin);

	if (!tc->sack_ok || !tcp_sack_room(tc))
		return;
	for (unsigned i = tc->dsack; i < tc->n_sacks;) {
		const struct tcp_sack *b = &tc->blocks->ours[i];

		if (seq_lt(end, b->start) || seq_lt(b->end, r->start))
			i++;
		else
			tcp_sack_remove(tc, i);
	}
	sack_push(tc, r->start, end);
}

/* Of several the first is told of, and what goes on where it ends. */
void tcp_dsack_add(struct tcp_conn *tc, seq_t start, seq_t end)
{
	if (!seq_lt(start, end))
		return;
	if (tc->dsack && seq_eq(tc->blocks->ours[0].end, start))
		tc->blocks->ours[0].end = end;
	if (tc->dsack || !tc->sack_ok || !tcp_stack(tc)->opt[OPT_TCP_DSACK] || !tcp_sack_room(tc))
		return;
	sack_push(tc, start, end);
	tc->dsack = true;
	tcp_count(tc, seq_lt(start, tc->rcv_nxt) ? EXT_DSACK_OLD_SENT : EXT_DSACK_OFO_SENT);
}

/* What is acknowledged is not out of order any more. */
static void sacks_settle(struct tcp_conn *tc)
{
	for (unsigned i = tc->dsack; i < tc->n_sacks;) {
		if (seq_le(tc->blocks->ours[i].end, tc->rcv_nxt))
			tcp_sack_remove(tc, i);
		else
			i++;
	}
}

/* --- runs -------------------------------------------------------------------------------- */

bool pkt_cut_front(struct pkt *p, seq_t at)
{
	int32_t old = seq_diff(at, pkt_at(p));

	if (old <= 0)
		return true;
	if ((uint32_t)old >= pkt_len(p))
		return false;
	pkt_skip(p, (uint32_t)old);
	p->seq = at.v;
	return true;
}

/* Room for one more.  False: no memory. */
static bool runs_room(struct tcp_conn *tc)
{
	uint32_t n = tc->ooo ? tc->ooo->n : 0, cap = tc->ooo ? 2 * tc->ooo->cap : RUNS_FIRST;
	struct tcp_ooo *o;

	if (tc->ooo && n < tc->ooo->cap)
		return true;
	o = realloc(tc->ooo, sizeof(*o) + cap * sizeof(o->run[0]));
	if (!o)
		return false;
	o->n = n;
	o->cap = cap;
	tc->ooo = o;
	return true;
}

/* The first that ends at `at` or behind it: their number if there is none. */
static uint32_t run_find(const struct tcp_ooo *o, seq_t at)
{
	uint32_t from = 0, to = o->n;

	if (o->n && seq_le(o->run[o->n - 1].start, at))   /* most often */
		return o->n - seq_le(at, o->run[o->n - 1].end);
	while (from < to) {
		uint32_t mid = (from + to) / 2;

		if (seq_lt(o->run[mid].end, at))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static void pkt_pay(struct tcp_conn *tc, struct pkt *p)
{
	uint32_t more = tc->rcv_before ? 0 : PKT_COST;

	tcp_rcvbuf_charge(tc, p);
	p->mem += more;
	tc->rcv_mem += more;
}

static void pkt_to_user(struct tcp_conn *tc, struct pkt *p)
{
	uint32_t less = tc->rcv_before ? 0 : PKT_COST;

	p->mem -= less;
	tc->rcv_mem -= less;
	tcp_to_user(tc, p);
}

static void pkt_give_up(struct tcp_conn *tc, struct pkt *p, enum drop why)
{
	tc->rcv_mem -= p->mem;
	pkt_drop(tcp_stack(tc), p, why);
}

static void run_drop(struct tcp_conn *tc, const struct run *r, enum drop why)
{
	struct pkt *p, *next;

	for (p = r->first; p; p = next) {
		next = p->next;
		pkt_give_up(tc, p, why);
	}
}

/* Cuts off p what run i has of it.  False: all, and p is dropped. */
static bool cut_known(struct tcp_conn *tc, struct pkt *p, uint32_t i)
{
	const struct run *r = &tc->ooo->run[i];

	if (i == tc->ooo->n || seq_lt(pkt_at(p), r->start))
		return true;
	tcp_dsack_add(tc, pkt_at(p), seq_min(r->end, pkt_end(p)));
	if (pkt_cut_front(p, r->end))
		return true;
	pkt_drop(tcp_stack(tc), p, DROP_TCP_OLD);
	return false;
}

/* Drops the runs from i on that p covers, and cuts off it what the next one has. */
static void cover(struct tcp_conn *tc, struct pkt *p, uint32_t i)
{
	struct tcp_ooo *o = tc->ooo;
	seq_t end = pkt_end(p);
	uint32_t to;

	for (to = i; to < o->n && seq_le(o->run[to].end, end); to++) {
		tcp_dsack_add(tc, o->run[to].start, o->run[to].end);
		run_drop(tc, &o->run[to], DROP_TCP_OLD);
	}
	if (to < o->n && seq_lt(o->run[to].start, end)) {
		tcp_dsack_add(tc, o->run[to].start, end);
		pkt_trim(p, (uint32_t)seq_diff(o->run[to].start, pkt_at(p)));
	}
	memmove(&o->run[i], &o->run[to], (o->n - to) * sizeof(o->run[0]));
	o->n -= to - i;
}

/* Both sides of what filled the gap between them. */
static void runs_join(struct tcp_conn *tc, uint32_t i)
{
	struct run *r = &tc->ooo->run[i], *next = r + 1;

	if (i + 1 == tc->ooo->n || !seq_eq(r->end, next->start))
		return;
	r->end = next->end;
	r->last->next = next->first;
	r->last = next->last;
	tc->ooo->n--;
	memmove(next, next + 1, (tc->ooo->n - i - 1) * sizeof(*next));
}

/* p overlaps nothing; there is room for a run at i, the first that ends where p
 * begins or behind it.  Returns the run that has p now. */
static const struct run *run_put(struct tcp_conn *tc, struct pkt *p, uint32_t i)
{
	struct tcp_ooo *o = tc->ooo;
	struct run *r = &o->run[i];

	if (i < o->n && seq_eq(r->end, pkt_at(p))) {
		tcp_rcvbuf_join(tc, r->last, p);
		r->last->next = p;
		r->last = p;
		r->end = pkt_end(p);
		p->next = NULL;
		runs_join(tc, i);
	} else if (i < o->n && seq_eq(r->start, pkt_end(p))) {
		p->next = r->first;
		r->first = p;
		r->start = pkt_at(p);
	} else {
		memmove(r + 1, r, (o->n - i) * sizeof(*r));
		*r = (struct run){ pkt_at(p), pkt_end(p), p, p };
		p->next = NULL;
		o->n++;
	}
	return r;
}

void tcp_ooo_add(struct tcp_conn *tc, struct pkt *p)
{
	uint32_t i = tc->ooo ? run_find(tc->ooo, pkt_at(p)) : 0, len = pkt_len(p);

	tcp_count(tc, EXT_OFO_QUEUE);
	tcp_rcvbuf_gap(tc, pkt_end(p));
	if (tc->ooo && !cut_known(tc, p, i)) {
		sack_add(tc, &tc->ooo->run[i]);   /* RFC 2883 4: behind the D-SACK */
		return;
	}
	if (!tcp_rcvbuf_room(tc, pkt_at(p), len)) {
		tcp_count(tc, EXT_OFO_DROP);
		pkt_drop(tcp_stack(tc), p, DROP_TCP_RCVBUF);
		return;
	}
	if (!runs_room(tc)) {
		pkt_drop(tcp_stack(tc), p, DROP_NO_MEMORY);
		return;
	}
	i = run_find(tc->ooo, pkt_at(p));         /* what p was cut by, if it was */
	cover(tc, p, i < tc->ooo->n && seq_eq(tc->ooo->run[i].end, pkt_at(p)) ? i + 1 : i);
	pkt_pay(tc, p);
	sack_add(tc, run_put(tc, p, i));
	if (tc->sack_ok)
		tcp_rcvbuf_came(tc, len);
}

void tcp_ooo_fin(struct tcp_conn *tc)
{
	const struct tcp_ooo *o = tc->ooo;
	const struct run alone = { .start = tc->fin_seq, .end = tc->fin_seq };
	const struct run *last = o && o->n ? &o->run[o->n - 1] : &alone;

	sack_add(tc, seq_eq(last->end, tc->fin_seq) ? last : &alone);
}

/* What the packets of a run become whose gap was filled. */
static void run_release(struct tcp_conn *tc, const struct run *r)
{
	struct pkt *p, *next;

	for (p = r->first; p; p = next) {
		next = p->next;
		if (tc->fin_seen && seq_lt(tc->fin_seq, pkt_end(p))) /* it lied about its end */
			pkt_give_up(tc, p, DROP_TCP_WINDOW);
		else if (!pkt_cut_front(p, tc->rcv_nxt))
			pkt_give_up(tc, p, DROP_TCP_OLD);
		else
			pkt_to_user(tc, p);
	}
}

void tcp_ooo_release(struct tcp_conn *tc)
{
	seq_t twice = tc->rcv_nxt;                /* what came now reached so far */
	struct tcp_ooo *o = tc->ooo;
	uint32_t i;

	for (i = 0; i < o->n && seq_le(o->run[i].start, tc->rcv_nxt); i++) {
		tcp_dsack_add(tc, o->run[i].start, seq_min(o->run[i].end, twice));
		run_release(tc, &o->run[i]);
	}
	o->n -= i;
	memmove(o->run, o->run + i, o->n * sizeof(o->run[0]));
	if (!o->n)
		tcp_ooo_fini(tc);
	sacks_settle(tc);
}

uint32_t tcp_ooo_bytes(const struct tcp_conn *tc)
{
	uint32_t n = 0;

	for (uint32_t i = 0; tc->ooo && i < tc->ooo->n; i++)
		n += (uint32_t)seq_diff(tc->ooo->run[i].end, tc->ooo->run[i].start);
	return n;
}

void tcp_ooo_prune(struct tcp_conn *tc, seq_t at)
{
	uint32_t max = (uint32_t)tc->sk.opt[SKO_RCVBUF], mem = tc->rcv_mem, part = max / 8;
	struct tcp_ooo *o = tc->ooo;

	if (!o || !seq_lt(at, o->run[o->n - 1].start))
		return;
	do
		run_drop(tc, &o->run[--o->n], DROP_TCP_RCVBUF);
	while (o->n && seq_lt(at, o->run[o->n - 1].start) &&
	       (tc->rcv_mem > max || mem - tc->rcv_mem < part));
	if (!o->n)
		tcp_ooo_fini(tc);
	tc->n_sacks = 0;
	tc->dsack = false;
}

void tcp_ooo_fini(struct tcp_conn *tc)
{
	struct pkt *p, *next;

	for (uint32_t i = 0; tc->ooo && i < tc->ooo->n; i++)
		for (p = tc->ooo->run[i].first; p; p = next) {
			next = p->next;
			tc->rcv_mem -= p->mem;
			pkt_free(p);
		}
	free(tc->ooo);
	tc->ooo = NULL;
}
