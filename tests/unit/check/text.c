// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/check/text.h"

#include <stdlib.h>

#include "tests/unit/test.h"

#define CHECK_TEXT(call, want) do { \
	struct buf b = { 0 }; \
	call; \
	buf_str(&b, ""); \
	CHECK_STR(b.s, want); \
	buf_free(&b); \
} while (0)

TEST(text, points_are_exact_and_short)
{
	CHECK_TEXT(text_points(&b, 1000), "1");
	CHECK_TEXT(text_points(&b, 500), "0.5");
	CHECK_TEXT(text_points(&b, 0), "0");
	CHECK_TEXT(text_points(&b, 2125), "2.125");
	CHECK_TEXT(text_points(&b, 10050), "10.05");
	CHECK_TEXT(text_points(&b, 1), "0.001");
}

TEST(text, points_are_numbers_in_json)
{
	json_t *one = text_points_json(1000), *tenth = text_points_json(100);
	char *a = text_compact(one), *b = text_compact(tenth);

	CHECK_STR(a, "1");
	CHECK_STR(b, "0.1");
	free(a);
	free(b);
	json_decref(one);
	json_decref(tenth);
}

TEST(text, seconds_are_exact_and_short)
{
	CHECK_TEXT(text_seconds(&b, MSEC(4003)), "4.003");
	CHECK_TEXT(text_seconds(&b, SEC(64)), "64");
	CHECK_TEXT(text_seconds(&b, 1), "0.000000001");
	CHECK_TEXT(text_seconds(&b, 0), "0");
	CHECK_TEXT(text_seconds(&b, -MSEC(500)), "-0.5");
}

TEST(text, stray_bytes_become_visible)
{
	CHECK_TEXT(text_utf8(&b, "h\xc3\xa9", 3), "h\xc3\xa9");
	CHECK_TEXT(text_utf8(&b, "a\xff", 2), "a\\xff");
	CHECK_TEXT(text_utf8(&b, "\xc3", 1), "\\xc3");
	CHECK_TEXT(text_utf8(&b, "\xc0\xaf", 2), "\\xc0\\xaf");
	CHECK_TEXT(text_utf8(&b, "\xed\xa0\x80", 3), "\\xed\\xa0\\x80");
	CHECK_TEXT(text_utf8(&b, "\xf4\x90\x80\x80", 4), "\\xf4\\x90\\x80\\x80");
	CHECK_TEXT(text_utf8(&b, "a\0b", 3), "a\\x00b");
}

TEST(text, a_cut_keeps_whole_characters)
{
	CHECK_TEXT(text_cut(&b, "abc", 3), "abc");
	CHECK_TEXT(text_cut(&b, "abcd", 3), "abc...");
	CHECK_TEXT(text_cut(&b, "\xc3\xa9\xc3\xa9", 1), "\xc3\xa9...");
}

TEST(text, quoted_text_is_json)
{
	CHECK_TEXT(text_quote(&b, "a\n\"b\"\x1b"), "\"a\\n\\\"b\\\"\\u001B\"");
	CHECK_TEXT(text_quote(&b, "\xff"), "\"\\\\xff\"");
}

TEST(text, every_line_is_indented)
{
	CHECK_TEXT(text_indent(&b, "  ", "a\nb\n"), "  a\n  b\n");
	CHECK_TEXT(text_indent(&b, "  ", "a\n\nb"), "  a\n  \n  b\n");
	CHECK_TEXT(text_indent(&b, "  ", ""), "");
}

TEST(text, a_seed_beyond_int64_is_a_string)
{
	json_t *small = text_seed_json(7), *big = text_seed_json(UINT64_MAX);

	CHECK_EQ(json_integer_value(small), 7);
	CHECK_STR(json_string_value(big), "18446744073709551615");
	json_decref(small);
	json_decref(big);
}
