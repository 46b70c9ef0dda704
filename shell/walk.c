// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/gram.h"

#include <stdlib.h>
#include <string.h>

#include "shell/cmd.h"
#include "stack/util/cc.h"

/*
 * A word picks one label: an exact keyword, else an argument whose type the
 * word fits, else the one keyword that it begins, else an argument that takes
 * anything.  All places with that label go on together, so that no walk ever
 * backs up and each word has one meaning.
 */

/* Which node a command is for, where the line has said so already: what follows is
 * about it alone, and "r1 show ip ospf interface r2" means r1's interface. */
static bool is_settled_node(const struct walk *w, const struct gram_ins *in)
{
	return w->at_node && in->op == GRAM_ARG && in->type == ARG_NODE &&
	       in->cmd->flags & CMD_NODE && in->cmd->flags & CMD_LAB;
}

static void set_add(struct walk *w, struct gram_set *s, uint16_t pc)
{
	const struct gram_ins *in = &w->g->ins[pc];

	if (s->seen[pc] || is_settled_node(w, in))
		return;
	s->seen[pc] = 1;
	if (in->op == GRAM_SPLIT) {
		set_add(w, s, in->x);
		set_add(w, s, in->y);
	} else if (in->op == GRAM_JUMP) {
		set_add(w, s, in->x);
	} else {
		s->pc[s->n++] = pc;
	}
}

static void set_clear(struct walk *w, struct gram_set *s)
{
	memset(s->seen, 0, w->g->n);
	s->n = 0;
}

static bool set_init(const struct gram *g, struct gram_set *s)
{
	s->pc = calloc(g->n, sizeof(*s->pc));
	s->seen = calloc(g->n, 1);
	return s->pc && s->seen;
}

bool walk_init(struct walk *w, const struct gram *g, const struct walk_start *from, int words)
{
	*w = (struct walk){ .g = g, .rest_at = -1, .at_node = from->at_node };
	w->bind = calloc((size_t)words + 1, sizeof(*w->bind));
	if (!w->bind || !set_init(g, &w->set) || !set_init(g, &w->next)) {
		w->status = WALK_NOMEM;
		walk_fini(w);
		return false;
	}
	for (size_t i = 0; i < from->n; i++)
		set_add(w, &w->set, from->at[i]);
	return true;
}

void walk_fini(struct walk *w)
{
	free(w->set.pc);
	free(w->set.seen);
	free(w->next.pc);
	free(w->next.seen);
	free(w->bind);
	w->set = w->next = (struct gram_set){ 0 };
	w->bind = NULL;
}

static bool same_label(const struct gram_ins *a, const struct gram_ins *b)
{
	return a->op == b->op && a->type == b->type && a->len == b->len &&
		memcmp(a->s, b->s, a->len) == 0;
}

static bool type_is_open(enum arg_type t)
{
	return t == ARG_WORD || t == ARG_IFACE || t == ARG_FILE || t == ARG_REST || t == ARG_LINE;
}

#define PREFIX_MIN 2              /* letters of a line's first word */

/* How well a place takes a word; higher wins. */
enum fit { FIT_NOT, FIT_OPEN, FIT_PREFIX, FIT_TYPE, FIT_EXACT };

static enum fit ins_fit(const struct walk *w, const struct gram_ins *in, const char *word,
			const struct walk_types *t)
{
	size_t n = strlen(word);

	switch (in->op) {
	case GRAM_KEY:
		if (n > in->len || !n || memcmp(in->s, word, n) != 0)
			return FIT_NOT;
		if (n == in->len)
			return FIT_EXACT;
		if (in->cmd->flags & CMD_QUIET)
			return FIT_NOT;
		/* "arp" is not arping, and one letter names no command. */
		if (w->n_bind == 0 && (in->cmd->flags & CMD_PROG || n < PREFIX_MIN))
			return FIT_NOT;
		return FIT_PREFIX;
	case GRAM_ARG:
		if (type_is_open(in->type))
			return FIT_OPEN;
		return t->ok(t->ctx, w, in, word) ? FIT_TYPE : FIT_NOT;
	default:
		return FIT_NOT;
	}
}

/* Two spellings of one word after the first: "addr" and "address". */
static bool same_word(const struct walk *w, const struct gram_ins *a, const struct gram_ins *b)
{
	return w->n_bind > 0 && memcmp(a->s, b->s, a->len < b->len ? a->len : b->len) == 0;
}

/* The label that takes the word, or NULL with status set. */
static const struct gram_ins *pick(struct walk *w, const char *word, const struct walk_types *t)
{
	const struct gram_ins *best = NULL;
	enum fit fit = FIT_NOT;
	bool clash = false;

	for (size_t i = 0; i < w->set.n; i++) {
		const struct gram_ins *in = &w->g->ins[w->set.pc[i]];
		enum fit f = ins_fit(w, in, word, t);

		if (f > fit) {
			best = in;
			fit = f;
			clash = false;
		} else if (f == FIT_PREFIX && f == fit && !same_label(best, in)) {
			clash |= !same_word(w, best, in);
			if (in->len < best->len)
				best = in;
		}
	}
	w->status = clash ? WALK_AMBIGUOUS : best ? WALK_OK : WALK_UNEXPECTED;
	return clash ? NULL : best;
}

/* An option word ("-br") of a command here: it may stand anywhere. */
static bool take_option(struct walk *w, const char *word)
{
	size_t to = 0;
	bool found = false;

	if (word[0] != '-' || !word[1])
		return false;
	for (size_t i = 0; i < w->set.n; i++)
		found |= cmd_has_option(w->g->ins[w->set.pc[i]].cmd, word);
	for (size_t i = 0; found && i < w->set.n; i++)
		if (cmd_has_option(w->g->ins[w->set.pc[i]].cmd, word))
			w->set.pc[to++] = w->set.pc[i];
	if (found)
		w->set.n = to;
	return found;
}

/* One word further; false if that failed (status says why). */
static bool walk_step(struct walk *w, const char *word, const struct walk_types *t)
{
	const struct gram_ins *best;
	struct gram_set swap;

	if (w->rest || take_option(w, word)) {
		w->at++;
		return true;
	}
	best = pick(w, word, t);
	if (!best)
		return false;
	set_clear(w, &w->next);
	for (size_t i = 0; i < w->set.n; i++)
		if (same_label(best, &w->g->ins[w->set.pc[i]]))
			set_add(w, &w->next, (uint16_t)(w->set.pc[i] + 1));
	if (best->type == ARG_REST || best->type == ARG_LINE) {
		w->rest = best;
		w->rest_at = w->at;
	}
	w->bind[w->n_bind++] = (struct gram_bind){ best, w->at++ };
	swap = w->set;
	w->set = w->next;
	w->next = swap;
	return true;
}

/* The command that may end here, or NULL. */
static const struct cmd *walk_end(const struct walk *w)
{
	for (size_t i = 0; i < w->set.n; i++)
		if (w->g->ins[w->set.pc[i]].op == GRAM_END)
			return w->g->ins[w->set.pc[i]].cmd;
	return NULL;
}

enum walk_status walk_run(struct walk *w, const struct words *words, int from, int to,
			  const struct walk_types *t)
{
	w->at = from;
	while (w->at < to)
		if (!walk_step(w, words->v[w->at], t))
			return w->status;
	w->cmd = walk_end(w);
	w->status = w->cmd ? WALK_OK : WALK_INCOMPLETE;
	return w->status;
}
