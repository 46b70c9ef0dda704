// SPDX-License-Identifier: MIT
/*
 * Database description (RFC 2328 10.6, 10.8).  The last packet sent is not
 * kept but made anew for a repetition, from the same rows of the summary list:
 * they leave it when the packet has been answered.
 */
#include "stack/ospf/ospf.h"

#include <stdlib.h>

static struct ospf *ospf_of(const struct ospf_nbr *n) { return n->oi->area->ospf; }

/* --- timers: DD packets and requests share one --------------------------------------- */

void ospf_exchange_arm(struct ospf_nbr *n)
{
	struct timerq *q = &ospf_of(n)->st->timers;
	ns_t at = n->dd_due_at < n->req_due_at ? n->dd_due_at : n->req_due_at;

	if (at == NS_NEVER)
		timer_stop(q, &n->exchange);
	else if (!timer_armed(&n->exchange) || n->exchange.at != at)
		timer_set(q, &n->exchange, at);
}

static void due_in(struct ospf_nbr *n, ns_t d)
{
	n->dd_due_at = d == NS_NEVER ? NS_NEVER : ospf_now(ospf_of(n)) + d;
	ospf_exchange_arm(n);
}

/* --- out (10.8) ------------------------------------------------------------------------- */

/* LSAs that went meanwhile are left out. */
static void rows_emit(const struct ospf_nbr *n, struct wr *w)
{
	const struct ospf *o = ospf_of(n);
	uint32_t i = 0;

	for (unsigned k = 0; k < n->dd_n; k++) {
		const struct lsa_set_row *row = lsa_set_next(&n->summary, &i);
		const struct lsdb_entry *e = row ? lsdb_find(o, row->key) : NULL;

		if (e)
			lsdb_hdr_emit(o, e, w);
	}
}

/* The packet that n->dd_sent, dd_seq and dd_n describe. */
static void dd_send(struct ospf_nbr *n)
{
	struct ospf_if *oi = n->oi;
	struct ospf_dd dd = {
		.mtu = (uint16_t)oi->dev->mtu, .options = ospf_area_options(oi->area),
		.flags = n->dd_sent, .seq = n->dd_seq,
	};
	struct ospf_tx tx;

	if (ospf_tx_begin_for(&tx, oi, OSPF_DD,
			      OSPF_DD_LEN + (size_t)n->dd_n * OSPF_LSA_HLEN) != OK)
		return;
	ospf_dd_emit(&dd, &tx.w);
	rows_emit(n, &tx.w);
	ospf_tx_end(&tx, n->addr);
}

/* How many LSA headers one packet has room for; at least one. */
static uint32_t rows_max(const struct ospf_if *oi)
{
	size_t other = IP4_HLEN + OSPF_HLEN + OSPF_DD_LEN + ospf_auth_len(oi);

	return oi->dev->mtu < other + OSPF_LSA_HLEN ? 1 :
	       (uint32_t)((oi->dev->mtu - other) / OSPF_LSA_HLEN);
}

/* The next packet of the exchange. */
static void dd_send_next(struct ospf_nbr *n)
{
	uint32_t max = rows_max(n->oi);

	n->dd_n = (uint16_t)(n->summary.n < max ? n->summary.n : max);
	n->dd_sent = (uint8_t)((n->master ? OSPF_DD_MS : 0) |
			       (n->summary.n > n->dd_n ? OSPF_DD_M : 0));
	dd_send(n);
}

/* The other side has the last packet. */
static void dd_answered(struct ospf_nbr *n)
{
	const struct lsa_set_row *row;
	uint32_t i = 0;

	for (; n->dd_n; n->dd_n--) {
		row = lsa_set_next(&n->summary, &i);
		if (row)
			(void)lsa_set_del(&n->summary, row->key);
	}
	if (!n->summary.n)
		lsa_set_clear(&n->summary);
}

void ospf_dd_start(struct ospf_nbr *n)
{
	n->dd_seq = n->dd_seq ? n->dd_seq + 1 : rng_u32(&ospf_of(n)->st->rng);
	n->master = true;
	n->dd_sent = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS;
	n->dd_n = 0;
	dd_send(n);
	due_in(n, SEC(n->oi->conf.rxmt));
}

static void dd_timeout(struct ospf_nbr *n)
{
	if (n->state >= OSPF_NBR_LOADING) {
		dd_answered(n);                   /* 10.8: the slave need not remember any more */
		n->dd_any = false;
		due_in(n, NS_NEVER);
		return;
	}
	dd_send(n);
	due_in(n, SEC(n->oi->conf.rxmt));
}

void ospf_exchange_timer(struct timer *t)
{
	struct ospf_nbr *n = container_of(t, struct ospf_nbr, exchange);
	ns_t now = ospf_now(ospf_of(n));

	if (n->dd_due_at <= now)
		dd_timeout(n);
	if (n->req_due_at <= now)
		ospf_request_timeout(n);
	ospf_exchange_arm(n);
}

/* --- the database is listed (10.3, NegotiationDone) ----------------------------------------- */

static int list_one(struct ospf_nbr *n, ospf_knum key)
{
	struct ospf *o = ospf_of(n);
	struct lsdb_entry *e = lsdb_find(o, key);

	if (!e)
		return OK;
	if (lsdb_age(o, e) < OSPF_MAX_AGE)
		return lsa_set_add(&n->summary, key, 0);
	ospf_retransmit(n, e);
	return OK;
}

/* Of one area, or of AS scope, that has so many LSAs. */
static int list_all(struct ospf_nbr *n, uint32_t area, bool any)
{
	size_t count = 0;
	ospf_knum *keys = lsdb_sorted(ospf_of(n), area, &count);
	int err = keys || !any ? OK : ERR_NOMEM;

	for (size_t i = 0; keys && i < count && !err; i++)
		err = list_one(n, keys[i]);
	free(keys);
	return err;
}

/* ERR_NOMEM: nothing changed. */
static int list_database(struct ospf_nbr *n)
{
	const struct ospf_area *a = n->oi->area;
	bool any = false;
	int err;

	for (size_t i = 0; i < N_ELEM(a->n_lsas); i++)
		any |= a->n_lsas[i] > 0;
	err = list_all(n, a->id, any);
	if (!err && lsdb_type_fits(a, OSPF_LSA_EXTERNAL))
		err = list_all(n, OSPF_AREA_AS, ospf_of(n)->n_external > 0);
	if (err)
		lsa_set_clear(&n->summary);
	return err;
}

/* --- in (10.6) ------------------------------------------------------------------------ */

/* Of what the database will not take (flood.c) nothing is asked. */
static bool is_too_many(const struct ospf_nbr *n, const struct ospf_key3 *k)
{
	const struct ospf *o = ospf_of(n);

	return (o->lsdb.n + n->request.n >= o->conf.max_lsas || ospf_pool_full(o->pool)) &&
	       !lsdb_find3(o, k->area, k->type, k->id, k->adv);
}

/* What of the other's database is newer will be asked for. */
static enum drop headers_take(struct ospf_nbr *n, struct rd *r)
{
	const struct ospf_area *a = n->oi->area;
	struct ospf *o = ospf_of(n);
	struct ospf_lsa_hdr h;

	while (ospf_lsa_hdr_parse(&h, r)) {
		struct ospf_key3 k = { lsdb_area_of(a, h.type), h.type, h.id, h.adv };
		const struct lsdb_entry *e;
		ospf_knum key;

		if (!lsdb_type_fits(a, h.type))
			return DROP_OSPF_DD_SEQ;
		if (is_too_many(n, &k))
			continue;
		key = ospf_key_num(o->pool, &k);
		if (key == OSPF_NUM_NONE)
			return DROP_NO_MEMORY;
		e = lsdb_find(o, key);
		if (e && lsa_compare(&h, h.age, &e->lsa->h, lsdb_age(o, e)) <= 0)
			continue;
		if (lsa_set_add(&n->request, key, (uint32_t)h.seq.v) != OK)
			return DROP_NO_MEMORY;
	}
	return DROP_NONE;
}

static void exchange_done(struct ospf_nbr *n)
{
	if (n->master) {
		dd_answered(n);
		due_in(n, NS_NEVER);
	} else {
		due_in(n, SEC(n->oi->conf.dead));
	}
	ospf_nbr_event(n, NBE_EXCH_DONE);
}

/* The next packet in sequence: its contents, and the answer. */
static enum drop dd_accept(struct ospf_nbr *n, const struct ospf_dd *dd, struct rd *r)
{
	enum drop why = headers_take(n, r);
	bool sent_all = !(n->dd_sent & OSPF_DD_M);

	if (why == DROP_OSPF_DD_SEQ)
		ospf_nbr_event(n, NBE_SEQ_MISMATCH);
	if (why)
		return why;
	n->dd_any = true;
	n->dd_flags = dd->flags;
	n->dd_options = dd->options;
	n->dd_last_seq = dd->seq;
	dd_answered(n);
	n->dd_seq = n->master ? n->dd_seq + 1 : dd->seq;
	if (!n->master || !sent_all || (dd->flags & OSPF_DD_M)) {
		dd_send_next(n);
		due_in(n, n->master ? SEC(n->oi->conf.rxmt) : NS_NEVER);
	}
	if (!(dd->flags & OSPF_DD_M) && (n->master ? sent_all : !(n->dd_sent & OSPF_DD_M)))
		exchange_done(n);
	else
		ospf_request_next(n);
	return DROP_NONE;
}

/* Who is master?  The higher router ID, unless the packet says nothing of it. */
static bool negotiate(struct ospf_nbr *n, const struct ospf_dd *dd, const struct rd *r)
{
	const uint8_t all = OSPF_DD_I | OSPF_DD_M | OSPF_DD_MS;
	uint32_t us = ospf_of(n)->router_id;

	if ((dd->flags & all) == all && !rd_left(r) && n->id > us) {
		n->master = false;
		return true;
	}
	n->master = !(dd->flags & (OSPF_DD_I | OSPF_DD_MS)) && dd->seq == n->dd_seq && n->id < us;
	return n->master;
}

static enum drop in_exstart(struct ospf_nbr *n, const struct ospf_dd *dd, struct rd *r)
{
	if (!negotiate(n, dd, r)) {
		n->master = true;                 /* as we go on saying */
		return DROP_NONE;
	}
	if (list_database(n) != OK) {
		n->master = true;
		return DROP_NO_MEMORY;
	}
	n->options = dd->options;
	ospf_problems_over(n->oi, n->addr, DROP_OSPF_MTU, DROP_OSPF_MTU);
	ospf_nbr_event(n, NBE_NEG_DONE);
	return dd_accept(n, dd, r);
}

static bool is_duplicate(const struct ospf_nbr *n, const struct ospf_dd *dd)
{
	return n->dd_any && dd->flags == n->dd_flags && dd->options == n->dd_options &&
	       dd->seq == n->dd_last_seq;
}

/* The master waits for its timer, the slave answers again. */
static enum drop in_duplicate(struct ospf_nbr *n)
{
	if (!n->master)
		dd_send(n);
	return DROP_OSPF_DD_DUP;
}

static enum drop mismatch(struct ospf_nbr *n)
{
	ospf_nbr_event(n, NBE_SEQ_MISMATCH);
	return DROP_OSPF_DD_SEQ;
}

static enum drop in_exchange(struct ospf_nbr *n, const struct ospf_dd *dd, struct rd *r)
{
	bool they_master = dd->flags & OSPF_DD_MS;

	if (is_duplicate(n, dd))
		return in_duplicate(n);
	if (they_master == n->master || (dd->flags & OSPF_DD_I) ||
	    (n->dd_any && dd->options != n->dd_options) ||
	    dd->seq != (n->master ? n->dd_seq : n->dd_seq + 1))
		return mismatch(n);
	return dd_accept(n, dd, r);
}

static enum drop check_mtu(struct ospf_nbr *n, const struct ospf_dd *dd)
{
	struct ospf_if *oi = n->oi;

	if (dd->mtu <= oi->dev->mtu || oi->conf.mtu_ignore)
		return DROP_NONE;
	ospf_problem(oi, n->id, n->addr, DROP_OSPF_MTU, "MTU %u, expected at most %" PRIu32,
		     (unsigned)dd->mtu, oi->dev->mtu);
	return DROP_OSPF_MTU;
}

enum drop ospf_dd_input(struct ospf_nbr *n, struct rd *r)
{
	struct ospf_dd dd;
	enum drop why;

	if (!ospf_dd_parse(&dd, r))
		return DROP_OSPF_LENGTH;
	why = check_mtu(n, &dd);
	if (why)
		return why;
	if (n->state == OSPF_NBR_INIT)
		ospf_nbr_event(n, NBE_2WAY);
	switch ((enum ospf_nbr_state)n->state) {
	case OSPF_NBR_EXSTART:
		return in_exstart(n, &dd, r);
	case OSPF_NBR_EXCHANGE:
		return in_exchange(n, &dd, r);
	case OSPF_NBR_LOADING:
	case OSPF_NBR_FULL:
		return is_duplicate(n, &dd) ? in_duplicate(n) : mismatch(n);
	default:
		return DROP_OSPF_STATE;
	}
}
