/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_L4_H
#define STACK_CORE_L4_H
/* What the network layer asks of transports: one const table a protocol. */
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/l3.h"

struct l4_proto {
	const char *name;
	uint8_t ipproto;
	/* The packet begins at the transport header.  Consumes p. */
	void (*input)(struct stack *st, struct pkt *p, const struct ip_meta *m);
	void (*error)(struct stack *st, const struct icmp_err *e);    /* optional */
	/* Optional: dev started or stopped running, its addresses or MTU changed,
	 * or it is about to go. */
	void (*dev_changed)(struct stack *st, struct netdev *dev, bool gone);
	void (*free)(struct stack *st);                               /* optional */
};

/* stack/protos.c: by IP protocol number; NULL: not spoken here. */
const struct l4_proto *l4_find(uint8_t ipproto);
void l4_burst_end(struct stack *st);
/* stack_input_train(), its counters apart: of frames on dev, at st->now. */
struct pkt *l4_burst_more(struct stack *st, struct netdev *dev, struct pkt *first);
void l4_dev_changed(struct stack *st, struct netdev *dev, bool gone);
void l4_fini(struct stack *st);

/*
 * Raw sockets (core/raw.c).  raw_input() gives a copy of a packet (from its
 * IP header) to every raw socket that wants it; it borrows p and returns true
 * if one took it.  raw_error() tells those whose protocol matches of an error.
 */
bool raw_input(struct stack *st, const struct pkt *p, const struct ip_meta *m);
/* Is there any raw or packet socket? */
bool raw_any(struct stack *st);
void raw_error(struct stack *st, const struct icmp_err *e);
/* Packet sockets: every frame as it came, before anything looks at it. */
void packet_input(struct stack *st, struct netdev *dev, const struct pkt *p, uint16_t ethertype);

#endif
