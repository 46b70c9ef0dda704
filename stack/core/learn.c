// SPDX-License-Identifier: MIT
#include "stack/core/learn.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn_table.h"
#include "stack/core/pmtu.h"

/* LEARN_N: it does not learn. */
static unsigned learner_of(enum route_proto proto)
{
	return proto == RP_OSPF ? LEARN_OSPF : proto == RP_RIP ? LEARN_RIP : LEARN_N;
}

/* NULL: nothing was learned. */
static struct learn_table *table_of(const struct stack *st, enum route_proto proto)
{
	unsigned learner = learner_of(proto);

	return learner < LEARN_N ? st->rib.learned[learner] : NULL;
}

static outlined struct learn_table *table_make(struct stack *st, unsigned learner)
{
	struct learn_table *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	learn_table_init(t, st->prefixes);
	if (!learn_since_reserve(t)) {
		free(t);
		return NULL;
	}
	st->rib.learned[learner] = t;
	return t;
}

static void table_free(struct stack *st, unsigned learner)
{
	if (st->rib.learned[learner])
		learn_table_fini(st->rib.learned[learner]);
	free(st->rib.learned[learner]);
	st->rib.learned[learner] = NULL;
}

/* Packets to this prefix go another way from now on. */
static void moved(struct stack *st, prefix_num n)
{
	route_cache_flush(st);
	if (unlikely(st->pmtu)) {
		const struct prefix_item *to = prefix_pool_at(st->prefixes, n);

		pmtu_forget(st, to->key, to->len);
	}
}

/* Who watches hears of usable routes only. */
static void notify(struct stack *st, unsigned learner, prefix_num n, const struct learned *l,
		   bool added)
{
	struct route_view v;

	if (likely(list_empty(&st->route_watches)))
		return;
	v = route_view_learned(st, learner, prefix_pool_at(st->prefixes, n), l);
	if (v.nh->n_alive)
		route_tell(st, &v, added);
}

/* --- changes ------------------------------------------------------------------------ */

static hot_inline int learn(struct stack *st, unsigned learner, prefix_num to, uint32_t metric,
			    struct nexthops *nh)
{
	struct learn_table *t = st->rib.learned[learner];
	struct learned *row, was;
	uint16_t since;

	if (unlikely(!t))
		t = table_make(st, learner);
	row = t ? learn_table_place(t, to) : NULL;
	if (!row)
		return ERR_NOMEM;
	if (row->nexthops == nh->id && row->metric == metric) {
		learn_table_renew(t, row);
		return 0;
	}
	since = learn_since_number(t, st->now);
	was = *row;
	if (was.nexthops)
		learn_table_renew(t, row);
	else
		learn_table_add(t, to, row);
	nh->refs++;
	row->metric = metric;
	row->nexthops = nh->id;
	row->since = since & (LEARN_INSTANTS - 1);
	moved(st, to);
	if (was.nexthops) {
		notify(st, learner, to, &was, false);
		nexthops_put(st, was.nexthops);
	}
	notify(st, learner, to, row, true);
	return 1;
}

int route_learn_at(struct stack *st, enum route_proto proto, prefix_num to, uint32_t metric,
		   nexthops_id id)
{
	unsigned learner = learner_of(proto);

	assert(id && id < st->nexthops.n_of);
	if (learner == LEARN_N)
		return ERR_INVAL;
	if (unlikely(st->nexthops.of[id]->gone))
		return ERR_NODEV;
	return learn(st, learner, to, metric, st->nexthops.of[id]);
}

/* Of a prefix that nobody has yet. */
static outlined int learn_new(struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
			      uint32_t metric, nexthops_id id)
{
	prefix_num to = prefix_pool_get(st->prefixes, key, len);
	int n;

	if (to == PREFIX_NONE)
		return ERR_NOMEM;
	n = route_learn_at(st, proto, to, metric, id);
	prefix_pool_put(st->prefixes, to);
	return n;
}

int route_learn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		uint32_t metric, nexthops_id id)
{
	prefix_num to;

	if (len > 32 || key & ~ip4_mask(len))
		return ERR_INVAL;
	to = prefix_pool_find(st->prefixes, key, len);
	return to == PREFIX_NONE ? learn_new(st, proto, key, len, metric, id) :
				   route_learn_at(st, proto, to, metric, id);
}

void route_learn_distance(struct stack *st, enum route_proto proto, uint8_t distance)
{
	unsigned learner = learner_of(proto);

	if (learner == LEARN_N || st->rib.distance[learner] == distance)
		return;
	st->rib.distance[learner] = distance;
	route_cache_flush(st);
}

static void withdraw(struct stack *st, unsigned learner, prefix_num n)
{
	struct learn_table *t = st->rib.learned[learner];
	struct learned was = *learn_table_at(t, n);

	prefix_pool_hold(st->prefixes, n);
	learn_table_del(t, n);
	moved(st, n);
	notify(st, learner, n, &was, false);
	nexthops_put(st, was.nexthops);
	prefix_pool_put(st->prefixes, n);
}

bool route_unlearn_at(struct stack *st, enum route_proto proto, prefix_num to)
{
	struct learn_table *t = table_of(st, proto);
	bool there = t && learn_table_at(t, to);

	if (there)
		withdraw(st, learner_of(proto), to);
	return there;
}

/* PREFIX_NONE: nobody has it, or it is none. */
static prefix_num find(const struct stack *st, ip4_t key, unsigned len)
{
	return len <= 32 ? prefix_pool_find(st->prefixes, key, len) : PREFIX_NONE;
}

bool route_unlearn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len)
{
	prefix_num n = find(st, key, len);

	return n != PREFIX_NONE && route_unlearn_at(st, proto, n);
}

/* --- looks ---------------------------------------------------------------------------- */

static struct learned_route route_of(const struct learn_table *t, prefix_num n,
				     const struct learned *l)
{
	const struct prefix_item *to = prefix_pool_at(t->prefixes, n);

	return (struct learned_route){ to->key, to->len, l->metric, l->nexthops,
				       learn_table_since(t, l) };
}

bool route_learned(const struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		   struct learned_route *out)
{
	const struct learn_table *t = table_of(st, proto);
	prefix_num n = find(st, key, len);
	const struct learned *row = t && n != PREFIX_NONE ? learn_table_at(t, n) : NULL;

	if (row && out)
		*out = route_of(t, n, row);
	return row != NULL;
}

unsigned route_learned_count(const struct stack *st, enum route_proto proto)
{
	const struct learn_table *t = table_of(st, proto);

	return t ? t->count : 0;
}

void route_learned_walk(struct stack *st, enum route_proto proto,
			bool (*fn)(void *arg, const struct learned_route *r), void *arg)
{
	const struct learn_table *t = table_of(st, proto);
	const struct learned *row;

	for (prefix_num n = 0; t && (row = learn_table_next(t, &n)); n++) {
		struct learned_route r = route_of(t, n, row);

		if (!fn(arg, &r))
			return;
	}
}

/* --- all anew --------------------------------------------------------------------------- */

void route_relearn_begin(struct stack *st, enum route_proto proto)
{
	struct learn_table *t = table_of(st, proto);

	if (!t)
		return;
	t->round = !t->round;
	t->fresh = 0;
}

static unsigned withdraw_old(struct stack *st, unsigned learner)
{
	struct learn_table *t = st->rib.learned[learner];
	const struct learned *row;
	unsigned gone = 0;

	for (prefix_num n = 0; t->fresh < t->count && (row = learn_table_next(t, &n)); n++) {
		if (row->round == t->round)
			continue;
		withdraw(st, learner, n);
		gone++;
	}
	return gone;
}

unsigned route_relearn_end(struct stack *st, enum route_proto proto)
{
	struct learn_table *t = table_of(st, proto);
	unsigned gone = t ? withdraw_old(st, learner_of(proto)) : 0;

	if (t && !t->count)
		table_free(st, learner_of(proto));
	else if (gone)
		learn_table_trim(t);
	return gone;
}

/* --- devices ---------------------------------------------------------------------------- */

static void rows_gone(struct stack *st, unsigned learner, const struct netdev *dev)
{
	const struct learn_table *t = st->rib.learned[learner];
	const struct learned *row;

	for (prefix_num n = 0; t && (row = learn_table_next(t, &n)); n++)
		if (nexthops_use(st->nexthops.of[row->nexthops], dev))
			withdraw(st, learner, n);
}

void learn_dev_gone(struct stack *st, const struct netdev *dev)
{
	for (unsigned i = 0; i < LEARN_N; i++)
		rows_gone(st, i, dev);
}

static void rows_recount(struct stack *st, unsigned learner)
{
	const struct learn_table *t = st->rib.learned[learner];
	const struct learned *row;

	for (prefix_num n = 0; t && (row = learn_table_next(t, &n)); n++) {
		const struct nexthops *nh = st->nexthops.of[row->nexthops];
		struct route_view v;

		if (!nh->touched)
			continue;
		moved(st, n);
		v = route_view_learned(st, learner, prefix_pool_at(st->prefixes, n), row);
		if (nh->was_alive != (nh->n_alive != 0))
			route_tell(st, &v, nh->n_alive != 0);
	}
}

void learn_recount(struct stack *st)
{
	route_cache_flush(st);
	for (unsigned i = 0; i < LEARN_N; i++)
		if (st->pmtu || !list_empty(&st->route_watches))
			rows_recount(st, i);
}

void learn_fini(struct stack *st)
{
	for (unsigned i = 0; i < LEARN_N; i++)
		table_free(st, i);
	nexthops_fini(st);
}
