// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pktdrill/pktdrill.h"
#include "tests/unit/test.h"

static void code(const char *text, enum pd_verdict v, const char *says)
{
	struct buf b = { 0 };
	struct pd_says s = { 0 };

	buf_printf(&b, "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 %%{%s}%%\n", text);
	pd_run_text(b.s, &s);
	CHECK_EQ(s.verdict, v);
	CHECK_STR(s.text.s ? s.text.s : "", says);
	buf_free(&s.text);
	buf_free(&b);
}

TEST(pktdrill_code, arithmetic_and_comparison_are_pythons)
{
	code("assert 1 + 2 * 3 == 7", PD_PASSED, "");
	code("assert 7 // 2 == 3 and -7 // 2 == -4 and 7 % 4 == 3", PD_PASSED, "");
	code("assert 1 < 2 <= 2 and not 1 > 2", PD_PASSED, "");
	code("assert (6 & 3) == 2 and 1 << 4 == 16 and 5 | 2", PD_PASSED, "");
	code("assert abs(-3) == 3 and max(1, 5) == 5 and min(4, 2) == 2", PD_PASSED, "");
	code("assert 1 == 2 or 3 == 3", PD_PASSED, "");
}

TEST(pktdrill_code, a_failed_assertion_shows_what_its_names_were)
{
	code("a = 4\nassert a == 5, 'a is %d' % a", PD_FAILED,
	     "error executing code: AssertionError: a == 5 with a = 4");
}

TEST(pktdrill_code, the_connection_is_asked_by_name)
{
	code("assert tcpi_state == TCP_CLOSE", PD_PASSED, "");
	code("assert tcpi_nothing == 0", PD_SKIPPED, "Python: tcpi_nothing");
}

TEST(pktdrill_code, what_is_not_understood_is_skipped)
{
	code("import os", PD_SKIPPED, "Python: import");
	code("assert 1 == 2 ? 3", PD_FAILED, "error executing code: AssertionError: 1 == 2");
	code("assert 1 $ 2", PD_SKIPPED, "Python: a statement that is not understood");
	code("assert 1 / 0", PD_SKIPPED, "Python: a division by zero");
}

TEST(pktdrill_code, hundred_thousand_brackets_end_in_a_sentence)
{
	struct buf b = { 0 };

	buf_str(&b, "assert ");
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, '(');
	code(b.s, PD_SKIPPED, "Python: an expression of this depth");
	buf_free(&b);
}
