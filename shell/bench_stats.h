/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SHELL_BENCH_STATS_H
#define SHELL_BENCH_STATS_H
/* What repeated measurements say together. */
#include <stddef.h>

struct bench_stats {
	size_t n;
	double mean, min, max;
	double sigma;                     /* of the sample (n - 1); 0 for fewer than two */
	size_t outside;                   /* points farther from the mean than 1.96 sigma */
};

struct bench_stats bench_stats(const double *v, size_t n);
/* Two-sided p of Welch's t-test: how likely means are that far apart if both
 * samples are of one mean.  Negative: fewer than two points, or no spread. */
double bench_welch_p(const struct bench_stats *a, const struct bench_stats *b);

#endif
