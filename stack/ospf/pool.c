// SPDX-License-Identifier: MIT
#include "stack/ospf/pool.h"

#include <stdlib.h>
#include <string.h>

#include "stack/ospf.h"
#include "stack/ospf/numtab.h"
#include "stack/ospf/spf_graph.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"
#include "stack/util/hash.h"

#define FIRST_CHAINS 256                  /* hash chains of LSAs; a power of two */
#define NOT_HASHED 2                      /* bytes in front of an image: the age */
#define CHAINED_BY 4                      /* ... and 16 bytes from here on, of its header */

/* Keys that have to do with a vertex or a prefix; a link's subnet has two. */
struct knums {
	uint32_t n, cap;                  /* cap 0: they are in few */
	union { ospf_knum few[2], *many; } u;
};

struct key_item { struct num_name name; struct ospf_key3 key; struct ospf_lsa *last; };
struct vertex_item { struct num_name name; struct knums keys; };
/* By a prefix's number. */
struct prefix_row { struct knums keys; bool held; };      /* held: it is one of ours */

struct ospf_pool {
	struct ospf_lsa **chains;         /* of equal hash, chain_of() */
	uint32_t n_chains, n_lsas;
	uint32_t serial;                  /* of the next LSA that is made */
	struct numtab keys, vertices;
	struct prefix_pool *prefixes, own_prefixes;       /* those of all its stacks */
	struct prefix_row *of_prefix;
	uint32_t cap_prefixes, n_prefixes, most_prefixes; /* room for; held */
	uint32_t n_knums, most_knums;     /* rows of all struct knums, without what few holds */
	uint8_t *scratch;
	size_t scratch_size;
	struct spf_graph graph;
};

/* --- names and numbers ------------------------------------------------------------ */

static struct num_name key_name(const struct ospf_key3 *k)
{
	return (struct num_name){ (uint64_t)k->area << 8 | k->type,
				  (uint64_t)k->id << 32 | k->adv };
}

static struct num_name vertex_name(uint32_t area, bool network, uint32_t id)
{
	return (struct num_name){ area, (uint64_t)network << 32 | id };
}

static struct key_item *key_item(const struct ospf_pool *pool, ospf_knum n)
{
	return numtab_item(&pool->keys, n);
}

ospf_knum ospf_key_num(struct ospf_pool *pool, const struct ospf_key3 *k)
{
	ospf_knum n = numtab_get(&pool->keys, key_name(k), k->area);

	if (n != OSPF_NUM_NONE)
		key_item(pool, n)->key = *k;
	return n;
}

ospf_knum ospf_key_find(const struct ospf_pool *pool, const struct ospf_key3 *k)
{
	return numtab_find(&pool->keys, key_name(k));
}

const struct ospf_key3 *ospf_key(const struct ospf_pool *pool, ospf_knum n)
{
	return &key_item(pool, n)->key;
}

ospf_vnum ospf_vertex_find(const struct ospf_pool *pool, uint32_t area, bool network, uint32_t id)
{
	return numtab_find(&pool->vertices, vertex_name(area, network, id));
}

bool ospf_vertices_are_of(const struct ospf_pool *pool, uint32_t block, uint32_t area)
{
	const struct num_name *first = numtab_item(&pool->vertices, block * NUMTAB_BLOCK);

	return first->hi == area;
}

ospf_pnum ospf_prefix_find(const struct ospf_pool *pool, ip4_t key, unsigned len)
{
	prefix_num p = prefix_pool_find(pool->prefixes, key, len);

	return p < pool->cap_prefixes && pool->of_prefix[p].held ? p : OSPF_NUM_NONE;
}

/* A row for one more number. */
static bool prefixes_grow(struct ospf_pool *pool, ospf_pnum p)
{
	uint32_t cap = pool->cap_prefixes ? 2 * pool->cap_prefixes : 64;
	struct prefix_row *rows;

	if (p < pool->cap_prefixes)
		return true;
	if (cap <= p)
		cap = p + 1;
	rows = realloc(pool->of_prefix, cap * sizeof(*rows));
	if (!rows)
		return false;
	memset(rows + pool->cap_prefixes, 0, (cap - pool->cap_prefixes) * sizeof(*rows));
	pool->of_prefix = rows;
	pool->cap_prefixes = cap;
	return true;
}

ospf_pnum ospf_prefix_num(struct ospf_pool *pool, ip4_t key, unsigned len)
{
	ospf_pnum p = ospf_prefix_find(pool, key, len);

	if (p != OSPF_NUM_NONE)
		return p;
	p = pool->n_prefixes < pool->most_prefixes ? prefix_pool_get(pool->prefixes, key, len) :
						     PREFIX_NONE;
	if (p == PREFIX_NONE)
		return OSPF_NUM_NONE;
	if (!prefixes_grow(pool, p)) {
		prefix_pool_put(pool->prefixes, p);
		return OSPF_NUM_NONE;
	}
	pool->of_prefix[p].held = true;
	pool->n_prefixes++;
	return p;
}

struct ospf_pnet ospf_prefix(const struct ospf_pool *pool, ospf_pnum p)
{
	const struct prefix_item *it = prefix_pool_at(pool->prefixes, p);

	return (struct ospf_pnet){ it->key, it->len & 63 };
}

const struct prefix_pool *ospf_pool_prefixes(const struct ospf_pool *pool)
{
	return pool->prefixes;
}

uint32_t ospf_n_keys(const struct ospf_pool *pool) { return numtab_end(&pool->keys); }
uint32_t ospf_n_vertices(const struct ospf_pool *pool) { return numtab_end(&pool->vertices); }
uint32_t ospf_n_prefixes(const struct ospf_pool *pool) { return prefix_pool_end(pool->prefixes); }

/* --- which keys a vertex or a prefix has --------------------------------------------- */

static const ospf_knum *knums_rows(const struct knums *s)
{
	return s->cap ? s->u.many : s->u.few;
}

static int knums_grow(struct ospf_pool *pool, struct knums *s)
{
	uint32_t cap = s->cap ? 2 * s->cap : 2 * N_ELEM(s->u.few);
	ospf_knum *many;

	if (pool->n_knums >= pool->most_knums)
		return ERR_NOMEM;
	many = realloc(s->cap ? s->u.many : NULL, cap * sizeof(*many));
	if (!many)
		return ERR_NOMEM;
	pool->n_knums += cap - s->cap;
	if (!s->cap)
		memcpy(many, s->u.few, sizeof(s->u.few));
	s->u.many = many;
	s->cap = cap;
	return OK;
}

/* Once, however often it is said. */
static int knums_add(struct ospf_pool *pool, struct knums *s, ospf_knum k)
{
	const ospf_knum *rows = knums_rows(s);

	for (uint32_t i = 0; i < s->n; i++)
		if (rows[i] == k)
			return OK;
	if (s->n == (s->cap ? s->cap : N_ELEM(s->u.few)) && knums_grow(pool, s))
		return ERR_NOMEM;
	(s->cap ? s->u.many : s->u.few)[s->n++] = k;
	return OK;
}

static void knums_fini(struct knums *s)
{
	if (s->cap)
		free(s->u.many);
}

const ospf_knum *ospf_vertex_keys(const struct ospf_pool *pool, ospf_vnum v, size_t *n)
{
	const struct vertex_item *it = numtab_item(&pool->vertices, v);

	*n = it->keys.n;
	return knums_rows(&it->keys);
}

const ospf_knum *ospf_prefix_keys(const struct ospf_pool *pool, ospf_pnum p, size_t *n)
{
	const struct knums *keys = &pool->of_prefix[p].keys;

	*n = keys->n;
	return knums_rows(keys);
}

/* --- what an LSA says ------------------------------------------------------------------ */

/* Where the arcs and destinations of l go; room for both was counted. */
struct say {
	struct ospf_pool *pool;
	struct ospf_lsa *l;
	struct ospf_arc *arc;
	struct ospf_dest *dest;
};

static int say_arc(struct say *s, bool network, uint32_t id, const struct ospf_arc *a)
{
	ospf_vnum to = numtab_get(&s->pool->vertices, vertex_name(s->l->area, network, id),
				  s->l->area);

	if (to == OSPF_NUM_NONE)
		return ERR_NOMEM;
	*s->arc = *a;
	s->arc++->to = to;
	return OK;
}

static int say_dest(struct say *s, ip4_t net, ip4_t mask, uint32_t cost)
{
	ospf_pnum p = ospf_prefix_num(s->pool, net & mask, (unsigned)__builtin_popcount(mask));

	if (p == OSPF_NUM_NONE)
		return ERR_NOMEM;
	*s->dest++ = (struct ospf_dest){ p, cost };
	return knums_add(s->pool, &s->pool->of_prefix[p].keys, s->l->key);
}

static int say_router(struct say *s, struct rd r)
{
	struct ospf_router rt;
	struct ospf_link k;
	int err = OK;

	ospf_router_parse(&rt, &r);
	while (!err && ospf_link_parse(&k, &r)) {
		struct ospf_arc a = { .cost = k.metric, .link_type = k.type, .link_data = k.data };

		if (k.type == OSPF_LINK_STUB)
			err = say_dest(s, k.id, k.data, k.metric);
		else
			err = say_arc(s, k.type == OSPF_LINK_TRANSIT, k.id, &a);
	}
	return err;
}

static int say_network(struct say *s, struct rd r)
{
	static const struct ospf_arc to_router;
	ip4_t mask, id;
	int err;

	ospf_network_parse(&mask, &r);
	err = say_dest(s, s->l->h.id, mask, 0);
	while (!err && ospf_id_parse(&id, &r))
		err = say_arc(s, false, id, &to_router);
	return err;
}

static int say_all(struct say *s)
{
	struct rd r = ospf_lsa_body(s->l->image, s->l->len);
	struct ospf_summary sum;
	struct ospf_external ext;

	switch (s->l->h.type) {
	case OSPF_LSA_ROUTER:
		return say_router(s, r);
	case OSPF_LSA_NETWORK:
		return say_network(s, r);
	case OSPF_LSA_SUMMARY:
		ospf_summary_parse(&sum, &r);
		return say_dest(s, s->l->h.id, sum.mask, sum.metric);
	case OSPF_LSA_EXTERNAL:
	case OSPF_LSA_NSSA:
		ospf_external_parse(&ext, &r);
		return say_dest(s, s->l->h.id, ext.mask, ext.metric);
	}
	return OK;
}

/* How many arcs and destinations say_all() will find. */
static void count_all(const uint8_t *image, size_t len, size_t *arcs, size_t *dests)
{
	struct rd r = ospf_lsa_body(image, len);
	struct ospf_router rt;
	struct ospf_link k;
	uint8_t type = ospf_lsa_get_type(image);

	*arcs = *dests = 0;
	if (type == OSPF_LSA_ROUTER) {
		ospf_router_parse(&rt, &r);
		while (ospf_link_parse(&k, &r))
			(*(k.type == OSPF_LINK_STUB ? dests : arcs))++;
	} else if (type == OSPF_LSA_NETWORK) {
		*dests = 1;
		*arcs = rd_left(&r) / 4 - 1;
	} else if (type == OSPF_LSA_SUMMARY || type == OSPF_LSA_EXTERNAL || type == OSPF_LSA_NSSA) {
		*dests = 1;
	}
}

/* --- LSAs -------------------------------------------------------------------------------- */

/* By what tells one instance of an LSA from others: Link State ID, advertising router, sequence
 * number, checksum and length. */
static inline struct ospf_lsa **chain_of(const struct ospf_pool *pool, const uint8_t *image)
{
	uint64_t h = hash_fold(hash_load64(image + CHAINED_BY) ^ 0x9e3779b97f4a7c15u,
			       hash_load64(image + CHAINED_BY + 8) ^ 0xe7037ed1a0b428dbu);

	return &pool->chains[h & (pool->n_chains - 1)];
}

static int chains_grow(struct ospf_pool *pool)
{
	uint32_t old_n = pool->n_chains;
	struct ospf_lsa **old = pool->chains, *l, *next;
	struct ospf_lsa **chains = calloc(old_n ? 2 * (size_t)old_n : FIRST_CHAINS,
					  sizeof(*chains));

	if (!chains)
		return ERR_NOMEM;
	pool->chains = chains;
	pool->n_chains = old_n ? 2 * old_n : FIRST_CHAINS;
	for (uint32_t i = 0; i < old_n; i++) {
		for (l = old[i]; l; l = next) {
			next = l->next;
			l->next = *chain_of(pool, l->image);
			*chain_of(pool, l->image) = l;
		}
	}
	free(old);
	return OK;
}

/* Its number, its vertex, its arcs and destinations. */
static int lsa_parse(struct ospf_pool *pool, struct ospf_lsa *l, struct say *s)
{
	struct ospf_key3 k = { .area = l->area, .type = l->h.type, .id = l->h.id, .adv = l->h.adv };
	bool network = l->h.type == OSPF_LSA_NETWORK;
	struct vertex_item *v;

	l->key = ospf_key_num(pool, &k);
	l->vertex = OSPF_NUM_NONE;
	if (l->key == OSPF_NUM_NONE)
		return ERR_NOMEM;
	if (network || l->h.type == OSPF_LSA_ROUTER) {
		l->vertex = numtab_get(&pool->vertices, vertex_name(l->area, network, l->h.id),
				       l->area);
		if (l->vertex == OSPF_NUM_NONE)
			return ERR_NOMEM;
		v = numtab_item(&pool->vertices, l->vertex);
		if (knums_add(pool, &v->keys, l->key))
			return ERR_NOMEM;
		spf_graph_keys(&pool->graph, pool, l->vertex);
	}
	return say_all(s);
}

/* A checked image, in one piece of memory with its arcs and destinations. */
static struct ospf_lsa *lsa_new(struct ospf_pool *pool, uint32_t area, const uint8_t *image,
				size_t len)
{
	size_t arcs, dests;
	struct ospf_lsa *l;
	uint8_t *copy;
	struct say s;

	count_all(image, len, &arcs, &dests);
	l = malloc(sizeof(*l) + arcs * sizeof(struct ospf_arc) + dests * sizeof(struct ospf_dest) +
		   len);
	if (!l)
		return NULL;
	s = (struct say){ pool, l, l->arcs, (struct ospf_dest *)(l->arcs + arcs) };
	copy = (uint8_t *)(s.dest + dests);
	memcpy(copy, image, len);
	ospf_lsa_put_age(copy, 0);
	ospf_lsa_hdr_get(&l->h, copy);
	l->area = area;
	l->len = (uint16_t)len;
	l->n_arcs = (uint16_t)arcs;
	l->n_dests = (uint16_t)dests;
	l->dests = s.dest;
	l->image = copy;
	if (lsa_parse(pool, l, &s)) {
		free(l);
		return NULL;
	}
	assert(s.arc == l->arcs + arcs && s.dest == l->dests + dests);
	return l;
}

static outlined struct ospf_lsa *lsa_intern(struct ospf_pool *pool, uint32_t area,
					    const uint8_t *image, size_t len,
					    enum ospf_lsa_fault *bad)
{
	struct ospf_lsa *l, **chain;

	*bad = ospf_lsa_check(image, len);
	if (*bad || (pool->n_lsas == pool->n_chains && chains_grow(pool)))
		return NULL;
	l = lsa_new(pool, area, image, len);
	if (!l)
		return NULL;
	l->refs = 1;
	l->serial = pool->serial++;
	key_item(pool, l->key)->last = l;
	l->hash = hash_bytes(image + NOT_HASHED, len - NOT_HASHED);
	chain = chain_of(pool, image);
	l->next = *chain;
	*chain = l;
	pool->n_lsas++;
	return l;
}

struct ospf_lsa *ospf_lsa_get(struct ospf_pool *pool, uint32_t area, const uint8_t *image,
			      size_t len, enum ospf_lsa_fault *bad)
{
	struct ospf_lsa *l;

	if (len < OSPF_LSA_HLEN || len > UINT16_MAX) {
		*bad = OSPF_LSA_BAD_LENGTH;
		return NULL;
	}
	for (l = pool->n_chains ? *chain_of(pool, image) : NULL; l; l = l->next)
		if (l->len == len && l->area == area &&
		    memcmp(l->image + NOT_HASHED, image + NOT_HASHED, len - NOT_HASHED) == 0)
			return ospf_lsa_hold(l);
	return lsa_intern(pool, area, image, len, bad);
}

struct ospf_lsa *ospf_lsa_recall(const struct ospf_pool *pool, ospf_knum key, uint32_t serial)
{
	struct ospf_lsa *l = key_item(pool, key)->last;

	return l && l->serial == serial ? ospf_lsa_hold(l) : NULL;
}

void ospf_lsa_put(struct ospf_pool *pool, struct ospf_lsa *l)
{
	struct ospf_lsa **at;

	if (!l || --l->refs)
		return;
	if (key_item(pool, l->key)->last == l)
		key_item(pool, l->key)->last = NULL;
	for (at = chain_of(pool, l->image); *at != l; at = &(*at)->next)
		;
	*at = l->next;
	pool->n_lsas--;
	spf_graph_forget(&pool->graph, l);
	free(l);
}

/* --- the pool ------------------------------------------------------------------------------ */

struct ospf_pool *ospf_pool_new(struct prefix_pool *prefixes)
{
	struct ospf_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	numtab_init(&pool->keys, sizeof(struct key_item));
	numtab_init(&pool->vertices, sizeof(struct vertex_item));
	pool->prefixes = prefixes ? prefixes : &pool->own_prefixes;
	ospf_pool_limit(pool, OSPF_POOL_NUMBERS);
	return pool;
}

void ospf_pool_limit(struct ospf_pool *pool, uint32_t numbers)
{
	pool->keys.most = pool->vertices.most = pool->most_prefixes = numbers;
	pool->most_knums = 4 * numbers;
}

bool ospf_pool_full(const struct ospf_pool *pool)
{
	return pool->keys.n >= pool->keys.most || pool->vertices.n >= pool->vertices.most ||
	       pool->n_prefixes >= pool->most_prefixes || pool->n_knums >= pool->most_knums;
}

static void prefixes_fini(struct ospf_pool *pool)
{
	for (ospf_pnum p = 0; p < pool->cap_prefixes; p++) {
		knums_fini(&pool->of_prefix[p].keys);
		if (pool->of_prefix[p].held)
			prefix_pool_put(pool->prefixes, p);
	}
	free(pool->of_prefix);
	prefix_pool_fini(&pool->own_prefixes);
}

void ospf_pool_free(struct ospf_pool *pool)
{
	if (!pool)
		return;
	assert(pool->n_lsas == 0);
	for (uint32_t i = 0; i < numtab_end(&pool->vertices); i++)
		knums_fini(&((struct vertex_item *)numtab_item(&pool->vertices, i))->keys);
	prefixes_fini(pool);
	numtab_fini(&pool->keys);
	numtab_fini(&pool->vertices);
	free(pool->chains);
	free(pool->scratch);
	spf_graph_fini(&pool->graph);
	free(pool);
}

void *ospf_pool_scratch(struct ospf_pool *pool, size_t n)
{
	if (n > pool->scratch_size) {
		size_t size = n + n / 4;
		uint8_t *p = realloc(pool->scratch, size);

		if (!p)
			return NULL;
		memset(p + pool->scratch_size, 0, size - pool->scratch_size);
		pool->scratch = p;
		pool->scratch_size = size;
	}
	return pool->scratch;
}

struct spf_graph *ospf_pool_graph(struct ospf_pool *pool) { return &pool->graph; }
