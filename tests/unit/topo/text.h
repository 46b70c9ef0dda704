/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_TOPO_TEXT_H
#define TESTS_UNIT_TOPO_TEXT_H
/* Lab files as text, named lab.yaml in messages. */
#include "sim/topo/topo.h"
#include "tests/unit/test.h"

/* NULL, with a line for each error in errs, which is emptied first. */
struct topo *text_parse(const char *text, struct buf *errs);
/* A file that must load; prints the errors if it does not. */
struct topo *text_good(const char *text);
/* A file that must not, with exactly these errors. */
void text_errors(const char *text, const char *want);

#endif
