/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_PMTU_H
#define STACK_CORE_PMTU_H
/* What core/pmtu.c and the output of packets share; pmtu_learn() is in l3.h. */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/ns.h"

struct stack;

/* What ICMP said of the path to one destination. */
struct pmtu {
	ip4_t dst;
	uint16_t mtu;                     /* bytes; 0: nothing, the entry is free */
	bool locked;                      /* it was below min_pmtu: see ip4_path */
	ns_t ends_at;
	ns_t used_at;
};

/* Still believed, and used now; or NULL. */
const struct pmtu *pmtu_find(struct stack *st, ip4_t dst);
/* Routes of this prefix changed: the paths behind it may be others. */
void pmtu_forget(struct stack *st, ip4_t key, unsigned len);
void pmtu_fini(struct stack *st);

#endif
