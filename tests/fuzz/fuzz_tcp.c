// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Segments of any kind to a connection in a state of the input's choosing.
 * The first byte is the state and what the host is set to; then come steps of
 * twelve bytes and their options: what the user does or how time passes, flags,
 * sequence and acknowledgment numbers near those that are expected, window,
 * lengths.  IP options, the user's and the peer's, are bytes as they are;
 * TCP's too, or, so that SACK and timestamps are
 * more than noise, made of blocks near the acknowledgment number.
 * What is sent must be whole, the counts must agree with each other, and all
 * memory must come back.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

#include "stack/netdev.h"
#include "stack/pkt.h"
#include "stack/show.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/util/be.h"
#include "stack/util/csum.h"
#include "stack/util/err.h"
#include "stack/wire/eth.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/ip4opt.h"
#include "stack/wire/tcp.h"

#define US IP4(10, 0, 0, 1)
#define THEM IP4(10, 0, 0, 2)
#define OUR_PORT 80
#define THEIR_PORT 1000
#define THEIR_ISS 0xfffffff0u             /* wraps soon */
#define STEP 12
#define STEPS_MAX 200
#define BUILT 0x80                        /* in a step's byte of options: they are made */

enum want {                               /* the states, in the order of RFC 9293 3.3.2 */
	W_CLOSED, W_LISTEN, W_SYN_SENT, W_SYN_RECEIVED, W_ESTABLISHED, W_FIN_WAIT_1,
	W_FIN_WAIT_2, W_CLOSE_WAIT, W_CLOSING, W_LAST_ACK, W_TIME_WAIT, W_N,
};

struct run {
	struct netdev dev;
	struct pkt_pool *pool;
	struct stack *st;
	struct sock *listener, *sk;
	ns_t now;
	struct tcp_hdr heard;             /* the last segment of the stack */
	uint32_t seq;                     /* the peer's next */
	uint32_t tsval, tsecr;            /* its timestamps */
	uint8_t ip_opt[IP4OPT_MAX];       /* of its packets: n_ip_opt bytes, whole words */
	uint8_t n_ip_opt;
};

/* Where it ends: the checksum is of that, wherever its source route goes first (RFC 9293 3.1). */
static ip4_t final_dst(const struct ip4_hdr *ip, const uint8_t *opts)
{
	struct ip4opt_cursor c = ip4opt_begin(opts, ip->hlen - (size_t)IP4_HLEN);
	struct ip4opt o;

	while (ip4opt_next(&c, &o))
		if (ip4opt_is_srcroute(o.type) && o.p[2] <= o.len)
			return get_be32(o.p + o.len - 4);
	return ip->dst;
}

static int hear(struct netdev *dev, struct pkt *p)
{
	struct run *r = container_of(dev, struct run, dev);
	uint8_t b[ETH_HLEN + 1500];
	size_t n = pkt_copy_out(p, 0, b, sizeof(b));
	struct ip4_hdr ip;
	struct tcp_opts o;
	enum drop bad;
	ip4_t dst;

	assert(n == pkt_len(p) && n >= ETH_HLEN);
	pkt_free(p);
	if (get_be16(b + 12) != ETHERTYPE_IP4)
		return OK;
	bad = ip4_hdr_parse(&ip, b + ETH_HLEN, n - ETH_HLEN, n - ETH_HLEN);
	assert(bad == DROP_NONE);
	if (ip.proto != IP_PROTO_TCP)
		return OK;
	n = (size_t)ip.total_len - ip.hlen;
	dst = final_dst(&ip, b + ETH_HLEN + IP4_HLEN);
	assert(csum_fold(csum_add(csum_pseudo4(ip.src, dst, IP_PROTO_TCP, n),
				  b + ETH_HLEN + ip.hlen, n)) == 0);
	bad = tcp_hdr_parse(&r->heard, b + ETH_HLEN + ip.hlen, n);
	assert(bad == DROP_NONE);
	tcp_opts_parse(&o, b + ETH_HLEN + ip.hlen + TCP_HLEN, r->heard.hlen - (size_t)TCP_HLEN,
		       r->heard.flags & TCP_SYN);
	if (o.has_ts)
		r->tsecr = o.tsval;
	return OK;
}

/* A datagram of theirs arrives. */
static void arrive(struct run *r, uint8_t proto, const uint8_t *bytes, size_t n)
{
	uint8_t b[ETH_HLEN + IP4_HLEN + IP4OPT_MAX + TCP_HLEN_MAX + 1460];
	uint8_t hlen = (uint8_t)(IP4_HLEN + r->n_ip_opt);
	struct ip4_hdr ip = { .hlen = hlen, .proto = proto, .ttl = 64, .src = THEM, .dst = US,
			      .total_len = (uint16_t)(hlen + n) };
	struct eth_hdr eth = { .dst = r->dev.mac, .src = { { 2, 0, 0, 0, 0, 9 } },
			       .type = ETHERTYPE_IP4 };
	struct wr w = wr_init(b, sizeof(b));
	struct pkt *p;

	eth_hdr_emit(&eth, &w);
	ip4_hdr_emit(&ip, r->ip_opt, &w);
	wr_bytes(&w, r->ip_opt, r->n_ip_opt);
	wr_bytes(&w, bytes, n);
	assert(wr_ok(&w));
	p = pkt_from_bytes(r->pool, b, wr_len(&w));
	assert(p);
	p->at = r->now;
	p = stack_input_train(r->st, r->now, &r->dev, p);         /* a row of one */
	if (p)
		stack_input(r->st, r->now, &r->dev, p);
}

/* Options of n bytes, whole words, then len bytes of data; sport 0: theirs. */
static void say(struct run *r, struct tcp_hdr h, const uint8_t *opt, size_t n, size_t len)
{
	uint8_t b[TCP_HLEN_MAX + 1460] = { 0 };
	struct wr w = wr_init(b, sizeof(b));

	h.sport = h.sport ? h.sport : THEIR_PORT, h.dport = OUR_PORT;
	h.hlen = (uint8_t)(TCP_HLEN + n);
	tcp_hdr_emit(&h, &w);
	wr_bytes(&w, opt, n);
	put_be16(b + 16, tcp_csum4(THEM, US, h.hlen + len, csum_add(0, b, h.hlen + len)));
	arrive(r, IP_PROTO_TCP, b, h.hlen + len);
}

/* What is expected next, with these flags. */
static void answer(struct run *r, uint8_t flags)
{
	seq_t ack = seq_add(r->heard.seq, (r->heard.flags & (TCP_SYN | TCP_FIN)) ? 1 : 0);
	static const uint8_t opts[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7 };
	bool syn = flags & TCP_SYN;

	say(r, (struct tcp_hdr){ .seq = seq(r->seq), .ack = flags & TCP_ACK ? ack : seq(0),
				 .flags = flags, .wnd = 1000 }, opts, syn ? sizeof(opts) : 0, 0);
	r->seq += (flags & (TCP_SYN | TCP_FIN)) ? 1 : 0;
}

/* RFC 7413, without a cookie. */
static void open_with_data(struct run *r, const struct endpoint *to)
{
	uint8_t data[100] = { 0 };
	struct sk_msg m = { .buf = data, .n = sizeof(data), .peer = *to, .flags = SK_FASTOPEN };
	ssize_t n = sk_sendmsg(r->sk, &m);

	assert(n == sizeof(data));
}

static void open_to(struct run *r, enum want want)
{
	struct endpoint us = { addr_ip4(US), OUR_PORT }, them = { addr_ip4(THEM), THEIR_PORT };
	struct sock **first = want == W_SYN_SENT ? &r->sk : &r->listener;
	int err = sk_open(r->st, ADDR_IP4, SK_STREAM, 0, first);

	assert(err == OK);
	err = sk_bind(*first, &us);
	assert(err == OK);
	if (want == W_CLOSED)
		return;
	if (want == W_SYN_SENT && stack_option(r->st, OPT_TCP_TIMESTAMPS)) {
		err = sk_connect(r->sk, &them);
		assert(err == ERR_INPROGRESS);
		return;
	}
	if (want == W_SYN_SENT) {
		open_with_data(r, &them);
		return;
	}
	err = sk_listen(r->listener, 4);
	assert(err == OK);
	err = sk_setopt(r->listener, SKO_FASTOPEN, 2);
	assert(err == OK);
	if (want == W_LISTEN)
		return;
	answer(r, TCP_SYN);
	if (want == W_SYN_RECEIVED)
		return;
	answer(r, TCP_ACK);
	err = sk_accept(r->listener, &r->sk);
	assert(err == OK);
}

/* From ESTABLISHED on. */
static void close_to(struct run *r, enum want want)
{
	if (want == W_CLOSE_WAIT || want == W_LAST_ACK)
		answer(r, TCP_FIN | TCP_ACK);
	if (want != W_CLOSE_WAIT && sk_shutdown(r->sk, SK_SHUT_WR) != OK)
		return;
	if (want == W_FIN_WAIT_2 || want == W_TIME_WAIT)
		answer(r, TCP_ACK);
	if (want == W_TIME_WAIT)
		answer(r, TCP_FIN | TCP_ACK);
	if (want == W_CLOSING)                    /* its FIN does not acknowledge ours */
		say(r, (struct tcp_hdr){ .seq = seq(r->seq++), .ack = r->heard.seq,
					 .flags = TCP_FIN | TCP_ACK, .wnd = 1000 }, NULL, 0, 0);
}

static bool check_conn(void *arg, const struct show_tcp *t)
{
	(void)arg;
	if (t->listens)
		return true;
	assert((int32_t)(t->snd_nxt - t->snd_una) >= 0);
	assert(t->sacked_segs + t->lost_segs <= t->out_segs);
	assert(t->retrans_segs <= t->out_segs && t->pipe_segs <= 2 * t->out_segs);
	assert(t->cwnd > 0 && t->eff_snd_mss > 0 && t->rto > 0);
	assert(t->limit < LIMIT_N && t->rcv_wnd <= INT32_MAX);
	return true;
}

/* The state of the connection, or of the listener alone. */
static bool note_state(void *arg, const struct show_tcp *t)
{
	*(const char **)arg = t->state;
	return true;
}

static void check_state(const struct run *r, enum want want)
{
	static const char *const names[W_N] = {
		"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
		"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
	};
	const char *state = names[W_CLOSED];

	show_tcps(r->st, note_state, &state);
	assert(strcmp(state, names[want]) == 0);
}

static void accept_one(struct run *r)
{
	if (!r->sk && r->listener && sk_accept(r->listener, &r->sk) != OK)
		r->sk = NULL;
}

/* More SYNs than the listener has room for. */
static void flood(struct run *r)
{
	static const uint8_t opts[] = { 2, 4, 5, 0xb4 };

	for (uint16_t i = 1; i <= 8; i++)
		say(r, (struct tcp_hdr){ .seq = seq(i), .flags = TCP_SYN, .wnd = 1000,
					 .sport = (uint16_t)(THEIR_PORT + i) }, opts, sizeof(opts), 0);
}

/* An ICMP error about the segment that was heard last. */
static void complain(struct run *r, uint8_t what)
{
	uint8_t quote[IP4_HLEN + 8], b[ICMP4_HLEN + sizeof(quote)] = { 3, what & 1 ? 4 : what & 6 };
	struct ip4_hdr q = { .hlen = IP4_HLEN, .total_len = 1500, .ttl = 63, .df = true,
			     .proto = IP_PROTO_TCP, .src = US, .dst = THEM };
	struct wr w = wr_init(quote, sizeof(quote));

	ip4_hdr_emit(&q, NULL, &w);
	put_be16(quote + IP4_HLEN, OUR_PORT);
	put_be16(quote + IP4_HLEN + 2, THEIR_PORT);
	put_be32(quote + IP4_HLEN + 4, r->heard.seq.v);
	put_be16(b + 6, (uint16_t)((what | 15) * 4));
	memcpy(b + ICMP4_HLEN, quote, sizeof(quote));
	put_be16(b + 2, csum_fold(csum_add(0, b, sizeof(b))));
	arrive(r, IP_PROTO_ICMP, b, sizeof(b));
}

static void set_option(struct run *r, unsigned which)
{
	static const struct { enum sk_opt o; int v; } opts[] = {
		{ SKO_NODELAY, 1 }, { SKO_CORK, 1 }, { SKO_CORK, 0 }, { SKO_KEEPIDLE, 4 },
		{ SKO_KEEPALIVE, 1 }, { SKO_LINGER, 0 }, { SKO_USER_TIMEOUT, 5000 },
		{ SKO_SNDBUF, 4096 }, { SKO_RCVBUF, 4096 }, { SKO_MAXSEG, 100 },
		{ SKO_MAX_PACING_RATE, 100000 }, { SKO_MAX_PACING_RATE, 100 },
		{ SKO_MAX_PACING_RATE, 0 }, { SKO_RCVBUF, 1 << 20 },
	};

	if (which < sizeof(opts) / sizeof(opts[0]))
		(void)!sk_setopt(r->sk, opts[which].o, opts[which].v);
	else
		(void)!sk_set_congestion(r->sk, which & 1 ? "reno" : "cubic");
}

/* Urgent data: sent, read apart or in line, and whatever reads near it. */
static void urgent(struct run *r, unsigned which)
{
	static const struct { size_t n; uint8_t flags; bool sends; } calls[] = {
		{ 1, SK_OOB, true }, { 5000, SK_OOB, true }, { 10, SK_OOB | SK_MORE, true },
		{ 0, SK_OOB, true }, { 1, SK_OOB, false }, { 1, SK_OOB | SK_PEEK, false },
		{ 0, SK_OOB, false }, { 1, 0, false }, { 5000, SK_PEEK, false },
		{ 5000, SK_TRUNC, false }, { 3, 0, false },
	};
	uint8_t buf[5000] = { 0 };
	int v;

	if (which < sizeof(calls) / sizeof(calls[0])) {
		struct sk_msg m = { .buf = buf, .n = calls[which].n, .flags = calls[which].flags };

		(void)(calls[which].sends ? sk_sendmsg(r->sk, &m) : sk_recvmsg(r->sk, &m));
	} else if (which < 14) {
		(void)!sk_setopt(r->sk, SKO_OOBINLINE, which == 12);
	} else if (sk_getopt(r->sk, which == 14 ? SKO_ATMARK : SKO_NREAD, &v) == OK) {
		assert(v >= 0);
	}
}

/* What is seldom set, of the host or the connection. */
static void set_seldom(struct run *r, unsigned which)
{
	static const struct { enum stack_option o; int v; } of_host[] = {
		{ OPT_TCP_STDURG, 1 }, { OPT_TCP_RETRIES1, 1 }, { OPT_TCP_CHALLENGES, 2 },
		{ OPT_TCP_INVALID_RATE, 0 }, { OPT_TCP_MAX_ORPHANS, 0 },
		{ OPT_TCP_ORPHAN_RETRIES, 1 }, { OPT_TCP_SYNCOOKIES, 2 },
	};
	static const struct { enum sk_opt o; int v; } of_conn[] = {
		{ SKO_QUICKACK, 0 }, { SKO_QUICKACK, 1 }, { SKO_RECVERR, 1 },
		{ SKO_RCVLOWAT, 100 }, { SKO_NOTSENT_LOWAT, 100 }, { SKO_WINDOW_CLAMP, 1000 },
	};
	const unsigned n_host = sizeof(of_host) / sizeof(of_host[0]);
	struct sk_err e;

	if (which < n_host)
		(void)!stack_set_option(r->st, of_host[which].o, of_host[which].v);
	else if (which - n_host < sizeof(of_conn) / sizeof(of_conn[0]) && r->sk)
		(void)!sk_setopt(r->sk, of_conn[which - n_host].o, of_conn[which - n_host].v);
	else if (r->sk)
		(void)sk_recverr(r->sk, &e);
}

/* IP options of the user's segments, or of the peer's: their length, then what there
 * is of them. */
static const uint8_t *set_ip_options(struct run *r, bool ours, const uint8_t *d,
				     const uint8_t *end)
{
	uint8_t got[IP4OPT_MAX];
	size_t n = d < end ? *d++ % (IP4OPT_MAX + 1u) : 0;

	if (n > (size_t)(end - d))
		n = (size_t)(end - d);
	if (!ours) {
		r->n_ip_opt = (uint8_t)(n & ~(size_t)3);
		memcpy(r->ip_opt, d, r->n_ip_opt);
	} else if (r->sk && sk_set_ip_options(r->sk, d, n) == OK) {
		assert(sk_get_ip_options(r->sk, got) >= n);
	}
	return d + n;
}

static bool is_ip_options(uint8_t what) { return what == 0xdf || what == 0xef; }

/* What happens beside the segment, by the low bits; some of it never. */
static void act(struct run *r, uint8_t what)
{
	static const uint8_t data[5000];
	uint8_t buf[3000];

	if ((what & 15) != 12 && (what & 15) != 13)
		stack_burst_end(r->st);
	accept_one(r);
	switch (what & 15) {
	case 0: r->now += MSEC(1); break;
	case 1: r->now += MSEC(300); break;
	case 2: r->now += SEC(5); break;
	case 3: r->now += SEC(130); break;
	case 4: case 5: if (r->sk) (void)sk_send(r->sk, data, what & 32 ? 5000 : 10, NULL); break;
	case 6: if (r->sk) (void)sk_recv(r->sk, buf, sizeof(buf), NULL); break;
	case 7: if (r->sk && sk_shutdown(r->sk, SK_SHUT_WR) != OK) break; break;
	case 8: if (what & 128) { sk_close(r->sk); r->sk = NULL; } break;
	case 9: flood(r); break;
	case 10: complain(r, what >> 4); break;
	case 11: if (r->sk) set_option(r, what >> 4); break;
	case 12: stack_burst_begin(r->st); return;        /* until something else is done */
	case 14: if (r->sk) urgent(r, what >> 4); break;
	case 15: if (!is_ip_options(what)) set_seldom(r, what >> 4); break;
	default: break;
	}
	while (stack_next_at(r->st) <= r->now)
		stack_run(r->st, stack_next_at(r->st));
	stack_enter(r->st, r->now);
}

/* A timestamp, and SACK blocks of four bytes each from *d on: where they begin
 * and how long they are, counted from the acknowledgment number. */
static size_t build(struct run *r, uint8_t out[TCP_OPT_MAX], unsigned blocks, seq_t ack,
		    const uint8_t **d, const uint8_t *end)
{
	struct tcp_opts o = { .has_ts = true, .tsval = ++r->tsval, .tsecr = r->tsecr };

	for (; o.n_sack < blocks && end - *d >= 4; *d += 4) {
		struct tcp_sack *b = &o.sack[o.n_sack++];

		b->start = seq_add(ack, (uint32_t)(int16_t)get_be16(*d));
		b->end = seq_add(b->start, get_be16(*d + 2));
	}
	return tcp_opts_emit(&o, false, out);
}

static const uint8_t *step(struct run *r, const uint8_t *d, const uint8_t *end)
{
	size_t n_opt = d[10] % 11 * 4u, len = d[11] * 6u;
	unsigned blocks = d[10] >> 4 & 3;
	bool built = d[10] & BUILT;
	uint8_t what = d[0], opts[TCP_OPT_MAX];
	seq_t ack = seq_add(r->heard.seq, (r->heard.flags & (TCP_SYN | TCP_FIN)) ? 1 : 0);
	struct tcp_hdr h = { .flags = d[1], .wnd = get_be16(d + 6), .urg = get_be16(d + 8) };

	act(r, what);
	h.seq = seq_add(seq(r->seq), (uint32_t)(int16_t)get_be16(d + 2));
	h.ack = seq_add(ack, (uint32_t)(int16_t)get_be16(d + 4));
	d += STEP;
	if (is_ip_options(what))
		d = set_ip_options(r, what == 0xdf, d, end);
	if (built) {
		n_opt = build(r, opts, blocks, h.ack, &d, end);
	} else {
		if (n_opt > (size_t)(end - d))
			n_opt = (size_t)(end - d) & ~(size_t)3;
		memcpy(opts, d, n_opt);
		d += n_opt;
	}
	say(r, h, opts, n_opt, len > 1400 ? 1400 : len);
	if (seq_eq(h.seq, seq(r->seq)))
		r->seq += (uint32_t)len + !!(h.flags & TCP_SYN) + !!(h.flags & TCP_FIN);
	show_tcps(r->st, check_conn, NULL);
	return d;
}

static void on_event(void *ctx, const struct tcp_event *e)
{
	(void)ctx;
	(void)check_conn(NULL, e->tcp);
	assert(e->kind != TCP_EV_RETRANS || e->cause);
}

/* What the host is set to, by bits. */
static void configure(struct run *r, unsigned bits)
{
	int err = stack_set_option(r->st, OPT_TCP_FASTOPEN, 0x207);

	if (bits & 1)
		err |= stack_set_option(r->st, OPT_TCP_TIMESTAMPS, 0);
	if (bits & 2)
		err |= stack_set_option(r->st, OPT_TCP_SACK, 0);
	if (bits & 4)
		err |= stack_set_option(r->st, OPT_TCP_ECN, 1);
	if (bits & 8)
		err |= stack_set_option(r->st, OPT_TCP_MTU_PROBING, bits & 1 ? 2 : 1);
	assert(err == OK);
	show_tcp_watch(r->st, bits & 16);
}

static void begin(struct run *r)
{
	static const struct netdev_ops ops = { .xmit = hear };
	static const struct stack_hooks hooks = { .tcp = on_event };
	struct prefix p = { addr_ip4(US), 24 };
	struct addr them = addr_ip4(THEM);
	int err;

	*r = (struct run){ .pool = pkt_pool_new(0), .now = SEC(1), .seq = THEIR_ISS,
			    .tsval = 1 };
	r->st = stack_new(&(struct stack_config){ .name = "n", .pool = r->pool, .seed = 1,
						  .hooks = &hooks });
	assert(r->pool && r->st);
	netdev_init(&r->dev, &ops, "eth0", (struct mac){ { 2, 0, 0, 0, 0, 1 } },
		    DEV_UP | DEV_CARRIER | DEV_BROADCAST | DEV_MULTICAST);
	err = stack_attach(r->st, &r->dev);
	err |= stack_addr_add(r->st, &r->dev, &p);
	err |= stack_neigh_set(r->st, &r->dev, &them, (struct mac){ { 2, 0, 0, 0, 0, 9 } });
	assert(err == OK);
	stack_enter(r->st, r->now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	struct pkt_pool_stats s;
	struct run r;

	if (!size)
		return 0;
	begin(&r);
	configure(&r, *data / W_N);
	open_to(&r, (enum want)(*data % W_N));
	if (*data % W_N > W_ESTABLISHED)
		close_to(&r, (enum want)(*data % W_N));
	check_state(&r, (enum want)(*data % W_N));
	show_tcps(r.st, check_conn, NULL);
	data++;
	for (unsigned i = 0; i < STEPS_MAX && end - data >= STEP; i++)
		data = step(&r, data, end);
	stack_burst_end(r.st);
	sk_close(r.sk);
	sk_close(r.listener);
	stack_free(r.st);
	pkt_pool_stats(r.pool, &s);
	assert(s.pkts == 0 && s.blks == 0);
	pkt_pool_free(r.pool);
	return 0;
}
