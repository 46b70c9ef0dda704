// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/state.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Lines that wait for the end of a line half written. */
static void flush_late(struct shell *sh)
{
	if (sh->late.len)
		fwrite(sh->late.s, 1, sh->late.len, sh->out);
	buf_reset(&sh->late);
}

void shell_write(struct shell *sh, const char *s, size_t n)
{
	const char *nl = sh->late.len ? memchr(s, '\n', n) : NULL;

	if (sh->json || !n)
		return;
	if (nl) {
		fwrite(s, 1, (size_t)(nl + 1 - s), sh->out);
		flush_late(sh);
		n -= (size_t)(nl + 1 - s);
		s = nl + 1;
	}
	fwrite(s, 1, n, sh->out);
	sh->mid_line = n && s[n - 1] != '\n';
}

void shell_printf(struct shell *sh, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (b.s)
		shell_write(sh, b.s, b.len);
	buf_free(&b);
}

void shell_end_line(struct shell *sh)
{
	if (sh->mid_line)
		putc('\n', sh->out);
	sh->mid_line = false;
	flush_late(sh);
}

bool shell_in_json(const struct shell *sh)
{
	return sh->json_all || sh->json || sh->in_json;
}

void shell_line(struct shell *sh, const char *fmt, ...)
{
	FILE *to = sh->notices ? sh->notices : shell_in_json(sh) ? sh->err : sh->out;
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	buf_putc(&b, '\n');
	if (to == sh->out && sh->mid_line) {
		buf_add(&sh->late, b.s, b.len);
	} else if (b.s) {
		if (sh->hide)
			sh->hide(sh->ctx);
		fwrite(b.s, 1, b.len, to);
		if (sh->show)
			sh->show(sh->ctx);
		else if (sh->interactive)
			fflush(to);
	}
	buf_free(&b);
}

int shell_error(struct shell *sh, const char *fmt, ...)
{
	va_list ap;

	shell_end_line(sh);
	fflush(sh->out);
	if (sh->src && sh->src_line)
		fprintf(sh->err, "%s:%u: ", sh->src, sh->src_line);
	else if (sh->src)
		fprintf(sh->err, "%s: ", sh->src);
	va_start(ap, fmt);
	vfprintf(sh->err, fmt, ap);
	va_end(ap);
	putc('\n', sh->err);
	fflush(sh->err);
	return 1;
}

void shell_event(struct shell *sh, ns_t at, const char *line)
{
	char t[40];

	shell_fmt_instant(at, t);
	shell_line(sh, "[%s] %s", t, line);
}

int shell_result(struct shell *sh, json_t *r)
{
	if (!r)
		return shell_error(sh, "out of memory");
	json_decref(sh->result);
	sh->result = r;
	return 0;
}

void shell_print_json(FILE *out, const json_t *v)
{
	/* 15 digits: 33.3 stays 33.3. */
	json_dumpf(v, out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	putc('\n', out);
}

struct stack *shell_stack(struct shell *sh, struct node *n)
{
	struct stack *st = node_stack(n);
	bool netns = strcmp(node_kind(n), "netns") == 0;

	if (!st && node_is_door(n))
		shell_error(sh, "%s is %s: netloom has no stack there%s%s%s", node_name(n),
			    node_kind(n), netns ? "; use '" : "", netns ? node_name(n) : "",
			    netns ? " exec COMMAND'" : "");
	else if (!st && !node_has_stack(n))
		shell_error(sh, "%s is a %s: it has no addresses and runs nothing",
			    node_name(n), node_kind(n));
	else if (!st)
		shell_error(sh, "%s is stopped: start it with 'node %s start'",
			    node_name(n), node_name(n));
	return st;
}

void shell_fmt_time(ns_t at, int digits, char out[40])
{
	int n = snprintf(out, 40, "%" PRIns ".%09" PRIns, at / SEC(1), at % SEC(1));

	n -= 9 - digits;
	while (out[n - 1] == '0')
		n--;
	if (out[n - 1] == '.')
		n--;
	out[n++] = 's';
	out[n] = '\0';
}

void shell_fmt_instant(ns_t at, char out[40])
{
	int n = snprintf(out, 40, "%" PRIns ".%09" PRIns, at / SEC(1), at % SEC(1));
	int least = n - 6;

	while (n > least && strcmp(out + n - 3, "000") == 0)
		out[n -= 3] = '\0';
	out[n++] = 's';
	out[n] = '\0';
}

void shell_warnings(struct shell *sh, const struct buf *notes)
{
	for (const char *s = notes->s; s && *s; s += strcspn(s, "\n"), s += *s == '\n')
		if (strncmp(s, "warning: ", 9) == 0)
			shell_line(sh, "%.*s", (int)strcspn(s, "\n"), s);
}
