/* SPDX-License-Identifier: MIT */
#ifndef STACK_CORE_OWN_H
#define STACK_CORE_OWN_H
/*
 * Whether a packet from outside claims to come from this host, or from a
 * broadcast address of its subnets (RFC 1812 5.3.7), without a second lookup
 * in the FIB for each packet that is forwarded: a filter of 64 bits and a tag
 * a bit say no to nearly every source that is another host's, and only the
 * rest is looked up.  Addresses that are deleted stay in the filter, which then
 * sends a few more to the lookup.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/addr.h"

struct stack;

#define OWN_BITS 64

struct own {
	uint64_t bits;
	uint8_t tag[OWN_BITS];            /* of the only address of its bit; 0: of any */
};

/* Fibonacci hashing: its high bits are the good ones. */
static inline uint32_t own_hash(ip4_t a) { return a * 0x9e3779b1u; }
static inline unsigned own_bit(ip4_t a) { return own_hash(a) >> 26; }

/* False for nearly every other host, and never for one that own_has(). */
static inline bool own_may_be(uint64_t bits, ip4_t a)
{
	return bits >> own_bit(a) & 1;
}

/* Other bits of the hash; never 0. */
static inline uint8_t own_tag(ip4_t a) { return (uint8_t)(own_hash(a) >> 18 | 1); }

/* The same of what own_may_be() is true of, but more exact. */
static inline bool own_tag_fits(const struct own *o, ip4_t a)
{
	uint8_t tag = o->tag[own_bit(a)];

	return !tag || tag == own_tag(a);
}

/* Is a packet of this source to be looked at before it is forwarded?  suspects: all are, or
 * those of o->bits. */
static inline bool own_is_suspect(uint64_t suspects, const struct own *o, ip4_t a)
{
	return own_may_be(suspects, a) && (suspects == UINT64_MAX || own_tag_fits(o, a));
}

/* Routes to this host, or to all of a subnet of ours, were added. */
void own_add(struct stack *st, ip4_t key, unsigned len);
/* Sets st->suspects: all, if each packet needs a closer look anyway. */
void own_sync(struct stack *st);
/* Is a an address of ours, or a broadcast address of our subnets? */
bool own_has(struct stack *st, ip4_t a);

#endif
