// SPDX-License-Identifier: GPL-3.0-or-later
/* What a lab file may say, from the key tables: as JSON Schema (draft-07) for
 * editors, and as Markdown for people. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/port/port.h"
#include "sim/topo/keys.h"
#include "sim/topo/mem.h"

#define DRAFT "http://json-schema.org/draft-07/schema#"

static const struct section {
	const struct ytable *table;
	const char *name;                 /* in #/definitions */
	const char *title;
} sections[] = {
	{ &lab_keys, "lab", "The file" },
	{ &defaults_keys, "defaults", "defaults" },
	{ &node_keys, "node", "A node" },
	{ &route_keys, "route", "A route" },
	{ &link_keys, "link", "A link" },
	{ &endpoint_keys, "endpoint", "An endpoint" },
	{ &impair_keys, "impairments", "What a link does to frames" },
	{ &ospf_keys, "ospf", "ospf of a node" },
	{ &ospf_if_keys, "ospf-interface", "ospf of an interface" },
	{ &ospf_auth_keys, "ospf-auth", "auth" },
	{ &ospf_key_keys, "ospf-key", "A key" },
	{ &ospf_area_keys, "ospf-area", "An area" },
	{ &ospf_range_keys, "ospf-range", "A range" },
	{ &ospf_redist_keys, "ospf-redistribute", "redistribute" },
	{ &ospf_default_keys, "ospf-default", "default_information" },
	{ &ospf_spf_keys, "ospf-spf", "spf" },
	{ &event_keys, "event", "An event" },
	{ &check_keys, "check", "A check" },
};

static const struct section *section_of(const struct ytable *t)
{
	for (size_t i = 0; i < N_ELEM(sections); i++)
		if (sections[i].table == t)
			return &sections[i];
	return NULL;
}

/* ---- JSON Schema ---- */

static json_t *ref_to(const struct ytable *t)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/definitions/%s", section_of(t)->name));
}

static json_t *enum_schema(const char *const *words)
{
	json_t *list = json_array();

	for (size_t i = 0; words[i]; i++)
		json_array_append_new(list, json_string(words[i]));
	return json_pack("{s:o}", "enum", list);
}

/* A map from names to elements, which may be empty: "h1:". */
static json_t *named_schema(const struct ytable *t)
{
	return json_pack("{s:s, s:{s:[o,{s:s}]}}", "type", "object", "additionalProperties",
			 "anyOf", ref_to(t), "type", "null");
}

static json_t *row_schema(const struct ykey *k)
{
	bool number = k->type == &type_u32 || k->type == &type_said_u32;
	json_t *s;

	if (k->words && !k->type->schema)
		s = enum_schema(k->words);
	else if (k->type == &type_list || k->type == &type_flow_list)
		s = json_pack("{s:s, s:o}", "type", "array", "items", ref_to(k->sub));
	else if (k->type == &type_nodes || k->type == &type_layers)
		s = named_schema(k->sub);
	else if (k->type == &type_map || k->type == &type_defaults ||
		 k->type == &type_flow_map)
		s = json_pack("{s:[o]}", "allOf", ref_to(k->sub));
	else
		s = json_loads(k->type->schema, 0, NULL);
	if (number && k->max)
		json_object_set_new(s, "maximum", json_integer((json_int_t)k->max));
	if (number && k->min)
		json_object_set_new(s, "minimum", json_integer((json_int_t)k->min));
	json_object_set_new(s, "description", json_string(k->help));
	return s;
}

static void add_rows(const struct ytable *t, json_t *props, json_t *need)
{
	for (size_t i = 0; i < t->n; i++) {
		json_object_set_new(props, t->rows[i].key, row_schema(&t->rows[i]));
		if (t->rows[i].need && need)
			json_array_append_new(need, json_string(t->rows[i].key));
	}
}

/* A link's needs stay out of the schema: the link in defaults has none, and
 * shares the definition. */
static json_t *table_schema(const struct ytable *t)
{
	json_t *props = json_object(), *need = json_array(), *s;

	add_rows(t, props, t == &link_keys ? NULL : need);
	for (const struct ytable *a = t->also; a; a = a->also)
		add_rows(a, props, NULL);
	s = json_pack("{s:s, s:o, s:b, s:{s:{}}}", "type", "object", "properties", props,
		      "additionalProperties", 0, "patternProperties", "^x-");
	if (json_array_size(need) > 0)
		json_object_set(s, "required", need);
	json_decref(need);
	return s;
}

void topo_schema(struct buf *out)
{
	json_t *defs = json_object(), *root;
	char *text;

	for (size_t i = 1; i < N_ELEM(sections); i++)
		json_object_set_new(defs, sections[i].name, table_schema(sections[i].table));
	root = table_schema(&lab_keys);
	json_object_set_new(root, "$schema", json_string(DRAFT));
	json_object_set_new(root, "title", json_string("netloom lab"));
	json_object_set_new(root, "definitions", defs);
	text = mem_or_die(json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS));
	buf_printf(out, "%s\n", text);
	free(text);
	json_decref(root);
}

/* ---- reference ---- */

/* A cell of a table: | would end it. */
static void cell(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_printf(out, *s == '|' ? "\\%c" : "%c", *s);
}

static void row_value(struct buf *out, const struct ykey *k)
{
	if (!k->words || k->type->schema) {
		cell(out, k->type->name);
		return;
	}
	for (size_t i = 0; k->words[i]; i++)
		buf_printf(out, "%s`%s`", i ? ", " : "", k->words[i]);
}

static void reference_row(struct buf *out, const struct ykey *k)
{
	const char *def = k->def ? k->def : k->need ? "needed" : "", *quote = k->def ? "`" : "";

	buf_printf(out, "| `%s` | ", k->key);
	row_value(out, k);
	buf_printf(out, " | %s%s%s | ", quote, def, quote);
	cell(out, k->help);
	buf_str(out, " |\n");
}

static void reference_table(struct buf *out, const struct section *s)
{
	buf_printf(out, "\n## %s\n\n%s\n\n| key | value | default | meaning |\n"
		   "| --- | --- | --- | --- |\n", s->title, s->table->help);
	for (size_t i = 0; i < s->table->n; i++)
		reference_row(out, &s->table->rows[i]);
	if (s->table->also)
		buf_printf(out, "\nAnd the keys of: %s.\n", section_of(s->table->also)->title);
}

static void reference_doors(struct buf *out)
{
	size_t n;
	const struct port_ops *const *kinds = port_kinds(&n);

	buf_str(out, "\n## Nodes outside\n\nA node of kind `netns` is a Linux network namespace "
		"that netloom makes for the lab: its interfaces, addresses, routes, gateway, "
		"loopback addresses and forwarding are set as the file says, and `NODE exec "
		"COMMAND` runs programs in it.  A node of kind `external` is whatever is behind "
		"its `port`, and takes no other key of IP.  Its interfaces have addresses like "
		"any others, given or assigned, by which the lab knows it; whoever is behind the "
		"port must be told them.  `ipv4: none` leaves them out.\n\nA lab with such nodes "
		"follows the wall clock, unless all they do is replay captures.\n\n"
		"| port | what it is |\n| --- | --- |\n");
	for (size_t i = 0; i < n; i++) {
		if (strcmp(kinds[i]->word, "netns") == 0)
			continue;                 /* a kind of node */
		buf_printf(out, "| `%s:...` | ", kinds[i]->word);
		cell(out, kinds[i]->what);
		buf_str(out, " |\n");
	}
	buf_str(out, "\nIn a port `%i` stands for the name of the interface: a node with several "
		"needs it.  A path is relative to the lab file.\n");
}

void topo_reference(struct buf *out)
{
	buf_str(out, "# The keys of a lab file\n");
	for (size_t i = 0; i < N_ELEM(sections); i++)
		reference_table(out, &sections[i]);
	reference_doors(out);
	buf_str(out, "\n## Units\n\nTimes: `ns` `us` `ms` `s` `m` `h`.  Rates: `bit` `kbit` "
		"`mbit` `gbit` `tbit` (1000 steps).  Sizes: `b` `kb` `mb` `gb` (1024 steps), or "
		"`p` for frames.  Percentages: `%`.  A number without a unit is refused, but for "
		"0.\n");
}
