// SPDX-License-Identifier: MIT
/*
 * Pacing: segments leave one by one instead of in bursts, as Linux does it for
 * a socket with SO_MAX_PACING_RATE: at that rate, or at a little more than a
 * window a round trip if that is less.  The first ten are not held.
 */
#include <stdlib.h>

#include "stack/tcp/conn.h"

/* Linux: tcp_pacing_ss_ratio, tcp_pacing_ca_ratio: percent of cwnd / srtt. */
#define SLOW_START_PCT 200
#define AVOIDANCE_PCT 120

struct tcp_pace {
	struct timer timer;
	struct tcp_conn *tc;
	ns_t next_at;                     /* when the next may leave */
	uint32_t n_free;                  /* segments that are not held yet */
};

static void pace_fire(struct timer *t)
{
	tcp_output(container_of(t, struct tcp_pace, timer)->tc);
}

/* Made when it is first wanted; NULL: not paced, or no memory. */
static struct tcp_pace *pace(struct tcp_conn *tc)
{
	struct tcp_pace *p = tc->pace;

	if (likely(!tc->sk.opt[SKO_MAX_PACING_RATE]) || p)
		return tc->sk.opt[SKO_MAX_PACING_RATE] ? p : NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	timer_init(&p->timer, pace_fire);
	p->tc = tc;
	p->n_free = CC_INITIAL_SEGS;         /* as Linux */
	return tc->pace = p;
}

uint64_t tcp_pace_would(const struct tcp_conn *tc)
{
	const struct tcp_cc *cc = &tc->cc;
	uint64_t max = (uint64_t)tc->sk.opt[SKO_MAX_PACING_RATE], rate;
	unsigned pct = cc->cwnd < cc->ssthresh / 2 ? SLOW_START_PCT : AVOIDANCE_PCT;

	if (tc->srtt <= 0)
		return max;
	rate = (uint64_t)cc->cwnd * pct / 100 * 1000000 / ((uint64_t)tc->srtt / 1000 + 1);
	return max && max < rate ? max : rate;
}

uint64_t tcp_pace_rate(const struct tcp_conn *tc)
{
	return tc->sk.opt[SKO_MAX_PACING_RATE] ? tcp_pace_would(tc) : 0;
}

bool tcp_pace_holds(const struct tcp_conn *tc)
{
	const struct tcp_pace *p = tc->sk.opt[SKO_MAX_PACING_RATE] ? tc->pace : NULL;

	return p && !p->n_free && p->next_at > tcp_now(tc);
}

bool tcp_pace_wait(struct tcp_conn *tc)
{
	struct tcp_pace *p = pace(tc);

	if (!tcp_pace_holds(tc))
		return true;
	if (!timer_armed(&p->timer))
		timer_set(&tcp_stack(tc)->timers, &p->timer, p->next_at);
	return false;
}

/* What was not used of the time before counts for half of a segment at most. */
void tcp_pace_count(struct tcp_conn *tc, uint32_t len)
{
	struct tcp_pace *p = pace(tc);
	uint64_t rate;
	ns_t took, credit;

	if (!p)
		return;
	if (p->n_free) {
		p->n_free--;
		p->next_at = tcp_now(tc);
		return;
	}
	rate = tcp_pace_rate(tc);
	took = (ns_t)((uint64_t)len * 1000000000u / (rate ? rate : 1));
	credit = tcp_now(tc) - p->next_at;
	p->next_at = tcp_now(tc) + took - (credit < took / 2 ? credit : took / 2);
}

void tcp_pace_fini(struct tcp_conn *tc)
{
	if (!tc->pace)
		return;
	timer_stop(&tcp_stack(tc)->timers, &tc->pace->timer);
	free(tc->pace);
	tc->pace = NULL;
}
