// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

noreturn void mem_die(void)
{
	fputs("netloom: out of memory\n", stderr);
	exit(2);
}

static void *or_die(void *p)
{
	if (!p)
		mem_die();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return or_die(calloc(n ? n : 1, size));
}

void *xrealloc(void *p, size_t size)
{
	return or_die(realloc(p, size ? size : 1));
}

void *xaligned(size_t align, size_t size)
{
	return or_die(aligned_alloc(align, (size + align - 1) / align * align));
}
