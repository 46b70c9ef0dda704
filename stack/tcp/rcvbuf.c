// SPDX-License-Identifier: MIT
/*
 * The receive buffer and the window that is offered of it (RFC 9293 3.8.6): as in
 * Linux 6.18, where SO_RCVBUF is memory, of which data is a part.
 *
 * That part is half at first (rcv_ratio of 256), and then what the longest segment so far
 * is of its memory.  The window begins as the SYN's and follows rcv_ssthresh, which grows
 * by two segments with each that is long for its memory, to window_clamp.  It is never
 * taken back (SHLD-14): what was promised and has no room costs more memory than
 * SO_RCVBUF, which grows if the user did not set it; else what waits is copied into full
 * pages, then what is out of order is given up, and then what comes is.
 *
 * A burst of frames is what its segments are one by one.  Memory is charged as it is for
 * a device that copies, whatever the link.
 *
 * OPT_TCP_SYN_WINDOW: SO_RCVBUF counts bytes, each twice, and all that is free is offered.
 * What is out of order costs more there: ooo.c.
 */
#include "stack/tcp/rcvbuf.h"

#include <limits.h>

#include "stack/tcp/ooo.h"

#define RATIO_FIRST 128
#define CLAMP_MIN 1152                    /* Linux: SOCK_MIN_RCVBUF / 2 */

static uint32_t rcvbuf(const struct tcp_conn *tc) { return (uint32_t)tc->sk.opt[SKO_RCVBUF]; }

static bool bytes_only(const struct tcp_conn *tc) { return !tc->rcv_before; }

/* What the buffer holds when nothing waits (tcp_full_space()). */
static uint32_t full_space(const struct tcp_conn *tc)
{
	return (uint32_t)tcp_win_of(tc, rcvbuf(tc));
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Data of our full segments, as we count the peer's. */
static uint32_t advmss(const struct tcp_conn *tc)
{
	return tc->adv_mss > TCP_TS_SPACE && tc->ts_ok ? tc->adv_mss - TCP_TS_SPACE : tc->adv_mss;
}

/* --- how it begins ------------------------------------------------------------------ */

/* For a SYN, as Linux has it, what whole segments of ours fill: 64240 of 65536 bytes. */
static uint32_t space_of_syn(const struct tcp_conn *tc)
{
	uint32_t room = full_space(tc), clamp = (uint32_t)sock_opt(&tc->sk, SKO_WINDOW_CLAMP);
	/* who opens does not know of timestamps yet */
	uint32_t seg = tc->passive ? advmss(tc) : tc->adv_mss;

	if (clamp && clamp < room)
		room = clamp;
	if (!bytes_only(tc) && room > seg)
		room -= room % seg;
	return least(room, UINT16_MAX);
}

void tcp_rcvbuf_begin(struct tcp_conn *tc)
{
	tc->rcv_before = tcp_stack(tc)->opt[OPT_TCP_SYN_WINDOW] ? 0 : TCP_BUF_BEFORE + TCP_HLEN;
	tc->rcv_ratio = RATIO_FIRST;
	tc->window_clamp = tc->rcv_ssthresh = UINT32_MAX;
}

/* A segment's worth of the buffer is kept back (tcp_init_buffer_space()). */
void tcp_rcvbuf_agreed(struct tcp_conn *tc)
{
	uint32_t full = full_space(tc), seg = advmss(tc), syn = space_of_syn(tc);
	uint32_t clamp = (uint32_t)sock_opt(&tc->sk, SKO_WINDOW_CLAMP);

	if (!clamp || clamp > full)
		clamp = full;
	if (!bytes_only(tc) && clamp > 2 * seg && clamp + seg > full)
		clamp = full - seg > 2 * seg ? full - seg : 2 * seg;
	if (!bytes_only(tc) && tc->ts_ok)
		tc->rcv_before = TCP_BUF_BEFORE + TCP_HLEN_TS;
	tc->window_clamp = bytes_only(tc) && clamp == full ? UINT32_MAX : clamp;
	tc->rcv_ssthresh = bytes_only(tc) ? tc->window_clamp : least(syn, clamp);
	tc->drs_space = least(least(syn, clamp), CC_INITIAL_SEGS * seg);
}

uint32_t tcp_rcvbuf_ssthresh(const struct tcp_conn *tc)
{
	if (tc->state == TCP_SYN_SENT)
		return space_of_syn(tc);
	return tc->rcv_ssthresh == UINT32_MAX ? full_space(tc) : tc->rcv_ssthresh;
}

/* --- what the peer's segments tell -------------------------------------------------- */

/* For so many bytes, with all that is before them. */
static uint32_t buf_of(uint32_t n)
{
	uint32_t more = n > TCP_BUF_PAGE_ROOM ? n - TCP_BUF_PAGE_ROOM : 0;

	if (n <= TCP_BUF_SMALL_ROOM)
		return TCP_BUF_SKB + TCP_BUF_SMALL;
	if (!more)
		return TCP_BUF_SKB + (1u << (32 - __builtin_clz(n + TCP_BUF_PARTS - 1)));
	return TCP_BUF_SKB + TCP_BUF_PAGE + (more + TCP_BUF_PAGE - 1) / TCP_BUF_PAGE * TCP_BUF_PAGE;
}

/* What is longer than a page has no room behind it; no more has what counts as its bytes. */
void tcp_rcvbuf_charge_any(struct tcp_conn *tc, struct pkt *p)
{
	uint32_t n = tc->rcv_before + pkt_len(p);

	p->mem = tc->rcv_before ? buf_of(n) : 2 * pkt_len(p);
	p->used = n > TCP_BUF_PAGE_ROOM || !tc->rcv_before ? p->mem : n;
	tc->rcv_mem += p->mem;
}

void tcp_rcvbuf_clamp(struct tcp_conn *tc, uint32_t most)
{
	uint32_t wnd = (uint32_t)seq_diff(tc->rcv_adv, tc->rcv_wup);      /* when it was said */

	most = most < CLAMP_MIN ? CLAMP_MIN : most;
	if (most > tc->window_clamp && least(wnd, most) > tc->rcv_ssthresh)
		tc->rcv_ssthresh = least(wnd, most);
	tc->window_clamp = most;
	tc->rcv_ssthresh = least(tc->rcv_ssthresh, most);
}

/* As Linux's tcp_set_rcvlowat(). */
int tcp_rcvbuf_lowat(const struct tcp_conn *tc, int bytes)
{
	int64_t most = tc->rcvbuf_fixed ? rcvbuf(tc) : tcp_stack(tc)->opt[OPT_TCP_RMEM_MAX];

	return bytes < most / 2 ? bytes : (int)(most / 2);
}

void tcp_rcvbuf_lowat_set(struct tcp_conn *tc, uint32_t bytes)
{
	uint64_t want = ((uint64_t)bytes << 8) / (tc->rcv_ratio ? tc->rcv_ratio : RATIO_FIRST);

	if (tc->rcvbuf_fixed || want <= rcvbuf(tc))
		return;
	tc->sk.opt[SKO_RCVBUF] = want < INT_MAX ? (int)want : INT_MAX;
	if (!bytes_only(tc))
		tc->window_clamp = bytes;
}

/* tcp_measure_rcv_mss() */
void tcp_rcvbuf_measure(struct tcp_conn *tc, uint32_t len)
{
	uint32_t ratio = (len << 8) / buf_of(tc->rcv_before + len);
	/* longer than we take: several in one */
	uint32_t seg = len <= tc->adv_mss ? least(len, advmss(tc)) : tc->snd_mss;
	uint16_t was = tc->rcv_mss;

	ratio = ratio ? ratio : 1;
	tc->rcv_mss = (uint16_t)seg;
	if (seg == was || bytes_only(tc) || ratio == tc->rcv_ratio)
		return;
	tc->rcv_ratio = (uint8_t)ratio;
	tcp_rcvbuf_clamp(tc, full_space(tc));
	tc->drs_space = least(tc->drs_space, tc->window_clamp);
}

/* A segment that costs more than its part of the memory: two of the peer's, while the
 * window is small beside what the buffer may become (__tcp_grow_window()). */
static uint32_t grow_less(const struct tcp_conn *tc, uint32_t len, uint32_t win)
{
	int64_t most = tcp_win_of(tc, tcp_stack(tc)->opt[OPT_TCP_RMEM_MAX]) / 2;

	for (win /= 2; tc->rcv_ssthresh <= most; win /= 2, most /= 2)
		if (win <= len)
			return 2 * (uint32_t)tc->rcv_mss;
	return 0;
}

/* tcp_grow_window() */
void tcp_rcvbuf_grow(struct tcp_conn *tc, uint32_t len, uint32_t room)
{
	uint32_t win = (uint32_t)tcp_win_of(tc, buf_of(tc->rcv_before + len));
	uint32_t more = win <= len ? 2 * advmss(tc) : grow_less(tc, len, win);

	if (!more)
		return;
	more = more < 2 * len ? 2 * len : more;
	tc->rcv_ssthresh += least(more, room - tc->rcv_ssthresh);
	tc->quick_acks |= 1;                      /* the peer hears of it */
}

/* --- the window --------------------------------------------------------------------- */

/* With a field that has no scale, whole segments of the peer's (3.8.6.2.2). */
static uint32_t whole_segments(const struct tcp_conn *tc, uint32_t room, uint32_t full,
			       uint32_t seg)
{
	uint32_t was = (uint32_t)seq_diff(tc->rcv_adv, tc->rcv_wup);

	if (was + seg <= room || was > room)
		return room - room % seg;
	return seg == full && room > was + full / 2 ? room : was;
}

/* What there is to offer, whatever was promised (__tcp_select_window()). */
static uint32_t offer_any(const struct tcp_conn *tc)
{
	uint32_t unit = 1u << tc->rcv_wscale, all = full_space(tc), room, full, seg;
	int64_t space = tcp_rcv_space(tc);

	full = least(all, tc->window_clamp);
	seg = least(tc->rcv_mss, full);
	room = space > 0 ? (uint32_t)space : 0;
	if (room < full / 2) {
		room &= ~(unit - 1);
		if (room < all / 16 || room < seg)
			return 0;
	}
	room = least(room, tc->rcv_ssthresh);
	return unit > 1 || !seg ? room : whole_segments(tc, room, full, seg);
}

/* Mostly more than half is free. */
static hot_inline uint32_t offer(const struct tcp_conn *tc)
{
	int64_t space = tcp_rcv_space(tc);

	if (unlikely(space < tc->window_clamp / 2 || !tc->rcv_wscale))
		return offer_any(tc);
	return space < tc->rcv_ssthresh ? (uint32_t)space : tc->rcv_ssthresh;
}

/* Never less than was promised; of that, or of what is free, the field has no room for the
 * last bits: then a little more is offered. */
uint32_t tcp_window(struct tcp_conn *tc)
{
	bool open = tc->state >= TCP_ESTABLISHED || tc->fo_child;
	uint32_t wnd = likely(open) ? offer(tc) : space_of_syn(tc), promised = tcp_rcv_wnd(tc);
	uint32_t bits = likely(open) ? (1u << tc->rcv_wscale) - 1 : 0;

	wnd = ((wnd < promised ? promised : wnd) + bits) & ~bits;
	tc->rcv_adv = seq_add(tc->rcv_nxt, wnd);
	return wnd;
}

/* Twice what there was, as Linux has it, is worth a segment of its own; not after
 * the peer's FIN. */
static bool offers_twice(const struct tcp_conn *tc)
{
	uint32_t now = tcp_rcv_wnd(tc), then;

	if (likely(now > tc->window_clamp / 2) ||
	    tc->state < TCP_ESTABLISHED || tc->state > TCP_FIN_WAIT_2 ||
	    !tc->ato_us)                          /* what a SYN brought is no reason */
		return false;
	then = offer(tc);
	return then && then >= 2 * now;
}

/* --- how large it is ---------------------------------------------------------------- */

static bool may_grow(const struct tcp_conn *tc)
{
	return !tc->rcvbuf_fixed && tcp_stack(tc)->opt[OPT_TCP_MODERATE];
}

/* The buffer that such a window wants, unless somebody set its size. */
static void buffer_grow(struct tcp_conn *tc, uint64_t wnd)
{
	uint64_t want = (wnd << 8) / tc->rcv_ratio;
	uint64_t max = (uint64_t)tcp_stack(tc)->opt[OPT_TCP_RMEM_MAX];

	want = want < max ? want : max;
	if (!may_grow(tc) || want <= rcvbuf(tc))
		return;
	tc->sk.opt[SKO_RCVBUF] = (int)want;
	if (!bytes_only(tc))
		tc->window_clamp = full_space(tc);
}

void tcp_rcvbuf_gap(struct tcp_conn *tc, seq_t end)
{
	if (!tc->listener && !tc->orphan)
		buffer_grow(tc, 2 * (uint64_t)tc->drs_space +
				(uint32_t)seq_diff(end, tc->rcv_nxt));
}

/* Dynamic right-sizing, as Linux has it (tcp_rcv_space_adjust()): the buffer is twice what
 * the user reads in a round trip, with room for a sender whose window still grows.  A user
 * who does not keep up needs no more. */
static void right_size(struct tcp_conn *tc, uint32_t got)
{
	ns_t round = tc->srtt > MSEC(1) ? tc->srtt : MSEC(1);

	tc->drs_read += got;
	if (tcp_now(tc) - tc->drs_at < round || tc->rcvq_bytes)
		return;
	if (tc->drs_read > tc->drs_space) {
		uint64_t want = 2 * (uint64_t)tc->drs_read;

		want += 2 * (want * (tc->drs_read - tc->drs_space) / tc->drs_space);
		buffer_grow(tc, want);
		tc->drs_space = tc->drs_read;
	}
	tc->drs_read = 0;
	tc->drs_at = tcp_now(tc);
}

void tcp_read_some(struct tcp_conn *tc, uint32_t got)
{
	right_size(tc, got);
	if (offers_twice(tc) || tcp_read_acks(tc))
		tcp_send_ack(tc);
}

/* --- when it is full ---------------------------------------------------------------- */

/* Linux takes memory by pages for its sockets, and looks at the limit only then. */
static bool has_page(const struct tcp_conn *tc, uint32_t mem)
{
	uint32_t taken = (tc->rcv_mem + TCP_BUF_PAGE - 1) & ~(TCP_BUF_PAGE - 1u);

	return mem <= taken - tc->rcv_mem;
}

/* tcp_clamp_window() */
static void buffer_stretch(struct tcp_conn *tc)
{
	uint32_t max = (uint32_t)tcp_stack(tc)->opt[OPT_TCP_RMEM_MAX];

	tc->quick_acks = 0;
	if (bytes_only(tc))
		return;
	if (!tc->rcvbuf_fixed && rcvbuf(tc) < max)
		tc->sk.opt[SKO_RCVBUF] = (int)least(tc->rcv_mem, max);
	if (!tcp_rcvbuf_ample(tc))
		tc->rcv_ssthresh = least(tc->window_clamp, 2 * advmss(tc));
}

/* The first buffer from which on there is more memory than data is to have. */
static struct pkt *first_loose(const struct tcp_conn *tc)
{
	struct pkt *first = tc->rcvq.head;
	uint32_t bytes = 0;

	for (struct pkt *p = first; p; p = p->next) {
		bytes += pkt_len(p);
		if (!p->mem)
			continue;
		if (tcp_win_of(tc, p->mem) > bytes)
			return first;
		first = p->next;
		bytes = 0;
	}
	return NULL;
}

/* What waits for the user is copied into buffers of full pages (tcp_collapse()). */
static void collapse(struct tcp_conn *tc)
{
	const uint32_t full = TCP_BUF_PAGE - TCP_BUF_PARTS;
	struct pkt *p = bytes_only(tc) ? NULL : first_loose(tc);
	uint32_t bytes = 0;

	for (; p; p = p->next) {
		bytes += pkt_len(p);
		tc->rcv_mem -= p->mem;
		p->mem = 0;
		if (p->next && bytes + pkt_len(p->next) <= full)
			continue;
		p->mem = buf_of(bytes);
		p->used = p->mem;                 /* nothing is added */
		tc->rcv_mem += p->mem;
		bytes = 0;
	}
}

/* tcp_prune_queue() */
static bool make_room(struct tcp_conn *tc, seq_t at)
{
	buffer_stretch(tc);
	if (!tcp_rcvbuf_ample(tc))
		collapse(tc);
	if (!tcp_rcvbuf_ample(tc))
		tcp_ooo_prune(tc, at);
	return tcp_rcvbuf_ample(tc);
}

bool tcp_rcvbuf_room(struct tcp_conn *tc, seq_t at, uint32_t len)
{
	return likely(tcp_rcvbuf_ample(tc)) || has_page(tc, buf_of(tc->rcv_before + len)) ||
	       make_room(tc, at);
}
