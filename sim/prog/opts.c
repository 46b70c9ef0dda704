// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/opts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/prog/prog.h"

void opts_init(struct opts *o, int argc, char *const *argv)
{
	*o = (struct opts){ .argc = argc, .argv = argv, .i = 1 };
}

static void operand_add(struct opts *o, const char *s)
{
	if (o->n < OPTS_OPERANDS)
		o->operand[o->n++] = s;
}

/* Finds the next word of options; false: there is none, and all the rest is
 * operands. */
static bool word_next(struct opts *o)
{
	while (o->i < o->argc) {
		const char *s = o->argv[o->i];

		if (s[0] == '-' && s[1] == '-' && s[2] == '\0') {
			o->i++;
			break;
		}
		if (s[0] == '-' && s[1] != '\0') {
			o->i++;
			o->at = s + 1;
			return true;
		}
		if (o->in_order)
			break;
		operand_add(o, s);
		o->i++;
	}
	while (o->i < o->argc)
		operand_add(o, o->argv[o->i++]);
	return false;
}

int opts_next(struct opts *o, const char *spec)
{
	const char *s;

	if (!o->at && !word_next(o))
		return -1;
	o->opt = (unsigned char)*o->at++;
	s = o->opt == ':' ? NULL : strchr(spec, o->opt);
	if (!s || s[1] != ':') {
		if (*o->at == '\0')
			o->at = NULL;
		return s ? o->opt : '?';
	}
	o->arg = o->at;
	o->at = NULL;
	if (*o->arg == '\0') {
		if (o->i >= o->argc)
			return ':';
		o->arg = o->argv[o->i++];
	}
	return o->opt;
}

void opts_usage(struct prog *p)
{
	size_t n;
	const struct prog_info *info = prog_list(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(info[i].name, p->ops->name) == 0)
			prog_eprintf(p, "Usage: %s\n", info[i].usage);
}

void opts_bad(struct prog *p, const struct opts *o, int got)
{
	prog_error(p, 0, "%s -- '%c'",
		   got == ':' ? "option requires an argument" : "invalid option", o->opt);
	opts_usage(p);
	prog_exit(p, PROG_USAGE);
}

bool opts_int(struct prog *p, const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 0);
	if (end == text || *end != '\0') {
		prog_fail(p, 1, 0, "invalid argument: '%s'", text);
		return false;
	}
	if (errno || v < min || v > max) {
		prog_fail(p, 1, 0, "invalid argument: '%s': out of range: %" PRId64
			  " <= value <= %" PRId64, text, min, max);
		return false;
	}
	*out = v;
	return true;
}

bool opts_parse_size(const char *text, int64_t kilo, int64_t max, int64_t *out)
{
	char *end;
	double v = strtod(text, &end);
	const char *unit = "kmgt", *at = *end ? strchr(unit, *end | 0x20) : NULL;

	for (int i = at ? (int)(at - unit) + 1 : 0; i > 0; i--)
		v *= (double)kilo;
	if (end == text || (at ? end[1] : end[0]) || !(v >= 0) || v > (double)max)
		return false;
	*out = (int64_t)v;
	return true;
}

bool opts_size(struct prog *p, const char *text, int64_t max, int64_t *out)
{
	if (opts_parse_size(text, 1024, max, out))
		return true;
	prog_fail(p, 1, 0, "invalid argument: '%s': expected bytes, as 1500, 64K or 10M", text);
	return false;
}

/* Digits into v, at most while it stays below a second over NS_NEVER's range;
 * returns how many there were. */
static int digits(const char **s, int64_t *v, int max)
{
	int n = 0;

	while (**s >= '0' && **s <= '9') {
		if (n < max)
			*v = *v * 10 + (**s - '0');
		n++;
		(*s)++;
	}
	return n;
}

bool opts_parse_ns(const char *text, ns_t *out, const char **end)
{
	static const struct { const char *word; ns_t ns; } units[] = {
		{ "ms", MSEC(1) }, { "us", USEC(1) }, { "ns", 1 }, { "s", SEC(1) },
	};
	int64_t whole = 0, part = 0;
	ns_t unit = SEC(1);
	int n = digits(&text, &whole, 18), decimals = 0;

	if (*text == '.') {
		text++;
		decimals = digits(&text, &part, 9);
	}
	if (n + decimals == 0 || n > 9)
		return false;
	for (; decimals < 9; decimals++)
		part *= 10;
	for (size_t i = 0; i < N_ELEM(units); i++) {
		size_t len = strlen(units[i].word);

		if (strncmp(text, units[i].word, len) == 0) {
			unit = units[i].ns;
			text += len;
			break;
		}
	}
	*out = whole * unit + part / (SEC(1) / unit);
	*end = text;
	return true;
}

bool opts_ns(struct prog *p, const char *text, ns_t *out)
{
	const char *end = text;

	if (opts_parse_ns(text, out, &end) && *end == '\0')
		return true;
	prog_fail(p, 1, 0, "invalid argument: '%s'", text);
	return false;
}

bool opts_pause(struct prog *p, const char *text, ns_t *out)
{
	if (!opts_ns(p, text, out))
		return false;
	if (*out > 0)
		return true;
	prog_fail(p, 1, 0, "invalid argument: '%s': lab time would not pass", text);
	return false;
}
