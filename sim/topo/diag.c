// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/topo/mem.h"

/* What a file holds must not break the line or reach the terminal's controls. */
static char *one_line(char *s)
{
	for (char *c = s; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	return s;
}

void diag_error(struct diag *d, struct topo_pos pos, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	if (d->quiet)
		return;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if ((d->n & (d->n - 1)) == 0)             /* full at each power of two */
		d->lines = mem_grow(d->lines, d->n ? d->n * 2 : 1, sizeof(*d->lines));
	d->lines[d->n] = (struct diag_line){
		.file = d->file, .pos = pos, .seq = d->n,
		.text = one_line(mem_or_die(buf_take(&text))),
	};
	d->n++;
}

static int line_cmp(const void *va, const void *vb)
{
	const struct diag_line *a = va, *b = vb;

	if (a->file.order != b->file.order)
		return a->file.order < b->file.order ? -1 : 1;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	if (a->pos.col != b->pos.col)
		return a->pos.col < b->pos.col ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static bool line_again(const struct diag_line *a, const struct diag_line *b)
{
	return a->file.order == b->file.order && a->pos.line == b->pos.line &&
	       a->pos.col == b->pos.col && strcmp(a->text, b->text) == 0;
}

void diag_flush(struct diag *d, struct buf *out)
{
	size_t shown = 0;

	if (d->n)
		qsort(d->lines, d->n, sizeof(*d->lines), line_cmp);
	for (size_t i = 0; i < d->n; i++) {
		const struct diag_line *l = &d->lines[i];

		if (i > 0 && line_again(l - 1, l))
			continue;
		if (shown++ < DIAG_MAX)
			buf_printf(out, "%s:%u:%u: %s\n", l->file.name, l->pos.line,
				   l->pos.col, l->text);
	}
	if (shown > DIAG_MAX)
		buf_printf(out, "%s: and %zu more errors\n", d->file.name, shown - DIAG_MAX);
	for (size_t i = 0; i < d->n; i++)
		free(d->lines[i].text);
	free(d->lines);
	d->lines = NULL;
	d->n = 0;
}

const char *diag_hint(char hint[80], const char *word, const char *const *words, size_t n)
{
	const char *near = closest_word(word, words, n);

	hint[0] = '\0';
	if (near)
		snprintf(hint, 80, "; did you mean '%.40s'?", near);
	return hint;
}
