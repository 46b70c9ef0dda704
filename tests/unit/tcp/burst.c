// SPDX-License-Identifier: GPL-3.0-or-later
/* Frames of one instant, on a link without a rate: one ACK, one call of the
 * watch; and everything as without. */
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "stack/pkt.h"
#include "stack/show.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/util/hash.h"
#include "stack/util/rng.h"
#include "tests/unit/capture/fixture.h"
#include "tests/unit/sim/capfile.h"

#define SEGMENTS 8
#define SEGMENT 1448u

struct user {
	struct sk_watch watch;
	unsigned told;
	size_t got;
	bool close;                       /* at the first word */
	struct lab *lab;
	uint64_t when;                    /* it was told, and of how much, in one number */
};

static void told(struct sk_watch *w, uint32_t ev)
{
	struct user *u = container_of(w, struct user, watch);
	static uint8_t buf[65536];
	ssize_t n;

	if (!(ev & SK_IN))
		return;
	u->told++;
	while ((n = sk_recv(w->sk, buf, sizeof(buf), NULL)) > 0)
		u->got += (size_t)n;
	if (u->lab)
		u->when = u->when * 31 + (uint64_t)lab_now(u->lab) + u->got;
	if (u->close) {
		struct sock *sk = w->sk;

		sk_unwatch(w);
		sk_close(sk);
	}
}

struct trial {
	struct lab *lab;
	struct sock *listener, *client, *server;
	struct user user;
};

static struct stack *enter(struct trial *t, const char *name)
{
	return node_stack(rig_node(t->lab, name));
}

static struct trial trial_new(const char *link, bool gro)
{
	static const struct endpoint any = { { .family = ADDR_IP4 }, 80 };
	const struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), 80 };
	struct trial t = { .user.watch.ready = told };
	struct stack *a, *b;

	t.lab = rig_lab(link);
	b = enter(&t, "b");
	REQUIRE(stack_set_option(b, OPT_GRO, gro) == OK);
	REQUIRE(sk_open(b, ADDR_IP4, SK_STREAM, 0, &t.listener) == OK);
	REQUIRE(sk_bind(t.listener, &any) == OK && sk_listen(t.listener, 1) == OK);
	a = enter(&t, "a");
	REQUIRE(sk_open(a, ADDR_IP4, SK_STREAM, 0, &t.client) == OK);
	CHECK_EQ(sk_connect(t.client, &to), ERR_INPROGRESS);
	lab_run_until(t.lab, SEC(1));
	(void)enter(&t, "b");
	REQUIRE(sk_accept(t.listener, &t.server) == OK);
	return t;
}

/* Of all segments that b has sent. */
static uint32_t acks_of(struct trial *t)
{
	return (uint32_t)show_stat(enter(t, "b"), ST_TCP_OUT_SEGS);
}

static void write_all(struct trial *t, size_t n)
{
	static const uint8_t zero[SEGMENTS * SEGMENT];

	(void)enter(t, "a");
	CHECK_EQ(sk_send(t->client, zero, n, NULL), n);
	lab_run_until(t->lab, lab_now(t->lab) + SEC(1));
}

static void trial_end(struct trial *t)
{
	sk_unwatch(&t->user.watch);
	lab_free(t->lab);
}

TEST(burst, frames_of_one_instant_are_acknowledged_and_told_of_once)
{
	struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), true);
	uint32_t before = acks_of(&t);

	sk_watch(t.server, &t.user.watch);
	write_all(&t, SEGMENTS * SEGMENT);
	CHECK_EQ(t.user.told, 1);
	CHECK_EQ(t.user.got, SEGMENTS * SEGMENT);
	CHECK_EQ(acks_of(&t) - before, 1);
	trial_end(&t);
}

TEST(burst, without_gro_each_frame_counts)
{
	struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), false);
	uint32_t before = acks_of(&t);

	sk_watch(t.server, &t.user.watch);
	write_all(&t, SEGMENTS * SEGMENT);
	CHECK_EQ(t.user.told, SEGMENTS);
	CHECK_EQ(acks_of(&t) - before, SEGMENTS);       /* quick ACKs */
	trial_end(&t);
}

TEST(burst, frames_of_a_link_with_a_rate_come_one_by_one)
{
	struct trial t = trial_new(RIG_PAIR("rate: 1gbit, delay: 1ms"), true);

	sk_watch(t.server, &t.user.watch);
	write_all(&t, SEGMENTS * SEGMENT);
	CHECK_EQ(t.user.told, SEGMENTS);
	trial_end(&t);
}

TEST(burst, a_user_may_close_when_told)
{
	struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), true);

	t.user.close = true;
	sk_watch(t.server, &t.user.watch);
	write_all(&t, SEGMENTS * SEGMENT);
	CHECK_EQ(t.user.told, 1);
	CHECK_EQ(t.user.got, SEGMENTS * SEGMENT);
	trial_end(&t);
}

/* Two connections in one burst: the first's user closes the second. */
TEST(burst, a_user_may_close_the_other_connection_of_the_burst)
{
	struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), true);
	const struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), 80 };
	struct user second = { .watch.ready = told, .close = true };
	struct sock *sk, *other;

	REQUIRE(sk_open(enter(&t, "a"), ADDR_IP4, SK_STREAM, 0, &sk) == OK);
	CHECK_EQ(sk_connect(sk, &to), ERR_INPROGRESS);
	lab_run_until(t.lab, lab_now(t.lab) + SEC(1));
	(void)enter(&t, "b");
	REQUIRE(sk_accept(t.listener, &other) == OK);
	t.user.close = true;
	sk_watch(t.server, &t.user.watch);
	sk_watch(other, &second.watch);
	(void)enter(&t, "a");
	for (int i = 0; i < 4; i++) {             /* one after the other, in one burst */
		CHECK_EQ(sk_send(t.client, "x", 1, NULL), 1);
		CHECK_EQ(sk_send(sk, "y", 1, NULL), 1);
	}
	lab_run_until(t.lab, lab_now(t.lab) + SEC(1));
	CHECK_EQ(t.user.told, 1);
	CHECK_EQ(second.told, 1);
	trial_end(&t);
}

/* --- in one list or one by one ----------------------------------------------------------- */

/* Frames that nobody watches leave and arrive as a list; with a capture each is seen. */
static void transfer(struct trial *t)
{
	static const char *const delays[] = { "delay 2ms", "delay 500us", "delay 0us", "delay 1ms" };
	static const uint8_t zero[40 * SEGMENT];

	t->user.lab = t->lab;
	sk_watch(t->server, &t->user.watch);
	for (unsigned i = 0; i < 40; i++) {
		size_t n = i % 3 ? sizeof(zero) : 5 * SEGMENT + 7 * i;

		(void)enter(t, "a");
		(void)sk_send(t->client, zero, n, NULL);
		lab_run_until(t->lab, lab_now(t->lab) + USEC(700));
		CHECK_STR(rig_set(t->lab, 0, delays[i % N_ELEM(delays)]), "");
	}
	lab_run_until(t->lab, lab_now(t->lab) + SEC(1));
}

static void same_end(struct trial *t, struct trial *u, const char *end)
{
	struct link_end_info a = rig_info(t->lab, end), b = rig_info(u->lab, end);

	CHECK_EQ(a.tx_packets, b.tx_packets);
	CHECK_EQ(a.tx_bytes, b.tx_bytes);
	CHECK_EQ(a.delivered_packets, b.delivered_packets);
	CHECK_EQ(a.delivered_bytes, b.delivered_bytes);
	CHECK_EQ(a.in_flight, 0);
	CHECK_EQ(b.in_flight, 0);
	CHECK_EQ(memcmp(&a.dev->stats, &b.dev->stats, sizeof(a.dev->stats)), 0);
}

static void same_outcome(struct trial *t, struct trial *u)
{
	same_end(t, u, "a:eth0");
	same_end(t, u, "b:eth0");
	for (unsigned i = 0; i < ST_N; i++) {
		CHECK_EQ(show_stat(enter(t, "a"), i), show_stat(enter(u, "a"), i));
		CHECK_EQ(show_stat(enter(t, "b"), i), show_stat(enter(u, "b"), i));
	}
	CHECK(t->user.got > 20 * 40 * SEGMENT / 2);
	CHECK_EQ(t->user.got, u->user.got);
	CHECK_EQ(t->user.told, u->user.told);
	CHECK_EQ(t->user.when, u->user.when);
}

static void watched_or_not(const char *link, const char *which)
{
	struct trial t = trial_new(link, true), u = trial_new(link, true);
	struct scratch file = scratch_new(".pcapng");
	int id = capfile_start(u.lab, which, file.path, NULL);
	struct capfile f;

	transfer(&t);
	transfer(&u);
	f = capfile_stop(u.lab, id, file.path);
	CHECK(f.n > 400);
	same_outcome(&t, &u);
	capfile_free(&f);
	trial_end(&t);
	trial_end(&u);
	scratch_free(&file);
}

TEST(burst, frames_that_are_watched_fare_as_those_that_are_not)
{
	watched_or_not(RIG_PAIR("rate: 0, delay: 1ms"), "all");
	watched_or_not(RIG_PAIR("rate: 0, delay: 1ms"), "a");
	watched_or_not(RIG_PAIR("rate: 0, delay: 1ms"), "b");
	watched_or_not(RIG_PAIR("rate: 10gbit, delay: 1ms"), "all");
}

TEST(burst, a_list_on_the_wire_is_cut_whole)
{
	struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), true);
	static const uint8_t zero[SEGMENTS * SEGMENT];
	struct link_end_info e;

	(void)enter(&t, "a");
	CHECK_EQ(sk_send(t.client, zero, sizeof(zero), NULL), sizeof(zero));
	CHECK_EQ(rig_info(t.lab, "a:eth0").in_flight, SEGMENTS);
	CHECK_EQ(link_set_up(lab_link(t.lab, 0), false), OK);
	e = rig_info(t.lab, "a:eth0");
	CHECK_EQ(e.in_flight, 0);
	CHECK_EQ(e.drops[DROP_LINK_CUT], SEGMENTS);
	trial_end(&t);
}

/* --- long writes, read in any pieces ------------------------------------------------------- */

static uint8_t byte_at(uint64_t at) { return (uint8_t)(hash_u64(at / 3) >> at % 3 * 8); }

struct pieces {
	struct sk_watch watch;
	struct rng rng;
	uint64_t at;                      /* so much was read, ... */
	unsigned wrong;                   /* ... and so often not what was written */
};

static void look(struct pieces *p, const uint8_t *b, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++)
		p->wrong += b[i] != byte_at(p->at + (uint64_t)i);
}

static void read_pieces(struct sk_watch *w, uint32_t ev)
{
	struct pieces *p = container_of(w, struct pieces, watch);
	static uint8_t buf[70000];
	ssize_t n = 1;

	while ((ev & SK_IN) && n > 0) {
		size_t want = 1 + rng_below(&p->rng, rng_below(&p->rng, 4) ? 5000 : sizeof(buf) - 1);
		struct sk_msg m = { .buf = buf, .n = want, .flags = SK_PEEK };

		if (rng_below(&p->rng, 3) == 0)
			look(p, buf, sk_recvmsg(w->sk, &m));
		n = sk_recv(w->sk, buf, want, NULL);
		look(p, buf, n);
		p->at += n > 0 ? (uint64_t)n : 0;
	}
}

static void written_and_read(const char *words, bool checksums, const size_t *writes, unsigned n)
{
	struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), true);
	struct pieces p = { .watch.ready = read_pieces };
	uint8_t *buf = malloc(200000);
	uint64_t at = 0;

	REQUIRE(buf != NULL);
	rng_init(&p.rng, 1, "pieces");
	CHECK_STR(rig_set(t.lab, 0, words), "");
	CHECK_EQ(stack_set_option(enter(&t, "b"), OPT_TCP_CHECKSUMS, checksums), OK);
	sk_watch(t.server, &p.watch);
	CHECK_EQ(stack_set_option(enter(&t, "a"), OPT_TCP_CHECKSUMS, checksums), OK);
	for (unsigned i = 0; i < 60; i++) {
		size_t len = writes[i % n];
		ssize_t put;

		for (size_t k = 0; k < len; k++)
			buf[k] = byte_at(at + k);
		(void)enter(&t, "a");
		put = sk_send(t.client, buf, len, NULL);
		at += put > 0 ? (uint64_t)put : 0;
		lab_run_until(t.lab, lab_now(t.lab) + MSEC(3));
	}
	lab_run_until(t.lab, lab_now(t.lab) + SEC(60));
	CHECK(at > 1000000);
	CHECK_EQ(p.at, at);
	CHECK_EQ(p.wrong, 0);
	sk_unwatch(&p.watch);
	free(buf);
	trial_end(&t);
}

TEST(burst, long_writes_are_read_in_any_pieces)
{
	static const size_t long_ones[] = { 200000, 16384, 1, 11 * SEGMENT, 90001, 8 * SEGMENT };
	static const size_t odd[] = { 100001, 333, 50000, 12 * SEGMENT - 1 };

	for (int checksums = 0; checksums < 2; checksums++) {
		written_and_read("delay 1ms", checksums, long_ones, 6);
		written_and_read("delay 1ms", checksums, odd, 4);
		written_and_read("loss 3%", checksums, long_ones, 6);
	}
}

/* The segments of a long write have one block in common, as far as there is one. */
TEST(burst, a_long_write_takes_few_blocks)
{
	struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), true);
	static const uint8_t zero[22 * SEGMENT];
	struct pkt_pool_stats before, after;

	pkt_pool_stats(t.lab->pool, &before);
	(void)enter(&t, "a");
	CHECK_EQ(sk_send(t.client, zero, sizeof(zero), NULL), sizeof(zero));
	pkt_pool_stats(t.lab->pool, &after);
	CHECK_EQ(after.blks - before.blks, 2);
	lab_run_until(t.lab, lab_now(t.lab) + SEC(1));
	trial_end(&t);
}

TEST(burst, without_memory_a_long_write_is_a_short_one)
{
	for (unsigned n = 0; n < 40; n++) {
		struct trial t = trial_new(RIG_PAIR("rate: 0, delay: 1ms"), true);
		static const uint8_t zero[30 * SEGMENT];
		ssize_t put;

		(void)enter(&t, "a");
		pkt_pool_fail_after(t.lab->pool, n);
		put = sk_send(t.client, zero, sizeof(zero), NULL);
		pkt_pool_fail_after(t.lab->pool, UINT64_MAX);
		CHECK(put == ERR_NOBUFS || put > 0);
		put = put > 0 ? put : 0;
		sk_watch(t.server, &t.user.watch);
		lab_run_until(t.lab, lab_now(t.lab) + SEC(5));
		CHECK_EQ(t.user.got, put);        /* what waits for a packet goes, too */
		trial_end(&t);
	}
}
