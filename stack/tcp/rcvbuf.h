/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_RCVBUF_H
#define STACK_TCP_RCVBUF_H
/*
 * What data that waits for its reader costs of SO_RCVBUF, and so how much more may come:
 * rcvbuf.c.
 */
#include "stack/tcp/conn.h"

/* Linux 6.18 on x86-64 tells by SK_MEMINFO_RMEM_ALLOC what a segment of a device that
 * copies costs (a TUN, most of its drivers): a buffer (skb) and one piece of memory, for
 * what keeps track of its parts and for the segment with its headers, behind some room. */
#define TCP_BUF_SKB 256
#define TCP_BUF_PARTS 320
#define TCP_BUF_BEFORE (64 + 20)          /* the room, IPv4's header */
#define TCP_BUF_SMALL 576                 /* the least piece; others are powers of two, ... */
#define TCP_BUF_PAGE 4096                 /* ... to this one.  Then there are more such */

/* What a piece has room for. */
#define TCP_BUF_SMALL_ROOM (TCP_BUF_SMALL - TCP_BUF_PARTS)
#define TCP_BUF_PAGE_ROOM (TCP_BUF_PAGE - TCP_BUF_PARTS)

/* Of so much memory, what may be data's, by what the peer's segments are of theirs. */
static inline int64_t tcp_win_of(const struct tcp_conn *tc, int64_t mem)
{
	return mem * tc->rcv_ratio >> 8;
}

/* Free for data; less than nothing if there is too much. */
static inline int64_t tcp_rcv_space(const struct tcp_conn *tc)
{
	return tcp_win_of(tc, (int64_t)tc->sk.opt[SKO_RCVBUF] - tc->rcv_mem);
}

/* More may come without a look around. */
static inline bool tcp_rcvbuf_ample(const struct tcp_conn *tc)
{
	return tc->rcv_mem <= (uint32_t)tc->sk.opt[SKO_RCVBUF];
}
/* There is room for so much, at that number: if none was left, what lies beyond it may be
 * gone now. */
bool tcp_rcvbuf_room(struct tcp_conn *tc, seq_t at, uint32_t len);

/* p, which is to wait, is paid for: from now on pkt->mem is its own, and pkt->used what of
 * a piece is not free. */
void tcp_rcvbuf_charge_any(struct tcp_conn *tc, struct pkt *p);
static hot_inline void tcp_rcvbuf_charge(struct tcp_conn *tc, struct pkt *p)
{
	uint32_t n = tc->rcv_before + pkt_len(p);

	if (likely(tc->rcv_before && n <= TCP_BUF_SMALL_ROOM)) {
		p->mem = TCP_BUF_SKB + TCP_BUF_SMALL;
		p->used = n;
		tc->rcv_mem += TCP_BUF_SKB + TCP_BUF_SMALL;
	} else {
		tcp_rcvbuf_charge_any(tc, p);
	}
}

/* What comes behind p has room in its buffer. */
static inline bool tcp_rcvbuf_joins(const struct pkt *p, uint32_t len)
{
	return unlikely(p->used + len + TCP_BUF_SKB + TCP_BUF_PARTS <= p->mem);
}

/* p comes behind one: if both are in one buffer, p is the one that is read later, so it
 * pays. */
static hot_inline void tcp_rcvbuf_join(struct tcp_conn *tc, struct pkt *before, struct pkt *p)
{
	if (!tcp_rcvbuf_joins(before, pkt_len(p)))
		return;
	tc->rcv_mem -= p->mem;
	p->mem = before->mem;
	p->used = before->used + pkt_len(p);
	before->mem = 0;
}

/* The peer's segments may be worth their memory: there is room for more than is offered. */
#define TCP_BUF_SHORT 128                 /* bytes of data that say nothing of their peer */
void tcp_rcvbuf_grow(struct tcp_conn *tc, uint32_t len, uint32_t room);
static hot_inline void tcp_rcvbuf_came(struct tcp_conn *tc, uint32_t len)
{
	int64_t room;

	if (len < TCP_BUF_SHORT)
		return;
	room = tcp_rcv_space(tc);
	if (room > tc->window_clamp)
		room = tc->window_clamp;
	if (unlikely(room > tc->rcv_ssthresh))
		tcp_rcvbuf_grow(tc, len, (uint32_t)room);
}

void tcp_rcvbuf_begin(struct tcp_conn *tc);       /* nothing is known of the peer */
void tcp_rcvbuf_agreed(struct tcp_conn *tc);      /* but its options now */
void tcp_rcvbuf_clamp(struct tcp_conn *tc, uint32_t most);        /* the user's */
/* SO_RCVLOWAT: what it may be, and room for that. */
int tcp_rcvbuf_lowat(const struct tcp_conn *tc, int bytes);
void tcp_rcvbuf_lowat_set(struct tcp_conn *tc, uint32_t bytes);
uint32_t tcp_rcvbuf_ssthresh(const struct tcp_conn *tc);  /* as tcp_info tells of it */
/* What is missing before such an end is to have its room, too, once there is a user who
 * reads. */
void tcp_rcvbuf_gap(struct tcp_conn *tc, seq_t end);

#endif
