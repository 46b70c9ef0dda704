/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_MODEL_LOSS_H
#define SIM_MODEL_LOSS_H
/*
 * The loss models of tc-netem: independent (or correlated) loss, the 4-state
 * Markov chain of Salsano, Ludovici and Ordine ("loss state"), and the chain
 * of Gilbert and Elliott ("loss gemodel").
 */
#include <stdbool.h>
#include <stdint.h>

#include "sim/model/netem.h"

/* States of "loss state", numbered as in tc-netem(8). */
enum {
	LOSS_GAP_RECEIVED = 1,
	LOSS_BURST_RECEIVED,
	LOSS_BURST_LOST,
	LOSS_GAP_LOST,
};

/* States of "loss gemodel". */
enum { LOSS_GOOD = 1, LOSS_BAD };

#define LOSS_START 1                      /* both chains begin by receiving */

/* Where a loss model stands. */
struct loss_walk {
	uint8_t state;                    /* of the chain */
	uint32_t last;                    /* correlated word of "loss random" */
};

/* Moves w one frame on by at most two random words; true: the frame is lost. */
bool loss_step(const struct netem_spec *s, struct loss_walk *w, const uint32_t rnd[2]);

/* Is frame_no in the spec's list of frames to lose? */
bool loss_is_listed(const struct netem_spec *s, uint64_t frame_no);

#endif
