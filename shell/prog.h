/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_PROG_H
#define SHELL_PROG_H
/* Programs on hosts, as commands. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct args;
struct cmd;
struct node;
struct shell;

/* One command for each program there is; the caller frees.  NULL: no memory. */
struct cmd *prog_cmds(size_t *n);
/* False, with an error, if there is no stack that it could run on. */
bool prog_may_start(struct shell *sh, struct node *n, const char *name);
/*
 * Runs a program to its end, without its text; its exit status.
 * 124 if the line's limit stopped it, 130 if the user did.  *json: what it
 * reported, a new reference or NULL.
 */
int prog_run(struct shell *sh, struct node *n, int argc, char *const *argv, json_t **json);
/* The program's name in full and its arguments, as a vector of its own;
 * NULL: out of memory. */
char **prog_argv(const struct args *a, int *argc);
void prog_argv_free(char **argv);

#endif
