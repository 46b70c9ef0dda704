/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_LINT_H
#define SHELL_LINT_H
/*
 * What a lab file says to the shell: the commands of its events and checks,
 * and the checks' jq programs.  The lab loader cannot judge them; here they
 * are, before anything runs.
 */
#include <stdbool.h>

#include "stack/util/buf.h"

struct shell;

/* A line "file:line:col: ..." in errs for each that cannot work; true: none.
 * Arguments of programs are the programs' own and are not looked at. */
bool lint_lab(struct shell *sh, struct buf *errs);
/* The lab as it is now, as a lab file without faults: what works no longer, since
 * its link or node is gone, is in a comment. */
void lint_dump(struct shell *sh, struct buf *out);
/* A line in notes for each node whose name is a word of the shell's, too. */
void lint_names(const struct shell *sh, struct buf *notes);

#endif
