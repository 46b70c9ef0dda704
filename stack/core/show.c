// SPDX-License-Identifier: MIT
#include "stack/show.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/l3.h"

void show_devs(const struct stack *st, bool (*fn)(void *arg, const struct netdev *dev), void *arg)
{
	const struct netdev *dev;

	list_for_each(&st->devs, dev, node)
		if (!fn(arg, dev))
			return;
}

static void route_info_fill(const struct route *r, bool selected, struct route_info *out)
{
	route_to_spec(r, &out->spec);
	out->selected = selected;
	out->active = r->n_alive > 0;
	out->since = r->since;
	out->dead_hops = 0;
	for (unsigned i = 0; i < r->n_hops; i++)
		out->dead_hops = (uint16_t)(out->dead_hops | r->hops[i].dead << i);
}

void show_routes(const struct stack *st, bool (*fn)(void *arg, const struct route_info *r),
		 void *arg)
{
	struct trie_iter it = trie_iter_init(&st->rib.trie);

	while (trie_iter_next(&it)) {
		struct route *first = st->rib.slots[it.value];
		const struct route *selected = route_select(st, first);

		for (const struct route *r = first; r; r = r->next) {
			struct route_info info;

			if (gateway_is_over(st, r))
				continue;
			route_info_fill(r, r == selected, &info);
			if (!fn(arg, &info))
				return;
		}
	}
}

/* By interface, then by address. */
static int neigh_order(const void *pa, const void *pb)
{
	const struct neigh *a = *(const struct neigh *const *)pa;
	const struct neigh *b = *(const struct neigh *const *)pb;

	if (a->dev->ifindex != b->dev->ifindex)
		return a->dev->ifindex < b->dev->ifindex ? -1 : 1;
	return a->addr < b->addr ? -1 : a->addr > b->addr;
}

static void neigh_info_fill(const struct stack *st, const struct neigh *n, struct neigh_info *out)
{
	*out = (struct neigh_info){
		.addr = addr_ip4(n->addr), .dev = n->dev, .mac = n->mac,
		.state = neigh_state_now(st, n), .has_mac = n->has_mac,
		.confirmed_at = n->confirmed_at, .updated_at = n->updated_at,
		.queued = n->queue.count,
	};
}

void show_neighs(const struct stack *st, bool (*fn)(void *arg, const struct neigh_info *n),
		 void *arg)
{
	const struct neigh_table *t = &st->neigh;
	const struct neigh **all;
	struct neigh_info info;
	size_t n = 0;

	if (!t->count)
		return;
	all = malloc(t->count * sizeof(const struct neigh *));
	if (!all)
		return;
	for (uint32_t i = 0; i < t->n_buckets; i++)
		for (const struct neigh *e = t->buckets[i]; e; e = e->next)
			all[n++] = e;
	qsort(all, n, sizeof(all[0]), neigh_order);
	for (size_t i = 0; i < n; i++) {
		neigh_info_fill(st, all[i], &info);
		if (!fn(arg, &info))
			break;
	}
	free(all);
}

/* The longest usable prefix shorter than len that holds a. */
static bool next_shorter(const struct stack *st, ip4_t a, unsigned len, struct prefix *out)
{
	while (len-- > 0) {
		if (!trie_get(&st->fib.trie, a & ip4_mask(len), len))
			continue;
		*out = (struct prefix){ addr_ip4(a & ip4_mask(len)), (uint8_t)len };
		return true;
	}
	return false;
}

int show_route_get(struct stack *st, const struct addr *dst, const struct addr *src,
		   struct route_answer *out)
{
	ip4_t from = src && src->family == ADDR_IP4 ? src->v4 : 0;
	struct route *r;
	struct ip4_path path;
	int err;

	if (dst->family != ADDR_IP4)
		return ERR_AFNOSUP;
	err = ip4_path(st, dst->v4, from, NULL, 0, &path);
	if (err)
		return err;
	r = route_lookup(st, dst->v4);
	*out = (struct route_answer){
		.dst = *dst, .dev = path.dev, .src = addr_ip4(path.src), .mtu = path.mtu,
		.type = path.local ? RT_LOCAL : path.bcast ? RT_BROADCAST : RT_UNICAST,
	};
	if (!r)
		return OK;
	out->matched = (struct prefix){ addr_ip4(r->key), r->len };
	out->has_beaten = next_shorter(st, dst->v4, r->len, &out->beaten);
	out->proto = r->proto;
	out->metric = r->metric;
	if (r->type == RT_UNICAST) {
		struct hop *h = route_pick(st, r, r->n_hops > 1 ?
			route_flow(from, dst->v4, 0, 0, st->flow_seed) : 0);

		if (h->via)
			out->via = addr_ip4(h->via);
	}
	return OK;
}

uint64_t show_stat(const struct stack *st, enum stack_stat s) { return st->stat[s]; }
uint64_t show_drops(const struct stack *st, enum drop why) { return st->drop[why]; }

uint64_t show_dev_drops(const struct netdev *dev, enum drop why)
{
	return dev->drops ? dev->drops[why] : 0;
}

const char *show_stat_name(enum stack_stat s)
{
	static const char *const names[ST_N] = {
#define X(name, str) [name] = str,
		STAT_MAP(X)
#undef X
	};

	return names[s];
}

const char *show_neigh_state(enum neigh_state s)
{
	static const char *const names[] = {
		[NUD_INCOMPLETE] = "INCOMPLETE", [NUD_REACHABLE] = "REACHABLE",
		[NUD_STALE] = "STALE", [NUD_DELAY] = "DELAY", [NUD_PROBE] = "PROBE",
		[NUD_FAILED] = "FAILED", [NUD_PERMANENT] = "PERMANENT",
	};

	return names[s];
}

const char *show_route_proto(enum route_proto p)
{
	static const char *const names[] = {
		[RP_KERNEL] = "kernel", [RP_STATIC] = "static", [RP_REDIRECT] = "redirect",
		[RP_RIP] = "rip", [RP_OSPF] = "ospf",
	};

	return names[p];
}

const char *show_route_type(enum route_type t)
{
	static const char *const names[] = {
		[RT_UNICAST] = "unicast", [RT_LOCAL] = "local", [RT_BROADCAST] = "broadcast",
		[RT_BLACKHOLE] = "blackhole", [RT_UNREACHABLE] = "unreachable",
		[RT_PROHIBIT] = "prohibit",
	};

	return names[t];
}
