/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_MODEL_DIST_H
#define SIM_MODEL_DIST_H
/*
 * Jitter: a random word becomes a delay through a table of the distribution's
 * inverse, in units of 1/8192 jitter.  The high bits of the word choose the
 * entry, so that correlated words give correlated delays (Linux takes the low
 * bits, where nothing of the correlation is left).
 */
#include <stdbool.h>
#include <stdint.h>

#include "sim/model/netem.h"

#define DIST_SIZE  4096                   /* entries of a table */
#define DIST_SCALE 8192                   /* one jitter */

/* tc's word for a distribution, and back; false: there is none of that name. */
const char *dist_name(enum netem_dist dist);
bool dist_find(const char *name, enum netem_dist *out);

/* The table of a distribution in rising order; NULL: uniform has none. */
const int16_t *dist_table(enum netem_dist dist);

/*
 * delay plus or minus jitter, within [0, NS_NEVER].  Uniform: at least
 * delay - jitter and less than delay + jitter.  Normal: jitter is the standard
 * deviation.  No table reaches 4 jitters from delay.
 */
ns_t dist_delay(ns_t delay, ns_t jitter, enum netem_dist dist, uint32_t rnd);

#endif
