// SPDX-License-Identifier: MIT
#include "stack/core/route.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "stack/core/pmtu.h"

static uint8_t default_distance(enum route_proto proto)
{
	static const uint8_t distance[RP_N] = {
		[RP_KERNEL] = 0, [RP_REDIRECT] = 0, [RP_STATIC] = 1,
		[RP_OSPF] = 110, [RP_RIP] = 120,
	};

	return proto < RP_N ? distance[proto] : 255;
}

/* --- the slots of prefixes ------------------------------------------------ */

static uint32_t slot_reuse(struct rib *rib)
{
	uint32_t slot = rib->free_hint;

	while (rib->slots[slot])
		slot++;
	rib->n_free--;
	rib->free_hint = slot + 1;
	return slot;
}

/* Free until its first route is put in; 0: no memory. */
static uint32_t slot_new(struct rib *rib)
{
	if (rib->n_free)
		return slot_reuse(rib);
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
	rib->n_free++;
	if (slot < rib->free_hint || rib->n_free == 1)
		rib->free_hint = slot;
}

static bool any_alive(const struct route *r)
{
	while (r && !r->n_alive)
		r = r->next;
	return r != NULL;
}

/* The FIB holds a prefix while one of its routes is usable. */
static int fib_sync(struct stack *st, ip4_t key, unsigned len, uint32_t slot)
{
	bool usable = slot && any_alive(st->rib.slots[slot]);

	route_cache_flush(st);
	pmtu_forget(st, key, len);
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

static void tell(struct stack *st, const struct route *r, bool added)
{
	struct route_watch *w, *tmp;
	struct route_spec s;

	if (list_empty(&st->route_watches))
		return;
	route_to_spec(r, &s);
	list_for_each_safe(&st->route_watches, w, tmp, node)
		w->changed(w, &s, added);
}

/* Who watches hears of usable routes only. */
static void notify(struct stack *st, const struct route *r, bool added)
{
	if (r->n_alive)
		tell(st, r, added);
}

/* --- changes --------------------------------------------------------------- */

static bool hop_is_dead(const struct route *r, const struct hop *h)
{
	return r->type != RT_LOCAL && !netdev_running(h->dev);
}

static void count_alive(struct route *r)
{
	r->n_alive = r->n_hops == 0;              /* blackholes need no device */
	for (unsigned i = 0; i < r->n_hops; i++) {
		r->hops[i].dead = hop_is_dead(r, &r->hops[i]);
		r->n_alive = (uint8_t)(r->n_alive + !r->hops[i].dead);
	}
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
	    (s->to.addr.v4 & ~ip4_mask(s->to.len)) != 0 ||
	    (s->src.family == ADDR_IP4 && !ifaddr_find(st, NULL, s->src.v4)))
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
		*err = gateway_resolve(st, s, &s->hops[i], &r->hops[i]);
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
	return !a->nexthops && a->proto == b->proto && a->metric == b->metric &&
	       (a->type == RT_LOCAL) == (b->type == RT_LOCAL) &&
	       (a->proto != RP_KERNEL || !a->n_hops || !b->n_hops ||
		a->hops[0].dev == b->hops[0].dev);
}

static void list_insert(struct route **head, struct route *r)
{
	while (*head && !preferred(r, *head))
		head = &(*head)->next;
	r->next = *head;
	*head = r;
}

/* Old's next hops and more's in one route, for "ip route append"; *more becomes
 * that route. */
static int append_hops(struct route **at, struct route **more)
{
	struct route *old = *at, *with = *more;
	unsigned n = old->n_hops + with->n_hops;
	struct route *r;

	if (n > ROUTE_HOPS_MAX || is_reject(old->type))
		return ERR_INVAL;
	r = realloc(old, sizeof(*r) + n * sizeof(r->hops[0]));
	if (!r)
		return ERR_NOMEM;
	memcpy(&r->hops[r->n_hops], with->hops, with->n_hops * sizeof(r->hops[0]));
	r->n_hops = (uint8_t)n;
	*at = r;
	*more = r;
	free(with);
	count_alive(r);
	return OK;
}

/* Puts *r into a slot that exists, and *old out of it; on error *r is the
 * caller's still. */
static int slot_put(struct rib *rib, uint32_t slot, enum route_op op, struct route **r,
		    struct route **old)
{
	struct route **at = &rib->slots[slot];

	while (*at && !same_route(*at, *r))
		at = &(*at)->next;
	if (*at && op == ROUTE_ADD)
		return ERR_EXIST;
	if (*at && op == ROUTE_APPEND)
		return append_hops(at, r);
	*old = *at;
	if (*at)
		*at = (*at)->next;
	list_insert(&rib->slots[slot], *r);
	return OK;
}

static void slot_gc(struct stack *st, ip4_t key, unsigned len, uint32_t slot)
{
	(void)fib_sync(st, key, len, slot);       /* only ever removes here */
	if (st->rib.slots[slot])
		return;
	trie_del(&st->rib.trie, key, len);
	slot_free(&st->rib, slot);
}

static void route_free(struct stack *st, struct route *r)
{
	nexthops_put(st, r->nexthops);
	free(r);
}

/* Takes *at out of its slot. */
static void slot_take(struct stack *st, uint32_t slot, struct route **at)
{
	struct route *r = *at;

	*at = r->next;
	slot_gc(st, r->key, r->len, slot);
	notify(st, r, false);
	route_free(st, r);
}

/* The slot of a prefix, made if there is none; 0: no memory. */
static uint32_t slot_get(struct rib *rib, ip4_t key, unsigned len)
{
	uint32_t slot = trie_get(&rib->trie, key, len);

	if (slot)
		return slot;
	slot = slot_new(rib);
	if (slot && trie_set(&rib->trie, key, len, slot) != OK) {
		slot_free(rib, slot);
		return 0;
	}
	return slot;
}

/* In the list r goes without a word: nobody was told of it yet. */
static void slot_undo(struct stack *st, uint32_t slot, struct route *r)
{
	struct route **at = &st->rib.slots[slot];

	while (*at && *at != r)
		at = &(*at)->next;
	if (*at)
		*at = r->next;
	slot_gc(st, r->key, r->len, slot);
	free(r);
}

int route_add(struct stack *st, enum route_op op, const struct route_spec *s)
{
	struct route *old = NULL, *r;
	uint32_t slot;
	int err;

	r = route_make(st, s, &err);
	if (!r)
		return err;
	slot = slot_get(&st->rib, r->key, r->len);
	if (!slot) {
		free(r);
		return ERR_NOMEM;
	}
	err = slot_put(&st->rib, slot, op, &r, &old);
	if (!err)
		err = fib_sync(st, r->key, r->len, slot);
	if (old)
		notify(st, old, false);
	free(old);
	if (err) {
		slot_undo(st, slot, r);
		return err;
	}
	if (r->type == RT_LOCAL || r->type == RT_BROADCAST)
		own_add(st, r->key, r->len);
	if (r->proto == RP_REDIRECT)
		st->rib.redirects_end_at = 0;     /* to be reckoned anew */
	notify(st, r, true);
	return OK;
}

static bool hop_matches(const struct route *r, const struct route_hop *want)
{
	for (unsigned i = 0; i < r->n_hops; i++) {
		const struct hop *h = &r->hops[i];

		if ((want->via.family == ADDR_NONE || want->via.v4 == h->gw) &&
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

static struct route **find(const struct stack *st, const struct route_spec *s, uint32_t *slot)
{
	struct route **at;

	*slot = s->to.addr.family == ADDR_IP4 && s->to.len <= 32 ?
		trie_get(&st->rib.trie, s->to.addr.v4, s->to.len) : 0;
	if (!*slot)
		return NULL;
	at = &st->rib.slots[*slot];
	while (*at && !route_matches(*at, s))
		at = &(*at)->next;
	return *at ? at : NULL;
}

const struct route *route_find(const struct stack *st, const struct route_spec *s)
{
	uint32_t slot;
	struct route **at = find(st, s, &slot);

	return at ? *at : NULL;
}

int route_del(struct stack *st, const struct route_spec *s)
{
	uint32_t slot;
	struct route **at = find(st, s, &slot);

	if (s->to.addr.family != ADDR_IP4 || s->to.len > 32)
		return ERR_INVAL;
	if (!at)
		return ERR_NOENT;
	slot_take(st, slot, at);
	return OK;
}

void route_del_if(struct stack *st, bool (*which)(struct stack *st, struct route *r,
						  const void *arg), const void *arg)
{
	for (uint32_t slot = 1; slot < st->rib.n_slots; slot++) {
		struct route **at = &st->rib.slots[slot];

		while (*at) {
			if (which(st, *at, arg))
				slot_take(st, slot, at);
			else
				at = &(*at)->next;
		}
	}
}

static bool has_src(struct stack *st, struct route *r, const void *arg)
{
	(void)st;
	return r->src == *(const ip4_t *)arg;
}

void route_src_gone(struct stack *st, ip4_t src)
{
	route_del_if(st, has_src, &src);
}

static bool uses_dev(struct stack *st, struct route *r, const void *dev)
{
	(void)st;
	for (unsigned i = 0; i < r->n_hops; i++)
		if (r->hops[i].dev == dev)
			return true;
	return false;
}

/* One prefix after a device of its routes started or stopped running. */
static void slot_recount(struct stack *st, uint32_t slot, const struct netdev *dev)
{
	struct route *first = st->rib.slots[slot];

	for (struct route *r = first; r; r = r->next) {
		unsigned was = r->n_alive;

		if (!uses_dev(st, r, dev))
			continue;
		count_alive(r);
		(void)fib_sync(st, first->key, first->len, slot);
		if (!was != !r->n_alive)
			tell(st, r, r->n_alive != 0);
	}
}

void route_dev_changed(struct stack *st, struct netdev *dev, bool gone)
{
	if (gone)
		route_del_if(st, uses_dev, dev);
	nexthops_dev_changed(st, dev, gone);
	if (gone)
		return;
	for (uint32_t slot = 1; slot < st->rib.n_slots; slot++)
		slot_recount(st, slot, dev);
}

void route_fini(struct stack *st)
{
	struct rib *rib = &st->rib;
	struct route *r;

	for (uint32_t slot = 1; slot < rib->n_slots; slot++) {
		while ((r = rib->slots[slot])) {
			rib->slots[slot] = r->next;
			free(r);
		}
	}
	route_cache_flush(st);
	free(rib->slots);
	*rib = (struct rib){ .trie = rib->trie };
	trie_fini(&rib->trie);
	trie_fini(&st->fib.trie);
	nexthops_fini(st);
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
		if (r->hops[i].gw)
			out->hops[i].via = addr_ip4(r->hops[i].gw);
		out->hops[i].dev = r->hops[i].dev;
		out->hops[i].weight = r->hops[i].weight;
		out->hops[i].onlink = r->hops[i].onlink;
	}
}

/* --- learned ------------------------------------------------------------------ */

static bool learns(enum route_proto proto) { return proto == RP_OSPF || proto == RP_RIP; }

static struct route **find_learned(const struct stack *st, enum route_proto proto, ip4_t key,
				   unsigned len)
{
	uint32_t slot = len <= 32 ? trie_get(&st->rib.trie, key, len) : 0;
	struct route **at = slot ? &st->rib.slots[slot] : NULL;

	while (at && *at && !((*at)->nexthops && (*at)->proto == proto))
		at = &(*at)->next;
	return at && *at ? at : NULL;
}

static struct route *make_learned(struct stack *st, enum route_proto proto, ip4_t key,
				  unsigned len, uint32_t metric, nexthops_id id)
{
	const struct nexthops *nh = nexthops_of(st, id);
	struct route *r = calloc(1, sizeof(*r) + nh->n_hops * sizeof(r->hops[0]));

	if (!r)
		return NULL;
	r->key = key;
	r->len = (uint8_t)len;
	r->type = nh->n_hops ? RT_UNICAST : RT_BLACKHOLE;
	r->proto = (uint8_t)proto;
	r->distance = default_distance(proto);
	r->metric = metric;
	r->since = st->now;
	r->n_hops = nh->n_hops;
	memcpy(r->hops, nh->hops, nh->n_hops * sizeof(r->hops[0]));
	count_alive(r);
	nexthops_hold(st, id);
	r->nexthops = id;
	return r;
}

int route_learn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		uint32_t metric, nexthops_id id)
{
	struct route **at = find_learned(st, proto, key, len), *old = at ? *at : NULL, *r;
	uint8_t round = st->rib.round[proto == RP_RIP];
	uint32_t slot;

	if (len > 32 || key & ~ip4_mask(len) || !learns(proto))
		return ERR_INVAL;
	if (nexthops_of(st, id)->gone)
		return ERR_NODEV;
	if (old && old->metric == metric && old->nexthops == id) {
		old->round = round;
		return 0;
	}
	r = make_learned(st, proto, key, len, metric, id);
	slot = r ? slot_get(&st->rib, key, len) : 0;
	if (!slot) {
		if (r)
			route_free(st, r);
		return ERR_NOMEM;
	}
	r->round = round;
	if (old)
		*at = old->next;
	list_insert(&st->rib.slots[slot], r);
	if (fib_sync(st, key, len, slot) != OK) {
		if (old)
			list_insert(&st->rib.slots[slot], old);
		nexthops_put(st, id);
		slot_undo(st, slot, r);
		return ERR_NOMEM;
	}
	if (old) {
		notify(st, old, false);
		route_free(st, old);
	}
	notify(st, r, true);
	return 1;
}

bool route_unlearn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len)
{
	struct route **at = find_learned(st, proto, key, len);

	if (at)
		slot_take(st, trie_get(&st->rib.trie, key, len), at);
	return at != NULL;
}

static struct learned_route learned_of(const struct route *r)
{
	return (struct learned_route){ r->key, r->len, r->metric, r->nexthops, r->since };
}

bool route_learned(const struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		   struct learned_route *out)
{
	struct route **at = find_learned(st, proto, key, len);

	if (at && out)
		*out = learned_of(*at);
	return at != NULL;
}

void route_learned_walk(struct stack *st, enum route_proto proto,
			bool (*fn)(void *arg, const struct learned_route *r), void *arg)
{
	for (uint32_t slot = 1; slot < st->rib.n_slots; slot++) {
		struct route *r = st->rib.slots[slot];
		struct learned_route l;

		while (r && !(r->nexthops && r->proto == proto))
			r = r->next;
		if (!r)
			continue;
		l = learned_of(r);
		if (!fn(arg, &l))
			return;
	}
}

static bool count(void *arg, const struct learned_route *r)
{
	(void)r;
	++*(unsigned *)arg;
	return true;
}

unsigned route_learned_count(const struct stack *st, enum route_proto proto)
{
	unsigned n = 0;

	route_learned_walk((struct stack *)(uintptr_t)st, proto, count, &n);
	return n;
}

void route_relearn_begin(struct stack *st, enum route_proto proto)
{
	st->rib.round[proto == RP_RIP]++;
}

static bool is_stale(struct stack *st, struct route *r, const void *arg)
{
	const enum route_proto *proto = arg;

	return r->nexthops && r->proto == *proto &&
	       r->round != st->rib.round[*proto == RP_RIP];
}

unsigned route_relearn_end(struct stack *st, enum route_proto proto)
{
	unsigned n = route_learned_count(st, proto);

	route_del_if(st, is_stale, &proto);
	return n - route_learned_count(st, proto);
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
