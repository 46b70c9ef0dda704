/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_ICMP4_H
#define STACK_WIRE_ICMP4_H
/* ICMP for IPv4: RFC 792, 950 (masks), 1191 (MTU), 1812 5.2.7.1 (codes). */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/buf.h"
#include "stack/util/rdwr.h"

#define ICMP4_HLEN 8                      /* bytes */
#define ICMP4_QUOTE_MIN 8                 /* data bytes an error quotes (RFC 792) */
#define ICMP4_ERROR_MAX 576               /* whole IP packet (RFC 1812 4.3.2.3) */

enum icmp4_type {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACH = 3,
	ICMP4_SOURCE_QUENCH = 4,          /* deprecated by RFC 6633 */
	ICMP4_REDIRECT = 5,
	ICMP4_ECHO = 8,
	ICMP4_ROUTER_ADVERT = 9,          /* RFC 1256 */
	ICMP4_ROUTER_SOLICIT = 10,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAM_PROBLEM = 12,
	ICMP4_TIMESTAMP = 13,
	ICMP4_TIMESTAMP_REPLY = 14,
	ICMP4_INFO = 15,                  /* 15 to 18 are deprecated by RFC 6918 */
	ICMP4_INFO_REPLY = 16,
	ICMP4_MASK = 17,
	ICMP4_MASK_REPLY = 18,
};

enum icmp4_unreach {
	ICMP4_UNREACH_NET = 0,
	ICMP4_UNREACH_HOST = 1,
	ICMP4_UNREACH_PROTO = 2,
	ICMP4_UNREACH_PORT = 3,
	ICMP4_UNREACH_FRAG = 4,           /* fragmentation needed and DF set */
	ICMP4_UNREACH_SRCROUTE = 5,
	ICMP4_UNREACH_NET_UNKNOWN = 6,
	ICMP4_UNREACH_HOST_UNKNOWN = 7,
	ICMP4_UNREACH_ISOLATED = 8,
	ICMP4_UNREACH_NET_PROHIB = 9,
	ICMP4_UNREACH_HOST_PROHIB = 10,
	ICMP4_UNREACH_NET_TOS = 11,
	ICMP4_UNREACH_HOST_TOS = 12,
	ICMP4_UNREACH_ADMIN = 13,         /* communication administratively prohibited */
	ICMP4_UNREACH_PRECEDENCE = 14,
	ICMP4_UNREACH_CUTOFF = 15,
};

enum icmp4_redirect {
	ICMP4_REDIRECT_NET = 0,
	ICMP4_REDIRECT_HOST = 1,
	ICMP4_REDIRECT_TOS_NET = 2,
	ICMP4_REDIRECT_TOS_HOST = 3,
};

enum icmp4_time {
	ICMP4_TIME_TTL = 0,               /* in transit */
	ICMP4_TIME_REASSEMBLY = 1,
};

enum icmp4_param {
	ICMP4_PARAM_POINTER = 0,          /* the pointer says where */
	ICMP4_PARAM_MISSING = 1,          /* a required option (RFC 1108) */
	ICMP4_PARAM_LENGTH = 2,
};

struct icmp4_hdr {
	uint8_t type, code;
	uint16_t csum;
	union {                           /* the type says which; else rest */
		struct { uint16_t id, seq; } echo;  /* echo, timestamp, info, mask */
		uint16_t mtu;             /* unreach frag; 0 from before RFC 1191 */
		ip4_t gateway;            /* redirect */
		uint8_t pointer;          /* param problem: octet of the IP header */
		uint32_t rest;            /* any other type: the four bytes */
	} u;
};

bool icmp4_hdr_parse(struct icmp4_hdr *h, struct rd *r);     /* false: short */
void icmp4_hdr_emit(const struct icmp4_hdr *h, struct wr *w); /* csum as it stands */

/* The value for h->csum, whatever stands there; data is csum_add() of what
 * follows the header. */
uint16_t icmp4_csum(const struct icmp4_hdr *h, uint64_t data);

/* A received message is whole when csum() over all of it is 0. */

static inline bool icmp4_has_id(uint8_t type)
{
	return type == ICMP4_ECHO || type == ICMP4_ECHO_REPLY ||
	       (type >= ICMP4_TIMESTAMP && type <= ICMP4_MASK_REPLY);
}

/* Messages that quote a packet; no ICMP error answers them (RFC 1122 3.2.2). */
static inline bool icmp4_is_error(uint8_t type)
{
	return type == ICMP4_UNREACH || type == ICMP4_SOURCE_QUENCH ||
	       type == ICMP4_REDIRECT || type == ICMP4_TIME_EXCEEDED ||
	       type == ICMP4_PARAM_PROBLEM;
}

/* In the words of ping: "Destination Net Unreachable". */
void icmp4_hdr_show(const struct icmp4_hdr *h, struct buf *out);

#endif
