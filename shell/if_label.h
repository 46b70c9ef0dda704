/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_IF_LABEL_H
#define SHELL_IF_LABEL_H
/*
 * How lab-wide lists name an interface.  Mininet's and the course's names
 * (h1-eth0, veth1-2) tell the node; where two nodes of a lab have an interface
 * of one name, such as eth0, the node stands before it: alice-eth0.
 */
#include <stdbool.h>

struct lab;
struct shell;

/* Do all interfaces of the lab differ by name? */
bool if_names_differ(const struct lab *lab);

/* Prints the label; alone: what if_names_differ() said. */
void if_label_print(struct shell *sh, bool alone, const char *node, const char *ifname);

#endif
