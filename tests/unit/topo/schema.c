// SPDX-License-Identifier: GPL-3.0-or-later
#include <jansson.h>

#include "sim/topo/keys.h"
#include "tests/unit/test.h"

static const struct ytable *const tables[] = {
	&lab_keys, &defaults_keys, &node_keys, &route_keys, &link_keys, &endpoint_keys,
	&impair_keys, &event_keys, &check_keys,
};

static json_t *schema(void)
{
	struct buf text = { 0 };
	json_t *root;

	topo_schema(&text);
	root = json_loads(text.s, JSON_REJECT_DUPLICATES, NULL);
	buf_free(&text);
	return root;
}

/* What "$ref": "#/definitions/NAME" names is there. */
static unsigned dangling_refs(const json_t *root, json_t *v)
{
	const json_t *defs = json_object_get(root, "definitions");
	const char *key, *name;
	json_t *child;
	unsigned n = 0;
	size_t i;

	json_array_foreach(v, i, child)
		n += dangling_refs(root, child);
	json_object_foreach(v, key, child) {
		name = strcmp(key, "$ref") == 0 ? json_string_value(child) : NULL;
		n += name && !json_object_get(defs, strrchr(name, '/') + 1);
		n += dangling_refs(root, child);
	}
	return n;
}

TEST(schema, it_is_json_and_all_its_references_lead_somewhere)
{
	json_t *root = schema();

	REQUIRE(root != NULL);
	CHECK_STR(json_string_value(json_object_get(root, "$schema")),
		  "http://json-schema.org/draft-07/schema#");
	CHECK_EQ(dangling_refs(root, root), 0);
	json_decref(root);
}

TEST(schema, every_key_is_in_the_schema_with_its_meaning)
{
	json_t *root = schema(), *props, *row;
	static const char *const names[] = {
		NULL, "defaults", "node", "route", "link", "endpoint", "impairments", "event",
		"check",
	};

	REQUIRE(root != NULL);
	for (size_t i = 0; i < N_ELEM(tables); i++) {
		json_t *at = names[i] ? json_object_get(json_object_get(root, "definitions"),
							names[i]) : root;

		props = json_object_get(at, "properties");
		for (size_t k = 0; k < tables[i]->n; k++) {
			row = json_object_get(props, tables[i]->rows[k].key);
			CHECK_STR(json_string_value(json_object_get(row, "description")),
				  tables[i]->rows[k].help);
		}
	}
	json_decref(root);
}

TEST(schema, every_key_is_in_the_reference)
{
	struct buf text = { 0 };
	char cell[80];

	topo_reference(&text);
	for (size_t i = 0; i < N_ELEM(tables); i++) {
		for (size_t k = 0; k < tables[i]->n; k++) {
			snprintf(cell, sizeof(cell), "| `%s` |", tables[i]->rows[k].key);
			CHECK(strstr(text.s, cell) != NULL);
		}
	}
	buf_free(&text);
}

TEST(schema, every_default_reads_without_an_error)
{
	struct diag d = { .file = { "tables", 0 } };
	struct topo t = { 0 };
	struct load ld = { .diag = &d, .topo = &t };
	struct topo_link l = { 0 };
	struct node_build n = { 0 };
	struct topo_check c = { 0 };
	struct topo_route r = { 0 };

	keys_init(&ld, &link_keys, &l);
	keys_init(&ld, &node_keys, &n);
	keys_init(&ld, &check_keys, &c);
	keys_init(&ld, &route_keys, &r);
	keys_init(&ld, &lab_keys, &t);
	CHECK_EQ(d.n, 0);
	topo_link_fini(&l);
}
