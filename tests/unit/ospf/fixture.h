/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_OSPF_FIXTURE_H
#define TESTS_UNIT_OSPF_FIXTURE_H
/*
 * Routers that speak OSPF over the wires of tests/unit/harness.h, in virtual
 * time:
 *
 *	struct onet *on = onet_new();
 *	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
 *
 *	onet_link(on, r1, r2);                    point-to-point, a /31 of its own
 *	onet_run(on, SEC(1));
 *	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
 *	onet_free(on);                            fails the test on a leak
 *
 * The n-th router is called r1, r2, ... and has the router ID n.n.n.n; loss and
 * taps are net_tap()'s.  A speaker is a router that the test plays itself, on an
 * interface without a wire.
 */
#include "stack/ospf.h"
#include "stack/ospf/ospf.h"
#include "tests/unit/harness.h"

#define ONET_EVENTS 1024

/* ospf_event, with a copy of its text. */
struct oevent { struct stack *st; struct ospf_event e; char text[200]; };

struct onet {
	struct net *net;
	struct prefix_pool *prefixes;
	struct ospf_pool *pool;
	struct stack *routers[400];
	unsigned n_routers, n_links;
	struct ospf_config conf;          /* of routers made from now on */
	struct ospf_if_config if_conf;    /* of interfaces made from now on, but for the type */
	struct oevent events[ONET_EVENTS];
	unsigned n_events;                /* later ones are not kept */
	struct onet *next;                /* where events find theirs */
};

struct onet *onet_new(void);
void onet_free(struct onet *on);
struct stack *onet_router(struct onet *on);       /* OSPF runs */
void onet_start(struct onet *on, struct stack *st);       /* again, after stack_ospf_stop() */
uint32_t onet_id(const struct stack *st);         /* its router ID, by its name */

/* An interface eth0, eth1, ... with an address ("10.0.0.1/24"); OSPF is on with
 * on->if_conf and this type. */
struct netdev *onet_if(struct onet *on, struct stack *st, const char *addr,
		       enum ospf_net_type type);
void onet_if_on(struct onet *on, struct netdev *dev, enum ospf_net_type type);    /* OSPF alone */
struct olink { struct netdev *a, *b; };
/* The next link: 10.0.0.0/31, 10.0.0.2/31, ... */
struct olink onet_link(struct onet *on, struct stack *a, struct stack *b);
/* A broadcast network of n routers, 192.168.k.0/24, whose host parts count from 1. */
void onet_lan(struct onet *on, struct stack *const routers[], unsigned n);

void onet_run(struct onet *on, ns_t d);
/* Until all are settled, at most for d; whether they are. */
bool onet_settle(struct onet *on, ns_t d);

/* State of a's first neighbour with b's router ID; OSPF_NBR_DOWN: there is none. */
enum ospf_nbr_state onet_nbr(struct stack *a, struct stack *b);
bool onet_find_nbr(struct stack *a, uint32_t id, struct show_ospf_nbr *out);
bool onet_find_if(struct stack *st, const struct netdev *dev, struct show_ospf_if *out);
enum ospf_if_state onet_if_state(const struct netdev *dev);
/* Problems of st whose line has this text; NULL: any. */
unsigned onet_problems(const struct onet *on, const struct stack *st, const char *text);
/* Changes of a's neighbours to this state. */
unsigned onet_changes(const struct onet *on, const struct stack *st, enum ospf_nbr_state to);
void onet_forget(struct onet *on);        /* the events */

/* --- a router that the test plays ------------------------------------------------------ */

struct speaker {
	struct netdev *dev;               /* the interface of the other */
	uint32_t id, area;
	ip4_t addr;
	struct ospf_hello hello;          /* what it says; begins as dev's configuration */
	uint16_t autype;
	uint8_t auth[OSPF_AUTH_LEN];
	unsigned n_read;                  /* frames heard so far */
	struct ospf_hdr h;                /* of the packet heard last; its body: */
	ip4_t dst;
	uint8_t ttl, tos;
	size_t n;
	uint8_t body[PKT_MAX];
};

/* Behind dev, which has no wire; id and addr are its own. */
struct speaker *speaker_new(struct netdev *dev, uint32_t id, ip4_t addr);
void speaker_free(struct speaker *s);
/* A packet of this type with these bytes behind the header, to dst; 0: AllSPFRouters. */
void speak(struct speaker *s, enum ospf_type type, const void *body, size_t n, ip4_t dst);
/* Any bytes as an OSPF packet, from s->addr. */
void speak_raw(struct speaker *s, const void *pkt, size_t n, ip4_t dst);
void speak_hello(struct speaker *s, unsigned n_nbrs, ...);        /* uint32_t: who it hears */
void speak_dd(struct speaker *s, const struct ospf_dd *dd, const struct ospf_lsa_hdr *h,
	      unsigned n);
/* The next packet of this type that the other sent, into *s; others are passed over.
 * False: there is none. */
bool speaker_hears(struct speaker *s, enum ospf_type type);
void speaker_skip(struct speaker *s);     /* what was sent so far */
/* Says hellos until the other sees it as a neighbour that hears it, on a
 * point-to-point network: ExStart. */
void speaker_meet(struct speaker *s);

#endif
