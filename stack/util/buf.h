/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_BUF_H
#define STACK_UTIL_BUF_H
/*
 * A growing string, always NUL-terminated once something was added.  Out of
 * memory sets bad and keeps what is there.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdarg.h>

#include "stack/util/cc.h"

struct buf { char *s; size_t len, cap; bool bad; };

void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) printf_like(2, 0);
void buf_reset(struct buf *b);            /* empties, keeps the memory */
void buf_free(struct buf *b);             /* ready for use again */
char *buf_take(struct buf *b);            /* the caller frees; never NULL unless bad */

#endif
