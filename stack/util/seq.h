/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_SEQ_H
#define STACK_UTIL_SEQ_H
/* TCP sequence numbers: a struct, so that a < b, which is wrong modulo 2^32
 * (RFC 9293 3.4), does not compile. */
#include <stdbool.h>
#include <stdint.h>

typedef struct { uint32_t v; } seq_t;

static inline seq_t seq(uint32_t v) { return (seq_t){ v }; }
static inline seq_t seq_add(seq_t a, uint32_t n) { return (seq_t){ a.v + n }; }
static inline seq_t seq_sub(seq_t a, uint32_t n) { return (seq_t){ a.v - n }; }
/* From b to a; negative if a comes first. */
static inline int32_t seq_diff(seq_t a, seq_t b) { return (int32_t)(a.v - b.v); }
static inline bool seq_eq(seq_t a, seq_t b) { return a.v == b.v; }
static inline bool seq_lt(seq_t a, seq_t b) { return seq_diff(a, b) < 0; }
static inline bool seq_le(seq_t a, seq_t b) { return seq_diff(a, b) <= 0; }
static inline seq_t seq_max(seq_t a, seq_t b) { return seq_lt(a, b) ? b : a; }
static inline seq_t seq_min(seq_t a, seq_t b) { return seq_lt(a, b) ? a : b; }

/* lo <= x < lo + n */
static inline bool seq_within(seq_t x, seq_t lo, uint32_t n) { return x.v - lo.v < n; }

#endif
