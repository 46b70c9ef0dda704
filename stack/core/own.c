// SPDX-License-Identifier: MIT
#include "stack/core/own.h"

#include "stack/core/core.h"

void own_sync(struct stack *st)
{
	bool plain = st->forwarding && !st->opt[OPT_RP_FILTER];

	st->suspects = plain ? st->own.bits : UINT64_MAX;
}

void own_add(struct stack *st, ip4_t key, unsigned len)
{
	struct own *o = &st->own;
	uint8_t *tag = &o->tag[own_bit(key)];

	if (ip4_is_loopback(key))                 /* a martian, whoever has it */
		return;
	if (len < 32) {
		o->bits = UINT64_MAX;
		memset(o->tag, 0, sizeof(o->tag));
	} else {
		*tag = own_may_be(o->bits, key) && *tag != own_tag(key) ? 0 : own_tag(key);
		o->bits |= (uint64_t)1 << own_bit(key);
	}
	own_sync(st);
}

bool own_has(struct stack *st, ip4_t a)
{
	const struct nexthops *nh;

	if (!own_may_be(st->own.bits, a) || !own_tag_fits(&st->own, a))
		return false;
	nh = route_lookup(st, a);
	return nh && (nh->type == RT_LOCAL || nh->type == RT_BROADCAST);
}
