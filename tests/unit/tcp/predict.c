// SPDX-License-Identifier: GPL-3.0-or-later
/* Data of a burst joins what came just before: with the same outcome as alone. */
#include "stack/core/core.h"
#include "stack/util/rng.h"
#include "tests/unit/tcp/fixture.h"

#define BURSTS 1500
#define MOST 12                           /* segments of a burst */

/* Two hosts alike; `alone` looks at each segment in full. */
static struct peer *joined, *alone;

static void both_new(enum peer_kind kind)
{
	joined = peer_new(kind);
	alone = peer_new(kind);
	peer_accept(joined);
	peer_accept(alone);
}

static void both_say(const struct peer_say *s)
{
	peer_say(joined, s);
	alone->st->tcp->like_len = 0;
	peer_say(alone, s);
}

/* The next of a burst, now and then with something that is not expected. */
static struct peer_say some(struct rng *r, uint32_t next, bool odd)
{
	struct peer_say s = { .flags = TCP_ACK, .seq = next, .ack = 1, .len = 1 + rng_below(r, 1448) };

	if (rng_below(r, 4) == 0)
		s.flags |= TCP_PSH;
	if (!odd)
		return s;
	switch (rng_below(r, 10)) {
	case 0: s.seq += 1 + rng_below(r, 3000); break;   /* one is missing */
	case 1: s.seq -= rng_below(r, 3000); break;       /* twice */
	case 2: s.len = 0; break;
	case 3: s.wnd = (uint16_t)rng_u32(r); break;
	case 4: s.ack += rng_below(r, 3); break;          /* of what was never sent */
	case 5: s.bad_sum = true; break;
	case 6: s.no_ts = true; break;
	case 7: s.tsval = 1; break;                       /* an old duplicate */
	case 8: s.tos = 3; break;
	case 9: s.ttl = 1 + (uint8_t)rng_below(r, 200); break;
	}
	return s;
}

static void same_sent(void)
{
	CHECK_EQ(peer_waiting(joined), peer_waiting(alone));
	while (peer_next(joined) && peer_next(alone)) {
		CHECK_EQ(memcmp(&joined->got.h, &alone->got.h, sizeof(joined->got.h)), 0);
		CHECK_EQ(joined->got.o.n_sack, alone->got.o.n_sack);
		CHECK_EQ(joined->got.ip.id, alone->got.ip.id);
	}
}

static void same_state(void)
{
	const struct tcp_conn *a = tcp_conn(joined->sk), *b = tcp_conn(alone->sk);

	CHECK_EQ(a->rcv_nxt.v, b->rcv_nxt.v);
	CHECK_EQ(a->rcv_adv.v, b->rcv_adv.v);
	CHECK_EQ(a->snd_wl1.v, b->snd_wl1.v);
	CHECK_EQ(a->snd_wl2.v, b->snd_wl2.v);
	CHECK_EQ(a->snd_wnd, b->snd_wnd);
	CHECK_EQ(a->rcv_mss, b->rcv_mss);
	CHECK_EQ(a->ato_us, b->ato_us);
	CHECK_EQ(a->pushed, b->pushed);
	CHECK_EQ(a->ts_recent, b->ts_recent);
	CHECK_EQ(a->heard_at, b->heard_at);
	CHECK_EQ(a->data_at, b->data_at);
	CHECK_EQ(a->delack_at, b->delack_at);
	CHECK_EQ(a->segs_in, b->segs_in);
	CHECK_EQ(a->data_segs_in, b->data_segs_in);
	CHECK_EQ(a->bytes_received, b->bytes_received);
	for (unsigned i = 0; i < ST_N; i++)
		CHECK_EQ(joined->st->stat[i], alone->st->stat[i]);
	for (unsigned i = 0; i < DROP_N; i++)
		CHECK_EQ(joined->st->drop[i], alone->st->drop[i]);
}

static void same_data(void)
{
	static uint8_t a[70000], b[70000];
	ssize_t n = sk_recv(joined->sk, a, sizeof(a), NULL);

	CHECK_EQ(sk_recv(alone->sk, b, sizeof(b), NULL), n);
	CHECK(n <= 0 || memcmp(a, b, (size_t)n) == 0);
}

/* What a burst finds and leaves is the same, whatever it is of. */
static void bursts(enum peer_kind kind)
{
	struct rng r;
	unsigned joins = 0;

	rng_init(&r, 7, "bursts");
	both_new(kind);
	for (unsigned i = 0; i < BURSTS; i++) {
		uint32_t next = (uint32_t)seq_diff(tcp_conn(joined->sk)->rcv_nxt, joined->iss);
		unsigned n = 1 + rng_below(&r, MOST), odd = rng_below(&r, 2 * MOST);

		stack_burst_begin(joined->st);
		stack_burst_begin(alone->st);
		for (unsigned k = 0; k < n; k++) {
			struct peer_say s = some(&r, next, k == odd);

			both_say(&s);
			joins += joined->st->tcp->like_len > 0;
			if (k != odd)
				next += s.len;
		}
		stack_burst_end(joined->st);
		stack_burst_end(alone->st);
		same_state();
		same_sent();
		same_data();
		peer_wait(joined, MSEC(1 + i % 60));
		peer_wait(alone, MSEC(1 + i % 60));
		same_sent();
	}
	CHECK(joins > BURSTS);
	peer_free(joined);
	peer_free(alone);
}

TEST(predict, a_burst_with_timestamps_ends_as_its_segments_alone) { bursts(PEER_FULL); }
TEST(predict, a_burst_without_options_ends_as_its_segments_alone) { bursts(PEER_PLAIN); }
TEST(predict, a_burst_with_sack_ends_as_its_segments_alone) { bursts(PEER_SACK); }

TEST(predict, what_does_not_fit_the_window_is_not_joined)
{
	struct peer *t = peer_new(PEER_PLAIN);
	uint32_t at = 1;

	peer_accept(t);
	stack_burst_begin(t->st);
	while (tcp_rcv_wnd(tcp_conn(t->sk)) >= 1460) {
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1460);
		at += 1460;
	}
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1460);
	stack_burst_end(t->st);
	CHECK(tcp_conn(t->sk)->rcvq_bytes < at - 1 + 1460);
	CHECK_EQ(tcp_rcv_wnd(tcp_conn(t->sk)), 0);
	peer_free(t);
}
