/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CHECK_JUDGE_H
#define SIM_CHECK_JUDGE_H
/*
 * Judges what a command reported with a jq program (libjq).
 *
 * A program holds if its last output is true.  Anything else does not: false,
 * null, no output at all, and also a number or a text, which jq -e would let
 * pass: "expect: .received" would then hold for 0 replies out of 4.
 *
 * jq's own `now` and `env` see the wall clock and the environment; a check
 * that uses them does not repeat.  A program that never ends is stopped by
 * whoever limits the process.
 */
#include <jansson.h>

#include "stack/util/buf.h"

struct judge;

enum verdict {
	VERDICT_HOLDS,
	VERDICT_FAILS,
	VERDICT_ERROR,                    /* the program stopped with an error */
};

/* Compiles the program; NULL with jq's message in err (lines, no newline at
 * the end).  Slow as such things go, some 20 ms: keep a judge for repeats. */
struct judge *judge_new(const char *program, struct buf *err);
void judge_free(struct judge *j);                 /* NULL is fine */

/*
 * Runs the program on a value (NULL counts as null).  text gets what was
 * wrong: "no output", "the last output is 3", jq's error; nothing when it holds.
 */
enum verdict judge_run(struct judge *j, const json_t *input, struct buf *text);

#endif
