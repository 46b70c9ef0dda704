/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_OSPF_SAY_H
#define TESTS_UNIT_OSPF_SAY_H
/*
 * LSAs that a speaker (fixture.h) exchanges with the router under test, and a
 * look into databases.
 */
#include "tests/unit/ospf/fixture.h"
#include "tests/unit/ospf/images.h"

#define SAY_ID IP4(200, 0, 0, 1)          /* the speaker's router ID, above the router's: master */

/* A router with one point-to-point interface, 10.0.0.0/31, and a speaker, Full. */
struct say { struct onet *on; struct stack *st; struct ospf *o; struct speaker *s; };
struct say say_new(void);
void say_free(struct say *y);
/* The exchange, in which the speaker describes these; ends Full, or Loading if the router
 * wants any of them. */
void say_full(struct say *y, const struct image *have, unsigned n);

void say_lsu(struct say *y, const struct image *images, unsigned n);
void say_ack(struct say *y, const struct image *images, unsigned n);
/* The next LSA of updates that the router sent, that is of this type and
 * advertising router; false: none came. */
bool say_hears(struct say *y, uint8_t type, uint32_t adv, struct image *out);
/* How many LSA headers of this type and router it acknowledged since the last look. */
unsigned say_acked(struct say *y, uint8_t type, uint32_t adv);
struct ospf_lsa_hdr image_hdr(const struct image *i);

/* A router-LSA with one stub, and what the database has of it. */
struct image say_router(uint32_t id, int seq);
const struct lsdb_entry *db_router(const struct stack *st, uint32_t id);
/* Number from 1 of the initial one; 0: not in the database. */
int db_seq(const struct stack *st, uint8_t type, uint32_t id, uint32_t adv);
uint64_t db_digest(struct stack *st);     /* of all areas */
uint32_t db_count(struct stack *st);

#endif
