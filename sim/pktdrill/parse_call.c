// SPDX-License-Identifier: GPL-3.0-or-later
/* System calls: name(args) = result ERRNO (note). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/lex.h"

#define DEPTH_MAX 8

static struct pd_expr *parse_expr(struct pd_lex *lx, int depth);
static bool parse_atom(struct pd_lex *lx, struct pd_expr *e, int depth);

/* Items up to `close`. */
static bool parse_items(struct pd_lex *lx, struct pd_expr **at, const char *close, int depth)
{
	if (pd_take(lx, close))
		return true;
	do {
		*at = parse_expr(lx, depth + 1);
		if (!*at)
			return false;
		at = &(*at)->next;
	} while (pd_take(lx, ","));
	return pd_want(lx, close);
}

/* False: there is none of that name. */
static bool defined(struct pd_lex *lx, struct pd_expr *e, int depth)
{
	struct pd_lex value = *lx;

	value.p = pd_defined(lx->script, e->text, strlen(e->text));
	return value.p && depth <= DEPTH_MAX && parse_atom(&value, e, depth + 1) &&
	       pd_at_end(&value);
}

/* "htons(1)", "inet_addr("..")", "msg_iov(2)": what is in () stays with the name. */
static bool parse_word(struct pd_lex *lx, struct pd_expr *e, int depth)
{
	e->text = pd_name(lx);
	if (!e->text)
		return false;
	if (pd_constant(e->text, &e->num)) {
		e->kind = PD_NUM;
		return true;
	}
	if (defined(lx, e, depth))
		return true;
	e->kind = PD_UNKNOWN;
	if (!pd_take(lx, "("))
		return true;
	if (!parse_items(lx, &e->first, ")", depth))
		return false;
	if (strncmp(e->text, "hton", 4) == 0 && e->first && e->first->kind == PD_NUM) {
		e->kind = PD_NUM;
		e->num = e->first->num;
	}
	return true;
}

/* "\x61" is a byte; returns how many there are. */
static int64_t unescape(char *s)
{
	const char *from = s;
	char *to = s;

	while (*from) {
		if (from[0] == '\\' && from[1] == 'x' && isxdigit((unsigned char)from[2]) &&
		    isxdigit((unsigned char)from[3])) {
			char digits[] = { from[2], from[3], '\0' };

			*to++ = (char)strtoul(digits, NULL, 16);
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return to - s;
}

/* "abc" "def" is one; "abc"... has more behind it. */
static bool parse_string(struct pd_lex *lx, struct pd_expr *e)
{
	struct buf all = { 0 };
	char *piece = NULL;

	e->kind = PD_STR;
	while (pd_looks(lx, "\"") && (piece = pd_between(lx, "\"", "\"")))
		buf_add(&all, piece, (size_t)unescape(piece));
	e->num = (int64_t)all.len;
	e->text = piece ? pd_keep(lx, all.s ? all.s : "", all.len) : NULL;
	buf_free(&all);
	(void)pd_take(lx, "...");
	return e->text != NULL;
}

static bool parse_atom(struct pd_lex *lx, struct pd_expr *e, int depth)
{
	pd_skip(lx);
	if (pd_take(lx, "...")) {
		e->kind = PD_ANY_VALUE;
		return true;
	}
	if (pd_take(lx, "[")) {
		e->kind = PD_LIST;
		return parse_items(lx, &e->first, "]", depth);
	}
	if (pd_take(lx, "{")) {
		e->kind = PD_STRUCT;
		return parse_items(lx, &e->first, "}", depth);
	}
	if (*lx->p == '"')
		return parse_string(lx, e);
	if (pd_is_name(lx))
		return parse_word(lx, e, depth);
	return pd_number(lx, &e->num);
}

/* A | B | C of numbers. */
static bool parse_or(struct pd_lex *lx, struct pd_expr *e, int depth)
{
	while (pd_take(lx, "|")) {
		struct pd_expr more = { 0 };

		if (!parse_atom(lx, &more, depth))
			return false;
		if (more.kind == PD_NUM && e->kind == PD_NUM) {
			e->num |= more.num;
		} else if (more.kind == PD_UNKNOWN) {
			e->kind = PD_UNKNOWN;
			e->text = more.text;
		}
	}
	return true;
}

static bool parse_field(struct pd_lex *lx, struct pd_expr *e, int depth)
{
	if (!parse_atom(lx, e, depth) || !parse_or(lx, e, depth))
		return false;
	if (depth == 0 || e->kind != PD_UNKNOWN || !pd_take(lx, "="))
		return true;
	e->field = e->text;
	e->kind = PD_NUM;
	e->text = NULL;
	e->first = NULL;
	return parse_atom(lx, e, depth) && parse_or(lx, e, depth);
}

static struct pd_expr *parse_expr(struct pd_lex *lx, int depth)
{
	struct pd_expr *e = pd_alloc(lx->script, sizeof(*e));

	if (!e || depth > DEPTH_MAX || !parse_field(lx, e, depth)) {
		pd_fail(lx, "an argument");
		return NULL;
	}
	return e;
}

static bool parse_result(struct pd_lex *lx, struct pd_call *c)
{
	struct pd_lex at = (pd_skip(lx), *lx);

	if (pd_take(lx, "...")) {
		c->any_result = true;
	} else if (!pd_number(lx, &c->result)) {
		char *name = pd_name(lx);

		if (!name || !pd_constant(name, &c->result))
			return pd_fail(&at, "a result");
	}
	pd_skip(lx);
	at = *lx;
	if (c->result == -1 && *lx->p == 'E' && pd_is_name(lx)) {
		c->err_name = pd_name(lx);
		c->err = c->err_name ? pd_errno(c->err_name) : 0;
		if (!c->err)
			return pd_fail(&at, "an errno");
	}
	if (pd_looks(lx, "("))
		return pd_between(lx, "(", ")") != NULL;
	return true;
}

bool pd_parse_call(struct pd_lex *lx, struct pd_call *c)
{
	c->name = pd_name(lx);
	if (!c->name)
		return pd_fail(lx, "a system call, a packet, `command` or %{ code }%");
	return pd_want(lx, "(") && parse_items(lx, &c->args, ")", 0) && pd_want(lx, "=") &&
	       parse_result(lx, c);
}
