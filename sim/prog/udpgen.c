// SPDX-License-Identifier: GPL-3.0-or-later
/* Sends numbered datagrams at a steady pace. */
#include "sim/prog/udpgen.h"

#include <stdlib.h>
#include <string.h>

#include "sim/prog/opts.h"
#include "sim/prog/prog.h"
#include "stack/util/be.h"
#include "stack/util/err.h"

struct gen {
	struct prog prog;
	struct endpoint to;
	int64_t count, size;
	ns_t interval;
	struct sock *sk;
	struct sk_watch watch;
	struct node_timer timer;
	uint8_t *room;
	int64_t sent, errors, bytes;
	ns_t next_at;
};

static void gen_stop(struct prog *p)
{
	struct gen *g = (struct gen *)p;

	prog_sock_close(&g->prog, &g->sk, &g->watch);
	if (g->timer.fire)
		node_timer_stop(&g->timer);
}

static void gen_free(struct prog *p)
{
	free(((struct gen *)p)->room);
}

static void finish(struct gen *g)
{
	prog_printf(&g->prog, "%" PRId64 " datagrams sent, %" PRId64 " bytes, %" PRId64
		    " errors\n", g->sent, g->bytes, g->errors);
	prog_exit(&g->prog, g->errors > 0);
}

static void put_be64(uint8_t *b, uint64_t v)
{
	put_be32(b, (uint32_t)(v >> 32));
	put_be32(b + 4, (uint32_t)v);
}

static void send_one(struct gen *g)
{
	uint8_t header[UDPGEN_HEADER];
	ssize_t n;

	put_be64(header + UDPGEN_SEQ, (uint64_t)(g->sent + g->errors));
	put_be64(header + UDPGEN_COUNT, (uint64_t)g->count);
	put_be64(header + UDPGEN_AT, (uint64_t)node_now(g->prog.node));
	memcpy(g->room, header, g->size < UDPGEN_HEADER ? (size_t)g->size : UDPGEN_HEADER);
	n = sk_send(g->sk, g->room, (size_t)g->size, &g->to);
	if (n < 0) {
		g->errors++;
		return;
	}
	g->sent++;
	g->bytes += n;
}

static void on_timer(struct node_timer *t)
{
	struct gen *g = container_of(t, struct gen, timer);

	send_one(g);
	if (g->count && g->sent + g->errors >= g->count) {
		finish(g);
		return;
	}
	node_timer_set(&g->timer, node_now(g->prog.node) + g->interval);
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	(void)w, (void)events;                    /* answers stay unread */
}

static bool options(struct gen *g, int argc, char *const *argv)
{
	struct prog *p = &g->prog;
	struct opts o;
	int64_t port;
	bool ok = true;
	int c;

	g->count = 10;
	g->size = 64;
	g->interval = MSEC(10);
	opts_init(&o, argc, argv);
	while (ok && (c = opts_next(&o, "c:i:s:u")) != -1) {
		if (c == 'c')
			ok = opts_int(p, o.arg, 0, INT64_MAX, &g->count);
		else if (c == 'i')
			ok = opts_ns(p, o.arg, &g->interval);
		else if (c == 's')
			ok = opts_int(p, o.arg, UDPGEN_MIN, UDPGEN_MAX, &g->size);
		else if (c != 'u')
			opts_bad(p, &o, c), ok = false;
	}
	if (ok && o.n != 2) {
		opts_usage(p);
		prog_exit(p, PROG_USAGE);
		ok = false;
	}
	if (ok && !g->count && !g->interval) {
		prog_fail(p, PROG_USAGE, 0, "-i 0 needs a count: lab time would not pass");
		return false;
	}
	if (!ok || !opts_int(p, o.operand[1], 1, 65535, &port))
		return false;
	g->to = (struct endpoint){ addr_ip4(0), (uint16_t)port };
	if (prog_resolve(p, o.operand[0], &g->to.addr.v4))
		return true;
	prog_fail(p, PROG_USAGE, 0, "%s: Name or service not known", o.operand[0]);
	return false;
}

static void gen_start(struct prog *p, int argc, char *const *argv)
{
	struct gen *g = (struct gen *)p;
	ip4_t src;
	int err;

	if (!options(g, argc, argv))
		return;
	err = prog_route(p, g->to.addr.v4, 0, 0, true, &src);
	g->room = calloc(1, (size_t)g->size);
	if (!err)
		err = g->room ? prog_sock_open(p, SK_DGRAM, 0, &g->sk, &g->watch, on_ready)
			      : ERR_NOMEM;
	if (!err)
		err = sk_setopt(g->sk, SKO_BROADCAST, 1);
	if (err) {
		prog_fail(p, PROG_USAGE, err, "connect");
		return;
	}
	node_timer_init(&g->timer, p->node, on_timer);
	node_timer_set(&g->timer, node_now(p->node));
}

static void gen_interrupt(struct prog *p)
{
	finish((struct gen *)p);
}

static json_t *gen_json(const struct prog *p)
{
	const struct gen *g = (const struct gen *)p;

	return json_pack("{s:I, s:I, s:I}", "sent", (json_int_t)g->sent,
			 "bytes", (json_int_t)g->bytes, "errors", (json_int_t)g->errors);
}

const struct prog_ops udpgen_prog = {
	.name = "udpgen", .size = sizeof(struct gen), .start = gen_start,
	.interrupt = gen_interrupt, .stop = gen_stop, .json = gen_json, .free = gen_free,
};
