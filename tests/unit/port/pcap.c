// SPDX-License-Identifier: GPL-3.0-or-later
/* A capture file as a door: when its frames enter the lab, and which do not. */
#include "sim/port/port.h"

#include "tests/unit/capture/fixture.h"
#include "tests/unit/port/door.h"

#define DELAY MSEC(1)

/* A file with a frame of 60 bytes at each instant, tagged from 1. */
static struct scratch file_of(const char *suffix, const ns_t *at, unsigned n)
{
	struct scratch s = scratch_new(suffix);
	struct capture *c = door_file(s.path);

	REQUIRE(capture_add_if(c, "eth0", 0) == 0);
	for (unsigned i = 0; i < n; i++)
		door_frame(c, 0, at[i], 60, i + 1);
	CHECK_EQ(capture_close(c), OK);
	return s;
}

/* The lab with that file and words behind it, open; and who hears a. */
static struct lab *lab_of(const char *path, const char *words, struct rig_ear **ear)
{
	char spec[300];
	struct lab *lab;

	snprintf(spec, sizeof(spec), "pcap:%s%s", path, words);
	lab = door_lab(spec, NULL);
	*ear = rig_ear(lab, "a:eth0");
	door_open(lab);
	return lab;
}

static void check_heard(const struct rig_ear *ear, const ns_t *at, unsigned n)
{
	CHECK_EQ(ear->n, n);
	for (unsigned i = 0; i < n && i < ear->n; i++)
		CHECK_EQ(ear->got[i].at, at[i] + DELAY);
}

static void expect(const char *suffix, const char *words, const ns_t *file, unsigned n_file,
		   const ns_t *at, unsigned n)
{
	struct scratch s = file_of(suffix, file, n_file);
	struct rig_ear *ear;
	struct lab *lab = lab_of(s.path, words, &ear);

	lab_run_until(lab, SEC(100));
	check_heard(ear, at, n);
	CHECK_STR(door_info(lab, 0).state, "ended");
	CHECK_EQ(door_info(lab, 0).in_frames, n);
	rig_deaf(ear);
	lab_free(lab);
	scratch_free(&s);
}

static const ns_t three[] = { SEC(5), SEC(5) + MSEC(250), SEC(6) + 1 };

TEST(pcap, frames_enter_at_their_times_from_the_first_on)
{
	static const ns_t at[] = { 0, MSEC(250), SEC(1) + 1 };

	expect(".pcapng", "", three, 3, at, 3);
	expect(".pcap", "", three, 3, at, 3);
}

TEST(pcap, the_words_behind_the_file_shift_stretch_and_repeat)
{
	static const ns_t later[] = { SEC(2), SEC(2) + MSEC(250), SEC(3) + 1 };
	static const ns_t fast[] = { 0, MSEC(25), MSEC(100) };
	static const ns_t slow[] = { 0, MSEC(500), SEC(2) + 2 };
	static const ns_t twice[] = { SEC(1), SEC(1) + MSEC(125), SEC(1) + MSEC(500),
				      SEC(1) + MSEC(500), SEC(1) + MSEC(625), SEC(2) };

	expect(".pcapng", ",at=2s", three, 3, later, 3);
	expect(".pcapng", ",speed=10", three, 3, fast, 3);
	expect(".pcapng", ",speed=0.5", three, 3, slow, 3);
	expect(".pcapng", ",speed=2,loop=2,at=1s", three, 3, twice, 6);
	expect(",x=1.pcapng", ",at=2s", three, 3, later, 3);
}

TEST(pcap, time_that_goes_back_stands_still)
{
	static const ns_t file[] = { SEC(5), SEC(7), SEC(6), SEC(4), SEC(8) };
	static const ns_t at[] = { 0, SEC(2), SEC(2), SEC(2), SEC(3) };

	expect(".pcapng", "", file, 5, at, 5);
}

TEST(pcap, an_empty_file_has_ended)
{
	expect(".pcapng", ",loop=3", NULL, 0, NULL, 0);
}

TEST(pcap, many_frames_of_one_instant_all_enter_in_order)
{
	static ns_t at[1000];
	struct scratch s = file_of(".pcapng", at, 1000);
	struct rig_ear *ear;
	struct lab *lab = lab_of(s.path, "", &ear);

	lab_run_until(lab, SEC(1));
	check_heard(ear, at, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		CHECK_EQ(ear->got[i].tag, i + 1);
	rig_deaf(ear);
	lab_free(lab);
	scratch_free(&s);
}

/* Lab time need not follow the wall clock, and what is to come keeps no lab
 * from being quiet. */
TEST(pcap, the_lab_stays_virtual)
{
	struct scratch s = file_of(".pcapng", three, 3);
	struct rig_ear *ear;
	struct lab *lab = lab_of(s.path, ",at=10s", &ear);

	CHECK(!lab_has_ports(lab));
	CHECK_EQ(lab->pace.fd, -1);
	CHECK(lab_is_quiet(lab));
	CHECK_STR(door_info(lab, 0).state, "plays");
	rig_deaf(ear);
	lab_free(lab);
	scratch_free(&s);
}

TEST(pcap, frames_cut_short_are_left_out_and_counted)
{
	struct scratch s = scratch_new(".pcapng");
	struct capture *c;
	struct rig_ear *ear;
	struct lab *lab;
	char err[256];

	c = capture_open(&(struct capture_config){ .path = s.path, .dir = CAPTURE_BOTH,
						   .snaplen = 100 }, err);
	REQUIRE(c && capture_add_if(c, "eth0", 0) == 0);
	door_frame(c, 0, SEC(1), 101, 1);
	door_frame(c, 0, SEC(2), 100, 2);
	door_frame(c, 0, SEC(3), 500, 3);
	CHECK_EQ(capture_close(c), OK);
	lab = lab_of(s.path, "", &ear);
	lab_run_until(lab, SEC(10));
	check_heard(ear, (const ns_t[]){ SEC(1) }, 1);
	CHECK_EQ(ear->got[0].tag, 2);
	CHECK_STR(door_info(lab, 0).state, "ended, 2 frames cut short left out");
	rig_deaf(ear);
	lab_free(lab);
	scratch_free(&s);
}

TEST(pcap, a_damaged_file_plays_to_the_damage_and_says_so)
{
	struct scratch s = file_of(".pcapng", three, 3);
	struct buf lines = { 0 };
	struct rig_ear *ear;
	struct lab *lab;
	size_t len;

	free(slurp(s.path, &len));
	REQUIRE(truncate(s.path, (off_t)len - 10) == 0);
	lab = lab_of(s.path, "", &ear);
	rig_hear_events(lab, &lines);
	lab_run_until(lab, SEC(10));
	CHECK_EQ(ear->n, 2);
	CHECK_STR(door_info(lab, 0).state, "damaged");
	CHECK(lines.s && strncmp(lines.s, "x eth0: ", 8) == 0);
	buf_free(&lines);
	rig_deaf(ear);
	lab_free(lab);
	scratch_free(&s);
}

TEST(pcap, what_goes_out_is_counted_and_thrown_away)
{
	struct scratch s = file_of(".pcapng", three, 3);
	struct rig_ear *ear;
	struct lab *lab = lab_of(s.path, "", &ear);

	rig_send(lab, "a:eth0", 200, 1);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(door_info(lab, 0).out_frames, 1);
	CHECK_EQ(door_info(lab, 0).out_bytes, 200);
	CHECK_EQ(door_info(lab, 0).out_dropped, 0);
	rig_deaf(ear);
	lab_free(lab);
	scratch_free(&s);
}

TEST(pcap, what_is_wrong_with_the_lab_file_is_said)
{
	CHECK_STR(door_error("pcap:/none.pcap"), "netloom: x eth0: cannot open /none.pcap: "
		  "No such file or directory\n");
	CHECK_STR(door_error("pcap:"), "netloom: x eth0: expected a path after 'pcap:'\n");
	CHECK_STR(door_error("pcap:/f,speed=0"), "netloom: x eth0: speed: expected a number such "
		  "as 10 or 0.5, not '0'\n");
	CHECK_STR(door_error("pcap:/f,loop=x"), "netloom: x eth0: loop: expected 1 to 1000000, "
		  "not 'x'\n");
	CHECK(strstr(door_error("pcap:/f,at=2"), "netloom: x eth0: at: ") != NULL);
	CHECK(strstr(door_error("pcap:/dev/null"), "x eth0: cannot read /dev/null") != NULL);
}
