// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * How fast a core of this machine is at present, which no figure in nanoseconds means
 * anything without: additions that each wait for the one before take a cycle each.  A
 * moment on another's behalf counts, as it does in the figures.
 */
#include <stdint.h>

#include "tests/bench/bench.h"

#define SAMPLES 10
#define ADDITIONS 5000000                 /* some milliseconds */

/* By a register: some cores add constants in no time. */
#define ADD(x, y) do { (x) += (y); __asm__ volatile("" : "+r"(x)); } while (0)

static double additions_a_ns(void)
{
	uint64_t x = 1, y = 1;
	double t = bench_now();

	__asm__ volatile("" : "+r"(y));
	for (int i = 0; i < ADDITIONS / 8; i++) {
		ADD(x, y); ADD(x, y); ADD(x, y); ADD(x, y);
		ADD(x, y); ADD(x, y); ADD(x, y); ADD(x, y);
	}
	return ADDITIONS / ((bench_now() - t) * 1e9);
}

int main(void)
{
	for (int i = 0; i < SAMPLES; i++)
		printf("core %.2f\n", additions_a_ns());
	return 0;
}
