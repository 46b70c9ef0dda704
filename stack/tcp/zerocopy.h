/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_ZEROCOPY_H
#define STACK_TCP_ZEROCOPY_H
/* What a user wants to know of his own writes: when one by reference is over
 * (zerocopy.c), and when one left and was acknowledged (stamp.c). */
#include "stack/tcp/conn.h"

/* tcp_sendq_add() of SK_ZEROCOPY, with a notice if SKO_ZEROCOPY is set; ERR_NOBUFS: no
 * memory for it, or too many that nobody asked about yet. */
ssize_t tcp_zc_add(struct tcp_conn *tc, struct tcp_write *w, size_t n);
void tcp_zc_lent(struct tcp_zc_send *z, struct blk *b);   /* b is of it */
void tcp_zc_acked(struct tcp_conn *tc);           /* only if tc->sk.rare, as the next */
void tcp_zc_all_over(struct tcp_conn *tc);        /* nothing is queued any more */
void tcp_zc_fini(struct tcp_conn *tc);            /* nobody wants to know */

/* --- stamp.c --- */
void tcp_stamp_wrote(struct tcp_conn *tc);        /* only if tc->sk.rare: a write is queued */
/* Only if SEG_STAMP. */
void tcp_stamp_sent(struct tcp_conn *tc, const struct tcp_seg *s);
void tcp_stamp_acked(struct tcp_conn *tc, const struct tcp_seg *s);

#endif
