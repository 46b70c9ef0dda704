// SPDX-License-Identifier: GPL-3.0-or-later
/* Data out of order: pieces of any length in any order make one stream, and SACK tells
 * of what there is. */
#include <stdlib.h>

#include "stack/util/rng.h"
#include "tests/unit/tcp/fixture.h"

#define TOTAL 30000u

/* What has arrived, byte by byte. */
struct oracle { bool has[TOTAL + 2]; uint32_t next; };

/* True: some of it was there. */
static bool oracle_take(struct oracle *o, uint32_t seq, uint32_t len)
{
	bool twice = false;

	for (uint32_t i = seq; i < seq + len; i++) {
		twice |= o->has[i];
		o->has[i] = true;
	}
	while (o->has[o->next])
		o->next++;
	return twice;
}

/* Exactly the bytes around `at` without a gap. */
static bool is_run_of(const struct oracle *o, uint32_t at, uint32_t start, uint32_t end)
{
	while (o->has[at - 1])
		at--;
	if (start != at)
		return false;
	while (o->has[at])
		at++;
	return end == at;
}

static uint32_t relative(const struct peer *t, seq_t s) { return (uint32_t)seq_diff(s, t->iss); }

/* RFC 2018 4: the first block is the run that has what came; before it there may be one
 * of bytes that came twice (RFC 2883). */
static void check_ack(struct peer *t, const struct oracle *o, uint32_t seq, uint32_t len,
		      bool twice)
{
	const struct tcp_opts *opts = &t->got.o;
	unsigned first = 0;

	CHECK_EQ(t->got.ack, o->next);
	if (twice && opts->n_sack) {
		const struct tcp_sack *d = &opts->sack[0];
		uint32_t start = relative(t, d->start), end = relative(t, d->end);

		CHECK(o->has[start] && o->has[end - 1]);
		first = start >= seq && end <= seq + len;
	}
	if (seq <= o->next || (twice && opts->n_sack <= first))
		return;
	REQUIRE(opts->n_sack > first);
	if (!twice)
		CHECK(is_run_of(o, seq, relative(t, opts->sack[first].start),
				relative(t, opts->sack[first].end)));
	for (unsigned i = first + 1; i < opts->n_sack; i++) {
		uint32_t start = relative(t, opts->sack[i].start);

		CHECK(start > o->next && o->has[start]);
	}
}

static void check_stream(struct peer *t)
{
	uint32_t at = 1;
	uint8_t b[4096];
	bool same = true;
	ssize_t n;

	while ((n = sk_recv(t->sk, b, sizeof(b), NULL)) > 0)
		for (ssize_t i = 0; i < n; i++)
			same &= b[i] == peer_byte(at++);
	CHECK(same);
	CHECK_EQ(at, TOTAL + 1);
}

/* Pieces begin and end on multiples of `grain`, so that with a coarse one most touch. */
static void pieces(uint64_t seed, uint32_t grain, uint32_t most)
{
	struct peer *t = peer_new(PEER_SACK);
	struct oracle *o = calloc(1, sizeof(*o));
	struct rng rng;

	REQUIRE(o != NULL);
	o->next = 1;
	rng_init(&rng, seed, "ooo");
	peer_accept(t);
	while (o->next <= TOTAL) {
		uint32_t seq = (uint32_t)rng_below(&rng, TOTAL / grain) * grain + 1;
		uint32_t len = (1 + (uint32_t)rng_below(&rng, most)) * grain;
		bool twice;

		len = seq + len > TOTAL + 1 ? TOTAL + 1 - seq : len;
		twice = oracle_take(o, seq, len);
		SAY(t, .flags = TCP_ACK, .seq = seq, .ack = 1, .len = len);
		while (peer_next(t))
			check_ack(t, o, seq, len, twice);
	}
	CHECK(peer_conn(t)->ooo == NULL);
	check_stream(t);
	CHECK_EQ(peer_conn(t)->rcv_mem, 0);
	peer_free(t);
	free(o);
}

TEST(ooo, pieces_in_any_order_are_one_stream_and_sack_tells_of_whole_runs)
{
	for (uint64_t seed = 0; seed < 4; seed++) {
		pieces(seed, 100, 1);             /* never overlap in part */
		pieces(seed, 100, 14);
		pieces(seed, 7, 200);
		pieces(seed, 1000, 1);
	}
}

TEST(ooo, what_lies_there_ends_with_the_connection)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	for (uint32_t i = 0; i < 40; i++)
		SAY(t, .flags = TCP_ACK, .seq = 60000 - 200 * i, .ack = 1, .len = 100);
	CHECK(peer_conn(t)->ooo != NULL);
	SAY(t, .flags = TCP_RST, .seq = 1);
	peer_skip(t);
	peer_free(t);                             /* leaks and pools are checked there */
}

/* by_bytes: as if SO_RCVBUF counted them alone. */
static void small_pieces(int by_bytes)
{
	struct peer *t = peer_new(PEER_SACK);
	const struct tcp_conn *tc;

	CHECK_EQ(stack_set_option(t->st, OPT_TCP_SYN_WINDOW, by_bytes), OK);
	peer_listen(t, 1);
	CHECK_EQ(sk_setopt(t->listener, SKO_RCVBUF, 131072), OK);
	peer_accept(t);
	tc = peer_conn(t);
	REQUIRE(tc != NULL);
	for (uint32_t i = 0; i < 2000; i++)
		SAY(t, .flags = TCP_ACK, .seq = 3 + 2 * ((i * 7) % 2000), .ack = 1, .len = 1);
	peer_skip(t);
	CHECK(tc->rcv_mem <= (uint32_t)tc->sk.opt[SKO_RCVBUF] + 4096);
	CHECK(tc->rcv_mem > (uint32_t)tc->sk.opt[SKO_RCVBUF] - 832);
	CHECK(t->dev->drops && t->dev->drops[DROP_TCP_RCVBUF] > 1000);
	peer_free(t);
}

/* CVE-2018-5390: tiny ones cost more than their bytes. */
TEST(ooo, many_small_pieces_fill_the_buffer_and_no_more)
{
	small_pieces(0);
	small_pieces(1);
}

TEST(ooo, what_lay_behind_a_fin_costs_nothing_more)
{
	struct peer *t = peer_new(PEER_SACK);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 2001, .ack = 1, .len = 1000);
	SAY(t, .flags = TCP_ACK, .seq = 4001, .ack = 1, .len = 1000);
	SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = 1, .ack = 1, .len = 1000);
	CHECK_EQ(peer_read(t, 2000), 1000);
	CHECK_EQ(peer_conn(t)->rcv_mem, 0);
	peer_skip(t);
	peer_free(t);
}
