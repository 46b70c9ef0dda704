// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/lint.h"

#include <string.h>

#include "shell/state.h"

static void fault(struct buf *errs, const struct topo *t, struct topo_pos pos, const char *what,
		  const char *text, const char *why)
{
	buf_printf(errs, "%s:%" PRIu32 ":%" PRIu32 ": %s '%s': %s\n", t->file, pos.line, pos.col,
		   what, text, why ? why : "out of memory");
}

/* Lines behind this one may name links that are not there yet. */
static bool changes_links(const struct cmd *cmd)
{
	return strcmp(cmd->name, "link add") == 0 || strcmp(cmd->name, "link del") == 0;
}

/* A line as the shell would take it, as far as that can be told now. */
static void lint_line(struct shell *sh, struct buf *errs, struct topo_pos pos, const char *what,
		      const char *line)
{
	const struct topo *t = lab_topo(sh->lab);
	struct buf why = { 0 };
	struct cmd_line l;

	cmd_line_parse(&l, sh, line);
	if (l.kind == CMD_WRONG)
		fault(errs, t, pos, what, line, l.err.s);
	else if (l.kind == CMD_ENTER)
		sh->here = l.args.node;           /* so the next line is the node's */
	else if (l.kind == CMD_RUN && l.args.cmd->check && !l.args.cmd->check(&l.args, &why))
		fault(errs, t, pos, what, line, why.s);
	sh->links_change |= l.kind == CMD_RUN && changes_links(l.args.cmd);
	buf_free(&why);
	cmd_line_fini(&l);
}

static bool compiles(const char *program, struct buf *err)
{
	struct judge *j = judge_new(program, err);

	judge_free(j);
	return j != NULL;
}

/* A program takes some 20 ms to compile, and so do all of them in one: each
 * is looked at alone only if something is wrong. */
static bool all_compile(const struct topo *t)
{
	struct buf all = { 0 }, err = { 0 };
	bool ok;

	for (size_t i = 0; i < t->n_checks; i++)
		if (t->checks[i].expect)
			buf_printf(&all, "%s(\n%s\n)", all.len ? "," : "", t->checks[i].expect);
	ok = !all.len || compiles(all.s, &err);
	buf_free(&all);
	buf_free(&err);
	return ok;
}

static void lint_program(const struct topo *t, const struct topo_check *k, struct buf *errs)
{
	struct buf err = { 0 };

	buf_str(&err, "jq error: ");
	if (!compiles(k->expect, &err))
		fault(errs, t, k->pos, "expect", k->expect, err.s);
	buf_free(&err);
}

void lint_names(const struct shell *sh, struct buf *notes)
{
	const struct topo *t = lab_topo(sh->lab);

	for (size_t i = 0; i < t->n_nodes; i++) {
		const char *name = t->nodes[i].name;
		struct topo_pos pos = t->nodes[i].pos;

		if (!cmd_is_lab_word(sh, name))
			continue;
		if (pos.line)
			buf_printf(notes, "%s:%" PRIu32 ":%" PRIu32 ": ", t->file, pos.line,
				   pos.col);
		buf_printf(notes, "warning: node '%s' hides behind the lab word %s; write @%s\n",
			   name, name, name);
	}
}

bool lint_lab(struct shell *sh, struct buf *errs)
{
	const struct topo *t = lab_topo(sh->lab);
	bool programs_ok = all_compile(t);
	size_t before = errs->len;

	for (size_t i = 0; i < t->n_events; i++)
		lint_line(sh, errs, t->events[i].pos, "event", t->events[i].cmd);
	sh->here = NULL;
	for (size_t i = 0; i < t->n_checks; i++) {
		const struct topo_check *k = &t->checks[i];

		if (k->fresh)
			sh->here = NULL;
		if (k->run)
			lint_line(sh, errs, k->pos, "run", k->run);
		else if (k->expect)
			fault(errs, t, k->pos, "expect", k->expect,
			      "there is nothing to judge without run");
		if (k->expect && !programs_ok)
			lint_program(t, k, errs);
	}
	sh->here = NULL;
	sh->links_change = false;
	return errs->len == before && !errs->bad;
}
