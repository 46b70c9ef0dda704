/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_WORDS_H
#define SHELL_WORDS_H
/*
 * One line as words, as sh(1) has them.  Blanks separate; '...' and "..." keep
 * blanks, and a backslash keeps the next character: not inside '...', and of
 * "..." only \, ", $ and `.  # at the start of a word begins a comment.  A last
 * word "&" asks for the background.
 */
#include <stdbool.h>
#include <stddef.h>

struct words {
	int n;
	char **v;                         /* n strings and a NULL, owned */
	size_t *at;                       /* where each begins in the line */
	const char *line;                 /* borrowed */
	size_t end;                       /* of the line without comment and & */
	bool background;
	bool json;                        /* -j, -json or --json stood somewhere */
	bool open_quote;                  /* the last word's quote is not closed */
};

/* True unless memory ran out or a quote stays open (then the words are
 * there, for completion).  words_fini() in both cases. */
bool words_split(struct words *w, const char *line);
void words_fini(struct words *w);

/* How many of the words are the shell's, in which flags that every command
 * has may stand: up to "--", or to the program of "exec". */
int words_own(const struct words *w);
/* Takes the JSON flags out of its own words, and notes that they were
 * there; keep_last leaves the last word alone (it is being typed). */
void words_take_json(struct words *w, bool keep_last);

/* Edits between two words, as insertions, deletions, changes and swaps of
 * neighbours; for "did you mean". */
unsigned word_distance(const char *a, const char *b);

/* Parses a duration with a unit (ns us ms s m h, decimals allowed): "1.5ms".
 * bare: a number without a unit is seconds.  False: not a time. */
bool word_ns(const char *s, bool bare, long long *ns);
/* True if a word is one of a list: "-s -br". */
bool word_listed(const char *list, const char *word);
/* A whole decimal number that fits, without sign. */
bool word_u64(const char *s, unsigned long long *n);

#endif
