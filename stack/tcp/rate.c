// SPDX-License-Identifier: MIT
/*
 * How fast what is sent arrives, and what kept more from being sent: what
 * TCP_INFO and ss -i tell, as Linux has it; nothing is decided by it.
 *
 * A sample of the rate (draft-cheng-iccrg-delivery-rate-estimation) is what
 * was delivered since some segment was sent, by the longer of the times in
 * which that was sent and acknowledged.  It tells of the path only if the user
 * kept it busy; what did not is kept only while nothing faster is known.
 *
 * Deviation: an ACK that RACK takes to be for a first copy is no sample.
 */
#include "stack/tcp/rate.h"

/* --- the rate ------------------------------------------------------------------------- */

uint64_t tcp_rate(const struct tcp_conn *tc)
{
	const struct tcp_rate *r = &tc->rate;

	return r->took ? (uint64_t)r->n * tc->snd_mss * SEC(1) / ((uint64_t)r->took << 10) : 0;
}

/* --- what it waits for ------------------------------------------------------------------ */

/* Of its kind alone; ns. */
static ns_t waited(const struct tcp_conn *tc, enum tcp_wait w)
{
	uint32_t now = tc->waits == w ? tcp_wait_ticks(tc) - tc->rate.waits_since : 0;

	return (ns_t)(tc->rate.waited[w - 1] + now) << 16;
}

void tcp_waited(const struct tcp_conn *tc, ns_t *busy, ns_t *rwnd, ns_t *sndbuf)
{
	*rwnd = waited(tc, WAIT_RWND);
	*sndbuf = waited(tc, WAIT_SNDBUF);
	*busy = waited(tc, WAIT_ACK) + *rwnd + *sndbuf;
}

/* All that there was is sent, and more would be, had it been taken. */
void tcp_wait_space(struct tcp_conn *tc)
{
	tc->no_space = true;
	if (!tc->unsent && tc->waits == WAIT_ACK &&
	    (tcp_in_flight(tc) + 1) * (uint64_t)tc->cc.mss <= tc->cc.cwnd)
		tcp_wait_set(tc, WAIT_SNDBUF);
}

void tcp_wait_room(struct tcp_conn *tc)
{
	if (!tcp_may_write(tc))
		return;
	tc->no_space = false;
	if (tc->waits == WAIT_SNDBUF)
		tcp_wait_set(tc, WAIT_ACK);
}
