// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/offload.h"

#include <linux/virtio_net.h>
#include <string.h>

#include "stack/util/be.h"
#include "stack/util/csum.h"
#include "stack/wire/eth.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5       /* Linux 6.2's header is the first to have it */
#endif

#define TAGS_MAX 2
#define IP4_HLEN 20
#define IP6_HLEN 40
#define TCP_HLEN 20
#define UDP_HLEN 8
#define HEAD_MAX (ETH_HLEN + TAGS_MAX * ETH_VLAN_LEN + 60 + 60)
#define IP_MAX 65535
#define PROTO_TCP 6
#define PROTO_UDP 17

#define TCP_SEQ 4                         /* offsets of RFC 9293 3.1 */
#define TCP_DOFF 12
#define TCP_FLAGS 13
#define TCP_CSUM 16
#define TCP_FIN 0x01
#define TCP_PSH 0x08
#define TCP_CWR 0x80
#define UDP_LEN 4                         /* and of RFC 768 */
#define UDP_CSUM 6

/* A super-frame: its headers, which start every frame cut from it. */
struct super {
	uint8_t head[HEAD_MAX];
	size_t l3, l4, hlen;              /* offsets; of the IP header, its payload, the data */
	size_t mss;                       /* data bytes of each frame but the last */
	uint8_t proto;
	bool ip6;
};

/* --- checksums ------------------------------------------------------------------ */

/* A sum that is 0 means "none" in UDP, which has another spelling of 0. */
static void csum_put(uint8_t *at, uint64_t sum, bool udp)
{
	uint16_t c = csum_fold(sum);

	put_be16(at, c || !udp ? c : 0xffff);
}

/* The field holds the sum of the pseudo-header; the rest is ours to add. */
static bool csum_complete(const struct virtio_net_hdr *h, uint8_t *frame, size_t n)
{
	size_t from = h->csum_start, at = from + h->csum_offset;

	if (at + 2 > n)
		return false;
	csum_put(frame + at, csum_add(0, frame + from, n - from), h->csum_offset == UDP_CSUM);
	return true;
}

/* Of the transport header at l4 and its data, len bytes together (RFC 1071,
 * RFC 8200 8.1). */
static uint64_t l4_sum(const struct super *s, const uint8_t *frame, size_t len)
{
	const uint8_t *addrs = frame + s->l3 + (s->ip6 ? 8 : 12);
	uint64_t sum = csum_add(s->proto + len, addrs, s->ip6 ? 32 : 8);

	return csum_add(sum, frame + s->l4, len);
}

/* --- super-frames ----------------------------------------------------------------- */

/* Finds the IP header behind the tags. */
static bool super_l3(struct super *s, const uint8_t *frame, size_t n)
{
	uint16_t type;

	s->l3 = ETH_HLEN;
	if (n < ETH_HLEN)
		return false;
	type = eth_get_type(frame);
	for (int i = 0; i < TAGS_MAX && (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ); i++) {
		s->l3 += ETH_VLAN_LEN;
		if (n < s->l3)
			return false;
		type = get_be16(frame + s->l3 - 2);
	}
	s->ip6 = type == ETHERTYPE_IP6;
	return s->ip6 || type == ETHERTYPE_IP4;
}

static bool super_l4(struct super *s, const uint8_t *frame, size_t n)
{
	const uint8_t *ip = frame + s->l3;
	size_t left = n - s->l3;

	if (left < (s->ip6 ? IP6_HLEN : IP4_HLEN) || ip[0] >> 4 != (s->ip6 ? 6 : 4))
		return false;
	s->l4 = s->l3 + (s->ip6 ? IP6_HLEN : (size_t)(ip[0] & 15) * 4);
	s->proto = ip[s->ip6 ? 6 : 9];
	return s->l4 >= s->l3 + IP4_HLEN && (s->ip6 || !(get_be16(ip + 6) & 0x3fff));
}

static bool super_data(struct super *s, const uint8_t *frame, size_t n)
{
	size_t min = s->proto == PROTO_TCP ? TCP_HLEN : UDP_HLEN, len = min;

	if (n < s->l4 + min)
		return false;
	if (s->proto == PROTO_TCP)
		len = (size_t)(frame[s->l4 + TCP_DOFF] >> 4) * 4;
	s->hlen = s->l4 + len;
	return len >= min && s->hlen <= n && s->hlen - s->l3 + s->mss <= IP_MAX;
}

static bool super_parse(struct super *s, const struct virtio_net_hdr *h, const uint8_t *frame,
			size_t n)
{
	bool ok;

	s->mss = h->gso_size;
	if (!s->mss || !super_l3(s, frame, n) || !super_l4(s, frame, n))
		return false;
	switch (h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		ok = !s->ip6 && s->proto == PROTO_TCP;
		break;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		ok = s->ip6 && s->proto == PROTO_TCP;
		break;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		ok = s->proto == PROTO_UDP;
		break;
	default:
		ok = false;
	}
	if (!ok || !super_data(s, frame, n))
		return false;
	memcpy(s->head, frame, s->hlen);
	return true;
}

/* The headers of the i-th frame, whose data of len bytes is already in place;
 * first and last as in the super-frame, between them without the flags that
 * belong to its ends (RFC 3168 6.1.2 for CWR). */
static void piece_l3(const struct super *s, uint8_t *frame, size_t i, size_t len)
{
	uint8_t *ip = frame + s->l3;
	size_t l4_len = s->hlen - s->l4 + len;

	if (s->ip6) {
		put_be16(ip + 4, (uint16_t)l4_len);
		return;
	}
	put_be16(ip + 2, (uint16_t)(s->l4 - s->l3 + l4_len));
	put_be16(ip + 4, (uint16_t)(get_be16(ip + 4) + i));
	put_be16(ip + 10, 0);
	put_be16(ip + 10, csum(ip, s->l4 - s->l3));
}

static void piece_l4(const struct super *s, uint8_t *frame, size_t i, size_t len, bool last)
{
	uint8_t *l4 = frame + s->l4;
	uint8_t *sum = l4 + (s->proto == PROTO_TCP ? TCP_CSUM : UDP_CSUM);
	size_t l4_len = s->hlen - s->l4 + len;

	if (s->proto == PROTO_TCP) {
		put_be32(l4 + TCP_SEQ, get_be32(l4 + TCP_SEQ) + (uint32_t)(i * s->mss));
		if (i)
			l4[TCP_FLAGS] &= (uint8_t)~TCP_CWR;
		if (!last)
			l4[TCP_FLAGS] &= (uint8_t)~(TCP_FIN | TCP_PSH);
	} else {
		put_be16(l4 + UDP_LEN, (uint16_t)l4_len);
	}
	put_be16(sum, 0);
	csum_put(sum, l4_sum(s, frame, l4_len), s->proto != PROTO_TCP);
}

/* Each piece is made where its data is: its headers replace data that went
 * out before. */
static bool super_cut(const struct virtio_net_hdr *h, uint8_t *frame, size_t n, offload_fn out,
		      void *ctx)
{
	struct super s;
	size_t i = 0, at = 0, data;

	if (!super_parse(&s, h, frame, n))
		return false;
	data = n - s.hlen;
	do {
		size_t len = data < s.mss ? data : s.mss;
		uint8_t *piece = frame + at;

		memcpy(piece, s.head, s.hlen);
		piece_l3(&s, piece, i, len);
		piece_l4(&s, piece, i, len, len == data);
		out(ctx, piece, s.hlen + len);
		data -= len;
		at += len;
		i++;
	} while (data);
	return true;
}

/* --- frames ------------------------------------------------------------------------ */

bool offload_finish(const struct virtio_net_hdr *h, uint8_t *frame, size_t n, offload_fn out,
		    void *ctx)
{
	if (h->gso_type != VIRTIO_NET_HDR_GSO_NONE)
		return super_cut(h, frame, n, out, ctx);
	if ((h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && !csum_complete(h, frame, n))
		return false;
	out(ctx, frame, n);
	return true;
}

uint8_t *offload_put_tag(struct virtio_net_hdr *h, uint8_t *frame, uint16_t tpid, uint16_t tci)
{
	uint8_t *tagged = frame - OFFLOAD_TAG_LEN;

	memmove(tagged, frame, ETH_HLEN - 2);
	put_be16(tagged + ETH_HLEN - 2, tpid);
	put_be16(tagged + ETH_HLEN, tci);
	h->csum_start = (uint16_t)(h->csum_start + OFFLOAD_TAG_LEN);
	h->hdr_len = (uint16_t)(h->hdr_len + OFFLOAD_TAG_LEN);
	return tagged;
}
