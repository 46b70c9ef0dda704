/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_ALLOC_H
#define TESTS_UNIT_ALLOC_H
/*
 * An allocator that fails.  In a program whose one file includes this, malloc()
 * and the like are its own, in front of libc's or, with a sanitizer, of the
 * sanitizer's.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature              /* clang's way to tell */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#ifdef SANITIZED
#define REAL(name) __interceptor_##name
void *REAL(aligned_alloc)(size_t align, size_t n);
#define REAL_ALIGNED REAL(aligned_alloc)
#else
#define REAL(name) __libc_##name
void *REAL(memalign)(size_t align, size_t n);
#define REAL_ALIGNED REAL(memalign)
#endif
void *REAL(malloc)(size_t n);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *p, size_t n);
void REAL(free)(void *p);

/* Called before the sanitizers are ready to look at anybody. */
#define EARLY __attribute__((no_sanitize("address", "undefined", "thread")))
#define OURS __attribute__((visibility("default"), used)) EARLY

/* What a child tells its parent, too, where a test has one. */
struct state {
	uint64_t n;                       /* which life this is */
	uint64_t calls;                   /* allocations so far */
	uint64_t fail_at;                 /* this one fails; 0: none */
	bool and_after;                   /* and all after it */
	uint64_t running;                 /* calls when the lab had started; 0: not yet */
	int64_t live;                     /* not freed */
};

static struct state quiet_state;          /* before there is any */
static struct state *state = &quiet_state;

EARLY static bool refused(void)
{
	uint64_t n = ++state->calls;

	if (!state->fail_at || n < state->fail_at || (n > state->fail_at && !state->and_after))
		return false;
	errno = ENOMEM;
	return true;
}

EARLY static void *counted(void *p)
{
	state->live += p != NULL;
	return p;
}

OURS void *malloc(size_t n) { return refused() ? NULL : counted(REAL(malloc)(n)); }
OURS void *calloc(size_t n, size_t size)
{
	return refused() ? NULL : counted(REAL(calloc)(n, size));
}

OURS void *realloc(void *p, size_t n)
{
	void *q = refused() ? NULL : REAL(realloc)(p, n);

	state->live += !p && q;
	return q;
}

OURS void *reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : realloc(p, bytes);
}

OURS void *aligned_alloc(size_t align, size_t n)
{
	return refused() ? NULL : counted(REAL_ALIGNED(align, n));
}

OURS char *strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = malloc(n);

	return copy ? memcpy(copy, s, n) : NULL;
}

OURS void free(void *p)
{
	state->live -= p != NULL;
	REAL(free)(p);
}

#endif
