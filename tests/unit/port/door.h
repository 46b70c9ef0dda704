/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_PORT_DOOR_H
#define TESTS_UNIT_PORT_DOOR_H
/*
 * A lab with doors that no wall clock drives: what waits outside is read when
 * the test says so, for an instant that it names.
 */
#include "sim/lab.h"
#include "sim/port/port.h"
#include "tests/unit/sim/capfile.h"
#include "tests/unit/sim/rig.h"

/* A host "a" (10.0.0.1) and an external node "x" with this port, 1 ms apart;
 * y: another door "y" on a second link, or NULL. */
struct lab *door_lab(const char *x, const char *y);
/* The doors are open, and time is virtual. */
void door_open(struct lab *lab);
/* The line that says why they cannot be, until the next call. */
const char *door_error(const char *x);
/* What waits outside enters at this instant; the lab runs until then. */
void door_read(struct lab *lab, ns_t at);
struct port_info door_info(struct lab *lab, unsigned i);

/* A capture file of frames: add_if(), frame() ... close(). */
struct capture *door_file(const char *path);
void door_frame(struct capture *c, int ifno, ns_t at, size_t n, uint32_t tag);

#endif
