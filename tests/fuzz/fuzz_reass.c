// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One datagram to a host, cut in any way.  An input is a list of pieces, each
 * of four bytes: its offset in units of 8 (with 0x8000: more to come, with
 * 0x4000: in its own time, a second later) and its length.  Every byte of
 * payload tells its own place, so whatever comes out can be judged: nothing
 * but the bytes from 0 to where a last piece ended, and only when all of them
 * were there.  Then one more, whose first bytes tell how it is cut without a
 * fault, must come out.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

#include "stack/netdev.h"
#include "stack/pkt.h"
#include "stack/socket.h"
#include "stack/stack.h"
#include "stack/util/be.h"
#include "stack/util/err.h"
#include "stack/wire/eth.h"
#include "stack/wire/ip4.h"

#define MORE 0x8000u
#define LATER 0x4000u
#define UNITS 0x1fffu
#define PROTO 99                          /* of no transport: a raw socket takes it */
#define PIECE_MAX 1480
#define PIECES_MAX 200                    /* in one input */
#define MAP (8 * (UNITS + 1) + PIECE_MAX)

struct world {
	struct stack *st;
	struct netdev dev;
	struct sock *raw;
	struct pkt_pool *pool;
	ns_t now;
	bool there[MAP];                  /* bytes that came since the last delivery */
	uint32_t ends[PIECES_MAX];        /* where pieces without MORE ended */
	size_t n_ends;
	uint64_t delivered;
};

/* Neighbours in no order, the same a byte or a unit further on. */
static uint8_t byte_at(uint32_t at)
{
	return (uint8_t)(at * 167 + (at >> 8) * 31 + 7);
}

static int discard(struct netdev *dev, struct pkt *p)
{
	(void)dev;
	pkt_free(p);
	return OK;
}

static void world_open(struct world *w)
{
	static const struct netdev_ops ops = { .xmit = discard };
	struct mac mac = { { 2, 0, 0, 0, 0, 1 } };
	struct prefix us = { addr_ip4(IP4(10, 0, 0, 1)), 24 };
	struct stack_config cfg = { .name = "n", .seed = 1 };
	int err;

	memset(w, 0, sizeof(*w));
	w->pool = cfg.pool = pkt_pool_new(0);
	w->st = stack_new(&cfg);
	assert(w->st);
	netdev_init(&w->dev, &ops, "eth0", mac, DEV_UP | DEV_CARRIER | DEV_BROADCAST);
	err = stack_attach(w->st, &w->dev);
	err |= stack_addr_add(w->st, &w->dev, &us);
	err |= sk_open(w->st, ADDR_IP4, SK_RAW, PROTO, &w->raw);
	assert(err == OK);
}

static void world_close(struct world *w)
{
	struct pkt_pool_stats s;

	stack_enter(w->st, w->now + SEC(60));     /* what waits gives up */
	stack_free(w->st);
	pkt_pool_stats(w->pool, &s);
	assert(s.pkts == 0 && s.blks == 0);
	pkt_pool_free(w->pool);
}

static void send_piece(struct world *w, uint32_t at, uint32_t n, bool more)
{
	uint8_t frame[ETH_HLEN + IP4_HLEN + PIECE_MAX];
	struct ip4_hdr h = { .hlen = IP4_HLEN, .id = 7, .ttl = 64, .proto = PROTO, .mf = more,
			     .frag_off = (uint16_t)at, .total_len = (uint16_t)(IP4_HLEN + n),
			     .src = IP4(10, 0, 0, 2), .dst = IP4(10, 0, 0, 1) };
	struct mac from = { { 2, 0, 0, 0, 0, 2 } };
	struct wr wr = wr_init(frame + ETH_HLEN, IP4_HLEN);
	struct pkt *p;

	eth_put(frame, &w->dev.mac, &from, ETHERTYPE_IP4);
	ip4_hdr_emit(&h, NULL, &wr);
	for (uint32_t k = 0; k < n; k++)
		frame[ETH_HLEN + IP4_HLEN + k] = byte_at(at + k);
	p = pkt_from_bytes(w->pool, frame, ETH_HLEN + IP4_HLEN + n);
	assert(p);
	stack_enter(w->st, w->now);
	stack_input(w->st, w->now, &w->dev, p);
}

static bool is_end(const struct world *w, size_t n)
{
	for (size_t i = 0; i < w->n_ends; i++)
		if (w->ends[i] == n)
			return true;
	return false;
}

static void check_whole(struct world *w, const uint8_t *ip, size_t len)
{
	struct ip4_hdr h;
	size_t n = len - IP4_HLEN;

	assert(ip4_hdr_parse(&h, ip, len, len) == DROP_NONE);
	assert(h.total_len == len && h.hlen == IP4_HLEN && !ip4_is_frag(&h) && h.id == 7);
	assert(is_end(w, n));
	for (uint32_t k = 0; k < n; k++)
		assert(w->there[k] && ip[IP4_HLEN + k] == byte_at(k));
	w->delivered++;
}

static void forget_pieces(struct world *w)
{
	memset(w->there, 0, sizeof(w->there));
	w->n_ends = 0;
}

/* At most one comes out.  Of pieces it leaves nothing behind; one that was
 * never cut has nothing to do with those that wait. */
static void receive(struct world *w, bool cut)
{
	uint8_t got[IP4_LEN_MAX + 1];
	ssize_t n = sk_recv(w->raw, got, sizeof(got), NULL);

	if (n < 0)
		return;
	check_whole(w, got, (size_t)n);
	assert(sk_recv(w->raw, got, sizeof(got), NULL) == ERR_AGAIN);
	if (cut)
		forget_pieces(w);
}

static void add_piece(struct world *w, unsigned head, unsigned n)
{
	uint32_t at = (head & UNITS) * 8;

	w->now += head & LATER ? SEC(1) : USEC(1);
	n = n < PIECE_MAX ? n : PIECE_MAX;
	memset(w->there + at, true, n);
	if (!(head & MORE))
		w->ends[w->n_ends++] = at + n;
	send_piece(w, at, n, head & MORE);
	receive(w, at || head & MORE);
}

static uint32_t gcd(uint32_t a, uint32_t b)
{
	return b ? gcd(b, a % b) : a;
}

/* How a datagram is cut, and in which order its pieces come: what data says. */
struct plan { uint32_t len, unit, n, step; bool twice; };

static struct plan plan_make(const uint8_t *data)
{
	struct plan c = { .len = 1 + get_be16(data) % 9000u, .unit = 8 + 8 * (data[2] % 184u),
			  .step = 1 + data[3] / 2, .twice = data[3] & 1 };

	if (c.len > c.unit * PIECES_MAX / 2)
		c.len = c.unit * PIECES_MAX / 2;
	c.n = (c.len + c.unit - 1) / c.unit;
	while (gcd(c.step, c.n) != 1)
		c.step--;
	return c;
}

/* Cut without a fault it must come out, also when copies of pieces come, too.
 * First enough time passes for all that waits to give up. */
static void check_good(struct world *w, const struct plan *c)
{
	uint64_t before = w->delivered;

	w->now += SEC(60);
	forget_pieces(w);
	for (uint32_t i = 0, k = c->step % c->n; i < c->n; i++, k = (k + c->step) % c->n) {
		uint32_t at = k * c->unit, n = c->len - at < c->unit ? c->len - at : c->unit;
		unsigned head = at / 8 | (at + n < c->len ? MORE : 0);

		add_piece(w, head, n);
		if (c->twice && i + 1 < c->n)
			add_piece(w, head, n);
	}
	assert(w->delivered == before + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t piece = 4;
	struct plan plan;
	struct world w;

	world_open(&w);
	for (size_t i = 0; i < PIECES_MAX && (i + 1) * piece <= size; i++)
		add_piece(&w, get_be16(data + i * piece), get_be16(data + i * piece + 2));
	if (size >= piece) {
		plan = plan_make(data);
		check_good(&w, &plan);
	}
	world_close(&w);
	return 0;
}
