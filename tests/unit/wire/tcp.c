// SPDX-License-Identifier: GPL-3.0-or-later
#include "stack/wire/tcp.h"

#include <stdlib.h>

#include "stack/util/csum.h"
#include "stack/util/rng.h"
#include "stack/wire/ip4.h"
#include "tests/unit/test.h"

static struct tcp_hdr random_hdr(struct rng *r)
{
	return (struct tcp_hdr){
		.sport = (uint16_t)rng_u32(r), .dport = (uint16_t)rng_u32(r),
		.seq = seq(rng_u32(r)), .ack = seq(rng_u32(r)),
		.hlen = (uint8_t)(TCP_HLEN + 4 * rng_below(r, 11)), .flags = (uint8_t)rng_u32(r),
		.wnd = (uint16_t)rng_u32(r), .csum = (uint16_t)rng_u32(r),
		.urg = (uint16_t)rng_u32(r),
	};
}

TEST(tcp, a_header_that_is_emitted_parses_to_the_same)
{
	struct rng r;

	rng_init(&r, 1, "tcp");
	for (int i = 0; i < 5000; i++) {
		struct tcp_hdr h = random_hdr(&r), got;
		uint8_t b[TCP_HLEN];
		struct wr w = wr_init(b, sizeof(b));

		tcp_hdr_emit(&h, &w);
		REQUIRE(wr_ok(&w));
		REQUIRE(tcp_hdr_parse(&got, b, TCP_HLEN_MAX) == DROP_NONE);
		REQUIRE(got.sport == h.sport && got.dport == h.dport && seq_eq(got.seq, h.seq) &&
			seq_eq(got.ack, h.ack) && got.hlen == h.hlen && got.flags == h.flags &&
			got.wnd == h.wnd && got.csum == h.csum && got.urg == h.urg);
	}
}

TEST(tcp, a_header_that_is_short_or_lies_about_its_length_is_refused)
{
	uint8_t b[TCP_HLEN_MAX] = { 0 };
	struct tcp_hdr h;

	for (size_t n = 0; n < TCP_HLEN; n++) {
		uint8_t *exact = calloc(1, n ? n : 1);

		CHECK_EQ(tcp_hdr_parse(&h, exact, n), DROP_TCP_SHORT);
		free(exact);
	}
	for (unsigned words = 0; words < 16; words++) {
		b[12] = (uint8_t)(words << 4);
		CHECK_EQ(tcp_hdr_parse(&h, b, 40), words < 5 || words > 10 ? DROP_TCP_HLEN : DROP_NONE);
	}
}

/* Options that a segment of this kind may carry. */
static struct tcp_opts random_opts(struct rng *r, bool syn)
{
	struct tcp_opts o = { .has_ts = rng_below(r, 2) };

	if (o.has_ts) {
		o.tsval = rng_u32(r);
		o.tsecr = rng_u32(r);
	}
	if (syn) {
		o.has_mss = rng_below(r, 2);
		o.mss = o.has_mss ? (uint16_t)rng_u32(r) : 0;
		o.sack_ok = rng_below(r, 2);
		o.has_wscale = rng_below(r, 2);
		o.wscale_first = rng_below(r, 2);
		o.wscale = o.has_wscale ? (uint8_t)rng_below(r, TCP_WSCALE_MAX + 1) : 0;
		return o;
	}
	o.n_sack = (uint8_t)rng_below(r, o.has_ts ? 4 : 5);
	for (unsigned i = 0; i < o.n_sack; i++)
		o.sack[i] = (struct tcp_sack){ seq(rng_u32(r)), seq(rng_u32(r)) };
	return o;
}

static bool opts_eq(const struct tcp_opts *a, const struct tcp_opts *b)
{
	bool eq = a->has_mss == b->has_mss && a->has_wscale == b->has_wscale &&
		a->has_ts == b->has_ts && a->sack_ok == b->sack_ok && a->wscale == b->wscale &&
		a->n_sack == b->n_sack && a->mss == b->mss && a->tsval == b->tsval &&
		a->tsecr == b->tsecr;

	for (unsigned i = 0; eq && i < a->n_sack; i++)
		eq = seq_eq(a->sack[i].start, b->sack[i].start) &&
			seq_eq(a->sack[i].end, b->sack[i].end);
	return eq;
}

/* Every option but EOL and NOP has its length, and whatever stands behind the
 * end of the list is zero. */
static bool opts_well_formed(const uint8_t *b, size_t n)
{
	size_t i = 0;

	while (i < n && b[i] != TCP_OPT_EOL) {
		if (b[i] != TCP_OPT_NOP && (i + 1 == n || b[i + 1] < 2))
			return false;
		i += b[i] == TCP_OPT_NOP ? 1 : b[i + 1];
	}
	for (; i < n; i++)
		if (b[i])
			return false;
	return i == n;
}

/* MUST-68, MUST-69 */
TEST(tcp, options_that_are_emitted_parse_to_the_same_in_whole_words)
{
	struct rng r;

	rng_init(&r, 2, "tcp options");
	for (int i = 0; i < 20000; i++) {
		bool syn = rng_below(&r, 2);
		struct tcp_opts o = random_opts(&r, syn), got;
		uint8_t b[TCP_OPT_MAX];
		size_t n = tcp_opts_emit(&o, syn, b);

		REQUIRE(n <= TCP_OPT_MAX && n % 4 == 0 && opts_well_formed(b, n));
		tcp_opts_parse(&got, b, n, syn);
		REQUIRE(opts_eq(&o, &got));
	}
}

TEST(tcp, four_blocks_beside_timestamps_are_cut_to_three)
{
	struct tcp_opts o = { .has_ts = true, .n_sack = 4 }, got;
	uint8_t b[TCP_OPT_MAX];

	CHECK_EQ(tcp_opts_emit(&o, false, b), TCP_OPT_MAX);
	tcp_opts_parse(&got, b, TCP_OPT_MAX, false);
	CHECK_EQ(got.n_sack, 3);
}

TEST(tcp, options_of_any_bytes_are_never_read_past_their_end)
{
	struct rng r;

	rng_init(&r, 3, "tcp fuzz");
	for (int i = 0; i < 50000; i++) {
		size_t n = rng_below(&r, TCP_OPT_MAX + 1);
		uint8_t *exact = malloc(n ? n : 1);
		struct tcp_opts o;

		for (size_t k = 0; k < n; k++)
			exact[k] = (uint8_t)(rng_below(&r, 3) ? rng_below(&r, 12) : rng_u32(&r));
		tcp_opts_parse(&o, exact, n, rng_below(&r, 2));
		REQUIRE(o.n_sack <= TCP_SACK_MAX && o.wscale <= TCP_WSCALE_MAX);
		free(exact);
	}
}

static struct tcp_opts parse(const char *bytes, size_t n, bool syn)
{
	struct tcp_opts o;

	tcp_opts_parse(&o, (const uint8_t *)bytes, n, syn);
	return o;
}

/* RFC 9293 MUST-6 */
TEST(tcp, an_unknown_option_is_stepped_over)
{
	struct tcp_opts o = parse("\xfd\4ab\2\4\5\xb4", 8, true);

	CHECK(o.has_mss);
	CHECK_EQ(o.mss, 1460);
}

/* RFC 9293 MUST-7 */
TEST(tcp, an_impossible_length_ends_the_list_and_what_came_before_holds)
{
	CHECK(parse("\2\4\5\xb4\3\0\3\7", 8, true).has_mss);
	CHECK(!parse("\2\4\5\xb4\3\0\3\3\7", 9, true).has_wscale);
	CHECK(!parse("\3\1\2\4\5\xb4", 6, true).has_mss);
	CHECK(!parse("\2\5\5\xb4", 4, true).has_mss);
	CHECK(!parse("\2", 1, true).has_mss);
	CHECK(!parse("\0\2\4\5\xb4", 5, true).has_mss);
}

TEST(tcp, options_of_a_syn_mean_nothing_elsewhere)
{
	struct tcp_opts o = parse("\2\4\5\xb4\4\2\1\3\3\7\1\1", 12, false);

	CHECK(!o.has_mss && !o.sack_ok && !o.has_wscale);
}

/* RFC 7323 2.3 */
TEST(tcp, a_shift_above_14_is_taken_as_14)
{
	CHECK_EQ(parse("\3\3\x0e", 3, true).wscale, 14);
	CHECK_EQ(parse("\3\3\x0f", 3, true).wscale, 14);
	CHECK_EQ(parse("\3\3\xff", 3, true).wscale, 14);
}

TEST(tcp, the_checksum_makes_the_whole_sum_to_zero)
{
	struct rng r;

	rng_init(&r, 4, "tcp sums");
	for (int i = 0; i < 5000; i++) {
		uint8_t b[TCP_HLEN + 100];
		size_t n = TCP_HLEN + rng_below(&r, 101);
		ip4_t src = rng_u32(&r), dst = rng_u32(&r);

		for (size_t k = 0; k < n; k++)
			b[k] = (uint8_t)rng_u32(&r);
		put_be16(b + 16, 0);
		put_be16(b + 16, tcp_csum4(src, dst, n, csum_add(0, b, n)));
		REQUIRE(csum_fold(csum_add(csum_pseudo4(src, dst, IP_PROTO_TCP, n), b, n)) == 0);
	}
}

TEST(tcp, a_wrong_bit_is_seen_in_the_header_and_in_the_data)
{
	struct rng r;

	rng_init(&r, 5, "tcp bits");
	for (int i = 0; i < 5000; i++) {
		uint8_t b[TCP_HLEN_TS + 300];
		size_t n = rng_below(&r, 301), len = TCP_HLEN_TS + n;
		size_t bit = rng_below(&r, 8 * (uint32_t)len);
		ip4_t src = rng_u32(&r), dst = rng_u32(&r);

		for (size_t k = 0; k < len; k++)
			b[k] = (uint8_t)rng_u32(&r);
		put_be16(b + 16, 0);
		put_be16(b + 16, tcp_csum4(src, dst, len, csum_add(0, b, len)));
		REQUIRE(tcp_csum4_ok(src, dst, b, b + TCP_HLEN_TS, n));
		REQUIRE(!tcp_csum4_ok(src ^ 1, dst, b, b + TCP_HLEN_TS, n));
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		REQUIRE(!tcp_csum4_ok(src, dst, b, b + TCP_HLEN_TS, n));
	}
}
