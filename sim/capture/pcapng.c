// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/cc.h"

enum { BLK_IDB = 1, BLK_EPB = 6 };
#define BLK_SHB 0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_ETHERNET 1

enum {
	OPT_ENDOFOPT = 0, OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IF_NAME = 2, IF_SPEED = 8, IF_TSRESOL = 9,
	EPB_FLAGS = 2,                    /* bits 0-1: 1 inbound, 2 outbound */
};

#define BLK_FRAME 12u                     /* type and twice the length */
#define OPT_HLEN 4u
#define OPT_MAX 65535u                    /* bytes in an option's value */

struct pcapng {
	struct capture_writer w;
	uint32_t snaplen;
	uint8_t *blk;                     /* the block being built */
	size_t cap;
};

static struct pcapng *pcapng_of(struct capture_writer *w)
{
	return container_of(w, struct pcapng, w);
}

static size_t pad4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static uint8_t *put_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	return p + 2;
}

static uint8_t *put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
	return p + 4;
}

static uint8_t *put_padded(uint8_t *p, const void *src, size_t n)
{
	if (n)
		memcpy(p, src, n);
	memset(p + n, 0, pad4(n) - n);
	return p + pad4(n);
}

static uint8_t *put_opt(uint8_t *p, uint16_t code, const void *val, size_t n)
{
	p = put_u16(p, code);
	p = put_u16(p, (uint16_t)n);
	return put_padded(p, val, n);
}

/* Bytes of a text that fit into an option, never half of a UTF-8 character. */
static size_t text_len(const char *s)
{
	size_t n = strnlen(s, OPT_MAX + 1);

	if (n > OPT_MAX)
		for (n = OPT_MAX; n && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
			;
	return n;
}

/* Room for a block with a body of n bytes; where the body starts, or NULL. */
static uint8_t *block_begin(struct pcapng *ng, uint32_t type, size_t n)
{
	size_t need = BLK_FRAME + n;

	if (unlikely(need > ng->cap)) {
		size_t cap = need < 4096 ? 4096 : need * 2;
		uint8_t *blk = realloc(ng->blk, cap);

		if (!blk)
			return NULL;
		ng->blk = blk;
		ng->cap = cap;
	}
	return put_u32(ng->blk, type) + 4;
}

/* end: past the body's last byte. */
static bool block_write(struct pcapng *ng, uint8_t *end)
{
	size_t len = (size_t)(end - ng->blk) + 4;

	put_u32(ng->blk + 4, (uint32_t)len);
	put_u32(end, (uint32_t)len);
	return fwrite_unlocked(ng->blk, 1, len, ng->w.f) == len;
}

static bool write_shb(struct pcapng *ng)
{
	static const char app[] = "netloom";
	uint8_t *p = block_begin(ng, BLK_SHB, 64);

	if (!p)
		return false;
	p = put_u32(p, BYTE_ORDER_MAGIC);
	p = put_u16(p, 1);                /* version 1.0 */
	p = put_u16(p, 0);
	p = put_u32(p, UINT32_MAX);       /* section length -1: to the end of the file */
	p = put_u32(p, UINT32_MAX);
	p = put_opt(p, SHB_USERAPPL, app, sizeof(app) - 1);
	p = put_opt(p, OPT_ENDOFOPT, NULL, 0);
	return block_write(ng, p);
}

static bool pcapng_add_if(struct capture_writer *w, const char *name, uint64_t rate_bps)
{
	struct pcapng *ng = pcapng_of(w);
	size_t n = text_len(name);
	uint8_t *p = block_begin(ng, BLK_IDB, 64 + pad4(n));
	uint8_t speed[8];

	if (!p)
		return false;
	p = put_u16(p, LINKTYPE_ETHERNET);
	p = put_u16(p, 0);
	p = put_u32(p, ng->snaplen);
	p = put_opt(p, IF_NAME, name, n);
	if (rate_bps) {
		put_u32(speed, (uint32_t)rate_bps);
		put_u32(speed + 4, (uint32_t)(rate_bps >> 32));
		p = put_opt(p, IF_SPEED, speed, sizeof(speed));
	}
	p = put_opt(p, IF_TSRESOL, "\x09", 1);
	p = put_opt(p, OPT_ENDOFOPT, NULL, 0);
	return block_write(ng, p);
}

static bool pcapng_record(struct capture_writer *w, const struct capture_record *r)
{
	struct pcapng *ng = pcapng_of(w);
	size_t note = r->comment ? text_len(r->comment) : 0;
	uint8_t *p = block_begin(ng, BLK_EPB, 20 + pad4(r->kept) + 8 +
				 OPT_HLEN + pad4(note) + OPT_HLEN);

	if (!p)
		return false;
	p = put_u32(p, r->ifno);
	p = put_u32(p, (uint32_t)(r->unix_ns >> 32));
	p = put_u32(p, (uint32_t)r->unix_ns);
	p = put_u32(p, r->kept);
	p = put_u32(p, r->len);
	p = put_padded(p, r->bytes, r->kept);
	p = put_u16(p, EPB_FLAGS);
	p = put_u16(p, 4);
	p = put_u32(p, r->dir == CAPTURE_BOTH ? 0 : r->dir);
	if (note)
		p = put_opt(p, OPT_COMMENT, r->comment, note);
	p = put_opt(p, OPT_ENDOFOPT, NULL, 0);
	return block_write(ng, p);
}

static bool pcapng_close(struct capture_writer *w)
{
	struct pcapng *ng = pcapng_of(w);
	bool ok = (w->f == stdout ? fflush(w->f) : fclose(w->f)) == 0;
	int why = errno;

	free(ng->blk);
	free(ng);
	errno = why;
	return ok;
}

static struct capture_writer *pcapng_open(FILE *f, uint32_t snaplen)
{
	struct pcapng *ng = calloc(1, sizeof(*ng));
	int why;

	if (!ng) {
		if (f != stdout)
			fclose(f);
		errno = ENOMEM;
		return NULL;
	}
	ng->w = (struct capture_writer){ .fmt = &capture_pcapng, .f = f };
	ng->snaplen = snaplen;
	if (write_shb(ng))
		return &ng->w;
	why = errno;
	pcapng_close(&ng->w);
	errno = why;
	return NULL;
}

const struct capture_format capture_pcapng = {
	.open = pcapng_open,
	.add_if = pcapng_add_if,
	.record = pcapng_record,
	.close = pcapng_close,
};
