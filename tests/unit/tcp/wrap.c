// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Numbers that come round: sequence numbers and timestamps pass 2^31 and 2^32
 * in the middle of a stream, both ways at once, with loss.  Initial numbers
 * are of the clock: whoever waits for the right instant gets the one he wants.
 */
#include <string.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/socket.h"
#include "stack/tcp/conn.h"
#include "tests/unit/test.h"
#include "tests/unit/tcp/fixture.h"

#define TOTAL 1000000                     /* bytes, each way */
#define PORT 1000

static struct end { struct sock *sk; size_t sent, got; } ends[2];

static uint8_t pattern(size_t i, int from) { return (uint8_t)((i + (size_t)from) * 2654435761u >> 13); }

/* One writes what fits and reads what there is; true: what it read is right. */
static bool step(int i)
{
	struct end *e = &ends[i];
	uint8_t b[4000];
	bool right = true;
	ssize_t n;

	do {
		n = TOTAL - (ssize_t)e->sent < 4000 ? TOTAL - (ssize_t)e->sent : 4000;
		for (ssize_t k = 0; k < n; k++)
			b[k] = pattern(e->sent + (size_t)k, i);
		n = n ? sk_send(e->sk, b, (size_t)n, NULL) : 0;
		e->sent += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	while ((n = sk_recv(e->sk, b, sizeof(b), NULL)) > 0)
		for (ssize_t k = 0; k < n; k++)
			right &= b[k] == pattern(e->got++, !i);
	return right;
}

static struct lab *two_hosts(void)
{
	static const char text[] =
		"nodes: {h1: {kind: host}, h2: {kind: host}}\n"
		"links: [{endpoints: [h1, h2], ipv4: 10.0.0.0/24, rate: 20mbit, delay: 2ms,"
		" loss: 3%, reorder: 3%}]\n";
	struct buf errs = { 0 };
	struct topo *t = topo_parse("t.yaml", text, strlen(text), &errs);

	REQUIRE(t != NULL);
	return lab_new(t, NULL);
}

static struct stack *host(struct lab *lab, int i) { return node_stack(lab_node(lab, (size_t)i)); }

/* The connection of host i as it will be: for the numbers that it gets now. */
static struct tcp_conn to_be(struct lab *lab, int i)
{
	const ip4_t a[] = { IP4(10, 0, 0, 1), IP4(10, 0, 0, 2) };
	const uint16_t port[] = { PORT, 80 };

	REQUIRE(tcp_table(host(lab, i)) != NULL);
	return (struct tcp_conn){ .sk = { .st = host(lab, i), .local = a[i], .lport = port[i],
					  .peer = a[!i], .pport = port[!i] } };
}

static void join(struct lab *lab, struct sock **listener)
{
	const struct endpoint any = { { .family = ADDR_IP4 }, 80 };
	const struct endpoint me = { { .family = ADDR_IP4 }, PORT };
	const struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), 80 };

	memset(ends, 0, sizeof(ends));
	REQUIRE(sk_open(host(lab, 1), ADDR_IP4, SK_STREAM, 0, listener) == OK);
	REQUIRE(sk_bind(*listener, &any) == OK && sk_listen(*listener, 1) == OK);
	REQUIRE(sk_open(host(lab, 0), ADDR_IP4, SK_STREAM, 0, &ends[0].sk) == OK);
	REQUIRE(sk_bind(ends[0].sk, &me) == OK);
	REQUIRE(sk_connect(ends[0].sk, &to) == ERR_INPROGRESS);
}

/* Everything passes, and both leave. */
static void exchange(struct lab *lab)
{
	ns_t end = lab_now(lab) + SEC(200);
	struct sock *listener;
	bool right = true;

	join(lab, &listener);
	while ((ends[0].got < TOTAL || ends[1].got < TOTAL) && lab_now(lab) < end && right) {
		lab_run_until(lab, lab_now(lab) + MSEC(1));
		right &= step(0);
		if (ends[1].sk || sk_accept(listener, &ends[1].sk) == OK)
			right &= step(1);
	}
	CHECK(right);
	CHECK_EQ(ends[0].got, TOTAL);
	CHECK_EQ(ends[1].got, TOTAL);
	sk_close(ends[0].sk);
	sk_close(ends[1].sk);
	sk_close(listener);
	lab_run_until(lab, lab_now(lab) + SEC(300));
	CHECK(lab_is_quiet(lab));
	lab_free(lab);
}

static void check_seq(int i, uint32_t at)
{
	struct lab *lab = two_hosts();
	struct tcp_conn tc = to_be(lab, i);
	uint32_t begin;

	/* 64 ns a number; two milliseconds of it are the way of the SYN. */
	begin = at - TOTAL / 2 - tcp_first(&tc).isn.v;
	lab_run_until(lab, lab_now(lab) + (ns_t)begin * 64);
	(void)host(lab, i);                       /* it knows the time */
	CHECK((uint32_t)(at - tcp_first(&tc).isn.v) <= TOTAL / 2);
	exchange(lab);
}

TEST(wrap, sequence_numbers_of_the_one_who_opens) { check_seq(0, 0); }
TEST(wrap, sequence_numbers_of_the_one_who_listens) { check_seq(1, 0); }
TEST(wrap, sequence_numbers_at_half_way) { check_seq(0, 0x80000000); }
TEST(wrap, sequence_numbers_at_half_way_of_the_other) { check_seq(1, 0x80000000); }

static void check_ts(int i, uint32_t at)
{
	struct lab *lab = two_hosts();
	struct tcp_conn tc = to_be(lab, i);
	uint32_t now;

	tc.ts_offset = tcp_first(&tc).ts;
	now = tcp_ts_now(&tc);
	lab_run_until(lab, lab_now(lab) + MSEC(1) * (ns_t)(uint32_t)(at - 300 - now));
	(void)host(lab, i);
	CHECK_EQ((uint32_t)(at - tcp_ts_now(&tc)), 300);
	exchange(lab);                            /* takes more than 300 ms at this rate */
}

TEST(wrap, timestamps_of_the_one_who_opens) { check_ts(0, 0); }
TEST(wrap, timestamps_of_the_one_who_listens) { check_ts(1, 0); }
TEST(wrap, timestamps_at_half_way) { check_ts(0, 0x80000000); }
TEST(wrap, timestamps_at_half_way_of_the_other) { check_ts(1, 0x80000000); }

/* RFC 7323 5.5: after 24 days of silence the last timestamp says nothing. */
TEST(wrap, timestamps_after_a_month_of_silence)
{
	struct peer *t = peer_new(PEER_FULL);

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 10);
	peer_skip(t);
	peer_wait(t, SEC(23 * 86400));            /* its clock has not come half round */
	SAY(t, .flags = TCP_ACK, .seq = 11, .ack = 1, .len = 10);
	CHECK_EQ(peer_read(t, 100), 20);
	peer_wait(t, SEC(30 * 86400));            /* now it has: it seems to be behind */
	CHECK((int32_t)(t->tsval - peer_conn(t)->ts_recent) < 0);
	SAY(t, .flags = TCP_ACK, .seq = 21, .ack = 1, .len = 10);
	CHECK_EQ(peer_read(t, 100), 10);
	CHECK_EQ(peer_conn(t)->ts_recent, t->tsval);
	peer_free(t);
}

/* The peer's windows: the edge of ours, and what is out of order, on both sides
 * of the end. */
TEST(wrap, what_is_out_of_order_across_the_end)
{
	static const uint32_t isses[] = { 0xffffff00, 0x7fffff00 };

	for (size_t i = 0; i < N_ELEM(isses); i++) {
		struct peer *t = peer_new(PEER_SACK);

		t->iss = seq(isses[i]);
		peer_accept(t);
		SAY(t, .flags = TCP_ACK, .seq = 201, .ack = 1, .len = 200);       /* across */
		HEAR(t, TCP_ACK, 1, 1, 0);
		CHECK_EQ(t->got.o.sack[0].start.v, isses[i] + 201);
		CHECK_EQ(t->got.o.sack[0].end.v, isses[i] + 401);
		SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = 501, .ack = 1, .len = 10);
		HEAR(t, TCP_ACK, 1, 1, 0);
		SAY(t, .flags = TCP_ACK, .seq = 65537, .ack = 1, .len = 10);      /* beyond */
		SAY(t, .flags = TCP_ACK, .seq = 401, .ack = 1, .len = 100);
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 200);
		peer_skip(t);
		CHECK_EQ(t->got.ack, 512);
		CHECK_EQ(peer_read(t, 1000), 510);
		CHECK_EQ(peer_state(t), TCP_CLOSE_WAIT);
		peer_free(t);
	}
}
