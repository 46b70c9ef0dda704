// SPDX-License-Identifier: MIT
#include "stack/core/route.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "stack/core/pmtu.h"

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
	while (r && !r->nh.n_alive)
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

/* Who watches hears of usable routes only. */
static void notify(struct stack *st, struct route *r, bool added)
{
	struct route_view v = route_view_of(r);

	if (r->nh.n_alive)
		route_tell(st, &v, added);
}

/* --- changes --------------------------------------------------------------- */

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
	r = calloc(1, sizeof(*r) + n * sizeof(r->nh.hops[0]));
	*err = ERR_NOMEM;
	if (!r)
		return NULL;
	r->key = s->to.addr.v4;
	r->len = s->to.len;
	r->nh.type = (uint8_t)s->type;
	r->proto = (uint8_t)s->proto;
	r->distance = s->distance ? s->distance : route_distance(s->proto);
	r->metric = s->metric;
	r->nh.mtu = s->mtu;
	r->nh.src = s->src.family == ADDR_IP4 ? s->src.v4 : 0;
	r->since = st->now;
	r->nh.n_hops = (uint8_t)n;
	for (unsigned i = 0; i < n; i++) {
		*err = gateway_resolve(st, s, &s->hops[i], &r->nh.hops[i]);
		if (*err) {
			free(r);
			return NULL;
		}
	}
	nexthops_count_alive(&r->nh);
	*err = OK;
	return r;
}

static bool same_route(const struct route *a, const struct route *b)
{
	return a->proto == b->proto && a->metric == b->metric &&
	       (a->nh.type == RT_LOCAL) == (b->nh.type == RT_LOCAL) &&
	       (a->proto != RP_KERNEL || !a->nh.n_hops || !b->nh.n_hops ||
		a->nh.hops[0].dev == b->nh.hops[0].dev);
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
	unsigned n = old->nh.n_hops + with->nh.n_hops;
	struct route *r;

	if (n > ROUTE_HOPS_MAX || is_reject(old->nh.type))
		return ERR_INVAL;
	r = realloc(old, sizeof(*r) + n * sizeof(r->nh.hops[0]));
	if (!r)
		return ERR_NOMEM;
	memcpy(&r->nh.hops[r->nh.n_hops], with->nh.hops, with->nh.n_hops * sizeof(r->nh.hops[0]));
	r->nh.n_hops = (uint8_t)n;
	*at = r;
	*more = r;
	free(with);
	nexthops_count_alive(&r->nh);
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

/* Takes *at out of its slot. */
static void slot_take(struct stack *st, uint32_t slot, struct route **at)
{
	struct route *r = *at;

	*at = r->next;
	slot_gc(st, r->key, r->len, slot);
	notify(st, r, false);
	free(r);
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
	if (r->nh.type == RT_LOCAL || r->nh.type == RT_BROADCAST)
		own_add(st, r->key, r->len);
	if (r->proto == RP_REDIRECT)
		st->rib.redirects_end_at = 0;     /* to be reckoned anew */
	notify(st, r, true);
	return OK;
}

const struct route *route_find(const struct stack *st, const struct route_spec *s)
{
	struct route *r = NULL;
	uint32_t slot = s->to.addr.family == ADDR_IP4 && s->to.len <= 32 ?
		trie_get(&st->rib.trie, s->to.addr.v4, s->to.len) : 0;

	for (r = slot ? st->rib.slots[slot] : NULL; r; r = r->next) {
		struct route_view v = route_view_of(r);

		if (route_matches(&v, s))
			break;
	}
	return r;
}

static void route_take(struct stack *st, struct route *r)
{
	uint32_t slot = trie_get(&st->rib.trie, r->key, r->len);
	struct route **at = &st->rib.slots[slot];

	while (*at != r)
		at = &(*at)->next;
	slot_take(st, slot, at);
}

int route_del(struct stack *st, const struct route_spec *s)
{
	struct route_rivals left;
	struct route_view v;

	if (s->to.addr.family != ADDR_IP4 || s->to.len > 32)
		return ERR_INVAL;
	left = route_rivals(st, s->to.addr.v4, s->to.len);
	do {
		if (!route_next(st, &left, &v))
			return ERR_NOENT;
	} while (!route_matches(&v, s));
	if (v.configured)
		route_take(st, v.configured);
	else
		(void)route_unlearn(st, v.proto, v.key, v.len);
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
	return r->nh.src == *(const ip4_t *)arg;
}

void route_src_gone(struct stack *st, ip4_t src)
{
	route_del_if(st, has_src, &src);
}

static bool uses_dev(struct stack *st, struct route *r, const void *dev)
{
	(void)st;
	return nexthops_use(&r->nh, dev);
}

/* One prefix after a device of its routes started or stopped running. */
static void slot_recount(struct stack *st, uint32_t slot, const struct netdev *dev)
{
	struct route *first = st->rib.slots[slot];

	for (struct route *r = first; r; r = r->next) {
		struct route_view v = route_view_of(r);
		unsigned was = r->nh.n_alive;

		if (!uses_dev(st, r, dev))
			continue;
		nexthops_count_alive(&r->nh);
		(void)fib_sync(st, first->key, first->len, slot);
		if (!was != !r->nh.n_alive)
			route_tell(st, &v, r->nh.n_alive != 0);
	}
}

void route_dev_changed(struct stack *st, struct netdev *dev, bool gone)
{
	bool touched;

	if (gone) {
		route_del_if(st, uses_dev, dev);
		learn_dev_gone(st, dev);
	}
	touched = nexthops_dev_changed(st, dev, gone);
	for (uint32_t slot = 1; slot < st->rib.n_slots; slot++)
		slot_recount(st, slot, dev);
	if (touched)
		learn_recount(st);
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
	rib->slots = NULL;
	rib->n_slots = rib->n_free = rib->free_hint = 0;
	trie_fini(&rib->trie);
	trie_fini(&st->fib.trie);
	learn_fini(st);
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
