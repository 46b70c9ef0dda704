/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_SPF_H
#define STACK_OSPF_SPF_H
/*
 * The routing table calculation (RFC 2328 16), private to its files:
 *
 *	spf_sched.c when it runs, and what has changed since the last run
 *	spf.c       16.1 (1)-(3), the tree of an area   spf_inc.c its repair
 *	spf_queue.h the candidate list                  spf_graph.h the graph, packed
 *	spf_hops.c  16.1.1, next hops
 *	table.c     16.1 (4), 16.2, routes in the AS    table_ext.c 16.4, outside of it
 *	routers.c   routes to border routers
 *	fib.c       what of the routes the stack forwards by
 *
 * What is kept of a run is the distance and the set of next hops of each
 * vertex.  The route of a prefix follows from these and from the LSAs that
 * name it, so no table of routes is kept: a run works out the routes of those
 * prefixes alone whose vertices or LSAs have changed, and show all of them.
 *
 * Working memory of a run is the pool's, indexed by its vertex and prefix
 * numbers; whoever used a cell leaves it zero.  The graph alone is remembered.
 *
 * Virtual links are left out: there are no transit areas (16.3), and type 4
 * links of others are followed as what they are in the backbone, links between
 * routers.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/core/nexthop.h"
#include "stack/ospf/ospf.h"
#include "stack/ospf/spf_graph.h"

#define SPF_UNREACHABLE UINT32_MAX
#define SPF_DIST_MAX 0x7ffffffeu          /* no path is longer */
#define SPF_PAGE 64                       /* vertices: numtab.h's blocks, of one area each */

struct spf_page { uint32_t dist[SPF_PAGE]; nexthops_id hops[SPF_PAGE]; };

/* Results of an area's last run, by vertex. */
struct spf_area {
	struct spf_page **pages;          /* NULL: nothing of it is reachable */
	uint32_t n_pages;
	bool dirty;                       /* the tree may be another now */
	bool full;                        /* ... and is not to be repaired, but made anew */
};

static inline uint32_t spf_dist(const struct ospf_area *a, ospf_vnum v)
{
	const struct spf_area *s = a->spf;
	const struct spf_page *p = s && v / SPF_PAGE < s->n_pages ? s->pages[v / SPF_PAGE] : NULL;

	return p ? p->dist[v % SPF_PAGE] : SPF_UNREACHABLE;
}

static inline nexthops_id spf_hops(const struct ospf_area *a, ospf_vnum v)  /* reachable */
{
	return a->spf->pages[v / SPF_PAGE]->hops[v % SPF_PAGE];
}

/* What an LSA was before it changed; NULL: there was none. */
struct spf_change { ospf_knum key; struct ospf_lsa *was; };

/* struct ospf's, from its first LSA on. */
struct ospf_spf {
	struct spf_change *changes;       /* since the last run, in order */
	uint32_t n_changes, cap_changes;
	bool nomem;                       /* in this run, somewhere: it is tried again */
	bool all;                         /* too many to list, or what they rest on changed */
	unsigned hold_multiplier;
	ns_t cause_at, at, took;          /* first cause of the next run; the last one */
	uint64_t n_full, n_incremental;
	bool says_summaries, says_externals;      /* LSAs of abr.c, of asbr.c are there */
	uint64_t *held;                   /* a bit for each set of next hops that we refer to */
	uint32_t n_held_words, n_held, n_live;    /* n_live: left by the last sweep */
	struct asbr_path *paths;          /* table_ext.c's, of the present run */
	uint32_t n_paths, cap_paths;
};

/* There was no memory: all of it once more, a little later. */
void spf_again(struct ospf *o);

/* --- working memory ------------------------------------------------------------- */

enum { SPF_CANDIDATE = 1, SPF_IN_TREE = 2, SPF_CHANGED = 4 };

struct spf_v {                            /* a vertex */
	const struct ospf_lsa *lsa;
	uint32_t dist;
	union {
		ospf_vnum parent;         /* spf.c: the first */
		uint32_t says;            /* spf_inc.c: distance by what its neighbours' are */
	};
	ospf_vnum next, prev;             /* in its bucket */
	nexthops_id hops;
	uint16_t bucket;                  /* or SPF_UNQUEUED */
	uint8_t state;
	uint8_t router;                   /* 1; a network: 0, which comes first at equal distance */
};

/* Kinds of routes, better ones first: 11, 16.2 (3) and 16.4 (6). */
enum spf_class { SPF_NONE, SPF_INTRA, SPF_DISCARD, SPF_INTER, SPF_EXT1, SPF_EXT2 };
enum {
	SPF_P_LISTED = 1,                 /* in plist */
	SPF_P_WANTED = 2,                 /* its route is asked for */
	SPF_P_INTERNAL = 4,               /* ... but for 16.4 */
	SPF_P_OWN = 32,                   /* of one of our interfaces */
	SPF_P_NSSA = 8, SPF_P_PBIT = 16,  /* by a type 7 LSA; with the P-bit */
};

struct spf_p {                            /* a prefix, and the best route seen so far */
	uint64_t rank;                    /* spf_rank(); 0: none */
	uint32_t area, tag;
	uint32_t adv;                     /* of an external: who says so */
	nexthops_id hops;
	uint8_t flags;
};

struct spf_scratch {
	struct spf_v *v;
	struct spf_p *p;
	ospf_vnum *vlist;                 /* of touched, then of changed vertices */
	ospf_pnum *plist;                 /* of listed prefixes */
	uint32_t n_v, n_p;                /* how many are in the lists */
	uint64_t cap_p;
};

/* False: no memory.  Valid until the next call. */
bool must_check spf_scratch_open(struct ospf *o, struct spf_scratch *s);
/* A number that was made meanwhile may have no cell. */
bool spf_scratch_has(const struct spf_scratch *s, ospf_pnum p);
/* All cells are zero again. */
void spf_scratch_close(struct spf_scratch *s);

/* --- spf_hops.c ------------------------------------------------------------------ */

#define SPF_MEMO 64                       /* unions remembered within a run */
struct spf_memo { nexthops_id a, b, u; };

/* Sets stay valid until the next spf_hops_sweep().  0: no memory. */
nexthops_id spf_hops_get(struct ospf *o, const struct nexthop *h, unsigned n);
/* Of two, at most max_paths, the lowest by interface and address. */
nexthops_id spf_hops_union(struct ospf *o, struct spf_memo *memo, nexthops_id a, nexthops_id b);
/* Where h is directly attached, the next hop is via; else as h has it (16.1.1). */
nexthops_id spf_hops_behind(struct ospf *o, nexthops_id h, ip4_t via);
bool spf_hops_direct(const struct ospf *o, nexthops_id h);
/* Of the interface that has the prefix; 0: none has. */
nexthops_id spf_hops_own(struct ospf *o, const struct ospf_area *a, ip4_t key, unsigned len);
/* Gives back sets that no vertex has, when they are many. */
void spf_hops_sweep(struct ospf *o);
void spf_hops_fini(struct ospf *o);

/* --- spf.c, spf_inc.c ---------------------------------------------------------------- */

#define SPF_DIGIT 6                       /* bits */
#define SPF_FAN (1u << SPF_DIGIT)         /* buckets of a digit, a bit each in a word */
#define SPF_LEVELS 6                      /* digits of a key */
#define SPF_UNQUEUED UINT16_MAX

struct spf_queue {
	uint32_t last;                    /* key of the last one taken */
	uint32_t levels;                  /* a bit for each digit with buckets that are not empty */
	uint64_t used[SPF_LEVELS];        /* ... for each of these buckets */
	ospf_vnum head[SPF_LEVELS * SPF_FAN], tail[SPF_LEVELS * SPF_FAN];
};

struct spf_run {
	struct ospf *o;
	struct ospf_area *area;
	struct spf_scratch *s;
	struct spf_graph *g;              /* spf.c's, and its blocks of vertices */
	uint32_t n_blocks;
	ospf_vnum root;
	struct spf_queue q;
	struct spf_memo memo[SPF_MEMO];
	/* Of show alone: told of each vertex as it joins the tree. */
	bool (*joined)(struct spf_run *r, ospf_vnum v);
	void *arg;
};

/* The LSA that is this vertex in the database, of an age below MaxAge; or NULL. */
const struct ospf_lsa *spf_lsa(const struct ospf *o, ospf_vnum v);
/* LSAs in the database that are not being flushed; or NULL. */
static inline const struct ospf_lsa *spf_lsa_of(const struct ospf *o, ospf_knum k)
{
	const struct lsdb_entry *e = lsdb_find(o, k);

	return e && !(e->flags & LSDB_MAXAGE) ? e->lsa : NULL;
}
ospf_vnum spf_root(const struct ospf_area *a);
/* 16.1.1 for an arc of the root: the interface's neighbour, or the network itself; 0: none. */
nexthops_id spf_root_hops(struct ospf *o, const struct ospf_area *a, const struct ospf_arc *arc,
			  const struct ospf_lsa *to);
/* 16.1.1 for the arc from v (numbered vn) to w, and that back. */
nexthops_id spf_next_hops(struct spf_run *r, const struct spf_v *v, ospf_vnum vn,
			  const struct ospf_arc *arc, const struct spf_v *w,
			  const struct ospf_arc *back);
/* The tree from nothing, in the area's cells of s->v; s->vlist has none of them.  False:
 * no memory, at some point. */
bool must_check spf_tree(struct spf_run *r);
/* ... the area's cells, to zero. */
void spf_tree_clear(struct spf_run *r);
/* Is it other than what is kept of it?  Then that is brought up to date; it has a page. */
bool spf_keep_one(struct spf_area *a, ospf_vnum n, uint32_t dist, nexthops_id hops);
bool must_check spf_page_ready(struct spf_area *a, ospf_vnum n);
/* The whole of it: what is kept of the area is that of its database now, and
 * s->vlist has one more for each vertex that is other than before, in state
 * SPF_CHANGED.  False: no memory, and nothing changed. */
bool spf_full(struct ospf_area *a, struct spf_scratch *s);
/* The same results, from the last ones and what changed since.  False: it
 * cannot tell, or no memory; nothing changed. */
bool spf_incremental(struct ospf_area *a, struct spf_scratch *s);
/* Has it memory for results? */
bool must_check spf_area_ready(struct ospf_area *a);

/* --- table.c --------------------------------------------------------------------------- */

/* class, then cost2, then who leads there (16.4.1), then cost: the least is best. */
static inline uint64_t spf_rank(enum spf_class c, uint32_t cost2, bool other, uint32_t cost)
{
	return (uint64_t)c << 57 | (uint64_t)(cost2 & OSPF_LS_INFINITY) << 33 |
	       (uint64_t)other << 32 | cost;
}
static inline enum spf_class spf_rank_class(uint64_t rank) { return (enum spf_class)(rank >> 57); }
static inline uint32_t spf_rank_cost(uint64_t rank) { return (uint32_t)rank; }
static inline uint32_t spf_rank_cost2(uint64_t rank) { return rank >> 33 & OSPF_LS_INFINITY; }

struct table {                            /* a computation of routes */
	struct ospf *o;
	struct spf_scratch *s;
	bool all;                         /* of every prefix there is */
	bool paths;                       /* o->spf->paths are there */
	size_t work;                      /* destinations looked at, if not all */
	struct spf_memo memo[SPF_MEMO];
};

void table_init(struct table *t, struct ospf *o, struct spf_scratch *s);
/* ... with working memory of its own.  False: no memory (o->spf->nomem). */
bool must_check table_open(struct table *t, struct ospf *o, struct spf_scratch *s);
/* The prefix is of one of our interfaces. */
void table_own(struct table *t, ospf_pnum p);
/* ... those that may have changed with the vertices in s->vlist and the logged LSAs. */
void table_want_changed(struct table *t);
/* The routes of those, in s->p; of all prefixes if t->all. */
void table_compute(struct table *t);
/* Leaves the working memory of prefixes zero. */
void table_done(struct table *t);
/* The best path within the AS to an address; NULL: none. */
const struct spf_p *table_internal(struct table *t, ip4_t addr);

/* All routes, by prefix, for show and for what an ABR says. */
struct table_row { struct ospf_pnet to; struct spf_p r; };
/* malloc'ed; NULL: none, or no memory (then o->spf->nomem, too). */
struct table_row *table_rows(struct ospf *o, size_t *n);

/* Routers that are border routers, by id; within one area several times, if in several. */
struct router_row;
struct router_row *table_routers(struct ospf *o, size_t *n);

/* --- table_ext.c: 16.4 ------------------------------------------------------------------- */

/* The best way to an ASBR (16.4 (3), 16.4.1). */
struct asbr_path {
	uint32_t id, area, cost;
	nexthops_id hops;
	bool inter;                       /* by a type 4 LSA */
	bool abr;                         /* it is one, too */
};
struct router_row {
	struct asbr_path path;
	bool asbr;
	bool best;                        /* what asbr_path() says of it */
};
bool asbr_path(struct table *t, uint32_t id, struct asbr_path *out);
/* To another router of an area, one that has the flag (enum ospf_router_flag) in its LSA. */
bool table_router(const struct ospf_area *a, uint32_t id, uint8_t flag, struct asbr_path *out);
/* An AS-external-LSA, or of an NSSA, as a candidate for its prefix. */
void table_offer_external(struct table *t, const struct ospf_lsa *l);
void table_offer(struct table *t, ospf_pnum p, const struct spf_p *c);
bool table_is_asked(const struct table *t, ospf_pnum p);

/* fib.c: what the table has for the prefixes asked for goes to the stack.  Returns
 * whether something changed there. */
bool fib_update(struct table *t);

/* abr.c */
/* 3.3: is_abr is brought up to date; true: it changed. */
bool abr_changed(struct ospf *o);
bool abr_has_ranges(const struct ospf *o);
/* 16.2 (3), 12.4.3: our own ranges that are in use, when all intra-area routes are there. */
void abr_offer_discards(struct table *t);
void abr_offer_discard(struct table *t, const struct ospf_area *a, const struct ospf_range *g);
/* The most specific range of the area's networks, or of what is translated, that has p;
 * NULL: none. */
const struct ospf_range *abr_range_of(const struct ospf_area *a, struct ospf_pnet p, bool nssa);
struct ospf_pnet abr_range_net(const struct ospf_range *g);
/* nssa_out.c: of what is translated, when all external routes are there. */
void nssa_offer_discards(struct table *t);

#endif
