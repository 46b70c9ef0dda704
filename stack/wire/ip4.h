/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_IP4_H
#define STACK_WIRE_IP4_H
/* The IPv4 header (RFC 791 3.1); its options are in ip4opt.h. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "stack/util/addr.h"
#include "stack/util/be.h"
#include "stack/util/buf.h"
#include "stack/util/csum.h"
#include "stack/util/drop.h"
#include "stack/util/rdwr.h"

#define IP4_HLEN 20                       /* bytes, without options */
#define IP4_HLEN_MAX 60
#define IP4_LEN_MAX 65535                 /* bytes, header included */
#define IP4_FLAG_DF 0x4000                /* beside the fragment's offset */
#define IP4_MIN_MTU 68                    /* RFC 791 3.2: every link forwards this */
#define IP4_MIN_REASSEMBLY 576            /* RFC 1122 3.3.2: EMTU_R, bytes */

#define IP_PROTO_ICMP  1
#define IP_PROTO_IGMP  2
#define IP_PROTO_IPIP  4
#define IP_PROTO_TCP   6
#define IP_PROTO_UDP   17
#define IP_PROTO_IP6   41
#define IP_PROTO_GRE   47
#define IP_PROTO_ICMP6 58
#define IP_PROTO_OSPF  89
#define IP_PROTO_SCTP  132
#define IP_PROTO_RAW   255                /* reserved: never on the wire */

#define IP4_DSCP(tos) ((tos) >> 2)        /* RFC 2474 */
#define IP4_ECN(tos) ((tos) & 3)          /* RFC 3168 */

struct ip4_hdr {
	uint8_t hlen;                     /* bytes, 20 to 60 */
	uint8_t tos;
	uint16_t total_len;               /* bytes, header included */
	uint16_t id;
	bool df, mf;
	uint16_t frag_off;                /* bytes, a multiple of 8 */
	uint8_t ttl, proto;
	uint16_t csum;                    /* as parsed; emit computes its own */
	ip4_t src, dst;
};

/**
 * ip4_hdr_parse - check and read one header
 * @p: the header, with avail bytes that may be read
 * @total: bytes of the frame's payload; those past total_len are padding
 *
 * Checks what needs no context: RFC 1122 3.2.1 and RFC 1812 5.2.2 (1) to (5).
 *
 * Return: DROP_NONE, or DROP_IP4_SHORT (also when avail ends inside the
 * options), _VERSION, _HLEN, _LENGTH, _CHECKSUM; *h is then unset.
 */
enum drop ip4_hdr_parse(struct ip4_hdr *h, const uint8_t *p, size_t avail, size_t total);

/* The header that an ICMP error quotes: the packet behind it is cut short and
 * its checksum may be stale, so neither is judged.  True: *h is set, and
 * h->hlen bytes are there. */
bool ip4_quote_parse(struct ip4_hdr *h, const uint8_t *p, size_t avail);

/**
 * ip4_hdr_emit - write the 20 fixed bytes
 * @opts: h->hlen - 20 bytes of options, which the checksum covers and which
 *        the caller puts behind the header; NULL when there are none
 */
void ip4_hdr_emit(const struct ip4_hdr *h, const uint8_t *opts, struct wr *w);
/* The same to p, of a packet without options and no fragment.  The sum comes from
 * the values, not from bytes that were just written: their narrow stores would
 * hold up wider loads. */
static inline void ip4_hdr_emit_plain(const struct ip4_hdr *h, uint8_t *p)
{
	uint32_t first = 0x45000000u | (uint32_t)h->tos << 16 | h->total_len;
	uint32_t frag = (uint32_t)h->id << 16 | (h->df ? IP4_FLAG_DF : 0);
	uint32_t life = (uint32_t)h->ttl << 24 | (uint32_t)h->proto << 16;

	put_be32(p, first);
	put_be32(p + 4, frag);
	put_be32(p + 8, life | csum_fold((uint64_t)first + frag + life + h->src + h->dst));
	put_be32(p + 12, h->src);
	put_be32(p + 16, h->dst);
}

/* "192.0.2.1 > 192.0.2.9: proto 17, ttl 64, id 7, length 48": for logs. */
void ip4_hdr_show(const struct ip4_hdr *h, struct buf *out);

/* Computes the checksum again after a change of the header in place. */
void ip4_hdr_seal(uint8_t *p, size_t hlen);

static inline bool ip4_is_frag(const struct ip4_hdr *h)
{
	return h->mf || h->frag_off;
}

/* Fields of a header in place, of which IP4_HLEN bytes are there; who writes
 * one seals the header after. */
static inline unsigned ip4_get_version(const uint8_t *p) { return p[0] >> 4; }
static inline unsigned ip4_get_hlen(const uint8_t *p) { return (p[0] & 15u) * 4; }
static inline uint16_t ip4_get_id(const uint8_t *p) { return get_be16(p + 4); }
static inline uint16_t ip4_get_len(const uint8_t *p) { return get_be16(p + 2); }
static inline uint8_t ip4_get_tos(const uint8_t *p) { return p[1]; }
static inline uint8_t ip4_get_ttl(const uint8_t *p) { return p[8]; }
static inline uint16_t ip4_get_csum(const uint8_t *p) { return get_be16(p + 10); }
static inline ip4_t ip4_get_src(const uint8_t *p) { return get_be32(p + 12); }
static inline ip4_t ip4_get_dst(const uint8_t *p) { return get_be32(p + 16); }
static inline void ip4_put_len(uint8_t *p, uint16_t len) { put_be16(p + 2, len); }
static inline void ip4_put_id(uint8_t *p, uint16_t id) { put_be16(p + 4, id); }
static inline void ip4_put_csum(uint8_t *p, uint16_t csum) { put_be16(p + 10, csum); }
static inline void ip4_put_src(uint8_t *p, ip4_t a) { put_be32(p + 12, a); }
static inline void ip4_put_dst(uint8_t *p, ip4_t a) { put_be32(p + 16, a); }

/* Is the checksum of a header without options right, which is not all zero?  Then the sum
 * is a multiple of 0xffff (RFC 1071), in words as they lie in memory, too: it is blind to
 * their byte order. */
static inline bool ip4_csum_ok(const uint8_t *p)
{
	uint64_t a, b, sum;
	uint32_t c;

	memcpy(&a, p, 8);
	memcpy(&b, p + 8, 8);
	memcpy(&c, p + 16, 4);
	sum = (a >> 32) + (uint32_t)a + (b >> 32) + (uint32_t)b + c;
	return sum % 0xffff == 0;
}

/* Forwarding, in place: one off the TTL, which is above 0.  RFC 1624 eqn. 3 with
 * m - m' = 0x100 adds just that to the checksum, with the carry, which makes 0 of 0xffff. */
static inline void ip4_dec_ttl(uint8_t *p)
{
	uint32_t s = get_be16(p + 10) + 0x100u;

	p[8]--;
	put_be16(p + 10, (uint16_t)(s + (s >= 0xffff)));
}

/* The pseudo header of TCP and UDP as an unfolded sum; len is the transport
 * header and its data (RFC 768, RFC 9293 3.1). */
static inline uint64_t csum_pseudo4(ip4_t src, ip4_t dst, uint8_t proto, size_t len)
{
	return (uint64_t)(src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff) +
	       proto + len;
}

#endif
