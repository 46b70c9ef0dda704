/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_CAPTURE_CAPTURE_H
#define SIM_CAPTURE_CAPTURE_H
/*
 * Capture files: pcapng of one or many interfaces (names, nanoseconds,
 * direction, a comment on each dropped frame), or classic pcap with
 * nanoseconds through libpcap when the file is named *.pcap.  A filter is a
 * BPF expression compiled by libpcap.
 *
 * A capture knows nothing of labs: frames come as bytes, interfaces as
 * numbers from capture_add_if().  Nothing that it writes depends on the
 * machine, the wall clock or the path.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/ns.h"

enum capture_dir { CAPTURE_IN = 1, CAPTURE_OUT = 2, CAPTURE_BOTH = 3 };

struct capture_config {
	const char *path;                 /* "*.pcap": pcap; else pcapng; "-": standard output */
	const char *filter;               /* BPF expression, or NULL */
	enum capture_dir dir;             /* frames of the other direction are ignored */
	uint32_t snaplen;                 /* bytes kept of a frame; 0: all */
	ns_t epoch_unix_ns;               /* Unix time of lab time 0 */
};

struct capture;

/* NULL on error, with one sentence in err (which file or filter, why). */
struct capture *capture_open(const struct capture_config *cfg, char err[256]);

/* One interface; its number, from 0, or a negative error.  name: "h1:eth0". */
int capture_add_if(struct capture *c, const char *name, uint64_t rate_bps);

/*
 * One frame, seen by interface `ifno` at `at`.  comment: NULL, or why the
 * frame was dropped ("dropped: link.loss").  Returns true if the frame
 * matched and was kept.  A write error is sticky and reported by
 * capture_close() and capture_error().
 */
bool capture_frame(struct capture *c, int ifno, ns_t at, enum capture_dir dir,
		   const void *frame, size_t len, const char *comment);

/* As capture_frame(), but the record is kept back until the next frame or
 * flush, so that capture_comment() can still say what became of it. */
bool capture_frame_pending(struct capture *c, int ifno, ns_t at, enum capture_dir dir,
			   const void *frame, size_t len);
void capture_comment(struct capture *c, const char *comment);  /* of the pending frame, if any */

uint64_t capture_count(const struct capture *c);   /* frames kept */
const char *capture_path(const struct capture *c);
int capture_flush(struct capture *c);              /* the file is whole up to here */
const char *capture_error(const struct capture *c);/* NULL: none */
int capture_close(struct capture *c);              /* frees; OK, or the sticky error */

/* True if the expression compiles; else err says why. */
bool capture_filter_ok(const char *filter, char err[256]);

#endif
