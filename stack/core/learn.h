/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_LEARN_H
#define STACK_CORE_LEARN_H
/*
 * Routes that a routing protocol (RP_OSPF, RP_RIP) learns: thousands, each its
 * protocol's only one for the prefix, of one distance for all of them, by a
 * counted set of next hops (core/nexthop.h).  They stand beside the routes
 * that were configured and compete with them as core/route.h says; of equal
 * distance and metric, one that was configured comes first.
 *
 * A change is one step: there is no instant between the old route and the
 * new.  Nothing is resolved, and in the steady state nothing allocated.  Watches
 * (stack_route_watch) hear of each change, if there are any, and in no particular
 * order of those that are made by one call; they must not change routes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/nexthop.h"
#include "stack/core/prefix_pool.h"
#include "stack/stack.h"
#include "stack/util/addr.h"
#include "stack/util/cc.h"
#include "stack/util/ns.h"

struct learned_route {
	ip4_t key;
	unsigned len;
	uint32_t metric;
	nexthops_id nexthops;
	ns_t since;                       /* it changed last then, or up to 17 ms later; if it is
					   * older than hundreds of changes, perhaps earlier */
};

/* Adds the route, or puts it in the place of proto's route for the prefix; it
 * holds a reference of its own on nexthops.  1: something changed; 0: it was so
 * already; ERR_NOMEM (only if the prefix is new) and nothing changed; ERR_INVAL:
 * host bits in key, len > 32, or a protocol that does not learn; ERR_NODEV: a
 * device of nexthops is gone. */
int route_learn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		uint32_t metric, nexthops_id nexthops) must_check;
/* The same for a prefix of which the caller holds the number in st->prefixes; it is not looked
 * for. */
int route_learn_at(struct stack *st, enum route_proto proto, prefix_num to, uint32_t metric,
		   nexthops_id nexthops) must_check;
/* The distance of all of proto's routes, from the next packet on; 0: the protocol's
 * own (route_distance()).  Watches do not hear of what it changes. */
void route_learn_distance(struct stack *st, enum route_proto proto, uint8_t distance);
/* True: there was one. */
bool route_unlearn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len);
bool route_unlearn_at(struct stack *st, enum route_proto proto, prefix_num to);
/* What there is now for exactly this prefix; out may be NULL. */
bool route_learned(const struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		   struct learned_route *out);
unsigned route_learned_count(const struct stack *st, enum route_proto proto);

/* All of proto's routes, in no particular order (which other stacks have a part
 * in), until fn returns false.  fn may unlearn the one that it is called with. */
void route_learned_walk(struct stack *st, enum route_proto proto,
			bool (*fn)(void *arg, const struct learned_route *r), void *arg);

/*
 * For who computes all of its routes anew: begin, route_learn() each, end.
 * What was not learned between the two, changed or not, is withdrawn by the
 * second, which returns how many that were.  In between all routes serve.
 */
void route_relearn_begin(struct stack *st, enum route_proto proto);
unsigned route_relearn_end(struct stack *st, enum route_proto proto);
static inline unsigned route_unlearn_all(struct stack *st, enum route_proto proto)
{
	route_relearn_begin(st, proto);
	return route_relearn_end(st, proto);
}

#endif
