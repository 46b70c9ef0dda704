// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/model/netem.h"

#include <stdlib.h>

#include "sim/model/chance.h"
#include "sim/model/loss.h"
#include "stack/util/err.h"
#include "tests/unit/test.h"

static prob_t pct(uint32_t p)
{
	return p == 100 ? PROB_ALWAYS : (prob_t)(((uint64_t)p << 32) / 100);
}

#define RANDOM_LOSS(p) .loss = LOSS_RANDOM, .loss_random = { pct(p), 0 }

/* What a run of frames saw; hash covers every verdict in order. */
struct seen {
	int64_t copies, lost, dup, corrupt, at_once;
	uint64_t hash;
};

static uint64_t mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * 0x9e3779b97f4a7c15 + (h >> 29);
}

static void see(struct seen *seen, struct netem *m, unsigned frames)
{
	for (unsigned i = 0; i < frames; i++) {
		struct netem_copy copy[2];
		enum drop why = DROP_NONE;
		unsigned n = netem_judge(m, copy, &why);

		CHECK_EQ(why, n ? DROP_NONE : DROP_LINK_LOSS);
		seen->copies += n;
		seen->lost += n == 0;
		seen->dup += n == 2;
		seen->hash = mix(seen->hash, n);
		for (unsigned c = 0; c < n; c++) {
			seen->corrupt += copy[c].corrupt;
			seen->at_once += copy[c].at_once;
			seen->hash = mix(seen->hash, (uint64_t)copy[c].delay);
			seen->hash = mix(seen->hash, copy[c].corrupt ? copy[c].bit : 1);
			CHECK(copy[c].delay >= 0);
			CHECK(!copy[c].at_once || copy[c].delay == 0);
		}
	}
}

static struct seen run(const struct netem_spec *s, unsigned frames, uint64_t seed)
{
	struct seen seen = { 0 };
	struct netem m;

	netem_init(&m, seed, "h1:eth0 tx");
	CHECK_EQ(netem_set(&m, s), OK);
	see(&seen, &m, frames);
	CHECK_EQ(m.frame_no, frames);
	netem_fini(&m);
	return seen;
}

TEST(netem, a_new_model_is_a_plain_wire)
{
	struct netem_copy copy[2];
	enum drop why = DROP_NONE;
	struct netem m;

	netem_init(&m, 1, "h1:eth0 tx");
	CHECK(netem_is_plain(&m.spec));
	CHECK_EQ(netem_judge(&m, copy, &why), 1);
	CHECK_EQ(copy[0].delay, 0);
	CHECK(!copy[0].corrupt && !copy[0].at_once);
	CHECK_EQ(m.frame_no, 1);
	netem_fini(&m);
}

TEST(netem, plain_means_delay_alone)
{
	uint64_t one = 1;
	struct netem_spec plain = { .delay = MSEC(5), .delay_corr = pct(5), .dist = DIST_NORMAL,
				    .gap = 5, .limit = 10, .packet_overhead = 4,
				    .duplicate = { 0, pct(10) } };
	const struct netem_spec not_plain[] = {
		{ .jitter = 1 }, { RANDOM_LOSS(1) }, { .loss = LOSS_STATE },
		{ .loss = LOSS_GEMODEL }, { .loss_list = &one, .loss_list_n = 1 },
		{ .corrupt = { 1, 0 } }, { .duplicate = { 1, 0 } }, { .reorder = { 1, 0 } },
	};

	CHECK(netem_is_plain(&plain));
	for (unsigned i = 0; i < sizeof(not_plain) / sizeof(not_plain[0]); i++)
		CHECK(!netem_is_plain(&not_plain[i]));
}

TEST(netem, ten_percent_loss_loses_ten_percent)
{
	struct netem_spec s = { RANDOM_LOSS(10) };
	struct seen seen = run(&s, 100000, 1);

	CHECK(seen.lost > 9600 && seen.lost < 10400);
	CHECK_EQ(seen.copies + seen.lost, 100000);
}

TEST(netem, five_percent_duplicate_doubles_five_percent)
{
	struct netem_spec s = { .duplicate = { pct(5), 0 } };
	struct seen seen = run(&s, 100000, 1);

	CHECK(seen.dup > 4650 && seen.dup < 5350);
	CHECK_EQ(seen.copies, 100000 + seen.dup);
}

TEST(netem, a_frame_lost_and_duplicated_leaves_once)
{
	struct netem_spec s = { RANDOM_LOSS(100), .duplicate = { pct(100), 0 } };
	struct seen seen = run(&s, 1000, 1);

	CHECK_EQ(seen.copies, 1000);
	CHECK_EQ(seen.lost, 0);
	CHECK_EQ(seen.dup, 0);
}

TEST(netem, a_duplicate_is_judged_for_loss_by_itself)
{
	/* lost: 1 copy; not lost (1/2): the second copy is lost with 1/2 */
	struct netem_spec s = { RANDOM_LOSS(50), .duplicate = { pct(100), 0 } };
	struct seen seen = run(&s, 100000, 1);

	CHECK_EQ(seen.lost, 0);
	CHECK(seen.dup > 24300 && seen.dup < 25700);
}

TEST(netem, corruption_flips_a_random_bit_of_its_share)
{
	struct netem_spec s = { .corrupt = { pct(20), 0 }, .duplicate = { pct(100), 0 } };
	struct netem_copy copy[2];
	unsigned both = 0, low = 0, first = 0;
	enum drop why;
	struct netem m;

	netem_init(&m, 1, "h1:eth0 tx");
	CHECK_EQ(netem_set(&m, &s), OK);
	for (unsigned i = 0; i < 100000; i++) {
		CHECK_EQ(netem_judge(&m, copy, &why), 2);
		both += copy[0].corrupt && copy[1].corrupt;
		first += copy[0].corrupt;
		low += copy[0].corrupt && copy[0].bit % 12000 < 6000;
	}
	CHECK(first > 19400 && first < 20600);
	CHECK(both > 3700 && both < 4300);               /* 4%: independent */
	CHECK(low * 2 > first - 700 && low * 2 < first + 700);
	netem_fini(&m);
}

TEST(netem, listed_frames_are_lost_exactly_with_their_duplicates)
{
	uint64_t list[] = { 1, 5, 9 };
	struct netem_spec s = { .loss_list = list, .loss_list_n = 3,
				.duplicate = { pct(100), 0 } };
	struct netem_copy copy[2];
	enum drop why = DROP_NONE;
	struct netem m;

	netem_init(&m, 1, "h1:eth0 tx");
	CHECK_EQ(netem_set(&m, &s), OK);
	for (unsigned i = 1; i <= 20; i++)
		CHECK_EQ(netem_judge(&m, copy, &why), i == 1 || i == 5 || i == 9 ? 0 : 2);
	CHECK_EQ(why, DROP_LINK_LOSS);
	netem_fini(&m);
}

TEST(netem, gap_5_with_certainty_reorders_every_fifth_frame)
{
	struct netem_spec s = { .delay = MSEC(10), .reorder = { pct(100), 0 }, .gap = 5 };
	struct netem_copy copy[2];
	enum drop why;
	struct netem m;

	netem_init(&m, 1, "h1:eth0 tx");
	CHECK_EQ(netem_set(&m, &s), OK);
	for (unsigned i = 1; i <= 50; i++) {
		CHECK_EQ(netem_judge(&m, copy, &why), 1);
		CHECK_EQ(copy[0].at_once, i % 5 == 0);
		CHECK_EQ(copy[0].delay, i % 5 == 0 ? 0 : MSEC(10));
	}
	netem_fini(&m);
}

TEST(netem, the_gap_counts_frames_that_are_sent)
{
	uint64_t list[] = { 2, 3 };
	struct netem_spec s = { .delay = MSEC(10), .reorder = { pct(100), 0 }, .gap = 3,
				.loss_list = list, .loss_list_n = 2 };
	struct netem_copy copy[2];
	enum drop why;
	struct netem m;

	netem_init(&m, 1, "h1:eth0 tx");
	CHECK_EQ(netem_set(&m, &s), OK);
	for (unsigned i = 1; i <= 11; i++)               /* 1 4 [5] 6 7 [8] 9 10 [11] */
		if (netem_judge(&m, copy, &why))
			CHECK_EQ(copy[0].at_once, i == 5 || i == 8 || i == 11);
	netem_fini(&m);
}

TEST(netem, reorder_with_no_gap_sends_its_share_at_once)
{
	struct netem_spec s = { .delay = MSEC(10), .reorder = { pct(25), 0 } };
	struct seen none = run(&s, 100000, 1), one;

	s.gap = 1;
	one = run(&s, 100000, 1);
	CHECK(none.at_once > 24400 && none.at_once < 25600);
	CHECK_EQ(none.hash, one.hash);
}

TEST(netem, reorder_by_chance_starts_after_the_gap)
{
	/* a cycle is 4 delayed frames and, on average, 1 / 25% more */
	struct netem_spec s = { .delay = MSEC(10), .reorder = { pct(25), 0 }, .gap = 5 };
	struct seen seen = run(&s, 100000, 1);

	CHECK(seen.at_once > 12100 && seen.at_once < 12900);
}

TEST(netem, a_seed_and_a_name_make_a_run_and_no_other)
{
	struct netem_spec s = { .delay = MSEC(10), .jitter = MSEC(2), .dist = DIST_PARETO,
				RANDOM_LOSS(10), .corrupt = { pct(5), 0 },
				.duplicate = { pct(5), 0 }, .reorder = { pct(5), 0 } };
	struct seen a = run(&s, 1000, 1), b = run(&s, 1000, 1), c = run(&s, 1000, 2), d = { 0 };
	struct netem m;

	netem_init(&m, 1, "h2:eth0 tx");
	CHECK_EQ(netem_set(&m, &s), OK);
	see(&d, &m, 1000);
	netem_fini(&m);
	CHECK_EQ(a.hash, b.hash);
	CHECK(a.hash != c.hash);
	CHECK(a.hash != d.hash);
}

/* Runs two models side by side and demands, for each frame that both let
 * through, the same delay and the same corruption. */
static void check_same_where_both_arrive(const struct netem_spec *sa, const struct netem_spec *sb)
{
	struct netem_copy ca[2], cb[2];
	unsigned both = 0, differ = 0;
	enum drop why;
	struct netem a, b;

	netem_init(&a, 1, "h1:eth0 tx");
	netem_init(&b, 1, "h1:eth0 tx");
	CHECK_EQ(netem_set(&a, sa), OK);
	CHECK_EQ(netem_set(&b, sb), OK);
	for (unsigned i = 0; i < 5000; i++) {
		unsigned na = netem_judge(&a, ca, &why), nb = netem_judge(&b, cb, &why);

		if (na == 0 || nb == 0)
			continue;
		both++;
		differ += ca[0].delay != cb[0].delay || ca[0].corrupt != cb[0].corrupt ||
			  ca[0].bit != cb[0].bit;
	}
	CHECK(both > 1000);
	CHECK_EQ(differ, 0);
	netem_fini(&a);
	netem_fini(&b);
}

TEST(netem, loss_and_duplicates_change_no_delay_and_no_corruption)
{
	struct netem_spec base = { .delay = MSEC(10), .jitter = MSEC(2), .delay_corr = pct(50),
				   .dist = DIST_NORMAL, .corrupt = { pct(30), pct(20) } };
	struct netem_spec loss = base, dup = base, ge = base;

	loss.loss = LOSS_RANDOM;
	loss.loss_random = (struct netem_chance){ pct(50), pct(25) };
	ge.loss = LOSS_GEMODEL;
	ge.ge_p = ge.ge_r = pct(30);
	ge.ge_h1 = PROB_ALWAYS;
	dup.duplicate = (struct netem_chance){ pct(40), 0 };
	check_same_where_both_arrive(&base, &loss);
	check_same_where_both_arrive(&base, &ge);
	check_same_where_both_arrive(&base, &dup);
}

TEST(netem, duplicates_and_jitter_change_no_loss)
{
	struct netem_spec a = { RANDOM_LOSS(30) }, b = a;
	struct netem_copy copy[2];
	unsigned differ = 0;
	enum drop why;
	struct netem ma, mb;

	a.loss_random.corr = b.loss_random.corr = pct(40);
	b.jitter = MSEC(1);
	b.corrupt.p = b.duplicate.p = pct(50);
	netem_init(&ma, 9, "h1:eth0 tx");
	netem_init(&mb, 9, "h1:eth0 tx");
	CHECK_EQ(netem_set(&ma, &a), OK);
	CHECK_EQ(netem_set(&mb, &b), OK);
	for (unsigned i = 0; i < 5000; i++) {
		bool sent = netem_judge(&ma, copy, &why);
		unsigned n = netem_judge(&mb, copy, &why);

		/* lost: only a duplicate leaves; sent: the frame at least */
		differ += sent ? n == 0 : n == 2;
		differ += ma.last_loss != mb.last_loss;
	}
	CHECK_EQ(differ, 0);
	netem_fini(&ma);
	netem_fini(&mb);
}

TEST(netem, a_new_spec_goes_on_with_the_same_frames)
{
	struct netem_spec plain = { .delay = 5 }, lossy = { RANDOM_LOSS(30) };
	struct seen whole = { 0 }, tail = { 0 };
	struct netem a, b;

	/* frames 101..300 meet the same fate, whatever came before */
	netem_init(&a, 3, "h1:eth0 tx");
	netem_init(&b, 3, "h1:eth0 tx");
	CHECK_EQ(netem_set(&a, &lossy), OK);
	CHECK_EQ(netem_set(&b, &plain), OK);
	see(&whole, &a, 100);
	see(&tail, &b, 100);
	CHECK_EQ(tail.copies, 100);
	CHECK_EQ(netem_set(&b, &lossy), OK);
	whole = tail = (struct seen){ 0 };
	see(&whole, &a, 200);
	see(&tail, &b, 200);
	CHECK_EQ(whole.hash, tail.hash);
	CHECK(whole.lost > 30);
	netem_fini(&a);
	netem_fini(&b);
}

TEST(netem, a_chain_keeps_its_state_unless_the_model_changes)
{
	struct netem_spec s = { .loss = LOSS_GEMODEL, .ge_p = PROB_ALWAYS,
				.ge_h1 = PROB_ALWAYS };
	struct netem_copy copy[2];
	enum drop why;
	struct netem m;

	netem_init(&m, 1, "h1:eth0 tx");
	CHECK_EQ(netem_set(&m, &s), OK);
	CHECK_EQ(netem_judge(&m, copy, &why), 1);
	s.delay = MSEC(1);
	CHECK_EQ(netem_set(&m, &s), OK);
	CHECK_EQ(m.loss_state, LOSS_BAD);
	CHECK_EQ(netem_judge(&m, copy, &why), 0);
	s.loss = LOSS_STATE;
	CHECK_EQ(netem_set(&m, &s), OK);
	CHECK_EQ(m.loss_state, LOSS_START);
	netem_fini(&m);
}

TEST(netem, a_copy_owns_its_list)
{
	uint64_t list[] = { 3, 4 };
	struct netem_spec from = { .delay = 7, .loss_list = list, .loss_list_n = 2 }, to;

	CHECK_EQ(netem_spec_copy(&to, &from), OK);
	list[0] = 1;
	CHECK_EQ(to.delay, 7);
	CHECK_EQ(to.loss_list_n, 2);
	CHECK_EQ(to.loss_list[0], 3);
	netem_spec_fini(&to);
	CHECK(to.loss_list == NULL);
	netem_spec_fini(&to);                            /* twice is fine */
}

TEST(netem, jitter_is_around_the_delay_and_correlation_smooths_it)
{
	struct netem_spec s = { .delay = MSEC(10), .jitter = MSEC(4) };
	int64_t step[2] = { 0 }, sum[2] = { 0 };

	for (unsigned k = 0; k < 2; k++) {
		struct netem_copy copy[2];
		ns_t before = MSEC(10);
		enum drop why;
		struct netem m;

		s.delay_corr = k ? pct(90) : 0;
		netem_init(&m, 1, "h1:eth0 tx");
		CHECK_EQ(netem_set(&m, &s), OK);
		for (unsigned i = 0; i < 50000; i++) {
			CHECK_EQ(netem_judge(&m, copy, &why), 1);
			CHECK(copy[0].delay >= MSEC(6) && copy[0].delay < MSEC(14));
			step[k] += llabs(copy[0].delay - before);
			sum[k] += copy[0].delay;
			before = copy[0].delay;
		}
		CHECK(llabs(sum[k] / 50000 - MSEC(10)) < USEC(60));
		netem_fini(&m);
	}
	CHECK(step[1] * 5 < step[0]);
}

TEST(netem, wire_length_counts_overhead_and_whole_cells)
{
	struct netem_spec s = { 0 };
	struct netem_spec atm = { .cell_size = 48, .cell_overhead = 5 };
	struct netem_spec most = { .packet_overhead = INT32_MAX, .cell_size = 1,
				   .cell_overhead = INT32_MAX };

	CHECK_EQ(netem_wire_len(&s, 1500), 1500);
	s.packet_overhead = 24;
	CHECK_EQ(netem_wire_len(&s, 1500), 1524);
	s.packet_overhead = -14;
	CHECK_EQ(netem_wire_len(&s, 1514), 1500);
	CHECK_EQ(netem_wire_len(&s, 10), 0);
	CHECK_EQ(netem_wire_len(&atm, 50), 106);         /* tc-netem(8)'s example */
	CHECK_EQ(netem_wire_len(&atm, 48), 53);
	CHECK_EQ(netem_wire_len(&atm, 96), 106);
	CHECK_EQ(netem_wire_len(&atm, 0), 0);
	atm.packet_overhead = 20;
	CHECK_EQ(netem_wire_len(&atm, 77), 159);         /* 97 bytes: 3 cells */
	CHECK_EQ(netem_wire_len(&most, UINT32_MAX), UINT32_MAX);
}
