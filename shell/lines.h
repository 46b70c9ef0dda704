/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_LINES_H
#define SHELL_LINES_H
/*
 * The lines of a script.  Who writes them to a pipe may take long between two:
 * a lab whose time follows the wall clock lives on meanwhile.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct shell;

struct lines {
	FILE *in;                         /* borrowed */
	int fd;                           /* a pipe, socket or terminal; -1: read with stdio */
	char *buf;                        /* of the line, or what was read of the next ones */
	size_t cap, at, len;              /* buf[at .. len) is still to be read */
	bool end;
	int err;                          /* errno of what went wrong, or 0 */
};

void lines_init(struct lines *l, FILE *in);
/* Without its newline, until the next call; NULL at the end, on an error and
 * when the shell was interrupted, which it then knows. */
char *lines_next(struct lines *l, struct shell *sh);
void lines_fini(struct lines *l);

#endif
