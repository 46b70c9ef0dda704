/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_CC_H
#define STACK_UTIL_CC_H
/* Small spellings of compiler features and array helpers. */
#include <assert.h>
#include <stddef.h>

#define must_check __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
/* For the hot path: what is inlined into it in spite of its size, and what is
 * kept out of it, with the registers it would need. */
#define hot_inline inline __attribute__((always_inline))
#define slow_path __attribute__((cold, noinline))
#define outlined __attribute__((noinline))
#define prefetch(p) __builtin_prefetch(p)
#define N_ELEM(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) \
	((type *)(void *)((char *)(p) - offsetof(type, member)))

#endif
