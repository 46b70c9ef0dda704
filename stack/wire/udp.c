// SPDX-License-Identifier: MIT
#include "stack/wire/udp.h"

#include "stack/util/be.h"
#include "stack/wire/ip4.h"

bool udp_hdr_parse(struct udp_hdr *h, struct rd *r)
{
	const uint8_t *b = rd_take(r, UDP_HLEN);

	if (!b)
		return false;
	h->sport = get_be16(b);
	h->dport = get_be16(b + 2);
	h->len = get_be16(b + 4);
	h->csum = get_be16(b + 6);
	return h->len >= UDP_HLEN;
}

void udp_hdr_emit(const struct udp_hdr *h, struct wr *w)
{
	wr_u16(w, h->sport);
	wr_u16(w, h->dport);
	wr_u16(w, h->len);
	wr_u16(w, h->csum);
}

void udp_hdr_show(const struct udp_hdr *h, struct buf *out)
{
	buf_printf(out, "%u > %u: UDP, length %d", h->sport, h->dport, h->len - UDP_HLEN);
}

/* All but the checksum field. */
static uint64_t sum4(const struct udp_hdr *h, ip4_t src, ip4_t dst, uint64_t data)
{
	return data + csum_pseudo4(src, dst, IP_PROTO_UDP, h->len) +
	       h->sport + h->dport + h->len;
}

uint16_t udp_csum4(const struct udp_hdr *h, ip4_t src, ip4_t dst, uint64_t data)
{
	uint16_t c = csum_fold(sum4(h, src, dst, data));

	return c ? c : 0xffff;
}

bool udp_csum4_ok(const struct udp_hdr *h, ip4_t src, ip4_t dst, uint64_t data)
{
	return h->csum == 0 || csum_fold(sum4(h, src, dst, data) + h->csum) == 0;
}
