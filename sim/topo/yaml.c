// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "sim/topo/mem.h"

struct anchor { char *name; const struct ynode *node; };

struct reader {
	struct diag *diag;
	const char *text;
	size_t len;
	struct ynode *root;
	struct ynode removed;                     /* what was given twice */
	struct ynode *open[YAML_DEPTH_MAX];       /* lists and maps not yet ended */
	char *open_anchor[YAML_DEPTH_MAX];        /* known once they have ended */
	size_t depth;
	struct anchor *anchors;
	size_t n_anchors;
	size_t copies;
	unsigned documents;
	bool stop;
};

void ynode_free(struct ynode *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->n; i++)
		ynode_free(n->item[i]);
	free(n->item);
	free(n->text);
	free(n);
}

bool ynode_is_null(const struct ynode *n)
{
	return n->type == YNODE_SCALAR && !n->quoted &&
	       (!*n->text || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0);
}

const char *ynode_what(const struct ynode *n)
{
	if (n->type == YNODE_LIST)
		return "a list";
	if (n->type == YNODE_MAP)
		return "a map";
	return ynode_is_null(n) ? "nothing" : "a single value";
}

const struct ynode *ynode_get(const struct ynode *map, const char *key)
{
	if (!map || map->type != YNODE_MAP)
		return NULL;
	for (size_t i = 0; i + 1 < map->n; i += 2)
		if (strcmp(map->item[i]->text, key) == 0)
			return map->item[i + 1];
	return NULL;
}

struct ynode *ynode_take(struct ynode *map, const char *key)
{
	struct ynode *value = NULL;

	for (size_t i = 0; i + 1 < map->n && !value; i += 2)
		if (strcmp(map->item[i]->text, key) == 0) {
			value = map->item[i + 1];
			map->item[i + 1] = NULL;
		}
	return value;
}

static struct topo_pos mark_pos(const yaml_mark_t *m)
{
	return (struct topo_pos){ (uint32_t)m->line + 1, (uint32_t)m->column + 1 };
}

static void node_push(struct ynode *to, struct ynode *child)
{
	if ((to->n & (to->n - 1)) == 0)
		to->item = mem_grow(to->item, to->n ? to->n * 2 : 1, sizeof(struct ynode *));
	to->item[to->n++] = child;
}

/* Puts a value where the document is now. */
static void node_place(struct reader *r, struct ynode *n)
{
	struct ynode *up = r->depth ? r->open[r->depth - 1] : NULL;

	if (!up) {
		ynode_free(r->root);
		r->root = n;
		return;
	}
	if (up->type == YNODE_MAP && up->n % 2 == 0 && n->type != YNODE_SCALAR) {
		diag_error(r->diag, n->pos, "a key must be a word, found %s", ynode_what(n));
		r->stop = true;
	}
	node_push(up, n);
}

static void anchor_add(struct reader *r, char *name, const struct ynode *n)
{
	if ((r->n_anchors & (r->n_anchors - 1)) == 0)
		r->anchors = mem_grow(r->anchors, r->n_anchors ? r->n_anchors * 2 : 1,
				      sizeof(*r->anchors));
	r->anchors[r->n_anchors++] = (struct anchor){ name, n };
}

static struct ynode *node_new(enum ynode_type type, struct topo_pos pos)
{
	struct ynode *n = mem_zalloc(1, sizeof(*n));

	n->type = type;
	n->pos = pos;
	return n;
}

/* NULL if the copy would be too deep or too much. */
static struct ynode *node_copy(struct reader *r, const struct ynode *from, size_t depth)
{
	struct ynode *n;

	if (depth > YAML_DEPTH_MAX || ++r->copies > YAML_COPIES_MAX)
		return NULL;
	n = node_new(from->type, from->pos);
	n->quoted = from->quoted;
	n->text = from->text ? mem_strdup(from->text) : NULL;
	for (size_t i = 0; i < from->n; i++) {
		struct ynode *child = node_copy(r, from->item[i], depth + 1);

		if (!child) {
			ynode_free(n);
			return NULL;
		}
		node_push(n, child);
	}
	return n;
}

static void read_alias(struct reader *r, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;
	struct topo_pos pos = mark_pos(&ev->start_mark);
	struct ynode *copy;

	for (size_t i = r->n_anchors; i-- > 0;) {
		if (strcmp(r->anchors[i].name, name) != 0)
			continue;
		copy = node_copy(r, r->anchors[i].node, r->depth + 1);
		if (copy) {
			copy->pos = pos;
			node_place(r, copy);
			return;
		}
		diag_error(r->diag, pos, "alias '*%s' makes the file too big (more than %d "
			   "copied values or %d levels)", name, YAML_COPIES_MAX, YAML_DEPTH_MAX);
		r->stop = true;
		return;
	}
	diag_error(r->diag, pos, "no anchor '&%s' ends before this alias", name);
	r->stop = true;
}

static void read_scalar(struct reader *r, const yaml_event_t *ev)
{
	struct ynode *n = node_new(YNODE_SCALAR, mark_pos(&ev->start_mark));
	const char *text = (const char *)ev->data.scalar.value;

	if (memchr(text, '\0', ev->data.scalar.length))
		diag_error(r->diag, n->pos, "a text with a NUL character in it");
	n->text = mem_strdup(text);
	n->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (ev->data.scalar.anchor)
		anchor_add(r, mem_strdup((const char *)ev->data.scalar.anchor), n);
	if (ev->data.scalar.tag)
		diag_error(r->diag, n->pos, "tags such as '%s' have no meaning in a lab file",
			   (const char *)ev->data.scalar.tag);
	node_place(r, n);
}

static void read_start(struct reader *r, enum ynode_type type, const yaml_event_t *ev,
		       const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct ynode *n;
	struct topo_pos pos = mark_pos(&ev->start_mark);

	if (r->depth == YAML_DEPTH_MAX) {
		diag_error(r->diag, pos, "nested deeper than %d levels", YAML_DEPTH_MAX);
		r->stop = true;
		return;
	}
	if (tag)
		diag_error(r->diag, pos, "tags such as '%s' have no meaning in a lab file",
			   (const char *)tag);
	n = node_new(type, pos);
	node_place(r, n);
	r->open_anchor[r->depth] = anchor ? mem_strdup((const char *)anchor) : NULL;
	r->open[r->depth++] = n;
}

static int pair_cmp(const void *va, const void *vb)
{
	const struct ynode *a = *(struct ynode *const *)va, *b = *(struct ynode *const *)vb;
	int by_text = strcmp(a->text, b->text);

	if (by_text)
		return by_text;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line ? -1 : 1;
	return a->pos.col < b->pos.col ? -1 : a->pos.col > b->pos.col;
}

/* Takes the marked pairs out of the map; anchors may point into them still. */
static void map_remove(struct reader *r, struct ynode *map)
{
	size_t keep = 0;

	for (size_t i = 0; i + 1 < map->n; i += 2) {
		struct ynode *key = map->item[i], *value = map->item[i + 1];

		if (key->again) {
			node_push(&r->removed, key);
			node_push(&r->removed, value);
			continue;
		}
		map->item[keep++] = key;
		map->item[keep++] = value;
	}
	map->n = keep;
}

static void map_check(struct reader *r, struct ynode *map)
{
	size_t pairs = map->n / 2;
	bool again = false;
	struct ynode **key = mem_zalloc(pairs, sizeof(*key));
	const struct ynode *first = NULL;

	for (size_t i = 0; i < pairs; i++)
		key[i] = map->item[2 * i];
	qsort(key, pairs, sizeof(*key), pair_cmp);
	for (size_t i = 0; i < pairs; i++) {
		if (!first || strcmp(key[i]->text, first->text) != 0) {
			first = key[i];
			continue;
		}
		diag_error(r->diag, key[i]->pos, "'%s' is given twice; it stands in "
			   "line %u already", key[i]->text, first->pos.line);
		key[i]->again = again = true;
	}
	if (again)
		map_remove(r, map);
	free(key);
}

static void read_end(struct reader *r)
{
	struct ynode *n = r->open[--r->depth];
	char *anchor = r->open_anchor[r->depth];

	if (n->type == YNODE_MAP)
		map_check(r, n);
	if (anchor)
		anchor_add(r, anchor, n);
}

static void read_event(struct reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++r->documents > 1) {
			diag_error(r->diag, mark_pos(&ev->start_mark),
				   "a second YAML document; a lab is one");
			r->stop = true;
		}
		break;
	case YAML_ALIAS_EVENT:
		read_alias(r, ev);
		break;
	case YAML_SCALAR_EVENT:
		read_scalar(r, ev);
		break;
	case YAML_SEQUENCE_START_EVENT:
		read_start(r, YNODE_LIST, ev, ev->data.sequence_start.anchor,
			   ev->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		read_start(r, YNODE_MAP, ev, ev->data.mapping_start.anchor,
			   ev->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		read_end(r);
		break;
	default:
		break;
	}
}

/* A reader error has an offset in bytes only. */
static struct topo_pos offset_pos(const struct reader *r, size_t offset)
{
	struct topo_pos pos = { 1, 1 };

	for (size_t i = 0; i < offset && i < r->len; i++) {
		pos.col++;
		if (r->text[i] == '\n')
			pos.line++, pos.col = 1;
	}
	return pos;
}

/* Where a line up to the mark is indented with a TAB, which libyaml takes for
 * the begin of a word. */
static bool tab_before(const struct reader *r, size_t mark, struct topo_pos *pos)
{
	size_t begin = 0;
	bool found = false;

	*pos = (struct topo_pos){ 0, 0 };
	for (size_t i = 0, line = 1; i <= mark && i < r->len; i++, line++) {
		begin = i;
		while (i < r->len && r->text[i] == ' ')
			i++;
		found = i < r->len && r->text[i] == '\t';
		*pos = (struct topo_pos){ (uint32_t)line, (uint32_t)(i - begin + 1) };
		while (i < r->len && r->text[i] != '\n')
			i++;
	}
	return found;
}

static void report_syntax(struct reader *r, const yaml_parser_t *p)
{
	struct topo_pos tab, pos = p->error == YAML_READER_ERROR ?
		offset_pos(r, p->problem_offset) : mark_pos(&p->problem_mark);

	if (p->error == YAML_MEMORY_ERROR)
		mem_or_die(NULL);
	if (p->error == YAML_SCANNER_ERROR && tab_before(r, p->problem_mark.index, &tab))
		diag_error(r->diag, tab, "tabs are not allowed for indentation; use spaces");
	else if (p->context)
		diag_error(r->diag, pos, "this is not YAML: %s, %s (line %zu)", p->problem,
			   p->context, p->context_mark.line + 1);
	else
		diag_error(r->diag, pos, "this is not YAML: %s", p->problem);
	r->stop = true;
}

static void reader_run(struct reader *r)
{
	yaml_parser_t p;
	yaml_event_t ev;
	bool end = false;

	if (!yaml_parser_initialize(&p))
		mem_or_die(NULL);
	yaml_parser_set_input_string(&p, (const unsigned char *)r->text, r->len);
	while (!r->stop && !end) {
		if (!yaml_parser_parse(&p, &ev)) {
			report_syntax(r, &p);
			break;
		}
		end = ev.type == YAML_STREAM_END_EVENT;
		read_event(r, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&p);
}

static void reader_fini(struct reader *r)
{
	while (r->depth)
		free(r->open_anchor[--r->depth]);
	for (size_t i = 0; i < r->n_anchors; i++)
		free(r->anchors[i].name);
	free(r->anchors);
	for (size_t i = 0; i < r->removed.n; i++)
		ynode_free(r->removed.item[i]);
	free(r->removed.item);
}

struct ynode *yaml_parse(const char *text, size_t len, struct diag *d)
{
	struct reader r = { .diag = d, .text = text, .len = len };

	reader_run(&r);
	reader_fini(&r);
	if (r.stop) {
		ynode_free(r.root);
		return NULL;
	}
	if (!r.root)
		diag_error(d, (struct topo_pos){ 1, 1 }, "the file is empty; expected a lab");
	return r.root;
}
