/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_POISON_H
#define STACK_UTIL_POISON_H
/*
 * Bytes that nobody may touch though libc has given them out: a pool's free
 * blocks, what lies behind the end of a packet.  With AddressSanitizer a read
 * or a write there ends the program with a report; without it nothing of this
 * is compiled.  Exact to the byte where [at, at + n) reaches the end of its
 * block, or a multiple of 8; else the last bytes of it stay open.
 */
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISON_WORKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_WORKS 1
#endif
#endif
#ifndef POISON_WORKS
#define POISON_WORKS 0
#endif

#if POISON_WORKS
/* Not const, as the sanitizer's own header has it: gcc would ask for bytes that are set. */
void __asan_poison_memory_region(volatile void *at, size_t n);
void __asan_unpoison_memory_region(volatile void *at, size_t n);

static inline void poison(void *at, size_t n) { __asan_poison_memory_region(at, n); }
static inline void unpoison(void *at, size_t n) { __asan_unpoison_memory_region(at, n); }
#else
static inline void poison(void *at, size_t n) { (void)at, (void)n; }
static inline void unpoison(void *at, size_t n) { (void)at, (void)n; }
#endif

#endif
