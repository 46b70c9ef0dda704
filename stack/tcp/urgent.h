/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_URGENT_H
#define STACK_TCP_URGENT_H
/* Urgent data, RFC 9293 3.8.5 and RFC 6093: urgent.c. */
#include "stack/tcp/conn.h"

bool tcp_urgent_begin(struct tcp_conn *tc);       /* before the others; false: no memory */
void tcp_urgent_fini(struct tcp_conn *tc);
void tcp_urgent_wrote(struct tcp_conn *tc);       /* all that was written so far is urgent */
bool tcp_urgent_pending(const struct tcp_conn *tc);       /* ... and not acknowledged */
/* TCP_URG and the pointer for a segment at `at`, or 0; only if tc->urgent. */
uint8_t tcp_urgent_out(struct tcp_conn *tc, seq_t at, uint16_t *pointer);
/* 3.10.7.4, sixth; p is the segment's data. */
void tcp_urgent_in(struct tcp_conn *tc, const struct tcp_rx *rx, const struct pkt *p);
/* How many of n bytes one read may have; *skip: so many are left out before
 * them.  Only if tc->urgent, as the next. */
size_t tcp_urgent_clip(const struct tcp_conn *tc, size_t n, uint32_t *skip);
void tcp_urgent_passed(struct tcp_conn *tc);      /* something was read */
ssize_t tcp_urgent_recv(struct tcp_conn *tc, uint8_t *buf, size_t n, bool peek);
bool tcp_at_mark(const struct tcp_conn *tc);      /* SIOCATMARK */
uint32_t tcp_urgent_nread(const struct tcp_conn *tc);     /* SIOCINQ: up to the mark */
uint32_t tcp_urgent_apart(const struct tcp_conn *tc);     /* bytes next that are no stream: 0, 1 */
uint32_t tcp_urgent_ready(const struct tcp_conn *tc);     /* only if tc->urgent, too */
seq_t tcp_snd_up(const struct tcp_conn *tc);
seq_t tcp_rcv_up(const struct tcp_conn *tc);

#endif
