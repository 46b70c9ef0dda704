// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/lab.h"
#include "sim/port/expose.h"
#include "sim/port/port.h"
#include "sim/port/recfile.h"
#include "sim/port/record.h"
#include "stack/wire/eth.h"

/* Where the inputs of one interface of the file enter. */
struct target {
	struct link_end *end;             /* a door's; or NULL: */
	struct node *node;                /* an exposed port of this node */
};

struct replay {
	struct lab *lab;
	char *path;
	struct recfile *file;
	struct rec next;                  /* the input that comes next, unless it has ended */
	bool ended, armed;                /* armed: a timer is set for it */
	struct target *targets;           /* of the interfaces resolved so far */
	uint32_t n_targets;
	struct node_timer datagram;       /* `next` is for an exposed port */
	uint64_t inputs, left, strays;    /* strays: of ports that are not exposed */
	ns_t last_at;
	uint32_t clock;                   /* ospf_lab_clock()'s */
	char note[256];
};

/* What the real door refused: from the numbers at[0], at[2] ... of the frames
 * on that were to go out; from at[1], at[3] ... on it took them again. */
struct shut_door {
	uint64_t *at;
	size_t n, cap, passed;
	uint64_t outputs;
};

/* --- what the file may say --------------------------------------------------------- */

static bool target_find(const struct lab *lab, const char *name, struct target *t)
{
	const char *colon = strrchr(name, ':'), *slash = colon ? strchr(colon, '/') : NULL;
	struct node *n;
	char node[64];

	*t = (struct target){ 0 };
	if (!colon || (size_t)snprintf(node, sizeof(node), "%.*s", (int)(colon - name), name) >=
		      sizeof(node))
		return false;
	n = lab_find_node(lab, node);
	if (n && slash && strcmp(slash, "/udp") == 0 && node_has_stack(n))
		t->node = n;
	for (uint32_t i = 0; n && n->is_door && i < n->n_ends; i++)
		if (strcmp(n->ends[i]->dev.name, colon + 1) == 0)
			t->end = n->ends[i];
	return t->node || t->end;
}

static bool is_carrier(const struct rec *r)
{
	return r->n == 0 && strncmp(r->comment, "carrier ", 8) == 0;
}

/* "refused from 12" */
static bool refusal_parse(const struct rec *r, bool *refused, uint64_t *from)
{
	*refused = sscanf(r->comment, "refused from %" SCNu64, from) == 1;
	return *refused || sscanf(r->comment, "taken from %" SCNu64, from) == 1;
}

static bool clock_parse(const struct rec *r, uint32_t *base)
{
	return sscanf(r->comment, "clock %" SCNu32, base) == 1;
}

static const char *rec_wrong(const struct rec *r, const struct target *t, ns_t last_at)
{
	uint64_t from;
	uint32_t base;
	bool refused;

	if (r->at < last_at)
		return "its time is before that of the one before it";
	if (r->out)
		return clock_parse(r, &base) || (t->end && refusal_parse(r, &refused, &from)) ?
		       NULL : "a frame that went out";
	if (t->end && is_carrier(r))
		return NULL;
	return r->n < ETH_HLEN || r->n > PKT_MAX ? "no Ethernet frame" : NULL;
}

/* --- reading ----------------------------------------------------------------------------- */

/* Interfaces that were announced since; false: one is not of this lab. */
static bool targets_add(struct replay *rp, char err[256])
{
	uint32_t n = recfile_n_ifs(rp->file);
	struct target *more;

	if (n == rp->n_targets)
		return true;
	more = realloc(rp->targets, n * sizeof(*more));
	if (!more) {
		snprintf(err, 256, "out of memory");
		return false;
	}
	rp->targets = more;
	for (; rp->n_targets < n; rp->n_targets++) {
		const char *name = recfile_if(rp->file, rp->n_targets);

		if (target_find(rp->lab, name, &more[rp->n_targets]))
			continue;
		snprintf(err, 256, "%.120s: this lab has no door '%.80s'", rp->path, name);
		return false;
	}
	return true;
}

/* 1: a record; 0: the end; -1 with a sentence in err. */
static int rec_read(struct replay *rp, struct rec *r, char err[256])
{
	int got = recfile_next(rp->file, r);

	if (got < 0)
		snprintf(err, 256, "%.250s", recfile_error(rp->file));
	if (got > 0 && !targets_add(rp, err))
		return -1;
	return got < 0 ? -1 : got;
}

/* The whole file, before anything is shut. */
static bool check_all(struct replay *rp, char err[256])
{
	uint64_t n = 0;
	struct rec r;
	int got;

	while ((got = rec_read(rp, &r, err)) > 0) {
		const char *wrong = rec_wrong(&r, &rp->targets[r.ifno], rp->last_at);

		n++;
		if (wrong) {
			snprintf(err, 256, "%.120s: record %" PRIu64 ": %s", rp->path, n, wrong);
			return false;
		}
		if (r.out)
			(void)clock_parse(&r, &rp->clock);
		rp->inputs += !r.out;
		rp->last_at = r.at;
	}
	if (recfile_is_cut(rp->file))
		snprintf(rp->note, sizeof(rp->note), "%.120s ends within a record, which is "
			 "left out: its writer was stopped", rp->path);
	rp->left = rp->inputs;
	return got == 0;
}

static bool file_open(struct replay *rp, char err[256])
{
	recfile_close(rp->file);
	rp->file = recfile_open(rp->path, err);
	rp->n_targets = 0;
	return rp->file != NULL;
}

/* --- the inputs --------------------------------------------------------------------------- */

static void refusal_add(struct port *pt, uint64_t from)
{
	struct shut_door *d = pt->priv;

	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 8;
		uint64_t *at = realloc(d->at, cap * sizeof(*at));

		if (!at)
			return;
		d->at = at;
		d->cap = cap;
	}
	d->at[d->n++] = from;
}

/* Reads on to the next input; what was refused before it is noted. */
static void advance(struct replay *rp)
{
	uint64_t from;
	bool refused;
	int got;

	while ((got = rec_read(rp, &rp->next, rp->note)) > 0 && rp->next.out)
		if (refusal_parse(&rp->next, &refused, &from))
			refusal_add(rp->targets[rp->next.ifno].end->port, from);
	rp->ended = got <= 0;
	rp->armed = false;
}

static void datagram_due(struct node_timer *t);

static void arm(struct replay *rp)
{
	const struct target *t = &rp->targets[rp->next.ifno];

	rp->armed = true;
	if (t->end) {
		node_timer_set(&t->end->port->due, rp->next.at);
	} else {
		node_timer_init(&rp->datagram, t->node, datagram_due);
		rp->datagram.first = true;
		node_timer_set(&rp->datagram, rp->next.at);
	}
}

/* What else enters at this instant, elsewhere. */
static void arm_now(struct replay *rp)
{
	if (!rp->ended && rp->next.at <= lab_now(rp->lab))
		arm(rp);
}

void replay_feed(struct lab *lab, ns_t until)
{
	struct replay *rp = lab->replay;

	if (likely(!rp) || rp->ended || rp->armed || rp->next.at > until ||
	    rp->next.at > engine_next_at(&lab->engine))
		return;
	arm(rp);
}

/* Is `next` an input of this instant and this place? */
static bool is_now(const struct replay *rp, const struct link_end *e, const struct node *n)
{
	const struct target *t = rp->ended ? NULL : &rp->targets[rp->next.ifno];

	return t && rp->next.at <= lab_now(rp->lab) && t->end == e && t->node == n;
}

static void datagram_due(struct node_timer *t)
{
	struct replay *rp = container_of(t, struct replay, datagram);

	while (is_now(rp, NULL, t->on)) {
		const char *name = recfile_if(rp->file, rp->next.ifno);

		if (!expose_replay(rp->lab, name, rp->next.bytes, rp->next.n))
			rp->strays++;
		rp->left--;
		advance(rp);
	}
	arm_now(rp);
}

static void replay_due(struct port *pt)
{
	struct replay *rp = pt->end->link->lab->replay;

	while (is_now(rp, pt->end, NULL)) {
		if (is_carrier(&rp->next)) {
			pt->outer_told = true;
			pt->outer_down = strcmp(rp->next.comment, "carrier on") != 0;
		} else {
			port_rx(pt, rp->next.bytes, rp->next.n);
		}
		rp->left--;
		advance(rp);
	}
	arm_now(rp);
}

/* --- a door that is shut ---------------------------------------------------------------- */

static bool replay_open(struct port *pt, const char *arg, char err[256])
{
	(void)arg;
	pt->priv = calloc(1, sizeof(struct shut_door));
	if (!pt->priv)
		snprintf(err, 256, "out of memory");
	return pt->priv != NULL;
}

static bool replay_write(struct port *pt, const struct pkt *p)
{
	struct shut_door *d = pt->priv;

	(void)p;
	while (d->passed < d->n && d->at[d->passed] <= d->outputs)
		d->passed++;
	d->outputs++;
	return d->passed % 2 == 0;
}

static void replay_state(const struct port *pt, char *out, size_t room)
{
	const struct replay *rp = pt->end->link->lab->replay;

	snprintf(out, room, "%s", rp && !rp->ended ? "a record is replayed" : "ended");
}

static void replay_close_port(struct port *pt)
{
	struct shut_door *d = pt->priv;

	free(d->at);
	free(d);
}

const struct port_ops port_replay = {
	.word = "replay", .what = "a record instead of the outside", .in_lab_time = true,
	.open = replay_open, .due = replay_due, .write = replay_write, .state = replay_state,
	.close = replay_close_port,
};

static bool shut_all(struct lab *lab, char err[256])
{
	ports_shut(lab);
	for (size_t i = 0; i < lab->n_nodes; i++)
		for (uint32_t k = 0; lab->nodes[i]->is_door && k < lab->nodes[i]->n_ends; k++) {
			struct link_end *e = lab->nodes[i]->ends[k];

			if (!port_new(e, &port_replay, port_spec(e), err))
				return false;
		}
	return true;
}

/* --- public -------------------------------------------------------------------------------- */

static void replay_free(struct replay *rp)
{
	if (!rp)
		return;
	if (list_linked(&rp->datagram.node))
		node_timer_stop(&rp->datagram);
	recfile_close(rp->file);
	free(rp->targets);
	free(rp->path);
	free(rp);
}

static bool may_begin(const struct lab *lab, const char *path, char err[256])
{
	if (lab->replay)
		snprintf(err, 256, "%.180s is being replayed already", lab->replay->path);
	else if (lab_now(lab) > 0)
		snprintf(err, 256, "time has passed: a replay begins with the lab "
			 "(netloom LAB --replay FILE)");
	else if (!list_empty(&lab->exposed) || !list_empty(&lab->exposed_tcp))
		snprintf(err, 256, "a port is exposed already: a replay comes first");
	else if (record_is_of(lab, path))
		snprintf(err, 256, "%.180s is being recorded", path);
	else
		return true;
	return false;
}

bool lab_replay(struct lab *lab, const char *path, char err[256])
{
	struct replay *rp = may_begin(lab, path, err) ? calloc(1, sizeof(*rp)) : NULL;

	if (!rp)
		return false;
	rp->lab = lab;
	rp->path = strdup(path);
	if (!rp->path || !file_open(rp, err) || !check_all(rp, err) || !file_open(rp, err) ||
	    !shut_all(lab, err)) {
		replay_free(rp);
		return false;
	}
	lab->replay = rp;
	ospf_lab_clock(lab, rp->clock);
	advance(rp);
	return true;
}

bool lab_replaying(const struct lab *lab, struct replay_info *out)
{
	struct replay *rp = lab->replay;

	if (!rp)
		return false;
	if (rp->strays)
		snprintf(rp->note, sizeof(rp->note), "%" PRIu64 " datagram%s left out: the port "
			 "was not exposed then", rp->strays, rp->strays == 1 ? "" : "s");
	*out = (struct replay_info){ rp->path, rp->note[0] ? rp->note : NULL, rp->inputs,
				     rp->left, rp->last_at };
	return true;
}

bool replay_runs(const struct lab *lab) { return lab->replay != NULL; }

bool replay_is_of(const struct lab *lab, const char *path)
{
	struct stat a, b;

	return lab->replay && stat(path, &a) == 0 && stat(lab->replay->path, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void replay_close(struct lab *lab)
{
	replay_free(lab->replay);
	lab->replay = NULL;
}
