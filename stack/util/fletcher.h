/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_FLETCHER_H
#define STACK_UTIL_FLETCHER_H
/*
 * Fletcher's checksum modulo 255 with two check bytes that make both sums 0:
 * RFC 905 annex B, as OSPF's LSAs have it (RFC 2328 12.1.7).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The two check bytes of p[0, n), the first of them above; they stand at
 * p[at] and p[at + 1], at + 2 <= n, and what stands there now does not count.
 * Neither byte is ever 0. */
uint16_t fletcher_make(const uint8_t *p, size_t n, size_t at);

/* Both sums over p[0, n), check bytes included, are 0. */
bool fletcher_ok(const uint8_t *p, size_t n);

#endif
