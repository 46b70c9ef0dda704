// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The verdict on a frame, in the order of Linux: duplicate?  lose?  corrupt?
 * reorder, or delay?  Frame n draws from block n of each purpose's stream
 * and from nothing else:
 *
 *	loss      words 0-1 the frame, 2-3 its duplicate
 *	dup       word 0
 *	corrupt   words 0-1 the frame (whether, which bit), 2-3 its duplicate
 *	reorder   word 0 the frame, 1 its duplicate
 *	jitter    word 0 the frame, 1 its duplicate
 *
 * What carries over from frame to frame (chains, correlated words) moves once
 * a frame, whatever the other knobs decided: a duplicate looks at it without
 * moving it, and a lost frame moves the jitter too.  In Linux both differ;
 * here a change of the loss leaves the delays of what arrives as they were.
 * Only the gap counts what is really sent, as it must.
 */
#include "sim/model/netem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/chance.h"
#include "sim/model/dist.h"
#include "sim/model/loss.h"
#include "stack/util/err.h"

/* *to is overwritten, not released.  On ERR_NOMEM it is untouched. */
int netem_spec_copy(struct netem_spec *to, const struct netem_spec *from)
{
	size_t size = from->loss_list_n * sizeof(*from->loss_list);
	uint64_t *list = NULL;

	if (size && !(list = malloc(size)))
		return ERR_NOMEM;
	if (size)
		memcpy(list, from->loss_list, size);
	*to = *from;
	to->loss_list = list;
	return OK;
}

void netem_spec_fini(struct netem_spec *s)
{
	free(s->loss_list);
	s->loss_list = NULL;
	s->loss_list_n = 0;
}

bool netem_is_plain(const struct netem_spec *s)
{
	return s->jitter == 0 && s->loss == LOSS_NONE && s->loss_list_n == 0 &&
	       s->corrupt.p == 0 && s->duplicate.p == 0 && s->reorder.p == 0;
}

/* The stream of one purpose; returns the word before the first, for
 * correlation: frames count from 1, so block 0 is free for it. */
static uint32_t stream_init(struct rng *r, uint64_t seed, const char *stream, const char *purpose)
{
	char name[256];
	uint32_t block[4];
	int n = snprintf(name, sizeof(name), "%s %s", stream, purpose);

	assert(n > 0 && (size_t)n < sizeof(name));   /* else streams could be equal */
	rng_init(r, seed, name);
	rng_block(r, 0, block);
	return block[0];
}

void netem_init(struct netem *m, uint64_t seed, const char *stream)
{
	*m = (struct netem){ .loss_state = LOSS_START };
	m->last_loss = stream_init(&m->loss, seed, stream, "loss");
	m->last_corrupt = stream_init(&m->corrupt, seed, stream, "corrupt");
	m->last_dup = stream_init(&m->dup, seed, stream, "dup");
	m->last_reorder = stream_init(&m->reorder, seed, stream, "reorder");
	m->last_jitter = stream_init(&m->jitter, seed, stream, "jitter");
}

void netem_fini(struct netem *m)
{
	netem_spec_fini(&m->spec);
}

/* The chain of another loss model starts afresh: its states mean other things. */
int netem_set(struct netem *m, const struct netem_spec *spec)
{
	struct netem_spec copy;
	int err = netem_spec_copy(&copy, spec);

	if (err)
		return err;
	if (copy.loss != m->spec.loss)
		m->loss_state = LOSS_START;
	netem_spec_fini(&m->spec);
	m->spec = copy;
	return OK;
}

static bool judge_duplicate(struct netem *m)
{
	const struct netem_chance *c = &m->spec.duplicate;
	uint32_t rnd[4];

	if (c->p == 0)
		return false;
	rng_block(&m->dup, m->frame_no, rnd);
	return prob_hit(c->p, corr_draw(rnd[0], c->corr, &m->last_dup));
}

/*
 * How many copies leave.  Linux decides on the duplicate first and then takes
 * one away for a loss; a second copy is judged for loss once more, by itself.
 * A listed frame is lost with its duplicate.
 */
static unsigned judge_copies(struct netem *m)
{
	const struct netem_spec *s = &m->spec;
	struct loss_walk w = { m->loss_state, m->last_loss }, dup_w;
	unsigned n = judge_duplicate(m) ? 2 : 1;
	uint32_t rnd[4];

	if (s->loss != LOSS_NONE) {
		rng_block(&m->loss, m->frame_no, rnd);
		n -= loss_step(s, &w, rnd);
		m->loss_state = w.state;
		m->last_loss = w.last;
		dup_w = w;
		if (n == 2)
			n -= loss_step(s, &dup_w, rnd + 2);
	}
	return loss_is_listed(s, m->frame_no) ? 0 : n;
}

static void judge_corrupt(struct netem *m, struct netem_copy copy[2])
{
	const struct netem_chance *c = &m->spec.corrupt;
	uint32_t rnd[4], last;

	if (c->p == 0)
		return;
	rng_block(&m->corrupt, m->frame_no, rnd);
	copy[0].corrupt = prob_hit(c->p, corr_draw(rnd[0], c->corr, &m->last_corrupt));
	copy[0].bit = rnd[1];
	last = m->last_corrupt;
	copy[1].corrupt = prob_hit(c->p, corr_draw(rnd[2], c->corr, &last));
	copy[1].bit = rnd[3];
}

static void judge_delay(struct netem *m, struct netem_copy copy[2])
{
	const struct netem_spec *s = &m->spec;
	uint32_t rnd[4], last;

	copy[0].delay = copy[1].delay = s->delay;
	if (s->jitter == 0)
		return;
	rng_block(&m->jitter, m->frame_no, rnd);
	copy[0].delay = dist_delay(s->delay, s->jitter, s->dist,
				   corr_draw(rnd[0], s->delay_corr, &m->last_jitter));
	last = m->last_jitter;
	copy[1].delay = dist_delay(s->delay, s->jitter, s->dist,
				   corr_draw(rnd[1], s->delay_corr, &last));
}

/* After gap - 1 delayed frames, each is sent at once by chance until one is. */
static void judge_reorder(struct netem *m, struct netem_copy *copy, unsigned n)
{
	const struct netem_chance *c = &m->spec.reorder;
	uint32_t rnd[4];

	if (c->p == 0)
		return;
	rng_block(&m->reorder, m->frame_no, rnd);
	for (unsigned i = 0; i < n; i++) {
		if (m->gap_count + 1 < m->spec.gap ||
		    !prob_hit(c->p, corr_draw(rnd[i], c->corr, &m->last_reorder))) {
			m->gap_count++;
			continue;
		}
		m->gap_count = 0;
		copy[i].at_once = true;
		copy[i].delay = 0;
	}
}

unsigned netem_judge(struct netem *m, struct netem_copy copy[2], enum drop *why)
{
	unsigned n;

	m->frame_no++;
	copy[0] = (struct netem_copy){ .delay = m->spec.delay };
	if (netem_is_plain(&m->spec))
		return 1;
	copy[1] = (struct netem_copy){ 0 };
	n = judge_copies(m);
	judge_corrupt(m, copy);
	judge_delay(m, copy);
	judge_reorder(m, copy, n);
	if (n == 0)
		*why = DROP_LINK_LOSS;
	return n;
}

uint32_t netem_wire_len(const struct netem_spec *s, uint32_t len)
{
	int64_t n = (int64_t)len + s->packet_overhead;

	if (n > 0 && s->cell_size) {
		int64_t cells = (n + s->cell_size - 1) / s->cell_size;
		int64_t cell = (int64_t)s->cell_size + s->cell_overhead;

		n = cell > 0 && cells > UINT32_MAX / cell ? UINT32_MAX : cells * cell;
	}
	return n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}
