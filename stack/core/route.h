/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_ROUTE_H
#define STACK_CORE_ROUTE_H
/*
 * Routes.  The RIB holds every route that was configured or learned; the FIB
 * holds, for each prefix that has a usable one, the preferred: lowest
 * distance, then lowest metric, then oldest.  A route is usable while one of
 * its next hops is on a running device, so a shorter prefix takes over when
 * an interface fails, as in a router that withdraws connected routes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/stack.h"
#include "stack/util/addr.h"
#include "stack/util/ns.h"
#include "stack/util/trie.h"

struct neigh;

struct hop {
	ip4_t via;                        /* 0: the destination itself */
	bool dead;                        /* its device does not run */
	uint16_t weight;
	struct netdev *dev;
	struct neigh *neigh;              /* of via, valid while neigh_gen is the table's */
	uint32_t neigh_gen;
};

struct route {
	struct route *next;               /* same prefix, less preferred */
	ip4_t key;
	uint8_t len, type, proto, distance;
	uint32_t metric, mtu;
	ip4_t src;
	ns_t since;
	uint8_t n_hops, n_alive;
	struct hop hops[];
};

/* The last answers, direct-mapped by address; emptied by every change.  A
 * router that forwards few flows at a time never walks its trie. */
#define ROUTE_CACHE 8
struct route_cached { ip4_t dst; struct route *route; };

struct fib {
	struct route_cached cache[ROUTE_CACHE];
	struct trie trie;
};
struct rib {
	struct trie trie;                 /* prefix -> slot */
	struct route **slots;             /* heads of same-prefix lists; slot 0 unused */
	uint32_t n_slots, free_slot;
};

/* The preferred usable route, or NULL: no route. */
struct route *route_lookup(struct stack *st, ip4_t dst);
/* A living next hop of r; flow picks among several and is stable: a hop that
 * comes or goes moves only the flows it must (rendezvous hashing, Thaler and
 * Ravishankar 1998). */
struct hop *route_pick(const struct stack *st, struct route *r, uint32_t flow);
uint32_t route_flow(ip4_t src, ip4_t dst, uint8_t proto, uint32_t ports, uint32_t seed);

int must_check route_add(struct stack *st, enum route_op op, const struct route_spec *s);
int route_del(struct stack *st, const struct route_spec *s);
/* A device started or stopped running, or is going away. */
void route_dev_changed(struct stack *st, struct netdev *dev, bool gone);
void route_fini(struct stack *st);
void route_to_spec(const struct route *r, struct route_spec *out);

#endif
