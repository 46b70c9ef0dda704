// SPDX-License-Identifier: MIT
/* Congestion control: the list, and RFC 5681 with RFC 3465's byte counting. */
#include "stack/tcp/cc.h"

#include <string.h>

#include "stack/util/cc.h"

static const struct tcp_cc_ops *const all[] = { &cc_reno };

#define INITIAL_SEGS 10                   /* RFC 6928 */

const struct tcp_cc_ops *cc_find(const char *name)
{
	for (size_t i = 0; i < N_ELEM(all); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

void cc_init(struct tcp_cc *cc, const struct tcp_cc_ops *ops, uint32_t mss)
{
	*cc = (struct tcp_cc){ .ops = ops, .mss = mss, .cwnd = INITIAL_SEGS * mss,
			       .ssthresh = CC_INFINITE };
	if (ops->init)
		ops->init(cc);
}

static void reno_ack(struct tcp_cc *cc, const struct cc_ack *a)
{
	uint32_t acked = a->acked;

	if (cc_in_slow_start(cc)) {
		uint32_t room = cc->ssthresh - cc->cwnd;
		uint32_t grow = acked < room ? acked : room;

		cc->cwnd += grow;
		acked -= grow;
	}
	cc->bytes_acked += acked;
	while (cc->bytes_acked >= cc->cwnd) {
		cc->bytes_acked -= cc->cwnd;
		cc->cwnd += cc->mss;
	}
}

static void halve(struct tcp_cc *cc, uint32_t in_flight)
{
	uint32_t half = in_flight / 2, least = 2 * cc->mss;

	cc->prior_cwnd = cc->cwnd;
	cc->prior_ssthresh = cc->ssthresh;
	cc->ssthresh = half > least ? half : least;
	cc->bytes_acked = 0;
}

/* The window itself is the caller's during recovery. */
static void reno_loss(struct tcp_cc *cc, uint32_t in_flight, ns_t now)
{
	(void)in_flight, (void)now;
	halve(cc, cc->cwnd);
}

static void reno_rto(struct tcp_cc *cc, uint32_t in_flight, ns_t now)
{
	(void)in_flight, (void)now;
	halve(cc, cc->cwnd);
	cc->cwnd = cc->mss;
}

static void reno_undo(struct tcp_cc *cc)
{
	if (cc->prior_cwnd > cc->cwnd)
		cc->cwnd = cc->prior_cwnd;
	cc->ssthresh = cc->prior_ssthresh;
}

const struct tcp_cc_ops cc_reno = {
	.name = "reno", .on_ack = reno_ack, .on_loss = reno_loss, .on_rto = reno_rto,
	.undo = reno_undo,
};
