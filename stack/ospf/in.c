// SPDX-License-Identifier: MIT
/* A packet arrives (RFC 2328 8.2), and is handed to who reads its body. */
#include <string.h>

#include "stack/ospf/ospf.h"
#include "stack/wire/icmp4.h"

/* The steps of 8.2 fill it in. */
struct rx {
	struct ospf_if *oi;
	const struct ip_meta *m;
	struct ospf_hdr h;
	const uint8_t *head;              /* the header's OSPF_HLEN bytes */
	const uint8_t *body;              /* behind it, with the digest */
	const struct ospf_hint *hint;     /* of the body; or NULL */
	struct ospf_nbr *n;               /* who sent it; NULL: not known, or not yet */
};

/* IP's part: the interface, and for whom it is. */
static enum drop rx_ip(struct rx *x)
{
	const struct ospf_if *oi = x->oi;
	ip4_t dst = x->m->dst;

	if (!oi || oi->state <= OSPF_IF_LOOPBACK || oi->conf.passive)
		return DROP_OSPF_OFF;
	if (dst != oi->addr.addr.v4 && dst != OSPF_ALL_SPF_ROUTERS && dst != OSPF_ALL_D_ROUTERS)
		return DROP_OSPF_DEST;
	if (dst == OSPF_ALL_D_ROUTERS && !oi->d_routers)
		return DROP_OSPF_NOT_DR;
	return DROP_NONE;
}

static enum drop rx_header(struct rx *x, size_t avail)
{
	enum drop why = ospf_hdr_parse(&x->h, x->head, avail);

	if (why == DROP_OSPF_VERSION)
		ospf_problem(x->oi, 0, x->m->src, why, "OSPF version %u, expected %u",
			     (unsigned)x->head[0], OSPF_VERSION);
	return why;
}

/* The checksum, which D.3 has not.  A hint's maker had it right. */
static enum drop rx_checksum(const struct rx *x)
{
	if (x->h.autype == OSPF_AUTH_CRYPTO || x->hint ||
	    ospf_csum_ok_apart(x->head, x->body, x->h.len - (size_t)OSPF_HLEN))
		return DROP_NONE;
	ospf_problem(x->oi, x->h.router_id, x->m->src, DROP_OSPF_CHECKSUM, "wrong checksum");
	return DROP_OSPF_CHECKSUM;
}

static enum drop rx_area(const struct rx *x)
{
	char theirs[ADDR_STRLEN], ours[ADDR_STRLEN];
	struct ospf_if *oi = x->oi;

	if (unlikely(x->h.area != oi->area->id)) {
		ospf_problem(oi, x->h.router_id, x->m->src, DROP_OSPF_AREA,
			     "area %s, expected %s", ip4_fmt(x->h.area, theirs),
			     ip4_fmt(oi->area->id, ours));
		return DROP_OSPF_AREA;
	}
	if (unlikely(oi->conf.type != OSPF_NET_P2P &&
		     !ip4_in(x->m->src, oi->addr.addr.v4, oi->addr.len))) {
		ospf_problem(oi, x->h.router_id, x->m->src, DROP_OSPF_SOURCE,
			     "speaks from %s, expected an address of the interface's network",
			     ip4_fmt(x->m->src, theirs));
		return DROP_OSPF_SOURCE;
	}
	return DROP_NONE;
}

static enum drop rx_sender(struct rx *x)
{
	const struct ospf_if *oi = x->oi;
	char id[ADDR_STRLEN];

	if (unlikely(x->h.router_id == oi->area->ospf->router_id)) {
		ospf_problem(x->oi, x->h.router_id, x->m->src, DROP_OSPF_OWN_ID,
			     "has our own router ID %s", ip4_fmt(x->h.router_id, id));
		return DROP_OSPF_OWN_ID;
	}
	x->n = ospf_nbr_find(oi, x->m->src, x->h.router_id);
	return DROP_NONE;
}

static enum drop rx_body(struct rx *x)
{
	struct rd r = rd_init(x->body, x->h.len - (size_t)OSPF_HLEN);

	if (x->h.type == OSPF_HELLO)
		return ospf_hello_input(x->oi, &x->h, &r, x->m->src);
	if (!x->n || x->n->id != x->h.router_id || x->n->addr != x->m->src)
		return DROP_OSPF_NO_NBR;
	if (x->h.autype == OSPF_AUTH_CRYPTO)
		x->n->crypto_seq = x->h.u.crypto.seq;
	switch ((enum ospf_type)x->h.type) {
	case OSPF_DD:
		return ospf_dd_input(x->n, &r);
	case OSPF_LSR:
		return ospf_lsr_input(x->n, &r);
	case OSPF_LSU:
		return ospf_lsu_input(x->n, &r, x->hint);
	default:
		return ospf_lsack_input(x->n, &r);
	}
}

static enum drop rx_steps(struct rx *x, size_t avail)
{
	struct ospf *o = x->oi->area->ospf;
	enum drop why = rx_header(x, avail);

	if (!why)
		why = rx_checksum(x);
	if (!why)
		why = rx_area(x);
	if (!why)
		why = rx_sender(x);
	if (!why)
		why = ospf_auth_check(x->oi, x->n, &x->h, x->m->src, x->head, x->body);
	if (why)
		return why;
	x->oi->rx[x->h.type]++;
	o->rx[x->h.type]++;
	return rx_body(x);
}

/* --- its bytes in one piece ------------------------------------------------------------ */

/* What is behind the header: in the head too, or in one fragment, as ospf_tx_end()
 * makes it; else it is copied to *b. */
static const uint8_t *body_of(struct pkt *p, struct blk **b)
{
	uint32_t n = pkt_len(p) - OSPF_HLEN;

	if (!p->nfrag)
		return pkt_data(p) + OSPF_HLEN;
	if (p->nfrag == 1 && p->len == OSPF_HLEN)
		return p->frag[0].blk->data + p->frag[0].off;
	*b = blk_new(p->pool, n);
	if (!*b)
		return NULL;
	pkt_copy_out(p, OSPF_HLEN, (*b)->data, n);
	return (*b)->data;
}

/* Of a packet as ospf_tx_end() makes it, and as it was made, by one of those who share the
 * pool; or NULL. */
static const struct ospf_hint *hint_of(const struct rx *x, const struct pkt *p)
{
	const struct blk *b = p->nfrag == 1 ? p->frag[0].blk : NULL;
	const struct ospf_hint *hint = b ? ospf_hint_of(b) : NULL;
	const uint8_t *made;

	if (!hint || p->len != OSPF_HLEN || hint->pool != x->oi->area->ospf->pool)
		return NULL;
	made = b->data + sizeof(*hint);
	return x->body == made + OSPF_HLEN && memcmp(x->head, made, OSPF_HLEN) == 0 ? hint : NULL;
}

static enum drop rx_packet(struct pkt *p, struct rx *x)
{
	struct blk *b = NULL;
	enum drop why = rx_ip(x);

	if (why)
		return why;
	if (!pkt_pullup(p, OSPF_HLEN))
		return DROP_OSPF_SHORT;
	x->head = pkt_data(p);
	x->body = body_of(p, &b);
	x->hint = hint_of(x, p);
	why = x->body ? rx_steps(x, pkt_len(p)) : DROP_NO_MEMORY;
	if (b)
		blk_put(p->pool, b);
	return why;
}

/* Where OSPF does not run, a raw socket may speak it. */
static void rx_nobody(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	if (m->raw)
		pkt_free(p);
	else
		icmp_error_output(st, p, m, ICMP4_UNREACH, ICMP4_UNREACH_PROTO, 0, DROP_IP4_PROTO);
}

void ospf_input(struct stack *st, struct pkt *p, const struct ip_meta *m)
{
	struct rx x = { .m = m };
	enum drop why;

	if (!st->ospf) {
		rx_nobody(st, p, m);
		return;
	}
	x.oi = ospf_if_of(st->ospf, m->dev);
	why = rx_packet(p, &x);
	if (why)
		pkt_drop(st, p, why);
	else
		pkt_free(p);
}
