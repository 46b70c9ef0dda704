// SPDX-License-Identifier: MIT
#include "stack/wire/ospf.h"

#include <assert.h>

#include "stack/util/be.h"
#include "stack/util/csum.h"

#define CSUM_AT 12                        /* bytes */

/* --- the header (RFC 2328 A.3.1, D.3) ------------------------------------------------ */

static void auth_get(struct ospf_hdr *h, const uint8_t *p)
{
	memset(&h->u, 0, sizeof(h->u));
	if (h->autype != OSPF_AUTH_CRYPTO) {
		memcpy(h->u.auth, p, OSPF_AUTH_LEN);
		return;
	}
	h->u.crypto.key_id = p[2];
	h->u.crypto.digest_len = p[3];
	h->u.crypto.seq = get_be32(p + 4);
}

static void auth_put(const struct ospf_hdr *h, uint8_t *p)
{
	if (h->autype != OSPF_AUTH_CRYPTO) {
		memcpy(p, h->u.auth, OSPF_AUTH_LEN);
		return;
	}
	put_be16(p, 0);
	p[2] = h->u.crypto.key_id;
	p[3] = h->u.crypto.digest_len;
	put_be32(p + 4, h->u.crypto.seq);
}

enum drop ospf_hdr_parse(struct ospf_hdr *h, const uint8_t *p, size_t avail)
{
	size_t digest_len;

	if (avail < OSPF_HLEN)
		return DROP_OSPF_SHORT;
	if (p[0] != OSPF_VERSION)
		return DROP_OSPF_VERSION;
	h->type = p[1];
	h->len = get_be16(p + 2);
	h->router_id = get_be32(p + 4);
	h->area = get_be32(p + 8);
	h->csum = get_be16(p + CSUM_AT);
	h->autype = get_be16(p + 14);
	auth_get(h, p + OSPF_AUTH_AT);
	if (h->type < OSPF_HELLO || h->type >= OSPF_TYPE_N)
		return DROP_OSPF_TYPE;
	digest_len = h->autype == OSPF_AUTH_CRYPTO ? h->u.crypto.digest_len : 0;
	return h->len < OSPF_HLEN || h->len + digest_len > avail ? DROP_OSPF_LENGTH : DROP_NONE;
}

void ospf_hdr_emit(const struct ospf_hdr *h, struct wr *w)
{
	uint8_t *p = wr_take(w, OSPF_HLEN);

	if (!p)
		return;
	p[0] = OSPF_VERSION;
	p[1] = h->type;
	put_be16(p + 2, h->len);
	put_be32(p + 4, h->router_id);
	put_be32(p + 8, h->area);
	put_be16(p + CSUM_AT, h->csum);
	put_be16(p + 14, h->autype);
	auth_put(h, p + OSPF_AUTH_AT);
}

void ospf_finish(uint8_t *p, size_t n)
{
	bool crypto = get_be16(p + 14) == OSPF_AUTH_CRYPTO;

	assert(n >= OSPF_HLEN && n <= UINT16_MAX);
	put_be16(p + 2, (uint16_t)n);
	put_be16(p + CSUM_AT, crypto ? 0 : ospf_csum(p, n));
}

uint16_t ospf_csum(const uint8_t *p, size_t n)
{
	uint64_t sum = csum_add(0, p, CSUM_AT) + get_be16(p + CSUM_AT + 2);

	return csum_fold(csum_add(sum, p + OSPF_HLEN, n - OSPF_HLEN));
}

bool ospf_csum_ok_apart(const uint8_t *head, const uint8_t *body, size_t n)
{
	return csum_fold(csum_add(csum_add(0, head, OSPF_AUTH_AT), body, n)) == 0;
}

bool ospf_csum_ok(const uint8_t *p, size_t n)
{
	return ospf_csum_ok_apart(p, p + OSPF_HLEN, n - OSPF_HLEN);
}

/* --- bodies ------------------------------------------------------------------------- */

static bool whole_items(const struct rd *r, size_t item_len)
{
	return rd_ok(r) && rd_left(r) % item_len == 0;
}

bool ospf_hello_parse(struct ospf_hello *h, struct rd *r)
{
	h->mask = rd_u32(r);
	h->hello_interval = rd_u16(r);
	h->options = rd_u8(r);
	h->priority = rd_u8(r);
	h->dead_interval = rd_u32(r);
	h->dr = rd_u32(r);
	h->bdr = rd_u32(r);
	return whole_items(r, 4);
}

void ospf_hello_emit(const struct ospf_hello *h, struct wr *w)
{
	wr_u32(w, h->mask);
	wr_u16(w, h->hello_interval);
	wr_u8(w, h->options);
	wr_u8(w, h->priority);
	wr_u32(w, h->dead_interval);
	wr_u32(w, h->dr);
	wr_u32(w, h->bdr);
}

bool ospf_dd_parse(struct ospf_dd *dd, struct rd *r)
{
	dd->mtu = rd_u16(r);
	dd->options = rd_u8(r);
	dd->flags = rd_u8(r);
	dd->seq = rd_u32(r);
	return whole_items(r, OSPF_LSA_HLEN);
}

void ospf_dd_emit(const struct ospf_dd *dd, struct wr *w)
{
	wr_u16(w, dd->mtu);
	wr_u8(w, dd->options);
	wr_u8(w, dd->flags);
	wr_u32(w, dd->seq);
}

bool ospf_lsr_parse(struct rd *r)
{
	return whole_items(r, OSPF_LSR_ITEM_LEN);
}

bool ospf_lsr_item_parse(struct ospf_lsr_item *it, struct rd *r)
{
	it->type = rd_u32(r);
	it->id = rd_u32(r);
	it->adv = rd_u32(r);
	return rd_ok(r);
}

void ospf_lsr_item_emit(const struct ospf_lsr_item *it, struct wr *w)
{
	wr_u32(w, it->type);
	wr_u32(w, it->id);
	wr_u32(w, it->adv);
}

bool ospf_lsu_parse(uint32_t *n, struct rd *r)
{
	*n = rd_u32(r);
	return rd_ok(r) && *n <= rd_left(r) / OSPF_LSA_HLEN;
}

void ospf_lsu_emit(uint32_t n, struct wr *w)
{
	wr_u32(w, n);
}

bool ospf_lsack_parse(struct rd *r)
{
	return whole_items(r, OSPF_LSA_HLEN);
}
