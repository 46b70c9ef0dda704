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

static struct learn_table *table_make(struct stack *st, unsigned learner)
{
	struct learn_table *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	learn_table_init(t);
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

static uint32_t coarse(ns_t at)
{
	return at / LEARN_SINCE > UINT32_MAX ? UINT32_MAX : (uint32_t)(at / LEARN_SINCE);
}

/* Packets to this prefix go another way from now on. */
static void moved(struct stack *st, ip4_t key, unsigned len)
{
	route_cache_flush(st);
	if (unlikely(st->pmtu))
		pmtu_forget(st, key, len);
}

/* Who watches hears of usable routes only. */
static void notify(struct stack *st, unsigned learner, const struct learned *l, bool added)
{
	struct route_view v;

	if (likely(list_empty(&st->route_watches)))
		return;
	v = route_view_learned(st, learner, l);
	if (v.nh->n_alive)
		route_tell(st, &v, added);
}

/* --- changes ------------------------------------------------------------------------ */

/* What was there gives way to what is in row now. */
static void replaced(struct stack *st, unsigned learner, const struct learned *was,
		     const struct learned *row)
{
	moved(st, row->key, row->len);
	if (was->nexthops)
		notify(st, learner, was, false);
	notify(st, learner, row, true);
	nexthops_put(st, was->nexthops);
}

int route_learn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		uint32_t metric, nexthops_id id)
{
	unsigned learner = learner_of(proto);
	struct learn_table *t = table_of(st, proto);
	struct nexthops *nh;
	struct learned *row, was;
	uint16_t since;

	assert(id && id < st->nexthops.n_of);
	nh = st->nexthops.of[id];
	if (len > 32 || key & ~ip4_mask(len) || learner == LEARN_N)
		return ERR_INVAL;
	if (nh->gone)
		return ERR_NODEV;
	if (!t)
		t = table_make(st, learner);
	if (!t)
		return ERR_NOMEM;
	row = learn_table_seek(t, key, len);
	if (row && row->metric == metric && row->nexthops == id) {
		row->round = t->round;
		return 0;
	}
	if (!row)
		row = learn_table_add(t, key, len);
	if (!row)
		return ERR_NOMEM;
	since = learn_since_number(t, coarse(st->now));
	was = *row;
	nh->refs++;
	row->metric = metric;
	row->since = since & (LEARN_INSTANTS - 1);
	row->nexthops = id;
	row->round = t->round;
	replaced(st, learner, &was, row);
	return 1;
}

void route_learn_expect(struct stack *st, enum route_proto proto, uint32_t n)
{
	unsigned learner = learner_of(proto);
	struct learn_table *t = table_of(st, proto);

	if (!t && n && learner < LEARN_N)
		t = table_make(st, learner);
	if (t)
		learn_table_expect(t, n);
}

void route_learn_distance(struct stack *st, enum route_proto proto, uint8_t distance)
{
	unsigned learner = learner_of(proto);

	if (learner == LEARN_N || st->rib.distance[learner] == distance)
		return;
	st->rib.distance[learner] = distance;
	route_cache_flush(st);
}

static void withdraw(struct stack *st, unsigned learner, struct learned *row)
{
	struct learned was = *row;

	learn_table_del(st->rib.learned[learner], row);
	moved(st, was.key, was.len);
	notify(st, learner, &was, false);
	nexthops_put(st, was.nexthops);
}

bool route_unlearn(struct stack *st, enum route_proto proto, ip4_t key, unsigned len)
{
	struct learn_table *t = table_of(st, proto);
	struct learned *row = t && len <= 32 ? learn_table_find(t, key, len) : NULL;

	if (row)
		withdraw(st, learner_of(proto), row);
	return row != NULL;
}

/* --- looks ---------------------------------------------------------------------------- */

static struct learned_route route_of(const struct learn_table *t, const struct learned *l)
{
	return (struct learned_route){ l->key, l->len, l->metric, l->nexthops,
				       learn_table_since(t, l) * LEARN_SINCE };
}

bool route_learned(const struct stack *st, enum route_proto proto, ip4_t key, unsigned len,
		   struct learned_route *out)
{
	const struct learn_table *t = table_of(st, proto);
	const struct learned *row = t && len <= 32 ? learn_table_find(t, key, len) : NULL;

	if (row && out)
		*out = route_of(t, row);
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

	for (uint32_t i = 0; t && i < t->n_rows; i++) {
		const struct learned *row = learn_table_row(t, i);
		struct learned_route r;

		if (!row->nexthops)
			continue;
		r = route_of(t, row);
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
	t->next = 0;
}

unsigned route_relearn_end(struct stack *st, enum route_proto proto)
{
	struct learn_table *t = table_of(st, proto);
	unsigned n = 0;

	for (uint32_t i = 0; t && i < t->n_rows; i++) {
		struct learned *row = learn_table_row(t, i);

		if (!row->nexthops || row->round == t->round)
			continue;
		withdraw(st, learner_of(proto), row);
		n++;
	}
	if (t && !t->count)
		table_free(st, learner_of(proto));
	return n;
}

/* --- devices ---------------------------------------------------------------------------- */

static void rows_gone(struct stack *st, unsigned learner, const struct netdev *dev)
{
	const struct learn_table *t = st->rib.learned[learner];

	for (uint32_t i = 0; t && i < t->n_rows; i++) {
		struct learned *row = learn_table_row(t, i);

		if (row->nexthops && nexthops_use(st->nexthops.of[row->nexthops], dev))
			withdraw(st, learner, row);
	}
}

void learn_dev_gone(struct stack *st, const struct netdev *dev)
{
	for (unsigned i = 0; i < LEARN_N; i++)
		rows_gone(st, i, dev);
}

static void rows_recount(struct stack *st, unsigned learner)
{
	const struct learn_table *t = st->rib.learned[learner];

	for (uint32_t i = 0; t && i < t->n_rows; i++) {
		const struct learned *row = learn_table_row(t, i);
		const struct nexthops *nh = st->nexthops.of[row->nexthops];
		struct route_view v;

		if (!row->nexthops || !nh->touched)
			continue;
		moved(st, row->key, row->len);
		v = route_view_learned(st, learner, row);
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
