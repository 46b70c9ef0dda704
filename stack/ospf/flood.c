// SPDX-License-Identifier: MIT
/*
 * The flooding procedure (RFC 2328 13): what becomes of each LSA of an update
 * that was received, and out of which interfaces an LSA is sent on.
 *
 * Nothing is sent at once.  An LSA waits FLOOD_DELAY in its interface's flood
 * set, or where there is no broadcast as a new row of each neighbour's retransmission
 * list; if the other side sends the same meanwhile, an acknowledgment is enough.
 * In a mesh that is half of all, and what is left fills whole packets.
 */
#include "stack/ospf/ospf.h"

#define FLOOD_DELAY MSEC(1)
#define BATCH 16                          /* LSAs; an update of 1,500 bytes has about as many */

/* --- sending (13.3) ------------------------------------------------------------------- */

/* An LSA as it leaves: image with its age plus InfTransDelay. */
static void lsa_emit(struct ospf_tx *tx, const struct lsdb_entry *e)
{
	uint32_t older = lsdb_age(tx->oi->area->ospf, e) + (uint32_t)tx->oi->conf.transmit_delay;
	uint16_t age = (uint16_t)(older < OSPF_MAX_AGE ? older : OSPF_MAX_AGE);
	struct ospf_hint *hint = ospf_hint_of(tx->b);
	uint8_t *p = wr_take(&tx->w, e->lsa->len);

	if (!p)
		return;
	memcpy(p, e->lsa->image, e->lsa->len);
	ospf_lsa_put_age(p, age);
	if (hint)
		ospf_hint_add(hint, e->lsa, age);
}

void ospf_lsu_put(struct ospf_lsu *u, const struct lsdb_entry *e)
{
	size_t len = e->lsa->len;

	if (u->n && ospf_tx_room(&u->tx) < len)
		ospf_lsu_end(u);
	if (!u->n) {
		/* Refused: it stays on its lists, and is retransmitted. */
		if (ospf_tx_begin_for(&u->tx, u->oi, OSPF_LSU, OSPF_LSU_LEN + len))
			return;
		ospf_lsu_emit(0, &u->tx.w);
	}
	lsa_emit(&u->tx, e);
	u->n++;
}

void ospf_lsu_end(struct ospf_lsu *u)
{
	if (!u->n)
		return;
	ospf_lsu_put_n(u->tx.w.start, u->n);
	ospf_tx_end(&u->tx, u->dst);
	u->n = 0;
}

/* The rows from i on: of the list of n, to n what is still to be sent; NULL: to all of the
 * network. */
static void send_rows(struct ospf_if *oi, const struct lsa_set *s, uint32_t i,
		      const struct ospf_nbr *n)
{
	struct ospf *o = oi->area->ospf;
	struct ospf_lsu u = { .oi = oi, .dst = n ? n->addr : IP4_ANY };

	for (uint32_t k = i; k < s->n_rows; k++)
		lsdb_prefetch(o, s->rows[k].key);
	for (; i < s->n_rows; i++) {              /* a gap is no LSA's */
		struct lsdb_entry *e = lsdb_find(o, s->rows[i].key);

		if (e && (!n || ospf_rxmt_is_due(n, e)))
			ospf_lsu_put(&u, e);
	}
	ospf_lsu_end(&u);
}

void ospf_flood_out(struct ospf_if *oi)
{
	struct ospf_nbr *n;

	if (oi->conf.type == OSPF_NET_BROADCAST) {
		if (oi->flood.n)
			send_rows(oi, &oi->flood, 0, NULL);
		lsa_set_clear(&oi->flood);
		return;
	}
	list_for_each(&oi->nbrs, n, node) {
		if (n->retransmit.mark != n->retransmit.n_rows)
			send_rows(oi, &n->retransmit, n->retransmit.mark, n);
		lsa_set_mark(&n->retransmit);
	}
}

static void flood_fire(struct timer *t)
{
	struct ospf *o = container_of(t, struct ospf, flood_timer);
	struct ospf_area *a;
	struct ospf_if *oi;

	list_for_each(&o->areas, a, node)
		list_for_each(&a->ifs, oi, node)
			ospf_flood_out(oi);
}

static void flood_later(struct ospf *o)
{
	if (timer_armed(&o->flood_timer))
		return;
	timer_init(&o->flood_timer, flood_fire);
	timer_set(&o->st->timers, &o->flood_timer, o->st->now + FLOOD_DELAY);
}

/* --- out of which interfaces (13.3) ---------------------------------------------------- */

/* (1)(b): does a neighbour in Exchange or Loading, who has told of an instance of
 * its own, need this one?  One that is flushed has the number of what it flushes. */
static bool needs(struct ospf_nbr *n, const struct lsdb_entry *e)
{
	const struct ospf_lsa *l = e->lsa;
	const struct lsa_set_row *row = lsa_set_find(&n->request, l->key);
	ospf_seq_t has;

	if (!row)
		return true;
	has = ospf_seq(row->at_ms);
	if (ospf_seq_lt(l->h.seq, has))
		return false;
	ospf_request_answered(n, &l->h, l->key);
	return !ospf_seq_eq(l->h.seq, has) || e->flags & LSDB_MAXAGE;
}

static bool flood_if(struct ospf_if *oi, struct lsdb_entry *e, struct ospf_nbr *from)
{
	struct ospf *o = oi->area->ospf;
	bool broadcast = oi->conf.type == OSPF_NET_BROADCAST;
	bool back = from && from->oi == oi, listed = false;
	struct ospf_nbr *n;

	list_for_each(&oi->nbrs, n, node) {       /* (1) */
		if (n->state < OSPF_NBR_EXCHANGE || (n->request.n && !needs(n, e)) ||
		    n == from)
			continue;
		ospf_retransmit(n, e);
		listed = true;
	}
	if (!listed)                              /* (2) */
		return false;
	if (back && from->addr && (from->addr == oi->dr || from->addr == oi->bdr))
		return false;                     /* (3) */
	if (back && oi->state == OSPF_IF_BACKUP)  /* (4) */
		return false;
	if (broadcast && lsa_set_add(&oi->flood, e->lsa->key, ospf_now_ms(o)))
		return false;                     /* no memory: it is retransmitted */
	flood_later(o);                           /* (5) */
	return back && broadcast;
}

static bool flood_area(struct ospf_area *a, struct lsdb_entry *e, struct ospf_nbr *from)
{
	struct ospf_if *oi;
	bool back = false;

	list_for_each(&a->ifs, oi, node)
		if (oi->state > OSPF_IF_LOOPBACK)
			back |= flood_if(oi, e, from);
	return back;
}

bool ospf_flood(struct ospf *o, struct lsdb_entry *e, struct ospf_nbr *from)
{
	struct ospf_area *a;
	bool back = false;

	list_for_each(&o->areas, a, node)
		if (a->id == e->lsa->area ||
		    (e->lsa->area == OSPF_AREA_AS && lsdb_type_fits(a, e->lsa->h.type)))
			back |= flood_area(a, e, from);
	return back;
}

/* --- an update was received (13) --------------------------------------------------------- */

/* One update in the works; its direct acknowledgments leave together, and so does
 * what we have newer. */
struct lsu_rx {
	struct ospf *o;
	struct ospf_nbr *n;
	const struct ospf_hint *hint;
	uint32_t i;                       /* LSAs before the next */
	struct ospf_tx ack;
	bool acking;
	struct ospf_lsu newer;
};

static void ack_direct_end(struct lsu_rx *rx)
{
	if (rx->acking)
		ospf_tx_end(&rx->ack, rx->n->addr);
	rx->acking = false;
}

/* With the age that was received: the header that the neighbour expects. */
static void ack_direct(struct lsu_rx *rx, const struct ospf_lsa_hdr *h)
{
	if (rx->acking && ospf_tx_room(&rx->ack) < OSPF_LSA_HLEN)
		ack_direct_end(rx);
	if (!rx->acking && ospf_tx_begin(&rx->ack, rx->n->oi, OSPF_LSACK))
		return;
	rx->acking = true;
	ospf_lsa_hdr_emit(h, &rx->ack.w);
}

/* Table 19's column for a Backup: it acknowledges only what the DR sent. */
static void ack_delayed(const struct lsu_rx *rx, const struct lsdb_entry *e)
{
	struct ospf_if *oi = rx->n->oi;

	if (oi->state != OSPF_IF_BACKUP || rx->n->addr == oi->dr)
		ospf_ack_delayed(oi, e);
}

static bool is_exchanging(const struct ospf_nbr *n)
{
	return n->state == OSPF_NBR_EXCHANGE || n->state == OSPF_NBR_LOADING;
}

/* (4): is any neighbour's database description under way? */
bool ospf_exchanging(const struct ospf *o) { return ospf_nbr_any(o, is_exchanging); }

static bool within_min_arrival(const struct ospf *o, const struct lsdb_entry *e)
{
	return lsdb_installed_ago(o, e) < OSPF_MIN_LS_ARRIVAL / MSEC(1);
}

/* (5)(a): newer than what came just now.  Deviation: the flush of just that instance is
 * taken.  It is no change too many, and FRR 8.4, which takes the number for the
 * instance, does not send it again: the LSA would stay for an hour. */
static bool is_too_soon(const struct ospf *o, const struct ospf_lsa *l,
			const struct ospf_lsa_hdr *h, const struct lsdb_entry *old)
{
	return old && old->flags & LSDB_FLOODED && within_min_arrival(o, old) &&
	       (h->age < OSPF_MAX_AGE || !ospf_seq_eq(l->h.seq, old->lsa->h.seq));
}

/* (5): newer than what we have.  Takes over the reference. */
static void lsa_newer(struct lsu_rx *rx, struct ospf_lsa *l, const struct ospf_lsa_hdr *h,
		      const struct lsdb_entry *old)
{
	struct ospf *o = rx->o;
	ospf_knum key = l->key;
	struct lsdb_entry *e;

	if (is_too_soon(o, l, h, old)) {          /* (a) */
		ospf_lsa_put(o->pool, l);
		return;
	}
	if (lsdb_install(o, l, h->age))           /* (c), (d) */
		return;                           /* no memory, no acknowledgment: it comes again */
	e = lsdb_find(o, key);
	e->flags |= LSDB_FLOODED;
	if (!ospf_flood(o, e, rx->n))             /* (b), (e) */
		ack_delayed(rx, e);
	if (ospf_is_own(o, &e->lsa->h))           /* (f) */
		ospf_self_received(o, rx->n, e);
}

/* (7): the same as what we have. */
static void lsa_same(struct lsu_rx *rx, const struct ospf_lsa_hdr *h, struct lsdb_entry *e)
{
	bool unsent;

	if (!ospf_acked(rx->n, e, &unsent))     /* (a) */
		ack_direct(rx, h);                        /* (b) */
	else if (unsent)
		ospf_ack_delayed(rx->n->oi, e);
	else if (rx->n->oi->state == OSPF_IF_BACKUP)
		ack_delayed(rx, e);
}

/* Was e sent back to n within MinLSArrival?  If not, it is now. */
static bool sent_back_lately(struct ospf_nbr *n, const struct lsdb_entry *e)
{
	uint32_t now = ospf_now_ms(n->oi->area->ospf), i = 0;
	const struct lsa_set_row *row;

	while ((row = lsa_set_next(&n->sent_back, &i)) &&
	       now - row->at_ms >= OSPF_MIN_LS_ARRIVAL / MSEC(1))
		lsa_set_del(&n->sent_back, row->key);
	return lsa_set_has(&n->sent_back, e->lsa->key) ||
	       lsa_set_add(&n->sent_back, e->lsa->key, now);
}

/* (8): older than what we have, which was sent there or goes there now. */
static void lsa_older(struct lsu_rx *rx, const struct lsdb_entry *e)
{
	if (e->flags & LSDB_MAXAGE && ospf_seq_eq(e->lsa->h.seq, OSPF_SEQ_MAX))
		return;
	if (!within_min_arrival(rx->o, e) && !sent_back_lately(rx->n, e))
		ospf_lsu_put(&rx->newer, e);
}

static void lsa_bad(const struct lsu_rx *rx, const struct ospf_lsa_hdr *h, const char *why)
{
	char id[ADDR_STRLEN], adv[ADDR_STRLEN];

	ip4_fmt(h->id, id);
	ip4_fmt(h->adv, adv);
	ospf_problem(rx->n->oi, rx->n->id, rx->n->addr, DROP_NONE, "%s-LSA %s of %s: %s",
		     ospf_lsa_type_name(h->type), id, adv, why);
}

/* Beyond the limit it is not taken unless there is an older one of it. */
static bool is_too_many(const struct lsu_rx *rx, const struct ospf_lsa_hdr *h)
{
	struct ospf *o = rx->o;
	struct ospf_nbr *n = rx->n;

	if (likely(o->lsdb.n < o->conf.max_lsas) ||
	    lsdb_find3(o, lsdb_area_of(n->oi->area, h->type), h->type, h->id, h->adv))
		return false;
	ospf_problem(n->oi, n->id, n->addr, DROP_NONE,
		     "sends more LSAs than the %" PRIu32 " that the database takes",
		     o->conf.max_lsas);
	return true;
}

/* (3), and the limit. */
static bool lsa_fits(const struct lsu_rx *rx, const struct ospf_lsa_hdr *h)
{
	return lsdb_type_fits(rx->n->oi->area, h->type) && !is_too_many(rx, h);
}

/* (1) to (3): an LSA that may be believed and belongs here, or NULL. */
static struct ospf_lsa *lsa_take(const struct lsu_rx *rx, const struct ospf_lsa_hdr *h,
				 const uint8_t *image)
{
	struct ospf_area *a = rx->n->oi->area;
	enum ospf_lsa_fault bad;
	struct ospf_lsa *l;

	if (h->age > OSPF_MAX_AGE) {
		lsa_bad(rx, h, ospf_lsa_fault_text(OSPF_LSA_BAD_AGE));
		return NULL;
	}
	if (!lsa_fits(rx, h))
		return NULL;
	l = ospf_lsa_get(rx->o->pool, lsdb_area_of(a, h->type), image,
			 h->len, &bad);
	if (!l && bad != OSPF_LSA_OK)
		lsa_bad(rx, h, ospf_lsa_fault_text(bad));
	else if (!l && ospf_pool_full(rx->o->pool))
		ospf_problem(rx->n->oi, rx->n->id, rx->n->addr, DROP_NONE,
			     "names more routers and networks than there is room for");
	return l;
}

/* The next one by the hint, which spares the look at its bytes; NULL: they are to be read. */
static struct ospf_lsa *lsa_told(const struct lsu_rx *rx, struct ospf_lsa_hdr *h, struct rd *r)
{
	const struct ospf_hint_lsa *x;
	struct ospf_lsa *l;

	if (!rx->hint || rx->i >= rx->hint->n)
		return NULL;
	x = &rx->hint->of[rx->i];
	l = ospf_lsa_recall(rx->o->pool, x->key, x->serial);
	if (!l)
		return NULL;
	if (l->area != lsdb_area_of(rx->n->oi->area, l->h.type) || rd_left(r) < l->len) {
		ospf_lsa_put(rx->o->pool, l);
		return NULL;
	}
	(void)rd_take(r, l->len);
	*h = l->h;
	h->age = x->age;
	return l;
}

/* The next one, if it may be believed and belongs here; else NULL.  False: there is none. */
static bool lsa_next(struct lsu_rx *rx, struct rd *r, struct ospf_lsa_hdr *h, struct ospf_lsa **l)
{
	const uint8_t *image;

	*l = lsa_told(rx, h, r);
	rx->i++;
	if (!*l) {
		image = ospf_lsa_take(h, r);
		*l = image ? lsa_take(rx, h, image) : NULL;
		return image != NULL;
	}
	if (!lsa_fits(rx, h)) {
		ospf_lsa_put(rx->o->pool, *l);
		*l = NULL;
	}
	return true;
}

/* 13.1, for the instance that most are: the one that we have. */
static int compare(const struct ospf *o, const struct ospf_lsa *l, const struct ospf_lsa_hdr *h,
		   const struct lsdb_entry *e)
{
	return e ? lsa_compare(&l->h, h->age, &e->lsa->h, lsdb_age(o, e)) : 1;
}

/* (4) to (8).  Takes over the reference.  False: the neighbour is not the one it was, the
 * rest is not for it. */
static bool lsa_input(struct lsu_rx *rx, struct ospf_lsa *l, const struct ospf_lsa_hdr *h)
{
	struct lsdb_entry *e = lsdb_find(rx->o, l->key);
	bool go_on = true;
	int newer;

	if (!e && h->age == OSPF_MAX_AGE && !ospf_exchanging(rx->o)) {    /* (4) */
		ack_direct(rx, h);
		ospf_lsa_put(rx->o->pool, l);
		return true;
	}
	newer = compare(rx->o, l, h, e);
	if (newer > 0) {
		lsa_newer(rx, l, h, e);           /* (5) */
		return true;
	}
	if (rx->n->request.n && lsa_set_has(&rx->n->request, l->key) &&
	    !ospf_request_answered(rx->n, h, l->key)) {
		ospf_nbr_event(rx->n, NBE_BAD_LSREQ);     /* (6) */
		go_on = false;
	} else if (newer == 0) {
		lsa_same(rx, h, e);               /* (7) */
	} else {
		lsa_older(rx, e);                 /* (8) */
	}
	ospf_lsa_put(rx->o->pool, l);
	return go_on;
}

/* LSAs that are taken from an update together, so that their entries come from memory
 * at the same time: in a large network each router finds its database cold. */
struct batch { unsigned n; struct { struct ospf_lsa *l; struct ospf_lsa_hdr h; } of[BATCH]; };

/* What is known of an LSA here will be asked for soon. */
static void lsa_prefetch(const struct ospf_area *a, ospf_knum key)
{
	const struct ospf_if *oi;
	const struct ospf_nbr *n;

	lsdb_prefetch(a->ospf, key);
	if (likely(!a->ospf->n_indexed))
		return;
	list_for_each(&a->ifs, oi, node)
		list_for_each(&oi->nbrs, n, node)
			lsa_set_prefetch(&n->retransmit, key);
}

/* Up to left LSAs; returns how many were read, fewer only at the end or at an error. */
static uint32_t batch_take(struct batch *b, struct lsu_rx *rx, struct rd *r, uint32_t left)
{
	uint32_t i;

	b->n = 0;
	for (i = 0; i < left && i < BATCH; i++) {
		if (!lsa_next(rx, r, &b->of[b->n].h, &b->of[b->n].l))
			break;
		if (b->of[b->n].l)
			lsa_prefetch(rx->n->oi->area, b->of[b->n++].l->key);
	}
	return i;
}

static bool batch_input(struct lsu_rx *rx, const struct batch *b)
{
	bool go_on = true;

	for (unsigned i = 0; i < b->n; i++) {
		if (go_on)
			go_on = lsa_input(rx, b->of[i].l, &b->of[i].h);
		else
			ospf_lsa_put(rx->o->pool, b->of[i].l);
	}
	return go_on;
}

enum drop ospf_lsu_input(struct ospf_nbr *n, struct rd *r, const struct ospf_hint *hint)
{
	struct lsu_rx rx = { .o = n->oi->area->ospf, .n = n, .hint = hint,
			     .newer = { .oi = n->oi, .dst = n->addr } };
	struct batch b;
	uint32_t left, taken;

	if (n->state < OSPF_NBR_EXCHANGE)
		return DROP_OSPF_STATE;
	if (!ospf_lsu_parse(&left, r))
		return DROP_OSPF_LENGTH;
	for (; left; left -= taken) {
		taken = batch_take(&b, &rx, r, left);
		if (!batch_input(&rx, &b) || !rd_ok(r))
			break;
	}
	ack_direct_end(&rx);
	ospf_lsu_end(&rx.newer);
	return rd_ok(r) ? DROP_NONE : DROP_OSPF_LENGTH;
}
