/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PROG_OPTS_H
#define SIM_PROG_OPTS_H
/*
 * Short options as GNU getopt() reads them, options and operands in any
 * order, without its file-scope state; and numbers with iputils' complaints.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct prog;

#define OPTS_OPERANDS 64

struct opts {
	int argc, i;
	char *const *argv;
	const char *at;                   /* within "-abc" */
	const char *arg;                  /* of the option just returned */
	int opt;                          /* the letter just read */
	bool in_order;                    /* the first operand ends the options */
	int n;                            /* operands so far */
	const char *operand[OPTS_OPERANDS];
};

void opts_init(struct opts *o, int argc, char *const *argv);
/* The next option letter; -1 at the end; '?' for one that is not in spec
 * (getopt's "ab:c"), ':' if its argument is missing: o->opt is the letter. */
int opts_next(struct opts *o, const char *spec);
/* Complains about '?' or ':' as getopt() does, shows usage, ends p: status 2. */
void opts_bad(struct prog *p, const struct opts *o, int got);
void opts_usage(struct prog *p);

/* The number in text.  False: it complained, and p has ended with status 1. */
bool opts_int(struct prog *p, const char *text, int64_t min, int64_t max, int64_t *out);
/* Bytes: "1500", "64K", "2.5M", by 1024.  False: as opts_int(). */
bool opts_size(struct prog *p, const char *text, int64_t max, int64_t *out);
/* ... without complaints, with another K. */
bool opts_parse_size(const char *text, int64_t kilo, int64_t max, int64_t *out);
/* A span of time from 0 on: seconds with up to nine decimals, or with a unit
 * (s ms us ns). */
bool opts_ns(struct prog *p, const char *text, ns_t *out);
/* ... above 0: between two things that a program repeats. */
bool opts_pause(struct prog *p, const char *text, ns_t *out);
/* opts_ns() without complaints; *end gets the first character that is not part
 * of it.  False: no time there. */
bool opts_parse_ns(const char *text, ns_t *out, const char **end);

#endif
