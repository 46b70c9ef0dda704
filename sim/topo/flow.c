// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Maps inside maps, such as what a link says of OSPF.  They are inherited key by
 * key, so each of their rows can say nothing; a dump has them in one line, with
 * the rows that say something.
 */
#include <string.h>

#include "sim/topo/at.h"
#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

/* The text of a row's value; false: it says nothing, or what base says. */
static bool row_says(const struct topo *t, const struct ykey *k, const void *target,
		     const void *base, struct buf *text)
{
	struct buf other = { 0 };
	bool says;

	buf_reset(text);
	if (k->type->print)
		k->type->print(t, k, target, text);
	if (base && k->type->print)
		k->type->print(t, k, base, &other);
	says = text->len && (k->need || !other.len || strcmp(text->s, other.s) != 0);
	buf_free(&other);
	return says;
}

static void rows_print(const struct topo *t, const struct ytable *tab, const void *target,
		       const void *base, bool *any, struct buf *out)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < tab->n; i++) {
		const struct ykey *k = &tab->rows[i];

		if (!row_says(t, k, target, base, &text))
			continue;
		buf_printf(out, "%s%s: %s", *any ? ", " : "{", k->key, text.s);
		*any = true;
	}
	buf_free(&text);
}

void flow_print(const struct topo *t, const struct ytable *tab, const void *target,
		const void *base, struct buf *out)
{
	bool any = false;

	rows_print(t, tab, target, base, &any, out);
	for (size_t i = 0; i < tab->n_also; i++)
		rows_print(t, tab->also, in(target, tab->also_off[i]),
			   base ? in(base, tab->also_off[i]) : NULL, &any, out);
	if (any)
		buf_putc(out, '}');
}

static void map_init(struct load *ld, const struct ykey *k, void *target)
{
	keys_init(ld, k->sub, at(target, k->off));
}

static void map_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target)
{
	keys_apply(ld, k->sub, n, at(target, k->off), true);
}

static void map_print(const struct topo *t, const struct ykey *k, const void *target,
		      struct buf *out)
{
	flow_print(t, k->sub, in(target, k->off), NULL, out);
}

const struct ytype type_flow_map = {
	.name = "a map", .parse = map_parse, .print = map_print, .init = map_init,
};

static void list_print(const struct topo *t, const struct ykey *k, const void *target,
		       struct buf *out)
{
	const size_t *n = in(target, k->off_n);
	struct diag diag = { 0 };
	struct load ld = { .diag = &diag };       /* for the defaults, which are right */
	void *base = mem_zalloc(1, k->sub->size);
	const char *list;

	memcpy(&list, in(target, k->off), sizeof(list));
	keys_init_element(&ld, k->sub, base);
	for (size_t i = 0; i < *n; i++) {
		buf_str(out, i ? ", " : "[");
		flow_print(t, k->sub, list + i * k->sub->size, base, out);
	}
	buf_str(out, *n ? "]" : "");
	if (k->sub->fini)
		k->sub->fini(base);
	free(base);
}

const struct ytype type_flow_list = {
	.name = "a list of maps", .parse = list_parse, .print = list_print,
};
