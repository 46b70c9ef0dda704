// SPDX-License-Identifier: MIT
/*
 * The interface state machine (RFC 2328 9.1-9.3).  There are no NBMA networks
 * and no virtual links.  A passive interface to a broadcast network does not
 * wait for others, since it would not hear them: it is the DR of nobody.
 */
#include "stack/ospf/ospf.h"

/* After it all who came up together have heard of each other. */
#define LOOK_AROUND SEC(1)

static struct stack *stack_of(const struct ospf_if *oi) { return oi->area->ospf->st; }

void ospf_if_groups(struct ospf_if *oi)
{
	bool wanted = !oi->conf.passive &&
		      (oi->state == OSPF_IF_DR || oi->state == OSPF_IF_BACKUP);

	if (wanted && !oi->d_routers)
		oi->d_routers = mcast_join(oi->dev, OSPF_ALL_D_ROUTERS) == OK;
	if (!wanted && oi->d_routers) {
		mcast_leave(oi->dev, OSPF_ALL_D_ROUTERS);
		oi->d_routers = false;
	}
}

void ospf_if_set_state(struct ospf_if *oi, enum ospf_if_state s, const char *cause)
{
	enum ospf_if_state old = oi->state;

	if (s == old)
		return;
	oi->state = (uint8_t)s;
	ospf_if_groups(oi);
	if (s == OSPF_IF_DR || old == OSPF_IF_DR)
		ospf_net_lsa_dirty(oi);           /* built, or flushed at once */
	ospf_router_lsa_dirty(oi->area);
	ospf_event_if(oi, old, cause);
}

/* --- timers -------------------------------------------------------------------- */

/* Who does not wait looks around. */
static void wait_fire(struct timer *t)
{
	struct ospf_if *oi = container_of(t, struct ospf_if, wait);

	if (oi->state == OSPF_IF_WAITING)
		ospf_if_event(oi, IFE_WAIT_TIMER);
	else
		ospf_elect_check(oi);
}

void ospf_if_timers_init(struct ospf_if *oi)
{
	timer_init(&oi->hello, ospf_hello_timer);
	timer_init(&oi->wait, wait_fire);
}

void ospf_if_timers_stop(struct ospf_if *oi)
{
	struct timerq *q = &stack_of(oi)->timers;

	timer_stop(q, &oi->hello);
	timer_stop(q, &oi->wait);
}

/* --- actions of 9.3 --------------------------------------------------------------- */

static enum ospf_if_state first_state(const struct ospf_if *oi)
{
	if (oi->conf.type != OSPF_NET_BROADCAST)
		return OSPF_IF_P2P;
	if (oi->conf.passive)
		return OSPF_IF_DR;
	return oi->conf.priority ? OSPF_IF_WAITING : OSPF_IF_DROTHER;
}

/* Without memory for the group it tries again later. */
static void if_up(struct ospf_if *oi, const char *cause)
{
	struct stack *st = stack_of(oi);
	enum ospf_if_state s = first_state(oi);

	if (!oi->conf.passive) {
		if (mcast_join(oi->dev, OSPF_ALL_SPF_ROUTERS) != OK) {
			timer_set(&st->timers, &oi->hello, st->now + SEC(oi->conf.hello));
			return;
		}
		timer_set(&st->timers, &oi->hello, st->now);
	}
	if (s == OSPF_IF_WAITING)
		timer_set(&st->timers, &oi->wait, st->now + SEC(oi->conf.dead));
	if (s == OSPF_IF_DROTHER)
		timer_set(&st->timers, &oi->wait, st->now + LOOK_AROUND);
	if (s == OSPF_IF_DR) {
		oi->dr = oi->addr.addr.v4;
		oi->dr_id = oi->area->ospf->router_id;
	}
	ospf_if_set_state(oi, s, cause);
}

static void nbrs_kill(struct ospf_if *oi, enum ospf_nbr_event ev)
{
	struct ospf_nbr *n, *tmp;

	list_for_each_safe(&oi->nbrs, n, tmp, node)
		ospf_nbr_event(n, ev);
}

/* What 9.3 asks for on InterfaceDown: variables reset, timers off, KillNbr. */
static void if_reset(struct ospf_if *oi)
{
	bool joined = !oi->conf.passive && oi->state > OSPF_IF_LOOPBACK;

	ospf_if_timers_stop(oi);
	ospf_if_lists_clear(oi);
	oi->dr = oi->bdr = 0;
	oi->dr_id = oi->bdr_id = 0;
	if (joined)
		mcast_leave(oi->dev, OSPF_ALL_SPF_ROUTERS);
	ospf_problems_over(oi, IP4_ANY, DROP_NONE, DROP_N);
}

static void if_down(struct ospf_if *oi, const char *cause)
{
	if_reset(oi);
	ospf_if_set_state(oi, OSPF_IF_DOWN, cause);
	nbrs_kill(oi, netdev_running(oi->dev) ? NBE_KILL : NBE_LL_DOWN);
}

static void if_loop(struct ospf_if *oi, const char *cause)
{
	if (oi->state != OSPF_IF_DOWN)
		if_down(oi, cause);
}

static void if_elect(struct ospf_if *oi, const char *cause)
{
	if (oi->state == OSPF_IF_WAITING)
		timer_stop(&stack_of(oi)->timers, &oi->wait);
	ospf_elect(oi, cause);
}

/* --- the machine --------------------------------------------------------------------- */

#define IN(s) (1u << OSPF_IF_##s)
#define ANY ((1u << OSPF_IF_STATES_N) - 1)
#define TO(s) OSPF_IF_##s
#define DO(f) f, #f
#define NOTHING NULL, ""
#define SAME OSPF_IF_STATES_N

static const struct if_rule {
	uint16_t in;                              /* set of states */
	enum ospf_if_event ev;
	enum ospf_if_state to;                    /* SAME: the action decides */
	void (*act)(struct ospf_if *oi, const char *cause);
	const char *does;                         /* what act is called */
} if_rules[] = {                                  /* RFC 2328 9.3, its order */
	{ IN(DOWN),                          IFE_UP,          SAME,         DO(if_up) },
	{ IN(WAITING),                       IFE_BACKUP_SEEN, SAME,         DO(if_elect) },
	{ IN(WAITING),                       IFE_WAIT_TIMER,  SAME,         DO(if_elect) },
	{ IN(DROTHER) | IN(BACKUP) | IN(DR), IFE_NBR_CHANGE,  SAME,         DO(if_elect) },
	{ ANY & ~IN(DOWN),                   IFE_DOWN,        TO(DOWN),     DO(if_down) },
	{ ANY & ~IN(LOOPBACK),               IFE_LOOP,        TO(LOOPBACK), DO(if_loop) },
	{ IN(LOOPBACK),                      IFE_UNLOOP,      TO(DOWN),     NOTHING },
};

static const char *const event_names[] = {        /* RFC 2328 9.2 */
	[IFE_UP] = "InterfaceUp", [IFE_WAIT_TIMER] = "WaitTimer",
	[IFE_BACKUP_SEEN] = "BackupSeen", [IFE_NBR_CHANGE] = "NeighborChange",
	[IFE_LOOP] = "LoopInd", [IFE_UNLOOP] = "UnloopInd", [IFE_DOWN] = "InterfaceDown",
};

bool show_ospf_if_rule(size_t i, struct show_ospf_rule *out)
{
	const struct if_rule *r;

	if (i >= N_ELEM(if_rules))
		return false;
	r = &if_rules[i];
	*out = (struct show_ospf_rule){ r->in, event_names[r->ev], r->to == SAME ? -1 : (int)r->to,
					r->does };
	return true;
}

/* Events that mean nothing in the present state are ignored. */
void ospf_if_event(struct ospf_if *oi, enum ospf_if_event ev)
{
	if (ev == IFE_NBR_CHANGE && oi->conf.passive)
		return;
	for (size_t i = 0; i < N_ELEM(if_rules); i++) {
		const struct if_rule *r = &if_rules[i];

		if (r->ev != ev || !(r->in & 1u << oi->state))
			continue;
		if (r->act)
			r->act(oi, event_names[ev]);
		if (r->to != SAME)
			ospf_if_set_state(oi, r->to, event_names[ev]);
		return;
	}
}

void ospf_if_halt(struct ospf_if *oi)
{
	if_reset(oi);
	oi->state = OSPF_IF_DOWN;
	ospf_if_groups(oi);
	ospf_nbrs_free(oi);
}
