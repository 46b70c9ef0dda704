/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H
/* One line a figure, as scripts/bench reads it. */
#include <stdio.h>
#include <time.h>

static inline double bench_now(void)              /* seconds */
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline void bench_line(const char *name, double value, const char *unit,
			      const char *better, double budget)
{
	printf("%s %.2f %s %s %g -\n", name, value, unit, better, budget);
	fflush(stdout);
}

/* A part of a figure above, or another way to it, which has no budget of its own. */
static inline void bench_part(const char *name, double value, const char *unit,
			      const char *better)
{
	printf("%s %.2f %s %s - -\n", name, value, unit, better);
	fflush(stdout);
}

/* What a peer reaches where we have the figure of this name. */
static inline void bench_beside(const char *name, double value)
{
	printf("beside %s %.2f\n", name, value);
	fflush(stdout);
}

#endif
