/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_MEM_H
#define SIM_MEM_H
/* Memory for what a lab cannot start without: dies with a message. */
#include <stddef.h>
#include <stdnoreturn.h>

noreturn void mem_die(void);              /* "out of memory", status 2 */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
void *xaligned(size_t align, size_t size);        /* free() it */

/* huge.c: about n bytes will be asked for.  Takes none. */
void mem_expect(size_t n);

#endif
