// SPDX-License-Identifier: MIT
/* RFC 5681, with RFC 3465's byte counting. */
#include "stack/tcp/cc.h"

static void reno_ack(struct tcp_cc *cc, const struct cc_ack *a)
{
	cc->bytes_acked += cc_slow_start(cc, a->acked);
	while (cc->bytes_acked >= cc->cwnd) {     /* 3.1 (3): a segment a round trip */
		cc->bytes_acked -= cc->cwnd;
		cc->cwnd += cc->mss;
	}
}

/* 3.1 (4); of cwnd, as Linux: what is not used does not grow.  The window
 * itself is the caller's during recovery. */
static void reno_loss(struct tcp_cc *cc, uint32_t in_flight, ns_t now)
{
	(void)in_flight, (void)now;
	cc_reduce(cc, cc->cwnd / 2);
	cc->bytes_acked = 0;
}

static void reno_rto(struct tcp_cc *cc, uint32_t in_flight, ns_t now)
{
	reno_loss(cc, in_flight, now);
	cc->cwnd = cc->mss;
}

const struct tcp_cc_ops cc_reno = {
	.name = "reno", .on_ack = reno_ack, .on_loss = reno_loss, .on_rto = reno_rto,
	.undo = cc_undo,
};
