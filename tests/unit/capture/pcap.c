// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/pcap.h"

#include "tests/unit/capture/fixture.h"

/* The head as the nanosecond magic in this machine's byte order, then 2.4. */
TEST(pcap, a_file_named_pcap_has_the_nanosecond_magic)
{
	struct scratch s = scratch_new(".pcap");
	struct capture *c = open_capture(s.path, NULL);
	uint32_t magic;
	uint16_t version[2];
	size_t len;
	uint8_t *b;

	CHECK_EQ(capture_close(c), OK);
	b = slurp(s.path, &len);
	CHECK_EQ(len, 24);
	memcpy(&magic, b, 4);
	memcpy(version, b + 4, 4);
	CHECK_EQ(magic, 0xa1b23c4d);
	CHECK_EQ(version[0], 2);
	CHECK_EQ(version[1], 4);
	free(b);
	scratch_free(&s);
}

TEST(pcap, frames_of_all_interfaces_come_back_to_the_nanosecond)
{
	static const size_t lens[] = { 0, 1, 14, 59, 60, 1514, 65535 };
	static uint8_t bytes[65535];
	struct scratch s = scratch_new(".pcap");
	struct capture *c = open_capture(s.path, NULL);
	struct captured_frame fr;
	struct capture_read *rd;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	CHECK_EQ(capture_add_if(c, "h1:eth0", 0), 0);
	CHECK_EQ(capture_add_if(c, "h2:eth0", 1000), 1);
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++)
		CHECK(capture_frame(c, i % 2, SEC(i) + 999999990 + (ns_t)i, CAPTURE_IN,
				    lens[i] ? bytes : NULL, lens[i], "no place for this"));
	CHECK_EQ(capture_close(c), OK);
	rd = open_read(s.path);
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		REQUIRE(capture_read_next(rd, &fr) == 1);
		CHECK_EQ(fr.unix_ns, EPOCH_2000 + SEC(i) + 999999990 + (ns_t)i);
		CHECK_EQ(fr.len, lens[i]);
		REQUIRE(fr.kept == lens[i]);
		CHECK_MEM(fr.bytes, bytes, lens[i]);
	}
	CHECK_EQ(capture_read_next(rd, &fr), 0);
	capture_read_close(rd);
	scratch_free(&s);
}

/* libpcap's own writer reports nothing by itself; the capture must. */
TEST(pcap, a_full_disk_is_reported)
{
	struct capture_writer *w = capture_pcap.open(fopen("/dev/full", "wb"), 65535);
	uint8_t f[FRAME_MIN] = { 0 };
	struct capture_record r = { .dir = CAPTURE_IN, .kept = sizeof(f), .len = sizeof(f),
				    .bytes = f };
	int n = 0;

	REQUIRE(w != NULL);
	while (n < 100000 && capture_pcap.record(w, &r))
		n++;
	CHECK(n < 100000);
	CHECK(!capture_pcap.close(w));
}
