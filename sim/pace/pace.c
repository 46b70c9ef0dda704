// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pace/pace.h"

#include <time.h>

static ns_t wall_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return SEC(ts.tv_sec) + ts.tv_nsec;
}

void pace_set(struct pace *p, uint32_t milli, ns_t lab_now)
{
	*p = (struct pace){ .milli = milli };
	pace_begin(p, lab_now);
}

void pace_begin(struct pace *p, ns_t lab_now)
{
	if (!p->milli)
		return;
	p->lab0 = lab_now;
	p->wall0 = wall_now();
	p->lag = 0;
}

bool pace_wait(struct pace *p, ns_t at)
{
	ns_t due, now, left;
	struct timespec ts;

	if (!p->milli)
		return true;
	due = p->wall0 + (ns_t)((__int128)(at - p->lab0) * 1000 / p->milli);
	now = wall_now();
	left = due - now;
	if (left <= 0) {
		p->lag = (ns_t)((__int128)-left * p->milli / 1000);
		if (p->lag > p->lag_max)
			p->lag_max = p->lag;
		return true;
	}
	p->lag = 0;
	if (left > MSEC(50))              /* short naps, so that Ctrl-C is heard */
		left = MSEC(50);
	ts = (struct timespec){ left / SEC(1), left % SEC(1) };
	(void)nanosleep(&ts, NULL);
	return wall_now() >= due;
}
