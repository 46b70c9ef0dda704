// SPDX-License-Identifier: GPL-3.0-or-later
/* Socket options and multicast groups. */
#include "stack/core/l3.h"
#include "stack/socket.h"
#include "tests/unit/harness.h"

#define GROUP IP4(239, 1, 2, 3)

static struct sock *dgram(struct stack *st)
{
	struct sock *sk = NULL;

	REQUIRE(sk_open(st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	return sk;
}

TEST(opt, values_have_ranges_and_defaults)
{
	static const struct { enum sk_opt o; int def, good, bad; } rows[] = {
		{ SKO_TTL, 64, 255, 256 }, { SKO_TTL, 64, 1, 0 }, { SKO_TOS, 0, 255, 256 },
		{ SKO_MCAST_TTL, 1, 32, 256 }, { SKO_MCAST_LOOP, 1, 0, 2 },
		{ SKO_BROADCAST, 0, 1, -1 }, { SKO_RCVBUF, 212992, 4096, 0 },
		{ SKO_PMTUDISC, PMTU_WANT, PMTU_PROBE, 4 }, { SKO_CHECKSUM, 1, 0, 2 },
	};
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct sock *sk = dgram(st);
		int v;

		CHECK_EQ(sk_getopt(sk, rows[i].o, &v), OK);
		CHECK_EQ(v, rows[i].def);
		CHECK_EQ(sk_setopt(sk, rows[i].o, rows[i].bad), ERR_INVAL);
		CHECK_EQ(sk_setopt(sk, rows[i].o, rows[i].good), OK);
		CHECK_EQ(sk_getopt(sk, rows[i].o, &v), OK);
		CHECK_EQ(v, rows[i].good);
		sk_close(sk);
	}
	net_free(net);
}

TEST(opt, the_default_ttl_is_the_host_s_of_the_moment)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct sock *sk = dgram(st);
	int v;

	CHECK_EQ(stack_set_option(st, OPT_TTL, 99), OK);
	CHECK_EQ(sk_getopt(sk, SKO_TTL, &v), OK);
	CHECK_EQ(v, 99);
	CHECK_EQ(sk_setopt(sk, SKO_TTL, 5), OK);
	CHECK_EQ(sk_setopt(sk, SKO_TTL, -1), OK);
	CHECK_EQ(sk_getopt(sk, SKO_TTL, &v), OK);
	CHECK_EQ(v, 99);
	sk_close(sk);
	net_free(net);
}

TEST(opt, the_mtu_is_that_of_the_path_to_the_peer)        /* RFC 1122 3.3.3 */
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct netdev *e0 = net_dev(st, "eth0", "10.0.0.1/24");
	struct netdev *e1 = net_dev(st, "eth1", "10.0.1.1/24");
	struct endpoint near = { addr_ip4(IP4(10, 0, 0, 9)), 9 };
	struct endpoint self = { addr_ip4(IP4_LOOPBACK), 9 };
	struct icmp_err e = { .type = ICMP4_UNREACH, .code = ICMP4_UNREACH_FRAG, .info = 1000,
			      .dst = near.addr.v4, .len = 1200, .hlen = 20 };
	struct sock *sk = dgram(st), *pkt;
	int v = -7;

	CHECK_EQ(netdev_set_mtu(e0, 1200), OK);
	CHECK_EQ(sk_getopt(sk, SKO_MTU, &v), ERR_NOTCONN);
	CHECK_EQ(v, -7);
	CHECK_EQ(sk_connect(sk, &near), OK);
	CHECK_EQ(sk_getopt(sk, SKO_MTU, &v), OK);
	CHECK_EQ(v, 1200);
	pmtu_learn(st, &e);
	CHECK_EQ(sk_getopt(sk, SKO_MTU, &v), OK);
	CHECK_EQ(v, 1000);
	CHECK_EQ(sk_connect(sk, &self), OK);
	CHECK_EQ(sk_getopt(sk, SKO_MTU, &v), OK);
	CHECK_EQ(v, 65535);
	CHECK_EQ(sk_setopt(sk, SKO_MTU, 900), ERR_NOPROTOOPT);
	netdev_set_up(e0, false);
	netdev_set_up(e1, false);
	CHECK_EQ(sk_connect(sk, &near), ERR_NETUNREACH);
	CHECK_EQ(sk_open(st, ADDR_NONE, SK_PACKET, 0, &pkt), OK);
	CHECK_EQ(sk_getopt(pkt, SKO_MTU, &v), ERR_NOPROTOOPT);
	sk_close(pkt);
	sk_close(sk);
	net_free(net);
}

TEST(opt, what_a_type_does_not_have_is_refused)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct sock *sk = dgram(st), *pkt, *tcp;
	int v;

	CHECK_EQ(sk_open(st, ADDR_NONE, SK_PACKET, 0, &pkt), OK);
	CHECK_EQ(sk_open(st, ADDR_IP4, SK_STREAM, 0, &tcp), OK);
	CHECK_EQ(sk_setopt(sk, SKO_HDRINCL, 1), ERR_NOPROTOOPT);
	CHECK_EQ(sk_setopt(sk, SKO_ERROR, 1), ERR_NOPROTOOPT);
	CHECK_EQ(sk_setopt(sk, SKO_NREAD, 1), ERR_NOPROTOOPT);
	CHECK_EQ(sk_getopt(pkt, SKO_TTL, &v), ERR_NOPROTOOPT);
	CHECK_EQ(sk_setopt(pkt, (enum sk_opt)99, 1), ERR_NOPROTOOPT);
	CHECK_EQ(sk_setopt(pkt, SKO_BINDTODEVICE, 77), ERR_NODEV);
	CHECK_EQ(sk_join(pkt, GROUP, 0), ERR_OPNOTSUP);
	CHECK_EQ(sk_join(tcp, GROUP, 0), ERR_PROTO);
	CHECK_EQ(sk_leave(tcp, GROUP, 0), ERR_PROTO);
	sk_close(sk);
	sk_close(pkt);
	sk_close(tcp);
	net_free(net);
}

/* --- multicast --------------------------------------------------------------------------- */

TEST(mcast, members_hear_the_group_and_others_do_not)
{
	struct net *net = net_new();
	struct stack *h1 = net_host(net, "h1"), *h2 = net_host(net, "h2");
	struct netdev *e1 = net_dev(h1, "eth0", "10.0.0.1/24");
	struct netdev *e2 = net_dev(h2, "eth0", "10.0.0.2/24");
	struct sock *tx = dgram(h1), *rx = dgram(h2);
	struct endpoint at = { addr_ip4(0), 7 }, to = { addr_ip4(GROUP), 7 };
	char c;

	net_join(e1, e2);
	CHECK_EQ(sk_bind(rx, &at), OK);
	CHECK_EQ(sk_send(tx, "1", 1, &to), 1);
	net_run(net, SEC(1));
	CHECK_EQ(sk_recv(rx, &c, 1, NULL), ERR_AGAIN);
	CHECK_EQ(show_drops(h2, DROP_IP4_MCAST), 1);

	CHECK_EQ(sk_join(rx, GROUP, e2->ifindex), OK);
	CHECK_EQ(sk_send(tx, "2", 1, &to), 1);
	net_run(net, SEC(1));
	CHECK_EQ(sk_recv(rx, &c, 1, NULL), 1);
	CHECK_EQ(c, '2');

	CHECK_EQ(sk_leave(rx, GROUP, 0), OK);
	CHECK_EQ(sk_send(tx, "3", 1, &to), 1);
	net_run(net, SEC(1));
	CHECK_EQ(sk_recv(rx, &c, 1, NULL), ERR_AGAIN);
	sk_close(tx);
	sk_close(rx);
	net_free(net);
}

TEST(mcast, a_member_here_hears_it_unless_loop_is_off)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct netdev *dev = net_dev(st, "eth0", "10.0.0.1/24");
	struct sock *tx = dgram(st), *rx = dgram(st);
	struct endpoint at = { addr_ip4(0), 7 }, to = { addr_ip4(GROUP), 7 };
	static struct seen s;
	char c;

	CHECK_EQ(sk_bind(rx, &at), OK);
	CHECK_EQ(sk_join(rx, GROUP, 0), OK);
	CHECK_EQ(sk_send(tx, "1", 1, &to), 1);
	net_run(net, SEC(1));
	CHECK_EQ(sk_recv(rx, &c, 1, NULL), 1);
	REQUIRE(net_seen(dev, 0, &s));
	CHECK_EQ(s.ip.ttl, 1);                    /* RFC 1112 6.1 */
	CHECK_EQ(s.eth.dst.b[0], 1);
	CHECK_EQ(sk_setopt(tx, SKO_MCAST_LOOP, 0), OK);
	CHECK_EQ(sk_setopt(tx, SKO_MCAST_TTL, 9), OK);
	CHECK_EQ(sk_send(tx, "2", 1, &to), 1);
	net_run(net, SEC(1));
	CHECK_EQ(sk_recv(rx, &c, 1, NULL), ERR_AGAIN);
	REQUIRE(net_seen(dev, 1, &s));
	CHECK_EQ(s.ip.ttl, 9);
	sk_close(tx);
	sk_close(rx);
	net_free(net);
}

TEST(mcast, join_and_leave_complain_as_linux_does)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct netdev *dev = net_dev(st, "eth0", "10.0.0.1/24");
	struct sock *sk = dgram(st);

	CHECK_EQ(sk_join(sk, IP4(10, 0, 0, 2), 0), ERR_INVAL);
	CHECK_EQ(sk_join(sk, GROUP, 77), ERR_NODEV);
	CHECK_EQ(sk_join(sk, GROUP, dev->ifindex), OK);
	CHECK_EQ(sk_join(sk, GROUP, dev->ifindex), ERR_INUSE);
	CHECK_EQ(sk_leave(sk, IP4(239, 9, 9, 9), 0), ERR_NOTAVAIL);
	CHECK_EQ(sk_leave(sk, GROUP, 0), OK);
	CHECK_EQ(sk_leave(sk, GROUP, 0), ERR_NOTAVAIL);
	CHECK_EQ(sk_join(sk, GROUP, dev->ifindex), OK);   /* left by closing */
	sk_close(sk);
	net_free(net);
}

TEST(mcast, the_interface_can_be_chosen)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct netdev *e0 = net_dev(st, "eth0", "10.0.0.1/24");
	struct netdev *e1 = net_dev(st, "eth1", "10.0.1.1/24");
	struct sock *sk = dgram(st);
	struct endpoint to = { addr_ip4(GROUP), 7 };
	static struct seen s;

	CHECK_EQ(sk_setopt(sk, SKO_MCAST_IF, e1->ifindex), OK);
	CHECK_EQ(sk_send(sk, "x", 1, &to), 1);
	CHECK_EQ(net_sent(e0), 0);
	REQUIRE(net_seen(e1, 0, &s));
	CHECK_EQ(s.ip.src, IP4(10, 0, 1, 1));
	sk_close(sk);
	net_free(net);
}
