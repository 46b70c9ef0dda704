// SPDX-License-Identifier: GPL-3.0-or-later
/* Options: each row the same on Linux and here (like.h). */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>

#include "stack/util/cc.h"
#include "tests/unit/harness.h"
#include "tests/unit/sock/like.h"

/* Asked for, set, and asked for again; "" where there is nothing to set. */
struct row { const char *option, *at_first, *set, *answer, *then; };

static void rows_run(const char *type, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		char script[512], first[128] = "", set[128] = "", then[128] = "";

		if (r->at_first)
			snprintf(first, sizeof(first), "get a %s = %s\n", r->option, r->at_first);
		if (r->set)
			snprintf(set, sizeof(set), "set a %s %s = %s\n", r->option, r->set,
				 r->answer);
		if (r->then)
			snprintf(then, sizeof(then), "get a %s = %s\n", r->option, r->then);
		snprintf(script, sizeof(script), "%s a\n%s%s%s", type, first, set, then);
		LIKE(script);
	}
}
#define ROWS(type, rows) rows_run(type, rows, N_ELEM(rows))

static const struct row of_any[] = {
	{ "SO_REUSEADDR", "0", "1", "0", "1" },
	{ "SO_REUSEADDR", NULL, "-7", "0", "1" },
	{ "SO_REUSEADDR", NULL, "1 3", "EINVAL", "0" },
	{ "SO_REUSEPORT", "0", "1", "0", "1" },
	{ "SO_BROADCAST", "0", "1", "0", "1" },
	{ "SO_KEEPALIVE", "0", NULL, NULL, NULL },
	{ "SO_DOMAIN", "2", "1", "ENOPROTOOPT", NULL },
	{ "SO_ERROR", "0", "1", "ENOPROTOOPT", NULL },
	{ "SO_ACCEPTCONN", "0", "1", "ENOPROTOOPT", NULL },
	{ "SO_TYPE", NULL, "1", "ENOPROTOOPT", NULL },
	{ "SO_PROTOCOL", NULL, "1", "ENOPROTOOPT", NULL },
	{ "SO_PRIORITY", "0", "6", "0", "6" },
	{ "SO_PRIORITY", NULL, "0", "0", "0" },
	{ "SO_MARK", "0", "77", "0", "77" },
	{ "SO_SNDLOWAT", "1", "5", "ENOPROTOOPT", "1" },
	{ "SO_SNDBUF", NULL, "10000", "0", "20000" },
	{ "SO_SNDBUF", NULL, "0", "0", "4608" },
	{ "SO_SNDBUF", NULL, "-1", "0", "* | 425984" },
	{ "SO_SNDBUF", NULL, "100000000", "0", "* | 425984" },
	{ "SO_RCVBUF", NULL, "10000", "0", "20000" },
	{ "SO_RCVBUF", NULL, "0", "0", "2304" },
	{ "SO_RCVBUF", NULL, "-1", "0", "* | 425984" },
	{ "SO_RCVBUF", NULL, "100000000", "0", "* | 425984" },
	{ "SO_RCVBUF", NULL, "10000 2", "EINVAL", NULL },
	{ "SO_RCVTIMEO", "0/0", "2/500000", "0", "2/500000" },
	{ "SO_RCVTIMEO", NULL, "1/1000000", "EDOM", "0/0" },
	{ "SO_RCVTIMEO", NULL, "1/-1", "EDOM", "0/0" },
	{ "SO_RCVTIMEO", NULL, "1/0 8", "EINVAL", "0/0" },
	{ "SO_SNDTIMEO", "0/0", "0/4000", "0", "0/4000" },
	{ "SO_RCVLOWAT", "1", "1000", "0", "1000" },
	{ "SO_RCVLOWAT", NULL, "0", "0", "1" },
	{ "SO_OOBINLINE", "0", "1", "0", "1" },
	{ "SO_TIMESTAMP", "0", "1", "0", "1" },
	{ "SO_TIMESTAMPNS", "0", "1", "0", "1" },
	{ "SO_BINDTODEVICE", "", "lo", "0", "lo" },
	{ "SO_BINDTODEVICE", NULL, "eth99", "ENODEV", "" },
	{ "SO_BINDTOIFINDEX", "0", "1", "0", "1" },
	{ "SO_BINDTOIFINDEX", NULL, "99", "0 | ENODEV", NULL },
	{ "SO_BINDTOIFINDEX", NULL, "-1", "EINVAL", "0" },
	{ "IP_TTL", "64", "5", "0", "5" },
	{ "IP_TTL", NULL, "0", "EINVAL", "64" },
	{ "IP_TTL", NULL, "256", "EINVAL", "64" },
	{ "IP_TTL", NULL, "-1", "0", "64" },
	{ "IP_TTL", NULL, "255 1", "0", "255" },
	{ "IP_TTL", NULL, "5 0", "EINVAL", "64" },
	{ "IP_TOS", "0", "0x10", "0", "16" },
	{ "IP_TOS", NULL, "0x1b8", "0", "184" },
	{ "IP_TOS", NULL, "8 1", "0", "8" },
	{ "IP_RECVTTL", "0", "1", "0", "1" },
	{ "IP_RECVTOS", "0", "9", "0", "1" },
	{ "IP_PKTINFO", "0", "1", "0", "1" },
	{ "IP_RECVERR", "0", "1", "0", "1" },
	{ "IP_FREEBIND", "0", "1", "0", "1" },
	{ "IP_TRANSPARENT", "0", "1", "0", "1" },
	{ "IP_TRANSPARENT", NULL, "0", "0", "0" },
	{ "IP_MTU_DISCOVER", "1", "2", "0", "2" },
	{ "IP_MTU_DISCOVER", NULL, "3", "0", "3" },
	{ "IP_MTU_DISCOVER", NULL, "6", "EINVAL", "1" },
	{ "IP_MTU", "ENOTCONN", "1", "ENOPROTOOPT", NULL },
	{ "IP_HDRINCL", "0 | ENOPROTOOPT", "1", "ENOPROTOOPT", NULL },
	{ "NO_SUCH", "ENOPROTOOPT", "1", "ENOPROTOOPT", NULL },
	{ "NO_SUCH_IP", "ENOPROTOOPT", "1", "ENOPROTOOPT", NULL },
};

static const struct row of_tcp[] = {
	{ "SO_ZEROCOPY", "0", "1", "0", "1" },
	{ "SO_ZEROCOPY", NULL, "2", "EINVAL", "0" },
	{ "SO_ZEROCOPY", NULL, "-1", "EINVAL", "0" },
	{ "SO_TIMESTAMPING", "0", "786", "0", "786" },
	{ "SO_TIMESTAMPING", NULL, "144", "EINVAL", "0" },       /* OPT_ID, of no connection */
	{ "SO_TIMESTAMPING", NULL, "1048576", "EINVAL", "0" },
	{ "SO_TYPE", "1", NULL, NULL, NULL },
	{ "SO_PROTOCOL", "6", NULL, NULL, NULL },
	{ "SO_KEEPALIVE", NULL, "1", "0", "1" },
	{ "SO_LINGER", "0/0", "1/5", "0", "1/5" },
	{ "SO_LINGER", NULL, "1/0", "0", "1/0" },
	{ "SO_LINGER", NULL, "1/0 4", "EINVAL", "0/0" },
	{ "SO_RCVLOWAT", NULL, "-5", "0", NULL },
	{ "SO_MAX_PACING_RATE", "-1", "100000", "0", "100000" },
	{ "SO_MAX_PACING_RATE", NULL, "-1", "0", "-1" },
	{ "IP_TOS", NULL, "0x13", "0", "16" },        /* its last bits are ECN's */
	{ "TCP_NODELAY", "0", "1", "0", "1" },
	{ "TCP_NODELAY", NULL, "55", "0", "1" },
	{ "TCP_NODELAY", NULL, "1 3", "EINVAL", "0" },
	{ "TCP_CORK", "0", "1", "0", "1" },
	{ "TCP_MAXSEG", "536", "1000", "0", "1000" },
	{ "TCP_MAXSEG", NULL, "87", "EINVAL", "536" },
	{ "TCP_MAXSEG", NULL, "32768", "EINVAL", "536" },
	{ "TCP_MAXSEG", NULL, "88", "0", "88" },
	{ "TCP_MAXSEG", NULL, "0", "0", "536" },
	{ "TCP_KEEPIDLE", "7200", "10", "0", "10" },
	{ "TCP_KEEPIDLE", NULL, "0", "EINVAL", "7200" },
	{ "TCP_KEEPIDLE", NULL, "32768", "EINVAL", "7200" },
	{ "TCP_KEEPIDLE", NULL, "32767", "0", "32767" },
	{ "TCP_KEEPINTVL", "75", "1", "0", "1" },
	{ "TCP_KEEPINTVL", NULL, "0", "EINVAL", "75" },
	{ "TCP_KEEPINTVL", NULL, "32768", "EINVAL", "75" },
	{ "TCP_KEEPCNT", "9", "127", "0", "127" },
	{ "TCP_KEEPCNT", NULL, "128", "EINVAL", "9" },
	{ "TCP_KEEPCNT", NULL, "0", "EINVAL", "9" },
	{ "TCP_SYNCNT", "6 | 7", "3", "0", "3" },     /* RFC 9293 MUST-23 */
	{ "TCP_SYNCNT", NULL, "0", "EINVAL", NULL },
	{ "TCP_SYNCNT", NULL, "127", "0", "127" },
	{ "TCP_SYNCNT", NULL, "128", "EINVAL", NULL },
	{ "TCP_LINGER2", "60", "10", "0", "10" },
	{ "TCP_LINGER2", NULL, "0", "0", "60" },
	{ "TCP_LINGER2", NULL, "-5", "0", "-1" },
	{ "TCP_LINGER2", NULL, "1000", "0", "120" },
	{ "TCP_DEFER_ACCEPT", "0", "1", "0", "1" },
	{ "TCP_DEFER_ACCEPT", NULL, "2", "0", "3" },
	{ "TCP_DEFER_ACCEPT", NULL, "5", "0", "7" },
	{ "TCP_DEFER_ACCEPT", NULL, "-5", "0", "0" },
	{ "TCP_DEFER_ACCEPT", NULL, "100000", "0", "29887" },
	{ "TCP_USER_TIMEOUT", "0", "5000", "0", "5000" },
	{ "TCP_USER_TIMEOUT", NULL, "-1", "EINVAL", "0" },
	{ "TCP_NOTSENT_LOWAT", NULL, "16384", "0", "16384" },
	{ "TCP_WINDOW_CLAMP", NULL, "100000", "0", "100000" },
	{ "TCP_WINDOW_CLAMP", NULL, "1", "0", "1152" },
	{ "TCP_WINDOW_CLAMP", NULL, "0", "0", "0" },
	{ "TCP_CONGESTION", NULL, "reno", "0", "reno" },
	{ "TCP_CONGESTION", NULL, "nonesuch", "ENOENT", NULL },
	{ "TCP_CONGESTION", NULL, "-", "EINVAL", NULL },
	{ "TCP_INFO", NULL, "1", "ENOPROTOOPT", NULL },
	{ "NO_SUCH_TCP", "ENOPROTOOPT", "1", "ENOPROTOOPT", NULL },
};

static const struct row of_udp[] = {
	{ "SO_TYPE", "2", NULL, NULL, NULL },
	{ "SO_PROTOCOL", "17", NULL, NULL, NULL },
	{ "SO_NO_CHECK", "0", "1", "0", "1" },
	{ "IP_TOS", NULL, "0x13", "0", "19" },
	{ "IP_MULTICAST_TTL", "1", "9", "0", "9" },
	{ "IP_MULTICAST_TTL", NULL, "256", "EINVAL", "1" },
	{ "IP_MULTICAST_LOOP", "1", "0", "0", "0" },
	{ "TCP_NODELAY", "EOPNOTSUPP", "1", "ENOPROTOOPT", NULL },
	{ "TCP_INFO", "EOPNOTSUPP", NULL, NULL, NULL },
	{ "TCP_CONGESTION", "EOPNOTSUPP", "reno", "ENOPROTOOPT", NULL },
	{ "SO_LINGER", "0/0", "1/7", "0", "1/7" },
};

TEST(like_opt, streams)
{
	ROWS("tcp", of_any);
	ROWS("tcp", of_tcp);
}

TEST(like_opt, datagrams)
{
	ROWS("udp", of_any);
	ROWS("udp", of_udp);
}

TEST(like_opt, values_shorter_than_asked_for)
{
	LIKE("tcp a\n"
	     "get a IP_TTL 1 = 1 bytes, 64\n"
	     "get a IP_TTL 0 = 0 bytes, 0\n"
	     "get a IP_TTL 3 = 1 bytes, 64\n"
	     "get a IP_TTL 100 = 64\n"
	     "get a SO_TYPE 1 = 1 bytes, 1\n"
	     "get a SO_TYPE 100 = 1\n"
	     "get a TCP_NODELAY 0 = 0 bytes, 0\n"
	     "get a TCP_NODELAY 100 = 0\n"
	     "get a SO_RCVTIMEO 8 = 0/0\n"
	     "get a SO_LINGER 4 = 0/0\n"
	     "set a SO_MAX_PACING_RATE 100 8\n"
	     "get a SO_MAX_PACING_RATE 8 = 8 bytes, 100\n"
	     "get a SO_MAX_PACING_RATE 5 = 100\n"
	     "set a SO_MAX_PACING_RATE -1\n"
	     "get a SO_MAX_PACING_RATE 16 = 8 bytes, -1\n"
	     "get a TCP_CONGESTION 3 = * | cub\n"
	     "get a TCP_INFO 1 = 1 bytes, 7\n"
	     "get a TCP_INFO 0 = 0 bytes, 0\n");
}

TEST(like_opt, forced_sizes_have_no_limit)
{
	LIKE("tcp a\n"
	     "set a SO_SNDBUFFORCE 1000000 = * | 0\n"
	     "get a SO_SNDBUF = * | 2000000\n"
	     "set a SO_RCVBUFFORCE 1000000 = * | 0\n"
	     "get a SO_RCVBUF = * | 2000000\n"
	     "get a SO_RCVBUFFORCE = ENOPROTOOPT\n");
}

TEST(like_opt, levels)
{
	LIKE("tcp a\n"
	     "set a NO_SUCH_LEVEL 1 = ENOPROTOOPT\n"
	     "get a NO_SUCH_LEVEL = EOPNOTSUPP\n");
}

/* Types: 1 stream, 2 datagram, 3 raw; protocols: 1 ICMP, 6 TCP, 17 UDP. */
TEST(like_opt, socket_knows_types_and_protocols)
{
	LIKE("socket a 1 0\n"
	     "socket b 1 6\n"
	     "socket c 1 17 = EPROTONOSUPPORT\n"
	     "socket c 1 1 = EPROTONOSUPPORT\n"
	     "socket c 1 255 = EPROTONOSUPPORT\n"
	     "socket c 1 300 = EINVAL\n"
	     "socket c 1 -1 = EINVAL\n"
	     "socket d 2 0\n"
	     "socket e 2 17\n"
	     "socket f 2 6 = EPROTONOSUPPORT\n"
	     "socket f 2 1 = EACCES | EPROTONOSUPPORT\n"   /* ping falls back to raw on both */
	     "socket f 2 255 = EPROTONOSUPPORT\n"
	     "socket g 3 1\n"
	     "socket h 3 255\n"
	     "socket i 3 0 = EPROTONOSUPPORT\n"
	     "socket i 3 263 = EINVAL\n"
	     "socket i 4 0 = ESOCKTNOSUPPORT\n"
	     "socket i 5 0 = ESOCKTNOSUPPORT\n"
	     "socket i 9 0 = ESOCKTNOSUPPORT\n"
	     "socket i 11 0 = EINVAL\n"
	     "socket i 15 0 = EINVAL\n"
	     "get b SO_PROTOCOL = 6\n"
	     "get g SO_PROTOCOL = 1\n"
	     "get g SO_TYPE = 3\n"
	     "get h IP_HDRINCL = 1\n"
	     "set g IP_HDRINCL 1\n"
	     "get g IP_HDRINCL = 1\n");
}

/* Each member stands where Linux's header has it. */
TEST(like_opt, tcp_info_is_laid_out_as_in_linux)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "h1");
	struct endpoint at = { addr_ip4(IP4_LOOPBACK), 7 };
	struct sock *l = NULL, *c = NULL, *s = NULL;
	struct sk_tcp_info want;
	struct tcp_info got;
	size_t n = sizeof(got);

	REQUIRE(sk_open(st, ADDR_IP4, SK_STREAM, 0, &l) == OK && sk_bind(l, &at) == OK &&
		sk_listen(l, 1) == OK && sk_open(st, ADDR_IP4, SK_STREAM, 0, &c) == OK);
	CHECK_EQ(sk_connect(c, &at), ERR_INPROGRESS);
	net_run(net, MSEC(1));
	REQUIRE(sk_accept(l, &s) == OK);
	CHECK_EQ(sk_send(c, "hello", 5, NULL), 5);
	net_run(net, MSEC(7));
	CHECK_EQ(sk_getsockopt(c, IPPROTO_TCP, TCP_INFO, &got, &n), OK);
	CHECK_EQ(n, sizeof(got));
	REQUIRE(sk_tcp_info(c, &want) == OK);
	CHECK_EQ(got.tcpi_snd_wscale, want.snd_wscale);
	CHECK_EQ(got.tcpi_rcv_wscale, want.rcv_wscale);
	CHECK_EQ(got.tcpi_delivery_rate_app_limited, want.delivery_rate_app_limited);
#define SAME(X) \
	X(state) X(ca_state) X(retransmits) X(probes) X(backoff) X(options) X(rto) X(ato) \
	X(snd_mss) X(rcv_mss) X(unacked) X(sacked) X(lost) X(retrans) X(fackets) \
	X(last_data_sent) X(last_ack_sent) X(last_data_recv) X(last_ack_recv) X(pmtu) \
	X(rcv_ssthresh) X(rtt) X(rttvar) X(snd_ssthresh) X(snd_cwnd) X(advmss) X(reordering) \
	X(rcv_rtt) X(rcv_space) X(total_retrans) X(bytes_acked) X(bytes_received) \
	X(notsent_bytes) X(min_rtt) X(delivered) X(delivered_ce) X(snd_wnd) X(segs_out) \
	X(segs_in) X(data_segs_out) X(data_segs_in) X(bytes_sent) X(bytes_retrans) \
	X(dsack_dups) X(reord_seen) X(delivery_rate) X(busy_time) \
	X(rwnd_limited) X(sndbuf_limited)
#define X(name) CHECK_EQ(got.tcpi_##name, (__typeof__(got.tcpi_##name))want.name);
	SAME(X)
#undef X
	net_free(net);
}
