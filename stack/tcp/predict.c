// SPDX-License-Identifier: MIT
/*
 * Header prediction (Van Jacobson): on most connections most segments are the
 * ones that were expected, the next data or an acknowledgment of what is out,
 * with nothing lost.  Of the steps of RFC 9293 3.10.7.4, which in.c takes one
 * by one, little is then left; that is done here.  A segment that differs in
 * anything is left to in.c, untouched.
 */
#include <string.h>

#include "stack/tcp/conn.h"

/* Nothing out of order here, and nothing SACKed, lost or probed for there. */
static bool undisturbed(const struct tcp_conn *tc)
{
	return tc->state == TCP_ESTABLISHED && tc->ca_state == CA_OPEN &&
	       !tc->n_sacked && !tc->n_lost && !tc->n_retrans && !tc->tlp_out && !tc->frto &&
	       !tc->ooo && !tc->n_sacks && !tc->fin_seen && !tc->rcv_shut && !tc->ecn.ok &&
	       !tc->urgent;
}

static bool expected(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	uint32_t acks = (uint32_t)seq_diff(rx->h.ack, tc->snd_una);
	uint32_t out = (uint32_t)seq_diff(tc->snd_nxt, tc->snd_una);

	return (rx->h.flags & (uint8_t)~TCP_PSH) == TCP_ACK && seq_eq(rx->h.seq, tc->rcv_nxt) &&
	       rx->len <= tcp_rcv_wnd(tc) && acks <= out && (acks || rx->len) && !rx->o.n_sack &&
	       rx->o.has_ts == tc->ts_ok && !rx->m->n_opt &&
	       (!tc->ts_ok || (int32_t)(rx->o.tsval - tc->ts_recent) >= 0);
}

/* New data, ACKs and news for the user, after one segment or many. */
static void finish(struct tcp_conn *tc, bool acked)
{
	if (acked)
		tcp_output_acked(tc);
	else
		tcp_output(tc);
	tcp_tell_owner(tc);
}

void tcp_burst_end(struct stack *st)
{
	struct tcp_conn *tc = st->tcp ? st->tcp->burst : NULL;

	if (!tc)
		return;
	st->tcp->burst = NULL;
	finish(tc, tc->burst_acked);
}

void tcp_burst_settle(struct tcp_conn *tc)
{
	if (tcp_stack(tc)->tcp->burst != tc || !tc->burst_acked)
		return;
	tc->burst_acked = false;
	tcp_output_acked(tc);
}

static void finish_later(struct tcp_conn *tc, bool acked)
{
	struct tcp_table *t = tcp_stack(tc)->tcp;

	tc->burst_acked = acked || (t->burst && tc->burst_acked);
	t->burst = tc;
}

/* The header of data, which stands before it still: more such data may follow. */
static void like_keep(struct tcp_table *t, const struct tcp_rx *rx, const struct pkt *p)
{
	bool plain = rx->h.hlen == TCP_HLEN || (rx->h.hlen == TCP_HLEN_TS && rx->o.has_ts);

	t->like_len = plain && rx->len ? rx->h.hlen : 0;
	memcpy(t->like, p->head + p->off - rx->h.hlen, t->like_len);
}

bool tcp_burst_joins(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	struct tcp_table *t = st->tcp;
	struct tcp_conn *tc = t ? t->burst : NULL;
	const uint8_t *b = pkt_data(p);
	uint32_t len = pkt_len(p);
	seq_t at;

	if (!tc || !t->like_len || p->len < t->like_len || !tcp_hdr_alike(b, t->like, t->like_len) ||
	    m->src != tc->sk.peer || m->dst != tc->sk.local || m->n_opt)
		return false;
	at = tcp_get_seq(b);
	len -= t->like_len;
	/* Only users were about meanwhile, of other sockets. */
	if (tc->state != TCP_ESTABLISHED || tc->rcv_shut || !seq_eq(at, tc->rcv_nxt) || !len ||
	    len > tcp_rcv_wnd(tc) || !tcp_csum_right(st, p, m))
		return false;
	st->stat[ST_TCP_IN_SEGS]++;
	tc->segs_in++;
	tc->snd_wl1 = at;
	pkt_pull(p, t->like_len);
	tcp_text_next(tc, p, at, tcp_get_flags(b));
	return true;
}

bool tcp_predicted(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	bool acked = !seq_eq(rx->h.ack, tc->snd_una), burst = tcp_stack(tc)->burst;

	tcp_stack(tc)->tcp->like_len = 0;
	if (!undisturbed(tc) || !expected(tc, rx))
		return false;
	tcp_ts_note(tc, rx);
	tcp_ack_expected(tc, rx);
	if (burst)
		like_keep(tcp_stack(tc)->tcp, rx, p);
	if (rx->len)
		tcp_text_next(tc, p, rx->h.seq, rx->h.flags);
	else
		pkt_free(p);
	if (burst)
		finish_later(tc, acked);
	else
		finish(tc, acked);
	return true;
}
