/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_OFFLOAD_H
#define SIM_PORT_OFFLOAD_H
/*
 * What a kernel leaves to the network card, done to bytes: checksums that are
 * only begun, and TCP or UDP super-frames that stand for many (GSO).  A frame
 * comes with a struct virtio_net_hdr in the processor's byte order, as
 * packet(7) with PACKET_VNET_HDR gives it; nothing in either is trusted.
 *
 * Cut are TCP over IPv4 and IPv6 and UDP (UDP_SEGMENT), behind up to two VLAN
 * tags.  Left out: IPv6 extension headers, tunnels, UDP fragmentation (UFO),
 * the CRC32c of SCTP.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct virtio_net_hdr;

#define OFFLOAD_TAG_LEN 4                 /* bytes of a VLAN tag */

/* Hears whole frames, in order; they are its own until it returns. */
typedef void (*offload_fn)(void *ctx, const uint8_t *frame, size_t n);

/*
 * Calls out for each frame that a card would send for these n bytes, which are
 * overwritten.  False, and out was not called: they cannot be made right.
 */
bool offload_finish(const struct virtio_net_hdr *h, uint8_t *frame, size_t n,
		    offload_fn out, void *ctx);

/*
 * Puts a VLAN tag that the kernel took out of a frame back in.  n is at least
 * 12 and OFFLOAD_TAG_LEN bytes in front of the frame are free; returns where
 * the frame starts now.  h goes on describing it.
 */
uint8_t *offload_put_tag(struct virtio_net_hdr *h, uint8_t *frame, uint16_t tpid, uint16_t tci);

#endif
