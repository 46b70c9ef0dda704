/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_TABLE_H
#define SHELL_TABLE_H
/* A flat JSON array of objects as a table of text, through libsmartcols. */
#include <jansson.h>
#include <stdbool.h>

struct shell;

struct table_col {
	const char *key;                  /* of the object; a missing value is "-" */
	const char *head;                 /* over the column */
	bool right;                       /* numbers stand right */
};

/* cols ends with a column without a key. */
void table_print(struct shell *sh, const json_t *rows, const struct table_col *cols);

/* Getters that take NULL and wrong types: "" and 0. */
const char *jstr(const json_t *o, const char *key);
json_int_t jint(const json_t *o, const char *key);
double jnum(const json_t *o, const char *key);
bool jtrue(const json_t *o, const char *key);
const json_t *jget(const json_t *o, const char *key);

/* Setters: add a key, or do nothing when the value could not be made. */
void jset_str(json_t *o, const char *key, const char *s);
void jset_int(json_t *o, const char *key, json_int_t n);
void jset_bool(json_t *o, const char *key, bool b);
void jset(json_t *o, const char *key, json_t *v);  /* consumes v */

#endif
