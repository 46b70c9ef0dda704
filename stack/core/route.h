/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_ROUTE_H
#define STACK_CORE_ROUTE_H
/*
 * Routes.  The RIB holds every route that was configured or learned; the FIB
 * holds, for each prefix that has a usable one, the preferred: lowest
 * distance, then lowest metric, then oldest.  A route is usable while one of
 * its next hops is on a running device, so a shorter prefix takes over when
 * an interface fails, as in a router that withdraws connected routes.  A route
 * to an address of ours is usable until the address is deleted, as in Linux.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/nexthop.h"
#include "stack/stack.h"
#include "stack/util/addr.h"
#include "stack/util/ns.h"
#include "stack/util/trie.h"

struct route {
	struct route *next;               /* same prefix, less preferred */
	ip4_t key;
	uint8_t len, type, proto, distance;
	uint32_t metric, mtu;
	ip4_t src;
	ns_t since;
	uint8_t n_hops, n_alive;
	uint8_t round;                    /* core/learn.h: learned in it */
	nexthops_id nexthops;             /* learned with these; 0: configured */
	struct hop hops[];
};

/* The last answers, direct-mapped by address; emptied by every change.  A
 * router that forwards few flows at a time never walks its trie. */
#define ROUTE_CACHE 8
struct route_cached { ip4_t dst; struct route *route; };

/* The last ways out for packets of this host, in the same manner: where there
 * is one next hop, and no path MTU but the interface's and the route's. */
#define WAY_CACHE 4
struct way_cached {
	ip4_t dst, src;                   /* both as asked for; dst 0: none */
	uint32_t mtu, neigh_gen;          /* neigh is valid while that is the table's */
	struct neigh *neigh;
};

struct fib {
	struct route_cached cache[ROUTE_CACHE];
	struct way_cached ways[WAY_CACHE];
	struct trie trie;
};
struct rib {
	struct trie trie;                 /* prefix -> slot */
	struct route **slots;             /* heads of same-prefix lists; NULL: free; 0 unused */
	uint32_t n_slots, n_free;
	uint32_t free_hint;               /* no free slot is lower */
	ns_t redirects_end_at;            /* no RP_REDIRECT route ends before */
	uint8_t round[2];                 /* of RP_OSPF, RP_RIP: see route_relearn_begin() */
};

/* route_lookup.c */
/* The preferred usable route, one with a gateway that answers if there is such;
 * or NULL: no route. */
struct route *route_lookup(struct stack *st, ip4_t dst);
/* The same, of routes by dev alone, which is up: the first hop by it is *hop.
 * NULL: there is none, or one that leads nowhere comes first; *hop is unset. */
struct route *route_lookup_by(struct stack *st, ip4_t dst, const struct netdev *dev,
			      struct hop **hop);
/* Of one prefix's routes. */
struct route *route_select(const struct stack *st, struct route *first);
/* A living next hop of r, by a gateway that answers if one does; flow picks
 * among several and is stable: a hop that comes or goes moves only the flows
 * it must (rendezvous hashing, Thaler and Ravishankar 1998). */
struct hop *route_pick(const struct stack *st, struct route *r, uint32_t flow);
uint32_t route_flow(ip4_t src, ip4_t dst, uint8_t proto, uint32_t ports, uint32_t seed);
void route_cache_flush(struct stack *st);
/* Did route_lookup() find r for dst, and is it right until the next flush? */
bool route_is_cached(const struct stack *st, ip4_t dst, const struct route *r);

/* route.c */
int must_check route_add(struct stack *st, enum route_op op, const struct route_spec *s);
int route_del(struct stack *st, const struct route_spec *s);
/* The route that route_del() would take, or NULL. */
const struct route *route_find(const struct stack *st, const struct route_spec *s);
/* Deletes all that which() is true of; it must not change routes. */
void route_del_if(struct stack *st, bool (*which)(struct stack *st, struct route *r,
						  const void *arg), const void *arg);
/* src is no longer an address of ours. */
void route_src_gone(struct stack *st, ip4_t src);
/* A device started or stopped running, or is going away. */
void route_dev_changed(struct stack *st, struct netdev *dev, bool gone);
void route_fini(struct stack *st);
void route_to_spec(const struct route *r, struct route_spec *out);

/* gateway.c */
/* The device and gateway of a new next hop; errors as stack_route_set(). */
int must_check gateway_resolve(const struct stack *st, const struct route_spec *s,
			       const struct route_hop *in, struct hop *out);
/* The neighbour cache got no answer from gw; ... something was heard of it, or
 * it is forgotten. */
void gateway_failed(struct stack *st, struct netdev *dev, ip4_t gw);
void gateway_heard(struct stack *st, struct netdev *dev, ip4_t gw);
/* A redirect whose time is over; it goes at the next look. */
bool gateway_is_over(const struct stack *st, const struct route *r);
void gateway_expire_redirects(struct stack *st);

#endif
