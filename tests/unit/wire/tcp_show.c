// SPDX-License-Identifier: GPL-3.0-or-later
/* The wanted text is what tcpdump 4.99 -nn -S printed for the same bytes. */
#include <stdlib.h>

#include "stack/util/rng.h"
#include "stack/wire/tcp.h"
#include "tests/unit/test.h"

#define PORTS "\x9c\x40\x1e\x61"
#define SEQ "\0\0\3\xe8"
#define ACK "\0\0\7\xd0"
#define REST "\2\0\0\0\0\0"               /* window 512, no checksum, no urgent data */

/* hlen_flags: two bytes of the header; rest: from the window on. */
struct sample { const char *bytes; size_t n; const char *want; };
#define S(hlen_flags, rest, want) \
	{ PORTS SEQ ACK hlen_flags rest, sizeof(PORTS SEQ ACK hlen_flags rest) - 1, want }

static void check_shown(const char *bytes, size_t n, size_t len, const char *want)
{
	uint8_t *exact = malloc(n ? n : 1);
	struct buf out = { 0 };

	memcpy(exact, bytes, n);
	tcp_show(exact, n, len, &out);
	CHECK_STR(out.s, want);
	buf_free(&out);
	free(exact);
}

static void check_samples(const struct sample *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_shown(s[i].bytes, s[i].n, s[i].n, s[i].want);
}

TEST(tcp_show, flags_and_numbers)
{
	static const struct sample samples[] = {
		S("\xa0\x02", REST
		  "\x02\x04\x05\xb4\x04\x02\x08\x0a\x00\x00\x00\x01\x00\x00\x00"
		  "\x00\x01\x03\x03\x07",
		  "Flags [S], seq 1000, win 512"
		  ", options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0"),
		S("\x60\x12", REST "\x02\x04\x05\xb4",
		  "Flags [S.], seq 1000, ack 2000, win 512, options [mss 1460], length 0"),
		S("\x50\x18", REST "\x68\x65\x6c\x6c\x6f",
		  "Flags [P.], seq 1000:1005, ack 2000, win 512, length 5"),
		S("\x50\x38", "\x02\x00\x00\x00\x00\x01" "\x78",
		  "Flags [P.U], seq 1000:1001, ack 2000, win 512, urg 1, length 1"),
		S("\x50\x00", REST,
		  "Flags [none], win 512, length 0"),
		S("\x50\xff", REST,
		  "Flags [FSRP.UEW], seq 1000, ack 2000, win 512, urg 0, length 0"),
		S("\x50\x14", REST,
		  "Flags [R.], seq 1000, ack 2000, win 512, length 0"),
		S("\x50\x11", REST,
		  "Flags [F.], seq 1000, ack 2000, win 512, length 0"),
	};

	check_samples(samples, sizeof(samples) / sizeof(samples[0]));
}

TEST(tcp_show, options_are_shown_as_they_stand)
{
	static const struct sample samples[] = {
		S("\x80\x10", REST "\x01\x01\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x08",
		  "Flags [.], ack 2000, win 512, options [nop,nop,TS val 7 ecr 8], length 0"),
		S("\xa0\x10", REST
		  "\x01\x01\x05\x12\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00"
		  "\x03\x00\x00\x00\x04",
		  "Flags [.], ack 2000, win 512, options [nop,nop,sack 2 {1:2}{3:4}], length 0"),
		S("\x60\x10", REST "\x00\x00\x00\x00",
		  "Flags [.], ack 2000, win 512, options [eol], length 0"),
		S("\x60\x10", REST "\xfd\x04\xab\xcd",
		  "Flags [.], ack 2000, win 512, options [unknown-253 0xabcd], length 0"),
		S("\x60\x10", REST "\xfd\x02\x01\x01",
		  "Flags [.], ack 2000, win 512, options [unknown-253,nop,nop], length 0"),
		S("\x60\x02", REST "\x22\x02\x01\x01",
		  "Flags [S], seq 1000, win 512, options [tfo  cookiereq,nop,nop], length 0"),
		S("\x60\x10", REST "\x05\x02\x01\x01",
		  "Flags [.], ack 2000, win 512, options [sack 0 ,nop,nop], length 0"),
	};

	check_samples(samples, sizeof(samples) / sizeof(samples[0]));
}

TEST(tcp_show, options_of_a_wrong_length_are_marked)
{
	static const struct sample samples[] = {
		S("\x60\x10", REST "\x02\x03\x01\x01",
		  "Flags [.], ack 2000, win 512, options [mss 257[len 3]], length 0"),
		S("\x60\x10", REST "\x08\x0a\x01\x01",
		  "Flags [.], ack 2000, win 512, options [[bad opt]"),
		S("\x60\x10", REST "\x22\x04\xab\xcd",
		  "Flags [.], ack 2000, win 512, options [tfo  (invalid)], length 0"),
		S("\x60\x10", REST "\x04\x03\x00\x00",
		  "Flags [.], ack 2000, win 512, options [sackOK[len 3],eol], length 0"),
		S("\x70\x10", REST "\x05\x0a\x00\x00\x00\x01\x00\x00\x00",
		  "Flags [.], seq 1000:1001, ack 2000, win 512, options [[bad opt]"),
		S("\x60\x10", REST "\x02\x00\x01\x01",
		  "Flags [.], ack 2000, win 512, options [[bad opt]"),
		S("\x90\x10", REST
		  "\x01\x01\x05\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		  "\x00",
		  "Flags [.], ack 2000, win 512, options [nop,nop,sack invalid sack,eol], length 0"),
		S("\x60\x10", REST "\x03\x04\x05\x01",
		  "Flags [.], ack 2000, win 512, options [wscale 5[len 4],nop], length 0"),
		S("\x60\x10", REST "\x01\x01\x01\x05",
		  "Flags [.], ack 2000, win 512, options [nop,nop,nop, [|tcp]"),
		S("\x60\x10", REST "\xfd\x08\x01\x01",
		  "Flags [.], ack 2000, win 512, options [[bad opt]"),
	};

	check_samples(samples, sizeof(samples) / sizeof(samples[0]));
}

TEST(tcp_show, lengths_that_cannot_be)
{
	static const struct sample samples[] = {
		S("\x40\x10", REST "\x61\x62\x63",
		  " tcp 7 [bad hdr length 16 - too short, < 20]"),
		S("\xa0\x10", REST "\x61\x62\x63",
		  "Flags [.] [bad hdr length 40 - too long, > 23]"),
	};

	check_samples(samples, sizeof(samples) / sizeof(samples[0]));
}

/* RFC 5482 3: the first bit means minutes. */
TEST(tcp_show, a_user_timeout_is_in_seconds)
{
	static const struct sample samples[] = {
		S("\x60\x10", REST "\x1c\x04\x00\x05",
		  "Flags [.], ack 2000, win 512, options [uto 0x5 5], length 0"),
		S("\x60\x10", REST "\x1c\x04\x80\x05",
		  "Flags [.], ack 2000, win 512, options [uto 0x8005 300], length 0"),
	};

	check_samples(samples, sizeof(samples) / sizeof(samples[0]));
}

TEST(tcp_show, what_is_cut_off_says_so)
{
	static const char syn[] = PORTS SEQ ACK "\xa0\x02" REST "\2\4\5\xb4\4\2\x08\x0a";
	static const char data[] = PORTS SEQ ACK "\x50\x18" REST "hel";

	check_shown(syn, 0, 40, " [|tcp]");
	check_shown(syn, 19, 40, " [|tcp]");
	check_shown(syn, 28, 40, "Flags [S], seq 1000, win 512, options [ [|tcp]");
	check_shown(data, 23, 25, "Flags [P.], seq 1000:1005, ack 2000, win 512, length 5");
}

TEST(tcp_show, no_bytes_make_it_read_past_their_end)
{
	struct rng r;

	rng_init(&r, 1, "tcp show");
	for (int i = 0; i < 40000; i++) {
		size_t n = rng_below(&r, TCP_HLEN_MAX + 8);
		uint8_t *exact = malloc(n ? n : 1);
		struct buf out = { 0 };

		for (size_t k = 0; k < n; k++)
			exact[k] = (uint8_t)(rng_below(&r, 3) ? rng_below(&r, 36) : rng_u32(&r));
		if (n > 12)
			exact[12] = (uint8_t)(rng_below(&r, 16) << 4);
		tcp_show(exact, n, n + rng_below(&r, 4), &out);
		REQUIRE(out.len > 0 && !out.bad && !strchr(out.s, '\n'));
		buf_free(&out);
		free(exact);
	}
}
