// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/model/netem.h"

#include "sim/model/chance.h"
#include "stack/util/buf.h"
#include "tests/unit/test.h"

static void check_print(const struct netem_spec *s, const char *want)
{
	struct buf b = { 0 };

	netem_print(s, &b);
	CHECK_STR(b.s ? b.s : "", want);
	buf_free(&b);
}

TEST(netem_print, nothing_prints_nothing)
{
	struct netem_spec s = { 0 };

	check_print(&s, "");
	s.gap = 1;
	check_print(&s, "");
}

TEST(netem_print, the_text_follows_what_is_there_already)
{
	struct netem_spec s = { .delay = MSEC(5) };
	struct buf b = { 0 };

	buf_str(&b, "qdisc netem: ");
	netem_print(&s, &b);
	CHECK_STR(b.s, "qdisc netem: delay 5ms");
	buf_free(&b);
}

TEST(netem_print, delay_has_jitter_correlation_and_distribution)
{
	struct netem_spec s = { .delay = MSEC(5), .jitter = USEC(1500) };

	check_print(&s, "delay 5ms 1.5ms");
	s.delay_corr = 1u << 30;
	s.dist = DIST_NORMAL;
	check_print(&s, "delay 5ms 1.5ms 25% distribution normal");
	s.jitter = 0;
	check_print(&s, "delay 5ms correlation 25% distribution normal");
}

TEST(netem_print, each_loss_model_prints_its_numbers)
{
	uint64_t list[] = { 1, 5, 9 };
	struct netem_spec random = { .loss = LOSS_RANDOM, .loss_random = { 1u << 31, 0 } };
	struct netem_spec state = { .loss = LOSS_STATE, .p13 = 1u << 30, .p31 = 1u << 31,
				    .p23 = PROB_ALWAYS };
	struct netem_spec ge = { .loss = LOSS_GEMODEL, .ge_p = 1u << 30, .ge_r = 1u << 31,
				 .ge_h1 = PROB_ALWAYS };
	struct netem_spec listed = { .loss_list = list, .loss_list_n = 3 };

	check_print(&random, "loss 50%");
	random.loss_random.corr = 1u << 30;
	check_print(&random, "loss 50% 25%");
	check_print(&state, "loss state 25% 50% 0% 100% 0%");
	check_print(&ge, "loss gemodel 25% 50% 100% 0%");
	check_print(&listed, "loss-list 1,5,9");
}

TEST(netem_print, clauses_come_in_the_order_of_tc)
{
	struct netem_spec s = {
		.delay = MSEC(10), .loss = LOSS_RANDOM, .loss_random = { 1u << 31, 0 },
		.corrupt = { 1u << 30, 0 }, .duplicate = { 1u << 30, 1u << 31 },
		.reorder = { 1u << 30, 0 }, .gap = 5, .limit = 1000,
		.packet_overhead = -14, .cell_size = 48, .cell_overhead = 5,
	};

	check_print(&s, "limit 1000 delay 10ms loss 50% duplicate 25% 50% reorder 25% "
		    "corrupt 25% gap 5 overhead -14 48 5");
}
