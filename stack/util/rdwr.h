/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_RDWR_H
#define STACK_UTIL_RDWR_H
/*
 * Bounded big-endian reader and writer with a sticky error.  A read past the
 * end returns 0 and sets bad; a write past the end writes nothing and sets
 * bad.  Test rd_ok() or wr_ok() once, before use.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd { const uint8_t *p, *end; bool bad; };
struct wr { uint8_t *start, *p, *end; bool bad; };

static inline struct rd rd_init(const void *p, size_t n)
{
	return (struct rd){ .p = p, .end = (const uint8_t *)p + n };
}

static inline bool rd_ok(const struct rd *r) { return !r->bad; }
static inline size_t rd_left(const struct rd *r) { return (size_t)(r->end - r->p); }

/* n bytes and past them, or NULL. */
static inline const uint8_t *rd_take(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || rd_left(r) < n) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return p;
}

static inline uint8_t rd_u8(struct rd *r)
{
	const uint8_t *b = rd_take(r, 1);

	return b ? b[0] : 0;
}

static inline uint16_t rd_u16(struct rd *r)
{
	const uint8_t *b = rd_take(r, 2);

	return b ? (uint16_t)(b[0] << 8 | b[1]) : 0;
}

static inline uint32_t rd_u32(struct rd *r)
{
	const uint8_t *b = rd_take(r, 4);

	return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
		   (uint32_t)b[2] << 8 | b[3] : 0;
}

static inline void rd_bytes(struct rd *r, void *dst, size_t n)
{
	const uint8_t *b = rd_take(r, n);

	if (b)
		memcpy(dst, b, n);
	else
		memset(dst, 0, n);
}

static inline struct wr wr_init(void *p, size_t n)
{
	return (struct wr){ .start = p, .p = p, .end = (uint8_t *)p + n };
}

static inline bool wr_ok(const struct wr *w) { return !w->bad; }
static inline size_t wr_len(const struct wr *w) { return (size_t)(w->p - w->start); }

static inline uint8_t *wr_take(struct wr *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->bad || (size_t)(w->end - w->p) < n) {
		w->bad = true;
		return NULL;
	}
	w->p += n;
	return p;
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
	uint8_t *b = wr_take(w, 1);

	if (b)
		b[0] = v;
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
	uint8_t *b = wr_take(w, 2);

	if (b)
		b[0] = (uint8_t)(v >> 8), b[1] = (uint8_t)v;
}

static inline void wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *b = wr_take(w, 4);

	if (b) {
		b[0] = (uint8_t)(v >> 24), b[1] = (uint8_t)(v >> 16);
		b[2] = (uint8_t)(v >> 8), b[3] = (uint8_t)v;
	}
}

static inline void wr_bytes(struct wr *w, const void *src, size_t n)
{
	uint8_t *b = wr_take(w, n);

	if (b && n)
		memcpy(b, src, n);
}

#endif
