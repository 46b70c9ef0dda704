// SPDX-License-Identifier: MIT
/*
 * RFC 6298.  The bounds are the host's: Linux's minimum of 200 ms by default
 * (the RFC's is 1 s), of the variance and not of the whole, as there.
 */
#include "stack/tcp/conn.h"

#define RTO_MAX SEC(120)
#define RTO_INIT SEC(1)                   /* (2.1) */
#define RTO_UNTIMED SEC(3)                /* (5.7) */

void tcp_rtt_init(struct tcp_conn *tc)
{
	tc->srtt = tc->rttvar = 0;
	tc->rto = RTO_INIT;
	tc->backoff = tc->timeouts = 0;
}

/* (5.7): a SYN that was sent again timed nothing. */
void tcp_rtt_handshake_over(struct tcp_conn *tc)
{
	if (!tc->srtt)
		tc->rto = RTO_UNTIMED;
	tc->backoff = tc->timeouts = 0;
}

static ns_t rto_of(const struct tcp_conn *tc)
{
	ns_t min = MSEC(tcp_stack(tc)->opt[OPT_TCP_RTO_MIN]);
	ns_t var = 4 * tc->rttvar > min ? 4 * tc->rttvar : min;
	ns_t rto = tc->srtt + var;

	return rto < RTO_MAX ? rto : RTO_MAX;
}

void tcp_rtt_sample(struct tcp_conn *tc, ns_t rtt)
{
	if (rtt < 1)
		rtt = 1;
	if (!tc->srtt) {                          /* (2.2) */
		tc->srtt = rtt;
		tc->rttvar = rtt / 2;
	} else {                                  /* (2.3): beta 1/4, alpha 1/8 */
		ns_t off = tc->srtt > rtt ? tc->srtt - rtt : rtt - tc->srtt;

		tc->rttvar += (off - tc->rttvar) / 4;
		tc->srtt += (rtt - tc->srtt) / 8;
	}
	tc->rto = rto_of(tc);
	tc->backoff = 0;                          /* only now: Karn (MUST-18), 5 */
}

#define MIN_RTT_FOR SEC(300)              /* RFC 8985 6.2, step 1; as Linux */

void tcp_rtt_min(struct tcp_conn *tc, ns_t rtt)
{
	if (!tc->min_rtt || rtt <= tc->min_rtt || tcp_now(tc) - tc->min_rtt_at > MIN_RTT_FOR) {
		tc->min_rtt = rtt;
		tc->min_rtt_at = tcp_now(tc);
	}
}
