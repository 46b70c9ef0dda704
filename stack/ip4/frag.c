// SPDX-License-Identifier: MIT
/*
 * Fragmentation (RFC 791 3.2, RFC 1812 4.2.2.7).  A fragment has a head of its
 * own, with the header and what of the payload stood in the packet's head; of
 * the rest it holds references.
 */
#include "stack/ip4/ip4.h"
#include "stack/wire/ip4opt.h"

#define FLAGS_AT 6                        /* octet of the header */
#define FLAG_RESERVED 0x80

/* What is cut: its header, the first fragment's options and the others'. */
struct cut {
	const struct pkt *p;
	struct ip4_hdr h;
	uint32_t len;                     /* payload bytes */
	uint8_t hlen_next;                /* header of all fragments but the first */
	uint8_t reserved;                 /* flag, RFC 1812 5.2.5: passed on as it is */
	uint8_t opt[2][IP4OPT_MAX];       /* [0]: of the first, [1]: of the others */
};

/* False: no header, or a fragment that reaches past any datagram's end. */
static bool cut_init(struct cut *c, const struct pkt *p)
{
	const uint8_t *hdr = p->head + p->off;
	size_t n_opt;

	c->p = p;
	if (!ip4_quote_parse(&c->h, hdr, p->len))
		return false;
	c->reserved = hdr[FLAGS_AT] & FLAG_RESERVED;
	c->len = pkt_len(p) - c->h.hlen;
	if (c->h.frag_off + pkt_len(p) > IP4_LEN_MAX)
		return false;
	n_opt = c->h.hlen - (size_t)IP4_HLEN;
	memcpy(c->opt[0], hdr + IP4_HLEN, n_opt);
	c->hlen_next = (uint8_t)(IP4_HLEN + ip4opt_copied(c->opt[1], c->opt[0], n_opt));
	return true;
}

/* Payload bytes [from, to) that are in the body, by reference. */
static int share_body(struct pkt *q, const struct pkt *p, uint32_t from, uint32_t to)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < p->nfrag && at < to; i++) {
		const struct frag *f = &p->frag[i];
		uint32_t lo = from > at ? from - at : 0;
		uint32_t hi = to - at < f->len ? to - at : f->len;
		int err = lo < hi ? pkt_add_frag(q, f->blk, f->off + lo, hi - lo) : OK;

		if (err)
			return err;
		at += f->len;
	}
	return OK;
}

static int share_payload(struct pkt *q, const struct cut *c, uint32_t from, uint32_t to)
{
	uint32_t in_head = c->p->len - (uint32_t)c->h.hlen;
	uint32_t end = to < in_head ? to : in_head;

	if (from < end)
		memcpy(pkt_push(q, end - from), c->p->head + c->p->off + c->h.hlen + from,
		       end - from);
	if (to <= in_head)
		return OK;
	return share_body(q, c->p, from > in_head ? from - in_head : 0, to - in_head);
}

static void push_header(struct pkt *q, const struct cut *c, uint32_t from, uint32_t to)
{
	const uint8_t *opt = c->opt[from > 0];
	struct ip4_hdr h = c->h;
	uint8_t *b;
	struct wr w;

	if (from)
		h.hlen = c->hlen_next;
	h.total_len = (uint16_t)(h.hlen + to - from);
	h.frag_off = (uint16_t)(c->h.frag_off + from);
	h.mf = to < c->len || c->h.mf;            /* p may be a fragment itself */
	h.df = false;
	b = pkt_push(q, h.hlen);
	w = wr_init(b, h.hlen);
	ip4_hdr_emit(&h, opt, &w);
	memcpy(b + IP4_HLEN, opt, h.hlen - (size_t)IP4_HLEN);
	if (unlikely(c->reserved)) {
		b[FLAGS_AT] |= c->reserved;
		ip4_hdr_seal(b, h.hlen);
	}
}

static struct pkt *piece(struct stack *st, const struct cut *c, uint32_t from, uint32_t to)
{
	struct pkt *q = pkt_new(st->pool);

	if (!q)
		return NULL;
	if (share_payload(q, c, from, to) != OK) {
		pkt_free(q);
		return NULL;
	}
	push_header(q, c, from, to);              /* and no link header: l2 stays behind */
	q->dev = c->p->dev;
	q->flags = (uint8_t)(c->p->flags & ~PKT_IN_PLACE);
	return q;
}

/* All pieces or none.  ERR_MSGSIZE: not even 8 bytes fit behind the header. */
static int cut_all(struct stack *st, const struct cut *c, uint32_t mtu, struct pkt_queue *out)
{
	uint32_t from = 0, to;

	while (from < c->len) {
		uint32_t hlen = from ? c->hlen_next : c->h.hlen;
		struct pkt *q;

		if (mtu < hlen + 8)
			return ERR_MSGSIZE;
		to = from + mtu - hlen;
		if (to < c->len)
			to = from + ((mtu - hlen) & ~7u);
		else
			to = c->len;
		q = piece(st, c, from, to);
		if (!q)
			return ERR_NOBUFS;
		pkt_queue_push(out, q);
		from = to;
	}
	return OK;
}

/* Once one is refused the others are of no use. */
static int send_all(struct stack *st, struct pkt_queue *q,
		    int (*send)(struct stack *st, struct pkt *p, void *arg), void *arg)
{
	struct pkt *p;
	int err = OK;

	while ((p = pkt_queue_pop(q))) {
		if (err)
			pkt_drop(st, p, DROP_FRAG_FAIL);
		else
			err = send(st, p, arg);
	}
	return err;
}

int ip4_fragment(struct stack *st, struct pkt *p, uint32_t mtu,
		 int (*send)(struct stack *st, struct pkt *p, void *arg), void *arg)
{
	struct pkt_queue pieces = { 0 };
	struct cut c;
	int err = cut_init(&c, p) ? cut_all(st, &c, mtu, &pieces) : ERR_INVAL;

	if (err) {
		pkt_queue_free(&pieces);
		pkt_drop(st, p, err == ERR_NOBUFS ? DROP_NO_MEMORY : DROP_FRAG_FAIL);
		return err;
	}
	pkt_free(p);
	st->stat[ST_IP_FRAG_OKS]++;
	st->stat[ST_IP_FRAG_CREATES] += pieces.count;
	return send_all(st, &pieces, send, arg);
}
