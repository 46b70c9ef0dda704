// SPDX-License-Identifier: MIT
/*
 * Addresses of interfaces, the routes that follow from them, and multicast
 * group membership (RFC 1112).  As in Linux's FIB, an address brings a local
 * route for itself, which stays while the interface is down; a connected route
 * for its subnet; and broadcast routes.  A tentative address brings nothing.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/l4.h"

static struct ifaddr *find_on(const struct netdev *dev, ip4_t a)
{
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (ia->prefix.addr.v4 == a)
			return ia;
	return NULL;
}

struct ifaddr *ifaddr_find(const struct stack *st, const struct netdev *dev, ip4_t a)
{
	const struct netdev *d;
	struct ifaddr *ia;

	list_for_each(&st->devs, d, node) {
		ia = !dev || d == dev ? find_on(d, a) : NULL;
		if (ia && !ia->tentative)
			return ia;
	}
	return NULL;
}

static ip4_t select_on(const struct netdev *dev, ip4_t dst)
{
	ip4_t first = 0;
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node) {
		if (ia->tentative || ip4_is_loopback(ia->prefix.addr.v4))
			continue;
		if (dst && ip4_in(dst, ia->prefix.addr.v4, ia->prefix.len))
			return ia->prefix.addr.v4;
		if (!first && !ia->secondary)
			first = ia->prefix.addr.v4;
	}
	return first;
}

ip4_t ifaddr_select(const struct stack *st, const struct netdev *dev, ip4_t dst)
{
	const struct netdev *d;
	ip4_t a;

	if (ip4_is_loopback(dst))
		return IP4_LOOPBACK;
	a = dev ? select_on(dev, dst) : 0;
	if (a)
		return a;
	list_for_each(&st->devs, d, node) {
		a = d == st->lo ? 0 : select_on(d, 0);
		if (a)
			return a;
	}
	return select_on(st->lo, 0);
}

static ip4_t net_of(const struct ifaddr *ia)
{
	return ia->prefix.addr.v4 & ip4_mask(ia->prefix.len);
}

/* The first usable address whose subnet's broadcast a is, of either kind
 * (RFC 1812 4.2.3.1); NULL: a is none. */
static const struct ifaddr *broadcast_owner(const struct netdev *dev, ip4_t a)
{
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (!ia->tentative && ia->broadcast && (a == ia->broadcast || a == net_of(ia)))
			return ia;
	return NULL;
}

bool ifaddr_is_broadcast(const struct netdev *dev, ip4_t a)
{
	return broadcast_owner(dev, a) != NULL;
}

/* --- the routes of an address ---------------------------------------------- */

/* Makes the route speak from owner, or goes without it if that is NULL. */
static int sync_route(struct stack *st, struct netdev *dev, enum route_type type, ip4_t to,
		      unsigned len, const struct ifaddr *owner)
{
	struct route_spec s = {
		.to = { addr_ip4(to), (uint8_t)len }, .type = type, .proto = RP_KERNEL,
		.n_hops = 1, .hops = { { .dev = dev } },
	};
	const struct route *r = route_find(st, &s);

	if (!owner)
		return r ? route_del(st, &s) : OK;
	if (r ? r->nh.src == owner->prefix.addr.v4 : type != RT_LOCAL && !(dev->flags & DEV_UP))
		return OK;
	s.src = owner->prefix.addr;
	return route_add(st, ROUTE_REPLACE, &s);
}

static bool same_subnet(const struct ifaddr *a, const struct ifaddr *b)
{
	return a->prefix.len == b->prefix.len && net_of(a) == net_of(b);
}

/* The first address of ia's subnet, or the first usable one; ia itself need
 * not be on dev any more. */
static struct ifaddr *subnet_first(const struct netdev *dev, const struct ifaddr *ia, bool usable)
{
	struct ifaddr *o;

	list_for_each(&dev->addrs, o, node)
		if (same_subnet(o, ia) && !(usable && o->tentative))
			return o;
	return NULL;
}

/* All routes that ia has a part in, after it came, went or changed. */
static int sync_routes(struct stack *st, struct netdev *dev, const struct ifaddr *ia)
{
	const struct ifaddr *self = find_on(dev, ia->prefix.addr.v4);
	const struct ifaddr *first = subnet_first(dev, ia, true);
	unsigned len = ia->prefix.len;
	int err = sync_route(st, dev, RT_LOCAL, ia->prefix.addr.v4, 32,
			     self && !self->tentative ? self : NULL);

	if (!err && len < 32)
		err = sync_route(st, dev, dev == st->lo ? RT_LOCAL : RT_UNICAST, net_of(ia), len,
				 first);
	if (!err && ia->broadcast)
		err = sync_route(st, dev, RT_BROADCAST, ia->broadcast, 32,
				 broadcast_owner(dev, ia->broadcast));
	if (!err && ia->broadcast)
		err = sync_route(st, dev, RT_BROADCAST, net_of(ia), 32,
				 broadcast_owner(dev, net_of(ia)));
	return err;
}

/* --- probing (RFC 5227 2.1) -------------------------------------------------- */

static void probed(void *arg, ip4_t a, const struct mac *used_by)
{
	struct netdev *dev = arg;
	struct stack *st = dev->stack;
	struct ifaddr *ia = find_on(dev, a);

	if (!ia || !ia->probes || --ia->probes)
		return;                   /* deleted; or another probe goes on */
	if (used_by) {
		if (st->hooks->conflict)
			st->hooks->conflict(st->ctx, dev, a, *used_by);
		return;
	}
	if (!netdev_running(dev))
		return;                   /* nobody can have heard; it starts anew then */
	ia->tentative = false;
	if (sync_routes(st, dev, ia) == OK)
		stack_arp_announce(st, dev, a);
	l4_dev_changed(st, dev, false);
}

static bool wants_probe(const struct stack *st, const struct netdev *dev)
{
	return stack_option(st, OPT_ARP_PROBE) &&
	       (dev->flags & (DEV_BROADCAST | DEV_NOARP | DEV_LOOPBACK)) == DEV_BROADCAST;
}

/* Before ia is used, or used again; without memory for it, it is used unasked. */
static int probe(struct stack *st, struct netdev *dev, struct ifaddr *ia)
{
	ia->tentative = wants_probe(st, dev);
	if (ia->tentative && netdev_running(dev)) {
		if (stack_arp_probe(st, dev, ia->prefix.addr.v4, probed, dev) == OK)
			ia->probes++;
		else
			ia->tentative = false;
	}
	return sync_routes(st, dev, ia);
}

/* --- addresses ----------------------------------------------------------------- */

int stack_addr_add(struct stack *st, struct netdev *dev, const struct prefix *p)
{
	struct ifaddr *ia;
	ip4_t a = p->addr.v4;
	int err;

	if (p->addr.family != ADDR_IP4)
		return ERR_AFNOSUP;
	if (p->len == 0 || p->len > 32 || a == 0 || ip4_is_mcast(a) || ip4_is_class_e(a))
		return ERR_INVAL;
	if (find_on(dev, a))
		return ERR_EXIST;
	ia = calloc(1, sizeof(*ia));
	if (!ia)
		return ERR_NOMEM;
	ia->prefix = *p;
	if (p->len < 31 && (dev->flags & DEV_BROADCAST))
		ia->broadcast = a | ~ip4_mask(p->len);
	ia->secondary = subnet_first(dev, ia, false) != NULL;
	list_push_back(&dev->addrs, &ia->node);
	err = probe(st, dev, ia);
	if (err)
		stack_addr_del(st, dev, p);
	else
		l4_dev_changed(st, dev, false);
	return err;
}

int stack_addr_del(struct stack *st, struct netdev *dev, const struct prefix *p)
{
	struct ifaddr *ia, *heir;

	if (p->addr.family != ADDR_IP4)
		return ERR_AFNOSUP;
	ia = find_on(dev, p->addr.v4);
	if (!ia || ia->prefix.len != p->len)
		return ERR_NOTAVAIL;
	list_remove(&ia->node);
	heir = subnet_first(dev, ia, false);
	if (heir)
		heir->secondary = false;
	(void)sync_routes(st, dev, ia);
	if (!ifaddr_find(st, NULL, p->addr.v4))
		route_src_gone(st, p->addr.v4);
	free(ia);
	l4_dev_changed(st, dev, false);
	return OK;
}

bool stack_primary_addr(const struct stack *st, struct addr *out)
{
	ip4_t a = ifaddr_select(st, NULL, 0);

	if (a)
		*out = addr_ip4(a);
	return a != 0;
}

void ifaddr_dev_changed(struct stack *st, struct netdev *dev)
{
	bool running = netdev_running(dev);
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		(void)(running ? probe(st, dev, ia) : sync_routes(st, dev, ia));
	route_dev_changed(st, dev, false);
	if (!running)
		neigh_dev_down(st, dev);
	l4_dev_changed(st, dev, false);
}

void ifaddr_fini(struct netdev *dev)
{
	struct ifaddr *ia, *tmp;

	list_for_each_safe(&dev->addrs, ia, tmp, node) {
		list_remove(&ia->node);
		if (!ifaddr_find(dev->stack, NULL, ia->prefix.addr.v4))
			route_src_gone(dev->stack, ia->prefix.addr.v4);
		free(ia);
	}
}

/* --- multicast groups -------------------------------------------------------- */

static struct mcast_group *group_find(const struct netdev *dev, ip4_t group)
{
	struct mcast_group *g;

	list_for_each(&dev->groups, g, node)
		if (g->group == group)
			return g;
	return NULL;
}

bool mcast_member(const struct netdev *dev, ip4_t group)
{
	return group == IP4_ALL_HOSTS || group_find(dev, group);
}

int mcast_join(struct netdev *dev, ip4_t group)
{
	struct mcast_group *g = group_find(dev, group);

	if (!ip4_is_mcast(group))
		return ERR_INVAL;
	if (!g) {
		g = calloc(1, sizeof(*g));
		if (!g)
			return ERR_NOMEM;
		g->group = group;
		list_push_back(&dev->groups, &g->node);
	}
	g->users++;
	return OK;
}

void mcast_leave(struct netdev *dev, ip4_t group)
{
	struct mcast_group *g = group_find(dev, group);

	if (!g || --g->users)
		return;
	list_remove(&g->node);
	free(g);
}

void mcast_fini(struct netdev *dev)
{
	struct mcast_group *g, *tmp;

	list_for_each_safe(&dev->groups, g, tmp, node)
		free(g);
	list_init(&dev->groups);
}
