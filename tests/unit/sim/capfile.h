/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SIM_CAPFILE_H
#define TESTS_UNIT_SIM_CAPFILE_H
/* A capture of a lab, and its pcapng file read back with names and comments. */
#include "sim/capture/capture.h"
#include "tests/unit/sim/rig.h"

#define IFS_MAX 16

struct caprec {
	unsigned ifno, dir;               /* dir: CAPTURE_IN or CAPTURE_OUT */
	ns_t at;                          /* lab time */
	uint32_t len;
	const uint8_t *bytes;
	char comment[40];                 /* "" if none */
};

struct capfile {
	uint8_t *all;
	size_t size;
	char ifname[IFS_MAX][40];
	unsigned n_if, n;
	struct caprec *rec;
};

/* Of everything in the file; ends the test if it cannot be read. */
struct capfile capfile_read(const char *path);
void capfile_free(struct capfile *f);
unsigned capfile_if(const struct capfile *f, const char *name);
/* Records of one interface and direction, with that comment (NULL: any). */
unsigned capfile_count(const struct capfile *f, const char *ifname, unsigned dir,
		       const char *comment);

/* A capture that must start; its id.  And its end. */
int capfile_start(struct lab *lab, const char *what, const char *path, const char *filter);
struct capfile capfile_stop(struct lab *lab, int id, const char *path);

#endif
