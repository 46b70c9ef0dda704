/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_OSPF_H
#define STACK_WIRE_OSPF_H
/*
 * OSPFv2's packets (RFC 2328 A.3, authentication D); its LSAs are in
 * ospf_lsa.h.  A packet is parsed as
 *
 *	why = ospf_hdr_parse(&h, p, avail);
 *	...
 *	r = ospf_body(&h, p);
 *	if (ospf_hello_parse(&hello, &r))
 *		while (ospf_id_parse(&neighbour, &r))
 *			...
 *
 * and written as ospf_hdr_emit(), the body's emit functions, ospf_finish().
 * Behind the packet there may be a digest (ospf_digest()) and then a block of
 * link-local signalling (RFC 5613), which is not read.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/addr.h"
#include "stack/util/buf.h"
#include "stack/util/drop.h"
#include "stack/util/rdwr.h"
#include "stack/wire/ospf_lsa.h"

#define OSPF_VERSION 2
#define OSPF_HLEN 24                      /* bytes; the last 8 are authentication */
#define OSPF_AUTH_AT 16                   /* where those begin */
#define OSPF_AUTH_LEN 8
#define OSPF_HELLO_LEN 20                 /* bytes of the body without lists: Hello, */
#define OSPF_DD_LEN 8                     /* Database Description, */
#define OSPF_LSU_LEN 4                    /* Link State Update */
#define OSPF_LSR_ITEM_LEN 12              /* bytes of one requested LSA */
#define OSPF_DIGEST_MAX 64                /* bytes: SHA-512 (RFC 5709); MD5 has 16 */

#define OSPF_ALL_SPF_ROUTERS IP4(224, 0, 0, 5)    /* RFC 2328 A.1 */
#define OSPF_ALL_D_ROUTERS IP4(224, 0, 0, 6)

enum ospf_type {
	OSPF_HELLO = 1,
	OSPF_DD = 2,                      /* Database Description */
	OSPF_LSR = 3,                     /* Link State Request */
	OSPF_LSU = 4,                     /* Link State Update */
	OSPF_LSACK = 5,                   /* Link State Acknowledgment */
	OSPF_TYPE_N,
};

enum ospf_autype { OSPF_AUTH_NULL = 0, OSPF_AUTH_SIMPLE = 1, OSPF_AUTH_CRYPTO = 2 };

struct ospf_hdr {
	uint8_t type;                     /* enum ospf_type */
	uint16_t len;                     /* bytes, header included, digest not */
	ip4_t router_id, area;
	uint16_t csum;
	uint16_t autype;                  /* enum ospf_autype */
	union {
		uint8_t auth[OSPF_AUTH_LEN];      /* but of OSPF_AUTH_CRYPTO: */
		struct {
			uint8_t key_id;
			uint8_t digest_len;       /* bytes behind the packet */
			uint32_t seq;             /* never falls (D.3) */
		} crypto;
	} u;
};

/**
 * ospf_hdr_parse - check and read the header
 * @p: the payload of the IP packet, of avail bytes
 *
 * Checks what needs no context: there are len bytes and the digest behind
 * them.  More may follow.  The area, the checksum and the authentication are
 * the caller's (RFC 2328 8.2).
 *
 * Return: DROP_NONE, or DROP_OSPF_SHORT or _VERSION, and *h is unset, or
 * _TYPE or _LENGTH, and *h says what stands there.
 */
enum drop ospf_hdr_parse(struct ospf_hdr *h, const uint8_t *p, size_t avail);
void ospf_hdr_emit(const struct ospf_hdr *h, struct wr *w);   /* len, csum as they stand */

/* The body, and the digest of h->u.crypto.digest_len bytes, of a packet whose
 * header was parsed. */
static inline struct rd ospf_body(const struct ospf_hdr *h, const uint8_t *p)
{
	return rd_init(p + OSPF_HLEN, h->len - (size_t)OSPF_HLEN);
}
static inline const uint8_t *ospf_digest(const struct ospf_hdr *h, const uint8_t *p)
{
	return p + h->len;
}

/* Of n bytes that make up a packet: the length and, unless a digest takes its
 * place, the checksum. */
void ospf_finish(uint8_t *p, size_t n);

/* The checksum over n bytes but the 8 of authentication (RFC 2328 D.4.1,
 * D.4.2): the value for the header (whatever stands there), and whether what
 * stands there is right.  Not with OSPF_AUTH_CRYPTO: the field is 0 then. */
uint16_t ospf_csum(const uint8_t *p, size_t n);
bool ospf_csum_ok(const uint8_t *p, size_t n);
/* ... of a packet whose first OSPF_HLEN bytes stand elsewhere than the n others. */
bool ospf_csum_ok_apart(const uint8_t *head, const uint8_t *body, size_t n);

/* --- bodies: false is too short, or a list that ends inside an item ----------------- */

struct ospf_hello {                       /* A.3.2; neighbours' IDs follow */
	ip4_t mask;
	uint16_t hello_interval;          /* s */
	uint8_t options;                  /* enum ospf_option */
	uint8_t priority;
	uint32_t dead_interval;           /* s */
	ip4_t dr, bdr;                    /* addresses, or IP4_ANY */
};

bool ospf_hello_parse(struct ospf_hello *h, struct rd *r);    /* then ospf_id_parse() */
void ospf_hello_emit(const struct ospf_hello *h, struct wr *w);

enum ospf_dd_flag { OSPF_DD_MS = 0x01, OSPF_DD_M = 0x02, OSPF_DD_I = 0x04 };

struct ospf_dd {                          /* A.3.3; LSA headers follow */
	uint16_t mtu;                     /* bytes of the largest IP packet; 0: a virtual link */
	uint8_t options;                  /* enum ospf_option */
	uint8_t flags;                    /* enum ospf_dd_flag */
	uint32_t seq;
};

bool ospf_dd_parse(struct ospf_dd *dd, struct rd *r);         /* then ospf_lsa_hdr_parse() */
void ospf_dd_emit(const struct ospf_dd *dd, struct wr *w);

struct ospf_lsr_item {                    /* A.3.4: the packet is a list of these */
	uint32_t type;
	ip4_t id, adv;
};

/* Whether r holds whole items; then ospf_lsr_item_parse(). */
bool ospf_lsr_parse(struct rd *r);
bool ospf_lsr_item_parse(struct ospf_lsr_item *it, struct rd *r);
void ospf_lsr_item_emit(const struct ospf_lsr_item *it, struct wr *w);

/* A.3.5.  n: the LSAs that follow, which ospf_lsa_take() reads; true only if
 * they could be that many. */
bool ospf_lsu_parse(uint32_t *n, struct rd *r);
void ospf_lsu_emit(uint32_t n, struct wr *w);
/* In a whole packet, when its LSAs have been counted. */
static inline void ospf_lsu_put_n(uint8_t *p, uint32_t n) { put_be32(p + OSPF_HLEN, n); }

/* A.3.6: whether r holds whole LSA headers; then ospf_lsa_hdr_parse(). */
bool ospf_lsack_parse(struct rd *r);

/* --- text ---------------------------------------------------------------------------- */

const char *ospf_type_name(uint8_t type);         /* "LS-Update"; never NULL */
const char *ospf_lsa_type_name(uint8_t type);     /* "Router"; never NULL */
/* "External, Demand Circuit", in tcpdump's words; "none" for 0. */
void ospf_options_show(uint8_t options, struct buf *out);

/*
 * "OSPFv2, Hello, length 44, Router-ID 10.0.0.1, Backbone Area, ...": a packet
 * of len bytes, of which p[0, avail) are there, as tcpdump -v prints it, but
 * in one line and with LSAs' headers alone (wire/ospf_show.c).
 */
void ospf_show(const uint8_t *p, size_t avail, size_t len, struct buf *out);

#endif
