// SPDX-License-Identifier: GPL-3.0-or-later
/* hooks->tcp hears what streams do, and only while it is watched for. */
#include "stack/pkt.h"
#include "stack/show.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/util/buf.h"
#include "tests/unit/test.h"

/* A host alone, whose loopback joins a client to a listener. */
struct alone {
	struct pkt_pool *pool;
	struct stack *st;
	struct sock *listener, *client;
	struct buf states;
	unsigned samples, retrans;
};

static void on_tcp(void *ctx, const struct tcp_event *e)
{
	struct alone *a = ctx;

	if (e->kind == TCP_EV_STATE)
		buf_printf(&a->states, "%u %s > %s\n", e->tcp->sk.local.port == 80 ? 80 : 0,
			   e->from, e->tcp->state);
	a->samples += e->kind == TCP_EV_SAMPLE;
	a->retrans += e->kind == TCP_EV_RETRANS;
}

static const struct stack_hooks hooks = { .tcp = on_tcp };

static void begin(struct alone *a, bool watch)
{
	struct endpoint at = { addr_ip4(IP4_LOOPBACK), 80 };

	*a = (struct alone){ .pool = pkt_pool_new(0) };
	a->st = stack_new(&(struct stack_config){ .name = "h", .pool = a->pool, .seed = 1,
						  .hooks = &hooks, .ctx = a });
	REQUIRE(a->st != NULL);
	stack_enter(a->st, SEC(1));
	show_tcp_watch(a->st, watch);
	REQUIRE(sk_open(a->st, ADDR_IP4, SK_STREAM, 0, &a->listener) == OK);
	REQUIRE(sk_bind(a->listener, &at) == OK);
	REQUIRE(sk_listen(a->listener, 1) == OK);
	REQUIRE(sk_open(a->st, ADDR_IP4, SK_STREAM, 0, &a->client) == OK);
	CHECK_EQ(sk_connect(a->client, &at), ERR_INPROGRESS);
	while (stack_next_at(a->st) < SEC(2))
		stack_run(a->st, stack_next_at(a->st));
	stack_enter(a->st, SEC(2));
}

static void end(struct alone *a)
{
	stack_free(a->st);
	pkt_pool_free(a->pool);
	buf_free(&a->states);
}

TEST(trace, each_change_of_state_is_told_with_both_states)
{
	struct alone a;

	begin(&a, true);
	CHECK_STR(a.states.s, "80 CLOSED > LISTEN\n0 CLOSED > SYN-SENT\n"
		  "80 CLOSED > SYN-RECEIVED\n0 SYN-SENT > ESTABLISHED\n"
		  "80 SYN-RECEIVED > ESTABLISHED\n");
	CHECK(a.samples > 0);
	CHECK_EQ(a.retrans, 0);
	end(&a);
}

TEST(trace, nobody_is_told_until_the_watch_begins_or_after_it_ends)
{
	struct alone a;

	begin(&a, false);
	CHECK_EQ(a.states.len, 0);
	CHECK_EQ(a.samples, 0);
	show_tcp_watch(a.st, true);
	show_tcp_watch(a.st, false);
	CHECK_EQ(sk_send(a.client, "x", 1, NULL), 1);
	CHECK_EQ(a.samples, 0);
	end(&a);
}
