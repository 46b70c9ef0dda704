// SPDX-License-Identifier: MIT
/*
 * What SACK blocks say: RFC 2018 5, RFC 2883 (D-SACK), and the degree of
 * reordering as Linux measures it.
 *
 * Every ACK repeats blocks of the one before.  Only the parts of a block that
 * are news are looked up, and that begins near where one of the last look-ups
 * ended: the cost of an ACK hardly grows with the window.  What a lying peer says
 * is taken if it is about data that is out, which hurts nobody but that peer.
 */
#include <stdlib.h>
#include <string.h>

#include "stack/tcp/conn.h"

#define REORDERING_MAX 300                /* Linux: tcp_max_reordering */

void tcp_reordered(struct tcp_conn *tc, const struct tcp_seg *s)
{
	seq_t most = seq_max(tc->high_sacked, tc->snd_una);
	uint32_t by = (uint32_t)seq_diff(most, s->seq);
	uint32_t segs = (by + tc->cc.mss - 1) / tc->cc.mss;

	tc->rack.reordering_seen = true;          /* RFC 8985 6.2, step 3 */
	tc->reord_seen++;
	if (segs > tc->reordering)
		tc->reordering = segs < REORDERING_MAX ? segs : REORDERING_MAX;
}

/* --- D-SACK ---------------------------------------------------------------------------- */

/* RFC 2883 5: the first block lies below the ACK, or within the second.  What
 * was never out since the window before is no news (Linux: tcp_is_sackblock_valid). */
static bool is_dsack(const struct tcp_conn *tc, const struct tcp_opts *o, seq_t ack)
{
	const struct tcp_sack *b = &o->sack[0];

	if (!o->n_sack || !seq_lt(b->start, b->end) || seq_lt(tc->snd_nxt, b->end) ||
	    seq_lt(b->start, seq_sub(tc->snd_una, tc->max_snd_wnd)))
		return false;
	if (seq_le(b->end, ack))
		return true;
	return o->n_sack > 1 && seq_le(o->sack[1].start, b->start) &&
	       seq_le(b->end, o->sack[1].end);
}

/* As Linux: each of its segments was sent twice, and the second was delivered.  More than
 * were sent twice the network made, or the peer made up: those tell nothing. */
static bool take_dsack(struct tcp_conn *tc, const struct tcp_sack *b, seq_t ack,
		       struct tcp_acked *a)
{
	uint32_t len = (uint32_t)seq_diff(b->end, b->start);
	uint32_t n = len > tc->snd_mss ? (len + tc->snd_mss - 1) / tc->snd_mss : 1;

	tcp_count(tc, seq_le(b->end, ack) ? EXT_DSACK_RECV : EXT_DSACK_OFO_RECV);
	if (len > tc->max_snd_wnd)
		return false;
	tc->dsack_seen += n;
	if (tc->dsack_seen > tc->total_retrans)
		return false;
	a->dsack = true;
	a->delivered += n;
	tc->delivered += n;
	tcp_undo_dsack(tc, b, n);
	return true;
}

/* --- blocks ------------------------------------------------------------------------------ */

bool tcp_sack_room(struct tcp_conn *tc)
{
	if (!tc->blocks)
		tc->blocks = calloc(1, sizeof(*tc->blocks));
	return tc->blocks != NULL;
}

/* One that begins where the ACK ends makes no sense: that would tell of it. */
static bool block_is_sane(const struct tcp_conn *tc, const struct tcp_sack *b)
{
	return seq_lt(b->start, b->end) && seq_lt(tc->snd_una, b->start) &&
	       seq_le(b->end, tc->snd_nxt);
}

static void mark_sacked(struct tcp_conn *tc, struct tcp_seg *s, struct tcp_acked *a)
{
	bool again = s->marks & SEG_EVER_RETRANS;

	tcp_rack_delivered(tc, s, a);
	if (!again && seq_lt(s->seq, tc->high_sacked))
		tcp_reordered(tc, s);
	tc->n_lost -= !!(s->marks & SEG_LOST);
	tc->n_retrans -= !!(s->marks & SEG_RETRANS);
	s->marks &= (uint8_t)~(SEG_LOST | SEG_RETRANS);
	s->marks |= SEG_SACKED;
	if (list_linked(&s->by_time))
		list_remove(&s->by_time);
	tc->n_sacked++;
	a->sacked += s->len;
}

/* --- fingers ----------------------------------------------------------------------------- */

#define NEAR 64                           /* segments: as far as a finger moves */

static void fingers_forget(struct tcp_conn *tc)
{
	memset(tc->blocks->finger, 0, sizeof(tc->blocks->finger));
}

void tcp_sack_forget(struct tcp_conn *tc, const struct tcp_seg *s)
{
	struct tcp_seg **f = tc->blocks->finger;

	for (unsigned i = 0; i < TCP_FINGERS; i++)
		if (f[i] == s)
			f[i] = NULL;
}

static uint32_t distance(seq_t a, seq_t b)
{
	int32_t d = seq_diff(a, b);

	return d < 0 ? -(uint32_t)d : (uint32_t)d;
}

/* NULL: none is set. */
static struct tcp_seg **finger_near(const struct tcp_conn *tc, seq_t at)
{
	struct tcp_seg **f = tc->blocks->finger, **best = NULL;

	for (unsigned i = 0; i < TCP_FINGERS; i++)
		if (f[i] && (!best || distance(at, f[i]->seq) < distance(at, (*best)->seq)))
			best = &f[i];
	return best;
}

/* The nearest one moves to s or, if that is far from all, the one that was set longest
 * ago. */
static void finger_set(struct tcp_conn *tc, struct tcp_seg *s)
{
	struct tcp_seg **f = finger_near(tc, s->seq);

	if (!f || distance((*f)->seq, s->seq) > NEAR * (uint32_t)tc->snd_mss)
		f = &tc->blocks->finger[tc->blocks->finger_next++ % TCP_FINGERS];
	*f = s;
}

/* The segment that has `at`, from the nearest that we know; NULL: not sent. */
static struct tcp_seg *seg_at(struct tcp_conn *tc, seq_t at)
{
	struct tcp_seg **f = tc->blocks ? finger_near(tc, at) : NULL;
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	if (f && distance(at, (*f)->seq) < distance(at, tc->snd_una))
		s = *f;
	while (s && s->sent && seq_le(seg_end(s), at))
		s = tcp_seg_next(tc, s);
	while (s && seq_lt(at, s->seq) && s->node.prev != &tc->sendq.head)
		s = container_of(s->node.prev, struct tcp_seg, node);
	return s && s->sent ? s : NULL;
}

/* The segments of [from, to) that lie whole in b. */
static void mark_range(struct tcp_conn *tc, const struct tcp_sack *b, seq_t from, seq_t to,
		       struct tcp_acked *a)
{
	struct tcp_seg *s, *last = NULL;

	for (s = seg_at(tc, from); s && s->sent && seq_lt(s->seq, to); s = tcp_seg_next(tc, s)) {
		last = s;
		if (!(s->marks & SEG_SACKED) && seq_le(b->start, s->seq) &&
		    seq_le(seg_end(s), b->end)) {
			mark_sacked(tc, s, a);
			tc->high_sacked = seq_max(tc->high_sacked, seg_end(s));
		}
	}
	if (last && tc->blocks)
		finger_set(tc, last);
}

/* [from, to) less what the last ACK said, from its i-th block on. */
static void mark_news(struct tcp_conn *tc, const struct tcp_sack *b, seq_t from, seq_t to,
		      unsigned i, struct tcp_acked *a)
{
	for (; i < tc->n_sacked_blocks; i++) {
		const struct tcp_sack *c = &tc->blocks->theirs[i];

		if (seq_lt(c->start, to) && seq_lt(from, c->end)) {
			if (seq_lt(from, c->start))
				mark_news(tc, b, from, c->start, i + 1, a);
			if (seq_lt(c->end, to))
				mark_news(tc, b, c->end, to, i + 1, a);
			return;
		}
	}
	mark_range(tc, b, from, to, a);
}

/* Into its place in v, which has n in the order of their numbers. */
static void block_insert(struct tcp_sack *v, unsigned n, struct tcp_sack b)
{
	for (; n && seq_lt(b.start, v[n - 1].start); n--)
		v[n] = v[n - 1];
	v[n] = b;
}

/* The peer tells of what came last first; what one ACK tells of is looked at in the order
 * of its numbers, for that is none in which it came (RFC 8985 6.2, step 3). */
void tcp_sack_take(struct tcp_conn *tc, const struct tcp_rx *rx, struct tcp_acked *a)
{
	const struct tcp_opts *o = &rx->o;
	struct tcp_sack kept[TCP_SACK_MAX];
	uint8_t n = 0;
	bool dsack;

	if (seq_lt(tc->high_sacked, tc->snd_una))
		tc->high_sacked = tc->snd_una;
	if (tcp_sack_room(tc) && !tc->n_sacked)
		fingers_forget(tc);
	dsack = is_dsack(tc, o, rx->h.ack) && take_dsack(tc, &o->sack[0], rx->h.ack, a);
	for (unsigned i = dsack; i < o->n_sack; i++)
		if (block_is_sane(tc, &o->sack[i]))
			block_insert(kept, n++, o->sack[i]);
	for (unsigned i = 0; i < n; i++)
		mark_news(tc, &kept[i], kept[i].start, kept[i].end, 0, a);
	tc->n_sacked_blocks = tc->blocks ? n : 0; /* without, all is news again */
	for (unsigned i = 0; i < tc->n_sacked_blocks; i++)
		tc->blocks->theirs[i] = kept[i];
}
