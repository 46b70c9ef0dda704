// SPDX-License-Identifier: GPL-3.0-or-later
/* What a ping says at its end, as text and as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/prog/ping.h"

#define ROWS_MAX 100000                   /* answers kept for JSON; a flood has no end */

uint64_t ping_isqrt(unsigned __int128 v)
{
	uint64_t root = 0;

	for (int bit = 63; bit >= 0; bit--) {
		uint64_t t = root | (uint64_t)1 << bit;

		if ((unsigned __int128)t * t <= v)
			root = t;
	}
	return root;
}

/* Mean and mean deviation of n values by their sum and sum of squares, in
 * iputils' order of rounding. */
static int64_t deviation(int64_t n, int64_t sum, unsigned __int128 sum2)
{
	unsigned __int128 mean2 = (unsigned __int128)((uint64_t)sum) * (uint64_t)sum / (uint64_t)n;

	return (int64_t)ping_isqrt(sum2 > mean2 ? (sum2 - mean2) / (uint64_t)n : 0);
}

static void print_rtt(struct ping *pg)
{
	int64_t avg = pg->us_sum / pg->n_timed;
	int64_t mdev = deviation(pg->n_timed, pg->us_sum, (unsigned __int128)pg->us_sum2);
	const int64_t v[4] = { pg->us_min, avg, pg->us_max, mdev };

	prog_printf(&pg->prog, "rtt min/avg/max/mdev = ");
	for (int i = 0; i < 4; i++)
		prog_printf(&pg->prog, "%s%" PRId64 ".%03d", i ? "/" : "", v[i] / 1000,
			    (int)(v[i] % 1000));
	prog_printf(&pg->prog, " ms");
}

static void print_counts(struct ping *pg)
{
	prog_printf(&pg->prog, "%" PRId64 " packets transmitted, %" PRId64 " received",
		    pg->n_sent, pg->n_received);
	if (pg->n_repeats)
		prog_printf(&pg->prog, ", +%" PRId64 " duplicates", pg->n_repeats);
	if (pg->n_corrupt)
		prog_printf(&pg->prog, ", +%" PRId64 " corrupted", pg->n_corrupt);
	if (pg->n_errors)
		prog_printf(&pg->prog, ", +%" PRId64 " errors", pg->n_errors);
	if (pg->n_sent) {
		double lost = (double)(pg->n_sent - pg->n_received) * 100.0;

		prog_printf(&pg->prog, ", %g%% packet loss, time %" PRId64 "ms",
			    (double)(float)(lost / (double)pg->n_sent),
			    (pg->sent_at - pg->start_at) / MSEC(1));
	}
	prog_printf(&pg->prog, "\n");
}

void ping_summary(struct ping *pg)
{
	const char *comma = "";

	prog_printf(&pg->prog, "\n--- %s ping statistics ---\n", pg->host);
	print_counts(pg);
	if (pg->n_timed) {
		print_rtt(pg);
		comma = ", ";
	}
	if (pg->pipe > 1) {
		prog_printf(&pg->prog, "%spipe %d", comma, pg->pipe);
		comma = ", ";
	}
	if (pg->n_received && pg->n_sent > 1 && (!pg->interval || pg->flood || pg->adaptive)) {
		int64_t ipg = (pg->sent_at - pg->start_at) / 1000 / (pg->n_sent - 1);

		prog_printf(&pg->prog, "%sipg/ewma %" PRId64 ".%03d/%" PRId64 ".%03d ms", comma,
			    ipg / 1000, (int)(ipg % 1000), pg->rtt_us / 8000,
			    (int)(pg->rtt_us / 8 % 1000));
	}
	prog_printf(&pg->prog, "\n");
}

/* --- JSON ------------------------------------------------------------------------------ */

/* Makes room for row n of an array that doubles; false: no memory, or enough. */
static bool grow(void **rows, size_t n, size_t size)
{
	void *bigger;

	if (n >= ROWS_MAX)
		return false;
	if (n & (n - 1))
		return true;
	bigger = realloc(*rows, (n ? n * 2 : 1) * size);
	if (bigger)
		*rows = bigger;
	return bigger != NULL;
}

void ping_add_reply(struct ping *pg, const struct ping_reply *r)
{
	void *rows = pg->replies;

	if (grow(&rows, pg->n_replies, sizeof(*r))) {
		pg->replies = rows;
		pg->replies[pg->n_replies++] = *r;
	}
}

void ping_add_error(struct ping *pg, const struct ping_error *e)
{
	void *rows = pg->errors;

	if (grow(&rows, pg->n_error_rows, sizeof(*e))) {
		pg->errors = rows;
		pg->errors[pg->n_error_rows] = *e;
		pg->errors[pg->n_error_rows++].text = e->text ? strdup(e->text) : NULL;
	}
}

static json_t *replies_json(const struct ping *pg)
{
	json_t *a = json_array();

	for (size_t i = 0; i < pg->n_replies; i++) {
		const struct ping_reply *r = &pg->replies[i];
		json_t *o = json_pack("{s:I, s:i, s:o, s:o, s:I}", "seq", (json_int_t)r->seq,
				      "ttl", r->ttl,
				      "time_ns", r->time < 0 ? json_null() : json_integer(r->time),
				      "from", prog_json_addr(r->from), "bytes",
				      (json_int_t)r->bytes);

		if (r->duplicate)
			json_object_set_new(o, "duplicate", json_true());
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *errors_json(const struct ping *pg)
{
	json_t *a = json_array();

	for (size_t i = 0; i < pg->n_error_rows; i++) {
		const struct ping_error *e = &pg->errors[i];

		json_array_append_new(a, json_pack("{s:I, s:o, s:i, s:i, s:s}",
			"seq", (json_int_t)e->seq,
			"from", e->from ? prog_json_addr(e->from) : json_null(),
			"type", e->type, "code", e->code, "text", e->text ? e->text : ""));
	}
	return a;
}

/* A whole percentage is an integer, so that it prints as one. */
static json_t *loss_json(const struct ping *pg)
{
	int64_t lost = (pg->n_sent - pg->n_received) * 100;

	if (pg->n_sent == 0)                      /* nothing got through: it could not even start */
		return json_integer(100);
	return lost % pg->n_sent ? json_real((double)lost / (double)pg->n_sent)
				 : json_integer(lost / pg->n_sent);
}

static void rtt_json(json_t *o, const struct ping *pg)
{
	int64_t n = pg->n_timed;
	int64_t us_dev, ns_dev;

	if (n == 0) {
		json_object_set_new(o, "rtt_ms", json_null());
		json_object_set_new(o, "rtt_ns", json_null());
		return;
	}
	us_dev = deviation(n, pg->us_sum, (unsigned __int128)pg->us_sum2);
	ns_dev = deviation(n, pg->ns_sum, pg->ns_sum2);
	json_object_set_new(o, "rtt_ms", json_pack("{s:o, s:o, s:o, s:o}",
		"min", prog_json_ms(pg->us_min * 1000),
		"avg", prog_json_ms(pg->us_sum / n * 1000),
		"max", prog_json_ms(pg->us_max * 1000), "mdev", prog_json_ms(us_dev * 1000)));
	json_object_set_new(o, "rtt_ns", json_pack("{s:I, s:I, s:I, s:I}",
		"min", (json_int_t)pg->ns_min, "avg", (json_int_t)(pg->ns_sum / n),
		"max", (json_int_t)pg->ns_max, "mdev", (json_int_t)ns_dev));
}

json_t *ping_json(const struct prog *p)
{
	const struct ping *pg = (const struct ping *)p;
	json_t *o = json_object();

	json_object_set_new(o, "dst", pg->host ? json_string(pg->host) : json_null());
	json_object_set_new(o, "address", pg->dst ? prog_json_addr(pg->dst) : json_null());
	json_object_set_new(o, "transmitted", json_integer(pg->n_sent));
	json_object_set_new(o, "received", json_integer(pg->n_received));
	json_object_set_new(o, "errors", json_integer(pg->n_errors));
	json_object_set_new(o, "duplicates", json_integer(pg->n_repeats));
	json_object_set_new(o, "corrupted", json_integer(pg->n_corrupt));
	json_object_set_new(o, "loss_percent", loss_json(pg));
	json_object_set_new(o, "time_ms", json_integer((pg->sent_at - pg->start_at) / MSEC(1)));
	rtt_json(o, pg);
	json_object_set_new(o, "replies", replies_json(pg));
	json_object_set_new(o, "errors_list", errors_json(pg));
	return o;
}
