// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/ip4opt.h"

#include <stdlib.h>

#include "stack/util/err.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

/* A string literal of options, without its NUL, in memory of its own size. */
#define CHECK_FAULT(s, want) CHECK_EQ(fault_of(s, sizeof(s) - 1), want)

static unsigned fault_of(const char *s, size_t n)
{
	uint8_t *b = calloc(1, n ? n : 1);
	unsigned fault;

	memcpy(b, s, n);
	fault = ip4opt_check(b, n);
	free(b);
	return fault;
}

TEST(ip4opt, iteration_passes_nops_and_ends_at_the_end_of_the_list)
{
	static const uint8_t b[] = { 1, 7, 7, 4, 0, 0, 0, 0, 1, 148, 4, 0, 0, 0, 99, 99 };
	struct ip4opt_cursor c = ip4opt_begin(b, sizeof(b));
	struct ip4opt o;

	REQUIRE(ip4opt_next(&c, &o));
	CHECK_EQ(o.type, IP4OPT_RR);
	CHECK_EQ(o.len, 7);
	CHECK_EQ(o.at, 21);
	CHECK(o.p == b + 1);
	REQUIRE(ip4opt_next(&c, &o));
	CHECK_EQ(o.type, IP4OPT_RA);
	CHECK_EQ(o.at, 29);
	CHECK(!ip4opt_next(&c, &o));
	CHECK(!ip4opt_next(&c, &o));
	CHECK_EQ(c.fault, 0);
}

TEST(ip4opt, find_gives_the_first_of_a_type)
{
	static const uint8_t b[] = { 148, 4, 0, 0, 131, 7, 4, 10, 0, 0, 1, 0 };
	struct ip4opt o;

	REQUIRE(ip4opt_find(&o, IP4OPT_LSRR, b, sizeof(b)));
	CHECK_EQ(o.at, 24);
	CHECK(ip4opt_is_srcroute(o.type));
	CHECK(!ip4opt_find(&o, IP4OPT_SSRR, b, sizeof(b)));
}

TEST(ip4opt, well_formed_lists_pass)
{
	CHECK_FAULT("", OK);
	CHECK_FAULT("\0", OK);
	CHECK_FAULT("\1\1\1\1", OK);
	CHECK_FAULT("\x07\x07\x04\0\0\0\0\0", OK);                     /* room for one */
	CHECK_FAULT("\x07\x07\x08\x0a\0\0\1\0", OK);                   /* full */
	CHECK_FAULT("\x07\x03\x04\0", OK);                             /* no room at all */
	CHECK_FAULT("\x83\x0b\x04\x0a\0\0\1\x0a\0\0\2\0", OK);
	CHECK_FAULT("\x89\x07\x04\x0a\0\0\1\0", OK);
	CHECK_FAULT("\x44\x08\x05\0\0\0\0\0", OK);                     /* stamps only */
	CHECK_FAULT("\x44\x0c\x05\1\0\0\0\0\0\0\0\0", OK);             /* with addresses */
	CHECK_FAULT("\x44\x0c\x0d\3\0\0\0\0\0\0\0\0", OK);             /* prespecified, full */
	CHECK_FAULT("\x94\4\0\0", OK);
	CHECK_FAULT("\x82\x0b\0\0\0\0\0\0\0\0\0\0", OK);               /* security: not ours */
	CHECK_FAULT("\xde\2\xdf\2", OK);                               /* unknown ones */
	CHECK_FAULT("\0\xff\xff\xff", OK);                             /* behind the end */
}

TEST(ip4opt, a_bad_length_is_pointed_at)
{
	CHECK_FAULT("\x07\0", 21);
	CHECK_FAULT("\x07\1", 21);
	CHECK_FAULT("\x07\5\4\0", 21);             /* past the end */
	CHECK_FAULT("\1\1\1\x07", 23);             /* no length octet */
	CHECK_FAULT("\xde\xff\0\0", 21);
	CHECK_FAULT("\x07\2\0\0", 21);             /* no pointer */
	CHECK_FAULT("\x44\3\5\0", 21);             /* no flags */
	CHECK_FAULT("\x94\3\0\0", 21);
	CHECK_FAULT("\x94\6\0\0\0\0\0\0", 21);
}

TEST(ip4opt, a_bad_pointer_is_pointed_at)
{
	CHECK_FAULT("\x07\x07\x03\0\0\0\0\0", 22);         /* below 4 */
	CHECK_FAULT("\x07\x07\0\0\0\0\0\0", 22);
	CHECK_FAULT("\x83\x07\x05\0\0\0\0\0", 22);         /* inside an address */
	CHECK_FAULT("\1\x89\x06\x04\0\0\0\0", 23);         /* half an address left */
	CHECK_FAULT("\x44\x08\x04\0\0\0\0\0", 22);         /* stamps begin at 5 */
	CHECK_FAULT("\x44\x08\x06\0\0\0\0\0", 22);
	CHECK_FAULT("\x44\x08\x05\1\0\0\0\0", 22);         /* address, but no stamp */
	CHECK_FAULT("\x44\x08\x05\2\0\0\0\0", 23);         /* no such flag */
}

TEST(ip4opt, what_may_be_there_once_is_refused_the_second_time)
{
	CHECK_FAULT("\x83\3\4\x83\3\4", 23);
	CHECK_FAULT("\x83\3\4\x89\3\4", 23);               /* loose and strict */
	CHECK_FAULT("\x07\3\4\x07\3\4", 23);
	CHECK_FAULT("\x44\4\5\0\x44\4\5\0", 24);
	CHECK_FAULT("\x07\3\4\x83\3\4", OK);
}

TEST(ip4opt, fragments_repeat_only_what_is_marked_copied)
{
	static const uint8_t b[] = {
		7, 7, 4, 0, 0, 0, 0, 131, 7, 4, 10, 0, 0, 1, 1, 148, 4, 0, 0, 0,
	};
	static const uint8_t want[] = { 131, 7, 4, 10, 0, 0, 1, 148, 4, 0, 0, 0 };
	uint8_t out[IP4OPT_MAX];

	REQUIRE(ip4opt_copied(out, b, sizeof(b)) == sizeof(want));
	CHECK_MEM(out, want, sizeof(want));
	CHECK_EQ(ip4opt_copied(out, b, 7), 0);
}

TEST(ip4opt, random_bytes_are_never_read_past_their_end)
{
	static const uint8_t types[] = { 0, 1, 7, 68, 131, 137, 148, 130, 222 };
	uint8_t out[IP4OPT_MAX];
	struct rng r;
	int good = 0;

	rng_init(&r, 1, "options");
	for (int i = 0; i < 50000; i++) {
		size_t n = rng_below(&r, 11) * 4;
		uint8_t *b = malloc(n ? n : 1);
		struct ip4opt_cursor c;
		struct ip4opt o;
		unsigned fault;

		for (size_t k = 0; k < n; k++)
			b[k] = (uint8_t)(rng_below(&r, 3) ? rng_below(&r, 13)
							  : types[rng_below(&r, sizeof(types))]);
		c = ip4opt_begin(b, n);
		while (ip4opt_next(&c, &o))
			REQUIRE(o.p >= b && o.len >= 2 && o.p + o.len <= b + n);
		fault = ip4opt_check(b, n);
		REQUIRE(fault == OK || (fault >= 20 && fault < 20 + n));
		REQUIRE(!c.fault || fault);
		REQUIRE(ip4opt_copied(out, b, n) <= n);
		good += fault == OK;
		free(b);
	}
	CHECK(good > 1000 && good < 49000);       /* both sides were exercised */
}
