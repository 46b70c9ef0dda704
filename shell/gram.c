// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/gram.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shell/cmd.h"
#include "stack/util/cc.h"

/*
 * Theory: each string becomes instructions as in a regular-expression
 * machine (Thompson's construction): keywords and arguments wait for a word,
 * SPLIT goes two ways.  A walk (walk.c) is the set of places where words are
 * waited for.
 */

#define INS_MAX UINT16_MAX

struct parser {
	struct gram *g;
	const struct cmd *cmd;
	const char *p;
	bool names;                       /* in the command's name every word is a keyword */
};

static int emit(struct parser *ps, struct gram_ins in)
{
	struct gram *g = ps->g;

	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 256;
		struct gram_ins *ins = cap > INS_MAX ? NULL : realloc(g->ins, cap * sizeof(*ins));

		if (!ins) {
			g->bad = true;
			return 0;
		}
		g->ins = ins;
		g->cap = cap;
	}
	in.cmd = ps->cmd;
	g->ins[g->n] = in;
	return (int)g->n++;
}

/* Moves everything from `at` on one place further, for a SPLIT in front. */
static int emit_before(struct parser *ps, int at, struct gram_ins in)
{
	struct gram *g = ps->g;

	emit(ps, in);
	if (g->bad)
		return at;
	in = g->ins[g->n - 1];
	for (size_t i = g->n - 1; i > (size_t)at; i--) {
		g->ins[i] = g->ins[i - 1];
		if (g->ins[i].op == GRAM_SPLIT || g->ins[i].op == GRAM_JUMP) {
			g->ins[i].x = (uint16_t)(g->ins[i].x + (g->ins[i].x >= at));
			g->ins[i].y = (uint16_t)(g->ins[i].y + (g->ins[i].y >= at));
		}
	}
	g->ins[at] = in;
	return at;
}

static uint16_t here(const struct parser *ps)
{
	return (uint16_t)ps->g->n;
}

static void skip_blanks(struct parser *ps)
{
	while (*ps->p == ' ')
		ps->p++;
}

static enum arg_type type_of(struct parser *ps, const char *s, size_t n)
{
	static const char *const names[ARG_N] = {
		[ARG_WORD] = "word", [ARG_NODE] = "node", [ARG_IFACE] = "iface", [ARG_END] = "end",
		[ARG_NEW_END] = "new-end",
		[ARG_ADDR] = "addr", [ARG_PREFIX] = "prefix", [ARG_MAC] = "mac",
		[ARG_TIME] = "time", [ARG_SECS] = "secs", [ARG_COUNT] = "count",
		[ARG_FILE] = "file",
		[ARG_REST] = "rest", [ARG_LINE] = "line",
	};

	for (int i = 0; i < ARG_N; i++)
		if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0)
			return (enum arg_type)i;
	ps->g->bad = true;
	return ARG_WORD;
}

/* "word", "NAME" or "NAME:type". */
static void parse_word(struct parser *ps)
{
	size_t len = strcspn(ps->p, " []()|:.");
	struct gram_ins in = { .op = GRAM_KEY, .s = ps->p, .len = len };

	if (!len)
		ps->g->bad = true;
	while (ps->p[len] == '.' && strncmp(ps->p + len, "...", 3) != 0)
		in.len = len += 1 + strcspn(ps->p + len + 1, " []()|:.");
	if (!ps->names && isupper((unsigned char)*ps->p))
		in.op = GRAM_ARG;
	ps->p += len;
	if (*ps->p == ':') {
		size_t n = strcspn(++ps->p, " []()|.");

		in.type = type_of(ps, ps->p, n);
		ps->p += n;
	}
	emit(ps, in);
}

static void parse_alt(struct parser *ps);

/* One group or word, without what follows it. */
static void parse_atom(struct parser *ps)
{
	char open = *ps->p;

	if (open != '[' && open != '(') {
		parse_word(ps);
		return;
	}
	ps->p++;
	parse_alt(ps);
	skip_blanks(ps);
	if (*ps->p != (open == '[' ? ']' : ')'))
		ps->g->bad = true;
	else
		ps->p++;
}

/* x|y|z without blanks: each but the last is SPLIT x JUMP-to-end. */
static void parse_tight(struct parser *ps)
{
	int start = here(ps);

	parse_atom(ps);
	if (*ps->p == '|' && !ps->g->bad) {
		int split = emit_before(ps, start, (struct gram_ins){ .op = GRAM_SPLIT });
		int jump = emit(ps, (struct gram_ins){ .op = GRAM_JUMP });

		ps->g->ins[split].x = (uint16_t)(split + 1);
		ps->g->ins[split].y = here(ps);
		ps->p++;
		parse_tight(ps);
		ps->g->ins[jump].x = here(ps);
	}
}

/* An atom with its brackets and dots. */
static void parse_item(struct parser *ps)
{
	bool optional = *ps->p == '[', repeat;
	int start = here(ps);

	parse_tight(ps);
	repeat = strncmp(ps->p, "...", 3) == 0;
	if (repeat) {
		int split = emit(ps, (struct gram_ins){ .op = GRAM_SPLIT, .x = (uint16_t)start });

		ps->p += 3;
		if (!ps->g->bad)
			ps->g->ins[split].y = here(ps);
	}
	if (optional && !ps->g->bad) {
		int split = emit_before(ps, start, (struct gram_ins){ .op = GRAM_SPLIT });

		ps->g->ins[split].x = (uint16_t)(split + 1);
		ps->g->ins[split].y = here(ps);
	}
}

static void parse_seq(struct parser *ps)
{
	for (skip_blanks(ps); *ps->p && !strchr("])|", *ps->p) && !ps->g->bad; skip_blanks(ps))
		parse_item(ps);
}

static void parse_alt(struct parser *ps)
{
	int start = here(ps);

	parse_seq(ps);
	if (*ps->p == '|' && !ps->g->bad) {
		int split = emit_before(ps, start, (struct gram_ins){ .op = GRAM_SPLIT });
		int jump = emit(ps, (struct gram_ins){ .op = GRAM_JUMP });

		ps->g->ins[split].x = (uint16_t)(split + 1);
		ps->g->ins[split].y = here(ps);
		ps->p++;
		parse_alt(ps);
		ps->g->ins[jump].x = here(ps);
	}
}

int gram_add(struct gram *g, const struct cmd *cmd)
{
	struct parser ps = { .g = g, .cmd = cmd, .p = cmd->name, .names = true };
	int start = here(&ps);

	parse_seq(&ps);
	if (*ps.p)
		g->bad = true;
	ps.names = false;
	ps.p = cmd->args ? cmd->args : "";
	parse_alt(&ps);
	if (*ps.p)
		g->bad = true;
	emit(&ps, (struct gram_ins){ .op = GRAM_END });
	return g->bad ? -1 : start;
}

void gram_fini(struct gram *g)
{
	free(g->ins);
	*g = (struct gram){ 0 };
}
