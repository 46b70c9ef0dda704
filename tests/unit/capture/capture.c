// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/capture.h"

#include <errno.h>

#include "tests/unit/capture/fixture.h"

/* Any mixture of frames, a pure function of n. */
static void write_mixture(struct capture *c, int n)
{
	uint8_t f[FRAME_MIN + 7];

	for (int i = 0; i < n; i++) {
		frame_ip4(f, i % 2 ? 6 : 1, (uint16_t)i, 80);
		memset(f + FRAME_MIN, i, 7);
		if (i % 5 == 0)
			capture_add_if(c, "late", (uint64_t)i);
		if (i % 3)
			capture_frame(c, 0, MSEC(i), CAPTURE_IN, f, FRAME_MIN + (size_t)i % 8,
				      NULL);
		else
			capture_frame_pending(c, 0, MSEC(i), CAPTURE_OUT, f, FRAME_MIN);
		if (i % 6 == 0)
			capture_comment(c, "dropped: link.loss");
	}
}

static uint8_t *one_run(const char *suffix, size_t *len)
{
	struct scratch s = scratch_new(suffix);
	struct capture *c = open_capture(s.path, NULL);
	uint8_t *bytes;

	write_mixture(c, 100);
	CHECK_EQ(capture_count(c), 100);
	CHECK_EQ(capture_close(c), OK);
	bytes = slurp(s.path, len);
	scratch_free(&s);
	return bytes;
}

static void check_two_runs(const char *suffix)
{
	size_t na, nb;
	uint8_t *a = one_run(suffix, &na), *b = one_run(suffix, &nb);

	CHECK(na > 100 * FRAME_MIN);
	CHECK_EQ(na, nb);
	CHECK_MEM(a, b, na < nb ? na : nb);
	free(a);
	free(b);
}

TEST(capture, two_equal_runs_write_equal_bytes)
{
	check_two_runs(".pcapng");
	check_two_runs(".pcap");
}

/* Number of frames in the file, and the length of the last one. */
static int count_frames(const char *path, size_t *last)
{
	struct capture_read *rd = open_read(path);
	struct captured_frame fr;
	int n = 0;

	while (capture_read_next(rd, &fr) == 1)
		n++, *last = fr.len;
	CHECK(capture_read_error(rd) == NULL);
	capture_read_close(rd);
	return n;
}

TEST(capture, a_pending_record_waits_for_its_comment)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, NULL);
	uint8_t f[FRAME_MIN];
	size_t len;
	uint8_t *b;

	frame_arp(f);
	CHECK_EQ(capture_add_if(c, "h1:eth0", 0), 0);
	CHECK(capture_frame_pending(c, 0, 1, CAPTURE_OUT, f, sizeof(f)));
	memset(f, 0xee, sizeof(f));           /* the record has its own copy */
	capture_comment(c, "first");
	capture_comment(c, "too late");
	CHECK_EQ(capture_flush(c), OK);
	b = slurp(s.path, &len);
	CHECK(memmem(b, len, "first", 5) != NULL);
	CHECK(memmem(b, len, "too late", 8) == NULL);
	CHECK(memmem(b, len, "\xee\xee", 2) == NULL);
	free(b);
	CHECK_EQ(capture_close(c), OK);
	scratch_free(&s);
}

TEST(capture, a_comment_never_lands_on_an_earlier_frame)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, "arp");
	uint8_t arp[FRAME_MIN], icmp[FRAME_MIN];
	size_t len;
	uint8_t *b;

	frame_arp(arp);
	frame_ip4(icmp, 1, 0, 0);
	capture_add_if(c, "h1:eth0", 0);
	CHECK(capture_frame_pending(c, 0, 1, CAPTURE_OUT, arp, sizeof(arp)));
	CHECK(!capture_frame_pending(c, 0, 2, CAPTURE_OUT, icmp, sizeof(icmp)));
	capture_comment(c, "about the icmp");
	CHECK_EQ(capture_close(c), OK);
	b = slurp(s.path, &len);
	CHECK(memmem(b, len, "about", 5) == NULL);
	CHECK_EQ(count_frames(s.path, &len), 1);
	free(b);
	scratch_free(&s);
}

TEST(capture, flush_and_close_write_what_is_pending)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, NULL);
	uint8_t f[FRAME_MIN];
	size_t last = 0;

	frame_arp(f);
	capture_add_if(c, "h1:eth0", 0);
	capture_frame_pending(c, 0, 1, CAPTURE_OUT, f, sizeof(f));
	CHECK_EQ(capture_flush(c), OK);
	CHECK_EQ(count_frames(s.path, &last), 1);
	capture_frame_pending(c, 0, 2, CAPTURE_OUT, f, sizeof(f) - 1);
	CHECK_EQ(capture_close(c), OK);
	CHECK_EQ(count_frames(s.path, &last), 2);
	CHECK_EQ(last, FRAME_MIN - 1);
	scratch_free(&s);
}

TEST(capture, frames_of_the_other_direction_are_ignored)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture_config cfg = { .path = s.path, .dir = CAPTURE_IN };
	char err[256];
	struct capture *c = capture_open(&cfg, err);
	uint8_t f[FRAME_MIN];

	REQUIRE(c != NULL);
	frame_arp(f);
	capture_add_if(c, "h1:eth0", 0);
	CHECK(!capture_frame(c, 0, 1, CAPTURE_OUT, f, sizeof(f), NULL));
	CHECK(!capture_frame_pending(c, 0, 1, CAPTURE_OUT, f, sizeof(f)));
	CHECK(capture_frame(c, 0, 2, CAPTURE_IN, f, sizeof(f), NULL));
	CHECK_EQ(capture_count(c), 1);
	CHECK_EQ(capture_close(c), OK);
	scratch_free(&s);
}

TEST(capture, the_filter_sees_bytes_that_snaplen_cuts_off)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture_config cfg = {
		.path = s.path, .filter = "tcp dst port 10086", .dir = CAPTURE_BOTH, .snaplen = 14,
	};
	char err[256];
	struct capture *c = capture_open(&cfg, err);
	struct capture_read *rd;
	struct captured_frame fr;
	uint8_t f[FRAME_MIN];

	REQUIRE(c != NULL);
	capture_add_if(c, "h1:eth0", 0);
	frame_ip4(f, 6, 4000, 10086);
	CHECK(capture_frame(c, 0, 1, CAPTURE_OUT, f, sizeof(f), NULL));
	CHECK(capture_frame_pending(c, 0, 2, CAPTURE_OUT, f, sizeof(f)));
	frame_ip4(f, 6, 4000, 10087);
	CHECK(!capture_frame(c, 0, 3, CAPTURE_OUT, f, sizeof(f), NULL));
	CHECK_EQ(capture_close(c), OK);
	rd = open_read(s.path);
	for (int i = 0; i < 2; i++) {
		REQUIRE(capture_read_next(rd, &fr) == 1);
		CHECK_EQ(fr.kept, 14);
		CHECK_EQ(fr.len, FRAME_MIN);
		CHECK_MEM(fr.bytes, f, 14);
	}
	CHECK_EQ(capture_read_next(rd, &fr), 0);
	capture_read_close(rd);
	scratch_free(&s);
}

TEST(capture, a_file_that_cannot_be_created_is_named_with_the_reason)
{
	struct capture_config cfg = { .path = "/nonexistent/x.pcapng", .dir = CAPTURE_BOTH };
	char err[256];

	CHECK(capture_open(&cfg, err) == NULL);
	CHECK_STR(err, "cannot create /nonexistent/x.pcapng: No such file or directory");
	cfg.path = "/";
	CHECK(capture_open(&cfg, err) == NULL);
	CHECK_STR(err, "cannot create /: Is a directory");
}

TEST(capture, a_bad_filter_leaves_the_old_file_alone)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture_config cfg = { .path = s.path, .dir = CAPTURE_BOTH, .filter = "tcp prot 1" };
	FILE *f = fopen(s.path, "w");
	char err[256] = "";
	size_t len;
	uint8_t *b;

	REQUIRE(f != NULL);
	fputs("precious", f);
	fclose(f);
	CHECK(capture_open(&cfg, err) == NULL);
	CHECK(strstr(err, "bad filter \"tcp prot 1\": ") == err);
	b = slurp(s.path, &len);
	CHECK_STR((char *)b, "precious");
	free(b);
	scratch_free(&s);
}

/* /dev/full takes everything into the stream's buffer and nothing out of it. */
TEST(capture, a_full_disk_is_reported_by_close)
{
	struct capture *c = open_capture("/dev/full", NULL);
	uint8_t f[FRAME_MIN];

	frame_arp(f);
	CHECK_EQ(capture_add_if(c, "h1:eth0", 0), 0);
	CHECK(capture_frame(c, 0, 1, CAPTURE_OUT, f, sizeof(f), NULL));
	CHECK(capture_error(c) == NULL);
	CHECK_EQ(capture_close(c), ERR_IO);
}

TEST(capture, a_write_error_is_sticky_and_stops_the_capture)
{
	struct capture *c = open_capture("/dev/full", NULL);
	uint8_t f[FRAME_MIN];

	frame_arp(f);
	capture_add_if(c, "h1:eth0", 0);
	CHECK(capture_frame_pending(c, 0, 1, CAPTURE_OUT, f, sizeof(f)));
	CHECK_EQ(capture_flush(c), ERR_IO);
	CHECK_STR(capture_error(c), "cannot write /dev/full: No space left on device");
	CHECK(!capture_frame(c, 0, 2, CAPTURE_OUT, f, sizeof(f), NULL));
	CHECK(!capture_frame_pending(c, 0, 2, CAPTURE_OUT, f, sizeof(f)));
	CHECK_EQ(capture_count(c), 1);
	CHECK_EQ(capture_add_if(c, "h1:eth1", 0), ERR_IO);
	CHECK_EQ(capture_close(c), ERR_IO);
}

TEST(capture, a_write_error_is_seen_while_frames_go_on)
{
	struct capture *c = open_capture("/dev/full", NULL);
	uint8_t f[FRAME_MIN];
	int n = 0;

	frame_arp(f);
	capture_add_if(c, "h1:eth0", 0);
	while (n < 100000 && capture_frame(c, 0, n, CAPTURE_OUT, f, sizeof(f), NULL))
		n++;
	CHECK(n < 100000);
	CHECK_EQ(capture_count(c), n);
	CHECK_STR(capture_error(c), "cannot write /dev/full: No space left on device");
	CHECK_EQ(capture_close(c), ERR_IO);
}

/* A pipe has a reader who wants each record at once, not a full buffer. */
TEST(capture, a_pipe_gets_every_record_as_it_is_written)
{
	int fds[2];
	char path[32];
	uint8_t f[FRAME_MIN], got[1024];
	struct capture *c;

	REQUIRE(pipe(fds) == 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[1]);
	c = open_capture(path, NULL);
	frame_arp(f);
	capture_add_if(c, "h1:eth0", 0);
	CHECK(read(fds[0], got, sizeof(got)) > 0);
	capture_frame(c, 0, 1, CAPTURE_OUT, f, sizeof(f), NULL);
	CHECK(read(fds[0], got, sizeof(got)) > (ssize_t)sizeof(f));
	CHECK_EQ(capture_close(c), OK);
	close(fds[0]);
	close(fds[1]);
}

/* Runs with standard output turned into a file for a moment. */
TEST(capture, dash_is_standard_output_and_stays_open)
{
	struct scratch s = scratch_new(".out");
	uint8_t f[FRAME_MIN];
	struct capture *c;
	int keep, n;
	size_t last = 0;

	fflush(stdout);
	keep = dup(STDOUT_FILENO);
	REQUIRE(keep >= 0 && freopen(s.path, "wb", stdout));
	c = open_capture("-", NULL);
	frame_arp(f);
	capture_add_if(c, "h1:eth0", 0);
	capture_frame(c, 0, 1, CAPTURE_OUT, f, sizeof(f), NULL);
	n = count_frames(s.path, &last);      /* flushed, and not yet closed */
	CHECK_EQ(capture_close(c), OK);
	CHECK(ferror(stdout) == 0 && fileno(stdout) >= 0);
	fflush(stdout);
	dup2(keep, STDOUT_FILENO);
	close(keep);
	CHECK_EQ(n, 1);
	scratch_free(&s);
}

TEST(capture, path_and_counters_are_as_given)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c = open_capture(s.path, "");

	CHECK_STR(capture_path(c), s.path);
	CHECK_EQ(capture_count(c), 0);
	CHECK_EQ(capture_add_if(c, "a", 0), 0);
	CHECK_EQ(capture_add_if(c, "b", 0), 1);
	CHECK_EQ(capture_close(c), OK);
	CHECK_EQ(capture_close(NULL), OK);
	scratch_free(&s);
}
