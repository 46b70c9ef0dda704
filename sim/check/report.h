/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CHECK_REPORT_H
#define SIM_CHECK_REPORT_H
/*
 * What became of the checks of one or more labs, and the formats it can be
 * written in.  Filled as news come in: first the list of a lab's checks, all
 * of them not run; then that one begins and what became of it.  So it can be
 * written at any moment, also when whatever ran the lab is gone.
 *
 * Every time in a report is lab time; no format holds a wall-clock date, so
 * that the same lab and seed give the same report byte for byte.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/check/result.h"
#include "stack/util/buf.h"

struct report_lab {
	char *file;                       /* as the user gave it */
	char *name;                       /* the lab's; NULL until it was loaded */
	uint64_t seed;                    /* likewise */
	struct check_result *results;
	size_t n;
	size_t running;                   /* index of the check that began, or n: none */
	bool broken;                      /* the lab file has errors */
};

struct report { struct report_lab *labs; size_t n; };

struct report_total { uint64_t checks, passed, score_milli, points_milli; };

/* Valid until the next lab is added; NULL: out of memory. */
struct report_lab *report_add_lab(struct report *rp, const char *file);
void report_free(struct report *rp);

/* A check that was not run yet; takes over what it holds.  Returns false when
 * out of memory. */
bool report_add(struct report_lab *l, struct check_result *take);
void report_begin(struct report_lab *l, size_t i, ns_t at);
/* The outcome of check i; takes over what it holds. */
void report_set(struct report_lab *l, size_t i, struct check_result *take);
/* The lab file has errors: "file:line:col: ..." lines. */
void report_broken(struct report_lab *l, const char *errors);
/* The lab ended before its checks did ("killed by signal 11 ..."): an error
 * of the check that runs, or of the lab if none does; the others did not run. */
void report_fault(struct report_lab *l, const char *what);

struct report_total report_lab_total(const struct report_lab *l);
struct report_total report_total(const struct report *rp);
/* 0: all passed; 1: some did not; 2: a lab file has errors; 3: no check. */
int report_exit_status(const struct report *rp);

struct report_format {
	const char *name, *help;
	void (*write)(const struct report *rp, struct buf *out);
};

extern const struct report_format report_text, report_tap, report_junit,
	report_gradescope, report_json;

/* All of them, the default first. */
const struct report_format *const *report_formats(size_t *n);
const struct report_format *report_format_find(const char *name);       /* or NULL */

/* --- for the formats ------------------------------------------------------- */

/* What students may read of a hidden check is its result: false for its
 * details.  gradescope marks it instead, and json leaves it to its reader. */
bool report_may_explain(const struct check_result *r);
/* Why it did not pass, as lines after an indent: the reason, run, expected,
 * actual, the instant, the drops. */
void report_details(const struct check_result *r, const char *indent, struct buf *out);
/* "lab.yaml: 3 of 4 passed, 3/4 points" */
void report_total_line(const char *what, const struct report_total *t, struct buf *out);

#endif
