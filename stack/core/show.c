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

struct route_shower { bool (*fn)(void *arg, const struct route_info *r); void *arg; };

static void route_info_fill(const struct route_view *v, bool selected, struct route_info *out)
{
	route_to_spec(v, &out->spec);
	out->selected = selected;
	out->active = v->nh->n_alive > 0;
	out->since = v->since;
	out->dead_hops = 0;
	for (unsigned i = 0; i < v->nh->n_hops; i++)
		out->dead_hops = (uint16_t)(out->dead_hops | v->nh->hops[i].dead << i);
}

/* One prefix's routes. */
static bool show_rivals(void *arg, const struct stack *st, struct route_rivals left)
{
	struct route_shower *s = arg;
	struct route_view serves, v;
	bool stable, any = route_select(st, left, &serves, &stable);

	while (route_next(st, &left, &v)) {
		struct route_info info;

		if (gateway_is_over(st, &v))
			continue;
		route_info_fill(&v, any && route_view_eq(&v, &serves), &info);
		if (!s->fn(s->arg, &info))
			return false;
	}
	return true;
}

void show_routes(const struct stack *st, bool (*fn)(void *arg, const struct route_info *r),
		 void *arg)
{
	struct route_shower s = { fn, arg };

	(void)!route_walk(st, show_rivals, &s);           /* without memory there is no order */
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
		if (!route_usable(st, route_rivals(st, a, len)))
			continue;
		*out = (struct prefix){ addr_ip4(a & ip4_mask(len)), (uint8_t)len };
		return true;
	}
	return false;
}

/* What the route itself says of the answer. */
static void answer_route(const struct stack *st, ip4_t dst, const struct ip4_path *path,
			 struct route_answer *out)
{
	struct route_view v;

	if (path->via)
		out->via = addr_ip4(path->via);
	if (!route_match(st, dst, path->nexthops, &v))
		return;
	out->matched = (struct prefix){ addr_ip4(v.key), v.len };
	out->has_beaten = next_shorter(st, dst, v.len, &out->beaten);
	out->proto = v.proto;
	out->metric = v.metric;
}

static enum route_type answer_type(ip4_t dst, const struct ip4_path *path)
{
	return path->local ? RT_LOCAL : ip4_is_mcast(dst) ? RT_MULTICAST :
		path->bcast ? RT_BROADCAST : RT_UNICAST;
}

int show_route_get_by(struct stack *st, const struct addr *dst, const struct addr *src,
		      struct netdev *dev, struct route_answer *out)
{
	ip4_t from = src && src->family == ADDR_IP4 ? src->v4 : 0;
	ip4_t to = dst->v4 ? dst->v4 : IP4_LOOPBACK;      /* as Linux takes 0.0.0.0 */
	struct ip4_path path;
	int err;

	if (dst->family != ADDR_IP4)
		return ERR_AFNOSUP;
	if (from && !ifaddr_find(st, NULL, from))
		return ERR_NETUNREACH;
	err = ip4_path(st, to, from, dev, 0, &path);
	if (err)
		return err;
	*out = (struct route_answer){
		.dst = *dst, .dev = path.dev, .src = addr_ip4(path.src), .mtu = path.mtu,
		.type = answer_type(to, &path),
		.mtu_expires = path.mtu_expires, .mtu_locked = path.mtu_locked,
	};
	out->member = out->type == RT_MULTICAST && mcast_member(path.dev, to);
	if (path.nexthops)
		answer_route(st, to, &path, out);
	return OK;
}

int show_route_get(struct stack *st, const struct addr *dst, const struct addr *src,
		   struct route_answer *out)
{
	return show_route_get_by(st, dst, src, NULL, out);
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

/* As iproute2 has them in /etc/iproute2/rt_protos. */
static const char *const proto_names[RP_N] = {
	[RP_UNSPEC] = "unspec", [RP_REDIRECT] = "redirect", [RP_KERNEL] = "kernel",
	[RP_BOOT] = "boot", [RP_STATIC] = "static", [8] = "gated", [9] = "ra", [10] = "mrt",
	[11] = "zebra", [12] = "bird", [13] = "dnrouted", [14] = "xorp", [15] = "ntk",
	[RP_DHCP] = "dhcp", [18] = "keepalived", [42] = "babel", [99] = "openr",
	[186] = "bgp", [187] = "isis", [RP_OSPF] = "ospf", [RP_RIP] = "rip", [192] = "eigrp",
};

const char *show_route_proto(enum route_proto p)
{
	return p < RP_N ? proto_names[p] : NULL;
}

int show_route_proto_find(const char *name)
{
	for (int i = 0; i < RP_N; i++)
		if (proto_names[i] && strcmp(proto_names[i], name) == 0)
			return i;
	return ERR_NOENT;
}

const char *show_route_type(enum route_type t)
{
	static const char *const names[] = {
		[RT_UNICAST] = "unicast", [RT_LOCAL] = "local", [RT_BROADCAST] = "broadcast",
		[RT_BLACKHOLE] = "blackhole", [RT_UNREACHABLE] = "unreachable",
		[RT_PROHIBIT] = "prohibit", [RT_MULTICAST] = "multicast",
	};

	return names[t];
}
