// SPDX-License-Identifier: MIT
/*
 * Proportional rate reduction, RFC 9937: in recovery, and while the window is
 * reduced for another reason, what leaves is in proportion to what arrives,
 * and cwnd is ssthresh at the end.  Its counts are in segments.
 */
#include "stack/tcp/conn.h"

static uint32_t at_least_one(uint32_t n) { return n ? n : 1; }

/* RFC 9937 6.1, but RecoverFS is cwnd, as in Linux: the RFC has what is in flight
 * less what was SACKed before, which is little less where cwnd was the limit. */
void tcp_prr_begin(struct tcp_conn *tc)
{
	tc->prr_delivered = tc->prr_out = 0;
	tc->recover_fs = at_least_one(tc->cc.cwnd / tc->cc.mss);
}

static uint32_t sndcnt(const struct tcp_conn *tc, const struct tcp_acked *a)
{
	uint32_t pipe = tcp_in_flight(tc), ssthresh = tc->cc.ssthresh / tc->cc.mss, n;
	bool safe = a->acked && !a->lost;

	if (pipe > ssthresh) {
		uint64_t all = (uint64_t)ssthresh * tc->prr_delivered + tc->recover_fs - 1;
		uint32_t due = (uint32_t)(all / tc->recover_fs);

		n = due > tc->prr_out ? due - tc->prr_out : 0;
	} else {
		n = tc->prr_delivered > tc->prr_out ? tc->prr_delivered - tc->prr_out : 0;
		if (n < a->delivered)
			n = a->delivered;
		n += safe;
		if (n > ssthresh - pipe)
			n = ssthresh - pipe;
	}
	return tc->prr_out ? n : at_least_one(n);         /* the first goes at once */
}

void tcp_prr_ack(struct tcp_conn *tc, const struct tcp_acked *a)
{
	if (!a->delivered)
		return;
	tc->prr_delivered += a->delivered;
	tc->cc.cwnd = (tcp_in_flight(tc) + sndcnt(tc, a)) * tc->cc.mss;
}
