// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pktdrill/script.h"

#include <string.h>

#include "tests/unit/test.h"

/* Parses text into *s; how it ended. */
static enum pd_verdict parse(struct pd_script *s, const char *text, unsigned *line)
{
	struct pd_says says = { 0 };
	enum pd_verdict v;

	pd_parse(s, text, &says);
	v = says.verdict;
	*line = says.line;
	buf_free(&says.text);
	return v;
}

TEST(pktdrill_parse, times_are_absolute_relative_ranges_or_any)
{
	struct pd_script s = { 0 };
	const struct pd_event *e;
	unsigned line;

	CHECK_EQ(parse(&s, "0.1 close(3) = 0\n+.25 close(3) = 0\n* > . 1:1(0)\n"
		       "1~1.5 > . 1:1(0)\n+0~+.1 > . 1:1(0)\n0...0.2 close(3) = 0\n", &line), PD_PASSED);
	e = s.events;
	CHECK_EQ(e->when, PD_AT);
	CHECK_EQ(e->at, MSEC(100));
	e = e->next;
	CHECK_EQ(e->when, PD_AFTER);
	CHECK_EQ(e->at, MSEC(250));
	e = e->next;
	CHECK_EQ(e->when, PD_WHENEVER);
	e = e->next;
	CHECK(e->range);
	CHECK_EQ(e->at, SEC(1));
	CHECK_EQ(e->to, MSEC(1500));
	e = e->next;
	CHECK(e->range);
	CHECK_EQ(e->when, PD_AFTER);
	CHECK_EQ(e->to, MSEC(100));
	e = e->next;
	CHECK(e->call.blocks);
	CHECK_EQ(e->ends, MSEC(200));
	pd_script_free(&s);
}

/* A longer pause is refused, not made shorter without a word. */
TEST(pktdrill_parse, a_time_has_a_million_seconds_at_most)
{
	struct pd_script s = { 0 };
	unsigned line;

	CHECK_EQ(parse(&s, "+1000000 close(3) = 0\n", &line), PD_PASSED);
	CHECK_EQ(s.events->at, SEC(1000000));
	pd_script_free(&s);
	CHECK_EQ(parse(&s, "+1 close(3) = 0\n+1000001 close(3) = 0\n", &line), PD_FAILED);
	CHECK_EQ(line, 2);
	pd_script_free(&s);
	CHECK_EQ(parse(&s, "+99999999999999999999 close(3) = 0\n", &line), PD_FAILED);
	pd_script_free(&s);
}

TEST(pktdrill_parse, a_packet_has_flags_numbers_window_and_options)
{
	struct pd_script s = { 0 };
	unsigned line;

	CHECK_EQ(parse(&s, "+0 < [ce] SEW. 5:105(100) ack 7 win 300 urg 2 "
		       "<mss 1460,nop,wscale 7>\n+0 > . 1:1(0) ack 1 <...>", &line), PD_PASSED);
	CHECK(!s.events->pkt.out);
	CHECK_EQ(s.events->pkt.flags, TCP_SYN | TCP_ECE | TCP_CWR | TCP_ACK);
	CHECK_EQ(s.events->pkt.ecn, 3);
	CHECK_EQ(s.events->pkt.seq, 5);
	CHECK_EQ(s.events->pkt.len, 100);
	CHECK_EQ(s.events->pkt.ack, 7);
	CHECK_EQ(s.events->pkt.wnd, 300);
	CHECK_EQ(s.events->pkt.urg, 2);
	CHECK_EQ(s.events->pkt.opts.n, 8);
	CHECK(s.events->next->pkt.out);
	CHECK(s.events->next->pkt.opts.any);
	pd_script_free(&s);
}

TEST(pktdrill_parse, a_call_has_arguments_of_each_form_and_a_result)
{
	struct pd_script s = { 0 };
	const struct pd_expr *a;
	unsigned line;

	CHECK_EQ(parse(&s, "0 f(3, ..., [7], {fd=4, events=POLLIN|POLLOUT}, 0x10, \"text\") = "
		       "-1 EAGAIN (Resource temporarily unavailable)", &line), PD_PASSED);
	a = s.events->call.args;
	CHECK_EQ(a->num, 3);
	a = a->next;
	CHECK_EQ(a->kind, PD_ANY_VALUE);
	a = a->next;
	CHECK_EQ(a->kind, PD_LIST);
	CHECK_EQ(a->first->num, 7);
	a = a->next;
	CHECK_EQ(a->kind, PD_STRUCT);
	CHECK_STR(a->first->next->field, "events");
	CHECK_EQ(a->first->next->num, 5);
	a = a->next;
	CHECK_EQ(a->num, 16);
	CHECK_STR(a->next->text, "text");
	CHECK_EQ(s.events->call.result, -1);
	CHECK_EQ(s.events->call.err, -11);
	pd_script_free(&s);
}

TEST(pktdrill_parse, a_byte_is_two_hexadecimal_digits)
{
	struct pd_script s = { 0 };
	unsigned line;

	CHECK_EQ(parse(&s, "0 write(3, \"\\x61\" \"\\xfF\\x1\", 5) = 5\n", &line), PD_PASSED);
	CHECK_EQ(s.events->call.args->next->num, 5);
	CHECK(memcmp(s.events->call.args->next->text, "a\xff\\x1", 5) == 0);
	pd_script_free(&s);
}

TEST(pktdrill_parse, comments_and_blank_lines_count_as_lines_and_nothing_else)
{
	struct pd_script s = { 0 };
	unsigned line;

	CHECK_EQ(parse(&s, "// one\n/* two\nthree */ # more\n\n--mtu=900 // x\n+0 close(3) = 0 // y\n",
		       &line), PD_PASSED);
	CHECK_STR(s.options->name, "--mtu");
	CHECK_STR(s.options->value, "900");
	CHECK_EQ(s.events->line, 6);
	pd_script_free(&s);
}

TEST(pktdrill_parse, what_is_malformed_names_its_line)
{
	static const char *const bad[] = {
		"0 close(3)", "0 close(3 = 0", "0 > . 1:5(3)", "0 > . 1:1(0", "0 < S 0:0(0) <mss>",
		"0 < S 0:0(0) <mss 70000>", "0 `no end", "0 %{ no end", "~ close(3) = 0",
		"0 close(3) = -1 ENOSUCH", "0~ close(3) = 0", "0 [", "0 f({{{{{{{{{{{{1}}}}}}}}}}}}) = 0",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pd_script s = { 0 };
		struct buf b = { 0 };
		unsigned line;

		buf_printf(&b, "\n%s", bad[i]);
		CHECK_EQ(parse(&s, b.s, &line), PD_FAILED);
		CHECK_EQ(line, 2);
		pd_script_free(&s);
		buf_free(&b);
	}
}
