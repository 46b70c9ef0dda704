/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_DIAG_H
#define SIM_TOPO_DIAG_H
/*
 * The errors of a lab file.  They are found in any order (tree, keys, checks
 * across the file) and shown in the order of the file, each once.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/topo/topo.h"
#include "stack/util/buf.h"
#include "stack/util/cc.h"

#define DIAG_MAX 200                      /* more than this helps nobody */

struct diag_file { const char *name; unsigned order; };  /* name is borrowed */

struct diag_line {
	struct diag_file file;
	struct topo_pos pos;
	size_t seq;                       /* order of finding, for a stable sort */
	char *text;
};

struct diag {
	struct diag_file file;            /* where errors are being found now */
	struct diag_line *lines;
	size_t n;                         /* errors found */
	unsigned quiet;                   /* > 0: this was read and reported before */
};

void diag_error(struct diag *d, struct topo_pos pos, const char *fmt, ...) printf_like(3, 4);

/* Writes "file:line:col: text" for each error; then d is empty. */
void diag_flush(struct diag *d, struct buf *out);

/* "; did you mean 'rate'?" for the nearest of the words, or "". */
const char *diag_hint(char hint[80], const char *word, const char *const *words, size_t n);

#endif
