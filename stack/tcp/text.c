// SPDX-License-Identifier: MIT
/*
 * Data that arrives: RFC 9293 3.10.7.4, seventh and eighth.
 */
#include "stack/tcp/ooo.h"
#include "stack/tcp/rcvbuf.h"

/* --- the queue ---------------------------------------------------------------------- */

/* p is paid for. */
static hot_inline void to_user(struct tcp_conn *tc, struct pkt *p)
{
	uint32_t len = pkt_len(p);

	tc->rcv_nxt = pkt_end(p);
	tc->bytes_received += len;
	if (tc->orphan) {
		tc->rcv_mem -= p->mem;
		pkt_drop(tcp_stack(tc), p, DROP_TCP_CLOSED);
		return;
	}
	p->dev = NULL;
	tc->rcvq_bytes += len;
	tc->sk.arrived |= SK_IN;
	if (tc->rcvq.tail)
		tcp_rcvbuf_join(tc, tc->rcvq.tail, p);
	pkt_queue_push(&tc->rcvq, p);
}

void tcp_to_user(struct tcp_conn *tc, struct pkt *p) { to_user(tc, p); }

void tcp_rcv_fini(struct tcp_conn *tc)
{
	tcp_ooo_fini(tc);
	pkt_queue_free(&tc->rcvq);
	tc->rcvq_bytes = tc->rcvq_off = tc->rcv_mem = 0;
	tc->n_sacks = 0;
	tc->dsack = false;
}

/* --- the right edge ------------------------------------------------------------------ */

static seq_t right_edge(const struct tcp_conn *tc)
{
	return seq_add(tc->rcv_nxt, tcp_rcv_wnd(tc));
}

/* As the RFC would have it, and with a window of nothing in any case.  Linux (6.17 on)
 * takes a segment whole while nothing waits to be read, and else none of it (in.c). */
bool tcp_trims(const struct tcp_conn *tc)
{
	return !tcp_rcv_wnd(tc) || tcp_stack(tc)->opt[OPT_TCP_TRIM];
}

/* --- FIN ----------------------------------------------------------------------------- */

/* Remembers where it is, if it was not cut off.  The first one counts: a peer
 * ends once. */
static void fin_note(struct tcp_conn *tc, seq_t at)
{
	if (tc->fin_seen || (tcp_trims(tc) && seq_lt(right_edge(tc), at)))
		return;
	tc->fin_seen = true;
	tc->fin_seq = at;
}

/* It came out of order; alone: without data, again: not for the first time. */
static void fin_is_early(struct tcp_conn *tc, bool alone, bool again)
{
	tc->ack_now = true;
	if (alone)
		tcp_count(tc, EXT_OFO_QUEUE);
	if (again)
		tcp_dsack_add(tc, tc->fin_seq, seq_add(tc->fin_seq, 1));
	if (tc->fin_seen)
		tcp_ooo_fin(tc);
}

/* RFC 9293 3.10.7.4, eighth. */
static void fin_arrived(struct tcp_conn *tc)
{
	tc->rcv_nxt = seq_add(tc->rcv_nxt, 1);
	sock_turns(&tc->sk);
	if (tc->state != TCP_ESTABLISHED)
		tc->ack_now = true;
	tcp_ooo_fini(tc);                         /* nothing more is awaited */
	tc->n_sacks = 0;
	tc->dsack = false;
	switch (tc->state) {
	case TCP_ESTABLISHED:                     /* our FIN may take the ACK along */
		tcp_set_state(tc, TCP_CLOSE_WAIT);
		tc->pingpong = true;
		if (!tcp_rcvbuf_ample(tc))
			tc->ack_now = true;       /* as Linux has it of what finds no room */
		tcp_ack_soon(tc);
		break;
	case TCP_FIN_WAIT_1:
		tcp_set_state(tc, TCP_CLOSING);
		break;
	case TCP_FIN_WAIT_2:
		tcp_time_wait(tc);
		break;
	default:
		break;
	}
}

/* --- a segment ------------------------------------------------------------------------ */

/* Trims to the window, where that is done, and to the peer's FIN; false: p is consumed. */
static bool trim(struct tcp_conn *tc, struct pkt *p)
{
	seq_t right = tcp_trims(tc) ? right_edge(tc) : seq_max(right_edge(tc), pkt_end(p));

	if (tc->fin_seen && seq_lt(tc->fin_seq, right))
		right = tc->fin_seq;
	if (seq_lt(pkt_at(p), tc->rcv_nxt))
		tcp_dsack_add(tc, pkt_at(p), seq_min(pkt_end(p), tc->rcv_nxt));
	if (!pkt_cut_front(p, tc->rcv_nxt)) {
		tc->ack_now = true;
		tcp_quick_enter(tc, TCP_QUICK_MAX);              /* its ACK was lost */
		tcp_count(tc, EXT_DELAYED_ACK_LOST);
		pkt_drop(tcp_stack(tc), p, DROP_TCP_OLD);
		return false;
	}
	if (seq_lt(right, pkt_end(p))) {
		int32_t keep = seq_diff(right, pkt_at(p));

		tc->ack_now = true;
		if (keep <= 0) {
			tcp_count(tc, EXT_BEYOND_WINDOW);
			pkt_drop(tcp_stack(tc), p, DROP_TCP_WINDOW);
			return false;
		}
		pkt_trim(p, (uint32_t)keep);
	}
	return true;
}

void tcp_text_again(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	if (!seq_lt(rx->h.seq, tc->rcv_nxt) || tc->state == TCP_TIME_WAIT)        /* as Linux */
		return;
	tcp_quick_enter(tc, TCP_QUICK_MAX);
	tcp_count(tc, EXT_DELAYED_ACK_LOST);
	tcp_dsack_add(tc, rx->h.seq, seq_min(rx_end(rx), tc->rcv_nxt));
}

/* The buffer is full: as if it had not come, and there is no window. */
static void refuse(struct tcp_conn *tc, struct pkt *p)
{
	tc->rcv_adv = tc->rcv_nxt;
	tc->ack_now = true;
	tcp_count(tc, EXT_RCVQ_DROP);
	pkt_drop(tcp_stack(tc), p, DROP_TCP_RCVBUF);
}

/* For what is next; it is taken in any case if nothing waits to be read. */
static hot_inline bool has_room(struct tcp_conn *tc, seq_t at, uint32_t len)
{
	return likely(tcp_rcvbuf_ample(tc)) || tcp_rcvbuf_room(tc, at, len) || !tc->rcvq.head;
}

/* False: there was no room. */
static bool data(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	bool in_order;

	if (!trim(tc, p))
		return true;
	in_order = seq_eq(pkt_at(p), tc->rcv_nxt);
	if (in_order && !has_room(tc, pkt_at(p), pkt_len(p))) {
		refuse(tc, p);
		return false;
	}
	if (in_order) {
		/* the FIN of this segment is behind none */
		bool gap = tc->ooo || (tc->fin_seen && !(rx->h.flags & TCP_FIN));

		tcp_rcvbuf_charge(tc, p);
		to_user(tc, p);
		tcp_data_came(tc, rx->len, rx->h.flags);
		if (tc->ooo)
			tcp_ooo_release(tc);
		if (gap)                          /* RFC 5681 4.2: at once */
			tc->ack_now = true;
	} else {
		tcp_data_measure(tc, rx->len, rx->h.flags);
		tcp_ooo_add(tc, p);
		tc->ack_now = true;
	}
	return true;
}

void tcp_text_next(struct tcp_conn *tc, struct pkt *p, seq_t at, uint8_t flags)
{
	uint32_t len = pkt_len(p);

	tc->data_segs_in++;
	p->seq = at.v;
	if (unlikely(!has_room(tc, at, len))) {
		refuse(tc, p);
		return;
	}
	tcp_rcvbuf_charge(tc, p);
	to_user(tc, p);
	tcp_data_next(tc, len, flags);
}

void tcp_text_of_syn(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	if (!rx->len) {
		pkt_free(p);
		return;
	}
	tc->data_segs_in++;
	p->seq = tc->rcv_nxt.v;
	tcp_rcvbuf_charge(tc, p);
	to_user(tc, p);
}

void tcp_text(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	seq_t first = seq_add(rx->h.seq, !!(rx->h.flags & TCP_SYN));
	bool again = tc->fin_seen;

	if (rx->h.flags & TCP_FIN)
		fin_note(tc, seq_add(first, rx->len));
	if (rx->len) {
		p->seq = first.v;
		if (!data(tc, rx, p)) {
			tc->fin_seen = again;
			return;
		}
	} else {
		pkt_free(p);
	}
	if (tc->fin_seen && seq_eq(tc->fin_seq, tc->rcv_nxt))
		fin_arrived(tc);
	else if (rx->h.flags & TCP_FIN)
		fin_is_early(tc, !rx->len, again);
	else if (rx->len)
		tcp_ack_soon(tc);
}
