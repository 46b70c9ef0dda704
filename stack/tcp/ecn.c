// SPDX-License-Identifier: MIT
/*
 * Explicit congestion notification, RFC 3168 6.1: agreed on in the handshake;
 * new data is sent as ECT(0); what arrives as CE is echoed (ECE) until the
 * peer says that it has slowed down (CWR).  An echo halves our window, once a
 * round trip.  OPT_TCP_ECN as Linux's tcp_ecn: 0 never, 1 ask, 2 agree only.
 */
#include "stack/tcp/conn.h"

#define ECN_MASK 3                        /* of the TOS octet; RFC 3168 5 */
#define ECN_ECT0 2
#define ECN_CE 3

#define SETUP (TCP_ECE | TCP_CWR)

/* 6.1.1: the peer's SYN, or SYN-ACK. */
void tcp_ecn_agree(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	uint8_t said = rx->h.flags & SETUP;

	if (rx->h.flags & TCP_ACK)
		tc->ecn.ok = tc->ecn.asked && said == TCP_ECE;
	else
		tc->ecn.ok = said == SETUP && tcp_stack(tc)->opt[OPT_TCP_ECN] &&
			     (rx->m->tos & ECN_MASK) == 0;
}

/* 6.1.1; a SYN that was sent again does not ask (6.1.1.1). */
static uint8_t syn_flags(struct tcp_conn *tc, uint8_t flags)
{
	if (flags & TCP_ACK)
		return tc->ecn.ok ? TCP_ECE : 0;
	tc->ecn.asked = tcp_stack(tc)->opt[OPT_TCP_ECN] == 1 && !tc->ecn.syn;
	tc->ecn.syn = true;
	return tc->ecn.asked ? SETUP : 0;
}

uint8_t tcp_ecn_out(struct tcp_conn *tc, uint8_t flags, bool fresh, uint8_t *tos)
{
	uint8_t more = 0;

	*tos &= (uint8_t)~ECN_MASK;
	if (flags & TCP_SYN)
		return syn_flags(tc, flags);
	if (!tc->ecn.ok || (flags & TCP_RST))
		return 0;
	if (tc->ecn.echo)
		more |= TCP_ECE;
	if (fresh) {                              /* 6.1.5: only what is sent first */
		*tos |= ECN_ECT0;
		if (tc->ecn.cwr_due)
			more |= TCP_CWR;
		tc->ecn.cwr_due = false;
	}
	return more;
}

/* 6.1.3: CE is echoed until CWR, from the ACK that is due now. */
void tcp_ecn_in(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	if (!tc->ecn.ok || !rx->len)
		return;
	if (rx->h.flags & TCP_CWR) {              /* its window is small: at once */
		tc->ecn.echo = false;
		tc->ack_now = true;
	}
	if ((rx->m->tos & ECN_MASK) != ECN_CE)
		return;
	if (!tc->ecn.echo)
		tcp_quick_enter(tc, 2);          /* Linux */
	tc->ecn.echo = true;
}

/* 6.1.2 */
void tcp_ecn_ack(struct tcp_conn *tc, const struct tcp_rx *rx)
{
	if (!tc->ecn.ok || !(rx->h.flags & TCP_ECE) || (rx->h.flags & TCP_SYN))
		return;
	tc->undo.stays = true;                    /* also if what is deemed lost was only late */
	tcp_enter_cwr(tc);
}
