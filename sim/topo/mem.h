/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_MEM_H
#define SIM_TOPO_MEM_H
/* Memory while a lab file is read: there is no lab without it, so no memory
 * ends the program with a message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void *mem_or_die(void *p)
{
	if (!p) {
		fputs("netloom: out of memory while reading the lab\n", stderr);
		exit(2);
	}
	return p;
}

/* n zeroed elements; never NULL, also for n == 0. */
static inline void *mem_zalloc(size_t n, size_t size)
{
	return mem_or_die(calloc(n ? n : 1, size));
}

static inline void *mem_grow(void *p, size_t n, size_t size)
{
	return mem_or_die(reallocarray(p, n, size));
}

static inline char *mem_strdup(const char *s)
{
	return mem_or_die(strdup(s));
}

#endif
