// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/icmp4.h"

#include <stdlib.h>

#include "stack/util/csum.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* An echo request that Linux sent to itself: `ping -c 1 -s 16 127.0.0.1`. */
static const uint8_t captured[] = {
	0x08, 0x00, 0x6e, 0x57, 0x2c, 0x51, 0x00, 0x01, 0x31, 0x33, 0x02, 0x6b,
	0x00, 0x00, 0x00, 0x00, 0x1f, 0xb8, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static bool parse(struct icmp4_hdr *h, const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);

	return icmp4_hdr_parse(h, &r);
}

TEST(icmp4, a_captured_echo_reads_as_its_fields)
{
	struct icmp4_hdr h;
	uint64_t data = csum_add(0, captured + ICMP4_HLEN, sizeof(captured) - ICMP4_HLEN);

	REQUIRE(parse(&h, captured, sizeof(captured)));
	CHECK_EQ(h.type, ICMP4_ECHO);
	CHECK_EQ(h.code, 0);
	CHECK_EQ(h.u.echo.id, 11345);
	CHECK_EQ(h.u.echo.seq, 1);
	CHECK_EQ(csum(captured, sizeof(captured)), 0);
	CHECK_EQ(icmp4_csum(&h, data), 0x6e57);
	h.type = ICMP4_ECHO_REPLY;                /* what Linux answered */
	CHECK_EQ(icmp4_csum(&h, data), 0x7657);
}

TEST(icmp4, the_last_word_goes_where_the_type_says)
{
	static const uint8_t frag[] = { 3, 4, 0, 0, 0, 0, 0x05, 0x78 };
	static const uint8_t redirect[] = { 5, 1, 0, 0, 10, 0, 1, 3 };
	static const uint8_t param[] = { 12, 0, 0, 0, 21, 0, 0, 0 };
	struct icmp4_hdr h;

	REQUIRE(parse(&h, frag, 8));
	CHECK_EQ(h.u.mtu, 1400);
	REQUIRE(parse(&h, redirect, 8));
	CHECK_EQ(h.u.gateway, IP4(10, 0, 1, 3));
	REQUIRE(parse(&h, param, 8));
	CHECK_EQ(h.u.pointer, 21);
}

TEST(icmp4, what_is_emitted_parses_to_the_same)
{
	struct rng r;

	/* Zero the bytes that a type leaves unused: they are not kept. */
	rng_init(&r, 1, "icmp4");
	for (int i = 0; i < 20000; i++) {
		uint8_t b[ICMP4_HLEN], again[ICMP4_HLEN];
		struct wr w = wr_init(again, sizeof(again));
		struct icmp4_hdr h;

		for (int k = 0; k < ICMP4_HLEN; k++)
			b[k] = (uint8_t)rng_u32(&r);
		b[0] = (uint8_t)rng_below(&r, 20);
		b[1] = (uint8_t)rng_below(&r, 17);
		if (b[0] == ICMP4_UNREACH && b[1] == ICMP4_UNREACH_FRAG)
			b[4] = b[5] = 0;
		if (b[0] == ICMP4_PARAM_PROBLEM)
			b[5] = b[6] = b[7] = 0;
		REQUIRE(parse(&h, b, sizeof(b)));
		icmp4_hdr_emit(&h, &w);
		REQUIRE(wr_ok(&w) && memcmp(b, again, sizeof(b)) == 0);
		b[2] = b[3] = 0;
		REQUIRE(icmp4_csum(&h, 0) == csum(b, sizeof(b)));
	}
}

TEST(icmp4, a_short_message_is_refused)
{
	for (size_t n = 0; n < ICMP4_HLEN; n++) {
		uint8_t *b = malloc(n ? n : 1);
		struct icmp4_hdr h;
		struct wr w = wr_init(b, n);

		memset(b, 0, n);
		CHECK(!parse(&h, b, n));
		h = (struct icmp4_hdr){ .type = ICMP4_ECHO };
		icmp4_hdr_emit(&h, &w);
		CHECK(!wr_ok(&w));
		free(b);
	}
}

TEST(icmp4, errors_are_the_five_types_that_quote)
{
	unsigned errors = 0, ids = 0;

	for (unsigned type = 0; type < 256; type++) {
		errors += icmp4_is_error((uint8_t)type);
		ids += icmp4_has_id((uint8_t)type);
	}
	CHECK_EQ(errors, 5);
	CHECK_EQ(ids, 8);
	CHECK(icmp4_is_error(ICMP4_TIME_EXCEEDED));
	CHECK(!icmp4_is_error(ICMP4_ECHO_REPLY));
}

static void check_shown(struct icmp4_hdr h, const char *want)
{
	struct buf b = { 0 };

	icmp4_hdr_show(&h, &b);
	CHECK_STR(b.s, want);
	buf_free(&b);
}

TEST(icmp4, it_shows_in_the_words_of_ping)
{
	check_shown((struct icmp4_hdr){ .type = 0 }, "Echo Reply");
	check_shown((struct icmp4_hdr){ .type = 3, .code = 0 }, "Destination Net Unreachable");
	check_shown((struct icmp4_hdr){ .type = 3, .code = 1 }, "Destination Host Unreachable");
	check_shown((struct icmp4_hdr){ .type = 3, .code = 2 }, "Destination Protocol Unreachable");
	check_shown((struct icmp4_hdr){ .type = 3, .code = 3 }, "Destination Port Unreachable");
	check_shown((struct icmp4_hdr){ .type = 3, .code = 4, .u.mtu = 1400 },
		    "Frag needed and DF set (mtu = 1400)");
	check_shown((struct icmp4_hdr){ .type = 3, .code = 13 }, "Packet filtered");
	check_shown((struct icmp4_hdr){ .type = 3, .code = 16 }, "Dest Unreachable, Bad Code: 16");
	check_shown((struct icmp4_hdr){ .type = 5, .code = 1, .u.gateway = IP4(10, 0, 0, 9) },
		    "Redirect Host(New nexthop: 10.0.0.9)");
	check_shown((struct icmp4_hdr){ .type = 11, .code = 0 }, "Time to live exceeded");
	check_shown((struct icmp4_hdr){ .type = 11, .code = 1 }, "Frag reassembly time exceeded");
	check_shown((struct icmp4_hdr){ .type = 11, .code = 7 }, "Time exceeded, Bad Code: 7");
	check_shown((struct icmp4_hdr){ .type = 12, .u.pointer = 20 },
		    "Parameter problem: pointer = 20");
	check_shown((struct icmp4_hdr){ .type = 1 }, "Bad ICMP type: 1");
	check_shown((struct icmp4_hdr){ .type = 255 }, "Bad ICMP type: 255");
}

TEST(icmp4, every_type_and_code_has_a_text)
{
	for (unsigned type = 0; type < 256; type++) {
		for (unsigned code = 0; code < 20; code++) {
			struct icmp4_hdr h = { .type = (uint8_t)type, .code = (uint8_t)code };
			struct buf b = { 0 };

			icmp4_hdr_show(&h, &b);
			REQUIRE(b.len > 5);
			buf_free(&b);
		}
	}
}
