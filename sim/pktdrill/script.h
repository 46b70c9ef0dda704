/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PKTDRILL_SCRIPT_H
#define SIM_PKTDRILL_SCRIPT_H
/*
 * A segment script in packetdrill's language, parsed: events in their order.
 * All of it is owned by the script and goes with it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/pktdrill/pktdrill.h"
#include "stack/util/ns.h"
#include "stack/wire/tcp.h"

/* The first one counts. */
void pd_say(struct pd_says *s, enum pd_verdict v, unsigned line, const char *fmt, ...)
	printf_like(4, 5);

/* --- system calls --- */

enum pd_expr_kind {
	PD_NUM,                           /* num; text: as a name, if it had one */
	PD_STR,                           /* text: num bytes, and a 0 */
	PD_ANY_VALUE,                     /* ... */
	PD_LIST,                          /* [a, b] */
	PD_STRUCT,                        /* {name=a, b}: text of a child is its name */
	PD_UNKNOWN,                       /* a word that is no constant, with what follows in () */
};

struct pd_expr {
	struct pd_expr *next, *first;     /* the next of its list; its children */
	enum pd_expr_kind kind;
	int64_t num;
	char *text;                       /* PD_STR, PD_UNKNOWN */
	char *field;                      /* of a struct: its name, or NULL */
};

struct pd_call {
	char *name;
	struct pd_expr *args;
	bool any_result;
	int64_t result;
	int err;                          /* negative errno when result is -1, or 0 */
	char *err_name;                   /* that was written, or NULL */
	bool blocks;                      /* and ends in [ends, ends_to] */
};

/* --- packets --- */

enum pd_ecn { PD_ECN_ANY = -1, PD_ECN_ECT = -2 };       /* ECT: either of them */

struct pd_opts {
	bool any;                         /* <...> */
	uint8_t n;                        /* bytes */
	uint8_t b[TCP_OPT_MAX];
};

enum pd_proto { PD_TCP, PD_UDP, PD_ICMP };

struct pd_icmp {
	uint8_t type, code;
	bool about, about_udp;            /* it quotes a packet; a datagram */
	uint16_t id;                      /* of an echo */
	uint32_t mtu;
	uint32_t seq, len;                /* of the packet quoted */
};

struct pd_packet {
	bool out;
	enum pd_proto proto;
	bool has_wnd, has_urg;
	int ecn;                          /* two bits, or enum pd_ecn */
	int tos, ttl;                     /* -1: not said */
	uint16_t sport, dport;            /* 0: the connection's */
	uint8_t flags;
	uint32_t seq, ack, len;           /* of UDP len alone */
	uint16_t wnd, urg;
	struct pd_opts opts;
	struct pd_icmp icmp;
};

/* --- events --- */

enum pd_kind { PD_CALL, PD_PACKET, PD_COMMAND, PD_CODE };
enum pd_when { PD_AT, PD_AFTER, PD_WHENEVER };

struct pd_event {
	struct pd_event *next;
	unsigned line;
	enum pd_kind kind;
	enum pd_when when;
	bool range;                       /* [at, to] */
	ns_t at, to;                      /* since the start, or since the event before */
	ns_t ends;                        /* of a blocking call, as at */
	struct pd_call call;
	struct pd_packet pkt;
	char *text;                       /* of a command or of code */
};

struct pd_option { struct pd_option *next; char *name, *value; unsigned line; };
struct pd_mem { struct pd_mem *next; };   /* a block, its bytes behind it */

struct pd_script {
	struct pd_option *options;
	struct pd_event *events;
	struct pd_mem *mem;
};

/* n zero bytes that live as long as the script; NULL: no memory. */
void *pd_alloc(struct pd_script *s, size_t n);
/* False: says is set. */
bool pd_parse(struct pd_script *s, const char *text, struct pd_says *says);
void pd_script_free(struct pd_script *s);

#endif
