// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/prog.h"

#include <stdlib.h>
#include <string.h>

#include "shell/redirect.h"
#include "shell/state.h"

/*
 * Any program that the lab knows runs on a node: "ns1 ping -c 4 ns4".  It
 * starts now, lab time runs until it is done, and its text is shown as it
 * comes.
 */

#define STATUS_TIMED_OUT 124      /* as timeout(1) */
#define STATUS_INTERRUPTED 130    /* as a shell: 128 + SIGINT */

struct console { struct shell *sh; FILE *out; };        /* out NULL: the shell's */

static void to_out(void *ctx, const char *text, size_t n)
{
	const struct console *con = ctx;

	if (con->out) {
		fwrite(text, 1, n, con->out);
		return;
	}
	shell_write(con->sh, text, n);
	if (con->sh->interactive)
		fflush(con->sh->out);
}

static void to_err(void *ctx, const char *text, size_t n)
{
	struct shell *sh = ((const struct console *)ctx)->sh;

	fflush(sh->out);
	fwrite(text, 1, n, sh->err);
	fflush(sh->err);
}

static void to_nowhere(void *ctx, const char *text, size_t n)
{
	(void)ctx, (void)text, (void)n;
}

static bool is_done(void *arg)
{
	return prog_done(arg);
}

bool prog_may_start(struct shell *sh, struct node *n, const char *name)
{
	return prog_is_real(name) || shell_stack(sh, n);
}

static int run(struct shell *sh, struct node *n, int argc, char *const *argv,
	       const struct prog_io *io, json_t **json)
{
	struct prog *p;
	int status = 0;

	*json = NULL;
	if (!prog_may_start(sh, n, argv[0]))
		return 1;
	p = prog_start(n, argc, argv, io);
	if (!p)
		return shell_error(sh, "out of memory");
	if (!shell_wait(sh, is_done, p, NS_NEVER)) {
		status = sh->interrupted ? STATUS_INTERRUPTED : STATUS_TIMED_OUT;
		(void)shell_waits_in_vain(sh, argv[0]);
		prog_interrupt(p);
	}
	if (!status)
		status = prog_status(p);
	*json = prog_json(p);
	prog_free(p);
	return status;
}

int prog_run(struct shell *sh, struct node *n, int argc, char *const *argv, json_t **json)
{
	struct prog_io io = { .out = to_nowhere, .err = to_nowhere };

	return run(sh, n, argc, argv, &io, json);
}

char **prog_argv(const struct args *a, int *argc)
{
	char **argv;

	*argc = a->words->n - a->from;
	argv = calloc((size_t)*argc + 1, sizeof(*argv));
	if (!argv)
		return NULL;
	for (int i = 0; i < *argc; i++) {
		/* A prefix of the name may have been typed. */
		argv[i] = strdup(i ? a->words->v[a->from + i] : a->cmd->name);
		if (!argv[i]) {
			prog_argv_free(argv);
			return NULL;
		}
	}
	return argv;
}

void prog_argv_free(char **argv)
{
	for (char **v = argv; v && *v; v++)
		free(*v);
	free(argv);
}

/* With its text, or what the line's --json asks for instead, to where the line says. */
static int run_shown(struct shell *sh, const struct args *a, char **argv, int argc, json_t **json)
{
	struct redirect rd;
	struct console con = { .sh = sh };
	struct prog_io io = { .out = to_out, .err = to_err, .ctx = &con };
	bool kept;                        /* the file has JSON */
	int status;

	if (!redirect_take(sh, a, argv, &argc, &rd))
		return 1;
	kept = rd.out && sh->json && !sh->json_all;
	if (kept)
		io.out = to_nowhere;
	con.out = rd.out;
	io.in = rd.in;
	io.terminal = sh->interactive && !shell_in_json(sh) && !rd.out;
	status = run(sh, a->node, argc, argv, &io, json);
	if (kept && *json)
		shell_print_json(rd.out, *json);
	if (kept)
		sh->json = false;         /* and is not shown, too */
	return redirect_close(sh, &rd) || status ? status : 1;
}

static int prog_cmd_run(struct shell *sh, const struct args *a)
{
	json_t *json = NULL;
	char **argv;
	int argc, status;

	if (!shell_may_wait(sh))
		return 1;
	argv = prog_argv(a, &argc);
	if (!argv)
		return shell_error(sh, "out of memory");
	status = run_shown(sh, a, argv, argc, &json);
	prog_argv_free(argv);
	if (json)
		shell_result(sh, json);
	return status;
}

/* A program of this machine needs a network of this machine. */
static bool prog_check(const struct args *a, struct buf *why)
{
	if (!prog_is_real(a->cmd->name) || !a->node || strcmp(node_kind(a->node), "netns") == 0)
		return true;
	buf_printf(why, "%s is a %s: only a node of kind netns runs programs of this machine",
		   node_name(a->node), node_kind(a->node));
	return false;
}

struct cmd *prog_cmds(size_t *n)
{
	const struct prog_info *info = prog_list(n);
	struct cmd *cmds = calloc(*n + 1, sizeof(*cmds));

	for (size_t i = 0; cmds && i < *n; i++)
		cmds[i] = (struct cmd){
			.name = info[i].name, .args = "[ARGS:rest]", .help = info[i].help,
			.text = info[i].usage, .flags = CMD_NODE | CMD_PROG, .run = prog_cmd_run,
			.check = prog_check,
		};
	return cmds;
}
