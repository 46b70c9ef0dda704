// SPDX-License-Identifier: MIT
/* One segment onto the wire: header, options, checksum (RFC 9293 3.1). */
#include <string.h>

#include "stack/tcp/fastopen.h"
#include "stack/tcp/rate.h"
#include "stack/tcp/urgent.h"
#include "stack/util/csum.h"
#include "stack/wire/ip4.h"

uint32_t tcp_ts_now(const struct tcp_conn *tc)
{
	return tc->ts_offset + (uint32_t)(tcp_now(tc) / MSEC(1));
}

/* --- header and options ----------------------------------------------------------- */

/* SACK blocks that fit beside so much data: the MSS leaves room for timestamps
 * alone (RFC 6691). */
static unsigned sacks_beside(const struct tcp_conn *tc, uint32_t len)
{
	uint32_t room = len < tc->snd_mss ? tc->snd_mss - len : 0;
	uint32_t fit = room < 12 ? 0 : (room - 4) / 8;

	return tc->n_sacks < fit ? tc->n_sacks : fit;
}

static void opts_fill(struct tcp_conn *tc, struct tcp_opts *o, uint8_t flags, uint32_t len)
{
	*o = (struct tcp_opts){ 0 };
	if (tc->ts_ok) {
		o->has_ts = true;
		o->tsval = tcp_ts_now(tc);
		o->tsecr = flags & TCP_ACK ? tc->ts_recent : 0;
	}
	if (flags & TCP_SYN) {
		o->has_mss = true;
		o->mss = tc->adv_mss;
		o->sack_ok = tc->sack_ok;
		o->has_wscale = tc->wscale_ok;
		o->wscale = tc->rcv_wscale;
		o->wscale_first = tcp_stack(tc)->opt[OPT_TCP_SYN_ORDER];
		if (unlikely(tcp_fo(tc) != NULL))
			tcp_fastopen_opts(tc, o);
	} else if (tc->n_sacks) {
		o->n_sack = (uint8_t)sacks_beside(tc, len);
		memcpy(o->sack, tc->blocks->ours, sizeof(o->sack));
	}
}

static uint16_t window_field(struct tcp_conn *tc, uint8_t flags)
{
	uint32_t wnd = tcp_window(tc);

	if (!(flags & TCP_SYN))
		wnd >>= tc->rcv_wscale;
	return (uint16_t)(wnd < UINT16_MAX ? wnd : UINT16_MAX);
}

/* A SYN, or one with SACK blocks: returns its sum. */
static uint64_t header_full(struct tcp_conn *tc, struct pkt *p, struct tcp_hdr *h)
{
	uint8_t opts[TCP_OPT_MAX];
	struct tcp_opts o;
	size_t n;
	struct wr w;
	uint8_t *b;

	opts_fill(tc, &o, h->flags, pkt_len(p));
	n = tcp_opts_emit(&o, h->flags & TCP_SYN, opts);
	h->hlen = (uint8_t)(TCP_HLEN + n);
	b = pkt_push(p, h->hlen);
	w = wr_init(b, h->hlen);
	tcp_hdr_emit(h, &w);
	wr_bytes(&w, opts, n);
	return csum_add(0, b, h->hlen);
}

/* The header in front of p, whose data has this sum. */
static void header_push(struct tcp_conn *tc, struct pkt *p, seq_t at, uint8_t flags, uint64_t sum)
{
	struct tcp_hdr h = { .sport = tc->sk.lport, .dport = tc->sk.pport, .seq = at,
			     .ack = flags & TCP_ACK ? tc->rcv_nxt : seq(0), .flags = flags,
			     .wnd = window_field(tc, flags) };

	if (unlikely(tc->urgent != NULL))
		h.flags |= tcp_urgent_out(tc, at, &h.urg);
	if (unlikely((flags & TCP_SYN) || tc->n_sacks)) {
		sum += header_full(tc, p, &h);
	} else {
		h.hlen = tc->ts_ok ? TCP_HLEN_TS : TCP_HLEN;
		sum += tcp_hdr_emit_ts(&h, tc->ts_ok, tcp_ts_now(tc),
				       flags & TCP_ACK ? tc->ts_recent : 0, pkt_push(p, h.hlen));
	}
	if (likely(tcp_stack(tc)->opt[OPT_TCP_CHECKSUMS]))
		put_be16(pkt_data(p) + 16, tcp_csum4(tc->sk.local, tc->sk.peer, pkt_len(p), sum));
}

/* --- what a segment settles ------------------------------------------------------- */

/* What an ACK that leaves with so much data settles.  SACK blocks that had no
 * room still want to be sent. */
static hot_inline void ack_sent(struct tcp_conn *tc, uint32_t len)
{
	tc->rcv_wup = tc->rcv_nxt;
	if (unlikely(tc->n_sacks) && !sacks_beside(tc, len))
		return;
	if (tc->quick_acks)
		tcp_quick_spend(tc);
	tc->ack_now = false;
	tc->pushed = 0;
	if (tc->dsack) {                          /* RFC 2883 4: reported once */
		tc->dsack = false;
		tcp_sack_remove(tc, 0);
	}
	tc->delack_at = NS_NEVER;
}

static hot_inline struct ip4_tx tx_of(const struct tcp_conn *tc)
{
	const struct sock *sk = &tc->sk;

	return (struct ip4_tx){
		.src = sk->local, .dst = sk->peer, .proto = IP_PROTO_TCP,
		.tos = (uint8_t)sk->opt[SKO_TOS],
		.ttl = (uint8_t)(sk->opt[SKO_TTL] > 0 ? sk->opt[SKO_TTL] : 0),
		.df = sk->opt[SKO_PMTUDISC] != PMTU_DONT,
		.dev = sk->ifindex ? stack_dev_index(sk->st, sk->ifindex) : NULL,
		.flow = tcp_flow(tc),
	};
}

/* --- the way of the last segment --------------------------------------------------- */

#define WAY_TRIES 3                       /* the first segment after a change may find it new */

static hot_inline bool way_is_same(const struct tcp_way *w, const struct sock *sk)
{
	return w->peer == sk->peer && w->local == sk->local && w->ttl == sk->opt[SKO_TTL] &&
	       w->pmtudisc == sk->opt[SKO_PMTUDISC];
}

/* It is made for the second segment in a row that this host sends there: where
 * peers take turns, what is made for one would serve none. */
static outlined bool way_find(const struct tcp_conn *tc, struct tcp_way *w, uint32_t len)
{
	const struct sock *sk = &tc->sk;
	bool same = way_is_same(w, sk);
	struct ip4_tx tx;

	if (same && !w->known && w->tried == sk->st->ways_gen && w->fails == WAY_TRIES)
		return false;
	w->local = sk->local;
	w->peer = sk->peer;
	w->ttl = sk->opt[SKO_TTL];
	w->pmtudisc = sk->opt[SKO_PMTUDISC];
	w->fails = same && w->tried == sk->st->ways_gen ? w->fails + 1 : 0;
	w->tried = sk->st->ways_gen;
	tx = tx_of(tc);
	w->sum = csum_pseudo4(tx.src, tx.dst, tx.proto, 0);
	return w->known = same && ip4_train_begin(sk->st, &tx, len, &w->ip);
}

/* May a segment of len bytes go by tcp_table.way? */
static hot_inline bool way_is_known(const struct tcp_conn *tc, struct tcp_way *w, uint32_t len)
{
	const struct sock *sk = &tc->sk;

	if (unlikely(((unsigned)sk->opt[SKO_TOS] | sk->ifindex | tc->ecn.ok) || tcp_ip_opts(tc)))
		return false;
	return likely(w->known && way_is_same(w, sk) && ip4_train_again(sk->st, &w->ip, len)) ||
	       way_find(tc, w, len);
}

/* --- sending ------------------------------------------------------------------------ */

/* w: the way that it may go, or NULL. */
static outlined void xmit_any(struct tcp_conn *tc, const struct tcp_way *w, struct pkt *p, seq_t at,
			      uint8_t flags, uint64_t sum)
{
	const uint32_t len = pkt_len(p);
	struct sock *sk = &tc->sk;
	struct ip4_tx tx = tx_of(tc);

	if (unlikely(tcp_ip_opts(tc) != NULL))
		tcp_ip_opts_out(tc, &tx);
	if (unlikely(tc->ecn.ok || (flags & TCP_SYN) || tx.tos))
		flags |= tcp_ecn_out(tc, flags, len && seq_eq(at, tc->snd_nxt), &tx.tos);
	header_push(tc, p, at, flags, sum);
	if (flags & TCP_ACK)
		ack_sent(tc, len);
	sk->st->stat[ST_TCP_OUT_SEGS]++;
	tc->segs_out++;
	p->flags |= PKT_LOCAL;
	if (w && !tx.tos)
		ip4_train_one(sk->st, p, &w->ip);
	else
		(void)ip4_output(sk->st, p, &tx); /* lost as any packet may be */
}

/* With an ACK, and no option but timestamps. */
static hot_inline void xmit_plain(struct tcp_conn *tc, const struct tcp_way *w, struct pkt *p,
				  seq_t at, uint8_t flags, uint64_t sum)
{
	struct stack *st = tcp_stack(tc);
	uint32_t len = pkt_len(p), wnd = tcp_window(tc) >> tc->rcv_wscale;
	struct tcp_hdr h = { .sport = tc->sk.lport, .dport = tc->sk.pport, .seq = at,
			     .ack = tc->rcv_nxt, .flags = flags,
			     .wnd = (uint16_t)(wnd < UINT16_MAX ? wnd : UINT16_MAX) };
	uint8_t *b;

	ack_sent(tc, len);
	if (likely(tc->ts_ok)) {
		h.hlen = TCP_HLEN_TS;
		b = pkt_push(p, TCP_HLEN_TS);
		sum += tcp_hdr_emit_ts(&h, true, tcp_ts_now(tc), tc->ts_recent, b);
	} else {
		h.hlen = TCP_HLEN;
		b = pkt_push(p, TCP_HLEN);
		sum += tcp_hdr_emit_ts(&h, false, 0, 0, b);
	}
	if (likely(st->opt[OPT_TCP_CHECKSUMS]))
		tcp_put_csum(b, csum_fold(sum + w->sum + h.hlen + len));
	st->stat[ST_TCP_OUT_SEGS]++;
	tc->segs_out++;
	ip4_train_one(st, p, &w->ip);
}

/* Consumes p, the data. */
static hot_inline void xmit(struct tcp_conn *tc, struct pkt *p, seq_t at, uint8_t flags,
			    uint64_t sum)
{
	struct tcp_way *w = &tcp_stack(tc)->tcp->way;
	bool plain = (flags & (TCP_SYN | TCP_ACK)) == TCP_ACK && !tc->n_sacks && !tc->urgent;
	uint32_t hlen = unlikely(!plain) ? TCP_HLEN_MAX : tc->ts_ok ? TCP_HLEN_TS : TCP_HLEN;
	bool known = way_is_known(tc, w, hlen + pkt_len(p));

	if (likely(plain && known))
		xmit_plain(tc, w, p, at, flags, sum);
	else
		xmit_any(tc, known ? w : NULL, p, at, flags, sum);
}

static bool xmit_empty(struct tcp_conn *tc, seq_t at, uint8_t flags)
{
	struct pkt *p = pkt_new(tcp_stack(tc)->pool);

	if (p)
		xmit(tc, p, at, flags, 0);
	return p != NULL;
}

/* The sum of its data.  Lent bytes may have changed since they were queued. */
static hot_inline uint64_t data_sum(const struct stack *st, const struct tcp_seg *s)
{
	if (unlikely(s->len && s->blk->mem) && st->opt[OPT_TCP_CHECKSUMS])
		return csum_add(0, s->blk->data + s->off, s->len);
	return s->sum;
}

/* --- one after another ----------------------------------------------------------------- */

#define LOWER (ETH_HLEN + IP4_HLEN)       /* bytes in front of a segment's header */

/* Where every segment has a header like the last. */
static bool train_begin(struct tcp_conn *tc, struct tcp_train *t)
{
	struct tcp_hdr h = { .sport = tc->sk.lport, .dport = tc->sk.pport, .ack = tc->rcv_nxt,
			     .hlen = tc->ts_ok ? TCP_HLEN_TS : TCP_HLEN,
			     .wnd = window_field(tc, TCP_ACK) };
	struct ip4_tx tx = tx_of(tc);

	if (tc->urgent || tcp_ip_opts(tc) || tc->ecn.ok || tc->n_sacks || tx.tos ||
	    !ip4_train_begin(tcp_stack(tc), &tx, h.hlen + (uint32_t)tc->snd_mss, &t->ip))
		return false;
	t->hlen = h.hlen;
	t->sums = tcp_stack(tc)->opt[OPT_TCP_CHECKSUMS];
	memcpy(t->hdr, t->ip.hdr, LOWER);
	t->sum = tcp_hdr_emit_ts(&h, tc->ts_ok, tcp_ts_now(tc), tc->ts_recent, t->hdr + LOWER);
	t->sum += csum_pseudo4(tx.src, tx.dst, tx.proto, 0);
	return true;
}

static bool train_goes_on(struct tcp_conn *tc, struct tcp_train *t)
{
	if (!t->tried) {
		t->tried = true;
		t->on = train_begin(tc, t);
	}
	return t->on;
}

/* The headers in front of the data of s, at the beginning of p. */
static hot_inline void train_fill(struct stack *st, const struct tcp_train *t, struct pkt *p,
				  const struct tcp_seg *s)
{
	uint8_t flags = s->flags | TCP_ACK, *frame = pkt_data(p), *b = frame + LOWER;
	uint32_t len = t->hlen + s->len;

	memcpy(frame, t->hdr, LOWER + TCP_HLEN);
	if (t->hlen > TCP_HLEN)
		memcpy(b + TCP_HLEN, t->hdr + LOWER + TCP_HLEN, TCP_TS_SPACE);
	tcp_put_seq(b, s->seq);
	tcp_put_flags(b, flags);
	if (likely(t->sums))
		tcp_put_csum(b, csum_fold(t->sum + s->seq.v + flags + len + data_sum(st, s)));
	ip4_train_next(st, frame, len, &t->ip);
	ip4_train_made(p);
}

static hot_inline void train_add(struct tcp_train *t, struct pkt *p)
{
	if (t->last)
		t->last->next = p;
	else
		t->first = p;
	t->last = p;
	t->n++;
}

static bool is_full(const struct tcp_seg *s, uint32_t mss)
{
	return s->len == mss && !(s->flags & (uint8_t)~TCP_PSH) && !(s->marks & SEG_STAMP);
}

static hot_inline void full_sent(struct tcp_conn *tc, struct tcp_seg *s, ns_t now,
				 struct tcp_rate_mark rate, uint8_t marks)
{
	s->sent = true;
	s->sent_at = now;
	s->rate = rate;
	s->marks |= marks;
	list_push_back(&tc->sent_order, &s->by_time);
}

uint32_t tcp_train_full(struct tcp_conn *tc, struct tcp_train *t, uint32_t n)
{
	struct stack *st = tcp_stack(tc);
	const uint32_t mss = tc->snd_mss, there = tcp_unsent(tc) / mss;
	const struct tcp_rate_mark rate = tcp_rate_mark(tc);
	const uint8_t marks = tcp_rate_limit(tc);
	struct tcp_seg *s = tc->unsent;
	const ns_t now = tcp_now(tc);
	uint32_t claimed, done;
	struct pkt *p;

	if (!n || !is_full(s, mss) || !train_goes_on(tc, t))
		return 0;
	claimed = pkt_claim(st->pool, n < there ? n : there);
	for (done = 0; done < claimed && s && is_full(s, mss); done++) {
		p = pkt_claimed(st->pool, LOWER + (uint32_t)t->hlen);
		pkt_set_body(p, s->blk, s->off, s->len);
		train_fill(st, t, p, s);
		train_add(t, p);
		full_sent(tc, s, now, rate, marks);
		s = tcp_seg_next(tc, s);
	}
	pkt_claim_end(st->pool, claimed - done);
	tc->unsent = s;
	tc->snd_nxt = seq_add(tc->snd_nxt, done * mss);
	tc->n_out += done;
	tc->data_segs_out += done;
	tc->bytes_sent += done * (uint64_t)mss;
	return done;
}

/* What the first one of all settled (ack_sent(), tcp_reply_sent()) is settled. */
void tcp_train_leave(struct tcp_conn *tc, struct tcp_train *t)
{
	struct stack *st = tcp_stack(tc);

	if (!t->n)
		return;
	st->stat[ST_TCP_OUT_SEGS] += t->n;
	tc->segs_out += t->n;
	ip4_train_output(st, t->first, t->n, &t->ip);
	t->first = t->last = NULL;
	t->n = 0;
}

/* --- what is sent ------------------------------------------------------------------------ */

bool tcp_seg_xmit(struct tcp_conn *tc, const struct tcp_seg *s, struct tcp_train *train)
{
	bool first_syn = (s->flags & TCP_SYN) && tc->state == TCP_SYN_SENT;
	struct pkt *p = pkt_new(tcp_stack(tc)->pool);

	if (!p)
		return false;
	if (s->len && pkt_add_frag(p, s->blk, s->off, s->len) != OK) {
		pkt_free(p);
		return false;
	}
	tc->bytes_sent += s->len;
	tc->data_segs_out += s->len > 0;
	if (s->len && tc->ato_us)
		tcp_reply_sent(tc);
	if (train && train_goes_on(tc, train)) {
		(void)pkt_push(p, LOWER + (size_t)train->hlen);
		train_fill(tcp_stack(tc), train, p, s);
		train_add(train, p);
	} else {
		xmit(tc, p, s->seq, (uint8_t)(s->flags | (first_syn ? 0 : TCP_ACK)),
		     data_sum(tcp_stack(tc), s));
	}
	return true;
}

/* SND.NXT; or the end of the window, if the peer took that back, for it takes nothing from
 * beyond (as Linux).  Less than a unit of ours is no matter, and a SYN is in no window. */
static seq_t acceptable_seq(const struct tcp_conn *tc)
{
	seq_t end = seq_add(tc->snd_una, tc->snd_wnd);
	int32_t beyond = seq_diff(tc->snd_nxt, end);

	return likely(beyond <= 0) || tc->state < TCP_ESTABLISHED ||
	       (tc->wscale_ok && beyond < 1 << tc->rcv_wscale) ?
	       tc->snd_nxt : end;
}

void tcp_send_ack(struct tcp_conn *tc)
{
	/* Without a packet the delayed ACK tries again. */
	if (!xmit_empty(tc, acceptable_seq(tc), TCP_ACK))
		tcp_delack_again(tc);
}

/* RFC 9293 3.8.6.1 and 3.8.4: an old sequence number, which the peer must
 * answer, and no data (SHLD-12; Linux does so for windows, too). */
void tcp_send_probe(struct tcp_conn *tc)
{
	if (unlikely(tcp_urgent_pending(tc)))     /* 3.8.5: what is urgent, it hears now */
		(void)xmit_empty(tc, tc->snd_una, TCP_ACK);
	(void)xmit_empty(tc, seq_sub(tc->snd_una, 1), TCP_ACK);
}

void tcp_send_rst(struct tcp_conn *tc)
{
	tcp_stack(tc)->stat[ST_TCP_OUT_RSTS]++;
	(void)xmit_empty(tc, acceptable_seq(tc), TCP_RST | TCP_ACK);
}

static bool answers(struct tcp_conn *tc)
{
	if (!tcp_may_answer(tc) || !tcp_may_challenge(tcp_stack(tc)))
		return false;
	tcp_send_ack(tc);
	return true;
}

void tcp_answer_ack(struct tcp_conn *tc) { (void)answers(tc); }

void tcp_challenge(struct tcp_conn *tc)
{
	if (answers(tc) && tc->state != TCP_TIME_WAIT)    /* Linux: none of there */
		tcp_count(tc, EXT_CHALLENGE_ACK);
}

void tcp_answer_rst(struct stack *st, const struct tcp_rx *rx)
{
	struct tcp_hdr h = { .sport = rx->h.dport, .dport = rx->h.sport, .hlen = TCP_HLEN };
	struct ip4_tx tx = { .src = rx->m->dst, .dst = rx->m->src, .proto = IP_PROTO_TCP,
			     .df = true, .flow = (uint32_t)h.sport << 16 | h.dport };
	struct pkt *p;
	struct wr w;
	uint8_t *b;

	if (rx->h.flags & TCP_RST)
		return;
	p = pkt_new(st->pool);
	if (!p)
		return;
	if (rx->h.flags & TCP_ACK) {
		h.seq = rx->h.ack;
		h.flags = TCP_RST;
	} else {
		h.ack = rx_end(rx);
		h.flags = TCP_RST | TCP_ACK;
	}
	b = pkt_push(p, TCP_HLEN);
	w = wr_init(b, TCP_HLEN);
	tcp_hdr_emit(&h, &w);
	put_be16(b + 16, tcp_csum4(tx.src, tx.dst, TCP_HLEN, csum_add(0, b, TCP_HLEN)));
	st->stat[ST_TCP_OUT_SEGS]++;
	st->stat[ST_TCP_OUT_RSTS]++;
	p->flags |= PKT_LOCAL;
	(void)ip4_output(st, p, &tx);
}
