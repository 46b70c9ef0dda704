// SPDX-License-Identifier: MIT
/* What every packet asks of the routes: which one, and which next hop of it. */
#include "stack/core/core.h"
#include "stack/core/learn_table.h"
#include "stack/util/hash.h"

void route_cache_flush(struct stack *st)
{
	struct fib *f = &st->fib;

	rx_known_flush(st);
	if (!f->cached)
		return;
	memset(f->cache, 0, sizeof(f->cache));
	memset(f->ways, 0, sizeof(f->ways));
	f->cached = false;
}

bool route_is_cached(const struct stack *st, ip4_t dst, const struct nexthops *nh)
{
	const struct route_cached *c = &st->fib.cache[hash_slot(dst, ROUTE_CACHE_BITS)];

	return c->dst == dst && c->nh == nh;
}

/* --- the longest prefix ------------------------------------------------------------- */

/* The longest prefix of t that holds dst, of at least min bits, and its number; a usable
 * one, if it must be. */
static const struct learned *longest_learned(const struct stack *st, const struct learn_table *t,
					     ip4_t dst, unsigned min, bool usable, prefix_num *to)
{
	const struct learned *l = learn_table_match(t, dst, min, 32, to);

	while (l && usable && !st->nexthops.of[l->nexthops]->n_alive) {
		unsigned len = prefix_pool_at(t->prefixes, *to)->len;

		l = len > min ? learn_table_match(t, dst, min, len - 1, to) : NULL;
	}
	return l;
}

/* The routes of the longest prefix that holds dst and has one, or, if it must
 * be, a usable one; its length. */
static struct route_rivals longest(const struct stack *st, ip4_t dst, bool usable, unsigned *len)
{
	uint32_t slot = trie_lookup(usable ? &st->fib.trie : &st->rib.trie, dst, len);
	struct route_rivals of = { .configured = slot ? st->rib.slots[slot] : NULL };

	for (unsigned i = 0; i < LEARN_N; i++) {
		const struct learn_table *t = st->rib.learned[i];
		prefix_num to;
		const struct learned *l = t ? longest_learned(st, t, dst, *len, usable, &to) : NULL;
		unsigned longer = l ? prefix_pool_at(st->prefixes, to)->len : 0;

		if (!l)
			continue;
		if (longer > *len)
			of = (struct route_rivals){ 0 };
		of.learned[i] = l;
		of.to = to;
		*len = longer;
	}
	return of;
}

/* Nothing usable matches.  As in Linux, a route over an interface that is up
 * but has no carrier still serves then: the sender learns in time that the
 * host is not there, and not that nobody ever knew a way. */
static struct nexthops *lookup_linkdown(const struct stack *st, ip4_t dst)
{
	unsigned len = 0;
	struct route_rivals left = longest(st, dst, false, &len);
	struct route_view v;

	while (route_next(st, &left, &v))
		if (v.nh->n_hops && (v.nh->hops[0].dev->flags & DEV_UP))
			return v.nh;
	return NULL;
}

/* The only one there is; NULL: there are several, or it is a redirect, or none. */
static struct nexthops *sole(const struct stack *st, const struct route_rivals *of)
{
	struct route *r = of->configured;
	const struct learned *l = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < LEARN_N; i++)
		if (of->learned[i])
			l = of->learned[i], n++;
	if (r)
		return n || r->next || r->proto == RP_REDIRECT ? NULL : &r->nh;
	return n == 1 ? st->nexthops.of[l->nexthops] : NULL;
}

/* Only what stays right until a change is kept in the cache. */
static outlined struct nexthops *lookup_slow(struct stack *st, ip4_t dst, struct route_cached *c)
{
	struct route_rivals of;
	struct route_view v;
	unsigned len = 0;
	bool stable = true;

	if (unlikely(st->now >= st->rib.redirects_end_at))
		gateway_expire_redirects(st);
	of = longest(st, dst, true, &len);
	v.nh = sole(st, &of);
	if (unlikely(!v.nh) && !route_select(st, of, &v, &stable))
		return lookup_linkdown(st, dst);
	if (stable) {
		*c = (struct route_cached){ dst, v.nh };
		st->fib.cached = true;
	}
	return v.nh;
}

struct nexthops *route_lookup(struct stack *st, ip4_t dst)
{
	struct route_cached *c = &st->fib.cache[hash_slot(dst, ROUTE_CACHE_BITS)];

	return likely(c->dst == dst && c->nh) ? c->nh : lookup_slow(st, dst, c);
}

bool route_match(const struct stack *st, ip4_t dst, const struct nexthops *nh,
		 struct route_view *out)
{
	for (unsigned len = 33; len-- > 0; ) {
		struct route_rivals left = route_rivals(st, dst, len);

		while (route_next(st, &left, out))
			if (out->nh == nh)
				return true;
	}
	return false;
}

/* --- by one device ------------------------------------------------------------------ */

/* The first hop by dev, one whose gateway answers if there is such; or NULL. */
static struct hop *hop_by(const struct stack *st, struct nexthops *nh, const struct netdev *dev)
{
	struct hop *first = NULL;

	for (unsigned i = 0; i < nh->n_hops; i++) {
		struct hop *h = &nh->hops[i];

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
static struct nexthops *select_by(const struct stack *st, struct route_rivals left,
				  const struct netdev *dev, struct hop **hop, bool *end)
{
	struct nexthops *silent = NULL;
	struct route_view v;

	*end = false;
	while (!*end && route_next(st, &left, &v)) {
		struct hop *h = hop_by(st, v.nh, dev);

		*end = v.nh->n_hops == 0;
		if (!h || (silent && h->avoid_until > st->now))
			continue;
		*hop = h;
		if (h->avoid_until <= st->now)
			return v.nh;
		silent = v.nh;
	}
	return silent;
}

/* Through the RIB, since the FIB answers for all devices at once. */
struct nexthops *route_lookup_by(struct stack *st, ip4_t dst, const struct netdev *dev,
				 struct hop **hop)
{
	struct route_rivals of;
	unsigned len = 0;

	if (st->now >= st->rib.redirects_end_at)
		gateway_expire_redirects(st);
	of = longest(st, dst, false, &len);
	for (;;) {
		bool end;
		struct nexthops *nh = select_by(st, of, dev, hop, &end);

		if (nh || end || len == 0)
			return nh;
		of = route_rivals(st, dst, --len);
	}
}

/* --- which hop ---------------------------------------------------------------------- */

uint32_t route_flow(ip4_t src, ip4_t dst, uint8_t proto, uint32_t ports, uint32_t seed)
{
	return hash_flow4(src, dst, proto, (uint16_t)(ports >> 16), (uint16_t)ports, seed);
}

static struct hop *pick_by_weight(const struct stack *st, struct nexthops *nh, uint32_t flow,
				  bool answers)
{
	struct hop *best = NULL;
	uint64_t best_score = 0;

	for (unsigned i = 0; i < nh->n_hops; i++) {
		struct hop *h = &nh->hops[i];
		uint64_t id = (uint64_t)h->via << 16 | h->dev->ifindex;

		if (h->dead || (answers && h->avoid_until > st->now))
			continue;
		for (unsigned w = 0; w < h->weight; w++) {
			uint64_t score = hash_pair(id << 8 | w, flow);

			if (!best || score > best_score)
				best = h, best_score = score;
		}
	}
	return best;
}

struct hop *route_pick(const struct stack *st, struct nexthops *nh, uint32_t flow)
{
	struct hop *h;

	if (likely(nh->n_hops == 1))
		return &nh->hops[0];
	h = pick_by_weight(st, nh, flow, true);
	if (!h)
		h = pick_by_weight(st, nh, flow, false);
	return h ? h : &nh->hops[0];
}
