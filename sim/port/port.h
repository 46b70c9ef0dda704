/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_PORT_H
#define SIM_PORT_PORT_H
/*
 * Doors to the outside.  A node of kind netns or external has no stack: each
 * of its interfaces is a port.  A frame that the link brings there goes out,
 * to a Linux interface, a network namespace or a program; a frame that comes
 * in from there is sent on the link as if the node had sent it.  So rate,
 * delay, impairments, carrier, captures and drops are those of any link.
 *
 * Ports are read only while lab time moves, which then follows the wall clock.
 * What is read at once enters the lab at one instant, as the node's timer, so
 * that a record of these instants (record.h) repeats the run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/node.h"
#include "stack/pkt.h"

struct lab;
struct packet;
struct port;
struct topo_node;

/* Frames taken at once from one port: so much, and the lab runs between. */
#define PORT_BATCH 64

/* What a kind of port must do; one file a kind, and a row in port.c.  Every
 * function may be called from the engine: none may block. */
struct port_ops {
	const char *word;                 /* "unix": what the lab file says before the ':' */
	const char *what;                 /* for `show ports` and the reference: one sentence */
	/* Nothing outside is waited for: frames come at lab instants of their
	 * own, and the lab need not follow the wall clock. */
	bool in_lab_time;
	/* arg: what follows the ':'; "" if nothing does.  Sets pt->fd, or
	 * leaves it -1 if nothing ever comes in by itself.  False with one
	 * sentence in err ("" if that was said for another port); then close
	 * is not called. */
	bool (*open)(struct port *pt, const char *arg, char err[256]);
	/* pt->fd is readable: port_rx() for each frame, PORT_BATCH at most.  A
	 * peer that went away is no error: the port waits for the next. */
	void (*read)(struct port *pt);
	/* The instant that pt->due was set to: port_rx() for each of its frames,
	 * and sets it to the next; in_lab_time only. */
	void (*due)(struct port *pt);
	/* A frame goes out; borrows p.  It may be kept back until flush.
	 * False: it could not (the door is shut or full), and is counted. */
	bool (*write)(struct port *pt, const struct pkt *p);
	void (*flush)(struct port *pt);           /* optional */
	/* The link's carrier, as the other side should see it; optional. */
	void (*carrier)(struct port *pt, bool on);
	/* "connected", "waits for a peer"; optional. */
	void (*state)(const struct port *pt, char *out, size_t room);
	void (*close)(struct port *pt);
};

struct port_stats {
	uint64_t in_frames, in_bytes, out_frames, out_bytes;
	uint64_t out_dropped;             /* the door was shut or full */
	uint64_t in_dropped;              /* longer than the link takes, or no memory */
};

/* Something that is watched while lab time moves.  ready() is told when fd is
 * readable, and the instant at which what it reads enters the lab. */
struct port_event {
	int fd;                           /* -1: not watched */
	uint32_t waits;                   /* what epoll waits for; 0: it does not know fd */
	void (*ready)(struct port_event *ev, ns_t at);
};

struct port {
	const struct port_ops *ops;
	struct link_end *end;             /* the node's interface */
	int fd;                           /* watched for reading; -1: none */
	int other_fd;                     /* the kind's own: a socket that listens, ... */
	void *priv;                       /* the kind's own */
	struct packet *packet;            /* packet.h's, on a kind that uses it */
	char *arg;                        /* as the lab file says it */
	struct port_stats stats;
	struct port_event event;          /* fd's */
	bool outer_down;                  /* the other side's interface, as it was told ... */
	bool outer_told;                  /* ... and the node's follows when the timer fires */
	struct pkt_queue in;              /* came in, until the node's timer fires */
	struct node_timer due;
	int record_if;                    /* its number in the record, or -1 */
	bool refused;                     /* what last was to go out did not */
	struct list_node node;            /* in the lab's ports */
	struct list_node to_flush;
};

/* --- for the kinds ------------------------------------------------------- */

/* A whole Ethernet frame of n bytes came in; copied. */
void port_rx(struct port *pt, const void *frame, size_t n);
/* pt->fd changed (-1: nothing to watch any more).  to_write: read() is also
 * wanted when it can be written to. */
void port_watch(struct port *pt, int fd, bool to_write);
/* The other side's interface was set up or down; from instant `at` on the
 * node's interface is, too, so that the link loses its carrier. */
void port_outer_carrier(struct port *pt, bool on, ns_t at);
/* Other things to watch beside frames; ev->fd and ev->ready are set.  False:
 * it cannot be (errno).  Unwatch before fd is closed; fine if not watched. */
bool port_event_watch(struct lab *lab, struct port_event *ev);
void port_event_unwatch(struct lab *lab, struct port_event *ev);
/* ready() is told when a watched fd is readable, or writable, or of neither. */
void port_event_want(struct lab *lab, struct port_event *ev, bool in, bool out);
/* A path of the lab file, relative to that; NULL, with err, if longer than
 * room bytes. */
const char *port_path(const struct port *pt, const char *path, char *out, size_t room,
		      char err[256]);
const char *port_node_name(const struct port *pt);
const char *port_ifname(const struct port *pt);

extern const struct port_ops port_interface, port_netns, port_pcap, port_replay, port_tap,
	port_unix, port_unixgram;

/* --- for the lab file ---------------------------------------------------------- */

/* All kinds of port. */
const struct port_ops *const *port_kinds(size_t *n);

/* Is there such a kind of port?  Else one sentence in err. */
bool port_spec_ok(const char *spec, char err[256]);

/* --- for the lab; lab_open_ports() is in sim.h ----------------------------------- */

/* Lab time follows the wall clock from now on, for something outside is
 * listened to.  False with one sentence in err. */
bool outside_open(struct lab *lab, char err[256]);
/* The door at e, and what is behind it; NULL with one sentence in err. */
struct port *port_new(struct link_end *e, const struct port_ops *ops, const char *arg,
		      char err[256]);
/* "unix:/tmp/s": what the lab file says of a door. */
const char *port_spec(const struct link_end *e);
/* Every port is closed, and nothing outside is listened to any more. */
void ports_shut(struct lab *lab);
/* The same with what is exposed, replayed and recorded: the lab ends. */
void ports_close(struct lab *lab);
/* Reads what came in; it enters the lab at instant `at`. */
void ports_read(struct lab *lab, ns_t at);
/* What this instant sent goes out. */
void ports_flush(struct lab *lab);

/* A frame arrives at interface e of a node that has ports; consumes it. */
void port_output(struct link_end *e, struct pkt *p);
void port_set_carrier(struct link_end *e, bool on);

#endif
