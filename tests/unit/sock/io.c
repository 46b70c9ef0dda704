// SPDX-License-Identifier: GPL-3.0-or-later
/* Sending and receiving: errors of our own, path MTU, the receive buffer. */
#include "stack/socket.h"
#include "stack/util/be.h"
#include "tests/unit/harness.h"

#define H1 IP4(10, 0, 0, 1)
#define PEER IP4(10, 0, 0, 9)
#define FAR IP4(10, 9, 0, 1)

/* h1 and a router that the test plays. */
struct solo { struct net *net; struct stack *st; struct netdev *dev; struct sock *sk; };

static struct solo solo_new(void)
{
	struct solo n = { .net = net_new() };
	struct endpoint at = { addr_ip4(0), 7 };

	n.st = net_host(n.net, "h1");
	n.dev = net_dev(n.st, "eth0", "10.0.0.1/24");
	net_peer(n.dev, "10.0.0.9");
	net_route(n.st, "10.9.0.0/16", "10.0.0.9");
	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &n.sk) == OK);
	REQUIRE(sk_bind(n.sk, &at) == OK);
	return n;
}

static void solo_free(struct solo *n)
{
	sk_close(n->sk);
	net_free(n->net);
}

static void arrive(struct solo *n, const char *text)
{
	static struct frame f;
	struct ip4_hdr h = { .hlen = IP4_HLEN, .ttl = 64, .proto = IP_PROTO_UDP,
			     .src = PEER, .dst = H1 };
	static uint8_t b[2000];
	size_t len = frame_udp(b, &h, 99, 7, text, strlen(text));

	frame_ip4(&f, n->dev, &h, NULL, b, len);
	net_inject_frame(n->dev, &f);
}

TEST(io, send_needs_a_destination_it_can_reach)
{
	struct solo n = solo_new();
	struct endpoint six = { .addr = { .family = ADDR_IP6 }, .port = 9 };
	struct endpoint zero = { addr_ip4(PEER), 0 }, far = { addr_ip4(IP4(192, 0, 2, 1)), 9 };
	struct endpoint bcast = { addr_ip4(IP4_BROADCAST), 9 };
	struct sk_msg m = {
		.buf = &n, .n = 1, .peer = { addr_ip4(PEER), 9 }, .ttl = -1, .tos = -1,
	};

	CHECK_EQ(sk_send(n.sk, "x", 1, NULL), ERR_DESTREQ);
	CHECK_EQ(sk_send(n.sk, "x", 1, &six), ERR_AFNOSUP);
	CHECK_EQ(sk_send(n.sk, "x", 1, &zero), ERR_INVAL);
	CHECK_EQ(sk_send(n.sk, "x", 1, &far), ERR_NETUNREACH);
	CHECK_EQ(sk_send(n.sk, "x", 1, &bcast), ERR_ACCES);
	CHECK_EQ(sk_setopt(n.sk, SKO_BROADCAST, 1), OK);
	CHECK_EQ(sk_send(n.sk, "x", 1, &bcast), 1);
	m.local = addr_ip4(PEER);                 /* not ours */
	CHECK_EQ(sk_sendmsg(n.sk, &m), ERR_NOTAVAIL);
	m.local = addr_ip4(H1);
	m.ifindex = 99;
	CHECK_EQ(sk_sendmsg(n.sk, &m), ERR_NODEV);
	m.ifindex = n.dev->ifindex;
	CHECK_EQ(sk_sendmsg(n.sk, &m), 1);
	m.ttl = 256;
	CHECK_EQ(sk_sendmsg(n.sk, &m), ERR_INVAL);
	solo_free(&n);
}

/* The length counts before anything is added to it. */
TEST(io, a_message_longer_than_any_packet_is_refused)
{
	static const size_t lens[] = { SIZE_MAX, SIZE_MAX - 19, SIZE_MAX - 27, 65536, 65516 };
	struct solo n = solo_new();
	struct endpoint to = { addr_ip4(PEER), 9 };
	static uint8_t big[PKT_MAX];
	struct sock *raw;

	REQUIRE(sk_open(n.st, ADDR_IP4, SK_RAW, 89, &raw) == OK);
	for (size_t i = 0; i < N_ELEM(lens); i++) {
		CHECK_EQ(sk_send(n.sk, big, lens[i], &to), ERR_MSGSIZE);
		CHECK_EQ(sk_send(raw, big, lens[i], &to), ERR_MSGSIZE);
	}
	CHECK_EQ(sk_send(n.sk, big, 65508, &to), ERR_MSGSIZE);
	CHECK_EQ(sk_send(n.sk, big, 65507, &to), 65507);
	CHECK_EQ(sk_send(raw, big, 65515, &to), 65515);
	sk_close(raw);
	solo_free(&n);
}

TEST(io, options_that_no_receiver_could_read_are_refused)
{
	static const struct { uint8_t n, opt[12]; } bad[] = {
		{ 4, { 130, 200 } },                      /* longer than there is room */
		{ 8, { 131, 3, 4, 131, 3, 4 } },          /* two source routes */
		{ 8, { 7, 7, 5 } },                       /* a pointer between two slots */
		{ 3, { 1, 1, 1 } }, { 44, { 0 } },
	};
	struct solo n = solo_new();
	struct sk_msg m = {
		.buf = &n, .n = 1, .peer = { addr_ip4(PEER), 9 }, .ttl = -1, .tos = -1,
	};

	for (size_t i = 0; i < N_ELEM(bad); i++) {
		memcpy(m.opt, bad[i].opt, sizeof(bad[i].opt));
		m.n_opt = bad[i].n;
		CHECK_EQ(sk_sendmsg(n.sk, &m), ERR_INVAL);
	}
	CHECK_EQ(net_sent(n.dev), 0);
	memcpy(m.opt, "\7\7\4\0\0\0\0\0", 8);
	m.n_opt = 8;
	CHECK_EQ(sk_sendmsg(n.sk, &m), 1);
	solo_free(&n);
}

TEST(io, what_a_caller_is_told_of_is_no_drop)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(IP4(192, 0, 2, 1)), 9 };
	struct endpoint bcast = { addr_ip4(IP4_BROADCAST), 9 };

	CHECK_EQ(sk_send(n.sk, "x", 1, &far), ERR_NETUNREACH);
	CHECK_EQ(sk_send(n.sk, "x", 1, &bcast), ERR_ACCES);
	for (int i = 0; i < DROP_N; i++)
		CHECK_EQ(show_drops(n.st, (enum drop)i), 0);
	solo_free(&n);
}

/* Another way out would be worse than none. */
TEST(io, a_socket_bound_to_an_interface_that_has_gone_sends_nothing)
{
	struct solo n = solo_new();
	struct netdev *eth1 = net_dev(n.st, "eth1", "10.0.1.1/24");
	struct endpoint to = { addr_ip4(PEER), 9 }, group = { addr_ip4(IP4(239, 1, 1, 1)), 9 };
	struct sock *mcast;

	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &mcast) == OK);
	CHECK_EQ(sk_setopt(mcast, SKO_MCAST_IF, eth1->ifindex), OK);
	CHECK_EQ(sk_setopt(n.sk, SKO_BINDTODEVICE, eth1->ifindex), OK);
	stack_detach(n.st, eth1);
	CHECK_EQ(sk_send(n.sk, "x", 1, &to), ERR_NODEV);
	CHECK_EQ(sk_connect(n.sk, &to), ERR_NODEV);
	CHECK_EQ(sk_join(n.sk, IP4(239, 1, 1, 1), 0), ERR_NODEV);
	CHECK_EQ(sk_send(mcast, "x", 1, &group), ERR_NODEV);
	CHECK_EQ(sk_send(mcast, "x", 1, &to), 1);         /* which that option is not about */
	CHECK_EQ(net_sent(n.dev), 1);
	CHECK_EQ(sk_setopt(n.sk, SKO_BINDTODEVICE, 0), OK);
	CHECK_EQ(sk_send(n.sk, "x", 1, &to), 1);
	sk_close(mcast);
	solo_free(&n);
}

TEST(io, a_message_can_have_its_own_ttl_and_tos)
{
	struct solo n = solo_new();
	struct sk_msg m = {
		.buf = &n, .n = 1, .peer = { addr_ip4(PEER), 9 }, .ttl = 5, .tos = 0x20,
	};
	static struct seen s;

	CHECK_EQ(sk_setopt(n.sk, SKO_TTL, 77), OK);
	CHECK_EQ(sk_sendmsg(n.sk, &m), 1);
	m.ttl = m.tos = -1;
	CHECK_EQ(sk_sendmsg(n.sk, &m), 1);
	REQUIRE(net_seen(n.dev, 0, &s));
	CHECK_EQ(s.ip.ttl, 5);
	CHECK_EQ(s.ip.tos, 0x20);
	REQUIRE(net_seen(n.dev, 1, &s));
	CHECK_EQ(s.ip.ttl, 77);
	CHECK_EQ(s.ip.tos, 0);
	solo_free(&n);
}

TEST(io, a_datagram_that_does_not_fit_is_cut_and_its_length_told)
{
	struct solo n = solo_new();
	char c[3];
	struct sk_msg m = { .buf = c, .n = sizeof(c) };
	int next;

	arrive(&n, "hello");
	arrive(&n, "you");
	CHECK_EQ(sk_getopt(n.sk, SKO_NREAD, &next), OK);
	CHECK_EQ(next, 5);
	CHECK_EQ(sk_recvmsg(n.sk, &m), 3);
	CHECK_MEM(c, "hel", 3);
	CHECK_EQ(m.full, 5);
	CHECK_EQ(sk_recvmsg(n.sk, &m), 3);        /* the rest is gone */
	CHECK_MEM(c, "you", 3);
	CHECK_EQ(sk_getopt(n.sk, SKO_NREAD, &next), OK);
	CHECK_EQ(next, 0);
	solo_free(&n);
}

TEST(io, a_full_receive_buffer_drops_what_comes_then)
{
	struct solo n = solo_new();
	char c[1000];
	int got = 0;

	memset(c, 'x', sizeof(c));
	c[sizeof(c) - 1] = '\0';
	CHECK_EQ(sk_setopt(n.sk, SKO_RCVBUF, 10000), OK);
	for (int i = 0; i < 20; i++)
		arrive(&n, c);
	while (sk_recv(n.sk, c, sizeof(c), NULL) >= 0)
		got++;
	CHECK(got >= 5 && got < 10);
	CHECK_EQ(show_drops(n.st, DROP_SOCK_FULL), 20 - got);
	CHECK_EQ(show_dev_drops(n.dev, DROP_SOCK_FULL), 20 - got);
	arrive(&n, "again");
	CHECK_EQ(sk_recv(n.sk, c, sizeof(c), NULL), 5);
	solo_free(&n);
}

TEST(io, one_datagram_always_fits)
{
	struct solo n = solo_new();
	char c[10];

	CHECK_EQ(sk_setopt(n.sk, SKO_RCVBUF, 1), OK);
	arrive(&n, "abc");
	arrive(&n, "def");
	CHECK_EQ(sk_recv(n.sk, c, sizeof(c), NULL), 3);
	CHECK_EQ(sk_recv(n.sk, c, sizeof(c), NULL), ERR_AGAIN);
	solo_free(&n);
}

TEST(io, what_nobody_read_is_counted_at_close)
{
	struct solo n = solo_new();

	arrive(&n, "abc");
	arrive(&n, "def");
	sk_close(n.sk);
	n.sk = NULL;
	CHECK_EQ(show_drops(n.st, DROP_SOCK_CLOSED), 2);
	CHECK_EQ(show_dev_drops(n.dev, DROP_SOCK_CLOSED), 2);
	solo_free(&n);
}

/* --- path MTU (RFC 1191) -------------------------------------------------------------- */

/* The test's router answers: this link takes mtu bytes only. */
static void frag_needed(struct solo *n, uint16_t mtu)
{
	static struct frame f;
	uint8_t quote[IP4_HLEN + 8], msg[64];
	struct ip4_hdr q = { .hlen = IP4_HLEN, .ttl = 60, .proto = IP_PROTO_UDP, .src = H1,
			     .dst = FAR, .total_len = 1500, .df = true };
	struct ip4_hdr h = { .hlen = IP4_HLEN, .ttl = 64, .proto = IP_PROTO_ICMP, .src = PEER,
			     .dst = H1 };
	struct wr w = wr_init(quote, sizeof(quote));
	struct udp_hdr u = { 7, 9, 1480, 0 };
	size_t len;

	ip4_hdr_emit(&q, NULL, &w);
	udp_hdr_emit(&u, &w);
	len = frame_icmp(msg, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, mtu, quote, sizeof(quote));
	frame_ip4(&f, n->dev, &h, NULL, msg, len);
	net_inject_frame(n->dev, &f);
}

static bool sent_df(struct solo *n, unsigned i)
{
	static struct seen s;

	REQUIRE(net_seen(n->dev, i, &s));
	return s.ip.df;
}

TEST(io, with_df_a_message_too_long_for_the_link_is_a_local_error)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(FAR), 9 };
	static char big[1500];
	struct sk_err e;

	CHECK_EQ(sk_setopt(n.sk, SKO_PMTUDISC, PMTU_DO), OK);
	CHECK_EQ(sk_setopt(n.sk, SKO_RECVERR, 1), OK);
	CHECK_EQ(sk_send(n.sk, big, 1472, &far), 1472);
	CHECK(sent_df(&n, 0));
	CHECK_EQ(sk_send(n.sk, big, 1473, &far), ERR_MSGSIZE);
	REQUIRE(sk_recverr(n.sk, &e));
	CHECK_EQ(e.err, ERR_MSGSIZE);
	CHECK_EQ(e.type, 0);
	CHECK_EQ(e.info, 1500);
	CHECK_EQ(e.to.addr.v4, FAR);
	CHECK_EQ(net_sent(n.dev), 1);
	solo_free(&n);
}

TEST(io, what_a_router_says_of_the_path_is_remembered_for_ten_minutes)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(FAR), 9 }, near = { addr_ip4(PEER), 9 };
	static char big[1500];
	struct sk_err e;
	int err;

	CHECK_EQ(sk_setopt(n.sk, SKO_PMTUDISC, PMTU_DO), OK);
	CHECK_EQ(sk_setopt(n.sk, SKO_RECVERR, 1), OK);
	CHECK_EQ(sk_send(n.sk, big, 1472, &far), 1472);
	frag_needed(&n, 1400);
	REQUIRE(sk_recverr(n.sk, &e));
	CHECK_EQ(e.err, ERR_MSGSIZE);
	CHECK_EQ(e.type, ICMP4_UNREACH);
	CHECK_EQ(e.info, 1400);
	CHECK_EQ(sk_send(n.sk, big, 1372, &far), 1372);           /* nothing is pending now */
	CHECK_EQ(sk_send(n.sk, big, 1373, &far), ERR_MSGSIZE);
	CHECK_EQ(sk_send(n.sk, big, 1472, &near), 1472);          /* another path */
	net_run(n.net, SEC(600));
	CHECK_EQ(sk_getopt(n.sk, SKO_ERROR, &err), OK);
	CHECK_EQ(sk_send(n.sk, big, 1472, &far), 1472);
	solo_free(&n);
}

TEST(io, by_default_df_is_set_while_the_packet_fits_the_path)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(FAR), 9 };
	static char big[3000];

	CHECK_EQ(sk_send(n.sk, big, 1472, &far), 1472);
	CHECK(sent_df(&n, 0));
	frag_needed(&n, 1400);
	CHECK_EQ(sk_send(n.sk, big, 1472, &far), 1472);           /* cut here */
	CHECK_EQ(net_sent(n.dev), 3);
	CHECK(!sent_df(&n, 1));
	CHECK_EQ(sk_send(n.sk, big, 1372, &far), 1372);
	CHECK(sent_df(&n, 3));
	CHECK_EQ(sk_send(n.sk, big, 3000, &far), 3000);
	CHECK_EQ(net_sent(n.dev), 7);                             /* three fragments */
	CHECK(!sent_df(&n, 4));
	CHECK_EQ(sk_setopt(n.sk, SKO_PMTUDISC, PMTU_DONT), OK);
	CHECK_EQ(sk_send(n.sk, big, 1, &far), 1);
	CHECK(!sent_df(&n, 7));
	CHECK_EQ(sk_send(n.sk, big, 1472, &far), 1472);
	CHECK_EQ(net_sent(n.dev), 10);
	solo_free(&n);
}

TEST(io, with_probe_the_path_is_not_believed_but_the_link_is)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(FAR), 9 };
	static char big[1500];

	CHECK_EQ(sk_setopt(n.sk, SKO_PMTUDISC, PMTU_PROBE), OK);
	frag_needed(&n, 1400);
	CHECK_EQ(sk_send(n.sk, big, 1472, &far), 1472);
	CHECK(sent_df(&n, 0));
	CHECK_EQ(sk_send(n.sk, big, 1473, &far), ERR_MSGSIZE);
	solo_free(&n);
}

TEST(io, what_one_socket_learned_all_know)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(FAR), 9 };
	static char big[1500];
	struct sock *second, *raw;
	struct sk_err e;

	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &second) == OK);
	REQUIRE(sk_open(n.st, ADDR_IP4, SK_RAW, 89, &raw) == OK);
	CHECK_EQ(sk_setopt(second, SKO_PMTUDISC, PMTU_DO), OK);
	CHECK_EQ(sk_setopt(second, SKO_RECVERR, 1), OK);
	CHECK_EQ(sk_setopt(raw, SKO_PMTUDISC, PMTU_DO), OK);
	frag_needed(&n, 1400);
	CHECK(!sk_recverr(second, &e));           /* the error itself is the first's */
	CHECK_EQ(sk_send(second, big, 1373, &far), ERR_MSGSIZE);
	REQUIRE(sk_recverr(second, &e));
	CHECK_EQ(e.type, 0);
	CHECK_EQ(e.info, 1400);
	CHECK_EQ(sk_send(second, big, 1372, &far), 1372);
	CHECK_EQ(sk_send(raw, big, 1381, &far), ERR_MSGSIZE);
	CHECK_EQ(sk_send(raw, big, 1380, &far), 1380);
	CHECK(sent_df(&n, 0) && sent_df(&n, 1));
	sk_close(second);
	sk_close(raw);
	solo_free(&n);
}

TEST(io, df_is_no_use_where_the_path_is_too_short_for_it)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(FAR), 9 };
	static char big[1500];

	frag_needed(&n, 300);
	CHECK_EQ(sk_send(n.sk, big, 524, &far), 524);             /* 552 with its headers */
	CHECK_EQ(net_sent(n.dev), 1);
	CHECK(!sent_df(&n, 0));
	CHECK_EQ(sk_send(n.sk, big, 525, &far), 525);
	CHECK_EQ(net_sent(n.dev), 3);
	CHECK_EQ(sk_setopt(n.sk, SKO_PMTUDISC, PMTU_DO), OK);     /* who insists */
	CHECK_EQ(sk_send(n.sk, big, 524, &far), 524);
	CHECK(sent_df(&n, 3));
	solo_free(&n);
}

/* What it is told of in the same instant: the next send must fit already. */
struct resend { struct sk_watch w; struct endpoint to; ssize_t got; };

static void on_error(struct sk_watch *w, uint32_t events)
{
	struct resend *r = container_of(w, struct resend, w);
	static const char big[1373];
	int err;

	if (!(events & SK_ERR) || sk_getopt(w->sk, SKO_ERROR, &err) != OK)
		return;
	r->got = sk_send(w->sk, big, sizeof(big), &r->to);
}

TEST(io, who_is_told_finds_the_path_s_mtu_known)
{
	struct solo n = solo_new();
	struct resend r = { .w = { .ready = on_error }, .to = { addr_ip4(FAR), 9 } };

	CHECK_EQ(sk_setopt(n.sk, SKO_PMTUDISC, PMTU_DO), OK);
	CHECK_EQ(sk_setopt(n.sk, SKO_RECVERR, 1), OK);
	sk_watch(n.sk, &r.w);
	frag_needed(&n, 1400);
	CHECK_EQ(r.got, ERR_MSGSIZE);
	sk_unwatch(&r.w);
	solo_free(&n);
}

/* Linux: such a packet is held against the interface, and cut to the path
 * unless its own header forbids. */
TEST(io, with_hdrincl_the_header_says_whether_it_may_be_cut)
{
	struct solo n = solo_new();
	struct endpoint far = { addr_ip4(FAR), 0 };
	static uint8_t big[1501] = { 0x45, [8] = 9, [9] = 89, [16] = 10, 9, 0, 1 };
	struct sock *raw;

	REQUIRE(sk_open(n.st, ADDR_IP4, SK_RAW, IP_PROTO_RAW, &raw) == OK);
	frag_needed(&n, 1400);
	CHECK_EQ(sk_send(raw, big, 1400, &far), 1400);
	CHECK_EQ(net_sent(n.dev), 1);
	CHECK(!sent_df(&n, 0));
	CHECK_EQ(sk_send(raw, big, 1500, &far), 1500);
	CHECK_EQ(net_sent(n.dev), 3);
	CHECK_EQ(sk_send(raw, big, 1501, &far), ERR_MSGSIZE);
	big[6] = 0x40;
	CHECK_EQ(sk_send(raw, big, 1401, &far), ERR_MSGSIZE);
	CHECK_EQ(sk_send(raw, big, 1400, &far), 1400);
	CHECK(sent_df(&n, 3));
	CHECK_EQ(sk_setopt(raw, SKO_PMTUDISC, PMTU_PROBE), OK);
	CHECK_EQ(sk_send(raw, big, 1500, &far), 1500);
	CHECK(sent_df(&n, 4));
	CHECK_EQ(net_sent(n.dev), 5);
	sk_close(raw);
	solo_free(&n);
}
