/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H
/* What the grammar says about a half-typed line: words for TAB, a list for
 * '?'.  Knows nothing of readline. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct shell;

struct complete {
	char **v;                         /* whole words, sorted, NULL-terminated */
	size_t n;
	size_t word_at;                   /* where in the line the word begins */
	bool files;                       /* a file name may stand here */
};

void complete_line(struct complete *c, struct shell *sh, const char *line);
void complete_fini(struct complete *c);
/* Prints what may come next, a line each: the word and what it means. */
void complete_list(struct shell *sh, const char *line, FILE *out);

#endif
