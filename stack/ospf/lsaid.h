/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_LSAID_H
#define STACK_OSPF_LSAID_H
/*
 * The LSAs of some types that this router has to say into an area: as a whole,
 * so that what is not in the list any more is flushed, and Link State IDs of
 * prefixes that begin alike can be told apart (RFC 2328 E).
 */
#include "stack/ospf/ospf.h"

#define LSAID_BODY 16                     /* bytes: types 3, 4 (8), 5 and 7 */

struct lsaid_row {
	struct ospf_pnet to;
	uint32_t id;
	uint8_t type, options, len;
	uint8_t body[LSAID_BODY];
};
struct lsaid_list {
	struct ospf *o;
	uint32_t area;                    /* or OSPF_AREA_AS */
	struct lsaid_row *rows;
	size_t n, cap;
	bool failed;                      /* no memory: nothing will be changed */
};

/* A writer for the body.  to: what it is about; of a type 4, the router as /32. */
struct wr lsaid_add(struct lsaid_list *l, uint8_t type, struct ospf_pnet to, uint8_t options);
/* Says what is new, flushes what is not there but was, of the types of this
 * mask; the list's memory is freed. */
void lsaid_originate(struct lsaid_list *l, uint32_t types);

#endif
