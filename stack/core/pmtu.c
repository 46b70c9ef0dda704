// SPDX-License-Identifier: MIT
/*
 * Path MTU discovery for the whole host: RFC 1191 3, 5 to 7, with the limits of
 * Linux's route exceptions (mtu_expires, min_pmtu).  A transport vouches for
 * each report (RFC 5927), and only one that says less than is known, or the same
 * again, counts.  There is no timer: who looks finds what is over.
 *
 * The table is bounded: PMTU_SETS times PMTU_WAYS destinations, and in a full
 * set the one unused for longest gives way.  Without memory for it nothing is
 * learned, and routers go on telling.
 *
 * Left out: RFC 4821, and probing for a longer path before the ten minutes are
 * over (RFC 1191 6.3 asks for no more).  Redirects are routes, not entries here
 * as in Linux: a route can be shown, watched and deleted.
 */
#include "stack/core/pmtu.h"

#include <stdlib.h>

#include "stack/core/core.h"
#include "stack/core/l3.h"
#include "stack/util/hash.h"
#include "stack/wire/icmp4.h"
#include "stack/wire/ip4.h"

#define PMTU_SETS 64                      /* a power of two */
#define PMTU_WAYS 4

struct pmtu_table { struct pmtu set[PMTU_SETS][PMTU_WAYS]; };

/* --- the table -------------------------------------------------------------------- */

static struct pmtu *set_of(const struct stack *st, ip4_t dst)
{
	return st->pmtu->set[hash_u32(dst ^ st->flow_seed) & (PMTU_SETS - 1)];
}

static bool is_valid(const struct stack *st, const struct pmtu *m)
{
	return m->mtu && st->now < m->ends_at;
}

const struct pmtu *pmtu_find(struct stack *st, ip4_t dst)
{
	struct pmtu *set = st->pmtu ? set_of(st, dst) : NULL;

	for (unsigned i = 0; set && i < PMTU_WAYS; i++) {
		if (set[i].dst == dst && is_valid(st, &set[i])) {
			set[i].used_at = st->now;
			return &set[i];
		}
	}
	return NULL;
}

/* The entry of dst, or the one that gives way to it; NULL: no memory. */
static struct pmtu *entry_for(struct stack *st, ip4_t dst)
{
	struct pmtu *set, *oldest;

	if (!st->pmtu) {
		st->pmtu = calloc(1, sizeof(*st->pmtu));
		route_cache_flush(st);            /* ways that knew of no such thing */
	}
	if (!st->pmtu)
		return NULL;
	set = oldest = set_of(st, dst);
	for (unsigned i = 0; i < PMTU_WAYS; i++) {
		if (set[i].mtu && set[i].dst == dst)
			return &set[i];
		if (is_valid(st, oldest) &&
		    (!is_valid(st, &set[i]) || set[i].used_at < oldest->used_at))
			oldest = &set[i];
	}
	return oldest;
}

void pmtu_forget(struct stack *st, ip4_t key, unsigned len)
{
	struct pmtu *m = st->pmtu ? &st->pmtu->set[0][0] : NULL;

	for (unsigned i = 0; m && i < PMTU_SETS * PMTU_WAYS; i++)
		if (ip4_in(m[i].dst, key, len))
			m[i].mtu = 0;
}

void pmtu_fini(struct stack *st)
{
	free(st->pmtu);
	st->pmtu = NULL;
}

void stack_pmtu_flush(struct stack *st)
{
	pmtu_fini(st);
}

/* --- learning --------------------------------------------------------------------- */

/* RFC 1191 7.1, table 7-1: MTUs of the links that there are. */
static uint32_t plateau_below(uint32_t len)
{
	static const uint16_t plateaus[] = {
		65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296,
	};

	for (size_t i = 0; i < N_ELEM(plateaus); i++)
		if (plateaus[i] < len)
			return plateaus[i];
	return IP4_MIN_MTU;
}

/* RFC 1191 5: the router names no MTU, and may have added the header's length
 * to that of the packet. */
static uint32_t guess(const struct icmp_err *e, uint32_t now)
{
	uint32_t len = e->len;

	if (len >= now)
		len -= e->hlen;
	return plateau_below(len);
}

/* What a packet to dst may have now, learned or not. */
static uint32_t mtu_now(struct stack *st, ip4_t dst, const struct pmtu *known)
{
	uint32_t mtu = known ? known->mtu : ip4_path_mtu(st, dst);

	return mtu ? mtu : IP4_LEN_MAX;           /* a way that only some socket has */
}

void pmtu_learn(struct stack *st, const struct icmp_err *e)
{
	const struct pmtu *known = pmtu_find(st, e->dst);
	uint32_t least = (uint32_t)st->opt[OPT_MIN_PMTU], mtu = e->info, now;
	bool locked = false;
	struct pmtu *m;

	if (e->type != ICMP4_UNREACH || e->code != ICMP4_UNREACH_FRAG || (known && known->locked))
		return;
	now = mtu_now(st, e->dst, known);
	if (!mtu)
		mtu = guess(e, now);
	if (mtu < least) {                        /* others cut as they need to */
		locked = true;
		mtu = now < least ? now : least;
	}
	if (mtu > now || (mtu == now && !known && !locked))
		return;                           /* RFC 1191 3: never more than before */
	m = entry_for(st, e->dst);
	if (m)
		*m = (struct pmtu){
			.dst = e->dst, .mtu = (uint16_t)mtu, .locked = locked, .used_at = st->now,
			.ends_at = ns_add(st->now, MSEC(st->opt[OPT_MTU_EXPIRES])),
		};
}

/* --- showing ---------------------------------------------------------------------- */

static int by_address(const void *pa, const void *pb)
{
	const struct pmtu *a = *(const struct pmtu *const *)pa;
	const struct pmtu *b = *(const struct pmtu *const *)pb;

	return a->dst < b->dst ? -1 : a->dst > b->dst;
}

void show_pmtus(const struct stack *st, bool (*fn)(void *arg, const struct pmtu_info *m),
		void *arg)
{
	const struct pmtu *all[PMTU_SETS * PMTU_WAYS];
	const struct pmtu *m = st->pmtu ? &st->pmtu->set[0][0] : NULL;
	size_t n = 0;

	for (size_t i = 0; m && i < N_ELEM(all); i++)
		if (is_valid(st, &m[i]))
			all[n++] = &m[i];
	qsort(all, n, sizeof(all[0]), by_address);
	for (size_t i = 0; i < n; i++) {
		struct pmtu_info info = {
			.dst = addr_ip4(all[i]->dst), .mtu = all[i]->mtu, .locked = all[i]->locked,
			.expires = all[i]->ends_at - st->now,
		};

		if (!fn(arg, &info))
			return;
	}
}
