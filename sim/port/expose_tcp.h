/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_EXPOSE_TCP_H
#define SIM_PORT_EXPOSE_TCP_H
/*
 * A TCP port of a lab host on the real machine.  For each connection that a
 * program opens there, one is opened on the node, to the node's port, and the
 * two streams are joined: bytes, the end of each direction by itself, and
 * resets both ways.  A side that does not read slows the other down: no more
 * than EXPOSE_PIPE bytes wait for each way.
 *
 * What comes in is no datagram that a record could hold, so neither is there
 * a record while such a port is exposed, nor such a port in a replay.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/addr.h"

#define EXPOSE_PIPE 65536
#define EXPOSE_CONNS 1024                 /* at once; more wait to be accepted */

struct expose_info;
struct lab;
struct node;

/* Its id is id.  OK, or ERR_INVAL with one sentence in err. */
int expose_tcp_new(struct lab *lab, struct node *n, uint16_t node_port, ip4_t addr, uint16_t port,
		   int id, char err[256]);
bool expose_tcp_has(const struct lab *lab, const struct node *n, uint16_t node_port);
bool expose_tcp_stop(struct lab *lab, int id);    /* 0: all; false: there is none */
/* As lab_exposed(), from the n-th place of out on; returns n and how many they are. */
size_t expose_tcp_list(const struct lab *lab, struct expose_info *out, size_t room, size_t n);
void expose_tcp_node_stopped(struct node *n);

#endif
