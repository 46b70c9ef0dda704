// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/filter.h"

#include "tests/unit/capture/fixture.h"

static bool matches(const char *expr, const void *frame, size_t len)
{
	char err[256] = "";
	struct capture_filter *flt = capture_filter_new(expr, err);
	bool hit;

	CHECK_STR(err, "");
	REQUIRE(flt != NULL);
	hit = capture_filter_match(flt, frame, len);
	capture_filter_free(flt);
	return hit;
}

TEST(filter, tcp_port_matches_either_end)
{
	uint8_t f[FRAME_MIN];

	frame_ip4(f, 6, 10086, 4000);
	CHECK(matches("tcp port 10086", f, sizeof(f)));
	frame_ip4(f, 6, 4000, 10086);
	CHECK(matches("tcp port 10086", f, sizeof(f)));
	CHECK(!matches("icmp", f, sizeof(f)));
	frame_ip4(f, 6, 4000, 4001);
	CHECK(!matches("tcp port 10086", f, sizeof(f)));
	frame_ip4(f, 17, 4000, 10086);
	CHECK(!matches("tcp port 10086", f, sizeof(f)));
	CHECK(matches("udp port 10086", f, sizeof(f)));
}

TEST(filter, icmp_and_arp_are_told_apart)
{
	uint8_t icmp[FRAME_MIN], arp[FRAME_MIN];

	frame_ip4(icmp, 1, 0x0800, 0);
	frame_arp(arp);
	CHECK(matches("icmp", icmp, sizeof(icmp)));
	CHECK(!matches("icmp", arp, sizeof(arp)));
	CHECK(matches("arp", arp, sizeof(arp)));
	CHECK(!matches("arp", icmp, sizeof(icmp)));
	CHECK(matches("host 10.0.0.2 and not arp", icmp, sizeof(icmp)));
}

TEST(filter, an_empty_expression_takes_every_frame)
{
	uint8_t f[FRAME_MIN];

	frame_arp(f);
	CHECK(matches("", f, sizeof(f)));
	CHECK(matches("", NULL, 0));
}

TEST(filter, a_frame_too_short_for_the_question_does_not_match)
{
	uint8_t f[FRAME_MIN];

	frame_ip4(f, 6, 10086, 80);
	for (size_t n = 0; n < 36; n++)
		CHECK(!matches("tcp src port 10086", f, n));
	CHECK(matches("len >= 36", f, 36));
}

TEST(filter, a_bad_expression_is_quoted_with_the_reason)
{
	char err[256] = "", long_expr[600];

	CHECK(!capture_filter_ok("tcp prot 80", err));
	CHECK(strstr(err, "bad filter \"tcp prot 80\": ") == err);
	CHECK(strstr(err, "syntax error") != NULL);
	CHECK(!capture_filter_ok("ip broadcast", err));       /* needs a netmask */
	CHECK(strstr(err, "netmask") != NULL);
	memset(long_expr, '(', sizeof(long_expr) - 1);
	long_expr[sizeof(long_expr) - 1] = '\0';
	CHECK(!capture_filter_ok(long_expr, err));
	CHECK(strlen(err) < sizeof(err));
	CHECK(strstr(err, "syntax error") != NULL || strstr(err, "memory") != NULL);
}

TEST(filter, a_good_expression_says_nothing)
{
	char err[256] = "untouched";

	CHECK(capture_filter_ok("tcp port 10086", err));
	CHECK(capture_filter_ok("arp or (icmp and host 10.0.0.1)", err));
	CHECK(capture_filter_ok("", err));
	CHECK(capture_filter_ok(NULL, err));
	CHECK_STR(err, "untouched");
	capture_filter_free(NULL);
}
