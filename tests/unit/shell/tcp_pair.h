/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SHELL_TCP_PAIR_H
#define TESTS_UNIT_SHELL_TCP_PAIR_H
/* The bench with a stream from h2, port 50000, to h1, port 80. */
#include "stack/socket.h"
#include "tests/unit/shell/fixture.h"
#include "tests/unit/test.h"

struct tcp_pair { struct bench b; struct sock *listener, *client, *server; };

static inline struct stack *pair_stack(struct tcp_pair *p, const char *node)
{
	return node_stack(lab_find_node(p->b.lab, node));
}

static inline void pair_open(struct tcp_pair *p)
{
	struct endpoint at = { addr_ip4(0), 80 }, from = { addr_ip4(0), 50000 };

	*p = (struct tcp_pair){ 0 };
	REQUIRE(bench_open(&p->b));
	REQUIRE(sk_open(pair_stack(p, "h1"), ADDR_IP4, SK_STREAM, 0, &p->listener) == OK);
	REQUIRE(sk_bind(p->listener, &at) == OK && sk_listen(p->listener, 5) == OK);
	REQUIRE(sk_open(pair_stack(p, "h2"), ADDR_IP4, SK_STREAM, 0, &p->client) == OK);
	REQUIRE(sk_bind(p->client, &from) == OK);
}

static inline void pair_connect(struct tcp_pair *p)
{
	struct endpoint to = { addr_ip4(IP4(10, 0, 1, 1)), 80 };

	(void)pair_stack(p, "h2");
	CHECK_EQ(sk_connect(p->client, &to), ERR_INPROGRESS);
	CHECK_EQ(bench_do(&p->b, "run 100ms"), 0);
	(void)pair_stack(p, "h1");
	REQUIRE(sk_accept(p->listener, &p->server) == OK);
}

#endif
