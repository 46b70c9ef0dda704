/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_OFFER_H
#define SHELL_OFFER_H
/* The words that an argument may be where its type does not tell: those of a fixed
 * few, and names that the lab or the shell has now.  For TAB and '?'. */
#include <stdbool.h>

struct gram_ins;
struct node;
struct shell;

struct offer {
	struct shell *sh;
	struct node *node;                /* whose command it is, or NULL */
	const char *typed;                /* what stands there so far */
	const char *after;                /* the word before it, or "" */
	void (*add)(void *ctx, const char *word);
	void *ctx;
};

/* Adds them.  True: nothing else may stand here, for the word before asks for it. */
bool offer_words(const struct offer *o, const struct gram_ins *arg);
void offer_number(const struct offer *o, unsigned long long n);

/* Of the families that know them. */
void offer_options(const struct offer *o);        /* cmd_sysctl.c */
void offer_areas(const struct offer *o);          /* cmd_ospf_set.c */
void offer_captures(const struct offer *o);       /* cmd_capture.c */
void offer_exposed(const struct offer *o);        /* cmd_port.c */
void offer_jobs(const struct offer *o);           /* jobs.c */

#endif
