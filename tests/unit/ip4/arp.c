// SPDX-License-Identifier: GPL-3.0-or-later
/* ARP: who is answered, who is learned, whose address is whose. */
#include "stack/socket.h"
#include "stack/wire/arp.h"
#include "tests/unit/ip4/fixture.h"

#define NEW IP4(10, 0, 0, 50)             /* nobody knows it yet */
#define OTHER IP4(10, 0, 0, 60)
#define WANTED IP4(10, 0, 0, 70)          /* an address to probe for */

static const struct mac mac_a = { { 0x02, 0xaa, 0, 0, 0, 1 } };
static const struct mac mac_b = { { 0x02, 0xbb, 0, 0, 0, 2 } };

static void arp_frame(struct bench *b, const struct arp *a)
{
	uint8_t bytes[ARP_LEN];
	struct wr w = wr_init(bytes, sizeof(bytes));

	arp_emit(a, &w);
	frame_eth(&b->f, b->in, ETHERTYPE_ARP, bytes, sizeof(bytes));
}

/* Arrives on `in`. */
static void arrive(struct bench *b, uint16_t op, struct mac sha, ip4_t spa, ip4_t tpa)
{
	struct arp a = { .op = op, .sha = sha, .spa = spa, .tpa = tpa };

	arp_frame(b, &a);
	net_inject_frame(b->in, &b->f);
}

/* The i-th frame that dev sent is this ARP packet. */
static bool sent_arp(struct netdev *dev, unsigned i, struct arp *a, struct eth_hdr *eth)
{
	uint8_t f[100];
	struct rd r = rd_init(f, net_sent_bytes(dev, i, f, sizeof(f)));
	bool ok = eth_hdr_parse(eth, &r) && eth->type == ETHERTYPE_ARP && arp_parse(a, &r);

	CHECK(ok);
	return ok;
}

/* The only frame that `in` sent is an ARP request to all; forgotten at once. */
static bool asked(struct bench *b, ip4_t spa, ip4_t tpa)
{
	struct eth_hdr eth;
	struct arp a;
	bool ok = CHECK_EQ(net_sent(b->in), 1) && sent_arp(b->in, 0, &a, &eth);

	net_forget(b->in);
	return ok && CHECK(mac_eq(eth.dst, mac_broadcast)) && CHECK_EQ(a.op, ARP_REQUEST) &&
	       CHECK(mac_eq(a.sha, b->in->mac)) && CHECK(mac_eq(a.tha, mac_zero)) &&
	       CHECK_EQ(a.spa, spa) && CHECK_EQ(a.tpa, tpa);
}

static int state_of(struct bench *b, ip4_t a)        /* -1: not known */
{
	const struct neigh *n = neigh_find(b->st, b->in, a);

	return n ? (int)neigh_state_now(b->st, n) : -1;
}

static bool mac_is(struct bench *b, ip4_t a, struct mac mac)
{
	const struct neigh *n = neigh_find(b->st, b->in, a);

	return n && n->has_mac && mac_eq(n->mac, mac);
}

/* A neighbour that was learned, and not set up as the fixture's are. */
static void learn(struct bench *b, ip4_t a, struct mac mac)
{
	arrive(b, ARP_REQUEST, mac, a, US);
	net_forget(b->in);
	CHECK_EQ(state_of(b, a), NUD_STALE);
}

static void say_something(struct bench *b, ip4_t to)
{
	struct endpoint ep = { addr_ip4(to), 9 };
	struct sock *sk;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	CHECK_EQ(sk_send(sk, "x", 1, &ep), 1);
	sk_close(sk);
}

/* --- requests ----------------------------------------------------------------------- */

TEST(arp, a_request_for_our_address_is_answered_and_the_asker_learned)
{
	struct bench *b = bench_new(false);
	struct eth_hdr eth;
	struct arp a;

	arrive(b, ARP_REQUEST, mac_a, NEW, US);
	REQUIRE(CHECK_EQ(net_sent(b->in), 1) && sent_arp(b->in, 0, &a, &eth));
	CHECK(mac_eq(eth.dst, mac_a));
	CHECK(mac_eq(eth.src, b->in->mac));
	CHECK_EQ(a.op, ARP_REPLY);
	CHECK(mac_eq(a.sha, b->in->mac));
	CHECK(mac_eq(a.tha, mac_a));
	CHECK_EQ(a.spa, US);
	CHECK_EQ(a.tpa, NEW);
	CHECK(mac_is(b, NEW, mac_a));
	CHECK_EQ(state_of(b, NEW), NUD_STALE);    /* it can reach us; not yet the reverse */
	CHECK_EQ(show_stat(b->st, ST_ARP_IN_REQUESTS), 1);
	CHECK_EQ(show_stat(b->st, ST_ARP_OUT_REPLIES), 1);
	CHECK_EQ(bench_all_drops(b), 0);
	bench_free(b);
}

TEST(arp, an_address_of_another_interface_is_answered_as_well)
{
	struct bench *b = bench_new(false);
	struct eth_hdr eth;
	struct arp a;

	arrive(b, ARP_REQUEST, mac_a, NEW, US_OUT);       /* weak host model, as in Linux */
	REQUIRE(CHECK_EQ(net_sent(b->in), 1) && sent_arp(b->in, 0, &a, &eth));
	CHECK_EQ(a.spa, US_OUT);
	CHECK(mac_eq(a.sha, b->in->mac));
	bench_free(b);
}

TEST(arp, a_request_for_another_teaches_only_what_changed)
{
	struct bench *b = bench_new(false);

	arrive(b, ARP_REQUEST, mac_a, NEW, OTHER);
	CHECK_EQ(state_of(b, NEW), -1);
	CHECK_EQ(bench_drops(b, DROP_ARP_NOT_US), 1);
	learn(b, NEW, mac_a);
	arrive(b, ARP_REQUEST, mac_b, NEW, OTHER);
	CHECK(mac_is(b, NEW, mac_b));             /* RFC 826: the merge flag */
	arrive(b, ARP_REQUEST, mac_b, THEM, OTHER);
	CHECK(mac_is(b, THEM, net_peer_mac));     /* but not what was configured */
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

TEST(arp, a_probe_is_answered_and_leaves_no_trace)
{
	struct bench *b = bench_new(false);
	struct eth_hdr eth;
	struct arp a;

	arrive(b, ARP_REQUEST, mac_a, 0, US);     /* RFC 5227 2.1.1: somebody wants our address */
	REQUIRE(CHECK_EQ(net_sent(b->in), 1) && sent_arp(b->in, 0, &a, &eth));
	CHECK_EQ(a.op, ARP_REPLY);
	CHECK_EQ(a.spa, US);
	CHECK_EQ(a.tpa, 0);
	CHECK(mac_eq(eth.dst, mac_a));
	CHECK_EQ(state_of(b, 0), -1);
	bench_free(b);
}

/* --- replies ------------------------------------------------------------------------ */

TEST(arp, a_reply_that_was_asked_for_lets_the_waiting_packet_go)
{
	struct bench *b = bench_new(false);

	say_something(b, NEW);
	REQUIRE(asked(b, US, NEW));
	CHECK_EQ(state_of(b, NEW), NUD_INCOMPLETE);
	arrive(b, ARP_REPLY, mac_a, NEW, US);
	CHECK_EQ(state_of(b, NEW), NUD_REACHABLE);
	REQUIRE(bench_only(b, b->in));
	CHECK(mac_eq(b->s.eth.dst, mac_a));
	CHECK_EQ(b->s.ip.dst, NEW);
	CHECK_EQ(show_stat(b->st, ST_ARP_IN_REPLIES), 1);
	bench_free(b);
}

TEST(arp, a_reply_nobody_asked_for_is_dropped)
{
	struct bench *b = bench_new(false);

	arrive(b, ARP_REPLY, mac_a, NEW, US);
	CHECK_EQ(bench_drops(b, DROP_ARP_UNASKED), 1);
	arrive(b, ARP_REPLY, mac_a, NEW, OTHER);
	CHECK_EQ(bench_drops(b, DROP_ARP_NOT_US), 1);
	CHECK_EQ(state_of(b, NEW), -1);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

TEST(arp, gratuitous_arp_updates_and_never_creates)
{
	static const uint16_t ops[] = { ARP_REQUEST, ARP_REPLY };

	for (size_t i = 0; i < N_ELEM(ops); i++) {
		struct bench *b = bench_new(false);

		arrive(b, ops[i], mac_b, NEW, NEW);
		CHECK_EQ(state_of(b, NEW), -1);
		CHECK_EQ(bench_drops(b, DROP_ARP_NOT_US), 1);
		learn(b, NEW, mac_a);
		arrive(b, ops[i], mac_b, NEW, NEW);
		CHECK(mac_is(b, NEW, mac_b));
		CHECK_EQ(state_of(b, NEW), NUD_STALE);    /* which proves nothing */
		CHECK_EQ(net_sent(b->in), 0);
		bench_free(b);
	}
}

/* --- asking ------------------------------------------------------------------------- */

TEST(arp, we_ask_as_the_packet_that_waits)
{
	struct bench *b = bench_new(false);
	struct prefix second;
	struct endpoint at = { .port = 0 }, to = { addr_ip4(NEW), 9 };
	struct sock *sk;

	REQUIRE(prefix_parse(&second, "10.0.0.99/24"));
	REQUIRE(stack_addr_add(b->st, b->in, &second) == OK);
	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	at.addr = second.addr;
	CHECK_EQ(sk_bind(sk, &at), OK);
	CHECK_EQ(sk_send(sk, "x", 1, &to), 1);
	CHECK(asked(b, IP4(10, 0, 0, 99), NEW));
	sk_close(sk);
	bench_free(b);
}

TEST(arp, for_others_a_router_asks_with_its_own_address)
{
	struct bench *b = bench_new(true);

	b->h.src = IP4(192, 168, 1, 1);
	b->h.dst = NEW;
	bench_udp(b, 8);
	CHECK(asked(b, US, NEW));
	bench_free(b);
}

TEST(arp, three_requests_a_second_apart_and_no_more)
{
	struct bench *b = bench_new(false);

	say_something(b, NEW);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(asked(b, US, NEW));
		net_run(b->net, SEC(1));
	}
	net_run(b->net, SEC(10));
	CHECK_EQ(net_sent(b->in), 0);
	CHECK_EQ(bench_drops(b, DROP_NEIGH_FAILED), 1);
	CHECK_EQ(show_stat(b->st, ST_ARP_OUT_REQUESTS), 3);
	bench_free(b);
}

/* --- what is wrong ------------------------------------------------------------------ */

TEST(arp, impossible_senders_and_targets)
{
	static const struct { struct mac sha; ip4_t spa, tpa; enum drop why; } rows[] = {
		{ { { 0x01, 0, 0x5e, 0, 0, 1 } }, NEW, US, DROP_ARP_SOURCE },
		{ { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } }, NEW, US, DROP_ARP_SOURCE },
		{ { { 0 } }, NEW, US, DROP_ARP_SOURCE },
		{ { { 2, 1 } }, IP4(224, 0, 0, 1), US, DROP_ARP_SOURCE },
		{ { { 2, 1 } }, IP4_BROADCAST, US, DROP_ARP_SOURCE },
		{ { { 2, 1 } }, IP4(127, 0, 0, 1), US, DROP_ARP_SOURCE },
		{ { { 2, 1 } }, IP4(10, 0, 0, 255), US, DROP_ARP_SOURCE },
		{ { { 2, 1 } }, IP4(10, 0, 0, 0), US, DROP_ARP_SOURCE },
		{ { { 2, 1 } }, NEW, IP4(224, 0, 0, 1), DROP_ARP_BAD },
		{ { { 2, 1 } }, NEW, IP4(127, 0, 0, 1), DROP_ARP_BAD },
	};

	for (size_t i = 0; i < N_ELEM(rows) * 2; i++) {
		struct bench *b = bench_new(false);

		arrive(b, i & 1 ? ARP_REQUEST : ARP_REPLY, rows[i / 2].sha, rows[i / 2].spa,
		       rows[i / 2].tpa);
		if (!CHECK_EQ(bench_drops(b, rows[i / 2].why), 1))
			printf("     row %zu\n", i / 2);
		CHECK_EQ(bench_all_drops(b), 1);
		CHECK_EQ(net_sent(b->in), 0);
		CHECK_EQ(state_of(b, NEW), -1);
		bench_free(b);
	}
}

/* Offsets in the ARP packet, and what must not stand there. */
TEST(arp, other_hardware_protocols_lengths_and_operations)
{
	static const struct { uint8_t at, v; } rows[] = {
		{ 1, 6 }, { 0, 1 }, { 2, 0x86 }, { 3, 0xdd }, { 4, 8 }, { 5, 16 }, { 5, 0 },
		{ 7, 0 }, { 7, 3 }, { 7, 9 }, { 6, 1 },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct arp a = { .op = ARP_REQUEST, .sha = mac_a, .spa = NEW, .tpa = US };
		struct bench *b = bench_new(false);

		arp_frame(b, &a);
		b->f.b[ETH_HLEN + rows[i].at] = rows[i].v;
		net_inject_frame(b->in, &b->f);
		if (!CHECK_EQ(bench_drops(b, DROP_ARP_BAD), 1))
			printf("     octet %u\n", rows[i].at);
		CHECK_EQ(net_sent(b->in), 0);
		bench_free(b);
	}
}

TEST(arp, shorter_than_it_should_be)
{
	struct arp a = { .op = ARP_REQUEST, .sha = mac_a, .spa = NEW, .tpa = US };
	struct bench *b = bench_new(false);

	for (size_t n = 0; n < ARP_LEN; n++) {
		arp_frame(b, &a);
		b->f.n = ETH_HLEN + n;
		net_inject_frame(b->in, &b->f);
		CHECK_EQ(bench_drops(b, DROP_ARP_BAD), n + 1);
	}
	arp_frame(b, &a);
	b->f.n = 60;                              /* with padding */
	net_inject_frame(b->in, &b->f);
	CHECK_EQ(net_sent(b->in), 1);
	bench_free(b);
}

TEST(arp, an_interface_that_does_not_speak_arp_is_silent)
{
	struct bench *b = bench_new(false);

	b->in->flags |= DEV_NOARP;
	arrive(b, ARP_REQUEST, mac_a, NEW, US);
	stack_arp_announce(b->st, b->in, US);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

/* --- conflicts (RFC 5227 2.4) ------------------------------------------------------- */

struct heard { unsigned n; ip4_t addr; struct mac by; const struct netdev *dev; };

static void on_conflict(void *ctx, struct netdev *dev, ip4_t addr, struct mac by)
{
	struct heard *h = ctx;

	*h = (struct heard){ h->n + 1, addr, by, dev };
}

static struct bench *with_conflicts(struct heard *h)
{
	static const struct stack_hooks hooks = { .conflict = on_conflict };
	struct bench *b = bench_new(false);

	*h = (struct heard){ 0 };
	b->st->hooks = &hooks;
	b->st->ctx = h;
	return b;
}

TEST(arp, our_address_in_use_elsewhere_is_told_and_defended_once_in_ten_seconds)
{
	struct heard h;
	struct bench *b = with_conflicts(&h);

	arrive(b, ARP_REQUEST, mac_a, US, US_OUT);
	CHECK_EQ(state_of(b, US), -1);            /* neither learned nor answered */
	CHECK_EQ(show_stat(b->st, ST_ARP_OUT_REPLIES), 0);
	CHECK_EQ(h.n, 1);
	CHECK_EQ(h.addr, US);
	CHECK(mac_eq(h.by, mac_a));
	CHECK(h.dev == b->in);
	CHECK_EQ(bench_drops(b, DROP_ARP_CONFLICT), 1);
	CHECK(asked(b, US, US));                  /* an announcement */
	for (unsigned i = 0; i < 9; i++) {
		net_run(b->net, SEC(1));
		arrive(b, ARP_REPLY, mac_a, US, US);
	}
	CHECK_EQ(net_sent(b->in), 0);             /* no war */
	CHECK_EQ(h.n, 10);
	net_run(b->net, SEC(1) + 1);
	arrive(b, ARP_REPLY, mac_a, US, US);
	CHECK(asked(b, US, US));
	bench_free(b);
}

TEST(arp, our_own_packet_come_back_is_no_conflict)
{
	struct heard h;
	struct bench *b = with_conflicts(&h);

	arrive(b, ARP_REQUEST, b->in->mac, US, US);
	CHECK_EQ(h.n, 0);
	CHECK_EQ(bench_drops(b, DROP_ARP_NOT_US), 1);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

/* --- probes and announcements (RFC 5227 2.1, 2.3) ----------------------------------- */

struct outcome { unsigned n; bool used; struct mac by; };

static void on_done(void *arg, ip4_t addr, const struct mac *used_by)
{
	struct outcome *o = arg;

	CHECK_EQ(addr, WANTED);
	o->n++;
	o->used = used_by != NULL;
	if (used_by)
		o->by = *used_by;
}

static struct bench *probing(struct outcome *o)
{
	struct bench *b = bench_new(false);

	*o = (struct outcome){ 0 };
	REQUIRE(stack_arp_probe(b->st, b->in, WANTED, on_done, o) == OK);
	return b;
}

TEST(arp, an_address_that_nobody_defends_is_free)
{
	struct outcome o;
	struct bench *b = probing(&o);
	ns_t last = 0, waited;

	for (unsigned i = 0; i < 3; i++) {
		while (net_sent(b->in) == 0 && net_now(b->net) < SEC(20))
			net_run(b->net, MSEC(10));
		CHECK(asked(b, 0, WANTED));       /* says nothing of us */
		waited = net_now(b->net) - last;
		CHECK(i ? waited >= SEC(1) && waited <= SEC(2) + MSEC(10)
			: waited <= SEC(1) + MSEC(10));
		last = net_now(b->net);
	}
	net_run(b->net, MSEC(1980));
	CHECK_EQ(o.n, 0);
	net_run(b->net, MSEC(20));
	CHECK_EQ(o.n, 1);
	CHECK(!o.used);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

TEST(arp, a_probed_address_is_in_use_if_anybody_says_so)
{
	static const struct { uint16_t op; ip4_t spa, tpa; bool used; } rows[] = {
		{ ARP_REPLY, WANTED, 0, true },
		{ ARP_REQUEST, WANTED, OTHER, true },     /* ... or shows it */
		{ ARP_REQUEST, WANTED, WANTED, true },
		{ ARP_REQUEST, 0, WANTED, true },         /* ... or wants it, too */
		{ ARP_REQUEST, OTHER, WANTED, false },    /* who only looks for it */
		{ ARP_REPLY, OTHER, US, false },
	};

	for (size_t i = 0; i < N_ELEM(rows); i++) {
		struct outcome o;
		struct bench *b = probing(&o);

		net_run(b->net, SEC(1));
		arrive(b, ARP_REQUEST, b->in->mac, 0, WANTED);    /* our own, come back */
		CHECK_EQ(o.n, 0);
		arrive(b, rows[i].op, mac_a, rows[i].spa, rows[i].tpa);
		if (!CHECK_EQ(o.n, rows[i].used))
			printf("     row %zu\n", i);
		net_run(b->net, SEC(20));
		CHECK_EQ(o.n, 1);                 /* once, whatever follows */
		CHECK_EQ(o.used, rows[i].used);
		CHECK(!o.used || mac_eq(o.by, mac_a));
		bench_free(b);
	}
}

TEST(arp, an_announcement_is_made_twice_two_seconds_apart)
{
	struct bench *b = bench_new(false);

	stack_arp_announce(b->st, b->in, US);
	CHECK(asked(b, US, US));
	net_run(b->net, SEC(2) - 1);
	CHECK_EQ(net_sent(b->in), 0);
	net_run(b->net, 1);
	CHECK(asked(b, US, US));
	net_run(b->net, SEC(60));
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

TEST(arp, a_probe_ends_unheard_with_its_interface)
{
	struct outcome o;
	struct bench *b = probing(&o);

	stack_detach(b->st, b->in);
	net_run(b->net, SEC(20));
	CHECK_EQ(o.n, 0);
	bench_free(b);
}
