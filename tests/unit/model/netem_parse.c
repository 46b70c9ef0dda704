// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/model/netem.h"

#include <stdlib.h>

#include "sim/model/chance.h"
#include "stack/util/buf.h"
#include "stack/util/err.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define MAX_WORDS 64

/* Splits text at single spaces and parses the words. */
static int parse(struct netem_spec *s, const char *text, char err[160])
{
	char *argv[MAX_WORDS], *copy = strdup(text), *next = copy;
	int argc = 0, ret;

	while (*text && argc < MAX_WORDS && next) {
		argv[argc++] = next;
		next = strchr(next, ' ');
		if (next)
			*next++ = '\0';
	}
	err[0] = '\0';
	ret = netem_parse(s, argc, argv, err);
	free(copy);
	return ret;
}

static void check_reads(const char *text, const char *want)
{
	struct netem_spec s = { 0 };
	struct buf b = { 0 };
	char err[160];

	CHECK_EQ(parse(&s, text, err), OK);
	CHECK_STR(err, "");
	netem_print(&s, &b);
	CHECK_STR(b.s ? b.s : "", want);
	buf_free(&b);
	netem_spec_fini(&s);
}

/* The sentence starts so, and the spec is as it was. */
static void check_fails(const char *text, const char *sentence)
{
	uint64_t *list = malloc(sizeof(*list));
	struct netem_spec s = { .delay = 3, .loss_list = list, .loss_list_n = 1 };
	struct netem_spec before = s;
	char err[160];

	*list = 4;
	CHECK_EQ(parse(&s, text, err), ERR_INVAL);
	if (strncmp(err, sentence, strlen(sentence)) != 0)
		CHECK_STR(err, sentence);
	CHECK_MEM(&s, &before, sizeof(s));
	CHECK_EQ(s.loss_list[0], 4);
	netem_spec_fini(&s);
}

TEST(netem_parse, what_print_writes_is_read_back)
{
	static const char *const texts[] = {
		"",
		"limit 1000",
		"delay 5ms",
		"delay 5ms 1ms",
		"delay 5ms 1ms 25% distribution normal",
		"delay 1.5ms correlation 10% distribution pareto",
		"loss 10%",
		"loss 0.1% 25%",
		"loss state 1% 20% 5% 50% 0.5%",
		"loss gemodel 1% 10% 90% 0.1%",
		"loss-list 1,5,9",
		"loss 3% loss-list 2,18446744073709551615",
		"duplicate 1% 50%",
		"delay 10ms reorder 25% 50% gap 5",
		"corrupt 0.1%",
		"overhead 24",
		"overhead -14 48 5",
		("limit 9 delay 1s 10us 1% distribution paretonormal loss 1% loss-list 7 "
		 "duplicate 2% reorder 3% corrupt 4% gap 6 overhead 1 2 -1"),
	};

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_reads(texts[i], texts[i]);
}

TEST(netem_parse, long_spellings_mean_the_short_ones)
{
	check_reads("loss random 10% 25%", "loss 10% 25%");
	check_reads("delay 5ms jitter 1ms correlation 25%", "delay 5ms 1ms 25%");
	check_reads("jitter 1ms delay 5ms", "delay 5ms 1ms");
	check_reads("loss state p13 1% p31 20% p32 5% p23 50% p14 0.5%",
		    "loss state 1% 20% 5% 50% 0.5%");
	check_reads("loss state 2% 20% p14 1%", "loss state 2% 20% 0% 100% 1%");
	check_reads("loss gemodel p 1% r 10% 1-h 90% 1-k 0.1%",
		    "loss gemodel 1% 10% 90% 0.1%");
	check_reads("loss-list 9,5,1,5", "loss-list 1,5,9");
	check_reads("distribution uniform", "");
	check_reads("overhead 0 48 5", "overhead 0 48 5");
}

TEST(netem_parse, state_and_gemodel_have_the_defaults_of_tc)
{
	struct netem_spec s = { 0 };
	char err[160];

	CHECK_EQ(parse(&s, "loss state 50%", err), OK);
	CHECK_EQ(s.loss, LOSS_STATE);
	CHECK_EQ(s.p13, 1u << 31);
	CHECK_EQ(s.p31, PROB_ALWAYS - s.p13);
	CHECK_EQ(s.p32, 0);
	CHECK_EQ(s.p23, PROB_ALWAYS);
	CHECK_EQ(s.p14, 0);
	CHECK_EQ(parse(&s, "loss gemodel 50%", err), OK);
	CHECK_EQ(s.loss, LOSS_GEMODEL);
	CHECK_EQ(s.p13, 0);                              /* nothing of the old is left */
	CHECK_EQ(s.ge_p, 1u << 31);
	CHECK_EQ(s.ge_r, PROB_ALWAYS - s.ge_p);
	CHECK_EQ(s.ge_h1, PROB_ALWAYS);
	CHECK_EQ(s.ge_k1, 0);
	check_reads("loss gemodel 1% 10%", "loss gemodel 1% 10% 100% 0%");
	check_reads("loss state 1% 10% 5%", "loss state 1% 10% 5% 100% 0%");
}

TEST(netem_parse, only_what_is_named_changes)
{
	struct netem_spec s = { 0 };
	struct buf b = { 0 };
	char err[160];

	CHECK_EQ(parse(&s, "delay 5ms 1ms loss 1% 50% loss-list 3,4 duplicate 2%", err), OK);
	CHECK_EQ(parse(&s, "delay 7ms corrupt 1%", err), OK);
	CHECK_EQ(parse(&s, "loss 10%", err), OK);        /* a whole model: no correlation */
	netem_print(&s, &b);
	CHECK_STR(b.s, "delay 7ms 1ms loss 10% loss-list 3,4 duplicate 2% corrupt 1%");
	buf_reset(&b);
	CHECK_EQ(parse(&s, "loss none loss-list none duplicate 0% jitter 0ms", err), OK);
	netem_print(&s, &b);
	CHECK_STR(b.s, "delay 7ms corrupt 1%");
	CHECK_EQ(s.loss, LOSS_NONE);
	CHECK(s.loss_list == NULL);
	CHECK_EQ(parse(&s, "loss 0%", err), OK);
	CHECK_EQ(s.loss, LOSS_NONE);
	buf_free(&b);
	netem_spec_fini(&s);
}

TEST(netem_parse, a_list_named_twice_is_the_last_one)
{
	check_reads("loss-list 1,2 loss-list 3", "loss-list 3");
	check_reads("loss-list 1,2 loss-list none", "");
}

TEST(netem_parse, errors_name_what_was_found_and_what_was_expected)
{
	check_fails("los 10%", "found 'los', expected limit, delay, jitter, ");
	check_fails("delay 5ms loss 1% ecn", "found 'ecn', expected limit, delay, ");
	check_fails("rate 10mbit", "found 'rate', which belongs to the link");
	check_fails("loss", "loss: found nothing after it, expected a percentage");
	check_fails("loss burst", "loss: found 'burst', expected a percentage, random, state, "
		    "gemodel or none");
	check_fails("delay", "delay: found nothing after it, expected a time such as 5ms");
	check_fails("delay 5 loss 1%", "delay: ");
	check_fails("loss 10", "loss: ");
	check_fails("loss 110%", "loss: ");
	check_fails("loss 10% -5%", "loss: ");
	check_fails("loss state", "loss: found nothing after it, expected a percentage");
	check_fails("loss gemodel r 1%", "loss: found nothing after it, expected a percentage");
	check_fails("distribution gauss", "distribution: found 'gauss', expected uniform, "
		    "normal, pareto or paretonormal");
	check_fails("limit -1", "limit: found '-1', expected a number of frames");
	check_fails("limit 4294967296", "limit: found '4294967296', expected a number");
	check_fails("gap x", "gap: found 'x', expected a number of frames");
	check_fails("loss-list 1,0", "loss-list: found '1,0', expected frame numbers from 1");
	check_fails("loss-list 1,", "loss-list: found '1,', expected frame numbers from 1");
	check_fails("loss-list ,1", "loss-list: found ',1', expected frame numbers from 1");
	check_fails("loss-list 1;2", "loss-list: found '1;2', expected frame numbers from 1");
	check_fails("loss-list 18446744073709551616", "loss-list: found '184467440737095516");
	check_fails("loss-list 1,2 delay x", "delay: ");
	check_fails("overhead", "overhead: found nothing after it, expected bytes added");
	check_fails("overhead 1.5", "overhead: found '1.5', expected bytes added to each frame");
}

TEST(netem_parse, two_ways_out_of_a_state_are_at_most_certain)
{
	check_fails("loss state 60% 10% 5% 50% 41%",
		    "loss state: found p13 + p14 above 100%, expected at most 100%");
	check_fails("loss state 1% 60% 41%",
		    "loss state: found p31 + p32 above 100%, expected at most 100%");
	check_reads("loss state 66.7% 33.3% 66.7% 50% 33.3%",
		    "loss state 66.7% 33.3% 66.7% 50% 33.3%");
}

TEST(netem_parse, reorder_needs_a_delay)
{
	struct netem_spec s = { 0 };
	char err[160];

	CHECK_EQ(parse(&s, "reorder 25%", err), ERR_INVAL);
	CHECK_STR(err, "reorder: found no delay, expected one that other frames can overtake, "
		  "such as delay 10ms");
	CHECK_EQ(parse(&s, "reorder 25% gap 5 delay 10ms", err), OK);
	CHECK_EQ(s.gap, 5);
	CHECK_EQ(parse(&s, "delay 0", err), ERR_INVAL);
	CHECK_EQ(s.delay, MSEC(10));
	CHECK_EQ(parse(&s, "delay 0 jitter 1ms", err), OK);
	CHECK_EQ(parse(&s, "reorder 0%", err), OK);
	CHECK_EQ(s.reorder.p, 0);
}

TEST(netem_parse, words_that_come_in_parts_are_checked_when_all_are_there)
{
	struct netem_spec s = { 0 };
	char err[160] = "", word[] = "reorder", pct[] = "25%", delay[] = "delay", ms[] = "10ms";

	CHECK_EQ(netem_parse_part(&s, 2, (char *[]){ word, pct }, err), OK);
	CHECK_EQ(netem_check(&s, err), ERR_INVAL);
	CHECK(strncmp(err, "reorder: found no delay", 23) == 0);
	CHECK_EQ(netem_parse_part(&s, 2, (char *[]){ delay, ms }, err), OK);
	CHECK_EQ(netem_check(&s, err), OK);
}

TEST(netem_parse, hostile_words_stay_inside_the_message)
{
	char text[400], err[160];
	struct netem_spec s = { 0 };

	for (const char *lead = "xld"; *lead; lead++) {
		const char *word = *lead == 'l' ? "loss " : *lead == 'd' ? "loss-list " : "";
		size_t n = strlen(word);

		memcpy(text, word, n);
		memset(text + n, '%', sizeof(text) - n - 1);
		text[sizeof(text) - 1] = '\0';
		CHECK_EQ(parse(&s, text, err), ERR_INVAL);
		CHECK(memchr(err, '\0', sizeof(err)) != NULL);
	}
	CHECK_EQ(parse(&s, "loss", err), ERR_INVAL);
	CHECK_EQ(netem_parse(&s, 0, NULL, err), OK);
}

TEST(netem_parse, any_words_in_any_order_are_read_or_explained)
{
	static const char *const vocabulary[] = {
		"limit", "delay", "jitter", "correlation", "distribution", "loss", "loss-list",
		"duplicate", "reorder", "corrupt", "gap", "overhead", "random", "state",
		"gemodel", "none", "p13", "p31", "1-h", "r", "normal", "5ms", "1ms", "10%",
		"25%", "7", "48", "1,2,3", "-14", "", "+", "9,x", "rate",
	};
	struct netem_spec s = { 0 };
	unsigned read = 0, explained = 0;
	struct rng r;

	rng_init(&r, 1, "netem words");
	for (unsigned i = 0; i < 20000; i++) {
		char *argv[5], err[160] = "";
		int argc = (int)rng_below(&r, 6);

		for (int k = 0; k < argc; k++)
			argv[k] = strdup(vocabulary[rng_below(&r, sizeof(vocabulary) /
							      sizeof(vocabulary[0]))]);
		if (netem_parse(&s, argc, argv, err) == OK)
			read++, CHECK_EQ(err[0], '\0');
		else
			explained++, CHECK(strstr(err, "expected") != NULL);
		for (int k = 0; k < argc; k++)
			free(argv[k]);
	}
	CHECK(read > 1000);
	CHECK(explained > 1000);
	netem_spec_fini(&s);
}

static prob_t any_pct(struct rng *r)
{
	return (prob_t)(((uint64_t)rng_below(r, 1000) << 32) / 1000);
}

static struct netem_chance any_chance(struct rng *r)
{
	return (struct netem_chance){ any_pct(r), any_pct(r) };
}

TEST(netem_parse, random_specs_print_the_same_after_reading)
{
	struct rng r;
	char err[160];

	rng_init(&r, 1, "netem specs");
	for (unsigned i = 0; i < 500; i++) {
		struct netem_spec a = {
			.delay = 1 + rng_below(&r, 1000000), .jitter = rng_below(&r, 1000),
			.delay_corr = any_pct(&r), .dist = (enum netem_dist)rng_below(&r, 4),
			.loss = (enum netem_loss)rng_below(&r, 4),
			.loss_random = any_chance(&r), .corrupt = any_chance(&r),
			.duplicate = any_chance(&r), .reorder = any_chance(&r),
			.p13 = any_pct(&r) / 2, .p14 = any_pct(&r) / 2, .p23 = any_pct(&r),
			.p31 = any_pct(&r) / 2, .p32 = any_pct(&r) / 2,
			.ge_p = any_pct(&r), .ge_r = any_pct(&r), .ge_h1 = any_pct(&r),
			.gap = rng_below(&r, 9), .limit = rng_below(&r, 9),
			.packet_overhead = (int32_t)rng_below(&r, 99) - 50,
			.cell_size = rng_below(&r, 50),
		}, b = { 0 };
		struct buf ta = { 0 }, tb = { 0 };

		netem_print(&a, &ta);
		CHECK_EQ(parse(&b, ta.s, err), OK);
		netem_print(&b, &tb);
		CHECK_STR(tb.s, ta.s);
		buf_free(&ta);
		buf_free(&tb);
	}
}
