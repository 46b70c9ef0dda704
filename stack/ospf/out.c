// SPDX-License-Identifier: MIT
/* A packet leaves (RFC 2328 8.1). */
#include "stack/ospf/ospf.h"

#define TOS_CONTROL 0xc0                  /* Internetwork Control, RFC 2328 A.1 */
#define TTL_LINK 1                        /* nothing of ours is forwarded */
/* A packet up to this goes into the head of its pkt, which leaves room for headers. */
#define HEAD_MAX 110                      /* bytes */
#define SPARE_MAX 384                     /* bytes of a block that may stay unused */

/* Bytes in front of the packet in its block: a hint, if it is of the pool that all share.  A
 * router's own may go before the packet does. */
static size_t hint_room(const struct ospf *o, uint8_t type)
{
	return type == OSPF_LSU && !o->own_pool ? sizeof(struct ospf_hint) : 0;
}

int ospf_tx_begin_for(struct ospf_tx *tx, struct ospf_if *oi, uint8_t type, size_t n)
{
	size_t auth = ospf_auth_len(oi), whole = OSPF_HLEN + n;
	size_t most = IP4_LEN_MAX - IP4_HLEN - auth;
	size_t room = oi->dev->mtu - IP4_HLEN - auth;
	const struct ospf *o = oi->area->ospf;
	size_t hint = hint_room(o, type);

	if (oi->dev->mtu < IP4_HLEN + auth || room < whole)
		room = whole;
	if (room > most)
		return ERR_NOBUFS;
	tx->b = blk_new(o->st->pool, (uint32_t)(hint + room + auth));
	if (!tx->b)
		return ERR_NOBUFS;
	if (hint)
		ospf_hint_begin(tx->b, o->pool);
	tx->oi = oi;
	tx->type = type;
	tx->room = (uint32_t)room;
	tx->w = wr_init(tx->b->data + hint, room);
	(void)wr_take(&tx->w, OSPF_HLEN);
	return OK;
}

int ospf_tx_begin(struct ospf_tx *tx, struct ospf_if *oi, uint8_t type)
{
	return ospf_tx_begin_for(tx, oi, type, 0);
}

/* 8.1: on a point-to-point network, always to all; there is no address to resolve.  On a
 * point-to-multipoint one to each neighbour, but for hellos, which look for neighbours.
 * 13.3 (5), 13.5: to all routers, or to those that flood it to the others. */
static ip4_t dst_of(const struct ospf_tx *tx, ip4_t dst)
{
	bool flooded = tx->type == OSPF_LSU || tx->type == OSPF_LSACK;

	if (dst && tx->oi->conf.type != OSPF_NET_P2P)
		return dst;
	return flooded && tx->oi->state == OSPF_IF_DROTHER ? OSPF_ALL_D_ROUTERS :
	       OSPF_ALL_SPF_ROUTERS;
}

/* A block of n bytes with what is in b, a hint at first, if that has far more; else b.  A flood
 * of a large network has many packets under way. */
static struct blk *fit(struct pkt_pool *pool, struct blk *b, size_t n)
{
	struct blk *small = b->size - n >= SPARE_MAX ? blk_new(pool, (uint32_t)n) : NULL;

	if (!small)
		return b;
	memcpy(small->data, b->data, n);
	if (ospf_hint_of(b))
		small->next = small;
	blk_put(pool, b);
	return small;
}

/* The finished packet, of n bytes with its digest from at on, as a pkt; NULL: none left. */
static struct pkt *to_pkt(struct stack *st, struct blk *b, size_t at, size_t n)
{
	struct pkt *p = pkt_new(st->pool);
	const uint8_t *bytes = b->data + at;

	if (!p)
		return NULL;
	if (n <= HEAD_MAX) {
		memcpy(pkt_push(p, n), bytes, n);
		return p;
	}
	memcpy(pkt_push(p, OSPF_HLEN), bytes, OSPF_HLEN);
	if (pkt_add_frag(p, b, (uint32_t)at + OSPF_HLEN, (uint32_t)(n - OSPF_HLEN)) == OK)
		return p;
	pkt_free(p);
	return NULL;
}

void ospf_tx_end(struct ospf_tx *tx, ip4_t dst)
{
	struct ospf_if *oi = tx->oi;
	struct ospf *o = oi->area->ospf;
	struct ospf_hdr h = { .type = tx->type, .router_id = o->router_id, .area = oi->area->id };
	struct ip4_tx out = {
		.src = oi->addr.addr.v4, .dst = dst_of(tx, dst), .proto = IP_PROTO_OSPF,
		.tos = TOS_CONTROL, .ttl = TTL_LINK, .no_loop = true, .dev = oi->dev,
	};
	size_t n = wr_len(&tx->w), hint = (size_t)(tx->w.start - tx->b->data);
	struct wr head = wr_init(tx->w.start, OSPF_HLEN);
	struct pkt *p;

	assert(wr_ok(&tx->w));
	ospf_hdr_emit(&h, &head);
	ospf_auth_sign(oi, tx->w.start, n);
	n += ospf_auth_len(oi);
	if (n > HEAD_MAX)
		tx->b = fit(o->st->pool, tx->b, hint + n);
	p = to_pkt(o->st, tx->b, hint, n);
	blk_put(o->st->pool, tx->b);
	if (!p)
		return;
	oi->tx[tx->type]++;
	o->tx[tx->type]++;
	(void)!ip4_output(o->st, p, &out);        /* it tells of drops itself */
}
