/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_UDP_H
#define STACK_WIRE_UDP_H
/* UDP (RFC 768).  A checksum field of 0 says that none was computed. */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/be.h"
#include "stack/util/buf.h"
#include "stack/util/rdwr.h"

#define UDP_HLEN 8                        /* bytes */

struct udp_hdr { uint16_t sport, dport, len, csum; };

/* Both ports, the source's above, of a UDP or TCP header in place. */
static inline uint32_t udp_get_ports(const uint8_t *p) { return get_be32(p); }

/* False: too short, or a length below UDP_HLEN. */
bool udp_hdr_parse(struct udp_hdr *h, struct rd *r);
void udp_hdr_emit(const struct udp_hdr *h, struct wr *w);     /* csum as it stands */
void udp_hdr_show(const struct udp_hdr *h, struct buf *out);

/**
 * udp_csum4 - the value for h->csum, whatever stands there
 * @data: csum_add() of the h->len - 8 bytes behind the header
 *
 * Return: never 0; a sum of 0 is sent as all ones (RFC 768).
 */
uint16_t udp_csum4(const struct udp_hdr *h, ip4_t src, ip4_t dst, uint64_t data);

/* Whether a received datagram may be believed; data as above.  Also true when
 * the sender computed no checksum. */
bool udp_csum4_ok(const struct udp_hdr *h, ip4_t src, ip4_t dst, uint64_t data);

#endif
