// SPDX-License-Identifier: MIT
/* What there is: the instance, its interfaces and neighbours. */
#include "stack/ospf/ext.h"
#include "stack/ospf/ospf.h"

static const char *const nbr_states[] = {
#define X(name, text) [OSPF_##name] = text,
	OSPF_NBR_STATES(X)
};
static const char *const if_states[] = {
	OSPF_IF_STATES(X)
#undef X
};

const char *ospf_nbr_state_name(enum ospf_nbr_state s)
{
	return (unsigned)s < N_ELEM(nbr_states) ? nbr_states[s] : "?";
}

const char *ospf_if_state_name(enum ospf_if_state s)
{
	return (unsigned)s < N_ELEM(if_states) ? if_states[s] : "?";
}

bool show_ospf(struct stack *st, struct show_ospf *out)
{
	const struct ospf *o = st->ospf;
	const struct ospf_area *a;

	if (!o)
		return false;
	*out = (struct show_ospf){
		.router_id = o->router_id, .config = o->conf, .is_abr = o->is_abr,
		.is_asbr = o->is_asbr, .started_at = o->started_at, .spf_due_at = NS_NEVER,
		.routes_changed_at = o->routes_changed_at, .n_external = o->n_external,
		.external_sum = o->external_sum,
	};
	memcpy(out->rx, o->rx, sizeof(out->rx));
	memcpy(out->tx, o->tx, sizeof(out->tx));
	list_for_each(&o->areas, a, node)
		out->n_areas++;
	ospf_spf_show(o, out);
	return true;
}

/* The first interface whose ifindex is above `above`; or NULL. */
static const struct ospf_if *next_if(const struct ospf *o, unsigned above)
{
	for (unsigned i = above + 1; i < o->n_by_ifindex; i++)
		if (o->by_ifindex[i])
			return o->by_ifindex[i];
	return NULL;
}

static void if_fill(struct show_ospf_if *s, const struct ospf_if *oi)
{
	const struct ospf_nbr *n;

	*s = (struct show_ospf_if){
		.dev = oi->dev, .config = oi->conf, .state = oi->state, .addr = oi->addr,
		.dr_id = oi->dr_id, .bdr_id = oi->bdr_id, .dr = oi->dr, .bdr = oi->bdr,
		.hello_due_at = timer_armed(&oi->hello) ? oi->hello.at : NS_NEVER,
		.errors = oi->errors,
	};
	for (int t = 0; t < OSPF_TYPE_N; t++) {
		s->rx[t] = oi->rx[t];
		s->tx[t] = oi->tx[t];
	}
	list_for_each(&oi->nbrs, n, node) {
		s->n_nbrs++;
		s->n_two_way += n->state >= OSPF_NBR_2WAY;
		s->n_adjacent += n->state == OSPF_NBR_FULL;
	}
}

void show_ospf_ifs(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_if *i), void *arg)
{
	const struct ospf *o = st->ospf;
	const struct ospf_if *oi = o ? next_if(o, 0) : NULL;
	struct show_ospf_if s;

	for (; oi; oi = next_if(o, oi->dev->ifindex)) {
		if_fill(&s, oi);
		if (!fn(arg, &s))
			return;
	}
}

bool show_ospf_if(struct stack *st, const struct netdev *dev, struct show_ospf_if *out)
{
	const struct ospf_if *oi = st->ospf ? ospf_if_of(st->ospf, dev) : NULL;

	if (oi)
		if_fill(out, oi);
	return oi != NULL;
}

static enum ospf_if_state role_of(const struct ospf_nbr *n)
{
	const struct ospf_if *oi = n->oi;

	return oi->conf.type != OSPF_NET_BROADCAST ? OSPF_IF_P2P :
	       n->addr == oi->dr ? OSPF_IF_DR :
	       n->addr == oi->bdr ? OSPF_IF_BACKUP : OSPF_IF_DROTHER;
}

static void nbr_fill(struct show_ospf_nbr *s, const struct ospf_nbr *n)
{
	*s = (struct show_ospf_nbr){
		.dev = n->oi->dev, .if_addr = n->oi->addr.addr.v4, .addr = n->addr, .id = n->id,
		.dr = n->dr, .bdr = n->bdr, .priority = n->priority, .options = n->options,
		.state = n->state, .role = role_of(n), .state_at = n->state_at,
		.dead_at = n->inactivity.at, .n_changes = n->n_changes,
		.rxmt_len = n->retransmit.n, .request_len = n->request.n,
		.summary_len = n->state < OSPF_NBR_LOADING ? n->summary.n : 0,
		.master = n->master, .dd_seq = n->dd_seq,
	};
}

static bool nbrs_of(const struct ospf_if *oi, bool (*fn)(void *arg, const struct show_ospf_nbr *n),
		    void *arg)
{
	const struct ospf_nbr *n;
	struct show_ospf_nbr s;

	list_for_each(&oi->nbrs, n, node) {
		nbr_fill(&s, n);
		if (!fn(arg, &s))
			return false;
	}
	return true;
}

void show_ospf_nbrs(struct stack *st, bool (*fn)(void *arg, const struct show_ospf_nbr *n),
		    void *arg)
{
	const struct ospf *o = st->ospf;
	const struct ospf_if *oi = o ? next_if(o, 0) : NULL;

	for (; oi; oi = next_if(o, oi->dev->ifindex))
		if (!nbrs_of(oi, fn, arg))
			return;
}

/* --- is anything under way? -------------------------------------------------------- */

/* Why a neighbour is not settled, or NULL. */
static const char *nbr_busy(const struct ospf_nbr *n)
{
	if (n->state >= OSPF_NBR_EXSTART && n->state < OSPF_NBR_FULL)
		return "a neighbor is between ExStart and Loading";
	return n->retransmit.n ? "an LSA waits for its acknowledgment" : NULL;
}

static const char *if_busy(const struct ospf_if *oi)
{
	const struct ospf_nbr *n;
	const char *why;

	if (timer_armed(&oi->wait))
		return "an interface waits for a designated router";
	if (oi->flood.n)
		return "LSAs wait to be flooded";
	list_for_each(&oi->nbrs, n, node) {
		why = nbr_busy(n);
		if (why)
			return why;
	}
	return NULL;
}

static const char *busy(const struct ospf *o)
{
	const struct ospf_if *oi;
	const char *why = NULL;

	if (timer_armed(&o->spf_timer))
		return "a route computation is due";
	if (timer_armed(&o->originate_timer))
		return "an own LSA waits to be said";
	if (o->ext && timer_armed(&o->ext->timer))
		return "routes of others wait to be told";
	for (oi = next_if(o, 0); oi && !why; oi = next_if(o, oi->dev->ifindex))
		why = if_busy(oi);
	return why;
}

bool show_ospf_settled(struct stack *st, const char **why)
{
	const char *text = st->ospf ? busy(st->ospf) : NULL;

	if (why)
		*why = text;
	return !text;
}
