/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_NEXTHOP_H
#define STACK_CORE_NEXTHOP_H
/*
 * Sets of next hops ("nexthop groups" in Linux).  A routing protocol has few
 * of them and thousands of prefixes, so equal sets are kept once for each
 * stack, counted, and named by a 16-bit id.
 *
 * A set is what it is as long as it lives: another choice of next hops is
 * another set.  What its hops know of their devices and neighbours is shared by
 * all routes that lead there.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/stack.h"
#include "stack/util/addr.h"
#include "stack/util/cc.h"
#include "stack/util/ns.h"

struct neigh;

struct hop {
	ip4_t via;                        /* 0: the destination itself */
	bool dead;                        /* its device does not run */
	bool onlink;
	uint16_t weight;
	struct netdev *dev;
	struct neigh *neigh;              /* of via, valid while neigh_gen is the table's */
	uint32_t neigh_gen;
	ip4_t gw;                         /* as asked for: via, or an address of ours */
	ns_t avoid_until;                 /* via does not answer; see core/gateway.c */
};

typedef uint16_t nexthops_id;             /* 0: none */

/* What a packet needs of a route: a set, or what a configured route has for
 * itself alone (id 0; its hops are as they were given). */
struct nexthops {
	uint8_t type;                     /* enum route_type */
	uint8_t n_hops, n_alive;          /* alive: on a device that runs */
	bool gone;                        /* a device of it was detached; of use to nobody */
	uint32_t mtu;                     /* 0: the device's */
	ip4_t src;                        /* preferred source; or 0 */
	uint32_t refs;
	nexthops_id id, next;             /* next: in its hash bucket */
	bool touched, was_alive;          /* by the last nexthops_dev_changed(); before it */
	struct hop hops[];                /* by ifindex, then by via */
};

struct nexthops_table {
	struct nexthops **of;             /* by id; NULL: free; [0] is none */
	nexthops_id *buckets;             /* ids by hash */
	uint32_t n_of, n_buckets;         /* n_buckets: 0 or a power of two */
	uint32_t count;
	uint32_t free_hint;               /* no free id is lower */
};

/* A next hop to be: taken as it is, without a look at routes for via. */
struct nexthop {
	struct netdev *dev;
	ip4_t via;                        /* 0: the destinations are on dev's link */
	uint16_t weight;                  /* from 1; 0 is taken as 1 */
	bool onlink;                      /* via is of no subnet on dev (unnumbered); for show */
};

/*
 * The set of these, in any order, with one reference for the caller, who gives
 * it back by nexthops_put().  n 0: packets are discarded (a blackhole, as for
 * the ranges of RFC 2328 11.1).  OK; ERR_INVAL: more than ROUTE_HOPS_MAX, or one
 * without a device of st; ERR_NOMEM; ERR_RANGE: 65,535 sets are there.
 */
int nexthops_get(struct stack *st, const struct nexthop *hops, unsigned n,
		 nexthops_id *out) must_check;
/* Another reference. */
void nexthops_hold(struct stack *st, nexthops_id id);
/* Gives one back; the last frees the set.  0 is fine. */
void nexthops_put(struct stack *st, nexthops_id id);
/* Valid while the caller, or a route, has a reference. */
const struct nexthops *nexthops_of(const struct stack *st, nexthops_id id);

/* Is a hop of it by dev? */
bool nexthops_use(const struct nexthops *nh, const struct netdev *dev);
/* Looks at its devices. */
void nexthops_count_alive(struct nexthops *nh);
/* A device started or stopped running, or is going away: then no route may
 * lead there any more, and sets that somebody still holds are empty.  True: it
 * is in one. */
bool nexthops_dev_changed(struct stack *st, const struct netdev *dev, bool gone);
void nexthops_fini(struct stack *st);

#endif
