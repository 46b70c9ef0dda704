// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Segments of any kind to a connection in a state of the input's choosing.
 * The first byte is the state; then come steps of twelve bytes and their
 * options: what the user does or how time passes, flags, sequence and
 * acknowledgment numbers near those that are expected, window, lengths.
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
#include "stack/wire/ip4.h"
#include "stack/wire/tcp.h"

#define US IP4(10, 0, 0, 1)
#define THEM IP4(10, 0, 0, 2)
#define OUR_PORT 80
#define THEIR_PORT 1000
#define THEIR_ISS 0xfffffff0u             /* wraps soon */
#define STEP 12
#define STEPS_MAX 200

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
};

static int hear(struct netdev *dev, struct pkt *p)
{
	struct run *r = container_of(dev, struct run, dev);
	uint8_t b[ETH_HLEN + 1500];
	size_t n = pkt_copy_out(p, 0, b, sizeof(b));
	struct ip4_hdr ip;
	enum drop bad;

	assert(n == pkt_len(p) && n >= ETH_HLEN);
	pkt_free(p);
	if (get_be16(b + 12) != ETHERTYPE_IP4)
		return OK;
	bad = ip4_hdr_parse(&ip, b + ETH_HLEN, n - ETH_HLEN, n - ETH_HLEN);
	assert(bad == DROP_NONE);
	if (ip.proto != IP_PROTO_TCP)
		return OK;
	n = (size_t)ip.total_len - ip.hlen;
	assert(csum_fold(csum_add(csum_pseudo4(ip.src, ip.dst, IP_PROTO_TCP, n),
				  b + ETH_HLEN + ip.hlen, n)) == 0);
	bad = tcp_hdr_parse(&r->heard, b + ETH_HLEN + ip.hlen, n);
	assert(bad == DROP_NONE);
	return OK;
}

/* Options of n bytes, whole words, then len bytes of data. */
static void say(struct run *r, struct tcp_hdr h, const uint8_t *opt, size_t n, size_t len)
{
	uint8_t b[ETH_HLEN + IP4_HLEN + TCP_HLEN_MAX + 1460] = { 0 };
	struct ip4_hdr ip = { .hlen = IP4_HLEN, .proto = IP_PROTO_TCP, .ttl = 64, .src = THEM,
			      .dst = US };
	struct eth_hdr eth = { .dst = r->dev.mac, .src = { { 2, 0, 0, 0, 0, 9 } },
			       .type = ETHERTYPE_IP4 };
	struct wr w = wr_init(b, sizeof(b));
	size_t at = ETH_HLEN + IP4_HLEN, total;
	struct pkt *p;

	h.sport = THEIR_PORT, h.dport = OUR_PORT, h.hlen = (uint8_t)(TCP_HLEN + n);
	total = h.hlen + len;
	ip.total_len = (uint16_t)(IP4_HLEN + total);
	eth_hdr_emit(&eth, &w);
	ip4_hdr_emit(&ip, NULL, &w);
	tcp_hdr_emit(&h, &w);
	wr_bytes(&w, opt, n);
	put_be16(b + at + 16, tcp_csum4(THEM, US, total, csum_add(0, b + at, total)));
	p = pkt_from_bytes(r->pool, b, at + total);
	assert(p);
	stack_input(r->st, r->now, &r->dev, p);
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
	if (want == W_SYN_SENT) {
		err = sk_connect(r->sk, &them);
		assert(err == ERR_INPROGRESS);
		return;
	}
	err = sk_listen(r->listener, 4);
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

/* What happens beside the segment, by the low bits; some of it never. */
static void act(struct run *r, uint8_t what)
{
	static const uint8_t data[5000];
	uint8_t buf[3000];

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
	default: break;
	}
	while (stack_next_at(r->st) <= r->now)
		stack_run(r->st, stack_next_at(r->st));
	stack_enter(r->st, r->now);
}

static const uint8_t *step(struct run *r, const uint8_t *d, const uint8_t *end)
{
	size_t n_opt = d[10] % 11 * 4u, len = d[11] * 6u;
	seq_t ack = seq_add(r->heard.seq, (r->heard.flags & (TCP_SYN | TCP_FIN)) ? 1 : 0);
	struct tcp_hdr h = { .flags = d[1], .wnd = get_be16(d + 6), .urg = get_be16(d + 8) };

	act(r, d[0]);
	h.seq = seq_add(seq(r->seq), (uint32_t)(int16_t)get_be16(d + 2));
	h.ack = seq_add(ack, (uint32_t)(int16_t)get_be16(d + 4));
	d += STEP;
	if (n_opt > (size_t)(end - d))
		n_opt = (size_t)(end - d) & ~(size_t)3;
	say(r, h, d, n_opt, len > 1400 ? 1400 : len);
	if (seq_eq(h.seq, seq(r->seq)))
		r->seq += (uint32_t)len + !!(h.flags & TCP_SYN) + !!(h.flags & TCP_FIN);
	show_tcps(r->st, check_conn, NULL);
	return d + n_opt;
}

static void begin(struct run *r)
{
	static const struct netdev_ops ops = { .xmit = hear };
	struct prefix p = { addr_ip4(US), 24 };
	struct addr them = addr_ip4(THEM);
	int err;

	*r = (struct run){ .pool = pkt_pool_new(0), .now = SEC(1), .seq = THEIR_ISS };
	r->st = stack_new(&(struct stack_config){ .name = "n", .pool = r->pool, .seed = 1 });
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
	open_to(&r, (enum want)(*data % W_N));
	if (*data % W_N > W_ESTABLISHED)
		close_to(&r, (enum want)(*data % W_N));
	check_state(&r, (enum want)(*data % W_N));
	show_tcps(r.st, check_conn, NULL);
	data++;
	for (unsigned i = 0; i < STEPS_MAX && end - data >= STEP; i++)
		data = step(&r, data, end);
	sk_close(r.sk);
	sk_close(r.listener);
	stack_free(r.st);
	pkt_pool_stats(r.pool, &s);
	assert(s.pkts == 0 && s.blks == 0);
	pkt_pool_free(r.pool);
	return 0;
}
