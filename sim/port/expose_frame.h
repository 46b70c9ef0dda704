/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_EXPOSE_FRAME_H
#define SIM_PORT_EXPOSE_FRAME_H
/* A datagram of the real machine as a frame of a record, and back. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/addr.h"

/* Bytes before the data: Ethernet, IPv4, UDP. */
#define EXPOSE_HLEN (14 + 20 + 8)
#define EXPOSE_DATA_MAX (65535 - 20 - 8)

struct expose_dgram {
	ip4_t src, dst;
	uint16_t sport, dport;
	const uint8_t *data;
	size_t n;                         /* up to EXPOSE_DATA_MAX */
};

/* The frame's length; out has room for EXPOSE_HLEN + d->n bytes. */
size_t expose_frame_emit(const struct expose_dgram *d, uint8_t *out);
/* False: no such frame.  d->data points into it. */
bool expose_frame_parse(struct expose_dgram *d, const uint8_t *frame, size_t n);

#endif
