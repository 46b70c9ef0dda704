// SPDX-License-Identifier: MIT
/*
 * Data that arrives: RFC 9293 3.10.7.4, seventh and eighth; and the window
 * (3.8.6).
 */
#include "stack/tcp/ooo.h"

/* --- the window -------------------------------------------------------------------- */

/* Free for data, in whole units of so many bytes if that is more than one. */
static hot_inline uint32_t space_in(const struct tcp_conn *tc, uint32_t unit)
{
	uint32_t room = (uint32_t)tc->sk.opt[SKO_RCVBUF] / 2, most = UINT16_MAX << tc->rcv_wscale;
	uint32_t clamp = (uint32_t)sock_opt(&tc->sk, SKO_WINDOW_CLAMP);

	if (clamp && clamp < room)
		room = clamp;
	room = room > tc->rcvq_bytes ? room - tc->rcvq_bytes : 0;
	if (unit > 1 && room > unit)
		room -= room % unit;
	return room < most ? room : most;         /* more could not be said */
}

static uint32_t space(const struct tcp_conn *tc) { return space_in(tc, 1); }

/* For a SYN, as Linux has it, what whole segments of ours fill: 64240 of 65536 bytes. */
static uint32_t space_of_syn(const struct tcp_conn *tc)
{
	uint32_t seg = tc->adv_mss;

	if (tcp_stack(tc)->opt[OPT_TCP_SYN_WINDOW])
		return space(tc);
	if (tc->passive && tc->ts_ok && seg > TCP_TS_SPACE)
		seg -= TCP_TS_SPACE;              /* who opens does not know yet */
	return space_in(tc, seg);
}

/* What may be offered, of what is promised now and is free now: never less than was
 * (SHLD-14); more only if it is a full segment or half of the buffer more (RFC 9293
 * 3.8.6.2.2). */
static uint32_t offer(const struct tcp_conn *tc, uint32_t now, uint32_t free_now)
{
	uint32_t half = (uint32_t)tc->sk.opt[SKO_RCVBUF] / 4;
	uint32_t step = tc->rcv_mss < half ? tc->rcv_mss : half;

	return free_now >= now + step ? free_now : now;
}

/* What the field can say of it, whose unit is 1 << shift: no more than that. */
static uint32_t sayable(uint32_t wnd, uint8_t shift)
{
	wnd >>= shift;
	return (wnd < UINT16_MAX ? wnd : UINT16_MAX) << shift;
}

uint32_t tcp_window(struct tcp_conn *tc)
{
	bool open = tc->state >= TCP_ESTABLISHED || tc->fo_child;
	uint8_t shift = open ? tc->rcv_wscale : 0;
	uint32_t promised = tcp_rcv_wnd(tc), unit = 1u << shift;
	uint32_t room = likely(open) ? space(tc) : space_of_syn(tc);
	uint32_t wnd = offer(tc, promised, room);

	/* What the field cannot say is not promised.  Of what was promised it has
	 * no room for the last bits; then a little more is, if that has room in the
	 * buffer, and else the window seems to shrink (RFC 7323 2.4). */
	if (wnd > promised)
		wnd = sayable(wnd, shift);
	if (wnd <= promised)
		wnd = (promised + unit - 1) & ~(unit - 1);
	if (wnd > promised && wnd > room)
		wnd = promised;
	tc->rcv_adv = seq_add(tc->rcv_nxt, wnd);
	return wnd;
}

/* The buffer that such a window wants, unless somebody set its size. */
static void buffer_grow(struct tcp_conn *tc, uint64_t wnd)
{
	uint64_t want = 2 * wnd, max = (uint64_t)tcp_stack(tc)->opt[OPT_TCP_RMEM_MAX];

	want = want < max ? want : max;
	if (!tc->rcvbuf_fixed && tcp_stack(tc)->opt[OPT_TCP_MODERATE] &&
	    want > (uint64_t)tc->sk.opt[SKO_RCVBUF])
		tc->sk.opt[SKO_RCVBUF] = (int)want;
}

/* Read in a round trip so far at most; a first window is no growth. */
static uint32_t drs_space(struct tcp_conn *tc)
{
	if (!tc->drs_space)
		tc->drs_space = CC_INITIAL_SEGS * (uint32_t)tc->snd_mss;
	return tc->drs_space;
}

/* What is missing before such an end is to have its room, too, once there is a user who
 * reads. */
static void room_for_gap(struct tcp_conn *tc, seq_t end)
{
	if (!tc->listener && !tc->orphan)
		buffer_grow(tc, 2 * drs_space(tc) + (uint32_t)seq_diff(end, tc->rcv_nxt));
}

/* Dynamic right-sizing, as Linux has it: the buffer is twice what the user
 * reads in a round trip, with room for a sender whose window still grows. */
static void right_size(struct tcp_conn *tc, uint32_t got)
{
	ns_t round = tc->srtt > MSEC(1) ? tc->srtt : MSEC(1);
	uint64_t want;

	tc->drs_read += got;
	(void)drs_space(tc);
	if (tc->rcvbuf_fixed || tcp_now(tc) - tc->drs_at < round ||
	    !tcp_stack(tc)->opt[OPT_TCP_MODERATE])
		return;
	if (tc->drs_read > tc->drs_space) {
		uint32_t more = tc->drs_read - tc->drs_space;

		want = 2 * (uint64_t)tc->drs_read + 16 * (uint64_t)tc->rcv_mss;
		want += 2 * want * more / tc->drs_space;
		buffer_grow(tc, want);
		tc->drs_space = tc->drs_read;
	}
	tc->drs_read = 0;
	tc->drs_at = tcp_now(tc);
}

/* Twice what there was, as Linux has it, is worth a segment of its own; not after
 * the peer's FIN. */
static bool offers_twice(const struct tcp_conn *tc)
{
	uint32_t now = tcp_rcv_wnd(tc), then;

	if (likely(now > (uint32_t)tc->sk.opt[SKO_RCVBUF] / 4) ||     /* space() is less */
	    tc->state < TCP_ESTABLISHED || tc->state > TCP_FIN_WAIT_2 ||
	    !tc->ato_us)                          /* what a SYN brought is no reason */
		return false;
	then = offer(tc, now, space(tc));
	return then > now && then >= 2 * now;
}

void tcp_read_some(struct tcp_conn *tc, uint32_t got)
{
	right_size(tc, got);
	if (offers_twice(tc) || tcp_read_acks(tc))
		tcp_send_ack(tc);
}

/* --- the queue ---------------------------------------------------------------------- */

static hot_inline void to_user(struct tcp_conn *tc, struct pkt *p)
{
	uint32_t len = pkt_len(p);

	tc->rcv_nxt = pkt_end(p);
	tc->bytes_received += len;
	if (tc->orphan) {
		pkt_drop(tcp_stack(tc), p, DROP_TCP_CLOSED);
		return;
	}
	p->dev = NULL;
	tc->rcvq_bytes += len;
	tc->sk.arrived |= SK_IN;
	pkt_queue_push(&tc->rcvq, p);
}

void tcp_to_user(struct tcp_conn *tc, struct pkt *p) { to_user(tc, p); }

void tcp_rcv_fini(struct tcp_conn *tc)
{
	tcp_ooo_fini(tc);
	pkt_queue_free(&tc->rcvq);
	tc->rcvq_bytes = tc->rcvq_off = 0;
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
	if (tc->state != TCP_ESTABLISHED)
		tc->ack_now = true;
	tcp_ooo_fini(tc);                         /* nothing more is awaited */
	tc->n_sacks = 0;
	tc->dsack = false;
	switch (tc->state) {
	case TCP_ESTABLISHED:                     /* our FIN may take the ACK along */
		tcp_set_state(tc, TCP_CLOSE_WAIT);
		tc->pingpong = true;
		if (tc->rcvq_bytes > (uint32_t)tc->sk.opt[SKO_RCVBUF])
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

static void data(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	bool in_order;

	if (!trim(tc, p))
		return;
	in_order = seq_eq(pkt_at(p), tc->rcv_nxt);
	if (in_order) {
		/* the FIN of this segment is behind none */
		bool gap = tc->ooo || (tc->fin_seen && !(rx->h.flags & TCP_FIN));

		to_user(tc, p);
		tcp_data_came(tc, rx->len, rx->h.flags);
		if (tc->ooo)
			tcp_ooo_release(tc);
		if (gap)                          /* RFC 5681 4.2: at once */
			tc->ack_now = true;
	} else {
		room_for_gap(tc, pkt_end(p));
		tcp_ooo_add(tc, p);
		tc->ack_now = true;
	}
}

void tcp_text_next(struct tcp_conn *tc, struct pkt *p, seq_t at, uint8_t flags)
{
	uint32_t len = pkt_len(p);

	tc->data_segs_in++;
	p->seq = at.v;
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
		data(tc, rx, p);
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
