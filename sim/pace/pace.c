// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pace/pace.h"

#include <poll.h>
#include <time.h>

#define PAUSE MSEC(100)           /* the lab stood still: the clocks are set anew */
#define LAG_TELL MSEC(100)        /* of the wall clock */
#define NAP MSEC(50)              /* at most, so that Ctrl-C is heard */
#define LOOK_EVERY USEC(50)

static ns_t wall_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return SEC(ts.tv_sec) + ts.tv_nsec;
}

static ns_t to_lab(const struct pace *p, ns_t wall)
{
	return (ns_t)((__int128)wall * p->milli / 1000);
}

static ns_t to_wall(const struct pace *p, ns_t lab)
{
	return (ns_t)((__int128)lab * 1000 / p->milli);
}

void pace_init(struct pace *p)
{
	*p = (struct pace){ .fd = -1 };
}

void pace_set(struct pace *p, uint32_t milli)
{
	*p = (struct pace){ .milli = milli, .fd = p->fd };
}

void pace_begin(struct pace *p, ns_t lab_now)
{
	ns_t now;

	if (!p->milli)
		return;
	now = wall_now();
	if (p->began && now - p->wall_end <= PAUSE)
		return;
	p->began = true;
	p->lab0 = lab_now;
	p->wall0 = now;
	p->lag = 0;
}

void pace_end(struct pace *p)
{
	if (p->milli)
		p->wall_end = wall_now();
}

bool pace_look(struct pace *p)
{
	ns_t now;

	if (p->fd < 0)
		return false;
	now = wall_now();
	if (now < p->look_at)
		return false;
	p->look_at = now + LOOK_EVERY;
	return true;
}

static ns_t wall_left(const struct pace *p, ns_t at)
{
	return p->wall0 + to_wall(p, at - p->lab0) - wall_now();
}

bool pace_due(struct pace *p, ns_t at)
{
	ns_t left;

	if (!p->milli)
		return true;
	if (at == NS_NEVER)
		return false;
	left = wall_left(p, at);
	p->lag = left < 0 ? to_lab(p, -left) : 0;
	if (p->lag > p->lag_max)
		p->lag_max = p->lag;
	return left <= 0;
}

ns_t pace_lag_news(struct pace *p)
{
	if (!p->milli || p->lag < (p->lag_told ? 2 * p->lag_told : to_lab(p, LAG_TELL)))
		return 0;
	p->lag_told = p->lag;
	return p->lag;
}

bool pace_sleep(struct pace *p, ns_t at)
{
	struct pollfd f = { .fd = p->fd, .events = POLLIN };
	ns_t left = at == NS_NEVER ? NAP : wall_left(p, at);
	struct timespec ts;

	left = left < 0 ? 0 : left > NAP ? NAP : left;
	ts = (struct timespec){ .tv_nsec = left };
	return ppoll(&f, p->fd >= 0, &ts, NULL) > 0;
}

ns_t pace_now(const struct pace *p)
{
	return p->lab0 + to_lab(p, wall_now() - p->wall0);
}
