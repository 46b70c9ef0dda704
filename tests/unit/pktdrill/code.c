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
	code("assert 1 or x[1] / 0 + f(2) == 'a'\nassert not (0 and x)\n"
	     "assert (1 if 2 else x) == 1", PD_PASSED, "");
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

TEST(pktdrill_code, statements_hold_others)
{
	code("\nif tcpi_state == TCP_CLOSE:\n  x = 1\n  y = 2\nelif 1:\n  x = z\nelse:\n  x = 3\n"
	     "assert x == 1 and y == 2", PD_PASSED, "");
	code("if 0: x = 1\nelif 0: x = 2\nelse: x = 3; x += 1\nassert x == 4", PD_PASSED, "");
	code("\nn = 0\nfor i in range(1, 9, 2):\n\t# odd ones\n\tif i == 3:\n\t\tcontinue\n"
	     "\tif i > 5: break\n\tn += i\nassert (n, i) == (6, 7)", PD_PASSED, "");
	code("\nn = 5\nwhile n:\n  n -= 1\n  if n == 2:\n    break\nassert n == 2", PD_PASSED, "");
	code("\nfor i in [1, 2]:\n  for k in (3,\n4):\n    assert i < 2, k\n", PD_FAILED,
	     "error executing code: AssertionError: i < 2 with i = 2");
	code("if 1:\nx = 2", PD_SKIPPED, "Python: a statement that is not understood");
	code("return 1", PD_SKIPPED, "Python: a return or a break of nothing");
}

TEST(pktdrill_code, what_python_does_otherwise_is_skipped)
{
	code("d = {1: 2, 3: 4,}\nassert len(d) == 2 and d[3] == 4 and 3 in d and 4 not in d",
	     PD_PASSED, "");
	code("assert 2 in {1, 2, 3}", PD_SKIPPED, "Python: an expression that is not understood");
	code("assert (1, 2) <= (1, 1)", PD_SKIPPED, "Python: a comparison of such values");
	code("assert 1 not in 5", PD_SKIPPED, "Python: a comparison of such values");
	code("assert max('b', 'a') == 'a'", PD_SKIPPED, "Python: min() of what is no number");
	code("assert '\\n' != '\\x0a'", PD_SKIPPED, "Python: a comparison of formatted text");
	code("a = [[], 2]\na[0].append(3)", PD_SKIPPED, "Python: append");
	code("a = []\nb = a\nb.append(3)\nassert not a", PD_SKIPPED, "Python: append");
	code("a = []\ndef f(x): x.append(1)\nf(a)", PD_SKIPPED, "Python: append");
}

TEST(pktdrill_code, what_takes_too_long_is_skipped)
{
	struct buf b = { 0 };

	code("while 1: pass", PD_SKIPPED, "Python: so many statements");
	code("\na = [1]\nb = [1]\nfor i in range(40):\n  a = [a, a]\n  b = [b, b]\nassert a == b",
	     PD_SKIPPED, "Python: so much work");
	code("a = []\nwhile 1: a.append(a)", PD_SKIPPED, "Python: so much work");
	buf_str(&b, "while 1: '");
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, 'x');
	buf_str(&b, "'");
	code(b.s, PD_SKIPPED, "Python: so much work");
	buf_free(&b);
}

TEST(pktdrill_code, functions_have_names_of_their_own)
{
	code("\ndef near(a, b, by=5):\n  d = abs(a - b)\n  return d <= by\n\nd = 7\n"
	     "assert near(10, 12) and not near(10, 20) and near(1, 20, 30) and d == 7",
	     PD_PASSED, "");
	code("def f(n): return 1 if n < 2 else n * f(n - 1)\nassert f(5) == 120", PD_PASSED, "");
	code("def f(): f()\nf()", PD_SKIPPED, "Python: an expression of this depth");
	code("def f(a): pass\nf()", PD_SKIPPED, "Python: these parameters");
	code("x = 1\nx()", PD_SKIPPED, "Python: x");
}

TEST(pktdrill_code, what_one_piece_defines_the_next_one_has)
{
	code("xs = []\ndef twice(x):\n  return 2 * x\n}%\n+0 %{ xs.append(twice(4)) }%\n"
	     "+0 %{ assert xs == [8] and sum(xs) == 8 and all(xs) and len(xs) == 1", PD_PASSED, "");
}

/* A message may say anything; but nobody is to rely on what it says. */
TEST(pktdrill_code, formatted_text_is_for_people)
{
	code("assert 1, f'{x}' + str(3) + 'a' 'b' + '%d' % 3 + \"\"\"c\nd\"\"\"", PD_PASSED, "");
	code("print('x = {}'.format(3), f\"{tcpi_rto}\")", PD_PASSED, "");
	code("assert str(1) == '1'", PD_SKIPPED, "Python: a comparison of formatted text");
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
