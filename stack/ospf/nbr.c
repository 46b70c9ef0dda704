// SPDX-License-Identifier: MIT
/*
 * The neighbour state machine (RFC 2328 10.1-10.4).  There is no state Attempt:
 * it is for NBMA networks.  A neighbour that goes Down is gone.
 */
#include <stdlib.h>

#include "stack/ospf/ospf.h"

static struct timerq *timers_of(const struct ospf_nbr *n)
{
	return &n->oi->area->ospf->st->timers;
}

/* --- birth and death ---------------------------------------------------------------- */

static void inactivity_fire(struct timer *t)
{
	ospf_nbr_event(container_of(t, struct ospf_nbr, inactivity), NBE_INACTIVITY);
}

struct ospf_nbr *ospf_nbr_new(struct ospf_if *oi, ip4_t addr, uint32_t id)
{
	struct ospf_nbr *n = calloc(1, sizeof(*n)), *after;

	if (!n)
		return NULL;
	n->oi = oi;
	n->addr = addr;
	n->id = id;
	n->state = OSPF_NBR_DOWN;
	n->state_at = ospf_now(oi->area->ospf);
	n->dd_due_at = n->req_due_at = NS_NEVER;
	timer_init(&n->inactivity, inactivity_fire);
	timer_init(&n->exchange, ospf_exchange_timer);
	ospf_rxmt_init(n);
	list_for_each(&oi->nbrs, after, node)
		if (after->addr > addr)
			break;
	list_insert_before(&after->node, &n->node);
	return n;
}

/* What belongs to an adjacency, once it is no more. */
static void nbr_clear(struct ospf_nbr *n)
{
	ospf_nbr_lists_clear(n);
	timer_stop(timers_of(n), &n->exchange);
	n->dd_n = n->req_n = 0;
	n->dd_due_at = n->req_due_at = NS_NEVER;
	n->dd_any = false;
}

static void nbr_free(struct ospf_nbr *n)
{
	nbr_clear(n);
	ospf_rxmt_fini(n);
	timer_stop(timers_of(n), &n->inactivity);
	list_remove(&n->node);
	free(n);
}

void ospf_nbrs_free(struct ospf_if *oi)
{
	struct ospf_nbr *n, *tmp;

	list_for_each_safe(&oi->nbrs, n, tmp, node)
		nbr_free(n);
}

bool ospf_nbr_any(const struct ospf *o, bool (*is)(const struct ospf_nbr *n))
{
	struct ospf_area *a;
	struct ospf_if *oi;
	struct ospf_nbr *n;

	list_for_each(&o->areas, a, node)
		list_for_each(&a->ifs, oi, node)
			list_for_each(&oi->nbrs, n, node)
				if (is(n))
					return true;
	return false;
}

struct ospf_nbr *ospf_nbr_find(const struct ospf_if *oi, ip4_t addr, uint32_t id)
{
	struct ospf_nbr *n;

	list_for_each(&oi->nbrs, n, node)
		if (oi->conf.type == OSPF_NET_P2P ? n->id == id : n->addr == addr)
			return n;
	return NULL;
}

/* --- states --------------------------------------------------------------------------- */

/* RFC 2328 9.2: NeighborChange is also that somebody begins or ceases to hear us. */
static void state_set(struct ospf_nbr *n, enum ospf_nbr_state s, const char *cause)
{
	struct ospf_if *oi = n->oi;
	enum ospf_nbr_state old = n->state;

	if (s == old)
		return;
	n->state = (uint8_t)s;
	n->state_at = ospf_now(oi->area->ospf);
	n->n_changes++;
	ospf_event_nbr(n, old, cause);
	if (s == OSPF_NBR_FULL || old == OSPF_NBR_FULL) {
		ospf_router_lsa_dirty(oi->area);
		ospf_net_lsa_dirty(oi);
	}
	if ((s >= OSPF_NBR_2WAY) != (old >= OSPF_NBR_2WAY))
		ospf_if_event(oi, IFE_NBR_CHANGE);
}

/* 10.4: on a broadcast network only with the DR and the Backup. */
static bool adjacency_wanted(const struct ospf_nbr *n)
{
	const struct ospf_if *oi = n->oi;

	return oi->conf.type != OSPF_NET_BROADCAST ||
	       oi->state == OSPF_IF_DR || oi->state == OSPF_IF_BACKUP ||
	       n->addr == oi->dr || n->addr == oi->bdr;
}

/* --- actions of 10.3 --------------------------------------------------------------------- */

static void arm_inactivity(struct ospf_nbr *n, const char *cause)
{
	(void)cause;
	timer_set(timers_of(n), &n->inactivity,
		  ospf_now(n->oi->area->ospf) + SEC(n->oi->conf.dead));
}

static void start_adjacency(struct ospf_nbr *n, const char *cause)
{
	nbr_clear(n);
	state_set(n, OSPF_NBR_EXSTART, cause);
	ospf_dd_start(n);
}

static void eval_adjacency(struct ospf_nbr *n, const char *cause)
{
	if (adjacency_wanted(n))
		start_adjacency(n, cause);
}

static void two_way(struct ospf_nbr *n, const char *cause)
{
	if (n->oi->conf.type != OSPF_NET_BROADCAST) {
		start_adjacency(n, cause);
		return;
	}
	state_set(n, OSPF_NBR_2WAY, cause);
	if (n->state == OSPF_NBR_2WAY)            /* else an election began it */
		eval_adjacency(n, cause);
}

static void load_or_full(struct ospf_nbr *n, const char *cause)
{
	if (!n->request.n) {
		state_set(n, OSPF_NBR_FULL, cause);
		return;
	}
	state_set(n, OSPF_NBR_LOADING, cause);
	ospf_request_next(n);
}

static void keep_or_end(struct ospf_nbr *n, const char *cause)
{
	if (adjacency_wanted(n))
		return;
	nbr_clear(n);
	state_set(n, OSPF_NBR_2WAY, cause);
}

static void end_adjacency(struct ospf_nbr *n, const char *cause)
{
	(void)cause;
	nbr_clear(n);
}

/* --- the machine ---------------------------------------------------------------------------- */

#define IN(s) (1u << OSPF_NBR_##s)
#define FROM(s) (((1u << OSPF_NBR_STATES_N) - 1) & ~(IN(s) - 1))
#define TO(s) OSPF_NBR_##s
#define DO(f) f, #f
#define NOTHING NULL, ""
#define SAME OSPF_NBR_STATES_N

static const struct nbr_rule {
	uint16_t in;                              /* set of states */
	enum ospf_nbr_event ev;
	enum ospf_nbr_state to;                   /* SAME: the action decides */
	void (*act)(struct ospf_nbr *n, const char *cause);
	const char *does;                         /* what act is called */
} nbr_rules[] = {                                 /* RFC 2328 10.3, its order */
	{ IN(DOWN),       NBE_HELLO,        TO(INIT),     DO(arm_inactivity) },
	{ FROM(INIT),     NBE_HELLO,        SAME,         DO(arm_inactivity) },
	{ IN(INIT),       NBE_2WAY,         SAME,         DO(two_way) },
	{ IN(EXSTART),    NBE_NEG_DONE,     TO(EXCHANGE), NOTHING },
	{ IN(EXCHANGE),   NBE_EXCH_DONE,    SAME,         DO(load_or_full) },
	{ IN(LOADING),    NBE_LOAD_DONE,    TO(FULL),     NOTHING },
	{ IN(2WAY),       NBE_ADJ_OK,       SAME,         DO(eval_adjacency) },
	{ FROM(EXSTART),  NBE_ADJ_OK,       SAME,         DO(keep_or_end) },
	{ FROM(EXCHANGE), NBE_SEQ_MISMATCH, TO(EXSTART),  DO(start_adjacency) },
	{ FROM(EXCHANGE), NBE_BAD_LSREQ,    TO(EXSTART),  DO(start_adjacency) },
	{ FROM(DOWN),     NBE_KILL,         TO(DOWN),     DO(end_adjacency) },
	{ FROM(DOWN),     NBE_LL_DOWN,      TO(DOWN),     DO(end_adjacency) },
	{ FROM(DOWN),     NBE_INACTIVITY,   TO(DOWN),     DO(end_adjacency) },
	{ FROM(2WAY),     NBE_1WAY,         TO(INIT),     DO(end_adjacency) },
};

static const char *const event_names[] = {        /* RFC 2328 10.2 */
	[NBE_HELLO] = "HelloReceived", [NBE_START] = "Start", [NBE_2WAY] = "2-WayReceived",
	[NBE_NEG_DONE] = "NegotiationDone", [NBE_EXCH_DONE] = "ExchangeDone",
	[NBE_BAD_LSREQ] = "BadLSReq", [NBE_LOAD_DONE] = "LoadingDone", [NBE_ADJ_OK] = "AdjOK?",
	[NBE_SEQ_MISMATCH] = "SeqNumberMismatch", [NBE_1WAY] = "1-WayReceived",
	[NBE_KILL] = "KillNbr", [NBE_INACTIVITY] = "InactivityTimer", [NBE_LL_DOWN] = "LLDown",
};

static void follow(struct ospf_nbr *n, const struct nbr_rule *r, const char *cause)
{
	if (r->act)
		r->act(n, cause);
	if (r->to == SAME)
		return;
	state_set(n, r->to, cause);
	if (r->to != OSPF_NBR_DOWN)
		return;
	ospf_problems_over(n->oi, n->addr, DROP_NONE, DROP_N);
	nbr_free(n);
}

bool show_ospf_nbr_rule(size_t i, struct show_ospf_rule *out)
{
	const struct nbr_rule *r;

	if (i >= N_ELEM(nbr_rules))
		return false;
	r = &nbr_rules[i];
	*out = (struct show_ospf_rule){ r->in, event_names[r->ev], r->to == SAME ? -1 : (int)r->to,
					r->does };
	return true;
}

/* Events that mean nothing in the present state are ignored. */
void ospf_nbr_event(struct ospf_nbr *n, enum ospf_nbr_event ev)
{
	for (size_t i = 0; i < N_ELEM(nbr_rules); i++) {
		const struct nbr_rule *r = &nbr_rules[i];

		if (r->ev == ev && (r->in & 1u << n->state)) {
			follow(n, r, event_names[ev]);
			return;
		}
	}
}
