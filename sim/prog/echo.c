// SPDX-License-Identifier: GPL-3.0-or-later
/* An echo server (RFC 862), UDP.  It runs until it is ended. */
#include <stdlib.h>

#include "sim/prog/opts.h"
#include "sim/prog/prog.h"
#include "stack/util/err.h"

#define DATAGRAM_MAX 65507

struct echo {
	struct prog prog;
	bool verbose;
	int64_t port;
	struct sock *sk;
	struct sk_watch watch;
	uint8_t *room;
	int64_t n, bytes;
};

static void echo_stop(struct prog *p)
{
	struct echo *ec = (struct echo *)p;

	prog_sock_close(&ec->sk, &ec->watch);
}

static void echo_free(struct prog *p)
{
	free(((struct echo *)p)->room);
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	struct echo *ec = container_of(w, struct echo, watch);

	(void)events;
	for (;;) {
		struct sk_msg m = { .buf = ec->room, .n = DATAGRAM_MAX };
		ssize_t n = sk_recvmsg(ec->sk, &m);
		char text[ADDR_STRLEN];

		if (n == ERR_AGAIN)
			return;
		/* RFC 862: no answer to a port that answers everything, or two
		 * servers would talk for ever. */
		if (n < 0 || m.peer.port == ec->port)
			continue;
		ec->n++;
		ec->bytes += n;
		if (ec->verbose)
			prog_printf(&ec->prog, "%zd bytes from %s:%u\n", n,
				    addr_fmt(&m.peer.addr, text), m.peer.port);
		/* From the address it was sent to (RFC 1122 4.1.3.5). */
		m.n = (size_t)n;
		m.ttl = m.tos = -1;
		m.n_opt = 0;
		m.ifindex = 0;
		if (ip4_is_mcast(m.local.v4) || sk_sendmsg(ec->sk, &m) == ERR_NOTAVAIL) {
			m.local.family = ADDR_NONE;
			(void)sk_sendmsg(ec->sk, &m);
		}
	}
}

static bool options(struct echo *ec, int argc, char *const *argv)
{
	struct prog *p = &ec->prog;
	struct opts o;
	int c;

	ec->port = 7;
	opts_init(&o, argc, argv);
	while ((c = opts_next(&o, "uv")) != -1) {
		if (c == '?') {
			opts_bad(p, &o, c);
			return false;
		}
		ec->verbose |= c == 'v';
	}
	if (o.n > 1) {
		opts_usage(p);
		prog_exit(p, PROG_USAGE);
		return false;
	}
	return o.n == 0 || opts_int(p, o.operand[0], 1, 65535, &ec->port);
}

static void echo_start(struct prog *p, int argc, char *const *argv)
{
	struct echo *ec = (struct echo *)p;
	struct endpoint ep = { .port = 0 };
	int err;

	if (!options(ec, argc, argv))
		return;
	ep.port = (uint16_t)ec->port;
	ec->room = malloc(DATAGRAM_MAX);
	err = ec->room ? prog_sock_open(p, SK_DGRAM, 0, &ec->sk, &ec->watch, on_ready) : ERR_NOMEM;
	if (!err)
		err = sk_bind(ec->sk, &ep);
	if (err)
		prog_fail(p, 1, err, "bind");
}

static json_t *echo_json(const struct prog *p)
{
	const struct echo *ec = (const struct echo *)p;

	return json_pack("{s:I, s:I, s:I}", "port", (json_int_t)ec->port,
			 "datagrams", (json_int_t)ec->n, "bytes", (json_int_t)ec->bytes);
}

const struct prog_ops echo_prog = {
	.name = "echo", .size = sizeof(struct echo), .start = echo_start, .stop = echo_stop,
	.json = echo_json, .free = echo_free,
};
