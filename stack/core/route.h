/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_ROUTE_H
#define STACK_CORE_ROUTE_H
/*
 * Routes.  The RIB holds every route that was configured (core/route.c) or
 * learned (core/learn.c).  Of those that hold an address the longest prefix
 * that has a usable one counts, and of these the preferred: lowest distance,
 * then lowest metric, then oldest.  A route is usable while one of its next
 * hops is on a running device, so a shorter prefix takes over when an
 * interface fails, as in a router that withdraws connected routes.  A route
 * to an address of ours is usable until the address is deleted, as in Linux.
 *
 * What a packet needs of a route is its struct nexthops, and that is what the
 * lookups answer with; who wants to know the route asks route_match().
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/nexthop.h"
#include "stack/core/prefix_pool.h"
#include "stack/stack.h"
#include "stack/util/addr.h"
#include "stack/util/ns.h"
#include "stack/util/trie.h"

struct learned;
struct learn_table;

/* A route that was configured. */
struct route {
	struct route *next;               /* same prefix, less preferred */
	ip4_t key;
	uint8_t len, proto, distance;
	uint32_t metric;
	ns_t since;
	struct nexthops nh;               /* its own; with the hops at the end */
};

/* Any route, to look at. */
struct route_view {
	struct route *configured;         /* NULL: learned */
	struct nexthops *nh;
	ip4_t key;
	uint8_t len, proto, distance;
	uint32_t metric;
	ns_t since;
};

/* The last answers, direct-mapped by address; emptied by every change.  A
 * router that forwards few flows at a time never walks its trie. */
#define ROUTE_CACHE_BITS 3
#define ROUTE_CACHE (1 << ROUTE_CACHE_BITS)
struct route_cached { ip4_t dst; struct nexthops *nh; };

/* The last ways out for packets of this host, in the same manner: where there
 * is one next hop, and no path MTU but the interface's and the route's. */
#define WAY_CACHE_BITS 2
#define WAY_CACHE (1 << WAY_CACHE_BITS)
struct way_cached {
	ip4_t dst, src;                   /* both as asked for; dst 0: none */
	uint32_t mtu, neigh_gen;          /* neigh is valid while that is the table's */
	struct neigh *neigh;
};

struct fib {
	struct route_cached cache[ROUTE_CACHE];
	struct way_cached ways[WAY_CACHE];
	struct trie trie;                 /* configured prefixes with a usable route -> slot */
	bool cached;                      /* something is, in either */
};

enum { LEARN_OSPF, LEARN_RIP, LEARN_N };  /* who learns */

struct rib {
	struct trie trie;                 /* configured prefix -> slot */
	struct route **slots;             /* heads of same-prefix lists; NULL: free; 0 unused */
	uint32_t n_slots, n_free;
	uint32_t free_hint;               /* no free slot is lower */
	ns_t redirects_end_at;            /* no RP_REDIRECT route ends before */
	struct learn_table *learned[LEARN_N];     /* each made by its first route */
	uint8_t distance[LEARN_N];                /* of these; 0: the protocol's own */
};

/* --- route_lookup.c --- */

/* The way of the preferred usable route, one with a gateway that answers if
 * there is such; or NULL: no route. */
struct nexthops *route_lookup(struct stack *st, ip4_t dst);
/* The same, of routes by dev alone, which is up: the first hop by it is *hop.
 * NULL: there is none, or one that leads nowhere comes first; *hop is unset. */
struct nexthops *route_lookup_by(struct stack *st, ip4_t dst, const struct netdev *dev,
				 struct hop **hop);
/* The route for dst that has nh, which one of the two has found. */
bool route_match(const struct stack *st, ip4_t dst, const struct nexthops *nh,
		 struct route_view *out);
/* A living next hop of nh, by a gateway that answers if one does; flow picks
 * among several and is stable: a hop that comes or goes moves only the flows
 * it must (rendezvous hashing, Thaler and Ravishankar 1998). */
struct hop *route_pick(const struct stack *st, struct nexthops *nh, uint32_t flow);
uint32_t route_flow(ip4_t src, ip4_t dst, uint8_t proto, uint32_t ports, uint32_t seed);
void route_cache_flush(struct stack *st);
/* Did route_lookup() find nh for dst, and is it right until the next flush? */
bool route_is_cached(const struct stack *st, ip4_t dst, const struct nexthops *nh);

/* --- route_view.c --- */

/* One prefix's routes, each preferred to the next. */
struct route_rivals {
	struct route *configured;         /* a list */
	const struct learned *learned[LEARN_N];
	prefix_num to;                    /* which they lead to, if there is one of learned */
};
/* Of exactly this prefix; host bits of key are ignored. */
struct route_rivals route_rivals(const struct stack *st, ip4_t key, unsigned len);
/* Takes out the first; false: there is no more. */
bool route_next(const struct stack *st, struct route_rivals *left, struct route_view *out);
/* The one that serves: the first usable one whose gateway answers, or else the
 * first usable one.  False: none is.  *stable: it will until a change. */
bool route_select(const struct stack *st, struct route_rivals of, struct route_view *out,
		  bool *stable);
/* Is one of them usable? */
bool route_usable(const struct stack *st, struct route_rivals of);
static inline bool route_view_eq(const struct route_view *a, const struct route_view *b)
{
	return a->configured == b->configured && a->proto == b->proto;    /* of one prefix */
}
struct route_view route_view_of(struct route *r);
struct route_view route_view_learned(const struct stack *st, unsigned learner,
				     const struct prefix_item *to, const struct learned *l);
/* All prefixes that have a route, by address, the shorter first, until fn
 * returns false; ERR_NOMEM: not begun.  fn must not change routes. */
int must_check route_walk(const struct stack *st,
			  bool (*fn)(void *arg, const struct stack *st, struct route_rivals of),
			  void *arg);
uint8_t route_distance(enum route_proto proto);
void route_to_spec(const struct route_view *v, struct route_spec *out);
bool route_matches(const struct route_view *v, const struct route_spec *s);
/* Tells who watches. */
void route_tell(struct stack *st, const struct route_view *v, bool added);

/* --- route.c --- */

int must_check route_add(struct stack *st, enum route_op op, const struct route_spec *s);
/* The first that matches, learned ones too. */
int route_del(struct stack *st, const struct route_spec *s);
/* The configured route that matches first, or NULL. */
const struct route *route_find(const struct stack *st, const struct route_spec *s);
/* Deletes all configured ones that which() is true of; it must not change
 * routes. */
void route_del_if(struct stack *st, bool (*which)(struct stack *st, struct route *r,
						  const void *arg), const void *arg);
/* src is no longer an address of ours. */
void route_src_gone(struct stack *st, ip4_t src);
/* A device started or stopped running, or is going away. */
void route_dev_changed(struct stack *st, struct netdev *dev, bool gone);
void route_fini(struct stack *st);

/* --- learn.c; for routing protocols see core/learn.h --- */

/* Withdraws what leads by dev. */
void learn_dev_gone(struct stack *st, const struct netdev *dev);
/* nexthops_dev_changed() has touched sets. */
void learn_recount(struct stack *st);
void learn_fini(struct stack *st);

/* --- gateway.c --- */

/* The device and gateway of a new next hop; errors as stack_route_set(). */
int must_check gateway_resolve(const struct stack *st, const struct route_spec *s,
			       const struct route_hop *in, struct hop *out);
/* The neighbour cache got no answer from gw; ... something was heard of it, or
 * it is forgotten. */
void gateway_failed(struct stack *st, struct netdev *dev, ip4_t gw);
void gateway_heard(struct stack *st, struct netdev *dev, ip4_t gw);
/* A redirect whose time is over; it goes at the next look. */
bool gateway_is_over(const struct stack *st, const struct route_view *v);
void gateway_expire_redirects(struct stack *st);

#endif
