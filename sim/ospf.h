/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_OSPF_H
#define SIM_OSPF_H
/*
 * OSPF on the nodes of a lab: what the lab file says is told to the stacks, what
 * they do is told to the user, and when all of them agree is known.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/cc.h"
#include "stack/util/drop.h"
#include "stack/util/ns.h"

struct lab;
struct link_end;
struct node;
struct ospf_event;
struct ospf_pool;

/* What the lab knows of it; zero at first. */
struct ospf_lab {
	struct ospf_pool *lsas;           /* of all stacks; or NULL */
	bool differed;                    /* databases, when converged.c compared them, ... */
	uint64_t differed_sum;            /* ... which were these */
	uint32_t cursor;                  /* the node that was at work when it was looked at last */
	ns_t change_at;                   /* the last change of the lab's links and nodes */
	char change[160];                 /* "": none yet */
	uint64_t change_drops[DROP_N];    /* of the lab, when it came */
	uint32_t seq_base;                /* ospf_config's; 0 in a lab without doors */
};

/* Starts OSPF on a node whose stack has its interfaces, if the lab file says so. */
int must_check ospf_node_boot(struct node *n);
/* The same on an interface that the node has got since. */
int must_check ospf_end_boot(struct link_end *e);
/* The second of the wall clock at which the lab's time began: who is outside
 * remembers earlier runs.  Before time passes. */
void ospf_lab_clock(struct lab *lab, uint32_t base);
/* A stack's hook. */
void ospf_node_event(struct node *n, const struct ospf_event *e);
/* The cost that this end's rate and delay make: before they change, and, with
 * what it said then, after. */
uint16_t ospf_end_cost(const struct link_end *e);
void ospf_end_changed(struct link_end *e, uint16_t old_cost);

/* Was a change noted at this instant (lab_note_change())? */
bool lab_noted_change(const struct lab *lab);

#endif
