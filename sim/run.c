// SPDX-License-Identifier: GPL-3.0-or-later
/* Lab time moves here and nowhere else. */
#include <inttypes.h>

#include "sim/lab.h"
#include "sim/port/port.h"
#include "sim/port/replay.h"

ns_t lab_now(const struct lab *lab) { return lab->engine.now; }
uint64_t lab_events(const struct lab *lab) { return lab->engine.fired; }

ns_t lab_next_at(const struct lab *lab)
{
	/* Dropping stale keys changes nothing that anybody can see. */
	return engine_next_at(&((struct lab *)(uintptr_t)lab)->engine);
}

void lab_interrupt(struct lab *lab) { lab->interrupted = 1; }
bool lab_interrupted(const struct lab *lab) { return lab->interrupted; }
void lab_clear_interrupt(struct lab *lab) { lab->interrupted = 0; }

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

	if (!engine_run(e, at, &lab->interrupted)) {
		run_instant(lab, e->now);             /* a replay can only stop at its end */
		return LAB_INTERRUPTED;
	}
	e->now = at;
	return LAB_REACHED;
}

/* --- along the wall clock -------------------------------------------------------- */

/* What waits outside comes in, now. */
static void take_input(struct lab *lab, ns_t until)
{
	ns_t at = pace_now(&lab->pace);

	if (at <= lab->engine.now)
		at = lab->engine.now + 1;
	if (at > until)
		return;
	if (at <= engine_next_at(&lab->engine))
		lab->engine.now = at - 1;
	ports_read(lab, at);
}

/* A lab that cannot keep up with the wall clock says so by itself. */
static void tell_lag(struct lab *lab)
{
	ns_t lag = pace_lag_news(&lab->pace);

	if (lag)
		lab_say(lab, "lab time is %" PRId64 " ms behind the wall clock", lag / MSEC(1));
}

/* Waits until the next instant is due or something comes in, but no longer
 * than `until`; true: an instant is due, or it is `until`. */
static bool wait_instant(struct lab *lab, ns_t until)
{
	struct pace *pace = &lab->pace;
	ns_t next = engine_next_at(&lab->engine);

	if (next > until)
		next = until;
	if (pace_due(pace, next)) {
		tell_lag(lab);
		if (pace_look(pace)) {
			ports_flush(lab);
			take_input(lab, until);
		}
		return true;
	}
	ports_flush(lab);
	if (pace_sleep(pace, next))
		take_input(lab, until);
	return false;
}

/* With no event left: may one still come from outside?  A lab that waits for
 * nothing but an instant goes on to it. */
static bool may_go_on(const struct lab *lab, bool paced, bool waits, ns_t at)
{
	if (!paced)
		return lab->replay && at != NS_NEVER;     /* it waits, as it did for the world */
	return !waits || lab->pace.fd >= 0 || lab->replay;
}

/* Until `at` or done(), at the pace of the lab. */
static enum lab_stop run_loop(struct lab *lab, bool (*done)(void *arg), void *arg, ns_t at)
{
	bool paced = lab->pace.milli;

	while (!lab->interrupted) {
		if (done && done(arg))
			return LAB_DONE;
		replay_feed(lab, at);
		if (engine_next_at(&lab->engine) == NS_NEVER && !may_go_on(lab, paced, done, at))
			return LAB_IDLE;
		if (paced && !wait_instant(lab, at))
			continue;
		if (run_instant(lab, at))
			continue;
		if (at > lab->engine.now)
			lab->engine.now = at;
		return LAB_REACHED;
	}
	return LAB_INTERRUPTED;
}

/* --- public ---------------------------------------------------------------------- */

enum lab_stop lab_run_until(struct lab *lab, ns_t at)
{
	if (at <= lab->engine.now)
		return LAB_REACHED;
	if (!lab->pace.milli && !lab->interrupted && !lab->replay)
		return run_virtual(lab, at);
	return lab_run_while(lab, NULL, NULL, at);
}

enum lab_stop lab_run_while(struct lab *lab, bool (*done)(void *arg), void *arg, ns_t at)
{
	enum lab_stop how;

	if (!lab->pace.milli)
		return run_loop(lab, done, arg, at);
	pace_begin(&lab->pace, lab->engine.now);
	how = run_loop(lab, done, arg, at);
	ports_flush(lab);
	pace_end(&lab->pace);
	return how;
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
	pace_set(&lab->pace, milli);
}

uint32_t lab_pace(const struct lab *lab) { return lab->pace.milli; }
ns_t lab_lag(const struct lab *lab) { return lab->pace.milli ? lab->pace.lag : 0; }
ns_t lab_lag_max(const struct lab *lab) { return lab->pace.milli ? lab->pace.lag_max : 0; }
