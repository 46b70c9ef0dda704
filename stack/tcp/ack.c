// SPDX-License-Identifier: MIT
/*
 * What an ACK tells the sender: RFC 9293 3.10.7.4 (fifth), and the states of
 * recovery, with Linux's names: RFC 5681, RFC 6582 (NewReno, without SACK, where
 * each duplicate ACK stands for a segment that left the network), RFC 5682.
 */
#include "stack/tcp/in.h"
#include "stack/tcp/pmtud.h"
#include "stack/tcp/rack.h"
#include "stack/tcp/rate.h"
#include "stack/tcp/zerocopy.h"

#define DUP_THRESH 3
#define RENEGE_MIN MSEC(10)

void tcp_recovery_init(struct tcp_conn *tc)
{
	tc->reordering = DUP_THRESH;
	tc->rack = (struct tcp_rack){ .reo_wnd_mult = 1 };
	tc->undo = (struct tcp_undo){ 0 };
	tc->frto = tc->rack.tlp_out = false;
	tc->ecn = (struct tcp_ecn){ 0 };
	tc->ca_state = CA_OPEN;
	tc->n_sacked_blocks = 0;
	tc->min_rtt = 0;
	tc->rate = (struct tcp_rate){ 0 };
	tc->rate_limited = true;
	tc->waits = WAIT_NONE;
}

/* --- the send queue shrinks ---------------------------------------------------------- */

static void uncount(struct tcp_conn *tc, const struct tcp_seg *s)
{
	tc->n_out--;
	if (likely(!(s->marks & (SEG_SACKED | SEG_LOST | SEG_RETRANS))))
		return;
	if (tc->sack_ok)
		tc->n_sacked -= !!(s->marks & SEG_SACKED);
	tc->n_lost -= !!(s->marks & SEG_LOST);
	tc->n_retrans -= !!(s->marks & SEG_RETRANS);
}

/* The front of s was acknowledged. */
static void seg_cut(struct tcp_conn *tc, struct tcp_seg *s, seq_t una)
{
	uint32_t n = (uint32_t)seq_diff(una, s->seq);

	if (n >= s->len || !tcp_seg_split(tc, s, n))
		return;                           /* it stays whole: no harm */
	uncount(tc, s);
	tcp_seg_free(tc, s);
}

/* Sent once, not SACKed, not lost. */
static bool is_plain(const struct tcp_seg *s)
{
	return s->sent && !(s->marks & (uint8_t)~SEG_USER_LIMITED);
}

/* The same of many at once: segments sent at one instant, once, and acknowledged
 * whole.  Those between the first and the last tell no more than these two. */
static bool take_flight(struct tcp_conn *tc, seq_t ack, struct tcp_acked *a)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node), *first = s, *last;
	uint32_t n = 0, bytes = 0;

	do {
		n++;
		bytes += s->len;
		last = s;
		s = tcp_seg_next(tc, s);
	} while (s && is_plain(s) && s->sent_at == last->sent_at &&
		 last->by_time.next == &s->by_time && seq_le(seg_end(s), ack));
	if (n < 2)
		return false;
	tcp_rack_delivered(tc, first, a);
	tcp_rack_delivered(tc, last, a);
	a->delivered += n - 2;
	tc->delivered += n - 2;
	tc->n_out -= n;
	tcp_segs_free(tc, first, last, n, bytes);
	return true;
}

/* Is the first of all one of those? */
static bool may_be_flight(const struct tcp_conn *tc, seq_t ack)
{
	const struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	return tc->n_out > 1 && !tc->n_sacked && !tc->lost_hint && s && is_plain(s) &&
	       list_linked(&s->by_time) && seq_le(seg_end(s), ack);
}

/* All that is out is one segment, sent once, and all of it was acknowledged. */
static hot_inline bool is_only(const struct tcp_conn *tc, seq_t ack)
{
	const struct tcp_seg *s = container_of(tc->sendq.head.next, struct tcp_seg, node);

	return tc->n_out == 1 && tc->sendq.head.prev == &s->node && is_plain(s) &&
	       seq_eq(seg_end(s), ack) && list_linked(&s->by_time);
}

static hot_inline void take_only(struct tcp_conn *tc, struct tcp_acked *a)
{
	struct tcp_seg *s = container_of(tc->sendq.head.next, struct tcp_seg, node);

	tcp_rack_delivered_once(tc, s, a);
	tc->n_out = 0;
	tcp_seg_free_only(tc, s);
}

static outlined void take_each(struct tcp_conn *tc, seq_t ack, struct tcp_acked *a)
{
	struct tcp_seg *s;

	while (may_be_flight(tc, ack) && take_flight(tc, ack, a))
		;
	while ((s = list_first(&tc->sendq, struct tcp_seg, node)) && s->sent) {
		if (seq_lt(ack, seg_end(s))) {
			if (seq_lt(s->seq, ack))
				seg_cut(tc, s, ack);
			break;
		}
		if (!(s->marks & SEG_SACKED)) {
			tcp_rack_delivered(tc, s, a);
			if (tc->n_sacked && tc->sack_ok && !(s->marks & SEG_EVER_RETRANS) &&
			    seq_lt(seg_end(s), tc->high_sacked))
				tcp_reordered(tc, s);
		}
		uncount(tc, s);
		if (unlikely(s->marks & SEG_STAMP))
			tcp_stamp_acked(tc, s);
		tcp_seg_free(tc, s);
	}
}

/* Karn (MUST-18) is in tcp_rack_delivered(). */
static hot_inline void take_acked(struct tcp_conn *tc, seq_t ack, struct tcp_acked *a, bool only)
{
	a->acked = (uint32_t)seq_diff(ack, tc->snd_una);
	tc->bytes_acked += a->acked;
	tc->snd_una = ack;
	if (only)
		take_only(tc, a);
	else
		take_each(tc, ack, a);
	tc->stuck_at = tcp_now(tc);
	if (only || list_empty(&tc->sendq))
		tcp_wait_set(tc, WAIT_NONE);
	if (unlikely(tc->no_space))
		tcp_wait_room(tc);
	if (unlikely(tc->sk.rare != NULL))
		tcp_zc_acked(tc);
}

/* --- what is lost ------------------------------------------------------------------------ */

void tcp_mark_lost(struct tcp_conn *tc, struct tcp_seg *s, enum tcp_cause why)
{
	if (s->marks & SEG_SACKED)
		return;
	tc->n_lost += !(s->marks & SEG_LOST);
	tc->n_retrans -= !!(s->marks & SEG_RETRANS);      /* that one is lost, too */
	if ((s->marks & (SEG_LOST | SEG_RETRANS)) == (SEG_LOST | SEG_RETRANS))
		tcp_count(tc, EXT_LOST_RETRANSMIT);
	s->marks &= (uint8_t)~SEG_RETRANS;
	s->marks |= SEG_LOST;
	s->cause = (uint8_t)why;
	if (!tc->sack_ok && tc->n_sacked + tc->n_lost > tc->n_out)
		tc->n_sacked = tc->n_out - tc->n_lost;    /* a guess, from duplicates */
	if (list_linked(&s->by_time))
		list_remove(&s->by_time);
	if (!tc->lost_hint || seq_lt(s->seq, tc->lost_hint->seq))
		tc->lost_hint = s;
	if (tc->n_lost == 1 || seq_lt(tc->lost_end, seg_end(s)))
		tc->lost_end = seg_end(s);
}

/* Without SACK: the oldest, once. */
static void mark_head_lost(struct tcp_conn *tc, enum tcp_cause why)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

	if (s && s->sent && !(s->marks & (SEG_LOST | SEG_RETRANS)))
		tcp_mark_lost(tc, s, why);
}

static void detect_losses(struct tcp_conn *tc, struct tcp_acked *a)
{
	uint32_t before = tc->n_lost;

	if (tc->sack_ok)
		(void)tcp_rack_detect(tc);
	else if (tc->ca_state == CA_RECOVERY && a->acked)
		mark_head_lost(tc, RTX_PARTIAL);          /* RFC 6582 3.2 */
	else if (tc->ca_state < CA_RECOVERY && tc->n_sacked >= tc->reordering)
		mark_head_lost(tc, RTX_DUPACKS);
	if (tc->n_lost > before)
		a->lost += tc->n_lost - before;
}

/* Without SACK: so many duplicates, so many segments gone. */
static void count_dups(struct tcp_conn *tc, struct tcp_acked *a)
{
	if (a->dup && tc->dup_acks < UINT8_MAX)
		tc->dup_acks++;
	else if (a->acked && tc->ca_state < CA_RECOVERY)
		tc->dup_acks = 0;
	if (tc->sack_ok)
		return;
	if (a->dup && tc->n_sacked + (tc->n_lost ? tc->n_lost : 1) < tc->n_out) {
		tc->n_sacked++;
		a->delivered++;
		tc->delivered++;
	} else if (a->acked && tc->n_sacked) {            /* their duplicates are settled */
		uint32_t known = a->delivered - 1 < tc->n_sacked ? a->delivered - 1 : tc->n_sacked;

		if (!a->delivered)
			return;
		a->delivered -= known;
		tc->delivered -= known;
		tc->n_sacked = tc->ca_state == CA_RECOVERY ? tc->n_sacked - known : 0;
	}
	if (tc->n_sacked + tc->n_lost > tc->n_out)
		tc->n_sacked = tc->n_out - tc->n_lost;
}

/* --- states -------------------------------------------------------------------------- */

static void reduce(struct tcp_conn *tc)
{
	tcp_prr_begin(tc);
	tc->ecn.cwr_due = tc->ecn.ok;             /* RFC 3168 6.1.2: a loss, too */
	tc->cc.ops->on_loss(&tc->cc, tcp_in_flight(tc) * tc->cc.mss, tcp_now(tc));
}

void tcp_enter_recovery(struct tcp_conn *tc)
{
	if (tc->xmit_for == XMIT_TLP)             /* RFC 8985 7.2: none in recovery */
		tc->xmit_at = NS_NEVER;
	tcp_count(tc, tc->sack_ok ? EXT_SACK_RECOVERY : EXT_RENO_RECOVERY);
	tc->undo.any_retrans = tc->n_retrans > 0;
	tcp_undo_begin(tc);
	tc->undo.stays = tcp_reducing(tc);        /* it began with a mark */
	tc->rack.tlp_out = false;
	if (!tc->undo.stays)
		reduce(tc);
	tc->ca_state = CA_RECOVERY;
	tc->high_seq = tc->snd_nxt;
}

void tcp_enter_cwr(struct tcp_conn *tc)
{
	if (tc->ca_state >= CA_CWR)
		return;
	tc->undo.on = false;
	reduce(tc);
	tc->ca_state = CA_CWR;
	tc->high_seq = tc->snd_nxt;
}

/* RFC 8985 6.3: what was sent just now is not lost yet.  RFC 2018 8: if the
 * oldest is SACKed and no ACK came for it, the peer threw it away. */
static void mark_all_lost(struct tcp_conn *tc)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node), *head = s;
	bool reneged = s && (s->marks & SEG_SACKED);

	if (reneged || !tc->sack_ok)
		tc->n_sacked = 0;
	if (reneged) {
		tc->n_sacked_blocks = 0;
		tcp_count(tc, EXT_SACK_RENEGING);
	}
	list_for_each(&tc->sendq, s, node) {
		if (!s->sent)
			break;
		if (reneged)
			s->marks &= (uint8_t)~SEG_SACKED;
		if (!reneged && s != head && tcp_rack_is_recent(tc, s))
			continue;
		tcp_mark_lost(tc, s, reneged ? RTX_RENEGED : RTX_TIMEOUT);
	}
}

void tcp_enter_loss(struct tcp_conn *tc)
{
	bool first = tc->ca_state < CA_CWR || seq_le(tc->high_seq, tc->snd_una) ||
		     (tc->ca_state == CA_LOSS && !tc->timeouts);

	tc->frto = tcp_stack(tc)->opt[OPT_TCP_FRTO] &&
		   (tc->ca_state < CA_RECOVERY || tc->timeouts);
	if (first) {
		tc->undo.any_retrans = tc->n_retrans > 0;
		tcp_undo_begin(tc);
		tc->cc.ops->on_rto(&tc->cc, tcp_in_flight(tc) * tc->cc.mss, tcp_now(tc));
	}
	mark_all_lost(tc);
	tc->ecn.cwr_due = tc->ecn.ok;
	tc->cc.cwnd = (tcp_in_flight(tc) + 1) * tc->cc.mss;
	tc->ca_state = CA_LOSS;
	tc->high_seq = tc->snd_nxt;
	tc->dup_acks = 0;
	tc->rack.tlp_out = false;
}

void tcp_enter_resend(struct tcp_conn *tc)
{
	if (tc->ca_state == CA_LOSS)
		return;
	tc->undo.on = tc->frto = tc->rack.tlp_out = false;
	tc->high_seq = tc->snd_nxt;
	tc->ca_state = CA_LOSS;
}

static void be_open(struct tcp_conn *tc)
{
	tc->ca_state = tc->n_sacked ? CA_DISORDER : CA_OPEN;
	tc->frto = false;
}

/* All that was out when it began is acknowledged. */
static void end_recovery(struct tcp_conn *tc, const struct tcp_acked *a)
{
	if (tcp_undo_may(tc, a)) {
		tcp_count(tc, tc->ca_state == CA_LOSS ? EXT_LOSS_UNDO : EXT_FULL_UNDO);
		tcp_undo(tc, false);
	} else if (tc->ca_state == CA_RECOVERY && tc->cc.ssthresh != CC_INFINITE) {
		tc->cc.cwnd = tc->cc.ssthresh;
	}
	tc->dup_acks = 0;
	if (!tc->sack_ok)
		tc->n_sacked = 0;
	tcp_rack_recovered(tc);
	be_open(tc);
}

/* RFC 5682 3.1, step 2.b: new data will tell. */
static bool has_new_data(const struct tcp_conn *tc)
{
	return tc->unsent && seq_lt(tc->snd_nxt, seq_add(tc->snd_una, tc->snd_wnd));
}

static void undo_timeout(struct tcp_conn *tc)
{
	tcp_undo(tc, true);
	tc->timeouts = 0;
	if (!tc->sack_ok)
		tc->n_sacked = 0;
	be_open(tc);
}

/* After a timeout.  RFC 5682, 2 (basic) and 3 (with SACK).  RFC 6582 3.2, 1 and
 * 4: without SACK, duplicates at high_seq may be of what was sent twice, and
 * begin nothing. */
static void in_loss(struct tcp_conn *tc, const struct tcp_acked *a)
{
	bool recovered = seq_le(tc->high_seq, tc->snd_una);
	/* Without SACK what was sent once may have waited for what was sent twice. */
	bool early = a->orig_acked && (tc->sack_ok || !a->retrans_acked);
	bool late = a->acked && tcp_undo_may(tc, a);

	if (late || (tc->frto && early)) {
		tcp_count(tc, EXT_LOSS_UNDO);
		if (!late)                        /* Linux: it was F-RTO that told */
			tcp_count(tc, EXT_SPURIOUS_RTOS);
		undo_timeout(tc);
		return;
	}
	if (tc->frto && seq_lt(tc->high_seq, tc->snd_nxt)) {
		if (a->sacked || a->dup)
			tc->frto = false;                 /* 3.a: the loss is real */
	} else if (tc->frto && a->acked && !recovered) {
		tc->high_seq = tc->snd_nxt;
		tc->frto = has_new_data(tc);
	}
	if (recovered && (tc->sack_ok || seq_lt(tc->high_seq, tc->snd_una)))
		end_recovery(tc, a);
}

/* RFC 4015: the first copy came, after all; wait for the others that are out. */
static void in_recovery(struct tcp_conn *tc, const struct tcp_acked *a)
{
	if (a->acked && !tc->n_retrans && tcp_undo_may(tc, a)) {
		tcp_count(tc, EXT_PARTIAL_UNDO);
		tcp_undo(tc, true);
		be_open(tc);
	}
}

/* RFC 2018 8: the ACK ends in front of what was SACKed, so that the peer threw it away; or
 * its next ACK is on the way.  As Linux that has half a round trip; then it is a timeout. */
static bool is_reneged(struct tcp_conn *tc)
{
	const struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);
	ns_t wait = tc->srtt / 2 > RENEGE_MIN ? tc->srtt / 2 : RENEGE_MIN;

	if (!tc->sack_ok || !s || !(s->marks & SEG_SACKED))
		return false;
	tcp_xmit_timer_for(tc, XMIT_RTO, tcp_now(tc) + wait);
	return true;
}

static void recover(struct tcp_conn *tc, struct tcp_acked *a)
{
	/* RFC 6582 4: without SACK, duplicates at high_seq may be of this episode. */
	seq_t end = tc->sack_ok ? tc->high_seq : seq_add(tc->high_seq, 1);

	if (a->acked && is_reneged(tc))
		return;
	count_dups(tc, a);
	if (tc->ca_state == CA_CWR && seq_lt(tc->high_seq, tc->snd_una)) {
		tc->cc.cwnd = tc->cc.ssthresh;
		be_open(tc);
	} else if (tc->ca_state == CA_RECOVERY && (seq_le(end, tc->snd_una) || !tc->n_out)) {
		end_recovery(tc, a);
	} else if (tc->ca_state == CA_RECOVERY) {
		in_recovery(tc, a);
	} else if (tc->ca_state == CA_LOSS) {
		in_loss(tc, a);
	} else if (a->dsack && tcp_undo_may(tc, a)) {
		tcp_count(tc, EXT_DSACK_UNDO);
		tcp_undo(tc, false);
	}
	detect_losses(tc, a);
	if (unlikely(tc->mtup != NULL) && tc->ca_state < CA_CWR && tc->n_lost && tcp_pmtu_lost(tc))
		return;
	if (tc->ca_state < CA_RECOVERY && tc->n_lost)
		tcp_enter_recovery(tc);
	else if (tc->ca_state < CA_CWR)
		be_open(tc);
}

/* --- the window, and all together ------------------------------------------------------- */

/* RFC 7323 4.3: echoed timestamps time retransmitted segments, too.  Not if the
 * ACK is of a duplicate: what it echoes came before, and an ACK was lost. */
static hot_inline void time_it(struct tcp_conn *tc, struct tcp_acked *a)
{
	if (a->retrans_acked)
		a->rtt = 0;
	if (!a->rtt && a->acked && a->has_ts && !a->dsack)
		a->rtt = tcp_rtt_of_echo(tc, a->tsecr);
	if (a->last_rtt)
		tcp_rtt_min(tc, a->last_rtt);
	if (a->rtt)
		tcp_rtt_sample(tc, a->rtt);
}

/* The window grows, if it was in the way: as what is out it counts segments, of which a
 * small one is as good as a full one (Linux; RFC 5681 3.1 would count bytes, against those
 * who acknowledge a segment in parts: here it is delivered when all of it is). */
static hot_inline void grow(struct tcp_conn *tc, const struct tcp_acked *a)
{
	struct cc_ack c;

	if (likely(!cc_is_limited(&tc->cc, tc->max_out * tc->cc.mss, tc->limited)))
		return;
	c = (struct cc_ack){ .acked = a->delivered * tc->cc.mss, .in_flight = a->flight,
			     .rtt = a->rtt, .srtt = tc->srtt, .now = tcp_now(tc),
			     .una = tc->snd_una, .nxt = tc->snd_nxt };
	tc->cc.ops->on_ack(&tc->cc, &c);
}

static void grow_or_reduce(struct tcp_conn *tc, const struct tcp_acked *a)
{
	if (tcp_reducing(tc))
		tcp_prr_ack(tc, a);
	/* Where order is poor Linux counts what was SACKed, too. */
	else if (a->acked || (a->sacked && tc->reordering > DUP_THRESH))
		grow(tc, a);
}

/* What it says of data, in the order in which it matters. */
static void take_ack(struct tcp_conn *tc, const struct tcp_rx *rx, struct tcp_acked *a)
{
	uint32_t reord_seen = tc->reord_seen;

	if (seq_lt(tc->snd_una, rx->h.ack))
		take_acked(tc, rx->h.ack, a, false);
	if (tc->sack_ok)
		tcp_sack_take(tc, rx, a);
	if (tc->reord_seen > reord_seen) {        /* of one ACK once, as Linux counts */
		tc->reord_seen = reord_seen + 1;
		tcp_count(tc, EXT_SACK_REORDER);
	}
	time_it(tc, a);
	if (a->acked) {
		tc->timeouts = 0;
		tcp_xmit_timer_restart(tc);       /* RFC 6298 5.3 */
		if (unlikely(tc->mtup != NULL))
			tcp_pmtu_acked(tc);
	}
	tcp_rack_update(tc, a);
	tcp_tlp_ack(tc, a);
	recover(tc, a);
	if (a->acked || tc->n_out)
		tcp_ecn_ack(tc, rx);
	tcp_rate_acked(tc, a);
	grow_or_reduce(tc, a);
	if (a->acked)
		(void)tcp_tlp_schedule(tc, true);
}

static hot_inline struct tcp_acked acked_begin(const struct tcp_conn *tc, bool has_ts,
					       uint32_t tsecr)
{
	return (struct tcp_acked){ .flight = tcp_in_flight(tc) * tc->cc.mss,
				   .prior_una = tc->snd_una, .has_ts = has_ts, .tsecr = tsecr };
}

/* The same of new data, where nothing was out of order: tcp_unharmed().  only: see
 * is_only(); what is then known of a need not be kept in memory. */
static hot_inline void take_in_order(struct tcp_conn *tc, seq_t ack, bool has_ts, uint32_t tsecr,
				     bool only)
{
	struct tcp_acked a = acked_begin(tc, has_ts, tsecr);

	take_acked(tc, ack, &a, only);
	tc->high_sacked = seq_max(tc->high_sacked, tc->snd_una);
	tc->n_sacked_blocks = 0;
	time_it(tc, &a);
	tc->timeouts = 0;
	tc->dup_acks = 0;
	if (unlikely(tc->mtup != NULL))
		tcp_pmtu_acked(tc);
	tc->rack.moved = false;                   /* whatever was sent before is here, too */
	tcp_rack_round(tc);
	tcp_rate_acked(tc, &a);
	grow(tc, &a);
}

static outlined void take_many_in_order(struct tcp_conn *tc, seq_t ack, bool has_ts,
					uint32_t tsecr)
{
	take_in_order(tc, ack, has_ts, tsecr, false);
}

void tcp_ack_in_order(struct tcp_conn *tc, seq_t ack, bool has_ts, uint32_t tsecr)
{
	if (is_only(tc, ack))
		take_in_order(tc, ack, has_ts, tsecr, true);
	else
		take_many_in_order(tc, ack, has_ts, tsecr);
}

/* It repeats what was known, where nothing is awaited but the next ACK. */
static bool says_nothing(const struct tcp_conn *tc, const struct tcp_rx *rx, bool dup)
{
	return seq_eq(rx->h.ack, tc->snd_una) && !dup && !rx->o.n_sack && tc->ca_state == CA_OPEN &&
	       !tc->n_sacked && !tc->n_lost && !tc->rack.moved && !tc->rack.round &&
	       !tc->rack.tlp_out && !tc->ecn.ok;
}

static struct tcp_acked acked_of(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return acked_begin(tc, tc->ts_ok && rx->o.has_ts, rx->o.tsecr);
}

/* At snd_una or beyond; returns whether there was anything new in it. */
static bool take_news(struct tcp_conn *tc, const struct tcp_rx *rx, bool dup)
{
	seq_t una = tc->snd_una;
	struct tcp_acked a;

	if (says_nothing(tc, rx, dup)) {
		tc->high_sacked = seq_max(tc->high_sacked, rx->h.ack);
		tc->n_sacked_blocks = 0;
		return false;
	}
	if (tcp_unharmed(tc) && !rx->o.n_sack && seq_lt(una, rx->h.ack)) {
		tcp_ack_in_order(tc, rx->h.ack, tc->ts_ok && rx->o.has_ts, rx->o.tsecr);
		tcp_xmit_timer_restart(tc);       /* RFC 6298 5.3 */
		(void)tcp_tlp_schedule(tc, true);
	} else {
		a = acked_of(tc, rx);
		a.dup = dup;
		take_ack(tc, rx, &a);
	}
	return seq_lt(una, tc->snd_una);
}

/* RFC 5961 5.2: an older one nobody can have sent.  As Linux: nor of what was never sent. */
static seq_t oldest_ack(const struct tcp_conn *tc)
{
	uint64_t acked = tcp_bytes_acked(tc);

	return seq_sub(tc->snd_una, acked < tc->max_snd_wnd ? (uint32_t)acked : tc->max_snd_wnd);
}

bool tcp_ack(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	struct tcp_acked a;
	seq_t ack = rx->h.ack;
	uint32_t wnd = tc->snd_wnd;
	bool told, dup;

	if (seq_lt(tc->snd_nxt, ack) || seq_lt(ack, oldest_ack(tc))) {
		tcp_challenge(tc);
		return false;
	}
	tc->heard_at = tcp_now(tc);
	tc->more = false;                         /* as Linux: MSG_MORE holds until an ACK */
	if (seq_lt(ack, tc->snd_una)) {           /* overtaken: its SACKs may still be news */
		if (tc->sack_ok && rx->o.n_sack) {
			a = acked_of(tc, rx);
			take_ack(tc, rx, &a);
		}
		return true;
	}
	told = tcp_take_window(tc, rx->h.seq, ack, rx_wnd(tc, rx));
	dup = seq_eq(ack, tc->snd_una) && tc->n_out && !rx->len && !told &&
	      !(rx->h.flags & (TCP_SYN | TCP_FIN));
	if (take_news(tc, rx, dup) || tc->snd_wnd != wnd || !tc->persist)
		tc->probes = 0;
	if (tc->persist)                          /* as Linux: it is alive, so from now on */
		tcp_xmit_timer_restart(tc);
	return true;
}
