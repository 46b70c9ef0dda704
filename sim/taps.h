/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TAPS_H
#define SIM_TAPS_H
/* Captures of a running lab: which interfaces they watch, and the frames. */
#include "stack/util/drop.h"
#include "stack/util/ns.h"

struct lab;
struct link;
struct node;
struct link_end;
struct netdev;
struct pkt;

/* A frame leaves by e.  Borrows p. */
void taps_out(struct link_end *e, const struct pkt *p);
/* A frame arrives at e. */
void taps_in(struct link_end *e, const struct pkt *p, ns_t now);
/* p dies at e: said in the record of the frame last seen, if that is p or
 * was p when it came.  Borrows p. */
void taps_dropped(struct link_end *e, const struct pkt *p, enum drop why);
/* What becomes of the frame last seen is known. */
void taps_settle(struct link_end *e);
/* A link was added: captures whose words name its ends watch them, too.  And it
 * is about to go. */
void taps_link_added(struct link *l);
void taps_link_gone(struct link *l);
/* Captures that name no other node end, with a line that says so. */
void taps_node_gone(struct node *n);
void taps_fini(struct lab *lab);

#endif
