/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_NETNS_H
#define SIM_PORT_NETNS_H
/* Nodes of kind netns: what programs on them need. */
struct keeper;
struct lab;
struct node;

/* The namespace of a node and who keeps it; NULL: it has none (another kind,
 * no interface, or its door is shut). */
struct keeper *netns_of(const struct node *n, int *ns);

/* All ports of this kind are closed: the keeper ends, and what it kept. */
void netns_end(struct lab *lab);

#endif
