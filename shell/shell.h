/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_SHELL_H
#define SHELL_SHELL_H
/*
 * The shell: one lab, one user, one line at a time.  A command fills one JSON
 * value; its text is printed as it runs, or from the value when it is done.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "stack/util/ns.h"

struct lab;
struct shell;

struct shell_config {
	struct lab *lab;                  /* borrowed */
	FILE *out, *err;                  /* where text and errors go */
	bool json;                        /* every command prints JSON, not text */
	bool interactive;
};

struct shell *shell_new(const struct shell_config *cfg);
void shell_free(struct shell *sh);        /* ends background jobs, with a line that says so */

/*
 * Runs one line.  Returns its exit status (0: success); *json, if asked for,
 * gets a new reference to what the command reported (NULL: nothing).  Errors
 * are one line on err.  limit: lab instant at which the command is stopped
 * (NS_NEVER: none); then *timed_out is set, if asked for.
 */
int shell_exec(struct shell *sh, const char *line, ns_t limit, json_t **json, bool *timed_out);

/* Commands from a stream to its end, one a line; name is for messages.
 * stop_on_error is -e.  Returns 0, or 1 if a command failed. */
int shell_source(struct shell *sh, FILE *in, const char *name, bool stop_on_error);

/* One line as a script of its own; name is for messages ("-c 2"). */
int shell_command(struct shell *sh, const char *line, const char *name);
/* A script to read, or NULL with errno: EISDIR for a folder. */
FILE *shell_script_open(const char *path);

/* Reads and edits lines on a terminal until quit or end of file. */
void shell_interact(struct shell *sh);

bool shell_quit_asked(const struct shell *sh);

#endif
