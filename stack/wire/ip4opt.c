// SPDX-License-Identifier: MIT
#include "stack/wire/ip4opt.h"

#include <string.h>

#include "stack/util/err.h"
#include "stack/wire/ip4.h"

bool ip4opt_next(struct ip4opt_cursor *c, struct ip4opt *o)
{
	while (!c->fault && c->next < c->len) {
		const uint8_t *p = c->opts + c->next;
		uint8_t left = (uint8_t)(c->len - c->next);
		uint8_t at = (uint8_t)(IP4_HLEN + c->next);

		if (*p == IP4OPT_EOL)
			break;
		if (*p == IP4OPT_NOP) {
			c->next++;
			continue;
		}
		if (left < 2 || p[1] < 2 || p[1] > left) {
			c->fault = left < 2 ? at : (uint8_t)(at + 1);
			break;
		}
		*o = (struct ip4opt){ .p = p, .type = p[0], .len = p[1], .at = at };
		c->next = (uint8_t)(c->next + p[1]);
		return true;
	}
	return false;
}

bool ip4opt_find(struct ip4opt *o, uint8_t type, const uint8_t *opts, size_t len)
{
	struct ip4opt_cursor c = ip4opt_begin(opts, len);

	while (ip4opt_next(&c, o))
		if (o->type == type)
			return true;
	return false;
}

/* Octet 2 points, counted from 1, at the next free slot; past the length it
 * says that the option is full.  first is the smallest pointer there is. */
static unsigned check_slots(const struct ip4opt *o, unsigned first, unsigned slot)
{
	unsigned ptr = o->p[2];

	if (ptr < first || (ptr - first) % slot != 0)
		return o->at + 2u;
	if (ptr <= o->len && ptr + slot - 1 > o->len)
		return o->at + 2u;
	return OK;
}

static unsigned check_route(const struct ip4opt *o)
{
	return o->len < 3 ? o->at + 1u : check_slots(o, 4, 4);
}

static unsigned check_stamps(const struct ip4opt *o)
{
	if (o->len < 4)
		return o->at + 1u;
	switch (o->p[3] & 15) {
	case IP4OPT_TS_ONLY:
		return check_slots(o, 5, 4);
	case IP4OPT_TS_ADDR:
	case IP4OPT_TS_PRESPEC:
		return check_slots(o, 5, 8);
	}
	return o->at + 3u;
}

static unsigned check_one(const struct ip4opt *o)
{
	switch (o->type) {
	case IP4OPT_RR:
	case IP4OPT_LSRR:
	case IP4OPT_SSRR:
		return check_route(o);
	case IP4OPT_TS:
		return check_stamps(o);
	case IP4OPT_RA:
		return o->len == 4 ? OK : o->at + 1u;
	}
	return OK;
}

/* Options that appear at most once, as bits; the source routes share one. */
static unsigned once_bit(uint8_t type)
{
	switch (type) {
	case IP4OPT_LSRR:
	case IP4OPT_SSRR: return 1;
	case IP4OPT_RR:   return 2;
	case IP4OPT_TS:   return 4;
	}
	return 0;
}

unsigned ip4opt_check(const uint8_t *opts, size_t len)
{
	struct ip4opt_cursor c = ip4opt_begin(opts, len);
	unsigned seen = 0, bit, fault;
	struct ip4opt o;

	while (ip4opt_next(&c, &o)) {
		bit = once_bit(o.type);
		if (seen & bit)
			return o.at;
		seen |= bit;
		fault = check_one(&o);
		if (fault)
			return fault;
	}
	return c.fault;
}

size_t ip4opt_copied(uint8_t *out, const uint8_t *opts, size_t len)
{
	struct ip4opt_cursor c = ip4opt_begin(opts, len);
	struct ip4opt o;
	size_t n = 0;

	while (ip4opt_next(&c, &o)) {
		if (!(o.type & IP4OPT_COPIED))
			continue;
		memcpy(out + n, o.p, o.len);
		n += o.len;
	}
	while (n % 4)
		out[n++] = IP4OPT_EOL;
	return n;
}
