// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/expect.h"

#include <stdlib.h>
#include <string.h>

#include "shell/state.h"

static void expect_add(struct expect *e, const char *text, size_t n, const char *help,
		       const struct gram_ins *arg)
{
	char *copy;

	for (size_t i = 0; i < e->n; i++)
		if (strlen(e->v[i].text) == n && memcmp(e->v[i].text, text, n) == 0)
			return;
	if (e->n == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 32;
		struct expect_item *v = realloc(e->v, cap * sizeof(*v));

		if (!v)
			return;
		e->v = v;
		e->cap = cap;
	}
	copy = strndup(text, n);
	if (copy)
		e->v[e->n++] = (struct expect_item){ copy, help ? help : "", arg };
}

static int item_cmp(const void *a, const void *b)
{
	const struct expect_item *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static void expect_sort(struct expect *e)
{
	if (e->n)
		qsort(e->v, e->n, sizeof(*e->v), item_cmp);
}

void expect_fini(struct expect *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->v[i].text);
	free(e->v);
	free(e->after);
	*e = (struct expect){ 0 };
}

/* First words that many commands share. */
static const char *group_help(const struct gram_ins *in)
{
	static const struct { const char *word, *help; } groups[] = {
		{ "capture", "write frames to a file" },
		{ "history", "what was typed, and when" },
		{ "ip", "addresses, links, routes and neighbours, as iproute2" },
		{ "link", "cut, join, add or delete links" },
		{ "node", "stop, start, add or delete nodes" },
		{ "show", "what the lab and its nodes hold" },
		{ "wait", "let lab time pass until something is so" },
	};

	for (size_t i = 0; i < N_ELEM(groups); i++)
		if (strlen(groups[i].word) == in->len &&
		    memcmp(groups[i].word, in->s, in->len) == 0)
			return groups[i].help;
	return "";
}

/* A word of a command's name has the command's help, unless several commands
 * go on with it. */
static const char *key_help(const struct walk *w, const struct gram_ins *in)
{
	for (size_t i = 0; i < w->set.n; i++) {
		const struct gram_ins *o = &w->g->ins[w->set.pc[i]];

		if (o->op == GRAM_KEY && o->cmd != in->cmd && o->len == in->len &&
		    !(o->cmd->flags & CMD_QUIET) && memcmp(o->s, in->s, in->len) == 0)
			return w->n_bind ? "" : group_help(in);
	}
	return in->s >= in->cmd->name && in->s < in->cmd->name + strlen(in->cmd->name) ?
		in->cmd->help : "";
}

/* True if a command spells this word shorter too: "addr" for "address". */
static bool has_shorter(const struct walk *w, const struct gram_ins *in, size_t typed)
{
	for (size_t i = 0; i < w->set.n && w->n_bind; i++) {
		const struct gram_ins *o = &w->g->ins[w->set.pc[i]];

		if (o->op == GRAM_KEY && o->cmd == in->cmd && o->len < in->len && typed <= o->len &&
		    memcmp(o->s, in->s, o->len) == 0)
			return true;
	}
	return false;
}

/* The words that a REST argument's command lists. */
static void expect_rest(struct expect *e, const struct walk *w, const char *prefix)
{
	for (size_t i = 0; i < w->set.n || (w->rest && !i); i++) {
		const struct gram_ins *in = w->rest ? w->rest : &w->g->ins[w->set.pc[i]];
		const char *s = in->op == GRAM_ARG && in->type == ARG_REST ?
				in->cmd->rest_words : NULL;

		for (; s && *s; s += strcspn(s, " "), s += *s == ' ')
			if (strncmp(s, prefix, strlen(prefix)) == 0 && strncmp(s, "NODE", 4) != 0)
				expect_add(e, s, strcspn(s, " "), "", NULL);
	}
}

void expect_walk(struct expect *e, const struct walk *w, const char *prefix)
{
	size_t n = strlen(prefix);

	if (w->rest)
		expect_add(e, w->rest->s, w->rest->len, arg_type_text(w->rest->type), w->rest);
	for (size_t i = 0; i < w->set.n && !w->rest; i++) {
		const struct gram_ins *in = &w->g->ins[w->set.pc[i]];

		if (in->op == GRAM_END)
			e->end = true;
		else if (in->op == GRAM_ARG)
			expect_add(e, in->s, in->len, arg_type_text(in->type), in);
		else if (n <= in->len && memcmp(in->s, prefix, n) == 0 &&
			 !(in->cmd->flags & CMD_QUIET) && !has_shorter(w, in, n))
			expect_add(e, in->s, in->len, key_help(w, in), NULL);
	}
	expect_rest(e, w, prefix);
	if (w->rest)
		e->end = true;
	expect_sort(e);
}

/* Behind a program's <, > or >>, which stand there unquoted (redirect.h). */
static bool is_redirected(const struct walk *w, const struct words *words, const char *line)
{
	const char *last = words->n ? words->v[words->n - 1] : "";

	return w->rest && w->rest->cmd->flags & CMD_PROG &&
	       strchr("<>", line[words->at[words->n - 1]]) &&
	       (strcmp(last, "<") == 0 || strcmp(last, ">") == 0 || strcmp(last, ">>") == 0);
}

static void expect_file(struct expect *e)
{
	static const struct gram_ins file = { .op = GRAM_ARG, .type = ARG_FILE };

	expect_add(e, "FILE", 4, arg_type_text(ARG_FILE), &file);
}

/* The word that stands at the end of the line, and the words before it. */
static bool line_split(struct words *w, const char *line, char **prefix, size_t *at)
{
	size_t n = strlen(line);
	bool begun;

	if (!words_split(w, line) && !w->open_quote)
		return false;
	if (w->background)
		return false;
	begun = w->open_quote || (n && w->n && w->end == n);
	if (!begun && w->end < n && strchr(line + w->end, '#'))
		return false;             /* inside a comment */
	*prefix = strdup(begun ? w->v[w->n - 1] : "");
	*at = begun ? w->at[w->n - 1] : n;
	if (begun) {
		free(w->v[--w->n]);
		w->v[w->n] = NULL;
	}
	words_take_json(w, false);
	return *prefix != NULL;
}

static void expect_heads(struct expect *e, struct shell *sh, const char *prefix)
{
	const char *p = prefix[0] == '@' ? prefix + 1 : prefix;

	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);
		struct buf b = { 0 };

		if (strncmp(node_name(n), p, strlen(p)) != 0)
			continue;
		buf_printf(&b, "%s%s", p == prefix ? "" : "@", node_name(n));
		if (b.s)
			expect_add(e, b.s, b.len, node_kind(n), NULL);
		buf_free(&b);
	}
}

static void expect_words(struct expect *e, struct shell *sh, const struct words *w,
			 const char *line, const char *prefix)
{
	struct cmd_head h = cmd_head_find(sh, w);
	struct args_types types = { sh->lab, h.node, false };
	struct walk_types wt = { args_type_ok, &types };
	struct walk walk;

	e->node = h.node;
	if (h.named && !h.node)
		return;
	if (!cmd_walk_init(&walk, sh, h.flags, w->n + 1))
		return;
	if (walk_run(&walk, w, h.from, w->n, &wt) <= WALK_INCOMPLETE) {
		if (walk.rest && walk.rest->type == ARG_LINE) {
			char *inner = NULL;
			size_t from = w->at[walk.rest_at];

			walk_fini(&walk);
			expect_line(e, sh, line + from, &inner);
			e->word_at += from;
			free(inner);
			return;
		}
		if (is_redirected(&walk, w, line))
			expect_file(e);
		else
			expect_walk(e, &walk, prefix);
		for (int i = 0; i < walk.n_bind; i++)
			if (walk.bind[i].ins->type == ARG_NODE && walk.bind[i].ins->op == GRAM_ARG)
				e->node = lab_find_node(sh->lab, w->v[walk.bind[i].word]);
		for (size_t i = 0; i < walk.set.n; i++)
			if (walk.g->ins[walk.set.pc[i]].type == ARG_LINE &&
			    walk.g->ins[walk.set.pc[i]].op == GRAM_ARG)
				h.named = false, h.from = -1;     /* a whole line begins here */
	}
	walk_fini(&walk);
	if (h.from == -1)
		expect_words(e, sh, &(struct words){ 0 }, "", prefix);
	if (!w->n && h.from >= 0)
		expect_heads(e, sh, prefix);
	expect_sort(e);
}

void expect_line(struct expect *e, struct shell *sh, const char *line, char **prefix)
{
	struct words w;

	*prefix = NULL;
	if (line_split(&w, line, prefix, &e->word_at)) {
		free(e->after);
		e->after = w.n ? strdup(w.v[w.n - 1]) : NULL;
		expect_words(e, sh, &w, line, *prefix);
	}
	words_fini(&w);
	if (!*prefix)
		*prefix = strdup("");
}
