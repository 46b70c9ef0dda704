// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/capture.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/err.h"
#include "sim/capture/filter.h"
#include "sim/capture/pcap.h"
#include "sim/capture/pcapng.h"

#define IOBUF_SIZE (256u * 1024)          /* bytes written to the file at once */

struct capture {
	char *path;
	struct capture_filter *filter;    /* NULL: every frame */
	enum capture_dir dir;
	uint32_t snaplen;
	ns_t epoch_unix_ns;
	struct capture_writer *w;
	char *iobuf;                      /* the stream's; freed after it is closed */
	bool live;                        /* somebody reads along: flush each record */
	int n_if;
	uint64_t count;
	struct capture_record held;       /* the pending record, over held_bytes */
	bool holding;
	uint8_t *held_bytes;
	size_t held_cap;
	char error[256];                  /* "": none */
};

static bool is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

static const struct capture_format *format_of(const char *path)
{
	size_t n = strlen(path);

	return n >= 5 && strcmp(path + n - 5, ".pcap") == 0 ? &capture_pcap : &capture_pcapng;
}

/* The first failure is kept, with errno's reason; nothing is written after it. */
static void capture_fail(struct capture *c)
{
	if (c->error[0])
		return;
	snprintf(c->error, sizeof(c->error), "cannot write %.180s: %s",
		 is_stdout(c->path) ? "standard output" : c->path, strerror(errno));
}

/* The file and its head.  A pipe is read along, and has no position. */
static bool open_file(struct capture *c, char err[256])
{
	FILE *f = is_stdout(c->path) ? stdout : fopen(c->path, "wbe");

	if (!f) {
		snprintf(err, 256, "cannot create %.180s: %s", c->path, strerror(errno));
		return false;
	}
	c->live = f == stdout || ftell(f) < 0;
	if (f != stdout && (c->iobuf = malloc(IOBUF_SIZE)))
		setvbuf(f, c->iobuf, _IOFBF, IOBUF_SIZE);
	c->w = format_of(c->path)->open(f, c->snaplen);
	if (!c->w)
		snprintf(err, 256, "cannot write %.180s: %s", c->path, strerror(errno));
	return c->w != NULL;
}

/* All but the writer, which is closed or was never opened. */
static void capture_free(struct capture *c)
{
	if (!c)
		return;
	capture_filter_free(c->filter);
	free(c->held_bytes);
	free(c->iobuf);
	free(c->path);
	free(c);
}

struct capture *capture_open(const struct capture_config *cfg, char err[256])
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c || !(c->path = strdup(cfg->path))) {
		snprintf(err, 256, "no memory for a capture");
		goto fail;
	}
	c->dir = cfg->dir;
	c->epoch_unix_ns = cfg->epoch_unix_ns;
	c->snaplen = CAPTURE_SNAPLEN_MAX;
	if (cfg->snaplen && cfg->snaplen < CAPTURE_SNAPLEN_MAX)
		c->snaplen = cfg->snaplen;
	/* The filter first: a wrong one must not empty a file. */
	if (cfg->filter && cfg->filter[0] && !(c->filter = capture_filter_new(cfg->filter, err)))
		goto fail;
	if (!open_file(c, err))
		goto fail;
	return c;
fail:
	capture_free(c);
	return NULL;
}

static void flush_stream(struct capture *c)
{
	if (!c->error[0] && fflush(c->w->f) != 0)
		capture_fail(c);
}

static void write_record(struct capture *c, const struct capture_record *r)
{
	if (c->error[0])
		return;
	if (!c->w->fmt->record(c->w, r))
		capture_fail(c);
	else if (c->live)
		flush_stream(c);
}

static void release_held(struct capture *c)
{
	if (!c->holding)
		return;
	c->holding = false;
	write_record(c, &c->held);
}

int capture_add_if(struct capture *c, const char *name, uint64_t rate_bps)
{
	if (c->n_if == INT32_MAX)
		return ERR_RANGE;
	if (!c->error[0] && !c->w->fmt->add_if(c->w, name, rate_bps))
		capture_fail(c);
	else if (c->live)
		flush_stream(c);
	return c->error[0] ? ERR_IO : c->n_if++;
}

/* Fills r if the frame is one of ours.  The filter sees it before snaplen cuts. */
static bool make_record(struct capture *c, struct capture_record *r, int ifno, ns_t at,
			enum capture_dir dir, const void *frame, size_t len)
{
	assert(ifno >= 0 && ifno < c->n_if && len <= UINT32_MAX);
	if (!(dir & c->dir) || c->error[0])
		return false;
	if (c->filter && !capture_filter_match(c->filter, frame, len))
		return false;
	*r = (struct capture_record){
		.ifno = (uint32_t)ifno,
		.dir = dir,
		.unix_ns = (uint64_t)c->epoch_unix_ns + (uint64_t)at,
		.kept = len < c->snaplen ? (uint32_t)len : c->snaplen,
		.len = (uint32_t)len,
		.bytes = frame,
	};
	return true;
}

bool capture_frame(struct capture *c, int ifno, ns_t at, enum capture_dir dir,
		   const void *frame, size_t len, const char *comment)
{
	struct capture_record r;

	release_held(c);
	if (!make_record(c, &r, ifno, at, dir, frame, len))
		return false;
	r.comment = comment;
	write_record(c, &r);
	if (c->error[0])
		return false;
	c->count++;
	return true;
}

static bool hold_bytes(struct capture *c, const uint8_t *bytes, size_t n)
{
	if (n > c->held_cap) {
		size_t cap = n < 2048 ? 2048 : n;
		uint8_t *p = realloc(c->held_bytes, cap);

		if (!p)
			return false;
		c->held_bytes = p;
		c->held_cap = cap;
	}
	if (n)
		memcpy(c->held_bytes, bytes, n);
	return true;
}

bool capture_frame_pending(struct capture *c, int ifno, ns_t at, enum capture_dir dir,
			   const void *frame, size_t len)
{
	release_held(c);
	if (!make_record(c, &c->held, ifno, at, dir, frame, len))
		return false;
	if (!hold_bytes(c, frame, c->held.kept)) {
		capture_fail(c);
		return false;
	}
	c->held.bytes = c->held_bytes;
	c->holding = true;
	c->count++;
	return true;
}

void capture_comment(struct capture *c, const char *comment)
{
	if (!c->holding)
		return;
	c->held.comment = comment;
	release_held(c);
}

uint64_t capture_count(const struct capture *c)
{
	return c->count;
}

const char *capture_path(const struct capture *c)
{
	return c->path;
}

int capture_flush(struct capture *c)
{
	release_held(c);
	flush_stream(c);
	return c->error[0] ? ERR_IO : OK;
}

const char *capture_error(const struct capture *c)
{
	return c->error[0] ? c->error : NULL;
}

int capture_close(struct capture *c)
{
	int err;

	if (!c)
		return OK;
	err = capture_flush(c);
	if (!c->w->fmt->close(c->w))
		err = ERR_IO;
	capture_free(c);
	return err;
}
