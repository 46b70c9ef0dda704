// SPDX-License-Identifier: GPL-3.0-or-later
/* Lab time moves here and nowhere else. */
#include "sim/lab.h"

ns_t lab_now(const struct lab *lab) { return lab->engine.now; }
uint64_t lab_events(const struct lab *lab) { return lab->engine.fired; }

ns_t lab_next_at(const struct lab *lab)
{
	/* Dropping stale keys changes nothing that anybody can see. */
	return engine_next_at(&((struct lab *)(uintptr_t)lab)->engine);
}

void lab_interrupt(struct lab *lab) { lab->interrupted = 1; }
void lab_clear_interrupt(struct lab *lab) { lab->interrupted = 0; }

/* Waits for the wall clock, if time is paced; false: interrupted. */
static bool keep_pace(struct lab *lab, ns_t at)
{
	while (!pace_wait(&lab->pace, at))
		if (lab->interrupted)
			return false;
	return true;
}

/* Time passes without events up to `at`, if that is not past. */
static enum lab_stop run_out(struct lab *lab, ns_t at, enum lab_stop how)
{
	if (!keep_pace(lab, at))
		return LAB_INTERRUPTED;
	if (at > lab->engine.now)
		lab->engine.now = at;
	return how;
}

/* All events of the next instant, if it is due at or before `until`. */
static bool run_instant(struct lab *lab, ns_t until)
{
	ns_t at = engine_next_at(&lab->engine);

	if (at > until)
		return false;
	while (engine_step(&lab->engine, at))
		;
	return true;
}

static enum lab_stop run_virtual(struct lab *lab, ns_t at)
{
	struct engine *e = &lab->engine;

	while (engine_step(e, at))
		if (unlikely(lab->interrupted)) {
			run_instant(lab, e->now);     /* a replay can only stop at its end */
			return LAB_INTERRUPTED;
		}
	e->now = at;
	return LAB_REACHED;
}

enum lab_stop lab_run_until(struct lab *lab, ns_t at)
{
	pace_begin(&lab->pace, lab->engine.now);
	if (at <= lab->engine.now)
		return LAB_REACHED;
	if (!lab->pace.milli && !lab->interrupted)
		return run_virtual(lab, at);
	while (!lab->interrupted) {
		ns_t next = engine_next_at(&lab->engine);

		if (next > at)
			return run_out(lab, at, LAB_REACHED);
		if (!keep_pace(lab, next))
			break;
		run_instant(lab, at);
	}
	return LAB_INTERRUPTED;
}

enum lab_stop lab_run_while(struct lab *lab, bool (*done)(void *arg), void *arg, ns_t at)
{
	pace_begin(&lab->pace, lab->engine.now);
	while (!lab->interrupted) {
		ns_t next;

		if (done(arg))
			return LAB_DONE;
		next = engine_next_at(&lab->engine);
		if (next == NS_NEVER)
			return LAB_IDLE;
		if (next > at)
			return run_out(lab, at, LAB_REACHED);
		if (!keep_pace(lab, next))
			break;
		run_instant(lab, at);
	}
	return LAB_INTERRUPTED;
}

uint64_t lab_step(struct lab *lab, uint64_t n)
{
	uint64_t done = 0;

	while (done < n && !lab->interrupted && engine_step(&lab->engine, NS_NEVER - 1))
		done++;
	return done;
}

bool lab_is_quiet(const struct lab *lab)
{
	struct pkt_pool_stats s;

	pkt_pool_stats(lab->pool, &s);
	return s.pkts == 0;
}

void lab_set_pace(struct lab *lab, uint32_t milli)
{
	pace_set(&lab->pace, milli, lab->engine.now);
}

uint32_t lab_pace(const struct lab *lab) { return lab->pace.milli; }
ns_t lab_lag(const struct lab *lab) { return lab->pace.milli ? lab->pace.lag : 0; }
ns_t lab_lag_max(const struct lab *lab) { return lab->pace.milli ? lab->pace.lag_max : 0; }
