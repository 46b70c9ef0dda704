// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * CUBIC against RFC 9438's curve, in floating point here: a window full of
 * segments each round trip, an ACK for each.
 */
#include <math.h>

#include "stack/tcp/cc.h"
#include "tests/unit/test.h"

#define MSS 1000
#define C 0.4
#define BETA 0.7

static struct tcp_cc cc;
static ns_t now;

static void ack(uint32_t bytes, ns_t rtt)
{
	struct cc_ack a = { .acked = bytes, .in_flight = cc.cwnd, .rtt = rtt, .srtt = rtt,
			    .now = now };

	cc.ops->on_ack(&cc, &a);
}

/* One round trip in avoidance, its ACKs evenly spread. */
static void round_trip(ns_t rtt)
{
	uint32_t n = cc.cwnd / MSS;

	for (uint32_t i = 0; i < n; i++) {
		now += rtt / n;
		ack(MSS, rtt);
	}
}

/* Avoidance begins below a W_max of so many segments. */
static void lose_at(uint32_t segs)
{
	cc_init(&cc, &cc_cubic, MSS);
	now = SEC(1);
	cc.cwnd = segs * MSS;
	cc.ops->on_loss(&cc, cc.cwnd, now);
	cc.cwnd = cc.ssthresh;
}

static double w_cubic(double t, double w_max)
{
	double k = cbrt(w_max * (1 - BETA) / C);

	return C * pow(t - k, 3) + w_max;
}

static bool near(double a, double b, double part)
{
	if (fabs(a - b) <= part * b)
		return true;
	printf("%g is not within %g of %g\n", a, part, b);
	return false;
}

TEST(cc_cubic, a_loss_leaves_seven_tenths)
{
	lose_at(100);
	CHECK_EQ(cc.ssthresh, 100 * MSS * 717 / 1024);
	lose_at(2);
	CHECK_EQ(cc.ssthresh, 2 * MSS);
}

TEST(cc_cubic, the_window_follows_the_curve)
{
	const ns_t rtt = MSEC(100);

	lose_at(1000);
	ack(1, rtt);
	for (int i = 0; i < 250; i++) {                   /* 25 s: K is 9.1 s */
		ns_t began = SEC(1);

		round_trip(rtt);
		if (i % 10 == 9)
			CHECK(near(cc.cwnd / (double)MSS,
				   w_cubic((double)(now - began) / 1e9, 1000), 0.02));
	}
	CHECK(cc.cwnd > 2000 * MSS);
}

TEST(cc_cubic, it_is_flat_around_the_old_maximum)
{
	uint32_t before;

	lose_at(1000);
	ack(1, MSEC(100));
	while (now < SEC(1) + MSEC(8600))
		round_trip(MSEC(100));
	before = cc.cwnd;
	while (now < SEC(1) + MSEC(9600))
		round_trip(MSEC(100));
	CHECK(before > 995 * MSS);
	CHECK(cc.cwnd < 1005 * MSS);
}

/* 4.3: at short round trips Reno would be faster, and so is CUBIC: 9/17 of a
 * segment each until the old window, one each from there. */
TEST(cc_cubic, at_short_round_trips_it_grows_as_reno_would)
{
	int rounds = 0;

	lose_at(100);
	while (cc.cwnd < 85 * MSS) {
		round_trip(MSEC(1));
		rounds++;
	}
	CHECK(near(rounds, 15 * 17 / 9.0, 0.04));
	while (cc.cwnd < 100 * MSS)
		round_trip(MSEC(1));
	for (rounds = 0; cc.cwnd < 120 * MSS; rounds++)
		round_trip(MSEC(1));
	CHECK(near(rounds, 20, 0.1));
}

/* 4.7: a loss below the last maximum. */
TEST(cc_cubic, fast_convergence_aims_lower)
{
	ns_t began;

	lose_at(1000);
	cc.cwnd = 800 * MSS;
	cc.ops->on_loss(&cc, cc.cwnd, now);               /* W_max: 800 * 0.85 = 680 */
	cc.cwnd = cc.ssthresh;
	began = now;
	ack(1, MSEC(100));
	while (now < began + SEC(6) + MSEC(900))          /* K: cbrt(120 / 0.4) is 6.7 s */
		round_trip(MSEC(100));
	CHECK(near(cc.cwnd / (double)MSS, 680, 0.01));
}

TEST(cc_cubic, after_a_timeout_the_curve_begins_at_ssthresh)
{
	lose_at(1000);
	cc.cwnd = 1000 * MSS;
	cc.ops->on_rto(&cc, cc.cwnd, now);
	CHECK_EQ(cc.cwnd, MSS);
	while (cc_in_slow_start(&cc))
		round_trip(MSEC(100));
	CHECK(cc.cwnd < cc.ssthresh + MSS);
	for (int i = 0; i < 20; i++)                      /* 2 s: 0.4 * 2^3 segments, or Reno's */
		round_trip(MSEC(100));
	CHECK(cc.cwnd > cc.ssthresh + 3 * MSS);
	CHECK(cc.cwnd < cc.ssthresh + 15 * MSS);
}

/* 4.9 */
TEST(cc_cubic, undo_brings_the_curve_back)
{
	struct tcp_cc with, without;

	lose_at(1000);
	ack(1, MSEC(100));
	for (int i = 0; i < 30; i++)
		round_trip(MSEC(100));
	without = cc;
	cc.ops->on_loss(&cc, cc.cwnd, now);
	cc.cwnd = cc.ssthresh;
	cc.ops->undo(&cc);
	CHECK_EQ(cc.cwnd, without.cwnd);
	CHECK_EQ(cc.ssthresh, without.ssthresh);
	round_trip(MSEC(100));
	with = cc;
	cc = without;
	now -= MSEC(100);
	round_trip(MSEC(100));
	CHECK(near(with.cwnd, cc.cwnd, 0.001));
}

/* 5.8 */
TEST(cc_cubic, time_without_a_full_window_does_not_count)
{
	uint32_t before;

	lose_at(1000);
	ack(1, MSEC(100));
	for (int i = 0; i < 85; i++)
		round_trip(MSEC(100));
	before = cc.cwnd;
	now += SEC(60);                                   /* the curve would be 50,000 above */
	round_trip(MSEC(100));
	CHECK(cc.cwnd < before + 3 * MSS);
}

TEST(cc_cubic, no_more_than_half_a_window_is_added_in_a_round_trip)
{
	lose_at(10);
	for (int i = 0; i < 200; i++) {
		uint32_t before = cc.cwnd;

		round_trip(SEC(1));
		CHECK(cc.cwnd <= before + before / 2 + before / 4);
		if (cc.cwnd > 100000 * MSS)
			return;
	}
	CHECK(false);
}

TEST(cc_cubic, extremes_do_not_overflow)
{
	for (uint32_t mss = 48; mss < 65536; mss = mss * 3) {
		cc_init(&cc, &cc_cubic, mss);
		now = SEC(1);
		cc.cwnd = 2000000000;
		cc.ops->on_loss(&cc, cc.cwnd, now);
		cc.cwnd = 2 * mss;
		cc.ssthresh = 2 * mss;
		for (int i = 0; i < 1000; i++) {
			uint32_t before = cc.cwnd;

			now += SEC(10);
			ack(cc.cwnd, SEC(10));
			CHECK(cc.cwnd >= before);
			if (cc.cwnd > 1u << 30)
				break;
		}
		CHECK(cc.cwnd > 1u << 30);
	}
}

/* Segments in a window on average, if of so many segments one is lost. */
static double window_with_one_lost_of(uint32_t every, ns_t rtt, unsigned warm, unsigned losses)
{
	double sent = 0, rounds = 0;

	lose_at(100);
	for (unsigned i = 0; i < warm + losses; i++) {
		for (uint32_t n = every, w; n > 0; n -= w < n ? w : n) {
			w = cc.cwnd / MSS;
			round_trip(rtt);
			sent += i < warm ? 0 : w;
			rounds += i >= warm;
		}
		cc.ops->on_loss(&cc, cc.cwnd, now);
		cc.cwnd = cc.ssthresh;
	}
	return sent / rounds;
}

/* RFC 9438 5.1: Equation 5, and AVG_AIMD(1, 0.5) where Reno has more.  From
 * below the curve comes to it slowly: it is flat there. */
TEST(cc_cubic, over_many_losses_it_meets_its_response_function)
{
	double reno = sqrt(3 / (2 * 1e-4)), curve = 1.0538 * pow(0.1 / 1e-4, 0.75);
	double is = window_with_one_lost_of(10000, MSEC(20), 20, 20);

	CHECK(fabs(is / reno - 1) < 0.02);
	is = window_with_one_lost_of(10000, MSEC(100), 800, 20);
	CHECK(fabs(is / curve - 1) < 0.04);
}
