// SPDX-License-Identifier: MIT
/* Routes to look at: those of one prefix in their order, whoever made them, and
 * all of a host's. */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn_table.h"

uint8_t route_distance(enum route_proto proto)
{
	static const uint8_t distance[RP_N] = {
		[RP_KERNEL] = 0, [RP_REDIRECT] = 0, [RP_STATIC] = 1,
		[RP_OSPF] = 110, [RP_RIP] = 120,
	};

	return proto < RP_N ? distance[proto] : 255;
}

struct route_view route_view_of(struct route *r)
{
	return (struct route_view){
		.configured = r, .nh = &r->nh, .key = r->key, .len = r->len, .proto = r->proto,
		.distance = r->distance, .metric = r->metric, .since = r->since,
	};
}

struct route_view route_view_learned(const struct stack *st, unsigned learner,
				     const struct prefix_item *to, const struct learned *l)
{
	static const uint8_t protos[LEARN_N] = { [LEARN_OSPF] = RP_OSPF, [LEARN_RIP] = RP_RIP };
	uint8_t distance = st->rib.distance[learner];

	return (struct route_view){
		.nh = st->nexthops.of[l->nexthops], .key = to->key, .len = to->len & 63,
		.proto = protos[learner],
		.distance = distance ? distance : route_distance(protos[learner]),
		.metric = l->metric,
		.since = learn_table_since(st->rib.learned[learner], l),
	};
}

/* --- of one prefix ---------------------------------------------------------------- */

struct route_rivals route_rivals(const struct stack *st, ip4_t key, unsigned len)
{
	uint32_t slot = trie_get(&st->rib.trie, key, len);
	prefix_num n = prefix_pool_find(st->prefixes, key & ip4_mask(len), len);
	struct route_rivals of = { .configured = slot ? st->rib.slots[slot] : NULL, .to = n };

	for (unsigned i = 0; i < LEARN_N && n != PREFIX_NONE; i++)
		if (st->rib.learned[i])
			of.learned[i] = learn_table_at(st->rib.learned[i], n);
	return of;
}

static bool preferred(const struct route_view *a, const struct route_view *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return a->metric < b->metric;             /* equal: the configured one */
}

bool route_next(const struct stack *st, struct route_rivals *left, struct route_view *out)
{
	bool any = left->configured != NULL;
	const struct learned **taken = NULL;

	if (any)
		*out = route_view_of(left->configured);
	for (unsigned i = 0; i < LEARN_N; i++) {
		struct route_view v;

		if (!left->learned[i])
			continue;
		v = route_view_learned(st, i, prefix_pool_at(st->prefixes, left->to),
				       left->learned[i]);
		if (any && !preferred(&v, out))
			continue;
		*out = v;
		taken = &left->learned[i];
		any = true;
	}
	if (taken)
		*taken = NULL;
	else if (any)
		left->configured = left->configured->next;
	return any;
}

static bool answers(const struct stack *st, const struct nexthops *nh)
{
	for (unsigned i = 0; i < nh->n_hops; i++)
		if (!nh->hops[i].dead && nh->hops[i].avoid_until <= st->now)
			return true;
	return nh->n_hops == 0;           /* blackholes need no gateway */
}

bool route_select(const struct stack *st, struct route_rivals of, struct route_view *out,
		  bool *stable)
{
	struct route_view v;
	bool any = false;

	while (route_next(st, &of, &v)) {
		bool good = v.nh->n_alive && answers(st, v.nh);

		if (!v.nh->n_alive || (any && !good))
			continue;
		*out = v;
		*stable = !any && v.proto != RP_REDIRECT;
		if (good)
			return true;
		any = true;
	}
	return any;
}

bool route_usable(const struct stack *st, struct route_rivals of)
{
	struct route_view v;

	while (route_next(st, &of, &v))
		if (v.nh->n_alive)
			return true;
	return false;
}

/* --- as others have it --------------------------------------------------------------- */

void route_to_spec(const struct route_view *v, struct route_spec *out)
{
	const struct nexthops *nh = v->nh;

	*out = (struct route_spec){
		.to = { addr_ip4(v->key), v->len },
		.type = nh->type, .proto = v->proto, .metric = v->metric,
		.distance = v->distance, .mtu = nh->mtu, .n_hops = nh->n_hops,
	};
	if (nh->src)
		out->src = addr_ip4(nh->src);
	for (unsigned i = 0; i < nh->n_hops; i++) {
		if (nh->hops[i].gw)
			out->hops[i].via = addr_ip4(nh->hops[i].gw);
		out->hops[i].dev = nh->hops[i].dev;
		out->hops[i].weight = nh->hops[i].weight;
		out->hops[i].onlink = nh->hops[i].onlink;
	}
}

static bool hop_matches(const struct nexthops *nh, const struct route_hop *want)
{
	for (unsigned i = 0; i < nh->n_hops; i++) {
		const struct hop *h = &nh->hops[i];

		if ((want->via.family == ADDR_NONE || want->via.v4 == h->gw) &&
		    (!want->dev || want->dev == h->dev))
			return true;
	}
	return false;
}

bool route_matches(const struct route_view *v, const struct route_spec *s)
{
	enum route_type type = v->nh->type;
	bool host = type == RT_LOCAL || type == RT_BROADCAST;

	if (host ? s->type != type : s->type != RT_UNICAST && s->type != type)
		return false;
	if (s->proto != RP_N && s->proto != (enum route_proto)v->proto)
		return false;
	if (s->metric && s->metric != v->metric)
		return false;
	return s->n_hops == 0 || hop_matches(v->nh, &s->hops[0]);
}

void route_tell(struct stack *st, const struct route_view *v, bool added)
{
	struct route_watch *w, *tmp;
	struct route_spec s;

	if (list_empty(&st->route_watches))
		return;
	route_to_spec(v, &s);
	list_for_each_safe(&st->route_watches, w, tmp, node)
		w->changed(w, &s, added);
}

/* --- all of them ------------------------------------------------------------------------ */

static int prefix_order(ip4_t a, unsigned a_len, ip4_t b, unsigned b_len)
{
	if (a != b)
		return a < b ? -1 : 1;
	return a_len < b_len ? -1 : a_len > b_len;
}

static int by_prefix(const void *pa, const void *pb)
{
	const struct prefix_item *a = pa, *b = pb;

	return prefix_order(a->key, a->len, b->key, b->len);
}

/* The prefixes of what was learned, in order, several protocols' several times: *v is the
 * caller's. */
static int sort_learned(const struct stack *st, struct prefix_item **v, size_t *n)
{
	size_t room = 0;

	*n = 0;
	*v = NULL;
	for (unsigned i = 0; i < LEARN_N; i++)
		room += st->rib.learned[i] ? st->rib.learned[i]->count : 0;
	if (!room)
		return OK;
	*v = malloc(room * sizeof(**v));
	if (!*v)
		return ERR_NOMEM;
	for (unsigned i = 0; i < LEARN_N; i++) {
		const struct learn_table *t = st->rib.learned[i];

		for (prefix_num p = 0; t && learn_table_next(t, &p); p++)
			(*v)[(*n)++] = *prefix_pool_at(st->prefixes, p);
	}
	qsort(*v, *n, sizeof(**v), by_prefix);
	return OK;
}

int route_walk(const struct stack *st,
	       bool (*fn)(void *arg, const struct stack *st, struct route_rivals of), void *arg)
{
	struct trie_iter it = trie_iter_init(&st->rib.trie);
	struct prefix_item *v;
	bool more;
	size_t n;
	int err = sort_learned(st, &v, &n);

	if (err)
		return err;
	more = trie_iter_next(&it);
	for (size_t i = 0; more || i < n; ) {
		int order = i == n ? -1 : !more ? 1 :
			    prefix_order(it.key, it.len, v[i].key, v[i].len);
		ip4_t key = order <= 0 ? it.key : v[i].key;
		unsigned len = order <= 0 ? it.len : v[i].len;

		if (!fn(arg, st, route_rivals(st, key, len)))
			break;
		if (order <= 0)
			more = trie_iter_next(&it);
		while (i < n && v[i].key == key && v[i].len == len)
			i++;                      /* one a protocol */
	}
	free(v);
	return OK;
}
