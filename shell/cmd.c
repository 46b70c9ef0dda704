// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "shell/expect.h"
#include "shell/prog.h"
#include "shell/state.h"

/* Every family; where two commands could take a line, the first does. */
static const struct cmd *const families[] = {
	cmds_lab, cmds_node, cmds_link, cmds_ping, cmds_iperf, cmds_bench, cmds_time, cmds_show,
	cmds_show_links, cmds_frr, cmds_ospf_nbr, cmds_ospf_if, cmds_ospf_db, cmds_ospf_route,
	cmds_ospf_lab, cmds_ospf_fsm, cmds_ospf_set, cmds_route, cmds_ip, cmds_ip_route,
	cmds_sysctl, cmds_nstat, cmds_capture, cmds_trace, cmds_topo, cmds_port, cmds_jobs,
	cmds_history, cmds_tcp, cmds_ss, cmds_help,
};

bool cmd_has_option(const struct cmd *cmd, const char *word)
{
	return word_listed(cmd->opts, word);
}

static bool cmd_set_add(struct cmd_set *s, const struct cmd *cmd)
{
	int start = gram_add(&s->gram, cmd);

	assert(start >= 0 || s->gram.n == s->gram.cap);   /* else its grammar is wrong */
	if (start < 0)
		return false;
	s->cmd[s->n] = cmd;
	s->start[s->n++] = (uint16_t)start;
	return true;
}

bool cmd_set_init(struct cmd_set *s)
{
	size_t n = 0;
	bool ok;

	*s = (struct cmd_set){ 0 };
	s->progs = prog_cmds(&s->n_progs);
	for (size_t i = 0; i < N_ELEM(families); i++)
		for (const struct cmd *c = families[i]; c->name; c++)
			n++;
	s->cmd = calloc(n + s->n_progs, sizeof(*s->cmd));
	s->start = calloc(n + s->n_progs, sizeof(*s->start));
	ok = s->progs && s->cmd && s->start;
	for (size_t i = 0; ok && i < N_ELEM(families); i++)
		for (const struct cmd *c = families[i]; ok && c->name; c++)
			ok = cmd_set_add(s, c);
	for (size_t i = 0; ok && i < s->n_progs; i++)
		ok = cmd_set_add(s, &s->progs[i]);
	return ok;
}

void cmd_set_fini(struct cmd_set *s)
{
	gram_fini(&s->gram);
	free(s->cmd);
	free(s->start);
	free(s->progs);
	*s = (struct cmd_set){ 0 };
}

bool cmd_walk_init(struct walk *w, const struct shell *sh, unsigned flags, int n_words)
{
	const struct cmd_set *s = &sh->cmds;
	uint16_t *start = calloc(s->n + 1, sizeof(*start));
	size_t n = 0;
	bool ok;

	*w = (struct walk){ .g = &s->gram, .rest_at = -1 };
	if (!start)
		return false;
	/* The node's own commands come first where both kinds are meant. */
	for (int own = 1; own >= 0; own--)
		for (size_t i = 0; i < s->n; i++)
			if ((s->cmd[i]->flags & flags) && !!(s->cmd[i]->flags & CMD_NODE) == own)
				start[n++] = s->start[i];
	ok = walk_init(w, &s->gram, &(struct walk_start){ start, n, flags & CMD_NODE }, n_words);
	free(start);
	return ok;
}

/* True if a command that `flags` allow begins with exactly this word. */
static bool is_first_word(const struct shell *sh, const char *word, unsigned flags)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < sh->cmds.n; i++) {
		const struct cmd *c = sh->cmds.cmd[i];

		if ((c->flags & flags) && strcspn(c->name, " ") == n &&
		    memcmp(c->name, word, n) == 0)
			return true;
	}
	return false;
}

bool cmd_is_lab_word(const struct shell *sh, const char *word)
{
	return is_first_word(sh, word, CMD_LAB);
}

/* An exact lab word, an exact node name, a unique prefix of a lab word; @NAME
 * is the node in any case. */
struct cmd_head cmd_head_find(const struct shell *sh, const struct words *w)
{
	struct cmd_head h = { .node = sh->here, .flags = CMD_LAB | (sh->here ? CMD_NODE : 0) };
	const char *word = w->n ? w->v[0] : "";
	struct node *n;

	if (word[0] == '@') {
		n = lab_find_node(sh->lab, word + 1);
	} else {
		if (is_first_word(sh, word, h.flags))
			return h;
		n = lab_find_node(sh->lab, word);
	}
	if (n || word[0] == '@')
		h = (struct cmd_head){ n, true, 1, CMD_NODE };
	return h;
}

static void line_wrong(struct cmd_line *l, const char *why)
{
	l->kind = CMD_WRONG;
	buf_str(&l->err, why);
}

static void line_bind(struct cmd_line *l, struct shell *sh, const struct cmd_head *h)
{
	l->kind = CMD_RUN;
	l->args = (struct args){
		.sh = sh, .lab = sh->lab, .cmd = l->walk.cmd, .words = &l->words,
		.bind = l->walk.bind, .n = l->walk.n_bind, .from = h->from,
		.rest_at = l->walk.rest_at, .node = h->node,
	};
}

/* What is typed comes back in JSON, whose strings are UTF-8. */
static bool is_utf8(const char *line)
{
	json_t *v = json_string(line);
	bool ok = v != NULL;

	json_decref(v);
	return ok;
}

/* The word that asks for a command's help, or -1. */
static int find_help(const struct words *w)
{
	for (int i = 0, own = words_own(w); i < own; i++)
		if (strcmp(w->v[i], "--help") == 0)
			return i;
	return -1;
}

/* Turns "ns1 ping -c 4 --help" into "help ping": the words that name it. */
static bool words_ask_help(struct words *w, const struct shell *sh, int from, int help)
{
	int n = 0;

	while (from + n < help && help_knows(sh, w->v + from, n + 1))
		n++;
	if (n == 0 && from < help)
		return true;              /* no command: the walk says so */
	/* "help" takes the first place; what is between goes. */
	for (int i = 0; i < w->n; i++)
		if (i < from || i >= from + n)
			free(w->v[i]);
	memmove(w->v + 1, w->v + from, (size_t)n * sizeof(*w->v));
	memmove(w->at + 1, w->at + from, (size_t)n * sizeof(*w->at));
	w->n = n + 1;
	w->v[w->n] = NULL;
	w->v[0] = strdup("help");
	w->at[0] = 0;
	w->background = false;
	return w->v[0] != NULL;
}

void cmd_line_parse(struct cmd_line *l, struct shell *sh, const char *line)
{
	struct args_types types;
	struct cmd_head h;
	int help;

	*l = (struct cmd_line){ .kind = CMD_EMPTY };
	if (!is_utf8(line)) {
		line_wrong(l, "the line is not UTF-8 text");
		return;
	}
	if (!words_split(&l->words, line)) {
		line_wrong(l, l->words.open_quote ? "a quote is not closed" : "out of memory");
		return;
	}
	words_take_json(&l->words, false);
	if (!l->words.n)
		return;
	h = cmd_head_find(sh, &l->words);
	help = find_help(&l->words);
	if (help >= 0 && (!h.named || h.node)) {
		if (!words_ask_help(&l->words, sh, h.from, help)) {
			line_wrong(l, "out of memory");
			return;
		}
		if (strcmp(l->words.v[0], "help") == 0)
			h = (struct cmd_head){ .node = sh->here, .flags = CMD_LAB };
	}
	l->args.node = h.node;
	l->args.from = h.from;
	if (h.from == 0 && !is_first_word(sh, l->words.v[0], h.flags) &&
	    expect_misplaced(&l->err, sh, l->words.v[0], h.flags)) {
		l->kind = CMD_WRONG;      /* "ip" is not a short "iperf" */
		return;
	}
	if (h.named && !h.node) {
		line_wrong(l, "");
		buf_printf(&l->err, "no node is called '%s'", l->words.v[0] + 1);
		return;
	}
	if (h.named && l->words.n == 1) {
		l->kind = CMD_ENTER;
		return;
	}
	types = (struct args_types){ sh->lab, h.node, sh->links_change };
	if (!cmd_walk_init(&l->walk, sh, h.flags, l->words.n)) {
		line_wrong(l, "out of memory");
		return;
	}
	walk_run(&l->walk, &l->words, h.from, l->words.n,
		 &(struct walk_types){ args_type_ok, &types });
	if (l->walk.status == WALK_OK)
		line_bind(l, sh, &h);
	else {
		line_wrong(l, "");
		expect_explain(&l->err, sh, l);
	}
}

void cmd_line_fini(struct cmd_line *l)
{
	walk_fini(&l->walk);
	words_fini(&l->words);
	buf_free(&l->err);
}
