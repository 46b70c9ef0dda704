// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/topo.h"
#include "stack/util/err.h"
#include "tests/unit/test.h"

static ns_t time_of(const char *s)
{
	ns_t t = -1;
	char err[160] = "";

	return unit_time(s, &t, err) == OK ? t : -1;
}

static int64_t rate_of(const char *s)
{
	uint64_t bps;
	char err[160];

	return unit_rate(s, &bps, err) == OK ? (int64_t)bps : -1;
}

static int64_t pct_of(const char *s)
{
	prob_t p;
	char err[160];

	return unit_pct(s, &p, err) == OK ? (int64_t)p : -1;
}

static void check_time_text(ns_t t, const char *want)
{
	struct buf b = { 0 };

	unit_time_fmt(t, &b);
	CHECK_STR(b.s, want);
	CHECK_EQ(time_of(b.s), t);
	buf_free(&b);
}

static void check_rate_text(uint64_t bps, const char *want)
{
	struct buf b = { 0 };

	unit_rate_fmt(bps, &b);
	CHECK_STR(b.s, want);
	CHECK_EQ(rate_of(b.s), bps);
	buf_free(&b);
}

static void check_pct_text(const char *text)
{
	struct buf b = { 0 };

	unit_pct_fmt((prob_t)pct_of(text), &b);
	CHECK_STR(b.s, text);
	buf_free(&b);
}

TEST(units, times_are_exact_nanoseconds)
{
	CHECK_EQ(time_of("10ns"), 10);
	CHECK_EQ(time_of("5us"), USEC(5));
	CHECK_EQ(time_of("1.5ms"), USEC(1500));
	CHECK_EQ(time_of("10s"), SEC(10));
	CHECK_EQ(time_of("2m"), SEC(120));
	CHECK_EQ(time_of("1h"), SEC(3600));
	CHECK_EQ(time_of("0.000000001s"), 1);
	CHECK_EQ(time_of("0"), 0);
	CHECK_EQ(time_of("1.50MS"), USEC(1500));
}

TEST(units, what_is_no_time_is_refused)
{
	static const char *const bad[] = {
		"", "5", "ms", "-5ms", "5 ms", "5ms ", "1.ms", ".5ms", "1.2.3ms", "1e3s", "1.5ns",
		"5msec", "99999999999h", "1234567890123456789012s", "+1s",
	};

	for (size_t i = 0; i < N_ELEM(bad); i++)
		CHECK_EQ(time_of(bad[i]), -1);
}

TEST(units, rates_are_in_bits_and_say_so)
{
	char err[160];
	uint64_t bps = 7;

	CHECK_EQ(rate_of("500bit"), 500);
	CHECK_EQ(rate_of("64kbit"), 64000);
	CHECK_EQ(rate_of("1.5Mbit"), 1500000);
	CHECK_EQ(rate_of("1gbit"), 1000000000);
	CHECK_EQ(rate_of("0"), 0);
	CHECK_EQ(unit_rate("10mbps", &bps, err), ERR_INVAL);
	CHECK(strstr(err, "bytes a second") != NULL);
	CHECK_EQ(unit_rate("100", &bps, err), ERR_INVAL);
	CHECK(strstr(err, "'100' has no unit") != NULL);
	CHECK_EQ(bps, 7);
	CHECK_EQ(rate_of("1kb"), -1);
	CHECK_EQ(rate_of("0.5bit"), -1);
}

TEST(units, sizes_are_bytes_or_frames)
{
	uint64_t bytes = 7;
	uint32_t pkts = 7;
	char err[160];

	CHECK_EQ(unit_size("1500b", &bytes, &pkts, err), OK);
	CHECK(bytes == 1500 && pkts == 0);
	CHECK_EQ(unit_size("64kb", &bytes, &pkts, err), OK);
	CHECK(bytes == 65536 && pkts == 0);
	CHECK_EQ(unit_size("100p", &bytes, &pkts, err), OK);
	CHECK(bytes == 0 && pkts == 100);
	CHECK_EQ(unit_size("0", &bytes, &pkts, err), OK);
	CHECK(bytes == 0 && pkts == 0);
	CHECK_EQ(unit_size("1500", &bytes, &pkts, err), ERR_INVAL);
	CHECK_EQ(unit_size("64kbit", &bytes, &pkts, err), ERR_INVAL);
	CHECK_EQ(unit_size("0.5p", &bytes, &pkts, err), ERR_INVAL);
	CHECK_EQ(unit_size("99999999999p", &bytes, &pkts, err), ERR_INVAL);
}

TEST(units, percentages_are_fractions_of_two_to_the_32)
{
	CHECK_EQ(pct_of("0%"), 0);
	CHECK_EQ(pct_of("50%"), 1u << 31);
	CHECK_EQ(pct_of("25%"), 1u << 30);
	CHECK_EQ(pct_of("100%"), UINT32_MAX);
	CHECK_EQ(pct_of("0.1%"), 4294967);        /* 4294967.296 */
	CHECK_EQ(pct_of("0.000000001%"), 1);      /* not never */
	CHECK_EQ(pct_of("100.1%"), -1);
	CHECK_EQ(pct_of("10"), -1);
	CHECK_EQ(pct_of("10 %"), -1);
}

TEST(units, values_print_as_the_shortest_exact_text)
{
	check_time_text(0, "0s");
	check_time_text(999, "999ns");
	check_time_text(USEC(1500), "1.5ms");
	check_time_text(SEC(90), "90s");
	check_time_text(1000000001, "1.000000001s");
	check_rate_text(0, "0");
	check_rate_text(999, "999bit");
	check_rate_text(1500000, "1.5mbit");
	check_rate_text(10000000000, "10gbit");
	check_pct_text("0%");
	check_pct_text("0.1%");
	check_pct_text("33.333%");
	check_pct_text("12.5%");
	check_pct_text("100%");
}

TEST(units, a_percentage_survives_its_text)
{
	uint64_t x = 88172645463325252u;          /* xorshift: any spread will do */
	struct buf b = { 0 };
	unsigned wrong = 0;

	for (int i = 0; i < 20000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		buf_reset(&b);
		unit_pct_fmt((prob_t)x, &b);
		wrong += pct_of(b.s) != (int64_t)(prob_t)x;
	}
	CHECK_EQ(wrong, 0);
	buf_free(&b);
}

TEST(units, the_nearest_word_is_meant)
{
	static const char *const words[] = { "rate", "delay", "loss", "loss-list", "distribution" };

	CHECK_STR(closest_word("rte", words, N_ELEM(words)), "rate");
	CHECK_STR(closest_word("dleay", words, N_ELEM(words)), "delay");
	CHECK_STR(closest_word("losss", words, N_ELEM(words)), "loss");
	CHECK_STR(closest_word("dist", words, N_ELEM(words)), "distribution");
	CHECK(closest_word("bandwidth", words, N_ELEM(words)) == NULL);
	CHECK(closest_word("", words, N_ELEM(words)) == NULL);
	CHECK(closest_word("rte", NULL, 0) == NULL);
}
