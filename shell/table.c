// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/table.h"

#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "shell/state.h"

const json_t *jget(const json_t *o, const char *key)
{
	return json_object_get(o, key);
}

const char *jstr(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

json_int_t jint(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

double jnum(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

bool jtrue(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

void jset(json_t *o, const char *key, json_t *v)
{
	if (v)
		json_object_set_new(o, key, v);
}

void jset_str(json_t *o, const char *key, const char *s)
{
	jset(o, key, json_string(s));
}

void jset_int(json_t *o, const char *key, json_int_t n)
{
	jset(o, key, json_integer(n));
}

void jset_bool(json_t *o, const char *key, bool b)
{
	jset(o, key, json_boolean(b));
}

/* A value as a cell: a list of strings is joined with blanks. */
static void cell_text(struct buf *b, const json_t *v)
{
	const json_t *e;
	size_t i;

	if (json_is_string(v))
		buf_str(b, json_string_value(v));
	else if (json_is_integer(v))
		buf_printf(b, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		buf_printf(b, "%g", json_real_value(v));
	else if (json_is_boolean(v))
		buf_str(b, json_is_true(v) ? "yes" : "no");
	else if (json_is_array(v))
		json_array_foreach(v, i, e) {
			if (i)
				buf_putc(b, ' ');
			cell_text(b, e);
		}
	if (!b->len)
		buf_putc(b, '-');
}

static void table_row(struct libscols_table *tb, const json_t *row, const struct table_col *cols)
{
	struct libscols_line *ln = scols_table_new_line(tb, NULL);

	for (size_t c = 0; ln && cols[c].key; c++) {
		struct buf b = { 0 };

		cell_text(&b, json_object_get(row, cols[c].key));
		if (b.s)
			scols_line_set_data(ln, c, b.s);
		buf_free(&b);
	}
}

void table_print(struct shell *sh, const json_t *rows, const struct table_col *cols)
{
	struct libscols_table *tb = scols_new_table();
	const json_t *row;
	char *text = NULL;
	size_t i;

	if (!tb)
		return;
	scols_table_enable_maxout(tb, 0);
	scols_table_set_termforce(tb, SCOLS_TERMFORCE_NEVER);   /* no cut to the screen */
	for (const struct table_col *c = cols; c->key; c++)
		scols_table_new_column(tb, c->head, 0, c->right ? SCOLS_FL_RIGHT : 0);
	json_array_foreach(rows, i, row)
		table_row(tb, row, cols);
	if (scols_print_table_to_string(tb, &text) == 0 && text && *text)
		shell_printf(sh, "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
	free(text);
	scols_unref_table(tb);
}
