// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * %{ code }%: the part of Python that scripts use to ask the connection how it
 * is.  Statements: assert E [, E], NAME = E, NAME += E and its like, print(),
 * pass, return, break, continue; one a line, or with ; between.  suite.c has those
 * that hold others, expr.c the expressions.  All else is skipped, and said.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/expr.h"
#include "sim/pktdrill/lex.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

/* --- what a failed assertion saw ----------------------------------------------------- */

static void say_value(const struct pd_val *v, struct buf *b)
{
	if (v->kind == PD_V_STR)
		buf_printf(b, "'%s'", v->s);
	else if (v->kind == PD_V_NUM)
		buf_printf(b, "%.15g", v->n);
	else
		buf_str(b, v->kind == PD_V_NONE ? "None" : "(...)");
}

static bool is_first(const char *from, const char *at, size_t n)
{
	for (const char *p = from; p < at; p++)
		if (strncmp(p, at, n) == 0 && !isalnum((unsigned char)p[n]) && p[n] != '_' &&
		    (p == from || (!isalnum((unsigned char)p[-1]) && p[-1] != '_')))
			return false;
	return true;
}

/* What each name in it was worth, once. */
static void say_values(struct pd_code *c, const char *from, const char *to, struct buf *b)
{
	const char *sep = " with ";

	for (const char *p = from; p < to;) {
		char name[PD_NAME_MAX];
		struct pd_val v;
		size_t n = 0;

		if (*p == '"' || *p == '\'') {
			const char *end = memchr(p + 1, *p, (size_t)(to - p - 1));

			p = end ? end + 1 : to;
			continue;
		}
		while (p + n < to && n + 1 < sizeof(name) &&
		       (isalnum((unsigned char)p[n]) || p[n] == '_'))
			n++;
		memcpy(name, p, n);
		name[n] = '\0';
		if (n && !isdigit((unsigned char)*p) && is_first(from, p, n) &&
		    pd_name_find(c, name, &v) && !isupper((unsigned char)*p)) {
			buf_printf(b, "%s%s = ", sep, name);
			say_value(&v, b);
			sep = ", ";
		}
		p += n ? n : 1;
	}
}

/* --- statements ---------------------------------------------------------------------- */

static void assertion(struct pd_code *c)
{
	const char *from = (pd_code_blanks(c), c->p), *to;
	struct pd_says *s = c->r->says;
	struct pd_val v = pd_expression(c);

	for (to = c->p; to > from && isspace((unsigned char)to[-1]);)
		to--;
	if (pd_code_take(c, ","))
		(void)pd_expression(c);
	if (c->bad || pd_truth(&v))
		return;
	pd_say(s, PD_FAILED, c->r->event->line, "error executing code: AssertionError: %.*s",
	       (int)(to - from), from);
	say_values(c, from, to, &s->text);
	c->bad = true;
}

/* NAME = E, NAME += E; false: it is neither. */
static bool assignment(struct pd_code *c, const char *name)
{
	struct pd_val v = { .kind = PD_V_NONE }, more;
	char op = (pd_code_blanks(c), *c->p);

	if (op == '=' && c->p[1] != '=') {
		c->p++;
		pd_name_set(c, name, pd_expression(c));
		return true;
	}
	if (!op || !strchr("+-*", op) || c->p[1] != '=')
		return false;
	c->p += 2;
	more = pd_expression(c);
	if (!pd_name_find(c, name, &v) || v.kind != PD_V_NUM || more.kind != PD_V_NUM) {
		pd_code_lacks(c, name);
		return true;
	}
	v.n = op == '+' ? v.n + more.n : op == '-' ? v.n - more.n : v.n * more.n;
	pd_name_set(c, name, v);
	return true;
}

enum pd_jump pd_statement(struct pd_code *c)
{
	static const char *const others[] = { "import", "from", "class", "try", "with", "raise",
					      "global", "del" };
	char name[PD_NAME_MAX];
	const char *from = (pd_code_blanks(c), c->p);

	if (pd_code_take(c, "assert")) {
		assertion(c);
		return PD_J_NEXT;
	}
	if (pd_code_take(c, "pass"))
		return PD_J_NEXT;
	if (pd_code_take(c, "break"))
		return PD_J_BREAK;
	if (pd_code_take(c, "continue"))
		return PD_J_CONTINUE;
	if (pd_code_take(c, "return")) {
		pd_code_blanks(c);
		if (*c->p && *c->p != '\n' && *c->p != ';')
			c->result = pd_expression(c);
		return PD_J_RETURN;
	}
	if (pd_code_name(c, name) && assignment(c, name))
		return PD_J_NEXT;
	c->p = from;
	for (size_t i = 0; i < N_ELEM(others); i++) {
		if (pd_code_take(c, others[i])) {
			pd_code_lacks(c, others[i]);
			return PD_J_NEXT;
		}
	}
	(void)pd_expression(c);
	return PD_J_NEXT;
}

void pd_code(struct pd_run *r, const char *text)
{
	struct pd_code c = { .r = r, .p = text, .text = text };
	const struct pd_fd *f = pd_fd(r, r->last_fd);

	c.sk = f ? f->sk : NULL;
	c.has_info = c.sk && sk_tcp_info(c.sk, &c.info) == OK;
	pd_suite(&c);
}
