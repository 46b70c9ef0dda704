/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_REPLAY_H
#define SIM_PORT_REPLAY_H
/*
 * A record (record.h) instead of the world: every door is shut, and what once
 * came in comes in again at its instants, in virtual time.  What goes out is
 * counted and thrown away.
 *
 * One input of the file is read ahead.  When its turn has come, the timer of
 * where it enters is set to its instant, as for a frame that was just read:
 * what is still to come is not yet known to the lab, for which a run until
 * nothing is left to do may end.  Within an instant the order is that of the
 * file, which is the order in which things happened.
 */
#include <stdbool.h>

#include "stack/util/ns.h"

struct lab;

/* Readies the input that comes next, if it is one for `until` or before and
 * nothing happens in the lab before it. */
void replay_feed(struct lab *lab, ns_t until);
/* True while what comes in is of a record. */
bool replay_runs(const struct lab *lab);
/* True if this file is being read. */
bool replay_is_of(const struct lab *lab, const char *path);
void replay_close(struct lab *lab);

#endif
