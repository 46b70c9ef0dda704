// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/keys.h"

#include <stdlib.h>
#include <string.h>

#include "sim/topo/at.h"
#include "sim/topo/mem.h"

#define WORDS_MAX 64                      /* more keys than any table has */

const struct ykey *keys_find(const struct ytable *t, const char *key)
{
	for (; t; t = t->also)
		for (size_t i = 0; i < t->n; i++)
			if (strcmp(t->rows[i].key, key) == 0)
				return &t->rows[i];
	return NULL;
}

static size_t keys_words(const struct ytable *t, const char *words[WORDS_MAX])
{
	size_t n = 0;

	for (; t; t = t->also)
		for (size_t i = 0; i < t->n && n < WORDS_MAX; i++)
			words[n++] = t->rows[i].key;
	return n;
}

/* "x-..." is for other programs' notes. */
static bool is_extension(const char *key)
{
	return key[0] == 'x' && key[1] == '-';
}

static void report_unknown(struct load *ld, const struct ytable *t, const struct ynode *key)
{
	const char *words[WORDS_MAX] = { 0 };
	size_t n = keys_words(t, words);
	struct buf list = { 0 };
	char hint[80];

	if (strcmp(key->text, "<<") == 0) {
		diag_error(ld->diag, key->pos, "merge keys (<<) are not supported; "
			   "use defaults, kinds or groups");
		return;
	}
	diag_hint(hint, key->text, words, n);
	for (size_t i = 0; i < n && !*hint; i++)
		buf_printf(&list, "%s%s", i ? ", " : "; expected one of ", words[i]);
	diag_error(ld->diag, key->pos, "unknown key '%s' in %s%s", key->text, t->what,
		   *hint ? hint : list.s ? list.s : "");
	buf_free(&list);
}

static void check_known(struct load *ld, const struct ytable *t, const struct ynode *map,
			bool layer)
{
	for (size_t i = 0; i + 1 < map->n; i += 2) {
		const struct ynode *key = map->item[i];
		const struct ykey *k = keys_find(t, key->text);

		if (is_extension(key->text))
			continue;
		if (!k)
			report_unknown(ld, t, key);
		else if (layer && k->own)
			diag_error(ld->diag, key->pos, "'%s' cannot be inherited; it belongs in "
				   "%s itself", key->text, t->what);
	}
}

static void report_missing(struct load *ld, const struct ytable *t, const struct ykey *k,
			   const struct ynode *map)
{
	diag_error(ld->diag, map->pos, "%s needs '%s': %s", t->what, k->key, k->help);
}

/* The rows of one table on one target. */
static void rows_apply(struct load *ld, const struct ytable *t, const struct ynode *map,
		       void *target, bool layer)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ykey *k = &t->rows[i];
		const struct ynode *value = ynode_get(map, k->key);

		if (value && !(layer && k->own))
			k->type->parse(ld, k, value, target);
		else if (!value && k->need && !layer)
			report_missing(ld, t, k, map);
	}
}

void keys_apply(struct load *ld, const struct ytable *t, const struct ynode *map,
		void *target, bool layer)
{
	const struct ynode none = { .type = YNODE_MAP, .pos = map->pos };

	if (ynode_is_null(map))
		map = &none;
	if (map->type != YNODE_MAP) {
		diag_error(ld->diag, map->pos, "%s: expected a map of keys, found %s", t->what,
			   ynode_what(map));
		return;
	}
	check_known(ld, t, map, layer);
	for (size_t i = 0; i < t->n_also; i++) {
		ld->diag->quiet += i > 0;         /* the same values again */
		rows_apply(ld, t->also, map, at(target, t->also_off[i]), layer);
		ld->diag->quiet -= i > 0;
	}
	rows_apply(ld, t, map, target, layer);
}

static void rows_init(struct load *ld, const struct ytable *t, void *target)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct ykey *k = &t->rows[i];
		struct ynode n = { .type = YNODE_SCALAR };

		if (k->type->init)
			k->type->init(ld, k, target);
		if (k->type->init || !k->def)
			continue;
		n.text = mem_strdup(k->def);
		k->type->parse(ld, k, &n, target);
		free(n.text);
	}
}

void keys_init(struct load *ld, const struct ytable *t, void *target)
{
	for (size_t i = 0; i < t->n_also; i++)
		rows_init(ld, t->also, at(target, t->also_off[i]));
	rows_init(ld, t, target);
}

/* ---- maps and lists of maps ---- */

static void map_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	keys_apply(ld, k->sub, n, at(target, k->off), true);
}

const struct ytype type_map = { .name = "a map", .parse = map_parse };

void keys_init_element(struct load *ld, const struct ytable *t, void *target)
{
	if (t->init)
		t->init(ld, target);
	else
		keys_init(ld, t, target);
}

static void element_parse(struct load *ld, const struct ytable *t, const struct ynode *n,
			  void *elem)
{
	struct topo_pos *pos = at(elem, t->pos_off);

	keys_init_element(ld, t, elem);
	*pos = n->pos;
	keys_apply(ld, t, n, elem, false);
	if (t->check)
		t->check(ld, n, elem);
}

/* The elements are in place before they are read, so that those that look at
 * the lab find it as it will be. */
void list_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	size_t *count = at(target, k->off_n);
	char *list;

	if (ynode_is_null(n))
		return;
	if (n->type != YNODE_LIST) {
		diag_error(ld->diag, n->pos, "%s: expected a list (- ...), found %s", k->key,
			   ynode_what(n));
		return;
	}
	memcpy(&list, at(target, k->off), sizeof(list));
	for (size_t i = 0; k->sub->fini && i < *count; i++)
		k->sub->fini(list + i * k->sub->size);
	free(list);
	list = mem_zalloc(n->n, k->sub->size);
	memcpy(at(target, k->off), &list, sizeof(list));
	*count = n->n;
	for (size_t i = 0; i < n->n; i++)
		element_parse(ld, k->sub, n->item[i], list + i * k->sub->size);
}

const struct ytype type_list = { .name = "a list of maps", .parse = list_parse };
