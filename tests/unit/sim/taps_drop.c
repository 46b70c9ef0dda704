// SPDX-License-Identifier: GPL-3.0-or-later
/* What captures and traces say of frames that die. */
#include "sim/taps.h"

#include <stdlib.h>

#include "sim/link.h"
#include "stack/stack.h"
#include "tests/unit/capture/fixture.h"
#include "tests/unit/sim/capfile.h"
#include "tests/unit/sim/rig.h"

/* h1 - r - h2; the second link has a smaller MTU. */
#define LINE \
	"nodes:\n  h1: {kind: host, gateway: 10.0.1.1}\n  r: {}\n" \
	"  h2: {kind: host, gateway: 10.0.2.1}\n" \
	"links:\n" \
	"  - {endpoints: [r, h1], ipv4: 10.0.1.0/24}\n" \
	"  - {endpoints: [r, h2], ipv4: 10.0.2.0/24, mtu: 600}\n"

/* --- drop comments ---------------------------------------------------------------- */

/* One datagram, or more, from h1; then the only record with a comment must be
 * this one. */
static void only_drop(struct lab *lab, const char *path, int id, const char *ifname, unsigned dir,
		      uint32_t len, const char *comment)
{
	struct capfile f;
	unsigned n = 0;

	lab_run_until(lab, lab_now(lab) + SEC(1));
	f = capfile_stop(lab, id, path);
	for (unsigned i = 0; i < f.n; i++) {
		const struct caprec *r = &f.rec[i];

		if (!r->comment[0])
			continue;
		n++;
		CHECK_EQ(r->ifno, capfile_if(&f, ifname));
		CHECK_EQ(r->dir, dir);
		CHECK_EQ(r->len, len);
		CHECK_STR(r->comment, comment);
	}
	CHECK_EQ(n, 1);
	capfile_free(&f);
}

struct scene { struct scratch s; struct lab *lab; struct sock *sk; int id; };

/* All neighbours known, then a capture of everything. */
static struct scene scene_new(const char *what)
{
	struct scene sc = { .s = scratch_new(".pcapng"), .lab = rig_lab(LINE) };
	struct rig_prog ping;

	rig_start(&ping, sc.lab, "h1", "ping -c 1 h2");
	lab_run_until(sc.lab, SEC(2));
	rig_end_prog(&ping);
	sc.sk = rig_udp(sc.lab, "h1", 1000);
	sc.id = capfile_start(sc.lab, what, sc.s.path, NULL);
	return sc;
}

static void scene_free(struct scene *sc)
{
	sk_close(sc->sk);
	lab_free(sc->lab);
	scratch_free(&sc->s);
}

#define UDP_FRAME(n) (14 + 20 + 8 + (n))

TEST(taps_drop, a_closed_port_is_told_of_in_the_datagrams_record_not_in_the_answers)
{
	static const char *const what[] = { "all", "h2", "h2:eth0,h1" };

	for (unsigned i = 0; i < N_ELEM(what); i++) {
		struct scene sc = scene_new(what[i]);

		rig_udp_send(sc.lab, "h1", sc.sk, "h2", 9, 33);
		only_drop(sc.lab, sc.s.path, sc.id, "h2:eth0", CAPTURE_IN, UDP_FRAME(33),
			  "dropped: udp.no_port");
		scene_free(&sc);
	}
}

TEST(taps_drop, a_datagram_in_fragments_dies_in_its_last_ones_record)
{
	struct scene sc = scene_new("all");

	CHECK_EQ(sk_setopt(sc.sk, SKO_PMTUDISC, PMTU_DONT), OK);
	rig_udp_send(sc.lab, "h1", sc.sk, "h2", 9, 1000);     /* 576 and 432 bytes */
	only_drop(sc.lab, sc.s.path, sc.id, "h2:eth0", CAPTURE_IN, 14 + 20 + 432,
		  "dropped: udp.no_port");
	scene_free(&sc);
}

TEST(taps_drop, an_expired_packet_is_told_of_where_it_came_in)
{
	struct scene sc = scene_new("r");

	CHECK_EQ(sk_setopt(sc.sk, SKO_TTL, 1), OK);
	rig_udp_send(sc.lab, "h1", sc.sk, "h2", 9, 44);
	only_drop(sc.lab, sc.s.path, sc.id, "r:eth0", CAPTURE_IN, UDP_FRAME(44),
		  "dropped: ip4.ttl_exceeded");
	scene_free(&sc);
}

TEST(taps_drop, a_refused_frame_is_told_of_where_it_would_have_left)
{
	struct scene sc = scene_new("all");

	rig_end(sc.lab, "r:eth1")->dev.flags &= ~(uint32_t)DEV_CARRIER;   /* routes do not know */
	rig_udp_send(sc.lab, "h1", sc.sk, "h2", 9, 55);
	only_drop(sc.lab, sc.s.path, sc.id, "r:eth1", CAPTURE_OUT, UDP_FRAME(55),
		  "dropped: dev.no_carrier");
	rig_end(sc.lab, "r:eth1")->dev.flags |= DEV_CARRIER;
	scene_free(&sc);
}

TEST(taps_drop, a_full_queue_is_told_of_in_the_record_of_the_frame_it_refused)
{
	struct scene sc = scene_new("h1");

	CHECK_STR(rig_set(sc.lab, SIDE_B, "queue 1p rate 1mbit"), "");
	for (size_t n = 61; n <= 63; n++)
		rig_udp_send(sc.lab, "h1", sc.sk, "10.0.1.1", 9, n);
	CHECK_EQ(rig_info(sc.lab, "h1:eth0").drops[DROP_LINK_QUEUE], 1);
	only_drop(sc.lab, sc.s.path, sc.id, "h1:eth0", CAPTURE_OUT, UDP_FRAME(63),
		  "dropped: link.queue_full");
	scene_free(&sc);
}

/* The router keeps what waits for a neighbour; the oldest gives way to the
 * newest, whose record must not be blamed, though both came and would leave
 * by the same interface. */
TEST(taps_drop, what_dies_in_a_queue_is_not_blamed_on_the_frame_that_came_now)
{
	struct scratch s = scratch_new(".pcapng");
	struct lab *lab = rig_lab("nodes:\n"
		"  h: {kind: host, routes: [{to: 10.0.0.99/32, via: 10.0.0.1}]}\n  r: {}\n"
		"links:\n  - {endpoints: [r, h], ipv4: 10.0.0.0/24}\n");
	struct stack *r = node_stack(rig_node(lab, "r"));
	struct sock *sk = rig_udp(lab, "h", 1000);
	int id = capfile_start(lab, "all", s.path, NULL);
	struct capfile f;

	CHECK_EQ(stack_set_option(r, OPT_NEIGH_QUEUE, 2000), OK);     /* room for three */
	CHECK_EQ(stack_set_option(r, OPT_SEND_REDIRECTS, 0), OK);
	for (int i = 0; i < 5; i++) {
		rig_udp_send(lab, "h", sk, "10.0.0.99", 9, 72);       /* 100 bytes each */
		lab_run_until(lab, lab_now(lab) + MSEC(10));
	}
	CHECK_EQ(lab_drops(lab, DROP_NEIGH_QUEUE), 2);
	lab_run_until(lab, SEC(20));
	f = capfile_stop(lab, id, s.path);
	for (unsigned i = 0; i < f.n; i++)
		CHECK(strcmp(f.rec[i].comment, "dropped: neigh.queue_full") != 0);
	capfile_free(&f);
	sk_close(sk);
	lab_free(lab);
	scratch_free(&s);
}

/* --- traces ----------------------------------------------------------------------- */

static void on_drop(void *ctx, const struct drop_record *r)
{
	buf_printf(ctx, "%" PRIns " %s %s %s %u %s\n", r->at / MSEC(1), r->node, r->ifname,
		   drop_name(r->why), r->len, r->frame);
}

TEST(taps_drop, a_trace_of_drops_shows_what_died_also_without_a_link_header)
{
	struct lab *lab = rig_lab(RIG_PAIR("delay: 1ms, rate: 0"));
	struct sock *sk = rig_udp(lab, "a", 1000);
	struct buf lines = { 0 };

	lab_trace_drops(lab, on_drop, &lines);
	rig_udp_send(lab, "a", sk, "b", 9, 10);           /* 2 ms ARP, 1 ms to b */
	rig_udp_send(lab, "a", sk, "10.0.0.77", 9, 20);   /* nobody: three requests */
	lab_run_until(lab, SEC(20));
	CHECK_STR(lines.s,
		  "1 b eth0 arp.not_for_us 28 "
		  "ARP, Request who-has 10.0.0.77 tell 10.0.0.1, length 28\n"
		  "3 b eth0 udp.no_port 18 IP 10.0.0.1.1000 > 10.0.0.2.9: UDP, length 10\n"
		  "1001 b eth0 arp.not_for_us 28 "
		  "ARP, Request who-has 10.0.0.77 tell 10.0.0.1, length 28\n"
		  "2001 b eth0 arp.not_for_us 28 "
		  "ARP, Request who-has 10.0.0.77 tell 10.0.0.1, length 28\n"
		  "3000 a eth0 neigh.unresolved 48 "
		  "IP 10.0.0.1.1000 > 10.0.0.77.9: UDP, length 20\n");
	lab_trace_drops(lab, NULL, NULL);
	buf_reset(&lines);
	rig_udp_send(lab, "a", sk, "b", 9, 10);
	lab_run_until(lab, SEC(30));
	CHECK_EQ(lines.len, 0);
	CHECK_EQ(lab_drops(lab, DROP_UDP_NO_PORT), 2);
	buf_free(&lines);
	sk_close(sk);
	lab_free(lab);
}

TEST(taps_drop, fragments_that_never_left_are_shown_as_what_they_are)
{
	struct lab *lab = rig_lab(RIG_PAIR("delay: 1ms, rate: 0, forward: {loss: 100%}"));
	struct sock *sk = rig_udp(lab, "a", 1000);
	struct buf lines = { 0 };

	CHECK_EQ(sk_setopt(sk, SKO_PMTUDISC, PMTU_DONT), OK);
	rig_udp_send(lab, "a", sk, "b", 9, 1480);
	lab_run_until(lab, SEC(2));
	lab_trace_drops(lab, on_drop, &lines);
	lab_run_until(lab, SEC(20));
	CHECK_STR(lines.s,
		  "3000 a eth0 neigh.unresolved 1500 IP 10.0.0.1.1000 > 10.0.0.2.9: UDP, "
		  "length 1480 (frag 1011:1480@0+)\n"
		  "3000 a eth0 neigh.unresolved 28 IP 10.0.0.1 > 10.0.0.2: udp 8 (frag 1011:8@1480)\n");
	buf_free(&lines);
	sk_close(sk);
	lab_free(lab);
}
