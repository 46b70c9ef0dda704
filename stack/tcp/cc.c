// SPDX-License-Identifier: MIT
/* Congestion control: the list, and what its algorithms share. */
#include "stack/tcp/cc.h"

#include <string.h>

#include "stack/util/cc.h"

/* The first is the default. */
static const struct tcp_cc_ops *const all[] = { &cc_cubic, &cc_reno };

#define LEAST_SEGS 2                      /* RFC 5681 (4): the floor of ssthresh */

const struct tcp_cc_ops *cc_nth(unsigned i)
{
	return i < N_ELEM(all) ? all[i] : NULL;
}

const struct tcp_cc_ops *cc_default(void)
{
	return all[0];
}

const struct tcp_cc_ops *cc_find(const char *name)
{
	for (size_t i = 0; i < N_ELEM(all); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

void cc_init(struct tcp_cc *cc, const struct tcp_cc_ops *ops, uint32_t mss)
{
	*cc = (struct tcp_cc){ .ops = ops, .mss = mss, .cwnd = CC_INITIAL_SEGS * mss,
			       .ssthresh = CC_INFINITE };
	if (ops->init)
		ops->init(cc);
}

uint32_t cc_slow_start(struct tcp_cc *cc, uint32_t acked)
{
	uint32_t room, grow;

	if (!cc_in_slow_start(cc))
		return acked;
	room = cc->ssthresh - cc->cwnd;
	grow = acked < room ? acked : room;
	cc->cwnd += grow;
	return acked - grow;
}

void cc_reduce(struct tcp_cc *cc, uint32_t ssthresh)
{
	uint32_t least = LEAST_SEGS * cc->mss;

	cc->prior_cwnd = cc->cwnd;
	cc->prior_ssthresh = cc->ssthresh;
	cc->ssthresh = ssthresh > least ? ssthresh : least;
}

void cc_undo(struct tcp_cc *cc)
{
	if (cc->prior_cwnd > cc->cwnd)
		cc->cwnd = cc->prior_cwnd;
	cc->ssthresh = cc->prior_ssthresh;
}
