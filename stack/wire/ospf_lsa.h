/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_OSPF_LSA_H
#define STACK_WIRE_OSPF_LSA_H
/*
 * OSPFv2's link state advertisements: RFC 2328 12 and A.4, RFC 3101 (type 7),
 * RFC 5250 (opaque: types 9 to 11, of which the header alone is read).
 *
 * An image is an LSA as it stands on the wire, header included; it is
 * borrowed, never copied.  Lists in it are read one item at a time:
 *
 *	if (ospf_router_parse(&rt, &r))
 *		while (ospf_link_parse(&link, &r))
 *			...
 *
 * and the loop ends with the list; r then says bad, which means nothing more.
 * An LSA is written by its emit functions in a row, then ospf_lsa_finish().
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/be.h"
#include "stack/util/rdwr.h"

#define OSPF_LSA_HLEN 20                  /* bytes */
#define OSPF_MAX_AGE 3600                 /* RFC 2328 B: MaxAge, s */
#define OSPF_LS_INFINITY 0xffffff         /* RFC 2328 B: a metric of LSAs 3, 4, 5 and 7 */
#define OSPF_LINK_LEN 12                  /* bytes of a router-LSA's link, without TOS metrics */

enum ospf_lsa_type {
	OSPF_LSA_ROUTER = 1,
	OSPF_LSA_NETWORK = 2,
	OSPF_LSA_SUMMARY = 3,             /* of a network */
	OSPF_LSA_ASBR = 4,                /* of an AS boundary router */
	OSPF_LSA_EXTERNAL = 5,
	OSPF_LSA_NSSA = 7,                /* RFC 3101 */
	OSPF_LSA_LINK_OPAQUE = 9,         /* RFC 5250 */
	OSPF_LSA_AREA_OPAQUE = 10,
	OSPF_LSA_AS_OPAQUE = 11,
};

/* RFC 2328 A.2; bits of Hello, Database Description and LSAs. */
enum ospf_option {
	OSPF_OPT_MT = 0x01,               /* RFC 4915; T before RFC 2328 */
	OSPF_OPT_E = 0x02,                /* AS-external-LSAs are flooded: not a stub area */
	OSPF_OPT_MC = 0x04,               /* RFC 1584 */
	OSPF_OPT_NP = 0x08,               /* RFC 3101: N in a Hello, P in a type 7 LSA */
	OSPF_OPT_L = 0x10,                /* RFC 5613: an LLS block is behind the packet */
	OSPF_OPT_DC = 0x20,               /* RFC 1793 */
	OSPF_OPT_O = 0x40,                /* RFC 5250: opaque LSAs, in a Database Description */
	OSPF_OPT_DN = 0x80,               /* RFC 4576 */
};

/* How far an LSA is flooded (RFC 5250 3; RFC 2328 13.3). */
enum ospf_scope { OSPF_SCOPE_NONE, OSPF_SCOPE_LINK, OSPF_SCOPE_AREA, OSPF_SCOPE_AS };
enum ospf_scope ospf_lsa_scope(uint8_t type);     /* OSPF_SCOPE_NONE: no type known here */

/* --- LS sequence numbers (RFC 2328 12.1.6) --------------------------------------- */

/* Signed, and a struct, so that neither < nor an unsigned comparison compiles. */
typedef struct { int32_t v; } ospf_seq_t;

#define OSPF_SEQ_RESERVED ((ospf_seq_t){ INT32_MIN })     /* 0x80000000: never used */
#define OSPF_SEQ_INITIAL  ((ospf_seq_t){ INT32_MIN + 1 }) /* InitialSequenceNumber */
#define OSPF_SEQ_MAX      ((ospf_seq_t){ INT32_MAX })     /* MaxSequenceNumber */

static inline ospf_seq_t ospf_seq(uint32_t wire) { return (ospf_seq_t){ (int32_t)wire }; }
static inline bool ospf_seq_eq(ospf_seq_t a, ospf_seq_t b) { return a.v == b.v; }
/* a is older. */
static inline bool ospf_seq_lt(ospf_seq_t a, ospf_seq_t b) { return a.v < b.v; }
/* Not of OSPF_SEQ_MAX, behind which the LSA is first flushed. */
static inline ospf_seq_t ospf_seq_next(ospf_seq_t a) { return (ospf_seq_t){ a.v + 1 }; }

/* --- the header (RFC 2328 A.4.1) ----------------------------------------------------- */

struct ospf_lsa_hdr {
	uint16_t age;                     /* s */
	uint8_t options, type;            /* enum ospf_option, enum ospf_lsa_type */
	ip4_t id;                         /* Link State ID */
	ip4_t adv;                        /* Advertising Router */
	ospf_seq_t seq;
	uint16_t csum;
	uint16_t len;                     /* bytes, header included */
};

/* Of an image of which the header is there. */
static inline void ospf_lsa_hdr_get(struct ospf_lsa_hdr *h, const uint8_t *p)
{
	h->age = get_be16(p);
	h->options = p[2];
	h->type = p[3];
	h->id = get_be32(p + 4);
	h->adv = get_be32(p + 8);
	h->seq = ospf_seq(get_be32(p + 12));
	h->csum = get_be16(p + 16);
	h->len = get_be16(p + 18);
}

/* False: fewer than 20 bytes, and *h is unset.  No field is judged. */
static inline bool ospf_lsa_hdr_parse(struct ospf_lsa_hdr *h, struct rd *r)
{
	const uint8_t *p = rd_take(r, OSPF_LSA_HLEN);

	if (p)
		ospf_lsa_hdr_get(h, p);
	return p != NULL;
}

void ospf_lsa_hdr_emit(const struct ospf_lsa_hdr *h, struct wr *w);  /* len, csum as they stand */

/* The next LSA of an update: its image of h->len bytes, or NULL when what is
 * left holds no whole LSA (rd_left() is 0 at a regular end). */
const uint8_t *ospf_lsa_take(struct ospf_lsa_hdr *h, struct rd *r);

/* Fields of an image in place. */
static inline uint16_t ospf_lsa_get_age(const uint8_t *p) { return get_be16(p); }
static inline uint8_t ospf_lsa_get_type(const uint8_t *p) { return p[3]; }
static inline uint16_t ospf_lsa_get_len(const uint8_t *p) { return get_be16(p + 18); }
/* The age is in no checksum. */
static inline void ospf_lsa_put_age(uint8_t *p, uint16_t age) { put_be16(p, age); }

/* Of n bytes that make up an LSA: the length and the checksum. */
void ospf_lsa_finish(uint8_t *p, size_t n);

/* --- validity -------------------------------------------------------------------------- */

enum ospf_lsa_fault {
	OSPF_LSA_OK = 0,
	OSPF_LSA_BAD_LENGTH,              /* below the type's, not the image's, no whole items */
	OSPF_LSA_BAD_CSUM,
	OSPF_LSA_BAD_TYPE,                /* RFC 2328 13 (2): unknown */
	OSPF_LSA_BAD_AGE,                 /* above MaxAge; so DoNotAge (RFC 1793), not done here */
	OSPF_LSA_BAD_SEQ,                 /* the reserved number */
	OSPF_LSA_BAD_ID,                  /* a router-LSA's Link State ID is not its router's */
	OSPF_LSA_BAD_LINK,                /* a router-LSA's link of an unknown type */
	OSPF_LSA_BAD_COUNT,               /* a router-LSA with more or fewer links than it says */
	OSPF_LSA_BAD_MASK,                /* not contiguous, or a network-LSA's 0.0.0.0 */
};

/**
 * ospf_lsa_check - whether an image may be believed
 * @p: the image
 * @n: its bytes; the header's length field must say the same
 *
 * RFC 2328 13 (1) and (2), and what the type's body must hold for everybody
 * who reads it later; (3), external LSAs in stub areas, is the caller's.
 * Reserved bits and TOS metrics are tolerated.
 *
 * Return: OSPF_LSA_OK, or the first fault found; the checksum is looked at
 * before what it covers.
 */
enum ospf_lsa_fault ospf_lsa_check(const uint8_t *p, size_t n);
static inline bool ospf_lsa_valid(const uint8_t *p, size_t n)
{
	return ospf_lsa_check(p, n) == OSPF_LSA_OK;
}

/* "bad checksum"; never NULL. */
const char *ospf_lsa_fault_text(enum ospf_lsa_fault fault);

/* The checksum alone, of an image of at least OSPF_LSA_HLEN bytes: the value for the
 * header (whatever stands there), and whether what stands there is right. */
uint16_t ospf_lsa_csum(const uint8_t *p, size_t n);
bool ospf_lsa_csum_ok(const uint8_t *p, size_t n);

/* --- bodies: r stands behind the header and ends with the LSA ----------------------------- */

static inline struct rd ospf_lsa_body(const uint8_t *p, size_t n)   /* n >= OSPF_LSA_HLEN */
{
	return rd_init(p + OSPF_LSA_HLEN, n - OSPF_LSA_HLEN);
}

/* A router's ID, or any other number of 4 bytes: attached routers, neighbours. */
static inline bool ospf_id_parse(ip4_t *id, struct rd *r)
{
	*id = rd_u32(r);
	return rd_ok(r);
}
static inline void ospf_id_emit(ip4_t id, struct wr *w) { wr_u32(w, id); }

enum ospf_router_flag {
	OSPF_ROUTER_B = 0x01,             /* area border router */
	OSPF_ROUTER_E = 0x02,             /* AS boundary router */
	OSPF_ROUTER_V = 0x04,             /* end of a virtual link */
	OSPF_ROUTER_W = 0x08,             /* RFC 1584 */
	OSPF_ROUTER_NT = 0x10,            /* RFC 3101: translates type 7 whatever comes */
};

enum ospf_link_type {
	OSPF_LINK_P2P = 1,                /* id: the neighbour; data: address or ifindex */
	OSPF_LINK_TRANSIT = 2,            /* id: the DR's address; data: own address */
	OSPF_LINK_STUB = 3,               /* id: the network; data: its mask */
	OSPF_LINK_VIRTUAL = 4,            /* as OSPF_LINK_P2P */
};

struct ospf_router { uint8_t flags; uint16_t n_links; };          /* RFC 2328 A.4.2 */

struct ospf_link {
	ip4_t id, data;
	uint8_t type;                     /* enum ospf_link_type */
	uint8_t n_tos;                    /* TOS metrics, stepped over; emitted as 0 */
	uint16_t metric;
};

/* Links follow. */
bool ospf_router_parse(struct ospf_router *rt, struct rd *r);
void ospf_router_emit(const struct ospf_router *rt, struct wr *w);
/* In a router-LSA's image, when its links have been counted. */
static inline void ospf_router_put_n_links(uint8_t *p, uint16_t n) { put_be16(p + 22, n); }

static inline bool ospf_link_parse(struct ospf_link *l, struct rd *r)
{
	const uint8_t *p = rd_take(r, OSPF_LINK_LEN);

	if (!p)
		return false;
	l->id = get_be32(p);
	l->data = get_be32(p + 4);
	l->type = p[8];
	l->n_tos = p[9];
	l->metric = get_be16(p + 10);
	return rd_take(r, 4u * l->n_tos) != NULL;
}

void ospf_link_emit(const struct ospf_link *l, struct wr *w);

/* A network-LSA's mask (A.4.3); the attached routers' IDs follow. */
bool ospf_network_parse(ip4_t *mask, struct rd *r);
void ospf_network_emit(ip4_t mask, struct wr *w);

struct ospf_summary {                     /* types 3 and 4; RFC 2328 A.4.4 */
	ip4_t mask;                       /* type 4: 0, and not looked at */
	uint32_t metric;                  /* 24 bits */
};

bool ospf_summary_parse(struct ospf_summary *s, struct rd *r);
void ospf_summary_emit(const struct ospf_summary *s, struct wr *w);

struct ospf_external {                    /* types 5 and 7; RFC 2328 A.4.5, RFC 3101 A */
	ip4_t mask;
	bool e2;                          /* a type 2 metric: larger than any path's cost */
	uint32_t metric;                  /* 24 bits */
	ip4_t fwd;                        /* forwarding address, or IP4_ANY */
	uint32_t tag;
};

bool ospf_external_parse(struct ospf_external *x, struct rd *r);
void ospf_external_emit(const struct ospf_external *x, struct wr *w);

#endif
