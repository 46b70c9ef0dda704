/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_DOORS_H
#define SHELL_DOORS_H
/* The lab's doors to the outside, as sessions, scripts and checks open them. */
#include <stdbool.h>
#include <stdio.h>

#include "stack/util/buf.h"

struct lab;

/* lab_open_ports(), and, unless quiet, a line on standard error if lab time
 * follows the wall clock from now on. */
bool doors_open(struct lab *lab, bool quiet, struct buf *errs);
/* As doors_open(), with the record `from` instead of the outside, unless it is
 * NULL (port replay), and what enters is recorded, if record is not NULL. */
bool doors_open_with(struct lab *lab, const char *from, const char *record, bool quiet,
		     struct buf *errs);
/* That line. */
void doors_say_real_time(FILE *err);

#endif
