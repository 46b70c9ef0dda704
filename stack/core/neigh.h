/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_NEIGH_H
#define STACK_CORE_NEIGH_H
/*
 * The neighbour cache: which MAC an address on a link has, with the states of
 * RFC 4861 7.3 as Linux applies them to ARP.  Packets wait here while an
 * address is being resolved (RFC 1122 2.3.2.2 asks for one; we keep
 * unres_qlen_bytes).  REACHABLE decays into STALE without a timer: the state
 * is looked at when the entry is used or shown.  Nor does ageing have one: once
 * there are NEIGH_GC_MIN entries, those unused for gc_stale_time go when new
 * ones come.
 *
 * Deviation from Linux: base_reachable_time is not randomised.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/core/timer.h"
#include "stack/pkt.h"
#include "stack/show.h"
#include "stack/util/addr.h"
#include "stack/util/list.h"

struct stack;

#define NEIGH_GC_MIN 128                  /* Linux gc_thresh1 */

/* What neigh_output() reads stands first and together. */
struct neigh {
	struct neigh *next;               /* in its hash bucket */
	struct netdev *dev;
	ip4_t addr;
	uint8_t state;                    /* enum neigh_state */
	uint8_t probes;                   /* requests sent without an answer */
	bool has_mac;
	bool silent;                      /* did not answer; gateway_failed() knows */
	struct mac mac;
	ns_t confirmed_at, used_at, updated_at;
	struct stack *st;
	struct pkt_queue queue;
	uint32_t queue_mem;               /* bytes that the waiting packets hold */
	struct timer timer;
};
static_assert(offsetof(struct neigh, queue) <= 64, "the hot part is a cache line");

struct neigh_table {
	struct neigh **buckets;           /* made by the first entry */
	uint32_t n_buckets, count;
	uint32_t gen;                     /* moves whenever an entry is freed */
	ns_t gc_at;                       /* not before this are the aged looked for again */
};

/* The entry, made if it is not there; NULL: the table is full or no memory. */
struct neigh *neigh_get(struct stack *st, struct netdev *dev, ip4_t a);
struct neigh *neigh_find(const struct stack *st, const struct netdev *dev, ip4_t a);

/* Sends an IPv4 packet (no Ethernet header yet) to a neighbour: now, or once
 * it is resolved; an ICMP host unreachable goes back if it never is. */
void neigh_output(struct stack *st, struct neigh *n, struct pkt *p);

/* ARP said so.  override: may replace another MAC; solicited: an answer to
 * our request, so the entry is confirmed. */
void neigh_update(struct stack *st, struct neigh *n, struct mac mac, bool solicited, bool override);
/* An upper layer made progress: the neighbour is reachable (RFC 4861 7.3.1). */
void neigh_confirm(struct stack *st, struct neigh *n);
/* An upper layer has doubts: it is asked when it is used next (MUST-20 of RFC
 * 9293). */
void neigh_doubt(struct stack *st, struct neigh *n);

/* The state as of now: what show prints. */
enum neigh_state neigh_state_now(const struct stack *st, const struct neigh *n);

void neigh_dev_down(struct stack *st, struct netdev *dev);  /* forgets what was learned there */
/* ... and what was configured; packets that came by it and wait elsewhere
 * stop naming it: dev is going away. */
void neigh_dev_forget(struct stack *st, struct netdev *dev);
void neigh_fini(struct stack *st);

/* ip4/arp.c: asks who has n->addr; to is broadcast or a MAC to ask again. */
void arp_solicit(struct stack *st, struct neigh *n, struct mac to);
/* ip4/icmp_out.c side of a failed resolution: p could not be delivered. */
void l3_unresolved(struct stack *st, struct netdev *dev, struct pkt *p);

#endif
