// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * TCP between hosts of a lab, frames of 1500 bytes, links of 1 us and no rate:
 * what is sent at one instant arrives at one instant, and is acknowledged and
 * read once (OPT_GRO, the default).  tcp_bulk_* and tcp_line4 copy in and out, as
 * programs on sockets mostly do; tcp_bulk_zc_* send by reference, with notices,
 * and read in place.  Options as they are by default, but the receiver's buffer is
 * of 192 KiB, so that a flight stays in the cache.  A run of the same lab that is
 * not timed hashes what was written and what was read, and tells what was counted
 * in it.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/show.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/util/hash.h"
#include "tests/bench/bench.h"

#ifndef BULK_BYTES
#define BULK_BYTES 1000000000ull
#endif
#define CHECK_BYTES (BULK_BYTES / 10)
#define CHUNK (64 << 10)
#define BUFFER (192 << 10)
#define PART 4096                         /* written at once when it is hashed */
#ifndef RR_TURNS
#define RR_TURNS 300000
#endif
#ifndef CRR_TURNS
#define CRR_TURNS 100000
#endif
#define IDLE 5000

static struct lab *lab;
static struct stack *near, *far;          /* the client's, the server's */
static ip4_t far_addr;
static struct sock *listener, *client, *server;
static struct sk_watch client_watch, server_watch;
static uint8_t chunk[CHUNK];
static uint64_t received;
static uint32_t turns;
static bool quick = true;                 /* ACKs at once, as Linux begins */

static void must(int err)
{
	if (err == OK || err == ERR_INPROGRESS)
		return;
	fprintf(stderr, "tcp: error %d\n", err);
	exit(1);
}

/* --- the lab ------------------------------------------------------------------------ */

/* h0 - h1 - ..., so many links; link i is 10.0.i.0/24 with .1 on the left. */
static void lab_begin(int links)
{
	struct buf y = { 0 }, errs = { 0 };
	struct topo *t;

	buf_str(&y, "version: 1\nname: tcp\ndefaults: {routing: static, link: {rate: 0, delay: 1us}}\nnodes:\n");
	for (int i = 0; i <= links; i++) {
		buf_printf(&y, "  h%d: {routes: [", i);
		if (i < links - 1)
			buf_printf(&y, "{to: 10.0.%d.0/24, via: 10.0.%d.2}", links - 1, i);
		if (i > 1)
			buf_printf(&y, "%s{to: 10.0.0.0/24, via: 10.0.%d.1}",
				   i < links - 1 ? ", " : "", i - 1);
		buf_str(&y, "]}\n");
	}
	buf_str(&y, "links:\n");
	for (int i = 0; i < links; i++)
		buf_printf(&y, "  - {endpoints: [h%d, h%d], ipv4: 10.0.%d.0/24}\n", i, i + 1, i);
	t = topo_parse("tcp.yaml", y.s, y.len, &errs);
	if (!t) {
		fprintf(stderr, "%s", errs.s);
		exit(1);
	}
	buf_free(&y);
	lab = lab_new(t, NULL);
	near = node_stack(lab_node(lab, 0));
	far = node_stack(lab_node(lab, (size_t)links));
	far_addr = IP4(10, 0, (unsigned)links - 1, 2);
}

static void listen_on(uint16_t port)
{
	const struct endpoint at = { { .family = ADDR_IP4 }, port };

	(void)node_stack(lab_node(lab, lab_n_nodes(lab) - 1));
	must(sk_open(far, ADDR_IP4, SK_STREAM, 0, &listener));
	must(sk_bind(listener, &at));
	must(sk_listen(listener, 4096));
}

static struct sock *connect_to(uint16_t port)
{
	const struct endpoint to = { addr_ip4(far_addr), port };
	struct sock *sk;

	must(sk_open(near, ADDR_IP4, SK_STREAM, 0, &sk));
	must(sk_setopt(sk, SKO_NODELAY, 1));
	if (!quick)
		must(sk_setopt(sk, SKO_QUICKACK, 0));
	must(sk_connect(sk, &to));
	return sk;
}

static void connect_both(void)
{
	listen_on(80);
	(void)node_stack(lab_node(lab, 0));
	client = connect_to(80);
	lab_run_until(lab, lab_now(lab) + MSEC(10));
	must(sk_accept(listener, &server));
}

static void watch(struct sk_watch *w, struct sock *sk, void (*ready)(struct sk_watch *w, uint32_t ev))
{
	*w = (struct sk_watch){ .ready = ready };
	sk_watch(sk, w);
}

static void lab_end(void)
{
	sk_unwatch(&client_watch);
	sk_unwatch(&server_watch);
	lab_free(lab);
}

/* --- bulk --------------------------------------------------------------------------- */

static void fill(struct sk_watch *w, uint32_t ev)
{
	if (ev & SK_OUT)
		while (sk_send(w->sk, chunk, sizeof(chunk), NULL) > 0)
			;
}

static void drain(struct sk_watch *w, uint32_t ev)
{
	static uint8_t sink[CHUNK];
	ssize_t n;

	if (ev & SK_IN)
		do {
			n = sk_recv(w->sk, sink, sizeof(sink), NULL);
			received += n > 0 ? (uint64_t)n : 0;
		} while (n == sizeof(sink));      /* less: that was all */
}

/* The same without a copy on either side: sent from one piece of memory, with a
 * notice of each send, and read where it lies.  Nobody looks at the bytes but for
 * checksums. */
static struct sk_mem *mem;

static void fill_by_reference(struct sk_watch *w, uint32_t ev)
{
	struct sk_msg m = { .buf = sk_mem_bytes(mem), .n = CHUNK, .mem = mem,
			    .flags = SK_ZEROCOPY };
	struct sk_err e;

	if (ev & SK_ERR)
		while (sk_recverr(w->sk, &e))
			;
	if (ev & SK_OUT)
		while (sk_sendmsg(w->sk, &m) > 0)
			;
}

static void drain_in_place(struct sk_watch *w, uint32_t ev)
{
	struct sk_span v[64];
	size_t all;
	int n;

	while ((ev & SK_IN) && (n = sk_recv_spans(w->sk, v, N_ELEM(v))) > 0) {
		all = 0;
		for (int i = 0; i < n; i++)
			all += v[i].n;
		sk_recv_used(w->sk, all);
		received += all;
	}
}

static void receive(uint64_t bytes)
{
	uint64_t until = received + bytes;

	while (received < until)
		lab_run_until(lab, lab_now(lab) + USEC(100));
}

/* Wall speed, Gbit/s. */
static double bulk(int links, uint64_t bytes, bool checksums, bool copies)
{
	void (*writes)(struct sk_watch *w, uint32_t ev) = copies ? fill : fill_by_reference;
	double t;

	lab_begin(links);
	must(stack_set_option(near, OPT_TCP_CHECKSUMS, checksums));
	must(stack_set_option(far, OPT_TCP_CHECKSUMS, checksums));
	connect_both();
	must(sk_setopt(server, SKO_RCVBUF, BUFFER));
	if (!copies)
		must(sk_setopt(client, SKO_ZEROCOPY, 1));
	watch(&server_watch, server, copies ? drain : drain_in_place);
	watch(&client_watch, client, writes);
	(void)node_stack(lab_node(lab, 0));
	writes(&client_watch, SK_OUT);
	receive(bytes / 20);
	t = bench_now();
	receive(bytes);
	t = bench_now() - t;
	lab_end();
	return (double)bytes * 8 / t / 1e9;
}

/* --- the same, checked ---------------------------------------------------------------- */

static uint64_t written, hash_written, hash_read;

/* What is written depends on where it is. */
static void part_at(uint8_t *to, uint64_t at)
{
	for (unsigned i = 0; i < PART; i += 8) {
		uint64_t word = hash_u64(at + i);

		memcpy(to + i, &word, 8);
	}
}

static void fill_checked(struct sk_watch *w, uint32_t ev)
{
	uint8_t part[PART];
	ssize_t n = 1;

	while ((ev & SK_OUT) && n > 0 && written < CHECK_BYTES) {
		uint64_t left = CHECK_BYTES - written;

		part_at(part, written);
		n = sk_send(w->sk, part, left < PART ? left : PART, NULL);
		if (n > 0) {
			hash_written = hash_fnv64(hash_written, part, (size_t)n);
			written += (uint64_t)n;
		}
	}
}

static void drain_checked(struct sk_watch *w, uint32_t ev)
{
	static uint8_t got[CHUNK];
	ssize_t n;

	while ((ev & SK_IN) && (n = sk_recv(w->sk, got, sizeof(got), NULL)) > 0) {
		hash_read = hash_fnv64(hash_read, got, (size_t)n);
		received += (uint64_t)n;
	}
}

static int value(struct sock *sk, enum sk_opt which)
{
	int v;

	must(sk_getopt(sk, which, &v));
	return v;
}

static void tell_check(void)
{
	uint64_t segs = show_stat(far, ST_TCP_IN_SEGS), acks = show_stat(far, ST_TCP_OUT_SEGS);

	printf("# tcp_bulk: %llu bytes, hashed alike at both ends; link of no rate, 1 us; "
	       "MSS %d; %.2f segments an ACK; SO_SNDBUF %d, SO_RCVBUF %d in the end\n",
	       (unsigned long long)received,
	       value(client, SKO_MAXSEG), (double)segs / (double)acks,
	       value(client, SKO_SNDBUF), value(server, SKO_RCVBUF));
}

static void check_bulk(void)
{
	lab_begin(1);
	connect_both();
	must(sk_setopt(server, SKO_RCVBUF, BUFFER));
	received = written = 0;
	hash_written = hash_read = HASH_FNV64_BASIS;
	watch(&server_watch, server, drain_checked);
	watch(&client_watch, client, fill_checked);
	(void)node_stack(lab_node(lab, 0));
	fill_checked(&client_watch, SK_OUT);
	receive(CHECK_BYTES - received);
	if (received != written || hash_written != hash_read) {
		fprintf(stderr, "tcp: what was read is not what was written\n");
		exit(1);
	}
	tell_check();
	lab_end();
}

/* --- request and response ----------------------------------------------------------- */

static void answer(struct sk_watch *w, uint32_t ev)
{
	char c;

	if ((ev & SK_IN) && sk_recv(w->sk, &c, 1, NULL) == 1)
		(void)sk_send(w->sk, &c, 1, NULL);
}

static void ask_again(struct sk_watch *w, uint32_t ev)
{
	turns += (ev & SK_IN) != 0;
	answer(w, ev);
}

static double round_trip_us(void)
{
	double t;

	lab_begin(1);
	connect_both();
	must(sk_setopt(server, SKO_NODELAY, 1));
	watch(&server_watch, server, answer);
	watch(&client_watch, client, ask_again);
	turns = 0;
	(void)node_stack(lab_node(lab, 0));
	(void)sk_send(client, "?", 1, NULL);
	lab_run_until(lab, lab_now(lab) + MSEC(10));
	turns = 0;
	t = bench_now();
	while (turns < RR_TURNS)
		lab_run_until(lab, lab_now(lab) + USEC(100));
	t = bench_now() - t;
	lab_end();
	return t * 1e6 / turns;
}

/* --- connect, request, answer, close ---------------------------------------------------- */

/*
 * Two ways to say the same.  Quick: ACKs as Linux sends them by default, the
 * server answers and then closes: 10 segments.  Not: each end knows that it has
 * something to say at once (TCP_QUICKACK off), and the answer is the last of it
 * (MSG_MORE, then close): SYN, SYN-ACK, request, answer with FIN, FIN, ACK.
 */

struct serving { struct sk_watch w; struct serving *next; };
static struct serving *spare;             /* nothing is asked of libc meanwhile */

static void serve(struct sk_watch *w, uint32_t ev)
{
	struct serving *s = container_of(w, struct serving, w);
	struct sock *sk = w->sk;
	char c;
	struct sk_msg m = { .buf = &c, .n = 1, .flags = quick ? 0 : SK_MORE };

	if (!(ev & SK_IN))
		return;
	if (sk_recv(sk, &c, 1, NULL) == 1)
		(void)sk_sendmsg(sk, &m);
	sk_unwatch(w);
	sk_close(sk);
	s->next = spare;
	spare = s;
}

static void take(struct sk_watch *w, uint32_t ev)
{
	struct sock *sk;

	(void)ev;
	while (sk_accept(w->sk, &sk) == OK) {
		struct serving *s = spare ? spare : calloc(1, sizeof(*s));

		if (!s)
			exit(1);
		spare = spare ? spare->next : NULL;
		if (!quick)
			must(sk_setopt(sk, SKO_QUICKACK, 0));
		watch(&s->w, sk, serve);
		if (sk_ready(sk) & SK_IN)
			serve(&s->w, SK_IN);
	}
}

static void ask(struct sk_watch *w, uint32_t ev)
{
	struct sock *sk = w->sk;
	char c;

	if ((ev & SK_OUT) && !(ev & SK_IN))
		(void)sk_send(sk, "?", 1, NULL);
	if (!(ev & SK_IN) || sk_recv(sk, &c, 1, NULL) != 1)
		return;
	sk_unwatch(w);
	sk_close(sk);
	turns++;
	watch(w, connect_to(80), ask);
}

static void ack_policy(struct stack *st)
{
	must(stack_set_option(st, OPT_TCP_TIME_WAIT, 1));
	if (!quick)
		must(stack_set_option(st, OPT_TCP_QUICK_ACKS, 0));
}

static uint64_t segments(void)
{
	return show_stat(near, ST_TCP_OUT_SEGS) + show_stat(far, ST_TCP_OUT_SEGS);
}

static double connections_per_s(bool as_linux)
{
	uint64_t segs;
	double t;

	quick = as_linux;
	lab_begin(1);
	ack_policy(near);
	ack_policy(far);
	listen_on(80);
	watch(&server_watch, listener, take);
	(void)node_stack(lab_node(lab, 0));
	watch(&client_watch, connect_to(80), ask);
	turns = 0;
	lab_run_until(lab, lab_now(lab) + MSEC(50));
	turns = 0;
	segs = segments();
	t = bench_now();
	while (turns < CRR_TURNS)
		lab_run_until(lab, lab_now(lab) + MSEC(1));
	t = bench_now() - t;
	segs = segments() - segs;
	printf("# tcp_crr%s: %.2f segments a connection\n", quick ? "_quick" : "",
	       (double)segs / turns);
	lab_end();
	quick = true;
	return turns / t;
}

/* --- an idle one ------------------------------------------------------------------------- */

/* What malloc has given out and not got back, its own overhead included. */
static size_t in_use(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* Each connection has carried a byte each way, so that nothing is put off;
 * sk[] holds both ends of one after those of another. */
static void use_both(struct sock **sk, unsigned n)
{
	char c;

	for (unsigned i = 0; i < n; i++) {
		(void)node_stack(lab_node(lab, i & 1));
		(void)sk_send(sk[i], "?", 1, NULL);
		lab_run_until(lab, lab_now(lab) + USEC(20));
		if (sk_recv(sk[i ^ 1], &c, 1, NULL) != 1)
			must(ERR_NOTCONN);
	}
}

/* Of one end of a connection: all that was allocated since there was none. */
static double idle_bytes(void)
{
	static struct sock *sk[2 * IDLE];
	size_t before, after;
	unsigned n = 0;

	lab_begin(1);
	listen_on(80);
	before = in_use();
	for (unsigned i = 0; i < IDLE; i++) {
		(void)node_stack(lab_node(lab, 0));
		sk[n++] = connect_to(80);
		lab_run_until(lab, lab_now(lab) + USEC(20));
		while (sk_accept(listener, &sk[n]) == OK)
			n++;
	}
	if (n != 2 * IDLE)
		must(ERR_NOTCONN);
	use_both(sk, n);
	lab_run_until(lab, lab_now(lab) + SEC(1));
	after = in_use();
	lab_end();
	return (double)(after - before) / n;
}

static bool wanted(int argc, char **argv, const char *what)
{
	return argc < 2 || strcmp(argv[1], what) == 0;
}

/* [check|bulk|nocsum|zc|zcnocsum|line4|rr|crr|crrquick|idle]: only that one. */
int main(int argc, char **argv)
{
	mem = sk_mem_new(CHUNK);
	if (!mem)
		return 1;
	memset(chunk, 0x5a, sizeof(chunk));
	memset(sk_mem_bytes(mem), 0x5a, CHUNK);
	if (wanted(argc, argv, "check"))
		check_bulk();
	if (wanted(argc, argv, "bulk"))
		bench_line("tcp_bulk_gbps", bulk(1, BULK_BYTES, true, true), "Gbit/s",
			   "higher", 40);
	if (wanted(argc, argv, "nocsum"))
		bench_line("tcp_bulk_nocsum_gbps", bulk(1, BULK_BYTES, false, true), "Gbit/s",
			   "higher", 80);
	if (wanted(argc, argv, "zc"))
		bench_line("tcp_bulk_zc_gbps", bulk(1, BULK_BYTES, true, false), "Gbit/s",
			   "higher", 40);
	if (wanted(argc, argv, "zcnocsum"))
		bench_line("tcp_bulk_zc_nocsum_gbps", bulk(1, BULK_BYTES, false, false), "Gbit/s",
			   "higher", 80);
	if (wanted(argc, argv, "line4"))
		bench_line("tcp_line4_gbps", bulk(3, BULK_BYTES / 2, true, true), "Gbit/s",
			   "higher", 20);
	if (wanted(argc, argv, "rr"))
		bench_line("tcp_rr_us", round_trip_us(), "us", "lower", 0.5);
	if (wanted(argc, argv, "crr"))
		bench_line("tcp_crr_per_s", connections_per_s(false), "1/s", "higher", 500000);
	if (wanted(argc, argv, "crrquick"))
		bench_part("tcp_crr_quick_per_s", connections_per_s(true), "1/s", "higher");
	if (wanted(argc, argv, "idle"))
		bench_line("tcp_idle_bytes", idle_bytes(), "bytes", "lower", 1024);
	sk_mem_put(mem);
	return 0;
}
