/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_SAID_H
#define SIM_TOPO_SAID_H
/*
 * A command's words, KEY VALUE ..., become what a lab file would say, and are read
 * by the same rows: the keys of a thing, and among them those of its ospf.
 */
#include "sim/topo/keys.h"

struct said {
	const char *what;                 /* "the link" */
	const struct ytable *keys, *ospf;
	int argc;
	char *const *argv;
};

/* What YAML would tell in words that nobody typed; false after an error. */
bool said_ok(struct diag *d, struct topo_pos pos, const struct said *s);
/* "KEY: VALUE, KEY: VALUE, ospf: {...}" */
void said_print(const struct said *s, struct buf *out);
/* What was found is right.  False with one sentence in err, of what was wrong
 * first; d is empty then. */
bool said_well(struct diag *d, struct buf *err);

#endif
