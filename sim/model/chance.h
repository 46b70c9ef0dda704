/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_MODEL_CHANCE_H
#define SIM_MODEL_CHANCE_H
/*
 * Chances in integers, as netem has them: a probability is compared with one
 * 32-bit random word, and a correlated word leans on the one before it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "sim/model/netem.h"

/* How many of the 2^32 words mean yes; PROB_ALWAYS is all of them. */
#define PROB_ALWAYS UINT32_MAX

static inline uint64_t prob_width(prob_t p)
{
	return p == PROB_ALWAYS ? (uint64_t)1 << 32 : p;
}

static inline bool prob_hit(prob_t p, uint32_t rnd)
{
	return rnd < prob_width(p);
}

/*
 * The next word of a correlated sequence: (1 - rho) rnd + rho last, with
 * rho = (corr + 1) / 2^32.  Without correlation it is rnd, and last stays.
 * As in Linux the words crowd around the middle the more they are correlated,
 * so "loss 10% 50%" loses far less than 10%.
 */
static inline uint32_t corr_draw(uint32_t rnd, prob_t corr, uint32_t *last)
{
	uint64_t rho = (uint64_t)corr + 1;

	if (corr == 0)
		return rnd;
	*last = (uint32_t)((rnd * (((uint64_t)1 << 32) - rho) + *last * rho) >> 32);
	return *last;
}

#endif
