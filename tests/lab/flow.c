// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lab/flow.h"

#include <assert.h>
#include <string.h>

#include "stack/util/hash.h"

static const struct flow_sum begin_sum = { { HASH_FNV64_BASIS, 0x6c62272e07bb0142u } };

/* --- bytes that nothing repeats ------------------------------------------------------ */

/* Words of 8 bytes, from there on. */
static void fill(uint8_t *out, uint64_t word, size_t words)
{
	for (size_t i = 0; i < words; i++) {
		uint64_t v = hash_u64(word + i + 1);

		memcpy(out + 8 * i, &v, 8);
	}
}

const uint8_t *flow_bytes(struct flow_chunk *c, uint64_t at, size_t n)
{
	size_t skip = at % 8;

	assert(n <= FLOW_CHUNK);
	fill(c->b, at / 8, (skip + n + 7) / 8);
	return c->b + skip;
}

static void add(struct flow_sum *s, const uint8_t *b, size_t n)
{
	uint64_t x = s->h[0], y = s->h[1];

	for (size_t i = 0; i < n; i++) {
		x = (x ^ b[i]) * HASH_FNV64_PRIME;
		y = (y ^ b[i]) * HASH_FNV64_PRIME;
	}
	s->h[0] = x, s->h[1] = y;
}

/* --- an end -------------------------------------------------------------------------- */

static bool summed(const struct flow_side *s) { return s->to_send != FLOW_FOR_EVER; }

static void side_send(struct flow_side *s)
{
	static const uint8_t zeros[FLOW_CHUNK];
	struct sock *sk = s->w.sk;
	struct flow_chunk c;

	while (s->sent < s->to_send) {
		uint64_t left = s->to_send - s->sent;
		size_t n = left < FLOW_CHUNK ? left : FLOW_CHUNK;
		const uint8_t *b = summed(s) ? flow_bytes(&c, s->sent, n) : zeros;
		ssize_t took = sk_send(sk, b, n, NULL);

		if (took <= 0) {
			s->err = took == ERR_AGAIN ? s->err : (int)took;
			return;
		}
		if (summed(s))
			add(&s->sent_sum, b, (size_t)took);
		s->sent += (uint64_t)took;
	}
	if (!s->shut)
		s->shut = sk_shutdown(sk, SK_SHUT_WR) == OK;
}

static void side_recv(struct flow_side *s, bool sum)
{
	uint8_t buf[FLOW_CHUNK];
	ssize_t n;

	while (!s->eof && (n = sk_recv(s->w.sk, buf, sizeof(buf), NULL)) != ERR_AGAIN) {
		if (n < 0) {
			s->err = (int)n;
			return;
		}
		if (sum)
			add(&s->got_sum, buf, (size_t)n);
		s->got += (uint64_t)n;
		s->eof = n == 0;
	}
}

static void note_done(struct flow *f)
{
	if (f->done_at == NS_NEVER && flow_is_done(f))
		f->done_at = lab_now(f->lab);
}

static void ready(struct sk_watch *w, uint32_t ev)
{
	struct flow_side *s = container_of(w, struct flow_side, w);
	struct flow_side *other = s == &s->flow->client ? &s->flow->server : &s->flow->client;

	if (ev & (SK_IN | SK_ERR | SK_HUP))
		side_recv(s, summed(other));
	if ((ev & SK_OUT) && !s->err)
		side_send(s);
	note_done(s->flow);
}

void flow_watch(struct flow_side *s, struct sock *sk)
{
	uint32_t ev;

	s->w = (struct sk_watch){ .ready = ready };
	sk_watch(sk, &s->w);
	ev = sk_ready(sk);
	if (ev)
		ready(&s->w, ev);
}

/* --- both ---------------------------------------------------------------------------- */

static void accepted(struct sk_watch *w, uint32_t ev)
{
	struct flow *f = container_of(w, struct flow, listening);
	struct sock *sk;

	(void)ev;
	if (!f->server.w.sk && sk_accept(f->listener, &sk) == OK)
		flow_watch(&f->server, sk);
}

static struct stack *stack_of(struct flow *f, const char *name)
{
	struct node *n = lab_find_node(f->lab, name);

	REQUIRE(n != NULL);
	return node_stack(n);
}

static struct sock *open_one(struct flow *f, const char *node)
{
	struct sock *sk = NULL;

	REQUIRE(sk_open(stack_of(f, node), ADDR_IP4, SK_STREAM, 0, &sk) == OK);
	if (f->cc)
		CHECK_EQ(sk_set_congestion(sk, f->cc), OK);
	if (f->sndbuf)
		CHECK_EQ(sk_setopt(sk, SKO_SNDBUF, f->sndbuf), OK);
	if (f->rcvbuf)
		CHECK_EQ(sk_setopt(sk, SKO_RCVBUF, f->rcvbuf), OK);
	return sk;
}

void flow_side_init(struct flow_side *s, struct flow *f, uint64_t to_send)
{
	*s = (struct flow_side){ .flow = f, .to_send = to_send, .sent_sum = begin_sum,
				 .got_sum = begin_sum };
}

void flow_begin(struct flow *f)
{
	struct endpoint at = { { .family = ADDR_IP4 }, f->port ? f->port : 80 }, to = at;
	struct sock *sk;

	flow_side_init(&f->client, f, f->there);
	flow_side_init(&f->server, f, f->back);
	f->began_at = lab_now(f->lab);
	f->done_at = NS_NEVER;
	REQUIRE(node_addr(lab_find_node(f->lab, f->to), &to.addr));
	f->listener = open_one(f, f->to);
	REQUIRE(sk_bind(f->listener, &at) == OK);
	REQUIRE(sk_listen(f->listener, 1) == OK);
	f->listening = (struct sk_watch){ .ready = accepted };
	sk_watch(f->listener, &f->listening);
	sk = open_one(f, f->from);
	CHECK_EQ(sk_connect(sk, &to), ERR_INPROGRESS);
	flow_watch(&f->client, sk);
}

bool flow_is_done(const struct flow *f)
{
	return f->client.err || f->server.err ||
	       (f->client.shut && f->server.shut && f->client.eof && f->server.eof);
}

static bool done(void *f) { return flow_is_done(f); }

bool flow_run(struct flow *f, ns_t at)
{
	(void)lab_run_while(f->lab, done, f, at);
	return flow_is_done(f);
}

static void check_way(const struct flow_side *from, const struct flow_side *to)
{
	CHECK_EQ(from->err, OK);
	CHECK(from->shut && to->eof);
	CHECK_EQ(from->sent, from->to_send);
	CHECK_EQ(to->got, from->to_send);
	CHECK_MEM(&from->sent_sum, &to->got_sum, sizeof(to->got_sum));
}

void flow_check(const struct flow *f)
{
	check_way(&f->client, &f->server);
	check_way(&f->server, &f->client);
}

static void close_one(struct flow *f, const char *node, struct sk_watch *w)
{
	struct sock *sk = w->sk;

	(void)stack_of(f, node);
	sk_unwatch(w);
	sk_close(sk);
}

void flow_end(struct flow *f)
{
	close_one(f, f->from, &f->client.w);
	close_one(f, f->to, &f->server.w);
	close_one(f, f->to, &f->listening);
}

int64_t flow_info(const struct flow_side *s, const char *name)
{
	struct sk_tcp_info info;
	int64_t v = -1;

	CHECK(s->w.sk && sk_tcp_info(s->w.sk, &info) == OK && sk_tcp_info_find(&info, name, &v));
	return v;
}
