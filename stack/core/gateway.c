// SPDX-License-Identifier: MIT
/*
 * Gateways: which link one is on when a route is made (Linux's fib_check_nh),
 * and which of them are dead (RFC 1122 3.3.1.4, 3.3.1.5).  The neighbour cache
 * says whom it got no answer from; the next hops by it are then avoided, while
 * their prefix has others, until it is heard of or gc_stale_time has passed.
 * Neither this nor the end of redirects has a timer: both are looked at when
 * a route is looked up.
 */
#include "stack/core/core.h"

#define REDIRECT_LIFE SEC(300)            /* Linux's gc_timeout for learned exceptions */

/* --- where it is -------------------------------------------------------------- */

static const struct hop *link_of(const struct nexthops *nh, const struct netdev *dev)
{
	for (unsigned i = 0; i < nh->n_hops; i++)
		if (!nh->hops[i].gw && (!dev || nh->hops[i].dev == dev))
			return &nh->hops[i];
	return NULL;
}

/* The longest prefix that has gw on a link without a gateway between; by dev,
 * if that is given.  One that is down only if there is no other of that length. */
static const struct hop *find_link(const struct stack *st, ip4_t gw, const struct netdev *dev,
				   enum route_type *type)
{
	const struct hop *best = NULL;

	for (unsigned len = 33; len-- > 0 && !best;) {
		struct route_rivals left = route_rivals(st, gw, len);
		struct route_view v;

		while (!(best && best->dev->flags & DEV_UP) && route_next(st, &left, &v)) {
			const struct hop *h = link_of(v.nh, dev);

			if (h && (!best || h->dev->flags & DEV_UP))
				best = h, *type = (enum route_type)v.nh->type;
		}
	}
	return best;
}

static int place_onlink(const struct stack *st, const struct route_hop *in, struct hop *out)
{
	if (!in->dev || ifaddr_find(st, NULL, out->gw) || ifaddr_is_broadcast(in->dev, out->gw))
		return ERR_INVAL;
	out->via = out->gw;
	return OK;
}

static int place(const struct stack *st, const struct route_hop *in, struct hop *out)
{
	enum route_type type = RT_UNICAST;
	const struct hop *link;

	if (ip4_is_mcast(out->gw) || ip4_is_class_e(out->gw) || ip4_is_loopback(out->gw))
		return ERR_INVAL;
	if (in->onlink)
		return place_onlink(st, in, out);
	link = find_link(st, out->gw, in->dev, &type);
	if (!link)
		return ERR_NETUNREACH;
	out->dev = link->dev;
	if (type == RT_BROADCAST || link->dev == st->lo)
		return ERR_INVAL;
	out->via = type == RT_LOCAL ? 0 : out->gw;
	return OK;
}

int gateway_resolve(const struct stack *st, const struct route_spec *s,
		    const struct route_hop *in, struct hop *out)
{
	int err = OK;

	*out = (struct hop){ .dev = in->dev, .weight = in->weight ? in->weight : 1,
			     .onlink = in->onlink };
	if (in->via.family == ADDR_IP6)
		return ERR_AFNOSUP;
	if (in->via.family == ADDR_IP4)
		out->gw = in->via.v4;
	if (out->gw)
		err = place(st, in, out);
	if (!err && !out->dev)
		err = ERR_NODEV;
	if (!err && !(out->dev->flags & DEV_UP) && s->proto != RP_KERNEL)
		err = ERR_NETDOWN;
	return err;
}

/* --- whether it lives ----------------------------------------------------------- */

static struct hop *hop_by(struct nexthops *nh, const struct netdev *dev, ip4_t gw)
{
	for (unsigned i = 0; i < nh->n_hops; i++)
		if (nh->hops[i].via == gw && nh->hops[i].dev == dev)
			return &nh->hops[i];
	return NULL;
}

static void avoid_in(struct nexthops *nh, const struct netdev *dev, ip4_t gw, ns_t until)
{
	struct hop *h = nh ? hop_by(nh, dev, gw) : NULL;

	if (h)
		h->avoid_until = until;
}

/* Avoids gw, or not: until is an instant. */
static void avoid(struct stack *st, const struct netdev *dev, ip4_t gw, ns_t until)
{
	for (uint32_t slot = 1; slot < st->rib.n_slots; slot++)
		for (struct route *r = st->rib.slots[slot]; r; r = r->next)
			avoid_in(&r->nh, dev, gw, until);
	for (uint32_t id = 1; id < st->nexthops.n_of; id++)
		avoid_in(st->nexthops.of[id], dev, gw, until);
	route_cache_flush(st);
}

static bool is_by(struct stack *st, struct route *r, const void *arg)
{
	const struct hop *gone = arg;

	(void)st;
	return r->proto == RP_REDIRECT && hop_by(&r->nh, gone->dev, gone->via);
}

void gateway_failed(struct stack *st, struct netdev *dev, ip4_t gw)
{
	struct hop gone = { .dev = dev, .via = gw };

	route_del_if(st, is_by, &gone);
	avoid(st, dev, gw, ns_add(st->now, MSEC(stack_option(st, OPT_NEIGH_STALE))));
}

void gateway_heard(struct stack *st, struct netdev *dev, ip4_t gw)
{
	avoid(st, dev, gw, 0);
}

/* --- redirects ------------------------------------------------------------------ */

bool gateway_is_over(const struct stack *st, const struct route_view *v)
{
	return v->proto == RP_REDIRECT && ns_add(v->since, REDIRECT_LIFE) <= st->now;
}

static bool is_over(struct stack *st, struct route *r, const void *arg)
{
	ns_t end_at = ns_add(r->since, REDIRECT_LIFE);
	struct route_view v = route_view_of(r);

	(void)arg;
	if (gateway_is_over(st, &v))
		return true;
	if (r->proto == RP_REDIRECT && end_at < st->rib.redirects_end_at)
		st->rib.redirects_end_at = end_at;
	return false;
}

void gateway_expire_redirects(struct stack *st)
{
	st->rib.redirects_end_at = NS_NEVER;
	route_del_if(st, is_over, NULL);
}
