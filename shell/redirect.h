/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_REDIRECT_H
#define SHELL_REDIRECT_H
/*
 * Behind a program's words, as in sh(1): "< FILE", "> FILE" and ">> FILE",
 * files of this machine.  Quoted they are words like any other.  Pipes and "2>"
 * are refused.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct args;
struct shell;

struct redirect {
	FILE *in, *out;                   /* NULL: not redirected */
	char *out_name;
};

/* Takes them out of argv, which is prog_argv()'s, and opens the files.  False:
 * complained, and nothing is open. */
bool redirect_take(struct shell *sh, const struct args *a, char **argv, int *argc,
		   struct redirect *rd);
/* Complains if not all could be written; false then. */
bool redirect_close(struct shell *sh, struct redirect *rd);

#endif
