// SPDX-License-Identifier: MIT
/*
 * Addresses of interfaces, the routes that follow from them, and multicast
 * group membership (RFC 1112).  As in Linux's FIB, an address brings a local
 * route for itself, a connected route for its subnet and broadcast routes.
 */
#include <stdlib.h>

#include "stack/core/core.h"

struct ifaddr *ifaddr_find(const struct stack *st, const struct netdev *dev, ip4_t a)
{
	const struct netdev *d;
	struct ifaddr *ia;

	list_for_each(&st->devs, d, node) {
		if (dev && d != dev)
			continue;
		list_for_each(&d->addrs, ia, node)
			if (ia->prefix.addr.v4 == a)
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

bool ifaddr_is_broadcast(const struct netdev *dev, ip4_t a)
{
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (ia->broadcast && (a == ia->broadcast ||
		    a == (ia->prefix.addr.v4 & ip4_mask(ia->prefix.len))))
			return true;
	return false;
}

/* --- the routes of an address ---------------------------------------------- */

static int kernel_route(struct stack *st, struct netdev *dev, enum route_type type,
			ip4_t to, unsigned len, ip4_t src, bool add)
{
	struct route_spec s = {
		.to = { addr_ip4(to), (uint8_t)len }, .type = type, .proto = RP_KERNEL,
		.src = addr_ip4(src), .n_hops = 1, .hops = { { .dev = dev } },
	};
	int err = add ? route_add(st, ROUTE_ADD, &s) : route_del(st, &s);

	return err == ERR_EXIST || err == ERR_NOENT ? OK : err;
}

static bool subnet_in_use(const struct netdev *dev, const struct ifaddr *but)
{
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (ia != but && ia->prefix.len == but->prefix.len &&
		    ip4_in(ia->prefix.addr.v4, but->prefix.addr.v4, but->prefix.len))
			return true;
	return false;
}

static int addr_routes(struct stack *st, struct netdev *dev, const struct ifaddr *ia, bool add)
{
	ip4_t a = ia->prefix.addr.v4, net = a & ip4_mask(ia->prefix.len);
	unsigned len = ia->prefix.len;
	bool shared = subnet_in_use(dev, ia);
	int err = kernel_route(st, dev, RT_LOCAL, a, 32, a, add);

	if (dev == st->lo && len < 32 && err == OK)
		err = kernel_route(st, dev, RT_LOCAL, net, len, a, add);
	else if (len < 32 && !shared && err == OK)
		err = kernel_route(st, dev, RT_UNICAST, net, len, a, add);
	if (!ia->broadcast || shared || err)
		return err;
	err = kernel_route(st, dev, RT_BROADCAST, ia->broadcast, 32, a, add);
	return err ? err : kernel_route(st, dev, RT_BROADCAST, net, 32, a, add);
}

int stack_addr_add(struct stack *st, struct netdev *dev, const struct prefix *p)
{
	struct ifaddr *ia;
	ip4_t a = p->addr.v4;
	int err = OK;

	if (p->addr.family != ADDR_IP4)
		return ERR_AFNOSUP;
	if (p->len == 0 || p->len > 32 || a == 0 || ip4_is_mcast(a) || ip4_is_class_e(a))
		return ERR_INVAL;
	if (ifaddr_find(st, dev, a))
		return ERR_EXIST;
	ia = calloc(1, sizeof(*ia));
	if (!ia)
		return ERR_NOMEM;
	ia->prefix = *p;
	if (p->len < 31 && (dev->flags & DEV_BROADCAST))
		ia->broadcast = a | ~ip4_mask(p->len);
	ia->secondary = subnet_in_use(dev, ia);
	list_push_back(&dev->addrs, &ia->node);
	if (dev->flags & DEV_UP)
		err = addr_routes(st, dev, ia, true);
	if (err) {
		stack_addr_del(st, dev, p);
		return err;
	}
	if (stack_option(st, OPT_ARP_PROBE) && netdev_running(dev))
		stack_arp_announce(st, dev, a);
	return OK;
}

int stack_addr_del(struct stack *st, struct netdev *dev, const struct prefix *p)
{
	struct ifaddr *ia, *other;

	if (p->addr.family != ADDR_IP4)
		return ERR_AFNOSUP;
	ia = ifaddr_find(st, dev, p->addr.v4);
	if (!ia || ia->prefix.len != p->len)
		return ERR_NOTAVAIL;
	addr_routes(st, dev, ia, false);
	list_remove(&ia->node);
	list_for_each(&dev->addrs, other, node) {
		if (!other->secondary || !ip4_in(other->prefix.addr.v4, p->addr.v4, p->len))
			continue;
		other->secondary = false;         /* the next in line is promoted */
		break;
	}
	free(ia);
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
	struct ifaddr *ia;

	if (dev->flags & DEV_UP)                  /* addresses set while it was down */
		list_for_each(&dev->addrs, ia, node)
			(void)addr_routes(st, dev, ia, true);
	route_dev_changed(st, dev, false);
	if (!netdev_running(dev))
		neigh_dev_down(st, dev);
}

void ifaddr_fini(struct netdev *dev)
{
	struct ifaddr *ia, *tmp;

	list_for_each_safe(&dev->addrs, ia, tmp, node)
		free(ia);
	list_init(&dev->addrs);
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
