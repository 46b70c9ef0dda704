// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/tcp/fixture.h"

#include <stdlib.h>

#include "stack/util/csum.h"

#define TSVAL0 1000000

/* --- birth and death ----------------------------------------------------------------- */

struct peer *peer_new(enum peer_kind kind)
{
	struct peer *t = calloc(1, sizeof(*t));

	REQUIRE(t != NULL);
	t->net = net_new();
	t->st = net_host(t->net, "st");
	t->dev = net_dev(t->st, "eth0", "10.0.0.1/24");
	net_peer(t->dev, "10.0.0.2");
	net_peer(t->dev, "10.0.0.3");
	t->kind = kind;
	t->lport = 80;
	t->pport = 1000;
	t->iss = seq(0xfffffff0);                 /* wraps soon */
	t->wnd = 65535;
	t->tsval = TSVAL0;
	return t;
}

void peer_free(struct peer *t)
{
	sk_close(t->sk);
	sk_close(t->listener);
	net_free(t->net);
	free(t);
}

void peer_wait(struct peer *t, ns_t d)
{
	net_run(t->net, d);
	t->tsval = TSVAL0 + (uint32_t)(net_now(t->net) / MSEC(1));
}

struct tcp_conn *peer_conn(const struct peer *t)
{
	return tcp_find(t->st, PEER_US, t->lport, PEER_THEM, t->pport);
}

enum tcp_state peer_state(const struct peer *t)
{
	const struct tcp_conn *tc = peer_conn(t);

	return tc ? tc->state : TCP_CLOSED;
}

/* --- what the peer says ---------------------------------------------------------------- */

uint8_t peer_byte(uint32_t at) { return (uint8_t)(at * 2654435761u >> 19); }

static size_t say_opts(const struct peer *t, const struct peer_say *s, uint8_t out[TCP_OPT_MAX])
{
	bool syn = s->flags & TCP_SYN;
	struct tcp_opts o = { 0 };

	if (s->opt) {
		memcpy(out, s->opt, s->n_opt);
		return s->n_opt;
	}
	if (syn) {
		o.has_mss = true;
		o.mss = 1460;
		o.sack_ok = t->kind >= PEER_SACK;
		o.has_wscale = t->kind == PEER_FULL;
		o.wscale = 7;
	}
	o.has_ts = !s->no_ts && (syn ? t->kind == PEER_FULL : t->ts);
	o.tsval = s->tsval ? s->tsval : t->tsval;
	o.tsecr = t->tsecr;
	o.n_sack = s->n_sack;
	for (unsigned i = 0; i < s->n_sack; i++)
		o.sack[i] = (struct tcp_sack){ seq_add(t->irs, s->sack[i].start),
					       seq_add(t->irs, s->sack[i].end) };
	return tcp_opts_emit(&o, syn, out);
}

static void say_data(const struct peer_say *s, uint8_t *out)
{
	uint32_t at = s->seq + !!(s->flags & TCP_SYN);

	for (uint32_t i = 0; i < s->len; i++)
		out[i] = s->data ? ((const uint8_t *)s->data)[i] : peer_byte(at + i);
}

/* The whole segment; returns its length. */
static size_t say_bytes(const struct peer *t, const struct peer_say *s, ip4_t src, ip4_t dst,
			uint8_t *out)
{
	uint8_t opt[TCP_OPT_MAX];
	size_t n_opt = say_opts(t, s, opt), n;
	struct tcp_hdr h = {
		.sport = s->sport ? s->sport : t->pport, .dport = s->dport ? s->dport : t->lport,
		.seq = seq_add(t->iss, s->seq), .flags = s->flags,
		.ack = s->flags & TCP_ACK ? seq_add(t->irs, s->ack) : seq(0),
		.hlen = s->hlen ? s->hlen : (uint8_t)(TCP_HLEN + n_opt),
		.wnd = s->wnd ? s->wnd : t->wnd, .urg = s->urg,
	};
	struct wr w = wr_init(out, TCP_HLEN_MAX);

	tcp_hdr_emit(&h, &w);
	wr_bytes(&w, opt, n_opt);
	REQUIRE(wr_ok(&w));
	n = wr_len(&w) + s->len;
	say_data(s, out + wr_len(&w));
	put_be16(out + 16, tcp_csum4(src, dst, n, csum_add(0, out, n)) ^ (s->bad_sum ? 0x55 : 0));
	return n;
}

void peer_say(struct peer *t, const struct peer_say *s)
{
	struct ip4_hdr ip = { .ttl = s->ttl ? s->ttl : 64, .proto = IP_PROTO_TCP, .df = true, .tos = s->tos,
			      .hlen = (uint8_t)(IP4_HLEN + s->n_ip_opt),
			      .src = s->src ? s->src : PEER_THEM,
			      .dst = s->dst ? s->dst : PEER_US };
	uint8_t *bytes = malloc(PKT_MAX);
	struct frame *f = malloc(sizeof(*f));
	size_t n;

	REQUIRE(bytes && f);
	n = say_bytes(t, s, ip.src, ip.dst, bytes);
	frame_ip4(f, t->dev, &ip, s->ip_opt, bytes, n);
	f->b[ETH_HLEN + 10] ^= s->bad_ip_sum ? 0x55 : 0;
	net_inject_frame(t->dev, f);
	free(f);
	free(bytes);
}

void peer_window(struct peer *t, uint16_t wnd)
{
	const struct tcp_conn *tc = peer_conn(t);
	uint32_t at = (uint32_t)seq_diff(tc->rcv_nxt, t->iss);
	uint32_t ack = (uint32_t)seq_diff(tc->snd_una, t->irs);

	t->wnd = 0;
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = ack);
	t->wnd = wnd;
	SAY(t, .flags = TCP_ACK, .seq = at, .ack = ack);
}

void peer_say_syn(struct peer *t, uint8_t flags, uint32_t ack)
{
	SAY(t, .flags = TCP_SYN | flags, .ack = ack);
}

void peer_icmp(struct peer *t, uint8_t type, uint8_t code, uint32_t rest, uint32_t about)
{
	uint8_t quote[IP4_HLEN + 8], msg[sizeof(quote) + ICMP4_HLEN];
	struct ip4_hdr q = { .hlen = IP4_HLEN, .total_len = 1500, .ttl = 63, .df = true,
			     .proto = IP_PROTO_TCP, .src = PEER_US, .dst = PEER_THEM };
	struct ip4_hdr ip = { .ttl = 64, .proto = IP_PROTO_ICMP, .src = PEER_THEM, .dst = PEER_US };
	struct wr w = wr_init(quote, sizeof(quote));
	struct frame *f = malloc(sizeof(*f));

	REQUIRE(f != NULL);
	ip4_hdr_emit(&q, NULL, &w);
	put_be16(quote + IP4_HLEN, t->lport);
	put_be16(quote + IP4_HLEN + 2, t->pport);
	put_be32(quote + IP4_HLEN + 4, seq_add(t->irs, about).v);
	frame_ip4(f, t->dev, &ip, NULL, msg,
		  frame_icmp(msg, type, code, rest, quote, sizeof(quote)));
	net_inject_frame(t->dev, f);
	free(f);
}

/* --- what it hears ----------------------------------------------------------------------- */

unsigned peer_waiting(const struct peer *t) { return net_sent(t->dev) - t->n_read; }

void peer_skip(struct peer *t)
{
	while (peer_next(t))
		;
}

static bool heard_parse(struct peer *t, const struct seen *s)
{
	struct peer_heard *g = &t->got;
	/* What has a route goes to its first hop, but is meant for us. */
	ip4_t dst = s->ip.hlen > IP4_HLEN ? PEER_THEM : s->ip.dst;

	if (s->ip.proto != IP_PROTO_TCP || tcp_hdr_parse(&g->h, s->data, s->n) != DROP_NONE ||
	    tcp_csum4(s->ip.src, dst, s->n, csum_add(0, s->data, s->n)) != 0)
		return false;
	g->ip = s->ip;
	memcpy(g->ip_opt, s->opt, sizeof(g->ip_opt));
	tcp_opts_parse(&g->o, s->data + TCP_HLEN, g->h.hlen - (size_t)TCP_HLEN,
		       g->h.flags & TCP_SYN);
	if (g->h.flags & TCP_SYN)
		t->irs = g->h.seq;
	if (g->o.has_ts)
		t->tsecr = g->o.tsval;
	g->seq = (uint32_t)seq_diff(g->h.seq, t->irs);
	g->ack = g->h.flags & TCP_ACK ? (uint32_t)seq_diff(g->h.ack, t->iss) : 0;
	g->len = (uint32_t)(s->n - g->h.hlen);
	memcpy(g->data, s->data + g->h.hlen, g->len);
	return true;
}

bool peer_next(struct peer *t)
{
	struct seen *s;
	bool ok;

	if (!peer_waiting(t))
		return false;
	s = malloc(sizeof(*s));
	REQUIRE(s != NULL);
	ok = net_seen(t->dev, t->n_read++, s) && heard_parse(t, s);
	CHECK(ok);
	free(s);
	if (!peer_waiting(t)) {                   /* what was heard is not kept */
		net_forget(t->dev);
		t->n_read = 0;
	}
	return ok;
}

bool peer_hears(struct peer *t, uint8_t flags, uint32_t at, uint32_t ack, uint32_t len,
		const char *file, int line)
{
	char want[10], is[10];
	bool ok;

	if (!peer_next(t)) {
		CU_assertImplementation(CU_FALSE, (unsigned)line, "a segment was sent", file, "",
					CU_FALSE);
		return false;
	}
	ok = test_str(tcp_flags_fmt(t->got.h.flags, is), tcp_flags_fmt(flags, want), "flags",
		      file, line);
	ok &= test_eq(t->got.seq, at, "seq heard", "seq", file, line);
	ok &= test_eq(t->got.ack, ack, "ack heard", "ack", file, line);
	ok &= test_eq(t->got.len, len, "bytes heard", "len", file, line);
	return ok;
}

/* --- handshakes ---------------------------------------------------------------------------- */

void peer_listen(struct peer *t, int backlog)
{
	struct endpoint at = { { .family = ADDR_IP4 }, t->lport };

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->listener) == OK);
	REQUIRE(sk_bind(t->listener, &at) == OK);
	REQUIRE(sk_listen(t->listener, backlog) == OK);
}

void peer_accept_after(struct peer *t, ns_t rtt)
{
	if (!t->listener)
		peer_listen(t, 8);
	peer_say_syn(t, 0, 0);
	HEAR(t, TCP_SYN | TCP_ACK, 0, 1, 0);
	t->ts = t->kind == PEER_FULL;
	peer_wait(t, rtt);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1);
	REQUIRE(sk_accept(t->listener, &t->sk) == OK);
	SILENCE(t);
}

void peer_accept(struct peer *t) { peer_accept_after(t, 0); }

void peer_connect_start(struct peer *t)
{
	struct endpoint at = { { .family = ADDR_IP4 }, t->lport };
	struct endpoint to = { addr_ip4(PEER_THEM), t->pport };

	REQUIRE(sk_open(t->st, ADDR_IP4, SK_STREAM, 0, &t->sk) == OK);
	REQUIRE(sk_bind(t->sk, &at) == OK);
	REQUIRE(sk_connect(t->sk, &to) == ERR_INPROGRESS);
	HEAR(t, TCP_SYN, 0, 0, 0);
	SILENCE(t);
}

void peer_connect(struct peer *t)
{
	peer_connect_start(t);
	peer_say_syn(t, TCP_ACK, 1);
	t->ts = t->kind == PEER_FULL;
	HEAR(t, TCP_ACK, 1, 1, 0);
	SILENCE(t);
}

/* --- states -------------------------------------------------------------------------------- */

struct peer *peer_in_state(enum tcp_state s, uint32_t *at, uint32_t *ack)
{
	struct peer *t = peer_new(PEER_PLAIN);
	bool fin_of_peer = s == TCP_CLOSE_WAIT || s == TCP_LAST_ACK;

	*at = *ack = 1;
	peer_accept(t);
	if (fin_of_peer)
		SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = (*at)++, .ack = 1);
	if (s > TCP_ESTABLISHED && s != TCP_CLOSE_WAIT) {
		CHECK_EQ(sk_shutdown(t->sk, SK_SHUT_WR), OK);
		(*ack)++;
	}
	if (s == TCP_CLOSING)
		SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = (*at)++, .ack = 1);
	if (s == TCP_FIN_WAIT_2 || s == TCP_TIME_WAIT)
		SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 2);
	if (s == TCP_TIME_WAIT)
		SAY(t, .flags = TCP_ACK | TCP_FIN, .seq = (*at)++, .ack = 2);
	peer_skip(t);
	CHECK_EQ(peer_state(t), s);
	peer_wait(t, MSEC(1));
	return t;
}

/* --- the user of the stack -------------------------------------------------------------- */

ssize_t peer_write(struct peer *t, size_t n)
{
	uint8_t *b = malloc(n ? n : 1);
	ssize_t done;

	REQUIRE(b != NULL);
	frame_fill(b, n);
	done = sk_send(t->sk, b, n, NULL);
	free(b);
	return done;
}

ssize_t peer_read(struct peer *t, size_t n)
{
	uint8_t *b = malloc(n ? n : 1);
	ssize_t done;

	REQUIRE(b != NULL);
	done = sk_recv(t->sk, b, n, NULL);
	free(b);
	return done;
}
