// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pktdrill/lex.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX 1000000               /* of one time in a script */

void pd_say(struct pd_says *s, enum pd_verdict v, unsigned line, const char *fmt, ...)
{
	va_list ap;

	if (s->verdict != PD_PASSED)
		return;
	s->verdict = v;
	s->line = line;
	va_start(ap, fmt);
	buf_vprintf(&s->text, fmt, ap);
	va_end(ap);
}

static void say_here(struct pd_lex *lx, enum pd_verdict v, const char *fmt, ...)
	printf_like(3, 4);

static void say_here(struct pd_lex *lx, enum pd_verdict v, const char *fmt, ...)
{
	struct pd_says *s = lx->says;
	const char *p = lx->p;
	va_list ap;

	if (s->verdict != PD_PASSED)
		return;
	while (p > lx->text && p[-1] != '\n')
		p--;
	s->verdict = v;
	s->line = lx->line;
	s->col = (unsigned)(lx->p - p) + 1;
	va_start(ap, fmt);
	buf_vprintf(&s->text, fmt, ap);
	va_end(ap);
}

bool pd_fail(struct pd_lex *lx, const char *what)
{
	char rest[20 + 1];
	size_t n = 0;

	pd_skip(lx);
	for (; n < sizeof(rest) - 1 && lx->p[n] && lx->p[n] != '\n'; n++)
		rest[n] = isprint((unsigned char)lx->p[n]) ? lx->p[n] : '?';
	rest[n] = '\0';
	say_here(lx, PD_FAILED, "syntax error: expected %s before %s%s%s", what, n ? "'" : "",
		 n ? rest : *lx->p ? "the end of the line" : "the end of the file", n ? "'" : "");
	return false;
}

bool pd_wrong(struct pd_lex *lx, const char *what)
{
	say_here(lx, PD_FAILED, "semantic error: %s", what);
	return false;
}

bool pd_unsupported(struct pd_lex *lx, const char *what, const char *name)
{
	say_here(lx, PD_SKIPPED, "%s%s%s", what, name ? " " : "", name ? name : "");
	return false;
}

/* --- blanks and comments ---------------------------------------------------------- */

static void skip_line(struct pd_lex *lx)
{
	while (*lx->p && *lx->p != '\n')
		lx->p++;
}

static void skip_comment(struct pd_lex *lx)
{
	if (!strstr(lx->p, "*/"))
		say_here(lx, PD_FAILED, "syntax error: a comment without an end");
	while (*lx->p && strncmp(lx->p, "*/", 2) != 0)
		lx->line += *lx->p++ == '\n';
	if (*lx->p)
		lx->p += 2;
}

void pd_skip(struct pd_lex *lx)
{
	for (;;) {
		if (isspace((unsigned char)*lx->p))
			lx->line += *lx->p++ == '\n';
		else if (*lx->p == '#' || strncmp(lx->p, "//", 2) == 0)
			skip_line(lx);
		else if (strncmp(lx->p, "/*", 2) == 0)
			skip_comment(lx);
		else
			return;
	}
}

/* --- words -------------------------------------------------------------------------- */

bool pd_at_end(struct pd_lex *lx)
{
	pd_skip(lx);
	return !*lx->p;
}

bool pd_looks(struct pd_lex *lx, const char *s)
{
	pd_skip(lx);
	return strncmp(lx->p, s, strlen(s)) == 0;
}

bool pd_take(struct pd_lex *lx, const char *s)
{
	if (!pd_looks(lx, s))
		return false;
	lx->p += strlen(s);
	return true;
}

bool pd_take_word(struct pd_lex *lx, const char *s)
{
	size_t n = strlen(s);

	if (!pd_looks(lx, s) || isalnum((unsigned char)lx->p[n]) || lx->p[n] == '_')
		return false;
	lx->p += n;
	return true;
}

bool pd_want(struct pd_lex *lx, const char *s)
{
	char what[16];

	if (pd_take(lx, s))
		return true;
	snprintf(what, sizeof(what), "'%s'", s);
	return pd_fail(lx, what);
}

void *pd_alloc(struct pd_script *s, size_t n)
{
	struct pd_mem *m = calloc(1, sizeof(*m) + n);

	if (!m)
		return NULL;
	m->next = s->mem;
	s->mem = m;
	return m + 1;
}

char *pd_keep(struct pd_lex *lx, const char *s, size_t n)
{
	char *copy = pd_alloc(lx->script, n + 1);

	if (copy)
		memcpy(copy, s, n);
	else
		pd_say(lx->says, PD_FAILED, lx->line, "out of memory");
	return copy;
}

bool pd_is_name(struct pd_lex *lx)
{
	pd_skip(lx);
	return isalpha((unsigned char)*lx->p) || *lx->p == '_';
}

char *pd_name(struct pd_lex *lx)
{
	size_t n = 0;
	char *name;

	if (!pd_is_name(lx))
		return NULL;
	while (isalnum((unsigned char)lx->p[n]) || lx->p[n] == '_')
		n++;
	name = pd_keep(lx, lx->p, n);
	lx->p += n;
	return name;
}

bool pd_number(struct pd_lex *lx, int64_t *v)
{
	const char *digits;
	char *end;

	pd_skip(lx);
	digits = lx->p + (*lx->p == '-');
	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*v = strtoll(lx->p, &end, digits[0] == '0' && (digits[1] | 32) == 'x' ? 16 : 10);
	if (errno)
		return false;
	lx->p = end;
	return true;
}

bool pd_want_number(struct pd_lex *lx, int64_t lo, int64_t hi, int64_t *v)
{
	struct pd_lex at = (pd_skip(lx), *lx);

	if (pd_number(lx, v) && *v >= lo && *v <= hi)
		return true;
	*lx = at;
	return pd_fail(lx, "a number in range");
}

bool pd_seconds(struct pd_lex *lx, ns_t *d)
{
	ns_t unit = SEC(1) / 10, whole = 0;
	const char *at;

	pd_skip(lx);
	at = lx->p;
	if (!isdigit((unsigned char)lx->p[0]) &&
	    !(lx->p[0] == '.' && isdigit((unsigned char)lx->p[1])))
		return false;
	for (; isdigit((unsigned char)*lx->p); lx->p++)
		if (whole <= SECONDS_MAX)
			whole = whole * 10 + (*lx->p - '0');
	if (whole > SECONDS_MAX) {
		lx->p = at;
		return pd_fail(lx, "at most 1000000 seconds");
	}
	*d = SEC(whole);
	if (lx->p[0] != '.' || !isdigit((unsigned char)lx->p[1])) {
		if (lx->p[0] == '.' && lx->p[1] != '.')
			lx->p++;                  /* "1." */
		return true;
	}
	for (lx->p++; isdigit((unsigned char)*lx->p); lx->p++, unit /= 10)
		*d += (*lx->p - '0') * unit;
	return true;
}

char *pd_between(struct pd_lex *lx, const char *open, const char *close)
{
	const char *from, *end;
	char *text;

	if (!pd_take(lx, open))
		return NULL;
	from = lx->p;
	end = strstr(from, close);
	if (!end) {
		pd_fail(lx, close);
		return NULL;
	}
	text = pd_keep(lx, from, (size_t)(end - from));
	for (; lx->p < end; lx->p++)
		lx->line += *lx->p == '\n';
	lx->p = end + strlen(close);
	return text;
}
