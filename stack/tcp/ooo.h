/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_OOO_H
#define STACK_TCP_OOO_H
/*
 * What arrives out of order or twice (ooo.c).  pkt->seq, the link's until here,
 * holds the sequence number of a packet's first byte while it waits.
 */
#include "stack/tcp/conn.h"

static inline seq_t pkt_at(const struct pkt *p) { return seq((uint32_t)p->seq); }
static inline seq_t pkt_end(const struct pkt *p) { return seq_add(pkt_at(p), pkt_len(p)); }
bool pkt_cut_front(struct pkt *p, seq_t at);      /* what lies before; false: it all does */

/* p lies in the window, beyond RCV.NXT; takes it. */
void tcp_ooo_add(struct tcp_conn *tc, struct pkt *p);
/* The peer's FIN lies beyond RCV.NXT: RFC 2018 3 has blocks of sequence space. */
void tcp_ooo_fin(struct tcp_conn *tc);
/* RCV.NXT has moved: gives the user what is next now.  It came while tc->ooo was there. */
void tcp_ooo_release(struct tcp_conn *tc);
/* The buffer is full: what lies behind that number is given up, the last first, until an
 * eighth of it is free (Linux: tcp_prune_ofo_queue()).  The peer is not told of any. */
void tcp_ooo_prune(struct tcp_conn *tc, seq_t at);
uint32_t tcp_ooo_bytes(const struct tcp_conn *tc);        /* of data */
void tcp_ooo_fini(struct tcp_conn *tc);
/* RFC 2883: these bytes came twice; none if there are none. */
void tcp_dsack_add(struct tcp_conn *tc, seq_t start, seq_t end);

#endif
