/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_UPLINK_H
#define SIM_PORT_UPLINK_H
/*
 * The machine as a node of the lab (topo_uplink): its TAPs get the addresses
 * and routes that the lab file gives the node.  All of it is on the TAPs, so
 * the kernel removes it with them, however netloom ends; forwarding and every
 * other interface stay as they are.
 */
#include <stdbool.h>

struct lab;

/* Before the TAPs are made: may they be, and would they hide nothing that the
 * machine has?  Else false, with one sentence in err. */
bool uplink_check(const struct lab *lab, char err[256]);
/* The TAPs are there.  False with one sentence in err. */
bool uplink_set(const struct lab *lab, char err[256]);

#endif
