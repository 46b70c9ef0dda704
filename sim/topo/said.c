// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/said.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/topo/mem.h"

#define KEYS_MAX 48

static const struct ykey *key_of(const struct said *s, const char *word)
{
	const struct ykey *k = keys_find(s->keys, word);

	return k ? k : keys_find(s->ospf, word);
}

/* How many words the value of argv[i] has: those up to the next key. */
static int value_words(const struct said *s, int i)
{
	int n = 0;

	while (i + 1 + n < s->argc && !key_of(s, s->argv[i + 1 + n]))
		n++;
	return n;
}

/* Of how many words a list without brackets may be; 0: it is no list. */
static int bare_list_max(const struct ytype *type)
{
	if (type == &type_link_ipv4 || type == &type_link_mac)
		return 2;                 /* one for each end */
	return type == &type_prefixes ? INT_MAX : 0;
}

/* At most so many, the first being v: more are tc's, or YAML's. */
static int value_words_max(const struct said *s, const char *key, const char *v)
{
	const struct ytype *type = key_of(s, key)->type;
	int list = bare_list_max(type);

	if (type == &type_netem || type == &type_netem_time || *v == '[' || *v == '{')
		return INT_MAX;
	return list ? list : 1;
}

static void print_value(const struct said *s, const char *key, int n, char *const *word,
			struct buf *out)
{
	bool list = n > 1 && **word != '[' && bare_list_max(key_of(s, key)->type);

	buf_str(out, list ? "[" : "");
	for (int i = 0; i < n; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : list ? ", " : " ", word[i]);
	buf_str(out, list ? "]" : "");
}

/* Of the words whose key is one of OSPF's, or is not. */
static void print_words(const struct said *s, bool ospf, struct buf *out)
{
	for (int i = 0, n; i < s->argc; i += 1 + n) {
		n = value_words(s, i);
		if (!keys_find(s->keys, s->argv[i]) != ospf)
			continue;
		print_quoted(s->argv[i], out);
		buf_str(out, ": ");
		print_value(s, s->argv[i], n, s->argv + i + 1, out);
		buf_str(out, ", ");
	}
}

void said_print(const struct said *s, struct buf *out)
{
	struct buf ospf = { 0 };

	print_words(s, false, out);
	print_words(s, true, &ospf);
	if (ospf.len)
		buf_printf(out, "ospf: {%s}", ospf.s);
	buf_free(&ospf);
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
static void report_no_key(struct diag *d, struct topo_pos pos, const struct said *s,
			  const char *word, const char *behind)
{
	const char *words[KEYS_MAX] = { 0 };
	struct buf list = { 0 };
	size_t n = 0;
	char hint[80];

	add_keys(s->keys, words, &n);
	add_keys(s->keys->also, words, &n);
	add_keys(s->ospf, words, &n);
	add_keys(s->ospf->also, words, &n);
	diag_hint(hint, word, words, n);
	for (size_t i = 0; i < n && !*hint; i++)
		buf_printf(&list, "%s%s", i ? ", " : ": ", words[i]);
	diag_error(d, pos, "found '%s'%s%s, expected a setting of %s%s", word,
		   behind ? " after the value of " : "", behind ? behind : "", s->what,
		   *hint ? hint : list.s);
	buf_free(&list);
}

bool said_ok(struct diag *d, struct topo_pos pos, const struct said *s)
{
	char *const *argv = s->argv;

	for (int i = 0, n; i < s->argc; i += 1 + n) {
		n = value_words(s, i);
		if (!key_of(s, argv[i]))
			report_no_key(d, pos, s, argv[i], NULL);
		else if (given_before(argv, i))
			diag_error(d, pos, "%s: given twice", argv[i]);
		else if (n == 0)
			diag_error(d, pos, "%s: expected a value after it", argv[i]);
		else if (n > value_words_max(s, argv[i], argv[i + 1]))
			report_no_key(d, pos, s,
				      argv[i + 1 + value_words_max(s, argv[i], argv[i + 1])],
				      argv[i]);
	}
	return d->n == 0;
}

bool said_well(struct diag *d, struct buf *err)
{
	struct buf all = { 0 };
	bool ok = d->n == 0;

	if (!ok)
		buf_str(err, d->lines[0].text);
	diag_flush(d, &all);
	buf_free(&all);
	return ok;
}
