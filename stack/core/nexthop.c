// SPDX-License-Identifier: MIT
#include "stack/core/nexthop.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/util/hash.h"

#define NEXTHOPS_STEP 16                  /* ids that the table grows by */
#define NEXTHOPS_ID_MAX UINT16_MAX

const struct nexthops *nexthops_of(const struct stack *st, nexthops_id id)
{
	return st->nexthops.of[id];
}

/* --- the table ---------------------------------------------------------------- */

static uint32_t hash_of(const struct hop *hops, unsigned n)
{
	uint64_t h = n;

	for (unsigned i = 0; i < n; i++)
		h = hash_pair(h, (uint64_t)hops[i].via << 32 | hops[i].dev->ifindex << 16 |
				 hops[i].weight) + hops[i].onlink;
	return (uint32_t)h;
}

static bool same_hops(const struct nexthops *nh, const struct hop *hops, unsigned n)
{
	bool same = nh->n_hops == n;

	for (unsigned i = 0; same && i < n; i++)
		same = nh->hops[i].dev == hops[i].dev && nh->hops[i].via == hops[i].via &&
		       nh->hops[i].weight == hops[i].weight &&
		       nh->hops[i].onlink == hops[i].onlink;
	return same;
}

static nexthops_id *bucket_of(const struct nexthops_table *t, uint32_t hash)
{
	return &t->buckets[hash & (t->n_buckets - 1)];
}

static nexthops_id find(const struct nexthops_table *t, const struct hop *hops, unsigned n)
{
	nexthops_id id = t->n_buckets ? *bucket_of(t, hash_of(hops, n)) : 0;

	while (id && !same_hops(t->of[id], hops, n))
		id = t->of[id]->next;
	return id;
}

static void chain(struct nexthops_table *t, struct nexthops *nh)
{
	nexthops_id *b = bucket_of(t, hash_of(nh->hops, nh->n_hops));

	nh->next = *b;
	*b = nh->id;
}

static void unchain(struct nexthops_table *t, const struct nexthops *nh)
{
	nexthops_id *at = bucket_of(t, hash_of(nh->hops, nh->n_hops));

	while (*at != nh->id)
		at = &t->of[*at]->next;
	*at = nh->next;
}

/* Room in the buckets for one more. */
static int grow_buckets(struct nexthops_table *t)
{
	uint32_t n = t->n_buckets ? 2 * t->n_buckets : NEXTHOPS_STEP;
	nexthops_id *buckets;

	if (t->count < t->n_buckets)
		return OK;
	buckets = calloc(n, sizeof(*buckets));
	if (!buckets)
		return ERR_NOMEM;
	free(t->buckets);
	t->buckets = buckets;
	t->n_buckets = n;
	for (uint32_t id = 1; id < t->n_of; id++)
		if (t->of[id] && !t->of[id]->gone)
			chain(t, t->of[id]);
	return OK;
}

/* The lowest free id, in *id. */
static int id_new(struct nexthops_table *t, uint32_t *id)
{
	uint32_t n = t->n_of;
	struct nexthops **of;

	for (*id = t->free_hint ? t->free_hint : 1; *id < n; ++*id)
		if (!t->of[*id])
			return OK;
	if (n > NEXTHOPS_ID_MAX)
		return ERR_RANGE;
	of = realloc(t->of, (n + NEXTHOPS_STEP) * sizeof(*of));
	if (!of)
		return ERR_NOMEM;
	memset(of + n, 0, NEXTHOPS_STEP * sizeof(*of));
	t->of = of;
	t->n_of = n + NEXTHOPS_STEP;
	*id = n ? n : 1;
	return OK;
}

/* --- sets ----------------------------------------------------------------------- */

/* Local routes serve while their address is there, and a blackhole always. */
void nexthops_count_alive(struct nexthops *nh)
{
	nh->n_alive = nh->n_hops == 0 && !nh->gone;
	for (unsigned i = 0; i < nh->n_hops; i++) {
		nh->hops[i].dead = nh->type != RT_LOCAL && !netdev_running(nh->hops[i].dev);
		nh->n_alive = (uint8_t)(nh->n_alive + !nh->hops[i].dead);
	}
}

static int by_dev_and_via(const void *pa, const void *pb)
{
	const struct hop *a = pa, *b = pb;

	if (a->dev != b->dev)
		return a->dev->ifindex < b->dev->ifindex ? -1 : 1;
	return a->via < b->via ? -1 : a->via > b->via;
}

/* In the order of a set, each once. */
static int hops_fill(const struct stack *st, const struct nexthop *in, unsigned n,
		     struct hop *hops, unsigned *n_hops)
{
	unsigned k = 0;

	if (n > ROUTE_HOPS_MAX)
		return ERR_INVAL;
	for (unsigned i = 0; i < n; i++) {
		if (!in[i].dev || in[i].dev->stack != st)
			return ERR_INVAL;
		hops[i] = (struct hop){ .via = in[i].via, .gw = in[i].via, .dev = in[i].dev,
					.weight = in[i].weight ? in[i].weight : 1,
					.onlink = in[i].onlink };
	}
	qsort(hops, n, sizeof(*hops), by_dev_and_via);
	for (unsigned i = 0; i < n; i++)
		if (k == 0 || by_dev_and_via(&hops[k - 1], &hops[i]) != 0)
			hops[k++] = hops[i];
	*n_hops = k;
	return OK;
}

static int make(struct nexthops_table *t, const struct hop *hops, unsigned n, nexthops_id *out)
{
	struct nexthops *nh;
	uint32_t id;
	int err = grow_buckets(t);

	if (!err)
		err = id_new(t, &id);
	if (err)
		return err;
	nh = calloc(1, sizeof(*nh) + n * sizeof(*hops));
	if (!nh)
		return ERR_NOMEM;
	nh->id = (nexthops_id)id;
	nh->type = n ? RT_UNICAST : RT_BLACKHOLE;
	nh->n_hops = (uint8_t)n;
	memcpy(nh->hops, hops, n * sizeof(*hops));
	nexthops_count_alive(nh);
	t->of[id] = nh;
	t->free_hint = id + 1;
	t->count++;
	chain(t, nh);
	*out = nh->id;
	return OK;
}

int nexthops_get(struct stack *st, const struct nexthop *in, unsigned n, nexthops_id *out)
{
	struct nexthops_table *t = &st->nexthops;
	struct hop hops[ROUTE_HOPS_MAX];
	int err = hops_fill(st, in, n, hops, &n);

	*out = err ? 0 : find(t, hops, n);
	if (!err && !*out)
		err = make(t, hops, n, out);
	if (!err)
		t->of[*out]->refs++;
	return err;
}

void nexthops_hold(struct stack *st, nexthops_id id)
{
	st->nexthops.of[id]->refs++;
}

void nexthops_put(struct stack *st, nexthops_id id)
{
	struct nexthops_table *t = &st->nexthops;
	struct nexthops *nh = id ? t->of[id] : NULL;

	if (!nh || --nh->refs)
		return;
	if (!nh->gone)
		unchain(t, nh);
	t->of[id] = NULL;
	if (id < t->free_hint)
		t->free_hint = id;
	t->count--;
	free(nh);
}

/* --- devices -------------------------------------------------------------------- */

bool nexthops_use(const struct nexthops *nh, const struct netdev *dev)
{
	for (unsigned i = 0; i < nh->n_hops; i++)
		if (nh->hops[i].dev == dev)
			return true;
	return false;
}

bool nexthops_dev_changed(struct stack *st, const struct netdev *dev, bool gone)
{
	struct nexthops_table *t = &st->nexthops;
	bool any = false;

	for (uint32_t id = 1; id < t->n_of; id++) {
		struct nexthops *nh = t->of[id];

		if (!nh)
			continue;
		nh->was_alive = nh->n_alive != 0;
		nh->touched = nexthops_use(nh, dev);
		any |= nh->touched;
		if (nh->touched && gone) {
			unchain(t, nh);
			nh->n_hops = 0;
			nh->gone = true;
		}
		if (nh->touched)
			nexthops_count_alive(nh);
	}
	return any;
}

void nexthops_fini(struct stack *st)
{
	struct nexthops_table *t = &st->nexthops;

	for (uint32_t id = 1; id < t->n_of; id++)
		free(t->of[id]);
	free(t->of);
	free(t->buckets);
	*t = (struct nexthops_table){ 0 };
}
