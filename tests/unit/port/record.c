// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What entered by the doors is recorded and enters again: the captures of both
 * runs are equal byte for byte.  The world is two files of frames, and doors
 * behind which nobody is.
 */
#include "sim/port/record.h"

#include "sim/port/replay.h"
#include "stack/util/rng.h"
#include "tests/unit/capture/fixture.h"
#include "tests/unit/port/door.h"

struct files { struct scratch x, y, sock, rec, rec2, cap, cap2; };

static void files_new(struct files *f)
{
	f->x = scratch_new(".pcapng");
	f->y = scratch_new(".pcapng");
	f->sock = scratch_new(".sock");
	f->rec = scratch_new(".pcapng");
	f->rec2 = scratch_new(".pcapng");
	f->cap = scratch_new(".pcapng");
	f->cap2 = scratch_new(".pcapng");
	scratch_free(&f->sock);           /* a path for a socket */
}

static void files_free(struct files *f)
{
	scratch_free(&f->x);
	scratch_free(&f->y);
	scratch_free(&f->sock);
	scratch_free(&f->rec);
	scratch_free(&f->rec2);
	scratch_free(&f->cap);
	scratch_free(&f->cap2);
}

static void world_write(const char *path, ns_t step, uint32_t tag)
{
	struct capture *c = door_file(path);

	REQUIRE(capture_add_if(c, "world", 0) == 0);
	for (unsigned i = 0; i < 100; i++)
		door_frame(c, 0, SEC(1) + i * step, 60 + i, tag + i);
	CHECK_EQ(capture_close(c), OK);
}

static struct lab *world_lab(const struct files *f)
{
	char x[100], y[100];

	snprintf(x, sizeof(x), "pcap:%s,at=5ms", f->x.path);
	snprintf(y, sizeof(y), "pcap:%s,at=5ms", f->y.path);
	return door_lab(x, y);
}

static void run(struct lab *lab, const char *capture)
{
	char err[256];

	REQUIRE(lab_capture_start(lab, "all", capture, NULL, NULL, err) > 0);
	for (uint32_t i = 0; i < 10; i++) {
		rig_send(lab, "a:eth0", 100, 1000 + i);
		rig_send(lab, "a:eth1", 100, 2000 + i);
		lab_run_until(lab, lab_now(lab) + MSEC(37));
	}
	CHECK_EQ(lab_capture_stop(lab, 0), OK);
}

static void start(struct lab *lab, const char *path)
{
	char err[256] = "";

	CHECK(lab_record_start(lab, path, err));
	CHECK_STR(err, "");
}

static void replay(struct lab *lab, const char *path)
{
	char err[256] = "";

	CHECK(lab_replay(lab, path, err));
	CHECK_STR(err, "");
}

static bool equal(const char *a, const char *b)
{
	size_t n, m;
	uint8_t *s = slurp(a, &n), *t = slurp(b, &m);
	bool same = n == m && n > 0 && memcmp(s, t, n) == 0;

	free(s);
	free(t);
	return same;
}

/* Two doors whose frames often enter at one instant. */
TEST(record, a_replay_gives_the_same_captures_and_the_same_record)
{
	struct files f;
	struct lab *lab;
	struct record_info rec;
	struct replay_info rp;

	files_new(&f);
	world_write(f.x.path, MSEC(2), 1);
	world_write(f.y.path, MSEC(3), 501);
	lab = world_lab(&f);
	door_open(lab);
	start(lab, f.rec.path);
	run(lab, f.cap.path);
	CHECK(lab_recording(lab, &rec));
	CHECK_EQ(rec.inputs, 200);
	CHECK_EQ(lab_record_stop(lab), OK);
	CHECK_EQ(lab_record_stop(lab), ERR_NOENT);
	lab_free(lab);

	lab = world_lab(&f);
	start(lab, f.rec2.path);
	replay(lab, f.rec.path);
	CHECK(lab_replaying(lab, &rp));
	CHECK_EQ(rp.inputs, 200);
	CHECK_EQ(rp.left, 200);
	CHECK_EQ(rp.last_at, MSEC(5) + 99 * MSEC(3));
	run(lab, f.cap2.path);
	CHECK(lab_replaying(lab, &rp));
	CHECK_EQ(rp.left, 0);
	CHECK(rp.note == NULL);
	CHECK_STR(door_info(lab, 0).state, "ended");
	CHECK_STR(door_info(lab, 0).word, "replay");
	lab_free(lab);
	CHECK(equal(f.cap.path, f.cap2.path));
	CHECK(equal(f.rec.path, f.rec2.path));
	files_free(&f);
}

static struct lab *ospf_lab(const struct files *f)
{
	char yaml[600];

	snprintf(yaml, sizeof(yaml), "nodes:\n  r: {ospf: {auth: {type: md5, key: k}}}\n"
		 "  x: {kind: external, port: \"pcap:%s,at=5ms\"}\n"
		 "  y: {kind: external, port: \"unix:%s\"}\n"
		 "defaults: {routing: ospf}\n"
		 "links:\n  - {endpoints: [r, x], ipv4: 10.0.0.0/24}\n"
		 "  - {endpoints: [r, y], ipv4: 10.0.1.0/24}\n", f->x.path, f->sock.path);
	return rig_lab(yaml);
}

static void hellos(struct lab *lab, const char *capture)
{
	char err[256];

	REQUIRE(lab_capture_start(lab, "r", capture, NULL, NULL, err) > 0);
	lab_run_until(lab, SEC(30));
	CHECK_EQ(lab_capture_stop(lab, 0), OK);
}

/* OSPF's cryptographic sequence numbers begin at the wall clock: in a replay at
 * that of the run that is replayed. */
TEST(record, what_ospf_signed_is_signed_again)
{
	struct files f;
	struct lab *lab;

	files_new(&f);
	world_write(f.x.path, MSEC(2), 1);
	lab = ospf_lab(&f);
	door_open(lab);
	CHECK(lab->ospf.seq_base >= 1700000000);
	start(lab, f.rec.path);
	hellos(lab, f.cap.path);
	CHECK_EQ(lab_record_stop(lab), OK);
	lab_free(lab);

	lab = ospf_lab(&f);
	start(lab, f.rec2.path);
	replay(lab, f.rec.path);
	CHECK(lab->ospf.seq_base >= 1700000000);
	hellos(lab, f.cap2.path);
	lab_free(lab);
	CHECK(equal(f.cap.path, f.cap2.path));
	CHECK(equal(f.rec.path, f.rec2.path));
	files_free(&f);
}

/* Nobody is behind the door: frames die there, which captures tell.  Then
 * somebody comes, and goes. */
TEST(record, what_a_door_refused_is_refused_again)
{
	struct scratch y = scratch_new(".sock");
	struct files f;
	struct lab *lab;
	char x[100];

	files_new(&f);
	scratch_free(&y);
	world_write(f.x.path, MSEC(4), 1);
	for (int again = 0; again < 2; again++) {
		char spec[100];

		snprintf(x, sizeof(x), "pcap:%s", f.x.path);
		snprintf(spec, sizeof(spec), "unixgram:%s", f.sock.path);
		lab = door_lab(x, spec);
		if (again)
			replay(lab, f.rec.path);
		else
			door_open(lab);
		if (!again)
			start(lab, f.rec.path);
		run(lab, again ? f.cap2.path : f.cap.path);
		CHECK_EQ(door_info(lab, 1).out_frames, 0);
		CHECK_EQ(door_info(lab, 1).out_dropped, 10);
		CHECK_EQ(lab_drops(lab, DROP_PORT_SHUT), 10);
		lab_free(lab);
	}
	CHECK(equal(f.cap.path, f.cap2.path));
	files_free(&f);
}

/* --- records made by hand ------------------------------------------------------------- */

struct made { struct scratch s; struct capture *c; };

static struct made made_new(void)
{
	struct made m = { .s = scratch_new(".pcapng") };

	m.c = door_file(m.s.path);
	REQUIRE(capture_add_if(m.c, "x:eth0", 0) == 0);
	return m;
}

static struct lab *made_lab(void) { return door_lab("unix:/nowhere/at/all", NULL); }

/* Ends it and replays it in a lab; the sentence that says why not, or "". */
static const char *made_error(struct made *m)
{
	static char err[256];
	struct lab *lab = made_lab();
	bool ok;

	if (m->c)
		CHECK_EQ(capture_close(m->c), OK);
	m->c = NULL;
	err[0] = '\0';
	ok = lab_replay(lab, m->s.path, err);
	CHECK_EQ(ok, err[0] == '\0');
	CHECK_EQ(lab_ports(lab, NULL, 0), ok);    /* else nothing has changed */
	if (ok)
		lab_run_until(lab, SEC(10));
	lab_free(lab);
	return err[0] ? strchr(err, ':') : err;
}

static void note(struct made *m, ns_t at, enum capture_dir dir, const char *comment)
{
	CHECK(capture_frame(m->c, 0, at, dir, NULL, 0, comment));
}

TEST(record, the_carrier_of_the_other_side_is_replayed)
{
	struct made m = made_new();
	struct lab *lab = made_lab();
	char err[256];

	note(&m, MSEC(10), CAPTURE_IN, "carrier off");
	note(&m, MSEC(20), CAPTURE_IN, "carrier on");
	CHECK_EQ(capture_close(m.c), OK);
	CHECK(lab_replay(lab, m.s.path, err));
	lab_run_until(lab, MSEC(10) - 1);
	CHECK(rig_info(lab, "a:eth0").carrier);
	lab_run_until(lab, MSEC(10));
	CHECK(!rig_info(lab, "a:eth0").carrier);
	lab_run_until(lab, MSEC(20));
	CHECK(rig_info(lab, "a:eth0").carrier);
	lab_free(lab);
	scratch_free(&m.s);
}

TEST(record, refusals_count_frames)
{
	struct made m = made_new();
	struct lab *lab = made_lab();
	char err[256];

	note(&m, 0, CAPTURE_OUT, "refused from 2");
	note(&m, 0, CAPTURE_OUT, "taken from 3");
	note(&m, 0, CAPTURE_OUT, "refused from 5");
	CHECK_EQ(capture_close(m.c), OK);
	CHECK(lab_replay(lab, m.s.path, err));
	for (uint32_t i = 0; i < 7; i++) {
		rig_send(lab, "a:eth0", 60, i);
		lab_run_until(lab, lab_now(lab) + MSEC(2));
		CHECK_EQ(door_info(lab, 0).out_dropped, i < 2 ? 0 : i < 5 ? 1 : i - 3);
	}
	lab_free(lab);
	scratch_free(&m.s);
}

/* What is still to come is not known to the lab: a run until nothing is left
 * to do ends where it ended when the world was there. */
TEST(record, the_future_is_not_known)
{
	struct made m = made_new();
	struct lab *lab = made_lab();
	char err[256];

	door_frame(m.c, 0, SEC(3), 60, 1);
	CHECK_EQ(capture_close(m.c), OK);
	CHECK(lab_replay(lab, m.s.path, err));
	CHECK_EQ(lab_next_at(lab), NS_NEVER);
	CHECK(lab_is_quiet(lab));
	lab_run_until(lab, SEC(3) - 1);
	CHECK_EQ(door_info(lab, 0).in_frames, 0);
	lab_run_until(lab, SEC(3));
	CHECK_EQ(door_info(lab, 0).in_frames, 1);
	lab_free(lab);
	scratch_free(&m.s);
}

TEST(record, a_file_that_cannot_be_right_changes_nothing)
{
	struct made m = made_new();

	door_frame(m.c, 0, MSEC(5), 60, 1);
	door_frame(m.c, 0, MSEC(4), 60, 2);
	CHECK_STR(made_error(&m), ": record 2: its time is before that of the one before it");
	scratch_free(&m.s);

	m = made_new();
	CHECK_EQ(capture_add_if(m.c, "a:eth0", 0), 1);
	door_frame(m.c, 0, 0, 60, 1);
	CHECK_STR(made_error(&m), ": this lab has no door 'a:eth0'");
	scratch_free(&m.s);

	m = made_new();
	note(&m, 0, CAPTURE_IN, "carrier off");
	note(&m, 0, CAPTURE_IN, NULL);
	CHECK_STR(made_error(&m), ": record 2: no Ethernet frame");
	scratch_free(&m.s);

	m = made_new();
	note(&m, 0, CAPTURE_OUT, "sent");
	CHECK_STR(made_error(&m), ": record 1: a frame that went out");
	scratch_free(&m.s);
}

/* Its writer was stopped in the middle: what is whole counts. */
TEST(record, a_file_that_was_cut_short_is_replayed_to_there)
{
	struct made m = made_new();
	size_t whole, n;
	uint8_t *all;

	door_frame(m.c, 0, MSEC(5), 60, 1);
	CHECK_EQ(capture_flush(m.c), OK);
	all = slurp(m.s.path, &whole);
	free(all);
	door_frame(m.c, 0, MSEC(6), 60, 2);
	CHECK_EQ(capture_close(m.c), OK);
	m.c = NULL;
	all = slurp(m.s.path, &n);
	free(all);
	while (--n >= whole) {
		struct lab *lab = made_lab();
		struct replay_info rp;
		char err[256];

		REQUIRE(truncate(m.s.path, (off_t)n) == 0);
		CHECK(lab_replay(lab, m.s.path, err));
		CHECK(lab_replaying(lab, &rp));
		CHECK_EQ(rp.inputs, 1);
		CHECK_EQ(rp.note == NULL, n == whole);
		lab_run_until(lab, SEC(1));
		CHECK_EQ(door_info(lab, 0).in_frames, 1);
		lab_free(lab);
	}
	scratch_free(&m.s);
}

TEST(record, damage_is_found_or_harmless)
{
	struct made m = made_new();
	struct rng r;
	size_t n;
	uint8_t *good, *bad;

	rng_init(&r, 1, "damage");
	for (unsigned i = 0; i < 5; i++)
		door_frame(m.c, 0, MSEC(i), 60 + i, i);
	note(&m, MSEC(9), CAPTURE_IN, "carrier off");
	note(&m, MSEC(9), CAPTURE_OUT, "refused from 0");
	CHECK_EQ(capture_close(m.c), OK);
	m.c = NULL;
	good = slurp(m.s.path, &n);
	bad = malloc(n);
	REQUIRE(bad != NULL);
	for (unsigned i = 0; i < 1500; i++) {
		FILE *f = fopen(m.s.path, "wb");

		memcpy(bad, good, n);
		for (unsigned k = 0; k <= i % 3; k++)
			bad[rng_below(&r, (uint32_t)n)] = (uint8_t)rng_u32(&r);
		REQUIRE(f && fwrite(bad, 1, n, f) == n && fclose(f) == 0);
		(void)made_error(&m);
	}
	free(good);
	free(bad);
	scratch_free(&m.s);
}

/* --- when ------------------------------------------------------------------------------- */

TEST(record, one_at_a_time_and_replay_before_time_passes)
{
	struct made m = made_new();
	struct scratch other = scratch_new(".pcapng");
	struct lab *lab = made_lab();
	char err[256], want[256];

	door_frame(m.c, 0, MSEC(5), 60, 1);
	CHECK_EQ(capture_close(m.c), OK);
	start(lab, other.path);
	CHECK(!lab_record_start(lab, "/tmp/x.pcapng", err));
	snprintf(want, sizeof(want), "%s is being recorded already", other.path);
	CHECK_STR(err, want);
	CHECK(!lab_replay(lab, other.path, err));
	CHECK(strstr(err, "is being recorded") != NULL);
	CHECK_EQ(lab_record_stop(lab), OK);
	CHECK(!lab_record_start(lab, "/tmp/x.pcap", err));
	CHECK(!lab_record_start(lab, "/nowhere/x.pcapng", err));
	CHECK_STR(err, "cannot create /nowhere/x.pcapng: No such file or directory");
	lab_run_until(lab, 1);
	CHECK(!lab_replay(lab, m.s.path, err));
	CHECK(strstr(err, "time has passed") == err);
	lab_free(lab);
	lab = made_lab();
	replay(lab, m.s.path);
	CHECK(!lab_replay(lab, m.s.path, err));
	CHECK(!lab_record_start(lab, m.s.path, err));
	lab_free(lab);
	scratch_free(&m.s);
	scratch_free(&other);
}
