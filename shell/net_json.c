// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/net_json.h"

#include <string.h>

#include "shell/table.h"
#include "stack/util/cc.h"
#include "stack/util/list.h"

#define LIFETIME_FOREVER 4294967295   /* as ip(8) shows it */
#define TXQLEN 1000                   /* shown only: the link has its own queue */

static const char *dev_state(const struct netdev *dev)
{
	if (!(dev->flags & DEV_UP))
		return "DOWN";
	if (dev->flags & DEV_LOOPBACK)
		return "UNKNOWN";
	return dev->flags & DEV_CARRIER ? "UP" : "DOWN";
}

static json_t *flags_json(const struct netdev *dev)
{
	static const struct { uint32_t flag; const char *name; } names[] = {
		{ DEV_LOOPBACK, "LOOPBACK" }, { DEV_BROADCAST, "BROADCAST" },
		{ DEV_MULTICAST, "MULTICAST" }, { DEV_NOARP, "NOARP" },
		{ DEV_PROMISC, "PROMISC" }, { DEV_UP, "UP" },
	};
	json_t *a = json_array();

	if ((dev->flags & DEV_UP) && !(dev->flags & DEV_CARRIER))
		json_array_append_new(a, json_string("NO-CARRIER"));
	for (size_t i = 0; i < N_ELEM(names); i++)
		if (dev->flags & names[i].flag &&
		    !(names[i].flag == DEV_NOARP && dev->flags & DEV_LOOPBACK))
			json_array_append_new(a, json_string(names[i].name));
	if (netdev_running(dev))
		json_array_append_new(a, json_string("LOWER_UP"));
	return a;
}

static const char *qdisc_name(const struct lab *lab, const struct node *n,
			      const struct netdev *dev)
{
	struct link_end_info i;
	enum link_side side;
	struct link *l = lab_link_at(lab, n, dev->name, &side);

	if (!l)
		return "noqueue";
	link_info(l, side, &i);
	return i.netem[0] ? "netem" : "noqueue";
}

json_t *net_dev_json(const struct lab *lab, const struct node *n, const struct netdev *dev)
{
	bool lo = dev->flags & DEV_LOOPBACK;
	char mac[MAC_STRLEN];
	json_t *o = json_object();

	jset_int(o, "ifindex", dev->ifindex);
	jset_str(o, "ifname", dev->name);
	jset(o, "flags", flags_json(dev));
	jset_int(o, "mtu", dev->mtu);
	jset_str(o, "qdisc", qdisc_name(lab, n, dev));
	jset_str(o, "operstate", dev_state(dev));
	jset_str(o, "group", "default");
	jset_int(o, "txqlen", TXQLEN);
	jset_str(o, "link_type", lo ? "loopback" : "ether");
	jset_str(o, "address", mac_fmt(lo ? mac_zero : dev->mac, mac));
	jset_str(o, "broadcast", mac_fmt(lo ? mac_zero : mac_broadcast, mac));
	return o;
}

json_t *net_dev_stats_json(const struct netdev *dev)
{
	const struct dev_stats *s = &dev->stats;

	return json_pack("{s:{s:I,s:I,s:I,s:I,s:I,s:I},s:{s:I,s:I,s:I,s:I,s:I,s:I}}", "rx",
		"bytes", (json_int_t)s->rx_bytes, "packets", (json_int_t)s->rx_packets,
		"errors", (json_int_t)s->rx_errors, "dropped", (json_int_t)s->rx_dropped,
		"over_errors", (json_int_t)0, "multicast", (json_int_t)s->rx_multicast, "tx",
		"bytes", (json_int_t)s->tx_bytes, "packets", (json_int_t)s->tx_packets,
		"errors", (json_int_t)s->tx_errors, "dropped", (json_int_t)s->tx_dropped,
		"carrier_errors", (json_int_t)s->tx_carrier, "collisions", (json_int_t)0);
}

static json_t *ifaddr_json(const struct netdev *dev, const struct ifaddr *ia)
{
	char text[ADDR_STRLEN];
	json_t *o = json_object();

	jset_str(o, "family", "inet");
	jset_str(o, "local", addr_fmt(&ia->prefix.addr, text));
	jset_int(o, "prefixlen", ia->prefix.len);
	if (ia->broadcast)
		jset_str(o, "broadcast", ip4_fmt(ia->broadcast, text));
	jset_str(o, "scope", ip4_is_loopback(ia->prefix.addr.v4) ? "host" : "global");
	if (ia->secondary)
		jset_bool(o, "secondary", true);
	if (ia->tentative)
		jset_bool(o, "tentative", true);
	jset_str(o, "label", dev->name);
	jset_int(o, "valid_life_time", LIFETIME_FOREVER);
	jset_int(o, "preferred_life_time", LIFETIME_FOREVER);
	return o;
}

json_t *net_dev_addrs_json(const struct netdev *dev)
{
	json_t *a = json_array();
	struct ifaddr *ia;

	/* As Linux lists them: primaries first. */
	for (int secondary = 0; secondary < 2; secondary++)
		list_for_each(&dev->addrs, ia, node)
			if (ia->secondary == (secondary == 1))
				json_array_append_new(a, ifaddr_json(dev, ia));
	return a;
}

bool net_route_is_main(const struct route_info *r)
{
	return r->spec.type != RT_LOCAL && r->spec.type != RT_BROADCAST;
}

static json_t *hop_flags(const struct route_info *r, unsigned i)
{
	const struct route_hop *h = &r->spec.hops[i];
	bool dead = r->dead_hops & (1u << i);
	json_t *a = json_array();

	if (dead && h->dev && !(h->dev->flags & DEV_UP))
		json_array_append_new(a, json_string("dead"));
	if (h->onlink)
		json_array_append_new(a, json_string("onlink"));
	if (dead)
		json_array_append_new(a, json_string("linkdown"));
	return a;
}

static void hop_set(json_t *o, const struct route_hop *h)
{
	char text[ADDR_STRLEN];

	if (h->via.family)
		jset_str(o, "gateway", addr_fmt(&h->via, text));
	if (h->dev)
		jset_str(o, "dev", h->dev->name);
}

static json_t *hops_json(const struct route_info *r)
{
	json_t *a = json_array();

	for (unsigned i = 0; i < r->spec.n_hops; i++) {
		json_t *o = json_object();

		hop_set(o, &r->spec.hops[i]);
		jset_int(o, "weight", r->spec.hops[i].weight ? r->spec.hops[i].weight : 1);
		jset(o, "flags", hop_flags(r, i));
		json_array_append_new(a, o);
	}
	return a;
}

/* Linux says "link" for what is on the link, "host" for our own addresses. */
static const char *scope_of(const struct route_spec *s)
{
	if (s->type == RT_LOCAL)
		return "host";
	if (s->type == RT_BROADCAST ||
	    (s->type == RT_UNICAST && s->n_hops == 1 && !s->hops[0].via.family))
		return "link";
	return NULL;
}

static void proto_set(json_t *o, enum route_proto p)
{
	const char *name = show_route_proto(p);
	char text[12];

	snprintf(text, sizeof(text), "%u", (unsigned)p);
	jset_str(o, "protocol", name ? name : text);
}

static json_t *route_json(const struct route_info *r, bool details)
{
	const struct route_spec *s = &r->spec;
	const char *scope = scope_of(s) ? scope_of(s) : details ? "global" : NULL;
	char text[PREFIX_STRLEN];
	json_t *o = json_object();

	if (details || s->type != RT_UNICAST)
		jset_str(o, "type", show_route_type(s->type));
	jset_str(o, "dst", !s->to.len ? "default" : s->to.len == 32 ?
		 addr_fmt(&s->to.addr, text) : prefix_fmt(&s->to, text));
	if (s->n_hops == 1)
		hop_set(o, &s->hops[0]);
	proto_set(o, s->proto);
	if (scope)
		jset_str(o, "scope", scope);
	if (s->src.family)
		jset_str(o, "prefsrc", addr_fmt(&s->src, text));
	if (s->metric)
		jset_int(o, "metric", s->metric);
	jset(o, "flags", s->n_hops == 1 ? hop_flags(r, 0) : json_array());
	if (s->mtu)
		jset(o, "metrics", json_pack("[{s:I}]", "mtu", (json_int_t)s->mtu));
	if (s->n_hops > 1)
		jset(o, "nexthops", hops_json(r));
	return o;
}

json_t *net_route_json(const struct route_info *r)
{
	return route_json(r, false);
}

json_t *net_route_details_json(const struct route_info *r)
{
	return route_json(r, true);
}

static bool hop_before(const struct route_hop *a, const struct route_hop *b)
{
	if (a->via.v4 != b->via.v4)
		return a->via.v4 < b->via.v4;
	return a->dev && b->dev && a->dev->ifindex < b->dev->ifindex;
}

void net_hops_by_addr(const struct route_hop *hops, unsigned n, uint8_t place[ROUTE_HOPS_MAX])
{
	for (unsigned i = 0; i < n; i++) {
		unsigned k = i;

		for (; k > 0 && hop_before(&hops[i], &hops[place[k - 1]]); k--)
			place[k] = place[k - 1];
		place[k] = (uint8_t)i;
	}
}

json_t *net_neigh_json(const struct neigh_info *n)
{
	char text[ADDR_STRLEN], mac[MAC_STRLEN];
	json_t *o = json_object();

	jset_str(o, "dst", addr_fmt(&n->addr, text));
	jset_str(o, "dev", n->dev->name);
	if (n->has_mac)
		jset_str(o, "lladdr", mac_fmt(n->mac, mac));
	jset(o, "state", json_pack("[s]", show_neigh_state(n->state)));
	return o;
}
