/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PACE_PACE_H
#define SIM_PACE_PACE_H
/* Lab time tied to the wall clock, for "pace real" and "pace x10". */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct pace {
	uint32_t milli;                   /* lab seconds in 1000 wall seconds; 0: virtual */
	ns_t lab0, wall0;                 /* instants that were one */
	ns_t lag, lag_max;                /* lab time that the wall clock is ahead */
};

void pace_set(struct pace *p, uint32_t milli, ns_t lab_now);
/* A run begins: from here on the two clocks go together. */
void pace_begin(struct pace *p, ns_t lab_now);
/* Waits until the wall clock has reached lab instant `at`, or a signal
 * arrives; false: not yet there. */
bool pace_wait(struct pace *p, ns_t at);

#endif
