// SPDX-License-Identifier: MIT
#include "stack/wire/eth.h"

#include "stack/util/be.h"

#define LLC_LEN 3                         /* DSAP, SSAP, control */

/* RFC 1042: both SAPs are SNAP, control is unnumbered information, and an
 * organisation code of zero says that an EtherType follows. */
static const uint8_t snap[6] = { 0xaa, 0xaa, 0x03, 0, 0, 0 };

bool eth_hdr_parse(struct eth_hdr *h, struct rd *r)
{
	const uint8_t *b = rd_take(r, ETH_HLEN);

	if (!b)
		return false;
	memcpy(h->dst.b, b, 6);
	memcpy(h->src.b, b + 6, 6);
	h->type = get_be16(b + 12);
	return true;
}

void eth_hdr_emit(const struct eth_hdr *h, struct wr *w)
{
	uint8_t *b = wr_take(w, ETH_HLEN);

	if (!b)
		return;
	memcpy(b, h->dst.b, 6);
	memcpy(b + 6, h->src.b, 6);
	put_be16(b + 12, h->type);
}

enum drop eth_llc_parse(uint16_t *type, uint16_t len, struct rd *r)
{
	const uint8_t *b;

	if (len < LLC_LEN || len > rd_left(r))
		return DROP_ETH_LENGTH;
	r->end = r->p + len;              /* what follows is padding */
	if (len < ETH_SNAP_LEN || memcmp(r->p, snap, sizeof(snap)) != 0)
		return DROP_ETH_LLC;
	b = rd_take(r, ETH_SNAP_LEN);
	if (!b)
		return DROP_ETH_LENGTH;
	*type = get_be16(b + 6);
	return DROP_NONE;
}

void eth_snap_emit(uint16_t type, struct wr *w)
{
	wr_bytes(w, snap, sizeof(snap));
	wr_u16(w, type);
}
