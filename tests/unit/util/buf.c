// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/util/buf.h"

#include <stdlib.h>

#include "tests/unit/test.h"

TEST(buf, a_fresh_one_holds_nothing_and_frees)
{
	struct buf b = { 0 };

	CHECK_EQ(b.len, 0);
	buf_free(&b);
	CHECK(!b.s);
}

TEST(buf, pieces_join_and_are_terminated)
{
	struct buf b = { 0 };

	buf_str(&b, "eth");
	buf_putc(&b, '0');
	buf_printf(&b, " mtu %d", 1500);
	buf_add(&b, " up", 3);
	buf_add(&b, NULL, 0);
	CHECK_STR(b.s, "eth0 mtu 1500 up");
	CHECK_EQ(b.len, 16);
	CHECK_EQ(strlen(b.s), b.len);
	buf_free(&b);
}

TEST(buf, adding_nothing_still_terminates)
{
	struct buf b = { 0 };

	buf_str(&b, "");
	CHECK_STR(b.s, "");
	buf_free(&b);
}

TEST(buf, it_grows_over_every_boundary)
{
	struct buf b = { 0 };

	for (int i = 0; i < 5000; i++) {
		if (i % 2)
			buf_putc(&b, (char)('a' + i % 26));
		else
			buf_printf(&b, "%c", 'a' + i % 26);
		REQUIRE(b.len == (size_t)i + 1 && b.s[b.len] == '\0' && b.cap > b.len);
	}
	for (int i = 0; i < 5000; i++)
		REQUIRE(b.s[i] == 'a' + i % 26);
	CHECK(!b.bad);
	buf_free(&b);
}

TEST(buf, one_print_may_be_longer_than_the_memory)
{
	struct buf b = { 0 };

	buf_printf(&b, "%01000d|", 7);
	buf_printf(&b, "%s", "end");
	CHECK_EQ(b.len, 1004);
	CHECK_STR(b.s + 999, "7|end");
	buf_free(&b);
}

TEST(buf, bytes_with_zeros_survive)
{
	struct buf b = { 0 };

	buf_add(&b, "a\0b", 3);
	CHECK_EQ(b.len, 3);
	CHECK_MEM(b.s, "a\0b", 4);
	buf_free(&b);
}

TEST(buf, reset_empties_and_keeps_the_memory)
{
	struct buf b = { 0 };
	const char *was;

	buf_str(&b, "something");
	was = b.s;
	buf_reset(&b);
	CHECK_EQ(b.len, 0);
	CHECK_STR(b.s, "");
	buf_str(&b, "else");
	CHECK(b.s == was);
	buf_free(&b);
}

TEST(buf, take_hands_the_text_over)
{
	struct buf b = { 0 };
	char *s;

	buf_str(&b, "mine");
	s = buf_take(&b);
	CHECK_STR(s, "mine");
	CHECK(!b.s && b.cap == 0);
	free(s);
	s = buf_take(&b);
	CHECK_STR(s, "");
	free(s);
}

TEST(buf, too_much_sets_bad_and_keeps_what_is_there)
{
	struct buf b = { 0 };

	buf_str(&b, "kept");
	buf_add(&b, "x", SIZE_MAX - 8);
	CHECK(b.bad);
	buf_str(&b, "more");
	CHECK_STR(b.s, "kept");
	CHECK(!buf_take(&b));
	CHECK(!b.bad);
	buf_str(&b, "again");
	CHECK_STR(b.s, "again");
	buf_free(&b);
}
