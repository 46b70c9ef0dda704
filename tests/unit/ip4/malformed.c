// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Malformed input, layer by layer.  A row is a frame that is right but for a
 * few bytes, and the reason it must die for; DROP_NONE: it must live, and be
 * answered.
 */
#include "stack/core/core.h"
#include "stack/socket.h"
#include "stack/wire/arp.h"
#include "tests/unit/ip4/fixture.h"

#define WHOLE 0xffff

struct patch { uint16_t at; uint8_t v; };
struct row {
	const char *what;
	uint16_t len;                     /* of the frame */
	enum drop why;
	struct patch patch[6];            /* at 0: no more; nothing here patches byte 0 */
};

static void apply(struct frame *f, const struct row *r)
{
	for (size_t i = 0; i < N_ELEM(r->patch) && r->patch[i].at; i++)
		f->b[r->patch[i].at] = r->patch[i].v;
	if (r->len == WHOLE)
		return;
	if (r->len > f->n)
		memset(f->b + f->n, 0xee, r->len - f->n);
	f->n = r->len;
}

/* The frame in b->f arrives, and dies for that reason alone. */
static void check_dies(struct bench *b, const struct row *r)
{
	net_inject_frame(b->in, &b->f);
	if (!CHECK_EQ(bench_drops(b, r->why), r->why != DROP_NONE) ||
	    !CHECK_EQ(bench_all_drops(b), r->why != DROP_NONE) ||
	    (r->why == DROP_NONE && !CHECK(net_sent(b->in) > 0)))
		printf("     %s\n", r->what);
}

/* --- Ethernet and ARP ------------------------------------------------------------- */

/* A request for our address: Ethernet, then htype 14, ptype 16, hlen 18, plen
 * 19, op 20, sha 22, spa 28, tha 32, tpa 38. */
static void arp_frame(struct bench *b)
{
	struct arp a = { .op = ARP_REQUEST, .sha = net_peer_mac, .spa = IP4(10, 0, 0, 99),
			 .tpa = US };
	uint8_t body[ARP_LEN];
	struct wr w = wr_init(body, sizeof(body));

	arp_emit(&a, &w);
	frame_eth(&b->f, b->in, ETHERTYPE_ARP, body, sizeof(body));
}

static const struct row arp_rows[] = {
	{ "a good request", WHOLE, DROP_NONE, { { 0, 0 } } },
	{ "a good request, padded", 60, DROP_NONE, { { 0, 0 } } },
	{ "an empty frame", 0, DROP_ETH_SHORT, { { 0, 0 } } },
	{ "13 bytes", 13, DROP_ETH_SHORT, { { 0, 0 } } },
	{ "multicast source MAC", WHOLE, DROP_ETH_SRC_MCAST, { { 6, 0x03 } } },
	{ "for another MAC", WHOLE, DROP_ETH_NOT_US, { { 5, 0x55 } } },
	{ "802.3 length past the frame", WHOLE, DROP_ETH_LENGTH, { { 12, 5 }, { 13, 0xdc } } },
	{ "802.3 length without LLC", WHOLE, DROP_ETH_LLC, { { 12, 0 }, { 13, 2 } } },
	{ "802.3 length 0", WHOLE, DROP_ETH_LLC, { { 12, 0 }, { 13, 0 } } },
	{ "LLC of no protocol known", WHOLE, DROP_ETH_LLC, { { 12, 0 }, { 13, 28 } } },
	{ "EtherType of no protocol known", WHOLE, DROP_ETH_TYPE, { { 12, 0x88 }, { 13, 0xb5 } } },
	{ "a runt: no ARP at all", 14, DROP_ARP_BAD, { { 0, 0 } } },
	{ "truncated ARP", 41, DROP_ARP_BAD, { { 0, 0 } } },
	{ "hardware not Ethernet", WHOLE, DROP_ARP_BAD, { { 15, 6 } } },
	{ "protocol not IPv4", WHOLE, DROP_ARP_BAD, { { 16, 0x86 }, { 17, 0xdd } } },
	{ "hlen 0", WHOLE, DROP_ARP_BAD, { { 18, 0 } } },
	{ "hlen 255", WHOLE, DROP_ARP_BAD, { { 18, 255 } } },
	{ "plen 16", WHOLE, DROP_ARP_BAD, { { 19, 16 } } },
	{ "operation 0", WHOLE, DROP_ARP_BAD, { { 21, 0 } } },
	{ "operation 9", WHOLE, DROP_ARP_BAD, { { 21, 9 } } },
	{ "sender IP is ours", WHOLE, DROP_ARP_CONFLICT, { { 31, 1 } } },
	{ "sender IP broadcasts", WHOLE, DROP_ARP_SOURCE, { { 31, 255 } } },
	{ "sender IP is 255.255.255.255", WHOLE, DROP_ARP_SOURCE,
	  { { 28, 255 }, { 29, 255 }, { 30, 255 }, { 31, 255 } } },
	{ "sender IP is a group", WHOLE, DROP_ARP_SOURCE, { { 28, 224 } } },
	{ "sender IP is loopback", WHOLE, DROP_ARP_SOURCE, { { 28, 127 } } },
	{ "sender IP is 0: a probe for ours", WHOLE, DROP_NONE,
	  { { 28, 0 }, { 29, 0 }, { 30, 0 }, { 31, 0 } } },
	{ "sender MAC is a group", WHOLE, DROP_ARP_SOURCE, { { 22, 0x03 } } },
	{ "sender MAC is zero", WHOLE, DROP_ARP_SOURCE, { { 22, 0 }, { 27, 0 } } },
	{ "sender MAC is not the frame's source", WHOLE, DROP_NONE, { { 27, 0x77 } } },
	{ "a request for another host", WHOLE, DROP_ARP_NOT_US, { { 41, 77 } } },
	{ "an answer to no question", WHOLE, DROP_ARP_UNASKED, { { 21, 2 } } },
};

TEST(malformed, ethernet_and_arp)
{
	for (size_t i = 0; i < N_ELEM(arp_rows); i++) {
		struct bench *b = bench_new(false);

		arp_frame(b);
		apply(&b->f, &arp_rows[i]);
		if (arp_rows[i].why == DROP_ARP_CONFLICT) {       /* is defended: an answer */
			net_inject_frame(b->in, &b->f);
			CHECK_EQ(bench_drops(b, DROP_ARP_CONFLICT), 1);
		} else {
			check_dies(b, &arp_rows[i]);
			CHECK(arp_rows[i].why == DROP_NONE || net_sent(b->in) == 0);
		}
		bench_free(b);
	}
}

TEST(malformed, an_arp_flood_does_not_fill_the_memory)
{
	struct bench *b = bench_new(false);

	for (unsigned i = 0; i < 5000; i++) {
		arp_frame(b);
		b->f.b[21] = i & 1 ? ARP_REPLY : ARP_REQUEST;
		b->f.b[29] = (uint8_t)(1 + (i >> 8));
		b->f.b[31] = (uint8_t)i;
		net_inject_frame(b->in, &b->f);
		CHECK(b->st->neigh.count <= 1024);
	}
	CHECK_EQ(bench_drops(b, DROP_ARP_UNASKED), 2500);
	bench_free(b);
}

/* --- IPv4 -------------------------------------------------------------------------------- */

/* An echo request for us with eight NOPs as options: IP at 14, total length
 * 16, id 18, fragment 20, TTL 22, checksum 24, source 26, destination 30,
 * options 34, ICMP 42. */
static void echo_frame(struct bench *b)
{
	uint8_t msg[12];

	memset(b->opt, 1, 8);
	b->h.hlen = 28;
	b->h.proto = IP_PROTO_ICMP;
	frame_ip4(&b->f, b->in, &b->h, b->opt, msg, frame_icmp(msg, ICMP4_ECHO, 0, 1, "data", 4));
}

static const struct row ip4_rows[] = {
	{ "a good echo request", WHOLE, DROP_NONE, { { 0, 0 } } },
	{ "trailing bytes", 60, DROP_NONE, { { 0, 0 } } },
	{ "TTL 0 for us: RFC 1122 3.2.1.7", WHOLE, DROP_NONE, { { 22, 0 } } },
	{ "TTL 1 for us", WHOLE, DROP_NONE, { { 22, 1 } } },
	{ "no header", 14, DROP_IP4_SHORT, { { 0, 0 } } },
	{ "19 bytes of header", 33, DROP_IP4_SHORT, { { 0, 0 } } },
	{ "version 6", WHOLE, DROP_IP4_VERSION, { { 14, 0x67 } } },
	{ "version 0", WHOLE, DROP_IP4_VERSION, { { 14, 0x07 } } },
	{ "IHL 4", WHOLE, DROP_IP4_HLEN, { { 14, 0x44 } } },
	{ "IHL 0", WHOLE, DROP_IP4_HLEN, { { 14, 0x40 } } },
	{ "IHL past the packet", WHOLE, DROP_IP4_LENGTH, { { 14, 0x4f } } },
	{ "total length below the header's", WHOLE, DROP_IP4_LENGTH, { { 17, 27 } } },
	{ "total length 0", WHOLE, DROP_IP4_LENGTH, { { 17, 0 } } },
	{ "total length past the frame", WHOLE, DROP_IP4_LENGTH, { { 17, 41 } } },
	{ "total length 65535", WHOLE, DROP_IP4_LENGTH, { { 16, 255 }, { 17, 255 } } },
	{ "truncated frame", 50, DROP_IP4_LENGTH, { { 0, 0 } } },
	{ "source 0.0.0.0", WHOLE, DROP_IP4_MARTIAN_SRC, { { 26, 0 }, { 29, 0 } } },
	{ "source 255.255.255.255", WHOLE, DROP_IP4_MARTIAN_SRC,
	  { { 26, 255 }, { 27, 255 }, { 28, 255 }, { 29, 255 } } },
	{ "source is a subnet's broadcast", WHOLE, DROP_IP4_MARTIAN_SRC, { { 29, 255 } } },
	{ "source is a group", WHOLE, DROP_IP4_MARTIAN_SRC, { { 26, 224 } } },
	{ "source is class E", WHOLE, DROP_IP4_MARTIAN_SRC, { { 26, 240 } } },
	{ "source is loopback", WHOLE, DROP_IP4_MARTIAN_SRC, { { 26, 127 } } },
	{ "source is ours: LAND", WHOLE, DROP_IP4_MARTIAN_SRC, { { 29, 1 } } },
	{ "destination 0.0.0.0", WHOLE, DROP_IP4_MARTIAN_DST, { { 30, 0 }, { 33, 0 } } },
	{ "destination is loopback", WHOLE, DROP_IP4_MARTIAN_DST, { { 30, 127 } } },
	{ "destination is class E", WHOLE, DROP_IP4_MARTIAN_DST, { { 30, 250 } } },
	{ "destination is another host", WHOLE, DROP_IP4_NOT_US, { { 33, 77 } } },
	{ "destination is a group we are not in", WHOLE, DROP_IP4_MCAST, { { 30, 230 } } },
	{ "option length 0", WHOLE, DROP_IP4_OPTIONS, { { 34, 7 }, { 35, 0 } } },
	{ "option length 1", WHOLE, DROP_IP4_OPTIONS, { { 34, 94 }, { 35, 1 } } },
	{ "option past the header", WHOLE, DROP_IP4_OPTIONS, { { 34, 94 }, { 35, 9 } } },
	{ "option without length", WHOLE, DROP_IP4_OPTIONS, { { 41, 94 } } },
	{ "RR pointer 3", WHOLE, DROP_IP4_OPTIONS, { { 34, 7 }, { 35, 7 }, { 36, 3 } } },
	{ "RR pointer between slots", WHOLE, DROP_IP4_OPTIONS,
	  { { 34, 7 }, { 35, 7 }, { 36, 5 } } },
	{ "RR is full", WHOLE, DROP_NONE, { { 34, 7 }, { 35, 7 }, { 36, 8 } } },
	{ "RR pointer far past its end", WHOLE, DROP_NONE, { { 34, 7 }, { 35, 7 }, { 36, 252 } } },
	{ "TS pointer 4", WHOLE, DROP_IP4_OPTIONS,
	  { { 34, 68 }, { 35, 8 }, { 36, 4 }, { 37, 0 } } },
	{ "TS unknown flag", WHOLE, DROP_IP4_OPTIONS,
	  { { 34, 68 }, { 35, 8 }, { 36, 5 }, { 37, 2 } } },
	{ "TS overflow", WHOLE, DROP_IP4_OPTIONS,
	  { { 34, 68 }, { 35, 8 }, { 36, 9 }, { 37, 0xf0 } } },
	{ "SSRR bad pointer", WHOLE, DROP_IP4_OPTIONS, { { 34, 137 }, { 35, 7 }, { 36, 0 } } },
	{ "SSRR without a slot", WHOLE, DROP_IP4_OPTIONS, { { 34, 137 }, { 35, 2 } } },
	{ "two source routes", WHOLE, DROP_IP4_OPTIONS,
	  { { 34, 131 }, { 35, 3 }, { 36, 4 }, { 37, 137 }, { 38, 3 }, { 39, 4 } } },
};

/* One row; the header's checksum is right unless that is what is wrong. */
static void check_ip4_row(const struct row *r)
{
	struct bench *b = bench_new(false);
	size_t hlen;

	echo_frame(b);
	apply(&b->f, r);
	hlen = (b->f.b[14] & 15u) * 4;
	if (hlen >= IP4_HLEN && b->f.n >= 14 + hlen)
		ip4_hdr_seal(b->f.b + 14, hlen);
	check_dies(b, r);
	bench_free(b);
}

TEST(malformed, ip4)
{
	for (size_t i = 0; i < N_ELEM(ip4_rows); i++)
		check_ip4_row(&ip4_rows[i]);
}

TEST(malformed, ip4_bad_checksum)
{
	for (uint16_t at = 15; at < 42; at++) {   /* any byte that does not change the lengths */
		struct row r = { "checksum", WHOLE, DROP_IP4_CHECKSUM, { { at, 0 } } };
		struct bench *b = bench_new(false);

		if (at != 16 && at != 17) {
			echo_frame(b);
			r.patch[0].v = b->f.b[at] ^ 0x10;
			apply(&b->f, &r);
			check_dies(b, &r);
		}
		bench_free(b);
	}
}

TEST(malformed, trailing_bytes_do_not_reach_the_answer)
{
	struct bench *b = bench_new(false);

	echo_frame(b);
	memset(b->f.b + b->f.n, 0xee, 500);
	b->f.n += 500;
	net_inject_frame(b->in, &b->f);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.n, 4);
	bench_free(b);
}

TEST(malformed, an_inner_header_of_a_tunnel_we_do_not_speak_is_not_looked_at)
{
	struct bench *b = bench_new(false);

	b->h.proto = IP_PROTO_IPIP;
	bench_send(b, IP_PROTO_IPIP, "\x4f\0\xff\xff", 4);
	CHECK_EQ(bench_drops(b, DROP_IP4_PROTO), 1);
	bench_free(b);
}

/* --- fragments ------------------------------------------------------------------------- */

struct part { uint16_t off, n; bool mf; };

static const struct {
	const char *what;
	struct part part[4];              /* n 0 with off 0: no more */
	enum drop why;
	unsigned dead;                    /* packets that die */
} frag_rows[] = {
	{ "ping of death", { { 65528, 100, false } }, DROP_FRAG_MALFORMED, 1 },
	{ "teardrop: inside the one before", { { 0, 800, true }, { 400, 8, false } },
	  DROP_FRAG_MALFORMED, 2 },
	{ "overlap", { { 0, 800, true }, { 792, 800, true } }, DROP_FRAG_OVERLAP, 2 },
	{ "overlap from behind", { { 792, 800, true }, { 0, 800, true } }, DROP_FRAG_OVERLAP, 2 },
	{ "the same twice", { { 8, 800, true }, { 8, 800, true } }, DROP_FRAG_DUPLICATE, 1 },
	{ "zero length", { { 8, 0, true } }, DROP_FRAG_MALFORMED, 1 },
	{ "not a multiple of 8", { { 8, 801, true } }, DROP_FRAG_MALFORMED, 1 },
	{ "two ends", { { 800, 8, false }, { 1600, 8, false } }, DROP_FRAG_MALFORMED, 2 },
	{ "more behind the end", { { 800, 8, false }, { 808, 8, true } }, DROP_FRAG_MALFORMED, 2 },
	{ "the end comes first", { { 800, 8, false }, { 0, 400, true } }, DROP_NONE, 0 },
};

TEST(malformed, fragments)
{
	static const uint8_t zero[900];

	for (size_t i = 0; i < N_ELEM(frag_rows); i++) {
		struct bench *b = bench_new(false);

		for (const struct part *p = frag_rows[i].part; p->off || p->n; p++) {
			b->h.frag_off = p->off;
			b->h.mf = p->mf;
			bench_send(b, IP_PROTO_UDP, zero, p->n);
		}
		if (!CHECK_EQ(bench_drops(b, frag_rows[i].why), frag_rows[i].dead) ||
		    !CHECK_EQ(bench_all_drops(b), frag_rows[i].dead))
			printf("     %s\n", frag_rows[i].what);
		bench_free(b);
	}
}

/* --- ICMP -------------------------------------------------------------------------------- */

TEST(malformed, icmp_short_or_with_a_bad_checksum)
{
	struct bench *b = bench_new(false);
	uint8_t msg[12];
	size_t n = frame_icmp(msg, ICMP4_ECHO, 0, 1, "data", 4);

	for (size_t len = 0; len < ICMP4_HLEN; len++)
		bench_send(b, IP_PROTO_ICMP, msg, len);
	CHECK_EQ(bench_drops(b, DROP_ICMP_SHORT), ICMP4_HLEN);
	for (size_t i = 0; i < n; i++) {
		msg[i] ^= 0x40;
		bench_send(b, IP_PROTO_ICMP, msg, n);
		msg[i] ^= 0x40;
	}
	CHECK_EQ(bench_drops(b, DROP_ICMP_CHECKSUM), n);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

TEST(malformed, icmp_errors_about_anything_are_not_answered)
{
	static const uint8_t quotes[][28] = {     /* error, fragment, to all, from all, noise */
		{ 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 3, 1 },
		{ 0x45, 0, 0, 28, 0, 0, 0, 9, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 },
		{ 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 255, 255, 255, 255 },
		{ 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 255, 255, 255, 255, 10, 0, 0, 2 },
		{ 0 },
	};
	static const uint8_t types[] = { 3, 4, 5, 11, 12 };
	struct bench *b = bench_new(false);

	for (size_t i = 0; i < N_ELEM(quotes); i++)
		for (size_t k = 0; k < N_ELEM(types); k++)
			for (uint8_t code = 0; code < 20; code++)
				bench_icmp(b, types[k], code, 0, quotes[i], sizeof(quotes[i]));
	CHECK_EQ(net_sent(b->in), 0);
	CHECK_EQ(net_sent(b->out), 0);
	bench_free(b);
}

/* --- UDP ------------------------------------------------------------------------------------ */

/* A datagram with four bytes of data: IP at 14, ports 34, 36, length 38,
 * checksum 40, data 42. */
static const struct row udp_rows[] = {
	{ "length 0", WHOLE, DROP_UDP_LENGTH, { { 39, 0 } } },
	{ "length 7", WHOLE, DROP_UDP_LENGTH, { { 39, 7 } } },
	{ "length past the packet", WHOLE, DROP_UDP_LENGTH, { { 39, 13 } } },
	{ "length 65535", WHOLE, DROP_UDP_LENGTH, { { 38, 255 }, { 39, 255 } } },
	{ "bad checksum", WHOLE, DROP_UDP_CHECKSUM, { { 41, 0x5a } } },
	{ "bad data", WHOLE, DROP_UDP_CHECKSUM, { { 42, 0x5a } } },
};

TEST(malformed, udp)
{
	for (size_t i = 0; i < N_ELEM(udp_rows); i++) {
		struct bench *b = bench_new(false);
		uint8_t msg[20];

		b->h.proto = IP_PROTO_UDP;
		frame_ip4(&b->f, b->in, &b->h, NULL, msg,
			  frame_udp(msg, &b->h, 1, 2222, "data", 4));
		apply(&b->f, &udp_rows[i]);
		check_dies(b, &udp_rows[i]);
		CHECK_EQ(net_sent(b->in), 0);     /* nothing malformed is answered */
		bench_free(b);
	}
}

TEST(malformed, udp_shorter_than_its_header)
{
	struct bench *b = bench_new(false);

	for (size_t n = 0; n < UDP_HLEN; n++)
		bench_send(b, IP_PROTO_UDP, "\x4\x57\x8\xae\0\x8\0", n);
	CHECK_EQ(bench_drops(b, DROP_UDP_SHORT), UDP_HLEN);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

static size_t received(struct sock *sk)
{
	uint8_t got[100];
	ssize_t n = sk_recv(sk, got, sizeof(got), NULL);

	return n < 0 ? SIZE_MAX : (size_t)n;
}

TEST(malformed, udp_that_is_odd_but_good)
{
	struct bench *b = bench_new(false);
	struct endpoint at = { addr_ip4(0), 2222 };
	uint8_t msg[40] = { 0 };
	struct sock *sk;
	size_t n;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK && sk_bind(sk, &at) == OK);
	b->h.proto = IP_PROTO_UDP;
	n = frame_udp(msg, &b->h, 1, 2222, "data", 4);
	bench_send(b, IP_PROTO_UDP, msg, n + 9);  /* more than its length: cut */
	CHECK_EQ(received(sk), 4);
	msg[6] = msg[7] = 0;                      /* no checksum */
	bench_send(b, IP_PROTO_UDP, msg, n);
	CHECK_EQ(received(sk), 4);
	n = frame_udp(msg, &b->h, 0, 2222, "data", 4);
	bench_send(b, IP_PROTO_UDP, msg, n);      /* from port 0: RFC 768 allows it */
	CHECK_EQ(received(sk), 4);
	n = frame_udp(msg, &b->h, 1, 2222, "", 0);
	bench_send(b, IP_PROTO_UDP, msg, n);
	CHECK_EQ(received(sk), 0);
	CHECK_EQ(bench_all_drops(b), 0);
	n = frame_udp(msg, &b->h, 1, 0, "data", 4);
	bench_send(b, IP_PROTO_UDP, msg, n);
	CHECK_EQ(bench_drops(b, DROP_UDP_NO_PORT), 1);
	sk_close(sk);
	bench_free(b);
}
