// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/prog/service.h"

#include <stdlib.h>

#include "sim/prog/opts.h"
#include "stack/util/err.h"

void service_stop(struct prog *p)
{
	struct service *sv = (struct service *)p;

	prog_sock_close(&sv->prog, &sv->sk, &sv->watch);
	server_close(&sv->server);
}

void service_free(struct prog *p)
{
	free(((struct service *)p)->room);
}

void service_told(struct service *sv, int64_t n, const struct endpoint *from)
{
	char text[ADDR_STRLEN];

	if (sv->verbose)
		prog_printf(&sv->prog, "%" PRId64 " bytes from %s:%u\n", n,
			    addr_fmt(&from->addr, text), from->port);
}

/* From the address that it was sent to (RFC 1122 4.1.3.5). */
static void answer(struct service *sv, struct sk_msg *m)
{
	m->ttl = m->tos = -1;
	m->n_opt = 0;
	m->ifindex = 0;
	if (ip4_is_mcast(m->local.v4) || sk_sendmsg(sv->sk, m) == ERR_NOTAVAIL) {
		m->local.family = ADDR_NONE;
		(void)sk_sendmsg(sv->sk, m);
	}
}

static void on_datagrams(struct sk_watch *w, uint32_t events)
{
	struct service *sv = container_of(w, struct service, watch);

	(void)events;
	for (;;) {
		struct sk_msg m = { .buf = sv->room, .n = SERVICE_DATAGRAM };
		ssize_t n = sk_recvmsg(sv->sk, &m);

		if (n == ERR_AGAIN)
			return;
		/* No answer to a port that answers everything, or two servers
		 * would talk for ever (RFC 862 and CERT CA-1996-01). */
		if (n < 0 || m.peer.port == sv->port)
			continue;
		sv->n++;
		sv->bytes += n;
		service_told(sv, n, &m.peer);
		m.n = (size_t)n;
		if (sv->kind->datagram(sv, &m))
			answer(sv, &m);
	}
}

static bool options(struct service *sv, int argc, char *const *argv)
{
	struct prog *p = &sv->prog;
	struct opts o;
	int c;

	sv->port = sv->kind->port;
	opts_init(&o, argc, argv);
	while ((c = opts_next(&o, "tuv")) != -1) {
		if (c == '?') {
			opts_bad(p, &o, c);
			return false;
		}
		sv->tcp |= c == 't';
		sv->udp |= c == 'u';
		sv->verbose |= c == 'v';
	}
	if (!sv->tcp && !sv->udp)
		sv->tcp = sv->udp = true;
	if (o.n > 1) {
		opts_usage(p);
		prog_exit(p, PROG_USAGE);
		return false;
	}
	return o.n == 0 || opts_int(p, o.operand[0], 1, 65535, &sv->port);
}

static int udp_open(struct service *sv)
{
	struct endpoint ep = { .port = (uint16_t)sv->port };
	int err;

	sv->room = malloc(SERVICE_DATAGRAM);
	if (!sv->room)
		return ERR_NOMEM;
	err = prog_sock_open(&sv->prog, SK_DGRAM, 0, &sv->sk, &sv->watch, on_datagrams);
	return err ? err : sk_bind(sv->sk, &ep);
}

void service_start(struct prog *p, int argc, char *const *argv, const struct service_kind *kind)
{
	struct service *sv = (struct service *)p;
	int err = OK;

	sv->kind = kind;
	if (!options(sv, argc, argv))
		return;
	if (sv->udp)
		err = udp_open(sv);
	if (!err && sv->tcp)
		err = server_open(&sv->server, p, kind->stream, sizeof(struct stream), 0,
				  (uint16_t)sv->port);
	if (err)
		prog_fail(p, 1, err, "bind");
}

json_t *service_json(const struct prog *p)
{
	const struct service *sv = (const struct service *)p;

	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "port", (json_int_t)sv->port,
			 "datagrams", (json_int_t)sv->n, "bytes", (json_int_t)sv->bytes,
			 "connections", (json_int_t)sv->server.n,
			 "tcp_bytes", (json_int_t)sv->tcp_bytes);
}
