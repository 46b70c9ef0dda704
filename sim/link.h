/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_LINK_H
#define SIM_LINK_H
/*
 * A link is two ends; an end is the interface of a node and the direction in
 * which that node sends: impairments, queue, rate, delay.  A frame is given
 * its times when it is accepted, so that it costs one event: it starts when
 * the wire is free, is on it for its length over the rate, and arrives the
 * delay later, at least 1 ns after it was sent.
 */
#include "sim/engine.h"
#include "sim/model/netem.h"
#include "sim/overtake.h"
#include "stack/netdev.h"
#include "stack/pkt.h"

struct lab;
struct node;
struct port;
struct tap;

/* Frames accepted that have not started onto the wire yet. */
struct txq {
	struct { ns_t start_at; uint32_t len; } *ring;
	uint32_t first, n, cap;
	uint64_t bytes, max_bytes;
};

/* What every frame touches stands first and together. */
struct link_end {
	struct event ev;                  /* arrival of the first frame at the other end */
	struct pkt *head, *tail;          /* on the wire and waiting, by arrival */
	struct engine *engine;            /* the lab's */
	struct link_end *peer;
	ns_t busy_at;                     /* when the wire is free */
	ns_t delay;
	uint64_t rate_bps;                /* 0: infinite */
	ns_t tx_ns;                       /* how long tx_len bytes take at this rate */
	uint32_t tx_len, in_flight;
	uint64_t seq;                     /* frames accepted */
	struct netem *netem;              /* NULL: nothing but delay */
	struct tap *taps;                 /* captures that watch this interface */
	struct node *node;
	bool arriving;                    /* end_fire() is at it */
	struct overtakers over;           /* frames that arrive before the tail */
	uint64_t delivered_packets, delivered_bytes;
	struct netdev dev;
	struct link *link;
	struct port *port;                /* its other side, on a door; NULL while shut */
	uint32_t queue_pkts;              /* limits; 0: none */
	uint64_t queue_bytes;
	struct txq q;
	uint64_t *drops;                  /* DROP_N, made at the first */
};

struct link {
	struct lab *lab;
	struct link_end end[2];
	uint32_t index;                   /* in the lab's and in the topology, now */
	struct link *next_gone;
	bool in_block;                    /* one of the lab's first_links */
	bool up;
	bool stopping;                    /* its nodes are being taken down: say nothing */
};

struct topo_link;
void link_build(struct link *l, struct lab *lab, uint32_t index, const struct topo_link *spec);
void link_free(struct link *l);

/* A fresh netdev for a node that starts. */
void link_end_init_dev(struct link_end *e);

/* Sends p from e, as its netdev's xmit; consumes it. */
int link_end_xmit(struct link_end *e, struct pkt *p);

/* Carrier on both ends follows the link, the nodes and the interfaces; frames
 * on a wire that lost it are lost. */
void link_update_carrier(struct link *l);

/* A frame dies on this end's direction, for the books: p lives on, or is freed by
 * the caller. */
void link_end_note_drop(struct link_end *e, const struct pkt *p, enum drop why);

/* Impairments from the next frame on; copies spec.  OK or ERR_NOMEM. */
int link_end_set_netem(struct link_end *e, const struct netem_spec *spec);
/* How long a frame of len bytes is on the wire. */
ns_t link_end_tx_time(const struct link_end *e, uint32_t len);
/* Takes the first frame in flight, which keeps its times; NULL: none. */
struct pkt *link_end_take(struct link_end *e);
/* Back into the frames in flight with the times it has, or with new ones
 * after those that are there; for changes of the rate. */
void link_end_reinsert(struct link_end *e, struct pkt *p);
void link_end_requeue(struct link_end *e, struct pkt *p, ns_t now, ns_t delay);

/* Frames that wait now, after those that have started left the queue. */
void link_end_queue_now(struct link_end *e, ns_t now);

#endif
