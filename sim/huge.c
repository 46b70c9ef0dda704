// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The heap of a large lab, on huge pages: it visits its nodes in turns, and finds the
 * addresses of each forgotten.
 *
 * The C library says so of the whole heap if GLIBC_TUNABLES has glibc.malloc.hugetlb=1,
 * and offers a program no other way.  So the heap grows once by what will be needed, and
 * the kernel is told of that while it is one block; freed, it is the top from which all
 * later ones are cut.  What is not touched takes no memory.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "sim/mem.h"

#define LARGE ((size_t)16 << 20)          /* bytes; less is not worth it */
#define MOST ((size_t)960 << 20)
#define PAGE ((uintptr_t)4096)
#define MMAP_MAX 65536                    /* blocks; glibc's own */
#define MMAP_THRESHOLD (32 << 20)         /* bytes; the most that it finds by itself */

/* Whole pages of the n bytes from p on; a kernel that has no huge ones is as well. */
static void advise(void *p, size_t n)
{
	uintptr_t from = ((uintptr_t)p + PAGE - 1) & ~(PAGE - 1);
	uintptr_t to = ((uintptr_t)p + n) & ~(PAGE - 1);

	(void)!madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void mem_expect(size_t n)
{
	void *p;

	if (n < LARGE)
		return;
	if (n > MOST)
		n = MOST;
	/* The first: free() leaves them there.  The last makes up for what each of these turns
	 * off, that this threshold finds itself. */
	mallopt(M_TRIM_THRESHOLD, (int)(2 * n));
	mallopt(M_MMAP_MAX, 0);
	p = malloc(n);
	if (p)
		advise(p, n);
	free(p);
	mallopt(M_MMAP_MAX, MMAP_MAX);
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
}
