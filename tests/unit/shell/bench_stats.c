// SPDX-License-Identifier: GPL-3.0-or-later
/* Means, and Welch's t-test against values known in closed form. */
#include "shell/bench_stats.h"

#include <math.h>

#include "tests/unit/test.h"

static double p_of(const double *a, size_t na, const double *b, size_t nb)
{
	struct bench_stats x = bench_stats(a, na), y = bench_stats(b, nb);

	return bench_welch_p(&x, &y);
}

static bool near(double a, double b) { return fabs(a - b) < 1e-9; }

TEST(bench_stats, mean_and_spread)
{
	const double v[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
	double many[100];
	struct bench_stats s = bench_stats(v, 8);

	CHECK(near(s.mean, 5) && near(s.min, 2) && near(s.max, 9));
	CHECK(near(s.sigma, sqrt(32.0 / 7)));
	CHECK_EQ(s.outside, 0);
	for (int i = 0; i < 100; i++)
		many[i] = i ? 1 : 100;
	CHECK_EQ(bench_stats(many, 100).outside, 1);
	CHECK(near(bench_stats(v, 1).sigma, 0));
}

/* Two pairs of equal spread: two degrees of freedom, p = 1 - t / sqrt(2 + t^2). */
TEST(bench_stats, welch_with_two_degrees_of_freedom)
{
	const double a[] = { 0, 1 };

	for (int d = 0; d < 40; d++) {
		const double b[] = { d, d + 1 };
		double t2 = d * d / 0.5;

		CHECK(near(p_of(a, 2, b, 2), 1 - sqrt(t2 / (2 + t2))));
	}
}

TEST(bench_stats, welch_with_unequal_spread)
{
	const double a[] = { 1, 2, 3, 4, 5 }, b[] = { 2, 4, 6, 8, 10 };

	CHECK(fabs(p_of(a, 5, b, 5) - 0.1075312) < 1e-6);
	CHECK(near(p_of(a, 5, b, 5), p_of(b, 5, a, 5)));
}

TEST(bench_stats, nothing_to_compare)
{
	const double a[] = { 1, 1, 1 }, b[] = { 2, 2 };

	CHECK(p_of(a, 3, b, 1) < 0);
	CHECK(p_of(a, 3, b, 2) < 0);
}
