// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdlib.h>
#include <string.h>

#include "sim/prog/iperf3.h"
#include "stack/util/be.h"
#include "stack/util/err.h"

#define UDP_HEADER 12                     /* seconds, microseconds, number: 4 bytes each */
#define UDP_KNOCK 0x36373839u             /* in the byte order of a PC, like the answer */
#define UDP_ANSWER 0x39383736u
#define UDP_KNOCK_OLD 123456789u
#define UDP_ROOM 65536

static void put_le32(uint8_t *b, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		b[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t get_le32(const uint8_t *b)
{
	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static ns_t now(const struct iperf3_flow *f) { return node_now(f->t->prog.node); }

/* --- sending ------------------------------- */

/* All that was to be sent, in either direction, has been. */
static bool all_sent(const struct iperf3 *t)
{
	int64_t bytes[2] = { 0 }, blocks[2] = { 0 };

	if (t->omitting)
		return false;                     /* nothing counts yet */
	for (int64_t i = 0; i < iperf3_flows(t); i++) {
		const struct iperf3_flow *f = &t->flow[i];

		bytes[f->sender] += iperf3_flow_counted(f).bytes;
		blocks[f->sender] += f->blocks - f->blocks_omitted;
	}
	return (t->p.bytes && (bytes[0] >= t->p.bytes || bytes[1] >= t->p.bytes)) ||
	       (t->p.blocks && (blocks[0] >= t->p.blocks || blocks[1] >= t->p.blocks));
}

/* When the next block is due at the rate that was asked for. */
static ns_t due_at(const struct iperf3_flow *f)
{
	__int128 bits = (__int128)f->blocks * f->t->p.len * 8;

	return f->t->begun_at + (ns_t)(bits * SEC(1) / f->t->p.bps);
}

static void block_is_sent(struct iperf3_flow *f)
{
	if (f->t->p.bytes || f->t->p.blocks)
		if (!f->t->server && all_sent(f->t))
			node_timer_set(&f->t->stop, now(f));
}

static bool udp_block(struct iperf3_flow *f)
{
	uint8_t *b = f->t->block;
	ns_t at = now(f);
	ssize_t n;

	put_be32(b, (uint32_t)(at / SEC(1)));
	put_be32(b + 4, (uint32_t)(at % SEC(1) / USEC(1)));
	put_be32(b + 8, (uint32_t)(f->now.packets + 1));
	n = sk_send(f->sk, b, (size_t)f->t->p.len, NULL);
	if (n < 0)
		return false;
	f->now.packets++;
	f->now.bytes += n;
	return true;
}

/* A block; false: the socket takes no more now. */
static bool tcp_block(struct iperf3_flow *f)
{
	size_t len = (size_t)f->t->p.len, part = (size_t)(f->now.bytes % f->t->p.len);
	struct sk_mem *mem = f->t->p.zerocopy ? f->t->mem : NULL;
	size_t n = f->conn ? stream_send_mem(&f->conn->s, mem, f->t->block, len - part) : 0;

	f->now.bytes += (int64_t)n;
	f->blocks = f->now.bytes / f->t->p.len;
	return n == len - part;
}

void iperf3_flow_send(struct iperf3_flow *f)
{
	struct iperf3 *t = f->t;

	while (t->running && f->sender) {
		if (t->p.bps && due_at(f) > now(f)) {
			node_timer_set(&f->pace, due_at(f));
			return;
		}
		if (t->p.udp) {
			(void)udp_block(f);       /* what is refused is not sent again */
			f->blocks++;
		} else if (!tcp_block(f)) {
			return;
		}
		block_is_sent(f);
		if (!t->server && (t->p.bytes || t->p.blocks) && all_sent(t))
			return;                   /* a server sends until its client has enough */
	}
}

static void on_pace(struct node_timer *tm)
{
	iperf3_flow_send(container_of(tm, struct iperf3_flow, pace));
}

/* NULL: UDP, or its connection is closed: a real server does that early. */
static struct sock *tcp_sock(const struct iperf3_flow *f)
{
	return f->conn ? f->conn->s.sk : NULL;
}

int64_t iperf3_flow_cwnd(const struct iperf3_flow *f)
{
	return f->info.snd_cwnd * f->info.snd_mss;
}

void iperf3_flow_sample(struct iperf3_flow *f)
{
	const struct sk_tcp_info *i = &f->info;

	if (!f->sender || !tcp_sock(f) || sk_tcp_info(tcp_sock(f), &f->info) != OK)
		return;
	f->now.retrans = i->total_retrans;
	f->tcp.max_cwnd = iperf3_flow_cwnd(f) > f->tcp.max_cwnd ? iperf3_flow_cwnd(f)
								  : f->tcp.max_cwnd;
	f->tcp.max_wnd = i->snd_wnd > f->tcp.max_wnd ? i->snd_wnd : f->tcp.max_wnd;
	f->tcp.max_rtt = i->rtt > f->tcp.max_rtt ? i->rtt : f->tcp.max_rtt;
	f->tcp.min_rtt = !f->tcp.n || i->rtt < f->tcp.min_rtt ? i->rtt : f->tcp.min_rtt;
	f->tcp.sum_rtt += i->rtt;
	f->tcp.n++;
}

void iperf3_count_add(struct iperf3_count *sum, const struct iperf3_count *n)
{
	sum->bytes += n->bytes;
	sum->packets += n->packets;
	sum->lost += n->lost;
	sum->late += n->late;
	sum->retrans += n->retrans;
}

static struct iperf3_count since(const struct iperf3_count *n, const struct iperf3_count *then)
{
	return (struct iperf3_count){
		.bytes = n->bytes - then->bytes,
		.packets = n->packets - then->packets,
		.lost = n->lost - then->lost,
		.late = n->late - then->late,
		.retrans = n->retrans - then->retrans,
	};
}

struct iperf3_count iperf3_flow_interval(const struct iperf3_flow *f)
{
	return since(&f->now, &f->mark);
}

struct iperf3_count iperf3_flow_counted(const struct iperf3_flow *f)
{
	return since(&f->now, &f->omitted);
}

void iperf3_flow_omit(struct iperf3_flow *f)
{
	iperf3_flow_sample(f);
	f->omitted = f->mark = f->now;
	f->blocks_omitted = f->blocks;
	f->jitter = 0;
}

void iperf3_flow_ends(const struct iperf3_flow *f, struct iperf3_count n[2], double seconds[2])
{
	const struct iperf3 *t = f->t;
	double here = iperf3_seconds(t->end_at - t->start_at);
	double there = f->other.seconds > 0 ? f->other.seconds : here;

	n[0] = n[1] = iperf3_flow_counted(f);
	n[f->sender] = f->other.n;
	n[0].lost = n[0].late = n[1].retrans = 0;
	seconds[0] = f->sender ? here : there;
	seconds[1] = f->sender ? there : here;
}

void iperf3_flow_start(struct iperf3_flow *f)
{
	int64_t early = f->early;

	f->now = f->mark = f->omitted = (struct iperf3_count){ 0 };
	f->blocks = f->blocks_omitted = f->early = 0;
	if (early)
		iperf3_flow_data(f, (size_t)early);
	iperf3_flow_send(f);
}

/* --- receiving ------------------------------- */

void iperf3_flow_data(struct iperf3_flow *f, size_t n)
{
	struct iperf3 *t = f->t;

	if (!t->running)
		f->early += (int64_t)n;
	if (!t->running || f->sender)
		return;
	f->now.bytes += (int64_t)n;
	f->blocks = f->now.bytes / t->p.len;
	block_is_sent(f);
}

/* RFC 3550 6.4.1, with the clock of the sender in the datagram. */
static void udp_arrived(struct iperf3_flow *f, const uint8_t *b, size_t n)
{
	ns_t sent = (ns_t)get_be32(b) * SEC(1) + (ns_t)get_be32(b + 4) * USEC(1);
	ns_t transit = now(f) - sent, d = transit - f->transit;
	int64_t seq = get_be32(b + 8);

	iperf3_flow_data(f, n);
	if (seq > f->highest) {
		f->now.lost += seq - f->highest - 1;
		f->highest = seq;
	} else {
		f->now.late++;
		f->now.lost -= f->now.lost > 0;
	}
	f->now.packets = f->highest;
	if (f->transit)
		f->jitter += ((d < 0 ? -d : d) - f->jitter) / 16;
	f->transit = transit;
}

static void on_datagrams(struct sk_watch *w, uint32_t events)
{
	struct iperf3_flow *f = container_of(w, struct iperf3_flow, watch);
	uint8_t *room = malloc(UDP_ROOM);

	(void)events;
	while (room && f->sk) {
		ssize_t n = sk_recv(f->sk, room, UDP_ROOM, NULL);

		if (n == ERR_AGAIN)
			break;
		if (n < 0) {
			if (!f->ready)
				iperf3_fail(f->t, (int)n, "unable to read from stream socket");
			continue;
		}
		if (!f->ready && n >= 4)
			iperf3_flow_up(f);
		else if (f->t->running && !f->sender && n >= UDP_HEADER)
			udp_arrived(f, room, (size_t)n);
	}
	free(room);
}

/* --- opening ------------------------------- */

int iperf3_flow_options(struct iperf3 *t, struct sock *sk)
{
	int err = OK;

	if (t->p.window) {
		err = sk_setopt(sk, SKO_RCVBUF, (int)t->p.window);
		if (!err)
			err = sk_setopt(sk, SKO_SNDBUF, (int)t->p.window);
	}
	if (!err && t->p.tos)
		err = sk_setopt(sk, SKO_TOS, (int)t->p.tos);
	if (!err && !t->p.udp && t->p.no_delay)
		err = sk_setopt(sk, SKO_NODELAY, 1);
	if (!err && !t->p.udp && t->p.mss)
		err = sk_setopt(sk, SKO_MAXSEG, (int)t->p.mss);
	if (!err && !t->p.udp && t->p.congestion[0])
		err = sk_set_congestion(sk, t->p.congestion);
	return err;
}

static void udp_open(struct iperf3_flow *f)
{
	struct iperf3 *t = f->t;
	struct endpoint ep = { addr_ip4(t->src), 0 };
	uint8_t knock[4];
	int err = prog_sock_open(&t->prog, SK_DGRAM, 0, &f->sk, &f->watch, on_datagrams);

	put_le32(knock, UDP_KNOCK);
	if (!err)
		err = iperf3_flow_options(t, f->sk);
	if (!err && t->src)
		err = sk_bind(f->sk, &ep);
	if (!err)
		err = sk_connect(f->sk, &t->to);
	if (!err && sk_send(f->sk, knock, sizeof(knock), NULL) < 0)
		err = ERR_IO;
	if (err)
		iperf3_fail(t, err, "unable to connect stream");
}

static const struct stream_ops flow_ops;  /* a client's TCP flow */

void iperf3_flow_open(struct iperf3_flow *f)
{
	struct iperf3 *t = f->t;
	int err;

	if (t->p.udp) {
		udp_open(f);
		return;
	}
	f->conn = &f->own;
	f->own.flow = f;
	err = stream_open(&f->own.s, &t->prog, &flow_ops, t->src, 0);
	if (!err)
		err = iperf3_flow_options(t, f->own.s.sk);
	if (!err)
		err = stream_connect(&f->own.s, &t->to);
	if (err)
		iperf3_fail(t, err == ERR_NOENT ? OK : err, err == ERR_NOENT ?
			    "unable to set TCP_CONGESTION: Supplied congestion control algorithm "
			    "not supported on this host" : "unable to connect stream");
}

static void on_up(struct stream *s)
{
	struct iperf3_conn *c = (struct iperf3_conn *)s;

	s->blind = true;                          /* nobody looks at what is measured */
	stream_write(s, c->flow->t->cookie, IPERF3_COOKIE);
	iperf3_flow_up(c->flow);
}

static void on_data(struct stream *s, const char *bytes, size_t n)
{
	(void)bytes;
	iperf3_flow_data(((struct iperf3_conn *)s)->flow, n);
}

static void on_room(struct stream *s) { iperf3_flow_send(((struct iperf3_conn *)s)->flow); }

static void on_failed(struct stream *s, int err)
{
	struct iperf3 *t = (struct iperf3 *)s->prog;

	if (!s->up)
		iperf3_fail(t, err, "unable to connect stream");
}

static const struct stream_ops flow_ops = {
	.up = on_up, .data = on_data, .room = on_room, .failed = on_failed,
};

/* --- the server's side of UDP ------------------------------- */

/* The socket that was knocked at becomes the flow's; the next flow knocks at
 * a new one. */
static void udp_take(struct iperf3 *t, const struct endpoint *from)
{
	struct iperf3_flow *f = &t->flow[t->n_flows];
	uint8_t answer[4];
	int err;

	sk_unwatch(&t->udp_watch);
	f->sk = t->udp_sk;
	t->udp_sk = NULL;
	f->watch = (struct sk_watch){ .ready = on_datagrams };
	sk_watch(f->sk, &f->watch);
	err = sk_connect(f->sk, from);
	if (!err && t->n_flows + 1 < iperf3_flows(t))
		err = iperf3_udp_listen(t);
	put_le32(answer, UDP_ANSWER);
	if (!err && sk_send(f->sk, answer, sizeof(answer), NULL) < 0)
		err = ERR_IO;
	if (err)
		iperf3_fail(t, err, "unable to accept stream connection");
	else
		iperf3_flow_up(f);
}

static void on_knock(struct sk_watch *w, uint32_t events)
{
	struct iperf3 *t = container_of(w, struct iperf3, udp_watch);
	struct endpoint from;
	uint8_t b[16];
	ssize_t n;

	(void)events;
	while (t->udp_sk && (n = sk_recv(t->udp_sk, b, sizeof(b), &from)) != ERR_AGAIN) {
		if (n == 4 && t->flow && t->n_flows < iperf3_flows(t) &&
		    (get_le32(b) == UDP_KNOCK || get_le32(b) == UDP_KNOCK_OLD)) {
			udp_take(t, &from);
			return;
		}
	}
}

int iperf3_udp_listen(struct iperf3 *t)
{
	struct endpoint ep = { addr_ip4(t->src), (uint16_t)t->port };
	int err;

	prog_sock_close(&t->prog, &t->udp_sk, &t->udp_watch);
	err = prog_sock_open(&t->prog, SK_DGRAM, 0, &t->udp_sk, &t->udp_watch, on_knock);
	if (!err)
		err = sk_setopt(t->udp_sk, SKO_REUSEADDR, 1);
	return err ? err : sk_bind(t->udp_sk, &ep);
}

/* --- all of them ------------------------------- */

bool iperf3_flows_new(struct iperf3 *t)
{
	free(t->flow);                            /* closed since iperf3_flows_close() */
	sk_mem_put(t->mem);
	t->flow = calloc((size_t)iperf3_flows(t), sizeof(*t->flow));
	t->mem = sk_mem_new((size_t)t->p.len);
	if (!t->flow || !t->mem)
		return false;
	t->block = memset(sk_mem_bytes(t->mem), 0, (size_t)t->p.len);
	for (int64_t i = 0; i < iperf3_flows(t); i++) {
		struct iperf3_flow *f = &t->flow[i];

		f->t = t;
		f->sender = iperf3_half_sends(t, i >= t->p.flows);
		f->id = (int)(i ? i + 2 : 1);
		f->fd = (int)(5 + (t->server && i ? 3 + 2 * (i - 1) : 2 * i));
		node_timer_init(&f->pace, t->prog.node, on_pace);
	}
	return true;
}

void iperf3_flows_shut(struct iperf3 *t)
{
	for (int64_t i = 0; t->flow && i < iperf3_flows(t); i++) {
		struct iperf3_flow *f = &t->flow[i];

		if (f->pace.fire)
			node_timer_stop(&f->pace);
		prog_sock_close(&t->prog, &f->sk, &f->watch);
		if (f->conn) {
			f->conn->flow = NULL;
			stream_close(&f->conn->s);
			f->conn = NULL;
		}
	}
}

void iperf3_flows_close(struct iperf3 *t)
{
	iperf3_flows_shut(t);
	t->n_flows = 0;
}
