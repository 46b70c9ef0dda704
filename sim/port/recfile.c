// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/recfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

enum { BLK_IDB = 1, BLK_EPB = 6 };
#define BLK_SHB 0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_ETHERNET 1

enum { OPT_END = 0, OPT_COMMENT = 1, IF_NAME = 2, IF_TSRESOL = 9, EPB_FLAGS = 2 };
enum { FLAG_DIR = 3, FLAG_OUT = 2 };

#define BLK_MIN 12u                       /* type and twice the length */
#define BLK_MAX (1u << 20)
#define NANOSECONDS 9
#define NAME_MAX_BYTES 100

struct recfile {
	FILE *f;
	char *path;
	uint8_t *blk;                     /* a whole block, BLK_MAX bytes of room */
	size_t len;                       /* of it */
	uint64_t n_blk;                   /* which it is, from 1 */
	bool began;                       /* the section header was seen */
	bool cut;
	char (*ifs)[NAME_MAX_BYTES];
	uint32_t n_ifs;
	char error[256];
};

static uint16_t le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t le32(const uint8_t *p) { return le16(p) | (uint32_t)le16(p + 2) << 16; }

static printf_like(2, 3) int damaged(struct recfile *rf, const char *fmt, ...)
{
	char why[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	snprintf(rf->error, sizeof(rf->error), "%.100s: block %" PRIu64 ": %s", rf->path,
		 rf->n_blk, why);
	return ERR_PROTO;
}

struct recfile *recfile_open(const char *path, char err[256])
{
	struct recfile *rf = calloc(1, sizeof(*rf));

	if (rf) {
		rf->path = strdup(path);
		rf->blk = malloc(BLK_MAX);
	}
	if (!rf || !rf->path || !rf->blk)
		snprintf(err, 256, "no memory to read %.180s", path);
	else if (!(rf->f = fopen(path, "rbe")))
		snprintf(err, 256, "cannot open %.180s: %s", path, strerror(errno));
	else
		return rf;
	recfile_close(rf);
	return NULL;
}

/* --- blocks ---------------------------------------------------------------------------- */

/* n bytes more of a block.  1, 0 (the end of the file, here or amid them), or
 * an error. */
static int bytes_read(struct recfile *rf, uint8_t *to, size_t n)
{
	size_t got = fread(to, 1, n, rf->f);

	if (got == n)
		return 1;
	if (ferror(rf->f))
		return damaged(rf, "%s", strerror(errno));
	rf->cut = got > 0 || to != rf->blk;
	return 0;
}

static int block_read(struct recfile *rf)
{
	int ok;

	rf->n_blk++;
	ok = bytes_read(rf, rf->blk, 8);
	if (ok <= 0)
		return ok;
	if (!rf->began && le32(rf->blk) != BLK_SHB)
		return damaged(rf, "not a pcapng file");
	rf->len = le32(rf->blk + 4);
	if (rf->len < BLK_MIN || rf->len > BLK_MAX || rf->len % 4)
		return damaged(rf, "a length of %zu bytes", rf->len);
	ok = bytes_read(rf, rf->blk + 8, rf->len - 8);
	if (ok > 0 && le32(rf->blk + rf->len - 4) != rf->len)
		return damaged(rf, "its two lengths differ");
	return ok;
}

/* The option with that code from body on; NULL: none.  Stays within the block. */
static const uint8_t *option(const struct recfile *rf, size_t at, uint16_t code, size_t *n)
{
	size_t end = rf->len - 4;

	while (at + 4 <= end) {
		uint16_t c = le16(rf->blk + at);

		*n = le16(rf->blk + at + 2);
		at += 4;
		if (c == OPT_END || *n > end - at)
			break;
		if (c == code)
			return rf->blk + at;
		at += (*n + 3) & ~(size_t)3;
		if (at > end)
			break;
	}
	return NULL;
}

static int section(struct recfile *rf)
{
	if (rf->len < 28 || le32(rf->blk + 8) != BYTE_ORDER_MAGIC || rf->began)
		return damaged(rf, "not a section that netloom writes");
	rf->began = true;
	return 1;
}

static int interface(struct recfile *rf)
{
	size_t n = 0, n_res = 0;
	const uint8_t *name, *res;
	char (*more)[NAME_MAX_BYTES];

	if (rf->len < 20)
		return damaged(rf, "too short for an interface");
	name = option(rf, 16, IF_NAME, &n);
	res = option(rf, 16, IF_TSRESOL, &n_res);
	if (le16(rf->blk + 8) != LINKTYPE_ETHERNET || !name || n >= NAME_MAX_BYTES || !res ||
	    n_res != 1 || *res != NANOSECONDS)
		return damaged(rf, "not an interface that netloom writes");
	more = realloc(rf->ifs, (rf->n_ifs + 1) * sizeof(*more));
	if (!more)
		return damaged(rf, "out of memory");
	rf->ifs = more;
	memcpy(more[rf->n_ifs], name, n);
	more[rf->n_ifs++][n] = '\0';
	return 1;
}

static int frame(struct recfile *rf, struct rec *r)
{
	const uint8_t *b = rf->blk, *opt;
	uint32_t kept, len;
	uint64_t unix_ns;
	size_t opts, n;

	if (rf->len < 32)
		return damaged(rf, "too short for a frame");
	kept = le32(b + 20);
	len = le32(b + 24);
	unix_ns = (uint64_t)le32(b + 12) << 32 | le32(b + 16);
	if (kept > rf->len - 32 || kept != len)
		return damaged(rf, "a frame is not whole");
	if (unix_ns < LAB_EPOCH_UNIX_NS || unix_ns >= (uint64_t)NS_NEVER)
		return damaged(rf, "a time before the lab began");
	*r = (struct rec){ .ifno = le32(b + 8), .at = (ns_t)unix_ns - LAB_EPOCH_UNIX_NS,
			   .bytes = b + 28, .n = kept };
	if (r->ifno >= rf->n_ifs)
		return damaged(rf, "an interface that was not announced");
	opts = 28 + ((kept + 3) & ~3u);
	opt = option(rf, opts, EPB_FLAGS, &n);
	r->out = opt && n == 4 && (*opt & FLAG_DIR) == FLAG_OUT;
	opt = option(rf, opts, OPT_COMMENT, &n);
	if (opt)
		snprintf(r->comment, sizeof(r->comment), "%.*s", (int)n, (const char *)opt);
	return 1;
}

/* --- public ------------------------------------------------------------------------------ */

int recfile_next(struct recfile *rf, struct rec *r)
{
	int ok = rf->error[0] ? ERR_PROTO : 1;

	while (ok > 0 && (ok = block_read(rf)) > 0) {
		switch (le32(rf->blk)) {
		case BLK_SHB: ok = section(rf); break;
		case BLK_IDB: ok = interface(rf); break;
		case BLK_EPB: return frame(rf, r);
		default:      break;              /* somebody's notes */
		}
	}
	return ok;
}

const char *recfile_error(const struct recfile *rf)
{
	return rf->error[0] ? rf->error : NULL;
}

uint32_t recfile_n_ifs(const struct recfile *rf) { return rf->n_ifs; }
const char *recfile_if(const struct recfile *rf, uint32_t ifno) { return rf->ifs[ifno]; }
bool recfile_is_cut(const struct recfile *rf) { return rf->cut; }

void recfile_close(struct recfile *rf)
{
	if (!rf)
		return;
	if (rf->f)
		fclose(rf->f);
	free(rf->path);
	free(rf->blk);
	free(rf->ifs);
	free(rf);
}
