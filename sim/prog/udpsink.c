// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Counts what udpgen sent: a number that never came is lost, one that came
 * twice is a duplicate, one below the highest so far is reordered.  It ends
 * when -c datagrams have come, after -w seconds without one, or when the last
 * of a run with an end has come and none is missing.
 */
#include "sim/prog/udpgen.h"

#include <stdlib.h>
#include <string.h>

#include "sim/prog/opts.h"
#include "sim/prog/prog.h"
#include "stack/util/be.h"
#include "stack/util/err.h"

#define SEQ_MAX ((int64_t)1 << 26)        /* told apart; 8 MiB of bits */

struct sink {
	struct prog prog;
	int64_t port, count;
	ns_t idle;
	struct sock *sk;
	struct sk_watch watch;
	struct node_timer timer;
	uint8_t *room, *seen;
	size_t seen_bytes;
	int64_t received, bytes, distinct, reordered, duplicates, announced;
	int64_t next;                     /* one past the highest number seen */
	int64_t n_delay;
	ns_t delay_min, delay_max, delay_sum;
};

static void sink_stop(struct prog *p)
{
	struct sink *s = (struct sink *)p;

	prog_sock_close(&s->prog, &s->sk, &s->watch);
	if (s->timer.fire)
		node_timer_stop(&s->timer);
}

static void sink_free(struct prog *p)
{
	struct sink *s = (struct sink *)p;

	free(s->room);
	free(s->seen);
}

static int64_t lost(const struct sink *s)
{
	int64_t total = s->announced > s->next ? s->announced : s->next;

	return total - s->distinct;
}

static void finish(struct sink *s)
{
	prog_printf(&s->prog, "%" PRId64 " datagrams received, %" PRId64 " bytes, %" PRId64
		    " lost, %" PRId64 " reordered, %" PRId64 " duplicates\n", s->received,
		    s->bytes, lost(s), s->reordered, s->duplicates);
	prog_exit(&s->prog, 0);
}

/* Marks a number; true if it was marked before. */
static bool mark(struct sink *s, int64_t seq)
{
	size_t at = (size_t)seq / 8;
	uint8_t bit = (uint8_t)(1 << seq % 8);
	bool was;

	if (at >= s->seen_bytes) {
		size_t n = s->seen_bytes ? s->seen_bytes : 64;
		uint8_t *more;

		while (n <= at)
			n *= 2;
		more = realloc(s->seen, n);
		if (!more)
			return false;
		memset(more + s->seen_bytes, 0, n - s->seen_bytes);
		s->seen = more;
		s->seen_bytes = n;
	}
	was = s->seen[at] & bit;
	s->seen[at] |= bit;
	return was;
}

static int64_t number_at(const struct sink *s, size_t n, size_t at)
{
	uint64_t v;

	if (n < at + 8)
		return -1;
	v = (uint64_t)get_be32(s->room + at) << 32 | get_be32(s->room + at + 4);
	return v > INT64_MAX ? -1 : (int64_t)v;
}

static void count_delay(struct sink *s, ns_t delay)
{
	if (s->n_delay == 0 || delay < s->delay_min)
		s->delay_min = delay;
	if (delay > s->delay_max)
		s->delay_max = delay;
	s->delay_sum += delay;
	s->n_delay++;
}

static void datagram(struct sink *s, size_t n, ns_t at)
{
	int64_t seq = number_at(s, n, UDPGEN_SEQ), total = number_at(s, n, UDPGEN_COUNT);
	int64_t sent_at = number_at(s, n, UDPGEN_AT);

	s->received++;
	s->bytes += (int64_t)n;
	if (seq < 0 || seq >= SEQ_MAX)
		return;
	if (total > s->announced && total <= SEQ_MAX)
		s->announced = total;
	if (sent_at >= 0 && sent_at <= at)
		count_delay(s, at - sent_at);
	if (mark(s, seq)) {
		s->duplicates++;
		return;
	}
	s->distinct++;
	if (seq < s->next)
		s->reordered++;
	else
		s->next = seq + 1;
}

static bool is_complete(const struct sink *s)
{
	if (s->count)
		return s->received >= s->count;
	return s->idle == 0 && s->announced && s->distinct >= s->announced;
}

static void on_ready(struct sk_watch *w, uint32_t events)
{
	struct sink *s = container_of(w, struct sink, watch);

	(void)events;
	for (;;) {
		struct sk_msg m = { .buf = s->room, .n = UDPGEN_MAX };
		ssize_t n = sk_recvmsg(s->sk, &m);

		if (n == ERR_AGAIN)
			return;
		if (n < 0)
			continue;
		datagram(s, (size_t)n, m.at);
		if (is_complete(s)) {
			finish(s);
			return;
		}
		if (s->idle)
			node_timer_set(&s->timer, node_now(s->prog.node) + s->idle);
	}
}

static void on_idle(struct node_timer *t)
{
	finish(container_of(t, struct sink, timer));
}

static bool options(struct sink *s, int argc, char *const *argv)
{
	struct prog *p = &s->prog;
	struct opts o;
	bool ok = true;
	int c;

	opts_init(&o, argc, argv);
	while (ok && (c = opts_next(&o, "c:uw:")) != -1) {
		if (c == 'c')
			ok = opts_int(p, o.arg, 1, INT64_MAX, &s->count);
		else if (c == 'w')
			ok = opts_ns(p, o.arg, &s->idle);
		else if (c != 'u')
			opts_bad(p, &o, c), ok = false;
	}
	if (ok && o.n != 1) {
		opts_usage(p);
		prog_exit(p, PROG_USAGE);
		ok = false;
	}
	return ok && opts_int(p, o.operand[0], 1, 65535, &s->port);
}

static void sink_start(struct prog *p, int argc, char *const *argv)
{
	struct sink *s = (struct sink *)p;
	struct endpoint ep = { .port = 0 };
	int err;

	if (!options(s, argc, argv))
		return;
	ep.port = (uint16_t)s->port;
	s->room = malloc(UDPGEN_MAX);
	err = s->room ? prog_sock_open(p, SK_DGRAM, 0, &s->sk, &s->watch, on_ready) : ERR_NOMEM;
	if (!err)
		err = sk_bind(s->sk, &ep);
	if (err) {
		prog_fail(p, 1, err, "bind");
		return;
	}
	node_timer_init(&s->timer, p->node, on_idle);
	if (s->idle)
		node_timer_set(&s->timer, node_now(p->node) + s->idle);
}

static void sink_interrupt(struct prog *p)
{
	finish((struct sink *)p);
}

static json_t *sink_json(const struct prog *p)
{
	const struct sink *s = (const struct sink *)p;
	json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:I}", "received", (json_int_t)s->received,
			      "bytes", (json_int_t)s->bytes, "lost", (json_int_t)lost(s),
			      "reordered", (json_int_t)s->reordered,
			      "duplicates", (json_int_t)s->duplicates);

	if (s->n_delay)
		json_object_set_new(o, "delay_ns", json_pack("{s:I, s:I, s:I}",
			"min", (json_int_t)s->delay_min,
			"avg", (json_int_t)(s->delay_sum / s->n_delay),
			"max", (json_int_t)s->delay_max));
	return o;
}

const struct prog_ops udpsink_prog = {
	.name = "udpsink", .size = sizeof(struct sink), .start = sink_start,
	.interrupt = sink_interrupt, .stop = sink_stop, .json = sink_json, .free = sink_free,
};
