// SPDX-License-Identifier: MIT
#include "stack/util/trie.h"

#include <stdlib.h>

#include "stack/util/err.h"

#define TRIE_FIRST_CAP 8                  /* nodes; a host's first allocation */

static unsigned node_len(const struct trie_node *nd) { return nd->value_len & 0xff; }
static uint32_t node_value(const struct trie_node *nd) { return nd->value_len >> 8; }

static void node_set_value(struct trie_node *nd, uint32_t value)
{
	nd->value_len = value << 8 | node_len(nd);
}

/* How many leading bits a and b share. */
static unsigned common_len(ip4_t a, ip4_t b)
{
	return a == b ? 32 : (unsigned)__builtin_clz(a ^ b);
}

void trie_init(struct trie *t)
{
	*t = (struct trie){ 0 };
}

void trie_fini(struct trie *t)
{
	free(t->nodes);
	trie_init(t);
}

/* Room for two more nodes, which is what one prefix can take. */
static int trie_reserve(struct trie *t)
{
	bool two_freed = t->free && t->nodes[t->free].child[0];
	uint32_t cap = t->cap ? t->cap + t->cap / 2 : TRIE_FIRST_CAP;
	struct trie_node *nodes;

	if (two_freed || (t->nodes && t->cap - t->n >= 2))
		return OK;
	nodes = realloc(t->nodes, cap * sizeof(*nodes));
	if (!nodes)
		return ERR_NOMEM;
	if (!t->nodes) {
		nodes[0] = (struct trie_node){ 0 };
		t->n = 1;
	}
	t->nodes = nodes;
	t->cap = cap;
	return OK;
}

static uint32_t node_new(struct trie *t, ip4_t key, unsigned len, uint32_t value)
{
	uint32_t i = t->free;

	if (i)
		t->free = t->nodes[i].child[0];
	else
		i = t->n++;
	t->nodes[i] = (struct trie_node){ .key = key & ip4_mask(len),
					  .value_len = value << 8 | len };
	return i;
}

static void node_free(struct trie *t, uint32_t i)
{
	t->nodes[i].child[0] = t->free;
	t->free = i;
}

/* Puts a node that is no longer than its new child between it and *link. */
static void node_insert_above(struct trie *t, uint32_t *link, uint32_t i)
{
	struct trie_node *nd = &t->nodes[i];

	nd->child[trie_bit(t->nodes[*link].key, node_len(nd))] = *link;
	*link = i;
}

int trie_set(struct trie *t, ip4_t key, unsigned len, uint32_t value)
{
	struct trie_node *nd;
	uint32_t *link, leaf;
	unsigned common;

	assert(len <= 32 && value > 0 && value <= TRIE_VALUE_MAX);
	if (trie_reserve(t))
		return ERR_NOMEM;
	key &= ip4_mask(len);
	for (nd = t->nodes; node_len(nd) < len; nd = &t->nodes[*link]) {
		const struct trie_node *next;

		link = &nd->child[trie_bit(key, node_len(nd))];
		next = &t->nodes[*link];
		common = common_len(key, next->key);
		if (*link && common >= node_len(next) && len >= node_len(next))
			continue;
		t->count++;
		leaf = node_new(t, key, len, value);
		if (!*link) {
			*link = leaf;
		} else if (common >= len) {
			node_insert_above(t, link, leaf);
		} else {
			node_insert_above(t, link, node_new(t, key, common, 0));
			t->nodes[*link].child[trie_bit(key, common)] = leaf;
		}
		return OK;
	}
	t->count += node_value(nd) == 0;
	node_set_value(nd, value);
	return OK;
}

/* The links followed to one node: itself, its parent, and the parent's. */
struct path { uint32_t *self, *parent; };

/* The node of exactly this prefix, or NULL.  path is set when it is not the
 * root; path->parent is NULL when the parent is. */
static struct trie_node *trie_find(const struct trie *t, ip4_t key, unsigned len,
				   struct path *path)
{
	struct trie_node *nd = t->nodes;

	*path = (struct path){ NULL, NULL };
	key &= ip4_mask(len);
	while (nd && node_len(nd) < len) {
		uint32_t *link = &nd->child[trie_bit(key, node_len(nd))];

		path->parent = path->self;
		path->self = link;
		nd = *link ? &t->nodes[*link] : NULL;
		if (nd && (node_len(nd) > len || common_len(key, nd->key) < node_len(nd)))
			return NULL;
	}
	return nd;
}

uint32_t trie_get(const struct trie *t, ip4_t key, unsigned len)
{
	struct path path;
	const struct trie_node *nd = trie_find(t, key, len, &path);

	return nd ? node_value(nd) : 0;
}

/* Takes out the node at *link, which is not the root, if nothing needs it:
 * no value and at most one child. */
static void node_prune(struct trie *t, uint32_t *link)
{
	uint32_t i = *link;
	const struct trie_node *nd = &t->nodes[i];

	if (node_value(nd) || (nd->child[0] && nd->child[1]))
		return;
	*link = nd->child[0] ? nd->child[0] : nd->child[1];
	node_free(t, i);
}

uint32_t trie_del(struct trie *t, ip4_t key, unsigned len)
{
	struct path path;
	struct trie_node *nd = trie_find(t, key, len, &path);
	uint32_t value = nd ? node_value(nd) : 0;

	if (!value)
		return 0;
	node_set_value(nd, 0);
	if (path.self)
		node_prune(t, path.self);
	if (path.parent)
		node_prune(t, path.parent);
	if (--t->count == 0)
		t->n = 1, t->free = 0;    /* only the root is left */
	return value;
}

struct trie_iter trie_iter_init(const struct trie *t)
{
	struct trie_iter it = { .t = t };

	if (t->nodes)
		it.stack[it.depth++] = 0;
	return it;
}

bool trie_iter_next(struct trie_iter *it)
{
	while (it->depth) {
		const struct trie_node *nd = &it->t->nodes[it->stack[--it->depth]];

		for (int side = 1; side >= 0; side--)
			if (nd->child[side])
				it->stack[it->depth++] = nd->child[side];
		if (node_value(nd)) {
			it->key = nd->key;
			it->len = node_len(nd);
			it->value = node_value(nd);
			return true;
		}
	}
	return false;
}
