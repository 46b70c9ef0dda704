// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/read.h"

#include "tests/unit/capture/fixture.h"

static struct capture_read *read_bytes(const void *bytes, size_t len, char err[256])
{
	FILE *f = tmpfile();

	REQUIRE(f != NULL);
	REQUIRE(fwrite(bytes, 1, len, f) == len);
	rewind(f);
	err[0] = '\0';
	return capture_read_stream(f, "in.pcap", err);
}

/* A classic file of the other byte order, in microseconds: one frame "hello". */
static const uint8_t big_endian[] = {
	0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1,
	0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 5, 0, 0, 0, 80, 'h', 'e', 'l', 'l', 'o',
};

TEST(read, microseconds_of_the_other_byte_order_become_nanoseconds)
{
	char err[256];
	struct capture_read *rd = read_bytes(big_endian, sizeof(big_endian), err);
	struct captured_frame fr;

	CHECK_STR(err, "");
	REQUIRE(rd != NULL);
	REQUIRE(capture_read_next(rd, &fr) == 1);
	CHECK_EQ(fr.unix_ns, SEC(7) + USEC(9));
	CHECK_EQ(fr.len, 80);
	REQUIRE(fr.kept == 5);
	CHECK_MEM(fr.bytes, "hello", 5);
	CHECK_EQ(capture_read_next(rd, &fr), 0);
	CHECK_EQ(capture_read_next(rd, &fr), 0);
	CHECK(capture_read_error(rd) == NULL);
	capture_read_close(rd);
}

/* Whatever the damage, the reader ends: at the end, or with an error that stays. */
TEST(read, a_file_cut_short_anywhere_is_an_error_not_a_frame)
{
	for (size_t n = 0; n < sizeof(big_endian); n++) {
		char err[256];
		struct capture_read *rd = read_bytes(big_endian, n, err);
		struct captured_frame fr;

		CHECK_EQ(rd != NULL, n >= 24);
		if (!rd) {
			CHECK(strstr(err, "cannot read in.pcap: ") == err);
			continue;
		}
		CHECK_EQ(capture_read_next(rd, &fr), n == 24 ? 0 : ERR_PROTO);
		if (n > 24) {
			CHECK(strstr(capture_read_error(rd), "in.pcap: ") != NULL);
			CHECK_EQ(capture_read_next(rd, &fr), ERR_PROTO);
		}
		capture_read_close(rd);
	}
}

TEST(read, only_ethernet_is_taken)
{
	uint8_t raw_ip[sizeof(big_endian)];
	char err[256];

	memcpy(raw_ip, big_endian, sizeof(raw_ip));
	raw_ip[23] = 101;                     /* LINKTYPE_RAW */
	CHECK(read_bytes(raw_ip, sizeof(raw_ip), err) == NULL);
	CHECK_STR(err, "in.pcap holds no Ethernet frames but RAW");
	raw_ip[22] = 0x7f;
	CHECK(read_bytes(raw_ip, sizeof(raw_ip), err) == NULL);
	CHECK(strstr(err, "in.pcap holds no Ethernet frames but frames of an unknown") == err);
}

TEST(read, what_is_no_capture_is_named_with_the_reason)
{
	char err[256] = "";

	CHECK(capture_read_open("/nonexistent/x.pcap", err) == NULL);
	CHECK_STR(err, "cannot open /nonexistent/x.pcap: No such file or directory");
	CHECK(read_bytes("#!/bin/sh\n# not a capture at all\n", 33, err) == NULL);
	CHECK_STR(err, "cannot read in.pcap: unknown file format");
	capture_read_close(NULL);
}

/* An instant beyond 2262 in a pcapng file of whole seconds. */
TEST(read, an_instant_out_of_range_saturates)
{
	static const uint8_t far[] = {
		0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 28, 0, 0, 0,
		1, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0,
		9, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0,
		6, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0,
		1, 0, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0, 36, 0, 0, 0,
	};
	char err[256];
	struct capture_read *rd = read_bytes(far, sizeof(far), err);
	struct captured_frame fr;

	CHECK_STR(err, "");
	REQUIRE(rd != NULL);
	REQUIRE(capture_read_next(rd, &fr) == 1);
	CHECK_EQ(fr.unix_ns, NS_NEVER);
	CHECK_EQ(fr.kept, 1);
	capture_read_close(rd);
}
