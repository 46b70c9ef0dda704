/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_POOL_H
#define STACK_OSPF_POOL_H
/*
 * Interned LSAs.  A flood stores one copy of an LSA however many routers have
 * it, checks its checksum once and parses it once.
 *
 * What stays for the pool's life has small numbers that index dense tables:
 * a key is (area, LS type, Link State ID, Advertising Router), a vertex is a
 * node of an area's graph (a router by its id, a network by its DR's address),
 * a prefix is what a route leads to, and its number is that of the prefix pool that
 * the stacks share.  Numbers are given in the order of first sight, those of keys and
 * vertices in blocks that have one area each (numtab.h), so their order must
 * never be seen: what leaves a router is sorted by what the numbers stand for.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/core/prefix_pool.h"
#include "stack/util/addr.h"
#include "stack/wire/ospf.h"

struct ospf_pool;
struct spf_graph;

typedef uint32_t ospf_knum;               /* a key */
typedef uint32_t ospf_vnum;               /* a vertex */
typedef prefix_num ospf_pnum;             /* a prefix: what the stack has it by, too */
#define OSPF_NUM_NONE UINT32_MAX

struct ospf_key3 { uint32_t area; uint8_t type; uint32_t id, adv; };

/* An arc of the graph, from the LSA's vertex. */
struct ospf_arc {
	ospf_vnum to;
	uint16_t cost;                    /* 0 from a network */
	uint8_t link_type;                /* of the router-LSA's link; 0 from a network */
	uint32_t link_data;
};
/* A prefix that the LSA says it leads to: stubs of a router-LSA, a network-LSA's
 * own, what a type 3, 5 or 7 describes. */
struct ospf_dest { ospf_pnum prefix; uint32_t cost; };

/* One instance of an LSA: immutable while anybody holds it. */
struct ospf_lsa {
	struct ospf_lsa *next;            /* in the pool's hash chain */
	uint64_t hash;                    /* of its image without the age */
	uint32_t area;
	uint32_t refs;
	ospf_knum key;
	ospf_vnum vertex;                 /* types 1 and 2; else OSPF_NUM_NONE */
	uint32_t serial;                  /* the pool's next when it was made */
	uint16_t len, n_arcs, n_dests;
	const struct ospf_dest *dests;    /* behind the arcs */
	const uint8_t *image;             /* len bytes behind these, as on the wire; age 0 */
	/* What the tree is made from is in few cache lines. */
	struct ospf_lsa_hdr h;            /* its age is 0 */
	struct ospf_arc arcs[];           /* in the order of its links */
};

/* The instance with this image (age not looked at), with one more reference;
 * made and parsed if it is new.  NULL: not well formed (*bad says what; a
 * checksum is verified here, once), or no memory (*bad is then OSPF_LSA_OK).
 * An age above MaxAge in the image is the caller's to refuse. */
struct ospf_lsa *ospf_lsa_get(struct ospf_pool *pool, uint32_t area,
			      const uint8_t *image, size_t len, enum ospf_lsa_fault *bad);
/* The instance of this key with this serial, with one more reference; NULL: it is not the
 * last that was made of the key, or gone. */
struct ospf_lsa *ospf_lsa_recall(const struct ospf_pool *pool, ospf_knum key, uint32_t serial);
static inline struct ospf_lsa *ospf_lsa_hold(struct ospf_lsa *l) { l->refs++; return l; }
void ospf_lsa_put(struct ospf_pool *pool, struct ospf_lsa *l);    /* NULL is fine */

/* Numbers live as long as the pool, so a neighbour that always names something new
 * could fill memory with them.  There are at most so many keys, vertices and prefixes
 * each, and four times as many keys of vertices and prefixes; then what names something
 * new is refused as for want of memory, and the pool says that it is full. */
#define OSPF_POOL_NUMBERS (1u << 22)
void ospf_pool_limit(struct ospf_pool *pool, uint32_t numbers);   /* another limit */
bool ospf_pool_full(const struct ospf_pool *pool);

/* OSPF_NUM_NONE: no memory; ..._find: never seen. */
ospf_knum ospf_key_num(struct ospf_pool *pool, const struct ospf_key3 *k);
ospf_knum ospf_key_find(const struct ospf_pool *pool, const struct ospf_key3 *k);
const struct ospf_key3 *ospf_key(const struct ospf_pool *pool, ospf_knum n);

ospf_vnum ospf_vertex_find(const struct ospf_pool *pool, uint32_t area, bool network, uint32_t id);
/* Are the vertices of a block (NUMTAB_BLOCK of them) of this area? */
bool ospf_vertices_are_of(const struct ospf_pool *pool, uint32_t block, uint32_t area);
/* The keys of LSAs that are this vertex (more than one for a network whose DR's
 * address several routers had), and that ever told of this prefix: supersets
 * of what any one LSDB holds. */
const ospf_knum *ospf_vertex_keys(const struct ospf_pool *pool, ospf_vnum v, size_t *n);
const ospf_knum *ospf_prefix_keys(const struct ospf_pool *pool, ospf_pnum p, size_t *n);
struct ospf_pnet { ip4_t key; uint8_t len; };
struct ospf_pnet ospf_prefix(const struct ospf_pool *pool, ospf_pnum p);
/* Made if need be; OSPF_NUM_NONE: no memory. */
ospf_pnum ospf_prefix_num(struct ospf_pool *pool, ip4_t key, unsigned len);
ospf_pnum ospf_prefix_find(const struct ospf_pool *pool, ip4_t key, unsigned len);
/* Whose numbers these are. */
const struct prefix_pool *ospf_pool_prefixes(const struct ospf_pool *pool);
/* Above every number given so far. */
uint32_t ospf_n_keys(const struct ospf_pool *pool);
uint32_t ospf_n_vertices(const struct ospf_pool *pool);
uint32_t ospf_n_prefixes(const struct ospf_pool *pool);

/* Working memory of the SPF computation, of at least n bytes, zero at first and
 * as it was left later; until the next call.  NULL: no memory. */
void *ospf_pool_scratch(struct ospf_pool *pool, size_t n);
/* The same for spf_graph.h: empty at first, told of the instances that go. */
struct spf_graph *ospf_pool_graph(struct ospf_pool *pool);

#endif
