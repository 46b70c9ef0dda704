/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_PMTUD_H
#define STACK_TCP_PMTUD_H
/* What length of segments a path takes, RFC 4821: pmtud.c. */
#include "stack/tcp/conn.h"

void tcp_pmtu_begin(struct tcp_conn *tc);         /* ts_ok and peer_mss are known */
void tcp_pmtu_fini(struct tcp_conn *tc);
void tcp_pmtu_told(struct tcp_conn *tc);          /* the path's MTU is known better */
void tcp_pmtu_timeout(struct tcp_conn *tc);
enum tcp_mtu_probe { MTU_PROBE_NONE, MTU_PROBE_LATER, MTU_PROBE_NOW };
/* The following only if tc->mtup.  Now: tc->unsent is the probe, longer than
 * snd_mss; later: nothing is to be sent until an ACK comes. */
enum tcp_mtu_probe tcp_pmtu_probe(struct tcp_conn *tc);
void tcp_pmtu_probed(struct tcp_conn *tc, const struct tcp_seg *s);       /* it was sent */
void tcp_pmtu_acked(struct tcp_conn *tc);
bool tcp_pmtu_lost(struct tcp_conn *tc);          /* n_lost: of the probe?  Then CA_LOSS */
void tcp_pmtu_inconclusive(struct tcp_conn *tc);  /* something is sent again */
uint32_t tcp_pmtu_low(const struct tcp_conn *tc); /* the longest IP packet now */

#endif
