/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_ROWS_H
#define SHELL_ROWS_H
/* Rows of one kind, gathered node by node, each with its node's name. */
#include <jansson.h>

struct args;
struct node;
struct shell;
struct stack;

struct rows { struct shell *sh; const struct args *args; struct node *node; json_t *all; };

void rows_add(struct rows *r, json_t *row);       /* consumes row */
/* Calls add for the node asked for (NODE, or the one entered), or for all that
 * have a stack and run, and reports what was added: a command's exit status. */
int rows_report(struct shell *sh, const struct args *a,
		void (*add)(struct rows *r, struct stack *st));

#endif
