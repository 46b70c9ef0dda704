// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/model/loss.h"

#include "sim/model/chance.h"

/* One word decides the move, and the state arrived at decides the frame. */
static bool loss_step_state(const struct netem_spec *s, struct loss_walk *w, uint32_t rnd)
{
	uint64_t p14 = prob_width(s->p14), p32 = prob_width(s->p32);

	switch (w->state) {
	case LOSS_BURST_RECEIVED:
		if (prob_hit(s->p23, rnd))
			w->state = LOSS_BURST_LOST;
		break;
	case LOSS_BURST_LOST:
		if (rnd < p32)
			w->state = LOSS_BURST_RECEIVED;
		else if (rnd < p32 + prob_width(s->p31))
			w->state = LOSS_GAP_RECEIVED;
		break;
	case LOSS_GAP_LOST:               /* always alone */
		w->state = LOSS_GAP_RECEIVED;
		break;
	default:
		if (rnd < p14)
			w->state = LOSS_GAP_LOST;
		else if (rnd < p14 + prob_width(s->p13))
			w->state = LOSS_BURST_LOST;
		else
			w->state = LOSS_GAP_RECEIVED;
	}
	return w->state == LOSS_BURST_LOST || w->state == LOSS_GAP_LOST;
}

/* The first word decides the move, the second the frame: by the state that
 * was left, as in Linux. */
static bool loss_step_gemodel(const struct netem_spec *s, struct loss_walk *w,
			      const uint32_t rnd[2])
{
	bool bad = w->state == LOSS_BAD;

	if (prob_hit(bad ? s->ge_r : s->ge_p, rnd[0]))
		w->state = bad ? LOSS_GOOD : LOSS_BAD;
	return prob_hit(bad ? s->ge_h1 : s->ge_k1, rnd[1]);
}

bool loss_step(const struct netem_spec *s, struct loss_walk *w, const uint32_t rnd[2])
{
	switch (s->loss) {
	case LOSS_NONE:
		break;
	case LOSS_RANDOM:
		return prob_hit(s->loss_random.p,
				corr_draw(rnd[0], s->loss_random.corr, &w->last));
	case LOSS_STATE:
		return loss_step_state(s, w, rnd[0]);
	case LOSS_GEMODEL:
		return loss_step_gemodel(s, w, rnd);
	}
	return false;
}

bool loss_is_listed(const struct netem_spec *s, uint64_t frame_no)
{
	uint32_t lo = 0, hi = s->loss_list_n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->loss_list[mid] < frame_no)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->loss_list_n && s->loss_list[lo] == frame_no;
}
