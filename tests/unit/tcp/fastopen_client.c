// SPDX-License-Identifier: GPL-3.0-or-later
/* Fast Open of a client (RFC 7413) beyond what tests/tcp/fastopen_client*.pkt say. */
#include "stack/socket.h"
#include "tests/unit/harness.h"

#define AS_NEW_MEMORY IP4(0xbe, 0xbe, 0xbe, 0xbe)     /* which AddressSanitizer fills so */

static ssize_t send_first(struct stack *st, struct sock **sk)
{
	static char hello[] = "hello";
	struct endpoint to = { addr_ip4(AS_NEW_MEMORY), 80 };
	struct sk_msg m = { .buf = hello, .n = 5, .peer = to, .ttl = -1, .tos = -1,
			    .flags = SK_FASTOPEN };

	REQUIRE(sk_open(st, ADDR_IP4, SK_STREAM, 0, sk) == OK);
	return sk_sendmsg(*sk, &m);
}

/* Whatever is in the memory that it takes, of a peer nothing is known at first. */
TEST(fastopen_client, who_gave_no_cookie_gets_no_data)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct endpoint at = { .port = 80 };
	struct sock *l, *a, *b;

	net_dev(st, "eth0", "190.190.190.190/24");
	REQUIRE(sk_open(st, ADDR_IP4, SK_STREAM, 0, &l) == OK && sk_bind(l, &at) == OK &&
		sk_listen(l, 5) == OK);
	CHECK_EQ(send_first(st, &a), ERR_INPROGRESS);
	net_run(net, MSEC(1));
	CHECK(sk_ready(a) & SK_OUT);
	CHECK_EQ(send_first(st, &b), ERR_INPROGRESS);
	net_free(net);
}
