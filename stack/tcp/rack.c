// SPDX-License-Identifier: MIT
/*
 * RACK, RFC 8985 6: a segment is lost if one that was sent later, by more than
 * a reordering window, was delivered.  Sent ones are kept in the order of
 * their last transmission, so what has to be looked at is at the front.
 *
 * The window is 0 once DupThresh segments are SACKed, until reordering is seen:
 * then it is as quick as RFC 6675.  Without SACK ack.c counts duplicates.
 */
#include "stack/tcp/rack.h"
#include "stack/tcp/pmtud.h"

#define REO_WND_PERSIST 16                /* recoveries; RFC 8985 5.4 */

/* Step 2.  A retransmission that is acknowledged sooner than it can have come
 * back was not needed: the ACK is for the first copy. */
static bool is_for_first_copy(const struct tcp_conn *tc, const struct tcp_seg *s,
			      const struct tcp_acked *a, ns_t rtt)
{
	uint32_t sent = tcp_ts_now(tc) -
			(uint32_t)(tcp_now(tc) / MSEC(1) - s->sent_at / MSEC(1));

	return (a->has_ts && (int32_t)(a->tsecr - sent) < 0) || rtt < tc->min_rtt;
}

void tcp_rack_delivered(struct tcp_conn *tc, const struct tcp_seg *s, struct tcp_acked *a)
{
	if (likely(!(s->marks & SEG_EVER_RETRANS))) {
		tcp_rack_delivered_once(tc, s, a);
		return;
	}
	a->delivered++;
	a->retrans_acked = true;
	tc->delivered++;
	if (!is_for_first_copy(tc, s, a, tcp_now(tc) - s->sent_at))
		tcp_rack_latest(tc, s, a);
}

/* Step 4: each round trip with a D-SACK widens the window. */
void tcp_rack_update(struct tcp_conn *tc, const struct tcp_acked *a)
{
	struct tcp_rack *r = &tc->rack;

	tcp_rack_round(tc);
	if (!a->dsack || r->round)
		return;
	r->round = true;
	r->dsack_round = tc->snd_nxt;
	if (r->reo_wnd_mult < UINT8_MAX)
		r->reo_wnd_mult++;
	r->reo_wnd_persist = REO_WND_PERSIST;
}

void tcp_rack_recovered(struct tcp_conn *tc)
{
	struct tcp_rack *r = &tc->rack;

	if (r->reo_wnd_persist && --r->reo_wnd_persist == 0)
		r->reo_wnd_mult = 1;
}

static ns_t reo_wnd(const struct tcp_conn *tc)
{
	ns_t wnd = tc->rack.reo_wnd_mult * (tc->min_rtt / 4);

	if (!tc->rack.reordering_seen &&
	    (tc->ca_state >= CA_RECOVERY || tc->n_sacked >= tc->reordering))
		return 0;
	return wnd < tc->srtt ? wnd : tc->srtt;
}

/* When s, sent before the one that was delivered, is lost. */
static ns_t lost_at(const struct tcp_conn *tc, const struct tcp_seg *s, ns_t wnd)
{
	return s->sent_at + tc->rack.rtt + wnd;
}

bool tcp_rack_is_recent(const struct tcp_conn *tc, const struct tcp_seg *s)
{
	return tc->sack_ok && tc->rack.some && lost_at(tc, s, 0) > tcp_now(tc);
}

/* Step 5. */
uint32_t tcp_rack_detect(struct tcp_conn *tc)
{
	const struct tcp_rack *r = &tc->rack;
	const ns_t now = tcp_now(tc), wnd = reo_wnd(tc);
	ns_t next = NS_NEVER;
	struct tcp_seg *s, *tmp;
	uint32_t n = 0;

	if (!r->moved)
		return 0;
	tc->rack.moved = false;
	list_for_each_safe(&tc->sent_order, s, tmp, by_time) {
		if (!tcp_sent_after(r->xmit_ts, r->end_seq, s->sent_at, seg_end(s)))
			break;
		if (lost_at(tc, s, wnd) > now) {
			ns_t at = lost_at(tc, s, wnd);

			next = next == NS_NEVER || at > next ? at : next;
			continue;
		}
		tcp_mark_lost(tc, s, RTX_RACK);
		n++;
	}
	if (next != NS_NEVER)
		tcp_xmit_timer_for(tc, XMIT_REO, next);
	return n;
}

/* RFC 8985 6.2, step 5: the timer of the reordering window. */
void tcp_rack_timeout(struct tcp_conn *tc)
{
	struct tcp_acked a = { .delivered = 1 };

	tc->xmit_at = NS_NEVER;
	tc->rack.moved = true;
	a.lost = tcp_rack_detect(tc);
	if (a.lost && tc->ca_state < CA_RECOVERY && !(tc->mtup && tcp_pmtu_lost(tc))) {
		tcp_enter_recovery(tc);
		tcp_prr_ack(tc, &a);
	}
	tcp_output(tc);
	if (tc->xmit_at == NS_NEVER || tc->xmit_for == XMIT_RTO)
		tcp_xmit_timer_rearm(tc);
}
