// SPDX-License-Identifier: GPL-3.0-or-later
/* Streams between two hosts of a lab, over links that are good and bad. */
#include <stdio.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/show.h"
#include "stack/socket.h"
#include "tests/unit/test.h"

#define STEP MSEC(1)                      /* how often both programs look at their socket */

/* One connection, h1 to h2: what h1 sends is a pattern that h2 checks. */
static struct exchange {
	struct lab *lab;
	struct sock *listener, *client, *server;
	size_t total, sent, got;
	bool wrong, closed;
	struct sk_mem *mem;               /* all is sent from there, or NULL ... */
	unsigned busy;                    /* ... and so many sends are not over yet */
} run;

static uint8_t pattern(size_t i) { return (uint8_t)(i * 2654435761u >> 13); }

static struct stack *h(int i) { return node_stack(lab_node(run.lab, (size_t)i)); }

static void begin(const char *link, size_t total)
{
	static const struct endpoint any = { { .family = ADDR_IP4 }, 80 };
	struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), 80 };
	struct buf y = { 0 }, errs = { 0 };
	struct topo *t;

	buf_printf(&y, "nodes: {h1: {kind: host}, h2: {kind: host}}\n"
		   "links: [{endpoints: [h1, h2], ipv4: 10.0.0.0/24%s}]\n", link);
	t = topo_parse("t.yaml", y.s, y.len, &errs);
	REQUIRE(t != NULL);
	run = (struct exchange){ .lab = lab_new(t, NULL), .total = total };
	buf_free(&y);
	REQUIRE(sk_open(h(1), ADDR_IP4, SK_STREAM, 0, &run.listener) == OK);
	REQUIRE(sk_bind(run.listener, &any) == OK);
	REQUIRE(sk_listen(run.listener, 1) == OK);
	REQUIRE(sk_open(h(0), ADDR_IP4, SK_STREAM, 0, &run.client) == OK);
	CHECK_EQ(sk_connect(run.client, &to), ERR_INPROGRESS);
}

#define WRITE 5000

/* The same memory again and again, as soon as it is free. */
static ssize_t send_lent(size_t n)
{
	struct sk_msg m = { .mem = run.mem, .n = n, .flags = SK_ZEROCOPY };
	struct sk_err e;
	ssize_t took;

	while (sk_recverr(run.client, &e))
		run.busy -= e.data2 - e.info + 1;
	if (run.busy)
		return ERR_AGAIN;
	m.buf = sk_mem_bytes(run.mem);
	for (size_t i = 0; i < n; i++)
		sk_mem_bytes(run.mem)[i] = pattern(run.sent + i);
	took = sk_sendmsg(run.client, &m);
	run.busy = took > 0;
	return took;
}

static void client_step(void)
{
	uint8_t buf[WRITE];
	size_t n = run.total - run.sent;
	ssize_t took = 0;

	(void)h(0);
	while (run.sent < run.total) {
		n = run.total - run.sent < sizeof(buf) ? run.total - run.sent : sizeof(buf);
		for (size_t i = 0; i < n; i++)
			buf[i] = pattern(run.sent + i);
		took = run.mem ? send_lent(n) : sk_send(run.client, buf, n, NULL);
		if (took <= 0)
			break;
		run.sent += (size_t)took;
	}
	if (run.sent == run.total && !run.closed && (sk_ready(run.client) & SK_OUT))
		run.closed = sk_shutdown(run.client, SK_SHUT_WR) == OK;
}

/* True once the peer's FIN was read. */
static bool server_step(void)
{
	uint8_t buf[8000];
	ssize_t n;

	(void)h(1);
	if (!run.server && sk_accept(run.listener, &run.server) != OK)
		return false;
	while ((n = sk_recv(run.server, buf, sizeof(buf), NULL)) > 0)
		for (ssize_t i = 0; i < n; i++)
			run.wrong |= buf[i] != pattern(run.got++);
	return n == 0;
}

/* Everything arrives, in order, within so much lab time; then both close. */
static void check_transfer(ns_t within)
{
	bool done = false;

	while (!done && lab_now(run.lab) < within) {
		lab_run_until(run.lab, lab_now(run.lab) + STEP);
		client_step();
		done = server_step();
	}
	CHECK(done);
	CHECK(!run.wrong);
	CHECK_EQ(run.got, run.total);
	(void)h(1);
	sk_close(run.server);
	sk_close(run.listener);
	lab_run_until(run.lab, lab_now(run.lab) + SEC(1));
	(void)h(0);
	CHECK_EQ(sk_recv(run.client, &(char){ 0 }, 1, NULL), 0);
	sk_close(run.client);
	lab_run_until(run.lab, lab_now(run.lab) + SEC(200));
	CHECK(lab_is_quiet(run.lab));
	lab_free(run.lab);
}

TEST(transfer, a_good_link_loses_nothing_and_nothing_is_sent_again)
{
	begin("", 1000000);
	check_transfer(SEC(1));
}

TEST(transfer, one_byte_is_a_stream)
{
	begin("", 1);
	check_transfer(SEC(1));
}

TEST(transfer, an_empty_stream_ends)
{
	begin("", 0);
	check_transfer(SEC(1));
}

TEST(transfer, a_tenth_lost_arrives_whole)
{
	begin(", loss: 10%", 300000);
	check_transfer(SEC(300));
}

TEST(transfer, lost_corrupt_duplicate_and_overtaking_segments_arrive_whole)
{
	begin(", jitter: 500us, loss: 5%, corrupt: 5%, duplicate: 10%, reorder: 10%", 300000);
	check_transfer(SEC(300));
}

TEST(transfer, a_small_mtu_makes_small_segments)
{
	begin(", mtu: 576", 50000);
	check_transfer(SEC(5));
}

TEST(transfer, from_memory_that_is_written_again_with_each_fault_arrives_whole)
{
	begin(", delay: 2ms, loss: 5%, corrupt: 5%, duplicate: 20%, reorder: 20%", 500000);
	run.mem = sk_mem_new(WRITE);
	REQUIRE(run.mem != NULL);
	CHECK_EQ(sk_setopt(run.client, SKO_ZEROCOPY, 1), OK);
	check_transfer(SEC(2000));
	sk_mem_put(run.mem);
}

TEST(transfer, a_fifth_lost_arrives_whole)
{
	begin(", loss: 20%", 1000000);
	check_transfer(SEC(2000));
}

TEST(transfer, a_tenth_of_each_fault_arrives_whole)
{
	begin(", delay: 5ms, loss: 10%, corrupt: 10%, duplicate: 10%, reorder: 10%", 1000000);
	check_transfer(SEC(2000));
}

/* The second from 0.1 s on is dark. */
static void check_blackout(size_t total)
{
	struct link *l;

	begin(", rate: 10mbit, delay: 10ms", total);
	l = lab_link(run.lab, 0);
	while (lab_now(run.lab) < MSEC(100)) {
		lab_run_until(run.lab, lab_now(run.lab) + STEP);
		client_step();
		(void)server_step();
	}
	CHECK(run.got > 0 && run.got < total);
	CHECK_EQ(link_set_up(l, false), OK);
	lab_run_until(run.lab, lab_now(run.lab) + SEC(1));
	CHECK_EQ(link_set_up(l, true), OK);
	check_transfer(SEC(20));
}

TEST(transfer, a_second_of_darkness_is_survived)
{
	check_blackout(1000000);
}
