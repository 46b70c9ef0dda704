/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_SYSCTL_H
#define SIM_SYSCTL_H
/*
 * Linux's sysctls: by their names and in their units, what the options of a
 * stack (STACK_OPTIONS) are called there.  A key is one option, several numbers
 * ("4096 131072 6291456") or a word.  What Linux does not have has a name of
 * ours under net.ipv4.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/stack.h"

enum { SYSCTL_NUMBERS_MAX = 3, SYSCTL_TEXT_MAX = 80 };

struct sysctl;                            /* a key; they live forever */

/* By its path, "net.ipv4.tcp_rmem" or "net/ipv4/tcp_rmem", or by the last word of that
 * alone; NULL: there is none.
 * conf and neigh have one value for all interfaces, which `all` and `default` mean. */
const struct sysctl *sysctl_find(const char *name);
/* "net.ipv4.conf.eth0.rp_filter": the key for all, and "eth0"; NULL: it is no such name. */
const struct sysctl *sysctl_of_interface(const char *name, char interface[SYSCTL_TEXT_MAX]);
const struct sysctl *sysctl_nth(unsigned n);      /* all there are, from 0; NULL: no more */
const char *sysctl_name(const struct sysctl *s);  /* its path, with dots */
/* Does each network namespace of a Linux of today have one of its own? */
bool sysctl_is_of_namespace(const struct sysctl *s);
const char *sysctl_help(const struct sysctl *s);
/* The numbers of a key, 0 for a word; v, where it is not NULL: what they are now, or are
 * in a stack that nobody changed (st NULL). */
unsigned sysctl_numbers(const struct sysctl *s, const struct stack *st,
			int64_t v[SYSCTL_NUMBERS_MAX]);
bool sysctl_has(const struct sysctl *s, enum stack_option o);     /* is it a number of the key? */
bool sysctl_is_of_profile(const struct sysctl *s);        /* does tcp_profile set it? */
/* Is it no more as in a stack that nobody changed?  A key's own first value (of cookies)
 * is not known. */
bool sysctl_changed(const struct sysctl *s, struct stack *st);
void sysctl_bounds(const struct sysctl *s, unsigned n, int64_t *min, int64_t *max);
/* The n-th, from 0, of the words that a key may be; NULL: no more, or it may be any. */
const char *sysctl_word(const struct sysctl *s, unsigned n);
/* As text, with a blank between numbers. */
const char *sysctl_value(const struct sysctl *s, struct stack *st, char out[SYSCTL_TEXT_MAX]);
/* All of its numbers, in decimal or with 0x, blanks between them; or its word.  False:
 * err says what was expected, and nothing changed.  st NULL: is the value a good one? */
bool sysctl_set(const struct sysctl *s, struct stack *st, const char *value, char err[128]);

#endif
