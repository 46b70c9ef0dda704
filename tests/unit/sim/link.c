// SPDX-License-Identifier: GPL-3.0-or-later
/* When frames arrive, what waits, and what a full queue does. */
#include "sim/link.h"

#include <stdlib.h>

#include "stack/util/err.h"
#include "tests/unit/sim/rig.h"

/* The i-th frame that an ear heard. */
#define HEARD(ear, i, tag_, at_) do { \
	CHECK_EQ((ear)->got[i].tag, tag_); \
	CHECK_EQ((ear)->got[i].at, at_); \
} while (0)

/* --- rate and delay --------------------------------------------------------------- */

TEST(link, a_frame_takes_its_length_over_the_rate_and_then_the_delay)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	lab_run_until(lab, MSEC(18) - 1);
	CHECK_EQ(b->n, 0);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 1);
	HEARD(b, 0, 1, MSEC(18));         /* 8000 bits at 1 bit/us, and 10 ms */
	CHECK_EQ(b->got[0].len, 1000);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(link, a_part_of_a_nanosecond_counts_as_a_whole_one)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 3mbit, delay: 0ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 100, 1);  /* 266,666.67 ns */
	rig_send(lab, "a:eth0", 100, 2);
	lab_run_until(lab, SEC(1));
	HEARD(b, 0, 1, 266667);
	HEARD(b, 1, 2, 2 * 266667);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, frames_sent_at_once_arrive_one_length_apart)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	rig_send(lab, "a:eth0", 500, 2);
	rig_send(lab, "a:eth0", 1000, 3);
	lab_run_until(lab, MSEC(50));
	rig_send(lab, "a:eth0", 1000, 4); /* the wire was idle for long */
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 4);
	HEARD(b, 0, 1, MSEC(18));
	HEARD(b, 1, 2, MSEC(22));
	HEARD(b, 2, 3, MSEC(30));
	HEARD(b, 3, 4, MSEC(68));
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, a_frame_sent_while_one_is_on_the_wire_waits_for_the_rest_of_it)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	lab_run_until(lab, MSEC(5));
	rig_send(lab, "a:eth0", 1000, 2);
	lab_run_until(lab, MSEC(16));     /* just when the wire becomes free */
	rig_send(lab, "a:eth0", 1000, 3);
	lab_run_until(lab, SEC(1));
	HEARD(b, 0, 1, MSEC(18));
	HEARD(b, 1, 2, MSEC(26));
	HEARD(b, 2, 3, MSEC(34));
	CHECK_EQ(rig_info(lab, "a:eth0").queue_max_bytes, 1000);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, the_two_directions_know_nothing_of_each_other)
{
	struct lab *lab = rig_lab(RIG_PAIR("forward: {rate: 1mbit, delay: 10ms}, "
					   "reverse: {rate: 8mbit, delay: 3ms}"));
	struct rig_ear *a = rig_ear(lab, "a:eth0"), *b = rig_ear(lab, "b:eth0");

	for (uint32_t i = 1; i <= 2; i++) {
		rig_send(lab, "a:eth0", 1000, i);
		rig_send(lab, "b:eth0", 1000, i);
	}
	lab_run_until(lab, SEC(1));
	HEARD(b, 0, 1, MSEC(18));
	HEARD(b, 1, 2, MSEC(26));
	HEARD(a, 0, 1, MSEC(4));
	HEARD(a, 1, 2, MSEC(5));
	rig_deaf(a);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, an_infinite_rate_leaves_only_the_delay)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_pkts, 0);
	CHECK_EQ(rig_info(lab, "a:eth0").in_flight, 3);
	lab_run_until(lab, SEC(1));
	for (uint32_t i = 0; i < 3; i++)
		HEARD(b, i, i + 1, MSEC(10));
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, a_delivery_is_never_at_the_instant_of_its_sending)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 0ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	lab_run_until(lab, SEC(1));
	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 0);
	lab_run_until(lab, SEC(2));
	for (uint32_t i = 0; i < 3; i++)
		HEARD(b, i, i + 1, SEC(1) + 1);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, overhead_alone_counts_on_the_wire)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, overhead: 24"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	lab_run_until(lab, SEC(1));
	HEARD(b, 0, 1, MSEC(18) + USEC(192));
	CHECK_EQ(b->got[0].len, 1000);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, no_overhead_is_so_large_that_time_runs_backwards)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1bit, delay: 10ms, "
					   "overhead: 2000000000 1 2000000000"));

	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK(lab_next_at(lab) > SEC(1000000000));
	lab_run_until(lab, SEC(1));
	CHECK_EQ(rig_info(lab, "a:eth0").in_flight, 3);
	lab_free(lab);
}

/* --- queues ----------------------------------------------------------------------- */

TEST(link, a_queue_of_two_packets_holds_two_besides_the_one_on_the_wire)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, queue: 2p"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	struct link_end_info a;
	char tags[40];

	for (uint32_t i = 1; i <= 5; i++)
		CHECK_EQ(rig_send(lab, "a:eth0", 1000, i), OK);
	a = rig_info(lab, "a:eth0");
	CHECK_EQ(a.queue_pkts, 2);
	CHECK_EQ(a.queue_bytes, 2000);
	CHECK_EQ(a.in_flight, 3);
	CHECK_EQ(a.tx_packets, 5);
	CHECK_EQ(a.drops[DROP_LINK_QUEUE], 2);
	CHECK_EQ(rig_info(lab, "b:eth0").drops[DROP_LINK_QUEUE], 0);
	CHECK_EQ(lab_drops(lab, DROP_LINK_QUEUE), 2);
	lab_run_until(lab, MSEC(8));      /* the second starts: there is room for one */
	CHECK_EQ(rig_info(lab, "a:eth0").queue_pkts, 1);
	rig_send(lab, "a:eth0", 1000, 6);
	rig_send(lab, "a:eth0", 1000, 7);
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 2 3 6");
	HEARD(b, 3, 6, MSEC(42));
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_LINK_QUEUE], 3);
	CHECK_EQ(rig_info(lab, "a:eth0").delivered_packets, 4);
	CHECK_EQ(rig_info(lab, "a:eth0").delivered_bytes, 4000);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(link, a_queue_in_bytes_refuses_what_would_not_fit_and_takes_what_does)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, queue: 2500b"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	for (uint32_t i = 1; i <= 4; i++)
		rig_send(lab, "a:eth0", 1000, i);         /* 4: 3000 would wait */
	rig_send(lab, "a:eth0", 500, 5);                  /* just 2500 */
	rig_send(lab, "a:eth0", 60, 6);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_bytes, 2500);
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 2 3 5");
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_LINK_QUEUE], 2);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_max_bytes, 2500);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, the_queue_that_is_seen_drains_as_frames_start)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	static const uint32_t waiting[] = { 3, 2, 1, 0, 0 };

	for (uint32_t i = 1; i <= 4; i++)
		rig_send(lab, "a:eth0", 1000, i);
	for (unsigned i = 0; i < N_ELEM(waiting); i++) {
		struct link_end_info now;

		lab_run_until(lab, MSEC(8) * (ns_t)i);
		now = rig_info(lab, "a:eth0");
		CHECK_EQ(now.queue_pkts, waiting[i]);
		CHECK_EQ(now.queue_bytes, 1000 * waiting[i]);
		CHECK_EQ(now.queue_max_bytes, 3000);
	}
	CHECK_EQ(rig_info(lab, "a:eth0").in_flight, 2);   /* at 32 ms: due at 34 and 42 */
	lab_free(lab);
}

TEST(link, a_long_queue_keeps_its_order)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 100mbit, delay: 1ms, queue: 0p"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	bool right = true;

	for (uint32_t i = 0; i < 3000; i++) {     /* 100 a ms come, 12.5 leave */
		rig_send(lab, "a:eth0", 1000, i);
		lab_run_until(lab, lab_now(lab) + USEC(10));
	}
	CHECK_EQ(rig_info(lab, "a:eth0").queue_pkts, 3000 - 376);     /* one starts now */
	lab_run_until(lab, SEC(10));
	CHECK_EQ(b->n, 3000);
	for (uint32_t i = 0; i < 3000; i++)
		right &= b->got[i].tag == i && b->got[i].at == MSEC(1) + USEC(80) * (i + 1);
	CHECK(right);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, netems_limit_counts_all_frames_inside)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms, limit: 3"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	for (uint32_t i = 1; i <= 5; i++)
		rig_send(lab, "a:eth0", 100, i);
	lab_run_until(lab, MSEC(10));     /* all three arrived: there is room again */
	rig_send(lab, "a:eth0", 100, 6);
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 2 3 6");
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_LINK_LIMIT], 2);
	CHECK_EQ(lab_drops(lab, DROP_LINK_LIMIT), 2);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link, the_mtu_leaves_room_for_ethernet_and_one_tag)
{
	struct lab *lab = rig_lab(RIG_PAIR("mtu: 576"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	struct link_end_info a;

	CHECK_EQ(rig_send(lab, "a:eth0", 576 + 18, 1), OK);
	CHECK_EQ(rig_send(lab, "a:eth0", 576 + 19, 2), ERR_MSGSIZE);
	lab_run_until(lab, SEC(1));
	a = rig_info(lab, "a:eth0");
	CHECK_EQ(b->n, 1);
	CHECK_EQ(a.drops[DROP_LINK_MTU], 1);
	CHECK_EQ(a.tx_packets, 1);        /* the other was never sent */
	rig_deaf(b);
	lab_free(lab);
}

/* --- many links ------------------------------------------------------------------- */

/* What comes in at one instant is handled in the order of nodes and links,
 * whatever the order of sending was. */
TEST(link, frames_of_one_instant_are_handled_in_the_order_of_their_links)
{
	struct lab *lab = rig_lab("nodes: {c: {}, a: {}, b: {}}\nlinks:\n"
				  "  - {endpoints: [a, c], rate: 0, delay: 1ms}\n"
				  "  - {endpoints: [b, c], rate: 0, delay: 1ms}\n");
	struct rig_ear *c0 = rig_ear(lab, "c:eth0"), *c1 = rig_ear(lab, "c:eth1");
	uint64_t before;

	rig_send(lab, "b:eth0", 100, 2);
	rig_send(lab, "a:eth0", 100, 1);
	before = lab_events(lab);
	CHECK_EQ(lab_step(lab, 1), 1);
	CHECK_EQ(c0->n, 1);
	CHECK_EQ(c1->n, 0);
	CHECK_EQ(lab_step(lab, 10), 1);
	CHECK_EQ(c1->n, 1);
	CHECK_EQ(lab_events(lab), before + 2);
	rig_deaf(c0);
	rig_deaf(c1);
	lab_free(lab);
}
