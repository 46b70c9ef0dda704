// SPDX-License-Identifier: MIT
/* The instance (RFC 2328 5): its birth and death, and its place in the stack. */
#include "stack/ospf/ospf.h"

#include <stdlib.h>

#include "stack/core/learn.h"

void ospf_config_init(struct ospf_config *c)
{
	*c = (struct ospf_config){ .spf_hold = MSEC(50), .spf_max_hold = SEC(5) };
}

/* The lowest address of dev that is not of 127/8; or 0. */
static ip4_t lowest_on(const struct netdev *dev)
{
	const struct ifaddr *ia;
	ip4_t low = 0;

	list_for_each(&dev->addrs, ia, node) {
		ip4_t a = ia->prefix.addr.v4;

		if (!ia->tentative && !ip4_is_loopback(a) && (!low || a < low))
			low = a;
	}
	return low;
}

static uint32_t choose_router_id(const struct stack *st)
{
	const struct netdev *dev;
	uint32_t id = lowest_on(st->lo);

	if (id)
		return id;
	list_for_each(&st->devs, dev, node) {
		ip4_t a = lowest_on(dev);

		if (a && (!id || a < id))
			id = a;
	}
	return id;
}

static void conf_take(struct ospf *o, const struct ospf_config *c)
{
	o->conf = *c;
	o->conf.router_id = o->router_id;
	if (!c->distance)
		o->conf.distance = OSPF_DISTANCE;
	route_learn_distance(o->st, RP_OSPF, o->conf.distance);
	if (!c->max_lsas)
		o->conf.max_lsas = OSPF_MAX_LSAS;
	if (!c->max_paths || c->max_paths > ROUTE_HOPS_MAX)
		o->conf.max_paths = ROUTE_HOPS_MAX;
}

int stack_ospf_start(struct stack *st, const struct ospf_config *c)
{
	uint32_t id = c->router_id ? c->router_id : choose_router_id(st);
	struct ospf *o;

	if (st->ospf)
		return ERR_EXIST;
	if (!id)
		return ERR_NOTAVAIL;
	if (st->lsas && ospf_pool_prefixes(st->lsas) != st->prefixes)
		return ERR_INVAL;
	o = calloc(1, sizeof(*o));
	if (!o)
		return ERR_NOMEM;
	o->own_pool = st->lsas ? NULL : ospf_pool_new(st->prefixes);
	o->pool = st->lsas ? st->lsas : o->own_pool;
	if (!o->pool) {
		free(o);
		return ERR_NOMEM;
	}
	o->st = st;
	o->router_id = id;
	o->started_at = st->now;
	list_init(&o->areas);
	conf_take(o, c);
	st->ospf = o;
	return OK;
}

int stack_ospf_set(struct stack *st, const struct ospf_config *c)
{
	struct ospf *o = st->ospf;
	struct ospf_area *a;

	if (!o)
		return ERR_NOENT;
	conf_take(o, c);
	list_for_each(&o->areas, a, node)
		ospf_router_lsa_dirty(a);
	ospf_recompute(o);
	return OK;
}

void stack_ospf_stop(struct stack *st)
{
	struct ospf *o = st->ospf;

	if (!o)
		return;
	ospf_routes_withdraw(o);
	ospf_ifs_halt(o);
	timer_stop(&st->timers, &o->flood_timer);
	timer_stop(&st->timers, &o->age_timer);
	timer_stop(&st->timers, &o->spf_timer);
	timer_stop(&st->timers, &o->originate_timer);
	ospf_ext_fini(o);
	ospf_spf_fini(o);
	ospf_origin_fini(o);
	lsdb_fini(o);
	ospf_areas_fini(o);
	free(o->by_ifindex);
	ospf_pool_free(o->own_pool);
	free(o);
	st->ospf = NULL;
}

struct ospf_area *ospf_area_find(const struct ospf *o, uint32_t id)
{
	struct ospf_area *a;

	list_for_each(&o->areas, a, node)
		if (a->id == id)
			return a;
	return NULL;
}

struct ospf_area *ospf_area_get(struct ospf *o, uint32_t id)
{
	struct ospf_area *a, *after;

	list_for_each(&o->areas, after, node) {
		if (after->id == id)
			return after;
		if (after->id > id)
			break;
	}
	a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	a->ospf = o;
	a->id = id;
	list_init(&a->ifs);
	list_insert_before(&after->node, &a->node);
	ospf_recompute(o);
	return a;
}

struct ospf_if *ospf_if_of(const struct ospf *o, const struct netdev *dev)
{
	return dev->ifindex < o->n_by_ifindex ? o->by_ifindex[dev->ifindex] : NULL;
}

uint8_t ospf_area_options(const struct ospf_area *a)
{
	static const uint8_t by_type[] = {
		[OSPF_AREA_NORMAL] = OSPF_OPT_E,
		[OSPF_AREA_STUB] = 0,
		[OSPF_AREA_NSSA] = OSPF_OPT_NP,
	};

	return by_type[a->conf.type];
}

uint8_t ospf_lsa_options(const struct ospf_area *a)
{
	return ospf_area_options(a) & ~OSPF_OPT_NP;
}

const struct l4_proto ospf_proto = {
	.name = "ospf", .ipproto = IP_PROTO_OSPF,
	.input = ospf_input, .dev_changed = ospf_dev_changed, .free = stack_ospf_stop,
};
