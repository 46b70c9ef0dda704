// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/model/dist.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/test.h"

struct sums { int64_t sum, squares; };

static struct sums table_sums(enum netem_dist dist)
{
	const int16_t *t = dist_table(dist);
	struct sums s = { 0 };

	for (unsigned i = 0; i < DIST_SIZE; i++) {
		s.sum += t[i];
		s.squares += t[i] * t[i];
	}
	return s;
}

static bool table_is_rising(enum netem_dist dist)
{
	const int16_t *t = dist_table(dist);

	for (unsigned i = 1; i < DIST_SIZE; i++)
		if (t[i] < t[i - 1])
			return false;
	return true;
}

/* The word that chooses entry i of a table. */
static uint32_t word_of(unsigned i)
{
	return (uint32_t)i << 20 | 0x12345;
}

TEST(dist, names_and_values_match)
{
	enum netem_dist d = DIST_UNIFORM;

	CHECK(dist_find("paretonormal", &d));
	CHECK_EQ(d, DIST_PARETONORMAL);
	CHECK(!dist_find("Normal", &d));
	CHECK_EQ(d, DIST_PARETONORMAL);
	CHECK_STR(dist_name(DIST_PARETO), "pareto");
	CHECK(dist_table(DIST_UNIFORM) == NULL);
}

TEST(dist, tables_rise)
{
	CHECK(table_is_rising(DIST_NORMAL));
	CHECK(table_is_rising(DIST_PARETO));
	CHECK(table_is_rising(DIST_PARETONORMAL));
}

TEST(dist, normal_table_is_symmetric_with_deviation_one)
{
	const int16_t *t = dist_table(DIST_NORMAL);
	struct sums s = table_sums(DIST_NORMAL);

	for (unsigned i = 0; i < DIST_SIZE; i++)
		if (t[i] != -t[DIST_SIZE - 1 - i])
			CHECK_EQ(i, -1);
	CHECK_EQ(s.sum, 0);
	/* sd within 0.1% of the scale: 8184^2 to 8200^2 */
	CHECK(s.squares > 8184LL * 8184 * DIST_SIZE);
	CHECK(s.squares < 8200LL * 8200 * DIST_SIZE);
}

TEST(dist, normal_table_has_the_gaussian_percentiles)
{
	const int16_t *t = dist_table(DIST_NORMAL);

	CHECK(abs(t[2048]) < 10);                        /* 50%: 0 */
	CHECK(abs(t[DIST_SIZE * 84134 / 100000] - 8192) < 15);     /* 1 sd */
	CHECK(abs(t[DIST_SIZE * 97725 / 100000] - 16384) < 60);    /* 2 sd */
	CHECK(abs(t[DIST_SIZE * 90 / 100] - 10498) < 20);  /* 1.28155 sd */
}

TEST(dist, pareto_table_starts_at_minus_two_thirds_and_has_a_tail)
{
	const int16_t *t = dist_table(DIST_PARETO);

	CHECK_EQ(t[0], -5461);                           /* (1 - 3/2) / (3/4) */
	CHECK(abs(t[2048] - -2622) < 5);                 /* (2^(1/3) - 3/2) / (3/4) */
	CHECK(abs(t[DIST_SIZE * 7 / 8] - 5461) < 10);    /* (8^(1/3) - 3/2) / (3/4) */
	CHECK_EQ(t[DIST_SIZE - 1], INT16_MAX);
}

TEST(dist, paretonormal_is_a_quarter_normal_and_three_quarters_pareto)
{
	const int16_t *n = dist_table(DIST_NORMAL), *p = dist_table(DIST_PARETO);
	const int16_t *t = dist_table(DIST_PARETONORMAL);

	for (unsigned i = 0; i < DIST_SIZE; i++) {
		if (p[i] == INT16_MAX)
			break;                           /* cut at 16 bits */
		if (abs(4 * t[i] - n[i] - 3 * p[i]) > 4)
			CHECK_EQ(i, -1);
	}
	CHECK_EQ(t[DIST_SIZE - 1], INT16_MAX);
}

TEST(dist, uniform_covers_minus_jitter_up_to_jitter)
{
	CHECK_EQ(dist_delay(1000, 100, DIST_UNIFORM, 0), 900);
	CHECK_EQ(dist_delay(1000, 100, DIST_UNIFORM, 1u << 31), 1000);
	CHECK_EQ(dist_delay(1000, 100, DIST_UNIFORM, UINT32_MAX), 1099);
	CHECK_EQ(dist_delay(1000, 0, DIST_UNIFORM, UINT32_MAX), 1000);
}

TEST(dist, uniform_fills_each_tenth_alike)
{
	struct rng rng;
	int64_t tenth[10] = { 0 };

	rng_init(&rng, 7, "dist uniform");
	for (unsigned i = 0; i < 100000; i++)
		tenth[dist_delay(SEC(1), SEC(1), DIST_UNIFORM, rng_u32(&rng)) / MSEC(200)]++;
	for (unsigned i = 0; i < 10; i++)
		CHECK(tenth[i] > 9600 && tenth[i] < 10400);
}

TEST(dist, a_table_entry_counts_in_units_of_the_scale)
{
	const int16_t *t = dist_table(DIST_NORMAL);

	CHECK_EQ(dist_delay(100000, 8192, DIST_NORMAL, word_of(0)), 100000 + t[0]);
	CHECK_EQ(dist_delay(100000, 8192, DIST_NORMAL, word_of(4095)), 100000 + t[4095]);
	CHECK_EQ(dist_delay(SEC(1), USEC(8192), DIST_NORMAL, word_of(3000)),
		 SEC(1) + 1000 * t[3000]);
	CHECK_EQ(dist_delay(5, 0, DIST_PARETO, word_of(4095)), 5);
}

TEST(dist, values_round_to_the_nearest_nanosecond)
{
	const int16_t *t = dist_table(DIST_PARETO);
	ns_t d = dist_delay(1000, 10, DIST_PARETO, word_of(4000)) - 1000;

	CHECK(llabs(d * DIST_SCALE - 10 * t[4000]) <= DIST_SCALE / 2);
	d = dist_delay(1000, 10, DIST_PARETO, word_of(5)) - 1000;
	CHECK(llabs(d * DIST_SCALE - 10 * t[5]) <= DIST_SCALE / 2);
}

TEST(dist, a_delay_is_never_negative_and_never_wraps)
{
	CHECK_EQ(dist_delay(10, 100, DIST_UNIFORM, 0), 0);
	CHECK_EQ(dist_delay(0, MSEC(1), DIST_NORMAL, word_of(10)), 0);
	CHECK_EQ(dist_delay(NS_NEVER, NS_NEVER, DIST_NORMAL, word_of(4095)), NS_NEVER);
	CHECK_EQ(dist_delay(NS_NEVER, NS_NEVER, DIST_UNIFORM, UINT32_MAX), NS_NEVER);
	CHECK_EQ(dist_delay(0, NS_NEVER, DIST_PARETO, 0), 0);
}

TEST(dist, normal_jitter_has_its_mean_deviation_and_percentiles)
{
	enum { N = 100000 };
	struct rng rng;
	int64_t sum = 0, squares = 0;
	unsigned within_1 = 0, within_2 = 0;

	rng_init(&rng, 1, "dist normal");
	for (unsigned i = 0; i < N; i++) {
		int64_t d = dist_delay(MSEC(50), MSEC(5), DIST_NORMAL, rng_u32(&rng)) - MSEC(50);

		sum += d / 1000;
		squares += (d / 1000) * (d / 1000);
		within_1 += llabs(d) < MSEC(5);
		within_2 += llabs(d) < MSEC(10);
	}
	CHECK(llabs(sum / N) < 80);                      /* us; its sd is 16 */
	CHECK(squares / N > 4920LL * 4920 && squares / N < 5080LL * 5080);
	CHECK(within_1 > 67600 && within_1 < 68900);     /* 68.27% */
	CHECK(within_2 > 95150 && within_2 < 95750);     /* 95.45% */
}
