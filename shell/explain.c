// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/expect.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "shell/state.h"

/* The sentences for lines that cannot be understood. */

#define LIST_MAX 16               /* candidates that a sentence lists */

/* Of two spellings, is this one near enough to be what was meant? */
static void nearer(const char *word, const char *cand, size_t n, char best[SHELL_NAME_MAX],
		   unsigned *dist)
{
	char name[SHELL_NAME_MAX];
	unsigned d;

	if (n >= sizeof(name))
		return;
	memcpy(name, cand, n);
	name[n] = '\0';
	d = word_distance(word, name);
	if (d < *dist && d <= 1 + strlen(word) / 3) {
		*dist = d;
		memcpy(best, name, n + 1);
	}
}

static void nearest_node(const struct shell *sh, const char *word, char best[SHELL_NAME_MAX],
			 unsigned *dist)
{
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		const char *name = node_name(lab_node(sh->lab, i));

		nearer(word, name, strlen(name), best, dist);
	}
}

static void did_you_mean(struct buf *err, const char *best)
{
	if (best[0])
		buf_printf(err, "; did you mean %s?", best);
}

/* A word that is exactly a command, but not one where it stands. */
bool expect_misplaced(struct buf *err, const struct shell *sh, const char *word, unsigned flags)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < sh->cmds.n; i++) {
		const struct cmd *c = sh->cmds.cmd[i];

		if ((c->flags & flags) || strcspn(c->name, " ") != n ||
		    memcmp(c->name, word, n) != 0)
			continue;
		if (flags & CMD_LAB)
			buf_printf(err, "%s runs on a node: NODE %s ..., "
				   "or enter a node by its name", word, word);
		else
			buf_printf(err, "%s is a command of the lab, not of a node", word);
		return true;
	}
	return false;
}

/* What people type who come from a real machine or router, and what does that here. */
static const struct { const char *word, *here; } elsewhere[] = {
	{ "arp",       "NODE ip neigh" },
	{ "clear",     "Ctrl-L" },
	{ "conf",      "NODE ospf ... or NODE ip ..., at once" },
	{ "configure", "NODE ospf ... or NODE ip ..., at once" },
	{ "dumpcap",   "capture start NODE:INTERFACE FILE" },
	{ "hping3",    "ping, udpgen or nc" },
	{ "ifconfig",  "NODE ip addr, or NODE ip link" },
	{ "man",       "help" },
	{ "mtr",       "traceroute" },
	{ "netcat",    "nc" },
	{ "netem",     "set link A B delay 5ms loss 1%" },
	{ "netstat",   "NODE ss, NODE nstat or NODE ip route" },
	{ "ssh",       "the node's name alone, to enter it" },
	{ "tc",        "set link A B delay 5ms loss 1%" },
	{ "tcpdump",   "capture start NODE:INTERFACE FILE" },
	{ "telnet",    "nc" },
	{ "tracepath", "traceroute" },
	{ "tshark",    "capture start NODE:INTERFACE FILE" },
	{ "vtysh",     "what follows it, as in NODE show ip ospf neighbor" },
	{ "wget",      "curl" },
	{ "wireshark", "capture start NODE:INTERFACE FILE" },
	{ "xterm",     "the node's name alone, to enter it" },
};

static const char *known_elsewhere(const char *word)
{
	for (size_t i = 0; i < N_ELEM(elsewhere); i++)
		if (strcmp(elsewhere[i].word, word) == 0)
			return elsewhere[i].here;
	return NULL;
}

/* True if no guess can say more. */
static bool unknown_command(struct buf *err, const char *word)
{
	const char *here = known_elsewhere(word);

	buf_printf(err, "unknown command: '%s'", word);
	if (here)
		buf_printf(err, "; here it is %s", here);
	return here;
}

static void explain_unknown(struct buf *err, const struct shell *sh, const char *word,
			    unsigned flags)
{
	char best[SHELL_NAME_MAX] = "";
	unsigned dist = UINT_MAX;

	if (expect_misplaced(err, sh, word, flags) || unknown_command(err, word))
		return;
	for (size_t i = 0; i < sh->cmds.n; i++) {
		const struct cmd *c = sh->cmds.cmd[i];

		if (!(c->flags & flags) || c->flags & CMD_QUIET)
			continue;
		if (strlen(word) >= 2 && strncmp(c->name, word, strlen(word)) == 0) {
			snprintf(best, sizeof(best), "%.*s", (int)strcspn(c->name, " "), c->name);
			dist = 0;
		}
		nearer(word, c->name, strcspn(c->name, " "), best, &dist);
	}
	if (flags & CMD_LAB)
		nearest_node(sh, word, best, &dist);
	did_you_mean(err, best);
}

static void list_add(struct buf *out, const char *s, size_t i, size_t n)
{
	if (i < LIST_MAX)
		buf_printf(out, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", s);
	else if (i == LIST_MAX)
		buf_printf(out, " (and %zu more)", n - i);
}

/* "expected A, B or the end", where the walk stands. */
static void explain_expected(struct buf *err, const struct walk *w)
{
	struct expect e = { 0 };
	size_t n;

	expect_walk(&e, w, "");
	n = e.n + e.end;
	buf_str(err, "expected ");
	for (size_t i = 0; i < e.n; i++) {
		struct buf b = { 0 };

		buf_str(&b, e.v[i].text);
		if (e.v[i].arg && e.v[i].arg->type != ARG_WORD)
			buf_printf(&b, " (%s)", e.v[i].help);
		list_add(err, b.s ? b.s : "", i, n);
		buf_free(&b);
	}
	if (e.end)
		list_add(err, "the end of the line", e.n, n);
	expect_fini(&e);
}

static void explain_ambiguous(struct buf *err, const struct walk *w, const char *word)
{
	struct expect e = { 0 };
	size_t shown = 0;

	expect_walk(&e, w, word);
	buf_printf(err, "ambiguous: '%s': ", word);
	for (size_t i = 0; i < e.n; i++)
		if (!e.v[i].arg)
			buf_printf(err, "%s%s", shown++ ? ", " : "", e.v[i].text);
	expect_fini(&e);
}

/* iproute2's own words for the arguments of ip. */
static bool explain_ip(struct buf *err, const struct gram_ins *in, const char *word)
{
	if (in->type == ARG_MAC)
		buf_printf(err, "\"%s\" is invalid lladdr.", word);
	else if (in->type == ARG_PREFIX || strcmp(in->cmd->name, "ip route get") == 0)
		buf_printf(err, "Error: any valid prefix is expected rather than \"%s\".", word);
	else if (in->type == ARG_ADDR && strncmp(in->cmd->name, "ip neigh", 8) == 0)
		buf_printf(err, "Error: any valid address is expected rather than \"%s\".", word);
	else if (in->type == ARG_ADDR && strncmp(in->cmd->name, "ip ", 3) == 0)
		buf_printf(err, "Error: inet address is expected rather than \"%s\".", word);
	else
		return false;
	return true;
}

/* All digits, or digits and a unit: it was no number only for its size. */
static bool is_number(const char *word)
{
	unsigned long long n;
	long long ns;
	char text[SHELL_NAME_MAX];
	size_t digits = strspn(word, "0123456789");

	if (digits < 10 || word_u64(word, &n))
		return false;
	snprintf(text, sizeof(text), "1%s", word + digits);
	return word_ns(text, true, &ns);
}

static bool explain_size(struct buf *err, const struct walk *w, const char *word)
{
	for (size_t i = 0; i < w->set.n; i++) {
		const struct gram_ins *in = &w->g->ins[w->set.pc[i]];

		if (in->op != GRAM_ARG || !is_number(word) ||
		    (in->type != ARG_TIME && in->type != ARG_SECS && in->type != ARG_COUNT))
			continue;
		buf_printf(err, "'%s' is too large", word);
		return true;
	}
	return false;
}

/* Where only one argument could stand, its type's own words; ip(8)'s users
 * know the first. */
static bool explain_type(struct buf *err, struct shell *sh, const struct walk *w,
			 const char *word)
{
	const struct gram_ins *in = w->set.n == 1 ? &w->g->ins[w->set.pc[0]] : NULL;
	char best[SHELL_NAME_MAX] = "";
	unsigned dist = UINT_MAX;

	for (size_t i = 0; i < w->set.n && !in; i++)
		if (w->g->ins[w->set.pc[i]].op == GRAM_ARG && w->set.n <= 2)
			in = &w->g->ins[w->set.pc[i]];
	if (!in || in->op != GRAM_ARG)
		return false;
	if (explain_ip(err, in, word))
		return true;
	buf_printf(err, "'%s' is not %s", word, arg_type_text(in->type));
	if ((in->type == ARG_TIME || in->type == ARG_COUNT) && isdigit((unsigned char)word[0]))
		return true;
	if (in->type == ARG_NODE || in->type == ARG_END || in->type == ARG_NEW_END ||
	    in->type == ARG_ADDR)
		nearest_node(sh, word, best, &dist);
	did_you_mean(err, best);
	return true;
}

/* "ip bogus" and "ip addr bogus", as iproute2 complains of them. */
static bool explain_object(struct buf *err, const struct walk *w, const char *word)
{
	static const struct { const char *name, *full; } objects[] = {
		{ "addr", "address" }, { "link", "link" }, { "neigh", "neigh" },
		{ "route", "route" },
	};
	const struct gram_ins *object = w->n_bind > 1 ? w->bind[1].ins : NULL;

	if (w->n_bind < 1 || w->n_bind > 2 || w->bind[0].ins->len != 2 ||
	    memcmp(w->bind[0].ins->s, "ip", 2) != 0)
		return false;
	if (!object) {
		buf_printf(err, "Object \"%s\" is unknown, try \"ip help\".", word);
		return true;
	}
	for (size_t i = 0; i < N_ELEM(objects); i++)
		if (strncmp(object->s, objects[i].name, strlen(objects[i].name)) == 0)
			buf_printf(err, "Command \"%s\" is unknown, try \"ip %s help\".", word,
				   objects[i].full);
	return true;
}

/* vtysh has the shows of OSPF behind "ip": what is meant by those who leave that
 * out; or NULL. */
static const char *word_left_out(const struct walk *w, const char *word)
{
	bool ip = false;

	for (size_t i = 0; i < w->set.n; i++) {
		const struct gram_ins *in = &w->g->ins[w->set.pc[i]];

		ip |= in->op == GRAM_KEY && in->len == 2 && memcmp(in->s, "ip", 2) == 0;
	}
	return ip && strcmp(word, "ospf") == 0 ? "ip ospf" : NULL;
}

static void explain_unexpected(struct buf *err, struct shell *sh, const struct walk *w,
			       const char *word)
{
	char best[SHELL_NAME_MAX] = "";
	unsigned dist = UINT_MAX;

	if (explain_size(err, w, word) || explain_object(err, w, word) ||
	    explain_type(err, sh, w, word))
		return;
	buf_printf(err, "unexpected '%s': ", word);
	explain_expected(err, w);
	for (size_t i = 0; i < w->set.n; i++) {
		const struct gram_ins *in = &w->g->ins[w->set.pc[i]];

		if (in->op == GRAM_KEY)
			nearer(word, in->s, in->len, best, &dist);
	}
	did_you_mean(err, word_left_out(w, word) ? word_left_out(w, word) : best);
}

/* The first word if it is a shorter one for a command; NULL: it is not.  It may have
 * been meant for another program: "ls", "tc". */
static const char *short_word(const struct cmd_line *l)
{
	const struct gram_bind *b = l->walk.bind;
	const char *word = l->walk.n_bind ? l->words.v[b->word] : NULL;

	return word && b->ins->op == GRAM_KEY && strlen(word) < b->ins->len ? word : NULL;
}

void expect_explain(struct buf *err, struct shell *sh, const struct cmd_line *l)
{
	const struct walk *w = &l->walk;
	const char *word = w->at < l->words.n ? l->words.v[w->at] : "";
	const char *cut = short_word(l);
	bool named = l->args.from == 1;

	if (cut && known_elsewhere(cut)) {
		unknown_command(err, cut);
		return;
	}
	switch (w->status) {
	case WALK_INCOMPLETE:
		buf_str(err, "incomplete: ");
		if (cut)
			buf_printf(err, "%s is short for %.*s; ", cut, (int)w->bind[0].ins->len,
				   w->bind[0].ins->s);
		explain_expected(err, w);
		break;
	case WALK_AMBIGUOUS:
		explain_ambiguous(err, w, word);
		break;
	case WALK_UNEXPECTED:
		if (w->at == l->args.from)
			explain_unknown(err, sh, word, named ? CMD_NODE :
					CMD_LAB | (sh->here ? CMD_NODE : 0));
		else
			explain_unexpected(err, sh, w, word);
		break;
	default:
		buf_str(err, "out of memory");
	}
}
