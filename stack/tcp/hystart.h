/* SPDX-License-Identifier: MIT */
#ifndef STACK_TCP_HYSTART_H
#define STACK_TCP_HYSTART_H
/*
 * HyStart++ (RFC 9406): slow start ends when round trips grow, before there
 * is loss.  It then goes on at a quarter of the pace for some rounds
 * (Conservative Slow Start), in case the delay was of something else.
 *
 * Not limited to 8 segments an ACK (L of 4.3): an ACK of many counts whole, as
 * in Linux.
 */
#include "stack/tcp/cc.h"

struct hystart {
	ns_t last_min, now_min;           /* lastRoundMinRTT, currentRoundMinRTT; NS_NEVER: none */
	ns_t css_base;                    /* cssBaselineMinRtt */
	seq_t window_end;
	uint8_t samples;                  /* rttSampleCount */
	uint8_t css_rounds;
	bool css;
	bool on;                          /* a round has begun */
};

void hystart_init(struct hystart *h);
/* An ACK in the first slow start: what cwnd grows by.  *done: slow start is
 * over, ssthresh becomes cwnd. */
uint32_t hystart_ack(struct hystart *h, const struct cc_ack *a, bool *done);

#endif
