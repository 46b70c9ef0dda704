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

struct lint {
	struct shell *sh;
	struct buf *errs;
	struct buf coming;                /* nodes that earlier lines add: " NAME NAME " */
	bool in_coming;                   /* the line before moved into one of them */
};

/* Lines behind this one may name links and nodes that are not there yet. */
static void note_changes(struct lint *li, const struct args *a)
{
	const char *name = a->cmd->name;

	li->sh->links_change |= strcmp(name, "link add") == 0 || strcmp(name, "link del") == 0 ||
				strcmp(name, "node del") == 0;
	li->sh->nodes_change |= strcmp(name, "node add") == 0 || strcmp(name, "node del") == 0;
	if (strcmp(name, "node add") == 0)
		buf_printf(&li->coming, " %s ", args_word(a, "NAME"));
}

/* NAME, @NAME or NAME:INTERFACE */
static bool is_coming(const struct lint *li, const char *word)
{
	struct buf name = { 0 };
	bool found;

	word += *word == '@';
	buf_printf(&name, " %.*s ", (int)strcspn(word, ":"), word);
	found = name.s && li->coming.s && strstr(li->coming.s, name.s);
	buf_free(&name);
	return found;
}

/* What a line says of a node that is still to come shows when it runs. */
static bool is_of_coming(struct lint *li, const struct cmd_line *l)
{
	bool found = li->in_coming;

	for (int i = 0; i < l->words.n; i++)
		found |= is_coming(li, l->words.v[i]);
	li->in_coming |= l->words.n == 1 && is_coming(li, l->words.v[0]);
	return found;
}

/* A line as the shell would take it, as far as that can be told now; false: why. */
static bool takes(struct lint *li, const char *line, struct buf *why)
{
	struct shell *sh = li->sh;
	struct cmd_line l;
	bool ok = true;

	cmd_line_parse(&l, sh, line);
	if (l.kind == CMD_WRONG && !is_of_coming(li, &l)) {
		buf_str(why, l.err.s ? l.err.s : "out of memory");
		ok = false;
	} else if (l.kind == CMD_ENTER) {
		sh->here = l.args.node;           /* so the next line is the node's */
		li->in_coming = false;
	} else if (l.kind == CMD_RUN && l.args.cmd->check) {
		ok = l.args.cmd->check(&l.args, why);
	}
	if (ok && l.kind == CMD_RUN)
		note_changes(li, &l.args);
	cmd_line_fini(&l);
	return ok;
}

static void lint_line(struct lint *li, struct topo_pos pos, const char *what, const char *line)
{
	struct buf why = { 0 };

	if (!takes(li, line, &why))
		fault(li->errs, lab_topo(li->sh->lab), pos, what, line, why.s);
	buf_free(&why);
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

/* Back to the lab's prompt. */
static void leave(struct lint *li)
{
	li->sh->here = NULL;
	li->in_coming = false;
}

static void lint_fini(struct lint *li)
{
	leave(li);
	li->sh->links_change = li->sh->nodes_change = false;
	buf_free(&li->coming);
}

bool lint_lab(struct shell *sh, struct buf *errs)
{
	const struct topo *t = lab_topo(sh->lab);
	bool programs_ok = all_compile(t);
	struct lint li = { .sh = sh, .errs = errs };
	size_t before = errs->len;

	for (size_t i = 0; i < t->n_events; i++)
		lint_line(&li, t->events[i].pos, "event", t->events[i].cmd);
	leave(&li);
	for (size_t i = 0; i < t->n_checks; i++) {
		const struct topo_check *k = &t->checks[i];

		if (k->fresh)
			leave(&li);
		if (k->run)
			lint_line(&li, k->pos, "run", k->run);
		else if (k->expect)
			fault(errs, t, k->pos, "expect", k->expect,
			      "there is nothing to judge without run");
		if (k->expect && !programs_ok)
			lint_program(t, k, errs);
	}
	lint_fini(&li);
	return errs->len == before && !errs->bad;
}

static bool dump_takes(void *ctx, const char *line, bool alone, struct buf *why)
{
	if (alone)
		leave(ctx);
	return takes(ctx, line, why);
}

void lint_dump(struct shell *sh, struct buf *out)
{
	struct node *here = sh->here;
	struct lint li = { .sh = sh };

	leave(&li);
	buf_str(out, "# The lab as it is now, with all that was assigned; its time begins anew.\n");
	lab_dump_with(sh->lab, &(struct lab_doings){ dump_takes, &li }, out);
	lint_fini(&li);
	sh->here = here;
}
