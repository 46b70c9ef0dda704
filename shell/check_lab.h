/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_CHECK_LAB_H
#define SHELL_CHECK_LAB_H
/*
 * The lab that checks run on: a lab, a shell on it whose text is kept for the
 * report, and the last frames that it dropped.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "stack/util/buf.h"
#include "stack/util/ns.h"

struct lab;
struct shell;

#define CHECK_DROPS 10                    /* drops shown with a failed check */

struct check_lab {
	const char *file;                 /* borrowed, as are seed's contents */
	const uint64_t *seed;
	struct lab *lab;
	struct shell *sh;
	FILE *out_file, *err_file;        /* the shell's, into out and err */
	struct buf out, err;              /* the beginning of what it printed */
	struct buf shut;                  /* why its doors to the outside are; "": they are not */
	char *drops[CHECK_DROPS];         /* a ring: drop number i is at i % CHECK_DROPS */
	uint64_t n_drops;
};

/* Loads the lab, opens a shell on it and its doors to the outside.  False with
 * lines in errs; doors that cannot be opened are told in shut instead. */
bool check_lab_open(struct check_lab *cl, const char *file, const uint64_t *seed, struct buf *errs);
void check_lab_close(struct check_lab *cl);
/* Ends it and loads it again: same file, same seed. */
bool check_lab_reopen(struct check_lab *cl, struct buf *errs);

/* Forgets texts and drops of the check before. */
void check_lab_forget(struct check_lab *cl);
/* One command; its texts are in out and err afterwards.  As shell_exec(). */
int check_lab_exec(struct check_lab *cl, const char *line, ns_t limit, json_t **json,
		   bool *timed_out);
/* The drops since check_lab_forget(), at most CHECK_DROPS, oldest first. */
json_t *check_lab_drops(const struct check_lab *cl);

#endif
