// SPDX-License-Identifier: MIT
/*
 * Link state requests (RFC 2328 10.7, 10.9): one packet of them at a time, and
 * the next when all of it has been answered.
 */
#include "stack/ospf/ospf.h"

static struct ospf *ospf_of(const struct ospf_nbr *n) { return n->oi->area->ospf; }

/* --- ours (10.9) ------------------------------------------------------------------- */

/* As many of the list as the packet has room for. */
static uint16_t items_emit(const struct ospf_nbr *n, struct ospf_tx *tx)
{
	const struct ospf_pool *pool = ospf_of(n)->pool;
	const struct lsa_set_row *row;
	uint16_t sent = 0;
	uint32_t i = 0;

	while (ospf_tx_room(tx) >= OSPF_LSR_ITEM_LEN && (row = lsa_set_next(&n->request, &i))) {
		const struct ospf_key3 *k = ospf_key(pool, row->key);
		struct ospf_lsr_item it = { .type = k->type, .id = k->id, .adv = k->adv };

		ospf_lsr_item_emit(&it, &tx->w);
		sent++;
	}
	return sent;
}

void ospf_request_next(struct ospf_nbr *n)
{
	struct ospf *o = ospf_of(n);
	struct ospf_tx tx;

	if (n->req_n || !n->request.n)
		return;
	if (ospf_tx_begin_for(&tx, n->oi, OSPF_LSR, OSPF_LSR_ITEM_LEN) == OK) {
		n->req_n = items_emit(n, &tx);
		ospf_tx_end(&tx, n->addr);
	}
	n->req_due_at = ospf_now(o) + SEC(n->oi->conf.rxmt);
	ospf_exchange_arm(n);
}

/* RxmtInterval after the last requests, or at once when they were answered. */
void ospf_request_timeout(struct ospf_nbr *n)
{
	n->req_due_at = NS_NEVER;
	n->req_n = 0;
	if (n->request.n) {
		ospf_request_next(n);
		return;
	}
	lsa_set_clear(&n->request);
	ospf_nbr_event(n, NBE_LOAD_DONE);         /* not in Exchange */
}

/* 13.3 (1) (b): an older one than what was described does not count. */
bool ospf_request_answered(struct ospf_nbr *n, const struct ospf_lsa_hdr *h, ospf_knum key)
{
	const struct lsa_set_row *row = n->request.n ? lsa_set_find(&n->request, key) : NULL;

	if (!row || ospf_seq_lt(h->seq, ospf_seq(row->at_ms)))
		return false;
	(void)lsa_set_del(&n->request, key);
	if (n->req_n && --n->req_n && n->request.n)
		return true;
	n->req_due_at = ospf_now(ospf_of(n));     /* when all that came with it is in */
	ospf_exchange_arm(n);
	return true;
}

/* --- theirs (10.7) ------------------------------------------------------------------- */

static const struct lsdb_entry *wanted(const struct ospf_nbr *n, const struct ospf_lsr_item *it)
{
	const struct ospf_area *a = n->oi->area;
	uint8_t type = (uint8_t)it->type;

	if (it->type != type || !lsdb_type_fits(a, type))
		return NULL;
	return lsdb_find3(a->ospf, lsdb_area_of(a, type), type, it->id, it->adv);
}

enum drop ospf_lsr_input(struct ospf_nbr *n, struct rd *r)
{
	struct ospf_lsu u = { .oi = n->oi, .dst = n->addr };
	const struct lsdb_entry *e = NULL;
	struct ospf_lsr_item it;
	bool bad = false;

	if (n->state < OSPF_NBR_EXCHANGE)
		return DROP_OSPF_STATE;
	if (!ospf_lsr_parse(r))
		return DROP_OSPF_LENGTH;
	while (!bad && ospf_lsr_item_parse(&it, r)) {
		e = wanted(n, &it);
		if (e)
			ospf_lsu_put(&u, e);
		bad = !e;
	}
	ospf_lsu_end(&u);
	if (!bad)
		return DROP_NONE;
	ospf_nbr_event(n, NBE_BAD_LSREQ);
	return DROP_OSPF_LSREQ;
}
