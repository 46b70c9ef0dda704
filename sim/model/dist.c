// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/model/dist.h"

#include <stddef.h>
#include <string.h>

#include "sim/model/dist_tables.h"
#include "stack/util/cc.h"

typedef __int128 wide_t;                  /* ns_t times a table entry */

static const struct { const char *name; const int16_t *table; } dists[] = {
	[DIST_UNIFORM]      = { "uniform", NULL },
	[DIST_NORMAL]       = { "normal", dist_normal },
	[DIST_PARETO]       = { "pareto", dist_pareto },
	[DIST_PARETONORMAL] = { "paretonormal", dist_paretonormal },
};

const char *dist_name(enum netem_dist dist)
{
	return dists[dist].name;
}

bool dist_find(const char *name, enum netem_dist *out)
{
	for (unsigned i = 0; i < N_ELEM(dists); i++) {
		if (strcmp(name, dists[i].name) == 0) {
			*out = (enum netem_dist)i;
			return true;
		}
	}
	return false;
}

const int16_t *dist_table(enum netem_dist dist)
{
	return dists[dist].table;
}

/* x / DIST_SCALE to the nearest, halves away from 0. */
static wide_t dist_unscale(wide_t x)
{
	return (x < 0 ? x - DIST_SCALE / 2 : x + DIST_SCALE / 2) / DIST_SCALE;
}

ns_t dist_delay(ns_t delay, ns_t jitter, enum netem_dist dist, uint32_t rnd)
{
	const int16_t *table = dist_table(dist);
	wide_t d = delay;

	if (table)
		d += dist_unscale((wide_t)jitter * table[rnd / (UINT32_MAX / DIST_SIZE + 1)]);
	else
		d += ((wide_t)jitter * 2 * rnd >> 32) - jitter;
	return d < 0 ? 0 : d > NS_NEVER ? NS_NEVER : (ns_t)d;
}
