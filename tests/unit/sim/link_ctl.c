// SPDX-License-Identifier: GPL-3.0-or-later
/* Links changed and cut while frames are on them. */
#include <stdlib.h>

#include "sim/link.h"
#include "stack/show.h"
#include "stack/util/err.h"
#include "tests/unit/sim/rig.h"

/* --- rate and delay --------------------------------------------------------------- */

TEST(link_ctl, a_new_rate_counts_for_frames_that_have_not_started)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	lab_run_until(lab, MSEC(2));
	CHECK_STR(rig_set(lab, SIDE_A, "rate 8mbit"), "");
	CHECK_EQ(rig_info(lab, "a:eth0").rate_bps, 8000000);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_pkts, 2);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_bytes, 2000);
	rig_send(lab, "a:eth0", 1000, 4);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 4);
	CHECK_EQ(b->got[0].at, MSEC(18)); /* it was on the wire */
	CHECK_EQ(b->got[1].at, MSEC(19)); /* on it from 8 ms to 9 ms */
	CHECK_EQ(b->got[2].at, MSEC(20));
	CHECK_EQ(b->got[3].at, MSEC(21));
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_ctl, a_slower_rate_too)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 8mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK_STR(rig_set(lab, -1, "rate 1mbit"), "");
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->got[0].at, MSEC(11));
	CHECK_EQ(b->got[1].at, MSEC(19)); /* 1 ms to 9 ms */
	CHECK_EQ(b->got[2].at, MSEC(27));
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_ctl, an_infinite_rate_sends_all_that_waits_when_the_wire_is_free)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	for (uint32_t i = 1; i <= 4; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK_STR(rig_set(lab, SIDE_A, "rate 0"), "");
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 2 3 4");
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(b->got[i].at, MSEC(18));
	CHECK_STR(rig_set(lab, SIDE_A, "rate 1mbit"), "");
	rig_send(lab, "a:eth0", 1000, 5);
	lab_run_until(lab, SEC(2));
	CHECK_EQ(b->got[4].at, SEC(1) + MSEC(18));
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_ctl, many_new_rates_keep_the_order_and_every_frame)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, queue: 0p"));
	static const char *const rates[] = { "rate 3mbit", "rate 700kbit", "rate 0", "rate 50kbit",
					     "rate 10mbit" };
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	bool right = true;

	for (uint32_t i = 0; i < 500; i++) {
		rig_send(lab, "a:eth0", 100 + i, i);
		lab_run_until(lab, lab_now(lab) + USEC(700));
		if (i % 9 == 8)
			CHECK_STR(rig_set(lab, SIDE_A, rates[i / 9 % N_ELEM(rates)]), "");
	}
	lab_run_until(lab, SEC(1000));
	CHECK_EQ(b->n, 500);
	for (uint32_t i = 0; i < b->n; i++)
		right &= b->got[i].tag == i && (!i || b->got[i].at >= b->got[i - 1].at);
	CHECK(right);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_pkts, 0);
	CHECK_EQ(rig_info(lab, "a:eth0").in_flight, 0);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(link_ctl, frames_that_wait_keep_the_overhead_they_were_sent_with)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, overhead: 1000"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	rig_send(lab, "a:eth0", 1000, 2);
	CHECK_STR(rig_set(lab, SIDE_A, "rate 2mbit overhead 0"), "");
	rig_send(lab, "a:eth0", 1000, 3);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->got[0].at, MSEC(26));         /* 2000 bytes at 1 Mbit/s */
	CHECK_EQ(b->got[1].at, MSEC(34));         /* 2000 at 2 */
	CHECK_EQ(b->got[2].at, MSEC(38));         /* 1000 at 2 */
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_ctl, a_new_delay_counts_for_frames_sent_from_now_on)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	rig_send(lab, "a:eth0", 1000, 1);
	rig_send(lab, "a:eth0", 1000, 2);
	CHECK_STR(rig_set(lab, SIDE_A, "delay 50ms"), "");
	rig_send(lab, "a:eth0", 1000, 3);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->got[0].at, MSEC(18));
	CHECK_EQ(b->got[1].at, MSEC(26));
	CHECK_EQ(b->got[2].at, MSEC(24 + 50));
	CHECK_STR(rig_info(lab, "a:eth0").netem, "delay 50ms");
	CHECK_STR(rig_info(lab, "b:eth0").netem, "delay 10ms");
	rig_deaf(b);
	lab_free(lab);
}

/* --- other settings --------------------------------------------------------------- */

TEST(link_ctl, a_smaller_queue_keeps_what_waits_and_refuses_more)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	for (uint32_t i = 1; i <= 4; i++)
		rig_send(lab, "a:eth0", 1000, i);
	CHECK_STR(rig_set(lab, -1, "queue 1p"), "");
	CHECK_EQ(rig_info(lab, "a:eth0").queue_limit_pkts, 1);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_limit_bytes, 0);
	rig_send(lab, "a:eth0", 1000, 5);
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 2 3 4");
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_LINK_QUEUE], 1);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_ctl, a_limit_alone_is_kept_to)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	CHECK_STR(rig_set(lab, SIDE_A, "limit 2"), "");
	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 100, i);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 2);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_ctl, words_for_one_direction_leave_the_other_alone)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));

	CHECK_STR(rig_set(lab, SIDE_B, "rate 2mbit loss 5% delay 1ms 100us queue 10p"), "");
	CHECK_EQ(rig_info(lab, "a:eth0").rate_bps, 1000000);
	CHECK_STR(rig_info(lab, "a:eth0").netem, "delay 10ms");
	CHECK_EQ(rig_info(lab, "a:eth0").queue_limit_bytes, 256 * 1024);
	CHECK_EQ(rig_info(lab, "b:eth0").rate_bps, 2000000);
	CHECK_STR(rig_info(lab, "b:eth0").netem, "delay 1ms 100us loss 5%");
	CHECK_EQ(rig_info(lab, "b:eth0").queue_limit_pkts, 10);
	lab_free(lab);
}

TEST(link_ctl, what_the_words_do_not_name_stays)
{
	struct lab *lab = rig_lab(RIG_PAIR("delay: 10ms"));

	CHECK_STR(rig_set(lab, SIDE_A, "jitter 3ms distribution normal"), "");
	CHECK_STR(rig_set(lab, SIDE_A, "loss 5%"), "");
	CHECK_STR(rig_set(lab, SIDE_A, "jitter 2ms"), "");
	CHECK_STR(rig_info(lab, "a:eth0").netem, "delay 10ms 2ms distribution normal loss 5%");
	CHECK_STR(rig_set(lab, SIDE_A, "none"), "");
	CHECK_STR(rig_info(lab, "a:eth0").netem, "");
	CHECK_STR(rig_set(lab, SIDE_A, "loss 5%"), "");
	CHECK_STR(rig_set(lab, SIDE_A, "none duplicate 1% delay 3ms"), "");
	CHECK_STR(rig_info(lab, "a:eth0").netem, "delay 3ms duplicate 1%");
	lab_free(lab);
}

TEST(link_ctl, a_new_mtu_is_both_ends)
{
	struct lab *lab = rig_lab(RIG_PAIR(""));

	CHECK_STR(rig_set(lab, SIDE_B, "mtu 576"), "");
	CHECK_EQ(link_mtu(lab_link(lab, 0)), 576);
	CHECK_EQ(rig_send(lab, "a:eth0", 576 + 19, 1), ERR_MSGSIZE);
	CHECK_EQ(rig_send(lab, "b:eth0", 576 + 19, 1), ERR_MSGSIZE);
	lab_free(lab);
}

static void check_unchanged(struct lab *lab)
{
	for (int s = SIDE_A; s <= SIDE_B; s++) {
		struct link_end_info i;

		link_info(lab_link(lab, 0), (enum link_side)s, &i);
		CHECK_EQ(i.rate_bps, 1000000);
		CHECK_EQ(i.queue_limit_bytes, 5000);
		CHECK_EQ(i.queue_limit_pkts, 0);
		CHECK_STR(i.netem, "delay 10ms loss 1%");
	}
	CHECK_EQ(link_mtu(lab_link(lab, 0)), 1500);
}

TEST(link_ctl, one_wrong_word_leaves_everything_as_it_was)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, queue: 5000b, loss: 1%"));

	CHECK(strstr(rig_set(lab, -1, "rate 2mbit queue 9p mtu 600 delay 5ms lost 3%"), "'lost'"));
	check_unchanged(lab);
	CHECK_STR(rig_set(lab, -1, "delay 5ms rate"), "rate: expected a value after it");
	check_unchanged(lab);
	CHECK_STR(rig_set(lab, -1, "none delay 5ms mtu 10"),
		  "mtu: found '10', expected a number from 68 to 65535");
	check_unchanged(lab);
	CHECK(rig_set(lab, -1, "delay 5ms rate 10")[0] != 0);
	check_unchanged(lab);
	CHECK(rig_set(lab, -1, "rate 2mbit loss 200%")[0] != 0);
	check_unchanged(lab);
	CHECK(rig_set(lab, -1, "queue 9p mtu 15oo")[0] != 0);
	check_unchanged(lab);
	lab_free(lab);
}

/* --- carrier ---------------------------------------------------------------------- */

static bool has_carrier(struct lab *lab, const char *end) { return rig_info(lab, end).carrier; }

TEST(link_ctl, a_cut_link_loses_its_frames_and_both_carriers)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct rig_ear *a = rig_ear(lab, "a:eth0"), *b = rig_ear(lab, "b:eth0");
	struct buf events = { 0 };

	rig_hear_events(lab, &events);
	for (uint32_t i = 1; i <= 3; i++)
		rig_send(lab, "a:eth0", 1000, i);
	rig_send(lab, "b:eth0", 1000, 4);
	lab_run_until(lab, MSEC(18));     /* one each way arrives */
	CHECK_EQ(link_set_up(lab_link(lab, 0), false), OK);
	CHECK(!link_is_up(lab_link(lab, 0)));
	CHECK_STR(events.s, "a eth0: carrier lost\nb eth0: carrier lost\n");
	CHECK(!has_carrier(lab, "a:eth0") && !has_carrier(lab, "b:eth0"));
	CHECK(rig_info(lab, "a:eth0").up);        /* the interface is not to blame */
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_LINK_CUT], 2);
	CHECK_EQ(rig_info(lab, "b:eth0").drops[DROP_LINK_CUT], 0);
	CHECK_EQ(rig_info(lab, "a:eth0").in_flight, 0);
	CHECK_EQ(rig_info(lab, "a:eth0").queue_pkts, 0);
	CHECK_EQ(rig_send(lab, "a:eth0", 100, 5), ERR_NETDOWN);
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_LINK_DOWN], 1);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(a->n, 1);
	CHECK_EQ(b->n, 1);
	CHECK_EQ(link_set_up(lab_link(lab, 0), true), OK);
	CHECK(has_carrier(lab, "a:eth0") && has_carrier(lab, "b:eth0"));
	rig_send(lab, "a:eth0", 1000, 6); /* the wire is free at once */
	lab_run_until(lab, SEC(2));
	CHECK_EQ(b->n, 2);
	CHECK_EQ(b->got[1].at, SEC(1) + MSEC(18));
	buf_free(&events);
	rig_deaf(a);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(link_ctl, cutting_twice_is_cutting_once)
{
	struct lab *lab = rig_lab(RIG_PAIR(""));
	struct buf events = { 0 };

	rig_hear_events(lab, &events);
	link_set_up(lab_link(lab, 0), false);
	link_set_up(lab_link(lab, 0), false);
	link_set_up(lab_link(lab, 0), true);
	link_set_up(lab_link(lab, 0), true);
	CHECK_STR(events.s, "a eth0: carrier lost\nb eth0: carrier lost\n"
		  "a eth0: carrier on\nb eth0: carrier on\n");
	buf_free(&events);
	lab_free(lab);
}

TEST(link_ctl, a_link_may_start_cut)
{
	struct lab *lab = rig_lab(RIG_PAIR("down: true"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	CHECK(!has_carrier(lab, "a:eth0"));
	CHECK_EQ(rig_send(lab, "a:eth0", 100, 1), ERR_NETDOWN);
	link_set_up(lab_link(lab, 0), true);
	CHECK_EQ(rig_send(lab, "a:eth0", 100, 2), OK);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 1);
	rig_deaf(b);
	lab_free(lab);
}

/* Is the route to dst through dev? */
static bool goes_by(struct lab *lab, const char *node, const char *dst, const char *ifname)
{
	struct route_answer r;
	struct addr to;

	return addr_parse(&to, dst) &&
	       show_route_get(node_stack(rig_node(lab, node)), &to, NULL, &r) == OK &&
	       strcmp(r.dev->name, ifname) == 0;
}

TEST(link_ctl, routes_over_a_cut_link_are_not_used_until_it_is_back)
{
	struct lab *lab = rig_lab("nodes:\n"
		"  a: {routes: [{to: 10.9.0.0/16, via: 10.0.1.2}, "
		"{to: 10.0.0.0/8, via: 10.0.2.2}]}\n  b: {}\n  c: {}\nlinks:\n"
		"  - {endpoints: [a, b], ipv4: 10.0.1.0/24}\n"
		"  - {endpoints: [a, c], ipv4: 10.0.2.0/24}\n");

	CHECK(goes_by(lab, "a", "10.9.9.9", "eth0"));
	CHECK(goes_by(lab, "a", "10.0.1.77", "eth0"));
	link_set_up(lab_link(lab, 0), false);
	CHECK(goes_by(lab, "a", "10.9.9.9", "eth1"));
	CHECK(goes_by(lab, "a", "10.0.1.77", "eth1"));
	link_set_up(lab_link(lab, 1), false);
	CHECK(!goes_by(lab, "a", "10.9.9.9", "eth1"));
	link_set_up(lab_link(lab, 1), true);
	link_set_up(lab_link(lab, 0), true);
	CHECK(goes_by(lab, "a", "10.9.9.9", "eth0"));
	CHECK(goes_by(lab, "a", "10.0.1.77", "eth0"));
	lab_free(lab);
}

/* As a veth pair in Linux: the one that is down takes the other's carrier. */
TEST(link_ctl, an_interface_that_is_set_down_takes_its_peers_carrier)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms"));
	struct netdev *a = &rig_end(lab, "a:eth0")->dev;

	rig_send(lab, "b:eth0", 1000, 1);
	rig_send(lab, "a:eth0", 1000, 2);
	(void)node_stack(rig_node(lab, "a"));
	netdev_set_up(a, false);
	CHECK(!rig_info(lab, "a:eth0").up);
	CHECK(rig_info(lab, "b:eth0").up);
	CHECK(!has_carrier(lab, "b:eth0"));
	CHECK_EQ(lab_drops(lab, DROP_LINK_CUT), 2);
	CHECK_EQ(rig_send(lab, "a:eth0", 100, 3), ERR_NETDOWN);
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_DEV_DOWN], 1);
	CHECK_EQ(rig_send(lab, "b:eth0", 100, 4), ERR_NETDOWN);
	CHECK_EQ(rig_info(lab, "b:eth0").drops[DROP_NO_CARRIER], 1);
	netdev_set_up(a, true);
	CHECK(has_carrier(lab, "a:eth0") && has_carrier(lab, "b:eth0"));
	rig_check_empty(lab);
	lab_free(lab);
}
