// SPDX-License-Identifier: MIT
/*
 * When to acknowledge: RFC 9293 3.8.6.3, RFC 5681 4.2, the way Linux does it.
 * A connection begins with ACKs at once (quick), for a sender in slow start
 * needs them.  Later they wait for ATO, which follows the pace at which data
 * comes: two full segments end the wait, or the user who has read all of a
 * last small one.  Where answers follow questions (pingpong) there are no
 * quick ACKs: the answer carries them.
 */
#include "stack/tcp/rcvbuf.h"

#define ATO_MIN MSEC(40)                  /* Linux: TCP_ATO_MIN, TCP_DELACK_MIN */

static ns_t ato(const struct tcp_conn *tc) { return USEC(tc->ato_us); }
static void ato_set(struct tcp_conn *tc, ns_t t) { tc->ato_us = (uint32_t)(t / USEC(1)); }
static ns_t least(ns_t a, ns_t b) { return a < b ? a : b; }

/* As many as half of the window has segments of the peer's size.  What came beyond
 * the window asks for none, as in Linux: there is none to tell of. */
static void quick_more(struct tcp_conn *tc, unsigned max)
{
	uint32_t n = tcp_rcv_wnd(tc) / (2 * (uint32_t)tc->rcv_mss);

	if (seq_lt(tc->rcv_adv, tc->rcv_nxt))
		return;
	if (max > (uint32_t)tcp_stack(tc)->opt[OPT_TCP_QUICK_ACKS])
		max = (uint32_t)tcp_stack(tc)->opt[OPT_TCP_QUICK_ACKS];
	n = n ? n : 2;
	n = n < max ? n : max;
	if (n > tc->quick_acks)
		tc->quick_acks = (uint8_t)n;
}

void tcp_quick_enter(struct tcp_conn *tc, unsigned max)
{
	quick_more(tc, max);
	tc->pingpong = false;
	ato_set(tc, ATO_MIN);
}

static bool is_quick(const struct tcp_conn *tc) { return tc->quick_acks && !tc->pingpong; }

/* The ACK that leaves is one of the quick ones if it is due at all. */
void tcp_quick_spend(struct tcp_conn *tc)
{
	if (!tc->ack_now && seq_eq(tc->rcv_nxt, tc->rcv_wup))
		return;
	if (--tc->quick_acks == 0)
		ato_set(tc, ATO_MIN);
}

/* --- data comes and goes --------------------------------------------------------------- */

#define LEAST_MSS 88                      /* Linux: TCP_MIN_MSS */

/* As Linux: may a segment be a full one?  A very short one only if nothing else ended it. */
static bool may_be_full(const struct tcp_conn *tc, uint32_t len, uint8_t flags)
{
	uint32_t more = tc->ts_ok ? TCP_HLEN_TS - TCP_HLEN : 0;

	return len + more >= TCP_MSS_DEFAULT ||
	       (len + more >= LEAST_MSS && !(flags & (TCP_PSH | TCP_FIN | TCP_URG | TCP_SYN)));
}

void tcp_data_short(struct tcp_conn *tc, uint32_t len, uint8_t flags)
{
	uint16_t before = tc->last_short;

	tc->last_short = may_be_full(tc, len, flags) ? (uint16_t)len : 0;
	if (before && tc->last_short == before)
		tc->rcv_mss = before;
	else
		tc->pushed = tc->pushed ? 2 : 1;
}

/* Data comes without a pause. */
static void ato_shrink(struct tcp_conn *tc) { ato_set(tc, ato(tc) / 2 + ATO_MIN / 2); }

void tcp_data_came_too(struct tcp_conn *tc, uint32_t n)
{
	uint32_t before;

	do {
		before = tc->ato_us;
		ato_shrink(tc);
	} while (--n && tc->ato_us != before);
}

static hot_inline void data_came(struct tcp_conn *tc, uint32_t len, uint8_t flags)
{
	ns_t since = tcp_now(tc) - tc->data_at;

	tcp_data_measure(tc, len, flags);
	if (!tc->ato_us) {
		quick_more(tc, TCP_QUICK_MAX);
		ato_set(tc, ATO_MIN);
	} else if (since <= ATO_MIN / 2) {
		ato_shrink(tc);
	} else if (since < ato(tc)) {
		ato_set(tc, least(ato(tc) / 2 + since, tc->rto));
	} else if (since > tc->rto) {             /* the sender begins anew */
		quick_more(tc, TCP_QUICK_MAX);
	}
	tc->data_at = tcp_now(tc);
	tcp_rcvbuf_came(tc, len);
}

void tcp_data_came(struct tcp_conn *tc, uint32_t len, uint8_t flags) { data_came(tc, len, flags); }

void tcp_reply_sent(struct tcp_conn *tc)
{
	if (tcp_now(tc) - tc->data_at < ato(tc))
		tc->pingpong = true;
}

/* --- the ACK ----------------------------------------------------------------------------- */

ns_t tcp_ack_delay(const struct tcp_conn *tc)
{
	ns_t wait = least(ato(tc), TCP_DELACK_MAX);

	if (!tc->srtt || wait <= ATO_MIN)
		return wait;
	return least(wait, tc->srtt > ATO_MIN ? tc->srtt : ATO_MIN);
}

static hot_inline void ack_soon(struct tcp_conn *tc)
{
	uint32_t unacked = (uint32_t)seq_diff(tc->rcv_nxt, tc->rcv_wup);

	if (tc->ooo || tc->dsack || is_quick(tc) ||
	    (unacked > tc->rcv_mss && seq_le(tc->rcv_nxt, tc->rcv_adv)))
		tc->ack_now = true;
	else
		tcp_delack_set(tc);
}

void tcp_ack_soon(struct tcp_conn *tc) { ack_soon(tc); }

void tcp_data_next(struct tcp_conn *tc, uint32_t len, uint8_t flags)
{
	data_came(tc, len, flags);
	ack_soon(tc);
}

void tcp_ack_missed(struct tcp_conn *tc)
{
	ato_set(tc, tc->pingpong ? ATO_MIN : least(2 * ato(tc), tc->rto));
	tc->pingpong = false;
}

/* The user has emptied the queue, and the last was a small one. */
static bool read_out(const struct tcp_conn *tc)
{
	return !tc->rcvq_bytes && (tc->pushed == 2 || (tc->pushed && !tc->pingpong));
}

bool tcp_read_acks(const struct tcp_conn *tc)
{
	uint32_t unacked = (uint32_t)seq_diff(tc->rcv_nxt, tc->rcv_wup);

	return tc->delack_at != NS_NEVER && (unacked > tc->rcv_mss || read_out(tc));
}

/* TCP_QUICKACK: 0 is pingpong; an even value is for this time only. */
void tcp_quick_set(struct tcp_conn *tc, int v)
{
	tc->pingpong = v == 0;
	if (!v || tc->delack_at == NS_NEVER ||
	    (tc->state != TCP_ESTABLISHED && tc->state != TCP_CLOSE_WAIT))
		return;
	if (!tc->pushed)
		tc->pushed = 1;
	if (tcp_read_acks(tc))
		tcp_send_ack(tc);
	tc->pingpong = v % 2 == 0;
}
