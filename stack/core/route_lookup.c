// SPDX-License-Identifier: MIT
/* What every packet asks of the routes: which one, and which next hop of it. */
#include "stack/core/core.h"
#include "stack/util/hash.h"

static struct route *first_alive(struct route *r)
{
	while (r && r->n_alive == 0)
		r = r->next;
	return r;
}

void route_cache_flush(struct stack *st)
{
	memset(st->fib.cache, 0, sizeof(st->fib.cache));
	memset(st->fib.ways, 0, sizeof(st->fib.ways));
}

bool route_is_cached(const struct stack *st, ip4_t dst, const struct route *r)
{
	const struct route_cached *c = &st->fib.cache[hash_u32(dst) % ROUTE_CACHE];

	return c->dst == dst && c->route == r;
}

static bool hop_answers(const struct stack *st, const struct hop *h)
{
	return !h->dead && h->avoid_until <= st->now;
}

static bool route_answers(const struct stack *st, const struct route *r)
{
	for (unsigned i = 0; i < r->n_hops; i++)
		if (hop_answers(st, &r->hops[i]))
			return true;
	return r->n_hops == 0;            /* blackholes need no gateway */
}

struct route *route_select(const struct stack *st, struct route *first)
{
	for (struct route *r = first; r; r = r->next)
		if (route_answers(st, r))
			return r;
	return first_alive(first);
}

/* Nothing usable matches.  As in Linux, a route over an interface that is up
 * but has no carrier still serves then: the sender learns in time that the
 * host is not there, and not that nobody ever knew a way. */
static struct route *lookup_linkdown(const struct stack *st, ip4_t dst)
{
	uint32_t slot = trie_lookup(&st->rib.trie, dst, NULL);

	for (struct route *r = slot ? st->rib.slots[slot] : NULL; r; r = r->next)
		if (r->n_hops && (r->hops[0].dev->flags & DEV_UP))
			return r;
	return NULL;
}

/* Only what stays right until a change is kept in the cache. */
static struct route *lookup_slow(struct stack *st, ip4_t dst, struct route_cached *c)
{
	struct route *first, *r;
	uint32_t slot;

	if (unlikely(st->now >= st->rib.redirects_end_at))
		gateway_expire_redirects(st);
	slot = trie_lookup(&st->fib.trie, dst, NULL);
	first = slot ? st->rib.slots[slot] : NULL;
	r = route_select(st, first);
	if (unlikely(!r))
		return lookup_linkdown(st, dst);
	if (r == first_alive(first) && r->proto != RP_REDIRECT)
		*c = (struct route_cached){ dst, r };
	return r;
}

struct route *route_lookup(struct stack *st, ip4_t dst)
{
	struct route_cached *c = &st->fib.cache[hash_u32(dst) % ROUTE_CACHE];

	if (likely(c->dst == dst && c->route))
		return c->route;
	return lookup_slow(st, dst, c);
}

/* r's first hop by dev, one whose gateway answers if there is such; or NULL. */
static struct hop *hop_by(const struct stack *st, struct route *r, const struct netdev *dev)
{
	struct hop *first = NULL;

	for (unsigned i = 0; i < r->n_hops; i++) {
		struct hop *h = &r->hops[i];

		if (h->dev != dev)
			continue;
		if (h->avoid_until <= st->now)
			return h;
		if (!first)
			first = h;
	}
	return first;
}

/* The same, of one prefix's routes; *end: no shorter prefix is asked. */
static struct route *select_by(const struct stack *st, struct route *first,
			       const struct netdev *dev, struct hop **hop, bool *end)
{
	struct route *silent = NULL;

	*end = false;
	for (struct route *r = first; r && !*end; r = r->next) {
		struct hop *h = hop_by(st, r, dev);

		*end = r->n_hops == 0;
		if (!h || (silent && h->avoid_until > st->now))
			continue;
		*hop = h;
		if (h->avoid_until <= st->now)
			return r;
		silent = r;
	}
	return silent;
}

/* Through the RIB, since the FIB answers for all devices at once. */
struct route *route_lookup_by(struct stack *st, ip4_t dst, const struct netdev *dev,
			      struct hop **hop)
{
	struct route *r = NULL;
	unsigned len = 0;
	uint32_t slot;
	bool end = false;

	if (st->now >= st->rib.redirects_end_at)
		gateway_expire_redirects(st);
	slot = trie_lookup(&st->rib.trie, dst, &len);
	for (;;) {
		if (slot)
			r = select_by(st, st->rib.slots[slot], dev, hop, &end);
		if (r || end || len == 0)
			return r;
		slot = trie_get(&st->rib.trie, dst, --len);
	}
}

uint32_t route_flow(ip4_t src, ip4_t dst, uint8_t proto, uint32_t ports, uint32_t seed)
{
	return hash_flow4(src, dst, proto, (uint16_t)(ports >> 16), (uint16_t)ports, seed);
}

static struct hop *pick_by_weight(const struct stack *st, struct route *r, uint32_t flow,
				  bool answers)
{
	struct hop *best = NULL;
	uint64_t best_score = 0;

	for (unsigned i = 0; i < r->n_hops; i++) {
		struct hop *h = &r->hops[i];
		uint64_t id = (uint64_t)h->via << 16 | h->dev->ifindex;

		if (answers ? !hop_answers(st, h) : h->dead)
			continue;
		for (unsigned w = 0; w < h->weight; w++) {
			uint64_t score = hash_pair(id << 8 | w, flow);

			if (!best || score > best_score)
				best = h, best_score = score;
		}
	}
	return best;
}

struct hop *route_pick(const struct stack *st, struct route *r, uint32_t flow)
{
	struct hop *h;

	if (likely(r->n_hops == 1))
		return &r->hops[0];
	h = pick_by_weight(st, r, flow, true);
	if (!h)
		h = pick_by_weight(st, r, flow, false);
	return h ? h : &r->hops[0];
}
