// SPDX-License-Identifier: GPL-3.0-or-later
/* ICMP errors and redirects: what they say, when there are none, how many. */
#include "stack/socket.h"
#include "tests/unit/ip4/fixture.h"

TEST(icmp_out, a_closed_port_is_unreachable)
{
	struct bench *b = bench_new(false);
	uint8_t sent[IP4_HLEN + 1408];

	b->h.tos = 0xff;
	bench_udp(b, 100);
	memcpy(sent, b->f.b + ETH_HLEN, IP4_HLEN + b->n);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.type, ICMP4_UNREACH);
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_PORT);
	CHECK_EQ(b->s.ip.src, US);
	CHECK_EQ(b->s.ip.dst, THEM);
	CHECK_EQ(b->s.ip.tos, 0xde);             /* RFC 1812 4.3.2.5 */
	CHECK(!b->s.ip.df);
	CHECK_EQ(b->s.n, IP4_HLEN + UDP_HLEN + 100);
	CHECK_MEM(b->s.data, sent, b->s.n);       /* RFC 1122 3.2.2: as it was received */
	CHECK_EQ(show_stat(b->st, ST_ICMP_OUT_ERRORS), 1);
	CHECK_EQ(bench_drops(b, DROP_UDP_NO_PORT), 1);
	bench_free(b);
}

TEST(icmp_out, an_unknown_protocol_is_unreachable)
{
	struct bench *b = bench_new(false);

	bench_send(b, 200, "payload8", 8);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_PROTO);
	CHECK_EQ(bench_drops(b, DROP_IP4_PROTO), 1);
	bench_free(b);
}

TEST(icmp_out, errors_quote_what_fits_576_bytes)
{
	struct bench *b = bench_new(false);

	bench_udp(b, 1400);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.ip.total_len, 576);
	CHECK_EQ(b->s.n, 576 - IP4_HLEN - ICMP4_HLEN);
	CHECK_MEM(b->s.data, b->f.b + ETH_HLEN, b->s.n);
	bench_free(b);
}

TEST(icmp_out, link_padding_is_not_quoted)
{
	struct bench *b = bench_new(false);

	b->h.proto = 200;
	frame_ip4(&b->f, b->in, &b->h, NULL, "12345678", 8);
	memset(b->f.b + b->f.n, 0xee, 60 - b->f.n);
	b->f.n = 60;
	net_inject_frame(b->in, &b->f);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.n, IP4_HLEN + 8);
	bench_free(b);
}

/* What a router answers to a packet from THEM to `dst`. */
static void check_router_says(ip4_t dst, uint8_t ttl, uint8_t type, uint8_t code, enum drop why)
{
	struct bench *b = bench_new(true);

	b->h.dst = dst;
	b->h.ttl = ttl;
	bench_udp(b, 8);
	CHECK_EQ(bench_drops(b, why), 1);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.type, type);
	CHECK_EQ(b->s.icmp.code, code);
	CHECK_EQ(b->s.ip.src, US);                /* of the interface it leaves by */
	CHECK_EQ(b->s.data[8], ttl);
	bench_free(b);
}

TEST(icmp_out, a_router_tells_why_it_does_not_forward)
{
	check_router_says(IP4(203, 0, 113, 1), 9, ICMP4_UNREACH, ICMP4_UNREACH_NET,
			  DROP_IP4_NO_ROUTE);
	check_router_says(FAR, 1, ICMP4_TIME_EXCEEDED, ICMP4_TIME_TTL, DROP_IP4_TTL);
}

TEST(icmp_out, a_packet_too_big_is_told_the_mtu)
{
	struct bench *b = bench_new(true);

	CHECK_EQ(netdev_set_mtu(b->out, 600), OK);
	b->h.dst = FAR;
	b->h.df = true;
	for (unsigned i = 0; i < 100; i++)        /* no limit: path MTU discovery */
		bench_udp(b, 1000);
	CHECK_EQ(net_sent(b->in), 100);
	REQUIRE(net_seen(b->in, 99, &b->s));
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_FRAG);
	CHECK_EQ(b->s.icmp.u.mtu, 600);
	bench_free(b);
}

TEST(icmp_out, an_error_goes_back_by_the_reversed_source_route)
{
	static const uint8_t route[12] = { 131, 11, 12, 10, 0, 0, 4, 10, 0, 0, 3, 0 };
	struct bench *b = bench_new(false);

	b->h.src = IP4(172, 16, 1, 1);
	b->h.hlen = 32;
	memcpy(b->opt, route, sizeof(route));
	bench_udp(b, 1400);
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_PORT);
	CHECK_EQ(b->s.ip.dst, IP4(10, 0, 0, 3));
	CHECK_EQ(b->s.ip.total_len, 576);
	CHECK_EQ(b->s.opt[2], 4);
	CHECK_EQ(get_be32(b->s.opt + 7), IP4(172, 16, 1, 1));
	bench_free(b);
}

/* --- when there is none (RFC 1122 3.2.2) ------------------------------------------- */

TEST(icmp_out, no_error_about_an_icmp_error)
{
	static const uint8_t errors[] = { 3, 4, 5, 11, 12, 200 };

	for (size_t i = 0; i < N_ELEM(errors); i++) {
		struct bench *b = bench_new(true);

		b->h.dst = FAR;
		b->h.ttl = 1;
		bench_icmp(b, errors[i], 0, 0, "quotequotequotequotequotequote", 30);
		CHECK_EQ(bench_drops(b, DROP_IP4_TTL), 1);
		CHECK_EQ(net_sent(b->in), 0);
		bench_free(b);
	}
}

TEST(icmp_out, but_one_about_an_echo)
{
	struct bench *b = bench_new(true);

	b->h.dst = FAR;
	b->h.ttl = 1;
	bench_icmp(b, ICMP4_ECHO, 0, 0, "x", 1);
	CHECK_EQ(net_sent(b->in), 1);
	bench_free(b);
}

TEST(icmp_out, no_error_about_icmp_of_no_length)
{
	struct bench *b = bench_new(true);

	b->h.dst = FAR;
	b->h.ttl = 1;
	bench_send(b, IP_PROTO_ICMP, "", 0);
	CHECK_EQ(net_sent(b->in), 0);
	bench_free(b);
}

TEST(icmp_out, no_error_about_broadcasts_and_multicasts)
{
	static const ip4_t to[] = {
		IP4_BROADCAST, IP4(10, 0, 0, 255), IP4(10, 0, 0, 0), IP4_ALL_HOSTS,
	};

	for (size_t i = 0; i < N_ELEM(to); i++) {
		struct bench *b = bench_new(false);

		b->h.dst = to[i];
		bench_udp(b, 8);
		CHECK_EQ(bench_drops(b, DROP_UDP_NO_PORT), 1);
		bench_send(b, 200, "payload8", 8);
		CHECK_EQ(net_sent(b->in), 0);
		bench_free(b);
	}
}

TEST(icmp_out, no_error_about_a_link_layer_broadcast)
{
	struct bench *b = bench_new(true);
	struct pkt *p = pkt_from_bytes(net_pool(b->net), "", 0);
	struct ip4_hdr h = { .hlen = 20, .ttl = 9, .proto = 200, .src = THEM, .dst = FAR,
			     .total_len = 20 };
	struct ip_meta m = { .dev = b->in, .src = THEM, .dst = FAR, .hlen = 20, .proto = 200 };
	struct wr w = wr_init(pkt_push(p, IP4_HLEN), IP4_HLEN);

	ip4_hdr_emit(&h, NULL, &w);
	p->dev = b->in;
	p->flags = PKT_LINK_BCAST;
	m.hdr_off = p->off;
	icmp_error_output(b->st, p, &m, ICMP4_UNREACH, ICMP4_UNREACH_NET, 0, DROP_IP4_NO_ROUTE);
	CHECK_EQ(net_sent(b->in), 0);
	CHECK_EQ(bench_drops(b, DROP_IP4_NO_ROUTE), 1);
	bench_free(b);
}

TEST(icmp_out, no_error_about_a_later_fragment)
{
	struct bench *b = bench_new(true);

	b->h.dst = FAR;
	b->h.ttl = 1;
	b->h.frag_off = 8;
	bench_send(b, IP_PROTO_UDP, "payload8", 8);
	CHECK_EQ(net_sent(b->in), 0);
	b->h.frag_off = 0;
	b->h.mf = true;
	bench_send(b, IP_PROTO_UDP, "payload8", 8);
	CHECK_EQ(net_sent(b->in), 1);
	bench_free(b);
}

TEST(icmp_out, no_error_to_a_source_that_is_not_one_host)
{
	static const ip4_t from[] = {
		0, IP4(127, 0, 0, 1), IP4_ALL_HOSTS, IP4(240, 0, 0, 1), IP4_BROADCAST,
		IP4(10, 0, 0, 255), IP4(10, 0, 1, 255), IP4(10, 0, 1, 0),
	};

	for (size_t i = 0; i < N_ELEM(from); i++) {
		struct bench *b = bench_new(true);
		struct pkt *p = pkt_from_bytes(net_pool(b->net), "", 0);
		struct ip4_hdr h = { .hlen = 20, .ttl = 9, .proto = 200, .src = from[i], .dst = FAR,
				     .total_len = 20 };
		struct wr w = wr_init(pkt_push(p, IP4_HLEN), IP4_HLEN);

		ip4_hdr_emit(&h, NULL, &w);
		p->dev = b->in;
		icmp_error_about(b->st, p, ICMP4_UNREACH, ICMP4_UNREACH_NET);
		pkt_free(p);
		CHECK_EQ(net_sent(b->in) + net_sent(b->out), 0);
		bench_free(b);
	}
}

/* --- how many ------------------------------------------------------------------------ */

TEST(icmp_out, one_host_gets_six_at_once_and_then_one_a_second)
{
	struct bench *b = bench_new(false);

	CHECK_EQ(stack_set_option(b->st, OPT_ICMP_RATE, 1000), OK);
	for (unsigned i = 0; i < 20; i++)
		bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 6);
	CHECK_EQ(show_stat(b->st, ST_ICMP_RATE_LIMITED), 14);
	CHECK_EQ(bench_drops(b, DROP_ICMP_RATE), 14);
	CHECK_EQ(bench_drops(b, DROP_UDP_NO_PORT), 20);
	net_run(b->net, MSEC(999));
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 6);
	net_run(b->net, MSEC(1));
	bench_udp(b, 8);
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 7);
	b->h.src = IP4(10, 0, 0, 3);              /* another is not held up */
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 8);
	net_run(b->net, SEC(60));                 /* no more than six are saved up */
	b->h.src = THEM;
	for (unsigned i = 0; i < 20; i++)
		bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 14);
	bench_free(b);
}

TEST(icmp_out, all_hosts_together_get_fifty_at_once_and_then_one_a_millisecond)
{
	struct bench *b = bench_new(false);

	for (unsigned i = 0; i < 80; i++) {
		b->h.src = IP4(172, 16, 0, i);
		bench_udp(b, 8);
	}
	CHECK_EQ(net_sent(b->in), 50);
	for (unsigned i = 0; i < 10; i++) {
		net_run(b->net, MSEC(1));
		b->h.src = IP4(172, 16, 1, i);
		bench_udp(b, 8);
		b->h.src = IP4(172, 16, 2, i);
		bench_udp(b, 8);
	}
	CHECK_EQ(net_sent(b->in), 60);
	bench_free(b);
}

TEST(icmp_out, limits_are_options)
{
	struct bench *b = bench_new(false);

	CHECK_EQ(stack_set_option(b->st, OPT_ICMP_RATE, 0), OK);
	CHECK_EQ(stack_set_option(b->st, OPT_ICMP_MSGS, 0), OK);
	for (unsigned i = 0; i < 500; i++)
		bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 500);
	bench_free(b);
}

TEST(icmp_out, a_scan_from_many_addresses_does_not_refill_the_bucket_of_one)
{
	struct bench *b = bench_new(false);
	unsigned got;

	CHECK_EQ(stack_set_option(b->st, OPT_ICMP_RATE, 1000), OK);
	CHECK_EQ(stack_set_option(b->st, OPT_ICMP_MSGS, 0), OK);
	for (unsigned i = 0; i < 6; i++)
		bench_udp(b, 8);
	for (unsigned i = 0; i < 40; i++) {
		b->h.src = IP4(172, 16, 0, i);
		bench_udp(b, 8);
		b->h.src = THEM;
		bench_udp(b, 8);
	}
	got = net_sent(b->in);
	CHECK_EQ(got, 46);
	bench_free(b);
}

TEST(icmp_out, echo_replies_are_not_limited)
{
	struct bench *b = bench_new(false);

	for (unsigned i = 0; i < 200; i++)
		bench_icmp(b, ICMP4_ECHO, 0, i, "x", 1);
	CHECK_EQ(net_sent(b->in), 200);
	bench_free(b);
}

/* --- who cannot be resolved ---------------------------------------------------------- */

TEST(icmp_out, a_router_tells_of_a_host_that_does_not_answer_arp)
{
	struct bench *b = bench_new(true);

	b->h.dst = IP4(10, 0, 1, 77);
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 0);
	net_run(b->net, SEC(4));
	REQUIRE(bench_only(b, b->in));
	CHECK_EQ(b->s.icmp.type, ICMP4_UNREACH);
	CHECK_EQ(b->s.icmp.code, ICMP4_UNREACH_HOST);
	CHECK_EQ(b->s.ip.src, US);
	CHECK_EQ(b->s.ip.dst, THEM);
	CHECK_EQ(bench_drops(b, DROP_NEIGH_FAILED), 1);
	CHECK_EQ(show_dev_drops(b->out, DROP_NEIGH_FAILED), 1);
	bench_free(b);
}

TEST(icmp_out, a_host_tells_itself)
{
	struct bench *b = bench_new(false);
	struct endpoint to = { addr_ip4(IP4(10, 0, 0, 77)), 0 };
	uint8_t msg[16], got[200];
	struct sock *sk;
	struct sk_err e;
	ssize_t n;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_RAW, IP_PROTO_ICMP, &sk) == OK);
	CHECK_EQ(sk_setopt(sk, SKO_RECVERR, 1), OK);
	n = (ssize_t)frame_icmp(msg, ICMP4_ECHO, 0, 0x00070001, "12345678", 8);
	CHECK_EQ(sk_send(sk, msg, (size_t)n, &to), n);
	net_run(b->net, SEC(4));
	CHECK_EQ(bench_drops(b, DROP_NEIGH_FAILED), 1);
	CHECK(sk_ready(sk) & SK_ERR);             /* SO_ERROR */
	REQUIRE(sk_recverr(sk, &e));
	CHECK(!(sk_ready(sk) & SK_ERR));
	CHECK_EQ(e.err, ERR_NOROUTE);
	CHECK_EQ(e.type, ICMP4_UNREACH);
	CHECK_EQ(e.code, ICMP4_UNREACH_HOST);
	CHECK_EQ(e.from.v4, US);                  /* "From 10.0.0.1 icmp_seq=1 ..." */
	CHECK_EQ(e.to.addr.v4, to.addr.v4);
	CHECK_MEM(e.data, msg, 16);
	n = sk_recv(sk, got, sizeof(got), NULL);  /* ping sees the message itself, too */
	CHECK_EQ(n, IP4_HLEN + ICMP4_HLEN + IP4_HLEN + 16);
	CHECK_EQ(got[IP4_HLEN], ICMP4_UNREACH);
	sk_close(sk);
	bench_free(b);
}

TEST(icmp_out, what_a_host_tells_itself_is_not_limited)
{
	struct bench *b = bench_new(false);
	struct endpoint to = { addr_ip4(IP4(10, 0, 0, 77)), 9 };
	struct sock *sk;
	struct sk_err e;
	unsigned n = 0;

	REQUIRE(sk_open(b->st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	CHECK_EQ(sk_setopt(sk, SKO_RECVERR, 1), OK);
	for (unsigned i = 0; i < 20; i++)
		CHECK_EQ(sk_send(sk, "x", 1, &to), 1);
	net_run(b->net, SEC(4));
	while (sk_recverr(sk, &e))
		n += e.err == ERR_NOROUTE;
	CHECK_EQ(n, 20);
	sk_close(sk);
	bench_free(b);
}

/* --- redirects -------------------------------------------------------------------------- */

TEST(icmp_out, a_router_names_the_better_gateway)
{
	struct bench *b = bench_new(true);

	b->h.dst = IP4(172, 16, 1, 1);            /* behind 10.0.0.2, on the sender's own link */
	b->h.src = IP4(10, 0, 0, 3);
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 2);
	REQUIRE(net_seen(b->in, 0, &b->s));
	CHECK_EQ(b->s.icmp.type, ICMP4_REDIRECT);
	CHECK_EQ(b->s.icmp.code, ICMP4_REDIRECT_HOST);
	CHECK_EQ(b->s.icmp.u.gateway, THEM);
	CHECK_EQ(b->s.ip.src, US);
	CHECK_EQ(b->s.ip.dst, IP4(10, 0, 0, 3));
	REQUIRE(net_seen(b->in, 1, &b->s));       /* and the packet goes on */
	CHECK_EQ(b->s.ip.dst, IP4(172, 16, 1, 1));
	bench_free(b);
}

TEST(icmp_out, redirects_slow_down_and_end_for_who_does_not_listen)
{
	struct bench *b = bench_new(true);
	unsigned sent = 0, early = 0;

	b->h.dst = IP4(172, 16, 1, 1);
	b->h.src = IP4(10, 0, 0, 3);
	for (unsigned i = 0; i < 2000; i++) {     /* 20 s */
		bench_udp(b, 8);
		sent += net_sent(b->in) - 1;
		if (i < 10)
			early += net_sent(b->in) - 1;
		net_forget(b->in);
		net_run(b->net, MSEC(10));
	}
	CHECK_EQ(early, 2);                       /* now, and after more than 40 ms */
	CHECK_EQ(sent, 9);
	net_run(b->net, SEC(21));                 /* silence: begins anew */
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 2);
	bench_free(b);
}

TEST(icmp_out, nobody_is_redirected_who_takes_our_own_address)
{
	struct bench *b = bench_new(true);

	b->h.dst = IP4(172, 16, 1, 1);
	b->h.src = US;
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 0);             /* nor does the packet go on */
	CHECK_EQ(bench_drops(b, DROP_IP4_MARTIAN_SRC), 1);
	bench_free(b);
}

TEST(icmp_out, no_redirects_when_switched_off)
{
	struct bench *b = bench_new(true);

	CHECK_EQ(stack_set_option(b->st, OPT_SEND_REDIRECTS, 0), OK);
	b->h.dst = IP4(172, 16, 1, 1);
	b->h.src = IP4(10, 0, 0, 3);
	bench_udp(b, 8);
	CHECK_EQ(net_sent(b->in), 1);
	bench_free(b);
}

TEST(icmp_out, without_memory_there_is_no_error_and_no_crash)
{
	for (unsigned n = 0; n < 4; n++) {
		struct bench *b = bench_new(false);
		struct frame *f = &b->f;

		b->h.proto = 200;
		frame_ip4(f, b->in, &b->h, NULL, b->msg, 1400);
		pkt_pool_fail_after(net_pool(b->net), 2 + n);     /* 2: the frame itself */
		net_inject_frame(b->in, f);
		pkt_pool_fail_after(net_pool(b->net), UINT64_MAX);
		CHECK_EQ(net_sent(b->in), n >= 2);
		CHECK_EQ(bench_drops(b, DROP_IP4_PROTO), 1);
		bench_free(b);
	}
}
