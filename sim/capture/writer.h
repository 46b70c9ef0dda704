/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CAPTURE_WRITER_H
#define SIM_CAPTURE_WRITER_H
/*
 * What a file format must do, for this folder only.  A writer appends whole
 * records to a stdio stream; capture.c decides which frames, and when to
 * flush.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/capture/capture.h"

/* Bytes kept of a frame at most: libpcap and Wireshark take no more. */
#define CAPTURE_SNAPLEN_MAX 262144u

/* One frame as it goes into the file; borrows what it points to. */
struct capture_record {
	uint32_t ifno;
	enum capture_dir dir;             /* CAPTURE_BOTH: unknown */
	uint64_t unix_ns;
	uint32_t kept, len;               /* bytes in the file, bytes on the wire */
	const uint8_t *bytes;             /* NULL only if kept is 0 */
	const char *comment;              /* NULL or "": none */
};

struct capture_writer {
	const struct capture_format *fmt;
	FILE *f;
};

/* A function that fails leaves the reason in errno. */
struct capture_format {
	/* Writes the head of the file.  NULL: failed, and f is closed. */
	struct capture_writer *(*open)(FILE *f, uint32_t snaplen);
	bool (*add_if)(struct capture_writer *w, const char *name, uint64_t rate_bps);
	bool (*record)(struct capture_writer *w, const struct capture_record *r);
	bool (*close)(struct capture_writer *w);  /* closes f, unless it is stdout; frees w */
};

#endif
