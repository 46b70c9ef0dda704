// SPDX-License-Identifier: MIT
/*
 * SYN cookies, as Linux has them: when too many connections are half open, the
 * answer to a SYN is all that remembers it (RFC 4987 3.6).  Its number holds
 * the minute and the peer's MSS under a keyed hash; the low bits of its
 * timestamp, which the peer echoes, hold the rest that was agreed on.
 */
#include "stack/tcp/conn.h"
#include "stack/util/hash.h"

#define MINUTE SEC(60)
#define AGE_MAX 2                         /* minutes */
#define LOW24 0xffffffu

/* In a timestamp: the peer's window scale, or none; SACK. */
#define TS_WSCALE 0x0fu
#define TS_NO_WSCALE 0x0fu
#define TS_SACK 0x10u
#define TS_BITS 0x3fu

static const uint16_t mss_table[] = { 536, 1300, 1440, 1460 };

static uint32_t minute(const struct stack *st) { return (uint32_t)(st->now / MINUTE); }

/* What only this host can compute; `what` tells its uses apart. */
static uint32_t keyed(const struct stack *st, const struct tcp_rx *rx, uint64_t what)
{
	uint64_t ends = hash_pair((uint64_t)rx->m->src << 32 | rx->m->dst,
				  (uint64_t)rx->h.sport << 16 | rx->h.dport);
	uint32_t out[4];

	rng_block(&st->tcp->secret, hash_pair(ends, what), out);
	return out[3];
}

static uint32_t keyed_base(const struct stack *st, const struct tcp_rx *rx)
{
	return keyed(st, rx, UINT64_MAX);
}

static uint32_t mss_index(uint16_t mss)
{
	uint32_t i = N_ELEM(mss_table) - 1;

	while (i > 0 && mss_table[i] > mss)
		i--;
	return i;
}

static seq_t cookie_make(const struct stack *st, const struct tcp_rx *rx)
{
	uint32_t now = minute(st), mss = mss_index(rx->o.has_mss ? rx->o.mss : TCP_MSS_DEFAULT);

	return seq(keyed_base(st, rx) + rx->h.seq.v + (now << 24) +
		   ((keyed(st, rx, now) + mss) & LOW24));
}

/* The MSS that the ACK of a cookie brings back; 0: it is none, or too old. */
static uint16_t cookie_read(const struct stack *st, const struct tcp_rx *rx)
{
	uint32_t cookie = rx->h.ack.v - 1, irs = rx->h.seq.v - 1, now = minute(st);
	uint32_t c = cookie - keyed_base(st, rx) - irs;
	uint32_t age = (now - (c >> 24)) & 0xff, i;

	if (age >= AGE_MAX)
		return 0;
	i = (c - keyed(st, rx, now - age)) & LOW24;
	return i < N_ELEM(mss_table) ? mss_table[i] : 0;
}

/* The latest timestamp that is not of the future and has these low bits. */
static uint32_t ts_with(uint32_t now, uint32_t bits)
{
	uint32_t ts = (now & ~TS_BITS) | bits;

	return ts > now ? ts - (TS_BITS + 1) : ts;
}

/* What could be agreed on, for tc->ts_offset: the next segment says it. */
static void ts_encode(struct tcp_conn *tc)
{
	uint32_t now = tcp_ts_now(tc), bits = tc->wscale_ok ? tc->snd_wscale : TS_NO_WSCALE;

	if (tc->sack_ok)
		bits |= TS_SACK;
	tc->ts_offset -= now - ts_with(now, bits);
}

bool tcp_cookie_answer(struct tcp_conn *l, const struct tcp_rx *rx)
{
	struct tcp_seg syn = { .flags = TCP_SYN };
	struct tcp_conn *tc = tcp_listen_child(l, rx);

	if (!tc)
		return false;
	tcp_conn_agree(tc, rx);
	tc->iss = syn.seq = cookie_make(tcp_stack(l), rx);
	if (tc->ts_ok)
		ts_encode(tc);
	else
		tc->sack_ok = tc->wscale_ok = false;      /* nothing would remember */
	tcp_set_state(tc, TCP_SYN_RECEIVED);
	(void)tcp_seg_xmit(tc, &syn, NULL);
	tcp_free(tc);
	tcp_count(l, EXT_SYNCOOKIES_SENT);
	l->listen->cookie_at = tcp_now(l);
	l->listen->cookies = true;
	return true;
}

/* The SYN that this ACK proves there was. */
static struct tcp_rx syn_of(const struct tcp_rx *rx, uint16_t mss)
{
	struct tcp_rx syn = *rx;
	uint32_t bits = rx->o.tsecr;

	syn.h.seq = seq_sub(rx->h.seq, 1);
	syn.h.flags = TCP_SYN;
	syn.o.has_mss = true;
	syn.o.mss = mss;
	syn.o.sack_ok = rx->o.has_ts && (bits & TS_SACK);
	syn.o.has_wscale = rx->o.has_ts && (bits & TS_WSCALE) != TS_NO_WSCALE;
	syn.o.wscale = (uint8_t)(bits & TS_WSCALE);
	return syn;
}

static bool may_take(const struct tcp_conn *l)
{
	const struct tcp_listen *q = l->listen;

	return q->cookies && tcp_now(l) - q->cookie_at <= AGE_MAX * MINUTE &&
	       q->n_accept <= q->backlog;
}

struct tcp_conn *tcp_cookie_accept(struct tcp_conn *l, const struct tcp_rx *rx)
{
	const uint8_t flags = rx->h.flags & (TCP_SYN | TCP_ACK | TCP_RST);
	struct tcp_conn *tc;
	struct tcp_rx syn;
	uint16_t mss;

	if (flags != TCP_ACK)
		return NULL;
	l = tcp_port_one_of(l, may_take);         /* which of them answered is forgotten, too */
	if (!l)
		return NULL;
	mss = cookie_read(tcp_stack(l), rx);
	tcp_count(l, mss ? EXT_SYNCOOKIES_RECV : EXT_SYNCOOKIES_FAILED);
	tc = mss ? tcp_listen_child(l, rx) : NULL;
	if (!tc)
		return NULL;
	if (!tcp_hash(tc)) {
		tcp_free(tc);
		return NULL;
	}
	syn = syn_of(rx, mss);
	tcp_conn_agree(tc, &syn);
	tc->iss = seq_sub(rx->h.ack, 1);
	tc->snd_una = tc->snd_nxt = tc->high_sacked = tc->high_seq = tc->small_end = rx->h.ack;
	tcp_set_state(tc, TCP_SYN_RECEIVED);
	(void)tcp_window(tc);                     /* what our answer offered */
	tc->snd_wnd = tc->max_snd_wnd = rx_wnd(tc, rx);
	tcp_listen_add(l, tc);
	(void)tcp_listen_established(tc);         /* there is room: see above */
	tcp_conn_established(tc);
	return tc;
}
