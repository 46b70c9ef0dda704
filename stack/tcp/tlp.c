// SPDX-License-Identifier: MIT
/*
 * Tail loss probes, RFC 8985 7: when the end of a flight is lost no ACK tells
 * of it.  After two round trips a probe asks for one, so that recovery begins
 * without a timeout.
 */
#include "stack/tcp/conn.h"

#define PTO_MIN MSEC(2)                   /* beyond 2 SRTT; Linux: TCP_TIMEOUT_MIN */
#define PTO_INIT SEC(1)

/* RFC 8985 7.2: a lone segment waits for the peer's delayed ACK, too. */
static ns_t pto(const struct tcp_conn *tc)
{
	ns_t wait = tc->n_out == 1 ? MSEC(tcp_stack(tc)->opt[OPT_TCP_RTO_MIN]) : PTO_MIN;

	return tc->srtt ? 2 * tc->srtt + wait : PTO_INIT;
}

static bool switched_on(const struct tcp_conn *tc)
{
	return tcp_stack(tc)->opt[OPT_TCP_EARLY_RETRANS] >= 3;
}

bool tcp_tlp_schedule(struct tcp_conn *tc, bool advancing)
{
	ns_t at, rto_at;

	if (!tc->n_out || !tc->sack_ok || (tc->timeouts | tc->n_sacked) ||
	    (tc->ca_state != CA_OPEN && tc->ca_state != CA_CWR) ||
	    (tc->xmit_for == XMIT_REO && tc->xmit_at != NS_NEVER) ||
	    tc->state < TCP_ESTABLISHED || !switched_on(tc))
		return false;
	at = tcp_now(tc) + pto(tc);
	rto_at = advancing ? tcp_now(tc) + tcp_rto_now(tc) : tcp_rto_at(tc);
	if (rto_at > tcp_now(tc) && rto_at < at)
		at = rto_at;
	tcp_xmit_timer_for(tc, XMIT_TLP, at);
	return true;
}

static struct tcp_seg *last_sent(const struct tcp_conn *tc)
{
	const struct list_node *end = tc->unsent ? &tc->unsent->node : &tc->sendq.head;

	return end->prev == &tc->sendq.head ? NULL :
	       container_of(end->prev, struct tcp_seg, node);
}

/* As in Linux a probe is beside the window: it does not count as under way. */
static bool probe_with(struct tcp_conn *tc, struct tcp_seg *s)
{
	bool counted = s->marks & SEG_RETRANS;

	s->cause = RTX_PROBE;
	if (!tcp_retransmit(tc, s))
		return false;
	if (!counted) {
		s->marks &= (uint8_t)~SEG_RETRANS;
		tc->n_retrans--;
	}
	return true;
}

/* RFC 8985 7.3: new data if there is any, else the last segment again. */
void tcp_tlp_timeout(struct tcp_conn *tc)
{
	struct tcp_seg *s = last_sent(tc);

	if (tc->rack.tlp_out) {                        /* one at a time; then the RTO is due */
		tcp_xmit_timer_rearm(tc);
		return;
	}
	tc->xmit_at = NS_NEVER;
	tc->tlp_end_seq = tc->snd_nxt;
	if (tcp_send_one(tc)) {
		tc->rack.tlp_out = true;
		tc->rack.tlp_retrans = false;
		tc->tlp_end_seq = tc->snd_nxt;
	} else if (s && !(s->marks & SEG_SACKED)) {
		tc->rack.tlp_out = tc->rack.tlp_retrans = probe_with(tc, s);
	}
	if (tc->rack.tlp_out)
		tcp_count(tc, EXT_LOSS_PROBES);
	tcp_xmit_timer_restart(tc);               /* the RTO, from now on */
}

/* RFC 8985 7.4: a retransmission that repaired a loss hid it from congestion
 * control; one that was told of as a duplicate repaired nothing. */
void tcp_tlp_ack(struct tcp_conn *tc, const struct tcp_acked *a)
{
	if (!tc->rack.tlp_out || seq_lt(tc->snd_una, tc->tlp_end_seq))
		return;
	if (!tc->rack.tlp_retrans || a->dsack) {
		tc->rack.tlp_out = false;
	} else if (seq_lt(tc->tlp_end_seq, tc->snd_una)) {
		tc->rack.tlp_out = false;
		if (tc->ca_state < CA_CWR) {
			tcp_count(tc, EXT_LOSS_PROBE_RECOVERY);
			tcp_enter_cwr(tc);
			tc->cc.cwnd = tc->cc.ssthresh;
			tc->ca_state = CA_OPEN;
		}
	} else if (!a->acked && !a->sacked && a->dup) {
		tc->rack.tlp_out = false;              /* both copies came */
	}
}
