// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/words.h"

#include <limits.h>

#include "tests/unit/test.h"

static void check_words(const char *line, int n, const char *const *want)
{
	struct words w;

	CHECK(words_split(&w, line));
	if (CHECK_EQ(w.n, n))
		for (int i = 0; i < n; i++)
			CHECK_STR(w.v[i], want[i]);
	words_fini(&w);
}

TEST(words, blanks_separate_and_a_comment_ends_the_line)
{
	check_words("  ns1\tping  -c 4 ns4   # four of them", 5,
		    (const char *[]){ "ns1", "ping", "-c", "4", "ns4" });
	check_words("# nothing but words", 0, NULL);
	check_words("", 0, NULL);
	check_words("a#b #c", 1, (const char *[]){ "a#b" });
}

TEST(words, quotes_keep_blanks_and_join_what_touches_them)
{
	check_words("say 'two words' \"and 'two'\"", 3,
		    (const char *[]){ "say", "two words", "and 'two'" });
	check_words("a'b c'd", 1, (const char *[]){ "ab cd" });
	check_words("x '' y", 3, (const char *[]){ "x", "", "y" });
	check_words("two\\ words '\\' \\#", 3, (const char *[]){ "two words", "\\", "#" });
	check_words("-w \"%{http_code}\\n\" \"\\\"\\\\\"", 3,
		    (const char *[]){ "-w", "%{http_code}\\n", "\"\\" });
}

TEST(words, an_open_quote_is_an_error_that_keeps_the_words)
{
	struct words w;

	CHECK(!words_split(&w, "say 'half"));
	CHECK(w.open_quote);
	CHECK_EQ(w.n, 2);
	CHECK_STR(w.v[1], "half");
	words_fini(&w);
}

TEST(words, an_ampersand_at_the_end_asks_for_the_background)
{
	static const char *const yes[] = { "ns1 ping ns2 &", "ns1 ping ns2&",
					   "ns1 ping ns2 & # c" };
	static const char *const no[] = { "ns1 ping ns2 '&'", "ns1 ping ns2 \\&", "& x", "a&b c" };
	struct words w;

	for (size_t i = 0; i < 3; i++) {
		CHECK(words_split(&w, yes[i]));
		CHECK(w.background);
		CHECK_EQ(w.n, 3);
		CHECK_STR(w.v[2], "ns2");
		words_fini(&w);
	}
	for (size_t i = 0; i < 4; i++) {
		CHECK(words_split(&w, no[i]));
		CHECK(!w.background);
		words_fini(&w);
	}
}

TEST(words, json_flags_are_taken_from_anywhere_but_behind_two_dashes)
{
	struct words w;

	CHECK(words_split(&w, "ns1 -j ip route --json"));
	words_take_json(&w, false);
	CHECK(w.json);
	CHECK_EQ(w.n, 3);
	CHECK_STR(w.v[1], "ip");
	CHECK_EQ(w.at[1], 7);
	words_fini(&w);

	CHECK(words_split(&w, "ns1 nc -- -j"));
	words_take_json(&w, false);
	CHECK(!w.json);
	CHECK_EQ(w.n, 4);
	words_fini(&w);
}

TEST(words, flags_behind_the_program_of_exec_are_the_programs)
{
	struct words w;

	CHECK(words_split(&w, "l1 -j exec -j ip -j addr --json"));
	CHECK_EQ(words_own(&w), 4);
	words_take_json(&w, false);
	CHECK(w.json);
	CHECK_EQ(w.n, 6);
	CHECK_STR(w.v[2], "ip");
	CHECK_STR(w.v[3], "-j");
	CHECK_STR(w.v[5], "--json");
	words_fini(&w);
	CHECK(words_split(&w, "exec ip -j addr"));        /* inside a node */
	words_take_json(&w, false);
	CHECK(!w.json);
	CHECK_EQ(w.n, 4);
	words_fini(&w);
}

TEST(words, a_time_needs_a_unit_unless_bare_seconds_will_do)
{
	static const struct { const char *s; long long ns; } good[] = {
		{ "1ns", 1 }, { "3us", 3000 }, { "1.5ms", 1500000 }, { "0.25s", 250000000 },
		{ "2m", 120000000000 }, { "1.5h", 5400000000000 }, { "10s", 10000000000 },
	};
	static const char *const bad[] = { "", "s", "1", "1.s", "1.5", "-1s", "1x", "1 s", ".5s",
					   "99999999999999999999s", "9999999999h" };
	long long ns = -1;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK(word_ns(good[i].s, false, &ns));
		CHECK_EQ(ns, good[i].ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!word_ns(bad[i], false, &ns));
	CHECK(word_ns("1.5", true, &ns));
	CHECK_EQ(ns, 1500000000);
}

TEST(words, a_number_has_digits_only_and_fits)
{
	unsigned long long n;

	CHECK(word_u64("18446744073709551615", &n));
	CHECK(n == ULLONG_MAX);
	CHECK(!word_u64("18446744073709551616", &n));
	CHECK(!word_u64("", &n));
	CHECK(!word_u64("+1", &n));
	CHECK(!word_u64("0x10", &n));
}

TEST(words, distance_counts_edits_and_swaps)
{
	CHECK_EQ(word_distance("nodes", "nodes"), 0);
	CHECK_EQ(word_distance("ndoes", "nodes"), 1);
	CHECK_EQ(word_distance("node", "nodes"), 1);
	CHECK_EQ(word_distance("bogus", "nodes"), 3);
	CHECK_EQ(word_distance("", "abc"), 3);
}

TEST(words, a_list_is_searched_by_whole_words)
{
	CHECK(word_listed("-s -stats -br", "-s"));
	CHECK(word_listed("-s -stats -br", "-br"));
	CHECK(!word_listed("-stats -br", "-s"));
	CHECK(!word_listed("-stats -br", ""));
	CHECK(!word_listed(NULL, "-s"));
}
