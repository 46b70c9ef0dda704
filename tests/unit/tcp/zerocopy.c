// SPDX-License-Identifier: GPL-3.0-or-later
/* Streams by reference: sent from memory of the user, and read where they lie. */
#include "tests/unit/alloc.h"
#include "tests/unit/tcp/fixture.h"

#define PORT 80
#define SIZE 100000

/* A connection between two hosts; what `near` sends lies in mem. */
struct pair {
	struct net *net;
	struct netdev *near_dev, *far_dev;
	struct sock *listener, *near, *far;
	struct sk_mem *mem;
	uint8_t *bytes;
};

static uint8_t pattern(size_t i) { return (uint8_t)(i * 2654435761u >> 15); }

static struct pair pair_new(void)
{
	struct endpoint at = { addr_ip4(IP4(10, 0, 0, 2)), PORT };
	struct pair p = { .net = net_new(), .mem = sk_mem_new(SIZE) };
	struct stack *a = net_host(p.net, "a"), *b = net_host(p.net, "b");

	p.near_dev = net_dev(a, "eth0", "10.0.0.1/24");
	p.far_dev = net_dev(b, "eth0", "10.0.0.2/24");
	net_join(p.near_dev, p.far_dev);
	REQUIRE(p.mem != NULL);
	p.bytes = sk_mem_bytes(p.mem);
	for (size_t i = 0; i < SIZE; i++)
		p.bytes[i] = pattern(i);
	REQUIRE(sk_open(b, ADDR_IP4, SK_STREAM, 0, &p.listener) == OK);
	REQUIRE(sk_bind(p.listener, &at) == OK);
	REQUIRE(sk_listen(p.listener, 1) == OK);
	REQUIRE(sk_open(a, ADDR_IP4, SK_STREAM, 0, &p.near) == OK);
	REQUIRE(sk_setopt(p.near, SKO_ZEROCOPY, 1) == OK);
	REQUIRE(sk_setopt(p.near, SKO_NODELAY, 1) == OK);
	REQUIRE(sk_connect(p.near, &at) == ERR_INPROGRESS);
	net_run(p.net, MSEC(10));
	REQUIRE(sk_accept(p.listener, &p.far) == OK);
	return p;
}

static void pair_free(struct pair *p)
{
	sk_mem_put(p->mem);
	sk_close(p->near);
	sk_close(p->far);
	sk_close(p->listener);
	net_run(p->net, SEC(200));
	net_free(p->net);
}

static ssize_t send_from(struct pair *p, size_t at, size_t n, uint8_t flags)
{
	struct sk_msg m = { .buf = p->bytes + at, .n = n, .mem = p->mem, .flags = flags };

	return sk_sendmsg(p->near, &m);
}

/* The next notice: these numbers, and so. */
static bool over(struct pair *p, uint32_t first, uint32_t last, int copied)
{
	struct sk_err e = { 0 };

	return sk_recverr(p->near, &e) && e.origin == SK_ERR_ZEROCOPY && e.err == OK &&
	       e.info == first && e.data2 == last && e.code == copied;
}

static bool none_over(struct pair *p)
{
	struct sk_err e;

	return !(sk_ready(p->near) & SK_ERR) && !sk_recverr(p->near, &e);
}

/* n bytes are there, and are what was at `from` of the pattern. */
static bool arrives(struct pair *p, size_t from, size_t n)
{
	uint8_t b[SIZE];
	ssize_t got = sk_recv(p->far, b, sizeof(b), NULL);
	bool right = got == (ssize_t)n;

	for (size_t i = 0; right && i < n; i++)
		right = b[i] == pattern(from + i);
	return right;
}

static bool is_readable(struct sock *sk, size_t n)
{
	int v;

	return sk_getopt(sk, SKO_NREAD, &v) == OK && (size_t)v == n;
}

/* Where the data of a segment lies; a tap of what `near` sends. */
struct where { const struct pair *p; unsigned in_mem, elsewhere; };

static bool look(void *arg, const struct pkt *pkt)
{
	struct where *w = arg;
	const uint8_t *at;
	size_t n;

	for (uint32_t off = pkt->len; off < pkt_len(pkt); off += (uint32_t)n) {
		at = pkt_row(pkt, off, &n);
		if (at >= w->p->bytes && at < w->p->bytes + SIZE)
			w->in_mem += (unsigned)n;
		else
			w->elsewhere += (unsigned)n;
	}
	return true;
}

/* --- sending ------------------------------------------------------------------------------ */

TEST(zerocopy, full_segments_refer_to_the_memory_and_the_rest_is_copied)
{
	struct pair p = pair_new();
	struct where w = { .p = &p };
	uint32_t mss = tcp_conn(p.near)->snd_mss;

	net_tap(p.near_dev, look, &w);
	CHECK_EQ(send_from(&p, 0, 5 * mss + 7, 0), 5 * mss + 7);
	net_run(p.net, MSEC(1));
	CHECK(arrives(&p, 0, 5 * mss + 7));
	CHECK_EQ(w.in_mem, 5 * mss);
	CHECK_EQ(w.elsewhere, 7);
	CHECK(none_over(&p));                     /* nobody asked */
	pair_free(&p);
}

TEST(zerocopy, a_send_is_over_when_all_of_it_is_acknowledged)
{
	struct pair p = pair_new();

	CHECK_EQ(send_from(&p, 0, 8000, SK_ZEROCOPY), 8000);
	CHECK(none_over(&p));
	net_run(p.net, USEC(15));                 /* there */
	CHECK(none_over(&p));
	CHECK(arrives(&p, 0, 8000));              /* and read */
	net_run(p.net, MSEC(1));
	CHECK(sk_ready(p.near) & SK_ERR);
	CHECK(over(&p, 0, 0, 0));
	CHECK(none_over(&p));
	pair_free(&p);
}

TEST(zerocopy, who_reads_late_reads_a_copy)
{
	struct pair p = pair_new();

	CHECK_EQ(send_from(&p, 0, 8000, SK_ZEROCOPY), 8000);
	net_run(p.net, SEC(1));
	CHECK(over(&p, 0, 0, 1));
	memset(p.bytes, 0, SIZE);
	CHECK(arrives(&p, 0, 8000));
	pair_free(&p);
}

TEST(zerocopy, notices_alike_in_a_row_are_one)
{
	struct pair p = pair_new();

	for (unsigned i = 0; i < 3; i++) {        /* copied, as nobody reads */
		CHECK_EQ(send_from(&p, 0, 4000, SK_ZEROCOPY), 4000);
		net_run(p.net, SEC(1));
	}
	CHECK(sk_recv(p.far, &(uint8_t[12000]){ 0 }, 12000, NULL) == 12000);
	CHECK_EQ(send_from(&p, 0, 4000, SK_ZEROCOPY), 4000);
	net_run(p.net, USEC(15));
	CHECK(arrives(&p, 0, 4000));
	net_run(p.net, SEC(1));
	CHECK(over(&p, 0, 2, 1));
	CHECK(over(&p, 3, 3, 0));
	CHECK(none_over(&p));
	pair_free(&p);
}

TEST(zerocopy, bytes_from_anywhere_are_copied_and_told_of_too)
{
	struct pair p = pair_new();
	struct sk_msg m = { .buf = p.bytes, .n = 4000, .flags = SK_ZEROCOPY };

	CHECK_EQ(sk_sendmsg(p.near, &m), 4000);
	net_run(p.net, MSEC(1));
	CHECK(over(&p, 0, 0, 1));
	m.n = 0;                                  /* as Linux: nothing is no send */
	CHECK_EQ(sk_sendmsg(p.near, &m), 0);
	CHECK_EQ(sk_setopt(p.near, SKO_ZEROCOPY, 0), OK);
	m.n = 10;                                 /* and without the option it means nothing */
	CHECK_EQ(sk_sendmsg(p.near, &m), 10);
	net_run(p.net, MSEC(1));
	CHECK(none_over(&p));
	pair_free(&p);
}

TEST(zerocopy, what_was_never_taken_has_no_number)
{
	struct pair p = pair_new();

	REQUIRE(sk_setopt(p.near, SKO_SNDBUF, 4000) == OK);
	REQUIRE(sk_setopt(p.far, SKO_RCVBUF, 40000) == OK);
	while (send_from(&p, 0, SIZE, SK_ZEROCOPY) > 0)
		net_run(p.net, SEC(1));
	CHECK_EQ(send_from(&p, 0, 10, SK_ZEROCOPY), ERR_AGAIN);
	while (sk_recv(p.far, &(uint8_t[9000]){ 0 }, 9000, NULL) > 0)
		net_run(p.net, SEC(1));
	for (struct sk_err e = { .data2 = UINT32_MAX }, was = e; sk_recverr(p.near, &e); was = e)
		CHECK_EQ(e.info, was.data2 + 1);
	CHECK_EQ(tcp_conn(p.near)->sendq_bytes, 0);
	pair_free(&p);
}

TEST(zerocopy, the_end_of_the_connection_is_the_end_of_its_sends)
{
	struct pair p = pair_new();
	struct sk_err e;

	CHECK_EQ(send_from(&p, 0, 50000, SK_ZEROCOPY), 50000);
	sk_close(p.far);
	p.far = NULL;
	CHECK_EQ(send_from(&p, 0, 3000, SK_ZEROCOPY), 3000);
	net_run(p.net, SEC(1));
	CHECK(sk_recverr(p.near, &e));            /* the RST came before what it answers */
	CHECK_EQ(e.origin, SK_ERR_ZEROCOPY);
	while (sk_recverr(p.near, &e))
		;
	CHECK_EQ(e.data2, 1);
	CHECK_EQ(send_from(&p, 0, 10, SK_ZEROCOPY), ERR_PIPE);
	pair_free(&p);
}

TEST(zerocopy, memory_stays_until_the_last_packet_let_go_of_it)
{
	struct pair p = pair_new();

	CHECK_EQ(send_from(&p, 0, 50000, SK_ZEROCOPY), 50000);
	sk_mem_put(p.mem);
	p.mem = NULL;
	sk_close(p.near);
	p.near = NULL;
	net_run(p.net, SEC(1));
	CHECK(is_readable(p.far, 50000));
	CHECK(arrives(&p, 0, 50000));
	pair_free(&p);
}

static bool spoil(void *arg, const struct pkt *pkt)
{
	struct pair *p = arg;

	(void)pkt;
	p->bytes[500] ^= 0x55;                    /* after its sum was made */
	return true;
}

TEST(zerocopy, who_changes_bytes_on_their_way_harms_himself_alone)
{
	struct pair p = pair_new();

	CHECK_EQ(send_from(&p, 0, 20000, SK_ZEROCOPY), 20000);
	memset(p.bytes, 7, SIZE);                 /* some wait yet: their sums are as they leave */
	net_run(p.net, SEC(1));
	CHECK(is_readable(p.far, 20000));
	CHECK(over(&p, 0, 0, 1));
	while (sk_recv(p.far, &(uint8_t[20000]){ 0 }, 20000, NULL) > 0)
		;
	net_tap(p.near_dev, spoil, &p);           /* each is damaged, and comes again */
	CHECK_EQ(send_from(&p, 0, 1448, SK_ZEROCOPY), 1448);
	net_run(p.net, MSEC(1));
	CHECK(is_readable(p.far, 0));
	net_tap(p.near_dev, NULL, NULL);
	net_run(p.net, SEC(5));
	CHECK(is_readable(p.far, 1448));
	CHECK(over(&p, 1, 1, 1));
	pair_free(&p);
}

static bool every_fifth(void *arg, const struct pkt *p)
{
	unsigned *n = arg;

	(void)p;
	return ++*n % 5 != 0;
}

/* Each write is overwritten once it is over, and is sent again as the next. */
TEST(zerocopy, a_stream_with_losses_from_one_buffer_is_right)
{
	struct pair p = pair_new();
	size_t sent = 0, got = 0, len = 30011;
	unsigned n = 0, busy = 0;
	bool wrong = false;
	struct sk_err e;

	net_tap(p.near_dev, every_fifth, &n);
	while (got < 50 * len && net_now(p.net) < SEC(1000)) {
		uint8_t b[7001];
		ssize_t some;

		if (!busy && sent < 50 * len) {
			for (size_t i = 0; i < len; i++)
				p.bytes[i] = pattern(sent + i);
			CHECK_EQ(send_from(&p, 0, len, SK_ZEROCOPY), len);
			sent += len;
			busy++;
		}
		net_run(p.net, MSEC(1));
		some = sk_recv(p.far, b, sizeof(b), NULL);
		for (ssize_t i = 0; i < some; i++)
			wrong |= b[i] != pattern(got++);
		while (sk_recverr(p.near, &e))
			busy -= e.data2 - e.info + 1;
	}
	CHECK_EQ(got, 50 * len);
	CHECK(!wrong);
	pair_free(&p);
}

TEST(zerocopy, a_write_too_many_that_nobody_asked_about_is_refused)
{
	struct pair p = pair_new();
	ssize_t n;

	for (unsigned i = 0; i < 1024; i++)
		CHECK_EQ(send_from(&p, 0, 1, SK_ZEROCOPY), 1);
	CHECK_EQ(send_from(&p, 0, 1, SK_ZEROCOPY), ERR_NOBUFS);
	net_run(p.net, SEC(1));
	n = send_from(&p, 0, 1, SK_ZEROCOPY);     /* their notices are few */
	CHECK_EQ(n, 1);
	pair_free(&p);
}

TEST(zerocopy, without_a_block_to_lend_it_is_copied)
{
	struct pair p = pair_new();

	pkt_pool_fail_after(net_pool(p.net), 0);
	CHECK_EQ(send_from(&p, 0, 3000, SK_ZEROCOPY), ERR_NOBUFS);
	pkt_pool_fail_after(net_pool(p.net), UINT64_MAX);
	CHECK_EQ(send_from(&p, 0, 3000, SK_ZEROCOPY), 3000);
	net_run(p.net, USEC(15));
	CHECK(arrives(&p, 0, 3000));
	net_run(p.net, MSEC(1));
	CHECK(over(&p, 0, 0, 0));
	pair_free(&p);
}

TEST(zerocopy, without_memory_for_a_copy_it_is_not_over_yet)
{
	struct pair p = pair_new();

	CHECK_EQ(send_from(&p, 0, 8000, SK_ZEROCOPY), 8000);
	net_run(p.net, USEC(15));
	state->fail_at = state->calls + 1;
	state->and_after = true;
	net_run(p.net, MSEC(1));
	state->fail_at = 0;
	CHECK_EQ(tcp_conn(p.near)->sendq_bytes, 0);
	CHECK(none_over(&p));
	CHECK_EQ(send_from(&p, 8000, 100, SK_ZEROCOPY), 100);
	net_run(p.net, SEC(1));
	CHECK(over(&p, 0, 1, 1));
	memset(p.bytes, 0, SIZE);
	CHECK(arrives(&p, 0, 8100));
	pair_free(&p);
}

/* Lengths, flags and numbers do not depend on where the bytes lay. */
struct wire { uint64_t hash; unsigned n; };

static bool note(void *arg, const struct pkt *p)
{
	struct wire *w = arg;
	uint8_t b[ETH_HLEN + IP4_HLEN + TCP_HLEN];

	pkt_copy_out(p, 0, b, sizeof(b));
	w->n++;
	w->hash = (w->hash ^ pkt_len(p) ^ (uint64_t)b[47] << 16 ^ (uint64_t)b[41] << 24 ^
		   (uint64_t)b[40] << 32) * 0x100000001b3;
	return true;
}

static struct wire wire_of(bool by_reference)
{
	static const size_t lens[] = { 1, 4000, 1447, 1448, 1449, 30000, 2, 20000, 5000 };
	struct pair p = pair_new();
	struct wire w = { 0 };
	size_t at = 0;

	REQUIRE(sk_setopt(p.near, SKO_NODELAY, 0) == OK);
	net_tap(p.near_dev, note, &w);
	for (size_t i = 0; i < N_ELEM(lens); at += lens[i++]) {
		ssize_t n = by_reference ? send_from(&p, at, lens[i], 0) :
			    sk_send(p.near, p.bytes + at, lens[i], NULL);

		CHECK_EQ(n, lens[i]);
		if (i % 3 == 0)
			net_run(p.net, USEC(5));
	}
	net_run(p.net, SEC(1));
	CHECK(arrives(&p, 0, at));
	pair_free(&p);
	return w;
}

TEST(zerocopy, on_the_wire_it_looks_like_any_other)
{
	struct wire a = wire_of(false), b = wire_of(true);

	CHECK_EQ(a.n, b.n);
	CHECK(a.hash == b.hash);
}

/* --- reading ------------------------------------------------------------------------------ */

TEST(zerocopy, spans_show_what_a_read_would_copy)
{
	struct pair p = pair_new();
	struct sk_span v[8];
	size_t seen = 0;
	int n;

	CHECK_EQ(sk_recv_spans(p.far, v, 8), ERR_AGAIN);
	CHECK_EQ(sk_recv_spans(p.far, v, 0), ERR_INVAL);
	CHECK_EQ(sk_recv_spans(p.listener, v, 8), ERR_NOTCONN);
	CHECK_EQ(send_from(&p, 0, 5000, 0), 5000);
	net_run(p.net, MSEC(1));
	n = sk_recv_spans(p.far, v, 8);
	CHECK_EQ(n, 2);                           /* the memory, and the copied end */
	CHECK(v[0].at == p.bytes);
	CHECK_EQ(v[0].n, 3 * tcp_conn(p.near)->snd_mss);
	for (int i = 0; i < n; i++)
		for (size_t j = 0; j < v[i].n; j++, seen++)
			CHECK_EQ(v[i].at[j], pattern(seen));
	CHECK_EQ(seen, 5000);
	CHECK_EQ(sk_recv_spans(p.far, v, 1), 1);
	CHECK(is_readable(p.far, 5000));
	pair_free(&p);
}

TEST(zerocopy, what_was_used_is_read)
{
	struct pair p = pair_new();
	struct sk_span v[8];

	CHECK_EQ(send_from(&p, 0, 5000, 0), 5000);
	net_run(p.net, MSEC(1));
	sk_recv_used(p.far, 1000);
	CHECK(is_readable(p.far, 4000));
	CHECK_EQ(sk_recv_spans(p.far, v, 8), 2);
	CHECK(v[0].at == p.bytes + 1000);
	sk_recv_used(p.far, 3500);
	CHECK_EQ(sk_recv_spans(p.far, v, 8), 1);
	CHECK_EQ(v[0].n, 500);
	CHECK_EQ(v[0].at[0], pattern(4500));
	sk_recv_used(p.far, 9999);
	CHECK_EQ(sk_recv_spans(p.far, v, 8), ERR_AGAIN);
	CHECK(!(sk_ready(p.far) & SK_IN));
	CHECK_EQ(sk_shutdown(p.near, SK_SHUT_WR), OK);
	net_run(p.net, MSEC(1));
	CHECK_EQ(sk_recv_spans(p.far, v, 8), 0);
	pair_free(&p);
}

TEST(zerocopy, used_bytes_open_the_window_as_read_ones_do)
{
	struct peer *t = peer_new(PEER_PLAIN);

	peer_listen(t, 1);
	REQUIRE(sk_setopt(t->listener, SKO_RCVBUF, 2 * 4380) == OK);
	peer_accept(t);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 1460);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 1461, .ack = 1, .len = 1460);
	SAY(t, .flags = TCP_ACK | TCP_PSH, .seq = 2921, .ack = 1, .len = 1460);
	peer_wait(t, SEC(1));
	peer_skip(t);
	sk_recv_used(t->sk, 4380);
	HEAR(t, TCP_ACK, 1, 4381, 0);
	CHECK_EQ(t->got.h.wnd, 4380);
	peer_free(t);
}

TEST(zerocopy, spans_leave_the_urgent_byte_out)
{
	struct peer *t = peer_new(PEER_PLAIN);
	struct sk_span v[4];

	peer_accept(t);
	SAY(t, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 3, .data = "abc");
	SAY(t, .flags = TCP_ACK | TCP_URG, .seq = 4, .ack = 1, .len = 4, .data = "defX", .urg = 4);
	SAY(t, .flags = TCP_ACK, .seq = 8, .ack = 1, .len = 3, .data = "ghi");
	peer_skip(t);
	CHECK_EQ(sk_recv_spans(t->sk, v, 4), 2);
	CHECK_EQ(v[0].n + v[1].n, 6);             /* up to the mark */
	CHECK_MEM(v[1].at, "def", 3);
	sk_recv_used(t->sk, 6);
	CHECK_EQ(sk_recv_spans(t->sk, v, 4), 1);
	CHECK_EQ(v[0].n, 3);
	CHECK_MEM(v[0].at, "ghi", 3);
	sk_recv_used(t->sk, 3);
	CHECK_EQ(sk_recv_spans(t->sk, v, 4), ERR_AGAIN);
	peer_free(t);
}

TEST(zerocopy, datagrams_have_no_spans)
{
	struct net *net = net_new();
	struct stack *st = net_host(net, "a");
	struct sk_span v[1];
	struct sock *sk;

	REQUIRE(sk_open(st, ADDR_IP4, SK_DGRAM, 0, &sk) == OK);
	CHECK_EQ(sk_recv_spans(sk, v, 1), ERR_OPNOTSUP);
	sk_recv_used(sk, 1);
	CHECK_EQ(sk_setopt(sk, SKO_ZEROCOPY, 1), ERR_NOPROTOOPT);
	sk_close(sk);
	net_free(net);
}
