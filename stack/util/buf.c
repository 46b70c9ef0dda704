// SPDX-License-Identifier: MIT
#include "stack/util/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_MIN 64                /* bytes of the first allocation */

/* Room for n more bytes and the NUL; false once memory ran out. */
static bool buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_MIN;
	char *s;

	if (b->bad)
		return false;
	if (n < b->cap - b->len)          /* cap - len counts the NUL's place */
		return true;
	if (n >= SIZE_MAX / 2 - b->len) {
		b->bad = true;
		return false;
	}
	while (cap - b->len <= n)
		cap *= 2;
	s = realloc(b->s, cap);
	if (!s) {
		b->bad = true;
		return false;
	}
	b->s = s;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_reserve(b, n))
		return;
	if (n)
		memcpy(b->s + b->len, p, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	if (!buf_reserve(b, 0))
		return;
	va_copy(again, ap);
	n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
	if (n < 0)
		b->bad = true;
	else if (buf_reserve(b, (size_t)n))
		b->len += (size_t)vsnprintf(b->s + b->len, b->cap - b->len, fmt, again);
	b->s[b->len] = '\0';              /* also cuts off what did not fit */
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->bad = false;
	if (b->s)
		b->s[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){ 0 };
}

/* An incomplete text is not handed out: NULL is then the only answer. */
char *buf_take(struct buf *b)
{
	char *s;

	buf_add(b, "", 0);
	if (b->bad) {
		buf_free(b);
		return NULL;
	}
	s = b->s;
	*b = (struct buf){ 0 };
	return s;
}
