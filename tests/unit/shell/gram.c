// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/gram.h"

#include <stdlib.h>

#include "shell/cmd.h"
#include "stack/util/cc.h"
#include "tests/unit/test.h"

/* Nodes are called n1 and n2 here; times are digits with an s. */
static bool type_ok(void *ctx, const struct walk *w, const struct gram_ins *arg, const char *word)
{
	(void)ctx, (void)w;
	if (arg->type == ARG_NODE)
		return strcmp(word, "n1") == 0 || strcmp(word, "n2") == 0;
	if (arg->type == ARG_TIME)
		return strlen(word) > 1 && word[strspn(word, "0123456789")] == 's';
	return true;
}

static const struct walk_types types = { type_ok, NULL };

static const struct cmd table[] = {
	{ .name = "link", .args = "A:node B:node up|down" },
	{ .name = "links" },
	{ .name = "run", .args = "[D:time | until (idle | T:time)]" },
	{ .name = "route add", .args = "P [via V | metric M:time]..." },
	{ .name = "show all", .opts = "-s -stats" },
	{ .name = "show any", .args = "[N:node]..." },
	{ .name = "ip addr|address", .args = "[show]" },
	{ .name = "time", .args = "[C:line]" },
	{ .name = "stopwatch", .flags = CMD_QUIET },
	{ .name = "node", .args = "stop|start" },
};

struct bench { struct gram g; uint16_t start[N_ELEM(table)]; struct words words; struct walk w; };

/* Walks one line from the top; bench_end() after each. */
static enum walk_status bench_walk(struct bench *b, const char *line)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < N_ELEM(table); i++) {
		int at = gram_add(&b->g, &table[i]);

		CHECK(at >= 0);
		b->start[i] = (uint16_t)at;
	}
	words_split(&b->words, line);
	REQUIRE(walk_init(&b->w, &b->g, &(struct walk_start){ b->start, N_ELEM(table), false },
			  b->words.n));
	return walk_run(&b->w, &b->words, 0, b->words.n, &types);
}

static void bench_end(struct bench *b)
{
	walk_fini(&b->w);
	words_fini(&b->words);
	gram_fini(&b->g);
}

static void check_line(const char *line, enum walk_status want, int at, const char *cmd)
{
	struct bench b;
	enum walk_status got = bench_walk(&b, line);

	if (!CHECK_EQ(got, want))
		printf("     %s\n", line);
	CHECK_EQ(b.w.at, at);
	if (cmd && got == WALK_OK)
		CHECK_STR(b.w.cmd->name, cmd);
	bench_end(&b);
}

TEST(gram, a_whole_line_finds_its_command)
{
	check_line("link n1 n2 down", WALK_OK, 4, "link");
	check_line("links", WALK_OK, 1, "links");
	check_line("run", WALK_OK, 1, "run");
	check_line("run 5s", WALK_OK, 2, "run");
	check_line("run until idle", WALK_OK, 3, "run");
	check_line("run until 7s", WALK_OK, 3, "run");
	check_line("route add p", WALK_OK, 3, "route add");
	check_line("route add p metric 1s via x via y", WALK_OK, 9, "route add");
	check_line("show any n1 n2 n1", WALK_OK, 5, "show any");
}

TEST(gram, a_unique_prefix_is_enough_and_an_exact_word_beats_a_prefix)
{
	check_line("ru un id", WALK_OK, 3, "run");
	check_line("link n1 n2 u", WALK_OK, 4, "link");
	check_line("lin n1 n2 up", WALK_AMBIGUOUS, 0, NULL);
	check_line("sh al", WALK_OK, 2, "show all");
	check_line("sh a", WALK_AMBIGUOUS, 1, NULL);
	check_line("node st", WALK_AMBIGUOUS, 1, NULL);
	check_line("node sto", WALK_OK, 2, "node");
}

TEST(gram, two_spellings_of_one_word_are_not_ambiguous)
{
	check_line("ip a", WALK_OK, 2, "ip addr|address");
	check_line("ip addre s", WALK_OK, 3, "ip addr|address");
}

TEST(gram, a_quiet_command_wants_its_whole_word)
{
	check_line("stopwatch", WALK_OK, 1, "stopwatch");
	check_line("stopw", WALK_UNEXPECTED, 0, NULL);
}

TEST(gram, what_is_wrong_is_told_with_its_place)
{
	check_line("bogus", WALK_UNEXPECTED, 0, NULL);
	check_line("link n1 n3 up", WALK_UNEXPECTED, 2, NULL);
	check_line("link n1", WALK_INCOMPLETE, 2, NULL);
	check_line("link n1 n2 up now", WALK_UNEXPECTED, 4, NULL);
	check_line("run until", WALK_INCOMPLETE, 2, NULL);
	check_line("route add p via", WALK_INCOMPLETE, 4, NULL);
	check_line("", WALK_INCOMPLETE, 0, NULL);
}

TEST(gram, an_option_may_stand_anywhere_behind_the_first_word_and_nowhere_else)
{
	check_line("show -s all", WALK_OK, 3, "show all");
	check_line("show all -stats", WALK_OK, 3, "show all");
	check_line("show -s any", WALK_UNEXPECTED, 2, NULL);
	check_line("links -s", WALK_UNEXPECTED, 1, NULL);
}

TEST(gram, a_line_argument_takes_all_the_rest)
{
	struct bench b;

	CHECK_EQ(bench_walk(&b, "time bogus -s \"x y\""), WALK_OK);
	CHECK_EQ(b.w.rest_at, 1);
	CHECK_EQ(b.w.n_bind, 2);
	CHECK_STR(b.w.cmd->name, "time");
	bench_end(&b);
}

TEST(gram, words_are_bound_in_their_order)
{
	struct bench b;

	CHECK_EQ(bench_walk(&b, "route add p via x metric 1s"), WALK_OK);
	REQUIRE(b.w.n_bind == 7);
	CHECK_EQ(b.w.bind[2].ins->op, GRAM_ARG);
	CHECK_MEM(b.w.bind[2].ins->s, "P", 1);
	CHECK_EQ(b.w.bind[4].word, 4);
	CHECK_MEM(b.w.bind[4].ins->s, "V", 1);
	CHECK_EQ(b.w.bind[6].ins->type, ARG_TIME);
	bench_end(&b);
}

TEST(gram, a_wrong_grammar_string_is_refused)
{
	static const char *const wrong[] = { "[x", "x]", "(x", "X:nosuchtype", "x | )", "|x|" };

	for (size_t i = 0; i < N_ELEM(wrong); i++) {
		struct cmd c = { .name = "c", .args = wrong[i] };
		struct gram g = { 0 };

		if (!CHECK_EQ(gram_add(&g, &c), -1))
			printf("     %s\n", wrong[i]);
		gram_fini(&g);
	}
}
