// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/pace/pace.h"

#include "tests/unit/test.h"

TEST(pace, a_small_lag_is_nothing_to_tell)
{
	struct pace p;

	pace_init(&p);
	pace_set(&p, 1000);
	CHECK_EQ(pace_lag_news(&p), 0);
	p.lag = MSEC(100) - 1;
	CHECK_EQ(pace_lag_news(&p), 0);
}

TEST(pace, a_lag_is_told_once_and_again_when_it_doubled)
{
	struct pace p;

	pace_init(&p);
	pace_set(&p, 1000);
	p.lag = MSEC(100);
	CHECK_EQ(pace_lag_news(&p), MSEC(100));
	CHECK_EQ(pace_lag_news(&p), 0);
	p.lag = MSEC(200) - 1;
	CHECK_EQ(pace_lag_news(&p), 0);
	p.lag = MSEC(300);
	CHECK_EQ(pace_lag_news(&p), MSEC(300));
	p.lag = MSEC(500);
	CHECK_EQ(pace_lag_news(&p), 0);
	p.lag = MSEC(600);
	CHECK_EQ(pace_lag_news(&p), MSEC(600));
}

TEST(pace, a_pace_that_is_set_tells_anew)
{
	struct pace p;

	pace_init(&p);
	pace_set(&p, 1000);
	p.lag = MSEC(400);
	CHECK_EQ(pace_lag_news(&p), MSEC(400));
	pace_set(&p, 2000);
	p.lag = MSEC(200) - 1;            /* lab time: less than 100 ms of the wall clock */
	CHECK_EQ(pace_lag_news(&p), 0);
	p.lag = MSEC(200);
	CHECK_EQ(pace_lag_news(&p), MSEC(200));
}

TEST(pace, virtual_time_is_always_due_and_never_late)
{
	struct pace p;

	pace_init(&p);
	CHECK(pace_due(&p, SEC(1000)));
	CHECK_EQ(pace_lag_news(&p), 0);
}
