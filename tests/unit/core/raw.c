// SPDX-License-Identifier: GPL-3.0-or-later
/* Raw sockets see packets, packet sockets see frames. */
#include "stack/socket.h"
#include "stack/util/be.h"
#include "stack/wire/arp.h"
#include "tests/unit/harness.h"

#define H1 IP4(10, 0, 0, 1)
#define PEER IP4(10, 0, 0, 9)

/* h1, on an interface where the test is the link. */
struct solo { struct net *net; struct stack *st; struct netdev *dev; };

static struct solo solo_new(void)
{
	struct solo n = { .net = net_new() };

	n.st = net_host(n.net, "h1");
	n.dev = net_dev(n.st, "eth0", "10.0.0.1/24");
	net_peer(n.dev, "10.0.0.9");
	return n;
}

static struct sock *raw(struct stack *st, int proto)
{
	struct sock *sk = NULL;

	REQUIRE(sk_open(st, ADDR_IP4, SK_RAW, proto, &sk) == OK);
	return sk;
}

static struct ip4_hdr header(uint8_t proto)
{
	return (struct ip4_hdr){
		.hlen = IP4_HLEN, .ttl = 64, .proto = proto, .src = PEER, .dst = H1,
	};
}

static void arrive(struct solo *n, uint8_t proto, const void *payload, size_t len)
{
	static struct frame f;
	struct ip4_hdr h = header(proto);

	frame_ip4(&f, n->dev, &h, NULL, payload, len);
	net_inject_frame(n->dev, &f);
}

TEST(raw, a_copy_begins_at_the_ip_header)
{
	struct solo n = solo_new();
	struct sock *a = raw(n.st, 89), *b = raw(n.st, 89), *other = raw(n.st, 88);
	uint8_t got[100];
	struct sk_msg m = { .buf = got, .n = sizeof(got) };

	arrive(&n, 89, "routing", 7);
	CHECK_EQ(sk_recvmsg(a, &m), IP4_HLEN + 7);
	CHECK_EQ(got[0], 0x45);
	CHECK_EQ(get_be32(got + 12), PEER);
	CHECK_MEM(got + IP4_HLEN, "routing", 7);
	CHECK_EQ(m.peer.addr.v4, PEER);
	CHECK_EQ(m.local.v4, H1);
	CHECK_EQ(m.ifindex, n.dev->ifindex);
	CHECK_EQ(sk_recvmsg(b, &m), IP4_HLEN + 7);
	CHECK_EQ(sk_recvmsg(other, &m), ERR_AGAIN);
	sk_close(a);
	sk_close(b);
	sk_close(other);
	net_free(n.net);
}

TEST(raw, address_peer_and_device_narrow_what_is_seen)
{
	struct solo n = solo_new();
	struct netdev *eth1 = net_dev(n.st, "eth1", "10.0.1.1/24");
	struct sock *bound = raw(n.st, 89), *connected = raw(n.st, 89), *on_dev = raw(n.st, 89);
	struct endpoint ep = { addr_ip4(IP4(10, 0, 1, 1)), 0 };
	struct endpoint far = { addr_ip4(IP4(10, 0, 0, 8)), 0 };
	char c[64];

	CHECK_EQ(sk_bind(bound, &ep), OK);
	CHECK_EQ(sk_connect(connected, &far), OK);
	CHECK_EQ(sk_setopt(on_dev, SKO_BINDTODEVICE, eth1->ifindex), OK);
	arrive(&n, 89, "x", 1);
	CHECK_EQ(sk_recv(bound, c, sizeof(c), NULL), ERR_AGAIN);
	CHECK_EQ(sk_recv(connected, c, sizeof(c), NULL), ERR_AGAIN);
	CHECK_EQ(sk_recv(on_dev, c, sizeof(c), NULL), ERR_AGAIN);
	ep.addr.v4 = H1;
	far.addr.v4 = PEER;
	CHECK_EQ(sk_bind(bound, &ep), OK);
	CHECK_EQ(sk_connect(connected, &far), OK);
	CHECK_EQ(sk_setopt(on_dev, SKO_BINDTODEVICE, n.dev->ifindex), OK);
	arrive(&n, 89, "x", 1);
	CHECK_EQ(sk_recv(bound, c, sizeof(c), NULL), 21);
	CHECK_EQ(sk_recv(connected, c, sizeof(c), NULL), 21);
	CHECK_EQ(sk_recv(on_dev, c, sizeof(c), NULL), 21);
	sk_close(bound);
	sk_close(connected);
	sk_close(on_dev);
	net_free(n.net);
}

TEST(raw, icmp_is_seen_as_well_as_answered)
{
	struct solo n = solo_new();
	struct sock *sk = raw(n.st, IP_PROTO_ICMP);
	uint8_t msg[64], got[100];
	size_t len = frame_icmp(msg, ICMP4_ECHO, 0, 1, "ping", 4);

	arrive(&n, IP_PROTO_ICMP, msg, len);
	CHECK_EQ(sk_recv(sk, got, sizeof(got), NULL), (ssize_t)(IP4_HLEN + len));
	CHECK_EQ(got[IP4_HLEN], ICMP4_ECHO);
	CHECK_EQ(net_sent(n.dev), 1);             /* the echo reply */
	sk_close(sk);
	net_free(n.net);
}

TEST(raw, a_raw_udp_socket_does_not_take_the_datagram_away)
{
	struct solo n = solo_new();
	struct sock *sk = raw(n.st, IP_PROTO_UDP), *udp;
	struct endpoint at = { addr_ip4(0), 7 };
	struct ip4_hdr h = header(IP_PROTO_UDP);
	uint8_t msg[64], got[100];
	size_t len = frame_udp(msg, &h, 99, 7, "data", 4);

	REQUIRE(sk_open(n.st, ADDR_IP4, SK_DGRAM, 0, &udp) == OK);
	CHECK_EQ(sk_bind(udp, &at), OK);
	arrive(&n, IP_PROTO_UDP, msg, len);
	CHECK_EQ(sk_recv(udp, got, sizeof(got), NULL), 4);
	CHECK_EQ(sk_recv(sk, got, sizeof(got), NULL), (ssize_t)(IP4_HLEN + len));
	CHECK_MEM(got + IP4_HLEN, msg, len);
	sk_close(sk);
	sk_close(udp);
	net_free(n.net);
}

TEST(raw, what_is_sent_gets_a_header_of_the_socket_s_protocol)
{
	struct solo n = solo_new();
	struct sock *sk = raw(n.st, 89);
	struct endpoint to = { addr_ip4(PEER), 0 };
	static struct seen s;

	CHECK_EQ(sk_send(sk, "x", 1, NULL), ERR_DESTREQ);
	CHECK_EQ(sk_setopt(sk, SKO_TTL, 1), OK);
	CHECK_EQ(sk_send(sk, "routing", 7, &to), 7);
	REQUIRE(net_seen(n.dev, 0, &s));
	CHECK_EQ(s.ip.proto, 89);
	CHECK_EQ(s.ip.ttl, 1);
	CHECK_EQ(s.ip.src, H1);
	CHECK_EQ(s.n, 7);
	CHECK_MEM(s.data, "routing", 7);
	sk_close(sk);
	net_free(n.net);
}

TEST(raw, with_hdrincl_the_caller_writes_the_header)
{
	struct solo n = solo_new();
	struct sock *sk = raw(n.st, 255);         /* implies it */
	struct endpoint to = { addr_ip4(PEER), 0 };
	struct ip4_hdr h = header(77);
	uint8_t pkt[IP4_HLEN + 4], big[1600] = { 0x45 };
	struct wr w = wr_init(pkt, sizeof(pkt));
	static struct seen s;
	int on;

	CHECK_EQ(sk_getopt(sk, SKO_HDRINCL, &on), OK);
	CHECK_EQ(on, 1);
	h.src = IP4(10, 0, 0, 1);
	h.dst = PEER;
	h.ttl = 3;
	h.id = 0x1234;
	h.total_len = sizeof(pkt);
	ip4_hdr_emit(&h, NULL, &w);
	wr_bytes(&w, "body", 4);
	CHECK_EQ(sk_send(sk, pkt, sizeof(pkt), &to), sizeof(pkt));
	REQUIRE(net_seen(n.dev, 0, &s));
	CHECK_EQ(s.ip.proto, 77);
	CHECK_EQ(s.ip.ttl, 3);
	CHECK_EQ(s.ip.id, 0x1234);
	CHECK_MEM(s.data, "body", 4);
	CHECK_EQ(sk_send(sk, pkt, 10, &to), ERR_INVAL);
	CHECK_EQ(sk_send(sk, big, sizeof(big), &to), ERR_MSGSIZE);
	sk_close(sk);
	net_free(n.net);
}

/* A header of hlen bytes, options all NOP, as a caller with SKO_HDRINCL leaves it. */
static size_t own_header(uint8_t *b, uint8_t hlen, size_t payload)
{
	memset(b, 1, hlen + payload);
	memset(b + 1, 0, IP4_HLEN - 1);
	b[0] = (uint8_t)(0x40 | hlen / 4);
	b[8] = 9;
	b[9] = 77;
	put_be32(b + 16, PEER);
	return hlen + payload;
}

TEST(raw, with_hdrincl_a_header_of_any_length_is_mended)
{
	struct solo n = solo_new();
	struct sock *sk = raw(n.st, 255);
	struct endpoint to = { addr_ip4(PEER), 0 };
	uint8_t b[400];
	static struct seen s;

	for (uint8_t hlen = IP4_HLEN; hlen <= IP4_HLEN_MAX; hlen += 4) {
		for (size_t payload = 0; payload <= 300; payload += 150) {
			size_t len = own_header(b, hlen, payload);

			CHECK_EQ(sk_send(sk, b, len, &to), (ssize_t)len);
			REQUIRE(net_seen(n.dev, 0, &s));          /* its checksum is right */
			CHECK_EQ(s.ip.hlen, hlen);
			CHECK_EQ(s.ip.total_len, len);
			CHECK_EQ(s.ip.src, H1);
			CHECK(s.ip.id != 0);
			CHECK_MEM(s.opt, b + IP4_HLEN, hlen - (size_t)IP4_HLEN);
			CHECK_MEM(s.data, b + hlen, payload);
			net_forget(n.dev);
		}
	}
	sk_close(sk);
	net_free(n.net);
}

TEST(raw, with_hdrincl_a_header_that_is_none_is_refused)
{
	struct solo n = solo_new();
	struct sock *sk = raw(n.st, 255);
	struct sk_msg m = { .peer = { addr_ip4(PEER), 0 }, .ttl = -1, .tos = -1 };
	uint8_t b[100];

	m.buf = b;
	m.n = own_header(b, 60, 0) - 20;                  /* IHL 60 in 40 bytes */
	CHECK_EQ(sk_sendmsg(sk, &m), ERR_INVAL);
	m.n = own_header(b, 20, 80);
	b[0] = 0x65;                                      /* version 6 */
	CHECK_EQ(sk_sendmsg(sk, &m), ERR_INVAL);
	b[0] = 0x44;                                      /* IHL 16 */
	CHECK_EQ(sk_sendmsg(sk, &m), ERR_INVAL);
	b[0] = 0x45;
	m.n_opt = 4;                                      /* options, but where? */
	memset(m.opt, 1, 4);
	CHECK_EQ(sk_sendmsg(sk, &m), ERR_INVAL);
	CHECK_EQ(net_sent(n.dev), 0);
	m.n_opt = 0;
	CHECK_EQ(sk_sendmsg(sk, &m), 100);
	sk_close(sk);
	net_free(n.net);
}

TEST(raw, errors_reach_the_sockets_of_the_protocol)
{
	struct solo n = solo_new();
	struct sock *sk = raw(n.st, 89), *other = raw(n.st, 88);
	struct endpoint to = { addr_ip4(PEER), 0 };
	uint8_t quote[IP4_HLEN + 8], msg[64];
	struct ip4_hdr h = { .hlen = IP4_HLEN, .ttl = 60, .proto = 89, .src = H1, .dst = PEER,
			     .total_len = sizeof(quote) };
	struct wr w = wr_init(quote, sizeof(quote));
	struct sk_err e;
	size_t len;

	CHECK_EQ(sk_setopt(sk, SKO_RECVERR, 1), OK);
	CHECK_EQ(sk_setopt(other, SKO_RECVERR, 1), OK);
	CHECK_EQ(sk_send(sk, "12345678", 8, &to), 8);
	ip4_hdr_emit(&h, NULL, &w);
	wr_bytes(&w, "12345678", 8);
	len = frame_icmp(msg, ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL, 0, quote, sizeof(quote));
	arrive(&n, IP_PROTO_ICMP, msg, len);
	REQUIRE(sk_recverr(sk, &e));
	CHECK_EQ(e.err, ERR_NOROUTE);
	CHECK_EQ(e.type, ICMP4_TIME_EXCEEDED);
	CHECK_EQ(e.from.v4, PEER);
	CHECK_EQ(e.to.addr.v4, PEER);
	CHECK(e.n >= 8);
	CHECK_MEM(e.data, "12345678", 8);
	CHECK(!sk_recverr(other, &e));
	sk_close(sk);
	sk_close(other);
	net_free(n.net);
}

/* --- frames ------------------------------------------------------------------------- */

static struct sock *packet(struct stack *st, int type)
{
	struct sock *sk = NULL;

	REQUIRE(sk_open(st, ADDR_NONE, SK_PACKET, type, &sk) == OK);
	return sk;
}

TEST(packet, frames_are_seen_whole_and_still_handled)
{
	struct solo n = solo_new();
	struct sock *all = packet(n.st, 0), *arp = packet(n.st, ETHERTYPE_ARP);
	uint8_t msg[300], got[500];
	struct sk_msg m = { .buf = got, .n = sizeof(got) };
	size_t len;

	frame_fill(got, 250);
	len = frame_icmp(msg, ICMP4_ECHO, 0, 1, got, 250);
	arrive(&n, IP_PROTO_ICMP, msg, len);
	CHECK_EQ(net_sent(n.dev), 1);             /* the echo reply */
	CHECK_EQ(sk_recvmsg(all, &m), (ssize_t)(ETH_HLEN + IP4_HLEN + len));
	CHECK_MEM(got, n.dev->mac.b, 6);
	CHECK_MEM(got + 6, net_peer_mac.b, 6);
	CHECK_EQ(get_be16(got + 12), ETHERTYPE_IP4);
	CHECK_MEM(got + ETH_HLEN + IP4_HLEN, msg, len);
	CHECK_EQ(m.ifindex, n.dev->ifindex);
	CHECK_EQ(m.peer.addr.family, ADDR_NONE);
	CHECK_EQ(sk_recvmsg(arp, &m), ERR_AGAIN);
	sk_close(all);
	sk_close(arp);
	net_free(n.net);
}

TEST(packet, a_frame_is_sent_as_it_is)
{
	struct solo n = solo_new();
	struct netdev *eth1 = net_dev(n.st, "eth1", NULL);
	struct sock *sk = packet(n.st, 0);
	uint8_t frame[60] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x88, 0xb5 }, got[100];
	static uint8_t big[1519];
	struct sk_msg m = { .buf = frame, .n = sizeof(frame), .ifindex = eth1->ifindex };

	CHECK_EQ(sk_send(sk, frame, sizeof(frame), NULL), ERR_NODEV);
	CHECK_EQ(sk_sendmsg(sk, &m), sizeof(frame));
	CHECK_EQ(net_sent_bytes(eth1, 0, got, sizeof(got)), sizeof(frame));
	CHECK_MEM(got, frame, sizeof(frame));
	CHECK_EQ(sk_setopt(sk, SKO_BINDTODEVICE, n.dev->ifindex), OK);
	CHECK_EQ(sk_send(sk, frame, sizeof(frame), NULL), sizeof(frame));
	CHECK_EQ(net_sent(n.dev), 1);
	CHECK_EQ(sk_send(sk, frame, 13, NULL), ERR_INVAL);
	CHECK_EQ(sk_send(sk, big, 1518, NULL), 1518);     /* with a VLAN tag */
	CHECK_EQ(sk_send(sk, big, 1519, NULL), ERR_MSGSIZE);
	netdev_set_up(n.dev, false);
	CHECK_EQ(sk_send(sk, frame, sizeof(frame), NULL), ERR_NETDOWN);
	sk_close(sk);
	net_free(n.net);
}

TEST(packet, frames_for_others_are_seen_in_promiscuous_mode_alone)
{
	struct solo n = solo_new();
	struct sock *sk = packet(n.st, 0);
	uint8_t frame[60] = { 0x02, 0, 0, 0, 0xaa, 0xbb }, got[100];

	put_be16(frame + 12, 0x88b5);
	net_inject(n.dev, frame, sizeof(frame));
	CHECK_EQ(sk_recv(sk, got, sizeof(got), NULL), ERR_AGAIN);
	n.dev->flags |= DEV_PROMISC;
	net_inject(n.dev, frame, sizeof(frame));
	CHECK_EQ(sk_recv(sk, got, sizeof(got), NULL), 60);
	sk_close(sk);
	CHECK_EQ(show_drops(n.st, DROP_SOCK_CLOSED), 0);
	net_free(n.net);
}

/* --- out of memory ------------------------------------------------------------------ */

/* Three sockets want a copy of what arrives, and there is memory for so many. */
static void check_short_of_memory(bool frames, unsigned room)
{
	struct solo n = solo_new();
	struct sock *sk[3];
	unsigned got = 0;

	for (int i = 0; i < 3; i++)
		sk[i] = frames ? packet(n.st, ETHERTYPE_IP4) : raw(n.st, 89);
	pkt_pool_fail_after(net_pool(n.net), 1 + room);   /* 1: the frame itself */
	arrive(&n, 89, "routing", 7);
	pkt_pool_fail_after(net_pool(n.net), UINT64_MAX);
	for (int i = 0; i < 3; i++) {
		got += (sk_ready(sk[i]) & SK_IN) != 0;
		sk_close(sk[i]);
	}
	CHECK_EQ(got, room);
	CHECK_EQ(show_drops(n.st, DROP_NO_MEMORY), 3 - room);
	CHECK_EQ(show_dev_drops(n.dev, DROP_NO_MEMORY), 3 - room);
	net_free(n.net);
}

TEST(raw, who_gets_no_copy_for_want_of_memory_is_counted)
{
	for (unsigned room = 0; room <= 3; room++)
		check_short_of_memory(false, room);
}

TEST(packet, who_gets_no_copy_for_want_of_memory_is_counted)
{
	for (unsigned room = 0; room <= 3; room++)
		check_short_of_memory(true, room);
}
