// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Request and response over one TCP connection to an echo server, one after
 * the other: how long does each take?  A request is written whole before any
 * of the response is read.
 */
#include <math.h>
#include <stdlib.h>

#include "sim/prog/opts.h"
#include "sim/prog/stream.h"
#include "stack/util/err.h"

#define SIZE_MAX_RR (64 << 20)

struct rr {
	struct prog prog;
	struct stream s;
	int64_t count, size;
	ns_t time;                        /* of the whole; 0: count says when it ends */
	ns_t up_at, last_at;              /* connected; the last response */
	char *request;
	int64_t n, got;                   /* whole exchanges; bytes of the next response */
	ns_t began_at, min, max;
	ns_t heard_at, gap_max;           /* longest wait for a byte that was asked for */
	double sum, squares;              /* ns */
};

static void ask(struct rr *r)
{
	r->got = 0;
	r->began_at = r->heard_at = node_now(r->prog.node);
	stream_write(&r->s, r->request, (size_t)r->size);
	if (r->s.sk)
		stream_hold(&r->s, stream_waiting(&r->s) > 0);
}

static double mean(const struct rr *r) { return r->n ? r->sum / (double)r->n : 0; }

static double sigma(const struct rr *r)
{
	double m = mean(r), v = r->n ? r->squares / (double)r->n - m * m : 0;

	return v > 0 ? sqrt(v) : 0;
}

static void finish(struct rr *r)
{
	prog_printf(&r->prog, "%" PRId64 " transactions of %" PRId64 " bytes, min/avg/max/mdev = "
		    "%.3f/%.3f/%.3f/%.3f ms\n", r->n, r->size, (double)r->min / 1e6,
		    mean(r) / 1e6, (double)r->max / 1e6, sigma(r) / 1e6);
	prog_exit(&r->prog, r->time ? !r->n : r->n < r->count);
}

static void on_up(struct stream *s)
{
	struct rr *r = (struct rr *)s->prog;

	r->up_at = r->last_at = node_now(r->prog.node);
	ask(r);
}

static void on_data(struct stream *s, const char *bytes, size_t n)
{
	struct rr *r = (struct rr *)s->prog;
	ns_t took, now = node_now(r->prog.node);

	(void)bytes;
	r->gap_max = now - r->heard_at > r->gap_max ? now - r->heard_at : r->gap_max;
	r->heard_at = now;
	r->got += (int64_t)n;
	if (r->got < r->size)
		return;
	took = now - r->began_at;
	r->min = !r->n || took < r->min ? took : r->min;
	r->max = took > r->max ? took : r->max;
	r->sum += (double)took;
	r->squares += (double)took * (double)took;
	r->last_at = now;
	if (++r->n >= r->count || (r->time && r->last_at - r->up_at >= r->time))
		finish(r);
	else
		ask(r);
}

static void on_room(struct stream *s) { stream_hold(s, false); }

static void on_eof(struct stream *s)
{
	prog_fail(s->prog, 1, 0, "the server closed the connection");
}

static void on_failed(struct stream *s, int err)
{
	prog_fail(s->prog, 1, err, "%s", s->up ? "connection lost" : "connect");
}

static const struct stream_ops rr_ops = {
	.up = on_up, .data = on_data, .room = on_room, .eof = on_eof, .failed = on_failed,
};

static bool options(struct rr *r, int argc, char *const *argv, struct endpoint *to)
{
	struct prog *p = &r->prog;
	int64_t port = 7;
	struct opts o;
	bool counted = false;
	int c;

	r->count = 10;
	r->size = 1;
	opts_init(&o, argc, argv);
	while ((c = opts_next(&o, "n:s:t:")) != -1) {
		if (c == '?' || c == ':') {
			opts_bad(p, &o, c);
			return false;
		}
		if (c == 'n' ? !opts_int(p, o.arg, 1, INT32_MAX, &r->count) :
		    c == 't' ? !opts_pause(p, o.arg, &r->time)
			     : !opts_int(p, o.arg, 1, SIZE_MAX_RR, &r->size))
			return false;
		counted |= c == 'n';
	}
	if (r->time && !counted)
		r->count = INT64_MAX;
	if (o.n < 1 || o.n > 2) {
		opts_usage(p);
		prog_exit(p, PROG_USAGE);
		return false;
	}
	if (o.n > 1 && !opts_int(p, o.operand[1], 1, 65535, &port))
		return false;
	*to = (struct endpoint){ addr_ip4(0), (uint16_t)port };
	if (prog_resolve(p, o.operand[0], &to->addr.v4))
		return true;
	prog_fail(p, PROG_USAGE, 0, "%s: Name or service not known", o.operand[0]);
	return false;
}

static void rr_start(struct prog *p, int argc, char *const *argv)
{
	struct rr *r = (struct rr *)p;
	struct endpoint to;
	int err;

	if (!options(r, argc, argv, &to))
		return;
	r->request = calloc(1, (size_t)r->size);
	err = r->request ? stream_open(&r->s, p, &rr_ops, 0, 0) : ERR_NOMEM;
	if (!err)
		err = stream_connect(&r->s, &to);
	if (err)
		prog_fail(p, 1, err, "connect");
}

static void rr_interrupt(struct prog *p) { finish((struct rr *)p); }
static void rr_stop(struct prog *p) { stream_close(&((struct rr *)p)->s); }
static void rr_free(struct prog *p) { free(((struct rr *)p)->request); }

static json_t *rr_json(const struct prog *p)
{
	const struct rr *r = (const struct rr *)p;

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:f}",
			 "transactions", (json_int_t)r->n, "size", (json_int_t)r->size,
			 "elapsed_ns", (json_int_t)(r->last_at - r->up_at),
			 "gap_max_ns", (json_int_t)r->gap_max, "min_ns", (json_int_t)r->min,
			 "mean_ns", mean(r), "max_ns", (json_int_t)r->max, "sigma_ns", sigma(r));
}

const struct prog_ops rr_prog = {
	.name = "rr", .size = sizeof(struct rr), .start = rr_start, .interrupt = rr_interrupt,
	.stop = rr_stop, .json = rr_json, .free = rr_free,
};
