// SPDX-License-Identifier: MIT
/*
 * How much may be written, and when a socket is writable: as in Linux 6.18, where data
 * lies in buffers (skb), each of which costs its bytes and TCP_BUF_COST.
 *
 * A write fills the last buffer up to its goal, whatever that costs, and begins another
 * while what is queued is below SO_SNDBUF.  A full one leaves as far as it may, a burst
 * at a time, and what is left of it is filled again: so a small SO_SNDBUF still fills a
 * large window.  Our segments know nothing of buffers.  How many there would be is
 * worked out, but only where the limit is near.
 */
#include "stack/tcp/sndbuf.h"

#define GOAL_MAX 65215                    /* Linux: 64 KiB without MAX_TCP_HEADER and one */
#define HEADERS 512                       /* of a segment in one piece of memory with its data */
#define BURST_SHIFT 10                    /* Linux: sk_pacing_shift: a burst is about 1 ms, ... */
#define BURST_RTT_LOG 9                   /* ... and more by tcp_tso_rtt_log on short paths */

static uint32_t mss_of(const struct tcp_conn *tc)
{
	return tc->snd_mss ? tc->snd_mss : TCP_MSS_DEFAULT;
}

static uint32_t cwnd_segs(const struct tcp_conn *tc)
{
	return tc->cc.mss ? tc->cc.cwnd / tc->cc.mss : 0;
}

/* Bytes of a buffer of unsent data: whole segments, at most half of the largest window
 * seen (tcp_xmit_size_goal()). */
static uint32_t buffer_goal(const struct tcp_conn *tc)
{
	uint32_t mss = mss_of(tc);
	uint32_t half = tc->max_snd_wnd > TCP_MSS_DEFAULT ? tc->max_snd_wnd / 2 : tc->max_snd_wnd;
	uint32_t goal = half < GOAL_MAX ? half : GOAL_MAX;

	return goal < mss ? mss : goal / mss * mss;
}

/* Segments of a buffer that leaves (tcp_tso_segs(), tcp_cwnd_test()). */
static uint32_t burst_segs(const struct tcp_conn *tc)
{
	uint32_t least = (uint32_t)tcp_stack(tc)->opt[OPT_TCP_MIN_TSO_SEGS];
	uint32_t most = GOAL_MAX / mss_of(tc), half = cwnd_segs(tc) / 2;
	uint64_t bytes = tc->srtt ? tcp_pace_would(tc) >> BURST_SHIFT : GOAL_MAX, n;
	ns_t rtt = tc->min_rtt / USEC(1) >> BURST_RTT_LOG;

	if (tc->min_rtt && rtt < 32)
		bytes += (GOAL_MAX + 1) >> rtt;
	n = bytes / mss_of(tc);
	n = n < least ? least : n;
	n = n < most ? n : most;
	n = n < half ? n : half;
	return n ? (uint32_t)n : 1;
}

static uint32_t pieces(uint32_t bytes, uint32_t each) { return (bytes + each - 1) / each; }

/* Linux: sk_wmem_queued.  What is out was cut into bursts, and each segment that is
 * not full had a buffer of its own. */
static uint64_t queued(const struct tcp_conn *tc)
{
	uint32_t unsent = tcp_unsent(tc), full = (tc->sendq_bytes - unsent) / mss_of(tc);
	uint32_t small = tc->n_out > full ? tc->n_out - full : 0;
	uint32_t n = small + pieces(full, burst_segs(tc)) + pieces(unsent, buffer_goal(tc));

	return tc->sendq_bytes + TCP_BUF_COST * (uint64_t)n;
}

/* SO_SNDBUF, or what it has grown to for this window (tcp_sndbuf_expand()): twice its
 * segments, each with headers in memory of a power of two. */
static uint32_t limit(const struct tcp_conn *tc)
{
	uint32_t max = (uint32_t)tc->sk.opt[SKO_SNDBUF], segs, each;
	uint64_t want, most = (uint64_t)tcp_stack(tc)->opt[OPT_TCP_WMEM_MAX];

	if (tc->sndbuf_fixed || max >= most)
		return max;
	each = 1u << (32 - __builtin_clz(mss_of(tc) + HEADERS - 1));
	segs = cwnd_segs(tc);
	segs = segs > CC_INITIAL_SEGS ? segs : CC_INITIAL_SEGS;
	want = 2 * (uint64_t)segs * (each + 256);
	want = want < most ? want : most;
	return want > max ? (uint32_t)want : max;
}

bool tcp_sndbuf_writable(const struct tcp_conn *tc)
{
	uint64_t two = 2 * (uint64_t)limit(tc);
	uint64_t bufs = (uint64_t)tc->n_out + 1 + tc->sendq_bytes / 1024;
	uint64_t most = tc->sendq_bytes + TCP_BUF_COST * bufs;
	bool few = mss_of(tc) >= 1024 && 3 * most <= two;

	/* most: with a buffer for each KiB that waits; it is seldom near. */
	return 3 * (uint64_t)tc->sendq_bytes <= two && (few || 3 * queued(tc) <= two);
}

bool tcp_sndbuf_full(const struct tcp_conn *tc) { return queued(tc) >= limit(tc); }

uint32_t tcp_unsent_room(const struct tcp_conn *tc, uint32_t lowat)
{
	uint32_t goal = buffer_goal(tc), unsent = tcp_unsent(tc), part = unsent % goal;

	return part || unsent < lowat ? goal - part : 0;
}

/* --- a write, buffer by buffer (tcp_sendmsg_locked()) --------------------------------- */

struct fill {
	uint64_t mem, max;                /* queued(), limit() */
	uint64_t room;                    /* bytes that it takes so far */
	uint32_t goal, burst;             /* bytes */
	uint32_t may_go;                  /* so much the windows let leave */
	uint32_t before, last;            /* unsent: in other buffers, in the last */
	uint32_t since, half;             /* written since all was pushed; what pushes all */
};

/* Of new data, in whole segments. */
static uint32_t may_go(const struct tcp_conn *tc)
{
	uint32_t segs = cwnd_segs(tc), out = tcp_in_flight(tc);
	int32_t wnd = seq_diff(seq_add(tc->snd_una, tc->snd_wnd), tc->snd_nxt);
	uint64_t go = segs > out ? (uint64_t)(segs - out) * mss_of(tc) : 0;

	wnd = wnd <= 0 ? 0 : wnd - wnd % (int32_t)mss_of(tc);
	return go < (uint32_t)wnd ? (uint32_t)go : (uint32_t)wnd;
}

static void fill_begin(struct fill *f, const struct tcp_conn *tc)
{
	uint32_t unsent = tcp_unsent(tc);

	*f = (struct fill){
		.mem = queued(tc), .max = limit(tc), .goal = buffer_goal(tc),
		.burst = burst_segs(tc) * mss_of(tc), .may_go = may_go(tc),
		.half = tc->max_snd_wnd / 2,
	};
	f->last = unsent % f->goal;
	if (!f->last && unsent)
		f->last = f->goal;
	f->before = unsent - f->last;
}

/* The last one takes so much more. */
static void fill_last(struct fill *f, uint32_t n)
{
	f->last += n;
	f->mem += n;
	f->room += n;
	f->since += n;
}

/* It is full.  All that may leaves after half a window, or else a burst if there is no
 * other; true: of the last some did, but not all. */
static bool fill_push(struct fill *f)
{
	uint32_t go = f->since > f->half ? f->may_go : f->before ? 0 :
		      f->burst < f->may_go ? f->burst : f->may_go;
	uint32_t of_last;

	if (f->since > f->half)
		f->since = 0;
	of_last = go > f->before ? go - f->before : 0;
	of_last = of_last < f->last ? of_last : f->last;
	f->may_go -= go - (go > f->before ? go - f->before - of_last : 0);
	f->before = go < f->before ? f->before - go : 0;
	f->last -= of_last;
	f->mem += (uint64_t)TCP_BUF_COST * (pieces(of_last, f->burst) - (of_last && !f->last));
	return of_last && f->last;
}

size_t tcp_send_room(const struct tcp_conn *tc, size_t n)
{
	struct fill f;

	fill_begin(&f, tc);
	if (f.last && f.last < f.goal)
		fill_last(&f, f.goal - f.last);
	while (f.room < n) {
		if (f.last && fill_push(&f)) {
			fill_last(&f, f.goal - f.last);
			continue;
		}
		if (f.mem >= f.max)
			break;
		f.before += f.last;
		f.last = 0;
		f.mem += TCP_BUF_COST;
		fill_last(&f, f.goal);
	}
	return f.room < n ? (size_t)f.room : n;
}

uint32_t tcp_push_every(const struct tcp_conn *tc)
{
	uint32_t goal = buffer_goal(tc);

	return (tc->max_snd_wnd / 2 / goal + 1) * goal;
}
