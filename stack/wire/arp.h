/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_ARP_H
#define STACK_WIRE_ARP_H
/* ARP for IPv4 over Ethernet (RFC 826); no other combination is accepted. */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/buf.h"
#include "stack/util/rdwr.h"

#define ARP_LEN 28                        /* bytes, behind the Ethernet header */
#define ARP_REQUEST 1
#define ARP_REPLY 2

/* RFC 826 names: s sender, t target, ha hardware and pa protocol address. */
struct arp {
	uint16_t op;
	struct mac sha, tha;
	ip4_t spa, tpa;
};

/* False: too short, or not hardware 1 (6 bytes) with protocol 0800 (4 bytes).
 * The operation is not judged. */
bool arp_parse(struct arp *a, struct rd *r);
void arp_emit(const struct arp *a, struct wr *w);
void arp_show(const struct arp *a, struct buf *out);    /* tcpdump's words */

#endif
