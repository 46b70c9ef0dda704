/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PACE_PACE_H
#define SIM_PACE_PACE_H
/* Lab time tied to the wall clock, for "pace real" and "pace x10". */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct pace {
	uint32_t milli;                   /* lab seconds in 1000 wall seconds; 0: virtual */
	bool began;                       /* lab0 and wall0 hold */
	ns_t lab0, wall0;                 /* instants that were one */
	ns_t wall_end;                    /* when the last run ended */
	ns_t lag, lag_max;                /* lab time that the wall clock is ahead */
	ns_t lag_told;                    /* by pace_lag_news */
	int fd;                           /* input from outside is waited for, too; -1: none */
	ns_t look_at;                     /* when to look for it again while busy */
};

void pace_init(struct pace *p);
void pace_set(struct pace *p, uint32_t milli);

/* A run begins at lab_now, and ends.  Runs that follow one another follow one
 * clock, so that what one lags behind the next has to catch up; after a pause
 * of more than 100 ms, while time stood still, the clocks are set anew. */
void pace_begin(struct pace *p, ns_t lab_now);
void pace_end(struct pace *p);

/* Has the wall clock reached lab instant `at`?  Measures the lag. */
bool pace_due(struct pace *p, ns_t at);
/* The lag if it is to be told, else 0: from 100 ms of the wall clock on, once,
 * and again whenever it is twice what was told. */
ns_t pace_lag_news(struct pace *p);
/* Sleeps until then (NS_NEVER: at all), or until fd is readable, which is
 * true; a signal, and a while without either, end it too: ask again. */
bool pace_sleep(struct pace *p, ns_t at);
/* Is it time to look for input though there is work to do? */
bool pace_look(struct pace *p);
/* Which lab instant the wall clock shows. */
ns_t pace_now(const struct pace *p);

#endif
