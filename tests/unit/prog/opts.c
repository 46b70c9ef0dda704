// SPDX-License-Identifier: GPL-3.0-or-later
/* Options as getopt() reads them, and spans of time. */
#include "sim/prog/opts.h"
#include "tests/unit/test.h"

#define ARGS(...) (char *const[]){ (char[]){ "prog" }, __VA_ARGS__, NULL }

static struct opts args(int argc, char *const *argv)
{
	struct opts o;

	opts_init(&o, argc, argv);
	return o;
}

TEST(opts, options_and_operands_come_in_any_order)
{
	char a[] = "-c", b[] = "4", c[] = "host", d[] = "-qi0.2", e[] = "more";
	struct opts o = args(6, ARGS(a, b, c, d, e));

	CHECK_EQ(opts_next(&o, "c:qi:"), 'c');
	CHECK_STR(o.arg, "4");
	CHECK_EQ(opts_next(&o, "c:qi:"), 'q');
	CHECK_EQ(opts_next(&o, "c:qi:"), 'i');
	CHECK_STR(o.arg, "0.2");
	CHECK_EQ(opts_next(&o, "c:qi:"), -1);
	CHECK_EQ(o.n, 2);
	CHECK_STR(o.operand[0], "host");
	CHECK_STR(o.operand[1], "more");
}

TEST(opts, two_dashes_end_the_options_and_one_is_an_operand)
{
	char a[] = "-", b[] = "--", c[] = "-q";
	struct opts o = args(4, ARGS(a, b, c));

	CHECK_EQ(opts_next(&o, "q"), -1);
	CHECK_EQ(o.n, 2);
	CHECK_STR(o.operand[0], "-");
	CHECK_STR(o.operand[1], "-q");
}

TEST(opts, in_order_the_first_operand_ends_the_options)
{
	char a[] = "-q", b[] = "host", c[] = "-v";
	struct opts o = args(4, ARGS(a, b, c));

	o.in_order = true;
	CHECK_EQ(opts_next(&o, "qv"), 'q');
	CHECK_EQ(opts_next(&o, "qv"), -1);
	CHECK_EQ(o.n, 2);
	CHECK_STR(o.operand[1], "-v");
}

TEST(opts, unknown_options_and_missing_arguments_are_told_apart)
{
	char a[] = "-x", b[] = "-:", c[] = "-c";
	struct opts o = args(4, ARGS(a, b, c));

	CHECK_EQ(opts_next(&o, "c:"), '?');
	CHECK_EQ(o.opt, 'x');
	CHECK_EQ(opts_next(&o, "c:"), '?');
	CHECK_EQ(opts_next(&o, "c:"), ':');
	CHECK_EQ(o.opt, 'c');
	CHECK_EQ(opts_next(&o, "c:"), -1);
}

TEST(opts, times_are_exact)
{
	static const struct { const char *text; ns_t ns; const char *rest; } rows[] = {
		{ "1", SEC(1), "" }, { "0.2", MSEC(200), "" }, { ".5", MSEC(500), "" },
		{ "0.000000001", 1, "" }, { "1.5ms", USEC(1500), "" }, { "20us", USEC(20), "" },
		{ "7ns", 7, "" }, { "2s", SEC(2), "" }, { "3,4", SEC(3), ",4" },
		{ "999999999", SEC(999999999), "" }, { "0.0000000019", 1, "" },
		{ "5m", SEC(5), "m" },
	};
	static const char *const bad[] = { "", ".", "x", "-1", "ms", "9999999999" };
	const char *end;
	ns_t ns;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(opts_parse_ns(rows[i].text, &ns, &end));
		CHECK_EQ(ns, rows[i].ns);
		CHECK_STR(end, rows[i].rest);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!opts_parse_ns(bad[i], &ns, &end));
}
