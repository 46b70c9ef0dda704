// SPDX-License-Identifier: GPL-3.0-or-later
/* A link to the outside is a link like any other, whatever kind of door is
 * at its end: the same tests for each. */
#include <stdlib.h>
#include <unistd.h>

#include "sim/link.h"
#include "tests/unit/port/outer.h"

#define BURST 1000

static void frames_pass_both_ways_unchanged(struct outer *o)
{
	static const size_t sizes[] = { 60, 61, 127, 128, 137, 576, 1000, 1513, 1514, 9014 };
	uint8_t frame[2048];

	for (uint32_t i = 0; i < N_ELEM(sizes); i++) {
		size_t n = sizes[i] < sizeof(frame) ? sizes[i] : sizeof(frame);

		rig_send(o->lab, "a:eth0", sizes[i], i);
		CHECK(outer_hear(o, sizes[i], i));
		outer_send(o, sizes[i], 100 + i);
		REQUIRE(outer_heard(o, i + 1));
		rig_frame(frame, n, mac_broadcast, 100 + i);
		CHECK_EQ(o->ear->got[i].len, sizes[i]);
		CHECK_EQ(o->ear->got[i].tag, 100 + i);
		CHECK_MEM(o->ear->last, frame, n);
	}
	CHECK_EQ(outer_info(o).out_frames, N_ELEM(sizes));
}

static void order_is_kept(struct outer *o)
{
	for (uint32_t i = 1; i <= 50; i++) {
		rig_send(o->lab, "a:eth0", 60 + i * 20, i);
		outer_send(o, 1100 - i * 20, 1000 + i);
	}
	for (uint32_t i = 1; i <= 50; i++)
		CHECK(outer_hear(o, 60 + i * 20, i));
	CHECK(outer_heard(o, 50));
	for (uint32_t i = 1; i <= 50; i++)
		CHECK_EQ(o->ear->got[i - 1].tag, 1000 + i);
}

/* Each side hears the other, and not itself. */
static void nobody_hears_himself(struct outer *o)
{
	uint8_t frame[200];

	for (uint32_t i = 0; i < 5; i++)
		rig_send(o->lab, "a:eth0", 100, i);
	for (uint32_t i = 0; i < 5; i++)
		CHECK(outer_hear(o, 100, i));
	outer_settle(o);
	CHECK_EQ(o->ear->n, 0);
	outer_send(o, 100, 9);
	CHECK(outer_heard(o, 1));
	outer_settle(o);
	CHECK_EQ(o->kind->recv(o, frame, sizeof(frame)), 0);
	CHECK_EQ(o->ear->n, 1);
}

static void what_is_longer_than_the_link_takes_is_refused(struct outer *o)
{
	CHECK_STR(rig_set(o->lab, -1, "mtu 1400"), "");
	rig_send(o->lab, "a:eth0", 1400 + 19, 1);
	rig_send(o->lab, "a:eth0", 1400 + 14, 2);
	CHECK(outer_hear(o, 1400 + 14, 2));
	outer_send(o, 1400 + 19, 3);
	outer_send(o, 1400 + 14, 4);
	CHECK(outer_heard(o, 1));
	CHECK_EQ(o->ear->got[0].tag, 4);
	CHECK_EQ(rig_info(o->lab, "x:eth0").drops[DROP_LINK_MTU], 1);
	CHECK_EQ(rig_info(o->lab, "a:eth0").drops[DROP_LINK_MTU], 1);
}

static void a_link_that_is_down_carries_nothing(struct outer *o)
{
	uint8_t frame[200];

	link_set_up(lab_link(o->lab, 0), false);
	rig_send(o->lab, "a:eth0", 100, 1);
	outer_send(o, 100, 2);
	outer_settle(o);
	CHECK_EQ(o->ear->n, 0);
	CHECK_EQ(o->kind->recv(o, frame, sizeof(frame)), 0);
	link_set_up(lab_link(o->lab, 0), true);
	outer_ready(o);
	rig_send(o->lab, "a:eth0", 100, 3);
	CHECK(outer_hear(o, 100, 3));
	outer_send(o, 100, 4);
	CHECK(outer_heard(o, 1));
	CHECK_EQ(o->ear->got[0].tag, 4);
}

static void a_door_node_that_is_stopped_is_shut(struct outer *o)
{
	CHECK_EQ(node_stop(rig_node(o->lab, "x")), OK);
	outer_send(o, 100, 1);
	outer_settle(o);
	CHECK_EQ(o->ear->n, 0);
	CHECK_EQ(node_start(rig_node(o->lab, "x")), OK);
	outer_ready(o);
	outer_send(o, 100, 2);
	CHECK(outer_heard(o, 1));
	CHECK_EQ(o->ear->got[0].tag, 2);
	rig_send(o->lab, "a:eth0", 100, 3);
	CHECK(outer_hear(o, 100, 3));
}

static void a_peer_may_go_and_come_back(struct outer *o)
{
	rig_send(o->lab, "a:eth0", 100, 1);
	CHECK(outer_hear(o, 100, 1));
	o->kind->leave(o);
	outer_settle(o);
	rig_send(o->lab, "a:eth0", 100, 2);       /* into the void, and no harm */
	outer_settle(o);
	o->left = true;
	o->kind->meet(o);
	rig_send(o->lab, "a:eth0", 100, 3);
	CHECK(outer_hear(o, 100, 3));
	outer_send(o, 100, 4);
	CHECK(outer_heard(o, 1));
	CHECK_EQ(o->ear->got[0].tag, 4);
}

static void a_burst_passes_whole(struct outer *o)
{
	uint64_t lost = outer_info(o).in_dropped;

	for (uint32_t i = 1; i <= BURST; i++)
		outer_send(o, 60, i);
	REQUIRE(outer_heard(o, BURST));
	for (uint32_t i = 1; i <= BURST; i++)
		REQUIRE(CHECK_EQ(o->ear->got[i - 1].tag, i));
	CHECK(outer_info(o).in_frames >= BURST);  /* Linux may say something, too */
	CHECK(outer_info(o).in_bytes >= BURST * 60);
	CHECK_EQ(outer_info(o).in_dropped - lost, 0);
	for (uint32_t i = 1; i <= BURST; i++) {
		rig_send(o->lab, "a:eth0", 60, i);
		REQUIRE(outer_hear(o, 60, i));
	}
}

static void impairments_apply(struct outer *o)
{
	CHECK_STR(rig_set(o->lab, SIDE_A, "loss 100%"), "");
	rig_send(o->lab, "a:eth0", 100, 1);
	CHECK_STR(rig_set(o->lab, SIDE_A, "none"), "");
	CHECK_STR(rig_set(o->lab, SIDE_B, "duplicate 100%"), "");
	rig_send(o->lab, "a:eth0", 100, 2);
	CHECK(outer_hear(o, 100, 2));
	outer_send(o, 100, 3);
	CHECK(outer_heard(o, 2));
	CHECK_EQ(o->ear->got[0].tag, 3);
	CHECK_EQ(o->ear->got[1].tag, 3);
	CHECK_EQ(rig_info(o->lab, "a:eth0").drops[DROP_LINK_LOSS], 1);
}

static void captures_see_both_directions(struct outer *o)
{
	char path[120], err[256];
	struct capture_info info;
	const char *dir = getenv("TMPDIR");
	int id;

	snprintf(path, sizeof(path), "%.80s/kinds.pcapng", dir ? dir : "/tmp");
	id = lab_capture_start(o->lab, "x:eth0", path, "ether proto 0x88b5", NULL, err);
	REQUIRE(id > 0);
	rig_send(o->lab, "a:eth0", 100, 1);
	CHECK(outer_hear(o, 100, 1));
	outer_send(o, 100, 2);
	CHECK(outer_heard(o, 1));
	CHECK_EQ(lab_captures(o->lab, &info, 1), 1);
	CHECK_EQ(info.frames, 2);
	CHECK_EQ(lab_capture_stop(o->lab, id), OK);
	(void)unlink(path);
}

static const struct { void (*run)(struct outer *o); const char *link; } tests[] = {
	{ frames_pass_both_ways_unchanged, "mtu: 9000" },
	{ order_is_kept, "" },
	{ nobody_hears_himself, "" },
	{ what_is_longer_than_the_link_takes_is_refused, "" },
	{ a_link_that_is_down_carries_nothing, "" },
	{ a_door_node_that_is_stopped_is_shut, "" },
	{ a_peer_may_go_and_come_back, "" },
	{ a_burst_passes_whole, "" },
	{ impairments_apply, "" },
	{ captures_see_both_directions, "" },
};

/* The same test on each kind, in turn. */
static void each_kind(unsigned test)
{
	for (unsigned i = 0; i < outer_n_kinds; i++) {
		const struct outer_kind *k = &outer_kinds[i];
		const char *why = k->why_not ? k->why_not() : NULL;
		struct outer o;
		unsigned bad = CU_get_number_of_failures();

		if (why) {
			printf("skipped: %s: %s\n", k->word, why);
			continue;
		}
		outer_open(&o, k, tests[test].link);
		tests[test].run(&o);
		outer_close(&o);
		if (CU_get_number_of_failures() != bad)
			printf("     on a port of kind %s\n", k->word);
	}
}

TEST(kinds, frames_of_all_sizes_pass_both_ways_unchanged) { each_kind(0); }
TEST(kinds, order_is_kept_in_both_directions) { each_kind(1); }
TEST(kinds, nobody_hears_what_he_sent_himself) { each_kind(2); }
TEST(kinds, what_is_longer_than_the_link_takes_is_refused) { each_kind(3); }
TEST(kinds, a_link_that_is_down_carries_nothing_and_then_all_again) { each_kind(4); }
TEST(kinds, a_door_whose_node_is_stopped_is_shut) { each_kind(5); }
TEST(kinds, a_peer_may_go_away_and_come_back) { each_kind(6); }
TEST(kinds, a_burst_of_a_thousand_frames_passes_whole) { each_kind(7); }
TEST(kinds, impairments_of_the_link_apply) { each_kind(8); }
TEST(kinds, captures_at_the_door_see_both_directions) { each_kind(9); }
