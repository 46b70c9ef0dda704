/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_YAML_H
#define SIM_TOPO_YAML_H
/*
 * A YAML document as a tree that knows where each value stands.  libyaml
 * scans and parses; what it lets pass is refused here: duplicate keys, more
 * than 64 levels, aliases that grow without bound, tags, merge keys ("<<")
 * and a second document.
 */
#include <stdbool.h>
#include <stddef.h>

#include "sim/topo/diag.h"
#include "sim/topo/topo.h"

#define YAML_DEPTH_MAX 64
#define YAML_COPIES_MAX 100000            /* values that aliases may add */

enum ynode_type { YNODE_SCALAR, YNODE_LIST, YNODE_MAP };

struct ynode {
	enum ynode_type type;
	bool quoted;                      /* a scalar in quotes, or a block of text */
	bool again;                       /* a key the map has already: on its way out */
	struct topo_pos pos;
	char *text;                       /* of a scalar; never NULL there */
	struct ynode **item;              /* list: values; map: key, value, key, ... */
	size_t n;                         /* of item: a map has n / 2 pairs */
};

/*
 * The tree of text, or NULL after an error that leaves none (bad syntax, an
 * empty file).  Other errors go to d too, and the tree holds what was right:
 * of two equal keys the first.
 */
struct ynode *yaml_parse(const char *text, size_t len, struct diag *d);
void ynode_free(struct ynode *n);         /* NULL is fine */

/* Out of a map, which keeps the key: the caller's; or NULL. */
struct ynode *ynode_take(struct ynode *map, const char *key);

bool ynode_is_null(const struct ynode *n);          /* nothing, ~ or null */
const char *ynode_what(const struct ynode *n);      /* "a list", for messages */
/* The value of a key, or NULL; also NULL if map is NULL or no map. */
const struct ynode *ynode_get(const struct ynode *map, const char *key);

#endif
