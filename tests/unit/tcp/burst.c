// SPDX-License-Identifier: GPL-3.0-or-later
/* Frames of one instant, on a link without a rate: one ACK, one call of the
 * watch; and everything as without. */
#include "sim/lab.h"
#include "stack/show.h"
#include "stack/socket.h"
#include "stack/stack.h"
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
