// SPDX-License-Identifier: GPL-3.0-or-later
/* Data of a burst joins what came just before: with the same outcome as alone. */
#include "stack/core/core.h"
#include "stack/util/rng.h"
#include "tests/unit/tcp/fixture.h"

#define BURSTS 1500
#define MOST 12                           /* segments of a burst */

/* Hosts alike; `alone` looks at each segment in full, `row` has them as one list. */
static struct peer *joined, *alone, *row;

static void all_new(enum peer_kind kind)
{
	joined = peer_new(kind);
	alone = peer_new(kind);
	row = peer_new(kind);
	peer_accept(joined);
	peer_accept(alone);
	peer_accept(row);
}

static void all_free(void)
{
	peer_free(joined);
	peer_free(alone);
	peer_free(row);
}

static void all_say(const struct peer_say *s)
{
	peer_say(joined, s);
	alone->st->tcp->like_len = 0;
	peer_say(alone, s);
	peer_say(row, s);                         /* until net_row_end() */
}

static void all_begin(void)
{
	stack_burst_begin(joined->st);
	stack_burst_begin(alone->st);
	stack_burst_begin(row->st);
	net_row_begin(row->dev);
}

/* How many of the row were no more than the next data. */
static unsigned all_end(void)
{
	unsigned n = net_row_end(row->dev);

	stack_burst_end(joined->st);
	stack_burst_end(alone->st);
	stack_burst_end(row->st);
	return n;
}

/* The next of a burst, now and then with something that is not expected. */
static struct peer_say some(struct rng *r, uint32_t next, bool odd)
{
	struct peer_say s = { .flags = TCP_ACK, .seq = next, .ack = 1, .len = 1 + rng_below(r, 1448) };

	if (rng_below(r, 4) == 0)
		s.flags |= TCP_PSH;
	if (!odd)
		return s;
	switch (rng_below(r, 11)) {
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
	case 10: s.bad_ip_sum = true; break;
	}
	return s;
}

static void same_heard(const struct peer_heard *a, const struct peer_heard *b)
{
	CHECK_EQ(memcmp(&a->h, &b->h, sizeof(a->h)), 0);
	CHECK_EQ(a->o.n_sack, b->o.n_sack);
	CHECK_EQ(a->ip.id, b->ip.id);
}

static void same_sent(void)
{
	CHECK_EQ(peer_waiting(joined), peer_waiting(alone));
	CHECK_EQ(peer_waiting(row), peer_waiting(alone));
	while (peer_next(joined) && peer_next(row) && peer_next(alone)) {
		same_heard(&joined->got, &alone->got);
		same_heard(&row->got, &alone->got);
	}
}

static void same_state(const struct peer *t, const struct peer *u)
{
	const struct tcp_conn *a = tcp_conn(t->sk), *b = tcp_conn(u->sk);

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
	CHECK_EQ(a->rcvq_bytes, b->rcvq_bytes);
	CHECK_EQ(a->ack_now, b->ack_now);
	CHECK_EQ(memcmp(&t->dev->stats, &u->dev->stats, sizeof(t->dev->stats)), 0);
	for (unsigned i = 0; i < ST_N; i++)
		CHECK_EQ(t->st->stat[i], u->st->stat[i]);
	for (unsigned i = 0; i < DROP_N; i++)
		CHECK_EQ(t->st->drop[i], u->st->drop[i]);
}

static void same_data(void)
{
	static uint8_t a[70000], b[70000], c[70000];
	ssize_t n = sk_recv(joined->sk, a, sizeof(a), NULL);

	CHECK_EQ(sk_recv(alone->sk, b, sizeof(b), NULL), n);
	CHECK_EQ(sk_recv(row->sk, c, sizeof(c), NULL), n);
	CHECK(n <= 0 || (memcmp(a, b, (size_t)n) == 0 && memcmp(a, c, (size_t)n) == 0));
}

/* What a burst finds and leaves is the same, whatever it is of. */
static void bursts(enum peer_kind kind)
{
	struct rng r;
	unsigned joins = 0, rows = 0;

	rng_init(&r, 7, "bursts");
	all_new(kind);
	for (unsigned i = 0; i < BURSTS; i++) {
		uint32_t next = (uint32_t)seq_diff(tcp_conn(joined->sk)->rcv_nxt, joined->iss);
		unsigned n = 1 + rng_below(&r, MOST), odd = rng_below(&r, 2 * MOST);

		all_begin();
		for (unsigned k = 0; k < n; k++) {
			struct peer_say s = some(&r, next, k == odd);

			all_say(&s);
			joins += joined->st->tcp->like_len > 0;
			if (k != odd)
				next += s.len;
		}
		rows += all_end();
		same_state(joined, alone);
		same_state(row, alone);
		same_sent();
		same_data();
		peer_wait(joined, MSEC(1 + i % 60));
		peer_wait(alone, MSEC(1 + i % 60));
		peer_wait(row, MSEC(1 + i % 60));
		same_sent();
	}
	CHECK(joins > BURSTS);
	CHECK(rows > BURSTS);
	all_free();
}

TEST(predict, a_burst_with_timestamps_ends_as_its_segments_alone) { bursts(PEER_FULL); }
TEST(predict, a_burst_without_options_ends_as_its_segments_alone) { bursts(PEER_PLAIN); }
TEST(predict, a_burst_with_sack_ends_as_its_segments_alone) { bursts(PEER_SACK); }

static void more_than_fits(bool in_row)
{
	struct peer *t = peer_new(PEER_PLAIN);
	const struct tcp_conn *tc;
	uint32_t at = 1, room;

	peer_accept(t);
	tc = tcp_conn(t->sk);
	room = tcp_rcv_wnd(tc);
	stack_burst_begin(t->st);
	if (in_row)
		net_row_begin(t->dev);
	for (; at <= room; at += 1400)            /* the last is too long */
		SAY(t, .flags = TCP_ACK, .seq = at, .ack = 1, .len = 1400);
	CHECK(!in_row || net_row_end(t->dev) > 10);
	stack_burst_end(t->st);
	CHECK_EQ(tc->rcvq_bytes, room / 1400 * 1400);
	CHECK(at - 1 > room);
	peer_free(t);
}

TEST(predict, what_does_not_fit_the_window_is_not_joined)
{
	more_than_fits(false);
	more_than_fits(true);
}
