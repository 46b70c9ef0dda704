/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_LEARN_SINCE_H
#define STACK_CORE_LEARN_SINCE_H
/*
 * When the rows of a learn_table changed last, at 9 bits a row: the number of
 * an instant.  A protocol changes many routes in one instant, so there are few.
 * Should there be more than LEARN_INSTANTS, two and two neighbours of the older
 * half become one, the later of both.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct learn_table;

#define LEARN_INSTANTS_BITS 9
#define LEARN_INSTANTS (1u << LEARN_INSTANTS_BITS)

#define LEARN_SINCE ((ns_t)1 << 24)       /* 16.8 ms: 2.3 years fit; longer is shown as so much */

struct learn_instants {
	uint32_t *at;                     /* rising; in units of LEARN_SINCE */
	ns_t last;                        /* when a number was asked for last: it was that of n - 1 */
	uint16_t n, cap;
};

/* Before the first row: there will be room.  False: no memory. */
bool learn_since_reserve(struct learn_table *t);
/* The number of an instant that is none earlier than those before; the numbers of the
 * rows may change.  If there is no memory, there are fewer instants. */
uint16_t learn_since_number(struct learn_table *t, ns_t at);

#endif
