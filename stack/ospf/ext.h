/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_EXT_H
#define STACK_OSPF_EXT_H
/* What this router tells of destinations outside of the AS: asbr.c, nssa.c, nssa_out.c,
 * ext_equal.c. */
#include "stack/ospf/lsaid.h"

struct table;

#define REDIST_MAX 16                     /* makers of routes that may be told of */

struct redistribution { enum route_proto from; struct ospf_redistribute conf; };

struct ospf_ext {
	struct ospf *o;
	struct redistribution redist[REDIST_MAX];
	unsigned n_redist;
	struct ospf_redistribute def;     /* the default route */
	bool def_always;
	struct route_watch watch;
	struct timer timer;               /* the end of this instant */
};

/* Each prefix once. */
struct ext_row {
	struct ospf_pnet to;
	struct ospf_redistribute conf;
	ip4_t fwd;                        /* a forwarding address, or 0 */
	const struct ospf_area *within;   /* only there it is known; NULL: everywhere */
};
struct ext_list { struct ext_row *rows; size_t n, cap; bool failed; };

void ext_add(struct ext_list *l, const struct ext_row *row);
void ext_update(struct ospf *o);
/* Is it left to another, whom we reach and who says the same, in an LSA of this type (5, 7)
 * that is preferred to ours?  fwd, p_bit: ours.  t: begun by table_init(), for several rows. */
bool ext_is_left(struct table *t, uint32_t area, uint8_t type, const struct ext_row *row,
		 ip4_t fwd, uint8_t p_bit);
/* As type 5 LSAs. */
void ext_originate(struct ospf *o, const struct ext_list *l);
/* As type 7 LSAs of an NSSA (RFC 3101 2.4); its default, too. */
void nssa_tell(struct ospf_area *a, const struct ext_list *l);
/* RFC 3101 3: what NSSAs say that this router has to tell the others. */
void nssa_translate(struct ospf *o, struct ext_list *l);

#endif
