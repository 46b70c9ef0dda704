/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_GRAM_H
#define SHELL_GRAM_H
/*
 * The grammar of the command lines: every command's words and argument
 * string compiled into one small program, which is walked word by word.  The
 * same walk parses a line, says what may come next and completes a word.
 *
 *	word            that keyword, or a unique prefix of it
 *	NAME:type       an argument; NAME alone is NAME:word
 *	a|b|c           one of them (no blanks around |)
 *	[x y | z]       optional; | between blanks separates whole sequences
 *	(x y | z)       a group
 *	x...            one or more times; [x]... any number of times
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shell/words.h"

struct cmd;
struct shell;
struct node;

enum arg_type {
	ARG_WORD,                         /* anything */
	ARG_NODE, ARG_IFACE, ARG_END,     /* END: NODE or NODE:IF */
	ARG_NEW_END,                      /* the same; IF need not exist */
	ARG_ADDR, ARG_PREFIX, ARG_MAC,
	ARG_TIME, ARG_SECS,               /* SECS: a bare number is seconds */
	ARG_COUNT, ARG_FILE,
	ARG_REST,                         /* every word that is left */
	ARG_LINE,                         /* the same, a command line of its own */
	ARG_N
};

enum gram_op { GRAM_KEY, GRAM_ARG, GRAM_SPLIT, GRAM_JUMP, GRAM_END };

struct gram_ins {
	enum gram_op op;
	enum arg_type type;               /* ARG */
	uint16_t x, y;                    /* SPLIT: two places to go on; JUMP: x */
	const char *s;                    /* KEY, ARG: the word, the name; in the table */
	size_t len;
	const struct cmd *cmd;            /* whose instruction this is */
};

struct gram {
	struct gram_ins *ins;
	size_t n, cap;
	bool bad;                         /* out of memory, or a wrong grammar string */
};

/* Adds a command; its first instruction, or -1. */
int  gram_add(struct gram *g, const struct cmd *cmd);
void gram_fini(struct gram *g);

/* Where the walk may stand: terminals and ENDs, by place in the program. */
struct gram_set { uint16_t *pc; size_t n, cap; uint8_t *seen; };

/* One bound word. */
struct gram_bind { const struct gram_ins *ins; int word; };

enum walk_status { WALK_OK, WALK_INCOMPLETE, WALK_UNEXPECTED, WALK_AMBIGUOUS, WALK_NOMEM };

struct walk {
	const struct gram *g;
	struct gram_set set, next;
	struct gram_bind *bind;
	int n_bind, at;                   /* the word it stands at */
	const struct gram_ins *rest;      /* inside a REST or LINE argument, else NULL */
	int rest_at;
	bool at_node;                     /* as it began */
	enum walk_status status;
	const struct cmd *cmd;            /* WALK_OK: the command */
};

/* What a typed argument may be, asked while walking. */
struct walk_types {
	bool (*ok)(void *ctx, const struct walk *w, const struct gram_ins *arg, const char *word);
	void *ctx;
};

/* Where a walk begins: instructions, n of them.  at_node: the line is a node's, so
 * that none of the commands asks for one that it may do without. */
struct walk_start { const uint16_t *at; size_t n; bool at_node; };

/* A walk that stands before its first word.  False: out of memory. */
bool walk_init(struct walk *w, const struct gram *g, const struct walk_start *from, int words);
void walk_fini(struct walk *w);
/* All words from `from` to `to`; then sets status and cmd. */
enum walk_status walk_run(struct walk *w, const struct words *words, int from, int to,
			  const struct walk_types *t);

#endif
