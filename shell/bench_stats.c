// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/bench_stats.h"

#include <math.h>

struct bench_stats bench_stats(const double *v, size_t n)
{
	struct bench_stats s = { .n = n };
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += v[i];
		s.min = !i || v[i] < s.min ? v[i] : s.min;
		s.max = !i || v[i] > s.max ? v[i] : s.max;
	}
	s.mean = n ? sum / (double)n : 0;
	for (size_t i = 0; i < n; i++)
		squares += (v[i] - s.mean) * (v[i] - s.mean);
	s.sigma = n > 1 ? sqrt(squares / (double)(n - 1)) : 0;
	for (size_t i = 0; i < n; i++)
		s.outside += fabs(v[i] - s.mean) > 1.96 * s.sigma;
	return s;
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m < 10000; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		for (int i = 0; i < 2; i++) {
			d = 1 + (i ? odd : even) * d;
			c = 1 + (i ? odd : even) / c;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = fabs(c) < tiny ? tiny : c;
			step = c * d;
			h *= step;
		}
		if (fabs(step - 1) < 1e-14)
			break;
	}
	return h;
}

/* I_x(a, b), regularized. */
static double beta_incomplete(double a, double b, double x)
{
	double front;

	if (x <= 0 || x >= 1)
		return x > 0;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
					 : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double bench_welch_p(const struct bench_stats *a, const struct bench_stats *b)
{
	double va, vb, t2, df;

	if (a->n < 2 || b->n < 2)
		return -1;
	va = a->sigma * a->sigma / (double)a->n;
	vb = b->sigma * b->sigma / (double)b->n;
	if (va + vb <= 0)
		return -1;
	t2 = (a->mean - b->mean) * (a->mean - b->mean) / (va + vb);
	df = (va + vb) * (va + vb) /
	     (va * va / (double)(a->n - 1) + vb * vb / (double)(b->n - 1));
	return beta_incomplete(df / 2, 0.5, df / (df + t2));
}
