// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "shell/offer.h"
#include "shell/prog.h"
#include "shell/redirect.h"
#include "shell/state.h"

/*
 * A job's text comes a line at a time, with its number in front, so that it
 * never mixes with what runs in the foreground.  In the foreground (fg) it
 * comes bare.
 */

struct job {
	struct list_node node;
	struct shell *sh;
	struct prog *prog;
	int id;
	char *line;                       /* the command, for people */
	char **argv;                      /* the program's, which may borrow it */
	struct redirect rd;
	struct buf part;                  /* of a line of its text */
	bool front;                       /* brought to the foreground */
};

static void job_flush(struct job *j, size_t n)
{
	shell_line(j->sh, "[%d]%s%.*s", j->id, n ? " " : "", (int)n, j->part.s ? j->part.s : "");
}

static void job_err(void *ctx, const char *text, size_t n)
{
	struct job *j = ctx;

	if (j->front) {
		shell_write(j->sh, text, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (text[i] != '\n') {
			buf_putc(&j->part, text[i]);
			continue;
		}
		job_flush(j, j->part.len);
		buf_reset(&j->part);
	}
}

static void job_out(void *ctx, const char *text, size_t n)
{
	struct job *j = ctx;

	if (j->rd.out)
		fwrite(text, 1, n, j->rd.out);
	else
		job_err(ctx, text, n);
}

static void job_free(struct job *j)
{
	if (!j)
		return;
	if (list_linked(&j->node))
		list_remove(&j->node);
	prog_free(j->prog);
	redirect_close(j->sh, &j->rd);
	prog_argv_free(j->argv);
	buf_free(&j->part);
	free(j->line);
	free(j);
}

static char *line_copy(const struct args *a)
{
	struct buf b = { 0 };

	buf_str(&b, node_name(a->node));
	for (int i = a->from; i < a->words->n; i++)
		buf_printf(&b, " %s", a->words->v[i]);
	return buf_take(&b);
}

int job_start(struct shell *sh, const struct args *a)
{
	struct job *j;
	int argc;

	if (!prog_may_start(sh, a->node, a->cmd->name))
		return 1;
	j = calloc(1, sizeof(*j));
	if (!j || !(j->argv = prog_argv(a, &argc)) || !(j->line = line_copy(a))) {
		job_free(j);
		return shell_error(sh, "out of memory");
	}
	j->sh = sh;
	if (!redirect_take(sh, a, j->argv, &argc, &j->rd)) {
		job_free(j);
		return 1;
	}
	j->id = ++sh->last_job;
	list_push_back(&sh->jobs, &j->node);
	shell_printf(sh, "[%d] %s\n", j->id, j->line);
	shell_result(sh, json_pack("{s:i,s:s}", "job", j->id, "command", j->line));
	j->prog = prog_start(a->node, argc, j->argv,
			     &(struct prog_io){ .out = job_out, .err = job_err, .ctx = j,
						.in = j->rd.in, .pid = j->id });
	if (j->prog)
		return 0;
	job_free(j);
	return shell_error(sh, "out of memory");
}

int jobs_running(const struct shell *sh)
{
	struct job *j;
	int n = 0;

	list_for_each(&sh->jobs, j, node)
		n += !prog_done(j->prog);
	return n;
}

void jobs_sweep(struct shell *sh)
{
	struct job *j, *tmp;

	if (sh->moving)                   /* the program may be what runs us */
		return;
	list_for_each_safe(&sh->jobs, j, tmp, node) {
		if (!j->prog || !prog_done(j->prog) || j->front)
			continue;
		if (j->part.len)
			job_flush(j, j->part.len);
		shell_line(sh, "[%d] done, status %d: %s", j->id, prog_status(j->prog), j->line);
		job_free(j);
	}
}

void jobs_end_all(struct shell *sh)
{
	struct job *j, *tmp;

	jobs_sweep(sh);
	sh->json = sh->json_all;
	list_for_each_safe(&sh->jobs, j, tmp, node) {
		prog_interrupt(j->prog);
		if (j->part.len)
			job_flush(j, j->part.len);
		shell_line(sh, "[%d] ended with the session: %s", j->id, j->line);
		job_free(j);
	}
}

/* The job of a number, or the last one; NULL with an error. */
static struct job *job_find(struct shell *sh, const struct args *a)
{
	uint64_t id = args_count(a, "JOB", 0);
	struct job *j, *found = NULL;

	list_for_each(&sh->jobs, j, node)
		if (!id || (uint64_t)j->id == id)
			found = j;
	if (!found && id)
		shell_error(sh, "there is no job %" PRIu64, id);
	else if (!found)
		shell_error(sh, "there are no jobs");
	return found;
}

static int jobs_run(struct shell *sh, const struct args *a)
{
	json_t *all = json_array();
	struct job *j;

	(void)a;
	list_for_each(&sh->jobs, j, node)
		json_array_append_new(all, json_pack("{s:i,s:s,s:s}", "job", j->id, "state",
						     lab_pace(sh->lab) ? "running" : "frozen",
						     "command", j->line));
	return shell_result(sh, all);
}

static void jobs_print(struct shell *sh, const struct args *a, const json_t *all)
{
	size_t i;
	json_t *j;

	(void)a;
	json_array_foreach(all, i, j)
		shell_printf(sh, "[%lld] %-8s %s\n", json_integer_value(json_object_get(j, "job")),
			     json_string_value(json_object_get(j, "state")),
			     json_string_value(json_object_get(j, "command")));
	if (json_array_size(all) && !lab_pace(sh->lab))
		shell_printf(sh, "jobs move while lab time does: run, wait, fg\n");
}

static bool job_is_done(void *arg)
{
	return prog_done(((struct job *)arg)->prog);
}

/* To the foreground: its status and its JSON are the command's. */
static int fg_run(struct shell *sh, const struct args *a)
{
	struct job *j = shell_may_wait(sh) ? job_find(sh, a) : NULL;
	int status = 0;
	json_t *r;

	if (!j)
		return 1;
	shell_printf(sh, "%s\n", j->line);
	shell_write(sh, j->part.s, j->part.len);
	buf_reset(&j->part);
	j->front = true;
	if (!shell_wait(sh, job_is_done, j, NS_NEVER)) {
		status = shell_waits_in_vain(sh, "it");
		prog_interrupt(j->prog);
	}
	if (!status)
		status = prog_done(j->prog) ? prog_status(j->prog) : 1;
	r = prog_json(j->prog);
	if (r)
		shell_result(sh, r);
	job_free(j);
	return status;
}

static int kill_run(struct shell *sh, const struct args *a)
{
	struct job *j = job_find(sh, a);

	if (!j)
		return 1;
	prog_interrupt(j->prog);
	if (!prog_done(j->prog)) {        /* it takes its summary with it */
		shell_printf(sh, "[%d] killed: %s\n", j->id, j->line);
		job_free(j);
	}
	return 0;
}

void offer_jobs(const struct offer *o)
{
	struct job *j;

	list_for_each(&o->sh->jobs, j, node)
		offer_number(o, (unsigned)j->id);
}

const struct cmd cmds_jobs[] = {
	{ .name = "jobs", .flags = CMD_LAB, .run = jobs_run, .print = jobs_print,
	  .help = "list the programs in the background",
	  .text = "NODE PROGRAM ... & starts a program in the background.  Jobs move only while\n"
		  "lab time moves: run, wait, fg, or any other command that takes time." },
	{ .name = "fg", .args = "[JOB:count]", .flags = CMD_LAB, .run = fg_run,
	  .help = "wait for a program in the background",
	  .text = "Ctrl-C ends it.  In a script, where nobody is to press it, a program that has\n"
		  "not ended after two days of lab time is interrupted, with an error." },
	{ .name = "kill", .args = "[JOB:count]", .flags = CMD_LAB, .run = kill_run,
	  .help = "interrupt a program in the background, as Ctrl-C would" },
	{ 0 },
};
