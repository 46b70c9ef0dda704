/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_IN_H
#define STACK_TCP_IN_H
/*
 * What a segment that arrives is asked, by the steps of in.c and by predict.c.
 */
#include "stack/tcp/conn.h"

/* p begins with the header. */
bool tcp_csum_right_any(const struct pkt *p, uint32_t off, ip4_t src, ip4_t dst);
/* Of a segment that begins off bytes behind the beginning of p. */
static hot_inline bool tcp_csum_right_at(const struct pkt *p, uint32_t off, ip4_t src, ip4_t dst)
{
	const struct frag *f = &p->frag[0];

	if (unlikely(p->len != off + TCP_HLEN_TS || p->nfrag > 1))
		return tcp_csum_right_any(p, off, src, dst);
	return tcp_csum4_ok(src, dst, p->head + p->off + off,
			    p->nfrag ? f->blk->data + f->off : NULL, p->body);
}
static hot_inline bool tcp_csum_right(const struct stack *st, const struct pkt *p,
				      const struct ip_meta *m)
{
	return unlikely(!st->opt[OPT_TCP_CHECKSUMS]) || tcp_csum_right_at(p, 0, m->src, m->dst);
}

/* RFC 7323 5.3 and 5.5: older than the last, which is not too old to tell. */
static inline bool tcp_ts_is_old(const struct tcp_conn *tc, const struct tcp_rx *rx)
{
	return (int32_t)(rx->o.tsval - tc->ts_recent) < 0 &&
	       tcp_now(tc) - tc->ts_recent_at < SEC(24 * 86400);
}

/* RFC 7323 4.3 (2): what to echo, of an acceptable segment, which is not old. */
static inline void tcp_ts_take(struct tcp_conn *tc, seq_t at, uint32_t tsval)
{
	if (seq_le(at, tc->rcv_wup)) {
		tc->ts_recent = tsval;
		tc->ts_recent_at = tcp_now(tc);
	}
}
static inline void tcp_ts_note(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	if (tc->ts_ok && rx->o.has_ts && !tcp_ts_is_old(tc, rx))
		tcp_ts_take(tc, rx->h.seq, rx->o.tsval);
}

/* Does a segment tell of SND.WND, before SND.UNA moves?  It acknowledges more or is newer
 * than the last that did.  Of the same age (RFC 9293 3.10.7.4 would have any) only a larger
 * one or none at all, as in Linux: segments that say nothing else may have overtaken each
 * other.  wnd: bytes. */
static inline bool tcp_tells_window(const struct tcp_conn *tc, seq_t at, seq_t ack, uint32_t wnd)
{
	return seq_lt(tc->snd_una, ack) || seq_lt(tc->snd_wl1, at) ||
	       (seq_eq(tc->snd_wl1, at) && (wnd > tc->snd_wnd || !wnd));
}

/* The same, and takes it. */
static inline bool tcp_take_window(struct tcp_conn *tc, seq_t at, seq_t ack, uint32_t wnd)
{
	if (!tcp_tells_window(tc, at, ack, wnd))
		return false;
	tc->snd_wnd = wnd;
	tc->snd_wl1 = at;
	tc->snd_wl2 = ack;
	if (wnd > tc->max_snd_wnd)
		tc->max_snd_wnd = wnd;
	return true;
}

#endif
