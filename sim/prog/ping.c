// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * ping, with the options, the pace, the arithmetic and the words of iputils
 * 20221126: a probe each interval; after the last one it waits for twice the
 * longest round trip, or for the -W timeout if nothing came back.  A flood
 * sends the next probe as soon as the last is answered, else after 10 ms.
 *
 * The payload begins with the time of sending as a struct timeval of a 64-bit
 * machine (seconds and microseconds since 1970, little-endian), which packet
 * analysers show; round trips are computed from remembered instants, exact to
 * the nanosecond.
 */
#include "sim/prog/ping.h"

#include <stdlib.h>
#include <string.h>

#include "stack/util/csum.h"
#include "stack/util/err.h"
#include "stack/util/rng.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/ip4opt.h"

#define FLOOD_INTERVAL MSEC(10)           /* iputils' MIN_INTERVAL_MS */
#define SCREEN_WIDTH 80                   /* dots of a flood that are shown at most */

/* Sums up and ends: 0 if something came back, 1 if not. */
static void ping_finish(struct ping *pg)
{
	bool missing = pg->n_received == 0 || (pg->deadline && pg->n_received < pg->count);

	ping_summary(pg);
	prog_exit(&pg->prog, missing);
}

static void ping_stop(struct prog *p)
{
	struct ping *pg = (struct ping *)p;

	prog_sock_close(&pg->prog, &pg->sk, &pg->watch);
	if (pg->next.fire) {
		node_timer_stop(&pg->next);
		node_timer_stop(&pg->end);
	}
}

static void ping_free(struct prog *p)
{
	struct ping *pg = (struct ping *)p;

	for (size_t i = 0; i < pg->n_error_rows; i++)
		free(pg->errors[i].text);
	free(pg->errors);
	free(pg->replies);
	free(pg->host);
	free(pg->pkt);
	free(pg->rx);
	free(pg->seen);
}

static void ping_interrupt(struct prog *p)
{
	ping_finish((struct ping *)p);
}

/* --- sending ------------------------------------------------------------------------ */

static void put_le64(uint8_t *b, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		b[i] = (uint8_t)(v >> 8 * i);
}

/* Writes the next request into pg->pkt. */
static void probe_fill(struct ping *pg, ns_t now)
{
	struct icmp4_hdr h = { .type = ICMP4_ECHO };
	ns_t unix_us = (LAB_EPOCH_UNIX_NS + now) / 1000;
	uint32_t seq = (uint32_t)(pg->n_sent + 1);
	uint8_t *data = pg->pkt + ICMP4_HLEN;
	struct wr w = wr_init(pg->pkt, ICMP4_HLEN);

	h.u.echo.id = pg->id;
	h.u.echo.seq = (uint16_t)seq;
	if (ping_is_timed(pg)) {
		put_le64(data, (uint64_t)(unix_us / 1000000));
		put_le64(data + 8, (uint64_t)(unix_us % 1000000));
	}
	h.csum = icmp4_csum(&h, csum_add(0, data, (size_t)pg->size));
	icmp4_hdr_emit(&h, &w);
	pg->seen[h.u.echo.seq / 8] &= (uint8_t)~(1 << h.u.echo.seq % 8);
	pg->sent[seq % PING_SENT].seq = seq;
	pg->sent[seq % PING_SENT].at = now;
}

static ssize_t probe_send(struct ping *pg)
{
	struct sk_msg m = {
		.buf = pg->pkt, .n = (size_t)pg->size + ICMP4_HLEN, .ttl = -1, .tos = -1,
		.peer = { addr_ip4(pg->dst), 0 },
	};

	if (pg->record_route) {                   /* as iputils: NOP, then room for nine */
		m.n_opt = IP4OPT_MAX;
		m.opt[0] = IP4OPT_NOP;
		m.opt[1] = IP4OPT_RR;
		m.opt[2] = IP4OPT_MAX - 1;
		m.opt[3] = 4;
	}
	return sk_sendmsg(pg->sk, &m);
}

/* Tokens let probes that are late catch up, at most preload of them.  True:
 * send now; else *wait is how long not. */
static bool rate_allows(struct ping *pg, ns_t now, ns_t *wait)
{
	ns_t since, tokens;

	if (pg->sent_at < 0) {
		pg->tokens = pg->interval * (pg->preload - 1);
		pg->start_at = pg->sent_at = now;
		return true;
	}
	since = now - pg->sent_at;
	if (pg->interval == 0 && since < FLOOD_INTERVAL && ping_in_flight(pg) >= pg->preload) {
		*wait = FLOOD_INTERVAL - since;
		return false;
	}
	tokens = since + pg->tokens;
	if (tokens > pg->interval * pg->preload)
		tokens = pg->interval * pg->preload;
	if (tokens < pg->interval) {
		*wait = pg->interval - tokens;
		return false;
	}
	pg->sent_at = now;
	pg->tokens = tokens - pg->interval;
	return true;
}

/* What could not be sent counts as sent, so that the pace stays. */
static ns_t probe_failed(struct ping *pg, int err)
{
	int64_t errors = pg->n_errors;

	(void)ping_errors(pg);
	pg->n_sent++;
	if (pg->n_errors == errors && !pg->quiet) {
		if (pg->flood)
			prog_write(&pg->prog, "E", 1);
		else
			prog_error(&pg->prog, err, "sendmsg");
	}
	pg->tokens = 0;
	return pg->interval ? pg->interval : FLOOD_INTERVAL;
}

static bool is_missing(const struct ping *pg, uint32_t seq)
{
	return !(pg->seen[(seq & 0xffff) / 8] & 1 << seq % 8);
}

/* Sends a probe if it is time; returns how long until the next. */
static ns_t ping_pinger(struct ping *pg)
{
	ns_t now = node_now(pg->prog.node), wait;
	ssize_t n;

	if (pg->count && pg->n_sent >= pg->count && !pg->deadline)
		return SEC(1);
	if (!rate_allows(pg, now, &wait))
		return wait;
	if (pg->outstanding && pg->n_sent > 0 && is_missing(pg, (uint32_t)pg->n_sent))
		prog_printf(&pg->prog, "no answer yet for icmp_seq=%" PRIu16 "\n",
			    (uint16_t)pg->n_sent);
	probe_fill(pg, now);
	n = probe_send(pg);
	if (n < 0)
		return probe_failed(pg, (int)n);
	pg->n_sent++;
	if (pg->flood && !pg->quiet && ping_in_flight(pg) < SCREEN_WIDTH)
		prog_write(&pg->prog, ".", 1);
	return pg->interval - pg->tokens;
}

/* All was sent: how long to wait for what is under way (iputils'
 * schedule_exit). */
static void ping_await(struct ping *pg)
{
	ns_t wait = pg->linger;

	if (pg->ending || pg->deadline || !pg->count || pg->n_sent < pg->count)
		return;
	if (pg->n_received) {
		wait = 2 * pg->ns_max;
		if (wait < pg->interval)
			wait = pg->interval;
	}
	if (!wait)                        /* -W 0: until something comes */
		return;
	pg->ending = true;
	node_timer_set(&pg->end, node_now(pg->prog.node) + wait);
}

/* Has all that was asked for come about? */
static bool ping_complete(const struct ping *pg)
{
	return (pg->count && pg->n_received + pg->n_errors >= pg->count) ||
	       (pg->deadline && pg->n_errors);
}

/* Reads whatever there is; true if there was something. */
static bool ping_drain(struct ping *pg)
{
	bool any = ping_errors(pg);

	return ping_receive(pg) || any;
}

static void ping_loop(struct ping *pg)
{
	ns_t wait;

	pg->busy = true;                          /* sending may tell our own watch */
	do {
		(void)ping_drain(pg);
		if (ping_complete(pg)) {
			ping_finish(pg);
			return;
		}
		wait = ping_pinger(pg);
		ping_await(pg);
	} while (ping_drain(pg) || wait <= 0 || ping_complete(pg));
	pg->busy = false;
	if (pg->ending || (pg->count && pg->n_sent >= pg->count && !pg->deadline))
		node_timer_stop(&pg->next);
	else
		node_timer_set(&pg->next, node_now(pg->prog.node) + wait);
}

static void on_next(struct node_timer *t)
{
	ping_loop(container_of(t, struct ping, next));
}

static void on_end(struct node_timer *t)
{
	ping_finish(container_of(t, struct ping, end));
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	struct ping *pg = container_of(w, struct ping, watch);

	(void)events;
	if (!pg->busy)
		ping_loop(pg);
}

/* --- starting ------------------------------------------------------------------------ */

/* No other ping here has it; the same in every run. */
static uint16_t choose_id(struct ping *pg)
{
	struct rng r;
	struct prog *o;
	char stream[64];
	uint32_t out[4];
	uint16_t id;
	bool taken;

	snprintf(stream, sizeof(stream), "%s ping", node_name(pg->prog.node));
	rng_init(&r, lab_seed(node_lab(pg->prog.node)), stream);
	rng_block(&r, (uint64_t)node_now(pg->prog.node), out);
	id = (uint16_t)out[0];
	do {
		taken = false;
		list_for_each(node_progs(pg->prog.node), o, link)
			taken |= o->ops == &ping_prog && o != &pg->prog &&
				 ((struct ping *)o)->id == id;
		id = (uint16_t)(id + taken);
	} while (taken);
	return id;
}

/* Asks for the way first, as the real one does: its errors are told before
 * anything is sent. */
static bool find_way(struct ping *pg)
{
	struct prog *p = &pg->prog;
	ip4_t src = pg->have_src ? pg->src : IP4_ANY;
	int err;

	if (pg->dst == IP4_ANY)                   /* this host, as connect() takes it */
		pg->dst = pg->have_src ? pg->src : IP4_LOOPBACK;
	err = prog_route(p, pg->dst, pg->ifindex, src, false, &src);
	if (err == ERR_NOTAVAIL) {
		prog_fail(p, PROG_USAGE, err, "bind");
		return false;
	}
	if (err == ERR_ACCES) {
		if (!pg->bcast) {
			prog_fail(p, PROG_USAGE, 0, "Do you want to ping broadcast? Then -b. "
				  "If not, check your local firewall rules");
			return false;
		}
		prog_note(p, "WARNING: pinging broadcast address\n");
		err = prog_route(p, pg->dst, pg->ifindex, src, true, &src);
	}
	if (err) {
		prog_fail(p, PROG_USAGE, err, "connect");
		return false;
	}
	pg->src = src;
	return true;
}

static int sock_setup(struct ping *pg)
{
	struct endpoint ep = { addr_ip4(pg->src), 0 };
	int err = prog_sock_open(&pg->prog, SK_RAW, IP_PROTO_ICMP, &pg->sk, &pg->watch, on_ready);

	if (!err)
		err = sk_setopt(pg->sk, SKO_RECVERR, 1);
	if (!err)
		err = sk_setopt(pg->sk, SKO_BROADCAST, pg->bcast);
	if (!err && pg->have_src)
		err = sk_bind(pg->sk, &ep);
	if (!err && pg->ifindex)
		err = sk_setopt(pg->sk, SKO_BINDTODEVICE, (int)pg->ifindex);
	if (!err && pg->pmtu >= 0)
		err = sk_setopt(pg->sk, SKO_PMTUDISC, pg->pmtu);
	if (!err && pg->tos >= 0)
		err = sk_setopt(pg->sk, SKO_TOS, pg->tos);
	return err;
}

static bool open_socket(struct ping *pg)
{
	int err = sock_setup(pg);

	if (err) {
		prog_fail(&pg->prog, PROG_USAGE, err, "socket");
		return false;
	}
	if (pg->ttl < 0)
		return true;
	err = sk_setopt(pg->sk, SKO_TTL, pg->ttl);
	if (!err)
		err = sk_setopt(pg->sk, SKO_MCAST_TTL, pg->ttl);
	if (err)
		prog_fail(&pg->prog, PROG_USAGE, err, "cannot set unicast time-to-live");
	return !err;
}

static bool make_buffers(struct ping *pg)
{
	uint8_t *data;

	pg->rx_size = (size_t)pg->size + ICMP4_HLEN + IP4_HLEN_MAX + 64;
	pg->pkt = malloc((size_t)pg->size + ICMP4_HLEN);
	pg->rx = malloc(pg->rx_size);
	pg->seen = calloc(65536 / 8, 1);
	if (!pg->pkt || !pg->rx || !pg->seen) {
		prog_fail(&pg->prog, PROG_USAGE, ERR_NOMEM, "buffers");
		return false;
	}
	data = pg->pkt + ICMP4_HLEN;
	for (int64_t i = 0; i < pg->size; i++)
		data[i] = pg->n_pattern ? pg->pattern[(size_t)i % pg->n_pattern] : (uint8_t)i;
	return true;
}

static void ping_header(struct ping *pg)
{
	char dst[ADDR_STRLEN], src[ADDR_STRLEN];

	if (pg->n_pattern) {
		prog_printf(&pg->prog, "PATTERN: 0x");
		for (size_t i = 0; i < pg->n_pattern; i++)
			prog_printf(&pg->prog, "%02x", pg->pattern[i]);
		prog_printf(&pg->prog, "\n");
	}
	prog_printf(&pg->prog, "PING %s (%s) ", pg->host, ip4_fmt(pg->dst, dst));
	if (pg->have_src || pg->dev[0])
		prog_printf(&pg->prog, "from %s %s: ", ip4_fmt(pg->src, src), pg->dev);
	prog_printf(&pg->prog, "%" PRId64 "(%" PRId64 ") bytes of data.\n", pg->size,
		    pg->size + ICMP4_HLEN + IP4_HLEN + (pg->record_route ? IP4OPT_MAX : 0));
}

static void ping_start(struct prog *p, int argc, char *const *argv)
{
	struct ping *pg = (struct ping *)p;

	pg->start_at = pg->sent_at = -1;
	pg->busy = true;
	if (!ping_options(pg, argc, argv) || !find_way(pg) || !open_socket(pg) ||
	    !make_buffers(pg))
		return;
	pg->id = choose_id(pg);
	node_timer_init(&pg->next, p->node, on_next);
	node_timer_init(&pg->end, p->node, on_end);
	if (pg->deadline)
		node_timer_set(&pg->end, node_now(p->node) + pg->deadline);
	ping_header(pg);
	ping_loop(pg);
}

const struct prog_ops ping_prog = {
	.name = "ping", .size = sizeof(struct ping), .start = ping_start,
	.interrupt = ping_interrupt, .stop = ping_stop, .json = ping_json, .free = ping_free,
};
