/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_TOPO_KEYS_H
#define SIM_TOPO_KEYS_H
/*
 * Every key of a lab file is a row of a table.  The row says how the value is
 * read, where it goes, what holds if it is left out, and what the key means;
 * reading, dumping, the JSON schema and the reference page all go through it.
 *
 * A table describes one C struct (the target).  Rows are applied in the order
 * of the table, not of the file, so a row may build on those above it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/topo/diag.h"
#include "sim/topo/topo.h"
#include "sim/topo/yaml.h"

#define TOPO_NO_NODE UINT32_MAX           /* of an end whose node is not known */

struct ykey;
struct ytable;

/* A node while its layers (defaults, kind, group, the node) are laid on one
 * another: what struct topo_node has no place for. */
struct node_build {
	struct topo_node node;            /* first: dumping sees only this */
	const char *group;                /* text in the tree, or NULL */
	uint8_t forward;                  /* enum forward_word */
	bool routing_said;                /* else it is by kind */
	struct addr gateway;              /* family ADDR_NONE: not given */
	struct topo_pos gateway_pos;
};

/* An endpoint while it is read. */
struct end_build {
	struct topo_end end;              /* first */
	const char *node;                 /* text in the tree, or NULL */
	struct topo_pos addr_pos;
};

enum forward_word { FORWARD_BY_KIND, FORWARD_YES, FORWARD_NO };

struct defaults_build {
	struct node_build node;           /* first: shares the rows of a node */
	struct topo_link link;
};

/* One lab while it is read. */
struct load {
	struct topo *topo;                /* owned until handed over */
	struct diag *diag;
	const struct ynode *defaults, *kinds, *groups;  /* maps, or NULL */
	struct topo_link base_link;       /* what links start from */
	struct topo_pos *addr_pos;        /* where addresses stand: 2 a link, by end */
	bool *tainted;                    /* by node: an error hides part of it */
	char *include;                    /* vnetUtils file, or NULL */
	struct topo_pos include_pos;
};

struct ytype {
	const char *name;                 /* with its article, for messages */
	const char *schema;               /* draft-07; NULL: from words, sub and shape */
	/* The value that says nothing; NULL: the row's default, or zero. */
	void (*init)(struct load *ld, const struct ykey *k, void *target);
	/* n is never NULL.  Reports what is wrong with it, and then leaves the
	 * target as it was. */
	void (*parse)(struct load *ld, const struct ykey *k, const struct ynode *n, void *target);
	/* The value as YAML flow text; nothing if it says nothing.  May be NULL. */
	void (*print)(const struct topo *t, const struct ykey *k, const void *target,
		      struct buf *out);
};

struct ykey {
	const char *key;
	const struct ytype *type;
	size_t off, off_n;                /* in the target: value, and its count */
	const char *def;                  /* as the file would say it; NULL: none */
	const char *help;
	uint64_t min, max;                /* of numbers; max 0: any */
	const char *const *words;         /* of an enum, by value; ends in NULL */
	const char *const *later;         /* words that will exist one day */
	const char *later_text;           /* why they do not yet */
	const struct ytable *sub;         /* of a map or list of maps */
	bool need;                        /* an error to leave it out */
	bool own;                         /* not inherited: no place in defaults etc. */
};

struct ytable {
	const char *what;                 /* "a link" */
	const char *help;                 /* a sentence for the reference */
	const struct ykey *rows;
	size_t n;
	size_t size;                      /* of the target */
	size_t pos_off;                   /* of its struct topo_pos */
	const struct ytable *also;        /* more rows, whose target is a part ... */
	const size_t *also_off;           /* ... or parts of this one, at these offsets */
	size_t n_also;
	void (*init)(struct load *ld, void *target);    /* may be NULL */
	void (*check)(struct load *ld, const struct ynode *n, void *target);  /* may be NULL */
	void (*fini)(void *target);       /* frees what it owns; NULL: nothing */
};

extern const struct ytable lab_keys, node_keys, route_keys, link_keys, impair_keys,
	endpoint_keys, event_keys, check_keys, defaults_keys;
/* tables_ospf.c */
extern const struct ytable ospf_keys, ospf_if_keys, ospf_auth_keys, ospf_key_keys,
	ospf_area_keys, ospf_range_keys, ospf_redist_keys, ospf_default_keys, ospf_spf_keys;

/* Target holds the defaults of the table's rows. */
void keys_init(struct load *ld, const struct ytable *t, void *target);
/* Target of one element of a list, before it is read. */
void keys_init_element(struct load *ld, const struct ytable *t, void *target);
/* Reads a map: reports unknown keys, keys left out, and bad values.
 * layer: the map is inherited from, so no key is needed and own ones are wrong. */
void keys_apply(struct load *ld, const struct ytable *t, const struct ynode *map,
		void *target, bool layer);
/* The row of a key, in t or its also; or NULL. */
const struct ykey *keys_find(const struct ytable *t, const char *key);

/* types.c, types_net.c: what values can be. */
extern const struct ytype type_text, type_bool, type_u32, type_u64, type_time, type_rate,
	type_size, type_enum, type_points, type_wait, type_forward, type_routing,
	type_version;
extern const struct ytype type_netem, type_netem_time, type_prefixes, type_to, type_addr,
	type_gateway, type_ifname, type_nodename, type_sysctls;
/* keys.c: maps and lists of maps, described by row->sub. */
extern const struct ytype type_map, type_list;
/* flow.c: the same, of rows that may say nothing; dumped in one line. */
extern const struct ytype type_flow_map, type_flow_list;
void flow_print(const struct topo *t, const struct ytable *tab, const void *target,
		const void *base, struct buf *out);
/* types_said.c: values that may be left unsaid (TOPO_UNSET; times below 0; rates 0). */
extern const struct ytype type_said_u32, type_said_bool, type_said_word, type_said_time,
	type_said_rate;
/* An init: the field is TOPO_UNSET. */
void value_unset(struct load *ld, const struct ykey *k, void *target);
/* types_ospf.c */
extern const struct ytype type_router_id, type_area_id, type_ospf_cost, type_ospf_net,
	type_ospf_auth, type_redist, type_originate;
/* link.c: what needs both ends of a link. */
extern const struct ytype type_endpoints, type_link_ipv4, type_link_mac, type_mac,
	type_end_ipv4;
/* node.c, load.c */
extern const struct ytype type_nodes, type_layers, type_defaults, type_include;

/* The text of a scalar; else NULL, and an error that says what k expects. */
const char *value_text(struct load *ld, const struct ykey *k, const struct ynode *n);
/* 1 or 0; -1 after an error. */
int value_bool(struct load *ld, const struct ykey *k, const struct ynode *n);
/* A list of maps, by k->sub. */
void list_parse(struct load *ld, const struct ykey *k, const struct ynode *n, void *target);
/* quote.c: a JSON string, which is YAML too. */
void print_quoted(const char *s, struct buf *out);

/* On false, err says why.  host_addr_ok: can an interface have this address?
 * name_ok: of a node, else of an interface; size counts the NUL. */
bool read_ip4_prefix(const char *s, struct prefix *p, char err[160]);
bool host_addr_ok(const struct prefix *p, char err[160]);
bool name_ok(const char *s, size_t size, bool node, char err[160]);

/* node.c, link.c: what the tables hook in. */
void topo_link_init(struct load *ld, void *link);
void topo_link_check(struct load *ld, const struct ynode *n, void *link);
void topo_route_check(struct load *ld, const struct ynode *n, void *route);
void topo_check_init(struct load *ld, void *check);
/* Free what the struct owns, not the struct. */
void topo_link_fini(struct topo_link *l);

/* node.c: a node by its name and its map, laid on what it inherits. */
void topo_node_parse(struct load *ld, const struct ynode *name, const struct ynode *own,
		     struct topo_node *to);
/* node.c: what a node without IP inherits of it is nothing. */
void topo_node_clear_ip(struct topo_node *n);
/* Routing of a node that a vnetUtils file has: what the defaults of the file that
 * includes it say of it, else none. */
void topo_node_from_defaults(struct load *ld, struct topo_node *n);

/* door.c: nodes of kind netns and external.  What their keys and each link to
 * them may say, and the defaults of such a link: rate 0, delay 0. */
void door_check(struct load *ld, const struct ynode *name, const struct ynode *own,
		struct topo_node *n);
void door_link_check(struct load *ld, const struct ynode *link, struct topo_link *l);
void door_link_defaults(struct topo_end *e, bool rate, bool delay);
bool topo_link_has_door(const struct topo *t, const struct topo_link *l);

/* vnet.c, complete.c, assign.c: see there. */
bool vnet_looks_so(const char *text, size_t len);
void vnet_read(struct load *ld, const char *text, size_t len);

#endif
