// SPDX-License-Identifier: GPL-3.0-or-later
/* What comes back to a ping: answers, and ICMP errors. */
#include <string.h>

#include "sim/prog/ping.h"
#include "stack/util/be.h"
#include "stack/util/csum.h"
#include "stack/util/err.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"
#include "stack/wire/ip4opt.h"

/* A probe's number in full: the latest that has these 16 bits. */
static uint32_t seq_full(const struct ping *pg, uint16_t seq)
{
	return (uint32_t)(pg->n_sent - (uint16_t)((uint16_t)pg->n_sent - seq));
}

/* A probe was answered, one way or the other. */
static void acknowledge(struct ping *pg, uint16_t seq)
{
	uint16_t d = (uint16_t)((uint16_t)pg->n_sent - seq);

	if (d > 0x7fff)
		return;
	if (d + 1 > pg->pipe)
		pg->pipe = d + 1;
	if ((int16_t)(uint16_t)(seq - pg->acked) > 0 ||
	    (uint16_t)((uint16_t)pg->n_sent - pg->acked) > 0x7fff)
		pg->acked = seq;
}

/* --- errors ------------------------------------------------------------------------- */

static void local_error(struct ping *pg, const struct sk_err *e)
{
	struct ping_error row = { .seq = (uint32_t)(pg->n_sent + 1) };  /* not counted yet */
	struct buf text = { 0 };

	pg->n_errors++;
	if (e->err == ERR_MSGSIZE)
		buf_printf(&text, "message too long, mtu=%" PRIu32, e->info);
	else
		buf_str(&text, prog_strerror(e->err));
	row.text = text.s;
	ping_add_error(pg, &row);
	if (!pg->quiet && pg->flood)
		prog_write(&pg->prog, "E", 1);
	else if (!pg->quiet)
		prog_error(&pg->prog, 0, "local error: %s", text.s ? text.s : "");
	buf_free(&text);
}

static void icmp_text(struct buf *text, const struct sk_err *e)
{
	struct icmp4_hdr h = { .type = e->type, .code = e->code };

	if (e->type == ICMP4_UNREACH)
		h.u.mtu = (uint16_t)e->info;
	else if (e->type == ICMP4_REDIRECT)
		h.u.gateway = e->info;
	else if (e->type == ICMP4_PARAM_PROBLEM)
		h.u.pointer = (uint8_t)e->info;
	icmp4_hdr_show(&h, text);
}

static void net_error(struct ping *pg, const struct sk_err *e)
{
	struct ping_error row = { .from = e->from.v4, .type = e->type, .code = e->code };
	struct buf text = { 0 };
	char from[ADDR_STRLEN];
	uint16_t seq;

	/* The quote must be of a request of ours. */
	if (e->n < ICMP4_HLEN || e->data[0] != ICMP4_ECHO || e->to.addr.v4 != pg->dst ||
	    get_be16(e->data + 4) != pg->id)
		return;
	seq = get_be16(e->data + 6);
	acknowledge(pg, seq);
	pg->n_errors++;
	icmp_text(&text, e);
	row.seq = seq_full(pg, seq);
	row.text = text.s;
	ping_add_error(pg, &row);
	if (!pg->quiet && pg->flood)
		prog_write(&pg->prog, "\bE", 2);
	else if (!pg->quiet)
		prog_printf(&pg->prog, "From %s icmp_seq=%u %s\n", addr_fmt(&e->from, from), seq,
			    text.s ? text.s : "");
	buf_free(&text);
}

bool ping_errors(struct ping *pg)
{
	struct sk_err e;
	bool any = false;
	int pending;

	while (sk_recverr(pg->sk, &e)) {
		any = true;
		if (e.type == 0)
			local_error(pg, &e);
		else
			net_error(pg, &e);
	}
	/* Told above; it must not come back as the next probe's failure. */
	if (sk_getopt(pg->sk, SKO_ERROR, &pending) != OK)
		return any;
	return any;
}

/* --- answers ------------------------------------------------------------------------ */

/* When the probe left, or -1. */
static ns_t sent_when(const struct ping *pg, uint32_t seq)
{
	return pg->sent[seq % PING_SENT].seq == seq ? pg->sent[seq % PING_SENT].at : -1;
}

static void count_time(struct ping *pg, ns_t t)
{
	int64_t us = t / 1000;

	pg->us_sum += us;
	pg->us_sum2 += us * us;
	pg->ns_sum += t;
	pg->ns_sum2 += (unsigned __int128)((uint64_t)t) * (uint64_t)t;
	if (pg->n_timed == 0 || us < pg->us_min)
		pg->us_min = us, pg->ns_min = t;
	if (t < pg->ns_min)
		pg->ns_min = t;
	if (us > pg->us_max)
		pg->us_max = us;
	if (t > pg->ns_max)
		pg->ns_max = t;
	pg->n_timed++;
	pg->rtt_us += pg->rtt_us ? us - pg->rtt_us / 8 : us * 8;
	if (pg->adaptive)                         /* whole milliseconds, as iputils */
		pg->interval = MSEC((pg->rtt_us / 8 + 500) / 1000);
}

/* Three significant digits, at least. */
static void print_time(struct ping *pg, ns_t t)
{
	int64_t us = t / 1000;

	if (us >= 100000 - 50)
		prog_printf(&pg->prog, " time=%" PRId64 " ms", (us + 500) / 1000);
	else if (us >= 10000 - 5)
		prog_printf(&pg->prog, " time=%" PRId64 ".%01d ms", (us + 50) / 1000,
			    (int)((us + 50) % 1000 / 100));
	else if (us >= 1000)
		prog_printf(&pg->prog, " time=%" PRId64 ".%02d ms", (us + 5) / 1000,
			    (int)((us + 5) % 1000 / 10));
	else
		prog_printf(&pg->prog, " time=%" PRId64 ".%03d ms", us / 1000, (int)(us % 1000));
}

/* The byte that the probe had at i, or -1 if it is not known any more. */
static int want_byte(const struct ping *pg, ns_t sent_at, size_t i)
{
	ns_t us = (LAB_EPOCH_UNIX_NS + sent_at) / 1000;
	uint64_t v;

	if (!ping_is_timed(pg) || i >= PING_STAMP)
		return pg->pkt[ICMP4_HLEN + i];
	if (sent_at < 0)
		return -1;
	v = (uint64_t)(i < 8 ? us / 1000000 : us % 1000000);
	return (int)(v >> 8 * (i % 8) & 0xff);
}

static void check_data(struct ping *pg, const uint8_t *data, size_t n, ns_t sent_at)
{
	size_t from = ping_is_timed(pg) ? PING_STAMP : 0, bad;
	int want = -1;

	for (bad = 0; bad < n; bad++) {
		want = want_byte(pg, sent_at, bad);
		if (want >= 0 && want != data[bad])
			break;
	}
	if (bad == n)
		return;
	prog_printf(&pg->prog, "\nwrong data byte #%zu should be 0x%x but was 0x%x", bad,
		    (unsigned)want, data[bad]);
	for (size_t i = from; i < n; i++) {
		if (i % 32 == from)
			prog_printf(&pg->prog, "\n#%zu\t", i);
		prog_printf(&pg->prog, "%x ", data[i]);
	}
}

static void print_route(struct ping *pg, const struct sk_msg *m)
{
	struct ip4opt o;
	char text[ADDR_STRLEN];

	if (!ip4opt_find(&o, IP4OPT_RR, m->opt, m->n_opt) || o.len < 3)
		return;
	if (o.len == pg->last_rr_n && memcmp(o.p, pg->last_rr, o.len) == 0) {
		prog_printf(&pg->prog, "\t(same route)");
		return;
	}
	memcpy(pg->last_rr, o.p, o.len);
	pg->last_rr_n = o.len;
	prog_printf(&pg->prog, "\nRR: ");
	for (unsigned i = 3; i + 4 < o.p[2] && i + 4 <= o.len; i += 4)
		prog_printf(&pg->prog, "\t%s\n", ip4_fmt(get_be32(o.p + i), text));
}

static void print_answer(struct ping *pg, const struct ping_reply *r, const struct sk_msg *m,
			 const uint8_t *data, size_t n, bool bad_csum)
{
	char from[ADDR_STRLEN];

	prog_printf(&pg->prog, "%" PRIu32 " bytes from %s: icmp_seq=%u", r->bytes,
		    ip4_fmt(r->from, from), (uint16_t)r->seq);
	if (pg->verbose)
		prog_printf(&pg->prog, " ident=%u", pg->id);
	prog_printf(&pg->prog, " ttl=%d", r->ttl);
	if (r->bytes < (uint64_t)pg->size + ICMP4_HLEN) {
		prog_printf(&pg->prog, " (truncated)\n");
		return;
	}
	if (r->time >= 0)
		print_time(pg, r->time);
	if (r->duplicate && !ip4_is_mcast(pg->dst))
		prog_printf(&pg->prog, " (DUP!)");
	if (bad_csum)
		prog_printf(&pg->prog, " (BAD CHECKSUM!)");
	check_data(pg, data, n, sent_when(pg, r->seq));
	print_route(pg, m);
	prog_printf(&pg->prog, "\n");
}

/* Counts an answer; true if it is the first to its probe. */
static bool count_answer(struct ping *pg, uint16_t seq, bool bad_csum)
{
	uint8_t bit = (uint8_t)(1 << seq % 8);

	acknowledge(pg, seq);
	if (bad_csum) {
		pg->n_corrupt++;
		return true;
	}
	if (pg->seen[seq / 8] & bit) {
		pg->n_repeats++;
		return false;
	}
	pg->seen[seq / 8] |= bit;
	pg->n_received++;
	return true;
}

static void answer(struct ping *pg, const struct sk_msg *m, const struct icmp4_hdr *h,
		   const uint8_t *icmp, size_t n, size_t full)
{
	struct ping_reply r = {
		.seq = seq_full(pg, h->u.echo.seq), .ttl = m->ttl, .time = -1,
		.from = m->peer.addr.v4, .bytes = (uint32_t)full,
	};
	bool bad_csum = n == full && csum(icmp, n) != 0;
	ns_t sent_at = sent_when(pg, r.seq);
	size_t data = n - ICMP4_HLEN;

	r.duplicate = !count_answer(pg, h->u.echo.seq, bad_csum);
	if (sent_at >= 0 && ping_is_timed(pg) && data >= PING_STAMP)
		r.time = m->at - sent_at;
	if (r.time >= 0 && !bad_csum)
		count_time(pg, r.time);
	if (!bad_csum)
		ping_add_reply(pg, &r);
	if (pg->quiet)
		return;
	if (pg->flood)
		prog_write(&pg->prog, bad_csum ? "\bC" : "\b \b", bad_csum ? 2 : 3);
	else
		print_answer(pg, &r, m, icmp + ICMP4_HLEN,
			     data < (size_t)pg->size ? data : (size_t)pg->size, bad_csum);
}

/* A redirect is no error: it is told, and the probe goes on.  Real errors come
 * through ping_errors(). */
static void notice(struct ping *pg, const struct sk_msg *m, const struct icmp4_hdr *h,
		   const uint8_t *icmp, size_t n)
{
	struct ip4_hdr quoted;
	const uint8_t *q = icmp + ICMP4_HLEN;
	struct buf text = { 0 };
	char from[ADDR_STRLEN];

	if (pg->quiet || pg->flood ||
	    (h->type != ICMP4_REDIRECT && h->type != ICMP4_SOURCE_QUENCH))
		return;
	n -= ICMP4_HLEN;
	if (ip4_hdr_parse(&quoted, q, n, IP4_LEN_MAX) != DROP_NONE ||
	    n < (size_t)quoted.hlen + ICMP4_HLEN || quoted.dst != pg->dst ||
	    q[quoted.hlen] != ICMP4_ECHO || get_be16(q + quoted.hlen + 4) != pg->id)
		return;
	icmp4_hdr_show(h, &text);
	prog_printf(&pg->prog, "From %s: icmp_seq=%u %s\n", addr_fmt(&m->peer.addr, from),
		    get_be16(q + quoted.hlen + 6), text.s ? text.s : "");
	buf_free(&text);
}

/* One IP packet with ICMP inside, of which n bytes are in pg->rx. */
static void packet(struct ping *pg, const struct sk_msg *m, size_t n)
{
	size_t hlen = n ? (size_t)(pg->rx[0] & 0xf) * 4 : 0;
	struct icmp4_hdr h;
	struct rd r;

	if (n < hlen + ICMP4_HLEN || hlen < IP4_HLEN)
		return;
	r = rd_init(pg->rx + hlen, n - hlen);
	if (!icmp4_hdr_parse(&h, &r))
		return;
	if (h.type == ICMP4_ECHO_REPLY && h.u.echo.id == pg->id)
		answer(pg, m, &h, pg->rx + hlen, n - hlen, m->full - hlen);
	else if (h.type != ICMP4_ECHO_REPLY)
		notice(pg, m, &h, pg->rx + hlen, n - hlen);
}

bool ping_receive(struct ping *pg)
{
	bool any = false;

	for (;;) {
		struct sk_msg m = { .buf = pg->rx, .n = pg->rx_size };
		ssize_t n = sk_recvmsg(pg->sk, &m);

		if (n == ERR_AGAIN)
			return any;
		any = true;
		if (n > 0)
			packet(pg, &m, (size_t)n);
	}
}
