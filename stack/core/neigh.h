/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_NEIGH_H
#define STACK_CORE_NEIGH_H
/*
 * The neighbour cache: which MAC an address on a link has, with the states of
 * RFC 4861 7.3 as Linux applies them to ARP.  Packets wait here while an
 * address is being resolved (RFC 1122 2.3.2.2 asks for one; we keep
 * unres_qlen_bytes).  REACHABLE decays into STALE without a timer: the state
 * is looked at when the entry is used or shown.
 *
 * Deviation from Linux: base_reachable_time is not randomised.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/timer.h"
#include "stack/pkt.h"
#include "stack/show.h"
#include "stack/util/addr.h"
#include "stack/util/list.h"

struct stack;

struct neigh {
	struct neigh *next;               /* in its hash bucket */
	ip4_t addr;
	uint8_t state;                    /* enum neigh_state */
	uint8_t probes;                   /* requests sent without an answer */
	bool has_mac;
	struct mac mac;
	struct netdev *dev;
	ns_t confirmed_at, updated_at, used_at;
	struct pkt_queue queue;
	struct timer timer;
	struct stack *st;
};

struct neigh_table {
	struct neigh **buckets;           /* made by the first entry */
	uint32_t n_buckets, count;
	uint32_t gen;                     /* moves whenever an entry is freed */
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

/* The state as of now: what show prints. */
enum neigh_state neigh_state_now(const struct stack *st, const struct neigh *n);

void neigh_dev_down(struct stack *st, struct netdev *dev);  /* forgets what was learned there */
void neigh_dev_forget(struct stack *st, struct netdev *dev);/* ... and what was configured */
void neigh_fini(struct stack *st);

/* ip4/arp.c: asks who has n->addr; to is broadcast or a MAC to ask again. */
void arp_solicit(struct stack *st, struct neigh *n, struct mac to);
/* ip4/icmp_out.c side of a failed resolution: p could not be delivered. */
void l3_unresolved(struct stack *st, struct netdev *dev, struct pkt *p);

#endif
