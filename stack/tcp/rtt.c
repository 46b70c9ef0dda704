// SPDX-License-Identifier: MIT
/*
 * RFC 6298, and as Linux has it.  The minimum is of the variance and not of the
 * whole, and the host's: Linux's 200 ms (the RFC's is 1 s).
 *
 * Deviation, unless tcp_rto_rfc6298 is set: the variance that counts is the
 * largest of a round trip, from which it sinks by a quarter in each; and where
 * round trips get shorter it grows by an eighth of what it else would.  So a
 * burst does not shorten the timeout, nor a path that gets better lengthen it.
 */
#include "stack/tcp/conn.h"

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

static ns_t var_min(const struct tcp_conn *tc)
{
	return MSEC(tcp_stack(tc)->opt[OPT_TCP_RTO_MIN]);
}

static ns_t rto_of(const struct tcp_conn *tc)
{
	ns_t var = tc->rto_var > var_min(tc) ? tc->rto_var : var_min(tc);
	ns_t rto = tc->srtt + var;

	if (likely(rto < SEC(1)))                 /* it is never less than that */
		return rto;
	return rto < tcp_rto_max(tcp_stack(tc)) ? rto : tcp_rto_max(tcp_stack(tc));
}

/* Linux's tcp_rtt_estimator(): mdev is rttvar, four times of which is the
 * variance of the timeout. */
static void var_follow(struct tcp_conn *tc, ns_t off)
{
	ns_t wide = off < 0 ? -off : off, more = wide - tc->rttvar;

	if (off < 0 && more > 0 && !tcp_stack(tc)->opt[OPT_TCP_RTO_RFC6298])
		more /= 8;
	tc->rttvar += more / 4;
	if (4 * tc->rttvar > tc->var_max) {
		tc->var_max = 4 * tc->rttvar;
		if (tc->var_max > tc->rto_var)
			tc->rto_var = tc->var_max;
	}
	if (seq_lt(tc->rtt_seq, tc->snd_una)) {   /* a round trip is over */
		if (tc->var_max < tc->rto_var)
			tc->rto_var -= (tc->rto_var - tc->var_max) / 4;
		tc->rtt_seq = tc->snd_nxt;
		tc->var_max = var_min(tc);
	}
}

/* An echo is not believed that says what we never sent, or long ago: one peer that
 * echoes garbage would have the timeout at its maximum.  The bound is Linux's, and that
 * what came back within its millisecond took one: it tells that the way is open. */
#define ECHO_MAX (INT32_MAX / 1000)       /* ms */

ns_t tcp_rtt_of_echo(const struct tcp_conn *tc, uint32_t tsecr)
{
	uint32_t ms = tcp_ts_now(tc) - tsecr;

	return tsecr && ms < ECHO_MAX ? MSEC(ms ? ms : 1) : 0;
}

void tcp_rtt_sample(struct tcp_conn *tc, ns_t rtt)
{
	if (rtt < 1)
		rtt = 1;
	if (!tc->srtt) {                          /* (2.2) */
		tc->srtt = rtt;
		tc->rttvar = rtt / 2;
		tc->rto_var = 4 * tc->rttvar > var_min(tc) ? 4 * tc->rttvar : var_min(tc);
		tc->var_max = tc->rto_var;
		tc->rtt_seq = tc->snd_nxt;
	} else {                                  /* (2.3): beta 1/4, alpha 1/8 */
		var_follow(tc, rtt - tc->srtt);
		tc->srtt += (rtt - tc->srtt) / 8;
	}
	if (tcp_stack(tc)->opt[OPT_TCP_RTO_RFC6298])
		tc->rto_var = 4 * tc->rttvar;
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
