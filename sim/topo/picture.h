/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_PICTURE_H
#define SIM_TOPO_PICTURE_H
/*
 * A small network as a picture of plain characters:
 *
 *	+----+ eth0   eth0 .----.
 *	| r1 |-10.0.1.0/24-| h1 |
 *	+----+ .1       .2 '----'
 *
 * Boxes are routers, hosts (round), hubs (double) and what is outside; a link carries the names
 * and addresses of its ends and its network; one that is down is dotted.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/buf.h"

#define PICTURE_NODES_MAX 24              /* more are not drawn */
#define PICTURE_LINKS_MAX 96

enum pic_look { PIC_ROUTER, PIC_HOST, PIC_HUB, PIC_OUTSIDE, PIC_N };

struct pic_node {
	enum pic_look look;
	const char *text;                 /* lines in its box, with \n between */
};

/* Texts are borrowed, and "" where there is nothing to say. */
struct pic_link {
	uint32_t node[2];
	const char *name[2], *addr[2];    /* "eth0", ".1" */
	const char *net;                  /* "10.0.1.0/24" */
	bool down;
};

struct picture {
	const struct pic_node *nodes;
	size_t n_nodes;
	const struct pic_link *links;
	size_t n_links;
};

/* Adds the picture, at most max_width characters wide.  False, and nothing is
 * added, if there is none: too many nodes, links that cross, or not the width. */
bool picture_draw(const struct picture *p, int max_width, struct buf *out);

#endif
