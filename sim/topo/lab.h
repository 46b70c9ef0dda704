/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_LAB_H
#define SIM_TOPO_LAB_H
/*
 * What is done to a lab after it was read: names, addresses and MACs are
 * assigned where the file has none, and what spans the file is checked.
 * Errors go to ld->diag, lines for the user to topo->notes.
 */
#include <stdint.h>

#include "sim/topo/keys.h"
#include "stack/util/cc.h"

/* The ends of every node: those of node n are ref[first[n]] up to
 * ref[first[n + 1]], in link order.  Ends without a node are left out. */
struct ends {
	uint32_t *first;                  /* n_nodes + 1 */
	uint32_t *ref;                    /* 2 * link + side */
};

static inline struct topo_end *end_at(const struct topo *t, uint32_t ref)
{
	return &t->links[ref / 2].end[ref % 2];
}

void ends_init(struct ends *e, const struct topo *t);
void ends_fini(struct ends *e);

/* segments.c: seg[link] is the first link of its layer-2 segment, in the order
 * of the file: links that meet in hubs are one.  Notes loops of hubs that the
 * links from `from` on close. */
void segments_find(struct topo *t, uint32_t *seg, uint32_t from);

/* assign.c: what the file leaves out. */
void assign_names(struct load *ld, const struct ends *ends);
void assign_macs(struct load *ld, const struct ends *ends);
void assign_addrs(struct load *ld, const uint32_t *seg);
/* Of a link that comes later: names and MACs that no interface had before. */
void assign_link(struct load *ld, const struct ends *ends, uint32_t link);

/* door.c: the interfaces of a netns or external node are such as can be opened. */
void door_check_ends(struct load *ld, const struct ends *ends, uint32_t node);

/* complete.c: "file:line:col: warning: ..." for the user; the place is left out
 * if the file has none. */
void topo_warn(struct topo *t, struct topo_pos pos, const char *fmt, ...) printf_like(3, 4);
/* ospf_lint.c */
void ospf_complete(struct topo *t);
void ospf_complete_link(struct topo *t, uint32_t link);
void ospf_complete_node(struct topo *t, uint32_t node);
/* All of it, in order. */
void lab_complete(struct load *ld);
/* The same of the last link alone, all others being complete. */
void link_complete(struct load *ld, uint32_t link);
/* ... and of a node that has no link yet. */
void node_complete(struct load *ld, uint32_t node);

#endif
