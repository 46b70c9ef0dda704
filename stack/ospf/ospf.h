/* SPDX-License-Identifier: MIT */
#ifndef STACK_OSPF_OSPF_H
#define STACK_OSPF_OSPF_H
/*
 * OSPFv2 (RFC 2328), private to this folder.  One file a chapter:
 *
 *	ospf.c    5   the instance: start, stop, configuration; the proto table
 *	config.c  C   interfaces and areas as configured   event.c what happened, told to the driver
 *	in.c      8.2 a packet arrives      out.c  8.1 a packet leaves   hint.h what goes with it
 *	auth.c    D   authentication        iface.c 9.3 interface state machine
 *	elect.c   9.4 DR election           hello.c 9.5, 10.5
 *	nbr.c     10.3 neighbour state machine
 *	dd.c      10.6, 10.8 database description
 *	lsreq.c   10.7, 10.9 link state requests
 *	lsdb.c    12.2, 13.2 the database   pool.c interned LSAs
 *	flood.c   13  flooding              rxmt.c 13.5-13.7 acknowledgment, retransmission
 *	originate.c 12.1, 12.4, 13.4 own LSAs   origin_router.c, origin_net.c 12.4.1, 12.4.2
 *	age.c     14  ageing
 *	spf.h     16  the routing table: map of spf*.c, table*.c, routers.c, fib.c
 *	abr.c     12.4.3 summaries          asbr.c 12.4.4 externals
 *	nssa.c    RFC 3101 2 type 7 LSAs    nssa_out.c 3 their translation
 *	ext_equal.c 12.4.4.1 externals that another tells as well
 *	lsaid.c   E   what these three say  show_route.c the routing table, the trees
 *	show.c    what there is
 *
 * The rest of the folder says what happened; the machines decide what follows.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/core/core.h"
#include "stack/core/l4.h"
#include "stack/ospf.h"
#include "stack/ospf/hint.h"
#include "stack/ospf/pool.h"
#include "stack/wire/ip4.h"
#include "stack/wire/ospf.h"

#define OSPF_LS_REFRESH_TIME 1800         /* s; RFC 2328 B */
#define OSPF_MAX_AGE_DIFF    900
#define OSPF_MIN_LS_INTERVAL SEC(5)
#define OSPF_MIN_LS_ARRIVAL  SEC(1)

struct ospf;
struct ospf_area;
struct ospf_if;
struct ospf_nbr;

/* An insertion-ordered set of keys (lsaset.c): who still has to hear of what,
 * and since when.  Empty, it has no memory. */
struct lsa_set_row { ospf_knum key; uint32_t at_ms; };    /* at: put in, or sent last */
struct lsa_set {
	struct lsa_set_row *rows;         /* in order; removed ones have key OSPF_NUM_NONE */
	uint32_t *index;                  /* open addressing: row + 1; 0: free */
	uint32_t first, n_rows, cap, n;   /* n: those that are there */
	uint32_t mark;                    /* rows from here on are new */
	bool bare;                        /* without an index; rxmt.c knows what is in it, and n */
};
/* At the end, where it moves if it is there; append: it is not. */
int must_check lsa_set_add(struct lsa_set *s, ospf_knum k, uint32_t at_ms);
int must_check lsa_set_append(struct lsa_set *s, ospf_knum k, uint32_t at_ms);
bool lsa_set_del(struct lsa_set *s, ospf_knum k);         /* false: was not there */
bool lsa_set_take(struct lsa_set *s, ospf_knum k, bool *was_new);  /* the same */
bool lsa_set_has(const struct lsa_set *s, ospf_knum k);
/* NULL: is not there.  Until the next addition. */
const struct lsa_set_row *lsa_set_find(const struct lsa_set *s, ospf_knum k);
void lsa_set_prefetch(const struct lsa_set *s, ospf_knum k);      /* k will be asked for soon */
/* Is there so much in it that it takes more memory when it finds no room? */
bool lsa_set_must_grow(const struct lsa_set *s);
void lsa_set_clear(struct lsa_set *s);
/* Rows by *i from 0 on, oldest first; NULL: no more.  Deleting is safe meanwhile. */
const struct lsa_set_row *lsa_set_next(const struct lsa_set *s, uint32_t *i);
/* None is new any more. */
static inline void lsa_set_mark(struct lsa_set *s) { s->mark = s->n_rows; }

/* --- neighbour (RFC 2328 10) --- */

/* What a flood asks for comes first, here and below: a large network has forgotten all of it. */
struct ospf_nbr {
	struct list_node node;            /* in its interface, by address (p2p: one) */
	struct ospf_if *oi;
	uint32_t id;                      /* router id */
	ip4_t addr;
	uint8_t state;                    /* enum ospf_nbr_state */
	uint8_t priority, options;
	bool master;                      /* we are */
	uint32_t waits, unsent;           /* bits of lsdb_entry.flags (rxmt.c); 0: its index */
	struct lsa_set retransmit;        /* Link state retransmission list; on a network without
					   * broadcast new ones have not been sent at all yet */
	struct lsa_set request;           /* Link state request list; at: the LS sequence number */
	struct timer rxmt;                /* rxmt.c's: LSAs, next repetition */
	ip4_t dr, bdr;                    /* as it says */
	uint8_t dd_flags, dd_options;     /* of the last DD packet received: I, M, MS ... */
	uint8_t dd_sent;                  /* flags of the last one sent */
	bool dd_any;                      /* one was received since ExStart, or is remembered */
	uint16_t dd_n;                    /* first rows of summary that the last one sent lists */
	uint16_t req_n;                   /* requests that the last LSR has and nobody answered */
	uint32_t dd_last_seq, dd_seq;     /* number of the last one received; ours */
	uint32_t crypto_seq;              /* last received (D.3) */
	uint32_t n_changes;
	ns_t state_at;
	ns_t dd_due_at, req_due_at;       /* when DD (slave: is forgotten), LSR is repeated */
	struct timer inactivity;
	struct timer exchange;            /* the earlier of these two */
	struct lsa_set summary;           /* Database summary list; the last DD's until answered */
	struct lsa_set sent_back;         /* for older ones (13 (8)), within MinLSArrival */
};

/* --- interface (RFC 2328 9) --- */

struct ospf_told;
struct ospf_if {
	struct list_node node;            /* in its area, by ifindex */
	struct ospf_area *area;
	struct netdev *dev;
	struct ospf_if_config conf;       /* conf.auth is ... */
	struct ospf_auth *auth;           /* ... this, owned; or NULL */
	struct list nbrs;
	ospf_knum *acks;                  /* delayed (13.5), room for a packet; or NULL */
	uint16_t n_acks;
	uint8_t state;                    /* enum ospf_if_state */
	bool d_routers;                   /* AllDRouters was joined */
	bool net_dirty;                   /* its network-LSA is to be built anew */
	uint8_t n_told;
	struct prefix addr;               /* primary address when it came up */
	uint32_t rx[OSPF_TYPE_N], tx[OSPF_TYPE_N], errors;
	uint32_t dr_id, bdr_id;           /* router ids; 0: none */
	ip4_t dr, bdr;                    /* their addresses */
	uint32_t crypto_seq;              /* last sent */
	struct timer hello, wait;         /* HelloTimer; WaitTimer, or iface.c looks around */
	struct lsa_set flood;             /* to be sent by this interface at the end of the instant,
					   * on a broadcast network */
	struct timer ack_timer;
	struct ospf_told *told;           /* event.c's: problems told of, n_told of them */
};

/* --- area (RFC 2328 6) --- */

struct ospf_area {
	struct list_node node;            /* by id */
	struct ospf *ospf;
	uint32_t id;
	struct list ifs;
	struct spf_area *spf;             /* spf.c's: results of the last run */
	uint64_t digest;                  /* of its LSDB */
	struct ospf_area_config conf;     /* conf.ranges is ... */
	struct ospf_range *ranges;        /* ... this, owned */
	bool configured;                  /* by stack_ospf_area(), so it stays without interfaces */
	bool router_dirty;                /* its router-LSA is to be built anew */
	bool transit;                     /* TransitCapability */
	bool translator;                  /* RFC 3101 3.1; deposed if ... */
	struct timer stability;           /* ... this runs: TranslatorStabilityInterval */
	uint32_t n_lsas[12], lsa_sum[12];
	uint64_t n_spf;
};

/* --- database (RFC 2328 12.2) --- */

enum lsdb_flag {
	LSDB_SELF = 1,                    /* our router id is its Advertising Router */
	LSDB_MAXAGE = 2,                  /* being flushed: on lists until acknowledged */
	LSDB_FLOODED = 4,                 /* installed by flooding, for MinLSArrival */
	LSDB_SEEN = 8,                    /* within rxmt.c's look at a list */
	LSDB_WAITS = 16,                  /* and above: two for each of LSDB_NBRS neighbours */
};
#define LSDB_NBRS 8
struct lsdb_entry {
	struct ospf_lsa *lsa;             /* NULL: no such LSA here */
	uint32_t born_ms;                 /* instant at which its age was 0, modulo 2^32 */
	uint32_t installed_age : 12;      /* s, its age when it was installed */
	uint32_t flags : 4 + 2 * LSDB_NBRS;       /* enum lsdb_flag */
};

#define LSDB_PAGE 64                      /* entries; numtab.h's blocks are of one area */
struct lsdb_page { struct lsdb_entry e[LSDB_PAGE]; };

struct ospf_lsdb {
	struct lsdb_page **pages;         /* by key number */
	uint32_t n_pages, n;
};

/* --- the instance --- */

struct ospf {
	struct stack *st;
	struct ospf_pool *pool;
	struct ospf_pool *own_pool;       /* when the driver gave none */
	uint32_t router_id;
	uint32_t n_by_ifindex;
	struct ospf_if **by_ifindex;      /* [ifindex], NULL where OSPF is not */
	struct list areas;
	struct ospf_lsdb lsdb;            /* of all areas and of AS scope: keys have their area */
	struct ospf_spf *spf;             /* spf_sched.c's and table.c's */
	ns_t scan_at;                     /* age.c's: an LSA is to be refreshed, or dies; 0: none */
	uint64_t rx[OSPF_TYPE_N], tx[OSPF_TYPE_N];
	struct ospf_config conf;
	uint64_t external_digest;
	uint32_t n_external, external_sum;
	bool is_abr, is_asbr;
	uint32_t waits_taken;             /* by neighbours, of lsdb_entry.flags */
	uint32_t n_indexed;               /* neighbours that got none */
	/* Zero at first: who arms one says what it fires. */
	struct timer flood_timer;         /* end of this instant: ospf_if.flood leaves */
	struct timer spf_timer;
	struct lsa_set maxage;            /* what is at MaxAge and not yet gone */
	struct timer age_timer;           /* refresh and MaxAge: the next one due */
	struct timer originate_timer;     /* LSAs that MinLSInterval or a batch holds back */
	struct ospf_origin *origin;       /* originate.c's */
	struct ospf_ext *ext;             /* asbr.c's */
	ns_t started_at, routes_changed_at;
};

/* ospf.c */
static inline ns_t ospf_now(const struct ospf *o) { return o->st->now; }
static inline uint32_t ospf_now_ms(const struct ospf *o)
{
	return (uint32_t)(o->st->now / MSEC(1));
}
struct ospf_area *ospf_area_find(const struct ospf *o, uint32_t id);
/* Made if need be; NULL: no memory. */
struct ospf_area *ospf_area_get(struct ospf *o, uint32_t id);
struct ospf_if *ospf_if_of(const struct ospf *o, const struct netdev *dev);
/* Options of hellos and DD of an area (A.2): E, N; O no. */
uint8_t ospf_area_options(const struct ospf_area *a);
/* ... of own LSAs but types 5 and 7: the N-bit is of hellos alone (RFC 3101 A). */
uint8_t ospf_lsa_options(const struct ospf_area *a);
/* config.c: all interfaces cease, without a word; then they and their areas go. */
void ospf_ifs_halt(struct ospf *o);
void ospf_areas_fini(struct ospf *o);
void ospf_dev_changed(struct stack *st, struct netdev *dev, bool gone);

/* event.c */
void ospf_event_nbr(const struct ospf_nbr *n, enum ospf_nbr_state old, const char *cause);
void ospf_event_if(const struct ospf_if *oi, enum ospf_if_state old, const char *cause);
/* What was told of this sender (IP4_ANY: of all) for reasons from a to z may be told anew. */
void ospf_problems_over(struct ospf_if *oi, ip4_t from, enum drop a, enum drop z);
/* One line to the driver; once for each sender and reason. */
void ospf_problem(struct ospf_if *oi, uint32_t id, ip4_t from, enum drop why, const char *fmt, ...)
	printf_like(5, 6);

/* in.c: the proto table's input.  out.c: begin gives a writer behind a blank
 * header, so that w.start is the packet's first byte (an update's hint is in front of
 * it); end fills length, checksum and authentication and sends it; dst 0, or any on a
 * point-to-point network: AllSPFRouters, or AllDRouters as 13.3 (5) has it, by the
 * interface's state. */
struct ospf_tx { struct blk *b; struct wr w; struct ospf_if *oi; uint8_t type; uint32_t room; };
int must_check ospf_tx_begin(struct ospf_tx *tx, struct ospf_if *oi, uint8_t type);  /* or NOBUFS */
/* ... for a body of n bytes even if that is above the MTU: IP will fragment it. */
int must_check ospf_tx_begin_for(struct ospf_tx *tx, struct ospf_if *oi, uint8_t type, size_t n);
/* Bytes that still fit the interface's MTU, or n. */
static inline size_t ospf_tx_room(const struct ospf_tx *tx) { return tx->room - wr_len(&tx->w); }
void ospf_tx_end(struct ospf_tx *tx, ip4_t dst);
void ospf_input(struct stack *st, struct pkt *p, const struct ip_meta *m);

/* auth.c: RFC 2328 D, RFC 5709. */
/* Bytes of the digest behind a packet. */
size_t ospf_auth_len(const struct ospf_if *oi);
/* The packet of n bytes is whole but for checksum and authentication; the digest
 * goes behind it. */
void ospf_auth_sign(struct ospf_if *oi, uint8_t *pkt, size_t n);
/* The header's OSPF_HLEN bytes, and the rest with the digest; n may be NULL. */
enum drop ospf_auth_check(struct ospf_if *oi, const struct ospf_nbr *n, const struct ospf_hdr *h,
			  ip4_t src, const uint8_t *head, const uint8_t *body);
/* Is it one that can be? */
bool ospf_auth_valid(const struct ospf_auth *a);

/* iface.c: events of 9.2 */
enum ospf_if_event {
	IFE_UP, IFE_WAIT_TIMER, IFE_BACKUP_SEEN, IFE_NBR_CHANGE, IFE_LOOP, IFE_UNLOOP, IFE_DOWN
};
void ospf_if_event(struct ospf_if *oi, enum ospf_if_event ev);
void ospf_if_timers_init(struct ospf_if *oi);
void ospf_if_timers_stop(struct ospf_if *oi);
/* AllDRouters is heard by the DR and the Backup (A.1): joins or leaves it. */
void ospf_if_groups(struct ospf_if *oi);
void ospf_if_set_state(struct ospf_if *oi, enum ospf_if_state s, const char *cause);
void ospf_if_halt(struct ospf_if *oi);    /* at once and silently; its neighbours go */
/* config.c: up, down or restarted, as its device and addresses ask for. */
void ospf_if_sync(struct ospf_if *oi);
void ospf_elect(struct ospf_if *oi, const char *cause);   /* elect.c: 9.4 */
/* Tells the user if it can find nobody: then there are no adjacencies, either. */
void ospf_elect_check(struct ospf_if *oi);
/* hello.c */
void ospf_hello_timer(struct timer *t);
/* dd.c, lsreq.c: ExStart, the first DD packet; what is due of DD packets and
 * requests; the first or next requests, unless some are under way. */
void ospf_dd_start(struct ospf_nbr *n);
void ospf_exchange_arm(struct ospf_nbr *n);
void ospf_exchange_timer(struct timer *t);
void ospf_request_next(struct ospf_nbr *n);
void ospf_request_timeout(struct ospf_nbr *n);

/* nbr.c: events of 10.2 */
enum ospf_nbr_event {
	NBE_HELLO, NBE_START, NBE_2WAY, NBE_NEG_DONE, NBE_EXCH_DONE, NBE_BAD_LSREQ, NBE_LOAD_DONE,
	NBE_ADJ_OK, NBE_SEQ_MISMATCH, NBE_1WAY, NBE_KILL, NBE_INACTIVITY, NBE_LL_DOWN
};
void ospf_nbr_event(struct ospf_nbr *n, enum ospf_nbr_event ev);
struct ospf_nbr *ospf_nbr_find(const struct ospf_if *oi, ip4_t addr, uint32_t id);
/* Is it so of one neighbour at least, on any interface? */
bool ospf_nbr_any(const struct ospf *o, bool (*is)(const struct ospf_nbr *n));
void ospf_nbrs_free(struct ospf_if *oi);  /* silently */
/* NULL: no memory. */
struct ospf_nbr *ospf_nbr_new(struct ospf_if *oi, ip4_t addr, uint32_t id);

/* hello.c, dd.c, lsreq.c, flood.c, rxmt.c: the body of a packet, after 8.2; n is NULL in hellos
 * of those not known yet.  The reader stands behind the OSPF header; the hint is of
 * what it reads, or NULL.  Returns why it is dropped, or DROP_NONE. */
enum drop ospf_hello_input(struct ospf_if *oi, const struct ospf_hdr *h, struct rd *r, ip4_t src);
enum drop ospf_dd_input(struct ospf_nbr *n, struct rd *r);
enum drop ospf_lsr_input(struct ospf_nbr *n, struct rd *r);
enum drop ospf_lsu_input(struct ospf_nbr *n, struct rd *r, const struct ospf_hint *hint);
enum drop ospf_lsack_input(struct ospf_nbr *n, struct rd *r);
/* lsreq.c: an LSA came; if it answers a request, the request goes.  true: it did. */
bool ospf_request_answered(struct ospf_nbr *n, const struct ospf_lsa_hdr *h, ospf_knum key);

/* lsdb.c */
static inline struct lsdb_page *lsdb_page(const struct ospf *o, ospf_knum k)      /* or NULL */
{
	return k / LSDB_PAGE < o->lsdb.n_pages ? o->lsdb.pages[k / LSDB_PAGE] : NULL;
}
/* NULL: not here. */
static inline struct lsdb_entry *lsdb_find(const struct ospf *o, ospf_knum k)
{
	struct lsdb_page *p = lsdb_page(o, k);

	return p && p->e[k % LSDB_PAGE].lsa ? &p->e[k % LSDB_PAGE] : NULL;
}
/* It will be found soon. */
static inline void lsdb_prefetch(const struct ospf *o, ospf_knum k)
{
	struct lsdb_page *p = lsdb_page(o, k);

	if (p)
		prefetch(&p->e[k % LSDB_PAGE]);
}
struct lsdb_entry *lsdb_find3(const struct ospf *o, uint32_t area, uint8_t type, uint32_t id,
			      uint32_t adv);
uint16_t lsdb_age(const struct ospf *o, const struct lsdb_entry *e);      /* s, <= OSPF_MAX_AGE */
/* Its header, with its age now. */
void lsdb_hdr_emit(const struct ospf *o, const struct lsdb_entry *e, struct wr *w);
/* 13.1: above 0 if (a, a_age) is newer than (b, b_age), 0 if the same instance. */
int lsa_compare(const struct ospf_lsa_hdr *a, uint16_t a_age, const struct ospf_lsa_hdr *b,
		uint16_t b_age);
/* ms since it was installed; nothing stays for hours without being installed anew. */
static inline uint32_t lsdb_installed_ago(const struct ospf *o, const struct lsdb_entry *e)
{
	return ospf_now_ms(o) - e->born_ms - e->installed_age * 1000u;
}
void lsdb_fini(struct ospf *o);
/* 13.2: takes over the reference; the old instance is forgotten, retransmission lists are
 * cleared of it, the routing table is told when the contents differ.  ERR_NOMEM: nothing changed,
 * and the reference is gone. */
int must_check lsdb_install(struct ospf *o, struct ospf_lsa *l, uint16_t age);
void lsdb_remove(struct ospf *o, ospf_knum k);
/* It is at MaxAge from now on, by its age or before (14, 14.1); flooding it is the caller's. */
void lsdb_expire(struct ospf *o, struct lsdb_entry *e);
/* Every entry; fn may install and remove others. */
void lsdb_each(struct ospf *o, void (*fn)(struct ospf *o, struct lsdb_entry *e, void *arg),
	       void *arg);
/* Keys of an area (OSPF_AREA_AS: of AS scope), sorted by type, id, adv; *n of them in malloc'ed
 * memory; NULL: none, or no memory. */
ospf_knum *lsdb_sorted(struct ospf *o, uint32_t area, size_t *n);
/* ... of all areas, that want() is true of. */
ospf_knum *lsdb_pick(struct ospf *o, bool (*want)(struct ospf *o, struct lsdb_entry *e, void *arg),
		     void *arg, size_t *n);
/* The area of a key of this type: that of the flooding scope. */
static inline uint32_t lsdb_area_of(const struct ospf_area *a, uint8_t type)
{
	return ospf_lsa_scope(type) == OSPF_SCOPE_AS ? OSPF_AREA_AS : a->id;
}
/* Does an LSA of this type belong into the database of the area (10.3: stub areas have no
 * type 5, NSSAs type 7 instead)? */
bool lsdb_type_fits(const struct ospf_area *a, uint8_t type);

/* flood.c: 13.3; from NULL: originated here.  true: sent back out of the receiving interface. */
bool ospf_flood(struct ospf *o, struct lsdb_entry *e, struct ospf_nbr *from);
/* Is a neighbour between Exchange and Full? */
bool ospf_exchanging(const struct ospf *o);
void ospf_flood_out(struct ospf_if *oi);  /* what waits there leaves now */
/* LSAs in updates up to the MTU, out of oi to dst (0: as ospf_tx_end() has it):
 * begun as { .oi = oi, .dst = dst }; the last one leaves at the end. */
struct ospf_lsu { struct ospf_if *oi; ip4_t dst; uint32_t n; struct ospf_tx tx; };
void ospf_lsu_put(struct ospf_lsu *u, const struct lsdb_entry *e);
void ospf_lsu_end(struct ospf_lsu *u);

/* rxmt.c */
void ospf_ack_delayed(struct ospf_if *oi, const struct lsdb_entry *e);
/* n has our instance; false: it was not expected to say so.  *unsent: it has not even been
 * flooded there yet, and will not be. */
bool ospf_acked(struct ospf_nbr *n, struct lsdb_entry *e, bool *unsent);
bool ospf_is_retransmitted(const struct ospf *o, ospf_knum k);    /* on any list */
/* 10.3: what is at MaxAge when the database is listed goes to the list instead. */
void ospf_retransmit(struct ospf_nbr *n, struct lsdb_entry *e);
/* Of an LSA that goes out to n with others: false if n has it meanwhile. */
bool ospf_rxmt_is_due(const struct ospf_nbr *n, struct lsdb_entry *e);
/* A neighbour comes, goes. */
void ospf_rxmt_init(struct ospf_nbr *n);
void ospf_rxmt_fini(struct ospf_nbr *n);
void ospf_nbr_lists_clear(struct ospf_nbr *n);
/* What waits to be flooded and acknowledged there: nothing any more. */
void ospf_if_lists_clear(struct ospf_if *oi);
/* The database has another instance of k, or none: nobody need be sent the old one again. */
void ospf_rxmt_forget(struct ospf *o, uint32_t area, ospf_knum k);

/* age.c: e was installed, or is at MaxAge: when is its refresh, its end, its removal? */
void ospf_age_arm(struct ospf *o, const struct lsdb_entry *e);

/* originate.c: what this router says.  The content is compared with what it said last; equal is
 * not said again; MinLSInterval is kept; the sequence number, ages, refreshes and what comes
 * back (13.4) are its care.  body: behind the 20 bytes of header, copied.  ERR_MSGSIZE: it
 * is longer than any packet, and what was said last stands. */
void ospf_origin_fini(struct ospf *o);
void ospf_origin_area_fini(struct ospf_area *a);  /* the area goes */
int ospf_originate(struct ospf *o, uint32_t area, uint8_t type, uint32_t id, uint8_t options,
		   const void *body, size_t len);
/* Each LSA that is held back, so as not to be said too often. */
void ospf_origin_held(struct ospf *o,
		      void (*fn)(struct ospf *o, const struct ospf_key3 *key, void *arg), void *arg);
/* 14.1; nothing if it is not there. */
void ospf_flush(struct ospf *o, uint32_t area, uint8_t type, uint32_t id);
/* Something changed that a router-LSA or network-LSA says; built anew at the end of the instant. */
void ospf_router_lsa_dirty(struct ospf_area *a);
void ospf_net_lsa_dirty(struct ospf_if *oi);
/* Is it of ours, or of who we were: a network-LSA of an address that we have (13.4)? */
bool ospf_is_own(const struct ospf *o, const struct ospf_lsa_hdr *h);
/* Such a one came in, from n, and is installed: it is said anew, or flushed. */
void ospf_self_received(struct ospf *o, struct ospf_nbr *n, struct lsdb_entry *e);
/* age.c: LSRefreshTime has come; false: we do not say it. */
bool ospf_refresh(struct ospf *o, ospf_knum k);
/* lsdb.c: the LSA, self-originated once, is out of the database. */
void ospf_origin_removed(struct ospf *o, ospf_knum k);
/* origin_router.c, origin_net.c: what the area's router-LSA, the interface's network-LSA
 * say now; ERR_NOMEM, ERR_MSGSIZE. */
int must_check ospf_router_lsa_build(struct ospf_area *a);
int must_check ospf_net_lsa_build(struct ospf_if *oi);

/* spf_sched.c: old or new may be NULL; called by lsdb.c when contents changed or reached MaxAge. */
void ospf_lsa_changed(struct ospf *o, struct ospf_lsa *was, struct ospf_lsa *is);
/* Something that no LSA says but routes depend on: configuration, an area or an
 * interface came or went, a next hop's address, a neighbour that was not Full for less
 * than MinLSInterval. */
void ospf_recompute(struct ospf *o);
void ospf_spf_show(const struct ospf *o, struct show_ospf *out);  /* spf_*, n_spf* of it */
void ospf_spf_fini(struct ospf *o);
void ospf_spf_area_fini(struct ospf_area *a);     /* the area goes */
/* spf.c, table.c */
void ospf_spf_run(struct ospf *o);
/* abr.c, asbr.c: the routing table was changed; what we tell others of it follows. */
void ospf_summaries_update(struct ospf *o);
void ospf_externals_update(struct ospf *o);
void ospf_ext_fini(struct ospf *o);
void nssa_area_fini(struct ospf_area *a); /* nssa_out.c: the area goes */
void ospf_routes_withdraw(struct ospf *o);        /* all of ours, from the stack */

extern const struct l4_proto ospf_proto;

#endif
