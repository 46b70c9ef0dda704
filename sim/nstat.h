/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_NSTAT_H
#define SIM_NSTAT_H
/* A host's counters by the names that nstat(8) has for Linux's, in its order. */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/buf.h"

struct stack;

/* Its options. */
struct nstat_flags { bool absolute, zeros, silent, reset, keep; };

/* A word that begins with '-'.  False: it has a letter that nstat has not. */
bool nstat_flags_read(const char *word, struct nstat_flags *f);
const char *nstat_name(unsigned n);       /* the n-th, from 0; NULL: no more */
uint64_t nstat_value(const struct stack *st, unsigned n);
/* A line of nstat's output; no rates, which take a daemon. */
void nstat_line(struct buf *b, unsigned n, uint64_t value);

#endif
