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
	return tcp_unharmed(tc) && !(tc->n_sacks | tc->fin_seen | tc->rcv_shut) && !tc->ooo &&
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
	struct tcp_conn *tc = t->burst;
	const uint8_t *b = pkt_data(p);
	uint32_t len = pkt_len(p);
	seq_t at;

	if (p->len < t->like_len || !tcp_hdr_alike(b, t->like, t->like_len) ||
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

/* --- frames in a row ------------------------------------------------------------------- */

#define ROW_HLEN (ETH_HLEN + IP4_HLEN)
#define ROW_HLEN_MAX (ROW_HLEN + TCP_HLEN_TS)

/* What whole frames are compared with, and what those that fit are in sum. */
struct row {
	uint8_t want[ROW_HLEN_MAX];       /* Ethernet, IPv4, TCP: hlen bytes */
	uint32_t hlen;
	seq_t next;
	uint32_t wnd, n, bytes;           /* left of it; segments, and the data in them */
};

/* The bits that are alike in all frames of a row.  Not TOS, length, identification,
 * TTL, checksum of IPv4; not sequence number, PSH, checksum of TCP. */
static const uint8_t row_mask[ROW_HLEN_MAX] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0xff, 0, 0,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff & ~TCP_PSH,
	0xff, 0xff, 0, 0, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

/* How eight bytes from at on differ from what they are to be. */
static hot_inline uint64_t row_differs(const struct row *r, const uint8_t *b, unsigned at)
{
	uint64_t is, want, mask;

	memcpy(&is, b + at, 8);
	memcpy(&want, r->want + at, 8);
	memcpy(&mask, row_mask + at, 8);
	return (is ^ want) & mask;
}

static hot_inline bool row_alike(const struct row *r, const uint8_t *b)
{
	uint64_t d = row_differs(r, b, 0) | row_differs(r, b, 8) | row_differs(r, b, 16) |
		     row_differs(r, b, 24) | row_differs(r, b, 32) | row_differs(r, b, 40);

	if (unlikely(r->hlen < ROW_HLEN_MAX))
		return !(d | row_differs(r, b, ROW_HLEN + TCP_HLEN - 8));
	return !(d | row_differs(r, b, 48) | row_differs(r, b, 56) |
		 row_differs(r, b, ROW_HLEN_MAX - 8));
}

/* That much was acknowledged at once, so that more of it asks for an ACK neither
 * sooner nor later. */
static bool row_begin(struct stack *st, struct netdev *dev, struct row *r)
{
	struct tcp_table *t = st->tcp;
	const struct tcp_conn *tc = t->burst;
	const uint8_t *known;

	if (tc->state != TCP_ESTABLISHED || tc->rcv_shut || tc->orphan ||
	    tc->data_at != st->now || seq_diff(tc->rcv_nxt, tc->rcv_wup) <= tc->rcv_mss)
		return false;
	known = ip4_known(st, dev, tc->sk.peer);
	if (!known || ip4_get_dst(known + ETH_HLEN) != tc->sk.local)
		return false;
	memcpy(r->want, known, ROW_HLEN);
	memcpy(r->want + ROW_HLEN, t->like, t->like_len);
	r->hlen = ROW_HLEN + t->like_len;
	r->next = tc->rcv_nxt;
	r->wnd = tcp_rcv_wnd(tc);
	r->n = r->bytes = 0;
	return true;
}

static bool row_csum_right(const struct tcp_conn *tc, const struct pkt *p, uint32_t len)
{
	return unlikely(!tcp_stack(tc)->opt[OPT_TCP_CHECKSUMS]) ||
	       tcp_csum4(tc->sk.peer, tc->sk.local, len - ROW_HLEN, pkt_csum(p, ROW_HLEN)) == 0;
}

static hot_inline bool row_takes(const struct tcp_conn *tc, const struct row *r, struct pkt *p)
{
	const uint8_t *b = pkt_data(p), *ip = b + ETH_HLEN;
	uint32_t len = pkt_len(p);

	return p->at == tcp_now(tc) && p->len >= r->hlen && row_alike(r, b) &&
	       seq_eq(tcp_get_seq(b + ROW_HLEN), r->next) && len > r->hlen &&
	       len - r->hlen <= r->wnd && ip4_get_len(ip) == len - ETH_HLEN && ip4_csum_ok(ip) &&
	       row_csum_right(tc, p, len);
}

/* As to_user() of text.c; returns the bytes. */
static hot_inline uint32_t row_add(struct tcp_conn *tc, struct row *r, struct pkt *p)
{
	uint8_t flags = tcp_get_flags(pkt_data(p) + ROW_HLEN);
	uint32_t len;

	pkt_pull(p, r->hlen);
	len = pkt_len(p);
	p->dev = NULL;
	p->flags = 0;
	p->seq = r->next.v;
	pkt_queue_push(&tc->rcvq, p);
	tcp_data_measure(tc, len, flags);
	r->next = seq_add(r->next, len);
	r->wnd -= len;
	r->bytes += len;
	r->n++;
	return len;
}

static void row_end(struct tcp_conn *tc, struct netdev *dev, const struct row *r, uint32_t last)
{
	struct stack *st = tcp_stack(tc);

	dev->stats.rx_packets += r->n;
	dev->stats.rx_bytes += r->bytes + r->n * (uint64_t)r->hlen;
	st->stat[ST_IP_IN_RECEIVES] += r->n;
	st->stat[ST_IP_IN_DELIVERS] += r->n;
	st->stat[ST_TCP_IN_SEGS] += r->n;
	tc->segs_in += r->n;
	tc->data_segs_in += r->n;
	tc->bytes_received += r->bytes;
	tc->rcvq_bytes += r->bytes;
	tc->sk.arrived |= SK_IN;
	tc->rcv_nxt = r->next;
	tc->snd_wl1 = seq_sub(r->next, last);
	tcp_data_came_too(tc, r->n);
	tcp_ack_soon(tc);
}

static outlined struct pkt *row_take(struct stack *st, struct netdev *dev, struct pkt *p)
{
	struct tcp_conn *tc;
	struct pkt *next;
	uint32_t last = 0;
	struct row r;

	if (!row_begin(st, dev, &r))
		return p;
	tc = st->tcp->burst;
	for (; p && row_takes(tc, &r, p); p = next) {
		next = p->next;
		if (likely(next))
			prefetch(next->head + PKT_HEAD - 64);
		last = row_add(tc, &r, p);
	}
	if (r.n)
		row_end(tc, dev, &r, last);
	return p;
}

struct pkt *tcp_burst_more(struct stack *st, struct netdev *dev, struct pkt *first)
{
	return first && tcp_burst_may_join(st) ? row_take(st, dev, first) : first;
}

/* --- one ------------------------------------------------------------------------------- */

bool tcp_predicted(struct tcp_conn *tc, const struct tcp_rx *rx, struct pkt *p)
{
	bool acked = !seq_eq(rx->h.ack, tc->snd_una), burst = tcp_stack(tc)->burst;

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
