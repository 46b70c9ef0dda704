// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a card would have done to the frames of a kernel, against an
 * arithmetic of its own: a plain sum of 16-bit words, and frames written down
 * byte by byte.
 */
#include "sim/port/offload.h"

#include <linux/virtio_net.h>
#include <stdlib.h>

#include "stack/util/be.h"
#include "stack/util/cc.h"
#include "stack/util/rng.h"
#include "tests/unit/test.h"

#define ROOM 70000
#define UDP_L4 5
#define TAGGED 4
#define ETH 14
#define FIN 0x01
#define PSH 0x08
#define ACK 0x10
#define CWR 0x80

/* --- what came out ----------------------------------------------------------------- */

struct sink {
	unsigned n;
	size_t total;
	struct { size_t at, len; } got[70000];
	uint8_t bytes[ROOM * 4];
};

static void sink_frame(void *ctx, const uint8_t *frame, size_t n)
{
	struct sink *s = ctx;

	if (s->n >= sizeof(s->got) / sizeof(s->got[0]) || s->total + n > sizeof(s->bytes)) {
		s->n++;
		return;
	}
	s->got[s->n].at = s->total;
	s->got[s->n++].len = n;
	memcpy(s->bytes + s->total, frame, n);
	s->total += n;
}

static struct sink *sink_new(void)
{
	struct sink *s = calloc(1, sizeof(*s));

	REQUIRE(s != NULL);
	return s;
}

static const uint8_t *got(const struct sink *s, unsigned i) { return s->bytes + s->got[i].at; }

/* --- an arithmetic of its own --------------------------------------------------------- */

static uint32_t words(uint32_t sum, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sum += i & 1 ? b[i] : (uint32_t)b[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* A header, or a segment with its pseudo-header, adds up to all ones. */
static bool ip_sum_ok(const uint8_t *ip)
{
	return words(0, ip, (size_t)(ip[0] & 15) * 4) == 0xffff;
}

static bool l4_sum_ok(const uint8_t *ip, size_t ip_len)
{
	bool six = ip[0] >> 4 == 6;
	size_t hlen = six ? 40 : (size_t)(ip[0] & 15) * 4, len = ip_len - hlen;
	uint32_t sum = words((uint32_t)(six ? ip[6] : ip[9]), six ? ip + 8 : ip + 12, six ? 32 : 8);
	uint8_t l[2];

	put_be16(l, (uint16_t)len);
	return words(words(sum, l, 2), ip + hlen, len) == 0xffff;
}

/* --- frames -------------------------------------------------------------------------- */

struct make { bool six, udp; unsigned tags; size_t data, ip_opts, tcp_opts; uint8_t flags; };

static uint8_t *put_ip(uint8_t *b, const struct make *m, size_t l4_len)
{
	if (m->six) {
		b[0] = 0x60;
		put_be16(b + 4, (uint16_t)l4_len);
		b[6] = m->udp ? 17 : 6;
		b[7] = 64;
		for (int i = 8; i < 40; i++)
			b[i] = (uint8_t)(i * 37);
		return b + 40;
	}
	b[0] = (uint8_t)(0x45 + m->ip_opts / 4);
	put_be16(b + 2, (uint16_t)(20 + m->ip_opts + l4_len));
	put_be16(b + 4, 0xfffe);          /* the identification wraps after the second */
	put_be16(b + 6, 0x4000);
	b[8] = 64;
	b[9] = m->udp ? 17 : 6;
	put_be32(b + 12, 0x0a000001);
	put_be32(b + 16, 0x0a0000fe);
	memset(b + 20, 1, m->ip_opts);
	return b + 20 + m->ip_opts;
}

/* With the pseudo-header's sum in place, as a kernel leaves it. */
static size_t make_super(uint8_t *f, const struct make *m)
{
	size_t l4_len = (m->udp ? 8 : 20 + m->tcp_opts) + m->data;
	uint8_t *b = f + 12, *l4;

	memcpy(f, "\x02\0\0\0\0\1\x02\0\0\0\0\2", 12);
	for (unsigned i = 0; i < m->tags; i++, b += TAGGED)
		put_be32(b, 0x81000064 + i);
	put_be16(b, m->six ? 0x86dd : 0x0800);
	memset(b + 2, 0, 128);
	l4 = put_ip(b + 2, m, l4_len);
	put_be32(l4, 0x04000009);
	if (m->udp) {
		put_be16(l4 + 4, (uint16_t)l4_len);
		b = l4 + 8;
	} else {
		put_be32(l4 + 4, 0xfffffff0);     /* the sequence number wraps, too */
		l4[12] = (uint8_t)((5 + m->tcp_opts / 4) << 4);
		l4[13] = m->flags;
		memset(l4 + 20, 1, m->tcp_opts);
		b = l4 + 20 + m->tcp_opts;
	}
	for (size_t i = 0; i < m->data; i++)
		b[i] = (uint8_t)(i * 131 >> 3);
	return (size_t)(b - f) + m->data;
}

static struct virtio_net_hdr gso(uint8_t type, uint16_t size)
{
	return (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = type,
					.gso_size = size };
}

/* --- unfinished checksums --------------------------------------------------------------- */

TEST(offload, a_frame_that_needs_nothing_passes_as_it_is)
{
	struct sink *s = sink_new();
	struct virtio_net_hdr h = { 0 };
	uint8_t f[60], same[60];

	for (int i = 0; i < 60; i++)
		f[i] = same[i] = (uint8_t)(i * 3);
	CHECK(offload_finish(&h, f, sizeof(f), sink_frame, s));
	CHECK_EQ(s->n, 1);
	CHECK_EQ(s->got[0].len, 60);
	CHECK_MEM(got(s, 0), same, 60);
	h.flags = VIRTIO_NET_HDR_F_DATA_VALID;
	CHECK(offload_finish(&h, f, 1, sink_frame, s));
	CHECK_EQ(s->n, 2);
	free(s);
}

/* A datagram "hi" from 10.0.0.1:1024 to 10.0.0.2:53.  By hand: the pseudo-
 * header is 0a00+0001+0a00+0002+0011+000a = 141e, to which the ports, length
 * and data add 0400+0035+000a+6869 = 6ca8; 80c6, and its complement is 7f39. */
TEST(offload, a_checksum_that_was_begun_is_completed)
{
	static const uint8_t begun[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 0, 0, 30, 0, 1, 0x40, 0, 64, 17, 0x26, 0xcc, 10, 0, 0, 1, 10, 0, 0, 2,
		4, 0, 0, 53, 0, 10, 0x14, 0x1e, 'h', 'i',
	};
	struct virtio_net_hdr h = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34,
				    .csum_offset = 6 };
	struct sink *s = sink_new();
	uint8_t f[sizeof(begun)];

	memcpy(f, begun, sizeof(f));
	CHECK(offload_finish(&h, f, sizeof(f), sink_frame, s));
	REQUIRE(s->n == 1);
	CHECK_EQ(s->got[0].len, sizeof(begun));
	CHECK_EQ(get_be16(got(s, 0) + 40), 0x7f39);
	CHECK(l4_sum_ok(got(s, 0) + ETH, 30));
	free(s);
}

/* In UDP a sum of 0 would mean that there is none (RFC 768). */
TEST(offload, a_checksum_of_zero_is_written_as_all_ones_in_udp_alone)
{
	static const struct { uint16_t at, want; } rows[] = { { 6, 0xffff }, { 16, 0 } };

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct virtio_net_hdr h = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 14,
					    .csum_offset = rows[i].at };
		struct sink *s = sink_new();
		uint8_t f[40] = { [14] = 0xff, [15] = 0xff };

		CHECK(offload_finish(&h, f, sizeof(f), sink_frame, s));
		CHECK_EQ(get_be16(f + 14 + rows[i].at), rows[i].want);
		free(s);
	}
}

TEST(offload, a_checksum_outside_the_frame_is_refused)
{
	static const struct { uint16_t start, offset; bool ok; } tries[] = {
		{ 0, 58, true }, { 58, 0, true }, { 0, 59, false }, { 59, 0, false },
		{ 60, 0, false }, { 65535, 65535, false }, { 0, 65535, false }, { 65535, 0, false },
	};
	struct sink *s = sink_new();
	uint8_t *f = calloc(1, 60);

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct virtio_net_hdr h = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					    .csum_start = tries[i].start,
					    .csum_offset = tries[i].offset };

		CHECK_EQ(offload_finish(&h, f, 60, sink_frame, s), tries[i].ok);
	}
	CHECK_EQ(s->n, 2);
	free(f);
	free(s);
}

/* --- super-frames -------------------------------------------------------------------------- */

/* Everything that must be so in the frames cut from m. */
static void check_cut(const struct make *m, size_t mss)
{
	uint8_t type = m->udp ? UDP_L4 :
		       m->six ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	struct virtio_net_hdr h = gso(type, (uint16_t)mss);
	size_t l3 = ETH + m->tags * TAGGED, l4 = l3 + (m->six ? 40 : 20 + m->ip_opts);
	size_t hlen = l4 + (m->udp ? 8 : 20 + m->tcp_opts), at = 0;
	unsigned n = m->data ? (unsigned)((m->data + mss - 1) / mss) : 1;
	uint8_t *f = malloc(ROOM), *whole = malloc(ROOM);
	struct sink *s = sink_new();
	size_t len = make_super(f, m);

	memcpy(whole, f, len);
	CHECK(offload_finish(&h, f, len, sink_frame, s));
	REQUIRE(s->n == n);
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *p = got(s, i), *ip = p + l3;
		size_t data = s->got[i].len - hlen;
		uint8_t flags = m->flags;

		CHECK_EQ(data, i + 1 < n ? mss : m->data - at);
		CHECK_MEM(p, whole, l3);
		CHECK_MEM(p + hlen, whole + hlen + at, data);
		CHECK(l4_sum_ok(ip, s->got[i].len - l3));
		if (m->six) {
			CHECK_EQ(get_be16(ip + 4), s->got[i].len - l4);
		} else {
			CHECK(ip_sum_ok(ip));
			CHECK_EQ(get_be16(ip + 2), s->got[i].len - l3);
			CHECK_EQ(get_be16(ip + 4), (0xfffe + i) & 0xffff);
		}
		if (m->udp) {
			CHECK_EQ(get_be16(p + l4 + 4), s->got[i].len - l4);
		} else {
			if (i)
				flags &= (uint8_t)~CWR;
			if (i + 1 < n)
				flags &= (uint8_t)~(FIN | PSH);
			CHECK_EQ(get_be32(p + l4 + 4), (uint32_t)(0xfffffff0 + at));
			CHECK_EQ(p[l4 + 13], flags);
		}
		at += data;
	}
	CHECK_EQ(at, m->data);
	free(f);
	free(whole);
	free(s);
}

TEST(offload, a_tcp_super_frame_is_cut_into_segments)
{
	check_cut(&(struct make){ .data = 64000, .flags = ACK | PSH, .tcp_opts = 12 }, 1448);
	check_cut(&(struct make){ .data = 2896, .flags = ACK }, 1448);
	check_cut(&(struct make){ .data = 2897, .flags = ACK | FIN }, 1448);
	check_cut(&(struct make){ .data = 65000, .flags = ACK, .ip_opts = 40, .tcp_opts = 40 }, 88);
	check_cut(&(struct make){ .data = 5, .flags = ACK | FIN | PSH }, 1);
}

TEST(offload, one_that_is_no_longer_than_a_segment_stays_one)
{
	check_cut(&(struct make){ .data = 1448, .flags = ACK | PSH | CWR }, 1448);
	check_cut(&(struct make){ .data = 0, .flags = ACK }, 1448);
}

/* RFC 3168 6.1.2: CWR is said once. */
TEST(offload, only_the_first_segment_says_that_the_window_was_reduced)
{
	struct make m = { .data = 5000, .flags = ACK | CWR | PSH };
	struct virtio_net_hdr h = gso(VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN, 1000);
	uint8_t *f = malloc(ROOM);
	struct sink *s = sink_new();
	static const uint8_t want[5] = { ACK | CWR, ACK, ACK, ACK, ACK | PSH };

	CHECK(offload_finish(&h, f, make_super(f, &m), sink_frame, s));
	REQUIRE(s->n == 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(got(s, i)[ETH + 20 + 13], want[i]);
	free(f);
	free(s);
}

TEST(offload, tcp_over_ip6_and_udp_over_both_are_cut_too)
{
	check_cut(&(struct make){ .six = true, .data = 60000, .flags = ACK | PSH }, 1428);
	check_cut(&(struct make){ .udp = true, .data = 60001 }, 1472);
	check_cut(&(struct make){ .udp = true, .six = true, .data = 3000 }, 1200);
	check_cut(&(struct make){ .udp = true, .data = 9, .ip_opts = 4 }, 3);
}

TEST(offload, vlan_tags_are_in_front_of_every_frame)
{
	check_cut(&(struct make){ .tags = 1, .data = 4000, .flags = ACK }, 1448);
	check_cut(&(struct make){ .tags = 2, .six = true, .data = 4000, .flags = ACK }, 1428);
}

TEST(offload, a_tag_that_the_kernel_took_out_goes_back_in)
{
	uint8_t room[4 + 62] = { 0 }, *f = room + 4, *tagged;
	struct make m = { .udp = true, .data = 20 };
	struct virtio_net_hdr h = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34,
				    .csum_offset = 6 };
	uint8_t *big = malloc(ROOM);
	struct sink *s = sink_new();
	size_t n = make_super(big, &m);

	REQUIRE(n == 62);
	put_be16(big + 40, (uint16_t)words(17 + 28, big + ETH + 12, 8));
	memcpy(f, big, n);
	tagged = offload_put_tag(&h, f, 0x8100, 0x2064);
	CHECK(tagged == room);
	CHECK_MEM(tagged, big, 12);
	CHECK_EQ(get_be32(tagged + 12), 0x81002064);
	CHECK_MEM(tagged + 16, big + 12, n - 12);
	CHECK(offload_finish(&h, tagged, n + 4, sink_frame, s));
	REQUIRE(s->n == 1);
	CHECK(l4_sum_ok(got(s, 0) + ETH + 4, n - ETH));
	free(big);
	free(s);
}

/* --- what cannot be cut ---------------------------------------------------------------------- */

static bool cut_with(const struct make *m, uint8_t type, uint16_t mss, size_t patch_at,
		     uint8_t patch, size_t keep)
{
	struct virtio_net_hdr h = gso(type, mss);
	uint8_t *f = calloc(1, ROOM), *exact;
	struct sink *s = sink_new();
	size_t n = make_super(f, m);
	bool ok;

	if (patch_at)
		f[patch_at] = patch;
	if (keep && keep < n)
		n = keep;
	exact = malloc(n);                /* so that a sanitizer sees the end */
	memcpy(exact, f, n);
	ok = offload_finish(&h, exact, n, sink_frame, s);
	CHECK_EQ(s->n > 0, ok);
	free(exact);
	free(f);
	free(s);
	return ok;
}

TEST(offload, what_is_not_what_it_says_is_refused)
{
	struct make tcp = { .data = 3000, .flags = ACK }, six = { .six = true, .data = 3000 };
	struct make udp = { .udp = true, .data = 3000 };

	CHECK(cut_with(&tcp, 1, 1000, 0, 0, 0));
	CHECK(!cut_with(&tcp, 1, 0, 0, 0, 0));           /* of no length */
	CHECK(!cut_with(&tcp, 4, 1000, 0, 0, 0));        /* not IPv6 */
	CHECK(!cut_with(&six, 1, 1000, 0, 0, 0));
	CHECK(!cut_with(&tcp, UDP_L4, 1000, 0, 0, 0));
	CHECK(!cut_with(&udp, 1, 1000, 0, 0, 0));
	CHECK(!cut_with(&udp, 3, 1000, 0, 0, 0));        /* fragments: left out */
	CHECK(!cut_with(&tcp, 77, 1000, 0, 0, 0));
	CHECK(!cut_with(&tcp, 1, 65535, 0, 0, 0));       /* would be no IP packet */
	CHECK(!cut_with(&tcp, 1, 1000, 12, 0x09, 0));    /* another EtherType */
	CHECK(!cut_with(&tcp, 1, 1000, 14, 0x65, 0));    /* another version */
	CHECK(!cut_with(&tcp, 1, 1000, 14, 0x44, 0));    /* a header of 16 bytes */
	CHECK(!cut_with(&tcp, 1, 1000, 20, 0x20, 0));    /* a fragment */
	CHECK(!cut_with(&tcp, 1, 1000, 46, 0x40, 0));    /* a TCP header of 16 bytes */
	CHECK(!cut_with(&six, 4, 1000, 20, 43, 0));      /* an extension header */
}

TEST(offload, a_frame_that_ends_in_its_headers_is_refused)
{
	struct make tcp = { .data = 100, .tcp_opts = 20, .ip_opts = 8, .tags = 1 };
	size_t hlen = ETH + 4 + 28 + 40;

	for (size_t n = 1; n < hlen; n++)
		CHECK(!cut_with(&tcp, 1, 10, 0, 0, n));
	CHECK(cut_with(&tcp, 1, 10, 0, 0, hlen));
}

TEST(offload, no_bytes_make_it_read_or_write_outside_the_frame)
{
	struct sink *s = sink_new();
	struct rng r;

	rng_init(&r, 1, "offload");
	for (int i = 0; i < 200000; i++) {
		size_t n = rng_below(&r, 200), at = rng_below(&r, 3);
		uint8_t *f = malloc(n ? n : 1), whole[256] = { 0 };
		struct make m = { .six = rng_below(&r, 2), .udp = rng_below(&r, 2),
				  .tags = (unsigned)rng_below(&r, 3), .data = 40 };
		struct virtio_net_hdr h = gso((uint8_t)rng_below(&r, 6),
					      (uint16_t)rng_below(&r, 40));

		h.csum_start = (uint16_t)rng_below(&r, 220);
		h.csum_offset = (uint16_t)rng_below(&r, 20);
		make_super(whole, &m);
		for (; at; at--)
			whole[rng_below(&r, 100)] = (uint8_t)rng_below(&r, 256);
		memcpy(f, whole, n);
		s->n = 0, s->total = 0;
		if (offload_finish(&h, f, n, sink_frame, s))
			CHECK(s->n >= 1);
		else
			CHECK_EQ(s->n, 0);
		free(f);
	}
	free(s);
}
