/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CAPTURE_READ_H
#define SIM_CAPTURE_READ_H
/*
 * Frames out of a capture file, pcap or pcapng, of any byte order and time
 * resolution, through libpcap.  Interfaces are merged in file order; names
 * and comments are not read.  Only Ethernet captures are taken.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "stack/util/ns.h"

struct capture_read;

struct captured_frame {
	ns_t unix_ns;                     /* since 1970; saturates */
	const uint8_t *bytes;             /* until the next call */
	size_t kept, len;                 /* bytes here, bytes on the wire; kept <= len */
};

/* NULL on error, with one sentence in err.  path "-": standard input. */
struct capture_read *capture_read_open(const char *path, char err[256]);
/* As above, from a stream, which is closed with the reader or on error.
 * name: for messages. */
struct capture_read *capture_read_stream(FILE *f, const char *name, char err[256]);

/* 1: a frame in *fr; 0: the end; ERR_PROTO: the file is damaged from here on,
 * see capture_read_error(). */
int capture_read_next(struct capture_read *rd, struct captured_frame *fr);
const char *capture_read_error(const struct capture_read *rd);   /* NULL: none */
void capture_read_close(struct capture_read *rd);                /* NULL is fine */

#endif
