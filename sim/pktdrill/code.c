// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * %{ code }%: the little of Python that scripts use to ask the connection how
 * it is.  Statements: assert E [, text], NAME = E, print(...).  Expressions:
 * or and not, comparisons (chained too), | & << >> + - * / // %, numbers,
 * strings, names; abs, min, max, int.  All else is skipped, and said.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

#define DEPTH_MAX 60

struct code {
	struct pd_run *r;
	const char *p;
	int depth;                        /* of parentheses: newlines are blanks inside */
	int nest;                         /* of expressions */
	struct sk_tcp_info info;
	bool has_info, bad;
};

static double expr(struct code *c);

static double lacks(struct code *c, const char *what)
{
	if (!c->bad)
		pd_lacks(c->r, "Python: %s", what);
	c->bad = true;
	return 0;
}

/* Towards zero; 0 for what no integer of ours holds. */
static int64_t whole_of(double v)
{
	return v > -9e15 && v < 9e15 ? (int64_t)v : 0;
}

static void blanks(struct code *c)
{
	while (*c->p == ' ' || *c->p == '\t' || *c->p == '\r' || (*c->p == '\n' && c->depth))
		c->p++;
	if (*c->p == '#')
		c->p += strcspn(c->p, "\n");
}

static bool take(struct code *c, const char *s)
{
	size_t n = strlen(s);

	blanks(c);
	if (strncmp(c->p, s, n) != 0)
		return false;
	if (isalpha((unsigned char)s[0]) && (isalnum((unsigned char)c->p[n]) || c->p[n] == '_'))
		return false;
	c->p += n;
	return true;
}

/* --- values ---------------------------------------------------------------------------- */

static struct pd_var *var_find(struct pd_run *r, const char *name)
{
	struct pd_var *v = r->vars;

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

static void var_set(struct pd_run *r, const char *name, double x)
{
	struct pd_var *v = var_find(r, name);

	if (!v) {
		v = calloc(1, sizeof(*v));
		if (v && !(v->name = strdup(name))) {
			free(v);
			v = NULL;
		}
		if (!v)
			return;
		v->next = r->vars;
		r->vars = v;
	}
	v->v = x;
}

static double name_value(struct code *c, const char *name)
{
	const struct pd_var *v = var_find(c->r, name);
	int64_t n;

	if (v)
		return v->v;
	if (strcmp(name, "True") == 0 || strcmp(name, "False") == 0)
		return name[0] == 'T';
	if (strncmp(name, "tcpi_", 5) == 0 && c->has_info &&
	    sk_tcp_info_find(&c->info, name + 5, &n))
		return (double)n;
	if (pd_constant(name, &n))
		return (double)n;
	return lacks(c, name);
}

static bool name_take(struct code *c, char name[64])
{
	size_t n = 0;

	blanks(c);
	if (!isalpha((unsigned char)*c->p) && *c->p != '_')
		return false;
	while (isalnum((unsigned char)c->p[n]) || c->p[n] == '_')
		n++;
	if (n >= 64)
		return false;
	memcpy(name, c->p, n);
	name[n] = '\0';
	c->p += n;
	return true;
}

/* Arguments of a function, or what a tuple holds: the last is its value. */
static size_t list(struct code *c, double *v, size_t max)
{
	size_t n = 0;

	c->depth++;
	while (!c->bad && !take(c, ")")) {
		double x = expr(c);

		if (n < max)
			v[n] = x;
		n++;
		if (!take(c, ",") && (blanks(c), *c->p != ')'))
			lacks(c, "an expression that is not understood");
	}
	c->depth--;
	return n < max ? n : max;
}

static double function(struct code *c, const char *name)
{
	double v[8] = { 0 }, best;
	size_t n = list(c, v, N_ELEM(v));

	best = v[0];
	if (strcmp(name, "abs") == 0)
		return v[0] < 0 ? -v[0] : v[0];
	if (strcmp(name, "int") == 0)
		return (double)whole_of(v[0]);
	if (strcmp(name, "min") != 0 && strcmp(name, "max") != 0)
		return lacks(c, name);
	for (size_t i = 1; i < n; i++)
		if ((strcmp(name, "min") == 0) == (v[i] < best))
			best = v[i];
	return best;
}

static double string(struct code *c)
{
	char quote = *c->p++;

	while (*c->p && *c->p != quote)
		c->p += c->p[0] == '\\' && c->p[1] ? 2 : 1;
	if (*c->p)
		c->p++;
	return 0;
}

static double primary(struct code *c)
{
	char name[64], *end;
	double v = 0;

	blanks(c);
	if (*c->p == '"' || *c->p == '\'')
		return string(c);
	if (take(c, "(")) {
		list(c, &v, 1);
		return v;
	}
	if (isdigit((unsigned char)*c->p) || *c->p == '.') {
		v = strtod(c->p, &end);
		c->p = end > c->p ? end : c->p + 1;
		return v;
	}
	if (!name_take(c, name))
		return lacks(c, "an expression that is not understood");
	return take(c, "(") ? function(c, name) : name_value(c, name);
}

static double unary(struct code *c)
{
	if (++c->nest > DEPTH_MAX)
		return lacks(c, "an expression of this depth");
	if (take(c, "-")) {
		double v = -unary(c);

		c->nest--;
		return v;
	}
	double v = primary(c);

	c->nest--;
	return v;
}

static double divide(struct code *c, double a, double b, bool whole, bool rest)
{
	double q;

	if (b == 0)
		return lacks(c, "a division by zero");
	q = (double)whole_of(a / b);
	q -= q * b > a && b > 0 ? 1 : 0;          /* towards minus infinity */
	return rest ? a - q * b : whole ? q : a / b;
}

static double product(struct code *c)
{
	const char *from = (blanks(c), c->p);
	bool text = *from == '"' || *from == '\'';
	double v = unary(c);

	for (;;) {
		if (take(c, "*"))
			v *= unary(c);
		else if (take(c, "//"))
			v = divide(c, v, unary(c), true, false);
		else if (take(c, "/"))
			v = divide(c, v, unary(c), false, false);
		else if (take(c, "%"))
			v = text ? (unary(c), 0) : divide(c, v, unary(c), false, true);
		else
			return v;
	}
}

static double sum(struct code *c)
{
	double v = product(c);

	for (;;) {
		if (take(c, "+"))
			v += product(c);
		else if (take(c, "-"))
			v -= product(c);
		else
			return v;
	}
}

static double bits(struct code *c)
{
	double v = sum(c);

	for (;;) {
		if (take(c, "<<"))
			v = (double)((uint64_t)whole_of(v) << (whole_of(sum(c)) & 63));
		else if (take(c, ">>"))
			v = (double)((uint64_t)whole_of(v) >> (whole_of(sum(c)) & 63));
		else if (take(c, "&"))
			v = (double)(whole_of(v) & whole_of(sum(c)));
		else if (take(c, "|"))
			v = (double)(whole_of(v) | whole_of(sum(c)));
		else
			return v;
	}
}

static bool compare(struct code *c, double *a)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };
	size_t i = 0;
	double b, x = *a;

	while (i < N_ELEM(ops) && !take(c, ops[i]))
		i++;
	b = bits(c);
	*a = b;
	switch (i) {
	case 0: return x == b;
	case 1: return x != b;
	case 2: return x <= b;
	case 3: return x >= b;
	case 4: return x < b;
	default: return x > b;
	}
}

static double comparison(struct code *c)
{
	double a = bits(c);
	bool all = true, any = false;

	while (blanks(c), strchr("<>", *c->p) ? *c->p : (*c->p == '=' || *c->p == '!') &&
	       c->p[1] == '=') {
		all &= compare(c, &a);
		any = true;
		if (c->bad)
			return 0;
	}
	return any ? all : a;
}

static double negation(struct code *c)
{
	return take(c, "not") ? !comparison(c) : comparison(c);
}

static double conjunction(struct code *c)
{
	double v = negation(c);

	while (take(c, "and")) {
		double b = negation(c);

		v = v != 0 ? b : v;
	}
	return v;
}

static double expr(struct code *c)
{
	double v = conjunction(c);

	while (take(c, "or")) {
		double b = conjunction(c);

		v = v != 0 ? v : b;
	}
	return v;
}

/* --- statements ---------------------------------------------------------------------------- */

/* What each name that a failed assertion has was worth. */
static void say_values(struct code *c, const char *from, const char *to, struct buf *b)
{
	const char *sep = " with ";
	char name[64];

	for (c->p = from; c->p < to;) {
		if (!name_take(c, name)) {
			c->p++;
			continue;
		}
		if (strncmp(name, "tcpi_", 5) != 0 && !var_find(c->r, name))
			continue;
		buf_printf(b, "%s%s = %.15g", sep, name, name_value(c, name));
		sep = ", ";
	}
	c->p = to;
}

static void assertion(struct code *c)
{
	const char *from = (blanks(c), c->p), *to;
	struct pd_says *s = c->r->says;
	bool ok = expr(c) != 0;

	for (to = c->p; to > from && isspace((unsigned char)to[-1]);)
		to--;
	if (!c->bad && !ok) {
		pd_say(s, PD_FAILED, c->r->event->line, "error executing code: AssertionError: "
		       "%.*s", (int)(to - from), from);
		say_values(c, from, to, &s->text);
		c->bad = true;
		return;
	}
	if (take(c, ","))
		expr(c);
}

static void statement(struct code *c)
{
	char name[64];

	if (take(c, "assert")) {
		assertion(c);
		return;
	}
	if (!name_take(c, name)) {
		lacks(c, "a statement that is not understood");
		return;
	}
	if (strcmp(name, "print") == 0) {
		expr(c);
		while (take(c, ","))
			expr(c);
	} else if (blanks(c), *c->p == '=' && c->p[1] != '=') {
		c->p++;
		var_set(c->r, name, expr(c));
	} else {
		lacks(c, name);
	}
}

void pd_code(struct pd_run *r, const char *text)
{
	struct code c = { .r = r, .p = text };
	const struct pd_fd *f = pd_fd(r, r->last_fd);

	c.has_info = f && f->sk && sk_tcp_info(f->sk, &c.info) == OK;
	while (!c.bad) {
		blanks(&c);
		while (*c.p == '\n' || *c.p == ';') {
			c.p++;
			blanks(&c);
		}
		if (!*c.p)
			return;
		statement(&c);
		blanks(&c);
		if (*c.p && *c.p != '\n' && *c.p != ';')
			lacks(&c, "a statement that is not understood");
	}
}
