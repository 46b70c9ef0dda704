// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/shell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "shell/jobs.h"
#include "shell/lines.h"
#include "shell/state.h"

#define DEPTH_MAX 16              /* scripts that source scripts */

static void on_event(void *ctx, ns_t at, const char *line)
{
	shell_event(ctx, at, line);
}

/* A scheduled event of the lab file: its command runs inside whatever moves
 * the time, and must not move it itself. */
static void on_command(void *ctx, const char *cmd, uint32_t file_line)
{
	struct shell *sh = ctx;
	bool moving = sh->moving;
	FILE *out = sh->out;

	(void)file_line;
	sh->moving = true;
	if (shell_in_json(sh))
		sh->out = sh->err;        /* its text is not of the value that is printed */
	if (shell_exec_nested(sh, cmd, NULL) != 0)
		shell_event(sh, lab_now(sh->lab), "the scheduled command failed");
	sh->out = out;
	sh->moving = moving;
}

struct shell *shell_new(const struct shell_config *cfg)
{
	struct shell *sh = calloc(1, sizeof(*sh));

	if (!sh)
		return NULL;
	*sh = (struct shell){
		.lab = cfg->lab, .out = cfg->out, .err = cfg->err,
		.json_all = cfg->json, .interactive = cfg->interactive, .limit = NS_NEVER,
	};
	list_init(&sh->jobs);
	if (!cmd_set_init(&sh->cmds)) {
		shell_free(sh);
		return NULL;
	}
	lab_set_hooks(sh->lab, &(struct lab_hooks){ on_event, on_command, sh });
	return sh;
}

void shell_free(struct shell *sh)
{
	if (!sh)
		return;
	jobs_end_all(sh);
	lab_trace_drops(sh->lab, NULL, NULL);
	lab_set_hooks(sh->lab, &(struct lab_hooks){ 0 });
	cmd_set_fini(&sh->cmds);
	history_fini(&sh->history);
	json_decref(sh->result);
	json_decref(sh->nstat);
	buf_free(&sh->late);
	free(sh);
}

bool shell_quit_asked(const struct shell *sh)
{
	return sh->quit;
}

/* Runs the command of a parsed line and prints what it reported. */
static int line_run(struct shell *sh, struct cmd_line *l)
{
	const struct cmd *cmd = l->args.cmd;
	int status;

	if (l->words.background && !(cmd->flags & CMD_PROG))
		return shell_error(sh, "only a program on a node runs in the background");
	sh->json |= args_has(&l->args, "json");   /* vtysh's word for --json */
	status = l->words.background ? job_start(sh, &l->args) : cmd->run(sh, &l->args);
	if (sh->result && !sh->json && cmd->print)
		cmd->print(sh, &l->args, sh->result);
	if (sh->result && sh->json)
		shell_print_json(sh->out, sh->result);
	return status;
}

static int line_enter(struct shell *sh, struct cmd_line *l)
{
	struct node *n = l->args.node;

	if (strcmp(node_kind(n), "netns") == 0)
		return shell_error(sh, "%s is netns: use '%s exec COMMAND', such as '%s exec sh'",
				   node_name(n), node_name(n), node_name(n));
	if (!node_has_stack(n))
		return shell_error(sh, "%s is %s%s: there is nothing to enter", node_name(n),
				   node_is_door(n) ? "" : "a ", node_kind(n));
	sh->here = n;
	return 0;
}

static int exec_parsed(struct shell *sh, struct cmd_line *l)
{
	switch (l->kind) {
	case CMD_RUN:   return line_run(sh, l);
	case CMD_ENTER: return line_enter(sh, l);
	case CMD_WRONG: return shell_error(sh, "%s", l->err.s ? l->err.s : "out of memory");
	default:        return 0;
	}
}

int shell_exec_nested(struct shell *sh, const char *line, json_t **json)
{
	json_t *outer = sh->result;
	bool outer_json = sh->json;
	struct cmd_line l;
	int status;

	if (sh->depth >= DEPTH_MAX)
		return shell_error(sh, "commands are nested too deep");
	sh->depth++;
	sh->result = NULL;
	cmd_line_parse(&l, sh, line);
	sh->json = sh->json_all || l.words.json;
	sh->in_json += l.words.json;
	status = exec_parsed(sh, &l);
	sh->in_json -= l.words.json;
	cmd_line_fini(&l);
	if (!sh->moving)
		shell_end_line(sh);
	jobs_sweep(sh);
	if (json)
		*json = json_incref(sh->result);
	json_decref(sh->result);
	sh->result = outer;
	sh->json = outer_json;
	sh->depth--;
	return status;
}

int shell_exec(struct shell *sh, const char *line, ns_t limit, json_t **json, bool *timed_out)
{
	ns_t outer = sh->limit;
	int status;

	if (json)
		*json = NULL;
	if (limit < sh->limit)
		sh->limit = limit;
	sh->timed_out = sh->interrupted = false;
	status = shell_exec_nested(sh, line, json);
	if (sh->interactive && !sh->moving)
		lab_clear_interrupt(sh->lab);     /* in a script it ends the script */
	sh->limit = outer;
	if (timed_out)
		*timed_out = sh->timed_out;
	return status;
}

static int source_line(struct shell *sh, const char *line)
{
	int status;

	if (sh->echo && *line)
		fprintf(sh->err, "+ %s\n", line);
	if (sh->depth) {                  /* "source" itself is in the history */
		status = shell_exec_nested(sh, line, NULL);
	} else {
		history_add(&sh->history, line, lab_now(sh->lab));
		status = shell_exec(sh, line, NS_NEVER, NULL, NULL);
		history_ended(&sh->history, lab_now(sh->lab));
	}
	fflush(sh->out);
	return status;
}

/* Lines to the end of the stream, or to quit, to Ctrl-C, to the limit, or to
 * the first error if that is asked for. */
static int source_lines(struct shell *sh, FILE *in, bool stop_on_error)
{
	struct lines lines;
	char *line;
	int failed = 0;

	lines_init(&lines, in);
	while (!sh->quit && !sh->interrupted && !sh->timed_out && (line = lines_next(&lines, sh))) {
		sh->src_line++;
		failed |= source_line(sh, line) != 0;
		if (failed && stop_on_error)
			break;
	}
	if (lines.err)
		failed |= shell_error(sh, "cannot be read: %s", strerror(lines.err));
	lines_fini(&lines);
	return failed || sh->interrupted;
}

int shell_source(struct shell *sh, FILE *in, const char *name, bool stop_on_error)
{
	const char *outer = sh->src;
	unsigned outer_line = sh->src_line;
	int status;

	sh->src = name;
	sh->src_line = 0;
	status = source_lines(sh, in, stop_on_error);
	sh->src = outer;
	sh->src_line = outer_line;
	return status;
}

int shell_command(struct shell *sh, const char *line, const char *name)
{
	const char *outer = sh->src;
	unsigned outer_line = sh->src_line;
	int status;

	sh->src = name;
	sh->src_line = 0;
	status = source_line(sh, line) != 0 || sh->interrupted;
	sh->src = outer;
	sh->src_line = outer_line;
	return status;
}

FILE *shell_script_open(const char *path)
{
	FILE *f = fopen(path, "r");
	struct stat st;

	if (f && fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
		fclose(f);
		errno = EISDIR;
		return NULL;
	}
	return f;
}
