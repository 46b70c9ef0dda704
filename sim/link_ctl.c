// SPDX-License-Identifier: GPL-3.0-or-later
/* What a user sees of a link and changes on it while the lab runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"

size_t lab_n_links(const struct lab *lab) { return lab->n_links; }
struct link *lab_link(const struct lab *lab, size_t i) { return lab->links[i]; }
struct node *link_node(const struct link *l, enum link_side s) { return l->end[s].node; }
const char *link_ifname(const struct link *l, enum link_side s) { return l->end[s].dev.name; }
bool link_is_up(const struct link *l) { return l->up; }
uint32_t link_mtu(const struct link *l) { return l->end[0].dev.mtu; }

struct link *lab_find_link(const struct lab *lab, const struct node *a, const struct node *b,
			   size_t i)
{
	(void)lab;
	for (uint32_t k = 0; k < a->n_ends; k++)
		if (a->ends[k]->peer->node == b && i-- == 0)
			return a->ends[k]->link;
	return NULL;
}

struct link *lab_link_at(const struct lab *lab, const struct node *n, const char *ifname,
			 enum link_side *side)
{
	(void)lab;
	for (uint32_t k = 0; k < n->n_ends; k++) {
		struct link_end *e = n->ends[k];

		if (strcmp(e->dev.name, ifname) != 0)
			continue;
		if (side)
			*side = e == &e->link->end[1] ? SIDE_B : SIDE_A;
		return e->link;
	}
	return NULL;
}

void link_info(struct link *l, enum link_side s, struct link_end_info *out)
{
	struct link_end *e = &l->end[s];
	struct buf text = { 0 };

	link_end_queue_now(e, l->lab->engine.now);
	*out = (struct link_end_info){
		.node = e->node, .ifname = e->dev.name, .dev = e->node->stack ? &e->dev : NULL,
		.up = e->node->up && (e->dev.flags & DEV_UP),
		.carrier = e->dev.flags & DEV_CARRIER,
		.rate_bps = e->rate_bps, .queue_limit_bytes = e->queue_bytes,
		.queue_limit_pkts = e->queue_pkts, .queue_bytes = e->q.bytes,
		.queue_pkts = e->q.n, .queue_max_bytes = e->q.max_bytes,
		.in_flight = e->in_flight,
		.tx_packets = e->dev.stats.tx_packets, .tx_bytes = e->dev.stats.tx_bytes,
		.delivered_packets = e->delivered_packets, .delivered_bytes = e->delivered_bytes,
	};
	if (e->drops)
		memcpy(out->drops, e->drops, sizeof(out->drops));
	if (e->netem)
		netem_print(&e->netem->spec, &text);
	else
		netem_print(&(struct netem_spec){ .delay = e->delay }, &text);
	snprintf(out->netem, sizeof(out->netem), "%s", text.s ? text.s : "");
	buf_free(&text);
}

int link_set_up(struct link *l, bool up)
{
	if (l->up == up)
		return OK;
	lab_note_change(l->lab, "link %s %s %s", node_name(l->end[0].node),
			node_name(l->end[1].node), up ? "up" : "down");
	l->up = up;
	link_update_carrier(l);
	return OK;
}

/* --- a new rate ------------------------------------------------------------------- */

static int by_seq(const void *pa, const void *pb)
{
	const struct pkt *a = *(struct pkt *const *)pa, *b = *(struct pkt *const *)pb;

	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* The frames in flight as an array in order of sending; NULL: no memory. */
static struct pkt **frames_take(struct link_end *e, size_t *n)
{
	struct pkt **all = calloc(e->in_flight + (size_t)1, sizeof(struct pkt *)), *p;

	if (!all)
		return NULL;
	*n = 0;
	while ((p = link_end_take(e)))
		all[(*n)++] = p;
	qsort(all, *n, sizeof(all[0]), by_seq);
	e->q.n = e->q.first = 0;
	e->q.bytes = 0;
	return all;
}

/* A new rate: frames that have not started get new times.  OK or ERR_NOMEM,
 * then nothing has changed. */
static int must_check link_end_set_rate(struct link_end *e, uint64_t rate_bps)
{
	ns_t now = e->link->lab->engine.now;
	size_t n;
	struct pkt **all = frames_take(e, &n);
	uint64_t old = e->rate_bps;

	if (!all)
		return ERR_NOMEM;
	engine_set(&e->link->lab->engine, &e->ev, NS_NEVER);
	e->tx_len = 0;
	e->tx_ns = 0;
	e->busy_at = now;
	for (size_t i = 0; i < n; i++) {
		struct pkt *p = all[i];

		e->rate_bps = old;
		if (p->start_at <= now) {         /* on the wire: nothing changes */
			if (p->start_at + link_end_tx_time(e, pkt_len(p)) > e->busy_at)
				e->busy_at = p->start_at + link_end_tx_time(e, pkt_len(p));
			link_end_reinsert(e, p);
		} else {
			ns_t prop = p->at - p->start_at - link_end_tx_time(e, pkt_len(p));

			e->rate_bps = rate_bps;
			e->tx_len = 0;
			e->tx_ns = 0;
			link_end_requeue(e, p, now, prop);
		}
	}
	e->rate_bps = rate_bps;
	free(all);
	return OK;
}

/* --- words --------------------------------------------------------------------------- */

struct link_words {
	uint64_t rate_bps, queue_bytes;
	uint32_t queue_pkts, mtu;
	bool rate, queue, mtu_given, none;
	int argc;
	char *argv[64];                   /* what is left for netem */
};

static int parse_mtu(const char *s, uint32_t *mtu, char err[160])
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	if (*s < '0' || *s > '9' || *end || v < 68 || v > 65535) {
		snprintf(err, 160, "mtu: found '%.40s', expected a number from 68 to 65535", s);
		return ERR_INVAL;
	}
	*mtu = (uint32_t)v;
	return OK;
}

static const char *const all_words[] = {
	"rate", "queue", "mtu", "none", "limit", "delay", "jitter", "correlation",
	"distribution", "loss", "loss-list", "duplicate", "reorder", "corrupt", "gap", "overhead",
};

/* netem's parser knows only its own words: its complaint about another one is
 * told anew, with all of them. */
static void explain_word(char err[160])
{
	char word[24] = "";
	const char *near;

	if (sscanf(err, "found '%23[^']', expected limit", word) != 1 || !strstr(err, "limit"))
		return;
	if (strcmp(word, "none") == 0) {
		snprintf(err, 160, "none: expected in front of the other settings");
		return;
	}
	near = closest_word(word, all_words, N_ELEM(all_words));
	snprintf(err, 160, "found '%s', expected rate, queue, mtu, none, limit, delay, jitter, "
		 "loss, duplicate, reorder, corrupt, gap ...%s%s%s", word,
		 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* Takes out the words that are the link's own, with their values. */
static int split_words(struct link_words *w, int argc, char *const *argv, char err[160])
{
	int bad = OK;

	*w = (struct link_words){ 0 };
	if (argc > 60) {
		snprintf(err, 160, "found %d words, expected at most 60", argc);
		return ERR_INVAL;
	}
	for (int i = 0; i < argc && !bad; i++) {
		const char *k = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
		bool own = !strcmp(k, "rate") || !strcmp(k, "queue") || !strcmp(k, "mtu");

		if (own && !v) {
			snprintf(err, 160, "%s: expected a value after it", k);
			return ERR_INVAL;
		}
		if (!strcmp(k, "rate"))
			w->rate = true, bad = unit_rate(v, &w->rate_bps, err);
		else if (!strcmp(k, "queue"))
			w->queue = true, bad = unit_size(v, &w->queue_bytes, &w->queue_pkts, err);
		else if (!strcmp(k, "mtu"))
			w->mtu_given = true, bad = parse_mtu(v, &w->mtu, err);
		else if (!strcmp(k, "none") && i == 0)
			w->none = true;
		else
			w->argv[w->argc++] = argv[i];
		i += own;
	}
	return bad;
}

static int end_spec_now(const struct link_end *e, struct netem_spec *s)
{
	*s = (struct netem_spec){ .delay = e->delay };
	return e->netem ? netem_spec_copy(s, &e->netem->spec) : OK;
}

/* Words that change nothing without another one were meant otherwise. */
static int check_alone(const struct netem_spec *s, char err[160])
{
	const char *word = s->gap && !s->reorder.p ? "gap" :
			   s->jitter ? NULL : s->dist ? "distribution" :
			   s->delay_corr ? "correlation" : NULL;

	if (!word)
		return OK;
	snprintf(err, 160, "%s: found no %s, expected one too, such as %s", word,
		 s->gap && !s->reorder.p ? "reorder" : "jitter",
		 s->gap && !s->reorder.p ? "reorder 25%" : "delay 10ms 1ms");
	return ERR_INVAL;
}

/* The impairments that the words ask for, starting from what is there. */
static int netem_wanted(const struct link_end *e, const struct link_words *w,
			struct netem_spec *s, char err[160])
{
	int bad = end_spec_now(e, s);

	if (bad) {
		snprintf(err, 160, "%s", err_text(bad));
		return bad;
	}
	if (w->none) {
		netem_spec_fini(s);
		*s = (struct netem_spec){ 0 };
	}
	bad = w->argc ? netem_parse(s, w->argc, w->argv, err) : OK;
	if (bad)
		explain_word(err);
	else
		bad = check_alone(s, err);
	if (bad)
		netem_spec_fini(s);
	return bad;
}

int link_words_check(int argc, char *const *argv, char err[160])
{
	struct netem_spec s = { 0 };
	struct link_words w;
	int bad = split_words(&w, argc, argv, err);

	if (!bad)
		bad = netem_parse_part(&s, w.argc, w.argv, err);
	if (bad)
		explain_word(err);
	netem_spec_fini(&s);
	return bad;
}

/* The rate first: frames that wait keep the overhead they were sent with. */
static int end_apply(struct link_end *e, const struct link_words *w, const struct netem_spec *s)
{
	uint16_t cost = ospf_end_cost(e);
	int err = OK;

	if (w->rate && w->rate_bps != e->rate_bps)
		err = link_end_set_rate(e, w->rate_bps);
	if (!err)
		err = link_end_set_netem(e, s);
	if (!err && w->queue) {
		e->queue_bytes = w->queue_bytes;
		e->queue_pkts = w->queue_pkts;
	}
	ospf_end_changed(e, cost);
	return err;
}

int link_set(struct link *l, int side, int argc, char *const *argv, char err[160])
{
	struct netem_spec want[2];
	struct link_words w;
	int first = side < 0 ? 0 : side, last = side < 0 ? 1 : side;
	int bad = split_words(&w, argc, argv, err);

	if (bad)
		return bad;
	for (int s = first; s <= last; s++) {     /* all words first, then all changes */
		bad = netem_wanted(&l->end[s], &w, &want[s], err);
		if (bad) {
			if (s > first)
				netem_spec_fini(&want[first]);
			return bad;
		}
	}
	for (int s = first; s <= last; s++) {
		int e = end_apply(&l->end[s], &w, &want[s]);

		netem_spec_fini(&want[s]);
		bad = bad ? bad : e;
	}
	if (bad)
		snprintf(err, 160, "%s", err_text(bad));
	for (int s = 0; s < 2 && w.mtu_given && !bad; s++)
		bad = netdev_set_mtu(&l->end[s].dev, w.mtu);
	return bad;
}
