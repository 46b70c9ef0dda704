// SPDX-License-Identifier: MIT
/*
 * What is sent, and when: RFC 9293 3.7.4 (Nagle, as Minshall has it and Linux
 * does) and 3.8.6.2.1 (silly windows), RFC 5681, RFC 6675.
 */
#include "stack/tcp/conn.h"
#include "stack/tcp/pmtud.h"
#include "stack/tcp/rate.h"
#include "stack/tcp/sndbuf.h"
#include "stack/tcp/urgent.h"
#include "stack/tcp/zerocopy.h"

const char *tcp_cause_name(enum tcp_cause why)
{
	static const char *const names[RTX_N] = {
		"none", "timeout", "rack", "dupacks", "partial", "probe", "reneged", "mtu",
	};

	return (unsigned)why < RTX_N ? names[why] : "?";
}

/* Bytes of the peer's window from `at` on. */
static uint32_t window_left(const struct tcp_conn *tc, seq_t at)
{
	int32_t left = seq_diff(seq_add(tc->snd_una, tc->snd_wnd), at);

	return left > 0 ? (uint32_t)left : 0;
}

static bool cwnd_allows(const struct tcp_conn *tc)
{
	uint32_t segs = tcp_in_flight(tc);

	return !segs || (segs + 1) * (uint64_t)tc->cc.mss <= tc->cc.cwnd;
}

/* A segment below MSS waits for more data, or for ACKs. */
static hot_inline bool nagle_holds(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	const struct sock *sk = &tc->sk;
	bool held = sk->opt[SKO_CORK] || tc->more;

	if (!held && sk->opt[SKO_NODELAY])
		return false;
	if (s->len >= tc->snd_mss || (s->flags & TCP_FIN) || tcp_seg_next(tc, s) ||
	    tcp_urgent_pending(tc) || tc->pushing)
		return false;
	return held || (tc->n_out && seq_lt(tc->snd_una, tc->small_end));
}

/* RFC 9293 3.8.6.2.1: a part of a segment is worth sending only if it is half
 * of the largest window there ever was. */
static bool part_is_worth_it(const struct tcp_conn *tc, uint32_t part)
{
	return part && 2 * (uint64_t)part >= tc->max_snd_wnd;
}

/* It takes s, or all but the FIN, or such a part. */
static bool window_takes(const struct tcp_conn *tc, const struct tcp_seg *s, uint32_t left)
{
	return seg_span(s) <= left || (left && left >= s->len) || part_is_worth_it(tc, left);
}

static bool may_send(struct tcp_conn *tc, struct tcp_seg *s)
{
	uint32_t left = window_left(tc, s->seq);

	/* As Linux had it for long (6.18 does not): the last segment need not wait for the
	 * window of congestion. */
	if (!cwnd_allows(tc) && !(s->flags & TCP_FIN))
		return false;
	if (nagle_holds(tc, s) || !tcp_pace_allows(tc) || !window_takes(tc, s, left))
		return false;
	return seg_span(s) <= left || tcp_seg_split(tc, s, left);
}

static hot_inline bool send_whole(struct tcp_conn *tc, struct tcp_seg *s, struct tcp_train *train)
{
	if (!tcp_seg_xmit(tc, s, train))
		return false;
	tcp_pace_sent(tc, s->len);
	tcp_rate_sent(tc, s);
	if (!tc->n_out)
		tc->stuck_at = tcp_now(tc);
	tc->sent_at = tcp_now(tc);
	tcp_seg_sent(tc, s, tc->sent_at);
	if (unlikely(s->marks & SEG_STAMP))
		tcp_stamp_sent(tc, s);
	if (tcp_reducing(tc))
		tc->prr_out++;
	tc->unsent = tcp_seg_next(tc, s);
	tc->n_out++;
	if (s->len < tc->snd_mss)
		tc->small_end = tc->snd_nxt;
	return true;
}

static hot_inline bool send_new(struct tcp_conn *tc, struct tcp_seg *s, struct tcp_train *train)
{
	if (s->len > tc->snd_mss && !tcp_seg_split(tc, s, tc->snd_mss))
		return false;
	return send_whole(tc, s, train);
}

/* What the peer took its window back from is not sent again, but for what it waits
 * for: that is a probe (RFC 9293 3.8.6, SHLD-15, SHLD-17). */
static bool is_taken_back(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	return !window_left(tc, s->seq) && seq_lt(tc->snd_una, s->seq);
}

bool tcp_retransmit(struct tcp_conn *tc, struct tcp_seg *s)
{
	if (unlikely(is_taken_back(tc, s)))
		return false;
	if (unlikely(tc->mtup != NULL))
		tcp_pmtu_inconclusive(tc);
	if (s->len > tc->snd_mss && !tcp_seg_split(tc, s, tc->snd_mss))
		return false;
	if (!tcp_seg_xmit(tc, s, NULL))
		return false;
	tcp_pace_sent(tc, s->len);
	tcp_count_again(tc, s->flags & TCP_SYN);
	tc->total_retrans++;
	if (!s->cause)
		s->cause = RTX_TIMEOUT;
	if (!(s->marks & SEG_RETRANS))
		tc->n_retrans++;
	s->marks &= (uint8_t)~SEG_USER_LIMITED;
	s->marks |= SEG_RETRANS | SEG_EVER_RETRANS;
	tcp_rate_sent(tc, s);
	s->sent_at = tcp_now(tc);
	if (s->len)
		tc->sent_at = s->sent_at;
	if (list_linked(&s->by_time))
		list_remove(&s->by_time);
	list_push_back(&tc->sent_order, &s->by_time);
	tcp_undo_retransmitted(tc);
	if (tcp_reducing(tc))
		tc->prr_out++;
	tc->bytes_retrans += s->len;
	tcp_tell_retrans(tc, s);
	return true;
}

/* RFC 6675 5 (4.1), (4.2): first what was lost, oldest first. */
static void send_lost(struct tcp_conn *tc)
{
	struct tcp_seg *s = tc->lost_hint;

	while (s && s->sent && tc->n_lost > 0 && seq_lt(s->seq, tc->lost_end)) {
		if ((s->marks & (SEG_LOST | SEG_RETRANS | SEG_SACKED)) == SEG_LOST) {
			if (!cwnd_allows(tc) || !tcp_pace_allows(tc) || !tcp_retransmit(tc, s))
				break;
			tcp_count(tc, tc->ca_state == CA_LOSS ? EXT_SLOW_START_RETRANS :
						EXT_FAST_RETRANS);
			if (s->node.prev == &tc->sendq.head && tc->xmit_for != XMIT_REO)
				tcp_xmit_timer_restart(tc);       /* it waits for this one */
		}
		s = tcp_seg_next(tc, s);
	}
	tc->lost_hint = s && s->sent && seq_lt(s->seq, tc->lost_end) ? s : NULL;
}

bool tcp_output_part(struct tcp_conn *tc)
{
	uint32_t left = tc->unsent ? window_left(tc, tc->unsent->seq) : 0;
	seq_t small_end = tc->small_end;
	bool sent;

	if (!left || (left < tc->unsent->len && !tcp_seg_split(tc, tc->unsent, left)))
		return false;
	tc->unsent->flags |= TCP_PSH;             /* Linux: the user waits no longer */
	sent = send_new(tc, tc->unsent, NULL);
	tc->small_end = small_end;                /* nor does what he writes now for this */
	return sent;
}

/* RFC 5681 4.1, RFC 2861: after a pause the window says little about the path.
 * It is halved for each RTO, down to the restart window, which is the initial one or,
 * if it is smaller, cwnd: a pause opens nothing. */
static void restart_after_idle(struct tcp_conn *tc)
{
	ns_t idle = tcp_now(tc) - tc->sent_at, rto = tcp_rto_now(tc);
	uint32_t least = CC_INITIAL_SEGS * tc->cc.mss, kept = tc->cc.cwnd / 4 * 3;

	if (tc->n_out || idle <= rto || !tc->sent_at ||
	    !tcp_stack(tc)->opt[OPT_TCP_IDLE_RESTART])
		return;
	if (tc->cc.ssthresh < kept)
		tc->cc.ssthresh = kept;
	if (least > tc->cc.cwnd)
		least = tc->cc.cwnd;
	for (; idle > rto && tc->cc.cwnd > least; idle -= rto)
		tc->cc.cwnd /= 2;
	if (tc->cc.cwnd < least)
		tc->cc.cwnd = least;
}

/* RFC 7661 4.1, as Linux's tcp_cwnd_validate(): how far the window was used
 * since all that was out then was sent. */
static void note_usage(struct tcp_conn *tc)
{
	bool limited = !cwnd_allows(tc);

	if (seq_lt(tc->snd_una, tc->usage_seq) && !limited &&
	    (tc->limited || tc->n_out <= tc->max_out))
		return;
	tc->limited = limited;
	tc->max_out = tc->n_out;
	tc->usage_seq = tc->snd_nxt;
}

/* Is it the peer's window that holds what is next? */
static void note_wait(struct tcp_conn *tc)
{
	bool rwnd = tc->unsent && cwnd_allows(tc) &&
		    !window_takes(tc, tc->unsent, window_left(tc, tc->unsent->seq));

	if (rwnd != (tc->waits == WAIT_RWND))
		tcp_wait_set(tc, rwnd ? WAIT_RWND : WAIT_ACK);
}

/* RFC 4821 7.4.  False: nothing is to be sent now. */
static bool probe_path(struct tcp_conn *tc, bool *sent)
{
	struct tcp_seg *s;
	enum tcp_mtu_probe now = tcp_pace_allows(tc) ? tcp_pmtu_probe(tc) : MTU_PROBE_NONE;

	if (now != MTU_PROBE_NOW)
		return now != MTU_PROBE_LATER;
	s = tc->unsent;
	*sent = send_whole(tc, s, NULL);
	if (*sent)
		tcp_pmtu_probed(tc, s);
	return true;
}

/* How many full segments both windows have room for, where nothing else counts. */
static uint32_t full_ones(const struct tcp_conn *tc)
{
	uint32_t segs = tcp_in_flight(tc), left, most;

	if (tc->ca_state != CA_OPEN || tc->sk.opt[SKO_MAX_PACING_RATE])
		return 0;
	most = tc->cc.cwnd / tc->cc.mss;
	left = window_left(tc, tc->snd_nxt) / tc->snd_mss;
	return most <= segs ? 0 : most - segs < left ? most - segs : left;
}

static bool send_all(struct tcp_conn *tc)
{
	struct tcp_train train;
	bool sent = false;

	tcp_train_init(&train);
	if (tc->unsent)
		restart_after_idle(tc);
	if (unlikely(tc->mtup != NULL) && tc->unsent && !probe_path(tc, &sent))
		return false;
	while (tc->unsent && may_send(tc, tc->unsent) &&
	       send_new(tc, tc->unsent, sent ? &train : NULL)) {
		if (!sent && tc->unsent)
			(void)tcp_train_full(tc, &train, full_ones(tc));
		sent = true;
	}
	tcp_train_leave(tc, &train);
	if (sent || (tc->unsent && !cwnd_allows(tc)))
		note_usage(tc);
	note_wait(tc);
	if (unlikely(tc->no_space) && sent && !tc->unsent)
		tcp_wait_space(tc);
	return sent;
}

/* RFC 8985 7.3: a probe, so that Nagle does not hold it (nor a cork, as Linux). */
bool tcp_send_one(struct tcp_conn *tc)
{
	struct tcp_seg *s = tc->unsent;

	return s && seg_span(s) <= window_left(tc, s->seq) && send_new(tc, s, NULL);
}

/* RFC 5682 2.b: after a timeout new data goes first, and only if there was none
 * what seems lost. */
static bool frto_holds(const struct tcp_conn *tc)
{
	return tc->ca_state == CA_LOSS && tc->frto && seq_lt(tc->undo.marker, tc->snd_una);
}

static bool send_data(struct tcp_conn *tc)
{
	bool sent;

	if (likely(tc->ca_state == CA_OPEN && !tc->n_lost))
		return tc->unsent && send_all(tc);
	if (!frto_holds(tc)) {
		send_lost(tc);
		return send_all(tc);
	}
	sent = send_all(tc);
	if (seq_le(tc->snd_nxt, tc->high_seq)) {
		tc->frto = false;
		send_lost(tc);
	}
	return sent;
}

void tcp_output(struct tcp_conn *tc)
{
	bool timed = false;

	if (unlikely(tc->fo_child))
		(void)send_all(tc);               /* new data alone */
	else if (tc->state >= TCP_ESTABLISHED && tc->state != TCP_TIME_WAIT && send_data(tc))
		timed = tcp_tlp_schedule(tc, false);
	if (tc->ack_now)
		tcp_send_ack(tc);
	if (!timed)
		tcp_xmit_timer_set(tc);
	tcp_tell_sample(tc);
}

void tcp_output_acked(struct tcp_conn *tc)
{
	bool sent = tc->unsent && send_all(tc);

	if (tc->ack_now)
		tcp_send_ack(tc);
	tcp_xmit_timer_restart(tc);               /* RFC 6298 5.3 */
	(void)tcp_tlp_schedule(tc, !sent);
	tcp_tell_sample(tc);
}

/* --- for people ------------------------------------------------------------------------ */

/* Why what is next in line is not sent. */
static enum show_limit unsent_limit(const struct tcp_conn *tc)
{
	const struct tcp_seg *s = tc->unsent;

	if (window_left(tc, s->seq) < seg_span(s))
		return LIMIT_RWND;
	if (!cwnd_allows(tc))
		return tc->ca_state >= CA_RECOVERY ? LIMIT_RECOVERY : LIMIT_CWND;
	if (nagle_holds(tc, s))
		return tc->sk.opt[SKO_CORK] || tc->more ? LIMIT_CORK : LIMIT_NAGLE;
	if (tcp_pace_holds(tc))
		return LIMIT_PACING;
	return LIMIT_NONE;
}

enum show_limit tcp_limit(const struct tcp_conn *tc)
{
	if (tc->state == TCP_LISTEN)
		return LIMIT_LISTEN;
	if (tc->state == TCP_SYN_SENT || tc->state == TCP_SYN_RECEIVED)
		return LIMIT_HANDSHAKE;
	if (tc->state == TCP_CLOSED || tc->state == TCP_TIME_WAIT || tcp_fin_acked(tc))
		return LIMIT_CLOSED;
	if (tc->n_out && tc->timeouts)
		return LIMIT_RTO;
	if (tc->unsent)
		return unsent_limit(tc);
	if (tc->n_lost > tc->n_retrans)
		return LIMIT_RECOVERY;
	return tc->sendq_bytes && tcp_sndbuf_full(tc) ? LIMIT_SNDBUF : LIMIT_APP;
}
