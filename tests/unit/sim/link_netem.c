// SPDX-License-Identifier: GPL-3.0-or-later
/* Impairments from end to end: what arrives of what was sent, and when. */
#include <stdlib.h>

#include "sim/link.h"
#include "stack/show.h"
#include "stack/util/be.h"
#include "stack/util/err.h"
#include "tests/unit/sim/rig.h"

/* --- loss ------------------------------------------------------------------------- */

TEST(link_netem, a_loss_list_loses_exactly_these_frames)
{
	struct lab *lab = rig_lab(RIG_PAIR("loss-list: [2, 4, 5]"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	rig_send_train(lab, "a:eth0", 7, 100, MSEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 3 6 7");
	CHECK_EQ(rig_info(lab, "a:eth0").drops[DROP_LINK_LOSS], 3);
	CHECK_EQ(rig_info(lab, "b:eth0").drops[DROP_LINK_LOSS], 0);
	CHECK_EQ(rig_info(lab, "a:eth0").tx_packets, 7);
	CHECK_EQ(rig_info(lab, "a:eth0").delivered_packets, 4);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(link_netem, ten_percent_loss_loses_about_a_tenth)
{
	struct lab *lab = rig_lab(RIG_PAIR("loss: 10%"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	uint64_t lost;

	rig_send_train(lab, "a:eth0", 10000, 100, USEC(10));
	lost = rig_info(lab, "a:eth0").drops[DROP_LINK_LOSS];
	CHECK(lost > 880 && lost < 1120); /* four standard deviations of 30 */
	CHECK_EQ(b->n + lost, 10000);
	CHECK_EQ(lab_drops(lab, DROP_LINK_LOSS), lost);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_netem, all_or_nothing_is_exact)
{
	struct lab *lab = rig_lab(RIG_PAIR("forward: {loss: 100%}, reverse: {loss: 0%}"));
	struct rig_ear *a = rig_ear(lab, "a:eth0"), *b = rig_ear(lab, "b:eth0");

	rig_send_train(lab, "a:eth0", 100, 100, USEC(10));
	rig_send_train(lab, "b:eth0", 100, 100, USEC(10));
	CHECK_EQ(b->n, 0);
	CHECK_EQ(a->n, 100);
	rig_deaf(a);
	rig_deaf(b);
	lab_free(lab);
}

/* A lost frame never comes to the wire: it neither waits nor makes others wait. */
TEST(link_netem, a_lost_frame_takes_no_time_on_the_wire)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, queue: 1p, loss-list: [1, 3]"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");

	for (uint32_t i = 1; i <= 4; i++)
		rig_send(lab, "a:eth0", 1000, i);
	lab_run_until(lab, SEC(1));
	CHECK_EQ(b->n, 2);
	CHECK_EQ(b->got[0].at, MSEC(18));
	CHECK_EQ(b->got[1].at, MSEC(26));
	rig_deaf(b);
	lab_free(lab);
}

/* --- duplicates ------------------------------------------------------------------- */

TEST(link_netem, a_duplicate_is_a_frame_of_its_own_on_the_wire)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, duplicate: 100%"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	rig_send(lab, "a:eth0", 1000, 1);
	rig_send(lab, "a:eth0", 1000, 2);
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 1 2 2");
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(b->got[i].at, MSEC(18) + MSEC(8) * i);
	CHECK_EQ(rig_info(lab, "a:eth0").tx_packets, 2);
	CHECK_EQ(rig_info(lab, "a:eth0").delivered_packets, 4);
	rig_deaf(b);
	rig_check_empty(lab);
	lab_free(lab);
}

TEST(link_netem, ping_tells_of_duplicates)
{
	struct lab *lab = rig_lab(RIG_PAIR("reverse: {duplicate: 100%}"));
	struct rig_prog ping;

	rig_start(&ping, lab, "a", "ping -c 2 b");
	lab_run_until(lab, SEC(10));
	CHECK(prog_done(ping.p));
	CHECK(strstr(ping.out.s, "(DUP!)") != NULL);
	CHECK(strstr(ping.out.s, "2 packets transmitted, 2 received, +1 duplicates") != NULL);
	rig_end_prog(&ping);
	lab_free(lab);
}

/* --- corruption ------------------------------------------------------------------- */

static unsigned bits_that_differ(const uint8_t *a, const uint8_t *b, size_t n)
{
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
		bits += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return bits;
}

TEST(link_netem, corruption_flips_one_bit_anywhere)
{
	struct lab *lab = rig_lab(RIG_PAIR("corrupt: 100%"));
	struct link_end *to = rig_end(lab, "b:eth0");
	unsigned places[100] = { 0 }, hit = 0;
	uint8_t sent[100], got[100];
	struct sock *sk;

	REQUIRE(sk_open(node_stack(to->node), ADDR_IP4, SK_PACKET, 0, &sk) == OK);
	to->dev.flags |= DEV_PROMISC;     /* also those whose address was hit */
	for (uint32_t i = 0; i < 1000; i++) {
		rig_frame(sent, sizeof(sent), mac_broadcast, i);
		rig_send_bytes(lab, "a:eth0", sent, sizeof(sent));
		lab_run_until(lab, lab_now(lab) + MSEC(2));
		CHECK_EQ(sk_recv(sk, got, sizeof(got), NULL), 100);
		CHECK_EQ(bits_that_differ(sent, got, 100), 1);
		for (unsigned k = 0; k < 100; k++)
			places[k] += sent[k] != got[k];
	}
	for (unsigned k = 0; k < 100; k++)
		hit += places[k] > 0;
	CHECK_EQ(hit, 100);               /* 10 hits each: one in 20,000 is without */
	sk_close(sk);
	lab_free(lab);
}

/* UDP's data is most of the frame, so most of what is hit is there. */
TEST(link_netem, a_corrupted_datagram_is_found_by_a_checksum_or_not_for_us)
{
	struct lab *lab = rig_lab(RIG_PAIR(""));
	struct sock *a = rig_udp(lab, "a", 0), *b = rig_udp(lab, "b", 9);
	uint64_t caught;
	int got = 0;

	rig_udp_send(lab, "a", a, "b", 9, 10);    /* ARP is over with */
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_set(lab, SIDE_A, "corrupt 100%"), "");
	for (int i = 0; i < 500; i++) {
		rig_udp_send(lab, "a", a, "b", 9, 1000);
		lab_run_until(lab, lab_now(lab) + MSEC(2));
	}
	while (sk_recv(b, (uint8_t[8]){ 0 }, 8, NULL) > 0)
		got++;
	caught = lab_drops(lab, DROP_UDP_CHECKSUM) + lab_drops(lab, DROP_IP4_CHECKSUM) +
		 lab_drops(lab, DROP_ETH_NOT_US) + lab_drops(lab, DROP_ETH_TYPE) +
		 lab_drops(lab, DROP_IP4_VERSION) + lab_drops(lab, DROP_IP4_HLEN) +
		 lab_drops(lab, DROP_IP4_LENGTH) + lab_drops(lab, DROP_ETH_LENGTH) +
		 lab_drops(lab, DROP_ETH_LLC) + lab_drops(lab, DROP_UDP_LENGTH) +
		 lab_drops(lab, DROP_IP4_LINK_BCAST);
	CHECK(lab_drops(lab, DROP_UDP_CHECKSUM) > 400);
	CHECK(lab_drops(lab, DROP_IP4_CHECKSUM) > 0);
	/* What is left was hit in the source MAC, which nothing protects. */
	CHECK_EQ(caught + (uint64_t)got - 1, 500);
	CHECK(got < 10);
	sk_close(a);
	sk_close(b);
	lab_free(lab);
}

/* --- order ------------------------------------------------------------------------ */

TEST(link_netem, reordered_frames_overtake_those_under_delay)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms, reorder: 100%, gap: 3"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	rig_send_train(lab, "a:eth0", 7, 100, MSEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "3 6 1 2 4 5 7");
	CHECK_EQ(b->got[0].at, MSEC(2) + 1);      /* sent at once: no delay at all */
	CHECK_EQ(b->got[1].at, MSEC(5) + 1);
	CHECK_EQ(b->got[2].at, MSEC(10));
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_netem, a_reordered_frame_still_needs_the_wire)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 1mbit, delay: 10ms, reorder: 100%, gap: 2"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	for (uint32_t i = 1; i <= 4; i++)
		rig_send(lab, "a:eth0", 1000, i);
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "2 1 4 3");
	CHECK_EQ(b->got[0].at, MSEC(16));
	CHECK_EQ(b->got[1].at, MSEC(18));
	CHECK_EQ(b->got[2].at, MSEC(32));
	CHECK_EQ(b->got[3].at, MSEC(34));
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_netem, jitter_keeps_its_bounds_and_reorders)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 10ms, jitter: 4ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	ns_t least = NS_NEVER, most = 0;
	unsigned overtook = 0;
	bool in_time_order = true;

	rig_send_train(lab, "a:eth0", 1000, 100, MSEC(1));
	CHECK_EQ(b->n, 1000);
	for (unsigned i = 0; i < 1000; i++) {
		ns_t took = b->got[i].at - MSEC(1) * (b->got[i].tag - 1);

		least = took < least ? took : least;
		most = took > most ? took : most;
		if (i) {
			in_time_order &= b->got[i].at >= b->got[i - 1].at;
			overtook += b->got[i].tag < b->got[i - 1].tag;
		}
	}
	CHECK(in_time_order);
	CHECK(least >= MSEC(6) && least < MSEC(6) + USEC(100));
	CHECK(most <= MSEC(14) && most > MSEC(14) - USEC(100));
	CHECK(overtook > 100);
	rig_deaf(b);
	lab_free(lab);
}

TEST(link_netem, without_jitter_nothing_overtakes_though_the_delay_is_cut)
{
	struct lab *lab = rig_lab(RIG_PAIR("rate: 0, delay: 100ms"));
	struct rig_ear *b = rig_ear(lab, "b:eth0");
	char tags[40];

	rig_send(lab, "a:eth0", 100, 1);
	CHECK_STR(rig_set(lab, SIDE_A, "delay 1ms"), "");
	rig_send(lab, "a:eth0", 100, 2);  /* would be there at 1 ms */
	lab_run_until(lab, MSEC(99));
	CHECK_EQ(b->n, 0);
	rig_send(lab, "a:eth0", 100, 3);
	lab_run_until(lab, MSEC(150));
	rig_send(lab, "a:eth0", 100, 4);
	lab_run_until(lab, SEC(1));
	CHECK_STR(rig_tags(b, tags, sizeof(tags)), "1 2 3 4");
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(b->got[i].at, MSEC(100));
	CHECK_EQ(b->got[3].at, MSEC(151));
	rig_deaf(b);
	lab_free(lab);
}

/* --- what is random --------------------------------------------------------------- */

#define TRIPLE \
	"nodes: {a: {}, b: {}, c: {}}\nlinks:\n" \
	"  - {endpoints: [a, b], ipv4: none, delay: 5ms}\n" \
	"  - {endpoints: [b, c], ipv4: none, delay: 10ms, jitter: 4ms, loss: 20%, " \
	"duplicate: 10%, reorder: 5%}\n"

/* What c hears from b; meanwhile a talks to b over the first link, which has
 * these impairments, and b to a. */
static struct rig_ear *second_link(uint64_t seed, const char *first)
{
	struct lab *lab = rig_lab_seed(TRIPLE, seed);
	struct rig_ear *c = rig_ear(lab, "c:eth0");

	CHECK_STR(rig_set(lab, -1, first), "");
	for (uint32_t i = 1; i <= 1000; i++) {
		rig_send(lab, "a:eth0", 100, i);
		rig_send(lab, "b:eth0", 100, i);
		rig_send(lab, "b:eth1", 100, i);
		lab_run_until(lab, lab_now(lab) + MSEC(1));
	}
	lab_run_until(lab, SEC(10));
	sk_close(c->watch.sk);
	lab_free(lab);
	return c;
}

static bool same(const struct rig_ear *x, const struct rig_ear *y)
{
	return x->n == y->n && memcmp(x->got, y->got, x->n * sizeof(x->got[0])) == 0;
}

TEST(link_netem, one_link_does_not_move_the_draws_of_another)
{
	struct rig_ear *quiet = second_link(7, "loss 0%");
	struct rig_ear *bad = second_link(7, "loss 50% corrupt 10% duplicate 30% jitter 2ms");

	CHECK(quiet->n > 700 && quiet->n < 1000);
	CHECK(same(quiet, bad));
	free(quiet);
	free(bad);
}

TEST(link_netem, the_seed_decides_and_nothing_else)
{
	struct rig_ear *one = second_link(1, "loss 1%"), *again = second_link(1, "loss 1%");
	struct rig_ear *other = second_link(2, "loss 1%");

	CHECK(same(one, again));
	CHECK(!same(one, other));
	free(one);
	free(again);
	free(other);
}

/* The frames that a's first link loses, given these words for both directions. */
static uint64_t lost_of(struct lab *lab, const char *end)
{
	rig_send_train(lab, end, 1000, 100, USEC(10));
	return rig_info(lab, end).drops[DROP_LINK_LOSS];
}

TEST(link_netem, the_two_directions_draw_for_themselves)
{
	struct lab *lab = rig_lab(RIG_PAIR("loss: 30%"));
	struct rig_ear *a = rig_ear(lab, "a:eth0"), *b = rig_ear(lab, "b:eth0");
	uint64_t ab = lost_of(lab, "a:eth0"), ba = lost_of(lab, "b:eth0");
	unsigned both = 0;

	CHECK(ab > 240 && ab < 360);
	CHECK(ba > 240 && ba < 360);
	for (unsigned i = 0, k = 0; i < a->n && k < b->n;) {
		both += a->got[i].tag == b->got[k].tag;
		if (a->got[i].tag < b->got[k].tag)
			i++;
		else
			k++;
	}
	CHECK(both > 430 && both < 550);  /* 0.7 x 0.7: by chance only */
	rig_deaf(a);
	rig_deaf(b);
	lab_free(lab);
}

/* Another loss model changes what is lost, not when the others arrive. */
TEST(link_netem, one_purpose_does_not_move_the_draws_of_another)
{
	struct lab *x = rig_lab(RIG_PAIR("rate: 0, delay: 10ms, jitter: 4ms"));
	struct lab *y = rig_lab(RIG_PAIR("rate: 0, delay: 10ms, jitter: 4ms, loss: 50%"));
	struct rig_ear *xb = rig_ear(x, "b:eth0"), *yb = rig_ear(y, "b:eth0");
	ns_t at[1001] = { 0 };
	bool right = true;

	rig_send_train(x, "a:eth0", 1000, 100, MSEC(1));
	rig_send_train(y, "a:eth0", 1000, 100, MSEC(1));
	for (unsigned i = 0; i < xb->n; i++)
		at[xb->got[i].tag] = xb->got[i].at;
	for (unsigned i = 0; i < yb->n; i++)
		right &= at[yb->got[i].tag] == yb->got[i].at;
	CHECK(right);
	CHECK(yb->n > 400 && yb->n < 600);
	rig_deaf(xb);
	rig_deaf(yb);
	lab_free(x);
	lab_free(y);
}
