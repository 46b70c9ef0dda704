// SPDX-License-Identifier: MIT
#include "stack/wire/ip4.h"

#include <assert.h>

#include "stack/util/cc.h"

#define FLAG_DF IP4_FLAG_DF
#define FLAG_MF 0x2000
#define OFF_MASK 0x1fff                   /* in units of 8 bytes */

/* The five words of a header without options, in host order. */
struct words { uint32_t w[IP4_HLEN / 4]; };

static inline struct words words_get(const uint8_t *p)
{
	return (struct words){ { get_be32(p), get_be32(p + 4), get_be32(p + 8),
				 get_be32(p + 12), get_be32(p + 16) } };
}

/*
 * The sum of a header that holds its right checksum is all ones (RFC 1071): a
 * multiple of 0xffff, and not zero since the version is not.  Words of 32 bits
 * do as well, for 2^16 is 1 modulo 0xffff.
 */
static inline bool csum_ok(const struct words *x)
{
	return ((uint64_t)x->w[0] + x->w[1] + x->w[2] + x->w[3] + x->w[4]) % 0xffff == 0;
}

static inline void fields_get(struct ip4_hdr *h, const struct words *x)
{
	uint32_t frag = x->w[1] & 0xffff;

	h->hlen = (uint8_t)(x->w[0] >> 24 & 15) * 4;
	h->tos = (uint8_t)(x->w[0] >> 16);
	h->total_len = (uint16_t)x->w[0];
	h->id = (uint16_t)(x->w[1] >> 16);
	h->df = frag & FLAG_DF;
	h->mf = frag & FLAG_MF;
	h->frag_off = (uint16_t)((frag & OFF_MASK) * 8);
	h->ttl = (uint8_t)(x->w[2] >> 24);
	h->proto = (uint8_t)(x->w[2] >> 16);
	h->csum = (uint16_t)x->w[2];
	h->src = x->w[3];
	h->dst = x->w[4];
}

/* A header with options, or one with something wrong. */
static slow_path enum drop parse_unusual(struct ip4_hdr *h, const uint8_t *p, size_t avail,
				    size_t total)
{
	struct words x = words_get(p);
	size_t hlen = (x.w[0] >> 24 & 15) * 4, len = x.w[0] & 0xffff;

	if (x.w[0] >> 28 != 4)
		return DROP_IP4_VERSION;
	if (hlen < IP4_HLEN)
		return DROP_IP4_HLEN;
	if (len < hlen || len > total)
		return DROP_IP4_LENGTH;
	if (hlen > avail)
		return DROP_IP4_SHORT;
	if (csum(p, hlen) != 0)
		return DROP_IP4_CHECKSUM;
	fields_get(h, &x);
	return DROP_NONE;
}

enum drop ip4_hdr_parse(struct ip4_hdr *h, const uint8_t *p, size_t avail, size_t total)
{
	struct words x;
	size_t len;

	if (unlikely(avail < IP4_HLEN || total < IP4_HLEN))
		return DROP_IP4_SHORT;
	x = words_get(p);
	len = x.w[0] & 0xffff;
	if (unlikely(x.w[0] >> 24 != 0x45 || len < IP4_HLEN || len > total || !csum_ok(&x)))
		return parse_unusual(h, p, avail, total);
	fields_get(h, &x);
	return DROP_NONE;
}

bool ip4_quote_parse(struct ip4_hdr *h, const uint8_t *p, size_t avail)
{
	struct words x;

	if (avail < IP4_HLEN || p[0] >> 4 != 4)
		return false;
	x = words_get(p);
	fields_get(h, &x);
	return h->hlen >= IP4_HLEN && h->hlen <= avail;
}

void ip4_hdr_emit(const struct ip4_hdr *h, const uint8_t *opts, struct wr *w)
{
	uint8_t *p = wr_take(w, IP4_HLEN);
	size_t optlen = h->hlen - (size_t)IP4_HLEN;
	uint32_t first = 0x4000u | (uint32_t)h->hlen / 4 << 8 | h->tos;
	uint32_t frag = h->frag_off / 8u | (h->df ? FLAG_DF : 0) | (h->mf ? FLAG_MF : 0);
	uint32_t life = (uint32_t)h->ttl << 8 | h->proto;
	uint64_t sum = (uint64_t)first + h->total_len + h->id + frag + life + h->src + h->dst;

	assert(h->hlen >= IP4_HLEN && h->hlen <= IP4_HLEN_MAX && h->hlen % 4 == 0);
	assert(h->frag_off % 8 == 0);
	if (!p)
		return;
	put_be16(p, (uint16_t)first);
	put_be16(p + 2, h->total_len);
	put_be16(p + 4, h->id);
	put_be16(p + 6, (uint16_t)frag);
	put_be16(p + 8, (uint16_t)life);
	put_be16(p + 10, csum_fold(optlen ? csum_add(sum, opts, optlen) : sum));
	put_be32(p + 12, h->src);
	put_be32(p + 16, h->dst);
}

void ip4_hdr_seal(uint8_t *p, size_t hlen)
{
	put_be16(p + 10, 0);
	put_be16(p + 10, csum(p, hlen));
}

void ip4_hdr_show(const struct ip4_hdr *h, struct buf *out)
{
	char src[ADDR_STRLEN], dst[ADDR_STRLEN];

	buf_printf(out, "%s > %s: proto %u, ttl %u, id %u", ip4_fmt(h->src, src),
		   ip4_fmt(h->dst, dst), h->proto, h->ttl, h->id);
	if (ip4_is_frag(h))
		buf_printf(out, ", offset %u%s", h->frag_off, h->mf ? "+" : "");
	if (h->df)
		buf_str(out, ", DF");
	buf_printf(out, ", length %u", h->total_len);
}
