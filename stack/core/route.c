// SPDX-License-Identifier: MIT
#include "stack/core/route.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/util/hash.h"

static uint8_t default_distance(enum route_proto proto)
{
	static const uint8_t distance[RP_N] = {
		[RP_KERNEL] = 0, [RP_REDIRECT] = 0, [RP_STATIC] = 1,
		[RP_OSPF] = 110, [RP_RIP] = 120,
	};

	return proto < RP_N ? distance[proto] : 255;
}

/* --- lookup --------------------------------------------------------------- */

static struct route *first_alive(struct route *r)
{
	while (r && r->n_alive == 0)
		r = r->next;
	return r;
}

static void cache_flush(struct stack *st)
{
	memset(st->fib.cache, 0, sizeof(st->fib.cache));
}

static struct route *lookup_slow(struct stack *st, ip4_t dst, struct route_cached *c)
{
	uint32_t slot = trie_lookup(&st->fib.trie, dst, NULL);
	struct route *r = slot ? first_alive(st->rib.slots[slot]) : NULL;

	if (r)
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

uint32_t route_flow(ip4_t src, ip4_t dst, uint8_t proto, uint32_t ports, uint32_t seed)
{
	return hash_flow4(src, dst, proto, (uint16_t)(ports >> 16), (uint16_t)ports, seed);
}

static struct hop *pick_by_weight(struct route *r, uint32_t flow)
{
	struct hop *best = NULL;
	uint64_t best_score = 0;

	for (unsigned i = 0; i < r->n_hops; i++) {
		struct hop *h = &r->hops[i];
		uint64_t id = (uint64_t)h->via << 16 | h->dev->ifindex;

		for (unsigned w = 0; w < h->weight && !h->dead; w++) {
			uint64_t score = hash_pair(id << 8 | w, flow);

			if (!best || score > best_score)
				best = h, best_score = score;
		}
	}
	return best;
}

struct hop *route_pick(const struct stack *st, struct route *r, uint32_t flow)
{
	(void)st;
	if (likely(r->n_hops == 1))
		return &r->hops[0];
	return pick_by_weight(r, flow);
}

/* --- the slots of prefixes ------------------------------------------------ */

static uint32_t slot_new(struct rib *rib)
{
	uint32_t slot = rib->free_slot;

	if (slot) {
		rib->free_slot = (uint32_t)(uintptr_t)rib->slots[slot];
		rib->slots[slot] = NULL;
		return slot;
	}
	if ((rib->n_slots & (rib->n_slots - 1)) == 0 && (rib->n_slots == 0 || rib->n_slots >= 8)) {
		uint32_t cap = rib->n_slots ? rib->n_slots * 2 : 8;
		struct route **slots = realloc(rib->slots, cap * sizeof(struct route *));

		if (!slots)
			return 0;
		rib->slots = slots;
	}
	if (rib->n_slots == 0)
		rib->slots[rib->n_slots++] = NULL;        /* slot 0 means none */
	rib->slots[rib->n_slots] = NULL;
	return rib->n_slots++;
}

static void slot_free(struct rib *rib, uint32_t slot)
{
	rib->slots[slot] = (struct route *)(uintptr_t)rib->free_slot;
	rib->free_slot = slot;
}

/* The FIB holds a prefix while one of its routes is usable. */
static int fib_sync(struct stack *st, ip4_t key, unsigned len, uint32_t slot)
{
	bool usable = slot && first_alive(st->rib.slots[slot]);

	cache_flush(st);
	if (usable)
		return trie_set(&st->fib.trie, key, len, slot);
	(void)trie_del(&st->fib.trie, key, len);
	return OK;
}

static bool preferred(const struct route *a, const struct route *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return a->metric < b->metric;             /* equal: the older stays first */
}

static void notify(struct stack *st, const struct route *r, bool added)
{
	struct route_watch *w, *tmp;
	struct route_spec s;

	if (list_empty(&st->route_watches))
		return;
	route_to_spec(r, &s);
	list_for_each_safe(&st->route_watches, w, tmp, node)
		w->changed(w, &s, added);
}

/* --- changes --------------------------------------------------------------- */

static bool hop_is_dead(const struct route *r, const struct hop *h)
{
	if (r->type == RT_LOCAL)
		return !(h->dev->flags & DEV_UP);
	return !netdev_running(h->dev);
}

static void count_alive(struct route *r)
{
	r->n_alive = r->n_hops == 0;              /* blackholes need no device */
	for (unsigned i = 0; i < r->n_hops; i++) {
		r->hops[i].dead = hop_is_dead(r, &r->hops[i]);
		r->n_alive = (uint8_t)(r->n_alive + !r->hops[i].dead);
	}
}

/* The interface whose subnet holds a gateway; the longest prefix wins. */
static struct netdev *dev_towards(const struct stack *st, ip4_t via)
{
	struct netdev *dev, *best = NULL;
	unsigned best_len = 0;
	struct ifaddr *ia;

	list_for_each(&st->devs, dev, node) {
		list_for_each(&dev->addrs, ia, node) {
			unsigned len = ia->prefix.len;

			if (dev != st->lo && ip4_in(via, ia->prefix.addr.v4, len) &&
			    len < 32 && (!best || len > best_len))
				best = dev, best_len = len;
		}
	}
	return best;
}

static int resolve_hop(struct stack *st, const struct route_spec *s, const struct route_hop *in,
		       struct hop *out)
{
	*out = (struct hop){ .dev = in->dev, .weight = in->weight ? in->weight : 1 };
	if (in->via.family == ADDR_IP6)
		return ERR_AFNOSUP;
	if (in->via.family == ADDR_IP4) {
		struct netdev *dev = dev_towards(st, in->via.v4);

		out->via = in->via.v4;
		if (!out->dev)
			out->dev = dev;
		if (!out->dev || (dev != out->dev && !ip4_in(out->via, s->to.addr.v4, 32)))
			return ERR_NETUNREACH;
		if (ifaddr_find(st, NULL, out->via))
			return ERR_INVAL;
	}
	if (!out->dev)
		return ERR_NODEV;
	if (!(out->dev->flags & DEV_UP))
		return ERR_NETDOWN;
	return OK;
}

static bool is_reject(enum route_type t)
{
	return t == RT_BLACKHOLE || t == RT_UNREACHABLE || t == RT_PROHIBIT;
}

static struct route *route_make(struct stack *st, const struct route_spec *s, int *err)
{
	unsigned n = is_reject(s->type) ? 0 : s->n_hops;
	struct route *r;

	*err = ERR_INVAL;
	if (s->to.addr.family != ADDR_IP4 || s->to.len > 32 || s->proto >= RP_N ||
	    s->n_hops > ROUTE_HOPS_MAX || (n == 0 && !is_reject(s->type)) ||
	    (s->to.addr.v4 & ~ip4_mask(s->to.len)) != 0)
		return NULL;
	r = calloc(1, sizeof(*r) + n * sizeof(r->hops[0]));
	*err = ERR_NOMEM;
	if (!r)
		return NULL;
	r->key = s->to.addr.v4;
	r->len = s->to.len;
	r->type = (uint8_t)s->type;
	r->proto = (uint8_t)s->proto;
	r->distance = s->distance ? s->distance : default_distance(s->proto);
	r->metric = s->metric;
	r->mtu = s->mtu;
	r->src = s->src.family == ADDR_IP4 ? s->src.v4 : 0;
	r->since = st->now;
	r->n_hops = (uint8_t)n;
	for (unsigned i = 0; i < n; i++) {
		*err = resolve_hop(st, s, &s->hops[i], &r->hops[i]);
		if (*err) {
			free(r);
			return NULL;
		}
	}
	count_alive(r);
	*err = OK;
	return r;
}

static bool same_route(const struct route *a, const struct route *b)
{
	return a->proto == b->proto && a->metric == b->metric &&
	       (a->type == RT_LOCAL) == (b->type == RT_LOCAL) &&
	       (a->proto != RP_KERNEL || a->hops[0].dev == b->hops[0].dev);
}

static void list_insert(struct route **head, struct route *r)
{
	while (*head && !preferred(r, *head))
		head = &(*head)->next;
	r->next = *head;
	*head = r;
}

/* Old's next hops and new's in one route, for "ip route append". */
static int append_hops(struct stack *st, struct route **at, struct route *more)
{
	struct route *old = *at;
	unsigned n = old->n_hops + more->n_hops;
	struct route *r;

	if (n > ROUTE_HOPS_MAX || is_reject(old->type))
		return ERR_INVAL;
	r = realloc(old, sizeof(*r) + n * sizeof(r->hops[0]));
	if (!r)
		return ERR_NOMEM;
	memcpy(&r->hops[r->n_hops], more->hops, more->n_hops * sizeof(r->hops[0]));
	r->n_hops = (uint8_t)n;
	*at = r;
	cache_flush(st);
	count_alive(r);
	notify(st, r, true);
	return OK;
}

/* Puts r into a slot that exists; on error r is the caller's still. */
static int slot_put(struct stack *st, uint32_t slot, enum route_op op, struct route *r)
{
	struct route **at = &st->rib.slots[slot], *old = NULL;

	while (*at && !same_route(*at, r))
		at = &(*at)->next;
	if (*at && op == ROUTE_ADD)
		return ERR_EXIST;
	if (*at && op == ROUTE_APPEND) {
		int err = append_hops(st, at, r);

		if (err == OK)
			free(r);
		return err;
	}
	if (*at) {
		old = *at;
		*at = old->next;
		cache_flush(st);
		notify(st, old, false);
		free(old);
	}
	list_insert(&st->rib.slots[slot], r);
	notify(st, r, true);
	return OK;
}

int route_add(struct stack *st, enum route_op op, const struct route_spec *s)
{
	uint32_t slot;
	int err;
	struct route *r = route_make(st, s, &err);

	if (!r)
		return err;
	slot = trie_get(&st->rib.trie, r->key, r->len);
	if (!slot) {
		slot = slot_new(&st->rib);
		if (!slot || trie_set(&st->rib.trie, r->key, r->len, slot) != OK) {
			if (slot)
				slot_free(&st->rib, slot);
			free(r);
			return ERR_NOMEM;
		}
	}
	err = slot_put(st, slot, op, r);
	if (err) {
		free(r);
		if (!st->rib.slots[slot]) {
			trie_del(&st->rib.trie, s->to.addr.v4, s->to.len);
			slot_free(&st->rib, slot);
		}
		return err;
	}
	return fib_sync(st, s->to.addr.v4, s->to.len, slot);
}

static bool hop_matches(const struct route *r, const struct route_hop *want)
{
	for (unsigned i = 0; i < r->n_hops; i++) {
		const struct hop *h = &r->hops[i];

		if ((want->via.family == ADDR_NONE || want->via.v4 == h->via) &&
		    (!want->dev || want->dev == h->dev))
			return true;
	}
	return false;
}

static bool route_matches(const struct route *r, const struct route_spec *s)
{
	bool host = r->type == RT_LOCAL || r->type == RT_BROADCAST;

	if (host ? s->type != (enum route_type)r->type
		 : s->type != RT_UNICAST && s->type != (enum route_type)r->type)
		return false;
	if (s->proto != RP_N && s->proto != (enum route_proto)r->proto)
		return false;
	if (s->metric && s->metric != r->metric)
		return false;
	return s->n_hops == 0 || hop_matches(r, &s->hops[0]);
}

static void slot_gc(struct stack *st, ip4_t key, unsigned len, uint32_t slot)
{
	(void)fib_sync(st, key, len, slot);       /* only ever removes here */
	if (st->rib.slots[slot])
		return;
	trie_del(&st->rib.trie, key, len);
	slot_free(&st->rib, slot);
}

int route_del(struct stack *st, const struct route_spec *s)
{
	uint32_t slot;
	struct route **at, *r;

	if (s->to.addr.family != ADDR_IP4 || s->to.len > 32)
		return ERR_INVAL;
	slot = trie_get(&st->rib.trie, s->to.addr.v4, s->to.len);
	if (!slot)
		return ERR_NOENT;
	at = &st->rib.slots[slot];
	while (*at && !route_matches(*at, s))
		at = &(*at)->next;
	r = *at;
	if (!r)
		return ERR_NOENT;
	*at = r->next;
	slot_gc(st, r->key, r->len, slot);
	notify(st, r, false);
	free(r);
	return OK;
}

static bool uses_dev(const struct route *r, const struct netdev *dev)
{
	for (unsigned i = 0; i < r->n_hops; i++)
		if (r->hops[i].dev == dev)
			return true;
	return false;
}

/* One prefix after a device changed; gone: its routes go with it. */
static void slot_dev_changed(struct stack *st, uint32_t slot, struct netdev *dev, bool gone)
{
	struct route **at = &st->rib.slots[slot], *r;
	ip4_t key = (*at)->key;
	unsigned len = (*at)->len;

	while ((r = *at)) {
		if (!uses_dev(r, dev)) {
			at = &r->next;
		} else if (gone) {
			*at = r->next;
			cache_flush(st);
			notify(st, r, false);
			free(r);
		} else {
			unsigned was = r->n_alive;

			count_alive(r);
			cache_flush(st);
			if (!was != !r->n_alive)
				notify(st, r, r->n_alive != 0);
			at = &r->next;
		}
	}
	if (st->rib.slots[slot])
		(void)fib_sync(st, key, len, slot);       /* its nodes were there before */
	else
		slot_gc(st, key, len, slot);
}

static bool slot_in_use(const struct rib *rib, uint32_t slot)
{
	return (uintptr_t)rib->slots[slot] > rib->n_slots;
}

void route_dev_changed(struct stack *st, struct netdev *dev, bool gone)
{
	for (uint32_t slot = 1; slot < st->rib.n_slots; slot++)
		if (slot_in_use(&st->rib, slot))
			slot_dev_changed(st, slot, dev, gone);
}

void route_fini(struct stack *st)
{
	struct rib *rib = &st->rib;
	struct route *r;

	for (uint32_t slot = 1; slot < rib->n_slots; slot++) {
		if (!slot_in_use(rib, slot))
			continue;
		while ((r = rib->slots[slot])) {
			rib->slots[slot] = r->next;
			free(r);
		}
	}
	cache_flush(st);
	free(rib->slots);
	*rib = (struct rib){ .trie = rib->trie };
	trie_fini(&rib->trie);
	trie_fini(&st->fib.trie);
}

void route_to_spec(const struct route *r, struct route_spec *out)
{
	*out = (struct route_spec){
		.to = { addr_ip4(r->key), r->len },
		.type = r->type, .proto = r->proto, .metric = r->metric,
		.distance = r->distance, .mtu = r->mtu, .n_hops = r->n_hops,
	};
	if (r->src)
		out->src = addr_ip4(r->src);
	for (unsigned i = 0; i < r->n_hops; i++) {
		if (r->hops[i].via)
			out->hops[i].via = addr_ip4(r->hops[i].via);
		out->hops[i].dev = r->hops[i].dev;
		out->hops[i].weight = r->hops[i].weight;
	}
}

/* --- public ------------------------------------------------------------------ */

int stack_route_set(struct stack *st, enum route_op op, const struct route_spec *r)
{
	return route_add(st, op, r);
}

int stack_route_del(struct stack *st, const struct route_spec *r)
{
	return route_del(st, r);
}

void stack_route_watch(struct stack *st, struct route_watch *w)
{
	list_push_back(&st->route_watches, &w->node);
}

void stack_route_unwatch(struct stack *st, struct route_watch *w)
{
	(void)st;
	if (list_linked(&w->node))
		list_remove(&w->node);
}
