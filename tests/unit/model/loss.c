// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/model/loss.h"

#include "sim/model/chance.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define MILLION 1000000

/* p in units of 0.01% */
static prob_t pct100(uint32_t p)
{
	return p == 10000 ? PROB_ALWAYS : (prob_t)(((uint64_t)p << 32) / 10000);
}

struct tally {
	int64_t lost, bursts, longest;    /* a burst: losses with none between */
	int64_t lost_after_lost;
};

static struct tally run_model(const struct netem_spec *s, unsigned frames, uint64_t seed)
{
	struct loss_walk w = { .state = LOSS_START };
	struct tally t = { 0 };
	int64_t burst = 0;
	struct rng rng;
	uint32_t rnd[4];

	rng_init(&rng, seed, "loss test");
	w.last = 1u << 31;
	for (unsigned i = 1; i <= frames; i++) {
		rng_block(&rng, i, rnd);
		if (!loss_step(s, &w, rnd)) {
			burst = 0;
			continue;
		}
		t.lost++;
		t.bursts += burst == 0;
		t.lost_after_lost += burst > 0;
		burst++;
		if (burst > t.longest)
			t.longest = burst;
	}
	return t;
}

static bool within(int64_t v, int64_t lo, int64_t hi)
{
	if (v < lo || v > hi)
		printf("     %" PRId64 " is not in [%" PRId64 ", %" PRId64 "]\n", v, lo, hi);
	return v >= lo && v <= hi;
}

TEST(chance, always_and_never_have_no_exception)
{
	CHECK(prob_hit(PROB_ALWAYS, UINT32_MAX));
	CHECK(prob_hit(PROB_ALWAYS, 0));
	CHECK(!prob_hit(0, 0));
	CHECK(prob_hit(1, 0));
	CHECK(!prob_hit(1, 1));
	CHECK(prob_hit(1u << 31, (1u << 31) - 1));
	CHECK(!prob_hit(1u << 31, 1u << 31));
}

TEST(chance, a_word_without_correlation_is_the_plain_draw)
{
	uint32_t last = 77;

	CHECK_EQ(corr_draw(123456, 0, &last), 123456);
	CHECK_EQ(last, 77);
}

TEST(chance, a_correlated_word_is_the_weighted_mean_with_the_last)
{
	uint32_t last = 1000;

	/* rho = 1/4 exactly: 3/4 of 5000 and 1/4 of 1000 */
	CHECK_EQ(corr_draw(5000, (1u << 30) - 1, &last), 4000);
	CHECK_EQ(last, 4000);
	CHECK_EQ(corr_draw(8000, (1u << 30) - 1, &last), 7000);
	/* full correlation repeats the last word for ever */
	CHECK_EQ(corr_draw(1, UINT32_MAX, &last), 7000);
	CHECK_EQ(corr_draw(UINT32_MAX, UINT32_MAX, &last), 7000);
}

TEST(loss, none_loses_nothing_and_hundred_percent_all)
{
	struct netem_spec none = { .loss = LOSS_NONE };
	struct netem_spec all = { .loss = LOSS_RANDOM, .loss_random = { PROB_ALWAYS, 0 } };

	CHECK_EQ(run_model(&none, 1000, 1).lost, 0);
	CHECK_EQ(run_model(&all, 1000, 1).lost, 1000);
}

TEST(loss, ten_percent_of_random_loss_is_ten_percent_in_runs_of_1_11)
{
	struct netem_spec s = { .loss = LOSS_RANDOM, .loss_random = { pct100(1000), 0 } };
	struct tally t = run_model(&s, MILLION, 3);

	CHECK(within(t.lost, 98500, 101500));            /* 5 sd */
	CHECK(within(t.lost * 1000 / t.bursts, 1100, 1123));   /* 1 / (1 - p) */
}

TEST(loss, correlation_makes_runs_longer)
{
	struct netem_spec s = { .loss = LOSS_RANDOM, .loss_random = { pct100(5000), 0 } };
	struct tally plain = run_model(&s, 100000, 4), corr;

	s.loss_random.corr = pct100(7500);
	corr = run_model(&s, 100000, 4);
	CHECK(within(plain.lost * 100 / plain.bursts, 195, 205));
	CHECK(within(corr.lost, 47000, 53000));          /* the median stays */
	CHECK(corr.lost * 100 / corr.bursts > 300);
	CHECK(corr.longest > plain.longest);
}

TEST(loss, correlation_draws_words_to_the_middle_as_linux_does)
{
	struct netem_spec s = { .loss = LOSS_RANDOM,
				.loss_random = { pct100(1000), pct100(5000) } };

	/* u = x/2 + x'/4 + x''/8 ...: P(u < 10%) is 0.1%, not 10% */
	CHECK(within(run_model(&s, MILLION, 5).lost, 850, 1250));
}

TEST(loss, state_with_p13_alone_is_independent_loss)
{
	struct netem_spec s = { .loss = LOSS_STATE, .p13 = pct100(1000),
				.p31 = PROB_ALWAYS - pct100(1000), .p23 = PROB_ALWAYS };
	struct tally t = run_model(&s, MILLION, 6);

	CHECK(within(t.lost, 98500, 101500));
	CHECK(within(t.lost_after_lost * 1000 / t.lost, 95, 105));
}

TEST(loss, two_states_lose_p13_over_p13_plus_p31_in_bursts_of_1_over_p31)
{
	struct netem_spec s = { .loss = LOSS_STATE, .p13 = pct100(100), .p31 = pct100(2000),
				.p23 = PROB_ALWAYS };
	struct tally t = run_model(&s, MILLION, 7);

	CHECK(within(t.lost, 45600, 49600));             /* 1/21: 47619 */
	CHECK(within(t.lost * 100 / t.bursts, 480, 520));
}

TEST(loss, four_states_have_the_stationary_loss_rate)
{
	/*
	 * Balance: s3 p31 = s1 p13, s2 p23 = s3 p32, s4 = s1 p14, so s3 = s1/8,
	 * s2 = s1/20, s4 = s1/50; lost (1/8 + 1/50) / (1 + 1/8 + 1/20 + 1/50).
	 */
	struct netem_spec s = { .loss = LOSS_STATE,
				.p13 = pct100(500), .p31 = pct100(4000), .p32 = pct100(2000),
				.p23 = pct100(5000), .p14 = pct100(200) };

	CHECK(within(run_model(&s, MILLION, 8).lost, 118300, 124300));   /* 12.13% */
}

TEST(loss, state_four_loses_one_frame_at_a_time)
{
	struct netem_spec s = { .loss = LOSS_STATE, .p14 = PROB_ALWAYS };
	struct tally t = run_model(&s, 1000, 9);

	CHECK_EQ(t.lost, 500);
	CHECK_EQ(t.bursts, 500);
	CHECK_EQ(t.longest, 1);
}

TEST(loss, state_transitions_follow_the_picture_of_the_chain)
{
	struct netem_spec s = { .loss = LOSS_STATE, .p13 = 1000, .p31 = 1000, .p32 = 1000,
				.p23 = 1000, .p14 = 1000 };
	static const struct { uint8_t from; uint32_t rnd; uint8_t to; bool lost; } rows[] = {
		{ LOSS_GAP_RECEIVED,   999,  LOSS_GAP_LOST,       true },
		{ LOSS_GAP_RECEIVED,   1000, LOSS_BURST_LOST,     true },
		{ LOSS_GAP_RECEIVED,   1999, LOSS_BURST_LOST,     true },
		{ LOSS_GAP_RECEIVED,   2000, LOSS_GAP_RECEIVED,   false },
		{ LOSS_BURST_RECEIVED, 999,  LOSS_BURST_LOST,     true },
		{ LOSS_BURST_RECEIVED, 1000, LOSS_BURST_RECEIVED, false },
		{ LOSS_BURST_LOST,     999,  LOSS_BURST_RECEIVED, false },
		{ LOSS_BURST_LOST,     1000, LOSS_GAP_RECEIVED,   false },
		{ LOSS_BURST_LOST,     2000, LOSS_BURST_LOST,     true },
		{ LOSS_GAP_LOST,       0,    LOSS_GAP_RECEIVED,   false },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct loss_walk w = { .state = rows[i].from };
		uint32_t rnd[2] = { rows[i].rnd, 0 };

		CHECK_EQ(loss_step(&s, &w, rnd), rows[i].lost);
		CHECK_EQ(w.state, rows[i].to);
	}
}

TEST(loss, gemodel_with_p_alone_is_independent_loss)
{
	struct netem_spec s = { .loss = LOSS_GEMODEL, .ge_p = pct100(500),
				.ge_r = PROB_ALWAYS - pct100(500), .ge_h1 = PROB_ALWAYS };
	struct tally t = run_model(&s, MILLION, 10);

	CHECK(within(t.lost, 48900, 51100));
	CHECK(within(t.lost_after_lost * 1000 / t.lost, 45, 55));
}

TEST(loss, simple_gilbert_loses_p_over_p_plus_r_in_bursts_of_1_over_r)
{
	struct netem_spec s = { .loss = LOSS_GEMODEL, .ge_p = pct100(100), .ge_r = pct100(2500),
				.ge_h1 = PROB_ALWAYS };
	struct tally t = run_model(&s, MILLION, 11);

	CHECK(within(t.lost, 36900, 40100));             /* 1/26: 38462 */
	CHECK(within(t.lost * 100 / t.bursts, 387, 413));
}

TEST(loss, gilbert_elliott_loses_in_both_states)
{
	/* bad 2/27 of the time: 2/27 * 80% + 25/27 * 1% = 6.85% */
	struct netem_spec s = { .loss = LOSS_GEMODEL, .ge_p = pct100(200), .ge_r = pct100(2500),
				.ge_h1 = pct100(8000), .ge_k1 = pct100(100) };

	CHECK(within(run_model(&s, MILLION, 12).lost, 66300, 70800));
}

TEST(loss, gemodel_judges_by_the_state_it_leaves)
{
	struct netem_spec s = { .loss = LOSS_GEMODEL, .ge_p = PROB_ALWAYS, .ge_r = PROB_ALWAYS,
				.ge_h1 = PROB_ALWAYS };
	struct loss_walk w = { .state = LOSS_START };
	uint32_t rnd[2] = { 5, 5 };

	CHECK(!loss_step(&s, &w, rnd));
	CHECK_EQ(w.state, LOSS_BAD);
	CHECK(loss_step(&s, &w, rnd));
	CHECK_EQ(w.state, LOSS_GOOD);
}

TEST(loss, listed_frames_are_found_and_no_others)
{
	uint64_t list[] = { 1, 2, 7, 1000000007, UINT64_MAX };
	struct netem_spec s = { .loss_list = list, .loss_list_n = 5 };
	struct netem_spec empty = { 0 };

	for (unsigned i = 0; i < 5; i++)
		CHECK(loss_is_listed(&s, list[i]));
	CHECK(!loss_is_listed(&s, 0));
	CHECK(!loss_is_listed(&s, 3));
	CHECK(!loss_is_listed(&s, 8));
	CHECK(!loss_is_listed(&s, UINT64_MAX - 1));
	CHECK(!loss_is_listed(&empty, 1));
}
