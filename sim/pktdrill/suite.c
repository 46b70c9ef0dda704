// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Python's statements that have statements of their own: if, while, for, def.  What is
 * run is read again each time; what is not run is skipped by its indentation.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/expr.h"
#include "stack/util/cc.h"

#define STEPS_MAX 10000                   /* statements of one piece of code */
#define PARAMS_MAX 8

static enum pd_jump block(struct pd_code *c, int outer);

/* --- lines --------------------------------------------------------------------------- */

/* Behind the string that begins there, if its quotes are three or one. */
static const char *past_string(const char *p)
{
	char quote = *p;
	size_t n = p[1] == quote && p[2] == quote ? 3 : 1;

	for (p += n; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == quote && (n == 1 || (p[1] == quote && p[2] == quote)))
			return p + n;
	}
	return p;
}

/* To the beginning of the next line that is not part of this one. */
static void skip_line(struct pd_code *c)
{
	const char *from = c->p;
	int depth = 0;

	while (*c->p && (*c->p != '\n' || depth > 0)) {
		if (*c->p == '#') {
			c->p += strcspn(c->p, "\n");
		} else if (*c->p == '"' || *c->p == '\'') {
			c->p = past_string(c->p);
		} else {
			depth += strchr("([{", *c->p) != NULL;
			depth -= strchr(")]}", *c->p) != NULL;
			c->p += c->p[0] == '\\' && c->p[1] ? 2 : 1;
		}
	}
	c->p += *c->p == '\n';
	pd_code_works(c, (size_t)(c->p - from));
}

/* The indentation of the next line that holds something, whose beginning p is then; -1:
 * there is none.  What follows %{ at once is not indented. */
static int next_line(struct pd_code *c)
{
	for (;;) {
		int n = 0;
		const char *p = c->p;

		for (; *p == ' ' || *p == '\t' || *p == '\r'; p++)
			n = *p == '\t' ? n / 8 * 8 + 8 : n + 1;
		if (!*p)
			return -1;
		if (*p != '\n' && *p != '#')
			return c->p == c->text ? 0 : n;
		p += strcspn(p, "\n");
		pd_code_works(c, (size_t)(p - c->p));
		c->p = p;
		c->p += *c->p == '\n';
	}
}

static void skip_deeper(struct pd_code *c, int outer)
{
	while (next_line(c) > outer)
		skip_line(c);
}

/* --- suites ---------------------------------------------------------------------------- */

static bool line_ends(struct pd_code *c)
{
	pd_code_blanks(c);
	return !*c->p || *c->p == '\n';
}

/* False: this has gone on for too long. */
static bool step(struct pd_code *c)
{
	if (++c->steps > STEPS_MAX)
		pd_code_lacks(c, "so many statements");
	return !c->bad;
}

/* Simple statements with ; between. */
static enum pd_jump simple(struct pd_code *c)
{
	enum pd_jump f = PD_J_NEXT;

	while (!c->bad && f == PD_J_NEXT && !line_ends(c)) {
		f = step(c) ? pd_statement(c) : PD_J_NEXT;
		if (!line_ends(c) && !c->bad && f == PD_J_NEXT && !pd_code_take(c, ";"))
			pd_code_lacks(c, "a statement that is not understood");
	}
	if (*c->p)
		c->p++;
	return f;
}

/* What is behind the : of a line that is indented by `outer`. */
static enum pd_jump suite(struct pd_code *c, int outer)
{
	if (!line_ends(c))
		return simple(c);
	if (*c->p)
		c->p++;
	if (next_line(c) <= outer) {
		pd_code_lacks(c, "a statement that is not understood");
		return PD_J_NEXT;
	}
	return block(c, outer);
}

static bool colon(struct pd_code *c)
{
	if (!c->bad && !pd_code_take(c, ":"))
		pd_code_lacks(c, "a statement that is not understood");
	return !c->bad;
}

/* --- statements ------------------------------------------------------------------------- */

/* "elif" or "else" is next, at this indentation; then behind it. */
static bool other_arm(struct pd_code *c, int indent, const char *word)
{
	const char *from = c->p;

	if (next_line(c) == indent && pd_code_take(c, word))
		return true;
	c->p = from;
	return false;
}

static enum pd_jump arm(struct pd_code *c, int indent, bool has_condition, bool *done)
{
	struct pd_val v = { .kind = PD_V_NUM, .n = 1 };

	if (*done) {
		skip_line(c);
		skip_deeper(c, indent);
		return PD_J_NEXT;
	}
	if (has_condition)
		v = pd_expression(c);
	if (c->bad || (pd_truth(&v) && !colon(c)))
		return PD_J_NEXT;
	if (pd_truth(&v)) {
		*done = true;
		return suite(c, indent);
	}
	skip_line(c);
	skip_deeper(c, indent);
	return PD_J_NEXT;
}

static enum pd_jump run_if(struct pd_code *c, int indent)
{
	bool done = false;
	enum pd_jump f = arm(c, indent, true, &done);

	while (!c->bad && f == PD_J_NEXT && other_arm(c, indent, "elif"))
		f = arm(c, indent, true, &done);
	if (!c->bad && f == PD_J_NEXT && other_arm(c, indent, "else"))
		f = arm(c, indent, false, &done);
	return f;
}

static enum pd_jump run_while(struct pd_code *c, int indent)
{
	const char *from = c->p;
	enum pd_jump f = PD_J_NEXT;
	struct pd_val v = pd_expression(c);

	while (!c->bad && f != PD_J_BREAK && pd_truth(&v)) {
		if (colon(c))
			f = suite(c, indent);
		if (f == PD_J_RETURN)
			return f;
		c->p = from;
		if (f != PD_J_BREAK)
			v = pd_expression(c);
	}
	skip_line(c);
	skip_deeper(c, indent);
	return PD_J_NEXT;
}

static enum pd_jump run_for(struct pd_code *c, int indent)
{
	char name[PD_NAME_MAX];
	enum pd_jump f = PD_J_NEXT;
	const char *from;
	struct pd_val v;

	if (!pd_code_name(c, name) || !pd_code_take(c, "in")) {
		pd_code_lacks(c, "this form of for");
		return f;
	}
	v = pd_expression(c);
	if (!c->bad && (v.kind != PD_V_SEQ || v.n == 1))
		pd_code_lacks(c, "a for over what is no list");
	if (!colon(c))
		return f;
	from = c->p;
	for (size_t i = 0; !c->bad && i < v.n_items && f != PD_J_BREAK; i++) {
		pd_name_set(c, name, v.items[i]);
		c->p = from;
		f = suite(c, indent);
		if (f == PD_J_RETURN)
			return f;
	}
	c->p = from;
	skip_line(c);
	skip_deeper(c, indent);
	return PD_J_NEXT;
}

/* Kept as its text, from the parameters on. */
static enum pd_jump run_def(struct pd_code *c, int indent)
{
	struct pd_val v = { .kind = PD_V_CODE, .n = indent };
	char name[PD_NAME_MAX];

	if (!pd_code_name(c, name) || !pd_code_take(c, "(")) {
		pd_code_lacks(c, "this form of def");
		return PD_J_NEXT;
	}
	v.s = c->p--;
	pd_name_set(c, name, v);
	skip_line(c);
	skip_deeper(c, indent);
	return PD_J_NEXT;
}

static enum pd_jump line(struct pd_code *c, int indent)
{
	static const struct {
		const char *word;
		enum pd_jump (*run)(struct pd_code *c, int indent);
	} compound[] = {
		{ "if", run_if }, { "while", run_while }, { "for", run_for }, { "def", run_def },
	};

	for (size_t i = 0; i < N_ELEM(compound); i++)
		if (pd_code_take(c, compound[i].word))
			return compound[i].run(c, indent);
	return simple(c);
}

/* Lines that are indented by more than outer. */
static enum pd_jump block(struct pd_code *c, int outer)
{
	enum pd_jump f = PD_J_NEXT;
	int indent;

	while (!c->bad && f == PD_J_NEXT && (indent = next_line(c)) > outer)
		if (step(c))
			f = line(c, indent);
	return f;
}

void pd_suite(struct pd_code *c)
{
	if (block(c, -1) != PD_J_NEXT)
		pd_code_lacks(c, "a return or a break of nothing");
}

/* --- calls ------------------------------------------------------------------------------ */

/* "NAME", "NAME=DEFAULT" up to ")": with the values given. */
static void parameters(struct pd_code *c, const struct pd_val *args, size_t n)
{
	char names[PARAMS_MAX][PD_NAME_MAX];
	struct pd_val values[PARAMS_MAX];
	size_t i = 0;

	c->depth = 1;
	for (; !c->bad && !pd_code_take(c, ")"); i++) {
		bool has = i < n;

		if (i == PARAMS_MAX || !pd_code_name(c, names[i])) {
			pd_code_lacks(c, "these parameters");
			return;
		}
		if (pd_code_take(c, "=")) {
			values[i] = pd_expression(c);
			has = true;
		}
		if (i < n)
			values[i] = args[i];
		if (!has || (!pd_code_take(c, ",") && (pd_code_blanks(c), *c->p != ')')))
			pd_code_lacks(c, "these parameters");
	}
	c->depth = 0;
	if (!c->bad && n > i)
		pd_code_lacks(c, "these parameters");
	c->scope = c->r->vars;                    /* what it sets is its own */
	for (size_t k = 0; !c->bad && k < i; k++)
		pd_name_set(c, names[k], values[k]);
}

struct pd_val pd_code_call(struct pd_code *c, const struct pd_val *fn, const struct pd_val *args,
			   size_t n)
{
	struct pd_code was = *c;
	struct pd_var *vars = c->r->vars;

	c->result = (struct pd_val){ .kind = PD_V_NONE };
	c->p = fn->s;
	parameters(c, args, n);
	if (colon(c))
		(void)suite(c, (int)fn->n);
	c->p = was.p;
	c->depth = was.depth;
	c->scope = was.scope;
	c->r->vars = vars;
	return c->result;
}
