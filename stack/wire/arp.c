// SPDX-License-Identifier: MIT
#include "stack/wire/arp.h"

#define ARP_HTYPE_ETHER 1
#define ARP_PTYPE_IP4 0x0800

bool arp_parse(struct arp *a, struct rd *r)
{
	uint16_t htype = rd_u16(r), ptype = rd_u16(r);
	uint8_t hlen = rd_u8(r), plen = rd_u8(r);

	a->op = rd_u16(r);
	rd_bytes(r, a->sha.b, 6);
	a->spa = rd_u32(r);
	rd_bytes(r, a->tha.b, 6);
	a->tpa = rd_u32(r);
	return rd_ok(r) && htype == ARP_HTYPE_ETHER && ptype == ARP_PTYPE_IP4 &&
	       hlen == 6 && plen == 4;
}

void arp_emit(const struct arp *a, struct wr *w)
{
	wr_u16(w, ARP_HTYPE_ETHER);
	wr_u16(w, ARP_PTYPE_IP4);
	wr_u8(w, 6);
	wr_u8(w, 4);
	wr_u16(w, a->op);
	wr_bytes(w, a->sha.b, 6);
	wr_u32(w, a->spa);
	wr_bytes(w, a->tha.b, 6);
	wr_u32(w, a->tpa);
}

void arp_show(const struct arp *a, struct buf *out)
{
	char spa[ADDR_STRLEN], tpa[ADDR_STRLEN], ha[MAC_STRLEN];

	ip4_fmt(a->spa, spa);
	switch (a->op) {
	case ARP_REQUEST:
		buf_printf(out, "Request who-has %s", ip4_fmt(a->tpa, tpa));
		if (!mac_eq(a->tha, mac_zero))            /* a unicast poll */
			buf_printf(out, " (%s)", mac_fmt(a->tha, ha));
		buf_printf(out, " tell %s", spa);
		break;
	case ARP_REPLY:
		buf_printf(out, "Reply %s is-at %s", spa, mac_fmt(a->sha, ha));
		break;
	default:
		buf_printf(out, "op %u from %s", a->op, spa);
	}
}
