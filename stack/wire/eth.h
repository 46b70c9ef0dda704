/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_ETH_H
#define STACK_WIRE_ETH_H
/*
 * Ethernet II headers, and IEEE 802.3 frames with an LLC/SNAP header
 * (RFC 894, RFC 1042).  The frame check sequence is not part of a frame here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "stack/util/addr.h"
#include "stack/util/be.h"
#include "stack/util/drop.h"
#include "stack/util/rdwr.h"

#define ETH_HLEN 14                       /* bytes: two addresses and the type */
#define ETH_MIN_LEN 60                    /* shorter frames are padded; without FCS */
#define ETH_MAX_LLC 1500                  /* a type up to this is an 802.3 length */
#define ETH_VLAN_LEN 4                    /* bytes of one 802.1Q tag */
#define ETH_SNAP_LEN 8                    /* LLC 3, organisation 3, type 2 */

#define ETHERTYPE_IP4  0x0800
#define ETHERTYPE_ARP  0x0806
#define ETHERTYPE_VLAN 0x8100             /* IEEE 802.1Q */
#define ETHERTYPE_IP6  0x86dd
#define ETHERTYPE_QINQ 0x88a8             /* IEEE 802.1ad */
#define ETHERTYPE_LLDP 0x88cc             /* IEEE 802.1AB */

struct eth_hdr { struct mac dst, src; uint16_t type; };

bool eth_hdr_parse(struct eth_hdr *h, struct rd *r);
void eth_hdr_emit(const struct eth_hdr *h, struct wr *w);

/* The ETH_HLEN bytes of a header in place, where every packet passes. */
static inline void eth_put(uint8_t *b, const struct mac *dst, const struct mac *src, uint16_t type)
{
	memcpy(b, dst->b, sizeof(dst->b));
	memcpy(b + 6, src->b, sizeof(src->b));
	put_be16(b + 12, type);
}

static inline uint16_t eth_get_type(const uint8_t *b) { return get_be16(b + 12); }
static inline bool eth_dst_is_group(const uint8_t *b) { return b[0] & 1; }
static inline bool eth_src_is_group(const uint8_t *b) { return b[6] & 1; }

static inline bool eth_is_llc(uint16_t type) { return type <= ETH_MAX_LLC; }

/**
 * eth_llc_parse - find the EtherType inside an 802.3 frame
 * @len: what stood in the place of the EtherType, at most ETH_MAX_LLC
 * @r: stands behind the Ethernet header
 *
 * Return: DROP_NONE: *type is the SNAP header's, and r is the payload without
 * padding.  DROP_ETH_LENGTH: more bytes promised than present, or no room for
 * an LLC header.  DROP_ETH_LLC: an LLC frame that is not RFC 1042's SNAP with
 * an EtherType, such as a spanning tree BPDU.
 */
enum drop eth_llc_parse(uint16_t *type, uint16_t len, struct rd *r);

/* The eight SNAP bytes in front of a payload; the caller counts them, and the
 * payload, in the length field. */
void eth_snap_emit(uint16_t type, struct wr *w);

#endif
