// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/taps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/capture/capture.h"
#include "sim/lab.h"

/* One capture with the interfaces that it watches. */
struct watch {
	struct watch *next;
	struct capture *cap;
	int id;
	uint64_t serial;                  /* counts the frames it was shown */
	char *what, *filter;
};

/* One capture at one interface; in that interface's list. */
struct tap {
	struct tap *next;
	struct watch *watch;
	int ifno;
	uint64_t pending;                 /* serial of its last frame; 0: that is settled */
	const struct pkt *pkt;            /* that frame; only to be compared */
	ns_t in_at;                       /* when it arrived; -1: it was sent */
};

struct taps {
	struct watch *first;              /* by id */
	int last_id;
	uint8_t frame[PKT_MAX];
};

/* --- frames ------------------------------------------------------------------------- */

static void tap_frame(struct link_end *e, const struct pkt *p, ns_t now, enum capture_dir dir)
{
	struct taps *taps = e->link->lab->taps;
	size_t len = pkt_frame(p, taps->frame, sizeof(taps->frame));

	for (struct tap *t = e->taps; t; t = t->next) {
		capture_frame_pending(t->watch->cap, t->ifno, now, dir, taps->frame, len);
		t->pending = ++t->watch->serial;
		t->pkt = p;
		t->in_at = dir == CAPTURE_IN ? now : -1;
	}
}

void taps_out(struct link_end *e, const struct pkt *p)
{
	tap_frame(e, p, e->link->lab->engine.now, CAPTURE_OUT);
}

void taps_in(struct link_end *e, const struct pkt *p, ns_t now)
{
	tap_frame(e, p, now, CAPTURE_IN);
}

/* A stack may go on with a copy of the frame that came, or with the datagram
 * that it completed: that has no arrival of its own.  What came earlier and
 * dies now, from a queue, is somebody else's. */
static bool is_last_frame(const struct tap *t, const struct link_end *e, const struct pkt *p)
{
	if (p == t->pkt)
		return true;
	return t->in_at >= 0 && p->dev == &e->dev && (p->at == 0 || p->at == t->in_at);
}

void taps_dropped(struct link_end *e, const struct pkt *p, enum drop why)
{
	char comment[64];

	snprintf(comment, sizeof(comment), "dropped: %s", drop_name(why));
	for (struct tap *t = e->taps; t; t = t->next) {
		if (!t->pending || !is_last_frame(t, e, p))
			continue;
		if (t->pending == t->watch->serial)
			capture_comment(t->watch->cap, comment);
		t->pending = 0;
	}
}

void taps_settle(struct link_end *e)
{
	for (struct tap *t = e->taps; t; t = t->next)
		t->pending = 0;
}

/* --- what to watch ----------------------------------------------------------------------- */

/* OK also if w watches e already.  ERR_NOMEM, ERR_IO. */
static int tap_add(struct link_end *e, struct watch *w)
{
	char name[80];
	struct tap *t, **at;
	int ifno;

	for (at = &e->taps; *at; at = &(*at)->next)
		if ((*at)->watch == w)
			return OK;
	t = calloc(1, sizeof(*t));
	if (!t)
		return ERR_NOMEM;
	snprintf(name, sizeof(name), "%s:%s", node_name(e->node), e->dev.name);
	ifno = capture_add_if(w->cap, name, e->rate_bps);
	if (ifno < 0) {
		free(t);
		return ifno;
	}
	*t = (struct tap){ .watch = w, .ifno = ifno };
	*at = t;
	return OK;
}

static void tap_remove(struct link_end *e, const struct watch *w)
{
	struct tap **at = &e->taps, *t;

	while ((t = *at)) {
		if (t->watch == w) {
			*at = t->next;
			free(t);
		} else {
			at = &t->next;
		}
	}
}

/* Does a word name this end: all, NODE or NODE:IF? */
static bool word_has_end(const char *word, const struct link_end *e)
{
	size_t n = strcspn(word, ":");
	const char *node = node_name(e->node);

	if (strcmp(word, "all") == 0)
		return true;
	return strlen(node) == n && memcmp(node, word, n) == 0 &&
	       (!word[n] || strcmp(word + n + 1, e->dev.name) == 0);
}

/* w is to watch the ends that one word names; NULL: are there any?  OK,
 * ERR_NOENT with a sentence in err, or what went wrong with the watching. */
static int each_end(const struct lab *lab, const char *word, struct watch *w, char err[256])
{
	char name[64];
	const char *colon = strchr(word, ':');
	size_t n = 0, len = colon ? (size_t)(colon - word) : strlen(word);
	bool all = strcmp(word, "all") == 0;
	int bad = OK;

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	if (!all && !lab_find_node(lab, name)) {
		snprintf(err, 256, "capture: no node '%s', expected all, NODE or NODE:INTERFACE",
			 name);
		return ERR_NOENT;
	}
	for (size_t i = 0; i < lab->n_nodes; i++) {
		struct node *node = lab->nodes[i];

		for (uint32_t k = 0; k < node->n_ends && !bad; k++) {
			if (!word_has_end(word, node->ends[k]))
				continue;
			if (w)
				bad = tap_add(node->ends[k], w);
			n++;
		}
	}
	if (bad)
		snprintf(err, 256, "capture: %s", err_text(bad));
	else if (!n)
		snprintf(err, 256, "capture: no such interface '%s' on %s",
			 colon ? colon + 1 : "(any)", all ? "any node" : name);
	return n ? bad : ERR_NOENT;
}

/* The next word of a list with commas; NULL: that was the last. */
static const char *next_word(const char *s, char word[100])
{
	size_t len = strcspn(s, ",");

	snprintf(word, 100, "%.*s", (int)len, s);
	return s[len] ? s + len + 1 : NULL;
}

/* Every word of a list with commas, to the first that fails. */
static int each_word(const struct lab *lab, const char *what, struct watch *w, char err[256])
{
	char word[100];
	int bad = OK;

	for (const char *s = what; s && !bad; ) {
		s = next_word(s, word);
		bad = each_end(lab, word, w, err);
	}
	return bad;
}

static bool watches_too(const struct watch *w, const struct link_end *e)
{
	char word[100];
	bool found = false;

	for (const char *s = w->what; s && !found; ) {
		s = next_word(s, word);
		found = word_has_end(word, e);
	}
	return found;
}

static int watch_free(struct watch *w)
{
	int err = capture_close(w->cap);

	free(w->what);
	free(w->filter);
	free(w);
	return err;
}

/* Takes cap over; NULL: no memory, and cap is closed. */
static struct watch *watch_new(struct lab *lab, struct capture *cap, const char *what,
			       const char *filter)
{
	struct watch *w = calloc(1, sizeof(*w)), **at;

	if (!lab->taps)
		lab->taps = calloc(1, sizeof(*lab->taps));
	if (!w) {
		(void)capture_close(cap);
		return NULL;
	}
	w->cap = cap;
	w->what = strdup(what);
	w->filter = filter ? strdup(filter) : NULL;
	if (!lab->taps || !w->what || (filter && !w->filter)) {
		(void)watch_free(w);
		return NULL;
	}
	w->id = ++lab->taps->last_id;
	for (at = &lab->taps->first; *at; at = &(*at)->next)
		;
	*at = w;
	return w;
}

/* --- public ------------------------------------------------------------------------------ */

int lab_capture_start(struct lab *lab, const char *what, const char *path,
		      const char *filter, const char *dir, char err[256])
{
	struct capture_config cfg = { .path = path, .filter = filter, .dir = CAPTURE_BOTH,
				      .epoch_unix_ns = LAB_EPOCH_UNIX_NS };
	struct capture *cap;
	struct watch *w;
	int bad;

	if (dir)
		cfg.dir = strcmp(dir, "in") == 0 ? CAPTURE_IN : CAPTURE_OUT;
	if (dir && strcmp(dir, "in") != 0 && strcmp(dir, "out") != 0) {
		snprintf(err, 256, "capture: direction '%.40s', expected in or out", dir);
		return ERR_INVAL;
	}
	bad = each_word(lab, what, NULL, err);
	if (bad)
		return bad;
	cap = capture_open(&cfg, err);
	if (!cap)
		return ERR_IO;
	w = watch_new(lab, cap, what, filter);
	if (!w) {
		snprintf(err, 256, "capture: %s", err_text(ERR_NOMEM));
		return ERR_NOMEM;
	}
	bad = each_word(lab, what, w, err);
	if (bad)
		(void)lab_capture_stop(lab, w->id);
	return bad ? bad : w->id;
}

static int watch_end(struct lab *lab, struct watch *w)
{
	for (size_t i = 0; i < lab->n_links; i++) {
		tap_remove(&lab->links[i]->end[0], w);
		tap_remove(&lab->links[i]->end[1], w);
	}
	return watch_free(w);
}

int lab_capture_stop(struct lab *lab, int id)
{
	struct watch **at = lab->taps ? &lab->taps->first : NULL, *w;
	int err = OK;
	bool found = false;

	while (at && (w = *at)) {
		if (id && w->id != id) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		found = true;
		if (err == OK)
			err = watch_end(lab, w);
		else
			(void)watch_end(lab, w);
	}
	return found || id == 0 ? err : ERR_NOENT;
}

int lab_capture_flush(struct lab *lab)
{
	int err = OK;

	for (struct watch *w = lab->taps ? lab->taps->first : NULL; w; w = w->next) {
		int e = capture_flush(w->cap);

		err = err ? err : e;
	}
	return err;
}

size_t lab_captures(const struct lab *lab, struct capture_info *out, size_t room)
{
	size_t n = 0;

	for (const struct watch *w = lab->taps ? lab->taps->first : NULL; w; w = w->next, n++)
		if (n < room)
			out[n] = (struct capture_info){
				.id = w->id, .what = w->what, .path = capture_path(w->cap),
				.filter = w->filter, .frames = capture_count(w->cap),
				.error = capture_error(w->cap),
			};
	return n;
}

/* A capture that cannot take one more says so in its error. */
void taps_link_added(struct link *l)
{
	for (struct watch *w = l->lab->taps ? l->lab->taps->first : NULL; w; w = w->next)
		for (int i = 0; i < 2; i++)
			if (watches_too(w, &l->end[i]))
				(void)tap_add(&l->end[i], w);
}

void taps_link_gone(struct link *l)
{
	for (struct watch *w = l->lab->taps ? l->lab->taps->first : NULL; w; w = w->next)
		for (int i = 0; i < 2; i++)
			tap_remove(&l->end[i], w);
}

/* Is each word NODE or NODE:IF of this node? */
static bool watches_only(const struct watch *w, const struct node *n)
{
	size_t len = strlen(node_name(n));
	char word[100];
	bool only = true;

	for (const char *s = w->what; s && only; ) {
		s = next_word(s, word);
		only = strcspn(word, ":") == len && memcmp(word, node_name(n), len) == 0;
	}
	return only;
}

void taps_node_gone(struct node *n)
{
	struct lab *lab = n->lab;
	struct watch *w, *next;

	for (w = lab->taps ? lab->taps->first : NULL; w; w = next) {
		struct buf text = { 0 };
		int err;

		next = w->next;
		if (!watches_only(w, n))
			continue;
		buf_printf(&text, "capture %d of %s ended, %" PRIu64 " frames in %s", w->id,
			   w->what, capture_count(w->cap), capture_path(w->cap));
		err = lab_capture_stop(lab, w->id);
		if (text.s)
			lab_say(lab, "%s%s%s", text.s, err ? ": " : "", err ? err_text(err) : "");
		buf_free(&text);
	}
}

void taps_fini(struct lab *lab)
{
	(void)lab_capture_stop(lab, 0);
	free(lab->taps);
	lab->taps = NULL;
}
