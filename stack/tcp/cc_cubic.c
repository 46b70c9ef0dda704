// SPDX-License-Identifier: MIT
/*
 * CUBIC (RFC 9438) in integers, with the RFC's names: windows in bytes, the
 * curve's time in units of 2^-10 s.  HyStart++ ends the first slow start.
 *
 *	W_cubic(t) = C (t - K)^3 + W_max      (Figure 1, in segments and seconds)
 *
 * Deviation from 4.6, as Linux: reductions are of cwnd, not of the flight size,
 * for cwnd grows only while it is used.
 */
#include "stack/tcp/hystart.h"
#include "stack/util/cc.h"

#define UNITS_PER_SEC 1024
#define C_1024 410                        /* C = 0.4 */
#define BETA_1024 717                     /* beta_cubic = 0.7 */
/* alpha_cubic = 3 (1 - beta) / (1 + beta) = 9/17: 4.3 */
#define ALPHA_NUM 9
#define ALPHA_DEN 17
/* |t - K| in units at most: its cube times C fits 63 bits, and is 6.7 million
 * segments. */
#define T_MAX (1u << 18)

/* What undo brings back (4.9). */
struct curve {
	ns_t epoch_at;                    /* t_epoch; NS_NEVER: avoidance has not begun */
	uint32_t w_max, k;                /* bytes; units */
	uint32_t w_est;                   /* 4.3: what Reno would have */
	uint32_t cwnd_prior;              /* before the last reduction; from there alpha is 1 */
};

struct cubic {
	struct curve now, prior;
	union {
		struct hystart hs;        /* in the first slow start */
		struct {                  /* in avoidance, from epoch_begin() on */
			ns_t acked_at;    /* the last ACK that counted */
			uint64_t grown;   /* what is less than a byte yet, of cwnd and w_est */
			uint64_t est_grown;
		};
	};
};

_Static_assert(sizeof(struct cubic) <= sizeof(((struct tcp_cc *)0)->priv), "priv is too small");

static struct cubic *cubic(struct tcp_cc *cc)
{
	return (struct cubic *)(void *)cc->priv;
}

/* --- the curve ---------------------------------------------------------------------- */

/* The largest integer whose cube is not above v, bit by bit. */
static uint32_t cube_root(uint64_t v)
{
	uint64_t r = 0;

	for (int shift = 63; shift >= 0; shift -= 3) {
		uint64_t above;

		r *= 2;
		above = 3 * r * (r + 1) + 1;      /* (r + 1)^3 - r^3 */
		if (v >> shift >= above) {
			v -= above << shift;
			r++;
		}
	}
	return (uint32_t)r;
}

/* 4.2, Figure 2: seconds until the curve is back at W_max, `less` bytes above. */
static uint32_t k_of(uint32_t less, uint32_t mss)
{
	/* K^3 = less / (mss C) s^3: times 2^30 in units^3. */
	uint64_t segs = ((uint64_t)less << 30) / mss;
	const uint64_t most = UINT64_C(1) << 53;

	return cube_root((segs < most ? segs : most) * 1024 / C_1024);
}

static uint32_t units(ns_t d)
{
	uint64_t u = (uint64_t)(d > 0 ? d : 0) / 1000 * UNITS_PER_SEC / 1000000;

	return u < 2 * T_MAX ? (uint32_t)u : 2 * T_MAX;
}

static uint32_t w_cubic(const struct cubic *c, uint32_t mss, ns_t t)
{
	uint32_t at = units(t), k = c->now.k;
	uint64_t d = at < k ? k - at : at - k, off;

	if (d > T_MAX)
		d = T_MAX;
	off = (d * d * d * C_1024 >> 20) * mss >> 20;     /* 2^-30 of the units, 2^-10 of C */
	if (at < k)
		return off < c->now.w_max ? c->now.w_max - (uint32_t)off : 0;
	off += c->now.w_max;
	return off < INT32_MAX ? (uint32_t)off : INT32_MAX;
}

/* --- congestion avoidance --------------------------------------------------------------- */

static void epoch_begin(struct cubic *c, const struct tcp_cc *cc, ns_t now)
{
	c->now.epoch_at = now;
	c->now.w_est = cc->cwnd;                  /* 4.3 */
	c->grown = c->est_grown = 0;
	if (cc->cwnd < c->now.w_max) {
		c->now.k = k_of(c->now.w_max - cc->cwnd, cc->mss);
	} else {                                  /* 4.8, 4.10: the curve begins here */
		c->now.k = 0;
		c->now.w_max = cc->cwnd;
	}
}

/* 5.8: while nothing filled the window, the curve's time stands still. */
static void skip_idle(struct cubic *c, const struct cc_ack *a)
{
	ns_t gap = a->now - c->acked_at;

	if (a->srtt && gap > 2 * a->srtt)
		c->now.epoch_at += gap - a->srtt;
}

/* 4.3: W_est grows by alpha segments a window. */
static void grow_est(struct cubic *c, const struct tcp_cc *cc, uint32_t acked)
{
	bool caught_up = c->now.w_est >= c->now.cwnd_prior;
	uint64_t whole = (uint64_t)cc->cwnd * ALPHA_DEN;

	c->est_grown += (uint64_t)acked * cc->mss * (caught_up ? ALPHA_DEN : ALPHA_NUM);
	c->now.w_est += (uint32_t)(c->est_grown / whole);
	c->est_grown %= whole;
}

/* 4.4, 4.5: towards where the curve will be in a round trip, but no more than
 * half a window a round trip. */
static void grow_towards(struct cubic *c, struct tcp_cc *cc, uint32_t target, uint32_t acked)
{
	uint32_t most = cc->cwnd + cc->cwnd / 2;

	if (target > most)
		target = most;
	if (target <= cc->cwnd)
		return;
	c->grown += (uint64_t)(target - cc->cwnd) * acked;
	target = (uint32_t)(c->grown / cc->cwnd);
	c->grown %= cc->cwnd;
	cc->cwnd += target;
}

static void avoid(struct cubic *c, struct tcp_cc *cc, const struct cc_ack *a, uint32_t acked)
{
	ns_t t;

	if (c->now.epoch_at == NS_NEVER)
		epoch_begin(c, cc, a->now);
	else
		skip_idle(c, a);
	c->acked_at = a->now;
	t = a->now - c->now.epoch_at;
	grow_est(c, cc, acked);
	if (w_cubic(c, cc->mss, t) < c->now.w_est) {
		if (cc->cwnd < c->now.w_est)
			cc->cwnd = c->now.w_est;
	} else {
		grow_towards(c, cc, w_cubic(c, cc->mss, t + a->srtt), acked);
	}
}

static void cubic_ack(struct tcp_cc *cc, const struct cc_ack *a)
{
	struct cubic *c = cubic(cc);
	uint32_t left = a->acked;
	bool over = false;

	if (cc_in_slow_start(cc) && cc->ssthresh == CC_INFINITE) {
		uint32_t grow = hystart_ack(&c->hs, a, &over);

		cc->cwnd += grow < INT32_MAX - cc->cwnd ? grow : 0;
		if (over)
			cc->ssthresh = cc->cwnd;
		return;
	}
	left = cc_slow_start(cc, left);
	if (left)
		avoid(c, cc, a, left);
}

/* --- the rest ----------------------------------------------------------------------- */

static void cubic_init(struct tcp_cc *cc)
{
	struct cubic *c = cubic(cc);

	*c = (struct cubic){ .now.epoch_at = NS_NEVER, .prior.epoch_at = NS_NEVER };
	hystart_init(&c->hs);
}

/* 4.6; 4.7: a flow that loses before it was back gives room to others. */
static void cubic_loss(struct tcp_cc *cc, uint32_t in_flight, ns_t now)
{
	struct cubic *c = cubic(cc);
	bool fell_short = cc->cwnd < c->now.w_max;

	(void)in_flight, (void)now;
	c->prior = c->now;
	c->now.w_max = !fell_short ? cc->cwnd :
		       (uint32_t)((uint64_t)cc->cwnd * (1024 + BETA_1024) / 2048);
	c->now.cwnd_prior = cc->cwnd;
	c->now.epoch_at = NS_NEVER;
	cc_reduce(cc, (uint32_t)((uint64_t)cc->cwnd * BETA_1024 / 1024));
}

/* 4.8: the curve begins anew where slow start ends. */
static void cubic_rto(struct tcp_cc *cc, uint32_t in_flight, ns_t now)
{
	cubic_loss(cc, in_flight, now);
	cubic(cc)->now.w_max = 0;
	cc->cwnd = cc->mss;
}

static void cubic_undo(struct tcp_cc *cc)
{
	struct cubic *c = cubic(cc);

	c->now = c->prior;
	cc_undo(cc);
	if (cc->ssthresh == CC_INFINITE)
		hystart_init(&c->hs);
}

const struct tcp_cc_ops cc_cubic = {
	.name = "cubic", .init = cubic_init, .on_ack = cubic_ack, .on_loss = cubic_loss,
	.on_rto = cubic_rto, .undo = cubic_undo,
};
