// SPDX-License-Identifier: MIT
/*
 * Header prediction (Van Jacobson): on most connections most segments are the
 * ones that were expected, the next data or an acknowledgment of what is out,
 * with nothing lost.  Of the steps of RFC 9293 3.10.7.4, which in.c takes one
 * by one, little is then left; that is done here, from the header as it lies in
 * the packet.  A segment that differs in anything is left to in.c, untouched.
 */
#include <string.h>

#include "stack/tcp/in.h"
#include "stack/tcp/ooo.h"
#include "stack/tcp/rcvbuf.h"

/* Nothing out of order here, and nothing SACKed, lost or probed for there. */
static bool undisturbed(const struct tcp_conn *tc)
{
	return tcp_unharmed(tc) &&
	       !(tc->n_sacks | tc->fin_seen | tc->rcv_shut) && !tc->ooo && !tc->urgent;
}

/* The window, which is not shut, is not what we wait for: then nothing is new of it. */
static bool window_stays(const struct tcp_conn *tc, const uint8_t *b)
{
	uint32_t wnd = (uint32_t)tcp_get_wnd(b) << tc->snd_wscale;

	return wnd && wnd == tc->snd_wnd;
}

/* Bytes of a header without options, or with timestamps alone where these were agreed on. */
static inline unsigned hlen_of(const struct tcp_conn *tc)
{
	return tc->ts_ok ? TCP_HLEN_TS : TCP_HLEN;
}

/* Is p the segment that comes next, or one that acknowledges more? */
static hot_inline bool is_next(const struct tcp_conn *tc, const struct pkt *p)
{
	const uint8_t *b = p->head + p->off;
	unsigned hlen = hlen_of(tc);
	uint32_t acks, out = (uint32_t)seq_diff(tc->snd_nxt, tc->snd_una);

	if (p->len < hlen || !tcp_hdr_is_plain(b, hlen) || !seq_eq(tcp_get_seq(b), tc->rcv_nxt) ||
	    (tc->ts_ok && (int32_t)(tcp_get_tsval(b) - tc->ts_recent) < 0) ||
	    (unlikely(tc->persist) && !window_stays(tc, b)))
		return false;
	acks = (uint32_t)seq_diff(tcp_get_ack(b), tc->snd_una);
	return acks <= out && pkt_len(p) - hlen <= tcp_rcv_wnd(tc) && (acks || pkt_len(p) > hlen);
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

/* p has the header still, of hlen bytes: more data with such a one may follow. */
static void like_keep(struct tcp_table *t, const struct pkt *p, unsigned hlen)
{
	t->like_len = (uint8_t)(pkt_len(p) > hlen ? hlen : 0);
	memcpy(t->like, p->head + p->off, t->like_len);
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
	uint32_t hlen, n;                 /* n: segments */
	seq_t next, end;                  /* of the data; of the window */
	ns_t at;                          /* now */
	bool sums;                        /* checksums are looked at */
	struct pkt *last;                 /* what is in front of the next, or NULL */
	uint32_t len, mem, used;          /* its bytes, pkt->mem if the next may be like it */
	uint32_t sum;                     /* not in rcv_mem yet, ... */
	int64_t room;                     /* ... and so much may be */
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

/* Compared at once. */
#define ROW_WORD 16
typedef uint64_t row_word __attribute__((vector_size(ROW_WORD)));

/* How those from at on differ from what they are to be. */
static hot_inline row_word row_differs(const struct row *r, const uint8_t *b, unsigned at)
{
	row_word is, want, mask;

	memcpy(&is, b + at, ROW_WORD);
	memcpy(&want, r->want + at, ROW_WORD);
	memcpy(&mask, row_mask + at, ROW_WORD);
	return (is ^ want) & mask;
}

static hot_inline bool row_alike(const struct row *r, const uint8_t *b)
{
	row_word d = row_differs(r, b, 0) | row_differs(r, b, 16) | row_differs(r, b, 32);

	if (likely(r->hlen == ROW_HLEN_MAX))
		d |= row_differs(r, b, 48) | row_differs(r, b, ROW_HLEN_MAX - ROW_WORD);
	else
		d |= row_differs(r, b, ROW_HLEN + TCP_HLEN - ROW_WORD);
	return !(d[0] | d[1]);
}

static void row_settle(struct tcp_conn *tc, struct row *r)
{
	tc->rcv_mem += r->sum;
	r->sum = 0;
	r->room = (int64_t)tc->sk.opt[SKO_RCVBUF] - tc->rcv_mem;
}

/* That much was acknowledged at once, so that more of it asks for an ACK neither
 * sooner nor later. */
static bool row_begin(struct stack *st, struct netdev *dev, struct row *r)
{
	struct tcp_table *t = st->tcp;
	struct tcp_conn *tc = t->burst;
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
	r->end = seq_add(tc->rcv_nxt, tcp_rcv_wnd(tc));
	r->at = st->now;
	r->sums = st->opt[OPT_TCP_CHECKSUMS];
	r->n = 0;
	r->last = tc->rcvq.tail;
	r->len = r->sum = 0;
	row_settle(tc, r);
	return true;
}

/* len: of all p. */
static hot_inline bool row_takes(const struct tcp_conn *tc, const struct row *r, struct pkt *p,
				 uint32_t len)
{
	const uint8_t *b = pkt_data(p), *ip = b + ETH_HLEN;

	return p->at == r->at && p->len >= r->hlen && row_alike(r, b) &&
	       seq_eq(tcp_get_seq(b + ROW_HLEN), r->next) && len > r->hlen &&
	       len - r->hlen <= (uint32_t)seq_diff(r->end, r->next) &&
	       ip4_get_len(ip) == len - ETH_HLEN && ip4_csum_ok(ip) &&
	       (unlikely(!r->sums) ||
		tcp_csum_right_at(p, ROW_HLEN, tc->sk.peer, tc->sk.local));
}

/* Those of that length that come next cost the same, and make no more of the buffer the
 * window's. */
static bool row_goes_on(const struct tcp_conn *tc, const struct pkt *p, uint32_t len)
{
	int64_t room = tcp_rcv_space(tc);

	return len == tc->rcv_mss && p->used == tc->rcv_before + len && !tcp_rcvbuf_joins(p, len) &&
	       (room <= tc->rcv_ssthresh || tc->window_clamp <= tc->rcv_ssthresh);
}

static outlined void row_add_other(struct tcp_conn *tc, struct row *r, struct pkt *p, uint8_t flags)
{
	uint32_t len = pkt_len(p);

	row_settle(tc, r);
	tcp_rcvbuf_charge(tc, p);
	if (r->last)
		tcp_rcvbuf_join(tc, r->last, p);
	tcp_data_measure(tc, len, flags);
	tcp_rcvbuf_came(tc, len);
	row_settle(tc, r);
	r->mem = p->mem;
	r->used = p->used;
	r->len = row_goes_on(tc, p, len) ? len : 0;
}

/* As to_user() of text.c, but for what is done once for all.  len: of the data. */
static hot_inline void row_add(struct tcp_conn *tc, struct row *r, struct pkt *p, uint32_t len)
{
	uint8_t flags = tcp_get_flags(pkt_data(p) + ROW_HLEN);

	pkt_pull(p, r->hlen);
	p->dev = NULL;
	p->flags = 0;
	p->seq = r->next.v;
	if (likely(len == r->len)) {
		p->mem = r->mem;
		p->used = r->used;
		r->sum += r->mem;
		tc->last_short = 0;
		if ((flags & TCP_PSH) && !tc->pushed)     /* tcp_data_measure() */
			tc->pushed = 1;
	} else {
		row_add_other(tc, r, p, flags);
	}
	r->last = p;
	r->next = seq_add(r->next, len);
	r->n++;
}

static void row_end(struct tcp_conn *tc, struct netdev *dev, const struct row *r,
		    struct pkt *first, struct pkt *last)
{
	uint32_t bytes = (uint32_t)seq_diff(r->next, tc->rcv_nxt);
	struct stack *st = tcp_stack(tc);

	tc->rcv_mem += r->sum;
	pkt_queue_push_row(&tc->rcvq, first, last, r->n, bytes);
	dev->stats.rx_packets += r->n;
	dev->stats.rx_bytes += bytes + r->n * (uint64_t)r->hlen;
	st->stat[ST_IP_IN_RECEIVES] += r->n;
	st->stat[ST_IP_IN_DELIVERS] += r->n;
	st->stat[ST_TCP_IN_SEGS] += r->n;
	tc->segs_in += r->n;
	tc->data_segs_in += r->n;
	tc->bytes_received += bytes;
	tc->rcvq_bytes += bytes;
	tc->sk.arrived |= SK_IN;
	tc->rcv_nxt = r->next;
	tc->snd_wl1 = pkt_at(last);
	tcp_data_came_too(tc, r->n);
	tcp_ack_soon(tc);
}

static outlined struct pkt *row_take(struct stack *st, struct netdev *dev, struct pkt *first)
{
	struct pkt *p = first, *last = NULL, *next;
	struct tcp_conn *tc;
	uint32_t len;
	struct row r;

	if (!row_begin(st, dev, &r))
		return p;
	tc = st->tcp->burst;
	for (; p && r.sum <= r.room && row_takes(tc, &r, p, len = pkt_len(p)); p = next) {
		next = p->next;
		if (likely(next))
			prefetch(next->head + PKT_HEAD - PKT_ALIGN);
		row_add(tc, &r, p, len - r.hlen);
		last = p;
	}
	if (last)
		row_end(tc, dev, &r, first, last);
	return p;
}

struct pkt *tcp_burst_more(struct stack *st, struct netdev *dev, struct pkt *first)
{
	return first && tcp_burst_may_join(st) ? row_take(st, dev, first) : first;
}

/* --- one ------------------------------------------------------------------------------- */

/* Fifth, the ACK field. */
static hot_inline void next_ack(struct tcp_conn *tc, const uint8_t *b)
{
	seq_t ack = tcp_get_ack(b);
	uint32_t was = tc->snd_wnd;

	tc->heard_at = tcp_now(tc);
	tc->probes = 0;
	(void)tcp_take_window(tc, tcp_get_seq(b), ack,
			      (uint32_t)tcp_get_wnd(b) << tc->snd_wscale);
	/* As in tcp_ack(); data alone is no reason to send. */
	tc->more &= seq_eq(ack, tc->snd_una) && tc->snd_wnd == was;
	if (!seq_eq(ack, tc->snd_una))
		tcp_ack_in_order(tc, ack, tc->ts_ok, tc->ts_ok ? tcp_get_tsecr(b) : 0);
}

static hot_inline void take_next(struct tcp_conn *tc, struct pkt *p)
{
	const uint8_t *b = p->head + p->off;
	bool acked = !seq_eq(tcp_get_ack(b), tc->snd_una);
	unsigned hlen = hlen_of(tc);

	tcp_stack(tc)->stat[ST_TCP_IN_SEGS]++;
	tc->segs_in++;
	if (tc->ts_ok)
		tcp_ts_take(tc, tcp_get_seq(b), tcp_get_tsval(b));
	next_ack(tc, b);
	if (tcp_stack(tc)->burst)
		like_keep(tcp_stack(tc)->tcp, p, hlen);
	pkt_pull(p, hlen);
	if (pkt_len(p))                           /* seventh */
		tcp_text_next(tc, p, tcp_get_seq(b), tcp_get_flags(b));
	else
		pkt_free(p);
	if (tcp_stack(tc)->burst)
		finish_later(tc, acked);
	else
		finish(tc, acked);
}

bool tcp_predicted(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	const uint8_t *b = p->head + p->off;
	struct tcp_conn *tc;

	if (p->len < TCP_HLEN || (tcp_get_flags(b) & (uint8_t)~TCP_PSH) != TCP_ACK ||
	    m->bcast || m->n_opt)
		return false;
	tc = tcp_find_again(st, m->dst, tcp_get_dport(b), m->src, tcp_get_sport(b));
	if (!tc || tc->state != TCP_ESTABLISHED || !undisturbed(tc) || !is_next(tc, p) ||
	    !tcp_csum_right(st, p, m))
		return false;
	if (unlikely(st->tcp->burst && st->tcp->burst != tc)) {
		tcp_burst_end(st);                /* its user may change or close tc */
		return tcp_predicted(st, p, m);
	}
	take_next(tc, p);
	return true;
}
