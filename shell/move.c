// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/state.h"

#define IDLE_MS 20                /* wall time between two looks at the keys */
#define PATIENCE SEC(2 * 86400)   /* of lab time */

bool shell_idle(struct shell *sh)
{
	ns_t d = MSEC(IDLE_MS) / 1000 * lab_pace(sh->lab);
	enum lab_stop stop;

	sh->moving = true;
	stop = lab_run_until(sh->lab, ns_add(lab_now(sh->lab), d));
	sh->moving = false;
	return stop != LAB_INTERRUPTED;
}

bool shell_may_wait(struct shell *sh)
{
	if (sh->moving)
		shell_error(sh, "a scheduled command cannot move the time");
	return !sh->moving;
}

ns_t shell_patience(const struct shell *sh)
{
	bool alone = !sh->interactive && !lab_pace(sh->lab);

	return alone && sh->limit == NS_NEVER ? ns_add(lab_now(sh->lab), PATIENCE) : NS_NEVER;
}

int shell_waits_in_vain(struct shell *sh, const char *who)
{
	if (sh->interrupted || sh->timed_out)
		return 1;
	if (lab_next_at(sh->lab) == NS_NEVER)
		return shell_error(sh, "%s waits for something that cannot happen any more", who);
	return shell_error(sh, "%s has not ended in two days of lab time, and nobody is here to "
			   "press Ctrl-C; run until INSTANT COMMAND gives it a limit", who);
}

bool shell_wait(struct shell *sh, bool (*done)(void *arg), void *arg, ns_t at)
{
	ns_t until = at < sh->limit ? at : sh->limit;
	enum lab_stop stop;

	if (done && until == NS_NEVER)
		until = at = shell_patience(sh);

	if (done && done(arg))
		return true;
	sh->moving = true;
	stop = done ? lab_run_while(sh->lab, done, arg, until) : lab_run_until(sh->lab, until);
	sh->moving = false;
	if (stop == LAB_INTERRUPTED) {
		sh->interrupted = true;
		history_interrupted(&sh->history, lab_now(sh->lab));
		return false;
	}
	if (done && (stop == LAB_DONE || done(arg)))
		return true;
	if (stop == LAB_REACHED && until < at)
		sh->timed_out = true;
	return !done && !sh->timed_out;
}
