// SPDX-License-Identifier: MIT
/*
 * What was deemed lost and was only late.  A reduction of the window is undone
 * when an echoed timestamp is older than the first retransmission (Eifel, RFC
 * 3522 and RFC 4015), or when D-SACKs tell of every retransmission as a
 * duplicate (RFC 3708).  F-RTO (RFC 5682) is in ack.c, with the timeouts.
 */
#include "stack/tcp/conn.h"

void tcp_undo_begin(struct tcp_conn *tc)
{
	uint32_t n = tc->n_retrans + (tc->rack.tlp_out && tc->rack.tlp_retrans);

	tc->undo.on = true;
	tc->undo.stays = false;
	tc->undo.marker = tc->snd_una;
	tc->undo.retrans = n ? (int32_t)n : -1;
}

void tcp_undo_retransmitted(struct tcp_conn *tc)
{
	struct tcp_undo *u = &tc->undo;

	if (!u->any_retrans)
		u->retrans_ts = tcp_ts_now(tc);
	u->any_retrans = true;
	u->retrans = u->retrans < 0 ? 1 : u->retrans + 1;
}

/* RFC 3708 3: only of what was sent again since. */
void tcp_undo_dsack(struct tcp_conn *tc, const struct tcp_sack *b, uint32_t segs)
{
	struct tcp_undo *u = &tc->undo;

	if (u->on && u->retrans > 0 && seq_lt(u->marker, b->end))
		u->retrans -= segs < (uint32_t)u->retrans ? (int32_t)segs : u->retrans;
}

/* RFC 4015: the ACK is of something sent before the first retransmission. */
static bool was_only_late(const struct tcp_conn *tc, const struct tcp_acked *a)
{
	return tc->undo.any_retrans && a->has_ts && a->tsecr &&
	       (int32_t)(a->tsecr - tc->undo.retrans_ts) < 0;
}

bool tcp_undo_may(const struct tcp_conn *tc, const struct tcp_acked *a)
{
	return tc->undo.on && (tc->undo.retrans == 0 || was_only_late(tc, a));
}

/* What was lost was sent before all that is in sent_order, in the order of its numbers. */
static void nothing_is_lost(struct tcp_conn *tc)
{
	struct list_node *rest = tc->sent_order.head.next;
	struct tcp_seg *s;

	list_for_each(&tc->sendq, s, node) {
		if (!s->sent)
			break;
		if ((s->marks & SEG_LOST) && !list_linked(&s->by_time))
			list_insert_before(rest, &s->by_time);
		s->marks &= (uint8_t)~SEG_LOST;
	}
	tc->n_lost = 0;
	tc->lost_hint = NULL;
}

void tcp_undo(struct tcp_conn *tc, bool nothing_lost)
{
	if (nothing_lost)
		nothing_is_lost(tc);
	if (!tc->undo.stays) {
		tc->cc.ops->undo(&tc->cc);
		tc->ecn.cwr_due = false;          /* there is no reduction to tell of */
	}
	tc->undo.on = false;
	tc->rack.moved = tc->rack.some;           /* look again at what is late */
}
