/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_STATE_H
#define SHELL_STATE_H
/* The inside of a shell: what commands see and call. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "shell/cmd.h"
#include "shell/history.h"
#include "shell/shell.h"
#include "sim/sim.h"
#include "stack/util/buf.h"
#include "stack/util/cc.h"
#include "stack/util/list.h"
#include "stack/util/ns.h"

#define SHELL_NAME_MAX 64

struct shell {
	struct lab *lab;                  /* borrowed */
	FILE *out, *err;                  /* borrowed */
	FILE *notices;                    /* of shell_line() while out is held back, or NULL */
	unsigned in_json;                 /* lines that asked for JSON, of those that run now */
	bool json_all, json;              /* JSON for every line; for this one */
	bool echo;                        /* -x: each line of a script goes to err first */
	bool interactive;
	bool quit;
	bool mid_line;                    /* the last text did not end its line */
	struct buf late;                  /* lines that wait for that */
	bool links_change, nodes_change;  /* lint.c: lines before this one add or delete some */
	bool moving;                      /* lab time moves now: a scheduled event runs inside */
	bool interrupted;                 /* the last wait ended by lab_interrupt() */
	bool timed_out;                   /* ... or at limit */
	ns_t limit;                       /* lab instant at which commands stop */
	struct node *here;                /* the node entered, or NULL */
	unsigned depth;                   /* of source, time and events inside commands */
	const char *src;                  /* the script that runs, for messages; or NULL */
	unsigned src_line;                /* 0: it has one line */
	struct cmd_set cmds;
	json_t *result;                   /* of the command that runs, owned; may be NULL */
	struct list jobs;                 /* struct job, owned, by id */
	int last_job;
	struct history history;
	json_t *nstat;                    /* what each node's counters were last; NULL: never */
	/* Take the line being typed off the screen, and bring it back. */
	void (*hide)(void *ctx);
	void (*show)(void *ctx);
	void *ctx;
};

/* Text for the user: standard output, and nothing of it in JSON mode. */
void shell_printf(struct shell *sh, const char *fmt, ...) printf_like(2, 3);
void shell_write(struct shell *sh, const char *s, size_t n);
/* A line that does not belong to what runs: it waits for the end of a line
 * half written or half typed.  In JSON mode it goes to the error stream. */
void shell_line(struct shell *sh, const char *fmt, ...) printf_like(2, 3);
/* True if what is on standard output is JSON, whatever the line inside asks for. */
bool shell_in_json(const struct shell *sh);
/* Of what was noted of a link or node that was added: only the warnings; what was
 * assigned is in the result. */
void shell_warnings(struct shell *sh, const struct buf *notes);
/* Ends a line half written. */
void shell_end_line(struct shell *sh);
/* One line on the error stream, after "FILE:LINE: " in a script.  Returns 1,
 * a command's exit status. */
int shell_error(struct shell *sh, const char *fmt, ...) printf_like(2, 3);
/* "[0.500s] text" for something no command asked for. */
void shell_event(struct shell *sh, ns_t at, const char *line);

/* What the command reports; consumes r.  Returns 0, or 1 if r is NULL (out of
 * memory). */
int shell_result(struct shell *sh, json_t *r);

/*
 * Moves lab time until done(arg), at most to `at` and never past the line's
 * limit.  done may be NULL.  True if done came true, or `at` was reached
 * without a done; false if the user or the limit stopped it, or nothing is
 * left that could happen.
 */
bool shell_wait(struct shell *sh, bool (*done)(void *arg), void *arg, ns_t at);
/* When shell_wait() stops waiting for what has no limit: in a script, in virtual
 * time, hellos or a ping for ever would keep it for ever. */
ns_t shell_patience(const struct shell *sh);
/* After shell_wait() said false: why, unless the user or the limit stopped it; 1. */
int shell_waits_in_vain(struct shell *sh, const char *who);
/* Nobody gives a command: the lab lives on for a moment, if its time follows
 * the wall clock.  False: interrupted. */
bool shell_idle(struct shell *sh);
/* False, with an error, while time must not be moved from here: the command
 * comes from a scheduled event. */
bool shell_may_wait(struct shell *sh);

/* Runs a line inside another: its status, and in *json what it reported. */
int shell_exec_nested(struct shell *sh, const char *line, json_t **json);

/* The stack of a node, or NULL with an error that says why there is none. */
struct stack *shell_stack(struct shell *sh, struct node *n);
/* JSON of one value as it is printed: one line. */
void shell_print_json(FILE *out, const json_t *v);

/* "12.5s": without trailing zeros, to at most `digits` decimals (cut). */
void shell_fmt_time(ns_t at, int digits, char out[40]);
/* "0.500s": decimals in groups of three, at least one group. */
void shell_fmt_instant(ns_t at, char out[40]);

#endif
