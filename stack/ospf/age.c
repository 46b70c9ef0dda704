// SPDX-License-Identifier: MIT
/*
 * Ageing (RFC 2328 14): own LSAs are said anew each LSRefreshTime, all others
 * die at MaxAge, and what is at MaxAge leaves the database when nobody needs to
 * hear of it any more.
 *
 * Ages are not counted: an entry has its instant of birth, and one timer waits
 * for the first that is due.  Then the whole database is looked at, which a
 * refresh every half hour makes rare.  Left out: the checksum of what is in
 * memory is not verified now and then (12.1.7's CheckAge).
 */
#include <stdlib.h>

#include "stack/ospf/ospf.h"

#define SCAN_GAP SEC(1)                   /* the database is looked at no oftener */
#define KEEP_MAXAGE 2000                  /* ms; so that delayed acknowledgments find it */

static void age_fire(struct timer *t);

static void arm(struct ospf *o, ns_t at)
{
	if (timer_armed(&o->age_timer) && o->age_timer.at <= at)
		return;
	if (!timer_armed(&o->age_timer))
		timer_init(&o->age_timer, age_fire);
	timer_set(&o->st->timers, &o->age_timer, at);
}

static bool is_due(const struct ospf *o, const struct lsdb_entry *e, uint32_t at_age)
{
	return ospf_now_ms(o) - e->born_ms >= at_age * 1000;
}

void ospf_age_arm(struct ospf *o, const struct lsdb_entry *e)
{
	uint32_t age_ms = ospf_now_ms(o) - e->born_ms, at_age = OSPF_MAX_AGE * 1000;
	ns_t at;

	if (e->flags & LSDB_MAXAGE) {
		arm(o, ns_add(o->st->now, KEEP_MAXAGE * MSEC(1)));
		return;
	}
	if (e->flags & LSDB_SELF && age_ms < OSPF_LS_REFRESH_TIME * 1000)
		at_age = OSPF_LS_REFRESH_TIME * 1000;
	at = ns_add(o->st->now, (age_ms < at_age ? at_age - age_ms : 0) * MSEC(1));
	if (!o->scan_at || at < o->scan_at) {
		o->scan_at = at;
		arm(o, at);
	}
}

static bool wants_care(struct ospf *o, struct lsdb_entry *e, void *arg)
{
	(void)arg;
	if (e->flags & LSDB_MAXAGE)
		return false;
	if (is_due(o, e, e->flags & LSDB_SELF ? OSPF_LS_REFRESH_TIME : OSPF_MAX_AGE))
		return true;
	ospf_age_arm(o, e);
	return false;
}

/* Refreshed, or dead (14). */
static void care(struct ospf *o, ospf_knum k)
{
	struct lsdb_entry *e = lsdb_find(o, k);

	if (!e || (e->flags & LSDB_SELF && ospf_refresh(o, k)))
		return;
	if (is_due(o, e, OSPF_MAX_AGE)) {
		lsdb_expire(o, e);
		ospf_flood(o, e, NULL);
	} else {
		ospf_age_arm(o, e);
	}
}

static void scan(struct ospf *o)
{
	ospf_knum *keys;
	size_t n;

	o->scan_at = 0;
	keys = lsdb_pick(o, wants_care, NULL, &n);
	for (size_t i = 0; i < n; i++)
		care(o, keys[i]);
	free(keys);
	if (o->lsdb.n && (!o->scan_at || o->scan_at < o->st->now + SCAN_GAP))
		o->scan_at = o->st->now + SCAN_GAP;       /* also when there was no memory */
}

/* 14: out of the database once it is on no retransmission list and no neighbour's
 * database description is under way. */
static void sweep(struct ospf *o)
{
	bool exchanging = o->maxage.n && ospf_exchanging(o);
	const struct lsa_set_row *row;

	for (uint32_t i = 0; (row = lsa_set_next(&o->maxage, &i));) {
		const struct lsdb_entry *e = lsdb_find(o, row->key);

		if (!e || !(e->flags & LSDB_MAXAGE))
			lsa_set_del(&o->maxage, row->key);
		else if (!exchanging && ospf_now_ms(o) - row->at_ms >= KEEP_MAXAGE &&
			 !ospf_is_retransmitted(o, row->key))
			lsdb_remove(o, row->key);
	}
	if (o->maxage.n)
		arm(o, o->st->now + SCAN_GAP);
}

static void age_fire(struct timer *t)
{
	struct ospf *o = container_of(t, struct ospf, age_timer);

	if (o->scan_at && o->st->now >= o->scan_at)
		scan(o);
	sweep(o);
	if (o->scan_at)
		arm(o, o->scan_at);
}
