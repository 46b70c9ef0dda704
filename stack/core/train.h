/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_TRAIN_H
#define STACK_CORE_TRAIN_H
/*
 * Frames in a row, as a transport with much to say sends them and another end
 * receives them: of one flow, at one instant, alike in nearly all of what stands
 * in front (stack/ip4).
 */
#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/wire/eth.h"
#include "stack/wire/ip4.h"

/* --- that leave ------------------------------------------------------------- */

/* They differ in nothing but their length and what is behind the IP header: what
 * is in front is made once. */
struct ip4_train {
	struct netdev *dev;
	struct neigh *neigh;
	ns_t until;                       /* neigh is to be asked again then, or NS_NEVER */
	uint32_t gen, max;                /* st->ways_gen; bytes behind the IP header */
	uint32_t longest;                 /* frame */
	uint64_t sum;                     /* of the IP header, but for length and identification */
	uint8_t hdr[ETH_HLEN + IP4_HLEN]; /* without those and the checksum */
};
/* Of packets up to len bytes behind the IP header.  False: each must go by
 * ip4_output(); so must the first of all.  Good until anything else happens, ... */
bool ip4_train_begin(struct stack *st, const struct ip4_tx *tx, uint32_t len, struct ip4_train *t);
/* ... and again where this says that nothing did that matters. */
static inline bool ip4_train_again(const struct stack *st, const struct ip4_train *t, uint32_t len)
{
	return t->gen == st->ways_gen && st->now < t->until && len <= t->max;
}
/* A copy of t->hdr, with so many bytes behind it, becomes the next frame's. */
static hot_inline void ip4_train_next(struct stack *st, uint8_t *hdr, uint32_t n,
				      const struct ip4_train *t)
{
	uint16_t len = (uint16_t)(n + IP4_HLEN), id = st->ip_id++;
	uint8_t *ip = hdr + ETH_HLEN;

	ip4_put_len(ip, len);
	ip4_put_id(ip, id);
	ip4_put_csum(ip, csum_fold(t->sum + len + id));
}
/* Such headers, and whatever else, are in front of p. */
static inline void ip4_train_made(struct pkt *p)
{
	p->flags |= PKT_LOCAL;
	p->l2 = p->off;
}
/* One of them is all. */
static hot_inline void ip4_train_one(struct stack *st, struct pkt *p, const struct ip4_train *t)
{
	uint32_t n = pkt_len(p);
	uint8_t *b = pkt_push(p, sizeof(t->hdr));

	memcpy(b, t->hdr, sizeof(t->hdr));
	ip4_train_next(st, b, n, t);
	ip4_train_made(p);
	st->stat[ST_IP_OUT_REQUESTS]++;
	t->neigh->used_at = st->now;
	t->dev->ops->xmit(t->dev, p);
}
/* Such frames, n in a list by next: off they go. */
void ip4_train_output(struct stack *st, struct pkt *first, uint32_t n, const struct ip4_train *t);

/* --- that arrive ------------------------------------------------------------ */

/* The Ethernet and IPv4 headers of the frame of src's, come by dev, by which others
 * are known, until anything else happens; NULL: there is none. */
const uint8_t *ip4_known(struct stack *st, const struct netdev *dev, ip4_t src);

#endif
