/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_TRIE_H
#define STACK_UTIL_TRIE_H
/*
 * Longest-prefix match over IPv4 prefixes: a path-compressed binary trie
 * (Morrison, "PATRICIA", 1968) in one array.  A node is 16 bytes and names its
 * children by index, so a host with five routes spends about 150 bytes on
 * them and a lookup reads one or two cache lines.
 *
 * A node stands for a prefix; its children are longer prefixes of it, told
 * apart by the first bit behind it.  Node 0 is 0.0.0.0/0 and is always there:
 * it is nobody's child, so index 0 means "no child".  Any other node either
 * has a value or has two children, hence nodes <= 2 * values + 1.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/cc.h"

#define TRIE_VALUE_MAX 0xffffffu

struct trie_node {
	ip4_t key;                        /* host bits are zero */
	uint32_t child[2];                /* 0: none */
	uint32_t value_len;               /* value << 8 | prefix length; value 0: none */
};

struct trie {
	struct trie_node *nodes;          /* NULL until the first trie_set */
	uint32_t n, cap;                  /* nodes used so far, including freed ones */
	uint32_t free;                    /* first of the freed, by child[0]; 0: none */
	uint32_t count;                   /* prefixes with a value */
};

void trie_init(struct trie *t);
void trie_fini(struct trie *t);           /* ready for use again */

/* Sets or replaces; 0 < value <= TRIE_VALUE_MAX, len <= 32, host bits of key
 * are ignored.  OK, or ERR_NOMEM and nothing changed. */
int trie_set(struct trie *t, ip4_t key, unsigned len, uint32_t value) must_check;

/* Exactly this prefix: its value, or 0. */
uint32_t trie_get(const struct trie *t, ip4_t key, unsigned len);

/* Removes exactly this prefix and returns its value, or 0: there was none.
 * Never allocates. */
uint32_t trie_del(struct trie *t, ip4_t key, unsigned len);

/* The bit of a behind its first len bits; 0 for len 32. */
static inline unsigned trie_bit(ip4_t a, unsigned len)
{
	return (uint32_t)((uint64_t)a << len >> 31) & 1;
}

/* Value of the longest prefix that holds a, and its length in *len when len
 * is not NULL; or 0, and *len unchanged. */
static inline uint32_t trie_lookup(const struct trie *t, ip4_t a, unsigned *len)
{
	uint32_t best = 0, i = 0;

	if (unlikely(!t->nodes))
		return 0;
	do {
		const struct trie_node *nd = &t->nodes[i];
		unsigned plen = nd->value_len & 0xff;

		if ((uint64_t)(a ^ nd->key) >> (32 - plen))
			break;
		if (nd->value_len > 0xff)
			best = nd->value_len;
		i = nd->child[trie_bit(a, plen)];
	} while (i);
	if (len && best)
		*len = best & 0xff;
	return best >> 8;
}

/*
 * All prefixes in order: by address, the shorter first.  The trie must not
 * change on the way.
 *
 *	struct trie_iter it = trie_iter_init(t);
 *	while (trie_iter_next(&it))
 *		... it.key, it.len, it.value ...
 */
struct trie_iter {
	ip4_t key;
	unsigned len;
	uint32_t value;
	const struct trie *t;
	unsigned depth;
	uint32_t stack[34];               /* at most one pending sibling a bit */
};

struct trie_iter trie_iter_init(const struct trie *t);
bool trie_iter_next(struct trie_iter *it);

#endif
