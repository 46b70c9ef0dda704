// SPDX-License-Identifier: MIT
#include "stack/tcp/hystart.h"

/* RFC 9406 4.3. */
#define MIN_RTT_THRESH MSEC(4)
#define MAX_RTT_THRESH MSEC(16)
#define MIN_RTT_DIVISOR 8
#define N_RTT_SAMPLE 8
#define CSS_GROWTH_DIVISOR 4
#define CSS_ROUNDS 5

void hystart_init(struct hystart *h)
{
	*h = (struct hystart){ .last_min = NS_NEVER, .now_min = NS_NEVER, .css_base = NS_NEVER };
}

static void round_begin(struct hystart *h, seq_t nxt)
{
	h->window_end = nxt;
	h->last_min = h->now_min;
	h->now_min = NS_NEVER;
	h->samples = 0;
	h->on = true;
}

/* RttThresh: an eighth of the last round's, within bounds. */
static ns_t threshold(const struct hystart *h)
{
	ns_t t = h->last_min / MIN_RTT_DIVISOR;

	return t < MIN_RTT_THRESH ? MIN_RTT_THRESH : t > MAX_RTT_THRESH ? MAX_RTT_THRESH : t;
}

static void sample(struct hystart *h, ns_t rtt)
{
	if (!rtt)
		return;
	if (rtt < h->now_min)
		h->now_min = rtt;
	if (h->samples < UINT8_MAX)
		h->samples++;
}

/* 4.2: into Conservative Slow Start, and out again if it was a mistake. */
static void judge(struct hystart *h)
{
	if (h->samples < N_RTT_SAMPLE)
		return;
	if (h->css) {
		if (h->now_min < h->css_base) {
			h->css = false;
			h->css_base = NS_NEVER;
		}
	} else if (h->last_min != NS_NEVER && h->now_min >= h->last_min + threshold(h)) {
		h->css = true;
		h->css_base = h->now_min;
		h->css_rounds = 0;
	}
}

uint32_t hystart_ack(struct hystart *h, const struct cc_ack *a, bool *done)
{
	uint32_t grow;

	sample(h, a->rtt);
	judge(h);
	grow = h->css ? a->acked / CSS_GROWTH_DIVISOR : a->acked;
	*done = false;
	if (!h->on || seq_le(h->window_end, a->una)) {
		if (h->css && ++h->css_rounds >= CSS_ROUNDS)
			*done = true;
		round_begin(h, a->nxt);
	}
	return grow;
}
