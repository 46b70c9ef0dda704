/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_LAB_H
#define SIM_LAB_H
/* The lab's own state; private to sim/. */
#include "sim/engine.h"
#include "sim/link.h"
#include "sim/node.h"
#include "sim/ospf.h"
#include "sim/pace/pace.h"
#include "sim/sim.h"

struct record;
struct replay;
struct netns;
struct taps;
struct tcp_series;

struct lab {
	struct engine engine;
	struct pkt_pool *pool;
	struct prefix_pool *prefixes;     /* of all stacks */
	struct topo *topo;
	uint64_t seed;
	struct node **nodes;              /* by index, as in the topology ... */
	struct node *first_nodes;         /* ... those of the lab file in one block ... */
	struct node *gone_nodes;          /* ... and those deleted since: programs that ended,
					   * keys of the engine's queue may lead to one */
	struct link **links;              /* by index, as in the topology ... */
	struct link *first_links;         /* ... those of the lab file in one block ... */
	struct link *gone_links;          /* ... and those deleted since: a key of the
					   * engine's queue may still lead to one */
	size_t n_nodes, n_links;
	struct event script;              /* next scheduled event of the lab file */
	size_t next_event;
	struct lab_hooks hooks;
	struct taps *taps;                /* captures, made by the first */
	void (*on_drop)(void *ctx, const struct drop_record *r);
	void *drop_ctx;
	void (*on_tcp)(void *ctx, const struct tcp_record *r);
	void *tcp_ctx;
	void (*on_ospf)(void *ctx, const struct ospf_record *r);
	void *ospf_ctx;
	struct ospf_lab ospf;
	struct tcp_series *tcp_series;    /* being written, or NULL */
	uint64_t drops[DROP_N];
	struct pace pace;
	struct list ports;                /* struct port, once they are open */
	struct list flushing;             /* those that have kept frames back */
	struct netns *netns;              /* what its nodes of kind netns share; or NULL */
	int ports_fd;                     /* readable when something outside is; -1: none */
	struct list exposed;              /* struct expose */
	struct list exposed_tcp;          /* struct expose_tcp */
	int last_expose;                  /* the id of the last of both */
	struct record *record;            /* of what comes in, or NULL */
	struct replay *replay;            /* what comes in is of a record, or NULL */
	volatile int interrupted;         /* set by a signal handler */
	bool building;
};

/* A line for the user about something nobody asked for. */
void lab_say(struct lab *lab, const char *fmt, ...) printf_like(2, 3);

/* topo_link_read() and topo_node_read() for the lab as it is now (snapshot.c). */
struct topo_link;
struct topo_node;
bool lab_read_link(const struct lab *lab, const char *a, const char *b, int argc,
		   char *const *argv, struct topo_link *out, struct buf *notes, struct buf *err);
bool lab_read_node(const struct lab *lab, const char *name, int argc, char *const *argv,
		   struct topo_node *out, struct buf *notes, struct buf *err);
/* Links that a user or the end of their node takes away (link_add.c). */
void lab_drop_link(struct lab *lab, struct link *l);

/* A packet dies somewhere: counts, traces, comments captures. Borrows p. */
void lab_on_drop(struct lab *lab, struct node *n, struct netdev *dev, const struct pkt *p,
		 enum drop why);

#endif
