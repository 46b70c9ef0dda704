// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Connections that come and go, more of them than there are ports: those in
 * TIME-WAIT are used again (RFC 6191), and nothing of them stays.
 */
#include "stack/show.h"
#include "stack/stack.h"
#include "tests/lab/soak.h"
#include "tests/unit/sim/rig.h"

#define CYCLES SOAK(300000u, 20000u)
#define PORT 80

static struct cycles {
	struct lab *lab;
	struct sock *listener;
	struct sk_watch client, listening, server;
	unsigned done, failed;
	bool we_close_first;
} run;

static void client_begin(void);

/* A byte each way, and the end: the client's or the server's first. */
static void client_ready(struct sk_watch *w, uint32_t ev)
{
	struct sock *sk = w->sk;
	char c;
	ssize_t n;

	if ((ev & SK_OUT) && !(ev & SK_IN) && sk_send(sk, "x", 1, NULL) != 1)
		run.failed++;
	if (!(ev & SK_IN))
		return;
	n = sk_recv(sk, &c, 1, NULL);
	if (n == 1 && !run.we_close_first)
		n = sk_recv(sk, &c, 1, NULL);
	if (n == ERR_AGAIN)
		return;
	run.failed += n != run.we_close_first;
	sk_unwatch(w);
	sk_close(sk);
	if (++run.done < CYCLES)
		client_begin();
}

static void client_begin(void)
{
	const struct endpoint to = { addr_ip4(IP4(10, 0, 0, 2)), PORT };
	struct sock *sk;
	int err;

	if (sk_open(node_stack(lab_node(run.lab, 0)), ADDR_IP4, SK_STREAM, 0, &sk) != OK)
		return;
	err = sk_connect(sk, &to);
	if (err != ERR_INPROGRESS) {
		CHECK_EQ(err, ERR_INPROGRESS);
		sk_close(sk);
		return;
	}
	run.client = (struct sk_watch){ .ready = client_ready };
	sk_watch(sk, &run.client);
}

static void server_ready(struct sk_watch *w, uint32_t ev)
{
	struct sock *sk = w->sk;
	char c;
	ssize_t n = ev & SK_IN ? sk_recv(sk, &c, 1, NULL) : ERR_AGAIN;

	if (n == 1)
		run.failed += sk_send(sk, &c, 1, NULL) != 1;
	if (n == 0 || (n == 1 && !run.we_close_first)) {
		sk_unwatch(w);
		sk_close(sk);
	}
}

static void accepted(struct sk_watch *w, uint32_t ev)
{
	struct sock *sk;

	(void)w, (void)ev;
	while (sk_accept(run.listener, &sk) == OK) {
		run.failed += run.server.sk != NULL;
		run.server = (struct sk_watch){ .ready = server_ready };
		sk_watch(sk, &run.server);
		if (sk_ready(sk) & SK_IN)
			server_ready(&run.server, SK_IN);
	}
}

static bool all_done(void *arg)
{
	(void)arg;
	return run.done >= CYCLES || !run.client.sk;
}

static bool count(void *arg, const struct show_tcp *t)
{
	(void)t;
	++*(unsigned *)arg;
	return true;
}

static unsigned connections(size_t node)
{
	unsigned n = 0;

	show_tcps(node_stack(lab_node(run.lab, node)), count, &n);
	return n;
}

static void check_cycles(bool we_close_first)
{
	const struct endpoint at = { { .family = ADDR_IP4 }, PORT };

	run = (struct cycles){ .lab = rig_lab(RIG_PAIR("delay: 200us")),
			    .we_close_first = we_close_first };
	REQUIRE(sk_open(node_stack(lab_node(run.lab, 1)), ADDR_IP4, SK_STREAM, 0,
			&run.listener) == OK);
	REQUIRE(sk_bind(run.listener, &at) == OK && sk_listen(run.listener, 10) == OK);
	run.listening = (struct sk_watch){ .ready = accepted };
	sk_watch(run.listener, &run.listening);
	client_begin();
	(void)lab_run_while(run.lab, all_done, NULL, SEC(100000));
	CHECK_EQ(run.done, CYCLES);
	CHECK_EQ(run.failed, 0);
	SOAK_SAY("%u connections in %.0f s; %u and %u are remembered\n", run.done,
		 (double)lab_now(run.lab) / 1e9, connections(0), connections(1));
	CHECK(connections(0) + connections(1) <= 16384 + 2);  /* 49152 to 65535 */
	lab_run_until(run.lab, lab_now(run.lab) + SEC(61));
	CHECK_EQ(connections(0), 0);
	CHECK_EQ(connections(1), 1);
	(void)node_stack(lab_node(run.lab, 1));
	sk_unwatch(&run.listening);
	sk_close(run.listener);
	lab_free(run.lab);
}

TEST(tcp_cycles, more_than_there_are_ports_if_the_client_closes) { check_cycles(true); }
TEST(tcp_cycles, more_than_there_are_ports_if_the_server_closes) { check_cycles(false); }
