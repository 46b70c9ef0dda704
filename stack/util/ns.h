/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_NS_H
#define STACK_UTIL_NS_H
/*
 * Lab time: signed nanoseconds since the lab's epoch (2000-01-01 UTC, see
 * sim/sim.h).  Instants end in _at, durations do not; both are ns_t.
 */
#include <inttypes.h>
#include <stdint.h>

typedef int64_t ns_t;

#define PRIns PRId64
#define NS_NEVER INT64_MAX
#define USEC(n) ((ns_t)(n) * 1000)
#define MSEC(n) ((ns_t)(n) * 1000000)
#define SEC(n)  ((ns_t)(n) * 1000000000)

/* Saturates: no sum of an instant and a duration wraps past NS_NEVER. */
static inline ns_t ns_add(ns_t at, ns_t d)
{
	ns_t sum;

	return __builtin_add_overflow(at, d, &sum) ? NS_NEVER : sum;
}

#endif
