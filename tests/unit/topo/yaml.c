// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/yaml.h"
#include "tests/unit/test.h"

/* The errors of a text; the tree is let go. */
static const char *errors(struct buf *out, const char *text)
{
	struct diag d = { .file = { "f", 0 } };

	ynode_free(yaml_parse(text, strlen(text), &d));
	buf_reset(out);
	buf_str(out, "");
	diag_flush(&d, out);
	return out->s;
}

TEST(yaml, values_know_where_they_stand)
{
	static const char text[] = "a: 1\nb:\n  - x\n  - {c: 'd'}\n";
	struct diag d = { .file = { "f", 0 } };
	struct ynode *root = yaml_parse(text, strlen(text), &d);
	const struct ynode *b = ynode_get(root, "b"), *c;

	REQUIRE(b != NULL && b->n == 2);
	CHECK_EQ(b->item[0]->pos.line, 3);
	CHECK_EQ(b->item[0]->pos.col, 5);
	c = ynode_get(b->item[1], "c");
	CHECK_STR(c->text, "d");
	CHECK(c->quoted);
	CHECK_EQ(c->pos.line, 4);
	CHECK(ynode_get(root, "z") == NULL);
	ynode_free(root);
}

TEST(yaml, a_key_given_twice_is_an_error_and_the_first_counts)
{
	static const char text[] = "a: 1\nb: 2\na: 3\nb: 4\n";
	struct diag d = { .file = { "f", 0 } };
	struct ynode *root = yaml_parse(text, strlen(text), &d);
	struct buf out = { 0 };

	REQUIRE(root != NULL);
	CHECK_EQ(root->n, 4);
	CHECK_STR(ynode_get(root, "a")->text, "1");
	diag_flush(&d, &out);
	CHECK_STR(out.s, "f:3:1: 'a' is given twice; it stands in line 1 already\n"
		  "f:4:1: 'b' is given twice; it stands in line 2 already\n");
	buf_free(&out);
	ynode_free(root);
}

TEST(yaml, an_anchor_in_what_was_dropped_may_still_be_named)
{
	static const char text[] = "m: {a: 1, a: &x {b: 2}}\nc: *x\n";
	struct diag d = { .file = { "f", 0 } };
	struct ynode *root = yaml_parse(text, strlen(text), &d);
	struct buf out = { 0 };

	REQUIRE(root != NULL);
	CHECK_STR(ynode_get(ynode_get(root, "c"), "b")->text, "2");
	diag_flush(&d, &out);
	buf_free(&out);
	ynode_free(root);
}

TEST(yaml, nesting_ends_at_64_levels)
{
	char text[200] = "";
	struct buf out = { 0 };

	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	CHECK_STR(errors(&out, text), "");
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	CHECK_STR(errors(&out, text), "f:1:65: nested deeper than 64 levels\n");
	buf_free(&out);
}

TEST(yaml, a_very_deep_file_is_refused_at_once)
{
	static char text[200001];
	struct buf out = { 0 };

	memset(text, '[', sizeof(text) - 1);
	CHECK_STR(errors(&out, text), "f:1:65: nested deeper than 64 levels\n");
	buf_free(&out);
}

TEST(yaml, aliases_do_not_grow_without_bound)
{
	struct buf text = { 0 }, out = { 0 };

	buf_str(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 10; i++) {
		buf_printf(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&text, "%s*a%d", k ? ", " : "", i - 1);
		buf_str(&text, "]\n");
	}
	CHECK(strstr(errors(&out, text.s), "makes the file too big") != NULL);
	buf_free(&text);
	buf_free(&out);
}

TEST(yaml, an_alias_within_its_own_anchor_is_refused)
{
	struct buf out = { 0 };

	CHECK_STR(errors(&out, "a: &x [1, *x]\n"),
		  "f:1:11: no anchor '&x' ends before this alias\n");
	CHECK_STR(errors(&out, "a: *y\n"), "f:1:4: no anchor '&y' ends before this alias\n");
	buf_free(&out);
}

TEST(yaml, what_yaml_has_and_a_lab_has_not_is_refused)
{
	struct buf out = { 0 };

	CHECK(strstr(errors(&out, "a: !!binary x\n"), "f:1:4: tags such as") != NULL);
	CHECK_STR(errors(&out, "a: 1\n---\nb: 2\n"),
		  "f:2:1: a second YAML document; a lab is one\n");
	CHECK_STR(errors(&out, "? [a]\n: 1\n"), "f:1:3: a key must be a word, found a list\n");
	CHECK_STR(errors(&out, ""), "f:1:1: the file is empty; expected a lab\n");
	CHECK_STR(errors(&out, "a: \"x\\0y\"\n"), "f:1:4: a text with a NUL character in it\n");
	buf_free(&out);
}

TEST(yaml, bad_syntax_is_reported_where_it_stands)
{
	struct buf out = { 0 };

	CHECK(strncmp(errors(&out, "a: 1\n b: 2\n"), "f:2:3: this is not YAML: ", 24) == 0);
	CHECK(strncmp(errors(&out, "a: [1\n"), "f:2:1: this is not YAML: ", 24) == 0);
	CHECK(strncmp(errors(&out, "a: 1\nb: \xff\n"), "f:2:4: this is not YAML: ", 24) == 0);
	buf_free(&out);
}

TEST(yaml, a_tab_that_indents_is_named)
{
	static const char said[] = "tabs are not allowed for indentation; use spaces\n";
	struct buf out = { 0 };
	const char *err = errors(&out, "a:\n\tb: 1\n");

	CHECK(strncmp(err, "f:2:1: ", 7) == 0);
	CHECK_STR(err + 7, said);
	err = errors(&out, "a:\n  b:\n  \tc: 1\n");
	CHECK(strncmp(err, "f:3:3: ", 7) == 0);
	buf_free(&out);
}

TEST(yaml, nothing_is_null_unless_it_is_quoted)
{
	static const char text[] = "a:\nb: ~\nc: null\nd: ''\n";
	struct diag d = { .file = { "f", 0 } };
	struct ynode *root = yaml_parse(text, strlen(text), &d);

	REQUIRE(root != NULL);
	CHECK(ynode_is_null(ynode_get(root, "a")));
	CHECK(ynode_is_null(ynode_get(root, "b")));
	CHECK(ynode_is_null(ynode_get(root, "c")));
	CHECK(!ynode_is_null(ynode_get(root, "d")));
	ynode_free(root);
}
