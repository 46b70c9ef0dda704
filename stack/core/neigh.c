// SPDX-License-Identifier: MIT
#include "stack/core/neigh.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/util/hash.h"
#include "stack/wire/eth.h"

#define NEIGH_BUCKETS_MIN 8
#define UCAST_PROBES 3                    /* Linux ucast_solicit; RFC 4861 MAX_UNICAST_SOLICIT */

static ns_t opt_ms(const struct stack *st, enum stack_option o)
{
	return MSEC(stack_option(st, o));
}

static uint32_t bucket_of(const struct neigh_table *t, const struct netdev *dev, ip4_t a)
{
	return hash_u32(a ^ (uint32_t)dev->ifindex << 24) & (t->n_buckets - 1);
}

struct neigh *neigh_find(const struct stack *st, const struct netdev *dev, ip4_t a)
{
	const struct neigh_table *t = &st->neigh;
	struct neigh *n;

	if (!t->count)
		return NULL;
	n = t->buckets[bucket_of(t, dev, a)];
	while (n && (n->addr != a || n->dev != dev))
		n = n->next;
	return n;
}

static bool table_grow(struct neigh_table *t)
{
	uint32_t n = t->n_buckets ? t->n_buckets * 2 : NEIGH_BUCKETS_MIN;
	struct neigh **old = t->buckets, **now = calloc(n, sizeof(struct neigh *));
	uint32_t n_old = t->n_buckets;

	if (!now)
		return false;
	t->buckets = now;
	t->n_buckets = n;
	for (uint32_t i = 0; i < n_old; i++) {
		struct neigh *e = old[i], *next;

		for (; e; e = next) {
			uint32_t b = bucket_of(t, e->dev, e->addr);

			next = e->next;
			e->next = now[b];
			now[b] = e;
		}
	}
	free(old);
	return true;
}

static void waiting_push(struct neigh *n, struct pkt *p)
{
	n->queue_mem += pkt_mem(p, n->queue.tail);
	pkt_queue_push(&n->queue, p);
}

static struct pkt *waiting_pop(struct neigh *n)
{
	struct pkt *p = pkt_queue_pop(&n->queue), *next = n->queue.head;

	if (p)
		n->queue_mem -= pkt_mem(p, NULL);
	if (p && next)                    /* what they shared is its own now */
		n->queue_mem += pkt_mem(next, NULL) - pkt_mem(next, p);
	return p;
}

/* A gateway that routes avoided may be used again. */
static void heard(struct stack *st, struct neigh *n)
{
	if (!n->silent)
		return;
	n->silent = false;
	gateway_heard(st, n->dev, n->addr);
}

static void neigh_free(struct stack *st, struct neigh *n)
{
	struct neigh_table *t = &st->neigh;
	struct neigh **at = &t->buckets[bucket_of(t, n->dev, n->addr)];
	struct pkt *p;

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	t->count--;
	t->gen++;
	st->ways_gen++;
	timer_stop(&st->timers, &n->timer);
	while ((p = waiting_pop(n)))
		pkt_drop_at(st, n->dev, p, DROP_NEIGH_FAILED);
	heard(st, n);
	free(n);
}

/* RFC 1122 2.3.2.1: what was not used for long makes room. */
static bool table_evict(struct stack *st)
{
	struct neigh_table *t = &st->neigh;
	struct neigh *oldest = NULL;

	for (uint32_t i = 0; i < t->n_buckets; i++)
		for (struct neigh *n = t->buckets[i]; n; n = n->next)
			if (n->state != NUD_PERMANENT && n->state != NUD_INCOMPLETE &&
			    (!oldest || n->used_at < oldest->used_at))
				oldest = n;
	if (!oldest)
		return false;
	neigh_free(st, oldest);
	return true;
}

static bool is_aged(const struct stack *st, const struct neigh *n)
{
	ns_t last = n->used_at > n->confirmed_at ? n->used_at : n->confirmed_at;

	return (n->state == NUD_REACHABLE || n->state == NUD_STALE || n->state == NUD_FAILED) &&
	       st->now - last >= opt_ms(st, OPT_NEIGH_STALE);
}

/* As Linux's periodic work, but without a timer: a small table keeps all. */
static void table_expire(struct stack *st)
{
	struct neigh_table *t = &st->neigh;

	if (t->count < NEIGH_GC_MIN || st->now < t->gc_at)
		return;
	t->gc_at = st->now + opt_ms(st, OPT_NEIGH_STALE) / 4;
	for (uint32_t i = 0; i < t->n_buckets; i++) {
		struct neigh *n = t->buckets[i], *next;

		for (; n; n = next) {
			next = n->next;
			if (is_aged(st, n))
				neigh_free(st, n);
		}
	}
}

static void neigh_fire(struct timer *t);

struct neigh *neigh_get(struct stack *st, struct netdev *dev, ip4_t a)
{
	struct neigh_table *t = &st->neigh;
	struct neigh *n = neigh_find(st, dev, a);
	uint32_t b;

	if (n)
		return n;
	table_expire(st);
	if (t->count >= stack_option(st, OPT_NEIGH_MAX) && !table_evict(st))
		return NULL;
	if (t->count >= t->n_buckets && !table_grow(t) && !t->n_buckets)
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->addr = a;
	n->dev = dev;
	n->st = st;
	n->state = NUD_FAILED;
	n->used_at = n->updated_at = st->now;
	timer_init(&n->timer, neigh_fire);
	b = bucket_of(t, dev, a);
	n->next = t->buckets[b];
	t->buckets[b] = n;
	t->count++;
	return n;
}

enum neigh_state neigh_state_now(const struct stack *st, const struct neigh *n)
{
	if (n->state == NUD_REACHABLE &&
	    st->now - n->confirmed_at >= opt_ms(st, OPT_NEIGH_REACHABLE))
		return NUD_STALE;
	return n->state;
}

/* --- resolution ------------------------------------------------------------ */

static void xmit_to(struct neigh *n, struct pkt *p)
{
	struct netdev *dev = n->dev;

	eth_put(pkt_push(p, ETH_HLEN), &n->mac, &dev->mac, ETHERTYPE_IP4);
	p->l2 = p->off;
	dev->ops->xmit(dev, p);
}

static void set_state(struct stack *st, struct neigh *n, enum neigh_state s)
{
	n->state = (uint8_t)s;
	n->updated_at = st->now;
	n->probes = 0;
	st->ways_gen++;
}

static void neigh_failed(struct stack *st, struct neigh *n)
{
	struct pkt_queue waiting = n->queue;
	struct netdev *dev = n->dev;
	struct pkt *p;

	n->queue = (struct pkt_queue){ 0 };
	n->queue_mem = 0;
	n->has_mac = false;
	set_state(st, n, NUD_FAILED);
	n->silent = true;
	gateway_failed(st, dev, n->addr);
	while ((p = pkt_queue_pop(&waiting)))     /* n may go away meanwhile */
		l3_unresolved(st, dev, p);
}

static void ask(struct stack *st, struct neigh *n, struct mac to)
{
	n->probes++;
	timer_set(&st->timers, &n->timer, st->now + opt_ms(st, OPT_NEIGH_RETRANS));
	arp_solicit(st, n, to);
}

/* RFC 4861 7.3.3, with ARP for neighbour solicitation. */
static void neigh_fire(struct timer *t)
{
	struct neigh *n = container_of(t, struct neigh, timer);
	struct stack *st = n->st;

	switch (n->state) {
	case NUD_DELAY:
		set_state(st, n, NUD_PROBE);
		ask(st, n, n->mac);
		break;
	case NUD_PROBE:
		if (n->probes < UCAST_PROBES)
			ask(st, n, n->mac);
		else
			neigh_failed(st, n);
		break;
	case NUD_INCOMPLETE:
		if (n->probes < stack_option(st, OPT_NEIGH_PROBES))
			ask(st, n, mac_broadcast);
		else
			neigh_failed(st, n);
		break;
	default:
		break;
	}
}

/* As Linux: the oldest make room, and the new one always stays. */
static void enqueue_unresolved(struct stack *st, struct neigh *n, struct pkt *p)
{
	int64_t most = stack_option(st, OPT_NEIGH_QUEUE);

	while (n->queue.head && n->queue_mem + (int64_t)pkt_mem(p, n->queue.tail) > most)
		pkt_drop_at(st, n->dev, waiting_pop(n), DROP_NEIGH_QUEUE);
	waiting_push(n, p);
	if (n->state == NUD_FAILED) {
		set_state(st, n, NUD_INCOMPLETE);
		ask(st, n, mac_broadcast);
	}
}

/* To one that is not known to be reachable. */
static outlined void output_unsure(struct stack *st, struct neigh *n, struct pkt *p)
{
	if (n->state == NUD_REACHABLE)
		set_state(st, n, NUD_STALE);      /* it was, too long ago */
	if (!n->has_mac) {
		enqueue_unresolved(st, n, p);
		return;
	}
	if (n->state == NUD_STALE) {
		set_state(st, n, NUD_DELAY);
		timer_set(&st->timers, &n->timer, st->now + opt_ms(st, OPT_NEIGH_DELAY));
	}
	xmit_to(n, p);
}

void neigh_output(struct stack *st, struct neigh *n, struct pkt *p)
{
	n->used_at = st->now;
	if (likely(neigh_state_now(st, n) == NUD_REACHABLE))
		xmit_to(n, p);
	else
		output_unsure(st, n, p);
}

void neigh_confirm(struct stack *st, struct neigh *n)
{
	if (!n->has_mac || n->state == NUD_PERMANENT)
		return;
	n->confirmed_at = st->now;
	if (n->state == NUD_REACHABLE)
		return;
	timer_stop(&st->timers, &n->timer);
	set_state(st, n, NUD_REACHABLE);
}

void neigh_doubt(struct stack *st, struct neigh *n)
{
	if (n->state == NUD_REACHABLE)
		set_state(st, n, NUD_STALE);
}

static void send_waiting(struct stack *st, struct neigh *n)
{
	struct pkt *p;

	while ((p = waiting_pop(n)))
		neigh_output(st, n, p);
}

void neigh_update(struct stack *st, struct neigh *n, struct mac mac, bool solicited, bool override)
{
	if (n->state == NUD_PERMANENT || (n->has_mac && !mac_eq(n->mac, mac) && !override))
		return;
	if (!n->has_mac || !mac_eq(n->mac, mac)) {
		n->mac = mac;
		n->has_mac = true;
		timer_stop(&st->timers, &n->timer);
		set_state(st, n, NUD_STALE);
		heard(st, n);
	}
	if (solicited)
		neigh_confirm(st, n);
	send_waiting(st, n);
}

static void dev_forget(struct stack *st, const struct netdev *dev, bool permanent)
{
	struct neigh_table *t = &st->neigh;

	for (uint32_t i = 0; i < t->n_buckets; i++) {
		struct neigh *n = t->buckets[i], *next;

		for (; n; n = next) {
			next = n->next;
			if (n->dev == dev && (permanent || n->state != NUD_PERMANENT))
				neigh_free(st, n);
		}
	}
}

void neigh_dev_down(struct stack *st, struct netdev *dev)
{
	dev_forget(st, dev, false);
}

void neigh_dev_forget(struct stack *st, struct netdev *dev)
{
	struct neigh_table *t = &st->neigh;

	dev_forget(st, dev, true);
	for (uint32_t i = 0; i < t->n_buckets; i++)
		for (struct neigh *n = t->buckets[i]; n; n = n->next)
			for (struct pkt *p = n->queue.head; p; p = p->next)
				if (p->dev == dev)
					p->dev = NULL;
}

void neigh_fini(struct stack *st)
{
	struct neigh_table *t = &st->neigh;

	for (uint32_t i = 0; i < t->n_buckets; i++)
		while (t->buckets[i])
			neigh_free(st, t->buckets[i]);
	free(t->buckets);
	*t = (struct neigh_table){ .gen = t->gen + 1 };
}

/* --- public ------------------------------------------------------------------ */

int stack_neigh_set(struct stack *st, struct netdev *dev, const struct addr *a, struct mac mac)
{
	struct neigh *n;

	if (a->family != ADDR_IP4)
		return ERR_AFNOSUP;
	n = neigh_get(st, dev, a->v4);
	if (!n)
		return ERR_NOBUFS;
	timer_stop(&st->timers, &n->timer);
	n->mac = mac;
	n->has_mac = true;
	n->confirmed_at = st->now;
	set_state(st, n, NUD_PERMANENT);
	heard(st, n);
	send_waiting(st, n);
	return OK;
}

int stack_neigh_del(struct stack *st, struct netdev *dev, const struct addr *a)
{
	struct neigh *n = a->family == ADDR_IP4 ? neigh_find(st, dev, a->v4) : NULL;

	if (!n)
		return ERR_NOENT;
	neigh_free(st, n);
	return OK;
}

void stack_neigh_flush(struct stack *st, struct netdev *dev)
{
	struct netdev *d;

	list_for_each(&st->devs, d, node)
		if (!dev || d == dev)
			neigh_dev_down(st, d);
}
