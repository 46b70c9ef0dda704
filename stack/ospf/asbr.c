// SPDX-License-Identifier: MIT
/*
 * An AS boundary router (RFC 2328 12.4.4): routes of other makers become
 * type 5 LSAs, and type 7 LSAs in each NSSA that this router is in (RFC 3101
 * 2.4).  What is told is worked out as a whole when something of it changes,
 * at the end of the instant.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/ospf/ext.h"
#include "stack/ospf/spf.h"
#include "stack/show.h"

static void fire(struct timer *t)
{
	struct ospf_ext *x = container_of(t, struct ospf_ext, timer);

	ext_update(x->o);
}

static void due(struct ospf_ext *x)
{
	timer_set(&x->o->st->timers, &x->timer, ospf_now(x->o));
}

static struct redistribution *redistribution_of(struct ospf_ext *x, enum route_proto p)
{
	for (unsigned i = 0; i < x->n_redist; i++)
		if (x->redist[i].from == p)
			return &x->redist[i];
	return NULL;
}

static void route_changed(struct route_watch *w, const struct route_spec *r, bool added)
{
	struct ospf_ext *x = container_of(w, struct ospf_ext, watch);

	(void)added;
	if (r->proto != RP_OSPF && (redistribution_of(x, r->proto) || r->to.len == 0))
		due(x);
}

/* The instance's part; NULL: no memory. */
static struct ospf_ext *ext_of(struct ospf *o)
{
	if (o->ext)
		return o->ext;
	o->ext = calloc(1, sizeof(*o->ext));
	if (o->ext) {
		o->ext->o = o;
		timer_init(&o->ext->timer, fire);
		o->ext->watch.changed = route_changed;
		stack_route_watch(o->st, &o->ext->watch);
	}
	return o->ext;
}

void ospf_ext_fini(struct ospf *o)
{
	if (!o->ext)
		return;
	timer_stop(&o->st->timers, &o->ext->timer);
	stack_route_unwatch(o->st, &o->ext->watch);
	free(o->ext);
	o->ext = NULL;
}

/* --- configuration ------------------------------------------------------------------- */

static bool is_valid(const struct ospf_redistribute *r)
{
	return r->metric < OSPF_LS_INFINITY;
}

/* 12.4.1: the E-bit; also of an NSSA's border routers, translating or not (RFC 3101 3.1),
 * for by it the others see who may be elected.  Deviation: not of one that never
 * translates, a role that the RFC does not have.  With the highest router ID it would be
 * elected, and the area would be without a translator. */
static void asbr_update(struct ospf *o)
{
	bool asbr = o->ext && (o->ext->n_redist || o->ext->def.on);
	struct ospf_area *a;

	list_for_each(&o->areas, a, node)
		asbr |= o->is_abr && a->conf.type == OSPF_AREA_NSSA &&
			a->conf.translate != OSPF_NSSA_NEVER;
	if (o->is_asbr == asbr)
		return;
	o->is_asbr = asbr;
	list_for_each(&o->areas, a, node)
		ospf_router_lsa_dirty(a);
}

static void configured(struct ospf_ext *x)
{
	asbr_update(x->o);
	due(x);
}

int stack_ospf_redistribute(struct stack *st, enum route_proto from,
			    const struct ospf_redistribute *r)
{
	struct redistribution *d;
	struct ospf_ext *x;

	if (!st->ospf)
		return ERR_NOENT;
	if (!is_valid(r) || from == RP_OSPF || from >= RP_N)
		return ERR_INVAL;
	x = ext_of(st->ospf);
	if (!x)
		return ERR_NOMEM;
	d = redistribution_of(x, from);
	if (!r->on) {
		if (d)
			*d = x->redist[--x->n_redist];
	} else if (d) {
		d->conf = *r;
	} else {
		if (x->n_redist == REDIST_MAX)
			return ERR_RANGE;
		x->redist[x->n_redist++] = (struct redistribution){ from, *r };
	}
	configured(x);
	return OK;
}

int stack_ospf_default(struct stack *st, const struct ospf_redistribute *r, bool always)
{
	struct ospf_ext *x;

	if (!st->ospf)
		return ERR_NOENT;
	if (!is_valid(r))
		return ERR_INVAL;
	x = ext_of(st->ospf);
	if (!x)
		return ERR_NOMEM;
	x->def = *r;
	x->def_always = always;
	configured(x);
	return OK;
}

void show_ospf_redists(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_redist *r),
		       void *arg)
{
	const struct ospf_ext *x = st->ospf ? st->ospf->ext : NULL;
	struct show_ospf_redist r = { .is_default = true };

	if (!x)
		return;
	r.always = x->def_always;
	r.conf = x->def;
	if (x->def.on && !fn(arg, &r))
		return;
	r = (struct show_ospf_redist){ .is_default = false };
	for (unsigned i = 0; i < x->n_redist; i++) {
		r.from = x->redist[i].from;
		r.conf = x->redist[i].conf;
		if (!fn(arg, &r))
			return;
	}
}

/* --- what is told ------------------------------------------------------------------------ */

/* 12.4.4: packets need not come by us when the next hop is on a network of the AS. */
static void find_forwarding(const struct ospf *o, const struct route_spec *r, struct ext_row *row)
{
	struct ospf_area *a;
	const struct ospf_if *oi;
	ip4_t via = r->n_hops == 1 ? r->hops[0].via.v4 : 0;

	if (r->n_hops != 1 || r->hops[0].via.family != ADDR_IP4)
		return;
	list_for_each(&o->areas, a, node) {
		list_for_each(&a->ifs, oi, node) {
			if (oi->dev == r->hops[0].dev && oi->state > OSPF_IF_LOOPBACK &&
			    ip4_in(via, oi->addr.addr.v4, oi->addr.len)) {
				row->fwd = via;
				row->within = a;
				return;
			}
		}
	}
}

/* Is it a subnet that OSPF tells of as one of its interfaces? */
static bool is_internal(const struct ospf *o, const struct route_spec *r)
{
	const struct ospf_if *oi;

	if (r->proto != RP_KERNEL || r->n_hops == 0)
		return false;
	oi = ospf_if_of(o, r->hops[0].dev);
	return oi && oi->state != OSPF_IF_DOWN;
}

struct telling { struct ospf *o; struct ext_list *out; bool has_default; };

static bool tell_route(void *arg, const struct route_info *i)
{
	struct telling *t = arg;
	const struct route_spec *r = &i->spec;
	const struct redistribution *d = redistribution_of(t->o->ext, r->proto);
	ip4_t key = r->to.addr.v4;
	struct ext_row row;

	if (!i->selected || r->proto == RP_OSPF)
		return true;
	if (r->to.len == 0) {             /* only by stack_ospf_default(), as FRR */
		t->has_default |= r->type == RT_UNICAST;
		return true;
	}
	if (!d || (r->type != RT_UNICAST && r->type != RT_BLACKHOLE) ||
	    ip4_is_loopback(key) || ip4_is_mcast(key) || is_internal(t->o, r))
		return true;
	row = (struct ext_row){ .to = { key, r->to.len }, .conf = d->conf };
	find_forwarding(t->o, r, &row);
	ext_add(t->out, &row);
	return true;
}

static void tell_own(struct ospf *o, struct ext_list *out)
{
	struct telling t = { .o = o, .out = out };

	show_routes(o->st, tell_route, &t);
	if (o->ext->def.on && (o->ext->def_always || t.has_default))
		ext_add(out, &(struct ext_row){ .conf = o->ext->def });
}

static bool in_normal_area(const struct ospf *o)
{
	const struct ospf_area *a;

	list_for_each(&o->areas, a, node)
		if (a->conf.type == OSPF_AREA_NORMAL && !list_empty(&a->ifs))
			return true;
	return false;
}

void ext_update(struct ospf *o)
{
	struct ext_list out = { 0 };
	struct ospf_area *a;

	if (!o->spf)
		return;                   /* nobody is there: the first run will come by */
	if (o->ext)
		tell_own(o, &out);
	list_for_each(&o->areas, a, node)
		if (a->conf.type == OSPF_AREA_NSSA || a->n_lsas[OSPF_LSA_NSSA])
			nssa_tell(a, &out);
	nssa_translate(o, &out);
	if (!in_normal_area(o))
		out.n = 0;
	ext_originate(o, &out);
	free(out.rows);
	asbr_update(o);
}

/* Translation depends on routes (RFC 3101 3.2), and what we say on the areas there are. */
void ospf_externals_update(struct ospf *o)
{
	const struct ospf_area *a;
	bool nssa = false;

	list_for_each(&o->areas, a, node)
		nssa |= a->conf.type == OSPF_AREA_NSSA || a->n_lsas[OSPF_LSA_NSSA];
	if (nssa || o->ext || o->spf->says_externals)
		ext_update(o);
}
