// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/bench_stats.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

struct bench_stats bench_stats(const double *v, size_t n)
{
	struct bench_stats s = { .n = n };

	if (!n)
		return s;
	gsl_stats_minmax(&s.min, &s.max, v, 1, n);
	s.mean = gsl_stats_mean(v, 1, n);
	s.sigma = n > 1 ? gsl_stats_sd_m(v, 1, n, s.mean) : 0;
	for (size_t i = 0; i < n; i++)
		s.outside += fabs(v[i] - s.mean) > 1.96 * s.sigma;
	return s;
}

double bench_welch_p(const struct bench_stats *a, const struct bench_stats *b)
{
	double va, vb, t, df;

	if (a->n < 2 || b->n < 2)
		return -1;
	va = a->sigma * a->sigma / (double)a->n;
	vb = b->sigma * b->sigma / (double)b->n;
	if (va + vb <= 0)
		return -1;
	t = fabs(a->mean - b->mean) / sqrt(va + vb);
	df = (va + vb) * (va + vb) /
	     (va * va / (double)(a->n - 1) + vb * vb / (double)(b->n - 1));
	return 2 * gsl_cdf_tdist_Q(t, df);
}
