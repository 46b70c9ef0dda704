// SPDX-License-Identifier: MIT
/*
 * What an ACK tells the sender: RFC 9293 3.10.7.4 (fifth), RFC 5681, RFC 6582
 * (NewReno), RFC 6675 (SACK).  Without SACK each duplicate ACK stands for a
 * segment that left the network.
 */
#include "stack/tcp/conn.h"

#define DUP_THRESH 3

/* What one ACK did. */
struct ack {
	uint32_t acked;                   /* bytes cumulatively */
	uint32_t sacked;                  /* bytes newly SACKed */
	uint32_t flight;                  /* bytes in flight before it */
	ns_t rtt;                         /* 0: none */
	bool dup;
};

uint32_t tcp_in_flight(const struct tcp_conn *tc)
{
	return tc->n_out - tc->n_sacked - tc->n_lost + tc->n_retrans;
}

bool tcp_fin_acked(const struct tcp_conn *tc)
{
	return tc->fin_queued && list_empty(&tc->sendq);
}

/* --- the send queue shrinks ---------------------------------------------------------- */

static void uncount(struct tcp_conn *tc, const struct tcp_seg *s)
{
	tc->n_out--;
	tc->n_sacked -= !!(s->marks & SEG_SACKED);
	tc->n_lost -= !!(s->marks & SEG_LOST);
	tc->n_retrans -= !!(s->marks & SEG_RETRANS);
}

/* The front of s was acknowledged. */
static void seg_cut(struct tcp_seg *s, seq_t una, struct tcp_conn *tc)
{
	uint32_t n = (uint32_t)seq_diff(una, s->seq);

	if (!tcp_seg_split(tc, s, n))
		return;                           /* it stays whole: no harm */
	uncount(tc, s);
	tcp_seg_free(tc, s);
}

static void take_acked(struct tcp_conn *tc, seq_t ack, struct ack *a)
{
	struct tcp_seg *s;
	const ns_t now = tcp_now(tc);

	a->acked = (uint32_t)seq_diff(ack, tc->snd_una);
	tc->snd_una = ack;
	while ((s = list_first(&tc->sendq, struct tcp_seg, node)) && s->sent) {
		if (seq_lt(ack, seg_end(s))) {
			if (seq_lt(s->seq, ack))
				seg_cut(s, ack, tc);
			break;
		}
		if (!(s->marks & SEG_EVER_RETRANS))       /* Karn (MUST-18) */
			a->rtt = now - s->sent_at;
		uncount(tc, s);
		tcp_seg_free(tc, s);
	}
	tc->stuck_at = now;
}

/* --- SACK ------------------------------------------------------------------------------ */

static bool block_is_sane(const struct tcp_conn *tc, const struct tcp_sack *b)
{
	return seq_lt(b->start, b->end) && seq_lt(tc->snd_una, b->end) &&
	       seq_le(tc->snd_una, b->start) && seq_le(b->end, tc->snd_nxt);
}

static void mark_sacked(struct tcp_conn *tc, struct tcp_seg *s, struct ack *a)
{
	if (s->marks & SEG_SACKED)
		return;
	tc->n_lost -= !!(s->marks & SEG_LOST);
	tc->n_retrans -= !!(s->marks & SEG_RETRANS);
	s->marks &= (uint8_t)~(SEG_LOST | SEG_RETRANS);
	s->marks |= SEG_SACKED;
	tc->n_sacked++;
	a->sacked += s->len;
	tc->high_sacked = seq_max(tc->high_sacked, seg_end(s));
}

static void take_block(struct tcp_conn *tc, const struct tcp_sack *b, struct ack *a)
{
	struct tcp_seg *s;

	list_for_each(&tc->sendq, s, node) {
		if (!s->sent || !seq_lt(s->seq, b->end))
			return;
		if (seq_le(b->start, s->seq) && seq_le(seg_end(s), b->end))
			mark_sacked(tc, s, a);
	}
}

static void take_sacks(struct tcp_conn *tc, const struct tcp_rx *rx, struct ack *a)
{
	if (seq_lt(tc->high_sacked, tc->snd_una))
		tc->high_sacked = tc->snd_una;
	for (unsigned i = 0; i < rx->o.n_sack; i++)
		if (block_is_sane(tc, &rx->o.sack[i]))
			take_block(tc, &rx->o.sack[i], a);
}

/* --- what is lost ------------------------------------------------------------------------ */

static void mark_lost(struct tcp_conn *tc, struct tcp_seg *s)
{
	if (s->marks & (SEG_LOST | SEG_SACKED))
		return;
	s->marks |= SEG_LOST;
	tc->n_lost++;
}

/* RFC 6675 4, IsLost(): DupThresh segments above it were SACKed. */
static void mark_lost_by_sack(struct tcp_conn *tc)
{
	struct list_node *i;
	uint32_t above = 0;

	for (i = tc->sendq.head.prev; i != &tc->sendq.head; i = i->prev) {
		struct tcp_seg *s = container_of(i, struct tcp_seg, node);

		if (s->marks & SEG_SACKED)
			above++;
		else if (s->sent && above >= DUP_THRESH)
			mark_lost(tc, s);
	}
}

static void mark_head_lost(struct tcp_conn *tc)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	if (s && s->sent)
		mark_lost(tc, s);
}

/* --- states -------------------------------------------------------------------------- */

static void enter_recovery(struct tcp_conn *tc)
{
	tc->ca_state = CA_RECOVERY;
	tc->high_seq = tc->snd_nxt;
	tc->cc.ops->on_loss(&tc->cc, tcp_in_flight(tc) * tc->cc.mss, tcp_now(tc));
	tc->cc.cwnd = tc->cc.ssthresh;
	if (!tc->sack_ok)
		mark_head_lost(tc);
}

void tcp_enter_loss(struct tcp_conn *tc)
{
	struct tcp_seg *s;

	if (tc->ca_state != CA_LOSS || seq_le(tc->high_seq, tc->snd_una))
		tc->cc.ops->on_rto(&tc->cc, tcp_in_flight(tc) * tc->cc.mss, tcp_now(tc));
	tc->cc.cwnd = tc->cc.mss;
	if (!tc->sack_ok)
		tc->n_sacked = 0;
	list_for_each(&tc->sendq, s, node) {      /* RFC 6675 5.1 */
		if (!s->sent)
			break;
		tc->n_retrans -= !!(s->marks & SEG_RETRANS);
		s->marks &= (uint8_t)~SEG_RETRANS;
		mark_lost(tc, s);
	}
	tc->ca_state = CA_LOSS;
	tc->high_seq = tc->snd_nxt;
	tc->dup_acks = 0;
}

static void leave_recovery(struct tcp_conn *tc)
{
	if (tc->ca_state == CA_RECOVERY)
		tc->cc.cwnd = tc->cc.ssthresh;
	tc->ca_state = CA_OPEN;
	tc->dup_acks = 0;
	if (!tc->sack_ok)
		tc->n_sacked = 0;
}

/* Without SACK: so many duplicates, so many segments gone. */
static void count_dup(struct tcp_conn *tc, const struct ack *a)
{
	if (a->dup && tc->dup_acks < UINT8_MAX)
		tc->dup_acks++;
	if (tc->sack_ok)
		return;
	if (a->dup && tc->n_sacked + tc->n_lost < tc->n_out)
		tc->n_sacked++;
	else if (a->acked && tc->n_sacked) {
		uint32_t gone = a->acked / tc->cc.mss;    /* their duplicates are settled */

		tc->n_sacked -= gone > 1 && tc->n_sacked >= gone - 1 ? gone - 1 :
				gone > 1 ? tc->n_sacked : 0;
	}
	if (tc->n_sacked + tc->n_lost > tc->n_out)
		tc->n_sacked = tc->n_out - tc->n_lost;
}

static void recover(struct tcp_conn *tc, const struct ack *a)
{
	bool in_episode = tc->ca_state == CA_RECOVERY || tc->ca_state == CA_LOSS;

	if (in_episode && seq_le(tc->high_seq, tc->snd_una)) {
		leave_recovery(tc);
		in_episode = false;
	}
	count_dup(tc, a);
	if (a->acked && !in_episode)
		tc->dup_acks = 0;
	if (tc->sack_ok && tc->n_sacked)
		mark_lost_by_sack(tc);
	else if (tc->ca_state == CA_RECOVERY && a->acked)
		mark_head_lost(tc);               /* RFC 6582 3.2: a partial ACK */
	if (!in_episode && (tc->n_lost || tc->dup_acks >= DUP_THRESH) && tc->n_out)
		enter_recovery(tc);
	else if (!in_episode)
		tc->ca_state = tc->n_sacked || tc->dup_acks ? CA_DISORDER : CA_OPEN;
}

/* --- the window, and all together ------------------------------------------------------- */

/* RFC 9293: only from a segment that is not older than the last (wl1, wl2). */
static bool take_window(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	uint32_t wnd = (uint32_t)rx->h.wnd << tc->snd_wscale;
	bool changed = wnd != tc->snd_wnd;

	if (!seq_lt(tc->snd_wl1, rx->h.seq) &&
	    !(seq_eq(tc->snd_wl1, rx->h.seq) && seq_le(tc->snd_wl2, rx->h.ack)))
		return false;
	tc->snd_wnd = wnd;
	tc->snd_wl1 = rx->h.seq;
	tc->snd_wl2 = rx->h.ack;
	if (wnd > tc->max_snd_wnd)
		tc->max_snd_wnd = wnd;
	return changed;
}

/* RFC 7323 4.3: echoed timestamps time retransmitted segments, too. */
static void time_it(struct tcp_conn *tc, const struct tcp_rx *rx, struct ack *a)
{
	if (!a->rtt && a->acked && tc->ts_ok && rx->o.has_ts && rx->o.tsecr)
		a->rtt = MSEC((uint32_t)(tcp_ts_now(tc) - rx->o.tsecr));
	if (a->rtt)
		tcp_rtt_sample(tc, a->rtt);
}

static void grow(struct tcp_conn *tc, const struct ack *a)
{
	struct cc_ack c = { .acked = a->acked, .in_flight = a->flight, .rtt = a->rtt,
			    .srtt = tc->srtt, .now = tcp_now(tc) };
	bool open = tc->ca_state == CA_OPEN || tc->ca_state == CA_DISORDER || tc->ca_state == CA_LOSS;
	bool busy = tc->limited || (cc_in_slow_start(&tc->cc) && 2 * a->flight > tc->cc.cwnd);

	if (a->acked && open && busy)
		tc->cc.ops->on_ack(&tc->cc, &c);
	tc->limited = false;
}

bool tcp_ack(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	struct ack a = { .flight = tcp_in_flight(tc) * tc->cc.mss };
	seq_t ack = rx->h.ack;
	bool opened;

	/* RFC 5961 5.2 */
	if (seq_lt(tc->snd_nxt, ack) || seq_lt(ack, seq_sub(tc->snd_una, tc->max_snd_wnd))) {
		tcp_challenge(tc);
		return false;
	}
	tc->heard_at = tcp_now(tc);
	if (seq_lt(ack, tc->snd_una))             /* a duplicate: may be ignored */
		return true;
	opened = take_window(tc, rx);
	a.dup = seq_eq(ack, tc->snd_una) && tc->n_out && !rx->len && !opened &&
		!(rx->h.flags & (TCP_SYN | TCP_FIN));
	if (seq_lt(tc->snd_una, ack))
		take_acked(tc, ack, &a);
	if (tc->sack_ok)
		take_sacks(tc, rx, &a);
	time_it(tc, rx, &a);
	if (a.acked)
		tc->backoff = 0;
	if (a.acked || opened)
		tc->probes = 0;
	recover(tc, &a);
	grow(tc, &a);
	if (a.acked)
		tcp_xmit_timer_restart(tc);       /* RFC 6298 5.3 */
	return true;
}
