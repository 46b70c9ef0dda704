// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/pcapng.h"

#include <errno.h>

#include "tests/unit/capture/fixture.h"

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Checks the frame of every block: aligned, length twice, nothing left over.
 * Returns the number of blocks of a type. */
static int walk_blocks(const uint8_t *b, size_t len, uint32_t type)
{
	size_t at = 0;
	int n = 0;

	while (at < len) {
		uint32_t size;

		REQUIRE(len - at >= 12);
		size = le32(b + at + 4);
		REQUIRE(size % 4 == 0 && size >= 12 && size <= len - at);
		CHECK_EQ(le32(b + at + size - 4), size);
		n += le32(b + at) == type;
		at += size;
	}
	return n;
}

TEST(pcapng, the_head_is_these_bytes_on_every_machine)
{
	static const uint8_t want[] = {
		0x0a, 0x0d, 0x0d, 0x0a, 44, 0, 0, 0,
		0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		4, 0, 7, 0, 'n', 'e', 't', 'l', 'o', 'o', 'm', 0,
		0, 0, 0, 0, 44, 0, 0, 0,
		1, 0, 0, 0, 56, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0,
		2, 0, 7, 0, 'h', '1', ':', 'e', 't', 'h', '0', 0,
		8, 0, 8, 0, 0x00, 0xe4, 0x0b, 0x54, 2, 0, 0, 0,
		9, 0, 1, 0, 9, 0, 0, 0,
		0, 0, 0, 0, 56, 0, 0, 0,
	};
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, NULL);
	size_t len;
	uint8_t *b;

	CHECK_EQ(capture_add_if(c, "h1:eth0", UINT64_C(10000000000)), 0);
	CHECK_EQ(capture_close(c), OK);
	b = slurp(s.path, &len);
	REQUIRE(len == sizeof(want));
	CHECK_MEM(b, want, len);
	free(b);
	scratch_free(&s);
}

TEST(pcapng, a_record_is_these_bytes)
{
	static const uint8_t want[] = {
		6, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0,
		0xdf, 0xb2, 0x24, 0x1d, 0x05, 0x00, 0x52, 0xac,   /* 2.1 * 10^18 + 5 */
		3, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c', 0,
		2, 0, 4, 0, 2, 0, 0, 0,
		1, 0, 5, 0, 'l', 'o', 's', 's', '!', 0, 0, 0,
		0, 0, 0, 0, 60, 0, 0, 0,
	};
	struct scratch s = scratch_new(".pcapng");
	struct capture_writer *w = capture_pcapng.open(fopen(s.path, "wb"), 100);
	struct capture_record r = {
		.unix_ns = UINT64_C(2100000000000000005), .dir = CAPTURE_OUT, .kept = 3, .len = 3,
		.bytes = (const uint8_t *)"abc", .comment = "loss!",
	};
	size_t len;
	uint8_t *b;

	REQUIRE(w != NULL);
	CHECK(capture_pcapng.record(w, &r));
	CHECK(capture_pcapng.close(w));
	b = slurp(s.path, &len);
	REQUIRE(len == 44 + sizeof(want));
	CHECK_MEM(b + 44, want, sizeof(want));
	free(b);
	scratch_free(&s);
}

TEST(pcapng, every_length_and_comment_stays_aligned_and_comes_back)
{
	static uint8_t bytes[301];
	char comment[301] = "";
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, NULL);
	struct captured_frame fr;
	struct capture_read *rd;
	size_t len;
	uint8_t *b;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	CHECK_EQ(capture_add_if(c, "h1:eth0", 0), 0);
	for (size_t i = 0; i <= 300; i++) {
		CHECK(capture_frame(c, 0, (ns_t)i, CAPTURE_IN, i ? bytes : NULL, i, comment));
		if (i < 300)
			comment[i] = (char)('a' + i % 26), comment[i + 1] = '\0';
	}
	CHECK_EQ(capture_close(c), OK);
	b = slurp(s.path, &len);
	CHECK_EQ(walk_blocks(b, len, 6), 301);
	CHECK(memmem(b, len, comment, 300) != NULL);
	free(b);
	rd = open_read(s.path);
	for (size_t i = 0; i <= 300; i++) {
		REQUIRE(capture_read_next(rd, &fr) == 1);
		CHECK_EQ(fr.unix_ns, EPOCH_2000 + (ns_t)i);
		REQUIRE(fr.len == i && fr.kept == i);
		CHECK_MEM(fr.bytes, bytes, i);
	}
	CHECK_EQ(capture_read_next(rd, &fr), 0);
	capture_read_close(rd);
	scratch_free(&s);
}

/* The option's length has 16 bits; the text is UTF-8, 3 bytes a character here. */
TEST(pcapng, a_giant_comment_is_cut_between_characters)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, NULL);
	size_t n = 70002, len, opt;
	char *text = malloc(n + 1);
	uint8_t *b;

	REQUIRE(text != NULL);
	text[0] = 'x';
	for (size_t i = 1; i + 3 <= n; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	text[69999] = '\0';
	CHECK_EQ(capture_add_if(c, "h1:eth0", 0), 0);
	CHECK(capture_frame(c, 0, 1, CAPTURE_IN, "1234", 4, text));
	CHECK_EQ(capture_close(c), OK);
	b = slurp(s.path, &len);
	CHECK_EQ(walk_blocks(b, len, 6), 1);
	opt = 44 + le32(b + 44 + 4) + 28 + 4 + 8;
	CHECK_EQ(le32(b + opt), 1 | 65533u << 16);      /* 1 + 3 * 21844 */
	CHECK_EQ(b[opt + 4 + 65532], 0xac);
	CHECK_EQ(b[opt + 4 + 65533], 0);
	free(b);
	free(text);
	scratch_free(&s);
}

TEST(pcapng, a_frame_beyond_snaplen_keeps_its_true_length)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture_config cfg = { .path = s.path, .dir = CAPTURE_BOTH, .snaplen = 33 };
	char err[256];
	struct capture *c = capture_open(&cfg, err);
	uint8_t f[FRAME_MIN], *b, *epb;
	size_t len;

	REQUIRE(c != NULL);
	frame_arp(f);
	capture_add_if(c, "h1:eth0", 0);
	capture_frame(c, 0, 1, CAPTURE_IN, f, sizeof(f), NULL);
	CHECK_EQ(capture_close(c), OK);
	b = slurp(s.path, &len);
	CHECK_EQ(walk_blocks(b, len, 6), 1);
	CHECK_EQ(le32(b + 44 + 12), 33);                /* the interface's snaplen */
	epb = b + 44 + le32(b + 44 + 4);
	CHECK_EQ(le32(epb + 20), 33);
	CHECK_EQ(le32(epb + 24), FRAME_MIN);
	free(b);
	scratch_free(&s);
}

TEST(pcapng, a_failed_head_frees_the_writer)
{
	FILE *f = fopen("/dev/full", "wb");
	struct capture_writer *w;

	REQUIRE(f != NULL);
	setvbuf(f, NULL, _IONBF, 0);
	errno = 0;
	w = capture_pcapng.open(f, 100);
	CHECK(w == NULL);
	CHECK_EQ(errno, ENOSPC);
}

/* Three interfaces, the last one late; what each frame must look like. */
static const struct seen {
	int ifno;
	ns_t at;
	enum capture_dir dir;
	size_t len;
	const char *comment;
	const char *tshark;                   /* name, comment, time */
} seen[] = {
	{ 0, 0, CAPTURE_OUT, 60, NULL, "h1:eth0||946684800.000000000" },
	{ 1, 1, CAPTURE_IN, 59, "dropped: link.loss",
	  "r1:eth0|dropped: link.loss|946684800.000000001" },
	{ 1, SEC(3) + 123456789, CAPTURE_OUT, 57, "dropped: ip4.ttl_exceeded",
	  "r1:eth0|dropped: ip4.ttl_exceeded|946684803.123456789" },
	{ 2, SEC(100000000) + 999999999, CAPTURE_IN, 58, "",
	  "h2:eth0||1046684800.999999999" },
	{ 0, SEC(100000001), CAPTURE_IN, 60, "caf\xc3\xa9",
	  "h1:eth0|caf\xc3\xa9|1046684801.000000000" },
};
#define N_SEEN (sizeof(seen) / sizeof(*seen))

static struct scratch write_seen(void)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, NULL);
	uint8_t f[FRAME_MIN];

	frame_ip4(f, 1, 0x0800, 0);
	CHECK_EQ(capture_add_if(c, "h1:eth0", 0), 0);
	CHECK_EQ(capture_add_if(c, "r1:eth0", UINT64_C(1000000000)), 1);
	for (size_t i = 0; i < N_SEEN; i++) {
		if (seen[i].ifno == 2)
			CHECK_EQ(capture_add_if(c, "h2:eth0", 0), 2);
		CHECK(capture_frame(c, seen[i].ifno, seen[i].at, seen[i].dir, f, seen[i].len,
				    seen[i].comment));
	}
	CHECK_EQ(capture_close(c), OK);
	return s;
}

TEST(pcapng, libpcap_reads_three_interfaces_one_of_them_late)
{
	struct scratch s = write_seen();
	struct capture_read *rd = open_read(s.path);
	struct captured_frame fr;

	for (size_t i = 0; i < N_SEEN; i++) {
		REQUIRE(capture_read_next(rd, &fr) == 1);
		CHECK_EQ(fr.unix_ns, EPOCH_2000 + seen[i].at);
		CHECK_EQ(fr.len, seen[i].len);
	}
	CHECK_EQ(capture_read_next(rd, &fr), 0);
	capture_read_close(rd);
	scratch_free(&s);
}

TEST(pcapng, tshark_sees_names_comments_nanoseconds_and_directions)
{
	struct scratch s = write_seen();
	char cmd[400], line[256], *dir;
	FILE *p;

	if (system("command -v tshark >/dev/null 2>&1") != 0) {
		printf("skipped: no tshark\n");
		scratch_free(&s);
		return;
	}
	snprintf(cmd, sizeof(cmd), "tshark -n -r %s -T fields -E 'separator=|' "
		 "-e frame.interface_name -e frame.comment -e frame.time_epoch "
		 "-e frame.packet_flags_direction 2>/dev/null", s.path);
	p = popen(cmd, "r");
	REQUIRE(p != NULL);
	for (size_t i = 0; i < N_SEEN; i++) {
		REQUIRE(fgets(line, sizeof(line), p) != NULL);
		line[strcspn(line, "\n")] = '\0';
		dir = strrchr(line, '|');
		REQUIRE(dir != NULL);
		*dir++ = '\0';
		CHECK_STR(line, seen[i].tshark);
		CHECK_EQ(strtoul(dir, NULL, 0), seen[i].dir);
	}
	CHECK(fgets(line, sizeof(line), p) == NULL);
	CHECK_EQ(pclose(p), 0);
	scratch_free(&s);
}
