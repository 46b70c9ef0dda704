// SPDX-License-Identifier: MIT
/*
 * Areas and interfaces as they are configured (RFC 2328 C.2, C.3), and as their
 * devices let them be.
 */
#include <stdlib.h>

#include "stack/ospf/spf.h"

/* --- areas ------------------------------------------------------------------ */

/* Has any area a place for LSAs of AS scope of this type? */
static bool fits_somewhere(const struct ospf *o, uint8_t type)
{
	const struct ospf_area *a;

	list_for_each(&o->areas, a, node)
		if (!list_empty(&a->ifs) && lsdb_type_fits(a, type))
			return true;
	return false;
}

/* What has no place any more, since the area changed or is left, goes without a word:
 * nobody is there who would have to hear of it. */
static void lsa_purge(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	const struct ospf_area *a = arg;
	ospf_knum num = e->lsa->key;
	const struct ospf_key3 *k = ospf_key(o->pool, num);
	bool own = e->flags & LSDB_SELF;
	bool fits = k->area == OSPF_AREA_AS ? own || fits_somewhere(o, k->type) :
		    k->area != a->id || (!list_empty(&a->ifs) && lsdb_type_fits(a, k->type));

	if (fits)
		return;
	if (own)
		ospf_flush(o, k->area, k->type, k->id);   /* what waits to be said, too */
	lsdb_remove(o, num);
}

/* Without interfaces, an area is empty, and there only if it was configured. */
static void area_drop_unused(struct ospf *o, struct ospf_area *a)
{
	if (!list_empty(&a->ifs))
		return;
	lsdb_each(o, lsa_purge, a);
	if (a->configured)
		return;
	ospf_origin_area_fini(a);
	ospf_spf_area_fini(a);
	nssa_area_fini(a);
	list_remove(&a->node);
	free(a->ranges);
	free(a);
	ospf_recompute(o);
}

static bool range_ok(const struct ospf_range *r)
{
	return r->prefix.addr.family == ADDR_IP4 && r->prefix.len <= 32 &&
	       (!r->has_cost || r->cost < OSPF_LS_INFINITY);
}

static bool area_ok(uint32_t area, const struct ospf_area_config *c)
{
	if (area == OSPF_AREA_AS || (unsigned)c->type > OSPF_AREA_NSSA ||
	    (unsigned)c->translate > OSPF_NSSA_NEVER || c->default_cost >= OSPF_LS_INFINITY)
		return false;
	for (size_t i = 0; i < c->n_ranges; i++)
		if (!range_ok(&c->ranges[i]))
			return false;
	return area != 0 || c->type == OSPF_AREA_NORMAL;
}

static struct ospf_range *ranges_copy(const struct ospf_area_config *c)
{
	struct ospf_range *r = calloc(c->n_ranges + 1, sizeof(*r));

	if (r && c->n_ranges)
		memcpy(r, c->ranges, c->n_ranges * sizeof(*r));
	return r;
}

/* A run has cells for the prefixes that there are when it begins, and itself makes but those
 * of ranges: they are made here.  Without memory it asks again (abr_offer_discard()). */
static void ranges_number(const struct ospf *o, const struct ospf_area *a)
{
	for (size_t i = 0; i < a->conf.n_ranges; i++) {
		struct ospf_pnet to = abr_range_net(&a->conf.ranges[i]);

		(void)ospf_prefix_num(o->pool, to.key, to.len);
	}
}

int stack_ospf_area(struct stack *st, uint32_t area, const struct ospf_area_config *c)
{
	struct ospf *o = st->ospf;
	struct ospf_range *ranges;
	struct ospf_area *a;
	struct ospf_if *oi;
	bool other;

	if (!o)
		return ERR_NOENT;
	if (!area_ok(area, c))
		return ERR_INVAL;
	ranges = ranges_copy(c);
	a = ranges ? ospf_area_get(o, area) : NULL;
	if (!a) {
		free(ranges);
		return ERR_NOMEM;
	}
	other = a->conf.type != c->type;
	if (other)
		list_for_each(&a->ifs, oi, node)
			ospf_if_event(oi, IFE_DOWN);
	free(a->ranges);
	a->conf = *c;
	a->conf.ranges = a->ranges = ranges;
	ranges_number(o, a);
	a->configured = true;
	if (other)
		lsdb_each(o, lsa_purge, a);
	list_for_each(&a->ifs, oi, node)
		ospf_if_sync(oi);
	ospf_router_lsa_dirty(a);
	ospf_recompute(o);
	return OK;
}

/* --- interfaces ------------------------------------------------------------- */

void ospf_if_config_init(struct ospf_if_config *c)
{
	*c = (struct ospf_if_config){
		.type = OSPF_NET_BROADCAST, .cost = 10, .hello = 10, .dead = 40, .rxmt = 5,
		.transmit_delay = 1, .priority = 1,
	};
}

static bool if_config_ok(const struct ospf_if_config *c)
{
	return c->area != OSPF_AREA_AS && (unsigned)c->type <= OSPF_NET_P2MP && c->cost &&
	       c->hello && c->dead && c->rxmt && c->transmit_delay &&
	       (!c->auth || ospf_auth_valid(c->auth));
}

/* The first address that is in use and not another's secondary; or NULL. */
static const struct ifaddr *primary_of(const struct netdev *dev)
{
	const struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (!ia->secondary && !ia->tentative && !ip4_is_loopback(ia->prefix.addr.v4))
			return ia;
	return NULL;
}

void ospf_if_sync(struct ospf_if *oi)
{
	const struct ifaddr *ia = primary_of(oi->dev);
	bool runs = ia && netdev_running(oi->dev);

	if (oi->state != OSPF_IF_DOWN && (!runs || !prefix_eq(&oi->addr, &ia->prefix)))
		ospf_if_event(oi, IFE_DOWN);
	if (oi->state == OSPF_IF_DOWN && runs) {
		oi->addr = ia->prefix;
		ospf_if_event(oi, oi->dev->flags & DEV_LOOPBACK ? IFE_LOOP : IFE_UP);
	}
	ospf_router_lsa_dirty(oi->area);          /* other addresses may have changed */
}

static int index_room(struct ospf *o, unsigned ifindex)
{
	uint32_t n = ifindex + 1;
	struct ospf_if **to;

	if (n <= o->n_by_ifindex)
		return OK;
	to = realloc(o->by_ifindex, n * sizeof(*to));
	if (!to)
		return ERR_NOMEM;
	memset(to + o->n_by_ifindex, 0, (n - o->n_by_ifindex) * sizeof(*to));
	o->by_ifindex = to;
	o->n_by_ifindex = n;
	return OK;
}

/* By index, lo behind the others: so FRR has them in its router-LSA. */
static bool comes_before(const struct netdev *a, const struct netdev *b)
{
	bool a_lo = a->flags & DEV_LOOPBACK, b_lo = b->flags & DEV_LOOPBACK;

	return a_lo != b_lo ? b_lo : a->ifindex < b->ifindex;
}

static void if_link(struct ospf_if *oi, struct ospf_area *a)
{
	struct ospf_if *after;

	list_for_each(&a->ifs, after, node)
		if (comes_before(oi->dev, after->dev))
			break;
	oi->area = a;
	list_insert_before(&after->node, &oi->node);
}

static struct ospf_if *if_new(struct ospf *o, struct netdev *dev)
{
	struct ospf_if *oi;

	if (index_room(o, dev->ifindex) != OK)
		return NULL;
	oi = calloc(1, sizeof(*oi));
	if (!oi)
		return NULL;
	oi->dev = dev;
	list_init(&oi->nbrs);
	ospf_if_timers_init(oi);
	return oi;
}

static void if_free(struct ospf_if *oi)
{
	if (!oi)
		return;
	ospf_if_timers_stop(oi);
	ospf_if_lists_clear(oi);
	free(oi->auth);
	free(oi->told);
	free(oi);
}

/* Other values that need no restart are right from the next packet on. */
static void if_take(struct ospf_if *oi, const struct ospf_if_config *c, struct ospf_auth *auth)
{
	struct ospf *o = oi->area->ospf;
	bool other_hello = oi->conf.hello != c->hello;

	free(oi->auth);
	oi->auth = auth;
	oi->conf = *c;
	oi->conf.auth = auth;
	if (timer_armed(&oi->hello) && other_hello)
		timer_set(&o->st->timers, &oi->hello, ospf_now(o));
	ospf_problems_over(oi, IP4_ANY, DROP_NONE, DROP_N);
}

static struct ospf_auth *auth_copy(const struct ospf_auth *from)
{
	struct ospf_auth *a = malloc(sizeof(*a));

	if (a)
		*a = *from;
	return a;
}

/* Into another area; the one that it leaves may end. */
static void if_move(struct ospf_if *oi, struct ospf_area *to)
{
	struct ospf_area *from = oi->area;

	if (from == to)
		return;
	if (from)
		list_remove(&oi->node);
	if_link(oi, to);
	if (from) {
		ospf_router_lsa_dirty(from);
		area_drop_unused(to->ospf, from);
	}
	ospf_recompute(to->ospf);
}

static bool restarts(const struct ospf_if *oi, const struct ospf_if_config *c)
{
	return oi->conf.area != c->area || oi->conf.type != c->type ||
	       oi->conf.passive != c->passive;
}

int stack_ospf_if(struct stack *st, struct netdev *dev, const struct ospf_if_config *c)
{
	bool keyed = c->auth && c->auth->type != OSPF_AUTH_NONE;
	struct ospf *o = st->ospf;
	struct ospf_auth *auth;
	struct ospf_area *a;
	struct ospf_if *oi;

	if (!o)
		return ERR_NOENT;
	if (dev->stack != st || !if_config_ok(c))
		return ERR_INVAL;
	auth = keyed ? auth_copy(c->auth) : NULL;
	oi = ospf_if_of(o, dev);
	a = ospf_area_get(o, c->area);
	if (a && !oi && (auth || !keyed))
		oi = if_new(o, dev);
	if (!a || !oi || (keyed && !auth)) {
		if (a)
			area_drop_unused(o, a);
		free(auth);
		return ERR_NOMEM;
	}
	o->by_ifindex[dev->ifindex] = oi;
	if (oi->area && restarts(oi, c))
		ospf_if_event(oi, IFE_DOWN);
	if_move(oi, a);
	if_take(oi, c, auth);
	ospf_if_sync(oi);
	ospf_if_event(oi, IFE_NBR_CHANGE);        /* the priority is another, perhaps */
	return OK;
}

void stack_ospf_if_del(struct stack *st, struct netdev *dev)
{
	struct ospf *o = st->ospf;
	struct ospf_if *oi = o ? ospf_if_of(o, dev) : NULL;
	struct ospf_area *a;

	if (!oi)
		return;
	a = oi->area;
	ospf_if_event(oi, IFE_DOWN);
	list_remove(&oi->node);
	o->by_ifindex[dev->ifindex] = NULL;
	if_free(oi);
	ospf_router_lsa_dirty(a);
	ospf_recompute(o);
	area_drop_unused(o, a);
}

void ospf_dev_changed(struct stack *st, struct netdev *dev, bool gone)
{
	struct ospf_if *oi = st->ospf ? ospf_if_of(st->ospf, dev) : NULL;

	if (!oi)
		return;
	if (gone)
		stack_ospf_if_del(st, dev);
	else
		ospf_if_sync(oi);
}

/* --- the end ------------------------------------------------------------------ */

void ospf_ifs_halt(struct ospf *o)
{
	for (uint32_t i = 0; i < o->n_by_ifindex; i++)
		if (o->by_ifindex[i])
			ospf_if_halt(o->by_ifindex[i]);
}

static void area_free(struct ospf_area *a)
{
	struct ospf_if *oi, *tmp;

	list_for_each_safe(&a->ifs, oi, tmp, node)
		if_free(oi);
	ospf_spf_area_fini(a);
	nssa_area_fini(a);
	free(a->ranges);
	free(a);
}

void ospf_areas_fini(struct ospf *o)
{
	struct ospf_area *a, *tmp;

	list_for_each_safe(&o->areas, a, tmp, node)
		area_free(a);
}
