// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/expose_frame.h"

#include "stack/util/csum.h"
#include "stack/wire/eth.h"
#include "stack/wire/ip4.h"
#include "stack/wire/udp.h"

#define TTL 64

size_t expose_frame_emit(const struct expose_dgram *d, uint8_t *out)
{
	struct udp_hdr udp = { .sport = d->sport, .dport = d->dport,
			       .len = (uint16_t)(UDP_HLEN + d->n) };
	struct ip4_hdr ip = { .hlen = IP4_HLEN, .ttl = TTL, .proto = IP_PROTO_UDP, .df = true,
			      .total_len = (uint16_t)(IP4_HLEN + UDP_HLEN + d->n),
			      .src = d->src, .dst = d->dst };
	struct eth_hdr eth = { .type = ETHERTYPE_IP4 };
	struct wr w = wr_init(out, EXPOSE_HLEN + d->n);

	udp.csum = udp_csum4(&udp, d->src, d->dst, csum_add(0, d->data, d->n));
	eth_hdr_emit(&eth, &w);
	ip4_hdr_emit(&ip, NULL, &w);
	udp_hdr_emit(&udp, &w);
	if (d->n)
		wr_bytes(&w, d->data, d->n);
	return wr_len(&w);
}

bool expose_frame_parse(struct expose_dgram *d, const uint8_t *frame, size_t n)
{
	struct rd r = rd_init(frame, n);
	struct eth_hdr eth;
	struct ip4_hdr ip;
	struct udp_hdr udp;

	if (!eth_hdr_parse(&eth, &r) || eth.type != ETHERTYPE_IP4)
		return false;
	frame += ETH_HLEN;
	n -= ETH_HLEN;
	if (ip4_hdr_parse(&ip, frame, n, n) != DROP_NONE || ip.proto != IP_PROTO_UDP ||
	    ip4_is_frag(&ip))
		return false;
	r = rd_init(frame + ip.hlen, (size_t)ip.total_len - ip.hlen);
	if (!udp_hdr_parse(&udp, &r) || udp.len != ip.total_len - ip.hlen)
		return false;
	*d = (struct expose_dgram){ ip.src, ip.dst, udp.sport, udp.dport,
				    frame + ip.hlen + UDP_HLEN, (size_t)udp.len - UDP_HLEN };
	return true;
}
