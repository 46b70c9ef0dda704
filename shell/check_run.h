/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_CHECK_RUN_H
#define SHELL_CHECK_RUN_H
/*
 * Runs the checks of one lab, in file order, on one running lab, and tells
 * what becomes of them as it happens: one JSON object a line.
 *
 *	{"broken": LINES}                          the lab file has errors
 *	{"lab": NAME, "seed": "N", "checks": [RESULT...]}    all of them, not run
 *	{"begin": I, "at": NS}                     check I starts
 *	{"done": I, "result": RESULT}              and what became of it
 *	{"end": true}                              nothing follows
 *
 * Time never goes back, but for a check with `fresh`: it starts the lab anew
 * from its file, and the checks after it go on with that lab.  What holds on
 * one machine holds on another: nothing here looks at the wall clock.
 *
 * RESULT is result_to_json()'s.  The reader needs no trust in the writer's
 * end: it knows at every moment what ran and what was still to come.
 */
#include <stdint.h>
#include <stdio.h>

/* file "-" is standard input; seed: NULL for the lab file's. */
void check_run(const char *file, const uint64_t *seed, FILE *to);

#endif
