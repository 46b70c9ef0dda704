// SPDX-License-Identifier: MIT
/*
 * When the routing table is computed: at once after a quiet time, else by
 * FRR's "timers throttle spf": after a run the next one waits until hold times
 * the number of runs in a row is over, at most max_hold.  What changed meanwhile
 * is logged, each LSA with what it was, for the run to find what it concerns.
 */
#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/learn.h"
#include "stack/ospf/spf.h"

/* Changes that are logged: more than MUCH only up to this part of the database, and never more
 * than MOST.  With more, all is computed anew: that is quicker, and the log of a cold start
 * would be as large as the database. */
#define MUCH 16
#define MUCH_OF 16
#define MOST 1024
#define RETRY SEC(1)                      /* after a run that lacked memory */
#define KEPT_CHANGES 4                    /* rows of the log that stay allocated */

static void fire(struct timer *t)
{
	ospf_spf_run(container_of(t, struct ospf, spf_timer));
}

/* Its part of the instance; NULL: no memory. */
static struct ospf_spf *spf_of(struct ospf *o)
{
	if (o->spf)
		return o->spf;
	o->spf = calloc(1, sizeof(*o->spf));
	if (o->spf) {
		timer_init(&o->spf_timer, fire);
		o->spf->hold_multiplier = 1;
		o->spf->all = true;
		o->spf->at = -1;          /* never */
	}
	return o->spf;
}

/* --- when ------------------------------------------------------------------------- */

static ns_t hold_time(const struct ospf *o)
{
	ns_t most = o->conf.spf_max_hold, hold = o->conf.spf_hold;

	if (hold > 0 && o->spf->hold_multiplier > most / hold)
		return most;
	return hold * o->spf->hold_multiplier;
}

static void schedule(struct ospf *o)
{
	struct ospf_spf *s = o->spf;
	ns_t now = ospf_now(o), hold, delay = o->conf.spf_delay;
	ns_t since = s->at < 0 ? NS_NEVER : now - s->at;

	if (likely(timer_armed(&o->spf_timer)))
		return;
	hold = hold_time(o);
	if (since < hold) {
		if (hold < o->conf.spf_max_hold)
			s->hold_multiplier++;
		if (hold - since > delay)
			delay = hold - since;
	} else {
		s->hold_multiplier = 1;
	}
	s->cause_at = now;
	timer_set(&o->st->timers, &o->spf_timer, ns_add(now, delay));
}

/* --- what ----------------------------------------------------------------------------- */

static bool same_arcs(const struct ospf_lsa *a, const struct ospf_lsa *b)
{
	bool same = a->n_arcs == b->n_arcs;

	for (unsigned i = 0; same && i < a->n_arcs; i++)
		same = a->arcs[i].to == b->arcs[i].to && a->arcs[i].cost == b->arcs[i].cost &&
		       a->arcs[i].link_type == b->arcs[i].link_type &&
		       a->arcs[i].link_data == b->arcs[i].link_data;
	return same;
}

/* 13.2: does the tree of its area change with this LSA? */
static void judge_tree(struct ospf *o, const struct ospf_lsa *was, const struct ospf_lsa *is)
{
	const struct ospf_lsa *l = is ? is : was;
	struct ospf_area *a;

	if (l->h.type != OSPF_LSA_ROUTER && l->h.type != OSPF_LSA_NETWORK)
		return;
	if (was && is && was != is && spf_lsa_of(o, l->key) == is && same_arcs(was, is))
		return;
	a = ospf_area_find(o, l->area);
	if (!a)
		return;
	if (!spf_area_ready(a)) {
		o->spf->all = true;       /* the run will see to it */
		return;
	}
	a->spf->dirty = true;
	a->spf->full |= l->h.type == OSPF_LSA_ROUTER && l->h.adv == o->router_id;
}

static void log_clear(struct ospf *o)
{
	struct ospf_spf *s = o->spf;

	for (uint32_t i = 0; i < s->n_changes; i++)
		ospf_lsa_put(o->pool, s->changes[i].was);
	s->n_changes = 0;
	if (s->cap_changes > KEPT_CHANGES) {
		free(s->changes);
		s->changes = NULL;
		s->cap_changes = 0;
	}
}

/* Everything is computed anew by the next run. */
static void want_all(struct ospf *o)
{
	struct ospf_area *a;

	o->spf->all = true;
	list_for_each(&o->areas, a, node)
		if (a->spf)
			a->spf->dirty = a->spf->full = true;
	log_clear(o);
}

static bool is_much(const struct ospf *o)
{
	uint32_t n = o->spf->n_changes;

	return n >= MOST || (n > MUCH && n > o->lsdb.n / MUCH_OF);
}

static bool log_room(struct ospf_spf *s)
{
	uint32_t cap = s->cap_changes ? 2 * s->cap_changes : KEPT_CHANGES;
	struct spf_change *rows;

	if (s->n_changes < s->cap_changes)
		return true;
	rows = realloc(s->changes, cap * sizeof(*rows));
	if (!rows)
		return false;
	s->changes = rows;
	s->cap_changes = cap;
	return true;
}

void ospf_lsa_changed(struct ospf *o, struct ospf_lsa *was, struct ospf_lsa *is)
{
	if (!spf_of(o) || (o->spf->all && timer_armed(&o->spf_timer)))
		return;                   /* it was seen to */
	judge_tree(o, was, is);
	if (!o->spf->all) {
		if (!is_much(o) && log_room(o->spf))
			o->spf->changes[o->spf->n_changes++] = (struct spf_change){
				.key = is ? is->key : was->key,
				.was = was ? ospf_lsa_hold(was) : NULL };
		else
			want_all(o);
	}
	schedule(o);
}

void ospf_recompute(struct ospf *o)
{
	if (!spf_of(o))
		return;
	want_all(o);
	schedule(o);
}

void spf_again(struct ospf *o)
{
	want_all(o);
	timer_set(&o->st->timers, &o->spf_timer, ns_add(ospf_now(o), RETRY));
}

/* --- a run -------------------------------------------------------------------------------- */

static void trees(struct ospf *o, struct spf_scratch *s)
{
	struct ospf_area *a;

	list_for_each(&o->areas, a, node) {
		if (!spf_area_ready(a)) {
			o->spf->nomem = true;
			continue;
		}
		if (!a->spf->dirty && !o->spf->all)
			continue;
		if (!a->spf->full && !o->spf->all && spf_incremental(a, s)) {
			o->spf->n_incremental++;
		} else if (spf_full(a, s)) {
			o->spf->n_full++;
		} else {
			o->spf->nomem = true;
			continue;
		}
		a->spf->dirty = a->spf->full = false;
	}
}

static void tell(struct ospf *o)
{
	struct ospf_event ev = { .kind = OSPF_EV_ROUTES, .at = ospf_now(o) };

	o->routes_changed_at = ev.at;
	if (o->st->hooks->ospf)
		o->st->hooks->ospf(o->st->ctx, &ev);
}

/* False: no memory, and the routes are as they were. */
static bool routes(struct ospf *o, struct spf_scratch *s)
{
	struct table t;
	bool changed = false, done;

	table_init(&t, o, s);
	t.all = o->spf->all || (o->is_abr && abr_has_ranges(o));
	if (!t.all)
		table_want_changed(&t);
	table_compute(&t);
	done = !o->spf->nomem;
	if (done)
		changed = fib_update(&t);
	table_done(&t);
	if (changed)
		tell(o);
	return done;
}

void ospf_spf_run(struct ospf *o)
{
	struct ospf_spf *s = o->spf;
	struct spf_scratch scratch;

	s->nomem = false;
	s->at = ospf_now(o);
	s->took = s->at - s->cause_at;
	if (abr_changed(o))
		want_all(o);
	if (!spf_scratch_open(o, &scratch)) {
		s->nomem = true;
	} else {
		trees(o, &scratch);
		if (!s->nomem)
			routes(o, &scratch);
		spf_scratch_close(&scratch);
	}
	s->all = false;
	log_clear(o);
	if (!s->nomem) {
		spf_hops_sweep(o);
		ospf_summaries_update(o);
		ospf_externals_update(o);
	}
	if (s->nomem)
		spf_again(o);
}

/* --- beginning and end ------------------------------------------------------------------ */

void ospf_spf_show(const struct ospf *o, struct show_ospf *out)
{
	const struct ospf_spf *s = o->spf;

	out->spf_due_at = timer_armed(&o->spf_timer) ? o->spf_timer.at : NS_NEVER;
	if (!s || s->at < 0)
		return;
	out->spf_at = s->at;
	out->spf_took = s->took;
	out->n_spf = s->n_full;
	out->n_spf_incremental = s->n_incremental;
}

void ospf_spf_fini(struct ospf *o)
{
	if (!o->spf)
		return;
	timer_stop(&o->st->timers, &o->spf_timer);
	log_clear(o);
	spf_hops_fini(o);
	free(o->spf->changes);
	free(o->spf->paths);
	free(o->spf);
	o->spf = NULL;
}

void ospf_routes_withdraw(struct ospf *o)
{
	if (route_unlearn_all(o->st, RP_OSPF))
		tell(o);
}
