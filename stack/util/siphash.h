/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_SIPHASH_H
#define STACK_UTIL_SIPHASH_H
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed function of short messages
 * that nobody computes who has not the key.
 */
#include <stddef.h>
#include <stdint.h>

/* key: its 16 bytes as two little-endian words. */
uint64_t siphash24(const uint64_t key[2], const uint8_t *p, size_t n);

#endif
