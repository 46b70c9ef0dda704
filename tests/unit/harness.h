/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_HARNESS_H
#define TESTS_UNIT_HARNESS_H
/*
 * Stacks joined by perfect wires in virtual time, for tests of stack/ without
 * the simulator.  An interface with no wire is the test's own: what it sends
 * is kept for net_seen(), and net_inject() lets a frame arrive on it.
 *
 *	struct net *net = net_new();
 *	struct stack *h1 = net_host(net, "h1");
 *	struct netdev *eth0 = net_dev(h1, "eth0", "10.0.0.1/24");
 *	...
 *	net_run(net, SEC(1));
 *	net_free(net);                    fails the test if a packet leaked
 *
 * Everything that cannot fail in a right test ends the test if it does.
 */
#include "stack/netdev.h"
#include "stack/pkt.h"
#include "stack/show.h"
#include "stack/stack.h"
#include "stack/util/err.h"
#include "stack/wire/eth.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/udp.h"
#include "tests/unit/test.h"

struct net;

#define NET_WIRE_DELAY USEC(10)

/* A frame in the making; the receiving interface is in dst. */
struct frame { size_t n; uint8_t b[PKT_MAX + 64]; };

/* A frame that was sent, taken apart; data is behind the last header. */
struct seen {
	struct eth_hdr eth;
	struct ip4_hdr ip;
	struct icmp4_hdr icmp;            /* if it is ICMP and not a later fragment */
	uint8_t opt[40];
	size_t n;
	uint8_t data[PKT_MAX];
};

struct net *net_new(void);
void net_free(struct net *net);
struct pkt_pool *net_pool(const struct net *net);
struct stack *net_host(struct net *net, const char *name);
struct stack *net_router(struct net *net, const char *name);
/* As the caller has it but for pool and ctx, which is net. */
struct stack *net_stack(struct net *net, const struct stack_config *cfg);
/* Up, with this address ("10.0.0.1/24") or none (NULL). */
struct netdev *net_dev(struct stack *st, const char *name, const char *addr);
void net_join(struct netdev *a, struct netdev *b);
void net_hub(struct netdev *const devs[], unsigned n);    /* each hears all others */
void net_route(struct stack *st, const char *to, const char *via);
/* Whoever is behind an interface without a wire: a neighbour that needs no
 * ARP.  Several addresses may have it. */
extern const struct mac net_peer_mac;
void net_peer(struct netdev *dev, const char *addr);

ns_t net_now(const struct net *net);
void net_run(struct net *net, ns_t d);            /* all that happens within d */
void net_lose_nth(struct netdev *dev, unsigned n);/* of the frames it sends from now on; from 1 */

/* Asked of each frame that dev sends: false, and it is lost.  NULL: no more. */
void net_tap(struct netdev *dev, bool (*tap)(void *arg, const struct pkt *p), void *arg);

/* The frame arrives now. */
void net_inject(struct netdev *dev, const void *bytes, size_t n);
/* Between these two frames wait, to arrive as a lab's link has those of one instant
 * arrive; the second returns how many stack_input_train() took. */
void net_row_begin(struct netdev *dev);
unsigned net_row_end(struct netdev *dev);
static inline void net_inject_frame(struct netdev *dev, const struct frame *f)
{
	net_inject(dev, f->b, f->n);
}

/* What an interface without a wire sent since net_forget(). */
unsigned net_sent(struct netdev *dev);
size_t net_sent_bytes(struct netdev *dev, unsigned i, void *to, size_t n);
/* Its i-th frame from 0, with the checksums of IP and ICMP found right.  On
 * false the test has failed, and *s is all zero. */
bool net_seen(struct netdev *dev, unsigned i, struct seen *s);
void net_forget(struct netdev *dev);

/* One echo exchange with size bytes of data over a raw socket; true: the
 * answer came, with the same data. */
bool net_ping(struct stack *st, const char *to, size_t size);

/* Frames.  Each writes a whole one, to the MAC of dev from net_peer_mac. */
void frame_eth(struct frame *f, const struct netdev *dev, uint16_t type,
	       const void *payload, size_t n);
/* total_len 0: what is right; hlen 0: 20.  opt: h->hlen - 20 bytes. */
void frame_ip4(struct frame *f, const struct netdev *dev, const struct ip4_hdr *h,
	       const void *opt, const void *payload, size_t n);
/* A whole ICMP message; returns its length, 8 + n. */
size_t frame_icmp(uint8_t *out, uint8_t type, uint8_t code, uint32_t rest,
		  const void *data, size_t n);
/* A whole UDP datagram; returns its length, 8 + n. */
size_t frame_udp(uint8_t *out, const struct ip4_hdr *h, uint16_t sport, uint16_t dport,
		 const void *data, size_t n);
/* n bytes that differ from their neighbours. */
void frame_fill(uint8_t *out, size_t n);

#endif
