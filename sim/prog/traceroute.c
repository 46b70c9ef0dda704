// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * traceroute, as Debian's: several probes are under way, to a UDP port of its
 * own each or as ICMP echoes, and the answers are printed in order.  A probe
 * is given up after 5 s, or sooner: after three times what another of its hop
 * took, or ten times what one of a later hop took.
 *
 * Deviation: Debian's has 16 probes under way.  Here it is one hop's, since
 * waiting costs nothing and what goes past the destination only uses up the
 * ICMP errors that it may send; 16 once a whole hop was silent.
 */
#include "sim/prog/traceroute.h"

#include <stdlib.h>
#include <string.h>

#include "stack/util/be.h"
#include "stack/util/csum.h"
#include "stack/util/err.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/udp.h"

#define WAIT_EXTRA MSEC(1)                /* added to what others took, before multiplying */

static void trace_stop(struct prog *p)
{
	struct trace *tr = (struct trace *)p;

	prog_sock_close(&tr->prog, &tr->sk, &tr->watch);
	if (tr->timer.fire)
		node_timer_stop(&tr->timer);
}

static void trace_free(struct prog *p)
{
	struct trace *tr = (struct trace *)p;

	free(tr->host);
	free(tr->payload);
	free(tr->probes);
}

static void trace_interrupt(struct prog *p)
{
	prog_printf(p, "\n");
	prog_exit(p, 130);                        /* 128 + SIGINT: it has no handler */
}

/* --- receiving ---------------------------------------------------------------------------- */

static struct trace_probe *probe_by_number(struct trace *tr, uint16_t number)
{
	int64_t i = (uint16_t)(number - (uint16_t)tr->port);

	if (i >= tr->n_probes || !tr->probes[i].sent || tr->probes[i].done)
		return NULL;
	return &tr->probes[i];
}

static void probe_answered(struct trace_probe *pb, ip4_t from, ns_t at)
{
	pb->done = true;
	pb->from = from;
	pb->got_at = at;
}

static void read_errors(struct trace *tr)
{
	struct sk_err e;
	int pending;

	while (sk_recverr(tr->sk, &e)) {
		struct trace_probe *pb = NULL;

		if (e.type == 0)
			tr->own_mtu = e.info;
		if (e.type == 0 || e.to.addr.v4 != tr->dst)
			continue;
		if (!tr->icmp)
			pb = probe_by_number(tr, e.to.port);
		else if (e.n >= ICMP4_HLEN && e.data[0] == ICMP4_ECHO &&
			 get_be16(e.data + 4) == tr->id)
			pb = probe_by_number(tr, get_be16(e.data + 6));
		if (!pb)
			continue;
		probe_answered(pb, e.from.v4, e.at);
		trace_flag(pb, e.type, e.code, e.info);
	}
	if (sk_getopt(tr->sk, SKO_ERROR, &pending) != OK)
		return;
}

/* An answer from the destination itself: an echo, or somebody on the port. */
static struct trace_probe *answer_probe(struct trace *tr, const struct sk_msg *m, size_t n)
{
	const uint8_t *b = m->buf;
	size_t hlen;

	if (m->peer.addr.v4 != tr->dst)
		return NULL;
	if (!tr->icmp)
		return probe_by_number(tr, m->peer.port);
	hlen = n ? (size_t)(b[0] & 0xf) * 4 : 0;
	if (n < hlen + ICMP4_HLEN || b[hlen] != ICMP4_ECHO_REPLY ||
	    get_be16(b + hlen + 4) != tr->id)
		return NULL;
	return probe_by_number(tr, get_be16(b + hlen + 6));
}

static void read_answers(struct trace *tr)
{
	for (;;) {
		uint8_t room[IP4_HLEN_MAX + ICMP4_HLEN];
		struct sk_msg m = { .buf = room, .n = sizeof(room) };
		ssize_t n = sk_recvmsg(tr->sk, &m);
		struct trace_probe *pb;

		if (n == ERR_AGAIN)
			return;
		pb = n < 0 ? NULL : answer_probe(tr, &m, (size_t)n);
		if (pb) {
			probe_answered(pb, m.peer.addr.v4, m.at);
			pb->final = true;
		}
	}
}

/* --- sending --------------------------------------------------------------------------- */

/* Fills the ICMP echo for probe i; returns its length. */
static size_t echo_fill(struct trace *tr, int64_t i)
{
	size_t n = (size_t)tr->length - IP4_HLEN;
	struct icmp4_hdr h = { .type = ICMP4_ECHO };
	struct wr w = wr_init(tr->payload, n);

	h.u.echo.id = tr->id;
	h.u.echo.seq = (uint16_t)(tr->port + i);
	h.csum = icmp4_csum(&h, csum_add(0, tr->payload + ICMP4_HLEN, n - ICMP4_HLEN));
	icmp4_hdr_emit(&h, &w);
	return n;
}

static ssize_t probe_output(struct trace *tr, int64_t i)
{
	struct sk_msg m = {
		.buf = tr->payload, .n = (size_t)tr->length - IP4_HLEN - UDP_HLEN,
		.ttl = (int)(i / tr->queries) + 1, .tos = -1,
		.peer = { addr_ip4(tr->dst), (uint16_t)(tr->port + i) },
	};
	ssize_t n = 0;

	if (tr->icmp)
		m.n = echo_fill(tr, i);
	/* An error of an earlier probe may be pending: it was read already. */
	for (int tries = 0; tries < 2; tries++) {
		n = sk_sendmsg(tr->sk, &m);
		if (n >= 0)
			break;
	}
	return n;
}

/* Sends probe i; false: the program has ended. */
static bool probe_send(struct trace *tr, int64_t i)
{
	struct trace_probe *pb = &tr->probes[i];
	ssize_t n = probe_output(tr, i);

	pb->sent = true;
	pb->sent_at = tr->last_sent_at = node_now(tr->prog.node);
	if (n >= 0)
		return true;
	if (n == ERR_MSGSIZE) {                   /* too long for our own link */
		read_errors(tr);
		pb->from = tr->src;
		pb->got_at = pb->sent_at;
		pb->done = true;
		trace_flag(pb, ICMP4_UNREACH, ICMP4_UNREACH_FRAG, tr->own_mtu);
		return true;
	}
	prog_eprintf(&tr->prog, "\nsend: %s\n", prog_strerror((int)n));
	prog_exit(&tr->prog, 1);
	return false;
}

/* --- the loop -------------------------------------------------------------------------------- */

static ns_t scaled_wait(const struct trace *tr, const struct trace_probe *other, int64_t milli)
{
	ns_t wait = (other->got_at - other->sent_at + WAIT_EXTRA) * milli / 1000;

	return wait < tr->wait ? wait : tr->wait;
}

/* How long to wait for probe i. */
static ns_t probe_wait(const struct trace *tr, int64_t i)
{
	int64_t hop = i - i % tr->queries;

	for (int64_t k = hop; tr->here_milli && k < hop + tr->queries; k++)
		if (tr->probes[k].done && tr->probes[k].got_at >= 0)
			return scaled_wait(tr, &tr->probes[k], tr->here_milli);
	for (int64_t k = i + 1; tr->near_milli && k < tr->n_probes && tr->probes[k].sent; k++)
		if (tr->probes[k].done && tr->probes[k].got_at >= 0)
			return scaled_wait(tr, &tr->probes[k], tr->near_milli);
	return tr->wait;
}

/* Probes that may be under way. */
static int64_t trace_window(const struct trace *tr)
{
	if (tr->at_once)
		return tr->at_once;
	return tr->silent && tr->queries < 16 ? 16 : tr->queries;
}

static bool hop_is_silent(const struct trace *tr, int64_t last)
{
	for (int64_t i = last - last % tr->queries; i <= last; i++)
		if (tr->probes[i].from)
			return false;
	return last % tr->queries == tr->queries - 1;
}

/* Prints what can be, sends what may be.  Returns the next instant to look
 * again, or -1: the program has ended. */
static ns_t trace_pass(struct trace *tr)
{
	ns_t now = node_now(tr->prog.node), next = NS_NEVER;
	int64_t waiting = 0;

	for (int64_t i = tr->start; i < tr->end && waiting < trace_window(tr); i++) {
		struct trace_probe *pb = &tr->probes[i];

		if (!pb->done && !pb->sent) {
			if (tr->last_sent_at >= 0 && now < tr->last_sent_at + tr->send_wait) {
				next = tr->last_sent_at + tr->send_wait;
				break;
			}
			if (!probe_send(tr, i))
				return -1;
		}
		if (!pb->done && now >= pb->sent_at + probe_wait(tr, i))
			pb->done = true;
		if (!pb->done) {
			waiting++;
			continue;
		}
		if (i == tr->start) {
			trace_print(tr, i);
			tr->start++;
			tr->silent |= hop_is_silent(tr, i);
		}
		if (pb->final)
			tr->end = (i / tr->queries + 1) * tr->queries;
	}
	for (int64_t i = tr->start; i < tr->end; i++) {
		const struct trace_probe *pb = &tr->probes[i];

		if (pb->sent && !pb->done && pb->sent_at + probe_wait(tr, i) < next)
			next = pb->sent_at + probe_wait(tr, i);
	}
	return next;
}

static void trace_loop(struct trace *tr)
{
	ns_t next, now = node_now(tr->prog.node);

	tr->busy = true;                          /* sending may tell our own watch */
	do {
		read_errors(tr);
		read_answers(tr);
		next = trace_pass(tr);
		if (next < 0)
			return;
		if (tr->start >= tr->end) {
			prog_printf(&tr->prog, "\n");
			prog_exit(&tr->prog, 0);
			return;
		}
	} while (next <= now || sk_ready(tr->sk) & (SK_IN | SK_ERR));
	tr->busy = false;
	node_timer_set(&tr->timer, next);
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	struct trace *tr = container_of(w, struct trace, watch);

	(void)events;
	if (!tr->busy)
		trace_loop(tr);
}

static void on_timer(struct node_timer *t)
{
	trace_loop(container_of(t, struct trace, timer));
}

/* --- starting ------------------------------------------------------------------------- */

static int sock_setup(struct trace *tr)
{
	struct endpoint ep = { addr_ip4(tr->src), 0 };
	int err = prog_sock_open(&tr->prog, tr->icmp ? SK_RAW : SK_DGRAM,
				 tr->icmp ? IP_PROTO_ICMP : 0, &tr->sk, &tr->watch, on_ready);

	if (!err)
		err = sk_setopt(tr->sk, SKO_RECVERR, 1);
	if (!err)
		err = sk_setopt(tr->sk, SKO_PMTUDISC, tr->df ? PMTU_PROBE : PMTU_DONT);
	if (!err)
		err = sk_setopt(tr->sk, SKO_TOS, (int)tr->tos);
	if (!err && tr->ifindex)
		err = sk_setopt(tr->sk, SKO_BINDTODEVICE, (int)tr->ifindex);
	if (!err)
		err = sk_bind(tr->sk, &ep);
	return err;
}

/* The same in every run, and another for another traceroute at this instant. */
static uint16_t choose_id(const struct trace *tr)
{
	const struct prog *o;
	uint16_t n = 1;

	list_for_each(node_progs(tr->prog.node), o, link)
		n = (uint16_t)(n + (o->ops == &traceroute_prog));
	return (uint16_t)(0x7472 + 16 * n);
}

static bool make_buffers(struct trace *tr)
{
	size_t n = (size_t)tr->length - IP4_HLEN;

	tr->n_probes = tr->end = tr->max * tr->queries;
	tr->start = (tr->first - 1) * tr->queries;
	tr->probes = calloc((size_t)tr->n_probes, sizeof(*tr->probes));
	tr->payload = malloc(n);
	if (!tr->probes || !tr->payload)
		return false;
	for (int64_t i = 0; i < tr->n_probes; i++)
		tr->probes[i].got_at = -1;
	for (size_t i = 0; i < n; i++)            /* as Debian's: from '@' on */
		tr->payload[i] = (uint8_t)(0x40 + (i & 0x3f));
	return true;
}

static void trace_start(struct prog *p, int argc, char *const *argv)
{
	struct trace *tr = (struct trace *)p;
	ip4_t src;
	int err;

	tr->last_sent_at = -1;
	tr->busy = true;
	if (!trace_options(tr, argc, argv))
		return;
	trace_header(tr);
	src = tr->src;
	err = prog_route(p, tr->dst, tr->ifindex, tr->src, false, &src);
	if (err) {
		prog_eprintf(p, "\n%s: %s\n", err == ERR_NOTAVAIL ? "bind" : "connect",
			     prog_strerror(err));
		prog_exit(p, 1);
		return;
	}
	tr->src = src;
	err = make_buffers(tr) ? sock_setup(tr) : ERR_NOMEM;
	if (err) {
		prog_eprintf(p, "\nsocket: %s\n", prog_strerror(err));
		prog_exit(p, 1);
		return;
	}
	tr->id = choose_id(tr);
	node_timer_init(&tr->timer, p->node, on_timer);
	trace_loop(tr);
}

const struct prog_ops traceroute_prog = {
	.name = "traceroute", .size = sizeof(struct trace), .start = trace_start,
	.interrupt = trace_interrupt, .stop = trace_stop, .json = trace_json,
	.free = trace_free,
};
