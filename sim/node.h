/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_NODE_H
#define SIM_NODE_H
/*
 * A node of a running lab: a host or router with its stack, or a hub.  It has
 * one entry in the engine's queue, for the first of its stack's timers and the
 * timers of the programs that run on it.
 */
#include "sim/engine.h"
#include "sim/sim.h"
#include "stack/util/cc.h"
#include "stack/util/list.h"

struct lab;
struct link_end;
struct pkt;
struct stack;
struct topo_node;
struct topo_route;

struct node {
	struct event wake;
	struct stack *stack;              /* NULL: a hub, a door, or stopped */
	struct lab *lab;
	struct link_end **ends;           /* its interfaces, in file order */
	uint32_t n_ends;
	uint32_t index;                   /* in the lab's and in the topology, now */
	bool up, is_hub;
	bool is_door;                     /* netns or external: its interfaces are ports */
	struct list timers;               /* struct node_timer, by instant and arming order */
	struct list progs;                /* programs that run here; prog/ owns them */
	ns_t storm_at;                    /* hub: window of looped frames ... */
	uint32_t storm_n;                 /* ... and how many passed in it */
	bool storm_told;
	ip4_t conflict_addr;              /* the last address conflict that was told ... */
	ns_t conflict_at;                 /* ... and when */
	bool may_loop;                    /* hub: see hubs_find_loops() */
	uint32_t loop_links;              /* to hubs that may loop */
	bool in_block;                    /* one of the lab's first_nodes */
	struct topo_node *gone;           /* what the topology had of it; NULL: it still has */
	struct node *next_gone;
};

/* A timer of a program on a node, in lab time; stopped when the node stops. */
struct node_timer {
	struct list_node node;
	ns_t at;
	struct node *on;
	bool first;                       /* before the others of its instant: input */
	void (*fire)(struct node_timer *t);
};

void node_timer_init(struct node_timer *t, struct node *n, void (*fire)(struct node_timer *t));
void node_timer_set(struct node_timer *t, ns_t at);       /* arm or move; at >= now */
void node_timer_stop(struct node_timer *t);
ns_t node_now(const struct node *n);
struct list *node_progs(struct node *n);
const struct lab *node_lab(const struct node *n);

/* Its number in the engine, from 1: never another node's. */
static inline uint32_t node_id(const struct node *n) { return event_dst(&n->wake); }

void node_build(struct node *n, struct lab *lab, uint32_t index);
void node_add_end(struct node *n, struct link_end *e);
void node_remove_end(struct node *n, struct link_end *e);
/* The end joins the node's stack, if that runs, with its addresses and OSPF; and
 * leaves it.  An error is also said on standard error. */
int must_check node_attach_end(struct node *n, struct link_end *e);
void node_detach_end(struct node *n, struct link_end *e);
/* Finds the hubs among which a frame can go around; once all links are built. */
void hubs_find_loops(struct lab *lab);
/* The stack with its interfaces, addresses and routes.  An error is also said
 * on standard error; the node is down then. */
int must_check node_boot(struct node *n);
/* Is there, but for one (or NULL), no interface that the route could leave by? */
bool node_route_waits(const struct node *n, const struct topo_route *r,
		      const struct link_end *but);
/* A power cut: programs, doors, carrier, stack.  how: for those who are told. */
void node_halt(struct node *n, const char *how);
void node_free(struct node *n);

/* A frame arrives at end e of n; consumes it. */
void node_input(struct node *n, struct link_end *e, struct pkt *p, ns_t now);
void node_set_carrier(struct node *n, struct link_end *e, bool on);

/* sim/prog: the node was stopped, its programs are killed. */
void prog_node_stopped(struct node *n);

#endif
