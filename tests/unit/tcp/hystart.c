// SPDX-License-Identifier: GPL-3.0-or-later
/* HyStart++ by the rounds of RFC 9406 4.2. */
#include "stack/tcp/hystart.h"
#include "tests/unit/test.h"

static struct hystart h;
static seq_t una;
static bool done;

/* A round of ten ACKs of one byte with this round trip; returns what the
 * window grew by in all, of a thousand for each. */
static uint32_t round_of(ns_t rtt)
{
	uint32_t grown = 0;

	for (unsigned i = 0; i < 10 && !done; i++) {
		struct cc_ack a = { .acked = 1000, .rtt = rtt, .srtt = rtt };

		una = seq_add(una, 1);
		a.una = una;
		a.nxt = seq_add(una, 10);
		grown += hystart_ack(&h, &a, &done);
	}
	return grown;
}

static void begin(void)
{
	hystart_init(&h);
	una = seq(UINT32_MAX - 20);                       /* sequence numbers wrap on the way */
	done = false;
	round_of(MSEC(100));
	round_of(MSEC(100));
}

TEST(hystart, equal_round_trips_never_end_slow_start)
{
	begin();
	for (int i = 0; i < 50; i++)
		CHECK_EQ(round_of(MSEC(100)), 10000);
	CHECK(!h.css);
	CHECK(!done);
}

TEST(hystart, an_eighth_more_is_a_sign)
{
	begin();
	round_of(MSEC(112));                              /* an eighth of 100 is 12.5 */
	CHECK(!h.css);
	begin();
	round_of(MSEC(113));
	CHECK(h.css);
	CHECK(!done);
}

TEST(hystart, less_than_four_milliseconds_more_is_no_sign)
{
	hystart_init(&h);
	done = false;
	round_of(MSEC(1));
	round_of(MSEC(1));
	round_of(MSEC(4));
	CHECK(!h.css);
	round_of(MSEC(9));
	CHECK(h.css);
}

TEST(hystart, eight_samples_are_needed)
{
	struct cc_ack a = { .acked = 1000, .rtt = MSEC(200) };

	begin();
	for (unsigned i = 0; i < 8; i++) {
		CHECK(!h.css);
		a.una = una = seq_add(una, 1);
		a.nxt = seq_add(una, 100);
		hystart_ack(&h, &a, &done);
		if (i == 0)
			h.samples = 0, h.now_min = NS_NEVER;      /* the round begins here */
	}
	CHECK(!h.css);
	a.una = seq_add(una, 1);
	hystart_ack(&h, &a, &done);
	CHECK(h.css);
}

TEST(hystart, then_growth_is_a_quarter_and_ends_after_five_rounds)
{
	unsigned rounds = 0;

	begin();
	round_of(MSEC(120));
	CHECK(h.css);
	while (!done && rounds < 20) {
		CHECK(round_of(MSEC(120)) <= 2500);
		rounds++;
	}
	CHECK_EQ(rounds, 5);
}

TEST(hystart, a_shorter_round_trip_takes_it_back)
{
	begin();
	round_of(MSEC(120));
	CHECK(h.css);
	round_of(MSEC(105));
	CHECK(!h.css);
	CHECK(!done);
	CHECK_EQ(round_of(MSEC(105)), 10000);
}
