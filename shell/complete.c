// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/complete.h"

#include <stdlib.h>
#include <string.h>

#include "shell/expect.h"
#include "shell/offer.h"
#include "shell/state.h"
#include "stack/show.h"

#define NAMES_MAX 8               /* examples listed for one argument */

static bool each_iface(struct shell *sh, struct node *n, bool (*fn)(void *arg, const char *name),
		       void *arg)
{
	for (size_t i = 0; i < lab_n_links(sh->lab); i++)
		for (int s = SIDE_A; s <= SIDE_B; s++) {
			struct link *l = lab_link(sh->lab, i);

			if (link_node(l, (enum link_side)s) == n &&
			    !fn(arg, link_ifname(l, (enum link_side)s)))
				return false;
		}
	return true;
}

struct cand { void (*add)(void *ctx, const char *text); void *ctx; const char *prefix; };

static void cand_add(struct cand *c, const char *text)
{
	if (strncmp(text, c->prefix, strlen(c->prefix)) == 0)
		c->add(c->ctx, text);
}

static bool cand_iface(void *arg, const char *name)
{
	cand_add(arg, name);
	return true;
}

struct end_cand { struct cand *c; const char *node; };

static bool cand_end(void *arg, const char *name)
{
	struct end_cand *e = arg;
	struct buf b = { 0 };

	buf_printf(&b, "%s:%s", e->node, name);
	if (b.s)
		cand_add(e->c, b.s);
	buf_free(&b);
	return true;
}

static bool cand_addr(void *arg, const struct netdev *dev)
{
	char text[ADDR_STRLEN];
	struct ifaddr *ia;

	list_for_each(&dev->addrs, ia, node)
		if (!ip4_is_loopback(ia->prefix.addr.v4))
			cand_add(arg, addr_fmt(&ia->prefix.addr, text));
	return true;
}

static bool cand_route(void *arg, const struct route_info *r)
{
	char text[PREFIX_STRLEN];

	if (r->spec.type != RT_LOCAL && r->spec.type != RT_BROADCAST)
		cand_add(arg, r->spec.to.len ? prefix_fmt(&r->spec.to, text) : "default");
	return true;
}

/* Addresses outside, as far as the lab file tells them. */
static void cand_door_addrs(struct cand *c, const struct topo *t)
{
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < 2 * t->n_links; i++) {
		const struct topo_end *e = &t->links[i / 2].end[i % 2];

		for (size_t k = 0; topo_is_door(&t->nodes[e->node]) && k < e->n_addrs; k++)
			cand_add(c, addr_fmt(&e->addrs[k].addr, text));
	}
}

/* The names that a typed argument may have. */
static void cand_type(struct cand *c, struct shell *sh, enum arg_type type, struct node *node)
{
	for (size_t i = 0; i < lab_n_nodes(sh->lab); i++) {
		struct node *n = lab_node(sh->lab, i);
		struct stack *st = node_has_stack(n) ? node_stack(n) : NULL;

		if (type == ARG_NODE || type == ARG_END || type == ARG_NEW_END ||
		    type == ARG_ADDR || type == ARG_REST)
			cand_add(c, node_name(n));
		if ((type == ARG_END || type == ARG_REST) && strchr(c->prefix, ':'))
			each_iface(sh, n, cand_end, &(struct end_cand){ c, node_name(n) });
		if (type == ARG_ADDR && st)
			show_devs(st, cand_addr, c);
		if (type == ARG_IFACE && n == node) {
			each_iface(sh, n, cand_iface, c);
			cand_add(c, "lo");
		}
		if (type == ARG_PREFIX && n == node && st)
			show_routes(st, cand_route, c);
	}
	if (type == ARG_ADDR)
		cand_door_addrs(c, lab_topo(sh->lab));
}

static void cand_offered(void *ctx, const char *word)
{
	cand_add(ctx, word);
}

/* The words of an argument that its command knows; true: nothing else fits. */
static bool cand_offer(struct cand *c, struct shell *sh, const struct expect *e,
		       const struct gram_ins *arg)
{
	struct offer o = { sh, e->node, c->prefix, e->after ? e->after : "", cand_offered, c };

	return offer_words(&o, arg);
}

/* False for words that are no names: a link's settings. */
static bool takes_names(const struct gram_ins *arg)
{
	const char *words = arg->type == ARG_REST ? arg->cmd->rest_words : NULL;

	return !words || strncmp(words, "NODE", 4) == 0;
}

static void complete_add(void *ctx, const char *text)
{
	struct complete *c = ctx;
	char **v = realloc(c->v, (c->n + 2) * sizeof(*v));

	if (!v)
		return;
	c->v = v;
	c->v[c->n] = strdup(text);
	if (c->v[c->n])
		c->v[++c->n] = NULL;
}

static int text_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void complete_line(struct complete *c, struct shell *sh, const char *line)
{
	struct expect e = { 0 };
	struct cand cand = { complete_add, c, "" };
	char *prefix;
	size_t to = 0;
	bool only = false;

	*c = (struct complete){ 0 };
	expect_line(&e, sh, line, &prefix);
	cand.prefix = prefix ? prefix : "";
	for (size_t i = 0; i < e.n; i++)
		only |= e.v[i].arg && cand_offer(&cand, sh, &e, e.v[i].arg);
	for (size_t i = 0; i < e.n && !only; i++) {
		if (!e.v[i].arg)
			cand_add(&cand, e.v[i].text);
		else if (e.v[i].arg->type == ARG_FILE)
			c->files = true;
		else if (takes_names(e.v[i].arg))
			cand_type(&cand, sh, e.v[i].arg->type, e.node);
	}
	c->word_at = e.word_at;
	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), text_cmp);
	for (size_t i = 0; i < c->n; i++)
		if (to && strcmp(c->v[to - 1], c->v[i]) == 0)
			free(c->v[i]);
		else
			c->v[to++] = c->v[i];
	c->n = to;
	if (c->v)
		c->v[to] = NULL;
	expect_fini(&e);
	free(prefix);
}

void complete_fini(struct complete *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i]);
	free(c->v);
	*c = (struct complete){ 0 };
}

struct names { struct buf *b; int n; };

static void names_add(void *ctx, const char *text)
{
	struct names *n = ctx;

	if (n->n++ < NAMES_MAX)
		buf_printf(n->b, " %s", text);
	else if (n->n == NAMES_MAX + 1)
		buf_str(n->b, " ...");
}

static void list_item(struct shell *sh, const struct expect *e, const struct expect_item *it,
		      const char *prefix, FILE *out)
{
	struct buf b = { 0 };
	struct names names = { &b, 0 };

	struct cand c = { names_add, &names, prefix };

	if (it->arg && !cand_offer(&c, sh, e, it->arg) && takes_names(it->arg))
		cand_type(&c, sh, it->arg->type, e->node);
	fprintf(out, "  %-16s  %s%s%s\n", it->text, it->help, b.len ? ":" : "", b.s ? b.s : "");
	buf_free(&b);
}

/* Words that a program's usage line has outside of brackets: its operands. */
static int operands_of(const char *usage)
{
	int n = 0, depth = 0;

	for (const char *s = strchr(usage, ' '); s && *s; s++) {
		depth += (*s == '[') - (*s == ']');
		if (*s == '|' && depth == 0)
			return 0;                 /* one of several forms */
		n += depth == 0 && *s == ' ' && s[1] && s[1] != '[';
	}
	return n;
}

/* Would Enter run the line, as far as that can be told? */
static bool is_complete(struct shell *sh, const char *line)
{
	struct buf why = { 0 };
	struct cmd_line l;
	bool ok;

	cmd_line_parse(&l, sh, line);
	ok = l.kind != CMD_WRONG;
	if (l.kind == CMD_RUN && l.args.cmd->check)
		ok = l.args.cmd->check(&l.args, &why);
	if (l.kind == CMD_RUN && l.args.cmd->flags & CMD_PROG)
		ok = l.words.n - l.args.from - 1 >= operands_of(l.args.cmd->text);
	buf_free(&why);
	cmd_line_fini(&l);
	return ok;
}

void complete_list(struct shell *sh, const char *line, FILE *out)
{
	struct expect e = { 0 };
	char *prefix;

	expect_line(&e, sh, line, &prefix);
	if (e.end && prefix && !*prefix && is_complete(sh, line))
		fprintf(out, "  %-16s  the command is complete\n", "<Enter>");
	for (size_t i = 0; prefix && i < e.n; i++)
		list_item(sh, &e, &e.v[i], prefix, out);
	if (!e.n && !e.end)
		fprintf(out, "  nothing fits here\n");
	expect_fini(&e);
	free(prefix);
}
