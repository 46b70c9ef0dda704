/* SPDX-License-Identifier: MIT */
#ifndef STACK_IP4_IP4_H
#define STACK_IP4_IP4_H
/* What the files of stack/ip4 share; private to this folder. */
#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/core/l4.h"
#include "stack/wire/ip4.h"

/*
 * reass.c: one fragment, its IP header still in front; consumes it.  Returns
 * the whole datagram once the last piece is there, with one header (offset 0,
 * MF clear, right length and checksum) contiguous in its head and the first
 * bytes of the transport header pulled up behind it; else NULL.
 */
struct pkt *reass_input(struct stack *st, struct pkt *p, const struct ip4_hdr *h);
void reass_fini(struct stack *st);

/*
 * frag.c: cuts p (an IP packet, header in front, longer than mtu) into
 * fragments that share its body, each handed to send(); consumes p.  Options
 * with the copied bit go into every fragment (RFC 791 3.1).  OK, ERR_NOBUFS
 * (nothing was sent), or send's first error.
 */
int ip4_fragment(struct stack *st, struct pkt *p, uint32_t mtu,
		 int (*send)(struct stack *st, struct pkt *p, void *arg), void *arg);

/*
 * opt.c: options of a packet that arrived, its header in front of p.  Checks
 * them; DROP_NONE goes on.  On DROP_IP4_OPTIONS *pointer is where the fault is
 * (ICMP parameter problem).
 */
enum drop ip4_opt_check(const struct pkt *p, const struct ip4_hdr *h, uint8_t *pointer);
/*
 * The packet's destination is one of our addresses: does a source route lead
 * on?  *next gets the next hop it names.  DROP_IP4_SRCROUTE: it does, and
 * accept_source_route is off.
 */
enum drop ip4_opt_source_route(struct stack *st, const struct pkt *p, const struct ip4_hdr *h,
			       bool *leads_on, ip4_t *next);
/* That next hop is one of our addresses, too: it becomes the destination, and
 * stays in the route as what we record. */
void ip4_opt_advance(struct pkt *p, const struct ip4_hdr *h);
/*
 * As the packet leaves by an interface with address `us`, or has arrived at
 * it: records route and timestamp, and if `advance` moves the source route to
 * its next hop (writing the destination); mends the checksum.  Runs for
 * forwarded packets, for those we send and for those we receive.
 */
void ip4_opt_forward(struct stack *st, struct pkt *p, const struct ip4_hdr *h, ip4_t us,
		     bool advance);
/* A strict source route names a next hop that is not on a link of ours. */
bool ip4_opt_is_strict(const struct pkt *p, const struct ip4_hdr *h);
/* The options to answer with (RFC 1122 3.2.2.6): record route and timestamp
 * as received, a source route reversed.  Returns bytes written to out[40]. */
size_t ip4_opt_reply(const struct ip_meta *m, uint8_t *out, ip4_t *first_hop);

/* icmp_out.c: a router tells a host of a better gateway (RFC 1812 5.2.7.2);
 * borrows p, whose IP header is at head + m->hdr_off; rate-limited. */
void icmp_redirect_output(struct stack *st, const struct pkt *p, const struct ip_meta *m,
			  ip4_t gateway);
void icmp_limit_fini(struct stack *st);
/* icmp_out.c: the same as icmp_error_output() for a p whose IP header is in
 * front of it, as it waits for fragments or for a neighbour; borrows p. */
void icmp_error_about(struct stack *st, const struct pkt *p, uint8_t type, uint8_t code);

extern const struct l4_proto icmp4_proto;        /* icmp_in.c */

/* Milliseconds since midnight UT, the standard value of RFC 792 and RFC 791
 * time stamps; the lab's epoch is a midnight. */
static inline uint32_t ip4_time_of_day(const struct stack *st)
{
	return (uint32_t)(st->now / MSEC(1) % (24 * 3600 * 1000));
}

/* out.c: a whole IP packet to a next hop on dev, in fragments if it is longer
 * than mtu (the caller has looked at DF); n NULL: to a MAC that needs no
 * asking.  Consumes p. */
int ip4_send(struct stack *st, struct pkt *p, struct netdev *dev, ip4_t next, struct neigh *n,
	     uint32_t mtu);
/* out.c: a packet of ours, still without its IP header, dies unsent: gets one,
 * so that a trace can show it, and is counted; consumes p. */
void ip4_unsent_drop(struct stack *st, struct pkt *p, const struct ip4_tx *tx, enum drop why);
/* out.c: the neighbour behind a hop for dst; NULL: table full, or no memory. */
struct neigh *ip4_hop_neigh(struct stack *st, struct hop *h, ip4_t dst);

#endif
