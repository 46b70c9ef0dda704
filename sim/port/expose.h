/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_EXPOSE_H
#define SIM_PORT_EXPOSE_H
/*
 * A UDP port of a lab host on the real machine (expose_tcp.h: a TCP port).
 * Each program that sends there gets a socket of its own on the node, from
 * which its datagrams go to the node's port and back to which the answers come;
 * after a minute of lab time in silence it is closed.
 */
#include <stdbool.h>
#include <stddef.h>

#include "stack/util/addr.h"

struct lab;
struct node;

/* A socket of that type, bound; *port becomes the one that was found.  -1 with
 * one sentence in err. */
int expose_bind(int type, ip4_t addr, uint16_t *port, char err[256]);
/* From a replay: a frame, an Ethernet header and an IPv4 packet, that came to the
 * exposed port of that name.  False: none is called so. */
bool expose_replay(struct lab *lab, const char *name, const void *frame, size_t n);
/* Its file has none of the ports yet: each is written before its first frame. */
void expose_record_begins(struct lab *lab);
/* Closes the sockets on it, UDP's and TCP's; the ports stay exposed. */
void expose_node_stopped(struct node *n);
void expose_close_all(struct lab *lab);

#endif
