// SPDX-License-Identifier: MIT
/*
 * Acknowledgments (RFC 2328 13.5), retransmission (13.6), and what
 * acknowledgments that are received take back (13.7).
 */
#include <stdlib.h>

#include "stack/ospf/ospf.h"
#include "stack/wire/ip4.h"

/* At most.  Whoever sent an LSA keeps a row of it until then: in a flood, short delays and
 * packets take less memory, and no more time, than long ones. */
#define ACK_DELAY MSEC(20)                /* 13.5: below RxmtInterval, a second or more */
#define ACKS_MAX 32                       /* in a packet */
#define ACKS_SKIP 8                       /* rows that may not be acknowledged before one that is */

/* --- delayed acknowledgments (13.5) ------------------------------------------------------ */

/* To dst; 0: to all of the network. */
static void acks_send_to(struct ospf_if *oi, ip4_t dst)
{
	struct ospf *o = oi->area->ospf;
	bool open = false;
	struct ospf_tx tx;

	for (uint32_t i = 0; i < oi->n_acks; i++) {
		const struct lsdb_entry *e = lsdb_find(o, oi->acks[i]);

		if (!e)
			continue;
		if (!open && ospf_tx_begin_for(&tx, oi, OSPF_LSACK,
					       oi->n_acks * (size_t)OSPF_LSA_HLEN))
			break;                    /* they are sent again, and acknowledged then */
		open = true;
		lsdb_hdr_emit(o, e, &tx.w);
	}
	if (open)
		ospf_tx_end(&tx, dst);
}

/* On a network without broadcast over each adjacency. */
static void acks_send(struct ospf_if *oi)
{
	const struct ospf_nbr *n;

	for (uint32_t i = 0; i < oi->n_acks; i++)
		lsdb_prefetch(oi->area->ospf, oi->acks[i]);
	if (oi->conf.type == OSPF_NET_P2MP) {
		list_for_each(&oi->nbrs, n, node)
			if (n->state >= OSPF_NBR_EXCHANGE)
				acks_send_to(oi, n->addr);
	} else {
		acks_send_to(oi, IP4_ANY);
	}
	oi->n_acks = 0;
}

static void acks_fire(struct timer *t)
{
	struct ospf_if *oi = container_of(t, struct ospf_if, ack_timer);

	acks_send(oi);
	free(oi->acks);
	oi->acks = NULL;
}

/* Is there no room for one more, by the MTU? */
static bool acks_full(const struct ospf_if *oi)
{
	size_t other = IP4_HLEN + OSPF_HLEN + ospf_auth_len(oi);

	return oi->n_acks >= ACKS_MAX ||
	       other + (oi->n_acks + (size_t)1) * OSPF_LSA_HLEN > oi->dev->mtu;
}

void ospf_ack_delayed(struct ospf_if *oi, const struct lsdb_entry *e)
{
	struct ospf *o = oi->area->ospf;

	if (!oi->acks) {
		oi->acks = malloc(ACKS_MAX * sizeof(*oi->acks));
		if (!oi->acks)
			return;                   /* it is sent again */
		timer_init(&oi->ack_timer, acks_fire);
		timer_set(&o->st->timers, &oi->ack_timer, o->st->now + ACK_DELAY);
	}
	oi->acks[oi->n_acks++] = e->lsa->key;
	if (acks_full(oi))
		acks_send(oi);
}

/* --- retransmission lists ------------------------------------------------------------------ */

/*
 * A flood asks for each LSA and neighbour whether the one is on the other's list, and the
 * LSA's database entry is at hand then.  So the entry says it, of the first LSDB_NBRS
 * neighbours: whether it waits for n's acknowledgment, and whether it was not sent there
 * yet.  The list has rows alone, in order; one that was acknowledged stays until all are
 * looked at (weed()).  For more neighbours, the list has its index.
 */

void ospf_rxmt_init(struct ospf_nbr *n)
{
	struct ospf *o = n->oi->area->ospf;
	uint32_t bit = LSDB_WAITS;

	for (unsigned i = 0; i < LSDB_NBRS && !n->waits; i++, bit <<= 2)
		if (!(o->waits_taken & bit))
			n->waits = bit;
	n->unsent = n->waits << 1;
	n->retransmit.bare = n->waits != 0;
	o->waits_taken |= n->waits;
	o->n_indexed += !n->waits;
}

void ospf_rxmt_fini(struct ospf_nbr *n)
{
	struct ospf *o = n->oi->area->ospf;

	o->waits_taken &= ~n->waits;
	o->n_indexed -= !n->waits;
}

static bool waits(const struct ospf_nbr *n, const struct lsdb_entry *e)
{
	return n->waits ? e->flags & n->waits : lsa_set_has(&n->retransmit, e->lsa->key);
}

/* The rows that hold no more become gaps. */
static void weed(struct ospf_nbr *n)
{
	const struct ospf *o = n->oi->area->ospf;
	struct lsa_set *s = &n->retransmit;
	struct lsdb_entry *e;

	for (uint32_t r = s->first; r < s->n_rows; r++)
		lsdb_prefetch(o, s->rows[r].key);
	for (uint32_t r = s->n_rows; r-- > s->first;) {   /* of several, the last one holds */
		e = lsdb_find(o, s->rows[r].key);
		if (e && (e->flags & (n->waits | LSDB_SEEN)) == n->waits)
			e->flags |= LSDB_SEEN;
		else
			s->rows[r].key = OSPF_NUM_NONE;
	}
	for (uint32_t r = s->first; r < s->n_rows; r++) {
		e = lsdb_find(o, s->rows[r].key);
		if (e)
			e->flags &= ~(uint32_t)LSDB_SEEN;
	}
}

/* What was sent first is acknowledged first, mostly: are enough rows in front gaps? */
static bool weed_front(struct ospf_nbr *n)
{
	const struct ospf *o = n->oi->area->ospf;
	struct lsa_set *s = &n->retransmit;

	for (; s->first < s->n_rows; s->first++) {
		const struct lsdb_entry *e = lsdb_find(o, s->rows[s->first].key);

		if (e && e->flags & n->waits)
			break;
		if (s->first + 4 < s->n_rows)
			lsdb_prefetch(o, s->rows[s->first + 4].key);
	}
	return s->first >= s->cap / 4;
}

/* Before a row is added that finds no room: gaps, but where the list will grow anyway. */
static outlined void weed_for_room(struct ospf_nbr *n)
{
	if (!weed_front(n) && !lsa_set_must_grow(&n->retransmit))
		weed(n);
}

/* At the end; wherever it was before. */
static hot_inline int put(struct ospf_nbr *n, struct lsdb_entry *e, uint32_t unsent)
{
	struct lsa_set *s = &n->retransmit;
	uint32_t now = ospf_now_ms(n->oi->area->ospf);

	if (unlikely(!n->waits))
		return lsa_set_add(s, e->lsa->key, now);
	if (unlikely(s->n_rows == s->cap))
		weed_for_room(n);
	if (lsa_set_append(s, e->lsa->key, now))
		return ERR_NOMEM;
	s->n -= (e->flags & n->waits) != 0;
	e->flags = (e->flags & ~n->unsent) | n->waits | unsent;
	return OK;
}

/* What is in the first row, r, moves to the end; it has been sent. */
static int put_again(struct ospf_nbr *n, struct lsdb_entry *e, uint32_t r)
{
	struct lsa_set *s = &n->retransmit;

	if (n->waits) {
		s->rows[r].key = OSPF_NUM_NONE;
		s->first = r + 1;
	}
	if (put(n, e, 0) == OK)
		return OK;
	if (n->waits) {
		s->rows[r].key = e->lsa->key;
		s->first = r;
	}
	return ERR_NOMEM;
}

/* False: it was not there. */
static bool take(struct ospf_nbr *n, struct lsdb_entry *e, bool *was_new)
{
	if (!n->waits)
		return lsa_set_take(&n->retransmit, e->lsa->key, was_new);
	if (!(e->flags & n->waits))
		return false;
	*was_new = e->flags & n->unsent;
	e->flags &= ~(n->waits | n->unsent);
	if (--n->retransmit.n == 0)
		lsa_set_clear(&n->retransmit);
	return true;
}

bool ospf_rxmt_is_due(const struct ospf_nbr *n, struct lsdb_entry *e)
{
	bool was = !n->waits || e->flags & n->unsent;

	e->flags &= ~n->unsent;
	return was;
}

static void list_clear(struct ospf_nbr *n)
{
	const struct ospf *o = n->oi->area->ospf;
	struct lsa_set *s = &n->retransmit;
	const struct lsa_set_row *row;

	for (uint32_t i = 0; n->waits && (row = lsa_set_next(s, &i));) {
		struct lsdb_entry *e = lsdb_find(o, row->key);

		if (e)
			e->flags &= ~(n->waits | n->unsent);
	}
	lsa_set_clear(s);
}

/* --- retransmission (13.6) ----------------------------------------------------------------- */

static void rxmt_arm(struct ospf_nbr *n);

/* What was sent RxmtInterval ago or earlier goes out again, to the neighbour alone. */
static void rxmt_fire(struct timer *t)
{
	struct ospf_nbr *n = container_of(t, struct ospf_nbr, rxmt);
	struct ospf *o = n->oi->area->ospf;
	struct ospf_lsu u = { .oi = n->oi, .dst = n->addr };
	uint32_t now = ospf_now_ms(o), left;

	if (timer_armed(&o->flood_timer))
		ospf_flood_out(n->oi);            /* what is repeated becomes the newest row */
	if (n->waits)
		weed(n);
	left = n->retransmit.n;
	for (; left; left--) {
		uint32_t i = 0;
		const struct lsa_set_row *row = lsa_set_next(&n->retransmit, &i);
		struct lsdb_entry *e = lsdb_find(o, row->key);

		if (now - row->at_ms < n->oi->conf.rxmt * 1000u)
			break;
		ospf_lsu_put(&u, e);
		if (put_again(n, e, i - 1))
			break;                    /* no memory: in the next round */
	}
	ospf_lsu_end(&u);
	lsa_set_mark(&n->retransmit);
	rxmt_arm(n);
}

/* For the LSA that was sent longest ago. */
static void rxmt_arm(struct ospf_nbr *n)
{
	struct ospf *o = n->oi->area->ospf;
	uint32_t i = 0, wait = n->oi->conf.rxmt * 1000u, ago;
	const struct lsa_set_row *row = lsa_set_next(&n->retransmit, &i);

	if (!row)
		return;
	ago = ospf_now_ms(o) - row->at_ms;
	timer_init(&n->rxmt, rxmt_fire);
	timer_set(&o->st->timers, &n->rxmt, o->st->now + (ago < wait ? wait - ago : 1) * MSEC(1));
}

void ospf_retransmit(struct ospf_nbr *n, struct lsdb_entry *e)
{
	if (put(n, e, n->unsent))
		return;                           /* no memory: it is sent once, and may be lost */
	if (!timer_armed(&n->rxmt))
		rxmt_arm(n);
}

/* --- acknowledgments received (13.7), and the ends of lists --------------------------------- */

static bool anybody_waits(const struct ospf_if *oi, const struct lsdb_entry *e)
{
	struct ospf_nbr *n;

	list_for_each(&oi->nbrs, n, node)
		if (waits(n, e))
			return true;
	return false;
}

bool ospf_acked(struct ospf_nbr *n, struct lsdb_entry *e, bool *unsent)
{
	bool was_new;

	*unsent = false;
	if (!take(n, e, &was_new))
		return false;
	if (n->oi->conf.type != OSPF_NET_BROADCAST)
		*unsent = was_new;
	else if (n->oi->flood.n && !anybody_waits(n->oi, e))
		*unsent = lsa_set_del(&n->oi->flood, e->lsa->key);
	return true;
}

static void ack_input(struct ospf_nbr *n, const struct ospf_lsa_hdr *h, ospf_knum key)
{
	struct ospf *o = n->oi->area->ospf;
	struct lsdb_entry *e = lsdb_find(o, key);
	bool unsent;

	if (e && lsa_compare(h, h->age, &e->lsa->h, lsdb_age(o, e)) == 0)
		ospf_acked(n, e, &unsent);
}

static bool is_of(const struct lsdb_entry *e, const struct ospf_lsa_hdr *h)
{
	return e && e->lsa->h.id == h->id && e->lsa->h.adv == h->adv && e->lsa->h.type == h->type;
}

/* Whose LSAs it names is known without a look into the pool where it names them in the order
 * in which they were sent: that of a row soon behind *r, which moves on.  Or OSPF_NUM_NONE. */
static ospf_knum key_in_order(const struct ospf_nbr *n, const struct ospf_lsa_hdr *h, uint32_t *r)
{
	const struct ospf *o = n->oi->area->ospf;
	const struct lsa_set *s = &n->retransmit;

	for (uint32_t i = *r; i < s->n_rows && i < *r + ACKS_SKIP; i++) {
		if (!is_of(lsdb_find(o, s->rows[i].key), h))
			continue;
		*r = i + 1;
		return s->rows[i].key;
	}
	return OSPF_NUM_NONE;
}

static ospf_knum key_of(const struct ospf_nbr *n, const struct ospf_lsa_hdr *h)
{
	struct ospf_key3 k = { lsdb_area_of(n->oi->area, h->type), h->type, h->id, h->adv };

	return ospf_key_find(n->oi->area->ospf->pool, &k);
}

/* Rows in front of which nobody waits any more are passed over. */
static uint32_t first_row(struct ospf_nbr *n)
{
	struct lsa_set *s = &n->retransmit;

	if (n->waits)
		(void)weed_front(n);
	for (uint32_t i = s->first; i < s->n_rows && i < s->first + ACKS_MAX; i++)
		lsdb_prefetch(n->oi->area->ospf, s->rows[i].key);
	return s->first;
}

enum drop ospf_lsack_input(struct ospf_nbr *n, struct rd *r)
{
	struct ospf_lsa_hdr h;
	uint32_t row;

	if (n->state < OSPF_NBR_EXCHANGE)
		return DROP_OSPF_STATE;
	if (!ospf_lsack_parse(r))
		return DROP_OSPF_LENGTH;
	row = first_row(n);
	while (ospf_lsa_hdr_parse(&h, r)) {
		ospf_knum key = key_in_order(n, &h, &row);

		ack_input(n, &h, key == OSPF_NUM_NONE ? key_of(n, &h) : key);
	}
	return DROP_NONE;
}

bool ospf_is_retransmitted(const struct ospf *o, ospf_knum k)
{
	const struct lsdb_entry *e = lsdb_find(o, k);
	struct ospf_area *a;
	struct ospf_if *oi;

	if (!e)
		return false;
	list_for_each(&o->areas, a, node)
		list_for_each(&a->ifs, oi, node)
			if (anybody_waits(oi, e))
				return true;
	return false;
}

void ospf_rxmt_forget(struct ospf *o, uint32_t area, ospf_knum k)
{
	struct lsdb_entry *e = lsdb_find(o, k);
	bool was_new;
	struct ospf_area *a;
	struct ospf_if *oi;
	struct ospf_nbr *n;

	list_for_each(&o->areas, a, node) {
		if (area != a->id && area != OSPF_AREA_AS)
			continue;
		list_for_each(&a->ifs, oi, node)
			list_for_each(&oi->nbrs, n, node)
				if (n->retransmit.n)
					take(n, e, &was_new);
	}
}

void ospf_nbr_lists_clear(struct ospf_nbr *n)
{
	lsa_set_clear(&n->summary);
	lsa_set_clear(&n->request);
	list_clear(n);
	lsa_set_clear(&n->sent_back);
	timer_stop(&n->oi->area->ospf->st->timers, &n->rxmt);
}

void ospf_if_lists_clear(struct ospf_if *oi)
{
	lsa_set_clear(&oi->flood);
	free(oi->acks);
	oi->acks = NULL;
	oi->n_acks = 0;
	timer_stop(&oi->area->ospf->st->timers, &oi->ack_timer);
}
