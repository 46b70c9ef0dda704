// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shell/jobs.h"
#include "shell/state.h"
#include "shell/table.h"

/* Lab time and the flow of commands: run, step, wait, pace, time, sleep,
 * source, quit. */

#define CONVERGE_LIMIT SEC(300)

static const char *stopped_by(const struct shell *sh, bool ok)
{
	return ok ? "done" : sh->interrupted ? "interrupted" : sh->timed_out ? "limit" : "idle";
}

static int report_time(struct shell *sh, ns_t from, bool ok)
{
	return shell_result(sh, json_pack("{s:I,s:I,s:s}", "now", (json_int_t)lab_now(sh->lab),
					  "moved", (json_int_t)(lab_now(sh->lab) - from),
					  "stopped_by", stopped_by(sh, ok)));
}

/* Runs to an instant, or until done; the status of the command. */
static int move(struct shell *sh, bool (*done)(void *arg), void *arg, ns_t at)
{
	ns_t from = lab_now(sh->lab);
	bool ok;

	if (!shell_may_wait(sh))
		return 1;
	ok = shell_wait(sh, done, arg, at);
	report_time(sh, from, ok);
	if (sh->interrupted) {
		char t[40];

		shell_fmt_instant(lab_now(sh->lab), t);
		return shell_error(sh, "interrupted at %s", t);
	}
	return !ok;
}

static bool is_converged(void *arg)
{
	return lab_is_converged(((struct shell *)arg)->lab);
}

/* Hellos never end: without a limit of the user's a lab that cannot converge would
 * run for ever. */
static ns_t converged_limit(const struct shell *sh)
{
	return lab_has_ospf(sh->lab) ? ns_add(lab_now(sh->lab), CONVERGE_LIMIT) : NS_NEVER;
}

static int not_converged(struct shell *sh)
{
	struct buf why = { 0 };
	int status;

	lab_why_not_converged(sh->lab, &why);
	status = shell_error(sh, "not converged: %s", why.len ? why.s : "it only just changed");
	buf_free(&why);
	return status;
}

/* Nothing will happen any more; only the engine itself can say so. */
static bool is_idle(void *arg)
{
	return lab_next_at(((struct shell *)arg)->lab) == NS_NEVER;
}

static bool has_no_jobs(void *arg)
{
	return jobs_running(arg) == 0;
}

static int run_until_converged(struct shell *sh)
{
	int status = move(sh, is_converged, sh, converged_limit(sh));

	return status && !sh->interrupted && !sh->timed_out ? not_converged(sh) : status;
}

/* Hellos would never let it end, and in virtual time nothing else would. */
static bool never_idle(const struct shell *sh)
{
	return lab_has_ospf(sh->lab) && !lab_pace(sh->lab) && sh->limit == NS_NEVER;
}

static int run_until_idle(struct shell *sh)
{
	int status;

	if (never_idle(sh))
		return shell_error(sh, "OSPF says hello for ever, so the lab is never idle; try run "
				   "10s, or run until converged");
	status = move(sh, is_idle, sh, NS_NEVER);
	return status ? shell_waits_in_vain(sh, "the lab") : 0;
}

static int run_run(struct shell *sh, const struct args *a)
{
	ns_t now = lab_now(sh->lab), at = args_ns(a, "INSTANT", NS_NEVER);

	if (args_has(a, "idle"))
		return run_until_idle(sh);
	if (args_has(a, "converged"))
		return run_until_converged(sh);
	if (args_word(a, "INSTANT")) {
		char t[40];

		shell_fmt_instant(now, t);
		return at < now ? shell_error(sh, "it is %s already: time never goes back", t) :
			move(sh, NULL, NULL, at);
	}
	if (!args_word(a, "DURATION"))
		return run_until_idle(sh);
	return move(sh, NULL, NULL, ns_add(now, args_ns(a, "DURATION", 0)));
}

/* run until INSTANT COMMAND: interrupts it there, as Ctrl-C would; where it
 * ends before, the rest of the time passes. */
static int run_cmd_run(struct shell *sh, const struct args *a)
{
	ns_t at = args_ns(a, "INSTANT", 0), outer = sh->limit;
	struct buf line = { 0 };
	int status;
	char t[40];

	shell_fmt_instant(lab_now(sh->lab), t);
	if (at < lab_now(sh->lab))
		return shell_error(sh, "it is %s already: time never goes back", t);
	if (!shell_may_wait(sh) || !args_line(a, &line))
		return 1;
	if (at < outer)
		sh->limit = at;
	status = shell_exec_nested(sh, line.s, NULL);
	buf_free(&line);
	sh->limit = outer;
	sh->timed_out = sh->timed_out && at >= outer;
	if (!sh->interrupted && !sh->timed_out && lab_now(sh->lab) < at)
		shell_wait(sh, NULL, NULL, at);
	return status || sh->interrupted || sh->timed_out;
}

static int sleep_run(struct shell *sh, const struct args *a)
{
	return move(sh, NULL, NULL, ns_add(lab_now(sh->lab), args_ns(a, "DURATION", 0)));
}

static int step_run(struct shell *sh, const struct args *a)
{
	ns_t from = lab_now(sh->lab);
	uint64_t n = 0, want = args_count(a, "N", 1);
	char t[40];

	if (!shell_may_wait(sh))
		return 1;
	sh->moving = true;
	while (n < want && lab_next_at(sh->lab) <= sh->limit && lab_step(sh->lab, 1))
		n++;
	sh->moving = false;
	if (n < want && lab_next_at(sh->lab) != NS_NEVER) {
		sh->timed_out = lab_next_at(sh->lab) > sh->limit;
		sh->interrupted = !sh->timed_out;
	}
	if (sh->interrupted) {            /* perhaps amid the events of one instant */
		char line[40];

		snprintf(line, sizeof(line), "step %" PRIu64, n);
		history_became(&sh->history, line);
	}
	shell_fmt_instant(lab_now(sh->lab), t);
	shell_printf(sh, "%" PRIu64 " event%s, now %s\n", n, n == 1 ? "" : "s", t);
	return shell_result(sh, json_pack("{s:I,s:I,s:I}", "events", (json_int_t)n,
					  "now", (json_int_t)lab_now(sh->lab),
					  "moved", (json_int_t)(lab_now(sh->lab) - from))) ||
	       sh->timed_out || sh->interrupted;
}

/* wait WHAT [LIMIT]: fails when the limit comes first. */
static int wait_run(struct shell *sh, const struct args *a)
{
	bool converged = args_has(a, "converged"), given = args_word(a, "LIMIT");
	bool endless = args_has(a, "idle") && !given && never_idle(sh);
	ns_t limit = given ? ns_add(lab_now(sh->lab), args_ns(a, "LIMIT", 0)) :
		     converged ? converged_limit(sh) : shell_patience(sh);
	bool (*done)(void *arg) = args_has(a, "jobs") ? has_no_jobs :
				  args_has(a, "idle") ? is_idle : is_converged;
	int status = endless ? run_until_idle(sh) : move(sh, done, sh, limit);

	if (endless)
		return status;
	if (status && converged && lab_has_ospf(sh->lab) && !sh->interrupted && !sh->timed_out)
		return not_converged(sh);
	if (status && !sh->interrupted && !sh->timed_out)
		shell_error(sh, "%s", lab_now(sh->lab) >= limit ? "it did not come true in time" :
			    "it cannot come true any more: nothing is left that could happen");
	return status;
}

/* What one attempt prints is kept here, and not shown. */
struct held { FILE *f; char *text; size_t n; };

static bool held_open(struct held *h)
{
	free(h->text);
	*h = (struct held){ 0 };
	h->f = open_memstream(&h->text, &h->n);
	return h->f != NULL;
}

static void held_close(struct held *h)
{
	if (h->f)
		fclose(h->f);
	h->f = NULL;
}

static void held_show(struct held *h, FILE *to)
{
	if (h->text)
		fwrite(h->text, 1, h->n, to);
	free(h->text);
}

static int attempt(struct shell *sh, const char *line, struct held h[2])
{
	FILE *out = sh->out, *err = sh->err, *notices = sh->notices;
	int status = 1;

	if (held_open(&h[0]) && held_open(&h[1])) {
		sh->notices = notices ? notices : shell_in_json(sh) ? err : out;
		sh->out = h[0].f;
		sh->err = h[1].f;
		status = shell_exec_nested(sh, line, NULL);
		sh->out = out;
		sh->err = err;
		sh->notices = notices;
	}
	held_close(&h[0]);
	held_close(&h[1]);
	return status;
}

/* A line that no attempt could run; true if it was told. */
static bool is_wrong(struct shell *sh, const char *line)
{
	struct cmd_line l;
	bool wrong;

	cmd_line_parse(&l, sh, line);
	wrong = l.kind == CMD_WRONG;
	if (wrong)
		shell_error(sh, "%s", l.err.s ? l.err.s : "out of memory");
	cmd_line_fini(&l);
	return wrong;
}

/* Attempts until one succeeds; the last one's text is the command's. */
static int attempts(struct shell *sh, const char *line, ns_t every, ns_t limit)
{
	struct held h[2] = { 0 };
	int status = 1;

	while (!sh->interrupted && !sh->timed_out) {
		ns_t from = lab_now(sh->lab), next = ns_add(from, every);

		status = attempt(sh, line, h);
		if (!status || next > limit)
			break;
		if (lab_now(sh->lab) < next)
			shell_wait(sh, NULL, NULL, next);
	}
	held_show(&h[0], sh->out);
	held_show(&h[1], sh->err);
	return status;
}

/* wait until COMMAND: repeats a command until it succeeds. */
static int wait_cmd_run(struct shell *sh, const struct args *a)
{
	ns_t limit = args_word(a, "LIMIT") ? ns_add(lab_now(sh->lab), args_ns(a, "LIMIT", 0)) :
		     shell_patience(sh);
	ns_t every = args_ns(a, "PERIOD", SEC(1));
	struct buf line = { 0 };
	int status = 1;

	if (!every)
		return shell_error(sh, "every 0s would wait for ever: lab time would not pass");
	if (!shell_may_wait(sh) || !args_line(a, &line))
		return 1;
	if (!is_wrong(sh, line.s)) {
		status = attempts(sh, line.s, every, limit);
		if (status && !sh->interrupted && !sh->timed_out)
			shell_error(sh, "it did not come true in time");
	}
	buf_free(&line);
	return status;
}

static bool parse_pace(const char *s, uint32_t *milli)
{
	long long ns;
	char text[32];

	if (strcmp(s, "virtual") == 0)
		*milli = 0;
	else if (strcmp(s, "real") == 0)
		*milli = 1000;
	else if (s[0] == 'x' && strlen(s) < sizeof(text) - 2 && word_ns(s + 1, true, &ns) &&
		 ns >= MSEC(1) && ns <= SEC(1000000))
		*milli = (uint32_t)(ns / MSEC(1));        /* x10: read as if 10 s */
	else
		return false;
	return true;
}

static int pace_run(struct shell *sh, const struct args *a)
{
	const char *s = args_has(a, "virtual") ? "virtual" : args_has(a, "real") ? "real" :
			args_word(a, "PACE");
	uint32_t milli = lab_pace(sh->lab);

	if (s && !parse_pace(s, &milli))
		return shell_error(sh, "'%s' is not a pace: virtual, real or xN "
				   "(x10: ten times real)", s);
	if (s)
		lab_set_pace(sh->lab, milli);
	if (s && !milli && lab_has_ports(sh->lab))
		shell_line(sh, "nothing comes in through the doors to the outside until "
			   "'pace real': virtual time does not wait for anybody");
	return shell_result(sh, json_pack("{s:i,s:I,s:I}", "pace_milli", (int)milli,
					  "lag", (json_int_t)lab_lag(sh->lab),
					  "lag_max", (json_int_t)lab_lag_max(sh->lab)));
}

static void pace_print(struct shell *sh, const struct args *a, const json_t *r)
{
	uint32_t milli = (uint32_t)jint(r, "pace_milli");

	(void)a;
	if (!milli)
		shell_printf(sh, "pace virtual\n");
	else if (milli == 1000)
		shell_printf(sh, "pace real");
	else
		shell_printf(sh, "pace x%g", milli / 1000.0);
	if (milli)
		shell_printf(sh, ", behind the wall clock %.3f ms, at most %.3f ms\n",
			     (double)jint(r, "lag") / 1e6, (double)jint(r, "lag_max") / 1e6);
}

static double wall_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Alone, lab time; before a command, Mininet's: how long it took on the wall. */
static int time_run(struct shell *sh, const struct args *a)
{
	struct buf line = { 0 };
	double start = wall_now();
	json_t *inner = NULL;
	int status;
	char t[40];

	if (a->rest_at < 0) {
		shell_fmt_instant(lab_now(sh->lab), t);
		shell_printf(sh, "%s\n", t);
		return shell_result(sh, json_pack("{s:I,s:I}", "now", (json_int_t)lab_now(sh->lab),
						  "events", (json_int_t)lab_events(sh->lab)));
	}
	if (!args_line(a, &line))
		return 1;
	status = shell_exec_nested(sh, line.s, &inner);
	json_decref(inner);
	/* Not standard output: it must not differ from run to run in a script. */
	fprintf(sh->interactive ? sh->out : sh->err, "*** Elapsed time: %0.6f secs\n",
		wall_now() - start);
	buf_free(&line);
	return status;
}

static int source_run(struct shell *sh, const struct args *a)
{
	const char *path = args_word(a, "FILE");
	FILE *f = shell_script_open(path);
	int status;

	if (!f)
		return shell_error(sh, "%s: %s", path, strerror(errno));
	status = shell_source(sh, f, path, false);
	fclose(f);
	return status;
}

static int quit_run(struct shell *sh, const struct args *a)
{
	(void)a;
	sh->quit = true;
	return 0;
}

static int exit_run(struct shell *sh, const struct args *a)
{
	if (!sh->here)
		return quit_run(sh, a);
	sh->here = NULL;
	return 0;
}

const struct cmd cmds_time[] = {
	{ .name = "run", .args = "[DURATION:time | until (idle|converged | INSTANT:time)]",
	  .flags = CMD_LAB, .run = run_run,
	  .help = "let lab time pass",
	  .text = "run 10s, run until 60s (an instant of lab time), run until idle (nothing is\n"
		  "left that could happen), run until converged (routing has: see wait).  Alone:\n"
		  "until idle.  Ctrl-C stops it and leaves a consistent lab." },
	{ .name = "run", .args = "until INSTANT:time COMMAND:line", .flags = CMD_LAB,
	  .run = run_cmd_run,
	  .help = "run a command, and interrupt it at an instant as Ctrl-C would" },
	{ .name = "step", .args = "[N:count]", .flags = CMD_LAB, .run = step_run,
	  .help = "process the next event, or the next N" },
	{ .name = "sleep", .args = "DURATION:secs", .flags = CMD_LAB, .run = sleep_run,
	  .help = "let lab time pass" },
	{ .name = "wait", .args = "converged|idle|jobs [LIMIT:secs]", .flags = CMD_LAB,
	  .run = wait_run,
	  .help = "let lab time pass until something is so; fails at the limit",
	  .text = "converged: every router has done its work, and those that links join within\n"
		  "an area have equal databases; without OSPF: no packet is under way.  If that\n"
		  "cannot be, it says so after the limit (300 s), and who waits for what.\n"
		  "idle: nothing is left that could happen.  jobs: no job runs." },
	{ .name = "wait", .args = "[LIMIT:time] [every PERIOD:time] until COMMAND:line",
	  .flags = CMD_LAB, .run = wait_cmd_run,
	  .help = "repeat a command until it succeeds; fails at the limit" },
	{ .name = "pace", .args = "[virtual|real|PACE]", .flags = CMD_LAB, .run = pace_run,
	  .print = pace_print,
	  .help = "virtual (as fast as it goes), real, or xN times real" },
	{ .name = "time", .args = "[COMMAND:line]", .flags = CMD_LAB, .run = time_run,
	  .help = "show lab time, or how long a command takes on the wall clock" },
	{ .name = "source", .args = "FILE:file", .flags = CMD_LAB, .run = source_run,
	  .help = "run the commands of a file" },
	{ .name = "quit", .flags = CMD_LAB, .run = quit_run, .help = "end the session" },
	{ .name = "exit", .flags = CMD_LAB, .run = exit_run,
	  .help = "leave the node that was entered, or end the session" },
	{ .name = "EOF", .flags = CMD_LAB | CMD_QUIET, .run = quit_run, .help = "end the session" },
	{ 0 },
};
