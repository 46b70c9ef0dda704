// SPDX-License-Identifier: MIT
/* What happened, told to the driver. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "stack/ospf/ospf.h"
#include "stack/util/hash.h"

#define TEXT_MAX 200                      /* bytes of a problem's line */
#define TOLD_MAX 16                       /* problems of an interface that are remembered */

/* A problem that was told; the oldest is forgotten first. */
struct ospf_told { ip4_t from; uint32_t hash; enum drop why; };

static void tell(const struct ospf *o, struct ospf_event *e)
{
	const struct stack *st = o->st;

	e->at = st->now;
	if (st->hooks->ospf)
		st->hooks->ospf(st->ctx, e);
}

void ospf_event_nbr(const struct ospf_nbr *n, enum ospf_nbr_state old, const char *cause)
{
	struct ospf_event e = {
		.kind = OSPF_EV_NBR, .dev = n->oi->dev, .nbr = n->id, .from = n->addr,
		.old_state = (uint8_t)old, .new_state = n->state, .text = cause,
	};

	tell(n->oi->area->ospf, &e);
}

void ospf_event_if(const struct ospf_if *oi, enum ospf_if_state old, const char *cause)
{
	struct ospf_event e = {
		.kind = OSPF_EV_IF, .dev = oi->dev, .old_state = (uint8_t)old,
		.new_state = oi->state, .text = cause,
	};

	tell(oi->area->ospf, &e);
}

/* --- problems ----------------------------------------------------------------- */

static uint32_t text_hash(const char *s)
{
	uint32_t h = 0;

	while (*s)
		h = hash_u32(h ^ (uint8_t)*s++);
	return h;
}

static bool was_told(const struct ospf_if *oi, ip4_t from, uint32_t hash)
{
	for (unsigned i = 0; i < oi->n_told; i++)
		if (oi->told[i].from == from && oi->told[i].hash == hash)
			return true;
	return false;
}

/* Without memory it will be told again. */
static void remember(struct ospf_if *oi, ip4_t from, uint32_t hash, enum drop why)
{
	if (!oi->told)
		oi->told = calloc(TOLD_MAX, sizeof(*oi->told));
	if (!oi->told)
		return;
	if (oi->n_told == TOLD_MAX)
		memmove(oi->told, oi->told + 1, --oi->n_told * sizeof(*oi->told));
	oi->told[oi->n_told++] = (struct ospf_told){ from, hash, why };
}

void ospf_problems_over(struct ospf_if *oi, ip4_t from, enum drop a, enum drop z)
{
	unsigned n = 0;

	if (likely(!oi->n_told))
		return;
	for (unsigned i = 0; i < oi->n_told; i++) {
		const struct ospf_told *t = &oi->told[i];

		if ((from && t->from != from) || t->why < a || t->why > z)
			oi->told[n++] = *t;
	}
	oi->n_told = (uint8_t)n;
}

void ospf_problem(struct ospf_if *oi, uint32_t id, ip4_t from, enum drop why, const char *fmt, ...)
{
	struct ospf_event e = {
		.kind = OSPF_EV_PROBLEM, .dev = oi->dev, .nbr = id, .from = from, .why = why,
	};
	char text[TEXT_MAX];
	uint32_t hash;
	va_list ap;

	oi->errors += why != DROP_NONE;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hash = text_hash(text) ^ (uint32_t)why;
	if (was_told(oi, from, hash))
		return;
	remember(oi, from, hash, why);
	e.text = text;
	tell(oi->area->ospf, &e);
}
