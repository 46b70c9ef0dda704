/* SPDX-License-Identifier: MIT */
#ifndef STACK_WIRE_IP4OPT_H
#define STACK_WIRE_IP4OPT_H
/*
 * IPv4 options (RFC 791 3.1): bounded iteration, and one check for all that
 * can be wrong with them.  A place is an octet of the IP header, as an ICMP
 * parameter problem points at it: 20 is the first octet of the options.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/util/addr.h"

#define IP4OPT_EOL  0                     /* end of the list */
#define IP4OPT_NOP  1
#define IP4OPT_RR   7                     /* record route */
#define IP4OPT_TS   68                    /* timestamps */
#define IP4OPT_SEC  130                   /* RFC 1108 */
#define IP4OPT_LSRR 131                   /* loose source and record route */
#define IP4OPT_SSRR 137                   /* strict source and record route */
#define IP4OPT_RA   148                   /* router alert (RFC 2113) */

#define IP4OPT_COPIED 0x80                /* type bit: goes into every fragment */
#define IP4OPT_MAX 40                     /* bytes of options a header can hold */

#define IP4OPT_TS_ONLY 0                  /* flags of IP4OPT_TS */
#define IP4OPT_TS_ADDR 1
#define IP4OPT_TS_PRESPEC 3

struct ip4opt {
	const uint8_t *p;                 /* the type octet */
	uint8_t type, len;                /* len counts type and length octets */
	uint8_t at;                       /* place of the type octet */
};

struct ip4opt_cursor {
	const uint8_t *opts;
	uint8_t len, next;                /* bytes, and how many are behind us */
	uint8_t fault;                    /* 0, or the place that is malformed */
};

static inline struct ip4opt_cursor ip4opt_begin(const uint8_t *opts, size_t len)
{
	return (struct ip4opt_cursor){
		.opts = opts, .len = (uint8_t)(len < IP4OPT_MAX ? len : IP4OPT_MAX),
	};
}

/* The next option; NOPs are passed over.  False at the end of the list or at
 * a malformed option: c->fault tells. */
bool ip4opt_next(struct ip4opt_cursor *c, struct ip4opt *o);

/* The first option of that type before any malformed one. */
bool ip4opt_find(struct ip4opt *o, uint8_t type, const uint8_t *opts, size_t len);

/* LSRR or SSRR (RFC 1122 3.2.1.8 c). */
static inline bool ip4opt_is_srcroute(uint8_t type)
{
	return type == IP4OPT_LSRR || type == IP4OPT_SSRR;
}

/**
 * ip4opt_check - judge a whole option list
 *
 * Return: OK, or the place of the first fault, above 0: a length below two or
 * past the end, a pointer that is too small or between two slots, a last slot
 * that is not whole, unknown timestamp flags, a second source route, record
 * route or timestamp.  Unknown options pass (RFC 1122 3.2.1.8).
 */
unsigned ip4opt_check(const uint8_t *opts, size_t len);

/* Copies what a second and later fragment repeats, padded with EOL to a
 * multiple of four; out holds IP4OPT_MAX.  Returns the bytes written. */
size_t ip4opt_copied(uint8_t *out, const uint8_t *opts, size_t len);

#endif
