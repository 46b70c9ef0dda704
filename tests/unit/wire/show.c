// SPDX-License-Identifier: GPL-3.0-or-later
/* The wanted lines are what tcpdump 4.99 -n printed for the same frames,
 * except where show.h says that more is shown. */
#include "stack/wire/show.h"

#include <stdlib.h>

#include "stack/util/rng.h"
#include "stack/wire/arp.h"
#include "stack/wire/eth.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/tcp.h"
#include "stack/wire/udp.h"
#include "tests/unit/test.h"

#define A IP4(10, 0, 1, 2)
#define B IP4(10, 0, 2, 2)
#define R IP4(10, 0, 1, 1)

static const struct mac mac_a = { { 2, 0, 0, 0, 0, 1 } }, mac_b = { { 2, 0, 0, 0, 0, 2 } };

struct frame { uint8_t b[1600]; size_t len; };

/* Shows n bytes from memory of exactly that size. */
static void check_cut(const struct frame *f, size_t n, const char *want)
{
	uint8_t *exact = malloc(n ? n : 1);
	struct buf out = { 0 };

	memcpy(exact, f->b, n);
	wire_show(exact, n, &out);
	CHECK_STR(out.s, want);
	buf_free(&out);
	free(exact);
}

static void check_shown(const struct frame *f, const char *want)
{
	check_cut(f, f->len, want);
}

static struct wr begin(struct frame *f, uint16_t type)
{
	struct eth_hdr h = { .dst = mac_b, .src = mac_a, .type = type };
	struct wr w = wr_init(f->b, sizeof(f->b));

	memset(f->b, 0, sizeof(f->b));
	eth_hdr_emit(&h, &w);
	return w;
}

/* n zero bytes, and the frame's end. */
static struct frame *finish(struct frame *f, struct wr *w, size_t n)
{
	while (n--)
		wr_u8(w, 0);
	f->len = wr_len(w);
	return f;
}

static struct frame *arp_frame(struct frame *f, struct arp a, size_t padding)
{
	struct wr w = begin(f, ETHERTYPE_ARP);

	arp_emit(&a, &w);
	return finish(f, &w, padding);
}

static struct wr ip_begin(struct frame *f, struct ip4_hdr h, size_t payload)
{
	struct wr w = begin(f, ETHERTYPE_IP4);

	h.hlen = IP4_HLEN;
	h.total_len = (uint16_t)(IP4_HLEN + payload);
	ip4_hdr_emit(&h, NULL, &w);
	return w;
}

static struct frame *echo_frame(struct frame *f, uint8_t type, size_t data)
{
	struct icmp4_hdr h = { .type = type, .u.echo = { 7, 1 } };
	struct wr w = ip_begin(f, (struct ip4_hdr){ .proto = IP_PROTO_ICMP, .src = A, .dst = B },
			       ICMP4_HLEN + data);

	icmp4_hdr_emit(&h, &w);
	return finish(f, &w, data);
}

/* An error that R sends about a packet from A's port 40000 to B. */
static struct frame *error_frame(struct frame *f, struct icmp4_hdr h, uint8_t proto, uint16_t port)
{
	struct ip4_hdr q = { .hlen = 20, .total_len = 60, .proto = proto, .src = A, .dst = B };
	struct udp_hdr u = { .sport = 40000, .dport = port, .len = 40 };
	struct wr w = ip_begin(f, (struct ip4_hdr){ .proto = IP_PROTO_ICMP, .src = R, .dst = A },
			       36);

	icmp4_hdr_emit(&h, &w);
	ip4_hdr_emit(&q, NULL, &w);
	udp_hdr_emit(&u, &w);
	return finish(f, &w, 0);
}

static struct frame *udp_frame(struct frame *f, struct ip4_hdr ip, uint16_t len, size_t data)
{
	struct udp_hdr u = { .sport = 40000, .dport = 7, .len = len };
	struct wr w;

	ip.proto = IP_PROTO_UDP, ip.src = A, ip.dst = B;
	w = ip_begin(f, ip, UDP_HLEN + data);
	udp_hdr_emit(&u, &w);
	return finish(f, &w, data);
}

TEST(show, arp)
{
	struct arp a = { .op = ARP_REQUEST, .sha = mac_a, .spa = A, .tpa = R };
	struct frame f;

	check_shown(arp_frame(&f, a, 0), "ARP, Request who-has 10.0.1.1 tell 10.0.1.2, length 28");
	a.tha = mac_b;
	check_shown(arp_frame(&f, a, 0),
		    "ARP, Request who-has 10.0.1.1 (02:00:00:00:00:02) tell 10.0.1.2, length 28");
	a.op = ARP_REPLY;
	check_shown(arp_frame(&f, a, 18),
		    "ARP, Reply 10.0.1.2 is-at 02:00:00:00:00:01, length 46");
	check_cut(&f, 41, "ARP, [|arp]");
	f.b[15] = 6;                              /* another kind of hardware */
	check_shown(&f, "ARP, not IPv4 over Ethernet, length 46");
}

TEST(show, echo)
{
	struct frame f;

	check_shown(echo_frame(&f, ICMP4_ECHO, 56),
		    "IP 10.0.1.2 > 10.0.2.2: ICMP echo request, id 7, seq 1, length 64");
	check_shown(echo_frame(&f, ICMP4_ECHO_REPLY, 56),
		    "IP 10.0.1.2 > 10.0.2.2: ICMP echo reply, id 7, seq 1, length 64");
}

TEST(show, a_frame_that_linux_sent)
{
	static const uint8_t captured[] = {
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00,
		0x45, 0x00, 0x00, 0x2c, 0xb0, 0xd2, 0x40, 0x00, 0x40, 0x01, 0x8b, 0xfc, 0x7f, 0x00,
		0x00, 0x01, 0x7f, 0x00, 0x00, 0x01, 0x08, 0x00, 0x6e, 0x57, 0x2c, 0x51, 0x00, 0x01,
		0x31, 0x33, 0x02, 0x6b, 0x00, 0x00, 0x00, 0x00, 0x1f, 0xb8, 0x0a, 0x00, 0x00, 0x00,
		0x00, 0x00,
	};
	struct frame f = { .len = sizeof(captured) };

	memcpy(f.b, captured, sizeof(captured));
	check_shown(&f, "IP 127.0.0.1 > 127.0.0.1: ICMP echo request, id 11345, seq 1, length 24");
}

static void check_error(struct icmp4_hdr h, uint8_t proto, const char *want)
{
	struct frame f;
	char line[200];

	snprintf(line, sizeof(line), "IP 10.0.1.1 > 10.0.1.2: ICMP %s, length 36", want);
	check_shown(error_frame(&f, h, proto, 33434), line);
}

static void check_unreach(uint8_t code, const char *want)
{
	check_error((struct icmp4_hdr){ .type = ICMP4_UNREACH, .code = code }, 17, want);
}

TEST(show, unreachables_name_what_was_not_reached)
{
	struct icmp4_hdr too_big = { .type = ICMP4_UNREACH, .code = 4, .u.mtu = 1400 };
	struct icmp4_hdr port = { .type = ICMP4_UNREACH, .code = 3 };

	check_unreach(0, "net 10.0.2.2 unreachable");
	check_unreach(1, "host 10.0.2.2 unreachable");
	check_unreach(2, "10.0.2.2 protocol 17 unreachable");
	check_unreach(3, "10.0.2.2 udp port 33434 unreachable");
	check_error(port, 6, "10.0.2.2 tcp port 33434 unreachable");
	check_error(port, 89, "10.0.2.2 protocol 89 port 33434 unreachable");
	check_unreach(4, "10.0.2.2 unreachable - need to frag");
	check_error(too_big, 17, "10.0.2.2 unreachable - need to frag (mtu 1400)");
	check_unreach(5, "10.0.2.2 unreachable - source route failed");
	check_unreach(6, "net 10.0.2.2 unreachable - unknown");
	check_unreach(9, "net 10.0.2.2 unreachable - admin prohibited");
	check_unreach(13, "host 10.0.2.2 unreachable - admin prohibited filter");
	check_unreach(15, "host 10.0.2.2 unreachable - precedence cutoff");
	check_unreach(99, "10.0.2.2 unreachable - #99");
}

TEST(show, the_other_icmp_messages)
{
	struct icmp4_hdr redirect = { .type = 5, .code = 1, .u.gateway = IP4(10, 0, 1, 3) };
	struct icmp4_hdr pointer = { .type = 12, .u.pointer = 20 };

	check_error(redirect, 17, "redirect 10.0.2.2 to host 10.0.1.3");
	redirect.code = 2;
	check_error(redirect, 17, "redirect-tos 10.0.2.2 to net 10.0.1.3");
	redirect.code = 4;
	check_error(redirect, 17, "redirect-#4 10.0.2.2 to 10.0.1.3");
	check_error((struct icmp4_hdr){ .type = 11 }, 17, "time exceeded in-transit");
	check_error((struct icmp4_hdr){ .type = 11, .code = 1 }, 17, "ip reassembly time exceeded");
	check_error(pointer, 17, "parameter problem - octet 20");
	pointer.code = 1;
	check_error(pointer, 17, "parameter problem - code 1");
	check_error((struct icmp4_hdr){ .type = 4 }, 17, "source quench");
	check_error((struct icmp4_hdr){ .type = 13, .u.echo = { 1, 2 } }, 17,
		    "time stamp query id 1 seq 2");
	check_error((struct icmp4_hdr){ .type = 42 }, 17, "type-#42");
}

TEST(show, udp)
{
	struct ip4_hdr whole = { .ttl = 64 };
	struct frame f;

	check_shown(udp_frame(&f, whole, 13, 5), "IP 10.0.1.2.40000 > 10.0.2.2.7: UDP, length 5");
	f.len += 13;                              /* padding is not data */
	check_shown(&f, "IP 10.0.1.2.40000 > 10.0.2.2.7: UDP, length 5");
	check_shown(udp_frame(&f, whole, 99, 3),
		    "IP 10.0.1.2.40000 > 10.0.2.2.7: UDP, bad length 91 > 3");
	check_shown(udp_frame(&f, whole, 5, 3),
		    "IP 10.0.1.2.40000 > 10.0.2.2.7: truncated-udplength 5");
}

TEST(show, tcp)
{
	struct tcp_hdr h = { .sport = 40000, .dport = 80, .hlen = TCP_HLEN, .seq = { 7 },
			     .ack = { 8 }, .flags = TCP_ACK | TCP_PSH, .wnd = 512 };
	struct ip4_hdr ip = { .proto = IP_PROTO_TCP, .src = A, .dst = B };
	struct ip4_hdr later = { .proto = IP_PROTO_TCP, .src = A, .dst = B, .frag_off = 8 };
	struct frame f;
	struct wr w = ip_begin(&f, ip, TCP_HLEN + 5);

	tcp_hdr_emit(&h, &w);
	check_shown(finish(&f, &w, 5), "IP 10.0.1.2.40000 > 10.0.2.2.80: Flags [P.], seq 7:12, "
		    "ack 8, win 512, length 5");
	f.len += 13;                              /* padding is not data */
	check_shown(&f, "IP 10.0.1.2.40000 > 10.0.2.2.80: Flags [P.], seq 7:12, ack 8, win 512, "
		    "length 5");
	check_cut(&f, 44, "IP truncated-ip - 15 bytes missing! 10.0.1.2.40000 > 10.0.2.2.80:  "
		  "[|tcp]");
	check_cut(&f, 37, "IP truncated-ip - 22 bytes missing! 10.0.1.2 > 10.0.2.2:  [|tcp]");
	w = ip_begin(&f, later, 20);
	check_shown(finish(&f, &w, 20), "IP 10.0.1.2 > 10.0.2.2: tcp 20 (frag 0:20@8)");
}

TEST(show, fragments_tell_their_place)
{
	struct ip4_hdr first = { .id = 78, .mf = true }, last = { .id = 78, .frag_off = 1480 };
	struct frame f;

	check_shown(udp_frame(&f, first, 2008, 1472),
		    "IP 10.0.1.2.40000 > 10.0.2.2.7: UDP, length 2000 (frag 78:1480@0+)");
	check_shown(udp_frame(&f, last, 0, 520),
		    "IP 10.0.1.2 > 10.0.2.2: udp 528 (frag 78:528@1480)");
}

TEST(show, what_is_not_decoded_is_named)
{
	struct frame f;
	struct wr w = ip_begin(&f, (struct ip4_hdr){ .proto = 253, .src = A, .dst = B }, 20);

	check_shown(finish(&f, &w, 20), "IP 10.0.1.2 > 10.0.2.2: ip-proto-253 20");
	w = begin(&f, 0x88b5);
	check_shown(finish(&f, &w, 46),
		    "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x88b5), length 60");
	w = begin(&f, ETHERTYPE_IP6);
	check_shown(finish(&f, &w, 40), "IP6, length 40");
}

TEST(show, tags_and_llc)
{
	struct frame f;
	struct wr w = begin(&f, ETHERTYPE_VLAN);

	wr_u16(&w, 0x6005);
	wr_u16(&w, ETHERTYPE_IP6);
	check_shown(finish(&f, &w, 40), "vlan 5, p 3, IP6, length 40");
	check_cut(&f, 17, "[|vlan]");
	w = begin(&f, 38);
	wr_bytes(&w, "\x42\x42\3", 3);
	check_shown(finish(&f, &w, 43), "LLC, dsap 0x42, ssap 0x42, length 38");
	w = begin(&f, 48);
	eth_snap_emit(ETHERTYPE_IP6, &w);
	check_shown(finish(&f, &w, 46), "SNAP, IP6, length 40");
	check_cut(&f, 30, "802.3, length 48 [|llc]");
}

TEST(show, short_frames_say_where_they_end)
{
	struct frame f;

	echo_frame(&f, ICMP4_ECHO, 56);
	check_cut(&f, 0, "[|ether]");
	check_cut(&f, 13, "[|ether]");
	check_cut(&f, 14, "IP [|ip]");
	check_cut(&f, 33, "IP [|ip]");
	check_cut(&f, 38, "IP truncated-ip - 60 bytes missing! 10.0.1.2 > 10.0.2.2: "
		  "ICMP [|icmp], length 64");
	check_cut(&f, 60, "IP truncated-ip - 38 bytes missing! 10.0.1.2 > 10.0.2.2: "
		  "ICMP echo request, id 7, seq 1, length 64");
	udp_frame(&f, (struct ip4_hdr){ 0 }, 13, 5);
	check_cut(&f, 38, "IP truncated-ip - 9 bytes missing! 10.0.1.2 > 10.0.2.2: [|udp]");
}

TEST(show, headers_that_make_no_sense)
{
	struct frame f;

	echo_frame(&f, ICMP4_ECHO, 0);
	f.b[14] = 0x65;
	check_shown(&f, "IP bad version 6");
	f.b[14] = 0x44;
	check_shown(&f, "IP bad-hlen 16");
	f.b[14] = 0x45;
	f.b[17] = 19;
	check_shown(&f, "IP bad-len 19");
}

/* Every cut, with a few bytes changed at random; the sanitizer watches. */
TEST(show, mutilated_frames_are_never_read_past_their_end)
{
	struct arp arp = { .op = ARP_REQUEST, .sha = mac_a, .spa = A, .tpa = R };
	struct icmp4_hdr port = { .type = ICMP4_UNREACH, .code = 3 };
	struct frame f;
	struct rng r;

	rng_init(&r, 1, "show fuzz");
	for (int i = 0; i < 40000; i++) {
		struct buf out = { 0 };
		uint8_t *exact;
		size_t n;

		switch (i % 4) {
		case 0: arp_frame(&f, arp, 18); break;
		case 1: echo_frame(&f, ICMP4_ECHO, 16); break;
		case 2: error_frame(&f, port, IP_PROTO_UDP, 9); break;
		case 3: udp_frame(&f, (struct ip4_hdr){ 0 }, 13, 5); break;
		}
		n = rng_below(&r, (uint32_t)f.len + 1);
		for (uint32_t k = rng_below(&r, 4); k > 0; k--)
			f.b[12 + rng_below(&r, (uint32_t)f.len - 12)] = (uint8_t)rng_u32(&r);
		exact = malloc(n ? n : 1);
		memcpy(exact, f.b, n);
		wire_show(exact, n, &out);
		REQUIRE(out.len > 0 && !out.bad && !strchr(out.s, '\n'));
		buf_free(&out);
		free(exact);
	}
}
