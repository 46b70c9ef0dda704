/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_EXPOSE_H
#define SIM_PORT_EXPOSE_H
/*
 * A UDP port of a lab host on the real machine.  Each program that sends there
 * gets a socket of its own on the node, from which its datagrams go to the
 * node's port and back to which the answers come; after a minute of lab time
 * in silence it is closed.
 */
#include <stdbool.h>
#include <stddef.h>

#include "stack/util/addr.h"

struct lab;
struct node;

/* A socket of that type, bound; *port becomes the one that was found.  -1 with
 * one sentence in err. */
int expose_bind(int type, ip4_t addr, uint16_t *port, char err[256]);
/* A datagram of a record, an IPv4 packet behind an Ethernet header, came to
 * the exposed port of that name.  False: none is called so. */
bool expose_replay(struct lab *lab, const char *name, const void *frame, size_t n);
/* A new record begins, in which they have no number yet. */
void exposed_forget_numbers(struct lab *lab);
/* The node was stopped: the sockets on it are closed. */
void exposed_node_stopped(struct node *n);
void exposed_close(struct lab *lab);

#endif
