// SPDX-License-Identifier: MIT
/*
 * SEGMENT ARRIVES: RFC 9293 3.10.7, its steps in its order, each a function.
 * A step that returns false has dealt with the segment; the caller drops p.
 *
 * Deviation: there are no security compartments, so the third step of each
 * procedure has nothing to compare (as in Linux without labels).  What is most
 * often expected takes a shorter way to the same end (predict.c).
 */
#include "stack/tcp/in.h"
#include "stack/tcp/fastopen.h"
#include "stack/tcp/pmtud.h"
#include "stack/tcp/urgent.h"
#include "stack/util/csum.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"

/* --- 3.10.7.3: SYN-SENT ----------------------------------------------------------- */

/* As Linux: it echoes none of our SYNs' timestamps, so it answers none of them. */
static bool echoes_another(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	uint32_t echoed = tcp_ts_now(tc) - rx->o.tsecr;   /* ms ago */

	return tc->ts_ok && rx->o.has_ts && rx->o.tsecr &&
	       echoed > tcp_now(tc) / MSEC(1) - tc->stuck_at / MSEC(1);
}

/* First: an ACK must be for our SYN.  As Linux: what is wrong may be of a connection
 * that our RST ends, so that the SYN goes again soon. */
static bool syn_sent_ack(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	if (!(rx->h.flags & TCP_ACK))
		return true;
	if (seq_le(rx->h.ack, tc->iss) || seq_lt(tc->snd_nxt, rx->h.ack)) {
		tcp_answer_rst(tcp_stack(tc), rx);
		tcp_syn_soon(tc);
		return false;
	}
	if (echoes_another(tc, rx)) {
		tcp_answer_rst(tcp_stack(tc), rx);
		return false;
	}
	return true;
}

/* Second: RST, which counts only with an ACK of our SYN. */
static bool syn_sent_rst(struct tcp_conn *tc, const struct tcp_rx *rx, bool *gone)
{
	if (!(rx->h.flags & TCP_RST))
		return true;
	if (rx->h.flags & TCP_ACK) {
		tcp_done(tc, ERR_REFUSED);
		*gone = true;
	}
	return false;
}

/* As any other it may be the shortest (RFC 8985 6.2, step 1). */
static void time_handshake(struct tcp_conn *tc, ns_t rtt)
{
	tcp_rtt_sample(tc, rtt);
	tcp_rtt_min(tc, rtt > 0 ? rtt : 1);
}

/* The SYN of ours is acknowledged. */
static void syn_acked(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);
	ns_t rtt = tc->ts_ok && rx->o.has_ts ? tcp_rtt_of_echo(tc, rx->o.tsecr) : 0;

	tc->snd_una = seq_add(tc->iss, 1);
	tc->delivered++;                          /* as Linux counts */
	if (unlikely(tc->fo_child)) {
		if (!tc->total_retrans)
			time_handshake(tc, tcp_now(tc) - tcp_fo(tc)->syn_at);
		return;
	}
	if (!(s->marks & SEG_EVER_RETRANS))
		time_handshake(tc, tcp_now(tc) - s->sent_at);
	else if (rtt)
		time_handshake(tc, rtt);
	tcp_seg_free(tc, s);
	tc->n_out--;                              /* there may be data that went with it */
	tc->n_retrans = tc->n_lost = 0;
}

/* Fourth: their SYN, with an ACK of ours or, in a simultaneous open (MUST-10),
 * without; data of the latter comes again.  Fifth: what is neither SYN nor RST
 * is dropped. */
static bool syn_sent_syn(struct tcp_conn *tc, struct tcp_rx *rx)
{
	if (!(rx->h.flags & TCP_SYN))
		return false;
	tcp_conn_agree(tc, rx);
	tc->rcv_adv = seq_add(tc->rcv_nxt, tcp_window(tc));
	if (!(rx->h.flags & TCP_ACK)) {
		struct tcp_seg *s = list_first(&tc->sendq, struct tcp_seg, node);

		tcp_set_state(tc, TCP_SYN_RECEIVED);
		(void)tcp_seg_xmit(tc, s, NULL);
		rx->len = 0;
		rx->h.flags &= (uint8_t)~(TCP_FIN | TCP_URG);
		return true;
	}
	syn_acked(tc, rx);
	if (tc->pingpong || sock_opt(&tc->sk, SKO_DEFER_ACCEPT)) {
		/* data of ours will take it along */
		tcp_quick_enter(tc, TCP_QUICK_MAX);
		tcp_delack_again(tc);
	} else {
		tc->ack_now = true;
	}
	tcp_conn_established(tc);
	if (unlikely(tcp_fo(tc) != NULL))
		tcp_fastopen_answered(tc, rx);
	return true;
}

static bool rx_syn_sent(struct tcp_conn *tc, struct tcp_rx *rx, bool *gone)
{
	return !tc->fo_later &&                   /* there is no SYN yet */
	       syn_sent_ack(tc, rx) &&            /* first */
	       syn_sent_rst(tc, rx, gone) &&      /* second */
	       syn_sent_syn(tc, rx);              /* fourth and fifth */
}

/* --- 3.10.7.4: the other states ------------------------------------------------------ */

/* RFC 9293 3.4, table 6: does any of it lie in the window?  Of a RST the
 * first number counts.  At the edge of a zero window all is acceptable but
 * the text, so that its ACK is seen; tcp_text() cuts that off.  An ACK alone
 * counts at the right edge, too, as in Linux: it comes from there while data
 * that fills the window is lost. */
static bool in_window(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	uint32_t span = (uint32_t)seq_diff(rx_end(rx), rx->h.seq), wnd = tcp_rcv_wnd(tc);

	if (!span && !(rx->h.flags & TCP_RST))
		return seq_within(rx->h.seq, tc->rcv_nxt, wnd + 1);
	if (!wnd || (rx->h.flags & TCP_RST))
		return seq_eq(rx->h.seq, tc->rcv_nxt) || seq_within(rx->h.seq, tc->rcv_nxt, wnd);
	return seq_within(rx->h.seq, tc->rcv_nxt, wnd) ||
	       (seq_lt(rx->h.seq, tc->rcv_nxt) && seq_lt(tc->rcv_nxt, rx_end(rx)));
}

static bool is_open(const struct tcp_conn *tc)
{
	return tc->state >= TCP_ESTABLISHED && tc->state != TCP_TIME_WAIT;
}

/* It ends where all that came ends, or no further back than where the last ACK of ours did:
 * as Linux has it, its own ACK, which may be new, is heard before it is dropped. */
static bool is_just_old(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	seq_t end = rx_end(rx);

	return is_open(tc) && !(rx->h.flags & (TCP_SYN | TCP_RST)) &&
	       seq_lt(rx->h.seq, tc->rcv_nxt) && seq_le(end, tc->rcv_nxt) &&
	       seq_le(tc->rcv_wup, end);
}

/* Data that ends behind the window, while other waits to be read. */
static bool overruns(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return tc->rcvq.head && !tcp_trims(tc) && !(rx->h.flags & TCP_RST) &&
	       seq_lt(tc->rcv_adv, seq_add(rx->h.seq, rx->len));
}

/* As Linux: an ACK that repeats what is known and is older by one timeout at most was
 * overtaken by others; its SACKs may be news, and an answer would be none. */
static bool is_overtaken_ack(const struct tcp_conn *tc, const struct tcp_rx *rx, ns_t older)
{
	return seq_eq(rx_end(rx), rx->h.seq) && seq_eq(rx->h.seq, tc->rcv_nxt) &&
	       seq_eq(rx->h.ack, tc->snd_una) && older <= tcp_rto_now(tc) / 10 * 12 &&
	       !tcp_tells_window(tc, rx->h.seq, rx->h.ack, rx_wnd(tc, rx));
}

/* RFC 7323 5.3, R1: an old duplicate.  What has no timestamp is taken, as Linux
 * does (3.2 would rather have it dropped); and so is, where the connection is open,
 * what is older by one tick, or is an ACK that was overtaken. */
static bool paws_refuses(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	int32_t older = (int32_t)(tc->ts_recent - rx->o.tsval);   /* ms */

	if (!tc->ts_ok || !rx->o.has_ts || (rx->h.flags & TCP_RST) || !tcp_ts_is_old(tc, rx))
		return false;
	return !is_open(tc) || (older > 1 && !is_overtaken_ack(tc, rx, MSEC(older)));
}

/* As Linux: an old ACK alone is common where ACKs overtake each other, and is not
 * answered, though R1 would have it so. */
static bool is_old_ack(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return is_open(tc) && seq_eq(rx_end(rx), rx->h.seq) && seq_lt(rx->h.seq, tc->rcv_nxt);
}

/* Simultaneous open (RFC 9293 figure 7): the peer's SYN again, now with an ACK
 * of ours.  As Linux, which takes it for the ACK that it is. */
static bool is_crossed_synack(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return tc->state == TCP_SYN_RECEIVED && !tc->passive &&
	       (rx->h.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK) &&
	       seq_eq(rx->h.seq, tc->irs) && seq_eq(rx->h.ack, tc->snd_nxt) && !rx->len;
}

/* The same SYN again: our answer was lost. */
static bool is_same_syn(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return tc->state == TCP_SYN_RECEIVED && seq_eq(rx->h.seq, tc->irs) &&
	       (rx->h.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

/* RFC 5961 4.2.  In ESTABLISHED Linux counts it among the bad segments. */
static void challenge_syn(struct tcp_conn *tc)
{
	tcp_stack(tc)->stat[ST_TCP_IN_ERRS] += tc->state == TCP_ESTABLISHED;
	if (tc->state != TCP_TIME_WAIT)
		tcp_count(tc, EXT_SYN_CHALLENGE);
	tcp_challenge(tc);
}

/* As Linux: some send it with the number of their FIN, and not the next one
 * (OPT_TCP_RST_EXACT: no). */
static bool is_rst_at_fin(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return (rx->h.flags & TCP_RST) && is_open(tc) && tcp_fin_rcvd(tc) &&
	       seq_eq(rx->h.seq, tc->fin_seq) && !tcp_stack(tc)->opt[OPT_TCP_RST_EXACT];
}

/* An ACK for what is not acceptable.  Data and a FIN of which the ACK was lost
 * always have one; of all else only some, so that two ends never answer each
 * other without end, and strangers learn little (RFC 5961 7).  To what has no ACK
 * bit, as Linux, there is none where the connection is open. */
static void answer_unacceptable(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	if ((rx->h.flags & TCP_RST) || (is_open(tc) && !(rx->h.flags & (TCP_SYN | TCP_ACK))))
		return;
	if (is_same_syn(tc, rx)) {
		tcp_listen_again(tc);
	} else if ((rx->len || (rx->h.flags & TCP_FIN)) && !(rx->h.flags & TCP_SYN)) {
		tcp_text_again(tc, rx);
		tcp_send_ack(tc);
	} else if (rx->h.flags & TCP_SYN) {
		challenge_syn(tc);
	} else {
		tcp_answer_ack(tc);
	}
	if (tc->state == TCP_TIME_WAIT && (rx->h.flags & TCP_FIN))
		tcp_time_wait(tc);                /* eighth: 2 MSL begin again */
}

/* First: the sequence number (MUST-66: RST and URG even with a zero window),
 * and RFC 7323 5.3. */
static bool rx_seq(struct tcp_conn *tc, const struct tcp_rx *rx, enum drop *why)
{
	if (paws_refuses(tc, rx))
		*why = is_old_ack(tc, rx) ? DROP_TCP_PAWS_ACK : DROP_TCP_PAWS;
	else if ((!in_window(tc, rx) || overruns(tc, rx)) && !is_just_old(tc, rx) &&
		 !is_crossed_synack(tc, rx) && !is_rst_at_fin(tc, rx))
		*why = rx->len && seq_le(rx_end(rx), tc->rcv_nxt) ? DROP_TCP_OLD : DROP_TCP_WINDOW;
	if (*why == DROP_TCP_WINDOW && seq_lt(tc->rcv_adv, rx_end(rx)) &&
	    !(rx->h.flags & (TCP_SYN | TCP_RST)))
		tcp_count(tc, EXT_BEYOND_WINDOW);
	if (*why && *why != DROP_TCP_PAWS_ACK)
		answer_unacceptable(tc, rx);
	return !*why;
}

/* How the user learns of a RST, by state: as Linux in CLOSING and LAST-ACK, too, where
 * the RFC has no signal, for what was sent last may not have come. */
static int reset_error(const struct tcp_conn *tc)
{
	switch (tc->state) {
	case TCP_SYN_RECEIVED: return tc->fo_child ? ERR_CONNRESET : ERR_REFUSED;
	case TCP_CLOSE_WAIT:   return ERR_PIPE;
	case TCP_TIME_WAIT:    return OK;
	default:               return ERR_CONNRESET;
	}
}

/* RFC 5961 3.2: exactly the next number.  The peer may also count what we hold
 * out of order, and have told us so in its RST, as Linux has it (OPT_TCP_RST_EXACT:
 * no). */
static bool rst_is_genuine(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	seq_t max = tc->rcv_nxt;

	if (is_rst_at_fin(tc, rx))
		return true;
	if (!tcp_stack(tc)->opt[OPT_TCP_RST_EXACT])
		for (unsigned i = tc->dsack; i < tc->n_sacks; i++)
			max = seq_max(max, tc->blocks->ours[i].end);
	return seq_eq(rx->h.seq, tc->rcv_nxt) || seq_eq(rx->h.seq, max);
}

/* Second: RST, only where it must be genuine. */
static bool rx_rst(struct tcp_conn *tc, const struct tcp_rx *rx, enum drop *why, bool *gone)
{
	int err;

	if (!(rx->h.flags & TCP_RST))
		return true;
	if (!rst_is_genuine(tc, rx)) {
		*why = DROP_TCP_CHALLENGE;
		tcp_challenge(tc);
		return false;
	}
	*gone = true;
	if (tc->state == TCP_SYN_RECEIVED && tc->passive && !tc->fo_child)
		tcp_count(tc, EXT_EMBRYONIC_RSTS);
	err = reset_error(tc);
	tcp_fastopen_child_end(tc, true);
	tcp_done(tc, err);
	return false;
}

/* Fourth: SYN, which has no place here (RFC 5961 4.2).  One in the window of what
 * is half open and came from LISTEN: back to there. */
static bool rx_syn(struct tcp_conn *tc, const struct tcp_rx *rx, enum drop *why, bool *gone)
{
	if (!(rx->h.flags & TCP_SYN) || is_crossed_synack(tc, rx))
		return true;
	if (is_same_syn(tc, rx)) {                /* with data, and so in the window */
		*why = DROP_TCP_OLD;
		tcp_listen_again(tc);
		return false;
	}
	if (tc->state == TCP_SYN_RECEIVED && tc->passive && !tc->fo_child &&
	    seq_le(tc->rcv_nxt, rx->h.seq)) {
		*gone = true;
		tcp_count(tc, EXT_EMBRYONIC_RSTS);
		tcp_done(tc, OK);
		return false;
	}
	*why = DROP_TCP_CHALLENGE;
	challenge_syn(tc);
	return false;
}

/* As Linux: of the handshake the SYN and this ACK, and no answer of ours. */
static void count_handshake(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	tc->segs_in = 2;
	tc->segs_out = 0;
	tc->data_segs_in = rx->len > 0;
}

/* Fifth, in SYN-RECEIVED: the handshake is over. */
static bool rx_ack_of_syn(struct tcp_conn *tc, const struct tcp_rx *rx, enum drop *why,
			  bool *gone)
{
	if (!seq_lt(tc->snd_una, rx->h.ack) || seq_lt(tc->snd_nxt, rx->h.ack)) {
		*why = DROP_TCP_ACK;
		tcp_answer_rst(tcp_stack(tc), rx);
		return false;
	}
	if (tc->passive && !tc->fo_child && tcp_listen_defers(tc, rx)) {
		*why = DROP_TCP_DEFERRED;
		return false;
	}
	if (tc->passive && !tc->fo_child && !tcp_listen_established(tc)) {
		*why = DROP_TCP_BACKLOG;          /* as if the ACK were lost */
		if (tcp_stack(tc)->opt[OPT_TCP_ABORT_ON_OVERFLOW]) {
			*gone = true;
			tcp_answer_rst(tcp_stack(tc), rx);
			tcp_done(tc, OK);
		}
		return false;
	}
	syn_acked(tc, rx);
	if (tc->passive && !tc->fo_child)
		count_handshake(tc, rx);
	tc->snd_wnd = rx_wnd(tc, rx);
	tc->max_snd_wnd = tc->snd_wnd;
	tc->snd_wl1 = rx->h.seq;
	tc->snd_wl2 = rx->h.ack;
	if (unlikely(tc->fo_child))
		tcp_fastopen_opened(tc);
	else
		tcp_conn_established(tc);
	if (rx->h.flags & TCP_SYN) {              /* crossed: as Linux, its number came twice */
		tcp_text_again(tc, rx);
		tc->ack_now = true;
	}
	return true;
}

/* What the acknowledgment of our FIN changes. */
static void fin_acked(struct tcp_conn *tc, const struct tcp_rx *rx, bool *gone)
{
	if (tc->state == TCP_FIN_WAIT_1 && tc->orphan && sock_opt(&tc->sk, SKO_LINGER2) < 0) {
		*gone = true;                     /* no FIN-WAIT-2, as Linux */
		tcp_count(tc, EXT_ABORT_ON_DATA);
		tcp_answer_rst(tcp_stack(tc), rx);
		tcp_done(tc, OK);
	} else if (tc->state == TCP_FIN_WAIT_1) {
		tcp_set_state(tc, TCP_FIN_WAIT_2);
		sock_turns(&tc->sk);
		if (tc->orphan)
			tcp_fin_wait_2_set(tc);
	} else if (tc->state == TCP_CLOSING) {
		tcp_time_wait(tc);
	} else if (tc->state == TCP_LAST_ACK) {
		*gone = true;
		tcp_done(tc, OK);
	}
}

/* Fifth: the ACK field. */
static bool rx_ack(struct tcp_conn *tc, const struct tcp_rx *rx, enum drop *why, bool *gone)
{
	if (!(rx->h.flags & TCP_ACK)) {
		*why = DROP_TCP_FLAGS;
		return false;
	}
	if ((tc->state == TCP_SYN_RECEIVED || tc->fo_child) && !rx_ack_of_syn(tc, rx, why, gone))
		return false;
	if (!tcp_ack(tc, rx)) {
		*why = DROP_TCP_ACK;
		return false;
	}
	if (tcp_fin_acked(tc))
		fin_acked(tc, rx, gone);
	return !*gone;
}

/* Sixth to eighth; consumes p.  Behind the peer's FIN there is nothing more of
 * each: "ignore the segment text", "remain in the state". */
static void rx_text(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p, bool *gone)
{
	bool after_close = (rx->len || (rx->h.flags & TCP_FIN)) && (tc->orphan || tc->rcv_shut) &&
			   tc->state >= TCP_FIN_WAIT_1;

	if (tc->state == TCP_TIME_WAIT || tc->state == TCP_CLOSE_WAIT ||
	    tc->state == TCP_CLOSING || tc->state == TCP_LAST_ACK) {
		if (tc->state == TCP_TIME_WAIT && rx->len)        /* as Linux */
			tcp_send_ack(tc);
		pkt_free(p);
		return;
	}
	if (after_close && seq_lt(tc->rcv_nxt, seq_add(rx->h.seq, rx->len))) {
		*gone = true;                     /* nobody will read it: MAY-1, SHLD-3 */
		if (tc->state != TCP_FIN_WAIT_2 || !tc->orphan)
			tcp_count(tc, EXT_ABORT_ON_DATA);
		tcp_answer_rst(tcp_stack(tc), rx);
		pkt_drop(tcp_stack(tc), p, DROP_TCP_CLOSED);
		tcp_done(tc, tc->orphan ? OK : ERR_CONNRESET);
		return;
	}
	if (unlikely((rx->h.flags & TCP_URG) || tc->urgent))      /* sixth */
		tcp_urgent_in(tc, rx, p);
	tcp_text(tc, rx, p);                      /* seventh, eighth */
}

/* There is nothing new in it; an ACK says so to what takes numbers. */
static void old_text(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	if (seq_lt(rx->h.seq, rx_end(rx)))
		answer_unacceptable(tc, rx);
	pkt_drop(tcp_stack(tc), p, DROP_TCP_OLD);
}

/* TIME-WAIT: a new SYN may open the connection again (RFC 9293 MAY-2), if it
 * cannot be an old one: its timestamp tells or, of the same instant, its
 * number (RFC 6191 2). */
static bool reopens(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	int32_t newer = (int32_t)(rx->o.tsval - tc->ts_recent);

	if ((rx->h.flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN)
		return false;
	if (tc->ts_ok && rx->o.has_ts && newer)
		return newer > 0;
	return seq_lt(tc->rcv_nxt, rx->h.seq);
}

/* What came of it: p is dropped with `why`, or freed. */
static void over(struct stack *st, struct pkt *p, enum drop why)
{
	if (why)
		pkt_drop(st, p, why);
	else
		pkt_free(p);
}

static void rx_synchronized(struct tcp_conn *tc, struct tcp_rx *rx, struct pkt *p)
{
	struct stack *st = tcp_stack(tc);
	enum drop why = DROP_NONE;
	bool gone = false;

	if (!rx_seq(tc, rx, &why) ||              /* first; RFC 7323 */
	    !rx_rst(tc, rx, &why, &gone) ||       /* second; RFC 5961 3 */
	    !rx_syn(tc, rx, &why, &gone) ||       /* fourth; RFC 5961 4 */
	    !rx_ack(tc, rx, &why, &gone)) {       /* fifth */
		over(st, p, why);
		return;
	}
	if (tc->state != TCP_TIME_WAIT || !rx->len)
		tcp_ts_note(tc, rx);              /* of a segment whose ACK is acceptable */
	if (unlikely(rx->m->n_opt))               /* SHLD-24 */
		tcp_ip_opts_in(tc, rx->m);
	tcp_ecn_in(tc, rx);                       /* RFC 3168 6.1.3 */
	if (is_just_old(tc, rx)) {
		old_text(tc, rx, p);
	} else {
		rx_text(tc, rx, p, &gone);        /* sixth to eighth */
		if (gone)
			return;
	}
	tcp_output(tc);
	tcp_tell_owner(tc);
}

static void conn_input(struct tcp_conn *tc, struct tcp_rx *rx, struct pkt *p)
{
	struct stack *st = tcp_stack(tc);
	bool gone = false;

	if (tc->state != TCP_TIME_WAIT) {         /* which is not the user's any more */
		tc->segs_in++;
		tc->data_segs_in += rx->len > 0;
	}
	st->tcp->like_len = 0;
	tcp_burst_settle(tc);
	if (tc->state != TCP_SYN_SENT) {
		rx_synchronized(tc, rx, p);
		return;
	}
	if (!rx_syn_sent(tc, rx, &gone)) {
		over(st, p, gone ? DROP_NONE : DROP_TCP_FLAGS);
		return;
	}
	rx_text(tc, rx, p, &gone);                /* "continue at the sixth step" */
	tcp_output(tc);
	tcp_tell_owner(tc);
}

/* --- from the network layer ---------------------------------------------------------- */

bool tcp_csum_right_any(const struct pkt *p, uint32_t off, ip4_t src, ip4_t dst)
{
	return tcp_csum4(src, dst, pkt_len(p) - off, pkt_csum(p, off)) == 0;
}

/* Header, checksum and options; p is at the data then. */
static enum drop rx_parse(struct stack *st, struct tcp_rx *rx, struct pkt *p,
			  const struct ip_meta *m)
{
	enum drop bad;

	rx->m = m;
	rx->old.any = false;
	if (m->bcast)                             /* MUST-57 */
		return DROP_TCP_BCAST;
	if (!pkt_pullup(p, TCP_HLEN))
		return DROP_TCP_SHORT;
	(void)!pkt_pullup(p, tcp_get_hlen(pkt_data(p)));
	bad = tcp_hdr_parse(&rx->h, pkt_data(p), p->len);
	if (bad)
		return bad;
	if (!tcp_csum_right(st, p, m))
		return DROP_TCP_CHECKSUM;
	tcp_opts_parse(&rx->o, pkt_data(p) + TCP_HLEN, rx->h.hlen - (size_t)TCP_HLEN,
		       rx->h.flags & TCP_SYN);
	pkt_pull(p, rx->h.hlen);
	rx->len = pkt_len(p);
	return DROP_NONE;
}

/* 3.10.7.1 and 3.10.7.2: CLOSED and LISTEN. */
static void no_conn(struct stack *st, struct tcp_rx *rx, struct pkt *p)
{
	struct tcp_conn *l = tcp_find_listener(st, rx);
	struct tcp_conn *tc = l ? tcp_cookie_accept(l, rx) : NULL;
	enum drop bad;

	if (tc) {
		count_handshake(tc, rx);
		rx_synchronized(tc, rx, p);
		return;
	}
	if (l) {
		bad = tcp_listen_input(l, rx, &p);
		over(st, p, bad);
		return;
	}
	tcp_answer_rst(st, rx);
	pkt_drop(st, p, DROP_TCP_NO_PORT);
}

/* A user who is told may close any connection: before the next one is found. */
static bool burst_is_of_other(const struct stack *st, const struct tcp_rx *rx)
{
	const struct tcp_conn *tc = st->tcp ? st->tcp->burst : NULL;

	return tc && (tc->sk.pport != rx->h.sport || tc->sk.lport != rx->h.dport ||
		      tc->sk.peer != rx->m->src || tc->sk.local != rx->m->dst);
}

static outlined void segment_arrives(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	struct tcp_conn *tc;
	struct tcp_rx rx;
	enum drop bad = rx_parse(st, &rx, p, m);

	st->stat[ST_TCP_IN_SEGS]++;
	if (bad) {
		st->stat[ST_TCP_IN_ERRS]++;
		pkt_drop(st, p, bad);
		return;
	}
	if (unlikely(burst_is_of_other(st, &rx)))
		tcp_burst_end(st);
	tc = tcp_find_again(st, m->dst, rx.h.dport, m->src, rx.h.sport);
	if (tc && tc->state == TCP_TIME_WAIT && reopens(tc, &rx) && tcp_find_listener(st, &rx)) {
		tcp_time_wait_end(tc, &rx.old);
		tc = NULL;
	}
	if (tc)
		conn_input(tc, &rx, p);
	else
		no_conn(st, &rx, p);
}

static void tcp_input(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	if (st->burst && tcp_burst_may_join(st) && tcp_burst_joins(st, p, m))
		return;
	if (!tcp_predicted(st, p, m))
		segment_arrives(st, p, m);
}

/* RFC 1191 6.4: from now on shorter segments; what was too long goes again. */
static void too_big(struct tcp_conn *tc, const struct icmp_err *e)
{
	pmtu_learn(tcp_stack(tc), e);
	tcp_pmtu_told(tc);
}

static bool is_half_open(const struct tcp_conn *tc)       /* nobody can hear of it */
{
	return tc->state == TCP_SYN_RECEIVED && tc->passive && !tc->fo_child;
}

/* Does it end what is not open yet?  As Linux: in an open of ours any does (RFC 5461 4),
 * MUST-56 or not; of a peer's that which says that he cannot be reached.  What has data
 * of a SYN, and was accepted, is as good as open. */
static bool error_ends(const struct tcp_conn *tc, const struct icmp_err *e)
{
	if (is_half_open(tc))
		return e->type != ICMP4_UNREACH || e->code == ICMP4_UNREACH_NET ||
		       e->code == ICMP4_UNREACH_HOST;
	return tc->state < TCP_ESTABLISHED && (!tc->fo_child || tc->listener);
}

/* RFC 5927 4.1: only about what is really on its way; RFC 1122 4.2.3.9: soft
 * errors are kept for the user.  Deviation, as Linux (RFC 5461 4): no error ends
 * what is established (SHLD-26). */
static void tcp_error(struct stack *st, const struct icmp_err *e)
{
	uint32_t ports;
	struct tcp_conn *tc;
	seq_t at;

	if (e->n < 8)
		return;
	ports = get_be32(e->data);
	at = seq(get_be32(e->data + 4));
	tc = tcp_find(st, e->src, (uint16_t)(ports >> 16), e->dst, (uint16_t)ports);
	if (!tc)
		return;
	if (seq_lt(at, tc->snd_una) || seq_lt(tc->snd_nxt, at) || seq_eq(at, tc->snd_nxt)) {
		tcp_count(tc, EXT_OUT_OF_WINDOW_ICMPS);
		return;
	}
	tcp_burst_settle(tc);
	if (e->type == ICMP4_UNREACH && e->code == ICMP4_UNREACH_FRAG && !is_half_open(tc))
		too_big(tc, e);
	else if (error_ends(tc, e))
		tcp_done(tc, e->err);
	else if (!is_half_open(tc))
		tcp_soft_error(tc, e);
}

const struct l4_proto tcp_proto = {
	.name = "tcp", .ipproto = IP_PROTO_TCP, .input = tcp_input, .error = tcp_error,
	.free = tcp_table_fini,
};
