/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_OVERTAKE_H
#define SIM_OVERTAKE_H
/* Frames on a link that arrive before one that was sent earlier: a binary
 * heap by (arrival, seq).  A link without jitter never has any. */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct pkt;

struct overtaker { ns_t at; uint64_t seq; struct pkt *p; };

struct overtakers {
	uint32_t n, cap;
	struct overtaker *heap;           /* heap[0] is the first to arrive */
};

/* p->at and p->seq are its place.  False: no memory, p is not in. */
bool overtake_push(struct overtakers *o, struct pkt *p);
struct pkt *overtake_pop(struct overtakers *o);           /* o->n > 0 */
void overtake_fini(struct overtakers *o);                 /* the frames are the caller's */

#endif
