/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_PROG_FIXTURE_H
#define TESTS_UNIT_PROG_FIXTURE_H
/*
 * A lab in which programs run:
 *
 *	h1 10.0.1.10 --- 1 ms --- 10.0.1.1 r 10.0.2.1 --- 5 ms --- 10.0.2.10 h2
 *
 * Links have no rate, so that times are exact.  All that programs print, on
 * either output, is kept as one text.
 */
#include <jansson.h>

#include "sim/sim.h"
#include "tests/unit/test.h"

struct trial {
	struct lab *lab;
	struct buf text;                  /* of all programs since trial_run() */
	json_t *json;                     /* of the last that trial_run() ran */
	int status;
};

/* neighbours: with every MAC resolved, so that the first packet is not late. */
struct trial *trial_new(bool neighbours);
void trial_free(struct trial *t);

/* "ping -c 1 h2" on a node, to its end; it is ended after 1000 s. */
void trial_run(struct trial *t, const char *node, const char *line);
struct prog *trial_start(struct trial *t, const char *node, const char *line);
void trial_wait(struct trial *t, ns_t d);
/* tc's words, for both directions of the link between two nodes. */
void trial_link(struct trial *t, const char *a, const char *b, const char *words);

/* A number inside the JSON: "rtt_ns.min", "replies.0.ttl"; -1: not there. */
int64_t trial_int(const struct trial *t, const char *path);
const char *trial_str(const struct trial *t, const char *path);   /* or NULL */

#endif
