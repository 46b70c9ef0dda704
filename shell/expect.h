/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_EXPECT_H
#define SHELL_EXPECT_H
/* What may come next in a line: for errors, for '?' and for TAB. */
#include <stdbool.h>
#include <stddef.h>

#include "stack/util/buf.h"

struct cmd_line;
struct gram_ins;
struct node;
struct shell;
struct walk;

struct expect_item {
	char *text;                       /* the word itself, or an argument's NAME */
	const char *help;                 /* may be "" */
	const struct gram_ins *arg;       /* a typed argument; NULL: a word */
};

struct expect {
	struct expect_item *v;            /* sorted by text, each once */
	size_t n, cap;
	bool end;                         /* the line may end here */
	struct node *node;                /* whose interfaces are meant */
	size_t word_at;                   /* where the word begins that is typed */
	char *after;                      /* the word before that one; may be NULL */
};

/* What may stand where the walk stands, of what begins with prefix. */
void expect_walk(struct expect *e, const struct walk *w, const char *prefix);
/* What may stand at the end of an unfinished line; *prefix is the word begun
 * there (owned by the caller, "" between words). */
void expect_line(struct expect *e, struct shell *sh, const char *line, char **prefix);
void expect_fini(struct expect *e);

/* The sentence for a line that is wrong. */
void expect_explain(struct buf *err, struct shell *sh, const struct cmd_line *l);
/* True, with a sentence, if a word is a command of nodes at the lab's prompt
 * or the reverse. */
bool expect_misplaced(struct buf *err, const struct shell *sh, const char *word, unsigned flags);

#endif
