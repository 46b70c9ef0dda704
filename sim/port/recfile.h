/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PORT_RECFILE_H
#define SIM_PORT_RECFILE_H
/*
 * Reads what record.h wrote, with the names of interfaces and the comments.
 * A file whose writer was killed may end within a block: it counts up to
 * there.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/ns.h"

struct recfile;

struct rec {
	uint32_t ifno;                    /* from 0 */
	bool out;
	ns_t at;                          /* lab instant */
	const uint8_t *bytes;             /* until the next call */
	size_t n;
	char comment[64];                 /* "" if none */
};

/* NULL, with one sentence in err. */
struct recfile *recfile_open(const char *path, char err[256]);
/* 1: a record in *r; 0: the end; ERR_PROTO: the file is damaged, or no record
 * of ports, and recfile_error() says where. */
int recfile_next(struct recfile *rf, struct rec *r);
const char *recfile_error(const struct recfile *rf);
/* Interfaces seen so far, and their names. */
uint32_t recfile_n_ifs(const struct recfile *rf);
const char *recfile_if(const struct recfile *rf, uint32_t ifno);
bool recfile_is_cut(const struct recfile *rf);    /* it ended within a block */
void recfile_close(struct recfile *rf);           /* NULL is fine */

#endif
