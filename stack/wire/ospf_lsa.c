// SPDX-License-Identifier: MIT
#include "stack/wire/ospf_lsa.h"

#include "stack/util/cc.h"
#include "stack/util/fletcher.h"

#define AGE_LEN 2                         /* bytes in front that no checksum covers */
#define CSUM_AT 16                        /* bytes */
#define TOS_METRIC_LEN 4                  /* bytes of a further metric in summary-LSAs, */
#define TOS_EXTERNAL_LEN 12               /* and of one in external LSAs */

enum ospf_scope ospf_lsa_scope(uint8_t type)
{
	switch (type) {
	case OSPF_LSA_LINK_OPAQUE:
		return OSPF_SCOPE_LINK;
	case OSPF_LSA_ROUTER:
	case OSPF_LSA_NETWORK:
	case OSPF_LSA_SUMMARY:
	case OSPF_LSA_ASBR:
	case OSPF_LSA_NSSA:
	case OSPF_LSA_AREA_OPAQUE:
		return OSPF_SCOPE_AREA;
	case OSPF_LSA_EXTERNAL:
	case OSPF_LSA_AS_OPAQUE:
		return OSPF_SCOPE_AS;
	}
	return OSPF_SCOPE_NONE;
}

/* --- the header -------------------------------------------------------------------- */

void ospf_lsa_hdr_emit(const struct ospf_lsa_hdr *h, struct wr *w)
{
	uint8_t *p = wr_take(w, OSPF_LSA_HLEN);

	if (!p)
		return;
	put_be16(p, h->age);
	p[2] = h->options;
	p[3] = h->type;
	put_be32(p + 4, h->id);
	put_be32(p + 8, h->adv);
	put_be32(p + 12, (uint32_t)h->seq.v);
	put_be16(p + CSUM_AT, h->csum);
	put_be16(p + 18, h->len);
}

const uint8_t *ospf_lsa_take(struct ospf_lsa_hdr *h, struct rd *r)
{
	const uint8_t *p = r->p;

	if (!ospf_lsa_hdr_parse(h, r))
		return NULL;
	if (h->len < OSPF_LSA_HLEN) {
		r->bad = true;
		return NULL;
	}
	return rd_take(r, h->len - (size_t)OSPF_LSA_HLEN) ? p : NULL;
}

void ospf_lsa_finish(uint8_t *p, size_t n)
{
	assert(n >= OSPF_LSA_HLEN && n <= UINT16_MAX);
	put_be16(p + 18, (uint16_t)n);
	put_be16(p + CSUM_AT, ospf_lsa_csum(p, n));
}

uint16_t ospf_lsa_csum(const uint8_t *p, size_t n)
{
	return fletcher_make(p + AGE_LEN, n - AGE_LEN, CSUM_AT - AGE_LEN);
}

/* RFC 2328 12.1.7: 0 is a failure, whatever the sums are. */
bool ospf_lsa_csum_ok(const uint8_t *p, size_t n)
{
	return get_be16(p + CSUM_AT) && fletcher_ok(p + AGE_LEN, n - AGE_LEN);
}

/* --- bodies ------------------------------------------------------------------------- */

bool ospf_router_parse(struct ospf_router *rt, struct rd *r)
{
	rt->flags = rd_u8(r);
	rd_u8(r);
	rt->n_links = rd_u16(r);
	return rd_ok(r);
}

void ospf_router_emit(const struct ospf_router *rt, struct wr *w)
{
	wr_u8(w, rt->flags);
	wr_u8(w, 0);
	wr_u16(w, rt->n_links);
}

void ospf_link_emit(const struct ospf_link *l, struct wr *w)
{
	wr_u32(w, l->id);
	wr_u32(w, l->data);
	wr_u8(w, l->type);
	wr_u8(w, 0);
	wr_u16(w, l->metric);
}

bool ospf_network_parse(ip4_t *mask, struct rd *r)
{
	*mask = rd_u32(r);
	return rd_ok(r) && rd_left(r) % 4 == 0;
}

void ospf_network_emit(ip4_t mask, struct wr *w)
{
	wr_u32(w, mask);
}

bool ospf_summary_parse(struct ospf_summary *s, struct rd *r)
{
	s->mask = rd_u32(r);
	s->metric = rd_u32(r) & OSPF_LS_INFINITY;
	return rd_ok(r) && rd_left(r) % TOS_METRIC_LEN == 0;
}

void ospf_summary_emit(const struct ospf_summary *s, struct wr *w)
{
	wr_u32(w, s->mask);
	wr_u32(w, s->metric & OSPF_LS_INFINITY);
}

#define E2_BIT 0x80000000                 /* above the metric */

bool ospf_external_parse(struct ospf_external *x, struct rd *r)
{
	uint32_t metric;

	x->mask = rd_u32(r);
	metric = rd_u32(r);
	x->e2 = metric & E2_BIT;
	x->metric = metric & OSPF_LS_INFINITY;
	x->fwd = rd_u32(r);
	x->tag = rd_u32(r);
	return rd_ok(r) && rd_left(r) % TOS_EXTERNAL_LEN == 0;
}

void ospf_external_emit(const struct ospf_external *x, struct wr *w)
{
	wr_u32(w, x->mask);
	wr_u32(w, (x->e2 ? E2_BIT : 0) | (x->metric & OSPF_LS_INFINITY));
	wr_u32(w, x->fwd);
	wr_u32(w, x->tag);
}

/* --- validity ------------------------------------------------------------------------ */

static enum ospf_lsa_fault check_router(const struct ospf_lsa_hdr *h, struct rd r)
{
	struct ospf_router rt;
	struct ospf_link l;

	if (!ospf_router_parse(&rt, &r))
		return OSPF_LSA_BAD_LENGTH;
	if (h->id != h->adv)
		return OSPF_LSA_BAD_ID;
	for (unsigned i = 0; i < rt.n_links; i++) {
		if (!ospf_link_parse(&l, &r))
			return OSPF_LSA_BAD_COUNT;
		if (l.type < OSPF_LINK_P2P || l.type > OSPF_LINK_VIRTUAL)
			return OSPF_LSA_BAD_LINK;
		if (l.type == OSPF_LINK_STUB && !ip4_is_mask(l.data))
			return OSPF_LSA_BAD_MASK;
	}
	return rd_left(&r) ? OSPF_LSA_BAD_COUNT : OSPF_LSA_OK;
}

/* It names its originator at least (RFC 2328 12.4.2). */
static enum ospf_lsa_fault check_network(struct rd r)
{
	ip4_t mask;

	if (!ospf_network_parse(&mask, &r) || rd_left(&r) == 0)
		return OSPF_LSA_BAD_LENGTH;
	return mask && ip4_is_mask(mask) ? OSPF_LSA_OK : OSPF_LSA_BAD_MASK;
}

static enum ospf_lsa_fault check_summary(const struct ospf_lsa_hdr *h, struct rd r)
{
	struct ospf_summary s;

	if (!ospf_summary_parse(&s, &r))
		return OSPF_LSA_BAD_LENGTH;
	return h->type == OSPF_LSA_ASBR || ip4_is_mask(s.mask) ? OSPF_LSA_OK : OSPF_LSA_BAD_MASK;
}

static enum ospf_lsa_fault check_external(struct rd r)
{
	struct ospf_external x;

	if (!ospf_external_parse(&x, &r))
		return OSPF_LSA_BAD_LENGTH;
	return ip4_is_mask(x.mask) ? OSPF_LSA_OK : OSPF_LSA_BAD_MASK;
}

static enum ospf_lsa_fault check_body(const struct ospf_lsa_hdr *h, struct rd r)
{
	switch (h->type) {
	case OSPF_LSA_ROUTER:
		return check_router(h, r);
	case OSPF_LSA_NETWORK:
		return check_network(r);
	case OSPF_LSA_SUMMARY:
	case OSPF_LSA_ASBR:
		return check_summary(h, r);
	case OSPF_LSA_EXTERNAL:
	case OSPF_LSA_NSSA:
		return check_external(r);
	case OSPF_LSA_LINK_OPAQUE:
	case OSPF_LSA_AREA_OPAQUE:
	case OSPF_LSA_AS_OPAQUE:
		return OSPF_LSA_OK;
	}
	return OSPF_LSA_BAD_TYPE;
}

enum ospf_lsa_fault ospf_lsa_check(const uint8_t *p, size_t n)
{
	struct ospf_lsa_hdr h;

	if (n < OSPF_LSA_HLEN)
		return OSPF_LSA_BAD_LENGTH;
	ospf_lsa_hdr_get(&h, p);
	if (h.len != n)
		return OSPF_LSA_BAD_LENGTH;
	if (!ospf_lsa_csum_ok(p, n))
		return OSPF_LSA_BAD_CSUM;
	if (h.age > OSPF_MAX_AGE)
		return OSPF_LSA_BAD_AGE;
	if (ospf_seq_eq(h.seq, OSPF_SEQ_RESERVED))
		return OSPF_LSA_BAD_SEQ;
	return check_body(&h, ospf_lsa_body(p, n));
}

const char *ospf_lsa_fault_text(enum ospf_lsa_fault fault)
{
	static const char *const texts[] = {
		[OSPF_LSA_OK] = "well formed",
		[OSPF_LSA_BAD_LENGTH] = "bad length",
		[OSPF_LSA_BAD_CSUM] = "bad checksum",
		[OSPF_LSA_BAD_TYPE] = "unknown type",
		[OSPF_LSA_BAD_AGE] = "age above MaxAge",
		[OSPF_LSA_BAD_SEQ] = "reserved sequence number",
		[OSPF_LSA_BAD_ID] = "a router-LSA under another router's ID",
		[OSPF_LSA_BAD_LINK] = "unknown link type",
		[OSPF_LSA_BAD_COUNT] = "number of links does not match the length",
		[OSPF_LSA_BAD_MASK] = "bad network mask",
	};

	return (unsigned)fault < N_ELEM(texts) ? texts[fault] : "unknown fault";
}
