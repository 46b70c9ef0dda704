// SPDX-License-Identifier: GPL-3.0-or-later
/* A link that a command adds: the words become what a lab file would say, and
 * are read by the same rows. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/topo/keys.h"
#include "sim/topo/lab.h"
#include "sim/topo/mem.h"

/* ---- the words as YAML ---- */

#define KEYS_MAX 48

static const struct ykey *key_of(const char *word)
{
	const struct ykey *k = keys_find(&link_keys, word);

	return k ? k : keys_find(&ospf_if_keys, word);
}

static bool is_key(const char *word)
{
	return key_of(word) != NULL;
}

/* How many words the value of argv[i] has: those up to the next key. */
static int value_words(int argc, char *const *argv, int i)
{
	int n = 0;

	while (i + 1 + n < argc && !is_key(argv[i + 1 + n]))
		n++;
	return n;
}

/* At most so many, the first being v: more are tc's, or YAML's. */
static int value_words_max(const char *key, const char *v)
{
	const struct ytype *type = key_of(key)->type;

	if (type == &type_netem || type == &type_netem_time || *v == '[' || *v == '{')
		return INT_MAX;
	return type == &type_link_ipv4 || type == &type_link_mac ? 2 : 1;
}

/* Several words are tc's, or one for each end. */
static void print_value(struct buf *out, const char *key, int n, char *const *word)
{
	bool ends = n == 2 && (strcmp(key, "ipv4") == 0 || strcmp(key, "mac") == 0);

	buf_str(out, ends ? "[" : "");
	for (int i = 0; i < n; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ends ? ", " : " ", word[i]);
	buf_str(out, ends ? "]" : "");
}

/* "KEY: VALUE, " of the words whose key is one of OSPF's, or is not. */
static void print_words(struct buf *out, int argc, char *const *argv, bool ospf)
{
	for (int i = 0, n; i < argc; i += 1 + n) {
		n = value_words(argc, argv, i);
		if ((keys_find(&ospf_if_keys, argv[i]) != NULL) != ospf)
			continue;
		print_quoted(argv[i], out);
		buf_str(out, ": ");
		print_value(out, argv[i], n, argv + i + 1);
		buf_str(out, ", ");
	}
}

static bool given_before(char *const *argv, int i)
{
	bool again = strcmp(argv[i], "endpoints") == 0;

	for (int k = 0; k < i; k++)
		again |= strcmp(argv[k], argv[i]) == 0;
	return again;
}

static void add_keys(const struct ytable *t, const char **words, size_t *n)
{
	for (size_t i = 0; t && i < t->n && *n < KEYS_MAX; i++)
		if (!t->rows[i].need)     /* that is the endpoints */
			words[(*n)++] = t->rows[i].key;
}

/* A word that should be a key, and is none; behind: of which key's value, or NULL. */
static void report_no_key(struct diag *d, struct topo_pos pos, const char *word,
			  const char *behind)
{
	const char *words[KEYS_MAX] = { 0 };
	struct buf list = { 0 };
	size_t n = 0;
	char hint[80];

	add_keys(&link_keys, words, &n);
	add_keys(link_keys.also, words, &n);
	add_keys(&ospf_if_keys, words, &n);
	diag_hint(hint, word, words, n);
	for (size_t i = 0; i < n && !*hint; i++)
		buf_printf(&list, "%s%s", i ? ", " : ": ", words[i]);
	diag_error(d, pos, "found '%s'%s%s, expected a setting of the link%s", word,
		   behind ? " after the value of " : "", behind ? behind : "",
		   *hint ? hint : list.s);
	buf_free(&list);
}

/* What YAML would tell in words that nobody typed; false after an error. */
static bool words_ok(struct diag *d, struct topo_pos pos, int argc, char *const *argv)
{
	for (int i = 0, n; i < argc; i += 1 + n) {
		n = value_words(argc, argv, i);
		if (!is_key(argv[i]))
			report_no_key(d, pos, argv[i], NULL);
		else if (given_before(argv, i))
			diag_error(d, pos, "%s: given twice", argv[i]);
		else if (n == 0)
			diag_error(d, pos, "%s: expected a value after it", argv[i]);
		else if (n > value_words_max(argv[i], argv[i + 1]))
			report_no_key(d, pos, argv[i + 1 + value_words_max(argv[i], argv[i + 1])],
				      argv[i]);
	}
	return d->n == 0;
}

static void print_link(struct buf *out, const char *a, const char *b, int argc, char *const *argv)
{
	struct buf ospf = { 0 };

	buf_str(out, "{endpoints: [");
	print_quoted(a, out);
	buf_str(out, ", ");
	print_quoted(b, out);
	buf_str(out, "], ");
	print_words(out, argc, argv, false);
	print_words(&ospf, argc, argv, true);
	if (ospf.len)
		buf_printf(out, "ospf: {%s}", ospf.s);
	buf_putc(out, '}');
	buf_free(&ospf);
}

/* ---- reading ---- */

/* The lab with one link more, whose ends alone may be assigned something. */
static void lab_with_one_more(struct topo *t, const struct topo *now)
{
	*t = *now;
	t->notes = (struct buf){ 0 };
	t->links = mem_zalloc(now->n_links + 1, sizeof(*t->links));
	if (now->n_links)
		memcpy(t->links, now->links, now->n_links * sizeof(*t->links));
	t->n_links++;
	for (uint32_t i = 0; i < 2 * now->n_links; i++)
		end_at(t, i)->auto_name = end_at(t, i)->auto_mac = end_at(t, i)->auto_addr = false;
}

static void put_behind_file(struct load *ld, struct topo_link *l)
{
	const struct topo_pos pos = { POS_COMMAND, 1 };
	uint32_t first = 2 * (uint32_t)(l - ld->topo->links);

	l->pos = pos;
	for (uint32_t i = 0; i < 2; i++)
		l->end[i].pos = ld->addr_pos[first + i] = pos;
}

static void read_words(struct load *ld, struct topo_link *l, const char *a, const char *b,
		       int argc, char *const *argv)
{
	struct buf text = { 0 };
	struct ynode *map;

	topo_link_init(ld, l);
	if (!words_ok(ld->diag, l->pos, argc, argv))
		return;
	print_link(&text, a, b, argc, argv);
	map = yaml_parse(mem_or_die(text.s), text.len, ld->diag);
	buf_free(&text);
	if (!map)
		return;
	keys_apply(ld, &link_keys, map, l, false);
	if (!ld->diag->n)
		topo_link_check(ld, map, l);
	ynode_free(map);
	put_behind_file(ld, l);
}

/* What is outside was told its interfaces when the lab began. */
static void refuse_doors(struct load *ld, const struct topo_link *l)
{
	for (int i = 0; i < 2; i++) {
		const struct topo_node *n = &ld->topo->nodes[l->end[i].node];

		if (topo_is_door(n))
			diag_error(ld->diag, l->pos, "%s is outside the lab; expected its links in "
				   "the lab file", n->name);
	}
}

/* False with one sentence in err, of what was found first. */
static bool all_right(struct diag *d, struct buf *err)
{
	struct buf all = { 0 };
	bool ok = d->n == 0;

	if (!ok)
		buf_str(err, d->lines[0].text);
	diag_flush(d, &all);
	buf_free(&all);
	return ok;
}

static bool read_link(const struct topo *now, const char *a, const char *b, int argc,
		      char *const *argv, bool whole, struct topo_link *out, struct buf *notes,
		      struct buf *err)
{
	struct diag diag = { .file = { "", 0 } };
	struct topo t;
	struct load ld = { .topo = &t, .diag = &diag, .base_link = now->base_link };
	struct topo_link *l;
	bool ok;

	lab_with_one_more(&t, now);
	l = &t.links[now->n_links];
	read_words(&ld, l, a, b, argc, argv);
	if (!diag.n)
		refuse_doors(&ld, l);
	if (!diag.n && whole)
		link_complete(&ld, (uint32_t)now->n_links);
	ok = all_right(&diag, err);
	if (ok && whole) {
		*out = *l;
		buf_add(notes, t.notes.s, t.notes.len);
	} else {
		topo_link_fini(l);
	}
	buf_free(&t.notes);
	free(t.links);
	free(ld.addr_pos);
	free(ld.tainted);
	return ok;
}

bool topo_link_read(const struct topo *now, const char *a, const char *b, int argc,
		    char *const *argv, struct topo_link *out, struct buf *notes, struct buf *err)
{
	return read_link(now, a, b, argc, argv, true, out, notes, err);
}

bool topo_link_words_ok(const struct topo *now, const char *a, const char *b, int argc,
			char *const *argv, struct buf *err)
{
	return read_link(now, a, b, argc, argv, false, NULL, NULL, err);
}

/* ---- the lab's list ---- */

void topo_link_append(struct topo *t, struct topo_link *l)
{
	t->links = mem_grow(t->links, t->n_links + 1, sizeof(*t->links));
	t->links[t->n_links++] = *l;
	for (int i = 0; i < 2; i++)
		t->nodes[l->end[i].node].n_ifs_ever++;
	*l = (struct topo_link){ 0 };
}

/* Does a route of the file leave by this end? */
static bool route_needs(const struct topo_route *r, const struct topo_end *e)
{
	if (*r->dev)
		return strcmp(r->dev, e->ifname) == 0;
	for (size_t k = 0; k < e->n_addrs; k++)
		if (prefix_has(&e->addrs[k], &r->via))
			return true;
	return false;
}

static void remove_routes(struct topo_node *n, const struct topo_end *e)
{
	size_t to = 0;

	for (size_t i = 0; i < n->n_routes; i++)
		if (!route_needs(&n->routes[i], e))
			n->routes[to++] = n->routes[i];
	n->n_routes = to;
}

void topo_link_remove(struct topo *t, size_t i)
{
	for (int s = 0; s < 2; s++) {
		const struct topo_end *e = &t->links[i].end[s];

		remove_routes(&t->nodes[e->node], e);
	}
	topo_link_fini(&t->links[i]);
	memmove(&t->links[i], &t->links[i + 1], (t->n_links - i - 1) * sizeof(*t->links));
	t->n_links--;
}
