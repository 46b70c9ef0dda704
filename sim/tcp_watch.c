// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/tcp_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "stack/show.h"
#include "stack/util/hash.h"

/* What was written last of a connection. */
struct series_row {
	struct series_row *next;          /* in its bucket */
	const struct node *node;
	struct endpoint local, peer;
	uint32_t cwnd, ssthresh, in_flight;
	ns_t srtt;
};

#define SERIES_BUCKETS 256                /* a power of two */

struct tcp_series {
	FILE *out;
	const struct node *only;          /* NULL: all */
	struct series_row *last[SERIES_BUCKETS];
	uint64_t rows;
};

/* --- who watches ----------------------------------------------------------------------- */

static bool watched(const struct lab *lab) { return lab->on_tcp || lab->tcp_series; }

void tcp_watch_boot(const struct lab *lab, struct stack *st)
{
	show_tcp_watch(st, watched(lab));
}

static void tell_stacks(struct lab *lab)
{
	for (size_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i]->stack)
			tcp_watch_boot(lab, lab->nodes[i]->stack);
}

void lab_trace_tcp(struct lab *lab, void (*fn)(void *ctx, const struct tcp_record *r), void *ctx)
{
	lab->on_tcp = fn;
	lab->tcp_ctx = ctx;
	tell_stacks(lab);
}

/* --- the series ------------------------------------------------------------------------ */

static bool same_end(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && a->addr.v4 == b->addr.v4;
}

/* Where the connection's row hangs, or would. */
static struct series_row **row_of(struct tcp_series *s, const struct node *n,
				  const struct show_sock *k)
{
	uint64_t h = hash_pair((uint64_t)k->local.addr.v4 << 32 | k->peer.addr.v4,
			       (uint64_t)k->local.port << 16 | k->peer.port);
	struct series_row **at = &s->last[h & (SERIES_BUCKETS - 1)];

	while (*at && ((*at)->node != n || !same_end(&(*at)->local, &k->local) ||
		       !same_end(&(*at)->peer, &k->peer)))
		at = &(*at)->next;
	return at;
}

static void row_write(struct tcp_series *s, ns_t now, const struct series_row *r)
{
	char local[ADDR_STRLEN], peer[ADDR_STRLEN], ssthresh[12] = "";

	if (r->ssthresh != UINT32_MAX)
		snprintf(ssthresh, sizeof(ssthresh), "%u", r->ssthresh);
	fprintf(s->out, "%" PRIns ".%09" PRIns ",%s,%s:%u,%s:%u,%u,%s,%" PRIns ".%03" PRIns ",%u\n",
		now / SEC(1), now % SEC(1), node_name(r->node), addr_fmt(&r->local.addr, local),
		r->local.port, addr_fmt(&r->peer.addr, peer), r->peer.port, r->cwnd, ssthresh,
		r->srtt / USEC(1), r->srtt % USEC(1), r->in_flight);
	s->rows++;
}

static void series_take(struct tcp_series *s, ns_t now, const struct node *n,
			const struct tcp_event *e)
{
	const struct show_tcp *t = e->tcp;
	struct series_row **at, *r;
	bool gone = strcmp(t->state, "CLOSED") == 0;

	if ((s->only && s->only != n) || t->listens || !t->cwnd)
		return;
	at = row_of(s, n, &t->sk);
	r = *at;
	if (gone) {
		if (r)
			*at = r->next;
		free(r);
		return;
	}
	if (!r) {
		r = *at = xcalloc(1, sizeof(*r));
		r->node = n;
		r->local = t->sk.local;
		r->peer = t->sk.peer;
	} else if (r->cwnd == t->cwnd && r->ssthresh == t->ssthresh && r->srtt == t->srtt &&
		   r->in_flight == t->flight_size) {
		return;
	}
	r->cwnd = t->cwnd;
	r->ssthresh = t->ssthresh;
	r->srtt = t->srtt;
	r->in_flight = t->flight_size;
	row_write(s, now, r);
}

bool lab_tcp_series_start(struct lab *lab, const char *path, const struct node *only, char err[256])
{
	struct tcp_series *s;
	FILE *f;

	if (lab->tcp_series) {
		snprintf(err, 256, "a series is written already: tcp series stop");
		return false;
	}
	f = fopen(path, "we");
	if (!f) {
		snprintf(err, 256, "%s: %s", path, strerror(errno));
		return false;
	}
	s = lab->tcp_series = xcalloc(1, sizeof(*s));
	s->out = f;
	s->only = only;
	fprintf(f, "time_s,node,local,peer,cwnd_bytes,ssthresh_bytes,srtt_us,inflight_bytes\n");
	tell_stacks(lab);
	return true;
}

int lab_tcp_series_stop(struct lab *lab, uint64_t *rows)
{
	struct tcp_series *s = lab->tcp_series;
	bool bad;

	if (!s)
		return ERR_NOENT;
	bad = ferror(s->out);
	bad = fclose(s->out) != 0 || bad;
	for (unsigned i = 0; i < SERIES_BUCKETS; i++) {
		struct series_row *r = s->last[i], *next;

		for (; r; r = next) {
			next = r->next;
			free(r);
		}
	}
	if (rows)
		*rows = s->rows;
	free(s);
	lab->tcp_series = NULL;
	tell_stacks(lab);
	return bad ? ERR_IO : OK;
}

/* --- news -------------------------------------------------------------------------------- */

void tcp_watch_event(struct lab *lab, const struct node *n, const struct tcp_event *e)
{
	struct tcp_record r = { .at = lab->engine.now, .node = node_name(n), .event = e };

	if (lab->tcp_series)
		series_take(lab->tcp_series, r.at, n, e);
	if (lab->on_tcp && e->kind != TCP_EV_SAMPLE)
		lab->on_tcp(lab->tcp_ctx, &r);
}

void tcp_watch_node_gone(struct node *n)
{
	struct lab *lab = n->lab;
	uint64_t rows;
	int err;

	if (!lab->tcp_series || lab->tcp_series->only != n)
		return;
	err = lab_tcp_series_stop(lab, &rows);
	lab_say(lab, "the TCP series of %s ended, %" PRIu64 " rows%s%s", node_name(n), rows,
		err ? ": " : "", err ? err_text(err) : "");
}

void tcp_watch_fini(struct lab *lab)
{
	lab->on_tcp = NULL;
	(void)lab_tcp_series_stop(lab, NULL);
}
